package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
	"langnghe/rules/patterns"
)

type radarPage struct {
	frame
	Off     bool
	Open    []openQuestion
	Seasons []seasonView
}

// An openQuestion is a topic that people ask about and no document covers.
type openQuestion struct {
	Topic      string   `json:"topic"`
	Now        int      `json:"now"` // distinct voices in seven days
	Was        int      `json:"was"` // in the seven before
	Samples    []string `json:"samples"`
	SearchPath string   `json:"search"` // page that shows them
}

type seasonView struct {
	patterns.Season
	Here bool
}

// radar shows what should be published, and the times in which scams come.
func (s *server) radar(w http.ResponseWriter, r *http.Request) error {
	p, err := s.radarOf(r)
	if err != nil {
		return err
	}
	return s.render(w, r, "radar", p)
}

// radarOf asks for everything that the page shows.
func (s *server) radarOf(r *http.Request) (radarPage, error) {
	docs, err := s.Desk.Documents(r.Context())
	if err != nil {
		return radarPage{}, err
	}
	p := radarPage{frame: s.frame(r, visitorOf(r).t.T("radar.title"))}
	now := s.Now()
	p.Seasons = s.seasons(docs, now, 60)
	var shown []news.Item
	if p.Open, shown, err = s.unanswered(r, now); err != nil {
		p.Off = true
	}
	return p, s.recordShown(r, "item.search", "radar", "", shown)
}

// seasons are the times of scams that touch the days from now on.
func (s *server) seasons(docs []official.Document, now time.Time, days int) (out []seasonView) {
	var papers []news.Paper
	for _, d := range docs {
		papers = append(papers, news.Paper{No: d.No, Title: d.Title, Date: d.Date, From: d.From})
	}
	cal := s.Calendar
	if cal == nil {
		cal = calendar.Default()
	}
	for _, x := range patterns.Seasons(now, now.AddDate(0, 0, days), cal, papers) {
		out = append(out, seasonView{x, x.Holds(now)})
	}
	return out
}

// asked are the stances of somebody who wants to know.
var asked = []string{string(news.Question), string(news.RumourQuery)}

// unanswered is what rises among the questions and no document answers, with
// the items that the samples are of. See [review.Unanswered].
func (s *server) unanswered(r *http.Request, now time.Time) (out []openQuestion, shown []news.Item, err error) {
	if s.Search == nil {
		return nil, nil, errOff
	}
	covered, err := s.Desk.Covers(r.Context())
	if err != nil {
		return nil, nil, err
	}
	week := func(from, to time.Time) (items []news.Item, err error) {
		found, err := s.find(r.Context(), indexer.Query{Stances: asked, From: from, To: to, Newest: true, Limit: 200}, by(r))
		for _, h := range found.Hits {
			items = append(items, h.Item)
		}
		return items, err
	}
	current, err := week(now.AddDate(0, 0, -7), now)
	if err != nil {
		return nil, nil, err
	}
	before, err := week(now.AddDate(0, 0, -14), now.AddDate(0, 0, -7))
	if err != nil {
		return nil, nil, err
	}
	for _, x := range review.Unanswered(current, before, covered) {
		q := openQuestion{Topic: x.Topic, Now: x.Now, Was: x.Was, SearchPath: "/search?topic=" + x.Topic + "&stance=question&stance=rumour_query&sort=new"}
		for _, it := range x.Items {
			if text := s.careOf(&it).guard(shorten(strings.Join(strings.Fields(it.Text), " "), 140)); len(q.Samples) < 3 && !slices.Contains(q.Samples, text) {
				q.Samples, shown = append(q.Samples, text), append(shown, it)
			}
		}
		out = append(out, q)
	}
	return out, shown, nil
}
