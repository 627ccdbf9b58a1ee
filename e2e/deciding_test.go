package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/review"
)

// A clerk decides entries through the JSON API, as fast as the desk answers,
// and remembers every decision that the desk has acknowledged.
type clerk struct {
	client *http.Client
	mu     sync.Mutex
	acked  map[string]news.Choice // by entry
	n      int
}

func newClerk() *clerk {
	jar, _ := cookiejar.New(nil)
	return &clerk{client: &http.Client{Jar: jar, Timeout: 5 * time.Second}, acked: map[string]news.Choice{}}
}

func (c *clerk) signIn(ctx context.Context, addr string) error {
	form := url.Values{"name": {"lan"}, "password": {"mật khẩu dài"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || strings.Contains(res.Request.URL.Path, "sign-in") {
		return fmt.Errorf("sign in: %s at %s", res.Status, res.Request.URL.Path)
	}
	return nil
}

func (c *clerk) call(ctx context.Context, method, target string, in, out any) (status int, err error) {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return 0, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, target, &body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := c.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		err = json.NewDecoder(res.Body).Decode(out)
	}
	return res.StatusCode, err
}

// work decides until the context ends or the desk is gone. Verify opens a
// case and tells the leader at once: a decision and a notice each.
func (c *clerk) work(ctx context.Context, addr string) {
	for ctx.Err() == nil {
		var in struct {
			Entries []review.Entry `json:"entries"`
		}
		status, err := c.call(ctx, http.MethodGet, "http://"+addr+"/api/v1/inbox?limit=10", nil, &in)
		if err != nil || status == http.StatusUnauthorized {
			_ = c.signIn(ctx, addr) // or nobody listens yet; the next round asks again
		}
		if err != nil || status != http.StatusOK || len(in.Entries) == 0 {
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
			continue
		}
		for _, e := range in.Entries {
			c.mu.Lock()
			c.n++
			choice := []news.Choice{news.Scam, news.Scam, news.Verify, news.Stat}[c.n%4]
			c.mu.Unlock()
			var got review.Entry
			status, err := c.call(ctx, http.MethodPost, "http://"+addr+"/api/v1/entries/"+url.PathEscape(e.ID)+"/decision", map[string]any{"choice": choice}, &got)
			if err != nil {
				break
			}
			if status == http.StatusOK {
				c.mu.Lock()
				c.acked[e.ID] = choice
				c.mu.Unlock()
			}
		}
	}
}

// TestKillDeciding kills the service at random moments while somebody decides
// and notices leave: no acknowledged decision is lost, every notice that the
// desk put into its outbox reaches its mailbox, and what is repeated carries
// one Message-ID. LANGNGHE_KILLS sets how often.
func TestKillDeciding(t *testing.T) {
	kills := 20
	if n, err := strconv.Atoi(os.Getenv("LANGNGHE_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	page := newPage()
	site := httptest.NewServer(page)
	defer site.Close()
	box := newBox(t)
	host, port, err := net.SplitHostPort(box.addr)
	if err != nil {
		t.Fatal(err)
	}
	cfg, data := filepath.Join(dir, "langnghe.yaml"), filepath.Join(dir, "data")
	if err := os.WriteFile(cfg, fmt.Appendf(nil, `
sources:
  - {id: community, name: Trang mẫu, kind: feed, url: "%s/rss.xml", items: post, platform: forum, prior: 3, full_text: true, internal: true, every: 100ms, pace: 1ms}
mail: {host: "%s", port: %s, from: "langnghe@phuong.example", tls: none}
working_hours: {days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59"}
unconfirmed_addresses: true
escalation: {off: true}
recipients:
  - {name: a, role: reviewer, address: a@phuong.example, always: true}
  - {name: c, role: leader, address: c@phuong.example, always: true}
`, site.URL, host, port), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills)*10*time.Second+3*time.Minute)
	defer cancel()
	add := exec.Command(binary(t), "user", "-data", data, "-role", "reviewer", "add", "lan")
	add.Stdin = strings.NewReader("mật khẩu dài\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("user add: %v\n%s", err, out)
	}

	stop := make(chan struct{})
	var load sync.WaitGroup
	load.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				if page.len() < 40*kills {
					page.add()
				}
			}
		}
	})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	lan := newClerk()
	for i := range kills {
		addr := freeAddr(t)
		p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
		work, done := context.WithCancel(ctx)
		var at sync.WaitGroup
		at.Go(func() { lan.work(work, addr) })
		if i%5 != 4 { // now and then in the middle of starting
			if err := up(ctx, addr); err != nil {
				t.Fatalf("%v\n%s", err, p.out.String())
			}
		}
		time.Sleep(time.Duration(rng.IntN(900)) * time.Millisecond)
		p.kill()
		done()
		at.Wait()
	}
	close(stop)
	load.Wait()

	// What is under way arrives.
	addr := freeAddr(t)
	p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	for quiet, last := 0, -1; quiet < 12; time.Sleep(500 * time.Millisecond) {
		n := count(ctx, t, data) + box.len()
		if quiet++; n != last {
			quiet, last = 0, n
		}
		if ctx.Err() != nil {
			t.Fatalf("it never came to rest\n%s", p.out.String())
		}
	}
	p.stop(t)

	desk, err := store.OpenDesk(ctx, filepath.Join(data, "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	lost := 0
	for id, choice := range lan.acked {
		if e, err := desk.Entry(ctx, id); err != nil || e.Decision == nil || e.Decision.Choice != choice {
			lost++
			t.Errorf("the decision %s of %s was acknowledged and is lost: %+v, %v", choice, id, e.Decision, err)
		}
	}
	length, err := desk.VerifyAudit(ctx)
	if err != nil {
		t.Errorf("audit chain: %v", err)
	}
	if n, _, err := desk.Backlog(ctx, time.Now()); err != nil || n != 0 {
		t.Errorf("%d messages of the desk's outbox were never handed over, %v", n, err)
	}
	log, err := store.OpenAlerts(ctx, filepath.Join(data, "alerts.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	sent, dead, err := deliveries(ctx, log)
	if err != nil {
		t.Fatal(err)
	}
	live, _, _, err := log.Count(ctx, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	ids, raw := box.distinct()
	t.Logf("%d kills: %d decisions acknowledged, %d lost; audit chain of %d; %d messages sent by the log, %d in the mailboxes under %d identities, %d waiting, %d dead", kills, len(lan.acked), lost, length, sent, raw, ids, live, dead)
	if len(lan.acked) < kills || sent < kills {
		t.Errorf("%d decisions, %d messages: too few to show anything", len(lan.acked), sent)
	}
	if ids != sent || live != 0 || dead != 0 {
		t.Errorf("%d messages sent, %d distinct arrived, %d waiting, %d dead", sent, ids, live, dead)
	}
	if raw-ids > kills {
		t.Errorf("%d mails were repeated by %d kills", raw-ids, kills)
	}
}
