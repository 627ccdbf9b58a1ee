package crawler

import (
	"net/url"
	"strings"

	"langnghe/crawler/social"
	"langnghe/internal/news"
)

// socialReader reads saved or received documents of a platform.
func socialReader(p *social.Platform) reader {
	return func(data []byte, c reading) (listing, error) {
		page, err := p.Read(data, social.Options{URL: c.url, Source: c.address(), Zone: c.zone, Now: c.now})
		return listing{leads: postLeads(page.Posts, p, c.source), gone: goneLeads(page.Gone, p, c.source), notes: page.Notes}, err
	}
}

// goneLeads makes leads of what a platform says was deleted.
func goneLeads(posts []social.Post, p *social.Platform, s Source) (out []lead) {
	for _, post := range posts {
		l := lead{item: news.Item{Kind: post.Kind, Platform: p.Name, URL: post.URL}, native: post.ID, alias: post.Alias}
		if l.native != "" || l.item.URL != "" || l.alias != "" {
			out = append(out, l)
		}
	}
	return out
}

// address is the source's own address, nil when there is none.
func (c reading) address() *url.URL {
	u, err := url.Parse(c.source.URL)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// postLeads makes leads of posts, each once; one without words is none.
func postLeads(posts []social.Post, p *social.Platform, s Source) []lead {
	var out []lead
	once := map[string]bool{}
	for _, post := range posts {
		if !post.Page && strings.TrimSpace(post.Text) == "" {
			continue
		}
		key := string(post.Kind) + "\x00" + post.ID + "\x00" + post.URL
		if post.ID+post.URL != "" && once[key] {
			continue
		}
		once[key] = true
		l := lead{
			item: news.Item{
				Kind: post.Kind, Platform: p.Name, URL: post.URL, Title: postTitle(post.Title, post.Text), Text: post.Text,
				Lang: post.Lang, Published: post.Published,
			},
			native: post.ID, alias: post.Alias, author: post.Author, parent: post.Parent, root: post.Root,
			whole: !post.Page, outward: post.Page, replies: -1, mark: mark(post.Title, post.Text),
		}
		if post.Kind == p.Items {
			l.item.Kind = s.Items // the ward's own channel may be "official"
		}
		if p.Name == "gdelt" {
			l.item.Platform = s.Platform
		}
		if post.RootID != "" {
			l.item.Thread = id("native", s.ID, post.RootID)
		}
		if post.ParentID != "" {
			l.item.Parent = id("native", s.ID, post.ParentID)
		}
		if post.Counts != (news.Counts{}) {
			c := post.Counts
			l.item.Counts = &c
		}
		out = append(out, l)
	}
	return out
}
