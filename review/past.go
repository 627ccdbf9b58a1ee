package review

import (
	"fmt"
	"slices"
	"time"

	"langnghe/internal/news"
)

// A Standing is what counts sort a case by, from a time on. The timeline tells
// the rest of what a case was; it shows people no topic or place that a case
// was taken out of, so these stand here, for the program alone.
type Standing struct {
	At    time.Time  `json:"at"`
	Level news.Level `json:"level"`
	Topic string     `json:"topic,omitempty"`
	Place string     `json:"place,omitempty"`
}

// mark remembers level, topic and place when they have changed.
func (c *Case) mark(now time.Time) {
	m := Standing{At: now, Level: c.Level, Topic: c.Topic, Place: c.Place}
	if n := len(c.Marks); n > 0 {
		was := c.Marks[n-1]
		if was.Level == m.Level && was.Topic == m.Topic && was.Place == m.Place {
			return
		}
		if was.At.Equal(now) { // two changes of one act
			c.Marks[n-1] = m
			return
		}
	}
	c.Marks = append(c.Marks, m)
}

// A Span is from ≤ t < to; a zero To is open.
type Span struct{ From, To time.Time }

// A Course is what happened to a case until a time, read off its timeline.
type Course struct {
	Replied   time.Time   // the first answer
	Drafted   time.Time   // the first draft of a correction
	Waited    []Span      // when a correction waited for its approval
	Approved  time.Time   // of the correction that holds at the end
	Published []time.Time // of each approved correction, when it first went out
	Proposed  []Span      // when a hand-off waited for its approval
	Measured  []Effect    // of each correction that was published, see [Measures]
}

// An Effect is how many items of a case's stories there were in as many hours
// before a correction as after it.
type Effect struct {
	At                   time.Time // when it was measured
	Hours, Before, After int
}

// effectText is how the timeline tells a measure; [Case.AsOf] reads it there,
// because a correction that is drafted anew loses its measures.
const effectText = "%d h: %d → %d"

