package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/web/api"
)

// The house: who asks, the audit log, privacy, users.

func (s *server) houseEndpoints() []endpoint {
	return []endpoint{
		file("GET /api/v1/openapi.json", anyone, "", "Tài liệu này", "This document", s.openAPIPage, "application/json"),
		op(s, "GET /api/v1/me", everyone, "", "Ai đang hỏi, được làm gì", "Who asks, and what they may", s.apiMe),
		op(s, "GET /api/v1/settings", everyone, "", "Những gì các biểu mẫu cho chọn", "What the forms offer: units, topics, choices, limits", s.apiSettings),
		op(s, "GET /api/v1/account/sessions", everyone, "", "Các phiên đăng nhập của mình", "The asker's sessions", s.apiSessions),
		op(s, "POST /api/v1/account/sessions", everyone, "", "Đăng xuất mọi nơi, hoặc một phiên", "End all sessions of the asker, or one", func(c *call, in struct {
			ID string `json:"id,omitempty" max:"100" doc:"Of one session; all when left out"`
		}) (none, error) {
			return none{}, s.endSession(c.Request, in.ID)
		}),
		op(s, "GET /api/v1/account/tokens", everyone, "", "Các mã chương trình của mình", "The asker's tokens; the tokens themselves are not kept", s.apiTokens),
		op(s, "DELETE /api/v1/account/tokens/{id}", everyone, "", "Thu hồi một mã", "Revoke a token", func(c *call, _ none) (none, error) {
			return none{}, s.revoke(c.Request, c.PathValue("id"))
		}),

		op(s, "GET /api/v1/audit", auditors, "audit", "Nhật ký kiểm toán, mới trước", "Audit log, newest first", s.apiAudit),
		op(s, "GET /api/v1/audit/verification", auditors, "audit", "Kiểm tra cả chuỗi", "Walk the whole chain", s.apiVerifyAudit),
		op(s, "GET /api/v1/privacy", anyone, "", "Công khai: đọc gì, giữ bao lâu, mấy phiếu chuyển", "For everybody: what is read, how long it is kept, how many hand-offs", s.apiPrivacy),
		op(s, "GET /api/v1/privacy/requests", justices, "privacy", "Yêu cầu về dữ liệu, hạn gần trước", "Data requests, the next due first", s.apiRequests),
		op(s, "POST /api/v1/privacy/requests", justices, "privacy.write", "Ghi nhận một yêu cầu", "Write a request down", s.apiAddRequest, created),
		op(s, "POST /api/v1/privacy/requests/{id}", justices, "privacy.write", "Trả lời một yêu cầu", "Answer a request", s.apiAnswerRequest),

		op(s, "GET /api/v1/users", admins, "users", "Tài khoản", "Accounts", s.apiUsers),
		op(s, "POST /api/v1/users", admins, "users.write", "Thêm tài khoản", "Add an account", s.apiAddUser, created, secret),
		op(s, "POST /api/v1/users/{name}/password", admins, "users.write", "Đặt lại mật khẩu", "Give somebody a new password", func(c *call, in struct {
			Password string `json:"password" required:"true" max:"200"`
		}) (none, error) {
			return none{}, s.givePassword(c.Request, c.PathValue("name"), in.Password)
		}, secret),
		op(s, "POST /api/v1/users/{name}/disable", admins, "users.write", "Khóa hoặc mở tài khoản", "Stop an account, or allow it again", func(c *call, in struct {
			Disabled bool `json:"disabled" required:"true"`
		}) (none, error) {
			return none{}, s.allow(c.Request, c.PathValue("name"), !in.Disabled)
		}),
		op(s, "POST /api/v1/users/{name}/second", admins, "users.write", "Đặt lại xác thực hai lớp", "Reset somebody's second factor", func(c *call, _ none) (none, error) {
			return none{}, s.dropSecond(c.Request, c.PathValue("name"))
		}),
		op(s, "POST /api/v1/users/{name}/unlock", admins, "users.write", "Mở tài khoản đang tạm khóa vì sai mật khẩu", "Open an account that rests after wrong passwords", func(c *call, _ none) (none, error) {
			return none{}, s.openAgain(c.Request, c.PathValue("name"))
		}),
	}
}

