package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
	"langnghe/reports/pdf"
)

// week is the one that ends with the day before at's day: seven whole days.
func week(days *calendar.Calendar, at time.Time) (from, to time.Time) {
	to = days.Day(at)
	return to.AddDate(0, 0, -7), to
}

// A concern is a topic that people spoke about.
type concern struct {
	topic             string
	now, mean         Figure
	change            Change
	direction, strong string
}

// weeklyNote is how long a person's text for a section of the weekly summary
// may be; two of that length may still be too much for its two pages.
const weeklyNote = 2000

// weeklyParts are the sections of the weekly summary that people write, as the
// document calls them.
var weeklyParts = map[string]string{"good": "V. Thông tin tích cực, gương tốt", "proposals": "VII. Đề xuất"}

// weekly writes the summary of seven days, on at most two pages: with as many
// lines in its tables as fit. What people wrote for it is never cut: when it
// does not fit beside the shortest tables, they are told by how much.
func (d *Desk) weekly(c *counter, q Request) (Report, error) {
	var letters int
	for section := range weeklyParts {
		n := utf8.RuneCountInString(strings.TrimSpace(q.Notes[section]))
		if n > weeklyNote {
			return Report{}, refuse("long", "phần “%s” có %d chữ, tổng hợp tuần chỉ nhận %d chữ mỗi phần; hãy bớt %d chữ", "the section “%s” has %d letters, a weekly summary takes %d in each; leave out %d",
				weeklyParts[section], n, weeklyNote, n-weeklyNote)
		}
		letters += n
	}
	var r Report
	rooms := []room{{6, 4, 4}, {5, 4, 3}, {5, 3, 2}, {4, 3, 1}, {4, 2, 1}, {3, 2, 1}, {2, 1, 1}, {1, 1, 1}}
	for _, fits := range rooms {
		var err error
		if r, err = d.weeklyWith(c, q, fits); err != nil {
			return Report{}, err
		}
		if twoPages(&r) {
			return r, nil
		}
	}
	if letters == 0 {
		return r, nil // nothing that a person could shorten
	}
	var err error
	less := sort.Search(letters, func(n int) bool {
		if err != nil {
			return true
		}
		short := q
		short.Notes = shortened(q.Notes, n)
		var try Report
		if try, err = d.weeklyWith(c, short, rooms[len(rooms)-1]); err != nil {
			return true
		}
		return twoPages(&try)
	})
	if err != nil {
		return Report{}, err
	}
	var vi, en []string
	short := shortened(q.Notes, less)
	for _, section := range slices.Sorted(maps.Keys(weeklyParts)) {
		if n := utf8.RuneCountInString(strings.TrimSpace(q.Notes[section])) - utf8.RuneCountInString(short[section]); n > 0 {
			vi = append(vi, fmt.Sprintf("phần “%s” %d chữ", weeklyParts[section], n))
			en = append(en, fmt.Sprintf("%d letters of the section “%s”", n, weeklyParts[section]))
		}
	}
	return Report{}, &Error{"long", news.Text{VI: "tổng hợp tuần vượt quá 2 trang; hãy bớt ít nhất: " + strings.Join(vi, ", "),
		EN: "the weekly summary is longer than 2 pages; leave out at least " + strings.Join(en, " and ")}}
}

// twoPages reports whether a report stays on two pages in every program.
func twoPages(r *Report) bool {
	pages, left := pdf.Room(r.Paper.Flow())
	return pages < 2 || pages == 2 && left >= paper.Mm(2)
}

// shortened are the sections that people write with n letters fewer, off the
// end of the longest as long as it is that.
func shortened(notes map[string]string, n int) map[string]string {
	left := map[string][]rune{}
	names := slices.Sorted(maps.Keys(weeklyParts))
	for _, name := range names {
		left[name] = []rune(strings.TrimSpace(notes[name]))
	}
	for n > 0 {
		slices.SortStableFunc(names, func(a, b string) int { return len(left[b]) - len(left[a]) })
		first := left[names[0]]
		cut := min(n, max(1, len(first)-len(left[names[1]])))
		if len(first) == 0 {
			break
		}
		left[names[0]], n = first[:len(first)-cut], n-cut
	}
	out := maps.Clone(notes)
	for name, rs := range left {
		out[name] = string(rs)
	}
	return out
}

