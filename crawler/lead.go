package crawler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"langnghe/crawler/nfc"
	"langnghe/crawler/page"
	"langnghe/crawler/redact"
	"langnghe/crawler/social"
	"langnghe/internal/news"
)

// Kinds are the kinds of sources that there are.
var Kinds = []string{"feed", "page", "sitemap", "forum", "site", "youtube", "facebook", "zalo", "mastodon", "bluesky", "telegram", "gdelt"}

// KindWords says what a document of each kind is.
var KindWords = map[string]string{
	"feed":     "RSS, Atom or JSON Feed",
	"page":     "an article, or a section page with links to articles",
	"sitemap":  "sitemap, news sitemap or an index of them",
	"forum":    "posts in schema.org microdata, or a feed of them",
	"site":     "a home page; what it leads to is found by itself",
	"youtube":  "a channel's feed; answers of the Data API: comment threads, comments, videos",
	"facebook": "answers of the Graph API: posts, comments; events of a Page's webhook",
	"zalo":     "events of an Official Account's webhook",
	"mastodon": "answers of the API: a timeline, a post, its context, a search",
	"bluesky":  "events of a Jetstream, one a line",
	"telegram": "a public channel's preview page (t.me/s/…)",
	"gdelt":    "an answer of the DOC 2.0 API in JSON",
}

// readers holds one function per kind. A new kind is one file with a reader
// and one line here and in Kinds.
var readers = map[string]reader{
	"feed":    readFeed,
	"page":    readPage,
	"sitemap": readSitemap,
	"forum":   readForum,
	"site":    readPage, // a home page; a visit reads what it leads to instead

	"youtube":  socialReader(social.Platforms["youtube"]),
	"facebook": socialReader(social.Platforms["facebook"]),
	"zalo":     socialReader(social.Platforms["zalo"]),
	"mastodon": socialReader(social.Platforms["mastodon"]),
	"bluesky":  socialReader(social.Platforms["bluesky"]),
	"telegram": socialReader(social.Platforms["telegram"]),
	"gdelt":    socialReader(social.Platforms["gdelt"]),
}

// A reader turns the document of a source, UTF-8 and decompressed, into what
// it lists. What could be read comes with the error when the rest could not.
type reader func(data []byte, c reading) (listing, error)

// read runs a reader on a document from outside. A panic is a mistake of
// ours that a document has found; it costs that document and no more.
func (read reader) read(data []byte, c reading) (out listing, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the reader panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return read(data, c)
}

// reading is where and when a document was found.
type reading struct {
	source Source
	url    *url.URL // of the document, after redirects; nil when not known
	zone   *time.Location
	now    time.Time
	sel    *page.Selectors
	saved  bool // a document of any age, read on its own
}

// A listing is what a document says there is.
type listing struct {
	leads  []lead
	gone   []lead   // what the document says has been deleted, by address, number or alias
	nested []string // documents of the same kind that continue it
	notes  []string // worth a line in the log: "120 entries over the limit"
	hub    string   // WebSub hub that the document names
	self   string   // what it calls itself
}

// A lead is what a listing says of one item: the whole item, or where its
// page is.
type lead struct {
	item     news.Item // Title, Text, Published, Counts … as written
	native   string    // its number at the source
	author   string    // dropped after it became a pseudonym
	parent   string    // address of what a comment answers
	whole    bool      // the item is here; its page is not fetched
	rough    bool      // Published is a day only
	mark     string    // changes when what the listing says does
	comments string    // document with its comments
	replies  int       // how many there are; -1 when not said
	thread   string    // id of the post, known from where the lead was found
	root     string    // address of the post that a comment belongs to
	alias    string    // another name by which its source may speak of it
	outward  bool      // the listing is an index of other sites' pages
}

// id is the id under which the lead is remembered.
//
// An address names an item for its own site alone. A listing that leads to a
// page of somebody else has the item under a name of its own, so that its
// words neither stand for that page nor keep it from being read where it is.
func (l *lead) id(s Source, own map[string]bool) string {
	return l.idAt(handleFree(Canonical(l.item.URL, keepsFragment(l.item.Kind, l.item.URL)), own), s, own)
}

