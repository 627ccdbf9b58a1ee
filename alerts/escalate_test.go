package alerts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
)

// names lists who got a message whose subject holds the words.
func (r *rig) names(words string) (out []string) {
	r.mail.mu.Lock()
	defer r.mail.mu.Unlock()
	for _, m := range r.mail.got {
		if strings.Contains(m.Subject, words) {
			out = append(out, m.To.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (r *rig) subjects(name, words string) (n int) {
	for _, m := range r.mail.to(name) {
		if strings.Contains(m.Subject, words) {
			n++
		}
	}
	return n
}

// An urgent notice that nobody takes in hand is repeated and goes to the next
// role; an acknowledgement holds it for four hours, a decision ends it, and
// taking the decision back starts it again.
func TestEscalation(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Escalation = alerts.Escalation{}
		o.Recipients = append(slices.Clone(team), alerts.Recipient{Name: "vân", Role: "office", Channel: "email", Address: "v@phuong.example"})
	})
	r.run()
	a := r.flag("dap", news.Critical, "story/dap")
	r.take(a)
	r.until("lan", 1)
	const again = "Chưa ai xử lý"
	r.pass(9 * time.Minute)
	r.quiet()
	if got := r.names(again); len(got) != 0 {
		t.Errorf("after 9 minutes %v hear again", got)
	}
	r.pass(2 * time.Minute)
	r.wait("the leader hears", func() bool { return slices.Equal(r.names(again), []string{"lan", "minh"}) })
	r.pass(11 * time.Minute)
	r.wait("the office hears", func() bool { return slices.Equal(r.names(again), []string{"lan", "minh", "vân"}) })
	if err := r.Ack(t.Context(), alerts.AckRequest{Group: "story/dap", By: "lan"}); err != nil {
		t.Fatal(err)
	}
	r.pass(3 * time.Hour)
	r.quiet()
	if n := r.subjects("lan", again); n != 2 {
		t.Errorf("lan was told %d times again while it was acknowledged, want 2", n)
	}
	o, err := r.Overview(t.Context())
	if err != nil || len(o.Acks) != 1 || len(o.Watches) != 1 || o.Watches[0].By != "lan" || o.Watches[0].Subject.VI == "" {
		t.Errorf("overview = %+v, %v", o, err)
	}
	r.pass(time.Hour + time.Minute) // the acknowledgement has ended: it re-arms
	r.wait("it speaks again", func() bool { return r.subjects("lan", again) == 3 })
	if last := r.mail.to("lan"); !strings.Contains(last[len(last)-1].Text, "lan đã nhận việc") {
		t.Errorf("the text does not say who had it in hand:\n%s", last[len(last)-1].Text)
	}

	done := news.Alert{ID: "resolved/d1", Kind: "resolved", Group: "story/dap", Created: r.clock(), Event: r.clock()}
	r.take(done)
	r.pass(time.Hour)
	r.quiet()
	if n := r.subjects("lan", again); n != 3 {
		t.Errorf("told again after the decision: %d", n)
	}
	undone := done
	undone.ID, undone.Kind, undone.Withdraw = "withdraw/resolved/d1", "withdrawn", "resolved/d1"
	r.take(undone)
	r.pass(11 * time.Minute)
	r.wait("the decision was taken back", func() bool { return r.subjects("lan", again) == 4 })
	for range 5 {
		r.pass(time.Hour)
		r.quiet()
	}
	r.wait("the repeats are bounded", func() bool { return r.subjects("lan", again) == 5 })
	if o, err := r.Overview(t.Context()); err != nil || len(o.Watches) != 1 || !o.Watches[0].Next.IsZero() || o.Watches[0].Step != 5 {
		t.Errorf("what nobody has answered = %+v, %v", o.Watches, err)
	}
	if got := r.mail.to("công an"); len(got) != 0 {
		t.Errorf("the police hear of it: %+v", got)
	}
}

// What goes past a role is said of every group that is muted or watched, also
// of one that nobody watches; of a group that is not known it is assumed.
func TestPast(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) { o.Escalation = alerts.Escalation{} })
	ctx := t.Context()
	about := r.flag("a", news.Medium, "story/a") // too low to be watched
	about.Not = []string{"leader"}
	high := r.flag("b", news.High, "story/b")
	high.Not = []string{"leader"}
	r.take(about, high, r.flag("b2", news.High, "story/b"), r.flag("c", news.High, "story/c"))
	if err := r.store.Forget(ctx, r.clock().Add(time.Hour), r.clock()); err != nil { // their words are gone
		t.Fatal(err)
	}
	want := map[string]bool{"story/a": true, "story/b": true, "story/c": false, "story/nobody-knows": true}
	for g := range want {
		if err := r.Ack(ctx, alerts.AckRequest{Group: g, By: "lan"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Silences(ctx, alerts.SilenceRequest{Add: &alerts.Silence{Group: g, Owner: "lan", Reason: "thử", Until: r.clock().Add(time.Hour)}}); err != nil {
			t.Fatal(err)
		}
	}
	o, err := r.Overview(ctx)
	if err != nil || len(o.Acks) != 4 || len(o.Silences) != 4 || len(o.Watches) != 2 {
		t.Fatalf("%+v, %v", o, err)
	}
	check := func(what, group string, not []string) {
		t.Helper()
		if slices.Contains(not, "leader") != want[group] {
			t.Errorf("%s of %s goes past %v", what, group, not)
		}
	}
	for _, x := range o.Acks {
		check("the acknowledgement", x.Group, x.Not)
	}
	for _, x := range o.Watches {
		check("the watch", x.Group, x.Not)
	}
	list, err := r.Silences(ctx, alerts.SilenceRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range append(list, o.Silences...) {
		check("the silence", x.Group, x.Not)
	}
}

// A high notice is repeated in working hours only; a restart forgets nothing.
func TestEscalationKeepsHours(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) { o.Escalation = alerts.Escalation{} })
	r.set(monday.Add(9 * time.Hour)) // 17:00
	r.run()
	r.take(r.flag("x", news.High, "story/x"))
	r.until("lan", 1)
	r.restart()
	r.pass(2 * time.Hour) // 19:00
	r.quiet()
	if n := r.subjects("lan", "Chưa ai"); n != 0 {
		t.Errorf("told again in the evening")
	}
	r.set(monday.Add(23*time.Hour + time.Minute)) // Tuesday, 07:01
	r.wait("told again in the morning", func() bool { return r.subjects("lan", "Chưa ai") == 1 })
}

func TestEscalationNeverToThePolice(t *testing.T) {
	o := alerts.Options{Store: newRig(t, nil).store, Escalation: alerts.Escalation{To: []string{"police_liaison"}}}
	if _, err := alerts.New(o); err == nil || !strings.Contains(err.Error(), "police") {
		t.Errorf("New with an escalation to the police = %v", err)
	}
}

// Recipients say which topics and places they want; when nobody of a role
// wants a notice, all of the role hear.
func TestTopicsAndPlaces(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Recipients = []alerts.Recipient{
			{Name: "nước", Role: "reviewer", Channel: "email", Address: "1@x.vn", Topics: []string{"water"}},
			{Name: "khối 3", Role: "reviewer", Channel: "email", Address: "2@x.vn", Places: []string{"Khối 3"}},
			{Name: "đêm", Role: "reviewer", Channel: "email", Address: "3@x.vn", Topics: []string{"none"}, Hours: &alerts.WorkingHours{From: "20:00", To: "23:59"}},
		}
	})
	water, there, other, grave := r.flag("w", news.High, ""), r.flag("k", news.High, ""), r.flag("o", news.High, ""), r.flag("g", news.Critical, "")
	there.Topic, there.Place = "roads", "khối 3"
	other.Topic, grave.Topic = "roads", "roads"
	r.take(water, there, other, grave)
	for alert, want := range map[string]string{"w": "nước", "k": "khối 3", "o": "khối 3 nước đêm", "g": "khối 3 nước đêm"} {
		var got []string
		for _, d := range r.list("").Deliveries {
			if d.Alert == "flagged/"+alert {
				got = append(got, d.Recipient)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s goes to %q, want %q", alert, got, want)
		}
	}
	r.run()
	r.until("nước", 1)
	r.quiet()
	if n := len(r.mail.to("đêm")); n != 1 {
		t.Errorf("who reads at night got %d notices in the morning, want the critical one", n)
	}
	r.set(monday.Add(12*time.Hour + time.Minute)) // 20:01
	r.until("đêm", 2)
}

