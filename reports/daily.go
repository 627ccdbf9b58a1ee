package reports

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// daily writes the digest of the day before: one page.
func (d *Desk) daily(c *counter, q Request) (Report, error) {
	w := d.writer(c, Daily, q.At)
	to := d.Days.Day(q.At)
	from := to.AddDate(0, 0, -1)
	w.over(from, to)
	w.top = 5
	if _, err := c.counts(CountQuery{By: "topic", From: from.AddDate(0, 0, -28), To: to}); err != nil {
		return Report{}, err
	}
	if _, err := c.counts(CountQuery{From: from.AddDate(0, 0, -28), To: to}); err != nil {
		return Report{}, err
	}
	w.form("BC", "BÁO CÁO", "Điểm tin ngày "+paper.ShortDate(from.In(calendar.Zone)))
	w.r.Paper.Head.Internal, w.r.Paper.Compact = true, true
	// A day is compared with the same weekday of four weeks.
	weekday := func(q Query) (Figure, Change) {
		var past []float64
		for i := 1; i <= 4; i++ {
			b := q
			b.From, b.To = q.From.AddDate(0, 0, -7*i), q.To.AddDate(0, 0, -7*i)
			v, err := c.value(b)
			w.err = cmp.Or(w.err, err)
			past = append(past, v)
		}
		v, err := c.value(q)
		w.err = cmp.Or(w.err, err)
		return w.fig(Query{What: "mean", N: 28, Of: &q}), w.compared(q.From, v, past)
	}
	items := Query{What: "items", From: from, To: to}
	mean, ch := weekday(items)
	w.say(paper.Part, "I. SỐ LIỆU")
	w.say(paper.Text, "Có {} tin liên quan đến phường, {} (trung bình một ngày của 4 tuần: {}); {} tin tiêu cực, {} tin tích cực.", w.fig(items), string(ch), mean,
		w.fig(Query{What: "items", By: "tone", Key: "negative", From: from, To: to}), w.fig(Query{What: "items", By: "tone", Key: "positive", From: from, To: to}))
	w.say(paper.Part, "II. VẤN ĐỀ ĐƯỢC NHẮC NHIỀU")
	type line struct {
		topic string
		n     float64
	}
	var topics []line
	for _, id := range news.TopicIDs {
		v, err := c.value(Query{What: "items", Topic: id, From: from, To: to})
		w.err = cmp.Or(w.err, err)
		if v > 0 {
			topics = append(topics, line{id, v})
		}
	}
	slices.SortStableFunc(topics, func(a, b line) int { return cmp.Compare(b.n, a.n) })
	t := &paper.Table{ID: "topics", Small: true, Widths: []int{40, 12, 18, 30}, Heads: []string{"Vấn đề", "Số tin", "Trung bình ngày", "Đơn vị phụ trách"}, Align: []paper.AlignTo{"", paper.Right, paper.Right, ""}}
	for _, l := range topics[:min(len(topics), w.top)] {
		one := Query{What: "items", Topic: l.topic, From: from, To: to}
		m, ch := weekday(one)
		t.Rows = append(t.Rows, row(TopicName(l.topic), w.fig(one), paper.Cell{{Text: string(ch) + " "}, {Text: m.Text, Figure: m.ID}}, w.who(l.topic)))
	}
	w.table(t, "Không có vấn đề nào được nhắc đến.")
	w.say(paper.Part, "III. VIỆC CẦN LÀM HÔM NAY")
	w.say(paper.Item, "Vụ việc tin đồn, lừa đảo mới mở: {}; đang mở: {}.", w.fig(Query{What: "rumours.opened", From: from, To: to}), w.fig(Query{What: "rumours.open", From: from, To: to}))
	w.say(paper.Item, "Đính chính chờ duyệt: {}; phiếu chuyển chờ duyệt: {}.", w.fig(Query{What: "corrections.waiting", From: from, To: to}), w.fig(Query{What: "handoffs.waiting", From: from, To: to}))
	w.say(paper.Item, "Phản ánh quá hạn trả lời: {}; chưa trả lời: {}.", w.fig(Query{What: "complaints.overdue", From: from, To: to}), w.fig(Query{What: "complaints.waiting", From: from, To: to}))
	cs, err := c.named()
	if err != nil {
		return Report{}, err
	}
	var due []string
	for i := range cs {
		k := &cs[i]
		if k.unanswered(to) && in(k.Due, to, to.AddDate(0, 0, 1)) {
			due = append(due, k.ID+" – "+TopicName(k.Topic)+" ("+cmp.Or(k.Unit, "chưa giao")+")")
		}
	}
	if len(due) > 0 {
		w.r.Paper.Body = append(w.r.Paper.Body, paper.P(paper.Item, "Đến hạn trả lời hôm nay: "+strings.Join(due[:min(len(due), 5)], "; ")+"."))
	}
	w.say(paper.Note, "Ghi chú: số liệu chỉ phản ánh nguồn công khai được theo dõi; không đại diện cho toàn bộ người dân")
	w.end()
	return w.r, w.err
}

