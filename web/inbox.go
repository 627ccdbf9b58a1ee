package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// pageSize is how many entries the inbox shows: one sitting.
const pageSize = 30

// keys are the letters of the decisions, printed on the buttons. They differ
// from j, k, o and u, which move, open and undo; that is why "khẩn cấp" is e.
var keys = map[news.Choice]string{
	news.Answer: "t", news.Verify: "x", news.Scam: "l", news.Danger: "b",
	news.Emergency: "e", news.Stat: "s", news.Out: "n",
}

// grave reports whether a decision asks for a confirmation first.
func grave(c news.Choice) bool { return c == news.Danger || c == news.Emergency }

type inboxPage struct {
	frame
	Entries []entryView
	Open    int
	Levels  []levelCount // highest first
	Topics  []topicCount
	Query   review.InboxQuery
	Mark    string // of the event stream: what this page has seen
	Prev    string
	Next    string
	Last    *review.Entry // just decided without script, can be undone
	Until   time.Time     // how long the person has the entries in hand
	Batch   int           // how many a person takes at a time
}

type levelCount struct {
	Level news.Level
	Count int
	Here  bool
}

type topicCount struct {
	ID    string
	Count int
}

// An entryView is an entry with what the templates need to explain it.
type entryView struct {
	review.Entry
	Anchor    string // its place on a page
	Head      string
	Parts     []part // of the text, shortened in lists
	Title     []part
	Cut       bool
	Reasons   []reason
	Signal    bool
	Area      string // suggestions of the machine
	Topics    []string
	Tone      string
	Impact    string
	Stance    string
	Copies    int            // other entries of the story that are folded under this one
	Whole     bool           // the page of the entry, not the list
	Undo      bool           // the decision can still be taken back
	Joins     []review.Case  // open cases of the topic that it may belong to
	Held      string         // who else has it in hand
	LookUntil time.Time      // the clock of its level; zero when there is none
	Late      bool           // it has run out
	Known     []review.Known // claims of the register that it repeats
	Compared  *comparison    // with the register of documents, on the page of one entry
	Choices   []news.Choice  // that may take the place of the decision
}

// A reason is why a rule flagged an item, and why that may be wrong.
type reason struct {
	news.Flag
	Words []string // the words that it rests on
}

// textLimit is how much of a text the inbox shows, in code points.
const (
	textLimit  = 700
	titleLimit = 200
)

// view prepares an entry. Reasons come newest first, withdrawn ones not at all.
func (s *server) view(e review.Entry, whole bool) entryView {
	v := entryView{Entry: e, Anchor: anchor(e.ID), Signal: e.Item == nil, Copies: max(e.Folded, len(e.Similar)), Whole: whole}
	var care care
	if e.Item != nil {
		care = s.careOf(e.Item)
		care.every = care.every || e.Suggest == news.Scam
	}
	var spans []news.Span
	for _, f := range slices.Backward(e.Flags) {
		if f.Withdrawn {
			continue
		}
		r := reason{Flag: f}
		for _, sp := range f.Because {
			// With one reason the marks in the text say it all.
			if len(e.Flags) > 1 && sp.Text != "" && !slices.Contains(r.Words, care.guard(sp.Text)) && len(r.Words) < 6 {
				r.Words = append(r.Words, care.guard(sp.Text))
			}
		}
		spans = append(spans, f.Because...)
		v.Reasons = append(v.Reasons, r)
	}
	if e.Decision != nil && e.Decision.Undone.IsZero() {
		v.Undo = s.Now().Before(e.Decision.At.Add(review.UndoWindow))
		if !v.Undo && whole {
			v.Choices = slices.DeleteFunc(slices.Clone(news.Choices), func(c news.Choice) bool { return c == e.Decision.Choice })
		}
	}
	if e.Item == nil {
		return v // the template prints the rule's title as the headline
	}
	v.Head = care.headline(e.Item)
	v.Title = care.marked(e.Item.Title, spansIn(spans, "title"))
	v.Parts = care.marked(e.Item.Text, spansIn(spans, "text"))
	if !whole {
		v.Title, _ = clip(v.Title, titleLimit)
		v.Parts, v.Cut = clip(v.Parts, textLimit)
	}
	if rd := e.Item.Reading; rd != nil {
		v.Area, v.Tone, v.Impact, v.Stance = rd.Area.Fit, rd.Tone.Label, rd.Impact, string(rd.Stance)
		for _, t := range rd.Topics {
			v.Topics = append(v.Topics, t.ID)
		}
	}
	return v
}

