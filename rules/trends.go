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
