package crawler

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"langnghe/crawler/page"
	"langnghe/crawler/polite"
)

// An Offer is a listing that a site has and that a source can be made of.
type Offer struct {
	Kind   string    `json:"kind"` // feed, sitemap or page
	URL    string    `json:"url"`
	Title  string    `json:"title,omitempty"`
	Items  int       `json:"items"` // listed now
	Newest time.Time `json:"newest,omitzero"`
	Why    string    `json:"why"` // how it was found, in English: "link in the page"
	Error  string    `json:"error,omitempty"`
}

// DiscoverOptions says who asks and for which site.
type DiscoverOptions struct {
	URL       string // of a home or section page
	UserAgent string
	Contact   string
	Zone      *time.Location // default Asia/Ho_Chi_Minh
	Now       func() time.Time
	Transport polite.Options // caps; UserAgent is set here
	Internal  bool           // the site may live at a private address
	Pace      time.Duration  // between requests; less than 2s only when internal
}

// Discover looks for the feeds, sitemaps and article links of a site, with
// the crawler's manners: some ten requests, two seconds apart. The offers that
// can be used come first, the best of them on top; after them those that the
// site names and that could not be read. An error means that the page itself
// could not be had.
func Discover(ctx context.Context, o DiscoverOptions) ([]Offer, error) {
	s, err := defaults(Source{ID: "discover", Kind: "site", URL: o.URL, Internal: o.Internal, Pace: o.Pace})
	if err != nil {
		return nil, err
	}
	if Canonical(o.URL, false) == "" {
		return nil, fmt.Errorf("crawler: url %q: needs an http:// or https:// address", o.URL)
	}
	if o.UserAgent == "" {
		o.UserAgent = defaultAgent
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = local
	}
	t := o.Transport
	t.UserAgent = agent(o.UserAgent, o.Contact)
	t.Hosts = policy([]Source{s})
	transport, err := polite.New(t)
	if err != nil {
		return nil, fmt.Errorf("crawler: %w", err)
	}
	net, err := newFetcher(transport)
	if err != nil {
		return nil, err
	}
	p := probe{
		get: func(ctx context.Context, address string) (reply, error) { return net.get(ctx, address, "", "") },
		c:   reading{source: s, zone: o.Zone, now: o.Now()},
	}
	return p.site(ctx, o.URL)
}

// mostProbes is how many documents are asked for in search of a listing.
const mostProbes = 12

