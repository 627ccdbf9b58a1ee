package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// year is the span of an annual report: from 1 January until at, or until the
// year's end.
func year(q Request, days *calendar.Calendar) (y int, from, to time.Time) {
	y = q.Year
	if y == 0 {
		y = q.At.In(calendar.Zone).Year()
	}
	from = time.Date(y, 1, 1, 0, 0, 0, 0, calendar.Zone)
	to = from.AddDate(1, 0, 0)
	if day := days.Day(q.At); day.Before(to) {
		to = day
	}
	if to.Before(from) {
		to = from
	}
	return y, from, to
}

// annual writes the report of the plan's clause IV.
func (d *Desk) annual(c *counter, q Request) (Report, error) {
	w := d.writer(c, Annual, q.At)
	w.r.Notes = q.Notes
	y, from, to := year(q, d.Days)
	w.over(from, to)
	w.form("BC", "BÁO CÁO", "Kết quả công tác truyền thông chính sách năm "+strconv.Itoa(y), cmp.Or(d.House.Addressee, "Ủy ban nhân dân tỉnh"))
	n := func(what string) Figure { return w.fig(Query{What: what, From: from, To: to}) }
	// A share of nothing is no share: the words around it are left out then.
	share := func(before string, a, b Query, after string) []paper.Span {
		if v, err := w.value(b); err != nil || v == 0 {
			w.err = cmp.Or(w.err, err)
			return nil
		}
		return spans(before+"{}"+after, w.percent(a, b))
	}
	of := func(before, a, b, after string) []paper.Span {
		return share(before, Query{What: a, From: from, To: to}, Query{What: b, From: from, To: to}, after)
	}
	w.say(paper.Text, "Thực hiện Kế hoạch truyền thông chính sách năm "+strconv.Itoa(y)+", {} báo cáo kết quả như sau (số liệu đến hết ngày {}):", w.head.Short, paper.ShortDate(to.Add(-time.Hour).In(calendar.Zone)))

	w.say(paper.Part, "I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI")
	tasks := Query{What: "tasks.all", By: "", Key: strconv.Itoa(y), To: to}
	done := tasks
	done.What = "tasks.done"
	w.say(paper.Text, "Kế hoạch năm giao {} nhiệm vụ, đã hoàn thành {}.", w.fig(tasks), w.fig(done))
	w.note("direction", "")

	w.say(paper.Part, "II. KẾT QUẢ THỰC HIỆN")
	w.say(paper.Clause, "1. Công khai thông tin")
	w.say(paper.Text, "Có {} mục phải công khai, đã công khai {}, quá hạn {}. Nhận {} yêu cầu cung cấp thông tin, trả lời {}{}.",
		n("disclosure.all"), n("disclosure.done"), n("disclosure.stale"), n("requests.received"), n("requests.answered"), of(", đúng hạn ", "requests.in_time", "requests.answered", " %"))

	w.say(paper.Clause, "2. Tỷ lệ chính sách được truyền thông")
	w.say(paper.Text, "Có {} chính sách tác động trực tiếp đến quyền, nghĩa vụ của người dân, tổ chức, doanh nghiệp; đã truyền thông có minh chứng {}{} (chỉ tiêu 100 %).",
		n("policies.all"), n("policies.covered"), of(", đạt ", "policies.covered", "policies.all", " %"))
	t := &paper.Table{ID: "coverage", Small: true, Title: "Chính sách theo cấp ban hành và kênh truyền thông", Heads: []string{"Kênh"}, Widths: []int{28}, Align: []paper.AlignTo{""}}
	levels := []Choice{choice("central", "Trung ương", ""), choice("province", "Tỉnh", ""), choice("ward", "Phường", "")}
	for _, l := range levels {
		t.Heads, t.Widths, t.Align = append(t.Heads, l.Label.VI), append(t.Widths, 18), append(t.Align, paper.Right)
	}
	t.Heads, t.Widths, t.Align = append(t.Heads, "Cộng"), append(t.Widths, 18), append(t.Align, paper.Right)
	line := func(name string, q func(level string) Query) {
		cells := []any{name}
		for _, l := range levels {
			cells = append(cells, w.fig(q(l.ID)))
		}
		t.Rows = append(t.Rows, row(append(cells, w.fig(q("")))...))
	}
	leveled := func(what string) func(string) Query {
		return func(level string) Query {
			q := Query{What: what, From: from, To: to}
			if level != "" {
				q.By, q.Key = "level", level
			}
			return q
		}
	}
	line("Phải truyền thông", leveled("policies.all"))
	line("Đã truyền thông", leveled("policies.covered"))
	w.table(t, "")
	ch := &paper.Table{ID: "channels", Small: true, Heads: []string{"Kênh", "Chính sách", "Lượt đăng, phát"}, Widths: []int{50, 25, 25}, Align: []paper.AlignTo{"", paper.Right, paper.Right}}
	for _, k := range Channels {
		ch.Rows = append(ch.Rows, row(k.Label.VI, w.fig(Query{What: "policies.channel", Key: k.ID, From: from, To: to}), w.fig(Query{What: "publications.count", By: "channel", Key: k.ID, From: from, To: to})))
	}
	w.table(ch, "")

	channel := func(what, id string) Figure {
		return w.fig(Query{What: what, By: "channel", Key: id, From: from, To: to})
	}
	w.say(paper.Clause, "3. Trên Trang thông tin điện tử, mạng xã hội")
	w.say(paper.Text, "Trang thông tin điện tử đăng {} tin bài, {} lượt xem; mạng xã hội {} tin bài, {} lượt xem.",
		channel("publications.count", "portal"), channel("publications.views", "portal"), channel("publications.count", "social"), channel("publications.views", "social"))
	w.say(paper.Clause, "4. Trên Đài truyền thanh, hệ thống loa khối")
	w.say(paper.Text, "Đài truyền thanh thực hiện {} chương trình, {} lượt phát, {} phút; loa khối {} chương trình, {} lượt phát, {} phút.",
		channel("publications.count", "radio"), channel("publications.plays", "radio"), channel("publications.minutes", "radio"),
		channel("publications.count", "speaker"), channel("publications.plays", "speaker"), channel("publications.minutes", "speaker"))
	w.say(paper.Clause, "5. Lấy ý kiến dự thảo")
	w.say(paper.Text, "Đã lấy ý kiến {} dự thảo, nhận {} ý kiến, tiếp thu hoặc giải trình {} ý kiến{}.",
		n("consultations.count"), n("opinions.count"), n("opinions.answered"), of(" (", "opinions.answered", "opinions.count", " %)"))

	w.say(paper.Clause, "6. Theo dõi, dự báo xu hướng thông tin")
	items := Query{What: "items", From: from, To: to}
	tone := func(k string) Query { return Query{What: "items", By: "tone", Key: k, From: from, To: to} }
	w.say(paper.Text, "Theo dõi {} tin liên quan đến phường{}{}{}. Có {} cảnh báo sớm mức khẩn trở lên, đã giải quyết {}. Số tin tiêu cực đặt cạnh kết quả trả lời phản ánh tại mục 7; phản ánh là thông tin hữu ích cho điều hành.",
		w.fig(items), share(": tích cực ", tone("positive"), items, " %"), share(", trung lập ", tone("neutral"), items, " %"), share(", tiêu cực ", tone("negative"), items, " %"), n("warnings.raised"), n("warnings.closed"))
	if err := w.months(y, from, to); err != nil {
		return Report{}, err
	}
	if err := w.topTopics(from, to); err != nil {
		return Report{}, err
	}
	w.say(paper.Clause, "7. Tiếp nhận, trả lời phản ánh")
	w.say(paper.Text, "Tiếp nhận {} phản ánh, trả lời {}{}; chưa trả lời {}, quá hạn {}.",
		n("complaints.received"), n("complaints.answered"), of(", đúng hạn ", "complaints.in_time", "complaints.answered", " %"), n("complaints.waiting"), n("complaints.overdue"))
	if err := w.answersTable(from, to); err != nil {
		return Report{}, err
	}
	w.say(paper.Clause, "8. Phản bác, đính chính tin giả")
	var took []paper.Span
	if out, err := w.value(Query{What: "corrections.out", From: from, To: to}); err == nil && out > 0 {
		took = spans("; thời gian đính chính trung vị {} giờ", n("hours.correction"))
	}
	w.say(paper.Text, "Mở {} vụ việc tin đồn, lừa đảo; đăng {} đính chính{}.", n("rumours.opened"), n("corrections.out"), took)
	w.effects(from, to)
	w.say(paper.Clause, "9. Phối hợp với Công an phường")
	w.say(paper.Text, "Đã chuyển {} phiếu thông tin theo 4 nhóm, đã phản hồi {} (không nêu danh tính):", n("handoffs.sent"), n("handoffs.answered"))
	hand := &paper.Table{ID: "handoffs", Small: true, Heads: []string{"Nhóm", "Số phiếu"}, Widths: []int{75, 25}, Align: []paper.AlignTo{"", paper.Right}}
	for _, k := range categories {
		hand.Rows = append(hand.Rows, row(paper.Capital(k.name), w.fig(Query{What: "handoffs.sent", By: "category", Key: k.id, From: from, To: to})))
	}
	w.table(hand, "")
	var came []any
	text := "Kết quả Công an phường trả lời:"
	for i, o := range outcomes {
		text += map[bool]string{true: " ", false: "; "}[i == 0] + o.name + " {}"
		came = append(came, w.fig(Query{What: "handoffs.sent", By: "outcome", Key: o.id, From: from, To: to}))
	}
	w.say(paper.Text, text+"; chưa trả lời {}.", append(came, w.fig(Query{What: "handoffs.sent", By: "outcome", From: from, To: to}))...)
	w.say(paper.Clause, "10. Kết quả của các ban, ngành, đoàn thể, khối")
	w.say(paper.Text, "Có {} đơn vị, khối ghi kết quả trong sổ. Số liệu từng tháng tại Phụ lục II, kết quả từng nhiệm vụ tại Phụ lục III.", n("units.reporting"))
	w.note("units", "")

	w.say(paper.Part, "III. ĐÁNH GIÁ CHUNG")
	w.say(paper.Clause, "1. Ưu điểm")
	w.note("strengths", "Công tác truyền thông chính sách được thực hiện theo kế hoạch, có minh chứng, gắn với trả lời phản ánh của người dân.")
	w.say(paper.Clause, "2. Tồn tại, hạn chế")
	w.say(paper.Text, "Còn {} chính sách chưa truyền thông, {} mục công khai quá hạn, {} phản ánh quá hạn.", n("policies.gaps"), n("disclosure.stale"), n("complaints.overdue"))
	w.note("weaknesses", "")
	w.say(paper.Clause, "3. Nguyên nhân")
	w.note("causes", "Cán bộ kiêm nhiệm; việc cập nhật minh chứng của một số đơn vị chưa kịp thời.")
	w.say(paper.Part, "IV. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM "+strconv.Itoa(y+1))
	w.note("next", "Tiếp tục bảo đảm chỉ tiêu toàn bộ chính sách tác động trực tiếp đến quyền, nghĩa vụ của người dân được truyền thông; trả lời phản ánh đúng hạn; đính chính kịp thời.")
	w.say(paper.Part, "V. KIẾN NGHỊ, ĐỀ XUẤT")
	w.note("proposals", "Không.")
	w.say(paper.Text, "Trên đây là báo cáo kết quả công tác truyền thông chính sách năm "+strconv.Itoa(y)+" của {}.", w.head.Short)
	w.end()
	return w.r, cmp.Or(w.annexes(y, from, to), w.err)
}