// room is how many lines the tables have.
type room struct{ concerns, rumours, late int }

func (d *Desk) weeklyWith(c *counter, q Request, fits room) (Report, error) {
	w := d.writer(c, Weekly, q.At)
	w.top, w.fits = fits.concerns, fits
	from, to := week(d.Days, q.At)
	w.over(from, to)
	w.r.Notes = q.Notes
	// Everything that is compared lies in twelve weeks: read once.
	for _, by := range []string{"", "topic", "tone", "source"} {
		if _, err := c.counts(CountQuery{By: by, From: from.AddDate(0, 0, -77), To: to}); err != nil {
			return Report{}, err
		}
	}
	w.form("BC", "BÁO CÁO", "Tổng hợp dư luận xã hội tuần từ "+paper.ShortDate(from.In(calendar.Zone))+" đến "+paper.ShortDate(to.Add(-time.Hour).In(calendar.Zone)))
	w.r.Paper.Head.Internal, w.r.Paper.Compact = true, true
	items := Query{What: "items", From: from, To: to}
	concerns := w.concerns(from, to)

	w.say(paper.Part, "I. TÓM TẮT")
	for i, l := range w.five(items, concerns, from, to) {
		line := slices.Concat([]paper.Span{{Text: fmt.Sprintf("%d. ", i+1), Bold: true}}, l.Spans)
		w.r.Paper.Body = append(w.r.Paper.Body, paper.Block{Style: paper.Text, Spans: line})
		w.r.Lines = append(w.r.Lines, l)
	}

	w.say(paper.Part, "II. SỐ LIỆU TUẦN")
	t := &paper.Table{ID: "numbers", Small: true, Widths: []int{42, 16, 24, 18}, Heads: []string{"Chỉ tiêu", "Trong tuần", "Trung bình 4 tuần", "So sánh"}, Align: []paper.AlignTo{"", paper.Right, paper.Right, paper.Centre}}
	for _, n := range []struct {
		name string
		q    Query
	}{
		{"Tin liên quan đến phường", items},
		{"Trong đó sắc thái tiêu cực", Query{What: "items", By: "tone", Key: "negative", From: from, To: to}},
		{"Trong đó sắc thái tích cực", Query{What: "items", By: "tone", Key: "positive", From: from, To: to}},
		{"Phản ánh tiếp nhận", Query{What: "complaints.received", From: from, To: to}},
		{"Phản ánh đã trả lời", Query{What: "complaints.answered", From: from, To: to}},
		{"Trong đó đúng hạn", Query{What: "complaints.in_time", From: from, To: to}},
	} {
		t.Rows = append(t.Rows, row(n.name, w.fig(n.q), w.mean(n.q), string(w.change(n.q))))
	}
	w.table(t, "")
	w.chart(from, to)
	w.sources(from, to)

	w.say(paper.Part, "III. VẤN ĐỀ DƯ LUẬN QUAN TÂM")
	t = &paper.Table{ID: "concerns", Small: true, Widths: []int{25, 8, 12, 15, 12, 28}, Heads: []string{"Vấn đề", "Số tin", "So với trung bình", "Khuynh hướng", "Cường độ", "Đơn vị phụ trách; chưa trả lời; khối"}, Align: []paper.AlignTo{"", paper.Right, paper.Centre, "", ""}}
	for _, k := range concerns[:min(len(concerns), w.top)] {
		waiting := w.fig(Query{What: "complaints.waiting", Topic: k.topic, To: to})
		where, err := w.places(k.topic, from, to)
		if err != nil {
			return Report{}, err
		}
		t.Rows = append(t.Rows, row(TopicName(k.topic), k.now, paper.Cell{{Text: string(k.change) + " "}, {Text: k.mean.Text, Figure: k.mean.ID}}, k.direction, k.strong, append(spans(w.who(k.topic)+"; {}", waiting), where...)))
	}
	w.table(t, "Trong tuần không có vấn đề nào được nhắc đến.")

	w.say(paper.Part, "IV. THÔNG TIN CHƯA KIỂM CHỨNG, TIN GIẢ, LỪA ĐẢO")
	if err := w.rumours(from, to); err != nil {
		return Report{}, err
	}

	w.say(paper.Part, "V. THÔNG TIN TÍCH CỰC, GƯƠNG TỐT")
	praise := Query{What: "items", By: "stance", Key: "praise", From: from, To: to}
	w.say(paper.Text, "Có {} tin tích cực, trong đó {} lời khen ({} so với trung bình {} của 4 tuần).",
		w.fig(Query{What: "items", By: "tone", Key: "positive", From: from, To: to}), w.fig(praise), string(w.change(praise)), w.mean(praise))
	if d.Headlines != nil {
		names := map[string]string{}
		if d.SourceNames != nil {
			if n, err := d.SourceNames(c.ctx); err == nil { // without them the ids serve
				names = n
			}
		}
		hs, err := d.Headlines(c.ctx, from, to, min(fits.rumours, 2))
		if err != nil {
			return Report{}, fmt.Errorf("reports: headlines: %w", err)
		}
		for _, h := range hs {
			w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Item, clip(h.Title, 110)+" ("+cmp.Or(names[h.Source], h.Source)+", "+paper.ShortDate(h.Day.In(calendar.Zone))+")."))
		}
	}
	w.note("good", "")

	w.say(paper.Part, "VI. DỰ BÁO TUẦN TỚI")
	if err := w.outlook(items, concerns, from, to); err != nil {
		return Report{}, err
	}

	w.say(paper.Part, "VII. ĐỀ XUẤT")
	w.proposals(concerns, from, to)
	marks := "Chiều ▲▼ chỉ ghi khi khác thường rõ rệt (mức ý nghĩa một phần trăm)"
	if !w.observed(from) {
		marks = "Bốn tuần trước chưa được theo dõi đủ nên chưa so sánh được, chưa ghi chiều ▲▼"
	}
	w.say(paper.Note, "Ghi chú: số liệu chỉ phản ánh nguồn công khai được theo dõi; không đại diện cho toàn bộ người dân. "+marks)
	w.end()
	return w.r, w.err
}

