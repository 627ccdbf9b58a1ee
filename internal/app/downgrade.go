package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"langnghe/internal/store"
)

// replayFile asks the next start to have every fact in the stream handled
// again.
const replayFile = "replay"

// Downgrade puts the copies that were made before the last upgrade back into
// their place, and returns their names. What was done since is in
// <data>/before-restore. The index follows the databases by itself.
func Downgrade(ctx context.Context, dataDir string) ([]string, error) {
	from := filepath.Join(dataDir, store.BeforeUpgrade)
	copies, err := filepath.Glob(filepath.Join(from, "*.db"))
	if err != nil {
		return nil, err
	}
	if len(copies) == 0 {
		return nil, fmt.Errorf("%s: there are no copies from before an upgrade", from)
	}
	unlock, err := lock(dataDir)
	if err != nil {
		return nil, fmt.Errorf("%w; stop the service first", err)
	}
	defer unlock()
	dir := filepath.Join(dataDir, restoring)
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	var names []string
	for _, c := range copies {
		if err := store.Check(ctx, c); err != nil {
			return nil, err
		}
		if err := copyFile(c, filepath.Join(dir, filepath.Base(c))); err != nil {
			return nil, err
		}
		names = append(names, filepath.Base(c))
	}
	// The databases forget what they have heard since: the stream says it again.
	if err := os.WriteFile(filepath.Join(dir, replayFile), nil, 0o600); err != nil {
		return nil, err
	}
	if err := ready(dir, "index"); err != nil {
		return nil, err
	}
	if err := errors.Join(finishRestore(dataDir, quiet), os.RemoveAll(from)); err != nil {
		return nil, err
	}
	return names, nil
}
