package review_test

import (
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/review"
)

// TestRetain: the desk's copies of what people wrote go when their time is
// over, what people decided stays, and the audit log reports it.
func TestRetain(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	const said = "nước đục ba hôm nay rồi bà con ạ"
	h.take(flag("counted", news.Complaint, news.Medium, text(said)), flag("waiting", news.Complaint, news.Medium, text(said+" nhé")))
	h.decide("counted", news.Stat, hoa)
	id := h.scam("post")
	sent := h.slip(id, proposal())
	if len(sent.Captures) != 1 {
		t.Fatal("nothing is captured")
	}
	days := func(n int) {
		t.Helper()
		h.now = h.now.AddDate(0, 0, n)
		h.must(h.Retain(ctx))
	}
	words := func(entry string) bool {
		t.Helper()
		e, err := h.Entry(ctx, entry, hoa)
		h.must(err)
		return strings.Contains(string(encode(e)), "bà con ạ") || strings.Contains(string(encode(e)), "cả nhà ơi")
	}
	days(89)
	for _, e := range []string{"counted", "waiting", "post"} {
		if !words(e) {
			t.Errorf("the words of %s are gone after 89 days", e)
		}
	}
	days(2)
	if words("counted") || words("waiting") || !words("post") {
		t.Errorf("after 91 days: %v, %v, %v; want those in an open case alone", words("counted"), words("waiting"), words("post"))
	}
	if e, err := h.Entry(ctx, "counted", hoa); err != nil || e.Decision == nil || e.Decision.Choice != news.Stat {
		t.Errorf("the decision is gone with the words: %+v, %v", e, err)
	}
	if in, err := h.Inbox(ctx, review.InboxQuery{By: hoa}); err != nil || in.Open != 0 {
		t.Errorf("%d lines wait that nobody can read, %v", in.Open, err)
	}
	page, err := h.Audit(ctx, review.AuditQuery{Act: "items.expire"})
	if err != nil || page.Total != 1 || !strings.Contains(page.Entries[0].Detail, "2 items before") || !strings.Contains(page.Entries[0].Detail, "1 undecided") {
		t.Errorf("report %+v, %v", page.Entries, err)
	}
	h.must(h.CloseCase(ctx, id, "xong", chair))
	days(360)
	if !words("post") {
		t.Error("the evidence of a case is gone within a year")
	}
	days(10)
	if words("post") {
		t.Error("the evidence of a case is there after more than a year")
	}
	slips, err := h.Handoffs(ctx, liaison)
	h.must(err)
	if slips[0].Captures[0].Text == "" {
		t.Error("the slip has lost its capture within two years")
	}
	days(300)
	slips, err = h.Handoffs(ctx, liaison)
	h.must(err)
	if slips[0].Captures[0].Text != "" || !review.VerifySeal(slips[0].Handoff) {
		t.Errorf("after two years: %+v, seal %v", slips[0].Captures, review.VerifySeal(slips[0].Handoff))
	}
	days(1) // nothing is left to forget: no report
	if page, _ := h.Audit(ctx, review.AuditQuery{Act: "items.expire"}); page.Total != 3 {
		t.Errorf("%d reports, want one for each time that something went", page.Total)
	}
}
