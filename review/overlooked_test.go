package review_test

import (
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// TestLookBy: an undecided entry has the clock of its level until somebody
// decides.
func TestLookBy(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	for level, want := range map[news.Level]time.Duration{news.Informational: 0, news.Low: 0, news.Medium: 48 * time.Hour, news.High: 4 * time.Hour, news.Critical: 10 * time.Minute} {
		e := review.Entry{Level: level, Received: at}
		if want == 0 {
			if !e.LookBy().IsZero() || e.Overdue(at.AddDate(1, 0, 0)) {
				t.Errorf("level %d has a clock", level)
			}
			continue
		}
		if got := e.LookBy().Sub(at); got != want || e.Overdue(at.Add(want-time.Second)) || !e.Overdue(at.Add(want)) {
			t.Errorf("level %d: looked at within %v, want %v", level, got, want)
		}
		e.Decision = &review.Decision{}
		if e.Overdue(at.AddDate(1, 0, 0)) {
			t.Errorf("level %d is decided and overdue", level)
		}
	}
}
