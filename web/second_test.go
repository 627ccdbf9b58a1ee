package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The examples of RFC 6238, appendix B, for HMAC-SHA-1.
func TestRFC6238(t *testing.T) {
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := totpCode([]byte("12345678901234567890"), at/30, 8); got != want {
			t.Errorf("code at %d = %s, want %s", at, got, want)
		}
	}
	secret := newSecret()
	raw, _ := base32Text.DecodeString(secret)
	at := time.Unix(1_800_000_000, 0)
	for off, ok := range map[time.Duration]bool{0: true, -30 * time.Second: true, 30 * time.Second: true, -90 * time.Second: false, 90 * time.Second: false} {
		code := totpCode(raw, at.Add(off).Unix()/30, 6)
		if _, got := checkTOTP(secret, " "+code[:3]+" "+code[3:], at); got != ok {
			t.Errorf("the code of %v later: %v, want %v", off, got, ok)
		}
	}
	if _, ok := checkTOTP("not base32!", "000000", at); ok {
		t.Error("a broken secret takes a code")
	}
}

func codeNow(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	raw, err := base32Text.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return totpCode(raw, at.Unix()/30, 6)
}

var hidden = regexp.MustCompile(`name="token" value="([^"]+)"`)

// The whole way of an approver: nothing before it is set up, then a code at
// every sign-in, each once; a recovery code stands in; the administrator helps.
func TestSecondFactor(t *testing.T) {
	s := newSite(t, func(o *Options) { o.SecondFactor = true })
	withPassword(t, s, "chu.tich", "đúng mật khẩu")
	for _, tt := range []struct {
		method, path string
		want         int
	}{{"GET", "/cases", 303}, {"POST", "/cases/V-2026-0040/approve", 403}, {"GET", "/api/v1/inbox", 403}, {"GET", "/account/second", 200}} {
		if w := s.do("chu.tich", tt.method, tt.path, url.Values{}); w.Code != tt.want {
			t.Errorf("%s %s without a second factor: %d, want %d", tt.method, tt.path, w.Code, tt.want)
		}
	}
	if len(s.desk.acts) > 0 && strings.Contains(strings.Join(s.desk.acts, " "), "approve") {
		t.Errorf("did %v", s.desk.acts)
	}
	if w := s.do("lan", "GET", "/inbox", nil); w.Code != 200 {
		t.Errorf("a reviewer is asked for it: %d", w.Code)
	}
	page := s.do("chu.tich", "GET", "/account/second", nil).Body.String()
	secret := s.accounts.second["chu.tich"].Secret
	if !strings.Contains(page, secret) || !strings.Contains(page, `<path fill="#000" d="M`) {
		t.Errorf("the page shows no key:\n%s", page)
	}
	if w := s.do("chu.tich", "POST", "/account/second", form("code", "000000")); w.Code != 422 || !s.accounts.second["chu.tich"].Since.IsZero() {
		t.Errorf("a wrong code switches it on: %d", w.Code)
	}
	w := s.do("chu.tich", "POST", "/account/second", form("code", codeNow(t, secret, s.clock)))
	codes := regexp.MustCompile(`<code>([a-z0-9]{5}-[a-z0-9]{5})</code>`).FindAllStringSubmatch(w.Body.String(), -1)
	if w.Code != 200 || len(codes) != recoveries {
		t.Fatalf("%d, %d recovery codes:\n%s", w.Code, len(codes), w.Body)
	}
	if page := s.do("chu.tich", "GET", "/account/second", nil).Body.String(); strings.Contains(page, secret) || strings.Contains(page, codes[0][1]) {
		t.Error("the key or the codes are shown again")
	}
	if w := s.do("chu.tich", "GET", "/cases", nil); w.Code != 200 {
		t.Errorf("after it is set up: %d", w.Code)
	}

	ask := func() (token string) {
		t.Helper()
		w := signIn(s, "chu.tich", "đúng mật khẩu", "/cases")
		if len(w.Result().Cookies()) > 0 || w.Code != 200 {
			t.Fatalf("the password alone: %d, cookies %v", w.Code, w.Result().Cookies())
		}
		return html.UnescapeString(hidden.FindStringSubmatch(w.Body.String())[1])
	}
	try := func(token, code string) *httptest.ResponseRecorder {
		return s.do("", "POST", "/sign-in/code", form("token", token, "code", code))
	}
	token := ask()
	if w := try(token, codeNow(t, secret, s.clock)); w.Code != 401 {
		t.Errorf("the code of the enrolment works again: %d", w.Code)
	}
	s.clock = s.clock.Add(time.Minute)
	good := codeNow(t, secret, s.clock)
	if w := try(token, good); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/cases" || len(w.Result().Cookies()) == 0 {
		t.Errorf("a good code: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := try(token, good); w.Code != 401 {
		t.Errorf("the sign-in works twice: %d", w.Code)
	}
	if w := try(ask(), strings.ToUpper(codes[0][1])); w.Code != http.StatusSeeOther {
		t.Errorf("a recovery code: %d", w.Code)
	}
	if w := try(ask(), codes[0][1]); w.Code != 401 {
		t.Errorf("a recovery code works twice: %d", w.Code)
	}
	token = ask()
	s.clock = s.clock.Add(pendingFor)
	if w := try(token, codes[1][1]); w.Code != 401 {
		t.Errorf("after five minutes: %d", w.Code)
	}

	// Guessing ends: the account rests, even for the right code.
	if err := s.accounts.ClearFailures(t.Context(), "chu.tich"); err != nil {
		t.Fatal(err)
	}
	// … also when the right password is given again before each code.
	for range maxFailures {
		try(ask(), "123123")
		s.clock = s.clock.Add(10 * time.Second) // an address has 20 tries a minute
	}
	if a := s.accounts.users["chu.tich"]; !s.clock.Before(a.Locked) {
		t.Errorf("after %d wrong codes the account is open: %+v", maxFailures, a)
	}
	if w := try(token, codes[1][1]); w.Code != 401 {
		t.Errorf("a code while the account rests: %d", w.Code)
	}

	if w := s.do("chu.tich", "POST", "/account/second", form("act", "off", "code", codes[2][1])); s.accounts.second["chu.tich"].Since.IsZero() {
		t.Errorf("an approver switches it off: %d", w.Code)
	}
	if w := s.do("quan.tri", "POST", "/users/chu.tich/second", form()); w.Code != 303 {
		t.Errorf("reset by the administrator: %d", w.Code)
	}
	if _, err := s.accounts.SecondFactor(t.Context(), "chu.tich"); err == nil {
		t.Error("it was not reset")
	}
}

