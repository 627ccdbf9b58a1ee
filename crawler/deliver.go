package crawler

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"langnghe/crawler/charset"
)

// ErrNoSource is returned for a source that the config does not name.
var ErrNoSource = errors.New("crawler: there is no such source")

// An Unreadable error is of a document that was sent and cannot be read;
// sending it again changes nothing.
type Unreadable struct {
	Source string
	Err    error
}

func (e *Unreadable) Error() string {
	return fmt.Sprintf("source %s: what was sent cannot be read: %v", e.Source, e.Err)
}

// Unwrap returns what the reader said.
func (e *Unreadable) Unwrap() error { return e.Err }

// A delivery is what was taken in for a source outside of its visits and is
// not yet in the source's state.
type delivery struct {
	added int
	last  time.Time
}

// Deliver takes in a document that was sent for a source: a webhook's event,
// a feed that a hub has pushed. Items that are whole are published when it
// returns; pages that a feed leads to are fetched first. A document that
// came before brings nothing.
func (c *Crawler) Deliver(ctx context.Context, source, contentType string, data []byte) (taken int, err error) {
	i := slices.IndexFunc(c.sources, func(s Source) bool { return s.ID == source })
	if i < 0 {
		return 0, fmt.Errorf("%w: %q", ErrNoSource, source)
	}
	if err := c.load(ctx); err != nil {
		return 0, err
	}
	s := c.sources[i]
	r := &round{c: c, s: s, now: c.o.Now()}
	if r.voices, err = c.newVoices(ctx, r.now); err != nil {
		return 0, err
	}
	list, readErr := readers[s.Kind].read(charset.UTF8(data, contentType), r.reading(nil))
	if s.Kind == "youtube" {
		// What YouTube's hub pushes has no description; the feed has.
		if err := r.withdraw(ctx, list.gone); err != nil {
			return 0, fmt.Errorf("source %s: %w", s.ID, err)
		}
		return 0, c.wake(ctx, s.ID)
	}
	for _, n := range list.notes {
		c.o.Log.Warn("read what was sent", "source", s.ID, "note", n)
	}
	if err := r.take(ctx, list.leads); err != nil {
		return r.found, fmt.Errorf("source %s: %w", s.ID, err)
	}
	if err := r.withdraw(ctx, list.gone); err != nil {
		return r.found, fmt.Errorf("source %s: %w", s.ID, err)
	}
	if err := c.credit(ctx, s, delivery{r.added, r.last}); err != nil {
		return r.found, err
	}
	if readErr != nil {
		return r.found, &Unreadable{s.ID, readErr}
	}
	return r.found, nil
}

// credit puts a delivery into the state of its source, or leaves it for the
// visit that is under way.
func (c *Crawler) credit(ctx context.Context, s Source, d delivery) error {
	if d.added == 0 {
		return nil
	}
	if !c.claim(s.ID) {
		c.mu.Lock()
		defer c.mu.Unlock()
		sum := c.sent[s.ID]
		sum.add(d)
		c.sent[s.ID] = sum
		return nil
	}
	defer c.release(s.ID)
	if c.shared() {
		if _, err := c.state(ctx, s.ID); err != nil {
			return err
		}
	}
	c.mu.Lock()
	v := c.visits[s.ID]
	c.mu.Unlock()
	v.Total += d.added
	if d.last.After(v.LastItem) {
		v.LastItem = d.last
	}
	// A source that is only sent to is well as soon as something comes.
	if v.State == stateNew || v.State == stateSilent || v.State == stateEmpty {
		r := &round{c: c, s: s, now: c.o.Now()}
		if _, err := r.settle(ctx, &v, outcome{same: true}); err != nil {
			return err
		}
		c.metrics.state(v)
	}
	return c.keep(ctx, v, true)
}

// wake makes a source due now.
func (c *Crawler) wake(ctx context.Context, source string) error {
	if !c.claim(source) {
		return nil // it is being read
	}
	defer c.release(source)
	if c.shared() {
		if _, err := c.state(ctx, source); err != nil {
			return err
		}
	}
	c.mu.Lock()
	v := c.visits[source]
	c.mu.Unlock()
	v.Next = c.o.Now()
	return c.keep(ctx, v, true)
}

// offer tells of the hub that a feed names, in the document or in the
// headers of its answer, which go first. A feed that calls itself by an
// address on another host is known by ours.
func (r *round) offer(ctx context.Context, hub, self string, rep reply) error {
	if r.c.o.Offered == nil {
		return nil
	}
	if h, s := linked(rep.links, "hub"), linked(rep.links, "self"); h != "" {
		if hub = h; s != "" {
			self = s
		}
	}
	if hub == "" {
		return nil
	}
	if self == "" || !r.ours(self) {
		self = r.s.URL
	}
	if err := r.c.o.Offered(ctx, r.s.ID, hub, self); err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	return nil
}

var linkHeader = regexp.MustCompile(`<([^<>]+)>\s*;\s*(?:[^,]*;\s*)?rel="?([a-z ]+)"?`)

// linked is the address of a relation in Link headers.
func linked(headers []string, relation string) string {
	for _, h := range headers {
		for _, m := range linkHeader.FindAllStringSubmatch(h, -1) {
			if slices.Contains(strings.Fields(m[2]), relation) {
				return m[1]
			}
		}
	}
	return ""
}

func (d *delivery) add(o delivery) {
	d.added += o.added
	if o.last.After(d.last) {
		d.last = o.last
	}
}

// received is what was delivered while a visit was under way.
func (c *Crawler) received(source string) delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.sent[source]
	delete(c.sent, source)
	return d
}
