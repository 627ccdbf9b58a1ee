package review_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/review"
)

// TestAccusedLeader: what accuses those who lead the ward does not come to
// them: not in a notice, not in the inbox, not as a case; the justice officer
// and the reviewer see it.
func TestAccusedLeader(t *testing.T) {
	for _, choice := range []news.Choice{news.Answer, news.Verify, news.Danger, news.Emergency} {
		t.Run(string(choice), func(t *testing.T) {
			h := newHouse(t)
			ctx := t.Context()
			h.take(flag("a", news.Claiming, news.Critical, text("Chủ tịch phường nhận hối lộ 500 triệu của nhà thầu đường")))
			if in, err := h.Inbox(ctx, review.InboxQuery{By: chair}); err != nil || len(in.Entries) != 0 {
				t.Errorf("the chair's inbox: %+v, %v", in.Entries, err)
			}
			if b, err := h.TakeBatch(ctx, review.BatchRequest{By: chair}); err != nil || len(b.Entries) != 0 {
				t.Errorf("the chair's batch: %+v, %v", b.Entries, err)
			}
			gone := func(what string, err error) {
				t.Helper()
				if !errors.Is(err, review.ErrNotFound) {
					t.Errorf("%s: %v, want nothing there", what, err)
				}
			}
			_, err := h.Entry(ctx, "a", chair)
			gone("entry", err)
			_, err = h.Decide(ctx, review.DecideRequest{Entry: "a", Choice: news.Stat, By: chair})
			gone("decide", err)
			gone("level", h.SetLevel(ctx, "a", news.Low, chair))
			id := h.decide("a", choice, hoa).Case
			gone("undo", h.Undo(ctx, "a", chair))
			_, err = h.Case(ctx, id, chair)
			gone("case", err)
			gone("case level", h.SetCaseLevel(ctx, id, news.Low, chair))
			gone("close", h.CloseCase(ctx, id, "xong", chair))
			if cs, err := h.Cases(ctx, review.CaseQuery{By: chair}); err != nil || len(cs) != 0 {
				t.Errorf("the chair's cases: %+v, %v", cs, err)
			}
			for _, by := range []review.User{hoa, justice} {
				if _, err := h.Case(ctx, id, by); err != nil {
					t.Errorf("%s: %v", by.Role, err)
				}
			}
			h.later(review.UndoWindow)
			told := 0
			for _, a := range h.alerts {
				if a.Kind == "resolved" {
					continue // told to nobody
				}
				told++
				if slices.Contains(a.To, string(review.Leader)) || !slices.Contains(a.Not, string(review.Leader)) || !slices.Contains(a.To, string(review.Justice)) {
					t.Errorf("notice %s goes to %v, never to %v", a.ID, a.To, a.Not)
				}
			}
			if told < 2 {
				t.Errorf("%d notices: nobody was told", told)
			}
		})
	}
}

