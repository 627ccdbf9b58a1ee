package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
	"langnghe/review/draft"
)

type casePage struct {
	frame
	Case       review.Case
	Line       caseLine
	Steps      []step
	Entries    []entryView
	More       int // entries that are not shown
	Documents  []official.Document
	Verdicts   []review.Verdict
	Categories []review.Category
	Units      []string
	LockWhy    string
	Unlockable bool
	Slip       *slipView
	Earlier    []slipView // that the police sent back
	Due        string     // proposed, 2006-01-02
	UndoAt     time.Time
	Problem    string // why the last form was refused
	Form       url.Values
	Timeline   []eventLine
	Tab        string // the form that was refused
	Minutes    int
	Compared   *comparison     // the claim beside the register of documents
	Aid        bool            // the drafting aid is on and there is a clause to draft from
	Suggestion *draft.Proposal // what it proposed; a person edits it
	Play       review.Playbook
	LookBy     time.Time // clocks of the level, from the opening of the case; zero when there is none
	LookLate   bool      // nobody has looked in time
	SayBy      time.Time
	Able       []review.Entry // whose words may be captured for a hand-off
	Late       bool           // nothing official is out and the clock has run out
}

// A step is one state on the path of a case.
type step struct {
	State review.State
	Past  bool
	Here  bool
}

// Val returns what the person typed in a form that was refused, else the
// stored value.
func (p casePage) Val(tab, name, stored string) string {
	if p.Tab == tab && p.Form.Has(name) {
		return p.Form.Get(name)
	}
	return stored
}

// Guards reports whether the person proposes, signs or guards hand-offs; the
// desk shows nobody else any.
func (p casePage) Guards() bool {
	return slices.Contains(content, p.User.Role)
}

// Signs reports whether what the leader signs is this person's to sign: the
// justice officer stands in for those of whom the case speaks.
func (p casePage) Signs() bool {
	return p.User.Role != review.Justice || p.Case.KeptFromLeader()
}

// Chosen reports whether the box of a capture is ticked: as the person left
// it, at first the earliest.
func (p casePage) Chosen(id string, i int) bool {
	if p.Tab == "handoff" && p.Form.Has("category") {
		return slices.Contains(p.Form["capture"], id)
	}
	return i == 0
}

// verdicts that a person may set, in the order of the form.
var verdicts = []review.Verdict{review.Confirmed, review.FalseInfo, review.Fake, review.OutOfContext, review.Outdated, review.Inconclusive, review.Suspected, review.Unverified}

// paths are the states that each kind of case goes through.
var paths = map[review.CaseKind][]review.State{
	news.Answer:    {review.Open, review.Forwarded, review.Answered, review.Closed},
	news.Verify:    {review.Open, review.Verifying, review.Judged, review.Correcting, review.Approved, review.Published, review.Closed},
	news.Scam:      {review.Open, review.Verifying, review.Judged, review.Correcting, review.Approved, review.Published, review.Closed},
	news.Danger:    {review.Open, review.Escalated, review.Closed},
	news.Emergency: {review.Open, review.Escalated, review.Closed},
}

func steps(c *review.Case) []step {
	path := paths[c.Kind]
	at := slices.Index(path, c.State)
	var out []step
	for i, st := range path {
		out = append(out, step{st, i < at, i == at})
	}
	return out
}

func (s *server) showCase(w http.ResponseWriter, r *http.Request) error {
	return s.casePage(w, r, http.StatusOK, "", "")
}

