package reports

import (
	"slices"
	"strconv"
	"time"

	"langnghe/internal/news"
)

// A Case is what a report may know of a case: no entry, no item, no word of a
// resident. Numbers rest on what the desk knew at one time; its words are
// those of now.
type Case struct {
	ID        string
	Kind      news.Choice
	Title     string // of the desk's own making; empty when the topic names it best
	Claim     string // in neutral words, of a person on the team
	Topic     string
	Place     string // neighbourhood, "" when it is not known
	Level     news.Level
	Unit      string
	Due       time.Time // the first one, by which the measures count
	Until     time.Time // the one that holds now
	Verdict   string
	Citation  *news.Citation
	Opened    time.Time
	Answered  time.Time
	Drafted   time.Time // first draft of a correction
	Approved  time.Time // of the correction
	Published time.Time
	Places    []Place     // where its corrections went out
	Outs      []time.Time // when each correction of it first went out
	Effects   []Effect    // how far its claim spread before and after each of them
	Waits     []Span      // when a correction waited for its approval
	Proposals []Span      // when a hand-off waited for its approval
	Closed    time.Time
	Correct   *CorrectionText
	Handoff   *Handoff
	Kept      bool // from those who lead the ward, whom most reports are for: counted, never named
}

// A Place is where a correction went out: an address, or words such as "loa
// khối 3, 17:00".
type Place struct {
	At    time.Time
	Where string
}

// An Effect is how much was written of a claim in as many hours before a
// correction went out as after it.
type Effect struct {
	At                   time.Time // when it was measured
	Hours, Before, After int
}

// A Span is from ≤ t < to; a zero To is open.
type Span struct{ From, To time.Time }

// during reports whether one of the spans holds the moment before a time: how
// things stood when a day ended.
func during(spans []Span, end time.Time) bool {
	return slices.ContainsFunc(spans, func(s Span) bool { return before(s.From, end) && !before(s.To, end) })
}

// CorrectionText is what the ward answered in public.
type CorrectionText struct {
	Portal, Post, Radio, URL string
	Wrong                    string    // what was wrong in the one that it mends, "" without
	WrongOut                 time.Time // when that one was published
}

// A Handoff is the content of a sealed slip.
type Handoff struct {
	Category, Claim       string
	URLs                  []string
	Evidence, Harm        string
	Captures              []Capture
	Request               string
	Citation              news.Citation
	Checklist             []string // the six parts, in order, of incitement
	Proposed, Approved    string
	At, ApprovedAt, Sent  time.Time
	Seal, Outcome, Vetoed string
	Received              time.Time
}

// A Capture is what one public item said, redacted; its hash is part of the
// seal. Text is empty when it is no longer kept.
type Capture struct {
	URL, Text, SHA256 string
	At                time.Time
}

// rumour reports whether the case is about a claim. Answers never are.
func (c *Case) rumour() bool { return c.Kind == news.Verify || c.Kind == news.Scam }

// judged reports whether the verdict rests on a document, so that something
// may be said in public.
func (c *Case) judged() bool {
	switch c.Verdict {
	case "confirmed", "false_info", "fake", "out_of_context", "outdated":
		return true
	}
	return false
}

// untrue reports whether the claim may be called false. What is true, old or
// out of its context may not; nor the claim of a scam case, which says that
// there is a scam.
func (c *Case) untrue() bool {
	return c.Kind == news.Verify && (c.Verdict == "false_info" || c.Verdict == "fake")
}

func (c *Case) complaint() bool { return c.Kind == news.Answer }

func before(t, at time.Time) bool { return !t.IsZero() && t.Before(at) }

func in(t, from, to time.Time) bool { return !t.IsZero() && !t.Before(from) && t.Before(to) }

// open reports whether the case waited for its end at a time.
func (c *Case) open(at time.Time) bool { return before(c.Opened, at) && !before(c.Closed, at) }

// unanswered reports whether a complaint waited for its answer at a time.
func (c *Case) unanswered(at time.Time) bool {
	return c.complaint() && c.open(at) && !before(c.Answered, at)
}

