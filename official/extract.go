package official

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"langnghe/internal/news"
)

// A statement is a part of a document that says one thing: a sentence or
// what stands between semicolons, with the headings above it.
type statement struct {
	doc    int
	clause string // "1.2": Điều 1, khoản 2
	title  string // the heading above
	head   []mean
	words  []word
	values []value
	means  []mean
	line   []mean // of the whole line
	groups uint16 // who is meant
	start  int    // code points in the text
	text   string

	// What it is about, see prepare.
	has      map[kind]bool // kinds of values that one of it can be compared with
	which    []mean        // of several that exclude each other
	forgives bool          // see forgives
	haves    bool          // "có" stands in it
	place    string        // the kind of place it names
	bears    string        // who bears a cost
	allows   int           // see permission
}

// prepare looks up what every claim would ask of the statement.
func (s *statement) prepare() {
	s.has = map[kind]bool{}
	for _, v := range s.values {
		s.has[v.kind] = true
		if v.kind == age {
			s.has["count:thang"] = true
		}
	}
	if from, _, ok := place(s.words); ok {
		s.place = placeKind(s.words, from)
	}
	if at := bearer(s.words); at >= 0 {
		s.bears = agent(s.words, at)
	}
	s.allows = permission(s.words)
	s.forgives = has(s.words, forgives)
	s.haves = anyCo(s.words)
}

// exclusiveOf are the exclusive concepts of a statement; of families of which
// it has none, those of its issuer, its heading, its title.
func exclusiveOf(lists ...[]mean) (out []mean) {
	var have [len(exclusives) + 1]bool
	for _, ms := range lists {
		had := have
		for _, m := range ms {
			if f := exclusive[m.name]; f > 0 && !had[f] {
				out, have[f] = append(out, m), true
			}
		}
	}
	return out
}

// kindsOf says of which families of exclusive concepts there are some.
func kindsOf(ms []mean) (out [len(exclusives) + 1]bool) {
	for _, m := range ms {
		if f := exclusive[m.name]; f > 0 {
			out[f], out[0] = true, true
		}
	}
	return out
}

var (
	articleLine = regexp.MustCompile(`^(?:Điều|ĐIỀU)\s+(\d+)\s*[.:]?\s*(.*)$`)
	headLine    = regexp.MustCompile(`^([IVXL]+|\d+)\s*[.)]\s*(.*)$`)
	itemLine    = regexp.MustCompile(`^(?:(\d+)[.)]|([a-zđ])\)|[-–*+])\s+`)
)

// statements splits a text. Headings are lines in bold or with a number sign,
// and those that start with "Điều".
func statements(doc int, text string) (out []statement) {
	var head, sub, letter, title string
	bullet, at := 0, 0
	for _, line := range strings.SplitAfter(text, "\n") {
		start := at
		at += len([]rune(line))
		body := strings.TrimRight(line, " \t\n")
		trimmed := strings.TrimSpace(body)
		bold := strings.HasPrefix(trimmed, "**") || strings.HasPrefix(trimmed, "#")
		inner := strings.TrimSpace(strings.Trim(trimmed, "*# "))
		if inner == "" {
			continue
		}
		if m := articleLine.FindStringSubmatch(inner); m != nil {
			head, sub, letter, title, bullet = m[1], "", "", m[2], 0
			if bold || len([]rune(m[2])) < 60 && !strings.HasSuffix(m[2], ".") {
				continue
			}
		} else if m := headLine.FindStringSubmatch(inner); m != nil && bold {
			head, sub, letter, title, bullet = m[1], "", "", m[2], 0
			continue
		} else if bold && !strings.Contains(inner, ".") {
			continue // the name of the document
		}
		from := strings.Index(body, trimmed)
		prefix := 0
		clause := head
		if m := itemLine.FindStringSubmatch(trimmed); m != nil {
			prefix = len(m[0])
			switch {
			case m[1] != "":
				sub, letter, bullet = m[1], "", 0
			case m[2] != "":
				letter = m[2]
			default:
				bullet++
				letter = "-" + strconv.Itoa(bullet)
			}
		} else {
			letter, bullet = "", 0
		}
		for _, part := range []string{sub, letter} {
			if part != "" {
				clause = strings.TrimPrefix(clause+"."+part, ".")
			}
		}
		if clause == "" {
			clause = "0"
		}
		offset := start + len([]rune(body[:from+prefix]))
		content := trimmed[prefix:]
		lineMeans := means(spell(words(content)), nil)
		heads := means(words(title), nil)
		for _, c := range chunks(content) {
			s := statement{doc: doc, clause: clause, title: title, head: heads, line: lineMeans, text: c.text, start: offset + c.start}
			s.words = spell(words(c.text))
			s.values = append(values(s.words), freeOf(s.words)...)
			s.means = means(s.words, s.values)
			s.groups = groupsOf(s.means)
			s.means = append(s.means, byAge(s.values)...)
			out = append(out, s)
		}
	}
	return out
}

