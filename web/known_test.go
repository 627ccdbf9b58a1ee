package web

import (
	"strings"
	"testing"
)

// A verdict is shown beside an item along a confirmed link, never along a
// suggestion; both are called the machine's, and say why they may be wrong.
func TestKnownBesideItems(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/inbox", "/inbox/e-dap", "/items/i-e-dap"} {
		page := s.do("lan", "GET", path, nil).Body.String()
		if !strings.Contains(page, "Có dấu hiệu lặp lại tin đã biết:") || !strings.Contains(page, `<b dir="auto">Sai sự thật</b>`) {
			t.Errorf("%s: the confirmed claim and what its checker says are missing", path)
		}
		if !strings.Contains(page, "Có thể liên quan tin đã biết") || strings.Contains(page, "Tin sai sự thật</b>") {
			t.Errorf("%s: a suggestion is missing, or carries a verdict", path)
		}
		if !strings.Contains(page, "Gợi ý tự động") || !strings.Contains(page, "Vì sao có thể sai") {
			t.Errorf("%s: says neither that a machine spoke nor why it may be wrong", path)
		}
	}
}
