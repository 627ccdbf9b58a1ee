package reports

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// A Query says what a number counts, so exactly that anybody can count it
// again. What is one of:
//
//   - items: items of from ≤ day < to, of a Topic, and of a Key of By (tone,
//     stance, source)
//   - a measure of cases, such as complaints.overdue, of a Topic, Unit, Key
//     (verdict, category, kind, unit, place, topic)
//   - effects.measured, effects.before, effects.after: of corrections measured
//     after Key hours
//   - a measure of a ledger, such as policies.covered, of a Key
//   - mean: that of Of over N spans of the same length before its own
//   - percent: Of in hundredths of Per
//   - hours.correction: the median from case to correction, in hours
//   - forecast.weeks: of the N weeks that end at To, those that could be forecast
//   - forecast.hits: of these, those in which the forecast held
type Query struct {
	What  string    `json:"what"`
	By    string    `json:"by,omitempty"`
	Key   string    `json:"key,omitempty"`
	Topic string    `json:"topic,omitempty"`
	Unit  string    `json:"unit,omitempty"`
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	Of    *Query    `json:"of,omitempty"`
	Per   *Query    `json:"per,omitempty"`
	N     int       `json:"n,omitempty"`
}

// A Figure is one number of a report.
type Figure struct {
	ID    string  `json:"id"` // "f1"
	Query Query   `json:"query"`
	Value float64 `json:"value"`
	Text  string  `json:"text"` // as it is printed
}

// Number writes a number as Vietnamese documents do: 1.250 and 87,5.
func Number(v float64) string {
	v = math.Round(v*10) / 10
	whole, frac, has := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', -1, 64), ".")
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	out := b.String()
	if has {
		out += "," + frac
	}
	if v < 0 {
		return "-" + out
	}
	return out
}

// A counter answers queries for one report or one verification, as the desk
// knew things at one time. What it has read once it remembers, so that all
// numbers are of one moment.
type counter struct {
	d       *Desk
	ctx     context.Context
	known   time.Time
	items   map[CountQuery][]Count
	cases   []Case
	loaded  bool
	records map[string][]Record
}

func (d *Desk) counter(ctx context.Context) *counter { return d.counterAt(ctx, d.now()) }

func (d *Desk) counterAt(ctx context.Context, known time.Time) *counter {
	return &counter{d: d, ctx: ctx, known: known, items: map[CountQuery][]Count{}, records: map[string][]Record{}}
}

// Evaluate computes what a query asks for.
func (d *Desk) Evaluate(ctx context.Context, q Query) (float64, error) {
	return d.counter(ctx).value(q)
}

// counts reads days of items. Windows of a report overlap, so the widest is
// read once for each question and cut to size.
func (c *counter) counts(q CountQuery) ([]Count, error) {
	if c.d.Counts == nil {
		return nil, nil
	}
	key := q
	for k, rows := range c.items {
		if k.By == q.By && k.Topic == q.Topic && !k.From.After(q.From) && !k.To.Before(q.To) {
			var out []Count
			for _, r := range rows {
				if in(r.Day, q.From, q.To) {
					out = append(out, r)
				}
			}
			return out, nil
		}
	}
	rows, err := c.d.Counts(c.ctx, q)
	if err != nil {
		return nil, fmt.Errorf("reports: counts: %w", err)
	}
	c.items[key] = rows
	return rows, nil
}

func (c *counter) allCases() ([]Case, error) {
	if c.loaded || c.d.Cases == nil {
		return c.cases, nil
	}
	cs, err := c.d.Cases(c.ctx, c.known)
	if err != nil {
		return nil, fmt.Errorf("reports: cases: %w", err)
	}
	c.cases, c.loaded = cs, true
	return cs, nil
}

// named are the cases that a report may name: all but those that are kept
// from those who lead the ward, to whom reports go.
func (c *counter) named() ([]Case, error) {
	cs, err := c.allCases()
	return slices.DeleteFunc(slices.Clone(cs), func(k Case) bool { return k.Kept }), err
}

func (c *counter) ledger(name string) ([]Record, error) {
	if rs, ok := c.records[name]; ok {
		return rs, nil
	}
	rs, err := c.d.Store.Records(c.ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reports: ledger %s: %w", name, err)
	}
	c.records[name] = rs
	return rs, nil
}

