package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/review"
)

// TestDeletedAtSource follows a post that its author takes back after a
// person has decided about it: its words go everywhere, the decision stays,
// and the audit chain says why.
func TestDeletedAtSource(t *testing.T) {
	var mu sync.Mutex
	deleted := false
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path != "/feed.xml" {
			http.NotFound(w, r)
			return
		}
		entry := fmt.Sprintf(`<entry><id>tag:1</id><title>Khẩn</title><link href="/bai/1"/><updated>2026-11-20T15:00:00+07:00</updated><content>%s</content></entry>`, dam)
		if deleted {
			entry = `<at:deleted-entry ref="tag:1" when="2026-11-20T17:00:00+07:00"><link href="/bai/1"/></at:deleted-entry>`
		}
		w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>Cộng đồng</title>%s</feed>`, entry)
	}))
	defer site.Close()
	cfg := config.Default()
	cfg.Unconfirmed = true
	cfg.Sources = []crawler.Source{{ID: "cong-dong", Kind: "feed", URL: site.URL + "/feed.xml", Items: news.Post, FullText: true, Prior: 3, Every: time.Minute, Pace: time.Millisecond, Internal: true}}
	o := (&stand{cfg: cfg}).options(t.TempDir())
	o.Now, o.Manual = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }, true
	svc, _ := start(t, o)
	ctx := t.Context()
	if _, err := svc.Step(ctx); err != nil {
		t.Fatal(err)
	}
	items, err := bus.Ask(ctx, svc.bus, AskItems, indexer.ItemsQuery{})
	if err != nil || len(items.Items) != 1 {
		t.Fatalf("items = %+v, %v, want one", items.Items, err)
	}
	id := items.Items[0].ID
	if _, err := svc.desk.Decide(ctx, review.DecideRequest{Entry: id, Choice: news.Verify, By: officer}); err != nil {
		t.Fatal(err)
	}

	mu.Lock()
	now, deleted = now.Add(2*time.Hour), true
	mu.Unlock()
	if _, err := svc.Step(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the item gone from the index", func() bool {
		_, err := bus.Ask(ctx, svc.bus, AskItem, id)
		return err != nil
	})
	var e review.Entry
	eventually(t, 20*time.Second, "the entry without words", func() bool {
		e, err = svc.desk.Entry(ctx, id, officer)
		return err == nil && e.Item != nil && e.Item.Text == ""
	})
	if e.Decision == nil || e.Decision.Choice != news.Verify || e.Case == "" || strings.Contains(fmt.Sprintf("%+v %+v", *e.Item, e.Flags), "Khe Lau") {
		t.Errorf("entry = %+v, want the decision and none of the words", e)
	}
	chain, err := bus.Ask(ctx, svc.bus, AskAudit, AuditRequest{Limit: 500})
	if err != nil || !slices.ContainsFunc(chain.Page.Entries, func(a review.AuditEntry) bool {
		return a.Act == "item.erased" && a.Object == id && strings.Contains(a.Detail, "deleted at its source")
	}) {
		t.Errorf("audit chain %+v, %v, want the erasure with its reason", chain.Page, err)
	}

	mu.Lock()
	now, deleted = now.Add(2*time.Hour), false // listed again, by mistake or a second try
	mu.Unlock()
	if n, err := svc.Step(ctx); err != nil || n != 0 {
		t.Errorf("Step = %d, %v: it must not come back", n, err)
	}
}
