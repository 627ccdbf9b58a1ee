package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPassword(t *testing.T) {
	hash := HashPassword("nước sạch về làng")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q, want the agreed cost", hash)
	}
	if hash == HashPassword("nước sạch về làng") {
		t.Error("two hashes are equal: no salt")
	}
	for password, want := range map[string]bool{
		"nước sạch về làng":                   true,
		"nu\u031bo\u031b\u0301c sạch về làng": true, // NFD, as some keyboards type it
		"nước sạch về lang":                   false,
		"":                                    false,
	} {
		if got, err := CheckPassword(password, hash); got != want || err != nil {
			t.Errorf("CheckPassword(%q) = %t, %v, want %t", password, got, err, want)
		}
	}
	for _, bad := range []string{"", "x", "$argon2id$v=19$m=19456,t=2,p=1$!$!", "$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=0,t=0,p=0$AA$AA"} {
		if ok, err := CheckPassword("x", bad); ok || err == nil {
			t.Errorf("CheckPassword against %q = %t, %v; want an error", bad, ok, err)
		}
	}
}

func signIn(s *site, name, password, next string) *httptest.ResponseRecorder {
	return s.do("", "POST", "/sign-in", url.Values{"name": {name}, "password": {password}, "next": {next}})
}

func withPassword(t *testing.T, s *site, name, password string) {
	t.Helper()
	if err := s.accounts.SetPassword(t.Context(), name, HashPassword(password)); err != nil {
		t.Fatal(err)
	}
}

func TestSignIn(t *testing.T) {
	s := newSite(t)
	withPassword(t, s, "lan", "đúng mật khẩu")
	w := signIn(s, " Lan ", "đúng mật khẩu", "/cases?x=1")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/cases?x=1" {
		t.Fatalf("%d %s, want the page that was asked for", w.Code, w.Header().Get("Location"))
	}
	c := w.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || len(c.Value) < 43 {
		t.Errorf("cookie %v", c)
	}
	for id := range s.accounts.sessions {
		if strings.Contains(id, c.Value) || id != storedToken(c.Value) {
			t.Error("the token is stored as it is")
		}
	}
	get := func(c *http.Cookie) int {
		r := httptest.NewRequest("GET", "/inbox", nil)
		r.AddCookie(c)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	if get(c) != 200 {
		t.Error("the session does not sign in")
	}
	if got := get(&http.Cookie{Name: c.Name, Value: c.Value[1:] + "A"}); got != 303 {
		t.Errorf("another token: %d", got)
	}
	s.clock = s.clock.Add(sessionLife)
	if got := get(c); got != 303 {
		t.Errorf("after its life: %d, want sign-in", got)
	}
	s.clock = now
	if err := s.accounts.DisableUser(t.Context(), "lan", now); err != nil {
		t.Fatal(err)
	}
	if got := get(c); got != 303 {
		t.Errorf("disabled: %d, want sign-in", got)
	}
	if w := signIn(s, "lan", "đúng mật khẩu", ""); w.Code != 401 {
		t.Errorf("disabled user signs in: %d", w.Code)
	}
}

