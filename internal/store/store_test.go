package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder's name may hold any sign.
func TestOpenAnywhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "phường #1 100%? có")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := open(t.Context(), filepath.Join(dir, "desk.db"), "desk")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "desk.db")); err != nil {
		t.Error(err)
	}
}

// Data of a newer program is refused, and a second start changes nothing.
func TestMigrate(t *testing.T) {
	ctx := context.Background()
	for _, role := range []string{"crawler", "indexer", "rules", "desk", "alerts"} {
		file := filepath.Join(t.TempDir(), role+".db")
		for range 2 {
			d, err := open(ctx, file, role)
			if err != nil {
				t.Fatalf("%s: %v", role, err)
			}
			var sync string
			if err := d.write.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&sync); err != nil || sync != "2" {
				t.Errorf("%s: synchronous = %s, %v; want 2 (FULL)", role, sync, err)
			}
			if err := d.tx(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO migration (name, applied) VALUES ('9999_future.sql', 1) ON CONFLICT DO NOTHING`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err = open(ctx, file, role); err == nil || !strings.Contains(err.Error(), "9999_future.sql") {
				t.Fatalf("%s: newer data opened: %v", role, err)
			}
			raw, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := raw.ExecContext(ctx, `DELETE FROM migration WHERE name = '9999_future.sql'`); err != nil {
				t.Fatal(err)
			}
			raw.Close()
		}
	}
}

// What a read connection is asked to write, it refuses.
func TestReadOnly(t *testing.T) {
	d, err := open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), "desk")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.read.ExecContext(t.Context(), `DELETE FROM migration`); err == nil {
		t.Error("the read pool wrote")
	}
}
