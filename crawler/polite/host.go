package polite

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Back-off of a host that says "later" without saying when, and the longest
// that we believe when it does.
const (
	firstShut = time.Minute
	maxShut   = 24 * time.Hour
	mostShut  = time.Hour // of our own doubling
)

// hosts remembers each host that was talked to.
type hosts struct {
	mu sync.Mutex
	m  map[string]*host
}

// keep is how many hosts are remembered before idle ones are let go.
const keep = 4096

// of returns the host behind an address. http and https on their usual
// ports are one host, another port is another server.
func (hs *hosts) of(u *url.URL) *host {
	name := strings.ToLower(u.Host)
	if p := u.Port(); p == "80" || p == "443" {
		name = strings.ToLower(u.Hostname())
	}
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.m[name]
	if h == nil {
		if hs.m == nil {
			hs.m = map[string]*host{}
		}
		if len(hs.m) >= keep {
			hs.prune(time.Now())
		}
		h = &host{name: u.Host, key: name, turn: make(chan struct{}, 1), rules: map[string]*rules{}}
		hs.m[name] = h
	}
	h.used = time.Now()
	return h
}

func (hs *hosts) prune(now time.Time) {
	for name, h := range hs.m {
		if now.Sub(h.used) > robotsTTL {
			delete(hs.m, name)
		}
	}
}

// A host is what we owe to one host. Its fields but used belong to the
// goroutine that has the turn.
type host struct {
	name  string
	key   string        // under which it is known
	turn  chan struct{} // one request at a time
	used  time.Time     // guarded by hosts.mu
	last  time.Time     // start of the last request
	until time.Time     // not asked before
	shuts int           // in a row
	code  int
	slow  time.Duration // pace since it said "too many requests"; eases off
	eased time.Time     // when it last did
	hour  time.Time     // since when spent counts
	spent int
	rules map[string]*rules // by scheme and host
}

// enter waits for the host's turn, in this process and among all.
func (t *Transport) enter(ctx context.Context, h *host) (release func(), err error) {
	leave, err := h.enter(ctx)
	if err != nil || t.o.Turns == nil {
		return leave, err
	}
	r, give, err := t.o.Turns.Take(ctx, h.key)
	if err != nil {
		leave()
		return nil, fmt.Errorf("turn of %s: %w", h.name, err)
	}
	if r.Last.After(h.last) {
		h.last = r.Last
	}
	if now := time.Now(); h.last.After(now) {
		h.last = now // another machine's clock
	}
	h.until, h.shuts, h.code, h.slow, h.eased, h.hour, h.spent = r.Until, r.Shuts, r.Code, r.Slow, r.Eased, r.Hour, r.Spent
	return func() {
		give(Record{Last: h.last, Until: h.until, Shuts: h.shuts, Code: h.code, Slow: h.slow, Eased: h.eased, Hour: h.hour, Spent: h.spent})
		leave()
	}, nil
}

// spend takes a request from the host's budget of the hour.
func (t *Transport) spend(h *host, name string) error {
	now := time.Now()
	if d := now.Sub(h.hour); d >= time.Hour || d < 0 {
		h.hour, h.spent = now, 0
	}
	if h.spent >= t.o.Budget && !t.o.Hosts(name).Internal {
		return &RetryLater{Host: h.name, After: h.hour.Add(time.Hour).Sub(now)}
	}
	h.spent++
	return nil
}

// enter waits for the host's turn. Hosts do not wait for each other.
func (h *host) enter(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case h.turn <- struct{}{}:
		return func() { <-h.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wait sleeps until pace has passed since the last request's start.
func (h *host) wait(ctx context.Context, pace time.Duration) error {
	if d := time.Until(h.last.Add(pace)); d > 0 && !h.last.IsZero() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	h.last = time.Now()
	return nil
}

// open returns a RetryLater while the host wants to be left alone.
func (h *host) open(now time.Time) error {
	if now.Before(h.until) {
		return &RetryLater{Host: h.name, Status: h.code, After: h.until.Sub(now)}
	}
	return nil
}

// shut leaves the host alone for the time that it asked for, or for a
// doubling one.
func (h *host) shut(now time.Time, code int, asked time.Duration) time.Duration {
	d := min(asked, maxShut)
	if asked == 0 {
		d = min(firstShut<<min(h.shuts, 10), mostShut)
	}
	h.shuts++
	h.code = code
	h.until = now.Add(d)
	return d
}

// Limits of the pace of a host that says "too many requests".
const (
	mostSlow = time.Minute
	easeAway = 24 * time.Hour // without another one, it gets half of the pause again
)

// slower doubles the pace of a host that found it too fast.
func (h *host) slower(now time.Time, pace time.Duration) {
	h.slow, h.eased = min(max(2*pace, 2*h.slow), mostSlow), now
}

// pace is the pause that the host has taught us, if that is longer.
func (h *host) pace(now time.Time, pace time.Duration) time.Duration {
	for h.slow > 0 && now.Sub(h.eased) >= easeAway {
		h.slow, h.eased = h.slow/2, h.eased.Add(easeAway)
		if h.slow < pace {
			h.slow = 0
		}
	}
	return max(pace, h.slow)
}

func (h *host) fine() { h.shuts, h.until = 0, time.Time{} }
