// Package backup keeps encrypted, incremental copies of a folder in another
// folder: a disk, a USB stick, a share.
//
// A repository holds chunks and snapshots. A file is cut into chunks of 256
// KiB; a chunk is compressed, encrypted (XChaCha20-Poly1305) and stored under
// a keyed hash of its content, so what has not changed since the last snapshot
// is stored once and a reader without the key learns sizes and times alone. A
// snapshot is an encrypted list of files and their chunks.
//
// Every file of a repository is written beside its place, synced and renamed:
// a crash or a pulled stick leaves no torn file, only a snapshot that does not
// exist. A snapshot appears after its chunks and disappears before them.
//
// A folder becomes a repository by [Init] alone. The file that it leaves says
// that the stick is plugged in: nothing is ever written to an empty mount
// point.
package backup

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"langnghe/internal/disk"
)

const (
	marker    = "langnghe-backup.json"
	chunkSize = 256 << 10
	idForm    = "20060102T150405Z"
)

var (
	// ErrNone is returned for a folder that is no repository.
	ErrNone = errors.New("no backups are kept here; is the stick plugged in? A new place is set up with: langnghe backup init")
	// ErrKey is returned when the key does not fit.
	ErrKey = errors.New("the key does not fit these backups")
	// ErrBusy is returned while another process works on the repository.
	ErrBusy = errors.New("another process is working on these backups")
)

// A Repo is an open repository.
type Repo struct {
	dir  string
	seal cipher.AEAD
	name []byte // key of the chunks' names
}

// A Snapshot is one backup.
type Snapshot struct {
	ID      string    `json:"id"` // its time, 20060102T150405Z
	At      time.Time `json:"at"`
	Version string    `json:"version"` // of the program that made it
	Files   []File    `json:"files"`
	Bytes   int64     `json:"bytes"`
	// Note is what the owner of the data wants to find again without
	// restoring: counts, erased ids.
	Note json.RawMessage `json:"note,omitempty"`
}

// A File of a snapshot; Name is relative, with slashes.
type File struct {
	Name   string      `json:"name"`
	Mode   fs.FileMode `json:"mode"`
	Size   int64       `json:"size"`
	SHA256 string      `json:"sha256"`
	Chunks []string    `json:"chunks"`
}

type markerFile struct {
	Format int    `json:"format"`
	About  string `json:"about"`
	Check  string `json:"check"` // proves the key
}

// Init makes dir a repository. A folder that already is one is left alone
// when the key fits.
func Init(dir string, key Key) (*Repo, error) {
	if _, err := os.Stat(filepath.Join(dir, marker)); err == nil {
		return Open(dir, key)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "chunks")); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("backup: %s: there are chunks of backups without %s", dir, marker)
	}
	data, err := json.MarshalIndent(markerFile{Format: 1, About: "Bản sao lưu của Lắng Nghe, đã mã hóa. Encrypted backups of Lắng Nghe.", Check: check(key)}, "", "  ")
	if err != nil {
		return nil, err
	}
	for _, d := range []string{"chunks", "snapshots"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
	}
	if err := disk.WriteFile(filepath.Join(dir, marker), data); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return Open(dir, key)
}

func check(key Key) string { return hex.EncodeToString(key.derive("check")) }

// Open opens the repository in dir.
func Open(dir string, key Key) (*Repo, error) {
	data, err := os.ReadFile(filepath.Join(dir, marker))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("backup: %s: %w", dir, ErrNone)
	}
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	var m markerFile
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("backup: %s: %w", filepath.Join(dir, marker), err)
	}
	if m.Format != 1 {
		return nil, fmt.Errorf("backup: %s: these backups were made by a newer version; upgrade the program", dir)
	}
	if !hmac.Equal([]byte(m.Check), []byte(check(key))) {
		return nil, fmt.Errorf("backup: %s: %w", dir, ErrKey)
	}
	seal, err := chacha20poly1305.NewX(key.derive("data"))
	if err != nil {
		return nil, err
	}
	return &Repo{dir: dir, seal: seal, name: key.derive("names")}, nil
}

// lock keeps other processes off while something is written.
func (r *Repo) lock() (func(), error) {
	f, err := os.OpenFile(filepath.Join(r.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("backup: %s: %w", r.dir, ErrBusy)
		}
		return nil, fmt.Errorf("backup: lock %s: %w", r.dir, err)
	}
	return func() { _ = f.Close() }, nil
}

// Stats say what a snapshot added.
type Stats struct {
	Files             int
	Bytes             int64 // of the data
	Chunks, NewChunks int
	NewBytes          int64 // written to the repository
}

