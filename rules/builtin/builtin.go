// Package builtin holds the rule set that comes with the program: what every
// ward needs from the first day. A rule here decides with the cues, topics,
// area and stance of the reading and never repeats its words; each has its
// tests in its file. The text cues themselves live in internal/reading.
package builtin

import "embed"

// FS has the folder rules and, when a rule needs one, lists.
//
//go:embed rules
var FS embed.FS
