package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"langnghe/alerts"
	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/official/rumour"
	"langnghe/review"
	"langnghe/review/draft"
	"langnghe/rules"
	"langnghe/rules/trend"
)

// now is the time of all tests: a Monday morning.
var now = time.Date(2026, 11, 23, 2, 15, 0, 0, time.UTC)

// A fakeDesk remembers what the pages asked for and refuses as the desk does.
type fakeDesk struct {
	mu      sync.Mutex
	entries []review.Entry
	cases   []review.Case
	docs    []official.Document
	rumours []rumour.Claim
	// proposed wait for a person; known are claims beside items, by id.
	proposed []rumour.Claim
	known    map[string][]review.Known
	acts     []string // what was done, "decide reviewer e1 answer"
	refuse   error    // the answer to every act on a case
	audit    []review.AuditEntry
	broken   error
}

func (d *fakeDesk) act(f string, args ...any) {
	d.acts = append(d.acts, fmt.Sprintf(f, args...))
}

func gone(id string) error {
	return fmt.Errorf("%w", &review.Error{Kind: "not_found", Text: news.Text{VI: "Không có mục " + id, EN: "There is no " + id}})
}

func (d *fakeDesk) Inbox(_ context.Context, q review.InboxQuery) (review.Inbox, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	in := review.Inbox{ByTopic: map[string]int{}}
	var fit []review.Entry
	for _, e := range d.entries {
		if e.Decision == nil {
			in.Open++
			in.ByLevel[e.Level]++
			in.ByTopic[e.Topic]++
		}
		if q.Signals && e.Item == nil || !q.Signals && (e.Decision != nil) == q.Decided && (q.Topic == "" || q.Topic == e.Topic) && e.Level >= q.Min && (!q.Mine || e.Lease != nil && e.Lease.By == q.By.Name) {
			fit = append(fit, e)
		}
	}
	slices.SortStableFunc(fit, func(a, b review.Entry) int { return cmp.Compare(b.Level, a.Level) })
	in.Entries = fit[min(q.Offset, len(fit)):]
	in.Entries = in.Entries[:min(cmp.Or(q.Limit, 25), len(in.Entries))]
	return in, nil
}

func (d *fakeDesk) find(id string) (*review.Entry, error) {
	for i := range d.entries {
		if d.entries[i].ID == id {
			return &d.entries[i], nil
		}
	}
	return nil, gone(id)
}

func (d *fakeDesk) Entry(_ context.Context, id string, by review.User) (review.Entry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find(id)
	if err != nil {
		return review.Entry{}, err
	}
	d.act("see %s %s", by.Name, id)
	return *e, nil
}

func (d *fakeDesk) Entries(ctx context.Context, ids []string, by review.User) (out []review.Entry, _ error) {
	for _, id := range ids {
		if e, err := d.Entry(ctx, id, by); err == nil {
			out = append(out, e)
		}
	}
	return out, nil
}

func (d *fakeDesk) Decide(_ context.Context, r review.DecideRequest) (review.Entry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find(r.Entry)
	if err != nil {
		return review.Entry{}, err
	}
	if e.Decision != nil {
		return review.Entry{}, &review.Error{Kind: "decided", Text: news.Text{VI: "Mục này đã được quyết định.", EN: "This entry is decided already."}}
	}
	d.act("decide %s %s %s similar=%t", r.By.Name, r.Entry, r.Choice, r.Similar)
	e.Decision = &review.Decision{ID: "d" + e.ID, Entry: e.ID, Choice: r.Choice, By: r.By.Name, At: now}
	if r.Choice != news.Stat && r.Choice != news.Out {
		e.Case = "V-2026-0042"
	}
	return *e, nil
}

func (d *fakeDesk) Undo(_ context.Context, id string, by review.User) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find(id)
	if err != nil {
		return err
	}
	if e.Decision == nil {
		return &review.Error{Kind: "undecided", Text: news.Text{VI: "Mục này chưa có quyết định nào để hoàn tác.", EN: "There is no decision to undo."}}
	}
	e.Decision, e.Case = nil, ""
	d.act("undo %s %s", by.Name, id)
	return nil
}

func (d *fakeDesk) Reclassify(_ context.Context, r review.DecideRequest) (review.Entry, error) {
	d.act("reclassify %s %s %s %q", r.By.Name, r.Entry, r.Choice, r.Note)
	return review.Entry{ID: r.Entry}, d.refuse
}

func (d *fakeDesk) TakeBatch(_ context.Context, q review.BatchRequest) (b review.Batch, err error) {
	d.act("take %s %s", q.By.Name, q.Topic)
	for i := range d.entries {
		if e := &d.entries[i]; e.Decision == nil && (q.Topic == "" || q.Topic == e.Topic) {
			e.Lease = &review.Lease{By: q.By.Name, Until: now.Add(review.LeaseFor)}
			b.Entries = append(b.Entries, *e)
		}
	}
	return b, nil
}

func (d *fakeDesk) ReleaseBatch(_ context.Context, by review.User) error {
	d.act("release %s", by.Name)
	return nil
}

func (d *fakeDesk) AddRequest(_ context.Context, kind, about string, by review.User) (review.DataRequest, error) {
	d.act("request %s %s %q", by.Name, kind, about)
	return review.DataRequest{}, d.refuse
}
func (d *fakeDesk) AnswerRequest(_ context.Context, id, answer string, refused bool, items []string, by review.User) error {
	d.act("answer %s %s %q %v %v", by.Name, id, answer, refused, items)
	return d.refuse
}
func (d *fakeDesk) Requests(context.Context, review.User) ([]review.DataRequest, error) {
	return []review.DataRequest{
		{ID: "D-2026-0002", Kind: "erase", About: "https://example.com/<b>x</b>", Received: now, Due: now.Add(-time.Hour), By: "lan"},
		{ID: "D-2026-0001", Kind: "access", About: "y", Answer: "z", Received: now, Due: now, Done: now, Items: []string{"a"}},
	}, nil
}
func (d *fakeDesk) Figures(context.Context) (review.Figures, error) {
	return review.Figures{Handoffs: 2, RequestsDone: 1}, nil
}

