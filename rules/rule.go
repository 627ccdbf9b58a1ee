package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/internal/query"
)

// A Rule is one rule file that was understood.
type Rule struct {
	ID             string
	Version        int
	Title          news.Text
	Type           string
	Level          news.Level
	Status         string // experimental, test, stable, deprecated
	Owner          string // a role or unit, never a person
	Topic          string
	References     []string
	FalsePositives []string
	When           string
	ReplacedBy     string
	Enabled        bool
	Tests          Tests

	// Fields of some types.
	AtLeast     int
	Min         int // ratio: voices
	MinWords    int // coordination
	Distance    int // contradicts, outdated: NEAR
	Floor       int // spike
	Within      time.Duration
	Quiet       time.Duration
	For         time.Duration // silence
	Absent      time.Duration // new_term
	By          string        // topic, story, source, cue or ""
	Distinct    string        // account or source
	Sensitivity string        // low, medium, high
	Share       string
	Terms       string // $list or DOCNO
	Steps       []string
	Fact        string
	Value       string // MONEY NUM PERCENT DATE DOCNO
	Near        string
	Field       string // source or site
	Allow       string // $list
	Deny        string // $list
	Suppress    []string
	Reason      string
	Created     time.Time // of a filter: that day in the ward's zone
	Expires     time.Time // the end of the day

	File    string // for messages
	Source  string // the YAML text
	Builtin bool

	wanted                  string // the status of the file, when the rule is held in test
	when, share, near, list *query.Query
	steps                   []*query.Query
	terms                   []*query.Query // new_term: one for each entry
	termNames               []string
	day                     func(time.Time) float64 // spike: how much of an ordinary day's talk a day has
	hash                    string
}

// Hash identifies what the rule means: its queries with their lists and its
// other fields, but neither its title nor its tests.
func (r *Rule) Hash() string { return r.hash }

// Canonical is the canonical form of the rule's query.
func (r *Rule) Canonical() string { return r.when.Canonical() }

// Tests are the samples beside a rule.
type Tests struct{ Match, NoMatch []Sample }

// A Sample is an item that a rule must find or must not find.
type Sample struct {
	Item      news.Item
	Criticism bool
	Line      int
}

// seal computes the rule's hash.
func (r *Rule) seal() {
	h := sha256.New()
	fmt.Fprintln(h, r.ID, r.Type, r.Level, r.Topic, r.when.Hash(), r.AtLeast, r.Min, r.MinWords, r.Distance, r.Floor,
		r.Within, r.Quiet, r.For, r.Absent, r.By, r.Distinct, r.Sensitivity, r.Terms, r.Fact, r.Value, r.Field, r.Allow, r.Deny,
		strings.Join(r.Suppress, ","), r.Created.Unix(), r.Expires.Unix())
	for _, q := range append([]*query.Query{r.share, r.near, r.list}, append(r.steps, r.terms...)...) {
		if q != nil {
			fmt.Fprintln(h, q.Hash())
		}
	}
	r.hash = hex.EncodeToString(h.Sum(nil)[:16])
}

// live reports whether the rule is evaluated.
func (r *Rule) live() bool { return r.Enabled && r.Status != "deprecated" }

// FlagID identifies a flag: rule, version and, of one item, item and content
// hash; else group and time.
func FlagID(rule string, version int, parts ...string) string {
	h := sha256.Sum256([]byte(rule + "\x00" + strconv.Itoa(version) + "\x00" + strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:12])
}

var durationForm = regexp.MustCompile(`^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?$`)

// parseDuration reads 1d6h30m.
func parseDuration(s string) (time.Duration, bool) {
	m := durationForm.FindStringSubmatch(s)
	if m == nil || s == "" {
		return 0, false
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi("0" + m[i+1])
		d += time.Duration(n) * unit
	}
	return d, true
}

// formatDuration writes what parseDuration reads.
func formatDuration(d time.Duration) string {
	var b strings.Builder
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if n := d / u.unit; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d -= n * u.unit
		}
	}
	if b.Len() == 0 {
		return "0m"
	}
	return b.String()
}

// ward is the ward's zone.
var ward = calendar.Zone
