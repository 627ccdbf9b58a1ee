package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/review"
)

type trendsPage struct {
	frame
	Days    int
	From    time.Time
	To      time.Time // the last day
	Off     bool
	All     chart
	Charts  []chart // by topic, most of the last week first
	Quiet   []string
	Signals []entryView
	Rising  []rise
	Fans    map[string]*fan      // by topic, "" is everything
	Says    map[string]news.Text // by topic: its last day in a sentence
	Seasons []seasonView         // scams to expect, of today and the two weeks to come
}

// A chart is one small multiple: how much was said about a topic each day.
type chart struct {
	Topic  string // "" is everything
	Days   []chartDay
	Total  int
	Week   int // the last seven days
	Before int // the seven days before
	Max    int
	Median float64 // of the days before the last week
	Few    bool    // too little to say anything
	Bars   string  // path of the days before the last week
	Last   string  // path of the last seven days
	Line   float64 // where the median is drawn
	Marks  string  // path of the days on which a signal fired
	Marked []time.Time
	W, H   int
	Search string
}

type chartDay struct {
	At    time.Time
	Items int
	Mark  bool
}

// trends shows what rises. The numbers are counts of the index; what is
// unusual about them is said by signals, which rules have raised.
func (s *server) trends(w http.ResponseWriter, r *http.Request) error {
	p, err := s.trendsOf(r)
	if err != nil {
		return err
	}
	return s.render(w, r, "trends", p)
}

// trendsOf asks for everything that the page shows.
func (s *server) trendsOf(r *http.Request) (trendsPage, error) {
	days := 60
	if r.FormValue("days") == "14" {
		days = 14
	}
	now := s.Now().In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	p := trendsPage{frame: s.frame(r, visitorOf(r).t.T("trends.title")), Days: days, From: today.AddDate(0, 0, 1-days), To: today}
	if s.Counts == nil {
		p.Off = true
		return p, nil
	}
	if docs, err := s.Desk.Documents(r.Context()); err == nil {
		p.Seasons = s.seasons(docs, s.Now(), 14)
	} else {
		s.Log.Warn("trends: no seasons", "err", err)
	}
	marks := map[string][]time.Time{}
	if s.Trends != nil {
		u := by(r)
		v, err := s.lookAhead.get(r.Context(), s.Clock(), s.calm(), s.Trends)
		if err != nil { // the counts are worth showing without it
			s.Log.Warn("trends: no forecast", "err", err)
		} else {
			marks = p.ahead(v, judges.has(&u))
			for i := range p.Rising {
				p.Rising[i].First = s.visible(r.Context(), p.Rising[i].First, u)
			}
		}
	}
	if u := by(r); judges.has(&u) {
		var err error
		if p.Signals, err = s.signals(r, p.From); err != nil {
			return p, err
		}
		for _, e := range p.Signals {
			for _, f := range e.Reasons {
				marks[e.Topic] = append(marks[e.Topic], f.At)
			}
		}
	}
	ask := func(by string) (map[string]map[string]int, error) {
		res, err := s.Counts(r.Context(), indexer.CountQuery{By: by, Bucket: "day", From: p.From, To: today.AddDate(0, 0, 1)})
		if err != nil {
			return nil, fmt.Errorf("trends: %w", err)
		}
		out := map[string]map[string]int{}
		for _, c := range res.Rows {
			if out[c.Key] == nil {
				out[c.Key] = map[string]int{}
			}
			out[c.Key][c.At.In(zone).Format(time.DateOnly)] += c.Items
		}
		return out, nil
	}
	all, err := ask("")
	if err != nil {
		return p, err
	}
	topics, err := ask("topic")
	if err != nil {
		return p, err
	}
	var sum map[string]int
	for _, m := range all { // one key, whatever it is called
		sum = m
	}
	p.All = draw("", p.From, days, sum, nil, 720, 96)
	for _, id := range news.TopicIDs {
		c := draw(id, p.From, days, topics[id], marks[id], 300, 64)
		if c.Total == 0 {
			p.Quiet = append(p.Quiet, id)
			continue
		}
		p.Charts = append(p.Charts, c)
	}
	slices.SortStableFunc(p.Charts, func(a, b chart) int {
		if n := len(b.Marked) - len(a.Marked); n != 0 && (len(a.Marked) == 0 || len(b.Marked) == 0) {
			return n
		}
		return b.Week - a.Week
	})
	return p, nil
}

// signals are the entries without an item, decided or not.
func (s *server) signals(r *http.Request, from time.Time) ([]entryView, error) {
	in, err := s.Desk.Inbox(r.Context(), review.InboxQuery{Signals: true, Limit: 200, By: by(r)})
	if err != nil {
		return nil, fmt.Errorf("trends: %w", err)
	}
	var out []entryView
	for _, e := range in.Entries {
		if v := s.view(e, false); v.Signal && len(v.Reasons) > 0 && !v.Reasons[0].At.Before(from) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b entryView) int { return b.Reasons[0].At.Compare(a.Reasons[0].At) })
	return out, nil
}

// draw lays out a chart of daily counts from a day on.
func draw(topic string, from time.Time, days int, counts map[string]int, marks []time.Time, w, h int) chart {
	c := chart{Topic: topic, W: w, H: h}
	marked := map[string]bool{}
	for _, m := range marks {
		marked[m.In(zone).Format(time.DateOnly)] = true
	}
	for i := range days {
		at := from.AddDate(0, 0, i)
		key := at.Format(time.DateOnly)
		d := chartDay{at, counts[key], marked[key]}
		c.Days = append(c.Days, d)
		c.Total += d.Items
		c.Max = max(c.Max, d.Items)
		switch {
		case i >= days-7:
			c.Week += d.Items
		case i >= days-14:
			c.Before += d.Items
		}
		if d.Mark {
			c.Marked = append(c.Marked, at)
		}
	}
	c.Few = c.Total < 5
	if before := c.Days[:max(days-7, 0)]; len(before) > 0 {
		var n []int
		for _, d := range before {
			n = append(n, d.Items)
		}
		slices.Sort(n)
		c.Median = float64(n[len(n)/2]+n[(len(n)-1)/2]) / 2
	}
	const top = 10 // room for the marks
	scale := float64(h-top) / float64(max(c.Max, 4))
	step := float64(w) / float64(days)
	bar := step * 0.78
	c.Line = float64(h) - c.Median*scale
	var bars, last, tri strings.Builder
	for i, d := range c.Days {
		x := step * float64(i)
		if d.Items > 0 {
			b := &bars
			if i >= days-7 {
				b = &last
			}
			y := float64(d.Items) * scale
			fmt.Fprintf(b, "M%.1f %dv-%.1fh%.1fv%.1fz", x, h, y, bar, y)
		}
		if d.Mark {
			fmt.Fprintf(&tri, "M%.1f 0h8l-4 7z", min(max(x+bar/2-4, 0), float64(w-8)))
		}
	}
	c.Bars, c.Last, c.Marks = bars.String(), last.String(), tri.String()
	c.Search = "/search?from=" + from.Format(time.DateOnly) + "&sort=new"
	if topic != "" {
		c.Search += "&topic=" + topic
	}
	return c
}

// Change is the last week against the one before, in words: up, down, same.
func (c chart) Change() string {
	switch {
	case c.Week >= 3 && c.Week > c.Before+max(2, c.Before/4):
		return "up"
	case c.Before >= 3 && c.Before > c.Week+max(2, c.Week/4):
		return "down"
	}
	return "same"
}
