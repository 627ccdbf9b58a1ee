package crawler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"langnghe/crawler"
	"langnghe/internal/news"
)

func TestForum(t *testing.T) {
	s := newSite(t, "forum.txtar")
	r := newRig(t, internal("forum", "forum", s.URL+"/index.html"))
	found := r.round(0)
	if diff := cmp.Diff(s.want, describe(s.URL, found)); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	for _, f := range found {
		if it := f.Item; strings.HasSuffix(it.URL, "#post-22") && (it.Parent == it.Thread || it.Parent == "") {
			t.Errorf("an answer to a comment has parent %q in thread %q", it.Parent, it.Thread)
		}
		if f.Item.Platform != "forum" {
			t.Errorf("platform %q, want forum", f.Item.Platform)
		}
	}
	if again := r.round(20 * time.Minute); len(again) != 0 {
		t.Errorf("an unchanged forum gave %s", describe(s.URL, again))
	}
}

func TestFetchLink(t *testing.T) {
	s, r := wardRig(t)
	res, err := r.Fetch(t.Context(), crawler.FetchRequest{URL: s.URL + "/tin/lich-cat-nuoc-10001.html?fbclid=abc", By: "binh"})
	if err != nil || len(res.Taken) != 1 || len(res.Refused) != 0 {
		t.Fatalf("Fetch = %+v, %v", res, err)
	}
	f := r.found[0]
	if f.Item.Title != "Lịch cắt nước khối Tân Sơn" || f.Item.ID != res.Taken[0] || !f.Keep || strings.Contains(f.Item.Text, "0912") || f.Item.Source != "portal" {
		t.Errorf("found %+v", f)
	}
	if len(r.audit) != 1 || r.audit[0].Who != "binh" || r.audit[0].Act != "item.fetch" || r.audit[0].Object != res.Taken[0] {
		t.Errorf("audit %+v", r.audit)
	}
	if again := r.round(0); strings.Contains(describe(s.URL, again), "Lịch cắt nước") {
		t.Error("the crawl published again what a person had brought, unchanged")
	}
	refused := []struct{ url, want string }{
		{"javascript:alert(1)", "không phải địa chỉ web"},
		{s.URL + "/noi-bo/lich-10004.html", "robots.txt"},
		{s.URL + "/missing.html", "404"},
		{"http://127.0.0.1:1/x", "mạng nội bộ"},
		{"http://[::1]:1/x", "mạng nội bộ"},
		{"http://169.254.169.254/latest/meta-data/", "mạng nội bộ"},
	}
	for _, tt := range refused {
		res, err := r.Fetch(t.Context(), crawler.FetchRequest{URL: tt.url})
		if err != nil || len(res.Taken) != 0 || len(res.Refused) != 1 || !strings.Contains(res.Refused[0].Reason, tt.want) {
			t.Errorf("Fetch(%s) = %+v, %v, want it refused with %q", tt.url, res, err, tt.want)
		}
	}
}

