package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A Doc is what can be seen of a document's form: every property is the one
// that holds where it stands, after styles and defaults. Lengths are twips,
// sizes half points.
type Doc struct {
	Paras    []Par // of the body, in reading order, those of tables included
	Sections []Sect
}

// A Par is one paragraph.
type Par struct {
	Runs        []Seg
	Align       string // left, center, right, both
	Left, Right int
	First       int // negative for hanging
	Before      int
	After       int
	Line        int    // in 240ths of a line for auto, else twips
	LineRule    string // auto, exact, atLeast
	Top, Bottom bool   // a border above, below
	Cell        *Place // nil outside of tables
	Rules       []int  // lengths of lines drawn in it
	Boxed       bool   // in a table cell with a border on all sides, or with borders of its own
	Box         bool   // stands in a text box
	Section     int
}

// A Place is a cell of a table.
type Place struct{ Table, Row, Col, Width int }

// A Seg is text in one kind of letters.
type Seg struct {
	Text                    string
	Font                    string
	Size                    int
	Bold, Italic, Underline bool
	Color                   string // "", auto or RRGGBB
}

// A Sect is one section of the document.
type Sect struct {
	Width, Height            int
	Top, Right, Bottom, Left int
	TitlePage                bool
	Headers, Footers         map[string][]Par // by kind: default, first, even
	PageFields               map[string]bool  // "header default" and so on: where the page's number is
}

// Text is all of a paragraph.
func (p *Par) Text() string {
	var s strings.Builder
	for _, r := range p.Runs {
		s.WriteString(r.Text)
	}
	return s.String()
}

// The most that is read of a file: a document is not larger.
const (
	maxPart  = 32 << 20
	maxDepth = 200
	maxNodes = 400_000 // elements of all parts
)

// ErrNotDocument is returned for a file that is no WordprocessingML document.
var ErrNotDocument = errors.New("not a .docx document")

// A node is one element.
type node struct {
	name string // local
	attr map[string]string
	kids []*node
	text string
}

// Read reads a document of size bytes.
func Read(r io.ReaderAt, size int64) (*Doc, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotDocument, err)
	}
	parts := map[string]*zip.File{}
	for _, f := range z.File {
		parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	d := &reader{parts: parts, rels: map[string]string{}, styles: map[string]*node{}}
	root, err := d.load("word/document.xml")
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, fmt.Errorf("%w: it has no word/document.xml", ErrNotDocument)
	}
	if err := d.setup(); err != nil {
		return nil, err
	}
	d.doc = &Doc{}
	d.walk(root.find("body"), nil, false)
	if len(d.doc.Sections) == 0 {
		d.doc.Sections = append(d.doc.Sections, Sect{})
	}
	return d.doc, d.err
}

type reader struct {
	parts  map[string]*zip.File
	rels   map[string]string
	styles map[string]*node
	base   *node // w:docDefaults
	normal string
	major  string // fonts of the theme
	minor  string
	lists  map[string]*list // by w:numId
	tables int
	nodes  int
	doc    *Doc
	err    error
}

// load parses a part; a missing one is nil.
func (d *reader) load(name string) (*node, error) {
	f := d.parts[name]
	if f == nil {
		return nil, nil
	}
	rc, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("docx: %s: %w", name, err)
	}
	defer rc.Close()
	data, err := io.ReadAll(io.LimitReader(rc, maxPart+1))
	if err != nil {
		return nil, fmt.Errorf("docx: %s: %w", name, err)
	}
	if len(data) > maxPart {
		return nil, fmt.Errorf("docx: %s is larger than %d MB", name, maxPart>>20)
	}
	root := &node{}
	stack := []*node{root}
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("docx: %s: %w", name, err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > maxDepth {
				return nil, fmt.Errorf("docx: %s is nested too deeply", name)
			}
			if d.nodes++; d.nodes > maxNodes {
				return nil, fmt.Errorf("docx: %s has more than %d elements", name, maxNodes)
			}
			n := &node{name: t.Name.Local, attr: map[string]string{}}
			for _, a := range t.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			stack[len(stack)-1].text += string(t)
		}
	}
	if len(root.kids) == 0 {
		return nil, fmt.Errorf("docx: %s is empty", name)
	}
	return root.kids[0], nil
}

