package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"langnghe/alerts"
)

const (
	upsertWatch = `
	INSERT INTO watch (grp, alert, level, opened, next, step, by, done) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (grp) DO UPDATE SET alert = excluded.alert, level = excluded.level, opened = excluded.opened,
		next = excluded.next, step = excluded.step, by = excluded.by, done = excluded.done`
	upsertAddress = `
	INSERT INTO address (recipient, channel, hash, code, asked, confirmed) VALUES (?, ?, ?, ?, ?, ?)
	ON CONFLICT (recipient, channel) DO UPDATE SET hash = excluded.hash, code = excluded.code, asked = excluded.asked, confirmed = excluded.confirmed`
	selectWatch = `
	SELECT w.grp, w.alert, w.level, json_extract(a.body, '$.subject'), w.opened, w.next, w.step, w.by, w.done
	FROM watch w JOIN alert a ON a.id = w.alert `
	selectAddresses = `SELECT recipient, channel, hash, code, asked, confirmed FROM address ORDER BY recipient, channel`
	selectQuiets    = `SELECT grp, by, level, until FROM ack WHERE until > ? ORDER BY until, grp`
	selectMutedBy   = `SELECT why, count(*), max(done) FROM delivery WHERE state = 'muted' AND done >= ? GROUP BY why ORDER BY 2 DESC, why LIMIT 200`
)

func (s *Alerts) watches(ctx context.Context, where string, args ...any) (out []alerts.Watch, err error) {
	rows, err := s.read.QueryContext(ctx, selectWatch+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w alerts.Watch
		var subject sql.NullString
		var opened, next, done int64
		if err := rows.Scan(&w.Group, &w.Alert, &w.Level, &subject, &opened, &next, &w.Step, &w.By, &done); err != nil {
			return nil, err
		}
		if subject.Valid {
			if err := json.Unmarshal([]byte(subject.String), &w.Subject); err != nil {
				return nil, err
			}
		}
		w.Opened, w.Next, w.Done = fromUnix(opened), fromUnix(next), fromUnix(done)
		out = append(out, w)
	}
	return out, rows.Err()
}

// Watch implements [alerts.Store].
func (s *Alerts) Watch(ctx context.Context, group string) (alerts.Watch, error) {
	ws, err := s.watches(ctx, `WHERE w.grp = ?`, group)
	if err != nil || len(ws) == 0 {
		return alerts.Watch{}, err
	}
	return ws[0], nil
}

// Nudges implements [alerts.Store].
func (s *Alerts) Nudges(ctx context.Context, now time.Time) ([]alerts.Watch, error) {
	return s.watches(ctx, `WHERE w.done = 0 AND w.next > 0 AND w.next <= ? ORDER BY w.level DESC, w.next LIMIT 100`, unix(now))
}

// Watches implements [alerts.Store].
func (s *Alerts) Watches(ctx context.Context, t time.Time) ([]alerts.Watch, error) {
	return s.watches(ctx, `WHERE w.done = 0 AND w.opened >= ? ORDER BY w.level DESC, w.opened LIMIT 200`, unix(t))
}

// Addresses implements [alerts.Store].
func (s *Alerts) Addresses(ctx context.Context) (out []alerts.Address, err error) {
	rows, err := s.read.QueryContext(ctx, selectAddresses)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a alerts.Address
		var asked, confirmed int64
		if err := rows.Scan(&a.Recipient, &a.Channel, &a.Hash, &a.Code, &asked, &confirmed); err != nil {
			return nil, err
		}
		a.Asked, a.Confirmed = fromUnix(asked), fromUnix(confirmed)
		out = append(out, a)
	}
	return out, rows.Err()
}

// Quiets implements [alerts.Store].
func (s *Alerts) Quiets(ctx context.Context, now time.Time) (out []alerts.Quiet, err error) {
	rows, err := s.read.QueryContext(ctx, selectQuiets, unix(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var q alerts.Quiet
		var until int64
		if err := rows.Scan(&q.Group, &q.By, &q.Level, &until); err != nil {
			return nil, err
		}
		q.Until = fromUnix(until)
		out = append(out, q)
	}
	return out, rows.Err()
}

// MutedBy implements [alerts.Store].
func (s *Alerts) MutedBy(ctx context.Context, t time.Time) (out []alerts.MutedCount, err error) {
	rows, err := s.read.QueryContext(ctx, selectMutedBy, unix(t))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m alerts.MutedCount
		var last int64
		if err := rows.Scan(&m.Why, &m.Count, &last); err != nil {
			return nil, err
		}
		m.Last = fromUnix(last)
		out = append(out, m)
	}
	return out, rows.Err()
}
