package trend

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// A Point is one value of a series: a count of 0 or more, or NaN where it is
// not known.
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

// An episode ends a day after its last alarming point. For as long as the scan
// still sees it, a new one opens only when it is stronger by grown.
const (
	refractory = 24 * time.Hour
	sight      = 72 * time.Hour
	grown      = 3.0
)

// An episode decides which alarming points open one.
type episode struct {
	last time.Time
	top  float64
}

// opens takes an alarming point.
func (e *episode) opens(at time.Time, score float64) bool {
	gap := at.Sub(e.last)
	if e.last.IsZero() || gap > sight || gap > refractory && score >= e.top+grown {
		e.last, e.top = at, score
		return true
	}
	e.last, e.top = at, max(e.top, score)
	return false
}

// ErrValue is wrapped by the error of a value that is no count.
var ErrValue = errors.New("trend: a count is 0 or more")

// maxSlots bounds the slots between the first and the last point of a series.
const maxSlots = 20_000_000

// A grid is a series laid out in slots of equal length.
type grid struct {
	start time.Time
	slot  time.Duration
	index []int     // of each point
	vals  []float64 // by slot; NaN is not known
	unit  float64   // of the values, so that they are like counts
}

// steps that people count in; a series that is not regular has the longest of
// them that its gaps are made of.
var commonSteps = []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, 12 * time.Hour, 6 * time.Hour, time.Hour, 30 * time.Minute, 15 * time.Minute, 10 * time.Minute, 5 * time.Minute, time.Minute}

// Step is the length of a slot of series that were counted alike.
func Step(series ...[]Point) time.Duration {
	gaps := map[time.Duration]int{}
	total := 0
	for _, s := range series {
		at := make([]int64, len(s))
		for i, p := range s {
			at[i] = p.At.UnixNano()
		}
		slices.Sort(at)
		for i := 1; i < len(at); i++ {
			if g := time.Duration(at[i] - at[i-1]); g > 0 {
				gaps[g.Round(time.Second)]++
				total++
			}
		}
	}
	if total == 0 {
		return time.Hour
	}
	var usual time.Duration
	for g, n := range gaps {
		if m := gaps[usual]; n > m || n == m && g < usual {
			usual = g
		}
	}
	if gaps[usual]*2 > total { // regular
		for _, c := range commonSteps { // 24 h ± a leap of the clock
			if d := (usual - c).Abs(); d*50 <= c {
				return c
			}
		}
		return max(usual, time.Second)
	}
	for _, c := range commonSteps {
		fits := 0
		for g, n := range gaps {
			if off := (g - g.Round(c)).Abs(); g >= c && off*20 <= c {
				fits += n
			}
		}
		if fits*100 >= total*95 {
			return c
		}
	}
	return time.Minute
}

// layout puts points into slots. Two rows of one time are one value, the
// later row's; rows of different times in a slot add up. Slots without a row
// are zero, unless the series writes zeros itself or has hardly any gaps: then
// they are not known.
func layout(series []Point, slot time.Duration, zone *time.Location) (*grid, error) {
	order := make([]int, len(series))
	for i, p := range series {
		order[i] = i
		if p.Value < 0 || math.IsInf(p.Value, 0) {
			return nil, fmt.Errorf("%w: %v at %s", ErrValue, p.Value, p.At.Format(time.RFC3339))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(series[a].At.Compare(series[b].At), cmp.Compare(a, b))
	})
	first := series[order[0]].At
	g := &grid{start: first, slot: slot, index: make([]int, len(series)), unit: 1}
	if slot < 24*time.Hour { // on the hour, when that is what the rows are
		if off := first.Sub(first.Truncate(slot)); off*20 < slot {
			g.start = first.Truncate(slot)
		}
	}
	span := series[order[len(order)-1]].At.Sub(g.start)/slot + 1
	if span > maxSlots {
		return nil, fmt.Errorf("trend: %d slots of %v between the first and the last row; at most %d", span, slot, maxSlots)
	}
	g.vals = make([]float64, span)
	known := make([]bool, span)
	zeros, whole := false, true
	for k, i := range order {
		p := series[i]
		s := int(p.At.Sub(g.start) / slot)
		g.index[i] = s
		if k+1 < len(order) && series[order[k+1]].At.Equal(p.At) {
			continue // corrected by the next row
		}
		zeros = zeros || p.Value == 0
		whole = whole && (math.IsNaN(p.Value) || p.Value == math.Trunc(p.Value))
		switch {
		case math.IsNaN(p.Value):
			if !known[s] {
				g.vals[s] = math.NaN()
			}
		case math.IsNaN(g.vals[s]):
			g.vals[s] = p.Value
		default:
			g.vals[s] += p.Value
		}
		known[s] = true
	}
	n := 0
	for _, k := range known {
		if k {
			n++
		}
	}
	if zeros || n*10 >= len(known)*9 {
		for s, k := range known {
			if !k {
				g.vals[s] = math.NaN()
			}
		}
	}
	if !whole {
		g.unit = unit(g.vals)
		for s := range g.vals {
			g.vals[s] /= g.unit
		}
	}
	return g, nil
}

// unit is what measures that are no counts are divided by, to lie where counts
// of a busy stream do: about a hundred.
func unit(vals []float64) float64 {
	var pos []float64
	for _, v := range vals {
		if v > 0 {
			pos = append(pos, v)
		}
	}
	if len(pos) == 0 {
		return 1
	}
	slices.Sort(pos)
	return math.Pow(10, math.Floor(math.Log10(pos[len(pos)/2]))-2)
}

