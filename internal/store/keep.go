package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"langnghe/internal/disk"
)

// BeforeUpgrade is the folder, beside the databases, of the copies that are
// made of them before a newer program changes them: one set, a folder, for
// each upgrade, with the databases that it changed.
const BeforeUpgrade = "before-upgrade"

// keepBefore copies a database that lacks some of the role's migrations into
// the set of this program's upgrade, so that there is a way back to the older
// one. The copy is on the disk, whole, before the first of these migrations;
// an upgrade that goes on after it was interrupted keeps it, and one that
// begins again, after the older program may have worked, makes it anew.
func (d *db) keepBefore(ctx context.Context, file, role string) error {
	var n int
	if err := d.write.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'migration'`).Scan(&n); err != nil || n == 0 {
		return err // a new file
	}
	done, err := applied(ctx, d.write)
	if err != nil || len(done) == 0 {
		return err
	}
	files, err := fs.Glob(migrations, "migrations/"+role+"/*.sql")
	if err != nil || len(files) <= len(done) {
		return err // nothing to do, or refused by migrate
	}
	dir, err := upgradeSet(filepath.Join(filepath.Dir(file), BeforeUpgrade))
	if err != nil {
		return err
	}
	name := filepath.Join(dir, filepath.Base(file))
	if _, err := os.Stat(name); err == nil {
		var was []string
		err := still(ctx, name, func(r *sql.DB) (err error) {
			was, err = applied(ctx, r)
			return err
		})
		if err == nil && len(was) < len(done) {
			return nil // this upgrade was interrupted
		}
	}
	if err := remove(name + ".tmp"); err != nil {
		return err
	}
	size, err := Size(file)
	if err != nil {
		return err
	}
	if err := Room(dir, size); err != nil {
		return err
	}
	if err := copyDatabase(ctx, d.read, name+".tmp"); err != nil {
		return errors.Join(err, remove(name+".tmp"))
	}
	if err := SyncFile(name + ".tmp"); err != nil {
		return err
	}
	if err := os.Rename(name+".tmp", name); err != nil {
		return err
	}
	return disk.SyncDir(dir)
}

// upgradeSet is the folder of the copies that this program makes below dir.
// It is made when there is none: its name counts the upgrades and tells
// programs apart by their migrations.
func upgradeSet(dir string) (string, error) {
	names, err := fs.Glob(migrations, "migrations/*/*.sql")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(strings.Join(names, "\n")))
	mark := hex.EncodeToString(sum[:4])
	sets, err := UpgradeSets(dir)
	if err != nil {
		return "", err
	}
	n := 0
	if len(sets) > 0 {
		last := sets[len(sets)-1]
		if strings.HasSuffix(last, "-"+mark) {
			return filepath.Join(dir, last), nil
		}
		if _, err := fmt.Sscanf(last, "%d-", &n); err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Join(dir, last), err)
		}
	}
	set := filepath.Join(dir, fmt.Sprintf("%04d-%s", n+1, mark))
	if err := os.MkdirAll(set, 0o700); err != nil {
		return "", err
	}
	return set, errors.Join(disk.SyncDir(dir), disk.SyncDir(filepath.Dir(dir)))
}

// UpgradeSets lists the sets in the folder of the copies, the oldest first.
func UpgradeSets(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var sets []string
	for _, e := range entries {
		if e.IsDir() && len(e.Name()) == len("0001-01234567") && e.Name()[4] == '-' {
			sets = append(sets, e.Name())
		}
	}
	slices.Sort(sets)
	return sets, nil
}

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SyncFile has what was written to the file on the disk.
func SyncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
