package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/internal/audit"
	"langnghe/internal/news"
	"langnghe/review"
	"langnghe/review/reviewtest"
)

func openDesk(t *testing.T, file string) *Desk {
	t.Helper()
	d, err := OpenDesk(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestDesk(t *testing.T) {
	files := map[review.Store]string{}
	reviewtest.Run(t, func(t *testing.T) review.Store {
		file := filepath.Join(t.TempDir(), "desk.db")
		d := openDesk(t, file)
		files[d] = file
		return d
	}, func(t *testing.T, s review.Store) review.Store {
		if err := s.(*Desk).Close(); err != nil {
			t.Fatal(err)
		}
		return openDesk(t, files[s])
	})
}

// Eight people press a key on one entry at once: one decision, one case, one
// entry in the log, and the others are told who was faster.
func TestDeskDecideAtOnce(t *testing.T) {
	ctx := t.Context()
	store := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	desk, err := review.New(review.Options{Store: store, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	flag := news.Flag{ID: "f", Rule: "r", Level: news.High, Status: "stable", Item: &news.Item{ID: "a", Text: "x", Reading: &news.Reading{Stance: news.Claiming, Story: "s"}}}
	if err := desk.Take(ctx, []news.Flag{flag}); err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = desk.Decide(ctx, review.DecideRequest{Entry: "a", Choice: news.Verify, By: review.User{Name: fmt.Sprint("person ", i), Role: review.Reviewer}})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		var refused *review.Error
		switch {
		case err == nil:
			won++
		case !errors.As(err, &refused) || refused.Kind != "decided" || !strings.Contains(refused.Text.VI, "person "):
			t.Errorf("decide at once: %v", err)
		}
	}
	cases, err := desk.Cases(ctx, review.CaseQuery{})
	page, aerr := desk.Audit(ctx, review.AuditQuery{Act: "flag.decide"})
	if won != 1 || err != nil || aerr != nil || len(cases) != 1 || page.Total != 1 {
		t.Errorf("%d won, %d cases, %d audit entries (%v, %v), want one each", won, len(cases), page.Total, err, aerr)
	}
	if ps, err := desk.Precision(ctx); err != nil || len(ps) != 1 || ps[0].Decided != 1 || ps[0].Useful != 1 {
		t.Errorf("Precision = %+v, %v", ps, err)
	}
}

// The log cannot be changed through the database either, and a change made
// past it is found.
func TestDeskAuditIsAppendOnly(t *testing.T) {
	ctx := t.Context()
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	err := d.Update(ctx, func(tx review.Tx) error {
		for _, id := range []string{"1", "2", "3"} {
			if err := tx.Chain(news.Audit{ID: id, At: reviewtest.Epoch, Who: "hoa", Act: "item.view"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{`UPDATE audit SET who = 'x' WHERE seq = 2`, `DELETE FROM audit WHERE seq = 3`} {
		if _, err := d.write.ExecContext(ctx, stmt); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: error = %v, want a refusal", stmt, err)
		}
	}
	if _, err := d.write.ExecContext(ctx, `DROP TRIGGER audit_no_update; UPDATE audit SET who = 'x' WHERE seq = 2`); err != nil {
		t.Fatal(err)
	}
	_, err = d.VerifyAudit(ctx)
	var broken *audit.BrokenError
	if !errors.As(err, &broken) || broken.Seq != 2 {
		t.Errorf("VerifyAudit = %v, want a break at 2", err)
	}
}

func TestDeskAccounts(t *testing.T) {
	ctx := t.Context()
	d := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	now := reviewtest.Epoch
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.User(ctx, "hoa"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("unknown user: %v", err)
	}
	must(d.PutUser(ctx, review.Account{Name: "Hoa ", Role: review.Reviewer, Hash: "h1", Created: now}))
	must(d.PutUser(ctx, review.Account{Name: "tuan", Role: review.Unit, Unit: "Đội Cấp nước", Hash: "h2", Created: now}))
	if err := d.PutUser(ctx, review.Account{Name: "x", Role: "king"}); err == nil {
		t.Error("an unknown role is accepted")
	}
	must(d.PutUser(ctx, review.Account{Name: "hoa", Role: review.Leader})) // keeps the password
	a, err := d.User(ctx, "HOA")
	must(err)
	if a.Name != "hoa" || a.Role != review.Leader || a.Hash != "h1" || !a.Created.Equal(now) {
		t.Errorf("account = %+v", a)
	}
	if as, err := d.Users(ctx); err != nil || len(as) != 2 || as[1].User() != (review.User{Name: "tuan", Role: review.Unit, Unit: "Đội Cấp nước"}) {
		t.Errorf("Users = %+v, %v", as, err)
	}

	must(d.NoteFailure(ctx, "hoa", time.Time{}))
	must(d.NoteFailure(ctx, "hoa", now.Add(time.Hour)))
	must(d.NoteFailure(ctx, "hoa", time.Time{}))
	if a, _ := d.User(ctx, "hoa"); a.Failures != 3 || !a.Locked.Equal(now.Add(time.Hour)) {
		t.Errorf("after failures: %+v", a)
	}
	must(d.ClearFailures(ctx, "hoa"))
	if a, _ := d.User(ctx, "hoa"); a.Failures != 0 || !a.Locked.IsZero() {
		t.Errorf("after success: %+v", a)
	}
	must(d.SetPassword(ctx, "hoa", "h3"))
	for _, err := range []error{d.SetPassword(ctx, "none", "h"), d.NoteFailure(ctx, "none", now), d.DisableUser(ctx, "none", now)} {
		if !errors.Is(err, review.ErrNotFound) {
			t.Errorf("unknown user: %v, want ErrNotFound", err)
		}
	}

	session := func(token, user string, life time.Duration) {
		must(d.AddSession(ctx, review.Session{Token: token, User: user, Created: now, Seen: now, Expires: now.Add(life)}))
	}
	session("t1", "hoa", time.Hour)
	session("t2", "hoa", time.Hour)
	session("t3", "tuan", time.Minute)
	x, a, err := d.Session(ctx, "t1", now.Add(10*time.Minute))
	must(err)
	if x.User != "hoa" || a.Hash != "h3" || !x.Seen.Equal(now.Add(10*time.Minute)) {
		t.Errorf("session = %+v of %+v", x, a)
	}
	gone := func(token string, at time.Duration) {
		t.Helper()
		if _, _, err := d.Session(ctx, token, now.Add(at)); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("session %s at %v: %v, want ErrNotFound", token, at, err)
		}
	}
	gone("t3", time.Minute)
	gone("none", 0)
	must(d.DropSession(ctx, "t1"))
	must(d.DropSession(ctx, "t1"))
	gone("t1", 0)
	must(d.DropSessions(ctx, "hoa"))
	gone("t2", 0)
	session("t4", "hoa", time.Hour)
	must(d.DisableUser(ctx, "hoa", now))
	gone("t4", 0)
	if a, _ := d.User(ctx, "hoa"); a.Disabled.IsZero() {
		t.Error("a disabled account does not say so")
	}
	must(d.DisableUser(ctx, "hoa", time.Time{}))
	if a, _ := d.User(ctx, "hoa"); !a.Disabled.IsZero() {
		t.Error("an enabled account is still disabled")
	}
}

// A storm of one story stays one line, quickly.
func BenchmarkDeskInbox(b *testing.B) {
	ctx := context.Background()
	d, err := OpenDesk(ctx, filepath.Join(b.TempDir(), "desk.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	err = d.Update(ctx, func(tx review.Tx) error {
		for i := range 10_000 {
			id := "i" + time.Duration(i).String()
			story := ""
			if i%2 == 0 {
				story = "dam"
			}
			e := review.Entry{ID: id, Story: story, Level: news.Level(i % 5), Topic: "water", Received: reviewtest.Epoch.Add(time.Duration(i) * time.Second),
				Item: &news.Item{ID: id, Text: strings.Repeat("nước ", 50)}, Flags: []news.Flag{{ID: "f" + id, Rule: "r"}}}
			if err := tx.PutEntry(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		in, err := d.Inbox(ctx, review.InboxQuery{Limit: 25})
		if err != nil || in.Open != 5001 || len(in.Entries) != 25 {
			b.Fatalf("%d, %v", in.Open, err)
		}
	}
}
