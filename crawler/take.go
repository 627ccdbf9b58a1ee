package crawler

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"langnghe/crawler/nfc"
	"langnghe/crawler/polite"
	"langnghe/crawler/redact"
	"langnghe/crawler/social"
	"langnghe/internal/news"
)

// Sources of items that no source of the config has brought.
const (
	sourceImport = "import"
	sourceLink   = "link"
)

// knownKinds and platforms are the words that an item may use for itself.
var (
	knownKinds = []news.Kind{news.Article, news.Post, news.Comment, news.Official, news.Tip}
	platforms  = []string{"web", "facebook", "youtube", "telegram", "zalo", "mastodon", "bluesky", "forum", "sms", "radio", "file"}
	goodNote   = regexp.MustCompile(`^[a-z]+(?:_[a-z]+){0,4}$`)
)

// Fetch takes in what a person brings: a link, which is read as a page with
// the crawler's manners, or items of a file, of which bad rows are refused
// one by one. What it returns as taken has been published; it is kept
// whatever its area. An error is of the store or of Publish.
func (c *Crawler) Fetch(ctx context.Context, q FetchRequest) (FetchResult, error) {
	now := c.o.Now()
	v, err := c.newVoices(ctx, now)
	if err != nil {
		return FetchResult{}, fmt.Errorf("crawler: %w", err)
	}
	t := taking{c: c, q: q, now: now, voices: v, seen: map[string]bool{}}
	switch {
	case q.URL != "":
		err = t.link(ctx)
	case len(q.Items) > 0:
		err = t.rows(ctx)
	default:
		t.refuse(1, "không có địa chỉ hay mục nào (neither an address nor items)")
	}
	if err != nil {
		return t.result, fmt.Errorf("crawler: %w", err)
	}
	if q.By != "" && c.o.Audit != nil {
		act, object := "item.import", q.Source
		if q.URL != "" {
			// Not the address: it may hold somebody's name.
			act, object = "item.fetch", host(q.URL)
			if len(t.result.Taken) > 0 {
				object = t.result.Taken[0]
			}
		}
		a := news.Audit{
			ID: rand.Text(), At: now.UTC(), Role: "crawler", Who: q.By, Act: act, Object: object,
			Detail: fmt.Sprintf("taken %d, refused %d", len(t.result.Taken), len(t.result.Refused)),
		}
		if err := c.o.Audit(ctx, a); err != nil {
			return t.result, fmt.Errorf("crawler: audit %s: %w", act, err)
		}
	}
	return t.result, nil
}

// A taking is one FetchRequest under way.
type taking struct {
	c      *Crawler
	q      FetchRequest
	now    time.Time
	voices *voices
	seen   map[string]bool // ids of this request
	ids    map[string]bool // plain ids that are of items
	result FetchResult
}

func (t *taking) refuse(row int, reason string) {
	t.result.Refused = append(t.result.Refused, Refusal{Row: row, Reason: reason})
}

// link reads one page.
func (t *taking) link(ctx context.Context) error {
	address := Canonical(t.q.URL, true)
	if address == "" {
		t.refuse(1, fmt.Sprintf("%q không phải địa chỉ web (not an http or https address)", t.q.URL))
		return nil
	}
	rep, err := t.c.net.get(ctx, address, "", "")
	// Whose page it is, the address says that answered: anybody's may lead on
	// to another site.
	from := address
	if rep.url != nil {
		from = rep.url.String()
	}
	s, zone, bad := t.sourceAt(from)
	if bad != nil {
		return bad
	}
	var l lead
	if err == nil {
		l, err = readOne(rep.data, reading{source: s, url: rep.url, zone: zone, now: t.now})
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		t.refuse(1, why(err))
		return nil
	}
	it, err := finish(ctx, l, reading{source: s, url: rep.url, zone: zone, now: t.now}, t.voices)
	if errors.Is(err, errNoText) {
		t.refuse(1, "trang không có nội dung bài (no article text on the page)")
		return nil
	}
	if err != nil {
		return err
	}
	return t.publish(ctx, s, []row{{1, it}})
}

// sourceAt is the source that a page at an address is of, and its zone.
func (t *taking) sourceAt(address string) (Source, *time.Location, error) {
	s, ok := t.c.siteOf(address)
	if !ok {
		s = Source{ID: sourceLink}
	}
	s, err := defaults(s)
	zone := t.c.zones[s.Zone]
	if zone == nil {
		zone = local
	}
	return s, zone, err
}

