package trend

import "math"

// logNB is the log probability of y under the negative binomial of that mean
// and variance. A y between two counts is as probable as they are.
func logNB(y, mean, variance float64) float64 {
	variance = max(variance, mean*1.0001)
	if mean > 5000 { // as good as a gamma, and large factorials lose all digits
		k, theta := mean*mean/variance, variance/mean
		x := max(y, .5) / theta
		return (k-1)*math.Log(x) - x - lgamma(k) - math.Log(theta)
	}
	r := mean * mean / (variance - mean)
	if y == 0 {
		return -r * math.Log1p(mean/r)
	}
	return lgamma(y+r) - lgamma(r) - lgamma(y+1) - r*math.Log1p(mean/r) + y*math.Log(mean/(r+mean))
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// many is the mean from which on the negative binomial is as good as a gamma,
// whose shape and speed do not depend on the mean.
const many = 200

// gammaZ is the cube-root normal of Wilson and Hilferty (1931) for a gamma of
// that mean and variance.
func gammaZ(y, mean, variance float64) float64 {
	k := mean * mean / variance
	return (math.Cbrt(y/mean) - (1 - 1/(9*k))) * 3 * math.Sqrt(k)
}

func gammaQ(p, mean, variance float64) float64 {
	k := mean * mean / variance
	z := math.Sqrt2 * math.Erfinv(2*p-1)
	x := 1 - 1/(9*k) + z/(3*math.Sqrt(k))
	return mean * max(0, x*x*x)
}

// cdf is the probability of less than y, and of y itself.
func cdf(y, mean, variance float64) (below, here float64) {
	if mean > many {
		return .5 * math.Erfc(-gammaZ(max(y, 0), mean, variance)/math.Sqrt2), 0
	}
	y = math.Floor(y)
	step := nbSteps(mean, variance)
	p := step.first
	for i := 0.0; i < y; i++ {
		below += p
		p = step.next(p, i)
		if below > 1-1e-12 {
			return 1, 0
		}
	}
	return min(below, 1), p
}

// steps walks the probabilities of a negative binomial from 0 up.
type steps struct{ first, r, ratio float64 }

func nbSteps(mean, variance float64) steps {
	variance = max(variance, mean*1.0001)
	r := mean * mean / (variance - mean)
	return steps{math.Exp(-r * math.Log1p(mean/r)), r, mean / (r + mean)}
}

func (s steps) next(p, i float64) float64 { return p * (i + s.r) / (i + 1) * s.ratio }

// quantile is the smallest count whose cumulative probability reaches p.
func quantile(p, mean, variance float64) float64 {
	if mean > many {
		return math.Round(gammaQ(p, mean, variance))
	}
	s := nbSteps(mean, variance)
	sum, at := 0.0, s.first
	for y := 0.0; ; y++ {
		sum += at
		if sum >= p || y > mean+20*math.Sqrt(variance)+50 {
			return y
		}
		at = s.next(at, y)
	}
}

// smooth is the quantile between counts: half a count either way of the
// smallest one that reaches p.
func smooth(p, mean, variance float64) float64 {
	y := quantile(p, mean, variance)
	if mean > many {
		return y
	}
	below, here := cdf(y, mean, variance)
	if here <= 0 {
		return y
	}
	return max(0, y-.5+(p-below)/here)
}
