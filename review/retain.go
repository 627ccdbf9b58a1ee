package review

import (
	"context"
	"fmt"
	"time"
)

// How long words stay, beyond the days of Options.TextDays that those of an
// ordinary item do. What people decided and wrote themselves stays.
const (
	EvidenceMonths = 12 // the items of a case, after it was closed
	SlipMonths     = 24 // the captures of a hand-off, after it was sent
)

// A Horizon says what has outlived its time: items that came before Text and
// stand in no case, those of cases closed before Closed, captures of slips
// sent before Sent.
type Horizon struct{ Text, Closed, Sent time.Time }

// retaining is how many are forgotten in one transaction.
const retaining = 200

// Retain forgets the words whose time is over, in the desk's own copies of
// items and in the captures of slips, and writes what it did into the audit
// chain: that is the report. An entry that nobody has decided until then
// leaves the inbox, because nobody could any more; the report counts it.
func (d *Desk) Retain(ctx context.Context) error {
	now := d.now()
	h := Horizon{Text: now.AddDate(0, 0, -d.TextDays), Closed: now.AddDate(0, -EvidenceMonths, 0), Sent: now.AddDate(0, -SlipMonths, 0)}
	items, undecided, captures := 0, 0, 0
	for {
		entries, cases, err := d.Store.Outlived(ctx, h, retaining)
		if err != nil {
			return fmt.Errorf("review: retain: %w", err)
		}
		if len(entries)+len(cases) == 0 {
			break
		}
		err = d.Store.Update(ctx, func(tx Tx) error {
			for _, id := range entries {
				e, err := tx.Entry(id)
				if err != nil {
					return err
				}
				if e.forget(); e.Decision == nil && !e.Hidden {
					e.Hidden = true
					undecided++
				}
				if err := tx.PutEntry(e); err != nil {
					return err
				}
				items++
			}
			for _, id := range cases {
				c, err := tx.Case(id)
				if err != nil {
					return err
				}
				for _, s := range c.slips() {
					for i := range s.Captures {
						if s.Captures[i].Text != "" {
							s.Captures[i].erase(now)
							captures++
						}
					}
				}
				if err := tx.PutCase(c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("review: retain: %w", err)
		}
	}
	if items+captures == 0 {
		return nil
	}
	d.Log.Info("old words are gone", "items", items, "undecided", undecided, "captures", captures, "before", h.Text.Format(time.DateOnly))
	detail := fmt.Sprintf("%d items before %s", items, h.Text.In(d.Zone).Format(time.DateOnly))
	if undecided > 0 {
		detail += fmt.Sprintf(", %d undecided", undecided)
	}
	if captures > 0 {
		detail += fmt.Sprintf("; %d captures before %s", captures, h.Sent.In(d.Zone).Format(time.DateOnly))
	}
	err := d.Store.Update(ctx, func(tx Tx) error { return tx.Chain(d.entry("system", "items.expire", "", detail)) })
	if err != nil {
		return fmt.Errorf("review: retain: %w", err)
	}
	return nil
}

// Worded reports whether the entry holds words of its item.
func (e *Entry) Worded() bool {
	if e.Item != nil && e.Item.Title+e.Item.Text+e.Item.URL != "" {
		return true
	}
	for i := range e.Flags {
		if e.Flags[i].Item != nil || len(e.Flags[i].Because) > 0 {
			return true
		}
	}
	return false
}