// casePage shows a case; after a form was refused with the reason on top and
// what was typed kept.
func (s *server) casePage(w http.ResponseWriter, r *http.Request, status int, tab, refused string, change ...func(*casePage)) error {
	ctx, u, t := r.Context(), by(r), visitorOf(r).t
	c, err := s.Desk.Case(ctx, r.PathValue("id"), u)
	if err != nil {
		return err
	}
	if !own(u, &c) {
		return errNotFound // not "forbidden": that there is such a case is already a word too much
	}
	p := casePage{
		frame: s.frame(r, c.ID+" · "+s.careFor(&c).guard(c.Title)), Case: c, Line: line(c, u, s.Now()), Steps: steps(&c),
		Verdicts: verdicts, Categories: review.CategoriesFor(c.Kind), Units: s.Units, Problem: refused, Tab: tab, Form: r.PostForm, Timeline: timeline(c.Timeline, t),
		Minutes: int(review.UndoWindow.Minutes()),
	}
	if !c.NextDue.IsZero() {
		p.Due = c.NextDue.In(zone).Format(time.DateOnly)
	}
	p.Aid = s.Suggest != nil && c.Citation != nil && c.Citation.Text != "" && c.Claim != "" && p.Can("POST /cases/{id}/suggest")
	for _, f := range change {
		f(&p)
	}
	p.Play = review.PlaybookOf(c.Level, c.Kind, c.Topic)
	if c.State != review.Closed && c.Kind != news.Answer {
		if p.Play.Look > 0 {
			p.LookBy = c.Opened.Add(p.Play.Look)
			p.LookLate = c.State == review.Open && s.Now().After(p.LookBy)
		}
		if p.Play.Say > 0 {
			p.SayBy = c.Opened.Add(p.Play.Say)
			p.Late = s.Now().After(p.SayBy) && (c.Correction == nil || c.Correction.Out.IsZero())
		}
	}
	if c.Locked {
		p.LockWhy, p.Unlockable = review.LockText(c.LockWhy).In(t.lang), review.Unlockable(c.LockWhy)
	}
	if k := c.Correction; k != nil && !k.At.IsZero() {
		p.UndoAt = k.At.Add(review.UndoWindow)
	}
	for _, h := range c.Slips {
		p.Earlier = append(p.Earlier, slip(h, u, s.Now()))
	}
	if c.Handoff != nil {
		v := slip(*c.Handoff, u, s.Now())
		p.Slip = &v
	}
	// Editors publish what is approved and need no more than that.
	if u.Role != review.Editor && u.Role != review.Office {
		const shown = 5
		entries, err := s.Desk.Entries(ctx, c.Entries[:min(len(c.Entries), shown)], u)
		if err != nil {
			return err
		}
		for _, e := range entries { // what was erased, or has expired, is not among them
			p.Entries = append(p.Entries, s.view(e, false))
		}
		p.More = max(len(c.Entries)-shown, 0)
	}
	if p.Can("POST /cases/{id}/handoff") && !c.Locked && len(p.Categories) > 0 {
		if p.Able, err = s.Desk.Capturable(ctx, c.ID, u); err != nil {
			return err
		}
	}
	if k, ok := claimOfCase(&c); ok && p.Can("GET /documents") {
		p.Compared = s.compare(ctx, k, s.careFor(&c).guard)
	}
	if p.Can("POST /cases/{id}/verdict") && c.Kind != news.Answer {
		if p.Documents, err = s.Desk.Documents(ctx); err != nil {
			return err
		}
	}
	return s.renderStatus(w, r, status, "case", p)
}

// act does one act on a case. What the rules of the house refuse comes back
// with the page and the form.
func (s *server) act(w http.ResponseWriter, r *http.Request, tab string, do func(ctx context.Context, id string, by review.User) error) error {
	id, u := r.PathValue("id"), by(r)
	if err := s.mine(r.Context(), id, u); err != nil {
		return err
	}
	if err := do(r.Context(), id, u); err != nil {
		if text, ok := houseRule(err, visitorOf(r).t); ok {
			if status, _ := explain(err, visitorOf(r).t); status == http.StatusConflict {
				return s.casePage(w, r, http.StatusConflict, tab, text)
			}
		}
		return err
	}
	return seeOther(w, r, "/cases/"+url.PathEscape(id), tab)
}

// mine refuses a case that is not the person's work, as if there were none.
func (s *server) mine(ctx context.Context, id string, u review.User) error {
	if u.Role != review.Unit && u.Role != review.Khoi && u.Role != review.Editor {
		return nil
	}
	c, err := s.Desk.Case(ctx, id, u)
	if err == nil && !own(u, &c) {
		return errNotFound
	}
	return err
}

