package page

import (
	"io"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"langnghe/crawler/nfc"
)

// A block is a run of text without a block-level boundary in it: a
// paragraph, a heading, a list entry, a line of a menu.
type block struct {
	text  string
	links int // runes of text inside links
	node  *html.Node
}

func (b block) runes() int { return len([]rune(b.text)) }

// linked reports whether the block is mostly links.
func (b block) linked() bool { return 2*b.links > b.runes() }

// heading reports whether the block is inside h1 … h6.
func (b block) heading() bool {
	for n := b.node; n != nil; n = n.Parent {
		switch n.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			return true
		}
	}
	return false
}

// Plain returns the text of a fragment of HTML, as feeds carry them: one
// paragraph a line pair, no mark-up, entities resolved, NFC. Text that only
// looks a little like HTML comes back as it is.
func Plain(fragment string) string {
	if !strings.ContainsAny(fragment, "<&") {
		return tidy(fragment)
	}
	if text, ok := quick(fragment); ok {
		return text
	}
	if text, ok := tokens(fragment); ok {
		return text
	}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return tidy(fragment)
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return join(blocks(root))
}

// oneLine has spaces for the breaks of lines, which mean nothing in HTML.
var oneLine = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

// tokens is Plain without a tree, for the mark-up that feeds have. It gives up
// where only a tree knows what belongs to what.
func tokens(fragment string) (string, bool) {
	if !strings.Contains(fragment, "<") {
		return tidy(html.UnescapeString(oneLine.Replace(fragment))), true
	}
	z := html.NewTokenizer(strings.NewReader(fragment))
	var parts []string
	var b strings.Builder
	flush := func() {
		if text := tidy(b.String()); text != "" {
			parts = append(parts, text)
		}
		b.Reset()
	}
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			flush()
			return strings.Join(parts, "\n\n"), z.Err() == io.EOF
		case html.TextToken:
			for _, r := range string(z.Text()) {
				if r == '\n' || r == '\r' || r == '\t' {
					r = ' '
				}
				b.WriteRune(r)
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, more := z.TagName()
			n := html.Node{Type: html.ElementNode, DataAtom: atom.Lookup(name)}
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				n.Attr = append(n.Attr, html.Attribute{Key: string(k), Val: string(v)})
			}
			switch {
			case n.DataAtom == 0 || skipped(&n) || n.DataAtom == atom.Pre || n.DataAtom == atom.Table:
				return "", false
			case n.DataAtom == atom.Br && kind != html.EndTagToken:
				if strings.HasSuffix(strings.TrimRight(b.String(), " "), "\n") {
					flush()
				} else {
					b.WriteByte('\n')
				}
			case n.DataAtom == atom.Td || n.DataAtom == atom.Th || n.DataAtom == atom.Tr || n.DataAtom == atom.Tbody:
				return "", false
			case blockLevel(&n):
				flush()
			}
		}
	}
}

// Text returns the text of a node, as Plain does.
func Text(n *html.Node) string { return join(blocks(n)) }

func join(bs []block) string {
	parts := make([]string, 0, len(bs))
	for _, b := range bs {
		parts = append(parts, b.text)
	}
	return strings.Join(parts, "\n\n")
}

// tidy evens out white space line by line and composes the letters.
func tidy(s string) string {
	if s = strings.TrimFunc(s, white); even(s) {
		return nfc.String(s)
	}
	var out []string
	for line := range strings.Lines(s) {
		if line = squeeze(line); line != "" {
			out = append(out, line)
		}
	}
	return nfc.String(strings.Join(out, "\n"))
}

// even reports whether s is one line without white space to even out.
func even(s string) bool {
	last := ' '
	for _, r := range s {
		switch {
		case r == ' ':
			if last == ' ' {
				return false
			}
		case r < ' ' || r == 0x7f:
			return false
		case r < 0x7f, r >= 0xc0 && r < 0x370, r >= 0x1e00 && r < 0x1f00: // no letter of Vietnamese needs more
		case white(r):
			return false
		}
		last = r
	}
	return last != ' ' || s == ""
}

// white reports whether a rune counts as white space, or as nothing.
func white(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u200b' || r == '\ufeff' || r == '\u00ad'
}

func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(s, white), " ")
}

// skipped are elements whose text nobody reads as part of a document.
func skipped(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe, atom.Object,
		atom.Select, atom.Button, atom.Textarea, atom.Head, atom.Audio, atom.Video, atom.Canvas, atom.Math:
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "aria-hidden" && a.Val == "true" {
			return true
		}
	}
	style := attr(n, "style")
	return style != "" && strings.Contains(strings.ReplaceAll(strings.ToLower(style), " ", ""), "display:none")
}

func blockLevel(n *html.Node) bool {
	switch n.DataAtom {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Aside, atom.Nav,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd,
		atom.Table, atom.Tr, atom.Thead, atom.Tbody, atom.Blockquote, atom.Pre, atom.Figure, atom.Figcaption,
		atom.Form, atom.Fieldset, atom.Hr, atom.Address, atom.Body, atom.Html, atom.Center, atom.Details, atom.Summary:
		return true
	}
	return false
}

// maxDepth bounds the recursion; a page that nests deeper is not read there.
const maxDepth = 400

// blocks returns the text of a tree, block by block.
func blocks(root *html.Node) []block {
	var out []block
	var b strings.Builder
	links, first := 0, (*html.Node)(nil)
	flush := func() {
		if text := tidy(b.String()); text != "" {
			out = append(out, block{text, links, first})
		}
		b.Reset()
		links, first = 0, nil
	}
	var walk func(n *html.Node, linked bool, depth int)
	walk = func(n *html.Node, linked bool, depth int) {
		switch n.Type {
		case html.TextNode:
			text := n.Data
			if n.Parent == nil || n.Parent.DataAtom != atom.Pre {
				text = strings.Map(func(r rune) rune {
					if r == '\n' || r == '\r' || r == '\t' {
						return ' '
					}
					return r
				}, text)
			}
			if strings.TrimSpace(text) != "" && first == nil {
				first = n
			}
			b.WriteString(text)
			if linked {
				links += len([]rune(squeeze(text)))
			}
			return
		case html.ElementNode:
			if skipped(n) {
				return
			}
		case html.DocumentNode:
		default:
			return
		}
		if depth > maxDepth {
			return
		}
		switch n.DataAtom {
		case atom.Br:
			// Two in a row end a paragraph.
			if s := b.String(); strings.HasSuffix(strings.TrimRight(s, " "), "\n") {
				flush()
			} else {
				b.WriteByte('\n')
			}
			return
		case atom.Td, atom.Th:
			b.WriteByte(' ')
		}
		level := n.Type == html.ElementNode && blockLevel(n)
		if level {
			flush()
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, linked || n.DataAtom == atom.A, depth+1)
		}
		if level {
			flush()
		}
	}
	walk(root, false, 0)
	flush()
	return out
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// all calls f for each element under n, until it returns false.
func all(n *html.Node, f func(*html.Node) bool) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && !f(d) {
			return false
		}
	}
	return true
}
