package redact

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"langnghe/crawler/nfc"
)

// Name stands in place of a person's name.
const Name = "[tên người]"

// Names returns s in NFC without the names of private people, and whether it
// has taken one out. It is meant for what residents write; papers and
// authorities name people as their trade, and answer for it.
//
// A name is known by what stands before it: a form of address ("chị Hoa"), a
// part in private life ("nạn nhân Lê Văn A"), "tên là", "họ tên:", "chủ tài
// khoản"; or by the middle word that only people have ("Nguyễn Thị …"). In
// small letters it takes more, see lower. Whoever is named with a public office
// stays, and so do figures of history and legend, streets, schools and places.
//
// This is a best effort: a name that nothing announces stays. How much it finds
// is measured on sentences of its own, testdata/names.
func Names(s string) (string, bool) {
	s = nfc.String(s)
	t := text{s: s}
	t.split()
	if t.capitals == 0 && !mayLower(t.words) {
		return s, false
	}
	type found struct{ from, n int }
	var names []found
	full := map[string]bool{} // once known, a full name is known everywhere
	for i := 0; i < len(t.words); {
		from, n := t.name(i)
		if n == 0 {
			i++
			continue
		}
		names = append(names, found{from, n})
		if n >= 3 {
			full[t.written(from, n)] = true
		}
		i = from + n
	}
	if len(names) == 0 {
		return s, false
	}
	var b strings.Builder
	last := 0
	write := func(from, n int) {
		b.WriteString(s[last:t.words[from].start])
		b.WriteString(Name)
		last = t.words[from+n-1].end
	}
	for i, k := 0, 0; i < len(t.words); {
		if k < len(names) && names[k].from == i {
			write(i, names[k].n)
			i += names[k].n
			k++
			continue
		}
		most := 4
		if k < len(names) {
			most = min(most, names[k].from-i)
		}
		n := t.again(i, most, full)
		if n > 0 {
			write(i, n)
		}
		i += max(n, 1)
	}
	b.WriteString(s[last:])
	out := b.String()
	return out, true
}

// written is how n words from word i on stand in the text.
func (t *text) written(i, n int) string { return t.s[t.words[i].start:t.words[i+n-1].end] }

// again returns of how many words, most at most, the full name at word i is that is known
// from elsewhere in the text, 0 if none: somebody of that name who is named with a
// public office is another one.
func (t *text) again(i, most int, full map[string]bool) int {
	if len(full) == 0 {
		return 0
	}
	for n := min(most, len(t.words)-i); n >= 3; n-- {
		if full[t.written(i, n)] && !t.place(i) && !t.roads(i) && !t.public(i, i, n) {
			return n
		}
	}
	return 0
}

// How a word is written.
type letters uint8

const (
	small   letters = iota
	title           // Hoa
	initial         // H
	shouted         // HOA
	mixed           // iPhone
)

type word struct {
	start, end int
	low        string // in lower case
	as         letters
	gap        bool // more than spaces before it
	stop       bool // a sentence or line begins with it
}

type text struct {
	s        string
	words    []word
	capitals int
	bare     bool            // typed without diacritics
	holders  map[string]bool // given names of those named with an office; nil until asked for
}

func (t *text) split() {
	t.words = make([]word, 0, len(t.s)/5+1)
	t.bare = strings.IndexFunc(t.s, func(r rune) bool { return r >= utf8.RuneSelf && unicode.IsLetter(r) }) < 0
	gap, stop := true, true
	for i := 0; i < len(t.s); {
		r, n := utf8.DecodeRuneInString(t.s[i:])
		if !unicode.IsLetter(r) {
			if r != ' ' && r != '\u00a0' {
				gap = true
				stop = stop || strings.ContainsRune(".!?;\n…", r)
			}
			i += n
			continue
		}
		w := word{start: i, gap: gap, stop: stop}
		upper, lower, first := 0, 0, unicode.IsUpper(r)
		for i < len(t.s) {
			if r, n = utf8.DecodeRuneInString(t.s[i:]); !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) {
				break
			}
			if unicode.IsUpper(r) {
				upper++
			} else {
				lower++
			}
			i += n
		}
		w.end, w.low = i, t.s[w.start:i]
		switch {
		case upper == 0:
		case first && upper == 1 && lower > 0:
			w.as = title
		case upper == 1 && lower == 0:
			w.as = initial
		case lower == 0:
			w.as = shouted
		default:
			w.as = mixed
		}
		if w.as != small {
			w.low = strings.ToLower(w.low)
			t.capitals++
		}
		t.words = append(t.words, w)
		gap, stop = false, false
	}
}

