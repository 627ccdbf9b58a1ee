package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"langnghe/crawler"
	"langnghe/crawler/polite"
	"langnghe/internal/bus"
	"langnghe/internal/disk"
)

// Several processes may play the crawler's role. The visits that are due are
// a work queue on the stream; the state of the sources is in the folder of
// one of them, the keeper, whom the others ask. Which one is settled by a
// lease, as is whose turn a host is.

// crawlQueue is the name of the queue of visits.
const crawlQueue = "visits"

// keeperGone is how long the keeper may be away before another process keeps
// the state anew in its own folder. It would read every source again, so it
// gives a restart the time that it needs.
const keeperGone = 3 * time.Minute

func dueHost(d crawler.Due) string { return d.Host }

// A StateRequest asks the keeper of the crawlers' state; Op names the method
// of crawler.Store, the rest are its parameters.
type StateRequest struct {
	Op     string         `json:"op"`
	Name   string         `json:"name,omitempty"` // source or id
	IDs    []string       `json:"ids,omitempty"`
	Visit  *crawler.Visit `json:"visit,omitempty"`
	Rows   []crawler.Seen `json:"rows,omitempty"`
	From   time.Time      `json:"from,omitzero"`
	To     time.Time      `json:"to,omitzero"`
	Period int64          `json:"period,omitempty"`
	Most   int            `json:"most,omitempty"`
}

// A StateReply holds what the method returned.
type StateReply struct {
	Visits   []crawler.Visit         `json:"visits,omitempty"`
	Seen     map[string]crawler.Seen `json:"seen,omitempty"`
	Activity crawler.Activity        `json:"activity"`
	Items    []crawler.Seen          `json:"items,omitempty"`
	N        int                     `json:"n,omitempty"`
	Key      []byte                  `json:"key,omitempty"`
}

// answerState does to a store what a request asks for.
func answerState(ctx context.Context, s crawler.Store, q StateRequest) (a StateReply, err error) {
	switch q.Op {
	case "visit":
		var v crawler.Visit
		v, err = s.Visit(ctx, q.Name)
		a.Visits = []crawler.Visit{v}
	case "save":
		if q.Visit == nil {
			return a, errors.New("state: save without a visit")
		}
		err = s.SaveVisit(ctx, *q.Visit)
	case "visits":
		a.Visits, err = s.Visits(ctx)
	case "seen":
		a.Seen, err = s.Seen(ctx, q.IDs)
	case "mark":
		err = s.MarkSeen(ctx, q.Rows)
	case "activity":
		a.Activity, err = s.Activity(ctx, q.Name, q.From, q.To)
	case "items":
		a.Items, err = s.Items(ctx, q.Name, q.From, q.To, q.Most)
	case "prune":
		a.N, err = s.Prune(ctx, q.To)
	case "erase":
		err = s.Erase(ctx, q.Name)
	case "key":
		a.Key, err = s.Key(ctx, q.Period)
	case "drop":
		err = s.DropKeys(ctx, q.Period)
	default:
		err = fmt.Errorf("state: there is no %q", q.Op)
	}
	return a, err
}

// asked is a crawler.Store that asks the keeper.
type asked struct {
	ask func(context.Context, StateRequest) (StateReply, error)
}

var _ crawler.Store = asked{}

// Visit implements crawler.Store.
func (s asked) Visit(ctx context.Context, source string) (crawler.Visit, error) {
	a, err := s.ask(ctx, StateRequest{Op: "visit", Name: source})
	if err != nil || len(a.Visits) == 0 {
		return crawler.Visit{Source: source}, err
	}
	return a.Visits[0], nil
}

// SaveVisit implements crawler.Store.
func (s asked) SaveVisit(ctx context.Context, v crawler.Visit) error {
	_, err := s.ask(ctx, StateRequest{Op: "save", Visit: &v})
	return err
}

// Visits implements crawler.Store.
func (s asked) Visits(ctx context.Context) ([]crawler.Visit, error) {
	a, err := s.ask(ctx, StateRequest{Op: "visits"})
	return a.Visits, err
}

// Seen implements crawler.Store.
func (s asked) Seen(ctx context.Context, ids []string) (map[string]crawler.Seen, error) {
	a, err := s.ask(ctx, StateRequest{Op: "seen", IDs: ids})
	if a.Seen == nil {
		a.Seen = map[string]crawler.Seen{}
	}
	return a.Seen, err
}

// MarkSeen implements crawler.Store.
func (s asked) MarkSeen(ctx context.Context, rows []crawler.Seen) error {
	_, err := s.ask(ctx, StateRequest{Op: "mark", Rows: rows})
	return err
}

// Activity implements crawler.Store.
func (s asked) Activity(ctx context.Context, source string, from, to time.Time) (crawler.Activity, error) {
	a, err := s.ask(ctx, StateRequest{Op: "activity", Name: source, From: from, To: to})
	return a.Activity, err
}

