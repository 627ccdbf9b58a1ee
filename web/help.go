package web

import (
	"net/http"

	"langnghe/internal/news"
	"langnghe/review"
)

type helpPage struct {
	frame
	Choices []button
	Levels  []news.Level
	Minutes int
}

type button struct {
	Choice news.Choice
	Key    string
	Grave  bool
}

// help is the reviewer's handbook: what to do with the inbox, by key and by
// tap, and what each decision leads to.
func (s *server) help(w http.ResponseWriter, r *http.Request) error {
	p := helpPage{frame: s.frame(r, visitorOf(r).t.T("help.title")), Minutes: int(review.UndoWindow.Minutes())}
	for _, c := range news.Choices {
		p.Choices = append(p.Choices, button{Choice: c, Key: keys[c], Grave: grave(c)})
	}
	for l := news.Critical; l >= news.Informational; l-- {
		p.Levels = append(p.Levels, l)
	}
	return s.render(w, r, "help", p)
}
