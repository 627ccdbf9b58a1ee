package reports

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
	"langnghe/reports/xlsx"
)

// An AnswerBook is the ledger of complaints answered on time. Nobody writes
// it: it is read off the cases, so it cannot be forgotten or embellished. It
// holds no word of a resident.
type AnswerBook struct {
	From   time.Time     `json:"from"` // days, From ≤ day < To
	To     time.Time     `json:"to"`
	Total  AnswerRow     `json:"total"`
	Splits []AnswerSplit `json:"splits"`
}

// An AnswerSplit is the same complaints by unit, by neighbourhood or by topic.
type AnswerSplit struct {
	By   string      `json:"by"` // unit, place, topic
	Name news.Text   `json:"name"`
	Rows []AnswerRow `json:"rows"` // those with most overdue first
}

// An AnswerRow counts complaints: those that came and those that were
// answered in the span, and what waits at its end.
type AnswerRow struct {
	Key      string `json:"key"`
	Name     string `json:"name"` // empty when it is not known
	Received int    `json:"received"`
	Answered int    `json:"answered"`
	InTime   int    `json:"in_time"`
	Waiting  int    `json:"waiting"`
	Overdue  int    `json:"overdue"`
}

// Percent is InTime in hundredths of Answered, rounded down, and false when
// nothing was answered.
func (r AnswerRow) Percent() (int, bool) {
	if r.Answered == 0 {
		return 0, false
	}
	return r.InTime * 100 / r.Answered, true
}

// Share is Percent without its second answer, for pages.
func (r AnswerRow) Share() int { p, _ := r.Percent(); return p }

// answerReaders see the whole ledger; units and neighbourhoods see their own
// complaints on the page of complaints.
var answerReaders = []string{"reviewer", "leader", "office", "justice"}

// MayReadAnswers says who sees the ledger of answers.
func MayReadAnswers(role string) bool { return slices.Contains(answerReaders, role) }

var answerSplits = []AnswerSplit{
	{By: "unit", Name: label("Theo đơn vị", "By unit")}, {By: "place", Name: label("Theo khối", "By neighbourhood")}, {By: "topic", Name: label("Theo lĩnh vực", "By topic")},
}

// Answers reads the ledger for a span of days.
func (d *Desk) Answers(ctx context.Context, from, to time.Time, by Person) (AnswerBook, error) {
	if !MayReadAnswers(by.Role) {
		return AnswerBook{}, forbidden(by.Role, "xem sổ trả lời phản ánh")
	}
	return d.counter(ctx).answers(from, to)
}

func (c *counter) answers(from, to time.Time) (AnswerBook, error) {
	b := AnswerBook{From: from, To: to}
	var err error
	if b.Total, err = c.answerRow(from, to, "", ""); err != nil {
		return b, err
	}
	for _, s := range answerSplits {
		keys, err := c.answerKeys(from, to, s.By)
		if err != nil {
			return b, err
		}
		for _, k := range keys {
			r, err := c.answerRow(from, to, s.By, k)
			if err != nil {
				return b, err
			}
			s.Rows = append(s.Rows, r)
		}
		slices.SortStableFunc(s.Rows, func(x, y AnswerRow) int {
			return cmp.Or(y.Overdue-x.Overdue, y.Received-x.Received, strings.Compare(x.Name, y.Name))
		})
		b.Splits = append(b.Splits, s)
	}
	return b, nil
}

