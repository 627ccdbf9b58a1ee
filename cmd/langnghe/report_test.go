package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// walkReports writes, keeps, lists, verifies and checks reports of a data
// folder as a person would.
func walkReports(t *testing.T, data string) {
	t.Helper()
	dir := t.TempDir()
	if code, out, errs := do(t, "", "report", "weekly", "-data", data, "-save"); code != 0 || !strings.Contains(out, "I. TÓM TẮT") || !strings.Contains(out, "1. Có ") {
		t.Errorf("report weekly: exit %d\n%s%s", code, out, errs)
	}
	code, out, errs := do(t, "", "report", "list", "-data", data)
	if code != 0 || !strings.HasPrefix(out, "BC-") || !strings.Contains(out, "\tweekly\t") || !strings.Contains(out, "\tdraft\t") {
		t.Errorf("report list: exit %d\n%s%s", code, out, errs)
	}
	id, _, _ := strings.Cut(out, "\t")
	for _, args := range [][]string{{"report", "verify", "-data", data}, {"report", "verify", "-data", data, id}} {
		if code, out, errs := do(t, "", args...); code != 0 || !strings.Contains(out, id) || !strings.Contains(errs, " 0 khác/differ") {
			t.Errorf("%q: exit %d\n%s%s", args, code, out, errs)
		}
	}
	if code, _, errs := do(t, "", "report", "verify", "-data", data, "BC-1999-0001"); code != 1 || !strings.Contains(errs, "BC-1999-0001: ") {
		t.Errorf("verify of no report: exit %d\n%s", code, errs)
	}
	if code, out, errs := do(t, "", "report", "weekly", "-data", data, "-id", id, "-format", "json"); code != 0 || !strings.Contains(out, `"figures": [`) {
		t.Errorf("report as JSON: exit %d\n%s%s", code, out, errs)
	}
	for kind, begins := range map[string]string{"docx": "PK", "pdf": "%PDF-", "xlsx": "PK"} {
		name := filepath.Join(dir, "a."+kind)
		code, _, errs := do(t, "", "report", "annual", "-data", data, "-format", kind, "-o", name)
		got, err := os.ReadFile(name)
		if code != 0 || err != nil || !strings.HasPrefix(string(got), begins) {
			t.Errorf("report annual as %s: exit %d, %v\n%s", kind, code, err, errs)
		}
	}
	if code, out, errs := do(t, "", "report", "lint", filepath.Join(dir, "a.docx")); code != 0 || out != "" {
		t.Errorf("lint of our own document: exit %d\n%s%s", code, out, errs)
	}
	if code, _, errs := do(t, "", "report", "radio", "-data", data, "-case", "V-1999-0001"); code != 1 || errs == "" {
		t.Errorf("a script for no case: exit %d\n%s", code, errs)
	}
}
