package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"langnghe/internal/app"
	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/calendar"
	"langnghe/internal/config"
)

const keyAdvice = `Khóa của các bản sao lưu / the key of the backups:

    %s

Chép ra giấy và cất nơi khác với máy này. Mất khóa là mất bản sao lưu; ai có khóa thì đọc được hết.
Write it down and keep it away from this machine. Without it no backup can be read; with it all can.
`

func runBackup(ctx context.Context, c *call) error {
	var to string
	fs, err := c.flags("config data json", func(fs *flag.FlagSet) {
		fs.StringVar(&to, "to", "", "`folder` of the backups (default backup.to of the configuration)")
	})
	if err != nil {
		return err
	}
	do := "now"
	if fs.NArg() > 0 {
		do = fs.Arg(0)
	}
	if fs.NArg() > 1 { // flags may follow the word
		c.args = fs.Args()[1:]
		if _, err = c.flags("config data json", func(fs *flag.FlagSet) {
			fs.StringVar(&to, "to", to, "`folder` of the backups")
		}); err != nil {
			return err
		}
	}
	cfg, err := config.Load(c.config)
	if err != nil {
		return err
	}
	given := to
	if to == "" {
		to = cfg.Backup.To
	}
	if to == "" && do != "key" {
		return usagef("names no place: -to FOLDER, or backup.to in the configuration")
	}
	if to != "" {
		if to, err = filepath.Abs(to); err != nil {
			return err
		}
	}
	above := to
	if to = app.BackupPlace(c.data, to); to != above && given == "" {
		above = "" // of a split service: each role goes to the place of its own configuration
	}
	switch do {
	case "init":
		return c.backupInit(to)
	case "key":
		key, err := backup.LoadKey(app.KeyPath(c.data))
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, keyAdvice, key)
		return nil
	case "list", "verify", "prune":
		key, err := backup.LoadKey(app.KeyPath(c.data))
		if err != nil {
			return err
		}
		repo, err := backup.Open(to, key)
		if err != nil {
			return err
		}
		return c.backupRepo(ctx, do, repo, cfg)
	case "now", "drill":
		var st app.BackupStatus
		err := c.reads(ctx, func(ctx context.Context, a bus.Asker) error {
			ctx, cancel := context.WithTimeout(ctx, 2*time.Hour)
			defer cancel()
			var err error
			st, err = bus.Ask(ctx, a, app.AskBackup(c.data), app.BackupRequest{Do: do, To: above, By: caller()})
			return err
		}, app.Roles...)
		if err != nil {
			return err
		}
		if do == "drill" {
			fmt.Fprintf(c.out, "khôi phục thử được / a trial restore works: %s\n", to)
			return nil
		}
		fmt.Fprintf(c.out, "%s: %d tệp / files, %s; mới / new: %s\n", st.ID, st.Stats.Files, size(st.Stats.Bytes), size(st.Stats.NewBytes))
		if len(st.Roles) > 0 {
			fmt.Fprintf(c.out, "cùng lúc, mỗi vai trò ở thư mục của nó / at one time, each role in its own place: %s\n", strings.Join(st.Roles, ", "))
		}
		return nil
	default:
		return usagef("there is no %q; use init, now, list, verify, drill, prune or key", do)
	}
}

