package social

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"langnghe/crawler/feed"
	"langnghe/crawler/page"
	"langnghe/internal/news"
)

// youtube is a channel: its public feed brings the videos, and with a key of
// the Data API v3 the comments under all of them come in one list. A page of
// comments costs one of the key's 10,000 units a day; searching, which costs
// a hundred, is not used.
var youtube = Platform{
	Name: "youtube", Items: news.Post,
	Start: youtubeStart, Read: youtubeRead, Fault: youtubeFault,
	Sign: func(h http.Header, key string) { h.Set("X-Goog-Api-Key", key) },
}

var youtubeID = regexp.MustCompile(`^[A-Za-z0-9_-]{6,64}$`)

const youtubeComments = "/youtube/v3/commentThreads"

func youtubeStart(u *url.URL, hasKey bool) ([]Request, error) {
	channel := u.Query().Get("channel_id")
	if p := segments(u); channel == "" && len(p) == 2 && p[0] == "channel" {
		channel = p[1]
	}
	if !youtubeID.MatchString(channel) {
		return nil, errors.New("needs the address of a channel by its id: https://www.youtube.com/channel/UC… (on the channel's page: About, Share, Copy channel ID)")
	}
	out := []Request{{URL: with(at(u, "/feeds/videos.xml"), "channel_id", channel)}}
	if hasKey {
		api := at(u, youtubeComments)
		if is(u, "youtube.com") {
			api = &url.URL{Scheme: "https", Host: "www.googleapis.com", Path: youtubeComments}
		}
		out = append(out, Request{Key: true, URL: with(api,
			"part", "snippet,replies", "allThreadsRelatedToChannelId", channel, "order", "time", "maxResults", "100", "textFormat", "plainText")})
	}
	return out, nil
}

// YouTube's comment, thread, video and search result are one shape here:
// their fields do not collide.
type youtubeItem struct {
	Kind    string          `json:"kind"`
	RawID   json.RawMessage `json:"id"`
	Snippet struct {
		VideoID      string       `json:"videoId"`
		Top          *youtubeItem `json:"topLevelComment"`
		TotalReplies number       `json:"totalReplyCount"`
		ParentID     string       `json:"parentId"`
		TextOriginal string       `json:"textOriginal"`
		TextDisplay  string       `json:"textDisplay"`
		AuthorName   string       `json:"authorDisplayName"`
		AuthorID     struct {
			Value string `json:"value"`
		} `json:"authorChannelId"`
		Likes       number `json:"likeCount"`
		Published   stamp  `json:"publishedAt"`
		Updated     stamp  `json:"updatedAt"`
		Title       string `json:"title"`
		Description string `json:"description"`
		ChannelID   string `json:"channelId"`
		Language    string `json:"defaultLanguage"`
		Audio       string `json:"defaultAudioLanguage"`
		Public      *bool  `json:"isPublic"`
	} `json:"snippet"`
	Replies struct {
		Comments []youtubeItem `json:"comments"`
	} `json:"replies"`
	Statistics struct {
		Views    number `json:"viewCount"`
		Likes    number `json:"likeCount"`
		Comments number `json:"commentCount"`
	} `json:"statistics"`
	Status struct {
		Privacy string `json:"privacyStatus"`
	} `json:"status"`
}

// id is the item's id, or "" for what has none that is a string.
func (y *youtubeItem) id() string {
	var s string
	if json.Unmarshal(y.RawID, &s) == nil {
		return s
	}
	var o struct {
		VideoID string `json:"videoId"`
	}
	_ = json.Unmarshal(y.RawID, &o) // a search result: {"videoId": …}
	return o.VideoID
}

