package paper

import (
	"math"
	"slices"
	"strings"

	"langnghe/reports/face"
)

// Lengths of a flow are in twips, twentieths of a point: 1 mm is 56.69.
// Sizes of letters are in half points, as word processors count them.

// The page: A4, margins 20 mm above, below and right, 30 mm left.
const (
	PageWidth    = 11906
	PageHeight   = 16838
	MarginTop    = 1134
	MarginBottom = 1134
	MarginLeft   = 1701
	MarginRight  = 1134
	TextWidth    = PageWidth - MarginLeft - MarginRight
	TextHeight   = PageHeight - MarginTop - MarginBottom
	HeaderAt     = 567 // top of the line with the page's number
	Indent       = 720 // first line: 1.27 cm
	CellSide     = 85  // between a cell's border and its text
)

// Mm is a length in twips.
func Mm(mm float64) int { return int(math.Round(mm * 1440 / 25.4)) }

// A Flow is a document as a sequence of lines and tables, section by
// section. A section begins a page and counts pages from 1.
type Flow struct {
	Title    string
	Sections []Section
}

// A Section is a run of pages.
type Section struct{ Things []Thing }

// A Thing is a paragraph, a grid or a drawing: exactly one of them.
type Thing struct {
	Para *Para
	Grid *Grid
	Draw *Drawing
}

// A Para is a paragraph. Line is the exact height of each of its lines, so
// that no program spaces them differently.
type Para struct {
	Runs                []Run
	Align               AlignTo
	First, Left, Right  int
	Before, After, Line int
	KeepNext            bool
	// Rule draws a line above instead of text, from Left to Right.
	Rule bool
}

// A Run is text in one kind of letters.
type Run struct {
	Text         string
	Size         int // half points
	Bold, Italic bool
	Link         string
}

// A Grid is a table. Rows are at least Height high.
type Grid struct {
	Cols    []int
	Rows    []Row
	Borders bool
	Left    int // of the first border or, without borders, of the first text
}

// A Row of a grid is never split over two pages.
type Row struct {
	Cells  []GridCell
	Head   bool // repeated on the next page
	Height int
}

// A GridCell spans Span columns.
type GridCell struct {
	Paras []Para
	Span  int
	Box   bool // draw a border around this one
}

// A Drawing is a chart in a line of its own.
type Drawing struct {
	Chart         *Chart
	Width, Height int
	Before, After int
}

// Style returns the cut of a run.
func (r Run) Style() face.Style { return face.StyleOf(r.Bold, r.Italic) }

// Width is how wide the run is on one line, in twips.
func (r Run) Width() float64 { return face.Get(r.Style()).Width(r.Text, float64(r.Size)/2) * 20 }

// RuleWeight is how thick a rule is; it takes part in the height of its line.
const RuleWeight = 15

// GridEdge is what the outer border of a grid adds to its rows.
const GridEdge = 5

// The heights of lines, a little above single spacing.
const (
	line14 = 360
	line13 = 320
	line12 = 290
	line11 = 264
)

// footLeft is how wide the receivers are; the signature has the rest.
const footLeft = 3850

// The two halves of the head: 6.3 and 9.7 cm.
var halves = []int{3572, TextWidth - 3572}

// lineFor is the height of a line in letters of a size.
func lineFor(half int) int {
	switch {
	case half >= 28:
		return line14
	case half >= 26:
		return line13
	case half >= 24:
		return line12
	}
	return line11
}

// Flow lays the paper into its form.
func (p *Paper) Flow() *Flow {
	f := &Flow{Title: strings.TrimSpace(p.Head.Type + " " + p.Head.Subject)}
	var s Section
	add := func(ts ...Thing) { s.Things = append(s.Things, ts...) }
	add(p.head()...)
	body := p.Body
	for i, b := range body {
		add(p.block(b, i+1 < len(body) && body[i+1].Table != nil)...)
	}
	add(p.foot()...)
	f.Sections = append(f.Sections, s)
	for _, a := range p.Appendices {
		f.Sections = append(f.Sections, p.appendix(a))
	}
	for _, s := range f.Sections {
		settle(s.Things)
	}
	return f
}

func para(p Para) Thing { return Thing{Para: &p} }

func centred(text string, size int, bold bool, before, after int) Para {
	return Para{Runs: []Run{{Text: text, Size: size, Bold: bold}}, Align: Centre, Before: before, After: after, Line: lineFor(size)}
}

