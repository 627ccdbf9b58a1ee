package indexer

import (
	"context"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
)

// Find implements [Engine].
//
// bleve's own collectors visit every hit, read what they sort by and count
// from compressed columns, and know nothing of months. A monitoring desk
// mostly wants the newest and the counts, so the search works on what the
// index is made of: a segment's posting lists are bitmaps, which answer
// AND, OR, NOT and how many; the order by time and the values of facets are
// read once per segment and kept ([columns]); positions and frequencies are
// read only of what the bitmaps let through.
func (e *bleveEngine) Find(ctx context.Context, months []string, ask Ask) (_ Answer, err error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	e.mu.RLock() // no part is closed or swapped meanwhile
	defer e.mu.RUnlock()
	f := finding{e: e, ask: &ask, ctx: ctx}
	defer f.close()
	if err := f.run(months); err != nil {
		return Answer{}, fmt.Errorf("index: search: %w", err)
	}
	return f.answer, nil
}

// Docs implements [Engine].
func (e *bleveEngine) Docs(ctx context.Context, field string, words []string) ([]int, int, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	f := finding{e: e, ctx: ctx}
	defer f.close()
	docs, all := make([]int, len(words)), 0
	for month := range e.parts {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		views, err := f.open(month)
		if err != nil {
			return nil, 0, fmt.Errorf("index: %s: %w", month, err)
		}
		for _, v := range views {
			all += int(v.live().GetCardinality())
			for i, w := range words {
				p, err := v.posting(field, w)
				if err != nil {
					return nil, 0, fmt.Errorf("index: %s: %w", month, err)
				}
				docs[i] += p.n
			}
		}
	}
	return docs, all, nil
}

// A finding is one search on its way.
type finding struct {
	e      *bleveEngine
	ctx    context.Context
	ask    *Ask
	opened []*scorch.IndexSnapshot
	answer Answer
}

func (f *finding) close() {
	for _, s := range f.opened {
		_ = s.Close() // gives back a reference; there is nothing to lose
	}
}

// open returns the segments of a month as they are now.
func (f *finding) open(month string) ([]*view, error) {
	p := f.e.parts[month]
	if p == nil {
		return nil, nil
	}
	snapshot, err := p.snapshot()
	if err != nil {
		return nil, err
	}
	f.opened = append(f.opened, snapshot)
	return p.views(snapshot)
}

func (f *finding) run(months []string) error {
	facets := map[string]map[string]int{}
	for _, field := range f.ask.Facets {
		facets[field] = map[string]int{}
	}
	if len(f.ask.Facets) > 0 {
		f.answer.Facets = facets
	}
	need := f.ask.Offset + f.ask.Limit
	var ranked []*view
	for i, m := range months {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		views, err := f.open(m)
		if err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		for _, v := range views {
			if err := v.choose(f.ask); err != nil {
				return fmt.Errorf("%s: %w", m, err)
			}
			f.answer.Total += v.count
			for field, values := range facets {
				if err := v.facet(field, values); err != nil {
					return fmt.Errorf("%s: %w", m, err)
				}
			}
		}
		if !f.ask.Newest {
			ranked = append(ranked, views...)
			continue
		}
		f.answer.Hits = append(f.answer.Hits, newest(views, f.ask.Before, need-len(f.answer.Hits))...)
		if len(f.answer.Hits) >= need && len(f.ask.Facets) == 0 && i+1 < len(months) {
			f.answer.More = true
			break
		}
	}
	if !f.ask.Newest {
		var err error
		if f.answer.Hits, err = rank(ranked, &f.ask.Where, need); err != nil {
			return err
		}
	}
	f.answer.Hits = f.answer.Hits[min(f.ask.Offset, len(f.answer.Hits)):]
	return nil
}

// newest returns up to n keys below before, newest first, of what was chosen.
func newest(views []*view, before Key, n int) []Match {
	if n <= 0 {
		return nil
	}
	// The segments that reach furthest come first; later ones that cannot
	// add anything are left out.
	views = slices.Clone(views)
	slices.SortFunc(views, func(a, b *view) int { return compareKeys(b.cols.last, a.cols.last) })
	var keys []Key
	for _, v := range views {
		if v.count == 0 || len(keys) >= n && v.cols.last <= keys[n-1] {
			continue
		}
		keys = v.newest(keys, before, n)
		slices.SortFunc(keys, func(a, b Key) int { return compareKeys(b, a) })
		keys = keys[:min(n, len(keys))]
	}
	out := make([]Match, len(keys))
	for i, k := range keys {
		out[i].Key = k
	}
	return out
}

func compareKeys(a, b Key) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// choose sets which documents of the segment fit.
func (v *view) choose(ask *Ask) error {
	limits, err := v.limits(ask)
	if err != nil {
		return err
	}
	v.limit = limits
	if limits != nil && limits.IsEmpty() {
		v.fit = limits
		return nil
	}
	defer v.leaveOut(ask.Not)
	if v.fit, err = v.evalWhole(&ask.Where, limits); err != nil {
		return err
	}
	switch {
	case limits == nil:
	case ask.Where.Op == All:
		v.fit = limits
	default:
		v.fit = roaring.And(v.fit, limits)
	}
	v.count = int(v.fit.GetCardinality())
	return nil
}

// evalWhole is eval in the way that suits how many documents there are.
func (v *view) evalWhole(c *Clause, limits *roaring.Bitmap) (*roaring.Bitmap, error) {
	if c.Op != And && (c.Op != Or || len(c.Kids) < 4) || positions(c) || v.slow {
		return v.eval(c, limits) // two or three are joined as quickly as they are
	}
	n, err := v.most(c)
	if err != nil {
		return nil, err
	}
	if limits != nil {
		n = min(n, int(limits.GetCardinality()))
	}
	if n < len(v.cols.keys)/crowded {
		return v.eval(c, limits)
	}
	d := v.dense()
	if err := v.evalDense(c, d); err != nil {
		return nil, err
	}
	return roaring.FromDense(d, false), nil
}

// leaveOut takes documents out of those that were chosen.
func (v *view) leaveOut(keys []Key) {
	if len(keys) == 0 || v.fit == nil {
		return
	}
	v.fit = roaring.AndNot(v.fit, v.cols.find(keys))
	v.count = int(v.fit.GetCardinality())
}

// limits are the documents within the filters and the time; nil means all.
func (v *view) limits(ask *Ask) (*roaring.Bitmap, error) {
	var out *roaring.Bitmap
	narrow := func(b *roaring.Bitmap) {
		if out == nil {
			out = b
		} else {
			out = roaring.And(out, b)
		}
	}
	for field, values := range ask.Filter {
		var any *roaring.Bitmap
		for _, value := range values {
			b, err := v.term(field, value)
			if err != nil {
				return nil, err
			}
			if any == nil {
				any = b
			} else {
				any = roaring.Or(any, b)
			}
		}
		if any == nil {
			any = roaring.New()
		}
		narrow(any)
	}
	if b := v.cols.between(ask.From, ask.To); b != nil {
		if v.dead != nil {
			b.AndNot(v.dead)
		}
		narrow(b)
	}
	if ask.Keys != nil {
		b := v.cols.find(ask.Keys)
		if v.dead != nil {
			b.AndNot(v.dead)
		}
		narrow(b)
	}
	return out, nil
}
