package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"langnghe/alerts"
	"langnghe/internal/backup"
	"langnghe/internal/bus"
	"langnghe/internal/news"
)

// The roles of a split service keep their folders in a round: one process
// calls the others, all hold back what they would publish, the facts under
// way are listed, each copies its own databases, and all go on. That is the
// cut of one process ([backups.copyTo]) over several: with nobody publishing
// between the list and the last copy, a fact is in the list, or its listener
// has handled it before its database was copied, and no database knows what
// another one does not know yet to have said. Each process then puts its copy
// into a place of its own, under one name. A process that holds lets go by
// itself after a while; the round counts only when none had to.

const (
	roundWarm = 2 * time.Minute  // after the desk's start, before it calls the others
	roundFind = 2 * time.Second  // for how long members are looked for
	roundHold = 60 * time.Second // after which a member lets go by itself
	roundKeep = 10 * time.Minute // and after which it drops a copy that nobody asks to keep
)

// A Member is a process of a split service that takes part in a round.
type Member struct {
	ID    string   `json:"id"`
	Roles []string `json:"roles"`
	// Idle is a crawler that does not keep the crawlers' state: it holds back
	// and has nothing to copy.
	Idle bool `json:"idle,omitempty"`
}

// A RoundRequest asks a member for one step: hold, list, copy, release, keep,
// in this order; or drop, which undoes what was done.
type RoundRequest struct {
	Do    string    `json:"do"`
	Round string    `json:"round"`
	To    string    `json:"to,omitempty"` // folder above the places; empty: that of each one's configuration
	At    time.Time `json:"at,omitzero"`  // names the backups
}

var askMembers = bus.Question[None, Member]{Subject: "ask.backup-members"}

func askRound(member string) bus.Question[RoundRequest, BackupStatus] {
	return bus.Question[RoundRequest, BackupStatus]{Subject: "ask.backup-round." + member, Within: longWork}
}

// round has this process take part in rounds.
func (b *builder) round(k *backups) {
	if b.me == "" {
		return
	}
	b.part("backup members", func(ctx context.Context) error {
		return bus.AnswerEach(ctx, b.bus, askMembers, func(context.Context, None) (Member, error) { return k.member(), nil })
	})
	reply(b, askRound(b.me), k.step)
	b.close = append(b.close, func() error { k.cut.drop(""); return nil })
}

func (k *backups) member() Member {
	idle := len(k.b.opts.Roles) == 1 && k.b.leads != nil && !k.b.leads()
	return Member{ID: k.b.me, Roles: k.b.opts.Roles, Idle: idle}
}

// place is the folder of this process's backups below to: to itself, when a
// place was made of it or all roles are in here, else a folder of the roles'
// names.
func (k *backups) place(to string) string { return placeOf(to, k.b.opts.Roles) }

func placeOf(to string, roles []string) string {
	if to == "" || len(roles) == len(Roles) || backup.IsRepository(to) {
		return to
	}
	return filepath.Join(to, strings.Join(roles, "-"))
}

// BackupPlace is where a data folder's backups lie, when to is what the
// configuration or -to says: the folder of a role of a split service has a
// place below it.
func BackupPlace(dataDir, to string) string {
	if _, err := os.Stat(filepath.Join(dataDir, serverFile)); err != nil {
		return to
	}
	var roles []string
	for _, role := range Roles {
		if _, err := os.Stat(filepath.Join(dataDir, role+".db")); err == nil {
			roles = append(roles, role)
		}
	}
	if len(roles) == 0 {
		return to
	}
	return placeOf(to, roles)
}

// members are the processes of the service. One alone is enough for a backup
// of its folder while the others do not run; else all roles must be there.
func (k *backups) members(ctx context.Context) ([]Member, error) {
	found, err := bus.AskEach(ctx, k.b.bus, askMembers, None{}, roundFind)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	there, kept := map[string]bool{}, false
	for _, m := range found {
		for _, role := range m.Roles {
			there[role] = true
		}
		kept = kept || slices.Contains(m.Roles, "crawler") && !m.Idle
	}
	var missing, deaf []string
	for _, role := range Roles {
		if there[role] {
			continue
		}
		if k.runs(ctx, role) {
			deaf = append(deaf, role)
		} else {
			missing = append(missing, role)
		}
	}
	switch {
	case len(deaf) > 0:
		return nil, fmt.Errorf("backup: these roles run and do not answer for backups: %s. Are they of an older program, or too slow? Bring all to the same version and try again", strings.Join(deaf, ", "))
	case len(found) > 1 && len(missing) > 0:
		return nil, fmt.Errorf("backup: a backup of the split form needs every role to run, or none; not running: %s. Start them and try again", strings.Join(missing, ", "))
	case len(found) > 1 && !kept:
		return nil, errors.New("backup: no crawler keeps the crawlers' state at the moment; try again in three minutes")
	}
	return found, nil
}

