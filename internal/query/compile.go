package query

import (
	"cmp"
	"slices"

	"langnghe/internal/lang"
)

// A compiler turns queries into a Set.
type compiler struct {
	*Set
	sample *Sample
	known  map[uint64]uint32 // atoms by a hash of what they are
	under  []uint64          // what each atom is filed under
	rates  []int32           // how common that is, in a million items
	calls  [][2]uint32       // atom, query
	near   []uint32          // scratch of operands
	room   []uint32          // scratch of needs
}

// Rates of what no sample knows, in a million items.
const (
	pairRate = 1_000
	wordRate = 30_000
	attrRate = 200_000
)

// A need is a set of atoms of which an item that matches has at least one.
type need struct {
	atoms []uint32
	rate  int
	whole bool // having one of them is all that the clause asks for
}

// query compiles one query.
func (c *compiler) query(i uint32, root *node) {
	c.room = c.room[:0]
	n, ok := c.require(root)
	if !ok {
		c.always = append(c.always, i)
	} else {
		for _, a := range n.atoms {
			c.calls = append(c.calls, [2]uint32{a, i})
		}
		if n.whole {
			c.start = append(c.start, uint32(len(c.code)))
			return
		}
	}
	if root.kind == and && ok {
		c.rest(root, n)
	} else {
		c.compile(root, 0)
	}
	c.start = append(c.start, uint32(len(c.code)))
}

// rest compiles what of the AND is not yet known when the query is called up.
func (c *compiler) rest(n *node, known need) {
	kids := make([]*node, 0, 8)
	for _, k := range n.kids {
		if r, ok := c.require(k); !ok || !r.whole || !slices.Equal(r.atoms, known.atoms) {
			kids = append(kids, k)
		}
	}
	if len(kids) > 0 {
		c.all(opAnd, kids, 0)
	}
}

// all compiles an operator with its operands, the quick ones first.
func (c *compiler) all(op uint32, kids []*node, in int) {
	if len(kids) == 1 && op&(1<<opBits-1) != opOf {
		c.compile(kids[0], in)
		return
	}
	if slices.ContainsFunc(kids, slow) {
		kids = slices.Clone(kids)
		slices.SortStableFunc(kids, func(a, b *node) int { return order(a) - order(b) })
	}
	p := len(c.code)
	c.code = append(c.code, op, 0)
	for _, k := range kids {
		c.compile(k, in)
	}
	c.code[p+1] = uint32(len(c.code))
}

func slow(n *node) bool { return order(n) > 0 }

// order says how late a clause is evaluated.
func order(n *node) int {
	switch n.kind {
	case wild, typed, same, score, atleast:
		return 2
	case near:
		return 1
	case not, scope:
		return order(n.kids[0])
	}
	return 0
}

// compile appends the program of n, which looks at the fields in: 0 both, 1
// the title, 2 the text.
func (c *compiler) compile(n *node, in int) {
	switch n.kind {
	case and:
		c.all(opAnd, n.kids, in)
		return
	case or:
		c.all(opOr, n.kids, in)
		return
	case list:
		c.all(opOr, n.alts, in)
		return
	case of:
		c.all(opOf|uint32(n.n)<<opBits, n.alts, in)
		return
	case not:
		c.code = append(c.code, opNot)
		c.compile(n.kids[0], in)
		return
	case scope:
		in = 1
		if n.name == "body" {
			in = 2
		}
		c.compile(n.kids[0], in)
		return
	case term:
		c.code = append(c.code, uint32(opAtom+in)|c.term(n)<<opBits)
		return
	case attr:
		if n.name != "url" {
			c.attr(n)
			return
		}
	case near:
		if c.places(n, in) {
			return
		}
	}
	c.nodes = append(c.nodes, n)
	c.code = append(c.code, opNode|uint32((len(c.nodes)-1)*3+in)<<opBits)
}

// attr compiles the test of an attribute.
func (c *compiler) attr(n *node) {
	atoms := c.values(n)
	if len(atoms) == 1 {
		c.code = append(c.code, opAtom|atoms[0]<<opBits)
		return
	}
	c.code = append(c.code, opOr, uint32(len(c.code)+2+len(atoms)))
	for _, a := range atoms {
		c.code = append(c.code, opAtom|a<<opBits)
	}
}

