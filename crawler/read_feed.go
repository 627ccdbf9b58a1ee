package crawler

import (
	"fmt"
	"strconv"
	"strings"

	"langnghe/crawler/feed"
	"langnghe/internal/news"
)

// readFeed reads RSS, Atom and JSON feeds, of articles, posts or comments.
func readFeed(data []byte, c reading) (listing, error) {
	f, err := feed.Parse(data, feed.Options{URL: c.url, Zone: c.zone, Now: c.now})
	if err != nil {
		return listing{}, err
	}
	out := listing{hub: f.Hub, self: f.Self}
	if f.Dropped > 0 {
		out.notes = append(out.notes, fmt.Sprintf("%d entries behind the first %d were not read", f.Dropped, feed.MaxEntries))
	}
	links, addresses := map[string]int{}, make([]string, len(f.Entries))
	for i, e := range f.Entries {
		addresses[i] = Canonical(e.URL, true)
		links[addresses[i]]++
	}
	out.leads = make([]lead, 0, len(f.Entries))
	for i, e := range f.Entries {
		l := lead{
			item: news.Item{
				Kind: c.source.Items, URL: e.URL, Title: e.Title, Text: e.Content,
				Published: e.Published, Lang: f.Lang,
			},
			native: e.ID, author: e.Author, parent: e.Parent, rough: e.Rough,
			whole: c.source.FullText, comments: e.Comments, replies: e.Replies,
			mark: mark(e.Title, e.Summary, e.Content, times(e.Updated)),
		}
		if l.item.Text == "" {
			l.item.Text = e.Summary
		}
		if links[addresses[i]] > 1 && e.ID != "" {
			l.item.URL = "" // all entries link to the front page: their ids tell them apart
		}
		if e.URL == "" {
			l.whole = true
		}
		switch l.item.Kind {
		case news.Comment:
			l.item.Title, l.whole = "", true // "By: Nguyễn Văn A"
		case news.Post:
			l.item.Title = postTitle(e.Title, l.item.Text)
		}
		if e.Replies > 0 {
			l.item.Counts = &news.Counts{Comments: e.Replies}
		}
		out.leads = append(out.leads, l)
	}
	for _, e := range f.Gone {
		out.gone = append(out.gone, lead{item: news.Item{Kind: c.source.Items, URL: e.URL}, native: e.ID})
	}
	return out, nil
}

// postTitle drops a title that only repeats how the post begins.
func postTitle(title, text string) string {
	t := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(title, "…"), "..."), " ")
	if t != "" && strings.HasPrefix(strings.Join(strings.Fields(text), " "), t) {
		return ""
	}
	return title
}

func count(n int) string { return strconv.Itoa(n) }
