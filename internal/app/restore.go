package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/disk"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// A restore writes everything below <data>/restoring, proves it, and says so
// with a file; only then does it take the place of what was there. Killed
// before that file, it has changed nothing; killed after it, the next start
// finishes it.
const (
	restoring     = "restoring"
	restoreReady  = "ready.json"
	beforeRestore = "before-restore"
)

var quiet = slog.New(slog.DiscardHandler)

// RestoreOptions say what comes back, and where.
type RestoreOptions struct {
	From    string // the repository's folder
	Key     backup.Key
	ID      string // of the snapshot, default the newest
	DataDir string
	// Replace moves the data that is there to <data>/before-restore; without
	// it, a folder with data is refused.
	Replace  bool
	By       string
	Now      time.Time
	Progress func(done, all int64)
}

// A Restored says what was restored.
type Restored struct {
	Snapshot backup.Snapshot
	Note     BackupNote
	Erase    int // items that were erased after the backup and will be again
	// Unknown is why the data that was there could not be asked for what was
	// erased since the last backup; nil when it could, or there was none.
	Unknown error
}

// Restore brings a backup back into a data folder that no process uses.
func Restore(ctx context.Context, o RestoreOptions) (out Restored, err error) {
	repo, err := backup.Open(o.From, o.Key)
	if err != nil {
		return out, err
	}
	s, err := repo.Latest(o.ID)
	if err != nil {
		return out, err
	}
	newest, err := repo.Latest("")
	if err != nil {
		return out, err
	}
	var latest BackupNote
	if err := errors.Join(json.Unmarshal(s.Note, &out.Note), json.Unmarshal(newest.Note, &latest)); err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	out.Snapshot = s
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	unlock, err := lock(o.DataDir)
	if err != nil {
		return out, fmt.Errorf("restore: %w; stop the service first", err)
	}
	defer unlock()
	if err := finishRestore(o.DataDir, quiet); err != nil {
		return out, err
	}
	present, err := filepath.Glob(filepath.Join(o.DataDir, "*.db"))
	if err != nil {
		return out, err
	}
	if len(present) > 0 && !o.Replace {
		return out, fmt.Errorf("restore: %s holds data; with -replace it is moved to %s", o.DataDir, filepath.Join(o.DataDir, beforeRestore))
	}
	// Erased here after the last backup was made.
	erasures := latest.Erased
	if file := filepath.Join(o.DataDir, "desk.db"); slices.Contains(present, file) {
		more, err := erasedHere(ctx, file)
		erasures, out.Unknown = append(erasures, more...), err // damaged data must not keep a backup from coming back
	}

	dir := filepath.Join(o.DataDir, restoring)
	if err := os.RemoveAll(dir); err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	if err := store.Room(o.DataDir, s.Bytes); err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	if err := repo.Restore(ctx, s, dir, o.Progress); err != nil {
		return out, errors.Join(err, os.RemoveAll(dir))
	}
	if err := prove(ctx, s, dir); err != nil {
		return out, errors.Join(err, os.RemoveAll(dir))
	}
	if out.Erase, err = o.addFacts(filepath.Join(dir, factsFile), s, out.Note, erasures); err != nil {
		return out, err
	}
	if err := backup.SaveKey(filepath.Join(dir, keyFile), o.Key); err != nil {
		return out, err
	}
	// Copies from before an upgrade are of what is replaced and go where it
	// goes: a later way back must not meet them.
	if err := os.Mkdir(filepath.Join(dir, store.BeforeUpgrade), 0o700); err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	if err := ready(dir, "index", "stream"); err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	return out, finishRestore(o.DataDir, quiet)
}

// erasedHere reads the erasures of a database that a process may have left
// with a log beside it.
func erasedHere(ctx context.Context, file string) ([]news.Erased, error) {
	s, err := store.OpenDesk(ctx, file)
	if err != nil {
		return nil, err
	}
	out, err := s.Erasures(ctx)
	return out, errors.Join(err, s.Close())
}

