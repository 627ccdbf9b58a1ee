package official

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
)

// How much of a claim a statement must be about, as a share of the weight of
// its words. To say "contradicts" takes more than to say "agrees", where the
// value itself is evidence.
const (
	enoughEqual  = 0.42
	enoughDiffer = 0.46
	enoughWeak   = 0.50 // of values that say little about their subject: hours, days, counts
	enoughBare   = 0.30
	heavy        = 0 // weight of a concept that tells subjects apart
	enoughOpen   = 0.45
	enoughWithin = 0.60 // of ages and counts that lie somewhere in a range
	enoughWords  = 0.60
	// of the words alone, without the units
	enoughWordsDiffer = 0.42
	enoughWordsEqual  = 0.20
	enoughLong        = 0.60 // of a passage of a long text
	enoughSame        = 3    // concepts of a passage that the statement, its line or what stands above it has
)

// A Checker compares claims with documents. It is safe for concurrent use.
type Checker struct {
	docs   []Document
	next   []int    // the document that superseded it, -1 when none did
	nos    []string // their numbers in small letters without diacritics
	sts    []statement
	title  [][]mean
	issuer [][]mean
	label  [][]value // what the title numbers: "lớp 1"
	terms  map[string]*term
	same   map[valueKey][]int32 // statements with the value, in order
	room   sync.Pool            // of *scratch
}

// NewChecker prepares documents. One without a text stands for its facts.
func NewChecker(docs []Document) *Checker {
	c := &Checker{docs: slices.Clone(docs), terms: map[string]*term{}, same: map[valueKey][]int32{}}
	c.room.New = func() any { return new(scratch) }
	for i, d := range c.docs {
		c.next = append(c.next, slices.IndexFunc(c.docs, func(o Document) bool { return o.Supersedes == d.No && d.No != "" }))
		if n := c.next[i]; n >= 0 {
			c.docs[i] = d.Until(c.docs[n].From)
		}
		c.nos = append(c.nos, plain(strings.ToLower(d.No)))
		head := spell(words(d.Title))
		c.title, c.label = append(c.title, means(head, nil)), append(c.label, values(head))
		c.issuer = append(c.issuer, means(words(d.Issuer), nil))
		if d.Text == "" {
			c.sts = append(c.sts, ofFacts(i, d.Facts)...)
		} else {
			c.sts = append(c.sts, statements(i, d.Text)...)
		}
	}
	for i := range c.sts {
		st := &c.sts[i]
		st.which = exclusiveOf(st.means, c.issuer[st.doc], st.head, c.title[st.doc])
		if topics.at(st.words) {
			// "Thời gian: …" is about what the paper is about.
			for _, m := range slices.Concat(st.head, c.title[st.doc]) {
				if !contains(st.means, m) {
					st.means = append(st.means, m)
				}
			}
		}
		if st.means != nil && slices.ContainsFunc(st.values, func(v value) bool { return v.kind == clock }) {
			for _, m := range st.means { // when it opens says when it closes
				if o := opposite[m.name]; m.name == "mo_cua" || m.name == "dong_cua" {
					st.line = append(slices.Clip(st.line), mean{name: o, fold: o, at: m.at})
				}
			}
		}
		st.prepare()
	}
	c.index()
	return c
}

// topics begin lines of notices that say one thing about what the notice is
// about.
var topics = anyOf("thời gian,thời hạn,địa điểm,khu vực,phạm vi,đối tượng,mức thu,mức giá,mức phí,kinh phí")

// ofFacts makes statements of the clauses that facts come from.
func ofFacts(doc int, facts []news.Fact) (out []statement) {
	done := map[string]bool{}
	for _, f := range facts {
		if f.Clause == "" || done[f.Clause] {
			continue
		}
		done[f.Clause] = true
		sts := statements(doc, f.Clause)
		at := strings.Index(f.Clause, f.Span.Text)
		for i := range sts {
			if at >= 0 {
				sts[i].start += f.Span.Start - utf8.RuneCountInString(f.Clause[:at])
			}
			sts[i].head = means(spell(words(f.Subject)), nil)
		}
		out = append(out, sts...)
	}
	return out
}

// Check compares a claim with documents. It says "contradicts" only when a
// statement in force on the day of the claim is about the same thing and
// says something else, "outdated" when an older one said it or its time has
// passed, and "not_covered" whenever it is in doubt.
func Check(docs []Document, c Claim) Finding { return NewChecker(docs).Check(c) }

// A said is a claim taken apart.
type said struct {
	words  []word
	values []value
	means  []mean
	chunk  []int // of each word: the part of the sentence it stands in
	part   []int // the sentence
	asks   bool  // it has a question mark
	day    string
	long   bool // it is a passage of a long text
	haves  bool // "có" stands in it
	*scratch
}

// ward is the zone of claims.
var ward = calendar.Zone

func dayOf(at string) string {
	if t, err := time.Parse(time.RFC3339, at); err == nil {
		return t.In(ward).Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, at); err == nil {
		return at
	}
	return ""
}

