package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"langnghe/crawler"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/official/rumour"
)

// crawler → desk: claims that a source of checks has published.
var claimed = bus.Topic[rumour.Claim]{Subject: "sources.claimed",
	ID: func(c rumour.Claim) string {
		sum := sha256.Sum256([]byte(c.Text + "\x00" + c.URL))
		return hex.EncodeToString(sum[:16])
	}}

// mostClaims is how many claims one page may propose: a page of checks has
// one, an overview a few dozen.
const mostClaims = 50

// checked proposes the claims of a published check: its ClaimReview, or what
// its headline denies or warns of. It proposes and settles nothing.
func (b *builder) checked(ctx context.Context, c crawler.Check) error {
	for _, k := range b.claims(c) {
		if err := bus.Publish(ctx, b.bus, claimed, k); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) claims(c crawler.Check) []rumour.Claim {
	at := c.Item.At()
	found, err := rumour.ParseClaimReview(c.Page)
	if err != nil { // no check in it, or one that cannot be read: the words may do
		found = nil
		title := strings.TrimSpace(c.Item.Title)
		rd := b.read.Read(&c.Item, c.Source.Prior)
		if title == "" || rd.Stance != news.Denial && rd.Stance != news.Warning {
			return nil
		}
		found = append(found, rumour.Claim{Text: rumour.Said(title), Says: title})
	}
	found = found[:min(len(found), mostClaims)]
	for i := range found {
		k := &found[i]
		k.Source = c.Source.Claims
		if k.By == "" {
			k.By = c.Source.Name
		}
		if k.URL == "" {
			k.URL = c.Item.URL
		}
		if k.Checked.IsZero() || k.Checked.After(at) {
			k.Checked = at
		}
	}
	return found
}
