package review_test

import (
	"errors"
	"slices"
	"testing"

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
