package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"
)

type job struct {
	Host string
	N    int
}

func openJobs(t *testing.T, b *Bus) *Queue[job] {
	t.Helper()
	q, err := OpenQueue(t.Context(), b, "jobs", func(j job) string { return j.Host })
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func add(t *testing.T, q *Queue[job], j job, want bool) {
	t.Helper()
	if got, err := q.Add(t.Context(), j); err != nil || got != want {
		t.Errorf("Add(%+v) = %v, %v, want %v", j, got, err, want)
	}
}

func TestQueue(t *testing.T) {
	each(t, func(t *testing.T, b *Bus) {
		q := openJobs(t, b)
		add(t, q, job{"a.example:8080", 1}, true)
		add(t, q, job{"a.example:8080", 2}, false) // its key is in there
		add(t, q, job{"b.example", 3}, true)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		var mu sync.Mutex
		tries := map[int]int{}
		err := q.Work(ctx, 2, func(ctx context.Context, j job) error {
			mu.Lock()
			defer mu.Unlock()
			tries[j.N]++
			if j.N == 1 {
				add(t, q, job{"a.example:8080", 2}, false) // in hand counts as well
			}
			switch {
			case j.N == 3 && tries[3] == 1:
				return errors.New("not now")
			case j.N == 3 && tries[3] == 2:
				panic("a mistake")
			}
			if len(tries) == 2 && tries[3] == 3 {
				stop()
			}
			return nil
		})
		if err != nil || tries[1] != 1 || tries[3] != 3 {
			t.Errorf("Work = %v, tries %v; want job 1 once and job 3 until it worked", err, tries)
		}
		for range 200 {
			if n, err := q.Waiting(t.Context()); err == nil && n == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		add(t, q, job{"a.example:8080", 2}, true) // done: the key is free
	})
}

// Two processes share the work; what the one that dies had in hand, the other
// does.
func TestQueueOfADeadProcess(t *testing.T) {
	t.Parallel() // it waits for most of its time
	o := forms["server"](t)
	o.Logger, o.Retry = slog.New(slog.DiscardHandler), 10*time.Millisecond
	open := func() (*Bus, *Queue[job]) {
		b, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return b, openJobs(t, b)
	}
	first, q1 := open()
	second, q2 := open()
	defer second.Close()
	const n = 12
	for i := range n {
		add(t, q1, job{fmt.Sprint("h", i), i}, true)
	}
	ctx, stop := context.WithTimeout(t.Context(), 40*time.Second)
	defer stop()
	var mu sync.Mutex
	done, dead := map[int]int{}, map[int]bool{}
	hung := make(chan struct{})
	go q1.Work(ctx, 2, func(ctx context.Context, j job) error {
		mu.Lock()
		dead[j.N] = true
		if len(dead) == 2 {
			first.nc.Close() // as a kill does: no acknowledgement, no sign of life
			close(hung)
		}
		mu.Unlock()
		<-ctx.Done()
		return ctx.Err()
	})
	<-hung
	begun := time.Now()
	_ = q2.Work(ctx, 4, func(_ context.Context, j job) error {
		mu.Lock()
		defer mu.Unlock()
		done[j.N]++
		if len(done) == n {
			stop()
		}
		return nil
	})
	if len(done) != n {
		t.Fatalf("%d of %d jobs were done", len(done), n)
	}
	for j, times := range done {
		if times != 1 {
			t.Errorf("job %d was done %d times", j, times)
		}
	}
	t.Logf("the jobs of the dead process were taken up after %v", time.Since(begun).Round(time.Second))
}

func TestLeases(t *testing.T) {
	each(t, func(t *testing.T, b *Bus) {
		ctx := t.Context()
		open := func(me string) *Leases {
			l, err := OpenLeases(ctx, b, me, 0)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		one, two := open("one"), open("two")
		h, state, err := one.Take(ctx, "host:a", 0)
		if err != nil || state != nil || h.Orphaned {
			t.Fatalf("Take = %s, %v", state, err)
		}
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		if _, _, err := two.Take(short, "host:a", 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second Take = %v, want to wait for the first", err)
		}
		if err := h.Give(ctx, json.RawMessage(`{"n":7}`)); err != nil {
			t.Fatal(err)
		}
		h, state, err = two.Take(ctx, "host:a", 0)
		if err != nil || string(state) != `{"n":7}` {
			t.Fatalf("Take after Give = %s, %v", state, err)
		}
		if err := h.Give(ctx, state); err != nil {
			t.Fatal(err)
		}
	})
}

// A holder that has died loses its right, and what it knew stays.
func TestOrphanedLease(t *testing.T) {
	o := forms["server"](t)
	o.Logger = slog.New(slog.DiscardHandler)
	dead, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	one, err := OpenLeases(t.Context(), dead, "one", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	two, err := OpenLeases(t.Context(), b, "two", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	h, _, err := one.Take(t.Context(), "owner", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Give(t.Context(), json.RawMessage(`1`)); err != nil {
		t.Fatal(err)
	}
	if h, _, err = one.Take(t.Context(), "owner", 0); err != nil {
		t.Fatal(err)
	}
	dead.nc.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	begun := time.Now()
	got, state, err := two.Take(ctx, "owner", 0)
	if err != nil || !got.Orphaned || string(state) != "1" {
		t.Fatalf("Take of a dead holder's lease = %+v, %s, %v", got, state, err)
	}
	if waited := time.Since(begun); waited < two.life {
		t.Errorf("taken after %v; a living holder may be silent for %v", waited, two.life)
	}
	h.stop()
	if err := got.Give(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}
