package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
)

// Alerts keeps the alerts role's state: outbox, delivery log, silences.
type Alerts struct{ *db }

var _ alerts.Store = (*Alerts)(nil)

// OpenAlerts opens or creates the file.
func OpenAlerts(ctx context.Context, file string) (*Alerts, error) {
	d, err := open(ctx, file, "alerts")
	if err != nil {
		return nil, err
	}
	return &Alerts{d}, nil
}

const insertAlert = `
	INSERT INTO alert (id, kind, level, topic, grp, withdraw, taken, body)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT DO NOTHING`

const insertRef = `INSERT INTO alert_ref (ref, alert) VALUES (?, ?) ON CONFLICT DO NOTHING`

const insertDelivery = `
	INSERT INTO delivery (alert, recipient, channel, role, level, fold, state, why, tries, due, retry, message, dropped, error, created, done)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT DO NOTHING`

const updateDelivery = `
	UPDATE delivery SET state = ?, why = ?, tries = ?, due = ?, retry = ?, message = ?, dropped = ?, error = ?, done = ?
	WHERE seq = ?`

const upsertWindow = `
	INSERT INTO quiet_window (recipient, fold, until, level) VALUES (?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET until = excluded.until, level = excluded.level`

const upsertSilence = `
	INSERT INTO silence (id, topic, grp, owner, reason, created, until) VALUES (?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET until = excluded.until`

const upsertAck = `
	INSERT INTO ack (grp, by, level, until) VALUES (?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET by = excluded.by, level = excluded.level, until = excluded.until`

const insertErased = `INSERT INTO erased (item, at) VALUES (?, ?) ON CONFLICT DO NOTHING`

const insertOutgoing = `INSERT INTO outgoing (kind, body) VALUES (?, ?)`

// Save implements [alerts.Store].
func (s *Alerts) Save(ctx context.Context, c alerts.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx}
		if a := c.Alert; a != nil {
			if w.exec(insertAlert, a.ID, a.Kind, a.Level, a.Topic, a.Group, a.Withdraw, unix(c.At), w.json(a)) == 0 && w.err == nil {
				return nil // taken before
			}
			for _, ref := range c.Refs {
				w.exec(insertRef, ref, a.ID)
			}
		}
		for _, r := range c.Rows {
			if r.Seq == 0 {
				w.exec(insertDelivery, r.Alert.ID, r.Recipient, r.Channel, r.Role, r.Alert.Level, r.Fold, r.State, r.Why, r.Tries,
					unix(r.Due), unix(r.Retry), r.Message, r.Drop, r.Error, unix(r.Created), unix(r.Done))
			} else {
				w.exec(updateDelivery, r.State, r.Why, r.Tries, unix(r.Due), unix(r.Retry), r.Message, r.Drop, r.Error, unix(r.Done), r.Seq)
			}
		}
		for _, v := range c.Windows {
			w.exec(upsertWindow, v.Recipient, v.Fold, unix(v.Until), v.Level)
		}
		if v := c.Silence; v != nil {
			w.exec(upsertSilence, v.ID, v.Topic, v.Group, v.Owner, v.Reason, unix(v.Created), unix(v.Until))
		}
		if v := c.Quiet; v != nil {
			w.exec(upsertAck, v.Group, v.By, v.Level, unix(v.Until))
		}
		for _, v := range c.Watches {
			w.exec(upsertWatch, v.Group, v.Alert, v.Level, unix(v.Opened), unix(v.Next), v.Step, v.By, unix(v.Done))
		}
		for _, v := range c.Addresses {
			w.exec(upsertAddress, v.Recipient, v.Channel, v.Hash, v.Code, unix(v.Asked), unix(v.Confirmed))
		}
		if c.Erase != "" {
			w.exec(insertErased, c.Erase, unix(c.At))
		}
		for _, id := range c.Blank {
			w.exec(blankAlert, id)
		}
		for _, v := range c.Delivered {
			w.exec(insertOutgoing, "delivered", w.json(v))
		}
		for _, v := range c.Audit {
			w.exec(insertOutgoing, "audit", w.json(v))
		}
		return w.err
	})
}

