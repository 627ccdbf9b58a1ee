package social

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"langnghe/internal/news"
)

// facebook is a Page of the ward's own, read with the Page's access token
// through the Graph API: its posts and the comments under them. The same
// shapes come through the Page's webhook. Pages of others, groups and
// profiles are not read.
var facebook = Platform{
	Name: "facebook", Items: news.Post, Order: NewestFirst,
	Start: facebookStart, Read: facebookRead, Fault: facebookFault,
	Sign: func(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) },
}

// GraphVersion is the version of the Graph API that is asked.
const GraphVersion = "v23.0"

var pageName = regexp.MustCompile(`^[A-Za-z0-9.]{3,80}$`)

func facebookStart(u *url.URL, hasKey bool) ([]Request, error) {
	p := segments(u)
	if is(u, "facebook.com", "fb.com") {
		if len(p) > 1 && strings.HasPrefix(p[0], "v") && strings.Contains(p[0], ".") {
			p = p[1:] // https://graph.facebook.com/v23.0/…
		}
		if len(p) != 1 || !pageName.MatchString(p[0]) || slices.Contains([]string{"groups", "profile.php", "people", "watch", "share"}, p[0]) {
			return nil, errors.New("needs the address of the ward's own Page, https://www.facebook.com/NAME-OR-NUMBER; groups and profiles are not read")
		}
		u = &url.URL{Scheme: "https", Host: "graph.facebook.com"}
		p = []string{GraphVersion, p[0]}
	}
	if !hasKey {
		return nil, nil // posts and comments come through the webhook alone
	}
	return []Request{{Key: true, URL: with(at(u, "/"+strings.Join(append(p, "feed"), "/")),
		"fields", "id,message,created_time,updated_time,permalink_url,message_tags,shares,comments.filter(stream).summary(true).limit(0),reactions.summary(true).limit(0)",
		"limit", "25")}}, nil
}

type facebookItem struct {
	ID        string        `json:"id"`
	Message   string        `json:"message"`
	Created   stamp         `json:"created_time"`
	Updated   stamp         `json:"updated_time"`
	Permalink string        `json:"permalink_url"`
	Tags      []facebookTag `json:"message_tags"`
	From      struct {
		ID string `json:"id"`
	} `json:"from"`
	Parent struct {
		ID string `json:"id"`
	} `json:"parent"`
	Replies *number `json:"comment_count"`
	Likes   number  `json:"like_count"`
	Shares  struct {
		Count number `json:"count"`
	} `json:"shares"`
	Comments  facebookCount `json:"comments"`
	Reactions facebookCount `json:"reactions"`
}

type facebookCount struct {
	Data    []json.RawMessage `json:"data"`
	Summary struct {
		Total number `json:"total_count"`
	} `json:"summary"`
}

type facebookTag struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"` // in UTF-16, as browsers count
	Length int    `json:"length"`
}

// facebookTags are either a list or lists by their offset.
func (t *facebookTag) UnmarshalJSON(b []byte) error {
	type plain facebookTag
	var p plain
	if json.Unmarshal(b, &p) == nil {
		*t = facebookTag(p)
	}
	return nil
}

func facebookRead(data []byte, o Options) (Page, error) {
	var p Page
	var paging struct {
		Next string `json:"next"`
	}
	one := map[string]json.RawMessage{}
	isHook := false
	add := func(raw json.RawMessage) error {
		p.Read++
		var it facebookItem
		if err := json.Unmarshal(raw, &it); err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("entry %d: %v", p.Read, err))
			return nil
		}
		p.Posts = append(p.Posts, it.posts(o)...)
		return nil
	}
	err := entries("facebook", data, []string{"data", "entry"}, func(raw json.RawMessage) error {
		if hook, gone := facebookHook(raw); hook != nil {
			isHook = true
			p.Read += max(len(hook), 1)
			p.Posts, p.Gone = append(p.Posts, hook...), append(p.Gone, gone...)
			return nil
		}
		return add(raw)
	}, func(name string, raw json.RawMessage) error {
		if name == "paging" {
			return json.Unmarshal(raw, &paging)
		}
		one[name] = raw
		return nil
	})
	if p.Read == 0 && !isHook && err == nil {
		switch {
		case one["message"] != nil || one["created_time"] != nil || one["permalink_url"] != nil:
			err = add(data) // one post or comment
		case one["id"] == nil && one["object"] == nil:
			// Several that were asked for by their ids.
			for _, id := range sorted(one) {
				if graphID.MatchString(id) {
					_ = add(one[id])
				}
			}
		}
	}
	if next, e := url.Parse(paging.Next); e == nil && paging.Next != "" && o.URL != nil {
		// The key does not travel in addresses, and a next page is on the same
		// host or none of ours.
		q := next.Query()
		q.Del("access_token")
		next.RawQuery, next.Scheme, next.Host = q.Encode(), o.URL.Scheme, o.URL.Host
		p.Next = next.String()
	}
	return p, err
}

