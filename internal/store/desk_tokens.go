package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"langnghe/review"
	"langnghe/web"
)

var _ web.Tokens = (*Desk)(nil)

const (
	deskTokens      = `SELECT id, owner, name, hash, scopes, created, used, expires FROM api_token WHERE owner = ? ORDER BY id`
	deskToken       = `SELECT id, owner, name, hash, scopes, created, used, expires FROM api_token WHERE hash = ? AND expires > ?`
	deskCountTokens = `SELECT count(*) FROM api_token WHERE owner = ?`
	deskOldTokens   = `DELETE FROM api_token WHERE expires <= ?`
	deskAddToken    = `INSERT INTO api_token (owner, name, hash, scopes, created, used, expires) VALUES (?, ?, ?, ?, ?, 0, ?)`
	deskUseToken    = `UPDATE api_token SET used = ? WHERE id = ?`
	deskDropToken   = `DELETE FROM api_token WHERE id = ? AND owner = ?`
	deskDropTokens  = `DELETE FROM api_token WHERE owner = ?`
)

func scanToken(scan func(...any) error) (t web.Token, err error) {
	var scopes string
	var created, used, expires int64
	err = scan(&t.ID, &t.Owner, &t.Name, &t.Hash, &scopes, &created, &used, &expires)
	t.Scopes, t.Created, t.Used, t.Expires = strings.Fields(scopes), fromUnix(created), fromUnix(used), fromUnix(expires)
	return t, err
}

// Tokens lists a person's tokens, the oldest first.
func (d *Desk) Tokens(ctx context.Context, owner string) (_ []web.Token, err error) {
	defer wrap(&err, "tokens")
	return collect(ctx, d.read, func(rows *sql.Rows) (web.Token, error) { return scanToken(rows.Scan) }, deskTokens, accountName(owner))
}

// Token finds one that has not expired by the hash, and notes every five
// minutes that it was used. An unknown one is review.ErrNotFound.
func (d *Desk) Token(ctx context.Context, hash string, now time.Time) (t web.Token, err error) {
	defer wrap(&err, "token")
	t, err = scanToken(d.read.QueryRowContext(ctx, deskToken, hash, unix(now)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return t, review.ErrNotFound
	}
	if err == nil && now.Sub(t.Used) > seenEvery {
		t.Used = now
		_, err = d.write.ExecContext(ctx, deskUseToken, unix(now), t.ID)
	}
	return t, err
}

// AddToken keeps a token; expired ones of everybody go. More than most of one
// person is web.ErrTooManyTokens.
func (d *Desk) AddToken(ctx context.Context, t web.Token, most int) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, deskOldTokens, unix(t.Created)); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, deskCountTokens, accountName(t.Owner)).Scan(&n); err != nil {
			return err
		}
		if n >= most {
			return web.ErrTooManyTokens
		}
		_, err := tx.ExecContext(ctx, deskAddToken, accountName(t.Owner), t.Name, t.Hash, strings.Join(t.Scopes, " "), unix(t.Created), unix(t.Expires))
		return err
	})
	if !errors.Is(err, web.ErrTooManyTokens) {
		wrap(&err, "add token")
	}
	return err
}

// DropToken ends a token of this person; one that is gone already is no
// error, and id 0 ends all of them.
func (d *Desk) DropToken(ctx context.Context, id int64, owner string) (err error) {
	defer wrap(&err, "drop token")
	if id == 0 {
		_, err = d.write.ExecContext(ctx, deskDropTokens, accountName(owner))
		return err
	}
	_, err = d.write.ExecContext(ctx, deskDropToken, id, accountName(owner))
	return err
}
