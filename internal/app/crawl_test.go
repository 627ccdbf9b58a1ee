package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/prometheus/client_golang/prometheus"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/crawler/polite"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

func natsServer(t *testing.T) string {
	t.Helper()
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, MaxPayload: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("nats server not ready")
	}
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	return srv.ClientURL()
}

// The state that is asked for over the bus keeps what any store promises.
func TestAskedState(t *testing.T) {
	b, err := bus.Open(t.Context(), bus.Options{URL: natsServer(t), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	own := crawlertest.NewMemory()
	go bus.Answer(t.Context(), b, askState, func(ctx context.Context, q StateRequest) (StateReply, error) { return answerState(ctx, own, q) })
	c := &crew{b: b, own: own}
	for {
		if _, err := c.store().Visits(t.Context()); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	crawlertest.TestStore(t, func(*testing.T) crawler.Store { return c.store() })
	if _, err := answerState(t.Context(), own, StateRequest{Op: "drop tables"}); err == nil {
		t.Error("an unknown request was answered")
	}
}

// A fleet is a web of small sites, and crawlers of several processes.
type fleet struct {
	t       *testing.T
	url     string
	sources []crawler.Source
	mu      sync.Mutex
	asked   map[string]int            // "process host"
	starts  map[string][]time.Time    // of each host
	running map[string]int            // of each host
	most    int                       // requests to one host at a time
	found   map[string]map[string]int // by process, then item
	stuck   string                    // process whose requests are never answered
	hold    chan struct{}
	gone    time.Duration // how long the keeper may be away; 0 is as in service
	held    []string      // hosts where a request hangs
}

func newFleet(t *testing.T, hosts int, pace, every time.Duration) *fleet {
	f := &fleet{t: t, url: natsServer(t), asked: map[string]int{}, starts: map[string][]time.Time{}, running: map[string]int{}, found: map[string]map[string]int{}, hold: make(chan struct{})}
	for i := range hosts {
		id := fmt.Sprint("s", i)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(id, w, r) }))
		t.Cleanup(s.Close)
		f.sources = append(f.sources, crawler.Source{ID: id, URL: s.URL + "/rss.xml", FullText: true, Internal: true, Pace: pace, Every: every})
	}
	t.Cleanup(func() { close(f.hold) })
	return f
}

