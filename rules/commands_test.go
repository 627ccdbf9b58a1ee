package rules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"langnghe/internal/news"
	"langnghe/internal/query"
)

const someItems = `{"id":"1","text":"Khối 3 mất nước","account":"p1","published":"2026-11-02T01:00:00+07:00","observed":"2026-11-02T01:00:00+07:00"}

{"id":"2","title":"Tin","text":"trời đẹp","account":"p2","published":"2026-11-02T02:00:00+07:00","observed":"2026-11-02T02:00:00+07:00","unknown":1}
{"text":"mat nuoc, MẤT NƯỚC","account":"p3","published":"2026-11-02T03:00:00+07:00","observed":"2026-11-02T03:00:00+07:00"}
`

func TestMatchQuery(t *testing.T) {
	var out bytes.Buffer
	o := MatchOptions{Query: `mất nước`, ID: func(*news.Item) string { return "made" }}
	if err := MatchItems(t.Context(), strings.NewReader(someItems), &out, o); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"1","rule":"query","because":[{"start":7,"end":15,"text":"mất nước","in":"text"}]}
{"id":"made","rule":"query","because":[{"start":10,"end":18,"text":"MẤT NƯỚC","in":"text"}]}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
	out.Reset()
	if err := MatchItems(t.Context(), strings.NewReader(`{"id":"1","kind":"post","text":""}`), &out, MatchOptions{Query: "kind:post"}); err != nil || out.String() != `{"id":"1","rule":"query","because":[]}`+"\n" {
		t.Errorf("a match without spans: %q, %v", &out, err)
	}
	var qe *query.Error
	if err := MatchItems(t.Context(), strings.NewReader(""), &out, MatchOptions{Query: "a AND"}); !errors.As(err, &qe) || qe.Column != 6 {
		t.Errorf("bad query: %v", err)
	}
	for in, place := range map[string]string{"{\"id\":\"1\"}": "line 1", someItems + "{": "line 5"} {
		if err := MatchItems(t.Context(), strings.NewReader(in), &out, MatchOptions{Query: "a"}); err == nil || !strings.Contains(err.Error(), place) {
			t.Errorf("error = %v, want one that names %s", err, place)
		}
	}
}

