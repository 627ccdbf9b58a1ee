package trend

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 9, 1, 0, 0, 0, 0, time.FixedZone("+07", 7*3600))

// quiet draws hourly counts of a topic of rate posts a day.
func quiet(r *rand.Rand, days int, rate float64) []Point {
	var out []Point
	for h := range days * 24 {
		hour := h % 24
		g := 0.3
		if hour >= 7 && hour <= 22 {
			g = 1.35
		}
		out = append(out, Point{start.Add(time.Duration(h) * time.Hour), poisson(r, rate*g/24)})
	}
	return out
}

func poisson(r *rand.Rand, mean float64) float64 {
	n, p := 0.0, math.Exp(-mean)
	for u := r.Float64(); u > p; n++ {
		u -= p
		p *= mean / (n + 1)
	}
	return n
}

func alarms(t *testing.T, series []Point) (out []int) {
	t.Helper()
	rs, err := Detect(series, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rs {
		if r.Alarm {
			out = append(out, i)
		}
		if r.Low > r.High || r.Expected <= 0 || math.IsNaN(r.Score) || math.IsInf(r.Score, 0) {
			t.Fatalf("point %d: %+v", i, r)
		}
	}
	return out
}

// TestFalseAlarms counts alarms on series without a burst: the medium
// threshold promises about a quarter of one in a topic-month.
func TestFalseAlarms(t *testing.T) {
	n, months := 0, 0.0
	for seed := range uint64(12) {
		for _, rate := range []float64{0.5, 2, 8} {
			r := rand.New(rand.NewPCG(seed, uint64(rate*10)))
			n += len(alarms(t, quiet(r, 69, rate)))
			months += 2
		}
	}
	if per := float64(n) / months; per > 0.5 {
		t.Errorf("%.2f false alarms a topic-month, want at most 0.5", per)
	}
}

// TestBurst puts twelve posts into one day of a quiet topic: one episode, on
// that day, early.
func TestBurst(t *testing.T) {
	found := 0
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := quiet(r, 40, 1)
		day := 35*24 + 7
		for k := range 12 {
			s[day+k].Value++
		}
		got := alarms(t, s)
		for _, i := range got {
			if i >= day && i <= day+12 {
				found++
				break
			}
		}
	}
	if found < 9 {
		t.Errorf("found %d of 10 bursts within twelve hours", found)
	}
}

// TestRearm checks that an episode opens once and that the next one, days
// later, opens again: the first is not learnt as usual.
func TestRearm(t *testing.T) {
	s := quiet(rand.New(rand.NewPCG(3, 3)), 50, 1)
	for _, day := range []int{30, 36} {
		for k := range 10 {
			s[day*24+8+k].Value += 2
		}
	}
	got := alarms(t, s)
	if len(got) != 2 || got[0]/24 != 30 || got[1]/24 != 36 {
		t.Errorf("alarms at %v, want one on day 30 and one on day 36", got)
	}
}

func TestYoungSeries(t *testing.T) {
	s := quiet(rand.New(rand.NewPCG(1, 1)), 6, 20)
	if got := alarms(t, s); len(got) > 0 {
		t.Errorf("alarms at %v without a history", got)
	}
}

// TestFloor checks that less than the floor never alarms, and that what is
// seen later does not change what was said before.
func TestFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s []Point
		for h := range 24 * 20 {
			v := 0.0
			if h%61 == 0 {
				v = 1
			}
			s = append(s, Point{start.Add(time.Duration(h) * time.Hour), v})
		}
		cut := rapid.IntRange(24, len(s)).Draw(t, "cut")
		whole, _ := Detect(s, Options{})
		part, _ := Detect(s[:cut], Options{})
		for i := range part {
			if part[i] != whole[i] {
				t.Fatalf("point %d changed from %+v to %+v", i, part[i], whole[i])
			}
			if part[i].Alarm {
				t.Fatalf("alarm at %d of a topic with one post in two days", i)
			}
		}
	})
}

