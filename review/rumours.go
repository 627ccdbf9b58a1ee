package review

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/news"
	"langnghe/official/rumour"
)

// The register of known claims: verdicts of the ward's own cases, and checks
// of others that a person put in. A verdict travels along confirmed links
// only; a machine confirms what repeats a claim word for word, a person
// anything.

// A Link is a person's word that an item repeats a known claim, or does not.
type Link struct {
	Claim string    `json:"claim"`
	Item  string    `json:"item"`
	Same  bool      `json:"same"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// Rumours lists the known claims for the program itself, newest first.
func (d *Desk) Rumours(ctx context.Context) ([]rumour.Claim, error) {
	return d.RumoursFor(ctx, User{})
}

// RumoursFor lists the known claims that a person may see, newest first: those
// that were put in, and the cases that have a claim of their own, without
// those that are kept from the person.
func (d *Desk) RumoursFor(ctx context.Context, by User) ([]rumour.Claim, error) {
	list, err := d.Store.Rumours(ctx)
	if err != nil {
		return nil, fmt.Errorf("review: rumours: %w", err)
	}
	list = settled(list)
	for _, kind := range []CaseKind{news.Verify, news.Scam} {
		cases, err := d.Store.Cases(ctx, CaseQuery{Kind: kind, Claimed: true, Closed: true, Limit: 1000})
		if err != nil {
			return nil, fmt.Errorf("review: rumours: %w", err)
		}
		for _, c := range cases {
			if c.KeptFrom(by.Role) {
				continue
			}
			if k, ok := known(&c); ok && !slices.ContainsFunc(list, func(x rumour.Claim) bool { return x.ID == k.ID }) {
				list = append(list, k)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b rumour.Claim) int { return cmp.Or(b.Added.Compare(a.Added), strings.Compare(a.ID, b.ID)) })
	return list, nil
}

// known is the claim of a case.
func known(c *Case) (rumour.Claim, bool) {
	if strings.TrimSpace(c.Claim) == "" || c.Drill {
		return rumour.Claim{}, false
	}
	k := rumour.Claim{ID: c.ID, Text: c.Claim, Source: "own", Case: c.ID, First: c.Opened, Added: c.Opened, Verdict: string(c.Verdict)}
	if c.Paused != "" {
		k.Verdict = "" // what it cites has changed
	}
	if c.Citation != nil && k.Verdict != "" {
		k.Cite, k.Checked = *c.Citation, c.Opened
	}
	if c.Correction != nil {
		k.Answer, k.URL = c.Correction.Out, c.Correction.URL
	}
	return k, true
}

// Rumour is one known claim with what people said of items.
func (d *Desk) Rumour(ctx context.Context, id string, by User) (rumour.Claim, []Link, error) {
	list, err := d.RumoursFor(ctx, by)
	if err != nil {
		return rumour.Claim{}, nil, err
	}
	i := slices.IndexFunc(list, func(c rumour.Claim) bool { return c.ID == id })
	if i < 0 {
		return rumour.Claim{}, nil, &missingError{refuse("not_found", id)}
	}
	links, err := d.Store.Links(ctx, id)
	if err != nil {
		return rumour.Claim{}, nil, fmt.Errorf("review: rumour %s: %w", id, err)
	}
	shown := links[:0]
	for _, l := range links {
		e, err := d.Store.Entry(ctx, l.Item)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return rumour.Claim{}, nil, fmt.Errorf("review: rumour %s: %w", id, err)
		}
		if err != nil || !e.hides(by) {
			shown = append(shown, l)
		}
	}
	return list[i], shown, nil
}

// maxClaim is the most that a known claim may hold, in code points.
const maxClaim = 1000

// AddRumours puts claims into the register, each once by its words. Verdicts
// of ours are not among them: they are given in a case, with a document.
func (d *Desk) AddRumours(ctx context.Context, claims []rumour.Claim, by User) (added int, err error) {
	err = d.act(ctx, by, AddRumour, "", fmt.Sprint(len(claims)), func(tx Tx) error {
		added = 0
		for _, c := range claims {
			c.Text = tidy(c.Text)
			if c.Text == "" || utf8.RuneCountInString(c.Text) > maxClaim {
				return refuse("incomplete")
			}
			if !slices.Contains(checkers, c.Source) {
				return refuse("incomplete")
			}
			c.ID, c.Verdict, c.Case, c.Added, c.Proposed, c.Refused = "K-"+fingerprint(c.Text), "", "", d.now(), false, false
			isNew, err := tx.PutRumour(c)
			if err != nil {
				return err
			}
			if isNew {
				added++
			}
		}
		if added == 0 {
			return nil
		}
		return d.publish(tx)
	})
	return added, err
}

// LinkRumour records a person's word that an item repeats a claim, or that it
// does not.
func (d *Desk) LinkRumour(ctx context.Context, claim, item string, same bool, by User) error {
	if _, _, err := d.Rumour(ctx, claim, by); err != nil {
		return err
	}
	return d.act(ctx, by, LinkRumour, claim, item, func(tx Tx) error {
		if item == "" || len(item) > 300 {
			return refuse("incomplete")
		}
		return tx.PutLink(Link{Claim: claim, Item: item, Same: same, By: by.Name, At: d.now()})
	})
}

// knownClaims are what rules look for: the texts of the register and of the
// ward's own cases that have a verdict, without what people decided about
// items.
func knownClaims(tx Tx) ([]news.KnownClaim, error) {
	list, err := tx.Rumours()
	if err != nil {
		return nil, fmt.Errorf("rumours: %w", err)
	}
	var out []news.KnownClaim
	for _, c := range settled(list) {
		out = append(out, news.KnownClaim{ID: c.ID, Text: c.Text, At: latest(c)})
	}
	cases, err := tx.Judged()
	if err != nil {
		return nil, fmt.Errorf("rumours: %w", err)
	}
	for i := range cases {
		if k, ok := known(&cases[i]); ok {
			out = append(out, news.KnownClaim{ID: k.ID, Text: k.Text, At: latest(k)})
		}
	}
	return out, nil
}

func latest(c rumour.Claim) time.Time {
	if c.Checked.After(c.Added) || c.Added.IsZero() {
		return c.Checked
	}
	return c.Added
}

// fingerprint names a claim by its words.
func fingerprint(s string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(strings.Fields(s), " "))))
	return hex.EncodeToString(sum[:6])
}
