// Package alertstest holds the tests that every implementation of
// [alerts.Store] passes. They say in detail what the interface promises.
package alertstest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
)

// start is a Monday morning in the ward.
var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// Store tests the store that open returns. Open returns an empty one each
// time; the second result opens the same one again, as after a restart.
func Store(t *testing.T, open func(t *testing.T) (s alerts.Store, again func() alerts.Store)) {
	t.Run("taken once", func(t *testing.T) {
		s, _ := open(t)
		a := alert("a1", news.High)
		if _, err := s.Alert(t.Context(), a.ID); !errors.Is(err, alerts.ErrUnknown) {
			t.Errorf("Alert before Save: error = %v, want ErrUnknown", err)
		}
		for range 2 {
			save(t, s, alerts.Change{At: start, Alert: &a, Rows: []alerts.Row{row(a, "lan"), row(a, "minh")}, Delivered: []news.Delivered{{Alert: "a1"}}})
		}
		got, err := s.Alert(t.Context(), "a1")
		if err != nil || got.Subject != a.Subject || !got.Event.Equal(a.Event) {
			t.Errorf("Alert = %+v, %v, want %+v", got, err, a)
		}
		if r := rows(t, s, "a1"); len(r) != 2 || r[0].Recipient != "lan" || r[1].Recipient != "minh" || r[0].Alert.ID != "a1" {
			t.Errorf("Rows = %+v, want lan and minh once each", r)
		}
		if out, err := s.Outgoing(t.Context(), 10); err != nil || len(out) != 1 {
			t.Errorf("Outgoing = %v, %v, want one", out, err)
		}
	})

	t.Run("one row for each way", func(t *testing.T) {
		s, _ := open(t)
		a := alert("a1", news.High)
		save(t, s, alerts.Change{At: start, Alert: &a, Rows: []alerts.Row{row(a, "lan")}})
		twice := row(a, "lan")
		twice.State = alerts.Dead
		other := row(a, "lan")
		other.Channel = "webhook"
		save(t, s, alerts.Change{At: start, Rows: []alerts.Row{twice, other}})
		if r := rows(t, s, "a1"); len(r) != 2 || r[0].State != alerts.Waiting || r[1].Channel != "webhook" {
			t.Errorf("Rows = %+v, want the first e-mail row and a webhook row", r)
		}
	})

	t.Run("all or nothing", func(t *testing.T) {
		s, _ := open(t)
		a := alert("a1", news.High)
		bad := row(a, "lan")
		bad.State = "no such state"
		if err := s.Save(t.Context(), alerts.Change{At: start, Alert: &a, Rows: []alerts.Row{row(a, "minh"), bad}}); err == nil {
			t.Fatal("Save with a bad row = nil, want an error")
		}
		if _, err := s.Alert(t.Context(), "a1"); !errors.Is(err, alerts.ErrUnknown) {
			t.Errorf("Alert after a failed Save: error = %v, want ErrUnknown", err)
		}
	})

	t.Run("a restart keeps all of it", func(t *testing.T) {
		s, again := open(t)
		a := alert("a1", news.High)
		r := row(a, "lan")
		r.Due, r.Message, r.Why = start.Add(time.Hour), "m1", "fallback: x"
		save(t, s, alerts.Change{
			At: start, Alert: &a, Rows: []alerts.Row{r},
			Windows: []alerts.Window{{Recipient: "lan", Fold: "g", Until: start.Add(time.Minute), Level: news.High}},
			Silence: &alerts.Silence{ID: "s1", Topic: "water", Owner: "lan", Reason: "planned work", Created: start, Until: start.Add(time.Hour)},
			Quiet:   &alerts.Quiet{Group: "g", By: "lan", Level: news.High, Until: start.Add(time.Hour)},
		})
		r = rows(t, s, "a1")[0]
		r.Tries, r.State, r.Retry, r.Error, r.Drop = 1, alerts.Failed, start.Add(2*time.Hour), "421", "withdrawn"
		save(t, s, alerts.Change{Rows: []alerts.Row{r}})
		s = again()
		if got := rows(t, s, "a1"); len(got) != 1 || !same(got[0], r) {
			t.Errorf("Rows = %+v, want %+v", got, r)
		}
		if w, err := s.Window(t.Context(), "lan", "g"); err != nil || !w.Until.Equal(start.Add(time.Minute)) || w.Level != news.High {
			t.Errorf("Window = %+v, %v", w, err)
		}
		if q, err := s.Quiet(t.Context(), "g"); err != nil || q.By != "lan" || !q.Until.Equal(start.Add(time.Hour)) || q.Level != news.High {
			t.Errorf("Quiet = %+v, %v", q, err)
		}
		if l, err := s.Silences(t.Context(), start); err != nil || len(l) != 1 || l[0].Reason != "planned work" {
			t.Errorf("Silences = %+v, %v", l, err)
		}
	})

	t.Run("absent is zero", func(t *testing.T) {
		s, _ := open(t)
		if w, err := s.Window(t.Context(), "lan", "g"); err != nil || !w.Until.IsZero() {
			t.Errorf("Window = %+v, %v, want zero", w, err)
		}
		if q, err := s.Quiet(t.Context(), "g"); err != nil || !q.Until.IsZero() {
			t.Errorf("Quiet = %+v, %v, want zero", q, err)
		}
		if _, ok, err := s.Last(t.Context(), "lan", "g"); err != nil || ok {
			t.Errorf("Last = %v, %v, want none", ok, err)
		}
		if l, err := s.Level(t.Context(), "g", start); err != nil || l != 0 {
			t.Errorf("Level = %v, %v, want 0", l, err)
		}
		if l, err := s.Silences(t.Context(), start); err != nil || l == nil || len(l) != 0 {
			t.Errorf("Silences = %#v, %v, want an empty list", l, err)
		}
		if live, dead, oldest, err := s.Count(t.Context(), start); err != nil || live != 0 || dead != 0 || !oldest.IsZero() {
			t.Errorf("Count = %d, %d, %v, %v, want nothing", live, dead, oldest, err)
		}
	})

	t.Run("level", func(t *testing.T) {
		s, _ := open(t)
		a, b := alert("a1", news.Critical), alert("a2", news.Medium)
		save(t, s, alerts.Change{At: start, Alert: &a})
		save(t, s, alerts.Change{At: start.Add(time.Hour), Alert: &b})
		for since, want := range map[time.Duration]news.Level{0: news.Critical, time.Hour: news.Medium, 2 * time.Hour: 0} {
			if l, err := s.Level(t.Context(), "g", start.Add(since)); err != nil || l != want {
				t.Errorf("Level since %v = %v, %v, want %v", since, l, err, want)
			}
		}
	})
	t.Run("due", testDue(open))
	t.Run("batch", testBatch(open))
	t.Run("silences end", func(t *testing.T) {
		s, _ := open(t)
		v := alerts.Silence{ID: "s1", Group: "g", Owner: "lan", Reason: "x", Created: start, Until: start.Add(time.Hour)}
		save(t, s, alerts.Change{Silence: &v})
		v.Until = start.Add(time.Minute)
		save(t, s, alerts.Change{Silence: &v})
		for at, want := range map[time.Duration]int{0: 1, 59 * time.Second: 1, time.Minute: 0} {
			if l, err := s.Silences(t.Context(), start.Add(at)); err != nil || len(l) != want {
				t.Errorf("Silences after %v = %v, %v, want %d", at, l, err, want)
			}
		}
	})
	t.Run("erase", testErase(open))
	t.Run("outgoing", func(t *testing.T) {
		s, _ := open(t)
		c := alerts.Change{Audit: []news.Audit{{ID: "x", Who: "lan"}}}
		for i := range 5 {
			c.Delivered = append(c.Delivered, news.Delivered{Alert: fmt.Sprint(i), State: "sent", At: start})
		}
		save(t, s, c)
		out, err := s.Outgoing(t.Context(), 3)
		if err != nil || len(out) != 3 || out[0].Delivered.Alert != "0" || !out[2].Delivered.At.Equal(start) {
			t.Fatalf("Outgoing = %+v, %v, want the first three", out, err)
		}
		if err := s.Published(t.Context(), out[2].Seq); err != nil {
			t.Fatal(err)
		}
		out, err = s.Outgoing(t.Context(), 10)
		if err != nil || len(out) != 3 || out[0].Delivered.Alert != "3" || out[2].Audit == nil || out[2].Audit.Who != "lan" {
			t.Errorf("Outgoing after Published = %+v, %v, want the last three", out, err)
		}
	})
}

