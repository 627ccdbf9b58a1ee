package query

import (
	"cmp"
	"slices"
	"strings"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// maxSpans is how many spans of a match are kept.
const maxSpans = 100

// A hit is tokens a up to and not including b of field f.
type hit struct{ f, a, b int }

// An area is a stretch of tokens that a clause looks at: a field, or a
// sentence or paragraph of it.
type area = hit

// Match reports whether d matches and, if so, the spans that support it:
// title first, by start, at most a hundred. A match may have none.
func (q *Query) Match(d *Doc) (bool, []news.Span) {
	m := matcher{d: d}
	if !m.holds(q.root, m.whole()) {
		return false, nil
	}
	return true, q.Spans(d)
}

// Spans are the spans that support a match of d, which must match.
func (q *Query) Spans(d *Doc) []news.Span {
	m := matcher{d: d}
	var hits []hit
	m.collect(q.root, m.whole(), &hits)
	return m.spans(hits)
}

// Touches reports whether a span that supports a match of d, which must
// match, shares a code point with one of the parts. Unlike [Query.Spans] it
// looks at all of them, however many there are.
func (q *Query) Touches(d *Doc, parts []news.Span) bool {
	if len(parts) == 0 {
		return false
	}
	m := matcher{d: d}
	var hits []hit
	m.collect(q.root, m.whole(), &hits)
	return slices.ContainsFunc(hits, func(h hit) bool {
		s := d.span(h.f, h.a, h.b)
		return slices.ContainsFunc(parts, s.Overlaps)
	})
}

// Holds is Match without the spans.
func (q *Query) Holds(d *Doc) bool {
	m := matcher{d: d}
	return m.holds(q.root, m.whole())
}

// A matcher evaluates clauses on a Doc.
type matcher struct {
	d    *Doc
	all  [2]area
	part [1]area // the section that is looked at; sections do not nest
	// Room for hits: of a test, of the sides of a NEAR.
	some, left, right []hit
}

// whole is both fields.
func (m *matcher) whole() []area {
	for i := range m.all {
		m.all[i] = area{i, 0, len(m.d.fields[i].toks)}
	}
	return m.all[:]
}

// within narrows areas to the field of a scope.
func within(name string, areas []area) []area {
	f := inTitle
	if name == "body" {
		f = inText
	}
	for i, a := range areas {
		if a.f == f {
			return areas[i : i+1]
		}
	}
	return nil
}

// sections cuts a at the ends of sentences or, when par is set, paragraphs.
func (m *matcher) sections(a area, par bool, do func([]area) (goOn bool)) {
	flag := lang.Sentence
	if par {
		flag = lang.Paragraph
	}
	toks := m.d.fields[a.f].toks
	for start := a.a; start < a.b; {
		end := start + 1
		for end < a.b && !toks[end].Has(flag) {
			end++
		}
		m.part[0] = area{a.f, start, end}
		if !do(m.part[:]) {
			return
		}
		start = end
	}
}

func (m *matcher) holds(n *node, areas []area) bool {
	switch n.kind {
	case and:
		for _, k := range n.kids {
			if !m.holds(k, areas) {
				return false
			}
		}
		return true
	case or:
		return slices.ContainsFunc(n.kids, func(k *node) bool { return m.holds(k, areas) })
	case not:
		return !m.holds(n.kids[0], areas)
	case list:
		return slices.ContainsFunc(n.alts, func(k *node) bool { return m.holds(k, areas) })
	case term, wild, typed:
		for _, a := range areas {
			if m.some = m.hits(n, a, 1, m.some[:0]); len(m.some) > 0 {
				return true
			}
		}
		return false
	case near:
		return slices.ContainsFunc(areas, func(a area) bool { return m.pairs(n, a, nil) })
	case atleast:
		sum := 0
		for _, a := range areas {
			m.left = m.sorted(n.kids[0], a, m.left[:0])
			sum += apart(m.left)
		}
		return sum >= n.n
	case scope:
		return m.holds(n.kids[0], within(n.name, areas))
	case same:
		ok := false
		for _, a := range areas {
			m.sections(a, n.op == "p", func(s []area) bool {
				ok = m.holds(n.kids[0], s)
				return !ok
			})
			if ok {
				return true
			}
		}
		return false
	case of:
		sum := 0
		for _, k := range n.alts {
			if m.holds(k, areas) {
				sum++
			}
		}
		return sum >= n.n
	case score:
		sum := 0
		for i, k := range n.kids {
			if m.holds(k, areas) {
				sum += n.wts[i].n
			}
		}
		return sum >= n.n
	case attr:
		return m.attr(n)
	case count:
		v := m.d.count(n.name)
		return v >= 0 && compares(cmp.Compare(v, n.n), n.op)
	}
	return false
}

// compares reports whether the outcome c of a comparison satisfies op.
func compares(c int, op string) bool {
	switch op {
	case ">":
		return c > 0
	case ">=":
		return c >= 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	}
	return c == 0
}

func (m *matcher) attr(n *node) bool {
	switch n.name {
	case "topic":
		if r := m.d.it.Reading; r != nil {
			return slices.ContainsFunc(r.Topics, func(t news.Topic) bool { return slices.Contains(n.values, lower(t.ID)) })
		}
		return false
	case "cue":
		if r := m.d.it.Reading; r != nil {
			return slices.ContainsFunc(r.Cues, func(c news.Cue) bool { return slices.Contains(n.values, lower(c.Family)) })
		}
		return false
	}
	have := m.d.attr(slices.Index(attrNames, n.name))
	if have == "" {
		return false
	}
	return slices.ContainsFunc(n.values, func(v string) bool {
		switch n.name {
		case "site":
			return have == v || strings.HasSuffix(have, "."+v)
		case "url":
			return strings.Contains(have, v)
		}
		return have == v
	})
}

// hits appends the hits of n in a to out, at most max of each leaf when max
// is not 0. n is a term, wildcard, list, value or an OR of them.
func (m *matcher) hits(n *node, a area, max int, out []hit) []hit {
	f := &m.d.fields[a.f]
	add := func(i, j int) bool {
		out = append(out, hit{a.f, i, j})
		max--
		return max != 0
	}
	switch n.kind {
	case or:
		for _, k := range n.kids {
			out = m.hits(k, a, max, out)
		}
	case list:
		for _, k := range n.alts {
			out = m.hits(k, a, max, out)
		}
	case wild:
		for i, k := range m.d.keysOf(a.f)[a.a:a.b] {
			if strings.HasPrefix(k, n.keys[0]) && !add(a.a+i, a.a+i+1) {
				break
			}
		}
	case typed:
		for _, v := range m.d.vals(a.f) {
			if v.a >= a.a && v.b <= a.b && v.is(n.name) && n.accepts(v.v) && !add(v.a, v.b) {
				break
			}
		}
	case term:
		w := len(n.hashes)
		fold := n.mark == '~' && (w > 1 || n.foldOne || f.accentless())
		want := n.hashes
		if fold {
			want = n.folds
		}
		for i := a.a; i+w <= a.b; i++ {
			t := &f.toks[i]
			if (fold && t.Fold != want[0]) || (!fold && t.Key != want[0]) {
				continue
			}
			if n.mark == '=' {
				if f.raw(i, n.raw) && !add(i, i+w) {
					break
				}
				continue
			}
			if f.phrase(i, want, fold) && !add(i, i+w) {
				break
			}
		}
	}
	return out
}

// accepts reports whether v is what the typed clause n asks for.
func (n *node) accepts(v value) bool {
	switch {
	case n.op == "":
		return true
	case n.name == "DOCNO":
		return n.lo.doc.includes(v.doc)
	case n.op == "=":
		return v.compare(n.lo) >= 0 && v.compare(n.hi) <= 0
	}
	return compares(v.compare(n.lo), n.op)
}

// phrase reports whether the keys want go on from token i, whose key fits,
// within its sentence.
func (f *field) phrase(i int, want []uint64, fold bool) bool {
	for j := 1; j < len(want); j++ {
		t := &f.toks[i+j]
		if fold && t.Fold != want[j] || !fold && t.Key != want[j] || t.Has(lang.Sentence) {
			return false
		}
	}
	return true
}

// raw reports whether the surfaces from token i are those of want.
func (f *field) raw(i int, want []piece) bool {
	for j, p := range want {
		t := &f.toks[i+j]
		if surface(f.text[t.Start:t.End]) != p.text {
			return false
		}
		if j > 0 && spaces(f.text[f.toks[i+j-1].End:t.Start]) != p.gap {
			return false
		}
	}
	return true
}

// sorted are the hits of n in a by start, longer first, each once, in the
// room of dst.
func (m *matcher) sorted(n *node, a area, dst []hit) []hit {
	hits := m.hits(n, a, 0, dst)
	slices.SortFunc(hits, func(x, y hit) int { return cmp.Or(x.a-y.a, y.b-x.b) })
	return slices.Compact(hits)
}

// apart counts hits that do not overlap, from the left, longer first.
func apart(hits []hit) (n int) {
	end := 0
	for _, h := range hits {
		if h.a >= end {
			n, end = n+1, h.b
		}
	}
	return n
}

// pairs reports whether a has a qualifying pair of the NEAR n; with out set
// it collects all hits that are in one.
func (m *matcher) pairs(n *node, a area, out *[]hit) bool {
	m.left = m.sorted(n.kids[0], a, m.left[:0])
	if len(m.left) == 0 {
		return false
	}
	m.right = m.sorted(n.kids[1], a, m.right[:0])
	found := follow(m.left, m.right, n.n, out)
	if n.op == "NEAR" && (!found || out != nil) {
		found = follow(m.right, m.left, n.n, out) || found
	}
	return found
}

// follow looks for hits of later that start within n tokens behind a hit of
// earlier.
func follow(earlier, later []hit, n int, out *[]hit) (found bool) {
	for _, e := range earlier {
		i, _ := slices.BinarySearchFunc(later, e.b, func(h hit, t int) int { return h.a - t })
		first := true
		for ; i < len(later) && later[i].a <= e.b+n; i++ {
			found = true
			if out == nil {
				return true
			}
			if first {
				*out, first = append(*out, e), false
			}
			*out = append(*out, later[i])
		}
	}
	return found
}

// collect appends the hits that support n, which holds.
func (m *matcher) collect(n *node, areas []area, out *[]hit) {
	switch n.kind {
	case and:
		for _, k := range n.kids {
			m.collect(k, areas, out)
		}
	case or:
		for _, k := range n.kids {
			if m.holds(k, areas) {
				m.collect(k, areas, out)
			}
		}
	case of:
		for _, k := range n.alts {
			if m.holds(k, areas) {
				m.collect(k, areas, out)
			}
		}
	case score:
		for i, k := range n.kids {
			if n.wts[i].n > 0 && m.holds(k, areas) {
				m.collect(k, areas, out)
			}
		}
	case term, wild, typed, list:
		for _, a := range areas {
			*out = m.hits(n, a, 0, *out)
		}
	case near:
		for _, a := range areas {
			m.pairs(n, a, out)
		}
	case atleast:
		for _, a := range areas {
			*out = m.hits(n.kids[0], a, 0, *out)
		}
	case scope:
		m.collect(n.kids[0], within(n.name, areas), out)
	case same:
		for _, a := range areas {
			m.sections(a, n.op == "p", func(s []area) bool {
				if m.holds(n.kids[0], s) {
					m.collect(n.kids[0], s, out)
				}
				return true
			})
		}
	}
}

// spans merges hits that overlap and turns them into places.
func (m *matcher) spans(hits []hit) []news.Span {
	slices.SortFunc(hits, func(x, y hit) int { return cmp.Or(x.f-y.f, x.a-y.a, y.b-x.b) })
	var out []news.Span
	for i := 0; i < len(hits) && len(out) < maxSpans; {
		h := hits[i]
		for i++; i < len(hits) && hits[i].f == h.f && hits[i].a < h.b; i++ {
			h.b = max(h.b, hits[i].b)
		}
		out = append(out, m.d.span(h.f, h.a, h.b))
	}
	return out
}