func TestImport(t *testing.T) {
	_, r := wardRig(t)
	at := time.Date(2026, 11, 19, 8, 0, 0, 0, hanoi)
	items := []news.Item{
		{Text: "Cầu tràn ngập, xe không qua được. Gọi 0912345678", Published: at, Platform: "zalo", Kind: news.Tip},
		{Text: "   "},
		{Text: "x", Kind: "poem"},
		{Text: "x", URL: "mailto:a@b.vn"},
		{Text: "Mất điện", Account: "Nguyễn Văn A", Kind: news.Post, Platform: "facebook", Published: at},
		{Text: "Mất điện nữa", Account: "p:0123456789abcdef", Kind: news.Post, Published: at},
		{Text: "Mất điện", Account: "Nguyễn Văn A", Kind: news.Post, Platform: "facebook", Published: at},
		{ID: "own-1", Title: "Tin từ tương lai", Text: "Ngày mai.", Published: r.now.Add(48 * time.Hour), Reading: &news.Reading{Impact: "useful"}},
		{Text: "x", Platform: "myspace"},
		{ID: "a b", Text: "x"},
	}
	res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items, By: "hoa"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]string{2: "missing text", 3: `"poem"`, 4: "mailto", 7: "trùng", 9: "myspace"}
	for _, ref := range res.Refused {
		if w := want[ref.Row]; w == "" || !strings.Contains(ref.Reason, w) {
			t.Errorf("row %d refused: %q, want %q", ref.Row, ref.Reason, w)
		}
		delete(want, ref.Row)
	}
	if len(want) > 0 || len(res.Taken) != 5 || len(r.found) != 5 {
		t.Fatalf("taken %v, not refused %v", res.Taken, want)
	}
	byText := map[string]news.Item{}
	for i, f := range r.found {
		if f.Item.ID != res.Taken[i] || f.Item.Source != "import" || !f.Keep {
			t.Errorf("found %+v, want id %s of source import, kept", f, res.Taken[i])
		}
		byText[f.Item.Text] = f.Item
	}
	if it := byText["Cầu tràn ngập, xe không qua được. Gọi [số điện thoại]"]; it.Kind != news.Tip || it.Platform != "zalo" || !it.Published.Equal(at) {
		t.Errorf("tip %+v", it)
	}
	if it := byText["Mất điện"]; !strings.HasPrefix(it.Account, "p:") || strings.Contains(it.Account, "Nguy") {
		t.Errorf("account of an import is %q", it.Account)
	}
	if it := byText["Mất điện nữa"]; it.Account != "p:0123456789abcdef" {
		t.Errorf("a pseudonym became %q", it.Account)
	}
	if it := byText["Ngày mai."]; it.ID != "own-1" || !it.Published.Equal(r.now) || it.Notes[0] != "time_clamped" || it.Reading != nil {
		t.Errorf("future item %+v", it)
	}
	// Who delivers over the network brings no readings and takes nothing over;
	// the command line may.
	theirs := []news.Item{{ID: "own-1", Text: "Thay bài của nguồn khác.", Kind: news.Official, Published: at, Reading: &news.Reading{Impact: "useful"}}}
	n := len(r.found)
	if res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: theirs, Source: "so-tin", By: "partner: so-tin"}); err != nil || len(res.Taken) != 0 || len(res.Refused) != 1 {
		t.Errorf("another source's item was replaced: %+v, %v", res, err)
	}
	if res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: theirs, Source: "so-tin", Readings: true}); err != nil || len(res.Taken) != 1 || r.found[n].Item.Reading == nil {
		t.Errorf("from the command line: %+v, %v", res, err)
	}
	r.found = r.found[:n]
	// The same file again is the same items.
	r.found = nil
	again, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items[:1]})
	if err != nil || len(again.Taken) != 1 || again.Taken[0] != res.Taken[0] {
		t.Errorf("imported again: %+v, %v, want the id %s", again, err, res.Taken[0])
	}
	if err := r.Erase(t.Context(), res.Taken[0]); err != nil {
		t.Fatal(err)
	}
	if again, err = r.Fetch(t.Context(), crawler.FetchRequest{Items: items[:1]}); err != nil || len(again.Refused) != 1 {
		t.Errorf("an erased item was imported: %+v, %v", again, err)
	}
	if empty, err := r.Fetch(t.Context(), crawler.FetchRequest{}); err != nil || len(empty.Refused) != 1 {
		t.Errorf("Fetch of nothing = %+v, %v", empty, err)
	}
}

// Parse reads a saved page into what the crawler publishes of it.
func TestParseIsTheCrawl(t *testing.T) {
	s, r := wardRig(t)
	for _, f := range r.round(0) {
		it := f.Item
		if it.Kind != news.Article || strings.Contains(it.URL, "10002") { // whose bytes differ on the wire
			continue
		}
		path := strings.TrimPrefix(it.URL, s.URL)
		got, err := crawler.Parse("page", it.URL, s.files[path], crawler.ParseOptions{Now: r.now, Source: crawler.Source{ID: "portal"}})
		if err != nil || len(got) != 1 {
			t.Fatalf("Parse(%s) = %d items, %v", path, len(got), err)
		}
		if diff := cmp.Diff(it, got[0]); diff != "" {
			t.Errorf("Parse(%s) (-crawled +parsed):\n%s", path, diff)
		}
	}
}

func TestParse(t *testing.T) {
	s := newSite(t, "ward.txtar")
	forum := newSite(t, "forum.txtar")
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, hanoi)
	tests := []struct {
		as, url string
		data    []byte
		items   int
		err     string
	}{
		{"feed", "https://ward.example/rss.xml", s.files["/rss.xml"], 5, ""},
		{"feed", "", s.files["/rss.xml"], 5, ""},
		{"forum", "https://ward.example/cong-dong.xml", s.files["/cong-dong.xml"], 1, ""},
		{"forum", "https://ward.example/", forum.files["/chu-de/duong-hong.2/"], 3, ""},
		{"sitemap", "", []byte(`<urlset><url><loc>https://a.example/1</loc><lastmod>2020-01-01</lastmod></url></urlset>`), 1, ""},
		{"sitemap", "https://a.example/s.xml", s.files["/rss.xml"], 0, "neither a urlset nor a sitemapindex"},
		{"page", "https://a.example/", []byte("<p></p>"), 0, "no article text"},
		{"feed", "https://a.example/", []byte("<html>"), 0, "a page of HTML"},
		{"video", "", nil, 0, `"video"`},
		{"page", "nowhere", []byte("<p>x"), 0, "whole http:// or https:// address"},
		{"page", "", append([]byte{0x1f, 0x8b}, "broken"...), 0, "gzip"},
	}
	for _, tt := range tests {
		got, err := crawler.Parse(tt.as, tt.url, tt.data, crawler.ParseOptions{Now: now})
		if len(got) != tt.items || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("Parse(%s, %s) = %d items, %v, want %d, %q", tt.as, tt.url, len(got), err, tt.items, tt.err)
		}
	}
}
