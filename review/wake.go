package review

import (
	"context"
	"errors"
	"fmt"
	"time"

	"langnghe/internal/news"
)

// What cases do when time passes: people are told that an answer is overdue,
// and how far a claim still spreads is measured after its correction.

// remindEvery is how often people are told of one overdue answer.
const remindEvery = 24 * time.Hour

// settling is how long an item may take from its publication to the counts.
const settling = 15 * time.Minute

// Wake is when the passing of time next does something to the case; the zero
// time is never.
func (c *Case) Wake() time.Time {
	at := c.nextReminder()
	if m, ok := c.nextMeasure(); ok {
		if t := c.Correction.Out.Add(m + settling); at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if k, ok := c.nextClock(); ok && (at.IsZero() || k.at.Before(at)) {
		at = k.at
	}
	return at
}

// nextReminder is when people are told (again) that the answer is overdue.
func (c *Case) nextReminder() time.Time {
	switch {
	case c.Kind != news.Answer || c.Due.IsZero() || c.State != Open && c.State != Forwarded:
		return time.Time{}
	case c.Reminded.Before(c.Due):
		return c.Due
	}
	return c.Reminded.Add(remindEvery)
}

// nextMeasure is the first of [Measures] that was not taken.
func (c *Case) nextMeasure() (time.Duration, bool) {
	k := c.Correction
	if k == nil || k.Out.IsZero() || len(c.Stories) == 0 || len(k.Measured) >= len(Measures) {
		return 0, false
	}
	return Measures[len(k.Measured)], true
}

// Tick does what is due by the passing of time. One case that cannot be done
// does not hold up the others.
func (d *Desk) Tick(ctx context.Context) error {
	ids, err := d.Store.Waking(ctx, d.now())
	if err != nil {
		return fmt.Errorf("review: tick: %w", err)
	}
	errs := []error{d.lateRequests(ctx)}
	if err := d.overlooked(ctx); err != nil {
		errs = append(errs, fmt.Errorf("review: tick: overlooked: %w", err))
	}
	for _, id := range ids {
		if err := d.wake(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("review: tick %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

func (d *Desk) wake(ctx context.Context, id string) error {
	c, err := d.Store.Case(ctx, id)
	if err != nil {
		return err
	}
	// The counts belong to another role: asked before the transaction.
	var fresh *Measure
	if span, ok := c.nextMeasure(); ok && d.Spread != nil && !d.now().Before(c.Correction.Out.Add(span+settling)) {
		m := Measure{Hours: int(span / time.Hour), At: d.now()}
		out := c.Correction.Out
		if m.Before, err = d.Spread(ctx, c.Stories, out.Add(-span), out); err != nil {
			return fmt.Errorf("measure before: %w", err)
		}
		if m.After, err = d.Spread(ctx, c.Stories, out, out.Add(span)); err != nil {
			return fmt.Errorf("measure after: %w", err)
		}
		fresh = &m
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		now, act := d.now(), ""
		if at := c.nextReminder(); !at.IsZero() && !now.Before(at) {
			c.Reminded, act = now, "answer.overdue"
			c.event(now, "system", act, c.Unit)
			if err := alert(tx, d.overdueNotice(&c, now), c.ID, now); err != nil {
				return err
			}
		}
		for k, ok := c.nextClock(); ok && !now.Before(k.at); k, ok = c.nextClock() {
			c.Clocks, act = append(c.Clocks, k.name), "clock.out"
			c.event(now, "system", act, k.name)
			if err := alert(tx, d.clockNotice(&c, k, now), c.ID, now); err != nil {
				return err
			}
		}
		if fresh != nil && c.measure(*fresh) {
			act = "correction.measure"
			c.event(now, "system", act, fmt.Sprintf(effectText, fresh.Hours, fresh.Before.Items, fresh.After.Items))
			if fresh.After.Items > fresh.Before.Items {
				a := caseNotice(&c, "measured", []string{string(Reviewer)}, now,
					"Sau đính chính, tin vẫn lan thêm", "After its correction the claim spreads further")
				if err := alert(tx, a, c.ID, now); err != nil {
					return err
				}
			}
		}
		if act == "" {
			return nil // somebody was faster
		}
		if err := tx.PutCase(c); err != nil {
			return err
		}
		return tx.Chain(d.entry("system", act, c.ID, ""))
	})
}

// measure keeps a measure that is the next one; it reports whether it was.
func (c *Case) measure(m Measure) bool {
	span, ok := c.nextMeasure()
	if !ok || int(span/time.Hour) != m.Hours {
		return false
	}
	c.Correction.Measured = append(c.Correction.Measured, m)
	return true
}

// overdueNotice tells the unit that owes the answer and those who gave it
// the matter.
func (d *Desk) overdueNotice(c *Case, now time.Time) news.Alert {
	to := []string{string(Reviewer)}
	if c.Unit != "" {
		to = append(to, toUnit(c.Unit))
	}
	a := caseNotice(c, "overdue", to, now, "Quá hạn trả lời", "The answer is overdue")
	due := c.Due.In(d.Zone).Format("15:04 02/01/2006")
	a.Body = news.Text{
		VI: "Phản ánh " + c.ID + " đến hạn trả lời lúc " + due + " mà chưa có câu trả lời.",
		EN: "Case " + c.ID + " was to be answered by " + due + " and has no answer yet.",
	}
	return a
}
