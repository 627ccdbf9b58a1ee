package review_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/review"
)

func when(at time.Time) func(*news.Flag) { return func(f *news.Flag) { f.Item.Published = at } }

func kindOf(k news.Kind) func(*news.Flag) { return func(f *news.Flag) { f.Item.Kind = k } }

// slip takes a case with a proposal the whole way and returns the slip as the
// liaison sees it.
func (h *house) slip(id string, p review.Handoff) review.Handoff {
	h.t.Helper()
	h.must(h.ProposeHandoff(h.t.Context(), id, p, hoa))
	h.must(h.ApproveHandoff(h.t.Context(), id, chair))
	h.later(review.UndoWindow)
	slips, err := h.Handoffs(h.t.Context(), liaison)
	h.must(err)
	if len(slips) != 1 {
		h.t.Fatalf("%d slips, want one", len(slips))
	}
	return slips[0].Handoff
}

// TestCaptureIsRedacted: a capture says what the public post said, and
// nothing in it points at a person or can be clicked.
func TestCaptureIsRedacted(t *testing.T) {
	const said = "Phường tặng quà 500.000 đồng! Bấm https://quatang-thaihoa.top/nhan, gọi chị Trần Thị Bích 0912 345 678, thư qua.tang@example.vn. " +
		"Ông Ba ở Khối 3 đã nhận, Nguyễn Văn Ấm đã nhận. Nhóm @nhanqua, https://www.facebook.com/tran.bich.99?x=1, zalo.me/0912345678, STK 0123 4567 8901."
	for name, form := range map[string]func(string) string{"NFC": norm.NFC.String, "NFD": norm.NFD.String} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			id := h.scam("a", text(form(said)), title(form("Tin vui cho bà con")))
			got := h.slip(id, proposal())
			if len(got.Captures) != 1 {
				t.Fatalf("captures %+v, want the one post", got.Captures)
			}
			c := got.Captures[0]
			const want = "Tin vui cho bà con\nPhường tặng quà 500.000 đồng! Bấm hxxps://quatang-thaihoa[.]top/nhan, gọi chị [tên người] [số], thư [thư điện tử]. " +
				"Ông [tên người] ở Khối 3 đã nhận, [tên người] đã nhận. Nhóm [tài khoản], hxxps://www[.]facebook[.]com/[…] zalo[.]me/[…] STK [số]."
			if c.Text != want {
				t.Errorf("captured\n%s\nwant\n%s", c.Text, want)
			}
			sum := sha256.Sum256([]byte(c.Text))
			if c.SHA256 != hex.EncodeToString(sum[:]) || c.URL != "hxxps://example[.]com/a" || c.At.IsZero() || c.Seen.IsZero() || c.Entry != "" {
				t.Errorf("capture %+v", c)
			}
			if !review.VerifySeal(got) {
				t.Error("the seal does not hold")
			}
			for what, change := range map[string]func(*review.Capture){
				"text": func(c *review.Capture) { c.Text += "." }, "hash": func(c *review.Capture) { c.SHA256 = strings.Repeat("0", 64) },
				"address": func(c *review.Capture) { c.URL = "hxxps://x[.]vn" }, "time": func(c *review.Capture) { c.At = c.At.Add(time.Second) },
				"both": func(c *review.Capture) {
					c.Text = "khác"
					sum := sha256.Sum256([]byte(c.Text))
					c.SHA256 = hex.EncodeToString(sum[:])
				}, "no text": func(c *review.Capture) { c.Text = "" },
			} {
				other := got
				other.Captures = []review.Capture{got.Captures[0]}
				if change(&other.Captures[0]); review.VerifySeal(other) {
					t.Errorf("the seal holds after a change of the %s", what)
				}
			}
		})
	}
}

// TestWhoIsCaptured: public items that spread the matter are, and nobody's
// complaint, question, opinion, report to the ward or story of a loss.
func TestWhoIsCaptured(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	early := h.now.Add(-3 * time.Hour)
	id := h.scam("post", when(early))
	h.take(
		flag("second", news.Other, news.High, cue("free_gift_scam"), text("nhận quà ngay hôm nay tại trang của phường nhé mọi người"), when(early.Add(time.Hour))),
		flag("victim", news.Report, news.High, cue("free_gift_scam"), text("tôi vừa bị lừa mất năm triệu vì bấm vào trang đó")),
		flag("complaint", news.Complaint, news.High, cue("free_gift_scam"), text("phường làm ăn thế này thì ai tin nữa hả trời")),
		flag("question", news.RumourQuery, news.High, cue("free_gift_scam"), text("có thật phường tặng quà không mọi người ơi")),
		flag("tip", news.Claiming, news.High, cue("free_gift_scam"), kindOf(news.Tip), text("tôi báo phường có trang này lừa bà con")),
		flag("warning", news.Warning, news.High, cue("free_gift_scam"), text("công an cảnh báo trang giả mạo tặng quà")),
	)
	for _, e := range []string{"second", "victim", "complaint", "question", "tip", "warning"} {
		if _, err := h.Decide(ctx, review.DecideRequest{Entry: e, Choice: news.Scam, Case: id, By: hoa}); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []string{"victim", "complaint", "question", "tip", "warning", "nowhere"} {
		p := proposal()
		p.CaptureOf = []string{e}
		h.refused(h.ProposeHandoff(ctx, id, p, hoa), "capture")
	}
	p := proposal()
	p.CaptureOf = []string{"second", "post"}
	got := h.slip(id, p)
	if len(got.Captures) != 2 || !strings.Contains(got.Captures[0].Text, "quatang-vneid") || !strings.Contains(got.Captures[1].Text, "hôm nay") {
		t.Errorf("captures %+v, want both posts, the earlier one first", got.Captures)
	}
	for _, words := range []string{"năm triệu", "ai tin nữa", "có thật", "tôi báo"} {
		if strings.Contains(string(encode(got)), words) {
			t.Errorf("a resident's %q stands in the slip", words)
		}
	}
}

// TestCaptureOfWordsOfOthers: a page that spreads a resident's own words is
// no source of a capture; a resident who repeats a rumour does not shield it.
func TestCaptureOfWordsOfOthers(t *testing.T) {
	const words = "nhà tôi nộp phí từ tháng trước mà đến giờ chưa ai đến thu gom rác cả"
	for _, tt := range []struct {
		name  string
		after time.Duration // the resident's post, after the page's
		want  int
	}{{"copied", -time.Hour, 0}, {"repeated", time.Hour, 1}} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			at := h.now.Add(-5 * time.Hour)
			id := h.scam("page", text("Bà con xem: "+words+". Nhận quà tại https://quatang-vneid.top/nhan"), when(at))
			h.take(flag("r", news.Complaint, news.High, cue("free_gift_scam"), text(words), when(at.Add(tt.after))))
			if _, err := h.Decide(t.Context(), review.DecideRequest{Entry: "r", Choice: news.Scam, Case: id, By: hoa}); err != nil {
				t.Fatal(err)
			}
			h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
			if got := h.kase(id).Handoff.Captures; len(got) != tt.want {
				t.Errorf("%d captures %+v, want %d", len(got), got, tt.want)
			}
		})
	}
}

