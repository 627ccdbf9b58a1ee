package store

import (
	"context"
	"database/sql"
	"errors"
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
	if sets, err := UpgradeSets(filepath.Join(dir, BeforeUpgrade)); err != nil || len(sets) > 0 {
		t.Fatalf("a new database is copied: %v, %v", sets, err)
	}
	var copied string
	// The table of the last migration exists already: the upgrade fails.
	for range 2 {
		if d, err := open(context.Background(), file, "rules"); err == nil {
			d.Close()
			t.Fatal("the migration was applied twice")
		} else if !strings.Contains(err.Error(), "migration rules/") {
			t.Fatal(err)
		}
		sets, err := UpgradeSets(filepath.Join(dir, BeforeUpgrade))
		if err != nil || len(sets) != 1 {
			t.Fatalf("%v, %v, want one set", sets, err)
		}
		copied = filepath.Join(dir, BeforeUpgrade, sets[0], "rules.db")
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

// The copy is of the data that the upgrade met: not of what an earlier
// attempt met before the older program went on working, and not of what the
// upgrade itself has half done.
func TestCopyBeforeUpgradeIsOfItsDay(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rules.db")
	older(t, file, "rules")
	edit := func(q string, args ...any) {
		t.Helper()
		d := new(db)
		var err error
		if d.write, err = sql.Open("sqlite", "file:"+file); err != nil {
			t.Fatal(err)
		}
		_, err = d.write.Exec(q, args...)
		if err := errors.Join(err, d.write.Close()); err != nil {
			t.Fatal(err)
		}
	}
	copied := func() map[string]int {
		t.Helper()
		if d, err := open(t.Context(), file, "rules"); err == nil {
			d.Close()
			t.Fatal("the migration was applied twice")
		}
		sets, err := UpgradeSets(filepath.Join(dir, BeforeUpgrade))
		if err != nil || len(sets) != 1 {
			t.Fatalf("%v, %v", sets, err)
		}
		out, err := Tables(t.Context(), filepath.Join(dir, BeforeUpgrade, sets[0], "rules.db"))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	all, err := migrations.ReadDir("migrations/rules")
	if err != nil || len(all) < 3 {
		t.Fatalf("%d migrations, %v: the test needs three", len(all), err)
	}
	edit(`DELETE FROM migration WHERE name = ?`, all[len(all)-2].Name())
	first := copied()
	edit(`CREATE TABLE of_the_older_program (x)`)
	second := copied()
	if _, ok := second["of_the_older_program"]; !ok || second["migration"] != first["migration"] {
		t.Errorf("the upgrade began again with the copy of its first attempt: %v", second)
	}
	edit(`INSERT INTO migration VALUES (?, 1)`, all[len(all)-2].Name())
	edit(`CREATE TABLE half_upgraded (x)`)
	if third := copied(); third["migration"] != first["migration"] || len(third) != len(second) {
		t.Errorf("an upgrade that went on copied what it had half done: %v", third)
	}
}
