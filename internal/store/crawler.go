package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"langnghe/crawler"
)

// Crawler keeps the crawler role's state: what each source was last like,
// what was seen, and the pseudonym keys.
type Crawler struct{ *db }

var _ crawler.Store = (*Crawler)(nil)

// OpenCrawler opens or creates the crawler's file.
func OpenCrawler(ctx context.Context, file string) (*Crawler, error) {
	d, err := open(ctx, file, "crawler")
	if err != nil {
		return nil, err
	}
	return &Crawler{d}, nil
}

const (
	crawlerVisits = `
	SELECT source, state, since, why_vi, why_en, last_fetch, last_item, next, recheck, total, failures, rate, listed, found, url, etag, last_modified, unread, unread_since, unread_state, unread_vi, unread_en
	FROM visit`
	crawlerVisit = crawlerVisits + ` WHERE source = ?`
)

// scanVisit reads a row of crawlerVisits.
func scanVisit(row interface{ Scan(...any) error }) (crawler.Visit, error) {
	var v crawler.Visit
	var since, lastFetch, lastItem, next, recheck, unreadSince int64
	err := row.Scan(&v.Source, &v.State, &since, &v.Why.VI, &v.Why.EN, &lastFetch, &lastItem, &next, &recheck,
		&v.Total, &v.Failures, &v.Rate, &v.Listed, &v.Found, &v.URL, &v.ETag, &v.LastModified,
		&v.Unread.Pages, &unreadSince, &v.Unread.State, &v.Unread.Why.VI, &v.Unread.Why.EN)
	v.Since, v.LastFetch, v.LastItem, v.Next, v.Recheck = fromUnix(since), fromUnix(lastFetch), fromUnix(lastItem), fromUnix(next), fromUnix(recheck)
	v.Unread.Since = fromUnix(unreadSince)
	return v, err
}

// Visit implements crawler.Store.
func (c *Crawler) Visit(ctx context.Context, source string) (crawler.Visit, error) {
	v, err := scanVisit(c.read.QueryRowContext(ctx, crawlerVisit, source))
	if errors.Is(err, sql.ErrNoRows) {
		return crawler.Visit{Source: source}, nil
	}
	if err != nil {
		return v, fmt.Errorf("store: visit of %s: %w", source, err)
	}
	return v, nil
}

// Visits implements crawler.Store.
func (c *Crawler) Visits(ctx context.Context) ([]crawler.Visit, error) {
	rows, err := c.read.QueryContext(ctx, crawlerVisits)
	if err != nil {
		return nil, fmt.Errorf("store: visits: %w", err)
	}
	defer rows.Close()
	var out []crawler.Visit
	for rows.Next() {
		v, err := scanVisit(rows)
		if err != nil {
			return nil, fmt.Errorf("store: visits: %w", err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: visits: %w", err)
	}
	return out, nil
}

const crawlerSaveVisit = `
	INSERT INTO visit (source, state, since, why_vi, why_en, last_fetch, last_item, next, recheck, total, failures, rate, listed, found, url, etag, last_modified, unread, unread_since, unread_state, unread_vi, unread_en)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (source) DO UPDATE SET state = excluded.state, since = excluded.since, why_vi = excluded.why_vi, why_en = excluded.why_en,
		last_fetch = excluded.last_fetch, last_item = excluded.last_item, next = excluded.next, recheck = excluded.recheck,
		total = excluded.total, failures = excluded.failures, rate = excluded.rate, listed = excluded.listed, found = excluded.found, url = excluded.url, etag = excluded.etag, last_modified = excluded.last_modified,
		unread = excluded.unread, unread_since = excluded.unread_since, unread_state = excluded.unread_state, unread_vi = excluded.unread_vi, unread_en = excluded.unread_en`

// SaveVisit implements crawler.Store.
func (c *Crawler) SaveVisit(ctx context.Context, v crawler.Visit) error {
	err := c.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, crawlerSaveVisit, v.Source, v.State, unix(v.Since), v.Why.VI, v.Why.EN, unix(v.LastFetch), unix(v.LastItem),
			unix(v.Next), unix(v.Recheck), v.Total, v.Failures, v.Rate, v.Listed, v.Found, v.URL, v.ETag, v.LastModified,
			v.Unread.Pages, unix(v.Unread.Since), v.Unread.State, v.Unread.Why.VI, v.Unread.Why.EN)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: save visit of %s: %w", v.Source, err)
	}
	return nil
}

const crawlerSeen = `
	SELECT id, source, item, hash, mark, at, first, checked, tries, erased, etag, last_modified
	FROM seen WHERE id IN (?`

// crawlerSeenAtOnce is how many ids one statement asks for.
const crawlerSeenAtOnce = 500

// Seen implements crawler.Store.
func (c *Crawler) Seen(ctx context.Context, ids []string) (map[string]crawler.Seen, error) {
	out := map[string]crawler.Seen{}
	for len(ids) > 0 {
		n := min(len(ids), crawlerSeenAtOnce)
		if err := c.someSeen(ctx, ids[:n], out); err != nil {
			return nil, fmt.Errorf("store: seen: %w", err)
		}
		ids = ids[n:]
	}
	return out, nil
}

func (c *Crawler) someSeen(ctx context.Context, ids []string, out map[string]crawler.Seen) error {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := c.read.QueryContext(ctx, crawlerSeen+strings.Repeat(", ?", len(ids)-1)+")", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		s, err := scanSeen(rows)
		if err != nil {
			return err
		}
		out[s.ID] = s
	}
	return rows.Err()
}

