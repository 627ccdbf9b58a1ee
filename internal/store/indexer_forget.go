package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"langnghe/indexer"
)

const (
	ixSelectKey       = `SELECT key FROM item WHERE id = ?`
	ixInsertErasedID  = `INSERT INTO erased (item, at) VALUES (?, ?) ON CONFLICT DO NOTHING`
	ixDeleteVersions  = `DELETE FROM version WHERE id = ?`
	ixDeleteSignature = `DELETE FROM signature WHERE id = ?`
	ixLoosenFact      = `UPDATE fact SET item = NULL WHERE item = ?`
	ixInsertScrub     = `INSERT INTO scrub (month) VALUES (?) ON CONFLICT DO NOTHING`
)

// Erase implements [indexer.Store].
func (x *Indexer) Erase(ctx context.Context, id string, at time.Time) (key indexer.Key, found bool, err error) {
	defer wrap(&err, "erase "+id)
	err = x.tx(ctx, func(tx *sql.Tx) error {
		switch err := tx.QueryRowContext(ctx, ixSelectKey, id).Scan(&key); {
		case err == nil:
			found = true
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		calls := []call{
			{ixInsertErasedID, []any{idHash(id), unix(at)}},
			{ixDeleteVersions, []any{id}},
			{ixDeleteSignature, []any{id}},
			{ixLoosenFact, []any{idHash(id)}},
		}
		if found {
			calls = append(calls,
				call{ixDeleteItemByKey, []any{key}},
				call{ixDeleteTodo, []any{key}},
				call{ixInsertGone, []any{key}},
				call{ixInsertScrub, []any{key.Month()}})
		}
		return execs(ctx, tx, calls...)
	})
	return key, found, err
}

const (
	ixSelectScrubs = `SELECT month FROM scrub ORDER BY month DESC`
	ixDeleteScrub  = `DELETE FROM scrub WHERE month = ?`
)

// Scrubs implements [indexer.Store].
func (x *Indexer) Scrubs(ctx context.Context) (_ []string, err error) {
	defer wrap(&err, "months to scrub")
	return column[string](ctx, x.read, ixSelectScrubs)
}

// Scrubbed implements [indexer.Store].
func (x *Indexer) Scrubbed(ctx context.Context, month string) (err error) {
	defer wrap(&err, "scrubbed "+month)
	_, err = x.write.ExecContext(ctx, ixDeleteScrub, month)
	return err
}

// Vacuum implements [indexer.Store]. Deleted rows are overwritten with zeros
// when they are deleted (secure_delete); what is left is the log of recent
// writes, which is emptied here.
func (x *Indexer) Vacuum(ctx context.Context) (err error) {
	defer wrap(&err, "empty the log")
	const tries = 20
	for i := range tries {
		var busy, log, done int
		if err := x.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done); err != nil {
			return err
		}
		if busy == 0 {
			return nil
		}
		select { // a reader holds it; reads are short
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(i+1) * 10 * time.Millisecond):
		}
	}
	return errors.New("a reader holds the log; it will be emptied by the next checkpoint")
}

const (
	ixSelectExpired      = `SELECT key, id FROM item WHERE at < ? ORDER BY at LIMIT ?`
	ixSelectSettled      = `SELECT coalesce(max(before), 0) FROM settled`
	ixSettle             = `INSERT INTO settled (one, before) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET before = max(before, excluded.before)`
	ixDeleteFacts        = `DELETE FROM fact WHERE day < ?`
	ixDeleteHours        = `DELETE FROM tally WHERE bucket = 'hour' AND at < ?`
	ixDeleteOldSignature = `DELETE FROM signature WHERE at < ?`
)

// Expire implements [indexer.Store].
func (x *Indexer) Expire(ctx context.Context, horizon time.Time, limit int) (n int, err error) {
	defer wrap(&err, "expire items")
	before := unix(horizon)
	defer x.counting.forget()
	err = x.tx(ctx, func(tx *sql.Tx) error {
		type old struct {
			key indexer.Key
			id  string
		}
		items, err := collect(ctx, tx, func(rows *sql.Rows) (o old, err error) {
			err = rows.Scan(&o.key, &o.id)
			return o, err
		}, ixSelectExpired, before, limit)
		if err != nil {
			return err
		}
		n = len(items)
		for _, o := range items {
			err := execs(ctx, tx,
				call{ixDeleteItemByKey, []any{o.key}},
				call{ixDeleteTodo, []any{o.key}},
				call{ixInsertGone, []any{o.key}},
				call{ixDeleteVersions, []any{o.id}},
				call{ixDeleteSignature, []any{o.id}})
			if err != nil {
				return fmt.Errorf("item %s: %w", o.id, err)
			}
		}
		if n == limit {
			return nil // there may be more
		}
		return execs(ctx, tx,
			call{ixDeleteFacts, []any{indexer.Day(horizon)}},
			call{ixDeleteHours, []any{before}},
			call{ixDeleteOldSignature, []any{before}},
			call{ixSettle, []any{before}})
	})
	return n, err
}

// Settled implements [indexer.Store].
func (x *Indexer) Settled(ctx context.Context) (_ time.Time, err error) {
	defer wrap(&err, "settled counts")
	var before int64
	err = x.read.QueryRowContext(ctx, ixSelectSettled).Scan(&before)
	return fromUnix(before), err
}
