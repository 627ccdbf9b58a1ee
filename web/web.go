// Package web serves the pages and the JSON API of the desk.
//
// Every route is in [server.routes], with who may use it in [access]; each
// page has one file named after it, with one data type that its template is
// executed on. Pages work without script: the script only saves reloads.
// Texts from the crawl are printed as plain text, never as HTML; what a
// person may do is decided by the desk, and the pages only hide what it
// would refuse.
//
// A new page is a file, a template, a line in routes and its words in both
// files of locales/.
package web

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/official/paper"
	"langnghe/official/rumour"
	"langnghe/review"
	"langnghe/review/draft"
	"langnghe/rules"
	"langnghe/rules/trend"
	"langnghe/web/api"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed static
var static embed.FS

// Desk is what the pages need of review: the inbox, cases, hand-offs, the
// audit chain and the official facts. Whoever acts is named in each call and
// the desk decides whether they may.
type Desk interface {
	Inbox(ctx context.Context, q review.InboxQuery) (review.Inbox, error)
	Entry(ctx context.Context, id string, by review.User) (review.Entry, error)
	Entries(ctx context.Context, ids []string, by review.User) ([]review.Entry, error)
	Decide(ctx context.Context, r review.DecideRequest) (review.Entry, error)
	Undo(ctx context.Context, entry string, by review.User) error
	Reclassify(ctx context.Context, r review.DecideRequest) (review.Entry, error)
	TakeBatch(ctx context.Context, q review.BatchRequest) (review.Batch, error)
	ReleaseBatch(ctx context.Context, by review.User) error
	SetLevel(ctx context.Context, entry string, l news.Level, by review.User) error

	Cases(ctx context.Context, q review.CaseQuery) ([]review.Case, error)
	Case(ctx context.Context, id string, by review.User) (review.Case, error)
	Joinable(ctx context.Context, topics []string, by review.User) (map[string][]review.Case, error)
	SetClaim(ctx context.Context, id, title, claim string, indicators []string, by review.User) error
	SetVerdict(ctx context.Context, id string, v review.Verdict, c news.Citation, by review.User) error
	DraftCorrection(ctx context.Context, id, portal, post, radio string, by review.User) error
	ApproveCorrection(ctx context.Context, id string, by review.User) error
	PublishCorrection(ctx context.Context, id, url string, by review.User) error
	Assign(ctx context.Context, id, unit string, due time.Time, by review.User) error
	Reply(ctx context.Context, id, text string, by review.User) error
	Escalate(ctx context.Context, id, note string, by review.User) error
	CloseCase(ctx context.Context, id, note string, by review.User) error
	SetCaseLevel(ctx context.Context, id string, l news.Level, by review.User) error

	Capturable(ctx context.Context, id string, by review.User) ([]review.Entry, error)
	ProposeHandoff(ctx context.Context, id string, h review.Handoff, by review.User) error
	ApproveHandoff(ctx context.Context, id string, by review.User) error
	RecallHandoff(ctx context.Context, id, reason string, by review.User) error
	VetoHandoff(ctx context.Context, id, why string, by review.User) error
	Unlock(ctx context.Context, id, reason string, by review.User) error
	Handoffs(ctx context.Context, by review.User) ([]review.Slip, error)
	AcknowledgeHandoff(ctx context.Context, id, outcome, note string, by review.User) error
	ReturnCorrection(ctx context.Context, id, why string, by review.User) error
	StartDrill(ctx context.Context, q review.DrillRequest) (review.Entry, error)
	EndDrill(ctx context.Context, id string, by review.User) error
	MendCorrection(ctx context.Context, id, wrong string, by review.User) error
	ReturnAnswer(ctx context.Context, id, why string, by review.User) error

	// What is kept from a person, see sight.go.
	Hidden(ctx context.Context, items []news.Item, by review.User) (map[string]bool, error)
	HiddenIDs(ctx context.Context, by review.User) ([]string, error)
	Keeps(ctx context.Context, id string, by review.User) (bool, error)

	Audit(ctx context.Context, q review.AuditQuery) (review.AuditPage, error)
	VerifyAudit(ctx context.Context) (int, error)

	AddRequest(ctx context.Context, kind, about string, by review.User) (review.DataRequest, error)
	AnswerRequest(ctx context.Context, id, answer string, refused bool, items []string, by review.User) error
	Requests(ctx context.Context, by review.User) ([]review.DataRequest, error)
	Figures(ctx context.Context) (review.Figures, error)

	Documents(ctx context.Context) ([]official.Document, error)
	AddDocument(ctx context.Context, d official.Document, by review.User) (paused []string, err error)
	ConfirmFact(ctx context.Context, id string, by review.User) error
	ConfirmFacts(ctx context.Context, ids []string, by review.User) error
	Check(ctx context.Context, c official.Claim) (official.Finding, error)
	Covers(ctx context.Context) (func(*news.Item) bool, error)

	RumoursFor(ctx context.Context, by review.User) ([]rumour.Claim, error)
	Rumour(ctx context.Context, id string, by review.User) (rumour.Claim, []review.Link, error)
	ProposedRumours(ctx context.Context) ([]rumour.Claim, error)
	TakeRumour(ctx context.Context, id, text string, keep bool, by review.User) error
	KnownFor(ctx context.Context, items []news.Item, by review.User) (map[string][]review.Known, error)
	AddRumours(ctx context.Context, claims []rumour.Claim, by review.User) (added int, err error)
	LinkRumour(ctx context.Context, claim, item string, same bool, by review.User) error
}

