package app

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"langnghe/internal/news"
)

const (
	clockTolerance = time.Minute // what nothing of ours suffers from
	clockHosts     = 64          // remembered at a time
	clockHeard     = time.Hour   // how long a host's word counts
	clockEvery     = 15 * time.Second
)

// A clockWatch tells when this machine's clock is wrong: it hears what the web
// servers that the crawler reads anyway say of the time, and compares the
// clock with the one that only counts. Days of holidays, due dates and
// what counts as new would go wrong with it.
type clockWatch struct {
	log   *slog.Logger
	jumps prometheus.Counter

	mu     sync.Mutex
	hosts  map[string]heard
	jumped time.Duration // the last jump, forward is positive
	at     time.Time     // of it, by the counting clock
	last   time.Time
}

type heard struct {
	off time.Duration // ours less theirs
	at  time.Time
}

func newClockWatch(log *slog.Logger, reg prometheus.Registerer) *clockWatch {
	f := promauto.With(reg)
	w := &clockWatch{
		log: log, hosts: map[string]heard{},
		jumps: f.NewCounter(prometheus.CounterOpts{Name: "langnghe_clock_jumps_total", Help: "Times that the clock was set by more than a minute, or the machine slept, since the start."}),
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "langnghe_clock_offset_seconds", Help: "How far the clock is ahead of most web servers read in the last hour; NaN before two of them were read."}, func() float64 {
		off, ok := w.offset(time.Now())
		if !ok {
			return math.NaN()
		}
		return off.Seconds()
	})
	return w
}

// heard takes what a host says of the time in an answer that came at ours.
func (w *clockWatch) heard(host string, theirs, ours time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.hosts[host]; !known && len(w.hosts) >= clockHosts {
		oldest := ""
		for name, h := range w.hosts {
			if oldest == "" || h.at.Before(w.hosts[oldest].at) {
				oldest = name
			}
		}
		delete(w.hosts, oldest)
	}
	w.hosts[host] = heard{ours.Sub(theirs), ours}
}

// offset is how far the clock is off by the word of most hosts; ok is false
// before two have spoken. One of them may be wrong itself: it is believed
// when more than half agree that ours is, and the smallest of what these say
// is returned; else 0.
func (w *clockWatch) offset(now time.Time) (off time.Duration, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, ahead, behind := 0, []time.Duration(nil), []time.Duration(nil)
	for _, h := range w.hosts {
		if now.Sub(h.at).Abs() > clockHeard {
			continue
		}
		n++
		switch {
		case h.off > clockTolerance:
			ahead = append(ahead, h.off)
		case h.off < -clockTolerance:
			behind = append(behind, h.off)
		}
	}
	for _, list := range [][]time.Duration{ahead, behind} {
		if n >= 2 && len(list)*2 > n {
			off = list[0]
			for _, o := range list {
				if o.Abs() < off.Abs() {
					off = o
				}
			}
		}
	}
	return off, n >= 2
}

// tick compares the clock with the one that only counts: what both say has
// passed since the last tick. The counting one stands still while a machine
// sleeps.
func (w *clockWatch) tick(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := w.last
	w.last = now
	if last.IsZero() {
		return
	}
	// Round drops the reading of the counting clock.
	w.passed(now.Round(0).Sub(last.Round(0)), now.Sub(last), now)
}

// passed compares how much time the clock and the counting one say has gone
// by.
func (w *clockWatch) passed(wall, counted time.Duration, now time.Time) {
	jump := wall - counted
	if jump.Abs() <= clockTolerance {
		return
	}
	w.jumped, w.at = jump, now
	w.jumps.Inc()
	clear(w.hosts) // they spoke of another time
	w.log.Warn("the clock was set, or the machine slept", "by", jump.Round(time.Second))
}

func (w *clockWatch) run(ctx context.Context) error {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		w.tick(time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// warning is what stands over the pages while the clock is off, and for an
// hour after it was set back: what came in between carries wrong times.
func (w *clockWatch) warning(now time.Time) (news.Text, bool) {
	if off, _ := w.offset(now); off != 0 {
		return news.Text{
			VI: fmt.Sprintf("Đồng hồ máy lệch %s so với các trang web. Ngày giờ của tin và hạn trả lời sẽ sai. Bật đồng bộ giờ: timedatectl set-ntp true", off.Abs().Round(time.Second)),
			EN: fmt.Sprintf("The clock is off by %s against web servers. Times of items and due dates will be wrong. Switch time synchronisation on: timedatectl set-ntp true", off.Abs().Round(time.Second)),
		}, true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.jumped < 0 && now.Sub(w.at) < time.Hour {
		return news.Text{
			VI: fmt.Sprintf("Đồng hồ máy vừa lùi %s. Tin nhận trước đó có thể mang giờ trong tương lai; đồng hồ phải được đồng bộ: timedatectl set-ntp true", w.jumped.Abs().Round(time.Second)),
			EN: fmt.Sprintf("The clock was just set back by %s. Items taken in before may carry times of the future; keep it synchronised: timedatectl set-ntp true", w.jumped.Abs().Round(time.Second)),
		}, true
	}
	return news.Text{}, false
}
