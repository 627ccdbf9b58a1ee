//go:build linux

package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// A lazyDisk is a folder on a disk that keeps only what was synced. Programs
// see an ordinary file system; cut takes away what a power cut would:
//
//   - of each file the bytes that were written after its last fsync, every
//     piece of them by the toss of a coin, as the kernel may have written some
//     of them back in any order;
//   - of files made, removed and renamed, what came after the last fsync of
//     anything, from a random moment on: the metadata of a file system with an
//     ordered journal (ext4 as Debian makes it) is written in order and with
//     each fsync.
type lazyDisk struct {
	at     string // where programs find it
	live   string // what they see
	synced string // by inode, what an fsync has seen; no file is never
	graves string // what was unlinked since the last fsync

	rng    *rand.Rand
	server *fuse.Server

	mu     sync.Mutex
	dirty  map[uint64]*dirt
	undo   []undoing
	graven int

	count diskCount
}

// dirt is what was written to a file since its last fsync.
type dirt struct {
	pieces [][2]int64 // from, to
	cutTo  int64      // the shortest it has been since then, -1 when it was not cut
}

// undoing takes one change of the folder back; done forgets what it needs.
type undoing struct {
	back func() error
	done func()
}

// lazyDiskIn is in the environment of the process that is the disk: the
// folder that all of it lies in. The disk is a process of its own, because one
// that uses a disk which it serves by itself can wait for itself.
const lazyDiskIn = "LANGNGHE_LAZYDISK"

// diskCount is what a lazyDisk has done so far.
type diskCount struct {
	Lost, Kept int // pieces of files that were not synced
	Undone     int // changes of names
	Syncs      int
	Error      string
}

func init() {
	if dir := os.Getenv(lazyDiskIn); dir != "" {
		os.Exit(lazyDiskMain(dir))
	}
}

// lazyDiskMain is the process: it answers each line on its input, "cut" or
// "count", and takes the disk away when there is no more.
func lazyDiskMain(dir string) int {
	seed, _ := strconv.ParseUint(os.Getenv(lazyDiskIn+"_SEED"), 10, 64)
	d := &lazyDisk{at: filepath.Join(dir, "d"), live: filepath.Join(dir, "live"), synced: filepath.Join(dir, "synced"), graves: filepath.Join(dir, "graves"),
		rng: rand.New(rand.NewPCG(seed, 4)), dirty: map[uint64]*dirt{}}
	out := json.NewEncoder(os.Stdout)
	say := func(err error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		c := d.count
		if err != nil {
			c.Error = err.Error()
		}
		_ = out.Encode(c)
	}
	var err error
	for _, name := range []string{d.at, d.live, d.synced, d.graves} {
		err = errors.Join(err, os.Mkdir(name, 0o700))
	}
	if err = errors.Join(err, d.mount()); err != nil {
		say(err)
		return 1
	}
	say(nil)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if in.Text() == "cut" {
			say(d.cut())
		} else {
			say(nil)
		}
	}
	if d.unmount() != nil {
		return 1
	}
	return 0
}

// A lazyMount is the disk as tests use it.
type lazyMount struct {
	t    *testing.T
	at   string
	in   io.WriteCloser
	out  *json.Decoder
	last diskCount
}

func newLazyDisk(t *testing.T, seed uint64) *lazyMount {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), lazyDiskIn+"="+dir, lazyDiskIn+"_SEED="+strconv.FormatUint(seed, 10))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m := &lazyMount{t: t, at: filepath.Join(dir, "d"), in: in, out: json.NewDecoder(out)}
	t.Cleanup(func() {
		_ = in.Close()
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Logf("the disk ended with %v", err)
			}
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			t.Error("the disk does not end")
		}
		_ = syscall.Unmount(m.at, syscall.MNT_DETACH) // of one that could not do it by itself
	})
	if m.hear(); m.last.Error != "" {
		t.Skipf("a file system of our own cannot be mounted here: %s", m.last.Error)
	}
	return m
}

