package review_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestAccusedLeaderReadsNoTrace: neither the register of known claims nor the
// log nor the list of hand-offs tells the accused that there is something.
func TestAccusedLeaderReadsNoTrace(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.take(flag("b", news.Claiming, news.High, text("đập sắp vỡ rồi bà con ơi, chủ tịch phường nhận tiền bao che")), flag("a", news.Claiming, news.High),
		flag("p", news.Claiming, news.High, text("mưa to ngập đường ở ngã tư")))
	kept, shown := h.decide("b", news.Verify, hoa).Case, h.decide("p", news.Verify, hoa).Case
	h.must(h.SetClaim(ctx, kept, "", "Đập sắp vỡ trong đêm nay vì bị rút ruột", nil, hoa))
	h.must(h.SetClaim(ctx, shown, "", "Ngã tư ngập sâu hai mét", nil, hoa))
	h.must(h.LinkRumour(ctx, shown, "b", true, hoa))
	h.must(h.LinkRumour(ctx, shown, "a", true, hoa))
	if _, err := h.Inbox(ctx, review.InboxQuery{By: hoa, Decided: true}); err != nil {
		t.Fatal(err)
	}
	h.must(h.AppendAudit(ctx, []news.Audit{{ID: "al", Role: "alerts", Who: "system", Act: "alert.send", Object: "drafted/" + kept + "/3"}, {ID: "fl", Role: "alerts", Who: "system", Act: "alert.send", Object: "flagged/f-b"}}))

	ids := func(by review.User) (out []string) {
		list, err := h.RumoursFor(ctx, by)
		h.must(err)
		for _, c := range list {
			out = append(out, c.ID)
		}
		slices.Sort(out)
		return out
	}
	if got := ids(chair); !slices.Equal(got, []string{shown}) {
		t.Errorf("the chair's register = %v", got)
	}
	for _, by := range []review.User{hoa, justice, {}} {
		if got := ids(by); len(got) != 2 {
			t.Errorf("the register of %q = %v", by.Role, got)
		}
	}
	_, _, err := h.Rumour(ctx, kept, chair)
	h.refused(err, "not_found")
	h.refused(h.LinkRumour(ctx, kept, "a", true, chair), "not_found")
	if _, links, err := h.Rumour(ctx, shown, chair); err != nil || len(links) != 1 || links[0].Item != "a" {
		t.Errorf("the chair's links = %+v, %v", links, err)
	}
	item := []news.Item{{ID: "x", Text: "Đập sắp vỡ trong đêm nay vì bị rút ruột"}}
	if k, err := h.KnownFor(ctx, item, chair); err != nil || len(k) != 0 {
		t.Errorf("known to the chair: %+v, %v", k, err)
	}
	if k, err := h.KnownFor(ctx, item, hoa); err != nil || len(k) != 1 {
		t.Errorf("known to the reviewer: %+v, %v", k, err)
	}

	whole, err := h.Audit(ctx, review.AuditQuery{Limit: 1000})
	h.must(err)
	page, err := h.Audit(ctx, review.AuditQuery{Limit: 1000, By: chair})
	h.must(err)
	if len(page.Entries) != len(whole.Entries)+1 || page.Entries[1].Hash != whole.Entries[0].Hash {
		t.Errorf("%d entries of %d are left", len(page.Entries), len(whole.Entries))
	}
	named := 0
	for _, a := range page.Entries {
		said := a.Object + " " + a.Detail
		if strings.Contains(said, kept) || slices.Contains(strings.Fields(said), "b") || strings.Contains(said, "f-b") {
			t.Errorf("the chair reads %+v", a)
		}
		if a.Object == shown {
			named++
		}
	}
	if named < 2 {
		t.Error("the log names nothing any more")
	}
	for _, object := range []string{kept, "b", "drafted/" + kept + "/3"} {
		if p, err := h.Audit(ctx, review.AuditQuery{Object: object, By: chair}); err != nil || p.Total != 0 || len(p.Entries) != 0 {
			t.Errorf("asked for %s: %+v, %v", object, p, err)
		}
		if p, err := h.Audit(ctx, review.AuditQuery{Object: object, By: justice}); err != nil || p.Total == 0 {
			t.Errorf("the justice officer asked for %s: %+v, %v", object, p, err)
		}
	}
}

// TestAccusedLeaderSeesNoSlip: a slip whose case has come to accuse the chair
// is no longer in the chair's list.
func TestAccusedLeaderSeesNoSlip(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.slip(id, proposal())
	f := flag("a", news.Claiming, news.High, text("trang tặng quà này do chủ tịch phường nhận tiền bao che"))
	f.ID, f.Item.Observed = "f-a-2", f.Item.Observed.Add(time.Minute)
	h.take(f)
	if slips, err := h.Handoffs(ctx, chair); err != nil || len(slips) != 0 {
		t.Errorf("the chair's slips %+v, %v", slips, err)
	}
	if slips, err := h.Handoffs(ctx, justice); err != nil || len(slips) != 1 {
		t.Errorf("the justice officer's slips %+v, %v", slips, err)
	}
}
