package web

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/official"
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

// TestFetchDocument: what a watched portal has published and the register
// lacks is offered, and fetching it fills in the form and keeps nothing.
func TestFetchDocument(t *testing.T) {
	asked := ""
	s := newSite(t, func(o *Options) {
		o.Document = func(_ context.Context, q crawler.DocumentRequest) (official.Document, error) {
			if asked = q.URL; strings.Contains(q.URL, "hong") {
				return official.Document{}, errors.New("trang <b>không</b> trả lời")
			}
			return official.Document{No: "77/TB-UBND", Title: "Thông báo tiêm phòng dại", Issuer: "UBND phường", Text: "Tiêm phòng dại từ ngày 01/12/2026."}, nil
		}
		o.Search = func(context.Context, indexer.Query) (indexer.Result, error) {
			it := news.Item{ID: "o1", Kind: news.Official, Title: "Thông báo <i>tiêm</i> phòng", Source: "cong", URL: "https://phuong.example/tin/77", Reading: &news.Reading{Values: []news.Value{{Type: "docno", Text: "77/TB-UBND"}}}}
			return indexer.Result{Hits: []indexer.Hit{{Item: it}, {Item: it}}}, nil
		}
	})
	body := s.do("lan", "GET", "/documents", nil).Body.String()
	if n := strings.Count(body, `value="https://phuong.example/tin/77"`); n != 1 || strings.Contains(body, "<i>tiêm</i>") {
		t.Errorf("the new document is offered %d times", n)
	}
	w := s.do("lan", "POST", "/documents/fetch", url.Values{"url": {"https://phuong.example/tin/77"}})
	if body := w.Body.String(); w.Code != 200 || asked != "https://phuong.example/tin/77" || !strings.Contains(body, `value="77/TB-UBND"`) || !strings.Contains(body, "Tiêm phòng dại từ ngày") {
		t.Errorf("%d, asked %q: %.300s", w.Code, asked, body)
	}
	if w := s.do("lan", "POST", "/documents/fetch", url.Values{"url": {"https://hong.example/"}}); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "<b>không</b>") {
		t.Errorf("a page that does not answer: %d", w.Code)
	}
}

// Answers that cite what was superseded are listed until somebody has looked
// at them again.
func TestPausedAnswersAreListed(t *testing.T) {
	s := newSite(t)
	if page := s.do("lan", "GET", "/documents", nil).Body.String(); strings.Contains(page, "đang tạm dừng") {
		t.Error("the page lists paused answers, and there are none")
	}
	c := &s.desk.cases[0]
	c.Paused = "42/TB-UBND"
	page := s.do("lan", "GET", "/documents", nil).Body.String()
	if !strings.Contains(page, "đang tạm dừng") || !strings.Contains(page, `href="/cases/`+c.ID+`"`) || !strings.Contains(page, "(42/TB-UBND)") {
		t.Errorf("the page does not list %s", c.ID)
	}
}
