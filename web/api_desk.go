package web

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/web/api"
)

// What the desk does: the inbox, cases, complaints, hand-offs.

func (s *server) deskEndpoints() []endpoint {
	entry, aCase := guards(s.entryNow), guards(s.caseNow)
	return []endpoint{
		op(s, "GET /api/v1/inbox", judges, "inbox", "Hộp duyệt, mức cao trước", "Entries of the inbox, highest level first", s.apiInbox),
		op(s, "POST /api/v1/inbox/take", judges, "decide", "Nhận một đợt tin để xử lý", "Take the next entries in hand; nobody else gets them meanwhile", s.apiTake),
		op(s, "POST /api/v1/inbox/release", judges, "decide", "Trả lại các tin đang giữ", "Give back what is in hand", func(c *call, _ none) (none, error) {
			return none{}, s.Desk.ReleaseBatch(c.ctx(), c.by)
		}),
		op(s, "POST /api/v1/drills", judges, "decide", "Bắt đầu diễn tập với một tin giả định", "Start a drill on a made-up post", func(c *call, in drillIn) (review.Entry, error) {
			return s.drill(c.Request, in.Text, in.Level, in.Topic, c.by)
		}, created),
		op(s, "DELETE /api/v1/drills/{id}", judges, "decide", "Kết thúc diễn tập", "End a drill: its case closes, its notices are withdrawn", func(c *call, _ none) (none, error) {
			return none{}, s.Desk.EndDrill(c.ctx(), c.PathValue("id"), c.by)
		}),
		file("GET /api/v1/events", judges, "inbox", "Luồng sự kiện của hộp duyệt", "What changes in the inbox, as server-sent events", s.events, "text/event-stream"),
		op(s, "GET /api/v1/entries/{id}", content, "inbox", "Một tin trong hộp duyệt", "One entry with every flag", func(c *call, _ none) (any, error) { return s.entryNow(c) }, entry, answers[review.Entry]),
		op(s, "POST /api/v1/entries/{id}/decision", judges, "decide", "Quyết định một tin", "Decide an entry", s.apiDecide, entry),
		op(s, "DELETE /api/v1/entries/{id}/decision", judges, "decide", "Hoàn tác quyết định, trong mười phút", "Take a decision back, within ten minutes", func(c *call, _ none) (none, error) {
			return none{}, s.Desk.Undo(c.ctx(), c.PathValue("id"), c.by)
		}, entry),
		op(s, "POST /api/v1/entries/{id}/reclassify", judges, "decide", "Thay quyết định đã quá hạn hoàn tác", "Put another decision in the place of one that can no longer be undone", s.apiReclassify, entry),
		op(s, "POST /api/v1/entries/{id}/level", judges, "decide", "Đổi mức của tin", "Change the level of an entry", s.apiEntryLevel, entry),

		op(s, "GET /api/v1/cases", cases, "cases", "Vụ việc, mức cao và hạn gần trước", "Cases: highest level first, then by due date; with closed, newest first", s.apiCases),
		op(s, "GET /api/v1/cases/waiting", cases, "cases", "Việc chờ chính người hỏi duyệt, ký hoặc đăng", "Cases that wait for the asker's own signature", s.apiWaiting),
		op(s, "GET /api/v1/complaints", complaints, "cases", "Phản ánh và hạn trả lời", "What residents are owed an answer to, with due dates", s.apiComplaints),
		op(s, "GET /api/v1/cases/{id}", caseReaders, "cases", "Một vụ việc", "One case", func(c *call, _ none) (any, error) { return s.caseNow(c) }, aCase, answers[review.Case]),
		op(s, "GET /api/v1/cases/{id}/official", content, "cases", "So nội dung của vụ việc với sổ văn bản", "Compare the claim of a case with the register of documents", s.apiCaseOfficial),
		onCase(s, "claim", reviewers, "cases.write", "Ghi nội dung tin bằng lời trung tính", "Set what is said, in neutral words", func(c *call, id string, in claimIn) error {
			return s.Desk.SetClaim(c.ctx(), id, in.Title, in.Claim, in.Indicators, c.by)
		}),
		onCase(s, "verdict", judges, "cases.write", "Kết luận, có trích dẫn văn bản", "Set a verdict, with a citation", func(c *call, id string, in verdictIn) error {
			cite, err := s.citation(c.ctx(), in.Document, in.Clause)
			if err != nil {
				return err
			}
			return s.Desk.SetVerdict(c.ctx(), id, in.Verdict, cite, c.by)
		}),
		onCase(s, "correction", reviewers, "cases.write", "Soạn đính chính ba độ dài", "Draft a correction in three lengths", func(c *call, id string, in correctionIn) error {
			return s.Desk.DraftCorrection(c.ctx(), id, in.Portal, in.Post, in.Radio, c.by)
		}),
		onCase(s, "approve", signers, "cases.write", "Duyệt đính chính", "Approve the correction", func(c *call, id string, _ none) error {
			return s.Desk.ApproveCorrection(c.ctx(), id, c.by)
		}),
		onCase(s, "publish", publishers, "cases.write", "Ghi nơi đã đăng đính chính", "Say where the correction was published", func(c *call, id string, in publishIn) error {
			return s.Desk.PublishCorrection(c.ctx(), id, in.URL, c.by)
		}),
		onCase(s, "return", signers, "cases.write", "Trả lại bản đính chính, có lý do", "Send a correction back before it is published, with the reason", func(c *call, id string, in whyIn) error {
			return s.Desk.ReturnCorrection(c.ctx(), id, in.Why, c.by)
		}),
		onCase(s, "mend", judges, "cases.write", "Nhận là đính chính đã đăng có chỗ sai, để đính chính lại", "Say what was wrong in a published correction, so that it is corrected", func(c *call, id string, in wrongIn) error {
			return s.Desk.MendCorrection(c.ctx(), id, in.Wrong, c.by)
		}),
		op(s, "POST /api/v1/cases/{id}/hand-back", handers, "cases.write", "Trả lại phản ánh không thuộc đơn vị, có lý do", "Hand back a complaint that is not the unit's matter, with the reason", func(c *call, in whyIn) (none, error) {
			return none{}, s.Desk.ReturnAnswer(c.ctx(), c.PathValue("id"), in.Why, c.by)
		}),
		onCase(s, "assign", judges, "cases.write", "Giao đơn vị trả lời, có hạn", "Assign to a unit, with a due date", func(c *call, id string, in assignIn) error {
			due, err := dueOn(in.Due)
			if err != nil {
				return err
			}
			return s.Desk.Assign(c.ctx(), id, in.Unit, due, c.by)
		}),
		onCase(s, "reply", answerers, "cases.write", "Trả lời phản ánh", "Answer a complaint", func(c *call, id string, in replyIn) error {
			return s.Desk.Reply(c.ctx(), id, in.Reply, c.by)
		}),
		onCase(s, "level", judges, "cases.write", "Đổi mức của vụ việc", "Change the level of a case", func(c *call, id string, in levelIn) error {
			return s.Desk.SetCaseLevel(c.ctx(), id, in.Level, c.by)
		}),
		onCase(s, "escalate", signers, "cases.write", "Báo cấp trên", "Escalate", func(c *call, id string, in noteIn) error {
			return s.Desk.Escalate(c.ctx(), id, in.Note, c.by)
		}),
		onCase(s, "close", judges, "cases.write", "Kết thúc vụ việc", "Close a case", func(c *call, id string, in noteIn) error {
			return s.Desk.CloseCase(c.ctx(), id, in.Note, c.by)
		}),
		op(s, "POST /api/v1/cases/{id}/suggest", reviewers, "cases.write", "Xin câu chữ gợi ý cho đính chính", "Ask the drafting aid for a wording; it is kept nowhere", s.apiSuggest),

		onCase(s, "handoff", reviewers, "handoffs.write", "Đề nghị chuyển công an", "Propose a hand-off", s.apiPropose),
		onCase(s, "handoff/approve", leaders, "handoffs.write", "Duyệt phiếu chuyển", "Approve a hand-off", func(c *call, id string, _ none) error {
			return s.Desk.ApproveHandoff(c.ctx(), id, c.by)
		}),
		onCase(s, "handoff/recall", judges, "handoffs.write", "Rút phiếu chuyển", "Recall a hand-off before it leaves", func(c *call, id string, in whyIn) error {
			return s.Desk.RecallHandoff(c.ctx(), id, in.Why, c.by)
		}),
		onCase(s, "handoff/veto", justices, "handoffs.write", "Phủ quyết phiếu chuyển", "Veto a hand-off", func(c *call, id string, in whyIn) error {
			return s.Desk.VetoHandoff(c.ctx(), id, in.Why, c.by)
		}),
		onCase(s, "unlock", justices, "handoffs.write", "Đồng ký mở khóa vụ việc, có lý do", "Co-sign that a locked case may be handed on", func(c *call, id string, in reasonIn) error {
			return s.Desk.Unlock(c.ctx(), id, in.Reason, c.by)
		}),
		op(s, "GET /api/v1/handoffs", handoffs, "handoffs", "Phiếu chuyển, mới trước", "Hand-offs, newest first; the liaison sees those that were sent", s.apiHandoffs),
		op(s, "POST /api/v1/handoffs/{id}", liaisons, "handoffs.write", "Xác nhận đã nhận phiếu, hoặc kết quả", "Acknowledge a hand-off, or say what became of it", s.apiAcknowledge),
	}
}

