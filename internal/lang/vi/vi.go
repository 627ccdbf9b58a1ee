// Package vi makes terms of the search index of texts: the exact keys of
// [lang] with their positions. Tokens take one position each and a sentence
// end one more, so that neighbours in the index are neighbours in one
// sentence, as the language's phrases are. Byte offsets are left out: what is
// shown is found by the matcher in the stored text, and they would be an
// eighth of the index. Folded keys are no terms of their own; the index finds
// the exact ones that fold to them.
package vi

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	index "github.com/blevesearch/bleve_index_api"

	"langnghe/internal/lang"
)

// Terms returns the distinct keys of a text, each with how often and where it
// stands, and how many tokens there are. The result is to be read only: equal
// places of all texts are one value.
func Terms(text string) (terms index.TokenFrequencies, tokens int) {
	if text == "" {
		return index.TokenFrequencies{}, 0
	}
	r := rooms.Get().(*room)
	defer rooms.Put(r)
	r.count(text)
	freqs := make([]index.TokenFreq, len(r.terms))
	where := make([]*index.TokenLocation, len(r.tokens))
	out := make(index.TokenFrequencies, len(r.terms))
	from := 0
	for i := range r.terms {
		t := &r.terms[i]
		freqs[i].Term, freqs[i].Locations = t.key, where[from:from:from+t.n]
		freqs[i].SetFrequency(t.n)
		out[unsafe.String(unsafe.SliceData(t.key), len(t.key))] = &freqs[i] // nobody changes a key
		from += t.n
	}
	places := placesUpTo(2 * len(r.tokens))
	ends := 0
	for i := range r.tokens {
		if r.tokens[i].Has(lang.Sentence) {
			ends++
		}
		f := &freqs[r.of[i]]
		f.Locations = append(f.Locations, &places[i+1+ends])
	}
	n := len(r.tokens)
	clear(r.terms) // give the keys back
	return out, n
}

// A room is what counting needs for the length of one text.
type room struct {
	tokens []lang.Token
	of     []int32 // token → term
	terms  []term
	table  []int32 // hash table of terms, one more than the place in terms
}

type term struct {
	key     []byte
	hash    uint64
	surface string
	n       int
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// count finds the distinct keys of the text.
func (r *room) count(text string) {
	r.tokens = lang.Tokens(r.tokens[:0], text)
	r.of, r.terms = r.of[:0], r.terms[:0]
	size := 1 << bits.Len(uint(2*len(r.tokens)))
	if cap(r.table) < size {
		r.table = make([]int32, size)
	} else {
		r.table = r.table[:size]
		clear(r.table)
	}
	keys := make([]byte, 0, len(text)+16)
next:
	for i := range r.tokens {
		t := &r.tokens[i]
		surface := text[t.Start:t.End]
		made := -1 // where the key of the token begins, once made
		slot := int(t.Key) & (size - 1)
		for ; r.table[slot] != 0; slot = (slot + 1) & (size - 1) {
			k := &r.terms[r.table[slot]-1]
			if k.hash != t.Key {
				continue
			}
			same := k.surface == surface
			if !same {
				if made < 0 {
					made = len(keys)
					keys = lang.AppendKey(keys, surface)
				}
				same = string(k.key) == string(keys[made:])
			}
			if same {
				if made >= 0 {
					keys = keys[:made]
				}
				k.n++
				r.of = append(r.of, r.table[slot]-1)
				continue next
			}
		}
		if made < 0 {
			made = len(keys)
			keys = lang.AppendKey(keys, surface)
		}
		r.terms = append(r.terms, term{key: keys[made:len(keys):len(keys)], hash: t.Key, surface: surface, n: 1})
		r.of = append(r.of, int32(len(r.terms)-1))
		r.table[slot] = int32(len(r.terms))
	}
}

// places are the locations of all texts, by position: a location says nothing
// else, so that all can share them.
var places atomic.Pointer[[]index.TokenLocation]

// maxPlaces bounds what is kept for good; longer texts bring their own.
const maxPlaces = 1 << 17

func placesUpTo(position int) []index.TokenLocation {
	if p := places.Load(); p != nil && len(*p) > position {
		return *p
	}
	size := 4096
	for size <= position {
		size *= 2
	}
	p := make([]index.TokenLocation, size)
	for i := range p {
		p[i].Position = i
	}
	if size <= maxPlaces {
		places.Store(&p)
	}
	return p
}
