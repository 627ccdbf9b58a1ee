package query

import (
	"slices"
	"sync"

	"langnghe/internal/lang"
)

// A Set matches many queries against one item at a time, in a time that hardly
// depends on how many there are. It works in three steps:
//
//   - Every phrase and attribute value of the queries is an atom, kept once
//     however many queries share it and filed under a pair of neighbouring
//     syllables: one syllable is too common in Vietnamese to tell texts
//     apart. A pass over the tokens of an item, behind a filter of bits, finds
//     the atoms that it has.
//   - Every query is filed under the cheapest set of atoms of which one must
//     be there: of an AND the rarest operand, of an OR all of them.
//   - Only the queries so called up are evaluated, by looking up which atoms
//     were found; texts are not read again.
//
// A Set does not change and is safe for concurrent use; what a match needs
// while it runs belongs to one goroutine and is used again.
type Set struct {
	size   int
	atoms  []atom
	keys   []uint64 // of the tokens of atoms
	raws   map[uint32][]piece
	filter []uint64 // two bits for each slot key: most look-ups end here
	bits   uint64   // of filter, less one
	slots  []slot   // open addressing; the atoms of a slot are neighbours
	posts  []uint32 // queries by atom
	first  []uint32 // of each atom in posts
	code   []uint32
	start  []uint32 // of each query in code; a query without code holds when it is called up
	nodes  []*node  // clauses that are evaluated on the text
	always []uint32 // queries that nothing filters
	attrs  uint16   // names of the attributes that are atoms
	single bool     // some atom has one token
	pool   sync.Pool
}

// An atom is something that an item has or has not.
type atom struct {
	off  uint32 // of its keys
	n    uint16 // tokens; 0 for the value of an attribute
	at   uint16 // token at which the pair starts that it is filed under
	mode uint8
	near bool // its places matter
}

// How the tokens of an atom are compared.
const (
	exact  uint8 = iota
	folded       // by folded keys
	either       // one token: by folded keys in accentless fields
	raw          // by surfaces
)

type slot struct {
	key     uint64
	from, n uint32
}

// The words of a program: what to do in the low bits, an argument above.
const (
	opAtom  = iota // atom arg is in the item
	opTitle        // … in its title
	opBody
	opAnd // followed by where it ends, then operands
	opOr
	opNot  // followed by one operand
	opOf   // arg of the operands, as opAnd
	opNear // arg is the distance; see compiler.near
	opNode // clause arg/3 on the fields arg%3
	opBits = 4
)

func unigram(a uint64) uint64 { return a*0x9E3779B97F4A7C15 ^ 0x5851F42D4C957F2D }

func bigram(a, b uint64) uint64 {
	h := a*0x9E3779B97F4A7C15 ^ (b<<21 | b>>43)
	return h ^ h>>29
}

// attrKey is what the value v, as it is compared, of an attribute is filed
// under.
func attrKey(name int, v string) uint64 { return bigram(lang.Hash(v), uint64(name)+1) }

// scratch is what one match needs. The bits of found are cleared behind a
// match by the lists of what was set.
type scratch struct {
	found   [3][]uint64 // atoms: anywhere, in the title, in the text
	touched []uint32    // atoms found
	called  []uint64    // queries
	queries []uint32    // queries called
	head    []int32     // the latest place of an atom that is found
	places  []spot
	m       matcher
}

// A spot is a place of an atom, and the one before it.
type spot struct {
	field, at, prev int32
}

// SetOptions configures a set. The zero value is fine.
type SetOptions struct {
	// Sample says how common pairs of syllables are. Nil means to guess by
	// their length.
	Sample *Sample
}

// NewSet files qs; Match reports them by their place in it.
func NewSet(qs []*Query) *Set { return SetOptions{}.NewSet(qs) }

// NewSet is [NewSet] with options.
func (o SetOptions) NewSet(qs []*Query) *Set {
	c := compiler{sample: o.Sample, Set: &Set{size: len(qs)}, known: make(map[uint64]uint32, len(qs))}
	c.start = make([]uint32, 1, len(qs)+1)
	for i, q := range qs {
		c.query(uint32(i), q.root)
	}
	return c.finish()
}

// Len is how many queries the set has.
func (s *Set) Len() int { return s.size }

func (s *Set) newScratch() any {
	sc := &scratch{called: make([]uint64, (s.size+63)/64), head: make([]int32, len(s.atoms))}
	for i := range sc.found {
		sc.found[i] = make([]uint64, (len(s.atoms)+63)/64)
	}
	return sc
}

