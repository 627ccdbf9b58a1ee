package alerts_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// monday is 08:00 of a working day in the ward.
var monday = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// team is the usual set of recipients.
var team = []alerts.Recipient{
	{Name: "lan", Role: "reviewer", Channel: "email", Address: "lan@phuong.example"},
	{Name: "minh", Role: "leader", Channel: "email", Address: "minh@phuong.example", Min: news.High},
	{Name: "công an", Role: "police_liaison", Channel: "email", Address: "ca@phuong.example"},
}

// A carrier is a channel in memory. Answer decides what becomes of a try;
// nil delivers.
type carrier struct {
	mu     sync.Mutex
	got    []alerts.Message // delivered ones
	tries  []alerts.Message
	answer func(m alerts.Message) error
}

func (c *carrier) Send(_ context.Context, m alerts.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries = append(c.tries, m)
	if c.answer != nil {
		if err := c.answer(m); err != nil {
			return err
		}
	}
	c.got = append(c.got, m)
	return nil
}

// to returns what a recipient got.
func (c *carrier) to(name string) (out []alerts.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.got {
		if m.To.Name == name {
			out = append(out, m)
		}
	}
	return out
}

func (c *carrier) count() (tries, got int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.tries), len(c.got)
}

// A rig is a dispatcher on a real store with a clock that tests turn.
type rig struct {
	t    testing.TB
	file string
	opts alerts.Options
	mail *carrier
	*alerts.Dispatcher
	store *store.Alerts

	mu        sync.Mutex
	now       time.Time
	delivered []news.Delivered
	audit     []news.Audit
	stop      func()
}

func newRig(t testing.TB, change func(*alerts.Options)) *rig {
	t.Helper()
	r := &rig{t: t, file: filepath.Join(t.TempDir(), "alerts.db"), now: monday, mail: &carrier{}}
	r.opts = alerts.Options{
		Recipients: team, Channels: map[string]alerts.Channel{"email": r.mail},
		BaseURL: "https://langnghe.phuong.example/", Ward: news.Text{VI: "Phường Thái Hòa", EN: "Thái Hòa ward"},
		Escalation: alerts.Escalation{Off: true}, // TestEscalation
		Retry:      alerts.Retry{First: time.Millisecond, Max: 4 * time.Millisecond, Tries: 5}, Poll: 2 * time.Millisecond, Timeout: 2 * time.Second,
		Now: r.clock, Log: slog.New(slog.DiscardHandler),
		Delivered: func(_ context.Context, d []news.Delivered) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.delivered = append(r.delivered, d...)
			return nil
		},
		Audit: func(_ context.Context, a news.Audit) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.audit = append(r.audit, a)
			return nil
		},
	}
	if change != nil {
		change(&r.opts)
	}
	r.open()
	t.Cleanup(r.close)
	return r
}

func (r *rig) open() {
	r.t.Helper()
	var err error
	if r.store, err = store.OpenAlerts(context.Background(), r.file); err != nil {
		r.t.Fatal(err)
	}
	r.opts.Store = r.store
	if r.Dispatcher, err = alerts.New(r.opts); err != nil {
		r.t.Fatal(err)
	}
}

// run starts delivery.
func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	d := r.Dispatcher
	go func() { done <- d.Run(ctx) }()
	r.stop = func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("Run: %v", err)
		}
	}
}

func (r *rig) close() {
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
	if err := r.store.Close(); err != nil {
		r.t.Error(err)
	}
}

// restart stops and starts the role on the same file.
func (r *rig) restart() {
	r.t.Helper()
	r.close()
	r.open()
	r.run()
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) pass(d time.Duration) { r.set(r.clock().Add(d)) }

func (r *rig) set(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = t
}

func (r *rig) take(as ...news.Alert) {
	r.t.Helper()
	for _, a := range as {
		if err := r.Take(context.Background(), a); err != nil {
			r.t.Fatalf("Take(%s): %v", a.ID, err)
		}
	}
}

// settle waits until nothing is live.
func (r *rig) settle() {
	r.t.Helper()
	r.wait("all is settled", func() bool { return r.list("").Waiting == 0 })
}

// until waits for n mails to a recipient.
func (r *rig) until(name string, n int) []alerts.Message {
	r.t.Helper()
	r.wait(fmt.Sprintf("%d mails to %s", n, name), func() bool { return len(r.mail.to(name)) >= n })
	return r.mail.to(name)
}

func (r *rig) wait(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("in a minute it never came that %s; deliveries: %+v", what, r.list("").Deliveries)
		}
	}
}

// quiet gives the loop time to do what it should not.
func (r *rig) quiet() { time.Sleep(25 * time.Millisecond) }

func (r *rig) list(state string) alerts.Deliveries {
	r.t.Helper()
	d, err := r.Deliveries(context.Background(), alerts.DeliveriesQuery{State: state, Limit: 1000})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// fate is the state and reason of one alert at one recipient.
func (r *rig) fate(alert, recipient string) string {
	r.t.Helper()
	var out string
	for _, d := range r.list("").Deliveries {
		if d.Alert == alert && d.Recipient == recipient {
			out = d.State
			if d.Why != "" {
				out += " " + d.Why
			}
		}
	}
	return out
}

// flag is a machine's alert of now.
func (r *rig) flag(id string, l news.Level, group string) news.Alert {
	now := r.clock()
	return news.Alert{
		ID: "flagged/" + id, Kind: "flagged", Level: l, To: []string{"reviewer"}, Group: group, Topic: "water",
		Subject: news.Text{VI: "Dấu hiệu tin đồn " + id, EN: "Signs of a rumour " + id},
		Body:    news.Text{VI: "Ba bài trong một giờ.", EN: "Three posts in an hour."},
		Path:    "/inbox/" + id, Event: now, Created: now,
	}
}

// A fault is an error of a channel.
type fault struct {
	final bool
	after time.Duration
}

func (f fault) Error() string             { return fmt.Sprintf("fault (final %v)", f.final) }
func (f fault) Temporary() bool           { return !f.final }
func (f fault) RetryAfter() time.Duration { return f.after }