// runs reports whether a process plays the role; one that answers late, or
// with an error, does.
func (k *backups) runs(ctx context.Context, role string) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var err error
	switch role {
	case "crawler":
		_, err = bus.Ask(ctx, k.b.bus, AskSources, None{})
	case "indexer":
		_, err = bus.Ask(ctx, k.b.bus, AskIndex, None{})
	case "rules":
		_, err = bus.Ask(ctx, k.b.bus, AskRules, None{})
	case "desk":
		_, err = bus.Ask(ctx, k.b.bus, AskUsers, UserRequest{})
	case "alerts":
		_, err = bus.Ask(ctx, k.b.bus, AskDeliveries, alerts.DeliveriesQuery{Limit: 1})
	}
	return !errors.Is(err, bus.ErrNobody)
}

// callRound makes one backup of every member's folder.
func (k *backups) callRound(ctx context.Context, r BackupRequest, all []Member) (BackupStatus, error) {
	if r.To != "" && backup.IsRepository(r.To) {
		return k.failedRound(r, fmt.Errorf("backup: %s is the place of one role; all roles run, and each has a place of its own: name the folder above it", r.To))
	}
	q := RoundRequest{Round: rand.Text(), To: r.To, At: k.b.now()}
	// Several at a time; each error names its role.
	each := func(do string, who func(Member) bool) error {
		q := q
		q.Do = do
		errs := make([]error, len(all))
		var wg sync.WaitGroup
		for i, m := range all {
			if !who(m) {
				continue
			}
			wg.Go(func() {
				limit := longWork
				if do != "keep" {
					limit = roundHold
				}
				ctx, cancel := context.WithTimeout(ctx, limit)
				defer cancel()
				if _, err := bus.Ask(ctx, k.b.bus, askRound(m.ID), q); err != nil {
					errs[i] = fmt.Errorf("%s: %w", strings.Join(m.Roles, ", "), err)
				}
			})
		}
		wg.Wait()
		return errors.Join(errs...)
	}
	every := func(Member) bool { return true }
	desk := func(m Member) bool { return slices.Contains(m.Roles, "desk") }
	data := func(m Member) bool { return !m.Idle }
	begun := time.Now()
	var err error
	k.mu.Lock()
	before := k.status.Last
	k.mu.Unlock()
	for _, step := range []struct {
		do  string
		who func(Member) bool
	}{{"hold", every}, {"list", desk}, {"copy", data}, {"release", every}} {
		if err = each(step.do, step.who); err != nil {
			break
		}
	}
	if err != nil {
		_ = each("drop", every) // one that does not hear it lets go by itself
		return k.failedRound(r, err)
	}
	held := time.Since(begun)
	if err := each("keep", data); err != nil {
		k.mu.Lock()
		k.status.Last = before // our own copy alone is no backup of the service
		k.mu.Unlock()
		return k.failedRound(r, err)
	}
	k.mu.Lock()
	st := k.status
	k.mu.Unlock()
	for _, m := range all {
		if data(m) {
			st.Roles = append(st.Roles, m.Roles...)
		}
	}
	k.b.log.Info("backup of every role", "id", st.ID, "held", held.Round(time.Millisecond))
	return st, k.tell(ctx, r, "backup.made", st.ID)
}

// failedRound remembers why there is no backup.
func (k *backups) failedRound(r BackupRequest, err error) (BackupStatus, error) {
	k.mu.Lock()
	k.status.Failed, k.status.Error = k.b.now(), err.Error()
	k.failed.Inc()
	k.remember()
	st := k.status
	k.mu.Unlock()
	k.b.log.Error("backup", "do", r.Do, "err", err)
	return st, errors.Join(err, k.tell(context.Background(), r, "backup.failed_made", st.ID))
}

