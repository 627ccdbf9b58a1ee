package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"langnghe/internal/news"
	"langnghe/rules"
	"langnghe/rules/trend"
)

// Rules keeps the rules role's state: versions of rules, what windows hold,
// flags and their outbox, decisions, the official facts.
type Rules struct{ *db }

var _ rules.Store = (*Rules)(nil)

// OpenRules opens or creates the file.
func OpenRules(ctx context.Context, file string) (*Rules, error) {
	d, err := open(ctx, file, "rules")
	if err != nil {
		return nil, err
	}
	return &Rules{d}, nil
}

const insertOccurrence = `
	INSERT INTO occurrence (rule, version, grp, item, at, observed, voice, source, mark, muted)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

const pruneOccurrences = `DELETE FROM occurrence WHERE rule = ? AND version = ? AND grp = ? AND at < ?`

const upsertBound = `
	INSERT INTO bound (rule, version, grp, before, held) VALUES (?, ?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET before = excluded.before, held = excluded.held`

const upsertStart = `
	INSERT INTO start (rule, version, first) VALUES (?, ?, ?)
	ON CONFLICT DO UPDATE SET first = excluded.first WHERE excluded.first < first`

const insertFlag = `
	INSERT INTO flag (id, rule, version, at, item, signal, body) VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING`

const upsertSignal = `
	INSERT INTO flag (id, rule, version, at, item, signal, body) VALUES (?, ?, ?, ?, '', 1, ?)
	ON CONFLICT DO UPDATE SET body = excluded.body`

const insertOutbox = `INSERT INTO outbox (flag, body) VALUES (?, ?)`

const upsertDecision = `
	INSERT INTO decision (id, rule, body) VALUES (?, ?, ?)
	ON CONFLICT DO UPDATE SET body = excluded.body`

const upsertFacts = `
	INSERT INTO facts (one, version, body) VALUES (1, ?, ?)
	ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body WHERE excluded.version >= version`

const insertVersion = `INSERT INTO rule_version (rule, version, hash, source, at, filled) VALUES (?, ?, ?, ?, ?, ?)`

const fillVersion = `UPDATE rule_version SET filled = 1 WHERE rule = ? AND version = ?`

const upsertPreview = `
	INSERT INTO preview (hash, at, per_week, decided, useful) VALUES (?, ?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET at = excluded.at, per_week = excluded.per_week, decided = excluded.decided, useful = excluded.useful`

const upsertPost = `
	INSERT INTO trend_post (id, at, body) VALUES (?, ?, ?)
	ON CONFLICT DO UPDATE SET at = excluded.at, body = excluded.body`

// Commit implements [rules.Store].
func (s *Rules) Commit(ctx context.Context, c rules.Change) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		w := rulesWriter{ctx: ctx, tx: tx}
		for _, v := range c.Retire {
			for _, table := range []string{"occurrence", "bound", "start"} {
				w.exec(`DELETE FROM `+table+` WHERE rule = ? AND version = ?`, v.Rule, v.Version)
			}
		}
		for _, o := range c.Occurrences {
			w.exec(insertOccurrence, o.Rule, o.Version, o.Group, o.Item, unix(o.At), unix(o.Observed), o.Voice, o.Source, int64(o.Mark), o.Muted)
		}
		for _, b := range c.Prune {
			w.exec(pruneOccurrences, b.Rule, b.Version, b.Group, unix(b.Keep))
			w.exec(upsertBound, b.Rule, b.Version, b.Group, unix(b.Before), unix(b.Held))
		}
		for _, st := range c.Starts {
			w.exec(upsertStart, st.Rule, st.Version, unix(st.First))
		}
		for i := range c.Flags {
			w.flag(&c.Flags[i])
		}
		for i := range c.Signals {
			w.signal(&c.Signals[i])
		}
		for _, seq := range c.Sent {
			w.exec(`DELETE FROM outbox WHERE seq = ?`, seq)
		}
		if d := c.Decided; d != nil {
			w.exec(upsertDecision, d.ID, d.Rule, w.json(d))
		}
		if f := c.Facts; f != nil {
			w.exec(upsertFacts, f.Version, w.json(f))
		}
		for _, v := range c.Versions {
			w.exec(insertVersion, v.Rule, v.Version, v.Hash, v.Source, unix(v.At), v.Filled)
		}
		for _, v := range c.Filled {
			w.exec(fillVersion, v.Rule, v.Version)
		}
		if p := c.Previewed; p != nil {
			w.exec(upsertPreview, p.Hash, unix(p.At), p.PerWeek, p.Decided, p.Useful)
		}
		for i := range c.Posts {
			w.exec(upsertPost, c.Posts[i].ID, unix(c.Posts[i].At), w.json(&c.Posts[i]))
		}
		if !c.PostsBefore.IsZero() {
			w.exec(`DELETE FROM trend_post WHERE at < ?`, unix(c.PostsBefore))
		}
		if c.Erased != "" {
			w.exec(`DELETE FROM trend_post WHERE id = ?`, c.Erased)
			w.erase(c.Erased)
		}
		return w.err
	})
}

// rulesWriter writes until the first error.
type rulesWriter struct {
	ctx context.Context
	tx  *sql.Tx
	err error
}

// exec returns how many rows were changed.
func (w *rulesWriter) exec(q string, args ...any) int64 {
	if w.err != nil {
		return 0
	}
	res, err := w.tx.ExecContext(w.ctx, q, args...)
	if err != nil {
		w.err = err
		return 0
	}
	n, err := res.RowsAffected()
	w.err = err
	return n
}

func (w *rulesWriter) json(v any) string {
	b, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = err
	}
	return string(b)
}

func (w *rulesWriter) flag(f *news.Flag) {
	item := ""
	if f.Item != nil {
		item = f.Item.ID
	}
	body := w.json(f)
	if w.exec(insertFlag, f.ID, f.Rule, f.Version, unix(f.At), item, body) > 0 {
		w.exec(insertOutbox, f.ID, body)
	}
}

func (w *rulesWriter) signal(s *rules.Signal) {
	w.exec(upsertSignal, s.ID, s.Rule, s.Version, unix(s.At), w.json(s))
	w.exec(insertOutbox, s.ID, w.json(s.Flag))
}

// erase removes an item: flags about it go, flags about a group lose its id.
func (w *rulesWriter) erase(id string) {
	w.exec(`DELETE FROM outbox WHERE flag IN (SELECT id FROM flag WHERE item = ?)`, id)
	w.exec(`DELETE FROM flag WHERE item = ?`, id)
	w.exec(`DELETE FROM occurrence WHERE item = ?`, id)
	for _, table := range []string{"flag", "outbox"} {
		w.strip(table, id)
	}
}

// strip takes the id out of the evidence of flags in a table.
func (w *rulesWriter) strip(table, id string) {
	if w.err != nil {
		return
	}
	rows, err := w.tx.QueryContext(w.ctx, `SELECT rowid, body FROM `+table+` WHERE instr(body, ?) > 0`, w.json(id))
	if err != nil {
		w.err = err
		return
	}
	changed := map[int64]string{}
	for rows.Next() {
		var row int64
		var body string
		var s rules.Signal
		if w.err = rows.Scan(&row, &body); w.err == nil {
			w.err = json.Unmarshal([]byte(body), &s)
		}
		if w.err != nil {
			break
		}
		s.Items = slices.DeleteFunc(s.Items, func(x string) bool { return x == id })
		changed[row] = w.json(s)
	}
	if err := rows.Err(); err != nil && w.err == nil {
		w.err = err
	}
	if err := rows.Close(); err != nil && w.err == nil {
		w.err = err
	}
	for row, body := range changed {
		w.exec(`UPDATE `+table+` SET body = ? WHERE rowid = ?`, body, row)
	}
}

const selectOccurrences = `SELECT rule, version, grp, item, at, observed, voice, source, mark, muted FROM occurrence`

const selectCounts = `SELECT rule, count(*), max(at) FROM flag GROUP BY rule`

const selectVersions = `SELECT rule, version, hash, source, at, filled FROM rule_version ORDER BY seq`

// Load implements [rules.Store].
func (s *Rules) Load(ctx context.Context) (rules.State, error) {
	var st rules.State
	err := errorsOf(
		s.each(ctx, selectOccurrences, func(scan scanFunc) error {
			var o rules.Occurrence
			var at, observed, mark int64
			err := scan(&o.Rule, &o.Version, &o.Group, &o.Item, &at, &observed, &o.Voice, &o.Source, &mark, &o.Muted)
			o.At, o.Observed, o.Mark = fromUnix(at), fromUnix(observed), rules.Mark(mark)
			st.Occurrences = append(st.Occurrences, o)
			return err
		}),
		s.each(ctx, `SELECT rule, version, grp, before, held FROM bound`, func(scan scanFunc) error {
			var b rules.Bound
			var before, held int64
			err := scan(&b.Rule, &b.Version, &b.Group, &before, &held)
			b.Before, b.Held = fromUnix(before), fromUnix(held)
			st.Bounds = append(st.Bounds, b)
			return err
		}),
		s.each(ctx, `SELECT rule, version, first FROM start`, func(scan scanFunc) error {
			var x rules.Start
			var first int64
			err := scan(&x.Rule, &x.Version, &first)
			x.First = fromUnix(first)
			st.Starts = append(st.Starts, x)
			return err
		}),
		s.each(ctx, `SELECT body FROM flag WHERE signal = 1`, func(scan scanFunc) error {
			var x rules.Signal
			err := scanJSON(scan, &x)
			st.Signals = append(st.Signals, x)
			return err
		}),
		s.each(ctx, selectCounts, func(scan scanFunc) error {
			var c rules.Count
			var last int64
			err := scan(&c.Rule, &c.Flags, &last)
			c.Last = fromUnix(last)
			st.Counts = append(st.Counts, c)
			return err
		}),
		s.each(ctx, `SELECT body FROM decision`, func(scan scanFunc) error {
			var d news.Decided
			err := scanJSON(scan, &d)
			st.Decided = append(st.Decided, d)
			return err
		}),
		s.each(ctx, `SELECT body FROM facts`, func(scan scanFunc) error { return scanJSON(scan, &st.Facts) }),
		s.each(ctx, selectVersions, func(scan scanFunc) error {
			var v rules.Version
			var at int64
			err := scan(&v.Rule, &v.Version, &v.Hash, &v.Source, &at, &v.Filled)
			v.At = fromUnix(at)
			st.Versions = append(st.Versions, v)
			return err
		}),
		s.each(ctx, `SELECT hash, at, per_week, decided, useful FROM preview`, func(scan scanFunc) error {
			var p rules.Previewed
			var at int64
			err := scan(&p.Hash, &at, &p.PerWeek, &p.Decided, &p.Useful)
			p.At = fromUnix(at)
			st.Previews = append(st.Previews, p)
			return err
		}),
		s.each(ctx, `SELECT body FROM trend_post`, func(scan scanFunc) error {
			var p trend.Post
			err := scanJSON(scan, &p)
			st.Posts = append(st.Posts, p)
			return err
		}),
	)
	return st, err
}

const selectOutbox = `SELECT seq, body FROM outbox ORDER BY seq LIMIT ?`

// Outbox implements [rules.Store].
func (s *Rules) Outbox(ctx context.Context, limit int) ([]rules.Outgoing, error) {
	var out []rules.Outgoing
	err := s.each(ctx, selectOutbox, func(scan scanFunc) error {
		var o rules.Outgoing
		var body string
		if err := scan(&o.Seq, &body); err != nil {
			return err
		}
		out = append(out, o)
		return json.Unmarshal([]byte(body), &out[len(out)-1].Flag)
	}, limit)
	return out, err
}

type scanFunc func(...any) error

func scanJSON(scan scanFunc, into any) error {
	var body string
	if err := scan(&body); err != nil {
		return err
	}
	return json.Unmarshal([]byte(body), into)
}

// each calls f for every row of a query.
func (s *Rules) each(ctx context.Context, q string, f func(scanFunc) error, args ...any) error {
	rows, err := s.read.QueryContext(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("store: rules: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return fmt.Errorf("store: rules: %w", err)
		}
	}
	return rows.Err()
}

// errorsOf is the first error.
func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
