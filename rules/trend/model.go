package trend

import (
	"math"
	"time"
)

// A Model follows one series, slot by slot. It is not safe for concurrent
// use. Its state does not grow with time.
type Model struct {
	opts   Options
	pool   *Pool
	follow bool      // uses the pool and adds nothing to it
	start  time.Time // of slot 0: midnight of the first day
	per    int       // slots of a day; 1 for slots of a day and more
	window []int     // slots of each window of the scan
	scale  [scales]int

	n      int // the open slot
	ring   []slot
	gateTo int // slots up to here are not learnt

	a, e    float64 // level: discounted count and exposure in days
	week    [7]float64
	weekN   [7]float64
	hour    [24]float64
	hourN   float64
	ll      [kinds]float64 // log likelihood of each kind of noise
	pi      [kinds]float64 // and what it makes of the ward's shares
	odd     bool           // today is not ordinary
	masked  int            // days in a row that were not learnt
	learned int            // days that were
}

// A slot is one entry of the ring.
type slot struct {
	y, mu  float64
	cy, cm float64 // sums of the slots before
	off    bool    // not observed
	mask   bool    // not learnt
	scored bool
	score  float64
	win    int
}

// New returns a model of a series that starts at the time given.
func New(start time.Time, o Options) *Model { return newModel(start, o, NewPool()) }

func newModel(start time.Time, o Options, p *Pool) *Model {
	m := follower(start, o, p)
	m.follow = false
	p.models = append(p.models, m)
	return m
}

// follower returns a model that takes from the pool what is known of the ward
// and adds nothing to it. The pool must be fed by models that began before.
func follower(start time.Time, o Options, p *Pool) *Model {
	o = o.withDefaults()
	l := start.In(o.Zone)
	m := &Model{opts: o, pool: p, follow: true, start: time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, o.Zone), gateTo: -1, n: -1}
	m.per = max(1, int(24*time.Hour/o.Slot))
	slots := func(hours float64) int { return max(1, int(math.Round(hours*float64(time.Hour)/float64(o.Slot)))) }
	for _, h := range tune.Windows {
		if n := slots(h); len(m.window) == 0 || n > m.window[len(m.window)-1] {
			m.window = append(m.window, n)
		}
	}
	for i, h := range scaleHours {
		m.scale[i] = slots(h)
	}
	m.ring = make([]slot, 11*m.per)
	m.reweigh()
	m.open()
	return m
}

func (m *Model) at(i int) *slot { return &m.ring[i%len(m.ring)] }

// time is when slot i begins.
func (m *Model) time(i int) time.Time { return m.start.Add(time.Duration(i) * m.opts.Slot) }

func (m *Model) slot(t time.Time) int { return int(t.Sub(m.start) / m.opts.Slot) }

// Advance closes the slots before t. Time does not go back.
func (m *Model) Advance(t time.Time) {
	for n := m.slot(t); m.n < n; {
		m.close()
		m.open()
	}
}

// Add counts n in the open slot.
func (m *Model) Add(n float64) {
	s := m.at(m.n)
	s.y += n
	s.scored = false
}

// Skip says that the open slot is not observed.
func (m *Model) Skip() {
	s := m.at(m.n)
	s.off, s.mask, s.y, s.mu = true, true, 0, 0
}

// Ready reports whether the history is long enough for an alarm.
func (m *Model) Ready() bool { return m.learned >= 7 }

func (m *Model) open() {
	m.n++
	i := m.n
	next := slot{mask: i <= m.gateTo}
	if i > 0 {
		p := m.at(i - 1)
		next.cy, next.cm = p.cy+p.y, p.cm+p.mu
	}
	if i%m.per == 0 && i/m.per >= 2 {
		m.learn(i/m.per - 2) // a day late, or a rise would be its own baseline
		if !m.follow {
			m.pool.solve(i / m.per)
		}
		m.reweigh()
	}
	*m.at(i) = next
	if i%m.per == 0 {
		// The days after a holiday have it in their windows.
		m.odd = m.opts.factor(m.time(i)) != 1 || m.opts.factor(m.time(i).AddDate(0, 0, -1)) != 1
	}
	m.at(i).mu = m.expect(i)
}

