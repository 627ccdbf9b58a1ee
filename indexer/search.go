package indexer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"langnghe/internal/news"
	"langnghe/internal/query"
)

// Limits of one search.
const (
	MaxHits   = 200    // in one answer
	MaxOffset = 10_000 // as deep as pages go
)

const (
	defaultHits = 20
	// maxVerified bounds how many candidates one query of the language looks
	// at; behind them the total is a lower bound.
	maxVerified = 2000
	// minVerified is how many it looks at although the page is full, so that
	// small totals are exact.
	minVerified = 300
)

// facetFields are what facets count, in the order of pages.
var facetFields = []string{FieldTopic, FieldArea, FieldTone, FieldStance, FieldSource, FieldKind}

// Search finds items. Months are visited newest first, only those that the
// time asked for overlaps, and no more than needed when the newest are
// wanted. A query with a mistake gives a [*QueryError].
func (ix *Indexer) Search(ctx context.Context, q Query) (Result, error) {
	defer prometheus.NewTimer(ix.metrics.search).ObserveDuration()
	s, err := ix.newSearch(ctx, q)
	if err != nil {
		return Result{}, err
	}
	var res Result
	if s.verify != nil {
		res, err = s.verified(ctx)
	} else {
		res, err = s.direct(ctx)
	}
	if err != nil {
		return Result{}, fmt.Errorf("indexer: search: %w", err)
	}
	return res, nil
}

// A searching is one search on its way.
type searching struct {
	ix     *Indexer
	q      Query
	ask    Ask
	verify *query.Query // nil when the index itself has the answer
	exact  bool         // verify can only agree
	plain  *plain       // nil for the language
	doc    *query.Doc   // see docOf
	months []string     // newest first
}

func (ix *Indexer) newSearch(ctx context.Context, q Query) (*searching, error) {
	if q.Limit <= 0 {
		q.Limit = defaultHits
	}
	q.Limit = min(q.Limit, MaxHits)
	if q.Offset < 0 || q.Offset > MaxOffset {
		return nil, badRequest("search: offset %d: want 0 to %d; narrow the search instead", q.Offset, MaxOffset)
	}
	s := &searching{ix: ix, q: q, ask: Ask{Filter: map[string][]string{}}}
	if q.Like != "" {
		if q.Text != "" {
			return nil, badRequest("search: a text and an item to be like: want one of them")
		}
		if err := s.compileLike(ctx); err != nil {
			return nil, err
		}
	} else if err := s.compile(ctx); err != nil {
		var qe *query.Error
		if errors.As(err, &qe) {
			return nil, &QueryError{qe}
		}
		return nil, err
	}
	s.ask.Newest = q.Newest || s.ask.Where.Op == All
	if s.plain != nil && s.ask.Newest && q.Like == "" {
		s.plain.insist(&s.ask.Where)
	}
	for field, values := range map[string][]string{
		FieldTopic: q.Topics, FieldArea: q.Areas, FieldTone: q.Tones,
		FieldStance: q.Stances, FieldSource: q.Sources, FieldKind: q.Kinds,
	} {
		for _, v := range values {
			s.ask.Filter[field] = append(s.ask.Filter[field], value(v))
		}
	}
	if q.Story != "" {
		s.ask.Filter[FieldStory] = []string{q.Story}
	}
	if !q.From.IsZero() {
		s.ask.From = firstKey(ceil(q.From))
	}
	if !q.To.IsZero() {
		s.ask.To = max(firstKey(ceil(q.To)), 1)
	}
	for _, m := range ix.engine.Months() {
		from, to, err := monthRange(m)
		if err != nil {
			return nil, err
		}
		if s.ask.From < to && (s.ask.To == 0 || s.ask.To > from) {
			s.months = append(s.months, m)
		}
	}
	if q.Facets {
		s.ask.Facets = facetFields
	}
	if len(q.Without) > 0 {
		known, err := ix.opts.Store.Known(ctx, q.Without)
		if err != nil {
			return nil, fmt.Errorf("indexer: search: %w", err)
		}
		for _, k := range known {
			s.ask.Not = append(s.ask.Not, k.Key)
		}
	}
	return s, nil
}

