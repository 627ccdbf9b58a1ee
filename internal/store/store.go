// Package store keeps the roles' state in SQLite, one file per role, which
// that role alone opens.
//
// The stages declare what they need (review.Store, alerts.Outbox …); this
// package imports them and implements it. Only internal/app imports this
// package. A transaction is on the disk when Commit returns
// (synchronous=FULL), so what a stage acknowledges survives a power cut.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations
var migrations embed.FS

// A db is one role's file. Writes go through one connection, so they queue
// instead of colliding; reads have a pool of their own and see the last
// commit.
type db struct {
	write, read *sql.DB
	kept        statements
	check       *checkpointer // nil: the writing connection does it
}

// escape keeps the signs of a folder's name that mean something in a URI.
var escape = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// uriOf is how every connection to a file is opened.
func uriOf(file string) string {
	return "file:" + escape.Replace(file) + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_txlock=immediate"
}

// open opens or creates the role's file and brings it up to date.
func open(ctx context.Context, file, role string) (_ *db, err error) {
	d := new(db)
	uri := uriOf(file)
	if d.write, err = sql.Open("sqlite", uri); err != nil {
		return nil, fmt.Errorf("store: %s: %w", file, err)
	}
	d.write.SetMaxOpenConns(1)
	if d.read, err = sql.Open("sqlite", uri+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", file, err), d.write.Close())
	}
	d.read.SetMaxOpenConns(4)
	if err := d.keepBefore(ctx, file, role); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: a copy before the upgrade: %w", file, err), d.Close())
	}
	if err := migrate(ctx, d.write, role); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", file, err), d.Close())
	}
	return d, nil
}

// Close closes the file.
func (d *db) Close() error {
	return errors.Join(d.check.close(), d.kept.close(), d.read.Close(), d.write.Close())
}

// Ping reports whether the file can be read.
func (d *db) Ping(ctx context.Context) error {
	var one int
	return d.read.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
}

// tx runs f in one write transaction.
func (d *db) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to do after Commit
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	d.check.committed()
	return nil
}

// migrate applies, in order and each in its own transaction, the role's
// files that have not been applied yet. A released file is never edited; a
// mistake is mended by a later file. A database that knows a file which this
// binary lacks is newer than the binary and refused.
func migrate(ctx context.Context, w *sql.DB, role string) error {
	if _, err := w.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied INTEGER NOT NULL) STRICT`); err != nil {
		return fmt.Errorf("migration table: %w", err)
	}
	files, err := fs.Glob(migrations, "migrations/"+role+"/*.sql") // sorted
	if err != nil {
		return err
	}
	var names []string
	for _, f := range files {
		names = append(names, path.Base(f))
	}
	done, err := applied(ctx, w)
	if err != nil {
		return err
	}
	for _, name := range done {
		if !slices.Contains(names, name) {
			return fmt.Errorf("the data was written by a newer version (migration %s); upgrade the program", name)
		}
	}
	for i, name := range names {
		if slices.Contains(done, name) {
			continue
		}
		script, err := migrations.ReadFile(files[i])
		if err != nil {
			return err
		}
		if err := apply(ctx, w, name, string(script)); err != nil {
			return fmt.Errorf("migration %s/%s: %w", role, name, err)
		}
	}
	return nil
}

func applied(ctx context.Context, w *sql.DB) (names []string, err error) {
	rows, err := w.QueryContext(ctx, `SELECT name FROM migration ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	return names, rows.Err()
}

func apply(ctx context.Context, w *sql.DB, name, script string) error {
	tx, err := w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, script); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migration (name, applied) VALUES (?, ?)`, name, time.Now().Unix()); err != nil {
		return err
	}
	return tx.Commit()
}

// unix and fromUnix store times as UTC milliseconds; zero is no time.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromUnix(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
