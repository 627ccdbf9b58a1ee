package web

import (
	"html/template"
	"text/template/parse"
	"time"

	"langnghe/internal/news"
)

// settle replaces what a template says with constants alone, {{t "save"}} and
// {{label "choice" "out"}}, by the words themselves.
func settle(list *parse.ListNode, t *tongue, asset func(string) (string, error)) {
	if list == nil {
		return
	}
	var out []parse.Node
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.IfNode:
			settle(n.List, t, asset)
			settle(n.ElseList, t, asset)
		case *parse.RangeNode:
			settle(n.List, t, asset)
			settle(n.ElseList, t, asset)
		case *parse.WithNode:
			settle(n.List, t, asset)
			settle(n.ElseList, t, asset)
		case *parse.ActionNode:
			if words, ok := constant(n.Pipe, t, asset); ok {
				out = append(out, &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(escaper.Replace(words))})
				continue
			}
		}
		out = append(out, n)
	}
	list.Nodes = out
}

// constant is what a pipeline of one call with constants says.
func constant(p *parse.PipeNode, t *tongue, asset func(string) (string, error)) (string, bool) {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 {
		return "", false
	}
	var said []string
	for i, arg := range p.Cmds[0].Args {
		switch a := arg.(type) {
		case *parse.IdentifierNode:
			if i > 0 {
				return "", false
			}
			said = append(said, a.Ident)
		case *parse.StringNode:
			said = append(said, a.Text)
		default:
			return "", false
		}
	}
	switch {
	case len(said) == 2 && said[0] == "t":
		return t.T(said[1]), true
	case len(said) == 3 && said[0] == "label":
		return t.Label(said[1], said[2]), true
	case len(said) == 2 && said[0] == "asset":
		path, err := asset(said[1])
		return path, err == nil // else the page says it when it is shown
	}
	return "", false
}

// shapes tell levels apart without their colour.
var shapes = [...]template.HTML{
	news.Informational: `<circle class="hollow" cx="8" cy="8" r="5"/>`,
	news.Low:           `<circle cx="8" cy="8" r="6"/>`,
	news.Medium:        `<path d="M2 2h12v12H2z"/>`,
	news.High:          `<path d="M8 1l7.5 14H.5z"/>`,
	news.Critical:      `<path d="M8 0l8 8-8 8-8-8z"/>`,
}

// marks are the levels with their shapes and names.
func (t *tongue) marks() func(news.Level) template.HTML {
	var all [len(shapes)]template.HTML
	for l, shape := range shapes {
		m := &markup{}
		m.add(`<span class="lv l-%"><svg viewBox="0 0 16 16" aria-hidden="true">`, news.Level(l).String()).put(shape)
		all[l] = m.add(`</svg>%</span>`, t.Label("level", news.Level(l))).html()
	}
	return func(l news.Level) template.HTML { return all[min(max(l, 0), news.Critical)] }
}

// moment is a time as pages show it: how long ago, and the whole of it for
// who points at it.
func (t *tongue) moment(at, now time.Time) template.HTML {
	m := &markup{}
	return m.add(`<time datetime="%" title="%">%</time>`, at.UTC().Format(time.RFC3339), t.DateTime(at), t.Ago(at, now)).html()
}

// pieces are the parts of a text, the marked ones marked.
func pieces(parts []part) template.HTML {
	m := &markup{}
	for _, p := range parts {
		if p.Mark {
			m.add(`<mark>%</mark>`, p.Text)
		} else {
			m.add(`%`, p.Text)
		}
	}
	return m.html()
}

// choices are the buttons of the seven decisions, one of which the program
// may suggest.
func (t *tongue) choices() func(news.Choice) template.HTML {
	all := map[news.Choice]template.HTML{}
	for _, suggest := range append([]news.Choice{""}, news.Choices...) {
		m := &markup{}
		m.add(`<div class="choices">`)
		for _, c := range news.Choices {
			serious, class, hint := "", "", template.HTML("")
			if grave(c) {
				serious = ` data-grave`
			}
			if c == suggest {
				class, hint = " suggest", (&markup{}).add(`<em>%</em>`, t.T("entry.suggest")).html()
			}
			m.add(`<button name="choice" value="%" data-key="%"`+serious+` class="c-%%"><kbd>%</kbd><span>%`, string(c), keys[c], string(c), class, keys[c], t.Label("choice", c))
			m.put(hint).add(`</span></button>`)
		}
		all[suggest] = m.add(`</div>`).html()
	}
	return func(suggest news.Choice) template.HTML {
		if b, ok := all[suggest]; ok {
			return b
		}
		return all[""]
	}
}
