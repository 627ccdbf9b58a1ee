package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Most hosts are believed, and one alone is not; what they said is forgotten
// after an hour.
func TestClockOffset(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		offs  []time.Duration // of each host: ours less theirs
		later time.Duration
		want  time.Duration
		known bool
	}{
		{"nobody", nil, 0, 0, false},
		{"one host alone", []time.Duration{time.Hour}, 0, 0, false},
		{"all agree that it is right", []time.Duration{time.Second, -2 * time.Second, 0}, 0, 0, true},
		{"two of three say that it is ahead", []time.Duration{10 * time.Minute, 9 * time.Minute, 0}, 0, 9 * time.Minute, true},
		{"behind", []time.Duration{-2 * time.Hour, -2 * time.Hour}, 0, -2 * time.Hour, true},
		{"one of two is wrong itself", []time.Duration{3 * time.Hour, 0}, 0, 0, true},
		{"they contradict each other", []time.Duration{3 * time.Hour, -3 * time.Hour}, 0, 0, true},
		{"long ago", []time.Duration{time.Hour, time.Hour}, 2 * time.Hour, 0, false},
	} {
		w := newClockWatch(quiet, prometheus.NewRegistry())
		for i, off := range c.offs {
			w.heard(fmt.Sprint(i), now.Add(-off), now)
		}
		got, known := w.offset(now.Add(c.later))
		if got != c.want || known != c.known {
			t.Errorf("%s: %v %v, want %v %v", c.name, got, known, c.want, c.known)
		}
		text, shown := w.warning(now.Add(c.later))
		if shown != (c.want != 0) || shown && (!strings.Contains(text.VI, "lệch") || !strings.Contains(text.EN, "timedatectl")) {
			t.Errorf("%s: the banner says %v %+v", c.name, shown, text)
		}
	}
	w := newClockWatch(quiet, prometheus.NewRegistry())
	for i := range 1000 {
		w.heard(fmt.Sprint(i), now, now.Add(time.Duration(i)))
	}
	if len(w.hosts) != clockHosts {
		t.Errorf("%d hosts are remembered", len(w.hosts))
	}
}

// A clock that is set shows in log, metric and, when it went back, over the
// pages.
func TestClockJump(t *testing.T) {
	reg := prometheus.NewRegistry()
	w := newClockWatch(quiet, reg)
	jumps := func() float64 {
		all, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			if f.GetName() == "langnghe_clock_jumps_total" {
				return f.GetMetric()[0].GetCounter().GetValue()
			}
		}
		t.Fatal("no counter of jumps")
		return 0
	}
	base := time.Now()
	w.tick(base)
	w.tick(base.Add(15 * time.Second))
	if n := jumps(); n != 0 {
		t.Fatalf("%v jumps while nothing happened", n)
	}
	if w.passed(15*time.Second+20*time.Minute, 15*time.Second, base); jumps() != 1 {
		t.Error("a clock set forward is not noticed")
	}
	if _, shown := w.warning(time.Now()); shown {
		t.Error("a clock that was set forward, as after a repair, stands over the pages")
	}
	w.heard("a", base, base)
	if w.passed(15*time.Second-2*time.Hour, 15*time.Second, base); jumps() != 2 || len(w.hosts) != 0 {
		t.Error("a clock set back is not noticed, or what was said before it is still believed")
	}
	text, shown := w.warning(w.at.Add(time.Minute))
	if !shown || !strings.Contains(text.VI, "lùi 2h0m0s") {
		t.Errorf("%v %+v", shown, text)
	}
	if _, shown := w.warning(w.at.Add(61 * time.Minute)); shown {
		t.Error("it is still said after an hour")
	}
	if w.passed(15*time.Second+30*time.Second, 15*time.Second, base); jumps() != 2 {
		t.Error("half a minute is a jump")
	}
}