// A writer keeps the first error of a row of statements.
type writer struct {
	ctx context.Context
	tx  *sql.Tx
	err error
}

func (w *writer) exec(query string, args ...any) (changed int64) {
	if w.err != nil {
		return 0
	}
	res, err := w.tx.ExecContext(w.ctx, query, args...)
	if err != nil {
		w.err = err
		return 0
	}
	changed, w.err = res.RowsAffected()
	return changed
}

func (w *writer) json(v any) string {
	b, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = err
	}
	return string(b)
}

// blank removes the words; identity and times stay.
const blank = `
	UPDATE alert SET blank = 1, body = json_remove(json_set(body,
		'$.subject', json('{"vi":""}'), '$.body', json('{"vi":""}')), '$.path')`

const blankAlert = blank + ` WHERE id = ?`

const selectAlert = `SELECT body FROM alert WHERE id = ?`

// Alert implements [alerts.Store].
func (s *Alerts) Alert(ctx context.Context, id string) (a news.Alert, err error) {
	var body string
	switch err := s.read.QueryRowContext(ctx, selectAlert, id).Scan(&body); {
	case errors.Is(err, sql.ErrNoRows):
		return a, alerts.ErrUnknown
	case err != nil:
		return a, err
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		return a, fmt.Errorf("alert %s: %w", id, err)
	}
	return a, nil
}

const selectWithdrawn = `SELECT EXISTS (SELECT 1 FROM alert WHERE withdraw = ? AND withdraw <> '')`

// Withdrawn implements [alerts.Store].
func (s *Alerts) Withdrawn(ctx context.Context, id string) (yes bool, err error) {
	err = s.read.QueryRowContext(ctx, selectWithdrawn, id).Scan(&yes)
	return yes, err
}

const columns = `d.seq, a.body, d.recipient, d.channel, d.role, d.fold, d.state, d.why, d.tries, d.due, d.retry, d.message, d.dropped, d.error, d.created, d.done
	FROM delivery d JOIN alert a ON a.id = d.alert `

func (s *Alerts) rows(ctx context.Context, query string, args ...any) (out []alerts.Row, err error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r alerts.Row
		var body string
		var due, retry, created, done int64
		if err := rows.Scan(&r.Seq, &body, &r.Recipient, &r.Channel, &r.Role, &r.Fold, &r.State, &r.Why, &r.Tries,
			&due, &retry, &r.Message, &r.Drop, &r.Error, &created, &done); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &r.Alert); err != nil {
			return nil, fmt.Errorf("delivery %d: %w", r.Seq, err)
		}
		r.Due, r.Retry, r.Created, r.Done = fromUnix(due), fromUnix(retry), fromUnix(created), fromUnix(done)
		out = append(out, r)
	}
	return out, rows.Err()
}

const selectRows = `SELECT ` + columns + `WHERE d.alert = ? ORDER BY d.seq`

// Rows implements [alerts.Store].
func (s *Alerts) Rows(ctx context.Context, alert string) ([]alerts.Row, error) {
	return s.rows(ctx, selectRows, alert)
}

const selectUntried = `SELECT ` + columns + `WHERE d.state = 'waiting' AND d.tries = 0 ORDER BY d.seq`

// Untried implements [alerts.Store].
func (s *Alerts) Untried(ctx context.Context) ([]alerts.Row, error) {
	return s.rows(ctx, selectUntried)
}

const selectLast = `SELECT ` + columns + `
	WHERE d.state = 'waiting' AND d.tries = 0 AND d.message = '' AND d.recipient = ? AND d.fold = ?
	ORDER BY d.seq DESC LIMIT 1`

// Last implements [alerts.Store].
func (s *Alerts) Last(ctx context.Context, recipient, fold string) (alerts.Row, bool, error) {
	rows, err := s.rows(ctx, selectLast, recipient, fold)
	if err != nil || len(rows) == 0 {
		return alerts.Row{}, false, err
	}
	return rows[0], true, nil
}

