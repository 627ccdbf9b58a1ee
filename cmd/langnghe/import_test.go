package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
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

// TestImportBadLines: whatever is wrong with a line, it is named in both
// languages and the good rest goes on.
func TestImportBadLines(t *testing.T) {
	utf16 := "\xff\xfe"
	for _, r := range "{\"text\":\"mưa\"}\n" {
		utf16 += string([]byte{byte(r), byte(r >> 8)})
	}
	tests := []struct {
		name, text string
		taken      []string // texts
		errs       []string
	}{
		{"a.jsonl", "\ufeff{\"text\":\"một\",\"mood\":3}\r\n{\"text\":\n{\"text\":\"hai\"}", []string{"một", "hai"}, []string{":2: không phải mục tin JSON (unexpected end"}},
		{"long.jsonl", `{"text":"` + strings.Repeat("dài ", 2<<20) + "\"}\n{\"text\":\"sau\"}\n", []string{"sau"}, []string{":1: dài quá 4 MB (longer than 4 MB)"}},
		{"latin.jsonl", "{\"text\":\"m\xe1t n\xfdc\"}\n{\"text\":\"sau\"}\n", []string{"sau"}, []string{":1: không phải UTF-8; hãy lưu lại tệp với bảng mã UTF-8 (not UTF-8"}},
		{"wide.jsonl", utf16, []string{"mưa"}, nil},
		{"kinds.jsonl", "{\"text\":5}\n{\"text\":\"  \"}\n[1]\n{\"text\":\"sau\",\"published\":\"hôm qua\"}\n", nil, []string{`:1: trường "text" có giá trị sai kiểu`, ":2: thiếu nội dung (text) (missing text)", ":3: không phải mục tin JSON", ":4: không phải mục tin JSON (parsing time"}},
		{"list.json", "[\n {\"text\":\"một\"},\n {\"text\":\"\"},\n {\"text\":\"hai\"}\n]", []string{"một", "hai"}, []string{":2: thiếu nội dung"}},
		{"empty.jsonl", "", nil, nil},
	}
	for _, tt := range tests {
		path := file(t, tt.name, tt.text)
		var taken []string
		var out, errs strings.Builder
		m := &importer{call: &call{std: std{err: &errs, out: &out}}, send: func(_ context.Context, items []news.Item) (res crawler.FetchResult, _ error) {
			for _, it := range items {
				taken = append(taken, it.Text)
				res.Taken = append(res.Taken, "x")
			}
			return res, nil
		}}
		if err := m.file(t.Context(), path); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if !slices.Equal(taken, tt.taken) || m.refused != len(tt.errs) {
			t.Errorf("%s: took %.60q, refused %d\n%s", tt.name, taken, m.refused, &errs)
		}
		for _, want := range tt.errs {
			if !strings.Contains(errs.String(), path+want) {
				t.Errorf("%s: no %q in\n%.500s", tt.name, want, &errs)
			}
		}
		m.json = true
		m.report("x", []crawler.Refusal{{Row: 3, Reason: "vì <b>"}})
		if out.String() != `{"file":"x","row":3,"reason":"vì <b>"}`+"\n" {
			t.Errorf("as JSON: %s", &out)
		}
	}
	if err := (&importer{call: &call{}}).file(t.Context(), file(t, "broken.json", "[{]")); err == nil || !strings.Contains(err.Error(), "no list of items") {
		t.Errorf("a broken list: %v", err)
	}
}
