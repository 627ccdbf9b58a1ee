package indexer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum"
	zap "github.com/blevesearch/zapx/v17"
)

// bleve's iterators make a value for each document, which is most of the time
// of a search that ranks or looks for phrases. A segment on the disk is read
// here as its format says (zapx, zap.md), a tenth of the cost; a segment in
// memory, or of another format, is read with the iterators. The tests compare
// the two.

// rawSegment is a segment on the disk.
type rawSegment interface {
	Data() []byte
	DictAddr(field string) (uint64, error)
	Version() uint32
	ChunkMode() uint32
	NumDocs() uint64
}

var _ rawSegment = (*zap.Segment)(nil)

const (
	rawVersion   = 17
	rawChunkMode = 1026
	rawChunk     = 1024 // documents a chunk has at most
)

// rawOf returns the segment as it is on the disk, or nil.
func rawOf(seg segment.Segment) rawSegment {
	if r, ok := seg.(rawSegment); ok && r.Version() == rawVersion && r.ChunkMode() == rawChunkMode {
		return r
	}
	return nil
}

var errRaw = errors.New("the segment's file is damaged")

// A rawDict is the dictionary of one field.
type rawDict struct {
	seg rawSegment
	fst *vellum.FST // nil when the field has no terms
}

func newRawDict(seg rawSegment, field string) (*rawDict, error) {
	at, err := seg.DictAddr(field)
	if err != nil {
		return &rawDict{seg: seg}, nil // no document has the field
	}
	data := seg.Data()
	if at >= uint64(len(data)) {
		return nil, errRaw
	}
	size, n := binary.Uvarint(data[at:])
	at += uint64(max(n, 0))
	if n <= 0 || size > uint64(len(data))-at {
		return nil, errRaw
	}
	if size == 0 {
		return &rawDict{seg: seg}, nil
	}
	fst, err := vellum.Load(data[at : at+size])
	if err != nil {
		return nil, fmt.Errorf("dictionary: %w", err)
	}
	return &rawDict{seg: seg, fst: fst}, nil
}

// A rawList is where a term stands: all documents, removed ones too, and where
// the file has how often and at which positions.
type rawList struct {
	data       []byte
	docs       *roaring.Bitmap
	freqs, loc uint64 // offsets
	one        bool   // a single document, whose length stands in long
	long       uint64
	chunk      uint64 // document numbers in a chunk
	chunks     uint64 // at most
}

// list returns the list of a term; ok is false when there is none.
func (d *rawDict) list(r *vellum.Reader, word string) (l rawList, ok bool, err error) {
	defer func() { // vellum and roaring trust what they read
		if p := recover(); p != nil {
			l, ok, err = rawList{}, false, fmt.Errorf("%w: %v", errRaw, p)
		}
	}()
	at, ok, err := r.Get([]byte(word))
	if err != nil || !ok {
		return l, false, err
	}
	all := d.seg.NumDocs()
	if at&zap.FSTValEncodingMask == zap.FSTValEncoding1Hit {
		doc, long := zap.FSTValDecode1Hit(at)
		if doc >= all {
			return l, false, errRaw
		}
		return rawList{docs: roaring.BitmapOf(uint32(doc)), one: true, long: long}, true, nil
	}
	l.data = d.seg.Data()
	b := rawBytes{data: l.data, at: at}
	l.freqs, l.loc = b.next(), b.next()
	size := b.next()
	if b.bad || size > uint64(len(l.data))-b.at {
		return l, false, errRaw
	}
	l.docs = roaring.New()
	if _, err := l.docs.FromBuffer(l.data[b.at : b.at+size]); err != nil {
		return l, false, err
	}
	n := l.docs.GetCardinality()
	if n == 0 || n > all || uint64(l.docs.Maximum()) >= all {
		return l, false, errRaw
	}
	if l.chunk = all / (n/rawChunk + 1); l.chunk == 0 {
		return l, false, errRaw
	}
	l.chunks = all/l.chunk + 1
	return l, true, nil
}

// rawBytes reads numbers one after the other.
type rawBytes struct {
	data []byte
	at   uint64
	bad  bool
}

