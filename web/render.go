package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
	"langnghe/rules"
	"langnghe/rules/builtin"
	"langnghe/rules/patterns"
)

// pages are the templates of one language, by the name of the page.
type pages map[string]*template.Template

// parsePages reads each template once per language, so that the words are
// chosen when the site starts and not on every request.
func (s *server) parsePages(fsys fs.FS) (map[string]pages, error) {
	names, err := fs.Glob(fsys, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := map[string]pages{}
	for lang, t := range s.tongues {
		all[lang] = pages{}
		for _, name := range names {
			base := strings.TrimSuffix(path.Base(name), ".html")
			if base == "layout" || base == "parts" {
				continue
			}
			tmpl, err := template.New("layout.html").Option("missingkey=error").Funcs(s.funcs(t)).Funcs(pen{s, t}.funcs()).
				ParseFS(fsys, "templates/layout.html", "templates/parts.html", name)
			if err != nil {
				return nil, fmt.Errorf("web: %s: %w", name, err)
			}
			for _, part := range tmpl.Templates() {
				if part.Tree != nil {
					settle(part.Tree.Root, t, s.assetPath)
				}
			}
			all[lang][base] = tmpl
		}
	}
	return all, nil
}

// funcs are the words of the templates in one language.
func (s *server) funcs(t *tongue) template.FuncMap {
	return template.FuncMap{
		"t":        t.T,
		"n":        t.N,
		"label":    t.Label,
		"num":      t.Number,
		"inc":      func(i int) int { return i + 1 },
		"date":     t.Date,
		"datetime": t.DateTime,
		"day":      t.Day,
		"in":       func(x news.Text) string { return guard(x.In(t.lang)) },
		"clock":    func(at time.Time) string { return at.In(zone).Format("15:04") },
		"doubt": func(s string) string {
			if t.lang == "en" {
				return builtin.English(s)
			}
			return s
		},
		"rfc":       func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
		"size":      t.Size,
		"isodate":   func(at time.Time) string { return at.In(zone).Format(time.DateOnly) },
		"asset":     s.assetPath,
		"defang":    defang,
		"guard":     guard,
		"snippet":   func(it *news.Item, n int) string { return s.careOf(it).guard(shorten(it.Text, n)) },
		"guardcase": func(c review.Case, text string) string { return s.careFor(&c).guard(text) },
		"guardall":  func(text string) string { return care{true, s.watched}.guard(text) },
		"knownas":   knownAs,
		"shorten":   func(s string, n int) string { return guard(shorten(s, n)) },
		"itemlink":  s.itemLink,
		"named":     s.sourceName,
		"seconds":   review.RadioSeconds,
		"headline":  s.headline,
		"list":      func(v ...any) []any { return v },
		"id":        anchor,
		"percent":   func(a, b int) int { return a * 100 / max(b, 1) },
		"add":       func(a, b int) int { return a + b },
		"query":     url.QueryEscape,
		"seg":       url.PathEscape,
		"httpurl":   func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
		"join":      strings.Join,
		"cite": func(docs []official.Document, chosen, clause string, required bool) citeForm {
			return citeForm{docs, chosen, clause, required}
		},
		"correction": func(c review.Case) review.Correction {
			if c.Correction == nil {
				return review.Correction{}
			}
			return *c.Correction
		},
		"mistake": func(p rules.Problem) string { return news.Text{VI: p.VI, EN: p.EN}.In(t.lang) },
		"level":   func(n int) news.Level { return news.Level(n) },
	}
}

// A citeForm is the part of a form that names an official document.
type citeForm struct {
	Documents      []official.Document
	Chosen, Clause string
	Required       bool
}

// A frame is what every page has around its content.
type frame struct {
	Title    string
	Lang     string
	Path     string // of this request, with its query
	User     *review.User
	Menu     []menuGroup
	Banner   string
	Warnings []string // what does not work, for the people of the desk
	Ward     string
	Progress *progress
	Done     string // what the last form did
	Sheet    string // the page's tables as a workbook, or ""
	can      func(string) bool
}

// Can reports whether the person may use a route.
func (f frame) Can(pattern string) bool { return f.can(pattern) }

type menuGroup struct {
	Key   string
	Items []menuItem
}

type menuItem struct {
	Path, Key string
	Here      bool
}

type progress struct {
	Percent int
	What    string
}

// frame builds what goes around a page.
func (s *server) frame(r *http.Request, title string) frame {
	v := visitorOf(r)
	t := v.t
	if t == nil {
		t = s.tongue(r)
	}
	f := frame{
		Title: title, Lang: t.lang, Path: r.URL.RequestURI(), User: v.user,
		Banner: s.Banner.In(t.lang), Ward: s.Ward.In(t.lang),
		can: func(pattern string) bool { return s.can(v.user, pattern) },
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		f.Path = "/"
	}
	f.Sheet = s.sheetOf(r, v.user)
	if done := r.FormValue("done"); done != "" {
		if _, ok := t.text["done."+done]; ok {
			f.Done = t.T("done." + done)
		}
	}
	if s.Progress != nil {
		if done, percent, what := s.Progress(); !done {
			f.Progress = &progress{min(max(percent, 0), 100), what.In(t.lang)}
		}
	}
	if v.user == nil {
		return f
	}
	if s.Trends != nil && s.can(v.user, "GET /trends") { // the next page may be that of the trends
		s.lookAhead.warm(r.Context(), s.Clock(), s.calm(), s.Trends)
	}
	if s.Warnings != nil {
		for _, w := range s.Warnings() {
			f.Warnings = append(f.Warnings, w.In(t.lang))
		}
	}
	if s.Upkeep != nil && v.user.Role == review.Admin {
		for _, w := range s.Upkeep() {
			f.Warnings = append(f.Warnings, w.In(t.lang))
		}
	}
	for _, g := range nav {
		group := menuGroup{Key: g.group}
		for _, p := range g.pages {
			if s.can(v.user, "GET "+p.path) {
				here := r.URL.Path == p.path || strings.HasPrefix(r.URL.Path, p.path+"/")
				group.Items = append(group.Items, menuItem{p.path, p.key, here})
			}
		}
		if len(group.Items) > 0 {
			f.Menu = append(f.Menu, group)
		}
	}
	return f
}

// render answers with a page.
func (s *server) render(w http.ResponseWriter, r *http.Request, name string, data any) error {
	return s.renderStatus(w, r, http.StatusOK, name, data)
}

// renderStatus writes nothing until the whole page succeeded.
func (s *server) renderStatus(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	t := visitorOf(r).t
	if t == nil {
		t = s.tongue(r)
	}
	page, ok := s.pages[t.lang][name]
	if !ok {
		return fmt.Errorf("web: no template %q", name)
	}
	buf, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := page.Execute(buf, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", t.lang)
	h.Set("Cache-Control", "no-store") // content of people on a shared computer
	h.Add("Vary", "Accept-Encoding")
	body := buf.Bytes()
	if len(body) > 1<<10 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		small, _ := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(small)
		small.Reset()
		quick(small, body)
		body = small.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.Log.Debug("client went away", "err", err)
	}
	return nil
}

// What a page needs only until it is sent is used again: a compressor has
// nearly a megabyte of tables.
var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zippers = sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			panic(err) // a constant level
		}
		return z
	}}
)