// concerns are the topics of the week, those that rise first.
func (w *writer) concerns(from, to time.Time) (out []concern) {
	for _, id := range news.TopicIDs {
		q := Query{What: "items", Topic: id, From: from, To: to}
		v, err := w.value(q)
		if err != nil {
			w.err = cmp.Or(w.err, err)
			return nil
		}
		if v == 0 {
			continue
		}
		out = append(out, concern{topic: id, change: w.change(q)})
		out[len(out)-1].now.Value = v
	}
	rank := func(k concern) int {
		if k.change == Up {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b concern) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(b.now.Value, a.now.Value))
	})
	for i := range out {
		if i >= max(w.top, 3) {
			return out[:i]
		}
		k := &out[i]
		q := Query{What: "items", Topic: k.topic, From: from, To: to}
		k.now, k.mean = w.fig(q), w.mean(q)
		k.direction, k.strong = w.opinion(k.topic, from, to, k.now.Value, k.change)
	}
	return out
}

// places are the neighbourhoods from which most complaints about a topic came
// in a week, with how many; nothing when none is known.
func (w *writer) places(topic string, from, to time.Time) ([]paper.Span, error) {
	cs, err := w.allCases()
	n := map[string]int{}
	for i := range cs {
		if k := &cs[i]; k.complaint() && k.Topic == topic && k.Place != "" && in(k.Opened, from, to) {
			n[k.Place]++
		}
	}
	names := slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(n[b]-n[a], strings.Compare(a, b)) })
	var out []paper.Span
	for i, name := range names[:min(len(names), 2)] {
		sep := "; "
		if i > 0 {
			sep = ", "
		}
		out = append(out, spans(sep+name+" {}", w.fig(Query{What: "complaints.received", Topic: topic, By: "place", Key: name, From: from, To: to}))...)
	}
	return out, err
}

