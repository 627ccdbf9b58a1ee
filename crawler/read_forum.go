package crawler

import (
	"langnghe/crawler/forum"
	"langnghe/internal/news"
)

// readForum reads the page of a community: its feed with whole posts, or a
// listing or thread in schema.org microdata (see package forum). Its items
// are posts and comments, whatever the source says.
func readForum(data []byte, c reading) (listing, error) {
	if isFeed(data) {
		if c.source.Items != news.Comment {
			c.source.Items = news.Post
		}
		c.source.FullText = true
		return readFeed(data, c)
	}
	posts, err := forum.Parse(data, forum.Options{URL: c.url, Zone: c.zone, Now: c.now})
	if err != nil {
		return listing{}, err
	}
	var out listing
	for _, p := range posts {
		l := lead{
			item:   news.Item{Kind: news.Post, URL: p.URL, Title: postTitle(p.Title, p.Text), Text: p.Text, Published: p.Published},
			author: p.Author, rough: p.Rough, whole: true, replies: p.Replies,
			mark: mark(p.Title, p.Text, count(p.Replies)),
		}
		if p.Replies > 0 {
			l.item.Counts = &news.Counts{Comments: p.Replies}
		}
		if p.Comment {
			l.item.Kind, l.item.Title = news.Comment, ""
			if p.Parent >= 0 {
				l.parent = posts[p.Parent].URL
			}
			if root := rootOf(posts, p); root != nil && root.URL != "" {
				l.root = root.URL
			}
		} else if p.Text == "" && p.URL != "" {
			l.whole, l.comments = false, p.URL // the thread's page has it all
		} else if p.URL != "" && p.Replies > answers(posts, p) {
			l.comments = p.URL
		}
		out.leads = append(out.leads, l)
	}
	return out, nil
}

// rootOf is the post that a comment belongs to.
func rootOf(posts []forum.Post, p forum.Post) *forum.Post {
	for p.Parent >= 0 {
		up := posts[p.Parent]
		if !up.Comment {
			return &up
		}
		p = up
	}
	return nil
}

// answers counts the comments of a post that the page itself shows.
func answers(posts []forum.Post, post forum.Post) int {
	n := 0
	for _, p := range posts {
		if root := rootOf(posts, p); p.Comment && root != nil && root.URL == post.URL {
			n++
		}
	}
	return n
}
