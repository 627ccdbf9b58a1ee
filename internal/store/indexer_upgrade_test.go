package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
	stories "langnghe/internal/reading"
)

// wordless is a reader that has nothing to read.
type wordless struct{}

func (wordless) Read(*news.Item, int) news.Reading { return news.Reading{} }
func (wordless) Version() string                   { return "v2" }

// TestUpgradeIndexer opens a data folder as the first program left it: the
// schema of the first migration, items in all states, an earlier content, a
// near-duplicate's signature, counts, an erased id, and an index that nobody
// can read any more. Everything is there, found, counted and told of.
func TestUpgradeIndexer(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	file := filepath.Join(dir, "indexer.db")
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	first, err := migrations.ReadFile("migrations/indexer/0001_start.sql")
	if err != nil {
		t.Fatal(err)
	}
	exec(`CREATE TABLE migration (name TEXT PRIMARY KEY, applied INTEGER NOT NULL) STRICT`)
	exec(string(first))
	exec(`INSERT INTO migration VALUES ('0001_start.sql', 1)`)

	now := time.Date(2026, 11, 20, 9, 0, 0, 0, indexer.Zone).UTC()
	item := func(id, title, text string, ago time.Duration) news.Item {
		return news.Item{ID: id, Kind: news.Post, Source: "fb", Title: title, Text: text, Published: now.Add(-ago), Observed: now.Add(-ago), Account: "p:" + id,
			Reading: &news.Reading{Version: "v1", Area: news.Area{Fit: news.InArea}, Topics: []news.Topic{{ID: "water", Score: 1}}, Stance: "complaint", Story: "a", Tone: news.Tone{Label: "negative"}}}
	}
	day := indexer.NewDayCount()
	put := func(it news.Item, indexed, announced int) {
		t.Helper()
		body, err := json.Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		at := it.At().UnixMilli()
		exec(`INSERT INTO item (key, id, at, hash, seen, indexed, announced, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			at<<21, it.ID, at, it.Hash(), at, indexed, announced, string(body))
		f := indexer.FactOf(&it)
		exec(`INSERT INTO fact VALUES (?, ?, ?, 'water', ?, ?, ?, ?, ?, ?)`, idHash(it.ID), indexer.Day(f.At), at, f.Area, f.Tone, f.Stance, f.Source, f.Voice, f.Story)
		day.Add(&f)
	}
	told := item("a", "Tin <nóng>", "Nhà \"mình\" mất nước", 3*time.Hour)
	put(told, 1, 1)
	put(item("b", "", "mat nuoc roi", 2*time.Hour), 1, 0)
	put(item("c", "", "Khối 3 lại mất nước", time.Hour), 0, 0)
	earlier := item("a", "Tin", "Nhà mình cúp điện", 3*time.Hour)
	was, err := json.Marshal(earlier)
	if err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO version VALUES ('a', ?, 1, ?)`, earlier.Hash(), string(was))
	sig := stories.Sign(told.Text)
	data, err := sig.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO signature VALUES ('a', ?, 'a', ?)`, told.At().UnixMilli(), data)
	for _, tally := range day.Tallies(indexer.DayStart(now)) {
		exec(`INSERT INTO tally VALUES (?, ?, ?)`, tally.Bucket, unix(tally.At), tally.Cells)
	}
	exec(`INSERT INTO erased VALUES (?, 1)`, idHash("gone"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	unreadable := filepath.Join(dir, "index", "2026-11")
	if err := errors.Join(os.MkdirAll(unreadable, 0o700), os.WriteFile(filepath.Join(unreadable, "index_meta.json"), []byte(`{"storage":"?"}`), 0o600)); err != nil {
		t.Fatal(err)
	}

	s, err := OpenIndexer(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var announced []string
	ix, err := indexer.Open(indexer.Options{
		Dir: filepath.Join(dir, "index"), Store: s, Reader: wordless{}, Now: func() time.Time { return now },
		Announce: func(_ context.Context, is []news.Indexed) error {
			for _, i := range is {
				announced = append(announced, i.Item.ID)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	if err := ix.Forward(ctx); err != nil || !slices.Equal(announced, []string{"b", "c"}) {
		t.Errorf("told of %v, %v; want those nobody had been told of", announced, err)
	}
	got, err := ix.Item(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(told)
	if have, _ := json.Marshal(got); !bytes.Equal(have, want) {
		t.Errorf("item a is\n%s, was\n%s", have, want)
	}
	for query, n := range map[string]int{`"mất nước"`: 2, `~"mất nước"`: 3, `title:nóng`: 1, `"cúp điện"`: 0, `topic:water`: 3} {
		res, err := ix.Search(ctx, indexer.Query{Text: query, Strict: true, Newest: true})
		if err != nil || res.Total != n || len(res.Hits) != n {
			t.Errorf("%s finds %d, %v; want %d", query, res.Total, err, n)
		}
	}
	counts := func() indexer.Count {
		t.Helper()
		c, err := ix.Counts(ctx, indexer.CountQuery{Bucket: indexer.Daily, By: "topic"})
		if err != nil || len(c.Rows) != 1 {
			t.Fatalf("counts: %+v, %v", c, err)
		}
		return c.Rows[0]
	}
	if c := counts(); c.Items != 3 || c.Voices != 3 || c.Stories != 1 {
		t.Errorf("counts are %+v", c)
	}
	// What comes again changes nothing, what was erased stays away, an earlier
	// content is known, and a copy joins its story.
	again := item("d", "", told.Text, time.Minute)
	again.Reading = nil
	err = ix.Take(ctx, []news.Found{{Item: told, Keep: true}, {Item: item("gone", "", "đã xóa", time.Minute), Keep: true}, {Item: earlier, Keep: true}, {Item: again, Keep: true}})
	if err != nil {
		t.Fatal(err)
	}
	if c := counts(); c.Items != 3 {
		t.Errorf("counts are %+v after a repeat", c)
	}
	if d, err := ix.Item(ctx, "d"); err != nil || d.Reading.Story != "a" {
		t.Errorf("the copy is %+v, %v", d.Reading, err)
	}
	if _, err := ix.Item(ctx, "gone"); !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("an erased item came back: %v", err)
	}
	if !slices.Equal(announced, []string{"b", "c", "d"}) {
		t.Errorf("told of %v", announced)
	}
}
