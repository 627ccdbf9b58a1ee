package store

import (
	"context"
	"encoding/json"

	"langnghe/official/rumour"
	"langnghe/review"
)

const deskRumours = `SELECT body FROM rumour ORDER BY at DESC, id`

// Rumours implements review.Store.
func (d *Desk) Rumours(ctx context.Context) ([]rumour.Claim, error) {
	return deskRows[rumour.Claim](d.read.QueryContext(ctx, deskRumours))
}

const deskLinks = `SELECT body FROM rumour_link WHERE claim = ? ORDER BY at, item`

// Links implements review.Store.
func (d *Desk) Links(ctx context.Context, claim string) ([]review.Link, error) {
	return deskRows[review.Link](d.read.QueryContext(ctx, deskLinks, claim))
}

func (t *deskTx) Rumours() ([]rumour.Claim, error) {
	return deskRows[rumour.Claim](t.QueryContext(t.ctx, deskRumours))
}

const deskPutRumour = `INSERT INTO rumour (id, at, body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`

func (t *deskTx) PutRumour(c rumour.Claim) (bool, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return false, err
	}
	r, err := t.ExecContext(t.ctx, deskPutRumour, c.ID, unix(c.Added), string(body))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

const deskSetRumour = `UPDATE rumour SET at = ?, body = ? WHERE id = ?`

func (t *deskTx) SetRumour(c rumour.Claim) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return t.exec(deskSetRumour, unix(c.Added), string(body), c.ID)
}

const deskJudged = `
	SELECT body FROM case_file WHERE kind IN ('verify', 'scam') AND COALESCE(json_extract(body, '$.verdict'), '') <> ''
	ORDER BY opened DESC, id LIMIT 1000`

func (t *deskTx) Judged() ([]review.Case, error) {
	return deskRows[review.Case](t.QueryContext(t.ctx, deskJudged))
}

const deskPutLink = `
	INSERT INTO rumour_link (claim, item, at, body) VALUES (?, ?, ?, ?)
	ON CONFLICT (claim, item) DO UPDATE SET at = excluded.at, body = excluded.body`

func (t *deskTx) PutLink(l review.Link) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return t.exec(deskPutLink, l.Claim, l.Item, unix(l.At), string(body))
}
