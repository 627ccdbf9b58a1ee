// Package sitemap reads sitemaps, news sitemaps and indexes of sitemaps.
package sitemap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"langnghe/crawler/page"
	"langnghe/crawler/vitime"
)

// MaxEntries is how many addresses of one document are read; the protocol
// allows 50,000.
const MaxEntries = 50_000

// ErrNotSitemap is returned for a document without a urlset or index.
var ErrNotSitemap = errors.New("sitemap: the document is neither a urlset nor a sitemapindex")

// Options says what the document may leave out.
type Options struct {
	Zone *time.Location // of dates without one; default UTC
	Now  time.Time
}

// A Sitemap is a parsed document: pages or, in an index, more sitemaps.
type Sitemap struct {
	Pages   []Entry
	Nested  []Entry
	Dropped int // entries over MaxEntries
}

// An Entry is one address.
type Entry struct {
	URL       string
	Modified  time.Time
	Title     string // of a news sitemap
	Lang      string
	Published time.Time
	Rough     bool // Published is a day only
}

type location struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod"`
	News    struct {
		Title string `xml:"title"`
		Date  string `xml:"publication_date"`
		Lang  string `xml:"publication>language"`
	} `xml:"http://www.google.com/schemas/sitemap-news/0.9 news"`
}

// Parse reads a document that is UTF-8 and decompressed already, entry by
// entry, so that a mistake far down costs only what stands behind it: the
// entries before it are returned with the error.
func Parse(data []byte, o Options) (*Sitemap, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	s, known := new(Sitemap), false
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, _ := d.InputPos()
			return s, fmt.Errorf("sitemap: line %d: %w", line, err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "urlset", "sitemapindex":
			known = true
		case "url", "sitemap":
			if !known {
				return s, ErrNotSitemap
			}
			var l location
			if err := d.DecodeElement(&l, &start); err != nil {
				line, _ := d.InputPos()
				return s, fmt.Errorf("sitemap: line %d: %w", line, err)
			}
			s.add(l, start.Name.Local == "sitemap", o)
		default:
			if !known {
				return s, ErrNotSitemap
			}
		}
	}
	if !known {
		return s, ErrNotSitemap
	}
	return s, nil
}

func (s *Sitemap) add(l location, nested bool, o Options) {
	u, err := url.Parse(strings.TrimSpace(l.Loc))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return
	}
	if len(s.Pages)+len(s.Nested) >= MaxEntries {
		s.Dropped++
		return
	}
	e := Entry{URL: u.String(), Title: strings.Join(strings.Fields(page.Plain(l.News.Title)), " "), Lang: strings.TrimSpace(l.News.Lang)}
	if st, err := vitime.Parse(l.LastMod, o.Now, o.Zone); err == nil {
		e.Modified = st.Time
	}
	if st, err := vitime.Parse(l.News.Date, o.Now, o.Zone); err == nil {
		e.Published, e.Rough = st.Time, !st.Clock
	}
	if nested {
		s.Nested = append(s.Nested, e)
	} else {
		s.Pages = append(s.Pages, e)
	}
}