// Match calls f for each query that d matches, in no particular order, with
// the place of the query in the set. [Query.Spans] says why it does.
func (s *Set) Match(d *Doc, f func(i int)) {
	if s.size == 0 {
		return
	}
	sc := s.pool.Get().(*scratch)
	defer s.pool.Put(sc)
	sc.m.d = d
	s.scan(sc, d)
	for _, q := range s.always {
		if ok, _ := s.eval(sc, s.start[q]); ok {
			f(int(q))
		}
	}
	for _, q := range sc.queries {
		sc.called[q/64] = 0
		ok := true
		if s.start[q] < s.start[q+1] {
			ok, _ = s.eval(sc, s.start[q])
		}
		if ok {
			f(int(q))
		}
	}
	for _, a := range sc.touched {
		for i := range sc.found {
			sc.found[i][a/64] = 0
		}
	}
	sc.touched, sc.queries, sc.places, sc.m.d = sc.touched[:0], sc.queries[:0], sc.places[:0], nil
}

// has reports whether something may be filed under h: one in a hundred of
// what is not there passes.
func (s *Set) has(h uint64) bool {
	a := h & s.bits
	if s.filter[a/64]&(1<<(a%64)) == 0 {
		return false
	}
	b := h >> 32 & s.bits
	return s.filter[b/64]&(1<<(b%64)) != 0
}

// scan finds the atoms of d.
func (s *Set) scan(sc *scratch, d *Doc) {
	if len(s.slots) == 0 {
		return
	}
	for i := range d.fields {
		toks := d.fields[i].toks
		var prev uint64
		for j := range toks {
			t := &toks[j]
			if s.single {
				if h := unigram(t.Fold); s.has(h) {
					s.look(sc, d, i, j, h)
				}
			}
			if j > 0 && (t.Flags&lang.Sentence == 0 || s.raws != nil) {
				if h := bigram(prev, t.Fold); s.has(h) {
					s.look(sc, d, i, j-1, h)
				}
			}
			prev = t.Fold
		}
	}
	if s.attrs != 0 {
		s.scanAttrs(sc, d)
	}
}

// look finds the atoms filed under h, which is at token j of field i; i is
// negative for an attribute.
func (s *Set) look(sc *scratch, d *Doc, i, j int, h uint64) {
	mask := uint64(len(s.slots) - 1)
	p := h & mask
	for ; s.slots[p].key != h; p = (p + 1) & mask {
		if s.slots[p].n == 0 {
			return
		}
	}
	for a, end := s.slots[p].from, s.slots[p].from+s.slots[p].n; a < end; a++ {
		x := &s.atoms[a]
		word, bit := a/64, uint64(1)<<(a%64)
		if x.n == 0 {
			if i < 0 {
				s.mark(sc, a)
			}
			continue
		}
		if i < 0 || sc.found[1+i][word]&bit != 0 && !x.near {
			continue
		}
		at := j - int(x.at)
		if f := &d.fields[i]; at < 0 || at+int(x.n) > len(f.toks) || !s.verify(f, at, a, x) {
			continue
		}
		s.mark(sc, a)
		sc.found[1+i][word] |= bit
		if x.near {
			sc.places = append(sc.places, spot{int32(i), int32(at), sc.head[a]})
			sc.head[a] = int32(len(sc.places) - 1)
		}
	}
}

// mark notes that atom a is in the item and calls the queries filed under it.
func (s *Set) mark(sc *scratch, a uint32) {
	word, bit := a/64, uint64(1)<<(a%64)
	if sc.found[0][word]&bit != 0 {
		return
	}
	sc.found[0][word] |= bit
	sc.touched = append(sc.touched, a)
	sc.head[a] = -1
	for _, q := range s.posts[s.first[a]:s.first[a+1]] {
		if sc.called[q/64]&(1<<(q%64)) == 0 {
			sc.called[q/64] |= 1 << (q % 64)
			sc.queries = append(sc.queries, q)
		}
	}
}

// verify reports whether atom a stands at token i of f.
func (s *Set) verify(f *field, i int, a uint32, x *atom) bool {
	toks := f.toks[i : i+int(x.n)]
	if x.mode == folded && x.n == 2 { // what it is filed under says it all
		return toks[1].Flags&lang.Sentence == 0
	}
	keys := s.keys[x.off:]
	switch x.mode {
	case raw:
		return f.raw(i, s.raws[a])
	case either:
		return toks[0].Key == keys[0] || f.accentless() && toks[0].Fold == keys[1]
	case folded:
		for k := range toks {
			if toks[k].Fold != keys[k] || k > 0 && toks[k].Flags&lang.Sentence != 0 {
				return false
			}
		}
	default:
		for k := range toks {
			if toks[k].Key != keys[k] || k > 0 && toks[k].Flags&lang.Sentence != 0 {
				return false
			}
		}
	}
	return true
}