// quick compresses as fast as it goes.
func quick(to *bytes.Buffer, b []byte) {
	z, _ := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(to)
	_, _ = z.Write(b) // into memory
	_ = z.Close()
}

func squeeze(b []byte, level int) []byte {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, level)
	if err != nil {
		panic(err) // a constant level
	}
	_, _ = z.Write(b) // into memory
	_ = z.Close()
	return buf.Bytes()
}

// An asset is a file of static/, kept ready to send.
type asset struct {
	mime       string
	tag        string // of the content; it is in the path, so browsers may keep it
	raw, small []byte
}

func newAsset(fsys fs.FS, name string) (asset, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return asset{}, err
	}
	sum := sha256.Sum256(raw)
	kind := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // not every machine has a table of types
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	case ".webmanifest":
		kind = "application/manifest+json"
	}
	return asset{mime: kind, tag: hex.EncodeToString(sum[:6]), raw: raw, small: squeeze(raw, gzip.BestCompression)}, nil
}

// assetPath is the address of a file of static/; it changes with its content.
func (s *server) assetPath(name string) (string, error) {
	a, ok := s.assets[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return "/static/" + name + "?v=" + a.tag, nil
}

func (s *server) asset(w http.ResponseWriter, r *http.Request) error {
	a, ok := s.assets[r.PathValue("file")]
	if !ok {
		return errNotFound
	}
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("ETag", `"`+a.tag+`"`)
	h.Set("Cache-Control", "public, max-age=3600")
	if r.FormValue("v") == a.tag {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == `"`+a.tag+`"` {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body := a.raw
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.small
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the client may be gone
	return nil
}

// weblink returns the address if it is one of the web; a text from the crawl
// is no link of any other kind.
func weblink(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || len(patterns.Doubtful(u.Scheme+"://"+u.Host, false, nil)) > 0 {
		return ""
	}
	return s
}

// itemLink is the address of an item, if a person may follow it: somebody may
// have pasted that of a scam.
func (s *server) itemLink(it *news.Item) string {
	link := weblink(it.URL)
	if u, err := url.Parse(link); err != nil || patterns.Scam(it.Reading) && len(patterns.Doubtful(u.Scheme+"://"+u.Host, true, s.watched)) > 0 {
		return ""
	}
	return link
}

// anchor makes an id for a page out of any identity.
func anchor(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "e" + hex.EncodeToString(sum[:6])
}

// escape prepares a value for a query.
func escape(s string) string { return url.QueryEscape(s) }

// seeOther answers a form: the page to show now, with a word on what was done.
func seeOther(w http.ResponseWriter, r *http.Request, to, done string) error {
	if done != "" {
		sep := "?"
		if strings.Contains(to, "?") {
			sep = "&"
		}
		to += sep + "done=" + done
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
