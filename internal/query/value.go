package query

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// A value is a typed value: an exact decimal below 10^18, a day or a document
// number.
type value struct {
	whole uint64
	micro uint32 // millionths
	day   int    // yyyymmdd
	doc   docno
}

type docno struct{ num, year, symbols string }

func (d docno) String() string {
	s := d.num
	if d.year != "" {
		s += "/" + d.year
	}
	if d.symbols != "" {
		s += "/" + d.symbols
	}
	return s
}

// includes reports whether d, as a query writes it, means the number x of a
// text: without symbols it means any.
func (d docno) includes(x docno) bool {
	return d.num == x.num && d.year == x.year && (d.symbols == "" || d.symbols == x.symbols)
}

const tooLarge = 1_000_000_000_000_000_000

// times multiplies v; it reports false for 10^18 and above.
func (v value) times(unit uint64) (value, bool) {
	hi, lo := bits.Mul64(v.whole, unit)
	part := uint64(v.micro) * unit
	v.micro = uint32(part % 1_000_000)
	v.whole = lo + part/1_000_000
	return v, hi == 0 && lo < tooLarge && v.whole < tooLarge
}

func (v value) compare(w value) int {
	switch {
	case v.day != w.day:
		return v.day - w.day
	case v.whole != w.whole:
		if v.whole < w.whole {
			return -1
		}
		return 1
	}
	return int(v.micro) - int(w.micro)
}

// decimal prints v as plainly as a query can read it back: three decimals
// would be read as thousands, so such a value is given in thousands.
func (v value) decimal() string {
	s := strconv.FormatUint(v.whole, 10)
	if v.micro == 0 {
		return s
	}
	frac := strings.TrimRight(fmt.Sprintf("%06d", v.micro), "0")
	switch {
	case v.whole == 0 || len(frac) <= 2:
		return s + "." + frac
	case v.whole < 1000:
		return fmt.Sprintf("0.%03d%03dk", v.whole, v.micro/1000)
	}
	return fmt.Sprintf(`"0.%03d%03dk rưỡi"`, v.whole-500, v.micro/1000)
}

func (v value) date() string {
	return fmt.Sprintf("%04d-%02d-%02d", v.day/10000, v.day/100%100, v.day%100)
}

// print is the canonical form of a value of the type called name.
func (v value) print(name string) string {
	switch name {
	case "DATE":
		return v.date()
	case "DOCNO":
		return `"` + v.doc.String() + `"`
	}
	return v.decimal()
}

// found is a value in a text, from token a up to and not including b.
type found struct {
	typ  byte // 'D' docno, 'd' date, 'm' money, '%' percent, 'n' number
	a, b int
	end  int  // byte behind it, signs included
	unit bool // money without a currency: a number too
	v    value
}

// is reports whether the value counts for the keyword name.
func (f *found) is(name string) bool {
	switch name {
	case "MONEY":
		return f.typ == 'm'
	case "NUM":
		return f.typ == 'n' || f.typ == 'm' && f.unit
	case "PERCENT":
		return f.typ == '%'
	case "DATE":
		return f.typ == 'd'
	}
	return f.typ == 'D'
}

// words is a set of words by the hash of their keys.
type words map[uint64]uint64

// spell makes the set of the words in s, each with its place from 1, and of
// their accentless forms.
func spell(s string) words {
	w := words{}
	for i, f := range strings.Fields(s) {
		k := lang.Key(f)
		w[lang.Hash(k)] = uint64(i + 1)
		w[lang.Hash(lang.Fold(k))] = uint64(i + 1)
	}
	return w
}

var (
	smallWords    = spell("một hai ba bốn năm sáu bảy tám chín mười")
	tensWords     = spell("mươi trăm")
	hundredWords  = spell("trăm")
	halfWords     = spell("nửa")
	andHalfWords  = spell("rưỡi")
	thousandWords = spell("nghìn ngàn")
	millionWords  = spell("triệu")
	billionWords  = spell("tỷ")
	currencyWords = spell("đồng vnd vnđ")
	dongSign      = lang.Hash("đ") // a lone d is no currency
	dayWords      = spell("ngày")
	beforeDate    = words{lang.Hash(lang.Key("hôm")): 1, lang.Hash(lang.Key("từ")): 1, lang.Hash(lang.Key("đến")): 1}
	monthWords    = spell("tháng")
	yearWords     = spell("năm")
	phanWords     = spell("phần")
)

