package trend

import (
	"math"
	"time"
)

// Figures of the forecast; see docs/benchmarks.md.
const (
	seasonLife = 21.0 // half-life in days of the profile of the week
	errorLife  = 8.0  // of the spread and of the weights, in days
	calibrate  = 0.003
	spreadMin  = 0.01
	slowly     = 0.05
)

// levels are the half-lives of the levels that a forecast mixes, in slots of
// up to an hour and in days.
var (
	levelHours = [...]float64{4, 12, 48, 336}
	levelDays  = [...]float64{3, 7, 21, 56}
)

const experts = len(levelHours)

// bounds are the levels of the quantiles that a band shows, the median among
// them.
var bounds = [...]float64{.025, .1, .5, .9, .975}

// peaked is where the bounds start, in logits: talk stays closer to its middle
// than the negative binomial of that variance, with as long a tail.
var peaked = [len(bounds)]float64{0, .25, 0, -.25, 0}

// A Band is a forecast of one slot. Expected is the median,
// or the mean where that is 5 or less, and each interval holds the value in 80 or 95 of 100 cases.
type Band struct {
	At       time.Time `json:"at"`
	Expected float64   `json:"expected"`
	Low80    float64   `json:"low80"`
	High80   float64   `json:"high80"`
	Low95    float64   `json:"low95"`
	High95   float64   `json:"high95"`

	mean, variance float64
}

// A Calibration is what the series of one ward share of how far their
// forecasts were off.
type Calibration struct{ shift [][len(bounds)]float64 }

// A Forecaster follows one series and knows how well it forecast it. Its state
// does not grow with time.
type Forecaster struct {
	opts  Options
	start time.Time
	n     int // slots taken
	per   int
	cells int // of a week, at most 168
	cal   *Calibration

	level  [experts][2]float64 // discounted sum and exposure
	week   []float64           // profile: sum of values
	weekN  []float64           // and of what the level made of them
	day    [24]float64
	dayE   [24]float64
	made   [][]forecast // by horizon, a ring of those under way
	loss   [][experts]float64
	lossN  []float64
	s2, q2 []float64 // of the spread, by horizon
	shift  [][len(bounds)]float64
}

type forecast struct {
	each [experts]float64
	mean float64
	v    float64
	ok   bool
}

// NewForecaster returns a forecaster of up to horizon slots of a series that
// starts at the time given. Series of one ward share cal; nil is a new one.
func NewForecaster(start time.Time, horizon int, o Options, cal *Calibration) *Forecaster {
	o = o.withDefaults()
	f := &Forecaster{opts: o, start: start, per: max(1, int(24*time.Hour/o.Slot)), cal: cal}
	f.cells = 1
	switch {
	case o.Slot < 24*time.Hour:
		f.cells = 7 * min(f.per, 24)
	case o.Slot == 24*time.Hour:
		f.cells = 7
	}
	if f.cal == nil {
		f.cal = &Calibration{}
	}
	for len(f.cal.shift) < horizon {
		f.cal.shift = append(f.cal.shift, [len(bounds)]float64{})
	}
	f.week, f.weekN = make([]float64, f.cells), make([]float64, f.cells)
	f.made = make([][]forecast, horizon)
	for h := range f.made {
		f.made[h] = make([]forecast, h+1)
	}
	f.loss, f.lossN = make([][experts]float64, horizon), make([]float64, horizon)
	f.s2, f.q2 = make([]float64, horizon), make([]float64, horizon)
	f.shift = make([][len(bounds)]float64, horizon)
	return f
}

func (f *Forecaster) time(i int) time.Time { return f.start.Add(time.Duration(i) * f.opts.Slot) }

// cell is the place of slot i in the week, and its hour.
func (f *Forecaster) cell(i int) (cell, hour int) {
	t := f.time(i).In(f.opts.Zone)
	day := (int(t.Weekday()) + 6) % 7
	switch {
	case f.cells == 1:
		return 0, 0
	case f.cells == 7:
		return day, 0
	}
	per := f.cells / 7
	hour = t.Hour() * per / 24
	return day*per + hour, hour
}

// season is the factor of slot i: its hour, and as far as it is known its
// place in the week.
func (f *Forecaster) season(i int) float64 {
	if f.cells == 1 {
		return f.opts.factor(f.time(i))
	}
	c, h := f.cell(i)
	base := 1.0
	if f.cells > 7 {
		base = (f.day[h] + 1) / (f.dayE[h] + 1)
	}
	// A cell of the week is worth as much as it has been seen.
	g := (f.week[c] + 4*base*f.scale()) / (f.weekN[c] + 4*f.scale())
	return max(g, .02) * f.opts.factor(f.time(i))
}

// scale is the count of an average slot of the last weeks.
func (f *Forecaster) scale() float64 {
	l := f.level[experts-1]
	return (l[0] + .1) / (l[1] + .1*float64(f.per))
}

// mean is what one level says of slot i.
func (f *Forecaster) meanOf(k, i int) float64 {
	l := f.level[k]
	prior := f.level[min(k+1, experts-1)]
	p := (prior[0] + .02) / (prior[1] + .02*float64(f.per))
	return (l[0] + .5*p) / (l[1] + .5) * f.season(i)
}

// Take takes the value of the next slot; NaN is one that is not known.
func (f *Forecaster) Take(y float64) {
	i := f.n
	f.n++
	if !math.IsNaN(y) {
		for h := range f.made {
			if p := f.made[h][i%(h+1)]; p.ok && i > h {
				f.judge(h, p, y, i)
			}
		}
		f.learn(i, y)
	}
	if i < min(2*f.per, 48) {
		return
	}
	for h := range f.made {
		p := f.guess(h, h)
		p.ok = true
		f.made[h][(i+h+1)%(h+1)] = p
	}
}