// effects says how far claims spread before and after they were answered:
// the same hours on both sides, for all corrections that were measured.
func (w *writer) effects(from, to time.Time) {
	t := &paper.Table{ID: "effects", Small: true, Title: "Lan truyền trước và sau đính chính", Heads: []string{"Khoảng đo", "Đính chính đã đo", "Số tin trước", "Số tin sau", "Sau so với trước (%)"},
		Widths: []int{30, 18, 16, 16, 20}, Align: []paper.AlignTo{"", paper.Right, paper.Right, paper.Right, paper.Right}}
	for _, h := range []struct{ key, name string }{{"24", "24 giờ"}, {"72", "72 giờ"}} {
		q := func(what string) Query { return Query{What: what, Key: h.key, From: from, To: to} }
		if v, err := w.value(q("effects.measured")); err != nil || v == 0 {
			w.err = cmp.Or(w.err, err)
			continue
		}
		share := any("–")
		if v, err := w.value(q("effects.before")); err == nil && v > 0 {
			share = w.percent(q("effects.after"), q("effects.before"))
		}
		t.Rows = append(t.Rows, row(h.name, w.fig(q("effects.measured")), w.fig(q("effects.before")), w.fig(q("effects.after")), share))
	}
	w.table(t, "Chưa có đính chính nào đủ thời gian để đo lan truyền trước và sau.")
}

