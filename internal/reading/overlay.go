package reading

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// NewDir is [New] with files of a folder in place of the embedded ones of the
// same name: topics.yaml, profiles/my-ward.yaml, weights.txt. Further *.yaml files are
// read as further lexicons. The version of the reader tells that, and which.
func NewDir(dir, profile string) (*Reader, error) {
	base, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("reading: lexicons: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("reading: lexicons: %s is no folder", dir)
	}
	top := os.DirFS(dir)
	r, err := NewFS(overlay{top, base}, profile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	sum := fnv.New32a()
	n := 0
	for _, pattern := range []string{"*.yaml", "profiles/*.yaml", weightsFile} {
		files, err := fs.Glob(top, pattern)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			src, err := fs.ReadFile(top, f)
			if err != nil {
				return nil, fmt.Errorf("reading: lexicons: %w", err)
			}
			fmt.Fprintf(sum, "%s\x00%s\x00", f, src)
			n++
		}
	}
	if n > 0 {
		r.version += fmt.Sprintf("; local %08x", sum.Sum32())
	}
	return r, nil
}

// overlay is the files of top, then those of base that top lacks.
type overlay struct{ top, base fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.top.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.base.Open(name)
	}
	return f, err
}

// ReadDir lists both.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	top, err := fs.ReadDir(o.top, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	base, err := fs.ReadDir(o.base, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range base {
		if !slices.ContainsFunc(top, func(t fs.DirEntry) bool { return t.Name() == e.Name() }) {
			top = append(top, e)
		}
	}
	slices.SortFunc(top, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return top, nil
}
