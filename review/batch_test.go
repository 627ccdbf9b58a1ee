package review_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
	"langnghe/review/reviewtest"
)

func (h *house) batch(by review.User) (ids []string) {
	h.t.Helper()
	b, err := h.TakeBatch(context.Background(), review.BatchRequest{By: by})
	h.must(err)
	for _, e := range b.Entries {
		ids = append(ids, e.ID)
	}
	return ids
}

// Two people take 25 each; nobody can decide what the other has in hand until
// five minutes pass without a sign of work.
func TestBatches(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	for i := range 60 {
		h.take(flag(fmt.Sprintf("i%02d", i), news.Claiming, news.Medium))
	}
	h.take(flag("copy", news.Claiming, news.Low, story("s")), flag("head", news.Claiming, news.High, story("s")))
	first, second := h.batch(hoa), h.batch(binh)
	if len(first) != review.BatchSize || len(second) != review.BatchSize || first[0] != "head" {
		t.Fatalf("batches of %d and %d, starting with %s", len(first), len(second), first[0])
	}
	for _, id := range second {
		if slices.Contains(first, id) {
			t.Errorf("both got %s", id)
		}
	}
	if again := h.batch(hoa); !slices.Equal(again, first) {
		t.Errorf("asking twice gives another batch: %v", again)
	}
	stat := func(id string, by review.User) error {
		_, err := h.Decide(ctx, review.DecideRequest{Entry: id, Choice: news.Stat, By: by})
		return err
	}
	h.refused(stat(second[0], hoa), "leased")
	h.refused(stat("copy", binh), "leased") // it is folded under what hoa has
	if _, err := h.Decide(ctx, review.DecideRequest{Entry: second[1], Choice: news.Emergency, By: hoa}); err != nil {
		t.Errorf("a person in danger waits for a lease: %v", err)
	}
	h.now = h.now.Add(4 * time.Minute)
	h.must(stat(second[0], binh)) // binh is at work: the rest is held for five more minutes
	h.now = h.now.Add(4 * time.Minute)
	h.refused(stat(second[2], hoa), "leased")
	h.must(stat(first[1], binh)) // hoa has shown no sign for eight minutes
	h.must(h.ReleaseBatch(ctx, binh))
	h.must(stat(second[2], hoa))
	in, err := h.Inbox(ctx, review.InboxQuery{Mine: true, By: binh})
	h.must(err)
	if len(in.Entries) != 0 {
		t.Errorf("binh has %d entries after giving them back", len(in.Entries))
	}
	if n := h.audits("inbox.take"); n != 3 {
		t.Errorf("%d batches in the chain, want 3", n)
	}
}

// What was told to the ward itself is protected whatever the machine calls
// it, and what a person has called a complaint stays one for the lock.
func TestToldToTheWard(t *testing.T) {
	h := newHouse(t)
	tip := flag("tip", news.Claiming, news.High)
	tip.Item.Kind = news.Tip
	h.take(tip, flag("post", news.Claiming, news.High), flag("said", news.Claiming, news.High))
	if c := h.kase(h.decide("tip", news.Verify, hoa).Case); !c.Locked || c.LockWhy != review.LockVoice {
		t.Errorf("a report to the ward opens a case: %+v", c)
	}
	if c := h.kase(h.decide("post", news.Verify, hoa).Case); c.LockWhy == review.LockVoice {
		t.Errorf("a public claim is locked as a voice: %+v", c)
	}
	h.decide("said", news.Answer, hoa)
	h.later(time.Hour)
	e, err := h.Reclassify(t.Context(), review.DecideRequest{Entry: "said", Choice: news.Verify, Note: "xem lại", By: hoa})
	h.must(err)
	if c := h.kase(e.Case); !c.Locked || c.LockWhy != review.LockVoice {
		t.Errorf("one person takes back that it is to be answered: %+v", c)
	}
}