func TestForecast(t *testing.T) {
	s := quiet(rand.New(rand.NewPCG(5, 5)), 60, 24)
	bands, err := Forecast(s, 24, Options{})
	if err != nil || len(bands) != 24 {
		t.Fatalf("%d bands, %v", len(bands), err)
	}
	var sum float64
	for _, b := range bands {
		sum += b.Expected
		if b.Low95 > b.Low80 || b.Low80 > b.High80 || b.High80 > b.High95 {
			t.Errorf("bands cross: %+v", b)
		}
	}
	if sum < 17 || sum > 33 {
		t.Errorf("forecast of the day is %.1f, want about 24", sum)
	}
	if bands[2].Expected >= bands[12].Expected {
		t.Error("the night is not quieter than noon")
	}
	if !bands[0].At.Equal(s[len(s)-1].At.Add(time.Hour)) {
		t.Errorf("first band at %v", bands[0].At)
	}
}

func TestStep(t *testing.T) {
	var daily []Point
	for d := range 60 {
		daily = append(daily, Point{start.AddDate(0, 0, d), float64(2 + d%3)})
	}
	daily[50].Value = 40
	got := alarms(t, daily)
	if len(got) != 1 || got[0] != 50 {
		t.Errorf("daily series alarms at %v, want 50", got)
	}
}

