package news

import "time"

// A Reading is what the program understood of an item. Every label carries
// the spans that it rests on; all of it is a suggestion to a person.
type Reading struct {
	Area      Area    `json:"area"`
	Topics    []Topic `json:"topics,omitempty"`
	Tone      Tone    `json:"tone"`
	Impact    string  `json:"impact,omitempty"` // favourable, useful, neutral, adverse
	Stance    Stance  `json:"stance,omitempty"`
	StanceWhy []Span  `json:"stance_because,omitempty"`
	Cues      []Cue   `json:"cues,omitempty"`
	Values    []Value `json:"values,omitempty"`
	Story     string  `json:"story,omitempty"` // id of the near-duplicate group
	// Again is when the text was first seen, of a copy that comes after the
	// story was silent for two weeks or more.
	Again      time.Time `json:"again,omitzero"`
	Accentless bool      `json:"accentless"`
	Version    string    `json:"version,omitempty"` // of the lexicons and code that read it
}

// Area says whether an item is about the ward.
type Area struct {
	Fit     string `json:"fit"` // in_area, ambiguous, out_of_area
	Score   int    `json:"score"`
	Because []Span `json:"because,omitempty"`
}

// The three answers to "is it about us?".
const (
	InArea    = "in_area"
	Ambiguous = "ambiguous"
	OutOfArea = "out_of_area"
)

// Topic is one subject of an item, with a score in 0…1.
type Topic struct {
	ID      string  `json:"id"`
	Score   float64 `json:"score"`
	Because []Span  `json:"because,omitempty"`
}

// TopicIDs are the nineteen topics, in the order in which pages list them.
var TopicIDs = []string{
	"land", "roads", "water", "electricity", "environment", "education", "health",
	"health_insurance", "admin_procedures", "merger_admin", "tax_fee", "public_order",
	"security_scam", "disaster", "agriculture", "market_trade", "culture_info",
	"corruption", "charity",
}

// Tone is how an item sounds. It never raises a level by itself.
type Tone struct {
	Label   string  `json:"label"` // negative, neutral, positive, mixed
	Score   float64 `json:"score"` // -1…1
	Because []Span  `json:"because,omitempty"`
}

// Stance is what the writer does: complain, ask, warn, claim …
type Stance string

// The stances.
const (
	Complaint   Stance = "complaint"
	Question    Stance = "question"
	Suggestion  Stance = "suggestion"
	Opinion     Stance = "opinion"
	Satire      Stance = "satire"
	Praise      Stance = "praise"
	Warning     Stance = "warning"
	Denial      Stance = "denial"
	Report      Stance = "report"
	RumourQuery Stance = "rumour_query"
	Claiming    Stance = "claim"
	Other       Stance = "other"
)

// Protected reports whether the stance is a resident's voice that has no path
// to a police hand-off (invariant 1): criticism is not misinformation.
func (s Stance) Protected() bool {
	switch s {
	case Complaint, Question, RumourQuery, Suggestion, Opinion, Satire:
		return true
	}
	return false
}

// Speaks reports whether a resident speaks for himself. Who does is answered,
// never accused, whatever words he uses.
func (s Stance) Speaks() bool {
	switch s {
	case Complaint, Question, Suggestion, Opinion, Satire, Praise:
		return true
	}
	return false
}

// Cue is one piece of machine evidence: words typical of a family of rumours
// or scams. Family names are those of the reading's lexicon.
type Cue struct {
	Family    string   `json:"family"`
	Level     Level    `json:"level"`
	Because   []Span   `json:"because,omitempty"`
	BoostedBy []string `json:"boosted_by,omitempty"` // urgency, hearsay
}

// Value is a typed value found in the text.
type Value struct {
	Type  string `json:"type"` // money, date, docno, phone, url, percent
	Text  string `json:"text"`
	Value any    `json:"value,omitempty"`
	Span  Span   `json:"span,omitzero"`
}
