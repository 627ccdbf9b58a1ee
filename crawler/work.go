package crawler

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"langnghe/internal/news"
)

// A Due is a visit whose time has come.
type Due struct {
	Source string    `json:"source"`
	Host   string    `json:"host"` // of the source's address; one visit of it at a time
	At     time.Time `json:"at"`
}

// A Queue holds the visits that are due, for as many crawlers as share it.
type Queue interface {
	// Add puts a visit in. It reports false, and does nothing, while another
	// visit of the same host waits or is being made.
	Add(ctx context.Context, d Due) (bool, error)
	// Work makes visits, so many at a time, until ctx is done. A visit that
	// failed, or whose process died, comes again.
	Work(ctx context.Context, hands int, visit func(context.Context, Due) error) error
}

const (
	// again is when a visit that was put into the queue is looked after: it
	// is made by then, or it waits, or it was lost and is put in once more.
	lookAgain = 10 * time.Second
	// strange is how long a visit of a source that this crawler does not
	// know is passed on to others; then nobody knows it.
	strange = 10 * time.Minute
	// tidyEvery is how often rows are let go that nobody will ask for.
	tidyEvery = 6 * time.Hour
)

// Run puts the visits that are due into the queue and makes those that it
// gets from there, until ctx is done. A source that fails is logged and tried
// again; when Run returns, no visit is under way.
func (c *Crawler) Run(ctx context.Context) error {
	if err := c.flush(); err != nil { // what a manual service has put off
		return c.stopped(ctx, err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.schedule(ctx) })
	g.Go(func() error { return c.queue.Work(ctx, c.o.Workers, c.due) })
	return errors.Join(c.stopped(ctx, g.Wait()), c.flush())
}