// name finds a private person's name announced by, or beginning with, word i:
// its first word and how many it has.
func (t *text) name(i int) (from, n int) {
	w := &t.words[i]
	if from, n = t.called(i); n > 0 {
		return from, n
	}
	if from, n = t.labelled(i); n > 0 {
		return from, n
	}
	if from, n = t.intro(i); n > 0 {
		return from, n
	}
	if from, n = t.lower(i); n > 0 {
		return from, n
	}
	if from, n = t.hurry(i); n > 0 {
		return from, n
	}
	if (w.as == title || w.as == shouted) && families[bare(w.low)] && i+2 < len(t.words) && t.follows(i+1) && middle(t.words[i+1].low) && t.follows(i+2) {
		same := func(x *word) bool { return x.as == w.as || x.as == initial }
		if !same(&t.words[i+1]) || !same(&t.words[i+2]) {
			return 0, 0
		}
		n = 3
		if i+3 < len(t.words) && t.follows(i+3) && same(&t.words[i+3]) && syllable(t.words[i+3].low) && !ends[t.words[i+3].low] &&
			(w.as == title || i+4 == len(t.words) || !t.follows(i+4) || t.words[i+4].as != shouted) {
			n = 4 // where all is shouted, what comes may be anything
		}
		if !t.place(i) && !t.roads(i) && !t.public(i, i, n) && !historic(t.run(i, n)) {
			return i, n
		}
	}
	return 0, 0
}

// follows reports whether only spaces stand before word i.
func (t *text) follows(i int) bool { return !t.words[i].gap }

func (t *text) run(i, n int) []word { return t.words[i : i+n] }

// called finds a name behind a form of address or a part in private life.
func (t *text) called(i int) (from, n int) {
	w := &t.words[i]
	how, ok := kin[w.low]
	if !ok && i > 0 && t.follows(i) {
		switch pair := t.words[i-1].low + " " + w.low; {
		case rolesGiven[pair]:
			how, ok = given, true
		case roles[pair]:
			how, ok = full, true
		}
	}
	if !ok || w.as == shouted || w.as == mixed {
		return 0, 0
	}
	j := i + 1
	if j < len(t.words) && t.follows(j) && t.words[j].as == small && beside[t.words[j].low] {
		j++ // "cô giáo Hoa"
		if !unmarked[w.low] {
			how = given // "con dâu Lý"
		}
	} else if j+1 < len(t.words) && t.follows(j) && t.follows(j+1) && t.words[j].as == small && jobs[t.words[j].low+" "+t.words[j+1].low] {
		j += 2 // "chị lao công Thanh"
	}
	direct := j == i+1
	if n = t.capitalised(j); n == 0 {
		return 0, 0
	}
	first := &t.words[j]
	if i > 0 && t.words[i-1].low == "đàn" {
		how = full // "đàn ông Hồi giáo"
	}
	family := n >= 2 && (families[bare(first.low)] || middle(first.low) || middle(t.words[j+1].low))
	switch {
	case !family && (how == full || n == 1 && first.as == initial):
		return 0, 0 // "anh A" names nobody
	case unmarked[w.low] && !(family && (n >= 3 || middle(t.words[j+1].low)) && bareRun(t.run(j, n)) == lowRun(t.run(j, n))):
		return 0, 0 // "thay Vũ Hán"
	case w.as == title && !w.gap && !(family && n >= 3):
		return 0, 0 // "đường Bà Triệu", "nước Anh"
	case !family && (notNames[first.low] || t.bare && bareNot[first.low] || direct && w.as == title && notBehind[w.low+" "+first.low] && !t.addressed(j+n)):
		return 0, 0
	case !family && direct && n == 1 && t.legend(w.low+" "+first.low):
		return 0, 0
	case t.titled(i, j, n) && !(family && middle(t.words[j+1].low)):
		return 0, 0
	case placeNamed(t.run(j, n)), historic(t.run(j, n)), t.place(i), t.public(i, j, n):
		return 0, 0
	}
	if !family {
		n = min(n, 2)
		if n == 2 && (notSecond(t.words[j+1].low) || placeNamed(t.words[j+1:min(len(t.words), j+3)])) {
			n = 1
		}
	}
	if n <= 2 && t.known(t.words[j+n-1].low) {
		return 0, 0
	}
	return j, n
}