// TestSignInSaysNothing: an unknown name, a wrong password, a locked and a
// disabled account look the same.
func TestSignInSaysNothing(t *testing.T) {
	s := newSite(t)
	for _, n := range []string{"lan", "nuoc", "khoi"} {
		withPassword(t, s, n, "đúng mật khẩu")
	}
	if err := s.accounts.DisableUser(t.Context(), "nuoc", now); err != nil {
		t.Fatal(err)
	}
	if err := s.accounts.NoteFailure(t.Context(), "khoi", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var first string
	for i, try := range [][2]string{{"khong.co", "x"}, {"lan", "sai"}, {"nuoc", "đúng mật khẩu"}, {"khoi", "đúng mật khẩu"}} {
		w := signIn(s, try[0], try[1], "")
		body := strings.ReplaceAll(w.Body.String(), `value="`+try[0]+`"`, "NAME")
		if i == 0 {
			first = body
		}
		if w.Code != 401 || body != first {
			t.Errorf("%s answers differently (%d)", try[0], w.Code)
		}
	}
}

func TestLockout(t *testing.T) {
	s := newSite(t)
	withPassword(t, s, "lan", "đúng mật khẩu")
	for range maxFailures {
		if w := signIn(s, "lan", "sai", ""); w.Code != 401 {
			t.Fatalf("wrong password: %d", w.Code)
		}
	}
	if w := signIn(s, "lan", "đúng mật khẩu", ""); w.Code != 401 {
		t.Errorf("locked account signs in: %d", w.Code)
	}
	if got := s.accounts.users["lan"].Failures; got != maxFailures {
		t.Errorf("%d failures counted, want %d: trying on must not prolong the lock", got, maxFailures)
	}
	s.clock = now.Add(lockout)
	if w := signIn(s, "lan", "đúng mật khẩu", ""); w.Code != 303 {
		t.Errorf("after the lock: %d", w.Code)
	}
	if got := s.accounts.users["lan"].Failures; got != 0 {
		t.Errorf("%d failures after signing in, want 0", got)
	}
}

func TestSignInRate(t *testing.T) {
	s := newSite(t)
	last := 0
	for range signInRate + 1 {
		last = signIn(s, "khong.co", "x", "").Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("try %d: %d, want 429", signInRate+1, last)
	}
	s.clock = now.Add(time.Minute)
	if w := signIn(s, "khong.co", "x", ""); w.Code != 401 {
		t.Errorf("a minute later: %d, want 401", w.Code)
	}
}

func TestSignOut(t *testing.T) {
	s := newSite(t)
	c := s.as("lan")
	r := httptest.NewRequest("POST", "/sign-out", nil)
	r.AddCookie(c)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 303 || len(s.accounts.sessions) != 0 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("%d, %d sessions left, cookies %v", w.Code, len(s.accounts.sessions), w.Result().Cookies())
	}
}

// TestSetup: the first user is made once, and only from the machine itself.
func TestSetup(t *testing.T) {
	s := newSite(t)
	s.accounts.users = nil
	s.accounts = newAccounts()
	h, err := New(options(s.desk, s.accounts))
	if err != nil {
		t.Fatal(err)
	}
	try := func(remote, host string, f url.Values, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "http://"+host+"/setup", strings.NewReader(f.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = remote
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	good := url.Values{"name": {"quan.tri"}, "password": {"mật khẩu dài"}, "again": {"mật khẩu dài"}}
	const local, here = "127.0.0.1:4444", "127.0.0.1:8080"
	tests := []struct {
		name, remote, host string
		form               url.Values
		header             []string
		status             int
	}{
		{"from elsewhere", "203.0.113.9:1", here, good, nil, 404},
		{"through a proxy", local, here, good, []string{"X-Forwarded-For", "203.0.113.9"}, 404},
		{"by a name that resolves to us", local, "rebind.example", good, nil, 404},
		{"short password", local, here, url.Values{"name": {"quan.tri"}, "password": {"ngắn"}, "again": {"ngắn"}}, nil, 422},
		{"differing", local, here, url.Values{"name": {"quan.tri"}, "password": {"mật khẩu dài"}, "again": {"mật khẩu"}}, nil, 422},
		{"bad name", local, here, url.Values{"name": {"Quản trị"}, "password": {"mật khẩu dài"}, "again": {"mật khẩu dài"}}, nil, 422},
		{"good", local, here, good, nil, 303},
		{"again", local, here, good, nil, 404},
	}
	for _, tt := range tests {
		if w := try(tt.remote, tt.host, tt.form, tt.header...); w.Code != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.status)
		}
	}
	if a := s.accounts.users["quan.tri"]; a.Role != "admin" || a.Hash == "" {
		t.Errorf("made %+v, want the administrator", a)
	}
}

