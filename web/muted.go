package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
	"langnghe/review"
	"langnghe/rules"
)

type mutedPage struct {
	frame
	Off      bool
	Overview alerts.Overview
	Filters  []rules.Info // rules that mute others
	Content  bool
	Problem  string
	Now      time.Time
}

// muted is the page of what is muted and why, and of what nobody has taken
// in hand: silences, acknowledgements, filters, inhibitions, addresses.
func (s *server) muted(w http.ResponseWriter, r *http.Request) error {
	return s.mutedPage(w, r, http.StatusOK, "")
}

func (s *server) mutedPage(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	p := mutedPage{frame: s.frame(r, visitorOf(r).t.T("muted.title")), Content: by(r).Role != review.Admin, Problem: refused, Now: s.Now()}
	if s.Overview == nil {
		p.Off = true
		return s.renderStatus(w, r, status, "muted", p)
	}
	var err error
	if p.Overview, err = s.overview(r.Context(), by(r)); err != nil {
		return err
	}
	if s.Rules != nil && p.Can("GET /rules") {
		l, err := s.Rules(r.Context())
		if err != nil {
			return fmt.Errorf("muted: %w", err)
		}
		for _, x := range l.Rules {
			if x.Type == "filter" {
				p.Filters = append(p.Filters, x)
			}
		}
	}
	return s.renderStatus(w, r, status, "muted", p)
}

// overview is what is muted, for a person: the administrator does not read
// what it is about.
func (s *server) overview(ctx context.Context, u review.User) (alerts.Overview, error) {
	if s.Overview == nil {
		return alerts.Overview{}, errOff
	}
	o, err := s.Overview(ctx)
	if err != nil {
		return o, fmt.Errorf("muted: %w", err)
	}
	o.Silences, o.Watches, o.Acks = slices.Clone(o.Silences), slices.Clone(o.Watches), slices.Clone(o.Acks)
	if u.Role == review.Admin {
		for i := range o.Watches {
			o.Watches[i].Subject = news.Text{}
		}
	}
	if o, err = s.sightOf(ctx, o, u); err != nil {
		return o, err
	}
	for i := range o.Watches {
		o.Watches[i].Not = nil
	}
	for i := range o.Acks {
		o.Acks[i].Not = nil
	}
	for i := range o.Silences {
		o.Silences[i].Not = nil
	}
	return o, nil
}

// ack notes that the person takes a group in hand; it speaks again when the
// time is over and nobody has decided it.
func (s *server) ack(w http.ResponseWriter, r *http.Request) error {
	if err := s.takeGroup(r.Context(), r.FormValue("group"), by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/alerts/muted", "ack")
}

func (s *server) takeGroup(ctx context.Context, group string, u review.User) error {
	if s.Ack == nil {
		return errOff
	}
	if review.Sighted(u.Role) { // nobody quietens what is kept from them
		o, err := s.overview(ctx, u)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(o.Watches, func(w alerts.Watch) bool { return w.Group == group }) {
			return errNotFound
		}
	}
	if err := s.Ack(ctx, alerts.AckRequest{Group: group, By: u.Name}); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

type confirmAddressPage struct {
	frame
	Code, Problem string
	Got           *alerts.Confirmed
}

// confirmPage is where the owner of an address says that it is theirs. The
// code from the notice is what they show; they need no account. Opening the
// page changes nothing, because mail programs open links by themselves.
func (s *server) confirmPage(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, "address", confirmAddressPage{frame: s.frame(r, visitorOf(r).t.T("address.title")), Code: r.FormValue("code")})
}

func (s *server) confirmAddress(w http.ResponseWriter, r *http.Request) error {
	p := confirmAddressPage{frame: s.frame(r, visitorOf(r).t.T("address.title"))}
	got, err := s.confirm(r, r.FormValue("code"))
	if text, ok := refused(err, visitorOf(r).t); ok {
		p.Problem = text
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "address", p)
	}
	if err != nil {
		var slow *problem
		if errors.As(err, &slow) && slow.status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "60")
		}
		return err
	}
	p.Got = &got
	return s.render(w, r, "address", p)
}

// confirm takes the code of an address. Wrong ones are counted as wrong
// passwords are.
func (s *server) confirm(r *http.Request, code string) (got alerts.Confirmed, err error) {
	if s.Confirm == nil {
		return got, errOff
	}
	v := visitorOf(r)
	if !s.door.allow(peer(r), s.Clock()) {
		return got, &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
	}
	q := alerts.ConfirmRequest{Code: strings.TrimSpace(code)}
	if v.user != nil {
		q.By = v.user.Name
	}
	if got, err = s.Confirm(r.Context(), q); err != nil {
		s.door.fail(peer(r), s.Clock())
		if status, _ := explain(err, v.t); status < http.StatusInternalServerError {
			return got, &problem{status: http.StatusUnprocessableEntity, key: "address.wrong", field: "code", code: "code"}
		}
		return got, fmt.Errorf("confirm: %w", err)
	}
	return got, nil
}
