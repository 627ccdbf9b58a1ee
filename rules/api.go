// Package rules keeps the standing rules: files that officers write, the
// engine that evaluates them over items as they are indexed, and the flags
// that come out with their evidence.
//
// The flags of a rule are a function of the set of items, never of the order
// in which they arrive. A rule set with a mistake is refused as a whole file,
// with every mistake named; the old version of that rule stays in force.
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
}

// List answers the question "list".
type List struct {
	Rules  []Info    `json:"rules"`
	Errors []Problem `json:"errors,omitempty"` // of files that were refused
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
	Fix    string `json:"fix,omitempty"`
}

// A CheckRequest holds a rule file's text or a query alone.
type CheckRequest struct {
	File  string `json:"file,omitempty"`
	Query string `json:"query,omitempty"`
}

// A CheckResult has the canonical form, or the problems.
type CheckResult struct {
	Canonical string    `json:"canonical,omitempty"`
	Hash      string    `json:"hash,omitempty"`
	Warnings  []Problem `json:"warnings,omitempty"`
	Problems  []Problem `json:"problems,omitempty"`
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
}

// A SaveRequest stores a rule file; Hash is that of its preview.
type SaveRequest struct {
	File string `json:"file"`
	Hash string `json:"hash"`
	By   string `json:"by"`
}