// scanSeen reads a row of seen.
func scanSeen(rows *sql.Rows) (s crawler.Seen, err error) {
	var at, first, checked int64
	err = rows.Scan(&s.ID, &s.Source, &s.Item, &s.Hash, &s.Mark, &at, &first, &checked, &s.Tries, &s.Erased, &s.ETag, &s.LastModified)
	s.At, s.First, s.Checked = fromUnix(at), fromUnix(first), fromUnix(checked)
	return s, err
}

const crawlerMarkSeen = `
	INSERT INTO seen (id, source, item, hash, mark, at, first, checked, tries, erased, etag, last_modified)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
	ON CONFLICT (id) DO UPDATE SET source = excluded.source, item = excluded.item, hash = excluded.hash, mark = excluded.mark,
		at = excluded.at, first = excluded.first, checked = excluded.checked, tries = excluded.tries,
		etag = excluded.etag, last_modified = excluded.last_modified
	WHERE erased = 0`

// MarkSeen implements crawler.Store.
func (c *Crawler) MarkSeen(ctx context.Context, rows []crawler.Seen) error {
	err := c.tx(ctx, func(tx *sql.Tx) error {
		stmt, err := tx.PrepareContext(ctx, crawlerMarkSeen)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for _, s := range rows {
			if _, err := stmt.ExecContext(ctx, s.ID, s.Source, s.Item, s.Hash, s.Mark, unix(s.At), unix(s.First), unix(s.Checked), s.Tries, s.ETag, s.LastModified); err != nil {
				return fmt.Errorf("%s: %w", s.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: mark seen: %w", err)
	}
	return nil
}

const crawlerPrune = `DELETE FROM seen WHERE erased = 0 AND checked < ? AND at < ?`

// Prune implements crawler.Store.
func (c *Crawler) Prune(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := c.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, crawlerPrune, before.UnixMilli(), before.UnixMilli())
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("store: prune: %w", err)
	}
	return int(n), nil
}

const crawlerActivity = `
	SELECT count(*), coalesce(min(at), 0), coalesce(max(at), 0)
	FROM seen WHERE hash <> '' AND source = ? AND at >= ? AND at < ?`

// Activity implements crawler.Store.
func (c *Crawler) Activity(ctx context.Context, source string, from, to time.Time) (crawler.Activity, error) {
	var a crawler.Activity
	var first, last int64
	if err := c.read.QueryRowContext(ctx, crawlerActivity, source, from.UnixMilli(), to.UnixMilli()).Scan(&a.Items, &first, &last); err != nil {
		return a, fmt.Errorf("store: activity of %s: %w", source, err)
	}
	a.First, a.Last = fromUnix(first), fromUnix(last)
	return a, nil
}

const crawlerItems = `
	SELECT id, source, item, hash, mark, at, first, checked, tries, erased, etag, last_modified
	FROM seen WHERE hash <> '' AND source = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?`

// Items implements crawler.Store.
func (c *Crawler) Items(ctx context.Context, source string, from, to time.Time, most int) ([]crawler.Seen, error) {
	rows, err := c.read.QueryContext(ctx, crawlerItems, source, from.UnixMilli(), to.UnixMilli(), most)
	if err != nil {
		return nil, fmt.Errorf("store: items of %s: %w", source, err)
	}
	defer rows.Close()
	var out []crawler.Seen
	for rows.Next() {
		s, err := scanSeen(rows)
		if err != nil {
			return nil, fmt.Errorf("store: items of %s: %w", source, err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: items of %s: %w", source, err)
	}
	return out, nil
}

const (
	crawlerErase = `
		INSERT INTO seen (id, source, item, hash, mark, at, first, checked, tries, erased, etag, last_modified)
		VALUES (?, '', '', '', '', 0, 0, 0, 0, 1, '', '')
		ON CONFLICT (id) DO UPDATE SET source = '', item = '', hash = '', mark = '', at = 0, first = 0, checked = 0, tries = 0, erased = 1, etag = '', last_modified = ''`
	crawlerErasePages = `
		UPDATE seen SET source = '', item = '', hash = '', mark = '', at = 0, first = 0, checked = 0, tries = 0, erased = 1, etag = '', last_modified = ''
		WHERE item = ? AND item <> ''`
)

// Erase implements crawler.Store.
func (c *Crawler) Erase(ctx context.Context, id string) error {
	err := c.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, crawlerErase, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, crawlerErasePages, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: erase %s: %w", id, err)
	}
	return nil
}

const (
	crawlerInsertKey = `INSERT INTO pseudonym_key (period, key) VALUES (?, ?) ON CONFLICT (period) DO NOTHING`
	crawlerKey       = `SELECT key FROM pseudonym_key WHERE period = ?`
)

// Key implements crawler.Store.
func (c *Crawler) Key(ctx context.Context, period int64) (key []byte, err error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	err = c.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, crawlerInsertKey, period, fresh); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, crawlerKey, period).Scan(&key)
	})
	if err != nil {
		return nil, fmt.Errorf("store: pseudonym key: %w", err)
	}
	return key, nil
}

const crawlerDropKeys = `DELETE FROM pseudonym_key WHERE period < ?`

// DropKeys implements crawler.Store. The deleted pages are overwritten
// (secure_delete) and the log that may still hold them is emptied.
func (c *Crawler) DropKeys(ctx context.Context, before int64) error {
	var n int64
	err := c.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, crawlerDropKeys, before)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err == nil && n > 0 {
		_, err = c.write.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	if err != nil {
		return fmt.Errorf("store: drop pseudonym keys: %w", err)
	}
	return nil
}
