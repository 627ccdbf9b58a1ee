package indexer

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// BM25 (Robertson and Zaragoza 2009, eq. 3.15) with the usual constants. The
// lengths to compare with are typical ones and not measured averages, so
// that a score depends on the item and the words alone but for how frequent
// these are.
const (
	bm25K = 1.2
	bm25B = 0.75

	typicalTitle = 12  // tokens
	typicalText  = 200 // tokens
)

// A leaf is a term that ranks.
type leaf struct {
	field, word string
	boost       float64
	idf         float64
	docs        int
	lists       []segment.PostingsList // by view; nil when it has none
}

// most bounds what the leaf adds to a score.
func (l *leaf) most() float64 { return l.boost * l.idf * (bm25K + 1) }

func (l *leaf) typical() float64 {
	if l.field == FieldTitle || l.field == FieldTitleFold {
		return typicalTitle
	}
	return typicalText
}

// leaves lists the terms of a clause that rank, each once.
func leaves(c *Clause, boost float64, out []*leaf) []*leaf {
	if c.Boost != 0 {
		boost *= c.Boost
	}
	switch c.Op {
	case Term, Phrase:
		for _, w := range c.Words {
			i := slices.IndexFunc(out, func(l *leaf) bool { return l.field == c.Field && l.word == w })
			if i < 0 {
				out = append(out, &leaf{field: c.Field, word: w})
				i = len(out) - 1
			}
			out[i].boost = max(out[i].boost, boost)
		}
	case And, Or:
		for i := range c.Kids {
			out = leaves(&c.Kids[i], boost, out)
		}
	}
	return out
}

// rank returns the n best of what was chosen in the views, best first.
func rank(views []*view, where *Clause, n int) ([]Match, error) {
	if n <= 0 {
		return nil, nil
	}
	terms := leaves(where, 1, nil)
	all := 0
	for _, v := range views {
		all += int(v.live().GetCardinality())
	}
	for _, l := range terms {
		if err := l.find(views, all); err != nil {
			return nil, err
		}
	}
	// Rare words first: they decide, and often make frequent ones count only
	// where a rare one stands too.
	slices.SortStableFunc(terms, func(a, b *leaf) int { return cmp.Compare(b.most(), a.most()) })
	rest := 0.0
	for _, l := range terms {
		rest += l.most()
	}
	r := ranking{views: views, n: n}
	r.start()
	defer r.stop()
	// With a plain OR a document without the first words may be left out as
	// soon as the others cannot lift it into the answer.
	prune := where.Op == Or && where.Min <= 1
	done := 0 // postings read so far
	for _, l := range terms {
		if prune && l.docs > 1000 && done > 0 && done < 2*l.docs {
			r.cut(rest)
		}
		if err := r.add(l); err != nil {
			return nil, err
		}
		rest -= l.most()
		done += l.docs
	}
	return r.best(), nil
}

// find gets the posting lists and the weight. all is how many documents there
// are.
func (l *leaf) find(views []*view, all int) error {
	l.lists = make([]segment.PostingsList, len(views))
	for i, v := range views {
		list, err := v.list(l.field, l.word)
		if err != nil {
			return err
		}
		if n := int(list.Count()); n > 0 {
			l.lists[i] = list
			l.docs += n
		}
	}
	l.idf = math.Log(1 + (float64(all-l.docs)+.5)/(float64(l.docs)+.5))
	return nil
}

// A ranking adds up scores.
type ranking struct {
	views  []*view
	n      int
	scores []*scores         // by view
	left   []*roaring.Bitmap // by view: who may still get into the answer; nil means all that fit
}

type scores struct{ of []float32 }

var scoresPool = sync.Pool{New: func() any { return new(scores) }}

func (r *ranking) start() {
	r.scores = make([]*scores, len(r.views))
	r.left = make([]*roaring.Bitmap, len(r.views))
	for i, v := range r.views {
		if v.count == 0 {
			continue
		}
		s := scoresPool.Get().(*scores)
		n := len(v.cols.keys)
		if cap(s.of) < n {
			s.of = make([]float32, n)
		}
		s.of = s.of[:n]
		clear(s.of)
		r.scores[i] = s
	}
}

func (r *ranking) stop() {
	for _, s := range r.scores {
		if s != nil {
			scoresPool.Put(s)
		}
	}
}