func understand(c Claim) said {
	s := said{words: spell(words(c.Text)), day: dayOf(c.At)}
	s.asks = strings.Contains(c.Text, "?")
	chunk, part := 0, 0
	for _, w := range s.words {
		if w.cut {
			chunk++
		}
		if w.ends {
			part++
		}
		s.chunk, s.part = append(s.chunk, chunk), append(s.part, part)
	}
	s.values = values(s.words)
	s.imply()
	s.means = means(s.words, s.values)
	s.haves = anyCo(s.words)
	for i := range s.values {
		v := &s.values[i]
		v.closes = v.kind == clock && v.lo == v.hi && (closing.at(s.words[v.to:]) || closed(s.words[:v.from]))
	}
	return s
}

var (
	closing = anyOf("là đóng cửa,đóng cửa,là nghỉ,nghỉ bán,là đóng,là dẹp,dẹp")
	closes  = anyOf("đóng cửa,đóng cửa lúc,đóng cửa từ,nghỉ bán lúc,chỉ mở tới,chỉ mở đến")
)

// closed reports whether what stands before an hour says that something is
// closed from then on.
func closed(ws []word) bool {
	for _, p := range closes.list {
		if n := len(ws) - len(p.plain); n >= 0 && matches(ws[n:], p) {
			return true
		}
	}
	return false
}

var (
	wholly  = anyOf("miễn trọn,miễn hết,miễn toàn bộ,lo hết,lo toàn bộ,hỗ trợ hết,hỗ trợ toàn bộ,chi trả hết,bao hết")
	nothing = anyOf("miễn phí,không mất tiền,không tốn tiền,không phải đóng,không phải nộp,khỏi đóng tiền,khỏi nộp,khỏi trả,khỏi đóng,không phải trả,không đóng tiền,không thu tiền,không mất lệ phí,không thu lệ phí,không tốn,free,được miễn,thì miễn,không mất đồng,miễn lệ phí,miễn học phí,miễn tiền,miễn công")
	mustPay = anyOf("phải đóng đủ tiền,phải đóng đủ,phải đóng tiền,phải nộp tiền,phải trả tiền,phải mua,phải đóng phí,phải đóng học phí,vẫn thu tiền,vẫn đóng tiền,thu tiền,phải đóng,phải nộp")
	// noMore before "miễn phí" takes it back.
	noMore = anyOf("không có,làm gì có,đâu có,hết,không còn,bỏ,chẳng có")
	papers = anyOf("đơn,hồ sơ,giấy,bản sao,mặt,minh chứng")
)

// imply adds values that are said without a number.
func (s *said) imply() {
	explicit := func(k kind) bool { return slices.ContainsFunc(s.values, func(v value) bool { return v.kind == k }) }
	add := func(k kind, x float64, from, n int) {
		to := from + n
		s.values = append(s.values, value{kind: k, lo: x, hi: x, from: from, to: to, implied: true, pay: 1, start: s.words[from].start, end: s.words[to-1].end})
	}
	if explicit(money) {
		return
	}
	if at, n := find(s.words, wholly); at >= 0 && !explicit(percent) {
		add(percent, 100, at, n)
		add(money, 0, at, n)
		return
	}
	if at, n := find(s.words, nothing); at >= 0 {
		if has(s.words[max(0, at-2):at], noMore) {
			add(money, 1, at, n) // "không có miễn phí mô"
			return
		}
		add(money, 0, at, n)
		return
	}
	if at, n := find(s.words, mustPay); at >= 0 {
		if papers.at(s.words[at+n:]) {
			return
		}
		for from := at - 1; from >= 0 && s.chunk[from] == s.chunk[at]; from-- {
			if papers.at(s.words[from:]) {
				return // "đơn phải nộp trong mười ngày"
			}
		}
		add(money, 1, at, n)
	}
}

// unitWeight is what it says that two values are of one kind: ages and
// classes name their subject, amounts and times do not.
func unitWeight(k kind) float64 {
	switch k {
	case age, grade, class:
		return 3
	}
	if strings.HasPrefix(string(k), "count:") {
		return 2
	}
	return 0
}

// strong kinds name their subject, or are what a claim is about.
func strong(k kind) bool {
	return k == money || k == percent || k == age || k == grade || k == class
}

// meant reports whether the statement may be about those whom the claim is
// about: nobody in particular, or the same.
func (s *said) meant(st *statement, at int) bool {
	if s.other(st) {
		return false
	}
	who := uint16(0)
	if s.groups != 0 {
		for _, m := range s.means {
			if g := groups[m.name]; g != 0 && (at < 0 || s.chunk[m.at] <= s.chunk[at]) {
				who |= g
			}
		}
	}
	if who == 0 && s.kinds[schools] && slices.ContainsFunc(s.means, func(m mean) bool { return exclusive[m.name] == schools && contains(st.means, m) }) {
		return true // who is meant goes without saying
	}
	if who == 0 || st.groups == 0 {
		return st.groups == 0 || who != 0 || onlyChildren(st.groups)
	}
	return who&st.groups != 0
}

