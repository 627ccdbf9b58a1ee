package review_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// A request has a clock of two working days; an erasure goes to every role.
func TestDataRequests(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.now = time.Date(2026, 6, 5, 9, 0, 0, 0, time.UTC) // Friday, 16:00
	h.take(flag("a", news.Claiming, news.High))
	for _, by := range []review.User{hoa, chair, liaison, water} {
		_, err := h.AddRequest(ctx, "erase", "https://example.com/a", by)
		h.refused(err, "forbidden")
		_, err = h.Requests(ctx, by)
		h.refused(err, "forbidden")
	}
	_, err := h.AddRequest(ctx, "sue", "x", justice)
	h.refused(err, "request_kind")
	_, err = h.AddRequest(ctx, "erase", " ", justice)
	h.refused(err, "empty")
	r, err := h.AddRequest(ctx, "erase", "https://example.com/a", justice)
	h.must(err)
	if want := time.Date(2026, 6, 9, 10, 0, 0, 0, time.UTC); r.ID != "D-2026-0001" || !r.Due.Equal(want) {
		t.Errorf("request = %+v, want it due on Tuesday 17:00", r)
	}
	h.later(0)
	if as := h.sent("decided"); len(as) != 1 || !slices.Equal(as[0].To, []string{"justice"}) || strings.Contains(as[0].Body.VI+as[0].Subject.VI, "example.com") {
		t.Errorf("notices = %+v, want the justice officer's, without the address", as)
	}
	if r.Late(r.Due) || !r.Late(r.Due.Add(time.Second)) {
		t.Error("the clock is wrong")
	}
	h.refused(h.AnswerRequest(ctx, "D-2026-0009", "x", false, nil, justice), "not_found")
	h.refused(h.AnswerRequest(ctx, r.ID, "", false, nil, justice), "empty")
	h.refused(h.AnswerRequest(ctx, r.ID, "không", true, []string{"a"}, justice), "request_kind")
	h.must(h.AnswerRequest(ctx, r.ID, "đã xóa", false, []string{"a"}, justice))
	h.refused(h.AnswerRequest(ctx, r.ID, "đã xóa", false, nil, justice), "closed")
	h.later(0)
	if e, err := h.Entry(ctx, "a", hoa); err != nil || e.Item.Text != "" || len(h.erased) != 1 || h.erased[0].Reason != r.ID {
		t.Errorf("entry = %+v, %v, others heard %+v; want the words gone everywhere", e.Item, err, h.erased)
	}
	second, err := h.AddRequest(ctx, "access", "nội dung về nước", justice)
	h.must(err)
	list, err := h.Requests(ctx, justice)
	h.must(err)
	if len(list) != 2 || list[0].ID != second.ID {
		t.Errorf("list = %+v, want the open one first", list)
	}
	h.now = second.Due.Add(time.Minute)
	if f, err := h.Figures(ctx); err != nil || f != (review.Figures{RequestsOpen: 1, RequestsLate: 1, RequestsDone: 1, Erased: 1}) {
		t.Errorf("figures = %+v, %v", f, err)
	}
	told := func() int {
		h.must(h.Tick(ctx))
		h.later(0)
		n := 0
		for _, a := range h.sent("decided") {
			if strings.HasPrefix(a.ID, "request-late/") {
				n++
				if !slices.Equal(a.To, []string{"justice", "leader"}) || strings.Contains(a.Subject.VI+a.Body.VI, "nước") {
					t.Errorf("notice of a late answer: %+v", a)
				}
			}
		}
		return n
	}
	if n := told(); n != 1 {
		t.Errorf("%d notices of a late answer, want one", n)
	}
	h.now = h.now.Add(24 * time.Hour)
	if n := told(); n != 1 {
		t.Errorf("%d notices a day later: it is told again and again", n)
	}
	if h.audits("request.handle") != 3 {
		t.Errorf("%d acts in the chain, want 3", h.audits("request.handle"))
	}
}