func (d *fakeDesk) Cases(_ context.Context, q review.CaseQuery) (out []review.Case, err error) {
	for _, c := range d.cases {
		if (q.Kind == "" || q.Kind == c.Kind) && (q.State == "" || q.State == c.State) && (q.Unit == "" || q.Unit == c.Unit) &&
			(q.Closed || c.State != review.Closed) && (!q.Overdue || !c.Due.IsZero() && now.After(c.Due)) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (d *fakeDesk) Joinable(_ context.Context, topics []string, _ review.User) (map[string][]review.Case, error) {
	out := map[string][]review.Case{}
	for _, c := range d.cases {
		if slices.Contains(topics, c.Topic) && c.State != review.Closed && (c.Kind == news.Verify || c.Kind == news.Scam) {
			out[c.Topic] = append(out[c.Topic], c)
		}
	}
	return out, nil
}

func (d *fakeDesk) Case(_ context.Context, id string, _ review.User) (review.Case, error) {
	for _, c := range d.cases {
		if c.ID == id {
			return c, nil
		}
	}
	return review.Case{}, gone(id)
}

func (d *fakeDesk) on(id, f string, args ...any) error {
	if _, err := d.Case(context.Background(), id, review.User{}); err != nil {
		return err
	}
	if d.refuse != nil {
		return d.refuse
	}
	d.act(f+" %s", append(args, id)...)
	return nil
}

func (d *fakeDesk) SetClaim(_ context.Context, id, title, claim string, indicators []string, by review.User) error {
	return d.on(id, "claim %s %q %q %q", by.Name, title, claim, indicators)
}
func (d *fakeDesk) SetVerdict(_ context.Context, id string, v review.Verdict, c news.Citation, by review.User) error {
	return d.on(id, "verdict %s %s %q", by.Name, v, c.Document+"|"+c.Clause+"|"+c.Text)
}
func (d *fakeDesk) DraftCorrection(_ context.Context, id, portal, post, radio string, by review.User) error {
	return d.on(id, "draft %s %q %q %q", by.Name, portal, post, radio)
}
func (d *fakeDesk) ApproveCorrection(_ context.Context, id string, by review.User) error {
	return d.on(id, "approve %s", by.Name)
}
func (d *fakeDesk) PublishCorrection(_ context.Context, id, url string, by review.User) error {
	return d.on(id, "publish %s %q", by.Name, url)
}
func (d *fakeDesk) Assign(_ context.Context, id, unit string, due time.Time, by review.User) error {
	return d.on(id, "assign %s %q %s", by.Name, unit, due.UTC().Format(time.RFC3339))
}
func (d *fakeDesk) Reply(_ context.Context, id, text string, by review.User) error {
	return d.on(id, "reply %s %q", by.Name, text)
}
func (d *fakeDesk) Escalate(_ context.Context, id, note string, by review.User) error {
	return d.on(id, "escalate %s %q", by.Name, note)
}
func (d *fakeDesk) SetCaseLevel(_ context.Context, id string, l news.Level, by review.User) error {
	return d.on(id, "level %s %s", by.Name, l)
}
func (d *fakeDesk) RecallHandoff(_ context.Context, id, why string, by review.User) error {
	return d.on(id, "recall %s %q", by.Name, why)
}
func (d *fakeDesk) SetLevel(_ context.Context, id string, l news.Level, by review.User) error {
	d.act("level %s %s %s", by.Name, id, l)
	return nil
}
func (d *fakeDesk) AddDocument(_ context.Context, x official.Document, by review.User) ([]string, error) {
	d.act("document %s %q %s", by.Name, x.No, x.From)
	return nil, nil
}
func (d *fakeDesk) CloseCase(_ context.Context, id, note string, by review.User) error {
	return d.on(id, "close %s %q", by.Name, note)
}
func (d *fakeDesk) Capturable(_ context.Context, _ string, _ review.User) ([]review.Entry, error) {
	return review.Capturable(news.Verify, d.entries), nil
}
func (d *fakeDesk) ProposeHandoff(_ context.Context, id string, h review.Handoff, by review.User) error {
	return d.on(id, "propose %s %s %q %q", by.Name, h.Category, h.Citation.Document, h.CaptureOf)
}
func (d *fakeDesk) ApproveHandoff(_ context.Context, id string, by review.User) error {
	return d.on(id, "approve_handoff %s", by.Name)
}
func (d *fakeDesk) VetoHandoff(_ context.Context, id, why string, by review.User) error {
	return d.on(id, "veto %s %q", by.Name, why)
}
func (d *fakeDesk) Unlock(_ context.Context, id, reason string, by review.User) error {
	return d.on(id, "unlock %s %q", by.Name, reason)
}
func (d *fakeDesk) Handoffs(_ context.Context, by review.User) ([]review.Slip, error) {
	var out []review.Slip
	for _, c := range d.cases {
		if c.Handoff != nil && (by.Role != review.Liaison || !c.Handoff.Sent.IsZero()) {
			h := *c.Handoff
			h.Case = c.ID
			out = append(out, review.Slip{Handoff: h})
		}
	}
	return out, nil
}
func (d *fakeDesk) AcknowledgeHandoff(_ context.Context, id, outcome, _ string, by review.User) error {
	return d.on(id, "acknowledge %s %s", by.Name, outcome)
}
func (d *fakeDesk) ReturnCorrection(_ context.Context, id, why string, by review.User) error {
	return d.on(id, "return %s %s", by.Name, why)
}
func (d *fakeDesk) MendCorrection(_ context.Context, id, wrong string, by review.User) error {
	return d.on(id, "mend %s %s", by.Name, wrong)
}
func (d *fakeDesk) StartDrill(_ context.Context, q review.DrillRequest) (review.Entry, error) {
	d.act("drill %s %q %s", q.By.Name, q.Text, q.Level)
	return d.entries[0], nil
}
func (d *fakeDesk) EndDrill(_ context.Context, id string, by review.User) error {
	if _, err := d.find(id); err != nil {
		return err
	}
	d.act("end drill %s %s", by.Name, id)
	return nil
}
func (d *fakeDesk) ReturnAnswer(_ context.Context, id, why string, by review.User) error {
	return d.on(id, "hand back %s %s", by.Name, why)
}
func (d *fakeDesk) Audit(_ context.Context, q review.AuditQuery) (review.AuditPage, error) {
	return review.AuditPage{Entries: d.audit, Total: len(d.audit)}, nil
}
func (d *fakeDesk) VerifyAudit(context.Context) (int, error) { return len(d.audit), d.broken }
func (d *fakeDesk) Documents(context.Context) ([]official.Document, error) {
	return d.docs, nil
}
func (d *fakeDesk) Check(_ context.Context, c official.Claim) (official.Finding, error) {
	return official.Check(d.docs, c), d.broken
}
func (d *fakeDesk) Covers(context.Context) (func(*news.Item) bool, error) {
	k := official.NewChecker(d.docs)
	return func(it *news.Item) bool {
		_, _, ok := k.Covers(official.Claim{Text: it.Text, At: now.Format(time.RFC3339)})
		return ok
	}, d.broken
}
func (d *fakeDesk) ConfirmFacts(_ context.Context, ids []string, by review.User) error {
	d.act("confirm all %s %v", by.Name, ids)
	return nil
}
func (d *fakeDesk) RumoursFor(context.Context, review.User) ([]rumour.Claim, error) {
	return d.rumours, nil
}
func (d *fakeDesk) Rumour(_ context.Context, id string, _ review.User) (rumour.Claim, []review.Link, error) {
	for _, c := range d.rumours {
		if c.ID == id {
			return c, []review.Link{{Claim: id, Item: "i-e-dap", Same: true, By: "lan", At: now}}, nil
		}
	}
	return rumour.Claim{}, nil, review.ErrNotFound
}
func (d *fakeDesk) ProposedRumours(context.Context) ([]rumour.Claim, error) { return d.proposed, nil }
func (d *fakeDesk) TakeRumour(_ context.Context, id, text string, keep bool, by review.User) error {
	d.act("take %s %s %q %v", by.Name, id, text, keep)
	return d.refuse
}
func (d *fakeDesk) KnownFor(_ context.Context, items []news.Item, _ review.User) (map[string][]review.Known, error) {
	out := map[string][]review.Known{}
	for _, it := range items {
		if k, ok := d.known[it.ID]; ok {
			out[it.ID] = k
		}
	}
	return out, nil
}
func (d *fakeDesk) AddRumours(_ context.Context, claims []rumour.Claim, by review.User) (int, error) {
	d.act("rumours %s %d %q %s", by.Name, len(claims), claims[0].Text, claims[0].Source)
	return len(claims), d.refuse
}
func (d *fakeDesk) LinkRumour(_ context.Context, claim, item string, same bool, by review.User) error {
	d.act("link %s %s %s %v", by.Name, claim, item, same)
	return nil
}
func (d *fakeDesk) ConfirmFact(_ context.Context, id string, by review.User) error {
	d.act("confirm %s %s", by.Name, id)
	return nil
}

// overview is what the page of the muted shows.
var overview = alerts.Overview{
	Silences:  []alerts.Silence{{ID: "s1", Topic: "water", Owner: "lan", Reason: "sửa ống", Until: now.Add(time.Hour)}},
	Acks:      []alerts.Quiet{{Group: "story/dap", By: "lan", Until: now.Add(time.Hour)}},
	Muted:     []alerts.MutedCount{{Why: "inhibited: V-2026-0001", Reason: news.Text{VI: "đã có V-2026-0001", EN: "because of V-2026-0001"}, Count: 12, Last: now}},
	Watches:   []alerts.Watch{{Group: "story/x", Alert: "flagged/x", Level: news.Critical, Subject: news.Text{VI: "Tin đồn vỡ đập", EN: "Dam rumour"}, Opened: now, Step: 5}, {Group: "story/y", Level: news.High, Next: now.Add(time.Hour), Opened: now}},
	Addresses: []alerts.Address{{Recipient: "lan", Channel: "email", Asked: now}},
}

// fakeAccounts keeps accounts in memory.
type fakeAccounts struct {
	mu       sync.Mutex
	users    map[string]review.Account
	sessions map[string]review.Session
	second   map[string]review.SecondFactor
}

// usual is the hash that accounts start with.
var usual = sync.OnceValue(func() string { return HashPassword("mật khẩu thường") })

func newAccounts(users ...review.User) *fakeAccounts {
	a := &fakeAccounts{users: map[string]review.Account{}, sessions: map[string]review.Session{}, second: map[string]review.SecondFactor{}}
	for _, u := range users {
		a.users[u.Name] = review.Account{Name: u.Name, Role: u.Role, Unit: u.Unit, Created: now, Hash: usual()}
	}
	return a
}

func (a *fakeAccounts) User(_ context.Context, name string) (review.Account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if x, ok := a.users[name]; ok {
		return x, nil
	}
	return review.Account{}, fmt.Errorf("user %q: %w", name, review.ErrNotFound)
}
func (a *fakeAccounts) Users(context.Context) ([]review.Account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []review.Account
	for _, x := range a.users {
		out = append(out, x)
	}
	return out, nil
}
func (a *fakeAccounts) PutUser(_ context.Context, x review.Account) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users[x.Name] = x
	return nil
}
func (a *fakeAccounts) change(name string, f func(*review.Account)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	x, ok := a.users[name]
	if !ok {
		return review.ErrNotFound
	}
	f(&x)
	a.users[name] = x
	return nil
}
func (a *fakeAccounts) SetPassword(_ context.Context, name, hash string) error {
	return a.change(name, func(x *review.Account) { x.Hash = hash })
}
func (a *fakeAccounts) DisableUser(_ context.Context, name string, at time.Time) error {
	return a.change(name, func(x *review.Account) { x.Disabled = at })
}
func (a *fakeAccounts) AddSession(_ context.Context, x review.Session) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sessions[x.Token] = x
	return nil
}
func (a *fakeAccounts) Session(_ context.Context, id string, _ time.Time) (review.Session, review.Account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x, ok := a.sessions[id]
	if !ok {
		return x, review.Account{}, review.ErrNotFound
	}
	return x, a.users[x.User], nil
}
func (a *fakeAccounts) Sessions(_ context.Context, name string, _ time.Time) (out []review.Session, _ error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range a.sessions {
		if x.User == name {
			out = append(out, x)
		}
	}
	return out, nil
}
func (a *fakeAccounts) DropSession(_ context.Context, id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sessions, id)
	return nil
}
func (a *fakeAccounts) DropSessions(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, x := range a.sessions {
		if x.User == name {
			delete(a.sessions, id)
		}
	}
	return nil
}
func (a *fakeAccounts) NoteFailure(_ context.Context, name string, until time.Time) error {
	return a.change(name, func(x *review.Account) {
		x.Failures++
		if !until.IsZero() {
			x.Locked = until
		}
	})
}
func (a *fakeAccounts) ClearFailures(_ context.Context, name string) error {
	return a.change(name, func(x *review.Account) { x.Failures, x.Locked = 0, time.Time{} })
}