// other reports whether the statement is plainly about another one of
// several: another "tổ", another kind of school.
func (s *said) other(st *statement) bool {
	for _, v := range s.values {
		if v.kind != label {
			continue
		}
		same, differ := false, false
		for _, w := range st.values {
			if w.kind == label && w.num == v.num {
				hit := v.lo <= w.hi && w.lo <= v.hi
				same, differ = same || hit, differ || !hit
			}
		}
		if differ && !same {
			return true
		}
	}
	if !s.kinds[0] {
		return false
	}
	for _, m := range s.means {
		f := exclusive[m.name]
		if f == 0 {
			continue
		}
		same, differ := false, false
		for _, o := range st.which {
			if exclusive[o.name] == f {
				same, differ = same || o.name == m.name, differ || o.name != m.name
			}
		}
		if differ && !same && !slices.ContainsFunc(s.means, func(x mean) bool { return exclusive[x.name] == f && x.name != m.name && contains(st.which, x) }) {
			return true
		}
	}
	return false
}

// whole is how much of a statement a claim repeats.
func (c *Checker) whole(s *said, st *statement) float64 {
	total, hit := 0.0, 0.0
	for _, m := range st.means {
		g := c.terms[m.fold].weight
		total += g
		if contains(s.means, m) {
			hit += g
		}
	}
	if total == 0 {
		return 0
	}
	return hit / total
}

// clash reports whether one side denies what the other says: what stands
// behind "không" on one stands without it on the other.
func clash(a, b []mean) bool {
	for _, m := range a {
		for _, o := range b {
			if m.is(o) && m.neg != o.neg && (m.head || o.head) && !(o.after && !o.neg) && !(m.after && !m.neg) || opposite[m.name] == o.name && o.name != "" && m.neg == o.neg {
				return true
			}
		}
	}
	return false
}

// onlyChildren: people say "con", "mấy đứa" in so many ways that a rule for
// children may be meant without a word for them.
func onlyChildren(gs uint16) bool { return gs == groups["tre"] }

// state of a document on the day of the claim.
type state int

const (
	future state = iota
	current
	expired    // ended, nothing followed
	superseded // ended, another followed and is in force or was
)

func (c *Checker) state(doc int, day string) state {
	d := c.docs[doc]
	switch {
	case d.InForce(day):
		return current
	case d.From == "" || day < d.From:
		return future
	case c.next[doc] >= 0:
		return superseded
	}
	return expired
}

// A match is a statement that a value of the claim was compared with.
type match struct {
	st    *statement
	v     value
	share float64
	own   int // concepts in the statement itself
	equal bool
	named bool // the statement names whom the claim is about
}

// compare looks a value of the claim up in the documents of one state. It
// returns the best statement that says the same and the best that differs.
func (c *Checker) compare(s *said, v value, in state) (equal, differ *match) {
	inside := func(i int) bool { return !v.implied && i >= v.from && i < v.to }
	for row, i := range s.near {
		st := &c.sts[i]
		if !st.has[v.kind] || s.state[st.doc] != in || !slices.ContainsFunc(st.values, func(w value) bool { return comparable(v, w) }) || !s.meant(st, v.from) {
			continue
		}
		if lacks(s, st) {
			continue // "có thẻ" is not what is said of those "không có thẻ"
		}
		words := c.about(s, row, v.from, inside)
		for _, w := range st.values {
			if !comparable(v, w) {
				continue
			}
			share, own := words.with(s, st, v, w).share(s)
			if own == 0 || s.long && share < enoughLong {
				continue
			}
			m := match{st: st, v: w, share: share, own: own, equal: v.same(w), named: s.groups&st.groups != 0}
			if !m.equal && (unsure(v, w, st) || c.elsewhere(s, row, v.from)) || m.equal && share < enoughWithin && v.within(w) {
				continue
			}
			// That both are so much a month says nothing about what they are for.
			if v.per != "" {
				bare, _ := words.share(s)
				if !m.equal && bare < enoughWordsDiffer || m.equal && bare < enoughWordsEqual {
					continue
				}
			}
			if m.equal {
				if equal == nil || share > equal.share {
					equal = &m
				}
			} else if differ == nil || share > differ.share {
				differ = &m
			}
		}
	}
	return equal, differ
}

// lacks reports whether one side is about those who have what those of the
// other side do not have: "có thẻ", "không có thẻ".
func lacks(s *said, st *statement) bool {
	if !st.haves || !s.haves {
		return false
	}
	for _, m := range s.means {
		if mine := haves(s.words, m.at); mine != 0 {
			for _, o := range st.means {
				if m.is(o) && mine*haves(st.words, o.at) < 0 {
					return true
				}
			}
		}
	}
	return false
}

// haves is 1 when "có" stands before word i, -1 when "không có" or "chưa có"
// does, else 0.
func haves(ws []word, i int) int {
	if i < 1 || i >= len(ws) || ws[i].cut || ws[i-1].fold != "co" {
		return 0
	}
	if i > 1 && !ws[i-1].cut && (ws[i-2].fold == "khong" || ws[i-2].fold == "ko" || ws[i-2].fold == "chua") {
		return -1
	}
	return 1
}