const selectWindow = `SELECT until, level FROM quiet_window WHERE recipient = ? AND fold = ?`

// Window implements [alerts.Store].
func (s *Alerts) Window(ctx context.Context, recipient, fold string) (alerts.Window, error) {
	w := alerts.Window{Recipient: recipient, Fold: fold}
	var until int64
	err := s.read.QueryRowContext(ctx, selectWindow, recipient, fold).Scan(&until, &w.Level)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return w, err
	}
	w.Until = fromUnix(until)
	return w, nil
}

const selectDue = `SELECT ` + columns + `
	WHERE d.seq IN (
		SELECT seq FROM (
			SELECT seq, ROW_NUMBER() OVER (PARTITION BY recipient ORDER BY level DESC, seq) AS n
			FROM delivery WHERE state IN ('waiting', 'failed') AND due <= ? AND retry <= ?)
		WHERE n = 1)
	ORDER BY d.level DESC, d.seq`

// Due implements [alerts.Store].
func (s *Alerts) Due(ctx context.Context, now, wall time.Time) ([]alerts.Row, error) {
	return s.rows(ctx, selectDue, unix(now), unix(wall))
}

const selectBatch = `SELECT ` + columns + `
	WHERE d.state IN ('waiting', 'failed') AND d.message = ? AND d.message <> '' AND d.recipient = ? AND d.channel = ?
	ORDER BY d.seq`

const selectFold = `SELECT ` + columns + `
	WHERE d.state = 'waiting' AND d.tries = 0 AND d.message = '' AND d.recipient = ? AND d.channel = ?
		AND (d.fold = ? AND d.fold <> '' OR d.seq = ?)
	ORDER BY d.seq`

// Batch implements [alerts.Store].
func (s *Alerts) Batch(ctx context.Context, r alerts.Row) ([]alerts.Row, error) {
	if r.Message != "" {
		return s.rows(ctx, selectBatch, r.Message, r.Recipient, r.Channel)
	}
	return s.rows(ctx, selectFold, r.Recipient, r.Channel, r.Fold, r.Seq)
}

const selectSilences = `
	SELECT id, topic, grp, owner, reason, created, until FROM silence
	WHERE until > ? ORDER BY created DESC, id`

