package backup

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func write(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func noise(n int, seed uint64) []byte {
	out := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(seed)}).Read(out) // never fails
	return out
}

// repository makes an empty one.
func repository(t testing.TB) (*Repo, string, Key) {
	t.Helper()
	dir, key := filepath.Join(t.TempDir(), "kho"), NewKey()
	r, err := Init(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	return r, dir, key
}

// Whatever is saved comes back, byte for byte, each snapshot its own state.
func TestWhatIsSavedComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r, _, _ := repository(t)
		from := t.TempDir()
		var states []map[string]string
		for i := range rapid.IntRange(1, 3).Draw(rt, "snapshots") {
			name := rapid.SampledFrom([]string{"a.db", "rules/rules/quy tắc.yaml", "b", "trống"}).Draw(rt, "name")
			size := rapid.SampledFrom([]int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 7}).Draw(rt, "size")
			write(t, from, map[string][]byte{name: noise(size, uint64(i))})
			if _, _, err := r.Save(t.Context(), from, noon.Add(time.Duration(i)*time.Hour), "test", map[string]int{"i": i}); err != nil {
				rt.Fatal(err)
			}
			states = append(states, tree(t, from))
		}
		all, err := r.List()
		if err != nil || len(all) != len(states) {
			rt.Fatalf("%d snapshots of %d, %v", len(all), len(states), err)
		}
		for i, s := range all { // newest first
			to := t.TempDir()
			if err := errors.Join(r.Verify(t.Context(), s), r.Restore(t.Context(), s, to, nil)); err != nil {
				rt.Fatal(err)
			}
			want, got := states[len(states)-1-i], tree(t, to)
			if len(got) != len(want) {
				rt.Fatalf("%d files of %d", len(got), len(want))
			}
			for name, data := range want {
				if got[name] != data {
					rt.Fatalf("%s differs", name)
				}
			}
		}
	})
}

// What has not changed is not written again, and nobody can read it.
func TestIncrementalAndEncrypted(t *testing.T) {
	r, dir, key := repository(t)
	from := t.TempDir()
	secret := bytes.Repeat([]byte("bà con khối Long Sơn nói nước đục "), 40_000)
	copy(secret, noise(900, 9))
	write(t, from, map[string][]byte{"indexer.db": secret})
	if _, st, err := r.Save(t.Context(), from, noon, "test", nil); err != nil || st.NewChunks != st.Chunks {
		t.Fatalf("%+v, %v", st, err)
	}
	secret[len(secret)/2] ^= 1
	write(t, from, map[string][]byte{"indexer.db": secret})
	_, st, err := r.Save(t.Context(), from, noon.Add(time.Hour), "test", nil)
	if err != nil || st.NewChunks != 1 || st.Chunks < 6 {
		t.Errorf("one byte changed: %+v, %v", st, err)
	}
	for name, data := range tree(t, dir) {
		if strings.Contains(data, "Long Sơn") || strings.Contains(data, "indexer.db") || strings.Contains(data, key.String()) {
			t.Errorf("%s can be read without the key", name)
		}
	}
	if _, err := Open(dir, NewKey()); !errors.Is(err, ErrKey) {
		t.Errorf("another key: %v", err)
	}
	if s, _, err := r.Save(t.Context(), from, noon, "test", nil); err != nil || s.ID != "20261124T120001Z" {
		t.Errorf("the same second twice: %s, %v", s.ID, err)
	}
}

