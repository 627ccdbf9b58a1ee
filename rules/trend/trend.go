// Package trend notices early that a low count rises: a handful of posts a
// day about one topic, where a mean and a standard deviation say nothing.
//
// The expected count is a level that is learnt with a weekday and an hour
// profile; the level is a gamma posterior, so a short history makes it
// uncertain and not wrong. What looks like a burst is left out of the
// learning, or a burst would hide the next one. The score compares, for
// windows of 3 to 72 hours, how well the count is explained by the expected
// negative binomial and by bursts of several sizes. Everything is a pure
// function of the series.
package trend

import (
	"math"
	"time"
)

// Score thresholds for about 0.1, 0.25 and 1 false alarms in a topic-month.
const (
	LowSensitivity    = 16.0
	MediumSensitivity = 13.3
	HighSensitivity   = 9.2
)

const (
	burnIn    = 9              // days before the first alarm: 7 learnt ones and the guard
	gateScore = 6              // slots above this are not learnt
	gateBack  = 24 * time.Hour // … nor those before it
	gateAhead = 12 * time.Hour // … nor those behind it
	gateFrom  = 15             // days before gating begins
	gateMost  = 6              // masked days in a row after which the new level is accepted
	levelLife = 28.0           // half-life in days of the level
	weekLife  = 56.0           // of the weekday profile and the dispersion
	hourLife  = 35.0           // of the hour profile
	priorDay  = 1.0            // expected count a day before anything is known
	cascade   = 0.2            // how posts cause posts
	noise     = 0.08           // variance of the daily factor
)

var windowHours = []float64{3, 6, 12, 24, 48, 72}

// Options configures a model. The zero value is hourly slots in +07:00, the
// floor 3 and medium sensitivity.
type Options struct {
	Slot      time.Duration  // length of a slot, default an hour; a day is a multiple of it, or it is of a day
	Zone      *time.Location // where a day starts, default +07:00
	Floor     float64        // a window with less can not alarm, default 3
	Threshold float64        // of the score, default MediumSensitivity
	levelLife float64
}

func (o Options) withDefaults() Options {
	if o.Slot <= 0 {
		o.Slot = time.Hour
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("+07", 7*3600)
	}
	if o.Floor == 0 {
		o.Floor = 3
	}
	if o.Threshold == 0 {
		o.Threshold = MediumSensitivity
	}
	if o.levelLife == 0 {
		o.levelLife = levelLife
	}
	return o
}

// A Model follows one series, slot by slot. It is not safe for concurrent
// use.
type Model struct {
	opts   Options
	start  time.Time // of slot 0: midnight of the first day
	perDay int       // slots a day
	perWin []int     // slots of each window

	y, mu      []float64 // by slot; the last is still open
	cumY, cumM []float64 // sums of the closed slots before
	mask       []bool    // slots that are not learnt

	a, e       float64 // level: discounted count and exposure in days
	week       [7]float64
	weekN      [7]float64
	hour       [24]float64
	hourN      float64
	s, v       float64 // dispersion: squared errors and their expectation
	maskedDays int
}

// New returns a model of a series that starts at the time given.
func New(start time.Time, o Options) *Model {
	o = o.withDefaults()
	l := start.In(o.Zone)
	m := &Model{opts: o, start: time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, o.Zone)}
	m.perDay = max(1, int(24*time.Hour/o.Slot))
	for _, h := range windowHours {
		m.perWin = append(m.perWin, max(1, int(math.Round(h*float64(time.Hour)/float64(o.Slot)))))
	}
	m.open()
	return m
}

// slot is the number of the slot that holds t.
func (m *Model) slot(t time.Time) int { return int(t.Sub(m.start) / m.opts.Slot) }

// Advance closes the slots before t. Time does not go back.
func (m *Model) Advance(t time.Time) {
	for n := m.slot(t); len(m.y)-1 < n; {
		m.close()
		m.open()
	}
}

// Add counts n in the open slot.
func (m *Model) Add(n float64) { m.y[len(m.y)-1] += n }

