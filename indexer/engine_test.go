package indexer_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/indexer/indexertest"
)

func TestBleve(t *testing.T) { indexertest.Engine(t, indexer.OpenBleve) }

// TestBleveSwap kills a swap between its renames.
func TestBleveSwap(t *testing.T) {
	ctx := t.Context()
	at := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	doc := func(text string) []indexer.Doc {
		return []indexer.Doc{{Key: indexer.NewKey(at, "a"), Text: text}}
	}
	for name, tt := range map[string]struct {
		crash func(t *testing.T, dir string)
		want  string
	}{
		"before": {func(*testing.T, string) {}, "live"},
		"between": {func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, "2026-11"), filepath.Join(dir, "2026-11.old")); err != nil {
				t.Fatal(err)
			}
		}, "fresh"},
		"after": {func(t *testing.T, dir string) {
			for _, r := range [][2]string{{"2026-11", "2026-11.old"}, {"2026-11.new", "2026-11"}} {
				if err := os.Rename(filepath.Join(dir, r[0]), filepath.Join(dir, r[1])); err != nil {
					t.Fatal(err)
				}
			}
		}, "fresh"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(month, text string) {
				e, err := indexer.OpenBleve(dir)
				if err != nil {
					t.Fatal(err)
				}
				if err := e.Write(ctx, month, doc(text), nil); err != nil {
					t.Fatal(err)
				}
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
			}
			write("2026-11", "fresh")
			if err := os.Rename(filepath.Join(dir, "2026-11"), filepath.Join(dir, "fresh")); err != nil {
				t.Fatal(err)
			}
			write("2026-11", "live")
			if err := os.Rename(filepath.Join(dir, "fresh"), filepath.Join(dir, "2026-11.new")); err != nil {
				t.Fatal(err)
			}
			tt.crash(t, dir)
			e, err := indexer.OpenBleve(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			a, err := e.Find(ctx, []string{"2026-11"}, indexer.Ask{Limit: 5, Where: indexer.Clause{Op: indexer.Term, Field: indexer.FieldText, Words: []string{tt.want}}})
			if err != nil || a.Total != 1 {
				t.Errorf("found %+v, %v, want the %s part", a, err, tt.want)
			}
			entries, err := os.ReadDir(dir)
			if err != nil || len(entries) != 1 {
				t.Errorf("%v, %v: want one folder", entries, err)
			}
		})
	}
}

// TestBleveDamage opens parts that cannot be used: they are stale, and the
// others are fine.
func TestBleveDamage(t *testing.T) {
	dir := t.TempDir()
	e, err := indexer.OpenBleve(dir)
	if err != nil {
		t.Fatal(err)
	}
	months := []string{"2026-11", "2026-10", "2026-09", "2026-08"}
	for _, m := range months {
		from, _, _ := indexer.MonthRange(m)
		if err := e.Write(t.Context(), m, []indexer.Doc{{Key: from + 1, Text: "chữ"}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := indexer.OpenBleve(dir); err == nil {
		t.Error("a second process may open the index")
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := indexer.SetMapping(dir, "2026-11", "999"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "2026-10", "index_meta.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "2026-09", "store", "root.bolt"), []byte("this is no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if e, err = indexer.OpenBleve(dir); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got := e.Stale(); !slices.Equal(got, months[:3]) {
		t.Errorf("Stale() = %v, want %v", got, months[:3])
	}
	if got := e.Months(); !slices.Equal(got, months[3:]) {
		t.Errorf("Months() = %v, want %v", got, months[3:])
	}
	for _, m := range months[:3] {
		p, err := e.Rebuild(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Swap(); err != nil {
			t.Errorf("rebuild %s: %v", m, err)
		}
	}
	if got := e.Stale(); len(got) != 0 {
		t.Errorf("Stale() = %v after rebuilding", got)
	}
}