// rule is a line under a text, centred in width.
func rule(length float64, width int) Para {
	side := (width - int(math.Round(length))) / 2
	return Para{Align: Centre, Left: side, Right: width - side - int(math.Round(length)), Before: 40, Line: 40, Rule: true}
}

// fit returns the largest of the sizes at which the text fits into a width.
func fit(text string, bold bool, width int, sizes ...int) int {
	for _, s := range sizes {
		if (Run{Text: text, Size: s, Bold: bold}).Width() <= float64(width) {
			return s
		}
	}
	return sizes[len(sizes)-1]
}

// balanced breaks a title that does not fit into as few lines as it takes, as
// equally long as they can be; none begins or ends with a dash.
func balanced(text string, size, width int) []string {
	var atoms []string
	glue := false
	for _, w := range strings.Fields(text) {
		dash := strings.Trim(w, "-–") == ""
		if n := len(atoms); n > 0 && (dash || glue) {
			atoms[n-1] += " " + w
		} else {
			atoms = append(atoms, w)
		}
		glue = dash
	}
	wide := func(s string) float64 { return (Run{Text: s, Size: size, Bold: true}).Width() }
	var lines func(atoms []string, n int) ([]string, float64)
	lines = func(atoms []string, n int) (best []string, widest float64) {
		if all := strings.Join(atoms, " "); n == 1 {
			return []string{all}, wide(all)
		}
		for i := 1; i <= len(atoms)-n+1; i++ {
			first := strings.Join(atoms[:i], " ")
			rest, w := lines(atoms[i:], n-1)
			if w = max(w, wide(first)); strings.HasSuffix(first, ",") {
				w *= 0.8 // a better place to break
			}
			if best == nil || w < widest {
				best, widest = append([]string{first}, rest...), w
			}
		}
		return best, widest
	}
	for n := 1; n <= min(len(atoms), 4); n++ {
		out, _ := lines(atoms, n)
		if !slices.ContainsFunc(out, func(line string) bool { return wide(line) > float64(width) }) {
			return out
		}
	}
	return []string{text}
}

// National name and motto.
const (
	National = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	Motto    = "Độc lập - Tự do - Hạnh phúc"
)

// head builds ô 1 to 5 and 9a.
func (p *Paper) head() []Thing {
	h := p.Head
	left, right := []Para{}, []Para{}
	size := fit(National, true, halves[1], 26, 24)
	agency := size
	for _, a := range h.Agency {
		agency = min(agency, fit(a, true, halves[0], 26, 24))
	}
	if h.Parent != "" {
		left = append(left, centred(strings.ToUpper(h.Parent), min(agency, fit(strings.ToUpper(h.Parent), false, halves[0], 26, 24)), false, 0, 0))
	}
	widest := 0.0
	for _, a := range h.Agency {
		left = append(left, centred(a, agency, true, 0, 0))
		widest = (Run{Text: a, Size: agency, Bold: true}).Width() // the line is under the last one
	}
	left = append(left, rule(widest*0.4, halves[0]))
	right = append(right,
		centred(National, size, true, 0, 0),
		centred(Motto, 28, true, 0, 0),
		rule((Run{Text: Motto, Size: 28, Bold: true}).Width(), halves[1]))
	// Number and date stand on one line of a row of their own.
	num := []Para{centred(h.Num(), 26, false, 80, 0)}
	if h.Type == "" && h.Subject != "" {
		about := centred("V/v "+h.Subject, 24, false, 120, 0)
		num = append(num, about)
	}
	day := []Para{{Runs: []Run{{Text: h.Day(), Size: fit(h.Day(), false, halves[1], 28, 26), Italic: true}}, Align: Centre, Before: 80, Line: line14}}
	num[0].Line = line14
	rows := []Row{{Cells: []GridCell{{Paras: left}, {Paras: right}}}, {Cells: []GridCell{{Paras: num}, {Paras: day}}}}
	out := []Thing{{Grid: &Grid{Cols: halves, Rows: rows}}}
	for _, stamp := range []struct {
		text string
		on   bool
	}{{h.Urgency, h.Urgency != ""}, {"LƯU HÀNH NỘI BỘ", h.Internal}} {
		if !stamp.on {
			continue
		}
		w := int(Run{Text: stamp.text, Size: 26, Bold: true}.Width()) + 4*CellSide
		out = append(out, para(gap(80)), Thing{Grid: &Grid{Cols: []int{w}, Borders: true, Left: max((halves[0]-w)/2, 0),
			Rows: []Row{{Height: line13 + 40, Cells: []GridCell{{Paras: []Para{centred(stamp.text, 26, true, 20, 0)}}}}}}})
	}
	if h.Type != "" {
		out = append(out, para(centred(h.Type, 28, true, 240, 0)))
		if h.Subject != "" {
			lines := centred(h.Subject, 28, true, 0, 0)
			lines.Left, lines.Right = Mm(10), Mm(10)
			out = append(out, para(lines))
			out = append(out, para(rule(math.Min((Run{Text: h.Subject, Size: 28, Bold: true}).Width(), float64(TextWidth-2*Mm(10)))*0.4, TextWidth)))
		}
	}
	word := h.ToWord
	if word == "" {
		word = "Kính gửi"
	}
	switch len(h.To) {
	case 0:
		out = append(out, para(gap(120)))
	case 1:
		to := centred(word+": "+h.To[0]+".", 28, false, 200, 200)
		out = append(out, para(to))
	default:
		out = append(out, para(Para{Runs: []Run{{Text: word + ":", Size: 28}}, Left: Mm(40), Before: 200, Line: line14}))
		for i, t := range h.To {
			mark, after := ";", 0
			if i == len(h.To)-1 {
				mark, after = ".", 200
			}
			out = append(out, para(Para{Runs: []Run{{Text: "- " + t + mark, Size: 28}}, Left: Mm(50), After: after, Line: line14}))
		}
	}
	return out
}

