package web

import (
	"net/http"
	"net/url"
	"time"

	"langnghe/review"
)

// A slipView is a hand-off as its readers see it: content only, sealed.
type slipView struct {
	review.Handoff
	State   string // proposed, approved, vetoed, sent, received
	Leaves  time.Time
	Liaison bool // the reader is the police liaison
}

// slip prepares a hand-off for the person who looks.
func slip(h review.Handoff, u review.User, now time.Time) slipView {
	v := slipView{Handoff: h, Liaison: u.Role == review.Liaison, State: "proposed"}
	switch {
	case h.Vetoed != "":
		v.State = "vetoed"
	case !h.Received.IsZero():
		v.State = "received"
	case !h.Sent.IsZero():
		v.State = "sent"
	case !h.ApprovedAt.IsZero():
		v.State, v.Leaves = "approved", h.ApprovedAt.Add(review.UndoWindow)
	}
	return v
}

type handoffsPage struct {
	frame
	Slips    []slipView
	Outcomes []string
	Problem  string
}

// handoffs is the police liaison's whole desk, and the list that the leader
// and the justice officer guard.
func (s *server) handoffs(w http.ResponseWriter, r *http.Request) error {
	return s.handoffsPage(w, r, http.StatusOK, "")
}

func (s *server) handoffsPage(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	slips, err := s.Desk.Handoffs(r.Context(), by(r))
	if err != nil {
		return err
	}
	p := handoffsPage{frame: s.frame(r, visitorOf(r).t.T("handoffs.title")), Outcomes: review.Outcomes, Problem: refused}
	for _, x := range slips {
		p.Slips = append(p.Slips, slip(x.Handoff, by(r), s.Now()))
	}
	return s.renderStatus(w, r, status, "handoffs", p)
}

func (s *server) acknowledge(w http.ResponseWriter, r *http.Request) error {
	err := s.Desk.AcknowledgeHandoff(r.Context(), r.PathValue("id"), r.FormValue("outcome"), r.FormValue("note"), by(r))
	if text, ok := houseRule(err, visitorOf(r).t); ok {
		if status, _ := explain(err, visitorOf(r).t); status == http.StatusConflict {
			return s.handoffsPage(w, r, status, text)
		}
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/handoffs#"+url.PathEscape(r.PathValue("id")), "")
}
