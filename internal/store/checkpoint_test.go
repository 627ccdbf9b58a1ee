package store

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is committed gets into the file without a commit that has to do it.
func TestCheckpointBehind(t *testing.T) {
	file := filepath.Join(t.TempDir(), "desk.db")
	d := openDesk(t, file)
	size := func() int64 {
		t.Helper()
		i, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return i.Size()
	}
	var at int
	if err := d.write.QueryRowContext(t.Context(), `PRAGMA wal_autocheckpoint`).Scan(&at); err != nil || at != checkpointAtLast {
		t.Fatalf("the writing connection does it at %d pages, %v", at, err)
	}
	if _, err := d.write.ExecContext(t.Context(), `CREATE TABLE pad (x TEXT)`); err != nil {
		t.Fatal(err)
	}
	before := size()
	for range checkpointEvery {
		if err := d.tx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO pad VALUES (?)`, strings.Repeat("x", 5000))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	d.check.done.Wait()
	if got := size(); got < before+checkpointEvery*4000 {
		t.Errorf("the file has grown from %d to %d bytes", before, got)
	}
	var n int
	if err := d.read.QueryRowContext(t.Context(), `SELECT count(*) FROM pad`).Scan(&n); err != nil || n != checkpointEvery {
		t.Errorf("%d rows, %v", n, err)
	}
}
