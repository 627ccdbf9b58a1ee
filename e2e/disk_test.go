package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/config"
)

// TestDiskFull fills the data folder's disk to the last byte while items come
// in and a reviewer decides. What had been taken in or acknowledged stays, the
// service says what is the matter over every page, and goes on by itself once
// there is room. The disk is a small one in memory, which only root can mount.
func TestDiskFull(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=192m,mode=0700"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	page := newPage()
	site := httptest.NewServer(page)
	defer site.Close()
	cfg := filepath.Join(t.TempDir(), "langnghe.yaml")
	text := fmt.Sprintf(`
limits: {free_mb: 24}
sources:
  - {id: community, name: Trang mẫu, kind: feed, url: "%s/rss.xml", items: post, platform: forum, prior: 3, full_text: true, internal: true, every: 100ms, pace: 1ms}
`, site.URL)
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	addr := freeAddr(t)
	p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				page.add()
			}
		}
	}()
	eventually(t, ctx, "items come in", func() bool { return count(ctx, t, data) > 20 }, p)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &ward{t: t, ctx: ctx, data: data, addr: addr, p: p, decided: map[string]string{}, browser: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	w.hire("hoa")
	eventually(t, ctx, "the first case", func() bool { return w.decide() == nil && len(w.decided) > 0 }, p)
	banner := func() bool {
		resp, err := w.browser.Get("http://" + addr + "/account")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		return err == nil && strings.Contains(string(page), "Ổ đĩa gần đầy")
	}
	if banner() {
		t.Error("the banner stands over the pages of a disk with room")
	}

	// Nearly full: nothing new is taken in, people go on deciding.
	filler := filepath.Join(data, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, 1<<16)
	for {
		var st syscall.Statfs_t
		if err := syscall.Statfs(data, &st); err != nil {
			t.Fatal(err)
		}
		if st.Bavail*uint64(st.Bsize) < 20<<20 {
			break
		}
		if _, err := f.Write(buf); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, ctx, "the banner of a disk that is nearly full", banner, p)
	time.Sleep(2 * time.Second) // what was on its way arrives
	paused, had0 := count(ctx, t, data), len(w.decided)
	for begun := time.Now(); len(w.decided) < had0+2 && time.Since(begun) < 10*time.Second; time.Sleep(50 * time.Millisecond) {
		if err := w.decide(); err != nil {
			t.Errorf("a decision on a disk that is nearly full: %v", err)
		}
	}
	if len(w.decided) < had0+2 {
		t.Errorf("%d decisions while nothing new is taken in, want 2", len(w.decided)-had0)
	}
	if n := count(ctx, t, data); n != paused {
		t.Errorf("%d items were taken in on a disk that is nearly full", n-paused)
	}

	// To the last byte, at once and for a while: what others write on a disk.
	until, refused, seen := time.Now().Add(15*time.Second), 0, false
	var deciding sync.WaitGroup
	deciding.Go(func() {
		for time.Now().Before(until) {
			if w.decide() != nil { // what cannot be kept is not acknowledged
				refused++
			}
			seen = seen || banner()
			time.Sleep(50 * time.Millisecond)
		}
	})
	for time.Now().Before(until) {
		if _, err := f.Write(buf); err != nil {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			if len(buf) > 1 {
				buf = buf[:len(buf)/2]
			} else {
				time.Sleep(20 * time.Millisecond)
				buf = make([]byte, 1<<12)
			}
		}
	}
	deciding.Wait()
	had := ids(ctx, t, data)
	t.Logf("%d decisions were acknowledged, %d refused while it was full; %d items", len(w.decided), refused, len(had))
	if !seen {
		t.Error("no page said that the disk is nearly full")
	}
	eventually(t, ctx, "the service says so", func() bool { return strings.Contains(p.out.String(), "room on the disk") }, p)
	if err := up(ctx, addr); err != nil {
		t.Errorf("the desk does not answer on a full disk: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	before := page.len()
	eventually(t, ctx, "it goes on by itself, with everything that was published meanwhile", func() bool { return count(ctx, t, data) >= before }, p)
	now := ids(ctx, t, data)
	for id := range had {
		if !now[id] {
			t.Errorf("%s was there and is gone", id)
		}
	}
	eventually(t, ctx, "the banner is gone", func() bool { return !banner() }, p)
	if err := w.decide(); err != nil {
		t.Errorf("a decision after it: %v", err)
	}
	p.stop(t)
	decided, cases := w.kept(ctx)
	for entry, id := range w.decided {
		if !decided[entry] || !cases[id] {
			t.Errorf("the decision of entry %s, or its case %s, was acknowledged and is lost", entry, id)
		}
	}
	err = app.With(ctx, app.Options{Config: config.Default(), DataDir: data, Roles: []string{"indexer", "desk"}, Log: slog.New(slog.DiscardHandler)}, func(ctx context.Context, a bus.Asker) error {
		_, err := bus.Ask(ctx, a, app.AskAudit, app.AuditRequest{Verify: true})
		return err
	})
	if err != nil {
		t.Errorf("the audit log: %v", err)
	}
}

// ids lists the items that a running service holds.
func ids(ctx context.Context, t *testing.T, data string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	q := indexer.ItemsQuery{Limit: 500}
	client := bus.Dial(app.SocketPath(data))
	for {
		items, err := bus.Ask(ctx, client, app.AskItems, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items.Items {
			out[it.ID] = true
		}
		if items.Next == "" {
			return out
		}
		q.Cursor = items.Next
	}
}

func eventually(t *testing.T, ctx context.Context, what string, f func() bool, p *process) {
	t.Helper()
	for !f() {
		if ctx.Err() != nil {
			t.Fatalf("%s: not in time\n%s", what, p.out.String())
		}
		time.Sleep(200 * time.Millisecond)
	}
}
