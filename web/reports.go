package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/reports/paper"
	"langnghe/reports/xlsx"
	"langnghe/review"
)

// Reports is what the pages need of package reports. Whoever acts is named in
// each call.
type Reports interface {
	Create(ctx context.Context, q reports.Request, by reports.Person) (reports.Report, error)
	Open(ctx context.Context, id string, by reports.Person) (reports.Report, error)
	List(ctx context.Context, kind reports.Kind, offset, limit int, by reports.Person) ([]reports.Report, error)
	Rewrite(ctx context.Context, id string, notes map[string]string, by reports.Person) error
	Approve(ctx context.Context, id string, by reports.Person) error
	Recall(ctx context.Context, id, why string, by reports.Person) error
	Return(ctx context.Context, id, why string, by reports.Person) error
	Issue(ctx context.Context, id string, number int, day time.Time, by reports.Person) error
	Verify(ctx context.Context, r *reports.Report) (int, []reports.Difference, error)
	Describe(q reports.Query) news.Text
	Behind(ctx context.Context, r *reports.Report, figure string, by reports.Person) (reports.Behind, error)
	AnnualDue() (day time.Time, addressee string)

	WriteDOCX(w io.Writer, r *reports.Report) error
	WritePDF(w io.Writer, r *reports.Report) error
	WriteXLSX(ctx context.Context, w io.Writer, r *reports.Report) error

	Save(ctx context.Context, ledger, id string, values map[string]string, by reports.Person) (reports.Record, error)
	Remove(ctx context.Context, id string, by reports.Person) error
	Entries(ctx context.Context, ledger string, by reports.Person) ([]reports.Record, error)
	DeadlineOf(r reports.Record) (reports.Deadline, bool)
	Names(ctx context.Context, ledger string, by reports.Person) (map[string]string, error)
	Coverage(ctx context.Context) (reports.Coverage, error)
	Opinions(ctx context.Context, draft string) (reports.OpinionGroup, error)
	AnswersOf(ctx context.Context, year int, by reports.Person) (reports.AnswerBook, error)
	WriteAnswers(ctx context.Context, w io.Writer, b reports.AnswerBook, lang string) error
	WriteLedger(ctx context.Context, w io.Writer, l reports.Ledger, rs []reports.Record, lang string) error
}

func person(u review.User) reports.Person {
	return reports.Person{Name: u.Name, Role: string(u.Role), Unit: u.Unit}
}

// reporter is the desk's reports, or the answer that they do not run.
func (s *server) reporter() (Reports, error) {
	if s.Reports == nil {
		return nil, errOff
	}
	return s.Reports, nil
}

type reportsPage struct {
	frame
	Reports   []reports.Report
	Kind      reports.Kind
	Kinds     []reports.Kind
	Writable  []reports.Kind
	Case      string
	Today     time.Time
	Due       time.Time // of the annual report
	Days      int
	Addressee string
	Prev      string
	Next      string
}

const reportsPerPage = 50

func (s *server) reports(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	u := by(r)
	p := reportsPage{frame: s.frame(r, visitorOf(r).t.T("reports.title")), Kind: reports.Kind(r.FormValue("kind")), Case: r.FormValue("case"), Today: s.Now()}
	for _, k := range reports.Kinds {
		if k.MayRead(string(u.Role)) {
			p.Kinds = append(p.Kinds, k)
		}
		if k.MayWrite(string(u.Role)) {
			p.Writable = append(p.Writable, k)
		}
	}
	if p.Kind != "" && !slices.Contains(p.Kinds, p.Kind) {
		return errForbidden
	}
	offset, err := strconv.Atoi(r.FormValue("offset"))
	if err != nil || offset < 0 {
		offset = 0
	}
	if p.Reports, err = d.List(r.Context(), p.Kind, offset, reportsPerPage, person(u)); err != nil {
		return err
	}
	at := func(n int) string {
		return "/reports?" + url.Values{"kind": {string(p.Kind)}, "offset": {strconv.Itoa(n)}}.Encode()
	}
	if offset > 0 {
		p.Prev = at(max(offset-reportsPerPage, 0))
	}
	if len(p.Reports) == reportsPerPage {
		p.Next = at(offset + reportsPerPage)
	}
	if reports.Annual.MayRead(string(u.Role)) {
		p.Due, p.Addressee = d.AnnualDue()
		p.Days = int(p.Due.Sub(s.Now()).Hours()/24 + 1)
	}
	return s.render(w, r, "reports", p)
}

