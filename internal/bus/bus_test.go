package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

type note struct {
	ID   string `json:"id"`
	Item string `json:"item"`
	N    int    `json:"n"`
}

var (
	notes = Topic[note]{Subject: "news.found", ID: func(n note) string { return n.ID }, Key: func(n note) string { return n.Item }}
	other = Topic[note]{Subject: "news.indexed", ID: func(n note) string { return n.ID }, Key: func(n note) string { return n.Item }}
)

// forms are the two ways to run the bus; every promise must hold in both.
var forms = map[string]func(t *testing.T) Options{
	"embedded": func(t *testing.T) Options { return Options{Dir: t.TempDir()} },
	"server": func(t *testing.T) Options {
		srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, MaxPayload: maxPayload})
		if err != nil {
			t.Fatal(err)
		}
		srv.Start()
		if !srv.ReadyForConnections(10 * time.Second) {
			t.Fatal("nats server not ready")
		}
		t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
		return Options{URL: srv.ClientURL()}
	},
}

func each(t *testing.T, f func(t *testing.T, b *Bus)) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			o := form(t)
			o.Logger = slog.New(slog.DiscardHandler)
			o.Retry = 10 * time.Millisecond
			b, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			f(t, b)
		})
	}
}

// gather runs a consumer until it has seen n handler calls or the test's
// patience ends.
func gather(t *testing.T, b *Bus, durable string, n int, handle func(note, int) error) []note {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	var mu sync.Mutex
	var seen []note
	err := Consume(ctx, b, notes, durable, func(_ context.Context, v note) error {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, v)
		if len(seen) == n {
			stop()
		}
		if handle != nil {
			return handle(v, len(seen))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != n {
		t.Fatalf("saw %d messages, want %d", len(seen), n)
	}
	return seen
}

// drained waits until the reader has acknowledged everything.
func drained(t *testing.T, b *Bus) {
	t.Helper()
	for range 500 {
		n, err := Pending(t.Context(), b, notes, "reader")
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("messages are left unacknowledged")
}

func TestDelivery(t *testing.T) {
	each(t, func(t *testing.T, b *Bus) {
		ctx := t.Context()
		for i := range 5 {
			if err := Publish(ctx, b, notes, note{ID: fmt.Sprint(i), Item: fmt.Sprint("i", i), N: i}); err != nil {
				t.Fatal(err)
			}
		}
		// Published again: stored once.
		if err := Publish(ctx, b, notes, note{ID: "0", Item: "i0"}); err != nil {
			t.Fatal(err)
		}
		seen := gather(t, b, "reader", 5, nil)
		for i, n := range seen {
			if n.N != i {
				t.Errorf("message %d is %v; want publishing order", i, n)
			}
		}
		drained(t, b)
		if n, _ := Pending(ctx, b, notes, "nobody"); n != 0 {
			t.Errorf("Pending of an unknown consumer = %d, want 0", n)
		}
	})
}

func TestRetryAndDrop(t *testing.T) {
	each(t, func(t *testing.T, b *Bus) {
		for i, id := range []string{"flaky", "bad", "good"} {
			if err := Publish(t.Context(), b, notes, note{ID: id, Item: id, N: i}); err != nil {
				t.Fatal(err)
			}
		}
		tries := map[string]int{}
		gather(t, b, "reader", 5, func(n note, _ int) error {
			tries[n.ID]++
			switch {
			case n.ID == "flaky" && tries[n.ID] < 3:
				return errors.New("not now")
			case n.ID == "bad":
				return Permanent(errors.New("never"))
			}
			return nil
		})
		if tries["flaky"] != 3 || tries["bad"] != 1 || tries["good"] != 1 {
			t.Errorf("tries = %v, want flaky 3, bad 1, good 1", tries)
		}
		if s := b.Stats(); s.Dropped != 1 {
			t.Errorf("dropped %d, want 1", s.Dropped)
		}
	})
}

func TestPanicIsOneMessage(t *testing.T) {
	each(t, func(t *testing.T, b *Bus) {
		for _, id := range []string{"a", "b"} {
			if err := Publish(t.Context(), b, notes, note{ID: id, Item: id}); err != nil {
				t.Fatal(err)
			}
		}
		first := true
		gather(t, b, "reader", 3, func(n note, _ int) error {
			if n.ID == "a" && first {
				first = false
				panic("a handler with a mistake")
			}
			return nil
		})
	})
}

func TestBatch(t *testing.T) {
	each(t, func(t *testing.T, b *Bus) {
		const n = 250
		var all []note
		for i := range n {
			all = append(all, note{ID: fmt.Sprint(i), Item: fmt.Sprint(i), N: i})
		}
		if err := PublishAll(t.Context(), b, notes, all); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		done, biggest := map[int]bool{}, 0
		err := ConsumeBatch(ctx, b, notes, "batcher", 100, 50*time.Millisecond, func(_ context.Context, vs []note) error {
			biggest = max(biggest, len(vs))
			for _, v := range vs {
				if v.N == 7 && len(vs) > 1 {
					return errors.New("this batch holds a bad one")
				}
			}
			for _, v := range vs {
				done[v.N] = true
			}
			if len(done) == n {
				stop()
			}
			return nil
		})
		if err != nil || len(done) != n {
			t.Fatalf("handled %d of %d, err %v", len(done), n, err)
		}
		if biggest < 50 {
			t.Errorf("biggest batch %d, want near 100", biggest)
		}
	})
}

// What one process did not acknowledge, the next one gets.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	b, err := Open(t.Context(), Options{Dir: dir, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := Publish(t.Context(), b, notes, note{ID: fmt.Sprint(i), Item: "x", N: i}); err != nil {
			t.Fatal(err)
		}
	}
	gather(t, b, "reader", 1, nil)
	b.Close()
	b, err = Open(t.Context(), Options{Dir: dir, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx, stop := context.WithTimeout(t.Context(), 90*time.Second)
	defer stop()
	got := map[int]bool{}
	_ = Consume(ctx, b, notes, "reader", func(_ context.Context, n note) error {
		got[n.N] = true
		if got[1] && got[2] {
			stop()
		}
		return nil
	})
	if !got[1] || !got[2] {
		t.Errorf("after the restart got %v, want 1 and 2", got)
	}
}

func TestPurge(t *testing.T) {
	each(t, func(t *testing.T, b *Bus) {
		for _, item := range []string{"keep", "bí mật/1"} {
			for _, topic := range []Topic[note]{notes, other} {
				if err := Publish(t.Context(), b, topic, note{ID: item + topic.Subject, Item: item}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := b.Purge(t.Context(), "bí mật/1"); err != nil {
			t.Fatal(err)
		}
		if seen := gather(t, b, "reader", 1, nil); seen[0].Item != "keep" {
			t.Errorf("after the purge got %v", seen)
		}
		drained(t, b)
	})
}

type codeErr struct{}

func (codeErr) Error() string { return "không có mục này" }
func (codeErr) Code() string  { return "not_found" }

func TestQuestions(t *testing.T) {
	square := Question[int, int]{Subject: "ask.rules.square"}
	each(t, func(t *testing.T, b *Bus) {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		if _, err := Ask(ctx, b, square, 3); !errors.Is(err, ErrNobody) {
			t.Errorf("Ask without a role: %v, want ErrNobody", err)
		}
		go Answer(ctx, b, square, func(_ context.Context, n int) (int, error) {
			switch n {
			case 13:
				return 0, codeErr{}
			case 14:
				panic("fourteen")
			}
			return n * n, nil
		})
		socket := filepath.Join(shortDir(t), "s")
		go b.ServeSocket(ctx, socket)
		client := Dial(socket)
		for name, asker := range map[string]Asker{"bus": b, "socket": client} {
			var got int
			var err error
			for range 200 { // until both are up
				if got, err = Ask(ctx, asker, square, 7); err == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if got != 49 || err != nil {
				t.Errorf("%s: Ask(7) = %d, %v", name, got, err)
			}
			_, err = Ask(ctx, asker, square, 13)
			var e *Error
			if !errors.As(err, &e) || e.Code() != "not_found" {
				t.Errorf("%s: Ask(13) = %v, want code not_found", name, err)
			}
			if _, err = Ask(ctx, asker, square, 14); err == nil {
				t.Errorf("%s: a panic was an answer", name)
			}
		}
		if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("socket mode %v, %v; want 0600", info.Mode(), err)
		}
		if _, err := client.Request(ctx, "news.found.x", nil); err == nil {
			t.Error("the socket carried something that is not a question")
		}
	})
}

// shortDir is a temporary folder whose path fits into a socket address.
func shortDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