func (a *fakeAccounts) SecondFactor(_ context.Context, name string) (review.SecondFactor, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f, ok := a.second[name]
	if !ok {
		return f, review.ErrNotFound
	}
	return f, nil
}
func (a *fakeAccounts) PutSecondFactor(_ context.Context, name string, f review.SecondFactor) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.second[name] = f
	return nil
}
func (a *fakeAccounts) DropSecondFactor(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.second, name)
	return nil
}
func (a *fakeAccounts) UseStep(_ context.Context, name string, step int64) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.second[name]
	fresh := step > f.Step
	f.Step = max(f.Step, step)
	a.second[name] = f
	return fresh, nil
}
func (a *fakeAccounts) UseRecovery(_ context.Context, name, hash string) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.second[name]
	i := slices.Index(f.Recovery, hash)
	if i < 0 {
		return false, nil
	}
	f.Recovery = slices.Delete(slices.Clone(f.Recovery), i, i+1)
	a.second[name] = f
	return true, nil
}

func span(text, words string) news.Span {
	i := strings.Index(text, words)
	if i < 0 {
		panic(words)
	}
	start := len([]rune(text[:i]))
	return news.Span{Start: start, End: start + len([]rune(words)), Text: words}
}

func ago(d time.Duration) time.Time { return now.Add(-d) }

