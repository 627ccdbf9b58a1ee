package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langnghe/internal/store"
)

// older makes a database that of a program without its last migration, by the
// schema that the others make of an empty one. Rows are left alone.
func older(t *testing.T, file string) {
	t.Helper()
	role := strings.TrimSuffix(filepath.Base(file), ".db")
	scripts, err := filepath.Glob(filepath.Join("..", "..", "internal", "store", "migrations", role, "*.sql"))
	if err != nil || len(scripts) < 2 {
		t.Fatalf("%v %v", scripts, err)
	}
	open := func(file string) *sql.DB {
		d, err := sql.Open("sqlite", "file:"+file)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	was, is := open(filepath.Join(t.TempDir(), "was.db")), open(file)
	run := func(d *sql.DB, query string) {
		t.Helper()
		if _, err := d.Exec(query); err != nil {
			t.Fatalf("%v\n%s", err, query)
		}
	}
	for _, name := range scripts[:len(scripts)-1] { // sorted
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		run(was, string(script))
	}
	read := func(d *sql.DB, query string) (out [][2]string) {
		t.Helper()
		rows, err := d.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var r [2]string
			if err := rows.Scan(&r[0], &r[1]); err != nil {
				t.Fatal(err)
			}
			out = append(out, r)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, kind := range []string{"trigger", "index", "table"} {
		query := `SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = '` + kind + `' AND name NOT LIKE 'sqlite_%' AND name <> 'migration'`
		want := read(was, query)
		for _, x := range read(is, query) {
			if !slices.Contains(want, x) && (kind != "table" || !slices.ContainsFunc(want, func(w [2]string) bool { return w[0] == x[0] })) {
				run(is, `DROP `+kind+` `+x[0])
			}
		}
	}
	columns := `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name <> 'migration'`
	had := read(was, columns)
	for _, c := range read(is, columns) {
		if !slices.Contains(had, c) {
			run(is, `ALTER TABLE `+c[0]+` DROP COLUMN `+c[1])
		}
	}
	for _, kind := range []string{"index", "trigger"} {
		query := `SELECT name, sql FROM sqlite_master WHERE type = '` + kind + `' AND sql IS NOT NULL`
		now := read(is, query)
		for _, x := range read(was, query) {
			if !slices.ContainsFunc(now, func(n [2]string) bool { return n[0] == x[0] }) {
				run(is, x[1])
			}
		}
	}
	run(is, `DELETE FROM migration WHERE name = (SELECT max(name) FROM migration)`)
	if err := errors.Join(is.Close(), was.Close()); err != nil {
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

	older(t, filepath.Join(data, "desk.db"))
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
	older(t, filepath.Join(data, "rules.db"))
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
