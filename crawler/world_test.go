package crawler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/crawler/polite"
)

// Fifty-four hosts for eight hours, every fault among them; the e2e
// module runs a thousand for a day and holds the figures.
func TestWorld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hosts, long = 54, 8 * time.Hour
		w := crawlertest.NewWorld(1, hosts, time.Now(), long)
		c, err := crawler.New(crawler.Options{Sources: w.Sources(), Store: crawlertest.NewMemory(), Publish: w.Publish, Transport: polite.Options{Base: w}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		r := w.Report()
		t.Logf("%+v, %.2f x the ideal", r, float64(r.Requests)/r.Ideal)
		if r.TooFast > 0 || r.Together > 0 {
			t.Errorf("%d requests over their host's pace, %d beside another one", r.TooFast, r.Together)
		}
		if len(r.Lost) > 0 || r.Articles == 0 || r.Unseen*20 > r.Articles {
			t.Errorf("%d of %d articles were not seen, lost are %v", r.Unseen, r.Articles, r.Lost)
		}
		if over := float64(r.Requests) / r.Ideal; over > 1.6 { // a small world is not an average one
			t.Errorf("%.2f x the ideal number of requests", over)
		}
	})
}