// Damage is found, named, and mended by the next backup.
func TestDamage(t *testing.T) {
	r, dir, _ := repository(t)
	from := t.TempDir()
	write(t, from, map[string][]byte{"a.db": noise(2*chunkSize, 1), "b.db": noise(100, 2)})
	s, _, err := r.Save(t.Context(), from, noon, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	file := r.chunkFile(s.Files[0].Chunks[1])
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0x10
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(t.Context(), s); err == nil || !strings.Contains(err.Error(), "a.db") || strings.Contains(err.Error(), "b.db") {
		t.Errorf("a flipped bit: %v", err)
	}
	if err := r.Restore(t.Context(), s, t.TempDir(), nil); err == nil {
		t.Error("a damaged backup was restored")
	}
	if _, _, err := r.Save(t.Context(), from, noon.Add(time.Hour), "test", nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(t.Context(), s); err != nil {
		t.Errorf("the next backup did not mend it: %v", err)
	}
	// Chunks exchanged for one another.
	a, b := r.chunkFile(s.Files[0].Chunks[0]), r.chunkFile(s.Files[0].Chunks[1])
	if err := errors.Join(os.Rename(a, a+"x"), os.Rename(b, a), os.Rename(a+"x", b)); err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(t.Context(), s); err == nil {
		t.Error("exchanged chunks were not noticed")
	}
	// A snapshot that cannot be read stops pruning: its chunks may be needed.
	if err := os.WriteFile(r.snapshotFile(s.ID), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Prune(t.Context(), Keep{Daily: 1}); err == nil || !strings.Contains(err.Error(), s.ID) {
		t.Errorf("prune: %v", err)
	}
	if all, err := r.List(); len(all) != 1 || err == nil {
		t.Errorf("list: %d, %v", len(all), err)
	}
	if _, err := os.Stat(filepath.Join(dir, "chunks")); err != nil {
		t.Error(err)
	}
}

func TestPrune(t *testing.T) {
	r, dir, _ := repository(t)
	from := t.TempDir()
	for i := range 24 {
		write(t, from, map[string][]byte{"a.db": noise(500, uint64(i))})
		if _, _, err := r.Save(t.Context(), from, noon.AddDate(0, 0, i), "test", nil); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, map[string][]byte{"snapshots/.tmp-1": nil, "chunks/ab/.tmp-2": nil})
	removed, freed, err := r.Prune(t.Context(), Keep{Daily: 4, Weekly: 3})
	if err != nil || freed == 0 {
		t.Fatal(freed, err)
	}
	all, err := r.List()
	// The newest of each week is the week's last day: the current week's is
	// among the daily ones.
	if err != nil || len(all)+len(removed) != 24 || len(all) < 5 || len(all) > 6 {
		t.Errorf("%d stay, %v", len(all), err)
	}
	for _, s := range all {
		if err := r.Verify(t.Context(), s); err != nil {
			t.Errorf("pruning broke a backup: %v", err)
		}
	}
	for name := range tree(t, dir) {
		if strings.Contains(name, ".tmp-") {
			t.Errorf("%s is left", name)
		}
	}
	if n := len(tree(t, filepath.Join(dir, "chunks"))); n != len(all) {
		t.Errorf("%d chunks for %d snapshots", n, len(all))
	}
}

// A stick that is not plugged in is an empty folder.
func TestNoRepository(t *testing.T) {
	if _, err := Open(t.TempDir(), NewKey()); !errors.Is(err, ErrNone) {
		t.Errorf("an empty folder: %v", err)
	}
	r, dir, key := repository(t)
	if again, err := Init(dir, key); err != nil || again == nil {
		t.Errorf("init twice: %v", err)
	}
	if _, err := Init(dir, NewKey()); !errors.Is(err, ErrKey) {
		t.Errorf("init with another key: %v", err)
	}
	unlock, err := r.lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, _, err := r.Save(t.Context(), t.TempDir(), noon, "", nil); !errors.Is(err, ErrBusy) {
		t.Errorf("two at a time: %v", err)
	}
	if _, err := r.Latest("../../etc/passwd"); err == nil {
		t.Error("a path is no snapshot")
	}
	if err := r.Restore(t.Context(), Snapshot{Files: []File{{Name: "../x"}}}, t.TempDir(), nil); err == nil {
		t.Error("a file outside of the folder")
	}
}

func TestKeyOnPaper(t *testing.T) {
	k := NewKey()
	for _, s := range []string{k.String(), strings.ToLower(k.String()), strings.ReplaceAll(k.String(), "-", " ") + "\n", strings.NewReplacer("O", "0", "I", "1", "B", "8").Replace(k.String())} {
		if got, err := ParseKey(s); err != nil || got != k {
			t.Errorf("%q: %v", s, err)
		}
	}
	s := []byte(k.String())
	s[7] = "AB"[b2i(s[7] == 'A')]
	if _, err := ParseKey(string(s)); err == nil {
		t.Error("a wrong letter was not noticed")
	}
	for _, s := range []string{"", "xyz", k.String()[:40]} {
		if _, err := ParseKey(s); err == nil {
			t.Errorf("%q is a key", s)
		}
	}
	file := filepath.Join(t.TempDir(), "k")
	if err := SaveKey(file, k); err != nil {
		t.Fatal(err)
	}
	if err := SaveKey(file, NewKey()); err == nil {
		t.Error("a key was overwritten")
	}
	if got, err := LoadKey(file); err != nil || got != k {
		t.Error(err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v", info.Mode())
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func FuzzParseKey(f *testing.F) {
	f.Add(NewKey().String())
	f.Add("A-B")
	f.Fuzz(func(t *testing.T, s string) {
		if k, err := ParseKey(s); err == nil {
			if again, err := ParseKey(k.String()); err != nil || again != k {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}
