package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
)

const (
	ixTodoItem = `key, item.id, item.hash, item.seen, item.title, item.text, item.body`

	ixSelectUnindexed = `SELECT ` + ixTodoItem + ` FROM todo JOIN item USING (key) WHERE todo.indexed = 0 ORDER BY key LIMIT ?`
	ixSelectGone      = `SELECT key FROM gone ORDER BY key LIMIT ?`
)

// Unindexed implements [indexer.Store].
func (x *Indexer) Unindexed(ctx context.Context, limit int) (items []indexer.Stored, gone []indexer.Key, err error) {
	defer wrap(&err, "items to index")
	if items, err = collect(ctx, x.read, scanStoredRows, ixSelectUnindexed, limit); err != nil {
		return nil, nil, err
	}
	gone, err = column[indexer.Key](ctx, x.read, ixSelectGone, limit)
	return items, gone, err
}

// What is marked comes as one JSON array of keys and hashes, so that a batch
// is one statement.
const ixMarkIndexed = `UPDATE todo SET indexed = 1 WHERE (key, hash) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`

// marks lists items as pairs of key and hash.
func marks(items []indexer.Stored) (string, error) {
	pairs := make([][2]any, len(items))
	for i := range items {
		pairs[i] = [2]any{items[i].Key, items[i].Hash}
	}
	list, err := json.Marshal(pairs)
	return string(list), err
}

// Indexed implements [indexer.Store].
func (x *Indexer) Indexed(ctx context.Context, items []indexer.Stored, gone []indexer.Key) (err error) {
	defer wrap(&err, "mark as indexed")
	list, err := marks(items)
	if err != nil {
		return err
	}
	return x.tx(ctx, func(tx *sql.Tx) error {
		w := &batch{tx: tx}
		defer w.close()
		if err := w.execs(ctx, call{ixMarkIndexed, []any{list}}); err != nil {
			return err
		}
		for _, k := range gone {
			if err := w.execs(ctx, call{ixDeleteGone, []any{k}}); err != nil {
				return err
			}
		}
		return nil
	})
}

const ixSelectUnannounced = `
	SELECT ` + ixTodoItem + `, todo.told, version.title, version.text, version.body
	FROM todo JOIN item USING (key) LEFT JOIN version ON version.id = todo.id AND version.hash = todo.told
	WHERE todo.indexed = 1 ORDER BY todo.at, todo.id LIMIT ?`

// Unannounced implements [indexer.Store].
func (x *Indexer) Unannounced(ctx context.Context, limit int) (_ []indexer.Stored, err error) {
	defer wrap(&err, "items to announce")
	return collect(ctx, x.read, scanUnannounced, ixSelectUnannounced, limit)
}

// scanUnannounced reads an item with the content that was announced before.
func scanUnannounced(rows *sql.Rows) (s indexer.Stored, err error) {
	var told string
	var title, text, body sql.NullString
	if s, err = scanStored(andThen{rows, []any{&told, &title, &text, &body}}); err != nil {
		return s, err
	}
	switch {
	case told == s.Hash && told != "":
		same := s.Item
		s.Before = &same
	case body.Valid:
		var it news.Item
		if err := json.Unmarshal([]byte(body.String), &it); err != nil {
			return s, fmt.Errorf("item %s as it was: %w", s.Item.ID, err)
		}
		it.Title, it.Text = title.String, text.String
		s.Before = &it
	}
	return s, nil
}

// andThen scans more columns behind those that are asked for.
type andThen struct {
	*sql.Rows
	more []any
}

func (a andThen) Scan(dest ...any) error { return a.Rows.Scan(append(dest, a.more...)...) }

const ixMarkAnnounced = `DELETE FROM todo WHERE (key, hash) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`

// Announced implements [indexer.Store].
func (x *Indexer) Announced(ctx context.Context, items []indexer.Stored) (err error) {
	defer wrap(&err, "mark as announced")
	list, err := marks(items)
	if err != nil {
		return err
	}
	return x.tx(ctx, func(tx *sql.Tx) error {
		return execs(ctx, tx, call{ixMarkAnnounced, []any{list}})
	})
}

// Item implements [indexer.Store].
func (x *Indexer) Item(ctx context.Context, id string) (s indexer.Stored, err error) {
	s, err = scanStored(x.read.QueryRowContext(ctx, ixSelectItemByID, id))
	if errors.Is(err, sql.ErrNoRows) {
		return s, indexer.ErrNotFound
	}
	wrap(&err, "item "+id)
	return s, err
}

// The keys come as one JSON array, so that there is one statement however
// many there are.
const ixSelectItemsByKey = `
	SELECT ` + ixItem + ` FROM item WHERE key IN (SELECT value FROM json_each(?))`