func (b *rawBytes) next() uint64 {
	if b.at < uint64(len(b.data)) {
		if c := b.data[b.at]; c < 0x80 {
			b.at++
			return uint64(c)
		}
		if x, n := binary.Uvarint(b.data[b.at:]); n > 0 {
			b.at += uint64(n)
			return x
		}
	}
	b.bad = true
	return 0
}

// table reads the table of chunks at an offset: where they begin and where
// each ends behind that.
func (l *rawList) table(at uint64) (start uint64, ends []uint64, err error) {
	b := rawBytes{data: l.data, at: at}
	n := b.next()
	if b.bad || n > l.chunks {
		return 0, nil, errRaw
	}
	ends = make([]uint64, n)
	for i := range ends {
		ends[i] = b.next()
	}
	if b.bad || n > 0 && ends[n-1] > uint64(len(l.data))-b.at || !slices.IsSorted(ends) {
		return 0, nil, errRaw
	}
	return b.at, ends, nil
}

// each calls f for the i-th of docs with how often it has the term and how
// long its field is.
func (l *rawList) each(f func(i int, often, long uint64)) error {
	if l.one {
		f(0, 1, l.long)
		return nil
	}
	start, ends, err := l.table(l.freqs)
	if err != nil {
		return err
	}
	if len(ends) == 0 {
		return errRaw
	}
	data := l.data[start : start+ends[len(ends)-1]]
	at, n := 0, int(l.docs.GetCardinality())
	// The last bit of how often says whether there are positions; a field that
	// does not count has zero and no length. Nearly all numbers are one byte or
	// two, and this loop is where a ranked search spends its time.
	for i := range n {
		if at+3 <= len(data) && data[at] < 0x80 && data[at] > 1 {
			often, long := uint64(data[at]>>1), uint64(data[at+1])
			if long < 0x80 {
				at += 2
				f(i, often, long)
				continue
			}
			if data[at+2] < 0x80 {
				long = long&0x7F | uint64(data[at+2])<<7
				at += 3
				f(i, often, long)
				continue
			}
		}
		b := rawBytes{data: data, at: uint64(at)}
		often, long := b.next()>>1, uint64(0)
		if often > 0 {
			long = b.next()
		}
		if at = int(b.at); b.bad {
			return errRaw
		}
		f(i, often, long)
	}
	if at != len(data) {
		return errRaw
	}
	return nil
}

// rawPlaces reads positions, document by document.
type rawPlaces struct {
	list  *rawList
	docs  roaring.IntIterator
	start uint64
	ends  []uint64
	now   int // chunk, -1 before the first
	b     rawBytes
}

func newRawPlaces(l *rawList) (*rawPlaces, error) {
	p := &rawPlaces{list: l, now: -1}
	var err error
	p.start, p.ends, err = l.table(l.loc)
	p.docs.Initialize(l.docs)
	return p, err
}

// at appends the positions in a document, which has the term; documents are
// asked for in their order.
func (p *rawPlaces) at(buf []uint64, doc uint32) ([]uint64, error) {
	if c := int(uint64(doc) / p.list.chunk); c != p.now {
		if c >= len(p.ends) {
			return nil, errRaw
		}
		p.now = c
		p.docs.AdvanceIfNeeded(uint32(uint64(c) * p.list.chunk))
		p.b = rawBytes{data: p.list.data, at: p.start}
		if c > 0 {
			p.b.at += p.ends[c-1]
		}
	}
	for {
		if !p.docs.HasNext() {
			return nil, errRaw
		}
		d, size := p.docs.Next(), p.b.next()
		if d > doc || p.b.bad || size > uint64(len(p.b.data))-p.b.at {
			return nil, errRaw
		}
		if d < doc {
			p.b.at += size
			continue
		}
		for end := p.b.at + size; p.b.at < end; {
			p.b.next() // field
			buf = append(buf, p.b.next())
			p.b.next() // start
			p.b.next() // end
			for k := p.b.next(); k > 0 && !p.b.bad; k-- {
				p.b.next() // places in arrays
			}
			if p.b.bad {
				return nil, errRaw
			}
		}
		return buf, nil
	}
}
