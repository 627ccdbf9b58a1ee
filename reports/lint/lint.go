// Package lint checks a document against the form of Decree 30/2020/NĐ-CP,
// annexes I and III: the page, the blocks and their letters, numbers, dates,
// rules and marks. It reads any .docx, whoever made it.
//
// It looks at the form and never at what a document says.
package lint

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/reports/docx"
)

// A Finding is one mistake: which rule it breaks, where, and what to do.
type Finding struct {
	Rule  string    `json:"rule"`
	Para  int       `json:"para,omitempty"`  // from 1; 0 is the document
	Quote string    `json:"quote,omitempty"` // beginning of the paragraph
	Text  news.Text `json:"text"`
}

func (f Finding) String() string {
	where := "văn bản"
	if f.Para > 0 {
		where = fmt.Sprintf("đoạn %d “%s”", f.Para, f.Quote)
	}
	return f.Rule + ": " + where + ": " + f.Text.VI
}

// File checks a document of size bytes.
func File(r io.ReaderAt, size int64) ([]Finding, error) {
	d, err := docx.Read(r, size)
	if err != nil {
		return nil, err
	}
	return Check(d), nil
}

// Check checks a document that has been read.
func Check(d *docx.Doc) []Finding {
	c := &checker{doc: d, national: -1, motto: -1, number: -1, date: -1, kind: -1, to: -1, receivers: -1, archive: -1, end: len(d.Paras)}
	c.locate()
	c.page()
	c.letters()
	c.header()
	c.title()
	c.body()
	c.foot()
	slices.SortStableFunc(c.found, func(a, b Finding) int { return a.Para - b.Para })
	return c.found
}

// Rules lists the rules by their id, with what each asks for.
func Rules() map[string]news.Text { return rules }

type checker struct {
	doc   *docx.Doc
	found []Finding

	// Where blocks stand, as indices of paragraphs; -1 is nowhere.
	national, motto, number, date, kind, to, receivers, archive int
	subject                                                     []int
	agency                                                      []int
	signers                                                     []int
	end                                                         int // first appendix
}

// bad reports a mistake at a paragraph, or of the document for -1. A rule
// speaks once for each paragraph.
func (c *checker) bad(rule string, at int, args ...any) {
	text, ok := rules[rule]
	if !ok {
		panic("lint: no rule " + rule)
	}
	f := Finding{Rule: rule, Para: at + 1, Text: text}
	if at >= 0 {
		f.Quote = shorten(strings.Join(strings.Fields(c.doc.Paras[at].Text()), " "), 60)
	}
	if len(args) > 0 {
		f.Text = news.Text{VI: text.VI + " (" + fmt.Sprint(args...) + ")", EN: text.EN + " (" + fmt.Sprint(args...) + ")"}
	}
	if !slices.ContainsFunc(c.found, func(o Finding) bool { return o.Rule == rule && o.Para == f.Para }) {
		c.found = append(c.found, f)
	}
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// flat is a text for comparing: NFC, single spaces, capitals, and the tone of
// oa, oe, uy where this service writes it.
func flat(s string) string {
	s = strings.ToUpper(norm.NFC.String(strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00a0", " ")), " ")))
	return strings.NewReplacer("OÀ", "ÒA", "OÁ", "ÓA", "OẢ", "ỎA", "UỶ", "ỦY", "UÝ", "ÚY").Replace(s)
}

// bare is flat without diacritics and signs, to recognise what is misspelt.
func bare(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(flat(s)) {
		switch {
		case r == 'Đ':
			b.WriteByte('D')
		case unicode.IsLetter(r) && r < 0x250 || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// look is how the letters of a paragraph are: every property of its visible
// text.
type look struct {
	bold, italic, regular, upright bool // of all visible text
	underline                      bool // of any
	min, max                       int
	upper                          bool
}

func (c *checker) look(i int) look {
	l := look{bold: true, italic: true, regular: true, upright: true, upper: true, min: 1 << 20}
	for _, r := range c.doc.Paras[i].Runs {
		if strings.TrimSpace(r.Text) == "" {
			continue
		}
		l.bold, l.regular = l.bold && r.Bold, l.regular && !r.Bold
		l.italic, l.upright = l.italic && r.Italic, l.upright && !r.Italic
		l.underline = l.underline || r.Underline
		l.min, l.max = min(l.min, r.Size), max(l.max, r.Size)
		l.upper = l.upper && r.Text == strings.ToUpper(r.Text)
	}
	return l
}

// sized reports whether all letters have a size of lo to hi points.
func (l look) sized(lo, hi int) bool { return l.max == 0 || l.min >= 2*lo && l.max <= 2*hi }
