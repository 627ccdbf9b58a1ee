package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
)

// Indexer keeps the indexer role's state. It implements [indexer.Store].
type Indexer struct{ *db }

var _ indexer.Store = (*Indexer)(nil)

// OpenIndexer opens or creates the indexer role's file.
func OpenIndexer(ctx context.Context, file string) (*Indexer, error) {
	d, err := open(ctx, file, "indexer")
	if err != nil {
		return nil, err
	}
	return &Indexer{d}, nil
}

// idHash stands for an id where the id itself must not be kept.
func idHash(id string) []byte {
	sum := sha256.Sum256([]byte(id))
	return sum[:16]
}

const (
	ixSelectItemByID  = `SELECT key, id, hash, seen, body FROM item WHERE id = ?`
	ixSelectErasedID  = `SELECT EXISTS (SELECT 1 FROM erased WHERE item = ?)`
	ixSelectOldHashes = `SELECT hash FROM version WHERE id = ?`
)

// Known implements [indexer.Store].
func (x *Indexer) Known(ctx context.Context, ids []string) (_ map[string]indexer.Known, err error) {
	defer wrap(&err, "known items")
	byID, err := x.read.PrepareContext(ctx, ixSelectItemByID)
	if err != nil {
		return nil, err
	}
	defer byID.Close()
	erased, err := x.read.PrepareContext(ctx, ixSelectErasedID)
	if err != nil {
		return nil, err
	}
	defer erased.Close()
	out := map[string]indexer.Known{}
	for _, id := range ids {
		var k indexer.Known
		if err := erased.QueryRowContext(ctx, idHash(id)).Scan(&k.Erased); err != nil {
			return nil, err
		}
		if k.Erased {
			out[id] = k
			continue
		}
		k.Stored, err = scanStored(byID.QueryRowContext(ctx, id))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if k.Hashes, err = column[string](ctx, x.read, ixSelectOldHashes, id); err != nil {
			return nil, err
		}
		out[id] = k
	}
	return out, nil
}