func youtubeRead(data []byte, o Options) (Page, error) {
	if start := strings.TrimLeft(string(data[:min(len(data), 512)]), " \t\r\n\ufeff"); !strings.HasPrefix(start, "{") && !strings.HasPrefix(start, "[") {
		return youtubeFeed(data, o)
	}
	var p Page
	token, single := "", youtubeItem{}
	err := entries("youtube", data, []string{"items"}, func(raw json.RawMessage) error {
		var it youtubeItem
		p.Read++
		if err := json.Unmarshal(raw, &it); err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("entry %d: %v", p.Read, err))
			return nil // the good rest goes on
		}
		p.Posts = append(p.Posts, it.posts(o)...)
		return nil
	}, func(name string, raw json.RawMessage) error {
		switch name {
		case "nextPageToken":
			return json.Unmarshal(raw, &token)
		case "kind", "id", "snippet", "statistics", "replies", "status":
			return json.Unmarshal([]byte(`{"`+name+`":`+string(raw)+`}`), &single)
		}
		return nil
	})
	if len(p.Posts) == 0 && p.Read == 0 && len(single.RawID) > 0 {
		p.Read, p.Posts = 1, single.posts(o) // the answer to an insert, or one saved entry
	}
	if token != "" && o.URL != nil {
		next := *o.URL
		q := next.Query()
		q.Set("pageToken", token)
		next.RawQuery = q.Encode()
		p.Next = next.String()
	}
	return p, err
}

// posts makes posts of an entry: of a thread its comment and the replies that
// came with it.
func (y *youtubeItem) posts(o Options) []Post {
	if s := y.Status.Privacy; s != "" && s != "public" {
		return nil
	}
	switch {
	case y.Snippet.Top != nil:
		if y.Snippet.Public != nil && !*y.Snippet.Public {
			return nil
		}
		top := *y.Snippet.Top
		if top.Snippet.VideoID == "" {
			top.Snippet.VideoID = y.Snippet.VideoID
		}
		out := top.posts(o)
		replies := int(y.Snippet.TotalReplies)
		for i := range out {
			out[i].Counts.Comments = replies
			if replies > len(y.Replies.Comments) && o.URL != nil && strings.HasSuffix(o.URL.Path, youtubeComments) {
				list := at(o.URL, strings.TrimSuffix(o.URL.Path, "commentThreads")+"comments")
				out[i].Replies = &Request{Key: true, URL: with(list, "part", "snippet", "parentId", out[i].ID, "maxResults", "100", "textFormat", "plainText")}
				out[i].ReplyMark = fmt.Sprint(replies)
			}
		}
		for _, r := range y.Replies.Comments {
			if r.Snippet.VideoID == "" {
				r.Snippet.VideoID = top.Snippet.VideoID
			}
			if r.Snippet.ParentID == "" {
				r.Snippet.ParentID = top.id()
			}
			out = append(out, r.posts(o)...)
		}
		return out
	case y.Snippet.TextOriginal != "" || y.Snippet.TextDisplay != "":
		return y.comment(o)
	case strings.HasSuffix(y.Kind, "#video"), strings.HasSuffix(y.Kind, "#searchResult"):
		return y.video()
	}
	return nil
}

const watch = "https://www.youtube.com/watch?v="

func (y *youtubeItem) comment(o Options) []Post {
	s := &y.Snippet
	if s.VideoID == "" && o.Of != nil { // the list of replies does not say the video
		if u, err := url.Parse(o.Of.Root); err == nil {
			s.VideoID = u.Query().Get("v")
		}
	}
	id := y.id()
	p := Post{Kind: news.Comment, ID: id, Text: s.TextOriginal, Published: s.Published.Time, Edited: s.Updated.Time, Author: s.AuthorID.Value}
	if p.Text == "" {
		p.Text = page.Plain(s.TextDisplay)
	}
	if p.Author == "" {
		p.Author = s.AuthorName
	}
	p.Counts.Reactions = int(s.Likes)
	parent := s.ParentID
	if parent == "" {
		parent, _, _ = strings.Cut(id, ".") // a reply's id begins with its thread's
		if parent == id {
			parent = ""
		}
	}
	if youtubeID.MatchString(s.VideoID) {
		p.Root = watch + s.VideoID
		p.URL, p.Parent = p.Root+"&lc="+url.QueryEscape(id), p.Root
		if parent != "" {
			p.Parent = p.Root + "&lc=" + url.QueryEscape(parent)
		}
	} else if parent != "" {
		p.ParentID, p.RootID = parent, parent
	}
	return []Post{p}
}