// rulesDir writes files of a rules folder.
func rulesDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), text); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMatchDir(t *testing.T) {
	dir := rulesDir(t, map[string]string{
		"rules/mat-nuoc.yaml": ruleText("mat-nuoc", "match", "", "mất nước"),
		"rules/dem.yaml":      ruleText("dem", "count", "at_least: 2\nwithin: 6h\n", "mất nước"),
		"rules/hong.yaml":     "id: [",
	})
	var out, warn bytes.Buffer
	if err := MatchItems(t.Context(), strings.NewReader(someItems), &out, MatchOptions{Dir: dir, Warn: &warn, Lang: "vi"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("got\n%s", &out)
	}
	var f map[string]any
	if err := json.Unmarshal([]byte(lines[2]), &f); err != nil || f["rule"] != "dem" || f["at"] != "2026-11-01T20:00:00Z" || f["count"] != 2.0 || len(f["items"].([]any)) != 2 {
		t.Errorf("flag line %s, %v", lines[2], err)
	}
	if !strings.Contains(warn.String(), "hong.yaml:1: R_YAML") {
		t.Errorf("warned %q", &warn)
	}
}

func TestCheckAndTestDir(t *testing.T) {
	good := ruleText("dem", "count", "at_least: 2\nwithin: 6h\n", "mất nước")
	timed := `rule: dem
tests:
  - name: hai người
    until: 1d
    items:
      - {id: 1, at: 0h, account: p1, text: mất nước}
      - {id: 2, at: 2h, account: p2, text: mất nước}
    want:
      - {at: 2h, group: "", count: COUNT, items: [1, 2]}
`
	var out bytes.Buffer
	dir := rulesDir(t, map[string]string{"rules/dem.yaml": good, "rules/dem_test.yaml": strings.Replace(timed, "COUNT", "2", 1)})
	if err := TestDir(t.Context(), dir, &out, TestOptions{}); err != nil || !strings.Contains(out.String(), "ok: 1 rules, 7 tests") {
		t.Errorf("TestDir = %v: %s", err, &out)
	}
	out.Reset()
	dir = rulesDir(t, map[string]string{"rules/dem.yaml": strings.Replace(good, "lại mất nước", "lại có nước", 1), "rules/dem_test.yaml": strings.Replace(timed, "COUNT", "3", 1)})
	err := TestDir(context.Background(), dir, &out, TestOptions{Lang: "en"})
	if !errors.Is(err, ErrProblems) || !strings.Contains(out.String(), "tests.match[2]: the sample must match") || !strings.Contains(out.String(), "as listed: no flag at 2h") {
		t.Errorf("TestDir = %v: %s", err, &out)
	}
	out.Reset()
	dir = rulesDir(t, map[string]string{"rules/dem.yaml": strings.Replace(good, "level: medium", "level: urgent", 1)})
	if err := CheckDir(dir, &out, "vi"); !errors.Is(err, ErrProblems) || !strings.Contains(out.String(), "dem.yaml:7: R_VALUE level: ") || !strings.Contains(out.String(), "     7 | level: urgent") {
		t.Errorf("CheckDir = %v: %s", err, &out)
	}
	if err := CheckDir(t.TempDir(), &out, "vi"); err == nil || errors.Is(err, ErrProblems) {
		t.Errorf("CheckDir of a folder without rules = %v", err)
	}
}

func TestCheckQuery(t *testing.T) {
	var out bytes.Buffer
	if err := CheckQuery("~lũ", nil, &out); err != nil || !strings.Contains(out.String(), `{"canonical":"~\"lũ\"","hash":"`) || !strings.Contains(out.String(), `"warnings":["W_FOLD"]}`) {
		t.Errorf("CheckQuery = %v: %s", err, &out)
	}
	out.Reset()
	if err := CheckQuery("a AND", nil, &out); !errors.Is(err, ErrProblems) || !strings.HasPrefix(out.String(), `{"error":"E_OPERAND","column":6,"vi":"Thiếu`) {
		t.Errorf("CheckQuery = %v: %s", err, &out)
	}
	file := filepath.Join(t.TempDir(), "l.yml")
	if err := os.WriteFile(file, []byte("nuoc: [mất nước, cúp nước]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := ReadLists(file); err != nil || len(l["nuoc"]) != 2 {
		t.Errorf("ReadLists = %v, %v", l, err)
	}
}

// FuzzRuleFile checks that any file is either understood or refused with a
// place and both texts, and that what is understood can be evaluated.
func FuzzRuleFile(f *testing.F) {
	f.Add(ruleText("mat-nuoc", "match", "", "mất nước"))
	f.Add(ruleText("dem", "count", "at_least: 2\nwithin: 6h\n", "mất nước"))
	f.Add(ruleText("phi", "contradicts", "fact: x\nvalue: money\nnear: phí\n", "phí"))
	f.Add("id: [\n")
	f.Add("- a\n- b\n")
	f.Add("tests: {match: [1, {text: 2}], no_match: x}\ntitle: 1\nwhen: [a]")
	f.Fuzz(func(t *testing.T, src string) {
		r, ps := parseRule("rules/x.yaml", src, query.Lists{"x": {"a"}}, nil)
		for _, p := range ps {
			if p.Line < 1 || p.Code == "" || p.VI == "" || p.EN == "" {
				t.Fatalf("problem without a place or a text: %+v", p)
			}
			if utf8.ValidString(src) && !utf8.ValidString(p.EN) {
				t.Fatalf("broken text: %q", p.EN)
			}
		}
		if len(ps) > 0 {
			return
		}
		r.failures(nil)
		if _, err := replay(t.Context(), newSet([]*Rule{r}, nil), []news.Item{post("a", "p", "mất nước phí 500k", 0).Item}, epoch.AddDate(0, 0, 2), nil, false); err != nil {
			t.Fatal(err)
		}
	})
}
