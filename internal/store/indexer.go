package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"langnghe/indexer"
	"langnghe/internal/news"
)

// Indexer keeps the indexer role's state. It implements [indexer.Store].
type Indexer struct {
	*db
	items, texts *sql.Stmt // what every search asks
	counting     *counting // used within write transactions, of which there is one at a time
}

var _ indexer.Store = (*Indexer)(nil)

// OpenIndexer opens or creates the indexer role's file.
func OpenIndexer(ctx context.Context, file string) (*Indexer, error) {
	d, err := open(ctx, file, "indexer")
	if err != nil {
		return nil, err
	}
	x := &Indexer{db: d, counting: newCounting()}
	if x.items, err = d.read.PrepareContext(ctx, ixSelectItemsByKey); err == nil {
		x.texts, err = d.read.PrepareContext(ctx, ixSelectTexts)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", file, err), d.Close())
	}
	return x, nil
}

// idHash stands for an id where the id itself must not be kept.
func idHash(id string) []byte {
	sum := sha256.Sum256([]byte(id))
	return sum[:16]
}

const (
	ixSelectItemByID = `SELECT ` + ixItem + ` FROM item WHERE id = ?`
	// Ids and hashes of ids come as one JSON array, so that a batch is one
	// statement.
	ixSelectKnown     = `SELECT ` + ixItem + ` FROM item WHERE id IN (SELECT value FROM json_each(?))`
	ixSelectErasedIDs = `SELECT item FROM erased WHERE item IN (SELECT unhex(value) FROM json_each(?))`
	ixSelectOldHashes = `SELECT id, hash FROM version WHERE id IN (SELECT value FROM json_each(?))`
)

// ixItem is what scanStored reads. Title and text have columns of their own,
// for searches look at many of them and at the rest of few.
const ixItem = `key, id, hash, seen, title, text, body`

// Known implements [indexer.Store].
func (x *Indexer) Known(ctx context.Context, ids []string) (_ map[string]indexer.Known, err error) {
	defer wrap(&err, "known items")
	out := map[string]indexer.Known{}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	byHash, hashes := make(map[string]string, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		h := idHash(id)
		byHash[string(h)], hashes[i] = id, hex.EncodeToString(h)
	}
	hashList, err := json.Marshal(hashes)
	if err != nil {
		return nil, err
	}
	erased, err := column[[]byte](ctx, x.read, ixSelectErasedIDs, string(hashList))
	if err != nil {
		return nil, err
	}
	for _, h := range erased {
		out[byHash[string(h)]] = indexer.Known{Erased: true}
	}
	items, err := collect(ctx, x.read, scanStoredRows, ixSelectKnown, string(list))
	if err != nil {
		return nil, err
	}
	for _, s := range items {
		if k := out[s.Item.ID]; !k.Erased {
			out[s.Item.ID] = indexer.Known{Stored: s}
		}
	}
	if len(items) == 0 {
		return out, nil
	}
	old, err := collect(ctx, x.read, func(rows *sql.Rows) (v [2]string, err error) {
		err = rows.Scan(&v[0], &v[1])
		return v, err
	}, ixSelectOldHashes, string(list))
	if err != nil {
		return nil, err
	}
	for _, v := range old {
		if k, ok := out[v[0]]; ok && !k.Erased {
			k.Hashes = append(k.Hashes, v[1])
			out[v[0]] = k
		}
	}
	return out, nil
}

