// Package patterns finds what one text alone does not show: what needs a
// register, the time or several items. It judges names of sites, telephone
// numbers, papers, places and repetition, and says what it found as cues,
// which built-in rules decide with like with any other. It never says more
// than "signs of": each cue is at most evidence that a person looks at, and
// stance and area of the item decide in the rule what becomes of it
// (invariant 1).
//
// All of it is pure: no clock, no I/O. A [Register] holds what it needs to
// know of the world; without one, what needs it says nothing.
package patterns

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"langnghe/internal/calendar"
	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/official/rumour"
)

// The families of cues that this package finds. fake_domain and
// forged_document are found by the reading as well, from the words alone.
const (
	FakeDomain     = "fake_domain"
	ForgedDocument = "forged_document"
	PremiumNumber  = "premium_number"
	SpoofedNumber  = "spoofed_number"
	UnknownPlace   = "unknown_place"
	OldNews        = "old_news"
	KnownClaim     = "known_claim"
)

// Families lists them all, those of impersonation too.
var Families = []string{FakeDomain, ForgedDocument, PremiumNumber, SpoofedNumber, UnknownPlace, OldNews, KnownClaim, ImpersonatesPolice, ImpersonatesUtility, ImpersonatesBank, ImpersonatesSchool, ImpersonatesWard}

// A Paper is one entry of the register of official documents.
type Paper struct {
	No   string // "42/TB-UBND"
	Date string // 2006-01-02
}

// An Office is who held an office when. Names come from the ward's own
// configuration; the program has none.
type Office struct {
	Name     string
	From, To string // 2006-01-02; To is empty while in office
}

// A Register is what patterns need to know of the world. The zero value
// knows nothing: then only names of sites and telephone numbers are judged.
type Register struct {
	Papers  []Paper
	Offices []Office
	// Places are the numbered parts of the ward: "Khối 1", "Khối 2" …
	Places []string
	// Claims are the known ones; Now is the clock by which they grow old.
	Claims []rumour.Claim
	Now    func() time.Time
	// Hotlines are numbers that the ward has published, digits only.
	Hotlines []string
	// Bodies are the ward's own entries of the register of who is imitated,
	// see [Bodies].
	Bodies []Body
}

// A Watch finds patterns in items. It is safe for concurrent use.
type Watch struct {
	papers   map[string]string // folded number → date
	series   map[string]int    // "tb-ubnd" → how many of it are known
	offices  []office
	places   map[string]map[int]bool // "khoi" → numbers that exist
	hotlines map[string]bool
	known    *rumour.Matcher
	bodies   []known
}

type office struct {
	Office
	folded string
	words  []uint64 // of the name
}

// New prepares a register.
func New(r Register) *Watch {
	w := &Watch{papers: map[string]string{}, series: map[string]int{}, places: map[string]map[int]bool{}, hotlines: map[string]bool{}}
	for _, p := range r.Papers {
		no := foldNo(p.No)
		w.papers[no] = p.Date
		w.series[seriesOf(no)]++
	}
	for _, o := range r.Offices {
		if f := key(o.Name); strings.Count(f, " ") >= 1 { // one syllable names nobody
			var words []uint64
			for _, s := range strings.Fields(f) {
				words = append(words, lang.Hash(s))
			}
			w.offices = append(w.offices, office{o, " " + f + " ", words})
		}
	}
	for _, p := range r.Places {
		f := strings.Fields(key(p))
		if len(f) < 2 {
			continue
		}
		n, err := strconv.Atoi(f[len(f)-1])
		kind := kinds[strings.Join(f[:len(f)-1], " ")]
		if err != nil || kind == "" {
			continue
		}
		if w.places[kind] == nil {
			w.places[kind] = map[int]bool{}
		}
		w.places[kind][n] = true
	}
	w.known = rumour.NewMatcher(r.Claims, r.Now)
	w.bodies = prepared(r.Bodies)
	for _, h := range slices.Concat(r.Hotlines, hotlines) {
		w.hotlines[h] = true
	}
	return w
}

func key(s string) string { return lang.Fold(lang.Key(s)) }

func foldNo(s string) string {
	return strings.TrimLeft(lang.Fold(strings.ToLower(lang.Normalise(strings.Join(strings.Fields(s), "")))), "0")
}