func (s *server) setClaim(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "claim", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.SetClaim(ctx, id, r.FormValue("title"), r.FormValue("claim"), lines(r.FormValue("indicators")), by)
	})
}

func (s *server) setVerdict(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "verdict", func(ctx context.Context, id string, by review.User) error {
		cite, err := s.citation(ctx, r.FormValue("document"), r.FormValue("clause"))
		if err != nil {
			return err
		}
		return s.Desk.SetVerdict(ctx, id, review.Verdict(r.FormValue("verdict")), cite, by)
	})
}

// citation finds the document that a form cites: its number, or number and
// clause as "42/TB-UBND#…", which is the id of a fact. What the clause says
// is taken from the document and not from the form.
func (s *server) citation(ctx context.Context, want, clause string) (news.Citation, error) {
	if want == "" {
		return news.Citation{}, nil
	}
	docs, err := s.Desk.Documents(ctx)
	if err != nil {
		return news.Citation{}, err
	}
	for _, d := range docs {
		cite := news.Citation{Document: d.No, Clause: clause, URL: d.URL, From: d.From, To: d.To}
		if d.No == want {
			cite.Text = d.Passage(clause)
			return cite, nil
		}
		for _, f := range d.Facts {
			if f.ID != want {
				continue
			}
			cite.Text = f.Clause
			if cite.Clause == "" {
				cite.Clause = clauseOf(f.ID)
			}
			return cite, nil
		}
	}
	return news.Citation{Document: want}, nil // the desk says that there is no such document
}

// clauseOf takes the clause out of the id of a fact, <docno>#<clause>.<type>.<n>.
func clauseOf(id string) string {
	_, rest, _ := strings.Cut(id, "#")
	clause, _, _ := strings.Cut(rest, ".")
	return clause
}

func (s *server) draftCorrection(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "correction", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.DraftCorrection(ctx, id, r.FormValue("portal"), r.FormValue("post"), r.FormValue("radio"), by)
	})
}

func (s *server) approveCorrection(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "approve", s.Desk.ApproveCorrection)
}

func (s *server) returnCorrection(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "return", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.ReturnCorrection(ctx, id, r.FormValue("why"), by)
	})
}

func (s *server) mendCorrection(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "mend", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.MendCorrection(ctx, id, r.FormValue("wrong"), by)
	})
}

// handBack leads to the unit's list: the case is no longer its own.
func (s *server) handBack(w http.ResponseWriter, r *http.Request) error {
	id, u := r.PathValue("id"), by(r)
	err := s.mine(r.Context(), id, u)
	if err == nil {
		err = s.Desk.ReturnAnswer(r.Context(), id, r.FormValue("why"), u)
	}
	if text, ok := houseRule(err, visitorOf(r).t); ok {
		if status, _ := explain(err, visitorOf(r).t); status == http.StatusConflict {
			return s.casePage(w, r, status, "hand-back", text)
		}
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/complaints", "hand_back")
}

func (s *server) publishCorrection(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "publish", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.PublishCorrection(ctx, id, r.FormValue("url"), by)
	})
}

func (s *server) assign(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "assign", func(ctx context.Context, id string, by review.User) error {
		due, err := dueOn(r.FormValue("due"))
		if err != nil {
			return err
		}
		return s.Desk.Assign(ctx, id, r.FormValue("unit"), due, by)
	})
}

// dueOn is the end of a working day, 17:00 in the ward.
func dueOn(day string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return t, &problem{status: http.StatusBadRequest, key: "problem.date", field: "due"}
	}
	return t.Add(17 * time.Hour), nil
}

func (s *server) reply(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "reply", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.Reply(ctx, id, r.FormValue("reply"), by)
	})
}

func (s *server) escalate(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "escalate", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.Escalate(ctx, id, r.FormValue("note"), by)
	})
}

func (s *server) caseLevel(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "level", func(ctx context.Context, id string, by review.User) error {
		l, err := levelOf(r)
		if err != nil {
			return err
		}
		return s.Desk.SetCaseLevel(ctx, id, l, by)
	})
}

