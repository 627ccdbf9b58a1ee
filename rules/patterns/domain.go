package patterns

import (
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
)

// A Look is what the name of a site looks like. Score 2 and more is a sign
// of imitation; Like is what it imitates, when that can be said.
type Look struct {
	Host    string
	Score   float64
	Like    string
	Reasons []news.Text
}

// Suspicious reports whether the name shows signs of imitation.
func (l Look) Suspicious() bool { return l.Score >= enough }

const enough = 2

// maxHost is how long a name of a machine may be (RFC 1035).
const maxHost = 253

// Domain judges the name of a site: "dichvucongg.top". It knows only names;
// what is behind one nobody has looked at. Official names, and the sites of
// the banks, utilities and shops that others imitate, score 0.
func Domain(host string) Look {
	l := Look{Host: host}
	host = clean(host)
	if host == "" || len(host) > maxHost {
		return l
	}
	if _, err := netip.ParseAddr(host); err == nil {
		l.add(enough, "địa chỉ là một dãy số, không phải tên", "the address is a number, not a name")
		return l
	}
	if strings.Contains(host, "xn--") {
		if u, err := idna.Punycode.ToUnicode(host); err == nil && u != host {
			host = fold(u)
			l.add(1.5, "tên viết bằng chữ cái trông giống chữ La-tinh", "the name is written in letters that look like Latin ones")
		}
	} else if !ascii(host) {
		host = fold(host)
		l.add(1.5, "tên viết bằng chữ cái trông giống chữ La-tinh", "the name is written in letters that look like Latin ones")
	}
	if Official(host) {
		if l.Score > 0 { // it only looks official: it is written in other letters
			l.Like = host
			l.add(enough, "trông giống tên miền chính thức", "it looks like an official name")
		}
		return l
	}
	if slices.ContainsFunc(shorteners, func(s string) bool { return under(host, s) }) {
		l.add(enough, "đường dẫn rút gọn, che nơi đến", "a shortened link that hides where it goes")
		return l
	}
	suffix, _ := publicsuffix.PublicSuffix(host)
	name := strings.TrimSuffix(host, "."+suffix)
	if host == suffix {
		return l // where names of others are given away, "gov.uk" too
	}
	abroad := len(suffix) == 2 && !slices.Contains(risky, suffix) && (name == "gov" || strings.HasSuffix(name, ".gov"))
	for _, s := range []string{"gov.vn", "gov-vn", "govn.", "govvn", "vn-gov", "gov."} {
		if s == "gov." && abroad {
			break // "gov.kr": another country's
		}
		if strings.Contains(name+".", s) {
			l.add(enough, "có chữ gov.vn nhưng không kết thúc bằng .gov.vn", "it has gov.vn in it and does not end in .gov.vn")
			l.Like = ".gov.vn"
			break
		}
	}
	inside.scan(host, func(o string, at int) bool {
		if at+len(o) > len(name) {
			return true // "google.com.vn" is registered as it stands
		}
		l.add(enough, "chứa tên miền "+o+" nhưng thuộc trang khác", "it contains "+o+" and belongs to another site")
		l.Like = o
		return false
	})
	labels := strings.Split(name, ".")
	main := labels[len(labels)-1]
	squashed := innocent.Replace(strings.ReplaceAll(name, "-", ""))
	l.tokens(name, squashed, main)
	l.near(main)
	if l.Score == 0 {
		return l
	}
	l.signs(host, suffix, squashed, main)
	return l
}

func (l *Look) add(n float64, vi, en string) {
	l.Score += n
	l.Reasons = append(l.Reasons, news.Text{VI: vi, EN: en})
}

// tokens are the names of authorities, banks and shops inside the name.
func (l *Look) tokens(name, squashed, main string) {
	best, which, shop := 0.0, "", ""
	others := map[string]bool{}
	add := func(w float64, t string) {
		if w >= 0.5 {
			others[t] = true
		}
		if w > best || w == best && len(t) > len(which) {
			best, which = w, t
		}
	}
	see := func(t string, at int) bool {
		switch w := weights[t]; {
		case w == ofShop:
			if len(t) > len(shop) {
				shop = t
			}
		case w == strongest:
			add(2, t)
		case t == "cskh" && !strings.Contains(main, t):
			// "cskh.company.vn" is where many firms serve their customers
		case len(t) <= 4 && at > 0 && !strings.HasSuffix(main, t) && !slices.Contains(strings.FieldsFunc(name, apart), t):
			add(w/2, t)
		default:
			add(w, t)
		}
		return true
	}
	carried.scan(squashed, see)
	if s := swap(squashed); s != squashed {
		carried.scan(s, func(t string, at int) bool { return weights[t] != strongest || see(t, at) })
	}
	if best > 0 {
		l.Like = or(l.Like, which)
		l.add(best, "tên có chữ “"+which+"” nhưng không phải trang chính thức", "“"+which+"” is in the name and the site is not an official one")
		delete(others, which)
		for t := range others {
			if !strings.Contains(which, t) && !strings.Contains(t, which) {
				l.add(1, "tên ghép nhiều chữ của cơ quan, ngân hàng", "several names of authorities or banks are joined")
				break
			}
		}
	}
	if shop != "" {
		l.Like = or(l.Like, shop)
		l.add(1, "tên có nhãn hiệu “"+shop+"”", "the brand “"+shop+"” is in the name")
	}
}