// urgent writes the note about one case: what is known, what is not, who
// answers, and until when.
func (d *Desk) urgent(c *counter, q Request) (Report, error) {
	k, err := c.theCase(q.Case)
	if err != nil {
		return Report{}, err
	}
	w := d.writer(c, Urgent, q.At)
	w.r.Notes = q.Notes
	// Whole days only: what counts of today is not known before midnight.
	to := d.Days.Day(q.At)
	from, yesterday := to.AddDate(0, 0, -7), to.AddDate(0, 0, -1)
	w.over(from, to)
	w.form("BC", "BÁO CÁO", "Nhanh về vụ việc "+k.ID+": "+clip(k.title(), 80), "Chủ tịch UBND phường")
	w.r.Paper.Head.Internal = true
	if k.Level >= news.Critical {
		w.r.Paper.Head.Urgency = "HỎA TỐC"
	} else if k.Level >= news.High {
		w.r.Paper.Head.Urgency = "KHẨN"
	}
	w.say(paper.Part, "I. VIỆC GÌ ĐANG XẢY RA")
	w.say(paper.Text, "Mức: {}. Ghi nhận lúc {}. Chủ đề: {}.", levelName(k.Level), k.Opened.In(calendar.Zone).Format("15:04 02/01/2006"), TopicName(k.Topic))
	switch {
	case k.complaint():
		w.say(paper.Text, "Đây là phản ánh của người dân, cần được trả lời; không phải tin sai.")
	case k.Claim != "":
		w.say(paper.Text, "Nội dung đang lan truyền: {}", strings.TrimRight(k.Claim, ". ")+".")
	}
	week := Query{What: "items", Topic: k.Topic, From: from, To: to}
	last := Query{What: "items", Topic: k.Topic, From: yesterday, To: to}
	w.say(paper.Text, "Chủ đề này có {} tin trong bảy ngày qua, {} so với trung bình 4 tuần ({}); riêng hôm qua {} tin.", w.fig(week), string(w.change(week)), w.mean(week), w.fig(last))
	w.say(paper.Part, "II. ĐIỀU ĐÃ BIẾT, ĐIỀU CHƯA BIẾT")
	if k.Citation != nil {
		w.say(paper.Item, "Nguồn chính thống: {}. Kết luận: {}.", k.Citation.Document, verdictName(k))
	} else {
		w.say(paper.Item, "Chưa có văn bản chính thức đối chiếu; không được nói là sai khi chưa có căn cứ.")
	}
	w.note("known", "")
	w.say(paper.Part, "III. VIỆC ĐÃ LÀM, VIỆC TIẾP THEO")
	if k.rumour() {
		w.say(paper.Item, "Đến nay: {}.", k.done(q.At.Add(time.Millisecond)))
	}
	w.say(paper.Item, "Đơn vị trả lời: {}.", cmp.Or(k.Unit, w.who(k.Topic)))
	clock := map[news.Level]string{news.Critical: "Gọi người phụ trách trong 10 phút; ra thông báo trong 60 phút.", news.High: "Kiểm tra trong 4 giờ; đăng thông tin chính thức trong 24 giờ.", news.Medium: "Kiểm tra trong 48 giờ."}[k.Level]
	w.say(paper.Item, "{}", cmp.Or(clock, "Theo dõi trong tổng hợp tuần."))
	w.note("next", "Kính báo cáo Chủ tịch UBND phường xem xét, chỉ đạo.")
	w.end()
	return w.r, w.err
}

// theCase finds a case.
func (c *counter) theCase(id string) (*Case, error) {
	cs, err := c.allCases()
	if err != nil {
		return nil, err
	}
	for i := range cs {
		if cs[i].ID == id {
			return &cs[i], nil
		}
	}
	return nil, noCase(id)
}

func noCase(id string) error {
	return refuse("no_case", "không có vụ việc “%s”", "there is no case %q", id)
}
