package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
	"langnghe/web/oidc"
	"langnghe/web/oidc/oidctest"
)

// vouched are the accounts of what the provider says; some are those that a
// careless hand has listed.
var vouched = map[string]string{
	"Lan": "Lan", "lan": "lan", "nuoc": "nuoc", "khoi": "khoi", "chu.tich": "chu.tich", "khong.co": "khong.co",
	"lan\u212A": "lan\u212A", "\u212Ahoi": "\u212Ahoi", "lan ": "lan ", `lan"><script>`: `lan"><script>`,
}

// elsewhere is a site whose people may sign in at a provider as well.
func elsewhere(t *testing.T) (*site, *oidctest.Provider) {
	t.Helper()
	p := oidctest.New("http://desk.example"+SignOnPath, nil)
	t.Cleanup(p.Close)
	c, err := oidc.New(oidc.Options{Issuer: p.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Redirect: p.Redirect, Name: "tài khoản của tỉnh", Accounts: vouched})
	if err != nil {
		t.Fatal(err)
	}
	return newSite(t, func(o *Options) { o.SignOn, o.SignOnName = c, c.Name }), p
}

// signOn goes the whole way of a browser, with the cookies it has, as
// whomever the provider vouches for.
func signOn(t *testing.T, s *site, p *oidctest.Provider, name any, next string, jar ...*http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	p.Claims = map[string]any{"sub": name}
	get := func(target string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", target, nil)
		for _, c := range jar {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	w := get("http://desk.example/sign-in/oidc?next=" + url.QueryEscape(next))
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), p.URL) {
		return w
	}
	jar = append(jar, w.Result().Cookies()...)
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %v", c)
		}
	}
	stop := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := stop.Get(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusFound {
		return w // they stay there
	}
	return get(res.Header.Get("Location"))
}

// session is the cookie of a session among those that an answer sets.
func session(w *httptest.ResponseRecorder) *http.Cookie {
	for _, c := range w.Result().Cookies() {
		if c.Name == "langnghe" && c.Value != "" {
			return c
		}
	}
	return nil
}

func TestSignOn(t *testing.T) {
	s, p := elsewhere(t)
	if page := s.do("", "GET", "/sign-in?next=/cases", nil).Body.String(); !strings.Contains(page, `href="/sign-in/oidc?next=%2fcases"`) && !strings.Contains(page, `href="/sign-in/oidc?next=%2Fcases"`) {
		t.Errorf("no button:\n%s", page)
	}
	// A browser that somebody has given a session: it does not become the
	// person's.
	planted := s.as("")
	w := signOn(t, s, p, "Lan", "/cases?x=1", planted)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/cases?x=1" {
		t.Fatalf("%d %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	c := session(w)
	if c == nil || c.Value == planted.Value {
		t.Fatalf("session %v", c)
	}
	r := httptest.NewRequest("GET", "/inbox", nil)
	r.AddCookie(c)
	in := httptest.NewRecorder()
	if s.ServeHTTP(in, r); in.Code != http.StatusOK {
		t.Errorf("the session does not sign in: %d", in.Code)
	}
	if !slices.Contains(s.desk.acts, "audit lan user.sign_in lan") {
		t.Errorf("audit: %q", s.desk.acts)
	}
}

// TestSignOnRefuses: the provider vouches for somebody, and still nobody gets
// in who could not with a password.
func TestSignOnRefuses(t *testing.T) {
	s, p := elsewhere(t)
	if err := s.accounts.DisableUser(t.Context(), "nuoc", now); err != nil {
		t.Fatal(err)
	}
	if err := s.accounts.NoteFailure(t.Context(), "khoi", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	users := len(s.accounts.users)
	for what, name := range map[string]any{
		"disabled": "nuoc", "locked": "khoi", "not here": "khong.co", "a letter that looks alike": "lan\u212A", "small form of another letter": "\u212Ahoi",
		"nothing": "", "no text": 7, "with a space": "lan ", "hostile": `lan"><script>`,
		"an account, but not listed": "tu.phap",
	} {
		w := signOn(t, s, p, name, "/inbox")
		if w.Code != http.StatusUnauthorized || session(w) != nil || strings.Contains(w.Body.String(), "<script>") {
			t.Errorf("%s: %d %v", what, w.Code, session(w))
		}
		if !strings.Contains(w.Body.String(), `name="password"`) {
			t.Errorf("%s: no way to the local sign-in", what)
		}
	}
	if len(s.accounts.users) != users {
		t.Error("an account was made")
	}
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)"} {
		if w := signOn(t, s, p, "lan", next); w.Header().Get("Location") != "/" {
			t.Errorf("after %q goes to %q", next, w.Header().Get("Location"))
		}
	}
	s.clock = s.clock.Add(2 * time.Minute) // the wrong tries above count as such
	p.Down(true)
	if w := signOn(t, s, p, "lan", "/cases"); session(w) != nil {
		t.Errorf("a provider that is down lets in: %d", w.Code)
	}
	fresh, q := elsewhere(t) // never found yet
	q.Down(true)
	if w := signOn(t, fresh, q, "lan", "/cases"); w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), `name="password"`) {
		t.Errorf("a provider that was never there: %d", w.Code)
	}
	withPassword(t, s, "lan", "đúng mật khẩu")
	if w := signIn(s, "lan", "đúng mật khẩu", "/cases"); w.Code != http.StatusSeeOther {
		t.Errorf("the password while the provider is down: %d", w.Code)
	}
}

