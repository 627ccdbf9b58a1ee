package web

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/review"
)

// workbook is all text of a workbook's parts.
func workbook(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// TestEveryTableIsAFile: each page with a table names its workbook, the file
// holds the rows, what looks like a formula is text, and taking it is
// accounted for.
func TestEveryTableIsAFile(t *testing.T) {
	s := newSite(t, func(o *Options) {})
	const evil = `=cmd|' /C calc'!A0`
	s.desk.cases = append(s.desk.cases, review.Case{ID: "V-2026-0999", Kind: news.Verify, State: review.Open, Title: evil, Topic: "water", Opened: now, Entries: []string{"a"}})
	whose := map[string]string{"/audit": "tu.phap", "/privacy/requests": "tu.phap", "/handoffs": "chu.tich", "/users": "quan.tri"}
	for _, f := range tableFiles {
		who := whose[f.path]
		if who == "" {
			who = "lan"
		}
		page := s.do(who, "GET", f.path, nil)
		if page.Code != 200 || !strings.Contains(page.Body.String(), `href="`+f.path+`/xlsx`) {
			t.Errorf("%s (%d) does not name its file", f.path, page.Code)
		}
		w := s.do(who, "GET", f.path+"/xlsx", nil)
		if w.Code != 200 || w.Header().Get("Content-Type") != sheetType || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s/xlsx: %d %v", f.path, w.Code, w.Header())
			continue
		}
		all := workbook(t, w.Body.Bytes())
		if regexp.MustCompile(`<f[ >]`).MatchString(all) {
			t.Errorf("%s/xlsx has a formula", f.path)
		}
		if rows := strings.Count(all, "<row "); f.path != "/privacy/requests" && f.path != "/alerts" && f.path != "/handoffs" && rows < 2 {
			t.Errorf("%s/xlsx has %d rows", f.path, rows)
		}
		if f.path == "/cases" && (!strings.Contains(all, `t="inlineStr"><is><t xml:space="preserve">=cmd|`) || !strings.Contains(all, "V-2026-0999")) {
			t.Error("what looks like a formula is not there as text")
		}
	}
	// The filters of the page are those of the file.
	page := s.do("lan", "GET", "/cases?kind=scam&offset=100", nil).Body.String()
	if !strings.Contains(page, `href="/cases/xlsx?kind=scam"`) {
		t.Error("the link to the file drops the filters, or keeps the page")
	}
	if all := workbook(t, s.do("lan", "GET", "/cases/xlsx?kind=scam", nil).Body.Bytes()); strings.Contains(all, "V-2026-0999") {
		t.Error("the file has what the page filters out")
	}
	// A unit has its own complaints, nobody the audit log who may not read it.
	if all := workbook(t, s.do("nuoc", "GET", "/complaints/xlsx", nil).Body.Bytes()); strings.Contains(all, "V-2026-0999") {
		t.Error("a unit takes what is not its own")
	}
	for _, path := range []string{"/audit/xlsx", "/users/xlsx", "/privacy/requests/xlsx"} {
		if w := s.do("lan", "GET", path, nil); path != "/audit/xlsx" && w.Code != 403 || w.Code == 200 {
			t.Errorf("%s as a reviewer: %d", path, w.Code)
		}
	}
}
