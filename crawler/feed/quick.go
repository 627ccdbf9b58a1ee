package feed

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
)

// quick reads RSS 2.0 as nearly all sites write it, in one pass and without
// tokens: well-formed, its namespaces declared at the root, the texts of its
// entries without elements in them. It returns what gofeed returns of such a
// document, as far as entries are made of it, or false for any other; gofeed
// reads those. Time is linear in the document whatever it holds.
func quick(doc string) (*gofeed.Feed, bool) {
	if !legible(doc) {
		return nil, false
	}
	q := quickReader{s: doc}
	f := q.rss()
	return f, f != nil && !q.odd
}

// A quickReader is at byte i of s. Once it has met something odd, nothing
// that it returns counts.
type quickReader struct {
	s      string
	i      int
	odd    bool
	spaces map[string]string // prefix → name of the vocabulary
	attrs  []quickAttr       // of the last start tag
}

type quickAttr struct{ name, value string }

// A quickTag is a start or end tag, or the end of the document.
type quickTag struct {
	name       string // as written
	end, empty bool
}

// legible reports whether a text has only characters that XML allows.
func legible(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return utf8.ValidString(s) && !strings.Contains(s, "\ufffe") && !strings.Contains(s, "\uffff")
}

var declaration = regexp.MustCompile(`^<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>`)

// rss reads the document.
func (q *quickReader) rss() *gofeed.Feed {
	q.i = len(declaration.FindString(q.s[:min(len(q.s), 200)]))
	for { // style sheets and comments
		q.i += len(q.s[q.i:]) - len(strings.TrimLeft(q.s[q.i:], " \t\r\n"))
		if !strings.HasPrefix(q.s[q.i:], "<?xml-stylesheet ") {
			break
		}
		end := strings.Index(q.s[q.i:], "?>")
		if end < 0 {
			return nil
		}
		q.i += end + 2
	}
	if t := q.tag(true); t.name != "rss" || t.end || t.empty || q.odd || !q.declare() {
		return nil
	}
	var f *gofeed.Feed
	for !q.odd {
		t := q.tag(false)
		switch {
		case q.odd:
		case t.end:
			if t.name != "rss" {
				return nil
			}
			return f
		case t.name == "channel" && f == nil && !t.empty:
			f = q.channel()
		case strings.EqualFold(t.name, "channel"), strings.EqualFold(t.name, "item"):
			return nil
		default:
			q.skip(t)
		}
	}
	return nil
}

// vocabularies are the namespaces that entries are made of.
var vocabularies = map[string]string{
	"http://www.w3.org/2005/Atom":                 "atom",
	"http://purl.org/atom/ns#":                    "atom03",
	"http://purl.org/rss/1.0/modules/content/":    "content",
	"http://purl.org/dc/elements/1.1/":            "dc",
	"http://www.itunes.com/DTDs/PodCast-1.0.dtd":  "itunes",
	"http://www.itunes.com/dtds/podcast-1.0.dtd":  "itunes",
	"http://example.com/DTDs/PodCast-1.0.dtd":     "itunes",
	"http://search.yahoo.com/mrss":                "media",
	"http://search.yahoo.com/mrss/":               "media",
	"http://purl.org/rss/1.0/modules/slash/":      "slash",
	"http://purl.org/rss/1.0/modules/threading/":  "thr",
	"http://purl.org/syndication/thread/1.0":      "thr",
	"http://wellformedweb.org/commentAPI/":        "wfw",
	"http://wellformedweb.org/CommentAPI/":        "wfw",
	"":                                            "?",
	"rss":                                         "?",
	"rdf":                                         "?",
	"http://www.w3.org/1999/02/22-rdf-syntax-ns#": "?", // other kinds of RSS
	"http://purl.org/rss/1.0/":                    "?",
	"http://channel.netscape.com/rdf/simple/0.9/": "?",
	"http://my.netscape.com/rdf/simple/0.9/":      "?",
	"http://www.w3.org/XML/1998/namespace":        "?",
	"http://www.w3.org/2000/xmlns/":               "?",
}

// asWritten are the vocabularies that go by the prefix in the document.
var asWritten = map[string]string{
	"http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://purl.org/syndication/thread/1.0": "thr", "http://wellformedweb.org/CommentAPI/": "wfw",
}