// TestCapturedPostIsDeleted: who deletes the post within the undo window does
// not stop the slip; the words go, the hash goes along, nobody has vetoed.
func TestCapturedPostIsDeleted(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.take(flag("b", news.Claiming, news.High, cue("free_gift_scam"), text("trang này tặng quà thật đấy cả nhà")))
	if _, err := h.Decide(ctx, review.DecideRequest{Entry: "b", Choice: news.Scam, Case: id, By: hoa}); err != nil {
		t.Fatal(err)
	}
	p := proposal()
	p.CaptureOf = []string{"b"}
	h.must(h.ProposeHandoff(ctx, id, p, hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.must(h.Erase(ctx, news.Erased{ID: "b", Reason: "D-2026-0001"}))
	h.later(review.UndoWindow)
	c := h.kase(id)
	if k := c.Handoff.Captures[0]; c.Handoff.Sent.IsZero() || c.Handoff.Vetoed != "" || c.Locked || k.Text != "" || k.Gone.IsZero() || k.SHA256 == "" {
		t.Errorf("hand-off %+v, want it sent with the hash alone", c.Handoff)
	}
	if !review.VerifySeal(*c.Handoff) {
		t.Error("the seal does not hold")
	}
}

// TestCapturedEntryLeaves: what is captured must still stand in the case when
// the slip is signed, and when it leaves, its words gone or not.
func TestCapturedEntryLeaves(t *testing.T) {
	for _, erased := range []bool{false, true} {
		h := newHouse(t)
		ctx := t.Context()
		id := h.scam("a")
		h.take(flag("b", news.Claiming, news.High, cue("free_gift_scam"), text("trang này tặng quà thật đấy cả nhà")))
		if _, err := h.Decide(ctx, review.DecideRequest{Entry: "b", Choice: news.Scam, Case: id, By: hoa}); err != nil {
			t.Fatal(err)
		}
		p := proposal()
		p.CaptureOf = []string{"b"}
		h.must(h.ProposeHandoff(ctx, id, p, hoa))
		h.must(h.ApproveHandoff(ctx, id, chair))
		if erased {
			h.must(h.Erase(ctx, news.Erased{ID: "b", Reason: "deleted"}))
		}
		h.must(h.Undo(ctx, "b", hoa))
		h.later(review.UndoWindow)
		if c := h.kase(id); !c.Handoff.Sent.IsZero() || c.Handoff.Vetoed != "system" {
			t.Errorf("erased %v: hand-off %+v, want it stopped", erased, c.Handoff)
		}
	}
}

// TestCaptureIsErased: an item that is erased after the slip has left takes
// its words along; the seal still holds.
func TestCaptureIsErased(t *testing.T) {
	h := newHouse(t)
	id := h.scam("a")
	h.slip(id, proposal())
	h.must(h.Erase(t.Context(), news.Erased{ID: "a", Reason: "D-2026-0001"}))
	slips, err := h.Handoffs(t.Context(), liaison)
	h.must(err)
	c := slips[0].Captures[0]
	if c.Text != "" || c.Gone.IsZero() || c.SHA256 == "" || strings.Contains(string(encode(h.kase(id))), "cả nhà ơi") {
		t.Errorf("capture %+v", c)
	}
	if !review.VerifySeal(slips[0].Handoff) {
		t.Error("the seal does not hold any more")
	}
}

// TestTooManyCaptures: a slip is no archive.
func TestTooManyCaptures(t *testing.T) {
	h := newHouse(t)
	id := h.scam("a")
	p := proposal()
	for i := range 6 {
		e := fmt.Sprintf("x%d", i)
		h.take(flag(e, news.Claiming, news.High, cue("free_gift_scam"), text(fmt.Sprintf("quà số %d đây cả nhà", i))))
		if _, err := h.Decide(t.Context(), review.DecideRequest{Entry: e, Choice: news.Scam, Case: id, By: hoa}); err != nil {
			t.Fatal(err)
		}
		p.CaptureOf = append(p.CaptureOf, e)
	}
	h.refused(h.ProposeHandoff(t.Context(), id, p, hoa), "captures")
}
