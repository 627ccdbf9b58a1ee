package web

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"net/url"
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
	if w := s.do("lan", "POST", "/reports", url.Values{"kind": {"weekly"}}); w.Code != 303 {
		t.Fatalf("no report: %d", w.Code)
	}
	whose := map[string]string{"/audit": "tu.phap", "/privacy/requests": "tu.phap", "/handoffs": "chu.tich", "/users": "quan.tri", "/machine": "quan.tri"}
	empty := map[string]bool{"/privacy/requests": true, "/alerts": true, "/handoffs": true} // on this site
	for _, f := range tables() {
		who := whose[f.path]
		if who == "" {
			who = "lan"
		}
		path := strings.Replace(f.path, "{id}", "K-1", 1)
		page := s.do(who, "GET", path, nil)
		if page.Code != 200 || !strings.Contains(page.Body.String(), `href="`+path+`/xlsx`) {
			t.Errorf("%s (%d) does not name its file", path, page.Code)
		}
		w := s.do(who, "GET", path+"/xlsx", nil)
		if w.Code != 200 || w.Header().Get("Content-Type") != sheetType || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s/xlsx: %d %v", f.path, w.Code, w.Header())
			continue
		}
		all := workbook(t, w.Body.Bytes())
		if regexp.MustCompile(`<f[ >]`).MatchString(all) {
			t.Errorf("%s/xlsx has a formula", f.path)
		}
		if rows := strings.Count(all, "<row "); !empty[f.path] && rows < 1+strings.Count(all, "<worksheet ") {
			t.Errorf("%s/xlsx has %d rows", f.path, rows)
		}
		if f.path == "/cases" && (!strings.Contains(all, `t="inlineStr"><is><t xml:space="preserve">=cmd|`) || !strings.Contains(all, "V-2026-0999")) {
			t.Error("what looks like a formula is not there as text")
		}
	}
	// Each file is of its own page, and a name cannot reach another's.
	for path, want := range map[string]string{"/rules/xlsx": "vo-dap", "/reports/xlsx": "BC-2026-0001", "/ledgers/xlsx": "Sổ truyền thông chính sách", "/machine/xlsx": ""} {
		who := "lan"
		if path == "/machine/xlsx" {
			who = "quan.tri"
		}
		if all := workbook(t, s.do(who, "GET", path, nil).Body.Bytes()); !strings.Contains(all, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
	if w := s.do("nuoc", "GET", "/reports/xlsx?kind=weekly", nil); w.Code != 403 {
		t.Errorf("a unit lists the weekly summaries: %d", w.Code)
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

// TestTablesHaveFiles: a page with a table that is not among those with a file
// says here why.
func TestTablesHaveFiles(t *testing.T) {
	none := map[string]string{
		"account": "one's own sessions and tokens", "audit": "", "case": "one case; the annual report has the measures of all", "form": "what is wrong with a file that is not kept",
		"help": "the handbook", "import": "what was just brought in", "inbox": "the keys", "search": "examples of queries", "entry": "", "users": "",
		"ledger": "/ledgers/{ledger}/xlsx", "answers": "/ledgers/answers/xlsx", "reportview": "/reports/{id}/xlsx",
	}
	pages := map[string]bool{}
	for _, f := range tables() {
		pages[strings.TrimSuffix(strings.TrimPrefix(strings.NewReplacer("alerts/muted", "muted", "rumours/{id}", "rumour", "privacy/requests", "requests", "complaints", "cases").Replace(f.path), "/"), "/")] = true
	}
	files, err := fs.Glob(templates, "templates/*.html")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		data, err := fs.ReadFile(templates, name)
		if err != nil {
			t.Fatal(err)
		}
		page := strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")
		if bytes.Contains(data, []byte("<table")) && !pages[page] && none[page] == "" {
			t.Errorf("%s has a table and no file", page)
		}
	}
}
