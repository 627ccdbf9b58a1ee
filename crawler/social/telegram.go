package social

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"langnghe/crawler/page"
	"langnghe/internal/news"
)

// telegram is a public channel, read from its preview page on the web
// (https://t.me/s/NAME). Groups and invitations have none and are refused.
// Whoever signed or forwarded a message, and quoted messages, are left out; so are notices
// of the service ("channel photo updated") and messages without words.
var telegram = Platform{Name: "telegram", Items: news.Post, Pages: 5, Order: OldestFirst, Start: telegramStart, Read: telegramRead}

var telegramName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{3,31}$`)

func telegramStart(u *url.URL, _ bool) ([]Request, error) {
	p := segments(u)
	if len(p) > 0 && p[0] == "s" {
		p = p[1:]
	}
	if len(p) != 1 || !telegramName.MatchString(p[0]) || strings.EqualFold(p[0], "joinchat") {
		return nil, errors.New("needs the address of a public channel, https://t.me/NAME; groups and invitations are not read")
	}
	return []Request{{URL: at(u, "/s/"+p[0]).String()}}, nil
}

var errNoChannel = errors.New("telegram: the page shows no message; the channel is not public, or its preview is switched off")

func telegramRead(data []byte, o Options) (Page, error) {
	doc, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return Page{}, fmt.Errorf("telegram: %w", err)
	}
	var p Page
	info, before := false, ""
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch {
		case hasClass(n, "tgme_widget_message") && attr(n, "data-post") != "":
			p.Read++
			if post, ok := telegramPost(n, o); ok {
				p.Posts = append(p.Posts, post)
			}
		case hasClass(n, "tme_messages_more") && attr(n, "data-before") != "":
			before = attr(n, "data-before")
		case hasClass(n, "tgme_channel_info") || hasClass(n, "tgme_header_info"):
			info = true
		}
	}
	if p.Read == 0 && !info {
		return p, errNoChannel
	}
	if before != "" && o.URL != nil {
		older := *o.URL
		q := older.Query()
		q.Set("before", before)
		older.RawQuery = q.Encode()
		p.Next = older.String()
	}
	return p, nil
}

func telegramPost(n *html.Node, o Options) (Post, bool) {
	channel, number, _ := strings.Cut(attr(n, "data-post"), "/")
	if hasClass(n, "service_message") || !telegramName.MatchString(channel) || number == "" {
		return Post{}, false
	}
	p := Post{Kind: news.Post, ID: channel + "/" + number, URL: "https://t.me/" + channel + "/" + number, Author: channel}
	if o.URL != nil && !is(o.URL, "t.me", "telegram.me", "telegram.dog") {
		p.URL = at(o.URL, "/"+channel+"/"+number).String() // a mirror, or a test
	}
	var parts []string
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			switch {
			case hasClass(c, "tgme_widget_message_reply", "tgme_widget_message_forwarded_from", "tgme_widget_message_link_preview",
				"message_media_not_supported", "message_media_not_supported_wrap"):
				continue // of somebody else, or of a page elsewhere
			case hasClass(c, "tgme_widget_message_text") && !hasClass(c, "js-message_reply_text"),
				hasClass(c, "tgme_widget_message_poll_question", "tgme_widget_message_document_title"):
				if s := page.Text(c); s != "" {
					parts = append(parts, s)
				}
				continue
			case hasClass(c, "tgme_widget_message_poll_option_text"):
				parts = append(parts, "– "+page.Text(c))
				continue
			case hasClass(c, "tgme_widget_message_views"):
				p.Counts.Views = compactNumber(page.Text(c))
				continue
			case hasClass(c, "tgme_widget_message_date"):
				for t := range c.Descendants() {
					if t.Type == html.ElementNode && t.Data == "time" {
						var s stamp
						_ = s.UnmarshalJSON([]byte(attr(t, "datetime")))
						p.Published = s.Time
					}
				}
				continue
			case hasClass(c, "tgme_reaction"):
				p.Counts.Reactions += compactNumber(strings.TrimLeftFunc(page.Text(c), func(r rune) bool { return r < '0' || r > '9' }))
				continue
			}
			walk(c)
		}
	}
	walk(n)
	p.Text = strings.TrimSpace(strings.Join(parts, "\n"))
	return p, p.Text != ""
}

// compactNumber reads "436.6K", "1.2M" and "87".
func compactNumber(s string) int {
	s = strings.TrimSpace(s)
	factor := 1.0
	for suffix, f := range map[string]float64{"K": 1e3, "M": 1e6, "B": 1e9} {
		if strings.HasSuffix(s, suffix) {
			s, factor = strings.TrimSuffix(s, suffix), f
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < 0 || v*factor > 1e12 || math.IsNaN(v) {
		return 0
	}
	return int(math.Round(v * factor))
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// hasClass reports whether an element has one of the classes.
func hasClass(n *html.Node, classes ...string) bool {
	for c := range strings.FieldsSeq(attr(n, "class")) {
		for _, want := range classes {
			if c == want {
				return true
			}
		}
	}
	return false
}
