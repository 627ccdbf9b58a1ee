package page

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/publicsuffix"
)

// A Link leads from a section page to what looks like an article.
type Link struct {
	URL   string
	Title string
}

// maxLinks is how many links of one page are followed at most.
const maxLinks = 100

var (
	// An address of an article ends in its number or in a long slug.
	articlePath = regexp.MustCompile(`(?i)\d{5,}|(?:[a-z0-9]+-){4,}[a-z0-9]+|/\d{4}/\d{1,2}/|/(?:tin|bai|bai-viet|news|article|post|thong-bao|van-ban)/[^/]{2,}`)
	notArticle  = regexp.MustCompile(`(?i)\.(?:jpe?g|png|gif|webp|svg|pdf|docx?|xlsx?|zip|rar|mp[34]|css|js|xml|rss)$|/(?:tag|tags|tac-gia|author|search|tim-kiem|login|dang-nhap|rss|video-embed|user|users|member|members|thanh-vien)(?:/|$)`)
)

// Links finds the articles that a section page leads to, in the order of the
// page, each once. Links with one or two words and links in menus, footers
// and side boxes are not articles.
func (p *Page) Links() []Link {
	if s := p.o.Select; s != nil && s.links != nil {
		return p.selectedLinks(s.links)
	}
	var out []Link
	index := map[string]int{}
	all(p.doc, func(n *html.Node) bool {
		if len(out) >= maxLinks {
			return false
		}
		if n.DataAtom != atom.A {
			return true
		}
		address := resolve(p.o.URL, attr(n, "href"))
		u, err := url.Parse(address)
		if address == "" || err != nil || p.o.URL != nil && !SameSite(u.Hostname(), p.o.URL.Hostname()) {
			return true
		}
		u.Fragment = ""
		if len(u.Path) < 2 || p.o.URL != nil && u.Path == p.o.URL.Path || !articlePath.MatchString(u.Path) || notArticle.MatchString(u.Path) || in(n, atom.Nav, atom.Footer) {
			return true
		}
		title := textOf(n)
		if t := tidyLine(attr(n, "title")); len(t) > len(title) && len(strings.Fields(title)) < 4 {
			title = t
		}
		key := u.String()
		i, known := index[key]
		switch {
		case !known && len(strings.Fields(title)) >= 3:
			index[key] = len(out)
			out = append(out, Link{key, title})
		case !known: // a picture; its headline follows
		case len(strings.Fields(out[i].Title)) < 4 && len(title) > len(out[i].Title):
			out[i].Title = title
		}
		return true
	})
	return out
}

// Listing reports whether the page is mostly made of links. Articles of
// forty sites have less than 38 of a hundred letters in links, section pages
// more.
func (p *Page) Listing() bool {
	total, linked := 0, 0
	for _, b := range blocks(p.doc) {
		total += b.runes()
		linked += b.links
	}
	return total > 0 && linked*100 >= total*38
}

// SameSite reports whether two hosts belong to one owner: the same
// registrable domain, or the same address.
func SameSite(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if a == b {
		return true
	}
	da, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	db, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && da == db
}
