package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/review"
)

// Accounts keeps who may sign in, and who is signed in. An unknown user or
// session is [review.ErrNotFound].
type Accounts interface {
	User(ctx context.Context, name string) (review.Account, error)
	Users(ctx context.Context) ([]review.Account, error)
	PutUser(ctx context.Context, a review.Account) error
	SetPassword(ctx context.Context, name, hash string) error
	DisableUser(ctx context.Context, name string, at time.Time) error // the zero time allows it again

	// AddSession keeps a session under the hash of its token; Session finds
	// it with its user, when it has not expired.
	AddSession(ctx context.Context, x review.Session) error
	Session(ctx context.Context, id string, now time.Time) (review.Session, review.Account, error)
	Sessions(ctx context.Context, name string, now time.Time) ([]review.Session, error) // that have not expired, the latest seen first
	DropSession(ctx context.Context, id string) error
	DropSessions(ctx context.Context, name string) error

	// SecondFactor is review.ErrNotFound for an account without one. UseStep
	// and UseRecovery use a code up and report whether it was there to use.
	SecondFactor(ctx context.Context, name string) (review.SecondFactor, error)
	PutSecondFactor(ctx context.Context, name string, f review.SecondFactor) error
	DropSecondFactor(ctx context.Context, name string) error
	UseStep(ctx context.Context, name string, step int64) (bool, error)
	UseRecovery(ctx context.Context, name, hash string) (bool, error)

	// NoteFailure counts a wrong password; until, when set, locks the account.
	NoteFailure(ctx context.Context, name string, until time.Time) error
	ClearFailures(ctx context.Context, name string) error
}

type accountPage struct {
	frame
	Problem string
	Min     int
	Push    *alerts.PushInfo

	Sessions     []sessionView
	Tokens       []Token // of the person
	HasTokens    bool
	NewToken     string // shown this once
	TokenProblem string
	Scopes       []string
	Days         []int
}

// account fills the page of the person who asks.
func (s *server) account(r *http.Request) (p accountPage, err error) {
	p = accountPage{frame: s.frame(r, visitorOf(r).t.T("account.title")), Min: MinPassword, Push: s.push(r), HasTokens: s.Tokens != nil, Scopes: s.scopesFor(by(r)), Days: tokenDays}
	if p.Sessions, err = s.sessionsOf(r); err == nil && s.Tokens != nil {
		p.Tokens, err = s.Tokens.Tokens(r.Context(), by(r).Name)
	}
	return p, err
}

// accountPage is where people change their own password and end sessions.
func (s *server) accountPage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.account(r)
	if err != nil {
		return err
	}
	return s.render(w, r, "account", p)
}

func (s *server) changePassword(w http.ResponseWriter, r *http.Request) error {
	ctx, t, me := r.Context(), visitorOf(r).t, by(r)
	a, err := s.Accounts.User(ctx, me.Name)
	if err != nil {
		return err
	}
	var right bool
	if busy := s.door.hashing.do(ctx, func() { right, err = CheckPassword(r.FormValue("old"), a.Hash) }); busy != nil {
		return busy
	}
	if err != nil {
		return err
	}
	password := r.FormValue("password")
	key, ok := goodPassword(password, me.Name)
	switch {
	case !right:
		key, ok = "password.old_wrong", false
	case ok && password != r.FormValue("again"):
		key, ok = "password.differ", false
	}
	if !ok {
		page, err := s.account(r)
		if err != nil {
			return err
		}
		page.Problem = t.T(key, MinPassword)
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "account", page)
	}
	if err := s.newPassword(r, me.Name, password); err != nil {
		return err
	}
	return s.admit(w, r, me.Name, "/account?done=password", "new password") // the old session ended with the others
}