// scanAttrs finds the atoms that are attributes of d.
func (s *Set) scanAttrs(sc *scratch, d *Doc) {
	look := func(name int, v string) {
		if h := attrKey(name, v); v != "" && s.has(h) {
			s.look(sc, d, -1, 0, h)
		}
	}
	for name := range attrNames {
		if s.attrs&(1<<name) == 0 {
			continue
		}
		switch name {
		case attrTopic:
			if r := d.it.Reading; r != nil {
				for i := range r.Topics {
					look(name, lower(r.Topics[i].ID))
				}
			}
		case attrCue:
			if r := d.it.Reading; r != nil {
				for i := range r.Cues {
					look(name, lower(r.Cues[i].Family))
				}
			}
		case attrSite: // and the domains that it is under
			host := d.attr(name)
			look(name, host)
			for i := range host {
				if host[i] == '.' {
					look(name, host[i+1:])
				}
			}
		default:
			look(name, d.attr(name))
		}
	}
}

// eval runs the program at p and returns where the next one starts.
func (s *Set) eval(sc *scratch, p uint32) (ok bool, next uint32) {
	w := s.code[p]
	arg := w >> opBits
	switch op := w & (1<<opBits - 1); op {
	case opAtom, opTitle, opBody:
		return sc.found[op][arg/64]>>(arg%64)&1 != 0, p + 1
	case opAnd, opOr:
		end := s.code[p+1]
		for p += 2; p < end; {
			if ok, p = s.eval(sc, p); ok != (op == opAnd) {
				return ok, end
			}
		}
		return op == opAnd, end
	case opNot:
		ok, next = s.eval(sc, p+1)
		return !ok, next
	case opOf:
		end := s.code[p+1]
		sum := uint32(0)
		for p += 2; p < end; {
			if ok, p = s.eval(sc, p); ok {
				sum++
			}
		}
		return sum >= arg, end
	case opNear:
		return s.near(sc, p)
	}
	areas := sc.m.whole()
	if in := arg % 3; in > 0 {
		areas = areas[in-1 : in]
	}
	return sc.m.holds(s.nodes[arg/3], areas), p + 1
}

// near evaluates a NEAR of atoms: the distance with what it is about, the
// end, the end of the left operand, the atoms.
func (s *Set) near(sc *scratch, p uint32) (ok bool, next uint32) {
	arg := s.code[p] >> opBits
	dist, ordered, in := int32(arg>>3), arg>>2&1 != 0, int32(arg&3)-1
	end, middle := s.code[p+1], s.code[p+2]
	right := s.code[middle:end]
	for _, l := range s.code[p+3 : middle] {
		if sc.found[0][l/64]>>(l%64)&1 == 0 {
			continue
		}
		for _, r := range right {
			if sc.found[0][r/64]>>(r%64)&1 != 0 && s.close(sc, l, r, dist, ordered, in) {
				return true, end
			}
		}
	}
	return false, end
}

// close reports whether two atoms that were found are close in one field.
func (s *Set) close(sc *scratch, l, r uint32, dist int32, ordered bool, in int32) bool {
	ln, rn := int32(s.atoms[l].n), int32(s.atoms[r].n)
	for i := sc.head[l]; i >= 0; i = sc.places[i].prev {
		x := &sc.places[i]
		if in >= 0 && x.field != in {
			continue
		}
		for j := sc.head[r]; j >= 0; j = sc.places[j].prev {
			y := &sc.places[j]
			if x.field != y.field {
				continue
			}
			if gap := y.at - x.at - ln; gap >= 0 && gap <= dist {
				return true
			}
			if gap := x.at - y.at - rn; !ordered && gap >= 0 && gap <= dist {
				return true
			}
		}
	}
	return false
}

// A Sample learns from items how common syllables and pairs of them are. It
// is not safe for concurrent use.
type Sample struct {
	docs   int
	counts []uint16 // by the high bits of the key
}

const sampleBits = 18

// Add counts what d has.
func (s *Sample) Add(d *Doc) {
	if s.counts == nil {
		s.counts = make([]uint16, 1<<sampleBits)
	}
	s.docs++
	add := func(h uint64) {
		if c := &s.counts[h*0xD6E8FEB86659FD93>>(64-sampleBits)]; *c < 1<<16-1 {
			*c++
		}
	}
	for i := range d.fields {
		toks := d.fields[i].toks
		for j := range toks {
			add(unigram(toks[j].Fold))
			if j > 0 {
				add(bigram(toks[j-1].Fold, toks[j].Fold))
			}
		}
	}
}

// Docs is how many items were added.
func (s *Sample) Docs() int { return s.docs }

// rate is how often in a million items h is met, or guess.
func (s *Sample) rate(h uint64, guess int) int {
	if s == nil || s.docs == 0 {
		return guess
	}
	return (2*int(s.counts[h*0xD6E8FEB86659FD93>>(64-sampleBits)]) + 1) * 500_000 / s.docs
}

var (
	attrTopic = slices.Index(attrNames, "topic")
	attrCue   = slices.Index(attrNames, "cue")
	attrSite  = slices.Index(attrNames, "site")
)
