package rules

import (
	"strings"
	"testing"
)

// An unknown or repeated key is a mistake in every kind of file.
func TestKeys(t *testing.T) {
	list := "name: mua\nversion: 1\ntitle: Mùa\nterms: [mưa]\n"
	times := "rule: a1b\ntests: []\n"
	parsers := map[string]func(string) []Problem{
		"list": func(src string) []Problem { _, _, ps := parseList("lists/mua.yaml", src); return ps },
		"time": func(src string) []Problem { _, _, ps := parseTimeTests("rules/a1b_test.yaml", src); return ps },
		"rule": func(src string) []Problem {
			_, ps := parseRule("rules/a1b.yaml", src, nil, func(string) bool { return false })
			return ps
		},
	}
	for name, tt := range map[string]struct{ parser, src, want string }{
		"list, repeated": {"list", list + "name: khác\n", `"name"`},
		"list, unknown":  {"list", list + "color: đỏ\n", `"color"`},
		"time, repeated": {"time", times + "rule: c2d\n", `"rule"`},
		"time, unknown":  {"time", times + "color: đỏ\n", `"color"`},
		"rule, repeated": {"rule", "id: a1b\nid: c2d\n", `"id"`},
		"no mapping":     {"list", "- một\n- hai\n", "mapping"},
	} {
		ps := parsers[tt.parser](tt.src)
		found := false
		for _, p := range ps {
			found = found || strings.Contains(p.EN, tt.want) && p.Line > 0
		}
		if !found {
			t.Errorf("%s: %+v, want a problem with %s and its line", name, ps, tt.want)
		}
	}
}
