package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
)

// withReports adds what the pages of reports name by Label.
func withReports(m map[string][]string) map[string][]string {
	m["reporthow"] = []string{"sum", "mean", "percent", "median"}
	m["reportstate"] = []string{"draft", "approved", "sent", "returned"}
	m["reportnote"] = []string{"good", "proposals", "known", "next", "direction", "units", "strengths", "weaknesses", "causes", "basis", "purpose", "demands", "tasks", "place", "do"}
	m["act"] = append(m["act"], "report.create", "report.view", "report.edit", "report.approve", "report.recall", "report.return", "report.issue", "report.send", "report.print",
		"ledger.add", "ledger.change", "ledger.remove", "ledger.export")
	return m
}

// memory keeps reports as the store does, without a disk.
type memory struct {
	reports []reports.Report
	records []reports.Record
	counts  map[string]int
	counted map[string][]byte
	acts    []string
	sent    []string
}

func (m *memory) Update(_ context.Context, f func(reports.Tx) error) error { return f(m) }

func (m *memory) find(id string) int {
	return slices.IndexFunc(m.reports, func(r reports.Report) bool { return r.ID == id })
}

func (m *memory) Report(id string) (reports.Report, error) {
	if i := m.find(id); i >= 0 {
		return m.reports[i], nil
	}
	return reports.Report{}, reports.ErrNotFound
}

func (m *memory) PutReport(r reports.Report) error {
	if i := m.find(r.ID); i >= 0 {
		m.reports[i] = r
	} else {
		m.reports = append(m.reports, r)
	}
	return nil
}

func (m *memory) Record(id string) (reports.Record, error) {
	for _, r := range m.records {
		if r.ID == id {
			return r, nil
		}
	}
	return reports.Record{}, reports.ErrNotFound
}

func (m *memory) PutRecord(r reports.Record) error {
	m.records = append(slices.DeleteFunc(m.records, func(o reports.Record) bool { return o.ID == r.ID }), r)
	return nil
}

func (m *memory) PutCounted(id string, counts []byte) error {
	if m.counted == nil {
		m.counted = map[string][]byte{}
	}
	m.counted[id] = counts
	return nil
}

func (m *memory) Next(c string) (int, error) { m.counts[c]++; return m.counts[c], nil }
func (m *memory) Once(key string, _ time.Time) (bool, error) {
	m.counts[key]++
	return m.counts[key] == 1, nil
}
func (m *memory) Notify(a news.Alert, _ string, _ time.Time) error {
	m.sent = append(m.sent, a.ID)
	return nil
}
func (m *memory) Recall(string) (bool, error) { return true, nil }
func (m *memory) Chain(a news.Audit) error {
	m.acts = append(m.acts, a.Who+" "+a.Act+" "+a.Object)
	return nil
}

// asStore gives the memory the methods that read outside of a transaction.
type asStore struct{ *memory }

func (m asStore) Report(_ context.Context, id string) (reports.Report, error) {
	return m.memory.Report(id)
}
func (m asStore) Reports(_ context.Context, k reports.Kind, _, _ int) (out []reports.Report, err error) {
	for _, r := range m.reports {
		if k == "" || r.Kind == k {
			out = append(out, r)
		}
	}
	return out, nil
}
func (m asStore) Counted(_ context.Context, id string) ([]byte, error) {
	if b, ok := m.counted[id]; ok {
		return b, nil
	}
	return nil, reports.ErrNotFound
}
func (m asStore) Leaving(context.Context, time.Time) ([]string, error) { return nil, nil }
func (m asStore) Happened(context.Context, string) (bool, error)       { return false, nil }
func (m asStore) Records(_ context.Context, l string) (out []reports.Record, err error) {
	for _, r := range m.records {
		if r.Ledger == l {
			out = append(out, r)
		}
	}
	return out, nil
}
func (m asStore) Record(_ context.Context, id string) (reports.Record, error) {
	return m.memory.Record(id)
}