// AsOf returns the case as the desk knew it at a time, what happened at that
// very time included, and false when there was none: it was not opened yet,
// or its every decision had been taken back. What people say in it (title,
// claim, texts, citation) is as it is now: numbers rest on the rest.
func (c *Case) AsOf(t time.Time) (Case, Course, bool) {
	was, course := *c, Course{}
	if c.Opened.After(t) {
		return was, course, false
	}
	if len(c.Entries) == 0 {
		for _, e := range slices.Backward(c.Timeline) {
			if e.Act == "entry.leave" {
				if !e.At.After(t) {
					return was, course, false
				}
				break
			}
		}
	}
	was.Timeline = slices.DeleteFunc(slices.Clone(c.Timeline), func(e Event) bool { return e.At.After(t) })
	was.Closed = time.Time{}
	for i, m := range c.Marks {
		if i == 0 || !m.At.After(t) {
			was.Level, was.Topic, was.Place = m.Level, m.Topic, m.Place
		}
	}
	if c.Kind == news.Answer {
		was.Unit = ""
	}
	if slices.Contains(claims, c.Kind) {
		was.Verdict = Unverified
	}
	var k *Correction
	if c.Correction != nil {
		d := *c.Correction.draft()
		k = &d
	}
	var h *Handoff
	assigned, out, closed := false, false, false
	draft, proposal := -1, -1 // the spans that are open
	shut := func(list []Span, i *int, at time.Time) {
		if *i >= 0 {
			list[*i].To, *i = at, -1
		}
	}
	for _, e := range was.Timeline {
		switch Action(e.Act) {
		case AssignAnswer:
			if was.Unit = e.Text; e.Who == "system" { // taken from a unit that the case is about
				was.Unit = ""
			}
			assigned = true
		case ReplyAnswer:
			if course.Replied.IsZero() {
				course.Replied = e.At
			}
		case SetVerdict:
			was.Verdict = Verdict(e.Text)
			shut(course.Waited, &draft, e.At)
			course.Approved, out = time.Time{}, false
			if k != nil { // its text stands and is to be drafted anew
				k.At, k.Out, k.URL = time.Time{}, time.Time{}, ""
			}
		case ReturnCorrection, MendCorrection:
			closed, was.Closed = false, time.Time{} // a closed case is opened to mend what was published
			shut(course.Waited, &draft, e.At)
			course.Approved, out = time.Time{}, false
			if k != nil {
				k.At, k.Out, k.URL = time.Time{}, time.Time{}, ""
			}
		case ReturnAnswer:
			was.Unit = ""
		case DraftCorrection:
			if course.Drafted.IsZero() {
				course.Drafted = e.At
			}
			shut(course.Waited, &draft, e.At)
			course.Waited = append(course.Waited, Span{From: e.At})
			draft, out, course.Approved = len(course.Waited)-1, false, time.Time{}
			if k != nil {
				k.At, k.Out, k.URL = time.Time{}, time.Time{}, ""
			}
		case ApproveCorrection:
			shut(course.Waited, &draft, e.At)
			course.Approved = e.At
			if k != nil {
				k.At = e.At
			}
		case PublishCorrection:
			if !out {
				out, course.Published = true, append(course.Published, e.At)
				if k != nil {
					k.Out, k.URL = e.At, e.Text
				}
			}
		case "correction.measure":
			m := Effect{At: e.At}
			if n, err := fmt.Sscanf(e.Text, effectText, &m.Hours, &m.Before, &m.After); err == nil && n == 3 {
				course.Measured = append(course.Measured, m)
			}
		case ProposeHandoff:
			shut(course.Proposed, &proposal, e.At)
			h = &Handoff{Case: c.ID, Category: Category(e.Text), Proposed: e.Who, At: e.At}
			if c.Handoff != nil && c.Handoff.At.Equal(e.At) {
				one := *c.Handoff
				h = &one
				h.Approved, h.ApprovedAt, h.Sent, h.Seal, h.Vetoed, h.VetoedAt, h.Outcome, h.Received = "", time.Time{}, time.Time{}, "", "", time.Time{}, "", time.Time{}
			}
			course.Proposed = append(course.Proposed, Span{From: e.At})
			proposal = len(course.Proposed) - 1
		case RecallHandoff:
			shut(course.Proposed, &proposal, e.At)
			h = nil
		case VetoHandoff, "handoff.stop":
			shut(course.Proposed, &proposal, e.At)
			if h != nil {
				h.Vetoed, h.VetoWhy, h.VetoedAt = e.Who, e.Text, e.At
			}
		case ApproveHandoff:
			shut(course.Proposed, &proposal, e.At)
			if h != nil {
				h.Approved, h.ApprovedAt = e.Who, e.At
			}
		case "handoff.send":
			if h != nil {
				h.Sent, h.Seal = e.At, e.Text
			}
		case AckHandoff:
			if h != nil {
				if h.Outcome = e.Text; h.Received.IsZero() {
					h.Received = e.At
				}
			}
		case "citation.superseded": // what waits for approval, or for publication, is stopped
			if closed {
				break
			}
			shut(course.Waited, &draft, e.At)
			if !out {
				course.Approved = time.Time{}
				if k != nil {
					k.At = time.Time{}
				}
			}
		case CloseCase:
			closed, was.Closed = true, e.At
			shut(course.Waited, &draft, e.At)
			shut(course.Proposed, &proposal, e.At)
		}
	}
	if c.Kind == news.Answer {
		was.First = c.Promised()
		if !assigned {
			was.First, was.Due = time.Time{}, time.Time{}
		}
	}
	switch {
	case !was.Closed.IsZero():
		was.State = Closed
	case was.State == Closed:
		was.State, was.Outcome = Open, ""
	}
	was.Correction, was.Handoff = k, h
	if course.Drafted.IsZero() {
		was.Correction = nil
	}
	return was, course, true
}