// What is not urgent is told at 07:30 and 16:00, all of it in one message.
func TestDigest(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Workday = func(t time.Time) bool { return t.Format(time.DateOnly) != "2026-03-03" } // Tuesday is a holiday
	})
	r.run()
	for _, id := range []string{"a", "b", "c"} {
		r.take(r.flag(id, news.Medium, "story/"+id))
	}
	r.pass(7 * time.Hour) // 15:00
	r.quiet()
	if n := len(r.mail.to("lan")); n != 0 {
		t.Fatalf("%d messages before the digest", n)
	}
	r.pass(time.Hour + time.Minute)
	if m := r.until("lan", 1)[0]; len(m.More) != 2 {
		t.Errorf("the digest has %d more, want 2", len(m.More))
	}
	r.take(r.flag("d", news.Medium, "story/d"))
	r.pass(24 * time.Hour) // the holiday
	r.quiet()
	if n := len(r.mail.to("lan")); n != 1 {
		t.Errorf("%d digests on a holiday", n-1)
	}
	r.set(monday.Add(47*time.Hour + 31*time.Minute)) // Wednesday, 07:31
	r.until("lan", 2)
}

// An address gets no content until its owner has confirmed it, and everything
// afterwards; one that was changed starts again.
func TestConfirmation(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Confirm = true
		o.Channels = map[string]alerts.Channel{"email": person{o.Channels["email"]}}
	})
	r.run()
	ask := r.until("lan", 1)[0]
	code := ask.Link[strings.Index(ask.Link, "code=")+5:]
	if !strings.Contains(ask.Text, code) || ask.Alert.Kind != "confirm" {
		t.Fatalf("no code in the first notice: %+v", ask)
	}
	r.take(r.flag("a", news.High, ""))
	if m := r.until("lan", 2)[1]; strings.Contains(m.Subject+m.Text, "tin đồn") || strings.Contains(m.Text, "Ba bài") || m.Link == "" {
		t.Errorf("an address that nobody confirmed gets content:\n%s\n%s", m.Subject, m.Text)
	}
	if o, err := r.Overview(t.Context()); err != nil || len(o.Addresses) != len(team) {
		t.Errorf("unconfirmed = %+v, %v, want %d", o.Addresses, err, len(team))
	}
	if _, err := r.Confirm(t.Context(), alerts.ConfirmRequest{Code: "nonsense"}); err == nil {
		t.Error("a wrong code is accepted")
	}
	if got, err := r.Confirm(t.Context(), alerts.ConfirmRequest{Code: " " + strings.ToLower(code)}); err != nil || got.Recipient != "lan" {
		t.Fatalf("Confirm = %+v, %v", got, err)
	}
	if _, err := r.Confirm(t.Context(), alerts.ConfirmRequest{Code: code}); err == nil {
		t.Error("a code works twice")
	}
	r.take(r.flag("b", news.High, ""))
	if m := r.until("lan", 3)[2]; !strings.Contains(m.Text, "Ba bài") {
		t.Errorf("a confirmed address gets no content:\n%s", m.Text)
	}
	r.restart() // it is remembered, and nobody is asked twice
	r.take(r.flag("c", news.High, ""))
	if m := r.until("lan", 4)[3]; !strings.Contains(m.Text, "Ba bài") {
		t.Errorf("after a restart:\n%s", m.Text)
	}
	r.close()
	r.opts.Recipients = slices.Clone(team)
	r.opts.Recipients[0].Address = "someone.else@phuong.example"
	r.open()
	r.run()
	if m := r.until("lan", 5)[4]; m.Alert.Kind != "confirm" || m.To.Address != "someone.else@phuong.example" {
		t.Errorf("a changed address is not asked: %+v", m)
	}
	for range 20 {
		_, _ = r.Confirm(t.Context(), alerts.ConfirmRequest{Code: "x"})
	}
	var e *alerts.Error
	// A stranger who guesses keeps nobody from confirming.
	if _, err := r.Confirm(t.Context(), alerts.ConfirmRequest{Code: "y"}); !errors.As(err, &e) || e.Kind != "not_found" {
		t.Errorf("after wrong codes: %v", err)
	}
}