const (
	ixInsertItem = `
		INSERT INTO item (key, id, at, hash, seen, title, text, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO NOTHING`
	ixUpdateItem = `
		UPDATE item SET at = ?, hash = ?, seen = ?, title = ?, text = ?, body = ? WHERE key = ?`
	// What is still to be done with an item stands beside it, because
	// changing a flag of it would write the whole of it again.
	ixInsertTodo = `
		INSERT INTO todo (key, id, at, hash, told) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET id = excluded.id, at = excluded.at, hash = excluded.hash, told = excluded.told, indexed = 0`
	ixSelectTold  = `SELECT told FROM todo WHERE key = ?`
	ixDeleteTodo  = `DELETE FROM todo WHERE key = ?`
	ixKeepVersion = `
		INSERT INTO version (id, hash, seen, title, text, body) SELECT id, hash, seen, title, text, body FROM item WHERE key = ?
		ON CONFLICT (id, hash) DO UPDATE SET seen = excluded.seen`
	ixInsertVersion = `
		INSERT INTO version (id, hash, seen, title, text, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	ixDropVersion     = `DELETE FROM version WHERE id = ? AND hash = ?`
	ixDeleteItemByKey = `DELETE FROM item WHERE key = ?`
	ixInsertGone      = `INSERT INTO gone (key) VALUES (?) ON CONFLICT DO NOTHING`
	ixDeleteGone      = `DELETE FROM gone WHERE key = ?`
	ixAnyGone         = `SELECT EXISTS (SELECT 1 FROM gone)`
	ixInsertSignature = `
		INSERT INTO signature (id, at, story, data) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, story = excluded.story, data = excluded.data`
)

// Write implements [indexer.Store].
func (x *Indexer) Write(ctx context.Context, changes []*indexer.Change, late []indexer.Version) (err error) {
	defer wrap(&err, "write items")
	// A day is counted in memory while its items come in. When the
	// transaction fails, nobody knows what of it holds.
	defer func() {
		if err != nil {
			x.counting.forget()
		}
	}()
	return x.tx(ctx, func(tx *sql.Tx) error {
		w := &batch{tx: tx}
		defer w.close()
		// Few batches bring a document back that the index must still lose.
		if err := w.queryRow(ctx, ixAnyGone).Scan(&w.gone); err != nil {
			return err
		}
		for _, c := range changes {
			if err := writeItem(ctx, w, c); err != nil {
				return fmt.Errorf("item %s: %w", c.Item.ID, err)
			}
			if err := writeSignature(ctx, w, c); err != nil {
				return fmt.Errorf("item %s: %w", c.Item.ID, err)
			}
			if err := x.counting.replace(ctx, w, &c.Item); err != nil {
				return fmt.Errorf("item %s: counts: %w", c.Item.ID, err)
			}
		}
		for _, v := range late {
			body, err := bodyOf(v.Item)
			if err != nil {
				return fmt.Errorf("item %s: %w", v.Item.ID, err)
			}
			if _, err := w.exec(ctx, ixInsertVersion, v.Item.ID, v.Hash, unix(v.Seen), v.Item.Title, v.Item.Text, body); err != nil {
				return fmt.Errorf("item %s: %w", v.Item.ID, err)
			}
		}
		return x.counting.write(ctx, w)
	})
}

// bodyOf is the JSON of an item without what has columns of its own.
func bodyOf(it news.Item) (string, error) {
	it.Title, it.Text = "", ""
	body, err := json.Marshal(it)
	return string(body), err
}

func writeItem(ctx context.Context, w *batch, c *indexer.Change) error {
	it := &c.Item
	body, err := bodyOf(*it)
	if err != nil {
		return err
	}
	at := unix(it.At())
	told := ""
	if old := c.Replaces; old != nil {
		// What has nothing left to be done was announced as it is.
		switch err := w.queryRow(ctx, ixSelectTold, old.Key).Scan(&told); {
		case errors.Is(err, sql.ErrNoRows):
			told = old.Hash
		case err != nil:
			return err
		}
		if err := w.execs(ctx, call{ixKeepVersion, []any{old.Key}}, call{ixDropVersion, []any{it.ID, c.Hash}}); err != nil {
			return err
		}
		if c.Key == old.Key {
			return w.execs(ctx, call{ixUpdateItem, []any{at, c.Hash, unix(c.Seen), it.Title, it.Text, body, c.Key}},
				call{ixInsertTodo, []any{c.Key, it.ID, at, c.Hash, told}})
		}
		// The event time changed and with it the document.
		w.gone = true
		if err := w.execs(ctx, call{ixDeleteItemByKey, []any{old.Key}}, call{ixDeleteTodo, []any{old.Key}}, call{ixInsertGone, []any{old.Key}}); err != nil {
			return err
		}
	}
	for {
		res, err := w.exec(ctx, ixInsertItem, c.Key, it.ID, at, c.Hash, unix(c.Seen), it.Title, it.Text, body)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 1 {
			break
		}
		c.Key++ // another item of the same millisecond has it
	}
	if w.gone {
		if err := w.execs(ctx, call{ixDeleteGone, []any{c.Key}}); err != nil {
			return err
		}
	}
	return w.execs(ctx, call{ixInsertTodo, []any{c.Key, it.ID, at, c.Hash, told}})
}

func writeSignature(ctx context.Context, w *batch, c *indexer.Change) error {
	if c.Signature == nil {
		return nil
	}
	story := ""
	if c.Item.Reading != nil {
		story = c.Item.Reading.Story
	}
	return w.execs(ctx, call{ixInsertSignature, []any{c.Item.ID, unix(c.Item.At()), story, c.Signature}})
}

// wrap adds what was being done to an error.
func wrap(err *error, what string) {
	if *err != nil {
		*err = fmt.Errorf("store: %s: %w", what, *err)
	}
}

const ixUpdateReading = `UPDATE item SET body = ? WHERE key = ? AND hash = ?`

// Reread implements [indexer.Store].
func (x *Indexer) Reread(ctx context.Context, items []indexer.Stored) (err error) {
	defer wrap(&err, "read items again")
	defer func() {
		if err != nil {
			x.counting.forget()
		}
	}()
	return x.tx(ctx, func(tx *sql.Tx) error {
		w := &batch{tx: tx}
		defer w.close()
		for i := range items {
			s := &items[i]
			body, err := bodyOf(s.Item)
			if err != nil {
				return fmt.Errorf("item %s: %w", s.Item.ID, err)
			}
			res, err := w.exec(ctx, ixUpdateReading, body, s.Key, s.Hash)
			if err != nil {
				return fmt.Errorf("item %s: %w", s.Item.ID, err)
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				if err != nil {
					return err
				}
				continue
			}
			if err := x.counting.replace(ctx, w, &s.Item); err != nil {
				return fmt.Errorf("item %s: counts: %w", s.Item.ID, err)
			}
		}
		return x.counting.write(ctx, w)
	})
}

// A batch prepares each statement of a transaction once.
type batch struct {
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
	gone  bool // of the indexer: there may be documents to lose
}

func (w *batch) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	s, err := w.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if w.stmts == nil {
		w.stmts = map[string]*sql.Stmt{}
	}
	w.stmts[query] = s
	return s, nil
}

func (w *batch) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// queryRow is like [sql.Stmt.QueryRowContext].
func (w *batch) queryRow(ctx context.Context, query string, args ...any) interface{ Scan(...any) error } {
	s, err := w.prepare(ctx, query)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRowContext(ctx, args...)
}

type failedRow struct{ error }

func (r failedRow) Scan(...any) error { return r.error }

func (w *batch) execs(ctx context.Context, calls ...call) error {
	for _, c := range calls {
		if _, err := w.exec(ctx, c.sql, c.args...); err != nil {
			return err
		}
	}
	return nil
}

func (w *batch) close() {
	for _, s := range w.stmts {
		_ = s.Close() // the transaction's end does it too
	}
}

// A call is one statement with its arguments.
type call struct {
	sql  string
	args []any
}

func execs(ctx context.Context, tx *sql.Tx, calls ...call) error {
	for _, c := range calls {
		if _, err := tx.ExecContext(ctx, c.sql, c.args...); err != nil {
			return err
		}
	}
	return nil
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// column reads the only column of a query.
func column[T any](ctx context.Context, q querier, query string, args ...any) ([]T, error) {
	return collect(ctx, q, func(rows *sql.Rows) (v T, err error) {
		err = rows.Scan(&v)
		return v, err
	}, query, args...)
}

// scanStored reads ixItem.
func scanStored(row interface{ Scan(...any) error }) (s indexer.Stored, err error) {
	var id string
	var seen int64
	var title, text string
	var body sql.RawBytes
	rows, isRows := row.(*sql.Rows)
	if isRows {
		err = rows.Scan(&s.Key, &id, &s.Hash, &seen, &title, &text, &body)
	} else {
		err = row.Scan(&s.Key, &id, &s.Hash, &seen, &title, &text, (*[]byte)(&body))
	}
	if err != nil {
		return s, err
	}
	s.Seen = fromUnix(seen)
	var ok bool
	if s.Item, ok = parseBody(string(body)); !ok {
		s.Item = news.Item{}
		if err := json.Unmarshal(body, &s.Item); err != nil {
			return s, fmt.Errorf("item %s: %w", id, err)
		}
	}
	s.Item.Title, s.Item.Text = title, text
	return s, nil
}

func scanStoredRows(rows *sql.Rows) (indexer.Stored, error) { return scanStored(rows) }