// places compiles a NEAR whose operands are phrases.
func (c *compiler) places(n *node, in int) bool {
	if !phrases(n.kids[0]) || !phrases(n.kids[1]) {
		return false
	}
	arg := uint32(n.n)<<3 | uint32(in)
	if n.op == "ONEAR" {
		arg |= 4
	}
	c.near = c.operand(n.kids[0], c.near[:0])
	left := len(c.near)
	c.near = c.operand(n.kids[1], c.near)
	p := uint32(len(c.code))
	c.code = append(c.code, opNear|arg<<opBits, p+3+uint32(len(c.near)), p+3+uint32(left))
	c.code = append(c.code, c.near...)
	for _, a := range c.near {
		c.atoms[a].near = true
	}
	return true
}

// phrases reports whether n is a term, a list or an OR of them.
func phrases(n *node) bool {
	return n.kind == term || n.kind == list || n.kind == or && !slices.ContainsFunc(n.kids, func(k *node) bool { return !phrases(k) })
}

// operand appends the atoms of phrases.
func (c *compiler) operand(n *node, out []uint32) []uint32 {
	if n.kind == term {
		return append(out, c.term(n))
	}
	kids := n.kids
	if n.kind == list {
		kids = n.alts
	}
	for _, k := range kids {
		out = c.operand(k, out)
	}
	return out
}

// require finds the cheapest need of n; it is false when there is none. Its
// atoms are good until the next query.
func (c *compiler) require(n *node) (need, bool) {
	switch n.kind {
	case term:
		a := c.term(n)
		c.room = append(c.room, a)
		return need{atoms: c.room[len(c.room)-1:], rate: int(c.rates[a]), whole: true}, true
	case list:
		return c.union(n.alts, true)
	case attr:
		if n.name == "url" {
			return need{}, false // no equality
		}
		return need{atoms: c.values(n), rate: attrRate * len(n.values), whole: true}, true
	case and, near:
		best, found := need{}, false
		for _, k := range n.kids {
			if a, ok := c.require(k); ok && (!found || a.rate < best.rate) {
				best, found = a, true
			}
		}
		best.whole = false
		return best, found
	case or:
		return c.union(n.kids, true)
	case of:
		return c.union(n.alts, false)
	case score:
		var kids []*node
		for i, k := range n.kids {
			if n.wts[i].n > 0 {
				kids = append(kids, k)
			}
		}
		return c.union(kids, false)
	case scope, same, atleast:
		a, ok := c.require(n.kids[0])
		a.whole = false
		return a, ok
	}
	return need{}, false
}

// union is the need of at least one of kids; whole says that this is all that
// is asked for.
func (c *compiler) union(kids []*node, whole bool) (need, bool) {
	u := need{whole: whole}
	var few [16]uint32
	atoms := few[:0]
	for _, k := range kids {
		a, ok := c.require(k)
		if !ok {
			return need{}, false
		}
		atoms = append(atoms, a.atoms...)
		u.rate, u.whole = u.rate+a.rate, u.whole && a.whole
	}
	from := len(c.room)
	c.room = append(c.room, atoms...)
	u.atoms = c.room[from:]
	return u, true
}

// values are the atoms of an attribute's values.
func (c *compiler) values(n *node) (out []uint32) {
	name := slices.Index(attrNames, n.name)
	c.attrs |= 1 << name
	for _, v := range n.values {
		h := attrKey(name, v)
		a := c.intern(h^0xA5A5A5A5A5A5A5A5, atom{}, []uint64{h}, nil)
		if int(a) == len(c.under) {
			c.under, c.rates = append(c.under, h), append(c.rates, attrRate)
		}
		out = append(out, a)
	}
	return out
}

// term is the atom of a term.
func (c *compiler) term(n *node) uint32 {
	x := atom{n: uint16(len(n.hashes)), mode: exact}
	keys := n.hashes
	var pair [2]uint64
	switch {
	case n.mark == '=':
		x.mode = raw
	case n.mark != '~':
	case x.n > 1 || n.foldOne:
		x.mode, keys = folded, n.folds
	default:
		pair = [2]uint64{n.hashes[0], n.folds[0]}
		x.mode, keys = either, pair[:]
	}
	h := uint64(x.mode)<<32 ^ uint64(x.n)
	for _, k := range keys {
		h = bigram(h, k)
	}
	for _, p := range n.raw {
		h = bigram(h, lang.Hash(p.gap)^lang.Hash(p.text)*3)
	}
	a := c.intern(h, x, keys, n.raw)
	if int(a) == len(c.under) {
		c.anchor(&c.atoms[a], n)
	}
	return a
}