// guess forecasts the slot h+1 after the last.
func (f *Forecaster) guess(h, c int) (p forecast) {
	i := f.n + h
	var sum float64
	best := math.Inf(1)
	for k := range experts {
		best = min(best, f.loss[c][k])
	}
	for k := range experts {
		p.each[k] = f.meanOf(k, i)
		w := 1.0
		if n := f.lossN[c]; n > 0 {
			w = math.Exp(-12 * (f.loss[c][k] - best) / (best + .2*n))
		}
		p.mean += w * p.each[k]
		sum += w
	}
	p.mean = max(p.mean/sum, 1e-6)
	phi := (f.s2[c] + .25*6) / (f.q2[c] + 6)
	p.v = p.mean*1.05 + max(phi, spreadMin)*p.mean*p.mean
	return p
}

// judge learns from what became of a forecast.
func (f *Forecaster) judge(h int, p forecast, y float64, i int) {
	q := decay(errorLife * float64(f.per))
	unit := math.Sqrt(p.v)
	f.lossN[h] = f.lossN[h]*q + 1
	for k := range experts {
		f.loss[h][k] = f.loss[h][k]*q + math.Min(math.Abs(y-p.each[k])/unit, 4)
	}
	e := y - p.mean
	e = math.Copysign(math.Min(math.Abs(e), 3*unit), e)
	w := p.mean / p.v // what is sure counts most
	w *= w
	f.s2[h] = f.s2[h]*q + w*(e*e-p.mean)
	f.q2[h] = f.q2[h]*q + w*p.mean*p.mean
	// The place of y among what was thought possible, split at random, but the
	// same way each time, where several counts are as good.
	below, here := cdf(y, p.mean, p.v)
	u := below + here*frac(float64(i)*0.6180339887498949+float64(h)*0.7548776662466927)
	for b, tau := range bounds {
		step := -tau
		if u < f.tau(h, b) {
			step = 1 - tau
		}
		// What comes late is followed slowly, or it would swing.
		rate := calibrate / (tau * (1 - tau)) / (1 + slowly*float64(h))
		// Off too often below: the bound goes down, in logits.
		f.shift[h][b] -= rate * .6 * step
		f.cal.shift[h][b] -= rate * .4 * step
	}
}

// tau is the level at which bound b is drawn so that it holds.
func (f *Forecaster) tau(h, b int) float64 {
	t := bounds[b]
	x := math.Log(t/(1-t)) + peaked[b] + math.Max(-3, math.Min(3, f.shift[h][b]+f.cal.shift[h][b]))
	return 1 / (1 + math.Exp(-x))
}

func frac(x float64) float64 { return x - math.Floor(x) }

// learn takes a value into levels and profile.
func (f *Forecaster) learn(i int, y float64) {
	g := f.season(i)
	long := f.meanOf(experts-1, i)
	x := y
	if f.n > 7*min(f.per, 24) { // one loud slot is no level
		x = math.Min(y, 4*long+6*math.Sqrt(long)+3)
	}
	for k := range experts {
		life := levelDays[k]
		if f.opts.Slot < 24*time.Hour {
			life = math.Max(1, levelHours[k]*float64(time.Hour)/float64(f.opts.Slot))
		}
		q := decay(life)
		f.level[k][0] = f.level[k][0]*q + x
		f.level[k][1] = f.level[k][1]*q + g
	}
	if f.opts.factor(f.time(i)) != 1 || f.cells == 1 {
		return
	}
	c, h := f.cell(i)
	base := f.scale()
	if i%max(1, f.per) == 0 || f.per == 1 {
		qd := decay(seasonLife)
		for j := range f.week {
			f.week[j] *= qd
			f.weekN[j] *= qd
		}
		for j := range f.day {
			f.day[j] *= qd
			f.dayE[j] *= qd
		}
	}
	x = math.Min(x, 3*long+3)
	f.week[c] += x
	f.weekN[c] += base
	f.day[h] += x
	f.dayE[h] += base
}

// longest is how many horizons a forecaster calibrates; what lies beyond is
// drawn as wide as the last.
const longest = 336

// Bands are the forecasts of the next slots.
func (f *Forecaster) Bands() []Band { return f.far(len(f.made)) }

func (f *Forecaster) far(n int) []Band {
	out := make([]Band, n)
	last := len(f.made) - 1
	for h := range out {
		out[h] = f.band(h, min(h, last))
	}
	return out
}

// band is the forecast of the slot h+1 after the last, with the calibration
// of horizon c.
func (f *Forecaster) band(h, c int) Band {
	p := f.guess(h, c)
	b := Band{At: f.time(f.n + h), mean: p.mean, variance: p.v}
	var q [len(bounds)]float64
	for k := range bounds {
		q[k] = quantile(f.tau(c, k), p.mean, p.v)
		if k > 0 {
			q[k] = math.Max(q[k], q[k-1])
		}
	}
	b.Low95, b.Low80, b.High80, b.High95 = q[0], q[1], q[3], q[4]
	b.Expected = p.mean // the median of few is mostly 0 and says nothing
	if p.mean > 5 {
		b.Expected = smooth(f.tau(c, 2), p.mean, p.v)
	}
	b.Expected = math.Max(b.Low80, math.Min(b.High80, b.Expected))
	return b
}