// Save keeps all regular files under dir as a snapshot of the time at. A
// chunk that the repository holds already is not written again.
func (r *Repo) Save(ctx context.Context, dir string, at time.Time, version string, note any) (Snapshot, Stats, error) {
	unlock, err := r.lock()
	if err != nil {
		return Snapshot{}, Stats{}, err
	}
	defer unlock()
	s := Snapshot{ID: at.UTC().Format(idForm), At: at.UTC().Truncate(time.Second), Version: version}
	var st Stats
	if note != nil {
		if s.Note, err = json.Marshal(note); err != nil {
			return s, st, err
		}
	}
	for _, err := os.Stat(r.snapshotFile(s.ID)); err == nil; _, err = os.Stat(r.snapshotFile(s.ID)) {
		at = at.Add(time.Second) // two within one second
		s.ID = at.UTC().Format(idForm)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, err := r.saveFile(ctx, path, filepath.ToSlash(name), &st)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.Files = append(s.Files, f)
		s.Bytes += f.Size
		return nil
	})
	if err != nil {
		return s, st, fmt.Errorf("backup: %w", err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		return s, st, err
	}
	sealed := r.sealed(s.ID, data)
	st.NewBytes += int64(len(sealed))
	if err := disk.WriteFile(r.snapshotFile(s.ID), sealed); err != nil {
		return s, st, fmt.Errorf("backup: %w", err)
	}
	return s, st, nil
}

func (r *Repo) snapshotFile(id string) string { return filepath.Join(r.dir, "snapshots", id) }

func (r *Repo) chunkFile(name string) string { return filepath.Join(r.dir, "chunks", name[:2], name) }

func (r *Repo) saveFile(ctx context.Context, path, name string, st *Stats) (File, error) {
	in, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return File{}, err
	}
	out := File{Name: name, Mode: info.Mode().Perm()}
	whole := sha256.New()
	buf := make([]byte, chunkSize)
	for {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		n, err := io.ReadFull(in, buf)
		if n > 0 {
			whole.Write(buf[:n])
			out.Size += int64(n)
			id, written, err := r.saveChunk(buf[:n])
			if err != nil {
				return out, err
			}
			out.Chunks = append(out.Chunks, id)
			st.Chunks++
			if written > 0 {
				st.NewChunks++
				st.NewBytes += written
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return out, err
		}
	}
	out.SHA256 = hex.EncodeToString(whole.Sum(nil))
	st.Files++
	st.Bytes += out.Size
	return out, nil
}

// saveChunk stores the chunk unless it is there, and returns the bytes that
// it wrote.
func (r *Repo) saveChunk(data []byte) (string, int64, error) {
	name := r.chunkName(data)
	file := r.chunkFile(name)
	if _, err := os.Stat(file); err == nil {
		return name, 0, nil
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return "", 0, err
	}
	if _, err := w.Write(data); err != nil {
		return "", 0, err
	}
	if err := w.Close(); err != nil {
		return "", 0, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", 0, err
	}
	sealed := r.sealed(name, packed.Bytes())
	return name, int64(len(sealed)), disk.WriteFile(file, sealed)
}

func (r *Repo) chunkName(data []byte) string {
	h := hmac.New(sha256.New, r.name)
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// sealed encrypts data; the name is bound to it, so that files of a
// repository cannot be exchanged for one another.
func (r *Repo) sealed(name string, data []byte) []byte {
	nonce := make([]byte, r.seal.NonceSize(), r.seal.NonceSize()+len(data)+r.seal.Overhead())
	_, _ = rand.Read(nonce)
	return r.seal.Seal(nonce, nonce, data, []byte(name))
}

func (r *Repo) opened(name string, data []byte) ([]byte, error) {
	n := r.seal.NonceSize()
	if len(data) < n {
		return nil, errors.New("the file is cut short")
	}
	out, err := r.seal.Open(nil, data[:n], data[n:], []byte(name))
	if err != nil {
		return nil, errors.New("the file is damaged")
	}
	return out, nil
}

// chunk reads a chunk back and proves that it is what its name says.
func (r *Repo) chunk(name string) ([]byte, error) {
	if len(name) < 3 || strings.ContainsAny(name, `/\.`) {
		return nil, fmt.Errorf("chunk %q: a wrong name", name)
	}
	data, err := os.ReadFile(r.chunkFile(name))
	if err != nil {
		return nil, err
	}
	packed, err := r.opened(name, data)
	if err != nil {
		return nil, fmt.Errorf("chunk %s: %w", name, err)
	}
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), chunkSize+1))
	if err != nil || len(out) > chunkSize || r.chunkName(out) != name {
		return nil, fmt.Errorf("chunk %s: it does not hold what it should", name)
	}
	return out, nil
}

var snapshotName = regexp.MustCompile(`^\d{8}T\d{6}Z$`)

// List returns the snapshots, newest first. A damaged one is in the error,
// the others are returned all the same.
func (r *Repo) List() ([]Snapshot, error) {
	entries, err := os.ReadDir(filepath.Join(r.dir, "snapshots"))
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	var out []Snapshot
	var errs []error
	for _, e := range entries {
		if !snapshotName.MatchString(e.Name()) {
			continue
		}
		s, err := r.snapshot(e.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Snapshot) int { return cmp.Compare(b.ID, a.ID) })
	return out, errors.Join(errs...)
}