// declare learns the prefixes of the root's attributes.
func (q *quickReader) declare() bool {
	q.spaces = map[string]string{}
	seen := map[string]bool{}
	for _, a := range q.attrs {
		prefix, ok := strings.CutPrefix(a.name, "xmlns:")
		if !ok {
			continue
		}
		if seen[a.value] || q.spaces[prefix] != "" || strings.ContainsAny(a.value, "& \t\r\n") || prefix == "xml" || prefix == "xmlns" {
			return false
		}
		seen[a.value] = true
		name, known := vocabularies[a.value]
		if want := asWritten[a.value]; want != "" && want != prefix || name == "?" {
			return false
		}
		if !known {
			switch prefix {
			case "atom", "atom10", "atom03", "content", "dc", "itunes", "media", "slash", "thr", "wfw":
				return false // another vocabulary under a name that we go by
			}
			name = "x"
		}
		q.spaces[prefix] = name
	}
	return true
}

// space is the vocabulary and the local name of an element; "" is RSS itself.
func (q *quickReader) space(name string) (space, local string) {
	prefix, local, ok := strings.Cut(name, ":")
	if !ok {
		return "", strings.ToLower(name)
	}
	if space = q.spaces[prefix]; space == "" {
		q.odd = true
	}
	return space, local
}

func (q *quickReader) channel() *gofeed.Feed {
	f := &gofeed.Feed{}
	for !q.odd {
		t := q.tag(false)
		if q.odd {
			break
		}
		if t.end {
			if t.name != "channel" {
				break
			}
			return f
		}
		switch space, local := q.space(t.name); {
		case space == "" && local == "item":
			f.Items = append(f.Items, q.item(t))
		case space == "" && local == "title":
			f.Title = q.text(t)
		case space == "" && local == "language":
			f.Language = q.text(t)
		case space == "dc" && (local == "title" || local == "language"):
			q.odd = true // they stand in for those of RSS
		case space == "atom" && local == "link":
			q.link(t, f)
		default:
			q.skip(t)
		}
	}
	return nil
}

// link takes a link of the channel, which may name its hub.
func (q *quickReader) link(t quickTag, f *gofeed.Feed) {
	attrs := map[string]string{}
	for _, a := range q.attrs {
		v := strings.ReplaceAll(a.value, "&amp;", "\x00")
		if strings.ContainsAny(v, "&\r\n\t") || strings.Contains(a.name, ":") {
			q.odd = true
			return
		}
		v = strings.ReplaceAll(v, "\x00", "&")
		if strings.EqualFold(a.name, "href") {
			if u, err := url.Parse(strings.TrimLeft(v, " ")); err == nil {
				v = u.String()
			}
		}
		attrs[a.name] = v
	}
	q.skip(t)
	if f.Extensions == nil {
		f.Extensions = ext.Extensions{"atom": {}}
	}
	f.Extensions["atom"]["link"] = append(f.Extensions["atom"]["link"], ext.Extension{Name: "link", Attrs: attrs})
}

func (q *quickReader) item(t quickTag) *gofeed.Item {
	it := &gofeed.Item{}
	if t.empty {
		return it
	}
	name, author, named := t.name, "", false
	var creators, dates []string
	var updated string
	for !q.odd {
		t := q.tag(false)
		if q.odd {
			break
		}
		if t.end {
			q.odd = t.name != name
			break
		}
		space, local := q.space(t.name)
		switch space {
		case "":
			switch local {
			case "title":
				it.Title = q.text(t)
			case "description":
				it.Description = q.text(t)
			case "link":
				q.odd = q.odd || slices.ContainsFunc(q.attrs, func(a quickAttr) bool { return a.name == "href" })
				it.Link = q.text(t)
			case "author":
				author = q.text(t)
			case "pubdate":
				it.Published = q.text(t)
			case "guid":
				it.GUID = q.text(t)
			default:
				q.skip(t)
			}
		case "content":
			if strings.ToLower(local) == "encoded" {
				it.Content = q.text(t)
			} else {
				q.skip(t)
			}
		case "dc":
			switch local {
			case "creator":
				creators, named = append(creators, q.value(t)), true
			case "date":
				dates = append(dates, q.value(t))
			case "title", "description", "author":
				q.odd = true // they stand in for those of RSS
			default:
				q.skip(t)
			}
		case "slash", "wfw":
			if local == "comments" || local == "commentRss" || local == "commentRSS" {
				if it.Extensions == nil {
					it.Extensions = ext.Extensions{}
				}
				if it.Extensions[space] == nil {
					it.Extensions[space] = map[string][]ext.Extension{}
				}
				it.Extensions[space][local] = append(it.Extensions[space][local], ext.Extension{Value: q.value(t)})
			} else {
				q.skip(t)
			}
		case "media":
			q.odd = q.odd || local == "group"
			q.skip(t)
		case "atom":
			if local == "updated" {
				if v := q.value(t); updated == "" {
					updated = v
				}
			} else {
				q.odd = true
			}
		case "atom03", "itunes", "thr":
			q.odd = true
		default:
			q.skip(t)
		}
	}
	if author == "" && len(creators) > 0 {
		author = creators[0]
	}
	if strings.ContainsAny(author, "@()") {
		q.odd = true // gofeed knows a name from an address
	}
	if author != "" || named {
		it.Authors = []*gofeed.Person{{Name: author}}
	}
	if len(creators)+len(dates) > 0 {
		it.DublinCoreExt = &ext.DublinCoreExtension{Creator: creators, Date: dates}
	}
	if len(dates) > 0 {
		it.Updated = dates[0]
		if it.Published == "" {
			it.Published = dates[0]
		}
	}
	if it.Updated == "" {
		it.Updated = updated
	}
	return it
}