// opinion is how people feel about a topic: the direction that most of those
// who took one have, and how strongly.
func (w *writer) opinion(topic string, from, to time.Time, total float64, change Change) (direction, intensity string) {
	stance := func(ids ...string) (n float64) {
		for _, id := range ids {
			v, err := w.value(Query{What: "items", By: "stance", Key: id, Topic: topic, From: from, To: to})
			w.err = cmp.Or(w.err, err)
			n += v
		}
		return n
	}
	approve, oppose, unsure := stance("praise"), stance("complaint", "satire"), stance("question", "rumour_query")
	switch most := max(approve, oppose, unsure); {
	case most == 0:
		direction = "chưa rõ"
	case most == oppose && oppose > unsure:
		direction = "không đồng tình"
	case most == unsure:
		direction = "băn khoăn, hỏi"
	default:
		direction = "tán thành"
	}
	took := approve + oppose + unsure
	switch {
	case total < 3:
		intensity = "thấp"
	case change == Up && took >= total/2 || took >= 20:
		intensity = "cao"
	case change == Up || took >= total/2:
		intensity = "trung bình"
	default:
		intensity = "thấp"
	}
	return direction, intensity
}

// against words a comparison: "▲ so với 12 (trung bình 4 tuần)".
func (w *writer) against(q Query) []any {
	ch, mean := w.change(q), w.mean(q)
	word := map[Change]string{Up: "▲ cao hơn hẳn", Down: "▼ thấp hơn hẳn", Same: "≈ gần bằng", Few: "ít dữ liệu, so với"}[ch]
	return []any{w.fig(q), word, mean}
}

// five are the lines up front: three things to know, how complaints are
// answered, and one thing to decide. Each has a number, a comparison and who
// must act.
func (w *writer) five(items Query, concerns []concern, from, to time.Time) (out []Line) {
	line := func(who string, q Query, text string, before ...any) {
		args := append(before, w.against(q)...)
		args = append(args, who)
		l := Line{Spans: spans(text, args...), Who: who}
		for _, a := range args {
			if f, ok := a.(Figure); ok {
				if l.Figure == "" {
					l.Figure = f.ID
				}
				l.Beside = f.ID
			}
		}
		out = append(out, l)
	}
	culture := w.d.House.Culture
	line(culture, items, "Có {} tin liên quan đến phường, {} trung bình 4 tuần ({}); {} tiếp tục theo dõi.")
	if len(concerns) > 0 {
		k := concerns[0]
		line(w.who(k.topic), Query{What: "items", Topic: k.topic, From: from, To: to}, "Nổi bật: {}, {} tin, {} trung bình 4 tuần ({}); {} trả lời, giải thích.", TopicName(k.topic))
	} else {
		line(culture, Query{What: "items", By: "tone", Key: "negative", From: from, To: to}, "Có {} tin tiêu cực, {} trung bình 4 tuần ({}); {} theo dõi.")
	}
	// What nobody has to do is not asked for.
	act := func(q Query, some, none string) string {
		v, err := w.value(q)
		w.err = cmp.Or(w.err, err)
		if v == 0 {
			return none
		}
		return some
	}
	rumours := Query{What: "rumours.opened", From: from, To: to}
	line(culture, rumours, "Mở {} vụ việc tin đồn, lừa đảo, {} trung bình 4 tuần ({}); {} "+act(rumours, "xác minh, soạn đính chính.", "tiếp tục theo dõi."))
	late := Query{What: "complaints.overdue", To: to, From: to.AddDate(0, 0, -7)}
	line(w.slowest(to), late, "Còn {} phản ánh quá hạn trả lời, {} trung bình 4 tuần ({}); {} "+act(late, "trả lời trong tuần tới.", "tiếp tục theo dõi hạn trả lời."))
	drafts := Query{What: "corrections.waiting", To: to, From: to.AddDate(0, 0, -7)}
	waiting, err := w.value(drafts)
	w.err = cmp.Or(w.err, err)
	switch {
	case waiting > 0:
		line("Chủ tịch UBND phường", drafts, "Cần quyết: {} đính chính chờ duyệt, {} trung bình 4 tuần ({}); {} duyệt hoặc trả lại.")
	default:
		open := Query{What: "complaints.waiting", To: to, From: to.AddDate(0, 0, -7)}
		line("Chủ tịch UBND phường", open, act(open, "Cần quyết: {} phản ánh chưa trả lời, {} trung bình 4 tuần ({}); {} đôn đốc các đơn vị.",
			"Chưa có việc cần quyết: {} phản ánh chưa trả lời, {} trung bình 4 tuần ({}); {} nắm tình hình."))
	}
	return out
}

