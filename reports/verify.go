package reports

import (
	"context"
	"fmt"
	"math"

	"langnghe/reports/paper"
)

// A Difference is a number of a report that the store does not give any more,
// or that stands in the text otherwise than in its figure.
type Difference struct {
	Figure string `json:"figure"`
	Query  Query  `json:"query"`
	Said   string `json:"said"` // in the report
	Now    string `json:"now"`  // from the store
}

// Verify computes every number of a report again. It returns how many there
// are, and those that differ.
func (d *Desk) Verify(ctx context.Context, r *Report) (int, []Difference, error) {
	c := d.counter(ctx)
	var out []Difference
	said := map[string]string{}
	for _, f := range r.Figures {
		v, err := c.value(f.Query)
		if err != nil {
			return 0, nil, fmt.Errorf("%s %s: %w", r.ID, f.ID, err)
		}
		said[f.ID] = f.Text
		if Number(v) != f.Text || math.Abs(v-f.Value) > 0.05 {
			out = append(out, Difference{f.ID, f.Query, f.Text, Number(v)})
		}
	}
	text := func(s paper.Span) {
		if s.Figure == "" {
			return
		}
		if was, ok := said[s.Figure]; !ok || was != s.Text {
			f, _ := r.Figure(s.Figure)
			out = append(out, Difference{s.Figure, f.Query, s.Text, was})
		}
	}
	for _, b := range r.blocks() {
		for _, s := range b.Spans {
			text(s)
		}
		if b.Table != nil {
			for _, row := range b.Table.Rows {
				for _, cell := range row {
					for _, s := range cell {
						text(s)
					}
				}
			}
		}
		if b.Chart != nil {
			for i, id := range b.Chart.Figures {
				if i < len(b.Chart.Values) {
					text(paper.Span{Figure: id, Text: Number(float64(b.Chart.Values[i]))})
				} else {
					text(paper.Span{Figure: id, Text: Number(b.Chart.Level)})
				}
			}
		}
	}
	return len(r.Figures), out, nil
}

// blocks are those of the text and of the appendices.
func (r *Report) blocks() []paper.Block {
	all := append([]paper.Block{}, r.Paper.Body...)
	for _, a := range r.Paper.Appendices {
		all = append(all, a.Body...)
	}
	return all
}
