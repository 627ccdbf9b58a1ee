package store

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
	"langnghe/web"
)

// TestSpeedOfPages measures what a person waits for while a colleague decides
// as fast as the desk takes it: the page of the inbox with 30 entries over
// HTTP, signed in, accounted for in the chain, read to its end.
func TestSpeedOfPages(t *testing.T) {
	measured(t)
	for _, tt := range []struct {
		name      string
		n, copies int
		choice    news.Choice
		pause     time.Duration // between keys
	}{
		{"singly, at 200 a second", 2000, 1, news.Verify, 5 * time.Millisecond},
		{"singly, as fast as it goes", 2000, 1, news.Verify, 0},
		{"in batches of 25, at 1,000 a second", 10_000, 25, news.Verify, 25 * time.Millisecond},
		{"in batches of 25, as fast as it goes", 10_000, 25, news.Verify, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := t.Context()
			store := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
			desk, err := review.New(review.Options{Store: store, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			heads := fill(t, desk, tt.n, tt.copies)
			h, err := web.New(web.Options{Desk: desk, Accounts: store, Version: store.Version, Audit: func(ctx context.Context, a news.Audit) error { return desk.AppendAudit(ctx, []news.Audit{a}) }})
			if err != nil {
				t.Fatal(err)
			}
			site := httptest.NewServer(h)
			defer site.Close()
			var people []*http.Client // one hand alone would be asked to slow down
			for _, name := range strings.Fields("lan minh binh thu") {
				if err := store.PutUser(ctx, review.Account{Name: name, Role: review.Reviewer, Hash: web.HashPassword("mot mat khau dai 27"), Created: time.Now()}); err != nil {
					t.Fatal(err)
				}
				jar, _ := cookiejar.New(nil)
				c := &http.Client{Jar: jar}
				res, err := c.PostForm(site.URL+"/sign-in", url.Values{"name": {name}, "password": {"mot mat khau dai 27"}})
				if err != nil || res.StatusCode != http.StatusOK {
					t.Fatalf("%s did not get in: %v, %v", name, res, err)
				}
				res.Body.Close()
				people = append(people, c)
			}
			on, off := context.WithCancel(ctx)
			done := make(chan []time.Duration)
			go func() {
				var took []time.Duration
				for i := 0; on.Err() == nil; i++ {
					begun := time.Now()
					res, err := people[i%len(people)].Get(site.URL + "/inbox")
					if err != nil {
						t.Error(err)
						break
					}
					n, err := io.Copy(io.Discard, res.Body)
					res.Body.Close()
					if err != nil || res.StatusCode != http.StatusOK || n < 2000 {
						t.Errorf("page of %d bytes: %s, %v", n, res.Status, err)
						break
					}
					took = append(took, time.Since(begun))
					time.Sleep(50 * time.Millisecond)
				}
				done <- took
			}()
			begun, spent := time.Now(), processor()
			for _, id := range heads {
				next := time.Now().Add(tt.pause)
				if _, err := desk.Decide(ctx, review.DecideRequest{Entry: id, Choice: tt.choice, Similar: tt.copies > 1, By: chief}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Until(next))
			}
			all := time.Since(begun)
			spent = processor() - spent
			off()
			pages := <-done
			t.Logf("%d decisions in %v: %.0f a second; %d pages meanwhile, p50 %v, p99 %v; %v of processor time", tt.n, all.Round(time.Millisecond), float64(tt.n)/all.Seconds(),
				len(pages), quantile(pages, .5).Round(10*time.Microsecond), quantile(pages, .99).Round(10*time.Microsecond), spent.Round(time.Millisecond))
		})
	}
}