// Items implements crawler.Store.
func (s asked) Items(ctx context.Context, source string, from, to time.Time, most int) ([]crawler.Seen, error) {
	a, err := s.ask(ctx, StateRequest{Op: "items", Name: source, From: from, To: to, Most: most})
	return a.Items, err
}

// Prune implements crawler.Store.
func (s asked) Prune(ctx context.Context, before time.Time) (int, error) {
	a, err := s.ask(ctx, StateRequest{Op: "prune", To: before})
	return a.N, err
}

// Erase implements crawler.Store.
func (s asked) Erase(ctx context.Context, id string) error {
	_, err := s.ask(ctx, StateRequest{Op: "erase", Name: id})
	return err
}

// Key implements crawler.Store.
func (s asked) Key(ctx context.Context, period int64) ([]byte, error) {
	a, err := s.ask(ctx, StateRequest{Op: "key", Period: period})
	return a.Key, err
}

// DropKeys implements crawler.Store.
func (s asked) DropKeys(ctx context.Context, before int64) error {
	_, err := s.ask(ctx, StateRequest{Op: "drop", Period: before})
	return err
}

// A crew is what the crawlers of several processes share.
type crew struct {
	b      *bus.Bus
	leases *bus.Leases
	own    crawler.Store // in this process's folder
	log    *slog.Logger
	gone   time.Duration // how long a keeper may be away
	keeper atomic.Bool
}

// crew joins the crawlers on the stream; life is that of the leases.
func (b *builder) crew(ctx context.Context, own crawler.Store, life time.Duration) (*crew, error) {
	me, err := b.identity()
	if err != nil {
		return nil, err
	}
	l, err := bus.OpenLeases(ctx, b.bus, me, life)
	if err != nil {
		return nil, err
	}
	return &crew{b: b.bus, leases: l, own: own, log: b.log.With("component", "crawler"), gone: keeperGone}, nil
}

const identityFile = "identity"

// identity is the name of this data folder among the processes that meet on
// one server; it is made once.
func (b *builder) identity() (string, error) {
	name := b.path(identityFile)
	data, err := os.ReadFile(name)
	if err == nil && len(strings.TrimSpace(string(data))) > 0 {
		return strings.TrimSpace(string(data)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("data folder: %w", err)
	}
	id := rand.Text()
	if err := disk.WriteFile(name, []byte(id+"\n")); err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	return id, nil
}

// store is the state as this process reaches it: its own while it is the
// keeper, else by asking.
func (c *crew) store() crawler.Store {
	return asked{func(ctx context.Context, q StateRequest) (StateReply, error) {
		if c.keeper.Load() {
			return answerState(ctx, c.own, q)
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		a, err := bus.Ask(ctx, c.b, askState, q)
		if errors.Is(err, bus.ErrNobody) {
			err = fmt.Errorf("no crawler keeps the state at the moment: %w", err)
		}
		return a, err
	}}
}

// leads reports whether this process puts into the queue what is due.
func (c *crew) leads() bool { return c.keeper.Load() }

// keep makes this process the keeper as soon as there is no other.
func (c *crew) keep(ctx context.Context) error {
	for ctx.Err() == nil {
		lease, _, err := c.leases.Take(ctx, "crawler keeper", c.gone)
		if err != nil {
			if ctx.Err() == nil {
				c.log.Warn("keeper", "err", err)
				select {
				case <-ctx.Done():
				case <-time.After(2 * time.Second):
				}
			}
			continue
		}
		c.log.Info("this process keeps the crawler's state")
		serving, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		wg.Go(func() {
			err := bus.Answer(serving, c.b, askState, func(ctx context.Context, q StateRequest) (StateReply, error) { return answerState(ctx, c.own, q) })
			if err != nil && serving.Err() == nil {
				c.log.Error("keeper", "err", err)
			}
		})
		c.keeper.Store(true)
		select {
		case <-ctx.Done():
		case <-lease.Lost():
			c.log.Warn("another process has taken over the crawler's state; this one was silent for too long")
		}
		c.keeper.Store(false)
		stop()
		wg.Wait()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		if err := lease.Give(end, nil); err != nil {
			c.log.Warn("keeper", "err", err)
		}
		cancel()
	}
	return nil
}

// Take implements polite.Turns with a lease for each host.
func (c *crew) Take(ctx context.Context, host string) (r polite.Record, give func(polite.Record), err error) {
	lease, state, err := c.leases.Take(ctx, "host "+host, 0)
	if err != nil {
		return r, nil, err
	}
	if len(state) > 0 {
		if err := json.Unmarshal(state, &r); err != nil {
			c.log.Warn("turn of a host", "host", host, "err", err)
		}
	}
	if lease.Orphaned {
		r.Last = time.Now()
	}
	return r, func(r polite.Record) {
		data, err := json.Marshal(r)
		if err == nil {
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			err = lease.Give(end, data)
		}
		if err != nil {
			c.log.Warn("turn of a host", "host", host, "err", err)
		}
	}, nil
}
