package crawler_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/crawler/polite"
	"langnghe/internal/news"
)

// A crowd is a web of hosts that take ten seconds for each answer, and of
// which one brings the transport down.
type crowd struct {
	mu            sync.Mutex
	running, most int
	asked         map[string]int // feeds, by host
}

func (c *crowd) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.running++
	c.most = max(c.most, c.running)
	if req.URL.Path == "/rss.xml" {
		c.asked[req.URL.Host]++
	}
	c.mu.Unlock()
	defer func() { c.mu.Lock(); c.running--; c.mu.Unlock() }()
	select {
	case <-time.After(10 * time.Second):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if req.URL.Path != "/rss.xml" {
		return &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}
	if req.URL.Host == "h3.example" {
		panic("boo")
	}
	body := fmt.Sprintf(`<rss version="2.0"><channel><item><link>http://%s/1.html</link><title>Tin</title><description>Tin của %s.</description></item></channel></rss>`, req.URL.Host, req.URL.Host)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

// Row 9: however many sources are due, so many visits are made at a time, with
// so many goroutines, and a panic in one of them costs that visit.
func TestWorkersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hosts, workers = 200, 4
		w := &crowd{asked: map[string]int{}}
		var sources []crawler.Source
		for i := range hosts {
			sources = append(sources, crawler.Source{ID: fmt.Sprint("s", i), URL: fmt.Sprintf("http://h%d.example/rss.xml", i), FullText: true})
		}
		var mu sync.Mutex
		found, goroutines := map[string]bool{}, 0
		c, err := crawler.New(crawler.Options{Sources: sources, Store: crawlertest.NewMemory(), Workers: workers, Transport: polite.Options{Base: w},
			Publish: func(_ context.Context, fs []news.Found) error {
				mu.Lock()
				defer mu.Unlock()
				goroutines = max(goroutines, runtime.NumGoroutine())
				for _, f := range fs {
					found[f.Item.Source] = true
				}
				return nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		defer cancel()
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if w.most != workers {
			t.Errorf("%d requests at a time, want %d", w.most, workers)
		}
		// Each visit may have helpers of its own; none grows with the sources.
		if goroutines-before > 6*workers {
			t.Errorf("%d goroutines for %d workers", goroutines-before, workers)
		}
		if len(found) != hosts-1 || found["s3"] || w.asked["h3.example"] == 0 {
			t.Errorf("%d of %d sources were read, h3 asked %d times", len(found), hosts, w.asked["h3.example"])
		}
	})
}
