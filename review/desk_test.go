package review_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
	"langnghe/review/reviewtest"
)

// The people of the tests.
var (
	hoa     = review.User{Name: "hoa", Role: review.Reviewer}
	binh    = review.User{Name: "binh", Role: review.Reviewer}
	chair   = review.User{Name: "minh", Role: review.Leader}
	justice = review.User{Name: "lan", Role: review.Justice}
	liaison = review.User{Name: "dung", Role: review.Liaison}
	editor  = review.User{Name: "thu", Role: review.Editor}
	water   = review.User{Name: "tuan", Role: review.Unit, Unit: "Đội Cấp nước"}
	roads   = review.User{Name: "son", Role: review.Unit, Unit: "Đội Quản lý đường"}
)

// A house is a desk on a clock, with everything that left it.
type house struct {
	t *testing.T
	*review.Desk
	store   review.Store
	now     time.Time
	alerts  []news.Alert
	labels  []news.Decided
	facts   []news.Facts
	erased  []news.Erased
	failing error // what the receivers answer
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, store: newMemory(), now: reviewtest.Epoch}
	var err error
	h.Desk, err = review.New(review.Options{
		Store: h.store, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now },
		Due: func(_ context.Context, as []news.Alert) error {
			if h.failing == nil {
				h.alerts = append(h.alerts, as...)
			}
			return h.failing
		},
		Decided: func(_ context.Context, ds []news.Decided) error { h.labels = append(h.labels, ds...); return h.failing },
		Facts:   func(_ context.Context, f news.Facts) error { h.facts = append(h.facts, f); return h.failing },
		Erased:  func(_ context.Context, e news.Erased) error { h.erased = append(h.erased, e); return h.failing },
		Khoi:    func(unit string) bool { return unit == "Đồng Tâm" },
		Unit: func(topic string) string {
			return map[string]string{"water": "Đội Cấp nước", "roads": "Đội Quản lý đường"}[topic]
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// must fails the test when an act that is allowed is refused.
func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("refused: %v", err)
	}
}

// refused checks that an act is refused for the reason, in both languages.
func (h *house) refused(err error, kind string) {
	h.t.Helper()
	var e *review.Error
	if !errors.As(err, &e) || e.Kind != kind {
		h.t.Errorf("error = %v, want a refusal of kind %q", err, kind)
		return
	}
	if e.Text.VI == "" || e.Text.EN == "" || strings.Contains(e.Text.VI+e.Text.EN, "%!") {
		h.t.Errorf("texts of %q: %+v", kind, e.Text)
	}
}

// later moves the clock and does what the service does every few seconds.
func (h *house) later(d time.Duration) {
	h.t.Helper()
	h.now = h.now.Add(d)
	h.must(h.Release(context.Background()))
	h.must(h.Forward(context.Background()))
}

func (h *house) sent(kind string) (as []news.Alert) {
	for _, a := range h.alerts {
		if a.Kind == kind && a.Muted == "" && !strings.HasPrefix(a.Withdraw, "resolved/") {
			as = append(as, a)
		}
	}
	return as
}

func (h *house) audits(act string) int {
	p, err := h.Audit(context.Background(), review.AuditQuery{Act: act})
	h.must(err)
	return p.Total
}

// flag makes a flag on an item of the stance; opts change it.
func flag(id string, stance news.Stance, level news.Level, opts ...func(*news.Flag)) news.Flag {
	f := news.Flag{
		ID: "f-" + id, Rule: "rule", Version: 2, Type: "match", Level: level, Status: "stable", Topic: "water", At: reviewtest.Epoch,
		Title: news.Text{VI: "Tin về nước", EN: "News of water"}, Why: news.Text{VI: "Có từ khóa.", EN: "It has the words."},
		Item: &news.Item{ID: id, Kind: news.Post, Platform: "facebook", URL: "https://example.com/" + id, Account: "p:" + id + "77", Published: reviewtest.Epoch, Observed: reviewtest.Epoch,
			Text:    "nội dung thứ " + id + " mà một người dân nào đó đã viết ra ở trên mạng hôm nay",
			Reading: &news.Reading{Area: news.Area{Fit: news.InArea}, Stance: stance}},
	}
	for _, o := range opts {
		o(&f)
	}
	return f
}

func story(s string) func(*news.Flag)  { return func(f *news.Flag) { f.Item.Reading.Story = s } }
func text(s string) func(*news.Flag)   { return func(f *news.Flag) { f.Item.Text = s } }
func status(s string) func(*news.Flag) { return func(f *news.Flag) { f.Status = s } }
func topic(s string) func(*news.Flag)  { return func(f *news.Flag) { f.Topic = s } }
func cue(family string) func(*news.Flag) {
	return func(f *news.Flag) {
		f.Item.Reading.Cues = append(f.Item.Reading.Cues, news.Cue{Family: family, Level: news.High})
	}
}

func (h *house) take(fs ...news.Flag) {
	h.t.Helper()
	h.must(h.Take(context.Background(), fs))
}

func (h *house) decide(id string, c news.Choice, by review.User) review.Entry {
	h.t.Helper()
	e, err := h.Decide(context.Background(), review.DecideRequest{Entry: id, Choice: c, By: by})
	h.must(err)
	return e
}

func (h *house) kase(id string) review.Case {
	h.t.Helper()
	c, err := h.Case(context.Background(), id, chair)
	h.must(err)
	return c
}

// document puts one in force into the register.
func (h *house) document(no, from, supersedes string) {
	h.t.Helper()
	_, err := h.AddDocument(context.Background(), official.Document{No: no, Issuer: "UBND phường", Date: from, From: from, Supersedes: supersedes, Title: "Thông báo " + no,
		Text: "**1. Mức thu**\nHộ dân nộp 30.000 đồng/hộ/tháng.\n"}, review.User{})
	h.must(err)
}

func docFor(no string) official.Document {
	return official.Document{No: no, From: "2026-01-01", Text: "x"}
}

// scam opens a scam case that is ready for a hand-off.
func (h *house) scam(id string, opts ...func(*news.Flag)) string {
	h.t.Helper()
	h.document("42/TB-UBND", "2026-01-05", "")
	h.take(flag(id, news.Claiming, news.High, append([]func(*news.Flag){cue("free_gift_scam"), text("nhận quà 100k tại https://quatang-vneid.top/nhan cả nhà ơi")}, opts...)...))
	c := h.decide(id, news.Scam, hoa).Case
	h.must(h.SetClaim(context.Background(), c, "", "Trang mạo danh phường hứa tặng quà 100.000 đồng", nil, hoa))
	return c
}

func proposal() review.Handoff {
	return review.Handoff{Category: review.FraudOrScam, Evidence: "Tên miền mới lập, xin mã OTP", Request: "Cảnh báo người dân", Citation: news.Citation{Document: "42/TB-UBND"}}
}

func TestNewNeeds(t *testing.T) {
	if _, err := review.New(review.Options{Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("New without a store succeeds")
	}
	if _, err := review.New(review.Options{Store: newMemory()}); err == nil {
		t.Error("New without a logger succeeds")
	}
}

func TestTakeMergesAndRepeats(t *testing.T) {
	h := newHouse(t)
	a, b := flag("a", news.Claiming, news.Medium), flag("a", news.Claiming, news.High)
	b.ID, b.Rule, b.At = "f-a2", "other", a.At.Add(time.Minute)
	signal := news.Flag{ID: "s1", Rule: "water-spike", Group: "Đồng Tâm", Level: news.Medium, Status: "stable", At: a.At}
	again := signal
	again.ID = "s2"
	h.take(b, a, signal)
	before, err := h.Inbox(t.Context(), review.InboxQuery{By: hoa})
	h.must(err)
	h.take(a, b, signal, again) // a repeat, and another flag of the same trend and time
	after, err := h.Inbox(t.Context(), review.InboxQuery{By: hoa})
	h.must(err)
	if len(after.Entries) != 2 || after.Entries[0].ID != "a" || len(after.Entries[0].Flags) != 2 || after.Entries[0].Flags[0].ID != "f-a" || after.Entries[0].Level != news.High {
		t.Fatalf("entries = %+v, want one of the item with both flags, oldest first, and one of the trend", after.Entries)
	}
	if len(after.Entries[1].Flags) != 2 || after.Entries[1].Item != nil {
		t.Errorf("trend = %+v, want both its flags and no item", after.Entries[1])
	}
	if one, two := encode(before.Entries[0]), encode(after.Entries[0]); string(one) != string(two) {
		t.Errorf("a repeat changed the entry:\n%s\n%s", one, two)
	}
	h.refused(errors.Unwrap(h.Take(t.Context(), []news.Flag{{Rule: "x"}})), "bad_flag")
}

func TestWhoIsToldOfAFlag(t *testing.T) {
	late := func(f *news.Flag) { f.Late = true }
	retro := func(f *news.Flag) { f.Retro = true }
	muted := func(f *news.Flag) { f.Muted = "loc" }
	gone := func(f *news.Flag) { f.Withdrawn = true }
	tests := []struct {
		name   string
		flag   news.Flag
		to     string
		hidden bool
	}{
		{"critical", flag("a", news.Claiming, news.Critical), "reviewer leader", false},
		{"high", flag("a", news.Claiming, news.High), "reviewer", false},
		{"medium", flag("a", news.Claiming, news.Medium), "", false},
		{"on trial", flag("a", news.Claiming, news.Critical, status("test")), "", false},
		{"experimental", flag("a", news.Claiming, news.Critical, status("experimental")), "", true},
		{"late", flag("a", news.Claiming, news.Critical, late), "", false},
		{"retro", flag("a", news.Claiming, news.Critical, retro), "", false},
		{"muted", flag("a", news.Claiming, news.Critical, muted), "", true},
		{"withdrawn", flag("a", news.Claiming, news.Critical, gone), "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.t = t
			h.take(tt.flag)
			h.later(0)
			got := ""
			for _, a := range h.alerts {
				got += strings.Join(a.To, " ")
				if strings.Contains(string(encode(a)), "người dân nào đó") {
					t.Errorf("the notice has a person's words: %+v", a)
				}
			}
			if got != tt.to {
				t.Errorf("told %q, want %q", got, tt.to)
			}
			in, err := h.Inbox(t.Context(), review.InboxQuery{By: hoa})
			h.must(err)
			if hidden := in.Open == 0; hidden != tt.hidden {
				t.Errorf("hidden = %v, want %v", hidden, tt.hidden)
			}
			if !tt.hidden && in.Entries[0].Trial != (tt.flag.Status == "test") {
				t.Errorf("trial = %v", in.Entries[0].Trial)
			}
		})
	}
}

