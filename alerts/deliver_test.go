package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"pgregory.net/rapid"

	"langnghe/alerts"
	"langnghe/internal/news"
)

func TestRetries(t *testing.T) {
	r := newRig(t, nil)
	tries := 0
	r.mail.answer = func(alerts.Message) error {
		if tries++; tries < 4 {
			return fault{}
		}
		return nil
	}
	r.run()
	r.take(r.flag("a", news.High, ""))
	r.settle()
	d := r.list("").Deliveries[0]
	if d.State != alerts.Sent || d.Tries != 4 || d.Error != "" || d.Done.IsZero() {
		t.Errorf("delivery = %+v, want sent at the fourth try", d)
	}
	ids := map[string]bool{}
	for i, m := range r.mail.tries {
		ids[m.ID] = true
		if m.Try != i+1 {
			t.Errorf("try %d says %d", i+1, m.Try)
		}
	}
	if len(ids) != 1 {
		t.Errorf("four tries carried the ids %v, want one", ids)
	}
	r.wait("every state is published in order", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		var states []string
		for _, d := range r.delivered {
			states = append(states, fmt.Sprint(d.State, d.Tries))
		}
		return slices.Equal(states, []string{"failed1", "failed2", "failed3", "sent4"})
	})
}

// The identity comes from the alert and the recipient alone: a service that
// was restored from a backup repeats itself and is recognised.
func TestIdentity(t *testing.T) {
	var ids [2]map[string]string
	for i := range ids {
		r := newRig(t, nil)
		r.run()
		a := r.flag("a", news.High, "")
		a.To = []string{"reviewer", "leader"}
		r.take(a, r.flag("b", news.High, ""))
		r.settle()
		ids[i] = map[string]string{}
		for _, d := range r.list("").Deliveries {
			ids[i][d.Message] = d.Alert + " → " + d.Recipient
		}
	}
	if len(ids[0]) != 3 || !maps.Equal(ids[0], ids[1]) {
		t.Errorf("identities %v and %v, want the same three", ids[0], ids[1])
	}
}

// What is taken back while it is on its way is not tried again when that
// fails; whoever may have got it hears that it is taken back.
func TestTakenBackInFlight(t *testing.T) {
	for _, erase := range []bool{false, true} {
		r := newRig(t, nil)
		begun, release := make(chan struct{}), make(chan struct{})
		r.mail.answer = func(m alerts.Message) error {
			if m.Alert.Kind != "flagged" {
				return nil
			}
			close(begun)
			<-release
			return fault{}
		}
		r.run()
		a := r.flag("a", news.Critical, "")
		r.take(a)
		<-begun
		want := "muted erased"
		if erase {
			if err := r.Erase(context.Background(), "a"); err != nil {
				t.Fatal(err)
			}
		} else {
			b := a
			b.ID, b.Kind, b.Withdraw = "withdraw/"+a.ID, "withdrawn", a.ID
			r.take(b)
			want = "muted withdrawn"
		}
		close(release)
		r.settle()
		if got := r.fate(a.ID, "lan"); got != want {
			t.Errorf("notice = %q, want %q", got, want)
		}
		if tries, got := r.mail.count(); !erase && (tries != 2 || got != 1) {
			t.Errorf("%d tries, %d delivered, want the notice once and its withdrawal", tries, got)
		}
	}
}

func TestRetriesAreBounded(t *testing.T) {
	r := newRig(t, nil)
	r.mail.answer = func(alerts.Message) error { return errors.New("connection refused") }
	r.run()
	r.take(r.flag("a", news.High, ""))
	r.settle()
	if d := r.list(""); d.Dead != 1 || d.Deliveries[0].Tries != 5 || d.Deliveries[0].Error != "connection refused" {
		t.Errorf("deliveries = %+v, want one dead after 5 tries", d)
	}
}

func TestRetryAfter(t *testing.T) {
	const pause = 150 * time.Millisecond
	r := newRig(t, func(o *alerts.Options) { o.Retry.Max = time.Second })
	var at []time.Time
	r.mail.answer = func(alerts.Message) error {
		if at = append(at, time.Now()); len(at) == 1 {
			return fault{after: pause}
		}
		return nil
	}
	r.run()
	r.take(r.flag("a", news.High, ""))
	r.settle()
	if len(at) != 2 || at[1].Sub(at[0]) < pause-time.Millisecond {
		t.Errorf("tries at %v, want the second after %v", at, pause)
	}
}

