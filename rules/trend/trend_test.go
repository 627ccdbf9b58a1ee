package trend

import (
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
	if _, err := Detect([]Point{{start.Add(time.Hour), 1}, {start, 1}}, Options{}); err == nil {
		t.Error("a series out of order is no error")
	}
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
