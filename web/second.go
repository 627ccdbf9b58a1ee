package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"langnghe/review"
)

// approvers are those whose signature lets something leave; they need a
// second factor unless the configuration says otherwise.
var approvers = []review.Role{review.Leader, review.Justice}

// pendingFor is how long a person may look for the telephone.
const pendingFor = 5 * time.Minute

// pendings are sign-ins whose password was right and whose code is missing.
type pendings struct {
	mu sync.Mutex
	by map[string]pending // by the stored form of a token
}

type pending struct {
	name, next, how string
	until           time.Time
	wrong           int
}

func (p *pendings) add(x pending) string {
	token, id := newToken()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil {
		p.by = map[string]pending{}
	}
	for k, old := range p.by {
		if !old.until.After(x.until.Add(-pendingFor)) {
			delete(p.by, k)
		}
	}
	if len(p.by) > 1000 { // passwords were right for all of them: never in one house
		clear(p.by)
	}
	p.by[id] = x
	return token
}

func (p *pendings) get(token string, now time.Time) (pending, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.by[storedToken(token)]
	return x, ok && now.Before(x.until)
}

// miss counts a wrong code; after five the password is asked for again.
func (p *pendings) miss(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.by[storedToken(token)]
	if x.wrong++; !ok || x.wrong >= maxFailures {
		delete(p.by, storedToken(token))
		return
	}
	p.by[storedToken(token)] = x
}

func (p *pendings) end(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.by, storedToken(token))
}

type codePage struct {
	frame
	Token, Problem string
}

// enter starts a session, or asks for the code first. how is what the person
// has proved already: "password" or "oidc".
func (s *server) enter(w http.ResponseWriter, r *http.Request, name, next, how string) error {
	f, err := s.Accounts.SecondFactor(r.Context(), name)
	switch {
	case errors.Is(err, review.ErrNotFound) || err == nil && f.Since.IsZero():
		// Wrong passwords are forgotten once somebody is in, not before a code.
		if err := s.Accounts.ClearFailures(r.Context(), name); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		return s.admit(w, r, name, next, how)
	case err != nil:
		return fmt.Errorf("sign in: %w", err)
	}
	token := s.unproved.add(pending{name: name, next: next, how: how, until: s.Clock().Add(pendingFor)})
	return s.render(w, r, "code", codePage{frame: s.frame(r, visitorOf(r).t.T("code.title")), Token: token})
}

// signInCode takes the code of a sign-in whose password was right. Every code
// works once, and wrong ones lock the account as wrong passwords do.
func (s *server) signInCode(w http.ResponseWriter, r *http.Request) error {
	if !s.door.allow(peer(r), s.Clock()) {
		w.Header().Set("Retry-After", "60")
		return &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
	}
	ctx, now, token, t := r.Context(), s.Clock(), r.FormValue("token"), visitorOf(r).t
	p, ok := s.unproved.get(token, now)
	if !ok {
		page := s.doorPage(r)
		page.Problem = t.T("code.late")
		return s.renderStatus(w, r, http.StatusUnauthorized, "signin", page)
	}
	user, err := s.Accounts.User(ctx, p.name)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	right := false
	if !now.Before(user.Locked) && user.Disabled.IsZero() {
		if right, err = s.proves(r, p.name, r.FormValue("code"), now); err != nil {
			return err
		}
	}
	if !right {
		s.door.fail(peer(r), now)
		s.unproved.miss(token)
		until := time.Time{}
		if (user.Failures+1)%maxFailures == 0 {
			until = now.Add(lockout)
		}
		if err := s.Accounts.NoteFailure(ctx, p.name, until); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		return s.renderStatus(w, r, http.StatusUnauthorized, "code", codePage{frame: s.frame(r, t.T("code.title")), Token: token, Problem: t.T("code.wrong")})
	}
	s.unproved.end(token)
	if err := s.Accounts.ClearFailures(ctx, p.name); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return s.admit(w, r, p.name, p.next, p.how+", code")
}

// proves takes a code of the authenticator or a recovery code, and uses it up.
func (s *server) proves(r *http.Request, name, code string, now time.Time) (bool, error) {
	f, err := s.Accounts.SecondFactor(r.Context(), name)
	if err != nil {
		return false, fmt.Errorf("second factor of %s: %w", name, err)
	}
	if step, ok := checkTOTP(f.Secret, code, now); ok {
		return s.Accounts.UseStep(r.Context(), name, step)
	}
	stored := recoveryForm(code)
	if !slices.Contains(f.Recovery, stored) {
		return false, nil
	}
	used, err := s.Accounts.UseRecovery(r.Context(), name, stored)
	if err != nil || !used {
		return false, err
	}
	return true, s.record(r, "second.recovery", name, "")
}

// needsSecond reports whether a person must set up a second factor before
// anything else.
func (s *server) needsSecond(r *http.Request, u *review.User) (bool, error) {
	if u == nil || !s.SecondFactor || !slices.Contains(approvers, u.Role) {
		return false, nil
	}
	f, err := s.Accounts.SecondFactor(r.Context(), u.Name)
	if err != nil && !errors.Is(err, review.ErrNotFound) {
		return false, fmt.Errorf("second factor of %s: %w", u.Name, err)
	}
	return f.Since.IsZero(), nil
}

