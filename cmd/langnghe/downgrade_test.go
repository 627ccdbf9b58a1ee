package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langnghe/internal/store"
)

// older takes the last migration of a database back, as an older program
// knows it.
func older(t *testing.T, file string, undo ...string) {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range append(undo, `DELETE FROM migration WHERE name = (SELECT max(name) FROM migration)`) {
		_, qerr := d.Exec(q)
		err = errors.Join(err, qerr)
	}
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
}

// One upgrade changes the desk, the next one the rules alone: the way back
// from the second one leaves the desk as it is, with what was done since.
func TestBackFromAnUpgrade(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	must := func(want string, args ...string) string {
		t.Helper()
		code, out, errs := do(t, "một mật khẩu dài\n", append(args[:1:1], append([]string{"-data", data}, args[1:]...)...)...)
		if code != 0 || !strings.Contains(out, want) {
			t.Fatalf("%q: exit %d, want %q\n%s%s", args, code, want, out, errs)
		}
		return out
	}
	add := func(name string) { t.Helper(); must(name, "user", "-role", "reviewer", "add", name) }
	stick := filepath.Join(t.TempDir(), "stick")
	all := func() { t.Helper(); must("", "backup", "-to", stick) } // starts every role
	must("", "backup", "-to", stick, "init")
	add("lan")
	all()

	older(t, filepath.Join(data, "desk.db"), `DROP TABLE report_counted`)
	all() // the first upgrade
	add("mai")
	base := filepath.Join(data, store.BeforeUpgrade)
	sets, err := store.UpgradeSets(base)
	if err != nil || len(sets) != 1 {
		t.Fatalf("%v, %v, want one set", sets, err)
	}
	if err := os.Rename(filepath.Join(base, sets[0]), filepath.Join(base, "0001-00000000")); err != nil { // by another program than the next
		t.Fatal(err)
	}
	older(t, filepath.Join(data, "rules.db"), `DROP TABLE trend_post`)
	all() // the second upgrade
	add("hoa")

	if out := must("rules.db", "restore", "-before-upgrade"); strings.Contains(out, "desk.db") || !strings.Contains(out, "left: 1") {
		t.Errorf("the way back from an upgrade of the rules:\n%s", out)
	}
	if got, err := store.Tables(t.Context(), filepath.Join(data, "rules.db")); err != nil || len(got) == 0 {
		t.Errorf("%v, %v", got, err)
	} else if _, newer := got["trend_post"]; newer {
		t.Error("the rules are still those of the newer program")
	}
	for _, name := range []string{"lan", "mai", "hoa"} {
		must(name, "user", "list")
	}
	// The program of the test is the newer one again: its copy is in a set
	// of its own, and the first upgrade's is still there after it.
	all()
	must("rules.db", "restore", "-before-upgrade")
	must("desk.db", "restore", "-before-upgrade")
	if out := must("lan", "user", "list"); strings.Contains(out, "mai") {
		t.Errorf("the desk is not that of before its upgrade:\n%s", out)
	}
}
