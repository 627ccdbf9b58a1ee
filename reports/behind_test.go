package reports_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"langnghe/reports"
)

// TestEveryNumberHasParts: what stands behind each number of each kind of
// report makes that number, also when it is looked at a month later. Leaders
// see no case by itself.
func TestEveryNumberHasParts(t *testing.T) {
	w := newWorld(t, 7, 20)
	w.fill()
	ctx := context.Background()
	seen := map[string]bool{}
	numbers := 0
	for _, q := range w.requests() {
		r, err := w.desk.Create(ctx, q, writerOf(q.Kind))
		if err != nil {
			t.Fatal(err)
		}
		w.now = w.now.AddDate(0, 1, 0)
		for _, f := range r.Figures {
			numbers++
			for _, by := range []reports.Person{reviewer, leader} {
				b, err := w.desk.Behind(ctx, &r, f.ID, by)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(b.Makes-f.Value) > 1e-9 {
					t.Errorf("%s %s (%s) is %v, its parts make %v", q.Kind, f.ID, w.desk.Describe(f.Query).EN, f.Value, b.Makes)
				}
				total := 0.0
				for _, p := range b.Parts {
					total += p.Value
					if p.Label.VI == "" || p.Label.EN == "" || p.Text != reports.Number(p.Value) {
						t.Errorf("%s: a part without a name or a number: %+v", f.Query.What, p)
					}
					if by == leader && (p.Case != "" || strings.Contains(p.Label.VI, "V-2026")) && b.How == "sum" {
						t.Errorf("%s: a leader sees case %s", f.Query.What, p.Label.VI)
					}
				}
				if b.How == "sum" && math.Abs(total-f.Value) > 1e-9 {
					t.Errorf("%s: the parts that are shown add up to %v, not %v", f.Query.What, total, f.Value)
				}
			}
			if f.Value != 0 {
				seen[f.Query.What] = true
			}
		}
		w.now = date("2026-11-20").Add(15 * time.Hour)
	}
	if len(seen) < 25 || numbers < 150 {
		t.Errorf("only %d numbers of %d measures", numbers, len(seen))
	}
	if _, err := w.desk.Behind(ctx, &reports.Report{}, "f1", reviewer); err == nil {
		t.Error("there are parts of a number that does not exist")
	}
}