// A person has two ways: the second stands in under the same identity.
func TestFallbackChannel(t *testing.T) {
	hook := &carrier{}
	r := newRig(t, func(o *alerts.Options) {
		o.Recipients = []alerts.Recipient{{Name: "lan", Role: "reviewer"}, {Name: "lan", Role: "reviewer", Channel: "webhook"}}
		o.Channels["webhook"] = hook
	})
	r.mail.answer = func(alerts.Message) error { return fault{final: true} }
	r.run()
	r.take(r.flag("1", news.High, "g"), r.flag("2", news.High, "g"))
	// The second may go with the first or, on a slow machine, wait for the
	// group's next message.
	r.wait("the first is told", func() bool { return len(hook.to("lan")) > 0 })
	r.pass(time.Hour)
	r.settle()
	tries, _ := r.mail.count()
	got := hook.to("lan")
	told := 0
	for i, m := range got {
		told += 1 + len(m.More)
		if m.ID != r.mail.tries[i].ID {
			t.Errorf("message %d: webhook id %s, mail id %s, want the same", i, m.ID, r.mail.tries[i].ID)
		}
	}
	if told != 2 || tries != len(got) {
		t.Errorf("webhook told of %d alerts in %d messages after %d mails, want 2 in as many", told, len(got), tries)
	}
}

func TestFallbackPerson(t *testing.T) {
	r := newRig(t, func(o *alerts.Options) {
		o.Recipients = append(slices.Clone(team), alerts.Recipient{Name: "phó", Role: "leader", Min: news.Critical})
	})
	r.mail.answer = func(m alerts.Message) error {
		if m.To.Name == "minh" || m.To.Name == "công an" {
			return fault{final: true}
		}
		return nil
	}
	r.run()
	a := r.flag("a", news.High, "")
	a.To = []string{"leader"}
	handoff := r.flag("handoff", news.High, "")
	handoff.Kind, handoff.To = "handoff", []string{"police_liaison"}
	r.take(a, handoff)
	r.settle()
	for _, want := range [][3]string{
		{"a", "minh", "dead"},
		{"a", "phó", "muted below"}, // known already: not asked twice
		{"a", "lan", "sent fallback: minh, email"},
		{"handoff", "công an", "dead"},
		{"handoff", "lan", "sent fallback: công an, email"},
	} {
		if got := r.fate("flagged/"+want[0], want[1]); got != want[2] {
			t.Errorf("%s at %s = %q, want %q", want[0], want[1], got, want[2])
		}
	}
}

// A critical alert does not wait for a server that is away.
func TestImpatience(t *testing.T) {
	r := newRig(t, nil)
	var mu sync.Mutex
	well := false
	r.mail.answer = func(m alerts.Message) error {
		mu.Lock()
		defer mu.Unlock()
		if m.To.Name == "minh" && !well {
			return fault{after: time.Duration(m.Try/3) * time.Hour}
		}
		return nil
	}
	r.opts.Retry.Max = time.Hour
	r.close()
	r.open()
	r.run()
	a := r.flag("a", news.Critical, "")
	a.To = []string{"leader"}
	r.take(a)
	r.until("lan", 1)
	if got := r.fate("flagged/a", "minh"); got != "failed" {
		t.Errorf("leader's delivery = %q, want it still tried", got)
	}
}

// A slow recipient holds up nobody else, and gets one message at a time.
func TestOneAtATime(t *testing.T) {
	var mu sync.Mutex
	running := map[string]int{}
	release := make(chan struct{})
	slow := channelFunc(func(ctx context.Context, m alerts.Message) error {
		mu.Lock()
		running[m.To.Name]++
		if running[m.To.Name] > 1 {
			t.Errorf("%s has %d messages on their way", m.To.Name, running[m.To.Name])
		}
		mu.Unlock()
		if m.To.Name == "lan" {
			<-release
		}
		mu.Lock()
		running[m.To.Name]--
		mu.Unlock()
		return nil
	})
	r := newRig(t, func(o *alerts.Options) { o.Channels["email"] = slow })
	r.run()
	for i := range 5 {
		a := r.flag(fmt.Sprint(i), news.High, "")
		a.To = []string{"reviewer", "leader"}
		r.take(a)
	}
	r.wait("the leader has all", func() bool { return r.list("").Waiting == 5 })
	close(release)
	r.settle()
}