func anyCo(ws []word) bool {
	return slices.ContainsFunc(ws, func(w word) bool { return w.fold == "co" })
}

// elsewhere reports whether what tells most in the part of the claim before
// the word at is what the statement's document never speaks of, while another
// in force speaks of that and of more of what the claim says.
func (c *Checker) elsewhere(s *said, row, at int) bool {
	doc := c.sts[s.near[row]].doc
	top := -1
	for i, m := range s.means {
		t := s.terms[i]
		if t == nil || s.chunk[m.at] != s.chunk[at] || m.at >= at {
			continue
		}
		if top < 0 || s.weights[i] > s.weights[top] || s.weights[i] == s.weights[top] && t.in(doc) {
			top = i
		}
	}
	if top < 0 || s.terms[top].in(doc) {
		return false
	}
	here := s.covers(doc)
	named := strings.Contains(s.means[top].name, "_") // no chance likeness of words without diacritics
	for d := range c.docs {
		if s.state[d] == current && s.terms[top].in(d) && (named || s.covers(d) > here) {
			return true
		}
	}
	return false
}

// covers is the weight of the concepts of the claim that a document has.
func (s *said) covers(doc int) (sum float64) {
	for i, t := range s.terms {
		if t != nil && t.in(doc) {
			sum += s.weights[i]
		}
	}
	return sum
}

var (
	atMost  = anyOf("không quá,tối đa,dưới")
	atLeast = anyOf("tối thiểu,ít nhất,trở lên,trên")
)

// mostTimes is by how much what people say an amount is differs from what it
// is.
const mostTimes = 60

var until = anyOf("trước,không quá,tối đa,chậm nhất")

// unsure reports whether a value that is not the document's is no
// contradiction either: an hour within opening hours, or before a limit.
func unsure(v, w value, st *statement) bool {
	switch {
	case v.kind == money && !v.implied && w.lo > 0 && v.lo > 0:
		return v.lo > mostTimes*w.lo || w.lo > mostTimes*v.lo // they are about other things
	case v.kind == span:
		// Six weeks and an hour are not two answers to one question.
		return v.lo > 50*w.lo || w.lo > 50*v.lo
	case strings.HasPrefix(string(v.kind), "count:"):
		head := st.words[max(0, w.from-3):w.from]
		return has(head, atMost) && v.lo < w.lo || has(head, atLeast) && v.lo > w.lo
	case v.kind != clock && v.kind != day && v.kind != monthly:
		return false
	case w.lo != w.hi && permission(st.words) >= 0 && v.kind == clock:
		hi := w.hi
		if hi < w.lo {
			hi += 24
		}
		return v.lo >= w.lo && v.hi <= hi && !v.closes
	case has(st.words[max(0, w.from-2):w.from], until):
		return v.kind == clock && v.lo < w.lo
	}
	return false
}

// comparable reports whether two values are of one kind and say something
// about one direction: what people pay is not what they get.
func comparable(v, w value) bool {
	switch {
	case v.kind == "count:thang" && w.kind == age && w.lo < 6:
		return true // the age of a small child, in months
	case v.kind != w.kind:
		return false
	case v.kind != money:
		return v.kind != bare && v.kind != docno && v.kind != label
	case v.pay != w.pay && (v.pay == 2 || w.pay == 2):
		return false // a fine is no price
	case v.pay != 0 && w.pay != 0 && v.pay != w.pay:
		return false
	case w.lo == 0 && v.pay <= 0:
		return false // nothing to pay is about paying
	}
	return samePer(v.per, w.per) || w.lo == 0 || v.lo == 0
}

// ranks orders the kinds: the first one that a claim has is what it is about.
var ranks = []func(kind) bool{
	func(k kind) bool { return k == money },
	func(k kind) bool { return k == percent },
	func(k kind) bool { return k != money && k != percent && k != bare && k != docno && k != label },
}

// otherPlace are words by which people speak of somewhere else.
var otherPlace = anyOf("bên kia,phường bên,xã bên,huyện bên,tỉnh bên,tỉnh khác,huyện khác,xã khác,phường khác,nơi khác,chỗ khác,tỉnh bạn,xã bạn,phường bạn,nước ngoài,ngoài bắc,trong nam")

// Check compares one claim. A long text is compared passage by passage.
func (c *Checker) Check(claim Claim) Finding {
	if ps := passages(claim.Text); len(ps) > 1 {
		return c.checkLong(claim, ps)
	}
	return c.check(claim, false)
}

func (c *Checker) check(claim Claim, long bool) Finding {
	f := Finding{ID: claim.ID, Verdict: "not_covered", Because: []news.Span{}}
	s := understand(claim)
	if s.day == "" || len(s.words) == 0 {
		return f
	}
	if has(s.words, otherPlace) {
		return f // what holds there is not what this register says
	}
	defer c.place(&s, long)()
	for _, try := range []func(*said) (string, *match, value, bool){c.byNumber, c.byOpen, c.byValue, c.byBare, c.byWords} {
		verdict, m, v, done := try(&s)
		if m != nil {
			return c.finding(claim, &s, verdict, m, v)
		}
		if done {
			break
		}
	}
	return f
}

