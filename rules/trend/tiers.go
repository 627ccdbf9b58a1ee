package trend

import (
	"cmp"
	"math"
	"slices"
)

// A Tier says who hears of a rise. It never decides whether there is one.
type Tier int

// The tiers.
const (
	None  Tier = iota
	Watch      // "Cần theo dõi": on the page
	Alert      // "Cảnh báo": pushed
)

var tierNames = [...]string{"", "watch", "alert"}

func (t Tier) String() string { return tierNames[t] }

// PushesADay is of how many rises people are told on one day at most.
const PushesADay = 3

// Figures of the tiers; see docs/benchmarks.md.
const (
	tierDays  = 35 // of history that scores are calibrated on
	tierSane  = 28 // days before which fixed thresholds hold
	falseRate = 0.1
	watchRate = 0.3
)

// Tiers gives each topic of a ward its tier for a day. past holds, by day, the
// highest score of each topic on the days before, yesterday left out; today
// the highest so far. A score's probability is taken from the tail of the
// ward's own days, and the topics are judged together (Benjamini and Hochberg
// 1995), so that a ward of many topics is not told more of chance.
func Tiers(past [][]float64, today map[string]float64) map[string]Tier {
	out := map[string]Tier{}
	type scored struct {
		key   string
		score float64
		p     float64
	}
	var all []scored
	for k, s := range today {
		all = append(all, scored{k, s, 1})
	}
	slices.SortFunc(all, func(a, b scored) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.key, b.key)) })
	past = past[max(0, len(past)-tierDays):]
	var seen []float64
	for _, day := range past {
		seen = append(seen, day...)
	}
	calibrated := len(past) >= tierSane && len(seen) >= 200
	if calibrated {
		u, beta := tail(seen)
		for i := range all {
			all[i].p = 1
			if all[i].score > u {
				all[i].p = .05 * math.Exp(-(all[i].score-u)/beta)
			}
		}
	}
	cut := func(q float64) float64 { // the largest p that is still told
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].p <= q*float64(i+1)/float64(len(all)) {
				return all[i].p
			}
		}
		return -1
	}
	push, show := cut(falseRate), cut(watchRate)
	pushed := 0
	for _, s := range all {
		alert, watch := calibrated && s.p <= push && s.score >= MediumSensitivity, calibrated && s.p <= show && s.score >= HighSensitivity
		if !calibrated {
			alert, watch = s.score >= LowSensitivity, s.score >= MediumSensitivity
		}
		switch {
		case alert && pushed < PushesADay:
			pushed++
			out[s.key] = Alert
		case alert || watch:
			out[s.key] = Watch
		}
	}
	return out
}

// tail is the 95th percentile of scores and the scale of what lies above: the
// median excess of an exponential, which a few true rises do not move.
func tail(scores []float64) (u, beta float64) {
	z := slices.Sorted(slices.Values(scores))
	u = z[len(z)*95/100]
	over := z[len(z)*95/100:]
	return u, max((over[len(over)/2]-u)/math.Ln2, .3)
}
