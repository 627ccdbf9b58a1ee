// Package news holds the vocabulary of the system: the values that travel
// between roles. It is data only: no I/O, no clock, no logger, and no import
// outside the standard library.
//
// A type belongs here only if it crosses a stage boundary. Everything else
// lives with the package that gives it behaviour. The JSON forms are stable:
// fields are only ever added.
package news

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Kind says what an item is.
type Kind string

// The kinds of items.
const (
	Article  Kind = "article"
	Post     Kind = "post"
	Comment  Kind = "comment"
	Official Kind = "official"
	Tip      Kind = "tip"
)

// An Item is one article, post, comment or report, as published, without its
// author. Text is what people wrote: no title, no byline, no mark-up.
type Item struct {
	ID        string    `json:"id,omitempty"`
	Kind      Kind      `json:"kind,omitempty"`
	Source    string    `json:"source,omitempty"`
	Platform  string    `json:"platform,omitempty"` // web, facebook, youtube, telegram, zalo, mastodon, bluesky, forum, sms, radio, file
	URL       string    `json:"url,omitempty"`      // canonical, never with a handle in it
	Title     string    `json:"title,omitempty"`
	Text      string    `json:"text"`
	Lang      string    `json:"lang,omitempty"`
	Published time.Time `json:"published,omitzero"`
	Observed  time.Time `json:"observed,omitzero"`
	Edited    time.Time `json:"edited,omitzero"`   // when this content was first seen, if another came before it
	Account   string    `json:"account,omitempty"` // keyed pseudonym "p:…", rotates every 30 days
	Thread    string    `json:"thread,omitempty"`
	Parent    string    `json:"parent,omitempty"`
	Counts    *Counts   `json:"counts,omitempty"`
	Reading   *Reading  `json:"reading,omitempty"` // when present, the item is not read again
	Notes     []string  `json:"notes,omitempty"`   // what the crawler had to correct: "time_clamped", "time_guessed", "redacted", "url_elsewhere"
}

// Counts are the public reactions to an item when it was observed.
type Counts struct {
	Reactions int `json:"reactions,omitempty"`
	Comments  int `json:"comments,omitempty"`
	Shares    int `json:"shares,omitempty"`
	Views     int `json:"views,omitempty"`
}

// At is the event time: the earlier of Published and Observed, or the one
// there is.
func (it *Item) At() time.Time {
	switch {
	case it.Published.IsZero():
		return it.Observed
	case it.Observed.IsZero() || it.Published.Before(it.Observed):
		return it.Published
	default:
		return it.Observed
	}
}

// Seen is when this content of the item was first seen: Edited, or Observed
// when there was no other before.
func (it *Item) Seen() time.Time {
	if it.Edited.After(it.Observed) {
		return it.Edited
	}
	return it.Observed
}

// Voice names who speaks, as far as anyone may know: the account's pseudonym
// or, without one, the source.
func (it *Item) Voice() string {
	if it.Account != "" {
		return it.Account
	}
	return "source:" + it.Source
}

// Hash identifies the content of an item: it changes exactly when the title
// or the text does.
func (it *Item) Hash() string {
	sum := sha256.Sum256([]byte(it.Title + "\x00" + it.Text))
	return hex.EncodeToString(sum[:12])
}

// A Span points at the words that made the program say something. Start and
// End count Unicode code points; End is exclusive.
type Span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text,omitempty"`
	In    string `json:"in,omitempty"` // "" or "text" is the text, else "title", "claim", "document"
}

// Overlaps reports whether two spans of one text share a code point.
func (s Span) Overlaps(t Span) bool {
	in := func(s Span) string {
		if s.In == "text" {
			return ""
		}
		return s.In
	}
	return in(s) == in(t) && s.Start < t.End && t.Start < s.End
}

// Level is the one scale of urgency. Machines propose, people may change it.
type Level int

// The levels, from counted-only to a matter of life.
const (
	Informational Level = iota // counted
	Low                        // ghi nhận: weekly digest
	Medium                     // theo dõi: looked at within two working days
	High                       // khẩn: notice at once in working hours
	Critical                   // khẩn cấp: notice at any hour
)

var levelNames = [...]string{"informational", "low", "medium", "high", "critical"}

func (l Level) String() string {
	if l < 0 || int(l) >= len(levelNames) {
		return fmt.Sprintf("level(%d)", int(l))
	}
	return levelNames[l]
}

// ParseLevel reads the word for a level as rule files write it.
func ParseLevel(s string) (Level, bool) {
	for i, n := range levelNames {
		if n == s {
			return Level(i), true
		}
	}
	return 0, false
}

// Text in the two languages of the service. Vietnamese is the first.
type Text struct {
	VI string `json:"vi" yaml:"vi"`
	EN string `json:"en,omitempty" yaml:"en"`
}

// In returns the text in lang, or in Vietnamese when there is none.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.VI
}
