package review

import (
	"slices"
	"time"

	"langnghe/internal/news"
)

// Clocks of the levels: within what time somebody has looked, and something
// official is out. What runs out is told once to those in charge.

// A clock of a case that has not been reminded of.
type clock struct {
	name string // "look" or "say"
	at   time.Time
}

// clocked are the kinds of cases that have clocks; an answer has its due date.
var clocked = []CaseKind{news.Verify, news.Scam, news.Danger, news.Emergency}

// nextClock is the next clock that runs out, if nobody was told of it and
// what it waits for has not happened.
func (c *Case) nextClock() (next clock, ok bool) {
	if c.State == Closed || !slices.Contains(clocked, c.Kind) {
		return clock{}, false
	}
	run := func(name string, after time.Duration, done bool) {
		at := c.Opened.Add(after)
		if after > 0 && !done && !slices.Contains(c.Clocks, name) && (!ok || at.Before(next.at)) {
			next, ok = clock{name, at}, true
		}
	}
	limit := clocks[min(c.Level, news.Critical)]
	run("look", limit.look, c.State != Open)
	run("say", limit.say, c.State == Published || c.Correction != nil && !c.Correction.Out.IsZero())
	return next, ok
}

// clockNotice tells those in charge that a clock of the level ran out.
func (d *Desk) clockNotice(c *Case, k clock, now time.Time) news.Alert {
	at := k.at.In(d.Zone).Format("15:04 02/01/2006")
	if k.name == "look" {
		a := caseNotice(c, "clock-look", []string{string(Reviewer)}, now, "Đến hạn xem mà chưa ai xem", "Nobody has looked in time")
		a.Body = news.Text{VI: "Vụ việc " + c.ID + " phải có người xem trước " + at + ".", EN: "Somebody was to look at case " + c.ID + " by " + at + "."}
		return a
	}
	a := caseNotice(c, "clock-say", []string{string(Reviewer), string(Leader)}, now, "Đến hạn mà chưa có lời chính thức", "Nothing official is out in time")
	a.Body = news.Text{VI: "Vụ việc " + c.ID + " phải có thông tin chính thức trước " + at + ".", EN: "Something official about case " + c.ID + " was to be out by " + at + "."}
	return a
}