// levelOf reads the level that a person chose.
func levelOf(r *http.Request) (news.Level, error) {
	n, err := strconv.Atoi(r.FormValue("level"))
	if err != nil {
		return 0, &problem{status: http.StatusBadRequest, key: "problem.form"}
	}
	return news.Level(n), nil
}

func (s *server) closeCase(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "close", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.CloseCase(ctx, id, r.FormValue("note"), by)
	})
}

func (s *server) proposeHandoff(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "handoff", func(ctx context.Context, id string, by review.User) error {
		cite, err := s.citation(ctx, r.FormValue("document"), r.FormValue("clause"))
		if err != nil {
			return err
		}
		h := review.Handoff{
			Category: review.Category(r.FormValue("category")), Claim: r.FormValue("claim"), URLs: lines(r.FormValue("urls")),
			Evidence: r.FormValue("evidence"), Harm: r.FormValue("harm"), Request: r.FormValue("request"), Citation: cite, CaptureOf: r.Form["capture"],
		}
		if h.Category == review.Incitement {
			h.Checklist = &review.Checklist{
				Context: r.FormValue("context"), Speaker: r.FormValue("speaker"), Intent: r.FormValue("intent"),
				Content: r.FormValue("content"), Extent: r.FormValue("extent"), Likelihood: r.FormValue("likelihood"),
			}
		}
		return s.Desk.ProposeHandoff(ctx, id, h, by)
	})
}

func (s *server) approveHandoff(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "handoff_approve", s.Desk.ApproveHandoff)
}

func (s *server) recallHandoff(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "recall", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.RecallHandoff(ctx, id, r.FormValue("why"), by)
	})
}

func (s *server) vetoHandoff(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "veto", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.VetoHandoff(ctx, id, r.FormValue("why"), by)
	})
}

func (s *server) unlock(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "unlock", func(ctx context.Context, id string, by review.User) error {
		return s.Desk.Unlock(ctx, id, r.FormValue("reason"), by)
	})
}

// An eventLine is an event with its text in words.
type eventLine struct {
	review.Event
	Words string
}

// timeline prints what events carry as identifiers.
func timeline(events []review.Event, t *tongue) []eventLine {
	kinds := map[string]string{"verdict.set": "verdict", "handoff.propose": "category", "handoff.acknowledge": "outcome", "clock.out": "limit"}
	var out []eventLine
	for _, e := range events {
		l := eventLine{e, e.Text}
		if kind := kinds[e.Act]; kind != "" {
			l.Words = t.Label(kind, e.Text)
		}
		if level, ok := news.ParseLevel(e.Text); ok && e.Act == "level.set" {
			l.Words = t.Label("level", level)
		}
		out = append(out, l)
	}
	return out
}

// lines splits what a person typed into lines, without the empty ones.
func lines(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// suggest asks the drafting aid for a wording, from the clause that the case
// cites. It is shown under its label and kept nowhere.
func (s *server) suggest(w http.ResponseWriter, r *http.Request) error {
	got, err := s.wording(r.Context(), r.PathValue("id"), by(r))
	var refused *problem
	if errors.As(err, &refused) {
		return s.casePage(w, r, refused.status, "", visitorOf(r).t.T(refused.key))
	}
	if err != nil {
		return err
	}
	return s.casePage(w, r, http.StatusOK, "", "", func(p *casePage) { p.Suggestion = &got })
}

// wording is what the drafting aid proposes for the correction of a case.
func (s *server) wording(ctx context.Context, id string, by review.User) (p draft.Proposal, err error) {
	c, err := s.Desk.Case(ctx, id, by)
	if err != nil {
		return p, err
	}
	if s.Suggest == nil || c.Citation == nil {
		return p, &problem{status: http.StatusConflict, key: "draft.off", code: "draft_off"}
	}
	if p, err = s.Suggest(ctx, draft.Request{Claim: c.Claim, Document: c.Citation.Document, Clause: c.Citation.Text}); err != nil {
		s.Log.Warn("drafting aid", "err", err)
		return p, &problem{status: http.StatusBadGateway, key: "draft.failed", code: "draft_failed"}
	}
	return p, nil
}