func TestUsers(t *testing.T) {
	s := newSite(t)
	add := func(name, role, unit, password string) int {
		return s.do("quan.tri", "POST", "/users", url.Values{"name": {name}, "role": {role}, "unit": {unit}, "password": {password}}).Code
	}
	for _, tt := range []struct {
		name, role, unit, password string
		status                     int
	}{
		{"moi", "reviewer", "", "mật khẩu dài", 303},
		{"moi", "leader", "", "mật khẩu dài", 422}, // exists: no change of role by accident
		{"hoa", "king", "", "mật khẩu dài", 422},
		{"hoa", "unit", "", "mật khẩu dài", 422},
		{"hoa", "unit", "Ban Tài chính", "hoa", 422},
		{"h", "reviewer", "", "mật khẩu dài", 422},
	} {
		if got := add(tt.name, tt.role, tt.unit, tt.password); got != tt.status {
			t.Errorf("add %v: %d, want %d", tt, got, tt.status)
		}
	}
	s.as("lan")
	if w := s.do("quan.tri", "POST", "/users/lan/password", url.Values{"password": {"mật khẩu mới"}}); w.Code != 303 {
		t.Errorf("reset: %d", w.Code)
	}
	if ok, err := CheckPassword("mật khẩu mới", s.accounts.users["lan"].Hash); !ok || err != nil {
		t.Errorf("password not set: %t, %v", ok, err)
	}
	for _, x := range s.accounts.sessions {
		if x.User == "lan" {
			t.Error("a session outlived the password")
		}
	}
	if w := s.do("quan.tri", "POST", "/users/quan.tri/disable", url.Values{"disabled": {"true"}}); w.Code != 422 {
		t.Errorf("disable oneself: %d, want 422", w.Code)
	}
	if w := s.do("quan.tri", "POST", "/users/lan/disable", url.Values{"disabled": {"true"}}); w.Code != 303 || s.accounts.users["lan"].Disabled.IsZero() {
		t.Errorf("disable: %d", w.Code)
	}
	if !slices.Contains(s.desk.acts, "push lan none") {
		t.Errorf("the browsers of a disabled person still hear: %v", s.desk.acts)
	}
	if w := s.do("quan.tri", "POST", "/users/nobody/password", url.Values{"password": {"mật khẩu mới"}}); w.Code != 404 {
		t.Errorf("reset of nobody: %d, want 404", w.Code)
	}
}

func TestChangePassword(t *testing.T) {
	s := newSite(t)
	withPassword(t, s, "lan", "đúng mật khẩu")
	change := func(old, password, again string) *httptest.ResponseRecorder {
		return s.do("lan", "POST", "/account/password", url.Values{"old": {old}, "password": {password}, "again": {again}})
	}
	if w := change("sai", "mật khẩu mới", "mật khẩu mới"); w.Code != 422 {
		t.Errorf("wrong old password: %d", w.Code)
	}
	if w := change("đúng mật khẩu", "aaaaaaaaaaaa", "aaaaaaaaaaaa"); w.Code != 422 {
		t.Errorf("easy password: %d", w.Code)
	}
	if w := change("đúng mật khẩu", "mật khẩu mới", "mật khẩu mới"); w.Code != 303 || len(s.accounts.sessions) != 1 {
		t.Errorf("%d, %d sessions; want the new one only", w.Code, len(s.accounts.sessions))
	}
}

// Behind a proxy on this machine each visitor has an address of their own;
// from elsewhere nobody may choose one.
func TestPeer(t *testing.T) {
	for _, tt := range [][3]string{
		{"127.0.0.1:5", "", "127.0.0.1"}, {"127.0.0.1:5", "203.0.113.7", "203.0.113.7"},
		{"127.0.0.1:5", "198.51.100.9, 203.0.113.7", "203.0.113.7"}, {"203.0.113.8:5", "198.51.100.9", "203.0.113.8"},
	} {
		r := httptest.NewRequest("POST", "/sign-in", nil)
		r.RemoteAddr = tt[0]
		if tt[1] != "" {
			r.Header.Set("X-Forwarded-For", tt[1])
		}
		if got := peer(r); got != tt[2] {
			t.Errorf("peer of %s with %q = %s, want %s", tt[0], tt[1], got, tt[2])
		}
	}
}

// Under HTTPS every cookie is for HTTPS alone, the session's for this host
// and path alone; no script reads any, and no other site's form carries them.
func TestSecureCookies(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := newSite(t, func(o *Options) { o.Secure = secure })
		withPassword(t, s, "lan", "mot mat khau dai")
		cookies := signIn(s, "lan", "mot mat khau dai", "/inbox").Result().Cookies()
		cookies = append(cookies, s.do("", "POST", "/language", url.Values{"lang": {"en"}, "next": {"/"}}).Result().Cookies()...)
		if len(cookies) < 1 {
			t.Fatal("no cookie")
		}
		session := false
		for _, c := range cookies {
			if c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("HTTPS %t: %v", secure, c)
			}
			if strings.HasPrefix(c.Name, "__Host-") {
				session = true
				if c.Path != "/" || c.Domain != "" {
					t.Errorf("browsers refuse %v", c)
				}
			}
		}
		if session != secure {
			t.Errorf("HTTPS %t: cookies %v", secure, cookies)
		}
	}
}