// prepared is a statement as a querier.
type prepared struct{ *sql.Stmt }

func (p prepared) QueryContext(ctx context.Context, _ string, args ...any) (*sql.Rows, error) {
	return p.Stmt.QueryContext(ctx, args...)
}

// Items implements [indexer.Store].
func (x *Indexer) Items(ctx context.Context, keys []indexer.Key) (_ []indexer.Stored, err error) {
	defer wrap(&err, "items by key")
	if len(keys) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	return collect(ctx, prepared{x.items}, scanStoredRows, "", string(list))
}

const ixSelectTexts = `SELECT key, title, text FROM item WHERE key IN (SELECT value FROM json_each(?))`

// Texts implements [indexer.Store].
func (x *Indexer) Texts(ctx context.Context, keys []indexer.Key, f func(key indexer.Key, title, text string)) (err error) {
	defer wrap(&err, "texts by key")
	if len(keys) == 0 {
		return nil
	}
	list, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	rows, err := x.texts.QueryContext(ctx, string(list))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key indexer.Key
		var title, text string
		if err := rows.Scan(&key, &title, &text); err != nil {
			return err
		}
		f(key, title, text)
	}
	return rows.Err()
}

const ixSelectRange = `
	SELECT ` + ixItem + ` FROM item
	WHERE at >= ?1 AND at < ?2 AND (at, id) > (?3, ?4) ORDER BY at, id LIMIT ?5`

// Range implements [indexer.Store].
func (x *Indexer) Range(ctx context.Context, from, to, after time.Time, id string, limit int) (_ []indexer.Stored, err error) {
	defer wrap(&err, "items of a time")
	first, last := unix(from), int64(math.MaxInt64)
	if !to.IsZero() {
		last = unix(to)
	}
	if id != "" {
		first = max(first, unix(after))
		return collect(ctx, x.read, scanStoredRows, ixSelectRange, first, last, unix(after), id, limit)
	}
	return collect(ctx, x.read, scanStoredRows, ixSelectRange, first, last, int64(math.MinInt64), "", limit)
}

const (
	ixSelectBetween = `SELECT ` + ixItem + ` FROM item WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`
	ixCountKeys     = `SELECT count(*) FROM item WHERE key >= ? AND key < ?`
	ixSelectStatus  = `SELECT count(*), coalesce(min(key), 0), coalesce(max(key), 0) FROM item`
)

// Between implements [indexer.Store].
func (x *Indexer) Between(ctx context.Context, from, to indexer.Key, limit int) (_ []indexer.Stored, err error) {
	defer wrap(&err, "items between keys")
	return collect(ctx, x.read, scanStoredRows, ixSelectBetween, from, to, limit)
}

// Count implements [indexer.Store].
func (x *Indexer) Count(ctx context.Context, from, to indexer.Key) (n int, err error) {
	defer wrap(&err, "count items")
	err = x.read.QueryRowContext(ctx, ixCountKeys, from, to).Scan(&n)
	return n, err
}

// Status implements [indexer.Store].
func (x *Indexer) Status(ctx context.Context) (items int, first, last indexer.Key, err error) {
	defer wrap(&err, "status")
	err = x.read.QueryRowContext(ctx, ixSelectStatus).Scan(&items, &first, &last)
	return items, first, last, err
}

const ixSelectTallies = `SELECT bucket, at, cells FROM tally WHERE bucket = ? AND at >= ? AND at < ? ORDER BY at`

// Tallies implements [indexer.Store].
func (x *Indexer) Tallies(ctx context.Context, bucket string, from, to time.Time) (_ []indexer.Tally, err error) {
	defer wrap(&err, "counts")
	return collect(ctx, x.read, func(rows *sql.Rows) (t indexer.Tally, err error) {
		var at int64
		err = rows.Scan(&t.Bucket, &at, &t.Cells)
		t.At = fromUnix(at)
		return t, err
	}, ixSelectTallies, bucket, unix(from), unix(to))
}

const ixSelectSignatures = `SELECT id, at, story, data FROM signature WHERE at >= ? ORDER BY at, id`

// Signatures implements [indexer.Store].
func (x *Indexer) Signatures(ctx context.Context, since time.Time, f func(indexer.Signature) error) (err error) {
	defer wrap(&err, "signatures")
	rows, err := x.read.QueryContext(ctx, ixSelectSignatures, unix(since))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s indexer.Signature
		var at int64
		if err := rows.Scan(&s.ID, &at, &s.Story, &s.Data); err != nil {
			return err
		}
		s.At = fromUnix(at)
		if err := f(s); err != nil {
			return err
		}
	}
	return rows.Err()
}
