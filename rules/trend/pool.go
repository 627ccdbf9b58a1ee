package trend

import "math"

const scales = 3

var scaleHours = [scales]float64{6, 24, 72}

// tuning holds what was set by measuring; see docs/benchmarks.md.
type tuning struct {
	Windows, K, Mult                          []float64
	LevelLife, WeekLife, HourLife, SpreadLife float64
	Gate, GateBack, GateAhead                 float64
	GateFrom, GateMost                        int
	Wins, WeekPrior, HourPrior                float64
	Local, LocalPrior                         float64
	BurstSpread, Base, LevelMin               float64
	Outlier, Tau, Psi, Alpha                  float64
	WinW                                      []float64
	Floor                                     float64
	Guard                                     int
	MaskSpread                                bool
	ScaleW                                    [scales]float64
}

var tune = tuning{
	Windows: []float64{3, 6, 12, 24, 48, 72}, K: []float64{8, 16, 32}, Mult: []float64{1, 2, 4},
	LevelLife: 28, WeekLife: 56, HourLife: 35, SpreadLife: 56, Gate: 8, GateBack: 24, GateAhead: 12, GateFrom: 15, GateMost: 6,
	Wins: 2.5, WeekPrior: 6, HourPrior: 150, WinW: []float64{1, 1, 1, 1, 1, 1}, Floor: 3, Guard: 2, MaskSpread: true, Outlier: .05, Tau: 6, Psi: .02, Alpha: 2, ScaleW: [scales]float64{.3, 1, 0},
	Local: 3, LocalPrior: 20, BurstSpread: .15, Base: 5, LevelMin: .5,
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