// compile turns the text into clauses.
func (s *searching) compile(ctx context.Context) (err error) {
	text := s.q.Text
	var lists query.Lists
	if s.ix.opts.Lists != nil && strings.Contains(text, "$") {
		if lists, err = s.ix.opts.Lists(ctx); err != nil {
			return fmt.Errorf("indexer: search: named lists: %w", err)
		}
	}
	switch {
	case s.q.Strict:
		s.verify, err = query.Parse(text, lists)
	case strings.TrimSpace(text) == "":
		return nil
	case query.IsPlain(text):
		if s.plain, err = newPlain(text); err == nil {
			s.ask.Where = s.plain.clause()
		}
		return err
	default:
		s.verify, err = query.Lenient(text, lists)
	}
	if err != nil {
		return err
	}
	s.ask.Where, s.exact = candidates(s.verify.Plan())
	return nil
}

// ceil rounds up to the millisecond, the grain of keys.
func ceil(t time.Time) time.Time {
	if c := t.Truncate(time.Millisecond); c.Before(t) {
		return c.Add(time.Millisecond)
	}
	return t
}

// direct takes the index's word.
func (s *searching) direct(ctx context.Context) (Result, error) {
	ask := s.ask
	window := 0 // of the best by words, which are ranked again
	if s.plain != nil && s.q.Like == "" && !ask.Newest && s.q.Offset < s.plain.window() {
		window = s.plain.window()
		ask.Limit = max(s.q.Offset+s.q.Limit, window)
	} else {
		ask.Offset, ask.Limit = s.q.Offset, s.q.Limit
	}
	a, err := s.ix.engine.Find(ctx, s.months, ask)
	if err != nil {
		return Result{}, err
	}
	matches := a.Hits
	if window > 0 {
		if matches, err = s.plain.rank(ctx, s.ix.opts.Store, matches); err != nil {
			return Result{}, err
		}
		matches = page(matches, s.q.Offset, s.q.Limit)
	}
	res := Result{Total: a.Total, More: a.More}
	if s.q.Facets {
		res.Facets = sorted(a.Facets)
	}
	res.Hits, err = s.hits(ctx, matches)
	return res, err
}

func byScore(a, b Match) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Key, a.Key)) }

func page[T any](all []T, offset, limit int) []T {
	return all[min(offset, len(all)):min(offset+limit, len(all))]
}

// hits loads the items of matches, in their order. An item that was erased a
// moment ago is left out.
func (s *searching) hits(ctx context.Context, matches []Match) ([]Hit, error) {
	items, err := load(ctx, s.ix.opts.Store, matches)
	if err != nil {
		return nil, err
	}
	out := []Hit{}
	for _, m := range matches {
		st := items[m.Key]
		if st == nil {
			continue
		}
		h := Hit{Item: st.Item, Score: m.Score, Because: []news.Span{}}
		if s.plain != nil {
			h.Because = s.plain.because(&st.Item)
		}
		out = append(out, h)
	}
	return out, nil
}

func load(ctx context.Context, store Store, matches []Match) (map[Key]*Stored, error) {
	items, err := store.Items(ctx, keysOf(matches))
	if err != nil {
		return nil, err
	}
	out := make(map[Key]*Stored, len(items))
	for i := range items {
		out[items[i].Key] = &items[i]
	}
	return out, nil
}

