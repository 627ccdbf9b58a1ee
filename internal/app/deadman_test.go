package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A safeLog may be read while parts write to it.
type safeLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestDeadMan: the address outside is called while all is well, and not one
// call leaves while something is not; whatever is wrong there stops nothing
// here, and the key in the address stands in no log.
func TestDeadMan(t *testing.T) {
	var calls atomic.Int64
	var answer atomic.Pointer[http.HandlerFunc]
	reply := func(h http.HandlerFunc) { answer.Store(&h) }
	fine := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/ping/secret-key" || r.UserAgent() != "langnghe" {
			t.Errorf("call %s %s by %q", r.Method, r.URL, r.UserAgent())
		}
		calls.Add(1)
	}
	reply(fine)
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*answer.Load())(w, r) }))
	defer outside.Close()

	var unwell atomic.Bool
	log := &safeLog{}
	b := &builder{log: slog.New(slog.NewTextHandler(log, nil)), now: time.Now, reg: prometheus.NewRegistry(), svc: &Service{}, ready: map[string]func(context.Context) error{
		"stream": func(context.Context) error { return nil },
		"desk": func(context.Context) error {
			if unwell.Load() {
				return errors.New("disk")
			}
			return nil
		},
	}}
	b.opts.Config.DeadMan.URL, b.opts.Config.DeadMan.Every = outside.URL+"/ping/secret-key", 5*time.Millisecond
	b.deadMan()
	ctx, stop := context.WithCancel(t.Context())
	var parts sync.WaitGroup
	for _, p := range b.parts {
		parts.Go(func() {
			if err := p.run(ctx); err != nil {
				t.Errorf("%s ended: %v", p.name, err)
			}
		})
	}
	defer func() { stop(); parts.Wait() }()

	until := func(what string, f func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !f(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("never %s\n%s", what, log.String())
			}
		}
	}
	called := func(n int64) func() bool { at := calls.Load(); return func() bool { return calls.Load() >= at+n } }
	until("called", called(3))
	unwell.Store(true)
	until("noticed that a part is unwell", func() bool { return strings.Contains(log.String(), "not called: desk: disk") })
	at := calls.Load()
	time.Sleep(50 * time.Millisecond)
	if got := calls.Load(); got != at {
		t.Errorf("%d calls while a part is unwell", got-at)
	}
	unwell.Store(false)
	until("called again", called(1))

	reply(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) })
	until("told that it answers 500", func() bool { return strings.Contains(log.String(), "500") })
	reply(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere/secret-key", http.StatusFound)
	})
	until("told of the redirect", func() bool { return strings.Contains(log.String(), "302") }) // fine would fail the test on another path
	reply(func(w http.ResponseWriter, _ *http.Request) {                                        // cut
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.Close()
		}
	})
	until("told that there is no answer", func() bool { return strings.Contains(log.String(), "no answer") })
	reply(fine)
	until("called after all of that", called(2))
	if strings.Contains(log.String(), "secret-key") {
		t.Errorf("the key stands in the log:\n%s", log.String())
	}
	fs, err := b.reg.Gather()
	if err != nil || len(fs) != 1 || fs[0].GetName() != "langnghe_app_alive_timestamp_seconds" || time.Since(time.Unix(int64(fs[0].GetMetric()[0].GetGauge().GetValue()), 0)) > time.Minute {
		t.Errorf("the metric: %v, %v", fs, err)
	}
}
