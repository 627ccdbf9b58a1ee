package web

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
)

// A file is read into the form and kept nowhere; what cannot be read says
// what to do instead.
func TestReadDocument(t *testing.T) {
	s := newSite(t)
	send := func(name, content string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		f, err := m.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(content))
		_ = m.Close()
		r := httptest.NewRequest("POST", "http://desk.example/documents/read", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		r.AddCookie(s.as("lan"))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	const paper = "UBND PHƯỜNG SUỐI MƠ\nSố: 73/TB-UBND\nSuối Mơ, ngày 12 tháng 10 năm 2026\nTHÔNG BÁO\nVề việc <b>thu tiền</b> thuê sạp\n1. Tiền thuê sạp: 450.000 đồng/tháng.\n"
	w := send("a.txt", paper)
	page := w.Body.String()
	for _, want := range []string{`value="73/TB-UBND"`, `value="2026-10-12"`, "450.000 đồng/tháng", "&lt;b&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("%d: the form lacks %q", w.Code, want)
		}
	}
	if strings.Contains(page, "<b>thu tiền") || len(s.desk.acts) != 0 {
		t.Errorf("a file's mark-up is on the page, or something was kept: %q", s.desk.acts)
	}
	for name, content := range map[string]string{"a.exe": "MZ", "a.pdf": "%PDF-1.4", "a.txt": "  "} {
		if w := send(name, content); w.Code != 422 || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("%s: %d, want a refusal on the page", name, w.Code)
		}
	}
}