// anchor chooses what an atom is filed under: its rarest pair. Without a
// sample, length is a fair guess at rarity.
func (c *compiler) anchor(x *atom, n *node) {
	if x.n == 1 {
		h := unigram(n.folds[0])
		c.single = true
		c.under, c.rates = append(c.under, h), append(c.rates, int32(c.sample.rate(h, wordRate)))
		return
	}
	best, rate := 0, 0
	for i := 0; i+1 < len(n.folds); i++ {
		r := c.sample.rate(bigram(n.folds[i], n.folds[i+1]), pairRate-len(n.keys[i])-len(n.keys[i+1]))
		if i == 0 || r < rate {
			best, rate = i, r
		}
	}
	x.at = uint16(best)
	c.under, c.rates = append(c.under, bigram(n.folds[best], n.folds[best+1])), append(c.rates, int32(min(rate, 1<<30)))
}

// intern finds or makes the atom x with these keys; h is a hash of it all.
func (c *compiler) intern(h uint64, x atom, keys []uint64, pieces []piece) uint32 {
	for ; ; h++ {
		a, ok := c.known[h]
		if !ok {
			break
		}
		y := &c.atoms[a]
		same := y.n == x.n && y.mode == x.mode && slices.Equal(c.keys[y.off:min(int(y.off)+len(keys), len(c.keys))], keys)
		if same && (x.mode != raw || slices.Equal(c.raws[a], pieces)) {
			return a
		}
	}
	a := uint32(len(c.atoms))
	c.known[h] = a
	x.off = uint32(len(c.keys))
	c.keys = append(c.keys, keys...)
	c.atoms = append(c.atoms, x)
	if x.mode == raw {
		if c.raws == nil {
			c.raws = map[uint32][]piece{}
		}
		c.raws[a] = pieces
	}
	return a
}

// sorted gives the atoms new numbers, by what they are filed under.
func (c *compiler) sorted() {
	order := make([]uint32, len(c.atoms))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Or(cmp.Compare(c.under[a], c.under[b]), cmp.Compare(a, b)) })
	number := make([]uint32, len(order))
	atoms, under := make([]atom, len(order)), make([]uint64, len(order))
	for i, a := range order {
		number[a], atoms[i], under[i] = uint32(i), c.atoms[a], c.under[a]
	}
	c.atoms, c.under = atoms, under
	if c.raws != nil {
		raws := make(map[uint32][]piece, len(c.raws))
		for a, p := range c.raws {
			raws[number[a]] = p
		}
		c.raws = raws
	}
	for i := range c.calls {
		c.calls[i][0] = number[c.calls[i][0]]
	}
	for p := uint32(0); p < uint32(len(c.code)); {
		switch op := c.code[p] & (1<<opBits - 1); op {
		case opAtom, opTitle, opBody:
			c.code[p] = op | number[c.code[p]>>opBits]<<opBits
			p++
		case opAnd, opOr, opOf:
			p += 2
		case opNear:
			end := c.code[p+1]
			for p += 3; p < end; p++ {
				c.code[p] = number[c.code[p]]
			}
		default:
			p++
		}
	}
}

// finish files the atoms and the queries.
func (c *compiler) finish() *Set {
	s := c.Set
	c.sorted()
	s.first = make([]uint32, len(s.atoms)+1)
	for _, x := range c.calls {
		s.first[x[0]+1]++
	}
	for i := range s.atoms {
		s.first[i+1] += s.first[i]
	}
	s.posts = make([]uint32, len(c.calls))
	next := slices.Clone(s.first)
	for _, x := range c.calls {
		s.posts[next[x[0]]] = x[1]
		next[x[0]]++
	}
	distinct := 0
	for i := range c.under {
		if i == 0 || c.under[i] != c.under[i-1] {
			distinct++
		}
	}
	size, bits := 2, uint64(1024)
	for size < distinct*3/2 {
		size *= 2
	}
	for bits < 16*uint64(distinct) {
		bits *= 2
	}
	s.bits, s.filter, s.slots = bits-1, make([]uint64, bits/64), make([]slot, size)
	for i := 0; i < len(c.under); {
		h, j := c.under[i], i+1
		for j < len(c.under) && c.under[j] == h {
			j++
		}
		p := h & uint64(size-1)
		for s.slots[p].n != 0 {
			p = (p + 1) & uint64(size-1)
		}
		s.slots[p] = slot{h, uint32(i), uint32(j - i)}
		for _, bit := range [2]uint64{h & s.bits, h >> 32 & s.bits} {
			s.filter[bit/64] |= 1 << (bit % 64)
		}
		i = j
	}
	s.code, s.keys = slices.Clip(s.code), slices.Clip(s.keys)
	s.pool.New = s.newScratch
	return s
}
