package review_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// judged opens a claim's case with a verdict.
func (h *house) judged(id string) string {
	h.t.Helper()
	ctx := h.t.Context()
	h.document("42/TB-UBND", "2026-01-05", "")
	h.take(flag(id, news.Claiming, news.High, text("từ mai phí rác là 500 nghìn một tháng "+id)))
	c := h.decide(id, news.Verify, hoa).Case
	h.must(h.SetClaim(ctx, c, "", "Phí rác tăng lên 500.000 đồng", nil, hoa))
	h.must(h.SetVerdict(ctx, c, review.FalseInfo, news.Citation{Document: "42/TB-UBND"}, hoa))
	return c
}

// told are the roles that a notice with the beginning of its id went to.
func (h *house) told(step string) (to []string, withdrawn bool) {
	for _, a := range h.alerts {
		switch {
		case strings.HasPrefix(a.ID, step+"/"):
			to = a.To
		case strings.HasPrefix(a.Withdraw, step+"/"):
			withdrawn = true
		}
	}
	return to, withdrawn
}

// taken is how many notices with the beginning of their id were taken back.
func (h *house) taken(step string) (n int) {
	for _, a := range h.alerts {
		if strings.HasPrefix(a.Withdraw, step+"/") {
			n++
		}
	}
	return n
}

// TestReturnCorrection: the leader sends a draft back with the reason, before
// and after approving it; the reviewer hears of it, the text stays, and a new
// draft takes the reason away.
func TestReturnCorrection(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.judged("a")
	h.refused(h.ReturnCorrection(ctx, id, "vì sao", chair), "state")
	h.must(h.DraftCorrection(ctx, id, "Phí rác vẫn là 30.000 đồng.", "", "", hoa))
	h.later(0)
	h.refused(h.ReturnCorrection(ctx, id, " ", chair), "no_reason")
	h.refused(h.ReturnCorrection(ctx, id, strings.Repeat("x", 1001), chair), "long_reason")
	h.refused(h.ReturnCorrection(ctx, id, "vì sao", justice), "forbidden")
	h.refused(h.ReturnCorrection(ctx, id, "gọi chị Ba 0912345678", chair), "contact")
	h.must(h.ReturnCorrection(ctx, id, "ghi rõ khoản nào", chair))
	h.later(0)
	c := h.kase(id)
	if c.State != review.Judged || c.Correction.Returned != "ghi rõ khoản nào" || c.Correction.ReturnedBy != chair.Name || c.Correction.Portal == "" {
		t.Errorf("after the return: %s %+v", c.State, c.Correction)
	}
	if to, _ := h.told("returned"); !slices.Equal(to, []string{"reviewer"}) {
		t.Errorf("of the return are told %v", to)
	}
	if _, gone := h.told("drafted"); !gone {
		t.Error("the leader is still asked to approve it")
	}
	h.must(h.DraftCorrection(ctx, id, "Theo khoản 1, phí rác vẫn là 30.000 đồng.", "", "", hoa))
	if k := h.kase(id).Correction; k.Returned != "" {
		t.Errorf("the new draft still says %q", k.Returned)
	}
	h.later(0)
	if _, gone := h.told("returned"); !gone {
		t.Error("the reviewer is still asked to change what was drafted anew")
	}
	asked := h.taken("drafted")
	h.must(h.ApproveCorrection(ctx, id, chair))
	h.later(0)
	if h.taken("drafted") != asked+1 {
		t.Error("approved, and the leaders are still asked to")
	}
	h.must(h.ReturnCorrection(ctx, id, "chờ đã", chair))
	h.later(review.UndoWindow)
	h.refused(h.PublishCorrection(ctx, id, "https://phuong.example", hoa), "state")
	if h.audits("correction.return") != 2 {
		t.Errorf("%d returns in the log", h.audits("correction.return"))
	}
}

