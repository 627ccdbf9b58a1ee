package review_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

func vitals(context.Context) news.Text {
	return news.Text{VI: "12 nguồn tốt.", EN: "12 sources are well."}
}

// Every morning there is a sign of life; on working days a digest at 07:30
// and 16:00, each once, also when the service was down at the time.
func TestPulse(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Workday = func(day time.Time) bool { return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday }
	h.take(flag("a", news.Claiming, news.High), flag("b", news.Claiming, news.Medium, story("s")), flag("c", news.Claiming, news.Low, story("s")))
	pulse := func(at string) {
		t.Helper()
		local, err := time.ParseInLocation("2006-01-02 15:04", at, h.Zone)
		h.must(err)
		h.now = local
		h.must(h.Pulse(ctx, vitals))
		h.must(h.Pulse(ctx, vitals))
		h.must(h.Forward(ctx))
	}
	count := func(want string) {
		t.Helper()
		var got []string
		for _, a := range h.alerts {
			if a.Kind == "heartbeat" || a.Kind == "digest" {
				got = append(got, strings.TrimPrefix(a.ID, "heartbeat/2026-06-"))
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("reports = %q, want %q", s, want)
		}
	}
	pulse("2026-06-05 07:29")
	count("")
	pulse("2026-06-05 09:10") // the service was down at half past seven
	count("05 digest/2026-06-05/morning digest/2026-06-05/morning/leader")
	pulse("2026-06-05 16:01")
	pulse("2026-06-05 21:00")
	pulse("2026-06-06 07:30") // Saturday
	count("05 digest/2026-06-05/morning digest/2026-06-05/morning/leader digest/2026-06-05/afternoon digest/2026-06-05/afternoon/leader 06")
	beat, digest := h.sent("heartbeat")[0], h.sent("digest")[0]
	if !strings.Contains(beat.Body.VI, "12 nguồn tốt") || !strings.Contains(beat.Body.EN, "2 entries wait") || !slices.Contains(beat.To, "admin") {
		t.Errorf("heartbeat = %+v", beat)
	}
	if !strings.Contains(digest.Body.VI, "2 mục (khẩn cấp 0, khẩn 1, theo dõi 1)") || !strings.Contains(digest.Body.VI, "Tin về nước (+1)") || strings.Contains(digest.Body.VI, "người dân") {
		t.Errorf("digest = %+v: it names titles of rules and nobody's words", digest)
	}
}

// A rise below the level that is told is told when it stands out of the
// ward's day, once a day, and not when a source's outage explains it.
func TestRises(t *testing.T) {
	h := newHouse(t)
	rise := func(id string, push bool) news.Flag {
		f := flag(id, news.Other, news.Medium)
		f.Item, f.Type, f.Group, f.Topic, f.Push = nil, "spike", "water", "water", push
		f.At = h.now
		return f
	}
	h.take(rise("r1", false))
	h.later(time.Minute)
	if as := h.sent("trend"); len(as) != 0 {
		t.Fatalf("told of what does not stand out: %+v", as)
	}
	f := rise("r1", true)
	f.At = h.now.Add(-time.Minute)
	h.take(f)
	h.take(f)
	h.later(time.Minute)
	as := h.sent("trend")
	if len(as) != 1 || len(as[0].To) != 1 || as[0].To[0] != string(review.Reviewer) || as[0].Topic != "water" || !strings.HasPrefix(as[0].Path, "/inbox/") {
		t.Fatalf("notices = %+v, want one to the reviewers", as)
	}
	h.later(5 * time.Hour)
	h.take(rise("r2", true))
	h.later(time.Minute)
	if as := h.sent("trend"); len(as) != 1 {
		t.Errorf("told again after five hours: %+v", as)
	}
	h.later(20 * time.Hour)
	h.take(rise("r3", true))
	h.later(time.Minute)
	if as := h.sent("trend"); len(as) != 2 {
		t.Errorf("%d notices after a day, want 2", len(as))
	}
	gone := rise("r3", true)
	gone.Withdrawn, gone.At = true, h.now.Add(-time.Minute)
	h.take(gone)
	h.later(time.Minute)
	if as := h.sent("withdrawn"); len(as) != 1 {
		t.Errorf("%d withdrawals, want that of the rise that was none", len(as))
	}
}

// A source that falls silent is told of once, and that it works again; flags
// about its quiet are written down as its doing and told to nobody.
func TestSources(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	health := func(state string, min int) news.Health {
		return news.Health{Source: "bao", State: state, At: h.now.Add(time.Duration(min) * time.Minute), Why: news.Text{VI: "không có bài", EN: "no item"}}
	}
	signal := func(id string) news.Flag {
		f := flag(id, news.Claiming, news.High)
		f.Item, f.Type, f.Group = nil, "silence", "bao"
		f.At = h.now.Add(time.Duration(len(h.alerts)) * time.Second)
		return f
	}
	h.must(h.Health(ctx, health("new", 0)))
	h.must(h.Health(ctx, health("silent", 1)))
	h.must(h.Health(ctx, health("silent", 1)))
	h.must(h.Health(ctx, health("blocked", 2)))
	h.must(h.Health(ctx, health("ok", 0))) // late
	h.take(signal("f1"))
	h.later(time.Minute)
	if as := h.sent("source"); len(as) != 1 || as[0].To[0] != "admin" || as[0].Subject.EN != "Source bao brings nothing" {
		t.Errorf("notices of the source = %+v, want one", as)
	}
	if as := h.sent("flagged"); len(as) != 0 {
		t.Errorf("its silence was told besides: %+v", as)
	}
	if last := h.alerts[len(h.alerts)-1]; last.Muted != "bao" || last.Kind != "flagged" {
		t.Errorf("the log has %+v, want the flag with its reason", last)
	}
	h.must(h.Health(ctx, health("ok", 9)))
	h.take(signal("f2"))
	h.later(time.Minute)
	if as := h.sent("source"); len(as) != 2 || as[1].Subject.EN != "Source bao works again" {
		t.Errorf("notices of the source = %+v, want that it works again", as)
	}
	if as := h.sent("flagged"); len(as) != 1 {
		t.Errorf("a flag after the outage: %+v, want it told", as)
	}
	if h.audits("source") != 4 {
		t.Errorf("%d states in the chain, want 4", h.audits("source"))
	}
}

// A decision says that the group need not be told again; undo takes it back.
func TestDecisionSettlesTheGroup(t *testing.T) {
	h := newHouse(t)
	h.take(flag("a", news.Claiming, news.High, story("s")), flag("b", news.Claiming, news.High, story("s")), flag("low", news.Claiming, news.Low))
	_, err := h.Decide(t.Context(), review.DecideRequest{Entry: "a", Choice: news.Stat, Similar: true, By: hoa})
	h.must(err)
	h.decide("low", news.Stat, hoa)
	h.later(0)
	if as := h.sent("resolved"); len(as) != 1 || as[0].Group != "story/s" {
		t.Fatalf("resolved = %+v, want the story once", as)
	}
	h.must(h.Undo(t.Context(), "a", hoa))
	h.later(0)
	last := h.alerts[len(h.alerts)-1]
	if last.Kind != "withdrawn" || last.Withdraw != h.sent("resolved")[0].ID || last.Group != "story/s" {
		t.Errorf("after undo: %+v", last)
	}
}