type seed struct {
	id, source, title, text, topic, rule, why, doubt string
	kind                                             news.Kind
	level                                            news.Level
	stance                                           news.Stance
	tone, impact, area                               string
	words                                            []string
	suggest                                          news.Choice
	similar                                          int
	age                                              time.Duration
}

func (x seed) entry() review.Entry {
	it := news.Item{
		ID: "i-" + x.id, Kind: x.kind, Source: x.source, Platform: "web", URL: "https://cong-dong.example/" + x.id, Title: x.title, Text: x.text,
		Published: ago(x.age), Observed: ago(x.age - time.Minute),
		Reading: &news.Reading{Area: news.Area{Fit: cmp.Or(x.area, news.InArea), Score: 6}, Topics: []news.Topic{{ID: x.topic, Score: .9}}, Tone: news.Tone{Label: x.tone}, Impact: x.impact, Stance: x.stance},
	}
	f := news.Flag{
		ID: "f-" + x.id, Rule: x.rule, Version: 2, Type: "match", Title: news.Text{VI: titles[x.rule][0], EN: titles[x.rule][1]}, Level: x.level, Status: "stable", Topic: x.topic, At: ago(x.age),
		Why: news.Text{VI: x.why, EN: "EN: " + x.why}, Doubt: news.Text{VI: x.doubt, EN: "EN: " + x.doubt},
	}
	for _, w := range x.words {
		f.Because = append(f.Because, span(x.text, w))
	}
	e := review.Entry{ID: x.id, Item: &it, Flags: []news.Flag{f}, Level: x.level, Topic: x.topic, Received: ago(x.age), Suggest: x.suggest, Locked: x.stance.Protected()}
	for i := range x.similar {
		e.Similar = append(e.Similar, fmt.Sprintf("%s-%d", x.id, i))
	}
	e.Folded = x.similar
	return e
}

var titles = map[string][2]string{
	"vo-dap":      {"Tin đồn vỡ đập", "Dam-burst rumour"},
	"qua-tang":    {"Mạo danh phường tặng quà", "Fake gifts in the ward's name"},
	"nghi-hoc":    {"Văn bản nghỉ học giả", "Forged school-closure letter"},
	"mat-nuoc":    {"Mất nước kéo dài", "Long water cuts"},
	"thu-phi-rac": {"Mức thu trái văn bản", "Fee contradicts the document"},
	"khen":        {"Lời khen", "Praise"},
	"hoi-dap":     {"Hỏi xác nhận", "Asks whether it is true"},
}

var seeds = []seed{
	{id: "e-dap", source: "Diễn đàn Thái Hòa", kind: news.Post, level: news.Critical, topic: "disaster", rule: "vo-dap", tone: "negative", impact: "adverse", stance: news.Claiming, suggest: news.Verify, similar: 14, age: 25 * time.Minute,
		text:  "Khẩn cấp!!! Nghe nói đập Khe Đá trên thượng nguồn sắp vỡ rồi, bà con khối 3, khối 4 chạy ngay lên đồi đi. Chia sẻ gấp cho mọi người biết, đừng để quá muộn. Nhà em đã thu dọn đồ đạc, ngoài đường xe cộ ùn ùn kéo nhau đi.",
		words: []string{"đập Khe Đá trên thượng nguồn sắp vỡ", "Nghe nói", "Chia sẻ gấp"}, why: "Nói đập sắp vỡ và giục chia sẻ, 11 tiếng nói khác nhau trong 30 phút; chưa có thông báo nào của đơn vị quản lý đập.", doubt: "Có thể là người dân hỏi thăm thật lòng khi thấy nước lên nhanh."},
	{id: "e-qua", source: "Chợ Thái Hòa online", kind: news.Post, level: news.High, topic: "security_scam", rule: "qua-tang", tone: "positive", impact: "adverse", stance: news.Claiming, suggest: news.Scam, similar: 3, age: 2 * time.Hour,
		text:  "UBND phường Thái Hòa tặng mỗi hộ 500k nhân ngày truyền thống. Bà con bấm vào thaihoa-quatang.top điền số tài khoản và mã OTP để nhận trong hôm nay nhé cả nhà!",
		words: []string{"tặng mỗi hộ 500k", "thaihoa-quatang.top", "mã OTP"}, why: "Hứa tặng tiền nhân danh phường, đường dẫn không phải trang của phường và đòi mã OTP.", doubt: "Phường có thể thật sự có đợt hỗ trợ; hãy xem văn bản trước."},
	{id: "e-hoc", source: "Hội phụ huynh khối 5", kind: news.Post, level: news.High, topic: "education", rule: "nghi-hoc", tone: "neutral", impact: "adverse", stance: news.RumourQuery, suggest: news.Answer, similar: 6, age: 3 * time.Hour,
		text:  "Cho em hỏi có phải ngày mai các cháu được nghỉ học cả tuần không ạ? Em thấy trong nhóm có ảnh công văn số 88/PGD có dấu đỏ mà trường chưa nói chi cả.",
		words: []string{"có phải ngày mai các cháu được nghỉ học", "công văn số 88/PGD"}, why: "Nhắc văn bản số 88/PGD không có trong sổ văn bản.", doubt: "Sổ văn bản có thể chưa cập nhật văn bản của trường."},
	{id: "e-nuoc", source: "Khối Quang Tiến", kind: news.Comment, level: news.Medium, topic: "water", rule: "mat-nuoc", tone: "negative", impact: "useful", stance: news.Complaint, suggest: news.Answer, similar: 9, age: 5 * time.Hour,
		text:  "Nác mất 4 ngày ni rồi mà nỏ thấy ai nói chi. Nhà có con nhỏ với mệ già, phải đi xin từng can. Gọi nhà máy thì bảo chờ. Mong phường cho biết khi mô có lại.",
		words: []string{"Nác mất 4 ngày", "khi mô có lại"}, why: "Phản ánh mất nước tăng: 9 tiếng nói ở một khối trong 3 ngày, bình thường 1.", doubt: "Có thể là lịch sửa đường ống đã báo trước."},
	{id: "e-rac", source: "Báo Nghệ An (mẫu)", kind: news.Article, level: news.Medium, topic: "tax_fee", rule: "thu-phi-rac", tone: "neutral", impact: "adverse", stance: news.Claiming, suggest: news.Verify, age: 9 * time.Hour, title: "Người dân xôn xao chuyện thu phí rác 80.000 đồng mỗi hộ",
		text:  "Nhiều người dân ở phường chuyền tay nhau tin rằng từ tháng 12 mỗi hộ phải nộp 80.000 đồng tiền rác mỗi tháng, gấp đôi mức cũ. Một số tổ chức đã thu trước. Trong khi đó, thông báo của phường nêu mức 40.000 đồng.",
		words: []string{"80.000 đồng tiền rác mỗi tháng"}, why: "Mức 80.000 đồng khác mức 40.000 đồng trong Thông báo 42/TB-UBND.", doubt: "Bài báo thuật lại tin đồn để bác bỏ, không khẳng định."},
	{id: "e-khen", source: "Trang một cửa", kind: news.Comment, level: news.Informational, topic: "admin_procedures", rule: "khen", tone: "positive", impact: "favourable", stance: news.Praise, suggest: news.Stat, age: 26 * time.Hour,
		text: "Hôm qua em đi làm giấy khai sinh cho cháu, cán bộ một cửa hướng dẫn tận tình, 15 phút là xong. Cảm ơn các anh chị nhiều ạ!", words: []string{"hướng dẫn tận tình", "Cảm ơn"}, why: "Lời khen bộ phận một cửa.", doubt: "Không cần làm gì thêm."},
	{id: "e-longson", source: "Tin Vũng Tàu", kind: news.Post, level: news.Low, topic: "environment", rule: "mat-nuoc", tone: "negative", impact: "neutral", stance: news.Complaint, area: news.Ambiguous, suggest: news.Out, age: 30 * time.Hour,
		text: "Xã đảo Long Sơn sáng nay mùi hôi nồng nặc từ khu công nghiệp dầu khí, bà con nuôi cá bè lo lắm.", words: []string{"mùi hôi nồng nặc"}, why: "Phản ánh mùi hôi.", doubt: "“Long Sơn” ở đây có thể là xã đảo ở nơi khác, trùng tên."},
}

