package alertmanager

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/alerts/alertstest"
	"langnghe/internal/news"
)

func open(_ *testing.T, server string, timeout time.Duration) (alerts.Channel, alerts.Recipient) {
	return New(Options{Timeout: timeout}), alerts.Recipient{Name: "am", Channel: "alertmanager", Address: server + "/", Secret: "bearer-secret", Lang: "vi"}
}

func TestConformance(t *testing.T) {
	alertstest.Channel(t, alertstest.Door{Open: open, Good: func(http.ResponseWriter, *http.Request) {}, Secrets: []string{"bearer-secret"}})
}

// A notice and its withdrawal are one alert there: the second ends it.
func TestOneAlert(t *testing.T) {
	var got [][]posted
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v2/alerts" || r.Header.Get("Authorization") != "Bearer bearer-secret" {
			t.Errorf("%s with %q", r.URL.Path, r.Header.Get("Authorization"))
		}
		var list []posted
		if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
			t.Error(err)
		}
		got = append(got, list)
	}))
	defer s.Close()
	c, to := open(t, s.URL, time.Second)
	m := alertstest.Message(to)
	m.More = []news.Alert{{ID: "flagged/2", Kind: "flagged", Level: news.Medium, Group: "story/2"}}
	back := m
	back.More, back.At = nil, m.At.Add(time.Minute)
	back.Alert.ID, back.Alert.Kind, back.Alert.Withdraw = "withdraw/flagged/1", "withdrawn", "flagged/1"
	for _, x := range []alerts.Message{m, back} {
		if err := c.Send(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 2 || len(got[0]) != 2 || len(got[1]) != 1 {
		t.Fatalf("posted %+v", got)
	}
	first, second := got[0][0], got[1][0]
	if len(first.Labels) != len(second.Labels) || first.Labels["notice"] != "story/1" {
		t.Errorf("labels %v and %v", first.Labels, second.Labels)
	}
	for k, v := range first.Labels {
		if second.Labels[k] != v {
			t.Errorf("label %s is %q, then %q: two alerts", k, v, second.Labels[k])
		}
	}
	if !first.EndsAt.After(first.StartsAt) || !second.EndsAt.Equal(back.At) || first.Annotations["summary"] != m.Subject || first.Labels["severity"] != "high" {
		t.Errorf("posted %+v, then %+v", first, second)
	}
}
