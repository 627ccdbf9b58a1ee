package disk

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "khoá.pem")
	for _, want := range []string{"một", "một lần nữa, dài hơn", ""} {
		if err := WriteFile(name, []byte(want)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("read %q, %v; want %q", got, err, want)
		}
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := WriteFile(filepath.Join(dir, "no", "folder"), nil); err == nil {
		t.Error("wrote into a folder that is not there")
	}
	// What cannot be put in place leaves nothing behind.
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "taken"), []byte("x")); err == nil {
		t.Error("wrote over a folder")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, Scratch+"*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}
