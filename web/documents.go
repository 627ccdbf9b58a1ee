package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
)

type documentsPage struct {
	frame
	Documents []documentView
	Proposed  int // facts that wait for a person
}

type documentView struct {
	official.Document
	State    string // in_force, coming, over
	Proposed int
	Views    []factView
}

// A factView is a fact with its place in the document.
type factView struct {
	news.Fact
	Parts []part // of the clause, or of the words around it
}

func (s *server) documents(w http.ResponseWriter, r *http.Request) error {
	docs, err := s.Desk.Documents(r.Context())
	if err != nil {
		return err
	}
	p := documentsPage{frame: s.frame(r, visitorOf(r).t.T("documents.title"))}
	today := s.Now().In(zone).Format(time.DateOnly)
	for _, d := range docs {
		v := documentView{Document: d, State: "in_force"}
		switch {
		case d.From > today:
			v.State = "coming"
		case d.To != "" && d.To < today:
			v.State = "over"
		}
		for _, f := range d.Facts {
			fv := factView{Fact: f}
			if f.Span.End > f.Span.Start && d.Text != "" {
				fv.Parts, _ = clip(marked(d.Text, []news.Span{f.Span}), 220)
			} else if f.Clause != "" {
				fv.Parts = []part{{Text: f.Clause}}
			}
			if f.Status == "proposed" {
				v.Proposed++
			}
			v.Views = append(v.Views, fv)
		}
		p.Proposed += v.Proposed
		p.Documents = append(p.Documents, v)
	}
	slices.SortStableFunc(p.Documents, func(a, b documentView) int { return strings.Compare(b.Date, a.Date) })
	return s.render(w, r, "documents", p)
}

// addDocument puts a document into the register. The desk reads its facts,
// which wait for a person's word, and pauses what cited a superseded one.
func (s *server) addDocument(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	d := official.Document{
		No: v("docno"), Issuer: v("issuer"), Date: v("date"), From: v("from"), To: v("to"),
		Supersedes: v("supersedes"), Title: v("title"), Text: v("text"), URL: v("url"),
	}
	if d.From == "" {
		d.From = d.Date
	}
	if _, err := s.Desk.AddDocument(r.Context(), d, by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/documents?done=document#"+anchor(d.No), "")
}

// confirmFact is a person's word that the program read a document right;
// only confirmed facts feed the rules.
func (s *server) confirmFact(w http.ResponseWriter, r *http.Request) error {
	id := r.FormValue("fact")
	if err := s.Desk.ConfirmFact(r.Context(), id, by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/documents?done=fact#"+anchor(id), "")
}
