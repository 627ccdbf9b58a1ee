package reports

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/calendar"
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

// WriteXLSX writes every table of a report, and all its numbers with what
// they count.
func (d *Desk) WriteXLSX(w io.Writer, r *Report) error {
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
	return xlsx.Write(w, append(sheets, all))
}

var sheetNames = map[string]string{"numbers": "Số liệu tuần", "concerns": "Vấn đề", "rumours": "Tin đồn", "topics": "Chủ đề", "coverage": "Độ phủ", "channels": "Kênh", "handoffs": "Phiếu chuyển", "policies": "Chính sách", "tasks": "Nhiệm vụ"}

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

// WriteLedger writes a ledger as a workbook.
func (d *Desk) WriteLedger(w io.Writer, l Ledger, rs []Record, lang string) error {
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
				line = append(line, f.Show(v.v[f.Key], lang))
			}
		}
		if clock {
			if due, ok := d.DeadlineOf(r); ok {
				line = append(line, day(due.Due.Add(-time.Millisecond)))
			}
		}
		s.Rows = append(s.Rows, line)
	}
	return xlsx.Write(w, []xlsx.Sheet{s})
}

// FileName is what a downloaded report is called.
func FileName(r *Report, ext string) string {
	id := r.ID
	if id == "" {
		id = string(r.Kind)
	}
	return fmt.Sprintf("%s-%s.%s", strings.ToLower(id), r.At.In(calendar.Zone).Format(time.DateOnly), ext)
}
