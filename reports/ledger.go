package reports

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
)

// A Ledger is one of the books that the law and the plan ask for.
type Ledger struct {
	ID     string    `json:"id"`
	Title  news.Text `json:"title"`
	Lead   news.Text `json:"lead"`
	Fields []Field   `json:"fields"`
	Parent string    `json:"parent,omitempty"` // ledger whose entries this one's belong to
	Write  []string  `json:"write"`            // roles that keep it
	Read   []string  `json:"read,omitempty"`   // roles that see it, those who write apart
}

// A Field is one column of a ledger.
type Field struct {
	Key      string    `json:"key"`
	Label    news.Text `json:"label"`
	Type     string    `json:"type"` // text, long, day, int, choice, url, record
	Choices  []Choice  `json:"choices,omitempty"`
	Ledger   string    `json:"ledger,omitempty"` // of a record
	Required bool      `json:"required,omitempty"`
}

// A Choice is one value of a field.
type Choice struct {
	ID    string    `json:"id"`
	Label news.Text `json:"label"`
}

// A Record is one entry of a ledger. Changes keep what was before, so that a
// report about the past stays true; nothing is ever deleted.
type Record struct {
	ID      string    `json:"id"`
	Ledger  string    `json:"ledger"`
	Parent  string    `json:"parent,omitempty"`
	Created time.Time `json:"created"`
	Removed time.Time `json:"removed,omitzero"`
	Past    []Version `json:"past"` // oldest first; the last one holds
}

// A Version is what an entry said from a time on.
type Version struct {
	At     time.Time         `json:"at"`
	By     string            `json:"by"`
	Values map[string]string `json:"values"`
}

// Values are what the entry says now.
func (r *Record) Values() map[string]string {
	if len(r.Past) == 0 {
		return nil
	}
	return r.Past[len(r.Past)-1].Values
}

// AsOf returns what the entry said at a time, and false when it was not there.
func (r *Record) AsOf(at time.Time) (map[string]string, bool) {
	if !before(r.Created, at) || before(r.Removed, at) {
		return nil, false
	}
	var v map[string]string
	for _, p := range r.Past {
		if before(p.At, at) {
			v = p.Values
		}
	}
	return v, v != nil
}

func choice(id, vi, en string) Choice { return Choice{id, news.Text{VI: vi, EN: en}} }

func label(vi, en string) news.Text { return news.Text{VI: vi, EN: en} }

var yesNo = []Choice{choice("yes", "Có", "Yes"), choice("no", "Không", "No")}

// Channels of publication, as the matrix of coverage lists them.
var Channels = []Choice{
	choice("portal", "Trang TTĐT", "Portal"), choice("social", "Mạng xã hội", "Social media"), choice("radio", "Đài truyền thanh", "Radio"),
	choice("speaker", "Loa khối", "Loudspeakers"), choice("board", "Niêm yết", "Notice board"), choice("meeting", "Hội nghị, họp khối", "Meetings"), choice("press", "Báo chí", "Press"),
}

var topicChoices = func() (out []Choice) {
	for _, id := range news.TopicIDs {
		out = append(out, choice(id, TopicName(id), strings.ReplaceAll(id, "_", " ")))
	}
	return out
}()