func (s *server) inbox(w http.ResponseWriter, r *http.Request) error {
	q := inboxQuery(r)
	mark := s.hubOf(by(r)).mark() // before reading: what comes in between is announced
	in, err := s.Desk.Inbox(r.Context(), q)
	if err != nil {
		return err
	}
	p := inboxPage{frame: s.frame(r, visitorOf(r).t.T("inbox.title")), Open: in.Open, Query: q, Mark: mark, Batch: review.BatchSize}
	var open map[string][]review.Case
	if !q.Decided {
		var topics []string
		for _, e := range in.Entries {
			topics = append(topics, e.Topic)
		}
		if open, err = s.Desk.Joinable(r.Context(), topics, by(r)); err != nil {
			return err
		}
	}
	for _, e := range in.Entries {
		v := s.view(e, false)
		v.Joins = open[e.Topic]
		v.LookUntil, v.Late = e.LookBy(), e.Overdue(s.Now())
		if l := e.Lease; l != nil {
			if l.By != by(r).Name {
				v.Held = l.By
			} else if q.Mine {
				p.Until = l.Until
			}
		}
		p.Entries = append(p.Entries, v)
	}
	s.known(r, p.Entries)
	for l := len(in.ByLevel) - 1; l >= 0; l-- {
		p.Levels = append(p.Levels, levelCount{news.Level(l), in.ByLevel[l], q.Min == news.Level(l) && l > 0})
	}
	for _, id := range news.TopicIDs {
		if n := in.ByTopic[id]; n > 0 {
			p.Topics = append(p.Topics, topicCount{id, n})
		}
	}
	if q.Offset > 0 {
		p.Prev = inboxPath(q, max(q.Offset-q.Limit, 0))
	}
	if len(in.Entries) == q.Limit {
		p.Next = inboxPath(q, q.Offset+q.Limit)
	}
	if id := r.FormValue("last"); id != "" {
		if e, err := s.Desk.Entry(r.Context(), id, by(r)); err == nil && e.Decision != nil && e.Decision.Undone.IsZero() {
			p.Last = &e
		}
	}
	return s.render(w, r, "inbox", p)
}

func inboxQuery(r *http.Request) review.InboxQuery {
	level, _ := strconv.Atoi(r.FormValue("level"))
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	q := review.InboxQuery{Min: news.Level(min(max(level, 0), 4)), Decided: r.FormValue("decided") == "1", Mine: r.FormValue("mine") == "1", Offset: max(offset, 0), Limit: pageSize, By: by(r)}
	if t := r.FormValue("topic"); slices.Contains(news.TopicIDs, t) {
		q.Topic = t
	}
	return q
}

func inboxPath(q review.InboxQuery, offset int) string {
	v := url.Values{}
	if q.Topic != "" {
		v.Set("topic", q.Topic)
	}
	if q.Min > 0 {
		v.Set("level", strconv.Itoa(int(q.Min)))
	}
	if q.Decided {
		v.Set("decided", "1")
	}
	if q.Mine {
		v.Set("mine", "1")
	}
	if offset > 0 {
		v.Set("offset", strconv.Itoa(offset))
	}
	if len(v) == 0 {
		return "/inbox"
	}
	return "/inbox?" + v.Encode()
}

type confirmPage struct {
	frame
	Entry   entryView
	Choice  news.Choice
	Note    string
	Similar bool
}

