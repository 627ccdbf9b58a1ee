package query

import (
	"slices"

	"langnghe/internal/lang"
)

// PlanKind says what a node of a Plan is.
type PlanKind uint8

// The kinds of plan nodes.
const (
	PlanAll    PlanKind = iota // every item
	PlanAnd                    // what all Kids find
	PlanOr                     // what at least Min of Kids find
	PlanNot                    // what Kids[0] does not find
	PlanPhrase                 // Phrase in Field, within a sentence
	PlanAttr                   // attribute Name has one of Values
)

// A Plan says to an index which items a query may match: a superset, to be
// verified with [Query.Match]. An And or Or has at least two kids and none
// that is PlanAll; an Or may have one that Min asks more of than there is.
type Plan struct {
	Kind PlanKind
	// Exact says that the node finds what the clause matches and nothing
	// else. The kid of a Not is always exact; an index that cannot answer it
	// exactly must take the Not for PlanAll.
	Exact  bool
	Kids   []Plan
	Min    int      // of PlanOr, at least 1
	Field  string   // title, text, any
	Phrase []string // exact keys of consecutive tokens or, with Fold, folded keys
	Fold   bool
	Name   string // source site url kind platform area tone stance lang topic cue
	Values []string
}

// Plan returns the candidates of q.
func (q *Query) Plan() Plan { return plan(q.root, "any") }

// TextOnly reports whether q can be matched with the title and the text of an
// item alone.
func (q *Query) TextOnly() bool { return textOnly(q.root) }

func textOnly(n *node) bool {
	switch {
	case n.kind == attr, n.kind == count, n.kind == typed && n.name == "DATE": // a date without a year is near the item's
		return false
	}
	return !slices.ContainsFunc(n.kids, func(k *node) bool { return !textOnly(k) })
}

// AttrValue is the form in which attributes are compared: NFC, lower case.
func AttrValue(s string) string { return lower(s) }

func plan(n *node, field string) Plan {
	switch n.kind {
	case and:
		return every(n.kids, field)
	case near:
		return roughly(every(n.kids, field))
	case not:
		if kid := plan(n.kids[0], field); kid.Exact {
			return Plan{Kind: PlanNot, Exact: true, Kids: []Plan{kid}}
		}
	case or:
		return some(n.kids, 1, field)
	case list:
		return some(n.alts, 1, field)
	case term:
		return phrasePlan(n, field)
	case attr:
		return Plan{Kind: PlanAttr, Exact: true, Name: n.name, Values: n.values}
	case scope:
		if n.name == "title" {
			return plan(n.kids[0], "title")
		}
		return plan(n.kids[0], "text")
	case same:
		return roughly(plan(positively(n.kids[0]), field))
	case atleast:
		return roughly(plan(n.kids[0], field))
	case of:
		if n.n == len(n.alts) {
			return every(n.alts, field)
		}
		return some(n.alts, n.n, field)
	case score:
		var kids []*node
		for i, k := range n.kids {
			if n.wts[i].n > 0 {
				kids = append(kids, k)
			}
		}
		return roughly(some(kids, 1, field))
	}
	return Plan{} // wildcards, values and counts exclude nothing
}

// positively is n without NOT: what a section does not hold, another may.
func positively(n *node) *node {
	switch n.kind {
	case not:
		return &node{kind: wild} // excludes nothing
	case and, or, of:
		c := *n
		c.kids, c.alts = mapped(n.kids), mapped(n.alts)
		return &c
	}
	return n
}

func mapped(nodes []*node) []*node {
	out := make([]*node, len(nodes))
	for i, n := range nodes {
		out[i] = positively(n)
	}
	return out
}

// roughly is p as a superset.
func roughly(p Plan) Plan {
	p.Exact = false
	return p
}

func every(kids []*node, field string) Plan {
	p := Plan{Kind: PlanAnd, Exact: true}
	for _, k := range kids {
		kid := plan(k, field)
		p.Exact = p.Exact && kid.Exact
		if kid.Kind != PlanAll {
			p.Kids = append(p.Kids, kid)
		}
	}
	switch len(p.Kids) {
	case 0:
		return Plan{}
	case 1:
		kid := p.Kids[0]
		kid.Exact = p.Exact
		return kid
	}
	return p
}

func some(kids []*node, least int, field string) Plan {
	p := Plan{Kind: PlanOr, Exact: true, Min: least}
	for _, k := range kids {
		kid := plan(k, field)
		p.Exact = p.Exact && kid.Exact
		if kid.Kind == PlanAll { // holds as far as the index knows
			p.Min--
			continue
		}
		p.Kids = append(p.Kids, kid)
	}
	if p.Min <= 0 {
		return Plan{}
	}
	if len(p.Kids) == 1 && p.Min == 1 {
		kid := p.Kids[0]
		kid.Exact = p.Exact
		return kid
	}
	return p
}

func phrasePlan(n *node, field string) Plan {
	p := Plan{Kind: PlanPhrase, Field: field, Fold: n.mark == '~'}
	switch {
	case n.mark == 0:
		p.Exact = true
	case p.Fold:
		p.Exact = n.foldOne || len(n.keys) > 1
	}
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
