package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/official"
	"langnghe/review"
	"langnghe/rules"
	"langnghe/rules/trend"
)

// The facts, in the order of the flow. A name belongs to the role that
// publishes it; the comment says who listens.
var (
	// crawler → indexer
	found = bus.Topic[news.Found]{Subject: "news.found",
		ID:  func(f news.Found) string { return content(&f.Item, f.Item.Hash()) },
		Key: func(f news.Found) string { return f.Item.ID }}
	// indexer → rules
	indexed = bus.Topic[news.Indexed]{Subject: "news.indexed",
		ID:  func(i news.Indexed) string { return content(&i.Item, i.Hash) + "/" + strconv.FormatBool(i.Retro) },
		Key: func(i news.Indexed) string { return i.Item.ID }}
	// rules → desk
	flagged = bus.Topic[news.Flag]{Subject: "news.flagged",
		ID: func(f news.Flag) string { // a flag comes again when its state has changed
			data, _ := json.Marshal(f)
			sum := sha256.Sum256(data)
			return hex.EncodeToString(sum[:16])
		},
		Key: func(f news.Flag) string {
			if f.Item != nil {
				return f.Item.ID
			}
			return f.ID
		}}
	// desk → alerts
	due = bus.Topic[news.Alert]{Subject: "alerts.due", ID: func(a news.Alert) string { return a.ID }}
	// desk → rules
	decided = bus.Topic[news.Decided]{Subject: "review.decided",
		ID: func(d news.Decided) string { return d.ID + "/" + d.Flag + "/" + strconv.FormatBool(d.Undone) }}
	// desk → rules
	changed = bus.Topic[news.Facts]{Subject: "official.changed",
		ID: func(f news.Facts) string { return strconv.Itoa(f.Version) }}
	// whoever erases → every role
	erased = bus.Topic[news.Erased]{Subject: "item.erased", ID: func(e news.Erased) string { return e.ID }}
	// crawler → desk
	health = bus.Topic[news.Health]{Subject: "sources.health",
		ID: func(h news.Health) string {
			return h.Source + "/" + h.State + "/" + strconv.FormatInt(h.At.UnixMilli(), 36)
		}}
	// alerts → desk
	delivered = bus.Topic[news.Delivered]{Subject: "alerts.delivered",
		ID: func(d news.Delivered) string {
			return d.Alert + "/" + d.Recipient + "/" + d.Channel + "/" + d.State + "/" + strconv.Itoa(d.Tries)
		}}
	// every role → desk, the only writer of the chain
	audited = bus.Topic[news.Audit]{Subject: "audit.appended", ID: func(a news.Audit) string { return a.ID }}
)

// content identifies what an item says. A text that comes back after another
// one is not a repeat of the first.
func content(it *news.Item, hash string) string {
	id := it.ID + "/" + hash
	if !it.Edited.IsZero() {
		id += "/" + strconv.FormatInt(it.Edited.UnixMilli(), 36)
	}
	return id
}

// longWork bounds what goes over all data: a backup to a slow stick, an index
// that is built anew.
const longWork = 2 * time.Hour

// None is the question without parameters, and the answer without content.
type None struct{}