// siteOf is the source whose site a page at an address is on: the first one of
// its host, else of its site. Beneath a domain of authorities or schools every
// host is somebody else.
func (c *Crawler) siteOf(address string) (Source, bool) {
	at := strings.TrimPrefix(host(address), "www.")
	shared := strings.HasSuffix(at, ".gov.vn") || strings.HasSuffix(at, ".edu.vn")
	near := -1
	for i, s := range c.sources {
		switch {
		case social.Platforms[s.Kind] != nil || s.Items == news.Comment:
		case strings.TrimPrefix(host(s.URL), "www.") == at:
			return s, true
		case near < 0 && !shared && onSite(s.URL, address):
			near = i
		}
	}
	if near < 0 {
		return Source{}, false
	}
	return c.sources[near], true
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

func why(err error) string {
	t := explain(err)
	var f *polite.Forbidden
	if errors.As(err, &f) && f.Err == nil {
		return "trang không cho máy đọc (robots.txt keeps us out)"
	}
	return t.VI
}

type row struct {
	n    int
	item news.Item
}

// rows takes the items of a file.
func (t *taking) rows(ctx context.Context) error {
	s := Source{ID: t.q.Source}
	if s.ID == "" {
		s.ID = sourceImport
	}
	s, err := defaults(s)
	if err != nil {
		return err
	}
	if err := t.learn(ctx); err != nil {
		return err
	}
	var good []row
	for i, it := range t.q.Items {
		if reason := t.check(&it); reason != "" {
			t.refuse(i+1, reason)
			continue
		}
		l := lead{item: it, author: it.Account}
		l.item.Account = ""
		l.item.Notes = slices.DeleteFunc(slices.Clone(it.Notes), func(n string) bool { return len(n) > 32 || !goodNote.MatchString(n) })
		if pseudonym(it.Account) {
			l.author, l.item.Account = "", it.Account
		}
		if err := t.names(ctx, &l.item); err != nil {
			return err
		}
		kind := l.item.Kind
		if l.author != "" && kind != news.Post && kind != news.Comment {
			l.author = "" // only posts and comments have voices of their own
		}
		out, err := finish(ctx, l, reading{source: s, zone: local, now: t.now}, t.voices)
		if errors.Is(err, errNoText) {
			t.refuse(i+1, "thiếu nội dung (missing text)")
			continue
		}
		if err != nil {
			return err
		}
		if !t.q.Readings || out.Title != it.Title || out.Text != it.Text || !clean(it.Reading) {
			out.Reading = nil // not ours to believe, or its spans would point at other words now
		}
		good = append(good, row{i + 1, out})
	}
	return t.publish(ctx, s, good)
}

// learn notes which plain ids are of items: those of this request, and those
// that its threads and parents name and that were taken in before.
func (t *taking) learn(ctx context.Context) error {
	t.ids = map[string]bool{}
	var ask []string
	for _, it := range t.q.Items {
		if id := nfc.String(strings.TrimSpace(it.ID)); plainly(id) {
			t.ids[id] = true
		}
		for _, s := range []string{it.Thread, it.Parent} {
			if s = nfc.String(strings.TrimSpace(s)); plainly(s) && !ownID.MatchString(s) {
				ask = append(ask, s)
			}
		}
	}
	if len(ask) == 0 {
		return nil
	}
	rows, err := t.c.o.Store.Seen(ctx, ask)
	for id := range rows {
		t.ids[id] = true
	}
	return err
}

// names gives an item the id, thread and parent under which it is kept. A
// plain id comes back as it was given; of a thread or parent nobody knows
// whether it is an id or somebody's name, unless there is such an item.
func (t *taking) names(ctx context.Context, it *news.Item) (err error) {
	it.ID = nfc.String(strings.TrimSpace(it.ID))
	if !plainly(it.ID) {
		if it.ID, err = t.voices.ref(ctx, it.ID, true); err != nil {
			return fmt.Errorf("id: %w", err)
		}
	}
	for _, s := range []*string{&it.Thread, &it.Parent} {
		*s = nfc.String(strings.TrimSpace(*s))
		if t.ids[*s] {
			continue
		}
		// The fragment of a thread's address matters only where it is how
		// posts are told apart.
		if *s, err = t.voices.ref(ctx, *s, s == &it.Parent || keepsFragment(news.Post, *s)); err != nil {
			return fmt.Errorf("thread: %w", err)
		}
	}
	return nil
}

// clean reports whether nothing in a reading that came with an item, its
// quotations and values, identifies a person.
func clean(r *news.Reading) bool {
	if r == nil {
		return true
	}
	data, err := json.Marshal(r)
	if err != nil {
		return false
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return false
	}
	return cleanValue(v)
}

func cleanValue(v any) bool {
	switch v := v.(type) {
	case string:
		_, kinds := redact.Text(plain(v))
		return len(kinds) == 0 && !redact.Named(v)
	case []any:
		return !slices.ContainsFunc(v, func(x any) bool { return !cleanValue(x) })
	case map[string]any:
		for k, x := range v {
			if !cleanValue(k) || !cleanValue(x) {
				return false
			}
		}
	}
	return true
}

// check says what is wrong with an item as given, or "", and fills in what
// has a default.
func (t *taking) check(it *news.Item) string {
	if strings.TrimSpace(it.Text) == "" {
		return "thiếu nội dung (missing text)"
	}
	if it.Kind == "" {
		it.Kind = news.Post
		if it.Title != "" {
			it.Kind = news.Article
		}
	}
	if !slices.Contains(knownKinds, it.Kind) {
		return fmt.Sprintf("kind %q không dùng được; dùng article, post, comment, official hoặc tip (unknown kind)", it.Kind)
	}
	if it.Platform == "" {
		it.Platform = "file"
		if it.URL != "" {
			it.Platform = "web"
		}
	}
	if !slices.Contains(platforms, it.Platform) {
		return fmt.Sprintf("platform %q không dùng được; dùng %s (unknown platform)", it.Platform, strings.Join(platforms, ", "))
	}
	if it.URL != "" && Canonical(it.URL, true) == "" {
		return fmt.Sprintf("url %q không phải địa chỉ web (not an http or https address)", it.URL)
	}
	return ""
}

// publish hands the items on and remembers them, so that a source that lists
// them later brings only what has changed.
func (t *taking) publish(ctx context.Context, s Source, rows []row) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.item.ID
	}
	known, err := t.c.o.Store.Seen(ctx, ids)
	if err != nil {
		return err
	}
	var found []news.Found
	var marks []Seen
	for _, r := range rows {
		it := r.item
		k := known[it.ID]
		if k.Mark == goneMark {
			k = Seen{} // a person's word takes more than a source's about what nobody saw
		}
		switch {
		case t.seen[it.ID]:
			t.refuse(r.n, fmt.Sprintf("trùng với một dòng trước (id %s, the same as an earlier row)", it.ID))
			continue
		case t.q.URL == "" && !t.q.Readings && k.Source != "" && k.Source != s.ID:
			t.refuse(r.n, fmt.Sprintf("id %s thuộc nguồn khác (belongs to another source)", it.ID))
			continue
		case k.Erased:
			t.refuse(r.n, fmt.Sprintf("mục %s đã bị xóa theo yêu cầu và không được đưa lại (erased on request)", it.ID))
			continue
		}
		t.seen[it.ID] = true
		m := k
		if m.ID == "" {
			m = Seen{ID: it.ID, Source: s.ID, First: t.now}
		}
		if h := it.Hash(); k.Hash != "" && k.Hash != h && it.Edited.IsZero() {
			it.Edited = t.now.UTC()
		}
		m.Hash, m.At, m.Checked = it.Hash(), it.At(), t.now
		found = append(found, news.Found{Item: it, Prior: s.Prior, Keep: true})
		marks = append(marks, m)
		t.result.Taken = append(t.result.Taken, it.ID)
	}
	for i := range (len(found) + 99) / 100 {
		part := found[i*100 : min(len(found), i*100+100)]
		if err := t.c.o.Publish(ctx, part); err != nil {
			t.result.Taken = t.result.Taken[:i*100]
			return fmt.Errorf("publish: %w", err)
		}
		t.c.metrics.items.add(s.ID, "", float64(len(part)))
		done, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishing)
		err := t.c.o.Store.MarkSeen(done, marks[i*100:min(len(marks), i*100+100)])
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}
