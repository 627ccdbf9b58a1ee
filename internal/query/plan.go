package query

import "langnghe/internal/lang"

// PlanKind says what a node of a Plan is.
type PlanKind uint8

// The kinds of plan nodes.
const (
	PlanAll    PlanKind = iota // every item
	PlanAnd                    // what all Kids find
	PlanOr                     // what some of Kids find
	PlanPhrase                 // Phrase in Field
	PlanAttr                   // attribute Name has one of Values
)

// A Plan says to an index which items a query may match: a superset, to be
// verified with [Query.Match]. An And or Or has at least two kids and none
// that is PlanAll.
type Plan struct {
	Kind   PlanKind
	Kids   []Plan
	Field  string   // title, text, any
	Phrase []string // exact keys of consecutive tokens or, with Fold, folded keys
	Fold   bool
	Name   string // source site url kind platform area tone stance lang topic cue
	Values []string
}

// Plan returns the candidates of q.
func (q *Query) Plan() Plan { return plan(q.root, "any") }

func plan(n *node, field string) Plan {
	switch n.kind {
	case and, near:
		return every(n.kids, field)
	case or:
		return some(n.kids, field)
	case list:
		return some(n.alts, field)
	case term:
		return phrasePlan(n, field)
	case attr:
		return Plan{Kind: PlanAttr, Name: n.name, Values: n.values}
	case scope:
		if n.name == "title" {
			return plan(n.kids[0], "title")
		}
		return plan(n.kids[0], "text")
	case same, atleast:
		return plan(n.kids[0], field)
	case of:
		if n.n == len(n.alts) {
			return every(n.alts, field)
		}
		return some(n.alts, field)
	case score:
		var kids []*node
		for i, k := range n.kids {
			if n.wts[i].n > 0 {
				kids = append(kids, k)
			}
		}
		return some(kids, field)
	}
	return Plan{} // NOT, wildcards, values and counts exclude nothing
}

func every(kids []*node, field string) Plan {
	p := Plan{Kind: PlanAnd}
	for _, k := range kids {
		if kid := plan(k, field); kid.Kind != PlanAll {
			p.Kids = append(p.Kids, kid)
		}
	}
	switch len(p.Kids) {
	case 0:
		return Plan{}
	case 1:
		return p.Kids[0]
	}
	return p
}

func some(kids []*node, field string) Plan {
	p := Plan{Kind: PlanOr}
	for _, k := range kids {
		kid := plan(k, field)
		if kid.Kind == PlanAll {
			return Plan{}
		}
		p.Kids = append(p.Kids, kid)
	}
	if len(p.Kids) == 1 {
		return p.Kids[0]
	}
	return p
}

func phrasePlan(n *node, field string) Plan {
	p := Plan{Kind: PlanPhrase, Field: field, Fold: n.mark == '~'}
	for _, k := range n.keys {
		if p.Fold {
			k = lang.Fold(k)
		}
		p.Phrase = append(p.Phrase, k)
	}
	if n.mark != '=' || len(n.keys) == 1 {
		return p
	}
	// A raw term may go on behind a sentence end, a phrase of the index may
	// not: ask for its words.
	words := Plan{Kind: PlanAnd}
	for i := range p.Phrase {
		words.Kids = append(words.Kids, Plan{Kind: PlanPhrase, Field: field, Phrase: p.Phrase[i : i+1]})
	}
	return words
}
