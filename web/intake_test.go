package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"langnghe/crawler"
	"langnghe/internal/news"
)

// intakeSite is the site with a crawler that notes what it is asked to take
// and refuses what asks for it.
func intakeSite(t *testing.T, citizens bool) (*site, *[]crawler.FetchRequest) {
	var got []crawler.FetchRequest
	s := newSite(t, func(o *Options) {
		o.Citizens = citizens
		o.Fetch = func(_ context.Context, q crawler.FetchRequest) (crawler.FetchResult, error) {
			got = append(got, q)
			var res crawler.FetchResult
			for i, it := range q.Items {
				if strings.Contains(it.Text, "từ chối") {
					res.Refused = append(res.Refused, crawler.Refusal{Row: i + 1, Reason: "đã bị xóa"})
					continue
				}
				res.Taken = append(res.Taken, it.ID)
			}
			return res, nil
		}
	})
	return s, &got
}

// post sends a file as a browser does.
func (s *site) post(t *testing.T, who, name, data string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "http://desk.example/import", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.AddCookie(s.as(who))
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return rec
}

var importTo = regexp.MustCompile(`action="(/import/[A-Z2-7]+)"`)

func TestImport(t *testing.T) {
	s, got := intakeSite(t, false)
	w := s.post(t, "lan", "p<b>.csv", "Nội dung;Thời gian;Ghi chú\nCống tắc <script>;20/11/2026 08:15;a\n;21/11/2026;b\nbị từ chối;;c\n")
	page := w.Body.String()
	m := importTo.FindStringSubmatch(page)
	if w.Code != 200 || m == nil || strings.Contains(page, "<script>") || strings.Contains(page, "p<b>") || !strings.Contains(page, "Cống tắc") || len(*got) != 0 {
		t.Fatalf("preview %d, took %v\n%s", w.Code, *got, page)
	}
	form := url.Values{"field_text": {"1"}, "field_published": {"2"}, "field_title": {"99"}}
	if w := s.do("duc", "POST", m[1], form); w.Code != 403 && w.Code != 410 && w.Code != 401 {
		t.Errorf("somebody else's upload: %d", w.Code)
	}
	if w := s.do("lan", "POST", m[1], url.Values{}); w.Code != 422 || len(*got) != 0 {
		t.Errorf("no text column: %d", w.Code)
	}
	w = s.do("lan", "POST", m[1], form)
	page = w.Body.String()
	if w.Code != 200 || len(*got) != 1 || (*got)[0].By != "lan" || len((*got)[0].Items) != 2 || (*got)[0].Items[0].Published.Format(time.RFC3339) != "2026-11-20T01:15:00Z" {
		t.Fatalf("import %d, took %+v", w.Code, *got)
	}
	for _, want := range []string{"ô nội dung trống", "đã bị xóa", "<td>3</td>", "<td>4</td>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the report\n%s", want, page)
		}
	}
	if w := s.do("lan", "POST", m[1], form); w.Code != 410 {
		t.Errorf("a second time: %d", w.Code)
	}
	// JSON Lines need no columns.
	w = s.post(t, "lan", "a.jsonl", "{\"text\":\"một\"}\nhỏng\n")
	if m = importTo.FindStringSubmatch(w.Body.String()); w.Code != 200 || m == nil {
		t.Fatalf("JSON Lines: %d", w.Code)
	}
	s.clock = s.clock.Add(time.Hour)
	if w := s.do("lan", "POST", m[1], nil); w.Code != 410 {
		t.Errorf("after an hour: %d", w.Code)
	}
	for name, data := range map[string]string{"old.xls": "\xd0\xcf\x11\xe0....", "empty.csv": "", "bad.xlsx": "PK\x03\x04zzz"} {
		if w := s.post(t, "lan", name, data); w.Code != 422 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := s.post(t, "lan", "big.csv", "text\n"+strings.Repeat("x", importBytes+1)); w.Code != 413 {
		t.Errorf("too large: %d", w.Code)
	}
	if w := s.post(t, "quan.tri", "a.csv", "text\nx\n"); w.Code != 403 {
		t.Errorf("the administrator imports: %d", w.Code)
	}
}

