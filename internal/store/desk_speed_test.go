package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/audit"
	"langnghe/internal/news"
	"langnghe/review"
)

// The speeds of the desk and of its audit chain on SQLite, one desk. They are
// measured on demand (make bench-desk) and asserted nowhere: a slow day is no
// failure. What is counted besides is asserted.

func measured(t *testing.T) {
	t.Helper()
	if os.Getenv("LANGNGHE_BENCH") == "" {
		t.Skip("set LANGNGHE_BENCH=1, or run make bench-desk")
	}
}

var chief = review.User{Name: "hoa", Role: review.Reviewer}

// fill puts n claims before the desk, each story with copies of them.
func fill(t *testing.T, desk *review.Desk, n, copies int) (heads []string) {
	t.Helper()
	var fs []news.Flag
	for i := range n {
		id, story := fmt.Sprintf("i%06d", i), fmt.Sprintf("s%06d", i/copies)
		if i%copies == 0 {
			heads = append(heads, id)
		}
		fs = append(fs, news.Flag{
			ID: "f-" + id, Rule: "tin-don", Version: 1, Type: "match", Level: news.Medium, Status: "stable", Topic: "water", At: time.Now(),
			Title: news.Text{VI: "Dấu hiệu tin đồn"}, Why: news.Text{VI: "Có từ khóa."},
			Item: &news.Item{ID: id, Kind: news.Post, Source: "nhom", URL: "https://example.com/" + id, Published: time.Now(), Observed: time.Now(),
				Text:    "Nghe nói nước máy khối Đồng Tâm có vấn đề, bà con cẩn thận, ai biết chính xác thì báo cho mọi người cùng biết với ạ " + id,
				Reading: &news.Reading{Area: news.Area{Fit: news.InArea}, Stance: news.Claiming, Story: story}},
		})
	}
	for part := range slices.Chunk(fs, 500) {
		if err := desk.Take(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	return heads
}

// reading asks for the inbox's page until stopped, about 50 times a second,
// and returns how long each took.
func reading(desk *review.Desk) (stop func() []time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan []time.Duration)
	go func() {
		var took []time.Duration
		for ctx.Err() == nil {
			begun := time.Now()
			if _, err := desk.Store.Inbox(context.Background(), review.InboxQuery{Limit: 30, Now: time.Now()}); err == nil {
				took = append(took, time.Since(begun))
			}
			time.Sleep(20 * time.Millisecond)
		}
		done <- took
	}()
	return func() []time.Duration { cancel(); return <-done }
}

// processor is the processor time that the process has had; unlike the clock
// it does not count the neighbours.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func quantile(ds []time.Duration, q float64) time.Duration {
	slices.Sort(ds)
	return ds[min(int(q*float64(len(ds))), len(ds)-1)]
}

