package review

import (
	"context"
	"errors"

	"langnghe/internal/news"
)

// maxTold is of how many entries of a complaint a slip gives the words, as
// many as the page of its case shows.
const maxTold = 5

// Told are the words of a complaint as the slip to its unit prints them: of
// the entries that the unit sees on its page, masked as in a capture, and
// those alone that are still kept. It is none for a case that is no complaint
// or has no unit. The case must be one that the person sees.
func (d *Desk) Told(ctx context.Context, id string, by User) (out []string, err error) {
	err = d.act(ctx, by, ReadItem, id, "slip", func(tx Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if err := c.hiddenFrom(by); err != nil {
			return err
		}
		if c.Kind != news.Answer || c.Unit == "" {
			return nil
		}
		var entries []Entry
		for _, id := range c.Entries {
			e, err := tx.Entry(id)
			switch {
			case errors.Is(err, ErrNotFound): // erased, or its time is over
				continue
			case err != nil:
				return err
			case e.hides(by) || e.Subject != "" && policeUnit(c.Unit):
				continue
			}
			if e.Item != nil {
				entries = append(entries, e)
			}
		}
		for _, e := range entries[:min(len(entries), maxTold)] {
			if text := captureOf(&e, entries).Text; tidy(text) != "" {
				out = append(out, text)
			}
		}
		return nil
	})
	return out, err
}
