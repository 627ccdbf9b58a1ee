package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"langnghe/alerts"
	"langnghe/alerts/alertmanager"
	"langnghe/alerts/email"
	"langnghe/alerts/telegram"
	"langnghe/alerts/webhook"
	"langnghe/alerts/webpush"
	"langnghe/alerts/zalo"
	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/disk"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// A question of a page is bounded: people wait for it. A preview reads a
// month and may take longer.
const (
	askFor     = 5 * time.Second
	previewFor = 60 * time.Second
	fetchFor   = 60 * time.Second // a pasted link waits for its site's pace
)

// ask makes a plain function of a question, for those who need the answer.
func ask[Q, A any](b *builder, q bus.Question[Q, A]) func(context.Context, Q) (A, error) {
	return askWithin(b, q, askFor)
}

func askWithin[Q, A any](b *builder, q bus.Question[Q, A], limit time.Duration) func(context.Context, Q) (A, error) {
	return func(ctx context.Context, v Q) (A, error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return bus.Ask(ctx, b.bus, q, v)
	}
}

func askNone[A any](b *builder, q bus.Question[None, A]) func(context.Context) (A, error) {
	f := ask(b, q)
	return func(ctx context.Context) (A, error) { return f(ctx, None{}) }
}

// act is ask for questions whose answer is only that it was done.
func act[Q any](b *builder, q bus.Question[Q, None]) func(context.Context, Q) error {
	f := ask(b, q)
	return func(ctx context.Context, v Q) error {
		_, err := f(ctx, v)
		return err
	}
}

// prior is what the configuration says items of a source start with.
func (b *builder) prior(source string) int {
	for i := range b.opts.Config.Sources {
		if s := &b.opts.Config.Sources[i]; s.ID == source {
			return s.Prior
		}
	}
	return 0
}

// history reads the items of the last days from the indexer, page by page.
func (b *builder) history(ctx context.Context, days int) iter.Seq2[news.Item, error] {
	return func(yield func(news.Item, error) bool) {
		q := indexer.ItemsQuery{From: b.now().AddDate(0, 0, -days), Limit: 500}
		for {
			page, err := ask(b, AskItems)(ctx, q)
			if err != nil {
				yield(news.Item{}, err)
				return
			}
			for _, it := range page.Items {
				if !yield(it, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			q.Cursor = page.Next
		}
	}
}

// baseURL is where people reach the desk.
func (b *builder) baseURL() string {
	if b.opts.Config.BaseURL != "" {
		return strings.TrimSuffix(b.opts.Config.BaseURL, "/")
	}
	if b.svc.URL != "" {
		return b.svc.URL
	}
	return "http://127.0.0.1:8080"
}

// channels are the ways to reach people that the config sets up.
func (b *builder) channels(s *store.Alerts) (map[string]alerts.Channel, error) {
	channels := map[string]alerts.Channel{"webhook": webhook.New(webhook.Options{}), "alertmanager": alertmanager.New(alertmanager.Options{})}
	if c := b.opts.Config.Telegram; c != nil {
		channels["telegram"] = telegram.New(*c)
	}
	if c := b.opts.Config.Zalo; c != nil {
		channels["zalo"] = zalo.New(*c)
	}
	key, err := webpush.LoadKey(b.path("webpush.pem"))
	if err != nil {
		return nil, fmt.Errorf("web push: %w", err)
	}
	push, err := webpush.New(webpush.Options{Key: key, Contact: b.opts.Config.WebPush.Contact, Browsers: s})
	if err != nil {
		return nil, err
	}
	channels["webpush"] = push
	reply(b, AskPush, func(ctx context.Context, r alerts.PushRequest) (alerts.PushInfo, error) {
		return b.push(ctx, s, push, r)
	})
	if b.opts.Config.Mail != nil {
		m, err := email.New(*b.opts.Config.Mail)
		if err != nil {
			return nil, err
		}
		channels["email"] = m
	}
	return channels, nil
}

// readiness says which parts are not ready, by name.
func (b *builder) readiness(ctx context.Context) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	out := map[string]error{}
	for name, f := range b.ready {
		out[name] = f(ctx)
	}
	return out
}

func (b *builder) metrics() {
	f := promauto.With(b.reg)
	for name, value := range map[string]func(bus.Stats) int64{
		"published": func(s bus.Stats) int64 { return s.Published },
		"handled":   func(s bus.Stats) int64 { return s.Handled },
		"retried":   func(s bus.Stats) int64 { return s.Retried },
		"dropped":   func(s bus.Stats) int64 { return s.Dropped },
	} {
		f.NewCounterFunc(prometheus.CounterOpts{
			Name: "langnghe_bus_" + name + "_total", Help: "Messages " + name + " by this process.",
		}, func() float64 { return float64(value(b.bus.Stats())) })
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "langnghe_bus_waiting", Help: "Facts of the pipeline that wait for their role.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n, err := b.svc.Pending(ctx)
		if err != nil {
			return -1
		}
		return float64(n)
	})
}

