package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"modernc.org/sqlite"

	"langnghe/internal/audit"
	"langnghe/internal/news"
)

// Snapshot writes the database as of now to a new file, page by page, while
// others go on reading and writing.
func (d *db) Snapshot(ctx context.Context, file string) error {
	if err := copyDatabase(ctx, d.read, file); err != nil {
		return fmt.Errorf("store: copy to %s: %w", file, err)
	}
	return nil
}

// Snapshot is that of the other roles without the pseudonym keys: a key that
// is destroyed when its period is over must not live on in a backup.
func (c *Crawler) Snapshot(ctx context.Context, file string) error {
	if err := c.db.Snapshot(ctx, file); err != nil {
		return err
	}
	return withoutKeys(ctx, file)
}

func withoutKeys(ctx context.Context, file string) error {
	w, err := sql.Open("sqlite", "file:"+escape.Replace(file)+"?_pragma=secure_delete(1)&_pragma=journal_mode(DELETE)")
	if err != nil {
		return fmt.Errorf("store: %s: %w", file, err)
	}
	_, err = w.ExecContext(ctx, `DELETE FROM pseudonym_key`)
	if err = errors.Join(err, w.Close()); err != nil {
		return errors.Join(fmt.Errorf("store: %s: pseudonym keys: %w", file, err), os.Remove(file))
	}
	return nil
}

// copyDatabase copies through SQLite's backup interface: the pages stand
// where they stood, so that a backup that looks for changed parts finds few.
func copyDatabase(ctx context.Context, from *sql.DB, file string) error {
	if _, err := os.Stat(file); err == nil {
		return errors.New("there is such a file already")
	}
	conn, err := from.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		source, ok := c.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("the SQLite driver makes no copies")
		}
		b, err := source.NewBackup("file:" + escape.Replace(file))
		if err != nil {
			return err
		}
		for more := true; more; {
			if err = ctx.Err(); err != nil {
				break
			}
			if more, err = b.Step(-1); err != nil {
				break
			}
		}
		return errors.Join(err, b.Finish())
	})
}

// Check reports whether the database in file is whole, as SQLite sees it.
// Nobody may be writing it.
func Check(ctx context.Context, file string) error {
	return still(ctx, file, func(r *sql.DB) error {
		said, err := column[string](ctx, r, `PRAGMA quick_check(1)`)
		if err == nil && (len(said) != 1 || said[0] != "ok") {
			err = fmt.Errorf("damaged: %s", strings.Join(said, "; "))
		}
		return err
	})
}

// VerifyAudit checks the audit chain in a copy of the desk's file.
func VerifyAudit(ctx context.Context, file string) (n int, err error) {
	err = still(ctx, file, func(r *sql.DB) error {
		n, err = audit.Verify(deskAudit(r.QueryContext(ctx, deskChain+" ORDER BY seq")))
		return err
	})
	return n, err
}

// Tables counts the rows of each table of the database in file, which nobody
// may be writing.
func Tables(ctx context.Context, file string) (out map[string]int, err error) {
	err = still(ctx, file, func(r *sql.DB) error {
		out, err = rowCounts(ctx, r)
		return err
	})
	return out, err
}

// A Survey is what a database holds, in numbers.
type Survey struct {
	Tables     map[string]int `json:"tables"` // rows
	Migrations []string       `json:"migrations"`
}

// Look counts what the database in file holds, while others may be writing
// it.
func Look(ctx context.Context, file string) (out Survey, err error) {
	r, err := sql.Open("sqlite", "file:"+escape.Replace(file)+"?_pragma=busy_timeout(10000)&_pragma=query_only(1)")
	if err != nil {
		return out, fmt.Errorf("store: %s: %w", file, err)
	}
	defer r.Close()
	if out.Tables, err = rowCounts(ctx, r); err == nil {
		out.Migrations, err = column[string](ctx, r, `SELECT name FROM migration ORDER BY name`)
	}
	if err != nil {
		return out, fmt.Errorf("store: %s: %w", file, err)
	}
	return out, nil
}

func rowCounts(ctx context.Context, r *sql.DB) (map[string]int, error) {
	out := map[string]int{}
	names, err := column[string](ctx, r, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		var n int
		if err := r.QueryRowContext(ctx, `SELECT count(*) FROM "`+name+`"`).Scan(&n); err != nil {
			return nil, err
		}
		out[name] = n
	}
	return out, nil
}

// Erasures lists what has been erased, from a copy of the desk's file.
func Erasures(ctx context.Context, file string) (out []news.Erased, err error) {
	err = still(ctx, file, func(r *sql.DB) error {
		out, err = erasures(ctx, r)
		return err
	})
	return out, err
}

// Erasures lists what has been erased.
func (d *Desk) Erasures(ctx context.Context) ([]news.Erased, error) { return erasures(ctx, d.read) }

func erasures(ctx context.Context, r *sql.DB) (out []news.Erased, err error) {
	rows, err := r.QueryContext(ctx, `SELECT item, at, reason FROM erased ORDER BY at, item`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e news.Erased
		var at int64
		if err := rows.Scan(&e.ID, &at, &e.Reason); err != nil {
			return nil, err
		}
		e.At = fromUnix(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// still opens a file that nobody writes to, without leaving files beside it.
func still(ctx context.Context, file string, f func(*sql.DB) error) error {
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	r, err := sql.Open("sqlite", "file:"+escape.Replace(file)+"?immutable=1")
	if err != nil {
		return fmt.Errorf("store: %s: %w", file, err)
	}
	defer r.Close()
	if err := f(r); err != nil {
		return fmt.Errorf("store: %s: %w", file, err)
	}
	return nil
}
