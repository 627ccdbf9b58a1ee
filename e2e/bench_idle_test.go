package e2e

import (
	"crypto/sha256"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/bus"
)

// A quietSite is one of many papers: a feed of twenty articles with their
// pages, and now and then a new one. It knows ETags, as most sites do.
type quietSite struct {
	n     int
	every time.Duration // between two articles
	begun time.Time

	mu   sync.Mutex
	asks int
}

func (s *quietSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asks++
	s.mu.Unlock()
	newest := 20 + int(time.Since(s.begun)/s.every)
	text := func(i int) string {
		sum := sha256.Sum256(fmt.Append(nil, s.n, i))
		var b strings.Builder
		for k := range 160 {
			b.WriteString(words[int(sum[k%32]+byte(k))%len(words)] + " ")
		}
		return fmt.Sprintf("Tin số %d của báo %d. Ở phường Thái Hòa %s.", i, s.n, b.String())
	}
	var i int
	if _, err := fmt.Sscanf(r.URL.Path, "/bai/%d.html", &i); err == nil {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><head><title>Tin số %d</title></head><body><nav>%s</nav><article><h1>Tin số %d</h1><p>%s</p></article><aside>%s</aside></body></html>`,
			i, strings.Repeat(`<a href="/x">mục</a> `, 200), i, html.EscapeString(text(i)), strings.Repeat(`<a href="/y">bài khác</a> `, 200))
		return
	}
	if r.URL.Path != "/rss" {
		http.NotFound(w, r)
		return
	}
	tag := fmt.Sprintf(`"%d"`, newest)
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Báo %d</title><link>http://%s/</link>`, s.n, r.Host)
	for i := newest; i > newest-20; i-- {
		at := s.begun.Add(time.Duration(i-20) * s.every)
		fmt.Fprintf(w, `<item><title>Tin số %d</title><link>http://%s/bai/%d.html</link><pubDate>%s</pubDate></item>`, i, r.Host, i, at.Format(time.RFC1123Z))
	}
	fmt.Fprint(w, `</channel></rss>`)
}

// usage reads what a process has used: processor time, resident memory now and
// at most, in kB.
func usage(t *testing.T, pid int) (cpu time.Duration, rss, most int) {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
	for _, s := range f[11:13] { // utime, stime, in hundredths of a second
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		cpu += time.Duration(n) * 10 * time.Millisecond
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "VmRSS: %d kB", &rss)
		_, _ = fmt.Sscanf(line, "VmHWM: %d kB", &most)
	}
	return cpu, rss, most
}

// TestIdle measures what the service takes of a machine that has nothing to do
// but to listen: fifty sources on fifty hosts, each with an article in half an
// hour, read as often as the service itself decides. It runs only when
// LANGNGHE_BENCH_IDLE says for how long ("5m").
func TestIdle(t *testing.T) {
	d, err := time.ParseDuration(os.Getenv("LANGNGHE_BENCH_IDLE"))
	if err != nil {
		t.Skip("LANGNGHE_BENCH_IDLE says for how long to measure, 5m (make bench-idle)")
	}
	const sources = 50
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("sources:\n")
	var sites []*quietSite
	for i := range sources {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.1.%d:0", i+1))
		if err != nil {
			t.Skipf("no further loopback address: %v", err)
		}
		s := &quietSite{n: i, every: 30 * time.Minute, begun: time.Now()}
		srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: s}}
		srv.Start()
		defer srv.Close()
		sites = append(sites, s)
		fmt.Fprintf(&text, "  - {id: bao-%d, name: Báo %d, url: %q, prior: 1, internal: true}\n", i, i, srv.URL+"/rss")
	}
	cfg, data := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "data")
	if err := os.WriteFile(cfg, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
	if err := up(t.Context(), addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	begun := time.Now()
	eventually(t, t.Context(), "the first round", func() bool { return count(t.Context(), t, data) >= 20*sources }, p)
	took := time.Since(begun)
	client := bus.Dial(app.SocketPath(data))
	eventually(t, t.Context(), "everything has passed", func() bool {
		c, err := bus.Ask(t.Context(), client, app.AskCondition(data), app.None{})
		return err == nil && c.Waiting == 0
	}, p)
	time.Sleep(10 * time.Second)
	asked := func() (n int) {
		for _, s := range sites {
			s.mu.Lock()
			n += s.asks
			s.mu.Unlock()
		}
		return n
	}
	first, _, _ := usage(t, p.cmd.Process.Pid)
	asks, sum, samples, begun := asked(), 0, 0, time.Now()
	for time.Since(begun) < d {
		time.Sleep(5 * time.Second)
		_, rss, _ := usage(t, p.cmd.Process.Pid)
		sum, samples = sum+rss, samples+1
	}
	last, _, most := usage(t, p.cmd.Process.Pid)
	share := (last - first).Seconds() / time.Since(begun).Seconds() * 100
	t.Logf("first round: %d items in %v, %.1f s of processor", 20*sources, took.Round(time.Second), first.Seconds())
	t.Logf("idle for %v with %d sources, %d requests: %.2f s of processor, %.2f %% of a core (wanted: 2); resident %d MB on average, %d MB at most since the start (wanted: 250)",
		time.Since(begun).Round(time.Second), sources, asked()-asks, (last - first).Seconds(), share, sum/samples>>10, most>>10)
	p.stop(t)
}
