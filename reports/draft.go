package reports

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// A Request says which report is wanted.
type Request struct {
	Kind Kind
	// At is any time in the span that the report is about: for a week or a
	// day the one that it closes. Zero is now.
	At    time.Time
	Year  int    // of annual report and plan; zero is the year of At
	Case  string // of slips and urgent notes
	Notes map[string]string
}

// A writer collects the blocks and numbers of one report. Its first error
// stays, so that the text can be written without asking after each sentence.
type writer struct {
	*counter
	d    *Desk
	r    Report
	head Letterhead
	err  error
	top  int // how many lines tables may have
	fits room
}

func (d *Desk) writer(c *counter, kind Kind, at time.Time) *writer {
	w := &writer{counter: c, d: d, head: d.House.head(at), top: 6}
	w.r = Report{Kind: kind, At: at.UTC(), State: Draft}
	return w
}

// span sets the time that the report is about.
func (w *writer) over(from, to time.Time) { w.r.From, w.r.To = from.UTC(), to.UTC() }

// fig computes a number and keeps it with its query. The same query is the
// same figure.
func (w *writer) fig(q Query) Figure {
	for _, f := range w.r.Figures {
		if sameQuery(f.Query, q) {
			return f
		}
	}
	v, err := w.value(q)
	if err != nil && w.err == nil {
		w.err = err
	}
	f := Figure{ID: "f" + strconv.Itoa(len(w.r.Figures)+1), Query: q, Value: v, Text: Number(v)}
	w.r.Figures = append(w.r.Figures, f)
	return f
}

func sameQuery(a, b Query) bool {
	sub := func(x, y *Query) bool { return x == y || x != nil && y != nil && sameQuery(*x, *y) }
	return a.What == b.What && a.By == b.By && a.Key == b.Key && a.Topic == b.Topic && a.Unit == b.Unit && a.N == b.N &&
		a.From.Equal(b.From) && a.To.Equal(b.To) && sub(a.Of, b.Of) && sub(a.Per, b.Per)
}

// mean is the figure of the four spans before a query's own.
func (w *writer) mean(q Query) Figure { return w.fig(Query{What: "mean", Of: &q, N: 4}) }

// percent is the figure of a share.
func (w *writer) percent(of, per Query) Figure {
	return w.fig(Query{What: "percent", Of: &of, Per: &per})
}

// change compares a query with the four spans before it.
func (w *writer) change(q Query) Change {
	now, err := w.value(q)
	var past []float64
	for i := 1; i <= 4 && err == nil; i++ {
		var v float64
		v, err = w.value(q.back(i, w.d.Days.Zone()))
		past = append(past, v)
	}
	if err != nil && w.err == nil {
		w.err = err
	}
	return w.compared(q.From, now, past)
}

// compared is [Compared] when the ward was listened to in each of the four
// weeks before a day. When it was not, what was there says nothing: the first
// weeks of a service are no rise from zero.
func (w *writer) compared(day time.Time, now float64, past []float64) Change {
	if !w.observed(day) {
		return Few
	}
	return Compared(now, past)
}

func (w *writer) observed(day time.Time) bool {
	if w.d.Counts == nil {
		return true
	}
	for i := range 4 {
		to := day.In(w.d.Days.Zone()).AddDate(0, 0, -7*i)
		v, err := w.value(Query{What: "items", From: to.AddDate(0, 0, -7).UTC(), To: to.UTC()})
		if err != nil || v == 0 {
			w.err = cmp.Or(w.err, err)
			return false
		}
	}
	return true
}

// spans turns a text with {} into pieces: figures keep their identity.
func spans(text string, args ...any) (out []paper.Span) {
	parts := strings.Split(text, "{}")
	for i, p := range parts {
		if p != "" {
			out = append(out, paper.Span{Text: p})
		}
		if i == len(parts)-1 {
			break
		}
		if i >= len(args) {
			panic("reports: a text lacks a value: " + text)
		}
		switch a := args[i].(type) {
		case Figure:
			out = append(out, paper.Span{Text: a.Text, Figure: a.ID})
		case []paper.Span:
			out = append(out, a...)
		default:
			if s := fmt.Sprint(a); s != "" {
				out = append(out, paper.Span{Text: s})
			}
		}
	}
	return out
}

// say adds a paragraph.
func (w *writer) say(style paper.Style, text string, args ...any) {
	w.r.Paper.Body = append(w.r.Paper.Body, paper.Block{Style: style, Spans: spans(text, args...)})
}

// cell makes a table's cell of a text or a figure.
func cell(v any) paper.Cell {
	switch v := v.(type) {
	case Figure:
		return paper.Cell{{Text: v.Text, Figure: v.ID}}
	case paper.Cell:
		return v
	case []paper.Span:
		return v
	}
	return paper.Cell{{Text: fmt.Sprint(v)}}
}

func row(vs ...any) []paper.Cell {
	out := make([]paper.Cell, len(vs))
	for i, v := range vs {
		out[i] = cell(v)
	}
	return out
}

// table adds a table unless it is empty; then it says so.
func (w *writer) table(t *paper.Table, none string) {
	if len(t.Rows) == 0 {
		w.say(paper.Text, none)
		return
	}
	w.r.Paper.Body = append(w.r.Paper.Body, paper.Block{Table: t})
}

