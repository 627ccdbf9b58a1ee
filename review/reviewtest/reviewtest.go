// Package reviewtest says what every review.Store must do: its promises are
// the tests here, which each implementation runs.
package reviewtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
)

// Epoch is the time at which the tests' days begin: a Monday, 08:00 in the
// ward.
var Epoch = time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC)

// Run tests a store. Open makes an empty one for a test; reopen, unless it is
// nil, closes it and opens its data again.
func Run(t *testing.T, open func(*testing.T) review.Store, reopen func(*testing.T, review.Store) review.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, review.Store)
	}{
		{"entries", entries},
		{"inbox", inbox},
		{"cases", cases},
		{"outbox", outbox},
		{"recall", recall},
		{"rollback", rollback},
		{"chain", chain},
		{"precision", precision},
		{"documents", documents},
		{"small things", smallThings},
		{"vetoes", vetoes},
		{"posted", posted},
		{"batches", batches},
		{"waking", waking},
		{"overlooked", overlooked},
		{"requests", requests},
		{"outlived", outlived},
		{"one of eight wins", race},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, open(t)) })
	}
	if reopen != nil {
		t.Run("reopen", func(t *testing.T) { survive(t, open(t), reopen) })
	}
}

func update(t *testing.T, s review.Store, f func(review.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), f); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func put(t *testing.T, s review.Store, es ...review.Entry) {
	t.Helper()
	update(t, s, func(tx review.Tx) error {
		for _, e := range es {
			if err := tx.PutEntry(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// same compares as JSON, which is what a store keeps.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	var gv, wv any
	_ = json.Unmarshal(g, &gv)
	_ = json.Unmarshal(w, &wv)
	if !reflect.DeepEqual(gv, wv) {
		t.Errorf("%s = %s, want %s", what, g, w)
	}
}

func entry(id, story string, l news.Level, minute int) review.Entry {
	return review.Entry{
		ID: id, Story: story, Level: l, Topic: "water", Received: Epoch.Add(time.Duration(minute) * time.Minute),
		Item:  &news.Item{ID: id, Text: "Khối Đồng Tâm mất nước", Published: Epoch},
		Flags: []news.Flag{{ID: "f-" + id, Rule: "water-cut", Version: 1, Level: l, Status: "stable", At: Epoch}},
	}
}

// signal is an entry of a rule over time: without an item.
func signal(id string, minute int) review.Entry {
	e := entry(id, "", 2, minute)
	e.Item, e.Topic = nil, "roads"
	return e
}

func decided(e review.Entry, c news.Choice, by string, with string) review.Entry {
	e.Decision = &review.Decision{ID: "d-" + e.ID, Entry: e.ID, Choice: c, By: by, At: Epoch.Add(time.Hour), With: with}
	return e
}

// outlived: words of no case go by their age, those of a case by when it was
// closed, captures by when the slip left.
func outlived(t *testing.T, s review.Store) {
	day := 24 * 60
	free, kept, closed, bare := entry("free", "", 2, 0), entry("kept", "", 2, 0), entry("closed", "", 2, 0), entry("bare", "", 2, 0)
	young := entry("young", "", 2, 10*day)
	kept.Case, closed.Case = "V-1", "V-2"
	bare.Item.Text = ""
	bare.Item.URL = ""
	put(t, s, free, kept, closed, bare, young)
	at := func(days int) time.Time { return Epoch.AddDate(0, 0, days) }
	slip := func(sent time.Time, text string) *review.Handoff {
		return &review.Handoff{Sent: sent, Captures: []review.Capture{{Entry: "a", Text: text, SHA256: "x"}}}
	}
	update(t, s, func(tx review.Tx) error {
		return errors.Join(
			tx.PutCase(review.Case{ID: "V-1", Kind: news.Verify, State: review.Open, Opened: Epoch}),
			tx.PutCase(review.Case{ID: "V-2", Kind: news.Verify, State: review.Closed, Opened: Epoch, Closed: at(1)}),
			tx.PutCase(review.Case{ID: "V-3", Kind: news.Scam, State: review.Open, Opened: Epoch, Handoff: slip(at(2), "lời")}),
			tx.PutCase(review.Case{ID: "V-4", Kind: news.Scam, State: review.Closed, Opened: Epoch, Closed: at(1), Handoff: slip(time.Time{}, "lời")}),
			tx.PutCase(review.Case{ID: "V-5", Kind: news.Scam, State: review.Closed, Opened: Epoch, Closed: at(1), Handoff: slip(at(2), "")}),
		)
	})
	for _, tt := range []struct {
		name           string
		h              review.Horizon
		entries, cases []string
	}{
		{"nothing yet", review.Horizon{Text: at(-1), Closed: at(-1), Sent: at(-1)}, nil, nil},
		{"texts", review.Horizon{Text: at(5), Closed: at(0), Sent: at(0)}, []string{"free"}, nil},
		{"evidence", review.Horizon{Text: at(5), Closed: at(2), Sent: at(0)}, []string{"closed", "free"}, []string{"V-4"}},
		{"slips", review.Horizon{Text: at(5), Closed: at(2), Sent: at(3)}, []string{"closed", "free"}, []string{"V-3", "V-4"}},
	} {
		es, cs, err := s.Outlived(context.Background(), tt.h, 10)
		slices.Sort(es)
		if err != nil || !slices.Equal(es, tt.entries) || !slices.Equal(cs, tt.cases) {
			t.Errorf("%s: %v, %v, %v; want %v, %v", tt.name, es, cs, err, tt.entries, tt.cases)
		}
	}
	if es, _, err := s.Outlived(context.Background(), review.Horizon{Text: at(5), Closed: at(2), Sent: at(3)}, 1); err != nil || len(es) != 1 {
		t.Errorf("%v, %v; want one", es, err)
	}
}

func entries(t *testing.T, s review.Store) {
	ctx := context.Background()
	if _, err := s.Entry(ctx, "none"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("Entry of an unknown id: error = %v, want ErrNotFound", err)
	}
	e := entry("a", "s1", 3, 0)
	put(t, s, e)
	got, err := s.Entry(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Entry", got, e)
	update(t, s, func(tx review.Tx) error {
		if _, err := tx.Entry("none"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("tx.Entry of an unknown id: error = %v, want ErrNotFound", err)
		}
		e.Topic = "roads"
		if err := tx.PutEntry(e); err != nil {
			return err
		}
		own, err := tx.Entry("a")
		same(t, "Entry within the transaction", own, e)
		if id, err := tx.Flagged("f-a"); id != "a" || err != nil {
			t.Errorf("Flagged = %q, %v, want a", id, err)
		}
		if id, err := tx.Flagged("f-none"); id != "" || err != nil {
			t.Errorf("Flagged of an unknown flag = %q, %v, want none", id, err)
		}
		return err
	})
}

func vetoes(t *testing.T, s review.Store) {
	check := func(story string, want time.Time) {
		t.Helper()
		update(t, s, func(tx review.Tx) error {
			got, err := tx.Vetoed(story)
			if !got.Equal(want) {
				t.Errorf("Vetoed(%q) = %v, want %v", story, got, want)
			}
			return err
		})
	}
	check("s1", time.Time{})
	for _, at := range []time.Time{Epoch.Add(time.Hour), Epoch.Add(time.Minute)} { // the latest counts
		update(t, s, func(tx review.Tx) error { return tx.SetVetoed("s1", at) })
	}
	check("s1", Epoch.Add(time.Hour))
	check("s2", time.Time{})
}

func posted(t *testing.T, s review.Store) {
	a, b, signal := entry("a", "", 3, 0), entry("b", "", 3, 1), entry("c", "", 3, 2)
	a.Item.URL, b.Item.URL, signal.Item = "https://example.com/1", "https://example.com/2", nil
	put(t, s, a, b, signal)
	for want, urls := range map[string][]string{
		"":   {"https://example.com", "https://example.com/1/"},
		"a":  {"http://example.com/1", "https://example.com/1"},
		"ab": {"https://example.com/2", "https://example.com/1", ""},
	} {
		update(t, s, func(tx review.Tx) error {
			es, err := tx.Posted(urls)
			got := ""
			for _, e := range es {
				got += e.ID
			}
			if got != want {
				t.Errorf("Posted(%q) = %q, want %q", urls, got, want)
			}
			return err
		})
	}
}

func batches(t *testing.T, s review.Store) {
	ctx := context.Background()
	hoa, minh := review.User{Name: "Hoa", Role: review.Reviewer}, review.User{Name: "minh", Role: review.Reviewer}
	put(t, s, entry("a", "s1", 2, 0), entry("b", "s1", 4, 9), entry("c", "", 3, 1), entry("d", "", 3, 2), entry("e", "", 1, 0),
		decided(entry("x", "", 4, 0), news.Stat, "hoa", ""))
	batch := func(by review.User, size, minute int, want ...string) {
		t.Helper()
		now := Epoch.Add(time.Duration(minute) * time.Minute)
		update(t, s, func(tx review.Tx) error {
			got, err := tx.Batch(review.BatchRequest{By: by, Size: size}, now)
			if !slices.Equal(got, want) {
				t.Errorf("batch of %s at minute %d = %v, want %v", by.Name, minute, got, want)
			}
			for _, id := range got {
				e, err := tx.Entry(id)
				if err != nil {
					return err
				}
				if err := tx.PutLease(e.Fold(), review.Lease{By: by.Name, Until: now.Add(5 * time.Minute)}); err != nil {
					return err
				}
			}
			return err
		})
	}
	batch(hoa, 2, 0, "b", "c")
	batch(minh, 2, 1, "d", "e")
	batch(minh, 4, 2, "d", "e")
	in, err := s.Inbox(ctx, review.InboxQuery{Mine: true, By: hoa, Now: Epoch.Add(4 * time.Minute), Limit: 9})
	if err != nil || len(in.Entries) != 2 || in.Entries[0].Lease == nil || in.Entries[0].Lease.By != "hoa" || in.Entries[0].Folded != 1 || in.Open != 4 {
		t.Errorf("what hoa has in hand = %+v, %v, want b with a folded under it and c, of 4", in, err)
	}
	in, err = s.Inbox(ctx, review.InboxQuery{By: hoa, Now: Epoch.Add(6 * time.Minute), Limit: 9})
	if err != nil || len(in.Entries) != 4 || in.Entries[0].Lease != nil || in.Entries[2].Lease == nil {
		t.Errorf("inbox after hoa's leases = %+v, %v, want only minh's", in, err)
	}
	batch(hoa, 3, 6, "b", "c") // her own have ended, minh's have not
	update(t, s, func(tx review.Tx) error {
		if l, err := tx.Lease("story/s1"); err != nil || l.By != "hoa" || !l.Until.Equal(Epoch.Add(11*time.Minute)) {
			t.Errorf("Lease = %+v, %v", l, err)
		}
		if l, err := tx.Lease("none"); err != nil || l.By != "" {
			t.Errorf("Lease of nothing = %+v, %v", l, err)
		}
		if err := tx.ExtendLeases("hoa", Epoch.Add(7*time.Minute), Epoch.Add(12*time.Minute)); err != nil {
			return err
		}
		if l, err := tx.Lease("c"); err != nil || !l.Until.Equal(Epoch.Add(12*time.Minute)) {
			t.Errorf("Lease after more work = %+v, %v", l, err)
		}
		if l, err := tx.Lease("d"); err != nil || !l.Until.Equal(Epoch.Add(7*time.Minute)) {
			t.Errorf("Lease of somebody else = %+v, %v", l, err)
		}
		return tx.EndLeases("HOA")
	})
	batch(minh, 9, 6, "d", "e", "b", "c")
}

func requests(t *testing.T, s review.Store) {
	at := func(h int) time.Time { return Epoch.Add(time.Duration(h) * time.Hour) }
	late, soon := review.DataRequest{ID: "D-2", Due: at(9), Kind: "access"}, review.DataRequest{ID: "D-1", Due: at(3), Kind: "erase", Items: []string{"a"}}
	old, recent := review.DataRequest{ID: "D-3", Due: at(1), Done: at(2)}, review.DataRequest{ID: "D-4", Due: at(1), Done: at(4)}
	update(t, s, func(tx review.Tx) error {
		for _, r := range []review.DataRequest{late, soon, old, recent} {
			if err := tx.PutRequest(r); err != nil {
				return err
			}
		}
		if _, err := tx.Request("none"); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("unknown request: %v", err)
		}
		got, err := tx.Request("D-1")
		same(t, "Request", got, soon)
		return err
	})
	got, err := s.Requests(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Requests", got, []review.DataRequest{soon, late, recent})
}

func waking(t *testing.T, s review.Store) {
	ctx := context.Background()
	at := func(h int) time.Time { return Epoch.Add(time.Duration(h) * time.Hour) }
	late := review.Case{ID: "V-1", Kind: news.Answer, State: review.Forwarded, Unit: "x", Due: at(5), Opened: Epoch}
	out := review.Case{ID: "V-2", Kind: news.Verify, State: review.Published, Opened: Epoch, Stories: []string{"s"}, Correction: &review.Correction{Out: at(1)}}
	done := review.Case{ID: "V-3", Kind: news.Answer, State: review.Answered, Unit: "x", Due: at(5), Opened: Epoch}
	slip := review.Case{ID: "V-4", Kind: news.Danger, State: review.Open, Opened: Epoch, Handoff: &review.Handoff{Citation: news.Citation{Document: "9/TB"}}}
	update(t, s, func(tx review.Tx) error {
		for _, c := range []review.Case{late, out, done, slip} {
			if err := tx.PutCase(c); err != nil {
				return err
			}
		}
		cs, err := tx.Citing("9/TB")
		if len(cs) != 1 || cs[0].ID != "V-4" {
			t.Errorf("Citing what a hand-off cites = %v, want V-4", cs)
		}
		return err
	})
	for h, want := range map[int][]string{4: nil, 5: {"V-1"}, 26: {"V-1", "V-2"}} {
		if got, err := s.Waking(ctx, at(h)); err != nil || !slices.Equal(got, want) {
			t.Errorf("Waking at hour %d = %v, %v, want %v", h, got, err, want)
		}
	}
}

func overlooked(t *testing.T, s review.Store) {
	hidden, told := entry("h", "", 4, 0), entry("t", "", 4, 0)
	hidden.Hidden, told.Overlooked = true, Epoch
	put(t, s, entry("a", "", 2, 0), entry("b", "", 3, 1), entry("c", "", 3, 0), entry("d", "", 3, 9), entry("low", "", 1, 0), hidden, told, decided(entry("x", "", 4, 0), news.Scam, "hoa", ""))
	late := entry("a", "", 2, 0).Received.Add(time.Hour)
	for _, c := range []struct {
		before [5]time.Time
		limit  int
		want   []string
	}{
		{[5]time.Time{}, 10, nil},
		{[5]time.Time{2: late.Add(24 * time.Hour), 3: entry("b", "", 3, 1).Received, 4: late}, 10, []string{"c", "b", "a"}},
		{[5]time.Time{2: late.Add(24 * time.Hour), 3: entry("b", "", 3, 1).Received, 4: late}, 1, []string{"c"}},
		{[5]time.Time{3: late.Add(-2 * time.Hour)}, 10, nil},
	} {
		if got, err := s.Overlooked(context.Background(), c.before, c.limit); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("Overlooked(%v, %d) = %v, %v, want %v", c.before, c.limit, got, err, c.want)
		}
	}
}

// accuses: what has a subject is neither listed, folded, counted nor handed
// out when it is left out, decided or not.
func accuses(t *testing.T, s review.Store) {
	ctx := context.Background()
	about := func(e review.Entry) review.Entry {
		e.Subject = review.SubjectLeader
		return e
	}
	put(t, s, about(entry("l1", "s1", 4, 1)), about(entry("l2", "", 4, 2)), about(decided(entry("l3", "", 2, 3), news.Answer, "hoa", "")))
	without := review.InboxQuery{Limit: 20, Without: review.SubjectLeader}
	in, err := s.Inbox(ctx, without)
	if err != nil || len(in.Entries) != 4 || in.Open != 4 || in.ByLevel[4] != 1 || in.Entries[0].ID != "c" || !slices.Equal(in.Entries[0].Similar, []string{"a", "b"}) {
		t.Errorf("without the accusing: %+v, %v", in, err)
	}
	without.Decided = true
	if in, err := s.Inbox(ctx, without); err != nil || slices.ContainsFunc(in.Entries, func(e review.Entry) bool { return e.ID == "l3" }) {
		t.Errorf("decided ones without the accusing: %+v, %v", in, err)
	}
	if in, err := s.Inbox(ctx, review.InboxQuery{Limit: 20}); err != nil || in.Open != 5 || in.Entries[0].Folded != 3 {
		t.Errorf("with them: %+v, %v", in, err)
	}
	if got, err := s.Accusing(ctx, review.SubjectLeader); err != nil || !slices.Equal(got, []string{"l3", "l2", "l1"}) {
		t.Errorf("Accusing = %v, %v, want l3 l2 l1", got, err)
	}
	now := entry("x", "", 0, 9).Received.Add(time.Hour)
	err = s.Update(ctx, func(tx review.Tx) error {
		ids, err := tx.Batch(review.BatchRequest{By: review.User{Name: "chair", Role: review.Leader}, Size: 20, Without: review.SubjectLeader}, now)
		if !slices.Equal(ids, []string{"c", "e", "d", "r"}) {
			t.Errorf("batch without the accusing = %v", ids)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, entry("l1", "", 0, 1), entry("l2", "", 0, 2)) // they say something else now
	for _, id := range []string{"l1", "l2"} {
		e := entry(id, "", 0, 9)
		e.Hidden = true
		put(t, s, e)
	}
}

func inbox(t *testing.T, s review.Store) {
	ctx := context.Background()
	hidden := entry("h", "", 4, 0)
	hidden.Hidden = true
	put(t, s,
		entry("a", "s1", 2, 0), entry("b", "s1", 4, 9), entry("c", "s1", 4, 5), // one line: c, the oldest of level 4
		entry("d", "", 3, 1), entry("e", "", 3, 0), hidden,
		signal("r", 1), decided(signal("q", 2), news.Stat, "hoa", ""),
		decided(entry("x", "s1", 4, 0), news.Scam, "hoa", ""), decided(entry("y", "", 1, 0), news.Stat, "hoa", ""))
	ids := func(in review.Inbox) (out []string) {
		for _, e := range in.Entries {
			out = append(out, e.ID)
		}
		return out
	}
	in, err := s.Inbox(ctx, review.InboxQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ids(in), []string{"c", "e", "d", "r"}; !slices.Equal(got, want) {
		t.Fatalf("inbox = %v, want %v", got, want)
	}
	if in.Open != 4 || in.ByLevel != [5]int{0, 0, 1, 2, 1} || in.ByTopic["water"] != 3 || in.ByTopic["roads"] != 1 {
		t.Errorf("counts = %d %v %v, want 4 lines, two of level 3, three about water", in.Open, in.ByLevel, in.ByTopic)
	}
	if c := in.Entries[0]; c.Folded != 2 || !slices.Equal(c.Similar, []string{"a", "b"}) {
		t.Errorf("folded = %d %v, want a and b", c.Folded, c.Similar)
	}
	for _, tt := range []struct {
		q    review.InboxQuery
		want []string
	}{
		{review.InboxQuery{Limit: 1, Offset: 1}, []string{"e"}},
		{review.InboxQuery{Limit: 9, Min: 4}, []string{"c"}},
		{review.InboxQuery{Limit: 9, Topic: "roads"}, []string{"r"}},
		{review.InboxQuery{Limit: 9, Topic: "land"}, nil},
		{review.InboxQuery{Limit: 9, Signals: true}, []string{"q", "r"}},
		{review.InboxQuery{Limit: 1, Offset: 1, Signals: true}, []string{"r"}},
		{review.InboxQuery{Limit: 9, Decided: true}, []string{"q", "x", "y"}},
		{review.InboxQuery{Limit: 9, Without: review.SubjectLeader}, []string{"c", "e", "d", "r"}},
	} {
		if in, err := s.Inbox(ctx, tt.q); err != nil || !slices.Equal(ids(in), tt.want) {
			t.Errorf("inbox %+v = %v, %v, want %v", tt.q, ids(in), err, tt.want)
		}
	}
	accuses(t, s)
	update(t, s, func(tx review.Tx) error {
		got, err := tx.Undecided("s1")
		if !slices.Equal(got, []string{"a", "c", "b"}) {
			t.Errorf("Undecided = %v, want a c b", got)
		}
		return err
	})
	put(t, s, decided(entry("a", "s1", 2, 0), news.Scam, "hoa", "d-x"))
	update(t, s, func(tx review.Tx) error {
		got, err := tx.Together("d-x")
		if !slices.Equal(got, []string{"a"}) {
			t.Errorf("Together = %v, want a", got)
		}
		return err
	})
}

func cases(t *testing.T, s review.Store) {
	ctx := context.Background()
	if _, err := s.Case(ctx, "none"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("Case of an unknown id: error = %v, want ErrNotFound", err)
	}
	at := func(min int) time.Time { return Epoch.Add(time.Duration(min) * time.Minute) }
	answer := review.Case{ID: "V-1", Kind: news.Answer, State: review.Forwarded, Level: 2, Unit: "Đội Cấp nước", Due: at(60), Opened: at(0), Stories: []string{"s1"}}
	scam := review.Case{ID: "V-2", Kind: news.Scam, State: review.Judged, Level: 3, Opened: at(1), Stories: []string{"s1", "s2"},
		Citation: &news.Citation{Document: "42/TB-UBND"}, Handoff: &review.Handoff{Case: "V-2", Category: review.FraudOrScam, ApprovedAt: at(5)}}
	sent := review.Case{ID: "V-3", Kind: news.Verify, State: review.Approved, Level: 3, Opened: at(2),
		Correction: &review.Correction{Portal: "x", At: at(3)}, Handoff: &review.Handoff{Case: "V-3", Sent: at(4), ApprovedAt: at(1)}}
	done := review.Case{ID: "V-4", Kind: news.Scam, State: review.Closed, Opened: at(3), Closed: at(4), Stories: []string{"s2"}, Citation: &news.Citation{Document: "42/TB-UBND"}}
	vetoed := review.Case{ID: "V-5", Kind: news.Danger, State: review.Open, Level: 4, Opened: at(4), Handoff: &review.Handoff{ApprovedAt: at(1), Vetoed: "tư pháp"}}
	all := []review.Case{answer, scam, sent, done, vetoed}
	update(t, s, func(tx review.Tx) error {
		for _, c := range all {
			if err := tx.PutCase(c); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range all {
		got, err := s.Case(ctx, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, c.ID, got, c)
	}
	for _, tt := range []struct {
		q    review.CaseQuery
		want string
	}{
		{review.CaseQuery{}, "V-5 V-2 V-3 V-1"},
		{review.CaseQuery{Closed: true}, "V-5 V-4 V-3 V-2 V-1"},
		{review.CaseQuery{Kind: news.Answer}, "V-1"},
		{review.CaseQuery{State: review.Judged}, "V-2"},
		{review.CaseQuery{Unit: "đội cấp nước"}, "V-1"},
		{review.CaseQuery{Unit: "Đội Môi trường"}, ""},
		{review.CaseQuery{Handoff: true}, "V-5 V-2 V-3"},
		{review.CaseQuery{Handoff: true, Sent: true}, "V-3"},
		{review.CaseQuery{Public: true}, "V-3"},
		{review.CaseQuery{Overdue: true, Now: at(59)}, ""},
		{review.CaseQuery{Overdue: true, Now: at(61)}, "V-1"},
		{review.CaseQuery{Limit: 1, Offset: 1}, "V-2"},
	} {
		if tt.q.Limit == 0 {
			tt.q.Limit = 50
		}
		cs, err := s.Cases(ctx, tt.q)
		got := ""
		for i, c := range cs {
			if i > 0 {
				got += " "
			}
			got += c.ID
		}
		if err != nil || got != tt.want {
			t.Errorf("Cases(%+v) = %q, %v, want %q", tt.q, got, err, tt.want)
		}
	}
	for min, want := range map[int][]string{14: nil, 15: {"V-2"}} { // ten minutes after the approval
		if got, err := s.Releasable(ctx, at(min)); err != nil || !slices.Equal(got, want) {
			t.Errorf("Releasable at minute %d = %v, %v, want %v", min, got, err, want)
		}
	}
	update(t, s, func(tx review.Tx) error {
		for _, tt := range []struct {
			kind        review.CaseKind
			story, want string
		}{{news.Scam, "s2", "V-2"}, {news.Scam, "s1", "V-2"}, {news.Answer, "s1", "V-1"}, {news.Answer, "s2", ""}} {
			if got, err := tx.OpenCase(tt.kind, tt.story); err != nil || got != tt.want {
				t.Errorf("OpenCase(%s, %s) = %q, %v, want %q", tt.kind, tt.story, got, err, tt.want)
			}
		}
		cs, err := tx.Citing("42/TB-UBND")
		if len(cs) != 1 || cs[0].ID != "V-2" {
			t.Errorf("Citing = %v, want V-2 alone", cs)
		}
		return err
	})
}

func message(id, ref string, minute int) review.Message {
	return review.Message{ID: id, Kind: review.AlertMessage, Ref: ref, From: Epoch.Add(time.Duration(minute) * time.Minute), Body: []byte(`{"id":"` + id + `"}`)}
}

func send(t *testing.T, s review.Store, ms ...review.Message) {
	t.Helper()
	update(t, s, func(tx review.Tx) error {
		for _, m := range ms {
			if err := tx.Send(m); err != nil {
				return err
			}
		}
		return nil
	})
}

func take(t *testing.T, s review.Store, minute, limit int) (ids []string) {
	t.Helper()
	ms, err := s.TakeMessages(context.Background(), review.AlertMessage, Epoch.Add(time.Duration(minute)*time.Minute), limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		if string(m.Body) != `{"id":"`+m.ID+`"}` || m.Kind != review.AlertMessage {
			t.Errorf("message %s came back as %+v", m.ID, m)
		}
		ids = append(ids, m.ID)
	}
	return ids
}

func outbox(t *testing.T, s review.Store) {
	ctx := context.Background()
	other := message("d", "", 0)
	other.Kind = review.DecidedMessage
	send(t, s, message("a", "", 0), message("later", "", 10), message("b", "", 0), other, message("a", "twice", 0))
	if got := take(t, s, 0, 10); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("taken = %v, want a b", got)
	}
	if got := take(t, s, 0, 1); !slices.Equal(got, []string{"a"}) {
		t.Errorf("taken again = %v, want a: what is not marked comes back", got)
	}
	if n, oldest, err := s.Backlog(ctx, Epoch.Add(time.Minute)); n != 3 || !oldest.Equal(Epoch) || err != nil {
		t.Errorf("Backlog = %d since %v, %v, want 3 since %v", n, oldest, err, Epoch)
	}
	if err := s.Sent(ctx, Epoch, []string{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	if got := take(t, s, 9, 10); got != nil {
		t.Errorf("taken after the mark = %v, want none", got)
	}
	if got := take(t, s, 10, 10); !slices.Equal(got, []string{"later"}) {
		t.Errorf("taken at its time = %v, want later", got)
	}
}

func recall(t *testing.T, s review.Store) {
	send(t, s, message("seen", "x", 0), message("else", "y", 0))
	take(t, s, 0, 10) // seen, though nobody has marked it
	send(t, s, message("waits", "x", 10))
	update(t, s, func(tx review.Tx) error {
		ms, err := tx.Recall("x")
		if len(ms) != 1 || ms[0].ID != "seen" {
			t.Errorf("Recall = %v, want the one that was taken", ms)
		}
		return err
	})
	if got := take(t, s, 20, 10); slices.Contains(got, "waits") {
		t.Errorf("taken after the recall = %v, want the waiting one gone", got)
	}
}

func rollback(t *testing.T, s review.Store) {
	ctx := context.Background()
	oops := errors.New("oops")
	err := s.Update(ctx, func(tx review.Tx) error {
		err := errors.Join(tx.PutEntry(entry("a", "s", 3, 0)), tx.PutCase(review.Case{ID: "V-1", Kind: news.Scam, State: review.Open}),
			tx.Send(message("m", "", 0)), tx.Chain(news.Audit{ID: "1", Act: "x"}), tx.PutNotice("k", review.Notice{Alert: "a", At: Epoch}))
		if _, nerr := tx.Next("n"); nerr != nil || err != nil {
			t.Fatal(err, nerr)
		}
		return oops
	})
	if !errors.Is(err, oops) {
		t.Errorf("Update = %v, want the error of the function", err)
	}
	if _, err := s.Entry(ctx, "a"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("entry after a failed transaction: %v, want ErrNotFound", err)
	}
	if _, err := s.Case(ctx, "V-1"); !errors.Is(err, review.ErrNotFound) {
		t.Errorf("case after a failed transaction: %v, want ErrNotFound", err)
	}
	if got := take(t, s, 0, 10); got != nil {
		t.Errorf("messages after a failed transaction = %v", got)
	}
	if n, err := s.VerifyAudit(ctx); n != 0 || err != nil {
		t.Errorf("chain after a failed transaction = %d, %v", n, err)
	}
	update(t, s, func(tx review.Tx) error {
		n, err := tx.Next("n")
		if n != 1 {
			t.Errorf("counter after a failed transaction = %d, want 1", n)
		}
		if note, _ := tx.Notice("k"); note != (review.Notice{}) {
			t.Errorf("notice after a failed transaction = %+v", note)
		}
		return err
	})
}

func chain(t *testing.T, s review.Store) {
	ctx := context.Background()
	for i := range 5 {
		update(t, s, func(tx review.Tx) error {
			a := news.Audit{ID: fmt.Sprint("a", i), At: Epoch.Add(time.Duration(i) * time.Minute), Role: "desk", Who: "hoa", Act: "flag.decide", Object: fmt.Sprint("e", i%2)}
			if i == 4 {
				a.Who, a.Act = "minh", "case.view"
			}
			return errors.Join(tx.Chain(a), tx.Chain(a)) // the second one is a repeat
		})
	}
	if n, err := s.VerifyAudit(ctx); n != 5 || err != nil {
		t.Errorf("VerifyAudit = %d, %v, want 5", n, err)
	}
	p, err := s.Audit(ctx, review.AuditQuery{Limit: 2})
	if err != nil || p.Total != 5 || len(p.Entries) != 2 || p.Entries[0].ID != "a4" || p.Entries[0].Prev != p.Entries[1].Hash || p.Entries[0].Hash == "" {
		t.Errorf("Audit = %+v, %v, want the newest two of 5, linked", p, err)
	}
	for _, tt := range []struct {
		q    review.AuditQuery
		want int
	}{
		{review.AuditQuery{Who: "hoa"}, 4},
		{review.AuditQuery{Act: "flag"}, 4},
		{review.AuditQuery{Act: "fla"}, 0},
		{review.AuditQuery{Act: "case.view"}, 1},
		{review.AuditQuery{Object: "e1"}, 2},
		{review.AuditQuery{From: Epoch.Add(time.Minute), To: Epoch.Add(3 * time.Minute)}, 2},
	} {
		tt.q.Limit = 50
		if p, err := s.Audit(ctx, tt.q); err != nil || p.Total != tt.want || len(p.Entries) != tt.want {
			t.Errorf("Audit(%+v) = %d, %v, want %d", tt.q, p.Total, err, tt.want)
		}
	}
}

func precision(t *testing.T, s review.Store) {
	withdrawn := entry("w", "", 3, 0)
	withdrawn.Flags[0].Withdrawn = true
	withdrawn.Hidden = true
	two := decided(entry("b", "", 3, 0), news.Answer, "hoa", "")
	two.Flags = append(two.Flags, news.Flag{ID: "f-b2", Rule: "other", Version: 3})
	put(t, s, decided(entry("a", "", 3, 0), news.Stat, "hoa", ""), two, entry("c", "", 3, 0), withdrawn)
	undone := decided(entry("d", "", 3, 0), news.Scam, "hoa", "")
	put(t, s, undone)
	undone.Decision = nil
	put(t, s, undone)
	ps, err := s.Precision(context.Background())
	want := []review.Precision{{Rule: "other", Version: 3, Flags: 1, Decided: 1, Useful: 1}, {Rule: "water-cut", Version: 1, Flags: 4, Decided: 2, Useful: 1}}
	if err != nil || !slices.Equal(ps, want) {
		t.Errorf("Precision = %+v, %v, want %+v", ps, err, want)
	}
}

func documents(t *testing.T, s review.Store) {
	old := official.Document{No: "17/TB-UBND", Date: "2025-01-01", From: "2025-01-01", Title: "Phí vệ sinh", Text: "25.000 đồng"}
	young := official.Document{No: "42/TB-UBND", Date: "2026-01-01", From: "2026-01-05", Facts: []news.Fact{{ID: "42/TB-UBND#1.money.1", Status: "proposed"}}}
	update(t, s, func(tx review.Tx) error {
		if _, err := tx.Document(old.No); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("unknown document: error = %v, want ErrNotFound", err)
		}
		if err := errors.Join(tx.PutDocument(old), tx.PutDocument(young)); err != nil {
			return err
		}
		old.To = "2026-01-04"
		if err := tx.PutDocument(old); err != nil {
			return err
		}
		got, err := tx.Document(old.No)
		same(t, "Document", got, old)
		all, aerr := tx.Documents()
		same(t, "Documents within the transaction", all, []official.Document{young, old})
		return errors.Join(err, aerr)
	})
	all, err := s.Documents(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "Documents", all, []official.Document{young, old})
}

func smallThings(t *testing.T, s review.Store) {
	update(t, s, func(tx review.Tx) error {
		n := review.Notice{At: Epoch, Level: 3, Alert: "a1"}
		if err := errors.Join(tx.PutNotice("story/s", n), tx.SetErased(news.Erased{ID: "i", Reason: "yêu cầu", At: Epoch})); err != nil {
			return err
		}
		if got, err := tx.Notice("story/s"); err != nil || got.Alert != "a1" || got.Level != 3 || !got.At.Equal(Epoch) {
			t.Errorf("Notice = %+v, %v, want %+v", got, err, n)
		}
		for item, want := range map[string]bool{"i": true, "j": false} {
			if got, err := tx.Erased(item); err != nil || got != want {
				t.Errorf("Erased(%s) = %v, %v, want %v", item, got, err, want)
			}
		}
		for want := 1; want <= 3; want++ {
			if got, err := tx.Next("case-2026"); err != nil || got != want {
				t.Errorf("Next = %d, %v, want %d", got, err, want)
			}
		}
		if got, err := tx.Count("case-2026"); err != nil || got != 3 {
			t.Errorf("Count = %d, %v, want 3", got, err)
		}
		if got, err := tx.Count("nothing"); err != nil || got != 0 {
			t.Errorf("Count of nothing = %d, %v, want 0", got, err)
		}
		return nil
	})
}

// race lets eight people decide one entry at once.
func race(t *testing.T, s review.Store) {
	ctx := context.Background()
	put(t, s, entry("a", "s", 3, 0))
	taken := errors.New("decided already")
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Update(ctx, func(tx review.Tx) error {
				e, err := tx.Entry("a")
				if err != nil {
					return err
				}
				if e.Decision != nil {
					return taken
				}
				if err := tx.Chain(news.Audit{ID: fmt.Sprint(i), At: Epoch, Act: "flag.decide"}); err != nil {
					return err
				}
				return tx.PutEntry(decided(e, news.Choices[i%7], fmt.Sprint("person ", i), ""))
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, taken) {
			t.Errorf("decide at once: %v", err)
		}
	}
	if n, err := s.VerifyAudit(ctx); won != 1 || n != 1 || err != nil {
		t.Errorf("%d of 8 decisions at once won, %d audit entries, %v; want one each", won, n, err)
	}
}

// survive opens the data again: all of it is there.
func survive(t *testing.T, s review.Store, reopen func(*testing.T, review.Store) review.Store) {
	ctx := context.Background()
	put(t, s, entry("a", "s", 3, 0))
	send(t, s, message("m", "x", 0))
	update(t, s, func(tx review.Tx) error {
		return errors.Join(tx.PutCase(review.Case{ID: "V-1", Kind: news.Scam, State: review.Open, Opened: Epoch}), tx.Chain(news.Audit{ID: "1", At: Epoch, Who: "hoa", Act: "flag.decide"}))
	})
	s = reopen(t, s)
	got, err := s.Entry(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "entry after reopening", got, entry("a", "s", 3, 0))
	if _, err := s.Case(ctx, "V-1"); err != nil {
		t.Errorf("case after reopening: %v", err)
	}
	if got := take(t, s, 0, 10); !slices.Equal(got, []string{"m"}) {
		t.Errorf("outbox after reopening = %v, want m", got)
	}
	update(t, s, func(tx review.Tx) error {
		return tx.Chain(news.Audit{ID: "2", At: Epoch, Who: "hoa", Act: "flag.undo"})
	})
	if n, err := s.VerifyAudit(ctx); n != 2 || err != nil {
		t.Errorf("chain after reopening = %d, %v, want 2", n, err)
	}
}