// TestAccusedLeaderWithSimilar: one key on a harmless entry decides nothing
// about an accusation of the same story when the accused presses it, and takes
// nothing back.
func TestAccusedLeaderWithSimilar(t *testing.T) {
	take := func(t *testing.T) *house {
		h := newHouse(t)
		h.take(flag("a", news.Claiming, news.High, story("s")),
			flag("b", news.Claiming, news.High, story("s"), text("đập sắp vỡ, chủ tịch phường nhận tiền bao che")),
			flag("c", news.Claiming, news.High, story("s")))
		return h
	}
	together := func(h *house, by review.User) {
		t.Helper()
		if _, err := h.Decide(t.Context(), review.DecideRequest{Entry: "a", Choice: news.Stat, Similar: true, By: by}); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(h *house, id string) review.Entry {
		t.Helper()
		e, err := h.Entry(t.Context(), id, hoa)
		h.must(err)
		return e
	}
	h := take(t)
	together(h, chair)
	if e := entry(h, "b"); e.Decision != nil {
		t.Errorf("the accused has decided %+v", e.Decision)
	}
	if e := entry(h, "c"); e.Decision == nil {
		t.Error("the similar entry is undecided")
	}
	h.must(h.Undo(t.Context(), "a", chair))
	if e := entry(h, "c"); e.Decision != nil {
		t.Error("the similar entry is still decided")
	}

	h = take(t)
	together(h, hoa)
	h.refused(h.Undo(t.Context(), "a", chair), "together")
	for _, id := range []string{"a", "b", "c"} {
		if e := entry(h, id); e.Decision == nil {
			t.Errorf("%s: the refused undo took it back", id)
		}
	}
	h.must(h.Undo(t.Context(), "a", hoa))
}

// TestOneAccuserHidesNoCase: a post about a rumour that ends in a word about
// the chair hides itself and nothing else; the correction is still approved.
func TestOneAccuserHidesNoCase(t *testing.T) {
	const accusing = "đập sắp vỡ rồi bà con ơi, chủ tịch phường nhận tiền bao che"
	judge := func(h *house, id string) {
		t.Helper()
		ctx := t.Context()
		h.document("42/TB-UBND", "2026-01-05", "")
		h.must(h.SetClaim(ctx, id, "", "Đập sắp vỡ", nil, hoa))
		h.must(h.SetVerdict(ctx, id, review.FalseInfo, news.Citation{Document: "42/TB-UBND"}, hoa))
		h.must(h.DraftCorrection(ctx, id, "Đập an toàn.", "", "", hoa))
	}
	for _, choice := range []news.Choice{news.Verify, news.Scam, news.Danger, news.Emergency} {
		for _, accuserFirst := range []bool{false, true} {
			h := newHouse(t)
			ctx := t.Context()
			plain, accuser := flag("a", news.Claiming, news.High, story("s")), flag("b", news.Claiming, news.High, story("s"), text(accusing), topic("corruption"))
			accuser.Title = news.Text{VI: "Dấu hiệu tố cáo", EN: "Signs of an accusation"}
			h.take(plain, accuser)
			first, second := "a", "b"
			if accuserFirst {
				first, second = second, first
			}
			id := h.decide(first, choice, hoa).Case
			if got := h.decide(second, choice, hoa).Case; got != id {
				t.Fatalf("%s joined %s, not %s", second, got, id)
			}
			c := h.kase(id)
			if said := string(encode(c)); !slices.Equal(c.Entries, []string{"a"}) || len(c.Voices) != 1 || c.LockWhy == review.LockOfficial || c.Topic != "water" || !c.Locked ||
				strings.Contains(said, `"b"`) || strings.Contains(said, "tố cáo") {
				t.Errorf("%s: the chair sees %s", choice, said)
			}
			if cs, err := h.Cases(ctx, review.CaseQuery{By: chair}); err != nil || len(cs) != 1 || !slices.Equal(cs[0].Entries, []string{"a"}) {
				t.Errorf("the chair's cases %+v, %v", cs, err)
			}
			if c, err := h.Case(ctx, id, justice); err != nil || len(c.Entries) != 2 {
				t.Errorf("the justice officer sees %+v, %v", c, err)
			}
			switch choice {
			case news.Verify, news.Scam:
				judge(h, id)
				h.refused(h.ApproveCorrection(ctx, id, justice), "forbidden")
				h.must(h.ApproveCorrection(ctx, id, chair))
			default:
				h.refused(h.Escalate(ctx, id, "gọi 114", justice), "forbidden")
				h.must(h.Escalate(ctx, id, "gọi 114", chair))
			}
		}
	}
	t.Run("what stays hidden", func(t *testing.T) {
		h := newHouse(t)
		ctx := t.Context()
		h.take(flag("b", news.Claiming, news.High, text(accusing)), flag("d", news.Claiming, news.High, text(accusing)), flag("e", news.Claiming, news.High))
		id := h.decide("b", news.Verify, hoa).Case
		judge(h, id)
		if err := h.ApproveCorrection(ctx, id, chair); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("the accused approves: %v", err)
		}
		h.refused(h.ApproveCorrection(ctx, id, review.User{Name: "Hoa", Role: review.Justice}), "same_person")
		h.must(h.ApproveCorrection(ctx, id, justice))
		id = h.decide("d", news.Danger, hoa).Case
		h.must(h.Escalate(ctx, id, "đã báo cấp trên", justice))
		id = h.decide("e", news.Verify, hoa).Case
		h.must(h.SetClaim(ctx, id, "", "Chủ tịch phường nhận tiền để bao che", nil, hoa))
		if _, err := h.Case(ctx, id, chair); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("a claim that accuses is shown to the accused: %v", err)
		}
	})
}

// TestWhoPlaysTheChair: impersonation is no accusation, whatever stands beside
// it still is.
func TestWhoPlaysTheChair(t *testing.T) {
	for text, want := range map[string]string{
		"giả danh chủ tịch phường vòi tiền":                                              "",
		"kẻ xấu mạo danh là ông phó chủ tịch phường gọi điện vòi tiền":                   "",
		"lập nick giả chủ tịch phường nhận tiền ủng hộ":                                  "",
		"nó tự xưng là cán bộ, lãnh đạo phường để vòi tiền":                              "",
		"chủ tịch phường vòi tiền":                                                       review.SubjectLeader,
		"không phải giả danh chủ tịch phường đâu, ông ấy nhận tiền thật":                 review.SubjectLeader,
		"có kẻ giả danh chủ tịch phường, mà chủ tịch phường thật cũng nhận tiền bao che": review.SubjectLeader,
		"bắt được kẻ giả danh. Chủ tịch phường nhận tiền của nó":                         review.SubjectLeader,
		"ông ta không xứng là chủ tịch phường, ăn hối lộ":                                review.SubjectLeader,
		"giả danh công an thì bắt, còn kế toán phường bỏ túi tiền quỹ":                   review.SubjectOfficial,
	} {
		for form, s := range map[string]string{"accented": text, "decomposed": norm.NFD.String(text), "loud": strings.ToUpper(text)} {
			if got := review.SubjectOf(s, news.Claiming, true); got != want {
				t.Errorf("%s %q = %q, want %q", form, s, got, want)
			}
		}
	}
	if got := review.SubjectOf("gia danh chu tich phuong voi tien", news.Claiming, true); got != "" {
		t.Errorf("without accents = %q", got)
	}
}
