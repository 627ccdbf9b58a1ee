package page

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// meta is what the head of a page and its structured data say.
type meta struct {
	title, ogTitle, headline string
	description, described   string // of meta elements, of structured data
	canonical                string
	lang                     string
	published, modified      []string // as written, best first
	body                     string   // articleBody
	article                  bool     // the page says that it is one article
}

// published names the meta elements that hold the time of publication, best
// first; modified those of the last change.
var (
	publishedNames = []string{"article:published_time", "og:article:published_time", "datepublished", "pubdate", "publishdate", "publish-date", "publish_date", "date", "dc.date", "dc.date.issued", "dcterms.created", "sailthru.date", "parsely-pub-date", "og:pubdate"}
	modifiedNames  = []string{"article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified"}
)

func readMeta(doc *nethtml.Node) meta {
	var m meta
	byName := map[string]string{}
	all(doc, func(n *nethtml.Node) bool {
		switch n.DataAtom {
		case atom.Html:
			m.lang = attr(n, "lang")
		case atom.Title:
			if m.title == "" && n.Namespace == "" {
				m.title = textOf(n)
			}
		case atom.Meta:
			content := strings.TrimSpace(attr(n, "content"))
			for _, key := range []string{"property", "name", "itemprop"} {
				name := strings.ToLower(attr(n, key))
				if name != "" && content != "" && byName[name] == "" {
					byName[name] = content
				}
			}
		case atom.Link:
			if m.canonical == "" && hasWord(attr(n, "rel"), "canonical") {
				m.canonical = attr(n, "href")
			}
		case atom.Script:
			if strings.EqualFold(strings.TrimSpace(attr(n, "type")), "application/ld+json") && n.FirstChild != nil {
				m.structured(n.FirstChild.Data)
			}
		}
		return true
	})
	m.ogTitle = byName["og:title"]
	if m.ogTitle == "" {
		m.ogTitle = byName["twitter:title"]
	}
	m.description = byName["og:description"]
	if m.description == "" {
		m.description = byName["description"]
	}
	if m.description == "" {
		m.description = m.described
	}
	if m.canonical == "" {
		m.canonical = byName["og:url"]
	}
	if m.lang == "" {
		m.lang = byName["og:locale"]
	}
	for _, name := range publishedNames {
		if v := byName[name]; v != "" {
			m.published = append(m.published, v)
		}
	}
	// og:type says "article" on half of all front pages; a date does not lie.
	m.article = m.article || len(m.published) > 0
	for _, name := range modifiedNames {
		if v := byName[name]; v != "" {
			m.modified = append(m.modified, v)
		}
	}
	return m
}

// articleTypes are the schema.org types that mean "this page is one text".
var articleTypes = regexp.MustCompile(`^(?:https?://schema\.org/)?(?:[A-Za-z]*Article|(?:Live)?BlogPosting|Report|DiscussionForumPosting|SocialMediaPosting)$`)

// structured reads one block of JSON-LD. Blocks that are not JSON are
// skipped: other blocks and the meta elements remain.
func (m *meta) structured(src string) {
	var v any
	if json.Unmarshal([]byte(src), &v) != nil {
		// The usual fault is a line break inside a string.
		if json.Unmarshal([]byte(strings.Map(func(r rune) rune {
			if r < ' ' {
				return ' '
			}
			return r
		}, src)), &v) != nil {
			return
		}
	}
	m.objects(v, 0)
}

func (m *meta) objects(v any, depth int) {
	if depth > 6 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			m.objects(e, depth+1)
		}
	case map[string]any:
		if typed(v["@type"]) {
			m.article = true
			str := func(key string) string { s, _ := v[key].(string); return strings.TrimSpace(s) }
			if m.described == "" {
				m.described = unescape(str("description"))
			}
			if m.headline == "" {
				m.headline = unescape(str("headline"))
			}
			if s := str("datePublished"); s != "" {
				m.published = append([]string{s}, m.published...)
			}
			if s := str("dateModified"); s != "" {
				m.modified = append([]string{s}, m.modified...)
			}
			if m.body == "" {
				m.body = Plain(unescape(str("articleBody")))
			}
		}
		m.objects(v["@graph"], depth+1)
		m.objects(v["mainEntity"], depth+1)
	}
}

func typed(v any) bool {
	switch v := v.(type) {
	case string:
		return articleTypes.MatchString(v)
	case []any:
		for _, e := range v {
			if typed(e) {
				return true
			}
		}
	}
	return false
}

// unescape resolves entities, also ones that were escaped twice.
func unescape(s string) string {
	for range 2 {
		s = html.UnescapeString(s)
	}
	return s
}

func textOf(n *nethtml.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == nethtml.TextNode {
			b.WriteString(d.Data)
		}
	}
	return tidyLine(b.String())
}

func tidyLine(s string) string { return strings.ReplaceAll(tidy(s), "\n", " ") }

func hasWord(list, word string) bool {
	for f := range strings.FieldsSeq(strings.ToLower(list)) {
		if f == word {
			return true
		}
	}
	return false
}

// resolve makes ref absolute; "" when it is no address of the web.
func resolve(base *url.URL, ref string) string {
	u, err := url.Parse(strings.TrimSpace(ref))
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
