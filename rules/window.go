package rules

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"langnghe/internal/news"
	"langnghe/rules/trend"
)

// An Occurrence is what a rule over time keeps of an item that it selected.
type Occurrence struct {
	Rule     string
	Version  int
	Group    string
	Item     string
	At       time.Time // event time
	Observed time.Time
	Voice    string
	Source   string
	Mark     Mark
	Muted    string // the filter that mutes flags of this item
}

// Mark says what more is known of an occurrence.
type Mark uint32

// The marks. The low bits are the steps of sequence and together.
const (
	markShare   Mark = 1 << (8 + iota) // ratio: it matches share
	markOpen                           // gap: no official document covers it
	markStale                          // seen more than seven days late: history only
	markRetro                          // evaluated again after a change
	markInitial Mark = 0
)

// lateness is how long after its time an item may be seen and still count.
const lateness = 7 * 24 * time.Hour

// history is what the baseline of a spike reaches back.
const history = 70 * 24 * time.Hour

// sourceVoice is who speaks when distinct is source.
func (o *Occurrence) voice(r *Rule) string {
	if r.Distinct == "source" {
		return "source:" + o.Source
	}
	return o.Voice
}

// fired is a condition that held and opened a flag.
type fired struct {
	at    time.Time
	state string // silence: raised, fixed
	ids   []string
	count int
	of    int
	by    *Occurrence // the item at which it held
	why   *rise       // spike
}

// rise is what a spike can say of itself.
type rise struct {
	window         time.Duration // that the figures are about
	items, sources int           // in the last 24 hours
	low, high      float64       // what is usual for 24 hours
	since          time.Time     // first item of the window that says it best
}

// A bound is how far back a group has been settled: what lies before cannot
// change any more and its items may be gone.
type bound struct {
	before time.Time // zero: nothing settled
	held   time.Time // when the condition last held before that
}

// evaluate finds the flags of one group. occs are in order of time and id,
// each item once; first is when the rule saw its first item, until is how far
// time has come. The result is a function of its arguments: it does not
// matter in which order the items came. held are the times at which the
// condition held.
func evaluate(r *Rule, occs []*Occurrence, b bound, first, until time.Time) (out []fired, held []time.Time) {
	switch r.Type {
	case "silence":
		return silences(r, occs, until), nil
	case "new_term":
		return newTerms(r, occs, b, first), nil
	}
	var holds func(i int) (fired, bool)
	switch r.Type {
	case "count", "coordination", "gap", "ratio":
		holds = counting(r, occs)
	case "together":
		holds = together(r, occs)
	case "sequence":
		holds = sequence(r, occs)
	case "spike":
		holds = spike(r, occs, first, b)
	default:
		return nil, nil
	}
	last := b.held
	for i, o := range occs {
		f, ok := holds(i)
		if !ok || o.At.Before(b.before) || o.Mark&markStale != 0 {
			continue
		}
		if last.IsZero() || o.At.Sub(last) > r.Quiet {
			f.at, f.by = o.At, o
			out = append(out, f)
		}
		last = o.At
		held = append(held, o.At)
	}
	return out, held
}

// A window slides over occurrences.
type window struct {
	occs  []*Occurrence
	reach time.Duration
	from  int
}

// to moves the window so that it ends with occurrence i and returns what is
// in it.
func (w *window) to(i int, enter, leave func(*Occurrence)) []*Occurrence {
	enter(w.occs[i])
	for w.occs[i].At.Sub(w.occs[w.from].At) > w.reach {
		leave(w.occs[w.from])
		w.from++
	}
	return w.occs[w.from : i+1]
}

func counting(r *Rule, occs []*Occurrence) func(int) (fired, bool) {
	w := window{occs: occs, reach: r.Within}
	all, part := map[string]int{}, map[string]int{}
	covered := 0
	step := func(o *Occurrence, n int) {
		if o.Mark&markStale != 0 {
			return
		}
		move(all, o.voice(r), n)
		if o.Mark&markShare != 0 {
			move(part, o.voice(r), n)
		}
		if o.Mark&markOpen == 0 {
			covered += n
		}
	}
	return func(i int) (fired, bool) {
		in := w.to(i, func(o *Occurrence) { step(o, 1) }, func(o *Occurrence) { step(o, -1) })
		switch r.Type {
		case "ratio":
			if len(all) < r.Min || len(part)*100 < r.AtLeast*len(all) {
				return fired{}, false
			}
			return fired{ids: ids(in, markShare), count: len(part), of: len(all)}, true
		case "gap":
			if covered > 0 {
				return fired{}, false
			}
		}
		if len(all) < r.AtLeast {
			return fired{}, false
		}
		return fired{ids: ids(in, markInitial), count: len(all)}, true
	}
}

// move changes the count of k by n and forgets it at zero.
func move[K comparable](m map[K]int, k K, n int) {
	if m[k] += n; m[k] == 0 {
		delete(m, k)
	}
}

// ids are the items of occs that have the mark, those seen too late left out.
func ids(occs []*Occurrence, mark Mark) (out []string) {
	for _, o := range occs {
		if o.Mark&mark == mark && o.Mark&markStale == 0 {
			out = append(out, o.Item)
		}
	}
	return out
}

func together(r *Rule, occs []*Occurrence) func(int) (fired, bool) {
	w := window{occs: occs, reach: r.Within}
	none := func(*Occurrence) {}
	return func(i int) (fired, bool) {
		in := w.to(i, none, none)
		var steps Mark
		for _, o := range in {
			if o.Mark&markStale == 0 {
				steps |= o.Mark & 0xFF
			}
		}
		if bits.OnesCount32(uint32(steps)) < len(r.Steps) {
			return fired{}, false
		}
		return fired{ids: ids(in, markInitial), count: len(r.Steps)}, true
	}
}