func (y *youtubeItem) video() []Post {
	id := y.id()
	if !youtubeID.MatchString(id) {
		return nil // a channel or playlist among the results
	}
	s := &y.Snippet
	p := Post{Kind: news.Post, ID: id, URL: watch + id, Title: page.Plain(s.Title), Text: s.Description, Author: s.ChannelID, Published: s.Published.Time, Lang: s.Audio}
	if p.Lang == "" {
		p.Lang = s.Language
	}
	p.Counts = news.Counts{Views: int(y.Statistics.Views), Reactions: int(y.Statistics.Likes), Comments: int(y.Statistics.Comments)}
	titleOnly(&p)
	return []Post{p}
}

// titleOnly lets a post without a text speak with its title.
func titleOnly(p *Post) {
	if strings.TrimSpace(p.Text) == "" {
		p.Text, p.Title = p.Title, ""
	}
}

func youtubeFeed(data []byte, o Options) (Page, error) {
	f, err := feed.Parse(data, feed.Options{URL: o.URL, Zone: o.Zone, Now: o.Now})
	if err != nil {
		return Page{}, fmt.Errorf("youtube: %w", err)
	}
	p := Page{Read: len(f.Entries), Hub: f.Hub, Self: f.Self}
	for _, e := range f.Entries {
		post := Post{Kind: news.Post, ID: e.ID, URL: e.URL, Title: e.Title, Text: e.Media, Author: e.Author, Published: e.Published, Edited: e.Updated}
		if post.Text == "" {
			post.Text = e.Content + e.Summary
		}
		post.Counts.Views = e.Views
		titleOnly(&post)
		p.Posts = append(p.Posts, post)
	}
	for _, e := range f.Gone {
		p.Gone = append(p.Gone, Post{Kind: news.Post, ID: e.ID, URL: e.URL})
	}
	return p, nil
}

// errorBody is how Google and Meta word a refusal.
type errorBody struct {
	Error struct {
		Code    int    `json:"code"`
		Subcode int    `json:"error_subcode"`
		Type    string `json:"type"`
		Message string `json:"message"`
		Status  string `json:"status"`
		Errors  []struct {
			Reason string `json:"reason"`
			Domain string `json:"domain"`
		} `json:"errors"`
	} `json:"error"`
}

func youtubeFault(status int, data []byte, now time.Time) error {
	var b errorBody
	if json.Unmarshal(data, &b) != nil || b.Error.Code == 0 {
		return nil
	}
	f := &Fault{Platform: "youtube", Status: status, Message: short(page.Plain(b.Error.Message))}
	reason := b.Error.Status
	if len(b.Error.Errors) > 0 {
		reason = b.Error.Errors[0].Reason
	}
	switch reason {
	case "quotaExceeded", "dailyLimitExceeded":
		f.Why, f.After = Quota, untilMidnight(now, QuotaZone)
	case "rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED":
		f.Why, f.After = Quota, 10*time.Minute
	case "keyInvalid", "keyExpired", "authError", "required", "badRequest", "UNAUTHENTICATED", "INVALID_ARGUMENT":
		f.Why = Key
		if status == http.StatusBadRequest && !strings.Contains(strings.ToLower(f.Message), "key") {
			return nil
		}
	case "accessNotConfigured", "forbidden", "ipRefererBlocked", "insufficientPermissions", "commentsDisabled", "PERMISSION_DENIED":
		f.Why = Permission
	case "videoNotFound", "channelNotFound", "commentThreadNotFound", "notFound", "NOT_FOUND":
		f.Why = Gone
	default:
		if status < 500 {
			return nil
		}
		f.Why = Trouble
	}
	return f
}

// QuotaZone is the zone whose midnight begins the day of a quota.
var QuotaZone = func() *time.Location {
	z, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return time.FixedZone("PST", -8*3600)
	}
	return z
}()

func untilMidnight(now time.Time, zone *time.Location) time.Duration {
	n := now.In(zone)
	return time.Date(n.Year(), n.Month(), n.Day()+1, 0, 1, 0, 0, zone).Sub(n)
}
