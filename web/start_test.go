package web

import (
	"net/http/httptest"
	"strings"
	"testing"

	"langnghe/internal/news"
)

// While the sample ward moves in nobody is asked to make a first account: the
// page of the sign-in waits, and looks again by itself.
func TestStarting(t *testing.T) {
	done := false
	s := newSite(t)
	s.accounts = newAccounts()
	o := options(s.desk, s.accounts)
	o.Progress = func() (bool, int, news.Text) { return done, 3, news.Text{VI: "đang phát lại", EN: "replaying"} }
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "http://127.0.0.1:8080"+path, nil)
		r.RemoteAddr = "127.0.0.1:4444"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := get("/sign-in"); w.Code != 200 || w.Header().Get("Refresh") != "1" || !strings.Contains(w.Body.String(), "tài khoản mẫu") || strings.Contains(w.Body.String(), "password") {
		t.Errorf("while it starts: %d, refresh %q\n%s", w.Code, w.Header().Get("Refresh"), w.Body)
	}
	if w := get("/setup"); w.Code != 404 {
		t.Errorf("the first account can be made while it starts: %d", w.Code)
	}
	done = true
	if w := get("/sign-in"); w.Code != 303 || w.Header().Get("Location") != "/setup" {
		t.Errorf("a ward without accounts: %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// What events carry as an identifier is read as words.
func TestTimelineInWords(t *testing.T) {
	s := newSite(t)
	for lang, want := range map[string]string{"vi": "hạn có thông tin chính thức", "en": "time for an official word"} {
		body := s.do("lan", "GET", "/cases/V-2026-0040", nil, "language", lang).Body.String()
		if !strings.Contains(body, want) || strings.Contains(body, "· say<") {
			t.Errorf("%s: the timeline does not say %q", lang, want)
		}
	}
}