// Options configures the site. Desk and Accounts are needed; a page whose
// question is nil says that the part does not run.
type Options struct {
	Desk     Desk
	Accounts Accounts
	Reports  Reports                                 // may be nil
	Audit    func(context.Context, news.Audit) error // what is done outside of the desk: items seen, searches, rules saved, accounts

	Search func(context.Context, indexer.Query) (indexer.Result, error)
	Item   func(ctx context.Context, id string) (news.Item, error)
	Counts func(context.Context, indexer.CountQuery) (indexer.Counts, error)
	Tokens Tokens // of programs; nil is none
	// Version changes when the inbox may have; nil has it looked at every
	// second.
	Version func() int64
	// Answers keeps what requests with an Idempotency-Key were answered; nil
	// takes no notice of such keys.
	Answers Answers
	Saved   SavedSearches

	Rules   func(context.Context) (rules.List, error)
	Trends  func(context.Context) (*trend.View, error) // may be nil
	Check   func(context.Context, rules.CheckRequest) (rules.CheckResult, error)
	Preview func(context.Context, rules.PreviewRequest) (rules.Preview, error)
	Save    func(context.Context, rules.SaveRequest) (rules.CheckResult, error)

	Sources func(context.Context) ([]crawler.Status, error)
	Fetch   func(context.Context, crawler.FetchRequest) (crawler.FetchResult, error)
	// Document fetches the document behind a page of a portal and reads it.
	Document func(context.Context, crawler.DocumentRequest) (official.Document, error)
	// Citizens opens the form on which anyone may report.
	Citizens bool
	Hooks    map[string]string // where sources and partners send to, by id

	Recipients []alerts.Recipient // whom notices go to, as the configuration has it
	Deliveries func(context.Context, alerts.DeliveriesQuery) (alerts.Deliveries, error)
	Silences   func(context.Context, alerts.SilenceRequest) ([]alerts.Silence, error)
	Test       func(context.Context, alerts.TestRequest) error
	Overview   func(context.Context) (alerts.Overview, error)
	Ack        func(context.Context, alerts.AckRequest) error
	Confirm    func(context.Context, alerts.ConfirmRequest) (alerts.Confirmed, error)
	Push       func(context.Context, alerts.PushRequest) (alerts.PushInfo, error)

	Progress func() (done bool, percent int, what news.Text) // of start-up or a replay; may be nil
	Ready    func(context.Context) map[string]error          // by part, nil is well; may be nil
	Metrics  http.Handler                                    // may be nil

	// Suggest proposes the wording of a correction; nil when the drafting aid
	// is off.
	Suggest func(context.Context, draft.Request) (draft.Proposal, error)

	Calendar *calendar.Calendar // of the ward's holidays; nil is the computed one

	Ward news.Text // "Phường Thái Hòa"
	// Warnings are shown over every page to those who are signed in: a full
	// disk, backups that fail. May be nil.
	Warnings func() []news.Text
	// Upkeep is shown over every page to administrators: what they should do
	// before it hurts. May be nil.
	Upkeep func() []news.Text
	// Examine is how the installation is; quick asks no other machine. May be nil.
	Examine      func(ctx context.Context, quick bool) []Check
	Backups      Backups          // may be nil
	SignOn       SignOn           // with an account elsewhere; nil is none
	SignOnName   string           // of the provider
	SecondFactor bool             // leaders and justice officers must have one
	Banner       news.Text        // over every page, "Dữ liệu mẫu"
	Units        []string         // who can be asked to answer
	Contact      string           // where people ask or object: a number, an address; empty names the ward's office
	TextDays     int              // how long texts are kept, for the page that says so
	Secure       bool             // cookies only over HTTPS
	Now          func() time.Time // of what pages show and people do
	Clock        func() time.Time // of sessions and lock-outs, which a replay of old days must not touch; nil is time.Now
	Log          *slog.Logger
}

