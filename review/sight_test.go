package review_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

const accusation = "Chủ tịch phường nhận hối lộ 500 triệu của nhà thầu đường"

// TestSightOfDigests: what is kept from the leader is neither named nor
// counted in a digest, in the notice of what was overlooked, or in the counts
// of the inbox; the reviewer's own go past the leader by no fallback either.
func TestSightOfDigests(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	accuser := flag("a", news.Claiming, news.High, text(accusation), story("s"))
	accuser.Title = news.Text{VI: "Dấu hiệu tố cáo", EN: "Signs of an accusation"}
	h.take(accuser, flag("b", news.Claiming, news.Medium, story("s")), flag("c", news.Claiming, news.Medium))
	h.now = time.Date(2026, 6, 5, 7, 30, 0, 0, h.Zone)
	h.must(h.Pulse(ctx, vitals))
	h.must(h.Forward(ctx))
	for _, a := range h.sent("digest") {
		said := a.Subject.VI + a.Body.VI + a.Subject.EN + a.Body.EN
		toLeader := slices.Contains(a.To, string(review.Leader))
		if toLeader && (strings.Contains(said, "tố cáo") || strings.Contains(said, "accusation") || !strings.Contains(said, "2 mục (khẩn cấp 0, khẩn 0, theo dõi 2)") || strings.Contains(said, "(+1)")) {
			t.Errorf("the leader's digest: %s", said)
		}
		if !toLeader && (!strings.Contains(said, "tố cáo") || !slices.Contains(a.Not, string(review.Leader))) {
			t.Errorf("the reviewer's digest goes to %v, not %v: %s", a.To, a.Not, said)
		}
	}
	for _, q := range []review.InboxQuery{{By: chair}, {For: review.Leader}} {
		if in, err := h.Inbox(ctx, q); err != nil || in.Open != 2 || in.ByLevel[news.High] != 0 || len(in.Entries) != 2 || in.Entries[0].Folded+in.Entries[1].Folded != 0 {
			t.Errorf("the leader's inbox = %+v, %v", in, err)
		}
	}
	if e, err := h.Entry(ctx, "b", chair); err != nil || e.Folded != 0 || len(e.Similar) != 0 {
		t.Errorf("beside b the leader sees %v, %v", e.Similar, err)
	}
	if e, err := h.Entry(ctx, "b", hoa); err != nil || !slices.Equal(e.Similar, []string{"a"}) {
		t.Errorf("beside b the reviewer sees %v, %v", e.Similar, err)
	}

	before := len(h.alerts)
	h.now = h.now.Add(5 * time.Hour) // the accusation is past its time, nothing else is
	h.must(h.Tick(ctx))
	h.must(h.Forward(ctx))
	late := h.alerts[before:]
	told := 0
	for _, a := range late {
		if a.Group != "overlooked" && a.Group != "overlooked-leader" {
			continue
		}
		told++
		if slices.Contains(a.To, string(review.Leader)) || !slices.Contains(a.Not, string(review.Leader)) || !slices.Contains(a.To, string(review.Justice)) {
			t.Errorf("%s goes to %v, not to %v", a.ID, a.To, a.Not)
		}
	}
	if told != 1 {
		t.Errorf("told %d times of what was overlooked: %+v", told, late)
	}
}

// TestSightOfItems: the same word decides about items that never came to the
// inbox, and about those that a rule made an accusation.
func TestSightOfItems(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	byRule := flag("r", news.Complaint, news.Medium, text("ông chủ tịch ăn cả tiền làm đường"))
	byRule.Rule = "to-cao-tham-nhung"
	h.take(byRule, flag("c", news.Claiming, news.Medium))
	items := []news.Item{{ID: "never-flagged", Text: accusation}, {ID: "r", Text: "ông chủ tịch ăn cả tiền làm đường"}, {ID: "c", Text: "mất nước"}}
	hidden, err := h.Hidden(ctx, items, chair)
	if err != nil || !hidden["never-flagged"] || !hidden["r"] || hidden["c"] {
		t.Errorf("hidden from the chair: %v, %v", hidden, err)
	}
	ids, err := h.HiddenIDs(ctx, chair)
	if err != nil || !slices.Equal(ids, []string{"r"}) {
		t.Errorf("ids hidden from the chair: %v, %v", ids, err)
	}
	for _, by := range []review.User{hoa, justice} {
		hidden, err := h.Hidden(ctx, items, by)
		ids, err2 := h.HiddenIDs(ctx, by)
		if err != nil || err2 != nil || len(hidden) != 0 || len(ids) != 0 {
			t.Errorf("hidden from %s: %v %v", by.Role, hidden, ids)
		}
	}
}

// TestSightOfCases: a decision of the leader's joins no case that is kept from
// the leader, and an entry names none.
func TestSightOfCases(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.take(flag("a", news.Complaint, news.Medium, story("s"), text(accusation)), flag("b", news.Complaint, news.Medium, story("s")))
	kept := h.decide("a", news.Answer, hoa).Case
	e, err := h.Decide(ctx, review.DecideRequest{Entry: "b", Choice: news.Answer, By: chair})
	if err != nil || e.Case == "" || e.Case == kept {
		t.Errorf("the leader's decision led to %q (%v), kept is %s", e.Case, err, kept)
	}
	h.take(flag("d", news.Complaint, news.Medium, story("s2"), text(accusation)), flag("e", news.Complaint, news.Medium, story("s2")))
	kept = h.decide("d", news.Answer, hoa).Case
	if got := h.decide("e", news.Answer, hoa).Case; got != kept {
		t.Fatalf("e went to %s, not %s", got, kept)
	}
	if e, err := h.Entry(ctx, "e", chair); err != nil || e.Case != "" {
		t.Errorf("the leader is told of the case %q, %v", e.Case, err)
	}
	if yes, err := h.Keeps(ctx, kept, chair); err != nil || !yes {
		t.Errorf("Keeps = %v, %v", yes, err)
	}
	if yes, err := h.Keeps(ctx, kept, hoa); err != nil || yes {
		t.Errorf("Keeps from the reviewer = %v, %v", yes, err)
	}
	if yes, err := h.Keeps(ctx, "V-2020-0001", chair); err != nil || !yes {
		t.Errorf("Keeps of a case that nobody knows = %v, %v: nobody can say whom it is about", yes, err)
	}
}