// backupInit makes the key, if there is none, and the repository.
func (c *call) backupInit(to string) error {
	key, tell, err := makePlace(c.data, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: sẵn sàng / ready\n\n", to)
	if tell {
		fmt.Fprintf(c.out, keyAdvice, key)
	}
	return nil
}

func (c *call) backupRepo(ctx context.Context, do string, repo *backup.Repo, cfg config.Config) error {
	if do == "prune" {
		days, err := cfg.Days()
		if err != nil {
			return err
		}
		removed, freed, err := repo.Prune(ctx, backup.Keep{Daily: cfg.Backup.Daily, Weekly: cfg.Backup.Weekly, Zone: days.Zone()})
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%d bản đã bỏ / backups removed, %s\n", len(removed), size(freed))
		return nil
	}
	all, listErr := repo.List()
	var bad []error
	for _, s := range all {
		state := ""
		if do == "verify" {
			state = "  ok"
			if err := repo.Verify(ctx, s); err != nil {
				state = "  HỎNG / DAMAGED"
				bad = append(bad, err)
			}
		}
		fmt.Fprintf(c.out, "%s  %s  %3d tệp / files  %9s%s\n", s.ID, s.At.In(calendar.Zone).Format("02/01/2006 15:04"), len(s.Files), size(s.Bytes), state)
	}
	return errors.Join(append(bad, listErr)...)
}

func size(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GB", float64(n)/(1<<30))
}

func runRestore(ctx context.Context, c *call) error {
	var from, keyFile, id string
	var replace, upgrade bool
	_, err := c.flags("config data v", func(fs *flag.FlagSet) {
		fs.StringVar(&from, "from", "", "`folder` of the backups")
		fs.StringVar(&keyFile, "key", "", "`file` that holds the key, - to type it in (default the one in the data folder)")
		fs.StringVar(&id, "at", "", "`backup` to restore, as backup list shows it (default the newest)")
		fs.BoolVar(&replace, "replace", false, "move the data that is there to before-restore")
		fs.BoolVar(&upgrade, "before-upgrade", false, "go back to the copies made before the last upgrade; start the older program afterwards")
	})
	if err != nil {
		return err
	}
	if upgrade {
		back, err := app.Downgrade(ctx, c.data)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "đã trở lại như trước khi nâng cấp lúc / as before the upgrade of %s: %s\nnay chạy phiên bản cũ / now start the older program\n", back.At.In(calendar.Zone).Format("02/01/2006 15:04"), strings.Join(back.Names, ", "))
		if back.Left > 0 {
			fmt.Fprintf(c.out, "còn bản chép trước các lần nâng cấp cũ hơn / copies from before earlier upgrades are left: %d\n", back.Left)
		}
		return nil
	}
	if from == "" {
		return usagef("needs -from FOLDER")
	}
	if c.config != "" {
		if _, err := os.Stat(c.config); err != nil {
			return usagef("finds no configuration %s: without -config, that of the backup is used", c.config)
		}
	}
	var key backup.Key
	switch keyFile {
	case "":
		if key, err = backup.LoadKey(app.KeyPath(c.data)); errors.Is(err, fs.ErrNotExist) {
			return usagef("needs the key of the backups: -key FILE, or -key - to type it in")
		}
	case "-":
		show := hidden(ctx, c.in)
		fmt.Fprint(c.err, "khóa / key: ")
		line, rerr := bufio.NewReader(c.in).ReadString('\n')
		show()
		if line == "" && rerr != nil {
			return rerr
		}
		key, err = backup.ParseKey(line)
	default:
		key, err = backup.LoadKey(keyFile)
	}
	if err != nil {
		return err
	}
	shown := -1
	done, err := app.Restore(ctx, app.RestoreOptions{
		From: from, Key: key, ID: id, DataDir: c.data, Replace: replace, By: caller(), Now: time.Now(),
		Progress: func(n, all int64) {
			if p := int(100 * n / max(all, 1)); p/5 != shown {
				shown = p / 5
				fmt.Fprintf(c.err, "\r%3d %%", p)
			}
		},
	})
	fmt.Fprintln(c.err)
	if err != nil {
		return err
	}
	if done.Unknown != nil {
		fmt.Fprintf(c.err, "! %[1]v\n  không đọc được các mục đã xóa sau bản sao lưu; nếu có, xóa lại / what was erased since the backup could not be read; erase it again, if there was any: langnghe erase -reason WHY ID\n", done.Unknown)
	}
	file := c.config
	if copied := filepath.Join(c.data, "config.yaml"); file == "" {
		if _, err := os.Stat(copied); err == nil {
			file = copied
		}
	}
	c.placeFolders(file, done.Note)
	if len(done.Note.Tables) < len(app.Roles) { // of one role: what is under way is for the others as well
		fmt.Fprintf(c.out, "%s: %s, nguyên vẹn / intact\nkhôi phục mọi vai trò từ cùng một lần sao lưu, rồi chạy lại / restore every role from the same round of backups, then start them again: -at %[1]s\n",
			done.Snapshot.ID, strings.Join(slices.Sorted(maps.Keys(done.Note.Tables)), ", "))
		return nil
	}
	fmt.Fprintf(c.err, "lập chỉ mục, kiểm tra / indexing, checking …\n")
	// An own context of the indexer and the desk: nothing is sent from here.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	cfg, problem := c.restoredConfig(file, done.Note)
	return app.With(ctx, app.Options{Config: cfg, DataDir: c.data, Roles: []string{"indexer", "desk"}, Log: c.log(slog.LevelWarn), Version: version}, func(ctx context.Context, a bus.Asker) error {
		st, err := bus.Ask(ctx, a, app.AskIndex, app.None{})
		if err != nil {
			return err
		}
		rep, err := bus.Ask(ctx, a, app.AskAudit, app.AuditRequest{Verify: true})
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		fmt.Fprintf(c.out, "%s: %d mục tin / items, %d vụ việc / cases, nhật ký / audit log: %d, nguyên vẹn / intact\n",
			done.Snapshot.ID, st.Items, done.Note.Tables["desk.db"]["case_file"], rep.Verified)
		if done.Erase > 0 {
			fmt.Fprintf(c.out, "sẽ xóa lại / erased again: %d\n", done.Erase)
		}
		if problem {
			fmt.Fprintf(c.out, "Dữ liệu đã khôi phục. Trước khi chạy, làm các việc nêu trên / The data is restored. Before it runs, do what is listed above, then:\nlangnghe config check %s\n", file)
		}
		if file != "" {
			fmt.Fprintf(c.out, "langnghe serve -data %s -config %s\n", c.data, file)
		}
		return nil
	})
}

