package reports

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/docx"
	"langnghe/reports/paper"
	"langnghe/reports/pdf"
	"langnghe/reports/xlsx"
)

// WriteDOCX writes the document for a word processor.
func (d *Desk) WriteDOCX(w io.Writer, r *Report) error { return docx.Write(w, d.printed(r).Flow()) }

// WritePDF writes the document as it is printed.
func (d *Desk) WritePDF(w io.Writer, r *Report) error { return pdf.Write(w, d.printed(r).Flow()) }

// printed is the paper of a report. The numbers of what stays in the house
// are links to their queries.
func (d *Desk) printed(r *Report) *paper.Paper {
	p := r.Paper
	if p.Head.Internal && d.BaseURL != "" && r.ID != "" {
		p.Base = d.BaseURL + "/reports/" + r.ID + "?figure="
	}
	return &p
}

// WriteXLSX writes every table of a report, all its numbers with what they
// count, and with a weekly summary the whole list of what is unanswered, of
// which two pages hold but the oldest.
func (d *Desk) WriteXLSX(ctx context.Context, w io.Writer, r *Report) error {
	values := map[string]float64{}
	for _, f := range r.Figures {
		values[f.ID] = f.Value
	}
	var sheets []xlsx.Sheet
	for i, b := range r.blocks() {
		switch {
		case b.Table != nil:
			s := xlsx.Sheet{Name: b.Table.Title, Heads: b.Table.Heads}
			if s.Name == "" {
				s.Name = sheetNames[b.Table.ID]
			}
			if s.Name == "" {
				s.Name = "Bảng " + strconv.Itoa(i+1)
			}
			for _, row := range b.Table.Rows {
				var out []any
				for _, c := range row {
					if len(c) == 1 && c[0].Figure != "" {
						out = append(out, number(values[c[0].Figure]))
						continue
					}
					t := ""
					for _, sp := range c {
						t += sp.Text
					}
					out = append(out, t)
				}
				s.Rows = append(s.Rows, out)
			}
			sheets = append(sheets, s)
		case b.Chart != nil:
			s := xlsx.Sheet{Name: b.Chart.Title, Heads: []string{"", b.Chart.Unit}}
			for j, v := range b.Chart.Values {
				s.Rows = append(s.Rows, []any{b.Chart.Labels[j], v})
			}
			sheets = append(sheets, s)
		}
	}
	all := xlsx.Sheet{Name: "Số liệu và truy vấn", Heads: []string{"Mã", "Giá trị", "Đếm gì", "Từ ngày", "Đến hết ngày"}}
	for _, f := range r.Figures {
		all.Rows = append(all.Rows, []any{f.ID, number(f.Value), d.Describe(f.Query).VI, day(f.Query.From), day(f.Query.To.Add(-time.Millisecond))})
	}
	if waiting, ok, err := d.unanswered(ctx, r); err != nil {
		return err
	} else if ok {
		sheets = append(sheets, waiting)
	}
	return xlsx.Write(w, append(sheets, all))
}

// unanswered lists the complaints without an answer at the end of a week,
// those that wait longest first. No word of a resident is in it.
func (d *Desk) unanswered(ctx context.Context, r *Report) (xlsx.Sheet, bool, error) {
	s := xlsx.Sheet{Name: "Chưa trả lời", Heads: []string{"Vụ việc", "Lĩnh vực", "Đơn vị", "Tiếp nhận", "Hạn", "Quá hạn"}}
	if r.Kind != Weekly {
		return s, false, nil
	}
	cs, err := d.counterAt(ctx, r.known()).named()
	if err != nil {
		return s, false, err
	}
	cs = slices.Clone(cs)
	slices.SortStableFunc(cs, func(a, b Case) int { return a.Opened.Compare(b.Opened) })
	for i := range cs {
		c := &cs[i]
		if !c.unanswered(r.To) {
			continue
		}
		late := ""
		if c.overdue(r.To) {
			late = "x"
		}
		s.Rows = append(s.Rows, []any{c.ID, TopicName(c.Topic), c.Unit, day(c.Opened), day(c.Due), late})
	}
	return s, true, nil
}

