package web

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Within the hour nobody waits for what was worked out before: a page gets
// the last answer and has a new one worked out behind it. Later, and when the
// answer does not fit any more, the page waits.
func TestKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k kept[int]
		asked := 0
		ask := func(context.Context) (int, error) {
			time.Sleep(time.Second)
			asked++
			return asked, nil
		}
		get := func(want, after int, fits ...func(int) bool) {
			t.Helper()
			got, err := k.get(t.Context(), time.Now(), true, ask, fits...)
			if err != nil || got != want {
				t.Errorf("got %d, %v, want %d", got, err, want)
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if asked != after {
				t.Errorf("asked %d times, want %d", asked, after)
			}
		}
		get(1, 1)
		get(1, 1)
		time.Sleep(freshFor)
		get(1, 2) // the old one, and a new one behind it
		get(2, 2)
		get(3, 3, func(v int) bool { return v == 3 })
		time.Sleep(keepFor)
		get(4, 4)
		if v, err := k.get(t.Context(), time.Now(), false, ask); v != 5 || err != nil {
			t.Errorf("while things change: %d %v, want 5", v, err)
		}
		time.Sleep(keepFor)
		k.warm(t.Context(), time.Now(), false, ask)
		k.warm(t.Context(), time.Now(), true, ask)
		k.warm(t.Context(), time.Now(), true, ask) // it is on its way
		time.Sleep(2 * time.Second)
		synctest.Wait()
		k.warm(t.Context(), time.Now(), true, ask) // and kept
		get(6, 6)
		time.Sleep(keepFor)
		if _, err := k.get(t.Context(), time.Now(), true, func(context.Context) (int, error) { return 0, errors.New("off") }); err == nil {
			t.Error("an error is kept as an answer")
		}
	})
}