// months charts the items of each month.
func (w *writer) months(y int, from, to time.Time) error {
	c := &paper.Chart{Title: "Số tin theo tháng năm " + strconv.Itoa(y), Unit: "Tin"}
	for m := from; m.Before(to); m = m.AddDate(0, 1, 0) {
		end := m.AddDate(0, 1, 0)
		if end.After(to) {
			end = to
		}
		f := w.fig(Query{What: "items", From: m, To: end})
		c.Labels, c.Values, c.Figures = append(c.Labels, "T"+strconv.Itoa(int(m.Month()))), append(c.Values, int(f.Value)), append(c.Figures, f.ID)
	}
	if len(c.Values) > 0 {
		w.r.Paper.Body = append(w.r.Paper.Body, paper.Block{Chart: c})
	}
	return w.err
}

// topTopics lists the ten topics that were spoken of most.
func (w *writer) topTopics(from, to time.Time) error {
	type line struct {
		id string
		n  float64
	}
	var all []line
	for _, id := range news.TopicIDs {
		v, err := w.value(Query{What: "items", Topic: id, From: from, To: to})
		if err != nil {
			return err
		}
		if v > 0 {
			all = append(all, line{id, v})
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return cmp.Compare(b.n, a.n) })
	t := &paper.Table{ID: "topics", Small: true, Title: "Mười chủ đề được nhắc nhiều", Heads: []string{"Chủ đề", "Số tin", "Phản ánh tiếp nhận", "Đã trả lời"}, Widths: []int{46, 18, 18, 18}, Align: []paper.AlignTo{"", paper.Right, paper.Right, paper.Right}}
	for _, l := range all[:min(len(all), 10)] {
		q := func(what string) Figure { return w.fig(Query{What: what, Topic: l.id, From: from, To: to}) }
		t.Rows = append(t.Rows, row(TopicName(l.id), q("items"), q("complaints.received"), q("complaints.answered")))
	}
	w.table(t, "Chưa có tin nào được theo dõi.")
	return nil
}

