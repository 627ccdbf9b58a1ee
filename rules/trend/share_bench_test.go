package trend

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// shareWorld is what BenchmarkShare listens to: topics whose posts are
// negative at about a quarter, days that differ by more than chance, and once
// a month three days on which more of them are.
type shareWorld struct {
	rng    *rand.Rand
	mean   float64 // posts a day
	corr   float64 // of the posts of one day
	rise   float64 // points, as a share
	drift  bool    // the usual share walks
	topics int
	days   int
}

// gamma draws from a gamma distribution (Marsaglia and Tsang 2000).
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rng, shape+1) * math.Pow(rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if u := rng.Float64(); math.Log(u) < x*x/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}

// shareRun is what one score says of a world: the highest of each rise, and of
// each run of quiet days.
type shareRun struct {
	rises  []float64
	quiet  [][]float64 // by topic and day; -1 for days that belong to a rise
	months float64
}

func (w *shareWorld) run(score func(s *Share, k, n []float64, ward float64) float64) (out shareRun) {
	for range w.topics {
		base := .25 * math.Exp(.25*w.rng.NormFloat64())
		logit := math.Log(base / (1 - base))
		var s Share
		var ks, ns, scores []float64
		next := 45 + w.rng.IntN(20)
		best := -1.0
		for day := range w.days {
			if w.drift {
				logit += .02 * w.rng.NormFloat64()
			}
			p := 1 / (1 + math.Exp(-logit))
			in := day >= next && day < next+3
			if in {
				p = math.Min(p+w.rise, .97)
			}
			n := poisson(w.rng, w.mean*gamma(w.rng, 8)/8)
			size := (1 - w.corr) / w.corr
			a, b := gamma(w.rng, p*size), gamma(w.rng, (1-p)*size)
			k := 0.0
			for range int(n) {
				if w.rng.Float64() < a/(a+b) {
					k++
				}
			}
			ks, ns = append(ks, k), append(ns, n)
			x := score(&s, ks, ns, .25)
			s.Close(k, n, .25)
			switch {
			case day < 35:
				x = -1
			case day >= next && day < next+4: // a rise and the day after it
				best, x = math.Max(best, x), -1
				if day == next+3 {
					out.rises = append(out.rises, best)
					best = -1
				}
			case day >= next+4 && day < next+10:
				x = -1
				if day == next+9 {
					next += 30
				}
			}
			scores = append(scores, x)
			if x >= 0 {
				out.months += 1.0 / 30
			}
		}
		out.quiet = append(out.quiet, scores)
	}
	return out
}

// alarms counts runs of quiet days over a threshold.
func (r *shareRun) alarms(threshold float64) (n int) {
	for _, days := range r.quiet {
		last := -9
		for d, x := range days {
			if x >= threshold {
				if d-last > 3 {
					n++
				}
				last = d
			}
		}
	}
	return n
}

// calibrated is the threshold of about .25 alarms in a topic-month.
func (r *shareRun) calibrated() float64 {
	var all []float64
	for _, days := range r.quiet {
		all = append(all, days...)
	}
	slices.Sort(all)
	for i := len(all) - 1; i >= 0; i-- {
		if float64(r.alarms(all[i])) > .25*r.months {
			return all[min(i+1, len(all)-1)]
		}
	}
	return 0
}

func (r *shareRun) found(threshold float64) float64 {
	n := 0
	for _, x := range r.rises {
		if x >= threshold {
			n++
		}
	}
	return float64(n) / float64(len(r.rises))
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func last(x []float64, n int) []float64 { return x[max(0, len(x)-n):] }

// BenchmarkShare prints how many rises of three days are found: at the threshold
// that has a quarter of a false alarm in a topic-month on this very world, as
// detectors are compared, and at the one that is shipped.
func BenchmarkShare(b *testing.B) {
	rise := func(s *Share, k, n []float64, ward float64) float64 {
		return s.Rise([2]float64{sum(last(k, 1)), sum(last(n, 1))}, [2]float64{sum(last(k, 3)), sum(last(n, 3))}, ward)
	}
	for _, of := range []struct {
		corr  float64
		drift bool
	}{{.04, false}, {.04, true}, {.02, false}, {.08, false}} {
		for _, c := range []struct{ mean, rise float64 }{{3, .4}, {8, .4}, {20, .25}, {20, .4}, {80, .15}, {80, .25}, {200, .15}} {
			w := shareWorld{rng: rand.New(rand.NewPCG(uint64(c.mean), 501)), mean: c.mean, corr: of.corr, rise: c.rise, topics: 200, days: 150, drift: of.drift}
			r := w.run(rise)
			t := r.calibrated()
			b.Logf("days agree %.2f, drift %-5v: %3.0f posts a day, +%2.0f points: found %.2f of %d (threshold %.1f); shipped threshold: %.2f, %.2f false alarms in a topic-month",
				of.corr, of.drift, c.mean, 100*c.rise, r.found(t), len(r.rises), t, r.found(ShareThreshold), float64(r.alarms(ShareThreshold))/r.months)
		}
	}
}