// answerKeys are the values of a split that complaints of the span have.
func (c *counter) answerKeys(from, to time.Time, by string) ([]string, error) {
	cs, err := c.allCases()
	var out []string
	for i := range cs {
		k := &cs[i]
		if !k.complaint() || !in(k.Opened, from, to) && !in(k.Answered, from, to) && !k.unanswered(to) {
			continue
		}
		key := map[string]string{"unit": k.Unit, "place": k.Place, "topic": k.Topic}[by]
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out, err
}

func (c *counter) answerRow(from, to time.Time, by, key string) (AnswerRow, error) {
	r := AnswerRow{Key: key, Name: key}
	if by == "topic" && key != "" {
		r.Name = TopicName(key)
	}
	for _, m := range []struct {
		what string
		into *int
	}{{"complaints.received", &r.Received}, {"complaints.answered", &r.Answered}, {"complaints.in_time", &r.InTime}, {"complaints.waiting", &r.Waiting}, {"complaints.overdue", &r.Overdue}} {
		v, err := c.value(Query{What: m.what, By: by, Key: key, From: from, To: to})
		if err != nil {
			return r, err
		}
		*m.into = int(v)
	}
	return r, nil
}

// WriteAnswers writes the ledger as a workbook: each split, and every
// complaint with its days.
func (d *Desk) WriteAnswers(ctx context.Context, w io.Writer, b AnswerBook, lang string) error {
	t := func(vi, en string) string { return label(vi, en).In(lang) }
	unknown := t("chưa rõ", "not known")
	var sheets []xlsx.Sheet
	for _, s := range b.Splits {
		sheet := xlsx.Sheet{Name: s.Name.In(lang), Heads: []string{s.Name.In(lang), t("Tiếp nhận", "Received"), t("Đã trả lời", "Answered"), t("Đúng hạn", "On time"), t("Đúng hạn (%)", "On time (%)"), t("Chưa trả lời", "Waiting"), t("Quá hạn", "Overdue")}}
		line := func(name string, r AnswerRow) {
			var percent any
			if p, ok := r.Percent(); ok {
				percent = p
			}
			sheet.Rows = append(sheet.Rows, []any{name, r.Received, r.Answered, r.InTime, percent, r.Waiting, r.Overdue})
		}
		for _, r := range s.Rows {
			line(cmp.Or(r.Name, unknown), r)
		}
		line(t("Cộng", "Total"), b.Total)
		sheets = append(sheets, sheet)
	}
	cs, err := d.counter(ctx).named()
	if err != nil {
		return err
	}
	list := xlsx.Sheet{Name: t("Từng phản ánh", "Each complaint"), Heads: []string{t("Vụ việc", "Case"), t("Lĩnh vực", "Topic"), t("Đơn vị", "Unit"), t("Khối", "Neighbourhood"), t("Tiếp nhận", "Received"), t("Hạn", "Due"), t("Trả lời", "Answered"), t("Kết quả", "Result")}}
	cs = slices.Clone(cs)
	slices.SortStableFunc(cs, func(a, b Case) int { return a.Opened.Compare(b.Opened) })
	for i := range cs {
		k := &cs[i]
		if !k.complaint() || !in(k.Opened, b.From, b.To) && !in(k.Answered, b.From, b.To) && !k.unanswered(b.To) {
			continue
		}
		result := t("chưa trả lời", "waiting")
		switch {
		case k.overdue(b.To):
			result = t("quá hạn", "overdue")
		case before(k.Answered, b.To) && k.inTime():
			result = t("đúng hạn", "on time")
		case before(k.Answered, b.To):
			result = t("trễ hạn", "late")
		}
		list.Rows = append(list.Rows, []any{k.ID, TopicName(k.Topic), k.Unit, k.Place, day(k.Opened), day(k.Due), day(k.Answered), result})
	}
	return xlsx.Write(w, append(sheets, list))
}

// answersTable is the ledger in the annual report, by unit and by
// neighbourhood. Every number is a figure with its query.
func (w *writer) answersTable(from, to time.Time) error {
	for _, s := range answerSplits[:2] {
		keys, err := w.answerKeys(from, to, s.By)
		if err != nil {
			return err
		}
		if len(keys) == 0 || len(keys) == 1 && keys[0] == "" {
			continue
		}
		t := &paper.Table{ID: "answers_" + s.By, Small: true, Title: "Trả lời phản ánh " + lowerFirst(s.Name.VI), Heads: []string{map[string]string{"unit": "Đơn vị", "place": "Khối"}[s.By], "Tiếp nhận", "Đã trả lời", "Đúng hạn", "Quá hạn"},
			Widths: []int{48, 13, 13, 13, 13}, Align: []paper.AlignTo{"", paper.Right, paper.Right, paper.Right, paper.Right}}
		for _, k := range keys {
			q := func(what string) Figure { return w.fig(Query{What: what, By: s.By, Key: k, From: from, To: to}) }
			t.Rows = append(t.Rows, row(cmp.Or(k, "Chưa rõ"), q("complaints.received"), q("complaints.answered"), q("complaints.in_time"), q("complaints.overdue")))
		}
		w.table(t, "")
	}
	return nil
}

// span of the ledger for a year: until now when it is not over.
func answersYear(y int, now time.Time) (from, to time.Time) {
	from = time.Date(y, 1, 1, 0, 0, 0, 0, calendar.Zone)
	if to = from.AddDate(1, 0, 0); now.Before(to) {
		to = now
	}
	return from, to
}

// AnswersOf reads the ledger of a year, until now when it is not over.
func (d *Desk) AnswersOf(ctx context.Context, year int, by Person) (AnswerBook, error) {
	from, to := answersYear(year, d.now())
	return d.Answers(ctx, from, to, by)
}
