package web

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/internal/news"
	"langnghe/reports/xlsx"
	"langnghe/review"
)

// Every page with a table hands it out as a workbook, with the filters of the
// page and all of its pages in one. Who may see the page may have the file;
// that it was taken is in the audit chain. A text is never a formula.

// A tableFile is the workbook of a page.
type tableFile struct {
	path  string // of the page
	who   who
	scope string // of tokens
	vi    string
	en    string
	rows  func(s *server, r *http.Request, t *tongue) ([]xlsx.Sheet, error)
}

// one makes the workbook of a page with one table.
func one(rows func(*server, *http.Request, *tongue) (xlsx.Sheet, error)) func(*server, *http.Request, *tongue) ([]xlsx.Sheet, error) {
	return func(s *server, r *http.Request, t *tongue) ([]xlsx.Sheet, error) {
		x, err := rows(s, r, t)
		return []xlsx.Sheet{x}, err
	}
}

const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// maxSheet is how many rows a workbook has at most; Excel reads a million.
const maxSheet = 200_000

// tables are the pages that hand out what they show.
func tables() []tableFile {
	return []tableFile{
		{"/cases", cases, "cases", "Vụ việc thành tệp Excel", "Cases as an Excel file", one((*server).casesSheet)},
		{"/complaints", complaints, "cases", "Phản ánh thành tệp Excel", "Complaints as an Excel file", one((*server).complaintsSheet)},
		{"/handoffs", handoffs, "handoffs", "Phiếu chuyển thành tệp Excel", "Hand-offs as an Excel file", one((*server).handoffsSheet)},
		{"/rumours", content, "register", "Sổ tin đồn thành tệp Excel", "The register of claims as an Excel file", one((*server).rumoursSheet)},
		{"/documents", documents, "register", "Văn bản chính thức thành tệp Excel", "Official documents as an Excel file", (*server).documentsSheets},
		{"/privacy/requests", justices, "privacy", "Yêu cầu về dữ liệu cá nhân thành tệp Excel", "Requests about personal data as an Excel file", one((*server).requestsSheet)},
		{"/audit", auditors, "audit", "Nhật ký kiểm tra thành tệp Excel", "The audit log as an Excel file", one((*server).auditSheet)},
		{"/alerts", notices, "alerts", "Nhật ký gửi thông báo thành tệp Excel", "The delivery log as an Excel file", one((*server).alertsSheet)},
		{"/sources", sources, "sources", "Nguồn tin thành tệp Excel", "Sources as an Excel file", one((*server).sourcesSheet)},
		{"/rumours/{id}", content, "register", "Lan truyền của một tin đồn thành tệp Excel", "How far a claim went, as an Excel file", one((*server).rumourSheet)},
		{"/trends", figures, "trends", "Xu hướng thành tệp Excel", "Trends as an Excel file", (*server).trendsSheets},
		{"/radar", content, "trends", "Điều dân hỏi, mùa lừa đảo thành tệp Excel", "What people ask and seasons of scams as an Excel file", (*server).radarSheets},
		{"/rules", ruleReaders, "rules", "Luật thành tệp Excel", "Rules as an Excel file", one((*server).rulesSheet)},
		{"/alerts/muted", notices, "alerts", "Điều đang im thành tệp Excel", "What is muted as an Excel file", (*server).mutedSheets},
		{"/reports", reportReaders, "reports", "Danh sách báo cáo thành tệp Excel", "The list of reports as an Excel file", one((*server).reportsSheet)},
		{"/ledgers", ledgerKeepers, "reports", "Danh sách sổ thành tệp Excel", "The list of ledgers as an Excel file", one((*server).ledgersSheet)},
		{"/machine", admins, "sources", "Tình trạng hệ thống thành tệp Excel", "The state of the installation as an Excel file", one((*server).machineSheet)},
		{"/users", admins, "users", "Người dùng thành tệp Excel", "Users as an Excel file", one((*server).usersSheet)},
	}
}