func seriesOf(no string) string {
	_, rest, _ := strings.Cut(no, "/")
	if k := strings.LastIndexByte(rest, '/'); k >= 0 { // "2025/nq-hdnd"
		rest = rest[k+1:]
	}
	return rest
}

// Add returns the item's reading with the cues that this package finds, or
// the reading itself when there are none. The item is not changed.
func (w *Watch) Add(it *news.Item) *news.Reading {
	rd := it.Reading
	if rd == nil {
		return rd
	}
	found := w.Cues(it)
	if len(found) == 0 {
		return rd
	}
	out := *rd
	out.Cues = slices.Clone(rd.Cues)
	for _, c := range found {
		i := slices.IndexFunc(out.Cues, func(o news.Cue) bool { return o.Family == c.Family })
		if i < 0 {
			out.Cues = append(out.Cues, c)
			continue
		}
		o := out.Cues[i]
		o.Level = max(o.Level, c.Level)
		o.Because = slices.Clone(o.Because)
		for _, s := range c.Because {
			if !slices.Contains(o.Because, s) {
				o.Because = append(o.Because, s)
			}
		}
		out.Cues[i] = o
	}
	return &out
}

// Cues finds the patterns of an item that was read. What a complaint, a
// question or a warning shows is at most level 1: it stands in the item and
// raises nothing.
func (w *Watch) Cues(it *news.Item) (out []news.Cue) {
	rd := it.Reading
	if rd == nil {
		return nil
	}
	add := func(family string, level news.Level, because ...news.Span) {
		if rd.Stance.Protected() || rd.Stance == news.Warning || rd.Stance == news.Denial || rd.Stance == news.Praise {
			level = min(level, news.Low)
		}
		for i := range out {
			if out[i].Family == family {
				out[i].Level = max(out[i].Level, level)
				out[i].Because = append(out[i].Because, because...)
				return
			}
		}
		out = append(out, news.Cue{Family: family, Level: level, Because: because})
	}
	at := it.At()
	demands := false
	for _, c := range rd.Cues {
		switch c.Family {
		case "free_gift_scam", "impersonation_police", "impersonation_utility", FakeDomain:
			demands = true
		}
	}
	var numbers, dates []news.Value
	fake := false
	for _, v := range rd.Values {
		switch v.Type {
		case "url":
			if l := Domain(v.Text); l.Suspicious() {
				fake = true
				add(FakeDomain, news.High, v.Span)
			}
		case "phone":
			numbers = append(numbers, v)
		case "docno":
			w.paper(it, v, rd.Values, add)
		case "date":
			dates = append(dates, v)
		}
	}
	for _, v := range numbers {
		w.number(v, it, demands || fake, add)
	}
	if ms := w.known.Match(it.Text); len(ms) > 0 {
		m := ms[0]        // the surest says enough
		level := news.Low // a person should look whether it is the same
		if m.Tier == rumour.Confirmed && !m.Denies {
			level = news.Medium
		}
		add(KnownClaim, level, m.Span)
	}
	w.impostor(it, add)
	says := slices.ContainsFunc(rd.Cues, func(c news.Cue) bool { return c.Family != "urgency" && c.Family != "hearsay" })
	if says {
		for _, v := range dates {
			if d, ok := day(v); ok && !at.IsZero() && at.Sub(d) > oldAfter {
				add(OldNews, news.Medium, v.Span)
				break
			}
		}
		for _, v := range rd.Values {
			if v.Type != "url" || Official(clean(v.Text)) {
				continue // what an authority once published is its own
			}
			if d, ok := urlDay(v.Text); ok && !at.IsZero() && at.Sub(d) > oldAfter {
				add(OldNews, news.Medium, v.Span)
				break
			}
		}
		if !rd.Again.IsZero() {
			// The text itself was here before, and was silent in between.
			if n := utf8.RuneCountInString(it.Text); n > 0 {
				rs := []rune(it.Text)
				add(OldNews, news.Medium, news.Span{End: min(n, 80), Text: string(rs[:min(n, 80)])})
			} else {
				add(OldNews, news.Medium)
			}
		}
		if rd.Area.Fit == news.InArea && len(w.places) > 0 {
			w.place(it, add)
		}
	}
	if len(w.offices) > 0 && slices.ContainsFunc(rd.Cues, func(c news.Cue) bool { return c.Family == ForgedDocument }) {
		w.signer(it, at, add)
	}
	return out
}

