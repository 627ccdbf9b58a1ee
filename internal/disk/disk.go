// Package disk makes what is written to a file outlive a power cut: a file
// that was written is whole and there, or as it was before. Databases, the
// index and the streams see to that themselves.
package disk

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Scratch is how the names of files begin that are not whole yet. One that a
// power cut left behind may be removed.
const Scratch = ".tmp-"

// WriteFile writes a file that is readable by its owner alone, where the file
// system knows owners. When it returns nil, name has the data also after a
// power cut; until then it is as it was.
func WriteFile(name string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), Scratch+"*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return err
	}
	return SyncDir(filepath.Dir(name))
}

// SyncDir makes the names in a folder last, where the file system can do that.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some shares cannot
		return err
	}
	return nil
}