// answers says what an endpoint answers with, when its function says any.
func answers[T any](e *endpoint) { e.Out = reflect.TypeFor[T]() }

// onCase makes an endpoint that changes a case and answers with it.
func onCase[In any](s *server, act string, who who, scope, vi, en string, do func(c *call, id string, in In) error) endpoint {
	return op(s, "POST /api/v1/cases/{id}/"+act, who, scope, vi, en, func(c *call, in In) (review.Case, error) {
		id := c.PathValue("id")
		if err := s.mine(c.ctx(), id, c.by); err != nil {
			return review.Case{}, err
		}
		if err := do(c, id, in); err != nil {
			return review.Case{}, err
		}
		return s.Desk.Case(c.ctx(), id, c.by)
	}, guards(s.caseNow))
}

func (s *server) caseNow(c *call) (any, error) {
	x, err := s.Desk.Case(c.ctx(), c.PathValue("id"), c.by)
	if err == nil && !own(c.by, &x) {
		err = fmt.Errorf("case %s: %w", x.ID, errNotFound)
	}
	return x, err
}

func (s *server) entryNow(c *call) (any, error) {
	return s.Desk.Entry(c.ctx(), c.PathValue("id"), c.by)
}

type (
	claimIn struct {
		Title      string   `json:"title,omitempty" max:"300" doc:"Short name of the case"`
		Claim      string   `json:"claim" required:"true" max:"4000" doc:"What is said, in neutral words, without persons"`
		Indicators []string `json:"indicators,omitempty" max:"100" doc:"Of a scam: addresses, telephone numbers, accounts"`
	}
	verdictIn struct {
		Verdict  review.Verdict `json:"verdict" required:"true"`
		Document string         `json:"document,omitempty" max:"300" doc:"Number of an official document, or the id of one of its facts"`
		Clause   string         `json:"clause,omitempty" max:"500"`
	}
	correctionIn struct {
		Portal string `json:"portal" max:"20000" doc:"For the portal"`
		Post   string `json:"post" max:"5000" doc:"For social media"`
		Radio  string `json:"radio" max:"5000" doc:"For the loudspeakers, at most 120 seconds"`
	}
	publishIn struct {
		URL string `json:"url" required:"true" max:"2000" doc:"Address, or where and when it was read out"`
	}
	assignIn struct {
		Unit string `json:"unit" required:"true" max:"200"`
		Due  string `json:"due" required:"true" format:"date" doc:"Until 17:00 of this day"`
	}
	replyIn struct {
		Reply string `json:"reply" required:"true" max:"20000"`
	}
	levelIn struct {
		Level news.Level `json:"level" required:"true"`
	}
	noteIn struct {
		Note string `json:"note" max:"4000"`
	}
	whyIn struct {
		Why string `json:"why" required:"true" max:"4000"`
	}
	drillIn struct {
		Text  string     `json:"text" required:"true" max:"2000" doc:"Of the made-up post"`
		Level news.Level `json:"level" required:"true" doc:"1 to 4"`
		Topic string     `json:"topic,omitempty"`
	}
	wrongIn struct {
		Wrong string `json:"wrong" required:"true" max:"1000" doc:"What was wrong, in words that are published"`
	}
	reasonIn struct {
		Reason string `json:"reason" required:"true" max:"4000"`
	}
)

