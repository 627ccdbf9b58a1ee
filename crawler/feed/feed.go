// Package feed reads RSS, Atom and JSON feeds.
//
// It takes what real feeds are: dates in a dozen half-right forms, in the
// source's own zone when they name none; titles with mark-up in them; ten
// thousand items. Every text that it returns is plain and NFC.
package feed

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"langnghe/crawler/address"
	"langnghe/crawler/page"
	"langnghe/crawler/vitime"
)

// MaxEntries is how many entries of one feed are read, the first ones; feeds
// list the newest first.
const MaxEntries = 500

// Options says what the feed itself may leave out.
type Options struct {
	URL  *url.URL       // of the feed, for relative links; may be nil
	Zone *time.Location // of dates without one; default UTC
	Now  time.Time
}

// A Feed is a parsed document.
type Feed struct {
	Title   string
	Lang    string
	Hub     string // WebSub hub that the feed offers
	Self    string // the feed's own address, as it gives it
	Entries []Entry
	Gone    []Entry // entries that the feed says were deleted (RFC 6721): URL and ID alone
	Dropped int     // entries over MaxEntries
}

// An Entry is one item of a feed.
type Entry struct {
	URL       string
	ID        string // guid
	Title     string
	Summary   string // the short text
	Content   string // the whole text, when the feed carries it
	Author    string
	Published time.Time
	Rough     bool // Published is a day only
	Updated   time.Time
	Replies   int    // number of comments, -1 when not said
	Comments  string // address of the feed of its comments
	Parent    string // address or id of what it answers
	Media     string // description of the picture or film (media:group)
	Views     int    // how often that was seen
}

// Parse reads a document that is UTF-8 already.
func Parse(data []byte, o Options) (*Feed, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	start := bytes.TrimLeft(data, " \t\r\n\ufeff")
	if len(start) == 0 {
		return nil, fmt.Errorf("feed: the document is empty")
	}
	if looksHTML(start) {
		return nil, fmt.Errorf("feed: the document is a page of HTML, not a feed")
	}
	src, ok := quick(string(start))
	if !ok {
		var err error
		if src, err = slow(start); err != nil {
			return nil, fmt.Errorf("feed: %s: %w", place(data, err), err)
		}
	}
	return finish(src, start, o), nil
}

// slow reads any feed.
func slow(doc []byte) (*gofeed.Feed, error) {
	p := gofeed.NewParser()
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true} // we want no pictures
	return p.Parse(bytes.NewReader(doc))
}

// finish makes the feed of what was read of a document.
func finish(src *gofeed.Feed, start []byte, o Options) *Feed {
	f := &Feed{Title: line(src.Title), Lang: src.Language, Hub: rel(src.Extensions, "hub"), Self: absolute(o.URL, rel(src.Extensions, "self"))}
	if f.Hub == "" {
		f.Hub = atomLink(start, "hub")
	}
	if f.Self == "" {
		f.Self = absolute(o.URL, atomLink(start, "self"))
	}
	for _, space := range src.Extensions {
		for _, x := range space["deleted-entry"] {
			e := Entry{ID: strings.TrimSpace(x.Attrs["ref"])}
			for _, l := range x.Children["link"] {
				e.URL = absolute(o.URL, l.Attrs["href"])
			}
			if len(f.Gone) < MaxEntries && e.ID+e.URL != "" {
				f.Gone = append(f.Gone, e)
			}
		}
	}
	for i, it := range src.Items {
		if i == MaxEntries {
			f.Dropped = len(src.Items) - i
			break
		}
		if it == nil {
			continue
		}
		if e := entry(it, o); e.URL != "" || e.ID != "" || e.Title != "" || e.Summary != "" || e.Content != "" {
			f.Entries = append(f.Entries, e)
		}
	}
	return f
}

var htmlStart = regexp.MustCompile(`(?is)^(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|script)\b`)

func looksHTML(data []byte) bool {
	if bytes.HasPrefix(data, []byte("<?xml")) || bytes.HasPrefix(data, []byte("<rss")) || bytes.HasPrefix(data, []byte("<feed")) {
		return false
	}
	return htmlStart.Match(data[:min(len(data), 2048)])
}

var errLine = regexp.MustCompile(`line (\d+)`)

// place says where in the document the parser stopped.
func place(data []byte, err error) string {
	if m := errLine.FindStringSubmatch(err.Error()); m != nil {
		return "line " + m[1]
	}
	return fmt.Sprintf("in %d lines", bytes.Count(data, []byte("\n"))+1)
}