func testDue(open func(t *testing.T) (alerts.Store, func() alerts.Store)) func(t *testing.T) {
	return func(t *testing.T) {
		s, _ := open(t)
		put := func(id, to string, l news.Level, change func(*alerts.Row)) {
			a := alert(id, l)
			r := row(a, to)
			if change != nil {
				change(&r)
			}
			save(t, s, alerts.Change{At: start, Alert: &a, Rows: []alerts.Row{r}})
		}
		put("old", "lan", news.High, nil)
		put("urgent", "lan", news.Critical, nil)
		put("urgent2", "lan", news.Critical, nil)
		put("later", "minh", news.High, func(r *alerts.Row) { r.Due = start.Add(time.Hour) })
		put("retry", "hoa", news.High, func(r *alerts.Row) { r.State, r.Retry = alerts.Failed, start.Add(time.Minute) })
		put("sent", "sau", news.Critical, func(r *alerts.Row) { r.State = alerts.Sent })
		put("muted", "tam", news.Critical, func(r *alerts.Row) { r.State = alerts.Muted })
		put("dead", "chin", news.Critical, func(r *alerts.Row) { r.State, r.Done = alerts.Dead, start })
		tests := []struct {
			now, wall time.Duration
			want      []string
		}{
			{-time.Second, 0, nil},
			{0, 0, []string{"urgent"}},
			{0, time.Minute, []string{"urgent", "retry"}},
			{time.Hour, time.Hour, []string{"urgent", "later", "retry"}},
		}
		for _, tt := range tests {
			got, err := s.Due(t.Context(), start.Add(tt.now), start.Add(tt.wall))
			var ids []string
			for _, r := range got {
				ids = append(ids, r.Alert.ID)
			}
			if err != nil || !slices.Equal(ids, tt.want) {
				t.Errorf("Due(%v, %v) = %v, %v, want %v", tt.now, tt.wall, ids, err, tt.want)
			}
		}
		if live, dead, oldest, err := s.Count(t.Context(), start); err != nil || live != 5 || dead != 1 || !oldest.Equal(start) {
			t.Errorf("Count = %d, %d, %v, %v, want 5 live, 1 dead, oldest %v", live, dead, oldest, err, start)
		}
		if _, dead, _, err := s.Count(t.Context(), start.Add(time.Millisecond)); err != nil || dead != 0 {
			t.Errorf("Count of the dead after the last = %d, %v, want 0", dead, err)
		}
		if list, err := s.Deliveries(t.Context(), "", 0, 3); err != nil || len(list) != 3 || list[0].Alert.ID != "dead" {
			t.Errorf("Deliveries = %+v, %v, want the newest three", list, err)
		}
		all, _ := s.Deliveries(t.Context(), "", 0, 100)
		if list, err := s.Deliveries(t.Context(), "", all[1].Seq, 100); err != nil || len(list) != len(all)-2 || list[0].Seq != all[2].Seq {
			t.Errorf("Deliveries before %d = %+v, %v, want what follows the second", all[1].Seq, list, err)
		}
		if list, err := s.Deliveries(t.Context(), alerts.Failed, 0, 10); err != nil || len(list) != 1 || list[0].Alert.ID != "retry" {
			t.Errorf("Deliveries(failed) = %+v, %v, want retry", list, err)
		}
	}
}

