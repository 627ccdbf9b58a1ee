package reports

import (
	"context"
	"fmt"
	"math"

	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// A Difference is a number of a report that the store does not give any more,
// or that stands in the text otherwise than in its figure.
type Difference struct {
	Figure string `json:"figure"` // empty: what was counted for the report
	Query  Query  `json:"query"`
	Said   string `json:"said"` // in the report
	Now    string `json:"now"`  // from the store
	// Later says that the number was right when it was written, by the counts
	// that were kept with it, and that the index counts otherwise by now.
	Later bool      `json:"later,omitempty"`
	Why   news.Text `json:"why,omitzero"`
}

var later = news.Text{VI: "đúng theo số đếm giữ lúc lập; từ đó kho có tin của những ngày này đến muộn, được sửa, đọc lại hoặc đã xóa",
	EN: "right by the counts kept with the report; since then items of these days came late, were edited, read anew or erased"}

// Verify computes every number of a report again, as things were known when
// it was written: cases by their timelines, ledgers by their versions, items
// by the counts that were kept with it. It returns how many there are, those
// that differ, and those of which the index says something else by now.
func (d *Desk) Verify(ctx context.Context, r *Report) (int, []Difference, error) {
	c, broken, err := d.recount(ctx, r)
	if err != nil {
		return 0, nil, err
	}
	var out []Difference
	if broken != nil {
		out = append(out, *broken)
	}
	said := map[string]string{}
	for _, f := range r.Figures {
		v, err := c.value(f.Query)
		if err != nil {
			return 0, nil, fmt.Errorf("%s %s: %w", r.ID, f.ID, err)
		}
		said[f.ID] = f.Text
		if Number(v) != f.Text || math.Abs(v-f.Value) > 0.05 {
			out = append(out, Difference{Figure: f.ID, Query: f.Query, Said: f.Text, Now: Number(v)})
		}
	}
	text := func(s paper.Span) {
		if s.Figure == "" {
			return
		}
		if was, ok := said[s.Figure]; !ok || was != s.Text {
			f, _ := r.Figure(s.Figure)
			out = append(out, Difference{Figure: s.Figure, Query: f.Query, Said: s.Text, Now: was})
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
	if r.ID == "" || r.Counted == "" || broken != nil {
		return len(r.Figures), out, nil
	}
	live := d.counterAt(ctx, r.known())
	for _, f := range r.Figures {
		if !f.Query.ofItems() {
			continue
		}
		v, err := live.value(f.Query)
		if err != nil {
			return 0, nil, fmt.Errorf("%s %s: %w", r.ID, f.ID, err)
		}
		if Number(v) != f.Text {
			out = append(out, Difference{Figure: f.ID, Query: f.Query, Said: f.Text, Now: Number(v), Later: true, Why: later})
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
