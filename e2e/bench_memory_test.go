package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// TestTenThousandResident measures what a process of the released binary holds
// that plays the crawler's role for ten thousand sources on as many hosts,
// after it has read each of them. Linux answers on all of 127.0.0.0/8.
func TestTenThousandResident(t *testing.T) {
	if testing.Short() || os.Getenv("LANGNGHE_SOURCES") == "" {
		t.Skip("LANGNGHE_SOURCES says how many sources; 10000 take minutes")
	}
	var sources int
	if _, err := fmt.Sscan(os.Getenv("LANGNGHE_SOURCES"), &sources); err != nil {
		t.Fatal("LANGNGHE_SOURCES:", err)
	}
	l, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	var mu sync.Mutex
	read := map[string]bool{}
	site := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rss.xml" {
			http.NotFound(w, r)
			return
		}
		var b strings.Builder
		b.WriteString(`<rss version="2.0"><channel><title>x</title>`)
		for i := range 17 {
			fmt.Fprintf(&b, `<item><guid>%d</guid><link>http://%s/%d.html</link><title>Tin %d</title><description>Nội dung tin số %d của trang %s hôm nay.</description></item>`, i, r.Host, i, i, i, r.Host)
		}
		b.WriteString(`</channel></rss>`)
		fmt.Fprint(w, b.String())
		mu.Lock()
		read[r.Host] = true
		mu.Unlock()
	})}
	go site.Serve(l)
	t.Cleanup(func() { site.Close() })
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, MaxPayload: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("nats server not ready")
	}
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })

	var cfg strings.Builder
	cfg.WriteString("crawler: {workers: 64}\nsources:\n")
	port := l.Addr().(*net.TCPAddr).Port
	for i := range sources {
		fmt.Fprintf(&cfg, "  - {id: s%d, name: Trang %d, kind: feed, url: \"http://127.%d.%d.%d:%d/rss.xml\", full_text: true, internal: true, every: 6h, pace: 1ms}\n", i, i, 1+i/62500, 1+i/250%250, 1+i%250, port)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "langnghe.yaml")
	if err := os.WriteFile(name, []byte(cfg.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "serve", "-config", name, "-data", filepath.Join(dir, "data"), "-roles", "crawler", "-nats", srv.ClientURL())
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	begun := time.Now()
	for {
		mu.Lock()
		n := len(read)
		mu.Unlock()
		if n == sources {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("%d of %d sources were read\n%s", n, sources, p.out.String()[:min(4000, len(p.out.String()))])
		}
		time.Sleep(200 * time.Millisecond)
	}
	time.Sleep(5 * time.Second)
	_, rss, most := usage(t, p.cmd.Process.Pid)
	t.Logf("%d sources read in %v: resident %d MB, at most %d MB", sources, time.Since(begun).Round(time.Second), rss>>10, most>>10)
	if most>>10 >= 200 {
		t.Errorf("%d MB resident at most, want less than 200", most>>10)
	}
	p.stop(t)
}
