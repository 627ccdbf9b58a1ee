package indexer

import (
	"context"
	"slices"

	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/query"
)

const (
	maxWords = 64
	maxSpans = 100
	// rankWindow is how many of the best by words are ranked again by pairs.
	rankWindow = 100
)

// plain is what a person typed without any sign of the language: a ranked OR
// of syllables, in which neighbours that stay together count more. Syllables
// typed with diacritics are looked for as they are, those typed without also
// find the accented ones.
type plain struct {
	words []word // distinct
	seq   []int  // the words as typed

	buf []lang.Token // room for the tokens of a text; a plain serves one search
}

func (p *plain) tokens(text string) []lang.Token {
	p.buf = lang.Tokens(p.buf[:0], text)
	return p.buf
}

type word struct {
	key, fold   string
	hash, fhash uint64
	lenient     bool
}

func newPlain(text string) (*plain, error) {
	text = lang.Normalise(text)
	tokens := lang.Tokens(nil, text)
	if len(tokens) == 0 {
		// The language has the words for it.
		_, err := query.Lenient(text, nil)
		return nil, err
	}
	p := new(plain)
	at := map[uint64]int{}
	for _, t := range tokens[:min(len(tokens), maxWords)] {
		i, ok := at[t.Key]
		if !ok {
			key := lang.Key(text[t.Start:t.End])
			i = len(p.words)
			at[t.Key] = i
			p.words = append(p.words, word{key: key, fold: lang.Fold(key), hash: t.Key, fhash: t.Fold, lenient: t.Has(lang.Folded)})
		}
		p.seq = append(p.seq, i)
	}
	return p, nil
}

// strict reports whether the text has diacritics at all. Then a syllable
// without them is more likely meant as it is.
func (p *plain) strict() bool {
	return slices.ContainsFunc(p.words, func(w word) bool { return !w.lenient })
}

const (
	titleBoost = 1.5
	foldBoost  = 0.3 // of a syllable without diacritics among others with
)

func (p *plain) clause() Clause {
	any := Clause{Op: Or}
	for _, w := range p.words {
		kids := []Clause{
			{Op: Term, Field: FieldText, Words: []string{w.key}},
			{Op: Term, Field: FieldTitle, Words: []string{w.key}, Boost: titleBoost},
		}
		if w.lenient {
			boost := 1.0
			if p.strict() {
				boost = foldBoost
			} else {
				kids = nil // every text that has the key has the folded one
			}
			kids = append(kids,
				Clause{Op: Term, Field: FieldTextFold, Words: []string{w.fold}, Boost: boost},
				Clause{Op: Term, Field: FieldTitleFold, Words: []string{w.fold}, Boost: boost * titleBoost})
		}
		any.Kids = append(any.Kids, Clause{Op: Or, Kids: kids})
	}
	return any
}

// insist makes a search for the newest ask for most of the words: by time,
// any item with one common syllable would stand before the ones meant.
func (p *plain) insist(c *Clause) { c.Min = (2*len(p.words) + 2) / 3 }

// window is how many matches rank wants to see.
func (p *plain) window() int {
	if len(p.words) < 2 {
		return 0
	}
	return rankWindow
}

// rank orders the best matches again by what the index does not know: how
// many of the words an item has and how many neighbours stay together. It
// only raises scores, so they still fall towards the rest.
func (p *plain) rank(ctx context.Context, store Store, matches []Match) ([]Match, error) {
	n := min(p.window(), len(matches))
	if n < 2 {
		return matches, nil
	}
	top := matches[:n]
	at := make(map[Key]int, n)
	for i := range top {
		at[top[i].Key] = i
	}
	err := store.Texts(ctx, keysOf(top), func(key Key, title, text string) {
		share, pairs := p.together(title, text)
		top[at[key]].Score *= (1 + share) * (1 + 2*pairs)
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(top, byScore)
	return matches, nil
}

// together returns the share of the words and of the neighbouring pairs that
// an item has.
func (p *plain) together(title, text string) (words, pairs float64) {
	have := make([]bool, len(p.words))
	next := map[[2]int]bool{}
	for i := 1; i < len(p.seq); i++ {
		next[[2]int{p.seq[i-1], p.seq[i]}] = false
	}
	for _, text := range [...]string{title, text} {
		last := -1
		for _, t := range p.tokens(text) {
			w := p.find(&t)
			if w >= 0 {
				have[w] = true
				if last >= 0 && !t.Has(lang.Sentence) {
					if _, ok := next[[2]int{last, w}]; ok {
						next[[2]int{last, w}] = true
					}
				}
			}
			last = w
		}
	}
	n := 0
	for _, ok := range have {
		if ok {
			n++
		}
	}
	words = float64(n) / float64(len(have))
	n = 0
	for _, ok := range next {
		if ok {
			n++
		}
	}
	return words, float64(n) / float64(max(len(next), 1))
}

// find returns the word that a token is, or -1.
func (p *plain) find(t *lang.Token) int {
	for i := range p.words {
		w := &p.words[i]
		if w.hash == t.Key || w.lenient && w.fhash == t.Fold {
			return i
		}
	}
	return -1
}

// because returns the places of the words: title first, neighbours as one.
func (p *plain) because(it *news.Item) []news.Span {
	out := []news.Span{}
	for _, f := range [...]struct{ in, text string }{{"title", it.Title}, {"text", it.Text}} {
		open, from := false, 0 // of the last span, in bytes
		for _, t := range p.tokens(f.text) {
			if p.find(&t) < 0 {
				open = false
				continue
			}
			if open && !t.Has(lang.Sentence) {
				last := &out[len(out)-1]
				last.End, last.Text = t.RuneEnd, f.text[from:t.End]
				continue
			}
			if len(out) == maxSpans {
				return out
			}
			open, from = true, t.Start
			out = append(out, news.Span{Start: t.RuneStart, End: t.RuneEnd, Text: f.text[t.Start:t.End], In: f.in})
		}
	}
	return out
}