// add adds what a leaf is worth to the documents that fit.
func (r *ranking) add(l *leaf) error {
	avg, weight := l.typical(), l.boost*l.idf*(bm25K+1)
	var it segment.PostingsIterator
	for i, v := range r.views {
		list := l.lists[i]
		if list == nil || v.count == 0 {
			continue
		}
		it = list.Iterator(true, true, false, it)
		only := r.left[i]
		if only == nil {
			only = v.fit
		}
		if o, ok := it.(segment.OptimizablePostingsIterator); ok {
			if _, one := o.DocNum1Hit(); !one {
				has := o.ActualBitmap()
				if both := roaring.And(has, only); both.GetCardinality() < has.GetCardinality() {
					o.ReplaceActual(both)
				}
			}
		}
		of := r.scores[i].of
		for {
			p, err := it.Next()
			if err != nil {
				return err
			}
			if p == nil {
				break
			}
			tf := float64(p.Frequency())
			length := lengthOf(p)
			of[p.Number()] += float32(weight * tf / (tf + bm25K*(1-bm25B+bm25B*length/avg)))
		}
	}
	return nil
}

// lengthOf returns how many tokens the field has in the document. bleve keeps
// the number and gives 1 over its root as the norm.
func lengthOf(p segment.Posting) float64 {
	if exact, ok := p.(interface{ NormUint64() uint64 }); ok {
		return float64(exact.NormUint64())
	}
	norm := p.Norm()
	return 1 / (norm * norm)
}

// cut leaves out the documents that cannot get into the answer although the
// leaves to come add up to rest.
func (r *ranking) cut(rest float64) {
	top := make([]float32, 0, r.n) // a heap, the worst on top
	for i, v := range r.views {
		if v.count == 0 {
			continue
		}
		for _, s := range r.scores[i].of {
			if s > 0 {
				top = push(top, s, r.n)
			}
		}
	}
	if len(top) < r.n || float64(top[0]) <= rest {
		return
	}
	least := top[0] - float32(rest)
	for i, v := range r.views {
		if v.count == 0 {
			continue
		}
		var docs []uint32
		for doc, s := range r.scores[i].of {
			if s > 0 && s >= least {
				docs = append(docs, uint32(doc))
			}
		}
		b := roaring.BitmapOf(docs...)
		b.And(v.fit)
		r.left[i] = b
	}
}

// push keeps the n largest values in a heap with the smallest on top.
func push(h []float32, x float32, n int) []float32 {
	if len(h) < n {
		h = append(h, x)
		for i := len(h) - 1; i > 0 && h[(i-1)/2] > h[i]; i = (i - 1) / 2 {
			h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
		}
		return h
	}
	if x <= h[0] {
		return h
	}
	h[0] = x
	for i := 0; ; {
		k := 2*i + 1
		if k >= len(h) {
			return h
		}
		if k+1 < len(h) && h[k+1] < h[k] {
			k++
		}
		if h[i] <= h[k] {
			return h
		}
		h[i], h[k] = h[k], h[i]
		i = k
	}
}

// best returns the n best, best first and equal ones newest first.
func (r *ranking) best() []Match {
	top := make([]float32, 0, r.n)
	each := func(f func(v *view, doc uint32, s float32)) {
		var buf [256]uint32
		for i, v := range r.views {
			if v.count == 0 {
				continue
			}
			docs := r.left[i]
			if docs == nil {
				docs = v.fit
			}
			of := r.scores[i].of
			for it := docs.ManyIterator(); ; {
				n := it.NextMany(buf[:])
				if n == 0 {
					break
				}
				for _, doc := range buf[:n] {
					f(v, doc, of[doc])
				}
			}
		}
	}
	each(func(_ *view, _ uint32, s float32) { top = push(top, s, r.n) })
	if len(top) == 0 {
		return nil
	}
	least := top[0]
	var out, equal []Match
	each(func(v *view, doc uint32, s float32) {
		switch {
		case s > least:
			out = append(out, Match{v.cols.keys[doc], float64(s)})
		case s == least:
			equal = append(equal, Match{v.cols.keys[doc], float64(s)})
		}
	})
	slices.SortFunc(equal, byScore)
	out = append(out, equal[:min(r.n-len(out), len(equal))]...)
	slices.SortFunc(out, byScore)
	return out
}
