package sitemap

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

var hanoi, _ = time.LoadLocation("Asia/Ho_Chi_Minh")

func TestParse(t *testing.T) {
	s, err := Parse([]byte(`<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://a.example/tin/1.html </loc><news:news><news:publication><news:name>A</news:name><news:language>vi</news:language></news:publication>
<news:publication_date>2026-11-20T08:15:00</news:publication_date><news:title>Mưa &amp;amp; gió</news:title></news:news><image:image><image:loc>https://a.example/1.jpg</image:loc></image:image></url>
<url><loc>https://a.example/tin/2.html</loc><lastmod>2026-11-19</lastmod></url>
<url><loc>ftp://a.example/3</loc></url><url></url>
</urlset>`), Options{Zone: hanoi})
	if err != nil || len(s.Pages) != 2 || len(s.Nested) != 0 {
		t.Fatalf("Parse = %+v, %v", s, err)
	}
	if e := s.Pages[0]; e.URL != "https://a.example/tin/1.html" || e.Title != "Mưa & gió" || e.Lang != "vi" || !e.Published.Equal(time.Date(2026, 11, 20, 8, 15, 0, 0, hanoi)) || e.Rough {
		t.Errorf("first %+v", e)
	}
	if e := s.Pages[1]; !e.Modified.Equal(time.Date(2026, 11, 19, 0, 0, 0, 0, hanoi)) || !e.Published.IsZero() {
		t.Errorf("second %+v", e)
	}
	s, err = Parse([]byte(`<sitemapindex><sitemap><loc>https://a.example/s1.xml.gz</loc><lastmod>2026-11-20T01:00:00Z</lastmod></sitemap></sitemapindex>`), Options{})
	if err != nil || len(s.Nested) != 1 || s.Nested[0].URL != "https://a.example/s1.xml.gz" {
		t.Errorf("index = %+v, %v", s, err)
	}
}

func TestParseWrong(t *testing.T) {
	for _, doc := range []string{"", "<html><url><loc>https://a.example/</loc></url></html>", "words", `<rss/>`} {
		if _, err := Parse([]byte(doc), Options{}); !errors.Is(err, ErrNotSitemap) {
			t.Errorf("Parse(%q) = %v, want ErrNotSitemap", doc, err)
		}
	}
	s, err := Parse([]byte("<urlset>\n<url><loc>https://a.example/1</loc></url>\n<url><loc>https://a.example/2</l"), Options{})
	if err == nil || !strings.Contains(err.Error(), "line 3") || len(s.Pages) != 1 {
		t.Errorf("cut off: %+v, %v; want the entry before and line 3", s, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`<urlset><url><loc>https://a.example/</loc><lastmod>2026-11-20</lastmod></url></urlset>`)
	f.Add(`<sitemapindex><sitemap><loc>https://a.example/</loc></sitemap></sitemapindex>`)
	f.Fuzz(func(t *testing.T, doc string) {
		s, _ := Parse([]byte(doc), Options{Zone: hanoi})
		for _, e := range append(s.Pages, s.Nested...) {
			if !strings.HasPrefix(e.URL, "http") {
				t.Errorf("address %q", e.URL)
			}
		}
	})
}