// overdue reports whether its answer was late at a time.
func (c *Case) overdue(at time.Time) bool { return c.unanswered(at) && before(c.Due, at) }

// inTime reports whether the answer came by its day.
func (c *Case) inTime() bool {
	return !c.Answered.IsZero() && (c.Due.IsZero() || !c.Answered.After(c.Due))
}

// measures of cases: what a query may ask of them. Each says whether a case
// counts for a span of time; those that say how things stood look at its end.
var measures = map[string]func(c *Case, from, to time.Time) bool{
	"cases.opened":        func(c *Case, from, to time.Time) bool { return in(c.Opened, from, to) },
	"complaints.received": func(c *Case, from, to time.Time) bool { return c.complaint() && in(c.Opened, from, to) },
	"complaints.answered": func(c *Case, from, to time.Time) bool { return c.complaint() && in(c.Answered, from, to) },
	"complaints.in_time":  func(c *Case, from, to time.Time) bool { return c.complaint() && in(c.Answered, from, to) && c.inTime() },
	"complaints.waiting":  func(c *Case, _, to time.Time) bool { return c.unanswered(to) },
	"complaints.overdue":  func(c *Case, _, to time.Time) bool { return c.overdue(to) },
	"rumours.opened":      func(c *Case, from, to time.Time) bool { return c.rumour() && in(c.Opened, from, to) },
	"rumours.open":        func(c *Case, _, to time.Time) bool { return c.rumour() && c.open(to) },
	"corrections.out": func(c *Case, from, to time.Time) bool {
		return slices.ContainsFunc(c.Outs, func(at time.Time) bool { return in(at, from, to) })
	},
	"corrections.waiting": func(c *Case, _, to time.Time) bool { return c.rumour() && during(c.Waits, to) && c.open(to) },
	"handoffs.sent":       func(c *Case, from, to time.Time) bool { return c.Handoff != nil && in(c.Handoff.Sent, from, to) },
	"handoffs.waiting":    func(c *Case, _, to time.Time) bool { return during(c.Proposals, to) && c.open(to) },
	"handoffs.answered": func(c *Case, from, to time.Time) bool {
		return c.Handoff != nil && in(c.Handoff.Sent, from, to) && in(c.Handoff.Received, from, to)
	},
	"danger.opened": func(c *Case, from, to time.Time) bool {
		return (c.Kind == news.Danger || c.Kind == news.Emergency) && in(c.Opened, from, to)
	},
	"warnings.raised": func(c *Case, from, to time.Time) bool { return in(c.Opened, from, to) && c.Level >= news.High },
	"warnings.closed": func(c *Case, from, to time.Time) bool {
		return in(c.Opened, from, to) && c.Level >= news.High && before(c.Closed, to)
	},
}

// caseSums are measures of which a case may count more than once. Key is the
// span in hours, 24 or 72; q.From ≤ when it was measured < q.To.
var caseSums = map[string]func(e Effect) int{
	"effects.measured": func(Effect) int { return 1 },
	"effects.before":   func(e Effect) int { return e.Before },
	"effects.after":    func(e Effect) int { return e.After },
}

// effects sums up what was measured of a case's corrections.
func (c *Case) effects(q Query, n func(Effect) int) (sum int) {
	for _, e := range c.Effects {
		if strconv.Itoa(e.Hours) == q.Key && in(e.At, q.From, q.To) {
			sum += n(e)
		}
	}
	return sum
}

// hours is how long it took from the case to the first correction that went
// out in a span, and false when none did.
func (c *Case) hours(from, to time.Time) (float64, bool) {
	for _, at := range c.Outs {
		if in(at, from, to) {
			return at.Sub(c.Opened).Hours(), true
		}
	}
	return 0, false
}

// medianHours is how long it took from a case to its correction.
func medianHours(cs []Case, from, to time.Time) float64 {
	var hours []float64
	for i := range cs {
		if h, ok := cs[i].hours(from, to); ok {
			hours = append(hours, h)
		}
	}
	return median(hours)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}
