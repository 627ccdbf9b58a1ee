package trend

import (
	"math"
	"slices"
	"time"
)

// A peak follows a stream of many posts in slots of minutes. What counts there
// is not whether a rise is chance, because it never is, but whether the stream
// ever rises so far: the score compares how many times the usual was reached
// with the highest of each day so far, whose tail is taken for exponential.
type peak struct {
	opts     Options
	lev, n   float64
	prof, pn [24]float64
	days     []float64 // highest of the last days
	top      float64
	day      time.Time
	sent     []stamped // scores of the last day and a half
}

type stamped struct {
	at    time.Time
	score float64
}

const (
	peakLife  = 3.0 // half-life of the level in days
	peakDays  = 35  // that are compared
	peakFew   = 5.0 // posts that make no difference
	peakQuiet = 36 * time.Hour
	peakGrow  = 0.5 // by which an episode must grow to be said again
)

// take takes the value of a slot and returns its expectation and score.
func (p *peak) take(at time.Time, y float64) (mu, score float64) {
	l := at.In(p.opts.Zone)
	h := l.Hour()
	perHour := float64(time.Hour) / float64(p.opts.Slot)
	g := (p.prof[h] + 24*perHour) / (p.pn[h] + 24*perHour)
	mu = y
	if p.n > 0 {
		mu = p.lev / p.n * g
	}
	x := max(0, math.Log((y+peakFew)/(mu+peakFew)))
	if d := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, p.opts.Zone); !d.Equal(p.day) {
		if !p.day.IsZero() {
			p.days = append(p.days, p.top)
			p.days = p.days[max(0, len(p.days)-peakDays):]
		}
		p.day, p.top = d, 0
	}
	p.top = max(p.top, x)
	if len(p.days) >= 4 {
		z := slices.Sorted(slices.Values(p.days))
		mid := z[len(z)/2]
		over, n := 1.2, 2.0 // as if two days had been .6 over the middle
		for _, v := range z {
			if v > mid {
				over, n = over+v-mid, n+1
			}
		}
		score = max(0, 2.65+1.45*(x-mid)/(over/n))
	}
	seen := y
	if p.n > 24*perHour {
		seen = min(y, 2*mu+2)
	}
	q := decay(peakLife * 24 * perHour)
	p.lev, p.n = p.lev*q+seen/g, p.n*q+1
	q = decay(14 * perHour)
	p.prof[h], p.pn[h] = p.prof[h]*q+seen*g/max(mu, 1e-9), p.pn[h]*q+1
	return max(mu, 1e-6), score
}

// busy reports whether a slot usually holds posts at all.
func (p *peak) busy() bool { return p.n > 0 && p.lev/p.n >= .2 }

// news is the score if it tells anything that was not told in the last day
// and a half.
func (p *peak) news(at time.Time, score float64) float64 {
	for len(p.sent) > 0 && at.Sub(p.sent[0].at) >= peakQuiet {
		p.sent = p.sent[1:]
	}
	top := 0.0
	for _, s := range p.sent {
		top = max(top, s.score)
	}
	if score == 0 || top > 0 && score < top+peakGrow {
		return 0
	}
	p.sent = append(p.sent, stamped{at, score})
	return score
}