// Ten thousand copies are one notice, until it becomes worse or six hours
// have passed.
func TestStormIsOneNotice(t *testing.T) {
	h := newHouse(t)
	for i := range 300 {
		h.take(flag(fmt.Sprint("i", i), news.Claiming, news.High, story("dam")))
	}
	h.later(0)
	if len(h.alerts) != 1 {
		t.Fatalf("%d notices of one story, want 1", len(h.alerts))
	}
	h.take(flag("worse", news.Claiming, news.Critical, story("dam")))
	h.later(time.Minute)
	if len(h.alerts) != 2 || !slices.Contains(h.alerts[1].To, "leader") {
		t.Errorf("notices after it became critical = %+v, want a second one for the leader too", h.alerts)
	}
	h.later(5 * time.Hour)
	h.take(flag("n1", news.Claiming, news.High, story("dam")))
	h.later(2 * time.Hour)
	h.take(flag("n2", news.Claiming, news.High, story("dam")))
	h.later(0)
	if len(h.alerts) != 3 {
		t.Errorf("%d notices after seven hours, want 3", len(h.alerts))
	}
	// While people work on a case of the story, copies are no news.
	h.decide("i0", news.Verify, hoa)
	h.later(7 * time.Hour)
	n := len(h.sent("flagged"))
	h.take(flag("n3", news.Claiming, news.High, story("dam")))
	h.later(0)
	if got := len(h.sent("flagged")); got != n {
		t.Errorf("a copy of a story with an open case was notified")
	}
}

func TestWithdrawnFlagTakesItsNoticeBack(t *testing.T) {
	h := newHouse(t)
	f := flag("a", news.Claiming, news.High)
	h.take(f)
	h.later(0)
	f.Withdrawn = true
	h.take(f, f)
	h.later(0)
	w := h.sent("withdrawn")
	if len(w) != 1 || w[0].Withdraw != h.alerts[0].ID || !slices.Equal(w[0].To, h.alerts[0].To) {
		t.Errorf("withdrawals = %+v, want one of %s", w, h.alerts[0].ID)
	}
	// Withdrawn before anybody was told: nobody is.
	h.alerts = nil
	g := flag("b", news.Claiming, news.High)
	h.take(g)
	g.Withdrawn = true
	h.take(g)
	h.later(0)
	if len(h.alerts) != 0 {
		t.Errorf("notices = %+v, want none", h.alerts)
	}
}

func TestDecide(t *testing.T) {
	tests := []struct {
		choice news.Choice
		to     string // at once
		later  string // after the undo window
		state  review.State
		locked bool
	}{
		{news.Answer, "", "unit/Đội Cấp nước", review.Forwarded, true},
		{news.Verify, "leader", "", review.Open, false},
		{news.Scam, "leader", "", review.Open, false},
		{news.Danger, "leader", "", review.Open, false},
		{news.Emergency, "leader", "", review.Escalated, true},
		{news.Stat, "", "", "", true},
		{news.Out, "", "", "", true},
	}
	for _, tt := range tests {
		t.Run(string(tt.choice), func(t *testing.T) {
			h := newHouse(t)
			h.t = t
			h.take(flag("a", news.Claiming, news.Medium))
			e := h.decide("a", tt.choice, hoa)
			h.later(0)
			told := func() (s string) {
				for _, a := range h.sent("decided") {
					s += strings.Join(a.To, " ")
				}
				return s
			}
			if got := told(); got != tt.to {
				t.Errorf("told at once %q, want %q", got, tt.to)
			}
			h.later(review.UndoWindow)
			if got := told(); got != tt.to+tt.later {
				t.Errorf("told in the end %q, want %q", got, tt.to+tt.later)
			}
			if (e.Case == "") != (tt.state == "") {
				t.Fatalf("case = %q", e.Case)
			}
			if e.Locked != tt.locked {
				t.Errorf("locked = %v, want %v", e.Locked, tt.locked)
			}
			if e.Case != "" {
				c := h.kase(e.Case)
				if c.State != tt.state || c.Kind != tt.choice || c.ID != "V-2026-0001" || c.Locked != tt.locked {
					t.Errorf("case = %+v", c)
				}
			}
			if len(h.labels) != 1 || h.labels[0].Label != tt.choice || h.labels[0].Useful != review.Useful(tt.choice) || h.labels[0].Flag != "f-a" || h.labels[0].Version != 2 {
				t.Errorf("labels = %+v", h.labels)
			}
			if h.audits("flag.decide") != 1 {
				t.Error("the decision is not in the audit chain once")
			}
			_, err := h.Decide(t.Context(), review.DecideRequest{Entry: "a", Choice: news.Out, By: binh})
			h.refused(err, "decided")
		})
	}
}

func TestSimilarAreDecidedTogetherAndUndoneTogether(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{"a", "b", "c"} {
		h.take(flag(id, news.Claiming, news.High, story("s")))
	}
	h.take(flag("z", news.Claiming, news.High))
	e, err := h.Decide(t.Context(), review.DecideRequest{Entry: "b", Choice: news.Verify, Similar: true, By: hoa})
	h.must(err)
	h.later(0)
	if c := h.kase(e.Case); len(c.Entries) != 3 {
		t.Errorf("entries of the case = %v, want all three", c.Entries)
	}
	if n := len(h.sent("decided")); n != 1 {
		t.Errorf("%d notices, want 1", n)
	}
	if len(h.labels) != 3 || h.audits("flag.decide") != 3 {
		t.Errorf("%d labels, %d audit entries, want 3 each", len(h.labels), h.audits("flag.decide"))
	}
	h.refused(h.Undo(t.Context(), "b", binh), "not_yours")
	h.must(h.Undo(t.Context(), "b", hoa))
	h.later(0)
	in, err := h.Inbox(t.Context(), review.InboxQuery{By: hoa})
	h.must(err)
	if in.Open != 2 || in.Entries[0].Folded+in.Entries[1].Folded != 2 {
		t.Errorf("inbox after undo = %+v", in)
	}
	if w := h.sent("withdrawn"); len(w) != 1 {
		t.Errorf("withdrawals = %+v, want 1", w)
	}
	undone := 0
	for _, l := range h.labels {
		if l.Undone {
			undone++
		}
	}
	if undone != 3 || h.audits("flag.undo") != 3 {
		t.Errorf("%d labels undone, %d audit entries, want 3 each", undone, h.audits("flag.undo"))
	}
	if c := h.kase(e.Case); c.State != review.Closed || !c.Locked {
		t.Errorf("case after undo = %s, want it closed", c.State)
	}
	got, err := h.Entry(t.Context(), "b", hoa)
	h.must(err)
	if len(got.History) != 1 || got.History[0].Undone.IsZero() || got.Case != "" {
		t.Errorf("history = %+v", got.History)
	}
	// The next decision opens a new case.
	if e := h.decide("b", news.Scam, hoa); e.Case != "V-2026-0002" {
		t.Errorf("case = %s", e.Case)
	}
}