func (f *fleet) serve(id string, w http.ResponseWriter, r *http.Request) {
	process, _, _ := strings.Cut(r.UserAgent(), "/")
	f.mu.Lock()
	f.starts[id] = append(f.starts[id], time.Now())
	f.running[id]++
	f.most = max(f.most, f.running[id])
	stuck := f.stuck == process
	if r.URL.Path == "/rss.xml" {
		f.asked[process+" "+id]++
	}
	f.mu.Unlock()
	if stuck {
		f.mu.Lock()
		f.held = append(f.held, id)
		f.mu.Unlock()
		<-f.hold
	}
	time.Sleep(100 * time.Millisecond)
	f.mu.Lock()
	f.running[id]--
	f.mu.Unlock()
	if r.URL.Path != "/rss.xml" {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintf(w, `<rss version="2.0"><channel><item><guid>1</guid><link>http://%s/1.html</link><title>Tin</title><description>Nội dung tin của %s hôm nay.</description></item></channel></rss>`, r.Host, id)
}

// process starts a crawler in a process of its own but for the process.
func (f *fleet) process(ctx context.Context, name string) *bus.Bus {
	t := f.t
	t.Helper()
	b, err := bus.Open(ctx, bus.Options{URL: f.url, Logger: slog.New(slog.DiscardHandler), Retry: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := store.OpenCrawler(ctx, filepath.Join(dir, "crawler.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	bd := &builder{opts: Options{DataDir: dir}, log: slog.New(slog.DiscardHandler), bus: b}
	crew, err := bd.crew(ctx, s, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if f.gone > 0 {
		crew.gone = f.gone
	}
	q, err := bus.OpenQueue(ctx, b, crawlQueue, dueHost)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.found[name] = map[string]int{}
	f.mu.Unlock()
	c, err := crawler.New(crawler.Options{
		Sources: f.sources, Workers: 3, Store: crew.store(), Queue: q, Leads: crew.leads, UserAgent: name + "/1", Transport: polite.Options{Turns: crew}, Metrics: prometheus.NewRegistry(),
		Publish: func(_ context.Context, found []news.Found) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, x := range found {
				f.found[name][x.Item.Source]++
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	go crew.keep(ctx)
	go c.Run(ctx)
	return b
}

func (f *fleet) until(what string, done func() bool) {
	f.t.Helper()
	for range 3000 {
		f.mu.Lock()
		ok := done()
		f.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	f.t.Fatalf("never: %s; asked %v", what, f.asked)
}

func (f *fleet) total() (n int) {
	for _, m := range f.found {
		for _, k := range m {
			n += k
		}
	}
	return n
}

// Two crawlers share the sources: nothing is fetched twice and a host's pace
// holds over both.
func TestTwoCrawlers(t *testing.T) {
	t.Parallel()
	const hosts, pace = 12, 200 * time.Millisecond
	f := newFleet(t, hosts, pace, time.Hour)
	b, a := f.process(t.Context(), "b"), f.process(t.Context(), "a")
	t.Cleanup(func() { a.Close(); b.Close() })
	f.until("every source is read", func() bool { return f.total() == hosts })
	time.Sleep(1200 * time.Millisecond) // whoever would read again has had the time to
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.sources {
		if n := f.asked["a "+s.ID] + f.asked["b "+s.ID]; n != 1 {
			t.Errorf("%s was fetched %d times", s.ID, n)
		}
	}
	if len(f.found["a"]) == 0 || len(f.found["b"]) == 0 {
		t.Errorf("the work was not shared: %v", f.found)
	}
	f.paced(pace)
}

func (f *fleet) paced(pace time.Duration) {
	if f.most != 1 {
		f.t.Errorf("%d requests at a time to one host", f.most)
	}
	for id, at := range f.starts {
		for i := 1; i < len(at); i++ {
			// The server sees a request some time after it was sent.
			if d := at[i].Sub(at[i-1]); d < pace-50*time.Millisecond {
				f.t.Errorf("%s was asked after %v; its pace is %v", id, d, pace)
			}
		}
	}
}

// A crawler that dies in the middle of its visits loses none of them.
func TestCrawlerDies(t *testing.T) {
	t.Parallel()
	const hosts = 6
	f := newFleet(t, hosts, time.Millisecond, 700*time.Millisecond)
	b := f.process(t.Context(), "b") // keeps the state
	t.Cleanup(func() { b.Close() })
	f.until("b works", func() bool { return len(f.found["b"]) > 0 })
	f.mu.Lock()
	f.stuck = "a"
	f.mu.Unlock()
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(kill)
	a := f.process(ctx, "a")
	f.until("a has visits in hand", func() bool { return len(f.held) >= 2 })
	a.Close() // the stream hears nothing more of it
	f.mu.Lock()
	f.stuck = ""
	before := map[string]int{}
	for _, id := range f.held {
		before[id] = f.asked["b "+id]
	}
	f.mu.Unlock()
	f.until("b has taken over what a had in hand", func() bool {
		for _, id := range f.held {
			if f.asked["b "+id] == before[id] {
				return false
			}
		}
		return true
	})
}

// The crawler that keeps the state dies with visits in hand. The other takes
// the state over: it reads every source, those in hand as well, each host at
// its pace and one request at a time, counted over both.
func TestKeeperDies(t *testing.T) {
	t.Parallel()
	const hosts, pace = 8, 300 * time.Millisecond
	f := newFleet(t, hosts, pace, 500*time.Millisecond)
	f.gone = 1500 * time.Millisecond
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(kill)
	a := f.process(ctx, "a")
	f.until("a keeps the state and reads", func() bool { return f.total() > 0 })
	b := f.process(t.Context(), "b")
	t.Cleanup(func() { b.Close() })
	f.until("both read", func() bool {
		n := 0
		for _, s := range f.sources {
			n += f.asked["b "+s.ID]
		}
		return n > 0
	})
	f.mu.Lock()
	f.stuck = "a"
	f.mu.Unlock()
	f.until("a has visits in hand", func() bool { return len(f.held) >= 2 })
	a.Close() // the stream hears nothing more of it
	died := time.Now()
	f.mu.Lock()
	f.stuck = ""
	before := map[string]int{}
	for _, s := range f.sources {
		before[s.ID] = f.asked["b "+s.ID]
	}
	// What hangs is a dead process's; its host is free when nobody waits.
	for _, id := range f.held {
		f.running[id]--
	}
	f.mu.Unlock()
	f.until("b reads every source, twice", func() bool {
		for _, s := range f.sources {
			if f.asked["b "+s.ID] < before[s.ID]+2 {
				return false
			}
		}
		return true
	})
	t.Logf("every source read twice by the other %v after the keeper died", time.Since(died).Round(100*time.Millisecond))
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.found["b"]) != hosts {
		t.Errorf("b found items of %d sources, want %d: what was kept is gone, so each is new", len(f.found["b"]), hosts)
	}
	f.paced(pace)
}