type adder = func(family string, level news.Level, because ...news.Span)

// oldAfter is when what a text dates itself is old news.
const oldAfter = 60 * 24 * time.Hour

// dated finds the day in the path of an article: /2023/05/12/ or -20230512.
var dated = regexp.MustCompile(`/(20\d\d)/(0?[1-9]|1[0-2])(?:/(0?[1-9]|[12]\d|3[01]))?/|[-/_](20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:\d{2,12})?(?:\D|$)`)

// urlDay is the day that the address of an article gives; of a month, its
// last day.
func urlDay(link string) (time.Time, bool) {
	m := dated.FindStringSubmatch(link)
	if m == nil {
		return time.Time{}, false
	}
	y, mo, d := cmp.Or(m[1], m[4]), cmp.Or(m[2], m[5]), cmp.Or(m[3], m[6])
	year, _ := strconv.Atoi(y)
	month, _ := strconv.Atoi(mo)
	if d == "" {
		return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, ward), true
	}
	n, _ := strconv.Atoi(d)
	t := time.Date(year, time.Month(month), n, 0, 0, 0, 0, ward)
	return t, t.Day() == n
}

func day(v news.Value) (time.Time, bool) {
	s, _ := v.Value.(string)
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

// paper looks a document's number up: known series, unknown number; or a
// known number with another date beside it.
func (w *Watch) paper(it *news.Item, v news.Value, values []news.Value, add adder) {
	no := foldNo(v.Text)
	date, known := w.papers[no]
	switch {
	case known:
		for _, o := range values {
			if o.Type != "date" || o.Span.In != v.Span.In || o.Span.Start < v.Span.End || o.Span.Start > v.Span.End+12 {
				continue
			}
			if d, ok := day(o); ok && date != "" && d.Format(time.DateOnly) != date {
				add(ForgedDocument, news.High, v.Span, o.Span)
			}
		}
	case w.series[seriesOf(no)] >= enoughPapers && it.Reading.Area.Fit == news.InArea && strings.Contains(seriesOf(no), "-"):
		add(ForgedDocument, news.Medium, v.Span)
	}
}

// enoughPapers is how many papers of a series must be in the register before
// one that is missing means anything.
const enoughPapers = 3

// signer finds the name of somebody who was not in office when the item says
// that they signed.
func (w *Watch) signer(it *news.Item, at time.Time, add adder) {
	text := " " + key(it.Title+" "+it.Text) + " "
	today := at.In(ward).Format(time.DateOnly)
	for _, o := range w.offices {
		if !strings.Contains(text, o.folded) || (o.From == "" || o.From <= today) && (o.To == "" || today <= o.To) {
			continue
		}
		if slices.ContainsFunc(w.offices, func(x office) bool {
			return x.folded == o.folded && (x.From == "" || x.From <= today) && (x.To == "" || today <= x.To)
		}) {
			continue // the same name holds another office now
		}
		add(ForgedDocument, news.High, nameSpans(it, o.words)...)
	}
}

// nameSpans are the places of a name in an item, the first of title and text.
func nameSpans(it *news.Item, name []uint64) (out []news.Span) {
	for _, in := range []struct{ where, text string }{{"title", it.Title}, {"", it.Text}} {
		ts := lang.Tokens(nil, in.text)
		for i := 0; i+len(name) <= len(ts); i++ {
			if !slices.EqualFunc(ts[i:i+len(name)], name, func(t lang.Token, k uint64) bool { return t.Fold == k }) {
				continue
			}
			first, last := ts[i], ts[i+len(name)-1]
			out = append(out, news.Span{Start: first.RuneStart, End: last.RuneEnd, Text: in.text[first.Start:last.End], In: in.where})
			break
		}
	}
	return out
}

// ward is the ward's zone.
var ward = calendar.Zone

// kinds are the numbered parts of a ward, by how they are called.
var kinds = map[string]string{"khoi": "khoi", "xom": "xom", "thon": "thon", "to": "to", "to dan pho": "to", "ban": "ban", "ap": "ap"}

// place finds a numbered part that the ward does not have: "xóm 8" where
// there are neighbourhoods 1 to 9 only.
func (w *Watch) place(it *news.Item, add adder) {
	rs := []rune(it.Text)
	for i := 0; i < len(rs); i++ {
		if !unicode.IsDigit(rs[i]) || i > 0 && (unicode.IsDigit(rs[i-1]) || rs[i-1] != ' ') {
			continue
		}
		end := i
		for end < len(rs) && unicode.IsDigit(rs[end]) {
			end++
		}
		if end-i > 2 || end+1 < len(rs) && strings.ContainsRune(".,/:%", rs[end]) && unicode.IsDigit(rs[end+1]) {
			continue
		}
		start := i - 1
		for start > 0 && (unicode.IsLetter(rs[start-1]) || unicode.Is(unicode.Mn, rs[start-1])) {
			start--
		}
		kind := kinds[key(string(rs[start:i-1]))]
		known := w.places[kind]
		if kind == "" || kind == "ban" || kind == "to" && known == nil {
			continue // "bàn 8", "tổ 8": too many other things
		}
		n, _ := strconv.Atoi(string(rs[i:end]))
		if !known[n] && n > 0 {
			add(UnknownPlace, news.Medium, news.Span{Start: start, End: end, Text: string(rs[start:end])})
		}
	}
}

// Premium and spoofed numbers. Facts: 1900 numbers cost the caller by the
// minute; those below belong to the services named by their sites.
var hotlines = fields(`19006769 19001006 19001288 19009000 19006128 19001522 19001909 18001096 18008108 18001091 18001119 19008198 1900969613 19009068 19008888 1900545413 19009247
	1900558818 19001515 19001898 1900545415 18006601 113 114 115 111 156 5656`)

// spoofed are numbers of public services that messages name as their sender.
var spoofed = set(fields(`18001096 18008108 18001091 19006769 19009068`))

// number judges a telephone number beside what is asked.
func (w *Watch) number(v news.Value, it *news.Item, demands bool, add adder) {
	no, _ := v.Value.(string)
	if no == "" {
		no = strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, v.Text)
	}
	switch {
	case spoofed[no] && demands:
		add(SpoofedNumber, news.High, v.Span)
	case strings.HasPrefix(no, "1900") && !w.hotlines[no] && (demands || callBack(it.Text)):
		add(PremiumNumber, news.Medium, v.Span)
	}
}