// byNumber: the claim rests on a document that is no longer in force.
func (c *Checker) byNumber(s *said) (string, *match, value, bool) {
	for _, v := range s.values {
		if v.kind != docno {
			continue
		}
		want := docKind(s.words, v.from)
		for i, d := range c.docs {
			if !numbered(d, c.nos[i], v.num, want) {
				continue
			}
			st := s.state[i]
			if st != superseded && st != expired || has(s.words, gone) {
				continue
			}
			// The words that end it, else its first ones.
			if next := c.next[i]; next >= 0 {
				for j := range c.sts {
					if x := &c.sts[j]; x.doc == next && slices.ContainsFunc(x.values, func(o value) bool { return o.kind == docno && o.lo == v.lo }) {
						return "outdated", &match{st: x}, v, true
					}
				}
				i = next
			}
			for j := range c.sts {
				if c.sts[j].doc == i {
					return "outdated", &match{st: &c.sts[j]}, v, true
				}
			}
		}
	}
	return "", nil, value{}, false
}

// numbered reports whether d has the number: all of it, or the part before
// the slash with the kind of document in words.
func numbered(d Document, no, num, want string) bool {
	if shortNumber.MatchString(num) {
		return strings.HasPrefix(strings.TrimLeft(d.No, "0"), strings.TrimLeft(num, "0")+"/") && (want == "" || kindFits(want, d))
	}
	if strings.Contains(num, "/") {
		return plain(strings.ToLower(num)) == no
	}
	n, _, _ := strings.Cut(d.No, "/")
	return strings.TrimLeft(n, "0") == strings.TrimLeft(num, "0") && (want == "" || kindFits(want, d))
}

func kindFits(want string, d Document) bool {
	marks := map[string]string{"nghi quyet": "NQ", "thong bao": "TB", "ke hoach": "KH", "quyet dinh": "QĐ", "chi thi": "CT", "nghi dinh": "NĐ", "thong tu": "TT", "cong van": ""}
	return strings.Contains(d.No, marks[want]) || strings.HasPrefix(plain(strings.ToLower(d.Title)), want)
}

var (
	gone = anyOf("thay thế,hết hiệu lực,bãi bỏ,trước đây,năm ngoái")
	// open are words that say that something can still be done.
	stillOpen = anyOf("còn nộp,còn nhận,còn kịp,còn hạn,còn đăng ký,còn làm,đang nhận,vẫn nhận,vẫn còn,nhận thêm,chưa gấp,tháng sau mới,tuần sau mới,năm sau mới,sang tháng mới,còn thời gian,kịp mà,kịp chán,vẫn đang,đang còn,còn phát,còn tiêm,còn cấm,còn tặng,đang phát,đang tiêm,đang cấm,đang tặng,vẫn phát,vẫn cấm,vẫn tiêm,vẫn tặng")
)

// byOpen: something is said to be open whose time has passed.
func (c *Checker) byOpen(s *said) (string, *match, value, bool) {
	at, n := find(s.words, stillOpen)
	if at < 0 {
		return "", nil, value{}, false
	}
	var best *match
	for row, i := range s.near {
		st := &c.sts[i]
		state := s.state[st.doc]
		if state == future || state == superseded || !s.meant(st, at) && !onlyChildren(st.groups) {
			continue
		}
		last := c.lastDay(st)
		if last == "" && state == expired {
			last = c.docs[st.doc].To
		}
		if last == "" || last >= s.day {
			continue
		}
		share, own := c.about(s, row, -1, func(i int) bool { return i >= at && i < at+n && !s.owns(row, i) }).share(s)
		if own > 0 && share >= enoughOpen && (best == nil || share > best.share) {
			best = &match{st: st, share: share}
		}
	}
	if best == nil {
		return "", nil, value{}, false
	}
	return "outdated", best, value{from: at, to: at + n}, true
}

// owns reports whether the statement has the concept of the claim that
// starts at word i.
func (s *said) owns(row, i int) bool {
	for j, m := range s.means {
		if m.at == i {
			return s.levels[row*len(s.means)+j] == inOwn
		}
	}
	return false
}

// lastDay is the last date that a statement names, or "".
func (c *Checker) lastDay(st *statement) (last string) {
	for _, v := range st.values {
		if v.kind != day {
			continue
		}
		if _, val, _ := v.fact(c.docs[st.doc]); val != "" {
			if _, to, ok := strings.Cut(val, ".."); ok {
				val = to
			}
			last = max(last, val)
		}
	}
	return last
}

