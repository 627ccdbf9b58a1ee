package docx

import (
	"strconv"
	"strings"
)

// Lines of a list carry no number in a file: Word and LibreOffice count them
// when they show the document. What is checked is what people see.

// A list is one numbering of a document.
type list struct {
	levels [9]level
	counts *[9]int // shared by lists of one definition
}

// A level says how the lines at one depth are numbered.
type level struct {
	format, text string
	start        int
	pPr          *node
}

// numbering reads the part of lists.
func (d *reader) numbering() error {
	root, err := d.load("word/numbering.xml")
	if err != nil || root == nil {
		return err
	}
	abstract := map[string]*list{}
	for _, n := range root.kids {
		if n.name != "abstractNum" {
			continue
		}
		l := &list{counts: new([9]int)}
		for _, k := range n.kids {
			i, ok := k.num("ilvl")
			if k.name != "lvl" || !ok || i < 0 || i >= len(l.levels) {
				continue
			}
			start := 1
			if v, ok := k.find("start").num("val"); ok {
				start = v
			}
			l.levels[i] = level{k.find("numFmt").val(), k.find("lvlText").val(), start, k.find("pPr")}
		}
		abstract[n.attr["abstractNumId"]] = l
	}
	d.lists = map[string]*list{}
	for _, n := range root.kids {
		if l := abstract[n.find("abstractNumId").val()]; n.name == "num" && l != nil {
			one := *l
			for _, o := range n.kids {
				if i, ok := o.num("ilvl"); ok && o.name == "lvlOverride" && i >= 0 && i < len(one.levels) {
					if v, ok := o.find("startOverride").num("val"); ok {
						one.levels[i].start, one.counts = v, new([9]int)
					}
				}
			}
			d.lists[n.attr["numId"]] = &one
		}
	}
	return nil
}

// listed is the chain of properties of a paragraph, those of its list where
// they belong, and the mark before its text, or "".
func (d *reader) listed(style string, pPr *node) (chain []*node, mark string) {
	chain = d.chain(style, "pPr", pPr)
	id, depth := last(chain, "numPr", "numId").val(), 0
	l := d.lists[id]
	if l == nil {
		return chain, ""
	}
	if v, ok := last(chain, "numPr", "ilvl").num("val"); ok && v >= 0 && v < len(l.levels) {
		depth = v
	}
	own := l.levels[depth].pPr
	if pPr.find("numPr") != nil { // stronger than the style, weaker than the paragraph
		chain = append(d.chain(style, "pPr"), own, pPr)
	} else {
		chain = append([]*node{own}, chain...)
	}
	return chain, l.next(depth)
}

// next counts a line and returns its mark.
func (l *list) next(depth int) string {
	l.counts[depth]++
	for i := depth + 1; i < len(l.counts); i++ {
		l.counts[i] = 0
	}
	at := l.levels[depth]
	switch at.format {
	case "bullet":
		if strings.Trim(at.text, "-–—−") == "" {
			return at.text
		}
		return "•"
	case "none", "":
		return ""
	}
	text := at.text
	for i := range l.levels {
		n := l.levels[i].start + max(l.counts[i], 1) - 1
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), written(n, l.levels[i].format))
	}
	return text
}

// written is a number in a format of lists.
func written(n int, format string) string {
	switch format {
	case "upperRoman":
		return roman(n)
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "lowerLetter", "upperLetter":
		if n < 1 || n > 26 {
			return strconv.Itoa(n)
		}
		c := string(rune('a' + n - 1))
		if format == "upperLetter" {
			return strings.ToUpper(c)
		}
		return c
	case "decimalZero":
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
	}
	return strconv.Itoa(n)
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, r := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= r.v; n -= r.v {
			b.WriteString(r.s)
		}
	}
	return b.String()
}