// addressed reports whether word k is what people say to whom they call: "Anh
// Đức ơi" is nobody's country.
func (t *text) addressed(k int) bool {
	return k < len(t.words) && t.follows(k) && slices.Contains([]string{"ơi", "à", "ạ", "kêu", "kể"}, t.words[k].low)
}

// notSecond reports whether a word does not end a given name of two words, as
// Anh does.
func notSecond(low string) bool {
	return notNames[low] && low != "anh" && low != "công" && low != "nhân" && low != "học" && low != "viên"
}

// known reports whether somebody of that given name is named with a public
// office somewhere in the text: "Bộ trưởng Nguyễn Văn A … ông A".
func (t *text) known(low string) bool {
	if t.holders == nil {
		t.holders = map[string]bool{}
		for k := range t.words {
			if !officeAt(t.words, k) {
				continue
			}
			last := -1
			for m := k + 1; m < len(t.words) && m < k+16 && !t.words[m].stop; m++ {
				w := &t.words[m]
				if w.as == title && (!w.gap || last < 0) {
					last = m
				} else if w.gap && last >= 0 || w.as == small && !ofOffice[w.low] && kin[w.low] == 0 {
					break
				}
			}
			if last >= 0 {
				t.holders[t.words[last].low] = true
			}
			// "Ông Nguyễn Văn A, Chủ tịch …"
			for m := k - 1; m >= 0 && m >= k-4; m-- {
				if t.words[m].as == title && t.words[m+1].gap {
					t.holders[t.words[m].low] = true
					break
				}
			}
		}
	}
	return t.holders[low]
}

// capitalised counts the words of Vietnamese shape with a capital from word j
// on, up to four.
func (t *text) capitalised(j int) (n int) {
	for j+n < len(t.words) && n < 4 {
		w := &t.words[j+n]
		if !t.follows(j+n) || w.as != title && w.as != initial || !syllable(w.low) || n > 0 && ends[w.low] && !t.inside(j, j+n) {
			break
		}
		n++
	}
	return n
}

// inside reports whether word k, with which something else mostly begins, is
// part of the full name that begins with word j: "Lê Công Định".
func (t *text) inside(j, k int) bool {
	low := t.words[k].low
	if low != "công" && low != "trung" || !families[bare(t.words[j].low)] || k+1 >= len(t.words) || !t.follows(k+1) || t.words[k+1].as != title {
		return false
	}
	return !slices.Contains([]string{"ty", "an", "nhân", "đoàn", "tâm", "ương", "chức", "học", "cấp"}, t.words[k+1].low)
}

