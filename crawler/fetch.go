package crawler

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/gocolly/colly/v2"

	"langnghe/crawler/polite"
)

// A fetcher gets documents. Colly makes the request and follows redirects;
// every policy is in the transport, which sees each hop. Of colly's own
// settings none may decide anything:
//
//   - robots.txt, pace, back-off, size, time and charset: polite.Transport
//   - no async, no limit rules, no visited list, no cookies, no cache
//   - an answer that is no success is ours to judge, 304 most of all
type fetcher struct {
	base      *colly.Collector
	transport *polite.Transport
}

// checkEnvironment refuses settings that colly would take from outside over
// what we tell it.
func checkEnvironment(environ []string) error {
	for _, e := range environ {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "COLLY_") {
			return fmt.Errorf("crawler: the environment variable %s would override the crawler's manners; unset it", name)
		}
	}
	return nil
}

func newFetcher(t *polite.Transport) (*fetcher, error) {
	if err := checkEnvironment(os.Environ()); err != nil {
		return nil, err
	}
	c := colly.NewCollector(
		colly.AllowURLRevisit(),
		colly.Async(false),
		colly.MaxBodySize(0),
		colly.ParseHTTPErrorResponse(),
		colly.IgnoreRobotsTxt(),
	)
	c.DetectCharset = false
	c.DisableCookies()
	c.SetRequestTimeout(0) // waiting for a turn is not the server's time
	c.WithTransport(t)
	return &fetcher{c, t}, nil
}

// A reply is a document as it was fetched.
type reply struct {
	url                *url.URL // after redirects
	data               []byte
	etag, lastModified string
	unchanged          bool     // 304
	links              []string // Link headers
}

// A StatusError is an answer that is no document.
type StatusError struct {
	URL  string
	Code int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.URL, e.Code, http.StatusText(e.Code))
}

// get fetches a document; with validators of an earlier reply, only if it
// has changed.
func (f *fetcher) get(ctx context.Context, address, etag, lastModified string) (rep reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: fetch: %v", address, p)
		}
	}()
	h := http.Header{}
	h.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,application/feed+json;q=0.9,*/*;q=0.5")
	h.Set("Accept-Language", "vi,en;q=0.5")
	if etag != "" {
		h.Set("If-None-Match", etag)
	}
	if lastModified != "" {
		h.Set("If-Modified-Since", lastModified)
	}
	c := f.base.Clone()
	c.Context = ctx
	c.OnResponse(func(r *colly.Response) {
		rep = reply{url: r.Request.URL, data: r.Body, etag: r.Headers.Get("ETag"), lastModified: r.Headers.Get("Last-Modified"), links: r.Headers.Values("Link")}
		switch {
		case r.StatusCode == http.StatusNotModified:
			rep.unchanged = true
		case r.StatusCode < 200 || r.StatusCode > 299:
			err = &StatusError{r.Request.URL.String(), r.StatusCode}
		}
	})
	if e := c.Request(http.MethodGet, address, nil, nil, h); e != nil {
		return reply{}, e
	}
	return rep, err
}

// policy is what the sources say of their hosts: internal when one of them
// is, and never faster than the slowest asks for.
func policy(sources []Source) func(host string) polite.Host {
	m := map[string]polite.Host{}
	for _, s := range sources {
		u, err := url.Parse(s.URL)
		if err != nil {
			continue
		}
		name := strings.ToLower(u.Host)
		name = strings.TrimSuffix(strings.TrimSuffix(name, ":80"), ":443")
		h := m[name]
		h.Internal = h.Internal || s.Internal
		h.Pace = max(h.Pace, s.Pace)
		m[name] = h
	}
	return func(host string) polite.Host { return m[strings.ToLower(host)] }
}
