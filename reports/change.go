package reports

import (
	"math"
)

// A Change compares a number with the mean of the four spans before.
type Change string

// The changes.
const (
	Up   Change = "▲"
	Down Change = "▼"
	Same Change = "≈"
	Few  Change = "ít dữ liệu" // too little to say anything
)

// Compared says whether n is unusual beside the four numbers before it. The
// numbers before and n are taken as counts of one process: given their sum,
// n has a binomial distribution with a fifth; a level of 1 % on either side
// marks it. Counts that scatter more than chance alone would make them are
// thinned by that factor first. Fewer than three items say nothing.
//
// Przyborowski and Wilenski, Homogeneity of results in testing samples from
// Poisson series, Biometrika 31 (1940), with one against four units of time.
func Compared(n float64, before []float64) Change {
	sum := 0.0
	for _, v := range before {
		sum += v
	}
	if n+sum/4 < 3 || len(before) == 0 {
		return Few
	}
	mean := sum / float64(len(before))
	spread := 0.0
	for _, v := range before {
		spread += (v - mean) * (v - mean)
	}
	factor := 1.0
	if len(before) > 1 && mean > 0 {
		factor = math.Max(1, spread/float64(len(before)-1)/mean)
	}
	share := 1 / float64(len(before)+1)
	x, total := int(math.Round(n/factor)), int(math.Round((n+sum)/factor))
	switch {
	case n >= 3 && n > mean && tail(x, total, share) < 0.01:
		return Up
	case n < mean && 1-tail(x+1, total, share) < 0.01:
		return Down
	}
	return Same
}

// tail is the chance that a binomial count of total with share p is x or more.
func tail(x, total int, p float64) float64 {
	if x <= 0 {
		return 1
	}
	sum := 0.0
	for k := x; k <= total; k++ {
		a, _ := math.Lgamma(float64(total + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(total - k + 1))
		sum += math.Exp(a - b - c + float64(k)*math.Log(p) + float64(total-k)*math.Log1p(-p))
	}
	return math.Min(sum, 1)
}
