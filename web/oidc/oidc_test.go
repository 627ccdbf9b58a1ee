package oidc_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"langnghe/web/oidc"
	"langnghe/web/oidc/oidctest"
)

const redirect = "https://desk.example/sign-in/oidc/back"

func client(t *testing.T, p *oidctest.Provider, change ...func(*oidc.Options)) *oidc.Client {
	t.Helper()
	o := oidc.Options{Issuer: p.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Redirect: redirect, Scopes: []string{"profile"}, Accounts: map[string]string{"7": "lan"}}
	for _, f := range change {
		f(&o)
	}
	c, err := oidc.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func start(t *testing.T, claims map[string]any) *oidctest.Provider {
	t.Helper()
	p := oidctest.New(redirect, claims)
	t.Cleanup(p.Close)
	return p
}

// visit goes where the person's browser is sent, and returns what the
// provider sends back.
func visit(t *testing.T, to string) url.Values {
	t.Helper()
	stop := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := stop.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	at, err := res.Location()
	if err != nil {
		t.Fatalf("the provider answers %s: %v", res.Status, err)
	}
	return at.Query()
}

func TestSignIn(t *testing.T) {
	p := start(t, map[string]any{"sub": "7"})
	c := client(t, p)
	to, cookie, err := c.Begin(t.Context(), "/cases?x=1")
	if err != nil {
		t.Fatal(err)
	}
	back := visit(t, to)
	account, next, err := c.Finish(t.Context(), back, cookie)
	if account != "lan" || next != "/cases?x=1" || err != nil {
		t.Errorf("%q, %q, %v", account, next, err)
	}
	// The same answer in the same browser again.
	if _, _, err := c.Finish(t.Context(), back, cookie); !errors.Is(err, oidc.ErrAttempt) {
		t.Errorf("replayed: %v", err)
	}
}

// TestLies: whatever is wrong with a token, nobody is signed in.
func TestLies(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set := func(k string, v any) func(h, c map[string]any) {
		return func(_, c map[string]any) { c[k] = v }
	}
	tests := []struct {
		name  string
		spoil func(h, c map[string]any)
		key   *rsa.PrivateKey
		want  error
	}{
		{"issuer", set("iss", "https://evil.example"), nil, oidc.ErrToken},
		{"audience", set("aud", "another"), nil, oidc.ErrToken},
		{"for several, made out to another", func(_, c map[string]any) { c["aud"], c["azp"] = []string{"langnghe", "another"}, "another" }, nil, oidc.ErrToken},
		{"for several, made out to nobody", set("aud", []string{"langnghe", "another"}), nil, oidc.ErrToken},
		{"nonce", set("nonce", "another"), nil, oidc.ErrToken},
		{"no nonce", func(_, c map[string]any) { delete(c, "nonce") }, nil, oidc.ErrToken},
		{"expired", set("exp", time.Now().Add(-time.Hour).Unix()), nil, oidc.ErrToken},
		{"from the future", set("nbf", time.Now().Add(time.Hour).Unix()), nil, oidc.ErrToken},
		{"key", nil, other, oidc.ErrToken},
		{"not signed", func(h, _ map[string]any) { h["alg"] = "none" }, nil, oidc.ErrToken},
		{"signed with the secret", func(h, _ map[string]any) { h["alg"] = "HS256" }, nil, oidc.ErrToken},
		{"no name", func(_, c map[string]any) { delete(c, "sub") }, nil, oidc.ErrClaim},
		{"a name that is no text", set("sub", []string{"7"}), nil, oidc.ErrToken},
	}
	p := start(t, map[string]any{"sub": "7"})
	c := client(t, p)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p.Spoil, p.Key = tt.spoil, tt.key
			to, cookie, err := c.Begin(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			if account, _, err := c.Finish(t.Context(), visit(t, to), cookie); account != "" || !errors.Is(err, tt.want) {
				t.Errorf("%q, %v; want %v", account, err, tt.want)
			}
		})
	}
	p.Spoil, p.Key = nil, nil
	to, cookie, _ := c.Begin(t.Context(), "/")
	if account, _, err := c.Finish(t.Context(), visit(t, to), cookie); account != "lan" || err != nil {
		t.Errorf("honest again: %q, %v: the table proves nothing", account, err)
	}
}