const (
	ixInsertItem = `
		INSERT INTO item (key, id, at, hash, seen, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO NOTHING`
	ixUpdateItem = `
		UPDATE item SET at = ?, hash = ?, seen = ?, body = ?, indexed = 0, announced = 0 WHERE key = ?`
	ixKeepVersion = `
		INSERT INTO version (id, hash, seen, body) SELECT id, hash, seen, body FROM item WHERE key = ?
		ON CONFLICT (id, hash) DO UPDATE SET seen = excluded.seen`
	ixInsertVersion = `
		INSERT INTO version (id, hash, seen, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	ixDropVersion     = `DELETE FROM version WHERE id = ? AND hash = ?`
	ixDeleteItemByKey = `DELETE FROM item WHERE key = ?`
	ixInsertGone      = `INSERT INTO gone (key) VALUES (?) ON CONFLICT DO NOTHING`
	ixDeleteGone      = `DELETE FROM gone WHERE key = ?`
	ixInsertSignature = `
		INSERT INTO signature (id, at, story, data) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, story = excluded.story, data = excluded.data`
	ixSelectFactDay = `SELECT day FROM fact WHERE item = ?`
	ixDeleteFact    = `DELETE FROM fact WHERE item = ?`
	ixInsertFact    = `
		INSERT INTO fact (item, day, at, topics, area, tone, stance, source, voice, story)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// Write implements [indexer.Store].
func (x *Indexer) Write(ctx context.Context, changes []*indexer.Change, late []indexer.Version) (err error) {
	defer wrap(&err, "write items")
	return x.tx(ctx, func(tx *sql.Tx) error {
		days := map[string]bool{}
		for _, c := range changes {
			if err := writeItem(ctx, tx, c); err != nil {
				return fmt.Errorf("item %s: %w", c.Item.ID, err)
			}
			if err := writeFact(ctx, tx, &c.Item, days); err != nil {
				return fmt.Errorf("item %s: %w", c.Item.ID, err)
			}
		}
		for _, v := range late {
			body, err := json.Marshal(v.Item)
			if err != nil {
				return fmt.Errorf("item %s: %w", v.Item.ID, err)
			}
			if _, err := tx.ExecContext(ctx, ixInsertVersion, v.Item.ID, v.Hash, unix(v.Seen), string(body)); err != nil {
				return fmt.Errorf("item %s: %w", v.Item.ID, err)
			}
		}
		for day := range days {
			if err := tally(ctx, tx, day); err != nil {
				return fmt.Errorf("counts of %s: %w", day, err)
			}
		}
		return nil
	})
}

func writeItem(ctx context.Context, tx *sql.Tx, c *indexer.Change) error {
	it := &c.Item
	body, err := json.Marshal(it)
	if err != nil {
		return err
	}
	at := unix(it.At())
	if old := c.Replaces; old != nil {
		if err := execs(ctx, tx, call{ixKeepVersion, []any{old.Key}}, call{ixDropVersion, []any{it.ID, c.Hash}}); err != nil {
			return err
		}
		if c.Key == old.Key {
			if err := execs(ctx, tx, call{ixUpdateItem, []any{at, c.Hash, unix(c.Seen), string(body), c.Key}}); err != nil {
				return err
			}
			return writeSignature(ctx, tx, c, at)
		}
		// The event time changed and with it the document.
		if err := execs(ctx, tx, call{ixDeleteItemByKey, []any{old.Key}}, call{ixInsertGone, []any{old.Key}}); err != nil {
			return err
		}
	}
	for {
		res, err := tx.ExecContext(ctx, ixInsertItem, c.Key, it.ID, at, c.Hash, unix(c.Seen), string(body))
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
	if err := execs(ctx, tx, call{ixDeleteGone, []any{c.Key}}); err != nil {
		return err
	}
	return writeSignature(ctx, tx, c, at)
}

func writeSignature(ctx context.Context, tx *sql.Tx, c *indexer.Change, at int64) error {
	if c.Signature == nil {
		return nil
	}
	story := ""
	if c.Item.Reading != nil {
		story = c.Item.Reading.Story
	}
	return execs(ctx, tx, call{ixInsertSignature, []any{c.Item.ID, at, story, c.Signature}})
}

// writeFact replaces what is counted of an item and adds the days whose
// counts change.
func writeFact(ctx context.Context, tx *sql.Tx, it *news.Item, days map[string]bool) error {
	id := idHash(it.ID)
	var old string
	switch err := tx.QueryRowContext(ctx, ixSelectFactDay, id).Scan(&old); {
	case err == nil:
		days[old] = true
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	f := indexer.FactOf(it)
	day := indexer.Day(f.At)
	days[day] = true
	return execs(ctx, tx, call{ixDeleteFact, []any{id}},
		call{ixInsertFact, []any{id, day, unix(f.At), strings.Join(f.Topics, " "), f.Area, f.Tone, f.Stance, f.Source, f.Voice, f.Story}})
}

const (
	ixSelectFacts   = `SELECT at, topics, area, tone, stance, source, voice, story FROM fact WHERE day = ?`
	ixDeleteTallies = `DELETE FROM tally WHERE at >= ? AND at < ? AND bucket IN ('hour', 'day')`
	ixInsertTally   = `INSERT INTO tally (bucket, at, cells) VALUES (?, ?, ?)`
)

// tally counts the facts of one day again. Counting the day and not the
// change keeps distinct voices and stories exact through edits.
func tally(ctx context.Context, tx *sql.Tx, day string) error {
	facts, err := collect(ctx, tx, func(rows *sql.Rows) (f indexer.Fact, err error) {
		var at int64
		var topics string
		err = rows.Scan(&at, &topics, &f.Area, &f.Tone, &f.Stance, &f.Source, &f.Voice, &f.Story)
		f.At, f.Topics = fromUnix(at), strings.Fields(topics)
		return f, err
	}, ixSelectFacts, day)
	if err != nil {
		return err
	}
	start, err := time.ParseInLocation(time.DateOnly, day, indexer.Zone)
	if err != nil {
		return err
	}
	if err := execs(ctx, tx, call{ixDeleteTallies, []any{unix(start), unix(start.AddDate(0, 0, 1))}}); err != nil {
		return err
	}
	for _, t := range indexer.Tallies(facts) {
		if err := execs(ctx, tx, call{ixInsertTally, []any{t.Bucket, unix(t.At), t.Cells}}); err != nil {
			return err
		}
	}
	return nil
}

// wrap adds what was being done to an error.
func wrap(err *error, what string) {
	if *err != nil {
		*err = fmt.Errorf("store: %s: %w", what, *err)
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

// scanStored reads key, id, hash, seen, body.
func scanStored(row interface{ Scan(...any) error }) (s indexer.Stored, err error) {
	var id string
	var seen int64
	var body []byte
	if err := row.Scan(&s.Key, &id, &s.Hash, &seen, &body); err != nil {
		return s, err
	}
	s.Seen = fromUnix(seen)
	if err := json.Unmarshal(body, &s.Item); err != nil {
		return s, fmt.Errorf("item %s: %w", id, err)
	}
	return s, nil
}

func scanStoredRows(rows *sql.Rows) (indexer.Stored, error) { return scanStored(rows) }