type inboxIn struct {
	api.Page
	Topic   string     `json:"-" query:"topic" doc:"Only one topic"`
	Level   news.Level `json:"-" query:"level" doc:"Nothing below it"`
	Decided bool       `json:"-" query:"decided" doc:"The decided ones instead, newest first"`
	Mine    bool       `json:"-" query:"mine" doc:"Only what the asker has in hand"`
	Offset  int        `json:"-" query:"offset" min:"0" doc:"Rows to skip; after is the better way"`
}

type inboxOut struct {
	review.Inbox
	api.More
}

func (s *server) apiInbox(c *call, in inboxIn) (out inboxOut, err error) {
	q := review.InboxQuery{Topic: in.Topic, Min: in.Level, Decided: in.Decided, Mine: in.Mine, Offset: in.Offset, Limit: in.Limit, By: c.by}
	if err := api.Keys(in.After, &q.After); err != nil {
		return out, err
	}
	if out.Inbox, err = s.Desk.Inbox(c.ctx(), q); err != nil {
		return out, err
	}
	if out.Entries == nil {
		out.Entries = []review.Entry{}
	}
	if n := len(out.Entries); n == in.Limit {
		e := out.Entries[n-1]
		m := review.Mark{ID: e.ID, Level: e.Level, At: e.Received}
		if in.Decided && e.Decision != nil {
			m.At = e.Decision.At
		}
		out.Next = api.Cursor(m)
	}
	return out, nil
}

