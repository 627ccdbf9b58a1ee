// Package docx writes documents as WordprocessingML (ISO/IEC 29500,
// transitional) and reads them, to check their form.
//
// It writes what is in a flow and nothing else: exact heights of lines, no
// styles that a reader's template could change, and "Times New Roman" as the
// face of every letter.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"langnghe/reports/paper"
)

// Font is the face that documents name.
const Font = "Times New Roman"

// Write writes the document. The same flow is the same file, byte for byte.
func Write(w io.Writer, f *paper.Flow) error {
	d := &writer{flow: f}
	body := d.document()
	z := zip.NewWriter(w)
	add := func(name, content string) error {
		e, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = io.WriteString(e, content)
		}
		return err
	}
	parts := []struct{ name, content string }{
		{"[Content_Types].xml", d.types()},
		{"_rels/.rels", decl + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relBase + `officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", decl + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + escape(f.Title) + `</dc:title><dc:language>vi-VN</dc:language></cp:coreProperties>`},
		{"word/document.xml", body},
		{"word/_rels/document.xml.rels", d.relations()},
		{"word/styles.xml", styles},
		{"word/settings.xml", settings},
		{"word/header1.xml", header(true)},
		{"word/header2.xml", header(false)},
	}
	for i, c := range d.charts {
		parts = append(parts, struct{ name, content string }{fmt.Sprintf("word/charts/chart%d.xml", i+1), chart(c.Chart, c.Layout())})
	}
	for _, p := range parts {
		if err := add(p.name, p.content); err != nil {
			return fmt.Errorf("docx: %s: %w", p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("docx: %w", err)
	}
	return nil
}

const (
	decl    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	relBase = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	spaces  = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"`
	fonts   = `<w:rFonts w:ascii="` + Font + `" w:hAnsi="` + Font + `" w:eastAsia="` + Font + `" w:cs="` + Font + `"/>`
	styles  = decl + `<w:styles ` + spaces + `><w:docDefaults><w:rPrDefault><w:rPr>` + fonts + `<w:color w:val="000000"/><w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:widowControl w:val="0"/></w:pPr></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>`
	// Version 14 keeps word processors from squeezing the spaces of a
	// justified line, so that all break lines alike.
	settings = decl + `<w:settings ` + spaces + `><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="14"/></w:compat></w:settings>`
)

// header is the line above the text; that of a section's first page is empty.
func header(number bool) string {
	run := ""
	if number {
		run = `<w:r><w:rPr>` + fonts + `<w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:rPr>` + fonts + `<w:sz w:val="28"/></w:rPr><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:rPr>` + fonts + `<w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr>` + fonts + `<w:sz w:val="28"/></w:rPr><w:t>2</w:t></w:r><w:r><w:rPr>` + fonts + `<w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="end"/></w:r>`
	}
	return decl + `<w:hdr ` + spaces + `><w:p><w:pPr><w:spacing w:line="340" w:lineRule="exact"/><w:jc w:val="center"/></w:pPr>` + run + `</w:p></w:hdr>`
}

type writer struct {
	flow   *paper.Flow
	b      bytes.Buffer
	charts []*paper.Drawing
	links  []string
}

func (d *writer) types() string {
	var s strings.Builder
	s.WriteString(decl + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`)
	for _, p := range [][2]string{{"/word/document.xml", "wordprocessingml.document.main"}, {"/word/styles.xml", "wordprocessingml.styles"}, {"/word/settings.xml", "wordprocessingml.settings"}, {"/word/header1.xml", "wordprocessingml.header"}, {"/word/header2.xml", "wordprocessingml.header"}} {
		s.WriteString(`<Override PartName="` + p[0] + `" ContentType="application/vnd.openxmlformats-officedocument.` + p[1] + `+xml"/>`)
	}
	s.WriteString(`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>`)
	for i := range d.charts {
		fmt.Fprintf(&s, `<Override PartName="/word/charts/chart%d.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/>`, i+1)
	}
	s.WriteString(`</Types>`)
	return s.String()
}

func (d *writer) relations() string {
	var s strings.Builder
	s.WriteString(decl + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i, r := range [][2]string{{"styles", "styles.xml"}, {"settings", "settings.xml"}, {"header", "header1.xml"}, {"header", "header2.xml"}} {
		fmt.Fprintf(&s, `<Relationship Id="rId%d" Type="%s%s" Target="%s"/>`, i+1, relBase, r[0], r[1])
	}
	for i := range d.charts {
		fmt.Fprintf(&s, `<Relationship Id="chart%d" Type="%schart" Target="charts/chart%d.xml"/>`, i+1, relBase, i+1)
	}
	for i, l := range d.links {
		fmt.Fprintf(&s, `<Relationship Id="link%d" Type="%shyperlink" Target="%s" TargetMode="External"/>`, i+1, relBase, escape(l))
	}
	s.WriteString(`</Relationships>`)
	return s.String()
}

func (d *writer) document() string {
	d.b.WriteString(decl + `<w:document ` + spaces + `><w:body>`)
	for i, s := range d.flow.Sections {
		last := i == len(d.flow.Sections)-1
		things := s.Things
		// A section ends with a paragraph that carries its settings.
		for _, t := range things {
			d.thing(t)
		}
		if !last {
			d.b.WriteString(`<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/>` + section + `<w:rPr>` + fonts + `<w:sz w:val="2"/></w:rPr></w:pPr></w:p>`)
		}
	}
	d.b.WriteString(section + `</w:body></w:document>`)
	return d.b.String()
}

var section = fmt.Sprintf(`<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:headerReference w:type="first" r:id="rId4"/><w:type w:val="nextPage"/><w:pgSz w:w="%d" w:h="%d"/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="%d" w:footer="567" w:gutter="0"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>`,
	paper.PageWidth, paper.PageHeight, paper.MarginTop, paper.MarginRight, paper.MarginBottom, paper.MarginLeft, paper.HeaderAt)

func (d *writer) thing(t paper.Thing) {
	switch {
	case t.Para != nil:
		d.para(t.Para)
	case t.Grid != nil:
		d.grid(t.Grid)
	case t.Draw != nil:
		d.drawing(t.Draw)
	}
}

func (d *writer) para(p *paper.Para) {
	d.b.WriteString(`<w:p><w:pPr>`)
	if p.KeepNext {
		d.b.WriteString(`<w:keepNext/>`)
	}
	if p.Rule {
		d.b.WriteString(`<w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>`)
	}
	fmt.Fprintf(&d.b, `<w:spacing w:before="%d" w:after="%d" w:line="%d" w:lineRule="exact"/>`, p.Before, p.After, p.Line)
	if p.Left != 0 || p.Right != 0 || p.First != 0 {
		fmt.Fprintf(&d.b, `<w:ind w:left="%d" w:right="%d" w:firstLine="%d"/>`, p.Left, p.Right, p.First)
	}
	if p.Align != "" && p.Align != paper.Left {
		fmt.Fprintf(&d.b, `<w:jc w:val="%s"/>`, p.Align)
	}
	if p.Rule || len(p.Runs) == 0 {
		// The mark of an empty paragraph is no letter to be seen.
		d.b.WriteString(`<w:rPr>` + fonts + `<w:sz w:val="4"/></w:rPr>`)
	}
	d.b.WriteString(`</w:pPr>`)
	for _, r := range p.Runs {
		d.run(r)
	}
	d.b.WriteString(`</w:p>`)
}

func (d *writer) run(r paper.Run) {
	if r.Text == "" {
		return
	}
	if r.Link != "" {
		d.links = append(d.links, r.Link)
		fmt.Fprintf(&d.b, `<w:hyperlink r:id="link%d">`, len(d.links))
		defer d.b.WriteString(`</w:hyperlink>`)
	}
	d.b.WriteString(`<w:r><w:rPr>` + fonts)
	if r.Bold {
		d.b.WriteString(`<w:b/>`)
	}
	if r.Italic {
		d.b.WriteString(`<w:i/>`)
	}
	fmt.Fprintf(&d.b, `<w:color w:val="000000"/><w:sz w:val="%d"/><w:szCs w:val="%d"/></w:rPr><w:t xml:space="preserve">%s</w:t></w:r>`, r.Size, r.Size, escape(r.Text))
}

func (d *writer) grid(g *paper.Grid) {
	total, side := 0, 0
	for _, c := range g.Cols {
		total += c
	}
	if g.Borders {
		side = paper.CellSide
	}
	fmt.Fprintf(&d.b, `<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:tblInd w:w="%d" w:type="dxa"/>`, total, g.Left+side)
	if g.Borders {
		d.b.WriteString(`<w:tblBorders>`)
		for _, e := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
			fmt.Fprintf(&d.b, `<w:%s w:val="single" w:sz="4" w:space="0" w:color="000000"/>`, e)
		}
		d.b.WriteString(`</w:tblBorders>`)
	}
	fmt.Fprintf(&d.b, `<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="%d" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="%d" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`, side, side)
	for _, c := range g.Cols {
		fmt.Fprintf(&d.b, `<w:gridCol w:w="%d"/>`, c)
	}
	d.b.WriteString(`</w:tblGrid>`)
	for _, r := range g.Rows {
		d.b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		if r.Height > 0 {
			fmt.Fprintf(&d.b, `<w:trHeight w:val="%d" w:hRule="atLeast"/>`, r.Height)
		}
		if r.Head {
			d.b.WriteString(`<w:tblHeader/>`)
		}
		d.b.WriteString(`</w:trPr>`)
		at := 0
		for _, c := range r.Cells {
			span, width := max(c.Span, 1), 0
			for _, w := range g.Cols[at : at+span] {
				width += w
			}
			at += span
			fmt.Fprintf(&d.b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
			if span > 1 {
				fmt.Fprintf(&d.b, `<w:gridSpan w:val="%d"/>`, span)
			}
			d.b.WriteString(`</w:tcPr>`)
			for i := range c.Paras {
				d.para(&c.Paras[i])
			}
			if len(c.Paras) == 0 {
				d.b.WriteString(`<w:p/>`)
			}
			d.b.WriteString(`</w:tc>`)
		}
		d.b.WriteString(`</w:tr>`)
	}
	d.b.WriteString(`</w:tbl>`)
}

// emu are the English Metric Units of a twip.
const emu = 635

func (d *writer) drawing(g *paper.Drawing) {
	d.charts = append(d.charts, g)
	n := len(d.charts)
	fmt.Fprintf(&d.b, `<w:p><w:pPr><w:spacing w:before="%d" w:after="%d" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/><w:rPr>%s<w:sz w:val="2"/></w:rPr></w:pPr><w:r><w:rPr>%s<w:sz w:val="2"/></w:rPr><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="Biểu đồ %d" descr="%s"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="chart%d"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
		g.Before, g.After, fonts, fonts, g.Width*emu, g.Height*emu, n, n, escape(g.Chart.Describe()), n)
}

// chart is a bar chart that people can go on working with in their word
// processor; the level to compare with is a line.
func chart(c *paper.Chart, at paper.Layout) string {
	var s strings.Builder
	text := `<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="900"><a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:latin typeface="` + Font + `"/><a:ea typeface="` + Font + `"/><a:cs typeface="` + Font + `"/></a:defRPr></a:pPr><a:endParaRPr lang="vi-VN"/></a:p></c:txPr>`
	cats := func() {
		fmt.Fprintf(&s, `<c:cat><c:strLit><c:ptCount val="%d"/>`, len(c.Labels))
		for i, l := range c.Labels {
			fmt.Fprintf(&s, `<c:pt idx="%d"><c:v>%s</c:v></c:pt>`, i, escape(l))
		}
		s.WriteString(`</c:strLit></c:cat>`)
	}
	name := func(n string) {
		fmt.Fprintf(&s, `<c:tx><c:v>%s</c:v></c:tx>`, escape(n))
	}
	s.WriteString(decl + `<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea>` + place(at.Plot) + `<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>`)
	name(c.Unit)
	s.WriteString(`<c:spPr><a:solidFill><a:srgbClr val="595959"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/><c:dLbls>` + text + `<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>`)
	cats()
	fmt.Fprintf(&s, `<c:val><c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="%d"/>`, len(c.Values))
	for i, v := range c.Values {
		fmt.Fprintf(&s, `<c:pt idx="%d"><c:v>%d</c:v></c:pt>`, i, v)
	}
	s.WriteString(`</c:numLit></c:val></c:ser><c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>`)
	if c.Level > 0 {
		s.WriteString(`<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/><c:ser><c:idx val="1"/><c:order val="1"/>`)
		name(c.Legend)
		s.WriteString(`<c:spPr><a:ln w="12700"><a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:prstDash val="dash"/></a:ln></c:spPr><c:marker><c:symbol val="none"/></c:marker>`)
		cats()
		fmt.Fprintf(&s, `<c:val><c:numLit><c:formatCode>0.0</c:formatCode><c:ptCount val="%d"/>`, len(c.Values))
		for i := range c.Values {
			fmt.Fprintf(&s, `<c:pt idx="%d"><c:v>%.2f</c:v></c:pt>`, i, c.Level)
		}
		s.WriteString(`</c:numLit></c:val><c:smooth val="0"/></c:ser><c:marker val="1"/><c:axId val="1"/><c:axId val="2"/></c:lineChart>`)
	}
	s.WriteString(`<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>` + text + `<c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:max val="` + strconv.FormatFloat(at.Peak, 'f', -1, 64) + `"/><c:min val="0"/></c:scaling><c:delete val="1"/><c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1"/><c:crosses val="autoZero"/></c:valAx></c:plotArea>`)
	s.WriteString(`<c:plotVisOnly val="1"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>` + text + `</c:chartSpace>`)
	return s.String()
}

// place is a part of a chart at a place that is given: left, top, width and
// height in shares of the whole.
func place(b [4]float64) string {
	var s strings.Builder
	s.WriteString(`<c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>`)
	for i, name := range []string{"x", "y", "w", "h"} {
		fmt.Fprintf(&s, `<c:%s val="%.5f"/>`, name, b[i])
	}
	s.WriteString(`</c:manualLayout></c:layout>`)
	return s.String()
}

// escape makes a text safe inside XML; what XML 1.0 cannot hold is left out.
func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)))
	return b.String()
}
