package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/web/api"
)

// Reports and ledgers. The desk says again which kinds each role sees.

func (s *server) reportEndpoints() []endpoint {
	open := guards(s.reportNow)
	return []endpoint{
		op(s, "GET /api/v1/reports", reportReaders, "reports", "Báo cáo, mới trước", "Reports, newest first", s.apiReports),
		op(s, "POST /api/v1/reports", reportWriters, "reports.write", "Lập dự thảo báo cáo", "Write a draft", s.apiDraft, created),
		op(s, "POST /api/v1/reports/form", reportWriters, "reports", "Kiểm tra thể thức một tệp .docx; không lưu gì", "Check the form of a .docx file; nothing is kept", s.apiForm,
			raw("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/octet-stream")),
		op(s, "GET /api/v1/reports/{id}", reportReaders, "reports", "Một báo cáo, với mọi con số và câu hỏi của nó", "One report, with the query behind every number", func(c *call, _ none) (any, error) { return s.reportNow(c) }, open, answers[reports.Report]),
		op(s, "GET /api/v1/reports/{id}/verification", reportReaders, "reports", "Tính lại mọi con số", "Compute every number again", s.apiVerifyReport),
		op(s, "GET /api/v1/reports/{id}/figures/{n}", reportReaders, "reports", "Một con số: nó đếm những gì", "One number, and what it counts", s.apiFigure),
		file("GET /api/v1/reports/{id}/{format}", reportReaders, "reports", "Báo cáo thành tệp: docx, pdf, xlsx, txt", "A report as a file: docx, pdf, xlsx, txt", s.reportFile,
			"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/plain"),
		onReport(s, "", reportWriters, "Viết vào báo cáo", "Write into a draft", func(c *call, d Reports, id string, in struct {
			Notes map[string]string `json:"notes" required:"true" doc:"Text by section"`
		}) error {
			return d.Rewrite(c.ctx(), id, in.Notes, person(c.by))
		}),
		onReport(s, "/approve", signers, "Duyệt báo cáo", "Approve a report", func(c *call, d Reports, id string, _ none) error {
			return d.Approve(c.ctx(), id, person(c.by))
		}),
		onReport(s, "/recall", recallers, "Rút báo cáo trước khi đi", "Recall a report before it leaves", func(c *call, d Reports, id string, in whyIn) error {
			return d.Recall(c.ctx(), id, in.Why, person(c.by))
		}),
		onReport(s, "/return", returners, "Trả báo cáo để sửa", "Return a report to its writer", func(c *call, d Reports, id string, in whyIn) error {
			return d.Return(c.ctx(), id, in.Why, person(c.by))
		}),
		onReport(s, "/issue", registry, "Vào sổ: số và ngày", "Give a report its number and day", func(c *call, d Reports, id string, in struct {
			Number int    `json:"number" required:"true" min:"1" max:"99999"`
			Day    string `json:"day" required:"true" format:"date"`
		}) error {
			day, _ := time.ParseInLocation(time.DateOnly, in.Day, zone) // checked by its format
			return d.Issue(c.ctx(), id, in.Number, day, person(c.by))
		}),

		op(s, "GET /api/v1/ledgers", ledgerKeepers, "reports", "Các sổ, cột và ai được ghi", "Ledgers: columns, and who keeps them", s.apiLedgers),
		op(s, "GET /api/v1/ledgers/answers", answersRead, "reports", "Sổ trả lời phản ánh: đúng hạn theo đơn vị, khối, lĩnh vực", "Complaints answered on time, by unit, neighbourhood and topic", s.apiAnswers),
		file("GET /api/v1/ledgers/answers/xlsx", answersRead, "reports", "Sổ trả lời phản ánh thành tệp Excel", "The ledger of answers as an Excel file", s.answersFile, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
		op(s, "GET /api/v1/ledgers/{ledger}", ledgerKeepers, "reports", "Một sổ", "One ledger", s.apiLedger),
		op(s, "POST /api/v1/ledgers/{ledger}", ledgerKeepers, "reports.write", "Ghi một mục vào sổ, hoặc sửa, hoặc bỏ", "Write an entry, change one, or remove one", s.apiSaveLedger),
		file("GET /api/v1/ledgers/{ledger}/xlsx", ledgerKeepers, "reports", "Sổ thành tệp Excel", "A ledger as an Excel file", s.ledgerFile, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
	}
}

// onReport makes an endpoint that changes a report and answers with it.
func onReport[In any](s *server, act string, who who, vi, en string, do func(c *call, d Reports, id string, in In) error) endpoint {
	return op(s, "POST /api/v1/reports/{id}"+act, who, "reports.write", vi, en, func(c *call, in In) (reports.Report, error) {
		d, err := s.reporter()
		if err != nil {
			return reports.Report{}, err
		}
		id := c.PathValue("id")
		if err := do(c, d, id, in); err != nil {
			return reports.Report{}, err
		}
		return d.Open(c.ctx(), id, person(c.by))
	}, guards(s.reportNow))
}

func (s *server) reportNow(c *call) (any, error) {
	d, err := s.reporter()
	if err != nil {
		return nil, err
	}
	return d.Open(c.ctx(), c.PathValue("id"), person(c.by))
}

type reportsOut struct {
	Reports []reports.Report `json:"reports"`
	api.More
}

// reportMark is where a list of reports goes on: how many stood before, and
// which was the last. New reports stand at the beginning and move the place.
type reportMark struct {
	Offset int    `json:"o"`
	ID     string `json:"id"`
}

func (s *server) apiReports(c *call, in struct {
	api.Page
	Kind reports.Kind `json:"-" query:"kind"`
}) (out reportsOut, err error) {
	d, err := s.reporter()
	if err != nil {
		return out, err
	}
	if in.Kind != "" && !in.Kind.MayRead(string(c.by.Role)) {
		return out, errForbidden
	}
	var mark reportMark
	if err := api.Keys(in.After, &mark); err != nil {
		return out, err
	}
	at := max(mark.Offset, 0)
	if mark.ID != "" { // the last one stands there, or further down
		for from := max(at-1, 0); ; from += 200 {
			list, err := d.List(c.ctx(), in.Kind, from, 200, person(c.by))
			if err != nil {
				return out, err
			}
			if i := indexOf(list, mark.ID); i >= 0 {
				at = from + i + 1
				break
			}
			if len(list) < 200 {
				break // it is gone: where it stood
			}
		}
	}
	list, err := d.List(c.ctx(), in.Kind, at, in.Limit, person(c.by))
	out.Reports = append([]reports.Report{}, list...)
	if len(list) == in.Limit {
		out.Next = api.Cursor(reportMark{at + len(list), list[len(list)-1].ID})
	}
	return out, err
}

func indexOf(list []reports.Report, id string) int {
	for i, x := range list {
		if x.ID == id {
			return i
		}
	}
	return -1
}

func (s *server) apiDraft(c *call, in struct {
	Kind reports.Kind `json:"kind" required:"true"`
	At   string       `json:"at,omitempty" format:"date" doc:"A day in the span that the report is about; today when left out"`
	Year int          `json:"year,omitempty" min:"2000" max:"2100" doc:"Of the annual report and the plan"`
	Case string       `json:"case,omitempty" max:"40" doc:"Of slips and urgent notes"`
}) (reports.Report, error) {
	return s.draftReport(c.ctx(), in.Kind, in.At, in.Year, in.Case, c.by)
}

type checkedOut struct {
	Numbers     int                  `json:"numbers"`
	Differences []reports.Difference `json:"differences"`
}

type figureOut struct {
	reports.Figure
	Means news.Text `json:"means"` // what it counts
	reports.Behind
}

func (s *server) apiFigure(c *call, _ none) (out figureOut, err error) {
	d, err := s.reporter()
	if err != nil {
		return out, err
	}
	rep, err := d.Open(c.ctx(), c.PathValue("id"), person(c.by))
	if err != nil {
		return out, err
	}
	f, ok := rep.Figure(c.PathValue("n"))
	if !ok {
		return out, errNotFound
	}
	out.Figure, out.Means = f, d.Describe(f.Query)
	out.Behind, err = d.Behind(c.ctx(), &rep, f.ID, person(c.by))
	if out.Parts == nil {
		out.Parts = []reports.Part{}
	}
	return out, err
}

func (s *server) apiVerifyReport(c *call, _ none) (out checkedOut, err error) {
	d, err := s.reporter()
	if err != nil {
		return out, err
	}
	rep, err := d.Open(c.ctx(), c.PathValue("id"), person(c.by))
	if err != nil {
		return out, err
	}
	n, diffs, err := d.Verify(c.ctx(), &rep)
	return checkedOut{n, append([]reports.Difference{}, diffs...)}, err
}

type (
	ledgerOut struct {
		reports.Ledger
		MayWrite bool `json:"may_write"`
	}
	ledgersOut struct {
		Ledgers []ledgerOut `json:"ledgers"`
	}
	recordOut struct {
		ID      string            `json:"id"`
		Parent  string            `json:"parent,omitempty"`
		Created time.Time         `json:"created"`
		Values  map[string]string `json:"values"`
		Clock   *reports.Deadline `json:"clock,omitempty"`
	}
	recordsOut struct {
		Ledger   ledgerOut             `json:"ledger"`
		Entries  []recordOut           `json:"entries"`
		Coverage *reports.Coverage     `json:"coverage,omitempty"` // of the policies
		Opinions *reports.OpinionGroup `json:"opinions,omitempty"` // on the draft that was asked about
		api.More
	}
)

func (s *server) recordOf(d Reports, r reports.Record) recordOut {
	out := recordOut{ID: r.ID, Parent: r.Parent, Created: r.Created, Values: r.Values()}
	if due, ok := d.DeadlineOf(r); ok {
		out.Clock = &due
	}
	return out
}

func (s *server) apiLedgers(c *call, _ none) (ledgersOut, error) {
	out := ledgersOut{[]ledgerOut{}}
	for _, l := range reports.Ledgers {
		if role := string(c.by.Role); l.MayRead(role) {
			out.Ledgers = append(out.Ledgers, ledgerOut{l, l.MayWrite(role)})
		}
	}
	return out, nil
}

func (s *server) apiAnswers(c *call, in struct {
	Year int `json:"-" query:"year" doc:"Of the ledger; the ward's own when it is left out"`
}) (out reports.AnswerBook, err error) {
	d, err := s.reporter()
	if err != nil {
		return out, err
	}
	now := s.Now().In(zone).Year()
	if in.Year == 0 {
		in.Year = now
	}
	if in.Year < 2000 || in.Year > now {
		return out, &problem{status: http.StatusBadRequest, key: "problem.form"}
	}
	return d.AnswersOf(c.ctx(), in.Year, person(c.by))
}

func (s *server) apiLedger(c *call, in struct {
	api.Page
	Draft string `json:"-" query:"draft" doc:"Of consultations: the comments on this draft, by article"`
}) (out recordsOut, err error) {
	d, err := s.reporter()
	if err != nil {
		return out, err
	}
	l, ok := reports.LedgerByID(c.PathValue("ledger"))
	if !ok {
		return out, errNotFound
	}
	rs, err := d.Entries(c.ctx(), l.ID, person(c.by))
	if err != nil {
		return out, err
	}
	if in.Draft != "" && indexOfRecord(rs, in.Draft) < 0 {
		return out, errNotFound
	}
	out.Ledger, out.Entries = ledgerOut{l, l.MayWrite(string(c.by.Role))}, []recordOut{}
	key := func(r reports.Record) string { return r.Created.UTC().Format(time.RFC3339Nano) + " " + r.ID }
	if rs, out.More, err = api.Cut(rs, in.Page, key, func(r reports.Record, after string) bool { return key(r) < after }); err != nil {
		return out, err
	}
	for _, r := range rs {
		out.Entries = append(out.Entries, s.recordOf(d, r))
	}
	if l.ID == "policies" {
		cover, err := d.Coverage(c.ctx())
		if err != nil {
			return out, err
		}
		out.Coverage = &cover
	}
	if in.Draft != "" && l.ID == "consultations" {
		g, err := d.Opinions(c.ctx(), in.Draft)
		if err != nil {
			return out, err
		}
		out.Opinions = &g
	}
	return out, nil
}

func indexOfRecord(list []reports.Record, id string) int {
	return slices.IndexFunc(list, func(r reports.Record) bool { return r.ID == id })
}

func (s *server) apiSaveLedger(c *call, in struct {
	ID     string            `json:"id,omitempty" max:"60" doc:"Of the entry to change; a new one when left out"`
	Values map[string]string `json:"values,omitempty" doc:"By the keys of the ledger's columns"`
	Remove bool              `json:"remove,omitempty" doc:"Take the entry out; what it said is kept for reports about the past"`
}) (out recordOut, err error) {
	d, err := s.reporter()
	if err != nil {
		return out, err
	}
	l, ok := reports.LedgerByID(c.PathValue("ledger"))
	if !ok {
		return out, errNotFound
	}
	if in.Remove {
		if err := d.Remove(c.ctx(), in.ID, person(c.by)); err != nil {
			return out, err
		}
		return recordOut{ID: in.ID, Values: map[string]string{}}, nil
	}
	values := map[string]string{}
	for _, f := range l.Fields {
		values[f.Key] = strings.TrimSpace(in.Values[f.Key])
	}
	rec, err := d.Save(c.ctx(), l.ID, in.ID, values, person(c.by))
	if err != nil {
		return out, err
	}
	return s.recordOf(d, rec), nil
}