// slowest is the unit with the most overdue answers.
func (w *writer) slowest(at time.Time) string {
	cs, err := w.named() // what is kept from its readers must not show by its unit
	w.err = cmp.Or(w.err, err)
	n := map[string]int{}
	best := ""
	for i := range cs {
		if u := cs[i].Unit; cs[i].overdue(at) && u != "" {
			if n[u]++; n[u] > n[best] || n[u] == n[best] && u < best {
				best = u
			}
		}
	}
	return cmp.Or(best, "Văn phòng HĐND và UBND phường")
}

// chart shows the days of the week against the mean of four weeks.
func (w *writer) chart(from, to time.Time) {
	c := &paper.Chart{Title: "Số tin mỗi ngày", Legend: "trung bình một ngày của 4 tuần trước", Unit: "Tin"}
	days := [...]string{"CN", "T2", "T3", "T4", "T5", "T6", "T7"}
	for day := from.In(calendar.Zone); day.Before(to); day = day.AddDate(0, 0, 1) {
		f := w.fig(Query{What: "items", From: day.UTC(), To: day.AddDate(0, 0, 1).UTC()})
		c.Labels = append(c.Labels, days[day.Weekday()]+" "+day.Format("02/01"))
		c.Values = append(c.Values, int(f.Value))
		c.Figures = append(c.Figures, f.ID)
	}
	mean := w.fig(Query{What: "mean", N: 28, Of: &Query{What: "items", From: from, To: from.AddDate(0, 0, 1)}})
	c.Level = mean.Value
	c.Figures = append(c.Figures, mean.ID)
	w.r.Paper.Body = append(w.r.Paper.Body, paper.Block{Chart: c})
}

// sources names where most came from.
func (w *writer) sources(from, to time.Time) {
	rows, err := w.counts(CountQuery{By: "source", From: from, To: to})
	w.err = cmp.Or(w.err, err)
	sum := map[string]int{}
	for _, r := range rows {
		sum[r.Key] += r.Items
	}
	var ids []string
	for id := range sum {
		if sum[id] > 0 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(sum[b]-sum[a], strings.Compare(a, b)) })
	if len(ids) == 0 {
		return
	}
	names := map[string]string{}
	if w.d.SourceNames != nil {
		if names, err = w.d.SourceNames(w.ctx); err != nil {
			w.d.Log.Warn("names of sources", "err", err) // the ids serve
		}
	}
	out := []paper.Span{{Text: "Theo nguồn: "}}
	for i, id := range ids[:min(len(ids), 4)] {
		if i > 0 {
			out = append(out, paper.Span{Text: "; "})
		}
		f := w.fig(Query{What: "items", By: "source", Key: id, From: from, To: to})
		out = append(out, paper.Span{Text: cmp.Or(names[id], id) + " "}, paper.Span{Text: f.Text, Figure: f.ID})
	}
	w.r.Paper.Body = append(w.r.Paper.Body, paper.Block{Style: paper.Text, Spans: append(out, paper.Span{Text: "."})})
}

// rumours lists the cases about claims and what was done. Complaints never
// stand here.
func (w *writer) rumours(from, to time.Time) error {
	cs, err := w.named()
	if err != nil {
		return err
	}
	var list []*Case
	for i := range cs {
		if c := &cs[i]; c.rumour() && c.Opened.Before(to) && (c.open(to) || in(c.Closed, from, to)) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b *Case) int { return cmp.Or(int(b.Level-a.Level), b.Opened.Compare(a.Opened)) })
	t := &paper.Table{ID: "rumours", Small: true, Widths: []int{32, 18, 22, 28}, Heads: []string{"Vụ việc", "Kết luận", "Nguồn chính thống", "Việc đã làm"}}
	for _, c := range list[:min(len(list), w.fits.rumours)] {
		doc := "chưa có văn bản"
		if c.Citation != nil {
			doc = c.Citation.Document
		}
		t.Rows = append(t.Rows, row(clip(c.title(), 70), verdictName(c), doc, c.done(to)))
	}
	w.table(t, "Không có vụ việc nào đang xử lý.")
	if len(list) > w.fits.rumours {
		w.say(paper.Text, "Tổng số vụ việc đang mở cuối tuần: {}; xem đầy đủ tại mục Vụ việc.", w.fig(Query{What: "rumours.open", To: to, From: from}))
	}
	return nil
}

func verdictName(c *Case) string { return cmp.Or(verdictNames[c.Verdict], "Chưa kiểm chứng") }