// gap is an empty line of a height.
func gap(h int) Para { return Para{Line: h, Align: Left} }

// foot builds ô 7 and 9b, level with each other.
func (p *Paper) foot() []Thing {
	left := []Para{{Runs: []Run{{Text: "Nơi nhận:", Size: 24, Bold: true, Italic: true}}, Line: line13}}
	for _, r := range p.Foot.Receivers {
		left = append(left, Para{Runs: []Run{{Text: "- " + r + ";", Size: 22}}, Line: line11})
	}
	left = append(left, Para{Runs: []Run{{Text: "- Lưu: " + p.Foot.Archive + ".", Size: 22}}, Line: line11})
	var right []Para
	cols := []int{footLeft, TextWidth - 4535}
	for _, a := range p.Foot.Authority {
		size := fit(a, true, cols[1], 28, 26)
		for _, line := range balanced(a, size, cols[1]) {
			right = append(right, centred(line, size, true, 0, 0))
			right[len(right)-1].Line = line13
		}
	}
	// Room for signature and seal.
	room := 5 * line14
	if p.Compact {
		room = 4 * line13
	}
	name := centred(p.Foot.Name, 28, true, room, 0)
	right = append(right, name)
	return []Thing{para(gap(200)), {Grid: &Grid{Cols: cols, Rows: []Row{{Cells: []GridCell{{Paras: left}, {Paras: right}}}}}}, para(gap(20))} // programs put a paragraph of their own, a line high, behind a table that ends a document
}

func (p *Paper) runs(spans []Span, size int, bold, italic bool) (out []Run) {
	for _, s := range spans {
		if s.Text == "" {
			continue
		}
		r := Run{Text: s.Text, Size: size, Bold: bold || s.Bold, Italic: italic || s.Italic}
		if s.Figure != "" && p.Base != "" {
			r.Link = p.Base + s.Figure
		}
		out = append(out, r)
	}
	return out
}

func (p *Paper) block(b Block, beforeTable bool) []Thing {
	switch {
	case b.Table != nil:
		return p.table(b.Table)
	case b.Chart != nil:
		title := []Run{{Text: b.Chart.Title, Size: 26, Bold: true}}
		if b.Chart.Level > 0 {
			level := Span{Text: Decimal(b.Chart.Level)}
			if n := len(b.Chart.Values); n < len(b.Chart.Figures) {
				level.Figure = b.Chart.Figures[n]
			}
			title = append(title, p.runs([]Span{{Text: " (nét đứt: " + b.Chart.Legend + " "}, level, {Text: ")"}}, 26, false, true)...)
		}
		return []Thing{
			para(Para{Runs: title, Align: Centre, Before: 60, Line: line13, KeepNext: true}),
			{Draw: &Drawing{Chart: b.Chart, Width: TextWidth, Height: Mm(28), After: 60}},
		}
	}
	size := 28
	if p.Compact {
		size = 26
	}
	out := Para{Align: Justify, After: 120, Line: lineFor(size), KeepNext: beforeTable}
	switch b.Style {
	case Basis:
		out.Runs, out.First = p.runs(b.Spans, size, false, true), Indent
	case Part, Clause:
		out.Runs, out.First, out.Before, out.KeepNext = p.runs(b.Spans, size, true, false), Indent, 60, true
	case Note:
		out.Runs, out.First = p.runs(b.Spans, 26, false, true), Indent
	case Centred:
		out.Runs, out.Align = p.runs(b.Spans, size, true, false), Centre
	case Item:
		out.Runs, out.First = append([]Run{{Text: "- ", Size: size}}, p.runs(b.Spans, size, false, false)...), Indent
	default:
		out.Runs, out.First = p.runs(b.Spans, size, false, false), Indent
	}
	return []Thing{para(out)}
}

