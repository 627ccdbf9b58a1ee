package trend

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// daysAhead is how far a board looks.
const daysAhead = 7

// few is how many posts in four weeks say too little for a forecast.
const few = 10

// trend is what a line shows now.
func (ln *line) trend(now, start time.Time, today int, o Options, tier Tier, ward func(int) float64) Trend {
	t := Trend{Kind: ln.kind, ID: ln.id, Tier: tier.String(), Score: ln.max[today]}
	t.Days = ln.days(start, today)
	recent := 0
	for _, d := range t.Days[max(0, today-27):] {
		recent += d.Posts
	}
	t.Few = recent < few || today < 14
	t.Window = ln.window(now, o, tier, ward)
	ln.ahead(&t, now, start, today, o)
	t.Fall = ln.fallen(&t, today)
	t.Gap = ln.gap(now, t.Fall)
	if t.Gap != "" {
		t.Fall = false
	}
	t.Why, t.Doubt = explain(&t, now.In(o.Zone))
	return t
}

func (ln *line) days(start time.Time, today int) []Day {
	out := make([]Day, today+1)
	voices, stories := map[string]bool{}, map[string]bool{}
	for d := range out {
		out[d] = Day{At: start.AddDate(0, 0, d), Low: ln.low[d], High: ln.up[d], Mark: ln.marks[d]}
	}
	last := -1
	for _, p := range ln.posts {
		d := int(p.At.Sub(start) / (24 * time.Hour))
		if d > today {
			continue
		}
		if d != last {
			clear(voices)
			clear(stories)
			last = d
		}
		x := &out[d]
		x.Posts++
		if !voices[p.Voice] {
			voices[p.Voice] = true
			x.Voices++
		}
		if s := cmp.Or(p.Story, p.ID); !stories[s] {
			stories[s] = true
			x.Stories++
		}
		k := kindsOf(p)
		for i, n := range []*int{&x.Negative, &x.Positive, &x.Adverse} {
			if k[i] {
				*n++
			}
		}
	}
	return out
}

// window is the last 24 hours, or up to three days when the rise shows best
// there.
func (ln *line) window(now time.Time, o Options, tier Tier, ward func(int) float64) Window {
	hours := 24
	if tier != None {
		if _, n := ln.models[0].Score(); n > 24 {
			hours = n
		}
	}
	w := Window{Hours: hours, From: now.Add(-time.Duration(hours) * time.Hour)}
	best := hours
	if tier != None {
		if _, n := ln.models[0].Score(); n > 0 {
			best = n
		}
	}
	voices, stories, sources, before := map[string]bool{}, map[string]bool{}, map[string]int{}, map[string]bool{}
	var counts [3]int
	for _, p := range ln.posts {
		if !p.At.After(w.From) {
			if p.At.After(w.From.Add(-time.Duration(hours) * time.Hour)) {
				before[p.Source] = true
			}
			continue
		}
		w.Posts++
		voices[p.Voice], stories[cmp.Or(p.Story, p.ID)] = true, true
		sources[p.Source]++
		for i, is := range kindsOf(p) {
			if is {
				counts[i]++
			}
		}
		if p.At.After(now.Add(-time.Duration(best) * time.Hour)) {
			if w.Since.IsZero() {
				w.Since = p.At
			}
			if len(w.Items) < 3 {
				w.Items = append(w.Items, p.ID)
			}
		}
	}
	w.Voices, w.Stories, w.Sources, w.Before = len(voices), len(stories), len(sources), len(before)
	for _, n := range sources {
		w.OneShare = max(w.OneShare, float64(n)/float64(w.Posts))
	}
	w.Negative = counts[0]
	w.Low, w.High = ln.models[0].Usual(time.Duration(hours) * time.Hour)
	days := float64(hours) / 24
	n := float64(w.Posts)
	w.Usual, _ = ln.shares[0].usual(ward(0))
	if w.Posts >= shareFew {
		w.ShareLow, w.ShareTop = ln.shares[0].Usual(n, days, ward(0))
	}
	w.Shifted = ln.shifted(now, ward)
	return w
}

