package rules

import (
	"context"
	"slices"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/rules/trend"
)

// postOf is what the board of trends keeps of an item. It counts what the
// index counts: everything but items about other places.
func postOf(it *news.Item, at time.Time) (trend.Post, bool) {
	r := it.Reading
	if r == nil || r.Area.Fit == news.OutOfArea {
		return trend.Post{}, false
	}
	p := trend.Post{ID: it.ID, At: at.UTC(), Observed: it.Observed.UTC(), Source: it.Source, Voice: it.Voice(), Story: r.Story, Tone: r.Tone.Label, Adverse: r.Impact == "adverse"}
	for _, t := range r.Topics {
		p.Topics = append(p.Topics, t.ID)
	}
	for _, s := range r.Area.Because {
		if name := strings.ToLower(lang.Normalise(s.Text)); name != "" {
			p.Places = append(p.Places, name)
		}
	}
	for _, v := range r.Values {
		if v.Type == "docno" { // people name a policy by its paper
			p.Policies = append(p.Policies, strings.ToUpper(v.Text))
		}
	}
	for _, list := range []*[]string{&p.Topics, &p.Places, &p.Policies} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return p, true
}

// Trends are what rises and what comes next: topics, places, papers and
// stories.
func (e *Engine) Trends(ctx context.Context) (*trend.View, error) {
	e.mu.Lock()
	err := e.load(ctx)
	board, now := e.board, e.opts.Now()
	e.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return board.View(now), nil
}

// pushFor is how long after a rise began to show people may still be told of
// it when it grows.
const pushFor = 24 * time.Hour

// pushes reports whether people are told of a rise at once. Whether there is
// one is the detector's threshold and a function of the items alone; who hears
// of it depends on what else the ward talks about that day ([trend.Tiers]).
func (e *Engine) pushes(r *Rule, f *Signal, now time.Time) bool {
	if r.Type != "spike" || r.By != "topic" && r.By != "story" || f.Retro || now.Sub(f.At) > pushFor {
		return false
	}
	return e.board.Tier(now, r.By, f.Group) == trend.Alert && e.pushed(now) < trend.PushesADay
}

// pushed is how many rises people may have been told of in the last day.
func (e *Engine) pushed(now time.Time) (n int) {
	for _, r := range e.set.live {
		st := e.states[ruleKey(r.ID, r.Version)]
		if r.Type != "spike" || st == nil {
			continue
		}
		for _, g := range st.groups {
			for _, f := range g.flags {
				if f.Push && now.Sub(f.At) <= 2*pushFor { // told a day after it began at the latest
					n++
				}
			}
		}
	}
	return n
}

// grown returns the rises of a group of which people were not told and that
// have come to stand out since.
func (e *Engine) grown(r *Rule, name string, now time.Time) (changed []Signal) {
	g := e.state(r.ID, r.Version).group(name)
	for _, id := range sortedKeys(g.flags) {
		f := g.flags[id]
		if f.Push || f.Withdrawn || !e.pushes(r, f, now) {
			continue
		}
		told := *f
		told.Push = true
		g.flags[id] = &told
		changed = append(changed, told)
	}
	return changed
}

// DayFactor is how much of an ordinary day's talk a day of c has: Tết is
// quiet, another holiday is like a Sunday. Nil is the computed calendar.
func DayFactor(c *calendar.Calendar) func(time.Time) float64 {
	if c == nil {
		c = calendar.Default()
	}
	return func(t time.Time) float64 {
		h, ok := c.Holiday(t)
		switch {
		case !ok:
			return 1
		case h.ID == "tet":
			return .5
		}
		return .75
	}
}
