package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// older makes a database of an older program: all migrations of the role but
// the last one.
func older(t *testing.T, file, role string) {
	t.Helper()
	d, err := open(t.Context(), file, role)
	if err != nil {
		t.Fatal(err)
	}
	done, err := applied(t.Context(), d.write)
	if err != nil || len(done) < 2 {
		t.Fatalf("%v, %v: the test needs a role with two migrations", done, err)
	}
	_, err = d.write.Exec(`DELETE FROM migration WHERE name = ?`, done[len(done)-1])
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
}

// Before an upgrade changes a database, a copy of it is there; when the
// upgrade fails or is repeated, it is still the copy of before.
func TestCopyBeforeUpgrade(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rules.db")
	older(t, file, "rules")
	copied := filepath.Join(dir, BeforeUpgrade, "rules.db")
	if _, err := os.Stat(copied); err == nil {
		t.Fatal("a new database is copied")
	}
	// The table of the last migration exists already: the upgrade fails.
	for range 2 {
		if d, err := open(context.Background(), file, "rules"); err == nil {
			d.Close()
			t.Fatal("the migration was applied twice")
		} else if !strings.Contains(err.Error(), "migration rules/") {
			t.Fatal(err)
		}
		if err := Check(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
	}
	before, err := Tables(t.Context(), copied)
	if err != nil || before["migration"] == 0 {
		t.Fatalf("%v, %v", before, err)
	}
	// The old program opens the copy: it knows nothing newer.
	all, err := migrations.ReadDir("migrations/rules")
	if err != nil || before["migration"] != len(all)-1 {
		t.Errorf("the copy has %d migrations of %d, %v", before["migration"], len(all), err)
	}
}