// idAt is id where the lead's address, canonical and handle-free, is known.
func (l *lead) idAt(address string, s Source, own map[string]bool) string {
	if address != "" && l.elsewhere(s) {
		return id("listed", s.ID, address)
	}
	it := l.item
	it.Source, it.URL = s.ID, address
	if it.URL == "" {
		it.Title, it.Text = plain(it.Title), plain(it.Text)
	}
	return itemID(&it, l.native, own)
}

// elsewhere reports whether the lead's address is on a site that the source
// cannot speak for. The clients of platforms speak for theirs, but Mastodon's:
// anybody may run a server of it, which says of every post where it is from.
// What an index led to was read on its own site.
func (l *lead) elsewhere(s Source) bool {
	if s.URL == "" || l.outward || social.Platforms[s.Kind] != nil && s.Kind != "mastodon" {
		return false
	}
	return !onSite(s.URL, l.item.URL)
}

// onSite reports whether an address belongs to the site of another one.
func onSite(site, address string) bool {
	a, err1 := url.Parse(address)
	b, err2 := url.Parse(site)
	return err1 == nil && err2 == nil && page.SameSite(a.Hostname(), b.Hostname())
}

// residents are the kinds of items in which people speak for themselves. They
// name each other without a thought, so names are taken out there. Papers and
// authorities name whom they may, and corrections and hand-offs rest on it.
var residents = map[news.Kind]bool{news.Post: true, news.Comment: true, news.Tip: true}

// errNoText says that an item has nothing to read.
var errNoText = errors.New("no text")

// finish makes an item of a lead: identity, normal form, redaction, times,
// pseudonym. It is the only way from the outside into an item.
func finish(ctx context.Context, l lead, c reading, v *voices) (news.Item, error) {
	it := l.item
	s := c.source
	it.Source = s.ID
	if it.Platform == "" {
		it.Platform = s.Platform
	}
	address := Canonical(it.URL, keepsFragment(it.Kind, it.URL))
	it.URL = handleFree(address, v.own)
	if it.ID == "" {
		it.ID = l.idAt(it.URL, s, v.own)
	}
	switch {
	case address == "":
	case it.URL == "":
		it.Notes = note(it.Notes, "url_withheld")
	case l.elsewhere(s):
		it.Notes = note(it.Notes, "url_elsewhere")
	}
	var inTitle, inText []string
	it.Title, inTitle = redact.Text(plain(it.Title))
	it.Text, inText = redact.Text(plain(it.Text))
	named := false
	if residents[it.Kind] {
		var inTitle, inText bool
		it.Title, inTitle = redact.Names(it.Title)
		it.Text, inText = redact.Names(it.Text)
		named = inTitle || inText
	}
	if len(inTitle)+len(inText) > 0 || named {
		it.Notes = note(it.Notes, "redacted")
	}
	if it.Observed.IsZero() || it.Observed.After(c.now) {
		it.Observed = c.now
	}
	it.Observed = it.Observed.UTC()
	settleTime(&it, l.rough)
	it.Lang = language(it.Lang, it.Title+" "+it.Text)
	if err := place(ctx, &it, l, s, v); err != nil {
		return it, fmt.Errorf("thread: %w", err)
	}
	if l.author != "" && (it.Kind == news.Post || it.Kind == news.Comment) {
		host := it.Platform
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			host = u.Host
		}
		account, err := v.name(ctx, it.At(), host, l.author)
		if err != nil {
			return it, fmt.Errorf("pseudonym: %w", err)
		}
		it.Account = account
	}
	if it.Text == "" {
		return it, errNoText
	}
	return it, nil
}