// TestMendCorrection: what was published and wrong stays on record with what
// was wrong; the new text takes the whole way again, also from a closed case,
// and both count.
func TestMendCorrection(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.judged("a")
	h.refused(h.MendCorrection(ctx, id, "số tiền", hoa), "not_published")
	publish := func(text, where string) {
		t.Helper()
		h.must(h.DraftCorrection(ctx, id, text, "", "", hoa))
		h.must(h.ApproveCorrection(ctx, id, chair))
		h.later(review.UndoWindow)
		h.must(h.PublishCorrection(ctx, id, where, hoa))
	}
	publish("Phí rác vẫn là 20.000 đồng.", "https://phuong.example/1")
	h.must(h.CloseCase(ctx, id, "đã đăng", hoa))
	h.refused(h.MendCorrection(ctx, id, "", hoa), "no_reason")
	h.refused(h.MendCorrection(ctx, id, "chị Ba 0912345678 báo sai", hoa), "contact")
	h.must(h.MendCorrection(ctx, id, "Mức đúng là 30.000 đồng, bản trước ghi 20.000 đồng.", hoa))
	h.later(0)
	c := h.kase(id)
	if c.State != review.Judged || !c.Closed.IsZero() || len(c.Errata) != 1 || c.Mends().URL != "https://phuong.example/1" || c.Mends().Portal != "Phí rác vẫn là 20.000 đồng." || !c.Correction.Out.IsZero() {
		t.Fatalf("after the mend: %s %+v", c.State, c)
	}
	if to, _ := h.told("mended"); !slices.Equal(to, []string{"editor", "leader"}) {
		t.Errorf("of the mistake are told %v", to)
	}
	h.must(h.SetVerdict(ctx, id, review.Outdated, news.Citation{Document: "42/TB-UBND"}, hoa))
	publish("Đính chính lại: phí rác là 30.000 đồng.", "https://phuong.example/2")
	if c = h.kase(id); c.State != review.Published || c.Correction.URL != "https://phuong.example/2" || len(c.Errata) != 1 {
		t.Errorf("after the second publication: %+v", c)
	}
	f, err := h.Figures(ctx)
	if err != nil || f.Corrections != 2 || f.Errata != 1 {
		t.Errorf("figures %+v, %v", f, err)
	}
}

// TestHandBack: a unit says that a complaint is not its own; the reviewers are
// told, the date promised goes on counting, nobody else can do it.
func TestHandBack(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.take(flag("a", news.Complaint, news.Medium))
	id := h.decide("a", news.Answer, hoa).Case
	unit, other := review.User{Name: "tuan", Role: review.Unit, Unit: "Đội Cấp nước"}, review.User{Name: "ut", Role: review.Unit, Unit: "Đội Quản lý đường"}
	due := h.kase(id).Due
	if err := h.ReturnAnswer(ctx, id, "việc của đội khác", other); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("another unit: %v", err)
	}
	h.refused(h.ReturnAnswer(ctx, id, "", unit), "no_reason")
	h.refused(h.ReturnAnswer(ctx, id, "việc của anh Tư, gọi 0912345678", unit), "contact")
	h.later(review.UndoWindow)
	h.must(h.ReturnAnswer(ctx, id, "đường ống của đội khác", unit))
	h.later(0)
	c := h.kase(id)
	if c.State != review.Open || c.Unit != "" || !c.Due.Equal(due) || !c.Promised().Equal(due) {
		t.Errorf("after handing back: %+v", c)
	}
	if to, _ := h.told("handed-back"); !slices.Equal(to, []string{"reviewer"}) {
		t.Errorf("told %v", to)
	}
	if _, err := h.Case(ctx, id, unit); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("the unit still sees it: %v", err)
	}
	h.must(h.Assign(ctx, id, "Đội Quản lý đường", time.Time{}, hoa))
	h.later(0)
	if _, gone := h.told("handed-back"); !gone {
		t.Error("the reviewer is still asked to assign what was assigned")
	}
	if c = h.kase(id); c.Unit != "Đội Quản lý đường" || !c.Promised().Equal(due) {
		t.Errorf("assigned anew: %+v", c)
	}
	h.must(h.Reply(ctx, id, "Đã sửa xong.", other))
	h.later(0)
	if to, _ := h.told("answered"); !slices.Equal(to, []string{"reviewer"}) {
		t.Errorf("of the answer are told %v", to)
	}
	h.refused(h.ReturnAnswer(ctx, id, "muộn", other), "state")
}

