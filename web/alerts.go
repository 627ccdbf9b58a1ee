package web

import (
	"context"
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
	Routes     []alertRoute
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
	p.Routes = s.alertRoutes()
	if x := r.FormValue("state"); slices.Contains(deliveryStates, x) {
		p.State = x
	}
	var err error
	if p.Deliveries, err = s.deliveries(r.Context(), alerts.DeliveriesQuery{State: p.State}, by(r)); err != nil {
		return err
	}
	if s.Silences != nil {
		if p.Silences, err = s.Silences(r.Context(), alerts.SilenceRequest{}); err != nil {
			return fmt.Errorf("alerts: %w", err)
		}
		p.Silences = s.silencesOf(r.Context(), p.Silences, by(r))
	}
	return s.renderStatus(w, r, status, "alerts", p)
}

// An alertRoute is to whom notices go, without their address.
type alertRoute struct {
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	Unit    string     `json:"unit,omitempty"`
	Channel string     `json:"channel"`
	Min     news.Level `json:"min"`              // nothing below it
	Topics  []string   `json:"topics,omitempty"` // what it must be about; critical ones come whatever they are about
	Places  []string   `json:"places,omitempty"`
	Always  bool       `json:"always,omitempty"` // at night and on holidays as well
	Hours   bool       `json:"hours,omitempty"`  // has working hours of its own
}

func (s *server) alertRoutes() (out []alertRoute) {
	for _, x := range s.Recipients {
		out = append(out, alertRoute{x.Name, x.Role, x.Unit, x.Channel, x.Min, x.Topics, x.Places, x.Always, x.Hours != nil})
	}
	return out
}

// deliveries is the delivery log for a person: the administrator does not
// read what the notices are about, and nobody those that go past their role.
func (s *server) deliveries(ctx context.Context, q alerts.DeliveriesQuery, u review.User) (alerts.Deliveries, error) {
	d, err := s.Deliveries(ctx, q)
	if err != nil {
		return d, fmt.Errorf("alerts: %w", err)
	}
	d.Deliveries = slices.DeleteFunc(slices.Clone(d.Deliveries), func(x alerts.Delivery) bool { return not(x.Not, u) })
	for i := range d.Deliveries {
		d.Deliveries[i].Not = nil
		if u.Role == review.Admin {
			d.Deliveries[i].Subject = news.Text{}
		}
	}
	return d, nil
}

// silence mutes notices about a topic for some hours, with a reason. What is
// critical is never muted; the alerts part sees to that.
func (s *server) silence(w http.ResponseWriter, r *http.Request) error {
	hours, _ := strconv.Atoi(r.FormValue("hours"))
	_, err := s.mute(r.Context(), r.FormValue("topic"), hours, r.FormValue("reason"), by(r))
	if text, ok := refused(err, visitorOf(r).t); ok {
		return s.alertsPage(w, r, http.StatusUnprocessableEntity, text)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/alerts", "silence")
}

// mute adds a silence.
func (s *server) mute(ctx context.Context, topic string, hours int, reason string, u review.User) (add alerts.Silence, err error) {
	if s.Silences == nil {
		return add, errOff
	}
	reason = strings.TrimSpace(reason)
	switch {
	case hours < 1 || hours > int(alerts.LongestSilence/time.Hour):
		return add, &problem{status: http.StatusUnprocessableEntity, key: "alerts.bad_hours", field: "hours", code: "hours"}
	case !slices.Contains(news.TopicIDs, topic):
		return add, &problem{status: http.StatusUnprocessableEntity, key: "alerts.needs_topic", field: "topic", code: "topic"}
	case reason == "":
		return add, &problem{status: http.StatusUnprocessableEntity, key: "alerts.needs_reason", field: "reason", code: "reason"}
	}
	now := s.Now()
	add = alerts.Silence{ID: newID(), Topic: topic, Owner: u.Name, Reason: reason, Created: now, Until: now.Add(time.Duration(hours) * time.Hour)}
	if _, err := s.Silences(ctx, alerts.SilenceRequest{Add: &add, By: u.Name}); err != nil {
		return add, fmt.Errorf("silence: %w", err)
	}
	return add, nil
}

func (s *server) endSilence(w http.ResponseWriter, r *http.Request) error {
	if err := s.unmute(r.Context(), r.FormValue("id"), by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/alerts", "silence_end")
}

func (s *server) unmute(ctx context.Context, id string, u review.User) error {
	if s.Silences == nil {
		return errOff
	}
	if _, err := s.Silences(ctx, alerts.SilenceRequest{End: id, By: u.Name}); err != nil {
		return fmt.Errorf("silence: %w", err)
	}
	return nil
}

// testAlert sends a real notice to one recipient, or to all.
func (s *server) testAlert(w http.ResponseWriter, r *http.Request) error {
	if err := s.tryAlert(r.Context(), r.FormValue("recipient"), by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/alerts", "test")
}

func (s *server) tryAlert(ctx context.Context, recipient string, u review.User) error {
	if s.Test == nil {
		return errOff
	}
	if err := s.Test(ctx, alerts.TestRequest{Recipient: strings.TrimSpace(recipient), By: u.Name}); err != nil {
		return fmt.Errorf("test alert: %w", err)
	}
	return nil
}
