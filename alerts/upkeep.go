package alerts

import (
	"context"
	"fmt"
	"time"

	"langnghe/internal/news"
)

// publishing is how many outgoing facts are handed over at a time.
const publishing = 500

// publish hands outgoing facts to the other roles. They stay in the outbox
// until that has worked.
func (d *Dispatcher) publish(ctx context.Context) {
	for {
		out, err := d.opts.Store.Outgoing(ctx, publishing)
		if err != nil {
			d.log.Error("read the outbox", "err", err)
			return
		}
		if len(out) == 0 {
			return
		}
		if err := d.handOver(ctx, out); err != nil {
			d.log.Warn("publish what became of alerts", "err", err)
			return
		}
		d.mu.Lock()
		err = d.opts.Store.Published(ctx, out[len(out)-1].Seq)
		d.mu.Unlock()
		if err != nil {
			d.log.Error("clear the outbox", "err", err)
			return
		}
	}
}

func (d *Dispatcher) handOver(ctx context.Context, out []Outgoing) error {
	ctx, cancel := context.WithTimeout(ctx, d.opts.Timeout)
	defer cancel()
	var batch []news.Delivered
	for _, o := range out {
		if o.Delivered != nil {
			batch = append(batch, *o.Delivered)
		}
		if o.Audit != nil && d.opts.Audit != nil {
			if err := d.opts.Audit(ctx, *o.Audit); err != nil {
				return fmt.Errorf("audit: %w", err)
			}
		}
	}
	if len(batch) > 0 && d.opts.Delivered != nil {
		if err := d.opts.Delivered(ctx, batch); err != nil {
			return fmt.Errorf("delivered: %w", err)
		}
	}
	return nil
}

func (d *Dispatcher) gauge(ctx context.Context) {
	now := d.now()
	live, dead, oldest, err := d.opts.Store.Count(ctx, now.Add(-recent))
	if err != nil {
		d.log.Error("count deliveries", "err", err)
		return
	}
	d.m.waiting.Set(float64(live))
	d.m.dead.Set(float64(dead))
	late := time.Duration(0)
	if !oldest.IsZero() {
		late = max(0, now.Sub(oldest))
	}
	d.m.oldest.Set(late.Seconds())
}

// redelivery is how long a stream may bring an alert about an erased item.
const redelivery = 8 * 24 * time.Hour

func (d *Dispatcher) forget(ctx context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if err := d.opts.Store.Forget(ctx, now.Add(-d.opts.Keep), now.Add(-redelivery)); err != nil {
		d.log.Error("forget old alerts", "err", err)
	}
}
