package review

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"langnghe/internal/news"
	"langnghe/official/rumour"
)

// Claims that come by themselves: a source that is marked as a checker of
// facts publishes a check or a warning, and a machine proposes the claim. It
// stands apart until a person has taken it into the register or refused it;
// rules hear of it only then, and nothing is said about any item before.

// maxProposals is how many claims may wait for a person; a source that goes
// wild must not bury the register. The oldest wait, the newest are refused.
const maxProposals = 500

// ProposeRumours keeps claims that a machine found in published checks. One
// that is known, waiting or was refused changes nothing.
func (d *Desk) ProposeRumours(ctx context.Context, claims []rumour.Claim) (added int, err error) {
	err = d.Store.Update(ctx, func(tx Tx) error {
		added = 0
		have, err := tx.Rumours()
		if err != nil {
			return err
		}
		waiting := 0
		for _, c := range have {
			if c.Proposed {
				waiting++
			}
		}
		for _, c := range claims {
			c.Text = tidy(c.Text)
			if c.Text == "" || utf8.RuneCountInString(c.Text) > maxClaim || !slices.Contains(checkers, c.Source) || waiting >= maxProposals {
				continue // what a page of others says is never worth an error
			}
			c.ID, c.Verdict, c.Case, c.Cite, c.Added, c.Proposed = "K-"+fingerprint(c.Text), "", "", news.Citation{}, d.now(), true
			isNew, err := tx.PutRumour(c)
			if err != nil {
				return err
			}
			if isNew {
				added++
				waiting++
				if err := tx.Chain(d.entry("system", "rumour.propose", c.ID, c.Source)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("review: propose rumours: %w", err)
	}
	return added, nil
}

// checkers are the sources that a claim of others may name.
var checkers = []string{"claimreview", "vafc", "police"}

// TakeRumour is a person's word about a proposed claim: take it into the
// register, in words that they may have mended, or refuse it for good.
func (d *Desk) TakeRumour(ctx context.Context, id, text string, keep bool, by User) error {
	return d.act(ctx, by, AddRumour, id, fmt.Sprint(keep), func(tx Tx) error {
		list, err := tx.Rumours()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(c rumour.Claim) bool { return c.ID == id && c.Proposed })
		if i < 0 {
			return &missingError{refuse("not_found", id)}
		}
		c := list[i]
		if text = tidy(text); keep && text != "" {
			if utf8.RuneCountInString(text) > maxClaim {
				return refuse("incomplete")
			}
			c.Text = text
		}
		c.Proposed, c.Refused, c.Added = false, !keep, d.now()
		if err := tx.SetRumour(c); err != nil {
			return err
		}
		if !keep {
			return nil
		}
		return d.publish(tx)
	})
}

// ProposedRumours lists what waits for a person, newest first.
func (d *Desk) ProposedRumours(ctx context.Context) ([]rumour.Claim, error) {
	list, err := d.Store.Rumours(ctx)
	if err != nil {
		return nil, fmt.Errorf("review: rumours: %w", err)
	}
	return slices.DeleteFunc(list, func(c rumour.Claim) bool { return !c.Proposed }), nil
}

// settled leaves the claims that a person has taken.
func settled(list []rumour.Claim) []rumour.Claim {
	return slices.DeleteFunc(list, func(c rumour.Claim) bool { return c.Proposed || c.Refused })
}

// A Known is a claim of the register beside an item.
type Known struct {
	Claim  rumour.Claim `json:"claim"`
	Tier   rumour.Tier  `json:"tier"`   // confirmed by its words or by a person, or suggested
	Denies bool         `json:"denies"` // the item says that it is not so
	Person bool         `json:"person"` // a person said that it is the same
}

// Travels reports whether the claim's verdict may be shown beside the item:
// along confirmed links only, and never to who denies the claim.
func (k Known) Travels() bool { return k.Tier == rumour.Confirmed && !k.Denies }

// mostKnown is how many claims are named beside one item.
const mostKnown = 3

// Known finds the claims of the register in items, by the item's id. What a
// person said about an item counts before its words. It is for the program
// itself.
func (d *Desk) Known(ctx context.Context, items []news.Item) (map[string][]Known, error) {
	return d.KnownFor(ctx, items, User{})
}

// KnownFor is [Desk.Known] for a person, see [Desk.RumoursFor].
func (d *Desk) KnownFor(ctx context.Context, items []news.Item, by User) (map[string][]Known, error) {
	if len(items) == 0 {
		return nil, nil
	}
	list, err := d.RumoursFor(ctx, by)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	m := rumour.NewMatcher(list, d.now)
	links := map[string][]Link{}
	out := map[string][]Known{}
	for i := range items {
		it := &items[i]
		for _, x := range m.Match(it.Title + "\n" + it.Text) {
			c := list[x.Claim]
			ls, asked := links[c.ID]
			if !asked {
				if ls, err = d.Store.Links(ctx, c.ID); err != nil {
					return nil, fmt.Errorf("review: known: %w", err)
				}
				links[c.ID] = ls
			}
			k := Known{Claim: c, Tier: x.Tier, Denies: x.Denies}
			if j := slices.IndexFunc(ls, func(l Link) bool { return l.Item == it.ID }); j >= 0 {
				if !ls[j].Same {
					continue
				}
				k.Tier, k.Person = rumour.Confirmed, true
			}
			out[it.ID] = append(out[it.ID], k)
		}
		found := out[it.ID]
		slices.SortStableFunc(found, func(a, b Known) int {
			return cmp.Or(strings.Compare(string(a.Tier), string(b.Tier)), strings.Compare(b.Claim.Verdict, a.Claim.Verdict))
		})
		if len(found) > mostKnown {
			out[it.ID] = found[:mostKnown]
		}
	}
	return out, nil
}