// Silences implements [alerts.Store].
func (s *Alerts) Silences(ctx context.Context, now time.Time) ([]alerts.Silence, error) {
	rows, err := s.read.QueryContext(ctx, selectSilences, unix(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []alerts.Silence{}
	for rows.Next() {
		var v alerts.Silence
		var created, until int64
		if err := rows.Scan(&v.ID, &v.Topic, &v.Group, &v.Owner, &v.Reason, &created, &until); err != nil {
			return nil, err
		}
		v.Created, v.Until = fromUnix(created), fromUnix(until)
		out = append(out, v)
	}
	return out, rows.Err()
}

const selectAck = `SELECT by, level, until FROM ack WHERE grp = ?`

// Quiet implements [alerts.Store].
func (s *Alerts) Quiet(ctx context.Context, group string) (alerts.Quiet, error) {
	q := alerts.Quiet{Group: group}
	var until int64
	err := s.read.QueryRowContext(ctx, selectAck, group).Scan(&q.By, &q.Level, &until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return q, err
	}
	q.Until = fromUnix(until)
	return q, nil
}

const selectLevel = `SELECT coalesce(max(level), 0) FROM alert WHERE grp = ? AND grp <> '' AND taken >= ?`

// Level implements [alerts.Store].
func (s *Alerts) Level(ctx context.Context, group string, t time.Time) (l news.Level, err error) {
	err = s.read.QueryRowContext(ctx, selectLevel, group, unix(t)).Scan(&l)
	return l, err
}

const selectPast = `
	SELECT DISTINCT n.value FROM alert a LEFT JOIN json_each(a.body, '$.not') n WHERE a.grp = ? AND a.grp <> ''`

// Past implements [alerts.Store].
func (s *Alerts) Past(ctx context.Context, group string) (roles []string, known bool, err error) {
	rows, err := s.read.QueryContext(ctx, selectPast, group)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for rows.Next() {
		var role sql.NullString
		if err := rows.Scan(&role); err != nil {
			return nil, false, err
		}
		if known = true; role.Valid {
			roles = append(roles, role.String)
		}
	}
	return roles, known, rows.Err()
}

const selectMentioning = `SELECT alert FROM alert_ref WHERE ref = ? ORDER BY alert`

// Mentioning implements [alerts.Store].
func (s *Alerts) Mentioning(ctx context.Context, item string) (ids []string, err error) {
	rows, err := s.read.QueryContext(ctx, selectMentioning, item)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

const selectErased = `SELECT EXISTS (SELECT 1 FROM erased WHERE item IN (SELECT value FROM json_each(?)))`

// Erased implements [alerts.Store].
func (s *Alerts) Erased(ctx context.Context, refs []string) (yes bool, err error) {
	list, err := json.Marshal(refs)
	if err != nil {
		return false, err
	}
	err = s.read.QueryRowContext(ctx, selectErased, string(list)).Scan(&yes)
	return yes, err
}

const forgetWords = blank + `
	WHERE blank = 0 AND taken < ?
	AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.alert = alert.id AND d.state IN ('waiting', 'failed'))`

const forgetErased = `DELETE FROM erased WHERE at < ?`

// Forget implements [alerts.Store].
func (s *Alerts) Forget(ctx context.Context, words, erased time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx}
		w.exec(forgetWords, unix(words))
		w.exec(forgetErased, unix(erased))
		return w.err
	})
}

const selectDeliveries = `SELECT ` + columns + `WHERE (?1 = '' OR d.state = ?1) AND (?2 = 0 OR d.seq < ?2) ORDER BY d.seq DESC LIMIT ?3`

// Deliveries implements [alerts.Store].
func (s *Alerts) Deliveries(ctx context.Context, state string, before int64, limit int) ([]alerts.Row, error) {
	return s.rows(ctx, selectDeliveries, state, before, limit)
}

const countLive = `SELECT count(*), coalesce(min(due), 0) FROM delivery WHERE state IN ('waiting', 'failed')`

const countDead = `SELECT count(*) FROM delivery WHERE state = 'dead' AND done >= ?`

// Count implements [alerts.Store].
func (s *Alerts) Count(ctx context.Context, since time.Time) (live, dead int, oldest time.Time, err error) {
	var due int64
	if err := s.read.QueryRowContext(ctx, countLive).Scan(&live, &due); err != nil {
		return 0, 0, oldest, err
	}
	err = s.read.QueryRowContext(ctx, countDead, unix(since)).Scan(&dead)
	return live, dead, fromUnix(due), err
}

const selectOutgoing = `SELECT seq, kind, body FROM outgoing ORDER BY seq LIMIT ?`

// Outgoing implements [alerts.Store].
func (s *Alerts) Outgoing(ctx context.Context, limit int) (out []alerts.Outgoing, err error) {
	rows, err := s.read.QueryContext(ctx, selectOutgoing, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o alerts.Outgoing
		var kind, body string
		if err := rows.Scan(&o.Seq, &kind, &body); err != nil {
			return nil, err
		}
		var into any
		switch kind {
		case "delivered":
			o.Delivered = new(news.Delivered)
			into = o.Delivered
		default:
			o.Audit = new(news.Audit)
			into = o.Audit
		}
		if err := json.Unmarshal([]byte(body), into); err != nil {
			return nil, fmt.Errorf("outgoing %d: %w", o.Seq, err)
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

const deleteOutgoing = `DELETE FROM outgoing WHERE seq <= ?`

// Published implements [alerts.Store].
func (s *Alerts) Published(ctx context.Context, seq int64) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, deleteOutgoing, seq)
		return err
	})
}
