package crawler

import (
	"context"
	"time"

	"langnghe/internal/news"
)

// Store keeps what the crawler has to remember. Package crawlertest tests
// any implementation. It holds no text, no address of an item and no name:
// ids and marks are hashes.
type Store interface {
	// Visit returns what is known of a source; a zero Visit with its id
	// when nothing is.
	Visit(ctx context.Context, source string) (Visit, error)
	SaveVisit(ctx context.Context, v Visit) error
	// Visits returns every Visit that was saved, in no order.
	Visits(ctx context.Context) ([]Visit, error)

	// Seen returns the rows of those ids that have one.
	Seen(ctx context.Context, ids []string) (map[string]Seen, error)
	// MarkSeen stores rows, all or none. It leaves erased rows as they are.
	MarkSeen(ctx context.Context, rows []Seen) error
	// Activity counts the items of a source with an event time in [from, to).
	Activity(ctx context.Context, source string, from, to time.Time) (Activity, error)
	// Items returns the rows of a source's items with an event time in
	// [from, to), the newest first, at most so many.
	Items(ctx context.Context, source string, from, to time.Time, most int) ([]Seen, error)
	// Prune forgets rows that were last looked at, and whose item happened,
	// before a time, and returns how many. Erased rows stay.
	Prune(ctx context.Context, before time.Time) (int, error)
	// Erase forgets an item but for the fact that it must not come back.
	Erase(ctx context.Context, id string) error

	// Key returns the pseudonym key of a period, making one when there is
	// none. DropKeys destroys the keys of the periods before.
	Key(ctx context.Context, period int64) ([]byte, error)
	DropKeys(ctx context.Context, before int64) error
}

// A Visit is the state of a source after its last visit.
type Visit struct {
	Source    string
	State     string // new, ok, degraded, silent, blocked, empty
	Since     time.Time
	Why       news.Text
	LastFetch time.Time
	LastItem  time.Time // event time of its newest item
	Next      time.Time
	Recheck   time.Time // when something listed wants to be looked at again; zero is never
	Total     int       // items published, edits not counted
	Failures  int       // in a row
	Rate      float64   // items a day, of late
	Listed    int       // what its document listed last
	Found     string    // where a site's listing was found: kind, space, address
	Unread    Unread    // articles that could not be read, since the last that could

	// Of the listing, for conditional requests. They are kept only when
	// everything listed was taken.
	URL, ETag, LastModified string
}

// Unread is how the articles fail that a working listing leads to. It is zero
// while they can be read.
type Unread struct {
	Pages int       // that failed in a row
	Since time.Time // the first of them
	State string    // degraded or blocked, once they are too many to be chance
	Why   news.Text // of the last one, for the team
}

// A Seen row says what was done about one id: of an item, or of a page or
// thread that items are read from.
type Seen struct {
	ID      string
	Source  string
	Item    string // the item that a page turned out to be, when its id differs
	Hash    string // of the item's content as published; empty for what is no item
	Mark    string // of what the listing said; another mark asks for another look
	At      time.Time
	First   time.Time
	Checked time.Time
	Tries   int // looks since the item was published, or failures since the first
	Erased  bool

	ETag, LastModified string // of the page
}

// Activity is how much a source published in a span of time.
type Activity struct {
	Items       int
	First, Last time.Time
}
