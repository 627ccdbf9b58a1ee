package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/crawler/websub"
)

func TestCrawler(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crawler.db")
	crawlertest.TestStore(t, func(t *testing.T) crawler.Store {
		s, err := OpenCrawler(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}

// A destroyed key is on no page of the file nor of its log.
func TestCrawlerKeyIsGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crawler.db")
	s, err := OpenCrawler(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	key, err := s.Key(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	holds := func() bool {
		for _, f := range []string{file, file + "-wal"} {
			data, err := os.ReadFile(f)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if bytes.Contains(data, key) {
				return true
			}
		}
		return false
	}
	if !holds() {
		t.Fatal("the key is not where the test looks for it")
	}
	if err := s.DropKeys(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if holds() {
		t.Error("the destroyed key can still be read from the disk")
	}
}

func TestFeedSubscriptions(t *testing.T) {
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "crawler.db")
	c, err := OpenCrawler(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	want := websub.Subscription{
		Source: "bao", Topic: "https://bao.example/rss", Hub: "https://hub.example/", Token: "T1", Secret: "S", State: websub.Active,
		Asked: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC), Expires: time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC), Tries: 2,
	}
	for _, s := range []websub.Subscription{{Source: "bao", Token: "T0", State: websub.Asked}, want, {Source: "cu", Token: "T2", State: websub.Refused}} {
		if err := c.SaveSubscription(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.SaveSubscription(ctx, websub.Subscription{Source: "x", Token: "T1", State: websub.Asked}); err == nil {
		t.Error("a token is used twice")
	}
	if err := c.DropSubscription(ctx, "cu"); err != nil {
		t.Fatal(err)
	}
	got, err := c.Subscriptions(ctx)
	if diff := cmp.Diff([]websub.Subscription{want}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}