// createReport writes a draft.
func (s *server) createReport(w http.ResponseWriter, r *http.Request) error {
	year := 0
	if y := r.FormValue("year"); y != "" {
		if year, _ = strconv.Atoi(y); year == 0 {
			year = -1 // no year at all
		}
	}
	rep, err := s.draftReport(r.Context(), reports.Kind(r.FormValue("kind")), r.FormValue("at"), year, r.FormValue("case"), by(r))
	if err != nil {
		return err
	}
	return seeOther(w, r, "/reports/"+url.PathEscape(rep.ID), "report")
}

// draftReport writes a draft about the span that holds a day, or about a year
// or a case.
func (s *server) draftReport(ctx context.Context, kind reports.Kind, day string, year int, about string, by review.User) (rep reports.Report, err error) {
	d, err := s.reporter()
	if err != nil {
		return rep, err
	}
	q := reports.Request{Kind: kind, Year: year, Case: strings.TrimSpace(about)}
	if year != 0 && (year < 2000 || year > 2100) {
		return rep, &problem{status: http.StatusBadRequest, key: "problem.form", field: "year"}
	}
	if day != "" {
		if q.At, err = time.ParseInLocation(time.DateOnly, day, zone); err != nil {
			return rep, &problem{status: http.StatusBadRequest, key: "problem.form", field: "at"}
		}
		if q.At.After(s.Now()) {
			q.At = time.Time{}
		}
	}
	return d.Create(ctx, q, person(by))
}

type reportView struct {
	frame
	reports.Report
	Blocks   []reportBlock
	Annexes  []reportAnnex
	Shown    *reports.Figure // the number that was asked about
	Means    string
	How      string // its parts make it
	Parts    []reportPart
	More     int // parts that are not listed
	Checked  bool
	Numbers  int
	Diffs    []reportDiff
	Later    []reportDiff // right when it was written, counted otherwise by now
	Sections []string     // that people may write into
	Lists    string
	Num, Day string
	Today    time.Time
	Write    bool
	Signs    bool // the person may approve it
}

type reportDiff struct {
	reports.Difference
	What string
}

type reportAnnex struct {
	Title  string
	Blocks []reportBlock
}

// A reportBlock is a block of a document as the page shows it.
type reportBlock struct {
	paper.Block
	ID    string // of the report, for links
	Bars  []reportBar
	Level *reports.Figure // what the bars stand beside
}

type reportBar struct {
	Label, Figure string
	Value, Max    int
}

// noteSections are the parts of each kind that people write.
var noteSections = map[reports.Kind][]string{
	reports.Weekly: {"good", "proposals"}, reports.Urgent: {"known", "next"}, reports.Annual: {"direction", "units", "strengths", "weaknesses", "causes", "next", "proposals"},
	reports.Plan: {"basis", "purpose", "demands", "tasks"}, reports.Complaint: {"place"}, reports.Correction: {"do"}, reports.Radio: {"do"}, reports.Notice: {"do"},
}

func (s *server) viewReport(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	u := by(r)
	rep, err := d.Open(r.Context(), r.PathValue("id"), person(u))
	if err != nil {
		return err
	}
	t := visitorOf(r).t
	p := reportView{frame: s.frame(r, rep.Kind.Name().In(t.lang)+" "+rep.ID), Report: rep, Num: rep.Paper.Head.Num(), Day: rep.Paper.Head.Day(), Today: s.Now(),
		Sections: noteSections[rep.Kind], Write: rep.Kind.MayWrite(string(u.Role)) && rep.State == reports.Draft}
	if p.Signs = u.Role == review.Leader; u.Role == review.Justice {
		// In the leader's place, where it is kept from the leader.
		if p.Signs, err = s.Desk.Keeps(r.Context(), rep.Case, review.User{Role: review.Leader}); err != nil {
			return err
		}
	}
	p.Blocks = reportBlocks(&rep, rep.Paper.Body)
	for _, a := range rep.Paper.Appendices {
		p.Annexes = append(p.Annexes, reportAnnex{strings.TrimSpace("Phụ lục " + a.No + ". " + a.Title), reportBlocks(&rep, a.Body)})
	}
	if f, ok := rep.Figure(r.FormValue("figure")); ok {
		p.Shown, p.Means = &f, d.Describe(f.Query).In(t.lang)
		b, err := d.Behind(r.Context(), &rep, f.ID, person(u))
		if err != nil {
			return err
		}
		p.How = b.How
		for i, x := range b.Parts {
			if i == maxParts && b.How == "sum" {
				p.More = len(b.Parts) - maxParts
				break
			}
			p.Parts = append(p.Parts, reportPart{x.Label.In(t.lang), x.Text, s.partLink(&x, u)})
		}
	}
	if r.FormValue("verify") == "1" {
		n, diffs, err := d.Verify(r.Context(), &rep)
		if err != nil {
			return err
		}
		p.Checked, p.Numbers = true, n
		for _, x := range diffs {
			line := reportDiff{x, d.Describe(x.Query).In(t.lang)}
			switch {
			case x.Later:
				p.Later = append(p.Later, line)
				continue
			case x.Figure == "":
				line.What = x.Why.In(t.lang)
			}
			p.Diffs = append(p.Diffs, line)
		}
	}
	return s.render(w, r, "reportview", p)
}

