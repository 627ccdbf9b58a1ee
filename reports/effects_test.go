package reports_test

import (
	"context"
	"testing"
	"time"

	"langnghe/reports"
	"langnghe/reports/paper"
)

// TestSpreadBeforeAndAfter: the annual report sets how far claims spread
// before their corrections beside how far they spread after them, in a day
// and in three, summed up from the cases; each number leads to its cases.
func TestSpreadBeforeAndAfter(t *testing.T) {
	w := newWorld(t, 13, 4)
	ctx := context.Background()
	r, err := w.desk.Create(ctx, reports.Request{Kind: reports.Annual}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	var table *paper.Table
	for _, b := range r.Paper.Body {
		if b.Table != nil && b.Table.ID == "effects" {
			table = b.Table
		}
	}
	if table == nil || len(table.Rows) != 2 {
		t.Fatalf("table = %+v", table)
	}
	for i, hours := range []int{24, 72} {
		var measured, before, after int
		for _, c := range w.cases {
			for _, e := range c.Effects {
				if e.Hours == hours && e.At.Before(r.To) {
					measured, before, after = measured+1, before+e.Before, after+e.After
				}
			}
		}
		if measured < 10 {
			t.Fatalf("only %d corrections were measured", measured)
		}
		for j, want := range []float64{float64(measured), float64(before), float64(after), 100 * float64(after) / float64(before)} {
			f, ok := r.Figure(table.Rows[i][j+1][0].Figure)
			if !ok || f.Text != reports.Number(want) {
				t.Errorf("after %d hours, column %d says %q, want %s", hours, j+1, f.Text, reports.Number(want))
			}
			b, err := w.desk.Behind(ctx, &r, f.ID, reviewer)
			if err != nil || len(b.Parts) == 0 || reports.Number(b.Makes) != f.Text {
				t.Errorf("behind %s: %+v, %v", f.ID, b, err)
			}
		}
	}
	// A year without a correction says so, and not zero of zero.
	w.cases = nil
	if r, err = w.desk.Create(ctx, reports.Request{Kind: reports.Annual, Year: 2026, At: w.now.Add(time.Hour)}, reviewer); err != nil {
		t.Fatal(err)
	}
	if text := reports.Plaintext(&r); !contains(text, "Chưa có đính chính nào đủ thời gian để đo") {
		t.Error("the report does not say that nothing was measured")
	}
}
