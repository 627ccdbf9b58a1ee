package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/crawler"
	"langnghe/internal/config"
	"langnghe/internal/demo"
	"langnghe/internal/news"
)

// TestSourceNotices follows a source that stops working and works again: the
// administrator reads of both in a mailbox.
func TestSourceNotices(t *testing.T) {
	var mu sync.Mutex
	broken := false
	now := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC) // Friday, nine in the morning
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path != "/rss.xml" {
			http.NotFound(w, r)
			return
		}
		if broken {
			w.Header().Set("Content-Type", "application/rss+xml")
			fmt.Fprint(w, `<rss version="2.0"><channel><title>Trống</title></channel></rss>`)
			return
		}
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Tin</title><item><guid>%d</guid><title>Họp khối</title><description>Tối nay khối họp về việc làm đường ở phường Thái Hòa.</description></item></channel></rss>`, now.Unix())
	}))
	defer site.Close()
	box, err := demo.OpenMailbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	cfg := config.Default()
	cfg.Unconfirmed = true
	cfg.Sources = []crawler.Source{{ID: "bao-mau", Kind: "feed", URL: site.URL + "/rss.xml", FullText: true, Items: news.Article, Every: 10 * time.Minute, Pace: time.Millisecond, Internal: true}}
	host, port, _ := strings.Cut(box.Addr(), ":")
	p, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Mail = &email.Config{Host: host, Port: p, From: "langnghe@phuong.example", TLS: "none"}
	cfg.Recipients = []config.Recipient{{Recipient: alerts.Recipient{Name: "quantri", Role: "admin", Channel: "email", Address: "quantri@phuong.example", Always: true}}}
	o := (&stand{cfg: cfg}).options(t.TempDir())
	o.Now, o.Manual, o.AlertPoll = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }, true, 30*time.Millisecond
	svc, _ := start(t, o)
	run := func(times int) {
		t.Helper()
		for range times {
			mu.Lock()
			now = now.Add(11 * time.Minute)
			mu.Unlock()
			if _, err := svc.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	reads := func(words string) bool {
		return len(mails(box, "quantri@", words)) > 0
	}
	run(6)
	if reads("Nguồn bao-mau") {
		t.Fatal("a source that works was reported")
	}
	mu.Lock()
	broken = true
	mu.Unlock()
	run(4) // 200 with nothing in it is not well
	eventually(t, 20*time.Second, "a mail that the source has stopped", func() bool { return reads("Nguồn bao-mau ngừng đưa tin") })
	mu.Lock()
	broken = false
	mu.Unlock()
	run(3)
	eventually(t, 20*time.Second, "a mail that it works again", func() bool { return reads("Nguồn bao-mau đã chạy lại") })
}