type channelFunc func(context.Context, alerts.Message) error

func (f channelFunc) Send(ctx context.Context, m alerts.Message) error { return f(ctx, m) }

// The service stops after the channel has taken the message and before that
// is written: the message is repeated under its identity.
func TestStopBetweenSendingAndSent(t *testing.T) {
	r := newRig(t, nil)
	r.opts.Grace = 10 * time.Millisecond
	taken := make(chan struct{})
	var ids []string
	var mu sync.Mutex
	r.opts.Channels = map[string]alerts.Channel{"email": channelFunc(func(ctx context.Context, m alerts.Message) error {
		mu.Lock()
		ids = append(ids, m.ID)
		first := len(ids) == 1
		mu.Unlock()
		if first {
			close(taken)
			<-ctx.Done() // delivered, and then the power goes
			return ctx.Err()
		}
		return nil
	})}
	r.close()
	r.open()
	r.take(r.flag("a", news.High, "g"), r.flag("b", news.High, "g"))
	ctx, kill := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	<-taken
	before := r.list("").Deliveries
	r.take(r.flag("c", news.High, "g")) // comes too late for the message in hand
	kill()
	if err := <-done; err != nil { // after the grace: the channel hangs
		t.Fatal(err)
	}
	for _, d := range before {
		if d.State != alerts.Waiting || d.Tries != 1 || d.Message != ids[0] {
			t.Errorf("delivery in hand = %+v, want it marked as tried", d)
		}
	}
	r.restart()
	r.wait("both are sent", func() bool { return r.list("").Waiting == 1 })
	if got := r.fate("flagged/c", "lan"); got != alerts.Waiting {
		t.Errorf("alert that came meanwhile = %q, want it to wait for the next message", got)
	}
	r.pass(time.Hour)
	r.settle()
	if len(ids) != 3 || ids[0] != ids[1] || ids[2] == ids[0] {
		t.Errorf("messages carried %v, want one identity twice, then another", ids)
	}
}

// A write that fails after the message is out must not send it again.
func TestDiskFailsAfterSending(t *testing.T) {
	r := newRig(t, nil)
	d := &flaky{Store: r.store}
	r.opts.Store = d
	var err error
	if r.Dispatcher, err = alerts.New(r.opts); err != nil {
		t.Fatal(err)
	}
	r.mail.answer = func(alerts.Message) error {
		d.fail.Lock()
		d.left = 1
		d.fail.Unlock()
		return nil
	}
	r.run()
	r.take(r.flag("a", news.High, ""))
	r.settle()
	if tries, _ := r.mail.count(); tries != 1 || r.fate("flagged/a", "lan") != alerts.Sent {
		t.Errorf("%d messages went out, state %q, want 1, sent", tries, r.fate("flagged/a", "lan"))
	}
}

type flaky struct {
	alerts.Store
	fail sync.Mutex
	left int
}

func (f *flaky) Save(ctx context.Context, c alerts.Change) error {
	f.fail.Lock()
	defer f.fail.Unlock()
	if f.left > 0 {
		f.left--
		return errors.New("disk full")
	}
	return f.Store.Save(ctx, c)
}

func TestPublishIsRepeated(t *testing.T) {
	r := newRig(t, nil)
	fails := 3
	publish := r.opts.Delivered
	r.opts.Delivered = func(ctx context.Context, d []news.Delivered) error {
		if fails--; fails >= 0 {
			return errors.New("nobody listens")
		}
		return publish(ctx, d)
	}
	r.close()
	r.open()
	r.run()
	r.take(r.flag("a", news.High, ""))
	r.wait("it is published", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.delivered) == 1 && r.delivered[0].State == alerts.Sent
	})
}

