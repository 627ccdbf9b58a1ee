package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"langnghe/internal/config"
	"langnghe/internal/disk"
)

// folderMax bounds a folder that the configuration names: rules and lists are
// text that people write, and a mistaken "/" must not fill the stick.
const folderMax = 64 << 20

// copyFolder copies a folder that the configuration in file names into dir.
func copyFolder(file, dataDir, dir, name string) (ConfigFile, error) {
	f := ConfigFile{Name: name, Dir: true}
	from, err := filepath.EvalSymlinks(beside(file, name))
	var files []string
	if err == nil {
		files, err = regular(from)
	}
	if err != nil {
		f.Why = err.Error()
		return f, nil
	}
	if home, err := filepath.EvalSymlinks(dataDir); err == nil {
		if rel, err := filepath.Rel(home, from); err == nil && filepath.IsLocal(rel) && rel != "." {
			if first, _, _ := strings.Cut(filepath.ToSlash(rel), "/"); !derived(first) {
				f.At = filepath.ToSlash(rel) // it lies in the data folder
				return f, nil
			}
		}
	}
	f.At = filepath.ToSlash(filepath.Clean(name))
	first, _, _ := strings.Cut(f.At, "/")
	_, err = os.Lstat(filepath.Join(dir, filepath.FromSlash(f.At)))
	if !filepath.IsLocal(name) || f.At == "." || derived(first) || strings.HasPrefix(first, restoreReady) || !errors.Is(err, fs.ErrNotExist) {
		f.At = configFiles + "/folder-" + filepath.Base(from)
	}
	to := filepath.Join(dir, filepath.FromSlash(f.At))
	if err := os.MkdirAll(to, 0o700); err != nil {
		return f, err
	}
	for _, name := range files {
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
				continue
			}
			return f, err
		}
	}
	return f, nil
}

// regular lists the files below a folder, links to files among them, by their
// names in it. The scratch of an editor or of our own that is being renamed is
// left out.
func regular(dir string) (out []string, err error) {
	var sum int64
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), disk.Scratch) {
			return err
		}
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			return nil
		}
		if err != nil {
			return err
		}
		if sum += info.Size(); sum > folderMax {
			return fmt.Errorf("%s holds more than %d MB, more than rules and lists do", dir, folderMax>>20)
		}
		rel, err := filepath.Rel(dir, path)
		out = append(out, rel)
		return err
	})
	return out, err
}

// A Placed folder is one that the configuration names, after a restore.
type Placed struct {
	Want string // where the configuration looks for it
	Copy string // where the restore has put it; empty when the backup lacks it
	// How is "placed": copied to Want, where nothing was; "kept": Want is another
	// folder than the copy, and was left alone; "failed": it could not be copied;
	// "lacking": it is neither there nor in the backup.
	How string
	Why string // failed, lacking
}

// PlaceFolders brings the folders that the configuration in file names from a
// restored data folder to where it looks for them, when nothing is there. It
// returns those of which somebody should know; a folder that is as it was is
// not among them.
func PlaceFolders(file, dataDir string, note BackupNote) ([]Placed, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	names, err := config.Folders(data)
	if err != nil {
		return nil, err
	}
	var out []Placed
	for _, name := range names {
		p := Placed{Want: beside(file, name), How: "lacking", Why: "the backup was made without it"}
		if i := slices.IndexFunc(note.Files, func(f ConfigFile) bool { return f.Dir && f.Name == name }); i >= 0 {
			p.Why = note.Files[i].Why
			if at := note.Files[i].At; at != "" {
				p.Copy = filepath.Join(dataDir, filepath.FromSlash(at))
			}
		}
		_, err := os.Stat(p.Want)
		there := !errors.Is(err, fs.ErrNotExist)
		switch {
		case there && (p.Copy == "" || sameFolder(p.Copy, p.Want)):
			continue
		case there:
			p.How = "kept"
		case p.Copy != "":
			p.How = "placed"
			if err := placeFolder(p.Copy, p.Want); err != nil {
				p.How, p.Why = "failed", err.Error()
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// sameFolder reports whether two folders hold the same files.
func sameFolder(a, b string) bool {
	as, aerr := regular(a)
	bs, berr := regular(b)
	if aerr != nil || berr != nil || !slices.Equal(as, bs) {
		return false
	}
	for _, name := range as {
		x, xerr := os.ReadFile(filepath.Join(a, name))
		y, yerr := os.ReadFile(filepath.Join(b, name))
		if xerr != nil || yerr != nil || !bytes.Equal(x, y) {
			return false
		}
	}
	return true
}

// placeFolder copies a folder so that it appears whole or not at all.
func placeFolder(from, to string) (err error) {
	files, err := regular(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(to), ".langnghe-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(tmp))
		}
	}()
	for _, name := range files {
		if err := copyFile(filepath.Join(from, name), filepath.Join(tmp, name)); err != nil {
			return err
		}
	}
	if err := syncTree(tmp); err != nil {
		return err
	}
	if err := os.Rename(tmp, to); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(to))
}