// annexes list the policies with their evidence, and the tasks.
func (w *writer) annexes(y int, from, to time.Time) error {
	rows, err := w.coverage(from, to)
	if err != nil {
		return err
	}
	t := &paper.Table{ID: "policies", Small: true, Heads: []string{"TT", "Chính sách", "Văn bản", "Kênh", "Minh chứng"}, Widths: []int{6, 34, 16, 18, 26}, Align: []paper.AlignTo{paper.Centre}}
	for i, p := range rows {
		channels, evidence := "chưa truyền thông", ""
		for _, c := range Channels {
			for _, e := range p.evidence[c.ID] {
				if evidence == "" {
					evidence = clip(e.v["evidence"], 80)
				}
			}
		}
		for j, id := range p.channels() {
			if j == 0 {
				channels = ""
			} else {
				channels += ", "
			}
			f, _ := LedgerByID("publications")
			field, _ := f.Field("channel")
			channels += field.Show(id, "vi")
		}
		t.Rows = append(t.Rows, row(strconv.Itoa(i+1), clip(p.v["title"], 120), p.v["docno"], channels, evidence))
	}
	list := []paper.Block{paper.P(paper.Text, "Không có chính sách nào trong sổ.")}
	if len(t.Rows) > 0 {
		list = []paper.Block{{Table: t}}
	}
	tasks, err := w.entries("tasks")
	if err != nil {
		return err
	}
	work := &paper.Table{ID: "tasks", Small: true, Heads: []string{"TT", "Nhiệm vụ", "Đơn vị", "Hoàn thành"}, Widths: []int{6, 50, 26, 18}, Align: []paper.AlignTo{paper.Centre}}
	for _, k := range tasks {
		if k.v["year"] != strconv.Itoa(y) {
			continue
		}
		done := "chưa"
		if d := k.day("done"); !d.IsZero() {
			done = paper.ShortDate(d)
		}
		work.Rows = append(work.Rows, row(strconv.Itoa(len(work.Rows)+1), clip(k.v["title"], 160), k.v["unit"], done))
	}
	second := []paper.Block{paper.P(paper.Text, "Không có nhiệm vụ nào trong sổ.")}
	if len(work.Rows) > 0 {
		second = []paper.Block{{Table: work}}
	}
	w.r.Paper.Appendices = []paper.Appendix{
		{No: "I", Title: "Danh mục chính sách và minh chứng truyền thông", Body: list},
		{No: "II", Title: "Số liệu", Body: w.byMonth(from, to)},
		{No: "III", Title: "Kết quả thực hiện nhiệm vụ", Body: second},
	}
	return w.err
}