// labelled finds a name behind words that say that one follows.
func (t *text) labelled(i int) (from, n int) {
	w := &t.words[i]
	if w.low != "tên" && w.low != "ten" && w.low != "khoản" && w.low != "khoan" && w.low != "tk" && w.low != "ctk" && w.low != "nhận" && w.low != "nhan" && w.low != "hưởng" && w.low != "huong" {
		return 0, 0
	}
	before := func(k int) string {
		if i-k < 0 {
			return ""
		}
		return bare(t.words[i-k].low)
	}
	sure, person := false, false
	switch bare(w.low) {
	case "ten":
		sure = before(1) == "ho" || before(1) == "va" && before(2) == "ho"
		person = i > 0 && t.follows(i) && (kin[t.words[i-1].low] != 0 || persons[before(1)])
		if before(1) == "mang" || before(1) == "dat" {
			if i+3 >= len(t.words) || !families[bare(t.words[i+1].low)] || t.capitalised(i+1) < 3 {
				return 0, 0 // a storm, a road
			}
			person = true
		}
	case "khoan", "tk":
		k := 1
		if before(1) == "tai" {
			k = 2
		}
		if sure = before(k) == "chu" || before(k) == "ten"; !sure {
			return 0, 0
		}
	case "ctk":
		sure = true
	case "nhan":
		sure = before(1) == "nguoi"
	case "huong":
		sure = before(1) == "thu" && before(2) == "nguoi"
	}
	j, is := i+1, false
	for k := 0; k < 2 && j < len(t.words); k++ { // "thật là", "là"
		b := bare(t.words[j].low)
		if t.words[j].as != small || b != "la" && b != "that" && b != "khai" {
			break
		}
		is, j = true, j+1
	}
	if j >= len(t.words) || t.words[j].stop || t.words[j].start-t.words[j-1].end > 3 {
		return 0, 0
	}
	as := t.words[j].as
	if as != title && !(as == shouted && sure) {
		return 0, 0
	}
	n = 1
	for n < 5 && j+n < len(t.words) && t.follows(j+n) && (t.words[j+n].as == as || t.words[j+n].as == initial) && syllable(t.words[j+n].low) && !ends[t.words[j+n].low] {
		n++
	}
	family := families[bare(t.words[j].low)] && n >= 2
	switch {
	case !syllable(t.words[j].low) || bodies[bare(t.words[j].low)] || notNames[t.words[j].low] || historic(t.run(j, n)) || placeNamed(t.run(j, n)):
		if !(family && n >= 3 && (sure || person)) || historic(t.run(j, n)) || placeNamed(t.run(j, n)) || bodies[bare(t.words[j].low)] {
			return 0, 0
		}
		return j, n
	case sure && (family || n >= 2 && n <= 4 && bare(w.low) != "nhan"), sure && bare(w.low) == "ten":
		return j, n
	case t.thing(i):
		return 0, 0
	case family && (is || person), is && (person || !t.words[j].gap && n <= 4), person:
		return j, n
	}
	return 0, 0
}

// thing reports whether what is called something is no person: a word for a
// shop, a road, an application stands shortly before.
func (t *text) thing(i int) bool {
	for k := i - 1; k >= 0 && k >= i-6; k-- {
		if things[bare(t.words[k].low)] {
			return true
		}
		if t.words[k].stop {
			break
		}
	}
	return false
}

// place reports whether a place or an establishment is named by what begins
// with word i.
func (t *text) place(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3 && t.follows(k+1); k-- {
		w := &t.words[k]
		if placeWords[w.low] || w.as == shouted && schools[w.low] {
			return true
		}
		if w.as == small && !schools[w.low] {
			return false
		}
	}
	// "12 Nguyễn Văn Cừ": a number before it is of a house.
	before := strings.TrimRight(t.s[:t.words[i].start], " ")
	r, _ := utf8.DecodeLastRuneInString(before)
	return unicode.IsDigit(r) && len(before) < t.words[i].start
}

// roads reports whether the sentence spoke of roads or schools before word i:
// "các phố Đồng Khởi, Thi Sách, Thái Văn Lung".
func (t *text) roads(i int) bool {
	for k := i; k >= 0 && k > i-24; k-- {
		if k < i && roads[t.words[k].low] {
			return true
		}
		if t.words[k].stop {
			return false
		}
	}
	return false
}