// The questions, by the role that answers.
var (
	AskSearch  = bus.Question[indexer.Query, indexer.Result]{Subject: "ask.indexer.search"}
	AskCounts  = bus.Question[indexer.CountQuery, indexer.Counts]{Subject: "ask.indexer.counts"}
	AskItems   = bus.Question[indexer.ItemsQuery, indexer.Items]{Subject: "ask.indexer.items"}
	AskItem    = bus.Question[string, news.Item]{Subject: "ask.indexer.item"}
	AskIndex   = bus.Question[None, indexer.Status]{Subject: "ask.indexer.status"}
	AskReindex = bus.Question[None, indexer.Status]{Subject: "ask.indexer.reindex", Within: longWork}

	AskRules   = bus.Question[None, rules.List]{Subject: "ask.rules.list"}
	AskLists   = bus.Question[None, query.Lists]{Subject: "ask.rules.lists"} // by the indexer, for searches
	AskTrends  = bus.Question[None, *trend.View]{Subject: "ask.rules.trends"}
	AskCheck   = bus.Question[rules.CheckRequest, rules.CheckResult]{Subject: "ask.rules.check"}
	AskPreview = bus.Question[rules.PreviewRequest, rules.Preview]{Subject: "ask.rules.preview", Within: previewFor}
	AskSave    = bus.Question[rules.SaveRequest, rules.CheckResult]{Subject: "ask.rules.save"}

	AskPrecision = bus.Question[None, []review.Precision]{Subject: "ask.desk.precision"}
	AskFacts     = bus.Question[None, news.Facts]{Subject: "ask.desk.facts"}
	AskUsers     = bus.Question[UserRequest, []review.Account]{Subject: "ask.desk.users"}
	AskAudit     = bus.Question[AuditRequest, AuditReport]{Subject: "ask.desk.audit"}
	AskErase     = bus.Question[news.Erased, EraseReport]{Subject: "ask.desk.erase", Within: 2 * eraseWait}
	AskReport    = bus.Question[ReportRequest, ReportReply]{Subject: "ask.desk.report"}

	AskSilences   = bus.Question[alerts.SilenceRequest, []alerts.Silence]{Subject: "ask.alerts.silences"}
	AskDeliveries = bus.Question[alerts.DeliveriesQuery, alerts.Deliveries]{Subject: "ask.alerts.deliveries"}
	AskAck        = bus.Question[alerts.AckRequest, None]{Subject: "ask.alerts.ack"}
	AskPush       = bus.Question[alerts.PushRequest, alerts.PushInfo]{Subject: "ask.alerts.push"}
	AskOverview   = bus.Question[None, alerts.Overview]{Subject: "ask.alerts.overview"}
	AskConfirm    = bus.Question[alerts.ConfirmRequest, alerts.Confirmed]{Subject: "ask.alerts.confirm"}
	AskTest       = bus.Question[alerts.TestRequest, None]{Subject: "ask.alerts.test"}

	askState   = bus.Question[StateRequest, StateReply]{Subject: "ask.crawler.state"} // by other crawlers
	AskSources = bus.Question[None, []crawler.Status]{Subject: "ask.crawler.sources"}
	// The document behind a page of a portal, read for the form of the register.
	AskDocument = bus.Question[crawler.DocumentRequest, official.Document]{Subject: "ask.crawler.document", Within: fetchFor}
	AskFetch    = bus.Question[crawler.FetchRequest, crawler.FetchResult]{Subject: "ask.crawler.fetch", Within: fetchFor}
)

// AskBackup asks the one process that holds a data folder.
func AskBackup(dataDir string) bus.Question[BackupRequest, BackupStatus] {
	return bus.Question[BackupRequest, BackupStatus]{Subject: "ask.backup." + folderToken(dataDir), Within: longWork}
}

// folderToken names a data folder among the processes that meet on one server.
// Its path is not enough for that: in containers all of them are called /data.
func folderToken(dataDir string) string {
	name := dataDir
	if abs, err := filepath.Abs(dataDir); err == nil {
		name = abs
	}
	if id, err := os.ReadFile(filepath.Join(dataDir, identityFile)); err == nil {
		name += "/" + strings.TrimSpace(string(id))
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:8])
}

// A UserRequest lists the accounts (empty) or changes one.
type UserRequest struct {
	Add      *review.Account `json:"add,omitempty"`
	Password string          `json:"password,omitempty"` // of Add, or of Name
	Name     string          `json:"name,omitempty"`
	Disable  bool            `json:"disable,omitempty"`
	// Do is done to Name: "enable" allows it again, "unlock" forgets its
	// wrong passwords, "second" drops its second factor.
	Do string `json:"do,omitempty"`
	By string `json:"by"`
}

// An AuditRequest reads the audit chain; Verify checks all of it.
type AuditRequest struct {
	Verify bool `json:"verify,omitempty"`
	Offset int  `json:"offset,omitempty"`
	Limit  int  `json:"limit,omitempty"`
}

// An AuditReport is part of the chain, or how many entries were verified.
type AuditReport struct {
	Page     review.AuditPage `json:"page"`
	Verified int              `json:"verified"`
}