var (
	free   = anyOf("miễn phí,không phải trả,không phải nộp,không phải đóng,không thu,không mất phí,không mất tiền,không bán vé,không thu vé,vào cửa tự do,mở cửa tự do")
	noFree = anyOf("mặt,tiền mặt,gộp,quá,qua,tiền qua,tiền tại,tiền trước") // "không thu tiền mặt" is about the way
)

// freeOf finds that nothing is to be paid.
func freeOf(ws []word) []value {
	at, n := find(ws, free)
	if at < 0 {
		at, n = exempt(ws)
	}
	if at < 0 {
		return nil
	}
	if noFree.at(ws[at+n:]) {
		return nil
	}
	return []value{{kind: money, from: at, to: at + n, start: ws[at].start, end: ws[at+n-1].end, pay: 1}}
}

// exempt finds "miễn" where something need not be paid: "Miễn cho hộ
// nghèo", "được miễn công tiêm", "miễn lệ phí".
func exempt(ws []word) (at, n int) {
	for i, w := range ws {
		if w.exact != "miễn" && !(w.plain && w.fold == "mien") {
			continue
		}
		last := i+1 == len(ws) || ws[i+1].cut
		if i > 0 && !w.cut && (ws[i-1].fold == "hoan" || ws[i-1].fold == "bo") || !last && (ws[i+1].fold == "nhiem" || ws[i+1].fold == "dich" || ws[i+1].fold == "tru" || ws[i+1].fold == "la" || ws[i+1].fold == "bac" || ws[i+1].fold == "trung" || ws[i+1].fold == "nam") {
			continue
		}
		behind := i > 0 && !w.cut && ws[i-1].fold == "duoc"
		if behind || !last && exemptFrom[ws[i+1].fold] {
			return i, 1
		}
	}
	return -1, 0
}

// exemptFrom may stand behind "miễn" when it is about money.
var exemptFrom = set("cho phi le hoc tien cong hoan 100 toan thue gia ve dich doi vien nop dong giam thu voi")

// A chunk is a part of a line, with its place in code points.
type chunk struct {
	text  string
	start int
}

// chunks splits at semicolons and at full stops before a space.
func chunks(s string) (out []chunk) {
	rs := []rune(s)
	from := 0
	cut := func(to int) {
		a, b := from, to
		for a < b && rs[a] == ' ' {
			a++
		}
		for b > a && (rs[b-1] == ' ' || rs[b-1] == ';' || rs[b-1] == '.') {
			b--
		}
		if b > a {
			out = append(out, chunk{string(rs[a:b]), a})
		}
		from = to
	}
	for i, r := range rs {
		if r == ';' || r == '.' && (i+1 == len(rs) || rs[i+1] == ' ') {
			cut(i + 1)
		}
	}
	cut(len(rs))
	return out
}

// byAge are the groups that an age means: people say "ông bà" where a
// document says "từ đủ 65 tuổi".
func byAge(vs []value) (out []mean) {
	for _, v := range vs {
		switch {
		case v.kind == age && v.lo >= 60:
			out = append(out, mean{name: "nguoi_gia", fold: "nguoi_gia", at: v.from})
		case v.kind == age && v.hi <= 16:
			out = append(out, mean{name: "tre", fold: "tre", at: v.from})
		}
	}
	return out
}

func groupsOf(ms []mean) (out uint16) {
	for _, m := range ms {
		out |= groups[m.name]
	}
	return out
}

// Extract proposes the facts of a document: amounts, shares, dates, ages,
// deadlines, places and numbers of documents, each with the words that say
// it and its subject. A person confirms them. Facts have ids that stay the
// same as long as the clause does not change.
func Extract(d Document) []news.Fact {
	var facts []news.Fact
	count := map[string]int{}
	add := func(s *statement, typ, val, unit string, start, end int) {
		key := s.clause + "." + typ
		count[key]++
		rs := []rune(s.text)
		facts = append(facts, news.Fact{
			ID: fmt.Sprintf("%s#%s.%d", d.No, key, count[key]), Document: d.No, Type: typ, Value: val, Unit: unit,
			Subject: s.subject(start, end, d.Title), From: d.From, To: d.To, Clause: s.text, URL: d.URL, Status: "proposed",
			Span: news.Span{Start: s.start + start, End: s.start + end, Text: string(rs[start:end]), In: "document"},
		})
	}
	for _, s := range statements(0, d.Text) {
		for _, v := range s.values {
			if typ, val, unit := v.fact(d); typ != "" {
				add(&s, typ, val, unit, v.start, v.end)
			}
		}
		if from, to, ok := place(s.words); ok {
			start, end := s.words[from].start, s.words[to-1].end
			add(&s, "place", string([]rune(s.text)[start:end]), "", start, end)
		}
	}
	return facts
}