// reporting is a reports desk with one weekly draft, "BC-2026-0001", and an
// entry in each ledger.
func reporting(notes map[string]string) (*reports.Desk, *memory) {
	d, m := books(notes)
	if _, err := d.Create(context.Background(), reports.Request{Kind: reports.Weekly, Notes: notes}, reports.Person{Name: "lan", Role: "reviewer"}); err != nil {
		panic(err)
	}
	m.acts, m.sent = nil, nil
	return d, m
}

// books is the same without the report, which takes longer to write.
func books(notes map[string]string) (*reports.Desk, *memory) {
	m := &memory{counts: map[string]int{}}
	d, err := reports.New(reports.Options{
		Store: asStore{m}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Counts: func(_ context.Context, q reports.CountQuery) ([]reports.Count, error) {
			key := map[string]string{"topic": "water", "tone": "negative", "stance": "complaint", "source": "baonghean"}[q.By]
			var out []reports.Count
			for day := q.From; day.Before(q.To); day = day.AddDate(0, 0, 1) {
				out = append(out, reports.Count{Key: key, Day: day, Items: 4})
			}
			return out, nil
		},
		Cases: func(context.Context, time.Time) ([]reports.Case, error) {
			return []reports.Case{{ID: "V-2026-0039", Kind: news.Answer, Topic: "water", Unit: "Đơn vị cấp nước", Opened: now.AddDate(0, 0, -9), Due: now.AddDate(0, 0, -3)}}, nil
		},
		House: reports.House{Ward: "Phường Thái Hòa", Superior: "UBND tỉnh Nghệ An"},
	})
	if err != nil {
		panic(err)
	}
	ctx, by := context.Background(), reports.Person{Name: "lan", Role: "reviewer"}
	text := "Mức đóng bảo hiểm y tế"
	if v := notes["title"]; v != "" {
		text = v
	}
	for ledger, v := range map[string]map[string]string{
		"policies":      {"title": text, "issued": "2026-11-01", "level": "central", "stage": "promulgated", "affects": "yes"},
		"consultations": {"title": text, "from": "2026-11-01", "to": "2026-11-30", "unit": text}, "publications": {"title": text, "channel": "portal", "day": "2026-11-02"},
	} {
		if _, err := d.Save(ctx, ledger, "", v, by); err != nil {
			panic(err)
		}
	}
	justice := reports.Person{Name: "thu", Role: "justice"}
	for ledger, v := range map[string]map[string]string{
		"opinions": {"consultation": "consultations-0001", "article": text, "text": text, "count": "3", "day": "2026-11-03"}, "disclosure": {"title": text, "unit": text},
		"requests": {"title": text, "received": "2026-11-03", "days": "5"},
	} {
		if _, err := d.Save(ctx, ledger, "", v, justice); err != nil {
			panic(err)
		}
	}
	m.acts, m.sent = nil, nil
	return d, m
}

func reportsOf(d *reports.Desk) func(*Options) {
	return func(o *Options) { o.Reports = d }
}

