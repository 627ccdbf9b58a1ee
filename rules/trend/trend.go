// Package trend notices early that a low count rises, and says what comes
// next: a handful of posts a day about one topic, where a mean and a standard
// deviation say nothing.
//
// The expected count is a level with a profile of weekdays and hours; the level
// is a gamma posterior, so a short history makes it uncertain and not wrong.
// How much a topic swings is learnt as weights of sixteen kinds of noise (how
// far posts cause posts, how far days differ), starting from what the topics
// of the ward have shown. What looks like a burst is left out of the learning,
// or it would hide the next one. The score compares, for windows of 3 to 72
// hours, how well the count is explained by the usual negative binomial and by
// bursts of several sizes. Streams of many posts in slots of minutes are
// compared with the highest of their own days instead.
//
// Everything is a pure function of the series and, for pooled series, of the
// ward's up to then.
package trend

import (
	"time"

	"langnghe/internal/calendar"
)

// Score thresholds for about 0.1, 0.25 and 1 false alarms in a topic-month, as
// counted on simulated wards; see docs/benchmarks.md.
const (
	LowSensitivity    = 10.1
	MediumSensitivity = 8.6
	HighSensitivity   = 6.75
)

// Options configures a model. The zero value is hourly slots in +07:00, the
// floor 3 and medium sensitivity.
type Options struct {
	Slot      time.Duration  // length of a slot, default an hour; a day is a multiple of it, or it is of a day
	Zone      *time.Location // where a day starts, default +07:00
	Floor     float64        // a window with less can not alarm, default 3
	Threshold float64        // of the score, default MediumSensitivity
	// Factor is how much of an ordinary day's talk a day has, by the calendar:
	// holidays, Tết, what is planned. Nil means that every day is ordinary.
	Factor func(time.Time) float64
}

func (o *Options) factor(t time.Time) float64 {
	if o.Factor == nil {
		return 1
	}
	if f := o.Factor(t); f > 0 {
		return f
	}
	return 1
}

func (o Options) withDefaults() Options {
	if o.Slot <= 0 {
		o.Slot = time.Hour
	}
	if o.Zone == nil {
		o.Zone = calendar.Zone
	}
	if o.Floor == 0 {
		o.Floor = 3
	}
	if o.Threshold == 0 {
		o.Threshold = MediumSensitivity
	}
	return o
}
