package social

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"langnghe/internal/news"
)

// bluesky is the public stream of all posts (Jetstream). A visit goes on
// where the last one stopped, reads until it has caught up with the present
// and hangs up, so that nothing is lost between visits and a source needs no
// process of its own. What is not in Vietnamese, and holds none of the
// source's words, is passed over.
//
// Every address of a post there holds its author's identity. Posts are
// therefore known by the hash of their content (CID) that the stream gives
// them, and so are the posts that they answer; there is no address. A deletion
// names the author's record, which is the post's alias.
var bluesky = Platform{Name: "bluesky", Items: news.Post, Start: blueskyStart, Read: blueskyRead}

func blueskyStart(u *url.URL, _ bool) ([]Request, error) {
	if p := segments(u); len(p) == 0 || p[len(p)-1] != "subscribe" {
		return nil, errors.New("needs the address of a Jetstream, such as https://jetstream2.us-east.bsky.network/subscribe")
	}
	ws := *u
	switch u.Scheme {
	case "https":
		ws.Scheme = "wss"
	case "http":
		ws.Scheme = "ws"
	}
	q := ws.Query()
	q.Del("cursor")
	q.Del("words")
	q.Del("langs")
	q.Set("wantedCollections", "app.bsky.feed.post")
	ws.RawQuery = q.Encode()
	return []Request{{URL: ws.String()}}, nil
}

type blueskyEvent struct {
	DID    string `json:"did"`
	TimeUS int64  `json:"time_us"`
	Kind   string `json:"kind"`
	Commit struct {
		Operation  string `json:"operation"`
		Collection string `json:"collection"`
		CID        string `json:"cid"`
		RKey       string `json:"rkey"`
		Record     struct {
			Text    string   `json:"text"`
			Langs   []string `json:"langs"`
			Created stamp    `json:"createdAt"`
			Reply   *struct {
				Root, Parent struct {
					CID string `json:"cid"`
				}
			} `json:"reply"`
			Embed blueskyEmbed `json:"embed"`
			Tags  []string     `json:"tags"`
		} `json:"record"`
	} `json:"commit"`
}

type blueskyEmbed struct {
	Images []struct {
		Alt string `json:"alt"`
	} `json:"images"`
	External struct {
		URI string `json:"uri"`
	} `json:"external"`
}

// blueskyRead reads events, one a line.
func blueskyRead(data []byte, o Options) (Page, error) {
	var p Page
	langs, wanted := []string{"vi"}, []string(nil)
	if o.Source != nil {
		q := o.Source.Query()
		if v := q.Get("langs"); v != "" {
			langs = strings.Split(strings.ToLower(v), ",")
		}
		if v := q.Get("words"); v != "" {
			wanted = strings.Split(strings.ToLower(v), ",")
		}
	} else {
		langs = nil // a saved document: everything
	}
	var first error
	offset := int64(0)
	for line := range bytes.Lines(data) {
		start := offset
		offset += int64(len(line))
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		var e blueskyEvent
		if err := json.Unmarshal(line, &e); err != nil {
			var s *json.SyntaxError
			if errors.As(err, &s) {
				start += s.Offset - 1
			}
			if first == nil {
				first = broken("bluesky", start, err)
			}
			continue
		}
		p.Read++
		if e.TimeUS > 0 {
			p.Last = strconv.FormatInt(e.TimeUS, 10)
		}
		c := &e.Commit
		alias := ""
		if e.DID != "" && c.RKey != "" {
			alias = "at://" + e.DID + "/" + c.Collection + "/" + c.RKey
		}
		if e.Kind == "commit" && c.Operation == "delete" && c.Collection == "app.bsky.feed.post" && alias != "" {
			p.Gone = append(p.Gone, Post{Kind: news.Post, Alias: alias})
			continue
		}
		if e.Kind != "commit" || c.Operation != "create" && c.Operation != "update" || c.Collection != "app.bsky.feed.post" || strings.TrimSpace(c.Record.Text) == "" {
			continue
		}
		if !speaks(c.Record.Langs, langs) && !mentions(c.Record.Text, wanted) {
			continue
		}
		post := Post{Kind: news.Post, ID: c.CID, Alias: alias, Text: c.Record.Text, Author: e.DID, Published: c.Record.Created.Time}
		if len(c.Record.Langs) > 0 {
			post.Lang = c.Record.Langs[0]
		}
		if post.Published.IsZero() {
			post.Published = unix(e.TimeUS)
		}
		if r := c.Record.Reply; r != nil {
			post.Kind, post.RootID, post.ParentID = news.Comment, r.Root.CID, r.Parent.CID
		}
		p.Posts = append(p.Posts, post)
	}
	if first != nil && p.Read == 0 {
		return p, first
	}
	if first != nil {
		p.Notes = append(p.Notes, first.Error())
	}
	return p, nil
}

// speaks reports whether one of the languages of a post is wanted; none
// wanted is all.
func speaks(have, want []string) bool {
	return len(want) == 0 || slices.ContainsFunc(have, func(l string) bool {
		l, _, _ = strings.Cut(strings.ToLower(l), "-")
		return slices.Contains(want, l)
	})
}

func mentions(text string, words []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(w string) bool { return w != "" && strings.Contains(text, strings.TrimSpace(w)) })
}
