package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"langnghe/review"
)

// A plainForm is a form as a browser without script would send it.
type plainForm struct {
	method, action string
	values         url.Values
	upload         bool
	button         bool // without one nobody can send it
}

// plainForms reads the forms of a page, filled with something for each field
// that has nothing, and the buttons that nothing but a script could serve.
func plainForms(t *testing.T, body string) (forms []plainForm, dead []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	attr := func(n *html.Node, key string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val, true
			}
		}
		return "", false
	}
	var walk func(n *html.Node, form *plainForm, scripted bool)
	walk = func(n *html.Node, form *plainForm, scripted bool) {
		if n.Type == html.ElementNode {
			class, _ := attr(n, "class")
			_, hidden := attr(n, "hidden")
			scripted = scripted || hidden || slices.Contains(strings.Fields(class), "needscript") || n.Data == "dialog"
			name, _ := attr(n, "name")
			value, _ := attr(n, "value")
			kind, _ := attr(n, "type")
			switch n.Data {
			case "form":
				f := plainForm{values: url.Values{}}
				f.method, _ = attr(n, "method")
				f.action, _ = attr(n, "action")
				enc, _ := attr(n, "enctype")
				f.upload = enc == "multipart/form-data"
				form = &f
				if f.method == "dialog" {
					break // opened by the script
				}
				defer func() { forms = append(forms, f) }()
			case "button":
				if _, off := attr(n, "disabled"); form == nil && !scripted && !off {
					dead = append(dead, name+value)
				}
				if form != nil {
					form.button = true
				}
				if form != nil && name != "" && !form.values.Has(name) {
					form.values.Set(name, value)
				}
			case "input", "textarea", "select":
				if form == nil || name == "" {
					break
				}
				switch {
				case n.Data == "select":
					for o := range n.Descendants() {
						if o.Type == html.ElementNode && o.Data == "option" {
							if v, ok := attr(o, "value"); ok && (v != "" || !form.values.Has(name)) {
								form.values.Set(name, v)
							} else if !ok && o.FirstChild != nil && form.values.Get(name) == "" {
								form.values.Set(name, o.FirstChild.Data)
							}
						}
					}
				case kind == "radio" || kind == "checkbox":
					if !form.values.Has(name) {
						form.values.Set(name, value)
					}
				case kind == "date":
					form.values.Set(name, "2026-12-01")
				case kind == "hidden" || value != "":
					form.values.Set(name, value)
				default:
					form.values.Set(name, "điều gì đó đủ dài")
				}
			}
		}
		for c := range n.ChildNodes() {
			walk(c, form, scripted)
		}
	}
	walk(root, nil, false)
	return forms, dead
}

// Everything that a page offers works without script: each button is in a
// form, each form is sent to a route that takes it from this person, as plain
// form data, and is answered with a page. Every route that takes a form is
// offered by some page.
func TestFormsWithoutScript(t *testing.T) {
	mux := http.NewServeMux()
	for _, rt := range allRoutes() {
		mux.HandleFunc(rt.pattern, func(http.ResponseWriter, *http.Request) {})
	}
	route := func(method, action string) string {
		r, err := http.NewRequest(strings.ToUpper(method), action, nil)
		if err != nil {
			return ""
		}
		_, pattern := mux.Handler(r)
		return pattern
	}
	s := newSite(t, func(o *Options) { o.Citizens = true })
	offered := map[string]bool{}
	sent := 0
	for _, rt := range allRoutes() {
		if !strings.HasPrefix(rt.pattern, "GET /") || strings.HasPrefix(rt.pattern, "GET /api/") || rt.pattern == "GET /events" {
			continue
		}
		targets := []string{""}
		_, targets[0] = concrete(rt.pattern)
		switch rt.pattern {
		case "GET /cases/{id}":
			targets = nil
			for _, c := range s.desk.cases {
				targets = append(targets, "/cases/"+c.ID)
			}
		case "GET /inbox/{id}":
			targets = append(targets, "/inbox/e-dap", "/inbox/s-nuoc")
		case "GET /inbox":
			targets = append(targets, "/inbox?last=e-nuoc", "/inbox?mine=1")
		}
		for _, target := range targets {
			for _, u := range append([]review.User{{}}, people...) {
				s.reset()
				w := s.do(u.Name, "GET", target, nil)
				if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
					continue
				}
				forms, dead := plainForms(t, w.Body.String())
				for _, b := range dead {
					t.Errorf("%s as %q: the button %q is in no form", target, u.Role, b)
				}
				for _, f := range forms {
					if !f.button {
						continue
					}
					if f.method == "" {
						f.method = "get"
					}
					if f.action == "" {
						f.action = target
					}
					path, _, _ := strings.Cut(f.action, "?")
					pattern := route(f.method, path)
					if pattern == "" || strings.HasPrefix(pattern, "GET /{$}") {
						t.Errorf("%s as %q: a form goes to %s %s, which nobody serves", target, u.Role, f.method, f.action)
						continue
					}
					offered[pattern] = true
					if f.method == "get" || f.upload || pattern == "POST /sign-out" || pattern == "POST /account/sessions" { // the session itself
						continue
					}
					s.reset()
					sent++
					action, _, _ := strings.Cut(f.action, "#")
					w := s.do(u.Name, "POST", action, f.values)
					if w.Code == http.StatusForbidden || w.Code == http.StatusNotFound || w.Code == http.StatusMethodNotAllowed || w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
						t.Errorf("%s as %q: %s with %v: %d\n%.300s", target, u.Role, f.action, f.values, w.Code, w.Body)
					}
					if kind := w.Header().Get("Content-Type"); w.Code < 300 && !strings.HasPrefix(kind, "text/html") || w.Code >= 300 && w.Code < 400 && w.Header().Get("Location") == "" {
						t.Errorf("%s as %q: %s is answered with %d %q, not a page", target, u.Role, f.action, w.Code, kind)
					}
				}
			}
		}
	}
	// What some state of the desk alone offers.
	rare := []string{"POST /inbox/{id}/drill/end", "POST /cases/{id}/suggest", "POST /search/saved", "POST /search/saved/{id}/drop", "POST /documents/fetch", "POST /documents/facts", "POST /users/{name}/unlock",
		"POST /reports/{id}", "POST /reports/{id}/approve", "POST /reports/{id}/recall", "POST /reports/{id}/return", "POST /reports/{id}/issue", "POST /setup", "POST /sign-in/code", "POST /import/{token}", "POST /account/push", "POST /inbox/{id}/undo", "POST /inbox/{id}/reclassify", "POST /inbox/release"}
	for _, rt := range allRoutes() {
		if strings.HasPrefix(rt.pattern, "POST /") && !strings.HasPrefix(rt.pattern, "POST /api/") && !offered[rt.pattern] && !slices.Contains(rare, rt.pattern) {
			t.Errorf("no page offers %s", rt.pattern)
		}
	}
	t.Logf("%d forms sent", sent)
}