// byValue compares the values of the claim, those of the first kind that it
// has. When it has some, nothing else decides.
func (c *Checker) byValue(s *said) (string, *match, value, bool) {
	type result struct {
		verdict string
		m       *match
		v       value
	}
	for _, rank := range ranks {
		var got []result
		some, allImplied := false, true
		for _, v := range s.values {
			if !rank(v.kind) {
				continue
			}
			some, allImplied = true, allImplied && v.implied
			if verdict, m := c.verdict(s, v); m != nil {
				got = append(got, result{verdict, m, v})
			}
		}
		order := func(r result) int {
			n := map[string]int{"agrees": 2, "outdated": 1, "contradicts": 0}[r.verdict]
			if r.v.bound {
				n += 3 // what the claim insists on
			}
			return n
		}
		if len(got) > 0 {
			for _, a := range got {
				for _, b := range got {
					if a.verdict == "contradicts" && b.verdict == "agrees" && a.m.st == b.m.st && a.v.kind != b.v.kind && s.only(a.v) && b.m.st.only(a.m.v) {
						return a.verdict, a.m, a.v, true // the right day and another hour
					}
				}
			}
			best := slices.MaxFunc(got, func(a, b result) int { return order(a) - order(b) })
			return best.verdict, best.m, best.v, true
		}
		if some && !allImplied {
			// An amount that no statement is about leaves the claim uncovered,
			// whatever else it mentions.
			return "", nil, value{}, true
		}
	}
	return "", nil, value{}, false
}

// only reports whether the claim has no other value of the kind.
func (s *said) only(v value) bool { return countOf(s.values, v.kind) == 1 }

// only reports whether the statement has no other value of the kind.
func (s *statement) only(v value) bool { return countOf(s.values, v.kind) == 1 }

func countOf(vs []value, k kind) (n int) {
	for _, v := range vs {
		if v.kind == k {
			n++
		}
	}
	return n
}

// verdict of one value.
func (c *Checker) verdict(s *said, v value) (string, *match) {
	equal, differ := c.compare(s, v, current)
	if equal != nil && differ != nil && differ.named && !equal.named && differ.share >= enoughDiffer {
		equal = nil // what is said of all holds for those that it is said of alone
	}
	if equal != nil && equal.share >= enoughEqual && (differ == nil || differ.share < equal.share+0.25) {
		if s.excludes(v) && !denies(equal.st.words) || v.kind != money && v.kind != percent && !has(s.words, forgives) && !equal.st.forgives && clash(s.means, equal.st.means) {
			return "contradicts", equal
		}
		return "agrees", equal
	}
	old, _ := c.compare(s, v, superseded)
	if differ != nil && differ.share >= enoughEqual {
		if old != nil && old.share >= enoughEqual {
			return "outdated", differ
		}
		if differ.share >= enoughDiffer && (strong(v.kind) || differ.share >= enoughWeak && (v.kind != weekday || differ.own >= 2)) && !s.own(v) {
			return "contradicts", differ
		}
	}
	if old != nil && old.share >= enoughDiffer {
		return "outdated", old
	}
	if past, _ := c.compare(s, v, expired); past != nil && past.share >= enoughDiffer && equal == nil && differ == nil {
		return "outdated", past
	}
	return "", nil
}

var (
	// What happened to somebody is no word about what the rule is: whoever was
	// charged too much says that the rule was broken.
	happened = anyOf(`bị chém,bị chặt,chặt chém,chém,bị thu,bị đòi,bị lừa,thu sai,thu lố,thu quá,thu thừa,thu vượt,thu láo,thu bậy,tính sai,đòi em,đòi tôi,đòi tui,đòi mình,
		thu em,thu tôi,thu tui,thu mình,thu nhà,thu của em,thu của tôi,thu của tui,bắt em,bắt tôi,bắt tui,lấy em,lấy tôi,lấy tui,nhà tui,nhà tôi,nhà em,con tui,con tôi,con em,
		hôm qua,hôm kia,hôm nọ,bữa qua,bữa trước,hôm trước,sáng nay,chiều qua,tối qua,vừa đi,mới đi,mà bảo`)
	// Nor is that a rule was broken.
	broken = anyOf("mà không ai,coi thường,bất chấp,vi phạm,trái quy định,sai quy định")
	ruled  = anyOf("đúng quy định,theo quy định,quy định mới,theo thông báo,theo nghị quyết,theo quyết định,nghị quyết mới")
	// Whoever sells or looks for something says nothing of a rule.
	advert = anyOf("ib,inbox,ai mua,bán lại,sang lại,sang nhượng,nhượng lại,cần bán,bán gấp,thanh lý,cần thuê,cho thuê,cần tìm,hậu tạ,bán lô,bán đất,bán nhà,cần mua,chính chủ")
	// Two figures of which one is right: somebody asks.
	which = anyOf("hay,hay là")
)

// own reports whether a value is what happened to one person, what somebody
// asks for, or one of two that somebody asks about.
func (s *said) own(v value) bool {
	amount := v.kind == money || v.kind == percent || v.kind == span
	if has(s.words, broken) || amount && v.pay != 2 && has(s.words, happened) && !has(s.words, ruled) || has(s.words, advert) {
		return true
	}
	return s.asks && slices.ContainsFunc(s.values, func(o value) bool { return o.from != v.from && (o.kind == v.kind || o.kind == bare) }) && has(s.words, which)
}

