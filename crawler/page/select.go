package page

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"langnghe/crawler/vitime"
)

// A Select names, by CSS selectors, where the parts of a stubborn site's
// pages are. What is empty is found as on any page.
type Select struct {
	Links string `yaml:"links" json:"links,omitempty"` // in a section page: links to articles, or what holds them
	Title string `yaml:"title" json:"title,omitempty"`
	Text  string `yaml:"text" json:"text,omitempty"` // what holds the text; several are put together
	Time  string `yaml:"time" json:"time,omitempty"` // of publication
}

// Selectors are compiled.
type Selectors struct {
	links, title, text, when cascadia.Matcher
}

// A SelectError names the selector that is wrong: links, title, text or time.
type SelectError struct {
	Part string
	Err  error
}

func (e *SelectError) Error() string { return fmt.Sprintf("selector %s: %v", e.Part, e.Err) }

// Unwrap returns what the parser of selectors said.
func (e *SelectError) Unwrap() error { return e.Err }

// Compile checks the selectors; nil when none is set.
func (s Select) Compile() (*Selectors, error) {
	if s == (Select{}) {
		return nil, nil
	}
	var out Selectors
	for _, p := range []struct {
		part, text string
		to         *cascadia.Matcher
	}{{"links", s.Links, &out.links}, {"title", s.Title, &out.title}, {"text", s.Text, &out.text}, {"time", s.Time, &out.when}} {
		if strings.TrimSpace(p.text) == "" {
			continue
		}
		sel, err := cascadia.ParseGroup(p.text)
		if err != nil {
			return nil, &SelectError{p.part, err}
		}
		*p.to = sel
	}
	return &out, nil
}

// Feeds are the feeds that a page links to, those of its head first.
func (p *Page) Feeds() []Link {
	var head, body []Link
	seen := map[string]bool{}
	all(p.doc, func(n *html.Node) bool {
		if n.DataAtom != atom.Link && n.DataAtom != atom.A {
			return true
		}
		address := resolve(p.o.URL, attr(n, "href"))
		if address == "" || seen[address] {
			return true
		}
		kind := strings.ToLower(attr(n, "type"))
		switch {
		case n.DataAtom == atom.Link && hasWord(attr(n, "rel"), "alternate") && feedType.MatchString(kind):
			seen[address] = true
			head = append(head, Link{address, tidyLine(attr(n, "title"))})
		case n.DataAtom == atom.A && len(body) < maxFeeds && (feedType.MatchString(kind) || p.feedPath(address)):
			seen[address] = true
			body = append(body, Link{address, textOf(n)})
		}
		return true
	})
	return append(head[:min(len(head), maxFeeds)], body...)
}

// maxFeeds is how many feeds of a page are looked at, of each sort.
const maxFeeds = 20

var (
	feedType = regexp.MustCompile(`^application/(?:rss|atom|feed)\+(?:xml|json)|^application/json$`)
	feedPath = regexp.MustCompile(`(?i)(?:^|/)(?:rss|feeds?|atom)(?:$|/|\.(?:xml|aspx?|php|html?)$)|\.(?:rss|atom)$`)
)

// feedPath reports whether an address of this site looks like that of a feed
// or of a page that lists them.
func (p *Page) feedPath(address string) bool {
	u, err := url.Parse(address)
	return err == nil && feedPath.MatchString(u.Path) && (p.o.URL == nil || SameSite(u.Hostname(), p.o.URL.Hostname()))
}

// selectedLinks are the links that a selector names or holds.
func (p *Page) selectedLinks(m cascadia.Matcher) []Link {
	var out []Link
	index := map[string]int{}
	add := func(a *html.Node) {
		address := resolve(p.o.URL, attr(a, "href"))
		u, err := url.Parse(address)
		if address == "" || err != nil || p.o.URL != nil && !SameSite(u.Hostname(), p.o.URL.Hostname()) || len(out) >= maxLinks {
			return
		}
		u.Fragment = ""
		title := textOf(a)
		if title == "" {
			title = tidyLine(attr(a, "title"))
		}
		if i, known := index[u.String()]; known {
			if len(title) > len(out[i].Title) {
				out[i].Title = title
			}
			return
		}
		index[u.String()] = len(out)
		out = append(out, Link{u.String(), title})
	}
	for _, n := range cascadia.QueryAll(p.doc, m) {
		if n.DataAtom == atom.A {
			add(n)
			continue
		}
		all(n, func(d *html.Node) bool {
			if d.DataAtom == atom.A {
				add(d)
			}
			return true
		})
	}
	return out
}

// selectedText is the text of what a selector names, cleaned of the boxes
// within it; "" when there is none.
func (p *Page) selectedText(m cascadia.Matcher, title string) string {
	var bs []block
	taken := map[*html.Node]bool{}
	for _, n := range cascadia.QueryAll(p.doc, m) {
		inside := false
		for a := n.Parent; a != nil; a = a.Parent {
			inside = inside || taken[a]
		}
		if !inside {
			taken[n] = true
			prune(n)
			bs = append(bs, blocks(n)...)
		}
	}
	return join(clean(bs, title))
}

// selectedTime reads what a selector names: its datetime or content, or its
// text.
func (p *Page) selectedTime(m cascadia.Matcher) (vitime.Stamp, bool) {
	for _, n := range cascadia.QueryAll(p.doc, m) {
		for _, s := range []string{attr(n, "datetime"), attr(n, "content"), textOf(n)} {
			if st, err := vitime.Parse(s, p.o.Now, p.o.Zone); err == nil {
				return st, true
			}
		}
	}
	return vitime.Stamp{}, false
}
