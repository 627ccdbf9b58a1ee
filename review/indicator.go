package review

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
)

// This file says what an indicator of a scam is: one address, one telephone
// number or one account, each recognised by its form. Free text is none, so
// that nobody's words travel as an indicator.

// indicatorKind is the form of an indicator.
type indicatorKind string

const (
	addressIndicator indicatorKind = "address"
	phoneIndicator   indicatorKind = "phone"
	accountIndicator indicatorKind = "account"
)

const (
	maxIndicator  = 200 // code points of one
	maxIndicators = 50  // of one case
)

var (
	hostForm  = regexp.MustCompile(`^(?:[\pL\pN](?:[\pL\pN-]{0,61}[\pL\pN])?\.)+(?:\pL{2,24}|xn--[a-z0-9-]{2,59})$|^\d{1,3}(?:\.\d{1,3}){3}$`)
	phoneForm = regexp.MustCompile(`^(?:sđt|sdt|đt|dt|tel|số điện thoại|điện thoại|số)?[:. ]{0,2}((?:\+?84|0|1[89]00)[\d .()-]{4,16})$`)
	// The name of a bank or purse may stand before the number, no other word.
	accountForm = regexp.MustCompile(`^(?:(?:stk|tk|số tài khoản|tài khoản|vcb|vietcombank|bidv|vietinbank|ctg|agribank|vba|mb|mbbank|mb bank|techcombank|tcb|acb|vpbank|tpbank|sacombank|stb|hdbank|vib|shb|seabank|msb|ocb|eximbank|lpbank|namabank|bac a bank|kienlongbank|abbank|pvcombank|momo|zalopay|viettelpay|viettel money|vnpay)[:. -]{0,3}){0,3}([\d .-]{6,30})$`)
)

// indicatorOf recognises the form of one line; ok is false for anything else.
func indicatorOf(s string) (k indicatorKind, ok bool) {
	if n := utf8.RuneCountInString(s); n == 0 || n > maxIndicator || strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.C, r) || r == '\n' || r == '@' }) {
		return "", false
	}
	low := strings.ToLower(norm.NFC.String(s))
	if m := phoneForm.FindStringSubmatch(low); m != nil {
		if n := countDigits(m[1]); n >= 8 && n <= 13 {
			return phoneIndicator, true
		}
	}
	if m := accountForm.FindStringSubmatch(low); m != nil {
		if n := countDigits(m[1]); n >= 6 && n <= 19 {
			return accountIndicator, true
		}
	}
	if _, ok := addressOf(s); ok {
		return addressIndicator, true
	}
	return "", false
}