// sheetOf is the file of the page that is asked for, with its filters, or "".
func (s *server) sheetOf(r *http.Request, u *review.User) string {
	for _, f := range tables() {
		if f.of(r.URL.Path) && u != nil && f.who.has(u) {
			q := r.URL.Query()
			for _, name := range []string{"offset", "done", "verify"} {
				q.Del(name)
			}
			return strings.TrimSuffix(r.URL.EscapedPath()+"/xlsx?"+q.Encode(), "?")
		}
	}
	return ""
}

// of reports whether a path is that of the page; {id} is any one name.
func (f tableFile) of(path string) bool {
	at, all := strings.CutSuffix(f.path, "{id}")
	if !all {
		return path == f.path
	}
	rest, ok := strings.CutPrefix(path, at)
	return ok && rest != "" && !strings.Contains(rest, "/")
}

func (s *server) tableRoutes() (out []route) {
	for _, f := range tables() {
		out = append(out, route{"GET " + f.path + "/xlsx", f.who, s.tableFile(f)})
	}
	return out
}

func (s *server) tableEndpoints() (out []endpoint) {
	for _, f := range tables() {
		path := map[string]string{"/alerts": "/alerts/deliveries"}[f.path]
		if path == "" {
			path = f.path
		}
		out = append(out, file("GET /api/v1"+path+"/xlsx", f.who, f.scope, f.vi, f.en, s.tableFile(f), sheetType))
	}
	return out
}

func (s *server) tableFile(f tableFile) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		sheets, err := f.rows(s, r, visitorOf(r).t)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(strings.TrimPrefix(strings.Replace(f.path, "{id}", r.PathValue("id"), 1), "/"), "/", "-")
		n := 0
		for _, x := range sheets {
			n += len(x.Rows)
		}
		if err := s.record(r, "ledger.export", name, strconv.Itoa(n)); err != nil {
			return err
		}
		var b bytes.Buffer
		if err := xlsx.Write(&b, sheets); err != nil {
			return err
		}
		return handOut(w, sheetType, name+"-"+s.Now().In(zone).Format(time.DateOnly)+".xlsx", b.Bytes())
	}
}

// heads makes the line of heads: Vietnamese and English by turns.
func heads(t *tongue, both ...string) (out []string) {
	for i := 0; i+1 < len(both); i += 2 {
		out = append(out, news.Text{VI: both[i], EN: both[i+1]}.In(t.lang))
	}
	return out
}

// stamp is a time with its hour, as text that sorts.
func stamp(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.In(zone).Format("2006-01-02 15:04")
}

func onDay(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.In(zone)
}

func (s *server) casesSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	var p casesPage
	return s.sheetOfCases(r, t, s.caseQuery(r, &p), t.T("cases.title"))
}

func (s *server) complaintsSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	var p casesPage
	q, u := s.caseQuery(r, &p), by(r)
	q.Kind, q.Overdue, q.Unit = news.Answer, r.FormValue("overdue") == "1", r.FormValue("unit")
	if u.Role == review.Unit || u.Role == review.Khoi {
		if q.Unit = u.Unit; u.Unit == "" {
			return xlsx.Sheet{Name: t.T("complaints.title")}, nil // nothing is theirs
		}
	}
	return s.sheetOfCases(r, t, q, t.T("complaints.title"))
}

// sheetOfCases lists cases page by page. No word of a resident is in it.
func (s *server) sheetOfCases(r *http.Request, t *tongue, q review.CaseQuery, name string) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: name, Heads: heads(t, "Vụ việc", "Case", "Loại", "Kind", "Tên", "Title", "Lĩnh vực", "Topic", "Mức", "Level", "Trạng thái", "State", "Kết luận", "Verdict", "Đơn vị", "Unit", "Khối", "Neighbourhood", "Tiếp nhận", "Opened", "Hạn", "Due", "Đóng", "Closed")}
	q.Offset, q.Limit = 0, 500
	for len(out.Rows) < maxSheet {
		list, err := s.Desk.Cases(r.Context(), q)
		if err != nil {
			return out, err
		}
		for i := range list {
			c := &list[i]
			if !own(by(r), c) {
				continue
			}
			out.Rows = append(out.Rows, []any{c.ID, t.Label("choice", c.Kind), s.careFor(c).guard(c.Title), t.Label("topic", c.Topic), t.Label("level", c.Level), t.Label("state", c.State),
				t.Label("verdict", c.Verdict), c.Unit, c.Place, onDay(c.Opened), onDay(c.Due), onDay(c.Closed)})
		}
		if q.Offset += len(list); len(list) < q.Limit {
			break
		}
	}
	return out, nil
}

