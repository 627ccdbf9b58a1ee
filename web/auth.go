package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"langnghe/review"
)

// How sign-in defends itself.
const (
	sessionLife = 12 * time.Hour   // a working day
	maxFailures = 5                // in a row, then the account rests
	lockout     = 15 * time.Minute //
	signInRate  = 20               // tries a minute from one address
)

// door guards sign-in.
type door struct {
	dummy   func() string // hash that unknown users are checked against
	hashing hashing
	first   sync.Mutex // one first user, even when two ask at once
	mu      sync.Mutex
	tries   map[string]*tries // by address
}

type tries struct {
	n     int
	since time.Time
}

func (d *door) init() {
	d.dummy = sync.OnceValue(func() string {
		token, _ := newToken()
		return HashPassword(token)
	})
	d.hashing = make(hashing, 2)
	d.tries = map[string]*tries{}
}

// allow reports whether an address may try again, and fail counts a wrong
// try. Addresses are forgotten after a minute.
func (d *door) allow(addr string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tries[addr]
	return t == nil || now.Sub(t.since) >= time.Minute || t.n < signInRate
}

func (d *door) fail(addr string, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tries) > 10_000 { // somebody has many addresses
		clear(d.tries)
	}
	t := d.tries[addr]
	if t == nil || now.Sub(t.since) >= time.Minute || now.Before(t.since) {
		t = &tries{since: now}
		d.tries[addr] = t
	}
	t.n++
}

// cookie is the name of the session cookie. With the prefix, browsers refuse
// it from other hosts and over plain HTTP.
func (s *server) cookie() string {
	if s.Secure {
		return "__Host-langnghe"
	}
	return "langnghe"
}

// visitor finds out who asks.
func (s *server) visitor(r *http.Request) (visitor, error) {
	v := visitor{t: s.tongue(r)}
	if token, ok := bearer(r); ok {
		return s.tokenVisitor(r, v, token)
	}
	c, err := r.Cookie(s.cookie())
	if err != nil || c.Value == "" || len(c.Value) > 100 {
		return v, nil
	}
	id := storedToken(c.Value)
	session, user, err := s.Accounts.Session(r.Context(), id, s.Clock())
	switch {
	case errors.Is(err, review.ErrNotFound):
		return v, nil
	case err != nil:
		return v, fmt.Errorf("session: %w", err)
	case user.Name == "" || !user.Disabled.IsZero() || !s.Clock().Before(session.Expires):
		return v, nil
	}
	u := user.User()
	v.user, v.session = &u, id
	return v, nil
}

type signInPage struct {
	frame
	Name, Next, Problem string
	Setup               bool // the first user is made here
	Starting            bool // the sample ward moves in: the page looks again by itself
	Min                 int
	SignOn              string // name of the provider that people may sign in with as well
}

// doorPage is the page on which people sign in.
func (s *server) doorPage(r *http.Request) signInPage {
	p := signInPage{frame: s.frame(r, visitorOf(r).t.T("signin.title"))}
	if s.SignOn != nil {
		p.SignOn = s.SignOnName
	}
	return p
}

func (s *server) signInPage(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	if v.user != nil {
		http.Redirect(w, r, localPath(r.FormValue("next")), http.StatusSeeOther)
		return nil
	}
	if fresh, err := s.fresh(r.Context()); err != nil {
		return err
	} else if fresh && s.starting() {
		page := s.doorPage(r)
		page.Starting = true
		w.Header().Set("Refresh", "1")
		return s.render(w, r, "signin", page)
	} else if fresh && direct(r) {
		http.Redirect(w, r, "/setup", http.StatusSeeOther)
		return nil
	}
	page := s.doorPage(r)
	page.Next = localPath(r.FormValue("next"))
	return s.render(w, r, "signin", page)
}

// signIn takes the same time and gives the same answer whether the name is
// unknown, the password wrong, or the account locked or disabled.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) error {
	if !s.door.allow(peer(r), s.Clock()) {
		w.Header().Set("Retry-After", "60")
		return &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
	}
	ctx, now := r.Context(), s.Clock()
	name := strings.ToLower(strings.TrimSpace(r.FormValue("name")))
	user, err := s.Accounts.User(ctx, name)
	known := err == nil
	if err != nil && !errors.Is(err, review.ErrNotFound) {
		return fmt.Errorf("sign in: %w", err)
	}
	hash := s.door.dummy() // the first time it takes longer, whoever asks
	if known && user.Hash != "" {
		hash = user.Hash
	}
	var right bool
	if busy := s.door.hashing.do(ctx, func() { right, err = CheckPassword(r.FormValue("password"), hash) }); busy != nil {
		return busy
	}
	if err != nil && known {
		return fmt.Errorf("sign in %s: %w", name, err)
	}
	locked := known && now.Before(user.Locked)
	if !known || !right || locked || !user.Disabled.IsZero() {
		s.door.fail(peer(r), now)
		if known && !locked {
			until := time.Time{}
			if (user.Failures+1)%maxFailures == 0 {
				until = now.Add(lockout)
			}
			if err := s.Accounts.NoteFailure(ctx, name, until); err != nil {
				return fmt.Errorf("sign in: %w", err)
			}
		}
		t := visitorOf(r).t
		page := s.doorPage(r)
		page.Name, page.Next, page.Problem = name, localPath(r.FormValue("next")), t.T("signin.wrong", maxFailures, int(lockout/time.Minute))
		return s.renderStatus(w, r, http.StatusUnauthorized, "signin", page)
	}
	return s.enter(w, r, user.Name, localPath(r.FormValue("next")), "password")
}