// snapshot reads one snapshot.
func (r *Repo) snapshot(id string) (s Snapshot, err error) {
	if !snapshotName.MatchString(id) {
		return s, fmt.Errorf("backup: %q names no backup; langnghe backup list shows them", id)
	}
	data, err := os.ReadFile(r.snapshotFile(id))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("backup: there is no backup %s; langnghe backup list shows them", id)
	}
	if err != nil {
		return s, fmt.Errorf("backup: %w", err)
	}
	if data, err = r.opened(id, data); err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("backup: snapshot %s: %w", id, err)
	}
	return s, nil
}

// IsRepository reports whether a folder is one that [Init] has made.
func IsRepository(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, marker))
	return err == nil
}

// Latest returns the snapshot with the id, or the newest one for "".
func (r *Repo) Latest(id string) (Snapshot, error) {
	if id != "" {
		return r.snapshot(id)
	}
	all, err := r.List()
	if len(all) == 0 {
		return Snapshot{}, errors.Join(err, fmt.Errorf("backup: %s holds no backup yet", r.dir))
	}
	return all[0], nil
}

// Restore writes the snapshot's files below dir, each proven against its
// hash. Progress is told the bytes written so far, and may be nil.
func (r *Repo) Restore(ctx context.Context, s Snapshot, dir string, progress func(done, all int64)) error {
	var done int64
	for _, f := range s.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return fmt.Errorf("backup: snapshot %s: file %q would lie outside of the folder", s.ID, f.Name)
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.Mode.Perm())
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		err = r.read(ctx, f, func(data []byte) error {
			_, err := out.Write(data)
			done += int64(len(data))
			if progress != nil {
				progress(done, s.Bytes)
			}
			return err
		})
		if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
			return fmt.Errorf("backup: %s: %w", f.Name, err)
		}
	}
	return nil
}

// Verify reads everything of the snapshot and reports each file that could
// not be restored. A damaged chunk is put aside, so that the next backup
// writes it anew.
func (r *Repo) Verify(ctx context.Context, s Snapshot) error {
	var errs []error
	for _, f := range s.Files {
		if err := r.read(ctx, f, func([]byte) error { return nil }); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			errs = append(errs, fmt.Errorf("backup: snapshot %s: %s: %w", s.ID, f.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (r *Repo) read(ctx context.Context, f File, write func([]byte) error) error {
	whole := sha256.New()
	var size int64
	for _, name := range f.Chunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := r.chunk(name)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) && len(name) > 2 {
				_ = os.Rename(r.chunkFile(name), filepath.Join(r.dir, "chunks", "damaged-"+name))
			}
			return err
		}
		whole.Write(data)
		size += int64(len(data))
		if err := write(data); err != nil {
			return err
		}
	}
	if size != f.Size || hex.EncodeToString(whole.Sum(nil)) != f.SHA256 {
		return errors.New("the file is not the one that was saved")
	}
	return nil
}

// Keep says which snapshots stay: the newest one of each of the last Daily
// days and of each of the last Weekly weeks that have one. The newest three of
// all always stay: one that is made by hand does not cost that of the night.
type Keep struct {
	Daily, Weekly int
	Zone          *time.Location // where days begin, default UTC
}

// Prune removes the snapshots that k lets go of and the chunks that no
// snapshot needs any more. It refuses while a snapshot cannot be read.
func (r *Repo) Prune(ctx context.Context, k Keep) (removed []string, freed int64, err error) {
	unlock, err := r.lock()
	if err != nil {
		return nil, 0, err
	}
	defer unlock()
	all, err := r.List()
	if err != nil {
		return nil, 0, fmt.Errorf("nothing was pruned: %w", err)
	}
	zone := cmp.Or(k.Zone, time.UTC)
	days, weeks := map[string]bool{}, map[string]bool{}
	needed := map[string]bool{}
	for i, s := range all {
		t := s.At.In(zone)
		day := t.Format(time.DateOnly)
		y, w := t.ISOWeek()
		week := fmt.Sprintf("%d-%d", y, w)
		keep := i < 3
		if !days[day] && len(days) < k.Daily {
			days[day], keep = true, true
		}
		if !weeks[week] && len(weeks) < k.Weekly {
			weeks[week], keep = true, true
		}
		if !keep {
			if err := os.Remove(r.snapshotFile(s.ID)); err != nil {
				return removed, freed, fmt.Errorf("backup: %w", err)
			}
			removed = append(removed, s.ID)
			continue
		}
		for _, f := range s.Files {
			for _, c := range f.Chunks {
				needed[c] = true
			}
		}
	}
	if err := disk.SyncDir(filepath.Join(r.dir, "snapshots")); err != nil {
		return removed, freed, fmt.Errorf("backup: %w", err)
	}
	torn, _ := filepath.Glob(filepath.Join(r.dir, "snapshots", ".tmp-*")) // of a process that was killed
	for _, f := range torn {
		_ = os.Remove(f)
	}
	err = filepath.WalkDir(filepath.Join(r.dir, "chunks"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if needed[d.Name()] {
			return nil
		}
		if info, err := d.Info(); err == nil {
			freed += info.Size()
		}
		return os.Remove(path)
	})
	if err != nil {
		return removed, freed, fmt.Errorf("backup: %w", err)
	}
	return removed, freed, nil
}
