package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"langnghe/review/draft"
)

// The drafting aid is off unless the configuration names a service; what it
// proposes is plain text under its label, and changes nothing.
func TestSuggest(t *testing.T) {
	off := newSite(t)
	if w := off.do("lan", "GET", "/cases/V-2026-0040", nil); strings.Contains(w.Body.String(), "/suggest") {
		t.Error("the aid is offered while it is off")
	}
	if w := off.do("lan", "POST", "/cases/V-2026-0040/suggest", form()); w.Code != 409 {
		t.Errorf("asked while off: %d, want 409", w.Code)
	}
	fails := false
	on := newSite(t, func(o *Options) {
		o.Suggest = func(_ context.Context, r draft.Request) (draft.Proposal, error) {
			if fails {
				return draft.Proposal{}, errors.New("secret host is down")
			}
			return draft.Proposal{Label: draft.Label, Text: "<b>Theo " + r.Document}, nil
		}
	})
	cited := "V-2026-0040"
	for i := range on.desk.cases {
		if on.desk.cases[i].ID == cited && on.desk.cases[i].Citation != nil {
			on.desk.cases[i].Citation.Text = "Mức thu 40.000 đồng"
		}
	}
	w := on.do("lan", "POST", "/cases/"+cited+"/suggest", form())
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, draft.Label) || !strings.Contains(body, "&lt;b&gt;Theo") || slices.ContainsFunc(on.desk.acts, func(a string) bool { return !strings.HasPrefix(a, "see ") }) {
		t.Errorf("%d: no label, mark-up, or something was done: %q", w.Code, on.desk.acts)
	}
	fails = true
	if w := on.do("lan", "POST", "/cases/"+cited+"/suggest", form()); w.Code != 502 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d, or the failure's detail is on the page", w.Code)
	}
	if w := on.do("chu.tich", "POST", "/cases/"+cited+"/suggest", form()); w.Code != 403 {
		t.Errorf("the leader asks: %d, want 403", w.Code)
	}
}
