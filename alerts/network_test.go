package alerts_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"langnghe/alerts"
	"langnghe/alerts/alertmanager"
	"langnghe/alerts/email"
	"langnghe/alerts/telegram"
	"langnghe/alerts/webhook"
	"langnghe/internal/demo"
	"langnghe/internal/news"
)

// A badLine is a proxy in front of a real server, at the level of TCP: it
// delays, cuts, resets and refuses as it is told.
type badLine struct {
	l      net.Listener
	target string
	mu     sync.Mutex
	odds   *rand.Rand
	delay  time.Duration
	fail   float64 // share of connections that end badly
	down   bool
	ends   map[string]int
}

func newBadLine(t *testing.T, target string, seed uint64) *badLine {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &badLine{l: l, target: target, odds: rand.New(rand.NewPCG(seed, 2)), ends: map[string]int{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go b.serve(c)
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return b
}

func (b *badLine) set(delay time.Duration, fail float64, down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.delay, b.fail, b.down = delay, fail, down
}

// serve carries one connection, or spoils it: at once, after some of what
// the client says, or after some of what the server says, by an end or by a
// reset.
func (b *badLine) serve(c net.Conn) {
	defer c.Close()
	b.mu.Lock()
	delay, down, end, after := b.delay, b.down, "", 0
	if down || b.odds.Float64() < b.fail {
		end = []string{"refused", "cut", "reset", "cut late", "reset late"}[b.odds.IntN(5)]
		if down {
			end = "refused"
		}
		after = b.odds.IntN(400)
	}
	b.ends[end]++
	b.mu.Unlock()
	time.Sleep(delay)
	if end == "refused" {
		return
	}
	up, err := net.Dial("tcp", b.target)
	if err != nil {
		return
	}
	defer up.Close()
	spoil := func() {
		if tcp, ok := c.(*net.TCPConn); ok && (end == "reset" || end == "reset late") {
			_ = tcp.SetLinger(0)
		}
		_ = c.Close()
		_ = up.Close()
	}
	done := make(chan struct{}, 2)
	pipe := func(to, from net.Conn, spoils bool) {
		if spoils {
			_, _ = io.CopyN(to, from, int64(after))
			spoil()
		} else {
			_, _ = io.Copy(to, from)
			if tcp, ok := to.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}
		}
		done <- struct{}{}
	}
	go pipe(up, c, end == "cut" || end == "reset")
	go pipe(c, up, end == "cut late" || end == "reset late")
	<-done
	<-done
}

// TestBadNetwork sends notices through real channels to real servers over a
// bad line for an hour (pauses run a thousand times as fast): delays, cuts,
// resets, 30 % of all connections spoilt, and a quarter of an hour of nothing
// at all. Every notice is delivered or a dead letter that somebody else hears
// of; whatever comes twice carries one identity.
func TestBadNetwork(t *testing.T) {
	const scale = 1000
	box, err := demo.OpenMailbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	var mu sync.Mutex
	arrived := map[string][]string{} // server → identities
	server := func(name, answer string, id func(r *http.Request, body string) string) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // it was cut
			}
			mu.Lock()
			arrived[name] = append(arrived[name], id(r, string(body)))
			mu.Unlock()
			_, _ = io.WriteString(w, answer)
		}))
		t.Cleanup(s.Close)
		return s
	}
	hook := server("webhook", "", func(r *http.Request, _ string) string { return r.Header.Get("webhook-id") })
	bot := server("telegram", `{"ok":true}`, func(_ *http.Request, body string) string { return body[len(body)-60:] })
	manager := server("alertmanager", "", func(_ *http.Request, body string) string { return body })
	lines := []*badLine{}
	through := func(addr string) string {
		b := newBadLine(t, addr, uint64(len(lines)+1))
		lines = append(lines, b)
		return b.l.Addr().String()
	}
	host, port, err := net.SplitHostPort(through(box.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	mail, err := email.New(email.Config{Host: host, Port: p, From: "langnghe@phuong.example", TLS: "none", Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	cfg := telegram.Config{Token: "123456:AAAA-bbbb_cccc-dddd-eeee", Server: "http://" + through(bot.Listener.Addr().String()), Timeout: time.Second}
	if err := cfg.Check(""); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(o *alerts.Options) {
		o.Channels = map[string]alerts.Channel{
			"email": mail, "webhook": webhook.New(webhook.Options{Timeout: time.Second}), "telegram": telegram.New(cfg), "alertmanager": alertmanager.New(alertmanager.Options{Timeout: time.Second}),
		}
		o.Recipients = []alerts.Recipient{
			{Name: "lan", Role: "reviewer", Channel: "email", Address: "lan@phuong.example", Always: true},
			{Name: "lan", Role: "reviewer", Channel: "telegram", Address: "100200", Always: true},
			{Name: "minh", Role: "leader", Channel: "telegram", Address: "100201", Always: true},
			{Name: "minh", Role: "leader", Channel: "email", Address: "minh@phuong.example", Always: true},
			{Name: "hệ thống", Role: "reviewer", Channel: "webhook", Address: "http://" + through(hook.Listener.Addr().String()), Secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", Always: true},
			{Name: "am", Role: "leader", Channel: "alertmanager", Address: "http://" + through(manager.Listener.Addr().String()), Always: true},
		}
		o.Retry = alerts.Retry{First: 5 * time.Second / scale, Max: 15 * time.Minute / scale, Tries: 14}
		o.Timeout = 2 * time.Second
	})
	r.run()
	all := func(delay time.Duration, fail float64, down bool) {
		for _, b := range lines {
			b.set(delay, fail, down)
		}
	}
	const n = 60
	for minute := range n {
		switch {
		case minute >= 30 && minute < 45:
			all(0, 0, true) // nothing at all
		case minute%10 == 9:
			all(20*time.Millisecond, .3, false)
		default:
			all(time.Millisecond, .3, false)
		}
		a := r.flag(fmt.Sprint("m", minute), []news.Level{news.High, news.Critical}[minute%2], "")
		a.To = []string{"reviewer", "leader"}
		r.take(a)
		r.pass(time.Minute)
		time.Sleep(time.Minute / scale)
	}
	all(0, 0, false)
	r.settle()

	sent, dead := 0, 0
	told := map[string]bool{} // alert and person: somebody heard
	for _, d := range r.list("").Deliveries {
		switch d.State {
		case alerts.Sent:
			sent++
			told[d.Alert+" "+d.Recipient] = true
		case alerts.Dead:
			dead++
		default:
			t.Errorf("%s at %s by %s is left %s", d.Alert, d.Recipient, d.Channel, d.State)
		}
	}
	for minute := range n {
		for _, who := range []string{"lan", "minh", "hệ thống", "am"} {
			if key := fmt.Sprintf("flagged/m%d %s", minute, who); !told[key] {
				// Then it is a dead letter, and another of the role has heard.
				t.Logf("%s ended as a dead letter", key)
				if !told[fmt.Sprintf("flagged/m%d lan", minute)] && !told[fmt.Sprintf("flagged/m%d minh", minute)] {
					t.Errorf("nobody heard of m%d", minute)
				}
			}
		}
	}
	if banner := r.list("").Dead; banner != dead {
		t.Errorf("the banner says %d dead letters, the log %d", banner, dead)
	}
	mu.Lock()
	defer mu.Unlock()
	repeated := 0
	for name, ids := range arrived {
		slices.Sort(ids)
		distinct := len(slices.Compact(slices.Clone(ids)))
		repeated += len(ids) - distinct
		if name != "alertmanager" && distinct > 3*n { // one identity for a person and a notice
			t.Errorf("%s: %d identities", name, distinct)
		}
	}
	spoilt := 0
	for _, b := range lines {
		b.mu.Lock()
		for end, k := range b.ends {
			if end != "" {
				spoilt += k
			}
		}
		b.mu.Unlock()
	}
	t.Logf("%d notices over %d spoilt connections: %d deliveries sent, %d dead letters, %d arrived again under their identity", n, spoilt, sent, dead, repeated)
	if spoilt < n/4 {
		t.Errorf("%d spoilt connections show nothing", spoilt)
	}
}