// decide records a decision. The script sends it with fetch and gets JSON;
// a form gets the inbox again. Grave decisions are asked about once.
func (s *server) decide(w http.ResponseWriter, r *http.Request) error {
	req, err := decision(r)
	if err != nil {
		return err
	}
	if grave(req.Choice) && r.FormValue("sure") != "1" {
		if wantsJSON(r) {
			return &problem{status: http.StatusConflict, key: "problem.sure"}
		}
		e, err := s.Desk.Entry(r.Context(), req.Entry, req.By)
		if err != nil {
			return err
		}
		p := confirmPage{frame: s.frame(r, visitorOf(r).t.T("confirm.title")), Entry: s.view(e, false), Choice: req.Choice, Note: req.Note, Similar: req.Similar}
		return s.render(w, r, "confirm", p)
	}
	e, err := s.Desk.Decide(r.Context(), req)
	if err != nil {
		return err
	}
	if wantsJSON(r) {
		return s.decided(w, r, e)
	}
	http.Redirect(w, r, "/inbox?last="+escape(e.ID), http.StatusSeeOther)
	return nil
}

// decision reads the form of a decision. Similar entries follow unless the
// person took the tick away.
func decision(r *http.Request) (review.DecideRequest, error) {
	req := review.DecideRequest{
		Entry: r.PathValue("id"), Choice: news.Choice(r.FormValue("choice")), Note: r.FormValue("note"),
		Similar: r.FormValue("similar") == "1", By: by(r),
	}
	if !slices.Contains(news.Choices, req.Choice) {
		return req, &problem{status: http.StatusBadRequest, key: "problem.choice"}
	}
	// The list offers cases of more than one kind; only one of the chosen
	// kind can be joined.
	if kind, id, ok := strings.Cut(r.FormValue("case"), " "); ok && kind == string(req.Choice) {
		req.Case = id
	}
	return req, nil
}

// decided answers the script: the sentence for the undo bar, and how many
// entries are left.
func (s *server) decided(w http.ResponseWriter, r *http.Request, e review.Entry) error {
	t := visitorOf(r).t
	in, err := s.Desk.Inbox(r.Context(), review.InboxQuery{Limit: 1})
	if err != nil {
		return err
	}
	out := struct {
		Entry  string `json:"entry"`
		Text   string `json:"text"`
		Case   string `json:"case,omitempty"`
		Open   int    `json:"open"`
		Left   string `json:"left"`
		Levels [5]int `json:"levels"`
	}{Entry: e.ID, Case: e.Case, Open: in.Open, Left: t.N("inbox.open", in.Open), Levels: in.ByLevel}
	if e.Decision != nil && e.Decision.Undone.IsZero() {
		out.Text = t.T("inbox.decided", t.Label("choice", e.Decision.Choice))
	} else {
		out.Text = t.T("inbox.undone")
	}
	return writeJSON(w, out)
}

func (s *server) undo(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if err := s.Desk.Undo(r.Context(), id, by(r)); err != nil {
		return err
	}
	if wantsJSON(r) {
		return s.decided(w, r, review.Entry{ID: id})
	}
	http.Redirect(w, r, "/inbox?done=undone#"+anchor(id), http.StatusSeeOther)
	return nil
}

// entryLevel changes the level of an entry: machines propose, people may
// change it.
func (s *server) entryLevel(w http.ResponseWriter, r *http.Request) error {
	l, err := levelOf(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := s.Desk.SetLevel(r.Context(), id, l, by(r)); err != nil {
		return err
	}
	return seeOther(w, r, "/inbox/"+url.PathEscape(id), "level")
}

type entryPage struct {
	frame
	Entry   entryView
	Similar []entryView
}

// entry is the page of one entry, with everything that is known of it.
func (s *server) entry(w http.ResponseWriter, r *http.Request) error {
	e, err := s.Desk.Entry(r.Context(), r.PathValue("id"), by(r))
	if err != nil {
		return err
	}
	vs := []entryView{s.view(e, true)}
	s.known(r, vs)
	if e.Item != nil {
		vs[0].Compared = s.compareItem(r.Context(), e.Item)
	}
	p := entryPage{Entry: vs[0]}
	similar, err := s.Desk.Entries(r.Context(), e.Similar[:min(len(e.Similar), 20)], by(r))
	if err != nil {
		return err
	}
	for _, other := range similar {
		p.Similar = append(p.Similar, s.view(other, false))
	}
	title := p.Entry.Head
	if title == "" {
		title = visitorOf(r).t.T("entry.title")
	}
	p.frame = s.frame(r, title)
	return s.render(w, r, "entry", p)
}

// home sends everybody to the page of their work.
func (s *server) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, front(by(r).Role), http.StatusSeeOther)
	return nil
}