// public reports whether the office of whoever is named by the n words from j
// on stands beside the name: before word i, where only the words of the
// office's name may lie between, or behind the name.
func (t *text) public(i, j, n int) bool {
	if i < j && officeAt(t.words, i) {
		return true // "Dong chi …"
	}
	for k := i - 1; k >= 0 && k >= i-10; k-- {
		w := &t.words[k]
		if officeAt(t.words, k) {
			return true
		}
		if t.words[k+1].stop || w.as == small && !ofOffice[w.low] {
			break
		}
	}
	k := j + n
	for range 3 {
		if k >= len(t.words) || t.words[k].stop || t.words[k].start-t.words[k-1].end > 4 {
			return false
		}
		if officeAt(t.words, k) || k+1 < len(t.words) && officeAt(t.words, k+1) && t.words[k].low != t.words[k+1].low {
			return true
		}
		if !slices.Contains([]string{"là", "la", "nguyên", "hiện", "cựu", "đang", "làm", "tân"}, t.words[k].low) {
			return false
		}
		k++
	}
	return false
}

// officeAt reports whether the word for an office ends with word k.
func officeAt(words []word, k int) bool {
	w := words[k].low
	if offices[w] {
		return true
	}
	return k > 0 && !words[k].gap && offices[words[k-1].low+" "+w]
}

// titled reports whether the sentence around word i, without the n words from
// j on, is written with capitals throughout, so that they say nothing.
func (t *text) titled(i, j, n int) bool {
	from, to := i, j+n
	for from > 0 && !t.words[from].stop && i-from < 12 {
		from--
	}
	for to < len(t.words) && !t.words[to].stop && to-i < 14 {
		to++
	}
	all, capital := 0, 0
	for k := from; k < to; k++ {
		if k < j || k >= j+n {
			all++
			if t.words[k].as != small {
				capital++
			}
		}
	}
	return all >= 4 && capital*2 > all
}

func middle(low string) bool {
	return low == "thị" || low == "văn" || low == "thi" || low == "van"
}

// historic reports whether words are, or begin with, the name of a figure of
// history.
func historic(words []word) bool {
	for n := 2; n <= len(words) && n <= 4; n++ {
		if figures[bareRun(words[:n])] {
			return true
		}
	}
	return false
}

// placeNamed reports whether words begin with the name of a place.
func placeNamed(words []word) bool {
	return len(words) >= 2 && places[bareRun(words[:2])] || len(words) >= 3 && places[bareRun(words[:3])]
}

func lowRun(words []word) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.low
	}
	return strings.Join(parts, " ")
}

func bareRun(words []word) string {
	return bare(lowRun(words))
}

// bare is a lower-case word without diacritics.
func bare(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return fold(s)
		}
	}
	return s
}

// syllable reports whether a lower-case word has the shape of a Vietnamese
// syllable: "hoa" and "nguyễn" have, "grab" and "vios" have not.
func syllable(low string) bool {
	s := bare(low)
	for _, onset := range []string{"ngh", "ng", "nh", "kh", "ch", "gh", "ph", "th", "tr", "qu"} {
		if rest, ok := strings.CutPrefix(s, onset); ok {
			return rhyme(rest)
		}
	}
	if s != "" && strings.IndexByte("bcdghklmnprstvx", s[0]) >= 0 {
		return len(s) == 1 || rhyme(s[1:])
	}
	return rhyme(s)
}

func rhyme(s string) bool {
	n := 0
	for n < len(s) && strings.IndexByte("aeiouy", s[n]) >= 0 {
		n++
	}
	if n == 0 || n > 3 {
		return false
	}
	switch s[n:] {
	case "", "c", "ch", "m", "n", "ng", "nh", "p", "t":
		return true
	}
	return false
}
