// Package rules keeps the standing rules: files that officers write, the
// engine that evaluates them over items as they are indexed, and the flags
// that come out with their evidence. Every flag names the rule, its version,
// the items and, of a rule about single items, the spans.
//
// The topic of a rule is one of the nineteen of package news, or "general":
// the rule is about whatever topic the item has, and its flags carry that
// topic, or the topic that is their group, or none.
//
// The flags of a rule are a function of the set of items, never of the order
// in which they arrive. A rule set with a mistake is refused as a whole file,
// with every mistake named; the old version of that rule stays in force.
//
// A rule of this place may notify only when somebody has looked at a preview
// of exactly what it means, its own tests pass and the budget of false notices
// of the whole ward has room for it; until then a rule that asks for status
// stable is held in status test. The rules that come with the program were
// tested with it. What a new or changed rule says of the past is marked retro
// and never notifies.
package rules

import (
	"time"

	"langnghe/internal/news"
)

// Info is one rule as pages show it.
type Info struct {
	ID             string     `json:"id"`
	Version        int        `json:"version"`
	Title          news.Text  `json:"title"`
	Type           string     `json:"type"`
	Level          news.Level `json:"level"`
	Status         string     `json:"status"`
	Owner          string     `json:"owner"`
	Topic          string     `json:"topic,omitempty"`
	When           string     `json:"when"`
	Canonical      string     `json:"canonical"`
	Hash           string     `json:"hash"`
	References     []string   `json:"references"`
	FalsePositives []string   `json:"falsepositives"`
	Enabled        bool       `json:"enabled"`
	Builtin        bool       `json:"builtin"`
	File           string     `json:"file"`   // name, for messages
	Source         string     `json:"source"` // the YAML text
	Flags          int        `json:"flags"`  // raised so far
	Decided        int        `json:"decided"`
	Useful         int        `json:"useful"` // decisions that found it worth a look
	LastFlag       time.Time  `json:"last_flag,omitzero"`
	Precision      Precision  `json:"precision"`
	// Retire says that decisions of this version are so bad that its owner
	// should mend or end it.
	Retire bool `json:"retire,omitempty"`
	// Wanted is the status that the file asks for, when the rule is held in
	// status test; List.Held says why.
	Wanted   string     `json:"wanted,omitempty"`
	Versions []Released `json:"versions,omitempty"` // newest first, this one left out
}

// A Precision is the share of flags worth a person's time, with the interval
// that holds it in four of five cases. Without decisions it is 0 to 1.
type Precision struct {
	Share float64 `json:"share"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// A Released is a version of a rule that was in force.
type Released struct {
	Version int       `json:"version"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
	Source  string    `json:"source"` // the YAML text
}

// List answers the question "list".
type List struct {
	Rules  []Info    `json:"rules"`
	Errors []Problem `json:"errors,omitempty"` // of files that were refused
	Held   []Problem `json:"held,omitempty"`   // of rules that are in force but may not notify yet
	// Spent is how many false notices a week the rules that notify cost now,
	// Budget how many they may cost together.
	Spent  float64   `json:"spent"`
	Budget float64   `json:"budget"`
	Loaded time.Time `json:"loaded,omitzero"`
}

// A Problem is one mistake in a rule file or a query.
type Problem struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"` // of the query, in code points from 1
	Code   string `json:"code"`
	Path   string `json:"path,omitempty"` // tests.no_match[2]
	VI     string `json:"vi"`
	EN     string `json:"en"`
	Fix    string `json:"fix,omitempty"` // what to do about it, in Vietnamese
	FixEN  string `json:"fix_en,omitempty"`
}

// Remedy is what to do about it.
func (p Problem) Remedy() news.Text { return news.Text{VI: p.Fix, EN: p.FixEN} }

// A CheckRequest holds a rule file's text or a query alone. With Form, the
// query of the form takes the place of the one in the file; an empty file
// becomes a draft.
type CheckRequest struct {
	File  string `json:"file,omitempty"`
	Query string `json:"query,omitempty"`
	Form  *Form  `json:"form,omitempty"`
}

// A CheckResult has the canonical form, or the problems.
type CheckResult struct {
	Canonical string    `json:"canonical,omitempty"`
	Hash      string    `json:"hash,omitempty"`
	Warnings  []Problem `json:"warnings,omitempty"`
	Problems  []Problem `json:"problems,omitempty"`
	// File is the file's text with the query of the form in it. Query is what
	// it asks, and Form is that as boxes; nil when they cannot say it.
	File  string `json:"file,omitempty"`
	Query string `json:"query,omitempty"`
	Form  *Form  `json:"form,omitempty"`
}

// A PreviewRequest asks what a rule would have flagged in the last days.
type PreviewRequest struct {
	File string `json:"file"` // the rule file's text
	Days int    `json:"days"`
}

// A Preview is what would have fired, newest first.
type Preview struct {
	Hash    string      `json:"hash"` // of the rule that was previewed
	Total   int         `json:"total"`
	PerWeek float64     `json:"per_week"`
	Items   int         `json:"items"` // looked at
	Flags   []news.Flag `json:"flags"` // at most 50
	Decided int         `json:"decided"`
	Useful  int         `json:"useful"`
	// Precision is what decisions on those items say of the rule.
	Precision Precision `json:"precision"`
	// False is how many false alerts a week to expect, Spent what the other
	// rules cost, Budget what all may cost together.
	False  float64 `json:"false"`
	Spent  float64 `json:"spent"`
	Budget float64 `json:"budget"`
	// Refused says why the rule as it is would not be saved.
	Refused *Problem `json:"refused,omitempty"`
}

// A SaveRequest stores a rule file; Hash is that of its preview.
type SaveRequest struct {
	File string `json:"file"`
	Hash string `json:"hash"`
	By   string `json:"by"`
}