// Ledgers are the books, in the order in which pages list them.
var Ledgers = []Ledger{
	{
		ID: "policies", Title: label("Sổ truyền thông chính sách", "Policy ledger"),
		Lead:  label("Chỉ tiêu: 100 % chính sách tác động trực tiếp đến quyền, nghĩa vụ của người dân được truyền thông, có minh chứng.", "Target: 100 % of the policies that touch rights or duties are communicated, with evidence."),
		Write: []string{"reviewer", "office", "justice"}, Read: []string{"leader", "editor"},
		Fields: []Field{
			{Key: "title", Label: label("Tên chính sách", "Policy"), Type: "text", Required: true},
			{Key: "docno", Label: label("Số, ký hiệu văn bản", "Document number"), Type: "text"},
			{Key: "issued", Label: label("Ngày ban hành", "Issued on"), Type: "day", Required: true},
			{Key: "level", Label: label("Cấp ban hành", "Issued by"), Type: "choice", Required: true, Choices: []Choice{choice("central", "Trung ương", "Central"), choice("province", "Tỉnh", "Province"), choice("ward", "Phường", "Ward")}},
			{Key: "stage", Label: label("Giai đoạn", "Stage"), Type: "choice", Required: true, Choices: []Choice{choice("drafting", "Xây dựng", "Drafting"), choice("finalising", "Hoàn thiện", "Finalising"), choice("promulgated", "Ban hành", "Promulgated"), choice("implementing", "Thực thi", "Implementing")}},
			{Key: "affects", Label: label("Tác động trực tiếp đến quyền, nghĩa vụ", "Touches rights or duties"), Type: "choice", Required: true, Choices: yesNo},
			{Key: "topic", Label: label("Lĩnh vực", "Topic"), Type: "choice", Choices: topicChoices},
			{Key: "unit", Label: label("Đơn vị chủ trì", "Unit in charge"), Type: "text"},
		},
	},
	{
		ID: "publications", Parent: "policies", Title: label("Nhật ký đăng tải, phát thanh", "Publications and broadcasts"),
		Lead:  label("Mỗi lần đăng hoặc phát một dòng. Có minh chứng thì chính sách mới tính là đã truyền thông.", "A line for each publication or broadcast. Only evidence makes a policy count as communicated."),
		Write: []string{"reviewer", "editor", "office", "khoi", "unit"}, Read: []string{"leader", "justice"},
		Fields: []Field{
			{Key: "policy", Label: label("Chính sách", "Policy"), Type: "record", Ledger: "policies"},
			{Key: "title", Label: label("Nội dung", "Content"), Type: "text", Required: true},
			{Key: "channel", Label: label("Kênh", "Channel"), Type: "choice", Required: true, Choices: Channels},
			{Key: "day", Label: label("Ngày đăng, phát", "Day"), Type: "day", Required: true},
			{Key: "evidence", Label: label("Minh chứng (đường dẫn, số bản tin, ảnh niêm yết)", "Evidence (address, bulletin number, photograph)"), Type: "text"},
			{Key: "plays", Label: label("Số lần phát", "Times broadcast"), Type: "int"},
			{Key: "minutes", Label: label("Thời lượng (phút)", "Minutes"), Type: "int"},
			{Key: "views", Label: label("Lượt xem", "Views"), Type: "int"},
			{Key: "priority", Label: label("Mức bản tin", "Priority"), Type: "choice", Choices: []Choice{choice("normal", "Thông thường", "Normal"), choice("priority", "Ưu tiên", "Priority"), choice("emergency", "Khẩn cấp", "Emergency")}},
			{Key: "case", Label: label("Vụ việc (nếu là đính chính)", "Case (of a correction)"), Type: "text"},
			{Key: "unit", Label: label("Đơn vị, khối thực hiện", "Unit"), Type: "text"},
		},
	},
	{
		ID: "consultations", Title: label("Lấy ý kiến dự thảo", "Draft consultations"),
		Lead:  label("Dự thảo văn bản đang và đã lấy ý kiến người dân (Quyết định 407/QĐ-TTg).", "Drafts that are or were put to the public."),
		Write: []string{"reviewer", "justice", "office"}, Read: []string{"leader", "editor", "unit"},
		Fields: []Field{
			{Key: "title", Label: label("Dự thảo", "Draft"), Type: "text", Required: true},
			{Key: "from", Label: label("Bắt đầu lấy ý kiến", "Opens"), Type: "day", Required: true},
			{Key: "to", Label: label("Kết thúc", "Closes"), Type: "day", Required: true},
			{Key: "url", Label: label("Nơi đăng dự thảo", "Where it is published"), Type: "url"},
			{Key: "unit", Label: label("Đơn vị soạn thảo", "Drafting unit"), Type: "text", Required: true},
			{Key: "impact", Label: label("Tác động lớn (QĐ 407)", "High impact"), Type: "choice", Choices: yesNo},
		},
	},
	{
		ID: "opinions", Parent: "consultations", Title: label("Ý kiến góp ý, tiếp thu, giải trình", "Comments and responses"),
		Lead:  label("Gộp các ý kiến giống nhau thành một dòng, không ghi tên người góp ý.", "Comments that say the same are one line; nobody who commented is named."),
		Write: []string{"reviewer", "justice", "office", "unit"}, Read: []string{"leader"},
		Fields: []Field{
			{Key: "consultation", Label: label("Dự thảo", "Draft"), Type: "record", Ledger: "consultations", Required: true},
			{Key: "article", Label: label("Điều, khoản", "Article"), Type: "text"},
			{Key: "text", Label: label("Nội dung góp ý (tóm tắt)", "Comment (summary)"), Type: "long", Required: true},
			{Key: "count", Label: label("Số ý kiến", "Comments"), Type: "int", Required: true},
			{Key: "day", Label: label("Ngày nhận", "Received"), Type: "day", Required: true},
			{Key: "result", Label: label("Kết quả", "Result"), Type: "choice", Choices: []Choice{choice("accepted", "Tiếp thu", "Accepted"), choice("partly", "Tiếp thu một phần", "Accepted in part"), choice("explained", "Giải trình, giữ như dự thảo", "Explained, left as drafted")}},
			{Key: "response", Label: label("Tiếp thu, giải trình", "Response"), Type: "long"},
			{Key: "answered", Label: label("Ngày trả lời", "Answered on"), Type: "day"},
		},
	},
	{
		ID: "disclosure", Title: label("Danh mục công khai thông tin", "Disclosure checklist"),
		Lead:  label("Những gì phường phải công khai theo Luật Tiếp cận thông tin, ở đâu, cập nhật lần cuối khi nào.", "What the ward must disclose, where, and when it was last updated."),
		Write: []string{"justice", "office", "reviewer"}, Read: []string{"leader", "editor"},
		Fields: []Field{
			{Key: "title", Label: label("Nội dung phải công khai", "What"), Type: "text", Required: true},
			{Key: "basis", Label: label("Căn cứ", "Basis"), Type: "text"},
			{Key: "url", Label: label("Nơi công khai", "Where"), Type: "text"},
			{Key: "since", Label: label("Công khai từ ngày", "Since"), Type: "day"},
			{Key: "updated", Label: label("Cập nhật lần cuối", "Last updated"), Type: "day"},
			{Key: "every", Label: label("Chu kỳ cập nhật (ngày)", "Updated every (days)"), Type: "int"},
			{Key: "unit", Label: label("Đơn vị phụ trách", "Unit"), Type: "text", Required: true},
		},
	},
	{
		ID: "requests", Title: label("Yêu cầu cung cấp thông tin", "Information requests"),
		Lead:  label("Không ghi tên người yêu cầu; hạn tính theo ngày làm việc, hồ sơ giấy ở Văn phòng.", "Without the requester's name; terms count working days. The paper file is with the office."),
		Write: []string{"justice", "office"}, Read: []string{"leader", "reviewer"},
		Fields: []Field{
			{Key: "title", Label: label("Thông tin được yêu cầu", "What is asked for"), Type: "text", Required: true},
			{Key: "received", Label: label("Ngày nhận", "Received"), Type: "day", Required: true},
			{Key: "days", Label: label("Thời hạn (ngày làm việc)", "Term (working days)"), Type: "choice", Required: true, Choices: []Choice{choice("3", "3 – trực tuyến, đơn giản", "3 – on line, simple"), choice("5", "5 – trực tiếp", "5 – in person"), choice("10", "10 – phức tạp", "10 – complex"), choice("15", "15 – gia hạn", "15 – extended")}},
			{Key: "term", Label: label("Thời hạn khác, nếu luật đặt hạn riêng (ngày làm việc)", "Another term, where the law sets one (working days)"), Type: "int"},
			{Key: "answered", Label: label("Ngày trả lời", "Answered on"), Type: "day"},
			{Key: "result", Label: label("Kết quả", "Result"), Type: "choice", Choices: []Choice{choice("given", "Đã cung cấp", "Given"), choice("partly", "Cung cấp một phần", "Given in part"), choice("refused", "Từ chối, có lý do", "Refused, with the reason")}},
			{Key: "reason", Label: label("Lý do (khi từ chối hoặc gia hạn)", "Reason (of a refusal or extension)"), Type: "text"},
			{Key: "unit", Label: label("Đơn vị trả lời", "Unit"), Type: "text"},
		},
	},
	{
		ID: "tasks", Title: label("Nhiệm vụ kế hoạch năm", "Tasks of the annual plan"),
		Lead:  label("Nhiệm vụ truyền thông của từng đơn vị; kế hoạch và báo cáo năm lấy từ đây.", "What each unit is to do; the annual plan and report are made of it."),
		Write: []string{"reviewer", "office"}, Read: []string{"leader", "justice", "unit", "khoi"},
		Fields: []Field{
			{Key: "title", Label: label("Nhiệm vụ", "Task"), Type: "long", Required: true},
			{Key: "year", Label: label("Năm", "Year"), Type: "int", Required: true},
			{Key: "unit", Label: label("Đơn vị thực hiện", "Unit"), Type: "text", Required: true},
			{Key: "due", Label: label("Hạn", "Due"), Type: "day"},
			{Key: "done", Label: label("Hoàn thành ngày", "Done on"), Type: "day"},
			{Key: "note", Label: label("Kết quả", "Result"), Type: "text"},
		},
	},
	{
		ID: "events", Title: label("Sự kiện sắp tới", "Known events"),
		Lead:  label("Lịch thu, họp, cấp giấy, sửa chữa… mà người dân sẽ hỏi; đưa vào dự báo tuần.", "What people will ask about: collections, meetings, works. The forecast names it."),
		Write: []string{"reviewer", "office", "leader"}, Read: []string{"editor", "justice"},
		Fields: []Field{
			{Key: "title", Label: label("Sự kiện", "Event"), Type: "text", Required: true},
			{Key: "day", Label: label("Ngày", "Day"), Type: "day", Required: true},
			{Key: "topic", Label: label("Lĩnh vực", "Topic"), Type: "choice", Choices: topicChoices},
			{Key: "unit", Label: label("Đơn vị trả lời", "Who answers"), Type: "text"},
		},
	},
}

