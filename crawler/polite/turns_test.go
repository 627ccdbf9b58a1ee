package polite

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// table is a Turns for transports of one process.
type table struct {
	turn   chan struct{}
	mu     sync.Mutex
	record map[string]Record
}

func (tb *table) Take(ctx context.Context, host string) (Record, func(Record), error) {
	select {
	case tb.turn <- struct{}{}:
	case <-ctx.Done():
		return Record{}, nil, ctx.Err()
	}
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return tb.record[host], func(r Record) {
		tb.mu.Lock()
		tb.record[host] = r
		tb.mu.Unlock()
		<-tb.turn
	}, nil
}

// Two processes keep the pace of a host between them, and what one of them
// was told holds for both.
func TestTurnsAmongProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.takes = 300 * time.Millisecond
		turns := &table{turn: make(chan struct{}, 1), record: map[string]Record{}}
		var both []*Transport
		for range 2 {
			tr, err := New(Options{UserAgent: "langnghe/1", Base: w, Turns: turns})
			if err != nil {
				t.Fatal(err)
			}
			both = append(both, tr)
		}
		get := func(tr *Transport, path string) error {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://a.example"+path, nil)
			_, err := tr.RoundTrip(req)
			return err
		}
		var wg sync.WaitGroup
		for i, tr := range both {
			wg.Go(func() {
				for n := range 4 {
					if err := get(tr, fmt.Sprint("/", i, n)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if w.most != 1 {
			t.Errorf("%d requests at a time to one host", w.most)
		}
		var last time.Duration = -time.Hour
		for _, a := range w.asked { // two robots.txt and eight pages
			var at time.Duration
			var u, s string
			fmt.Sscan(a, &s, &u)
			at, _ = time.ParseDuration(s)
			if at-last < 2*time.Second {
				t.Errorf("asked at %v and %v; the pace is 2s", last, at)
			}
			last = at
		}
		w.set("http://a.example/busy", 503, "", "Retry-After", "600")
		var later *RetryLater
		if err := get(both[0], "/busy"); !errors.As(err, &later) {
			t.Fatalf("busy: %v", err)
		}
		if err := get(both[1], "/other"); !errors.As(err, &later) || later.Status != 503 {
			t.Errorf("the other process asked a host that wants a pause: %v", err)
		}
	})
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		tr, err := New(Options{UserAgent: "langnghe/1", Base: w, Budget: 5, Hosts: func(h string) Host { return Host{Internal: h == "own.example"} }})
		if err != nil {
			t.Fatal(err)
		}
		get := func(host string) error {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/x", nil)
			_, err := tr.RoundTrip(req)
			return err
		}
		for range 4 { // and robots.txt
			if err := get("a.example"); err != nil {
				t.Fatal(err)
			}
		}
		var later *RetryLater
		if err := get("a.example"); !errors.As(err, &later) || later.Status != 0 || later.After > time.Hour || later.After < 50*time.Minute {
			t.Errorf("over the budget: %v", err)
		}
		for range 10 {
			if err := get("own.example"); err != nil {
				t.Errorf("an internal host has no budget: %v", err)
			}
		}
		time.Sleep(later.After)
		if err := get("a.example"); err != nil {
			t.Errorf("in the next hour: %v", err)
		}
		if n := len(w.times("/x")); n != 15 {
			t.Errorf("%d pages fetched, want 15", n)
		}
	})
}

// A host that says "too many requests" gets fewer, and more again when it has
// not said so for days.
func TestSlower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		tr, err := New(Options{UserAgent: "langnghe/1", Base: w})
		if err != nil {
			t.Fatal(err)
		}
		get := func(path string) time.Duration {
			begun := time.Now()
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://a.example"+path, nil)
			_, _ = tr.RoundTrip(req)
			return time.Since(begun)
		}
		w.set("http://a.example/429", 429, "", "Retry-After", "60")
		get("/x")
		for _, want := range []time.Duration{4 * time.Second, 8 * time.Second} {
			get("/429")
			time.Sleep(time.Minute)
			get("/x")
			if d := get("/x"); d != want {
				t.Errorf("the pace is %v, want %v", d, want)
			}
		}
		time.Sleep(4 * 24 * time.Hour)
		get("/x")
		if d := get("/x"); d != 2*time.Second {
			t.Errorf("days later the pace is %v, want 2s again", d)
		}
	})
}