func (s *server) apiTake(c *call, in struct {
	Topic string     `json:"topic,omitempty" doc:"Only of one topic"`
	Level news.Level `json:"level,omitempty" doc:"Nothing below it"`
	Size  int        `json:"size,omitempty" min:"1" max:"100" doc:"How many; the usual batch when left out"`
}) (review.Batch, error) {
	b, err := s.Desk.TakeBatch(c.ctx(), review.BatchRequest{Topic: in.Topic, Min: in.Level, Size: in.Size, By: c.by})
	if b.Entries == nil {
		b.Entries = []review.Entry{}
	}
	return b, err
}

func (s *server) apiDecide(c *call, in struct {
	Choice  news.Choice `json:"choice" required:"true"`
	Note    string      `json:"note,omitempty" max:"4000"`
	Similar bool        `json:"similar,omitempty" doc:"The entries folded under this one as well"`
	Case    string      `json:"case,omitempty" max:"40" doc:"Put it into this open case of the same choice"`
	Sure    bool        `json:"sure,omitempty" doc:"Grave decisions need true"`
}) (e review.Entry, err error) {
	if grave(in.Choice) && !in.Sure {
		return e, &problem{status: 409, key: "problem.sure", field: "sure"}
	}
	id := c.PathValue("id")
	if _, err := s.Desk.Decide(c.ctx(), review.DecideRequest{Entry: id, Choice: in.Choice, Note: in.Note, Similar: in.Similar, Case: in.Case, By: c.by}); err != nil {
		return e, err
	}
	return s.Desk.Entry(c.ctx(), id, c.by)
}

func (s *server) apiReclassify(c *call, in struct {
	Choice news.Choice `json:"choice" required:"true"`
	Note   string      `json:"note" required:"true" max:"4000"`
}) (e review.Entry, err error) {
	id := c.PathValue("id")
	if _, err := s.Desk.Reclassify(c.ctx(), review.DecideRequest{Entry: id, Choice: in.Choice, Note: in.Note, By: c.by}); err != nil {
		return e, err
	}
	return s.Desk.Entry(c.ctx(), id, c.by)
}

func (s *server) apiEntryLevel(c *call, in levelIn) (e review.Entry, err error) {
	id := c.PathValue("id")
	if err := s.Desk.SetLevel(c.ctx(), id, in.Level, c.by); err != nil {
		return e, err
	}
	return s.Desk.Entry(c.ctx(), id, c.by)
}

type casesIn struct {
	api.Page
	Kind    news.Choice  `json:"-" query:"kind"`
	State   review.State `json:"-" query:"state"`
	Closed  bool         `json:"-" query:"closed" doc:"The closed ones too, newest first"`
	Unit    string       `json:"-" query:"unit" doc:"Whose work it is"`
	Overdue bool         `json:"-" query:"overdue"`
	Offset  int          `json:"-" query:"offset" min:"0" doc:"Rows to skip; after is the better way"`
}

type casesOut struct {
	Cases []review.Case `json:"cases"`
	api.More
}

func (s *server) apiCases(c *call, in casesIn) (out casesOut, err error) {
	q := review.CaseQuery{Kind: in.Kind, State: in.State, Closed: in.Closed || in.State == review.Closed, Unit: in.Unit, Overdue: in.Overdue, Offset: in.Offset, Limit: in.Limit, By: c.by}
	if err := api.Keys(in.After, &q.After); err != nil {
		return out, err
	}
	list, err := s.Desk.Cases(c.ctx(), q)
	if err != nil {
		return out, err
	}
	out.Cases = []review.Case{}
	for _, x := range list {
		if own(c.by, &x) {
			out.Cases = append(out.Cases, x)
		}
	}
	if n := len(list); n == in.Limit {
		x := list[n-1]
		out.Next = api.Cursor(review.Mark{ID: x.ID, Level: x.Level, At: x.Opened, Due: x.Due})
	}
	return out, nil
}

