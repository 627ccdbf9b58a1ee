package web

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/review"
)

type fakeTokens struct {
	mu  sync.Mutex
	all []Token
}

func (f *fakeTokens) Tokens(_ context.Context, owner string) (out []Token, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.all {
		if t.Owner == owner {
			out = append(out, t)
		}
	}
	return out, nil
}

func (f *fakeTokens) Token(_ context.Context, hash string, now time.Time) (Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.all {
		if t.Hash == hash && now.Before(t.Expires) {
			return t, nil
		}
	}
	return Token{}, review.ErrNotFound
}

func (f *fakeTokens) AddToken(ctx context.Context, t Token, most int) error {
	if mine, _ := f.Tokens(ctx, t.Owner); len(mine) >= most {
		return ErrTooManyTokens
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	t.ID = int64(len(f.all) + 1)
	f.all = append(f.all, t)
	return nil
}

func (f *fakeTokens) DropToken(_ context.Context, id int64, owner string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = slices.DeleteFunc(f.all, func(t Token) bool { return t.Owner == owner && (id == 0 || t.ID == id) })
	return nil
}

// makeToken makes one on the account page and returns what the page shows.
func makeToken(t *testing.T, s *site, who string, scopes ...string) string {
	t.Helper()
	w := s.do(who, "POST", "/account/token", url.Values{"name": {"bảng <tin>"}, "scope": scopes, "days": {"30"}})
	m := regexp.MustCompile(tokenPrefix + `[\w-]{43}`).FindString(html.UnescapeString(w.Body.String()))
	if w.Code != http.StatusOK || m == "" {
		t.Fatalf("no token made: %d %s", w.Code, w.Body)
	}
	return m
}

func TestTokens(t *testing.T) {
	store := &fakeTokens{}
	s := newSite(t, func(o *Options) { o.Tokens = store })
	token := makeToken(t, s, "lan", "inbox", "search")
	if strings.Contains(store.all[0].Hash, token) || store.all[0].Owner != "lan" {
		t.Errorf("stored %+v", store.all[0])
	}
	if w := s.do("lan", "GET", "/account", nil); strings.Contains(w.Body.String(), token) || !strings.Contains(w.Body.String(), "bảng &lt;tin&gt;") {
		t.Error("the account page shows the token again, or not its name")
	}
	ask := func(token, method, path string) int {
		t.Helper()
		w := s.do("", method, path, nil, "Authorization", "Bearer "+token)
		if w.Code >= 400 && strings.HasPrefix(path, "/api/") && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d as %s", method, path, w.Code, w.Header().Get("Content-Type"))
		}
		return w.Code
	}
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/api/v1/inbox", 200},
		{"GET", "/api/v1/openapi.json", 200},
		{"GET", "/api/v1/search?q=a", 200},
		{"GET", "/api/v1/cases", 403},                      // no such scope
		{"POST", "/api/v1/entries/e-nuoc/decision", 403},   // no such scope
		{"DELETE", "/api/v1/entries/e-nuoc/decision", 403}, // no such scope
		{"GET", "/inbox", 303},                             // no page
		{"GET", "/account", 303},                           // no page
		{"POST", "/account/token", 401},                    // a token makes no token
		{"POST", "/account/password", 401},
	} {
		if got := ask(token, tt.method, tt.path); got != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, got, tt.want)
		}
	}
	for _, bad := range []string{"", "langnghe_", token + "x", token[:len(token)-1], strings.Repeat("a", 5000), strings.ToUpper(token), store.all[0].Hash} {
		if got := ask(bad, "GET", "/api/v1/inbox"); got != 401 {
			t.Errorf("token %.20q: %d, want 401", bad, got)
		}
	}

	// A role that is lost is lost to the token as well.
	s.accounts.users["lan"] = review.Account{Name: "lan", Role: review.Editor}
	if got := ask(token, "GET", "/api/v1/inbox"); got != 403 {
		t.Errorf("as an editor: %d, want 403", got)
	}
	s.reset()
	_ = s.accounts.DisableUser(t.Context(), "lan", now)
	if got := ask(token, "GET", "/api/v1/inbox"); got != 401 {
		t.Errorf("of a disabled account: %d, want 401", got)
	}
	s.reset()

	// Nobody revokes another's; the owner does; time does.
	s.do("quan.tri", "POST", "/account/token", url.Values{"drop": {"1"}})
	if got := ask(token, "GET", "/api/v1/inbox"); got != 200 {
		t.Errorf("revoked by somebody else: %d", got)
	}
	s.clock = now.AddDate(0, 0, 31)
	if got := ask(token, "GET", "/api/v1/inbox"); got != 401 {
		t.Errorf("after its life: %d, want 401", got)
	}
	s.clock = now
	if w := s.do("lan", "POST", "/account/token", url.Values{"drop": {"1"}}); w.Code != http.StatusSeeOther {
		t.Errorf("revoke: %d", w.Code)
	}
	if got := ask(token, "GET", "/api/v1/inbox"); got != 401 {
		t.Errorf("revoked: %d, want 401", got)
	}
}

func TestTokenRefused(t *testing.T) {
	store := &fakeTokens{}
	s := newSite(t, func(o *Options) { o.Tokens = store })
	for name, f := range map[string]url.Values{
		"no name":       {"scope": {"inbox"}, "days": {"30"}},
		"long name":     {"name": {strings.Repeat("ă", 61)}, "scope": {"inbox"}, "days": {"30"}},
		"no scope":      {"name": {"x"}, "days": {"30"}},
		"unknown scope": {"name": {"x"}, "scope": {"inbox", "admin"}, "days": {"30"}},
		"for ever":      {"name": {"x"}, "scope": {"inbox"}, "days": {"99999"}},
	} {
		if w := s.do("lan", "POST", "/account/token", f); w.Code != 422 || len(store.all) != 0 {
			t.Errorf("%s: %d, %d kept; want 422 and none", name, w.Code, len(store.all))
		}
	}
	for range mostTokens {
		makeToken(t, s, "lan", "cases")
	}
	if w := s.do("lan", "POST", "/account/token", url.Values{"name": {"x"}, "scope": {"cases"}, "days": {"30"}}); w.Code != 422 {
		t.Errorf("one more than the most: %d, want 422", w.Code)
	}
}
