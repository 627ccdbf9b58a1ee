package e2e

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/config"
)

// TestDiskFull fills the data folder's disk to the last byte while items come
// in. What had been taken in stays, the service says what is the matter, and
// goes on by itself once there is room. The disk is a small one in memory,
// which only root can mount.
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

	// To the last byte, at once and for a while: what others write on a disk.
	filler := filepath.Join(data, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, 1<<16)
	until := time.Now().Add(15 * time.Second)
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
	had := ids(ctx, t, data)
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
	p.stop(t)
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
