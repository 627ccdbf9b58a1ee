package query

import (
	"sync"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// A Set matches many queries against one item. Each query is filed under the
// words that it cannot do without, where possible a pair of neighbouring
// syllables; only queries whose words occur are evaluated. A Set does not
// change and is safe for concurrent use.
type Set struct {
	queries []*Query
	always  []int32            // queries that no word and no attribute filters
	words   map[uint64][]int32 // by anchor
	attrs   map[string][]int32 // by attribute and value
	filter  []uint64           // bits of the hashes in words: most look-ups end here
	mask    uint64
	pool    sync.Pool // of *scratch
}

// scratch marks the queries already evaluated for the item of this epoch.
type scratch struct {
	epoch uint32
	seen  []uint32
}

// An anchor is what a required phrase is filed under: one token or two that
// follow each other, exact or folded.
func unigram(h uint64, fold bool) uint64 {
	if fold {
		h ^= 0x5851F42D4C957F2D
	}
	return h
}

func bigram(a, b uint64, fold bool) uint64 {
	return unigram(a*0x9E3779B97F4A7C15^(b<<21|b>>43)+1, fold)
}

// NewSet files qs; Match reports them by their place in it.
func NewSet(qs []*Query) *Set {
	s := &Set{queries: qs, words: map[uint64][]int32{}, attrs: map[string][]int32{}}
	for i, q := range qs {
		s.file(int32(i), q.root)
	}
	bits := uint64(1024)
	for bits < 16*uint64(len(s.words)) {
		bits *= 2
	}
	s.mask = bits - 1
	s.filter = make([]uint64, bits/64)
	for h := range s.words {
		h &= s.mask
		s.filter[h/64] |= 1 << (h % 64)
	}
	s.pool.New = func() any { return &scratch{seen: make([]uint32, len(qs))} }
	return s
}

// file puts query i under what its clause n requires.
func (s *Set) file(i int32, n *node) {
	a := require(n)
	switch {
	case a == nil:
		s.always = append(s.always, i)
		return
	}
	for _, h := range a.words {
		s.words[h] = append(s.words[h], i)
	}
	for _, v := range a.attrs {
		s.attrs[v] = append(s.attrs[v], i)
	}
}

// A need is a set of anchors of which an item that matches has at least one.
type need struct {
	words []uint64
	attrs []string
	cost  int // how much it lets through, by a rough measure
}

// The costs: a pair of syllables is rare, one syllable is not, an attribute
// is common.
const (
	pairCost = 1
	wordCost = 30
	attrCost = 200
)

// require finds the cheapest need of n, or nil when there is none.
func require(n *node) *need {
	switch n.kind {
	case term:
		return anchor(n)
	case list:
		return union(n.alts)
	case attr:
		if n.name == "site" || n.name == "url" {
			return nil // no equality
		}
		a := &need{cost: attrCost * len(n.values)}
		for _, v := range n.values {
			a.attrs = append(a.attrs, n.name+":"+v)
		}
		return a
	case and, near:
		var best *need
		for _, k := range n.kids {
			if a := require(k); a != nil && (best == nil || a.cost < best.cost) {
				best = a
			}
		}
		return best
	case or:
		return union(n.kids)
	case of:
		return union(n.alts)
	case score:
		var kids []*node
		for i, k := range n.kids {
			if n.wts[i].n > 0 {
				kids = append(kids, k)
			}
		}
		return union(kids)
	case scope, same, atleast:
		return require(n.kids[0])
	}
	return nil
}

func union(kids []*node) *need {
	u := &need{}
	for _, k := range kids {
		a := require(k)
		if a == nil {
			return nil
		}
		u.words, u.attrs, u.cost = append(u.words, a.words...), append(u.attrs, a.attrs...), u.cost+a.cost
	}
	return u
}

// anchor picks the pair of a phrase with the most letters: length is a fair
// guess at rarity without a corpus.
func anchor(n *node) *need {
	fold := n.mark == '~'
	h := n.hashes
	if fold {
		h = n.folds
	}
	if len(h) == 1 {
		return &need{words: []uint64{unigram(h[0], fold)}, cost: wordCost}
	}
	best := 0
	for i := 1; i+1 < len(h); i++ {
		if len(n.keys[i])+len(n.keys[i+1]) > len(n.keys[best])+len(n.keys[best+1]) {
			best = i
		}
	}
	return &need{words: []uint64{bigram(h[best], h[best+1], fold)}, cost: pairCost}
}

// Match calls f for each query that d matches, in no particular order, with
// the place of the query in the set and the spans of its match.
func (s *Set) Match(d *Doc, f func(i int, spans []news.Span)) {
	sc := s.pool.Get().(*scratch)
	defer s.pool.Put(sc)
	if sc.epoch++; sc.epoch == 0 {
		clear(sc.seen)
		sc.epoch = 1
	}
	try := func(qs []int32) {
		for _, i := range qs {
			if sc.seen[i] == sc.epoch {
				continue
			}
			sc.seen[i] = sc.epoch
			if ok, spans := s.queries[i].Match(d); ok {
				f(int(i), spans)
			}
		}
	}
	try(s.always)
	if len(s.attrs) > 0 {
		s.eachAttr(d, func(v string) { try(s.attrs[v]) })
	}
	if len(s.words) == 0 {
		return
	}
	look := func(h uint64) {
		if b := h & s.mask; s.filter[b/64]&(1<<(b%64)) != 0 {
			try(s.words[h])
		}
	}
	for i := range d.fields {
		var prev *lang.Token
		for j := range d.fields[i].toks {
			t := &d.fields[i].toks[j]
			look(unigram(t.Key, false))
			look(unigram(t.Fold, true))
			if prev != nil {
				look(bigram(prev.Key, t.Key, false))
				look(bigram(prev.Fold, t.Fold, true))
			}
			prev = t
		}
	}
}

// eachAttr calls f with every attribute and value that d has.
func (s *Set) eachAttr(d *Doc, f func(string)) {
	for _, name := range attrNames {
		switch name {
		case "site", "url":
		case "topic":
			if r := d.it.Reading; r != nil {
				for _, t := range r.Topics {
					f("topic:" + lower(t.ID))
				}
			}
		case "cue":
			if r := d.it.Reading; r != nil {
				for _, c := range r.Cues {
					f("cue:" + lower(c.Family))
				}
			}
		default:
			f(name + ":" + d.attr(name))
		}
	}
}
