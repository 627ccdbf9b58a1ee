// Package page reads web pages: one article or post out of a page, and the
// links to articles out of a section page.
//
// A page is parsed once. Structured data (JSON-LD, meta elements) give the
// title, the time and the canonical address; the visible date is the last
// resort. The text is what the writer wrote: no title, byline, date line,
// captions, lists of related articles, comments or menus. All text is NFC.
package page

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	readability "codeberg.org/readeck/go-readability/v2"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"langnghe/crawler/vitime"
)

// ErrNoText is returned by [Page.Article] for a page without an article.
var ErrNoText = errors.New("page: no article text found")

// Options says what the page itself may leave out.
type Options struct {
	URL    *url.URL       // of the document; may be nil
	Zone   *time.Location // of times without one; default UTC
	Now    time.Time      // for relative and missing dates
	Select *Selectors     // of a stubborn site; may be nil
}

// A Page is a parsed document.
type Page struct {
	o    Options
	doc  *html.Node
	meta meta
}

// An Article is what one page says.
type Article struct {
	URL       string // canonical as the page says, else its own
	Title     string
	Text      string // paragraphs with an empty line between them
	Lang      string // as the page says
	Published time.Time
	Modified  time.Time
	Rough     bool // Published is a day or a relative time only
}

// Parse reads a document that is UTF-8 already.
func Parse(data []byte, o Options) (*Page, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	doc, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return &Page{o: o, doc: doc, meta: readMeta(doc)}, nil
}

// Single reports whether the page says of itself that it is one article and
// not a list of them.
func (p *Page) Single() bool { return p.meta.article }

// Article reads the page as one article. It consumes the page: call it last.
func (p *Page) Article() (Article, error) {
	a := Article{URL: p.canonical(), Lang: p.meta.lang}
	visible := blocks(p.doc)
	sel := p.o.Select
	if sel == nil {
		sel = new(Selectors)
	}
	if sel.title != nil {
		if n := cascadia.Query(p.doc, sel.title); n != nil {
			a.Title = textOf(n)
		}
	}
	if a.Title == "" {
		a.Title = p.title(visible)
	}
	p.times(&a, visible)
	if sel.when != nil {
		if st, ok := p.selectedTime(sel.when); ok {
			a.Published, a.Rough = st.Time, !st.Clock || st.Rough
		}
	}
	if sel.text != nil {
		a.Text = p.selectedText(sel.text, a.Title)
	}
	if a.Text == "" {
		a.Text = p.text(a.Title, visible)
	}
	if a.Text == "" {
		return a, ErrNoText
	}
	return a, nil
}

// canonical is the address that the page gives itself, unless that is on
// another site: such a page is a copy, or lies.
func (p *Page) canonical() string {
	own := ""
	if p.o.URL != nil {
		own = p.o.URL.String()
	}
	c := resolve(p.o.URL, p.meta.canonical)
	if c == "" || p.meta.canonical == "" {
		return own
	}
	if p.o.URL != nil {
		u, err := url.Parse(c)
		if err != nil || !SameSite(u.Hostname(), p.o.URL.Hostname()) || (u.Path == "" || u.Path == "/") && len(p.o.URL.Path) > 1 {
			return own
		}
	}
	return c
}

// times takes the first date that can be read, in the order of how far each
// place is to be trusted.
func (p *Page) times(a *Article, visible []block) {
	for _, s := range p.meta.published {
		st, err := vitime.Parse(s, p.o.Now, p.o.Zone)
		switch {
		case err != nil:
		case a.Published.IsZero():
			a.Published, a.Rough = st.Time, !st.Clock
		case st.Clock && (a.Rough && sameDay(st.Time, a.Published, p.o.Zone) || st.Time.Truncate(time.Minute).Equal(a.Published)):
			a.Published, a.Rough = st.Time, false // the same, more exactly
		}
	}
	if a.Published.IsZero() || a.Rough {
		if st, ok := p.visibleDate(visible); ok && (a.Published.IsZero() || st.Clock && sameDay(st.Time, a.Published, p.o.Zone)) {
			a.Published, a.Rough = st.Time, !st.Clock || st.Rough
		}
	}
	for _, s := range p.meta.modified {
		if st, err := vitime.Parse(s, p.o.Now, p.o.Zone); err == nil {
			a.Modified = st.Time
			break
		}
	}
}

func sameDay(a, b time.Time, zone *time.Location) bool {
	return a.In(zone).Format(time.DateOnly) == b.In(zone).Format(time.DateOnly)
}

// visibleDate looks for a time element, then for a short line with a date
// near the title or, without one, near the top.
func (p *Page) visibleDate(visible []block) (vitime.Stamp, bool) {
	var best vitime.Stamp
	found := false
	all(p.doc, func(n *html.Node) bool {
		if n.DataAtom != atom.Time && !(n.DataAtom == atom.Abbr && hasWord(attr(n, "class"), "published")) && !strings.EqualFold(attr(n, "itemprop"), "datePublished") {
			return true
		}
		for _, s := range []string{attr(n, "datetime"), attr(n, "content"), attr(n, "title"), textOf(n)} {
			if st, err := vitime.Parse(s, p.o.Now, p.o.Zone); err == nil && (!found || st.Clock && !best.Clock) {
				best, found = st, true
			}
		}
		return !found || !best.Clock // the first exact one: later ones are of related articles
	})
	if found && best.Clock {
		return best, true
	}
	title, looked := fold(p.title(visible)), 0
	start := 0
	for i, b := range visible {
		if title != "" && fold(b.text) == title {
			start = max(0, i-4)
			break
		}
	}
	for _, b := range visible[start:] {
		if looked++; looked > 60 {
			break
		}
		if b.linked() {
			continue
		}
		for line := range strings.SplitSeq(b.text, "\n") {
			if len([]rune(line)) > 120 {
				break // the text begins
			}
			if st, err := vitime.Parse(line, p.o.Now, p.o.Zone); err == nil && !st.Time.After(p.o.Now.Add(24*time.Hour)) && (!found || st.Clock) {
				best, found = st, true
				if st.Clock {
					return best, true
				}
			}
		}
	}
	return best, found
}

// text extracts the article's own words.
func (p *Page) text(title string, visible []block) string {
	lead := p.lead(visible)
	for _, box := range headed(visible) {
		if box.Parent != nil {
			box.Parent.RemoveChild(box)
		}
	}
	p.prune()
	paragraphs(p.doc, size(visible))
	parser := readability.NewParser()
	parser.DisableJSONLD = true // read already
	base := p.o.URL
	if base == nil {
		base = &url.URL{Scheme: "https", Host: "example.invalid", Path: "/"}
	}
	var bs []block
	whole := blocks(p.doc)
	if got, err := parser.ParseAndMutate(p.doc, base); err == nil && got.Node != nil {
		all(got.Node, func(n *html.Node) bool {
			n.DataAtom = atom.Lookup([]byte(n.Data)) // it renames elements
			return true
		})
		bs = blocks(got.Node)
	}
	if size(bs) == 0 {
		bs = whole
	}
	bs = clean(bs, title)
	if lead != "" && !starts(bs, lead) {
		bs = append([]block{{text: lead}}, bs...)
	}
	if body := p.meta.body; size(bs)*2 < len([]rune(body)) {
		return body // the page shows less than its own structured data hold
	}
	return join(bs)
}

func size(bs []block) int {
	n := 0
	for _, b := range bs {
		n += b.runes()
	}
	return n
}