// tag goes to the next tag, over text and comments. The root may declare
// namespaces.
func (q *quickReader) tag(root bool) (t quickTag) {
	for {
		at := strings.IndexByte(q.s[q.i:], '<')
		if at < 0 || at > 0 && !idle(q.s[q.i:q.i+at]) {
			q.odd = true
			return t
		}
		q.i += at
		if !strings.HasPrefix(q.s[q.i:], "<!--") {
			break
		}
		end := strings.Index(q.s[q.i+4:], "--")
		if end < 0 || !strings.HasPrefix(q.s[q.i+4+end+2:], ">") {
			q.odd = true
			return t
		}
		q.i += 4 + end + 3
	}
	q.i++
	if t.end = strings.HasPrefix(q.s[q.i:], "/"); t.end {
		q.i++
	}
	if t.name = q.word(); t.name == "" {
		q.odd = true
		return t
	}
	q.attrs = q.attrs[:0]
	for {
		spaced := q.blank()
		switch {
		case q.i >= len(q.s):
			q.odd = true
			return t
		case q.s[q.i] == '>':
			q.i++
			return t
		case t.end:
			q.odd = true
			return t
		case strings.HasPrefix(q.s[q.i:], "/>"):
			q.i += 2
			t.empty = true
			return t
		}
		name := q.word()
		if !spaced || name == "" || !strings.HasPrefix(q.s[q.i:], "=") || q.i+1 >= len(q.s) {
			q.odd = true
			return t
		}
		mark := q.s[q.i+1]
		if mark != '"' && mark != '\'' {
			q.odd = true
			return t
		}
		q.i += 2
		end := strings.IndexByte(q.s[q.i:], mark)
		if end < 0 || !idle(q.s[q.i:q.i+end]) || strings.IndexByte(q.s[q.i:q.i+end], '<') >= 0 {
			q.odd = true
			return t
		}
		if name == "xml:base" || name == "xmlns" || !root && strings.HasPrefix(name, "xmlns:") || len(q.attrs) == 64 {
			q.odd = true
			return t
		}
		q.attrs = append(q.attrs, quickAttr{name, q.s[q.i : q.i+end]})
		q.i += end + 1
	}
}

// word reads a name of plain letters, with one prefix at most.
func (q *quickReader) word() string {
	from, colon := q.i, false
	for ; q.i < len(q.s); q.i++ {
		c := q.s[q.i]
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '_':
			continue
		case q.i > from && q.s[q.i-1] != ':' && (c >= '0' && c <= '9' || c == '-' || c == '.'):
			continue
		case c == ':' && q.i > from && !colon:
			colon = true
			continue
		}
		break
	}
	w := q.s[from:q.i]
	if strings.HasSuffix(w, ":") {
		return ""
	}
	return w
}

func (q *quickReader) blank() (some bool) {
	for q.i < len(q.s) && strings.IndexByte(" \t\r\n", q.s[q.i]) >= 0 {
		q.i++
		some = true
	}
	return some
}

// inner reads the text of an element up to its end tag, in parts: those in
// CDATA sections as they are.
func (q *quickReader) inner(t quickTag, part func(s string, cdata bool)) {
	if t.empty {
		return
	}
	for {
		at := strings.IndexByte(q.s[q.i:], '<')
		if at < 0 {
			q.odd = true
			return
		}
		if at > 0 {
			part(q.s[q.i:q.i+at], false)
		}
		q.i += at
		rest := q.s[q.i:]
		if body, ok := strings.CutPrefix(rest, "<![CDATA["); ok {
			end := strings.Index(body, "]]>")
			if end < 0 {
				q.odd = true
				return
			}
			part(body[:end], true)
			q.i += len("<![CDATA[") + end + len("]]>")
			continue
		}
		if !strings.HasPrefix(rest, "</") || q.tag(false).name != t.name {
			q.odd = true // something inside
		}
		return
	}
}