func TestSpeedOfDecisions(t *testing.T) {
	measured(t)
	for _, tt := range []struct {
		name      string
		n, copies int
		choice    news.Choice
		similar   bool
	}{
		{"singly, counted only", 2000, 1, news.Stat, false},
		{"singly, each opens a case", 2000, 1, news.Verify, false},
		{"in batches of 25 similar ones", 10_000, 25, news.Verify, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
			desk, err := review.New(review.Options{Store: store, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			heads := fill(t, desk, tt.n, tt.copies)
			stop := reading(desk)
			begun, spent := time.Now(), processor()
			for _, id := range heads {
				if _, err := desk.Decide(t.Context(), review.DecideRequest{Entry: id, Choice: tt.choice, Similar: tt.similar, By: chief}); err != nil {
					t.Fatal(err)
				}
			}
			took := time.Since(begun)
			pages := stop()
			if in, err := store.Inbox(t.Context(), review.InboxQuery{Limit: 1}); err != nil || in.Open != 0 {
				t.Errorf("%d lines are left, %v", in.Open, err)
			}
			spent = processor() - spent
			t.Logf("%d decisions in %v: %.0f a second, %.0f a second of processor time; %d pages meanwhile, p50 %v, p99 %v", tt.n, took.Round(time.Millisecond), float64(tt.n)/took.Seconds(), float64(tt.n)/spent.Seconds(),
				len(pages), quantile(pages, .5).Round(10*time.Microsecond), quantile(pages, .99).Round(10*time.Microsecond))
		})
	}
}

// A storm of one story is one notice to a recipient, and one case.
func TestStorm(t *testing.T) {
	n := 300
	if s, err := strconv.Atoi(os.Getenv("LANGNGHE_STORM")); err == nil {
		n = s
	}
	dir := t.TempDir()
	ctx := t.Context()
	store := openDesk(t, filepath.Join(dir, "desk.db"))
	box, err := OpenAlerts(ctx, filepath.Join(dir, "alerts.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	mail := &counter{}
	d, err := alerts.New(alerts.Options{
		Store: box, Channels: map[string]alerts.Channel{"email": mail}, Poll: time.Millisecond,
		Recipients: []alerts.Recipient{{Name: "lan", Role: "reviewer", Always: true}, {Name: "binh", Role: "reviewer", Always: true}, {Name: "minh", Role: "leader", Always: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	desk, err := review.New(review.Options{Store: store, Log: slog.New(slog.DiscardHandler), Due: func(ctx context.Context, as []news.Alert) error {
		for _, a := range as {
			if err := d.Take(ctx, a); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- d.Run(run) }()
	begun := time.Now()
	var fs []news.Flag
	for i := range n {
		id := fmt.Sprintf("i%06d", i)
		fs = append(fs, news.Flag{ID: "f-" + id, Rule: "vo-dap", Version: 1, Level: news.Critical, Status: "stable", At: time.Now(), Title: news.Text{VI: "Tin đồn vỡ đập"},
			Item: &news.Item{ID: id, Text: "vỡ đập rồi bà con ơi chạy đi", Published: time.Now(), Observed: time.Now(), Reading: &news.Reading{Stance: news.Claiming, Story: "dam"}}})
	}
	for part := range slices.Chunk(fs, 200) {
		if err := errors.Join(desk.Take(ctx, part), desk.Forward(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	filed := time.Since(begun)
	if _, err := desk.Decide(ctx, review.DecideRequest{Entry: "i000000", Choice: news.Verify, Similar: true, By: chief}); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	for end := time.Now().Add(20 * time.Second); mail.sent("Tin đồn vỡ đập") < 3 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	cases, err := desk.Cases(ctx, review.CaseQuery{})
	if err != nil || len(cases) != 1 || len(cases[0].Entries) != n {
		t.Errorf("%d cases, %v, want one with all %d", len(cases), err, n)
	}
	if got := mail.sent("Tin đồn vỡ đập"); got != 3 {
		t.Errorf("%d notices of %d flags at three recipients, want one each", got, n)
	}
	t.Logf("%d flags of one story taken in %v, decided by one key in %v: 3 notices, 1 case", n, filed.Round(time.Millisecond), (took - filed).Round(time.Millisecond))
}

// A counter is a channel that counts.
type counter struct {
	mu  sync.Mutex
	got []alerts.Message
}

func (c *counter) Send(_ context.Context, m alerts.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, m)
	return nil
}

func (c *counter) sent(title string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.got {
		if m.Alert.Kind == "flagged" && m.Alert.Subject.VI == title {
			n++
		}
	}
	return n
}

// The whole chain is verified, and one bit that flips is found and named.
func TestSpeedOfAudit(t *testing.T) {
	n := 2000
	if os.Getenv("LANGNGHE_BENCH") != "" {
		n = 1_000_000
	}
	ctx := t.Context()
	d := chained(t, n)
	for range 3 {
		begun, spent := time.Now(), processor()
		if got, err := d.VerifyAudit(ctx); err != nil || got != n {
			t.Fatalf("VerifyAudit = %d, %v", got, err)
		}
		t.Logf("%d entries verified in %v, %v of processor time", n, time.Since(begun).Round(time.Millisecond), (processor() - spent).Round(time.Millisecond))
	}
	// Somebody with the file in hand removes the trigger and flips a bit.
	bad := n - n/7
	if _, err := d.write.ExecContext(ctx, `DROP TRIGGER audit_no_update`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.write.ExecContext(ctx, `UPDATE audit SET who = 'hoc' WHERE seq = ?`, bad); err != nil { // a and c are one bit apart
		t.Fatal(err)
	}
	begun := time.Now()
	var broken *audit.BrokenError
	if _, err := d.VerifyAudit(ctx); !errors.As(err, &broken) || broken.Seq != bad || broken.Why != "content" {
		t.Errorf("VerifyAudit = %v, want the break at %d", err, bad)
	}
	t.Logf("the flipped bit in entry %d was found after %v", bad, time.Since(begun).Round(time.Millisecond))
}
