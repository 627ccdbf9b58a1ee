package review_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/review"
)

// The notice of a person in danger says whom to call, the fitting number
// first, and leaves out none.
func TestWhomToCall(t *testing.T) {
	for _, tt := range []struct{ text, first string }{
		{"cháy nhà ở ngõ sau chợ, còn người trong nhà", "114"},
		{"chay nha o ngo sau cho", "114"},
		{norm.NFD.String("có người đuối nước dưới đập tràn"), "114"},
		{"ông cụ ngất xỉu giữa đường, bất tỉnh rồi", "115"},
		{"có người bảo không muốn sống nữa", "115"},
		{"hàng xóm cầm dao đe dọa cả nhà", "113"},
		{"em bé bị bỏ rơi trước cổng trạm", "111"},
		{"cứu với bà con ơi", "114"}, // all of them
	} {
		h := newHouse(t)
		h.take(flag("a", news.Report, news.Critical, text(tt.text)))
		h.decide("a", news.Emergency, hoa)
		h.later(review.UndoWindow)
		as := h.sent("decided")
		if len(as) != 1 {
			t.Fatalf("%q: %d notices", tt.text, len(as))
		}
		for _, body := range []string{as[0].Body.VI, as[0].Body.EN} {
			at := strings.Index(body, tt.first)
			for _, no := range []string{"111", "113", "114", "115"} {
				if i := strings.Index(body, no); i < 0 || i < at {
					t.Errorf("%q: %s does not come first: %s", tt.text, tt.first, body)
				}
			}
			if strings.Contains(body, tt.text) {
				t.Errorf("the notice repeats what was written: %s", body)
			}
		}
	}
}