// free are the pages for somebody who still has to set it up.
func free(path string) bool {
	return path == "/account/second" || path == "/sign-out" || path == "/language" || path == "/sign-in" || path == "/privacy" || path == "/livez" || path == "/readyz" || strings.HasPrefix(path, "/static/")
}

// sendToSecond sends a person to set it up; a program is refused.
func (s *server) sendToSecond(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet || wantsJSON(r) || strings.HasPrefix(r.URL.Path, "/api/") {
		return &problem{status: http.StatusForbidden, key: "problem.second"}
	}
	http.Redirect(w, r, "/account/second", http.StatusSeeOther)
	return nil
}

type secondPage struct {
	frame
	On      bool
	Must    bool // the role needs it
	Secret  string
	Image   qrImage
	Codes   []string // shown once
	Left    int
	Problem string
}

func (s *server) secondPage(w http.ResponseWriter, r *http.Request) error {
	return s.showSecond(w, r, http.StatusOK, secondPage{})
}

func (s *server) showSecond(w http.ResponseWriter, r *http.Request, status int, p secondPage) error {
	u := by(r)
	p.frame, p.Must = s.frame(r, visitorOf(r).t.T("second.title")), s.SecondFactor && slices.Contains(approvers, u.Role)
	f, err := s.Accounts.SecondFactor(r.Context(), u.Name)
	if errors.Is(err, review.ErrNotFound) {
		f = review.SecondFactor{Secret: newSecret()}
		err = s.Accounts.PutSecondFactor(r.Context(), u.Name, f)
	}
	if err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	p.On, p.Left = !f.Since.IsZero(), len(f.Recovery)
	if !p.On {
		p.Secret = f.Secret
		if p.Image, err = qrOf(totpURI(f.Secret, u.Name, "Lang Nghe")); err != nil {
			return err
		}
	}
	return s.renderStatus(w, r, status, "second", p)
}

// setSecond switches the second factor on with a code that shows that the
// authenticator works, or off with one, which approvers cannot.
func (s *server) setSecond(w http.ResponseWriter, r *http.Request) error {
	ctx, u, now, t := r.Context(), by(r), s.Clock(), visitorOf(r).t
	if !s.door.allow(peer(r), now) {
		return &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
	}
	f, err := s.Accounts.SecondFactor(ctx, u.Name)
	if err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	wrong := func() error {
		s.door.fail(peer(r), now)
		if err := s.Accounts.NoteFailure(ctx, u.Name, time.Time{}); err != nil {
			return fmt.Errorf("second factor: %w", err)
		}
		return s.showSecond(w, r, http.StatusUnprocessableEntity, secondPage{Problem: t.T("code.wrong")})
	}
	if !f.Since.IsZero() { // off, or new recovery codes
		right, err := s.proves(r, u.Name, r.FormValue("code"), now)
		if err != nil {
			return err
		}
		if !right {
			return wrong()
		}
		if r.FormValue("act") == "off" && !(s.SecondFactor && slices.Contains(approvers, u.Role)) {
			if err := s.Accounts.DropSecondFactor(ctx, u.Name); err != nil {
				return fmt.Errorf("second factor: %w", err)
			}
			if err := s.record(r, "second.off", u.Name, ""); err != nil {
				return err
			}
			return seeOther(w, r, "/account", "second_off")
		}
		if f, err = s.Accounts.SecondFactor(ctx, u.Name); err != nil {
			return fmt.Errorf("second factor: %w", err)
		}
	} else {
		step, ok := checkTOTP(f.Secret, r.FormValue("code"), now)
		if !ok {
			return wrong()
		}
		f.Since, f.Step = now, step
	}
	codes, stored := newRecovery()
	f.Recovery = stored
	if err := s.Accounts.PutSecondFactor(ctx, u.Name, f); err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	if err := s.record(r, "second.on", u.Name, ""); err != nil {
		return err
	}
	return s.showSecond(w, r, http.StatusOK, secondPage{Codes: codes})
}

// resetSecond is the administrator's help for somebody who lost telephone
// and recovery codes: the next sign-in sets it up anew. Sessions end.
func (s *server) resetSecond(w http.ResponseWriter, r *http.Request) error {
	if err := s.dropSecond(r, r.PathValue("name")); err != nil {
		return err
	}
	return seeOther(w, r, "/users", "second_reset")
}

func (s *server) dropSecond(r *http.Request, name string) error {
	if _, err := s.Accounts.User(r.Context(), name); err != nil {
		return err
	}
	if err := s.Accounts.DropSecondFactor(r.Context(), name); err != nil {
		return fmt.Errorf("second factor of %s: %w", name, err)
	}
	if err := s.Accounts.DropSessions(r.Context(), name); err != nil {
		return fmt.Errorf("second factor of %s: %w", name, err)
	}
	return s.record(r, "second.reset", name, "")
}