type meOut struct {
	Name   string      `json:"name"`
	Role   review.Role `json:"role"`
	Unit   string      `json:"unit,omitempty"`
	Lang   string      `json:"lang"`
	Scopes []string    `json:"scopes"` // that this session or token has
}

func (s *server) apiMe(c *call, _ none) (meOut, error) {
	v := visitorOf(c.Request)
	out := meOut{c.by.Name, c.by.Role, c.by.Unit, v.t.lang, s.scopesFor(c.by)}
	if v.program {
		out.Scopes = slices.DeleteFunc(out.Scopes, func(x string) bool { return !slices.Contains(v.scopes, x) })
	}
	return out, nil
}

type settingsOut struct {
	Ward       news.Text         `json:"ward"`
	Units      []string          `json:"units"` // who can be asked to answer
	Topics     []string          `json:"topics"`
	Choices    []news.Choice     `json:"choices"`
	States     []review.State    `json:"states"`
	Categories []review.Category `json:"categories"`
	Outcomes   []string          `json:"outcomes"`
	Requests   []string          `json:"requests"`
	Reports    []reports.Kind    `json:"reports"`
	TextDays   int               `json:"text_days"` // how long texts are kept
	Undo       int               `json:"undo"`      // seconds within which a decision can be taken back
	Batch      int               `json:"batch"`     // entries that a person takes at a time
}

func (s *server) apiSettings(*call, none) (settingsOut, error) {
	return settingsOut{
		Ward: s.Ward, Units: append([]string{}, s.Units...), Topics: news.TopicIDs, Choices: news.Choices, States: states, Categories: review.Categories,
		Outcomes: review.Outcomes, Requests: review.RequestKinds, Reports: reports.Kinds, TextDays: s.TextDays, Undo: int(review.UndoWindow / time.Second), Batch: review.BatchSize,
	}, nil
}

type (
	sessionOut struct {
		ID      string    `json:"id"` // for ending it; no key to it
		Here    bool      `json:"here"`
		Created time.Time `json:"created"`
		Seen    time.Time `json:"seen"`
		Expires time.Time `json:"expires"`
	}
	sessionsOut struct {
		Sessions []sessionOut `json:"sessions"`
	}
	tokenOut struct {
		ID      int64     `json:"id"`
		Name    string    `json:"name"`
		Scopes  []string  `json:"scopes"`
		Created time.Time `json:"created"`
		Used    time.Time `json:"used,omitzero"`
		Expires time.Time `json:"expires"`
	}
	tokensOut struct {
		Tokens []tokenOut `json:"tokens"`
	}
)

func (s *server) apiSessions(c *call, _ none) (sessionsOut, error) {
	list, err := s.sessionsOf(c.Request)
	out := sessionsOut{[]sessionOut{}}
	for _, x := range list {
		out.Sessions = append(out.Sessions, sessionOut{x.ID, x.Here, x.Created, x.Seen, x.Expires})
	}
	return out, err
}

func (s *server) apiTokens(c *call, _ none) (out tokensOut, err error) {
	if s.Tokens == nil {
		return out, errOff
	}
	list, err := s.Tokens.Tokens(c.ctx(), c.by.Name)
	out.Tokens = []tokenOut{}
	for _, x := range list {
		out.Tokens = append(out.Tokens, tokenOut{x.ID, x.Name, append([]string{}, x.Scopes...), x.Created, x.Used, x.Expires})
	}
	return out, err
}

type auditOut struct {
	review.AuditPage
	api.More
}