// newPassword sets a password and ends every session and token of the user.
func (s *server) newPassword(r *http.Request, name, password string) error {
	var hash string
	if err := s.door.hashing.do(r.Context(), func() { hash = HashPassword(password) }); err != nil {
		return err
	}
	if err := s.Accounts.SetPassword(r.Context(), name, hash); err != nil {
		return fmt.Errorf("password of %s: %w", name, err)
	}
	if err := s.Accounts.DropSessions(r.Context(), name); err != nil {
		return fmt.Errorf("password of %s: %w", name, err)
	}
	if s.Tokens != nil {
		if err := s.Tokens.DropToken(r.Context(), 0, name); err != nil {
			return fmt.Errorf("password of %s: %w", name, err)
		}
	}
	if err := s.Accounts.ClearFailures(r.Context(), name); err != nil {
		return fmt.Errorf("password of %s: %w", name, err)
	}
	return s.record(r, "user.password", name, "")
}

func (s *server) dropSessions(w http.ResponseWriter, r *http.Request) error {
	id := r.FormValue("id")
	if err := s.endSession(r, id); err != nil {
		return err
	}
	if id != "" && id != sessionID(visitorOf(r).session) {
		return seeOther(w, r, "/account", "session")
	}
	s.forget(w)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

// A sessionView is a session of the person who asks.
type sessionView struct {
	review.Session
	ID   string
	Here bool // it is the one that asks
}

// sessionID names a session on pages; it is no key to it.
func sessionID(stored string) string { return stored[:min(len(stored), 12)] }

func (s *server) sessionsOf(r *http.Request) (out []sessionView, err error) {
	list, err := s.Accounts.Sessions(r.Context(), by(r).Name, s.Clock())
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	for _, x := range list {
		out = append(out, sessionView{x, sessionID(x.Token), x.Token == visitorOf(r).session})
	}
	return out, nil
}

// endSession ends one session of the person who asks, or all of them.
func (s *server) endSession(r *http.Request, id string) error {
	if id == "" {
		if err := s.Accounts.DropSessions(r.Context(), by(r).Name); err != nil {
			return err
		}
		return s.record(r, "session.drop", "", "all")
	}
	list, err := s.sessionsOf(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(x sessionView) bool { return x.ID == id })
	if i < 0 {
		return errNotFound
	}
	if err := s.Accounts.DropSession(r.Context(), list[i].Token); err != nil {
		return err
	}
	return s.record(r, "session.drop", id, "")
}

type usersPage struct {
	frame
	Users   []review.Account
	Roles   []review.Role
	Units   []string
	Problem string
	Name    string
	Role    review.Role
	Unit    string
	Min     int
	Now     time.Time
}

// Locked reports whether a user's sign-in rests after wrong passwords.
func (p usersPage) Locked(a review.Account) bool {
	return p.Now.Before(a.Locked)
}

func (s *server) users(w http.ResponseWriter, r *http.Request) error {
	return s.usersPage(w, r, http.StatusOK, usersPage{Role: review.Reviewer})
}

func (s *server) usersPage(w http.ResponseWriter, r *http.Request, status int, p usersPage) error {
	users, err := s.Accounts.Users(r.Context())
	if err != nil {
		return fmt.Errorf("users: %w", err)
	}
	slices.SortFunc(users, func(a, b review.Account) int { return strings.Compare(a.Name, b.Name) })
	p.frame = s.frame(r, visitorOf(r).t.T("users.title"))
	p.Users, p.Roles, p.Units, p.Min, p.Now = users, roles, s.Units, MinPassword, s.Clock()
	return s.renderStatus(w, r, status, "users", p)
}

// putUser adds a user, or changes the role and unit of one. A change of what
// somebody may do ends their sessions.
func (s *server) putUser(w http.ResponseWriter, r *http.Request) error {
	p := usersPage{Name: r.FormValue("name"), Role: review.Role(r.FormValue("role")), Unit: r.FormValue("unit")}
	_, err := s.newUser(r, p.Name, p.Role, p.Unit, r.FormValue("password"))
	return s.usersDone(w, r, p, "user", err)
}

// usersDone answers a form of the page: what was filled in wrong is said
// beside it.
func (s *server) usersDone(w http.ResponseWriter, r *http.Request, p usersPage, done string, err error) error {
	if text, ok := refused(err, visitorOf(r).t); ok {
		p.Problem = text
		return s.usersPage(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/users", done)
}

// newUser adds a user.
func (s *server) newUser(r *http.Request, name string, role review.Role, unit, password string) (a review.Account, err error) {
	ctx := r.Context()
	a = review.Account{Name: strings.ToLower(strings.TrimSpace(name)), Role: role, Unit: strings.TrimSpace(unit), Created: s.Now()}
	refuse := func(field, key string) (review.Account, error) {
		return a, &problem{status: http.StatusUnprocessableEntity, key: key, args: []any{MinPassword}, field: field, code: strings.TrimPrefix(key, "users.")}
	}
	switch key, ok := goodPassword(password, a.Name); {
	case !goodName(a.Name):
		return refuse("name", "users.bad_name")
	case !slices.Contains(roles, a.Role):
		return refuse("role", "users.bad_role")
	case (a.Role == review.Unit || a.Role == review.Khoi) && a.Unit == "":
		return refuse("unit", "users.needs_unit")
	case !ok:
		return refuse("password", key)
	}
	if users, err := s.Accounts.Users(ctx); err != nil {
		return a, fmt.Errorf("users: %w", err)
	} else if slices.ContainsFunc(users, func(x review.Account) bool { return x.Name == a.Name }) {
		return refuse("name", "users.exists")
	}
	if err := s.door.hashing.do(ctx, func() { a.Hash = HashPassword(password) }); err != nil {
		return a, err
	}
	if err := s.Accounts.PutUser(ctx, a); err != nil {
		return a, fmt.Errorf("add user %s: %w", a.Name, err)
	}
	return a, s.record(r, "user.add", a.Name, string(a.Role))
}

func (s *server) resetPassword(w http.ResponseWriter, r *http.Request) error {
	err := s.givePassword(r, r.PathValue("name"), r.FormValue("password"))
	return s.usersDone(w, r, usersPage{Role: review.Reviewer}, "password", err)
}

// givePassword sets the password of somebody who forgot theirs.
func (s *server) givePassword(r *http.Request, name, password string) error {
	if key, ok := goodPassword(password, name); !ok {
		return &problem{status: http.StatusUnprocessableEntity, key: key, args: []any{MinPassword}, field: "password", code: "password"}
	}
	if _, err := s.Accounts.User(r.Context(), name); err != nil {
		return err
	}
	return s.newPassword(r, name, password)
}

// disableUser stops or allows a user; the last word is never one's own, so
// that nobody locks themselves out.
func (s *server) disableUser(w http.ResponseWriter, r *http.Request) error {
	err := s.allow(r, r.PathValue("name"), r.FormValue("disabled") != "true")
	return s.usersDone(w, r, usersPage{Role: review.Reviewer}, "user", err)
}

// allow lets a user sign in again, or no more.
func (s *server) allow(r *http.Request, name string, may bool) error {
	if name == by(r).Name {
		return &problem{status: http.StatusUnprocessableEntity, key: "users.not_self", code: "not_self"}
	}
	off := !may
	var at time.Time
	if off {
		at = s.Now()
	}
	if err := s.Accounts.DisableUser(r.Context(), name, at); err != nil {
		return err
	}
	if off {
		if err := s.Accounts.DropSessions(r.Context(), name); err != nil {
			return err
		}
		if s.Push != nil { // their browsers hear nothing more
			if _, err := s.Push(r.Context(), alerts.PushRequest{User: name, Drop: "all"}); err != nil {
				return fmt.Errorf("push: %w", err)
			}
		}
	}
	act := "user.enable"
	if off {
		act = "user.disable"
	}
	return s.record(r, act, name, "")
}

// unlockUser opens an account that rests after wrong passwords.
func (s *server) unlockUser(w http.ResponseWriter, r *http.Request) error {
	if err := s.openAgain(r, r.PathValue("name")); err != nil {
		return err
	}
	return seeOther(w, r, "/users", "user")
}

func (s *server) openAgain(r *http.Request, name string) error {
	if err := s.Accounts.ClearFailures(r.Context(), name); err != nil {
		return err
	}
	return s.record(r, "user.unlock", name, "")
}