// After the undo window a decision is replaced and not forgotten; the unit
// that had the complaint hears that it is taken back.
func TestReclassify(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.take(flag("a", news.Complaint, news.Medium))
	old := h.decide("a", news.Answer, hoa)
	h.later(time.Hour)
	if as := h.sent("decided"); len(as) != 1 || as[0].To[0] != "unit/Đội Cấp nước" {
		t.Fatalf("notices = %+v, want the unit's", as)
	}
	again := func(c news.Choice, note string) (review.Entry, error) {
		return h.Reclassify(ctx, review.DecideRequest{Entry: "a", Choice: c, Note: note, By: binh})
	}
	for kind, r := range map[string][2]string{"no_reason": {"stat", " "}, "choice": {"police", "x"}, "same_choice": {"answer", "x"}} {
		_, err := again(news.Choice(r[0]), r[1])
		h.refused(err, kind)
	}
	e, err := again(news.Verify, "là tin đồn, không phải phản ánh")
	h.must(err)
	h.later(time.Minute)
	if len(e.History) != 1 || e.History[0].ID != old.Decision.ID || e.History[0].Replaced.IsZero() || e.Decision.By != "binh" || e.Case == old.Case {
		t.Errorf("entry = %+v, want the old decision in the history", e)
	}
	if c := h.kase(old.Case); c.State != review.Closed || len(c.Entries) != 0 {
		t.Errorf("old case = %+v, want it closed and empty", c)
	}
	if c := h.kase(e.Case); !c.Locked || c.LockWhy != review.LockVoice {
		t.Errorf("new case = %+v: calling a complaint a rumour opens nothing", c)
	}
	if as := h.sent("withdrawn"); len(as) != 1 || as[0].To[0] != "unit/Đội Cấp nước" {
		t.Errorf("withdrawals = %+v, want the unit's", as)
	}
	if last := h.labels[len(h.labels)-1]; last.Label != news.Verify || last.Undone {
		t.Errorf("the rules heard last of %+v", last)
	}
	if h.audits("flag.reclassify") != 1 {
		t.Error("not in the chain")
	}

	// What left the team cannot be taken from under it.
	id := h.scam("b")
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	b := review.DecideRequest{Entry: "b", Choice: news.Stat, Note: "x", By: hoa}
	_, err = h.Reclassify(ctx, b)
	h.refused(err, "handoff_open")
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.later(review.UndoWindow)
	_, err = h.Reclassify(ctx, b)
	h.refused(err, "sent")
}