func reportBlocks(r *reports.Report, bs []paper.Block) (out []reportBlock) {
	for _, b := range bs {
		v := reportBlock{Block: b, ID: r.ID}
		if c := b.Chart; c != nil {
			top := 1
			for _, n := range c.Values {
				top = max(top, n)
			}
			for i, n := range c.Values {
				bar := reportBar{Value: n, Max: top}
				if i < len(c.Labels) {
					bar.Label = c.Labels[i]
				}
				if i < len(c.Figures) {
					bar.Figure = c.Figures[i]
				}
				v.Bars = append(v.Bars, bar)
			}
			if n := len(c.Values); n < len(c.Figures) {
				if f, ok := r.Figure(c.Figures[n]); ok {
					v.Level = &f
				}
			}
		}
		out = append(out, v)
	}
	return out
}

// A reportPart is one thing that a number counts, with the page that shows
// it, or "".
type reportPart struct{ Label, Value, Link string }

// maxParts are the parts of a sum that a page lists.
const maxParts = 400

// partLink is the page of a part, when the person may open it.
func (s *server) partLink(p *reports.Part, u review.User) string {
	role := string(u.Role)
	switch {
	case p.Case != "":
		if review.May(u.Role, review.ReadCase) {
			return "/cases/" + url.PathEscape(p.Case)
		}
	case p.Entry != "" || p.Ledger != "":
		if l, ok := reports.LedgerByID(p.Ledger); ok && l.MayRead(role) {
			if p.Entry == "" {
				return "/ledgers/" + l.ID
			}
			return "/ledgers/" + l.ID + "#" + anchor(p.Entry)
		}
	case p.Query != nil && p.Query.What == "items" && review.May(u.Role, review.ReadItem):
		return itemSearch(*p.Query)
	}
	return ""
}

// itemSearch is the search for the items that a query counts.
func itemSearch(q reports.Query) string {
	v := url.Values{"sort": {"new"}, "area": {news.InArea, news.Ambiguous}}
	v.Set("from", q.From.In(zone).Format(time.DateOnly))
	v.Set("to", q.To.Add(-time.Millisecond).In(zone).Format(time.DateOnly))
	if q.Topic != "" {
		v.Set("topic", q.Topic)
	}
	if q.By != "" {
		v.Set(q.By, q.Key)
	}
	return "/search?" + v.Encode()
}

// reportFile hands a report out as a file.
func (s *server) reportFile(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	rep, err := d.Open(r.Context(), r.PathValue("id"), person(by(r)))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	kind := ""
	switch r.PathValue("format") {
	case "docx":
		kind, err = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", d.WriteDOCX(&b, &rep)
	case "pdf":
		kind, err = "application/pdf", d.WritePDF(&b, &rep)
	case "xlsx":
		kind = sheetType
		if id := r.FormValue("figure"); id != "" {
			err = s.writeParts(r, d, &b, &rep, id)
		} else {
			err = d.WriteXLSX(r.Context(), &b, &rep)
		}
	case "txt":
		kind = "text/plain; charset=utf-8"
		b.WriteString(reports.Plaintext(&rep) + "\n")
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	return handOut(w, kind, reports.FileName(&rep, r.PathValue("format")), b.Bytes())
}

// writeParts writes what one number of a report counts, all of it.
func (s *server) writeParts(r *http.Request, d Reports, w io.Writer, rep *reports.Report, figure string) error {
	f, ok := rep.Figure(figure)
	if !ok {
		return errNotFound
	}
	b, err := d.Behind(r.Context(), rep, f.ID, person(by(r)))
	if err != nil {
		return err
	}
	t := visitorOf(r).t
	x := xlsx.Sheet{Name: rep.ID + " " + f.ID, Heads: []string{t.T("report.part"), t.T("report.value")}}
	for _, p := range b.Parts {
		x.Rows = append(x.Rows, []any{guard(p.Label.In(t.lang)), p.Value})
	}
	x.Rows = append(x.Rows, []any{d.Describe(f.Query).In(t.lang), f.Value})
	return xlsx.Write(w, []xlsx.Sheet{x})
}

// handOut answers with a file to keep.
func handOut(w http.ResponseWriter, kind, name string, data []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // the client may be gone
	return nil
}

func (s *server) editReport(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	notes := map[string]string{}
	for k, v := range r.PostForm {
		if name, ok := strings.CutPrefix(k, "note."); ok && len(v) > 0 {
			notes[name] = v[0]
		}
	}
	id := r.PathValue("id")
	if err := d.Rewrite(r.Context(), id, notes, person(by(r))); err != nil {
		return err
	}
	return seeOther(w, r, "/reports/"+url.PathEscape(id), "saved")
}

// reportAct is one step of a report: the desk decides who may.
func (s *server) reportAct(act func(d Reports, r *http.Request, id string, by reports.Person) error, done string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := s.reporter()
		if err != nil {
			return err
		}
		id := r.PathValue("id")
		if err := act(d, r, id, person(by(r))); err != nil {
			return err
		}
		return seeOther(w, r, "/reports/"+url.PathEscape(id), done)
	}
}