// excludes reports whether the claim says that the value puts one out:
// "loại 3 khỏi đi".
func (s *said) excludes(v value) bool {
	to := min(v.to+3, len(s.words))
	for i := v.to; i < to; i++ {
		if s.words[i].cut {
			to = i
			break
		}
	}
	return v.kind != money && has(s.words[v.to:to], excluded)
}

var (
	// forgives denies without "không": what stands behind it is not paid.
	forgives = anyOf("miễn")
	excluded = anyOf("khỏi đi,không phải đi,khỏi phải,không bị,không được,thì thôi,được miễn,là rớt,bị loại")
	denial   = anyOf("không,nghiêm cấm,miễn,tạm hoãn")
)

func denies(ws []word) bool { return has(ws, denial) }

// byBare: numbers without units, two at least, that all stand in one
// statement: "tỉnh 60 phường 40".
func (c *Checker) byBare(s *said) (string, *match, value, bool) {
	var nums []value
	for _, v := range s.values {
		if v.kind == bare {
			nums = append(nums, v)
		}
	}
	if len(nums) < 2 {
		return "", nil, value{}, false
	}
	all := nums[0]
	all.to, all.end = nums[len(nums)-1].to, nums[len(nums)-1].end
	best := map[state]*match{}
	for row, i := range s.near {
		st := &c.sts[i]
		in := s.state[st.doc]
		for _, n := range nums {
			if !slices.ContainsFunc(st.values, func(w value) bool { return w.kind == percent && w.lo == n.lo }) {
				in = future
			}
		}
		share, own := c.about(s, row, -1, nil).share(s)
		if in == future || own == 0 || own < 2 || share < enoughBare || !s.meant(st, -1) {
			continue
		}
		if m := best[in]; m == nil || share > m.share {
			best[in] = &match{st: st, share: share}
		}
	}
	switch {
	case best[current] != nil:
		return "agrees", best[current], all, true
	case best[superseded] != nil:
		return "outdated", best[superseded], all, true
	}
	return "", nil, value{}, false
}

// byWords compares what has no value: who pays, where, what is allowed.
func (c *Checker) byWords(s *said) (string, *match, value, bool) {
	var best *match
	verdict, at := "", value{}
	// A word about who, where or whether is better evidence than like words.
	const plainly = 0.3
	try := func(v string, st *statement, share float64, from, to int) {
		if best == nil || share > best.share {
			best, verdict, at = &match{st: st, share: share}, v, value{from: from, to: to}
		}
	}
	from, to, placed := place(s.words)
	kind := ""
	if placed {
		kind = placeKind(s.words, from)
	}
	bears := bearer(s.words)
	mine := ""
	if bears >= 0 {
		mine = agent(s.words, bears)
	}
	named := 0 // of several
	for _, v := range s.values {
		if v.kind == label {
			named++
		}
	}
	for row, i := range s.near {
		st := &c.sts[i]
		// One word alone is not enough.
		if s.owned[row]+named < 2 && (!placed || st.place == "") || s.state[st.doc] != current || !s.meant(st, -1) {
			continue
		}
		if placed && st.place != "" && st.place != kind {
			share, own := c.about(s, row, from, func(i int) bool { return i >= from && i < to }).share(s)
			if share >= enoughWords && own > 0 {
				try("contradicts", st, share+plainly, from, to)
				continue
			}
		}
		share, own := c.about(s, row, -1, nil).share(s)
		if own < 2 {
			continue
		}
		if mine != "" && st.bears != "" && mine != st.bears && share >= enoughDiffer {
			try("contradicts", st, share+plainly, max(0, bears-1), min(bears+3, len(s.words)))
			continue
		}
		// What is allowed is compared in the part of the claim that the
		// statement is about.
		clashes := !s.asks && share >= enoughEqual && !st.forgives && !has(s.words, forgives) && clash(s.means, st.means) && (share >= enoughWords || c.whole(s, st) >= 0.75)
		if !clashes && st.allows == 0 && (share < plainWords(s) || s.asks) {
			continue
		}
		part := c.closest(s, row)
		if clashes {
			try("contradicts", st, share+plainly, part[0], part[1])
			continue
		}
		may := permission(s.words[part[0]:part[1]]) * st.allows
		if may == 0 {
			if share >= plainWords(s) && !s.asks {
				try("agrees", st, share, part[0], part[1])
			}
			continue
		}
		switch partShare, _ := c.about(s, row, part[0], nil).share(s); {
		case partShare < enoughWords:
		case may < 0:
			try("contradicts", st, partShare+plainly, part[0], part[1])
		default:
			try("agrees", st, partShare+plainly, part[0], part[1])
		}
	}
	return verdict, best, at, best != nil
}

// plainWords is how much must be alike when nothing but words speaks for it.
func plainWords(s *said) float64 {
	if len(s.words) > 0 && s.words[0].plain {
		return 0.72 // without diacritics many words look alike
	}
	return 0.66
}