func TestCitizenReport(t *testing.T) {
	closed, _ := intakeSite(t, false)
	if w := closed.do("", "GET", "/report", nil); w.Code != 404 {
		t.Errorf("closed: %d", w.Code)
	}
	if w := closed.do("", "POST", "/report", url.Values{"text": {"Cống tắc ở ngõ 5"}}); w.Code != 404 {
		t.Errorf("closed, sent: %d", w.Code)
	}
	s, got := intakeSite(t, true)
	if w := s.do("", "GET", "/report", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "113") {
		t.Errorf("form: %d", w.Code)
	}
	form := url.Values{"text": {"Cống tắc ở ngõ 5 từ hôm qua"}, "place": {"ngõ 5"}, "nonce": {"abc"}}
	for range 2 {
		if w := s.do("", "POST", "/report", form); w.Code != 303 || w.Header().Get("Location") != "/report?done=1" {
			t.Fatalf("sent: %d %s", w.Code, w.Body)
		}
	}
	if len(*got) != 2 || (*got)[0].Items[0].ID != (*got)[1].Items[0].ID || len((*got)[0].Items[0].ID) != 20 {
		t.Errorf("twice by the same finger: %+v", *got)
	}
	if it := (*got)[0].Items[0]; (*got)[0].By != "" || (*got)[0].Source != sourceCitizen || it.Kind != news.Tip || it.Platform != "web" || it.Account != "" {
		t.Errorf("item %+v", (*got)[0])
	}
	if w := s.do("", "POST", "/report", url.Values{"text": {"rác"}, "website": {"http://x"}}); w.Code != 303 || len(*got) != 2 {
		t.Errorf("a robot: %d, took %d", w.Code, len(*got))
	}
	for _, text := range []string{"", "ngắn", strings.Repeat("dài ", reportLetters)} {
		if w := s.do("", "POST", "/report", url.Values{"text": {text}}); w.Code != 422 {
			t.Errorf("%.10q: %d", text, w.Code)
		}
	}
	limited := false
	for i := range reportsPeer {
		w := s.do("", "POST", "/report", url.Values{"text": {fmt.Sprintf("phản ánh thứ %d của một nơi", i)}})
		limited = limited || w.Code == 429
	}
	if !limited {
		t.Error("one place may send without end")
	}
	s.clock = s.clock.Add(2 * time.Hour)
	if w := s.do("", "POST", "/report", url.Values{"text": {"phản ánh sau hai giờ"}}); w.Code != 303 {
		t.Errorf("two hours later: %d", w.Code)
	}
}

func TestBoardReport(t *testing.T) {
	s, got := intakeSite(t, false)
	if w := s.do("khoi", "GET", "/board", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "Khối Quang Tiến") {
		t.Errorf("form: %d", w.Code)
	}
	if w := s.do("khoi", "POST", "/board", url.Values{"text": {"Bà con hỏi lịch cấp nước"}, "place": {"ngõ 2"}}); w.Code != 303 {
		t.Fatalf("sent: %d %s", w.Code, w.Body)
	}
	q := (*got)[0]
	if it := q.Items[0]; q.By != "khoi" || q.Source != sourceKhoi || it.Kind != news.Tip || it.Title != "Khối Quang Tiến, ngõ 2" {
		t.Errorf("took %+v", q)
	}
	for _, who := range []string{"", "lan", "quan.tri"} {
		if w := s.do(who, "POST", "/board", url.Values{"text": {"Bà con hỏi lịch cấp nước"}}); w.Code == 303 && w.Header().Get("Location") == "/board?done=1" {
			t.Errorf("%q reports as a board", who)
		}
	}
}