var graphID = regexp.MustCompile(`^\d{1,22}(?:_\d{1,22})?$`)

func sorted(m map[string]json.RawMessage) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

const facebookPosts = "https://www.facebook.com/posts/"

func (f *facebookItem) posts(o Options) []Post {
	p := Post{
		Kind: news.Post, ID: f.ID, URL: f.Permalink, Text: untagged(f.Message, f.Tags), Author: f.From.ID,
		Published: f.Created.Time, Edited: f.Updated.Time,
	}
	p.Counts = news.Counts{Shares: int(f.Shares.Count), Comments: int(f.Comments.Summary.Total), Reactions: int(f.Reactions.Summary.Total)}
	first, second, _ := strings.Cut(f.ID, "_")
	link, err := url.Parse(f.Permalink)
	onPost := err == nil && link.Query().Get("comment_id") != ""
	if f.Replies == nil && !onPost && o.Of == nil {
		if second != "" {
			p.URL = facebookPosts + second
		}
		if n := p.Counts.Comments; n > 0 && second != "" && o.URL != nil && o.URL.Host != "" {
			p.Replies = facebookComments(o.URL, f.ID)
			p.ReplyMark = fmt.Sprint(n)
		}
		out := []Post{p}
		for _, raw := range f.Comments.Data { // comments that came with the post
			var c facebookItem
			if json.Unmarshal(raw, &c) == nil {
				out = append(out, c.posts(Options{Of: &p, Now: o.Now})...)
			}
		}
		return out
	}
	p.Kind, p.Counts = news.Comment, news.Counts{Reactions: int(f.Likes)}
	if f.Replies != nil {
		p.Counts.Comments = int(*f.Replies)
	}
	comment, parent := second, ""
	if onPost {
		comment, first = link.Query().Get("comment_id"), postNumber(link)
		if reply := link.Query().Get("reply_comment_id"); reply != "" {
			comment, parent = reply, link.Query().Get("comment_id")
		}
	}
	if _, c, ok := strings.Cut(f.Parent.ID, "_"); ok {
		parent = c
	}
	p.address(first, comment, parent)
	return []Post{p}
}

// address gives a comment the addresses that its numbers make.
func (p *Post) address(post, comment, parent string) {
	if post == "" || comment == "" {
		return
	}
	p.Root = facebookPosts + post
	p.Parent = p.Root
	p.URL = p.Root + "?comment_id=" + comment
	if parent != "" && parent != comment {
		p.Parent = p.Root + "?comment_id=" + parent
		p.URL = p.Parent + "&reply_comment_id=" + comment
	}
}

// postNumber is the number of the post in the address of a comment.
func postNumber(u *url.URL) string {
	for _, s := range slices.Backward(segments(u)) {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			return s
		}
	}
	return u.Query().Get("story_fbid") + u.Query().Get("fbid") + u.Query().Get("v")
}

func facebookComments(feed *url.URL, post string) *Request {
	version := ""
	if p := segments(feed); len(p) > 1 && strings.HasPrefix(p[0], "v") {
		version = "/" + p[0]
	}
	return &Request{Key: true, URL: with(at(feed, version+"/"+post+"/comments"),
		"fields", "id,message,created_time,permalink_url,message_tags,parent{id},comment_count,like_count,from{id}",
		"filter", "stream", "order", "reverse_chronological", "limit", "100")}
}

