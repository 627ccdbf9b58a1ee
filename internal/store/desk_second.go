package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"langnghe/review"
)

const (
	deskSecond    = `SELECT secret, since, step, recovery FROM second_factor WHERE account = ?`
	deskPutSecond = `
	INSERT INTO second_factor (account, secret, since, step, recovery) VALUES (?, ?, ?, ?, ?)
	ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, since = excluded.since, step = excluded.step, recovery = excluded.recovery`
	deskUseStep     = `UPDATE second_factor SET step = ?2 WHERE account = ?1 AND step < ?2`
	deskUseRecovery = `
	UPDATE second_factor SET recovery = (SELECT coalesce(json_group_array(value), '[]') FROM json_each(recovery) WHERE value <> ?2)
	WHERE account = ?1 AND EXISTS (SELECT 1 FROM json_each(recovery) WHERE value = ?2)`
)

// SecondFactor returns that of an account, or review.ErrNotFound.
func (d *Desk) SecondFactor(ctx context.Context, name string) (f review.SecondFactor, err error) {
	var since int64
	var recovery string
	err = d.read.QueryRowContext(ctx, deskSecond, accountName(name)).Scan(&f.Secret, &since, &f.Step, &recovery)
	if errors.Is(err, sql.ErrNoRows) {
		return f, review.ErrNotFound
	}
	if err != nil {
		return f, err
	}
	f.Since = fromUnix(since)
	return f, json.Unmarshal([]byte(recovery), &f.Recovery)
}

// PutSecondFactor stores it.
func (d *Desk) PutSecondFactor(ctx context.Context, name string, f review.SecondFactor) error {
	if f.Recovery == nil {
		f.Recovery = []string{}
	}
	recovery, err := json.Marshal(f.Recovery)
	if err != nil {
		return err
	}
	_, err = d.write.ExecContext(ctx, deskPutSecond, accountName(name), f.Secret, unix(f.Since), f.Step, string(recovery))
	return err
}

// DropSecondFactor forgets it; without one it is no error.
func (d *Desk) DropSecondFactor(ctx context.Context, name string) error {
	_, err := d.write.ExecContext(ctx, `DELETE FROM second_factor WHERE account = ?`, accountName(name))
	return err
}

// UseStep marks the code of a step as used. Of two who use one code at once,
// one is told false.
func (d *Desk) UseStep(ctx context.Context, name string, step int64) (bool, error) {
	return changed(d.write.ExecContext(ctx, deskUseStep, accountName(name), step))
}

// UseRecovery takes a recovery code, by its hash, off the list.
func (d *Desk) UseRecovery(ctx context.Context, name, hash string) (bool, error) {
	return changed(d.write.ExecContext(ctx, deskUseRecovery, accountName(name), hash))
}

func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
