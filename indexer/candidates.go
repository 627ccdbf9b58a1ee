package indexer

import (
	"context"

	"langnghe/internal/query"
)

// candidates translates a plan. What the index cannot answer excludes
// nothing; the matcher decides.
func candidates(p query.Plan) Clause {
	switch p.Kind {
	case query.PlanAnd, query.PlanOr:
		c := Clause{Op: And}
		if p.Kind == query.PlanOr {
			c.Op = Or
		}
		for _, k := range p.Kids {
			kid := candidates(k)
			if kid.Op == All {
				if c.Op == Or {
					return Clause{}
				}
				continue
			}
			c.Kids = append(c.Kids, kid)
		}
		if len(c.Kids) == 0 {
			return Clause{}
		}
		return c
	case query.PlanPhrase:
		switch p.Field {
		case FieldTitle, FieldText:
			return phrase(p.Field, p.Phrase, p.Fold)
		}
		return Clause{Op: Or, Kids: []Clause{phrase(FieldTitle, p.Phrase, p.Fold), phrase(FieldText, p.Phrase, p.Fold)}}
	case query.PlanAttr:
		switch p.Name {
		case FieldTopic, FieldArea, FieldTone, FieldStance, FieldSource, FieldKind:
			c := Clause{Op: Or}
			for _, v := range p.Values {
				c.Kids = append(c.Kids, Clause{Op: Term, Field: p.Name, Words: []string{value(v)}})
			}
			return c
		}
	}
	return Clause{}
}

// phrase finds words next to each other; folded ones only together, for the
// folded fields have no positions.
func phrase(field string, words []string, fold bool) Clause {
	if fold {
		c := Clause{Op: And}
		for _, w := range words {
			c.Kids = append(c.Kids, Clause{Op: Term, Field: field + "_fold", Words: []string{w}})
		}
		return c
	}
	if len(words) == 1 {
		return Clause{Op: Term, Field: field, Words: words}
	}
	return Clause{Op: Phrase, Field: field, Words: words}
}

// A candidateList walks through what the index proposes, in the order of the
// answer, a page at a time.
type candidateList struct {
	s     *searching
	heads []*head
}

// A head is how far one month has been read.
type head struct {
	month  string
	buffer []Match
	offset int
	before Key
	done   bool
}

func (s *searching) newCandidates() *candidateList {
	c := &candidateList{s: s}
	for _, m := range s.months {
		c.heads = append(c.heads, &head{month: m})
	}
	return c
}

// next returns up to n candidates. By time one month follows the other; by
// score all of them are merged.
func (c *candidateList) next(ctx context.Context, n int) ([]Match, error) {
	var out []Match
	for len(out) < n {
		var best *head
		for _, h := range c.heads {
			if err := c.fill(ctx, h, n); err != nil {
				return nil, err
			}
			if len(h.buffer) == 0 {
				continue
			}
			if best == nil || byScore(h.buffer[0], best.buffer[0]) < 0 {
				best = h
			}
			if c.s.ask.Newest {
				break
			}
		}
		if best == nil {
			return out, nil
		}
		take := 1
		if c.s.ask.Newest {
			take = min(len(best.buffer), n-len(out))
		}
		out = append(out, best.buffer[:take]...)
		best.buffer = best.buffer[take:]
	}
	return out, nil
}

func (c *candidateList) fill(ctx context.Context, h *head, n int) error {
	if h.done || len(h.buffer) > 0 {
		return nil
	}
	ask := c.s.ask
	ask.Limit, ask.Offset, ask.Before = n, h.offset, h.before
	a, err := c.s.find(ctx, h.month, ask)
	if err != nil {
		return err
	}
	h.buffer = a.Hits
	h.done = len(a.Hits) < n
	if k := len(a.Hits); k > 0 {
		if c.s.ask.Newest {
			h.before = a.Hits[k-1].Key
		} else {
			h.offset += k
		}
	}
	return nil
}