// TestHandoffNotices: who was asked to sign is told when there is nothing to
// sign any more, and whose proposal was declined hears of it.
func TestHandoffNotices(t *testing.T) {
	for name, end := range map[string]func(h *house, id string) error{
		"approved": func(h *house, id string) error { return h.ApproveHandoff(t.Context(), id, chair) },
		"declined": func(h *house, id string) error { return h.RecallHandoff(t.Context(), id, "chưa đủ", chair) },
		"recalled": func(h *house, id string) error { return h.RecallHandoff(t.Context(), id, "nhầm", hoa) },
		"vetoed":   func(h *house, id string) error { return h.VetoHandoff(t.Context(), id, "không phù hợp", justice) },
	} {
		h := newHouse(t)
		id := h.scam("a")
		h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
		h.later(0)
		h.must(end(h, id))
		h.later(0)
		if _, gone := h.told("proposed"); !gone {
			t.Errorf("%s: the leader is still asked to sign", name)
		}
		to, _ := h.told("declined")
		if want := name == "declined"; want != slices.Equal(to, []string{"reviewer"}) {
			t.Errorf("%s: told %v", name, to)
		}
	}
	h := newHouse(t)
	id := h.scam("a")
	h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
	h.must(h.ApproveHandoff(t.Context(), id, chair))
	h.later(0)
	h.must(h.VetoHandoff(t.Context(), id, "không phù hợp", justice))
	h.later(0)
	if _, gone := h.told("signed"); !gone {
		t.Error("vetoed after the signature: the notice of the signature stands")
	}
}

// TestSlipSentBack: the police return a slip with a reason, which is no dead
// end: another one is proposed, signed and sent; the first stays sealed.
func TestSlipSentBack(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	send := func() {
		t.Helper()
		h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
		h.must(h.ApproveHandoff(ctx, id, chair))
		h.later(review.UndoWindow)
	}
	send()
	h.refused(h.ProposeHandoff(ctx, id, proposal(), hoa), "sent")
	h.refused(h.AcknowledgeHandoff(ctx, id, "returned", "", liaison), "no_reason")
	h.refused(h.AcknowledgeHandoff(ctx, id, "returned", "hỏi 0912345678", liaison), "contact")
	h.must(h.AcknowledgeHandoff(ctx, id, "returned", "cần tên miền chính xác", liaison))
	h.later(0)
	if to, _ := h.told("slip-returned"); !slices.Equal(to, []string{"leader", "reviewer", "justice"}) {
		t.Errorf("of the return are told %v", to)
	}
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.later(0)
	if _, gone := h.told("slip-returned"); !gone {
		t.Error("a new slip is proposed, and they are still asked to")
	}
	h.refused(h.AcknowledgeHandoff(ctx, id, "received", "", liaison), "slip_replaced")
	h.refused(h.RecallHandoff(ctx, id, "hỏi 0912345678", hoa), "contact")
	h.refused(h.VetoHandoff(ctx, id, "hỏi 0912345678", justice), "contact")
	h.must(h.RecallHandoff(ctx, id, "viết lại", hoa))
	if c := h.kase(id); c.Handoff == nil || c.Handoff.Outcome != "returned" || len(c.Slips) != 0 {
		t.Errorf("after recalling the second: %+v", c.Handoff)
	}
	send()
	slips, err := h.Handoffs(ctx, liaison)
	if err != nil || len(slips) != 2 || slips[0].Seal == slips[1].Seal || slips[1].Note != "cần tên miền chính xác" || slips[0].Outcome != "" {
		t.Fatalf("the liaison sees %+v, %v", slips, err)
	}
	for _, s := range slips {
		if !review.VerifySeal(s.Handoff) {
			t.Errorf("%s is not sealed any more", s.Seal)
		}
	}
	if f, err := h.Figures(ctx); err != nil || f.Handoffs != 2 {
		t.Errorf("figures %+v, %v", f, err)
	}
	if c, err := h.Case(ctx, id, review.User{Name: "v", Role: review.Office}); err != nil || len(c.Slips) != 0 || c.Handoff != nil {
		t.Errorf("the office sees slips: %+v, %v", c.Slips, err)
	}
}

// TestEditedIntoComplaint: the gate fails closed. Who edits a post into a
// complaint stops a slip that waits; it is no way out of the law either,
// because the justice officer may co-sign with a reason, and is told so.
func TestEditedIntoComplaint(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a", func(f *news.Flag) { f.Item.Reading.Cues = nil })
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	sealed := h.kase(id).Handoff.Captures
	f := flag("a", news.Complaint, news.High, text("khổ quá, tôi chỉ phản ánh trang này, phường xử lý giùm"))
	f.ID, f.Item.Observed = "f-a-2", f.Item.Observed.Add(time.Minute)
	h.take(f)
	h.later(review.UndoWindow)
	c := h.kase(id)
	if c.Handoff.Vetoed != "system" || !c.Handoff.Sent.IsZero() || len(h.sent("handoff")) != 0 {
		t.Fatalf("the slip of a complaint left: %+v", c.Handoff)
	}
	if to, _ := h.told("stopped"); !slices.Contains(to, "justice") {
		t.Errorf("of the stop are told %v, not the justice officer", to)
	}
	if len(sealed) != 1 || len(c.Handoff.Captures) != 1 || c.Handoff.Captures[0].SHA256 != sealed[0].SHA256 || !strings.Contains(c.Handoff.Captures[0].Text, "nhận quà") {
		t.Errorf("what the post said before is gone: %+v", c.Handoff.Captures)
	}
	h.refused(h.ProposeHandoff(ctx, id, proposal(), hoa), "locked")
	h.later(time.Minute)
	h.must(h.Unlock(ctx, id, "bài bị sửa sau khi đã chụp", justice))
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.later(review.UndoWindow)
	if c = h.kase(id); c.Handoff.Sent.IsZero() {
		t.Errorf("after the co-signature: %+v", c.Handoff)
	}
}

