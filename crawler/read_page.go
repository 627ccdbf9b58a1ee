package crawler

import (
	"langnghe/crawler/page"
	"langnghe/internal/news"
)

// readPage reads a section page into the articles that it links to, or a
// page that is one article into that.
func readPage(data []byte, c reading) (listing, error) {
	p, err := page.Parse(data, page.Options{URL: c.url, Zone: c.zone, Now: c.now, Select: c.sel})
	if err != nil {
		return listing{}, err
	}
	// A source is expected to be a section, a saved page to be an article;
	// both give way to what the page plainly is.
	links := p.Links()
	if !c.saved && c.source.Select.Links != "" || !p.Single() && len(links) > 0 && (p.Listing() || !c.saved && len(links) >= leastLinks) {
		var out listing
		for _, link := range links {
			out.leads = append(out.leads, lead{
				item: news.Item{Kind: c.source.Items, URL: link.URL, Title: link.Title}, replies: -1, mark: mark(link.Title),
			})
		}
		return out, nil
	}
	l, err := article(p, c)
	if err != nil {
		return listing{}, err
	}
	return listing{leads: []lead{l}}, nil
}

// readArticle reads a page that a listing has led to.
func readArticle(data []byte, c reading) (listing, error) {
	p, err := page.Parse(data, page.Options{URL: c.url, Zone: c.zone, Now: c.now, Select: c.sel})
	if err != nil {
		return listing{}, err
	}
	l, err := article(p, c)
	if err != nil {
		return listing{}, err
	}
	return listing{leads: []lead{l}}, nil
}

// readOne reads a page into its one article.
func readOne(data []byte, c reading) (lead, error) {
	out, err := reader(readArticle).read(data, c)
	if err != nil {
		return lead{}, err
	}
	return out.leads[0], nil
}

func article(p *page.Page, c reading) (lead, error) {
	a, err := p.Article()
	if err != nil {
		return lead{}, err
	}
	return lead{
		item:  news.Item{Kind: c.source.Items, URL: a.URL, Title: a.Title, Text: a.Text, Published: a.Published, Lang: a.Lang},
		rough: a.Rough, whole: true, replies: -1,
	}, nil
}