// done is what was done about a claim until a time.
func (c *Case) done(at time.Time) string {
	switch {
	case before(c.Published, at):
		return "đã đăng đính chính " + paper.ShortDate(c.Published.In(calendar.Zone))
	case before(c.Approved, at):
		return "đính chính đã duyệt, chờ đăng"
	case before(c.Drafted, at):
		return "đính chính chờ lãnh đạo duyệt"
	case c.Citation != nil:
		return "đã có kết luận, đang soạn đính chính"
	}
	return "đang xác minh"
}

// outlook says what may come: events that are known, and what the series
// suggest, with how often that was right.
func (w *writer) outlook(items Query, concerns []concern, from, to time.Time) error {
	next := to.AddDate(0, 0, 7)
	evs, err := w.entries("events")
	if err != nil {
		return err
	}
	var known []string
	for day := to.In(calendar.Zone); day.Before(next); day = day.AddDate(0, 0, 1) {
		if h, ok := w.d.Days.Holiday(day); ok {
			known = append(known, h.VI+" ("+paper.ShortDate(day)+")")
		}
	}
	for _, e := range evs {
		if in(e.day("day"), to, next) {
			known = append(known, clip(e.v["title"], 80)+" ("+paper.ShortDate(e.day("day"))+")")
		}
	}
	for _, s := range seasons {
		if s.covers(to) || s.covers(next) {
			known = append(known, s.what)
		}
	}
	if len(known) > 0 {
		w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Item, "Sự kiện đã biết: "+strings.Join(known[:min(len(known), w.top)], "; ")+"."))
	}
	if err := w.scams(to, next); err != nil {
		return err
	}
	word, err := w.expect(items, from, to)
	if err != nil {
		return err
	}
	if word == "" {
		w.say(paper.Item, "Chưa đủ dữ liệu để dự báo lượng tin.")
		return nil
	}
	w.say(paper.Item, "Lượng tin tuần tới: {}. Cách dự báo này đúng khoảng {} trong {} tuần gần đây.", word,
		w.fig(Query{What: "forecast.hits", N: 8, From: from, To: to}), w.fig(Query{What: "forecast.weeks", N: 8, From: from, To: to}))
	var rising []string
	for _, k := range concerns {
		if k.change == Up {
			rising = append(rising, TopicName(k.topic))
		}
	}
	if len(rising) > 0 {
		w.say(paper.Item, "Có thể còn được nhắc nhiều: {} (mức tin cậy trung bình).", strings.Join(rising[:min(len(rising), 3)], "; "))
	}
	return nil
}

// scams names the announcements that scams may follow next week.
func (w *writer) scams(from, to time.Time) error {
	if w.d.Seasons == nil {
		return nil
	}
	list, err := w.d.Seasons(w.ctx, from, to)
	if err != nil {
		return fmt.Errorf("seasons of scams: %w", err)
	}
	var said []string
	for _, s := range list[:min(len(list), w.top)] {
		x := clip(s.What, 80) + " (đến " + paper.ShortDate(s.To) + ")"
		if len(s.Watch) > 0 {
			x += ": " + strings.Join(s.Watch[:min(len(s.Watch), 3)], ", ")
		}
		said = append(said, x)
	}
	if len(said) > 0 {
		w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Item, "Dễ có lừa đảo ăn theo: "+strings.Join(said, "; ")+"."))
	}
	return nil
}

// expect words the forecast of the next seven days against the last four
// weeks: never a bare number.
func (w *writer) expect(q Query, from, to time.Time) (string, error) {
	bands, err := w.bands(q, from, to)
	if err != nil || len(bands) == 0 {
		return "", err
	}
	sum := 0.0
	for _, b := range bands {
		sum += b.Expected
	}
	v, err := w.value(q)
	if err != nil {
		return "", err
	}
	mean, err := w.value(Query{What: "mean", N: 3, Of: &q})
	if err != nil {
		return "", err
	}
	usual := (v + 3*mean) / 4
	switch {
	case usual < 5:
		return "", nil
	case sum > 1.25*usual:
		return "cao hơn thường lệ", nil
	case sum < 0.75*usual:
		return "thấp hơn thường lệ", nil
	}
	return "tương tự thường lệ", nil
}

