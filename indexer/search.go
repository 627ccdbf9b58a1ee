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

const (
	defaultHits = 20
	maxHits     = 200
	maxOffset   = 10_000
	// maxVerified bounds how many candidates one query of the language looks
	// at; behind them the total is a lower bound.
	maxVerified = 5000
	// minVerified is how many it looks at although the page is full, so that
	// small totals are exact.
	minVerified = 500
)

// facetFields are what facets count, in the order of pages.
var facetFields = []string{FieldTopic, FieldArea, FieldTone, FieldStance, FieldSource, FieldKind}

// Search finds items. Months are visited newest first, only those that the
// time asked for overlaps, and no more than needed when the newest are
// wanted. A query with a mistake gives a [*QueryError].
func (ix *Indexer) Search(ctx context.Context, q Query) (Result, error) {
	defer prometheus.NewTimer(ix.metrics.search).ObserveDuration()
	s, err := ix.newSearch(q)
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
	ask    Ask          // the same for every month, but for its bounds
	verify *query.Query // nil when the index itself has the answer
	plain  *plain       // nil for the language
	months []string     // newest first
}

func (ix *Indexer) newSearch(q Query) (*searching, error) {
	if q.Limit <= 0 {
		q.Limit = defaultHits
	}
	q.Limit = min(q.Limit, maxHits)
	if q.Offset < 0 || q.Offset > maxOffset {
		return nil, badRequest("search: offset %d: want 0 to %d; narrow the search instead", q.Offset, maxOffset)
	}
	s := &searching{ix: ix, q: q, ask: Ask{Filter: map[string][]string{}}}
	if err := s.compile(); err != nil {
		var qe *query.Error
		if errors.As(err, &qe) {
			return nil, &QueryError{qe}
		}
		return nil, err
	}
	s.ask.Newest = q.Newest || s.ask.Where.Op == All
	if s.plain != nil && s.ask.Newest {
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
	for _, m := range ix.engine.Months() {
		from, to, err := monthRange(m)
		if err != nil {
			return nil, err
		}
		if (q.From.IsZero() || firstKey(q.From) < to) && (q.To.IsZero() || firstKey(q.To) > from) {
			s.months = append(s.months, m)
		}
	}
	return s, nil
}

// compile turns the text into clauses.
func (s *searching) compile() (err error) {
	text := s.q.Text
	switch {
	case s.q.Strict:
		var lists query.Lists
		if s.ix.opts.Lists != nil {
			lists = s.ix.opts.Lists()
		}
		s.verify, err = query.Parse(text, lists)
	case strings.TrimSpace(text) == "":
		return nil
	case query.IsPlain(text):
		if s.plain, err = newPlain(text); err == nil {
			s.ask.Where = s.plain.clause()
		}
		return err
	default:
		s.verify, err = query.Lenient(text)
	}
	if err != nil {
		return err
	}
	s.ask.Where = candidates(s.verify.Plan())
	return nil
}

// find asks one month, within the time asked for.
func (s *searching) find(ctx context.Context, month string, ask Ask) (Answer, error) {
	var err error
	if ask.Days, ask.Keys, err = s.bounds(ctx, month); err != nil {
		return Answer{}, err
	}
	return s.ix.engine.Find(ctx, month, ask)
}

// bounds names the days of the month that lie wholly within the time asked
// for, and the keys of days that do so in part. Both nil means the whole
// month.
func (s *searching) bounds(ctx context.Context, month string) (days []string, keys []Key, err error) {
	first, last, err := monthRange(month)
	if err != nil {
		return nil, nil, err
	}
	from, to := first, last
	if !s.q.From.IsZero() {
		from = max(first, firstKey(ceil(s.q.From)))
	}
	if !s.q.To.IsZero() {
		to = min(last, firstKey(ceil(s.q.To)))
	}
	if from == first && to == last {
		return nil, nil, nil
	}
	days = []string{}
	for day := first; day < last; {
		next := firstKey(DayStart(day.At()).AddDate(0, 0, 1))
		switch lo, hi := max(day, from), min(next, to); {
		case lo >= hi:
		case lo == day && hi == next:
			days = append(days, Day(day.At()))
		default:
			part, err := s.ix.opts.Store.Keys(ctx, lo, hi)
			if err != nil {
				return nil, nil, err
			}
			keys = append(keys, part...)
		}
		day = next
	}
	return days, keys, nil
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
	if s.q.Facets {
		s.ask.Facets = facetFields
	}
	need := s.q.Offset + s.q.Limit
	window := need
	if s.plain != nil && !s.ask.Newest {
		window = max(window, s.plain.window())
	}
	var matches []Match
	facets := map[string]map[string]int{}
	res := Result{}
	for _, m := range s.months {
		ask := s.ask
		ask.Limit = window
		if s.ask.Newest {
			ask.Limit = need - len(matches)
			if ask.Limit == 0 && !s.q.Facets {
				res.More = true
				break
			}
		}
		a, err := s.find(ctx, m, ask)
		if err != nil {
			return Result{}, err
		}
		res.Total += a.Total
		matches = append(matches, a.Hits...)
		for f, values := range a.Facets {
			if facets[f] == nil {
				facets[f] = map[string]int{}
			}
			for v, n := range values {
				facets[f][v] += n
			}
		}
	}
	if !s.ask.Newest {
		slices.SortStableFunc(matches, byScore)
		if s.plain != nil {
			var err error
			if matches, err = s.plain.rank(ctx, s.ix.opts.Store, matches); err != nil {
				return Result{}, err
			}
		}
	}
	if s.q.Facets {
		res.Facets = sorted(facets)
	}
	var err error
	res.Hits, err = s.hits(ctx, page(matches, s.q.Offset, s.q.Limit))
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
	keys := make([]Key, len(matches))
	for i, m := range matches {
		keys[i] = m.Key
	}
	items, err := store.Items(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[Key]*Stored, len(items))
	for i := range items {
		out[items[i].Key] = &items[i]
	}
	return out, nil
}

// verified lets the index propose and the matcher decide.
func (s *searching) verified(ctx context.Context) (Result, error) {
	need := s.q.Offset + s.q.Limit
	least := minVerified
	if s.ask.Newest {
		least = 0
	}
	if s.q.Facets {
		least = maxVerified
	}
	res := Result{Hits: []Hit{}}
	facets := map[string]map[string]int{}
	c := s.newCandidates()
	seen := 0
	for size := 2 * s.q.Limit; ; size = min(2*size, 500) {
		if res.Total > need && seen >= least || seen >= maxVerified {
			res.More = true
			break
		}
		matches, err := c.next(ctx, size)
		if err != nil {
			return Result{}, err
		}
		if len(matches) == 0 {
			break
		}
		items, err := load(ctx, s.ix.opts.Store, matches)
		if err != nil {
			return Result{}, err
		}
		seen += len(matches)
		for _, m := range matches {
			st := items[m.Key]
			if st == nil {
				continue
			}
			ok, because := s.verify.Match(query.NewDoc(&st.Item))
			if !ok {
				continue
			}
			if res.Total++; res.Total > s.q.Offset && res.Total <= need {
				if because == nil {
					because = []news.Span{}
				}
				res.Hits = append(res.Hits, Hit{Item: st.Item, Score: m.Score, Because: because})
			}
			if s.q.Facets {
				doc := docOf(st)
				for _, f := range facetFields {
					for _, v := range doc.Values[f] {
						if v == "" {
							continue
						}
						if facets[f] == nil {
							facets[f] = map[string]int{}
						}
						facets[f][v]++
					}
				}
			}
		}
	}
	if s.q.Facets {
		res.Facets = sorted(facets)
	}
	return res, nil
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