// addFacts appends to the facts under way what has to be said after the
// restore: the erasures that the backup does not know, and that there was a
// restore.
func (o RestoreOptions) addFacts(file string, s backup.Snapshot, note BackupNote, erasures []news.Erased) (n int, err error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	known := map[string]bool{}
	for _, e := range note.Erased {
		known[e.ID] = true
	}
	for _, e := range erasures {
		if known[e.ID] {
			continue
		}
		known[e.ID] = true
		m, err := bus.NewMessage(erased, e)
		if err != nil {
			return n, err
		}
		if err := enc.Encode(m); err != nil {
			return n, err
		}
		n++
	}
	m, err := bus.NewMessage(audited, news.Audit{
		ID: "backup.restored/" + rand.Text(), At: o.Now, Role: "backup", Who: o.By, Act: "backup.restored", Object: s.ID,
	})
	if err == nil {
		err = enc.Encode(m)
	}
	if err != nil {
		return n, err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return n, fmt.Errorf("restore: %w", err)
	}
	_, err = f.Write(buf.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return n, fmt.Errorf("restore: %w", err)
	}
	return n, nil
}

// A plan is what the file restoreReady says.
type plan struct {
	Move []string `json:"move"` // from restoring into the data folder
	Drop []string `json:"drop"` // of the data folder: made from what is replaced
}

// ready says that everything is below dir, on the disk and proven.
func ready(dir string, drop ...string) error {
	if err := syncTree(dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	data, err := json.Marshal(plan{Move: names, Drop: drop})
	if err != nil {
		return err
	}
	tmp := filepath.Join(dir, restoreReady+".tmp")
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(dir, restoreReady)); err != nil {
		return err
	}
	return errors.Join(disk.SyncDir(dir), disk.SyncDir(filepath.Dir(dir)))
}

// syncTree has the files and folders from dir on down on the disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return disk.SyncDir(path)
		case d.Type().IsRegular():
			return store.SyncFile(path)
		}
		return nil
	})
}

// finishRestore puts what a restore has proven into its place. It may be
// killed and run again at any point; without a proven restore it removes
// what one that was killed has left.
func finishRestore(dataDir string, log *slog.Logger) error {
	dir := filepath.Join(dataDir, restoring)
	data, err := os.ReadFile(filepath.Join(dir, restoreReady))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); err == nil {
			log.Warn("a restore was interrupted before it was complete; nothing of it is used, start it again", "folder", dir)
		}
		return os.RemoveAll(dir)
	}
	var todo plan
	if err == nil {
		err = json.Unmarshal(data, &todo)
	}
	if err != nil {
		return fmt.Errorf("restore: %s: %w", dir, err)
	}
	log.Info("a restore is being finished", "folder", dir)
	old := filepath.Join(dataDir, beforeRestore)
	if err := os.MkdirAll(old, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	for _, name := range todo.Drop {
		if err := os.RemoveAll(filepath.Join(dataDir, name)); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	for _, name := range todo.Move {
		from := filepath.Join(dir, name)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue // moved before this process
		}
		set := []string{name}
		if strings.HasSuffix(name, ".db") {
			set = []string{name + "-wal", name + "-shm", name} // a log must never meet another database
		}
		for _, n := range set {
			if _, err := os.Lstat(filepath.Join(dataDir, n)); errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err := os.RemoveAll(filepath.Join(old, n)); err != nil {
				return fmt.Errorf("restore: %w", err)
			}
			if err := os.Rename(filepath.Join(dataDir, n), filepath.Join(old, n)); err != nil {
				return fmt.Errorf("restore: %w", err)
			}
		}
		if err := os.Rename(from, filepath.Join(dataDir, name)); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	// The names are on the disk before what would finish them is gone.
	if err := errors.Join(disk.SyncDir(old), disk.SyncDir(dataDir)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	// First what says that there is something to finish: without it, the rest
	// is rubbish.
	if err := os.Remove(filepath.Join(dir, restoreReady)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	_ = os.Remove(old) // when nothing was moved there
	return nil
}