// A person is a channel that leads to people.
type person struct{ alerts.Channel }

func (person) Personal() bool { return true }

// What another cause stands behind is in the log with its reason, and told to
// nobody.
func TestInhibited(t *testing.T) {
	r := newRig(t, nil)
	a := r.flag("a", news.Critical, "story/a")
	a.Muted = "V-2026-0001"
	r.take(a)
	if got := r.fate(a.ID, "lan"); got != "muted inhibited: V-2026-0001" {
		t.Errorf("fate = %q", got)
	}
	o, err := r.Overview(context.Background())
	if err != nil || len(o.Muted) != 1 || o.Muted[0].Count != 1 || !strings.Contains(o.Muted[0].Reason.VI, "V-2026-0001") || len(o.Watches) != 0 {
		t.Errorf("overview = %+v, %v", o, err)
	}
}

// TestNeverToThoseItIsAbout: a role that a notice is about hears of it by no escalation,
// fallback or repeat, also when nobody else is there.
func TestNeverToThoseItIsAbout(t *testing.T) {
	for name, people := range map[string][]alerts.Recipient{
		"reviewer fails": {
			{Name: "lan", Role: "reviewer", Channel: "email", Address: "1@x.vn", Always: true},
			{Name: "minh", Role: "leader", Channel: "email", Address: "2@x.vn", Always: true},
			{Name: "tư pháp", Role: "justice", Channel: "email", Address: "3@x.vn", Always: true},
		},
		"the leader alone": {{Name: "minh", Role: "leader", Channel: "email", Address: "2@x.vn", Always: true}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(o *alerts.Options) { o.Recipients = people })
			a := r.flag("a", news.Critical, "")
			a.To, a.Not = []string{"reviewer", "leader", "justice"}, []string{"leader"}
			a.Group = "story/x"
			r.run()
			r.take(a)
			for range 8 {
				r.pass(15 * time.Minute)
			}
			seen := 0
			for _, d := range r.list("").Deliveries {
				seen++
				if d.Recipient == "minh" {
					t.Errorf("%s is told to the one it is about, %s: %s", d.Alert, d.Channel, d.State)
				}
			}
			if seen == 0 {
				t.Error("nothing was written down")
			}
		})
	}
}
