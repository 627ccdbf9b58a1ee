package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/crawler/polite"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// TestSimulatedDay crawls a thousand hosts, a third of which misbehaves, for a
// day that passes in synctest's time. LANGNGHE_SEEDS names the worlds, as in
// "1 2 3"; the first one unless it is set.
func TestSimulatedDay(t *testing.T) {
	seeds := strings.Fields(os.Getenv("LANGNGHE_SEEDS"))
	if len(seeds) == 0 {
		seeds = []string{"1"}
	}
	for _, s := range seeds {
		seed, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("LANGNGHE_SEEDS: %v", err)
		}
		t.Run("seed "+s, func(t *testing.T) { simulatedDay(t, seed) })
	}
}

func simulatedDay(t *testing.T, seed uint64) {
	synctest.Test(t, func(t *testing.T) {
		const hosts, long = 1000, 24 * time.Hour
		w := crawlertest.NewWorld(seed, hosts, time.Now(), long)
		c, err := crawler.New(crawler.Options{Sources: w.Sources(), Store: crawlertest.NewMemory(), Publish: w.Publish, Workers: 64, Transport: polite.Options{Base: w}})
		if err != nil {
			t.Fatal(err)
		}
		begun := cpu()
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		r := w.Report()
		over := float64(r.Requests) / r.Ideal
		t.Logf("%d hosts, %v: %d requests, %.2f x the ideal; %d articles, %d of them off the list before their host could be read, %d unseen; seen after %v at the median, %v at p95; %d requests over the pace, %d at a time; lost %v; %.0f CPU-seconds",
			hosts, long, r.Requests, over, r.Articles, r.Hidden, r.Unseen, r.Median.Round(time.Second), r.P95.Round(time.Second), r.TooFast, r.Together, r.Lost, (cpu() - begun).Seconds())
		for _, why := range r.Why {
			t.Log("unseen: " + why)
		}
		if r.TooFast > 0 || r.Together > 0 {
			t.Error("a host was asked over its pace")
		}
		if r.P95 > 10*time.Minute {
			t.Errorf("p95 is %v, want ten minutes at most", r.P95)
		}
		if over > 1.3 {
			t.Errorf("%.2f x the ideal number of requests, want 1.3 at most", over)
		}
		if len(r.Lost) > 0 || r.Unseen*1000 > r.Articles {
			t.Errorf("%d articles were never seen, hosts lost: %v", r.Unseen, r.Lost)
		}
	})
}

// TestTenThousandSources measures what a crawler of ten thousand sources
// keeps in memory after an hour on a real store.
func TestTenThousandSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 200 << 20
		w := crawlertest.NewWorld(2, 10_000, time.Now(), 24*time.Hour)
		sources := w.Sources()
		for i := range sources {
			sources[i].FullText = true // the listing alone, so that the run is short
		}
		before := heap()
		s, err := store.OpenCrawler(t.Context(), filepath.Join(t.TempDir(), "crawler.db"))
		if err != nil {
			t.Fatal(err)
		}
		items := 0
		publish := func(_ context.Context, found []news.Found) error { items += len(found); return nil }
		c, err := crawler.New(crawler.Options{Sources: sources, Store: s, Publish: locked(publish), Workers: 256, SaveEvery: time.Hour, Transport: polite.Options{Base: w}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 62*time.Minute)
		defer cancel()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		used := int64(heap()) - int64(before)
		all, err := c.Sources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		visited := 0
		for _, st := range all {
			if !st.LastFetch.IsZero() {
				visited++
			}
		}
		// The simulated world and its answers are in the same process, so what
		// is resident is more than a crawler's own.
		rss, peak := resident(t)
		t.Logf("%d sources, %d visited, %d items: %.0f MB of heap; resident with the world of sites in it %d MB, at most %d MB", len(all), visited, items, float64(used)/(1<<20), rss>>20, peak>>20)
		if used > most || visited < 9500 {
			t.Errorf("%.0f MB of heap for %d visited sources, want %d MB at most", float64(used)/(1<<20), visited, most>>20)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// resident is what the process holds in memory now and what it held at most.
func resident(t *testing.T) (now, peak int64) {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("memory of the process:", err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			now = kb << 10
		case "VmHWM:":
			peak = kb << 10
		}
	}
	return now, peak
}

// locked lets one call of f run at a time.
func locked(f func(context.Context, []news.Found) error) func(context.Context, []news.Found) error {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context, found []news.Found) error {
		turn <- struct{}{}
		defer func() { <-turn }()
		return f(ctx, found)
	}
}
