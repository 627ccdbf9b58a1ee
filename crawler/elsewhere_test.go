package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/crawler"
	"langnghe/internal/news"
)

// TestElsewhere: a feed that lists pages of another source's site, with words
// of its own, neither stands for those pages nor keeps them from being read,
// whoever comes first; nor does a page that leads on to them.
func TestElsewhere(t *testing.T) {
	blog, police := newBoard(t), newBoard(t)
	other := strings.Replace(police.URL, "127.0.0.1", "localhost", 1) // another site
	b, p := internal("blog", "feed", blog.URL+"/feed"), internal("cong-an", "feed", other+"/feed")
	b.FullText, p.FullText = true, true
	r := newRig(t, b, p)
	blog.set("/feed", entryOf("x", other+"/canh-bao-1", "Công an bảo chuyển tiền vào tài khoản an toàn."))
	police.set("/feed", entryOf("a", "/canh-bao-0", "Tin của hôm qua."))
	r.round(0)
	false1 := itemOf(t, r, "blog")
	if !slices.Contains(false1.Notes, "url_elsewhere") {
		t.Errorf("notes %v do not say that the address is on another site", false1.Notes)
	}
	police.set("/feed", entryOf("b", "/canh-bao-1", "Không có tài khoản an toàn nào, đó là lừa đảo."))
	r.round(20 * time.Minute)
	real1 := itemOf(t, r, "cong-an")
	if real1.Text != "Không có tài khoản an toàn nào, đó là lừa đảo." || real1.ID == false1.ID {
		t.Errorf("the police's own page came as %+v, the blog's entry as %+v", real1, false1)
	}
	// The other way round: the words under the true page stay.
	police.set("/feed", entryOf("c", "/canh-bao-2", "Công an cảnh báo giả danh điện lực."))
	r.round(20 * time.Minute)
	real2 := itemOf(t, r, "cong-an")
	blog.set("/feed", entryOf("y", other+"/canh-bao-2", "Điện lực thu thêm tiền, nộp ngay."))
	r.round(20 * time.Minute)
	if got := itemOf(t, r, "blog"); got.ID == real2.ID {
		t.Errorf("the blog's entry took the name of the police's page: %+v", got)
	}
	// The blog takes back what it said, and nothing of the police's goes.
	blog.set("/feed", deletedEntry("y", other+"/canh-bao-2"))
	r.round(20 * time.Minute)
	if len(r.gone) != 1 || r.gone[0].ID == real2.ID {
		t.Errorf("erased %+v, want the blog's own entry alone", r.gone)
	}
}

// itemOf is the one item of a source in what was found last.
func itemOf(t *testing.T, r *rig, source string) news.Item {
	t.Helper()
	var out []news.Item
	for _, f := range r.found {
		if f.Item.Source == source {
			out = append(out, f.Item)
		}
	}
	if len(out) != 1 {
		t.Fatalf("%s brought %+v, want one item\n%s", source, out, r.log)
	}
	return out[0]
}

// TestLedElsewhere: what a source's page leads on to by a redirect is not that
// source's, for the crawl or for a link that a person pastes.
func TestLedElsewhere(t *testing.T) {
	article := `<html lang="vi"><body><article><h1>Bài của nơi khác</h1><p>%s</p></article></body></html>`
	long := strings.Repeat("Chuyện này là của trang khác kể, không phải của báo. ", 6)
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, article, long)
	}))
	t.Cleanup(there.Close)
	other := strings.Replace(there.URL, "127.0.0.1", "localhost", 1)
	paper := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/feed":
			fmt.Fprint(w, `<rss version="2.0"><channel><item><title>Bài một</title><link>/di?toi=1</link></item></channel></rss>`)
		case "/di":
			http.Redirect(w, req, other+"/bai-that.html", http.StatusFound)
		default:
			http.NotFound(w, req)
		}
	}))
	t.Cleanup(paper.Close)
	r := newRig(t, internal("bao", "feed", paper.URL+"/feed"), internal("noi-khac", "feed", other+"/feed"))
	r.round(0)
	crawled := itemOf(t, r, "bao")
	if !slices.Contains(crawled.Notes, "url_elsewhere") || !strings.HasPrefix(crawled.URL, other) {
		t.Errorf("the page that was led to came as %+v", crawled)
	}
	res, err := r.Fetch(t.Context(), crawler.FetchRequest{URL: paper.URL + "/di?toi=2", By: "hoa"})
	if err != nil || len(res.Taken) != 1 {
		t.Fatalf("Fetch = %+v, %v", res, err)
	}
	pasted := r.found[len(r.found)-1].Item
	if pasted.Source != "noi-khac" || pasted.ID == crawled.ID {
		t.Errorf("a pasted link that leads on is of source %q with id %s, want noi-khac and not %s", pasted.Source, pasted.ID, crawled.ID)
	}
}

// TestNamesAreTaken: residents' words lose the names in them, a paper's do not.
func TestNamesAreTaken(t *testing.T) {
	_, r := wardRig(t)
	text := "Chị Hoa ở khối 5 kể là bị lừa. Chủ tịch UBND phường Nguyễn Văn An đã biết."
	var items []news.Item
	for _, k := range []news.Kind{news.Post, news.Comment, news.Tip, news.Article, news.Official} {
		items = append(items, news.Item{ID: "n-" + string(k), Kind: k, Title: "Chị Hoa", Text: text})
	}
	if res, err := r.Fetch(t.Context(), crawler.FetchRequest{Items: items}); err != nil || len(res.Taken) != len(items) {
		t.Fatalf("Fetch = %+v, %v", res, err)
	}
	for _, f := range r.found {
		it := f.Item
		public := it.Kind == news.Article || it.Kind == news.Official
		if kept := strings.Contains(it.Title+it.Text, "Hoa"); kept != public || slices.Contains(it.Notes, "redacted") == public || !strings.Contains(it.Text, "Nguyễn Văn An") {
			t.Errorf("%s: %q %q, notes %v", it.Kind, it.Title, it.Text, it.Notes)
		}
	}
}