type complaintsIn struct {
	api.Page
	State   review.State `json:"-" query:"state"`
	Closed  bool         `json:"-" query:"closed"`
	Unit    string       `json:"-" query:"unit" doc:"Whose work it is; units and boards see their own"`
	Overdue bool         `json:"-" query:"overdue"`
}

func (s *server) apiComplaints(c *call, in complaintsIn) (casesOut, error) {
	if c.by.Role == review.Unit || c.by.Role == review.Khoi {
		if in.Unit = c.by.Unit; in.Unit == "" { // nothing is theirs, and an empty unit would ask for all
			return casesOut{Cases: []review.Case{}}, nil
		}
	}
	return s.apiCases(c, casesIn{Page: in.Page, Kind: news.Answer, State: in.State, Closed: in.Closed, Unit: in.Unit, Overdue: in.Overdue})
}

type waitingOut struct {
	Cases   []review.Case    `json:"cases"`
	Reports []reports.Report `json:"reports"` // drafts that the asker may approve
}

func (s *server) apiWaiting(c *call, _ none) (waitingOut, error) {
	var p casesPage
	if err := s.waiting(c.Request, &p); err != nil {
		return waitingOut{}, err
	}
	out := waitingOut{Cases: []review.Case{}, Reports: append([]reports.Report{}, p.Drafts...)}
	for _, l := range p.Waiting {
		out.Cases = append(out.Cases, l.Case)
	}
	return out, nil
}

type suggestOut struct {
	Label string `json:"label"` // that a machine wrote it
	Text  string `json:"text"`
}

func (s *server) apiSuggest(c *call, _ none) (suggestOut, error) {
	p, err := s.wording(c.ctx(), c.PathValue("id"), c.by)
	return suggestOut{p.Label, p.Text}, err
}

type handoffIn struct {
	Category  review.Category   `json:"category" required:"true"`
	Claim     string            `json:"claim" required:"true" max:"4000"`
	URLs      []string          `json:"urls,omitempty" max:"50"`
	Evidence  string            `json:"evidence" required:"true" max:"8000"`
	Harm      string            `json:"harm,omitempty" max:"4000" doc:"Public safety: what harm, how near"`
	Request   string            `json:"request" required:"true" max:"4000" doc:"What is asked of the police"`
	Document  string            `json:"document,omitempty" max:"300" doc:"Number of an official document, or the id of one of its facts"`
	Clause    string            `json:"clause,omitempty" max:"500"`
	Checklist *review.Checklist `json:"checklist,omitempty" doc:"Incitement: the six-part threshold"`
}

func (s *server) apiPropose(c *call, id string, in handoffIn) error {
	cite, err := s.citation(c.ctx(), in.Document, in.Clause)
	if err != nil {
		return err
	}
	return s.Desk.ProposeHandoff(c.ctx(), id, review.Handoff{Category: in.Category, Claim: in.Claim, URLs: in.URLs, Evidence: in.Evidence,
		Harm: in.Harm, Request: in.Request, Citation: cite, Checklist: in.Checklist}, c.by)
}

type handoffsOut struct {
	Handoffs []review.Handoff `json:"handoffs"`
	api.More
}

func (s *server) apiHandoffs(c *call, in api.Page) (out handoffsOut, err error) {
	slips, err := s.Desk.Handoffs(c.ctx(), c.by)
	if err != nil {
		return out, err
	}
	slips, out.More, err = api.Cut(slips, in, func(x review.Slip) string { return x.Case + " " + x.At.UTC().Format(time.RFC3339Nano) }, nil)
	out.Handoffs = []review.Handoff{}
	for _, x := range slips {
		out.Handoffs = append(out.Handoffs, x.Handoff)
	}
	return out, err
}

func (s *server) apiAcknowledge(c *call, in struct {
	Outcome string `json:"outcome" required:"true" enum:"received returned warned escalated closed"`
	Note    string `json:"note,omitempty" max:"1000" doc:"Why it was returned: needed for that outcome; names no person"`
}) (h review.Handoff, err error) {
	id := c.PathValue("id")
	if err := s.Desk.AcknowledgeHandoff(c.ctx(), id, in.Outcome, in.Note, c.by); err != nil {
		return h, err
	}
	slips, err := s.Desk.Handoffs(c.ctx(), c.by)
	if i := slices.IndexFunc(slips, func(x review.Slip) bool { return x.Case == id }); i >= 0 {
		h = slips[i].Handoff
	}
	return h, err
}
