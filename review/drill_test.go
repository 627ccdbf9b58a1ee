package review_test

import (
	"slices"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/review"
)

// TestDrill: a drill goes the whole way from the first notice to the signed
// slip, every notice is marked and stays with the team, nothing leaves, and
// nothing is counted or learnt.
func TestDrill(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.document("42/TB-UBND", "2026-01-05", "")
	start := func(text string, l news.Level) string {
		t.Helper()
		e, err := h.StartDrill(ctx, review.DrillRequest{Text: text, Level: l, Topic: "water", By: hoa})
		h.must(err)
		if !e.Drill || e.Hidden || e.Level != l {
			t.Fatalf("entry %+v", e)
		}
		return e.ID
	}
	for _, q := range []review.DrillRequest{{Level: news.High, By: hoa}, {Text: "x", By: hoa}, {Text: strings.Repeat("x", 2001), Level: news.High, By: hoa}} {
		if _, err := h.StartDrill(ctx, q); err == nil {
			t.Errorf("%+v starts", q)
		}
	}
	if _, err := h.StartDrill(ctx, review.DrillRequest{Text: "gọi 0912 345 678 để nhận quà", Level: news.High, By: hoa}); err == nil {
		t.Error("a real telephone number is practised on")
	}
	entry := start("nghe nói trang tặng quà của phường ở https://qua.top", news.Critical)
	id := h.decide(entry, news.Scam, hoa).Case
	h.must(h.SetClaim(ctx, id, "", "Trang mạo danh phường hứa tặng quà", []string{"https://qua.top"}, hoa))
	h.must(h.SetVerdict(ctx, id, review.Fake, news.Citation{Document: "42/TB-UBND"}, hoa))
	h.must(h.DraftCorrection(ctx, id, "Phường không tặng quà qua mạng.", "", "", hoa))
	h.later(0)
	h.must(h.ApproveCorrection(ctx, id, chair))
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.later(review.UndoWindow)
	h.must(h.PublishCorrection(ctx, id, "bảng tập", hoa))
	c := h.kase(id)
	if !c.Drill || !c.Handoff.Sent.IsZero() || c.Handoff.Vetoed != "system" {
		t.Errorf("the slip of a drill: %+v", c.Handoff)
	}
	water := start("mất nước", news.High)
	answer := h.decide(water, news.Answer, hoa).Case // goes to a unit, in a real case
	if c := h.kase(answer); c.Unit != "" {
		t.Errorf("a drill is given to %s", c.Unit)
	}
	h.later(review.UndoWindow)
	if slips, err := h.Handoffs(ctx, liaison); err != nil || len(slips) != 0 {
		t.Errorf("the liaison sees %+v, %v", slips, err)
	}
	team := []string{"reviewer", "leader", "justice", "office", "editor"}
	told := 0
	for _, a := range h.alerts {
		if a.Kind == "resolved" || a.Withdraw != "" {
			continue
		}
		told++
		if !strings.HasPrefix(a.Subject.VI, "[DIỄN TẬP] ") || !strings.HasPrefix(a.Subject.EN, "[DRILL] ") {
			t.Errorf("%s is not marked: %+v", a.ID, a.Subject)
		}
		if slices.ContainsFunc(a.To, func(r string) bool { return !slices.Contains(team, r) }) || !slices.Contains(a.Not, "police_liaison") {
			t.Errorf("%s goes to %v, not to %v", a.ID, a.To, a.Not)
		}
	}
	if told < 6 {
		t.Errorf("told %d times", told)
	}
	if f, err := h.Figures(ctx); err != nil || f != (review.Figures{}) {
		t.Errorf("figures %+v, %v", f, err)
	}
	if ps, err := h.Precision(ctx); err != nil || len(ps) != 0 {
		t.Errorf("precision %+v, %v", ps, err)
	}
	if len(h.labels) != 0 {
		t.Errorf("rules learn %+v", h.labels)
	}
	if list, err := h.Rumours(ctx); err != nil || len(list) != 0 {
		t.Errorf("known claims %+v, %v", list, err)
	}
	h.take(flag("real", news.Claiming, news.High))
	_, err := h.Decide(ctx, review.DecideRequest{Entry: "real", Choice: news.Scam, Case: id, By: hoa})
	h.refused(err, "other_case")
	h.refused(h.EndDrill(ctx, "real", hoa), "no_drill")

	for _, e := range []string{entry, water, start("chưa ai quyết định", news.High)} {
		h.must(h.EndDrill(ctx, e, chair))
	}
	h.later(0)
	if in, err := h.Inbox(ctx, review.InboxQuery{By: hoa}); err != nil || len(in.Entries) != 1 || in.Entries[0].ID != "real" {
		t.Errorf("the inbox after the drill: %+v, %v", in.Entries, err)
	}
	for _, x := range []string{id, answer} {
		if c := h.kase(x); c.State != review.Closed {
			t.Errorf("%s is %s after the drill", x, c.State)
		}
	}
}
