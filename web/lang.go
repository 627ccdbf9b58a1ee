package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
)

//go:embed locales/*.json
var locales embed.FS

// langs are the languages of the pages; the first is the default.
var langs = []string{"vi", "en"}

// zone is where the ward is.
var zone = calendar.Zone

// A tongue is one language of the pages: its messages and its way to write
// dates and numbers.
type tongue struct {
	lang string
	text map[string]string
}

// tongues reads the message files.
func tongues() (map[string]*tongue, error) {
	all := map[string]*tongue{}
	for _, lang := range langs {
		name := "locales/" + lang + ".json"
		raw, err := locales.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		t := &tongue{lang: lang}
		if err := json.Unmarshal(raw, &t.text); err != nil {
			return nil, fmt.Errorf("web: %s: %w", name, err)
		}
		all[lang] = t
	}
	return all, nil
}

// T returns the message of a key with {1}, {2} … replaced. A key that is
// missing shows itself, and a test finds it.
func (t *tongue) T(key string, args ...any) string {
	s, ok := t.text[key]
	if !ok {
		return key
	}
	for i, a := range args {
		s = strings.ReplaceAll(s, "{"+strconv.Itoa(i+1)+"}", t.word(a))
	}
	return s
}

// N is T for a count: "key_1" is used for one, where the language has it.
func (t *tongue) N(key string, n int) string {
	if n == 1 {
		if _, ok := t.text[key+"_1"]; ok {
			key += "_1"
		}
	}
	return t.T(key, n)
}

// Label returns the name of an enumerated value, "topic" "water", or the
// value itself when it is of a list that the pages do not know.
func (t *tongue) Label(kind string, value any) string {
	v := fmt.Sprint(value)
	if n, ok := value.(news.Level); ok {
		v = strconv.Itoa(int(n))
	}
	if v == "" {
		return ""
	}
	if s, ok := t.text[kind+"."+v]; ok {
		return s
	}
	return strings.ReplaceAll(v, "_", " ")
}

func (t *tongue) word(a any) string {
	switch a := a.(type) {
	case int:
		return t.Number(a)
	case float64:
		return t.Number(a)
	case time.Time:
		return t.DateTime(a)
	case news.Text:
		return a.In(t.lang)
	}
	return fmt.Sprint(a)
}

// Number writes 1.234,5 in Vietnamese and 1,234.5 in English.
func (t *tongue) Number(v any) string {
	var s string
	switch v := v.(type) {
	case int:
		s = strconv.Itoa(v)
	case int64:
		s = strconv.FormatInt(v, 10)
	case float64:
		s = strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	default:
		return fmt.Sprint(v)
	}
	thousand, decimal := ".", ","
	if t.lang == "en" {
		thousand, decimal = ",", "."
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, part, has := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + thousand + whole[i:]
	}
	if has {
		whole += decimal + part
	}
	return sign + whole
}

// Size writes bytes as people read them, 1,5 MB.
func (t *tongue) Size(n int64) string {
	const unit = 1 << 10
	v := float64(n)
	for _, name := range []string{"B", "KB", "MB", "GB"} {
		if v < unit {
			return t.Number(v) + " " + name
		}
		v /= unit
	}
	return t.Number(v) + " TB"
}

// Date writes 02/01/2006, or 2 Jan 2006 in English.
func (t *tongue) Date(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	if t.lang == "en" {
		return at.In(zone).Format("2 Jan 2006")
	}
	return at.In(zone).Format("02/01/2006")
}

// DateTime writes 15:04 02/01/2006, or 15:04 2 Jan 2006 in English.
func (t *tongue) DateTime(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(zone).Format("15:04 ") + t.Date(at)
}

// Day rewrites a date of a document, 2006-01-02, for people.
func (t *tongue) Day(s string) string {
	at, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return s
	}
	return t.Date(at)
}

// Ago says how far at is from now, in the largest unit that fits.
func (t *tongue) Ago(at, now time.Time) string {
	if at.IsZero() {
		return "–"
	}
	d, key := now.Sub(at), "ago."
	if d < 0 {
		d, key = -d, "in."
	}
	switch {
	case d < time.Minute:
		return t.T("ago.now")
	case d < time.Hour:
		return t.N(key+"minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return t.N(key+"hours", int(d/time.Hour))
	case d < 60*24*time.Hour:
		return t.N(key+"days", int(d/(24*time.Hour)))
	}
	return t.Date(at)
}

const langCookie = "langnghe_lang"

// tongue chooses the language of a request: what the person chose, else
// Vietnamese. What the browser prefers says little about the officer: many
// office machines were set up in English. Programs say what they want.
func (s *server) tongue(r *http.Request) *tongue {
	if c, err := r.Cookie(langCookie); err == nil {
		if t, ok := s.tongues[c.Value]; ok {
			return t
		}
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
			tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
			lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
			if t, ok := s.tongues[lang]; ok {
				return t
			}
		}
	}
	return s.tongues[langs[0]]
}

// switchLang keeps the chosen language in a cookie and goes back to the page.
func (s *server) switchLang(w http.ResponseWriter, r *http.Request) error {
	lang := r.FormValue("lang")
	if !slices.Contains(langs, lang) {
		return &problem{status: http.StatusBadRequest, key: "problem.form"}
	}
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 60 * 60, SameSite: http.SameSiteLaxMode, Secure: s.Secure, HttpOnly: true})
	http.Redirect(w, r, localPath(r.FormValue("back")), http.StatusSeeOther)
	return nil
}

// localPath keeps a redirect on this site.
func localPath(p string) string {
	// Browsers drop tabs and line breaks from an address and read \ as /.
	odd := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.IndexFunc(p, odd) >= 0 {
		return "/"
	}
	return p
}

// keys lists the message keys of a language, sorted.
func (t *tongue) keys() []string { return slices.Sorted(maps.Keys(t.text)) }
