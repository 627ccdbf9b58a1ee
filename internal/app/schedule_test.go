package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/internal/config"
	"langnghe/internal/store"
)

// Five weeks of the schedule, an hour at a time: a backup each night, a trial
// restore each month and, because the second one meets a damaged chunk, again
// the day after; old backups go.
func TestBackupSchedule(t *testing.T) {
	ctx, dir, to := t.Context(), t.TempDir(), filepath.Join(t.TempDir(), "stick")
	key := backup.NewKey()
	if err := backup.SaveKey(KeyPath(dir), key); err != nil {
		t.Fatal(err)
	}
	repo, err := backup.Init(to, key)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Date(2026, 11, 24, 12, 30, 0, 0, calendar.Zone)
	now := begun
	cfg := config.Default()
	cfg.Backup.To, cfg.Backup.Weekly = to, 3
	b := &builder{opts: Options{Config: cfg, DataDir: dir, Version: "v"}, log: quiet, now: func() time.Time { return now }, reg: prometheus.NewRegistry()}
	if b.days, err = cfg.Days(); err != nil {
		t.Fatal(err)
	}
	if b.bus, err = bus.Open(ctx, bus.Options{Dir: filepath.Join(dir, "stream"), Logger: quiet}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.bus.Close() })
	if err := b.declare(ctx); err != nil {
		t.Fatal(err)
	}
	desk, err := store.OpenDesk(ctx, filepath.Join(dir, "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { desk.Close() })
	b.room = newRoom(dir, 0, b.reg)
	k, err := b.backups(map[string]func(context.Context, string) error{"desk.db": desk.Snapshot})
	if err != nil {
		t.Fatal(err)
	}
	// Without room nothing is written, and it is said.
	k.room = func(_ string, need int64) error {
		if need < 1<<12 {
			t.Errorf("a copy is said to take %d bytes", need)
		}
		return store.ErrRoom
	}
	if _, err := k.do(ctx, BackupRequest{Do: "now"}); !errors.Is(err, store.ErrRoom) {
		t.Errorf("a backup without room: %v", err)
	}
	if all, err := repo.List(); err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := os.Stat(b.path(backupScratch)); err == nil {
		t.Error("a copy was begun")
	}
	k.room, k.status = store.Room, BackupStatus{}
	gauge := func() int64 {
		all, err := b.reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			if f.GetName() == "langnghe_backup_last_drill_seconds" {
				return int64(f.GetMetric()[0].GetGauge().GetValue())
			}
		}
		t.Fatal("there is no metric of trial restores")
		return 0
	}
	if gauge() != 0 {
		t.Error("a trial restore is claimed before there was one")
	}
	var saved, good, bad []string
	form := func(at time.Time) string { return at.In(calendar.Zone).Format("02/01 15:04") }
	for ; now.Before(begun.AddDate(0, 0, 33)); now = now.Add(time.Hour) {
		if len(saved) == 1 && len(good) == 0 {
			k.room = func(string, int64) error { return store.ErrRoom }
			if _, err := k.do(ctx, BackupRequest{Do: "drill"}); !errors.Is(err, store.ErrRoom) {
				t.Errorf("a trial restore without room: %v", err)
			}
			k.room, k.status.DrillErr, k.status.DrillFail = store.Room, "", time.Time{}
		}
		was := k.status
		if len(saved) == 31 && was.DrillErr == "" && len(bad) == 0 && now.Hour() == 12 { // before the second trial
			s, err := repo.Latest("")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range s.Files {
				if f.Name == "desk.db" {
					name := f.Chunks[0]
					if err := os.WriteFile(filepath.Join(to, "chunks", name[:2], name), []byte("hỏng"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		err := k.tick(ctx)
		st := k.status
		if st.Last != was.Last {
			saved = append(saved, form(st.Last))
		}
		if st.Drill != was.Drill {
			good = append(good, form(st.Drill))
		}
		if st.DrillFail != was.DrillFail && !st.DrillFail.IsZero() {
			bad = append(bad, form(st.DrillFail))
		}
		if (err != nil) != (st.DrillFail != was.DrillFail && st.DrillErr != "") {
			t.Fatalf("%s: %v", form(now), err)
		}
		if gauge() != max(st.Drill.Unix(), 0) {
			t.Fatalf("%s: the metric says %d, the last trial restore that worked was %s", form(now), gauge(), form(st.Drill))
		}
	}
	var want []string
	want = append(want, form(begun)) // none of the night before
	for d := 1; d <= 32; d++ {
		want = append(want, form(begun.AddDate(0, 0, d).Add(-10*time.Hour)))
	}
	want = append(want, form(begun.AddDate(0, 0, 33).Add(-10*time.Hour)))
	if !slices.Equal(saved, want) {
		t.Errorf("backups at\n%v, want\n%v", saved, want)
	}
	t.Log("trials:", good, bad)
	if len(good) != 2 || len(bad) != 1 || good[0] != form(begun.Add(time.Hour)) {
		t.Errorf("trial restores worked at %v and failed at %v", good, bad)
	}
	all, err := repo.List()
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, s := range all {
		kept = append(kept, form(s.At))
	}
	// Seven days, and the last of each of three weeks.
	if len(kept) < 8 || len(kept) > 10 || !slices.Equal(kept[:7], []string{want[33], want[32], want[31], want[30], want[29], want[28], want[27]}) {
		t.Errorf("kept: %v", kept)
	}
	for i, s := range all {
		if err := repo.Verify(ctx, s); err != nil && i < 2 {
			t.Errorf("%s: %v", form(s.At), err)
		}
	}
}