// shifted names the kind of posts of which there are unusually many among those
// of the last day or the last three, if there is one.
func (ln *line) shifted(now time.Time, ward func(int) float64) string {
	var posts [2]float64
	var counts [2][3]float64
	for i := len(ln.posts) - 1; i >= 0; i-- {
		p := ln.posts[i]
		if !p.At.After(now.AddDate(0, 0, -3)) {
			break
		}
		for w := range posts {
			if w == 0 && !p.At.After(now.AddDate(0, 0, -1)) {
				continue
			}
			posts[w]++
			for k, is := range kindsOf(p) {
				if is {
					counts[w][k]++
				}
			}
		}
	}
	for k := range ln.shares {
		if ln.shares[k].Rise([2]float64{counts[0][k], posts[0]}, [2]float64{counts[1][k], posts[1]}, ward(k)) >= ShareThreshold {
			return kindNames[k]
		}
	}
	return ""
}

// ahead forecasts the days to come, how likely twice the usual is, and how
// often saying so was right before.
func (ln *line) ahead(t *Trend, now, start time.Time, today int, o Options) {
	o.Slot = 24 * time.Hour
	f := NewForecaster(start, daysAhead, o, nil)
	type said struct {
		p float64
		y int
	}
	var before []said
	twice := func(usual float64) int { return max(2*int(math.Ceil(usual)), 3) }
	usual := func() float64 { return f.meanOf(experts-1, f.n) }
	for d := range today { // today is not over
		if d >= 21 {
			b := f.band(0, 0)
			before = append(before, said{1 - below(twice(usual()), b), t.Days[d].Posts - twice(usual())})
		}
		f.Take(float64(t.Days[d].Posts))
	}
	b := f.Bands()
	if t.Few {
		return
	}
	for _, x := range b {
		x.Expected = round(x.Expected)
		t.Ahead = append(t.Ahead, x)
	}
	t.Double = 1 - below(twice(usual()), b[0])
	t.Word = word(t.Double)
	for _, s := range before {
		if word(s.p) == t.Word {
			t.Tried++
			// "low" was right when it did not come, the others when it did.
			if (s.y >= 0) == (t.Word != "low") {
				t.Hit++
			}
		}
	}
}

// below is the probability of fewer than n posts.
func below(n int, b Band) float64 {
	p, _ := cdf(float64(n), b.mean, b.variance)
	return p
}

// word says a probability of doubling as people do.
func word(p float64) string {
	switch {
	case p < .1:
		return "low"
	case p < .35:
		return "medium"
	}
	return "high"
}

// fallen reports whether the last three whole days were as quiet as one time
// in a thousand.
func (ln *line) fallen(t *Trend, today int) bool {
	if today < 21 || t.Few {
		return false
	}
	m := ln.models[0]
	y := 0
	for _, d := range t.Days[max(0, today-3):today] {
		y += d.Posts
	}
	_, mean := m.sum(3 * 24)
	if mean < 5 {
		return false
	}
	v := m.variance(3*24, mean)
	p, at := cdf(float64(y), mean, v)
	return p+at < .001
}

// gap says why a change may be one of what is heard and not of what is said: a
// source that used to carry a third of the posts is silent, or one that is new
// carries most.
func (ln *line) gap(now time.Time, fall bool) string {
	last, all := map[string]int{}, map[string]int{}
	n, m := 0, 0
	first := map[string]time.Time{}
	for _, p := range ln.posts {
		if _, ok := first[p.Source]; !ok {
			first[p.Source] = p.At
		}
		if p.At.After(now.AddDate(0, 0, -3)) {
			last[p.Source]++
			n++
		} else if p.At.After(now.AddDate(0, 0, -31)) {
			all[p.Source]++
			m++
		}
	}
	for _, s := range slices.Sorted(keysOf(all)) {
		if fall && all[s]*3 >= m && last[s] == 0 && all[s] >= 10 {
			return "source"
		}
	}
	for _, s := range slices.Sorted(keysOf(last)) {
		if all[s] == 0 && last[s]*2 > n && n >= 3 && m >= 10 {
			return "exposure"
		}
	}
	return ""
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
