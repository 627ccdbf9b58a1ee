package indexer

import (
	"math/bits"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// Roaring bitmaps keep up to 4,096 of 65,536 documents as a list of numbers,
// and two lists are met by comparing number with number, which a processor
// cannot foresee. Words that a hundredth of all items have are met several
// times as quickly bit by bit.

// A dense has a bit for each document of a segment.
type dense []uint64

// crowded is of how many documents of a segment one must be chosen for its
// clause to be evaluated bit by bit.
const crowded = 128

// dense returns an empty set.
func (v *view) dense() dense {
	n := (len(v.cols.keys) + 63) / 64
	if p, ok := denses.Get().(*dense); ok && cap(*p) >= n {
		d := (*p)[:n]
		clear(d)
		return d
	}
	return make(dense, n, n+n/8)
}

var denses sync.Pool // of *dense

// free gives a set back that nobody holds any more.
func (d dense) free() { denses.Put(&d) }

// or adds documents.
func (v *view) or(d dense, b *roaring.Bitmap) {
	if int(b.GetCardinality()) > len(v.cols.keys)/16 {
		x := v.dense()
		b.WriteDenseTo(x)
		for i, w := range x {
			d[i] |= w
		}
		x.free()
		return
	}
	if v.buf == nil {
		v.buf = new([1024]uint32)
	}
	for it := b.ManyIterator(); ; {
		n := it.NextMany(v.buf[:])
		if n == 0 {
			return
		}
		for _, doc := range v.buf[:n] {
			d[doc>>6] |= 1 << (doc & 63)
		}
	}
}

// evalDense adds the documents that a clause without phrases chooses, which
// may be removed ones; d is empty unless the clause joins others.
func (v *view) evalDense(c *Clause, d dense) error {
	switch c.Op {
	case Term:
		b, err := v.term(c.Field, c.Words[0])
		if err != nil {
			return err
		}
		v.or(d, b)
		return nil
	case Or:
		if c.Min <= 1 {
			for i := range c.Kids {
				if err := v.evalDense(&c.Kids[i], d); err != nil {
					return err
				}
			}
			return nil
		}
	case And:
		return v.everyDense(c.Kids, d)
	}
	b, err := v.eval(c, nil)
	if err != nil {
		return err
	}
	v.or(d, b)
	return nil
}

func (v *view) everyDense(kids []Clause, d dense) error {
	all := v.dense()
	defer func() { all.free() }()
	x := v.dense()
	defer func() { x.free() }()
	first := true
	for i := range kids {
		if kids[i].Op == Not {
			continue
		}
		clear(x)
		if err := v.evalDense(&kids[i], x); err != nil {
			return err
		}
		if first {
			all, x, first = x, all, false
			continue
		}
		for k, w := range x {
			all[k] &= w
		}
	}
	if first {
		v.or(all, v.live())
	}
	for i := range kids {
		if kids[i].Op != Not {
			continue
		}
		clear(x)
		if err := v.evalDense(&kids[i].Kids[0], x); err != nil {
			return err
		}
		for k, w := range x {
			all[k] &^= w
		}
	}
	for k, w := range all {
		d[k] |= w
	}
	return nil
}

// places says where a document stands among those of a set.
type places struct {
	set    dense
	before []uint32 // how many stand before each word
}

func (v *view) places(docs []uint32) *places {
	p := &places{set: v.dense()}
	for _, doc := range docs {
		p.set[doc>>6] |= 1 << (doc & 63)
	}
	p.before = make([]uint32, len(p.set))
	n := 0
	for i, w := range p.set {
		p.before[i] = uint32(n)
		n += bits.OnesCount64(w)
	}
	return p
}
