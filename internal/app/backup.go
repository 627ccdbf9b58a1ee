package app

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/disk"
	"langnghe/internal/news"
	"langnghe/internal/store"
)

// What a backup holds: a copy of every role's database, the facts that are
// under way in the stream, the ward's own rules and whatever else lies in
// the data folder, and the configuration with the keys and certificates that it
// names. Not in it: the search index, which
// the indexer builds again from its database; the stream's files, whose
// facts are kept one by one; pseudonym keys, which must not outlive their
// period; the key of the backups.

const (
	keyFile       = "backup.key"
	factsFile     = "facts.jsonl"
	configCopy    = "config.yaml"
	backupScratch = "backup.tmp"
	drillScratch  = "drill.tmp"
	backupState   = "backup-state.json"
	drillEvery    = 30 * 24 * time.Hour
	drillAgain    = 24 * time.Hour // after one that failed
)

// A BackupNote is what a snapshot says about itself.
type BackupNote struct {
	Tables map[string]map[string]int `json:"tables"`          // rows by database and table
	Facts  int                       `json:"facts"`           // under way
	Erased []news.Erased             `json:"erased"`          // so that a restore of an older one erases again
	Files  []ConfigFile              `json:"files,omitempty"` // that the configuration names
	Round  string                    `json:"round,omitempty"` // the same in what the roles of a split service keep at one time
}

// A BackupRequest asks the process of a data folder for one thing.
type BackupRequest struct {
	Do string `json:"do"` // now, drill, status
	To string `json:"to"` // folder, default the configured one
	By string `json:"by"`
}

// BackupStatus is what became of the last ones.
type BackupStatus struct {
	To        string       `json:"to,omitempty"`
	ID        string       `json:"id,omitempty"` // of the newest snapshot
	Last      time.Time    `json:"last,omitzero"`
	Failed    time.Time    `json:"failed,omitzero"` // since the last success
	Error     string       `json:"error,omitempty"`
	Drill     time.Time    `json:"drill,omitzero"`        // the last trial restore that worked
	DrillFail time.Time    `json:"drill_failed,omitzero"` // since then
	DrillErr  string       `json:"drill_error,omitempty"`
	Stats     backup.Stats `json:"stats"`
	Held      string       `json:"held,omitempty"` // for how long publishing stood still
	Snapshots int          `json:"snapshots"`
	Roles     []string     `json:"roles,omitempty"` // backed up with this one at the same time
}

// KeyPath is where the key of a data folder's backups lies.
func KeyPath(dataDir string) string { return filepath.Join(dataDir, keyFile) }

// backups is the part of a process that keeps copies of its data folder.
type backups struct {
	b         *builder
	cfg       config.Backup
	databases map[string]func(context.Context, string) error // name → copy to file

	mu     sync.Mutex // one at a time
	status BackupStatus
	last   prometheus.Gauge
	drill  prometheus.Gauge
	failed prometheus.Counter
	begun  time.Time // this process

	room func(dir string, need int64) error // an error when a copy would fill the disk

	cut cut // of a round of the split form
}

func (b *builder) backups(databases map[string]func(context.Context, string) error) (*backups, error) {
	f := promauto.With(b.reg)
	k := &backups{
		b: b, cfg: b.opts.Config.Backup, databases: databases,
		last:   f.NewGauge(prometheus.GaugeOpts{Name: "langnghe_backup_last_success_seconds", Help: "When the last backup was made, in Unix time; 0 is never."}),
		drill:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "langnghe_backup_last_drill_seconds", Help: "When a trial restore of a backup last worked, in Unix time; 0 is never. Absent with backup.no_drill."}),
		begun:  b.now(),
		room:   store.Room,
		failed: f.NewCounter(prometheus.CounterOpts{Name: "langnghe_backup_failures_total", Help: "Backups and trial restores that failed."}),
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "langnghe_backup_configured", Help: "1 when backup.to names a place."}, func() float64 {
		if k.cfg.To == "" {
			return 0
		}
		return 1
	})
	if !k.cfg.NoDrill {
		b.reg.MustRegister(k.drill)
	}
	var err error
	if k.status, err = readBackupState(b.opts.DataDir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.log.Warn("the state of the backups is not readable, it is made anew", "err", err)
	}
	for _, name := range []string{backupScratch, drillScratch} { // of a process that was killed
		if err := os.RemoveAll(b.path(name)); err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
	}
	k.show()
	return k, nil
}

// readBackupState reads what became of the last backups of a data folder.
func readBackupState(dataDir string) (st BackupStatus, err error) {
	data, err := os.ReadFile(filepath.Join(dataDir, backupState))
	if err == nil && len(data) > 0 { // a power cut left an empty one once
		err = json.Unmarshal(data, &st)
	}
	if st.DrillErr != "" && st.DrillFail.IsZero() { // as it was written once: the time of the failure
		st.Drill, st.DrillFail = time.Time{}, st.Drill
	}
	return st, err
}