func TestUndoWindow(t *testing.T) {
	h := newHouse(t)
	h.take(flag("a", news.Complaint, news.Medium), flag("b", news.Complaint, news.Medium))
	h.refused(h.Undo(t.Context(), "a", hoa), "undecided")
	h.decide("a", news.Answer, hoa)
	h.decide("b", news.Answer, hoa)
	h.later(review.UndoWindow)
	h.must(h.Undo(t.Context(), "a", chair)) // the leader may, at the last moment
	h.now = h.now.Add(time.Millisecond)
	h.refused(h.Undo(t.Context(), "b", hoa), "too_late")

	// Undone in time, the unit never hears of it.
	h.later(time.Hour)
	h.alerts = nil
	h.take(flag("c", news.Complaint, news.Medium))
	h.decide("c", news.Answer, hoa)
	h.later(5 * time.Minute)
	h.must(h.Undo(t.Context(), "c", hoa))
	h.later(time.Hour)
	if len(h.alerts) != 0 {
		t.Errorf("notices of an undone decision: %+v", h.alerts)
	}
}

func TestAnswers(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.now = reviewtest.Epoch.Add(4 * 24 * time.Hour) // Friday, 08:00
	h.take(flag("a", news.Complaint, news.Medium), flag("b", news.Question, news.Low, topic("health")))
	a, b := h.decide("a", news.Answer, hoa).Case, h.decide("b", news.Answer, hoa).Case
	c := h.kase(a)
	if c.Unit != "Đội Cấp nước" || c.Due.In(time.FixedZone("", 7*3600)).Format("Mon 15:04") != "Tue 17:00" {
		t.Errorf("unit %q, due %v, want the water team, two working days later", c.Unit, c.Due)
	}
	if c := h.kase(b); c.Unit != "" || c.State != review.Open {
		t.Errorf("case without a known unit = %+v", c)
	}
	h.refused(h.Assign(ctx, b, "", time.Time{}, hoa), "no_unit")
	h.refused(h.Assign(ctx, b, "Trạm Y tế", h.now, hoa), "due")
	h.must(h.Assign(ctx, b, "Trạm Y tế", time.Time{}, hoa))

	for _, u := range []review.User{water, roads} {
		cs, err := h.Cases(ctx, review.CaseQuery{By: u})
		h.must(err)
		if want := u == water; (len(cs) == 1) != want {
			t.Errorf("%s sees %d cases", u.Unit, len(cs))
		}
	}
	// What is another's looks like what is not there at all, in every answer.
	for _, id := range []string{a, "V-2026-9999"} {
		for name, act := range map[string]func() error{
			"case":  func() error { _, err := h.Case(ctx, id, roads); return err },
			"reply": func() error { return h.Reply(ctx, id, "x", roads) },
			"khối": func() error {
				_, err := h.Case(ctx, id, review.User{Name: "k", Role: review.Khoi, Unit: "Khối 1"})
				return err
			},
			"editor":  func() error { _, err := h.Case(ctx, id, editor); return err },
			"publish": func() error { return h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", editor) },
		} {
			err := act()
			if want := "Không có mục " + id + "."; !errors.Is(err, review.ErrNotFound) || err.Error() != want {
				t.Errorf("%s of %s = %v, want %q", name, id, err, want)
			}
		}
	}
	for _, id := range []string{"a", "none"} {
		if _, err := h.Entry(ctx, id, roads); !errors.Is(err, review.ErrNotFound) || err.Error() != "Không có mục "+id+"." {
			t.Errorf("entry %s = %v", id, err)
		}
	}
	e, err := h.Entry(ctx, "a", water)
	h.must(err)
	if e.Item.Account != "" {
		t.Error("a unit sees a pseudonym")
	}
	h.refused(h.CloseCase(ctx, a, "xong", hoa), "state")
	h.now = h.now.Add(6 * 24 * time.Hour)
	if cs, err := h.Cases(ctx, review.CaseQuery{Overdue: true, By: hoa}); err != nil || len(cs) != 1 || cs[0].ID != a {
		t.Errorf("overdue = %v, %v, want %s", cs, err, a)
	}
	h.refused(h.Reply(ctx, a, " ", water), "empty")
	h.must(h.Reply(ctx, a, "Đã sửa đường ống.", water))
	h.must(h.CloseCase(ctx, a, "đã trả lời", hoa))
	h.refused(h.Reply(ctx, a, "nữa", water), "closed")
	h.refused(h.ProposeHandoff(ctx, b, proposal(), hoa), "kind")
}

func TestClaimToPublishedCorrection(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.document("17/TB-UBND", "2025-01-01", "")
	h.document("42/TB-UBND", "2026-01-05", "17/TB-UBND")
	h.take(flag("a", news.Claiming, news.High))
	id := h.decide("a", news.Verify, hoa).Case
	cite := news.Citation{Document: "42/TB-UBND", Clause: "1"}

	h.refused(h.SetVerdict(ctx, id, review.FalseInfo, cite, hoa), "no_claim")
	h.refused(h.SetClaim(ctx, id, "", " ", nil, hoa), "empty")
	h.refused(h.SetClaim(ctx, id, "", "tài khoản @nguyenvana nói phí tăng", nil, hoa), "author")
	h.must(h.SetClaim(ctx, id, "Phí rác", "Phí vệ sinh tăng lên 100.000 đồng", nil, hoa))
	for _, v := range []review.Verdict{review.FalseInfo, review.Fake, review.Outdated, review.Confirmed, review.OutOfContext} {
		h.refused(h.SetVerdict(ctx, id, v, news.Citation{}, hoa), "no_citation")
	}
	h.refused(h.SetVerdict(ctx, id, "lie", cite, hoa), "verdict")
	h.refused(h.SetVerdict(ctx, id, review.FalseInfo, news.Citation{Document: "99/TB-UBND"}, hoa), "no_document")
	h.refused(h.SetVerdict(ctx, id, review.FalseInfo, news.Citation{Document: "17/TB-UBND"}, hoa), "not_in_force")
	h.refused(h.SetVerdict(ctx, id, review.FalseInfo, news.Citation{Document: "42/TB-UBND", Clause: "Điều 9"}, hoa), "no_clause")
	h.refused(h.DraftCorrection(ctx, id, "x", "", "", hoa), "state")
	h.must(h.SetVerdict(ctx, id, review.Inconclusive, news.Citation{}, hoa))
	h.refused(h.DraftCorrection(ctx, id, "x", "", "", hoa), "no_verdict")
	h.must(h.SetVerdict(ctx, id, review.FalseInfo, cite, hoa))
	if c, err := h.Case(ctx, id, hoa); err != nil || c.Citation == nil || c.Citation.Text == "" {
		t.Errorf("the verdict cites %+v, %v: without the words of the clause", c.Citation, err)
	}
	h.refused(h.DraftCorrection(ctx, id, "x", "", strings.Repeat("một ", 400), hoa), "too_long")
	h.Overlong = func(c *review.Case) int { return len(c.Correction.Radio) - len("Bà con chú ý.") }
	h.refused(h.DraftCorrection(ctx, id, "Mức thu không đổi.", "Không đổi nhé.", "Bà con hãy chú ý.", hoa), "too_long_aloud")
	if c := h.kase(id); c.Correction != nil || c.State != review.Judged {
		t.Errorf("what was refused was kept: %+v", c)
	}
	h.must(h.DraftCorrection(ctx, id, "Mức thu không đổi.", "Không đổi nhé.", "Bà con chú ý.", hoa))
	h.refused(h.ApproveCorrection(ctx, id, review.User{Name: " HOA ", Role: review.Leader}), "same_person")
	h.refused(h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", editor), "not_found")
	h.refused(h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", hoa), "state")
	if cs, err := h.Cases(ctx, review.CaseQuery{By: editor}); err != nil || len(cs) != 0 {
		t.Errorf("the editor sees %d cases before the approval, %v", len(cs), err)
	}
	h.must(h.ApproveCorrection(ctx, id, chair))
	h.refused(h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", editor), "waiting")
	h.later(review.UndoWindow)
	if as := h.sent("decided"); !slices.Equal(as[len(as)-1].To, []string{"editor"}) {
		t.Errorf("last notice = %+v, want the editors", as[len(as)-1])
	}
	h.must(h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", editor))
	h.must(h.CloseCase(ctx, id, "đã đính chính", hoa))
	c := h.kase(id)
	if c.Correction.Approver != "minh" || c.Correction.Out.IsZero() || c.Citation.From != "2026-01-05" || c.Verdict != review.FalseInfo {
		t.Errorf("case = %+v", c)
	}
}

func TestSupersedingPausesAnswers(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.document("17/TB-UBND", "2026-01-01", "")
	h.take(flag("a", news.Claiming, news.High))
	id := h.decide("a", news.Verify, hoa).Case
	h.must(h.SetClaim(ctx, id, "", "Phí tăng", nil, hoa))
	h.must(h.SetVerdict(ctx, id, review.FalseInfo, news.Citation{Document: "17/TB-UBND"}, hoa))
	h.must(h.DraftCorrection(ctx, id, "Không đổi.", "", "", hoa))
	h.must(h.ApproveCorrection(ctx, id, chair))
	paused, err := h.AddDocument(ctx, official.Document{No: "42/TB-UBND", From: "2026-06-01", Supersedes: "17/TB-UBND", Text: "**1. Mức**\nNộp 40.000 đồng."}, hoa)
	h.must(err)
	if !slices.Equal(paused, []string{id}) {
		t.Fatalf("paused = %v, want %s", paused, id)
	}
	h.now = h.now.Add(review.UndoWindow)
	h.refused(h.PublishCorrection(ctx, id, "https://phuong.gov.vn/1", hoa), "not_in_force")
	h.refused(h.DraftCorrection(ctx, id, "Không đổi.", "", "", hoa), "paused")
	h.must(h.SetVerdict(ctx, id, review.Outdated, news.Citation{Document: "42/TB-UBND"}, hoa))
	h.must(h.DraftCorrection(ctx, id, "Mức mới là 40.000 đồng.", "", "", hoa))
	docs, err := h.Documents(ctx)
	h.must(err)
	for _, d := range docs {
		if d.No == "17/TB-UBND" && d.To != "2026-05-31" {
			t.Errorf("the old document ends %q, want the day before", d.To)
		}
	}
}

// TestCheckFollowsTheRegister: a claim is compared with the register as it is,
// also right after a change, and says nothing while there is none.
func TestCheckFollowsTheRegister(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	said := official.Claim{Text: "Tiền rác hộ gia đình 35.000 đồng/hộ/tháng", At: "2026-06-10"}
	check := func(want, document string) {
		t.Helper()
		f, err := h.Check(ctx, said)
		h.must(err)
		if f.Verdict != want || f.Document != document {
			t.Errorf("%s by %q, want %s by %q", f.Verdict, f.Document, want, document)
		}
	}
	check("not_covered", "")
	_, err := h.AddDocument(ctx, official.Document{No: "17/TB-UBND", From: "2026-01-01", Text: "**1. Mức thu**\nTiền rác hộ gia đình: 35.000 đồng/hộ/tháng."}, hoa)
	h.must(err)
	check("agrees", "17/TB-UBND")
	_, err = h.AddDocument(ctx, official.Document{No: "42/TB-UBND", From: "2026-06-01", Supersedes: "17/TB-UBND", Text: "**1. Mức thu**\nTiền rác hộ gia đình: 40.000 đồng/hộ/tháng."}, hoa)
	h.must(err)
	check("outdated", "42/TB-UBND")
	said.Text = "Tiền rác hộ gia đình 90.000 đồng/hộ/tháng"
	check("contradicts", "42/TB-UBND")
}

func TestFactsGoOutAsVersions(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.document("17/TB-UBND", "2025-01-01", "")
	docs, err := h.Documents(ctx)
	h.must(err)
	if len(docs[0].Facts) == 0 || docs[0].Facts[0].Status != "proposed" {
		t.Fatalf("facts = %+v, want proposed ones", docs[0].Facts)
	}
	h.later(0)
	// The register's numbers go out, facts that nobody confirmed do not.
	if len(h.facts) != 1 || len(h.facts[0].Facts) != 0 || len(h.facts[0].Documents) != 1 || h.facts[0].Documents[0].No != "17/TB-UBND" {
		t.Errorf("facts = %+v, want the number of the document alone", h.facts)
	}
	id := docs[0].Facts[0].ID
	h.refused(h.ConfirmFact(ctx, id, liaison), "forbidden")
	h.refused(h.ConfirmFact(ctx, "none", hoa), "no_fact")
	h.must(h.ConfirmFact(ctx, id, hoa))
	h.must(h.ConfirmFact(ctx, id, hoa)) // again
	h.later(0)
	if len(h.facts) != 2 || h.facts[1].Version != 2 || len(h.facts[1].Facts) != 1 || h.facts[1].Facts[0].ID != id {
		t.Fatalf("facts = %+v, want a second version with one fact", h.facts)
	}
	h.document("17/TB-UBND", "2025-01-01", "") // seen again
	h.document("42/TB-UBND", "2026-01-05", "17/TB-UBND")
	h.later(0)
	set, err := h.ConfirmedFacts(ctx)
	h.must(err)
	if len(h.facts) != 3 || set.Version != 3 || len(set.Facts) != 1 || set.Facts[0].To != "2026-01-04" {
		t.Errorf("facts after superseding = %+v, want version 3 with the end of the old fact", set)
	}
	_, err = h.AddDocument(ctx, official.Document{No: "x", From: "5/1/2026"}, hoa)
	h.refused(err, "bad_date")
	_, err = h.AddDocument(ctx, official.Document{Title: "x"}, hoa)
	h.refused(err, "incomplete")
}

func TestHandoff(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.refused(h.ProposeHandoff(ctx, id, proposal(), binh), "handoff_open")
	h.refused(h.ApproveHandoff(ctx, id, review.User{Name: "Hoa", Role: review.Leader}), "same_person")
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.refused(h.ApproveHandoff(ctx, id, chair), "no_handoff")
	h.later(review.UndoWindow - time.Second)
	if slips, err := h.Handoffs(ctx, liaison); err != nil || len(slips) != 0 || len(h.sent("handoff")) != 0 {
		t.Fatalf("before the window has passed the liaison sees %v, %v", slips, err)
	}
	if slips, err := h.Handoffs(ctx, justice); err != nil || len(slips) != 1 {
		t.Errorf("the justice officer sees %v, %v, want the one on its way", slips, err)
	}
	h.refused(h.AcknowledgeHandoff(ctx, id, "received", "", liaison), "not_found")
	h.later(time.Second)
	h.later(time.Second) // once
	slips, err := h.Handoffs(ctx, liaison)
	h.must(err)
	if len(slips) != 1 || len(h.sent("handoff")) != 1 || !slices.Equal(h.sent("handoff")[0].To, []string{"police_liaison"}) {
		t.Fatalf("slips = %+v, notices %+v, want one", slips, h.sent("handoff"))
	}
	s := slips[0]
	if !review.VerifySeal(s.Handoff) || s.Case != id || !slices.Equal(s.URLs, []string{"hxxps://quatang-vneid[.]top/nhan"}) || s.Citation.From != "2026-01-05" {
		t.Errorf("slip = %+v", s)
	}
	h.refused(h.VetoHandoff(ctx, id, "muộn", justice), "sent")
	h.refused(h.RecallHandoff(ctx, id, "muộn", hoa), "sent")
	h.refused(h.Undo(ctx, "a", hoa), "too_late")
	h.refused(h.AcknowledgeHandoff(ctx, id, "jailed", "", liaison), "outcome")
	h.must(h.AcknowledgeHandoff(ctx, id, "received", "", liaison))
	h.must(h.AcknowledgeHandoff(ctx, id, "warned", "", liaison))
	slips, _ = h.Handoffs(ctx, liaison)
	if slips[0].Outcome != "warned" || slips[0].Received.IsZero() || !review.VerifySeal(slips[0].Handoff) {
		t.Errorf("slip after the answer = %+v", slips[0])
	}
}

// refute finds the claim of a case fake and answers it: before that no rumour
// may be handed on.
func (h *house) refute(id string) {
	h.t.Helper()
	ctx := h.t.Context()
	h.must(h.SetVerdict(ctx, id, review.Fake, news.Citation{Document: "42/TB-UBND"}, hoa))
	h.must(h.DraftCorrection(ctx, id, "Đập vẫn an toàn", "", "", hoa))
	h.must(h.ApproveCorrection(ctx, id, chair))
}

func TestHandoffNeeds(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.take(flag("r", news.Complaint, news.Medium, story("r"), cue("free_gift_scam"), text("tôi bị lừa mất năm triệu vì bấm vào đường dẫn đó rồi nhập mã")))
	tests := []struct {
		name, kind string
		change     func(*review.Handoff)
	}{
		{"category", "category", func(p *review.Handoff) { p.Category = "other" }},
		{"category of another kind", "category", func(p *review.Handoff) { p.Category = review.PublicSafety }},
		{"evidence", "no_evidence", func(p *review.Handoff) { p.Evidence = " " }},
		{"request", "empty", func(p *review.Handoff) { p.Request = "" }},
		{"citation", "no_citation", func(p *review.Handoff) { p.Citation = news.Citation{} }},
		{"document in the register", "no_document", func(p *review.Handoff) { p.Citation.Document = "1/QĐ" }},
		{"no pseudonym", "author", func(p *review.Handoff) { p.Evidence = "tài khoản p:a77 đăng" }},
		{"no handle", "author", func(p *review.Handoff) { p.Request = "hỏi @nguyen.van.a giúp" }},
		{"no profile", "author", func(p *review.Handoff) { p.Evidence = "xem https://facebook.com/profile.php?id=1" }},
		{"own address", "url", func(p *review.Handoff) { p.URLs = []string{"https://else.where/1"} }},
		{"not about the police", "locked", func(p *review.Handoff) { p.Evidence = "công an phường nhũng nhiễu, bao che" }},
	}
	for _, tt := range tests {
		p := proposal()
		tt.change(&p)
		h.refused(h.ProposeHandoff(ctx, id, p, hoa), tt.kind)
	}
	if c := h.kase(id); c.Handoff != nil {
		t.Fatalf("a refused proposal was kept: %+v", c.Handoff)
	}

	// A victim's report joins: it is no lock, but its words stay out.
	e := h.decide("r", news.Scam, hoa)
	if c := h.kase(e.Case); c.Locked {
		t.Errorf("a victim's report locks its scam case: %s", c.LockWhy)
	}
	h.refused(h.SetClaim(ctx, e.Case, "", "Tôi bị lừa mất năm triệu vì bấm vào đường dẫn đó", nil, hoa), "resident_words")
	h.must(h.SetClaim(ctx, e.Case, "", "Trang giả mạo lấy mã xác thực", nil, hoa))
	p := proposal()
	p.Evidence = "toi bi lua mat NAM TRIEU vi bam vao duong dan do"
	h.refused(h.ProposeHandoff(ctx, e.Case, p, hoa), "resident_words")
	p = proposal()
	p.URLs = []string{"https://example.com/r"} // the victim's post
	h.refused(h.ProposeHandoff(ctx, e.Case, p, hoa), "url")
	h.must(h.ProposeHandoff(ctx, e.Case, proposal(), hoa))
}

func TestSafetyAndIncitementNeedMore(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.document("42/TB-UBND", "2026-01-05", "")
	h.take(flag("a", news.Claiming, news.Critical), flag("b", news.Claiming, news.Critical))
	rumour, danger := h.decide("a", news.Verify, hoa).Case, h.decide("b", news.Danger, hoa).Case
	p := proposal()
	p.Category = review.PublicSafety
	h.refused(h.ProposeHandoff(ctx, rumour, p, hoa), "no_claim")
	h.must(h.SetClaim(ctx, rumour, "", "Đập sắp vỡ", nil, hoa))
	h.refused(h.ProposeHandoff(ctx, rumour, p, hoa), "no_harm")
	p.Harm = "Người dân bỏ chạy trong đêm, tai nạn trong vài giờ tới"
	h.refused(h.ProposeHandoff(ctx, rumour, p, hoa), "not_false") // nobody has judged it
	cite := news.Citation{Document: "42/TB-UBND"}
	for _, v := range []review.Verdict{review.Confirmed, review.Suspected, review.Inconclusive, review.OutOfContext, review.Outdated} {
		h.must(h.SetVerdict(ctx, rumour, v, cite, hoa))
		h.refused(h.ProposeHandoff(ctx, rumour, p, hoa), "not_false")
	}
	h.must(h.SetVerdict(ctx, rumour, review.FalseInfo, cite, hoa))
	h.refused(h.ProposeHandoff(ctx, rumour, p, hoa), "no_correction")
	h.must(h.DraftCorrection(ctx, rumour, "Đập an toàn", "", "", hoa))
	h.refused(h.ProposeHandoff(ctx, rumour, p, hoa), "no_correction")
	h.must(h.ApproveCorrection(ctx, rumour, chair))
	h.must(h.ProposeHandoff(ctx, rumour, p, hoa))
	// What was judged or answered anew is not what was proposed.
	h.must(h.DraftCorrection(ctx, rumour, "Đập vẫn an toàn", "", "", hoa))
	h.refused(h.ApproveHandoff(ctx, rumour, chair), "no_correction")
	h.must(h.ApproveCorrection(ctx, rumour, chair))
	h.must(h.ApproveHandoff(ctx, rumour, chair))
	h.must(h.SetVerdict(ctx, rumour, review.Confirmed, cite, hoa))
	h.later(review.UndoWindow)
	if c := h.kase(rumour); !c.Handoff.Sent.IsZero() || c.Handoff.Vetoed != "system" {
		t.Errorf("the rumour turned out true and left: %+v", c.Handoff)
	}

	h.must(h.SetClaim(ctx, danger, "", "Kêu gọi đập phá trụ sở", nil, hoa))
	q := proposal()
	q.Category = review.Incitement
	h.refused(h.ProposeHandoff(ctx, danger, q, hoa), "no_checklist")
	full := review.Checklist{Context: "1", Speaker: "2", Intent: "3", Content: "4", Extent: "5", Likelihood: "6"}
	for i, part := range []*string{&full.Context, &full.Speaker, &full.Intent, &full.Content, &full.Extent, &full.Likelihood} {
		*part = ""
		q.Checklist = &full
		h.refused(h.ProposeHandoff(ctx, danger, q, hoa), "no_checklist")
		*part = fmt.Sprint("phần ", i)
	}
	h.must(h.ProposeHandoff(ctx, danger, q, hoa))
	h.must(h.ApproveHandoff(ctx, danger, chair))
	h.later(review.UndoWindow)
	if c := h.kase(danger); c.State != review.Escalated || c.Handoff.Seal == "" {
		t.Errorf("danger after the hand-off = %s", c.State)
	}
}

func TestLock(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.document("42/TB-UBND", "2026-01-05", "")
	protected := []news.Stance{news.Complaint, news.Question, news.RumourQuery, news.Suggestion, news.Opinion, news.Satire, ""}
	for i, stance := range protected {
		for _, choice := range []news.Choice{news.Verify, news.Danger, news.Scam} {
			item := fmt.Sprint(choice, i)
			h.take(flag(item, stance, news.High))
			e, err := h.Entry(ctx, item, hoa)
			h.must(err)
			if !e.Locked {
				t.Errorf("undecided entry of stance %q is not locked", stance)
			}
			id := h.decide(item, choice, hoa).Case
			h.must(h.SetClaim(ctx, id, "", "Điều được nói", nil, hoa))
			p := proposal()
			p.Category = review.CategoriesFor(choice)[0]
			h.refused(h.ProposeHandoff(ctx, id, p, hoa), "locked")
			h.refused(h.Unlock(ctx, id, "vì thế", justice), "no_reason")
			h.refused(h.Unlock(ctx, id, "đây là lời kêu gọi thật", chair), "forbidden")
			h.must(h.Unlock(ctx, id, "đây là nội dung lan truyền, không phải phản ánh", justice))
			h.refused(h.Unlock(ctx, id, "đây là nội dung lan truyền", justice), "not_locked")
		}
	}
	// The person's choice locks, whatever the machine read.
	for _, choice := range []news.Choice{news.Answer, news.Stat, news.Out, news.Emergency} {
		h.take(flag("free-"+string(choice), news.Claiming, news.High))
		e := h.decide("free-"+string(choice), choice, hoa)
		if !e.Locked {
			t.Errorf("an entry decided as %s is not locked", choice)
		}
		if e.Case != "" {
			h.refused(h.ProposeHandoff(ctx, e.Case, proposal(), hoa), "kind")
			h.refused(h.Unlock(ctx, e.Case, "một lý do đủ dài", justice), "kind")
		}
	}
}

func TestSubjects(t *testing.T) {
	tests := []struct {
		text   string
		stance news.Stance
		cues   bool
		want   string
	}{
		{"Công an phường làm ngơ, báo mấy lần không ai xuống", news.Complaint, false, review.SubjectPolice},
		{"cong an phuong lam ngo, bao may lan ko ai xuong", news.Complaint, false, review.SubjectPolice},
		{"Co\u0302ng an phu\u031bo\u031b\u0300ng tho\u031b\u0300 o\u031b", news.Claiming, false, review.SubjectPolice},
		{"CSGT vòi tiền ở ngã ba", news.Claiming, false, review.SubjectPolice},
		{"mấy chú ca phường oai ghê, đi tuần toàn quán nhậu", news.Satire, false, review.SubjectPolice},
		{"công an phường nỏ giải quyết chi cả", news.Opinion, false, review.SubjectPolice},
		{"Công an gọi điện nói tôi rửa tiền, bắt chuyển vào tài khoản an toàn", news.Report, true, ""},
		{"Công an gọi nói tôi rửa tiền", news.Complaint, true, ""},
		{"Bị lừa rồi lên trình báo mà công an thờ ơ", news.Complaint, true, review.SubjectPolice},
		{"Công an phường làm căn cước thứ bảy không ạ?", news.Question, false, ""},
		{"Công an phường cảnh báo thủ đoạn giả danh, hách dịch đe dọa", news.Warning, false, ""},
		{"Cán bộ địa chính vòi tiền mới cho tách thửa", news.Complaint, false, review.SubjectOfficial},
		{"can bo dia chinh an tien moi cho tach thua", news.Claiming, false, review.SubjectOfficial},
		{"Chủ tịch phường nhận hối lộ 500 triệu", news.Claiming, false, review.SubjectLeader},
		{"nghe noi pct phuong an tien du an", news.Claiming, false, review.SubjectLeader},
		{"Chủ tịch phường phát biểu về chống hối lộ ở huyện", news.Warning, false, ""},
		{"Cán bộ một cửa nhiệt tình lắm", news.Praise, false, ""},
		{"Khối Đồng Tâm mất nước ba ngày", news.Complaint, false, ""},
	}
	for _, tt := range tests {
		if got := review.SubjectOf(tt.text, tt.stance, tt.cues); got != tt.want {
			t.Errorf("SubjectOf(%q, %s) = %q, want %q", tt.text, tt.stance, got, tt.want)
		}
	}
}

// What criticises the police or accuses an official goes to neither, by no
// signature.
func TestConflictOfInterest(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.document("42/TB-UBND", "2026-01-05", "")
	h.take(
		flag("p", news.Claiming, news.High, text("Công an phường bao che cho nhóm lừa đảo này"), cue("free_gift_scam")),
		flag("o", news.Claiming, news.High, text("Cán bộ cấp nước vòi tiền từng nhà rồi mới mở nước")))
	id := h.decide("p", news.Scam, hoa).Case
	h.must(h.SetClaim(ctx, id, "", "Một nhóm lừa đảo", nil, hoa))
	h.refused(h.ProposeHandoff(ctx, id, proposal(), hoa), "locked")
	h.refused(h.Unlock(ctx, id, "muốn chuyển cho bằng được", justice), "cannot_unlock")

	id = h.decide("o", news.Answer, hoa).Case
	if c := h.kase(id); c.Unit != "" {
		t.Errorf("an accusation was assigned to %q by itself", c.Unit)
	}
	h.later(0)
	as := h.sent("decided")
	if last := as[len(as)-1]; !slices.Equal(last.To, []string{"leader", "justice"}) {
		t.Errorf("told %v, want leader and justice", last.To)
	}
	h.refused(h.Assign(ctx, id, "Đội Cấp nước", time.Time{}, hoa), "own_unit")
	h.refused(h.Assign(ctx, id, "Công an phường", time.Time{}, hoa), "own_unit")
	h.must(h.Assign(ctx, id, "Văn phòng", time.Time{}, hoa))
}

// Nobody is to act on what holds no longer.
func TestNoticesOfAStepAreTakenBack(t *testing.T) {
	told := func(h *house, to, vi string) (n int) {
		gone := map[string]bool{}
		for _, a := range h.alerts {
			gone[a.Withdraw] = true
		}
		for _, a := range h.alerts {
			if slices.Contains(a.To, to) && a.Withdraw == "" && !gone[a.ID] && (vi == "" || strings.Contains(a.Subject.VI, vi)) {
				n++
			}
		}
		return n
	}
	t.Run("correction", func(t *testing.T) {
		h := newHouse(t)
		ctx := t.Context()
		h.document("42/TB-UBND", "2026-01-05", "")
		h.take(flag("a", news.Claiming, news.Critical))
		id := h.decide("a", news.Verify, hoa).Case
		h.must(h.SetClaim(ctx, id, "", "Đập sắp vỡ", nil, hoa))
		h.refute(id)
		h.later(review.UndoWindow / 2)
		h.must(h.DraftCorrection(ctx, id, "Đập vẫn rất an toàn", "", "", hoa))
		h.later(review.UndoWindow)
		if n := told(h, "editor", "có thể đăng"); n != 0 {
			t.Errorf("the editor is told %d times that what was drafted anew may be published", n)
		}
		h.must(h.ApproveCorrection(ctx, id, chair))
		h.later(review.UndoWindow)
		if n := told(h, "editor", "có thể đăng"); n != 1 {
			t.Errorf("the editor is told %d times of the approval, want once", n)
		}
		h.must(h.SetVerdict(ctx, id, review.Confirmed, news.Citation{Document: "42/TB-UBND"}, hoa)) // after the window
		h.later(review.UndoWindow)
		if n := told(h, "editor", "có thể đăng"); n != 0 {
			t.Errorf("%d notices of the approval stand after another verdict", n)
		}
	})
	t.Run("assignment", func(t *testing.T) {
		h := newHouse(t)
		ctx := t.Context()
		h.take(flag("a", news.Complaint, news.Medium), flag("b", news.Complaint, news.Medium, topic("health")))
		a, b := h.decide("a", news.Answer, hoa).Case, h.decide("b", news.Answer, hoa).Case
		h.must(h.Assign(ctx, a, "Đội Quản lý đường", time.Time{}, hoa))
		h.must(h.Assign(ctx, b, "Trạm Y tế", time.Time{}, hoa))
		h.later(review.UndoWindow / 2)
		h.must(h.Undo(ctx, "b", hoa))
		h.later(review.UndoWindow)
		for unit, want := range map[string]int{"unit/Đội Cấp nước": 0, "unit/Đội Quản lý đường": 1, "unit/Trạm Y tế": 0} {
			if n := told(h, unit, ""); n != want {
				t.Errorf("%s is told %d times, want %d", unit, n, want)
			}
		}
		h.must(h.Assign(ctx, a, "Văn phòng", time.Time{}, hoa)) // after the mail has left
		h.later(review.UndoWindow)
		if told(h, "unit/Đội Quản lý đường", "") != 0 || told(h, "unit/Văn phòng", "") != 1 {
			t.Errorf("notices after it was given on: %+v", h.alerts)
		}
	})
}

// Time that is given later makes nothing in time that was late.
func TestTheFirstDueDateCounts(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.now = reviewtest.Epoch.Add(4 * 24 * time.Hour) // Friday, 08:00
	h.take(flag("a", news.Complaint, news.High, topic("health")))
	id := h.decide("a", news.Answer, hoa).Case
	monday := h.kase(id).NextDue
	if got := monday.In(h.Zone).Format("Mon 15:04"); got != "Mon 17:00" {
		t.Errorf("proposed %s, want the next working day", got)
	}
	h.must(h.Assign(ctx, id, "Trạm Y tế", time.Time{}, hoa))
	if c := h.kase(id); !c.Due.Equal(monday) || !c.Promised().Equal(monday) {
		t.Errorf("due %v, measured by %v, want %v", c.Due, c.Promised(), monday)
	}
	h.now = h.now.Add(time.Hour) // another unit, no more time
	h.must(h.Assign(ctx, id, "Văn phòng", h.kase(id).NextDue, hoa))
	if c := h.kase(id); !c.Due.Equal(monday) || slices.ContainsFunc(c.Timeline, func(e review.Event) bool { return e.Act == "answer.due" }) {
		t.Errorf("due %v after another unit got it: %+v", c.Due, c.Timeline)
	}
	h.now = monday.Add(time.Hour)
	tuesday := h.kase(id).NextDue
	if !tuesday.Equal(monday.AddDate(0, 0, 1)) {
		t.Errorf("proposed %v when it is overdue, want a working day more", tuesday)
	}
	h.must(h.Assign(ctx, id, "Trạm Y tế", time.Time{}, hoa))
	c := h.kase(id)
	last := c.Timeline[len(c.Timeline)-1]
	if !c.Due.Equal(tuesday) || !c.Promised().Equal(monday) || last.Act != "answer.due" || last.Who != "hoa" || !strings.Contains(last.Text, "17:00") {
		t.Errorf("due %v, measured by %v, timeline ends with %+v", c.Due, c.Promised(), last)
	}
}

// What accuses somebody in office goes to nobody who may be that person or
// sit beside them, however the resident writes it.
func TestAccusationsPassByTheirOwn(t *testing.T) {
	for name, words := range map[string]string{
		"plain": "khối trưởng khối 5 tham ô tiền quỹ, trạm y tế phường với phòng kinh tế biết mà im", "bare": "khoi truong khoi 5 tham o tien quy, tram y te phuong voi phong kinh te biet ma im",
		"decomposed": norm.NFD.String("Khối trưởng khối 5 tham ô tiền quỹ, Trạm Y tế phường với Phòng Kinh tế biết mà im"),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.take(flag("a", news.Complaint, news.High, topic("welfare"), text(words)), flag("b", news.Complaint, news.High, topic("welfare"), text("đường khối 5 ngập, trạm y tế cũng ngập")))
			id, plain := h.decide("a", news.Answer, hoa).Case, h.decide("b", news.Answer, hoa).Case
			for _, unit := range []string{"Khối 5", "khoi 5", "Khối Đồng Tâm", "Ban cán sự khối 3", "Tổ dân phố 2", "Trạm Y tế phường Thái Hòa", "Phòng Kinh tế, Hạ tầng và Đô thị", "Đồng Tâm"} {
				h.refused(h.Assign(t.Context(), id, unit, time.Time{}, hoa), "own_unit")
				h.must(h.Assign(t.Context(), plain, unit, time.Time{}, hoa))
			}
			h.must(h.Assign(t.Context(), id, "Văn phòng", time.Time{}, hoa))
		})
	}
	// A case that a board has does not take the accusation in.
	h := newHouse(t)
	h.take(flag("a", news.Complaint, news.High, topic("welfare"), story("s")), flag("b", news.Complaint, news.High, topic("welfare"), story("s"), text("khối trưởng khối 5 tham ô tiền quỹ của bà con")))
	id := h.decide("a", news.Answer, hoa).Case
	h.must(h.Assign(t.Context(), id, "Khối 5", time.Time{}, hoa))
	if other := h.decide("b", news.Answer, hoa).Case; other == id || h.kase(other).Unit != "" {
		t.Errorf("the accusation joined %s, which %s has", other, h.kase(other).Unit)
	}
	// Nor does the board keep what turns out to be one.
	h.take(flag("a", news.Complaint, news.High, topic("welfare"), story("s"), func(f *news.Flag) { f.ID, f.Item.Observed = "f-again", h.now.Add(time.Hour) }, text("khối trưởng khối 5 tham ô tiền quỹ của bà con")))
	if c := h.kase(id); c.Unit != "" || c.State != review.Open {
		t.Errorf("%s keeps what accuses its head", c.Unit)
	}
}

func TestVetoAndRecall(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	h.refused(h.VetoHandoff(ctx, id, "vì", justice), "no_handoff")
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.refused(h.VetoHandoff(ctx, id, "", justice), "no_reason")
	h.must(h.VetoHandoff(ctx, id, "chưa đủ căn cứ", justice))
	h.later(time.Hour)
	if slips, _ := h.Handoffs(ctx, liaison); len(slips) != 0 {
		t.Fatal("a vetoed hand-off left")
	}
	h.refused(h.ProposeHandoff(ctx, id, proposal(), hoa), "locked")
	h.must(h.Unlock(ctx, id, "đã bổ sung minh chứng", justice))
	h.must(h.ProposeHandoff(ctx, id, proposal(), hoa))
	h.refused(h.ApproveHandoff(ctx, id, review.User{Name: "lan", Role: review.Leader}), "same_person")
	h.must(h.ApproveHandoff(ctx, id, chair))
	h.refused(h.SetClaim(ctx, id, "", "một điều khác", nil, hoa), "handoff_open")
	h.must(h.RecallHandoff(ctx, id, "ghi nhầm", chair))
	h.later(time.Hour)
	if slips, _ := h.Handoffs(ctx, liaison); len(slips) != 0 {
		t.Fatal("a recalled hand-off left")
	}
}

// Between approval and release things change; what no longer may leave does
// not.
func TestReleaseLooksAgain(t *testing.T) {
	t.Run("decision undone", func(t *testing.T) {
		h := newHouse(t)
		id := h.scam("a")
		h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
		h.must(h.ApproveHandoff(t.Context(), id, chair))
		h.must(h.Undo(t.Context(), "a", hoa))
		h.later(time.Hour)
		if c := h.kase(id); !c.Handoff.Sent.IsZero() || c.State != review.Closed {
			t.Errorf("hand-off of an undone decision: %+v", c.Handoff)
		}
	})
	t.Run("text changed into a complaint", func(t *testing.T) {
		h := newHouse(t)
		id := h.scam("a")
		h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
		h.must(h.ApproveHandoff(t.Context(), id, chair))
		f := flag("a", news.Complaint, news.High, text("Phường ơi nước lại mất rồi"))
		f.ID, f.Item.Observed = "f-a-2", f.Item.Observed.Add(time.Minute)
		h.take(f)
		h.later(time.Hour)
		if c := h.kase(id); !c.Handoff.Sent.IsZero() || c.Handoff.Vetoed != "system" {
			t.Errorf("hand-off after the text changed: %+v", c.Handoff)
		}
	})
	t.Run("document superseded", func(t *testing.T) {
		h := newHouse(t)
		id := h.scam("a")
		h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
		h.must(h.ApproveHandoff(t.Context(), id, chair))
		h.document("50/TB-UBND", "2026-05-01", "42/TB-UBND")
		h.later(time.Hour)
		if c := h.kase(id); !c.Handoff.Sent.IsZero() {
			t.Errorf("hand-off that cites a document no longer in force left")
		}
	})
}

// A later entry of a case whose hand-off has left can be taken back; what
// left stays as it is.
func TestUndoBesideASentHandoff(t *testing.T) {
	h := newHouse(t)
	id := h.scam("a", story("s"))
	h.must(h.ProposeHandoff(t.Context(), id, proposal(), hoa))
	h.must(h.ApproveHandoff(t.Context(), id, chair))
	h.later(review.UndoWindow)
	h.take(flag("b", news.Claiming, news.Medium, story("s")))
	if e := h.decide("b", news.Scam, hoa); e.Case != id {
		t.Fatalf("case = %s, want it to join %s", e.Case, id)
	}
	h.must(h.Undo(t.Context(), "b", hoa))
	if c := h.kase(id); c.Handoff.Sent.IsZero() || !review.VerifySeal(*c.Handoff) || len(c.Entries) != 1 {
		t.Errorf("case after undo = %+v", c)
	}
}

func TestEmergencyIsItsOwnPath(t *testing.T) {
	h := newHouse(t)
	h.take(flag("a", news.Claiming, news.Medium))
	id := h.decide("a", news.Emergency, hoa).Case
	h.later(0)
	a := h.sent("decided")[0]
	if a.Level != news.Critical || !strings.Contains(a.Body.VI, "113") || !slices.Equal(a.To, []string{"leader"}) {
		t.Errorf("notice = %+v", a)
	}
	h.refused(h.ProposeHandoff(t.Context(), id, proposal(), hoa), "kind")
	h.must(h.Escalate(t.Context(), id, "Đã gọi 115, xe đến lúc 9 giờ", chair))
	h.must(h.CloseCase(t.Context(), id, "người bệnh đã nhập viện", chair))
}

func TestDismissedEntryComesBackWhenItGetsWorse(t *testing.T) {
	h := newHouse(t)
	h.take(flag("a", news.Claiming, news.Low))
	h.decide("a", news.Stat, hoa)
	f := flag("a", news.Claiming, news.Critical)
	f.ID = "f-a-edited"
	h.take(f)
	h.later(0)
	e, err := h.Entry(t.Context(), "a", hoa)
	h.must(err)
	if e.Decision != nil || len(e.History) != 1 || len(h.sent("flagged")) != 1 {
		t.Errorf("entry = %+v, want it open again and noticed", e)
	}
}

// What an edit brought is looked at again, whatever was decided before; what
// was known is not, and a case that is open hears of it.
func TestEditedItemComesBack(t *testing.T) {
	h := newHouse(t)
	old := flag("a", news.Claiming, news.Medium, text("Phí rác là 30k. Nghe nói vỡ đập."))
	old.Because = []news.Span{{Start: 21, End: 27, Text: "vỡ đập"}}
	h.take(old)
	h.decide("a", news.Stat, hoa)
	f := flag("a", news.Claiming, news.Low, text("Tin mới. Phí rác là 30k. Nghe nói vỡ đập. Nhận quà ở khối 3."))
	f.ID, f.Edited, f.Item.Edited = "f-a-edited", true, f.Item.Observed.Add(time.Hour)
	f.Because = []news.Span{{Start: 41, End: 49, Text: "Nhận quà"}}
	h.take(f)
	h.take(old) // comes again
	h.later(0)
	e, err := h.Entry(t.Context(), "a", hoa)
	h.must(err)
	if e.Decision != nil || len(e.History) != 1 || len(e.Flags) != 2 {
		t.Errorf("entry = %+v, want it open again", e)
	}
	if e.Item.Text != f.Item.Text {
		t.Errorf("the entry shows %q, want the text as it is now", e.Item.Text)
	}
	for _, x := range e.Flags {
		for _, s := range x.Because {
			if got := string([]rune(e.Item.Text)[s.Start:s.End]); got != s.Text {
				t.Errorf("flag %s marks %q, want %q", x.ID, got, s.Text)
			}
		}
		if len(x.Because) != 1 {
			t.Errorf("flag %s has marks %v, want one", x.ID, x.Because)
		}
	}
	gone := flag("a", news.Claiming, news.Low, text("Nhận quà ở khối 3."))
	gone.ID, gone.Status, gone.Item.Edited = "f-a-gone", "experimental", f.Item.Observed.Add(2*time.Hour)
	gone.Edited = true
	h.decide("a", news.Out, hoa)
	h.take(gone)
	if e, err = h.Entry(t.Context(), "a", hoa); err != nil || e.Decision == nil || e.Item.Text != gone.Item.Text {
		t.Errorf("entry = %+v, %v: want it decided, with the text as it is now", e, err)
	}
	for _, x := range e.Flags {
		if x.ID == old.ID && len(x.Because) != 0 {
			t.Errorf("marks %v of words that are gone", x.Because)
		}
	}
}

func TestErase(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.scam("a")
	secret := "nhận quà 100k"
	h.refused(h.EraseItem(ctx, "a", "", justice), "no_reason")
	h.refused(h.EraseItem(ctx, "a", "yêu cầu", hoa), "forbidden")
	h.must(h.EraseItem(ctx, "a", "yêu cầu của người viết", justice))
	h.later(0)
	if len(h.erased) != 1 || h.erased[0].ID != "a" {
		t.Errorf("erasures told = %+v", h.erased)
	}
	h.must(h.Erase(ctx, h.erased[0])) // comes back over the bus
	f := flag("a", news.Claiming, news.High, text(secret))
	f.ID, f.Item.Observed, f.Because = "f-late", f.Item.Observed.Add(time.Hour), []news.Span{{Start: 0, End: 4, Text: "nhận"}}
	h.take(f) // and a late flag does not bring the words back
	e, err := h.Entry(ctx, "a", hoa)
	h.must(err)
	if s := string(encode(e)); strings.Contains(s, "quà") || strings.Contains(s, `"nhận"`) || strings.Contains(s, "example.com") {
		t.Errorf("words are left: %s", s)
	}
	if c := h.kase(id); c.Claim == "" || len(c.Indicators) == 0 {
		t.Errorf("the case lost its claim or indicators: %+v", c)
	}
	if h.audits("item.erased") != 1 || h.audits("item.erase") != 1 {
		t.Error("the erasure is not accounted for once")
	}
}

// A receiver that fails gets everything later; nothing is lost or reordered.
func TestForwardKeepsWhatFails(t *testing.T) {
	h := newHouse(t)
	h.failing = errors.New("bus is away")
	h.take(flag("a", news.Claiming, news.High))
	h.decide("a", news.Verify, hoa)
	if err := h.Forward(t.Context()); !errors.Is(err, h.failing) {
		t.Errorf("Forward = %v, want the receiver's error", err)
	}
	h.failing, h.labels = nil, nil
	h.later(0)
	h.later(0)
	if len(h.sent("flagged")) != 1 || len(h.sent("decided")) != 1 || len(h.labels) != 1 {
		t.Errorf("after the fault: %d + %d notices, %d labels, want one each", len(h.sent("flagged")), len(h.sent("decided")), len(h.labels))
	}
}

func TestReadingIsAccountedFor(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.take(flag("a", news.Claiming, news.High))
	if _, err := h.Entry(ctx, "a", hoa); err != nil || h.audits("item.view") != 1 {
		t.Errorf("reading an item: %v, %d audit entries", err, h.audits("item.view"))
	}
	if both, err := h.Entries(ctx, []string{"a", "none"}, hoa); err != nil || len(both) != 1 || both[0].Item == nil || h.audits("item.view") != 2 {
		t.Errorf("reading several: %+v, %v, %d audit entries", both, err, h.audits("item.view"))
	}
	if _, err := h.Entries(ctx, []string{"a"}, review.User{Name: "an", Role: review.Liaison}); err == nil || h.audits("item.view") != 2 {
		t.Errorf("the liaison reads: %v", err)
	}
	if _, err := h.Inbox(ctx, review.InboxQuery{By: hoa}); err != nil || h.audits("inbox.view") != 1 {
		t.Errorf("reading the inbox: %v, %d audit entries", err, h.audits("inbox.view"))
	}
	in, err := h.Inbox(ctx, review.InboxQuery{})
	h.must(err)
	if in.Open != 1 || in.Entries[0].ID != "a" || in.Entries[0].Item != nil || in.Entries[0].Flags != nil {
		t.Errorf("the program itself reads %+v, want ids and levels alone", in.Entries)
	}
	_, err = h.Entry(ctx, "none", hoa)
	h.refused(err, "not_found")
	if !errors.Is(err, review.ErrNotFound) {
		t.Errorf("unknown entry: %v, want ErrNotFound", err)
	}
	h.must(h.AppendAudit(ctx, []news.Audit{{ID: "x", Role: "rules", Who: "hoa", Act: "rule.save"}}))
	h.must(h.AppendAudit(ctx, []news.Audit{{ID: "x", Role: "rules", Who: "hoa", Act: "rule.save"}}))
	if h.audits("rule.save") != 1 {
		t.Error("an entry of another role is chained twice")
	}
	if n, err := h.VerifyAudit(ctx); err != nil || n != 4 {
		t.Errorf("VerifyAudit = %d, %v, want 4", n, err)
	}
	if _, err := h.Audit(ctx, review.AuditQuery{By: justice}); err != nil || h.audits("audit.view") != 1 {
		t.Errorf("reading the log: %v", err)
	}
}

func TestSuggest(t *testing.T) {
	out := func(f *news.Flag) { f.Item.Reading.Area.Fit = news.OutOfArea }
	tests := []struct {
		flag news.Flag
		want news.Choice
	}{
		{flag("a", news.Complaint, 2), news.Answer},
		{flag("a", news.RumourQuery, 2, cue("school_rumour")), news.Answer},
		{flag("a", news.Claiming, 2, cue("disaster_rumour")), news.Verify},
		{flag("a", news.Claiming, 2, cue("free_gift_scam")), news.Scam},
		{flag("a", news.Complaint, 2, cue("impersonation_police")), news.Scam},
		{flag("a", news.Warning, 2, cue("impersonation_police")), news.Stat},
		{flag("a", news.Satire, 2), news.Stat},
		{flag("a", news.Claiming, 2, out), news.Out},
		{flag("a", news.Claiming, 2, cue("incitement")), news.Danger},
		{flag("a", news.Praise, 2), news.Stat},
	}
	for _, tt := range tests {
		h := newHouse(t)
		h.take(tt.flag)
		e, err := h.Entry(t.Context(), "a", hoa)
		h.must(err)
		if e.Suggest != tt.want {
			t.Errorf("suggested for %s with %v: %s, want %s", tt.flag.Item.Reading.Stance, tt.flag.Item.Reading.Cues, e.Suggest, tt.want)
		}
	}
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{
		"https://dichvucongs.top/a.b":         "hxxps://dichvucongs[.]top/a.b",
		"vào HTTP://chinhphu.gov.vn.abc.com/": "vào hxxp://chinhphu[.]gov[.]vn[.]abc[.]com/",
		"quatang-vneid.top nhé":               "quatang-vneid[.]top nhé",
		"http://1.2.3.4:8080/x":               "hxxp://1[.]2[.]3[.]4:8080/x",
		"TP.HCM, v.v. 30.000 đồng, 1.5":       "TP.HCM, v.v. 30.000 đồng, 1.5",
		"hxxps://dichvucongs[.]top/a":         "hxxps://dichvucongs[.]top/a",
	} {
		if got := review.Defang(in); got != want {
			t.Errorf("Defang(%q) = %q, want %q", in, got, want)
		}
		if got := review.Defang(want); got != want {
			t.Errorf("Defang twice of %q = %q", in, got)
		}
	}
}

// Every field of the content is under the seal; what comes later is not.
func TestSeal(t *testing.T) {
	h := review.Handoff{Case: "V-1", Category: review.Incitement, Claim: "a <b> & c", URLs: []string{"hxxp://x[.]top"}, Evidence: "e", Harm: "h", Request: "r",
		Citation: news.Citation{Document: "1"}, Checklist: &review.Checklist{Context: "c"}, Proposed: "p", At: reviewtest.Epoch, Approved: "q", ApprovedAt: reviewtest.Epoch, Sent: reviewtest.Epoch}
	h.Seal = review.Seal(h)
	if !review.VerifySeal(h) || len(h.Seal) != 64 {
		t.Fatal("a fresh seal does not hold")
	}
	var back review.Handoff
	if err := json.Unmarshal(encode(h), &back); err != nil || !review.VerifySeal(back) {
		t.Errorf("the seal does not survive storage: %v", err)
	}
	for name, change := range map[string]func(*review.Handoff){
		"case": func(h *review.Handoff) { h.Case = "V-2" }, "category": func(h *review.Handoff) { h.Category = review.FraudOrScam },
		"claim": func(h *review.Handoff) { h.Claim += "." }, "urls": func(h *review.Handoff) { h.URLs = nil },
		"evidence": func(h *review.Handoff) { h.Evidence = "" }, "harm": func(h *review.Handoff) { h.Harm = "" },
		"request": func(h *review.Handoff) { h.Request = "" }, "citation": func(h *review.Handoff) { h.Citation.Clause = "2" },
		"checklist": func(h *review.Handoff) { h.Checklist = &review.Checklist{} }, "proposed": func(h *review.Handoff) { h.Proposed = "x" },
		"at": func(h *review.Handoff) { h.At = h.At.Add(1) }, "approved": func(h *review.Handoff) { h.Approved = "x" },
		"approved at": func(h *review.Handoff) { h.ApprovedAt = h.ApprovedAt.Add(1) }, "sent": func(h *review.Handoff) { h.Sent = h.Sent.Add(1) },
	} {
		c := h
		change(&c)
		if review.VerifySeal(c) {
			t.Errorf("the seal does not notice a change of %s", name)
		}
	}
	later := h
	later.Outcome, later.Received = "closed", reviewtest.Epoch
	if !review.VerifySeal(later) {
		t.Error("the liaison's answer breaks the seal")
	}
}
