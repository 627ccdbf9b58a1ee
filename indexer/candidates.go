package indexer

import "langnghe/internal/query"

// candidates translates a plan. What the index cannot answer excludes
// nothing; the matcher decides. It also reports whether there is nothing left
// to decide, because the clause finds what the query matches and no more.
func candidates(p query.Plan) (_ Clause, exact bool) {
	switch p.Kind {
	case query.PlanAnd, query.PlanOr:
		c := Clause{Op: And}
		least := len(p.Kids)
		if p.Kind == query.PlanOr {
			c.Op, least = Or, p.Min
		}
		exact := p.Exact
		for _, k := range p.Kids {
			kid, ok := candidates(k)
			exact = exact && ok
			if kid.Op == All {
				least--
				continue
			}
			c.Kids = append(c.Kids, kid)
		}
		if least <= 0 || len(c.Kids) == 0 {
			return Clause{}, exact
		}
		if c.Op == Or {
			c.Min = least
		}
		return c, exact
	case query.PlanNot:
		if kid, ok := candidates(p.Kids[0]); ok {
			return Clause{Op: Not, Kids: []Clause{kid}}, p.Exact // what stood beside it may be left to the matcher
		}
	case query.PlanPhrase:
		switch p.Field {
		case FieldTitle, FieldText:
			return phrase(p.Field, p.Phrase, p.Fold), p.Exact
		}
		return Clause{Op: Or, Kids: []Clause{phrase(FieldTitle, p.Phrase, p.Fold), phrase(FieldText, p.Phrase, p.Fold)}}, p.Exact
	case query.PlanAttr:
		switch p.Name {
		case FieldTopic, FieldArea, FieldTone, FieldStance, FieldSource, FieldKind:
			c := Clause{Op: Or}
			for _, v := range p.Values {
				c.Kids = append(c.Kids, Clause{Op: Term, Field: p.Name, Words: []string{value(v)}})
			}
			return c, p.Exact
		}
	}
	return Clause{}, false
}

// phrase finds words next to each other.
func phrase(field string, words []string, fold bool) Clause {
	if fold {
		field += "_fold"
	}
	if len(words) == 1 {
		return Clause{Op: Term, Field: field, Words: words}
	}
	return Clause{Op: Phrase, Field: field, Words: words}
}