func TestTestButton(t *testing.T) {
	r := newRig(t, nil)
	r.mail.answer = func(m alerts.Message) error {
		if m.To.Name == "minh" {
			return fault{final: true}
		}
		return nil
	}
	r.run()
	r.set(time.Date(2026, 3, 7, 15, 0, 0, 0, time.UTC)) // Saturday night: a test does not wait
	ctx := context.Background()
	if err := r.Test(ctx, alerts.TestRequest{Recipient: "lan", By: "admin"}); err != nil {
		t.Errorf("Test(lan) = %v, want nil", err)
	}
	if got := r.mail.to("lan"); len(got) != 1 || !strings.Contains(got[0].Text, "admin đã bấm nút gửi thử") {
		t.Errorf("lan got %+v, want a test mail", got)
	}
	var e *alerts.Error
	if err := r.Test(ctx, alerts.TestRequest{By: "admin"}); !errors.As(err, &e) || e.Kind != "undelivered" || !strings.Contains(e.Text.EN, "minh (email): fault") {
		t.Errorf("Test(all) = %v, want that minh is not reached", err)
	}
	if err := r.Test(ctx, alerts.TestRequest{Recipient: "ai đó", By: "admin"}); !errors.As(err, &e) || e.Kind != "not_found" {
		t.Errorf("Test of a stranger = %v, want not_found", err)
	}
}

// A recipient who left the configuration is not forgotten in the outbox.
func TestRecipientLeft(t *testing.T) {
	r := newRig(t, nil)
	a := r.flag("a", news.High, "")
	a.To = []string{"leader"}
	r.take(a)
	r.opts.Recipients = team[:1]
	r.restart()
	r.settle()
	if got := r.fate("flagged/a", "minh"); got != alerts.Dead {
		t.Errorf("delivery to one who left = %q, want dead", got)
	}
	if got := r.fate("flagged/a", "lan"); got != "sent fallback: minh, email" {
		t.Errorf("delivery to the reviewer = %q, want the fallback", got)
	}
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	r := newRig(t, func(o *alerts.Options) { o.Metrics = reg })
	r.run()
	r.take(r.flag("a", news.High, ""))
	r.settle()
	r.wait("one taken and one delivery are counted", func() bool {
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]float64{}
		for _, f := range families {
			if c := f.GetMetric()[0].GetCounter(); c != nil {
				values[f.GetName()] = c.GetValue()
			}
		}
		return values["langnghe_alerts_taken_total"] == 1 && values["langnghe_alerts_deliveries_total"] == 1
	})
}

// Whatever is taken, withdrawn, muted, erased, refused, deferred, swallowed
// and restarted: every alert ends settled at every recipient, under one
// identity, no critical one is muted, and nothing settled comes back.
func TestEverythingIsSettled(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		run, err := os.MkdirTemp(dir, "")
		if err != nil {
			rt.Fatal(err)
		}
		m := newModel(t, run, rt)
		defer m.rig.close()
		steps := rapid.IntRange(3, 16).Draw(rt, "steps")
		for range steps {
			m.step(rt)
		}
		// Past windows and nights, before anything is too old: the next
		// morning at nine.
		m.rig.set(m.rig.clock().Truncate(24 * time.Hour).Add(26 * time.Hour))
		m.rig.settle()
		m.check(rt)
	})
}

type model struct {
	rig   *rig
	taken []news.Alert
	mu    sync.Mutex
	odds  *rand.Rand
	ids   map[string]map[string]bool // by alert and recipient
	hook  *carrier
}

func newModel(t *testing.T, dir string, rt *rapid.T) *model {
	m := &model{ids: map[string]map[string]bool{}, hook: &carrier{}, odds: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))}
	r := &rig{t: t, file: dir + "/alerts.db", now: monday, mail: &carrier{}}
	r.mail.answer, m.hook.answer = m.answer, m.answer
	r.opts = alerts.Options{
		Recipients: []alerts.Recipient{
			{Name: "lan", Role: "reviewer"}, {Name: "lan", Role: "reviewer", Channel: "webhook"},
			{Name: "minh", Role: "leader", Channel: "webhook", Min: news.High}, {Name: "sáu", Role: "leader"},
		},
		Channels: map[string]alerts.Channel{"email": r.mail, "webhook": m.hook}, Now: r.clock, Escalation: alerts.Escalation{Off: true},
		Retry: alerts.Retry{First: time.Millisecond, Max: 2 * time.Millisecond, Tries: 4}, Poll: time.Millisecond,
	}
	r.open()
	r.run()
	m.rig = r
	return m
}