// Ready reports whether the history is long enough for an alarm.
func (m *Model) Ready() bool { return (len(m.y)-1)/m.perDay >= burnIn }

// open starts the next slot.
func (m *Model) open() {
	i := len(m.y)
	if i > 0 {
		m.cumY = append(m.cumY, m.cumY[i-1]+m.y[i-1])
		m.cumM = append(m.cumM, m.cumM[i-1]+m.mu[i-1])
	} else {
		m.cumY, m.cumM = append(m.cumY, 0), append(m.cumM, 0)
	}
	if i%m.perDay == 0 && i/m.perDay >= 2 {
		m.learn(i/m.perDay - 2)
	}
	m.y, m.mu = append(m.y, 0), append(m.mu, m.expect(i))
	if i >= len(m.mask) {
		m.mask = append(m.mask, false)
	}
}

// level is the expected count of an average day.
func (m *Model) level() float64 { return (m.a + .5) / (m.e + .5/priorDay) }

// weekday is the factor of the day that slot i lies in.
func (m *Model) weekday(i int) float64 {
	if m.opts.Slot > 24*time.Hour {
		return 1
	}
	d := int(m.start.Weekday()) + i/m.perDay
	var sum float64
	for k := range m.week {
		sum += (m.week[k] + 6) / (m.weekN[k] + 6)
	}
	k := d % 7
	return (m.week[k] + 6) / (m.weekN[k] + 6) * 7 / sum
}

// hourly is the factor of the hour that slot i starts in.
func (m *Model) hourly(i int) float64 {
	if m.opts.Slot >= 24*time.Hour {
		return 1
	}
	h := i % m.perDay * 24 / m.perDay
	return (m.hour[h]*24 + 24) / (m.hourN + 24)
}

func (m *Model) expect(i int) float64 {
	return m.level() * m.weekday(i) * m.hourly(i) / float64(m.perDay)
}

// close settles the open slot: whether it looks like a burst that must not
// be learnt.
func (m *Model) close() {
	i := len(m.y) - 1
	if i/m.perDay < gateFrom || m.y[i] == 0 {
		return
	}
	if s, _ := m.score(); s <= gateScore {
		return
	}
	from := max(0, i-int(gateBack/m.opts.Slot))
	to := i + int(gateAhead/m.opts.Slot)
	for len(m.mask) <= to {
		m.mask = append(m.mask, false)
	}
	for j := from; j <= to; j++ {
		m.mask[j] = true
	}
}

func decay(life float64) float64 { return math.Exp2(-1 / life) }

// learn takes day d into level, profiles and dispersion.
func (m *Model) learn(d int) {
	from, to := d*m.perDay, (d+1)*m.perDay
	accept := m.maskedDays >= gateMost
	var x, mu, share, free float64
	for i := from; i < to; i++ {
		if m.mask[i] && !accept {
			continue
		}
		free++
		x += m.y[i]
		mu += m.mu[i]
		share += m.hourly(i) / float64(m.perDay)
	}
	if free == 0 || share < .25 {
		m.maskedDays++
		return
	}
	if accept || free == float64(m.perDay) {
		m.maskedDays = 0
	}
	level, factor := m.level(), m.weekday(from)
	if d >= burnIn {
		x = min(x, mu+2.5*math.Sqrt(2*mu)+1)
	}
	q := decay(m.opts.levelLife)
	m.a, m.e = q*m.a+x, q*m.e+factor*share
	q = decay(weekLife)
	k := (int(m.start.Weekday()) + d) % 7
	for j := range m.week {
		m.week[j] *= q
		m.weekN[j] *= q
	}
	m.week[k] += x
	m.weekN[k] += level * share
	if m.opts.Slot < 24*time.Hour {
		q = decay(hourLife)
		for j := range m.hour {
			m.hour[j] *= q
		}
		m.hourN *= q
		for i := from; i < to; i++ {
			if !m.mask[i] || accept {
				n := min(m.y[i], 3) // one loud hour is no profile
				m.hour[(i-from)*24/m.perDay] += n
				m.hourN += n
			}
		}
	}
	if d < burnIn {
		return
	}
	pool := mu*(1+cascade) + noise*mu*mu + .1
	if err := x - mu; math.Abs(err) <= 2*math.Sqrt(pool)+.5 {
		q = decay(weekLife)
		m.s, m.v = q*m.s+1.25*err*err, q*m.v+pool
	}
}

