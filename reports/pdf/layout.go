package pdf

import (
	"strconv"

	"langnghe/reports/paper"
)

// A page is what is drawn on one sheet. Lengths are twips from its top left
// corner; a text stands on the line y.
type page struct {
	marks []any // text, box, stroke
	links []link
}

type text struct {
	paper.Run
	x, y float64
}

// A box is filled with gray, 0 black; below 0 only its border is drawn.
type box struct{ x, y, w, h, gray float64 }

type stroke struct {
	x1, y1, x2, y2, width float64 // width in points
	dashed                bool
}

type link struct {
	x, y, w, h float64
	url        string
}

// setter fills pages from top to bottom.
type setter struct {
	pages []page
	y     float64 // from the top of the page
	no    int     // of the page in its section
	after float64 // space owed behind the last paragraph, not at a page's top
}

const (
	top    = paper.MarginTop
	bottom = paper.PageHeight - paper.MarginBottom
)

func layout(f *paper.Flow) []page { return set(f).pages }

func set(f *paper.Flow) *setter {
	s := &setter{}
	for _, sec := range f.Sections {
		s.no = 0
		s.newPage()
		for i := range sec.Things {
			s.thing(sec.Things, i)
		}
	}
	return s
}

func (s *setter) newPage() {
	s.pages = append(s.pages, page{})
	s.y, s.after = top, 0
	if s.no++; s.no > 1 {
		run := paper.Run{Text: strconv.Itoa(s.no), Size: 28}
		s.write(run, paper.MarginLeft+(paper.TextWidth-run.Width())/2, baseline(paper.HeaderAt, 340))
	}
}

func (s *setter) mark(m any) {
	p := &s.pages[len(s.pages)-1]
	p.marks = append(p.marks, m)
}

func (s *setter) write(r paper.Run, x, y float64) { s.mark(text{r, x, y}) }

// baseline is where letters stand in a line of an exact height: four fifths
// down.
func baseline(y, line float64) float64 { return y + 0.8*line }

// thing sets one thing; what must stay with the next moves with it.
func (s *setter) thing(all []paper.Thing, i int) {
	t := all[i]
	switch {
	case t.Para != nil:
		s.para(t.Para, follow(all[i+1:]))
	case t.Grid != nil:
		s.grid(t.Grid)
	case t.Draw != nil:
		s.space(float64(t.Draw.Before))
		if s.y+s.after+float64(t.Draw.Height) > bottom {
			s.newPage()
		}
		s.y += s.after
		s.after = 0
		draw(s, t.Draw)
		s.y += float64(t.Draw.Height)
		s.after = float64(t.Draw.After)
	}
}

// follow is how much of what comes next a paragraph that is kept with it
// needs on its page: a line, a row, a drawing.
func follow(rest []paper.Thing) float64 {
	if len(rest) == 0 {
		return 0
	}
	switch t := rest[0]; {
	case t.Para != nil && t.Para.KeepNext:
		return height(t.Para) + float64(t.Para.After) + follow(rest[1:])
	case t.Para != nil:
		return float64(t.Para.Line)
	case t.Grid != nil:
		h := 0.0
		for _, r := range t.Grid.Rows {
			h += rowHeight(t.Grid, r)
			if !r.Head {
				break
			}
		}
		return h
	case t.Draw != nil:
		return float64(t.Draw.Height)
	}
	return 0
}

func height(p *paper.Para) float64 { return float64(p.Line * len(p.Lines(paper.TextWidth))) }

func (s *setter) space(n float64) { s.after = max(s.after, n) }

func (s *setter) para(p *paper.Para, next float64) {
	s.space(float64(p.Before))
	lines := p.Lines(paper.TextWidth)
	need := float64(p.Line)
	if p.KeepNext {
		need = float64(p.Line*len(lines)+p.After) + next
	}
	if s.y+s.after+need > bottom && s.y > top {
		s.newPage()
	}
	s.y += s.after
	s.after = 0
	for i, l := range lines {
		if i > 0 && s.y+float64(p.Line) > bottom {
			s.newPage()
		}
		s.line(p, l, paper.MarginLeft, paper.TextWidth)
	}
	s.after = float64(p.After)
}