// maxDepth of queries within queries; a report needs two.
const maxDepth = 5

func (c *counter) value(q Query) (float64, error) { return c.deep(q, 0) }

func (c *counter) deep(q Query, depth int) (float64, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("reports: a query is nested too deeply")
	}
	switch q.What {
	case "items":
		return c.sumItems(q)
	case "mean":
		if q.Of == nil || q.N < 1 || q.N > 60 {
			return 0, fmt.Errorf("reports: mean needs a query and 1 to 60 spans")
		}
		sum := 0.0
		for i := 1; i <= q.N; i++ {
			v, err := c.deep(q.Of.back(i, c.d.Days.Zone()), depth+1)
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum / float64(q.N), nil
	case "percent":
		if q.Of == nil || q.Per == nil {
			return 0, fmt.Errorf("reports: percent needs two queries")
		}
		a, err := c.deep(*q.Of, depth+1)
		if err != nil {
			return 0, err
		}
		b, err := c.deep(*q.Per, depth+1)
		if err != nil || b == 0 {
			return 0, err
		}
		return 100 * a / b, nil
	case "hours.correction":
		cs, err := c.allCases()
		return medianHours(cs, q.From, q.To), err
	case "forecast.hits":
		_, hits, err := c.foreseen(q)
		return hits, err
	case "forecast.weeks":
		weeks, _, err := c.foreseen(q)
		return weeks, err
	case "sources.all", "sources.working":
		if c.d.Sources == nil {
			return 0, nil
		}
		all, ok, err := c.d.Sources(c.ctx)
		if q.What == "sources.all" {
			return float64(all), err
		}
		return float64(ok), err
	}
	if m, ok := measures[q.What]; ok {
		cs, err := c.allCases()
		if err != nil {
			return 0, err
		}
		n := 0
		for i := range cs {
			if m(&cs[i], q.From, q.To) && q.fits(&cs[i]) {
				n++
			}
		}
		return float64(n), nil
	}
	if m, ok := caseSums[q.What]; ok {
		cs, err := c.allCases()
		n := 0
		for i := range cs {
			n += cs[i].effects(q, m)
		}
		return float64(n), err
	}
	if m, ok := ledgerMeasures[q.What]; ok {
		return total(m(c, q))
	}
	return 0, fmt.Errorf("reports: there is no measure %q", q.What)
}

// back is the same query n spans earlier, a span being whole days.
func (q Query) back(n int, zone *time.Location) Query {
	days := max(int(math.Round(q.To.Sub(q.From).Hours()/24)), 1)
	move := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(zone).AddDate(0, 0, -days*n).UTC()
	}
	q.From, q.To = move(q.From), move(q.To)
	return q
}

func (q Query) fits(c *Case) bool {
	if q.Topic != "" && c.Topic != q.Topic || q.Unit != "" && c.Unit != q.Unit {
		return false
	}
	switch q.By {
	case "":
		return true
	case "kind":
		return string(c.Kind) == q.Key
	case "unit":
		return c.Unit == q.Key
	case "place":
		return c.Place == q.Key
	case "topic":
		return c.Topic == q.Key
	case "verdict":
		return c.Verdict == q.Key
	case "category":
		return c.Handoff != nil && c.Handoff.Category == q.Key
	case "outcome":
		return c.Handoff != nil && c.Handoff.Outcome == q.Key
	}
	return false
}

func (c *counter) sumItems(q Query) (float64, error) {
	if q.By == "topic" { // the whole of one topic
		q.By, q.Topic = "", q.Key
	}
	cq := CountQuery{By: q.By, Topic: q.Topic, From: q.From, To: q.To}
	if q.By == "" && q.Topic != "" { // one answer has every topic
		cq = CountQuery{By: "topic", From: q.From, To: q.To}
		q.Key = q.Topic
	}
	rows, err := c.counts(cq)
	n := 0
	for _, r := range rows {
		if cq.By == "" || r.Key == q.Key {
			n += r.Items
		}
	}
	return float64(n), err
}

