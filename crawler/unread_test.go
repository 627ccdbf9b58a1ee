package crawler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"langnghe/internal/news"
)

const readable = `<html lang="vi"><body><article><h1>Bài %d</h1><p>Sáng nay phường sửa đoạn ống nước bị vỡ, bà con khối %d chú ý trữ nước dùng trong ngày.</p><p>Xe bồn chở nước đến từng ngõ cho đến khi có nước lại.</p></article></body></html>`

// paper lists articles by number, of the authors' own folders.
func paper(s *site, numbers ...int) {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Báo</title>`)
	for _, n := range numbers {
		fmt.Fprintf(&b, `<item><title>Bài %d</title><link>/@nguyenvanteo/bai-%d.html</link><pubDate>Fri, 20 Nov 2026 0%d:00:00 +0700</pubDate></item>`, n, n, n%9)
	}
	s.set("/bao.xml", b.String()+`</channel></rss>`)
}

func gauge(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	all, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

// A listing that works says nothing of the articles: a source whose articles
// cannot be read is not well, says why and since when, and works again with
// the first that can.
func TestArticlesUnread(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		rule       []string
		state      string
		vi, en     string
	}{
		{"refused", "", []string{"403"}, "blocked", "Trang từ chối: ", "403 Forbidden"},
		{"sign-in", "", []string{"401"}, "blocked", "Trang từ chối: ", "401"},
		{"too many", "", []string{"429"}, "blocked", "tạm dừng", "429"},
		{"unavailable", "", []string{"503"}, "degraded", "tạm dừng", "503"},
		{"broken", "", []string{"500"}, "degraded", "Trang gặp lỗi: ", "500 Internal Server Error"},
		{"gone", "", []string{"404"}, "degraded", "Địa chỉ không còn: ", "404 Not Found"},
		{"no text", "<html><body></body></html>", nil, "degraded", "không có chữ nào", "no text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "ward.txtar")
			paper(s, 1, 2, 3)
			for n := range 4 {
				path := fmt.Sprintf("/@nguyenvanteo/bai-%d.html", n)
				s.set(path, tt.page)
				s.rule(path, tt.rule...)
			}
			r := newRig(t, internal("bao", "feed", s.URL+"/bao.xml"))
			reg := prometheus.NewRegistry()
			r.o.Metrics = reg
			r.open()
			if found := r.round(0); len(found) != 0 {
				t.Fatalf("found %s", describe(s.URL, found))
			}
			since := r.now
			st := r.status("bao")
			if st.State != tt.state || !strings.Contains(st.Why.VI, tt.vi) || !strings.Contains(st.Why.EN, tt.en) {
				t.Errorf("%s: %q / %q, want %s with %q / %q", st.State, st.Why.VI, st.Why.EN, tt.state, tt.vi, tt.en)
			}
			if strings.Contains(st.Why.VI+st.Why.EN, "teo") {
				t.Errorf("the reason names an author: %q", st.Why)
			}
			if up := gauge(t, reg, "langnghe_crawler_source_healthy"); up != 0 {
				t.Error("the metric says healthy")
			}
			if gauge(t, reg, "langnghe_crawler_pages_failed_total") == 0 {
				t.Error("the metric counts no page that failed")
			}
			// It stays so, also through a restart and a listing that says
			// 304, with the time of the first.
			r.o.Metrics = nil
			for range 3 {
				r.open()
				r.round(25 * time.Minute)
			}
			st = r.status("bao")
			if st.State != tt.state || st.Since.IsZero() {
				t.Errorf("later it is %s: %s", st.State, st.Why.EN)
			}
			if !strings.Contains(tt.vi, "tạm dừng") && (!strings.Contains(st.Why.VI, since.Format("15:04 02/01/2006")) || !strings.Contains(st.Why.EN, since.Format("2 Jan 2006 15:04"))) {
				t.Errorf("since when? %q / %q", st.Why.VI, st.Why.EN)
			}
			// Mended.
			r.health = nil
			r.open() // and no host is shut by the real clock
			for n := range 4 {
				path := fmt.Sprintf("/@nguyenvanteo/bai-%d.html", n)
				s.set(path, fmt.Sprintf(readable, n, n))
				s.rule(path)
			}
			paper(s, 0, 1, 2, 3)
			if found := r.round(24 * time.Hour); len(found) == 0 {
				t.Error("nothing was read after it was mended")
			}
			if st := r.status("bao"); st.State != "ok" {
				t.Errorf("mended it is %s: %s", st.State, st.Why.EN)
			}
			if n := len(slices.DeleteFunc(r.health, func(h news.Health) bool { return h.State != "ok" })); n != 1 {
				t.Errorf("told %d times that it works again", n)
			}
		})
	}
}

// Of a source that is read, one page that fails is not the source's fault,
// however often it is tried; three different ones in a row are.
func TestUnreadInARow(t *testing.T) {
	s := newSite(t, "ward.txtar")
	r := newRig(t, internal("bao", "feed", s.URL+"/bao.xml"))
	s.set("/@nguyenvanteo/bai-1.html", fmt.Sprintf(readable, 1, 1))
	paper(s, 1)
	if found := r.round(0); len(found) != 1 {
		t.Fatal("the first article was not read")
	}
	for n := 2; n <= 4; n++ {
		s.rule(fmt.Sprintf("/@nguyenvanteo/bai-%d.html", n), "403")
	}
	paper(s, 1, 2)
	for range 20 {
		r.round(25 * time.Minute)
	}
	if st := r.status("bao"); st.State != "ok" {
		t.Errorf("one page of one that cannot be read: %s, %s", st.State, st.Why.EN)
	}
	for n := 3; n <= 4; n++ {
		paper(s, n, 2, 1)
		r.round(25 * time.Minute)
	}
	if st := r.status("bao"); st.State != "blocked" || !strings.Contains(st.Why.EN, "403") {
		t.Errorf("three pages in a row that refuse us: %s, %s", st.State, st.Why.EN)
	}
}