// TestSignOnSecondFactor: what the provider has asked for does not stand in
// for the code of an approver.
func TestSignOnSecondFactor(t *testing.T) {
	s, p := elsewhere(t)
	p.Spoil = func(_, c map[string]any) { c["amr"] = []string{"pwd", "otp", "mfa"} }
	secret := newSecret()
	if err := s.accounts.PutSecondFactor(t.Context(), "chu.tich", review.SecondFactor{Secret: secret, Since: now.Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	w := signOn(t, s, p, "chu.tich", "/handoffs")
	token := hidden.FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || session(w) != nil || token == nil {
		t.Fatalf("%d, session %v: signed in without a code", w.Code, session(w))
	}
	w = s.do("", "POST", "/sign-in/code", url.Values{"token": {token[1]}, "code": {codeNow(t, secret, s.clock)}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/handoffs" || session(w) == nil {
		t.Errorf("with the code: %d %s", w.Code, w.Header().Get("Location"))
	}
}

// TestSignOnOff: without a provider there is neither button nor way.
func TestSignOnOff(t *testing.T) {
	s := newSite(t)
	if strings.Contains(s.do("", "GET", "/sign-in", nil).Body.String(), "/sign-in/oidc") {
		t.Error("the button is there")
	}
	for _, path := range []string{"/sign-in/oidc", SignOnPath + "?code=a&state=b"} {
		if w := s.do("", "GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestSignInIsWritten: every way in stands in the audit log with how the
// person proved who they are, and without the log there is none.
func TestSignInIsWritten(t *testing.T) {
	var got []string
	var fail error
	s := newSite(t, func(o *Options) {
		o.Audit = func(_ context.Context, x news.Audit) error {
			got = append(got, x.Who+" "+x.Act+" "+x.Detail)
			return fail
		}
	})
	withPassword(t, s, "lan", "đúng mật khẩu")
	if w := signIn(s, "lan", "đúng mật khẩu", "/"); w.Code != http.StatusSeeOther || !slices.Equal(got, []string{"lan user.sign_in password"}) {
		t.Errorf("%d, audit %q", w.Code, got)
	}
	fail = errNotFound
	if w := signIn(s, "lan", "đúng mật khẩu", "/"); session(w) != nil {
		t.Error("in without the audit log")
	}
}
