package web

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"langnghe/alerts"
	"langnghe/crawler"
	"langnghe/internal/news"
	"langnghe/rules"
	"langnghe/web/api"
)

// The machine: rules, sources, what is taken in, notices.

func (s *server) machineEndpoints() []endpoint {
	return []endpoint{
		op(s, "GET /api/v1/rules", ruleReaders, "rules", "Các luật, độ chính xác, lỗi", "Rules with their precision, and what is wrong", s.apiRules),
		op(s, "POST /api/v1/rules/check", reviewers, "rules.write", "Kiểm tra một tệp luật, một câu truy vấn hoặc một biểu mẫu", "Check a rule file, a query or the boxes of the form", s.apiCheck),
		op(s, "POST /api/v1/rules/preview", reviewers, "rules.write", "Chạy thử một luật trên tin đã có", "See what a rule would have flagged", s.apiPreview),
		op(s, "POST /api/v1/rules", reviewers, "rules.write", "Lưu luật đã chạy thử", "Save a rule that was previewed", s.apiSaveRule, created),

		op(s, "GET /api/v1/sources", sources, "sources", "Tình trạng các nguồn", "Sources and how they are", s.apiSources),
		op(s, "POST /api/v1/sources", reviewers, "import", "Lấy một đường dẫn ngay", "Read an address of the web now", func(c *call, in struct {
			URL string `json:"url" required:"true" max:"2000"`
		}) (crawler.FetchResult, error) {
			return s.takeLink(c.ctx(), in.URL, c.by)
		}),
		op(s, "GET /api/v1/machine", admins, "sources", "Tình trạng hệ thống, xem lại sau năm phút", "How the installation is, looked at again after five minutes", func(c *call, _ none) (machineOut, error) {
			return s.machineOut(c, machineFor, true)
		}),
		op(s, "POST /api/v1/machine", admins, "sources", "Kiểm tra lại ngay, cả máy chủ thư và đồng hồ", "Examine it now, the mail server and the clock too", func(c *call, _ none) (machineOut, error) {
			return s.machineOut(c, 2*time.Second, false)
		}),
		op(s, "GET /api/v1/machine/backup", admins, "sources", "Các bản sao lưu, và bản đang làm", "The backups, and the one that is made now", func(c *call, _ none) (backingView, error) {
			return s.backupOut(c)
		}),
		op(s, "POST /api/v1/machine/backup", admins, "sources", "Sao lưu ngay; câu hỏi trên cho biết khi nào xong", "Back up now; the question above says when it is done", func(c *call, _ none) (backingView, error) {
			if err := s.backUp(c.ctx(), c.by.Name); err != nil {
				return backingView{}, err
			}
			return s.backupOut(c)
		}),
		op(s, "POST /api/v1/import", reviewers, "import", "Mở một tệp để nhập; chưa nhập gì", "Open a file to import; nothing is taken yet", s.apiUpload,
			raw("application/jsonl", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream")),
		op(s, "POST /api/v1/import/{token}", reviewers, "import", "Nhập các dòng của tệp đã mở", "Take in the rows of an opened file", s.apiImport),
		op(s, "POST /api/v1/board", boards, "import", "Khối báo tin", "A khối's board reports", s.apiBoard, created),

		op(s, "GET /api/v1/alerts/deliveries", notices, "alerts", "Nhật ký gửi cảnh báo, mới trước", "Delivery log, newest first", s.apiDeliveries),
		op(s, "GET /api/v1/alerts/routes", notices, "alerts", "Cảnh báo đi tới ai", "Whom notices go to", func(*call, none) (routesOut, error) {
			return routesOut{append([]alertRoute{}, s.alertRoutes()...)}, nil
		}),
		op(s, "GET /api/v1/alerts/silences", notices, "alerts", "Các lệnh tạm im", "Silences", s.apiSilences),
		op(s, "POST /api/v1/alerts/silence", judges, "alerts.write", "Tạm im một chủ đề", "Silence a topic", func(c *call, in struct {
			Topic  string `json:"topic" required:"true"`
			Hours  int    `json:"hours" required:"true" min:"1" max:"72"`
			Reason string `json:"reason" required:"true" max:"300"`
		}) (alerts.Silence, error) {
			return s.mute(c.ctx(), in.Topic, in.Hours, in.Reason, c.by)
		}, created),
		op(s, "POST /api/v1/alerts/end", judges, "alerts.write", "Kết thúc một lệnh tạm im", "End a silence", func(c *call, in struct {
			ID string `json:"id" required:"true" max:"100"`
		}) (none, error) {
			return none{}, s.unmute(c.ctx(), in.ID, c.by)
		}),
		op(s, "GET /api/v1/alerts/muted", notices, "alerts", "Đang im những gì, vì sao, và việc chưa ai nhận", "What is muted and why, and what nobody has taken in hand", func(c *call, _ none) (alerts.Overview, error) {
			return s.overview(c.ctx(), c.by)
		}),
		op(s, "POST /api/v1/alerts/ack", judges, "alerts.write", "Nhận xử lý một nhóm cảnh báo", "Take a group of notices in hand", func(c *call, in struct {
			Group string `json:"group" required:"true" max:"300"`
		}) (none, error) {
			return none{}, s.takeGroup(c.ctx(), in.Group, c.by)
		}),
		op(s, "POST /api/v1/alerts/test", notices, "alerts.write", "Gửi thử một cảnh báo", "Send a test notice", func(c *call, in struct {
			Recipient string `json:"recipient,omitempty" max:"100" doc:"Everybody when left out"`
		}) (none, error) {
			return none{}, s.tryAlert(c.ctx(), in.Recipient, c.by)
		}),
		op(s, "POST /api/v1/alerts/confirm", notices, "alerts.write", "Xác nhận địa chỉ bằng mã", "Confirm an address with its code", func(c *call, in struct {
			Code string `json:"code" required:"true" max:"40"`
		}) (alerts.Confirmed, error) {
			return s.confirm(c.Request, in.Code)
		}),
	}
}

type rulesOut struct {
	rules.List
	api.More
}

func (s *server) apiRules(c *call, in api.Page) (out rulesOut, err error) {
	if s.Rules == nil {
		return out, errOff
	}
	if out.List, err = s.Rules(c.ctx()); err != nil {
		return out, err
	}
	out.Rules, out.More, err = api.Cut(out.Rules, in, func(x rules.Info) string { return x.ID }, nil)
	return out, err
}

type checkIn struct {
	File  string      `json:"file,omitempty" max:"200000" doc:"YAML of a rule file"`
	Query string      `json:"query,omitempty" max:"4000" doc:"A query alone"`
	Form  *rules.Form `json:"form,omitempty" doc:"Boxes, whose query takes the place of the one in the file"`
}

func (s *server) apiCheck(c *call, in checkIn) (out rules.CheckResult, err error) {
	if s.Check == nil {
		return out, errOff
	}
	return s.Check(c.ctx(), rules.CheckRequest{File: in.File, Query: in.Query, Form: in.Form})
}

// sound refuses a rule file with mistakes, naming the place of each.
func sound(found []rules.Problem) error {
	if len(found) == 0 {
		return nil
	}
	bad := &api.Invalid{Status: http.StatusUnprocessableEntity}
	for _, p := range found {
		at := p.Path
		if p.Line > 0 {
			at = strconv.Itoa(p.Line) + ":" + strconv.Itoa(max(p.Column, 1)) + " " + at
		}
		fix := func(s string) string {
			if s == "" {
				return ""
			}
			return " — " + s
		}
		bad.Places = append(bad.Places, api.Place{Pointer: "/file", Say: news.Text{VI: strings.TrimSpace(at+" ") + " " + p.VI + fix(p.Fix), EN: strings.TrimSpace(at+" ") + " " + p.EN + fix(p.FixEN)}})
	}
	return bad
}

func (s *server) apiPreview(c *call, in struct {
	File string `json:"file" required:"true" max:"200000"`
	Days int    `json:"days,omitempty" min:"1" max:"90" doc:"How far back; 30 when left out"`
}) (out rules.Preview, err error) {
	if s.Check == nil {
		return out, errOff
	}
	checked, err := s.Check(c.ctx(), rules.CheckRequest{File: in.File})
	if err == nil {
		err = sound(checked.Problems)
	}
	if err != nil {
		return out, err
	}
	if in.Days == 0 {
		in.Days = 30
	}
	return s.previewRule(c.Request, in.File, in.Days)
}

func (s *server) apiSaveRule(c *call, in struct {
	File string `json:"file" required:"true" max:"200000"`
	Hash string `json:"hash" required:"true" max:"200" doc:"Of the preview: nothing is saved that nobody has looked at"`
}) (rules.CheckResult, error) {
	saved, err := s.saveRule(c.Request, in.File, in.Hash)
	if err == nil {
		err = sound(saved.Problems)
	}
	return saved, err
}

type sourcesOut struct {
	Sources []crawler.Status `json:"sources"` // those first that need a person
	api.More
}

func (s *server) apiSources(c *call, in api.Page) (out sourcesOut, err error) {
	all, err := s.allSources(c.ctx())
	if err != nil {
		return out, err
	}
	out.Sources, out.More, err = api.Cut(all, in, func(x crawler.Status) string { return x.Source.ID }, nil)
	return out, err
}

type machineOut struct {
	At     time.Time `json:"at"`
	Checks []Check   `json:"checks"`
}

func (s *server) machineOut(c *call, most time.Duration, quick bool) (out machineOut, err error) {
	if s.Examine == nil {
		return out, errOff
	}
	out.Checks, out.At = s.machine.look(c.ctx(), s, most, quick)
	return out, nil
}

func (s *server) backupOut(c *call) (backingView, error) {
	v := s.backup(c.ctx())
	if v == nil {
		return backingView{}, errOff
	}
	return *v, nil
}

type (
	uploadOut struct {
		Token   string            `json:"token"` // good for twenty minutes
		Name    string            `json:"name"`
		Rows    int               `json:"rows"`
		Sheet   string            `json:"sheet,omitempty"`
		Sheets  []string          `json:"sheets,omitempty"`
		Columns []string          `json:"columns,omitempty"`
		Fields  map[string]int    `json:"fields,omitempty"` // guess: which column, from 1, is which field
		Preview [][]string        `json:"preview,omitempty"`
		Items   []news.Item       `json:"items,omitempty"` // of JSON Lines, the first
		Refused []crawler.Refusal `json:"refused,omitempty"`
	}
	importOut struct {
		Taken   int               `json:"taken"`
		Refused []crawler.Refusal `json:"refused"`
	}
)

func (s *server) apiUpload(c *call, in struct {
	Name  string `json:"-" query:"name" required:"true" max:"300" doc:"Name of the file, whose end says what it is"`
	Sheet string `json:"-" query:"sheet" max:"300" doc:"Of an Excel file; the first when left out"`
}) (out uploadOut, err error) {
	data, err := io.ReadAll(c.Body)
	if err != nil {
		return out, err
	}
	p, err := s.openUpload(in.Name, data, in.Sheet, c.by)
	if err != nil {
		return out, err
	}
	out = uploadOut{Token: p.Token, Name: p.Name, Rows: p.Rows, Sheet: p.Sheet, Sheets: p.Sheets, Columns: p.Columns, Preview: p.Preview, Items: p.Items, Refused: p.Refused}
	for _, f := range p.Fields {
		if f.Column > 0 {
			if out.Fields == nil {
				out.Fields = map[string]int{}
			}
			out.Fields[f.Name] = f.Column
		}
	}
	return out, nil
}

func (s *server) apiImport(c *call, in struct {
	Columns map[string]int `json:"columns,omitempty" doc:"Which column, from 1, is which field; JSON Lines needs none"`
}) (importOut, error) {
	p, err := s.takeUpload(c.ctx(), c.PathValue("token"), in.Columns, c.by)
	return importOut{p.Taken, append([]crawler.Refusal{}, p.Refused...)}, err
}

type idOut struct {
	ID string `json:"id"`
}

func (s *server) apiBoard(c *call, in struct {
	Text  string `json:"text" required:"true" min:"10" max:"4000"`
	Place string `json:"place,omitempty" max:"200"`
}) (idOut, error) {
	id, err := s.fromBoard(c.ctx(), in.Text, in.Place, "", c.by)
	return idOut{id}, err
}

type routesOut struct {
	Routes []alertRoute `json:"routes"`
}

type deliveriesOut struct {
	alerts.Deliveries
	api.More
}

func (s *server) apiDeliveries(c *call, in struct {
	api.Page
	State string `json:"-" query:"state" enum:"waiting sent failed dead muted"`
}) (out deliveriesOut, err error) {
	if s.Deliveries == nil {
		return out, errOff
	}
	q := alerts.DeliveriesQuery{State: in.State, Limit: in.Limit}
	if err := api.Keys(in.After, &q.Before); err != nil {
		return out, err
	}
	if out.Deliveries, err = s.deliveries(c.ctx(), q, c.by); err != nil {
		return out, err
	}
	if rows := out.Deliveries.Deliveries; len(rows) == in.Limit {
		out.Next = api.Cursor(rows[len(rows)-1].Seq)
	}
	return out, nil
}

type silencesOut struct {
	Silences []alerts.Silence `json:"silences"`
	api.More
}

func (s *server) apiSilences(c *call, in api.Page) (out silencesOut, err error) {
	if s.Silences == nil {
		return out, errOff
	}
	all, err := s.Silences(c.ctx(), alerts.SilenceRequest{})
	if err != nil {
		return out, err
	}
	all = s.silencesOf(c.ctx(), all, c.by)
	key := func(x alerts.Silence) string { return x.Created.UTC().Format(time.RFC3339Nano) + " " + x.ID }
	out.Silences, out.More, err = api.Cut(all, in, key, func(x alerts.Silence, after string) bool { return key(x) > after })
	return out, err
}
