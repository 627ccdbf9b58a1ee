package web

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// A Backup is what is known of the backups of the installation.
type Backup struct {
	To        string    `json:"to,omitempty"`        // the folder; empty when none is configured
	Last      time.Time `json:"last,omitzero"`       // the last one that was made
	Snapshots int       `json:"snapshots,omitempty"` // that are kept
	Bytes     int64     `json:"bytes,omitempty"`     // of the data in the last one
	NewBytes  int64     `json:"new_bytes,omitempty"` // that it added
	Failed    time.Time `json:"failed,omitzero"`     // since the last one that was made
	Error     string    `json:"error,omitempty"`
}

// Backups makes backups and knows what became of them.
type Backups interface {
	// Backup says how the backups are; it does not wait for one that is made.
	Backup(ctx context.Context) (Backup, error)
	// BackUp makes one now for the person and returns when it is done, which
	// may take minutes.
	BackUp(ctx context.Context, by string) error
}

// backupFor is the longest that a backup may take.
const backupFor = 2 * time.Hour

// backing is the backup that somebody asked for on the page: one at a time.
type backing struct {
	mu    sync.Mutex
	begun time.Time // zero when none is made
	by    string
	ended time.Time // of the last one
	took  time.Duration
	err   string // of the last one; "" is well
}

// A backingView is what the page and the API say about backups.
type backingView struct {
	Backup
	Running bool      `json:"running"`
	Begun   time.Time `json:"begun,omitzero"` // of the one that is made now
	By      string    `json:"by,omitempty"`
	Ended   time.Time `json:"ended,omitzero"` // of the last one that was asked for here
	Seconds int       `json:"seconds,omitempty"`
	Wrong   string    `json:"wrong,omitempty"` // why it failed
}

// backup is how the backups are, nil when this process knows nothing of them.
func (s *server) backup(ctx context.Context) *backingView {
	if s.Backups == nil {
		return nil
	}
	b := &s.backing
	b.mu.Lock()
	v := backingView{Running: !b.begun.IsZero(), Begun: b.begun, By: b.by, Ended: b.ended, Seconds: int(b.took / time.Second), Wrong: b.err}
	b.mu.Unlock()
	var err error
	if v.Backup, err = s.Backups.Backup(ctx); err != nil {
		s.Log.Warn("backups", "err", err)
	}
	return &v
}

// backUp begins a backup, unless one is under way: a second press changes
// nothing. It goes on when the browser leaves.
func (s *server) backUp(ctx context.Context, by string) error {
	if s.Backups == nil {
		return errOff
	}
	b := &s.backing
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.begun.IsZero() {
		return nil
	}
	b.begun, b.by = s.Clock(), by
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), backupFor)
	go func() {
		defer cancel()
		err := s.Backups.BackUp(ctx, by)
		s.machine.forget() // it says when the last backup was made
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ended, b.err = s.Clock(), ""
		b.took, b.begun = b.ended.Sub(b.begun), time.Time{}
		if err != nil {
			b.err = err.Error()
			s.Log.Error("backup", "by", by, "err", err)
		}
	}()
	return nil
}

func (s *server) backUpNow(w http.ResponseWriter, r *http.Request) error {
	if err := s.backUp(r.Context(), by(r).Name); err != nil {
		return err
	}
	http.Redirect(w, r, "/machine#backup", http.StatusSeeOther)
	return nil
}