// untagged is a message without the names of people that are tagged in it.
// Names of pages stay.
func untagged(s string, tags []facebookTag) string {
	tags = slices.DeleteFunc(slices.Clone(tags), func(t facebookTag) bool { return t.Type != "user" || t.Length <= 0 || t.Offset < 0 })
	if len(tags) == 0 {
		return s
	}
	slices.SortFunc(tags, func(a, b facebookTag) int { return b.Offset - a.Offset })
	u := utf16.Encode([]rune(s))
	for _, t := range tags {
		if t.Offset <= len(u) && t.Length <= len(u)-t.Offset {
			u = slices.Concat(u[:t.Offset], utf16.Encode([]rune("[nhắc tên]")), u[t.Offset+t.Length:])
		}
	}
	return string(utf16.Decode(u))
}

// facebookHook reads one entry of a Page's webhook; nil when it is none. What
// was removed there is gone; what the Page itself has hidden brings nothing.
func facebookHook(raw json.RawMessage) (out, gone []Post) {
	var e struct {
		Changes *[]struct {
			Field string `json:"field"`
			Value struct {
				Item      string `json:"item"`
				Verb      string `json:"verb"`
				PostID    string `json:"post_id"`
				CommentID string `json:"comment_id"`
				ParentID  string `json:"parent_id"`
				Message   string `json:"message"`
				Created   stamp  `json:"created_time"`
				From      struct {
					ID string `json:"id"`
				} `json:"from"`
				Tags []facebookTag `json:"message_tags"`
			} `json:"value"`
		} `json:"changes"`
		Messaging *json.RawMessage `json:"messaging"`
		Time      stamp            `json:"time"`
	}
	if json.Unmarshal(raw, &e) != nil || e.Changes == nil && e.Messaging == nil {
		return nil, nil
	}
	out = []Post{}
	if e.Changes == nil { // private messages to the Page are nobody else's business
		return out, nil
	}
	for _, c := range *e.Changes {
		v := &c.Value
		removed := v.Verb == "remove" || v.Verb == "delete"
		if c.Field != "feed" || !removed && (v.Verb != "add" && v.Verb != "edit" && v.Verb != "edited" || v.Message == "") {
			continue
		}
		p := Post{Kind: news.Post, ID: v.PostID, Text: untagged(v.Message, v.Tags), Author: v.From.ID, Published: v.Created.Time}
		if p.Published.IsZero() {
			p.Published = e.Time.Time
		}
		_, post, _ := strings.Cut(v.PostID, "_")
		switch v.Item {
		case "comment":
			p.Kind, p.ID = news.Comment, v.CommentID
			_, comment, _ := strings.Cut(v.CommentID, "_")
			parent := ""
			if v.ParentID != v.PostID {
				_, parent, _ = strings.Cut(v.ParentID, "_")
			}
			p.address(post, comment, parent)
		case "post", "status", "photo", "video", "share", "link", "note", "event":
			if post != "" {
				p.URL = facebookPosts + post
			}
		default: // reactions, likes
			continue
		}
		if removed {
			gone = append(gone, Post{Kind: p.Kind, ID: p.ID, URL: p.URL})
		} else {
			out = append(out, p)
		}
	}
	return out, gone
}

func facebookFault(status int, data []byte, _ time.Time) error {
	var b errorBody
	if json.Unmarshal(data, &b) != nil || b.Error.Code == 0 && b.Error.Message == "" {
		return nil
	}
	f := &Fault{Platform: "facebook", Status: status, Message: short(b.Error.Message)}
	switch c := b.Error.Code; {
	case c == 190 || c == 102 || c == 104 || c == 463 || c == 467:
		f.Why = Key
	case c == 4 || c == 17 || c == 32 || c == 341 || c == 368 || c == 613 || c >= 80000 && c < 80100:
		f.Why, f.After = Quota, time.Hour // Meta counts by the hour
	case c == 10 || c == 3 || c >= 200 && c < 300:
		f.Why = Permission
	case c == 803 || c == 100 && b.Error.Subcode == 33:
		f.Why = Gone
	case c == 1 || c == 2 || status >= 500:
		f.Why = Trouble
	default:
		return nil
	}
	return f
}