func (s *server) handoffsSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("handoffs.title"), Heads: heads(t, "Vụ việc", "Case", "Nhóm", "Category", "Nội dung", "Claim", "Văn bản", "Document", "Đã gửi", "Sent", "Trạng thái", "State", "Phản hồi", "Outcome", "Niêm phong", "Seal")}
	list, err := s.Desk.Handoffs(r.Context(), by(r))
	for _, x := range list {
		v := slip(x.Handoff, by(r), s.Now())
		out.Rows = append(out.Rows, []any{v.Case, t.Label("category", v.Category), care{true, s.watched}.guard(v.Claim), v.Citation.Document, stamp(v.Sent), t.Label("slip", v.State), t.Label("outcome", v.Outcome), v.Seal})
	}
	return out, err
}

func (s *server) rumoursSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("rumours.title"), Heads: heads(t, "Mã", "ID", "Nội dung lan truyền", "Claim", "Kết luận", "Verdict", "Nơi kiểm chứng", "Source", "Ai kiểm chứng", "Checked by", "Vụ việc", "Case", "Văn bản", "Document", "Thấy lần đầu", "First seen", "Kết luận ngày", "Checked", "Trả lời ngày", "Answered")}
	list, err := s.Desk.RumoursFor(r.Context(), by(r))
	for _, c := range list {
		verdict := t.Label("verdict", c.Verdict)
		if verdict == "" {
			verdict = c.Says
		}
		out.Rows = append(out.Rows, []any{c.ID, care{true, s.watched}.guard(c.Text), verdict, t.Label("rumoursource", c.Source), c.By, c.Case, c.Cite.Document, onDay(c.First), onDay(c.Checked), onDay(c.Answer)})
	}
	return out, err
}

func (s *server) documentsSheets(r *http.Request, t *tongue) ([]xlsx.Sheet, error) {
	facts := xlsx.Sheet{Name: t.T("fact"), Heads: heads(t, "Văn bản", "Document", "Nói về", "Subject", "Loại", "Type", "Giá trị", "Value", "Đơn vị tính", "Unit", "Từ ngày", "From", "Đến ngày", "To", "Điều, khoản", "Clause", "Tình trạng", "Status")}
	out := xlsx.Sheet{Name: t.T("documents.title"), Heads: heads(t, "Số, ký hiệu", "Number", "Cơ quan ban hành", "Issuer", "Trích yếu", "Title", "Ngày ban hành", "Date", "Hiệu lực từ", "In force from", "Hết hiệu lực", "Until", "Thay thế", "Supersedes", "Dữ kiện đã xác nhận", "Confirmed facts")}
	list, err := s.Desk.Documents(r.Context())
	for _, d := range list {
		n := 0
		for _, f := range d.Facts {
			if f.Status == "confirmed" {
				n++
			}
			facts.Rows = append(facts.Rows, []any{d.No, f.Subject, t.Label("facttype", f.Type), f.Value, f.Unit, f.From, f.To, f.Clause, t.Label("factstatus", f.Status)})
		}
		out.Rows = append(out.Rows, []any{d.No, d.Issuer, d.Title, d.Date, d.From, d.To, d.Supersedes, n})
	}
	return []xlsx.Sheet{out, facts}, err
}

func (s *server) requestsSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("requests.title"), Heads: heads(t, "Mã", "ID", "Loại", "Kind", "Về", "About", "Nhận", "Received", "Hạn", "Due", "Xong", "Done", "Trả lời", "Answer", "Từ chối", "Refused", "Trễ", "Late")}
	list, err := s.Desk.Requests(r.Context(), by(r))
	mark := func(yes bool) string {
		if yes {
			return "x"
		}
		return ""
	}
	for _, q := range list {
		late := q.Late(s.Now()) || !q.Done.IsZero() && q.Done.After(q.Due)
		out.Rows = append(out.Rows, []any{q.ID, t.Label("request", q.Kind), guard(q.About), stamp(q.Received), stamp(q.Due), stamp(q.Done), guard(q.Answer), mark(q.Refused), mark(late)})
	}
	return out, err
}

