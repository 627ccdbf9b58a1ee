package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"

	readability "codeberg.org/readeck/go-readability/v2"
	"github.com/markusmobius/go-trafilatura"
	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"langnghe/crawler"
	"langnghe/crawler/charset"
	"langnghe/crawler/feed"
	reader "langnghe/crawler/page"
)

// The bars of the crawler's readers.
const (
	pagesF1         = .970 // mean over article_extraction
	vietnameseF1    = .975 // mean over vn_html
	pagesPerSecond  = 200
	overTrafilatura = 1.5
	feedItems       = 30000
)

// A benchPage is a recorded page with the text that it should give.
type benchPage struct {
	name string
	url  *url.URL
	data []byte
	want string
}

// An extractor reads a page into text.
type extractor struct {
	name string
	text func(p benchPage) string
}

var extractors = []extractor{
	{"Lắng Nghe", func(p benchPage) string {
		doc, err := reader.Parse(charset.UTF8(p.data, ""), reader.Options{URL: p.url, Now: time.Now()})
		if err != nil {
			return ""
		}
		a, _ := doc.Article()
		return a.Text
	}},
	{"go-trafilatura, as shipped", func(p benchPage) string {
		r, err := trafilatura.Extract(bytes.NewReader(p.data), trafilatura.Options{OriginalURL: p.url, EnableFallback: true})
		if err != nil {
			return ""
		}
		return r.ContentText
	}},
	{"go-trafilatura, parsed once", func(p benchPage) string {
		doc, err := html.Parse(bytes.NewReader(p.data))
		if err != nil {
			return ""
		}
		r, err := trafilatura.ExtractDocument(doc, trafilatura.Options{OriginalURL: p.url})
		if err != nil {
			return ""
		}
		return r.ContentText
	}},
	{"go-readability, as shipped", func(p benchPage) string {
		a, err := readability.FromReader(bytes.NewReader(p.data), p.url)
		if err != nil {
			return ""
		}
		var b strings.Builder
		_ = a.RenderText(&b)
		return b.String()
	}},
}

// BenchmarkCrawler measures the text of recorded pages and the time that it
// takes beside go-trafilatura and go-readability, and feeds. A call is one
// whole run: -benchtime 1x. Times are processor time with one goroutine, the
// garbage collector's share included.
func BenchmarkCrawler(b *testing.B) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		b.Skip("LANGNGHE_TEST_DATA is not set")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	sets := []struct {
		name  string
		least float64
		pages []benchPage
	}{
		{"article_extraction", pagesF1, articlePages(b, dir)},
		{"vn_html", vietnameseF1, vietnamesePages(b, dir)},
	}
	b.Logf("%-20s %-28s %6s %6s %6s", "pages", "extractor", "F1", "P", "R")
	for _, set := range sets {
		best, ours := 0.0, 0.0
		for i, x := range extractors {
			p, r, f := 0.0, 0.0, 0.0
			for _, pg := range set.pages {
				pp, rr, ff := shingleF1(x.text(pg), pg.want)
				p, r, f = p+pp, r+rr, f+ff
			}
			n := float64(len(set.pages))
			b.Logf("%-20s %-28s %6.3f %6.3f %6.3f", set.name, x.name, f/n, p/n, r/n)
			if i == 0 {
				ours = f / n
			} else {
				best = max(best, f/n)
			}
		}
		if ours < set.least || ours <= best {
			b.Errorf("%s: F1 %.4f, want %.3f at least and more than %.4f", set.name, ours, set.least, best)
		}
	}
	pages := sets[0].pages
	size := 0
	for _, p := range pages {
		size += len(p.data)
	}
	b.Logf("%d pages of %d KB on average", len(pages), size/len(pages)>>10)
	rate := map[string]float64{}
	const rounds = 3
	for range rounds { // by turns, so that a busy moment meets all of them
		for _, x := range extractors {
			runtime.GC()
			begun := cpu()
			for _, p := range pages {
				x.text(p)
			}
			rate[x.name] = max(rate[x.name], float64(len(pages))/(cpu()-begun).Seconds())
		}
	}
	// Pages of 170 KB: the cost of a page grows with its size.
	scale := float64(size) / float64(len(pages)) / (170 << 10)
	b.Logf("%-28s %10s %10s", "extractor", "pages/s", "of 170 KB")
	for _, x := range extractors {
		b.Logf("%-28s %10.0f %10.0f", x.name, rate[x.name], rate[x.name]*scale)
	}
	ours, peer := rate[extractors[0].name], rate[extractors[1].name]
	b.Logf("ours is %.2f x go-trafilatura as shipped, %.2f x parsed once", ours/peer, ours/rate[extractors[2].name])
	if ours*scale < pagesPerSecond || ours < overTrafilatura*peer {
		b.Errorf("%.0f pages/s of 170 KB, %.2f x go-trafilatura as shipped; want %d and %.1f", ours*scale, ours/peer, pagesPerSecond, overTrafilatura)
	}
	feeds(b, dir)
}