// variance of a window in which mean is expected.
func (m *Model) variance(mean float64) float64 {
	k := min(max((m.s+12)/(m.v+12), .4), 5)
	return k*(mean*(1+cascade)+noise*mean*mean) + mean*mean/(m.a+.5)
}

// window is what was counted and expected in the last n slots.
func (m *Model) window(n int) (y, mean float64) {
	i := len(m.y) - 1
	from := max(0, i-n+1)
	y = m.cumY[i] - m.cumY[from] + m.y[i]
	mean = m.cumM[i] - m.cumM[from] + m.mu[i]
	return y, max(mean*m.local(), 1e-3)
}

// local is how much busier the last week was than expected, a day ago.
func (m *Model) local() float64 {
	to := len(m.y) - 1 - m.perDay
	from := max(0, to-7*m.perDay)
	if to <= from {
		return 1
	}
	return min(max((m.cumY[to]-m.cumY[from]+2)/(m.cumM[to]-m.cumM[from]+2), 1), 3)
}

// Score says how much better a burst explains the last hours than the usual
// course does, and the window, in slots, that says so best.
func (m *Model) Score() (score float64, window int) { return m.score() }

func (m *Model) score() (float64, int) {
	promising := false
	for _, n := range m.perWin {
		if y, mean := m.window(n); y >= m.opts.Floor && y > mean {
			promising = true
			break
		}
	}
	if !promising {
		return 0, 0
	}
	var sum, best, terms float64
	at := 0
	for _, n := range m.perWin {
		y, mean := m.window(n)
		if y < m.opts.Floor || y <= mean {
			sum += 7 * math.Exp(-20)
			terms += 7
			continue
		}
		v := m.variance(mean)
		usual := logNB(y, mean, v)
		var here float64
		for _, k := range [...]float64{4, 8, 16, 32, mean, 2 * mean, 4 * mean} {
			here += math.Exp(logNB(y, mean+k, v+k+.15*k*k) - usual)
		}
		sum += here
		terms += 7
		if here > best {
			best, at = here, n
		}
	}
	return max(0, 5+math.Log(sum/terms)), at
}

// Alarm reports whether the score is over the threshold and there was enough
// history.
func (m *Model) Alarm() (score float64, window int, alarm bool) {
	score, window = m.score()
	return score, window, m.Ready() && score >= m.opts.Threshold
}

// Usual is the 10–90 % range of the last d of time, as it was expected.
func (m *Model) Usual(d time.Duration) (low, high float64) {
	_, mean := m.window(max(1, int(d/m.opts.Slot)))
	v := m.variance(mean)
	return quantile(.1, mean, v), quantile(.9, mean, v)
}

// logNB is the log probability of y under the negative binomial of that mean
// and variance.
func logNB(y, mean, variance float64) float64 {
	if variance <= mean*1.0001 {
		variance = mean * 1.0001
	}
	r := mean * mean / (variance - mean)
	return lgamma(y+r) - lgamma(r) - lgamma(y+1) + r*math.Log(r/(r+mean)) + y*math.Log(mean/(r+mean))
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// quantile is the smallest count whose cumulative probability reaches p.
func quantile(p, mean, variance float64) float64 {
	if mean > 2000 { // the normal is close enough, and fast
		return max(0, math.Round(mean+math.Sqrt2*math.Erfinv(2*p-1)*math.Sqrt(variance)))
	}
	sum := 0.0
	for y := 0.0; ; y++ {
		sum += math.Exp(logNB(y, mean, variance))
		if sum >= p || y > mean+20*math.Sqrt(variance)+50 {
			return y
		}
	}
}
