package web

import (
	"fmt"
	"testing"
	"time"
)

// TestBusiest: the most items within any 24 hours, whatever the day.
func TestBusiest(t *testing.T) {
	for _, c := range []struct {
		hours []int
		want  int
	}{
		{nil, 0}, {[]int{5}, 1}, {[]int{0, 24}, 2}, {[]int{0, 25}, 1}, {[]int{0, 1, 23, 30, 31, 32}, 4}, {[]int{0, 30, 60, 90}, 1}, {[]int{7, 7, 7}, 3},
	} {
		var times []time.Time
		for _, h := range c.hours {
			times = append(times, now.Add(time.Duration(h)*time.Hour))
		}
		if got := busiest(times); got != c.want {
			t.Errorf("%v: %d, want %d", c.hours, got, c.want)
		}
	}
}

// TestSpread: days are those of the ward; they run on for a week after the
// answer, and the day of the answer is not yet after it.
func TestSpread(t *testing.T) {
	at := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	times := []time.Time{at("2026-11-02T16:30:00Z"), at("2026-11-02T17:30:00Z"), at("2026-11-03T02:00:00Z"), at("2026-11-05T02:00:00Z")}
	show := func(days []spreadDay) (s string) {
		for _, d := range days {
			s += fmt.Sprintf("%s:%d:%d:%v ", d.Day[8:], d.Count, d.Part, d.After)
		}
		return s
	}
	for _, c := range []struct {
		name   string
		times  []time.Time
		answer time.Time
		want   string
	}{
		{"no items", nil, at("2026-11-03T02:00:00Z"), ""},
		{"no answer", times, time.Time{}, "02:1:50:false 03:2:100:false 04:0:0:false 05:1:50:false "},
		{"an answer", times, at("2026-11-03T10:00:00Z"), "02:1:50:false 03:2:100:false 04:0:0:true 05:1:50:true 06:0:0:true 07:0:0:true 08:0:0:true 09:0:0:true 10:0:0:true "},
		{"an answer long after", times, at("2027-03-03T10:00:00Z"), "02:1:50:false 03:2:100:false 04:0:0:false 05:1:50:false "},
	} {
		if got := show(spread(c.times, c.answer)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if n := len(spread([]time.Time{now.AddDate(-1, 0, 0), now}, time.Time{})); n != 60 {
		t.Errorf("%d days of a year are listed, want 60", n)
	}
}