var calls = fields("goi_lai goi_ngay lien_he_ngay bam_so goi_tong_dai goi_den_so goi_toi_so goi_vao_so")
var callers = fields("dien_luc evn cong_an thue bao_hiem ngan_hang canh_sat buu_dien toa_an vien_kiem_sat phat_nguoi tien_dien bhxh csgt")

// callBack reports whether a text asks to call in the name of a service.
func callBack(text string) bool {
	s := " " + key(text) + " "
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(p string) bool { return strings.Contains(s, " "+strings.ReplaceAll(p, "_", " ")+" ") })
	}
	return has(calls) && has(callers)
}

// Defang makes a link harmless to a careless finger: "hxxps://qua[.]top".
func Defang(s string) string {
	s = strings.NewReplacer("http://", "hxxp://", "https://", "hxxps://", "[.]", ".").Replace(s)
	return strings.ReplaceAll(s, ".", "[.]")
}

// Why says in a sentence what is suspicious about a name.
func (l Look) Why() news.Text {
	vi, en := make([]string, len(l.Reasons)), make([]string, len(l.Reasons))
	for i, r := range l.Reasons {
		vi[i], en[i] = r.VI, r.EN
	}
	h := Defang(clean(l.Host))
	if !l.Suspicious() {
		return news.Text{VI: fmt.Sprintf("%s: chưa thấy dấu hiệu nhái.", h), EN: fmt.Sprintf("%s: no signs of imitation.", h)}
	}
	return news.Text{
		VI: fmt.Sprintf("%s có dấu hiệu nhái: %s.", h, strings.Join(vi, "; ")),
		EN: fmt.Sprintf("%s shows signs of imitation: %s.", h, strings.Join(en, "; ")),
	}
}