type server struct {
	Options
	tongues  map[string]*tongue
	pages    map[string]pages // by language
	assets   map[string]asset
	access   map[string]who // by route
	unproved pendings       // sign-ins whose code is missing
	hub      *hub           // of those who see everything
	narrow   *hub           // of the leader, see sight.go
	door     door
	named    sourceNames
	intakes  intakes
	types    *api.Types        // of what the API takes and answers
	openAPI  map[string][]byte // by language
	scope    map[string]string // by route of the API: what a token needs
	turns    turns
	pace     pace
	machine  machine
	backing  backing

	lookAhead kept[*trend.View]
}

// A route is one line of the site.
type route struct {
	pattern string
	who     who
	handle  func(http.ResponseWriter, *http.Request) error
}

// routes is the whole site: the pages, and the endpoints of the API.
func (s *server) routes() []route {
	all := []route{
		{"GET /static/{file}", anyone, s.asset},
		{"GET /livez", anyone, s.livez},
		{"GET /readyz", anyone, s.readyz},
		{"GET /metrics", anyone, s.metrics}, // loopback or administrator, checked there
		{"GET /sign-in", anyone, s.signInPage},
		{"POST /sign-in", anyone, s.signIn},
		{"POST /sign-in/code", anyone, s.signInCode},
		{"GET /sign-in/oidc", anyone, s.signOn},
		{"GET " + SignOnPath, anyone, s.signOnBack},
		{"GET /setup", anyone, s.setupPage}, // loopback and no user yet, checked there
		{"POST /setup", anyone, s.setup},
		{"POST /language", anyone, s.switchLang},

		{"GET /{$}", everyone, s.home},
		{"POST /sign-out", everyone, s.signOut},
		{"GET /account", everyone, s.accountPage},
		{"POST /account/password", everyone, s.changePassword},
		{"POST /account/sessions", everyone, s.dropSessions},
		{"POST /account/push", everyone, s.subscribe},
		{"POST /account/token", everyone, s.tokenAct},
		{"GET /account/second", everyone, s.secondPage},
		{"POST /account/second", everyone, s.setSecond},
		{"GET /sw.js", anyone, s.worker},
		{"GET /help", everyone, s.help},

		{"GET /inbox", judges, s.inbox},
		{"POST /inbox/take", judges, s.takeBatch},
		{"POST /inbox/release", judges, s.releaseBatch},
		{"POST /inbox/drill", judges, s.startDrill},
		{"POST /inbox/{id}/drill/end", judges, s.endDrill},
		{"GET /events", judges, s.events},
		{"POST /inbox/{id}/decision", judges, s.decide},
		{"POST /inbox/{id}/undo", judges, s.undo},
		{"POST /inbox/{id}/reclassify", judges, s.reclassify},
		{"POST /inbox/{id}/level", judges, s.entryLevel},
		{"GET /inbox/{id}", content, s.entry},

		{"GET /cases", cases, s.cases},
		{"GET /complaints", complaints, s.complaints},
		{"GET /cases/{id}", caseReaders, s.showCase},
		{"POST /cases/{id}/claim", reviewers, s.setClaim},
		{"POST /cases/{id}/verdict", judges, s.setVerdict},
		{"POST /cases/{id}/correction", reviewers, s.draftCorrection},
		{"POST /cases/{id}/approve", signers, s.approveCorrection},
		{"POST /cases/{id}/publish", publishers, s.publishCorrection},
		{"POST /cases/{id}/return", signers, s.returnCorrection},
		{"POST /cases/{id}/mend", judges, s.mendCorrection},
		{"POST /cases/{id}/hand-back", handers, s.handBack},
		{"POST /cases/{id}/assign", judges, s.assign},
		{"POST /cases/{id}/reply", answerers, s.reply},
		{"POST /cases/{id}/level", judges, s.caseLevel},
		{"POST /cases/{id}/escalate", signers, s.escalate},
		{"POST /cases/{id}/close", judges, s.closeCase},
		{"POST /cases/{id}/handoff", reviewers, s.proposeHandoff},
		{"POST /cases/{id}/handoff/approve", leaders, s.approveHandoff},
		{"POST /cases/{id}/handoff/recall", judges, s.recallHandoff},
		{"POST /cases/{id}/handoff/veto", justices, s.vetoHandoff},
		{"POST /cases/{id}/unlock", justices, s.unlock},

		{"GET /handoffs", handoffs, s.handoffs},
		{"POST /handoffs/{id}", liaisons, s.acknowledge},

		{"POST /cases/{id}/suggest", reviewers, s.suggest},

		{"GET /search", content, s.search},
		{"POST /search/saved", content, s.saveSearchForm},
		{"POST /search/saved/{id}/drop", content, s.dropSearchForm},
		{"GET /items/{id}", content, s.item},
		{"GET /trends", figures, s.trends},
		{"GET /reports", reportReaders, s.reports},
		{"POST /reports", reportWriters, s.createReport},
		{"GET /reports/form", reportWriters, s.formPage},
		{"POST /reports/form", reportWriters, s.checkForm},
		{"GET /reports/{id}", reportReaders, s.viewReport},
		{"POST /reports/{id}", reportWriters, s.editReport},
		{"GET /reports/{id}/{format}", reportReaders, s.reportFile},
		{"POST /reports/{id}/approve", signers, s.reportAct(approveReport, "approved")},
		{"POST /reports/{id}/recall", recallers, s.reportAct(recallReport, "recalled")},
		{"POST /reports/{id}/return", returners, s.reportAct(returnReport, "returned")},
		{"POST /reports/{id}/issue", registry, s.reportAct(issueReport, "issued")},
		{"GET /ledgers", ledgerKeepers, s.ledgers},
		{"GET /ledgers/answers", answersRead, s.answers},
		{"GET /ledgers/answers/xlsx", answersRead, s.answersFile},
		{"GET /ledgers/{ledger}", ledgerKeepers, s.ledger},
		{"POST /ledgers/{ledger}", ledgerKeepers, s.saveLedger},
		{"GET /ledgers/{ledger}/xlsx", ledgerKeepers, s.ledgerFile},
		{"GET /documents", documents, s.documents},
		{"POST /documents", registrars, s.addDocument},
		{"POST /documents/read", registrars, s.readDocument},
		{"POST /documents/fetch", registrars, s.fetchDocument},
		{"POST /documents/check", documents, s.checkText},
		{"POST /documents/fact", confirmers, s.confirmFact},
		{"POST /documents/facts", confirmers, s.confirmFacts},
		{"GET /rumours", content, s.rumours},
		{"POST /rumours", reviewers, s.addRumour},
		{"POST /rumours/{id}/take", reviewers, s.takeRumour},
		{"GET /rumours/{id}", content, s.showRumour},
		{"POST /rumours/{id}/link", judges, s.linkRumour},
		{"GET /radar", content, s.radar},
		{"GET /rules", ruleReaders, s.rules},
		{"POST /rules", reviewers, s.tryRule},
		{"GET /sources", sources, s.sources},
		{"POST /sources", reviewers, s.fetch},
		{"GET /import", reviewers, s.importPage},
		{"POST /import", reviewers, s.upload},
		{"POST /import/{token}", reviewers, s.runImport},
		{"GET /board", boards, s.boardPage},
		{"POST /board", boards, s.boardReport},
		{"GET /report", anyone, s.citizenPage}, // only when the ward has opened it, checked there
		{"POST /report", anyone, s.citizenReport},
		{"GET /alerts", notices, s.alerts},
		{"GET /alerts/muted", notices, s.muted},
		{"POST /alerts/ack", judges, s.ack},
		{"POST /alerts/confirm", notices, s.confirmAddress},
		{"GET /confirm", anyone, s.confirmPage},
		{"POST /confirm", anyone, s.confirmAddress},
		{"POST /alerts/silence", judges, s.silence},
		{"POST /alerts/end", judges, s.endSilence},
		{"POST /alerts/test", notices, s.testAlert},
		{"GET /audit", auditors, s.audit},
		{"GET /privacy", anyone, s.privacy},
		{"GET /privacy/requests", justices, s.requests},
		{"POST /privacy/requests", justices, s.addRequest},
		{"POST /privacy/requests/{id}", justices, s.answerRequest},
		{"GET /machine", admins, s.machinePage},
		{"POST /machine", admins, s.examine},
		{"POST /machine/backup", admins, s.backUpNow},
		{"GET /users", admins, s.users},
		{"POST /users", admins, s.putUser},
		{"POST /users/{name}/password", admins, s.resetPassword},
		{"POST /users/{name}/disable", admins, s.disableUser},
		{"POST /users/{name}/second", admins, s.resetSecond},
		{"POST /users/{name}/unlock", admins, s.unlockUser},
	}
	all = append(all, s.tableRoutes()...)
	for _, e := range s.endpoints() {
		all = append(all, route{e.pattern, e.who, e.handle})
	}
	return all
}

