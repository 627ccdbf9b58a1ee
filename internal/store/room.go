package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// spare is left free beside a copy: what is decided meanwhile must be written.
const spare = 64 << 20

// ErrRoom is returned where a copy would fill the disk.
var ErrRoom = errors.New("there is no room for a copy")

// free is what a program without privileges may still write below dir.
var free = func(dir string) (uint64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return fs.Bavail * uint64(fs.Bsize), nil
}

// Room returns an error that says what to do when there is no room for
// need bytes below dir. A disk that cannot be measured is taken to have it.
func Room(dir string, need int64) error {
	left, err := free(dir)
	if err != nil || uint64(max(need, 0))+spare <= left {
		return nil
	}
	return fmt.Errorf("%w: it takes %d MB, %d MB stay free beside it, and the disk of %s has %d MB; make room there (%s and before-restore hold copies of the last 14 days that may go when nobody wants to go back)",
		ErrRoom, need>>20+1, spare>>20, dir, left>>20, BeforeUpgrade)
}

// Size is how much a copy of the database in file takes at most.
func Size(file string) (n int64, err error) {
	for _, name := range []string{file, file + "-wal"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		n += info.Size()
	}
	return n, nil
}
