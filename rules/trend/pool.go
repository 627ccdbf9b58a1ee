package trend

import "math"

// scales are the windows, in hours, that noise is learnt from.
const scales = 3

var scaleHours = [scales]float64{6, 24, 72}

// tuning are the figures that were set by measuring; docs/benchmarks.md says
// on what. Lives are half-lives in days, gates in hours.
type tuning struct {
	Windows     []float64       // of the scan, in hours
	K, Mult     []float64       // bursts that are looked for: posts more, and times the expected
	BurstSpread float64         // of the size of a burst
	Base        float64         // of the score, so that 0 is nothing at all
	LevelLife   float64         // of the level
	WeekLife    float64         // of the profile of weekdays
	HourLife    float64         // and of hours
	SpreadLife  float64         // of what was learnt of noise
	LevelMin    float64         // shape of the level before anything is known
	WeekPrior   float64         // days at the ward's profile
	HourPrior   float64         // posts at the ward's profile
	Wins        float64         // a day is learnt up to so many deviations
	Gate        float64         // hours that score more are not learnt
	GateBack    float64         // nor those before
	GateAhead   float64         // nor those behind
	GateFrom    int             // days before gating begins
	GateMost    int             // days that are not learnt, after which the new level is accepted
	Local       float64         // most that a busy week raises what is expected
	LocalPrior  float64         // posts at no raise
	Outlier     float64         // share of windows that no kind of noise explains
	Tau         float64         // hours in which posts cause posts
	Psi         float64         // squared deviation of the level from its estimate
	Alpha       float64         // topics at even shares of the kinds
	ScaleW      [scales]float64 // weight of the windows of each scale
}

var tune = tuning{
	Windows: []float64{3, 6, 12, 24, 48, 72}, K: []float64{8, 16, 32}, Mult: []float64{1, 2, 4}, BurstSpread: .15, Base: 5,
	LevelLife: 28, WeekLife: 56, HourLife: 35, SpreadLife: 56, LevelMin: .5, WeekPrior: 6, HourPrior: 150, Wins: 2.5,
	Gate: 8, GateBack: 24, GateAhead: 12, GateFrom: 15, GateMost: 6, Local: 3, LocalPrior: 20,
	Outlier: .05, Tau: 6, Psi: .02, Alpha: 2, ScaleW: [scales]float64{.3, 1, 0},
}

// Kinds of noise: how posts cause posts, and how days differ.
const kinds = 16

var kindC, kindPhi [kinds]float64

func init() {
	i := 0
	for _, c := range []float64{0, .5, 1, 2} {
		for _, phi := range []float64{0, .1, .25, .5} {
			kindC[i], kindPhi[i] = c, phi
			i++
		}
	}
}

// A Pool is what the series of one ward share.
type Pool struct {
	hour   [24]float64
	hourN  float64
	week   [7]float64
	weekN  [7]float64
	pi     [kinds]float64
	level  float64
	day    int
	models []*Model
}

// NewPool returns the pool of a ward that has no history.
func NewPool() *Pool {
	p := &Pool{level: 1, day: -1}
	for k := range p.pi {
		p.pi[k] = 1. / kinds
	}
	return p
}

// solve sets what is shared from all series, once a day.
func (p *Pool) solve(day int) {
	if day == p.day {
		return
	}
	p.day = day
	var logs, n float64
	p.hour, p.hourN, p.week, p.weekN = [24]float64{}, 0, [7]float64{}, [7]float64{}
	var pi [kinds]float64
	total := 0.
	for k := range pi {
		pi[k] = tune.Alpha / kinds
		total += pi[k]
	}
	for _, m := range p.models {
		for h := range m.hour {
			p.hour[h] += m.hour[h]
		}
		p.hourN += m.hourN
		for k := range m.week {
			p.week[k] += m.week[k]
			p.weekN[k] += m.weekN[k]
		}
		if m.learned > 7 {
			for k := range pi {
				pi[k] += m.pi[k]
				total += m.pi[k]
			}
		}
		if m.e > 0 {
			logs += math.Log((m.a + .5) / (m.e + .5))
			n++
		}
	}
	if n > 0 {
		p.level = math.Exp(logs / n)
	}
	for k := range pi {
		p.pi[k] = pi[k] / total
	}
}