// form sets everything around the text.
func (w *writer) form(symbol, kind, subject string, to ...string) {
	p := &w.r.Paper
	p.Head = paper.Head{Parent: w.head.Parent, Agency: w.head.Agency, Symbol: symbol + "-" + w.head.Code, Place: w.head.Place,
		Date: w.r.At.In(calendar.Zone), NoDay: true, Type: kind, Subject: subject, To: to}
	s := w.d.House.signer(w.r.Kind, w.r.At)
	receivers := w.d.House.Receivers[w.r.Kind]
	if receivers == nil {
		receivers = standard[w.r.Kind]
	}
	if receivers == nil {
		receivers = []string{"TT. Đảng ủy, TT. HĐND phường", "Chủ tịch, các PCT UBND phường"}
	}
	p.Foot = paper.Foot{Archive: w.d.House.Registry, Authority: s.Authority, Name: s.Name}
	if len(to) > 0 {
		p.Foot.Receivers = []string{"Như trên"}
	}
	for _, r := range receivers {
		if r != "Như trên" {
			p.Foot.Receivers = append(p.Foot.Receivers, strings.TrimRight(strings.TrimPrefix(r, "- "), ";."))
		}
	}
	if len(p.Foot.Receivers) == 0 {
		p.Foot.Receivers = []string{"Chủ tịch, các PCT UBND phường"}
	}
}

var standard = map[Kind][]string{
	Weekly: {"TT. Đảng ủy, TT. HĐND phường", "Chủ tịch, các PCT UBND phường"}, Daily: {"Chủ tịch, các PCT UBND phường"},
	Urgent: {"Chủ tịch, các PCT UBND phường"}, Police: {"Chủ tịch UBND phường"}, Complaint: {"Chủ tịch, các PCT UBND phường"},
	Plan:       {"TT. Đảng ủy, TT. HĐND phường", "Chủ tịch, các PCT UBND phường", "Các ban, ngành, đoàn thể, cơ quan, đơn vị tại mục III"},
	Correction: {"Trang TTĐT, Đài truyền thanh phường", "Ban cán sự các khối"}, Radio: {"Đài truyền thanh phường"}, Notice: {"Ban cán sự các khối"},
}

// note is what people wrote for a section, or what stands there otherwise.
// Notes are text; whoever wants a number there takes it from the tables.
func (w *writer) note(section, otherwise string) {
	text := strings.TrimSpace(w.r.Notes[section])
	if text == "" {
		if otherwise != "" {
			w.say(paper.Text, strings.ReplaceAll(otherwise, "{}", ""))
		}
		return
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Text, line))
		}
	}
}

// end closes the text with its mark.
func (w *writer) end() {
	body := w.r.Paper.Body
	for i := len(body) - 1; i >= 0; i-- {
		if n := len(body[i].Spans); n > 0 && body[i].Table == nil {
			last := &body[i].Spans[n-1]
			if last.Figure != "" {
				body[i].Spans = append(body[i].Spans, paper.Span{Text: "./."})
				return
			}
			last.Text = strings.TrimRight(last.Text, ". ") + "./."
			return
		}
	}
}

// who answers about a topic.
func (w *writer) who(topic string) string {
	if u := w.d.Unit(topic); u != "" {
		return u
	}
	return w.d.House.Culture
}

// Build writes a report without keeping it. A case's report needs the case.
func (d *Desk) Build(q Request, c *counter) (Report, error) {
	if q.At.IsZero() {
		q.At = d.now()
	}
	build := map[Kind]func(*counter, Request) (Report, error){
		Weekly: d.weekly, Daily: d.daily, Urgent: d.urgent, Annual: d.annual, Plan: d.plan, Police: d.police,
		Complaint: d.complaint, Correction: d.correction, Radio: d.radio, Notice: d.notice,
	}[q.Kind]
	if build == nil {
		return Report{}, refuse("kind", "không có loại báo cáo “%s”", "there is no report %q", string(q.Kind))
	}
	r, err := build(c, q)
	if err != nil {
		return Report{}, err
	}
	r.Case, r.Notes, r.Known = q.Case, q.Notes, c.known
	d.guard(&r)
	if r.counted, err = c.basis(); err != nil {
		return Report{}, err
	}
	r.Counted = sum(r.counted)
	return r, nil
}

// guard defangs suspicious links in all that a report says in words.
func (d *Desk) guard(r *Report) {
	if d.Guard == nil {
		return
	}
	spans := func(list []paper.Span) {
		for i := range list {
			if list[i].Figure == "" {
				list[i].Text = d.Guard(list[i].Text)
			}
		}
	}
	r.Paper.Head.Subject = d.Guard(r.Paper.Head.Subject)
	for _, b := range r.blocks() {
		spans(b.Spans)
		if b.Table != nil {
			for _, row := range b.Table.Rows {
				for _, c := range row {
					spans(c)
				}
			}
		}
	}
	for i := range r.Lines {
		spans(r.Lines[i].Spans)
	}
	for i := range r.Script {
		r.Script[i] = d.Guard(r.Script[i])
	}
}

// guarded is a text of a ledger or a case as a workbook shows it.
func (d *Desk) guarded(s string) string {
	if d.Guard == nil {
		return s
	}
	return d.Guard(s)
}

// title is what a document calls a case: its claim's heading, or its topic.
func (c *Case) title() string {
	if c.Title != "" && !c.complaint() {
		return c.Title
	}
	return TopicName(c.Topic)
}

// levelName is the word for a level.
func levelName(l news.Level) string {
	if l < 0 || int(l) >= len(levelNames) {
		return levelNames[0]
	}
	return levelNames[l]
}

func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	cut := string(r[:n])
	if i := strings.LastIndex(cut, " "); i > n/2 {
		cut = cut[:i]
	}
	return cut + "…"
}
