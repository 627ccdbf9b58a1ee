package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/audit"
	"langnghe/internal/news"
)

// chained fills a desk's audit log with n entries.
func chained(t *testing.T, n int) *Desk {
	t.Helper()
	ctx := t.Context()
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	at := time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC)
	err := d.tx(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, deskAppend)
		if err != nil {
			return err
		}
		defer insert.Close()
		var prev audit.Entry
		for i := range n {
			e := audit.Seal(prev, news.Audit{ID: fmt.Sprintf("audit-%07d", i), At: at.Add(time.Duration(i) * time.Second), Role: "desk", Who: "hoa", Act: "flag.decide", Object: fmt.Sprintf("item-%07d", i), Detail: "stat"})
			if _, err := insert.ExecContext(ctx, e.Seq, e.ID, unix(e.At), e.Role, e.Who, e.Act, e.Object, e.Detail, e.Prev, e.Hash); err != nil {
				return err
			}
			prev = e
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestFlippedBits: somebody with the file in hand removes the trigger and
// flips one bit, wherever it is: the chain breaks there and nowhere else.
func TestFlippedBits(t *testing.T) {
	const n, flips = 400, 100
	d := chained(t, n)
	ctx := t.Context()
	if _, err := d.write.ExecContext(ctx, `DROP TRIGGER audit_no_update`); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 7))
	columns := []string{"id", "role", "who", "act", "object", "detail", "prev", "hash"}
	for range flips {
		seq := 1 + rng.IntN(n)
		var err error
		var undo func() error
		what := ""
		switch k := rng.IntN(len(columns) + 2); {
		case k == len(columns): // the time, a number of milliseconds
			bit := int64(1) << rng.IntN(44)
			what = fmt.Sprintf("bit %d of the time of entry %d", bit, seq)
			flip := func() error {
				_, err := d.write.ExecContext(ctx, `UPDATE audit SET at = (at | ?2) - (at & ?2) WHERE seq = ?1`, seq, bit)
				return err
			}
			err, undo = flip(), flip
		case k == len(columns)+1: // its number, to one that nobody has
			other := seq ^ 1<<(9+rng.IntN(20))
			what = fmt.Sprintf("a bit of the number of entry %d", seq)
			move := func(from, to int) error {
				_, err := d.write.ExecContext(ctx, `UPDATE audit SET seq = ? WHERE seq = ?`, to, from)
				return err
			}
			err, undo = move(seq, other), func() error { return move(other, seq) }
		default:
			var old []byte
			if err := d.write.QueryRowContext(ctx, `SELECT CAST(`+columns[k]+` AS BLOB) FROM audit WHERE seq = ?`, seq).Scan(&old); err != nil {
				t.Fatal(err)
			}
			if len(old) == 0 {
				continue // the first entry has no link
			}
			bad := append([]byte(nil), old...)
			i, bit := rng.IntN(len(bad)), rng.IntN(8)
			bad[i] ^= 1 << bit
			what = fmt.Sprintf("bit %d of byte %d of %s in entry %d", bit, i, columns[k], seq)
			put := func(b []byte) error {
				_, err := d.write.ExecContext(ctx, `UPDATE audit SET `+columns[k]+` = CAST(? AS TEXT) WHERE seq = ?`, b, seq)
				return err
			}
			err, undo = put(bad), func() error { return put(old) }
		}
		if err != nil && strings.Contains(err.Error(), "UNIQUE") {
			continue // the identity of another one: the index refuses it
		}
		if err != nil {
			t.Fatalf("seed %d: flip %s: %v", seed, what, err)
		}
		var broken *audit.BrokenError
		if got, err := d.VerifyAudit(ctx); !errors.As(err, &broken) || broken.Seq != seq || got != seq-1 {
			t.Errorf("seed %d, %s: VerifyAudit = %d, %v", seed, what, got, err)
		}
		if err := undo(); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := d.VerifyAudit(context.Background()); err != nil || got != n {
		t.Errorf("all flipped back: %d, %v", got, err)
	}
}