// TestThreeLengths: a correction has its three lengths; what nobody wrote is
// cut from the portal text in whole sentences and says so.
func TestThreeLengths(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.judged("a")
	long := strings.Repeat("Theo thông báo của phường, mức thu phí vệ sinh vẫn giữ nguyên như trước đây cho mọi hộ dân. ", 30)
	h.must(h.DraftCorrection(ctx, id, long, "", "", hoa))
	k := h.kase(id).Correction
	if !slices.Equal(k.Cut, []string{"post", "radio"}) || len([]rune(k.Post)) > 500 || len([]rune(k.Post)) < 300 || review.RadioSeconds(k.Radio) > 60 || review.RadioSeconds(k.Radio) < 40 || !strings.HasSuffix(k.Post, "dân.") || !strings.HasSuffix(k.Radio, "dân.") {
		t.Errorf("cut %v: %d letters, %d seconds: %q", k.Cut, len([]rune(k.Post)), review.RadioSeconds(k.Radio), k.Radio)
	}
	h.must(h.DraftCorrection(ctx, id, "TP. Vinh vẫn thu 30.000 đồng. Hộ nghèo được miễn.", "Phí không tăng.", "", hoa))
	if k = h.kase(id).Correction; !slices.Equal(k.Cut, []string{"radio"}) || k.Post != "Phí không tăng." || k.Radio != "TP. Vinh vẫn thu 30.000 đồng. Hộ nghèo được miễn." {
		t.Errorf("cut %v: %q, %q", k.Cut, k.Post, k.Radio)
	}
	// Around a script stands more: a cut one gives way sentence by sentence.
	h.Overlong = func(c *review.Case) int { return review.RadioSeconds(c.Correction.Radio) - 12 }
	h.must(h.DraftCorrection(ctx, id, long, "", "", hoa))
	if k = h.kase(id).Correction; review.RadioSeconds(k.Radio) > 12 || k.Radio == "" {
		t.Errorf("a cut script of %d seconds", review.RadioSeconds(k.Radio))
	}
	h.refused(h.DraftCorrection(ctx, id, long, "", k.Radio+" "+k.Radio+" "+k.Radio, hoa), "too_long_aloud")
	h.refused(h.DraftCorrection(ctx, id, strings.ReplaceAll(long, ".", ","), "", "", hoa), "too_long_aloud")
	h.refused(h.DraftCorrection(ctx, id, "Ngắn.", "", strings.Repeat("từ ", 400), hoa), "too_long")
}

// TestNoticesByStep: a slip that the police sent back stays somebody's turn
// while the correction of the same case goes its own way.
func TestNoticesByStep(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.later(review.UndoWindow)
	h.must(h.AcknowledgeHandoff(ctx, id, "returned", "cần tên miền chính xác", liaison))
	h.document("42/TB-UBND", "2026-01-05", "")
	h.must(h.SetVerdict(ctx, id, review.FalseInfo, news.Citation{Document: "42/TB-UBND"}, hoa))
	h.must(h.DraftCorrection(ctx, id, "Phường không tặng quà qua mạng.", "", "", hoa))
	h.must(h.ReturnCorrection(ctx, id, "thêm số điện thoại", chair))
	h.later(0)
	h.must(h.DraftCorrection(ctx, id, "Phường không tặng quà qua mạng, xin hỏi nhà văn hóa.", "", "", hoa))
	h.later(0)
	if _, gone := h.told("slip-returned"); gone {
		t.Error("the new draft took the notice about the slip back")
	}
	if _, gone := h.told("returned"); !gone {
		t.Error("the new draft left the notice about the old one")
	}
}
