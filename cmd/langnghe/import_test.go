package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langnghe/crawler"
	"langnghe/internal/news"
)

func TestImportPreview(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "phan-anh.csv")
	if err := os.WriteFile(file, []byte("Nội dung;Ngày;Ghi chú\nCống tắc;20/11/2026;x\n;21/11/2026;\nĐèn hỏng;hôm nào;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	code := run(t.Context(), []string{"import", "-preview", file}, std{strings.NewReader(""), &out, &errs})
	if code != 1 || !strings.Contains(out.String(), "1 to take, 2 refused") || !strings.Contains(out.String(), "published") || !strings.Contains(errs.String(), file+":3: ") || !strings.Contains(errs.String(), file+":4: ") {
		t.Errorf("code %d\n%s\n%s", code, &out, &errs)
	}
	out.Reset()
	if code := run(t.Context(), []string{"import", "-preview", "-columns", "text=Ghi chú,published=", file}, std{strings.NewReader(""), &out, &errs}); code != 1 || !strings.Contains(out.String(), "1 to take, 2 refused") {
		t.Errorf("other columns: %d\n%s", code, &out)
	}
	errs.Reset()
	if code := run(t.Context(), []string{"import", "-preview", "-columns", "chu=1", file}, std{strings.NewReader(""), &out, &errs}); code != 1 || !strings.Contains(errs.String(), "the fields are") {
		t.Errorf("a wrong field: %d %s", code, &errs)
	}
}

// Rows keep their numbers in the file, through parts and refusals.
func TestImportRows(t *testing.T) {
	dir := t.TempDir()
	table, lines := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.jsonl")
	if err := os.WriteFile(table, []byte("text\n"+strings.Repeat("chữ\n", 1203)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lines, []byte("{\"text\":\"một\"}\n\nhỏng\n{\"text\":\"hai\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	parts := 0
	m := &importer{call: &call{std: std{err: &errs}}, send: func(_ context.Context, items []news.Item) (crawler.FetchResult, error) {
		parts++
		res := crawler.FetchResult{Refused: []crawler.Refusal{{Row: len(items), Reason: "thử"}}}
		for range len(items) - 1 {
			res.Taken = append(res.Taken, "x")
		}
		return res, nil
	}}
	for _, f := range []string{table, lines} {
		if err := m.file(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	if parts != 4 || m.taken != 1203-3+1 || m.refused != 5 {
		t.Errorf("%d parts, %d taken, %d refused", parts, m.taken, m.refused)
	}
	for _, want := range []string{table + ":501: thử", table + ":1001: thử", table + ":1204: thử", lines + ":3: ", lines + ":4: thử"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("no %q in\n%s", want, &errs)
		}
	}
}