// byMonth is the year in numbers, a line for each month and one for all.
func (w *writer) byMonth(from, to time.Time) []paper.Block {
	t := &paper.Table{ID: "months", Small: true, Heads: []string{"Tháng", "Tin liên quan", "Tin tiêu cực", "Phản ánh nhận", "Phản ánh trả lời", "Vụ việc tin đồn, lừa đảo", "Đính chính đăng", "Lượt đăng, phát"},
		Widths: []int{10, 13, 12, 13, 13, 15, 12, 12}, Align: []paper.AlignTo{""}}
	for range 7 {
		t.Align = append(t.Align, paper.Right)
	}
	line := func(name string, from, to time.Time) {
		cells := []any{name}
		for _, q := range []Query{{What: "items"}, {What: "items", By: "tone", Key: "negative"}, {What: "complaints.received"}, {What: "complaints.answered"}, {What: "rumours.opened"}, {What: "corrections.out"}, {What: "publications.count"}} {
			q.From, q.To = from, to
			cells = append(cells, w.fig(q))
		}
		t.Rows = append(t.Rows, row(cells...))
	}
	for m := from; m.Before(to); m = m.AddDate(0, 1, 0) {
		end := m.AddDate(0, 1, 0)
		if end.After(to) {
			end = to
		}
		line("T"+strconv.Itoa(int(m.Month())), m, end)
	}
	if len(t.Rows) == 0 {
		return []paper.Block{paper.P(paper.Text, "Chưa có số liệu.")}
	}
	line("Cộng", from, to)
	return []paper.Block{{Table: t}}
}

