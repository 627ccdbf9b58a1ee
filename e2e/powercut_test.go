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
	"testing"
	"time"
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
		items: map[string]bool{}, gone: map[string]bool{}, decided: map[string]string{},
		browser: &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		died:    disk.cut,
	}
	w.configure(site.URL)
	w.start()
	t.Cleanup(func() { w.p.kill() }) // before the disk is taken away
	w.settle(60)
	stop := w.load(page, 100*time.Millisecond)
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
	stop()
	want := page.len() - len(w.gone)
	eventually(t, ctx, "everything that was published", func() bool { return count(ctx, t, w.data) >= want }, w.p)
	if n := count(ctx, t, w.data); n != want {
		t.Errorf("%d items of %d", n, want)
	}
	w.look()
	did := disk.count()
	t.Logf("%d cuts; %d fsyncs; of what was not synced %d pieces were lost and %d kept, %d changes of names taken back; %d items, %d decisions are there",
		times*len(turns), did.Syncs, did.Lost, did.Kept, did.Undone, want, len(w.decided))
	if did.Lost == 0 {
		t.Error("no cut has lost anything: it proves nothing")
	}
}