// LedgerByID finds a ledger.
func LedgerByID(id string) (Ledger, bool) {
	i := slices.IndexFunc(Ledgers, func(l Ledger) bool { return l.ID == id })
	if i < 0 {
		return Ledger{}, false
	}
	return Ledgers[i], true
}

// Field finds a field of the ledger.
func (l Ledger) Field(key string) (Field, bool) {
	i := slices.IndexFunc(l.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return l.Fields[i], true
}

// MayWrite and MayRead say who keeps and who sees the ledger.
func (l Ledger) MayWrite(role string) bool { return slices.Contains(l.Write, role) }

// MayRead says who sees the ledger.
func (l Ledger) MayRead(role string) bool { return l.MayWrite(role) || slices.Contains(l.Read, role) }

// Show is a value as people read it.
func (f Field) Show(value, lang string) string {
	switch f.Type {
	case "choice":
		for _, c := range f.Choices {
			if c.ID == value {
				return c.Label.In(lang)
			}
		}
	case "day":
		if t, err := time.Parse(time.DateOnly, value); err == nil {
			return t.Format("02/01/2006")
		}
	}
	return value
}

// The longest values.
const (
	maxText = 300
	maxLong = 4000
)

// check tidies the values of an entry and refuses what a field does not take.
func (l Ledger) check(in map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range l.Fields {
		v := norm.NFC.String(strings.TrimSpace(in[f.Key]))
		if f.Type != "long" {
			v = strings.Join(strings.Fields(v), " ")
		}
		if v == "" {
			if f.Required {
				return nil, refuse("empty", "cần điền “%s”", "“%s” is needed", pick(f.Label)...)
			}
			continue
		}
		limit := maxText
		if f.Type == "long" {
			limit = maxLong
		}
		bad := utf8.RuneCountInString(v) > limit
		switch f.Type {
		case "day":
			t, err := time.Parse(time.DateOnly, v)
			bad = bad || err != nil || t.Year() < 1990 || t.Year() > 2100
		case "int":
			n, err := strconv.Atoi(v)
			bad = bad || err != nil || n < 0 || n > 100_000_000
		case "choice":
			bad = bad || !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.ID == v })
		case "url":
			u, err := url.Parse(v)
			bad = bad || err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https"
		}
		if bad {
			return nil, refuse("value", "“%s” không nhận giá trị này", "“%s” does not take this value", pick(f.Label)...)
		}
		out[f.Key] = v
	}
	return out, nil
}