// coverageSheet is the matrix of policies and channels; a gap says so.
func (d *Desk) coverageSheet(ctx context.Context, lang string) (xlsx.Sheet, error) {
	cover, err := d.Coverage(ctx)
	s := xlsx.Sheet{Name: label("Độ phủ", "Coverage").In(lang), Heads: []string{"ID", label("Chính sách", "Policy").In(lang)}}
	for _, ch := range Channels {
		s.Heads = append(s.Heads, ch.Label.In(lang))
	}
	s.Heads = append(s.Heads, label("Còn thiếu", "Gap").In(lang), label("Minh chứng", "Evidence").In(lang))
	for _, r := range cover.Rows {
		line := []any{r.ID, r.Title}
		for _, n := range r.Counts {
			line = append(line, n)
		}
		gap := ""
		if r.Gap {
			gap = "x"
		}
		var all []string
		for _, list := range r.Evidence {
			for _, e := range list {
				all = append(all, d.guarded(e.What))
			}
		}
		s.Rows = append(s.Rows, append(line, gap, strings.Join(all, "; ")))
	}
	s.Rows = append(s.Rows, []any{"", fmt.Sprintf("%d/%d (%d %%)", cover.Covered, cover.All, cover.Percent())})
	return s, err
}

// responses are the response tables of all drafts: comments by article, with
// what was done about each.
func (d *Desk) responses(ctx context.Context, drafts []Record, lang string) (xlsx.Sheet, error) {
	s := xlsx.Sheet{Name: label("Tiếp thu, giải trình", "Responses").In(lang)}
	for _, t := range []news.Text{label("Dự thảo", "Draft"), label("Điều, khoản", "Article"), label("Nội dung góp ý", "Comment"), label("Số ý kiến", "Comments"), label("Kết quả", "Result"), label("Tiếp thu, giải trình", "Response")} {
		s.Heads = append(s.Heads, t.In(lang))
	}
	l, _ := LedgerByID("opinions")
	result, _ := l.Field("result")
	for _, draft := range drafts {
		g, err := d.Opinions(ctx, draft.ID)
		if err != nil {
			return s, err
		}
		for _, a := range g.Articles {
			for _, o := range a.Rows {
				v := view{o, o.Values()}
				s.Rows = append(s.Rows, []any{draft.Values()["title"], a.Article, d.guarded(v.v["text"]), v.int("count"), result.Show(v.v["result"], lang), d.guarded(v.v["response"])})
			}
		}
	}
	return s, nil
}

var sheetNames = map[string]string{"numbers": "Số liệu tuần", "concerns": "Vấn đề", "rumours": "Tin đồn", "topics": "Chủ đề", "coverage": "Độ phủ", "channels": "Kênh", "handoffs": "Phiếu chuyển", "answers_unit": "Trả lời theo đơn vị", "answers_place": "Trả lời theo khối", "policies": "Chính sách", "tasks": "Nhiệm vụ", "months": "Số liệu từng tháng", "effects": "Lan truyền trước và sau đính chính"}

func number(v float64) any {
	if v == float64(int(v)) {
		return int(v)
	}
	return v
}

func day(t time.Time) any {
	if t.Year() < 1900 {
		return nil
	}
	return t.In(calendar.Zone)
}

// WriteLedger writes a ledger as a workbook: that of policies with the matrix
// of coverage, that of consultations with the response tables.
func (d *Desk) WriteLedger(ctx context.Context, w io.Writer, l Ledger, rs []Record, lang string) error {
	s := xlsx.Sheet{Name: l.Title.In(lang), Heads: []string{"ID"}}
	for _, f := range l.Fields {
		s.Heads = append(s.Heads, f.Label.In(lang))
	}
	clock := l.ID == "requests" || l.ID == "disclosure" || l.ID == "tasks"
	if clock {
		s.Heads = append(s.Heads, map[string]string{"vi": "Hạn", "en": "Due"}[lang])
	}
	for _, r := range rs {
		v := view{r, r.Values()}
		line := []any{r.ID}
		for _, f := range l.Fields {
			switch f.Type {
			case "day":
				line = append(line, day(v.day(f.Key)))
			case "int":
				if v.v[f.Key] == "" {
					line = append(line, nil)
				} else {
					line = append(line, v.int(f.Key))
				}
			default:
				line = append(line, d.guarded(f.Show(v.v[f.Key], lang)))
			}
		}
		if clock {
			if due, ok := d.DeadlineOf(r); ok {
				line = append(line, day(due.Due.Add(-time.Millisecond)))
			}
		}
		s.Rows = append(s.Rows, line)
	}
	sheets := []xlsx.Sheet{s}
	var more xlsx.Sheet
	var err error
	switch l.ID {
	case "policies":
		more, err = d.coverageSheet(ctx, lang)
	case "consultations":
		more, err = d.responses(ctx, rs, lang)
	default:
		return xlsx.Write(w, sheets)
	}
	if err != nil {
		return err
	}
	return xlsx.Write(w, append(sheets, more))
}

// FileName is what a downloaded report is called.
func FileName(r *Report, ext string) string {
	id := r.ID
	if id == "" {
		id = string(r.Kind)
	}
	return fmt.Sprintf("%s-%s.%s", strings.ToLower(id), r.At.In(calendar.Zone).Format(time.DateOnly), ext)
}