// TestRows checks what rows that people really have are taken for: late,
// twice, missing, not known, without zeros.
func TestRows(t *testing.T) {
	whole := quiet(rand.New(rand.NewPCG(2, 2)), 30, 30)
	for i := range 10 {
		whole[25*24+8+i].Value += 12
	}
	want, err := Detect(whole, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 4))
	mixed := append([]Point(nil), whole...)
	for i := range 100 { // a first count that is corrected by the row behind it
		mixed = append(mixed, mixed[i])
		mixed[i].Value = 99
	}
	perm := r.Perm(len(whole))
	shuffled := make([]Point, 0, len(whole))
	for _, i := range perm {
		shuffled = append(shuffled, whole[i])
	}
	for name, s := range map[string][]Point{"corrected": mixed, "shuffled": shuffled} {
		got, err := Detect(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		at := map[time.Time]Result{}
		for i, g := range got {
			if !g.At.Equal(s[i].At) {
				t.Fatalf("%s: row %d came back as %v", name, i, g.At)
			}
			at[g.At] = g
		}
		for _, w := range want {
			if g := at[w.At]; g.Score != w.Score || g.Expected != w.Expected {
				t.Fatalf("%s: %+v, want %+v", name, g, w)
			}
		}
	}
	// An outage of three days is not calm: what is usual stays.
	gap := append(append([]Point(nil), whole[:15*24]...), whole[18*24:]...)
	got, err := Detect(gap, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := got[15*24+12].Expected, want[18*24+12].Expected; a < .6*b || a > 1.6*b {
		t.Errorf("after an outage %.2f posts are expected, before it %.2f", a, b)
	}
	for _, v := range []float64{-1, math.Inf(1)} {
		if _, err := Detect([]Point{{start, v}}, Options{}); !errors.Is(err, ErrValue) {
			t.Errorf("a value of %v: %v, want ErrValue", v, err)
		}
	}
	// Tiny and huge measures alarm where counts of that shape do.
	for _, scale := range []float64{1e-9, 1.5, 1e12} {
		s := append([]Point(nil), whole...)
		for i := range s {
			s[i].Value = (s[i].Value + 3) * 100.25 * scale
		}
		for i := range 5 {
			s[25*24+8+i].Value *= 40
		}
		got, err := Detect(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		alarmed := false
		for i, g := range got {
			alarmed = alarmed || g.Alarm && i >= 25*24+8 && i < 25*24+16
			if math.IsNaN(g.Expected+g.Low+g.High+g.Score) || g.Expected < 0 {
				t.Fatalf("scale %g: %+v", scale, g)
			}
		}
		if !alarmed {
			t.Errorf("scale %g: forty times the usual is no alarm", scale)
		}
	}
}

// TestUnknown checks series of nothing: constant zero, all unknown, one row.
func TestUnknown(t *testing.T) {
	var zero, nan []Point
	for d := range 200 {
		zero = append(zero, Point{start.AddDate(0, 0, d), 0})
		nan = append(nan, Point{start.AddDate(0, 0, d), math.NaN()})
	}
	for name, s := range map[string][]Point{"zero": zero, "not known": nan, "one": zero[:1]} {
		rs, err := Detect(s, Options{})
		if err != nil || len(rs) != len(s) {
			t.Fatalf("%s: %v", name, err)
		}
		for _, r := range rs {
			if r.Alarm || r.Score != 0 || math.IsNaN(r.Expected) {
				t.Fatalf("%s: %+v", name, r)
			}
		}
		bands, err := Forecast(s, 7, Options{})
		if err != nil || len(bands) != 7 {
			t.Fatalf("%s: %v", name, err)
		}
		for _, b := range bands {
			if math.IsNaN(b.Expected+b.High95) || b.Low95 < 0 || b.High80 > 10 {
				t.Fatalf("%s: %+v", name, b)
			}
		}
	}
}

// TestSteps checks what length of a slot rows are taken to have.
func TestSteps(t *testing.T) {
	hours := func(hs ...float64) (out []Point) {
		for _, h := range hs {
			out = append(out, Point{start.Add(time.Duration(h * float64(time.Hour))), 1})
		}
		return out
	}
	for name, c := range map[string]struct {
		s    []Point
		want time.Duration
	}{
		"hourly, without zeros": {hours(0, 5, 6, 30, 77, 78, 120), time.Hour},
		"daily":                 {hours(0, 24, 48, 72, 120), 24 * time.Hour},
		"five minutes":          {hours(0, 1./12, 2./12, 3./12, 5./12, 6./12), 5 * time.Minute},
		"one":                   {hours(0), time.Hour},
	} {
		if got := Step(c.s); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestPooled checks that series of one ward do not see what comes later in one
// another.
func TestPooled(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	ward := [][]Point{quiet(r, 40, 1), quiet(r, 40, 5), quiet(r, 40, 20)}
	cut := 25 * 24
	var part [][]Point
	for _, s := range ward {
		part = append(part, s[:cut])
	}
	whole, err := DetectWard(ward, Options{})
	if err != nil {
		t.Fatal(err)
	}
	some, err := DetectWard(part, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range some {
		for j := range some[i] {
			if some[i][j] != whole[i][j] {
				t.Fatalf("series %d, hour %d: %+v became %+v", i, j, some[i][j], whole[i][j])
			}
		}
	}
}

// TestCoverage checks that the intervals hold on a stream that is calm, busy
// and calm again: about 80 and 95 of 100, at the first and the last horizon.
func TestCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	var y []float64
	for d := range 120 {
		busy := 40 * math.Exp(.3*r.NormFloat64())
		if d%9 < 2 {
			busy *= 2
		}
		for h := range 24 {
			y = append(y, poisson(r, busy*(.2+float64(min(h, 24-h))/12)))
		}
	}
	f := NewForecaster(start, 24, Options{}, nil)
	var in80, in95, n [24]float64
	for i, v := range y {
		f.Take(v)
		if i < 40*24 || i+24 >= len(y) {
			continue
		}
		for h, b := range f.Bands() {
			z := y[i+1+h]
			n[h]++
			if z >= b.Low80 && z <= b.High80 {
				in80[h]++
			}
			if z >= b.Low95 && z <= b.High95 {
				in95[h]++
			}
		}
	}
	for _, h := range []int{0, 11, 23} {
		if a, b := in80[h]/n[h], in95[h]/n[h]; a < .75 || a > .87 || b < .92 || b > .98 {
			t.Errorf("%d hours ahead: the bands hold %.3f and %.3f, want .80 and .95", h+1, a, b)
		}
	}
}

// BenchmarkTick ticks 5,000 topics of a province by one hour.
func BenchmarkTick(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	p := NewPool()
	var ms []*Model
	for range 5000 {
		ms = append(ms, newModel(start, Options{}, p))
	}
	hour := 0
	tick := func() {
		at := start.Add(time.Duration(hour) * time.Hour)
		for i, m := range ms {
			m.Advance(at)
			if n := poisson(r, .02*float64(1+i%20)); n > 0 {
				m.Add(n)
				m.Score()
			}
		}
		hour++
	}
	for range 24 * 40 {
		tick()
	}
	for b.Loop() {
		tick()
	}
}
