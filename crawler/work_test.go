package crawler

import (
	"testing"
	"time"
)

func TestRhythm(t *testing.T) {
	p, err := Polling{}.complete()
	if err != nil {
		t.Fatal(err)
	}
	const cut = 24 // items a day
	tests := []struct {
		name   string
		every  time.Duration
		rate   float64
		listed int
		want   time.Duration
	}{
		{"nothing known", 0, 0, 0, time.Hour},
		{"the config says", 7 * time.Minute, 500, 50, 7 * time.Minute},
		{"brings much", 0, 100, 50, 570 * time.Second},
		{"brings an item every five minutes", 0, 288, 50, 5 * time.Minute},
		{"a flood", 0, 5000, 50, 3 * time.Minute},
		{"at the cut", 0, 24, 50, 570 * time.Second},
		{"half of the cut", 0, 12, 50, 19 * time.Minute},
		{"quiet", 0, 1, 50, time.Hour},
		{"lists so little that it could be lost", 0, 96, 1, 450 * time.Second},
	}
	for _, tt := range tests {
		if got := p.rhythm(Source{Every: tt.every}, Visit{Rate: tt.rate, Listed: tt.listed}, cut); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	for range 200 {
		if d := jitter(Source{}, time.Hour); d > time.Hour || d < 57*time.Minute {
			t.Fatalf("an hour became %v", d)
		}
	}
	for _, bad := range []Polling{{Fast: time.Hour, Fresh: time.Minute}, {Slow: 48 * time.Hour}, {Fast: time.Millisecond}} {
		if _, err := bad.complete(); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

func TestCut(t *testing.T) {
	if c := cut([]float64{1, 100, 10, 50, 1}); c != 10 {
		t.Errorf("cut = %v, want 10: 100, 50 and 10 are the first 97 of 100", c)
	}
	if c := cut([]float64{0, 0}); c != 0 {
		t.Errorf("cut of nothing = %v", c)
	}
}

// A rate is of the days since the first item, a week at most.
func TestPerDay(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, local)
	tests := []struct {
		items int
		since time.Duration
		want  float64
	}{{0, 0, 0}, {14, 7 * 24 * time.Hour, 2}, {50, time.Hour, 100}, {6, 48 * time.Hour, 3}}
	for _, tt := range tests {
		if got := perDay(Activity{Items: tt.items, First: now.Add(-tt.since)}, now); got != tt.want {
			t.Errorf("%d items in %v: %v a day, want %v", tt.items, tt.since, got, tt.want)
		}
	}
}
