package query

import (
	"slices"

	"langnghe/internal/news"
)

// An Attr is an attribute and the value of the item that made it hold.
type Attr struct{ Name, Value string }

// Attrs are the attributes that support a match of d, each once, in the
// order of the query; those under NOT support nothing. They have no spans of
// their own: the reading has.
func (q *Query) Attrs(d *Doc) (out []Attr) {
	m := matcher{d: d}
	var walk func(n *node)
	walk = func(n *node) {
		switch n.kind {
		case attr:
			for _, v := range n.values {
				one := &node{kind: attr, name: n.name, values: []string{v}}
				if a := (Attr{n.name, v}); m.attr(one) && !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		case and:
			for _, k := range n.kids {
				walk(k)
			}
		case or, of:
			for _, k := range n.kids {
				if k.kind != list && m.holds(k, m.whole()) {
					walk(k)
				}
			}
		case score:
			for i, k := range n.kids {
				if n.wts[i].n > 0 && m.holds(k, m.whole()) {
					walk(k)
				}
			}
		}
	}
	if m.holds(q.root, m.whole()) {
		walk(q.root)
	}
	return out
}

// A Found is a typed value of a text, with its place and the places of the
// words that it is near to.
type Found struct {
	Type string // MONEY NUM PERCENT DATE DOCNO
	Text string // canonical: 500000, 2026-11-20, 12/2026/QD-UBND
	Span news.Span
	Near []news.Span
	v    value
}

// Is reports whether the value written in s, as a query would write it, is
// this one.
func (f *Found) Is(s string) bool {
	v, ok := readValue(f.Type, s)
	return ok && (f.Type == "DOCNO" && v.doc.includes(f.v.doc) || f.Type != "DOCNO" && v.compare(f.v) == 0)
}

// NearValues finds the values of d that make q hold, when q is an operand
// NEAR a typed keyword; of any other query it finds none.
func (q *Query) NearValues(d *Doc) (out []Found) {
	n := q.root
	if n.kind != near || n.kids[1].kind != typed {
		return nil
	}
	m := matcher{d: d}
	for _, a := range m.whole() {
		for _, v := range d.vals(a.f) {
			if !v.is(n.kids[1].name) || !n.kids[1].accepts(v.v) {
				continue
			}
			var hits []hit
			right := []hit{{a.f, v.a, v.b}}
			left := m.sorted(n.kids[0], a, nil)
			follow(left, right, n.n, &hits)
			if n.op == "NEAR" {
				follow(right, left, n.n, &hits)
			}
			hits = slices.DeleteFunc(hits, func(h hit) bool { return h == right[0] })
			if len(hits) == 0 {
				continue
			}
			f := Found{Type: n.kids[1].name, Text: v.v.print(n.kids[1].name), Span: d.span(a.f, v.a, v.b), v: v.v}
			if f.Type == "DOCNO" {
				f.Text = v.v.doc.String()
			}
			f.Near = m.spans(hits)
			out = append(out, f)
		}
	}
	return out
}