func (m *lazyMount) hear() {
	m.t.Helper()
	m.last = diskCount{}
	if err := m.out.Decode(&m.last); err != nil {
		m.t.Fatalf("the disk does not answer: %v", err)
	}
}

// cut is the power cut; no process may use the disk any more.
func (m *lazyMount) cut() {
	m.t.Helper()
	if _, err := io.WriteString(m.in, "cut\n"); err != nil {
		m.t.Fatal(err)
	}
	if m.hear(); m.last.Error != "" {
		m.t.Fatalf("power cut: %s", m.last.Error)
	}
}

// count is what it has done so far.
func (m *lazyMount) count() diskCount {
	m.t.Helper()
	if _, err := io.WriteString(m.in, "count\n"); err != nil {
		m.t.Fatal(err)
	}
	m.hear()
	return m.last
}

func (d *lazyDisk) mount() (err error) {
	var st syscall.Stat_t
	if err := syscall.Stat(d.live, &st); err != nil {
		return err
	}
	data := &fs.LoopbackRoot{Path: d.live, Dev: st.Dev}
	root := &lazyNode{LoopbackNode: fs.LoopbackNode{RootData: data}, d: d}
	data.RootNode = root
	second := time.Second
	d.server, err = fs.Mount(d.at, root, &fs.Options{
		EntryTimeout: &second, AttrTimeout: &second,
		MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "lazydisk", Name: "lazydisk"},
	})
	return err
}

func (d *lazyDisk) unmount() error {
	if d.server == nil {
		return nil
	}
	var err error
	for range 50 {
		if err = d.server.Unmount(); err == nil {
			d.server = nil
			return nil
		}
		time.Sleep(100 * time.Millisecond) // the kernel is still closing what a killed process had open
	}
	return err
}