// maxBody is the most that a request may carry: a rule file with its tests,
// or a correction in three lengths, with room to spare.
const maxBody = 256 << 10

// maxUpload is the most that a document may have, as a file with the form
// around it.
const maxUpload = paper.MaxFile + 64<<10

// New returns the whole site. It starts nothing that has to be stopped: the
// watch of the inbox runs while a browser listens.
func New(o Options) (http.Handler, error) {
	if o.Desk == nil || o.Accounts == nil {
		return nil, fmt.Errorf("web: Options.Desk and Options.Accounts are needed")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{Options: o, access: map[string]who{}, types: apiTypes(), scope: map[string]string{}}
	s.hub = newHub(o.Desk.Inbox, o.Version, o.Log)
	s.narrow = newHub(func(ctx context.Context, q review.InboxQuery) (review.Inbox, error) {
		q.For = review.Leader
		return o.Desk.Inbox(ctx, q)
	}, o.Version, o.Log)
	s.door.init()
	var err error
	if s.tongues, err = tongues(); err != nil {
		return nil, err
	}
	if s.assets, err = readAssets(static); err != nil {
		return nil, err
	}
	if s.pages, err = s.parsePages(templates); err != nil {
		return nil, err
	}

	all := s.endpoints()
	s.describe(all)
	for _, e := range all {
		s.scope[e.pattern] = e.Scope
	}
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		s.access[r.pattern] = r.who
		mux.Handle(r.pattern, s.guard(r))
	}
	mux.Handle("/", s.guard(route{who: anyone, handle: func(http.ResponseWriter, *http.Request) error { return errNotFound }}))

	// Browsers can not post from other sites, and GET changes nothing.
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.guard(route{who: anyone, handle: func(http.ResponseWriter, *http.Request) error {
		return &problem{status: http.StatusForbidden, key: "problem.cross_origin"}
	}}))
	return headers(bounded(cross.Handler(mux))), nil
}

