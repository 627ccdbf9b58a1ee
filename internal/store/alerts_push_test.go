package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"langnghe/alerts"
)

func TestSubscriptions(t *testing.T) {
	ctx := t.Context()
	s, err := OpenAlerts(ctx, filepath.Join(t.TempDir(), "alerts.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	for i := range 13 {
		if err := s.AddSubscription(ctx, "lan", alerts.Subscription{Endpoint: fmt.Sprint("https://push.example/", i), Key: "k", Auth: "a"}, at.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Subscriptions(ctx, "lan")
	if err != nil || len(got) != maxBrowsers || got[0].Endpoint != "https://push.example/12" {
		t.Errorf("%d browsers, %+v, %v; want the ten newest", len(got), got, err)
	}
	// One browser, another person: the first gets nothing there any more.
	if err := s.AddSubscription(ctx, "minh", got[0], at); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Subscriptions(ctx, "lan"); err != nil || len(got) != maxBrowsers-1 {
		t.Errorf("lan has %d, %v", len(got), err)
	}
	if err := s.DropSubscription(ctx, "https://push.example/12"); err != nil {
		t.Fatal(err)
	}
	if err := s.DropSubscriptions(ctx, "lan"); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"lan", "minh"} {
		if got, err := s.Subscriptions(ctx, who); err != nil || len(got) != 0 {
			t.Errorf("%s has %d, %v", who, len(got), err)
		}
	}
}