// tell has the audit log say what was done.
func (k *backups) tell(ctx context.Context, r BackupRequest, act, object string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return k.b.audit("backup")(ctx, news.Audit{ID: act + "/" + rand.Text(), At: k.b.now(), Who: cmp.Or(r.By, "system"), Act: act, Object: object})
}

// A cut is what a member has of the round under way.
type cut struct {
	mu      sync.Mutex
	round   string // "" outside of one
	release func() // nil once this process may publish again
	end     func() // lets other backups of this process begin
	timer   *time.Timer
	begun   time.Time
	held    time.Duration

	dir, to string
	repo    *backup.Repo
	note    BackupNote
}

// step does what a round asks of this process.
func (k *backups) step(ctx context.Context, r RoundRequest) (BackupStatus, error) {
	c := &k.cut
	switch r.Do {
	case "hold":
		return BackupStatus{}, k.hold(r)
	case "drop":
		c.drop(r.Round)
		return BackupStatus{}, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.round == "" || c.round != r.Round {
		return BackupStatus{}, errors.New("backup: the round took too long and was given up here")
	}
	var err error
	switch r.Do {
	case "list":
		c.note.Facts, err = k.copyFacts(ctx, c.dir)
	case "copy":
		err = k.copyDatabases(ctx, c.dir)
	case "release":
		c.held = time.Since(c.begun)
		c.release()
		c.release = nil
		if c.dir == "" { // nothing to keep
			c.over()
			break
		}
		c.timer.Reset(roundKeep)
	case "keep":
		c.timer.Stop()
		err = k.complete(ctx, c.dir, &c.note)
		if err == nil {
			err = k.keep(ctx, c.repo, c.dir, r.At, c.note, c.held)
		}
		k.status.To = c.to
		if err != nil {
			k.status.Failed, k.status.Error = k.b.now(), err.Error()
			k.failed.Inc()
		} else {
			k.status.Failed, k.status.Error = time.Time{}, ""
		}
		k.remember()
		st := k.status
		c.over()
		return st, err
	default:
		err = fmt.Errorf("backup: a round has no %q", r.Do)
	}
	return BackupStatus{}, err
}

// hold begins a round here: it looks whether the copy can be kept, and keeps
// this process from publishing.
func (k *backups) hold(r RoundRequest) error {
	if !k.mu.TryLock() {
		return errors.New("backup: another backup or trial restore is being made here")
	}
	c := &k.cut
	c.mu.Lock()
	defer c.mu.Unlock()
	begun := &cut{end: k.mu.Unlock, note: BackupNote{Round: r.Round}, to: k.place(cmp.Or(r.To, k.cfg.To))}
	if !k.member().Idle {
		if err := k.prepare(begun); err != nil {
			k.mu.Unlock()
			return err
		}
	}
	c.round, c.release, c.end, c.begun, c.held = r.Round, k.b.bus.Hold(), begun.end, time.Now(), 0
	c.dir, c.to, c.repo, c.note = begun.dir, begun.to, begun.repo, begun.note
	c.timer = time.AfterFunc(roundHold, func() { c.drop(r.Round) })
	return nil
}

// prepare opens the place of the copy and makes its scratch folder.
func (k *backups) prepare(c *cut) error {
	if c.to == "" {
		return errors.New("backup: no place is configured; write backup: {to: /mnt/usb/langnghe} into the configuration, or use -to")
	}
	key, err := backup.LoadKey(k.b.path(keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("backup: there is no key yet; langnghe backup init, with -data and the folder of this role, makes one")
	}
	if err == nil {
		c.repo, err = backup.Open(c.to, key)
	}
	if err == nil {
		c.dir, err = k.scratch()
	}
	return err
}

// drop ends the round, "" any: this process publishes again, its copy is gone.
func (c *cut) drop(round string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.round != "" && (round == "" || c.round == round) {
		c.over()
	}
}

// over leaves nothing of the round. It is called with mu held.
func (c *cut) over() {
	c.timer.Stop()
	if c.release != nil {
		c.release()
	}
	if c.dir != "" {
		_ = os.RemoveAll(c.dir) // the next start removes it as well
	}
	c.round, c.release, c.dir, c.repo = "", nil, "", nil
	c.end()
}