// restoredConfig reads the configuration after a restore. One that cannot be
// used yet, because files that it names are not on this machine, says what
// is to be done and does not keep the data from being indexed and proven:
// what that takes of it is in what is returned.
func (c *call) restoredConfig(file string, note app.BackupNote) (cfg config.Config, problem bool) {
	cfg, err := config.Load(file)
	if err == nil {
		return cfg, false
	}
	absent, aerr := app.AbsentFiles(file, c.data, note)
	for _, a := range absent {
		if a.Copy != "" {
			fmt.Fprintf(c.err, "! %[1]s: chưa có; bản sao ở / is not there; its copy is %[2]s\n    sudo install -D -m 600 %[2]s %[1]s\n    (chủ sở hữu: người chạy dịch vụ / owner: who runs the service)\n", a.Want, a.Copy)
		} else {
			fmt.Fprintf(c.err, "! %s: chưa có, cũng không có trong bản sao lưu / is not there and not in the backup (%s)\n    ghi lại tệp này, hoặc sửa %s / write it anew, or change %s\n", a.Want, a.Why, file, file)
		}
	}
	if len(absent) == 0 || aerr != nil {
		fmt.Fprintf(c.err, "! %v\n", err)
	}
	bare := config.Default()
	bare.Limits = cfg.Limits
	if cfg.Profile != "" {
		bare.Profile, bare.Khoi, bare.RulesDir = cfg.Profile, cfg.Khoi, cfg.RulesDir
	}
	if cfg.Retention.TextDays > 0 {
		bare.Retention = cfg.Retention
	}
	return bare, true
}

// placeFolders brings the ward's rules to where the configuration looks for
// them, and says what became of them.
func (c *call) placeFolders(file string, note app.BackupNote) {
	if file == "" {
		return
	}
	placed, err := app.PlaceFolders(file, c.data, note)
	if err != nil {
		return // the configuration itself cannot be read, which is said next
	}
	for _, p := range placed {
		switch p.How {
		case "placed":
			fmt.Fprintf(c.err, "%[1]s: đã khôi phục / restored\n    (chủ sở hữu: người chạy dịch vụ / owner: who runs the service)\n", p.Want)
		case "kept":
			fmt.Fprintf(c.err, "! %[1]s: đã có và khác bản sao lưu, được để nguyên; bản sao ở %[2]s / is there, differs from the backup and was left alone; its copy is %[2]s\n", p.Want, p.Copy)
		case "failed":
			fmt.Fprintf(c.err, "! %[1]s: %[3]s; bản sao ở / its copy is %[2]s\n    sudo cp -rT %[2]s %[1]s\n    (chủ sở hữu: người chạy dịch vụ / owner: who runs the service)\n", p.Want, p.Copy, p.Why)
		case "lacking":
			fmt.Fprintf(c.err, "! %[1]s: chưa có, cũng không có trong bản sao lưu / is not there and not in the backup (%[2]s)\n", p.Want, p.Why)
		}
	}
}
