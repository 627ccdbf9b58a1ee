package indexer

import (
	"context"
	"fmt"
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
)

// Find implements [Engine].
func (e *bleveEngine) Find(ctx context.Context, month string, ask Ask) (Answer, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	index := e.parts[month]
	if index == nil {
		return Answer{}, nil
	}
	q, err := ask.query()
	if err != nil {
		return Answer{}, fmt.Errorf("index: %w", err)
	}
	req := bleve.NewSearchRequestOptions(q, ask.Limit, ask.Offset, false)
	if ask.Newest {
		req.Score = "none"
		req.SortByCustom(search.SortOrder{&search.SortDocID{Desc: true}})
		if ask.Before != 0 {
			req.From = 0
			req.SearchAfter = []string{ask.Before.String()}
		}
	} else {
		req.SortByCustom(search.SortOrder{&search.SortScore{Desc: true}, &search.SortDocID{Desc: true}})
	}
	for _, f := range ask.Facets {
		req.AddFacet(f, bleve.NewFacetRequest(f, maxFacet))
	}
	res, err := index.SearchInContext(ctx, req)
	if err != nil {
		return Answer{}, fmt.Errorf("index: search %s: %w", month, err)
	}
	out := Answer{Total: int(res.Total), Hits: make([]Match, len(res.Hits))}
	for i, h := range res.Hits {
		k, err := strconv.ParseInt(h.ID, 16, 64)
		if err != nil {
			return Answer{}, fmt.Errorf("index: search %s: id %q: %w", month, h.ID, err)
		}
		out.Hits[i] = Match{Key: Key(k), Score: h.Score}
	}
	if len(ask.Facets) > 0 {
		out.Facets = map[string]map[string]int{}
		for name, f := range res.Facets {
			values := map[string]int{}
			for _, t := range f.Terms.Terms() {
				values[t.Term] = t.Count
			}
			out.Facets[name] = values
		}
	}
	return out, nil
}

// maxFacet bounds how many values of a field one month counts.
const maxFacet = 1000

func (a *Ask) query() (query.Query, error) {
	where, err := a.Where.query()
	if err != nil {
		return nil, err
	}
	var filters []query.Query
	for field, values := range a.Filter {
		filters = append(filters, anyOf(field, values))
	}
	if a.Days != nil || a.Keys != nil {
		var times []query.Query
		if len(a.Days) > 0 {
			times = append(times, anyOf(FieldDay, a.Days))
		}
		if len(a.Keys) > 0 {
			ids := make([]string, len(a.Keys))
			for i, k := range a.Keys {
				ids[i] = k.String()
			}
			times = append(times, query.NewDocIDQuery(ids))
		}
		filters = append(filters, either(times))
	}
	if len(filters) == 0 {
		return where, nil
	}
	if a.Newest || a.Where.Op == All {
		return query.NewConjunctionQuery(append(filters, where)), nil
	}
	// As a filter they do not take part in the score.
	q := query.NewBooleanQuery([]query.Query{where}, nil, nil)
	q.AddFilter(query.NewConjunctionQuery(filters))
	return q, nil
}

func anyOf(field string, values []string) query.Query {
	qs := make([]query.Query, len(values))
	for i, v := range values {
		t := query.NewTermQuery(v)
		t.SetField(field)
		qs[i] = t
	}
	return either(qs)
}

func either(qs []query.Query) query.Query {
	switch len(qs) {
	case 0:
		return query.NewMatchNoneQuery()
	case 1:
		return qs[0]
	}
	d := query.NewDisjunctionQuery(qs)
	d.SetMin(1)
	return d
}

func (c *Clause) query() (query.Query, error) {
	boost := c.Boost
	if boost == 0 {
		boost = 1
	}
	switch c.Op {
	case All:
		return query.NewMatchAllQuery(), nil
	case Term:
		q := query.NewTermQuery(c.Words[0])
		q.SetField(c.Field)
		q.SetBoost(boost)
		return q, nil
	case Phrase:
		q := query.NewPhraseQuery(c.Words, c.Field)
		q.SetBoost(boost)
		return q, nil
	}
	kids := make([]query.Query, len(c.Kids))
	for i := range c.Kids {
		var err error
		if kids[i], err = c.Kids[i].query(); err != nil {
			return nil, err
		}
	}
	switch {
	case c.Op == And && len(kids) == 0:
		return query.NewMatchAllQuery(), nil
	case c.Op == And && len(kids) == 1, c.Op == Or && len(kids) == 1 && c.Min <= 1:
		return kids[0], nil
	case c.Op == And:
		return query.NewConjunctionQuery(kids), nil
	case c.Op == Or && (len(kids) == 0 || c.Min > len(kids)):
		return query.NewMatchNoneQuery(), nil
	case c.Op == Or:
		q := query.NewDisjunctionQuery(kids)
		q.SetMin(float64(max(c.Min, 1)))
		return q, nil
	}
	return nil, fmt.Errorf("unknown operation %d", c.Op)
}
