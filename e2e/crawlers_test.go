package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// A neighbourhood is a few sites that two crawlers read, and what each of them
// has asked for.
type neighbourhood struct {
	mu      sync.Mutex
	feeds   map[string][]time.Time // when the feed of each site was asked for
	by      map[string]int         // feeds asked for, "process site"
	running map[string]int         // requests under way, by site
	most    int                    // requests at a time to one site
	stuck   string                 // process that gets no answers
	held    map[string]bool        // sites whose answer it waits for
	release chan struct{}
}

// serve answers for a site. A process is known by the contact that it names.
func (n *neighbourhood) serve(site string, w http.ResponseWriter, r *http.Request) {
	process := ""
	for _, p := range []string{"first", "second"} {
		if strings.Contains(r.UserAgent(), p+"@phuong.example") {
			process = p
		}
	}
	feed := r.URL.Path == "/rss.xml"
	n.mu.Lock()
	n.running[site]++
	n.most = max(n.most, n.running[site])
	if feed {
		n.feeds[site] = append(n.feeds[site], time.Now())
		n.by[process+" "+site]++
	}
	stuck := feed && n.stuck == process
	if stuck {
		n.held[site] = true
	}
	n.mu.Unlock()
	if stuck {
		select {
		case <-r.Context().Done(): // who asked is dead
		case <-n.release:
		}
	} else {
		time.Sleep(50 * time.Millisecond)
	}
	n.mu.Lock()
	n.running[site]--
	n.mu.Unlock()
	if !feed {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintf(w, `<rss version="2.0"><channel><item><guid>1</guid><link>http://%s/1.html</link><title>Tin</title><description>Nội dung tin của %s hôm nay.</description></item></channel></rss>`, r.Host, site)
}

// until waits for something that the sites have seen.
func (n *neighbourhood) until(ctx context.Context, t *testing.T, what string, done func() bool, procs ...*process) {
	t.Helper()
	for {
		n.mu.Lock()
		ok := done()
		n.mu.Unlock()
		if ok {
			return
		}
		if ctx.Err() != nil {
			for _, p := range procs {
				t.Logf("%s", p.out.String())
			}
			t.Fatalf("never: %s; feeds %v, held %v", what, n.by, n.held)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestKillCrawler kills one of two crawler processes with kill -9 in the middle
// of its fetches. While both live no feed is read twice. What the dead one had
// in hand the other one reads; when it was the one that keeps the state, as
// soon as that is back on its folder, or, when it never comes back, after the
// three minutes for which the other waits for it, without a restart.
func TestKillCrawler(t *testing.T) {
	for _, c := range []struct {
		name, victim string
		back         bool
	}{{"second", "second", false}, {"first", "first", true}, {"first for good", "first", false}} {
		t.Run(c.name, func(t *testing.T) {
			victim, life := c.victim, 2*time.Minute
			if victim == "first" && !c.back {
				if testing.Short() {
					t.Skip("it takes four minutes")
				}
				life = 6 * time.Minute
			}
			t.Parallel()
			const hosts, every = 8, 2 * time.Second
			srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, MaxPayload: 8 << 20, SyncAlways: true})
			if err != nil {
				t.Fatal(err)
			}
			srv.Start()
			if !srv.ReadyForConnections(10 * time.Second) {
				t.Fatal("nats server not ready")
			}
			t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
			n := &neighbourhood{feeds: map[string][]time.Time{}, by: map[string]int{}, running: map[string]int{}, held: map[string]bool{}, release: make(chan struct{})}
			var sources strings.Builder
			for i := range hosts {
				name := fmt.Sprint("s", i)
				site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.serve(name, w, r) }))
				t.Cleanup(site.Close)
				fmt.Fprintf(&sources, "  - {id: %s, name: Trang %s, kind: feed, url: \"%s/rss.xml\", full_text: true, internal: true, every: %v, pace: 1ms}\n", name, name, site.URL, every)
			}
			t.Cleanup(func() { close(n.release) })
			dir := t.TempDir()
			run := func(name string) *process {
				cfg := filepath.Join(dir, name+".yaml")
				if err := os.WriteFile(cfg, []byte("crawler: {contact: "+name+"@phuong.example}\nsources:\n"+sources.String()), 0o600); err != nil {
					t.Fatal(err)
				}
				return launch(t, "serve", "-config", cfg, "-data", filepath.Join(dir, name), "-roles", "crawler", "-nats", srv.ClientURL())
			}
			ctx, cancel := context.WithTimeout(t.Context(), life)
			defer cancel()
			procs := map[string]*process{"first": run("first")}
			n.until(ctx, t, "the first one reads", func() bool { return len(n.feeds) > 0 }, procs["first"]) // and so keeps the state
			procs["second"] = run("second")
			both := func() bool {
				k := map[string]int{}
				for who, times := range n.by {
					process, _, _ := strings.Cut(who, " ")
					k[process] += times
				}
				return k["first"] >= hosts && k["second"] >= 2 && len(n.feeds) == hosts
			}
			n.until(ctx, t, "both read", both, procs["first"], procs["second"])

			// While both live.
			n.mu.Lock()
			if n.most != 1 {
				t.Errorf("%d requests at a time to one site", n.most)
			}
			for site, at := range n.feeds {
				for i := 1; i < len(at); i++ {
					if d := at[i].Sub(at[i-1]); d < every-300*time.Millisecond {
						t.Errorf("the feed of %s was read again after %v, its rhythm is %v", site, d, every)
					}
				}
			}
			n.stuck = victim
			n.mu.Unlock()
			n.until(ctx, t, "the victim has fetches in hand", func() bool { return len(n.held) >= 2 }, procs["first"], procs["second"])
			procs[victim].kill()
			dead := time.Now()
			n.mu.Lock()
			n.stuck = ""
			read := func(site string) int { return n.by["first "+site] + n.by["second "+site] }
			before := map[string]int{}
			for i := range hosts {
				site := fmt.Sprint("s", i)
				before[site] = read(site)
			}
			t.Logf("%s died with %d fetches in hand", victim, len(n.held))
			n.mu.Unlock()
			if c.back {
				procs[victim] = run(victim)
			} else {
				delete(procs, victim)
			}
			var left []*process
			for _, p := range procs {
				left = append(left, p)
			}
			n.until(ctx, t, "every feed is read again, those in hand as well", func() bool {
				for site, k := range before {
					if read(site) == k {
						return false
					}
				}
				return true
			}, left...)
			after := time.Since(dead)
			if victim == "first" && !c.back {
				// It goes on, one request at a time, as if nothing had been.
				n.mu.Lock()
				clear(before)
				for i := range hosts {
					site := fmt.Sprint("s", i)
					before[site] = read(site)
				}
				n.mu.Unlock()
				n.until(ctx, t, "the rhythm goes on", func() bool {
					for site, k := range before {
						if read(site) < k+2 {
							return false
						}
					}
					return true
				}, left...)
			}
			t.Logf("all were read after %v", after.Round(100*time.Millisecond))
			n.mu.Lock()
			if most := n.most; most != 1 {
				t.Errorf("%d requests at a time to one site", most)
			}
			n.mu.Unlock()
			for _, p := range left {
				p.stop(t)
			}
		})
	}
}
