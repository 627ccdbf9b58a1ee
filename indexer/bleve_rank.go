package indexer

import (
	"cmp"
	"container/list"
	"math"
	"math/bits"
	"slices"
	"sync"

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
	found       []*posting // by view
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
	l.found = make([]*posting, len(views))
	for i, v := range views {
		p, err := v.posting(l.field, l.word)
		if err != nil {
			return err
		}
		l.found[i] = p
		l.docs += p.n
	}
	l.idf = math.Log(1 + (float64(all-l.docs)+.5)/(float64(l.docs)+.5))
	return nil
}

// A ranking adds up scores.
type ranking struct {
	views []*view
	n     int
	docs  [][]uint32  // by view: who may still get into the answer, rising
	score [][]float32 // of docs
	place []*places   // of docs, once it is worth it
}

func (r *ranking) start() {
	r.docs, r.score, r.place = make([][]uint32, len(r.views)), make([][]float32, len(r.views)), make([]*places, len(r.views))
	for i, v := range r.views {
		if v.count > 0 {
			r.docs[i], r.score[i] = v.fit.ToArray(), make([]float32, v.count)
		}
	}
}

// add adds what a leaf is worth to the documents that fit.
func (r *ranking) add(l *leaf) error {
	weight := float32(l.boost * l.idf * (bm25K + 1))
	for i, v := range r.views {
		if l.found[i].n == 0 || len(r.docs[i]) == 0 {
			continue
		}
		p, err := v.weights(l, l.found[i])
		if err != nil {
			return err
		}
		docs, score := r.docs[i], r.score[i]
		switch {
		case len(p.docs) > 16*len(docs): // few are asked for
			at := 0
			for j, doc := range docs {
				k, ok := slices.BinarySearch(p.docs[at:], doc)
				if at += k; at == len(p.docs) {
					break
				}
				if ok {
					score[j] += weight * p.share[at]
				}
			}
		case 2*len(docs) < len(p.docs) && len(p.docs) > len(v.cols.keys)/crowded && !v.slow: // most of those that have it do not fit
			if r.place[i] == nil {
				r.place[i] = v.places(docs)
			}
			set, before := r.place[i].set, r.place[i].before
			for k, doc := range p.docs {
				if w, bit := set[doc>>6], doc&63; w>>bit&1 != 0 {
					score[int(before[doc>>6])+bits.OnesCount64(w&(1<<bit-1))] += weight * p.share[k]
				}
			}
		case len(docs) > 16*len(p.docs): // few have it
			at := 0
			for k, doc := range p.docs {
				j, ok := slices.BinarySearch(docs[at:], doc)
				if at += j; at == len(docs) {
					break
				}
				if ok {
					score[at] += weight * p.share[k]
				}
			}
		default:
			for j, k := 0, 0; j < len(docs) && k < len(p.docs); {
				switch a, b := docs[j], p.docs[k]; {
				case a < b:
					j++
				case a > b:
					k++
				default:
					score[j] += weight * p.share[k]
					j++
					k++
				}
			}
		}
	}
	return nil
}

// weights are the documents of a segment that have a term, and how much of
// the most that it can add each of them gets: tf/(tf+k), between 0 and 1.
type weights struct {
	docs  []uint32 // rising; removed ones may be among them
	share []float32
}

// keptFrom is from how many documents on the weights of a term are kept for
// the next search. Decoding them takes most of the time of a ranked search,
// and a few hundred syllables are in nearly all that people type.
const keptFrom = 256

// weights returns those of a leaf.
func (v *view) weights(l *leaf, found *posting) (*weights, error) {
	key := weightsKey{v.cols, l.field, l.word}
	keep := found.n >= keptFrom // those of a segment only ever lose documents, which fit lacks
	if keep {
		if p := v.kept.get(key); p != nil {
			return p, nil
		}
	}
	p, err := found.weights(l.typical(), len(v.cols.keys))
	if err == nil && keep {
		v.kept.put(key, p)
	}
	return p, err
}