// find returns the first child along a path of names, or nil.
func (n *node) find(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		var next *node
		for _, k := range n.kids {
			if k.name == name {
				next = k
				break
			}
		}
		n = next
	}
	return n
}

func (n *node) val() string {
	if n == nil {
		return ""
	}
	return n.attr["val"]
}

func (n *node) num(attr string) (int, bool) {
	if n == nil {
		return 0, false
	}
	v, err := strconv.ParseFloat(n.attr[attr], 64)
	return int(v), err == nil
}

// on reads a property that is on or off; def holds when it is not there.
func (n *node) on(def bool) bool {
	if n == nil {
		return def
	}
	switch n.attr["val"] {
	case "0", "false", "off", "none":
		return false
	}
	return true
}

func (d *reader) setup() error {
	rels, err := d.load("word/_rels/document.xml.rels")
	if err != nil {
		return err
	}
	if rels != nil {
		for _, r := range rels.kids {
			d.rels[r.attr["Id"]] = path.Join("word", r.attr["Target"])
			if strings.HasPrefix(r.attr["Target"], "/") {
				d.rels[r.attr["Id"]] = strings.TrimPrefix(r.attr["Target"], "/")
			}
		}
	}
	styles, err := d.load("word/styles.xml")
	if err != nil {
		return err
	}
	if styles != nil {
		d.base = styles.find("docDefaults")
		for _, s := range styles.kids {
			if s.name != "style" {
				continue
			}
			d.styles[s.attr["styleId"]] = s
			if s.attr["type"] == "paragraph" && (s.attr["default"] == "1" || s.attr["default"] == "true") {
				d.normal = s.attr["styleId"]
			}
		}
	}
	if err := d.numbering(); err != nil {
		return err
	}
	theme, err := d.load("word/theme/theme1.xml")
	if err != nil {
		return err
	}
	scheme := theme.find("themeElements", "fontScheme")
	if n := scheme.find("majorFont", "latin"); n != nil {
		d.major = n.attr["typeface"]
	}
	if n := scheme.find("minorFont", "latin"); n != nil {
		d.minor = n.attr["typeface"]
	}
	return nil
}

// chain returns the property nodes that apply, weakest first.
func (d *reader) chain(style, props string, own ...*node) (out []*node) {
	var up []*node
	for id, n := style, 0; id != "" && n < 20; n++ {
		s := d.styles[id]
		if s == nil {
			break
		}
		up = append(up, s.find(props))
		id = s.find("basedOn").val()
	}
	def := "pPrDefault"
	if props == "rPr" {
		def = "rPrDefault"
	}
	out = append(out, d.base.find(def, props))
	for i := len(up) - 1; i >= 0; i-- {
		out = append(out, up[i])
	}
	return append(out, own...)
}

// last returns the strongest node of a name.
func last(chain []*node, names ...string) (found *node) {
	for _, c := range chain {
		if n := c.find(names...); n != nil {
			found = n
		}
	}
	return found
}

// attr returns the strongest value of an attribute of nodes of a name.
func lastAttr(chain []*node, name string, attrs ...string) (v int, ok bool) {
	for _, c := range chain {
		n := c.find(name)
		for _, a := range attrs {
			if x, has := n.num(a); has {
				v, ok = x, true
			}
		}
	}
	return v, ok
}

// walk reads block content.
func (d *reader) walk(n *node, cell *Place, boxed bool) {
	if n == nil {
		return
	}
	for _, k := range n.kids {
		switch k.name {
		case "p":
			d.para(k, cell, boxed)
		case "tbl":
			d.table(k)
		case "sdt":
			d.walk(k.find("sdtContent"), cell, boxed)
		case "ins", "smartTag", "customXml":
			d.walk(k, cell, boxed)
		case "sectPr":
			d.section(k)
		}
	}
}

