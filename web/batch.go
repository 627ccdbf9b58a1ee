package web

import (
	"net/http"
	"net/url"
	"slices"

	"langnghe/internal/news"
	"langnghe/review"
)

// takeBatch gives the person the next entries of the inbox, which nobody else
// gets as long as the person is at work on them.
func (s *server) takeBatch(w http.ResponseWriter, r *http.Request) error {
	q := inboxQuery(r)
	b, err := s.Desk.TakeBatch(r.Context(), review.BatchRequest{Topic: q.Topic, Min: q.Min, By: by(r)})
	if err != nil {
		return err
	}
	if len(b.Entries) == 0 {
		return seeOther(w, r, "/inbox", "none_free")
	}
	http.Redirect(w, r, "/inbox?mine=1", http.StatusSeeOther)
	return nil
}

func (s *server) releaseBatch(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.ReleaseBatch(r.Context(), by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/inbox", "released")
}

// reclassify puts another decision in the place of one that can no longer be
// undone.
func (s *server) reclassify(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	req := review.DecideRequest{Entry: id, Choice: news.Choice(r.FormValue("choice")), Note: r.FormValue("note"), By: by(r)}
	if !slices.Contains(news.Choices, req.Choice) {
		return &problem{status: http.StatusBadRequest, key: "problem.choice"}
	}
	if _, err := s.Desk.Reclassify(r.Context(), req); err != nil {
		return err
	}
	return seeOther(w, r, "/inbox/"+url.PathEscape(id), "reclassified")
}
