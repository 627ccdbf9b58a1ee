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
