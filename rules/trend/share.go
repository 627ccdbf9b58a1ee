package trend

import "math"

// Figures of the share; see docs/benchmarks.md.
const (
	shareFew   = 5    // posts under which a share says nothing
	sharePrior = 10.0 // posts at the ward's share before anything is known
	shareLife  = 28.0 // half-life in days
	shareCorr  = 0.04 // how far posts of one day agree, before it is known
	shareDay   = 0.6  // what a single day must be further out than three
)

// ShareThreshold is the value of [Share.Rise] for about 0.25 false alarms in a
// topic-month.
const ShareThreshold = 1.8

// A Share follows which part of the posts of a series is of one kind:
// negative, positive, adverse. Days are learnt a day late, so that a rise is
// not its own baseline.
type Share struct {
	a, b     float64 // discounted posts of the kind, and others
	var1, n1 float64 // agreement of the posts of a day
	wait     [2][2]float64
	have     int
}

// Close ends a day of n posts, k of them of the kind; ward is the share in
// the whole ward.
func (s *Share) Close(k, n, ward float64) {
	if s.have == len(s.wait) {
		s.learn(s.wait[0][0], s.wait[0][1], ward)
		s.wait[0] = s.wait[1]
		s.have--
	}
	s.wait[s.have] = [2]float64{k, n}
	s.have++
}

func (s *Share) learn(k, n, ward float64) {
	p, _ := s.usual(ward)
	q := decay(shareLife)
	if n >= 2 && p > 0 && p < 1 {
		// What a day differs by beyond chance, for each pair of its posts.
		z := (k - n*p) * (k - n*p) / (n * p * (1 - p))
		z = math.Min(z, 9*(1+(n-1)*s.corr())) // three deviations of such a day
		s.var1, s.n1 = q*s.var1+math.Min(n, 30)*(z-1)/(n-1), q*s.n1+math.Min(n, 30)
	}
	// A day that is far out is learnt as the edge of what is usual.
	if edge := n*p + 3*math.Sqrt(n*p*(1-p)*(1+(n-1)*s.corr())) + 1; k > edge {
		k = edge
	}
	s.a, s.b = q*s.a+k, q*s.b+n-k
}

// usual is the share that is expected and how many posts it rests on.
func (s *Share) usual(ward float64) (p, posts float64) {
	ward = math.Min(math.Max(ward, .02), .98)
	return (s.a + sharePrior*ward) / (s.a + s.b + sharePrior), s.a + s.b + sharePrior
}

func (s *Share) corr() float64 {
	return math.Min(math.Max((s.var1+200*shareCorr)/(s.n1+200), .005), .3)
}

// size is the size of the beta that a window of days is drawn from. Days
// differ from each other as if they were drawn apart, so that a window of
// three varies a third as much as one of a day.
func (s *Share) size(days, posts float64) float64 {
	r := s.corr()
	return 1 / (r/((1-r)*days) + 1/posts)
}

// Rise scores the last day and the last three days together; k of the n posts
// of each are of the kind. A share that rises mostly stays up for days, so
// three tell more than one, which has to be further out.
func (s *Share) Rise(day, three [2]float64, ward float64) float64 {
	return max(s.Score(day[0], day[1], 1, ward)-shareDay, s.Score(three[0], three[1], 3, ward), 0)
}

// Score says how surprising k or more of n posts of a window of days are:
// -log10 of their probability, counting half of that of k itself. Under five
// posts it is 0.
func (s *Share) Score(k, n, days, ward float64) float64 {
	if n < shareFew {
		return 0
	}
	p, posts := s.usual(ward)
	if k <= n*p {
		return 0
	}
	size := s.size(days, posts)
	tail := 0.0
	for i := k; i <= n; i++ {
		m := math.Exp(logBetaBinomial(i, n, p*size, (1-p)*size))
		if i == k {
			m /= 2
		}
		tail += m
	}
	return -math.Log10(math.Max(tail, 1e-300))
}

// Usual is the 10–90 % range of the share of n posts of a window of days.
func (s *Share) Usual(n, days, ward float64) (low, high float64) {
	p, posts := s.usual(ward)
	size := s.size(days, posts)
	sum := 0.0
	low, high = -1, 1
	for k := 0.0; k <= n; k++ {
		sum += math.Exp(logBetaBinomial(k, n, p*size, (1-p)*size))
		if low < 0 && sum >= .1 {
			low = k / n
		}
		if sum >= .9 {
			return low, k / n
		}
	}
	return max(low, 0), high
}

func logBetaBinomial(k, n, a, b float64) float64 {
	return lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1) + lgamma(k+a) + lgamma(n-k+b) - lgamma(n+a+b) + lgamma(a+b) - lgamma(a) - lgamma(b)
}