func (k *backups) show() {
	if !k.status.Last.IsZero() {
		k.last.Set(float64(k.status.Last.Unix()))
	}
	if !k.status.Drill.IsZero() {
		k.drill.Set(float64(k.status.Drill.Unix()))
	}
}

func (k *backups) remember() {
	k.show()
	data, err := json.MarshalIndent(k.status, "", "  ")
	if err == nil {
		err = disk.WriteFile(k.b.path(backupState), data)
	}
	if err != nil {
		k.b.log.Warn("the state of the backups was not written", "err", err)
	}
}

// tick makes the backup of the day once its time has come, and the trial
// restore of the month; one that failed is tried again the next day.
func (k *backups) tick(ctx context.Context) error {
	if k.cfg.To == "" {
		return nil
	}
	k.mu.Lock()
	last, failed, drill, wait := k.status.Last, k.status.Failed, k.status.Drill, drillEvery
	if k.status.DrillErr != "" {
		drill, wait = k.status.DrillFail, drillAgain
	}
	k.mu.Unlock()
	now := k.b.now()
	hour, minute := k.cfg.Clock()
	due := k.b.days.Day(now).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	if now.Before(due) {
		due = due.AddDate(0, 0, -1)
	}
	var errs []error
	// In the split form the desk calls all, once they had time to start.
	mine := k.b.me == "" || slices.Contains(k.b.opts.Roles, "desk") && now.Sub(k.begun) > roundWarm
	if last.Before(due) && now.Sub(failed) > time.Hour && mine {
		_, err := k.do(ctx, BackupRequest{Do: "now", By: "system"})
		errs = append(errs, err)
	}
	if !k.cfg.NoDrill && !last.IsZero() && now.Sub(drill) > wait {
		_, err := k.do(ctx, BackupRequest{Do: "drill", By: "system"})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// do answers a request.
func (k *backups) do(ctx context.Context, r BackupRequest) (BackupStatus, error) {
	if r.Do == "now" && k.b.me != "" {
		there, err := k.members(ctx)
		if err == nil && len(there) > 1 {
			return k.callRound(ctx, r, there)
		}
		if err == nil && r.By == "system" { // of a part alone nobody could restore the service
			err = errors.New("backup: no other role of the split form runs; the backup of the night is tried again every hour")
		}
		if err != nil {
			return k.failedRound(r, err)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	to := k.place(cmp.Or(r.To, k.cfg.To))
	switch r.Do {
	case "status":
		return k.status, nil
	case "now", "drill":
	default:
		return k.status, fmt.Errorf("backup: nothing is called %q", r.Do)
	}
	if to == "" {
		return k.status, errors.New("backup: no place is configured; write backup: {to: /mnt/usb/langnghe} into the configuration, or use -to")
	}
	key, err := backup.LoadKey(k.b.path(keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("backup: there is no key yet; langnghe backup init makes one")
	}
	var repo *backup.Repo
	if err == nil {
		repo, err = backup.Open(to, key)
	}
	act := "backup.made"
	if r.Do == "now" {
		if err == nil {
			err = k.save(ctx, repo)
		}
		k.status.To = to
		if err != nil {
			k.status.Failed, k.status.Error = k.b.now(), err.Error()
		} else {
			k.status.Failed, k.status.Error = time.Time{}, ""
		}
	} else {
		act = "backup.drill"
		if err == nil {
			err = k.trial(ctx, repo)
		}
		if err != nil {
			k.status.DrillFail, k.status.DrillErr = k.b.now(), err.Error()
		} else {
			k.status.Drill, k.status.DrillFail, k.status.DrillErr = k.b.now(), time.Time{}, ""
		}
	}
	if err != nil {
		k.failed.Inc()
		act = strings.Replace(act, "backup.", "backup.failed_", 1)
		k.b.log.Error("backup", "do", r.Do, "to", to, "err", err)
	} else {
		k.b.log.Info("backup", "do", r.Do, "to", to, "id", k.status.ID, "new_bytes", k.status.Stats.NewBytes, "held", k.status.Held)
	}
	k.remember()
	aerr := k.b.audit("backup")(ctx, news.Audit{ID: act + "/" + rand.Text(), At: k.b.now(), Who: cmp.Or(r.By, "system"), Act: act, Object: k.status.ID})
	return k.status, errors.Join(err, aerr)
}

// save makes one snapshot and lets go of old ones.
func (k *backups) save(ctx context.Context, repo *backup.Repo) error {
	dir, err := k.scratch()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	note, held, err := k.copyTo(ctx, dir)
	if err != nil {
		return err
	}
	return k.keep(ctx, repo, dir, k.b.now(), note, held)
}

// scratch is an empty folder with room for a copy of everything.
func (k *backups) scratch() (string, error) {
	dir := k.b.path(backupScratch)
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	need, err := k.size()
	if err == nil {
		err = k.room(k.b.opts.DataDir, need)
	}
	if err == nil {
		err = os.Mkdir(dir, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("backup: %w", err)
	}
	return dir, nil
}

// keep puts what was copied into dir into the repository, as of the time at.
func (k *backups) keep(ctx context.Context, repo *backup.Repo, dir string, at time.Time, note BackupNote, held time.Duration) error {
	s, st, err := repo.Save(ctx, dir, at, k.b.opts.Version, note)
	if err != nil {
		return err
	}
	k.status.ID, k.status.Last, k.status.Stats, k.status.Held = s.ID, at, st, held.Round(time.Millisecond).String()
	if _, _, err := repo.Prune(ctx, backup.Keep{Daily: k.cfg.Daily, Weekly: k.cfg.Weekly, Zone: k.b.days.Zone()}); err != nil {
		return err
	}
	all, err := repo.List()
	k.status.Snapshots = len(all)
	return err
}

// size is what copyTo writes, by and large.
func (k *backups) size() (n int64, err error) {
	for name := range k.databases {
		size, err := store.Size(k.b.path(name))
		if err != nil {
			return 0, err
		}
		n += size
	}
	err = walkRest(k.b.opts.DataDir, func(path, _ string) error {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// copyTo puts what a backup holds into dir. Publishing stands still for as
// long as the databases are copied: then a fact is in the list of those under
// way, or the role that hears it has handled it before its database was
// copied.
func (k *backups) copyTo(ctx context.Context, dir string) (note BackupNote, held time.Duration, err error) {
	begun := time.Now()
	release := k.b.bus.Hold()
	if note.Facts, err = k.copyFacts(ctx, dir); err == nil {
		err = k.copyDatabases(ctx, dir)
	}
	release()
	held = time.Since(begun)
	if err == nil {
		err = k.complete(ctx, dir, &note)
	}
	return note, held, err
}

// copyFacts writes the facts under way into dir and counts them. Nobody
// publishes meanwhile.
func (k *backups) copyFacts(ctx context.Context, dir string) (n int, err error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	err = k.b.bus.Unhandled(ctx, func(m bus.Message) error {
		n++
		return enc.Encode(m)
	})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, factsFile), buf.Bytes(), 0o600)
	}
	if err != nil {
		return n, fmt.Errorf("backup: %w", err)
	}
	return n, nil
}

// copyDatabases copies those of this process. Nobody publishes meanwhile.
func (k *backups) copyDatabases(ctx context.Context, dir string) error {
	for name, copyTo := range k.databases {
		if err := copyTo(ctx, filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	return nil
}

// complete adds to the databases in dir what may go on changing, and says in
// the note what there is.
func (k *backups) complete(ctx context.Context, dir string, note *BackupNote) (err error) {
	note.Tables = map[string]map[string]int{}
	for name := range k.databases {
		file := filepath.Join(dir, name)
		if note.Tables[name], err = store.Tables(ctx, file); err != nil {
			return err
		}
		if name == "desk.db" {
			if note.Erased, err = store.Erasures(ctx, file); err != nil {
				return err
			}
		}
	}
	if err := copyRest(k.b.opts.DataDir, dir); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if file := k.b.opts.ConfigFile; file != "" {
		if note.Files, err = copyConfig(file, k.b.opts.DataDir, dir); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		for _, f := range note.Files {
			if f.Why != "" {
				k.b.log.Warn("what the configuration names is not in the backup", "file", f.Name, "err", f.Why)
			}
		}
	}
	return nil
}

// derived is what lies in a data folder and is not copied as it is: the
// databases are copied by SQLite, the rest can be had again or belongs to this
// process alone.
func derived(name string) bool {
	switch name {
	case "lock", "socket", serverFile, keyFile, "stream", "index", backupScratch, drillScratch, backupState, restoring, beforeRestore, replayFile, configCopy, configFiles, factsFile, store.BeforeUpgrade:
		return true
	}
	return strings.HasPrefix(name, disk.Scratch) || strings.HasSuffix(name, ".db") || strings.HasSuffix(name, ".db-wal") || strings.HasSuffix(name, ".db-shm")
}

func copyRest(from, to string) error {
	return walkRest(from, func(path, rel string) error { return copyFile(path, filepath.Join(to, rel)) })
}

// walkRest calls f with each file of a data folder that is copied as it is,
// and its name below the folder. What lies elsewhere and is linked to from the
// folder itself (rules -> /etc/langnghe/rules) belongs to it.
func walkRest(from string, f func(path, rel string) error) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if derived(e.Name()) {
			continue
		}
		root, err := filepath.EvalSymlinks(filepath.Join(from, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile, or a link to nothing
		}
		if err != nil {
			return err
		}
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			return f(path, filepath.Join(e.Name(), rel))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// trial restores the newest snapshot into a scratch folder, proves the
// databases, the rows and the audit chain, and removes it again.
func (k *backups) trial(ctx context.Context, repo *backup.Repo) error {
	dir := k.b.path(drillScratch)
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(dir)
	s, err := repo.Latest("")
	if err != nil {
		return err
	}
	if err := k.room(k.b.opts.DataDir, s.Bytes); err != nil {
		return fmt.Errorf("backup: a trial restore: %w", err)
	}
	if err := repo.Restore(ctx, s, dir, nil); err != nil {
		return err
	}
	return prove(ctx, s, dir)
}

// prove checks what was restored into dir against what the snapshot says.
func prove(ctx context.Context, s backup.Snapshot, dir string) error {
	var note BackupNote
	if err := json.Unmarshal(s.Note, &note); err != nil {
		return fmt.Errorf("backup: snapshot %s: %w", s.ID, err)
	}
	for name, want := range note.Tables {
		file := filepath.Join(dir, name)
		if err := store.Check(ctx, file); err != nil {
			return err
		}
		got, err := store.Tables(ctx, file)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(got, want) {
			return fmt.Errorf("backup: %s: it holds %v rows, the backup speaks of %v", name, got, want)
		}
		if name == "desk.db" {
			if _, err := store.VerifyAudit(ctx, file); err != nil {
				return fmt.Errorf("backup: %s: %w", name, err)
			}
		}
	}
	return nil
}

// copiesFor is how long the copies from before an upgrade or a restore stay.
const copiesFor = 14 * 24 * time.Hour

// dropCopies removes those that are older.
func (b *builder) dropCopies(than time.Duration) error {
	names := []string{beforeRestore}
	sets, err := store.UpgradeSets(b.path(store.BeforeUpgrade))
	if err != nil {
		return fmt.Errorf("old copies: %w", err)
	}
	for _, set := range sets {
		names = append(names, filepath.Join(store.BeforeUpgrade, set))
	}
	for _, name := range names {
		info, err := os.Stat(b.path(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && time.Since(info.ModTime()) >= than {
			err = os.RemoveAll(b.path(name))
		}
		if err != nil {
			return fmt.Errorf("old copies: %w", err)
		}
	}
	return nil
}

// backupLate is how old the newest backup may be.
const backupLate = 48 * time.Hour

// warning is said on every page once the copies are two days behind, the
// first one cannot be made, or a trial restore has failed.
func (k *backups) warning() (news.Text, bool) {
	if k.cfg.To == "" || !k.mu.TryLock() { // one is being made
		return news.Text{}, false
	}
	defer k.mu.Unlock()
	now := k.b.now()
	failing := !k.status.Failed.IsZero() || now.Sub(k.begun) > time.Hour // a service that was away gets the time to make one
	switch {
	case k.status.DrillErr != "":
		return news.Text{
			VI: "Khôi phục thử bản sao lưu không được. Quản trị viên chạy: langnghe doctor",
			EN: "A trial restore of the backup failed. Administrator: run langnghe doctor",
		}, true
	case k.status.Last.IsZero() && failing:
		return news.Text{
			VI: "Chưa có bản sao lưu nào. Kiểm tra ổ hoặc USB sao lưu, rồi chạy: langnghe backup",
			EN: "There is no backup yet. Check the backup disk or stick, then run langnghe backup",
		}, true
	case now.Sub(k.status.Last) > backupLate && failing:
		return news.Text{
			VI: "Không sao lưu được hơn hai ngày. Kiểm tra ổ hoặc USB sao lưu, rồi chạy: langnghe backup",
			EN: "There has been no backup for more than two days. Check the backup disk or stick, then run langnghe backup",
		}, true
	}
	return news.Text{}, false
}

// replay has the whole stream handled again when a downgrade asks for it.
func (b *builder) replay(ctx context.Context) error {
	if _, err := os.Stat(b.path(replayFile)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := b.bus.Forget(ctx); err != nil {
		return err
	}
	return os.Remove(b.path(replayFile))
}

// resume publishes what a restore left: the facts that were under way, and
// the erasures that came after the backup.
func (b *builder) resume(ctx context.Context) error {
	file := b.path(factsFile)
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	var batch []bus.Message
	dec := json.NewDecoder(bufio.NewReader(f))
	for {
		var m bus.Message
		err := dec.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("restore: %s: %w", file, err)
		}
		batch = append(batch, m)
	}
	if err := b.bus.Republish(ctx, batch); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := os.Remove(file); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	b.log.Info("facts under way were restored", "facts", len(batch))
	return nil
}
