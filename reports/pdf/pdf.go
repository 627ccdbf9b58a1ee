// Package pdf writes documents as PDF 1.7: text in an embedded face, cut down
// to the letters that are used, with a map back to Unicode, so that the text
// can be searched and read aloud.
package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"

	"langnghe/reports/face"
	"langnghe/reports/paper"
)

// Write lays the flow out and writes it. The same flow is the same file.
func Write(w io.Writer, f *paper.Flow) error {
	pages := layout(f)
	d := &file{fonts: map[face.Style]*used{}}
	for _, p := range pages {
		d.page(p)
	}
	d.finish(f.Title)
	if _, err := w.Write(d.out.Bytes()); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	return nil
}

// Pages returns how many pages the flow takes.
func Pages(f *paper.Flow) int { return len(layout(f)) }

// Room returns how many pages the flow takes, and how many twips are left on
// the last one. Two programs agree on a page's end but for a millimetre.
func Room(f *paper.Flow) (pages, left int) {
	s := set(f)
	return len(s.pages), int(bottom - s.y)
}

// used are the glyphs of a cut that stand in the document.
type used struct {
	id     int // of the font's object
	glyphs map[uint16]rune
}

type file struct {
	out     bytes.Buffer
	offsets []int // of objects, from 1
	fonts   map[face.Style]*used
	bodies  []body
}

type body struct {
	content []byte
	links   []link
}

// object writes an object and returns its number.
func (d *file) object(id int, content string) {
	for len(d.offsets) < id {
		d.offsets = append(d.offsets, 0)
	}
	d.offsets[id-1] = d.out.Len()
	fmt.Fprintf(&d.out, "%d 0 obj\n%s\nendobj\n", id, content)
}

func stream(dict string, data []byte) string {
	var z bytes.Buffer
	c := zlib.NewWriter(&z)
	_, _ = c.Write(data) // into memory
	_ = c.Close()
	return fmt.Sprintf("<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", dict, z.Len(), z.Bytes())
}

func pt(twips float64) string { return number(twips / 20) }

