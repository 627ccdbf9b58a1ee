package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/review"
)

// Tokens keeps the tokens with which programs ask the API for a person.
type Tokens interface {
	Tokens(ctx context.Context, owner string) ([]Token, error)
	// Token finds one that has not expired by the hash, or is
	// review.ErrNotFound.
	Token(ctx context.Context, hash string, now time.Time) (Token, error)
	AddToken(ctx context.Context, t Token, most int) error
	// DropToken ends one of the owner's, and all of them for id 0.
	DropToken(ctx context.Context, id int64, owner string) error
}

// A Token lets a program do a part of what its owner may do, and only over
// the API. The token itself is shown once and not stored.
type Token struct {
	ID      int64
	Owner   string
	Name    string // what it is for
	Hash    string // SHA-256 of the token, in hex
	Scopes  []string
	Created time.Time
	Used    time.Time // zero: never
	Expires time.Time
}

// ErrTooManyTokens says that a person has as many as they may.
var ErrTooManyTokens = errors.New("too many tokens")

const (
	tokenPrefix = "langnghe_" // so that people, and programs that look for secrets, know one
	mostTokens  = 20          // of one person
	tokenName   = 60          // letters
)

// Scopes of a token, in the order of the form. A token never lets its owner
// do more than they may in the browser; whoever loses a role, loses it in
// their tokens too.
var scopes = []string{
	"inbox", "decide", "search", "cases", "cases.write", "handoffs", "handoffs.write", "trends", "reports", "reports.write", "register", "register.write",
	"rules", "rules.write", "sources", "import", "alerts", "alerts.write", "audit", "privacy", "privacy.write", "users", "users.write",
}

// tokenDays are the lives that a token may have, the first being the default.
var tokenDays = []int{90, 30, 365}

// covers reports whether the token of a program covers a route.
func (s *server) covers(v visitor, pattern string) bool {
	scope, ok := s.scope[pattern]
	return ok && (scope == "" || slices.Contains(v.scopes, scope))
}

// scopesFor are the scopes that are of use to a person: those of an endpoint
// that their role may ask.
func (s *server) scopesFor(u review.User) (out []string) {
	for _, x := range scopes {
		for pattern, scope := range s.scope {
			if scope == x && s.can(&u, pattern) {
				out = append(out, x)
				break
			}
		}
	}
	return out
}

// bearer is the token that a request carries, if any.
func bearer(r *http.Request) (string, bool) {
	kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(kind, "Bearer")
}

// tokenVisitor finds out for whom a program asks. A wrong token is refused
// even where none is needed, and none opens a page.
func (s *server) tokenVisitor(r *http.Request, v visitor, token string) (visitor, error) {
	v.program = true
	if s.Tokens == nil || !strings.HasPrefix(r.URL.Path, "/api/") || !strings.HasPrefix(token, tokenPrefix) || len(token) > 100 {
		return v, errToken
	}
	t, err := s.Tokens.Token(r.Context(), storedToken(token), s.Clock())
	if errors.Is(err, review.ErrNotFound) {
		return v, errToken
	} else if err != nil {
		return v, fmt.Errorf("token: %w", err)
	}
	user, err := s.Accounts.User(r.Context(), t.Owner)
	if errors.Is(err, review.ErrNotFound) || err == nil && !user.Disabled.IsZero() {
		return v, errToken
	} else if err != nil {
		return v, fmt.Errorf("token: %w", err)
	}
	u := user.User()
	v.user, v.scopes = &u, t.Scopes
	return v, nil
}

var (
	errToken = &problem{status: http.StatusUnauthorized, key: "problem.token"}
	errScope = &problem{status: http.StatusForbidden, key: "problem.scope"}
)

// tokenAct makes or ends a token of the person who asks. A new one is on the
// page that answers, and nowhere else.
func (s *server) tokenAct(w http.ResponseWriter, r *http.Request) error {
	if s.Tokens == nil {
		return errOff
	}
	me, t, now := by(r), visitorOf(r).t, s.Clock()
	if id := r.FormValue("drop"); id != "" {
		if err := s.revoke(r, id); err != nil {
			return err
		}
		return seeOther(w, r, "/account", "token")
	}
	refuse := func(key string, args ...any) error {
		p, err := s.account(r)
		if err != nil {
			return err
		}
		p.TokenProblem = t.T(key, args...)
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "account", p)
	}
	name := strings.TrimSpace(r.FormValue("name"))
	days, _ := strconv.Atoi(r.FormValue("days"))
	var chosen []string
	for _, x := range s.scopesFor(me) {
		if slices.Contains(r.Form["scope"], x) {
			chosen = append(chosen, x)
		}
	}
	switch {
	case name == "" || utf8.RuneCountInString(name) > tokenName:
		return refuse("token.name_wrong", tokenName)
	case len(chosen) == 0 || len(chosen) != len(r.Form["scope"]):
		return refuse("token.scope_wrong")
	case !slices.Contains(tokenDays, days):
		return refuse("token.days_wrong")
	}
	random, _ := newToken()
	token := tokenPrefix + random
	err := s.Tokens.AddToken(r.Context(), Token{Owner: me.Name, Name: name, Hash: storedToken(token), Scopes: chosen,
		Created: now, Expires: now.AddDate(0, 0, days)}, mostTokens)
	if errors.Is(err, ErrTooManyTokens) {
		return refuse("token.too_many", mostTokens)
	} else if err != nil {
		return err
	}
	if err := s.record(r, "token.add", name, strings.Join(chosen, " ")); err != nil {
		return err
	}
	p, err := s.account(r)
	if err != nil {
		return err
	}
	p.NewToken = token
	return s.render(w, r, "account", p)
}