func (d *reader) table(t *node) {
	d.tables++
	id := d.tables
	var grid []int
	if g := t.find("tblGrid"); g != nil {
		for _, c := range g.kids {
			w, _ := c.num("w")
			grid = append(grid, w)
		}
	}
	sides := 0 // left and right margins of a cell
	mar := t.find("tblPr", "tblCellMar")
	style := d.styles[t.find("tblPr", "tblStyle").val()]
	for _, side := range [][]string{{"left", "start"}, {"right", "end"}} {
		w := 108
		for _, m := range []*node{style.find("tblPr", "tblCellMar"), mar} {
			for _, name := range side {
				if v, ok := m.find(name).num("w"); ok {
					w = v
				}
			}
		}
		sides += w
	}
	borders := t.find("tblPr", "tblBorders")
	if borders == nil {
		borders = style.find("tblPr", "tblBorders")
	}
	row := -1
	for _, tr := range t.kids {
		if tr.name != "tr" {
			continue
		}
		row++
		col := 0
		for _, tc := range tr.kids {
			if tc.name == "sdt" {
				tc = tc.find("sdtContent", "tc")
			}
			if tc == nil || tc.name != "tc" {
				continue
			}
			span := 1
			if v, ok := tc.find("tcPr", "gridSpan").num("val"); ok && v > 0 && v < 100 {
				span = v
			}
			width := 0
			for i := col; i < col+span && i < len(grid); i++ {
				width += grid[i]
			}
			if w, ok := tc.find("tcPr", "tcW").num("w"); ok && w > 0 && tc.find("tcPr", "tcW").attr["type"] == "dxa" {
				width = w
			}
			boxed := true
			own := tc.find("tcPr", "tcBorders")
			for _, e := range []string{"top", "bottom"} {
				b := borders.find(e)
				if o := own.find(e); o != nil {
					b = o
				}
				boxed = boxed && b != nil && b.val() != "nil" && b.val() != "none"
			}
			d.walk(tc, &Place{id, row, col, width - sides}, boxed)
			col += span
		}
	}
}

func (d *reader) para(p *node, cell *Place, boxed bool) {
	pPr := p.find("pPr")
	style := pPr.find("pStyle").val()
	if style == "" {
		style = d.normal
	}
	chain, mark := d.listed(style, pPr)
	out := Par{Cell: cell, Boxed: boxed, Section: len(d.doc.Sections), Align: "left", LineRule: "auto", Line: 240}
	if jc := last(chain, "jc"); jc != nil {
		switch v := jc.val(); v {
		case "start":
			out.Align = "left"
		case "end":
			out.Align = "right"
		case "distribute":
			out.Align = "both"
		default:
			out.Align = v
		}
	}
	out.Left, _ = lastAttr(chain, "ind", "start", "left")
	out.Right, _ = lastAttr(chain, "ind", "end", "right")
	for _, c := range chain {
		if v, ok := c.find("ind").num("firstLine"); ok {
			out.First = v
		}
		if v, ok := c.find("ind").num("hanging"); ok {
			out.First = -v
		}
	}
	out.Before, _ = lastAttr(chain, "spacing", "before")
	out.After, _ = lastAttr(chain, "spacing", "after")
	if v, ok := lastAttr(chain, "spacing", "line"); ok {
		out.Line = v
	}
	for _, c := range chain {
		if n := c.find("spacing"); n != nil && n.attr["lineRule"] != "" {
			out.LineRule = n.attr["lineRule"]
		}
	}
	border := func(side string) bool {
		n := last(chain, "pBdr", side)
		return n != nil && n.val() != "nil" && n.val() != "none"
	}
	out.Top, out.Bottom = border("top"), border("bottom")
	if out.Top && out.Bottom && border("left") && border("right") {
		out.Boxed = true
	}
	d.inline(p, style, &out)
	if mark != "" {
		for i, r := range out.Runs { // it looks as the text that it stands before
			if strings.TrimSpace(r.Text) != "" {
				r.Text = mark + " "
				out.Runs = slices.Insert(out.Runs, i, r)
				break
			}
		}
	}
	d.doc.Paras = append(d.doc.Paras, out)
	if s := pPr.find("sectPr"); s != nil {
		d.section(s)
	}
}

