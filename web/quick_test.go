package web

import (
	"html/template"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestMarkup: what is told to a piece of a page comes out as html/template
// would have it, in content and in an attribute.
func TestMarkup(t *testing.T) {
	want := template.Must(template.New("").Parse(`<b title="{{.}}">{{.}}</b>`))
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`"><script>alert(1)</script>`, "a\x00b", `' onclick='x`, "&lt;", "%", "{{.}}", "+1", "\u202eđảo"}))
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		var b strings.Builder
		if err := want.Execute(&b, text); err != nil {
			t.Fatal(err)
		}
		if got := (&markup{}).add(`<b title="%">%</b>`, text, text).html(); string(got) != b.String() {
			t.Fatalf("%q: %s, want %s", text, got, b.String())
		}
	})
}

// TestSettled: words that never change are in the pages before they are
// asked for, escaped.
func TestSettled(t *testing.T) {
	s := newSite(t)
	page := s.do("lan", "GET", "/inbox", nil).Body.String()
	if !strings.Contains(page, `href="/static/app.css?v=`) || !strings.Contains(page, "<h1>Hộp duyệt</h1>") {
		t.Error("a word of the frame is missing")
	}
	for _, word := range []string{`a "b" <c>`, "d"} {
		w := &tongue{lang: "vi", text: map[string]string{"k": word}}
		srv := &server{}
		tmpl := template.Must(template.New("x").Funcs(srv.funcs(w)).Parse(`<i title="{{t "k"}}">{{t "k"}}{{label "x" "y_z"}}</i>`))
		var before, after strings.Builder
		_ = template.Must(tmpl.Clone()).Execute(&before, nil)
		settle(tmpl.Tree.Root, w, srv.assetPath)
		if left := tmpl.Tree.Root.String(); strings.Contains(left, "{{") {
			t.Errorf("a call is left: %s", left)
		}
		_ = tmpl.Execute(&after, nil)
		if before.String() != after.String() {
			t.Errorf("%s, want %s", after.String(), before.String())
		}
	}
}