// TestReportPages goes through the life of a report by its pages.
func TestReportPages(t *testing.T) {
	d, m := reporting(nil)
	s := newSite(t, reportsOf(d))
	name := map[string]string{}
	for _, p := range people {
		name[string(p.Role)] = p.Name
	}
	get := func(who, path string) string {
		t.Helper()
		w := s.do(name[who], "GET", path, nil)
		if w.Code != 200 {
			t.Fatalf("%s as %s: %d %.300s", path, who, w.Code, w.Body)
		}
		return w.Body.String()
	}
	body := get("reviewer", "/reports")
	if !strings.Contains(body, "BC-2026-0001") || !strings.Contains(body, "10/12/2026") {
		t.Error("the list lacks the draft or the deadline")
	}
	body = get("leader", "/reports/BC-2026-0001?figure=f1")
	for _, want := range []string{"Có ", `?figure=f1#figure">28</a>`, "/search?", "Duyệt và gửi"} {
		if !strings.Contains(body, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	// On a narrow screen the headings stand before each cell.
	tables := regexp.MustCompile(`(?s)<table class="rows">(.*?)</table>`).FindAllStringSubmatch(body, -1)
	cells := 0
	for _, table := range tables {
		heads := strings.Count(table[1], "<th ")
		for _, row := range strings.Split(table[1], "<tr>")[2:] {
			cells++
			if strings.Count(row, "<td") != heads || strings.Count(row, `<td data-label="`) != heads {
				t.Errorf("a row lacks its headings: %s", row)
			}
		}
	}
	if cells == 0 {
		t.Error("the report has no table: the test looks at nothing")
	}
	if body := get("justice", "/reports/BC-2026-0001?verify=1"); !strings.Contains(body, "đều khớp") {
		t.Error("verification is not shown")
	}
	for format, kind := range map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "txt": "text/plain; charset=utf-8"} {
		w := s.do(name["leader"], "GET", "/reports/BC-2026-0001/"+format, nil)
		if w.Code != 200 || w.Header().Get("Content-Type") != kind || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %v", format, w.Code, w.Header())
		}
	}
	if w := s.do(name["leader"], "GET", "/reports/BC-2026-0001/exe", nil); w.Code != 404 {
		t.Errorf("an unknown format: %d", w.Code)
	}
	post := func(who, path string, form url.Values, want int) {
		t.Helper()
		if w := s.do(name[who], "POST", path, form); w.Code != want {
			t.Errorf("%s as %s: %d, want %d: %.200s", path, who, w.Code, want, w.Body)
		}
	}
	post("reviewer", "/reports/BC-2026-0001", url.Values{"note.proposals": {"Họp sáng thứ Hai"}}, 303)
	post("reviewer", "/reports/BC-2026-0001/approve", nil, 403)
	post("leader", "/reports/BC-2026-0001/approve", nil, 303)
	post("leader", "/reports/BC-2026-0001/approve", nil, 409)
	post("office", "/reports/BC-2026-0001/issue", url.Values{"number": {"5"}, "day": {"2026-11-23"}}, 303)
	post("office", "/reports/BC-2026-0001/issue", url.Values{"number": {"x"}, "day": {"2026-11-23"}}, 400)
	post("reviewer", "/reports", url.Values{"kind": {"handoff"}, "case": {"V-2026-0039"}}, 403)
	post("leader", "/reports", url.Values{"kind": {"handoff"}, "case": {"V-2026-0039"}}, 409)
	post("reviewer", "/reports", url.Values{"kind": {"plan"}, "year": {"2027"}}, 303)
	if body := get("office", "/reports/BC-2026-0001"); !strings.Contains(body, "Số: 05/BC-UBND") || !strings.Contains(body, "Họp sáng thứ Hai") {
		t.Error("number or note is not shown")
	}
	for _, who := range []string{"editor", "unit", "khoi"} {
		if w := s.do(name[who], "GET", "/reports/BC-2026-0001", nil); w.Code != 403 {
			t.Errorf("%s reads the weekly summary: %d", who, w.Code)
		}
	}
	for _, want := range []string{" report.approve BC-2026-0001", " report.issue BC-2026-0001", " report.view BC-2026-0001", " report.edit BC-2026-0001"} {
		if !slices.ContainsFunc(m.acts, func(a string) bool { return strings.HasSuffix(a, want) }) {
			t.Errorf("%s is not accounted for: %q", want, m.acts)
		}
	}
}

