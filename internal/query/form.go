package query

import (
	"slices"
	"strconv"
	"strings"

	"langnghe/internal/lang"
)

// A Form is a query as boxes to fill in, one phrase an entry: an entry may be
// $list, and one with ~ in front is also found without diacritics. All boxes
// that are filled in must hold.
type Form struct {
	Any    []string `json:"any,omitempty"`     // at least one of these
	All    []string `json:"all,omitempty"`     // every one
	None   []string `json:"none,omitempty"`    // not one
	Near   []string `json:"near,omitempty"`    // one of these …
	NearTo []string `json:"near_to,omitempty"` // … within so many words of one of these
	Within int      `json:"within,omitempty"`  // 0 to 10
	Fold   bool     `json:"fold,omitempty"`    // find everything without diacritics too
	Title  bool     `json:"title,omitempty"`   // look at the title only
}

// Query is the query that the form stands for; [Parse] judges it. An empty
// form is an empty query.
func (f Form) Query() string {
	var parts []string
	some, all, none := f.phrases(f.Any), f.phrases(f.All), f.phrases(f.None)
	near, to := f.phrases(f.Near), f.phrases(f.NearTo)
	alone := len(all)+len(none)+len(near)+len(to) == 0
	if len(some) > 0 {
		parts = append(parts, oneOf(some, alone))
	}
	parts = append(parts, all...)
	switch {
	case len(near) > 0 && len(to) > 0:
		parts = append(parts, oneOf(near, false)+" NEAR/"+strconv.Itoa(f.Within)+" "+oneOf(to, false))
	case len(near)+len(to) > 0: // half a NEAR asks for its half
		parts = append(parts, oneOf(append(near, to...), len(parts)+len(none) == 0))
	}
	if len(none) > 0 {
		parts = append(parts, "NOT "+oneOf(none, false))
	}
	q := strings.Join(parts, " AND ")
	if f.Title && q != "" {
		q = "title:(" + q + ")"
	}
	return q
}

// oneOf is one of the phrases, in brackets unless it stands alone.
func oneOf(phrases []string, alone bool) string {
	if len(phrases) == 1 || alone {
		return strings.Join(phrases, " OR ")
	}
	return "(" + strings.Join(phrases, " OR ") + ")"
}

// phrases are the entries of a box as terms; signs that cannot stand in one
// and empty entries are left out.
func (f Form) phrases(box []string) (out []string) {
	for _, s := range box {
		s = strings.TrimFunc(plain(s), lang.Space)
		mark := ""
		if rest, ok := strings.CutPrefix(s, "~"); ok || f.Fold {
			mark, s = "~", strings.TrimLeftFunc(rest, lang.Space)
		}
		if name, ok := strings.CutPrefix(s, "$"); ok && listName(name) {
			out = append(out, mark+"$"+name)
			continue
		}
		s = strings.Map(func(r rune) rune {
			if isQuote(r) || r == '*' {
				return ' '
			}
			return r
		}, s)
		if s = strings.TrimFunc(s, lang.Space); s != "" {
			out = append(out, mark+`"`+s+`"`)
		}
	}
	return out
}

func listName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// FormOf is the form of q. It is false when the boxes cannot say what q says;
// such a query is shown as text.
func FormOf(q *Query) (Form, bool) {
	var f Form
	n := q.root
	if n.kind == scope && n.name == "title" {
		f.Title, n = true, n.kids[0]
	}
	kids := []*node{n}
	if n.kind == and {
		kids = n.kids
	}
	marks := [2]int{} // entries without and with ~
	for _, k := range kids {
		var box *[]string
		switch k.kind {
		case term, list:
			box = &f.All
		case or:
			if box = &f.Any; len(f.Any) > 0 {
				return Form{}, false
			}
		case not:
			if box, k = &f.None, k.kids[0]; len(f.None) > 0 {
				return Form{}, false
			}
		case near:
			if len(f.Near) > 0 || k.op != "NEAR" || !entries(&f.Near, k.kids[0], &marks) {
				return Form{}, false
			}
			box, f.Within, k = &f.NearTo, k.n, k.kids[1]
		default:
			return Form{}, false
		}
		if !entries(box, k, &marks) {
			return Form{}, false
		}
	}
	if marks[0] == 0 { // one tick instead of a mark at each
		f.Fold = true
		for _, box := range [][]string{f.Any, f.All, f.None, f.Near, f.NearTo} {
			for i := range box {
				box[i] = strings.TrimPrefix(box[i], "~")
			}
		}
	}
	// The form is shown only when it says exactly the same.
	root, err := lex(f.Query())
	if err != nil {
		return Form{}, false
	}
	again, err := parse(root)
	if err != nil {
		return Form{}, false
	}
	c := checker{lists: q.known()}
	c.check(again, place{})
	return f, len(c.errs) == 0 && canonical(again).text == q.canon
}

// known are the lists of q as far as printing needs them: their names.
func (q *Query) known() Lists {
	l := Lists{}
	for _, name := range q.lists {
		l[name] = []string{"x"}
	}
	return l
}

// entries appends the phrases of n, a term, a list or an OR of them, to box.
func entries(box *[]string, n *node, marks *[2]int) bool {
	if n.kind == or {
		return !slices.ContainsFunc(n.kids, func(k *node) bool { return k.kind == or || !entries(box, k, marks) })
	}
	s := n.text
	switch {
	case n.kind == list:
		s = "$" + n.name
	case n.kind != term || n.mark == '=':
		return false
	case strings.HasPrefix(s, "$") || strings.HasPrefix(s, "~"): // would be read as what it is not
		return false
	}
	if n.mark == '~' {
		s = "~" + s
		marks[1]++
	} else {
		marks[0]++
	}
	*box = append(*box, s)
	return true
}
