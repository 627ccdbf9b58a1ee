package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

func TestAnswers(t *testing.T) {
	ctx, at := t.Context(), time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	claim := func(owner string, now time.Time) string {
		t.Helper()
		known, was, body, err := d.Claim(ctx, owner, "k", "d-"+owner, now)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%t %s %s", known, was, body)
	}
	for i, want := range []string{"false  ", "true d-lan "} {
		if got := claim("lan", at); got != want {
			t.Errorf("claim %d = %q, want %q", i, got, want)
		}
	}
	if err := d.Keep(ctx, "lan", "k", []byte("answer")); err != nil {
		t.Fatal(err)
	}
	if got := claim("lan", at.Add(time.Hour)); got != "true d-lan answer" {
		t.Errorf("kept: %q", got)
	}
	if got := claim("hoa", at); got != "false  " {
		t.Errorf("somebody else's: %q", got)
	}
	if err := d.Release(ctx, "hoa", "k"); err != nil {
		t.Fatal(err)
	}
	if got := claim("hoa", at); got != "false  " {
		t.Errorf("released: %q", got)
	}
	err := d.Update(ctx, func(tx review.Tx) error { return tx.SetErased(news.Erased{ID: "i", At: at}) })
	if got := claim("lan", at.Add(time.Hour)); err != nil || got != "true d-lan " {
		t.Errorf("after an item was erased: %q, %v; want the key without the answer", got, err)
	}
	if got := claim("lan", at.Add(25*time.Hour)); got != "false  " {
		t.Errorf("a day later: %q", got)
	}
}

// TestMarks walks the inbox, the decided entries, the cases and the audit log
// from mark to mark, while others come in front of what was read.
func TestMarks(t *testing.T) {
	ctx, at := t.Context(), time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	put := func(n int, level news.Level, decided bool) {
		t.Helper()
		err := d.Update(ctx, func(tx review.Tx) error {
			e := review.Entry{ID: fmt.Sprint("e", n), Item: &news.Item{ID: fmt.Sprint("i", n)}, Level: level, Received: at.Add(time.Duration(n/2) * time.Minute)}
			if decided {
				e.ID = fmt.Sprint("x", n)
				e.Decision = &review.Decision{ID: e.ID, Choice: news.Stat, At: at.Add(time.Duration(n/2) * time.Minute)}
			}
			c := review.Case{ID: fmt.Sprintf("V-2026-%04d", n), Kind: news.Answer, State: review.Open, Level: level, Opened: e.Received}
			if n%3 > 0 {
				c.Due = at.Add(time.Duration(n%3) * time.Hour)
			}
			if err := tx.PutCase(c); err != nil {
				return err
			}
			if err := tx.PutEntry(e); err != nil {
				return err
			}
			return tx.Chain(news.Audit{ID: fmt.Sprint(decided, n), At: at, Who: "lan", Act: "x"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range 30 {
		put(n, news.Level(n%4), false)
		put(n+100, news.Level(n%4), true)
	}
	for name, page := range map[string]func(m review.Mark) (ids []string, next review.Mark){
		"inbox": func(m review.Mark) (ids []string, next review.Mark) {
			in, err := d.Inbox(ctx, review.InboxQuery{Limit: 7, After: m, Now: at})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range in.Entries {
				ids, next = append(ids, e.ID), review.Mark{ID: e.ID, Level: e.Level, At: e.Received}
			}
			return ids, next
		},
		"decided": func(m review.Mark) (ids []string, next review.Mark) {
			in, err := d.Inbox(ctx, review.InboxQuery{Limit: 7, After: m, Decided: true, Now: at})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range in.Entries {
				ids, next = append(ids, e.ID), review.Mark{ID: e.ID, At: e.Decision.At}
			}
			return ids, next
		},
		"cases": func(m review.Mark) (ids []string, next review.Mark) {
			cs, err := d.Cases(ctx, review.CaseQuery{Limit: 7, After: m, Now: at})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cs {
				ids, next = append(ids, c.ID), review.Mark{ID: c.ID, Level: c.Level, At: c.Opened, Due: c.Due}
			}
			return ids, next
		},
		"closed too": func(m review.Mark) (ids []string, next review.Mark) {
			cs, err := d.Cases(ctx, review.CaseQuery{Limit: 7, After: m, Closed: true, Now: at})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cs {
				ids, next = append(ids, c.ID), review.Mark{ID: c.ID, At: c.Opened}
			}
			return ids, next
		},
	} {
		var seen []string
		var m review.Mark
		for i := 0; ; i++ {
			ids, next := page(m)
			if len(ids) == 0 {
				break
			}
			seen, m = append(seen, ids...), next
			if i == 1 { // one comes in before the place
				put(900+len(name), news.Critical, name == "decided")
			}
		}
		want := 30
		if name == "cases" || name == "closed too" {
			want = 60
		}
		if unique := slices.Compact(slices.Sorted(slices.Values(seen))); len(unique) != len(seen) || len(seen) < want || len(seen) > want+4 {
			t.Errorf("%s: %d rows, %d of them different, want all %d that were there once", name, len(seen), len(unique), want)
		}
	}
	first, err := d.Audit(ctx, review.AuditQuery{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	after, err := d.Audit(ctx, review.AuditQuery{Limit: 5, Before: first.Entries[4].Seq})
	if err != nil || after.Entries[0].Seq != first.Entries[4].Seq-1 {
		t.Errorf("%+v, %v; want what follows", after.Entries, err)
	}
}

func TestSessionsOf(t *testing.T) {
	ctx, at := t.Context(), time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	for _, name := range []string{"lan", "hoa"} {
		if err := d.PutUser(ctx, review.Account{Name: name, Role: review.Reviewer, Hash: "x", Created: at}); err != nil {
			t.Fatal(err)
		}
	}
	for i, owner := range []string{"lan", "lan", "lan", "hoa"} {
		x := review.Session{Token: fmt.Sprint("t", i), User: owner, Created: at, Seen: at.Add(time.Duration(i) * time.Minute), Expires: at.Add(time.Duration(i) * time.Hour)}
		if err := d.AddSession(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	got, err := d.Sessions(ctx, "Lan", at.Add(time.Minute))
	if err != nil || len(got) != 2 || got[0].Token != "t2" || got[1].Token != "t1" || !got[0].Seen.Equal(at.Add(2*time.Minute)) {
		t.Errorf("%+v, %v; want the two of lan that last, the latest seen first", got, err)
	}
}
