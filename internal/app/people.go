package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/alerts"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/review"
	"langnghe/web"
)

// MinPassword is how many characters a password has at least.
const MinPassword = web.MinPassword

// roles that a person can have.
var roles = []review.Role{review.Reviewer, review.Leader, review.Justice, review.Liaison, review.Office, review.Editor, review.Khoi, review.Unit, review.Admin}

// KnownRole reports whether there is such a role, and whether whoever has it
// must belong to a unit.
func KnownRole(r review.Role) (known, unit bool) {
	return slices.Contains(roles, r), r == review.Unit || r == review.Khoi
}

// users answers AskUsers: whoever may open the data folder's socket manages
// the people who sign in, and the audit log says so.
func (b *builder) users(ctx context.Context, s *store.Desk, d *review.Desk, r UserRequest) ([]review.Account, error) {
	act := ""
	switch {
	case r.Add != nil:
		act = "user.add"
		if err := addUser(ctx, s, *r.Add, r.Password, b.now()); err != nil {
			return nil, err
		}
	case r.Disable:
		act = "user.disable"
		if err := s.DisableUser(ctx, r.Name, b.now()); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		if err := s.DropSessions(ctx, r.Name); err != nil {
			return nil, err
		}
		if _, err := ask(b, AskPush)(ctx, alerts.PushRequest{User: r.Name, Drop: "all"}); err != nil && !errors.Is(err, bus.ErrNobody) {
			return nil, fmt.Errorf("%s is disabled, but its browsers still get notices: %w", r.Name, err)
		}
	case r.Do != "":
		act = accountActs[r.Do]
		if err := change(ctx, s, r); err != nil {
			return nil, err
		}
	case r.Name != "" && r.Password != "":
		act = "user.password"
		if err := checkPassword(r.Password); err != nil {
			return nil, err
		}
		if err := s.SetPassword(ctx, r.Name, web.HashPassword(r.Password)); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		if err := errors.Join(s.DropSessions(ctx, r.Name), s.DropToken(ctx, 0, r.Name), s.ClearFailures(ctx, r.Name)); err != nil {
			return nil, err
		}
	}
	if act != "" {
		who := r.Name
		if r.Add != nil {
			who = r.Add.Name
		}
		at := b.now()
		err := d.AppendAudit(ctx, []news.Audit{{ID: fmt.Sprintf("%s/%s/%d", act, who, at.UnixNano()), At: at, Role: "desk", Who: r.By, Act: act, Object: who}})
		if err != nil {
			return nil, err
		}
	}
	return s.Users(ctx)
}

// accountActs are what a command does to an account, with how the audit log
// calls it: as the page does.
var accountActs = map[string]string{"enable": "user.enable", "unlock": "user.unlock", "second": "second.reset"}

// change does one of them.
func change(ctx context.Context, s *store.Desk, r UserRequest) error {
	if _, err := s.User(ctx, r.Name); err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	var err error
	switch r.Do {
	case "enable":
		err = s.DisableUser(ctx, r.Name, time.Time{})
	case "unlock":
		err = s.ClearFailures(ctx, r.Name)
	case "second": // whoever has the old telephone is out as well
		err = errors.Join(s.DropSecondFactor(ctx, r.Name), s.DropSessions(ctx, r.Name))
	default:
		return fmt.Errorf("nothing called %q can be done to an account", r.Do)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	return nil
}

func addUser(ctx context.Context, s *store.Desk, a review.Account, password string, now time.Time) error {
	if strings.TrimSpace(a.Name) == "" || strings.ContainsAny(a.Name, " \t\n/") || utf8.RuneCountInString(a.Name) > 40 {
		return fmt.Errorf("%q is no user name; use up to 40 letters and digits without spaces", a.Name)
	}
	if !slices.Contains(roles, a.Role) {
		return fmt.Errorf("there is no role %q; the roles are %v", a.Role, roles)
	}
	if err := checkPassword(password); err != nil {
		return err
	}
	if _, err := s.User(ctx, a.Name); err == nil {
		return fmt.Errorf("there is a user %q already; change the password with: langnghe user password %s", a.Name, a.Name)
	} else if !errors.Is(err, review.ErrNotFound) {
		return err
	}
	a.Hash, a.Created = web.HashPassword(password), now
	return s.PutUser(ctx, a)
}

func checkPassword(p string) error {
	if utf8.RuneCountInString(p) < web.MinPassword {
		return fmt.Errorf("the password needs at least %d characters", web.MinPassword)
	}
	return nil
}

// auditReport answers AskAudit.
func auditReport(ctx context.Context, d *review.Desk, r AuditRequest) (out AuditReport, err error) {
	if r.Verify {
		if out.Verified, err = d.VerifyAudit(ctx); err != nil {
			return out, err
		}
	}
	out.Page, err = d.Audit(ctx, review.AuditQuery{Offset: r.Offset, Limit: r.Limit})
	return out, err
}

// deliveredNotice puts who was told what into the audit chain.
func deliveredNotice(d *review.Desk) func(context.Context, news.Delivered) error {
	return func(ctx context.Context, n news.Delivered) error {
		return d.AppendAudit(ctx, []news.Audit{{
			ID: strings.Join([]string{"alert", n.Alert, n.Recipient, n.Channel, n.State}, "/"), At: n.At, Role: "alerts", Who: "system",
			Act: "alert." + n.State, Object: n.Alert, Detail: strings.TrimSpace(n.Recipient + " " + n.Channel + " " + n.Error),
		}})
	}
}
