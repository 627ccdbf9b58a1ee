package crawler_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/tools/txtar"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/internal/news"
)

var hanoi, _ = time.LoadLocation("Asia/Ho_Chi_Minh")

// A site serves the files of a txtar archive with entity tags, so a whole
// web site with its odd cases fits in one readable file. Directives stand
// before the first file.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string][]byte
	rules map[string][]string // status, HEADER=VALUE …
	asked []string            // "200 /rss.xml", in order
	want  string
}

func newSite(t *testing.T, name string) *site {
	t.Helper()
	ar, err := txtar.ParseFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{files: map[string][]byte{}, rules: map[string][]string{}}
	for line := range strings.Lines(string(ar.Comment)) {
		if f := strings.Fields(line); len(f) > 1 && strings.HasPrefix(f[0], "/") {
			s.rules[f[0]] = f[1:]
		}
	}
	for _, f := range ar.Files {
		if f.Name == "want" {
			s.want = string(f.Data)
			continue
		}
		s.files["/"+f.Name] = f.Data
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := http.StatusOK
	data, ok := s.files[r.URL.Path]
	if rule := s.rules[r.URL.Path]; rule != nil {
		ok = true
		status, _ = strconv.Atoi(rule[0])
		for _, pair := range rule[1:] {
			k, v, _ := strings.Cut(pair, "=")
			if k != "charset" {
				w.Header().Set(k, v)
				continue
			}
			enc, _ := charset.Lookup(v)
			// Old Vietnamese code pages hold tones as marks of their own.
			encoded, err := enc.NewEncoder().Bytes([]byte(decomposeTones(string(data))))
			if err != nil {
				panic(err)
			}
			data = encoded
			w.Header().Set("Content-Type", "text/html; charset="+v)
		}
	}
	if !ok {
		status = http.StatusNotFound
	}
	if w.Header().Get("Content-Type") == "" {
		switch filepath.Ext(r.URL.Path) {
		case ".xml":
			w.Header().Set("Content-Type", "application/rss+xml")
		case ".html":
			w.Header().Set("Content-Type", "text/html")
		default:
			w.Header().Set("Content-Type", "text/plain")
		}
	}
	if status == http.StatusOK {
		sum := sha256.Sum256(data)
		tag := `"` + hex.EncodeToString(sum[:6]) + `"`
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			status, data = http.StatusNotModified, nil
		}
	}
	s.asked = append(s.asked, fmt.Sprint(status, " ", r.URL.Path))
	w.WriteHeader(status)
	w.Write(data)
}

// decomposeTones takes the five tone marks off their letters and leaves the
// other marks on.
func decomposeTones(s string) string {
	var b strings.Builder
	for _, r := range s {
		var tone string
		base := []rune{}
		for _, c := range norm.NFD.String(string(r)) {
			switch c {
			case '\u0300', '\u0301', '\u0303', '\u0309', '\u0323':
				tone += string(c)
			default:
				base = append(base, c)
			}
		}
		b.WriteString(norm.NFC.String(string(base)) + tone)
	}
	return b.String()
}

func (s *site) set(path, data string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = []byte(data)
}

func (s *site) edit(path, from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = []byte(strings.Replace(string(s.files[path]), from, to, 1))
}

func (s *site) rule(path string, rule ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules[path] = rule
	if rule == nil {
		delete(s.rules, path)
	}
}

// requests returns what was asked since the last call.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

// A rig is a crawler with everything around it.
type rig struct {
	*crawler.Crawler
	t      *testing.T
	store  crawler.Store
	log    *strings.Builder
	mu     sync.Mutex
	now    time.Time
	found  []news.Found // since the round began
	all    []news.Found
	gone   []news.Erased
	health []news.Health
	audit  []news.Audit
	refuse error // of Publish
	o      crawler.Options
}

func newRig(t *testing.T, sources ...crawler.Source) *rig {
	t.Helper()
	r := &rig{t: t, store: crawlertest.NewMemory(), log: new(strings.Builder), now: time.Date(2026, 11, 20, 9, 0, 0, 0, hanoi)}
	r.o = crawler.Options{Sources: sources}
	r.open()
	return r
}

// open makes a new crawler on the same store, as after a restart.
func (r *rig) open() {
	r.t.Helper()
	o := r.o
	o.Store, o.Contact = r.store, "it@ward.example"
	o.Log = slog.New(slog.NewTextHandler(lockedWriter{&r.mu, r.log}, nil))
	o.Now = func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.now }
	o.Publish = func(_ context.Context, found []news.Found) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.refuse != nil {
			return r.refuse
		}
		r.found, r.all = append(r.found, found...), append(r.all, found...)
		return nil
	}
	o.Health = func(_ context.Context, h news.Health) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.health = append(r.health, h)
		return nil
	}
	o.Gone = func(_ context.Context, e news.Erased) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.gone = append(r.gone, e)
		return nil
	}
	o.Audit = func(_ context.Context, a news.Audit) error { r.audit = append(r.audit, a); return nil }
	c, err := crawler.New(o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Crawler = c
}

type lockedWriter struct {
	mu *sync.Mutex
	b  *strings.Builder
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

// round moves the clock on and visits what is due.
func (r *rig) round(after time.Duration) []news.Found {
	r.t.Helper()
	r.mu.Lock()
	r.now = r.now.Add(after)
	r.found = nil
	r.mu.Unlock()
	n, err := r.Round(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	if n != len(r.found) {
		r.t.Errorf("Round says %d items, %d were published", n, len(r.found))
	}
	return r.found
}

func (r *rig) status(source string) crawler.Status {
	r.t.Helper()
	all, err := r.Sources(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s crawler.Status) bool { return s.Source.ID == source })
	if i < 0 {
		r.t.Fatalf("no source %q", source)
	}
	return all[i]
}

// internal is a source on a loopback server, which has no pace to keep.
func internal(id, kind, url string) crawler.Source {
	return crawler.Source{ID: id, Kind: kind, URL: url, Internal: true, Pace: time.Microsecond, Every: 10 * time.Minute}
}

// describe writes items as the want of an archive does: one line, then the
// paragraphs. Accounts and threads are numbered as they appear by id.
func describe(base string, found []news.Found) string {
	accounts, threads := map[string]int{}, map[string]int{}
	number := func(m map[string]int, k string) int {
		if m[k] == 0 {
			m[k] = len(m) + 1
		}
		return m[k]
	}
	for _, f := range found { // posts first, so that they have the low numbers
		if f.Item.Kind == news.Post {
			number(accounts, f.Item.Account)
			number(threads, f.Item.ID)
		}
	}
	var out []string
	for _, f := range found {
		it := f.Item
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s", it.Kind, it.Published.In(hanoi).Format("2006-01-02T15:04"))
		if it.Title != "" {
			b.WriteString(" " + it.Title)
		}
		fmt.Fprintf(&b, " [%s]", strings.TrimPrefix(it.URL, base))
		if it.Account != "" {
			fmt.Fprintf(&b, " account %d", number(accounts, it.Account))
		}
		if it.Kind == news.Post {
			fmt.Fprintf(&b, " is %d", number(threads, it.ID))
		}
		if it.Thread != "" {
			fmt.Fprintf(&b, " in %d", number(threads, it.Thread))
		}
		for _, n := range it.Notes {
			b.WriteString(" " + n)
		}
		for _, p := range strings.Split(it.Text, "\n\n") {
			b.WriteString("\n  " + p)
		}
		out = append(out, b.String()+"\n")
	}
	slices.Sort(out)
	return strings.Join(out, "")
}