// bounded limits what a request may carry: files have a page of their own.
func bounded(next http.Handler) http.Handler {
	pages, files, papers := http.MaxBytesHandler(next, maxBody), http.MaxBytesHandler(next, importBytes+64<<10), http.MaxBytesHandler(next, maxUpload)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/api/v1")
		if r.Method == http.MethodPost && path == "/import" {
			files.ServeHTTP(w, r)
			return
		}
		if r.Method == http.MethodPost && (path == "/documents" || path == "/documents/read" || path == "/reports/form") {
			papers.ServeHTTP(w, r) // a paper as a file, or its whole text in a form
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// headers tells browsers to trust nothing but our own files.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}

// guard adapts a handler that returns an error, after it has checked who
// asks. What the visitor sees depends only on the kind of error; the detail
// goes to the log.
func (s *server) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.visitor(r)
		must := false
		if err == nil && !free(r.URL.Path) {
			must, err = s.needsSecond(r, v.user)
		}
		if err == nil {
			r = r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
			wait := s.pace.wait(v, r, s.Clock())
			switch {
			case wait > 0:
				w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
				err = &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
			case must:
				err = s.sendToSecond(w, r)
			case v.program && !s.covers(v, rt.pattern):
				err = errScope
			case rt.who.has(v.user):
				err = s.inTurn(rt, w, r)
			case v.user == nil:
				err = errSignIn
			default:
				err = errForbidden
			}
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

type visitorKey struct{}

// A visitor is who asks, and in which language.
type visitor struct {
	user    *review.User // nil when not signed in
	session string       // id of the session
	program bool         // with a token, for its scopes
	scopes  []string
	t       *tongue
}

// visitorOf returns who asks; guard has put it there.
func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// by returns the person who asks. Only routes that need one call it.
func by(r *http.Request) review.User { return *visitorOf(r).user }

func readAssets(fsys fs.FS) (map[string]asset, error) {
	files, err := fs.ReadDir(fsys, "static")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	all := map[string]asset{}
	for _, f := range files {
		a, err := newAsset(fsys, "static/"+f.Name())
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		all[f.Name()] = a
	}
	return all, nil
}

// Patterns lists the routes of the site, pages and API, as [http.ServeMux]
// has them: for whoever walks over all of them.
func Patterns() (out []string) {
	for _, r := range (&server{}).routes() {
		out = append(out, r.pattern)
	}
	return out
}
