package review_test

import (
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// A clock that runs out is told of once, to those in charge; what happened in
// time is not.
func TestClocks(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.take(flag("dam", news.Claiming, news.Critical, topic("disaster")))
	h.must(func() error {
		_, err := h.Decide(ctx, review.DecideRequest{Entry: "dam", Choice: news.Verify, By: hoa})
		return err
	}())
	e, err := h.Entry(ctx, "dam", hoa)
	h.must(err)
	told := func(name string) (n int) {
		for _, a := range h.alerts {
			if strings.Contains(a.ID, "clock-"+name) || a.Kind == "clock-"+name {
				n++
			}
		}
		return n
	}
	tick := func(after time.Duration, look, say int) {
		t.Helper()
		h.later(after)
		h.must(h.Tick(ctx))
		h.later(0)
		if told("look") != look || told("say") != say {
			t.Errorf("%v on: look told %d times, say %d; want %d, %d", after, told("look"), told("say"), look, say)
		}
	}
	tick(9*time.Minute, 0, 0)
	tick(2*time.Minute, 1, 0)
	tick(30*time.Minute, 1, 0)
	tick(20*time.Minute, 1, 1)
	tick(72*time.Hour, 1, 1)

	// Somebody who looks stops the first clock, and the second still runs.
	h.must(h.SetClaim(ctx, e.Case, "", "Đập Khe Son sắp vỡ", nil, hoa))
	c, err := h.Case(ctx, e.Case, hoa)
	h.must(err)
	if len(c.Clocks) != 2 {
		t.Errorf("clocks %v, want both shown on the case", c.Clocks)
	}
	h.take(flag("scam", news.Claiming, news.High, topic("security")))
	h.must(func() error {
		_, err := h.Decide(ctx, review.DecideRequest{Entry: "scam", Choice: news.Verify, By: hoa})
		return err
	}())
	e, err = h.Entry(ctx, "scam", hoa)
	h.must(err)
	h.must(h.SetClaim(ctx, e.Case, "", "Hồ sắp cạn", nil, hoa))
	tick(5*time.Hour, 1, 1)
	tick(20*time.Hour, 1, 2)
}
