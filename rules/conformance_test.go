package rules

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"langnghe/internal/query"
)

// eachCase calls f for every line of a conformance file.
func eachCase[T any](t *testing.T, name string, f func(t *testing.T, c T)) {
	dir := os.Getenv("LANGNGHE_TEST_DATA")
	if dir == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	file, err := os.Open(filepath.Join(dir, "rules_conformance", name))
	if err != nil {
		t.Skip(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var head struct{ Name string }
		var c T
		if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(head.Name, func(t *testing.T) { f(t, c) })
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestConformanceFiles(t *testing.T) {
	type fault struct {
		Code, Path string
		Query      *struct {
			Error  string
			Column int
		}
	}
	type testCase struct {
		File  string
		Lists query.Lists
		Known []string
		Want  struct {
			OK     bool
			Errors []fault
			Failed []string
		}
	}
	eachCase(t, "rule_files.jsonl", func(t *testing.T, c testCase) {
		r, problems := parseRule("rules/x.yaml", c.File, c.Lists, func(id string) bool { return slices.Contains(c.Known, id) })
		var got, want []string
		for _, p := range problems {
			s := p.Code + " " + p.Path
			if p.Code == BadQuery {
				s += " " + p.EN[:strings.Index(p.EN, ":")] + " " + string(rune('0'+p.Column))
			}
			got = append(got, s)
			if p.Line < 1 || p.VI == "" || p.EN == "" {
				t.Errorf("problem without a place or a text: %+v", p)
			}
		}
		for _, f := range c.Want.Errors {
			s := f.Code + " " + f.Path
			if f.Query != nil {
				s += " " + f.Query.Error + " " + string(rune('0'+f.Query.Column))
			}
			want = append(want, s)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("problems:\n%s", diff)
		}
		if len(problems) > 0 {
			return
		}
		var failed []string
		for _, p := range r.failures(nil) {
			failed = append(failed, p.Path)
		}
		if diff := cmp.Diff(c.Want.Failed, failed); diff != "" {
			t.Errorf("failed tests:\n%s", diff)
		}
	})
}

func TestConformanceTime(t *testing.T) {
	type testCase struct {
		Rule  json.RawMessage
		Lists query.Lists
		Items json.RawMessage
		Until string
		Want  struct{ Flags json.RawMessage }
	}
	eachCase(t, "time_axis.jsonl", func(t *testing.T, c testCase) {
		r, problems := parseRule("rules/quy-tac-thu.yaml", string(c.Rule), c.Lists, nil)
		if len(problems) > 0 {
			t.Fatalf("%+v", problems)
		}
		if fails := r.failures(nil); len(fails) > 0 {
			t.Errorf("%+v", fails)
		}
		obj, err := json.Marshal(map[string]any{"until": c.Until, "items": c.Items, "want": c.Want.Flags})
		if err != nil {
			t.Fatal(err)
		}
		tt, err := unmarshalTest(obj)
		if err != nil {
			t.Fatal(err)
		}
		if err := tt.run(t.Context(), newSet([]*Rule{r}, c.Lists), nil); err != nil {
			t.Error(err)
		}
	})
}
