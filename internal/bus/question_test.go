package bus

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"
)

// An answer that may take long is not cut off with the others, and is given
// up when the process stops.
func TestLongAnswer(t *testing.T) {
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Timeout: 50 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	short, long := Question[int, int]{Subject: "ask.test.short"}, Question[int, int]{Subject: "ask.test.long", Within: time.Minute}
	ctx, stop := context.WithCancel(t.Context())
	work := func(ctx context.Context, ms int) (int, error) {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(time.Duration(ms) * time.Millisecond):
			return ms, nil
		}
	}
	done := make(chan error, 2)
	for _, q := range []Question[int, int]{short, long} {
		go func() { done <- Answer(ctx, b, q, work) }()
	}
	ask := func(q Question[int, int], ms int) (n int, err error) {
		for { // until it is listened to
			if n, err = Ask(t.Context(), b, q, ms); !errors.Is(err, ErrNobody) {
				return n, err
			}
			time.Sleep(time.Millisecond)
		}
	}
	if _, err := ask(short, 300); err == nil {
		t.Error("the bound of the others is not held")
	}
	if n, err := ask(long, 300); err != nil || n != 300 {
		t.Errorf("%d, %v", n, err)
	}
	gone := make(chan error, 1)
	go func() { _, err := ask(long, 60_000); gone <- err }()
	time.Sleep(50 * time.Millisecond)
	stop()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	select {
	case err := <-gone:
		if err == nil {
			t.Error("it was finished")
		}
	case <-time.After(20 * time.Second):
		t.Error("a stop waits for it")
	}
}
