package web

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
	"langnghe/review"
)

// What is muted, watched or acknowledged and goes past the leader is on no
// page of theirs, and they take none of it in hand.
func TestOverviewOfTheLeader(t *testing.T) {
	not := []string{"leader"}
	silences := []alerts.Silence{{ID: "s2", Group: "story/zzkin", Owner: "lan", Reason: "zzkin", Until: now.Add(time.Hour), Not: not}}
	s := newSite(t, func(o *Options) {
		o.Overview = func(context.Context) (alerts.Overview, error) {
			return alerts.Overview{
				Silences: silences,
				Acks:     []alerts.Quiet{{Group: "story/zzkin-ack", By: "lan", Until: now.Add(time.Hour), Not: not}},
				Watches: []alerts.Watch{
					{Group: "story/zzkin-xem", Level: news.High, Subject: news.Text{VI: "zzkin"}, Opened: now, Not: not},
					{Group: "story/mo", Level: news.High, Subject: news.Text{VI: "chu-de-mo"}, Opened: now},
				},
			}, nil
		}
		o.Silences = func(context.Context, alerts.SilenceRequest) ([]alerts.Silence, error) {
			return slices.Clone(silences), nil
		}
	})
	for _, path := range []string{"/alerts/muted", "/alerts", "/api/v1/alerts/muted", "/api/v1/alerts/silences"} {
		for who, sees := range map[string]bool{"lan": true, "chu.tich": false} {
			body := s.do(who, "GET", path, nil).Body.String()
			if strings.Contains(body, "zzkin") != sees {
				t.Errorf("%s at %s: sees what is kept: %v, want %v", who, path, !sees, sees)
			}
			if strings.Contains(body, `"not"`) {
				t.Errorf("%s at %s is told whom it goes past", who, path)
			}
		}
	}
	for group, want := range map[string]int{"story/zzkin-xem": 404, "story/khac": 404, "story/mo": 303} {
		if w := s.do("chu.tich", "POST", "/alerts/ack", form("group", group)); w.Code != want {
			t.Errorf("the leader takes %s in hand: %d, want %d", group, w.Code, want)
		}
	}
	if w := s.do("lan", "POST", "/alerts/ack", form("group", "story/zzkin-xem")); w.Code != 303 {
		t.Errorf("the reviewer takes it in hand: %d", w.Code)
	}
}

// An editor sees in the list already that a correction is one of a drill.
func TestDrillInLists(t *testing.T) {
	s := newSite(t)
	n := 0
	for i := range s.desk.cases {
		if c := &s.desk.cases[i]; c.State == review.Approved || c.State == review.Published {
			c.Drill = true
			n++
		}
	}
	if n == 0 {
		t.Fatal("there is nothing for the editor")
	}
	if got := strings.Count(s.do("bien.tap", "GET", "/cases", nil).Body.String(), "[Diễn tập]"); got != n {
		t.Errorf("%d of %d drills are marked", got, n)
	}
}
