package reading

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// Types of values.
const (
	money   = "money"
	date    = "date"
	docno   = "docno"
	percent = "percent"
	phone   = "phone"
	link    = "url"
	address = "address"
)

// maxValues bounds the values that are kept of one item.
const maxValues = 100

// Sets that hold no phrases: the values of an item are their hits, so that
// rules can ask for "an amount near a demand".
const (
	setMoney   = "sign.money"
	setDocno   = "sign.docno"
	setPercent = "sign.percent"
	setURL     = "sign.url"
	setFakeURL = "sign.fake_url"
	setDate    = "sign.date"
	setPhone   = "sign.phone"
)

var signSets = []string{setMoney, setDocno, setPercent, setURL, setFakeURL, setDate, setPhone}

var (
	unitValue = keyTable(map[string]int64{"k": 1e3, "nghìn": 1e3, "ngàn": 1e3, "nghin": 1e3, "ngan": 1e3, "tr": 1e6, "triệu": 1e6,
		"trieu": 1e6, "củ": 1e6, "tỷ": 1e9, "ty": 1e9, "tỏi": 1e9, "lít": 1e5, "xị": 1e5, "chai": 1e6, "cành": 1e6})
	slangUnit = keyTable(map[string]int64{"củ": 1, "lít": 1, "xị": 1, "chai": 1, "cành": 1, "ty": 1})
	currency  = keyTable(map[string]int64{"đ": 1, "đồng": 1, "dong": 1, "vnd": 1, "vnđ": 1, "d": 1})
	digitWord = keyTable(map[string]int64{"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
		"mười": 10, "mot": 1, "bon": 4, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10})
	keyHalf    = keys("nửa", "nua")
	keyLunar   = keys("mùng", "mồng", "mung")
	keyPart    = keys("đầu", "giữa", "cuối", "dau", "giua", "cuoi")
	wordStarts = starts(keyHalf, digitWord, keyNumbered, keyNamed, keyNumber, keyLunar, keyPart, keyMonth) // words that may begin a value
	keyHundred = keys("trăm", "tram")
	keyDay     = keys("ngày", "ngay", "hôm", "hom", "từ", "tu", "đến", "den", "mùng", "mung", "mồng")
	keyMonth   = keys("tháng", "thang")
	keyYear    = keys("năm", "nam")
	keyPercent = keys("phần", "phan")
)

func keyTable(m map[string]int64) map[uint64]int64 {
	out := map[uint64]int64{}
	for k, v := range m {
		out[lang.Hash(lang.Key(k))] = v
	}
	return out
}

func starts(tables ...map[uint64]int64) table {
	t := newTable(64)
	for _, m := range tables {
		for k := range m {
			if _, ok := t.get(k); !ok {
				t.put(k, 1)
			}
		}
	}
	return t
}

func keys(words ...string) map[uint64]int64 {
	m := map[string]int64{}
	for _, w := range words {
		m[w] = 1
	}
	return keyTable(m)
}

// readValues finds the typed values of v and adds them to the sign sets.
func (r *Reader) readValues(v *view, h hits) {
	for i := 0; i < len(v.words) && len(v.values) < maxValues; {
		kind, value, n := v.value(i)
		if n == 0 || v.words[i+n-1].field != v.words[i].field {
			i++
			continue
		}
		x := hit{int32(i), int32(i + n), 1}
		s := v.span(x.start, x.end)
		v.values = append(v.values, news.Value{Type: kind, Text: s.Text, Value: value, Span: s})
		set := map[string]string{money: setMoney, docno: setDocno, percent: setPercent, link: setURL, date: setDate, phone: setPhone}[kind]
		if set != "" {
			h.add(r.lex.ids[set], x)
		}
		if kind == link && suspicious(visible(s.Text)) {
			h.add(r.lex.ids[setFakeURL], x)
		}
		i += n
	}
}

// value reads the value that starts at word i and how many words it takes, 0
// if there is none.
func (v *view) value(i int) (kind string, value any, n int) {
	w := &v.words[i]
	if v.joined(w) {
		if host, n := v.url(i); n > 0 {
			return link, host, n
		}
	}
	if _, ok := wordStarts.get(w.raw); !ok && !w.number {
		return "", nil, 0
	}
	if _, ok := keyHalf[w.raw]; ok && i+1 < len(v.words) {
		if u, ok := unitValue[v.words[i+1].raw]; ok {
			return money, u / 2, 2
		}
	}
	if kind, value, n := v.loose(i); n > 0 {
		return kind, value, n
	}
	if kind, value, n := v.address(i); n > 0 {
		return kind, value, n
	}
	if d, ok := digitWord[w.raw]; ok && i+1 < len(v.words) {
		if m := v.words[i+1]; m.field == w.field {
			if u, ok := unitValue[m.raw]; ok && u >= 1e3 && slangUnit[m.raw] == 0 {
				return money, d * u, 2
			}
			if _, ok := keyHundred[m.raw]; ok && i+2 < len(v.words) {
				if u, ok := unitValue[v.words[i+2].raw]; ok && u >= 1e3 && slangUnit[v.words[i+2].raw] == 0 {
					return money, d * 100 * u, 3
				}
			}
		}
		return "", nil, 0
	}
	if !w.number {
		return "", nil, 0
	}
	for _, read := range []func(int) (string, any, int){v.phone, v.docno, v.date, v.amount} {
		if kind, value, n := read(i); n > 0 {
			return kind, value, n
		}
	}
	return "", nil, 0
}

