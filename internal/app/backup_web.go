package app

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"langnghe/internal/bus"
	"langnghe/web"
)

// pageBackups are the backups of this process as the administrator's page
// has them.
type pageBackups struct{ b *builder }

// Backup reads what became of the last ones from the data folder, so that it
// never waits for one that is made.
func (p pageBackups) Backup(context.Context) (web.Backup, error) {
	st, err := readBackupState(p.b.opts.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return web.Backup{
		To: cmp.Or(p.b.opts.Config.Backup.To, st.To), Last: st.Last, Snapshots: st.Snapshots,
		Bytes: st.Stats.Bytes, NewBytes: st.Stats.NewBytes, Failed: st.Failed, Error: st.Error,
	}, err
}

// BackUp makes one now, of all roles that belong together.
func (p pageBackups) BackUp(ctx context.Context, by string) error {
	_, err := bus.Ask(ctx, p.b.bus, AskBackup(p.b.opts.DataDir), BackupRequest{Do: "now", By: by})
	return err
}
