package official

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// A level is where a statement has a concept of a claim, the nearest place of
// those where it has it.
type level uint8

const (
	absent level = iota
	inTitle
	inHead
	inLine
	inOwn // in the statement itself
)

// A term is one concept of the documents, by its form without diacritics.
type term struct {
	weight float64  // rare ones say more, unknown ones most
	docs   []uint64 // the documents that have it anywhere, a bit each
	forms  []form
}

func (t *term) in(doc int) bool { return t.docs[doc/64]&(1<<(doc%64)) != 0 }

// A form is one spelling of a term and the statements that have it, in order.
type form struct {
	mean
	posts []posting
}

type posting struct {
	st int32
	at level
}

// A valueKey is where the statements are listed that name one of several
// ("lớp 1") or the same age, day or count: numbers that agree are as good as
// words. Amounts do not stand for what they are paid for.
type valueKey struct {
	kind kind
	num  string
	lo   float64
}

func keyOf(v value) (k valueKey, ok bool) {
	switch v.kind {
	case label:
		return valueKey{kind: label, num: v.num}, true
	case money, percent, bare, docno:
		return valueKey{}, false
	}
	return valueKey{kind: v.kind, lo: v.lo}, true
}

// index lists the statements under what they say.
func (c *Checker) index() {
	words := (len(c.docs) + 63) / 64
	at := func(m mean) *term {
		t := c.terms[m.fold]
		if t == nil {
			t = &term{docs: make([]uint64, words)}
			c.terms[m.fold] = t
		}
		return t
	}
	mark := func(m mean, doc int) { at(m).docs[doc/64] |= 1 << (doc % 64) }
	for i := range c.docs {
		for _, m := range slices.Concat(c.title[i], c.issuer[i]) {
			mark(m, i)
		}
	}
	seen := map[string]int{} // statements with the concept
	for i := range c.sts {
		st := &c.sts[i]
		once := map[string]bool{}
		for _, ms := range [][]mean{st.means, st.head} {
			for _, m := range ms {
				mark(m, st.doc)
				if !once[m.fold] {
					once[m.fold] = true
					seen[m.fold]++
				}
			}
		}
		for l, ms := range [...][]mean{inTitle: c.title[st.doc], inHead: st.head, inLine: st.line, inOwn: st.means} {
			for _, m := range ms {
				at(m).post(m, posting{int32(i), level(l)})
			}
		}
		for _, v := range st.values {
			if k, ok := keyOf(v); ok {
				if l := c.same[k]; len(l) == 0 || l[len(l)-1] != int32(i) {
					c.same[k] = append(l, int32(i))
				}
			}
		}
	}
	for name, t := range c.terms {
		t.weight = c.rarity(seen[name])
	}
}

// post notes that a statement has the term in the form of m. Statements come
// in order, their levels from far to near: the nearest stays.
func (t *term) post(m mean, p posting) {
	i := slices.IndexFunc(t.forms, func(f form) bool { return f.name == m.name && f.plain == m.plain })
	if i < 0 {
		i = len(t.forms)
		t.forms = append(t.forms, form{mean: m})
	}
	f := &t.forms[i]
	if n := len(f.posts); n > 0 && f.posts[n-1].st == p.st {
		f.posts[n-1] = p
		return
	}
	f.posts = append(f.posts, p)
}

// rarity is the weight of a concept that so many statements have.
func (c *Checker) rarity(seen int) float64 {
	return math.Log(1 + float64(len(c.sts)+1)/float64(1+seen))
}

// A scratch is a claim laid beside the statements: a row for each one that
// says anything of what the claim says, a column for each of its concepts.
// Nothing else can be about the same thing, however many documents there are.
type scratch struct {
	near    []int32 // the statements of the rows, in order
	levels  []level // rows × concepts
	owned   []int   // of each row: concepts that stand in the statement itself
	terms   []*term // of each concept, nil where no document has it
	weights []float64
	state   []state // of each document on the day of the claim
	groups  uint16  // whom the claim is about
	kinds   [len(exclusives) + 1]bool

	hits []uint64 // a bit for each statement
	row  []int32  // of each statement that has its bit
}

