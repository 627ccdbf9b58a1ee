package web

import (
	"context"
	"fmt"
	"html"
	"iter"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"langnghe/internal/news"
	"langnghe/rules"
)

// TestRuleForm walks the whole way of a rule without script: boxes, file,
// preview, save, and the boxes again.
func TestRuleForm(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)
	e, err := rules.New(rules.Options{Builtin: fstest.MapFS{}, Dir: dir, Store: rules.NewMemory(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(o *Options) {
		o.Rules, o.Check = e.List, e.Check
		o.Preview = func(ctx context.Context, r rules.PreviewRequest) (rules.Preview, error) {
			return e.Preview(ctx, r, iter.Seq2[news.Item, error](func(yield func(news.Item, error) bool) {
				for i := range 60 {
					at := now.Add(-time.Duration(i) * 10 * time.Hour)
					if !yield(news.Item{ID: fmt.Sprint(i), Kind: news.Post, Text: "mat nuoc roi", Published: at, Observed: at}, nil) {
						return
					}
				}
			}))
		}
		o.Save = func(ctx context.Context, r rules.SaveRequest) (rules.CheckResult, error) {
			info, err := e.Save(ctx, r)
			if ps := rules.Problems(err); len(ps) > 0 {
				return rules.CheckResult{Problems: ps}, nil
			}
			return rules.CheckResult{Canonical: info.Canonical, Hash: info.Hash}, err
		}
	})
	area := func(body, name string) string {
		m := regexp.MustCompile(`(?s)<textarea name="` + name + `"[^>]*>(.*?)</textarea>`).FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("no box %s in\n%s", name, body)
		}
		return strings.TrimPrefix(html.UnescapeString(m[1]), "\n")
	}
	w := s.do("lan", "POST", "/rules", form("act", "form", "any", "mất nước\r\ncúp nước", "none", "đính chính", "within", "5", "fold", "1"))
	file := area(w.Body.String(), "file")
	if w.Code != 422 || !strings.Contains(file, `(~"mất nước" OR ~"cúp nước") AND NOT ~"đính chính"`) || area(w.Body.String(), "any") != "mất nước\ncúp nước" {
		t.Fatalf("%d\n%s", w.Code, file)
	}
	file = strings.NewReplacer("quy-tac-moi", "mat-nuoc", `{vi: "", en: ""}`, `{vi: "Mất nước", en: "Water"}`, `[""]`, `["x"]`, "level: medium", "level: high", "status: test", "status: stable",
		`match: ["", "", ""]`, `match: [mất nước, cup nuoc, lại mất nước]`, `no_match: ["", "", {text: "", criticism: true}]`, `no_match: [a, b, {text: Chợ bẩn, criticism: true}]`).Replace(file)
	w = s.do("lan", "POST", "/rules", form("act", "preview", "file", file))
	body := w.Body.String()
	if w.Code != 200 || !strings.Contains(body, "báo động nhầm mỗi tuần") || !strings.Contains(body, "hạ mức") || !strings.Contains(body, `value="save" disabled`) {
		t.Fatalf("%d\n%s", w.Code, body)
	}
	file = strings.Replace(file, "status: stable", "status: test", 1)
	w = s.do("lan", "POST", "/rules", form("act", "preview", "file", file))
	hash := regexp.MustCompile(`name="hash" value="(\w+)"`).FindStringSubmatch(w.Body.String())
	if w.Code != 200 || hash == nil || strings.Contains(w.Body.String(), `value="save" disabled`) {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	if w = s.do("lan", "POST", "/rules", form("act", "save", "file", file, "hash", hash[1])); w.Code != 303 {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	w = s.do("lan", "GET", "/rules?edit=mat-nuoc", nil)
	if body := w.Body.String(); w.Code != 200 || area(body, "any") != "mất nước\ncúp nước" || area(body, "none") != "đính chính" || !strings.Contains(body, `name="fold" value="1" checked`) {
		t.Fatalf("%d\n%s", w.Code, body)
	}
	file = strings.Replace(file, `(~"mất nước" OR ~"cúp nước")`, `kind:post AND "mất nước"`, 1)
	w = s.do("lan", "POST", "/rules", form("act", "check", "file", file))
	if body := w.Body.String(); !strings.Contains(body, "không viết được theo ô") || strings.Contains(body, `name="any"`) {
		t.Fatalf("%d\n%s", w.Code, body)
	}
}