// weights reads how much each document gets of what the term can add. A
// document that has several keys of a folded one has it as often as all of
// them. size is how many documents the segment has.
func (p *posting) weights(typical float64, size int) (*weights, error) {
	share := func(often, long uint64) float32 {
		tf := float32(often)
		return tf / (tf + bm25K*(1-bm25B) + float32(bm25K*bm25B/typical)*float32(long))
	}
	if len(p.raws) == 1 {
		l := &p.raws[0]
		out := &weights{docs: l.docs.ToArray()}
		out.share = make([]float32, len(out.docs))
		err := l.each(func(i int, often, long uint64) { out.share[i] = share(often, long) })
		return out, err
	}
	// Of several lists the sums are kept by document when many have one, else
	// by place in docs, where a list's documents are looked up on the way.
	out := &weights{docs: p.bits.ToArray()}
	out.share = make([]float32, len(out.docs))
	dense := len(out.docs) > size/16
	if !dense {
		size = len(out.docs)
	}
	sums := make([]struct{ often, long uint32 }, size)
	from := 0
	add := func(doc uint32, often, long uint64) {
		i := int(doc)
		if !dense {
			k, ok := slices.BinarySearch(out.docs[from:], doc)
			if from += k; !ok {
				return // it was removed
			}
			i = from
		}
		sums[i].often += uint32(often)
		sums[i].long = uint32(long)
	}
	for i := range p.raws {
		from = 0
		docs := p.raws[i].docs.ToArray()
		if err := p.raws[i].each(func(i int, often, long uint64) { add(docs[i], often, long) }); err != nil {
			return nil, err
		}
	}
	for _, list := range p.lists {
		from = 0
		it := list.Iterator(true, true, false, nil)
		for {
			x, err := it.Next()
			if err != nil {
				return nil, err
			}
			if x == nil {
				break
			}
			add(uint32(x.Number()), x.Frequency(), lengthOf(x))
		}
	}
	for i, doc := range out.docs {
		sum := sums[min(i, len(sums)-1)]
		if dense {
			sum = sums[doc]
		}
		out.share[i] = share(uint64(sum.often), uint64(sum.long))
	}
	return out, nil
}

// lengthOf returns how many tokens the field has in the document. bleve keeps
// the number and gives 1 over its root as the norm.
func lengthOf(p segment.Posting) uint64 {
	if exact, ok := p.(interface{ NormUint64() uint64 }); ok {
		return exact.NormUint64()
	}
	norm := p.Norm()
	return uint64(math.Round(1 / (norm * norm)))
}

// cut leaves out the documents that cannot get into the answer although the
// leaves to come add up to rest.
func (r *ranking) cut(rest float64) {
	top := make([]float32, 0, r.n) // a heap, the worst on top
	for _, score := range r.score {
		for _, s := range score {
			if s > 0 {
				top = push(top, s, r.n)
			}
		}
	}
	if len(top) < r.n || float64(top[0]) <= rest {
		return
	}
	least := top[0] - float32(rest)
	for i, score := range r.score {
		docs, n := r.docs[i], 0
		for j, s := range score {
			if s >= least {
				docs[n], score[n] = docs[j], s
				n++
			}
		}
		r.docs[i], r.score[i], r.place[i] = docs[:n], score[:n], nil
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
	for _, score := range r.score {
		for _, s := range score {
			top = push(top, s, r.n)
		}
	}
	if len(top) == 0 {
		return nil
	}
	least := top[0]
	var out, equal []Match
	for i, score := range r.score {
		keys := r.views[i].cols.keys
		for j, s := range score {
			switch {
			case s > least:
				out = append(out, Match{keys[r.docs[i][j]], float64(s)})
			case s == least:
				equal = append(equal, Match{keys[r.docs[i][j]], float64(s)})
			}
		}
	}
	slices.SortFunc(equal, byScore)
	out = append(out, equal[:min(r.n-len(out), len(equal))]...)
	slices.SortFunc(out, byScore)
	return out
}

// A weightsCache keeps the weights that were used last, for all months. It
// holds at most about max bytes.
type weightsCache struct {
	max int

	mu   sync.Mutex
	held map[weightsKey]*list.Element // of *keptWeights
	used list.List                    // latest first
	size int
}

type weightsKey struct {
	segment     *columns
	field, word string
}

type keptWeights struct {
	key weightsKey
	*weights
}

func (k *keptWeights) bytes() int { return 8*len(k.docs) + 200 }

// maxWeights is enough for the frequent syllables of some millions of items.
const maxWeights = 96 << 20

func newWeightsCache() *weightsCache {
	return &weightsCache{max: maxWeights, held: map[weightsKey]*list.Element{}}
}

func (c *weightsCache) get(key weightsKey) *weights {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.held[key]
	if e == nil {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*keptWeights).weights
}

func (c *weightsCache) put(key weightsKey, w *weights) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[key] != nil {
		return // another search was quicker
	}
	k := &keptWeights{key, w}
	c.held[key] = c.used.PushFront(k)
	c.size += k.bytes()
	for c.size > c.max {
		c.drop(c.used.Back())
	}
}

func (c *weightsCache) drop(e *list.Element) {
	k := c.used.Remove(e).(*keptWeights)
	delete(c.held, k.key)
	c.size -= k.bytes()
}

// forget drops what is kept of segments that are gone: they would hold their
// memory, and words of an erased item, until others push them out.
func (c *weightsCache) forget(gone func(*columns) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.used.Front(); e != nil; {
		next := e.Next()
		if gone(e.Value.(*keptWeights).key.segment) {
			c.drop(e)
		}
		e = next
	}
}
