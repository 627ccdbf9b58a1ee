package review

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"langnghe/internal/news"
)

// What nobody has decided has a clock as well: the time within which somebody
// looks at what its level asks for. It stands beside the entry, and when it
// has run out people are told once, from the level of High the leader too.

// LookBy is by when somebody is to have looked at an undecided entry; the
// zero time is no clock.
func (e *Entry) LookBy() time.Time {
	within := clocks[min(e.Level, news.Critical)].look
	if e.Decision != nil || e.Hidden || within == 0 {
		return time.Time{}
	}
	return e.Received.Add(within)
}

// Overdue reports whether nobody has decided about the entry in time.
func (e *Entry) Overdue(now time.Time) bool {
	by := e.LookBy()
	return !by.IsZero() && !now.Before(by)
}

// mostOverlooked is how many entries one round tells of.
const mostOverlooked = 200

// overlooked tells people of entries whose clock has run out, all in one
// notice.
func (d *Desk) overlooked(ctx context.Context) error {
	now := d.now()
	var before [5]time.Time
	for l, c := range clocks {
		before[l] = now.Add(-c.look)
	}
	ids, err := d.Store.Overlooked(ctx, before, mostOverlooked)
	if err != nil || len(ids) == 0 {
		return err
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		var all, open late // open is without what is kept from the leader
		for _, id := range ids {
			e, err := tx.Entry(id)
			if err != nil {
				return err
			}
			if !e.Overdue(now) || !e.Overlooked.IsZero() {
				continue // somebody was faster
			}
			e.Overlooked = now
			if err := tx.PutEntry(e); err != nil {
				return err
			}
			if err := tx.Chain(d.entry("system", "clock.out", e.ID, "look")); err != nil {
				return err
			}
			if all.add(&e); !kept(Leader, e.Subject) {
				open.add(&e)
			}
		}
		to := []string{string(Reviewer)}
		if open == all {
			if all.level >= news.High {
				to = append(to, string(Leader))
			}
			return all.tell(tx, "overlooked", to, nil, now)
		}
		if all.level >= news.High {
			to = append(to, string(Justice)) // in the leader's place
		}
		if err := all.tell(tx, "overlooked", to, []string{string(Leader)}, now); err != nil {
			return err
		}
		if open.level < news.High {
			return nil
		}
		return open.tell(tx, "overlooked-leader", []string{string(Leader)}, nil, now)
	})
}

// late is how much a round found past its time.
type late struct {
	n     int
	first string
	level news.Level
}

func (l *late) add(e *Entry) {
	if l.n++; l.first == "" {
		l.first = e.ID
	}
	l.level = max(l.level, e.Level)
}

// tell puts the notice of what was overlooked into the outbox, if anything
// was.
func (l late) tell(tx Tx, kind string, to, not []string, now time.Time) error {
	if l.n == 0 {
		return nil
	}
	return alert(tx, news.Alert{
		ID: kind + "/" + l.first + "/" + strconv.FormatInt(now.UnixMilli(), 36), Kind: "decided", Level: l.level, To: to, Not: not,
		Subject: news.Text{VI: fmt.Sprintf("Quá hạn xem: %d tin", l.n), EN: fmt.Sprintf("Not looked at in time: %d", l.n)},
		Body: news.Text{VI: fmt.Sprintf("Có %d tin trong hộp duyệt quá hạn xem của mức độ mà chưa ai quyết định.", l.n),
			EN: fmt.Sprintf("%d entries of the inbox are past the time within which their level asks for a look, and nobody has decided.", l.n)},
		Path: "/inbox", Group: kind, Event: now, Created: now,
	}, kind+"/"+l.first, now)
}
