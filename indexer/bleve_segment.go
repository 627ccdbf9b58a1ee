package indexer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum"
)

// A livePart is a month that can be searched.
type livePart struct {
	index bleve.Index
	kept  *weightsCache

	mu   sync.Mutex
	cols map[uint64]*columns // by segment; a segment never changes
}

func newLive(index bleve.Index, kept *weightsCache) *livePart {
	return &livePart{index: index, kept: kept, cols: map[uint64]*columns{}}
}

// forget gives back what is kept of the part's segments.
func (p *livePart) forget() {
	p.mu.Lock()
	gone := map[*columns]bool{}
	for _, c := range p.cols {
		gone[c] = true
	}
	clear(p.cols)
	p.mu.Unlock()
	p.kept.forget(func(c *columns) bool { return gone[c] })
}

// snapshot returns the part as it is now; the caller closes it.
func (p *livePart) snapshot() (*scorch.IndexSnapshot, error) {
	index, err := p.index.Advanced()
	if err != nil {
		return nil, err
	}
	reader, err := index.Reader()
	if err != nil {
		return nil, err
	}
	snapshot, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil, fmt.Errorf("unknown kind of index %T", reader)
	}
	return snapshot, nil
}

// views returns the segments of a snapshot, without those that have nothing.
func (p *livePart) views(snapshot *scorch.IndexSnapshot) ([]*view, error) {
	segments := snapshot.Segments()
	out := make([]*view, 0, len(segments))
	p.mu.Lock()
	for _, s := range segments {
		if s.Count() == 0 {
			continue
		}
		c := p.cols[s.Id()]
		if c == nil {
			c = new(columns)
			p.cols[s.Id()] = c
		}
		v := &view{seg: s.Segment(), cols: c, kept: p.kept}
		if dead := s.Deleted(); dead != nil && !dead.IsEmpty() {
			v.dead = dead
		}
		out = append(out, v)
	}
	if len(p.cols) > 2*len(segments)+16 { // segments that were merged into others
		gone := map[*columns]bool{}
		for id, c := range p.cols {
			if !slices.ContainsFunc(segments, func(s *scorch.SegmentSnapshot) bool { return s.Id() == id }) {
				gone[c] = true
				delete(p.cols, id)
			}
		}
		p.kept.forget(func(c *columns) bool { return gone[c] })
	}
	p.mu.Unlock()
	for _, v := range out {
		if err := v.cols.load(v.seg); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// warm reads the order of new segments, so that the next search need not.
func (p *livePart) warm() error {
	snapshot, err := p.snapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	_, err = p.views(snapshot)
	return err
}

// columns is what searches need to know of every document of a segment: its
// key and, once someone asked for facets, its values. Eight bytes a document
// for keys and four for each field.
type columns struct {
	once        sync.Once
	err         error
	keys        []Key
	first, last Key
	byTime      []uint32 // document numbers, oldest first; nil when they are in order already

	mu     sync.Mutex
	facets map[string]*column
	folds  map[foldedKey][]string // exact keys of folded ones
	raws   map[string]*rawDict
	lists  map[foldedKey]rawList // of words that were asked for; no more than maxLists
}

// maxLists is of how many words a segment remembers where they stand, half a
// kilobyte each: finding one in a file that nobody read lately takes longer
// than anything else that is done with it.
const maxLists = 2048

func (c *columns) load(seg segment.Segment) error {
	c.once.Do(func() {
		n := seg.Count()
		c.keys = make([]Key, n)
		for i := range c.keys {
			id, err := seg.DocID(uint64(i))
			if err == nil {
				var k int64
				k, err = strconv.ParseInt(string(id), 16, 64)
				c.keys[i] = Key(k)
			}
			if err != nil {
				c.err = fmt.Errorf("document %d: %w", i, err)
				return
			}
		}
		c.first, c.last = slices.Min(c.keys), slices.Max(c.keys)
		if !slices.IsSorted(c.keys) {
			c.byTime = make([]uint32, n)
			for i := range c.byTime {
				c.byTime[i] = uint32(i)
			}
			slices.SortFunc(c.byTime, func(a, b uint32) int { return compareKeys(c.keys[a], c.keys[b]) })
		}
	})
	return c.err
}

// between returns the documents of from ≤ key < to, or nil for all of them.
func (c *columns) between(from, to Key) *roaring.Bitmap {
	if from <= c.first && (to == 0 || c.last < to) {
		return nil
	}
	in := func(k Key) bool { return k >= from && (to == 0 || k < to) }
	out := roaring.New()
	if c.byTime == nil {
		lo, _ := slices.BinarySearch(c.keys, from)
		hi := len(c.keys)
		if to != 0 {
			hi, _ = slices.BinarySearch(c.keys, to)
		}
		if lo < hi {
			out.AddRange(uint64(lo), uint64(hi))
		}
		return out
	}
	for n := 0; n < len(c.keys); n++ { // in runs, for neighbours are often both in
		if !in(c.keys[n]) {
			continue
		}
		lo := n
		for n < len(c.keys) && in(c.keys[n]) {
			n++
		}
		out.AddRange(uint64(lo), uint64(n))
	}
	return out
}

// find returns the documents with these keys.
func (c *columns) find(keys []Key) *roaring.Bitmap {
	out := roaring.New()
	for _, k := range keys {
		if k < c.first || k > c.last {
			continue
		}
		if c.byTime == nil {
			for i, _ := slices.BinarySearch(c.keys, k); i < len(c.keys) && c.keys[i] == k; i++ {
				out.Add(uint32(i))
			}
			continue
		}
		i, _ := slices.BinarySearchFunc(c.byTime, k, func(doc uint32, k Key) int { return compareKeys(c.keys[doc], k) })
		for ; i < len(c.byTime) && c.keys[c.byTime[i]] == k; i++ {
			out.Add(c.byTime[i])
		}
	}
	return out
}

// A column holds the values of one field. Documents with the same values
// share a set of them.
type column struct {
	values []string
	sets   [][]int32 // set → values; the first is empty
	of     []uint32  // document → set
	all    []int     // set → how many documents
}

func (c *columns) column(seg segment.Segment, field string) (*column, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if col := c.facets[field]; col != nil {
		return col, nil
	}
	col, err := newColumn(seg, field, len(c.keys))
	if err != nil {
		return nil, fmt.Errorf("field %s: %w", field, err)
	}
	if c.facets == nil {
		c.facets = map[string]*column{}
	}
	c.facets[field] = col
	return col, nil
}

func newColumn(seg segment.Segment, field string, docs int) (*column, error) {
	c := &column{sets: [][]int32{nil}, of: make([]uint32, docs)}
	dict, err := seg.Dictionary(field)
	if err != nil {
		return nil, err
	}
	type join struct {
		set   uint32
		value int32
	}
	joined := map[join]uint32{}
	terms := dict.AutomatonIterator(nil, nil, nil)
	for {
		entry, err := terms.Next()
		if err != nil {
			return nil, err
		}
		if entry == nil {
			break
		}
		value := int32(len(c.values))
		c.values = append(c.values, entry.Term)
		list, err := dict.PostingsList([]byte(entry.Term), nil, nil)
		if err != nil {
			return nil, err
		}
		for it := bitsOf(list).Iterator(); it.HasNext(); {
			doc := it.Next()
			j := join{c.of[doc], value}
			set, ok := joined[j]
			if !ok {
				set = uint32(len(c.sets))
				joined[j] = set
				c.sets = append(c.sets, append(slices.Clone(c.sets[j.set]), value))
			}
			c.of[doc] = set
		}
	}
	c.all = make([]int, len(c.sets))
	for _, set := range c.of {
		c.all[set]++
	}
	return c, nil
}

// facet adds how many of the chosen documents have each value of field.
func (v *view) facet(field string, into map[string]int) error {
	if v.count == 0 {
		return nil
	}
	col, err := v.cols.column(v.seg, field)
	if err != nil {
		return err
	}
	counts := make([]int, len(col.sets))
	if v.count > len(v.cols.keys)/2 { // fewer are left out than are in
		copy(counts, col.all)
		rest := roaring.Flip(v.fit, 0, uint64(len(v.cols.keys)))
		for it := rest.Iterator(); it.HasNext(); {
			counts[col.of[it.Next()]]--
		}
	} else {
		var buf [256]uint32
		for it := v.fit.ManyIterator(); ; {
			n := it.NextMany(buf[:])
			if n == 0 {
				break
			}
			for _, doc := range buf[:n] {
				counts[col.of[doc]]++
			}
		}
	}
	for set, n := range counts {
		if n > 0 {
			for _, value := range col.sets[set] {
				into[col.values[value]] += n
			}
		}
	}
	return nil
}

// A view is one segment as one search sees it.
type view struct {
	seg   segment.Segment
	dead  *roaring.Bitmap // documents that were removed, or nil
	cols  *columns
	kept  *weightsCache
	slow  bool // read with bleve's iterators and met number by number; tests compare
	dicts map[string]*dict
	lists map[foldedKey]*posting

	alive *roaring.Bitmap // all that were not removed, once asked for
	buf   *[1024]uint32   // room for reading bitmaps
	limit *roaring.Bitmap // within filters and time; nil means all
	fit   *roaring.Bitmap // what was chosen; not ours to change
	count int             // of fit
}

// newest appends up to n of the newest chosen keys below before.
func (v *view) newest(keys []Key, before Key, n int) []Key {
	in := func(k Key) bool { return before == 0 || k < before }
	end := len(keys) + n
	if v.cols.byTime == nil {
		for it := v.fit.ReverseIterator(); it.HasNext() && len(keys) < end; {
			if k := v.cols.keys[it.Next()]; in(k) {
				keys = append(keys, k)
			}
		}
		return keys
	}
	// Among many, the newest are met soon on the way back in time.
	if v.count > len(v.cols.keys)/64 {
		for i := len(v.cols.byTime) - 1; i >= 0 && len(keys) < end; i-- {
			if doc := v.cols.byTime[i]; in(v.cols.keys[doc]) && v.fit.Contains(doc) {
				keys = append(keys, v.cols.keys[doc])
			}
		}
		return keys
	}
	for it := v.fit.Iterator(); it.HasNext(); {
		if k := v.cols.keys[it.Next()]; in(k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// A posting is where a term stands in a segment. A folded key has a list for
// each exact key that folds to it, and a document may be in several.
type posting struct {
	raws  []rawList
	lists []segment.PostingsList // instead, of segments that are not read raw; none is empty
	bits  *roaring.Bitmap        // all of them, without removed documents
	n     int                    // of bits
}

// A dict is the dictionary of a field as one search reads it.
type dict struct {
	raw    *rawDict
	reader *vellum.Reader         // of raw
	terms  segment.TermDictionary // instead
}

func (v *view) dict(field string) (*dict, error) {
	if d := v.dicts[field]; d != nil {
		return d, nil
	}
	d := new(dict)
	var err error
	if raw := rawOf(v.seg); raw != nil && !v.slow {
		if d.raw, err = v.cols.rawDict(raw, field); err == nil && d.raw.fst != nil {
			d.reader, err = d.raw.fst.Reader()
		}
	} else {
		d.terms, err = v.seg.Dictionary(field)
	}
	if err != nil {
		return nil, fmt.Errorf("field %s: %w", field, err)
	}
	if v.dicts == nil {
		v.dicts, v.lists = map[string]*dict{}, map[foldedKey]*posting{}
	}
	v.dicts[field] = d
	return d, nil
}

func (c *columns) rawDict(seg rawSegment, field string) (*rawDict, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.raws[field]; d != nil {
		return d, nil
	}
	d, err := newRawDict(seg, field)
	if err != nil {
		return nil, err
	}
	if c.raws == nil {
		c.raws = map[string]*rawDict{}
	}
	c.raws[field] = d
	return d, nil
}

// list returns where an exact key stands, with no docs when it does not.
func (c *columns) list(d *dict, field, word string) (rawList, error) {
	key := foldedKey{field, word}
	c.mu.Lock()
	l, ok := c.lists[key]
	c.mu.Unlock()
	if ok {
		return l, nil
	}
	l, _, err := d.raw.list(d.reader, word)
	if err != nil {
		return rawList{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lists == nil || len(c.lists) >= maxLists {
		c.lists = map[foldedKey]rawList{}
	}
	c.lists[key] = l
	return l, nil
}

// posting returns where a term stands; with no lists when it does not.
func (v *view) posting(field, word string) (*posting, error) {
	key := foldedKey{field, word}
	if p := v.lists[key]; p != nil {
		return p, nil
	}
	name, fold := exactField(field)
	d, err := v.dict(name)
	if err != nil {
		return nil, err
	}
	words := []string{word}
	if fold {
		if words, err = v.cols.folded(d, name, word); err != nil {
			return nil, fmt.Errorf("field %s: %w", field, err)
		}
	}
	p := new(posting)
	bits := make([]*roaring.Bitmap, 0, len(words))
	for _, w := range words {
		if d.terms == nil {
			if d.reader == nil {
				break // no document has the field
			}
			list, err := v.cols.list(d, name, w)
			if err != nil {
				return nil, fmt.Errorf("field %s: %w", field, err)
			}
			if list.docs != nil {
				p.raws = append(p.raws, list)
				bits = append(bits, list.docs)
			}
			continue
		}
		list, err := d.terms.PostingsList([]byte(w), v.dead, nil)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", field, err)
		}
		if list.Count() > 0 {
			p.lists = append(p.lists, list)
			bits = append(bits, bitsOf(list))
		}
	}
	switch len(bits) {
	case 0:
		p.bits = roaring.New()
	case 1:
		p.bits = bits[0]
	default:
		p.bits = roaring.FastOr(bits...)
	}
	if v.dead != nil && p.lists == nil {
		p.bits = roaring.AndNot(p.bits, v.dead)
	}
	p.n = int(p.bits.GetCardinality())
	v.lists[key] = p
	return p, nil
}

// term returns the documents that have a term. They are not ours to change.
func (v *view) term(field, word string) (*roaring.Bitmap, error) {
	p, err := v.posting(field, word)
	if err != nil {
		return nil, err
	}
	return p.bits, nil
}

func bitsOf(list segment.PostingsList) *roaring.Bitmap {
	it := list.Iterator(false, false, false, nil)
	if o, ok := it.(segment.OptimizablePostingsIterator); ok {
		if doc, ok := o.DocNum1Hit(); ok {
			return roaring.BitmapOf(uint32(doc))
		}
		if b := o.ActualBitmap(); b != nil {
			return b
		}
	}
	return roaring.New()
}

// live returns all documents that were not removed.
func (v *view) live() *roaring.Bitmap {
	if v.alive == nil {
		v.alive = roaring.New()
		v.alive.AddRange(0, uint64(len(v.cols.keys)))
		if v.dead != nil {
			v.alive.AndNot(v.dead)
		}
	}
	return v.alive
}

// eval returns the documents that a clause chooses. Outside of within it may
// leave out any; nil means everywhere. The result is not the caller's to
// change.
func (v *view) eval(c *Clause, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	switch c.Op {
	case All:
		return v.live(), nil
	case Term:
		return v.term(c.Field, c.Words[0])
	case Phrase:
		return v.phrase(c.Field, c.Words, within)
	case Not:
		b, err := v.eval(&c.Kids[0], within)
		if err != nil {
			return nil, err
		}
		return roaring.AndNot(v.live(), b), nil
	case And:
		return v.every(c.Kids, within)
	case Or:
		return v.some(c, within)
	}
	return nil, fmt.Errorf("unknown operation %d", c.Op)
}

// every looks at the rarest first, so that the others are asked for less, and
// at phrases last and only where all else holds, for they read positions. What
// must not hold is taken away at the end.
func (v *view) every(kids []Clause, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	order, err := v.rarestFirst(kids)
	if err != nil {
		return nil, err
	}
	out := within
	for _, i := range order {
		b, err := v.eval(&kids[i], out)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = b
		} else {
			out = roaring.And(out, b)
		}
		if out.IsEmpty() {
			return out, nil
		}
	}
	if out == nil {
		out = v.live()
	}
	for i := range kids {
		if kids[i].Op != Not || out.IsEmpty() {
			continue
		}
		b, err := v.eval(&kids[i].Kids[0], out)
		if err != nil {
			return nil, err
		}
		out = roaring.AndNot(out, b)
	}
	return out, nil
}

// rarestFirst orders the clauses that must hold: those that bitmaps answer by
// how many documents they choose at most, then those that read positions.
func (v *view) rarestFirst(kids []Clause) ([]int, error) {
	var order []int
	many := make([]int, len(kids))
	for i := range kids {
		if kids[i].Op == Not {
			continue
		}
		order = append(order, i)
		if positions(&kids[i]) {
			many[i] = math.MaxInt
			continue
		}
		var err error
		if many[i], err = v.most(&kids[i]); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(many[a], many[b]) })
	return order, nil
}

// most returns how many documents a clause without phrases chooses at most.
func (v *view) most(c *Clause) (int, error) {
	switch c.Op {
	case Term:
		p, err := v.posting(c.Field, c.Words[0])
		if err != nil {
			return 0, err
		}
		return p.n, nil
	case And, Or:
		n, least := 0, len(v.cols.keys)
		for i := range c.Kids {
			k, err := v.most(&c.Kids[i])
			if err != nil {
				return 0, err
			}
			n, least = n+k, min(least, k)
		}
		if c.Op == And {
			return least, nil
		}
		return min(n/max(c.Min, 1), len(v.cols.keys)), nil
	}
	return len(v.cols.keys), nil
}

// positions reports whether a clause has to read any.
func positions(c *Clause) bool {
	return c.Op == Phrase || slices.ContainsFunc(c.Kids, func(k Clause) bool { return positions(&k) })
}

// some meets each clause with within before they are joined when that leaves
// less to join.
func (v *view) some(c *Clause, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	least := max(c.Min, 1)
	if least > len(c.Kids) {
		return roaring.New(), nil
	}
	kids := make([]*roaring.Bitmap, len(c.Kids))
	n := uint64(0)
	for i := range c.Kids {
		var err error
		if kids[i], err = v.eval(&c.Kids[i], within); err != nil {
			return nil, err
		}
		n += kids[i].GetCardinality()
	}
	if within != nil && len(kids) > 1 && within.GetCardinality() < n {
		for i, b := range kids {
			kids[i] = roaring.And(b, within)
		}
	}
	switch {
	case len(kids) == 1:
		return kids[0], nil
	case least == 1 && len(kids) == 2:
		return roaring.Or(kids[0], kids[1]), nil
	case least == 1:
		return roaring.FastOr(kids...), nil
	case len(kids) > 255:
		return nil, fmt.Errorf("at least %d of %d clauses: too many", least, len(kids))
	}
	counts := make([]uint8, len(v.cols.keys))
	var buf [256]uint32
	out := roaring.New()
	for _, b := range kids {
		for it := b.ManyIterator(); ; {
			n := it.NextMany(buf[:])
			if n == 0 {
				break
			}
			for _, doc := range buf[:n] {
				counts[doc]++
			}
		}
	}
	for doc, n := range counts {
		if int(n) >= least {
			out.Add(uint32(doc))
		}
	}
	return out, nil
}

// phrase returns the documents within which have the words next to each
// other.
func (v *view) phrase(field string, words []string, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	distinct := slices.Compact(slices.Sorted(slices.Values(words)))
	found := make([]*posting, len(distinct))
	all := within
	for i, w := range distinct {
		var err error
		if found[i], err = v.posting(field, w); err != nil {
			return nil, err
		}
		if all == nil {
			all = found[i].bits
		} else {
			all = roaring.And(all, found[i].bits)
		}
		if all.IsEmpty() {
			return roaring.New(), nil
		}
	}
	if len(words) == 1 {
		return all, nil
	}
	readers := make([]placesReader, len(found))
	for i, p := range found {
		if err := readers[i].start(p, all); err != nil {
			return nil, fmt.Errorf("field %s: %w", field, err)
		}
	}
	order := make([]int, len(words)) // word → reader
	for i, w := range words {
		order[i], _ = slices.BinarySearch(distinct, w)
	}
	out := roaring.New()
	places := make([][]uint64, len(readers))
	for docs := all.Iterator(); docs.HasNext(); {
		doc := docs.Next()
		for i := range readers {
			var err error
			if places[i], err = readers[i].at(doc); err != nil {
				return nil, err
			}
			if len(places[i]) == 0 {
				return nil, fmt.Errorf("field %s: positions of document %d are missing", field, doc)
			}
		}
		if adjacent(places, order) {
			out.Add(doc)
		}
	}
	return out, nil
}

// A placesReader gives the positions of a term, document by document.
type placesReader struct {
	found *posting
	raws  []*rawPlaces // of found.raws
	its   []segment.PostingsIterator
	next  []segment.Posting // of its
	buf   []uint64
}

// start reads the positions in docs, all of which have the term.
func (r *placesReader) start(p *posting, docs *roaring.Bitmap) error {
	r.found = p
	for i := range p.raws {
		raw, err := newRawPlaces(&p.raws[i])
		if err != nil {
			return err
		}
		r.raws = append(r.raws, raw)
	}
	for _, l := range p.lists {
		it := l.Iterator(false, false, true, nil)
		if o, ok := it.(segment.OptimizablePostingsIterator); ok {
			if _, one := o.DocNum1Hit(); !one {
				within := roaring.And(docs, o.ActualBitmap())
				if within.IsEmpty() {
					continue
				}
				o.ReplaceActual(within)
			}
		}
		r.its = append(r.its, it)
	}
	r.next = make([]segment.Posting, len(r.its))
	return nil
}

// at returns the positions in a document, rising; documents are asked for in
// their order. They are valid until the next call.
func (r *placesReader) at(doc uint32) ([]uint64, error) {
	r.buf = r.buf[:0]
	several := 0
	for i, raw := range r.raws {
		if len(r.raws) > 1 && !r.found.raws[i].docs.Contains(doc) {
			continue
		}
		var err error
		if r.buf, err = raw.at(r.buf, doc); err != nil {
			return nil, err
		}
		several++
	}
	for i, it := range r.its {
		if it == nil {
			continue
		}
		p := r.next[i]
		for p == nil || p.Number() < uint64(doc) {
			var err error
			if p, err = it.Next(); err != nil {
				return nil, err
			}
			if p == nil {
				r.its[i] = nil
				break
			}
		}
		r.next[i] = p
		if p == nil || p.Number() != uint64(doc) {
			continue
		}
		several++
		for _, l := range p.Locations() {
			r.buf = append(r.buf, l.Pos())
		}
	}
	if several > 1 {
		slices.Sort(r.buf)
	}
	return r.buf, nil
}

// adjacent reports whether the words stand at p, p+1 and so on for some p.
// The places of each word rise.
func adjacent(places [][]uint64, order []int) bool {
	var at [16]int
	next := at[:]
	if len(order) > len(at) {
		next = make([]int, len(order))
	}
	for _, first := range places[order[0]] {
		p, ok := first, true
		for i := 1; i < len(order); i++ {
			list := places[order[i]]
			for next[i] < len(list) && list[next[i]] < p+uint64(i) {
				next[i]++
			}
			if next[i] == len(list) {
				return false
			}
			if list[next[i]] != p+uint64(i) {
				ok = false
				break
			}
		}
		if ok {
			return true
		}
	}
	return false
}