// cut is the power cut; no process may use the disk any more. The disk is
// there again when it returns.
func (d *lazyDisk) cut() error {
	if err := d.unmount(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	first := 0
	if len(d.undo) > 0 {
		first = d.rng.IntN(len(d.undo) + 1)
	}
	for i := len(d.undo) - 1; i >= first; i-- {
		if err := d.undo[i].back(); err != nil {
			return fmt.Errorf("undo: %w", err)
		}
		d.count.Undone++
	}
	for _, u := range d.undo {
		u.done()
	}
	d.undo = nil
	err := filepath.WalkDir(d.live, func(path string, e iofs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		return d.forget(path)
	})
	if err != nil {
		return err
	}
	clear(d.dirty)
	return d.mount()
}

// forget gives a file the content that the disk has of it.
func (d *lazyDisk) forget(path string) error {
	ino, err := inode(path)
	if err != nil {
		return err
	}
	dirt := d.dirty[ino]
	if dirt == nil {
		return nil // all of it was synced
	}
	disk, err := os.OpenFile(d.image(ino), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer disk.Close()
	live, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer live.Close()
	info, err := live.Stat()
	if err != nil {
		return err
	}
	if dirt.cutTo >= 0 && d.rng.IntN(2) == 0 {
		if at, err := disk.Stat(); err != nil {
			return err
		} else if at.Size() > dirt.cutTo {
			if err := disk.Truncate(dirt.cutTo); err != nil {
				return err
			}
		}
	}
	for _, p := range dirt.pieces {
		if p[1] = min(p[1], info.Size()); p[0] >= p[1] || d.rng.IntN(2) == 0 {
			d.count.Lost++
			continue
		}
		d.count.Kept++
		if err := copyRange(disk, live, p[0], p[1]); err != nil {
			return err
		}
	}
	if err := live.Truncate(0); err != nil {
		return err
	}
	if _, err := disk.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(live, disk)
	return err
}

func (d *lazyDisk) image(ino uint64) string {
	return filepath.Join(d.synced, strconv.FormatUint(ino, 10))
}

func inode(path string) (uint64, error) {
	var st syscall.Stat_t
	err := syscall.Lstat(path, &st)
	return st.Ino, err
}

func copyRange(to, from *os.File, begin, end int64) error {
	_, err := io.Copy(io.NewOffsetWriter(to, begin), io.NewSectionReader(from, begin, end-begin))
	return err
}

// wrote notes bytes that are not on the disk yet.
func (d *lazyDisk) wrote(ino uint64, from, to int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.dirt(ino)
	if n := len(w.pieces); n > 0 && w.pieces[n-1] == [2]int64{from, to} {
		return
	}
	w.pieces = append(w.pieces, [2]int64{from, to})
}

func (d *lazyDisk) dirt(ino uint64) *dirt {
	w := d.dirty[ino]
	if w == nil {
		w = &dirt{cutTo: -1}
		d.dirty[ino] = w
	}
	return w
}

// cutShort notes that a file was truncated.
func (d *lazyDisk) cutShort(ino uint64, size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w := d.dirt(ino); w.cutTo < 0 || w.cutTo > size {
		w.cutTo = size
	}
}

// sync puts the file at path, and every name so far, on the disk.
func (d *lazyDisk) sync(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count.Syncs++
	for _, u := range d.undo {
		u.done()
	}
	d.undo = nil
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil // a folder, or a file without a name: it is gone after a cut
	}
	ino := info.Sys().(*syscall.Stat_t).Ino
	w := d.dirty[ino]
	if w == nil {
		return nil
	}
	disk, err := os.OpenFile(d.image(ino), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer disk.Close()
	live, err := os.Open(path)
	if err != nil {
		return err
	}
	defer live.Close()
	if w.cutTo >= 0 {
		if err := disk.Truncate(w.cutTo); err != nil {
			return err
		}
	}
	for _, p := range w.pieces {
		if p[1] = min(p[1], info.Size()); p[0] >= p[1] {
			continue
		}
		if err := copyRange(disk, live, p[0], p[1]); err != nil {
			return err
		}
	}
	delete(d.dirty, ino)
	return disk.Truncate(info.Size())
}

// changed notes a change of the folder's names that no fsync has seen yet.
func (d *lazyDisk) changed(back func() error, done func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.undo = append(d.undo, undoing{back, done})
}

// bury keeps what path names for as long as its removal may be taken back.
func (d *lazyDisk) bury(path string) (grave string, err error) {
	d.mu.Lock()
	d.graven++
	grave = filepath.Join(d.graves, strconv.Itoa(d.graven))
	d.mu.Unlock()
	return grave, os.Link(path, grave)
}

// rest lets go of what is buried, and of its image once nothing names it.
func (d *lazyDisk) rest(grave string) {
	var st syscall.Stat_t
	if syscall.Lstat(grave, &st) == nil && st.Nlink == 1 {
		_ = os.Remove(d.image(st.Ino))
		delete(d.dirty, st.Ino)
	}
	_ = os.Remove(grave)
}

// A lazyNode is a file or folder of it.
type lazyNode struct {
	fs.LoopbackNode
	d *lazyDisk
}

// WrapChild makes every file and folder below one of ours.
func (n *lazyNode) WrapChild(context.Context, fs.InodeEmbedder) fs.InodeEmbedder {
	return &lazyNode{LoopbackNode: fs.LoopbackNode{RootData: n.RootData}, d: n.d}
}

// A lazyFile is an open file. Its writes must pass here, so the kernel may
// not be handed the file below.
type lazyFile struct{ *fs.LoopbackFile }

func (lazyFile) PassthroughFd() (int, bool) { return 0, false }

func (n *lazyNode) file() string { return filepath.Join(n.d.live, n.Path(n.Root())) }

func (n *lazyNode) ino() uint64 { return n.StableAttr().Ino }

func nothing() {}

func (n *lazyNode) Create(ctx context.Context, name string, flags uint32, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	path := filepath.Join(n.file(), name)
	ch, fh, ff, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	n.d.mu.Lock()
	_ = os.Remove(n.d.image(out.Ino)) // of a file whose number is used again
	n.d.dirty[out.Ino] = &dirt{cutTo: -1}
	n.d.mu.Unlock()
	n.d.changed(func() error { return os.Remove(path) }, nothing)
	return ch, lazyFile{fh.(*fs.LoopbackFile)}, ff, 0
}

func (n *lazyNode) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	fh, ff, errno := n.LoopbackNode.Open(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	if flags&syscall.O_TRUNC != 0 {
		n.d.cutShort(n.ino(), 0)
	}
	return lazyFile{fh.(*fs.LoopbackFile)}, ff, 0
}

func (n *lazyNode) Write(ctx context.Context, f fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	written, errno := f.(lazyFile).Write(ctx, data, off)
	if errno == 0 {
		n.d.wrote(n.ino(), off, off+int64(written))
	}
	return written, errno
}

func (n *lazyNode) Allocate(ctx context.Context, f fs.FileHandle, off uint64, size uint64, mode uint32) syscall.Errno {
	return syscall.EOPNOTSUPP
}

func (n *lazyNode) CopyFileRange(context.Context, fs.FileHandle, uint64, *fs.Inode, fs.FileHandle, uint64, uint64, uint64) (uint32, syscall.Errno) {
	return 0, syscall.EXDEV // programs copy by reading and writing then
}

func (n *lazyNode) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	errno := n.LoopbackNode.Setattr(ctx, f, in, out)
	if size, ok := in.GetSize(); ok && errno == 0 {
		n.d.cutShort(n.ino(), int64(size))
	}
	return errno
}

func (n *lazyNode) Fsync(ctx context.Context, _ fs.FileHandle, _ uint32) syscall.Errno {
	return fs.ToErrno(n.d.sync(n.file()))
}

func (n *lazyNode) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	path := filepath.Join(n.file(), name)
	ch, errno := n.LoopbackNode.Mkdir(ctx, name, mode, out)
	if errno == 0 {
		n.d.changed(func() error { return os.Remove(path) }, nothing)
	}
	return ch, errno
}