func (s *server) apiAudit(c *call, in struct {
	api.Page
	Who    string `json:"-" query:"who"`
	Act    string `json:"-" query:"act" doc:"Name of an act, or the part before its dot"`
	Object string `json:"-" query:"object"`
	From   string `json:"-" query:"from" format:"date"`
	To     string `json:"-" query:"to" format:"date" doc:"The day itself belongs to it"`
}) (out auditOut, err error) {
	q := review.AuditQuery{Who: in.Who, Act: in.Act, Object: in.Object, Limit: in.Limit, By: c.by}
	if err := api.Keys(in.After, &q.Before); err != nil {
		return out, err
	}
	if in.From != "" {
		q.From, _ = time.ParseInLocation(time.DateOnly, in.From, zone)
	}
	if in.To != "" {
		q.To, _ = time.ParseInLocation(time.DateOnly, in.To, zone)
		q.To = q.To.AddDate(0, 0, 1)
	}
	if out.AuditPage, err = s.Desk.Audit(c.ctx(), q); err != nil {
		return out, err
	}
	if out.Entries == nil {
		out.Entries = []review.AuditEntry{}
	}
	if n := len(out.Entries); n == in.Limit {
		out.Next = api.Cursor(out.Entries[n-1].Seq)
	}
	return out, nil
}

type verifyOut struct {
	Length int    `json:"length"`
	Broken string `json:"broken,omitempty"` // names the first entry that does not fit
}

func (s *server) apiVerifyAudit(c *call, _ none) (verifyOut, error) {
	n, err := s.Desk.VerifyAudit(c.ctx())
	out := verifyOut{Length: n}
	if err != nil {
		out.Broken = err.Error()
	}
	return out, nil
}

type privacyOut struct {
	Figures  review.Figures `json:"figures"`
	TextDays int            `json:"text_days"`
	Sources  []string       `json:"sources"`
	Contact  string         `json:"contact,omitempty"` // where people ask or object
}

func (s *server) apiPrivacy(c *call, _ none) (privacyOut, error) {
	p, err := s.privacyOf(c.ctx())
	return privacyOut{p.Figures, p.TextDays, append([]string{}, p.Sources...), p.Contact}, err
}

type requestsOut struct {
	Requests []review.DataRequest `json:"requests"`
	api.More
}

func (s *server) apiRequests(c *call, in api.Page) (out requestsOut, err error) {
	list, err := s.Desk.Requests(c.ctx(), c.by)
	if err != nil {
		return out, err
	}
	out.Requests, out.More, err = api.Cut(list, in, func(x review.DataRequest) string { return x.ID }, nil)
	return out, err
}

func (s *server) apiAddRequest(c *call, in struct {
	Kind  string `json:"kind" required:"true"`
	About string `json:"about" required:"true" max:"4000" doc:"Addresses of posts, or words to look for"`
}) (review.DataRequest, error) {
	return s.Desk.AddRequest(c.ctx(), in.Kind, in.About, c.by)
}

func (s *server) apiAnswerRequest(c *call, in struct {
	Answer  string   `json:"answer" required:"true" max:"8000"`
	Refused bool     `json:"refused,omitempty"`
	Items   []string `json:"items,omitempty" max:"1000" doc:"Ids of items to erase"`
}) (none, error) {
	return none{}, s.Desk.AnswerRequest(c.ctx(), c.PathValue("id"), in.Answer, in.Refused, in.Items, c.by)
}

type usersOut struct {
	Users []review.Account `json:"users"`
	api.More
}

func (s *server) apiUsers(c *call, in api.Page) (out usersOut, err error) {
	users, err := s.Accounts.Users(c.ctx())
	if err != nil {
		return out, err
	}
	slices.SortFunc(users, func(a, b review.Account) int { return strings.Compare(a.Name, b.Name) })
	out.Users, out.More, err = api.Cut(users, in, func(x review.Account) string { return x.Name }, func(x review.Account, key string) bool { return x.Name < key })
	return out, err
}

func (s *server) apiAddUser(c *call, in struct {
	Name     string      `json:"name" required:"true" max:"32"`
	Role     review.Role `json:"role" required:"true"`
	Unit     string      `json:"unit,omitempty" max:"200" doc:"Of a unit or a board of a khối"`
	Password string      `json:"password" required:"true" max:"200"`
}) (review.Account, error) {
	return s.newUser(c.Request, in.Name, in.Role, in.Unit, in.Password)
}

// revoke ends a token of the person who asks.
func (s *server) revoke(r *http.Request, id string) error {
	if s.Tokens == nil {
		return errOff
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 1 {
		return errNotFound
	}
	if err := s.Tokens.DropToken(r.Context(), n, by(r).Name); err != nil {
		return err
	}
	return s.record(r, "token.drop", id, "")
}
