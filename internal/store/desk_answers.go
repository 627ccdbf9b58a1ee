package store

import (
	"context"
	"database/sql"
	"time"

	"langnghe/web"
)

var _ web.Answers = (*Desk)(nil)

// answersFor is how long an answer is kept for a request that comes again.
const answersFor = 24 * time.Hour

const (
	deskOldAnswers   = `DELETE FROM answer WHERE at <= ?`
	deskClaimAnswer  = `INSERT INTO answer (owner, key, digest, at, body) VALUES (?, ?, ?, ?, x'') ON CONFLICT DO NOTHING`
	deskAnswer       = `SELECT digest, body FROM answer WHERE owner = ? AND key = ?`
	deskKeepAnswer   = `UPDATE answer SET body = ? WHERE owner = ? AND key = ?`
	deskFreeAnswer   = `DELETE FROM answer WHERE owner = ? AND key = ?`
	deskBlankAnswers = `UPDATE answer SET body = x''`
)

// Claim implements web.Answers. Answers older than a day go first.
func (d *Desk) Claim(ctx context.Context, owner, key, digest string, now time.Time) (known bool, was string, body []byte, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, deskOldAnswers, unix(now.Add(-answersFor))); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, deskClaimAnswer, owner, key, digest, unix(now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil || n == 1 {
			return err
		}
		known = true
		return tx.QueryRowContext(ctx, deskAnswer, owner, key).Scan(&was, &body)
	})
	wrap(&err, "claim answer")
	return known, was, body, err
}

// Keep implements web.Answers. A key that is gone meanwhile, because an item
// was erased, keeps nothing.
func (d *Desk) Keep(ctx context.Context, owner, key string, body []byte) (err error) {
	defer wrap(&err, "keep answer")
	_, err = d.write.ExecContext(ctx, deskKeepAnswer, body, owner, key)
	return err
}

// Release implements web.Answers.
func (d *Desk) Release(ctx context.Context, owner, key string) (err error) {
	defer wrap(&err, "release answer")
	_, err = d.write.ExecContext(ctx, deskFreeAnswer, owner, key)
	return err
}