// near compares the main part with what is often imitated: one wrong letter,
// or two in a long name.
func (l *Look) near(main string) {
	label := strings.ReplaceAll(main, "-", "")
	if l.Score >= enough || utf8.RuneCountInString(label) < 6 || slices.Contains(bystanders, label) {
		return
	}
	for _, form := range []string{label, swap(label)} {
		for _, t := range imitated {
			far := 1
			if len(t) >= 9 {
				far = 2
			}
			if d := distance(form, t, far); d <= far && (d > 0 || form != label) {
				l.Like = t
				l.add(enough, "chỉ khác “"+t+"” một hai chữ", "one or two letters away from “"+t+"”")
				return
			}
		}
	}
}

// signs make a name that has something official in it more suspicious; alone
// they say nothing.
func (l *Look) signs(host, suffix, squashed, main string) {
	tld := suffix[strings.LastIndexByte(suffix, '.')+1:]
	if slices.Contains(risky, tld) {
		l.add(1, "đuôi ."+tld+" rẻ, hay bị lợi dụng", "the ending ."+tld+" is cheap and often misused")
	}
	baits := 0
	lures.scan(squashed, func(b string, _ int) bool {
		l.add(1, "tên có chữ mời gọi “"+b+"”", "the lure “"+b+"” is in the name")
		baits++
		return baits < 2
	})
	if digits(squashed) {
		l.add(1, "tên có dãy số", "the name has a run of digits")
	}
	if strings.ContainsRune(main, '-') {
		l.add(0.5, "tên ghép bằng gạch nối", "the name is joined by hyphens")
	}
	if strings.HasSuffix(strings.TrimRight(main, "0123456789"), "vn") || strings.HasSuffix(main, "vnn") || strings.HasSuffix(main, "vng") || strings.HasPrefix(main, "vn") {
		l.add(0.5, "chữ vn nằm trong tên, không ở đuôi", "vn stands in the name and not at its end")
	}
	if strings.HasSuffix(suffix, "vn") && suffix == "vn" {
		l.Score -= 0.5 // owners of .vn names are known to the registry
	}
}

// clean reads a host out of a link, defanged or not.
func clean(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.NewReplacer("[.]", ".", "(.)", ".", "[dot]", ".").Replace(s)))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if k := strings.IndexAny(s, "/?#\\"); k >= 0 {
		s = s[:k]
	}
	if k := strings.LastIndexByte(s, '@'); k >= 0 {
		s = s[k+1:] // what stands before @ is no part of the name
	}
	if k := strings.LastIndexByte(s, ':'); k >= 0 && !strings.Contains(s, "]") && strings.Count(s, ":") == 1 {
		s = s[:k]
	}
	return strings.TrimPrefix(strings.Trim(s, ".[]"), "www.")
}

// Official reports whether a name belongs to an authority, or to one of the
// banks, utilities and firms whose names others imitate. Only the end of a
// name says whose it is.
func Official(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "gov.vn" || strings.HasSuffix(host, ".gov.vn") {
		return true
	}
	for i := 0; ; {
		if ownedSet[host[i:]] {
			return true
		}
		k := strings.IndexByte(host[i:], '.')
		if k < 0 {
			return false
		}
		i += k + 1
	}
}

func under(host, o string) bool { return host == o || strings.HasSuffix(host, "."+o) }

func apart(r rune) bool { return r == '.' || r == '-' }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// swap undoes the usual tricks with look-alike letters.
var swapper = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "vv", "w", "rn", "m")

func swap(s string) string {
	if !strings.ContainsAny(s, "01345vr") {
		return s
	}
	return swapper.Replace(s)
}

// similar are letters of other scripts that look like Latin ones.
var similar = map[rune]rune{'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'у': 'y', 'х': 'x', 'і': 'i', 'ѕ': 's', 'ј': 'j', 'ԁ': 'd', 'ɡ': 'g', 'һ': 'h', 'к': 'k',
	'м': 'm', 'н': 'h', 'т': 't', 'в': 'b', 'ь': 'b', 'ո': 'n', 'ɩ': 'i', 'ı': 'i', 'ο': 'o', 'α': 'a', 'ν': 'v', 'τ': 't', 'ρ': 'p', 'κ': 'k', 'đ': 'd', 'ł': 'l', 'ø': 'o'}

// fold writes a name in Latin letters.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if l, ok := similar[r]; ok {
			r = l
		}
		if r < 0x80 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// digits reports whether a name has two digits in a row, or ends in one.
func digits(s string) bool {
	run := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			if run++; run == 2 {
				return true
			}
		} else {
			run = 0
		}
	}
	return run > 0
}

// distance is the Damerau-Levenshtein distance (optimal string alignment) of
// two names, or most+1 when it is more.
func distance(a, b string, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	var rows [3][64]int
	if len(a) > 62 || len(b) > 62 {
		return most + 1
	}
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur, prev, old := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		cur[0] = i
		low := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, old[j-2]+1)
			}
			cur[j] = d
			low = min(low, d)
		}
		if low > most {
			return most + 1
		}
	}
	return rows[len(a)%3][len(b)]
}
