package reports_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/reports"
	"langnghe/reports/lint"
	"langnghe/reports/paper"
	"langnghe/reports/pdf"
)

// not are the digits of a text that are no numbers of the report: days,
// documents, cases, ordinals, terms of law and what a target is called.
var not = regexp.MustCompile(`Khối \d|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}:\d{2}|\d+(/\d{4})?/[\p{L}]+-[\p{L}]+|V-\d{4}-\d{4}|(?i)năm \d{4}|ngày \d\d tháng \d\d|2 buổi mỗi tuần|(?i)quý \w+|^\d+\. |^(24|72) giờ$|trong (4|24|48|60|10) (giờ|phút)|4 tuần|8 tuần|4 nhóm|100 %|24 tháng|mục 7|SHA-256|ab12|T\d+|\[.\]top`)

// TestEveryDocument: each kind of report is without a finding, its numbers
// are what the store gives, and no digit in it is without a query.
func TestEveryDocument(t *testing.T) {
	w := newWorld(t, 7, 20)
	w.fill()
	ctx := context.Background()
	for _, q := range w.requests() {
		r, err := w.desk.Create(ctx, q, writerOf(q.Kind))
		if err != nil {
			t.Errorf("%s: %v", q.Kind, err)
			continue
		}
		var doc, print, sheet bytes.Buffer
		if err := errors.Join(w.desk.WriteDOCX(&doc, &r), w.desk.WritePDF(&print, &r), w.desk.WriteXLSX(context.Background(), &sheet, &r)); err != nil {
			t.Fatalf("%s: %v", q.Kind, err)
		}
		fs, err := lint.File(bytes.NewReader(doc.Bytes()), int64(doc.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fs {
			t.Errorf("%s: %v", q.Kind, f)
		}
		kept, err := w.store.Reports().Report(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		n, diff, err := w.desk.Verify(ctx, &kept)
		if err != nil || len(diff) > 0 {
			t.Errorf("%s: %d numbers, differences %v, %v", q.Kind, n, diff, err)
		}
		if strings.Contains(reports.Plaintext(&r), "PHẢN ÁNH-KÍN") {
			t.Errorf("%s shows what a complaint says", q.Kind)
		}
		if !q.Kind.OfCase() {
			digits(t, &r)
		}
	}
}

// digits fails for a digit outside of figures.
func digits(t *testing.T, r *reports.Report) {
	t.Helper()
	for _, b := range r.Paper.Body {
		rows := [][]paper.Cell{{b.Spans}}
		if b.Table != nil {
			rows = b.Table.Rows
		}
		for _, row := range rows {
			for _, c := range row {
				text := ""
				for _, s := range c {
					if s.Figure == "" {
						text += s.Text
					} else {
						text += "∎"
					}
				}
				if strings.Contains(text, "cây cầu dân sinh") { // a headline says what it says
					continue
				}
				if rest := not.ReplaceAllString(text, ""); strings.ContainsFunc(rest, unicode.IsDigit) {
					t.Errorf("%s: a number without a query in %q", r.Kind, text)
				}
			}
		}
	}
}

// TestRandomWeeks: on fifty weeks chosen by dice every number is the store's,
// the summary has at most two pages, and its five lines each name a number, a
// comparison and who must act.
func TestRandomWeeks(t *testing.T) {
	w := newWorld(t, 11, 12)
	r := rand.New(rand.NewPCG(3, 4))
	c := context.Background()
	numbers := 0
	for range 50 {
		w.now = date("2026-03-15").AddDate(0, 0, r.IntN(240)).Add(15 * time.Hour)
		rep, err := w.desk.Preview(c, reports.Request{Kind: reports.Weekly}, reviewer)
		if err != nil {
			t.Fatal(err)
		}
		n, diff, err := w.desk.Verify(c, &rep)
		if err != nil || len(diff) > 0 {
			t.Fatalf("%v: %v %v", w.now, diff, err)
		}
		numbers += n
		if p := pdf.Pages(rep.Paper.Flow()); p > 2 {
			t.Errorf("%v: %d pages", w.now, p)
		}
		if len(rep.Lines) != 5 {
			t.Fatalf("%d lines", len(rep.Lines))
		}
		for i, l := range rep.Lines {
			text := ""
			for _, s := range l.Spans {
				text += s.Text
			}
			a, ok := rep.Figure(l.Figure)
			b, ok2 := rep.Figure(l.Beside)
			if !ok || !ok2 || b.Query.What != "mean" || !strings.Contains(text, a.Text) || !strings.Contains(text, b.Text) {
				t.Errorf("line %d has no number or comparison: %s", i+1, text)
			}
			if l.Who == "" || !strings.Contains(text, l.Who) {
				t.Errorf("line %d does not say who acts: %s", i+1, text)
			}
		}
		// The numbers of items, counted from the items themselves.
		from, to := rep.From, rep.To
		total := 0
		for _, it := range w.items {
			if !it.day.Before(from) && it.day.Before(to) {
				total++
			}
		}
		if f, _ := rep.Figure(rep.Lines[0].Figure); int(f.Value) != total {
			t.Errorf("%v: %v items, counted %d", w.now, f.Value, total)
		}
	}
	t.Logf("%d numbers in 50 weeks", numbers)
}

// TestComplaintsAreNoRumours: whatever the cases, the part about rumours
// lists none that is a complaint, and no report of a claim can be made of one.
func TestComplaintsAreNoRumours(t *testing.T) {
	w := newWorld(t, 5, 5)
	for i := range w.cases {
		w.cases[i].Kind = news.Answer
		w.cases[i].Handoff = &reports.Handoff{Category: "fraud_or_scam", Sent: w.now.Add(-time.Hour), Seal: "x"}
		w.cases[i].Correct = &reports.CorrectionText{Portal: "x"}
		w.cases[i].Approved = w.now.Add(-time.Hour)
		w.cases[i].Citation = &news.Citation{Document: "1/TB-UBND"}
	}
	r, err := w.desk.Preview(context.Background(), reports.Request{Kind: reports.Weekly}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range r.Paper.Body {
		if b.Table != nil && b.Table.ID == "rumours" {
			t.Errorf("complaints stand among rumours: %v", b.Table.Rows)
		}
	}
	for _, k := range []reports.Kind{reports.Police, reports.Correction, reports.Radio, reports.Notice} {
		var refusal *reports.Error
		if _, err := w.desk.Preview(context.Background(), reports.Request{Kind: k, Case: w.cases[0].ID}, writerOf(k)); !errors.As(err, &refusal) {
			t.Errorf("%s of a complaint: %v", k, err)
		}
	}
}

// TestScamSeasons: the weekly summary says after which announcements scams are
// to be expected next week, and passes on that it could not be found out.
func TestScamSeasons(t *testing.T) {
	w := newWorld(t, 7, 3)
	o := w.desk.Options
	var from, to time.Time
	broken := false
	o.Seasons = func(_ context.Context, a, b time.Time) ([]reports.Season, error) {
		from, to = a, b
		if broken {
			return nil, errors.New("no register")
		}
		return []reports.Season{{From: a, To: b.AddDate(0, 0, 5), What: "Văn bản mới 20/NQ-HĐND: giá thu gom rác", Watch: []string{"giả công an", "trang web nhái"}}}, nil
	}
	d, err := reports.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Preview(context.Background(), reports.Request{Kind: reports.Weekly}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	if text := reports.Plaintext(&r); !strings.Contains(text, "Dễ có lừa đảo ăn theo: Văn bản mới 20/NQ-HĐND: giá thu gom rác (đến ") || !strings.Contains(text, "giả công an, trang web nhái") {
		t.Errorf("the season is not in the forecast:\n%s", text)
	}
	if to.Sub(from) != 7*24*time.Hour {
		t.Errorf("asked for %v to %v, want the next seven days", from, to)
	}
	broken = true
	if _, err := d.Preview(context.Background(), reports.Request{Kind: reports.Weekly}, reviewer); err == nil {
		t.Error("what could not be found out passed for nothing to expect")
	}
}

// TestSuspiciousLinks: what people wrote of a scam's site stands in no report
// and in no workbook as a link.
func TestSuspiciousLinks(t *testing.T) {
	w := newWorld(t, 7, 3)
	o := w.desk.Options
	o.Guard = func(s string) string { return strings.ReplaceAll(s, "xau.top", "xau[.]top") }
	d, err := reports.New(o)
	if err != nil {
		t.Fatal(err)
	}
	id := ""
	for i := range w.cases {
		if c := &w.cases[i]; c.Correct != nil && c.Handoff != nil {
			id, c.Claim, c.Title = c.ID, "Vào xau.top nhận quà", "Trang xau.top"
			c.Correct.Portal, c.Correct.Post, c.Correct.Radio = "Trang xau.top là giả.", "Đừng vào xau.top.", "Trang xau.top không phải của phường."
			c.Handoff.Evidence, c.Handoff.Claim = "Tên xau.top nhái cổng dịch vụ công", "Trang xau.top"
			break
		}
	}
	ctx := context.Background()
	for _, k := range []reports.Kind{reports.Correction, reports.Radio, reports.Notice, reports.Urgent, reports.Police} {
		r, err := d.Preview(ctx, reports.Request{Kind: k, Case: id}, writerOf(k))
		if err != nil {
			t.Errorf("%s: %v", k, err)
			continue
		}
		var doc, sheet bytes.Buffer
		if err := errors.Join(d.WriteDOCX(&doc, &r), d.WriteXLSX(ctx, &sheet, &r)); err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string]string{"text": reports.Plaintext(&r) + r.Paper.Head.Subject + strings.Join(r.Script, " "), "docx": unzipped(t, doc.Bytes()), "xlsx": unzipped(t, sheet.Bytes())} {
			if strings.Contains(text, "xau.top") || form == "text" && !strings.Contains(text, "xau[.]top") {
				t.Errorf("%s as %s has the link, or says nothing of it", k, form)
			}
		}
	}
	l, _ := reports.LedgerByID("publications")
	rec, err := d.Save(ctx, "publications", "", map[string]string{"title": "Cảnh báo xau.top", "channel": "portal", "day": "2026-11-01"}, editor)
	var b bytes.Buffer
	if err := errors.Join(err, d.WriteLedger(ctx, &b, l, []reports.Record{rec}, "vi")); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(unzipped(t, b.Bytes()), "xau.top") {
		t.Error("the workbook of a ledger has the link")
	}
}

// TestHandoffFailsClosed: no slip without a hand-off that was sent.
func TestHandoffFailsClosed(t *testing.T) {
	w := newWorld(t, 7, 5)
	var c *reports.Case
	for i := range w.cases {
		if w.cases[i].Handoff != nil {
			c = &w.cases[i]
			break
		}
	}
	good := *c.Handoff
	for name, change := range map[string]func(h *reports.Handoff){
		"waiting": func(h *reports.Handoff) { h.Sent = time.Time{} }, "vetoed": func(h *reports.Handoff) { h.Vetoed = "tuphap" }, "not sealed": func(h *reports.Handoff) { h.Seal = "" },
	} {
		h := good
		change(&h)
		c.Handoff = &h
		if _, err := w.desk.Preview(context.Background(), reports.Request{Kind: reports.Police, Case: c.ID}, leader); err == nil {
			t.Errorf("a slip of a hand-off that is %s", name)
		}
	}
	c.Handoff = &good
	r, err := w.desk.Preview(context.Background(), reports.Request{Kind: reports.Police, Case: c.ID}, leader)
	if err != nil {
		t.Fatal(err)
	}
	text := reports.Plaintext(&r)
	for _, want := range []string{"■ lừa đảo", "□ mạo danh", "hxxps://dichvucong-gia[.]top", "Nhận quà 500.000 đồng, gọi [số].", "hxxps://mang[.]example/1", strings.Repeat("0f", 32), "lưu tối đa 24 tháng./."} {
		if !strings.Contains(text, want) {
			t.Errorf("the slip lacks %q:\n%s", want, text)
		}
	}
}

// TestPoliceSeeNoOpinions holds the whole matrix for the liaison.
func TestPoliceSeeNoOpinions(t *testing.T) {
	for _, k := range reports.Kinds {
		if k.MayWrite("police_liaison") || k.MayRead("police_liaison") {
			t.Errorf("the liaison and %s: read %v, write %v", k, k.MayRead("police_liaison"), k.MayWrite("police_liaison"))
		}
	}
	for _, l := range reports.Ledgers {
		if l.MayRead("police_liaison") || l.MayRead("admin") {
			t.Errorf("the liaison or the administrator sees %s", l.ID)
		}
	}
	for _, h := range []reports.House{{Lists: map[reports.Kind][]string{reports.Weekly: {"police_liaison"}}}, {Lists: map[reports.Kind][]string{reports.Police: {"leader"}}}, {Lists: map[reports.Kind][]string{reports.Police: {"list/dang-uy"}}}, {Lists: map[reports.Kind][]string{reports.Complaint: {"list/dang-uy"}}}, {Lists: map[reports.Kind][]string{reports.Weekly: {"list/"}}}} {
		if _, err := reports.New(reports.Options{Store: store.Reports{}, Log: slog.New(slog.DiscardHandler), House: h}); err == nil {
			t.Errorf("lists %v were taken", h.Lists)
		}
	}
}

func TestLedgers(t *testing.T) {
	w := newWorld(t, 1, 2)
	w.fill()
	ctx := context.Background()
	c, err := w.desk.Coverage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if c.All != 2 || c.Covered != 1 || c.Percent() != 50 || !c.Rows[0].Gap || c.Rows[0].Title != "Bảng giá đất" {
		t.Errorf("coverage = %+v", c)
	}
	g, err := w.desk.Opinions(ctx, "consultations-0001")
	if err != nil || g.Count != 9 || g.Answered != 7 || len(g.Articles) != 2 || g.Articles[0].Article != "Điều 1" {
		t.Errorf("comments = %+v, %v", g, err)
	}
	rs, err := w.desk.Entries(ctx, "requests", justice)
	if err != nil || len(rs) != 2 {
		t.Fatal(rs, err)
	}
	if due, ok := w.desk.DeadlineOf(rs[0]); !ok || due.Due.In(date("2026-01-01").Location()).Format(time.DateOnly) != "2026-01-19" || !due.Done {
		t.Errorf("five working days after Monday 12 January end on %v", due)
	}
	value := func(q reports.Query) float64 {
		v, err := w.desk.Evaluate(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	from, to := date("2026-01-01"), date("2026-03-01")
	for what, want := range map[string]float64{"requests.received": 2, "requests.answered": 2, "requests.in_time": 1, "disclosure.all": 2, "disclosure.done": 1, "disclosure.stale": 2,
		"policies.all": 2, "policies.covered": 1, "policies.gaps": 1, "publications.count": 2, "publications.minutes": 12, "publications.views": 1250, "opinions.count": 9, "opinions.answered": 7} {
		if got := value(reports.Query{What: what, From: from, To: to}); got != want {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	// The workbooks carry the matrix with its gap, and the response table.
	for ledger, want := range map[string][]string{"policies": {"Độ phủ", "Bảng giá đất", "1/2 (50 %)"}, "consultations": {"Tiếp thu, giải trình", "Bố trí chỗ để xe miễn phí 15 phút", "Tiếp thu", "Đã bổ sung khoản 2"}} {
		l, _ := reports.LedgerByID(ledger)
		list, err := w.store.Reports().Records(ctx, ledger)
		var b bytes.Buffer
		if err := errors.Join(err, w.desk.WriteLedger(ctx, &b, l, list, "vi")); err != nil {
			t.Fatal(err)
		}
		if all := unzipped(t, b.Bytes()); !contains(all, want...) {
			t.Errorf("the workbook of %s lacks one of %q", ledger, want)
		}
	}
	// What is entered late counts for its day, and a report that is written
	// stays what it was.
	annual, err := w.desk.Create(ctx, reports.Request{Kind: reports.Annual}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	v := rs[0].Values()
	v["answered"] = "2026-01-16"
	if _, err := w.desk.Save(ctx, "requests", rs[0].ID, v, justice); err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.Save(ctx, "publications", "", map[string]string{"title": "Bài đăng sớm", "channel": "portal", "day": "2026-01-20", "evidence": "https://thaihoa.example/som", "views": "50"}, editor); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	for what, want := range map[string]float64{"requests.in_time": 2, "publications.count": 3, "publications.views": 1300} {
		if got := value(reports.Query{What: what, From: from, To: to}); got != want {
			t.Errorf("entered late: %s = %v, want %v", what, got, want)
		}
	}
	if n, diff, err := w.desk.Verify(ctx, &annual); err != nil || len(diff) > 0 || n < 50 {
		t.Errorf("the report of an hour ago: %d numbers, %v, %v", n, diff, err)
	}
	// What a form must not take.
	for _, bad := range []map[string]string{
		{"title": "x", "received": "12/01/2026", "days": "5"}, {"title": "x", "received": "2026-01-12", "days": "7"}, {"received": "2026-01-12", "days": "5"}, {"title": strings.Repeat("x", 400), "received": "2026-01-12", "days": "5"},
	} {
		if _, err := w.desk.Save(ctx, "requests", "", bad, justice); err == nil {
			t.Errorf("taken: %v", bad)
		}
	}
	if _, err := w.desk.Save(ctx, "requests", "", v, editor); err == nil {
		t.Error("an editor wrote the register of requests")
	}
	if _, err := w.desk.Save(ctx, "publications", "", map[string]string{"title": "x", "channel": "portal", "day": "2026-01-15", "policy": rs[0].ID}, editor); err == nil {
		t.Error("a publication of a request was taken")
	}
	got, err := w.desk.Save(ctx, "publications", "", map[string]string{"title": "x", "channel": "board", "day": "2026-01-15", "unit": "Khối 9"}, unit)
	if err != nil || got.Values()["unit"] != unit.Unit {
		t.Errorf("a unit wrote for another: %v %v", got, err)
	}
	if err := w.desk.Remove(ctx, got.ID, editor); err != nil {
		t.Error(err)
	}
	if n, err := w.store.VerifyAudit(ctx); err != nil || n < 15 {
		t.Errorf("audit chain: %d, %v", n, err)
	}
}

// unzipped is everything in a workbook, one file behind the other.
func unzipped(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func contains(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}

// TestAnswers: the ledger of complaints adds up in every split, says what the
// cases say, and names nothing that a resident wrote.
func TestAnswers(t *testing.T) {
	w := newWorld(t, 11, 3)
	ctx := context.Background()
	b, err := w.desk.AnswersOf(ctx, 2026, leader)
	if err != nil {
		t.Fatal(err)
	}
	var want reports.AnswerRow
	for _, c := range w.cases {
		if c.Kind != news.Answer || !c.Opened.Before(b.To) {
			continue
		}
		want.Received++
		switch {
		case !c.Answered.IsZero() && c.Answered.Before(b.To):
			want.Answered++
			if !c.Answered.After(c.Due) {
				want.InTime++
			}
		default:
			want.Waiting++
			if c.Due.Before(b.To) {
				want.Overdue++
			}
		}
	}
	if b.Total != want || want.InTime == 0 || want.InTime == want.Answered || want.Overdue == 0 {
		t.Errorf("the ledger says %+v, the cases %+v", b.Total, want)
	}
	for _, s := range b.Splits {
		var sum reports.AnswerRow
		for _, r := range s.Rows {
			sum.Received, sum.Answered, sum.InTime, sum.Waiting, sum.Overdue = sum.Received+r.Received, sum.Answered+r.Answered, sum.InTime+r.InTime, sum.Waiting+r.Waiting, sum.Overdue+r.Overdue
		}
		if sum != want || s.By == "place" && len(s.Rows) != 3 {
			t.Errorf("by %s: %d rows that add up to %+v, not %+v", s.By, len(s.Rows), sum, want)
		}
	}
	var out bytes.Buffer
	if err := w.desk.WriteAnswers(ctx, &out, b, "vi"); err != nil {
		t.Fatal(err)
	}
	if all := unzipped(t, out.Bytes()); !contains(all, "Khối Đồng Tâm", "chưa rõ", "đúng hạn", "trễ hạn", "quá hạn", w.cases[len(w.cases)-1].ID[:7]) || strings.Contains(all, "KÍN") {
		t.Error("the workbook lacks a split, or shows a resident's words")
	}
	for _, p := range []reports.Person{police, unit, editor} {
		if _, err := w.desk.AnswersOf(ctx, 2026, p); err == nil {
			t.Errorf("%s reads the whole ledger", p.Role)
		}
	}
}

// TestUnansweredList: two pages hold the oldest of what is unanswered, the
// workbook of the summary every one.
func TestUnansweredList(t *testing.T) {
	w := newWorld(t, 11, 12)
	ctx := context.Background()
	r, err := w.desk.Preview(ctx, reports.Request{Kind: reports.Weekly}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.desk.WriteXLSX(ctx, &b, &r); err != nil {
		t.Fatal(err)
	}
	all, n := unzipped(t, b.Bytes()), 0
	for _, c := range w.cases {
		if c.Kind == news.Answer && c.Opened.Before(r.To) && (c.Answered.IsZero() || !c.Answered.Before(r.To)) {
			if n++; !strings.Contains(all, c.ID) {
				t.Errorf("%s is not in the list", c.ID)
			}
		}
	}
	if n < 20 || strings.Contains(all, "KÍN") {
		t.Errorf("%d unanswered; or a resident's words are in the workbook", n)
	}
}

// TestApproval: a draft goes nowhere; an approved report goes to its list
// after the time to recall it, and to nobody when it was recalled.
func TestApproval(t *testing.T) {
	w := newWorld(t, 2, 5)
	ctx := context.Background()
	waiting := func() int {
		ms, err := w.store.TakeMessages(ctx, "alert", w.now, 100)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, m := range ms {
			if strings.HasPrefix(m.ID, "alert/report/") && !strings.Contains(string(m.Body), `"attach":"BC-2026-0001"`) {
				t.Errorf("the report is not attached: %.200s", m.Body)
			}
			ids = append(ids, m.ID)
		}
		if err := w.store.Sent(ctx, w.now, ids); err != nil {
			t.Fatal(err)
		}
		return len(ms)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := w.desk.Create(ctx, reports.Request{Kind: reports.Weekly}, reviewer)
	must(err)
	if n := waiting(); n != 0 {
		t.Errorf("a draft told %d people", n)
	}
	for _, p := range []reports.Person{reviewer, office, justice, police, {Name: "canbo", Role: "leader"}} {
		if w.desk.Approve(ctx, r.ID, p) == nil {
			t.Errorf("%v approved", p)
		}
	}
	must(w.desk.Approve(ctx, r.ID, leader))
	if n := waiting(); n != 0 {
		t.Error("it left before the time to recall it")
	}
	must(w.desk.Recall(ctx, r.ID, "sai số", leader))
	w.now = w.now.Add(time.Hour)
	if n := waiting(); n != 0 {
		t.Error("a recalled report left")
	}
	// Who has changed it may not approve it either.
	deputy := reports.Person{Name: "pho.chu.tich", Role: "leader"}
	must(w.desk.Rewrite(ctx, r.ID, map[string]string{"proposals": "Họp giao ban sáng thứ Hai"}, deputy))
	if err := w.desk.Approve(ctx, r.ID, deputy); err == nil {
		t.Error("a leader approved their own words")
	}
	must(w.desk.Rewrite(ctx, r.ID, map[string]string{"proposals": "Họp giao ban sáng thứ Hai"}, reviewer))
	must(w.desk.Approve(ctx, r.ID, leader))
	w.now = w.now.Add(reports.RecallWindow)
	if n := waiting(); n != 1 {
		t.Errorf("%d notices, want 1", n)
	}
	must(w.desk.Tick(ctx))
	got, err := w.desk.Open(ctx, r.ID, office)
	must(err)
	if got.State != reports.Sent || !strings.Contains(reports.Plaintext(&got), "Họp giao ban") {
		t.Errorf("state %s", got.State)
	}
	if w.desk.Recall(ctx, r.ID, "", leader) == nil || w.desk.Rewrite(ctx, r.ID, nil, reviewer) == nil {
		t.Error("a report that left was changed")
	}
	must(w.desk.Issue(ctx, r.ID, 7, date("2026-11-23"), office))
	got, err = w.desk.Open(ctx, r.ID, office)
	must(err)
	if got.Paper.Head.Num() != "Số: 07/BC-UBND" || got.Paper.Head.Day() != "Thái Hòa, ngày 23 tháng 11 năm 2026" {
		t.Errorf("%s, %s", got.Paper.Head.Num(), got.Paper.Head.Day())
	}
	if _, err := w.desk.Open(ctx, r.ID, police); err == nil {
		t.Error("the liaison read a report about opinions")
	}
}

// TestTick: drafts and reminders come once each, also when the service was
// down, and reminders end with the deadline.
func TestTick(t *testing.T) {
	w := newWorld(t, 3, 5)
	ctx := context.Background()
	count := map[string]int{}
	for w.now = date("2026-11-06").Add(6 * time.Hour); w.now.Before(date("2026-12-15")); w.now = w.now.Add(3 * time.Hour) {
		for range 2 {
			if err := w.desk.Tick(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	ms, err := w.store.TakeMessages(ctx, "alert", w.now, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		for _, k := range []string{"report-due/2026/30", "report-due/2026/14", "report-due/2026/7", "report-due/2026/1"} {
			if m.ID == "alert/"+k {
				count[k]++
			}
		}
	}
	for _, k := range []string{"report-due/2026/30", "report-due/2026/14", "report-due/2026/7", "report-due/2026/1"} {
		if count[k] != 1 {
			t.Errorf("%s came %d times", k, count[k])
		}
	}
	rs, err := w.store.Reports().Reports(ctx, reports.Weekly, 0, 100)
	if err != nil || len(rs) != 6 { // Fridays 6 November to 11 December
		t.Errorf("%d weekly drafts, want 6: %v", len(rs), err)
	}
	ds, err := w.store.Reports().Reports(ctx, reports.Daily, 0, 100)
	if err != nil || len(ds) != 27 { // working days 6 November to 14 December
		t.Errorf("%d daily drafts, want 27: %v", len(ds), err)
	}
}

// TestSigners: letterhead and signature are those of the day.
func TestSigners(t *testing.T) {
	h := reports.House{Ward: "Phường Thái Hòa",
		Heads:   []reports.Letterhead{{To: "2026-06-30", Agency: []string{"ỦY BAN NHÂN DÂN", "PHƯỜNG LONG SƠN"}, Place: "Long Sơn"}, {From: "2026-07-01"}},
		Signers: []reports.Signer{{To: "2026-06-30", Authority: []string{"CHỦ TỊCH"}, Name: "Mẫu Một"}, {From: "2026-07-01", Authority: []string{"TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"}, Name: "Mẫu Hai"}}}
	w := newWorld(t, 1, 2)
	o := w.desk.Options
	o.House = h
	d, err := reports.New(o)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2026-06-30": "PHƯỜNG LONG SƠN/Mẫu Một/Long Sơn", "2026-07-01": "PHƯỜNG THÁI HÒA/Mẫu Hai/Thái Hòa"} {
		r, err := d.Preview(context.Background(), reports.Request{Kind: reports.Plan, At: date(day)}, reviewer)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Paper.Head.Agency[1] + "/" + r.Paper.Foot.Name + "/" + r.Paper.Head.Place; got != want {
			t.Errorf("on %s %s, want %s", day, got, want)
		}
	}
	for _, bad := range []reports.House{{Due: "31-12"}, {WeeklyDay: "thứ sáu"}, {DailyAt: "7h"}, {Signers: []reports.Signer{{}}}, {Heads: []reports.Letterhead{{From: "1/7/2025"}}}, {Heads: []reports.Letterhead{{Agency: []string{"Ủy ban"}}}}} {
		if bad.Check() == nil {
			t.Errorf("taken: %+v", bad)
		}
	}
}

func TestCompared(t *testing.T) {
	for _, c := range []struct {
		n      float64
		before []float64
		want   reports.Change
	}{
		{0, []float64{0, 0, 0, 0}, reports.Few}, {2, []float64{1, 0, 0, 1}, reports.Few}, {12, []float64{1, 0, 2, 1}, reports.Up}, {10, []float64{9, 11, 10, 12}, reports.Same},
		{0, []float64{20, 22, 19, 21}, reports.Down}, {40, []float64{20, 22, 19, 21}, reports.Up}, {40, []float64{5, 60, 10, 45}, reports.Same}, {5000, []float64{5010, 4990, 5003, 5020}, reports.Same},
	} {
		if got := reports.Compared(c.n, c.before); got != c.want {
			t.Errorf("%v after %v is %s, want %s", c.n, c.before, got, c.want)
		}
	}
	// Steady chance alone rarely makes a mark.
	r := rand.New(rand.NewPCG(1, 2))
	poisson := func() float64 { // mean 12
		n, p := 0.0, 1.0
		for {
			if p *= r.Float64(); p < 6.1442e-6 {
				return n
			}
			n++
		}
	}
	marks := 0
	for range 4000 {
		if c := reports.Compared(poisson(), []float64{poisson(), poisson(), poisson(), poisson()}); c == reports.Up || c == reports.Down {
			marks++
		}
	}
	if marks > 80 {
		t.Errorf("%d of 4000 steady weeks were marked, want at most 2 %%", marks)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 12: "12", 1250: "1.250", 1234567: "1.234.567", 87.5: "87,5", 33.333: "33,3", -4: "-4", 99.96: "100"} {
		if got := reports.Number(v); got != want {
			t.Errorf("%v = %s, want %s", v, got, want)
		}
	}
}