// Who need not have one may have one, and leave it.
func TestSecondFactorByChoice(t *testing.T) {
	s := newSite(t)
	s.do("lan", "GET", "/account/second", nil)
	secret := s.accounts.second["lan"].Secret
	s.do("lan", "POST", "/account/second", form("code", codeNow(t, secret, s.clock)))
	if s.accounts.second["lan"].Since.IsZero() {
		t.Fatal("it is not on")
	}
	s.clock = s.clock.Add(time.Minute)
	if w := s.do("lan", "POST", "/account/second", form("act", "off", "code", codeNow(t, secret, s.clock))); w.Code != 303 {
		t.Errorf("off: %d", w.Code)
	}
	if _, err := s.accounts.SecondFactor(t.Context(), "lan"); err == nil {
		t.Error("it is still on")
	}
}

func TestQR(t *testing.T) {
	q, err := qrOf(totpURI("JBSWY3DPEHPK3PXP", "chu.tich", "Lang Nghe"))
	if err != nil || q.Size < 29 || !strings.HasPrefix(q.Path, "M4 4h1v1h-1z") {
		t.Errorf("qrOf = %+v, %v: want the corner of a finder pattern", q.Size, err)
	}
	if regexp.MustCompile(`[^Mhvz0-9 -]`).MatchString(q.Path) {
		t.Error("the path has something else than strokes")
	}
	if u, err := url.Parse(totpURI("S", "a b", "Lang Nghe")); err != nil || u.Scheme != "otpauth" || u.Query().Get("secret") != "S" || u.Query().Get("issuer") != "Lang Nghe" {
		t.Errorf("URI %v, %v", u, err)
	}
}

// TestUnlock: the administrator opens an account that rests.
func TestUnlock(t *testing.T) {
	s := newSite(t)
	withPassword(t, s, "lan", "đúng mật khẩu")
	if err := s.accounts.NoteFailure(t.Context(), "lan", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if w := signIn(s, "lan", "đúng mật khẩu", "/"); w.Code != http.StatusUnauthorized {
		t.Fatalf("locked: %d", w.Code)
	}
	if page := s.do("quan.tri", "GET", "/users", nil).Body.String(); strings.Count(page, "/unlock") != 1 {
		t.Errorf("no button, or more than one:\n%s", page)
	}
	if w := s.do("quan.tri", "POST", "/users/lan/unlock", url.Values{}); w.Code != http.StatusSeeOther || !slices.Contains(s.desk.acts, "audit quan.tri user.unlock lan") {
		t.Errorf("%d, audit %q", w.Code, s.desk.acts)
	}
	if w := signIn(s, "lan", "đúng mật khẩu", "/"); w.Code != http.StatusSeeOther {
		t.Errorf("opened: %d", w.Code)
	}
}