// place says which thread an item is in and what it answers.
func place(ctx context.Context, it *news.Item, l lead, s Source, v *voices) (err error) {
	if l.thread != "" {
		it.Thread, it.Parent = l.thread, l.thread
	}
	if it.Kind != news.Comment {
		// Comments know a post by its address. One that is not kept, or is not
		// the post's name, would leave them alone, so the post carries what
		// became of it.
		if (it.URL == "" || it.Kind == news.Post && l.elsewhere(s)) && it.Thread == "" {
			if a := Canonical(l.item.URL, keepsFragment(it.Kind, l.item.URL)); a != "" {
				it.Thread, err = v.ref(ctx, a, true)
			}
		}
		return err
	}
	parent := Canonical(l.parent, true)
	for _, a := range []string{l.root, postOf(l.item.URL), postOf(parent)} {
		if a = Canonical(a, keepsFragment(news.Post, a)); a != "" && it.Thread == "" {
			if it.Thread, err = v.ref(ctx, a, true); err != nil {
				return err
			}
		}
	}
	if parent != "" {
		if it.Parent, err = v.ref(ctx, parent, true); err != nil {
			return err
		}
	}
	if it.Parent == "" {
		it.Parent = it.Thread
	}
	return nil
}

// ahead is how far a source's clock may run before us.
const ahead = 5 * time.Minute

// settleTime makes the published time believable and says what was done.
func settleTime(it *news.Item, rough bool) {
	p := it.Published
	switch {
	case p.IsZero():
		return
	case p.Year() < 1990:
		it.Published, it.Notes = time.Time{}, note(it.Notes, "time_dropped")
		return
	case p.After(it.Observed):
		if p.After(it.Observed.Add(ahead)) {
			it.Notes = note(it.Notes, "time_clamped")
		}
		p = it.Observed
	}
	if rough {
		it.Notes = note(it.Notes, "time_guessed")
	}
	it.Published = p.UTC().Truncate(time.Second)
}

func note(notes []string, n string) []string {
	if slices.Contains(notes, n) {
		return notes
	}
	return append(slices.Clone(notes), n)
}

// plain makes text what the service stores: valid, NFC, without control and
// format characters (those of writing direction among them) or white space
// at the ends of lines.
func plain(s string) string {
	if isPlain(s) {
		return s
	}
	s = nfc.String(strings.ToValidUTF8(s, "\uFFFD"))
	dropped := false
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\u00a0' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d':
			// The joiners hold pictures together. All other format characters
			// are not seen and can turn what is seen around (U+202E).
			dropped = true
			return -1
		}
		return r
	}, s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	s = strings.TrimSpace(strings.Join(lines, "\n"))
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	if dropped {
		s = nfc.String(s) // what stood on both sides of it
	}
	return s
}

// isPlain reports whether plain has nothing to do, which it mostly has not:
// readers hand over tidy text.
func isPlain(s string) bool {
	last := '\n'
	for i, r := range s {
		switch {
		case r == '\n':
			if last == ' ' || i == 0 || i == len(s)-1 || last == '\n' && s[i-2:i] == "\n\n" {
				return false
			}
		case r < ' ':
			return false
		case r == ' ':
			if last == '\n' || i == len(s)-1 {
				return false
			}
		case r < 0x7f, r >= 0xc0 && r < 0x370, r >= 0x1e00 && r < 0x1f00: // no letter of Vietnamese needs more
		case r == utf8.RuneError, unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return false
		}
		last = r
	}
	return nfc.IsNormal(s)
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}`)

// language is "vi" for text with a Vietnamese share of accented letters,
// else what the document says of itself, two letters.
func language(hint, text string) string {
	letters, marked := 0, 0
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				letters++
			}
		case r >= '\u1ea0' && r <= '\u1ef9' || strings.ContainsRune("ăâđêôơưĂÂĐÊÔƠƯ", r):
			letters++
			marked++
		case unicode.IsLetter(r):
			letters++
		}
		if letters > 2000 {
			break
		}
	}
	if marked*20 >= letters && marked > 1 {
		return "vi"
	}
	return strings.ToLower(languageTag.FindString(hint))
}

// mark hashes what a listing says of an item.
func mark(parts ...string) string { return id(parts...) }

func times(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10)
}

// isFeed tells feeds from pages where a source may be either.
func isFeed(data []byte) bool {
	start := bytes.TrimLeft(data[:min(len(data), 1024)], " \t\r\n\ufeff")
	return bytes.HasPrefix(start, []byte("<?xml")) || bytes.HasPrefix(start, []byte("<rss")) || bytes.HasPrefix(start, []byte("<feed")) || bytes.HasPrefix(start, []byte("{"))
}
