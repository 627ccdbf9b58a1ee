package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/official/paper"
	"langnghe/review"
)

type documentsPage struct {
	frame
	Draft     *official.Document // read from a file, for a person to correct
	Problem   string
	Paused    []pausedView // cases whose answers cite what was superseded
	Documents []documentView
	Proposed  int // facts that wait for a person
	Seen      []seenDocument
	Compared  *comparison // what was asked, with the answer
	Asked     officialIn
}

// A seenDocument is a document that a watched portal has published and that
// the register does not have.
type seenDocument struct {
	No, Title, Source, URL string
	At                     time.Time
}

// seenFor is for how long a new document is offered.
const seenFor = 30 * 24 * time.Hour

// seen are the documents that official sources named lately, those of the
// register apart.
func (s *server) seen(r *http.Request, docs []official.Document) []seenDocument {
	if s.Search == nil || s.Document == nil {
		return nil
	}
	found, err := s.find(r.Context(), indexer.Query{Kinds: []string{string(news.Official)}, From: s.Now().Add(-seenFor), To: s.Now().Add(time.Minute), Newest: true, Limit: 60}, by(r))
	if err != nil {
		return nil // the register itself does not wait for the index
	}
	have := map[string]bool{}
	for _, d := range docs {
		have[docKey(d.No)] = true
	}
	var out []seenDocument
	for _, h := range found.Hits {
		it := h.Item
		if it.Reading == nil || it.URL == "" {
			continue
		}
		for _, v := range it.Reading.Values {
			if v.Type != "docno" || have[docKey(v.Text)] || len(out) == 12 {
				continue
			}
			have[docKey(v.Text)] = true
			out = append(out, seenDocument{v.Text, it.Title, it.Source, it.URL, it.At()})
			break // the first number on a page is what it is about
		}
	}
	return out
}

func docKey(no string) string { return strings.ToUpper(strings.Join(strings.Fields(no), "")) }

// fetchDocument has the document behind a page fetched and shows what it says
// about itself in the form, for a person to correct. Nothing is kept before
// they send the form.
func (s *server) fetchDocument(w http.ResponseWriter, r *http.Request) error {
	if s.Document == nil {
		return errOff
	}
	d, err := s.Document(r.Context(), crawler.DocumentRequest{URL: strings.TrimSpace(r.FormValue("url")), By: by(r).Name})
	if err != nil {
		return s.documentsPage(w, r, http.StatusUnprocessableEntity, nil, visitorOf(r).t.T("documents.not_fetched", err.Error()))
	}
	return s.documentsPage(w, r, http.StatusOK, &d, "")
}

// DraftOrEmpty is what the form starts with.
func (p documentsPage) DraftOrEmpty() official.Document {
	if p.Draft == nil {
		return official.Document{}
	}
	return *p.Draft
}

type documentView struct {
	official.Document
	State    string // in_force, coming, over
	Proposed int
	Views    []factView
}

// A pausedView is a case whose answer waits, and the document that took the
// place of the one that it cites.
type pausedView struct{ Case, By string }

// A factView is a fact with its place in the document.
type factView struct {
	news.Fact
	Parts []part // of the clause, or of the words around it
}

func (s *server) documents(w http.ResponseWriter, r *http.Request) error {
	return s.documentsPage(w, r, http.StatusOK, nil, "")
}

func (s *server) documentsPage(w http.ResponseWriter, r *http.Request, status int, draft *official.Document, refused string, change ...func(*documentsPage)) error {
	docs, err := s.Desk.Documents(r.Context())
	if err != nil {
		return err
	}
	p := documentsPage{frame: s.frame(r, visitorOf(r).t.T("documents.title")), Draft: draft, Problem: refused}
	for _, f := range change {
		f(&p)
	}
	p.Seen = s.seen(r, docs)
	// Answers that cite what was superseded stay in the list until somebody has
	// looked at them again, not only on the page that follows the document.
	cases, err := s.Desk.Cases(r.Context(), review.CaseQuery{Limit: 1000, By: by(r)})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if c.Paused != "" && len(p.Paused) < 50 {
			p.Paused = append(p.Paused, pausedView{c.ID, c.Paused})
		}
	}
	today := s.Now().In(zone).Format(time.DateOnly)
	for _, d := range docs {
		v := documentView{Document: d, State: stateOn(d, today)}
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
	return s.renderStatus(w, r, status, "documents", p)
}

// stateOn says whether a document is in force on a day, coming, or over.
func stateOn(d official.Document, day string) string {
	switch {
	case d.From > day:
		return "coming"
	case d.To != "" && d.To < day:
		return "over"
	}
	return "in_force"
}

// addDocument puts a document into the register. The desk reads its facts,
// which wait for a person's word, and pauses what cited a superseded one.
func (s *server) addDocument(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	d := official.Document{
		No: v("docno"), Issuer: v("issuer"), Date: v("date"), From: v("from"), To: v("to"),
		Supersedes: v("supersedes"), Title: v("title"), Text: v("text"), URL: v("url"),
	}
	_, err := s.Desk.AddDocument(r.Context(), inForce(d), by(r)) // what it pauses the page lists
	if err != nil {
		return err
	}
	q := url.Values{"done": {"document"}}
	return seeOther(w, r, "/documents?"+q.Encode()+"#"+anchor(d.No), "")
}

// inForce is a document that is in force from its date on, when nothing else
// is said.
func inForce(d official.Document) official.Document {
	if d.From == "" {
		d.From = d.Date
	}
	return d
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

// readDocument reads a file and shows what it says about itself in the form,
// for a person to correct. Nothing is kept before they send the form.
func (s *server) readDocument(w http.ResponseWriter, r *http.Request) error {
	t := visitorOf(r).t
	file, header, err := r.FormFile("file")
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return s.documentsPage(w, r, http.StatusRequestEntityTooLarge, nil, whyNotRead(paper.ErrSize).In(t.lang))
		}
		return s.documentsPage(w, r, http.StatusBadRequest, nil, t.T("documents.no_file"))
	}
	defer file.Close()
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	data, err := io.ReadAll(io.LimitReader(file, paper.MaxFile+1))
	if err != nil {
		return err
	}
	d, err := paper.Read(header.Filename, data)
	if err != nil {
		return s.documentsPage(w, r, http.StatusUnprocessableEntity, nil, whyNotRead(err).In(t.lang))
	}
	return s.documentsPage(w, r, http.StatusOK, &d, "")
}

// whyNotRead says why a file could not be read.
func whyNotRead(err error) news.Text {
	refused := paper.ErrBroken
	errors.As(err, &refused)
	return news.Text{VI: refused.VI, EN: refused.EN}
}

// confirmFacts is a person's word about several facts of one document, read
// on one page.
func (s *server) confirmFacts(w http.ResponseWriter, r *http.Request) error {
	ids := r.Form["fact"]
	if len(ids) == 0 {
		return seeOther(w, r, "/documents", "")
	}
	if err := s.Desk.ConfirmFacts(r.Context(), ids, by(r)); err != nil {
		return err
	}
	no, _, _ := strings.Cut(ids[0], "#")
	return seeOther(w, r, "/documents?done=fact#"+anchor(no), "")
}
