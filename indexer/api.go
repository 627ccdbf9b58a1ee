// Package indexer reads items, writes them into the index and its store, and
// answers questions about them.
//
// An item is announced (news.indexed) only when it can be found, counted and
// shown. Handling one twice changes nothing: identity is the item's id and
// the hash of its content.
package indexer

import (
	"time"

	"langnghe/internal/news"
)

// A Query asks for items. Text is what a person typed: plain words are a
// ranked OR of syllables and pairs, lenient on diacritics; an operator, a
// quote, a field or a sign makes it the rule language, with ~ implied for
// terms typed without diacritics; Strict is the rule language exactly.
type Query struct {
	Text    string    `json:"text,omitempty"`
	Strict  bool      `json:"strict,omitempty"`
	Like    string    `json:"like,omitempty"` // id of an item: those about the same, without its copies, instead of Text
	Topics  []string  `json:"topics,omitempty"`
	Areas   []string  `json:"areas,omitempty"`
	Tones   []string  `json:"tones,omitempty"`
	Stances []string  `json:"stances,omitempty"`
	Sources []string  `json:"sources,omitempty"`
	Kinds   []string  `json:"kinds,omitempty"`
	Story   string    `json:"story,omitempty"`
	From    time.Time `json:"from,omitzero"`    // event time, inclusive
	To      time.Time `json:"to,omitzero"`      // exclusive
	Newest  bool      `json:"newest,omitempty"` // newest first instead of by relevance
	Facets  bool      `json:"facets,omitempty"`
	Offset  int       `json:"offset,omitempty"`
	Limit   int       `json:"limit,omitempty"`   // zero means 20, at most 200
	Without []string  `json:"without,omitempty"` // ids of items that are neither found nor counted
	By      string    `json:"by,omitempty"`      // who asks outside of the desk's pages, which account for themselves
}

// A Hit is one item that fits, with the words that made it fit.
type Hit struct {
	Item    news.Item   `json:"item"`
	Score   float64     `json:"score"`
	Because []news.Span `json:"because"`
}

// A Result answers a [Query].
type Result struct {
	Total  int                `json:"total"` // lower bound when More is set
	More   bool               `json:"more,omitempty"`
	Hits   []Hit              `json:"hits"`
	Facets map[string][]Facet `json:"facets,omitempty"` // by topic, area, tone, stance, source, kind
}

// A Facet is how many of the items that fit have one value.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// A CountQuery asks how much was said over time.
type CountQuery struct {
	By     string    `json:"by"`     // topic, area, tone, stance, source, or "" for all
	Bucket string    `json:"bucket"` // hour or day, of Asia/Ho_Chi_Minh
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Topic and Area narrow what is counted; empty means any. Items outside
	// the area are never counted unless Area asks for them.
	Topic string `json:"topic,omitempty"`
	Area  string `json:"area,omitempty"`
}

// Counts answers a [CountQuery]. Buckets without items have no row.
type Counts struct {
	Rows []Count `json:"rows"`
}

// A Count is one bucket of one key.
type Count struct {
	Key     string    `json:"key"`
	At      time.Time `json:"at"` // start of the bucket
	Items   int       `json:"items"`
	Voices  int       `json:"voices"`  // distinct accounts
	Stories int       `json:"stories"` // distinct near-duplicate groups
}

// An ItemsQuery reads stored items in event-time order, page by page.
type ItemsQuery struct {
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Cursor string    `json:"cursor,omitempty"`
	Limit  int       `json:"limit,omitempty"` // zero means 500
	By     string    `json:"by,omitempty"`    // a person who exports; nobody is another role
}

// Items is one page of items; Next is the cursor of the following one.
type Items struct {
	Items []news.Item `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// Status is what the indexer knows of itself.
type Status struct {
	Items  int       `json:"items"`
	Newest time.Time `json:"newest,omitzero"`
	Months []string  `json:"months"`
	// Docs is how many items the index itself holds; Items is what the store
	// does. Damaged are the months whose index cannot be used until it is built
	// again.
	Docs    int      `json:"docs"`
	Damaged []string `json:"damaged,omitempty"`
	Mapping int      `json:"mapping"` // version of the index mapping
	Reading string   `json:"reading"` // version with which items are read now
	// Reindexed and Reindexing say how far a running reindex has come, in
	// items; both are zero when none runs.
	Reindexed  int `json:"reindexed,omitempty"`
	Reindexing int `json:"reindexing,omitempty"`
}