// inline reads what stands in a paragraph.
func (d *reader) inline(n *node, style string, out *Par) {
	for _, k := range n.kids {
		switch k.name {
		case "r":
			d.run(k, style, out)
		case "hyperlink", "ins", "smartTag", "fldSimple", "customXml":
			d.inline(k, style, out)
		case "sdt":
			if c := k.find("sdtContent"); c != nil {
				d.inline(c, style, out)
			}
		}
	}
}

func (d *reader) run(r *node, style string, out *Par) {
	rPr := r.find("rPr")
	own := []*node{}
	if id := rPr.find("rStyle").val(); id != "" {
		own = append(own, d.chain(id, "rPr")[1:]...)
	}
	chain := d.chain(style, "rPr", append(own, rPr)...)
	seg := Seg{Size: 20}
	for _, c := range chain {
		f := c.find("rFonts")
		if f == nil {
			continue
		}
		switch {
		case strings.HasPrefix(f.attr["asciiTheme"], "major"):
			seg.Font = d.major
		case strings.HasPrefix(f.attr["asciiTheme"], "minor"):
			seg.Font = d.minor
		case f.attr["ascii"] != "":
			seg.Font = f.attr["ascii"]
		case f.attr["hAnsi"] != "":
			seg.Font = f.attr["hAnsi"]
		}
	}
	if v, ok := lastAttr(chain, "sz", "val"); ok {
		seg.Size = v
	}
	seg.Bold, seg.Italic = last(chain, "b").on(false), last(chain, "i").on(false)
	seg.Underline = last(chain, "u").on(false)
	seg.Color = last(chain, "color").val()
	if last(chain, "vanish").on(false) {
		return
	}
	caps := last(chain, "caps").on(false)
	var s strings.Builder
	for _, k := range r.kids {
		switch k.name {
		case "t":
			s.WriteString(k.text)
		case "tab", "ptab":
			s.WriteByte('\t')
		case "br", "cr":
			s.WriteByte('\n')
		case "noBreakHyphen":
			s.WriteRune('-')
		case "drawing", "pict", "object", "AlternateContent":
			d.drawn(k, out)
		}
	}
	if seg.Text = s.String(); seg.Text == "" {
		return
	}
	if caps {
		seg.Text = strings.ToUpper(seg.Text)
	}
	out.Runs = append(out.Runs, seg)
}

// drawn finds lines that were drawn by hand, as shapes of DrawingML or VML,
// and the text of boxes.
func (d *reader) drawn(n *node, out *Par) {
	if n.name == "AlternateContent" {
		if c := n.find("Choice"); c != nil {
			n = c // the fallback says the same again
		}
	}
	const emuPerTwip = 635
	switch n.name {
	case "inline", "anchor":
		if line := n.find("graphic", "graphicData"); line != nil && hasShape(line, "line", "straightConnector1") {
			if cx, ok := n.find("extent").num("cx"); ok {
				out.Rules = append(out.Rules, cx/emuPerTwip)
			}
			return
		}
	case "line":
		out.Rules = append(out.Rules, vmlLine(n))
		return
	case "shape", "rect":
		if n.attr["type"] == "#_x0000_t32" {
			out.Rules = append(out.Rules, styleLength(n.attr["style"], "width"))
			return
		}
	case "txbxContent":
		for _, k := range n.kids {
			if k.name == "p" {
				at := len(d.doc.Paras)
				d.para(k, nil, true)
				for i := at; i < len(d.doc.Paras); i++ {
					d.doc.Paras[i].Box = true
				}
			}
		}
		return
	}
	for _, k := range n.kids {
		d.drawn(k, out)
	}
}

