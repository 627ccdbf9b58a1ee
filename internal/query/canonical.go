package query

import (
	"slices"
	"strconv"
	"strings"

	"langnghe/internal/lang"
)

// A form is the canonical form of a clause; parts are the operands of an AND
// or OR.
type form struct {
	kind  kind
	text  string
	parts []form
}

// operand is the form with the brackets that it needs below an operator.
func (f form) operand() string {
	if f.kind == and || f.kind == or {
		return "(" + f.text + ")"
	}
	return f.text
}

// canonical prints n so that queries that mean the same for trivial reasons
// look the same.
func canonical(n *node) form {
	f := form{kind: n.kind}
	switch n.kind {
	case and, or:
		for _, k := range n.kids {
			if g := canonical(k); g.kind == n.kind {
				f.parts = append(f.parts, g.parts...)
			} else {
				f.parts = append(f.parts, g)
			}
		}
		slices.SortFunc(f.parts, func(a, b form) int { return strings.Compare(a.operand(), b.operand()) })
		f.parts = slices.CompactFunc(f.parts, func(a, b form) bool { return a.text == b.text })
		if len(f.parts) == 1 {
			return f.parts[0]
		}
		op := " AND "
		if n.kind == or {
			op = " OR "
		}
		f.text = join(f.parts, op)
	case not:
		f.text = "NOT " + canonical(n.kids[0]).operand()
	case near:
		l, r := canonical(n.kids[0]).operand(), canonical(n.kids[1]).operand()
		if n.op == "NEAR" && r < l {
			l, r = r, l
		}
		f.text = l + " " + n.op + "/" + strconv.Itoa(n.n) + " " + r
	case term:
		f.text = termForm(n)
	case wild:
		f.text = n.keys[0] + "*"
	case list:
		if n.mark == '~' {
			f.text = "~"
		}
		f.text += "$" + n.name
	case typed:
		f.text = n.name
		if n.op != "" {
			f.text += n.op + n.lo.print(n.name)
			if n.lo != n.hi {
				f.text += ".." + n.hi.print(n.name)
			}
			if strings.Count(f.text, `"`) > 2 { // a range of values that need quotes
				f.text = n.name + n.op + `"` + strings.ReplaceAll(n.lo.print(n.name)+".."+n.hi.print(n.name), `"`, "") + `"`
			} else if strings.Contains(f.text, `"`) && strings.Contains(f.text, "..") {
				f.text = n.name + n.op + `"` + strings.ReplaceAll(f.text[len(n.name+n.op):], `"`, "") + `"`
			}
		}
	case scope:
		f.text = n.name + ":(" + canonical(n.kids[0]).text + ")"
	case attr:
		if n.mark == '$' {
			f.text = n.name + ":$" + n.text
		} else {
			f.text = n.name + `:"` + n.values[0] + `"`
		}
	case count:
		f.text = n.name + n.op + strconv.Itoa(n.n)
	case same:
		f.text = "SAME(" + n.op + "){" + canonical(n.kids[0]).text + "}"
	case of:
		var alts []string
		for _, k := range n.kids {
			alts = append(alts, canonical(k).text)
		}
		slices.Sort(alts)
		f.text = strconv.Itoa(n.n) + " OF (" + strings.Join(slices.Compact(alts), ", ") + ")"
	case score:
		var elems []string
		for i, k := range n.kids {
			g := canonical(k)
			switch g.kind {
			case term, wild, list, typed:
			default:
				g.text = "(" + g.text + ")"
			}
			elems = append(elems, g.text+":"+strconv.Itoa(n.wts[i].n))
		}
		slices.Sort(elems)
		f.text = "SCORE(" + strings.Join(elems, ", ") + ")>=" + strconv.Itoa(n.n)
	case atleast:
		f.text = "ATLEAST/" + strconv.Itoa(n.n) + " " + canonical(n.kids[0]).operand()
	}
	return f
}

func join(parts []form, op string) string {
	var s []string
	for _, p := range parts {
		s = append(s, p.operand())
	}
	return strings.Join(s, op)
}

func termForm(n *node) string {
	if n.mark == '=' {
		var b strings.Builder
		for _, p := range n.raw {
			b.WriteString(p.gap + p.text)
		}
		return `="` + b.String() + `"`
	}
	var out []string
	for i, k := range n.keys {
		// NFKC turns a few letters of other scripts into more than one
		// token; such a key cannot be read back, the token as written can.
		if lang.Key(k) != k || len(lang.Tokens(nil, k)) != 1 {
			t := lang.Tokens(nil, n.text)[i]
			k = surface(n.text[t.Start:t.End])
		} else if n.mark == '~' && len(n.keys) > 1 {
			if f := lang.Fold(k); lang.Key(f) == f && len(lang.Tokens(nil, f)) == 1 {
				k = f
			}
		}
		out = append(out, k)
	}
	s := `"` + strings.Join(out, " ") + `"`
	if n.mark == '~' {
		s = "~" + s
	}
	return s
}