// newDesk is a desk with a morning's work on it.
func newDesk() *fakeDesk {
	d := &fakeDesk{}
	for _, s := range seeds {
		d.entries = append(d.entries, s.entry())
	}
	d.entries[4].Flags[0].Type = "contradicts"
	d.entries[4].Flags[0].Citation = &news.Citation{Document: "42/TB-UBND", Clause: "khoản 2", Text: "Mức thu tiền rác đối với hộ gia đình là 40.000 đồng/hộ/tháng, áp dụng đến hết năm 2026.", From: "2026-01-05", To: "2026-12-31"}
	d.entries = append(d.entries, review.Entry{ID: "s-nuoc", Level: news.Medium, Topic: "water", Received: ago(4 * time.Hour), Flags: []news.Flag{{
		ID: "f-s", Rule: "nuoc-tang", Version: 1, Type: "spike", Status: "test", Level: news.Medium, Topic: "water", At: ago(28 * time.Hour), Count: 17, Items: []string{"i-e-nuoc", "i-2", "i-3"},
		Title: news.Text{VI: "Nước sinh hoạt tăng đột biến", EN: "Water supply rises suddenly"},
		Why:   news.Text{VI: "17 tiếng nói trong một ngày, ngày này mọi tuần thường có 3; đã kéo dài 26 giờ.", EN: "17 voices in a day, the usual same weekday has 3; it has lasted 26 hours."},
		Doubt: news.Text{VI: "Một bài được chia sẻ nhiều có thể kéo theo bình luận.", EN: "One widely shared post can draw comments."}}}})
	d.proposed = []rumour.Claim{{ID: "K-2", Text: "Trường Suối Mơ cho nghỉ học cả tuần vì có ổ dịch", Source: "vafc", Says: "Thông tin trường Suối Mơ cho nghỉ học là sai sự thật", By: "Trung tâm", URL: "https://tingia.example/2", Checked: now.AddDate(0, 0, -1), Proposed: true, Added: now}}
	d.known = map[string][]review.Known{"i-e-dap": {{Claim: rumour.Claim{ID: "K-1", Text: "Đập Khe Son sắp vỡ rồi bà con chạy lên đồi ngay", Source: "vafc", Says: "Sai sự thật"}, Tier: rumour.Confirmed}, {Claim: rumour.Claim{ID: "V-9", Text: "Đập vỡ trong đêm", Verdict: "false_info", Source: "own"}, Tier: rumour.Suggested}}}
	d.rumours = []rumour.Claim{{ID: "K-1", Text: "Đập Khe Son sắp vỡ rồi bà con chạy lên đồi ngay", Source: "vafc", Says: "Sai sự thật", By: "Trung tâm", URL: "https://tingia.example/1", First: now.AddDate(0, 0, -3), Answer: now.AddDate(0, 0, -1), Added: now}}
	d.docs = []official.Document{
		{No: "42/TB-UBND", Issuer: "UBND phường Thái Hòa", Date: "2026-01-04", From: "2026-01-05", To: "2026-12-31", Title: "Thông báo mức thu tiền rác năm 2026", URL: "https://phuong.example/tb-42", Text: "Điều 1. Thông báo này áp dụng trên toàn phường.\nĐiều 2. Mức thu tiền rác đối với hộ gia đình là 40.000 đồng/hộ/tháng, áp dụng đến hết năm 2026.\nĐiều 3. Tổ chức thu có biên lai.",
			Facts: []news.Fact{{ID: "42/TB-UBND#2.money.1", Document: "42/TB-UBND", Type: "money", Value: "40.000", Unit: "đồng/hộ/tháng", Subject: "tiền rác hộ gia đình", From: "2026-01-05", To: "2026-12-31", Clause: "Mức thu tiền rác đối với hộ gia đình là 40.000 đồng/hộ/tháng", Status: "confirmed"}}},
		{No: "57/TB-UBND", Issuer: "UBND phường Thái Hòa", Date: "2026-11-20", From: "2026-11-21", Title: "Thông báo lịch sửa chữa đường ống nước khối Quang Tiến", Text: "Nhà máy nước sửa chữa đường ống từ ngày 20/11 đến hết ngày 25/11/2026. Xe bồn cấp nước tại nhà văn hóa khối lúc 6 giờ và 17 giờ hằng ngày.",
			Facts: []news.Fact{{ID: "57/TB-UBND#1.date.1", Document: "57/TB-UBND", Type: "date", Value: "25/11/2026", Subject: "ngày sửa xong đường ống", Span: span("Nhà máy nước sửa chữa đường ống từ ngày 20/11 đến hết ngày 25/11/2026.", "đến hết ngày 25/11/2026"), Status: "proposed"}}},
	}
	cite := &news.Citation{Document: "42/TB-UBND", Clause: "khoản 2", Text: "Mức thu tiền rác đối với hộ gia đình là 40.000 đồng/hộ/tháng, áp dụng đến hết năm 2026.", From: "2026-01-05", To: "2026-12-31"}
	d.cases = []review.Case{
		{ID: "V-2026-0040", Kind: news.Verify, State: review.Correcting, Title: "Thu phí rác 80.000 đồng mỗi hộ", Claim: "Từ tháng 12 mỗi hộ phải nộp 80.000 đồng tiền rác mỗi tháng.", Level: news.Medium, Topic: "tax_fee", Opened: ago(30 * time.Hour), By: "lan", Entries: []string{"e-rac"}, Verdict: review.FalseInfo, Citation: cite, Locked: true, LockWhy: review.LockVoice,
			Correction: &review.Correction{Portal: "Thông tin mức thu tiền rác 80.000 đồng/hộ/tháng là không đúng. Theo khoản 2 Thông báo 42/TB-UBND, mức thu đối với hộ gia đình là 40.000 đồng/hộ/tháng, áp dụng đến hết năm 2026. Bà con chỉ nộp khi có biên lai.", Post: "Tiền rác năm 2026 vẫn là 40.000 đồng/hộ/tháng (Thông báo 42/TB-UBND). Tin 80.000 đồng là sai.", Radio: "Kính thưa bà con. Mức thu tiền rác năm 2026 vẫn là bốn mươi nghìn đồng một hộ một tháng.", DraftBy: "lan"},
			Timeline:   []review.Event{{At: ago(30 * time.Hour), Who: "lan", Act: "case.open"}, {At: ago(29 * time.Hour), Who: "lan", Act: "claim.set"}, {At: ago(27 * time.Hour), Who: "lan", Act: "verdict.set", Text: "false_info"}, {At: ago(26 * time.Hour), Who: "system", Act: "clock.out", Text: "say"}, {At: ago(20 * time.Hour), Who: "lan", Act: "correction.draft"}}},
		{ID: "V-2026-0041", Kind: news.Scam, State: review.Verifying, Title: "Mạo danh phường tặng quà", Claim: "Trang thaihoa-quatang.top nhân danh phường hứa tặng 500.000 đồng và đòi mã OTP.", Level: news.High, Topic: "security_scam", Opened: ago(2 * time.Hour), By: "lan", Entries: []string{"e-qua"}, Indicators: []string{"thaihoa-quatang.top"}, Verdict: review.Unverified,
			Handoff:  &review.Handoff{Case: "V-2026-0041", Category: review.Impersonation, Claim: "Trang thaihoa-quatang.top nhân danh phường hứa tặng tiền và đòi mã OTP.", URLs: []string{"https://thaihoa-quatang.top/nhan"}, Evidence: "Ảnh chụp trang đã che thông tin, 4 bài giống nhau trong 2 giờ.", Request: "Xác minh tên miền, cảnh báo người dân", Citation: *cite, Proposed: "lan", At: ago(time.Hour)},
			Timeline: []review.Event{{At: ago(2 * time.Hour), Who: "lan", Act: "case.open"}, {At: ago(time.Hour), Who: "lan", Act: "handoff.propose", Text: "impersonation"}}},
		{ID: "V-2026-0039", Kind: news.Answer, State: review.Forwarded, Title: "Mất nước ở khối Quang Tiến", Level: news.Medium, Topic: "water", Opened: ago(96 * time.Hour), By: "lan", Entries: []string{"e-nuoc"}, Unit: "Nhà máy nước", Due: ago(16 * time.Hour), Locked: true, LockWhy: "kind", Timeline: []review.Event{{At: ago(96 * time.Hour), Who: "lan", Act: "case.open"}, {At: ago(95 * time.Hour), Who: "lan", Act: "answer.assign", Text: "Nhà máy nước"}}},
		{ID: "V-2026-0038", Kind: news.Answer, State: review.Open, Title: "Hỏi lịch nghỉ học", Level: news.High, Topic: "education", Opened: ago(3 * time.Hour), By: "lan", Entries: []string{"e-hoc"}, Locked: true, LockWhy: "kind"},
		{ID: "V-2026-0030", Kind: news.Scam, State: review.Published, Title: "Giả danh điện lực đòi nợ", Claim: "Người gọi tự xưng điện lực dọa cắt điện.", Level: news.High, Topic: "security_scam", Opened: ago(200 * time.Hour), By: "lan", Entries: []string{"e-qua"}, Verdict: review.Fake, Citation: cite,
			Correction: &review.Correction{Portal: "Điện lực không gọi điện đòi tiền.", DraftBy: "lan", Approver: "chu.tich", At: ago(150 * time.Hour), Out: ago(149 * time.Hour), URL: "https://phuong.example/canh-bao"},
			Handoff: &review.Handoff{Case: "V-2026-0030", Category: review.FraudOrScam, Claim: "Cuộc gọi giả danh điện lực đòi chuyển tiền.", URLs: []string{"evn-tracuu.top"}, Evidence: "Sáu tin báo trong một tuần.",
				Captures: []review.Capture{
					{Entry: "e-x", URL: "hxxps://mang[.]example/bai/7", At: ago(171 * time.Hour), Seen: ago(170 * time.Hour), Text: "Điện lực mời bà con vào evn-tracuu[.]top, gọi [số] <b>ngay</b>", SHA256: strings.Repeat("0f", 32)},
					{Entry: "e-y", At: ago(171 * time.Hour), Seen: ago(170 * time.Hour), SHA256: strings.Repeat("1e", 32), Gone: ago(time.Hour)},
				}, Request: "Xác minh số điện thoại và tên miền", Citation: *cite, Proposed: "lan", At: ago(170 * time.Hour), Approved: "chu.tich", ApprovedAt: ago(169 * time.Hour), Sent: ago(168 * time.Hour), Seal: strings.Repeat("3fa91c07", 8)}},
		{ID: "V-2026-0029", Kind: news.Danger, State: review.Open, Title: "Lời kêu gọi kéo đến trụ sở", Level: news.High, Topic: "public_order", Opened: ago(time.Hour), By: "lan", Entries: []string{"e-dap"}},
		{ID: "V-2026-0028", Kind: news.Verify, State: review.Approved, Title: "Nghỉ học cả tuần", Claim: "Học sinh được nghỉ cả tuần.", Level: news.High, Topic: "education", Opened: ago(50 * time.Hour), By: "lan", Entries: []string{"e-hoc"}, Verdict: review.Fake, Citation: cite, Correction: &review.Correction{Portal: "Các trường học bình thường.", DraftBy: "lan", Approver: "chu.tich", At: ago(40 * time.Minute)}},
	}
	for i := range 12 {
		d.audit = append(d.audit, review.AuditEntry{Seq: 112 - i, Hash: strings.Repeat("ab12cd34", 8), Audit: news.Audit{ID: fmt.Sprint(i), At: ago(time.Duration(i*17) * time.Minute), Role: "desk", Who: []string{"lan", "chu.tich", "system"}[i%3], Act: []string{"flag.decide", "item.view", "handoff.approve", "inbox.view"}[i%4], Object: []string{"e-nuoc", "V-2026-0041"}[i%2], Detail: []string{"", "answer"}[i%2]}})
	}
	return d
}

