package rules

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/internal/reading"
	"langnghe/rules/patterns"
)

// TestBuiltin runs the tests beside the built-in rules.
func TestBuiltin(t *testing.T) {
	var out bytes.Buffer
	if err := CheckDir("builtin", &out, "en"); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if err := TestDir(t.Context(), "builtin", &out, TestOptions{Lang: "en"}); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
}

// TestBuiltinDecides checks that a built-in rule repeats none of the
// reading's words: it decides with attributes only, and with a cue family
// that the reading has.
func TestBuiltinDecides(t *testing.T) {
	set, problems, _, err := openDir("builtin")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	rd, err := reading.New("thai-hoa-2026")
	if err != nil {
		t.Fatal(err)
	}
	var families []string
	for _, f := range rd.Families() {
		families = append(families, f.ID)
	}
	families = append(families, patterns.Families...)
	covered, copied := map[string]bool{}, map[string]bool{}
	for _, r := range set.rules {
		for word := range strings.FieldsFuncSeq(r.when.Canonical(), func(c rune) bool { return strings.ContainsRune(" ()", c) }) {
			name, value, ok := strings.Cut(word, ":")
			if !ok && word != "AND" && word != "OR" && word != "NOT" {
				t.Errorf("%s looks for the words %s; that is the reading's work", r.ID, word)
			}
			if name != "cue" {
				continue
			}
			family := strings.Trim(value, `"`)
			covered[family] = true
			copied[family] = copied[family] || r.Type == "coordination"
			if !slices.Contains(families, family) && family != "person_in_danger" {
				t.Errorf("%s: the reading has no cue family %s", r.ID, family)
			}
		}
		if r.Level >= news.High && r.Type == "match" && !strings.Contains(r.When, "out_of_area") {
			t.Errorf("%s notifies at once and does not ask about the area", r.ID)
		}
	}
	for _, id := range patterns.Families {
		if !covered[id] {
			t.Errorf("no rule for the pattern %s", id)
		}
		if !copied[id] {
			t.Errorf("many places with one text that shows %s go unseen", id)
		}
	}
	for _, f := range rd.Families() {
		if f.Kind != "booster" && !covered[f.ID] {
			t.Errorf("no rule for the cue family %s", f.ID)
		}
		if (f.Kind == "rumour" || f.Kind == "scam") && !copied[f.ID] {
			t.Errorf("many places with one text that shows %s go unseen", f.ID)
		}
	}
}
