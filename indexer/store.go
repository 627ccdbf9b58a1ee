package indexer

import (
	"context"
	"errors"
	"time"

	"langnghe/internal/news"
)

// ErrNotFound is what the indexer says about an id that it does not have.
var ErrNotFound error = notFound{errors.New("indexer: no such item; it may have been erased or be older than the texts that are kept")}

type notFound struct{ error }

// Code lets the error keep its kind on the way to another role.
func (notFound) Code() string { return "not_found" }

// Permanent says that asking again does not help.
func (notFound) Permanent() bool { return true }

// Store keeps the items and what was counted of them. The type store.Indexer
// implements it. All writes come from one writer.
type Store interface {
	// Known says what is stored of the ids; unknown ones are left out.
	Known(ctx context.Context, ids []string) (map[string]Known, error)
	// Write stores a batch in one transaction: items, versions, signatures
	// and counts. It gives new items a free key at or behind the one they
	// have, in place. What it wrote counts as neither indexed nor announced.
	Write(ctx context.Context, changes []*Change, late []Version) error

	// Reread replaces the readings of stored items and what is counted of
	// them, in one transaction. Content, index and announcements stay as they
	// are; an item whose content is another by now is left alone.
	Reread(ctx context.Context, items []Stored) error

	// Unindexed returns stored items that the index may lack and keys that
	// it must lose. Indexed marks them done.
	Unindexed(ctx context.Context, limit int) (items []Stored, gone []Key, err error)
	Indexed(ctx context.Context, items []Stored, gone []Key) error
	// Unannounced returns indexed items in event order (time, id) whose
	// content nobody has been told of. Announced marks them done.
	Unannounced(ctx context.Context, limit int) ([]Stored, error)
	Announced(ctx context.Context, items []Stored) error

	Item(ctx context.Context, id string) (Stored, error) // or ErrNotFound
	// Items returns the items with these keys, in any order; keys without
	// an item are left out.
	Items(ctx context.Context, keys []Key) ([]Stored, error)
	// Texts calls f with the title and text of the items with these keys, in
	// any order. It reads nothing else, so that many can be looked at.
	Texts(ctx context.Context, keys []Key, f func(key Key, title, text string)) error
	// Range returns items of from ≤ time < to in event order, behind
	// (after, id) when id is not empty. A zero to means no end.
	Range(ctx context.Context, from, to, after time.Time, id string, limit int) ([]Stored, error)
	// Between returns items of from ≤ key < to in the order of keys.
	Between(ctx context.Context, from, to Key, limit int) ([]Stored, error)
	// Count returns how many items of from ≤ key < to there are.
	Count(ctx context.Context, from, to Key) (int, error)
	// Status returns the number of items and the first and last key.
	Status(ctx context.Context) (items int, first, last Key, err error)

	// Tallies returns the buckets of a kind (hour, day) in from ≤ time < to,
	// in order.
	Tallies(ctx context.Context, bucket string, from, to time.Time) ([]Tally, error)
	// Signatures calls f for each signature of items since then, in the
	// order of keys.
	Signatures(ctx context.Context, since time.Time, f func(Signature) error) error

	// Erase forgets an item for good: content, versions, signature. Only its
	// hash stays, so that it cannot come back, and what was counted, without
	// its id. It reports the key that the index must lose; the month is to
	// be scrubbed until Scrubbed says that no file of the index holds a word
	// of it. An unknown id is remembered too.
	Erase(ctx context.Context, id string, at time.Time) (Key, bool, error)
	Scrubs(ctx context.Context) (months []string, err error)
	Scrubbed(ctx context.Context, month string) error
	// Vacuum leaves no trace of deleted rows in the store's files.
	Vacuum(ctx context.Context) error

	// Expire forgets up to limit items of a time before horizon and returns
	// how many; when none are left it settles the counts: days stay, hours
	// and what they were made of go.
	Expire(ctx context.Context, horizon time.Time, limit int) (int, error)
	// Settled returns the time before which counts are final; zero if none.
	Settled(ctx context.Context) (time.Time, error)
}

// Stored is one item as it is kept.
type Stored struct {
	Key  Key
	Item news.Item // with its Reading
	Hash string    // of its content
	Seen time.Time // when this content was observed
	// Before is the content that was announced last, when it was another.
	// Only [Store.Unannounced] fills it.
	Before *news.Item
}

// Known is what [Store] knows of an id.
type Known struct {
	Stored
	Erased bool
	Hashes []string // of earlier contents
}

// A Version is a content that an item once had.
type Version struct {
	Item news.Item
	Hash string
	Seen time.Time
}

// A Change is a new item, or a new content of one.
type Change struct {
	Stored
	Replaces  *Stored // what was stored until now; nil for a new item
	Signature []byte
}

// A Signature finds near-duplicates of an item.
type Signature struct {
	ID    string
	At    time.Time
	Story string
	Data  []byte
}