func (n *lazyNode) Mknod(ctx context.Context, name string, mode, dev uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	path := filepath.Join(n.file(), name)
	ch, errno := n.LoopbackNode.Mknod(ctx, name, mode, dev, out)
	if errno == 0 {
		n.d.changed(func() error { return os.Remove(path) }, nothing)
	}
	return ch, errno
}

func (n *lazyNode) Symlink(context.Context, string, string, *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM // nothing of ours makes one
}

func (n *lazyNode) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	path := filepath.Join(n.file(), name)
	ch, errno := n.LoopbackNode.Link(ctx, target, name, out)
	if errno == 0 {
		n.d.changed(func() error { return os.Remove(path) }, nothing)
	}
	return ch, errno
}

func (n *lazyNode) Rmdir(ctx context.Context, name string) syscall.Errno {
	path := filepath.Join(n.file(), name)
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return fs.ToErrno(err)
	}
	errno := n.LoopbackNode.Rmdir(ctx, name)
	if errno == 0 {
		n.d.changed(func() error { return os.Mkdir(path, iofs.FileMode(st.Mode).Perm()) }, nothing)
	}
	return errno
}

func (n *lazyNode) Unlink(ctx context.Context, name string) syscall.Errno {
	path := filepath.Join(n.file(), name)
	grave, err := n.d.bury(path)
	if err != nil {
		return fs.ToErrno(err)
	}
	errno := n.LoopbackNode.Unlink(ctx, name)
	if errno == 0 {
		n.d.changed(func() error { return os.Link(grave, path) }, func() { n.d.rest(grave) })
	}
	return errno
}

func (n *lazyNode) Rename(ctx context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	from, to := filepath.Join(n.file(), name), filepath.Join(parent.(*lazyNode).file(), newName)
	grave := ""
	if info, err := os.Lstat(to); err == nil && !info.IsDir() {
		if grave, err = n.d.bury(to); err != nil {
			return fs.ToErrno(err)
		}
	}
	errno := n.LoopbackNode.Rename(ctx, name, parent, newName, flags)
	if errno != 0 {
		return errno
	}
	n.d.changed(func() error {
		if err := os.Rename(to, from); err != nil || grave == "" {
			return err
		}
		return os.Link(grave, to)
	}, func() {
		if grave != "" {
			n.d.rest(grave)
		}
	})
	return 0
}