// text is the text of an element of RSS: without the space around it,
// character references of HTML resolved outside of CDATA sections.
func (q *quickReader) text(t quickTag) string {
	from := q.i
	plain, whole := true, "" // one part, and it
	q.inner(t, func(s string, cdata bool) {
		plain = plain && !cdata && whole == ""
		whole = s
	})
	if t.empty || q.odd {
		return ""
	}
	if plain {
		return q.resolve(strings.TrimSpace(whole))
	}
	raw := strings.TrimSpace(q.s[from : from+strings.LastIndex(q.s[from:q.i], "</")])
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(raw, "<![CDATA[")
		b.WriteString(q.resolve(before))
		if !found {
			return b.String()
		}
		var section string
		section, raw, _ = strings.Cut(rest, "]]>")
		b.WriteString(section)
	}
}

// value is the text of an element of another vocabulary.
func (q *quickReader) value(t quickTag) string {
	var b strings.Builder
	q.inner(t, func(s string, cdata bool) {
		if strings.Contains(s, "\r") || !cdata && (!idle(s) || strings.Contains(strings.ReplaceAll(s, "&amp;", ""), "&")) {
			q.odd = true
		}
		if !cdata {
			s = strings.ReplaceAll(s, "&amp;", "&")
		}
		b.WriteString(s)
	})
	return strings.TrimSpace(b.String())
}

// maxReference is how far the end of a character reference is looked for.
const maxReference = 64

// resolve resolves the character references of HTML that end in a semicolon.
func (q *quickReader) resolve(s string) string {
	if strings.Contains(s, "]]>") {
		q.odd = true
	}
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name := rest[:min(len(rest), maxReference-1)]
		end := strings.IndexByte(name, ';')
		if end < 0 || strings.ContainsAny(name[:end], " \t\r\n") {
			b.WriteByte('&')
			s = rest
			continue
		}
		if strings.IndexByte(name[:end], '&') >= 0 || strings.HasPrefix(name, "#") && !allowed(name[1:end]) {
			q.odd = true
			return ""
		}
		got := html.UnescapeString("&" + name[:end+1])
		if got == html.UnescapeString("&"+name[:end])+";" {
			b.WriteByte('&') // it means something only without its semicolon, or nothing
			s = rest
			continue
		}
		b.WriteString(got)
		s = rest[end+1:]
	}
}

// allowed reports whether a numeric reference is to a character of XML.
func allowed(number string) bool {
	base := 10
	if strings.HasPrefix(number, "x") || strings.HasPrefix(number, "X") {
		base, number = 16, number[1:]
	}
	n, err := strconv.ParseUint(number, base, 32)
	return err == nil && (n == '\t' || n == '\n' || n == '\r' || n >= ' ' && n <= 0xD7FF || n >= 0xE000 && n <= 0xFFFD || n >= 0x10000 && n <= 0x10FFFF)
}

// idle reports whether text that is not read is without what XML forbids.
func idle(s string) bool {
	if strings.Contains(s, "]]>") {
		return false
	}
	if strings.IndexByte(s, '&') < 0 {
		return true
	}
	var q quickReader
	q.resolve(s)
	return !q.odd
}

// maxQuickDepth is how deep elements may be nested that are passed over.
const maxQuickDepth = 32

// skip passes over an element whose start tag was read.
func (q *quickReader) skip(t quickTag) {
	if t.empty || q.odd {
		return
	}
	var open [maxQuickDepth]string
	open[0] = t.name
	for n := 1; n > 0 && !q.odd; {
		// CDATA sections stand in for text here.
		if at := strings.IndexByte(q.s[q.i:], '<'); at >= 0 {
			if body, ok := strings.CutPrefix(q.s[q.i+at:], "<![CDATA["); ok {
				end := strings.Index(body, "]]>")
				if end < 0 || !idle(q.s[q.i:q.i+at]) {
					q.odd = true
					return
				}
				q.i += at + len("<![CDATA[") + end + len("]]>")
				continue
			}
		}
		switch t := q.tag(false); {
		case q.odd:
			return
		case t.end:
			if n--; open[n] != t.name {
				q.odd = true
			}
		case t.empty:
		case n == maxQuickDepth:
			q.odd = true
		default:
			open[n] = t.name
			n++
		}
	}
}