// subject is what a fact is about: the words beside the value, the heading
// and the title of the document.
func (s *statement) subject(start, end int, title string) string {
	var out []string
	for _, w := range s.words {
		if (w.end <= start || w.start >= end) && !w.isNum && w.fold != "%" {
			out = append(out, w.exact)
		}
	}
	parts := []string{strings.Join(out, " "), s.title, title}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

// perNames are the names of what amounts are for, with their diacritics.
var perNames = map[string]string{"m3": "m³", "m2": "m²", "khoa": "khóa", "ngay": "ngày", "buoi": "buổi", "ho": "hộ", "thang": "tháng", "nam": "năm", "nguoi": "người",
	"luot": "lượt", "the": "thẻ", "mui": "mũi", "quay": "quầy", "lan": "lần", "quy": "quý", "gio": "giờ", "dem": "đêm", "suat": "suất", "ve": "vé", "ban": "bản",
	"phong": "phòng", "cuon": "cuốn", "tan": "tấn", "ky": "kỳ", "cai": "cái"}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// fact is how a value is written down.
func (v value) fact(d Document) (typ, val, unit string) {
	num := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	interval := func() string {
		hi, end := v.hi, ""
		switch {
		case v.lo == v.hi:
			return num(v.lo)
		case math.IsInf(hi, 1):
			return num(v.lo) + "+"
		case hi != math.Trunc(hi) && v.kind == age:
			hi, end = math.Ceil(hi), "-" // below
		}
		return num(v.lo) + ".." + num(hi) + end
	}
	iso := func(f float64, year int) string {
		return fmt.Sprintf("%04d-%02d-%02d", year, int(f)/100, int(f)%100)
	}
	switch v.kind {
	case money:
		unit = "đồng"
		if v.per != "" {
			for _, p := range strings.Fields(v.per) {
				unit += "/" + or(perNames[p], p)
			}
		}
		return "money", num(v.lo), unit
	case percent:
		return "percent", num(v.lo), "%"
	case day:
		year := v.year
		if year == 0 {
			year, _ = strconv.Atoi(d.From[:min(4, len(d.From))])
		}
		if v.lo != v.hi {
			return "procedure", iso(v.lo, year) + ".." + iso(v.hi, year), "days"
		}
		return "date", iso(v.lo, year), ""
	case monthly:
		return "procedure", interval(), "day of month"
	case clock:
		return "procedure", interval(), "hour of day"
	case span:
		return "procedure", interval(), "hours"
	case age:
		return "eligibility", interval(), "years"
	case grade, class:
		return "eligibility", interval(), string(v.kind)
	case docno:
		if v.num != "" {
			return "docno", v.num, ""
		}
	case bare, label:
		return "", "", ""
	case weekday:
		return "procedure", num(v.lo), "weekday"
	}
	if u, ok := strings.CutPrefix(string(v.kind), "count:"); ok {
		return "procedure", interval(), u
	}
	return "", "", ""
}

var placeNames = anyOf("trường,trạm y tế,bể bơi,sân,chợ,quầy,trụ sở,nhà văn hóa,bờ sông,bệnh viện,trung tâm,hội trường,văn phòng,bưu điện,công viên,hồ bơi,sông,chùa,đền,ngân hàng,ủy ban,ubnd,một cửa")

var (
	placeMarks = anyOf("tại,ở")
	afterPlace = anyOf("từ,không,trong,theo,do,để,vào,và,hoặc,khi,được,phải,trước,sau,ngày")
)

// place finds "tại …" or "ở …" with the name of a kind of place behind it,
// up to the next sign or number.
func place(ws []word) (from, to int, ok bool) {
	for i := range ws {
		if !has(ws[i:i+1], placeMarks) || i+1 == len(ws) || ws[i+1].cut || placeKind(ws, i+1) == "" {
			continue
		}
		for to = i + 2; to < len(ws) && to < i+9 && !ws[to].cut && !ws[to].isNum && ws[to].gap && !has(ws[to:to+1], afterPlace); {
			to++
		}
		return i + 1, to, true
	}
	return 0, 0, false
}

// placeKind is the kind of a place that starts at word i, or "".
func placeKind(ws []word, i int) string {
	for _, p := range placeNames.list {
		if matches(ws[i:], p) {
			return strings.Join(p.plain, " ")
		}
	}
	return ""
}

func contains(ms []mean, m mean) bool { return slices.ContainsFunc(ms, m.is) }
