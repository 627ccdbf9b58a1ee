//go:build linux

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/backup"
)

// TestPowerCut cuts the power again and again: the service dies, and of what it
// had written the disk keeps what was synced and random pieces of the rest.
// Data folder and backups lie on that disk. It happens while items come in and
// a reviewer decides, in the middle of backups, reindexing, restores and
// upgrades; each time the service starts again by itself with every item,
// account, decision and case that had been acknowledged. LANGNGHE_CUTS says how
// many times each; the default is a few, and needs root for the disk.
func TestPowerCut(t *testing.T) {
	times := 2
	if s := os.Getenv("LANGNGHE_CUTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("LANGNGHE_CUTS=%q is no number", s)
		}
		times = n
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 3))
	disk := newLazyDisk(t, seed)
	page := newPage()
	for range 60 {
		page.add()
	}
	site := httptest.NewServer(page)
	defer site.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+time.Duration(times)*time.Minute)
	defer cancel()
	dir := t.TempDir()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &ward{
		t: t, ctx: ctx, rng: rng, dir: dir, cfg: filepath.Join(dir, "langnghe.yaml"), data: filepath.Join(disk.at, "data"), stick: filepath.Join(disk.at, "stick"),
		items: map[string]bool{}, decided: map[string]string{},
		browser: &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		died:    disk.cut,
	}
	text := fmt.Sprintf(`
backup: {to: %q, no_drill: true}
sources:
  - {id: community, name: Trang mẫu, kind: feed, url: "%s/rss.xml", items: post, platform: forum, prior: 3, full_text: true, internal: true, every: 200ms, pace: 1ms}
`, w.stick, site.URL)
	if err := os.WriteFile(w.cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	t.Cleanup(func() { w.p.kill() }) // before the disk is taken away
	if out, err := w.command("backup", "init", "-config", w.cfg, "-data", w.data); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if w.key, err = backup.LoadKey(app.KeyPath(w.data)); err != nil {
		t.Fatal(err)
	}
	w.hire("hoa")
	eventually(t, ctx, "the first items", func() bool { return count(ctx, t, w.data) >= 60 }, w.p)
	eventually(t, ctx, "the first case", func() bool { return w.decide() == nil && len(w.decided) > 0 }, w.p)

	stop := make(chan struct{})
	var load sync.WaitGroup
	load.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				if page.len() < 450 { // a feed is read to its 500th entry
					page.add()
				}
			}
		}
	})
	cutWork := func() {
		w.busy(func() {
			time.Sleep(w.soon(2 * time.Second))
			w.p.kill()
		})
		w.start()
	}
	turns := []struct {
		name string
		f    func()
	}{{"work", cutWork}, {"work", cutWork}, {"backup", w.killBackup}, {"reindex", w.killReindex}, {"restore", w.killRestore}, {"upgrade", w.killUpgrade}}
	for i := range times {
		for k, turn := range turns {
			w.learn(fmt.Sprintf("%s-%d-%d", turn.name, k, i))
			turn.f()
			w.look()
			if t.Failed() {
				t.Fatalf("after %s, round %d\n%s", turn.name, i+1, w.p.out.String())
			}
		}
	}
	close(stop)
	load.Wait()
	eventually(t, ctx, "everything that was published", func() bool { return count(ctx, t, w.data) >= page.len() }, w.p)
	if n := count(ctx, t, w.data); n != page.len() {
		t.Errorf("%d items of %d", n, page.len())
	}
	w.look()
	did := disk.count()
	t.Logf("%d cuts; %d fsyncs; of what was not synced %d pieces were lost and %d kept, %d changes of names taken back; %d items, %d decisions are there",
		times*len(turns), did.Syncs, did.Lost, did.Kept, did.Undone, page.len(), len(w.decided))
	if did.Lost == 0 {
		t.Error("no cut has lost anything: it proves nothing")
	}
}
