package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/review"
)

// posts are residents' posts; each is its own story.
func posts(n int, prefix string) []news.Found {
	var out []news.Found
	for i := range n {
		it := news.Item{
			Kind: "post", Source: "community", Platform: "facebook", URL: fmt.Sprintf("https://mang.example/%s/%d", prefix, i),
			Text:      fmt.Sprintf("Khối %d phường Long Sơn mất nước %d ngày rồi, nghe nói vỡ đập %s, khi mô có nước?", i%20+1, i+2, prefix),
			Published: time.Now().Add(-time.Duration(i) * time.Minute), Observed: time.Now(), Account: fmt.Sprintf("p:%s%d", prefix, i),
		}
		it.ID = fmt.Sprintf("%s%d", prefix, i)
		out = append(out, news.Found{Item: it, Prior: 3, Keep: true})
	}
	return out
}

// What is backed up while items flow comes back on an empty folder: nothing
// acknowledged is missing, what was erased later is erased again, keys of
// pseudonyms are not in it.
func TestBackupRestore(t *testing.T) {
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "stick")
	key := backup.NewKey()
	if err := backup.SaveKey(KeyPath(dir), key); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Init(to, key); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Backup.To = to
	file := filepath.Join(t.TempDir(), "ward.yaml")
	if err := os.WriteFile(file, []byte("profile: thai-hoa-2026\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "rules", "rules"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "rules", "readme.txt"), []byte("của phường"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := (&stand{cfg: cfg}).options(dir)
	o.ConfigFile = file
	svc, stop := start(t, o)
	first := posts(300, "a")
	if err := bus.PublishAll(t.Context(), svc.bus, found, first); err != nil {
		t.Fatal(err)
	}
	// The backup runs while the items flow.
	second := posts(300, "b")
	done := make(chan error, 1)
	go func() {
		for _, f := range second {
			if err := bus.Publish(t.Context(), svc.bus, found, f); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	time.Sleep(300 * time.Millisecond)
	st, err := bus.Ask(t.Context(), svc.bus, AskBackup(dir), BackupRequest{Do: "now", By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("publishing stood still for %s; %+v", st.Held, st.Stats)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if st, err = bus.Ask(t.Context(), svc.bus, AskBackup(dir), BackupRequest{Do: "drill", By: "test"}); err != nil || st.Drill.IsZero() {
		t.Fatalf("the trial restore: %+v, %v", st, err)
	}
	if err := svc.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Erased after the backup; the next backup knows of it.
	gone := first[7].Item.ID
	if err := svc.desk.EraseItem(t.Context(), gone, "xin xóa", review.User{Name: "tuphap", Role: review.Justice}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the item is erased", func() bool {
		_, err := bus.Ask(t.Context(), svc.bus, AskItem, gone)
		return err != nil
	})
	eventually(t, 20*time.Second, "the desk knows", func() bool { w, _ := svc.Pending(t.Context()); return w == 0 })
	old := st.ID
	time.Sleep(1100 * time.Millisecond) // a snapshot's name is its second
	page := pageBackups{&builder{bus: svc.bus, opts: o}}
	if err := page.BackUp(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if b, err := page.Backup(t.Context()); err != nil || b.To != to || b.Snapshots < 2 || b.Bytes == 0 || b.Last.IsZero() || b.Error != "" {
		t.Errorf("the page says %+v, %v", b, err)
	}
	if _, err := Restore(t.Context(), RestoreOptions{From: to, Key: key, DataDir: dir, Replace: true}); err == nil || !strings.Contains(err.Error(), "stop the service") {
		t.Errorf("a restore over a running service: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	// The older backup, on an empty machine.
	fresh := filepath.Join(t.TempDir(), "data")
	got, err := Restore(t.Context(), RestoreOptions{From: to, Key: key, ID: old, DataDir: fresh, By: "test", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if got.Erase != 1 {
		t.Errorf("%d items are to be erased again, want 1", got.Erase)
	}
	for _, name := range []string{"rules/readme.txt", "config.yaml", "backup.key"} {
		if _, err := os.Stat(filepath.Join(fresh, name)); err != nil {
			t.Errorf("%v", err)
		}
	}
	if n := rows(t, filepath.Join(fresh, "crawler.db"), "pseudonym_key"); n != 0 {
		t.Errorf("%d pseudonym keys came back", n)
	}
	// Facts of the time of the backup are in the databases or under way: with
	// the sender repeating the rest, everything is there.
	svc, stop = start(t, (&stand{cfg: config.Default()}).options(fresh))
	if err := bus.PublishAll(t.Context(), svc.bus, found, second); err != nil {
		t.Fatal(err)
	}
	eventually(t, 60*time.Second, "everything that was acknowledged is there", func() bool {
		s, err := bus.Ask(t.Context(), svc.bus, AskIndex, None{})
		return err == nil && s.Items == len(first)+len(second)-1
	})
	if _, err := bus.Ask(t.Context(), svc.bus, AskItem, gone); err == nil {
		t.Error("the erased item is back")
	}
	for _, f := range first {
		if f.Item.ID == gone {
			continue
		}
		if _, err := bus.Ask(t.Context(), svc.bus, AskItem, f.Item.ID); err != nil {
			t.Fatalf("%s is missing: %v", f.Item.URL, err)
		}
	}
	rep, err := bus.Ask(t.Context(), svc.bus, AskAudit, AuditRequest{Verify: true, Limit: 50})
	if err != nil || rep.Verified == 0 {
		t.Fatalf("audit: %+v, %v", rep, err)
	}
	eventually(t, 20*time.Second, "the restore is in the audit log", func() bool {
		rep, err = bus.Ask(t.Context(), svc.bus, AskAudit, AuditRequest{Limit: 50})
		for _, e := range rep.Page.Entries {
			if e.Act == "backup.restored" {
				return true
			}
		}
		return false
	})
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), RestoreOptions{From: to, Key: key, DataDir: fresh}); err == nil || !strings.Contains(err.Error(), "-replace") {
		t.Errorf("a restore over data: %v", err)
	}
	// What a process that was killed has left beside the data is in nobody's
	// way: what is erased here stays erased.
	if err := os.WriteFile(filepath.Join(fresh, "desk.db.erasures"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Restore(t.Context(), RestoreOptions{From: to, Key: key, ID: old, DataDir: fresh, Replace: true, Now: time.Now()})
	if err != nil || again.Erase != 1 || again.Unknown != nil {
		t.Errorf("a restore in place of data: %+v, %v", again, err)
	}
	if _, err := os.Stat(filepath.Join(fresh, beforeRestore, "desk.db")); err != nil {
		t.Errorf("the data that was there: %v", err)
	}
}

// Damaged data does not keep a backup from taking its place, and it is said
// that nobody can tell what was erased in it.
func TestRestoreOverDamage(t *testing.T) {
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "stick")
	key := backup.NewKey()
	if _, err := backup.Init(to, key); err != nil {
		t.Fatal(err)
	}
	if err := backup.SaveKey(KeyPath(dir), key); err != nil {
		t.Fatal(err)
	}
	svc, stop := start(t, (&stand{cfg: config.Default()}).options(dir))
	if _, err := bus.Ask(t.Context(), svc.bus, AskBackup(dir), BackupRequest{Do: "now", To: to}); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "desk.db"), []byte("một ổ đĩa hỏng"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Restore(t.Context(), RestoreOptions{From: to, Key: key, DataDir: dir, Replace: true, Now: time.Now()})
	if err != nil || got.Unknown == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if rows(t, filepath.Join(dir, "desk.db"), "entry") != 0 {
		t.Error("the desk did not come back")
	}
}

// rows counts a table of a database that nobody uses, also one with a log
// beside it.
func rows(t *testing.T, file, table string) int {
	t.Helper()
	n, err := store.Tables(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	return n[table]
}

// A restore that is killed at any point has changed nothing or is finished
// by the next start.
func TestRestoreIsInterrupted(t *testing.T) {
	for cut := range 6 {
		dir := t.TempDir()
		put := func(names ...string) {
			for _, n := range names {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, n)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, n), []byte(filepath.Dir(n)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		put("a.db", "a.db-wal", "b.db", "index/x", "restoring/a.db", "restoring/b.db")
		if cut == 0 { // not ready: nothing happens
			if err := finishRestore(dir, quiet); err != nil {
				t.Fatal(err)
			}
			want(t, dir, map[string]string{"a.db": ".", "a.db-wal": ".", "b.db": ".", "index/x": "index"})
			continue
		}
		if err := ready(filepath.Join(dir, restoring), "index"); err != nil {
			t.Fatal(err)
		}
		// What a process may have done before it was killed.
		for i, step := range []func() error{
			func() error { return os.RemoveAll(filepath.Join(dir, "index")) },
			func() error { return os.MkdirAll(filepath.Join(dir, beforeRestore), 0o700) },
			func() error {
				return os.Rename(filepath.Join(dir, "a.db-wal"), filepath.Join(dir, beforeRestore, "a.db-wal"))
			},
			func() error { return os.Rename(filepath.Join(dir, "a.db"), filepath.Join(dir, beforeRestore, "a.db")) },
			func() error { return os.Rename(filepath.Join(dir, "restoring/a.db"), filepath.Join(dir, "a.db")) },
		} {
			if i < cut {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 2 { // the second time, nothing is left to do
			if err := finishRestore(dir, quiet); err != nil {
				t.Fatal(err)
			}
		}
		want(t, dir, map[string]string{
			"a.db": "restoring", "b.db": "restoring", "before-restore/a.db": ".", "before-restore/a.db-wal": ".", "before-restore/b.db": ".",
		})
	}
}

func want(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	got := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		got[rel] = string(data)
		return err
	})
	if err != nil || !reflect.DeepEqual(got, files) {
		t.Errorf("%v, %v, want %v", got, err, files)
	}
}

// A stick that is not there costs a backup and nothing else, and is said.
func TestBackupWithoutStick(t *testing.T) {
	dir := t.TempDir()
	cfg := config.Default()
	cfg.Backup.To = filepath.Join(t.TempDir(), "not-mounted")
	if err := backup.SaveKey(KeyPath(dir), backup.NewKey()); err != nil {
		t.Fatal(err)
	}
	svc, _ := start(t, (&stand{cfg: cfg}).options(dir))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := bus.Ask(ctx, svc.bus, AskBackup(dir), BackupRequest{Do: "now", By: "test"})
	if err == nil || !strings.Contains(err.Error(), "plugged in") {
		t.Fatalf("backup: %v", err)
	}
	st, err := bus.Ask(ctx, svc.bus, AskBackup(dir), BackupRequest{Do: "status"})
	if err != nil || st.Failed.IsZero() || st.Error == "" {
		t.Errorf("status: %+v, %v", st, err)
	}
	if _, err := os.Stat(cfg.Backup.To); err == nil {
		t.Error("something was written to an empty mount point")
	}
}
