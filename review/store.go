package review

import (
	"context"
	"errors"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/official/rumour"
)

// ErrNotFound is what a [Store] says about an unknown id.
var ErrNotFound = errors.New("review: not found")

// Store keeps the desk's state. Package reviewtest says what each method must
// do; what a transaction wrote is on the disk when Update returns.
type Store interface {
	// Update runs f in one write transaction. When f fails, nothing has
	// happened, and Update returns its error. Transactions run one after
	// the other.
	Update(ctx context.Context, f func(Tx) error) error

	Entry(ctx context.Context, id string) (Entry, error)
	Inbox(ctx context.Context, q InboxQuery) (Inbox, error)
	Case(ctx context.Context, id string) (Case, error)
	Cases(ctx context.Context, q CaseQuery) ([]Case, error)
	Precision(ctx context.Context) ([]Precision, error)
	Documents(ctx context.Context) ([]official.Document, error)
	// Requests lists them: open ones by their due time, then the answered
	// ones, newest first.
	Requests(ctx context.Context, limit int) ([]DataRequest, error)
	// Rumours are the claims that were put into the register.
	Rumours(ctx context.Context) ([]rumour.Claim, error)
	// Links are people's words about items beside one claim, the latest of each.
	Links(ctx context.Context, claim string) ([]Link, error)

	// Joinable are the open claim and scam cases of a topic, newest first.
	Joinable(ctx context.Context, topic string, limit int) ([]Case, error)
	// Waking names the cases whose Case.Wake lies at or before now, the
	// longest due first.
	Waking(ctx context.Context, now time.Time) ([]string, error)
	// Overlooked names undecided entries that came at or before the time of
	// their level and that nobody was told of as overlooked, the highest
	// level first, then the longest waiting. A zero time asks for none.
	Overlooked(ctx context.Context, before [5]time.Time, limit int) ([]string, error)
	// Accusing names the entries with the subject, the newest 5,000 first.
	Accusing(ctx context.Context, subject string) ([]string, error)
	// Releasable names the cases in which something waited for the undo
	// window and is due.
	Releasable(ctx context.Context, now time.Time) ([]string, error)
	// TakeMessages returns what is to be handed over now, oldest first, and
	// remembers that it did: from then on a message may have been seen.
	TakeMessages(ctx context.Context, kind MessageKind, now time.Time, limit int) ([]Message, error)
	// Sent marks messages as handed over.
	Sent(ctx context.Context, now time.Time, ids []string) error
	// Backlog counts the messages that are due, and says since when.
	Backlog(ctx context.Context, now time.Time) (n int, oldest time.Time, err error)

	// Outlived names entries that hold words, and cases whose slip has
	// captures with a text, that are older than the horizon; at most limit of
	// each.
	Outlived(ctx context.Context, h Horizon, limit int) (entries, cases []string, err error)

	Audit(ctx context.Context, q AuditQuery) (AuditPage, error)
	// VerifyAudit checks the whole chain and returns its length; the error
	// names the first entry that does not fit.
	VerifyAudit(ctx context.Context) (int, error)
}

// Tx is one write transaction. What it writes, it reads.
type Tx interface {
	Entry(id string) (Entry, error)
	PutEntry(e Entry) error
	// Flagged returns the entry that has the flag, or "".
	Flagged(flag string) (entry string, err error)
	// Undecided names the open, visible entries of a story, oldest first.
	Undecided(story string) ([]string, error)
	// Together names the entries whose decision was made with this one.
	Together(decision string) ([]string, error)

	// Batch names open, visible entries for a person: first those of the
	// folds that the person has in hand, then those that nobody has, one for
	// each fold, in the order of the inbox.
	Batch(q BatchRequest, now time.Time) ([]string, error)
	// Lease returns who has a fold in hand, or the zero value.
	Lease(fold string) (Lease, error)
	PutLease(fold string, l Lease) error
	// ExtendLeases moves the end of the person's leases that hold at now, and
	// EndLeases ends them all.
	ExtendLeases(by string, now, until time.Time) error
	EndLeases(by string) error

	Case(id string) (Case, error)
	PutCase(c Case) error
	// OpenCase returns the case of the kind that is not closed and has the
	// story, or "".
	OpenCase(kind CaseKind, story string) (id string, err error)
	// Citing returns the cases, not closed, that cite the document.
	Citing(document string) ([]Case, error)
	// Next counts up the counter and returns its new value, from 1.
	Next(counter string) (int, error)
	// Count returns the counter's value, 0 at first.
	Count(counter string) (int, error)

	// Notice returns the last notice about key, or the zero value.
	Notice(key string) (Notice, error)
	PutNotice(key string, n Notice) error
	// Send puts a message into the outbox; a second one with its ID is
	// ignored.
	Send(m Message) error
	// Recall takes the messages about ref that nobody took out of the outbox
	// and returns the others, oldest first.
	Recall(ref string) ([]Message, error)

	// Erased reports whether the item was erased, SetErased says so.
	Erased(item string) (bool, error)
	SetErased(e news.Erased) error

	// Vetoed says when a hand-off about the story was last vetoed, SetVetoed
	// that one was; the latest counts.
	Vetoed(story string) (time.Time, error)
	SetVetoed(story string, at time.Time) error
	// Posted returns the entries whose items have one of the addresses.
	Posted(urls []string) ([]Entry, error)

	Document(no string) (official.Document, error)
	Documents() ([]official.Document, error)

	Rumours() ([]rumour.Claim, error)
	// PutRumour keeps a claim once by its id and says whether it is new.
	PutRumour(c rumour.Claim) (isNew bool, err error)
	// SetRumour writes a claim that is there.
	SetRumour(c rumour.Claim) error
	// Judged are the cases whose claim has a verdict, the newest 1,000.
	Judged() ([]Case, error)
	PutLink(l Link) error
	PutDocument(d official.Document) error

	Request(id string) (DataRequest, error)
	PutRequest(r DataRequest) error

	// Chain appends to the audit chain; an entry whose ID is there already
	// is ignored.
	Chain(a news.Audit) error
}

