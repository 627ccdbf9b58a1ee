package page

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"langnghe/crawler/charset"
	"langnghe/crawler/vitime"
)

// recorded returns the folder of recorded pages, or skips the test.
func recorded(t *testing.T, name string) string {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	return filepath.Join(dir, name)
}

func lines(t *testing.T, file string, f func([]byte)) {
	t.Helper()
	r, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		f(sc.Bytes())
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

// shingles counts the runs of four words of a text, as the benchmark does.
func shingles(s string) map[string]int {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) })
	m := map[string]int{}
	if len(words) < 4 && len(words) > 0 {
		m[strings.Join(words, " ")]++
	}
	for i := 0; i+4 <= len(words); i++ {
		m[strings.Join(words[i:i+4], " ")]++
	}
	return m
}

func score(got, want string) (precision, recall, f1 float64) {
	g, w := shingles(got), shingles(want)
	tp, ng, nw := 0, 0, 0
	for k, n := range g {
		tp += min(n, w[k])
		ng += n
	}
	for _, n := range w {
		nw += n
	}
	if ng == 0 || nw == 0 {
		return 0, 0, 0
	}
	precision, recall = float64(tp)/float64(ng), float64(tp)/float64(nw)
	if precision+recall == 0 {
		return 0, 0, 0
	}
	return precision, recall, 2 * precision * recall / (precision + recall)
}

func TestRecordedPages(t *testing.T) {
	dir := recorded(t, "vn_html")
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	sum, n := 0.0, 0
	lines(t, filepath.Join(dir, "dev.jsonl"), func(line []byte) {
		var want struct {
			File, URL, Title, Published, Summary string
			Paragraphs, Headings                 []string
		}
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "html", want.File))
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(want.URL)
		p, err := Parse(charset.UTF8(data, ""), Options{URL: u, Zone: zone, Now: time.Date(2026, 11, 20, 0, 0, 0, 0, zone)})
		if err != nil {
			t.Fatal(err)
		}
		a, err := p.Article()
		if err != nil {
			t.Errorf("%s: %v", want.File, err)
			return
		}
		at, err := vitime.Parse(want.Published, time.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		if a.Title != want.Title {
			t.Errorf("%s: title %q, want %q", want.File, a.Title, want.Title)
		}
		if !a.Published.Equal(at.Time) {
			t.Errorf("%s: published %v, want %v", want.File, a.Published, at.Time)
		}
		if a.URL != want.URL {
			t.Errorf("%s: canonical %s, want %s", want.File, a.URL, want.URL)
		}
		gold := want.Summary + "\n\n" + strings.Join(want.Paragraphs, "\n\n") + "\n\n" + strings.Join(want.Headings, "\n\n")
		precision, recall, f1 := score(a.Text, gold)
		t.Logf("%s: F1 %.3f (P %.3f R %.3f)", want.File, f1, precision, recall)
		if os.Getenv("DUMP") != "" {
			t.Logf("GOT\n%s\nWANT\n%s", a.Text, gold)
		}
		sum += f1
		n++
	})
	if mean := sum / float64(n); mean < 0.975 {
		t.Errorf("mean F1 of text %.4f, want 0.975 at least", mean)
	} else {
		t.Logf("mean F1 of text %.4f over %d pages", mean, n)
	}
}

func TestRecordedArticles(t *testing.T) {
	dir := recorded(t, "article_extraction")
	sum, n := 0.0, 0
	lines(t, filepath.Join(dir, "dev.jsonl"), func(line []byte) {
		var want struct{ ID, ArticleBody, URL string }
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		packed, err := os.ReadFile(filepath.Join(dir, "html", want.ID+".html.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(want.URL)
		if want.URL == "" {
			u = nil
		}
		p, err := Parse(charset.UTF8(data, ""), Options{URL: u, Now: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := p.Article()
		precision, recall, f1 := score(a.Text, want.ArticleBody)
		if f1 < 0.9 {
			t.Logf("%s: F1 %.3f (P %.3f R %.3f)", want.ID, f1, precision, recall)
		}
		sum += f1
		n++
	})
	if mean := sum / float64(n); mean < 0.970 {
		t.Errorf("mean F1 of text %.4f, want 0.970 at least", mean)
	} else {
		t.Logf("mean F1 of text %.4f over %d pages", mean, n)
	}
}

func TestRecordedSections(t *testing.T) {
	dir := recorded(t, "vn_html")
	for file, site := range map[string]string{
		"cafef_list.html": "https://cafef.vn/thi-truong-chung-khoan.chn", "tuoitre_list.html": "https://tuoitre.vn/kinh-doanh.htm",
		"vietnamnet_list.html": "https://vietnamnet.vn/kinh-doanh", "vnexpress_list.html": "https://vnexpress.net/kinh-doanh",
		"young146_vnexpress_home.html": "https://vnexpress.net/",
	} {
		data, err := os.ReadFile(filepath.Join(dir, "html", file))
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(site)
		p, err := Parse(charset.UTF8(data, ""), Options{URL: u, Now: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		links := p.Links()
		t.Logf("%s: %d links, single %v", file, len(links), p.Single())
		if len(links) < 20 {
			t.Errorf("%s: %d links to articles, want 20 at least", file, len(links))
		}
		if os.Getenv("DUMP") != "" {
			for _, l := range links {
				t.Log(l.URL, "|", l.Title)
			}
		}
	}
}
