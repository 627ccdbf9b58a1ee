package reports_test

import (
	"context"
	"testing"
	"time"

	"langnghe/reports"
)

// TestCorrectionsEnterTheLedger: where a correction went out stands in the
// ledger of publications by itself, once, and stays out when a person takes
// it out.
func TestCorrectionsEnterTheLedger(t *testing.T) {
	w := newWorld(t, 5, 2)
	ctx := context.Background()
	want := 0
	id := ""
	for _, c := range w.cases {
		for _, p := range c.Places {
			if !p.At.After(w.now) {
				want++
			}
		}
		if len(c.Places) > 0 {
			id = c.ID
		}
	}
	entries := func() (of []reports.Record, all int) {
		t.Helper()
		rs, err := w.desk.Entries(ctx, "publications", editor)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			if r.Values()["case"] == id {
				of = append(of, r)
			}
		}
		return of, len(rs)
	}
	for range 2 {
		if err := w.desk.Tick(ctx); err != nil {
			t.Fatal(err)
		}
	}
	of, all := entries()
	if want < 10 || all < want || len(of) != 2 {
		t.Fatalf("%d entries for %d places, %d of one case", all, want, len(of))
	}
	channels := map[string]string{}
	for _, r := range of {
		channels[r.Values()["channel"]] = r.Values()["evidence"]
	}
	if channels["portal"] != "https://thaihoa.example/dinh-chinh" || channels["speaker"] != "Loa khối 3, 17:00" {
		t.Errorf("channels %v", channels)
	}
	if err := w.desk.Remove(ctx, of[0].ID, editor); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	if err := w.desk.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	if of, _ := entries(); len(of) != 1 {
		t.Errorf("what a person took out came back: %d entries", len(of))
	}
}

// TestRemindersByDate: people are reminded 30, 14, 7 and 1 days before the
// annual report is due, on those very days.
func TestRemindersByDate(t *testing.T) {
	w := newWorld(t, 3, 1)
	ctx := context.Background()
	for w.now = date("2026-10-25").Add(8 * time.Hour); w.now.Before(date("2026-12-20")); w.now = w.now.AddDate(0, 0, 1) {
		if err := w.desk.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		due := date("2026-12-10")
		left := int(due.Sub(date(w.now.In(due.Location()).Format(time.DateOnly))).Hours() / 24)
		ms, err := w.store.TakeMessages(ctx, "alert", w.now, 1000)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		var ids []string
		for _, m := range ms {
			ids = append(ids, m.ID)
			if len(m.ID) > 17 && m.ID[:17] == "alert/report-due/" {
				n++
			}
		}
		if err := w.store.Sent(ctx, w.now, ids); err != nil {
			t.Fatal(err)
		}
		want := 0
		switch left {
		case 30, 14, 7, 1:
			want = 1
		}
		if n != want {
			t.Errorf("%d days before, on %s: %d reminders, want %d", left, w.now.Format(time.DateOnly), n, want)
		}
	}
}