func entry(it *gofeed.Item, o Options) Entry {
	e := Entry{
		URL: absolute(o.URL, it.Link), ID: strings.TrimSpace(it.GUID), Title: line(it.Title),
		Summary: page.Plain(it.Description), Content: page.Plain(it.Content), Replies: -1,
	}
	if e.URL == "" && strings.HasPrefix(e.ID, "http") {
		e.URL = absolute(o.URL, e.ID)
	}
	if len(it.Authors) > 0 && it.Authors[0] != nil {
		if e.Author = line(it.Authors[0].Name); e.Author == "" {
			e.Author = strings.TrimSpace(it.Authors[0].Email)
		}
	}
	if e.Author == "" && it.DublinCoreExt != nil && len(it.DublinCoreExt.Creator) > 0 {
		e.Author = line(it.DublinCoreExt.Creator[0])
	}
	dates := []string{it.Published}
	if it.DublinCoreExt != nil {
		dates = append(dates, it.DublinCoreExt.Date...)
	}
	dates = append(dates, it.Updated)
	for _, s := range dates {
		if s == "" {
			continue
		}
		if st, err := vitime.Parse(s, o.Now, o.Zone); err == nil {
			e.Published, e.Rough = st.Time, !st.Clock
			break
		}
	}
	if st, err := vitime.Parse(it.Updated, o.Now, o.Zone); it.Updated != "" && err == nil {
		e.Updated = st.Time
	}
	if n, err := strconv.Atoi(value(it.Extensions, "slash", "comments")); err == nil && n >= 0 {
		e.Replies = n
	} else if n, err := strconv.Atoi(value(it.Extensions, "thr", "total")); err == nil && n >= 0 {
		e.Replies = n
	}
	e.Comments = absolute(o.URL, value(it.Extensions, "wfw", "commentRss"))
	if e.Comments == "" {
		e.Comments = absolute(o.URL, value(it.Extensions, "wfw", "commentRSS"))
	}
	if e.Comments == "" {
		e.Comments = absolute(o.URL, rel(it.Extensions, "replies"))
	}
	for _, g := range it.Extensions["media"]["group"] {
		for _, d := range g.Children["description"] {
			e.Media = page.Plain(d.Value)
		}
		for _, c := range g.Children["community"] {
			for _, st := range c.Children["statistics"] {
				if n, err := strconv.Atoi(st.Attrs["views"]); err == nil && n >= 0 {
					e.Views = n
				}
			}
		}
	}
	for _, x := range it.Extensions["thr"]["in-reply-to"] {
		if e.Parent = absolute(o.URL, x.Attrs["href"]); e.Parent == "" {
			e.Parent = strings.TrimSpace(x.Attrs["ref"])
		}
	}
	return e
}

func value(x ext.Extensions, space, name string) string {
	for _, v := range x[space][name] {
		if s := strings.TrimSpace(v.Value); s != "" {
			return s
		}
	}
	return ""
}

// rel finds an atom link of that relation.
func rel(x ext.Extensions, relation string) string {
	for _, v := range x["atom"]["link"] {
		if v.Attrs["rel"] == relation {
			return v.Attrs["href"]
		}
	}
	return ""
}

var (
	entryStart = regexp.MustCompile(`<(?:entry|item)[\s>]`)
	linkTag    = regexp.MustCompile(`<link\s[^<>]*>`)
	linkAttr   = regexp.MustCompile(`\b(rel|href)\s*=\s*["']([^"'<>]*)["']`)
)

// atomLink finds a link of that relation among those of an Atom feed itself,
// which the parser does not tell apart.
func atomLink(data []byte, relation string) string {
	head := data[:min(len(data), 16<<10)]
	if at := entryStart.FindIndex(head); at != nil {
		head = head[:at[0]]
	}
	for _, tag := range linkTag.FindAll(head, 20) {
		attrs := map[string]string{}
		for _, m := range linkAttr.FindAllSubmatch(tag, -1) {
			attrs[string(m[1])] = html.UnescapeString(string(m[2]))
		}
		if attrs["rel"] == relation {
			return attrs["href"]
		}
	}
	return ""
}

// line is plain text on one line. Titles are escaped twice here and there.
func line(s string) string {
	escaped := strings.ContainsAny(s, "<&")
	if s = page.Plain(s); escaped {
		s = page.Plain(s)
	}
	return strings.Join(strings.Fields(s), " ")
}

func absolute(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return ""
	}
	if _, _, ok := address.Simple(ref); ok {
		return ref
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}
