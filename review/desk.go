package review

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/official"
)

// Options configures a [Desk]. Store and Log are required.
type Options struct {
	Store Store
	Log   *slog.Logger
	Now   func() time.Time // default time.Now
	Zone  *time.Location   // of the ward's working days, default UTC+7

	// What leaves the desk, handed over by Forward; each may see a value
	// twice. A nil one keeps its messages in the outbox.
	Due     func(context.Context, []news.Alert) error
	Decided func(context.Context, []news.Decided) error
	Facts   func(context.Context, news.Facts) error
	Erased  func(context.Context, news.Erased) error

	// Place names the neighbourhood that an item is about, "" when it is not
	// known; nil knows none.
	Place func(*news.Item) string
	// Workday says whether people work on a day of the ward; default Monday
	// to Friday.
	Workday func(day time.Time) bool
	// Asked finds the questions that people asked in a span of time, newest
	// first; nil leaves them out of the digest.
	Asked func(ctx context.Context, from, to time.Time) ([]news.Item, error)
	// TopicName is a topic as people call it; nil is its id.
	TopicName func(id string) news.Text
	// Spread measures how much was written of the stories in a span of time;
	// nil leaves corrections unmeasured.
	Spread func(ctx context.Context, stories []string, from, to time.Time) (Spread, error)
	// Unit says who answers about a topic; "" means that a person chooses.
	Unit func(topic string) string
	// Khoi says whether a unit is a neighbourhood, beside those whose names
	// begin like one; nil knows no others.
	Khoi func(unit string) bool
	// Overlong says by how many seconds the loudspeaker's script of a case's
	// correction, with all that is said around it, would be too long; nil
	// leaves it at the length of the text.
	Overlong func(c *Case) int
	// TextDays is how long the words of an ordinary item stay; default 90.
	TextDays int
	Metrics  prometheus.Registerer // may be nil
}

// A Desk is the one place where people judge. It is safe for concurrent use.
type Desk struct {
	Options
	metrics *metrics

	checking sync.Mutex
	checker  *official.Checker // of the register as it was at checked
	checked  int
	covers   covers
}

// New makes a desk. It starts nothing: call Release and then Forward every
// few seconds.
func New(o Options) (*Desk, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("review: no store")
	case o.Log == nil:
		return nil, errors.New("review: no logger")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = calendar.Zone
	}
	if o.Workday == nil {
		o.Workday = weekday
	}
	if o.TextDays <= 0 {
		o.TextDays = 90
	}
	if o.Unit == nil {
		o.Unit = func(string) string { return "" }
	}
	if o.Khoi == nil {
		o.Khoi = func(string) bool { return false }
	}
	return &Desk{Options: o, metrics: newMetrics(o.Metrics)}, nil
}

type metrics struct {
	flags, decisions, refused *prometheus.CounterVec
	waiting, age              prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	return &metrics{
		flags:     f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_review_flags_total", Help: "Flags that came to the desk, by level."}, []string{"level"}),
		decisions: f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_review_decisions_total", Help: "Decisions of people, by choice; undone ones count as undo."}, []string{"choice"}),
		refused:   f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_review_refused_total", Help: "Acts that a rule of the house refused, by kind."}, []string{"kind"}),
		waiting:   f.NewGauge(prometheus.GaugeOpts{Name: "langnghe_review_outbox_messages", Help: "Messages that are due and not handed over."}),
		age:       f.NewGauge(prometheus.GaugeOpts{Name: "langnghe_review_outbox_age_seconds", Help: "Age of the oldest message that is due."}),
	}
}

func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Millisecond) }

// An act is one thing that a person does: the gate, the change and the audit
// entry, in one transaction.
func (d *Desk) act(ctx context.Context, by User, a Action, object, detail string, f func(Tx) error) error {
	err := allow(by, a)
	if err == nil {
		err = d.Store.Update(ctx, func(tx Tx) error {
			if err := f(tx); err != nil {
				return err
			}
			return tx.Chain(d.entry(by.Name, string(a), object, detail))
		})
	}
	return d.refusal(string(a), object, err)
}

// actHolding is act for what may touch many entries of one case.
func (d *Desk) actHolding(ctx context.Context, by User, a Action, object, detail string, f func(Tx) error) error {
	return d.act(ctx, by, a, object, detail, func(tx Tx) error { return hold(tx, f) })
}

// refusal counts what the house refuses and names the place of what failed.
// A refusal goes to the person as it is.
func (d *Desk) refusal(act, object string, err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		d.metrics.refused.WithLabelValues("not_found").Inc()
		return &missingError{refuse("not_found", object)}
	case errors.As(err, &e):
		d.metrics.refused.WithLabelValues(e.Kind).Inc()
		return err
	}
	return fmt.Errorf("review: %s %s: %w", act, object, err)
}

// A missingError is the refusal "not_found" that callers may also test with
// errors.Is for [ErrNotFound].
type missingError struct{ refusal *Error }

func (e *missingError) Error() string        { return e.refusal.Error() }
func (e *missingError) Code() string         { return e.refusal.Kind }
func (e *missingError) Permanent() bool      { return true }
func (e *missingError) Is(target error) bool { return target == ErrNotFound }
func (e *missingError) Unwrap() error        { return e.refusal }

// entry makes an entry of the audit chain.
func (d *Desk) entry(who, act, object, detail string) news.Audit {
	return news.Audit{ID: rand.Text(), At: d.now(), Role: "desk", Who: who, Act: act, Object: object, Detail: detail}
}

// change is an act on one case.
func (d *Desk) change(ctx context.Context, by User, a Action, id, detail string, f func(Tx, *Case) error) error {
	return d.changeThen(ctx, by, a, id, detail, func(Tx) error { return nil }, f)
}

// changeThen changes a case and does then, in the same transaction, when the
// case stands.
func (d *Desk) changeThen(ctx context.Context, by User, a Action, id, detail string, then func(Tx) error, f func(Tx, *Case) error) error {
	return d.act(ctx, by, a, id, detail, func(tx Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		if err := c.hiddenFrom(by); err != nil {
			return err
		}
		if err := heed(tx, &c); err != nil {
			return err
		}
		if err := f(tx, &c); err != nil {
			return err
		}
		c.lock()
		if err := tx.PutCase(c); err != nil {
			return err
		}
		return then(tx)
	})
}