// attached units and currencies, by the key of the suffix.
var attachedUnits = []struct {
	text string
	unit uint64
}{
	{"nghìn", 1e3}, {"nghin", 1e3}, {"ngàn", 1e3}, {"ngan", 1e3}, {"triệu", 1e6}, {"trieu", 1e6},
	{"tỷ", 1e9}, {"tỉ", 1e9}, {"ty", 1e9}, {"ti", 1e9}, {"tr", 1e6}, {"k", 1e3},
}
var attachedCurrencies = []string{"đồng", "dong", "vnđ", "vnd", "đ", "d"}

// A scanner finds the values of one field.
type scanner struct {
	text string
	toks []lang.Token
	day  time.Time // of the item, for dates without a year; zero means none
	out  []found
}

// scanValues appends the values in text to dst. Its tokens are toks.
func scanValues(dst []found, text string, toks []lang.Token, day time.Time) []found {
	s := scanner{text: text, toks: toks, day: day, out: dst}
	for i := 0; i < len(toks); {
		i = s.at(i)
	}
	return s.out
}

// itemDay is the day in +07:00 that a date without a year is near to.
func itemDay(it *news.Item) time.Time {
	t := it.Published
	if t.IsZero() {
		t = it.Observed
	}
	if t.IsZero() {
		return t
	}
	t = t.In(ict)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

var ict = time.FixedZone("+07", 7*3600)

func (s *scanner) has(w words, i int) bool {
	if i < 0 || i >= len(s.toks) {
		return false
	}
	_, ok := w[s.toks[i].Key]
	return ok
}

// key is the key of token i.
func (s *scanner) key(i int) string {
	var buf [32]byte
	return string(lang.AppendKey(buf[:0], s.text[s.toks[i].Start:s.toks[i].End]))
}

// gap is what stands between token i and the next, without ignorables.
func (s *scanner) gap(i int) string {
	end := len(s.text)
	if i+1 < len(s.toks) {
		end = s.toks[i+1].Start
	}
	return plain(s.text[s.toks[i].End:end])
}

// plain drops the ignorables of s.
func plain(s string) string {
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

// sp reports whether white space and nothing else stands between token i and
// the next, and there is a next.
func (s *scanner) sp(i int) bool {
	if i < 0 || i+1 >= len(s.toks) {
		return false
	}
	g := s.gap(i)
	return g != "" && strings.IndexFunc(g, func(r rune) bool { return !lang.Space(r) }) < 0
}

func (s *scanner) digits(i int) bool { return i < len(s.toks) && s.toks[i].Has(lang.Digits) }

// startsDigit reports whether token i starts with a digit.
func (s *scanner) startsDigit(i int) bool {
	if i >= len(s.toks) || s.toks[i].Has(lang.Letters) {
		return false
	}
	return s.toks[i].Has(lang.Digits) || s.key(i)[0] >= '0' && s.key(i)[0] <= '9'
}

// number is the number that the digits-only token i spells, with at most max
// digits, or -1.
func (s *scanner) number(i, max int) int {
	if !s.digits(i) {
		return -1
	}
	k := s.key(i)
	if len(k) > max {
		return -1
	}
	n, err := strconv.ParseUint(k, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}

func (s *scanner) add(f found) int {
	if f.end == 0 {
		f.end = s.toks[f.b-1].End
	}
	s.out = append(s.out, f)
	return f.b
}

// at looks for a value that starts at token i and returns where to go on.
func (s *scanner) at(i int) int {
	switch {
	case !s.startsDigit(i):
		return s.wordMoney(i)
	}
	if f, ok := s.docno(i); ok {
		return s.add(f)
	}
	if f, ok := s.date(i); ok {
		if f.v.day == 0 {
			return f.b // a date, but nobody knows of which year
		}
		return s.add(f)
	}
	return s.numeric(i)
}

func (s *scanner) docno(i int) (found, bool) {
	if !s.digits(i) || s.gap(i) != "/" || i+1 >= len(s.toks) {
		return found{}, false
	}
	num := s.key(i)
	if len(num) > 5 || !isDigits(num) {
		return found{}, false
	}
	if num = strings.TrimLeft(num, "0"); num == "" {
		num = "0"
	}
	f := found{typ: 'D', a: i, v: value{doc: docno{num: num}}}
	next, least, upper := i+1, 2, true
	if y := s.key(i + 1); s.number(i+1, 4) >= 1900 && s.number(i+1, 4) < 2100 && len(y) == 4 && s.gap(i+1) == "/" {
		f.v.doc.year = y
		next, least, upper = i+2, 1, false
	}
	var symbols []string
	for j := next; j < len(s.toks); j++ {
		sym, ok := s.symbol(j, len(symbols) == 0, upper)
		if !ok {
			break
		}
		symbols = append(symbols, sym)
		f.b = j + 1
		if g := s.gap(j); g != "-" && g != "–" {
			break
		}
	}
	f.v.doc.symbols = strings.Join(symbols, "-")
	return f, len(symbols) >= least
}

// symbol reads one symbol of a document number: letters and at most two
// digits.
func (s *scanner) symbol(i int, first, upper bool) (string, bool) {
	word := norm.NFC.String(plain(s.text[s.toks[i].Start:s.toks[i].End]))
	if upper && word != strings.ToUpper(word) {
		return "", false
	}
	k := lang.Fold(s.key(i))
	letters := strings.TrimRight(k, "0123456789")
	n := 0
	for _, r := range letters {
		if unicode.Is(unicode.Nd, r) {
			return "", false
		}
		n++
	}
	if n == 0 || first && n < 2 || len(k)-len(letters) > 2 {
		return "", false
	}
	return strings.ToUpper(k), true
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// date reads a date. Its day is 0 when the year cannot be known.
func (s *scanner) date(i int) (found, bool) {
	if !s.digits(i) {
		return found{}, false
	}
	f := found{typ: 'd', a: i}
	g := s.gap(i)
	if len(s.key(i)) == 4 && g == "-" && i+2 < len(s.toks) && s.gap(i+1) == "-" { // y-m-d
		f.b = i + 3
		f.v.day = day(s.number(i, 4), s.number(i+1, 2), s.number(i+2, 2))
		return f, f.v.day > 0
	}
	d := s.number(i, 2)
	if d < 0 || i+1 >= len(s.toks) {
		return f, false
	}
	if (g == "/" || g == "-" || g == ".") && i+2 < len(s.toks) && s.gap(i+1) == g && s.digits(i+2) && len(s.key(i+2)) == 4 {
		f.b = i + 3
		f.v.day = day(s.number(i+2, 4), s.number(i+1, 2), d)
		if f.v.day > 0 {
			return f, true
		}
		return f, false
	}
	after := s.sp(i-1) && (s.has(dayWords, i-1) || s.has(beforeDate, i-1))
	if (g == "/" || g == "-") && after && s.digits(i+1) {
		if g := s.gap(i + 1); !(g == "/" || g == "-" || g == ".") || !s.startsDigit(i+2) {
			f.b = i + 2
			return s.yearless(f, s.number(i+1, 2), d)
		}
	}
	if !s.sp(i) || !s.has(monthWords, i+1) || !s.sp(i+1) || !s.digits(i+2) {
		return f, false
	}
	m := s.number(i+2, 2)
	if s.sp(i+2) && s.has(yearWords, i+3) && s.sp(i+3) && s.digits(i+4) && len(s.key(i+4)) == 4 {
		f.b = i + 5
		if f.v.day = day(s.number(i+4, 4), m, d); f.v.day > 0 {
			return f, true
		}
	}
	if s.sp(i-1) && s.has(dayWords, i-1) {
		f.b = i + 3
		return s.yearless(f, m, d)
	}
	return f, false
}

// yearless gives f the year in which day d of month m is nearest to the
// item's day, the later on a tie.
func (s *scanner) yearless(f found, m, d int) (found, bool) {
	if day(2000, m, d) == 0 { // a leap year has every day that exists
		return f, false
	}
	if s.day.IsZero() {
		return f, true
	}
	best := time.Duration(1<<63 - 1)
	for y := s.day.Year() - 8; y <= s.day.Year()+8; y++ {
		n := day(y, m, d)
		if n == 0 {
			continue
		}
		if dist := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Sub(s.day).Abs(); dist <= best {
			best, f.v.day = dist, n
		}
	}
	return f, true
}

// day is a real date of 1900 to 2100 as yyyymmdd, else 0.
func day(y, m, d int) int {
	if y < 1900 || y > 2100 || m < 1 || m > 12 || d < 1 {
		return 0
	}
	if t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC); t.Day() != d {
		return 0
	}
	return y*10000 + m*100 + d
}

// numeric reads what starts with a digit: money, a percentage, a number or
// what looks like one.
func (s *scanner) numeric(i int) int {
	var parts []string
	var seps []byte
	j, suffix := i, ""
	for {
		k := s.key(j)
		n := len(k) - len(strings.TrimLeft(k, "0123456789"))
		parts, suffix = append(parts, k[:n]), k[n:]
		g := s.gap(j)
		if suffix != "" || g != "." && g != "," || !s.startsDigit(j+1) {
			break
		}
		seps = append(seps, g[0])
		j++
	}
	v, ok := number(parts, seps)
	if !ok {
		return j + 1
	}
	f := found{a: i, b: j + 1, v: v}
	if suffix != "" {
		return s.suffixed(f, suffix)
	}
	if unit, n := s.unit(j); n > 0 {
		return s.money(f, unit, j+n, true)
	}
	if m, ok := s.currency(f); ok {
		m.typ = 'm'
		return s.add(m)
	}
	g := strings.TrimLeftFunc(s.gap(j), lang.Space)
	switch {
	case strings.HasPrefix(g, "%"):
		f.typ, f.end = '%', s.toks[j].End+strings.Index(s.text[s.toks[j].End:], "%")+1
	case s.sp(j) && s.has(phanWords, j+1) && s.sp(j+1) && s.has(hundredWords, j+2):
		f.typ, f.b = '%', j+3
	default:
		f.typ = 'n'
	}
	return s.add(f)
}

// number reads the digits parts, joined by seps.
func number(parts []string, seps []byte) (v value, ok bool) {
	for _, p := range parts {
		if p == "" {
			return v, false
		}
	}
	whole, frac := parts[0], ""
	last := len(parts) - 1
	switch {
	case len(parts) == 1:
		ok = whole == "0" || whole[0] != '0' && len(whole) <= 15
	case whole == "0":
		frac = parts[1]
		ok = len(parts) == 2 && len(frac) <= 6
	case whole[0] == '0':
	case len(parts) == 2 && len(parts[1]) <= 2:
		frac = parts[1]
		ok = len(whole) <= 15
	default:
		ok = len(whole) <= 3
		for i, p := range parts[1:] {
			switch {
			case len(p) == 3 && seps[i] == seps[0]:
				whole += p
			case i+1 == last && i > 0 && len(p) <= 2 && seps[i] != seps[0]:
				frac = p
			default:
				ok = false
			}
		}
	}
	if !ok || len(whole) > 18 {
		return v, false
	}
	v.whole, _ = strconv.ParseUint(whole, 10, 64)
	if frac != "" {
		n, _ := strconv.ParseUint((frac + "00000")[:6], 10, 32)
		v.micro = uint32(n)
	}
	return v, true
}

// suffixed reads a number whose last token goes on with suffix: 500k, 30đ,
// 1tr5. Any other suffix makes it no number at all.
func (s *scanner) suffixed(f found, suffix string) int {
	for _, c := range attachedCurrencies {
		if suffix == c {
			f.typ = 'm'
			return s.add(f)
		}
	}
	for _, u := range attachedUnits {
		rest, ok := strings.CutPrefix(suffix, u.text)
		if !ok {
			continue
		}
		if rest == "" {
			return s.money(f, u.unit, f.b-1, true)
		}
		for _, c := range attachedCurrencies {
			if rest == c {
				if v, ok := f.v.times(u.unit); ok {
					f.v, f.typ = v, 'm'
					return s.add(f)
				}
				return f.b
			}
		}
		if f.v.micro == 0 && isDigits(rest) && (len(rest) == 1 || len(rest) == 3) && (u.text == "k" || u.text == "tr" || strings.HasPrefix(u.text, "t") && u.unit == 1e9) {
			n, _ := strconv.ParseUint(rest, 10, 32)
			if len(rest) == 1 {
				n *= 100
			}
			v, ok := f.v.times(u.unit)
			if !ok {
				return f.b
			}
			v.whole += n * u.unit / 1000
			f.v, f.typ, f.unit = v, 'm', true
			if m, ok := s.currency(f); ok {
				f, f.unit = m, false
			}
			return s.add(f)
		}
	}
	return f.b
}

// unit reads [trăm] nghìn, triệu or tỷ behind token i and returns how many
// tokens it takes.
func (s *scanner) unit(i int) (unit uint64, n int) {
	unit, n = 1, 1
	if !s.sp(i) {
		return 0, 0
	}
	if s.has(hundredWords, i+1) && s.sp(i+1) {
		unit, n = 100, 2
	}
	switch {
	case s.has(thousandWords, i+n):
		return unit * 1e3, n
	case s.has(millionWords, i+n):
		return unit * 1e6, n
	case s.has(billionWords, i+n):
		return unit * 1e9, n
	}
	return 0, 0
}

// money ends the value f, a number whose unit ends with token last.
func (s *scanner) money(f found, unit uint64, last int, half bool) int {
	v, ok := f.v.times(unit)
	f.b, f.typ, f.unit = last+1, 'm', true
	if half && s.sp(last) && s.has(andHalfWords, last+1) {
		word := unit
		for _, u := range []uint64{1e9, 1e6, 1e3} { // not the hundred before it
			if unit >= u {
				word = u
				break
			}
		}
		v.whole += word / 2
		f.b++
	}
	f.v = v
	if m, ok := s.currency(f); ok {
		f, f.unit = m, false
	}
	if !ok || f.v.whole >= tooLarge {
		return f.b
	}
	return s.add(f)
}

// currency takes a currency that stands behind f.
func (s *scanner) currency(f found) (found, bool) {
	last := f.b - 1
	g := s.gap(last)
	switch {
	case strings.HasPrefix(strings.TrimLeftFunc(g, lang.Space), "₫"):
		f.end = s.toks[last].End + strings.Index(s.text[s.toks[last].End:], "₫") + len("₫")
		return f, true
	case s.sp(last) && (s.has(currencyWords, last+1) || s.toks[last+1].Key == dongSign):
		f.b++
		return f, true
	}
	return f, false
}

// wordMoney reads money whose number is a word: năm triệu, nửa tỷ.
func (s *scanner) wordMoney(i int) int {
	f := found{a: i, b: i + 1}
	if s.has(halfWords, i) {
		unit, n := s.unit(i)
		if n == 1 {
			f.v.whole = 1
			return s.money(f, unit/2, i+1, false)
		}
		return i + 1
	}
	n, ok := smallWords[s.toks[i].Key]
	if !ok || s.sp(i-1) && (s.has(smallWords, i-1) || s.has(tensWords, i-1)) {
		return i + 1
	}
	unit, k := s.unit(i)
	if k == 0 {
		return i + 1
	}
	f.v.whole = n
	return s.money(f, unit, i+k, true)
}

// readValue reads the value of a query: exactly one of the type called name,
// with nothing around it.
func readValue(name, text string) (value, bool) {
	text = strings.TrimFunc(plain(text), lang.Space)
	toks := lang.Tokens(nil, text)
	if len(toks) == 0 || toks[0].Start != 0 {
		return value{}, false
	}
	s := scanner{text: text, toks: toks}
	switch name {
	case "DATE":
		if len(toks) != 3 || !strings.Contains("/-", s.gap(0)) || s.gap(0) == "-" && len(s.key(0)) != 4 {
			return value{}, false
		}
	case "DOCNO":
		if len(toks) == 2 && s.gap(0) == "/" && toks[1].End == len(text) {
			n, y := s.number(0, 5), s.number(1, 4)
			if n >= 0 && y >= 1900 && y < 2100 {
				return value{doc: docno{num: strconv.Itoa(n), year: strconv.Itoa(y)}}, true
			}
		}
	}
	out := scanValues(nil, text, toks, time.Time{})
	if len(out) != 1 || out[0].a != 0 || out[0].end != len(text) {
		return value{}, false
	}
	f := &out[0]
	ok := f.is(name) || f.typ == 'n' && (name == "MONEY" || name == "PERCENT")
	return f.v, ok
}