// TestAttempts: an answer counts in the browser that asked, in time and once.
func TestAttempts(t *testing.T) {
	now := time.Now()
	p := start(t, map[string]any{"sub": "7"})
	c := client(t, p, func(o *oidc.Options) { o.Now = func() time.Time { return now } })
	begin := func() (url.Values, string) {
		to, cookie, err := c.Begin(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		return visit(t, to), cookie
	}
	with := func(v url.Values, k, s string) url.Values {
		v.Set(k, s)
		return v
	}
	victim, theirs := begin()
	_, mine := begin()
	tests := []struct {
		name   string
		back   func() (url.Values, string)
		want   error
		moving time.Duration
	}{
		{"no cookie", func() (url.Values, string) { v, _ := begin(); return v, "" }, oidc.ErrAttempt, 0},
		{"another browser's answer", func() (url.Values, string) { return victim, mine }, oidc.ErrAttempt, 0},
		{"another browser's cookie", func() (url.Values, string) { v, _ := begin(); return v, theirs }, oidc.ErrAttempt, 0},
		{"state", func() (url.Values, string) { v, k := begin(); return with(v, "state", "x"), k }, oidc.ErrAttempt, 0},
		{"no state", func() (url.Values, string) { v, k := begin(); return with(v, "state", ""), k }, oidc.ErrAttempt, 0},
		{"forged cookie", func() (url.Values, string) { v, k := begin(); return v, "A" + k[1:] }, oidc.ErrAttempt, 0},
		{"huge cookie", func() (url.Values, string) { v, k := begin(); return v, strings.Repeat(k, 100) }, oidc.ErrAttempt, 0},
		{"code", func() (url.Values, string) { v, k := begin(); return with(v, "code", "x"), k }, oidc.ErrRefused, 0},
		{"a code for another verifier", func() (url.Values, string) {
			a, _ := begin()
			b, k := begin()
			return with(b, "code", a.Get("code")), k
		}, oidc.ErrRefused, 0},
		{"another provider's answer", func() (url.Values, string) { v, k := begin(); return with(v, "iss", "https://evil.example"), k }, oidc.ErrToken, 0},
		{"the person said no", func() (url.Values, string) { v, k := begin(); return with(v, "error", "access_denied"), k }, oidc.ErrRefused, 0},
		{"too late", func() (url.Values, string) { return begin() }, oidc.ErrAttempt, oidc.AttemptLife},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			back, cookie := tt.back()
			now = now.Add(tt.moving)
			if account, _, err := c.Finish(t.Context(), back, cookie); account != "" || !errors.Is(err, tt.want) {
				t.Errorf("%q, %v; want %v", account, err, tt.want)
			}
		})
	}
	another := client(t, p)
	v, k := begin()
	if _, _, err := another.Finish(t.Context(), v, k); !errors.Is(err, oidc.ErrAttempt) {
		t.Errorf("the cookie of another process: %v", err)
	}
}

func TestAccounts(t *testing.T) {
	if _, err := oidc.New(oidc.Options{Issuer: "https://sso.example", ClientID: "a", Redirect: redirect, Claim: "preferred_username"}); err == nil {
		t.Error("no account is listed, and everybody may name one")
	}
	tests := []struct {
		name   string
		claims map[string]any
		claim  string
		list   map[string]string
		want   string
	}{
		{"listed", map[string]any{"sub": "7"}, "sub", map[string]string{"7": "lan"}, "lan"},
		{"not listed", map[string]any{"sub": "8"}, "sub", map[string]string{"7": "lan"}, ""},
		{"a name of an account that somebody has taken over there", map[string]any{"sub": "8", "preferred_username": "lan"}, "", map[string]string{"7": "lan"}, ""},
		{"a subject that reads like an account", map[string]any{"sub": "lan"}, "", map[string]string{"7": "lan"}, ""},
		{"listed by a claim of the provider's", map[string]any{"preferred_username": "lan.nt"}, "preferred_username", map[string]string{"lan.nt": "lan"}, "lan"},
		{"a value that is no text", map[string]any{"uid": []string{"7"}}, "uid", map[string]string{"7": "lan"}, ""},
		{"verified address", map[string]any{"email": "lan@tinh.example", "email_verified": true}, "email", map[string]string{"lan@tinh.example": "lan"}, "lan"},
		{"address of nobody's", map[string]any{"email": "lan@tinh.example"}, "email", map[string]string{"lan@tinh.example": "lan"}, ""},
		{"address that only says so", map[string]any{"email": "lan@tinh.example", "email_verified": "true"}, "email", map[string]string{"lan@tinh.example": "lan"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := start(t, tt.claims)
			c := client(t, p, func(o *oidc.Options) { o.Claim, o.Accounts = tt.claim, tt.list })
			to, cookie, err := c.Begin(t.Context(), "/")
			if err != nil {
				t.Fatal(err)
			}
			account, _, err := c.Finish(t.Context(), visit(t, to), cookie)
			if account != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("%q, %v; want %q", account, err, tt.want)
			}
			if tt.name == "not listed" && !strings.Contains(err.Error(), `sub "8"`) {
				t.Errorf("%v does not say what to list", err)
			}
		})
	}
}

// TestDown: a provider that is down is found once it is back; one that says
// it is another is never.
func TestDown(t *testing.T) {
	p := start(t, map[string]any{"sub": "7"})
	p.Down(true)
	c := client(t, p)
	if _, _, err := c.Begin(t.Context(), "/"); !errors.Is(err, oidc.ErrDown) {
		t.Errorf("down: %v", err)
	}
	p.Down(false)
	if _, _, err := c.Begin(t.Context(), "/"); err != nil {
		t.Errorf("back: %v", err)
	}
	wrong := client(t, p, func(o *oidc.Options) { o.Issuer = p.URL + "/" })
	if err := wrong.Find(t.Context()); err == nil {
		t.Error("another spelling of the issuer is taken")
	}
}
