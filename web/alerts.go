package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
	"langnghe/review"
)

type alertsPage struct {
	frame
	Off        bool
	Deliveries alerts.Deliveries
	Silences   []alerts.Silence
	State      string
	States     []string
	Topics     []string
	Content    bool // the person may read what the notices are about
	Problem    string
	Now        time.Time
}

var deliveryStates = []string{"waiting", "sent", "failed", "dead", "muted"}

func (s *server) alerts(w http.ResponseWriter, r *http.Request) error {
	return s.alertsPage(w, r, http.StatusOK, "")
}

func (s *server) alertsPage(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	p := alertsPage{frame: s.frame(r, visitorOf(r).t.T("alerts.title")), States: deliveryStates, Topics: news.TopicIDs, Problem: refused, Now: s.Now(), Content: by(r).Role != review.Admin}
	if s.Deliveries == nil {
		p.Off = true
		return s.renderStatus(w, r, status, "alerts", p)
	}
	if x := r.FormValue("state"); slices.Contains(deliveryStates, x) {
		p.State = x
	}
	var err error
	if p.Deliveries, err = s.Deliveries(r.Context(), alerts.DeliveriesQuery{State: p.State}); err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	if s.Silences != nil {
		if p.Silences, err = s.Silences(r.Context(), alerts.SilenceRequest{}); err != nil {
			return fmt.Errorf("alerts: %w", err)
		}
	}
	return s.renderStatus(w, r, status, "alerts", p)
}

// silence mutes notices about a topic for some hours, with a reason. What is
// critical is never muted; the alerts part sees to that.
func (s *server) silence(w http.ResponseWriter, r *http.Request) error {
	if s.Silences == nil {
		return errOff
	}
	hours, err := strconv.Atoi(r.FormValue("hours"))
	topic, reason := r.FormValue("topic"), strings.TrimSpace(r.FormValue("reason"))
	switch {
	case err != nil || hours < 1 || hours > 24*30:
		return s.alertsPage(w, r, http.StatusUnprocessableEntity, visitorOf(r).t.T("alerts.bad_hours"))
	case !slices.Contains(news.TopicIDs, topic):
		return s.alertsPage(w, r, http.StatusUnprocessableEntity, visitorOf(r).t.T("alerts.needs_topic"))
	case reason == "":
		return s.alertsPage(w, r, http.StatusUnprocessableEntity, visitorOf(r).t.T("alerts.needs_reason"))
	}
	now := s.Now()
	add := alerts.Silence{ID: newID(), Topic: topic, Owner: by(r).Name, Reason: reason, Created: now, Until: now.Add(time.Duration(hours) * time.Hour)}
	if _, err := s.Silences(r.Context(), alerts.SilenceRequest{Add: &add, By: by(r).Name}); err != nil {
		return fmt.Errorf("silence: %w", err)
	}
	return seeOther(w, r, "/alerts", "silence")
}

func (s *server) endSilence(w http.ResponseWriter, r *http.Request) error {
	if s.Silences == nil {
		return errOff
	}
	id := r.FormValue("id")
	if _, err := s.Silences(r.Context(), alerts.SilenceRequest{End: id, By: by(r).Name}); err != nil {
		return fmt.Errorf("silence: %w", err)
	}
	return seeOther(w, r, "/alerts", "silence_end")
}

// testAlert sends a real notice to one recipient, or to all.
func (s *server) testAlert(w http.ResponseWriter, r *http.Request) error {
	if s.Test == nil {
		return errOff
	}
	if err := s.Test(r.Context(), alerts.TestRequest{Recipient: strings.TrimSpace(r.FormValue("recipient")), By: by(r).Name}); err != nil {
		return fmt.Errorf("test alert: %w", err)
	}
	return seeOther(w, r, "/alerts", "test")
}