// A document that is changed, and not only one that is superseded, stops what
// cites it: an answer that is out waits for a new verdict, a hand-off that
// waits does not leave.
func TestChangedDocumentPauses(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.must(h.SetVerdict(ctx, id, review.Fake, news.Citation{Document: "42/TB-UBND"}, hoa))
	h.must(h.DraftCorrection(ctx, id, "Không có.", "", "", hoa))
	h.must(h.ApproveCorrection(ctx, id, chair))
	h.later(review.UndoWindow)
	h.must(h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", editor))
	h.must(h.PublishCorrection(ctx, id, "loa khối 3, 17:00", editor))
	if k := h.kase(id).Correction; len(k.Published) != 2 || k.URL != "https://phuong.gov.vn/1" {
		t.Errorf("publication log = %+v", k.Published)
	}
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	paused, err := h.AddDocument(ctx, official.Document{No: "42/TB-UBND", Issuer: "UBND phường", Date: "2026-01-05", From: "2026-01-05", Title: "Thông báo 42/TB-UBND", Text: "khác"}, hoa)
	h.must(err)
	if !slices.Equal(paused, []string{id}) {
		t.Errorf("paused = %v, want %s", paused, id)
	}
	h.later(review.UndoWindow)
	c := h.kase(id)
	if !c.Handoff.Sent.IsZero() || c.Handoff.Vetoed != "system" || c.Paused == "" {
		t.Errorf("case = %+v, hand-off %+v: want it paused and nothing sent", c, c.Handoff)
	}
	h.refused(h.ProposeHandoff(ctx, id, proposal(), hoa), "locked")
	h.must(h.Unlock(ctx, id, "đã đọc văn bản mới", justice))
	h.refused(h.ProposeHandoff(ctx, id, proposal(), hoa), "paused")
	h.must(h.SetVerdict(ctx, id, review.Fake, news.Citation{Document: "42/TB-UBND"}, hoa))
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	if c := h.kase(id); c.State != review.Judged || c.Correction.Approver != "" || !c.Correction.Out.IsZero() {
		t.Errorf("case after the new verdict = %+v", c)
	}
}

// Spread is measured a day and three days after the publication, the same
// span before and after.
func TestMeasures(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	var asked []string
	var fails error
	var err error
	h.Desk, err = review.New(review.Options{
		Store: h.store, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now },
		Due: func(_ context.Context, as []news.Alert) error { h.alerts = append(h.alerts, as...); return nil },
		Spread: func(_ context.Context, stories []string, from, to time.Time) (review.Spread, error) {
			asked = append(asked, fmt.Sprintf("%v%v", stories, to.Sub(from)))
			if from.Before(reviewtest.Epoch.Add(time.Hour)) {
				return review.Spread{Items: 20, Voices: 12}, fails
			}
			return review.Spread{Items: 3, Voices: 2}, fails
		},
	})
	h.must(err)
	id := h.scam("a", story("s"))
	h.must(h.SetVerdict(ctx, id, review.Fake, news.Citation{Document: "42/TB-UBND"}, hoa))
	h.must(h.DraftCorrection(ctx, id, "Không có.", "", "", hoa))
	h.must(h.ApproveCorrection(ctx, id, chair))
	h.later(2 * time.Hour)
	h.must(h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", hoa))
	h.must(h.CloseCase(ctx, id, "xong", hoa)) // what comes after is measured all the same
	fails = errors.New("indexer is away")
	h.now = h.now.Add(25 * time.Hour)
	if err := h.Tick(ctx); err == nil || len(h.kase(id).Correction.Measured) != 0 {
		t.Errorf("Tick without the indexer = %v", err)
	}
	fails = nil
	for range 3 {
		h.must(h.Tick(ctx))
	}
	h.now = h.now.Add(48 * time.Hour)
	h.must(h.Tick(ctx))
	got := h.kase(id).Correction.Measured
	if len(got) != 2 || got[0].Hours != 24 || got[1].Hours != 72 || got[0].Before.Items != 20 || got[0].After != (review.Spread{Items: 3, Voices: 2}) {
		t.Errorf("measures = %+v", got)
	}
	if want := []string{"[s]24h0m0s", "[s]24h0m0s", "[s]72h0m0s", "[s]72h0m0s"}; !slices.Equal(asked[1:], want) {
		t.Errorf("asked %v, want %v", asked[1:], want)
	}
	if h.audits("correction.measure") != 2 {
		t.Error("measures are not in the chain")
	}
	// Reports read them off the timeline, as they were known at a time.
	k := h.kase(id)
	first := got[0].At
	for at, want := range map[time.Time][]review.Effect{
		first.Add(-time.Second): nil,
		first:                   {{At: first, Hours: 24, Before: 20, After: 3}},
		h.now:                   {{At: first, Hours: 24, Before: 20, After: 3}, {At: got[1].At, Hours: 72, Before: 20, After: 3}},
	} {
		if _, course, ok := k.AsOf(at); !ok || !slices.Equal(course.Measured, want) {
			t.Errorf("measured until %v: %+v, want %+v", at, course.Measured, want)
		}
	}
}

// A due date counts the ward's working days; a late answer is told of every
// day until it comes.
func TestOverdue(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Workday = func(day time.Time) bool { // the Tuesday is a holiday
		return day.Format(time.DateOnly) != "2026-06-02" && day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	}
	h.take(flag("a", news.Complaint, news.High))
	id := h.decide("a", news.Answer, hoa).Case
	due := h.kase(id).Due
	if want := time.Date(2026, 6, 3, 10, 0, 0, 0, time.UTC); !due.Equal(want) {
		t.Fatalf("due %v, want Wednesday 17:00, %v", due, want)
	}
	overdue := func() (n int) {
		h.must(h.Tick(ctx))
		h.later(time.Minute)
		for _, a := range h.alerts {
			if strings.HasPrefix(a.Subject.EN, "The answer is overdue: ") {
				if n++; !slices.Contains(a.To, "unit/Đội Cấp nước") || !slices.Contains(a.To, "reviewer") {
					t.Errorf("told %v", a.To)
				}
			}
		}
		return n
	}
	h.now = due.Add(-time.Minute)
	if n := overdue(); n != 0 {
		t.Errorf("told %d times before the due date", n)
	}
	for want := 1; want <= 3; want++ {
		if n := overdue(); n != want {
			t.Errorf("told %d times, want %d", n, want)
		}
		overdue()
		h.now = h.now.Add(24 * time.Hour)
	}
	cs, err := h.Cases(ctx, review.CaseQuery{Overdue: true, By: chair})
	if err != nil || len(cs) != 1 {
		t.Errorf("overdue = %v, %v, want the case", cs, err)
	}
	h.must(h.Reply(ctx, id, "đã sửa", water))
	h.now = h.now.Add(48 * time.Hour)
	if n := overdue(); n != 3 {
		t.Errorf("told %d times after the answer", n)
	}
}