// joined reports whether a word that may begin an address is followed by
// what may go on with it.
func (v *view) joined(w *word) bool {
	f := v.fields[w.field]
	if int(w.to) >= len(f) || f[w.from] >= utf8.RuneSelf {
		return false
	}
	switch c := f[w.to]; c {
	case '.', '[', '(', '-', '_', ':':
		return true
	default:
		return c >= utf8.RuneSelf // it may be one that counts as absent
	}
}

// surface is word i as written.
func (v *view) surface(i int) string {
	w := &v.words[i]
	return visible(v.fields[w.field][w.from:w.to])
}

// visible is s without characters that count as absent.
func visible(s string) string {
	if strings.IndexFunc(s, lang.Ignorable) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if lang.Ignorable(r) {
			return -1
		}
		return r
	}, s)
}

// gap is what stands between word i and the next, "\n" at the end of a field.
func (v *view) gap(i int) string {
	if i+1 >= len(v.words) || v.words[i+1].field != v.words[i].field {
		w := v.words[i]
		rest := v.fields[w.field][w.to:]
		return rest[:min(len(rest), 4)] + "\n"
	}
	a, b := v.words[i].to, v.words[i+1].from
	if b < a {
		return "" // two words mended from one
	}
	return visible(v.fields[v.words[i].field][a:b])
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (v *view) phone(i int) (string, any, int) {
	var b strings.Builder
	for n := 0; i+n < len(v.words) && n < 5; n++ {
		s := v.surface(i + n)
		if !digits(s) {
			return "", nil, 0
		}
		b.WriteString(s)
		gap := v.gap(i + n)
		all := b.String()
		full := len(all) == 10 && all[0] == '0' && all[1] != '0' || len(all) == 11 && strings.HasPrefix(all, "84") ||
			len(all) >= 8 && len(all) <= 10 && (strings.HasPrefix(all, "1900") || strings.HasPrefix(all, "1800"))
		if full && (gap != "." && gap != " " && gap != "-" || i+n+1 >= len(v.words) || !digits(v.surface(i+n+1))) {
			return phone, all, n + 1
		}
		if gap != "." && gap != " " && gap != "-" {
			return "", nil, 0
		}
	}
	return "", nil, 0
}

// loose reads dates that leave something open: "mùng 1" is "---01", "cuối
// tháng 6" is "06".
func (v *view) loose(i int) (string, any, int) {
	w := v.words[i].raw
	if keyLunar[w] != 0 {
		if d, ok := v.small(i+1, 30); ok && v.gap(i) == " " && v.gap(i+1) != "/" {
			return date, fmt.Sprintf("---%02d", d), 2
		}
		return "", nil, 0
	}
	j := i
	if keyPart[w] != 0 {
		j++
	}
	if j+1 >= len(v.words) || keyMonth[v.words[j].raw] == 0 || j == i && i > 0 && v.words[i-1].number {
		return "", nil, 0
	}
	m, ok := v.small(j+1, 12)
	if !ok {
		return "", nil, 0
	}
	if v.gap(j+1) == "/" && j+2 < len(v.words) {
		if y := v.surface(j + 2); digits(y) && len(y) == 4 {
			return date, fmt.Sprintf("%s-%02d", y, m), j + 3 - i
		}
	}
	return date, fmt.Sprintf("%02d", m), j + 2 - i
}

func (v *view) docno(i int) (string, any, int) {
	s := v.surface(i)
	if !digits(s) || len(s) > 5 || v.gap(i) != "/" {
		return "", nil, 0
	}
	j := i + 1
	year := ""
	if t := v.surface(j); digits(t) && len(t) == 4 && (t[:2] == "19" || t[:2] == "20") && v.gap(j) == "/" {
		year = "/" + t
		j++
	}
	var parts []string
	for j < len(v.words) && len(parts) < 5 {
		t := v.surface(j)
		if c := t[0]; c >= '0' && c <= '9' || year == "" && t != strings.ToUpper(t) {
			break
		}
		parts = append(parts, strings.ToUpper(lang.Fold(lang.Key(t))))
		j++
		if g := v.gap(j - 1); g != "-" && g != "–" {
			break
		}
	}
	if len(parts) == 0 || year == "" && len(parts) < 2 || len(parts[0]) < 2 {
		return "", nil, 0
	}
	return docno, strings.TrimLeft(s, "0") + year + "/" + strings.Join(parts, "-"), j - i
}

func (v *view) date(i int) (string, any, int) {
	d, ok := v.small(i, 31)
	if !ok {
		return "", nil, 0
	}
	gap := v.gap(i)
	if gap == "/" || gap == "-" || gap == "." {
		m, ok := v.small(i+1, 12)
		if !ok {
			return "", nil, 0
		}
		if v.gap(i+1) == gap && i+2 < len(v.words) {
			if y := v.surface(i + 2); digits(y) && len(y) == 4 {
				return date, fmt.Sprintf("%s-%02d-%02d", y, m, d), 3
			}
			return "", nil, 0
		}
		if gap == "." || i == 0 || keyDay[v.words[i-1].raw] == 0 {
			return "", nil, 0
		}
		return date, fmt.Sprintf("%02d-%02d", m, d), 2
	}
	if i+2 < len(v.words) && keyMonth[v.words[i+1].raw] != 0 {
		m, ok := v.small(i+2, 12)
		if !ok {
			return "", nil, 0
		}
		if i+4 < len(v.words) && keyYear[v.words[i+3].raw] != 0 {
			if y := v.surface(i + 4); digits(y) && len(y) == 4 {
				return date, fmt.Sprintf("%s-%02d-%02d", y, m, d), 5
			}
		}
		return date, fmt.Sprintf("%02d-%02d", m, d), 3
	}
	return "", nil, 0
}

// small reads word i as a number from 1 to limit.
func (v *view) small(i, limit int) (int, bool) {
	if i >= len(v.words) {
		return 0, false
	}
	s := v.surface(i)
	if len(s) > 2 || !digits(s) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 1 && n <= limit
}

// amount reads money and percentages.
func (v *view) amount(i int) (string, any, int) {
	s := v.surface(i)
	n := 1
	for n < 5 && i+n < len(v.words) && digits(s) {
		g := v.gap(i + n - 1)
		next := v.surface(i + n)
		if g != "." && g != "," || next[0] < '0' || next[0] > '9' {
			break
		}
		if grouped := len(next) >= 3 && digits(next[:3]) && (len(next) == 3 || !digits(next[3:4])); grouped {
			s += next
		} else {
			s += "." + next
			n++
			break
		}
		n++
	}
	number, suffix := s, ""
	for j := range len(s) {
		if c := s[j]; (c < '0' || c > '9') && c != '.' {
			number, suffix = s[:j], s[j:]
			break
		}
	}
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || x > 1e15 {
		return "", nil, 0
	}
	if suffix != "" {
		letters := strings.TrimRight(suffix, "0123456789")
		u, isUnit := unitValue[lang.Hash(lang.Key(letters))]
		if rest := suffix[len(letters):]; isUnit && rest != "" && len(rest) <= 3 {
			f, _ := strconv.ParseFloat("0."+rest, 64)
			return money, int64((x+f)*float64(u) + 0.5), n
		}
		switch {
		case isUnit && slangUnit[lang.Hash(lang.Key(letters))] == 0:
			return money, int64(x*float64(u) + 0.5), n
		case currency[lang.Hash(lang.Key(letters))] != 0:
			return money, int64(x), n
		}
		return "", nil, 0
	}
	gap := v.gap(i + n - 1)
	if strings.HasPrefix(strings.TrimLeft(gap, " "), "%") {
		return percent, x, n
	}
	if strings.HasPrefix(gap, "₫") {
		return money, int64(x), n
	}
	if i+n >= len(v.words) || strings.TrimSpace(gap) != "" {
		return "", nil, 0
	}
	next := v.words[i+n].raw
	if keyHundred[next] != 0 && i+n+1 < len(v.words) && unitValue[v.words[i+n+1].raw] != 0 {
		return money, int64(x * 100 * float64(unitValue[v.words[i+n+1].raw])), n + 2
	}
	if u, ok := unitValue[next]; ok {
		m := n + 1
		if i+m < len(v.words) && currency[v.words[i+m].raw] != 0 {
			m++
		}
		return money, int64(x*float64(u) + 0.5), m
	}
	if currency[next] != 0 && x >= 100 {
		return money, int64(x), n + 1
	}
	if keyPercent[next] != 0 && i+n+1 < len(v.words) && v.words[i+n+1].fold == lang.Hash("tram") {
		return percent, x, n + 2
	}
	return "", nil, 0
}