func countDigits(s string) (n int) {
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// refang undoes Defang, as far as a form sends back what a page showed.
func refang(s string) string {
	s = fanged.ReplaceAllString(s, "http$1://")
	return strings.NewReplacer("[.]", ".", "(.)", ".", "[:]", ":").Replace(s)
}

var fanged = regexp.MustCompile(`(?i)\bhxxp(s?)://`)

// addressOf parses one web address, with or without its scheme.
func addressOf(s string) (*url.URL, bool) {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return nil, false
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || len(u.Hostname()) > 253 || !hostForm.MatchString(strings.ToLower(u.Hostname())) {
		return nil, false
	}
	return u, true
}

// A place is an address without what does not change where it leads.
type place struct{ host, path string }

func placeOf(s string) (place, bool) {
	u, ok := addressOf(refang(strings.TrimSpace(s)))
	if !ok {
		return place{}, false
	}
	h := strings.ToLower(u.Hostname())
	for _, p := range []string{"www.", "m.", "mobile.", "mbasic.", "web."} {
		h = strings.TrimPrefix(h, p)
	}
	return place{h, strings.ToLower(strings.Trim(path.Clean("/"+u.Path), "/"))}, true
}

// leads reports whether one of two places is the other or above it. It fails
// closed: the page of an account leads to its posts.
func (a place) leads(b place) bool {
	within := func(a, b string) bool { return a == "" || a == b || strings.HasPrefix(b, a+"/") }
	return a.host == b.host && (within(a.path, b.path) || within(b.path, a.path))
}

// residentPlace reports whether the address leads to what a resident wrote.
func residentPlace(u string, entries []Entry) bool {
	at, ok := placeOf(u)
	return slices.ContainsFunc(entries, func(e Entry) bool {
		if e.Item == nil || e.Item.URL == "" || !protected(e.stance()) {
			return false
		}
		theirs, known := placeOf(e.Item.URL)
		if !ok || !known {
			return strings.Contains(refang(u), e.Item.URL)
		}
		// Posts that differ in their query alone are different posts, unless
		// one of the addresses leaves the query out or shares a part of it.
		return at.leads(theirs) && (at != theirs || sharesQuery(u, e.Item.URL))
	})
}

func sharesQuery(a, b string) bool {
	ua, oka := addressOf(refang(strings.TrimSpace(a)))
	ub, okb := addressOf(b)
	if !oka || !okb || ua.RawQuery == "" || ub.RawQuery == "" {
		return true
	}
	qb := ub.Query()
	for k, vs := range ua.Query() {
		for _, v := range vs {
			if slices.Contains(qb[k], v) {
				return true
			}
		}
	}
	return false
}

// tidyIndicators checks the lines that a person wrote and brings them into
// the stored form.
func tidyIndicators(kind CaseKind, lines []string, entries []Entry) (out []string, err error) {
	for _, s := range lines {
		s = tidy(refang(s))
		if s == "" || slices.Contains(out, s) {
			continue
		}
		if kind != news.Scam {
			return nil, refuse("no_indicators")
		}
		if err := checkIndicator(s, entries); err != nil {
			return nil, err
		}
		if out = append(out, s); len(out) > maxIndicators {
			return nil, refuse("indicators", maxIndicators)
		}
	}
	return out, nil
}

// checkIndicator refuses what is no indicator, what leads to a resident and
// what names a person.
func checkIndicator(s string, entries []Entry) error {
	if residentPlace(s, entries) {
		return refuse("url", s)
	}
	k, ok := indicatorOf(s)
	if !ok {
		return refuse("indicator", s)
	}
	if k != addressIndicator {
		return voices(s, entries) // a number is what it is to be
	}
	return contentOnly(unescape(s), entries)
}

// unescape shows the words of an address that are written as %C3%B4.
func unescape(s string) string {
	return escaped.ReplaceAllStringFunc(s, func(w string) string {
		if plain, err := url.PathUnescape(w); err == nil {
			return plain
		}
		return w
	})
}

var escaped = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`)

// shown is how the slip shows an indicator: an address that nobody can
// click, a number marked as what it is.
func shown(s string) string {
	switch k, _ := indicatorOf(s); k {
	case phoneIndicator:
		return "[số điện thoại] " + s
	case accountIndicator:
		return "[số tài khoản] " + s
	}
	return Defang(s)
}

// indicators are the addresses in an item that a scam case keeps; official
// ones are none.
func indicators(it *news.Item) (out []string) {
	if it == nil {
		return nil
	}
	add := func(s string) {
		s = tidy(strings.TrimRight(strings.TrimSpace(s), ".,;:!?)"))
		h := hostOf(s)
		if k, ok := indicatorOf(s); !ok || k != addressIndicator || stateHost(h) || personal(unescape(s)) != nil || slices.Contains(out, s) {
			return
		}
		out = append(out, s)
	}
	if it.Reading != nil {
		for _, v := range it.Reading.Values {
			if v.Type == "url" {
				add(v.Text)
			}
		}
	}
	if len(out) == 0 {
		for _, w := range strings.Fields(it.Text) {
			w = strings.Trim(w, `"'“”‘’()[]<>,;`)
			if strings.Contains(w, "://") || host.MatchString(w) && !strings.Contains(w, "@") {
				add(w)
			}
		}
	}
	return out
}

// stateHost reports whether a host belongs to the state; the ending counts,
// not that the name stands somewhere in it.
func stateHost(h string) bool {
	for _, s := range []string{"gov.vn", "chinhphu.vn", "dcs.vn", "quochoi.vn", "evn.com.vn", "npc.com.vn"} {
		if h == s || strings.HasSuffix(h, "."+s) {
			return true
		}
	}
	return false
}

// variants are the spellings under which a post's address may be stored.
func variants(u string) (out []string) {
	at, ok := addressOf(u)
	if !ok {
		return []string{u}
	}
	rest := strings.TrimSuffix(at.EscapedPath(), "/")
	query := ""
	if at.RawQuery != "" {
		query = "?" + at.RawQuery
	}
	h := strings.ToLower(at.Host)
	for _, p := range []string{"www.", "m."} {
		h = strings.TrimPrefix(h, p)
	}
	for _, s := range []string{"https://", "http://"} {
		for _, p := range []string{"", "www.", "m."} {
			for _, end := range []string{"", "/", query} {
				if v := s + p + h + rest + end; !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}
