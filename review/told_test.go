package review_test

import (
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// TestTold: a slip has the words that the unit sees on its page, without what
// points at a person; what was erased is gone from it, and nobody reads them
// so who may not read the case.
func TestTold(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.take(
		flag("a", news.Complaint, news.Medium, text("Bà Nguyễn Thị Hoa, số 0912345678, kêu nước đục ở hẻm 3, xem https://www.facebook.com/hoa.nguyen/posts/1")),
		flag("b", news.Complaint, news.Medium, text("Nước đục ba ngày rồi mà chưa ai tới sửa p:b77")),
	)
	id := h.decide("a", news.Answer, hoa).Case
	e, err := h.Decide(ctx, review.DecideRequest{Entry: "b", Choice: news.Answer, Case: id, By: hoa})
	h.must(err)
	if e.Case != id {
		t.Fatalf("case %q, want %q", e.Case, id)
	}
	unit := review.User{Name: "nuoc", Role: review.Unit, Unit: "Đội Cấp nước"}
	other := review.User{Name: "duong", Role: review.Unit, Unit: "Đội Quản lý đường"}
	h.must(h.Assign(ctx, id, unit.Unit, time.Time{}, hoa))
	for _, by := range []review.User{hoa, chair, unit} {
		told, err := h.Told(ctx, id, by)
		h.must(err)
		all := strings.Join(told, "\n")
		if len(told) != 2 || !strings.Contains(all, "kêu nước đục ở hẻm 3") || !strings.Contains(all, "chưa ai tới sửa") {
			t.Errorf("%s reads %q", by.Role, told)
		}
		for _, person := range []string{"Hoa", "0912345678", "hoa.nguyen", "p:b77"} {
			if strings.Contains(all, person) {
				t.Errorf("%s reads %q in %q", by.Role, person, all)
			}
		}
	}
	_, err = h.Told(ctx, id, other)
	h.refused(err, "not_found")
	for _, by := range []review.User{editor, {Name: "vp", Role: review.Office}, {Name: "ca", Role: review.Liaison}} {
		_, err := h.Told(ctx, id, by)
		h.refused(err, "forbidden")
	}
	h.must(h.Erase(ctx, news.Erased{ID: "a", Reason: "D-2026-0001", At: h.now}))
	if told, err := h.Told(ctx, id, hoa); err != nil || len(told) != 1 || strings.Contains(told[0], "hẻm 3") {
		t.Errorf("after the erasure: %q, %v", told, err)
	}
	h.take(flag("c", news.Claiming, news.High))
	claim := h.decide("c", news.Verify, hoa).Case
	if told, err := h.Told(ctx, claim, hoa); err != nil || told != nil {
		t.Errorf("of a case that is no complaint: %q, %v", told, err)
	}
}