// closest is the part of the claim that shares most with the statement.
func (c *Checker) closest(s *said, row int) (part [2]int) {
	best := -1.0
	for from := 0; from < len(s.words); {
		to := from + 1
		for to < len(s.words) && s.chunk[to] == s.chunk[from] {
			to++
		}
		hit := 0.0
		for i, m := range s.means {
			if m.at >= from && m.at < to && s.levels[row*len(s.means)+i] == inOwn {
				hit += s.weights[i]
			}
		}
		if hit > best {
			best, part = hit, [2]int{from, to}
		}
		from = to
	}
	return part
}

var (
	forbids = anyOf("cấm,không được,không sử dụng,không thu,không cho,không ai được,ko được,không đốt")
	allows  = anyOf("được sử dụng,được phép,cho phép,thoải mái,được dùng,được đốt,được hát,được thu,được hưởng")
	lifts   = anyOf("không bị hạn chế,không bị cấm,không cấm,không hạn chế,không bắt buộc,hết cấm,bỏ cấm")
	bears   = anyOf("chịu,tự trả,tự bỏ tiền,trả tiền")
	people  = anyOf("khách,khách hàng,dân,hộ,người dùng")
	house   = anyOf("xí nghiệp,phường,xã,tỉnh,bên nước,ubnd,nhà nước")
)

// permission is -1 when words forbid, 1 when they allow, 0 when they do
// neither.
func permission(ws []word) int {
	switch {
	case has(ws, lifts):
		return 1
	case has(ws, forbids):
		return -1
	case has(ws, allows):
		return 1
	}
	return 0
}

// bearer finds who bears a cost.
func bearer(ws []word) int { at, _ := find(ws, bears); return at }

// agent is who stands before the verb: "people", "house" or "".
func agent(ws []word, verb int) string {
	before := ws[max(0, verb-3):verb]
	switch {
	case verb < len(ws) && ws[verb].cut:
		return ""
	case has(before, people):
		return "people"
	case has(before, house):
		return "house"
	}
	return ""
}

// finding writes the answer down, with the words on both sides.
func (c *Checker) finding(claim Claim, s *said, verdict string, m *match, v value) Finding {
	doc := m.st.doc
	switch s.state[doc] {
	case superseded:
		// What holds now is what is cited; the old words show the source.
		for n, steps := c.next[doc], 0; n >= 0 && steps < len(c.docs); n, steps = c.next[n], steps+1 {
			doc = n
		}
	}
	f := Finding{ID: claim.ID, Verdict: verdict, Document: c.docs[doc].No, Because: []news.Span{}}
	from, to := v.from, max(v.to, v.from+1)
	for n := 0; n < 4 && from > 0 && s.chunk[from-1] == s.chunk[v.from]; n++ {
		from--
	}
	to = min(to, len(s.words))
	rs := []rune(claim.Text)
	a, b := s.words[from].start, s.words[to-1].end
	f.Because = append(f.Because, news.Span{Start: a, End: b, Text: string(rs[a:b]), In: "claim"})
	st := m.st
	if doc != st.doc {
		if now := c.counterpart(s, st, doc); now != nil {
			st = now
		}
	}
	f.Because = append(f.Because, news.Span{Start: st.start, End: st.start + utf8.RuneCountInString(st.text), Text: st.text, In: "document"})
	f.Fact = c.factOf(st, m.v)
	return f
}

// counterpart is the statement of the later document about the same thing.
func (c *Checker) counterpart(s *said, old *statement, doc int) (best *statement) {
	top := 0.0
	for row, i := range s.near {
		if st := &c.sts[i]; st.doc == doc {
			if share, own := c.about(s, row, -1, nil).share(s); own > 0 && share > top {
				best, top = st, share
			}
		}
	}
	return best
}

// factOf names the confirmed or proposed fact that the statement's value is.
func (c *Checker) factOf(st *statement, v value) string {
	for _, f := range c.docs[st.doc].Facts {
		if f.Span.Start >= st.start && f.Span.End <= st.start+utf8.RuneCountInString(st.text) && (v.end == 0 || f.Span.Start == st.start+v.start) {
			return f.ID
		}
	}
	return ""
}

// Covers reports whether a document in force says something about what a text
// is about, whatever the text claims: a question that it answers. It returns
// the document's number and the clause.
func (c *Checker) Covers(claim Claim) (document, clause string, ok bool) {
	s := understand(claim)
	s.means = slices.DeleteFunc(s.means, func(m mean) bool { return asking[m.fold] })
	if s.day == "" || len(s.means) == 0 {
		return "", "", false
	}
	defer c.place(&s, false)()
	best := 0.0
	for row, i := range s.near {
		st := &c.sts[i]
		if s.state[st.doc] != current || s.other(st) {
			continue
		}
		share, own := c.about(&s, row, -1, nil).share(&s)
		if own > 0 && share >= enoughCover && share > best && (own > 1 || len(s.means) < 3) {
			best, document, clause, ok = share, c.docs[st.doc].No, st.text, true
		}
	}
	return document, clause, ok
}

// asking are words of questions.
var asking = set("hoi nhieu giup voi may sao dau nao bao")

// enoughCover is how much of a question a clause must be about to answer it.
const enoughCover = 0.5
