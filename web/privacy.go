package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"langnghe/review"
)

type privacyPage struct {
	frame
	Figures  review.Figures
	TextDays int
	Sources  []string
	Contact  string
}

// privacy is the page that tells everybody, without signing in, what is read
// and kept, for how long, who sees it, and how to ask for one's rights. It
// holds counts and no content.
func (s *server) privacy(w http.ResponseWriter, r *http.Request) error {
	p, err := s.privacyOf(r.Context())
	if err != nil {
		return err
	}
	p.frame = s.frame(r, visitorOf(r).t.T("privacy.title"))
	return s.render(w, r, "privacy", p)
}

func (s *server) privacyOf(ctx context.Context) (p privacyPage, err error) {
	p.TextDays, p.Contact = s.TextDays, s.Contact
	if p.Figures, err = s.Desk.Figures(ctx); err != nil {
		return p, err
	}
	if s.Sources != nil {
		if all, err := s.Sources(ctx); err == nil { // without the crawler the rest still holds
			for _, x := range all {
				p.Sources = append(p.Sources, x.Source.Name)
			}
		}
	}
	return p, nil
}

type requestsPage struct {
	frame
	Requests []review.DataRequest
	Kinds    []string
	Expired  []review.AuditEntry // what the retention job removed lately
	Problem  string
	Now      time.Time
	Form     struct{ Kind, About string }
}

// requests is the justice officer's list of what people ask about their data,
// each with its clock, and the report of the retention job.
func (s *server) requests(w http.ResponseWriter, r *http.Request) error {
	return s.requestsPage(w, r, http.StatusOK, "")
}

func (s *server) requestsPage(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	p := requestsPage{frame: s.frame(r, visitorOf(r).t.T("requests.title")), Kinds: review.RequestKinds, Problem: refused, Now: s.Now()}
	p.Form.Kind, p.Form.About = r.PostFormValue("kind"), r.PostFormValue("about")
	var err error
	if p.Requests, err = s.Desk.Requests(r.Context(), by(r)); err != nil {
		return err
	}
	gone, err := s.Desk.Audit(r.Context(), review.AuditQuery{Act: "items.expire", Limit: 10, By: by(r)})
	if err != nil {
		return err
	}
	p.Expired = gone.Entries
	return s.renderStatus(w, r, status, "requests", p)
}

func (s *server) addRequest(w http.ResponseWriter, r *http.Request) error {
	_, err := s.Desk.AddRequest(r.Context(), r.FormValue("kind"), r.FormValue("about"), by(r))
	return s.asked(w, r, err)
}

func (s *server) answerRequest(w http.ResponseWriter, r *http.Request) error {
	items := strings.Fields(r.FormValue("items"))
	err := s.Desk.AnswerRequest(r.Context(), r.PathValue("id"), r.FormValue("answer"), r.FormValue("refused") == "1", items, by(r))
	return s.asked(w, r, err)
}

func (s *server) asked(w http.ResponseWriter, r *http.Request, err error) error {
	if text, ok := houseRule(err, visitorOf(r).t); ok {
		if status, _ := explain(err, visitorOf(r).t); status == http.StatusConflict {
			return s.requestsPage(w, r, status, text)
		}
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/privacy/requests", "request")
}