func testBatch(open func(t *testing.T) (alerts.Store, func() alerts.Store)) func(t *testing.T) {
	return func(t *testing.T) {
		s, _ := open(t)
		put := func(id string, change func(*alerts.Row)) {
			a := alert(id, news.High)
			r := row(a, "lan")
			r.Fold = "g"
			change(&r)
			save(t, s, alerts.Change{At: start, Alert: &a, Rows: []alerts.Row{r}})
		}
		put("1", func(*alerts.Row) {})
		put("2", func(r *alerts.Row) { r.Due = start.Add(time.Hour) })
		put("other person", func(r *alerts.Row) { r.Recipient = "minh" })
		put("other channel", func(r *alerts.Row) { r.Channel = "webhook" })
		put("other fold", func(r *alerts.Row) { r.Fold = "h" })
		put("alone 1", func(r *alerts.Row) { r.Fold = "" })
		put("alone 2", func(r *alerts.Row) { r.Fold = "" })
		put("tried 1", func(r *alerts.Row) { r.Tries, r.Message = 1, "m" })
		put("tried 2", func(r *alerts.Row) { r.Tries, r.State, r.Message = 1, alerts.Failed, "m" })
		put("promised", func(r *alerts.Row) { r.Message = "m" })
		put("tried, sent", func(r *alerts.Row) { r.Tries, r.State, r.Message = 1, alerts.Sent, "m" })
		put("tried, other person", func(r *alerts.Row) { r.Tries, r.Message, r.Recipient = 1, "m", "minh" })
		for id, want := range map[string][]string{
			"1":       {"1", "2"},
			"2":       {"1", "2"},
			"alone 1": {"alone 1"},
			"tried 2": {"tried 1", "tried 2", "promised"},
		} {
			got, err := s.Batch(t.Context(), rows(t, s, id)[0])
			var ids []string
			for _, r := range got {
				ids = append(ids, r.Alert.ID)
			}
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("Batch(%s) = %v, %v, want %v", id, ids, err, want)
			}
		}
		if r, ok, err := s.Last(t.Context(), "lan", "g"); err != nil || !ok || r.Alert.ID != "other channel" {
			t.Errorf("Last = %+v, %v, %v, want the newest untried row", r.Alert.ID, ok, err)
		}
		if got, err := s.Untried(t.Context()); err != nil || len(got) != 8 {
			t.Errorf("Untried = %d rows, %v, want 8", len(got), err)
		}
	}
}