func number(v float64) string {
	s := fmt.Sprintf("%.3f", v)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// page turns the marks of a page into its content.
func (d *file) page(p page) {
	var b bytes.Buffer
	for _, m := range p.marks {
		switch m := m.(type) {
		case text:
			u := d.fonts[m.Style()]
			if u == nil {
				u = &used{glyphs: map[uint16]rune{}}
				d.fonts[m.Style()] = u
			}
			f := face.Get(m.Style())
			var hex strings.Builder
			for _, r := range m.Text {
				g, _ := f.Glyph(r)
				u.glyphs[g] = r
				fmt.Fprintf(&hex, "%04X", g)
			}
			fmt.Fprintf(&b, "BT /F%d %s Tf %s %s Td <%s> Tj ET\n", m.Style(), number(float64(m.Size)/2), pt(m.x), pt(paper.PageHeight-m.y), hex.String())
		case box:
			op := "f"
			if m.gray < 0 {
				op = "S"
			}
			fmt.Fprintf(&b, "q %s g %s %s %s %s re %s Q\n", number(max(m.gray, 0)), pt(m.x), pt(paper.PageHeight-m.y-m.h), pt(m.w), pt(m.h), op)
		case stroke:
			dash := "[] 0 d"
			if m.dashed {
				dash = "[3 2] 0 d"
			}
			fmt.Fprintf(&b, "%s 0 G %s w %s %s m %s %s l S\n", dash, number(m.width), pt(m.x1), pt(paper.PageHeight-m.y1), pt(m.x2), pt(paper.PageHeight-m.y2))
		}
	}
	d.bodies = append(d.bodies, body{b.Bytes(), p.links})
}

// finish writes everything that was collected. Objects are numbered: catalog,
// tree of pages, info; five for each cut; two and its links for each page.
func (d *file) finish(title string) {
	d.out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	next := 4
	styles := slices.Sorted(maps.Keys(d.fonts))
	var resources strings.Builder
	for _, s := range styles {
		d.fonts[s].id = next
		fmt.Fprintf(&resources, "/F%d %d 0 R ", s, next)
		next += 5
	}
	var kids strings.Builder
	first := next
	for _, p := range d.bodies {
		fmt.Fprintf(&kids, "%d 0 R ", next)
		next += 2 + len(p.links)
	}
	d.object(1, "<< /Type /Catalog /Pages 2 0 R /Lang (vi-VN) /ViewerPreferences << /DisplayDocTitle true >> >>")
	d.object(2, fmt.Sprintf("<< /Type /Pages /Count %d /Kids [ %s] /MediaBox [0 0 %s %s] /Resources << /Font << %s>> >> >>",
		len(d.bodies), kids.String(), pt(paper.PageWidth), pt(paper.PageHeight), resources.String()))
	d.object(3, "<< /Title "+textString(title)+" /Producer (langnghe) >>")
	for _, s := range styles {
		d.font(s, d.fonts[s])
	}
	at := first
	for _, p := range d.bodies {
		annots := ""
		for i := range p.links {
			annots += fmt.Sprintf("%d 0 R ", at+2+i)
		}
		if annots != "" {
			annots = " /Annots [ " + annots + "]"
		}
		d.object(at, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /Contents %d 0 R%s >>", at+1, annots))
		d.object(at+1, stream("", p.content))
		for i, l := range p.links {
			d.object(at+2+i, fmt.Sprintf("<< /Type /Annot /Subtype /Link /Border [0 0 0] /Rect [%s %s %s %s] /A << /S /URI /URI %s >> >>",
				pt(l.x), pt(paper.PageHeight-l.y-l.h), pt(l.x+l.w), pt(paper.PageHeight-l.y), literal(l.url)))
		}
		at += 2 + len(p.links)
	}
	xref := d.out.Len()
	fmt.Fprintf(&d.out, "xref\n0 %d\n0000000000 65535 f \n", len(d.offsets)+1)
	for _, o := range d.offsets {
		fmt.Fprintf(&d.out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&d.out, "trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(d.offsets)+1, xref)
}

// font writes the five objects of a cut: the composite font, its descendant,
// the descriptor, the file and the map to Unicode.
func (d *file) font(s face.Style, u *used) {
	f := face.Get(s)
	scale := func(n int) int { return n * 1000 / f.Em }
	glyphs := slices.Sorted(maps.Keys(u.glyphs))
	var widths, uni strings.Builder
	keep := map[uint16]bool{}
	for _, g := range glyphs {
		keep[g] = true
		fmt.Fprintf(&widths, "%d [%s] ", g, number(float64(f.Advance(g))*1000/float64(f.Em)))
	}
	for i := 0; i < len(glyphs); i += 100 {
		part := glyphs[i:min(i+100, len(glyphs))]
		fmt.Fprintf(&uni, "%d beginbfchar\n", len(part))
		for _, g := range part {
			fmt.Fprintf(&uni, "<%04X> <", g)
			for _, c := range utf16.Encode([]rune{u.glyphs[g]}) {
				fmt.Fprintf(&uni, "%04X", c)
			}
			uni.WriteString(">\n")
		}
		uni.WriteString("endbfchar\n")
	}
	name := "LNGHEA+" + f.Name
	flags, stem := 34, 80 // serif, not symbolic
	if s&face.Italic != 0 {
		flags |= 64
	}
	if s&face.Bold != 0 {
		stem = 140
	}
	d.object(u.id, fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, u.id+1, u.id+4))
	d.object(u.id+1, fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 0 /W [ %s] >>", name, u.id+2, widths.String()))
	d.object(u.id+2, fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags %d /FontBBox [%d %d %d %d] /ItalicAngle %s /Ascent %d /Descent %d /CapHeight %d /StemV %d /FontFile2 %d 0 R >>",
		name, flags, scale(f.Box[0]), scale(f.Box[1]), scale(f.Box[2]), scale(f.Box[3]), number(f.Angle), scale(f.Ascent), scale(f.Descent), scale(f.CapHeight), stem, u.id+3))
	data := f.Subset(keep)
	d.object(u.id+3, stream(fmt.Sprintf("/Length1 %d", len(data)), data))
	d.object(u.id+4, stream("", []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"+uni.String()+"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")))
}

// textString encodes a text of the document's data as UTF-16.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, c := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", c)
	}
	b.WriteString(">")
	return b.String()
}

// literal encodes an address, which is ASCII.
func literal(s string) string {
	return "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`, "\n", "", "\r", "").Replace(s) + ")"
}