// schedule puts into the queue what is due.
func (c *Crawler) schedule(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var tidied time.Time
	for {
		if c.o.Leads == nil || c.o.Leads() {
			err := c.offer(ctx)
			if now := c.o.Now(); err == nil && now.Sub(tidied).Abs() >= tidyEvery {
				tidied = now
				err = c.tidy(ctx, now)
			}
			if err != nil && ctx.Err() == nil {
				c.o.Log.Error("schedule", "err", err)
				select { // the store or the stream is away
				case <-ctx.Done():
				case <-time.After(5 * time.Second):
				}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// offer puts one visit for each host that has some due into the queue.
func (c *Crawler) offer(ctx context.Context) error {
	if err := c.load(ctx); err != nil {
		return err
	}
	for _, s := range c.pick() {
		now := c.o.Now()
		if c.shared() { // another crawler may have made the visit
			v, err := c.state(ctx, s.ID)
			if err != nil {
				return err
			}
			if !isDue(v, now) {
				continue
			}
		}
		c.mu.Lock()
		d := Due{Source: s.ID, Host: c.hosts[s.ID], At: c.visits[s.ID].Next}
		c.mu.Unlock()
		if d.At.IsZero() {
			d.At = now
		}
		if _, err := c.queue.Add(ctx, d); err != nil {
			return err
		}
		c.mu.Lock()
		c.waiting[d.Host] = time.Now().Add(lookAgain)
		c.mu.Unlock()
	}
	return nil
}

// pick is the source that has waited longest of each host with no visit in
// the queue.
func (c *Crawler) pick() []Source {
	var out []Source
	taken := map[string]bool{}
	now := time.Now()
	for _, s := range c.overdue() {
		c.mu.Lock()
		host := c.hosts[s.ID]
		wait := c.waiting[host].After(now)
		c.mu.Unlock()
		if !wait && !taken[host] {
			taken[host] = true
			out = append(out, s)
		}
	}
	return out
}

// due makes a visit from the queue. Its error brings the visit back.
func (c *Crawler) due(ctx context.Context, d Due) error {
	i := slices.IndexFunc(c.sources, func(s Source) bool { return s.ID == d.Source })
	if i < 0 {
		if c.o.Now().Sub(d.At) > strange {
			c.o.Log.Warn("a visit of an unknown source is dropped", "source", d.Source)
			return nil
		}
		return fmt.Errorf("source %q is not in this crawler's config", d.Source)
	}
	if err := c.load(ctx); err != nil {
		return err
	}
	if c.shared() {
		if _, err := c.state(ctx, d.Source); err != nil {
			return err
		}
	}
	c.mu.Lock()
	v := c.visits[d.Source]
	c.mu.Unlock()
	if !isDue(v, c.o.Now()) {
		return nil // made already
	}
	if !c.claim(d.Source) {
		return fmt.Errorf("source %q is being visited", d.Source)
	}
	defer c.release(d.Source)
	_, err := c.visit(ctx, c.sources[i])
	if err != nil && ctx.Err() == nil {
		c.o.Log.Error("visit source", "source", d.Source, "err", err)
	}
	c.mu.Lock()
	delete(c.waiting, d.Host)
	c.mu.Unlock()
	return err
}

// shared reports whether other crawlers may change the state of the sources.
func (c *Crawler) shared() bool { return c.o.Queue != nil }

// state reads what the store knows of a source and remembers it.
func (c *Crawler) state(ctx context.Context, source string) (Visit, error) {
	v, err := c.o.Store.Visit(ctx, source)
	if err != nil {
		return v, fmt.Errorf("crawler: source %s: %w", source, err)
	}
	v = begun(v)
	c.mu.Lock()
	c.visits[source] = v
	c.mu.Unlock()
	return v, nil
}

// begun fills in what is not known of a source before its first visit.
func begun(v Visit) Visit {
	if v.State == "" {
		v.State = stateNew
		v.Why = news.Text{VI: "Chưa đọc lần nào.", EN: "Not visited yet."}
	}
	return v
}

// farthest is the longest that a source is ever left alone. A time further
// away is of a clock that has been set back.
const farthest = 48 * time.Hour

func isDue(v Visit, now time.Time) bool {
	return !v.Next.After(now) || v.Next.After(now.Add(farthest))
}

// tidy lets go of rows that no source lists any more and no figure needs.
func (c *Crawler) tidy(ctx context.Context, now time.Time) error {
	n, err := c.o.Store.Prune(ctx, now.Add(-c.o.Remember))
	if err != nil {
		return fmt.Errorf("crawler: tidy: %w", err)
	}
	if n > 0 {
		c.o.Log.Info("forgot what is listed nowhere any more", "rows", n)
	}
	return nil
}

// alone is the queue of a crawler that shares with nobody. It is in memory:
// what is due is due again after a restart.
type alone struct {
	mu   sync.Mutex
	busy map[string]bool
	jobs chan Due
}

func newAlone() *alone { return &alone{busy: map[string]bool{}, jobs: make(chan Due, 4096)} }

// Add implements Queue.
func (a *alone) Add(_ context.Context, d Due) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.busy[d.Host] {
		return false, nil
	}
	select {
	case a.jobs <- d:
		a.busy[d.Host] = true
		return true, nil
	default:
		return false, nil
	}
}

// Work implements Queue.
func (a *alone) Work(ctx context.Context, hands int, visit func(context.Context, Due) error) error {
	var wg sync.WaitGroup
	for range hands {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case d := <-a.jobs:
					_ = visit(ctx, d) // logged there, and due again
					a.mu.Lock()
					delete(a.busy, d.Host)
					a.mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return nil
}

// hostOf is the host of an address as the queue tells hosts apart.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	h := strings.ToLower(u.Host)
	return strings.TrimSuffix(strings.TrimSuffix(h, ":80"), ":443")
}

// Polling says how often a source without a rhythm of its own is read.
type Polling struct {
	Fast  time.Duration // no source more often; default 3m
	Fresh time.Duration // the sources that bring nearly everything; default 9m30s
	Slow  time.Duration // none less often; default 1h
}

// share of all items comes from the sources that are read at Fresh or faster.
// The rest may come late, so that one in twenty of all items at most waits
// longer than ten minutes.
const share = 0.97

func (p Polling) complete() (Polling, error) {
	if p.Fast == 0 {
		p.Fast = 3 * time.Minute
	}
	if p.Fresh == 0 {
		p.Fresh = max(9*time.Minute+30*time.Second, p.Fast)
	}
	if p.Slow == 0 {
		p.Slow = max(time.Hour, p.Fresh)
	}
	if p.Fast < time.Second || p.Fresh < p.Fast || p.Slow < p.Fresh || p.Slow > 24*time.Hour {
		return p, fmt.Errorf("polling: fast %v, fresh %v and slow %v must grow, from 1s to 24h", p.Fast, p.Fresh, p.Slow)
	}
	return p, nil
}

// rhythm is how long a source waits for its next visit. One with a rhythm in
// the config has that. Else it follows what the source brings (v.Rate, items
// a day): those that bring at least cut a day are read at Fresh, and at the
// pace of their own items when these come faster; the others so much less
// often as they bring less. A listing is read before it could have lost half
// of what it held.
func (p Polling) rhythm(s Source, v Visit, cut float64) time.Duration {
	if s.Every > 0 {
		return s.Every
	}
	d := p.Slow
	if v.Rate > 0 {
		gap := time.Duration(float64(24*time.Hour) / v.Rate)
		if v.Rate >= cut {
			d = min(p.Fresh, gap)
		} else {
			d = min(p.Slow, time.Duration(float64(p.Fresh)*cut/v.Rate))
		}
		if v.Listed > 0 {
			d = min(d, time.Duration(v.Listed)*gap/2)
		}
	}
	return max(d, p.Fast)
}

// jitter shortens a wait by up to a twentieth, so that sources which were
// first read together drift apart.
func jitter(s Source, d time.Duration) time.Duration {
	if s.Internal || d < time.Minute {
		return d
	}
	return d - rand.N(d/20)
}

// cutEvery is how often the cut between the busy and the quiet is drawn.
const cutEvery = 10 * time.Minute

// cut returns the rate from which on a source belongs to those that bring
// nearly everything.
func (c *Crawler) cut(now time.Time) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cutAt.IsZero() || now.Sub(c.cutAt).Abs() >= cutEvery {
		c.cutAt = now
		rates := make([]float64, 0, len(c.sources))
		for _, s := range c.sources {
			rates = append(rates, c.visits[s.ID].Rate)
		}
		c.cutRate = cut(rates)
	}
	return c.cutRate
}

func cut(rates []float64) float64 {
	slices.SortFunc(rates, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	total := 0.0
	for _, r := range rates {
		total += r
	}
	sum, last := 0.0, 0.0
	for _, r := range rates {
		if sum >= share*total {
			break
		}
		sum, last = sum+r, r
	}
	return last
}