func testErase(open func(t *testing.T) (alerts.Store, func() alerts.Store)) func(t *testing.T) {
	return func(t *testing.T) {
		s, again := open(t)
		a, b, live := alert("a1", news.High), alert("a2", news.High), alert("a3", news.High)
		sent := row(a, "lan")
		sent.State = alerts.Sent
		save(t, s, alerts.Change{At: start, Alert: &a, Refs: []string{"a1", "item-1"}, Rows: []alerts.Row{sent}})
		save(t, s, alerts.Change{At: start, Alert: &b, Refs: []string{"a2", "item-10"}})
		save(t, s, alerts.Change{At: start, Alert: &live, Refs: []string{"a3"}, Rows: []alerts.Row{row(live, "lan")}})
		ids, err := s.Mentioning(t.Context(), "item-1")
		if err != nil || !slices.Equal(ids, []string{"a1"}) {
			t.Fatalf("Mentioning = %v, %v, want a1", ids, err)
		}
		save(t, s, alerts.Change{At: start, Erase: "item-1", Blank: ids})
		s = again()
		got, err := s.Alert(t.Context(), "a1")
		if err != nil || got.Subject.VI != "" || got.Body.VI != "" || got.Body.EN != "" || got.Path != "" || got.Level != news.High {
			t.Errorf("Alert after erasure = %+v, %v, want no words", got, err)
		}
		if got, err := s.Alert(t.Context(), "a2"); err != nil || got.Subject != b.Subject {
			t.Errorf("another alert = %+v, %v, want it untouched", got, err)
		}
		for ref, want := range map[string]bool{"item-1": true, "item-10": false, "item": false} {
			if yes, err := s.Erased(t.Context(), []string{"x", ref}); err != nil || yes != want {
				t.Errorf("Erased(%q) = %v, %v, want %v", ref, yes, err, want)
			}
		}
		if err := s.Forget(t.Context(), start.Add(time.Millisecond), start.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Alert(t.Context(), "a2"); err != nil || got.Subject.VI != "" || got.ID != "a2" {
			t.Errorf("settled alert after Forget = %+v, %v, want no words", got, err)
		}
		if got, err := s.Alert(t.Context(), "a3"); err != nil || got.Subject != live.Subject {
			t.Errorf("live alert after Forget = %+v, %v, want its words", got, err)
		}
		if yes, err := s.Erased(t.Context(), []string{"item-1"}); err != nil || yes {
			t.Errorf("Erased after Forget = %v, %v, want false", yes, err)
		}
	}
}

func alert(id string, l news.Level) news.Alert {
	return news.Alert{
		ID: id, Kind: "flagged", Level: l, To: []string{"reviewer"}, Group: "g",
		Subject: news.Text{VI: "Dấu hiệu tin đồn " + id, EN: "Signs of a rumour " + id}, Body: news.Text{VI: "Nội dung", EN: "Body"},
		Path: "/inbox/" + id, Event: start, Created: start,
	}
}

func row(a news.Alert, to string) alerts.Row {
	return alerts.Row{Alert: a, Recipient: to, Channel: "email", Role: "reviewer", State: alerts.Waiting, Due: start, Created: start}
}

func save(t *testing.T, s alerts.Store, c alerts.Change) {
	t.Helper()
	if err := s.Save(t.Context(), c); err != nil {
		t.Fatalf("Save: %v", err)
	}
}

func rows(t *testing.T, s alerts.Store, alert string) []alerts.Row {
	t.Helper()
	r, err := s.Rows(t.Context(), alert)
	if err != nil {
		t.Fatalf("Rows(%s): %v", alert, err)
	}
	return r
}

// same compares all but the alert's words.
func same(a, b alerts.Row) bool {
	return a.Seq == b.Seq && a.Alert.ID == b.Alert.ID && a.Recipient == b.Recipient && a.Channel == b.Channel && a.Role == b.Role &&
		a.Fold == b.Fold && a.State == b.State && a.Why == b.Why && a.Tries == b.Tries && a.Due.Equal(b.Due) && a.Retry.Equal(b.Retry) &&
		a.Message == b.Message && a.Drop == b.Drop && a.Error == b.Error && a.Created.Equal(b.Created) && a.Done.Equal(b.Done)
}
