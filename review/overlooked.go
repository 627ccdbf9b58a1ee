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
		var level news.Level
		first, n := "", 0
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
			if n++; first == "" {
				first = e.ID
			}
			level = max(level, e.Level)
		}
		if n == 0 {
			return nil
		}
		to := []string{string(Reviewer)}
		if level >= news.High {
			to = append(to, string(Leader))
		}
		return alert(tx, news.Alert{
			ID: "overlooked/" + first + "/" + strconv.FormatInt(now.UnixMilli(), 36), Kind: "decided", Level: level, To: to,
			Subject: news.Text{VI: fmt.Sprintf("Quá hạn xem: %d tin", n), EN: fmt.Sprintf("Not looked at in time: %d", n)},
			Body: news.Text{VI: fmt.Sprintf("Có %d tin trong hộp duyệt quá hạn xem của mức độ mà chưa ai quyết định.", n),
				EN: fmt.Sprintf("%d entries of the inbox are past the time within which their level asks for a look, and nobody has decided.", n)},
			Path: "/inbox", Group: "overlooked", Event: now, Created: now,
		}, "overlooked/"+first, now)
	})
}