// bands asks for the seven days after a week.
func (c *counter) bands(q Query, from, to time.Time) ([]Band, error) {
	if c.d.Forecast == nil {
		return nil, nil
	}
	q.From = from.AddDate(0, 0, -21)
	q.To = to
	series, err := c.daily(q)
	if err != nil {
		return nil, err
	}
	bands, err := c.d.Forecast(c.ctx, q.From, series, 7)
	if err != nil {
		return nil, fmt.Errorf("reports: forecast: %w", err)
	}
	return bands, nil
}

// foreseen counts, of the n weeks that end with q's, those that could be
// forecast, and those of them in which what came lay within the range. A week
// after four weeks of silence was not forecast: its zero would be no merit.
func (c *counter) foreseen(q Query) (weeks, hits float64, err error) {
	if q.N < 1 || q.N > 60 {
		return 0, 0, fmt.Errorf("reports: %s needs 1 to 60 weeks", q.What)
	}
	for i := range q.N {
		was := Query{What: "items", Topic: q.Topic, From: q.From, To: q.To}.back(i, c.d.Days.Zone())
		known := was
		known.From, known.To = was.From.AddDate(0, 0, -28), was.From
		v, err := c.value(known)
		if err != nil {
			return 0, 0, err
		}
		if v == 0 {
			continue
		}
		bands, err := c.bands(was, was.From.AddDate(0, 0, -7), was.From)
		if err != nil {
			return 0, 0, err
		}
		if len(bands) == 0 {
			continue
		}
		low, high := 0.0, 0.0
		for _, b := range bands {
			low, high = low+b.Low, high+b.High
		}
		if v, err = c.value(was); err != nil {
			return 0, 0, err
		}
		weeks++
		if v >= low && v <= high {
			hits++
		}
	}
	return weeks, hits, nil
}

// proposals say who does what by when.
func (w *writer) proposals(concerns []concern, from, to time.Time) {
	if strings.TrimSpace(w.r.Notes["proposals"]) != "" {
		w.note("proposals", "")
	}
	by := paper.ShortDate(w.d.Days.Due(to, 3).In(calendar.Zone))
	if len(concerns) > 0 {
		k := concerns[0]
		w.say(paper.Item, "{} cung cấp thông tin trả lời về {} trước ngày {}.", w.who(k.topic), strings.ToLower(TopicName(k.topic)), by)
	}
	cs, err := w.named()
	w.err = cmp.Or(w.err, err)
	var late []*Case
	for i := range cs {
		if cs[i].overdue(to) {
			late = append(late, &cs[i])
		}
	}
	slices.SortStableFunc(late, func(a, b *Case) int { return a.Due.Compare(b.Due) })
	if len(late) == 0 {
		w.say(paper.Item, "Không có phản ánh quá hạn: còn {} phản ánh trong hạn.", w.fig(Query{What: "complaints.waiting", To: to, From: from}))
		return
	}
	var names []string
	for _, c := range late[:min(len(late), w.fits.late)] {
		names = append(names, TopicName(c.Topic)+" ("+c.ID+", "+cmp.Or(c.Unit, "chưa giao đơn vị")+", hạn "+paper.ShortDate(c.Due.In(calendar.Zone))+")")
	}
	w.say(paper.Item, "Chưa trả lời, quá hạn {} phản ánh: {}; các đơn vị trả lời trước ngày {}.", w.fig(Query{What: "complaints.overdue", To: to, From: to.AddDate(0, 0, -7)}), strings.Join(names, "; "), by)
}

// A season is a time of the year at which the same things are asked each
// year.
type season struct {
	from, to string // month and day
	what     string
}

var seasons = []season{
	{"01-05", "02-20", "Tết: lịch nghỉ, quà, pháo, từ thiện"}, {"04-15", "07-31", "nắng nóng: điện, nước"}, {"08-20", "09-20", "khai giảng, các khoản thu đầu năm học"},
	{"09-01", "10-31", "cao điểm mưa bão"}, {"10-15", "12-31", "thu quỹ, gia hạn thẻ bảo hiểm y tế"}, {"12-01", "12-31", "kỳ họp HĐND, báo cáo cuối năm"},
}

func (s season) covers(t time.Time) bool {
	day := t.In(calendar.Zone).Format("01-02")
	return s.from <= day && day <= s.to
}
