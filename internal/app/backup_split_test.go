package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// A split service is backed up while it runs, at the time of the
// configuration: all roles at one instant, each into its own place under the
// same name. What was published before is in the facts under way or in its
// listener's copy, and restored on an empty stream nothing is missing.
func TestBackupOfRunningRoles(t *testing.T) {
	url, base, stick := natsServer(t), t.TempDir(), filepath.Join(t.TempDir(), "stick")
	cfg := config.Default()
	cfg.Backup.To = stick
	key := backup.NewKey()
	dir := func(base, role string) string { return filepath.Join(base, role) }
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	run := func(base, url string) (map[string]*Service, map[string]func() error) {
		svcs, stops := map[string]*Service{}, map[string]func() error{}
		for _, role := range Roles {
			o := (&stand{cfg: cfg}).options(dir(base, role), role)
			o.NATS, o.Manual, o.Now = url, true, now
			svcs[role], stops[role] = start(t, o)
		}
		for _, role := range Roles {
			if err := svcs[role].answering(t.Context(), Roles); err != nil {
				t.Fatal(err)
			}
		}
		return svcs, stops
	}
	for _, role := range Roles {
		if err := os.MkdirAll(dir(base, role), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := backup.SaveKey(KeyPath(dir(base, role)), key); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Init(dir(stick, role), key); err != nil {
			t.Fatal(err)
		}
	}
	svcs, stops := run(base, url)
	tick := func(role string) error {
		t.Helper()
		i := slices.IndexFunc(svcs[role].steps, func(s step) bool { return s.name == "backup" })
		return svcs[role].steps[i].run(t.Context())
	}
	repo := func(role string) *backup.Repo {
		t.Helper()
		r, err := backup.Open(dir(stick, role), key)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	// Not before everything had time to start.
	if err := tick("desk"); err != nil {
		t.Fatal(err)
	}
	if all, err := repo("desk").List(); err != nil || len(all) != 0 {
		t.Fatalf("%d backups at the start, %v", len(all), err)
	}
	first, more := posts(200, "a"), posts(200, "b")
	if err := bus.PublishAll(t.Context(), svcs["crawler"].bus, found, first); err != nil {
		t.Fatal(err)
	}
	flow := make(chan error, 1)
	go func() { // it goes on while the backup is made
		for _, f := range more {
			if err := bus.Publish(t.Context(), svcs["crawler"].bus, found, f); err != nil {
				flow <- err
				return
			}
		}
		flow <- nil
	}()
	ahead.Store(int64(24 * time.Hour))                       // the night has come
	for _, role := range []string{"rules", "desk", "desk"} { // only the desk calls, and once
		if err := tick(role); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-flow; err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var round string
	for _, role := range Roles {
		all, err := repo(role).List()
		if err != nil || len(all) != 1 {
			t.Fatalf("%s has %d backups, %v", role, len(all), err)
		}
		var note BackupNote
		if err := json.Unmarshal(all[0].Note, &note); err != nil || note.Round == "" || round != "" && note.Round != round || len(note.Tables) != 1 {
			t.Errorf("%s: %+v, %v", role, note, err)
		}
		ids[all[0].ID], round = true, note.Round
		if _, err := os.Stat(filepath.Join(dir(base, role), backupScratch)); err == nil {
			t.Errorf("%s has its copy still", role)
		}
	}
	if len(ids) != 1 {
		t.Errorf("the backups of one time have the names %v", ids)
	}
	// One that asks in the middle of another is told so; one that is missing is named.
	if err := stops["rules"](); err != nil {
		t.Fatal(err)
	}
	_, err := bus.Ask(t.Context(), svcs["alerts"].bus, AskBackup(dir(base, "alerts")), BackupRequest{Do: "now", By: "test"})
	if err == nil || !strings.Contains(err.Error(), "not running: rules") {
		t.Errorf("a backup without the rules: %v", err)
	}
	for _, stop := range stops {
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}

	fresh := t.TempDir()
	for _, role := range Roles {
		if _, err := Restore(t.Context(), RestoreOptions{From: dir(stick, role), Key: key, DataDir: dir(fresh, role), By: "test", Now: now()}); err != nil {
			t.Fatalf("%s: %v", role, err)
		}
	}
	cfg.Backup.To = ""
	svcs, _ = run(fresh, natsServer(t))
	// The crawler does not know of what came after; it finds it again.
	if err := bus.PublishAll(t.Context(), svcs["crawler"].bus, found, more); err != nil {
		t.Fatal(err)
	}
	eventually(t, 60*time.Second, "everything is there", func() bool {
		s, err := bus.Ask(t.Context(), svcs["indexer"].bus, AskIndex, None{})
		return err == nil && s.Items == len(first)+len(more)
	})
	for _, f := range first {
		if _, err := bus.Ask(t.Context(), svcs["desk"].bus, AskItem, f.Item.ID); err != nil {
			t.Fatalf("%s is missing: %v", f.Item.URL, err)
		}
	}
}

// A member that nobody calls any more publishes again, and a step that comes
// too late is refused: the copies of that round are not kept.
func TestRoundIsGivenUp(t *testing.T) {
	url, dir, stick := natsServer(t), t.TempDir(), filepath.Join(t.TempDir(), "stick")
	key := backup.NewKey()
	if err := errors.Join(backup.SaveKey(KeyPath(dir), key), func() error { _, err := backup.Init(stick, key); return err }()); err != nil {
		t.Fatal(err)
	}
	o := (&stand{cfg: config.Default()}).options(dir, "desk")
	o.NATS, o.Manual = url, true
	svc, stop := start(t, o)
	if err := svc.answering(t.Context(), []string{"desk"}); err != nil {
		t.Fatal(err)
	}
	me, err := bus.AskEach(t.Context(), svc.bus, askMembers, None{}, time.Second)
	if err != nil || len(me) != 1 {
		t.Fatalf("%v, %v", me, err)
	}
	do := func(step, round string) error {
		_, err := bus.Ask(t.Context(), svc.bus, askRound(me[0].ID), RoundRequest{Do: step, Round: round, To: stick, At: time.Now()})
		return err
	}
	publish := func() chan error {
		done := make(chan error, 1)
		go func() {
			done <- bus.Publish(t.Context(), svc.bus, audited, news.Audit{ID: fmt.Sprint(time.Now().UnixNano()), At: time.Now(), Who: "t", Act: "t"})
		}()
		return done
	}
	if err := do("hold", "1"); err != nil {
		t.Fatal(err)
	}
	held := publish()
	if err := do("hold", "2"); err == nil {
		t.Error("two rounds at a time")
	}
	if err := do("drop", "2"); err != nil { // another's
		t.Error(err)
	}
	if err := errors.Join(do("list", "1"), do("copy", "1")); err != nil {
		t.Error(err)
	}
	select {
	case err := <-held:
		t.Errorf("published while it is held: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if err := do("drop", "1"); err != nil { // as the timer does
		t.Error(err)
	}
	if err := <-held; err != nil {
		t.Error(err)
	}
	for _, step := range []string{"release", "keep"} {
		if err := do(step, "1"); err == nil || !strings.Contains(err.Error(), "given up") {
			t.Errorf("%s after it was given up: %v", step, err)
		}
	}
	// The next one works, and a process that stops in one lets go of it.
	if err := errors.Join(do("hold", "3"), do("list", "3"), do("copy", "3"), do("release", "3"), do("keep", "3"), do("hold", "4")); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	r, err := backup.Open(stick, key)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := r.List(); err != nil || len(all) != 1 {
		t.Errorf("%d backups, %v", len(all), err)
	}
}

// Copies from before a restore or an upgrade hold the words of an item that is
// erased, in the folder of every role.
func TestErasureDropsCopies(t *testing.T) {
	url, base := natsServer(t), t.TempDir()
	var svc *Service
	for _, role := range Roles {
		dir := filepath.Join(base, role)
		for _, name := range []string{beforeRestore, filepath.Join(store.BeforeUpgrade, "0001-01234567")} {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		o := (&stand{cfg: config.Default()}).options(dir, role)
		o.NATS, o.Manual = url, true
		svc, _ = start(t, o)
	}
	if err := bus.Publish(t.Context(), svc.bus, erased, news.Erased{ID: "a", Reason: "xin xóa", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, role := range Roles {
		eventually(t, 20*time.Second, role+" has let go of its copies", func() bool {
			left, err := filepath.Glob(filepath.Join(base, role, "before-*", "*"))
			_, gone := os.Stat(filepath.Join(base, role, beforeRestore))
			return err == nil && len(left) == 0 && errors.Is(gone, os.ErrNotExist)
		})
	}
}

// What stands over the pages of a split service is also what its other
// processes have to say, each once, with who says it.
func TestWarningsOfOtherProcesses(t *testing.T) {
	url := natsServer(t)
	dir := t.TempDir()
	o := (&stand{cfg: config.Default()}).options(dir, "crawler")
	o.NATS, o.Manual = url, true
	svc, _ := start(t, o)
	if err := svc.answering(t.Context(), []string{"crawler"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, OffFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	desk := &builder{bus: svc.bus, me: "desk"}
	eventually(t, 10*time.Second, "the desk says that the crawler listens to nothing", func() bool {
		if err := desk.hearOthers(t.Context()); err != nil {
			t.Fatal(err)
		}
		w := desk.warnings()
		return len(w) == 1 && strings.HasPrefix(w[0].VI, "crawler: ") && strings.HasPrefix(w[0].EN, "crawler: ")
	})
	same := news.Text{VI: "a", EN: "b"}
	desk.elsewhere.said = []Notice{{ID: "1", Roles: []string{"rules"}, Warn: []news.Text{same}}, {ID: "2", Roles: []string{"alerts"}, Warn: []news.Text{same}}}
	if w := desk.warnings(); len(w) != 1 || w[0].EN != "rules: b" {
		t.Errorf("%+v", w)
	}
	desk.warn = append(desk.warn, func() (news.Text, bool) { return same, true })
	if w := desk.warnings(); len(w) != 1 || w[0] != same {
		t.Errorf("%+v", w)
	}
}
