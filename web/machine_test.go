package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
)

// The administrator starts on how the installation is. It is looked at again
// after five minutes, or at once, and with others asked, on a press of the
// button. What is wrong stands over their pages and over nobody else's.
func TestMachine(t *testing.T) {
	var asked []bool
	s := newSite(t, func(o *Options) {
		o.Examine = func(_ context.Context, quick bool) []Check {
			asked = append(asked, quick)
			return []Check{
				{Name: "disk", State: "ok", What: news.Text{VI: "còn 900 MB", EN: "900 MB left"}},
				{Name: "backup", State: "bad", What: news.Text{VI: "<b>hỏng</b>", EN: "<b>broken</b>"}, Do: news.Text{VI: "Cắm USB", EN: "Plug the stick in"}},
			}
		}
		o.Upkeep = func() []news.Text { return []news.Text{{VI: "Chưa sao lưu", EN: "No backups"}} }
	})
	if to := s.do("quan.tri", "GET", "/", nil).Header().Get("Location"); to != "/machine" {
		t.Errorf("the administrator starts on %q", to)
	}
	page := func() string { return s.do("quan.tri", "GET", "/machine", nil, "language", "en").Body.String() }
	for range 2 {
		for _, want := range []string{"1 thing is broken", "&lt;b&gt;broken", "→ Plug the stick in", "900 MB left", "Backup", "No backups"} {
			if body := page(); !strings.Contains(body, want) {
				t.Errorf("the page does not say %q:\n%s", want, body)
			}
		}
	}
	if w := s.do("quan.tri", "POST", "/machine", nil); w.Code != http.StatusSeeOther {
		t.Errorf("at once: %d", w.Code)
	}
	s.clock = s.clock.Add(10 * time.Second)
	if w := s.do("quan.tri", "POST", "/machine", nil); w.Code != http.StatusSeeOther {
		t.Errorf("again: %d", w.Code)
	}
	page()
	s.clock = s.clock.Add(machineFor)
	page()
	if !slices.Equal(asked, []bool{true, false, true}) {
		t.Errorf("examined quickly: %v", asked)
	}
	if body := s.do("lan", "GET", "/inbox", nil, "language", "en").Body.String(); strings.Contains(body, "No backups") {
		t.Error("the reviewer is told what the administrator should do")
	}
	off := newSite(t, func(o *Options) { o.Examine = nil })
	if w := off.do("quan.tri", "GET", "/machine", nil); w.Code != http.StatusOK {
		t.Errorf("without the part: %d", w.Code)
	}
}
