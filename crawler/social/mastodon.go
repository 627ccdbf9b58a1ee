package social

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"langnghe/crawler/page"
	"langnghe/internal/news"
)

// mastodon is a public timeline of a server: of a hashtag, of the server, of
// a link or, with a key, of a list. A person's timeline is refused. Only what its author
// made public is taken; whoever asked not to be indexed is left out.
var mastodon = Platform{
	Name: "mastodon", Items: news.Post, Order: NewestFirst,
	Start: mastodonStart, Read: mastodonRead,
	Sign: func(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) },
}

func mastodonStart(u *url.URL, _ bool) ([]Request, error) {
	p := segments(u)
	limit := func(path string, params ...string) ([]Request, error) {
		api := at(u, path)
		api.RawQuery = u.RawQuery
		return []Request{{URL: with(api, append(params, "limit", "40")...), Key: true}}, nil
	}
	switch {
	case len(p) >= 4 && p[0] == "api" && p[2] == "timelines" && p[3] != "home" && p[3] != "direct":
		return limit(u.Path)
	case len(p) == 2 && (p[0] == "tags" || p[0] == "tag"):
		return limit("/api/v1/timelines/tag/" + p[1])
	case len(p) <= 2 && (len(p) == 0 || p[0] == "public" || p[0] == "explore"):
		if len(p) == 2 && p[1] == "remote" {
			return limit("/api/v1/timelines/public", "remote", "true")
		}
		return limit("/api/v1/timelines/public", "local", "true")
	}
	return nil, errors.New("needs a public timeline, such as https://SERVER/tags/nghean or https://SERVER/public/local; the timeline of a person is not read")
}

type mastodonStatus struct {
	ID         string           `json:"id"`
	Created    stamp            `json:"created_at"`
	Edited     stamp            `json:"edited_at"`
	ReplyTo    string           `json:"in_reply_to_id"`
	Visibility string           `json:"visibility"`
	Language   string           `json:"language"`
	URI        string           `json:"uri"`
	URL        string           `json:"url"`
	Replies    number           `json:"replies_count"`
	Reblogs    number           `json:"reblogs_count"`
	Favourites number           `json:"favourites_count"`
	Content    *string          `json:"content"`
	Spoiler    string           `json:"spoiler_text"`
	Reblog     json.RawMessage  `json:"reblog"`
	Status     *json.RawMessage `json:"status"` // of a notification
	Account    struct {
		Acct    string `json:"acct"`
		URL     string `json:"url"`
		NoIndex bool   `json:"noindex"`
	} `json:"account"`
	Poll struct {
		Options []struct {
			Title string `json:"title"`
		} `json:"options"`
	} `json:"poll"`
}

func mastodonRead(data []byte, o Options) (Page, error) {
	var p Page
	byID := map[string]string{} // addresses of this answer's posts
	var replies []int
	var to []string
	add := func(raw json.RawMessage) error {
		p.Read++
		post, answers, err := mastodonPost(raw, o, 0)
		if err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("entry %d: %v", p.Read, err))
			return nil
		}
		if post == nil {
			return nil
		}
		byID[post.ID] = post.URL
		if answers != "" {
			replies, to = append(replies, len(p.Posts)), append(to, answers)
		}
		p.Posts = append(p.Posts, *post)
		return nil
	}
	single := false
	err := entries("mastodon", data, []string{"statuses", "ancestors", "descendants"}, add, func(name string, _ json.RawMessage) error {
		single = single || name == "content" || name == "status"
		return nil
	})
	if single && p.Read == 0 {
		_ = add(data)
	}
	if o.Of != nil {
		byID[o.Of.ID] = o.Of.URL
	}
	for i, n := range replies {
		post := &p.Posts[n]
		post.Kind = news.Comment
		post.Parent = byID[to[i]]
		if post.Parent == "" {
			if u, err := url.Parse(post.URL); err == nil && u.Host != "" {
				// Known by its number on the server that we ask.
				if o.URL != nil && o.URL.Host != "" {
					u = o.URL
				}
				post.Parent = at(u, "/web/statuses/"+to[i]).String()
			}
		}
		if o.Of != nil {
			post.Root = o.Of.URL
		}
	}
	// A thread belongs to where it began, as far as this answer shows.
	parent := map[string]string{}
	for _, x := range p.Posts {
		parent[x.URL] = x.Parent
	}
	for _, n := range replies {
		post := &p.Posts[n]
		if post.Root != "" {
			continue
		}
		post.Root = post.Parent
		for i := 0; i < len(p.Posts) && parent[post.Root] != ""; i++ {
			post.Root = parent[post.Root]
		}
	}
	p.Next = linkNext(o)
	return p, err
}

// mastodonPost reads one status; nil for what is not public. answers is the
// number of what it replies to.
func mastodonPost(raw json.RawMessage, o Options, depth int) (post *Post, answers string, err error) {
	var s mastodonStatus
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, "", err
	}
	if depth == 0 && s.Status != nil && len(*s.Status) > 0 && string(*s.Status) != "null" {
		return mastodonPost(*s.Status, o, depth+1)
	}
	if depth == 0 && len(s.Reblog) > 0 && string(s.Reblog) != "null" {
		return mastodonPost(s.Reblog, o, depth+1) // what was passed on, once, by who wrote it
	}
	if s.Content == nil || s.Visibility != "" && s.Visibility != "public" && s.Visibility != "unlisted" || s.Account.NoIndex {
		return nil, "", nil
	}
	p := &Post{
		Kind: news.Post, ID: s.ID, URL: s.URL, Title: s.Spoiler, Text: page.Plain(*s.Content), Lang: s.Language,
		Published: s.Created.Time, Edited: s.Edited.Time, Author: s.Account.URL,
		Counts: news.Counts{Reactions: int(s.Favourites), Comments: int(s.Replies), Shares: int(s.Reblogs)},
	}
	if p.Author == "" {
		p.Author = s.Account.Acct
	}
	if p.URL == "" {
		p.URL = s.URI
	}
	for _, c := range s.Poll.Options {
		p.Text += "\n– " + page.Plain(c.Title)
	}
	p.Text = strings.TrimSpace(p.Text)
	titleOnly(p)
	if s.Replies > 0 && s.ReplyTo == "" && o.Of == nil && o.URL != nil && strings.HasPrefix(o.URL.Path, "/api/") {
		p.Replies = &Request{URL: at(o.URL, "/api/v1/statuses/"+s.ID+"/context").String(), Key: true}
		p.ReplyMark = fmt.Sprint(int(s.Replies))
	}
	return p, s.ReplyTo, nil
}

// linkNext is the next page that the Link header of an answer names, if it
// is on the same host.
func linkNext(o Options) string {
	if o.Header == nil || o.URL == nil {
		return ""
	}
	for _, h := range o.Header.Values("Link") {
		for part := range strings.SplitSeq(h, ",") {
			ref, params, ok := strings.Cut(strings.TrimSpace(part), ">")
			if !ok || !strings.HasPrefix(ref, "<") || !strings.Contains(params, `rel="next"`) {
				continue
			}
			u, err := o.URL.Parse(ref[1:])
			if err == nil && u.Host == o.URL.Host {
				return u.String()
			}
		}
	}
	return ""
}
