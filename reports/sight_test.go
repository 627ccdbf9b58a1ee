package reports_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/reports"
)

// TestKeptFromLeader: a report on a case that is kept from those who lead the
// ward is written, listed, opened, changed and signed without them; in the
// other reports the case is counted and not named.
func TestKeptFromLeader(t *testing.T) {
	w := newWorld(t, 3, 20)
	ctx := t.Context()
	id := ""
	for i := range w.cases {
		if w.cases[i].Kind == "answer" && w.cases[i].Unit != "" {
			w.cases[i].Kept, id = true, w.cases[i].ID
			break
		}
	}
	w.desk.Kept = func(_ context.Context, c string, by reports.Person) (bool, error) {
		return c == id && by.Role == "leader", nil
	}
	chair, lan, law := leader, reviewer, justice
	q := reports.Request{Kind: reports.Complaint, Case: id, At: w.now}
	r, err := w.desk.Create(ctx, q, lan)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.Create(ctx, reports.Request{Kind: reports.Urgent, Case: id, At: w.now}, chair); err == nil {
		t.Error("the leader writes about it")
	}
	if _, err := w.desk.Open(ctx, r.ID, chair); !errors.Is(err, reports.ErrNotFound) {
		t.Errorf("open: %v", err)
	}
	for what, err := range map[string]error{
		"approve": w.desk.Approve(ctx, r.ID, chair), "return": w.desk.Return(ctx, r.ID, "x", chair), "rewrite": w.desk.Rewrite(ctx, r.ID, nil, chair),
	} {
		if !errors.Is(err, reports.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for by, want := range map[reports.Person]bool{chair: false, lan: true, law: true} {
		list, err := w.desk.List(ctx, "", 0, 50, by)
		if got := slices.ContainsFunc(list, func(x reports.Report) bool { return x.ID == r.ID }); err != nil || got != want {
			t.Errorf("%s lists it: %v, %v", by.Role, got, err)
		}
	}
	if err := w.desk.Approve(ctx, r.ID, law); err != nil {
		t.Errorf("the justice officer approves: %v", err)
	}
	for _, kind := range []reports.Kind{reports.Weekly, reports.Daily, reports.Annual} {
		r, err := w.desk.Preview(ctx, reports.Request{Kind: kind, At: w.now.Add(time.Hour), Year: w.now.Year()}, lan)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(reports.Plaintext(&r), id) {
			t.Errorf("%s names %s", kind, id)
		}
	}
}

// TestMendedCorrection: the document says which publication it mends and what
// was wrong in it.
func TestMendedCorrection(t *testing.T) {
	w := newWorld(t, 3, 20)
	for i := range w.cases {
		k := &w.cases[i]
		if k.Correct == nil || k.Citation == nil || k.Verdict == "" || k.Approved.IsZero() {
			continue
		}
		k.Correct.Wrong, k.Correct.WrongOut = "mức phí ghi 20.000 đồng, đúng là 30.000 đồng", time.Date(2026, 11, 3, 2, 0, 0, 0, time.UTC)
		r, err := w.desk.Preview(t.Context(), reports.Request{Kind: reports.Correction, Case: k.ID, At: w.now}, reviewer)
		if err != nil {
			t.Fatal(err)
		}
		if text := reports.Plaintext(&r); !strings.Contains(text, "Đính chính lại bản đã đăng ngày 03/11/2026. Chỗ sai: mức phí ghi 20.000 đồng, đúng là 30.000 đồng.") {
			t.Errorf("the correction says %s", text)
		}
		return
	}
	t.Fatal("the world has no correction")
}
