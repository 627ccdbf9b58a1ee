package alerts

import (
	"context"
	"errors"
	"time"

	"langnghe/internal/news"
)

// ErrUnknown is returned by a [Store] for an alert that it has not got.
var ErrUnknown = errors.New("no such alert")

// States of a delivery. Waiting and failed ones are live; the others are
// final.
const (
	Waiting = "waiting" // not tried, or a try is in hand
	Failed  = "failed"  // tried in vain, is tried again
	Sent    = "sent"
	Muted   = "muted" // on purpose, Why says whose
	Dead    = "dead"  // given up
)

// A Row is the store's record of one alert for one recipient on one channel.
type Row struct {
	Seq       int64 // order in which rows were written; zero is a new one
	Alert     news.Alert
	Recipient string // "" when there was nobody to tell
	Channel   string
	Role      string // for which it was routed
	Fold      string // rows of one recipient and fold may share a message; "" never does
	State     string
	Why       string
	Tries     int       // begun ones
	Due       time.Time // on the ward's clock
	Retry     time.Time // on the machine's clock
	Message   string    // identity; set before the first try and never changed
	Drop      string    // why not to try again once the try in hand has failed
	Error     string
	Created   time.Time
	Done      time.Time
}

// live reports whether the row is not settled.
func (r *Row) live() bool { return r.State == Waiting || r.State == Failed }

// A Window is the quiet time after a message about a fold.
type Window struct {
	Recipient, Fold string
	Until           time.Time
	Level           news.Level // the highest that was sent in it
}

// A Quiet is an acknowledged group: nothing up to Level until then.
type Quiet struct {
	Group string     `json:"group"`
	By    string     `json:"by"`
	Level news.Level `json:"level"`
	Until time.Time  `json:"until"`
	Not   []string   `json:"not,omitempty"` // roles that are not to know of the group; set when it is asked for
}

// A Change is what one event does to the state. All of it is written, or
// nothing.
type Change struct {
	At        time.Time   // on the ward's clock
	Refs      []string    // ids that the alert is about, see Mentioning
	Alert     *news.Alert // taken; one that is known is left as it is, with its rows
	Rows      []Row       // inserted when Seq is zero, otherwise updated
	Windows   []Window
	Silence   *Silence
	Quiet     *Quiet
	Watches   []Watch
	Addresses []Address
	Erase     string   // an item: remembered, so that a late alert about it stays empty
	Blank     []string // alerts whose words are removed
	Delivered []news.Delivered
	Audit     []news.Audit
}

// An Outgoing is a fact that other roles have not heard yet.
type Outgoing struct {
	Seq       int64
	Delivered *news.Delivered
	Audit     *news.Audit
}

// Store keeps the outbox, the delivery log, silences and acknowledgements.
// It is on the disk when Save returns. The dispatcher never calls two
// methods that write at the same time.
type Store interface {
	// Save writes the change in one transaction. A new row whose alert,
	// recipient and channel exist already is left out.
	Save(ctx context.Context, c Change) error

	// Alert returns a taken alert, or ErrUnknown.
	Alert(ctx context.Context, id string) (news.Alert, error)
	// Withdrawn reports whether an alert was taken that takes back id.
	Withdrawn(ctx context.Context, id string) (bool, error)
	// Rows returns the rows of an alert in their order.
	Rows(ctx context.Context, alert string) ([]Row, error)
	// Untried returns the waiting rows that were never tried.
	Untried(ctx context.Context) ([]Row, error)
	// Last returns the newest untried row of a recipient's fold; ok is
	// false when there is none.
	Last(ctx context.Context, recipient, fold string) (r Row, ok bool, err error)
	// Window returns the window of a recipient's fold, zero when there is
	// none.
	Window(ctx context.Context, recipient, fold string) (Window, error)

	// Due returns, for each recipient, the live row that goes first: due at
	// now and not before its retry at wall; the highest level, then the
	// oldest.
	Due(ctx context.Context, now, wall time.Time) ([]Row, error)
	// Batch returns the rows that share a message with r, r included: those
	// with its Message, or the untried ones of its fold.
	Batch(ctx context.Context, r Row) ([]Row, error)

	// Silences returns those in force at now, newest first.
	Silences(ctx context.Context, now time.Time) ([]Silence, error)
	// Quiet returns how long a group is acknowledged; zero when it never was.
	Quiet(ctx context.Context, group string) (Quiet, error)
	// Quiets returns the groups that are acknowledged at now.
	Quiets(ctx context.Context, now time.Time) ([]Quiet, error)
	// MutedBy counts the muted rows since t by their reason, most first.
	MutedBy(ctx context.Context, t time.Time) ([]MutedCount, error)

	// Watch returns the watch of a group, zero when there is none.
	Watch(ctx context.Context, group string) (Watch, error)
	// Nudges returns the open watches whose Next is at or before now.
	Nudges(ctx context.Context, now time.Time) ([]Watch, error)
	// Watches returns the open ones that were opened since t, most urgent
	// first.
	Watches(ctx context.Context, t time.Time) ([]Watch, error)
	// Addresses returns what is known of the recipients' addresses.
	Addresses(ctx context.Context) ([]Address, error)

	// Level returns the highest level of the group's alerts taken since t.
	Level(ctx context.Context, group string, t time.Time) (news.Level, error)

	// Past returns the roles that one notice of the group at least goes
	// past; known is false when there is no notice of it.
	Past(ctx context.Context, group string) (roles []string, known bool, err error)

	// Mentioning returns the ids of alerts that were saved with the item's
	// id among their refs.
	Mentioning(ctx context.Context, item string) ([]string, error)
	// Erased reports whether one of refs is the id of an erased item.
	Erased(ctx context.Context, refs []string) (bool, error)
	// Forget removes the words of settled alerts that were taken before t,
	// and the memory of items erased before t.
	Forget(ctx context.Context, words, erased time.Time) error

	// Deliveries returns the newest rows; state "" is all.
	Deliveries(ctx context.Context, state string, before int64, limit int) ([]Row, error)
	// Count returns how many rows are live, how many died since the time,
	// and the due time of the oldest live row.
	Count(ctx context.Context, since time.Time) (live, dead int, oldest time.Time, err error)

	// Outgoing returns the oldest facts to be published.
	Outgoing(ctx context.Context, limit int) ([]Outgoing, error)
	// Published forgets the outgoing facts up to seq.
	Published(ctx context.Context, seq int64) error
}
