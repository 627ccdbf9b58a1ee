package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"langnghe/alerts"
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
	if p.Overview, err = s.Overview(r.Context()); err != nil {
		return fmt.Errorf("muted: %w", err)
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

// ack notes that the person takes a group in hand; it speaks again when the
// time is over and nobody has decided it.
func (s *server) ack(w http.ResponseWriter, r *http.Request) error {
	if s.Ack == nil {
		return errOff
	}
	if err := s.Ack(r.Context(), alerts.AckRequest{Group: r.FormValue("group"), By: by(r).Name}); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return seeOther(w, r, "/alerts/muted", "ack")
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
	if s.Confirm == nil {
		return errOff
	}
	v := visitorOf(r)
	if v.user == nil && !s.door.allow(peer(r), s.Clock()) {
		w.Header().Set("Retry-After", "60")
		return &problem{status: http.StatusTooManyRequests, key: "problem.slow_down"}
	}
	q := alerts.ConfirmRequest{Code: strings.TrimSpace(r.FormValue("code"))}
	if v.user != nil {
		q.By = v.user.Name
	}
	p := confirmAddressPage{frame: s.frame(r, v.t.T("address.title"))}
	got, err := s.Confirm(r.Context(), q)
	if err != nil {
		s.door.fail(peer(r), s.Clock())
		if status, _ := explain(err, v.t); status < http.StatusInternalServerError {
			p.Problem = v.t.T("address.wrong")
			return s.renderStatus(w, r, http.StatusUnprocessableEntity, "address", p)
		}
		return fmt.Errorf("confirm: %w", err)
	}
	p.Got = &got
	return s.render(w, r, "address", p)
}
