package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"langnghe/internal/news"
)

// A Check is one examination of the installation: what was found, and what to
// do. State is ok, warn or bad.
type Check struct {
	Name  string    `json:"name"`
	State string    `json:"state"`
	What  news.Text `json:"what"`
	Do    news.Text `json:"do"`
}

// Checks are the names that a [Check] may have, in order; people read a word
// of the locales in their place.
var Checks = []string{"config", "data", "disk", "memory", "clock", "https", "mail", "sign_on", "recipients", "backup", "service", "sources", "stream", "index", "notices", "audit"}

var checkStates = []string{"ok", "warn", "bad"}

// machineFor is how long the page shows what was found before it looks again:
// it verifies the audit log and reads the place of the backups.
const machineFor = 5 * time.Minute

// machine keeps the last examination; one runs at a time.
type machine struct {
	mu     sync.Mutex
	at     time.Time
	checks []Check
}

// look examines again when what was found is older than most.
func (m *machine) look(ctx context.Context, s *server, most time.Duration, quick bool) ([]Check, time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := s.Clock(); m.at.IsZero() || now.Sub(m.at) >= most {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		m.checks, m.at = s.Examine(ctx, quick), now
	}
	return m.checks, m.at
}

// forget has the next page look again.
func (m *machine) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = time.Time{}
}

type machinePage struct {
	frame
	Off       bool
	Backup    *backingView
	Checks    []Check
	Bad, Warn int
	At        time.Time
}

// machinePage tells the administrator how the installation is, in the words of
// langnghe doctor.
func (s *server) machinePage(w http.ResponseWriter, r *http.Request) error {
	p := machinePage{frame: s.frame(r, visitorOf(r).t.T("machine.title")), Off: s.Examine == nil}
	if !p.Off {
		// What a POST has just found, mail and clock with it, is shown once more.
		p.Checks, p.At = s.machine.look(r.Context(), s, machineFor, true)
		for _, c := range p.Checks {
			switch c.State {
			case "bad":
				p.Bad++
			case "warn":
				p.Warn++
			}
		}
	}
	if p.Backup = s.backup(r.Context()); p.Backup != nil && p.Backup.Running {
		w.Header().Set("Refresh", "3") // the page looks again by itself
	}
	return s.render(w, r, "machine", p)
}

// examine looks again, and asks the mail server and the clocks of others too.
func (s *server) examine(w http.ResponseWriter, r *http.Request) error {
	if s.Examine == nil {
		return errOff
	}
	s.machine.look(r.Context(), s, 2*time.Second, false) // not again for a second click
	http.Redirect(w, r, "/machine", http.StatusSeeOther)
	return nil
}
