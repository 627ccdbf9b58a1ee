package review_test

import (
	"fmt"
	"slices"
	"time"

	"langnghe/review"
)

// A past is what counts could read off the cases when the clock stood at a
// time.
type past struct {
	at    time.Time
	cases map[string]string
}

// facts are those of a case that numbers of reports rest on.
func facts(c *review.Case) string {
	s := fmt.Sprint(c.Kind, " ", c.Unit, " ", c.Verdict, " ", c.Level, " ", c.Topic, " ", c.Place, " ", c.Closed.UTC(), " ", len(c.Timeline), " ", c.Promised().UTC())
	if k := c.Correction; k != nil {
		s += fmt.Sprint(" correction ", k.At.UTC(), " ", k.Out.UTC())
	}
	if h := c.Handoff; h != nil {
		s += fmt.Sprint(" handoff ", h.Category, " ", h.At.UTC(), " ", h.ApprovedAt.UTC(), " ", h.Sent.UTC(), " ", h.Vetoed, " ", h.Outcome, " ", h.Received.UTC())
	}
	return s
}

// remember writes down what holds before the clock moves.
func (w *world) remember() {
	p := past{w.now, map[string]string{}}
	for _, c := range w.cases() {
		if len(c.Entries) > 0 {
			p.cases[c.ID] = facts(&c)
		}
	}
	w.pasts = append(w.pasts, p)
}

// recall holds what is read off the cases about every such time, after all
// that came later, against what was written down.
func (w *world) recall() {
	for _, c := range w.cases() {
		for _, p := range w.pasts {
			was, course, ok := c.AsOf(p.at)
			want, had := p.cases[c.ID]
			if ok != had {
				w.t.Fatalf("%s at %v: there %v, was there %v\n%+v", c.ID, p.at, ok, had, c.Timeline)
			}
			if !ok {
				continue
			}
			if got := facts(&was); got != want {
				w.t.Fatalf("%s at %v is read as\n%s\nand was\n%s\n%+v", c.ID, p.at, got, want, c.Timeline)
			}
			if was.Handoff != nil && was.Closed.IsZero() {
				waits := slices.ContainsFunc(course.Proposed, func(s review.Span) bool { return s.To.IsZero() })
				if h := was.Handoff; waits != (h.Vetoed == "" && h.ApprovedAt.IsZero()) {
					w.t.Fatalf("%s at %v: waits %v, %+v", c.ID, p.at, waits, *h)
				}
			}
			if want != facts(&c) {
				reached["changed afterwards"]++
			}
		}
	}
}
