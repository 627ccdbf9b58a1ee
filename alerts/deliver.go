package alerts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"langnghe/internal/news"
)

// A job is one message on its way.
type job struct {
	rows []Row // oldest first
	msg  Message
	lost error // why there is no way to the recipient
}

// identity names an alert at a recipient, whatever the channel and the try.
func identity(alert, recipient string) string {
	sum := sha256.Sum256([]byte(alert + "\x00" + recipient))
	return "ln-" + hex.EncodeToString(sum[:16])
}

// Run delivers until ctx is done. A message is marked as tried before it is
// handed to its channel and as sent afterwards; a stop in between repeats it
// under the same identity. One recipient gets one message at a time; a slow
// one holds up nobody else.
func (d *Dispatcher) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	tick := time.NewTicker(d.opts.Poll)
	defer tick.Stop()
	if err := d.greet(work); err != nil {
		d.log.Error("ask for confirmation of addresses", "err", err)
	}
	var gauged, forgot time.Time
	for ctx.Err() == nil {
		if err := d.nudge(work); err != nil {
			d.log.Error("escalate", "err", err)
		}
		if err := d.start(work, &wg); err != nil {
			d.log.Error("look for due alerts", "err", err)
		}
		d.publish(work)
		if time.Since(gauged) >= 5*time.Second {
			gauged = time.Now()
			d.gauge(work)
		}
		if time.Since(forgot) >= time.Hour {
			forgot = time.Now()
			d.forget(work)
		}
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-tick.C:
		}
	}
	late := time.AfterFunc(d.opts.Grace, stop)
	defer late.Stop()
	wg.Wait()
	d.publish(work)
	return nil
}

// start marks what is due as tried and sends it off.
func (d *Dispatcher) start(ctx context.Context, wg *sync.WaitGroup) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	due, err := d.opts.Store.Due(ctx, now, time.Now())
	if err != nil {
		return err
	}
	for _, head := range due {
		if len(d.busy) >= d.opts.Workers {
			return nil // whoever is done looks again
		}
		if d.busy[head.Recipient] != nil {
			continue
		}
		j, err := d.claim(ctx, head, now)
		if err != nil {
			return err
		}
		if j == nil {
			d.rouse() // all of it was muted; there may be more
			continue
		}
		d.busy[head.Recipient] = j
		wg.Go(func() {
			d.deliver(ctx, j)
			d.mu.Lock()
			delete(d.busy, head.Recipient)
			d.mu.Unlock()
			d.rouse()
		})
	}
	return nil
}

// claim gathers the message that head belongs to and writes that it is
// tried. What has become too old meanwhile is muted; nil is nothing left.
func (d *Dispatcher) claim(ctx context.Context, head Row, now time.Time) (*job, error) {
	rows, err := d.opts.Store.Batch(ctx, head)
	if err != nil {
		return nil, err
	}
	id := head.Message
	if id == "" {
		id = identity(head.Alert.ID, head.Recipient)
	}
	c := Change{At: now}
	j := &job{}
	w := Window{Recipient: head.Recipient, Fold: head.Fold, Until: now.Add(d.opts.GroupWait)}
	for _, r := range rows {
		if old(r.Alert, now) {
			settle(&c, &r, Muted, whyOld, now)
			c.Rows = append(c.Rows, r)
			continue
		}
		r.Message = id
		r.Tries++
		w.Level = max(w.Level, r.Alert.Level)
		c.Rows = append(c.Rows, r)
		j.rows = append(j.rows, r)
	}
	if len(j.rows) > 0 && head.Fold != "" && head.Message == "" {
		c.Windows = append(c.Windows, w)
	}
	if err := d.opts.Store.Save(ctx, c); err != nil {
		return nil, err
	}
	d.count(c)
	if len(j.rows) == 0 {
		return nil, nil
	}
	to, ok := d.way(head.Recipient, head.Channel)
	if !ok {
		j.lost = &lostWay{fmt.Sprintf("recipient %q is no longer configured on channel %q", head.Recipient, head.Channel)}
		return j, nil
	}
	j.msg, err = d.message(ctx, to, j.rows, now)
	return j, err
}

