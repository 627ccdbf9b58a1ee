package web

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"langnghe/reports/docx"
	"langnghe/reports/paper"
)

// document is a report in form, as text of the file.
func document() string {
	p := paper.Paper{Head: paper.Head{Agency: []string{"ỦY BAN NHÂN DÂN", "PHƯỜNG THÁI HÒA"}, Number: 5, Symbol: "BC-UBND", Place: "Thái Hòa", Date: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), Type: "BÁO CÁO", Subject: "Kết quả năm 2026"},
		Body: []paper.Block{paper.P(paper.Text, "Công tác truyền thông chính sách được thực hiện theo kế hoạch./.")},
		Foot: paper.Foot{Receivers: []string{"Chủ tịch UBND phường"}, Archive: "VT, VHXH", Authority: []string{"CHỦ TỊCH"}, Name: "Trần Văn Mẫu"}}
	var b bytes.Buffer
	if err := docx.Write(&b, p.Flow()); err != nil {
		panic(err)
	}
	return b.String()
}

// TestFormPage: a document is checked by the page and by the API; what is no
// document gets an answer that says what to do.
func TestFormPage(t *testing.T) {
	s := newSite(t)
	post := func(who, name, data string) (int, string) {
		var b bytes.Buffer
		f := multipart.NewWriter(&b)
		part, err := f.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(data))
		_ = f.Close()
		r := httptest.NewRequest("POST", "http://desk.example/reports/form", &b)
		r.Header.Set("Content-Type", f.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.AddCookie(s.as(who))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	if code, body := post("lan", "bao-cao.docx", document()); code != 200 || !strings.Contains(body, "Không có lỗi thể thức") {
		t.Errorf("a document in form: %d %.400s", code, body)
	}
	for name, data := range map[string]string{"x.docx": "không phải văn bản", "<script>alert(1)</script>.docx": "PK", "rong.docx": ""} {
		if code, body := post("lan", name, data); code != 422 || !strings.Contains(body, "lưu lại thành .docx") || strings.Contains(body, "<script>alert") {
			t.Errorf("%s: %d", name, code)
		}
	}
	if code, _ := post("lan", "to.docx", strings.Repeat("x", 9<<20)); code != 413 {
		t.Errorf("nine megabytes: %d", code)
	}
	for _, who := range []string{"cong.an", "nuoc"} {
		if code, _ := post(who, "x.docx", document()); code != 403 {
			t.Errorf("%s checks documents: %d", who, code)
		}
	}
	w := s.send("lan", "POST", "/api/v1/reports/form", document(), "Content-Type", "application/octet-stream")
	var out formOut
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 || len(out.Findings) > 0 {
		t.Errorf("by the API: %d %s", w.Code, w.Body)
	}
	if w := s.send("lan", "POST", "/api/v1/reports/form", "x", "Content-Type", "application/octet-stream"); w.Code != 422 || !strings.Contains(w.Body.String(), "document") {
		t.Errorf("no document, by the API: %d %s", w.Code, w.Body)
	}
	if body := s.do("lan", "GET", "/reports/form", nil).Body.String(); !strings.Contains(body, `type="file"`) {
		t.Error("the page has no form")
	}
}
