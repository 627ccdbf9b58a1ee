package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/news"
)

// In the split form the clock, the disk and the backups of a process are
// those of its machine: what it would say over the pages, the desk asks it
// for.

// A Notice is what one process would have people know.
type Notice struct {
	ID    string      `json:"id"`
	Roles []string    `json:"roles"`
	Warn  []news.Text `json:"warn,omitempty"`
}

var askWarnings = bus.Question[None, Notice]{Subject: "ask.warnings"}

// warningsEvery is how old what another process says may be.
const warningsEvery = 30 * time.Second

// elsewhere is what the other processes said last.
type elsewhere struct {
	mu   sync.Mutex
	said []Notice
}

// others says what this process warns of, and on the desk hears the others.
func (b *builder) others() {
	if b.me == "" {
		return
	}
	b.part("warnings", func(ctx context.Context) error {
		return bus.AnswerEach(ctx, b.bus, askWarnings, func(context.Context, None) (Notice, error) {
			return Notice{ID: b.me, Roles: b.opts.Roles, Warn: b.ownWarnings()}, nil
		})
	})
	if slices.Contains(b.opts.Roles, "desk") {
		b.every("warnings of other processes", warningsEvery, b.hearOthers)
	}
}

func (b *builder) hearOthers(ctx context.Context) error {
	all, err := bus.AskEach(ctx, b.bus, askWarnings, None{}, time.Second)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(n Notice) bool { return n.ID == b.me })
	slices.SortFunc(all, func(x, y Notice) int {
		return strings.Compare(strings.Join(x.Roles, ",")+x.ID, strings.Join(y.Roles, ",")+y.ID)
	})
	b.elsewhere.mu.Lock()
	defer b.elsewhere.mu.Unlock()
	b.elsewhere.said = all
	return nil
}

// warnings are what the others say and own does not, each with who says it:
// processes of one machine say the same once.
func (e *elsewhere) warnings(own []news.Text) []news.Text {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []news.Text
	seen := slices.Clone(own)
	for _, n := range e.said {
		for _, w := range n.Warn {
			if slices.Contains(seen, w) {
				continue
			}
			seen = append(seen, w)
			who := strings.Join(n.Roles, ", ") + ": "
			out = append(out, news.Text{VI: who + w.VI, EN: who + w.EN})
		}
	}
	return out
}
