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

// TestEditedArticle follows an article through two edits: what was decided
// does not come back when something else is edited, and a new false sentence
// brings the dismissed article back.
func TestEditedArticle(t *testing.T) {
	const (
		market = "Ai chưa biết thì chợ phường Thái Hòa mở cả chiều thứ bảy nhé."
		cooler = "Ai chưa biết thì chợ phường Thái Hòa mở cả sáng chủ nhật nhé."
		scam   = "Công an phường Thái Hòa gọi điện yêu cầu bà con đọc mã OTP và chuyển tiền vào tài khoản để nhận quà miễn phí ngay hôm nay."
	)
	var mu sync.Mutex
	paragraphs := []string{market, dam}
	edit := func(ps ...string) {
		mu.Lock()
		defer mu.Unlock()
		paragraphs = ps
	}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	mux := http.NewServeMux()
	site := httptest.NewServer(mux)
	defer site.Close()
	mux.HandleFunc("GET /rss.xml", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Trang tin</title><item><title>Bà con ơi</title><link>%s/cho-phien.html</link><pubDate>Fri, 20 Nov 2026 15:00:00 +0700</pubDate><description>Chợ phiên</description></item></channel></rss>`, site.URL)
	})
	mux.HandleFunc("GET /cho-phien.html", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><head><title>Bà con ơi</title></head><body><article><h1>Bà con ơi</h1><p>%s</p></article></body></html>`, strings.Join(paragraphs, "</p><p>"))
	})

	cfg := config.Default()
	cfg.Unconfirmed = true
	cfg.Sources = []crawler.Source{{ID: "trang-tin", Kind: "feed", URL: site.URL + "/rss.xml", Items: news.Post, Prior: 3, Every: time.Minute, Pace: time.Millisecond, Internal: true}}
	o := (&stand{cfg: cfg}).options(t.TempDir())
	o.Now, o.Manual = clock, true
	svc, _ := start(t, o)
	later := func(d time.Duration) {
		t.Helper()
		mu.Lock()
		now = now.Add(d)
		mu.Unlock()
		if _, err := svc.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	entry := func() review.Entry {
		t.Helper()
		got, err := bus.Ask(ctx, svc.bus, AskItems, indexer.ItemsQuery{})
		if err != nil || len(got.Items) != 1 {
			t.Fatalf("items = %+v, %v, want one", got.Items, err)
		}
		e, err := svc.desk.Entry(ctx, got.Items[0].ID, officer)
		if err != nil {
			t.Fatalf("%v: nothing was flagged in %+v, read as %+v", err, got.Items[0], got.Items[0].Reading)
		}
		return e
	}
	stored := func() news.Item {
		t.Helper()
		it, err := bus.Ask(ctx, svc.bus, AskItem, entry().ID)
		if err != nil {
			t.Fatal(err)
		}
		return it
	}

	later(0)
	e := entry()
	if len(e.Flags) == 0 || e.Level < news.High || slices.ContainsFunc(e.Flags, func(f news.Flag) bool { return f.Edited }) {
		t.Fatalf("entry = %+v, want it flagged for the dam", e)
	}
	first := len(e.Flags)
	if _, err := svc.desk.Decide(ctx, review.DecideRequest{Entry: e.ID, Choice: news.Stat, By: officer}); err != nil {
		t.Fatal(err)
	}

	edit(cooler, dam)
	later(2 * time.Hour)
	if it := stored(); !strings.Contains(it.Text, cooler) || it.Edited.IsZero() {
		t.Fatalf("the index has %q, edited %v, want the text as it is now", it.Text, it.Edited)
	}
	if e = entry(); len(e.Flags) != first || e.Decision == nil {
		t.Fatalf("after an edit elsewhere: %d flags, decision %+v; want %d and what was decided", len(e.Flags), e.Decision, first)
	}

	edit(cooler, dam, scam)
	later(23 * time.Hour)
	e = entry()
	if e.Decision != nil || len(e.History) != 1 || !strings.Contains(e.Item.Text, scam) {
		t.Fatalf("entry = %+v, want it open again, with the text as it is now", e)
	}
	for i, f := range e.Flags {
		if (f.Edited && f.Why.VI == "") || f.Edited != strings.Contains(f.Why.EN, "edit") {
			t.Errorf("flag %d: edited %v, why %q", i, f.Edited, f.Why.EN)
		}
		for _, s := range f.Because {
			if s.In == "title" {
				continue
			}
			words := string([]rune(e.Item.Text)[s.Start:s.End])
			if words != s.Text {
				t.Errorf("flag %s marks %q as %q", f.Rule, words, s.Text)
			}
		}
	}
	if n := len(e.Flags); n <= first || !slices.ContainsFunc(e.Flags, func(f news.Flag) bool { return f.Edited }) {
		t.Errorf("%d flags after %d, want one of the edit", n, first)
	}
}