func (p *Paper) table(t *Table) []Thing {
	size := 26
	if t.Small {
		size = 22
	}
	total := 0
	for _, w := range t.Widths {
		total += w
	}
	cols, left := make([]int, len(t.Widths)), TextWidth
	for i, w := range t.Widths {
		cols[i] = TextWidth * w / max(total, 1)
		left -= cols[i]
	}
	cols[len(cols)-1] += left
	g := &Grid{Cols: cols, Borders: true}
	cell := func(runs []Run, at AlignTo) GridCell {
		return GridCell{Paras: []Para{{Runs: runs, Align: at, Before: 30, After: 30, Line: lineFor(size)}}}
	}
	head := Row{Head: true}
	for _, h := range t.Heads {
		head.Cells = append(head.Cells, cell([]Run{{Text: h, Size: size, Bold: true}}, Centre))
	}
	g.Rows = append(g.Rows, head)
	for _, r := range t.Rows {
		var row Row
		for i := range cols {
			at := Left
			if i < len(t.Align) && t.Align[i] != "" {
				at = t.Align[i]
			}
			var spans []Span
			if i < len(r) {
				spans = r[i]
			}
			row.Cells = append(row.Cells, cell(p.runs(spans, size, false, false), at))
		}
		g.Rows = append(g.Rows, row)
	}
	// A row is as high as its highest cell, in every program.
	for i := range g.Rows {
		r := &g.Rows[i]
		for j, c := range r.Cells {
			r.Height = max(r.Height, 20+Height(c.Paras, cols[j]-2*CellSide))
		}
	}
	var out []Thing
	if t.Title != "" {
		out = append(out, para(Para{Runs: []Run{{Text: t.Title, Size: 26, Bold: true}}, Align: Centre, Before: 60, After: 60, Line: line13, KeepNext: true}))
	}
	return append(out, Thing{Grid: g}, para(gap(120)))
}

// appendix begins a page: "Phụ lục I" and its title.
func (p *Paper) appendix(a Appendix) Section {
	var s Section
	add := func(ts ...Thing) { s.Things = append(s.Things, ts...) }
	add(para(centred(strings.TrimSpace("Phụ lục "+a.No), 28, true, 0, 0)))
	add(para(centred(strings.ToUpper(a.Title), 28, true, 0, 60)))
	ref := "(Kèm theo " + kindInText(p.Head.Type) + " số        /" + p.Head.Symbol + " " + strings.TrimPrefix(p.Head.Day(), p.Head.Place+", ")
	if p.Head.Number > 0 {
		ref = "(Kèm theo " + kindInText(p.Head.Type) + " " + strings.Replace(p.Head.Num(), "Số: ", "số ", 1) + " " + strings.TrimPrefix(p.Head.Day(), p.Head.Place+", ")
	}
	add(para(Para{Runs: []Run{{Text: ref + ")", Size: 28, Italic: true}}, Align: Centre, After: 160, Line: line14}))
	for i, b := range a.Body {
		add(p.block(b, i+1 < len(a.Body) && a.Body[i+1].Table != nil)...)
	}
	return s
}

// kindInText writes a type's name in a running text: "Báo cáo".
func kindInText(t string) string {
	r := []rune(strings.ToLower(t))
	if len(r) == 0 {
		return "văn bản"
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// settle puts all space between two paragraphs behind the first one: programs
// do not agree on whether the space behind one and that before the next add up
// or the larger counts.
func settle(things []Thing) {
	var last *Para
	for _, t := range things {
		switch {
		case t.Para != nil:
			if last != nil {
				last.After, t.Para.Before = max(last.After, t.Para.Before), 0
			}
			last = t.Para
		case t.Grid != nil:
			for _, r := range t.Grid.Rows {
				for _, c := range r.Cells {
					for i := 1; i < len(c.Paras); i++ {
						c.Paras[i-1].After, c.Paras[i].Before = max(c.Paras[i-1].After, c.Paras[i].Before), 0
					}
				}
			}
			last = nil
		default:
			last = nil
		}
	}
}