// expiryMetric says when the desk's certificate ends; no number before it is
// there.
func (b *builder) expiryMetric() {
	promauto.With(b.reg).NewGaugeFunc(prometheus.GaugeOpts{
		Name: "langnghe_https_certificate_expiry_timestamp_seconds", Help: "When the desk's certificate, or the local authority's, ends, in Unix time; NaN before it is there.",
	}, func() float64 {
		v, err := CertificateValidity(b.opts.Config.HTTPS, b.opts.DataDir)
		if err != nil || v.Ends.IsZero() {
			return math.NaN()
		}
		return float64(v.Ends.Unix())
	})
}

func (b *builder) metricsHandler() http.Handler {
	return promhttp.HandlerFor(b.reg, promhttp.HandlerOpts{Registry: b.reg})
}

// monitoring serves what machines may know of this process, whatever its
// roles: numbers and whether it is ready, no text and no error messages.
func (b *builder) monitoring() error {
	addr := b.opts.Config.Metrics
	if addr == "" {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("metrics: listen on %s: %w", addr, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", b.metricsHandler())
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		var failed []string
		for name, err := range b.readiness(r.Context()) {
			if err != nil {
				failed = append(failed, name)
			}
		}
		if len(failed) > 0 {
			http.Error(w, "not ready: "+strings.Join(failed, ", "), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	b.part("monitoring", func(ctx context.Context) error { return serveHTTP(ctx, l, mux) })
	return nil
}

// serveHTTP serves until ctx is done, then lets running requests finish for
// a moment; open event streams end with their request's context.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return base },
	}
	stop := context.AfterFunc(ctx, func() {
		cancel()
		sctx, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer done()
		if srv.Shutdown(sctx) != nil {
			_ = srv.Close()
		}
	})
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// SocketPath is where the commands find the service of a data folder.
func SocketPath(dataDir string) string { return filepath.Join(dataDir, "socket") }

// serverFile remembers in a data folder which NATS server its roles meet at,
// so that a command on the folder of a stopped role talks to the same one.
const serverFile = "nats-url"

// remember writes serverFile, or removes it when the stream is in here.
func remember(dir, url string) error {
	name := filepath.Join(dir, serverFile)
	if url == "" {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("data folder: %w", err)
		}
		return nil
	}
	if err := disk.WriteFile(name, []byte(url+"\n")); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

// ErrLocked is returned when another process holds the data folder.
var ErrLocked = errors.New("another process is using the data folder")

// lock takes the data folder for this process; the kernel lets go of it
// when the process ends, however it ends.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	return func() { _ = f.Close() }, nil
}

// Locked reports whether a process holds the data folder.
func Locked(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, "lock")); err != nil {
		return false
	}
	unlock, err := lock(dir)
	if err != nil {
		return true
	}
	unlock()
	return false
}

// With calls f with a way to ask the roles that own the state in dataDir:
// the running service when there is one, else the roles started in this
// process for as long as f takes.
func With(ctx context.Context, opts Options, f func(context.Context, bus.Asker) error) error {
	if Locked(opts.DataDir) {
		return f(ctx, bus.Dial(SocketPath(opts.DataDir)))
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if url, err := os.ReadFile(filepath.Join(opts.DataDir, serverFile)); err == nil && opts.NATS == "" {
		// This folder's role belongs to a split service. No other is started on it:
		// it would take the facts of the real one.
		opts.NATS = strings.TrimSpace(string(url))
		opts.Roles = slices.DeleteFunc(slices.Clone(Roles), func(role string) bool {
			_, err := os.Stat(filepath.Join(opts.DataDir, role+".db"))
			return err != nil || len(opts.Roles) > 0 && !slices.Contains(opts.Roles, role)
		})
		if len(opts.Roles) == 0 {
			return fmt.Errorf("%s holds none of the data that this needs; in the split form name the folder of the role that does", opts.DataDir)
		}
	}
	opts.Manual, opts.Listen = true, ""
	var ferr error
	started := false
	opts.Started = func(s *Service) {
		started = true
		go func() {
			defer stop()
			ferr = s.answering(ctx, opts.Roles)
			if ferr == nil {
				ferr = f(ctx, s.bus)
			}
		}()
	}
	err := Run(ctx, opts)
	if !started {
		return err
	}
	return errors.Join(ferr, err)
}

// answering waits until the roles answer: their subscriptions are made as
// they start.
func (s *Service) answering(ctx context.Context, roles []string) error {
	probes := map[string]func() error{
		"crawler": func() error { _, err := bus.Ask(ctx, s.bus, AskSources, None{}); return err },
		"indexer": func() error { _, err := bus.Ask(ctx, s.bus, AskIndex, None{}); return err },
		"rules":   func() error { _, err := bus.Ask(ctx, s.bus, AskRules, None{}); return err },
		"desk":    func() error { _, err := bus.Ask(ctx, s.bus, AskFacts, None{}); return err },
		"alerts":  func() error { _, err := bus.Ask(ctx, s.bus, AskDeliveries, alerts.DeliveriesQuery{}); return err },
	}
	if len(roles) == 0 {
		roles = Roles
	}
	for _, r := range roles {
		for {
			err := probes[r]()
			if err == nil {
				break
			}
			// A crawler of several answers before one of them keeps the state.
			if !errors.Is(err, bus.ErrNobody) && !strings.Contains(err.Error(), bus.ErrNobody.Error()) || ctx.Err() != nil {
				return err
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	return nil
}