// daily is a series of whole days of a query of items.
func (c *counter) daily(q Query) ([]float64, error) {
	zone := c.d.Days.Zone()
	var out []float64
	for day := q.From.In(zone); day.Before(q.To); day = day.AddDate(0, 0, 1) {
		one := q
		one.From, one.To = day.UTC(), day.AddDate(0, 0, 1).UTC()
		v, err := c.sumItems(one)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// describe says in words what a number counts.
func (q Query) describe(zone *time.Location) news.Text {
	day := func(t time.Time) string { return paper.ShortDate(t.In(zone)) }
	span := ""
	switch {
	case !q.From.IsZero() && !q.To.IsZero():
		span = day(q.From) + " – " + day(q.To.Add(-time.Millisecond))
	case !q.To.IsZero():
		span = "≤ " + day(q.To)
	}
	join := func(parts ...string) string {
		var out []string
		for _, p := range parts {
			if p != "" {
				out = append(out, p)
			}
		}
		return strings.Join(out, "; ")
	}
	narrow := func(lang string) string {
		n := ""
		if q.Topic != "" {
			n = TopicName(q.Topic)
		}
		if strings.HasPrefix(q.What, "effects.") {
			return join(n, q.Key+map[string]string{"vi": " giờ", "en": " hours"}[lang])
		}
		if q.By == "topic" {
			n = TopicName(q.Key)
		} else if by, ok := byNames[q.By]; ok {
			n = join(n, by.In(lang)+": "+cmp.Or(q.Key, "–"))
		} else if q.Key != "" {
			n = join(n, q.By+" = "+q.Key)
		}
		return join(n, q.Unit)
	}
	switch q.What {
	case "mean":
		of := q.Of.describe(zone)
		return news.Text{VI: fmt.Sprintf("Trung bình %d kỳ trước: %s", q.N, of.VI), EN: fmt.Sprintf("Mean of the %d spans before: %s", q.N, of.EN)}
	case "percent":
		a, b := q.Of.describe(zone), q.Per.describe(zone)
		return news.Text{VI: "Tỷ lệ phần trăm: (" + a.VI + ") / (" + b.VI + ")", EN: "Percent: (" + a.EN + ") of (" + b.EN + ")"}
	}
	name, ok := measureNames[q.What]
	if !ok {
		name = news.Text{VI: q.What, EN: q.What}
	}
	return news.Text{VI: join(name.VI, narrow("vi"), span), EN: join(name.EN, narrow("en"), span)}
}

// byNames are what pages call some of the things that numbers are split by.
var byNames = map[string]news.Text{
	"unit": {VI: "đơn vị", EN: "unit"}, "place": {VI: "khối", EN: "neighbourhood"}, "tone": {VI: "sắc thái", EN: "tone"},
	"stance": {VI: "thái độ", EN: "stance"}, "source": {VI: "nguồn", EN: "source"}, "channel": {VI: "kênh", EN: "channel"}, "outcome": {VI: "kết quả", EN: "outcome"}, "category": {VI: "nhóm", EN: "category"}, "level": {VI: "cấp ban hành", EN: "issued by"},
}

// Describe says in words what a number counts.
func (d *Desk) Describe(q Query) news.Text { return q.describe(d.Days.Zone()) }

var measureNames = map[string]news.Text{
	"items":                {VI: "Số tin", EN: "Items"},
	"cases.opened":         {VI: "Vụ việc đã mở", EN: "Cases opened"},
	"complaints.received":  {VI: "Phản ánh đã tiếp nhận", EN: "Complaints received"},
	"complaints.answered":  {VI: "Phản ánh đã trả lời", EN: "Complaints answered"},
	"complaints.in_time":   {VI: "Phản ánh trả lời đúng hạn", EN: "Complaints answered on time"},
	"complaints.waiting":   {VI: "Phản ánh chưa trả lời (cuối kỳ)", EN: "Complaints waiting (at the end)"},
	"complaints.overdue":   {VI: "Phản ánh quá hạn (cuối kỳ)", EN: "Complaints overdue (at the end)"},
	"rumours.opened":       {VI: "Vụ việc tin đồn, lừa đảo đã mở", EN: "Cases about claims opened"},
	"rumours.open":         {VI: "Vụ việc tin đồn, lừa đảo chưa đóng (cuối kỳ)", EN: "Cases about claims open (at the end)"},
	"corrections.out":      {VI: "Đính chính đã đăng", EN: "Corrections published"},
	"corrections.waiting":  {VI: "Đính chính chờ duyệt (cuối kỳ)", EN: "Corrections waiting for approval (at the end)"},
	"effects.measured":     {VI: "Đính chính đã đo tác động", EN: "Corrections whose effect was measured"},
	"effects.before":       {VI: "Số tin của vụ việc trước đính chính", EN: "Items of the case before its correction"},
	"effects.after":        {VI: "Số tin của vụ việc sau đính chính", EN: "Items of the case after its correction"},
	"handoffs.sent":        {VI: "Phiếu chuyển đã gửi", EN: "Hand-offs sent"},
	"handoffs.waiting":     {VI: "Phiếu chuyển chờ duyệt (cuối kỳ)", EN: "Hand-offs waiting (at the end)"},
	"handoffs.answered":    {VI: "Phiếu chuyển đã phản hồi", EN: "Hand-offs acknowledged"},
	"danger.opened":        {VI: "Vụ việc nguy hiểm, khẩn cấp", EN: "Dangers and emergencies"},
	"warnings.raised":      {VI: "Cảnh báo sớm mức khẩn trở lên", EN: "Early warnings of level high or above"},
	"warnings.closed":      {VI: "Cảnh báo sớm đã giải quyết", EN: "Early warnings closed"},
	"hours.correction":     {VI: "Thời gian đính chính trung vị (giờ)", EN: "Median hours to a correction"},
	"forecast.hits":        {VI: "Số tuần dự báo đúng khoảng", EN: "Weeks in which the forecast held"},
	"forecast.weeks":       {VI: "Số tuần có dự báo", EN: "Weeks that were forecast"},
	"sources.all":          {VI: "Nguồn đang theo dõi", EN: "Sources watched"},
	"sources.working":      {VI: "Nguồn hoạt động tốt", EN: "Sources that work"},
	"policies.all":         {VI: "Chính sách tác động trực tiếp đến quyền, nghĩa vụ", EN: "Policies that touch rights or duties"},
	"policies.covered":     {VI: "Chính sách đã truyền thông có minh chứng", EN: "Policies communicated, with evidence"},
	"policies.gaps":        {VI: "Chính sách chưa truyền thông", EN: "Policies not communicated"},
	"policies.channel":     {VI: "Chính sách đã truyền thông trên kênh", EN: "Policies communicated on a channel"},
	"publications.count":   {VI: "Lượt đăng, phát", EN: "Publications and broadcasts"},
	"publications.plays":   {VI: "Số lần phát", EN: "Broadcasts"},
	"publications.minutes": {VI: "Thời lượng phát (phút)", EN: "Minutes broadcast"},
	"publications.views":   {VI: "Lượt xem", EN: "Views"},
	"consultations.count":  {VI: "Dự thảo lấy ý kiến", EN: "Drafts put to the public"},
	"opinions.count":       {VI: "Ý kiến góp ý", EN: "Comments on drafts"},
	"opinions.answered":    {VI: "Ý kiến đã tiếp thu, giải trình", EN: "Comments answered"},
	"disclosure.all":       {VI: "Mục phải công khai", EN: "Items to be disclosed"},
	"disclosure.done":      {VI: "Mục đã công khai", EN: "Items disclosed"},
	"disclosure.stale":     {VI: "Mục quá hạn cập nhật", EN: "Items overdue"},
	"requests.received":    {VI: "Yêu cầu cung cấp thông tin", EN: "Information requests"},
	"requests.answered":    {VI: "Yêu cầu đã trả lời", EN: "Requests answered"},
	"requests.in_time":     {VI: "Yêu cầu trả lời đúng hạn", EN: "Requests answered on time"},
	"requests.overdue":     {VI: "Yêu cầu quá hạn (cuối kỳ)", EN: "Requests overdue (at the end)"},
	"tasks.all":            {VI: "Nhiệm vụ của kế hoạch", EN: "Tasks of the plan"},
	"tasks.done":           {VI: "Nhiệm vụ đã hoàn thành", EN: "Tasks done"},
	"units.reporting":      {VI: "Đơn vị, khối có kết quả trong sổ", EN: "Units with results in the ledger"},
}
