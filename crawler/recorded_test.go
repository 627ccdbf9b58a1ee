package crawler_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"langnghe/crawler"
	"langnghe/crawler/vitime"
	"langnghe/internal/news"
)

// The recorded pages and feeds of Vietnamese outlets, crawled over HTTP: a
// feed leads to the pages, the feeds are read as they are.
func TestRecordedWeb(t *testing.T) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	type gold struct {
		File, URL, Title, Published, Summary string
		Paragraphs, Headings                 []string
	}
	var want []gold
	list, err := os.ReadFile(filepath.Join(dir, "vn_html", "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(bytes.NewReader(list))
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var g gold
		if err := json.Unmarshal(sc.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		want = append(want, g)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /vn_html/", http.StripPrefix("/vn_html/", http.FileServer(http.Dir(filepath.Join(dir, "vn_html", "html")))))
	mux.Handle("GET /vn_rss/", http.StripPrefix("/vn_rss/", http.FileServer(http.Dir(filepath.Join(dir, "vn_rss")))))
	mux.HandleFunc("GET /rss.xml", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<rss><channel><title>x</title>")
		for _, g := range want {
			fmt.Fprintf(w, "<item><title>x</title><link>/vn_html/%s</link></item>", g.File)
		}
		fmt.Fprint(w, "</channel></rss>")
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()

	sources := []crawler.Source{internal("pages", "feed", srv.URL+"/rss.xml")}
	feeds, err := filepath.Glob(filepath.Join(dir, "vn_rss", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		sources = append(sources, internal(strings.TrimSuffix(filepath.Base(f), filepath.Ext(f)), "feed", srv.URL+"/vn_rss/"+filepath.Base(f)))
	}
	r := newRig(t, sources...)
	found := r.round(0)
	byFile := map[string]news.Item{}
	fromFeeds := map[string]int{}
	for _, f := range found {
		if f.Item.Source == "pages" {
			byFile[strings.TrimPrefix(f.Item.URL, srv.URL+"/vn_html/")] = f.Item
		} else {
			fromFeeds[f.Item.Source]++
		}
	}
	sum := 0.0
	for _, g := range want {
		it, ok := byFile[g.File]
		if !ok {
			t.Errorf("%s was not crawled", g.File)
			continue
		}
		at, err := vitime.Parse(g.Published, r.now, hanoi)
		if err != nil {
			t.Fatal(err)
		}
		if it.Title != g.Title || !it.Published.Equal(at.Time) || it.Lang != "vi" {
			t.Errorf("%s: %q published %v lang %s, want %q, %v", g.File, it.Title, it.Published, it.Lang, g.Title, at.Time)
		}
		sum += overlap(it.Text, g.Summary+"\n"+strings.Join(g.Paragraphs, "\n")+"\n"+strings.Join(g.Headings, "\n"))
	}
	mean := sum / float64(len(want))
	t.Logf("mean F1 of text over %d pages: %.3f; items of feeds: %v", len(want), mean, fromFeeds)
	if mean < 0.975 {
		t.Errorf("mean F1 of text %.3f, want 0.975 at least", mean)
	}
	for _, s := range sources[1:] {
		data, err := os.ReadFile(filepath.Join(dir, "vn_rss", s.URL[strings.LastIndex(s.URL, "/")+1:]))
		if err != nil {
			t.Fatal(err)
		}
		items, err := crawler.Parse("feed", s.URL, data, crawler.ParseOptions{Now: r.now})
		if err != nil {
			t.Errorf("%s: %v", s.ID, err)
		}
		ids, whole := map[string]bool{}, 0
		for _, it := range items {
			if it.Title == "" || it.Published.IsZero() || it.URL == "" {
				t.Errorf("%s: item %+v", s.ID, it)
			}
			if it.Text != "" && !ids[it.ID] {
				whole++
			}
			ids[it.ID] = true
		}
		// Their pages are on other sites: the crawler takes what the feed says.
		if fromFeeds[s.ID] > whole {
			t.Errorf("%s: %d items crawled, the feed has %d with text", s.ID, fromFeeds[s.ID], whole)
		}
	}
	if again := r.round(5 * time.Minute); len(again) != 0 {
		t.Errorf("a second round gave %d items", len(again))
	}
}

// overlap is the F1 of runs of four words, as the extraction benchmark
// counts it.
func overlap(got, want string) float64 {
	grams := func(s string) (m map[string]int, n int) {
		words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) })
		m = map[string]int{}
		for i := 0; i+4 <= len(words); i++ {
			m[strings.Join(words[i:i+4], " ")]++
			n++
		}
		return m, n
	}
	g, ng := grams(got)
	w, nw := grams(want)
	both := 0
	for k, n := range g {
		both += min(n, w[k])
	}
	if ng+nw == 0 {
		return 0
	}
	return 2 * float64(both) / float64(ng+nw)
}