func approveReport(d Reports, r *http.Request, id string, by reports.Person) error {
	return d.Approve(r.Context(), id, by)
}

func recallReport(d Reports, r *http.Request, id string, by reports.Person) error {
	return d.Recall(r.Context(), id, r.FormValue("why"), by)
}

func returnReport(d Reports, r *http.Request, id string, by reports.Person) error {
	return d.Return(r.Context(), id, r.FormValue("why"), by)
}

func issueReport(d Reports, r *http.Request, id string, by reports.Person) error {
	n, err := strconv.Atoi(strings.TrimSpace(r.FormValue("number")))
	if err != nil {
		return &problem{status: http.StatusBadRequest, key: "problem.form"}
	}
	day, err := time.ParseInLocation(time.DateOnly, r.FormValue("day"), zone)
	if err != nil {
		return &problem{status: http.StatusBadRequest, key: "problem.form"}
	}
	return d.Issue(r.Context(), id, n, day, by)
}

type ledgersPage struct {
	frame
	Answers  bool // the ledger of complaints is theirs to read
	Ledgers  []ledgerLine
	Coverage *reports.Coverage
	Channels []reports.Choice
}

type ledgerLine struct {
	reports.Ledger
	Entries, Late int
}

func (s *server) ledgers(w http.ResponseWriter, r *http.Request) error {
	p, err := s.ledgersOf(r)
	if err != nil {
		return err
	}
	return s.render(w, r, "ledgers", p)
}

// ledgersOf reads what the page shows.
func (s *server) ledgersOf(r *http.Request) (ledgersPage, error) {
	d, err := s.reporter()
	if err != nil {
		return ledgersPage{}, err
	}
	u := by(r)
	p := ledgersPage{frame: s.frame(r, visitorOf(r).t.T("ledgers.title")), Channels: reports.Channels, Answers: reports.MayReadAnswers(string(u.Role))}
	for _, l := range reports.Ledgers {
		if !l.MayRead(string(u.Role)) {
			continue
		}
		rs, err := d.Entries(r.Context(), l.ID, person(u))
		if err != nil {
			return p, err
		}
		line := ledgerLine{Ledger: l, Entries: len(rs)}
		for _, e := range rs {
			if due, ok := d.DeadlineOf(e); ok && due.Late {
				line.Late++
			}
		}
		p.Ledgers = append(p.Ledgers, line)
		if l.ID == "policies" {
			c, err := d.Coverage(r.Context())
			if err != nil {
				return p, err
			}
			p.Coverage = &c
		}
	}
	return p, nil
}

type ledgerPage struct {
	frame
	Ledger   reports.Ledger
	Rows     []ledgerRow
	Fields   []ledgerField // of the form
	Edit     string        // id that the form changes
	Write    bool
	Coverage *reports.Coverage
	Channels []reports.Choice
	Group    *reports.OpinionGroup
	Table    []ledgerGroup
}

type ledgerGroup struct {
	Article string
	Count   int
	Rows    []map[string]string // as people read them
}

type ledgerRow struct {
	ID     string
	Cells  []string
	Due    time.Time
	Late   bool
	Soon   bool
	Done   bool
	Mine   bool // may be changed
	Drafts bool // has comments
}

type ledgerField struct {
	reports.Field
	Value   string
	Options []ledgerOption
}

type ledgerOption struct{ ID, Label string }

