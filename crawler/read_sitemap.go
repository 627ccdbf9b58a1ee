package crawler

import (
	"fmt"
	"slices"
	"time"

	"langnghe/crawler/sitemap"
	"langnghe/internal/news"
)

// A sitemap may list a site's whole history; only what is new matters here.
const (
	sitemapDays   = 3 * 24 * time.Hour
	sitemapLeads  = 300
	sitemapNested = 3
)

// readSitemap reads sitemaps, news sitemaps and their indexes: the pages of
// the last days, the newest first.
func readSitemap(data []byte, c reading) (listing, error) {
	s, err := sitemap.Parse(data, sitemap.Options{Zone: c.zone, Now: c.now})
	var out listing
	if s == nil {
		return out, err
	}
	if s.Dropped > 0 {
		out.notes = append(out.notes, fmt.Sprintf("%d addresses over the limit of %d were not read", s.Dropped, sitemap.MaxEntries))
	}
	newest := func(es []sitemap.Entry) {
		slices.SortStableFunc(es, func(a, b sitemap.Entry) int { return when(b).Compare(when(a)) })
	}
	newest(s.Nested)
	for _, e := range s.Nested[:min(len(s.Nested), sitemapNested)] {
		out.nested = append(out.nested, e.URL)
	}
	newest(s.Pages)
	for _, e := range s.Pages {
		if len(out.leads) == sitemapLeads && !c.saved {
			break
		}
		if t := when(e); !c.saved && !t.IsZero() && t.Before(c.now.Add(-sitemapDays)) {
			continue
		}
		out.leads = append(out.leads, lead{
			item: news.Item{Kind: c.source.Items, URL: e.URL, Title: e.Title, Published: e.Published, Lang: e.Lang},
			// The day of a change is not the time of publication; the page
			// knows better.
			rough: e.Rough, replies: -1, mark: mark(e.Title, times(e.Modified)),
		})
	}
	return out, err
}

func when(e sitemap.Entry) time.Time {
	if e.Published.After(e.Modified) {
		return e.Published
	}
	return e.Modified
}
