package reading

import (
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// A view is an item as the lexicons see it: words of the title, then of the
// text, each with its place in the original. Spelling that hides a word
// (c.h.u.y.ể.n, b@t c0c, nhiềuuuu), teencode and dialect are mended; the word
// as written is kept beside it.
type view struct {
	words  []word
	tokens []lang.Token // of the field being read
	fields [2]string    // text, title
	signs  signs
	values []news.Value
	// accentless: hardly a word has diacritics.
	accentless bool
}

type word struct {
	key, fold  uint64 // mended
	raw        uint64 // exact key as written
	start, end int32  // code points in its field
	from, to   int32  // bytes in its field
	field      uint8  // index of view.fields
	sentence   bool   // a sentence ends before it
	paragraph  bool
	plain      bool // stands among words without diacritics: may be matched folded
	number     bool
	letters    bool
	bare       bool // as written it has no diacritics: raw is its folded key too
}

const (
	inText  = 0
	inTitle = 1
)

// span makes the span of the words [from,to), which are of one field.
func (v *view) span(from, to int32) news.Span {
	a, b := v.words[from], v.words[to-1]
	s := news.Span{Start: int(a.start), End: int(b.end), Text: v.fields[a.field][a.from:b.to]}
	if a.field == inTitle {
		s.In = "title"
	}
	return s
}

const mendFile = "mend.yaml"

// mendRule rewrites one word.
type mendRule struct {
	To     string   `yaml:"to"`
	From   []string `yaml:"from"`
	Near   []string `yaml:"near"`   // only if one of these stands within six words
	Before []string `yaml:"before"` // not if one of these follows
	After  []string `yaml:"after"`  // not if one of these precedes
}

type mender struct {
	version int
	rules   map[uint64][]compiledMend
	known   table // the keys of rules: most words have none
}

type compiledMend struct {
	to                  [][2]uint64 // key and fold of each word
	near, before, after map[uint64]bool
}

func loadMender(fsys fs.FS) (*mender, error) {
	var f struct {
		Version int        `yaml:"version"`
		Words   []mendRule `yaml:"words"`
	}
	if err := decode(fsys, mendFile, &f); err != nil {
		return nil, err
	}
	m := &mender{version: f.Version, rules: map[uint64][]compiledMend{}}
	set := func(list []string) map[uint64]bool {
		out := map[uint64]bool{}
		for _, s := range list {
			out[lang.Hash(lang.Key(s))] = true
		}
		return out
	}
	for _, r := range f.Words {
		c := compiledMend{near: set(r.Near), before: set(r.Before), after: set(r.After)}
		for w := range strings.FieldsSeq(lang.Key(r.To)) {
			c.to = append(c.to, [2]uint64{lang.Hash(w), lang.Hash(lang.Fold(w))})
		}
		for _, from := range r.From {
			h := lang.Hash(lang.Key(from))
			m.rules[h] = append(m.rules[h], c)
		}
	}
	m.known = newTable(len(m.rules))
	for k := range m.rules {
		m.known.put(k, 1)
	}
	return m, nil
}

// look fills v with the words of an item.
func (m *mender) look(v *view, it *news.Item) {
	v.words, v.values = v.words[:0], v.values[:0]
	v.fields = [2]string{it.Text, it.Title}
	v.signs = signs{}
	if it.Title != "" {
		m.field(v, inTitle)
	}
	m.field(v, inText)
	v.signs.read(it.Title)
	v.signs.read(it.Text)
	v.plainness()
}

// field appends the words of one field.
func (m *mender) field(v *view, field uint8) {
	text := v.fields[field]
	v.tokens = lang.Tokens(v.tokens[:0], text)
	tokens := v.tokens
	first := len(v.words)
	for i := 0; i < len(tokens); {
		n := 1
		t := tokens[i]
		w := word{key: t.Key, fold: t.Fold, field: field,
			sentence: t.Has(lang.Sentence) || i == 0, paragraph: t.Has(lang.Paragraph) || i == 0,
			letters: t.Has(lang.Letters), number: t.Has(lang.Digits), bare: t.Key == t.Fold}
		w.raw = w.key
		if joined, k := evasion(text, tokens[i:]); k > 1 {
			key := lang.Key(joined)
			w.key, w.fold, w.letters, w.number = lang.Hash(key), lang.Hash(lang.Fold(key)), true, false
			n = k
		} else if key, ok := mendLetters(text[t.Start:t.End]); ok {
			w.key, w.fold = lang.Hash(key), lang.Hash(lang.Fold(key))
		}
		last := tokens[i+n-1]
		w.start, w.end = int32(t.RuneStart), int32(last.RuneEnd)
		w.from, w.to = int32(t.Start), int32(last.End)
		if !w.number && !w.letters {
			c := text[t.Start]
			w.number = c >= '0' && c <= '9' // 500k, 2tr
		}
		v.words = append(v.words, w)
		i += n
	}
	m.teencode(v, first)
}

// teencode replaces what the rules of the mend file say.
func (m *mender) teencode(v *view, first int) {
	for i := first; i < len(v.words); i++ {
		if _, ok := m.known.get(v.words[i].key); !ok {
			continue
		}
		for _, r := range m.rules[v.words[i].key] {
			if !r.applies(v.words[first:], i-first) {
				continue
			}
			w := v.words[i]
			w.key, w.fold, w.number, w.letters = r.to[0][0], r.to[0][1], false, true
			v.words[i] = w
			if len(r.to) == 2 && i+1 < len(v.words) && v.words[i+1].key == r.to[1][0] {
				break // "mn người": nothing to add
			}
			if extra := len(r.to) - 1; extra > 0 {
				v.words = append(v.words, r.more(w)...)
				copy(v.words[i+1+extra:], v.words[i+1:len(v.words)-extra])
				copy(v.words[i+1:], r.more(w))
				i += extra
			}
			break
		}
	}
}

// more makes the further words of a rule that writes several for one.
func (r *compiledMend) more(w word) []word {
	var out []word
	for _, k := range r.to[1:] {
		w.key, w.fold, w.raw = k[0], k[1], k[0]
		w.sentence, w.paragraph = false, false
		out = append(out, w)
	}
	return out
}

const nearWords = 6

func (r *compiledMend) applies(words []word, i int) bool {
	if i+1 < len(words) && has(r.before, &words[i+1]) || i > 0 && has(r.after, &words[i-1]) {
		return false
	}
	if len(r.near) == 0 {
		return true
	}
	for j := max(0, i-nearWords); j < min(len(words), i+nearWords+1); j++ {
		if j != i && has(r.near, &words[j]) {
			return true
		}
	}
	return false
}

func has(set map[uint64]bool, w *word) bool { return set[w.key] || set[w.raw] }

// evasion joins letters that were written apart to hide a word: l.ừ.a, v*ỡ,
// b@t. It returns the word and how many tokens it takes, 0 if it is none.
func evasion(text string, tokens []lang.Token) (string, int) {
	if len(tokens) < 2 {
		return "", 0
	}
	switch text[tokens[0].End:tokens[1].Start] {
	case ".", "*", "·", "_", "•", "@", "$":
	default:
		return "", 0
	}
	n, sign := 1, false
	var b strings.Builder
	b.WriteString(text[tokens[0].Start:tokens[0].End])
	short := brief(text, tokens[0])
	for n < len(tokens) && n < 12 {
		gap := text[tokens[n-1].End:tokens[n].Start]
		switch gap {
		case ".", "*", "·", "_", "•":
			if !short || !brief(text, tokens[n]) || !tokens[n].Has(lang.Letters) {
				return "", 0
			}
		case "@":
			b.WriteByte('a')
			sign = true
		case "$":
			b.WriteByte('s')
			sign = true
		default:
			gap = ""
		}
		if gap == "" {
			break
		}
		b.WriteString(text[tokens[n].Start:tokens[n].End])
		n++
	}
	s := b.String()
	if n < 2 || utf8.RuneCountInString(lang.Key(s)) > 8 || !unicode.IsLetter(rune(text[tokens[0].Start])) && text[tokens[0].Start] < utf8.RuneSelf {
		return "", 0
	}
	if sign {
		// An address has more than one syllable around its sign.
		return s, n
	}
	if s == strings.ToUpper(s) || n == 2 && !onset(text[tokens[0].Start:tokens[0].End], text[tokens[1].Start:tokens[1].End]) {
		return "", 0 // T.P, q.a
	}
	return s, n
}

// brief reports whether a token is of one or two letters, however written.
func brief(text string, t lang.Token) bool {
	return t.End-t.Start <= 2 || t.End-t.Start <= 32 && utf8.RuneCountInString(lang.Key(text[t.Start:t.End])) <= 2
}

// onset reports whether a and b read as one syllable: consonants, then a
// vowel with or without more.
func onset(a, b string) bool {
	vowel := func(s string) bool { return strings.ContainsAny(lang.Fold(lang.Key(s)), "aeiouy") }
	r, _ := utf8.DecodeRuneInString(lang.Fold(lang.Key(b)))
	return !vowel(a) && strings.ContainsRune("aeiouy", r) && lang.Fold(lang.Key(b)) != lang.Key(b)
}

// mendLetters takes repeated letters and look-alike digits out of a word. It
// reports false when there is nothing to mend.
func mendLetters(s string) (string, bool) {
	if !mendable(s) {
		return "", false
	}
	s = lang.Key(s)
	changed := false
	var b strings.Builder
	var prev, prev2 rune
	runes := 0
	letterBefore := false
	for i, r := range s {
		runes++
		if r == prev && (prev == prev2 || repeatsBehind(s[i:], r)) && unicode.IsLetter(r) {
			changed = true
			prev2, prev = prev, r
			continue
		}
		out := r
		if r >= '0' && r <= '9' && letterBefore && i+1 < len(s) {
			if next, _ := utf8.DecodeRuneInString(s[i+1:]); unicode.IsLetter(next) {
				if l, ok := lookAlike[r]; ok {
					out, changed = l, true
				}
			}
		}
		letterBefore = unicode.IsLetter(out)
		b.WriteRune(out)
		prev2, prev = prev, r
		if runes > 40 {
			return "", false
		}
	}
	if !changed || s[0] >= '0' && s[0] <= '9' {
		return "", false
	}
	key := lang.Key(b.String())
	if !strings.ContainsAny(lang.Fold(key), "aeiouy") {
		return "", false // CCCD, www
	}
	return key, true
}

// mendable reports whether s may hold repeats or digits inside: most words
// do not.
func mendable(s string) bool {
	if len(s) < 3 || len(s) > 160 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' || s[i] == s[i-1] {
			return true
		}
		if s[i] == 0xE2 || s[i] == 0xEF || s[i] == 0xC2 {
			return true // an ignorable may stand between letters that repeat
		}
		// The same letter again, of up to five bytes with its marks.
		for back := 2; back <= 5 && s[i] >= 0x80 && back <= i; back++ {
			if s[i] == s[i-back] {
				return true
			}
		}
	}
	return false
}

// repeatsBehind reports whether r comes at least twice at the start of s.
func repeatsBehind(s string, r rune) bool {
	_, w := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[w:])
	return next == r
}

var lookAlike = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a'}

// plainRun is how many words in a row without diacritics make a stretch of
// text written without them.
const plainRun = 5

// plainness finds text without diacritics: all of an item, or stretches of it.
func (v *view) plainness() {
	letters, accents := 0, 0
	for i := range v.words {
		w := &v.words[i]
		if !w.letters {
			continue
		}
		letters++
		if w.raw != w.fold && w.key != w.fold {
			if w.raw == w.key {
				accents++
			}
		}
	}
	v.accentless = letters >= 3 && accents*10 <= letters
	for i := 0; i < len(v.words); {
		j, n := i, 0
		for j < len(v.words) && (!v.words[j].letters || v.words[j].raw != v.words[j].key || v.words[j].key == v.words[j].fold) {
			if v.words[j].letters {
				n++
			}
			j++
		}
		if v.accentless || n >= plainRun {
			for k := i; k < j; k++ {
				v.words[k].plain = v.words[k].letters && (v.words[k].key == v.words[k].fold || v.words[k].bare)
			}
		}
		i = max(j, i+1)
	}
}
