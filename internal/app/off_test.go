package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/demo"
)

// TestOffSwitch: with the file in the data folder nothing is read and pages
// say so; without it everything goes on.
func TestOffSwitch(t *testing.T) {
	s := newStand(t)
	dir := t.TempDir()
	file := filepath.Join(dir, OffFile)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	svc, _ := start(t, s.options(dir))
	s.world.Add(demo.Piece{ID: "zz-off", Site: "community", By: "u1", Text: dam})
	time.Sleep(2 * time.Second)
	if _, ok := find(t, svc.desk, "zz-off"); ok {
		t.Error("it was read although the service is off")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the post in the inbox", func() bool { _, ok := find(t, svc.desk, "zz-off"); return ok })
	sw := offSwitch{file: file}
	if _, off := sw.warning(); off {
		t.Error("a switch without its file says that it is off")
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sw.looked.Store(0)
	if text, off := sw.warning(); !off || !strings.Contains(text.VI, file) || !strings.Contains(text.EN, file) {
		t.Errorf("the warning: %v %v", off, text)
	}
}