// TestLedgerPages: coverage with its gaps, forms, and the response table.
func TestLedgerPages(t *testing.T) {
	d, m := reporting(nil)
	s := newSite(t, reportsOf(d))
	who := map[string]string{}
	for _, p := range people {
		who[string(p.Role)] = p.Name
	}
	body := s.do(who["leader"], "GET", "/ledgers", nil).Body.String()
	if !strings.Contains(body, "<b>0 %</b>") || !strings.Contains(body, "Mức đóng bảo hiểm y tế") {
		t.Error("the gap is not shown")
	}
	form := url.Values{"v.policy": {"policies-0001"}, "v.title": {"Bài hỏi đáp"}, "v.channel": {"portal"}, "v.day": {"2026-11-20"}, "v.evidence": {"https://phuong.example/1"}}
	if w := s.do(who["editor"], "POST", "/ledgers/publications", form); w.Code != http.StatusSeeOther {
		t.Errorf("an editor's entry: %d %.300s", w.Code, w.Body)
	}
	if body := s.do(who["reviewer"], "GET", "/ledgers/policies", nil).Body.String(); !strings.Contains(body, "<b>100 %</b>") {
		t.Error("evidence did not count")
	}
	if body := s.do(who["justice"], "GET", "/ledgers/consultations?draft=consultations-0001", nil).Body.String(); !strings.Contains(body, "chưa giải trình") {
		t.Error("the response table lacks the comment")
	}
	if body := s.do(who["justice"], "GET", "/ledgers/requests?edit=requests-0001", nil).Body.String(); !strings.Contains(body, "quá hạn") && !strings.Contains(body, "Quá hạn") {
		t.Error("a late request is not shown as late")
	}
	if w := s.do(who["justice"], "POST", "/ledgers/requests", url.Values{"id": {"requests-0001"}, "remove": {"1"}}); w.Code != http.StatusSeeOther {
		t.Errorf("remove: %d", w.Code)
	}
	if w := s.do(who["editor"], "POST", "/ledgers/requests", url.Values{"v.title": {"x"}}); w.Code != 403 {
		t.Errorf("an editor keeps the requests: %d", w.Code)
	}
	if w := s.do(who["justice"], "POST", "/ledgers/requests", url.Values{"v.title": {"x"}}); w.Code != 409 {
		t.Errorf("an entry without its day: %d", w.Code)
	}
	if w := s.do(who["reviewer"], "GET", "/ledgers/policies/xlsx", nil); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "PK") {
		t.Errorf("workbook: %d", w.Code)
	}
	if body := s.do(who["leader"], "GET", "/ledgers/answers", nil).Body.String(); !strings.Contains(body, "Theo khối") || !strings.Contains(body, "Cộng") {
		t.Errorf("the ledger of answers: %.600s", body)
	}
	if w := s.do(who["leader"], "GET", "/ledgers/answers/xlsx", nil); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "PK") {
		t.Errorf("workbook of answers: %d", w.Code)
	}
	for _, year := range []string{"x", "1066", "2999"} {
		if w := s.do(who["leader"], "GET", "/ledgers/answers?year="+year, nil); w.Code != 400 {
			t.Errorf("year %s: %d", year, w.Code)
		}
	}
	if len(m.acts) < 2 {
		t.Errorf("accounted for: %q", m.acts)
	}
}

// TestReportsHostile: what people type is text on every page.
func TestReportsHostile(t *testing.T) {
	for _, text := range hostile {
		if text = strings.TrimSpace(text); text == "" || len([]rune(text)) > 250 {
			continue
		}
		d, _ := reporting(map[string]string{"proposals": text, "title": text})
		s := newSite(t, reportsOf(d))
		for _, path := range []string{"/reports", "/reports/BC-2026-0001", "/ledgers", "/ledgers/policies?edit=policies-0001", "/ledgers/consultations?draft=consultations-0001", "/ledgers/publications"} {
			w := s.do("lan", "GET", path, nil)
			if w.Code != 200 {
				t.Errorf("%q: %s: %d", text, path, w.Code)
				continue
			}
			checkHTML(t, path, w.Body.String())
		}
	}
}
