package query

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"golang.org/x/text/unicode/norm"
)

func TestForm(t *testing.T) {
	lists := Lists{"nuoc": {"mất nước", "cúp nước"}}
	tests := []struct {
		form Form
		want string
	}{
		{Form{Any: []string{"mất nước", "cúp nước"}}, `"mất nước" OR "cúp nước"`},
		{Form{Any: []string{" mất nước "}, All: []string{"khối 3", ""}, None: []string{"đính chính", "bác bỏ"}}, `"mất nước" AND "khối 3" AND NOT ("đính chính" OR "bác bỏ")`},
		{Form{Near: []string{"phí vệ sinh", "tiền rác"}, NearTo: []string{"tăng", "gấp đôi"}, Within: 6, Fold: true}, `(~"phí vệ sinh" OR ~"tiền rác") NEAR/6 (~"tăng" OR ~"gấp đôi")`},
		{Form{All: []string{"~vỡ đập", "hồ"}, Title: true}, `title:(~"vỡ đập" AND "hồ")`},
		{Form{Any: []string{"$nuoc", "mất điện"}, None: []string{"~$nuoc"}}, `($nuoc OR "mất điện") AND NOT ~$nuoc`},
		{Form{All: []string{`nói "mất nước" AND *`}}, `"nói  mất nước  AND"`},
		{Form{All: []string{"hòa", norm.NFD.String("khoẻ")}}, `"hòa" AND "` + norm.NFD.String("khoẻ") + `"`},
		{Form{}, ""},
	}
	for _, tt := range tests {
		got := tt.form.Query()
		if got != tt.want {
			t.Errorf("%+v asks %s, want %s", tt.form, got, tt.want)
			continue
		}
		if got == "" {
			continue
		}
		q, err := Parse(got, lists)
		if err != nil {
			t.Errorf("Parse(%s) = %v", got, err)
			continue
		}
		back, ok := FormOf(q)
		if !ok {
			t.Errorf("%s has no form", got)
			continue
		}
		again, err := Parse(back.Query(), lists)
		if err != nil || again.Hash() != q.Hash() {
			t.Errorf("%s comes back as %s, %v", got, back.Query(), err)
		}
	}
	for _, src := range []string{`MONEY>=500k AND phí`, `=MN`, `kind:post`, `(a AND b) OR c`, `body:(a OR b)`, `a ONEAR/3 b`, `SAME(s){a AND b}`,
		`2 OF (a, b, c)`, `(a OR b) AND (c OR d)`, `a AND NOT (b AND c)`, `a AND NOT b AND NOT c`, `a AND cong*`, `a NEAR/2 MONEY`} {
		q, err := Parse(src, lists)
		if err != nil {
			t.Fatalf("Parse(%s) = %v", src, err)
		}
		if f, ok := FormOf(q); ok {
			t.Errorf("%s has the form %+v, which asks %s", src, f, f.Query())
		}
	}
}

// TestFormRoundTrip checks that a form that is shown says what its query
// says, and that showing it again changes nothing.
func TestFormRoundTrip(t *testing.T) {
	lists := Lists{"nuoc": {"mất nước", "~cúp nước"}}
	box := rapid.SliceOfN(rapid.SampledFrom([]string{"mất nước", "~mất nước", "hoà", "khối 3", "$nuoc", "~$nuoc", "AND", "12/2026", "", " điện “ * ", "MAT NUOC", norm.NFD.String("vỡ đập"), "a-b (c)"}), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		f := Form{Any: box.Draw(t, "any"), All: box.Draw(t, "all"), None: box.Draw(t, "none"), Within: rapid.IntRange(0, 10).Draw(t, "within"),
			Fold: rapid.Bool().Draw(t, "fold"), Title: rapid.Bool().Draw(t, "title")}
		if rapid.Bool().Draw(t, "near") {
			f.Near, f.NearTo = box.Draw(t, "near"), box.Draw(t, "to")
		}
		q, err := Parse(f.Query(), lists)
		if err != nil {
			switch err.(*Error).Code {
			case Empty, NoPositive: // nothing filled in, or only what must not be there
				return
			}
			t.Fatalf("%+v asks %s: %v", f, f.Query(), err)
		}
		g, ok := FormOf(q)
		if !ok {
			if twice(f) {
				return // one entry twice, or two alternatives: text says it better
			}
			t.Fatalf("%s, of %+v, has no form", f.Query(), f)
		}
		again, err := Parse(g.Query(), lists)
		if err != nil || again.Hash() != q.Hash() {
			t.Fatalf("%s comes back as %s, %v", f.Query(), g.Query(), err)
		}
		if h, ok := FormOf(again); !ok || !reflect.DeepEqual(g, h) {
			t.Fatalf("%+v comes back as %+v", g, h)
		}
	})
}

// twice reports whether a box that holds alternatives may not show them: half
// a NEAR is a second set of alternatives.
func twice(f Form) bool {
	near, to := len(f.phrases(f.Near)), len(f.phrases(f.NearTo))
	return (near == 0) != (to == 0) && near+to > 1 && len(f.phrases(f.Any)) > 1
}