// close settles the open slot: whether it looks like a burst that must not
// be learnt.
func (m *Model) close() {
	i := m.n
	if i/m.per < tune.GateFrom || m.at(i).y == 0 {
		return
	}
	if s, _ := m.Score(); s <= tune.Gate {
		return
	}
	for j := max(0, i-int(tune.GateBack*float64(time.Hour)/float64(m.opts.Slot))); j <= i; j++ {
		m.at(j).mask = true
	}
	m.gateTo = i + int(tune.GateAhead*float64(time.Hour)/float64(m.opts.Slot))
}

// level is the expected count of an average day.
func (m *Model) level() float64 { return (m.a + tune.LevelMin) / (m.e + tune.LevelMin/m.pool.level) }

func (m *Model) weekday(day int) float64 {
	if m.opts.Slot > 24*time.Hour {
		return 1
	}
	var own [7]float64
	var sum float64
	for k := range own {
		pool := (m.pool.week[k] + 8) / (m.pool.weekN[k] + 8)
		own[k] = (m.week[k] + tune.WeekPrior*m.level()*pool) / (m.weekN[k] + tune.WeekPrior*m.level())
		sum += own[k]
	}
	k := (int(m.start.Weekday()) + day) % 7
	return own[k] * 7 / sum
}

func (m *Model) hourly(i int) float64 {
	if m.opts.Slot >= 24*time.Hour {
		return 1
	}
	h := i % m.per * 24 / m.per
	pool := (m.pool.hour[h] + 2) / (m.pool.hourN + 48)
	return 24 * (m.hour[h] + tune.HourPrior*pool) / (m.hourN + tune.HourPrior)
}

func (m *Model) expect(i int) float64 {
	return m.level() * m.weekday(i/m.per) * m.hourly(i) / float64(m.per) * m.opts.factor(m.time(i))
}

func decay(life float64) float64 { return math.Exp2(-1 / life) }

// learn takes day d into level, profiles and dispersion.
func (m *Model) learn(d int) {
	from, to := d*m.per, (d+1)*m.per
	if m.opts.factor(m.time(from)) != 1 {
		return // a day like no other is no lesson
	}
	accept := m.masked >= tune.GateMost
	var x, mu, share, free, seen float64
	for i := from; i < to; i++ {
		s := m.at(i)
		if s.off {
			continue
		}
		seen++
		if s.mask && !accept {
			continue
		}
		free++
		x += s.y
		mu += s.mu
		share += m.hourly(i) / float64(m.per)
	}
	if seen == 0 {
		return
	}
	if free == 0 || share < .25 {
		m.masked++
		return
	}
	whole := free == float64(m.per)
	if accept || whole {
		m.masked = 0
	}
	level, factor := m.level(), m.weekday(d)
	if m.learned >= 7 {
		x = min(x, mu+tune.Wins*math.Sqrt(2*mu)+1)
	}
	q := decay(tune.LevelLife)
	m.a, m.e = q*m.a+x, q*m.e+factor*share
	q = decay(tune.WeekLife)
	k := (int(m.start.Weekday()) + d) % 7
	for j := range m.week {
		m.week[j] *= q
		m.weekN[j] *= q
	}
	m.week[k] += x
	m.weekN[k] += level * share
	if m.opts.Slot < 24*time.Hour {
		q = decay(tune.HourLife)
		for j := range m.hour {
			m.hour[j] *= q
		}
		m.hourN *= q
		for i := from; i < to; i++ {
			if s := m.at(i); !s.off && (!s.mask || accept) {
				n := min(s.y, 3+2*s.mu) // one loud hour is no profile
				m.hour[(i-from)*24/m.per] += n
				m.hourN += n
			}
		}
	}
	m.learned++
	if m.learned <= 7 {
		return
	}
	q = decay(tune.SpreadLife)
	for k := range m.ll {
		m.ll[k] *= q
	}
	for sc := range scales {
		w := m.scale[sc]
		if w < m.per {
			for i := from + w - 1; i < to; i += w {
				m.spread(sc, i, w, accept)
			}
		} else {
			m.spread(sc, to-1, w, accept)
		}
	}
}

// spread lets the window of w slots that ends with slot i speak for the kinds
// of noise that explain it.
func (m *Model) spread(sc, i, w int, accept bool) {
	from := i - w + 1
	if from < 0 {
		return
	}
	for j := from; j <= i; j++ {
		if s := m.at(j); s.off || s.mask && !accept {
			return
		}
	}
	last, first := m.at(i), m.at(from)
	y, mean := last.cy+last.y-first.cy, last.cm+last.mu-first.cm
	if mean <= 0 {
		return
	}
	alt := math.Exp(logNB(y, 1.5*mean+3, 1.5*mean+3+(1.5*mean+3)*(1.5*mean+3)))
	for k := range m.ll {
		p := (1-tune.Outlier)*math.Exp(logNB(y, mean, m.noise(k, w, mean))) + tune.Outlier*alt
		m.ll[k] += tune.ScaleW[sc] * math.Log(p)
	}
}