// line draws one line of a paragraph whose column begins at x.
func (s *setter) line(p *paper.Para, l paper.Line, x, column float64) {
	if p.Rule {
		s.mark(stroke{x + float64(p.Left), s.y, x + column - float64(p.Right), s.y, paper.RuleWeight / 20.0, false})
		s.y += paper.RuleWeight
	}
	for _, piece := range l.Pieces {
		s.write(piece.Run, x+piece.X, baseline(s.y, float64(p.Line)))
		if piece.Link != "" {
			pg := &s.pages[len(s.pages)-1]
			pg.links = append(pg.links, link{x + piece.X, s.y, piece.W, float64(p.Line), piece.Link})
		}
	}
	s.y += float64(p.Line)
}

func side(g *paper.Grid) int {
	if g.Borders {
		return paper.CellSide
	}
	return 0
}

func rowHeight(g *paper.Grid, r paper.Row) float64 {
	h := r.Height
	at := 0
	for _, c := range r.Cells {
		width := -2 * side(g)
		for range max(c.Span, 1) {
			width += g.Cols[at]
			at++
		}
		h = max(h, paper.Height(c.Paras, width))
	}
	return float64(h)
}

func (s *setter) grid(g *paper.Grid) {
	s.y += s.after
	s.after = 0
	var heads []paper.Row
	edge := 0.0
	if g.Borders {
		edge = paper.GridEdge
	}
	for _, r := range g.Rows {
		h := rowHeight(g, r)
		if s.y+h+edge > bottom && s.y > top {
			s.newPage()
			if !r.Head {
				for _, hr := range heads {
					s.row(g, hr, rowHeight(g, hr))
				}
			}
		}
		if r.Head {
			heads = append(heads, r)
		}
		s.row(g, r, h)
	}
	s.y += edge
}

func (s *setter) row(g *paper.Grid, r paper.Row, h float64) {
	y, x, at := s.y, float64(paper.MarginLeft+g.Left), 0
	for _, c := range r.Cells {
		width := 0
		for range max(c.Span, 1) {
			width += g.Cols[at]
			at++
		}
		if g.Borders {
			x2, y2 := x+float64(width), y+h
			for _, e := range [][4]float64{{x, y, x2, y}, {x, y2, x2, y2}, {x, y, x, y2}, {x2, y, x2, y2}} {
				s.mark(stroke{e[0], e[1], e[2], e[3], 0.5, false})
			}
		}
		s.y = y
		for i := range c.Paras {
			p := &c.Paras[i]
			s.y += float64(p.Before)
			for _, l := range p.Lines(width - 2*side(g)) {
				s.line(p, l, x+float64(side(g)), float64(width-2*side(g)))
			}
			s.y += float64(p.After)
		}
		x += float64(width)
	}
	s.y = y + h
}

// draw sets a chart: bars from the left, the number above and the label
// under each, and the level as a dashed line.
func draw(s *setter, d *paper.Drawing) {
	c := d.Chart
	left, width := float64(paper.MarginLeft), float64(d.Width)
	const letters = paper.ChartLetters
	at := d.Layout()
	base := s.y + (at.Plot[1]+at.Plot[3])*float64(d.Height)
	room := at.Plot[3] * float64(d.Height)
	peak := at.Peak
	step := width / float64(max(len(c.Values), 1))
	middle := func(t string, x, y float64) {
		r := paper.Run{Text: t, Size: letters}
		s.write(r, x-r.Width()/2, y)
	}
	for i, v := range c.Values {
		h := room * float64(v) / peak
		x := left + step*float64(i)
		if v > 0 {
			s.mark(box{x + 0.19*step, base - h, 0.62 * step, h, 0.35})
		}
		middle(strconv.Itoa(v), x+step/2, base-h-90)
		if i < len(c.Labels) {
			middle(c.Labels[i], x+step/2, base+190)
		}
	}
	s.mark(stroke{left, base, left + width, base, 0.5, false})
	if c.Level > 0 {
		y := base - room*c.Level/peak
		s.mark(stroke{left, y, left + width, y, 1, true})
	}
}