// admit starts a session. The audit log says how the person proved who they
// are.
func (s *server) admit(w http.ResponseWriter, r *http.Request, name, next, how string) error {
	token, id := newToken()
	now := s.Clock()
	if err := s.recordAs(r, name, "user.sign_in", name, how); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := s.Accounts.AddSession(r.Context(), review.Session{Token: id, User: name, Created: now, Seen: now, Expires: now.Add(sessionLife)}); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: token, Path: "/", MaxAge: int(sessionLife / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure})
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.DropSession(r.Context(), visitorOf(r).session); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	s.forget(w)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

func (s *server) forget(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure})
}

// fresh reports whether nobody can sign in yet.
func (s *server) fresh(ctx context.Context) (bool, error) {
	users, err := s.Accounts.Users(ctx)
	if err != nil {
		return false, fmt.Errorf("users: %w", err)
	}
	return len(users) == 0, nil
}

// starting reports whether a replay is under way: the people of the sample
// ward come with it, and nobody else is to make the first account.
func (s *server) starting() bool {
	if s.Progress == nil {
		return false
	}
	done, _, _ := s.Progress()
	return !done
}

// setupPage makes the first user, the administrator. Only the person at the
// machine can: the page exists as long as there is no user, and only for
// requests that come from the machine itself.
func (s *server) setupPage(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayBegin(r); err != nil {
		return err
	}
	return s.render(w, r, "setup", signInPage{frame: s.frame(r, visitorOf(r).t.T("setup.title")), Setup: true, Min: MinPassword})
}

func (s *server) mayBegin(r *http.Request) error {
	fresh, err := s.fresh(r.Context())
	if err != nil {
		return err
	}
	if !fresh || !direct(r) || s.starting() {
		return errNotFound
	}
	return nil
}

func (s *server) setup(w http.ResponseWriter, r *http.Request) error {
	s.door.first.Lock()
	defer s.door.first.Unlock()
	if err := s.mayBegin(r); err != nil {
		return err
	}
	name, password := strings.ToLower(strings.TrimSpace(r.FormValue("name"))), r.FormValue("password")
	key, ok := goodPassword(password, name)
	if !goodName(name) {
		key, ok = "users.bad_name", false
	}
	if ok && password != r.FormValue("again") {
		key, ok = "password.differ", false
	}
	t := visitorOf(r).t
	if !ok {
		page := signInPage{frame: s.frame(r, t.T("setup.title")), Setup: true, Name: name, Min: MinPassword, Problem: t.T(key, MinPassword)}
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "setup", page)
	}
	account := review.Account{Name: name, Role: review.Admin, Hash: HashPassword(password), Created: s.Now()}
	if err := s.Accounts.PutUser(r.Context(), account); err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	if err := s.record(r, "user.setup", name, ""); err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	return s.admit(w, r, name, "/users?done=setup", "setup")
}

// goodName keeps names of users short, plain and without surprises.
func goodName(name string) bool {
	if len(name) < 2 || len(name) > 32 {
		return false
	}
	return strings.IndexFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_'
	}) < 0
}

// host is the address that asks.
func host(r *http.Request) string {
	h, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return h
}

// peer is where a sign-in comes from: behind a proxy on this machine, the
// address that the proxy saw.
func peer(r *http.Request) string {
	h := host(r)
	ip := net.ParseIP(h)
	if ip != nil && ip.IsLoopback() {
		through := r.Header.Get("X-Forwarded-For")
		if i := strings.LastIndexByte(through, ','); i >= 0 {
			through = through[i+1:]
		}
		if through = strings.TrimSpace(through); through != "" {
			h, ip = through, net.ParseIP(through)
		}
	}
	// A household or a rented machine has a whole /64 of addresses.
	if ip != nil && ip.To4() == nil {
		return (&net.IPNet{IP: ip.Mask(net.CIDRMask(64, 128)), Mask: net.CIDRMask(64, 128)}).String()
	}
	return h
}

// direct reports whether a request comes from this machine itself and not
// through a proxy that runs on it.
func direct(r *http.Request) bool {
	ip := net.ParseIP(host(r))
	if ip == nil || !ip.IsLoopback() {
		return false
	}
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	at := net.ParseIP(strings.Trim(name, "[]"))
	return strings.EqualFold(name, "localhost") || at != nil && at.IsLoopback() // else a page of another site that resolves to us
}
