package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"langnghe/internal/store"
)

// replayFile asks the next start to have every fact in the stream handled
// again.
const replayFile = "replay"

// A Downgraded says what came back.
type Downgraded struct {
	Names []string  // databases
	At    time.Time // of the copies
	Left  int       // earlier upgrades that can be gone back as well
}

// Downgrade puts the copies that were made before the last upgrade back into
// their place: the databases that it changed and no others. What was done
// since is in <data>/before-restore. The index follows the databases by
// itself.
//
// The copies are let go of in the step that puts them into their place,
// which the next start finishes when this process is killed in it: they
// never take the place of what was done after them.
func Downgrade(ctx context.Context, dataDir string) (out Downgraded, err error) {
	unlock, err := lock(dataDir)
	if err != nil {
		return out, fmt.Errorf("%w; stop the service first", err)
	}
	defer unlock()
	if err := finishRestore(dataDir, quiet); err != nil {
		return out, err
	}
	base := filepath.Join(dataDir, store.BeforeUpgrade)
	sets, err := store.UpgradeSets(base)
	if err != nil {
		return out, err
	}
	set, copies := "", []string(nil)
	for i, name := range slices.Backward(sets) {
		if copies, err = filepath.Glob(filepath.Join(base, name, "*.db")); err != nil {
			return out, err
		}
		if len(copies) > 0 { // else killed before its first copy: it has changed nothing
			set, out.Left = name, i
			break
		}
	}
	if set == "" {
		return out, fmt.Errorf("%s: there are no copies from before an upgrade", base)
	}
	dir := filepath.Join(dataDir, restoring)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return out, err
	}
	for _, c := range copies {
		info, err := os.Stat(c)
		if err != nil {
			return out, err
		}
		if info.ModTime().After(out.At) {
			out.At = info.ModTime()
		}
		if err := store.Check(ctx, c); err != nil {
			return out, errors.Join(err, os.RemoveAll(dir))
		}
		to := filepath.Join(dir, filepath.Base(c))
		if err := os.Link(c, to); err != nil { // a disk without links
			if err := copyFile(c, to); err != nil {
				return out, errors.Join(err, os.RemoveAll(dir))
			}
		}
		out.Names = append(out.Names, filepath.Base(c))
	}
	// The databases forget what they have heard since: the stream says it again.
	if err := os.WriteFile(filepath.Join(dir, replayFile), nil, 0o600); err != nil {
		return out, err
	}
	if err := ready(dir, "index", filepath.Join(store.BeforeUpgrade, set)); err != nil {
		return out, err
	}
	return out, finishRestore(dataDir, quiet)
}
