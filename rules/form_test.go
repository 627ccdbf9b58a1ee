package rules

import (
	"reflect"
	"strings"
	"testing"
)

// TestForm checks the way of a query from boxes into a file and back.
func TestForm(t *testing.T) {
	e, _ := testEngine(t, nil, Options{})
	f := Form{Any: []string{"mất nước", "cúp nước"}, None: []string{"đính chính"}, Fold: true}
	check := func(req CheckRequest) CheckResult {
		t.Helper()
		r, err := e.Check(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := check(CheckRequest{Form: &f})
	if !strings.Contains(r.File, "when: |\n  (~\"mất nước\" OR ~\"cúp nước\") AND NOT ~\"đính chính\"\ntests:") || len(r.Problems) == 0 || !reflect.DeepEqual(*r.Form, f) {
		t.Errorf("a draft: %+v", r)
	}
	for _, p := range r.Problems {
		if p.Code == BadQuery || p.Code == BadYAML || p.Code == Missing {
			t.Errorf("the draft has %+v", p)
		}
	}
	text := ruleText("mat-nuoc", "match", "", "trời AND (mưa OR nắng)")
	r = check(CheckRequest{File: text, Form: &f})
	if len(r.Problems) > 0 || strings.Contains(r.File, "trời AND") || !reflect.DeepEqual(*r.Form, f) {
		t.Errorf("another query: %+v", r)
	}
	if again := check(CheckRequest{File: r.File}); !reflect.DeepEqual(*again.Form, f) || again.Hash != r.Hash {
		t.Errorf("read again: %+v", again)
	}
	block := strings.Replace(text, "when: 'trời AND (mưa OR nắng)'\n", "when: |\n  trời AND\n\n    (mưa\n  OR nắng)\n", 1)
	if r := check(CheckRequest{File: block, Form: &f}); r.File != check(CheckRequest{File: text, Form: &f}).File {
		t.Errorf("a block is replaced by\n%s", r.File)
	}
	r = check(CheckRequest{File: ruleText("mat-nuoc", "match", "", "mất nước AND kind:post")})
	if len(r.Problems) > 0 || r.Form != nil || r.Query != "mất nước AND kind:post" {
		t.Errorf("a query beyond the form: %+v", r)
	}
	r = check(CheckRequest{File: text, Form: &Form{None: []string{"a"}}})
	if len(r.Problems) != 1 || r.Problems[0].Code != BadQuery || r.Form == nil || r.Form.None[0] != "a" {
		t.Errorf("a form without anything to find: %+v", r)
	}
}
