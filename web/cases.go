package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
)

type casesPage struct {
	frame
	Cases    []caseLine
	Total    int  // up to the end of this page
	More     bool // there are further pages
	Prev     string
	Next     string
	Kind     news.Choice
	State    review.State
	Kinds    []news.Choice
	States   []review.State
	Closed   bool
	Waiting  []caseLine       // for this person's signature
	Drafts   []reports.Report // that this person may approve
	Feedback bool             // complaints with due dates
	Overdue  bool
	Unit     string
	Units    []string
	Late     int
}

// A caseLine is a case in a list.
type caseLine struct {
	review.Case
	Late bool // past its due date and not answered
	Soon bool // due within a day
	Wait string
}

// states in the order of the work.
var states = []review.State{review.Open, review.Forwarded, review.Answered, review.Verifying, review.Judged, review.Correcting, review.Approved, review.Published, review.Escalated, review.Closed}

// line prepares a case for a list, for the person who looks.
func line(c review.Case, u review.User, now time.Time) caseLine {
	l := caseLine{Case: c}
	if !c.Due.IsZero() && c.State != review.Answered && c.State != review.Closed {
		l.Late = now.After(c.Due)
		l.Soon = !l.Late && c.Due.Sub(now) < 24*time.Hour
	}
	h := c.Handoff
	pending := h != nil && h.Vetoed == "" && h.Sent.IsZero()
	signs := u.Role == review.Leader || u.Role == review.Justice && c.KeptFromLeader()
	switch {
	case signs && c.State == review.Correcting:
		l.Wait = "wait.correction"
	case u.Role == review.Leader && pending && h.ApprovedAt.IsZero():
		l.Wait = "wait.handoff"
	case signs && c.Kind == news.Danger && c.State == review.Open:
		l.Wait = "wait.danger"
	case u.Role == review.Justice && pending:
		l.Wait = "wait.veto"
	case u.Role == review.Editor && c.State == review.Approved:
		l.Wait = "wait.publish"
	}
	return l
}

// casesPerPage is how many cases a list shows.
const casesPerPage = 100

func (s *server) cases(w http.ResponseWriter, r *http.Request) error {
	u := by(r)
	p := casesPage{frame: s.frame(r, visitorOf(r).t.T("cases.title")), Kinds: []news.Choice{news.Verify, news.Scam, news.Danger, news.Emergency, news.Answer}, States: states}
	q := s.caseQuery(r, &p)
	if q.Offset == 0 && !p.Closed && p.Kind == "" && p.State == "" {
		if err := s.waiting(r, &p); err != nil {
			return err
		}
	}
	if err := s.listCases(r, q, &p); err != nil {
		return err
	}
	p.Cases = slices.DeleteFunc(p.Cases, func(l caseLine) bool {
		return slices.ContainsFunc(p.Waiting, func(x caseLine) bool { return x.ID == l.ID })
	})
	if u.Role == review.Editor {
		p.Kinds, p.States = nil, nil
	}
	return s.render(w, r, "cases", p)
}

// waiting finds the cases that wait for this person's signature, wherever in
// the list they are.
func (s *server) waiting(r *http.Request, p *casesPage) error {
	var queries []review.CaseQuery
	switch by(r).Role {
	case review.Leader:
		queries = []review.CaseQuery{{State: review.Correcting}, {Handoff: true}, {Kind: news.Danger, State: review.Open}}
	case review.Justice:
		queries = []review.CaseQuery{{State: review.Correcting}, {Handoff: true}, {Kind: news.Danger, State: review.Open}}
	case review.Editor:
		queries = []review.CaseQuery{{State: review.Approved}}
	}
	var err error
	if p.Drafts, err = s.drafts(r); err != nil {
		return err
	}
	for _, q := range queries {
		q.By, q.Limit = by(r), casesPerPage
		list, err := s.Desk.Cases(r.Context(), q)
		if err != nil {
			return err
		}
		for _, c := range list {
			l := line(c, by(r), s.Now())
			if l.Wait != "" && own(by(r), &c) && !slices.ContainsFunc(p.Waiting, func(x caseLine) bool { return x.ID == c.ID }) {
				p.Waiting = append(p.Waiting, l)
			}
		}
	}
	return nil
}

// drafts are the reports that wait for this leader: those that somebody else
// has written.
func (s *server) drafts(r *http.Request) (out []reports.Report, err error) {
	u := by(r)
	if u.Role != review.Leader || s.Reports == nil {
		return nil, nil
	}
	list, err := s.Reports.List(r.Context(), "", 0, 200, person(u))
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		own := strings.EqualFold(x.By, u.Name) || slices.ContainsFunc(x.Writers, func(w string) bool { return strings.EqualFold(w, u.Name) })
		if x.State == reports.Draft && !own {
			out = append(out, x)
		}
	}
	return out, nil
}

// listCases reads one page of the list.
func (s *server) listCases(r *http.Request, q review.CaseQuery, p *casesPage) error {
	list, err := s.Desk.Cases(r.Context(), q)
	if err != nil {
		return err
	}
	for _, c := range list {
		if !own(by(r), &c) {
			continue
		}
		l := line(c, by(r), s.Now())
		if l.Late {
			p.Late++
		}
		p.Cases = append(p.Cases, l)
	}
	p.Total, p.More = q.Offset+len(p.Cases), len(list) == q.Limit
	here := r.URL.Query()
	here.Del("done")
	at := func(offset int) string {
		here.Set("offset", strconv.Itoa(offset))
		return r.URL.Path + "?" + here.Encode()
	}
	if q.Offset > 0 {
		p.Prev = at(max(q.Offset-q.Limit, 0))
	}
	if p.More {
		p.Next = at(q.Offset + q.Limit)
	}
	return nil
}

// caseQuery reads the filters and shows them in the page.
func (s *server) caseQuery(r *http.Request, p *casesPage) review.CaseQuery {
	if k := news.Choice(r.FormValue("kind")); slices.Contains(news.Choices, k) {
		p.Kind = k
	}
	if x := review.State(r.FormValue("state")); slices.Contains(states, x) {
		p.State = x
	}
	p.Closed = r.FormValue("closed") == "1" || p.State == review.Closed
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	return review.CaseQuery{Kind: p.Kind, State: p.State, Closed: p.Closed, By: by(r), Offset: max(offset, 0), Limit: casesPerPage}
}

// complaints is the list of what residents are owed an answer to, with due
// dates: for the office to chase up, for units and boards to answer.
func (s *server) complaints(w http.ResponseWriter, r *http.Request) error {
	u, t := by(r), visitorOf(r).t
	p := casesPage{frame: s.frame(r, t.T("complaints.title")), Feedback: true, Kind: news.Answer, Units: s.Units, States: []review.State{review.Open, review.Forwarded, review.Answered}}
	q := s.caseQuery(r, &p)
	q.Kind, p.Kind = news.Answer, news.Answer
	p.Overdue = r.FormValue("overdue") == "1"
	q.Overdue = p.Overdue
	p.Unit = r.FormValue("unit")
	if u.Role == review.Unit || u.Role == review.Khoi {
		p.Unit, p.Units = u.Unit, nil
		if u.Unit == "" { // nothing is theirs, and an empty unit would ask for all
			return s.render(w, r, "cases", p)
		}
	}
	q.Unit = p.Unit
	if err := s.listCases(r, q, &p); err != nil {
		return err
	}
	return s.render(w, r, "cases", p)
}
