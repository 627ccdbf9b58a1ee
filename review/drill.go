package review

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"unicode/utf8"

	"langnghe/internal/news"
)

// A drill: the staff practise on a made-up post, from the first notice to the
// last signature. Everything that follows from it is marked, stays with the
// team, and counts nowhere: no unit, neighbourhood board or police liaison
// hears of it, no slip leaves, no rule learns from it, no report or public
// figure has it.

// drillRule is the rule of a drill's flag; no rule file has it.
const drillRule = "dien-tap"

// A DrillRequest is what to practise on.
type DrillRequest struct {
	Text  string     `json:"text"` // of the made-up post
	Level news.Level `json:"level"`
	Topic string     `json:"topic,omitempty"`
	By    User       `json:"-"`
}

// maxDrill is how long the text of a drill may be, in code points.
const maxDrill = 2000

// StartDrill puts a made-up post into the inbox and tells those whom a real
// one of its level would be told to, as a drill. It returns its entry.
func (d *Desk) StartDrill(ctx context.Context, q DrillRequest) (e Entry, err error) {
	err = d.act(ctx, q.By, StartDrill, "", q.Level.String(), func(tx Tx) error {
		text := tidy(q.Text)
		switch {
		case text == "":
			return refuse("empty", missing["drill"])
		case utf8.RuneCountInString(text) > maxDrill:
			return refuse("long_reason", maxDrill)
		case q.Level < news.Low || q.Level > news.Critical:
			return refuse("level")
		}
		if err := personal(text); err != nil {
			return err // no real post is an exercise
		}
		now := d.now()
		id := "drill-" + rand.Text()
		it := news.Item{ID: id, Kind: news.Post, Source: drillRule, Title: "DIỄN TẬP", Text: text, Lang: "vi", Published: now, Observed: now,
			Reading: &news.Reading{Area: news.Area{Fit: news.InArea}, Stance: news.Claiming}}
		f := news.Flag{ID: id, Rule: drillRule, Version: 1, Type: "match", Level: q.Level, Status: "stable", Topic: q.Topic, At: now, Item: &it,
			Title: news.Text{VI: "Diễn tập", EN: "Drill"}, Why: news.Text{VI: "Tin giả định để diễn tập.", EN: "A made-up post, to practise on."},
			Doubt: news.Text{VI: "không có thật.", EN: "it is not real."}}
		if err := d.take(tx, &f); err != nil {
			return err
		}
		e, err = tx.Entry(id)
		return err
	})
	return e, err
}

// EndDrill takes a drill out of the inbox, closes its case and takes back
// every notice that asks somebody to act.
func (d *Desk) EndDrill(ctx context.Context, id string, by User) error {
	return d.act(ctx, by, EndDrill, id, "", func(tx Tx) error {
		e, err := tx.Entry(id)
		if err != nil {
			return err
		}
		if e.hides(by) {
			return ErrNotFound
		}
		if !e.Drill {
			return refuse("no_drill", id)
		}
		now := d.now()
		for i := range e.Flags {
			e.Flags[i].Withdrawn = true
		}
		e.refresh()
		if err := d.recall(tx, "notice/"+e.Alert); err != nil {
			return err
		}
		if e.Decision != nil {
			if err := d.recall(tx, e.Decision.ID); err != nil {
				return err
			}
		}
		if err := tx.PutEntry(e); err != nil || e.Case == "" {
			return err
		}
		c, err := tx.Case(e.Case)
		if err != nil || c.State == Closed {
			return err
		}
		if c.Handoff.waiting() {
			c.stop(drillText.VI, now)
		}
		c.Outcome, c.State, c.Closed = "Diễn tập đã kết thúc", Closed, now
		c.event(now, by.Name, string(CloseCase), c.Outcome)
		if err := d.retract(tx, &c, drafted, approved, assigned, returned, handed, sentBack, mended, proposed, signed); err != nil {
			return err
		}
		if err := d.recall(tx, c.ID); err != nil {
			return err
		}
		return tx.PutCase(c)
	})
}

var drillText = news.Text{VI: "DIỄN TẬP – không có thật, không chuyển ra ngoài.", EN: "DRILL – not real, nothing leaves the team."}

// inside are those who hear of a drill.
var inside = []Role{Reviewer, Leader, Justice, Office, Editor}

// asDrill marks a notice of a drill and keeps it with the team. Without
// anybody left it is told to nobody.
func asDrill(a news.Alert, drill bool) news.Alert {
	if !drill {
		return a
	}
	a.To = slices.DeleteFunc(slices.Clone(a.To), func(to string) bool { return !slices.Contains(inside, Role(to)) })
	for _, r := range []Role{Liaison, Unit, Khoi, Admin} {
		if !slices.Contains(a.Not, string(r)) {
			a.Not = append(a.Not, string(r))
		}
	}
	a.Subject = news.Text{VI: "[DIỄN TẬP] " + a.Subject.VI, EN: "[DRILL] " + a.Subject.In("en")}
	a.Body = news.Text{VI: drillText.VI + "\n\n" + a.Body.VI, EN: drillText.EN + "\n\n" + a.Body.In("en")}
	return a
}

// drills reports whether an entry was made up for a drill.
func (e *Entry) drills() bool {
	return slices.ContainsFunc(e.Flags, func(f news.Flag) bool { return f.Rule == drillRule }) && strings.HasPrefix(e.ID, "drill-")
}

// mixes refuses to put a drill into a real case, or the other way round.
func (c *Case) mixes(e *Entry) error {
	if len(c.Entries) > 0 && c.Drill != e.Drill {
		return refuse("other_case", c.ID)
	}
	return nil
}

// realCases leaves the cases that are no drill.
func realCases(cs []Case) []Case {
	return slices.DeleteFunc(cs, func(c Case) bool { return c.Drill })
}