// auditSheet is the chain with its hashes, newest first, by the filters of
// the page.
func (s *server) auditSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("audit.title"), Heads: heads(t, "Số", "No.", "Thời gian (UTC)", "Time (UTC)", "Phần", "Part", "Ai", "Who", "Việc", "Act", "Tên việc", "Meaning", "Đối tượng", "Object", "Chi tiết", "Detail", "Mã băm trước", "Previous hash", "Mã băm", "Hash")}
	q := review.AuditQuery{Who: r.FormValue("who"), Act: r.FormValue("act"), Object: r.FormValue("object"), Limit: 1000, By: by(r)}
	for len(out.Rows) < maxSheet {
		page, err := s.Desk.Audit(r.Context(), q)
		if err != nil {
			return out, err
		}
		for _, e := range page.Entries {
			if q.Before == 0 || e.Seq < q.Before {
				out.Rows = append(out.Rows, []any{e.Seq, e.At.UTC().Format(time.RFC3339Nano), e.Role, e.Who, e.Act, t.Label("act", e.Act), e.Object, guard(e.Detail), e.Prev, e.Hash})
			}
		}
		n := len(page.Entries)
		if n == 0 || q.Before > 0 && page.Entries[n-1].Seq >= q.Before {
			break
		}
		q.Before = page.Entries[n-1].Seq
	}
	return out, nil
}

func (s *server) alertsSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("alerts.log"), Heads: heads(t, "Số", "No.", "Tạo lúc", "Created", "Mức", "Level", "Về", "About", "Người nhận", "Recipient", "Kênh", "Channel", "Trạng thái", "State", "Vì sao", "Why", "Số lần thử", "Tries", "Xong lúc", "Done")}
	if s.Deliveries == nil {
		return out, errOff
	}
	q := alerts.DeliveriesQuery{Limit: 500}
	for len(out.Rows) < maxSheet {
		d, err := s.deliveries(r.Context(), q, by(r))
		if err != nil {
			return out, err
		}
		for _, x := range d.Deliveries {
			if q.Before == 0 || x.Seq < q.Before {
				out.Rows = append(out.Rows, []any{int(x.Seq), stamp(x.Created), t.Label("level", x.Level), x.Subject.In(t.lang), x.Recipient, x.Channel, t.Label("delivery", x.State), x.Reason.In(t.lang), x.Tries, stamp(x.Done)})
			}
		}
		if n := len(d.Deliveries); n < q.Limit || d.Deliveries[n-1].Seq == q.Before {
			break
		}
		q.Before = d.Deliveries[len(d.Deliveries)-1].Seq
	}
	return out, nil
}

func (s *server) sourcesSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("sources.title"), Heads: heads(t, "Nguồn", "Source", "Tình trạng", "State", "Vì sao", "Why", "Tin 7 ngày", "Items in 7 days", "Tổng", "Total", "Lỗi liên tiếp", "Failures in a row", "Lần tải cuối", "Last fetch", "Tin cuối", "Last item")}
	list, err := s.allSources(r.Context())
	for _, x := range list {
		out.Rows = append(out.Rows, []any{x.Source.Name, t.Label("sourcestate", x.State), x.Why.In(t.lang), x.Items, x.Total, x.Failures, stamp(x.LastFetch), stamp(x.LastItem)})
	}
	return out, err
}

func (s *server) usersSheet(r *http.Request, t *tongue) (xlsx.Sheet, error) {
	out := xlsx.Sheet{Name: t.T("users.title"), Heads: heads(t, "Tên", "Name", "Vai trò", "Role", "Đơn vị", "Unit", "Từ", "Since", "Ngừng", "Disabled")}
	list, err := s.Accounts.Users(r.Context())
	for _, a := range list {
		out.Rows = append(out.Rows, []any{a.Name, t.Label("role", a.Role), a.Unit, onDay(a.Created), onDay(a.Disabled)})
	}
	return out, err
}