func sequence(r *Rule, occs []*Occurrence) func(int) (fired, bool) {
	return func(i int) (fired, bool) {
		n := len(r.Steps)
		chain := []string{occs[i].Item}
		if occs[i].Mark>>(n-1)&1 == 0 {
			return fired{}, false
		}
		j := i
		for step := n - 2; step >= 0; step-- {
			for j--; j >= 0 && (occs[j].Mark>>step&1 == 0 || occs[j].Mark&markStale != 0); j-- {
			}
			if j < 0 || occs[i].At.Sub(occs[j].At) > r.Within {
				return fired{}, false
			}
			chain = append(chain, occs[j].Item)
		}
		slices.Reverse(chain)
		return fired{ids: chain, count: n}, true
	}
}

func silences(r *Rule, occs []*Occurrence, until time.Time) (out []fired) {
	seen := slices.Clone(occs)
	slices.SortFunc(seen, func(a, b *Occurrence) int {
		return cmp.Or(a.Observed.Compare(b.Observed), cmp.Compare(a.Item, b.Item))
	})
	for i, o := range seen {
		due := o.Observed.Add(r.For)
		more := i+1 < len(seen)
		if more && !seen[i+1].Observed.After(due) || due.After(until) {
			continue
		}
		out = append(out, fired{at: due, state: "raised", ids: []string{o.Item}, by: o})
		if more {
			out = append(out, fired{at: seen[i+1].Observed, state: "fixed", ids: []string{seen[i+1].Item}, by: seen[i+1]})
		}
	}
	return out
}

func newTerms(r *Rule, occs []*Occurrence, b bound, first time.Time) (out []fired) {
	for i := 0; i < len(occs); {
		j := i + 1
		for j < len(occs) && occs[j].At.Sub(occs[j-1].At) <= r.Absent {
			j++
		}
		run := occs[i:j]
		goesOn := i == 0 && !b.held.IsZero() && run[0].At.Sub(b.held) <= r.Absent
		i = j
		if goesOn || run[0].At.Sub(first) < r.Absent {
			continue
		}
		voices := map[string]bool{}
		for k, o := range run {
			if o.Mark&markStale != 0 {
				continue
			}
			if o.At.Sub(run[0].At) > r.Within {
				break
			}
			if voices[o.Voice] = true; len(voices) >= r.AtLeast {
				out = append(out, fired{at: o.At, ids: ids(run[:k+1], markInitial), count: len(voices), by: o})
				break
			}
		}
	}
	return out
}

// thresholds by sensitivity.
var thresholds = map[string]float64{"low": trend.LowSensitivity, "medium": trend.MediumSensitivity, "high": trend.HighSensitivity}

// spike runs the trend detector on hourly distinct voices. holds must be
// asked in order.
func spike(r *Rule, occs []*Occurrence, first time.Time, b bound) func(int) (fired, bool) {
	if len(occs) == 0 {
		return nil
	}
	start := occs[0].At
	if !first.IsZero() && first.Before(start) {
		start = first
	}
	if !b.before.IsZero() {
		start = occs[0].At // older ones have been let go; their absence is no calm
	}
	m := trend.New(start, trend.Options{Threshold: thresholds[r.Sensitivity], Floor: float64(r.Floor), Factor: r.day})
	hour := map[string]bool{}
	var open time.Time
	return func(i int) (fired, bool) {
		o := occs[i]
		if o.At.Before(start) {
			return fired{}, false
		}
		if h := o.At.Truncate(time.Hour); !h.Equal(open) {
			open = h
			clear(hour)
		}
		m.Advance(o.At)
		if hour[o.Voice] {
			return fired{}, false
		}
		hour[o.Voice] = true
		m.Add(1)
		if o.At.Before(b.before) {
			return fired{}, false
		}
		_, slots, alarm := m.Alarm()
		if !alarm {
			return fired{}, false
		}
		return risen(r, m, occs[:i+1], time.Duration(slots)*time.Hour)
	}
}

// risen describes a spike that ends with the last of occs. One voice, however
// loud, is no spike.
func risen(r *Rule, m *trend.Model, occs []*Occurrence, best time.Duration) (fired, bool) {
	end := occs[len(occs)-1].At
	from := len(occs) - 1
	since := end
	near, voices, sources := map[string]bool{}, map[string]bool{}, map[string]bool{}
	// The figures are those of the window that alarmed, a day at least, so
	// that the sentence never contradicts the signal.
	w := &rise{window: max(24*time.Hour, best)}
	for ; from >= 0 && end.Sub(occs[from].At) <= w.window; from-- {
		o := occs[from]
		age := end.Sub(o.At)
		if age <= best {
			since = o.At
			near[o.Voice] = true
		}
		w.items++
		voices[o.Voice] = true
		sources[o.Source] = true
	}
	w.sources, w.since = len(sources), since
	w.low, w.high = m.Usual(w.window)
	return fired{ids: ids(occs[from+1:], markInitial), count: len(voices), why: w}, len(near) >= r.Floor
}

// groups are the groups that an item belongs to for a rule.
func groups(by string, it *news.Item) []string {
	r := it.Reading
	var out []string
	switch by {
	case "":
		return []string{""}
	case "source":
		out = append(out, it.Source)
	case "story":
		if r != nil {
			out = append(out, r.Story)
		}
	case "topic":
		if r != nil {
			for _, t := range r.Topics {
				out = append(out, t.ID)
			}
		}
	case "cue":
		if r != nil {
			for _, c := range r.Cues {
				out = append(out, c.Family)
			}
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" })
}
