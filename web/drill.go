package web

import (
	"net/http"
	"net/url"
	"slices"

	"langnghe/internal/news"
	"langnghe/review"
)

// startDrill puts a made-up post into the inbox, to practise on.
func (s *server) startDrill(w http.ResponseWriter, r *http.Request) error {
	l, err := levelOf(r)
	if err != nil {
		return err
	}
	e, err := s.drill(r, r.FormValue("text"), l, r.FormValue("topic"), by(r))
	if err != nil {
		return err
	}
	return seeOther(w, r, "/inbox/"+url.PathEscape(e.ID), "drill")
}

func (s *server) drill(r *http.Request, text string, l news.Level, topic string, u review.User) (review.Entry, error) {
	if !slices.Contains(news.TopicIDs, topic) {
		topic = ""
	}
	return s.Desk.StartDrill(r.Context(), review.DrillRequest{Text: text, Level: l, Topic: topic, By: u})
}

func (s *server) endDrill(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.EndDrill(r.Context(), r.PathValue("id"), by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/inbox", "drill_end")
}
