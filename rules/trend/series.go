package trend

import (
	"errors"
	"math"
	"slices"
	"time"
)

// A Point is one value of a series.
type Point struct {
	At    time.Time
	Value float64
}

// A Result is what the detector says of one point.
type Result struct {
	Point
	Expected, Low, High float64 // of this slot; Low and High are the 10–90 % range
	Score               float64
	Alarm               bool // an episode opens here
}

// refractory is how long after the last alarming point an episode goes on.
const refractory = 24 * time.Hour

// ErrSeries is the error of a series that is not in order of time.
var ErrSeries = errors.New("trend: the series is not in order of time")

// step is the usual distance between two points.
func step(series []Point) (time.Duration, error) {
	var d []time.Duration
	for i := 1; i < len(series); i++ {
		gap := series[i].At.Sub(series[i-1].At)
		if gap < 0 {
			return 0, ErrSeries
		}
		if gap > 0 {
			d = append(d, gap)
		}
	}
	if len(d) == 0 {
		return time.Hour, nil
	}
	slices.Sort(d)
	return d[len(d)/2], nil
}

// Detect runs the detector over a series, one result a point. Missing slots
// count as zero. A zero Slot is taken from the series.
func Detect(series []Point, o Options) ([]Result, error) {
	if len(series) == 0 {
		return nil, nil
	}
	if o.Slot == 0 {
		var err error
		if o.Slot, err = step(series); err != nil {
			return nil, err
		}
	}
	m := New(series[0].At, o)
	out := make([]Result, 0, len(series))
	var last time.Time // at which it alarmed
	for _, p := range series {
		m.Advance(p.At)
		m.Add(p.Value)
		r := Result{Point: p}
		i := len(m.mu) - 1
		r.Expected = m.mu[i]
		v := m.variance(r.Expected)
		r.Low, r.High = quantile(.1, r.Expected, v), quantile(.9, r.Expected, v)
		var alarm bool
		r.Score, _, alarm = m.Alarm()
		if alarm {
			r.Alarm = last.IsZero() || p.At.Sub(last) > refractory
			last = p.At
		}
		out = append(out, r)
	}
	return out, nil
}

// A Band is a forecast of one slot.
type Band struct {
	At                           time.Time
	Expected                     float64
	Low80, High80, Low95, High95 float64
}

// Forecast says what the next n slots of a series may bring.
func Forecast(series []Point, n int, o Options) ([]Band, error) {
	if len(series) == 0 {
		return nil, nil
	}
	if o.Slot == 0 {
		var err error
		if o.Slot, err = step(series); err != nil {
			return nil, err
		}
	}
	// Two memories, a short and a long one, are each right at times.
	var ms []*Model
	for _, life := range []float64{7, 21} {
		o.levelLife = life
		m := New(series[0].At, o)
		for _, p := range series {
			m.Advance(p.At)
			m.Add(p.Value)
		}
		ms = append(ms, m)
	}
	end := series[len(series)-1].At
	out := make([]Band, 0, n)
	for i := range n {
		b := Band{At: end.Add(time.Duration(i+1) * ms[0].opts.Slot)}
		var second float64
		for _, m := range ms {
			mean := m.expect(m.slot(b.At)) * m.local()
			b.Expected += mean / 2
			second += (m.variance(mean) + mean*mean) / 2
		}
		b.Expected = max(b.Expected, 1e-3)
		v := second - b.Expected*b.Expected
		b.Low80, b.High80 = quantile(.1, b.Expected, v), quantile(.9, b.Expected, v)
		b.Low95, b.High95 = quantile(.025, b.Expected, v), quantile(.975, b.Expected, v)
		b.Expected = math.Round(b.Expected*1000) / 1000
		out = append(out, b)
	}
	return out, nil
}
