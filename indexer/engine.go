package indexer

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"
)

// Zone is the ward's: its days and months bound counts, filters and indexes.
// Viet Nam has had no other time since 1975.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

// A Key names a document of the index. Keys are ordered by event time, so
// that sorting by key is sorting by time and needs no stored values: 42 bits
// of milliseconds, 21 bits that tell items of one millisecond apart.
type Key int64

const keyBits = 21

// firstKey returns the smallest key at t.
func firstKey(t time.Time) Key { return Key(t.UnixMilli() << keyBits) }

// newKey returns the key that an item would like to have; the store takes
// the next free one.
func newKey(at time.Time, id string) Key {
	h := fnv.New32a()
	h.Write([]byte(id))
	return firstKey(at) | Key(h.Sum32()>>(32-keyBits))
}

// At returns the event time, to the millisecond.
func (k Key) At() time.Time { return time.UnixMilli(int64(k >> keyBits)).UTC() }

func (k Key) String() string { return fmt.Sprintf("%016x", int64(k)) }

// Month names the index that holds the key, "2026-11".
func (k Key) Month() string { return k.At().In(Zone).Format("2006-01") }

// monthRange returns the keys of a month: first inclusive, last exclusive.
func monthRange(month string) (from, to Key, err error) {
	t, err := time.ParseInLocation("2006-01", month, Zone)
	if err != nil {
		return 0, 0, fmt.Errorf("month %q: want YYYY-MM", month)
	}
	return firstKey(t), firstKey(t.AddDate(0, 1, 0)), nil
}

// An Engine is a full-text index in monthly parts. It knows keys, terms and
// values; texts stay in the [Store]. Package indexertest says what each
// method must do. Methods are safe for concurrent use, but Write, Rebuild
// and Drop come from one writer.
type Engine interface {
	// Months lists the parts that there are, newest first.
	Months() []string
	// Stale lists the parts that cannot be used: written with another
	// mapping, or damaged. They are not in Months until rebuilt.
	Stale() []string
	// Old lists the parts that were written with an earlier mapping and can be
	// searched and written all the same until they are rebuilt.
	Old() []string
	// Write adds or replaces documents of a month and removes others. It is
	// on the disk when Write returns.
	Write(ctx context.Context, month string, put []Doc, remove []Key) error
	// Find searches these months, newest first, and opens no other. A month
	// that does not exist has no hits.
	Find(ctx context.Context, months []string, ask Ask) (Answer, error)
	// Docs says how many documents of all months have each of the terms in a
	// field, and how many documents there are.
	Docs(ctx context.Context, field string, words []string) (docs []int, all int, err error)
	// Rebuild starts an empty part beside the live one.
	Rebuild(month string) (Part, error)
	// Compact makes a month that is written to no more quick to search. It
	// costs about what writing it did once more; a month that is compact
	// costs nothing.
	Compact(ctx context.Context, month string) error
	// Drop deletes a part with its files.
	Drop(month string) error
	Close() error
}

// A Part is a month that is being built beside the live one.
type Part interface {
	Write(ctx context.Context, put []Doc, remove []Key) error
	// Swap puts the part in the place of the live one and deletes that, so
	// that nothing remains of what only the old one held. A crash leaves
	// the one or the other.
	Swap() error
	// Discard deletes the part. After Swap it does nothing.
	Discard() error
}

// The fields of a document. Text fields hold exact keys with positions; their
// folded twins are asked for folded keys and are the same texts.
const (
	FieldTitle     = "title"
	FieldText      = "text"
	FieldTitleFold = "title_fold"
	FieldTextFold  = "text_fold"

	FieldTopic  = "topic"
	FieldArea   = "area"
	FieldTone   = "tone"
	FieldStance = "stance"
	FieldSource = "source"
	FieldKind   = "kind"
	FieldDay    = "day"
	FieldStory  = "story"
)

// A Doc is what is indexed of an item.
type Doc struct {
	Key         Key
	Title, Text string
	Values      map[string][]string // of the fields topic … story
}

// An Op says how a [Clause] chooses documents.
type Op uint8

// The operations.
const (
	All    Op = iota // every document
	Term             // Field holds the term Words[0]
	Phrase           // Field, one of the text, holds Words next to each other, in one sentence
	And              // all Kids hold
	Or               // at least Min of Kids hold, and at least one
	Not              // Kids[0] does not hold; it ranks nothing
)

// A Clause chooses documents and ranks them.
type Clause struct {
	Op    Op
	Field string
	Words []string
	Boost float64 // zero means 1
	Min   int     // of Or
	Kids  []Clause
}

// An Ask is one search.
type Ask struct {
	Where  Clause
	Filter map[string][]string // field → values, one of which must hold
	// From ≤ key < To bounds the time. A zero To means no end.
	From, To Key
	Keys     []Key // only these documents; nil means any
	Not      []Key // none of these documents
	Newest   bool  // by key, newest first, instead of by score
	Before   Key   // with Newest: only keys below it; zero means no bound
	Offset   int
	Limit    int
	Facets   []string // fields to count
}

// An Answer answers an [Ask]. Equal scores are ordered newest first. Scores
// of all months of an answer can be compared.
type Answer struct {
	// Total counts all that fit, whatever Before, Offset and Limit.
	Total int
	// More says that Total is a lower bound: a search for the newest, without
	// facets, looks at no month behind the one that fills it.
	More   bool
	Hits   []Match
	Facets map[string]map[string]int
}

// A Match is one document that fits.
type Match struct {
	Key   Key
	Score float64 // zero with Newest
}