// pick gives refuse the Vietnamese name; English messages quote it as well,
// because it is what stands on the form's paper twin.
func pick(t news.Text) []any { return []any{t.VI} }

// A view is an entry as it was at a time.
type view struct {
	Record
	v map[string]string
}

func (v view) day(key string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, v.v[key], calendar.Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (v view) int(key string) int {
	n, err := strconv.Atoi(v.v[key])
	if err != nil {
		return 0
	}
	return n
}

// entries of a ledger as they were known, oldest first: what was entered late
// counts for the day that it is about, from when it was entered.
func (c *counter) entries(ledger string) ([]view, error) {
	rs, err := c.ledger(ledger)
	if err != nil {
		return nil, err
	}
	var out []view
	for _, r := range rs {
		if v, ok := r.AsOf(c.known); ok {
			out = append(out, view{r, v})
		}
	}
	return out, nil
}

// Due is when an information request must be answered: the closing time of
// the last working day of its term.
func due(days *calendar.Calendar, v view) time.Time {
	term := v.int("days")
	if own := v.int("term"); own > 0 {
		term = min(own, 250)
	}
	return days.Due(v.day("received"), term)
}

// order are days of an entry of which the second is never before the first.
var order = map[string][][2]string{
	"requests": {{"received", "answered"}}, "consultations": {{"from", "to"}}, "opinions": {{"day", "answered"}}, "disclosure": {{"since", "updated"}},
}

// agrees refuses an entry whose parts contradict each other, or lack what the
// law asks of them together.
func (l Ledger) agrees(v map[string]string) error {
	name := func(key string) string { f, _ := l.Field(key); return f.Label.VI }
	for _, days := range order[l.ID] {
		if a, b := v[days[0]], v[days[1]]; a != "" && b != "" && b < a {
			return refuse("order", "“%s” không thể trước “%s”", "“%s” cannot be before “%s”", name(days[1]), name(days[0]))
		}
	}
	both := func(a, b string) error {
		if v[a] != "" && v[b] == "" {
			return refuse("empty", "đã có “%s” thì cần điền “%s”", "with “%s”, “%s” is needed", name(a), name(b))
		}
		return nil
	}
	switch l.ID {
	case "requests":
		if (v["result"] == "refused" || v["days"] == "15") && v["reason"] == "" { // the Law on Access to Information wants a reason
			return refuse("empty", "từ chối hoặc gia hạn thì phải nêu “%s”", "a refusal or an extension needs “%s”", name("reason"))
		}
		return cmp.Or(both("answered", "result"), both("result", "answered"))
	case "opinions":
		return both("result", "response")
	case "disclosure":
		return both("since", "url")
	}
	return nil
}

// ledgerMeasures are what queries may ask of the ledgers. Each looks at the
// entries as they were known when the report was written, by the days in them,
// and returns those that count with how much: the number is their sum.
var ledgerMeasures = map[string]func(c *counter, q Query) ([]Part, error){
	"policies.all": func(c *counter, q Query) ([]Part, error) { return c.policies(q, func([]string) bool { return true }) },
	"policies.covered": func(c *counter, q Query) ([]Part, error) {
		return c.policies(q, func(ch []string) bool { return len(ch) > 0 })
	},
	"policies.gaps": func(c *counter, q Query) ([]Part, error) {
		return c.policies(q, func(ch []string) bool { return len(ch) == 0 })
	},
	"policies.channel": func(c *counter, q Query) ([]Part, error) {
		return c.policies(Query{To: q.To, From: q.From, Topic: q.Topic}, func(ch []string) bool { return slices.Contains(ch, q.Key) })
	},
	"publications.count":   sumOf("publications", "day", func(view) int { return 1 }),
	"publications.plays":   sumOf("publications", "day", func(v view) int { return v.int("plays") }),
	"publications.minutes": sumOf("publications", "day", func(v view) int { return v.int("minutes") * max(v.int("plays"), 1) }),
	"publications.views":   sumOf("publications", "day", func(v view) int { return v.int("views") }),
	"consultations.count":  sumOf("consultations", "from", func(view) int { return 1 }),
	"opinions.count":       sumOf("opinions", "day", func(v view) int { return v.int("count") }),
	"opinions.answered": func(c *counter, q Query) ([]Part, error) {
		return sumOf("opinions", "day", func(v view) int {
			if at := v.day("answered"); v.v["result"] == "" || !at.IsZero() && !at.Before(q.To) {
				return 0
			}
			return v.int("count")
		})(c, q)
	},
	"disclosure.all":  standing("disclosure", func(*counter, view, Query) bool { return true }),
	"disclosure.done": standing("disclosure", func(_ *counter, v view, q Query) bool { return before(v.day("since"), q.To) }),
	"disclosure.stale": standing("disclosure", func(_ *counter, v view, q Query) bool {
		return stale(v, q.To)
	}),
	"requests.received": sumOf("requests", "received", func(view) int { return 1 }),
	"requests.answered": sumOf("requests", "answered", func(view) int { return 1 }),
	"requests.in_time": func(c *counter, q Query) ([]Part, error) {
		return sumOf("requests", "answered", func(v view) int {
			if v.day("answered").After(due(c.d.Days, v)) {
				return 0
			}
			return 1
		})(c, q)
	},
	"requests.overdue": standing("requests", func(c *counter, v view, q Query) bool {
		return !before(v.day("answered"), q.To) && before(due(c.d.Days, v), q.To)
	}),
	"tasks.all":  standing("tasks", func(_ *counter, v view, q Query) bool { return v.v["year"] == q.Key }),
	"tasks.done": standing("tasks", func(_ *counter, v view, q Query) bool { return v.v["year"] == q.Key && before(v.day("done"), q.To) }),
	"units.reporting": func(c *counter, q Query) ([]Part, error) {
		vs, err := c.entries("publications")
		var out []Part
		for _, v := range vs {
			unit := news.Text{VI: v.v["unit"], EN: v.v["unit"]}
			if in(v.day("day"), q.From, q.To) && unit.VI != "" && !slices.ContainsFunc(out, func(p Part) bool { return p.Label == unit }) {
				out = append(out, Part{Label: unit, Value: 1, Text: "1", Ledger: "publications"})
			}
		}
		return out, err
	},
}

// stale reports whether an item of the checklist is not disclosed, or not
// updated in its turn.
func stale(v view, at time.Time) bool {
	if !before(v.day("since"), at) {
		return true
	}
	every := v.int("every")
	updated := v.day("updated")
	if updated.IsZero() {
		updated = v.day("since")
	}
	return every > 0 && updated.AddDate(0, 0, every+1).Before(at)
}

// sumOf returns entries whose day falls into the span.
func sumOf(ledger, day string, n func(view) int) func(*counter, Query) ([]Part, error) {
	return func(c *counter, q Query) ([]Part, error) {
		vs, err := c.entries(ledger)
		var out []Part
		for _, v := range vs {
			if in(v.day(day), q.From, q.To) && (q.By == "" || v.v[q.By] == q.Key) {
				if k := n(v); k != 0 {
					out = append(out, entryPart(v, float64(k)))
				}
			}
		}
		return out, err
	}
}

// standing returns entries that are so at the end of the span.
func standing(ledger string, is func(*counter, view, Query) bool) func(*counter, Query) ([]Part, error) {
	return func(c *counter, q Query) ([]Part, error) {
		vs, err := c.entries(ledger)
		var out []Part
		for _, v := range vs {
			if (q.By == "" || v.v[q.By] == q.Key) && is(c, v, q) {
				out = append(out, entryPart(v, 1))
			}
		}
		return out, err
	}
}

// policies are those that touch rights or duties and were issued in the span,
// by the channels on which there is evidence.
func (c *counter) policies(q Query, fits func(channels []string) bool) ([]Part, error) {
	rows, err := c.coverage(q.From, q.To)
	var out []Part
	for _, r := range rows {
		if (q.By == "" || r.v[q.By] == q.Key) && (q.Topic == "" || r.v["topic"] == q.Topic) && fits(r.channels()) {
			out = append(out, entryPart(r.view, 1))
		}
	}
	return out, err
}

// A covered policy with the evidence there is, by channel.
type covered struct {
	view
	evidence map[string][]view
}

func (p covered) channels() (out []string) {
	for _, ch := range Channels {
		if len(p.evidence[ch.ID]) > 0 {
			out = append(out, ch.ID)
		}
	}
	return out
}

// coverage lists the policies that must be communicated. A publication counts
// when there is evidence of it.
func (c *counter) coverage(from, to time.Time) ([]covered, error) {
	ps, err := c.entries("policies")
	if err != nil {
		return nil, err
	}
	pubs, err := c.entries("publications")
	if err != nil {
		return nil, err
	}
	by := map[string]map[string][]view{}
	for _, p := range pubs {
		id := p.v["policy"]
		if id == "" || p.v["evidence"] == "" || !p.day("day").Before(to) {
			continue
		}
		if by[id] == nil {
			by[id] = map[string][]view{}
		}
		by[id][p.v["channel"]] = append(by[id][p.v["channel"]], p)
	}
	var out []covered
	for _, p := range ps {
		if p.v["affects"] != "yes" || !p.day("issued").Before(to) || p.day("issued").Before(from) {
			continue
		}
		out = append(out, covered{p, by[p.ID]})
	}
	return out, nil
}
