package alerts_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
)

func TestNewRefuses(t *testing.T) {
	mail := map[string]alerts.Channel{"email": &carrier{}}
	tests := []struct {
		name string
		o    alerts.Options
		want string
	}{
		{"channel", alerts.Options{Channels: mail, Recipients: []alerts.Recipient{{Name: "lan", Role: "reviewer", Channel: "zalo"}}}, `recipients[0] (lan): channel "zalo" is not configured`},
		{"role", alerts.Options{Channels: mail, Recipients: []alerts.Recipient{{Name: "lan"}}}, "recipients[0] (lan): needs a name and a role"},
		{"language", alerts.Options{Channels: mail, Recipients: []alerts.Recipient{{Name: "lan", Role: "reviewer", Lang: "fr"}}}, `language "fr"`},
		{"two addresses", alerts.Options{Channels: mail, Recipients: []alerts.Recipient{{Name: "lan", Role: "a", Address: "a@b.c"}, {Name: "lan", Role: "b", Address: "d@b.c"}}}, "recipients[1] (lan): has two addresses"},
		{"hours", alerts.Options{Hours: alerts.WorkingHours{From: "7h"}}, `hours: from: "7h" is not a time like 07:00`},
		{"day", alerts.Options{Hours: alerts.WorkingHours{Days: []string{"t2"}}}, `there is no day "t2"`},
		{"closed", alerts.Options{Hours: alerts.WorkingHours{From: "17:00", To: "08:00"}}, "to 08:00 is not after from 17:00"},
		{"base", alerts.Options{BaseURL: "langnghe"}, `base URL "langnghe"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Store = newRig(t, nil).store
			_, err := alerts.New(tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New error = %v, want one with %q", err, tt.want)
			}
		})
	}
	if _, err := alerts.New(alerts.Options{}); err == nil {
		t.Error("New without a store = nil, want an error")
	}
}

func TestRouting(t *testing.T) {
	r := newRig(t, nil)
	urgent := r.flag("urgent", news.Critical, "")
	urgent.To = []string{"reviewer", "leader"}
	low := r.flag("low", news.Low, "")
	low.To = []string{"reviewer", "leader"}
	handoff := r.flag("handoff", news.Low, "")
	handoff.Kind, handoff.To = "handoff", []string{"police_liaison"}
	orphan := r.flag("orphan", news.High, "")
	orphan.To = []string{"editor"}
	nowhere := r.flag("nowhere", news.High, "")
	nowhere.To = nil
	r.take(urgent, low, handoff, orphan, nowhere)
	for _, want := range [][3]string{
		{"urgent", "lan", "waiting"},
		{"urgent", "minh", "waiting"},
		{"urgent", "công an", ""},
		{"low", "lan", "muted below"},
		{"low", "minh", "muted below"},
		{"handoff", "công an", "waiting"}, // whatever its level
		{"handoff", "lan", ""},
		{"orphan", "lan", "waiting fallback: editor"},
		{"orphan", "công an", ""},
		{"nowhere", "lan", "waiting"},
	} {
		if got := r.fate("flagged/"+want[0], want[1]); got != want[2] {
			t.Errorf("%s at %s = %q, want %q", want[0], want[1], got, want[2])
		}
	}
	if err := r.Take(t.Context(), news.Alert{}); !errors.As(err, new(interface{ Permanent() bool })) {
		t.Errorf("Take of an alert without id: %v, want a permanent error", err)
	}
}

// Delivery fails open: without anybody of the role the reviewers hear, and
// the log is loud; the police never stand in.
func TestNobody(t *testing.T) {
	var log bytes.Buffer
	r := newRig(t, func(o *alerts.Options) {
		o.Recipients = team[2:]
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	r.take(r.flag("a", news.Critical, ""))
	if got := r.fate("flagged/a", ""); got != "dead nobody" {
		t.Errorf("alert without recipients = %q, want a dead letter", got)
	}
	if d := r.list(""); d.Dead != 1 || d.Deliveries[0].Reason.VI == "" {
		t.Errorf("deliveries = %+v, want one dead letter with a reason", d)
	}
	if !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("log = %q, want an error", log.String())
	}
}

func TestTakeRepeated(t *testing.T) {
	r := newRig(t, nil)
	a := r.flag("a", news.High, "g")
	r.take(a, a)
	r.run()
	r.settle()
	r.take(a)
	r.restart()
	r.take(a)
	r.quiet()
	if _, got := r.mail.count(); got != 1 || len(r.list("").Deliveries) != 1 {
		t.Errorf("four deliveries of one alert: %d mails, want 1", got)
	}
}

func TestWorkingHours(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Recipients = append(slices.Clone(team), alerts.Recipient{Name: "trực ban", Role: "reviewer", Channel: "email", Always: true})
	})
	friday := time.Date(2026, 3, 6, 13, 0, 0, 0, time.UTC) // 20:00
	r.set(friday)
	r.run()
	r.take(r.flag("high", news.High, ""), r.flag("medium", news.Medium, ""), r.flag("critical", news.Critical, ""))
	r.until("trực ban", 3)
	if got := r.until("lan", 1); got[0].Alert.ID != "flagged/critical" {
		t.Errorf("on Friday night lan got %s, want the critical one", got[0].Alert.ID)
	}
	r.wait("the critical one is settled", func() bool { return r.fate("flagged/critical", "lan") == alerts.Sent })
	opening := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC) // Monday 07:00
	for _, d := range r.list(alerts.Waiting).Deliveries {
		want := opening
		if d.Level < news.High {
			want = opening.Add(30 * time.Minute) // the digest
		}
		if d.Recipient == "lan" && !d.Next.Equal(want) {
			t.Errorf("%s waits until %v, want %v", d.Alert, d.Next, want)
		}
	}
	r.set(opening.Add(-time.Second))
	r.quiet()
	if n := len(r.mail.to("lan")); n != 1 {
		t.Errorf("before the opening lan has %d mails, want 1", n)
	}
	r.set(opening)
	r.until("lan", 2)
	r.set(opening.Add(30 * time.Minute))
	r.settle()
	if n := len(r.mail.to("lan")); n != 3 {
		t.Errorf("after the opening lan has %d mails, want 3", n)
	}
}

// Nothing about what is older than 72 hours pages anyone; what a person did
// now is as new as the act.
func TestOld(t *testing.T) {
	r := newRig(t, nil)
	with := func(id, kind string, event, created time.Duration) news.Alert {
		a := r.flag(id, news.Critical, "")
		a.Kind, a.Event, a.Created = kind, r.clock().Add(-event), r.clock().Add(-created)
		return a
	}
	const age = 72 * time.Hour
	r.take(
		with("old", "flagged", age+time.Second, 0),
		with("young", "flagged", age, 0),
		with("decided", "decided", 10*age, 0),
		with("replayed", "decided", 10*age, age+time.Second),
	)
	for id, want := range map[string]string{"old": "muted old", "young": "waiting", "decided": "waiting", "replayed": "muted old"} {
		if got := r.fate("flagged/"+id, "lan"); got != want {
			t.Errorf("%s = %q, want %q", id, got, want)
		}
	}
	r.pass(age + time.Second) // the service was down
	r.run()
	r.settle()
	if got := r.fate("flagged/young", "lan"); got != "muted old" {
		t.Errorf("what waited for three days = %q, want muted", got)
	}
	if _, got := r.mail.count(); got != 0 {
		t.Errorf("%d mails, want none: all are old by now", got)
	}
}

func TestGroups(t *testing.T) {
	r := newRig(t, nil)
	r.run()
	r.take(r.flag("1", news.High, "dam"))
	r.until("lan", 1) // the first goes at once
	r.take(r.flag("2", news.High, "dam"), r.flag("3", news.High, "dam"), r.flag("other", news.High, "school"))
	r.until("lan", 2)
	r.quiet()
	if got := r.mail.to("lan"); len(got) != 2 || got[1].Alert.ID != "flagged/other" {
		t.Errorf("within the half hour lan got %d mails, want the first and the other group's", len(got))
	}
	r.pass(10 * time.Minute)
	r.take(r.flag("raised", news.Critical, "dam"))
	got := r.until("lan", 3) // a higher level goes at once, with what waits
	if m := got[2]; m.Alert.ID != "flagged/raised" || len(m.More) != 2 {
		t.Errorf("raised message is about %s and %d more, want raised and 2", m.Alert.ID, len(m.More))
	}
	r.take(r.flag("4", news.Critical, "dam"), r.flag("5", news.High, "dam"))
	r.pass(29 * time.Minute)
	r.quiet()
	if n := len(r.mail.to("lan")); n != 3 {
		t.Errorf("%d mails before the half hour is over, want 3", n)
	}
	r.pass(time.Minute)
	got = r.until("lan", 4)
	if m := got[3]; m.Alert.ID != "flagged/4" || len(m.More) != 1 || !strings.HasSuffix(m.Subject, "(+1)") {
		t.Errorf("follow-up is %q about %s and %d more, want one about 4 and 5", m.Subject, m.Alert.ID, len(m.More))
	}
	r.pass(31 * time.Minute)
	r.take(r.flag("6", news.High, "dam"))
	r.until("lan", 5) // the group was quiet: at once again
}

// What people did is never held back for its group.
func TestPeopleAreNotGrouped(t *testing.T) {
	r := newRig(t, nil)
	r.run()
	for i, kind := range []string{"flagged", "decided", "decided", "handoff"} {
		a := r.flag(string(rune('a'+i)), news.High, "case/V-2026-0001")
		a.Kind = kind
		r.take(a)
		r.until("lan", i+1)
	}
}

func TestStorm(t *testing.T) {
	r := newRig(t, nil)
	r.run()
	for i := range 1000 {
		a := r.flag(strconv.Itoa(i), news.High, "dam")
		a.To = []string{"reviewer", "leader"}
		r.take(a)
		if i == 0 {
			r.until("lan", 1)
			r.until("minh", 1)
		}
	}
	r.pass(31 * time.Minute)
	r.settle()
	for _, name := range []string{"lan", "minh"} {
		got := r.mail.to(name)
		told := 0
		for _, m := range got {
			told += 1 + len(m.More)
		}
		if len(got) != 2 || told != 1000 {
			t.Fatalf("%s got %d mails about %d alerts, want 2 about 1000", name, len(got), told)
		}
		if text := got[1].Text; strings.Count(text, "\n- [") != 10 || !strings.Contains(text, "thông báo khác") {
			t.Errorf("follow-up lists %d alerts, want 10 and how many others:\n%s", strings.Count(text, "\n- ["), text)
		}
	}
}

func TestSilence(t *testing.T) {
	r := newRig(t, nil)
	ctx := context.Background()
	until := r.clock().Add(2 * time.Hour)
	for name, s := range map[string]alerts.Silence{
		"everything": {Owner: "lan", Reason: "x", Until: until},
		"no owner":   {Topic: "water", Reason: "x", Until: until},
		"no reason":  {Topic: "water", Owner: "lan", Reason: "\u200b\n", Until: until},
		"past":       {Topic: "water", Owner: "lan", Reason: "x", Until: r.clock()},
		"for ever":   {Topic: "water", Owner: "lan", Reason: "x", Until: until.AddDate(1, 0, 0)},
	} {
		var e *alerts.Error
		if _, err := r.Silences(ctx, alerts.SilenceRequest{Add: &s}); !errors.As(err, &e) || e.Kind != "invalid" || e.Text.EN == "" {
			t.Errorf("silence with %s: error = %v, want invalid", name, err)
		}
	}

	r.take(r.flag("waiting", news.High, ""), r.flag("urgent", news.Critical, ""))
	list, err := r.Silences(ctx, alerts.SilenceRequest{Add: &alerts.Silence{Topic: "water", Owner: "lan", Reason: "cắt nước theo lịch", Until: until}})
	if err != nil || len(list) != 1 || list[0].ID == "" {
		t.Fatalf("Silences = %+v, %v, want the new one", list, err)
	}
	decided := r.flag("decided", news.High, "")
	decided.Kind = "decided"
	handoff := r.flag("handoff", news.High, "")
	handoff.Kind = "handoff"
	other := r.flag("other", news.High, "")
	other.Topic = "roads"
	r.take(r.flag("after", news.High, ""), r.flag("urgent2", news.Critical, ""), decided, handoff, other)
	why := "muted silence: lan: cắt nước theo lịch"
	for id, want := range map[string]string{
		"waiting": why, "after": why, "decided": why, "urgent": "waiting", "urgent2": "waiting", "handoff": "waiting", "other": "waiting",
	} {
		if got := r.fate("flagged/"+id, "lan"); got != want {
			t.Errorf("%s = %q, want %q", id, got, want)
		}
	}

	if _, err := r.Silences(ctx, alerts.SilenceRequest{End: "S-none", By: "lan"}); err == nil {
		t.Error("ending an unknown silence = nil, want an error")
	}
	list, err = r.Silences(ctx, alerts.SilenceRequest{End: list[0].ID, By: "minh"})
	if err != nil || len(list) != 0 {
		t.Errorf("Silences after the end = %+v, %v, want none", list, err)
	}
	r.take(r.flag("ended", news.High, ""))
	if got := r.fate("flagged/ended", "lan"); got != "waiting" {
		t.Errorf("after the silence = %q, want waiting", got)
	}
	r.run()
	r.wait("both acts are audited", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.audit) == 2 && r.audit[0].Who == "lan" && r.audit[1].Act == "silence.end" && r.audit[1].Who == "minh"
	})
}

func TestAck(t *testing.T) {
	r := newRig(t, nil)
	ctx := context.Background()
	if err := r.Ack(ctx, alerts.AckRequest{Group: "dam"}); err == nil {
		t.Error("Ack by nobody = nil, want an error")
	}
	r.take(r.flag("1", news.Medium, "dam"))
	if err := r.Ack(ctx, alerts.AckRequest{Group: "dam", By: "lan"}); err != nil {
		t.Fatal(err)
	}
	r.take(r.flag("2", news.Medium, "dam"), r.flag("raised", news.High, "dam"), r.flag("urgent", news.Critical, "dam"), r.flag("other", news.Medium, "school"))
	r.pass(4*time.Hour - time.Second)
	r.take(r.flag("3", news.Medium, "dam"))
	r.pass(time.Second)
	r.take(r.flag("rearmed", news.Medium, "dam"))
	for id, want := range map[string]string{
		"1": "muted ack: lan", "2": "muted ack: lan", "3": "muted ack: lan",
		"raised": "waiting", "urgent": "waiting", "other": "waiting", "rearmed": "waiting",
	} {
		if got := r.fate("flagged/"+id, "lan"); got != want {
			t.Errorf("%s = %q, want %q", id, got, want)
		}
	}
}

func TestWithdrawal(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Recipients = append(slices.Clone(team), alerts.Recipient{Name: "hoa", Role: "reviewer"})
	})
	back := func(id string) news.Alert {
		a := r.flag(id, news.Medium, "dam")
		a.ID, a.Kind, a.Withdraw = "withdraw/"+a.ID, "withdrawn", a.ID
		a.Event = r.clock().Add(-1000 * time.Hour)
		return a
	}
	r.mail.answer = func(m alerts.Message) error {
		if m.To.Name == "hoa" && m.Alert.ID == "flagged/sent" {
			return fault{final: true}
		}
		return nil
	}
	r.run()
	r.take(r.flag("sent", news.Critical, "dam"))
	r.settle()
	r.set(time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC)) // at night
	r.take(r.flag("unsent", news.High, ""), back("sent"), back("unsent"))
	r.until("lan", 2)
	for _, want := range [][3]string{
		{"withdraw/flagged/sent", "lan", "sent"}, // a critical one is taken back at once
		{"withdraw/flagged/sent", "hoa", "muted unseen"},
		{"flagged/unsent", "lan", "muted withdrawn"},
		{"withdraw/flagged/unsent", "lan", "muted unseen"},
	} {
		r.wait(want[0]+" at "+want[1]+" is "+want[2], func() bool { return r.fate(want[0], want[1]) == want[2] })
	}
	got := r.mail.to("lan")
	if got[1].Replies != got[0].ID || got[1].ID == got[0].ID || !strings.HasPrefix(got[1].Subject, "[Rút lại] ") {
		t.Errorf("withdrawal = %+v, want an answer to %s", got[1], got[0].ID)
	}

	// The stream may bring them the other way round.
	late := r.flag("late", news.Critical, "")
	r.take(back("late"), late)
	if got := r.fate("flagged/late", "lan"); got != "muted withdrawn" {
		t.Errorf("notice after its withdrawal = %q, want muted", got)
	}
}

func TestErase(t *testing.T) {
	r := newRig(t, nil)
	ctx := context.Background()
	r.take(r.flag("item-1", news.High, ""), r.flag("item-10", news.High, ""))
	if err := r.Erase(ctx, "item-1"); err != nil {
		t.Fatal(err)
	}
	late := r.flag("late", news.High, "")
	late.Path = "/inbox/item-1"
	r.take(late)
	r.run()
	r.settle()
	for id, want := range map[string]string{"item-1": "muted erased", "late": "muted erased", "item-10": "sent"} {
		if got := r.fate("flagged/"+id, "lan"); got != want {
			t.Errorf("%s = %q, want %q", id, got, want)
		}
	}
	for _, d := range r.list("").Deliveries {
		if d.State == alerts.Muted && d.Subject.VI != "" {
			t.Errorf("%s still says %q", d.Alert, d.Subject.VI)
		}
	}
	if err := r.Erase(ctx, ""); err == nil {
		t.Error("Erase of nothing = nil, want an error")
	}
}

// A unit hears what is assigned to it and nothing of the others.
func TestUnits(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Recipients = []alerts.Recipient{
			{Name: "lan", Role: "reviewer"}, {Name: "hạ tầng", Role: "unit", Unit: "Phòng Hạ tầng"},
			{Name: "y tế", Role: "unit", Unit: "Trạm Y tế"}, {Name: "khối 3", Role: "khoi", Unit: "Khối 3"},
		}
	})
	for id, unit := range map[string]string{"1": "Phòng Hạ tầng", "2": "Khối 3", "3": "Đơn vị cấp nước"} {
		a := r.flag(id, news.Low, "")
		a.Kind, a.To = "decided", []string{"unit/" + unit}
		r.take(a)
	}
	for _, want := range [][3]string{
		{"1", "hạ tầng", "waiting"}, {"1", "y tế", ""}, {"1", "lan", ""},
		{"2", "khối 3", "waiting"}, {"2", "hạ tầng", ""},
		{"3", "lan", "waiting fallback: unit/Đơn vị cấp nước"}, {"3", "hạ tầng", ""},
	} {
		if got := r.fate("flagged/"+want[0], want[1]); got != want[2] {
			t.Errorf("%s at %s = %q, want %q", want[0], want[1], got, want[2])
		}
	}
}
