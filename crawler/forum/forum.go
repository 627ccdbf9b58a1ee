// Package forum reads the pages of forums and community sites that mark
// their posts up with schema.org microdata.
//
// What it looks for, and what a site that wants to be read has to write:
//
//	itemscope itemtype="https://schema.org/DiscussionForumPosting" (or
//	SocialMediaPosting) for a post and .../Comment for an answer, a comment
//	inside the element of what it answers. Of each: itemprop "url", "text" or
//	"articleBody", "datePublished", "author" and, for a post, "headline" and
//	"commentCount".
//
// A post in a listing without its text is a pointer to its thread's page.
package forum

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"langnghe/crawler/page"
	"langnghe/crawler/vitime"
)

// ErrNoPosts is returned for a page without a post.
var ErrNoPosts = errors.New("forum: no element with a schema.org DiscussionForumPosting, SocialMediaPosting or Comment")

// MaxPosts is how many posts and comments of one page are read.
const MaxPosts = 1000

// Options says what the page may leave out.
type Options struct {
	URL  *url.URL       // of the page
	Zone *time.Location // default UTC
	Now  time.Time
}

// A Post is a post or a comment.
type Post struct {
	URL       string
	Comment   bool
	Parent    int // index of what it answers in the result; -1 for a post
	Title     string
	Text      string
	Author    string
	Published time.Time
	Rough     bool
	Replies   int // as the page says; -1 when it does not
}

// Parse returns the posts and comments of a page, in its order.
func Parse(data []byte, o Options) ([]Post, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	doc, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("forum: %w", err)
	}
	r := reader{o: o}
	r.walk(doc, -1)
	if len(r.posts) == 0 {
		return nil, ErrNoPosts
	}
	return r.posts, nil
}

type reader struct {
	o     Options
	posts []Post
}

// walk goes down the tree; parent is the post that n is part of.
func (r *reader) walk(n *html.Node, parent int) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		p := parent
		switch kind := itemType(c); {
		case kind != "":
			if len(r.posts) == MaxPosts {
				return
			}
			r.posts = append(r.posts, Post{Comment: kind == "Comment", Parent: -1, Replies: -1})
			p = len(r.posts) - 1
			if kind == "Comment" {
				r.posts[p].Parent = parent
			}
		case parent >= 0:
			if prop := attr(c, "itemprop"); prop != "" {
				r.property(&r.posts[parent], prop, c)
			}
			if has(c, "itemscope") {
				// A thing of another type: an author, a counter. Its own
				// properties are not the post's.
				if attr(c, "itemprop") == "author" || attr(c, "itemprop") == "interactionStatistic" {
					continue
				}
			}
		}
		r.walk(c, p)
	}
}

func (r *reader) property(p *Post, prop string, n *html.Node) {
	for name := range strings.FieldsSeq(prop) {
		switch name {
		case "url", "mainEntityOfPage":
			for _, key := range []string{"href", "content", "itemid"} {
				if u := r.absolute(attr(n, key)); u != "" && p.URL == "" {
					p.URL = u
				}
			}
		case "headline", "name":
			if p.Title == "" {
				p.Title = strings.Join(strings.Fields(text(n)), " ")
			}
		case "text", "articleBody":
			if p.Text == "" {
				p.Text = body(n)
			}
		case "author":
			if p.Author == "" {
				p.Author = author(n)
			}
		case "datePublished", "dateCreated":
			for _, s := range []string{attr(n, "datetime"), attr(n, "content"), text(n)} {
				if st, err := vitime.Parse(s, r.o.Now, r.o.Zone); err == nil && p.Published.IsZero() {
					p.Published, p.Rough = st.Time, !st.Clock
				}
			}
		case "commentCount":
			if c, err := strconv.Atoi(strings.TrimSpace(text(n))); err == nil && c >= 0 {
				p.Replies = c
			}
		}
	}
}

// body is the text of a node without the comments that are marked inside it.
func body(n *html.Node) string {
	if c := attr(n, "content"); c != "" {
		return page.Plain(c)
	}
	var drop []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && itemType(d) != "" {
			drop = append(drop, d)
		}
	}
	if len(drop) == 0 {
		return page.Text(n)
	}
	// Comments inside the body are read by walk; here they are in the way.
	var b bytes.Buffer
	if err := html.Render(&b, n); err != nil {
		return ""
	}
	copied, err := html.Parse(&b)
	if err != nil {
		return ""
	}
	drop = drop[:0]
	for d := range copied.Descendants() {
		if d.Type == html.ElementNode && itemType(d) != "" {
			drop = append(drop, d)
		}
	}
	for _, d := range drop {
		d.Parent.RemoveChild(d)
	}
	return page.Text(copied)
}

// author is a profile's address, when there is one, or a name: whichever
// stays the same from post to post. Neither leaves the crawler.
func author(n *html.Node) string {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && attr(d, "itemprop") == "url" && attr(d, "href") != "" {
			return attr(d, "href")
		}
	}
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && attr(d, "itemprop") == "name" {
			return strings.Join(strings.Fields(text(d)), " ")
		}
	}
	return strings.Join(strings.Fields(text(n)), " ")
}

func text(n *html.Node) string {
	if c := attr(n, "content"); c != "" {
		return c
	}
	return page.Text(n)
}

func itemType(n *html.Node) string {
	if !has(n, "itemscope") {
		return ""
	}
	t := strings.TrimPrefix(strings.TrimPrefix(attr(n, "itemtype"), "https://"), "http://")
	switch t = strings.TrimPrefix(t, "schema.org/"); t {
	case "DiscussionForumPosting", "SocialMediaPosting", "Comment":
		return t
	}
	return ""
}

func (r *reader) absolute(ref string) string {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || ref == "" {
		return ""
	}
	if r.o.URL != nil {
		u = r.o.URL.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}
