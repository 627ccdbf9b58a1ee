package paper

import (
	"fmt"
	"strings"
)

// Describe says in words what the chart shows, for those who cannot see it.
func (c *Chart) Describe() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s: ", c.Title)
	for i, v := range c.Values {
		if i > 0 {
			s.WriteString("; ")
		}
		label := ""
		if i < len(c.Labels) {
			label = c.Labels[i]
		}
		fmt.Fprintf(&s, "%s %d", label, v)
	}
	if c.Level > 0 {
		fmt.Fprintf(&s, "; %s %s", c.Legend, Decimal(c.Level))
	}
	return s.String()
}

// Decimal writes a number with one digit behind the comma, as in Vietnamese.
func Decimal(v float64) string {
	return strings.Replace(strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0"), ".", ",", 1)
}

// A Layout is where the parts of a chart stand: Plot is left, top, width and
// height in shares of the drawing. Bars stand on the lower edge of the plot,
// and Peak is what reaches its upper edge; above it there is room for a
// number, below for the labels.
type Layout struct {
	Plot [4]float64
	Peak float64
}

// The letters of a chart, in half points, and the line that they need, in
// twips.
const (
	ChartLetters = 18
	ChartLine    = 240
)

// Layout lays a chart out, for every program in the same way.
func (d *Drawing) Layout() Layout {
	l := Layout{Peak: d.Chart.Level}
	for _, v := range d.Chart.Values {
		l.Peak = max(l.Peak, float64(v))
	}
	if l.Peak == 0 {
		l.Peak = 1
	}
	line := ChartLine / float64(d.Height)
	l.Plot = [4]float64{0, line, 1, 1 - 2*line}
	return l
}