// noise is the variance of a window of n slots by one kind of noise.
func (m *Model) noise(k, n int, mean float64) float64 {
	days := float64(n) * float64(m.opts.Slot) / float64(24*time.Hour)
	x := days * 24 / tune.Tau
	g := 1 - (1-math.Exp(-x))/x
	phi := kindPhi[k]
	if days > 1 {
		phi /= days
	}
	if m.odd {
		phi += .3 // how quiet or loud a holiday is, is not known well
	}
	return mean*(1+kindC[k]*g) + (phi+tune.Psi)*mean*mean + mean*mean/(m.a+.5)
}

// reweigh sets the shares of the kinds of noise from those of the ward.
func (m *Model) reweigh() {
	top := math.Inf(-1)
	for k := range m.pi {
		m.pi[k] = math.Log(m.pool.pi[k]) + m.ll[k]
		top = max(top, m.pi[k])
	}
	var sum float64
	for k := range m.pi {
		m.pi[k] = math.Exp(m.pi[k] - top)
		sum += m.pi[k]
	}
	for k := range m.pi {
		m.pi[k] /= sum
	}
}

// variance of a window of n slots in which mean is expected.
func (m *Model) variance(n int, mean float64) (v float64) {
	for k, p := range m.pi {
		v += p * m.noise(k, n, mean)
	}
	return v
}

// sum is what was counted and expected in the last n slots.
func (m *Model) sum(n int) (y, mean float64) {
	last, first := m.at(m.n), m.at(max(0, m.n-n+1))
	return last.cy + last.y - first.cy, last.cm + last.mu - first.cm
}

// local is how much busier the week that ended a day ago was than expected: a
// topic that is hot already must rise above that.
func (m *Model) local() float64 {
	to := m.n - m.per
	from := max(0, to-7*m.per)
	if to <= from {
		return 1
	}
	a, b := m.at(from), m.at(to)
	return min(max((b.cy-a.cy+tune.LocalPrior)/(b.cm-a.cm+tune.LocalPrior), 1), tune.Local)
}

// Score says how much better a burst explains the last hours than the usual
// course does, and the window, in slots, that says so best.
func (m *Model) Score() (score float64, window int) {
	s := m.at(m.n)
	if !s.scored {
		s.score, s.win = m.scan()
		s.scored = true
	}
	return s.score, s.win
}

func (m *Model) scan() (float64, int) {
	r := m.local()
	var total, best, terms float64
	at := 0
	for _, n := range m.window {
		y, mean := m.sum(n)
		mean = max(mean*r, 1e-3)
		terms += float64(len(tune.K) + len(tune.Mult))
		if y < m.opts.Floor || y <= mean {
			total += float64(len(tune.K)+len(tune.Mult)) * 2e-9
			continue
		}
		var usual, here float64
		for k, p := range m.pi {
			if p < .01 {
				continue
			}
			v := m.noise(k, n, mean)
			u := logNB(y, mean, v)
			usual += p * math.Exp(u)
			alt := func(b float64) { here += p * math.Exp(logNB(y, mean+b, v+b+tune.BurstSpread*b*b)) }
			for _, b := range tune.K {
				alt(b)
			}
			for _, f := range tune.Mult {
				alt(f * mean)
			}
		}
		here /= max(usual, 1e-300)
		total += here
		if here > best {
			best, at = here, n
		}
	}
	if best == 0 {
		return 0, 0
	}
	return max(0, tune.Base+math.Log(total/terms)), at
}

// Alarm reports whether the score is over the threshold and there was enough
// history.
func (m *Model) Alarm() (score float64, window int, alarm bool) {
	score, window = m.Score()
	return score, window, m.Ready() && score >= m.opts.Threshold
}

// Usual is the 10–90 % range of the last d of time, as it was expected.
func (m *Model) Usual(d time.Duration) (low, high float64) {
	n := max(1, int(d/m.opts.Slot))
	_, mean := m.sum(n)
	mean = max(mean, 1e-3)
	v := m.variance(n, mean)
	return quantile(.1, mean, v), quantile(.9, mean, v)
}
