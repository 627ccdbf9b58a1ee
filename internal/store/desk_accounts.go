package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"langnghe/review"
)

// Names of accounts are compared in small letters. An unknown account or
// session is review.ErrNotFound.

const (
	deskAccount = `SELECT name, role, unit, hash, created, disabled, failures, locked FROM account`
	deskPutUser = `
	INSERT INTO account (name, role, unit, hash, created, disabled, failures, locked) VALUES (?, ?, ?, ?, ?, ?, 0, 0)
	ON CONFLICT (name) DO UPDATE SET role = excluded.role, unit = excluded.unit, disabled = excluded.disabled,
		hash = CASE excluded.hash WHEN '' THEN hash ELSE excluded.hash END`
)

func scanAccount(row interface{ Scan(...any) error }) (a review.Account, err error) {
	var created, disabled, locked int64
	err = row.Scan(&a.Name, &a.Role, &a.Unit, &a.Hash, &created, &disabled, &a.Failures, &locked)
	if errors.Is(err, sql.ErrNoRows) {
		return a, review.ErrNotFound
	}
	a.Created, a.Disabled, a.Locked = fromUnix(created), fromUnix(disabled), fromUnix(locked)
	return a, err
}

func accountName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// User returns one account.
func (d *Desk) User(ctx context.Context, name string) (review.Account, error) {
	return scanAccount(d.read.QueryRowContext(ctx, deskAccount+" WHERE name = ?", accountName(name)))
}

// Users lists all accounts by name.
func (d *Desk) Users(ctx context.Context) ([]review.Account, error) {
	rows, err := d.read.QueryContext(ctx, deskAccount+" ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var as []review.Account
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, err
		}
		as = append(as, a)
	}
	return as, rows.Err()
}

// PutUser adds an account or changes its role, unit and whether it is
// disabled; an empty hash keeps the password.
func (d *Desk) PutUser(ctx context.Context, a review.Account) error {
	name := accountName(a.Name)
	if name == "" {
		return errors.New("store: an account needs a name")
	}
	_, err := d.write.ExecContext(ctx, deskPutUser, name, string(a.Role), a.Unit, a.Hash, unix(a.Created), unix(a.Disabled))
	if err != nil {
		return fmt.Errorf("store: account %s: %w", name, err)
	}
	return nil
}

// SetPassword stores the hash of a new password.
func (d *Desk) SetPassword(ctx context.Context, name, hash string) error {
	return d.account(ctx, `UPDATE account SET hash = ? WHERE name = ?`, hash, accountName(name))
}

// DisableUser stops an account at the time, with its sessions; the zero time
// allows it again.
func (d *Desk) DisableUser(ctx context.Context, name string, at time.Time) error {
	if at.IsZero() {
		return d.account(ctx, `UPDATE account SET disabled = 0 WHERE name = ?`, accountName(name))
	}
	return d.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE account SET disabled = ? WHERE name = ?`, unix(at), accountName(name))
		if err := one(res, err); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM session WHERE account = ?`, accountName(name))
		return err
	})
}

// NoteFailure counts a wrong password; until, when set, locks the account.
func (d *Desk) NoteFailure(ctx context.Context, name string, until time.Time) error {
	return d.account(ctx, `UPDATE account SET failures = failures + 1, locked = max(locked, ?) WHERE name = ?`, unix(until), accountName(name))
}

// ClearFailures forgets wrong passwords and opens the account.
func (d *Desk) ClearFailures(ctx context.Context, name string) error {
	return d.account(ctx, `UPDATE account SET failures = 0, locked = 0 WHERE name = ?`, accountName(name))
}

// account runs a statement that must change one account.
func (d *Desk) account(ctx context.Context, query string, args ...any) error {
	return one(d.write.ExecContext(ctx, query, args...))
}

func one(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = review.ErrNotFound
	}
	return err
}

const (
	deskAddSession  = `INSERT INTO session (token, account, created, seen, expires) VALUES (?, ?, ?, ?, ?)`
	deskOldSessions = `DELETE FROM session WHERE expires <= ?`
	deskSession     = `
	SELECT s.token, s.account, s.created, s.seen, s.expires, a.name, a.role, a.unit, a.hash, a.created, a.disabled, a.failures, a.locked
	FROM session s JOIN account a ON a.name = s.account WHERE s.token = ? AND s.expires > ?`
)

// AddSession keeps a session under the hash of its token; expired ones of
// everybody go.
func (d *Desk) AddSession(ctx context.Context, x review.Session) error {
	return d.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, deskOldSessions, unix(x.Created)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, deskAddSession, x.Token, accountName(x.User), unix(x.Created), unix(x.Seen), unix(x.Expires))
		return err
	})
}

// seenEvery bounds how often looking at a page is written down.
const seenEvery = 5 * time.Minute

// Session finds a session that has not expired, with its user.
func (d *Desk) Session(ctx context.Context, token string, now time.Time) (x review.Session, a review.Account, err error) {
	var created, seen, expires, made, disabled, locked int64
	err = d.read.QueryRowContext(ctx, deskSession, token, unix(now)).Scan(&x.Token, &x.User, &created, &seen, &expires,
		&a.Name, &a.Role, &a.Unit, &a.Hash, &made, &disabled, &a.Failures, &locked)
	if errors.Is(err, sql.ErrNoRows) {
		return x, a, review.ErrNotFound
	}
	if err != nil {
		return x, a, err
	}
	x.Created, x.Seen, x.Expires = fromUnix(created), fromUnix(seen), fromUnix(expires)
	a.Created, a.Disabled, a.Locked = fromUnix(made), fromUnix(disabled), fromUnix(locked)
	if now.Sub(x.Seen) > seenEvery {
		if _, err := d.write.ExecContext(ctx, `UPDATE session SET seen = ? WHERE token = ?`, unix(now), token); err != nil {
			return x, a, err
		}
		x.Seen = now
	}
	return x, a, nil
}

const deskSessions = `SELECT token, account, created, seen, expires FROM session WHERE account = ? AND expires > ? ORDER BY seen DESC, token`

// Sessions lists a person's sessions that have not expired, the latest seen
// first.
func (d *Desk) Sessions(ctx context.Context, name string, now time.Time) (_ []review.Session, err error) {
	defer wrap(&err, "sessions")
	return collect(ctx, d.read, func(rows *sql.Rows) (x review.Session, err error) {
		var created, seen, expires int64
		err = rows.Scan(&x.Token, &x.User, &created, &seen, &expires)
		x.Created, x.Seen, x.Expires = fromUnix(created), fromUnix(seen), fromUnix(expires)
		return x, err
	}, deskSessions, accountName(name), unix(now))
}

// DropSession ends a session; one that is gone already is no error.
func (d *Desk) DropSession(ctx context.Context, token string) error {
	_, err := d.write.ExecContext(ctx, `DELETE FROM session WHERE token = ?`, token)
	return err
}

// DropSessions ends every session of a user.
func (d *Desk) DropSessions(ctx context.Context, user string) error {
	_, err := d.write.ExecContext(ctx, `DELETE FROM session WHERE account = ?`, accountName(user))
	return err
}