// people has one of each role.
var people = []review.User{
	{Name: "lan", Role: review.Reviewer}, {Name: "chu.tich", Role: review.Leader}, {Name: "tu.phap", Role: review.Justice}, {Name: "cong.an", Role: review.Liaison},
	{Name: "van.phong", Role: review.Office}, {Name: "bien.tap", Role: review.Editor}, {Name: "khoi", Role: review.Khoi, Unit: "Khối Quang Tiến"}, {Name: "nuoc", Role: review.Unit, Unit: "Nhà máy nước"}, {Name: "quan.tri", Role: review.Admin},
}

// options are those of a site on which everything runs.
func options(d *fakeDesk, a *fakeAccounts) Options {
	return Options{
		Desk: d, Accounts: a,
		Audit: func(_ context.Context, x news.Audit) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.act("audit %s %s %s", x.Who, x.Act, x.Object)
			return nil
		},
		Search: func(_ context.Context, q indexer.Query) (indexer.Result, error) {
			var r indexer.Result
			for _, e := range d.entries {
				if e.Item != nil && (len(q.Topics) == 0 || slices.Contains(q.Topics, e.Topic)) && (q.To.IsZero() || !e.Item.At().After(q.To)) {
					r.Hits = append(r.Hits, indexer.Hit{Item: *e.Item, Because: e.Flags[0].Because})
				}
			}
			r.Total = len(r.Hits)
			r.Facets = map[string][]indexer.Facet{"topic": {{Value: "water", Count: 9}, {Value: "education", Count: 6}}, "tone": {{Value: "negative", Count: 12}, {Value: "positive", Count: 3}}, "stance": {{Value: "complaint", Count: 8}}, "source": {{Value: "Diễn đàn Thái Hòa", Count: 4}}}
			return r, nil
		},
		Saved: &fakeSaved{}, Tokens: &fakeTokens{},
		Item: func(_ context.Context, id string) (news.Item, error) {
			for _, e := range d.entries {
				if e.Item != nil && e.Item.ID == id {
					return *e.Item, nil
				}
			}
			return news.Item{}, gone(id)
		},
		Counts: func(_ context.Context, q indexer.CountQuery) (indexer.Counts, error) {
			var c indexer.Counts
			for i, topic := range []string{"water", "education", "security_scam", "admin_procedures", "roads", "electricity"} {
				for day := range 60 {
					n := (day*7 + i*5 + day*day) % (5 + i) / 2
					if topic == "water" && day > 55 {
						n += (day - 55) * 4
					}
					if topic == "electricity" {
						n = 0
						if day == 31 {
							n = 1
						}
					}
					if n > 0 {
						key := topic
						if q.By == "" {
							key = ""
						}
						c.Rows = append(c.Rows, indexer.Count{Key: key, At: q.To.AddDate(0, 0, day-60), Items: n})
					}
				}
			}
			return c, nil
		},
		Trends: func(context.Context) (*trend.View, error) {
			b := trend.NewBoard(trend.Options{})
			for day := range 60 {
				n := 2 + day%2
				if day == 59 {
					n = 14
				}
				for k := range n {
					b.Add(trend.Post{ID: fmt.Sprintf("t%d-%d", day, k), At: now.AddDate(0, 0, day-59).Add(-time.Duration(k*30) * time.Minute), Source: fmt.Sprint("nhom", k%4),
						Voice: fmt.Sprint(day, k), Topics: []string{"water"}, Tone: "negative", Story: "<script>x</script>", Places: []string{"khối <b>tân sơn</b>"}})
				}
			}
			return b.View(now), nil
		},
		Rules: func(context.Context) (rules.List, error) {
			return rules.List{Rules: []rules.Info{
				{ID: "vo-dap", Version: 2, Title: news.Text{VI: "Tin đồn vỡ đập", EN: "Dam-burst rumour"}, Type: "count", Level: news.Critical, Status: "stable", Owner: "VH-XH", Topic: "disaster", When: `("vỡ đập" OR "đập sắp vỡ") AND NOT stance:denial`, FalsePositives: []string{"người dân hỏi thăm khi nước lên"}, References: []string{"https://phuong.example/ke-hoach"}, Enabled: true, Builtin: true, File: "vo-dap.yaml", Source: "id: vo-dap\nversion: 2\ntype: count\n", Flags: 15, Decided: 12, Useful: 11, LastFlag: ago(25 * time.Minute)},
				{ID: "mat-nuoc", Version: 1, Title: news.Text{VI: "Mất nước kéo dài", EN: "Long water cuts"}, Type: "match", Level: news.Medium, Status: "test", Owner: "VH-XH", Topic: "water", When: `~"mat nuoc" OR "nác mất"`, Enabled: true, File: "mat-nuoc.yaml", Source: "id: mat-nuoc\n", Flags: 41},
			}, Errors: []rules.Problem{{File: "phi-rac.yaml", Line: 7, Code: "E_UNKNOWN", VI: "Không có trường “whn”.", EN: "There is no field “whn”.", Fix: "when"}}}, nil
		},
		Check: func(_ context.Context, r rules.CheckRequest) (rules.CheckResult, error) {
			if strings.Contains(r.File, "bad") {
				return rules.CheckResult{Problems: []rules.Problem{{Line: 3, Code: "E_X", VI: "Thiếu điều kiện.", EN: "The condition is missing.", Fix: "when: …"}}}, nil
			}
			return rules.CheckResult{Canonical: `"mất nước"`, Hash: "h1"}, nil
		},
		Preview: func(context.Context, rules.PreviewRequest) (rules.Preview, error) {
			return rules.Preview{Hash: "h1", Total: 3, PerWeek: .7, Items: 514, Flags: []news.Flag{{At: ago(time.Hour), Item: d.entries[3].Item}}, Decided: 2, Useful: 2}, nil
		},
		Save: func(_ context.Context, r rules.SaveRequest) (rules.CheckResult, error) {
			d.act("save rule %s %s", r.By, r.Hash)
			return rules.CheckResult{Hash: r.Hash}, nil
		},
		Sources: func(context.Context) ([]crawler.Status, error) {
			return []crawler.Status{
				{Source: crawler.Source{ID: "cong", Name: "Cổng thông tin phường", Kind: "page", URL: "https://phuong.example/tin"}, State: "ok", LastFetch: ago(3 * time.Minute), LastItem: ago(5 * time.Hour), Items: 12, Total: 340},
				{Source: crawler.Source{ID: "bao", Name: "Báo mẫu Nghệ An", Kind: "feed", URL: "https://bao.example/rss/home.rss", Reference: true}, State: "silent", Since: ago(50 * time.Hour), Why: news.Text{VI: "Không có tin mới 50 giờ; thường ngày có 14 tin.", EN: "Nothing new for 50 hours; usually 14 items a day."}, LastFetch: ago(9 * time.Minute), LastItem: ago(50 * time.Hour), Items: 31, Total: 1290},
				{Source: crawler.Source{ID: "dd", Name: "Diễn đàn Thái Hòa", Kind: "forum", URL: "https://dien-dan.example/"}, State: "blocked", Since: ago(2 * time.Hour), Why: news.Text{VI: "Máy chủ trả lời 403 ba lần; chờ 1 giờ rồi thử lại.", EN: "The server answered 403 three times; next try in an hour."}, LastFetch: ago(20 * time.Minute), Failures: 3, Items: 4, Total: 88},
			}, nil
		},
		Examine: func(context.Context, bool) []Check {
			return []Check{{Name: "config", State: "ok", What: news.Text{VI: "3 nguồn", EN: "3 sources"}},
				{Name: "backup", State: "bad", What: news.Text{VI: "Bản sao lưu mới nhất từ 20/11/2026", EN: "The newest backup is of 2026-11-20"}, Do: news.Text{VI: "Chạy: langnghe backup", EN: "Run langnghe backup"}}}
		},
		Backups: &fakeBackups{},
		Document: func(context.Context, crawler.DocumentRequest) (official.Document, error) {
			return official.Document{No: "77/TB-UBND", Title: "Thông báo tiêm phòng dại", Issuer: "UBND phường", Text: "Tiêm phòng dại từ ngày 01/12/2026."}, nil
		},
		Fetch: func(_ context.Context, r crawler.FetchRequest) (crawler.FetchResult, error) {
			d.act("fetch %s %s", r.By, r.URL)
			return crawler.FetchResult{Taken: []string{"i-e-nuoc"}, Refused: []crawler.Refusal{{Row: 1, Reason: "robots.txt"}}}, nil
		},
		Push: func(_ context.Context, r alerts.PushRequest) (alerts.PushInfo, error) {
			if r.Add != nil {
				d.act("push %s %s", r.User, r.Add.Endpoint)
			} else if r.Drop == "all" {
				d.act("push %s none", r.User)
			}
			return alerts.PushInfo{Key: "BKey", Browsers: 1, Notices: true}, nil
		},
		Overview: func(context.Context) (alerts.Overview, error) { return overview, nil },
		Ack:      func(_ context.Context, r alerts.AckRequest) error { d.act("ack %s %s", r.By, r.Group); return nil },
		Confirm: func(_ context.Context, r alerts.ConfirmRequest) (alerts.Confirmed, error) {
			if r.Code != "RIGHT" {
				return alerts.Confirmed{}, &alerts.Error{Kind: "not_found", Text: news.Text{VI: "mã không đúng", EN: "the code is wrong"}}
			}
			d.act("confirm %s", r.By)
			return alerts.Confirmed{Recipient: "lan", Channel: "email"}, nil
		},
		Recipients: []alerts.Recipient{{Name: "lan", Role: "reviewer", Channel: "email", Address: "lan@phuong.example", Min: news.Medium}, {Name: "truc", Role: "leader", Channel: "webhook", Min: news.Critical, Always: true, Topics: []string{"water"}, Places: []string{"Khối 5"}}},
		Deliveries: func(context.Context, alerts.DeliveriesQuery) (alerts.Deliveries, error) {
			return alerts.Deliveries{Dead: 1, Waiting: 1, Deliveries: []alerts.Delivery{
				{Alert: "a1", Kind: "flagged", Level: news.Critical, Subject: news.Text{VI: "Khẩn cấp: tin đồn vỡ đập, 11 tiếng nói", EN: "Critical: dam-burst rumour, 11 voices"}, Recipient: "lan", Channel: "email", State: "sent", Tries: 1, Created: ago(24 * time.Minute), Done: ago(24 * time.Minute)},
				{Alert: "a1", Kind: "flagged", Level: news.Critical, Subject: news.Text{VI: "Khẩn cấp: tin đồn vỡ đập, 11 tiếng nói", EN: "Critical: dam-burst rumour, 11 voices"}, Recipient: "chu.tich", Channel: "webhook", State: "dead", Tries: 8, Created: ago(24 * time.Minute), Error: "dial tcp 192.0.2.7:443: connect: connection refused"},
				{Alert: "a2", Kind: "heartbeat", Subject: news.Text{VI: "Hệ thống hoạt động", EN: "The system is well"}, Recipient: "lan", Channel: "email", State: "muted", Why: "ngoài giờ làm việc", Created: ago(9 * time.Hour)},
			}}, nil
		},
		Silences: func(_ context.Context, r alerts.SilenceRequest) ([]alerts.Silence, error) {
			if r.Add != nil {
				d.act("silence %s %s", r.By, r.Add.Topic)
			}
			if r.End != "" {
				d.act("unsilence %s %s", r.By, r.End)
			}
			return []alerts.Silence{{ID: "s1", Topic: "water", Owner: "lan", Reason: "đã có thông báo sửa ống", Until: now.Add(20 * time.Hour)}}, nil
		},
		Test: func(_ context.Context, r alerts.TestRequest) error {
			d.act("test %s %q", r.By, r.Recipient)
			return nil
		},
		Ready:  func(context.Context) map[string]error { return map[string]error{"desk": nil, "indexer": nil} },
		Ward:   news.Text{VI: "Phường Thái Hòa", EN: "Thái Hòa ward"},
		Banner: news.Text{VI: "Dữ liệu mẫu", EN: "Sample data"},
		Units:  []string{"Nhà máy nước", "Ban Tài chính", "Trường THCS Quang Tiến", "Khối Quang Tiến"},
		Now:    func() time.Time { return now },
	}
}

// suggests is a drafting aid.
func suggests(context.Context, draft.Request) (draft.Proposal, error) {
	return draft.Proposal{Label: "gợi ý tự động", Text: "x"}, nil
}

func (d *fakeDesk) Hidden(context.Context, []news.Item, review.User) (map[string]bool, error) {
	return nil, nil
}
func (d *fakeDesk) HiddenIDs(context.Context, review.User) ([]string, error) { return nil, nil }
func (d *fakeDesk) Keeps(context.Context, string, review.User) (bool, error) { return false, nil }
