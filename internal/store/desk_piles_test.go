package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever happens to entries, the lines of the inbox that the triggers keep
// are those that a count over all open entries finds.
func TestPilesAgree(t *testing.T) {
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		d, err := sql.Open("sqlite", fmt.Sprintf("file:piles%d?mode=memory&cache=shared", n))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		d.SetMaxOpenConns(1)
		ctx := t.Context()
		if err := migrate(ctx, d, "desk"); err != nil {
			t.Fatal(err)
		}
		id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
		for range rapid.IntRange(1, 25).Draw(t, "acts") {
			who := id.Draw(t, "id")
			if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
				if _, err := d.ExecContext(ctx, `DELETE FROM entry WHERE id = ?`, who); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if _, err := d.ExecContext(ctx, deskPutEntry, who, rapid.SampledFrom([]string{"s/1", "s/2", "e/1"}).Draw(t, "fold"), "", rapid.IntRange(0, 4).Draw(t, "level"),
				rapid.SampledFrom([]string{"", "water", "roads"}).Draw(t, "topic"), rapid.IntRange(1, 5).Draw(t, "received"), rapid.IntRange(0, 1).Draw(t, "open"), 0, "", 1, rapid.SampledFrom([]string{"", "leader", "police"}).Draw(t, "subject"), "{}"); err != nil {
				t.Fatal(err)
			}
		}
		got := pileRows(t, d, `SELECT fold || ' ' || veil || ' ' || head || ' ' || level || ' ' || topic || ' ' || received || ' ' || n FROM pile ORDER BY fold, veil`)
		want := pileRows(t, d, `SELECT fold || ' ' || veil || ' ' || id || ' ' || level || ' ' || topic || ' ' || received || ' ' || n FROM (
			SELECT *, row_number() OVER (PARTITION BY fold, veil ORDER BY level DESC, received, id) AS place, count(*) OVER (PARTITION BY fold, veil) AS n
			FROM entry, (SELECT 0 AS veil UNION ALL SELECT 1) WHERE open = 1 AND (veil = 0 OR subject <> 'leader')) WHERE place = 1 ORDER BY fold, veil`)
		if !slices.Equal(got, want) {
			t.Fatalf("lines %q, want %q", got, want)
		}
		got = pileRows(t, d, `SELECT veil || ' ' || level || ' ' || topic || ' ' || n FROM pile_count WHERE n <> 0 ORDER BY veil, level, topic`)
		want = pileRows(t, d, `SELECT veil || ' ' || level || ' ' || topic || ' ' || count(*) FROM pile GROUP BY veil, level, topic ORDER BY veil, level, topic`)
		if !slices.Equal(got, want) {
			t.Fatalf("counts %q, want %q", got, want)
		}
	})
}

func pileRows(t *rapid.T, d *sql.DB, query string) (out []string) {
	rows, err := d.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// What was stored before the lines were kept has them after the upgrade, and
// a page of the inbox does not look through all entries.
func TestPilesByIndex(t *testing.T) {
	d, err := OpenDesk(t.Context(), filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for name, query := range map[string]string{"inbox": deskInbox, "topic": deskInTopic} {
		rows, err := d.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, 0, "water", 30, 0, "", 0, "", 0, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var a, b, c int
			var line string
			if err := rows.Scan(&a, &b, &c, &line); err != nil {
				t.Fatal(err)
			}
			if line == "USE TEMP B-TREE FOR ORDER BY" || line == "SCAN entry" {
				t.Errorf("%s: %s", name, line)
			}
		}
		rows.Close()
	}
}