// guesses are addresses that sites use without naming them, tried when a site
// names nothing.
var guesses = []string{"/rss", "/rss/home.rss", "/feed", "/rss.xml", "/atom.xml", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml"}

// A probe is one search of a site.
type probe struct {
	get    func(ctx context.Context, address string) (reply, error)
	c      reading
	asked  map[string]bool
	offers []Offer
}

// A candidate is an address that may be a listing.
type candidate struct{ url, why, title string }

func (p *probe) site(ctx context.Context, address string) ([]Offer, error) {
	p.asked = map[string]bool{address: true}
	home, err := p.get(ctx, address)
	if err != nil {
		return nil, err
	}
	if isFeed(home.data) || isSitemap(home.data) {
		p.document(home, candidate{url: address, why: "the address itself"})
		if len(p.offers) > 0 && p.offers[0].Error == "" {
			return p.offers, nil
		}
	}
	doc, err := page.Parse(home.data, page.Options{URL: home.url, Zone: p.c.zone, Now: p.c.now})
	if err != nil {
		return nil, err
	}
	if links := doc.Links(); len(links) >= leastLinks {
		p.offers = append(p.offers, Offer{Kind: "page", URL: address, Items: len(links), Why: "links to articles in the page"})
	}
	var found []candidate
	for _, f := range doc.Feeds() {
		found = append(found, candidate{f.URL, "link in the page", f.Title})
	}
	robots := home.url.ResolveReference(&url.URL{Path: "/robots.txt"}).String()
	if rep, err := p.ask(ctx, robots); err == nil {
		for _, s := range sitemapsOf(rep.data) {
			found = append(found, candidate{url: s, why: "named in robots.txt"})
		}
	} else if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := p.try(ctx, found); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(p.offers, func(o Offer) bool { return o.Error == "" && o.Kind == "feed" }) {
		var more []candidate
		for _, g := range guesses {
			more = append(more, candidate{url: home.url.ResolveReference(&url.URL{Path: g}).String(), why: "a usual address"})
		}
		if err := p.try(ctx, more); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(p.offers, func(a, b Offer) int {
		return cmp.Or(cmp.Compare(grade(b), grade(a)), b.Newest.Compare(a.Newest), cmp.Compare(b.Items, a.Items))
	})
	return p.offers, nil
}

// leastLinks is how many links to articles make a listing of a page.
const leastLinks = 5

// grade orders offers: a feed says most of its items, a news sitemap has
// titles and times, a page shows what is new, a plain sitemap only changes.
func grade(o Offer) int {
	switch {
	case o.Error != "" || o.Items == 0:
		return 0
	case o.Kind == "feed":
		return 4
	case o.Kind == "sitemap" && !o.Newest.IsZero():
		return 3
	case o.Kind == "page":
		return 2
	}
	return 1
}

func (p *probe) ask(ctx context.Context, address string) (reply, error) {
	if p.asked[address] || len(p.asked) > mostProbes {
		return reply{}, errors.New("asked enough")
	}
	p.asked[address] = true
	return p.get(ctx, address)
}

// try asks for candidates and keeps those that are listings. A candidate that
// is a page may lead to feeds: papers have one that lists them.
func (p *probe) try(ctx context.Context, cs []candidate) error {
	for i := 0; i < len(cs); i++ {
		c := cs[i]
		if p.asked[c.url] || len(p.asked) > mostProbes {
			continue
		}
		rep, err := p.ask(ctx, c.url)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var later *polite.RetryLater
		switch {
		case errors.As(err, &later):
			return err // the host wants a pause
		case err != nil && c.why == "a usual address":
		case err != nil:
			p.offers = append(p.offers, Offer{Kind: "feed", URL: c.url, Title: c.title, Why: c.why, Error: err.Error()})
		case isFeed(rep.data) || isSitemap(rep.data):
			p.document(rep, c)
		default:
			if doc, err := page.Parse(rep.data, page.Options{URL: rep.url}); err == nil {
				feeds := doc.Feeds()
				for _, f := range feeds[:min(len(feeds), 3)] {
					cs = append(cs, candidate{f.URL, "listed on " + c.url, f.Title})
				}
			}
		}
		if n := slices.IndexFunc(p.offers, func(o Offer) bool { return o.Error == "" && o.Kind == "feed" }); n >= 0 && c.why == "a usual address" {
			break // guessing has had its success
		}
	}
	return nil
}

// document keeps what a fetched document offers.
func (p *probe) document(rep reply, c candidate) {
	o := Offer{Kind: "feed", URL: c.url, Title: c.title, Why: c.why}
	list, err := reader(readFeed).read(rep.data, p.at(rep.url))
	if err != nil && len(list.leads) == 0 {
		var other listing
		if other, err = reader(readSitemap).read(rep.data, p.at(rep.url)); err == nil {
			o.Kind, list = "sitemap", other
		}
	}
	if err != nil && len(list.leads) == 0 {
		o.Error = err.Error()
		if c.why == "a usual address" {
			return
		}
	}
	o.Items = len(list.leads) + len(list.nested)
	for _, l := range list.leads {
		if l.item.Published.After(o.Newest) && !l.item.Published.After(p.c.now.Add(ahead)) {
			o.Newest = l.item.Published
		}
	}
	p.offers = append(p.offers, o)
}

func (p *probe) at(u *url.URL) reading {
	c := p.c
	c.url = u
	return c
}

// isSitemap tells sitemaps without a declaration of XML.
func isSitemap(data []byte) bool {
	start := bytes.TrimLeft(data[:min(len(data), 1024)], " \t\r\n\ufeff")
	return bytes.HasPrefix(start, []byte("<urlset")) || bytes.HasPrefix(start, []byte("<sitemapindex"))
}

// sitemapsOf are the sitemaps that a robots.txt names.
func sitemapsOf(data []byte) (out []string) {
	for line := range bytes.Lines(data) {
		name, value, ok := strings.Cut(string(line), ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "sitemap") {
			continue
		}
		if a := Canonical(value, false); a != "" && len(out) < 4 {
			out = append(out, a)
		}
	}
	return out
}

// listed is the source as its site's best listing has it; false when it is no
// site or nothing was found yet.
func listed(s Source, v Visit) (Source, bool) {
	kind, address, ok := strings.Cut(v.Found, " ")
	if s.Kind != "site" || !ok || readers[kind] == nil {
		return s, false
	}
	s.Kind, s.URL = kind, address
	return s, true
}

// foundAt is the address of the listing of a site.
func foundAt(v Visit) string {
	_, address, _ := strings.Cut(v.Found, " ")
	return address
}

// search finds the listing of a site and remembers it in v.
func (r *round) search(ctx context.Context, v *Visit) error {
	p := probe{get: func(ctx context.Context, address string) (reply, error) { return r.get(ctx, address, "", "") }, c: r.reading(nil)}
	offers, err := p.site(ctx, r.s.URL)
	if err != nil {
		return err
	}
	if len(offers) == 0 || grade(offers[0]) == 0 {
		return errNoListing
	}
	v.Found = offers[0].Kind + " " + offers[0].URL
	r.c.o.Log.Info("found the listing of a site", "source", r.s.ID, "kind", offers[0].Kind, "url", offers[0].URL, "why", offers[0].Why)
	return nil
}

// errNoListing says that a site offers nothing that can be read by itself.
var errNoListing = errors.New("the site has no feed, no sitemap and no page of links that was found; name one in the config (kind: feed, sitemap or page)")