// Detect runs the detector over a series, one result a point, in the order of
// the points. A zero Slot is taken from the series.
func Detect(series []Point, o Options) ([]Result, error) {
	out, err := DetectWard([][]Point{series}, o)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// A SeriesError is an error of one of several series.
type SeriesError struct {
	Series int
	Err    error
}

func (e *SeriesError) Error() string { return e.Err.Error() }
func (e *SeriesError) Unwrap() error { return e.Err }

// DetectWard runs the detector over the topics of one ward, which share what
// is usual of hours, weekdays and noise. What it says of a point rests on
// points of that time and before, of any of the series.
func DetectWard(series [][]Point, o Options) ([][]Result, error) {
	if o.Slot == 0 {
		o.Slot = Step(series...)
	}
	o = o.withDefaults()
	pool := NewPool()
	type run struct {
		g     *grid
		m     *Model
		peak  *peak
		seen  float64
		slots []Result
		ep    episode
	}
	var runs []*run
	out := make([][]Result, len(series))
	of := make([]*run, len(series))
	var from, to time.Time
	for i, s := range series {
		if len(s) == 0 {
			continue
		}
		g, err := layout(s, o.Slot, o.Zone)
		if err != nil {
			return nil, &SeriesError{i, err}
		}
		r := &run{g: g, slots: make([]Result, len(g.vals))}
		if o.Slot < 30*time.Minute {
			r.peak = &peak{opts: o}
		}
		runs, of[i] = append(runs, r), r
		if from.IsZero() || g.start.Before(from) {
			from = g.start
		}
		if end := g.start.Add(time.Duration(len(g.vals)) * o.Slot); end.After(to) {
			to = end
		}
	}
	// All series go through time together: what they share is of the past.
	for at := from; at.Before(to); at = at.Add(o.Slot) {
		for _, r := range runs {
			s := int(at.Add(o.Slot-1).Sub(r.g.start) / o.Slot)
			if at.Add(o.Slot-1).Before(r.g.start) || s >= len(r.g.vals) {
				continue
			}
			t := r.g.start.Add(time.Duration(s) * o.Slot)
			if r.m == nil {
				r.m = newModel(t, o, pool)
			}
			r.m.Advance(t)
			y, res := r.g.vals[s], &r.slots[s]
			if math.IsNaN(y) {
				res.Expected = r.m.at(r.m.n).mu
				r.m.Skip()
				continue
			}
			r.m.Add(y)
			res.Expected = r.m.at(r.m.n).mu
			v := r.m.variance(1, max(res.Expected, 1e-6))
			res.Low, res.High = quantile(.1, max(res.Expected, 1e-6), v), quantile(.9, max(res.Expected, 1e-6), v)
			r.seen++
			if y > 0 && r.m.Ready() {
				res.Score, _ = r.m.Score()
			}
			if r.peak != nil {
				// Where a slot holds many posts, the scan of chance gives way.
				if mu, score := r.peak.take(t, y); r.peak.busy() {
					res.Score, res.Expected = score, mu
					v := mu + .2*mu*mu
					res.Low, res.High = quantile(.1, mu, v), quantile(.9, mu, v)
				}
				if r.m.Ready() {
					res.Score = r.peak.news(t, res.Score)
				}
			}
			if r.m.Ready() && res.Score >= o.Threshold {
				res.Alarm = r.ep.opens(t, res.Score)
			}
		}
	}
	for i, s := range series {
		out[i] = make([]Result, len(s))
		told := map[int]bool{}
		for j, p := range s {
			r := of[i].slots[of[i].g.index[j]]
			r.Point = p
			u := of[i].g.unit
			r.Expected, r.Low, r.High = r.Expected*u, r.Low*u, r.High*u
			if math.IsNaN(p.Value) {
				r.Score, r.Alarm = 0, false
			}
			if r.Alarm { // of two rows of a slot the first is the one
				r.Alarm = !told[of[i].g.index[j]]
				told[of[i].g.index[j]] = true
			}
			out[i][j] = r
		}
	}
	return out, nil
}

// Forecast says what the next n slots of a series may bring.
func Forecast(series []Point, n int, o Options) ([]Band, error) {
	out, err := ForecastWard([][]Point{series}, n, o)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// ForecastWard says what the next n slots of the topics of one ward may bring,
// each from its own end; how far forecasts were off is learnt together.
func ForecastWard(series [][]Point, n int, o Options) ([][]Band, error) {
	if n < 1 || n > 10_000 {
		return nil, fmt.Errorf("trend: a horizon of %d slots; it is 1 to 10000", n)
	}
	if o.Slot == 0 {
		o.Slot = Step(series...)
	}
	o = o.withDefaults()
	out := make([][]Band, len(series))
	cal := &Calibration{}
	for i, s := range series {
		if len(s) == 0 {
			continue
		}
		g, err := layout(s, o.Slot, o.Zone)
		if err != nil {
			return nil, &SeriesError{i, err}
		}
		f := NewForecaster(g.start, min(n, longest), o, cal)
		for _, y := range g.vals {
			f.Take(y)
		}
		for _, b := range f.far(n) {
			b.Expected, b.Low80, b.High80, b.Low95, b.High95 = b.Expected*g.unit, b.Low80*g.unit, b.High80*g.unit, b.Low95*g.unit, b.High95*g.unit
			b.Expected = round(b.Expected)
			out[i] = append(out[i], b)
		}
	}
	return out, nil
}

// round keeps six digits.
func round(x float64) float64 {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return x
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(x))))
	if math.IsInf(scale, 0) || scale == 0 {
		return x
	}
	return math.Round(x*scale) / scale
}
