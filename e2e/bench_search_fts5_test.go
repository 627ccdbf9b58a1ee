package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite", which the program uses

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// ftsDrivers are the SQLite drivers to measure. With -tags sqlite_fts5 and a C
// compiler there is the original in C as well.
var ftsDrivers = []string{"sqlite"}

// benchFTS5 gives FTS5 its best: a contentless index of texts that are
// tokenised already, exact and folded, ids in the order of time, and a table
// with the rest.
func benchFTS5(b *testing.B, driver, dir string, c *corpus, q *searches) *searchRow {
	ctx := b.Context()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "fts.db")
	db, err := sql.Open(driver, file)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(stmts ...string) {
		for _, s := range stmts {
			if _, err := db.ExecContext(ctx, s); err != nil {
				b.Fatalf("%s: %v", s, err)
			}
		}
	}
	exec(`PRAGMA journal_mode=WAL`, `PRAGMA synchronous=NORMAL`, `PRAGMA cache_size=-200000`,
		`CREATE VIRTUAL TABLE fts USING fts5(title, body, title_f, body_f, content='', tokenize="unicode61 remove_diacritics 0")`,
		`CREATE TABLE meta (id INTEGER PRIMARY KEY, at INTEGER, topic TEXT, area TEXT, tone TEXT, stance TEXT, source TEXT, kind TEXT)`,
		`CREATE INDEX meta_at ON meta (at)`)
	exec(`ATTACH '` + filepath.Join(dir, "texts.db") + `' AS texts`)
	exec(`CREATE TABLE texts.text (id INTEGER PRIMARY KEY, title TEXT, body TEXT)`)
	settle()
	start := cpu()
	id := 0
	c.batches(b, func(items []news.Item) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		words, err := tx.Prepare(`INSERT INTO fts (rowid, title, body, title_f, body_f) VALUES (?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		meta, err := tx.Prepare(`INSERT INTO meta VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		text, err := tx.Prepare(`INSERT INTO texts.text VALUES (?, ?, ?)`)
		if err != nil {
			return err
		}
		for i := range items {
			it := &items[i]
			id++
			title, body := lang.Key(it.Title), lang.Key(it.Text)
			if _, err := words.Exec(id, title, body, lang.Fold(title), lang.Fold(body)); err != nil {
				return err
			}
			topic := ""
			if len(it.Reading.Topics) > 0 {
				topic = it.Reading.Topics[0].ID
			}
			if _, err := meta.Exec(id, it.At().UnixMilli(), topic, it.Reading.Area.Fit, it.Reading.Tone.Label, string(it.Reading.Stance), it.Source, string(it.Kind)); err != nil {
				return err
			}
			if _, err := text.Exec(id, it.Title, it.Text); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
	settle()
	r := &searchRow{name: "FTS5 " + driver, cost: (cpu() - start - c.making) * 1000 / time.Duration(c.n), times: map[string]quantiles{}}
	exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	r.bytes = sizeOf(b, file) / c.n

	const found = ` JOIN texts.text USING (id) `
	run := func(query string, args ...any) error { return drain(ctx, db, query, args...) }
	ranked := func(match string) error {
		return run(`SELECT id, title, body FROM (SELECT rowid AS id, rank FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 20)`+found, match)
	}
	in := func(word string) string { return fmt.Sprintf(`{title body}: "%s"`, word) }
	kinds := map[string]func(i int) error{
		"term":            func(i int) error { return ranked(in(q.term(i))) },
		"term rare":       func(i int) error { return ranked(in(q.rare[i%len(q.rare)])) },
		"term mid":        func(i int) error { return ranked(in(q.mid[i%len(q.mid)])) },
		"ranked frequent": func(i int) error { return ranked(in(q.frequent[i%len(q.frequent)])) },
		"words of people": func(i int) error {
			return ranked(`{title body}: ("` + strings.Join(q.words[i], `" OR "`) + `")`)
		},
		"without diacritics": func(i int) error {
			return ranked(`{title_f body_f}: ("` + strings.Join(strings.Fields(lang.Fold(strings.Join(q.words[i], " "))), `" OR "`) + `")`)
		},
		"boolean": func(i int) error {
			w := q.boolean[i]
			return ranked(fmt.Sprintf(`({title body}: ("%s" OR "%s" OR "%s")) AND ({title body}: "%s") NOT ({title body}: "%s")`, w[0], w[1], w[2], w[3], w[4]))
		},
		"filter": func(i int) error {
			return run(`SELECT id, title, body FROM (SELECT fts.rowid AS id FROM fts JOIN meta ON meta.id = fts.rowid WHERE fts MATCH ? AND topic = ? AND area = ? AND at >= ? AND at < ? ORDER BY rank LIMIT 20)`+found,
				in(q.mid[i%len(q.mid)]), benchTopics[i%4], news.InArea, q.weeks[i].UnixMilli(), q.weeks[i].AddDate(0, 0, 7).UnixMilli())
		},
		"newest first": func(i int) error {
			return run(`SELECT id, title, body FROM (SELECT rowid AS id FROM fts WHERE fts MATCH ? ORDER BY rowid DESC LIMIT 20)`+found, in(q.mid[i%len(q.mid)]))
		},
		"facets": func(i int) error {
			match := in(q.mid[i%len(q.mid)])
			if err := ranked(match); err != nil {
				return err
			}
			// One pass over the hits for the six fields.
			return run(`WITH hit AS MATERIALIZED (SELECT topic, area, tone, stance, source, kind FROM fts JOIN meta ON meta.id = fts.rowid WHERE fts MATCH ?)
				SELECT 'topic', topic, count(*) FROM hit GROUP BY 2 UNION ALL SELECT 'area', area, count(*) FROM hit GROUP BY 2
				UNION ALL SELECT 'tone', tone, count(*) FROM hit GROUP BY 2 UNION ALL SELECT 'stance', stance, count(*) FROM hit GROUP BY 2
				UNION ALL SELECT 'source', source, count(*) FROM hit GROUP BY 2 UNION ALL SELECT 'kind', kind, count(*) FROM hit GROUP BY 2`, match)
		},
		"phrase": func(i int) error { return ranked(`{title body}: "` + strings.Join(q.phrases[i], " ") + `"`) },
		"near": func(i int) error {
			return ranked(fmt.Sprintf(`{title body}: NEAR("%s" "%s", 5)`, q.pairs[i][0], q.pairs[i][1]))
		},
	}
	for what, f := range kinds {
		r.times[what] = timeEach(b, searchesOfAKind, f)
	}
	r.times["30 days' counts"] = timeEach(b, 5, func(i int) error {
		from := q.weeks[i].AddDate(0, 0, -23)
		for _, by := range []string{"topic", "tone"} {
			if err := run(`SELECT (at + 25200000) / 86400000, `+by+`, count(*) FROM meta WHERE at >= ? AND at < ? GROUP BY 1, 2`, from.UnixMilli(), from.AddDate(0, 0, 30).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	r.log(b, sizeOf(b, filepath.Join(dir, "texts.db"))/c.n)
	return r
}

// drain reads all rows of a query.
func drain(ctx context.Context, db *sql.DB, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]sql.RawBytes, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	return rows.Err()
}