func hasShape(n *node, kinds ...string) bool {
	if n.name == "prstGeom" {
		for _, k := range kinds {
			if n.attr["prst"] == k {
				return true
			}
		}
	}
	for _, k := range n.kids {
		if hasShape(k, kinds...) {
			return true
		}
	}
	return false
}

// vmlLine measures <v:line from="80pt,1pt" to="220pt,1pt">.
func vmlLine(n *node) int {
	x := func(s string) float64 {
		s, _, _ = strings.Cut(s, ",")
		return length(s)
	}
	if w := int(x(n.attr["to"]) - x(n.attr["from"])); w > 0 {
		return w
	}
	return styleLength(n.attr["style"], "width")
}

// styleLength reads a length of a VML style in twips.
func styleLength(style, name string) int {
	for _, part := range strings.Split(style, ";") {
		k, v, _ := strings.Cut(part, ":")
		if strings.TrimSpace(k) == name {
			return int(length(v))
		}
	}
	return 0
}

// length reads "12.5pt", "3cm", "20mm", "1in" or pixels, in twips.
func length(s string) float64 {
	s = strings.TrimSpace(s)
	unit := 15.0 // pixels
	for suffix, u := range map[string]float64{"pt": 20, "cm": 1440 / 2.54, "mm": 144 / 2.54, "in": 1440, "px": 15} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = strings.TrimSpace(rest), u
			break
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v * unit
}

func (d *reader) section(n *node) {
	s := Sect{Headers: map[string][]Par{}, Footers: map[string][]Par{}, PageFields: map[string]bool{}}
	s.Width, _ = n.find("pgSz").num("w")
	s.Height, _ = n.find("pgSz").num("h")
	m := n.find("pgMar")
	s.Top, _ = m.num("top")
	s.Right, _ = m.num("right")
	s.Bottom, _ = m.num("bottom")
	s.Left, _ = m.num("left")
	if gutter, ok := m.num("gutter"); ok { // room for the binding is a part of the margin
		s.Left += gutter
	}
	s.TitlePage = n.find("titlePg").on(false)
	if i := len(d.doc.Sections); i > 0 { // what a section does not say is as before
		prev := d.doc.Sections[i-1]
		for k, v := range prev.Headers {
			s.Headers[k] = v
		}
		for k, v := range prev.Footers {
			s.Footers[k] = v
		}
		for k, v := range prev.PageFields {
			s.PageFields[k] = v
		}
	}
	for _, ref := range n.kids {
		if ref.name != "headerReference" && ref.name != "footerReference" {
			continue
		}
		part, err := d.load(d.rels[ref.attr["id"]])
		if err != nil {
			d.err = errors.Join(d.err, err)
			continue
		}
		if part == nil {
			continue
		}
		kind := ref.attr["type"]
		outer := d.doc
		d.doc = &Doc{}
		d.walk(part, nil, false)
		paras := d.doc.Paras
		d.doc = outer
		where := "header"
		if ref.name == "footerReference" {
			where = "footer"
			s.Footers[kind] = paras
		} else {
			s.Headers[kind] = paras
		}
		s.PageFields[where+" "+kind] = pageField(part)
	}
	d.doc.Sections = append(d.doc.Sections, s)
}

// pageField reports whether a part shows the page's number.
func pageField(n *node) bool {
	text := ""
	switch n.name {
	case "instrText":
		text = n.text
	case "fldSimple":
		text = n.attr["instr"]
	}
	if f := strings.Fields(strings.ToUpper(text)); len(f) > 0 && f[0] == "PAGE" { // NUMPAGES is another
		return true
	}
	for _, k := range n.kids {
		if pageField(k) {
			return true
		}
	}
	return false
}
