package reports_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
)

// TestReportsStayTrue: what comes to light after a report was kept (items that
// come late, are edited or erased, ledgers that are put right) makes no number
// of it false. It is told which numbers the index counts otherwise by now.
func TestReportsStayTrue(t *testing.T) {
	w := newWorld(t, 7, 20)
	w.fill()
	ctx := context.Background()
	var kept []string
	for _, q := range w.requests() {
		r, err := w.desk.Create(ctx, q, writerOf(q.Kind))
		if err != nil {
			t.Fatalf("%s: %v", q.Kind, err)
		}
		kept = append(kept, r.ID)
	}
	// A month passes. Items are erased, edited, found late; every ledger says
	// something else.
	w.now = w.now.AddDate(0, 1, 0)
	for i := range w.items {
		if i%3 == 0 {
			w.items[i].tone, w.items[i].stance, w.items[i].topic = "positive", "praise", "water"
		}
	}
	w.items = w.items[len(w.items)/20:]
	for range 40 {
		w.items = append(w.items, item{date("2026-11-17"), "land", "negative", "complaint", "baonghean"})
	}
	for _, l := range reports.Ledgers {
		rs, err := w.store.Reports().Records(ctx, l.ID)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rs {
			by := writerWho(l)
			if i%2 == 0 {
				if err := w.desk.Remove(ctx, r.ID, by); err != nil {
					t.Error(err)
				}
				continue
			}
			v := map[string]string{}
			for key, value := range r.Values() {
				v[key] = value
			}
			for _, f := range l.Fields {
				switch {
				case f.Type == "day" && v[f.Key] != "":
					v[f.Key] = "2026-03-03"
				case f.Type == "int" && f.Key != "year":
					v[f.Key] = "77"
				case f.Type == "choice" && f.Key != "days":
					v[f.Key] = f.Choices[len(f.Choices)-1].ID
				}
			}
			for _, key := range []string{"reason", "response"} { // what belongs to such a result
				if _, has := l.Field(key); has {
					v[key] = "Theo quy định"
				}
			}
			if _, err := w.desk.Save(ctx, l.ID, r.ID, v, by); err != nil {
				t.Error(err)
			}
		}
	}
	numbers, late := 0, 0
	for _, id := range kept {
		r, err := w.store.Reports().Report(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		n, diff, err := w.desk.Verify(ctx, &r)
		if err != nil {
			t.Fatal(err)
		}
		numbers += n
		for _, d := range diff {
			if !d.Later {
				t.Errorf("%s %s: %v: said %s, now %s", id, d.Figure, w.desk.Describe(d.Query).EN, d.Said, d.Now)
			} else if late++; d.Why.VI == "" || d.Why.EN == "" || d.Said == d.Now {
				t.Errorf("%s %s does not say why: %+v", id, d.Figure, d)
			}
		}
	}
	if late < 20 {
		t.Errorf("%d numbers of %d are told to be counted otherwise by now; want many", late, numbers)
	}

	// What was counted cannot be changed unseen.
	weekly, err := w.store.Reports().Report(ctx, kept[0])
	if err != nil {
		t.Fatal(err)
	}
	packed, err := w.store.Reports().Counted(ctx, kept[0])
	if err != nil || len(packed) > 64<<10 {
		t.Errorf("the counts of a week take %d bytes, %v", len(packed), err)
	}
	other, err := w.store.Reports().Counted(ctx, kept[1])
	if err := errors.Join(err, w.store.Reports().Update(ctx, func(tx reports.Tx) error { return tx.PutCounted(kept[0], other) })); err != nil {
		t.Fatal(err)
	}
	if _, diff, err := w.desk.Verify(ctx, &weekly); err != nil || len(diff) == 0 || diff[0].Later || diff[0].Figure != "" {
		t.Errorf("other counts were taken: %v, %v", diff, err)
	}
	if _, err := w.store.VerifyAudit(ctx); err != nil {
		t.Error(err)
	}
}

// writerWho is somebody who keeps a ledger.
func writerWho(l reports.Ledger) reports.Person {
	for _, p := range []reports.Person{reviewer, justice, office} {
		if l.MayWrite(p.Role) {
			return p
		}
	}
	return editor
}

// TestRewriteCountsAnew: a draft that is written into has the numbers of that
// time, and keeps what they rest on.
func TestRewriteCountsAnew(t *testing.T) {
	w := newWorld(t, 7, 20)
	ctx := context.Background()
	r, err := w.desk.Create(ctx, reports.Request{Kind: reports.Weekly}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(2 * time.Hour)
	w.items = append(w.items, item{date("2026-11-17"), "land", "negative", "complaint", "baonghean"})
	w.cases = append(w.cases, reports.Case{ID: "V-2026-9999", Kind: news.Answer, Topic: "water", Opened: w.now.AddDate(0, 0, -2)})
	if err := w.desk.Rewrite(ctx, r.ID, map[string]string{"good": "Câu lạc bộ dọn vệ sinh."}, reviewer); err != nil {
		t.Fatal(err)
	}
	again, err := w.store.Reports().Report(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	now, _ := again.Figure(again.Lines[0].Figure)
	was, _ := r.Figure(r.Lines[0].Figure)
	if now.Value != was.Value+1 || !again.Known.Equal(w.now.UTC().Truncate(time.Millisecond)) {
		t.Errorf("after rewriting %v items, before %v; known %v", now.Value, was.Value, again.Known)
	}
	if n, diff, err := w.desk.Verify(ctx, &again); err != nil || len(diff) > 0 || n == 0 {
		t.Errorf("%d numbers, %v, %v", n, diff, err)
	}
}
