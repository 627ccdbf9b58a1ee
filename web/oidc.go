package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"langnghe/review"
	"langnghe/web/oidc"
)

// A SignOn lets people sign in with an account that they have elsewhere.
// [oidc.Client] is one.
type SignOn interface {
	Begin(ctx context.Context, next string) (to, cookie string, err error)
	Finish(ctx context.Context, back url.Values, cookie string) (account, next string, err error)
}

// SignOnPath is where the provider sends people back to.
const SignOnPath = "/sign-in/oidc/back"

// signOnCookie ties a sign-in elsewhere to the browser that began it.
func (s *server) signOnCookie() string { return s.cookie() + "-oidc" }

// signOn sends a person to the provider. It is a link and no form, because
// browsers hold the redirects of a form to our own site.
func (s *server) signOn(w http.ResponseWriter, r *http.Request) error {
	if s.SignOn == nil {
		return errNotFound
	}
	if !s.door.allow(peer(r), s.Clock()) {
		w.Header().Set("Retry-After", "60")
		return &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
	}
	next := localPath(r.FormValue("next"))
	to, cookie, err := s.SignOn.Begin(r.Context(), next)
	if err != nil {
		return s.noSignOn(w, r, next, err)
	}
	http.SetCookie(w, &http.Cookie{Name: s.signOnCookie(), Value: cookie, Path: "/", MaxAge: int(oidc.AttemptLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure})
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// signOnBack takes whom the provider vouches for. The account must be there
// and may be neither disabled nor locked; its second factor is asked for as
// after a password, whatever the provider has asked for.
func (s *server) signOnBack(w http.ResponseWriter, r *http.Request) error {
	if s.SignOn == nil {
		return errNotFound
	}
	ctx, now := r.Context(), s.Clock()
	if !s.door.allow(peer(r), now) {
		w.Header().Set("Retry-After", "60")
		return &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
	}
	cookie := ""
	if c, err := r.Cookie(s.signOnCookie()); err == nil {
		cookie = c.Value
	}
	http.SetCookie(w, &http.Cookie{Name: s.signOnCookie(), Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure})
	value, next, err := s.SignOn.Finish(ctx, r.URL.Query(), cookie)
	if err != nil {
		s.door.fail(peer(r), now)
		return s.noSignOn(w, r, "/", err)
	}
	name, ok := plainName(value)
	if !ok {
		s.door.fail(peer(r), now)
		return s.noSignOn(w, r, next, fmt.Errorf("%w: it cannot be the name of an account", oidc.ErrClaim))
	}
	user, err := s.Accounts.User(ctx, name)
	switch {
	case errors.Is(err, review.ErrNotFound):
		s.door.fail(peer(r), now)
		return s.noSignOn(w, r, next, fmt.Errorf("%w: nobody here has it", oidc.ErrClaim))
	case err != nil:
		return fmt.Errorf("sign in: %w", err)
	case !user.Disabled.IsZero() || now.Before(user.Locked):
		s.door.fail(peer(r), now)
		return s.noSignOn(w, r, next, fmt.Errorf("%w: the account is disabled or rests", oidc.ErrClaim))
	}
	return s.enter(w, r, user.Name, localPath(next), "oidc")
}

// plainName is a value of the provider as a name of an account. Only plain
// letters are made small: others have small forms that are somebody else's.
func plainName(value string) (string, bool) {
	for _, c := range value {
		if c >= 0x80 {
			return "", false
		}
	}
	name := strings.ToLower(value)
	return name, goodName(name)
}

// noSignOn shows the page of the local sign-in, which always works, and what
// went wrong. Why exactly is for the log.
func (s *server) noSignOn(w http.ResponseWriter, r *http.Request, next string, err error) error {
	key, status := "signin.oidc_refused", http.StatusUnauthorized
	switch {
	case errors.Is(err, oidc.ErrDown):
		key, status = "signin.oidc_down", http.StatusBadGateway
	case errors.Is(err, oidc.ErrAttempt):
		key = "signin.oidc_late"
	case errors.Is(err, oidc.ErrClaim):
		key = "signin.oidc_nobody"
	}
	s.Log.Warn("sign in with another account", "err", err)
	t := visitorOf(r).t
	page := s.doorPage(r)
	page.Next, page.Problem = localPath(next), t.T(key)
	return s.renderStatus(w, r, status, "signin", page)
}
