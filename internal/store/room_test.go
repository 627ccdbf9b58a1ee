package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An upgrade whose copy would fill the disk is refused before anything is
// written, with what to do; with room it goes on.
func TestUpgradeWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rules.db")
	older(t, file, "rules")
	was := free
	t.Cleanup(func() { free = was })
	size, err := Size(file)
	if err != nil || size == 0 {
		t.Fatalf("%d, %v", size, err)
	}
	free = func(string) (uint64, error) { return uint64(size) + spare - 1, nil }
	d, err := open(context.Background(), file, "rules")
	if err == nil {
		d.Close()
	}
	if !errors.Is(err, ErrRoom) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("the upgrade: %v", err)
	}
	if got, _ := filepath.Glob(filepath.Join(dir, BeforeUpgrade, "*", "*")); len(got) > 0 {
		t.Errorf("%v were written", got)
	}
	free = func(string) (uint64, error) { return uint64(size) + spare + 1<<20, nil }
	if d, err = open(context.Background(), file, "rules"); err == nil {
		d.Close()
	} else if errors.Is(err, ErrRoom) { // the migration itself fails: its table is there
		t.Error(err)
	}
	if got, _ := filepath.Glob(filepath.Join(dir, BeforeUpgrade, "*", "rules.db")); len(got) != 1 {
		t.Errorf("copies: %v", got)
	}
	free = func(string) (uint64, error) { return 0, os.ErrInvalid }
	if err := Room(dir, 1<<40); err != nil {
		t.Errorf("a disk that cannot be measured: %v", err)
	}
}