// MessageKind says what a message of the outbox carries.
type MessageKind string

// The kinds of messages.
const (
	AlertMessage   MessageKind = "alert"   // news.Alert
	DecidedMessage MessageKind = "decided" // news.Decided
	FactsMessage   MessageKind = "facts"   // news.Facts
	ErasedMessage  MessageKind = "erased"  // news.Erased
)

// A Message waits in the outbox until it has been handed over.
type Message struct {
	ID   string // unique; the identity of what it carries
	Kind MessageKind
	Ref  string    // decision or case that it follows from
	From time.Time // not before
	Body []byte    // JSON
}

// A Notice remembers that people were told of a story or group.
type Notice struct {
	At    time.Time  `json:"at"`
	Level news.Level `json:"level"`
	Alert string     `json:"alert"`
}

// A CaseQuery narrows the list of cases. The zero value is every case that is
// not closed, most urgent first, then by due date, then oldest.
type CaseQuery struct {
	Kind    CaseKind `json:"kind,omitempty"`
	State   State    `json:"state,omitempty"`
	Unit    string   `json:"unit,omitempty"`
	Handoff bool     `json:"handoff,omitempty"` // with a hand-off
	Sent    bool     `json:"sent,omitempty"`    // with a hand-off that was sent
	Public  bool     `json:"public,omitempty"`  // with an approved correction
	Claimed bool     `json:"claimed,omitempty"` // whose claim somebody has written down
	Overdue bool     `json:"overdue,omitempty"`
	Closed  bool     `json:"closed,omitempty"` // the closed ones too, newest first
	Offset  int      `json:"offset,omitempty"`
	After   Mark     `json:"-"`               // what follows the case with this place
	Limit   int      `json:"limit,omitempty"` // zero means 50
	// By is who looks: units see their own, editors approved corrections.
	// Without it the answer is for the program itself.
	By  User      `json:"-"`
	Now time.Time `json:"-"` // that Overdue is about; set by the desk
}

// A CasePage is one page of cases.
type CasePage struct {
	Cases   []Case        `json:"cases"`
	Total   int           `json:"total"`
	ByState map[State]int `json:"by_state"` // of all cases that are not closed
}

// Precision is how often people found the flags of a rule worth their time.
type Precision struct {
	Rule    string `json:"rule"`
	Version int    `json:"version"`
	Flags   int    `json:"flags"` // raised, without withdrawn ones
	Decided int    `json:"decided"`
	Useful  int    `json:"useful"`
}

// Share is Useful of Decided, 0 when nothing is decided.
func (p Precision) Share() float64 {
	if p.Decided == 0 {
		return 0
	}
	return float64(p.Useful) / float64(p.Decided)
}

// An AuditEntry is one link of the audit chain.
type AuditEntry struct {
	Seq int `json:"seq"`
	news.Audit
	Prev string `json:"prev"`
	Hash string `json:"hash"`
}

// An AuditQuery narrows the audit log, newest first.
type AuditQuery struct {
	Who    string    `json:"who,omitempty"`
	Act    string    `json:"act,omitempty"` // or the part before the dot
	Object string    `json:"object,omitempty"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Offset int       `json:"offset,omitempty"`
	Before int       `json:"before,omitempty"` // only entries with a lower Seq; zero is all
	Limit  int       `json:"limit,omitempty"`  // zero means 50
	By     User      `json:"-"`                // who looks; nobody is the program itself
}

// An AuditPage is one page of the log.
type AuditPage struct {
	Entries []AuditEntry `json:"entries"`
	Total   int          `json:"total"`
}