// deliver makes one try and writes what became of it. A try that ends
// because the service stops is left as it is and repeated at the next start.
func (d *Dispatcher) deliver(ctx context.Context, j *job) {
	channel := j.rows[0].Channel
	begun := time.Now()
	err := j.lost
	if err == nil {
		try, cancel := context.WithTimeout(ctx, d.opts.Timeout)
		if err = d.attach(try, &j.msg); err == nil {
			err = d.opts.Channels[channel].Send(try, j.msg)
		}
		cancel()
	}
	d.m.duration.WithLabelValues(channel).Observe(time.Since(begun).Seconds())
	if err != nil && ctx.Err() != nil {
		return
	}
	// Not written is not done: without this the message would go out again.
	for d.finish(ctx, j, err) != nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// attach fetches the files of a message, each once, for a channel that carries
// any and an address that is known to be the recipient's: with the message of
// somebody else's mailbox goes nothing.
func (d *Dispatcher) attach(ctx context.Context, m *Message) error {
	c, ok := d.opts.Channels[m.To.Channel].(interface{ Carries() bool })
	if d.opts.Files == nil || !ok || !c.Carries() {
		return nil
	}
	seen := map[string]bool{"": true}
	for _, a := range append([]news.Alert{m.Alert}, m.More...) {
		if seen[a.Attach] {
			continue
		}
		seen[a.Attach] = true
		files, err := d.opts.Files(ctx, a.Attach)
		if err != nil {
			return fmt.Errorf("alerts: files of %s: %w", a.Attach, err)
		}
		m.Files = append(m.Files, files...)
	}
	return nil
}

// finish writes the end of a try.
func (d *Dispatcher) finish(ctx context.Context, j *job, failure error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	c := Change{At: now}
	tries := j.rows[0].Tries
	final := permanent(failure) || tries >= d.opts.Retry.Tries
	retry := time.Now().Add(d.pause(tries, failure))
	var dead []Row
	for _, r := range j.rows {
		switch {
		case failure == nil:
			r.Error = ""
			settle(&c, &r, Sent, "", now)
		case r.Drop != "":
			r.Error = line(failure.Error(), 300)
			settle(&c, &r, Muted, r.Drop, now)
		case final:
			r.Error = line(failure.Error(), 300)
			settle(&c, &r, Dead, "", now)
			dead = append(dead, r)
		default:
			r.Error = line(failure.Error(), 300)
			r.State, r.Retry = Failed, retry
			report(&c, r, now)
			if r.Alert.Level >= news.Critical && tries == impatience {
				dead = append(dead, r)
			}
		}
		c.Rows = append(c.Rows, r)
	}
	if len(dead) > 0 {
		if err := d.fallback(ctx, &c, dead, now); err != nil {
			d.log.Error("find a fallback", "alert", dead[0].Alert.ID, "err", err)
			return err
		}
	}
	if err := d.opts.Store.Save(ctx, c); err != nil {
		d.log.Error("write the end of a delivery", "alert", j.rows[0].Alert.ID, "err", err)
		return err
	}
	d.count(c)
	d.tell(j, failure, final)
	return nil
}

// tell logs and counts the end of a try.
func (d *Dispatcher) tell(j *job, failure error, final bool) {
	r := j.rows[0]
	log := d.log.With("alert", r.Alert.ID, "recipient", r.Recipient, "channel", r.Channel, "alerts", len(j.rows), "try", r.Tries)
	reason := "temporary"
	if permanent(failure) {
		reason = "permanent"
	}
	switch {
	case failure == nil:
		log.Info("delivered")
		return
	case final:
		log.Error("gave up delivery", "reason", reason, "err", failure)
	default:
		log.Warn("delivery failed", "err", failure)
	}
	d.m.failed.WithLabelValues(r.Channel, reason).Inc()
}

// pause is how long to wait after a failed try.
func (d *Dispatcher) pause(tries int, failure error) time.Duration {
	p := d.opts.Retry.First
	for i := 1; i < tries && p < d.opts.Retry.Max; i++ {
		p *= 2
	}
	p = min(p, d.opts.Retry.Max)
	p = p/2 + rand.N(p/2+1)
	return max(p, min(retryAfter(failure), 4*d.opts.Retry.Max))
}