// answer is a bad network: it refuses, defers, and takes messages without
// saying so.
func (m *model) answer(msg alerts.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range append([]news.Alert{msg.Alert}, msg.More...) {
		key := a.ID + " → " + msg.To.Name
		if m.ids[key] == nil {
			m.ids[key] = map[string]bool{}
		}
		m.ids[key][msg.ID] = true
	}
	switch m.odds.IntN(6) {
	case 0:
		return fault{final: true}
	case 1, 2:
		return fault{}
	}
	return nil
}

func (m *model) step(rt *rapid.T) {
	ctx := context.Background()
	r := m.rig
	group := rapid.SampledFrom([]string{"", "dam", "school"}).Draw(rt, "group")
	switch rapid.SampledFrom([]string{"take", "take", "take", "repeat", "withdraw", "ack", "silence", "erase", "restart", "time"}).Draw(rt, "step") {
	case "take":
		a := r.flag(fmt.Sprintf("n%d", len(m.taken)), news.Level(rapid.IntRange(1, 4).Draw(rt, "level")), group)
		a.Kind = rapid.SampledFrom([]string{"flagged", "flagged", "decided", "handoff"}).Draw(rt, "kind")
		a.To = rapid.SampledFrom([][]string{{"reviewer"}, {"reviewer", "leader"}, {"leader"}, {"editor"}}).Draw(rt, "to")
		r.take(a)
		m.taken = append(m.taken, a)
	case "repeat":
		if len(m.taken) > 0 {
			r.take(rapid.SampledFrom(m.taken).Draw(rt, "which"))
		}
	case "withdraw":
		if len(m.taken) > 0 {
			a := rapid.SampledFrom(m.taken).Draw(rt, "which")
			if a.Withdraw == "" {
				a.ID, a.Kind, a.Withdraw = "withdraw/"+a.ID, "withdrawn", a.ID
				r.take(a)
				m.taken = append(m.taken, a)
			}
		}
	case "ack":
		if group != "" {
			if err := r.Ack(ctx, alerts.AckRequest{Group: group, By: "lan"}); err != nil {
				rt.Fatal(err)
			}
		}
	case "silence":
		if group != "" {
			if _, err := r.Silences(ctx, alerts.SilenceRequest{Add: &alerts.Silence{Group: group, Owner: "lan", Reason: "x", Until: r.clock().Add(time.Hour)}}); err != nil {
				rt.Fatal(err)
			}
		}
	case "erase":
		if err := r.Erase(ctx, fmt.Sprintf("n%d", rapid.IntRange(0, 5).Draw(rt, "item"))); err != nil {
			rt.Fatal(err)
		}
	case "restart":
		r.restart()
	case "time":
		r.pass(time.Duration(rapid.IntRange(1, 120).Draw(rt, "minutes")) * time.Minute)
	}
}

func (m *model) check(rt *rapid.T) {
	r := m.rig
	for key, ids := range m.ids {
		if len(ids) > 1 {
			rt.Errorf("%s went out under %d identities", key, len(ids))
		}
	}
	state := map[string][]alerts.Delivery{}
	for _, d := range r.list("").Deliveries {
		state[d.Alert] = append(state[d.Alert], d)
		switch d.State {
		case alerts.Sent, alerts.Muted, alerts.Dead:
		default:
			rt.Errorf("%s at %s is left %s", d.Alert, d.Recipient, d.State)
		}
		if d.State == alerts.Muted && d.Level >= news.Critical {
			switch why, _, _ := strings.Cut(d.Why, ": "); why {
			case "withdrawn", "unseen", "erased":
			default:
				rt.Errorf("critical %s at %s is muted: %s", d.Alert, d.Recipient, d.Why)
			}
		}
	}
	for _, a := range m.taken {
		if a.Withdraw == "" && len(state[a.ID]) == 0 {
			rt.Errorf("%s left no trace", a.ID)
		}
	}
	tries, _ := r.mail.count()
	for _, a := range m.taken {
		r.take(a)
	}
	r.quiet()
	if again, _ := r.mail.count(); again != tries || r.list("").Waiting != 0 {
		rt.Errorf("repeating every alert sent %d messages more", again-tries)
	}
}