// place lays a claim beside the statements. A passage of a long text must
// share a word with the statement itself, for a word of the headings is there
// by chance. The function that it returns gives the room back.
func (c *Checker) place(s *said, long bool) (done func()) {
	t := c.room.Get().(*scratch)
	s.scratch, s.long = t, long
	t.hits = zeroed(t.hits, (len(c.sts)+63)/64)
	t.terms, t.weights = t.terms[:0], t.weights[:0]
	for _, m := range s.means {
		x := c.terms[m.fold]
		t.terms = append(t.terms, x)
		if x == nil {
			t.weights = append(t.weights, c.rarity(0))
			continue
		}
		t.weights = append(t.weights, x.weight)
		for _, f := range x.forms {
			for _, p := range f.posts {
				if !long || p.at == inOwn {
					t.hits[p.st/64] |= 1 << (p.st % 64)
				}
			}
		}
	}
	for _, v := range s.values {
		if k, ok := keyOf(v); ok && !v.implied && (!long || v.kind == label) {
			for _, st := range c.same[k] {
				t.hits[st/64] |= 1 << (st % 64)
			}
		}
	}
	t.near, t.row = t.near[:0], slices.Grow(t.row[:0], len(c.sts))[:len(c.sts)]
	for w, b := range t.hits {
		for ; b != 0; b &= b - 1 {
			st := int32(w*64 + bits.TrailingZeros64(b))
			t.row[st] = int32(len(t.near))
			t.near = append(t.near, st)
		}
	}
	t.levels, t.owned = zeroed(t.levels, len(t.near)*len(s.means)), zeroed(t.owned, len(t.near))
	for i, m := range s.means {
		if t.terms[i] == nil {
			continue
		}
		for _, f := range t.terms[i].forms {
			if !m.is(f.mean) {
				continue
			}
			for _, p := range f.posts {
				if t.hits[p.st/64]&(1<<(p.st%64)) == 0 {
					continue
				}
				l := &t.levels[int(t.row[p.st])*len(s.means)+i]
				if p.at == inOwn && *l != inOwn {
					t.owned[t.row[p.st]]++
				}
				*l = max(*l, p.at)
			}
		}
	}
	t.state = t.state[:0]
	for i := range c.docs {
		t.state = append(t.state, c.state(i, s.day))
	}
	t.groups, t.kinds = groupsOf(s.means), kindsOf(s.means)
	return func() { c.room.Put(t) }
}

// zeroed is n zeros in the room of s.
func zeroed[T cmp.Ordered](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// An aboutness is how much of what a claim says a statement is about, as
// weights of concepts.
type aboutness struct {
	total, hit float64
	own        int // concepts that stand in the statement itself
	above      int // those of its line and of what stands above it
}

// share is the share of the weight, 0 where too little is said to tell, and
// how many concepts stand in the statement itself.
func (a aboutness) share(s *said) (share float64, own int) {
	if a.total == 0 || s.long && a.own+a.above < enoughSame {
		return 0, 0
	}
	return a.hit / a.total, a.own
}

// about is how much of what the claim says, near the word at, the statement
// of the row is about. Words that skip names are not counted.
func (c *Checker) about(s *said, row, at int, skip func(int) bool) (a aboutness) {
	st := &c.sts[s.near[row]]
	levels := s.levels[row*len(s.means) : (row+1)*len(s.means)]
	for i, m := range s.means {
		if skip != nil && skip(m.at) {
			continue
		}
		g, l := s.weights[i], levels[i]
		known := s.terms[i] != nil && s.terms[i].in(st.doc) // to the document
		if at >= 0 && s.chunk[m.at] != s.chunk[at] {
			g *= 0.5
			if !known {
				g *= 0.5 // small talk in another part of the sentence
			}
			if s.part[m.at] != s.part[at] { // what other sentences talk about is another matter
				if l != absent {
					a.total, a.hit = a.total+g/2, a.hit+g/2
				}
				continue
			}
		}
		a.total += g
		switch l {
		case inOwn:
			a.hit += g
			a.own++
		case inLine:
			a.hit += 0.85 * g
			a.above++
		case inHead:
			a.hit += 0.75 * g
			a.above++
		case inTitle:
			a.hit += 0.65 * g
			a.above++
		default:
			if known {
				a.hit += 0.2 * g
			}
		}
	}
	for _, o := range s.values { // the one of several that both mean
		if o.kind != label || skip != nil && skip(o.from) {
			continue
		}
		one := func(x value) bool { return x.kind == label && x.num == o.num && o.lo <= x.hi && x.lo <= o.hi }
		switch {
		case slices.ContainsFunc(st.values, one):
			a.total, a.hit, a.own = a.total+2.5, a.hit+2.5, a.own+1
		case slices.ContainsFunc(c.label[st.doc], one):
			a.total, a.hit = a.total+2.5, a.hit+1.6
		case o.num == "lop":
			a.total += 2.5
		default:
			a.total++
		}
	}
	return a
}

// with adds what it says that the claim's value v and the statement's w are
// of one kind, and what other values have in common.
func (a aboutness) with(s *said, st *statement, v, w value) aboutness {
	byUnit := 1
	if s.long {
		byUnit = 0 // an article is full of numbers of every unit
	}
	if u := unitWeight(v.kind); u > 0 {
		a.total, a.hit, a.own = a.total+u, a.hit+u, a.own+byUnit
	}
	if v.per != "" && w.per != "" && samePer(v.per, w.per) {
		a.total, a.hit, a.own = a.total+1.5, a.hit+1.5, a.own+byUnit
	}
	// Other numbers that agree are as good as words.
	for _, o := range s.values {
		if o.from == v.from || o.implied || o.kind == bare || o.kind == label || o.kind == v.kind {
			continue
		}
		if slices.ContainsFunc(st.values, func(x value) bool { return x.kind == o.kind && x.num == o.num && o.same(x) }) {
			a.total, a.hit, a.own = a.total+2.5, a.hit+2.5, a.own+1
		}
	}
	return a
}