// plan writes next year's plan as the founding plan is built.
func (d *Desk) plan(c *counter, q Request) (Report, error) {
	w := d.writer(c, Plan, q.At)
	w.r.Notes = q.Notes
	y := q.Year
	if y == 0 {
		y = q.At.In(calendar.Zone).Year()
	}
	now := q.At.Add(time.Millisecond)
	w.over(q.At, q.At)
	w.form("KH", "KẾ HOẠCH", "Truyền thông chính sách "+lowerFirst(d.House.Ward)+" năm "+strconv.Itoa(y))
	w.note("basis", fmt.Sprintf("Thực hiện chỉ đạo của cấp trên về công tác truyền thông chính sách, %s xây dựng kế hoạch truyền thông chính sách năm %d như sau:", w.head.Short, y))
	w.say(paper.Part, "I. MỤC ĐÍCH, YÊU CẦU")
	w.say(paper.Clause, "1. Mục đích")
	w.note("purpose", "Truyền thông chính sách ngay từ quá trình xây dựng, ban hành đến thực thi; tạo đồng thuận và tiếp thu ý kiến của Nhân dân để hoàn thiện chính sách.")
	w.say(paper.Clause, "2. Yêu cầu")
	w.note("demands", "Toàn bộ chính sách tác động trực tiếp đến quyền, nghĩa vụ của người dân, tổ chức, doanh nghiệp được truyền thông đến Nhân dân trên địa bàn, có minh chứng; phản ánh của người dân được trả lời đúng hạn.")
	w.say(paper.Part, "II. NHIỆM VỤ, GIẢI PHÁP")
	for i, t := range []string{
		"Công khai thông tin đầy đủ, đúng hạn theo Luật Tiếp cận thông tin.",
		"Phối hợp chặt chẽ, kịp thời giữa các ban, ngành, đoàn thể.",
		"Bố trí cán bộ phụ trách, đội ngũ cộng tác viên; bồi dưỡng nghiệp vụ.",
		"Truyền thông dự thảo chính sách; tiếp nhận, tiếp thu, giải trình ý kiến góp ý.",
		"Tận dụng báo chí, trang thông tin điện tử, mạng xã hội.",
		"Tăng cường truyền thông qua Đài truyền thanh cơ sở, hệ thống loa khối.",
		"Ứng dụng công nghệ để phát hiện, dự báo các xu hướng thông tin; đính chính kịp thời tin sai.",
		"Bố trí kinh phí, trang thiết bị phục vụ công tác truyền thông.",
	} {
		w.say(paper.Text, strconv.Itoa(i+1)+". "+t)
	}
	w.note("tasks", "")
	w.say(paper.Part, "III. TỔ CHỨC THỰC HIỆN")
	tasks, err := w.entries("tasks")
	if err != nil {
		return Report{}, err
	}
	w.say(paper.Text, "Giao các đơn vị thực hiện {} nhiệm vụ:", w.fig(Query{What: "tasks.all", Key: strconv.Itoa(y), To: now}))
	var units []string
	by := map[string][]view{}
	for _, t := range tasks {
		if t.v["year"] == strconv.Itoa(y) {
			if by[t.v["unit"]] == nil {
				units = append(units, t.v["unit"])
			}
			by[t.v["unit"]] = append(by[t.v["unit"]], t)
		}
	}
	for i, u := range units {
		w.say(paper.Clause, strconv.Itoa(i+1)+". "+u)
		for _, t := range by[u] {
			until := ""
			if d := t.day("due"); !d.IsZero() {
				until = ", hoàn thành trước ngày " + paper.ShortDate(d)
			}
			w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Item, clip(t.v["title"], 400)+until+"."))
		}
	}
	if len(units) == 0 {
		w.say(paper.Text, "Các ban, ngành, đoàn thể, khối xây dựng nhiệm vụ truyền thông năm và gửi {} tổng hợp.", d.House.Culture)
	}
	w.say(paper.Part, "IV. CHẾ ĐỘ BÁO CÁO")
	w.say(paper.Text, "{} tổng hợp, báo cáo {} trước {}.", d.House.Culture, cmp.Or(d.House.Addressee, "cấp trên"), paper.Date(d.House.DueOn(y)))
	w.say(paper.Text, "Trên đây là Kế hoạch truyền thông chính sách năm "+strconv.Itoa(y)+"; {} yêu cầu các cơ quan, đơn vị, ban, ngành, đoàn thể nghiêm túc triển khai thực hiện.", w.head.Short)
	w.end()
	return w.r, w.err
}

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return string([]rune{lower(r[0])}) + string(r[1:])
}