// BenchmarkCrawlerFeeds measures feeds alone.
func BenchmarkCrawlerFeeds(b *testing.B) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		b.Skip("LANGNGHE_TEST_DATA is not set")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	feeds(b, dir)
}

// feeds measures recorded feeds: gofeed alone, our entries, which are plain
// text with addresses and times that can be relied on, and whole items, which
// are redacted and have their identity.
func feeds(b *testing.B, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "vn_rss", "*"))
	if err != nil || len(files) == 0 {
		b.Fatal("no feeds in vn_rss", err)
	}
	readers := []struct {
		name string
		read func(data []byte) int
	}{
		{"gofeed", func(data []byte) int {
			f, err := gofeed.NewParser().Parse(bytes.NewReader(data))
			if err != nil {
				return 0
			}
			return len(f.Items)
		}},
		{"entries", func(data []byte) int {
			f, err := feed.Parse(data, feed.Options{})
			if err != nil {
				return 0
			}
			return len(f.Entries)
		}},
		{"items", func(data []byte) int {
			got, _ := crawler.Parse("feed", "https://bao.example/rss", data, crawler.ParseOptions{})
			return len(got)
		}},
	}
	spent, items := make([]time.Duration, len(readers)), make([]int, len(readers))
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		if readers[0].read(data) < 20 {
			continue // the short cuts
		}
		for range 5 { // by turns
			for i, r := range readers {
				runtime.GC()
				begun, n := cpu(), 0
				for n < 2000 {
					n += r.read(data)
				}
				spent[i], items[i] = spent[i]+cpu()-begun, items[i]+n
			}
		}
	}
	rate := func(i int) float64 { return float64(items[i]) / spent[i].Seconds() }
	for i, r := range readers {
		b.Logf("feeds: %-8s %6.0f items/s, %.2f x gofeed", r.name, rate(i), rate(i)/rate(0))
	}
	if rate(2) < feedItems {
		b.Errorf("feeds: %.0f whole items/s, %.2f x gofeed, want %d", rate(2), rate(2)/rate(0), feedItems)
	}
}

func articlePages(b *testing.B, dir string) (out []benchPage) {
	eachLine(b, filepath.Join(dir, "article_extraction", "dev.jsonl"), func(line []byte) {
		var w struct{ ID, ArticleBody, URL string }
		if err := json.Unmarshal(line, &w); err != nil {
			b.Fatal(err)
		}
		packed, err := os.ReadFile(filepath.Join(dir, "article_extraction", "html", w.ID+".html.gz"))
		if err != nil {
			b.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			b.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, benchPage{w.ID, pageAddress(w.URL), data, w.ArticleBody})
	})
	return out
}

func vietnamesePages(b *testing.B, dir string) (out []benchPage) {
	eachLine(b, filepath.Join(dir, "vn_html", "dev.jsonl"), func(line []byte) {
		var w struct {
			File, URL, Summary   string
			Paragraphs, Headings []string
		}
		if err := json.Unmarshal(line, &w); err != nil {
			b.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "vn_html", "html", w.File))
		if err != nil {
			b.Fatal(err)
		}
		want := w.Summary + "\n\n" + strings.Join(w.Paragraphs, "\n\n") + "\n\n" + strings.Join(w.Headings, "\n\n")
		out = append(out, benchPage{w.File, pageAddress(w.URL), data, want})
	})
	return out
}

func pageAddress(s string) *url.URL {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		return u
	}
	return &url.URL{Scheme: "https", Host: "page.example", Path: "/"}
}

func eachLine(b *testing.B, file string, f func([]byte)) {
	r, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		f(sc.Bytes())
	}
	if err := sc.Err(); err != nil {
		b.Fatal(err)
	}
}

// shingleF1 compares texts by their runs of four words, as the benchmark of
// article extraction does.
func shingleF1(got, want string) (precision, recall, f1 float64) {
	g, w := shingles(got), shingles(want)
	hit, ng, nw := 0, 0, 0
	for k, n := range g {
		hit += min(n, w[k])
		ng += n
	}
	for _, n := range w {
		nw += n
	}
	if ng == 0 || nw == 0 || hit == 0 {
		return 0, 0, 0
	}
	precision, recall = float64(hit)/float64(ng), float64(hit)/float64(nw)
	return precision, recall, 2 * precision * recall / (precision + recall)
}

func shingles(s string) map[string]int {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) })
	m := map[string]int{}
	if len(words) < 4 && len(words) > 0 {
		m[fmt.Sprint(words)]++
	}
	for i := 0; i+4 <= len(words); i++ {
		m[strings.Join(words[i:i+4], " ")]++
	}
	return m
}