func (s *server) ledger(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	l, ok := reports.LedgerByID(r.PathValue("ledger"))
	if !ok {
		return errNotFound
	}
	u, t := by(r), visitorOf(r).t
	rs, err := d.Entries(r.Context(), l.ID, person(u))
	if err != nil {
		return err
	}
	p := ledgerPage{frame: s.frame(r, l.Title.In(t.lang)), Ledger: l, Write: l.MayWrite(string(u.Role)), Channels: reports.Channels}
	names := map[string]string{} // of entries that others point at
	for _, f := range l.Fields {
		if f.Type != "record" {
			continue
		}
		titles, err := d.Names(r.Context(), f.Ledger, person(u))
		if err != nil { // a role may see this ledger and not that one
			continue
		}
		maps.Copy(names, titles)
	}
	values := map[string]string{}
	for _, e := range rs {
		v := e.Values()
		row := ledgerRow{ID: e.ID, Mine: p.Write, Drafts: l.ID == "consultations"}
		for _, f := range l.Fields {
			c := f.Show(v[f.Key], t.lang)
			if f.Type == "record" && names[c] != "" {
				c = names[c]
			}
			row.Cells = append(row.Cells, c)
		}
		if due, ok := d.DeadlineOf(e); ok {
			row.Due, row.Late, row.Soon, row.Done = due.Due, due.Late, due.Soon, due.Done
		}
		if e.ID == r.FormValue("edit") && p.Write {
			p.Edit, values = e.ID, v
		}
		p.Rows = append(p.Rows, row)
	}
	for _, f := range l.Fields {
		v := ledgerField{Field: f, Value: values[f.Key]}
		switch f.Type {
		case "choice":
			for _, c := range f.Choices {
				v.Options = append(v.Options, ledgerOption{c.ID, c.Label.In(t.lang)})
			}
		case "record":
			for id, name := range names {
				v.Options = append(v.Options, ledgerOption{id, name})
			}
			slices.SortFunc(v.Options, func(a, b ledgerOption) int { return strings.Compare(b.ID, a.ID) })
		}
		p.Fields = append(p.Fields, v)
	}
	if l.ID == "policies" {
		c, err := d.Coverage(r.Context())
		if err != nil {
			return err
		}
		p.Coverage = &c
	}
	if id := r.FormValue("draft"); id != "" && l.ID == "consultations" {
		if !slices.ContainsFunc(rs, func(e reports.Record) bool { return e.ID == id }) {
			return errNotFound
		}
		g, err := d.Opinions(r.Context(), id)
		if err != nil {
			return err
		}
		p.Group = &g
		comments, _ := reports.LedgerByID("opinions")
		for _, a := range g.Articles {
			group := ledgerGroup{Article: a.Article, Count: a.Count}
			for _, o := range a.Rows {
				line := map[string]string{}
				for _, f := range comments.Fields {
					line[f.Key] = f.Show(o.Values()[f.Key], t.lang)
				}
				group.Rows = append(group.Rows, line)
			}
			p.Table = append(p.Table, group)
		}
	}
	return s.render(w, r, "ledger", p)
}

func (s *server) saveLedger(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	l, ok := reports.LedgerByID(r.PathValue("ledger"))
	if !ok {
		return errNotFound
	}
	id := r.FormValue("id")
	if r.FormValue("remove") != "" {
		if err := d.Remove(r.Context(), id, person(by(r))); err != nil {
			return err
		}
		return seeOther(w, r, "/ledgers/"+l.ID, "removed")
	}
	values := map[string]string{}
	for _, f := range l.Fields {
		values[f.Key] = r.FormValue("v." + f.Key)
	}
	rec, err := d.Save(r.Context(), l.ID, id, values, person(by(r)))
	if err != nil {
		return err
	}
	return seeOther(w, r, "/ledgers/"+l.ID+"?done=saved#"+anchor(rec.ID), "")
}

func (s *server) ledgerFile(w http.ResponseWriter, r *http.Request) error {
	d, err := s.reporter()
	if err != nil {
		return err
	}
	l, ok := reports.LedgerByID(r.PathValue("ledger"))
	if !ok {
		return errNotFound
	}
	rs, err := d.Entries(r.Context(), l.ID, person(by(r)))
	if err != nil {
		return err
	}
	if err := s.record(r, "ledger.export", l.ID, fmt.Sprint(len(rs))); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := d.WriteLedger(r.Context(), &b, l, rs, visitorOf(r).t.lang); err != nil {
		return err
	}
	return handOut(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", l.ID+"-"+s.Now().In(zone).Format(time.DateOnly)+".xlsx", b.Bytes())
}
