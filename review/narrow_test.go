package review_test

import (
	"strings"
	"testing"

	"langnghe/review"
)

// TestHandoffsAreNarrow: whoever publishes or coordinates sees the case and
// no word of a hand-off.
func TestHandoffsAreNarrow(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.SetVerdict(ctx, id, review.Fake, proposal().Citation, hoa))
	h.must(h.DraftCorrection(ctx, id, "Phường không tặng quà.", "Phường không tặng quà.", "Phường không tặng quà.", hoa))
	h.must(h.ApproveCorrection(ctx, id, chair))
	for _, by := range []review.User{{Name: "biên tập", Role: review.Editor}, {Name: "văn phòng", Role: review.Office}} {
		c, err := h.Case(ctx, id, by)
		h.must(err)
		cs, err := h.Cases(ctx, review.CaseQuery{By: by})
		h.must(err)
		if len(cs) != 1 {
			t.Fatalf("%s sees %d cases", by.Role, len(cs))
		}
		for _, c := range []review.Case{c, cs[0]} {
			if text := string(encode(c)); c.Handoff != nil || c.Correction == nil || strings.Contains(text, "handoff.") || strings.Contains(text, "OTP") || strings.Contains(text, "cả nhà ơi") {
				t.Errorf("%s sees %s", by.Role, text)
			}
		}
	}
	for _, by := range []review.User{hoa, chair, justice} {
		if c, err := h.Case(ctx, id, by); err != nil || c.Handoff == nil || len(c.Handoff.Captures) != 1 {
			t.Errorf("%s sees no hand-off: %v", by.Role, err)
		}
	}
}