// verified lets the index propose and the matcher decide. Where the index
// already knows, the matcher only finds the words to show.
func (s *searching) verified(ctx context.Context) (Result, error) {
	res := Result{Hits: []Hit{}}
	if s.exact {
		ask := s.ask
		ask.Offset, ask.Limit = s.q.Offset, s.q.Limit
		a, err := s.ix.engine.Find(ctx, s.months, ask)
		if err != nil {
			return Result{}, err
		}
		res.Total, res.More = a.Total, a.More
		if s.q.Facets {
			res.Facets = sorted(a.Facets)
		}
		items, err := load(ctx, s.ix.opts.Store, a.Hits)
		if err != nil {
			return Result{}, err
		}
		for _, m := range a.Hits {
			if st := items[m.Key]; st != nil {
				s.show(&res, st, m.Score)
			}
		}
		return res, nil
	}
	need := s.q.Offset + s.q.Limit
	least := minVerified
	if s.ask.Newest {
		least = 0
	}
	if s.q.Facets {
		least = maxVerified
	}
	var shown []Match
	all := []Key{} // that fit
	seen := 0
	ask := s.ask
	ask.Facets = nil
	for size := max(2*s.q.Limit, least); ; size = min(2*size, maxVerified) {
		if res.Total > need && seen >= least || seen >= maxVerified {
			res.More = true
			break
		}
		ask.Limit = min(size, maxVerified-seen)
		a, err := s.ix.engine.Find(ctx, s.months, ask)
		if err != nil {
			return Result{}, err
		}
		if len(a.Hits) == 0 {
			break
		}
		seen += len(a.Hits)
		fit, err := s.fitting(ctx, a.Hits)
		if err != nil {
			return Result{}, err
		}
		for _, m := range fit {
			if res.Total++; res.Total > s.q.Offset && res.Total <= need {
				shown = append(shown, m)
			}
			all = append(all, m.Key)
		}
		if len(a.Hits) < ask.Limit {
			break
		}
		if ask.Newest {
			ask.Before = a.Hits[len(a.Hits)-1].Key
		} else {
			ask.Offset += len(a.Hits)
		}
	}
	items, err := load(ctx, s.ix.opts.Store, shown)
	if err != nil {
		return Result{}, err
	}
	for _, m := range shown {
		if st := items[m.Key]; st != nil {
			s.show(&res, st, m.Score)
		}
	}
	if s.q.Facets {
		a, err := s.ix.engine.Find(ctx, s.months, Ask{Keys: all, Newest: true, Facets: facetFields})
		if err != nil {
			return Result{}, err
		}
		res.Facets = sorted(a.Facets)
	}
	return res, nil
}

// show adds a hit. An item that changed a moment ago may not match any more.
func (s *searching) show(res *Result, st *Stored, score float64) {
	ok, because := s.verify.Match(s.docOf(&st.Item))
	if !ok {
		return
	}
	if because == nil {
		because = []news.Span{}
	}
	res.Hits = append(res.Hits, Hit{Item: st.Item, Score: score, Because: because})
}

// docOf makes an item ready for the matcher, in the room of the last one.
func (s *searching) docOf(it *news.Item) *query.Doc {
	if s.doc == nil {
		s.doc = query.NewDoc(it)
	} else {
		s.doc.Reset(it)
	}
	return s.doc
}

// fitting keeps the candidates that match, in their order.
func (s *searching) fitting(ctx context.Context, matches []Match) ([]Match, error) {
	ok := make(map[Key]bool, len(matches))
	check := func(key Key, it *news.Item) { ok[key] = s.verify.Holds(s.docOf(it)) }
	if s.verify.TextOnly() {
		err := s.ix.opts.Store.Texts(ctx, keysOf(matches), func(key Key, title, text string) {
			check(key, &news.Item{Title: title, Text: text})
		})
		if err != nil {
			return nil, err
		}
	} else {
		items, err := load(ctx, s.ix.opts.Store, matches)
		if err != nil {
			return nil, err
		}
		for _, st := range items {
			check(st.Key, &st.Item)
		}
	}
	return slices.DeleteFunc(matches, func(m Match) bool { return !ok[m.Key] }), nil
}

func keysOf(matches []Match) []Key {
	keys := make([]Key, len(matches))
	for i, m := range matches {
		keys[i] = m.Key
	}
	return keys
}

// sorted puts the most frequent values first.
func sorted(facets map[string]map[string]int) map[string][]Facet {
	out := map[string][]Facet{}
	for _, f := range facetFields {
		out[f] = []Facet{}
	}
	for field, values := range facets {
		for v, n := range values {
			out[field] = append(out[field], Facet{Value: v, Count: n})
		}
		slices.SortFunc(out[field], func(a, b Facet) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
	}
	return out
}
