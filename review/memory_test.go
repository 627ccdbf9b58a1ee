package review_test

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/internal/audit"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/official/rumour"
	"langnghe/review"
	"langnghe/review/reviewtest"
)

// A memory is a store for property tests, which need thousands of them. It
// passes the same suite as the real one.
type memory struct {
	mu sync.Mutex
	state
}

type state struct {
	entries, cases, docs map[string][]byte
	requests             map[string][]byte
	rumours, links       map[string][]byte
	notices              map[string]review.Notice
	counters             map[string]int
	erased               map[string]bool
	flags                map[string]string
	vetoes               map[string]time.Time
	leases               map[string]review.Lease
	outbox               []message
	chain                []audit.Entry
}

type message struct {
	review.Message
	taken, sent bool
}

var _ review.Store = (*memory)(nil)

func newMemory() *memory {
	return &memory{state: state{
		entries: map[string][]byte{}, cases: map[string][]byte{}, docs: map[string][]byte{}, requests: map[string][]byte{},
		notices: map[string]review.Notice{}, counters: map[string]int{}, erased: map[string]bool{}, flags: map[string]string{}, vetoes: map[string]time.Time{}, leases: map[string]review.Lease{},
	}}
}

func (m *memory) Outlived(_ context.Context, h review.Horizon, limit int) (entries, cases []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := func(c review.Case) bool { return !c.Closed.IsZero() && c.Closed.Before(h.Closed) }
	for _, e := range all[review.Entry](m.entries) {
		c, _ := get[review.Case](m.cases, e.Case)
		if e.Worded() && e.Received.Before(h.Text) && (e.Case == "" || old(c)) && len(entries) < limit {
			entries = append(entries, e.ID)
		}
	}
	for _, c := range all[review.Case](m.cases) {
		if c.Handoff == nil || !slices.ContainsFunc(c.Handoff.Captures, func(x review.Capture) bool { return x.Text != "" }) || len(cases) >= limit {
			continue
		}
		if sent := c.Handoff.Sent; !sent.IsZero() && sent.Before(h.Sent) || sent.IsZero() && old(c) {
			cases = append(cases, c.ID)
		}
	}
	return entries, cases, nil
}

func TestMemory(t *testing.T) {
	reviewtest.Run(t, func(*testing.T) review.Store { return newMemory() }, nil)
}

func (s state) clone() state {
	s.entries, s.cases, s.docs = maps.Clone(s.entries), maps.Clone(s.cases), maps.Clone(s.docs)
	s.rumours, s.links = maps.Clone(s.rumours), maps.Clone(s.links)
	s.notices, s.counters, s.erased = maps.Clone(s.notices), maps.Clone(s.counters), maps.Clone(s.erased)
	s.flags, s.vetoes = maps.Clone(s.flags), maps.Clone(s.vetoes)
	s.leases, s.requests = maps.Clone(s.leases), maps.Clone(s.requests)
	s.outbox, s.chain = slices.Clone(s.outbox), slices.Clone(s.chain)
	return s
}

func (m *memory) Update(_ context.Context, f func(review.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.state.clone()
	if err := f(&m.state); err != nil {
		m.state = before
		return err
	}
	return nil
}

func get[T any](from map[string][]byte, id string) (v T, err error) {
	body, ok := from[id]
	if !ok {
		return v, review.ErrNotFound
	}
	return v, json.Unmarshal(body, &v)
}

func all[T any](from map[string][]byte) (vs []T) {
	for _, id := range slices.Sorted(maps.Keys(from)) {
		v, err := get[T](from, id)
		if err != nil {
			panic(err)
		}
		vs = append(vs, v)
	}
	return vs
}

func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return body
}

func (m *memory) locked() func() { m.mu.Lock(); return m.mu.Unlock }

func (m *memory) Entry(_ context.Context, id string) (review.Entry, error) {
	defer m.locked()()
	return m.state.Entry(id)
}

func (s *state) Entry(id string) (review.Entry, error) { return get[review.Entry](s.entries, id) }

func (s *state) PutEntry(e review.Entry) error {
	e.Similar, e.Folded, e.Lease = nil, 0, nil
	s.entries[e.ID] = encode(e)
	for _, f := range e.Flags {
		s.flags[f.ID] = e.ID
	}
	return nil
}

func fold(e review.Entry) string { return cmp.Or(e.Story, "\x00"+e.ID) }

// open returns the undecided entries, highest level first, then oldest.
func (s *state) open() (es []review.Entry) {
	for _, e := range all[review.Entry](s.entries) {
		if e.Decision == nil && !e.Hidden {
			es = append(es, e)
		}
	}
	slices.SortStableFunc(es, func(a, b review.Entry) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID))
	})
	return es
}

func (m *memory) Inbox(_ context.Context, q review.InboxQuery) (in review.Inbox, err error) {
	defer m.locked()()
	in.ByTopic = map[string]int{}
	heads := map[string]bool{}
	for _, e := range m.open() {
		if !heads[fold(e)] && (q.Without == "" || e.Subject != q.Without) {
			heads[fold(e)] = true
			in.Open++
			in.ByLevel[e.Level]++
			in.ByTopic[e.Topic]++
		}
	}
	lease := func(e *review.Entry) {
		if l := m.leases[e.Fold()]; l.Until.After(q.Now) {
			e.Lease = &l
		}
	}
	fits := func(e review.Entry) bool {
		if q.Without != "" && e.Subject == q.Without {
			return false
		}
		if lease(&e); q.Mine && (e.Lease == nil || !strings.EqualFold(e.Lease.By, q.By.Name)) {
			return false
		}
		return e.Level >= q.Min && (q.Topic == "" || e.Topic == q.Topic)
	}
	var es []review.Entry
	if q.Signals {
		for _, e := range all[review.Entry](m.entries) {
			if e.Item == nil && (e.Decision != nil || !e.Hidden) {
				es = append(es, e)
			}
		}
		slices.SortStableFunc(es, func(a, b review.Entry) int { return b.Received.Compare(a.Received) })
	} else if q.Decided {
		for _, e := range all[review.Entry](m.entries) {
			if e.Decision != nil && fits(e) {
				es = append(es, e)
			}
		}
		slices.SortStableFunc(es, func(a, b review.Entry) int { return b.Decision.At.Compare(a.Decision.At) })
	} else {
		at := map[string]int{}
		for _, e := range m.open() {
			if !fits(e) {
				continue
			}
			if i, ok := at[fold(e)]; ok {
				es[i].Folded++
				es[i].Similar = append(es[i].Similar, e.ID)
				slices.Sort(es[i].Similar)
				continue
			}
			at[fold(e)] = len(es)
			lease(&e)
			es = append(es, e)
		}
	}
	in.Entries = page(es, q.Offset, q.Limit)
	return in, nil
}

func page[T any](vs []T, offset, limit int) []T {
	vs = vs[min(offset, len(vs)):]
	return vs[:min(limit, len(vs))]
}

func (s *state) Flagged(flag string) (string, error) { return s.flags[flag], nil }

func (s *state) pick(ok func(review.Entry) bool) (ids []string) {
	es := all[review.Entry](s.entries)
	slices.SortStableFunc(es, func(a, b review.Entry) int { return a.Received.Compare(b.Received) })
	for _, e := range es {
		if ok(e) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func (s *state) Lease(fold string) (review.Lease, error) { return s.leases[fold], nil }
func (s *state) PutLease(fold string, l review.Lease) error {
	l.By = strings.ToLower(l.By)
	s.leases[fold] = l
	return nil
}
func (s *state) ExtendLeases(by string, now, until time.Time) error {
	for fold, l := range s.leases {
		if strings.EqualFold(l.By, by) && l.Until.After(now) {
			s.leases[fold] = review.Lease{By: l.By, Until: until}
		}
	}
	return nil
}
func (s *state) EndLeases(by string) error {
	maps.DeleteFunc(s.leases, func(_ string, l review.Lease) bool { return strings.EqualFold(l.By, by) })
	return nil
}
func (s *state) Batch(q review.BatchRequest, now time.Time) (ids []string, err error) {
	maps.DeleteFunc(s.leases, func(_ string, l review.Lease) bool { return !l.Until.After(now) })
	taken := map[string]bool{}
	for _, held := range []bool{true, false} {
		for _, e := range s.open() {
			l := s.leases[e.Fold()]
			fits := held && strings.EqualFold(l.By, q.By.Name) || !held && l.By == "" && e.Level >= q.Min && (q.Topic == "" || e.Topic == q.Topic)
			if q.Without != "" && e.Subject == q.Without {
				continue
			}
			if fits && !taken[e.Fold()] && len(ids) < q.Size {
				taken[e.Fold()] = true
				ids = append(ids, e.ID)
			}
		}
	}
	return ids, nil
}

func (m *memory) Waking(_ context.Context, now time.Time) (ids []string, err error) {
	defer m.locked()()
	for _, c := range all[review.Case](m.cases) {
		if at := c.Wake(); !at.IsZero() && !at.After(now) {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

func (m *memory) Overlooked(_ context.Context, before [5]time.Time, limit int) ([]string, error) {
	defer m.locked()()
	var late []review.Entry
	for _, e := range m.open() {
		if at := before[e.Level]; !at.IsZero() && !e.Received.After(at) && e.Overlooked.IsZero() {
			late = append(late, e)
		}
	}
	slices.SortStableFunc(late, func(a, b review.Entry) int {
		return cmp.Or(int(b.Level-a.Level), a.Received.Compare(b.Received), strings.Compare(a.ID, b.ID))
	})
	var ids []string
	for _, e := range late[:min(len(late), limit)] {
		ids = append(ids, e.ID)
	}
	return ids, nil
}

func (m *memory) Accusing(_ context.Context, subject string) ([]string, error) {
	defer m.locked()()
	ids := m.pick(func(e review.Entry) bool { return e.Subject == subject })
	slices.Reverse(ids)
	return ids, nil
}

func (s *state) Undecided(story string) ([]string, error) {
	return s.pick(func(e review.Entry) bool { return e.Story == story && e.Decision == nil && !e.Hidden }), nil
}

func (s *state) Together(decision string) ([]string, error) {
	return s.pick(func(e review.Entry) bool { return e.Decision != nil && e.Decision.With == decision && decision != "" }), nil
}

func (m *memory) Case(_ context.Context, id string) (review.Case, error) {
	defer m.locked()()
	return m.state.Case(id)
}

func (s *state) Case(id string) (review.Case, error) { return get[review.Case](s.cases, id) }
func (s *state) PutCase(c review.Case) error         { s.cases[c.ID] = encode(c); return nil }

func (m *memory) Cases(_ context.Context, q review.CaseQuery) (cs []review.Case, err error) {
	defer m.locked()()
	for _, c := range all[review.Case](m.cases) {
		overdue := !c.Due.IsZero() && c.Due.Before(q.Now) && (c.State == review.Open || c.State == review.Forwarded)
		if (q.Closed || c.Closed.IsZero()) && (q.Kind == "" || c.Kind == q.Kind) && (q.State == "" || c.State == q.State) &&
			(q.Unit == "" || strings.EqualFold(q.Unit, c.Unit)) && (!q.Handoff || c.Handoff != nil) &&
			(!q.Sent || c.Handoff != nil && !c.Handoff.Sent.IsZero()) && (!q.Public || c.Correction != nil && !c.Correction.At.IsZero()) &&
			(!q.Overdue || overdue) && (!q.Claimed || c.Claim != "") {
			cs = append(cs, c)
		}
	}
	slices.SortStableFunc(cs, func(a, b review.Case) int {
		if q.Closed {
			return b.Opened.Compare(a.Opened)
		}
		return cmp.Or(cmp.Compare(b.Level, a.Level), a.Opened.Compare(b.Opened))
	})
	return page(cs, q.Offset, q.Limit), nil
}

func (m *memory) Joinable(_ context.Context, topic string, limit int) (cs []review.Case, err error) {
	defer m.locked()()
	for _, c := range all[review.Case](m.cases) {
		if c.Topic == topic && c.Closed.IsZero() && (c.Kind == news.Verify || c.Kind == news.Scam) {
			cs = append(cs, c)
		}
	}
	slices.SortFunc(cs, func(a, b review.Case) int { return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(b.ID, a.ID)) })
	return page(cs, 0, limit), nil
}

func (s *state) OpenCase(kind review.CaseKind, story string) (string, error) {
	cs := all[review.Case](s.cases)
	slices.Reverse(cs)
	for _, c := range cs {
		if c.Kind == kind && c.Closed.IsZero() && slices.Contains(c.Stories, story) {
			return c.ID, nil
		}
	}
	return "", nil
}

func (s *state) Citing(document string) (cs []review.Case, err error) {
	for _, c := range all[review.Case](s.cases) {
		cites := c.Citation != nil && c.Citation.Document == document || c.Handoff != nil && c.Handoff.Citation.Document == document
		if c.Closed.IsZero() && cites {
			cs = append(cs, c)
		}
	}
	return cs, nil
}

func (m *memory) Releasable(_ context.Context, now time.Time) (ids []string, err error) {
	defer m.locked()()
	for _, c := range all[review.Case](m.cases) {
		if h := c.Handoff; h != nil && h.Sent.IsZero() && h.Vetoed == "" && !h.ApprovedAt.IsZero() && !now.Before(h.ApprovedAt.Add(review.UndoWindow)) {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

func (s *state) Next(counter string) (int, error) {
	s.counters[counter]++
	return s.counters[counter], nil
}
func (s *state) Count(counter string) (int, error) { return s.counters[counter], nil }

func (s *state) Notice(key string) (review.Notice, error)    { return s.notices[key], nil }
func (s *state) PutNotice(key string, n review.Notice) error { s.notices[key] = n; return nil }
func (s *state) Erased(item string) (bool, error)            { return s.erased[item], nil }
func (s *state) SetErased(e news.Erased) error               { s.erased[e.ID] = true; return nil }
func (s *state) Vetoed(story string) (time.Time, error)      { return s.vetoes[story], nil }
func (s *state) SetVetoed(story string, at time.Time) error {
	if at.After(s.vetoes[story]) {
		s.vetoes[story] = at
	}
	return nil
}
func (s *state) Posted(urls []string) (es []review.Entry, err error) {
	for _, e := range all[review.Entry](s.entries) {
		if e.Item != nil && slices.Contains(urls, e.Item.URL) {
			es = append(es, e)
		}
	}
	return es, nil
}
func (s *state) Document(no string) (official.Document, error) {
	return get[official.Document](s.docs, no)
}
func (s *state) PutDocument(d official.Document) error { s.docs[d.No] = encode(d); return nil }
func (s *state) Documents() (ds []official.Document, err error) {
	ds = all[official.Document](s.docs)
	slices.SortStableFunc(ds, func(a, b official.Document) int { return cmp.Compare(b.Date, a.Date) })
	return ds, nil
}

func (s *state) Rumours() ([]rumour.Claim, error) { return all[rumour.Claim](s.rumours), nil }
func (s *state) PutRumour(c rumour.Claim) (bool, error) {
	if s.rumours == nil {
		s.rumours = map[string][]byte{}
	}
	_, there := s.rumours[c.ID]
	if !there {
		s.rumours[c.ID] = encode(c)
	}
	return !there, nil
}
func (s *state) SetRumour(c rumour.Claim) error { s.rumours[c.ID] = encode(c); return nil }
func (s *state) Judged() (out []review.Case, err error) {
	for _, c := range all[review.Case](s.cases) {
		if c.Verdict != "" && (c.Kind == news.Verify || c.Kind == news.Scam) {
			out = append(out, c)
		}
	}
	return out, nil
}
func (s *state) PutLink(l review.Link) error {
	if s.links == nil {
		s.links = map[string][]byte{}
	}
	s.links[l.Claim+"\x00"+l.Item] = encode(l)
	return nil
}

func (m *memory) Rumours(context.Context) ([]rumour.Claim, error) {
	defer m.locked()()
	return m.state.Rumours()
}

func (m *memory) Links(_ context.Context, claim string) (out []review.Link, err error) {
	defer m.locked()()
	for _, l := range all[review.Link](m.state.links) {
		if l.Claim == claim {
			out = append(out, l)
		}
	}
	return out, nil
}

func (m *memory) Documents(context.Context) ([]official.Document, error) {
	defer m.locked()()
	return m.state.Documents()
}

func (s *state) Request(id string) (review.DataRequest, error) {
	return get[review.DataRequest](s.requests, id)
}
func (s *state) PutRequest(r review.DataRequest) error { s.requests[r.ID] = encode(r); return nil }
func (m *memory) Requests(_ context.Context, limit int) ([]review.DataRequest, error) {
	defer m.locked()()
	rs := all[review.DataRequest](m.requests)
	slices.SortStableFunc(rs, func(a, b review.DataRequest) int {
		switch {
		case a.Done.IsZero() != b.Done.IsZero():
			return cmp.Compare(b2i(b.Done.IsZero()), b2i(a.Done.IsZero()))
		case a.Done.IsZero():
			return a.Due.Compare(b.Due)
		}
		return b.Done.Compare(a.Done)
	})
	return page(rs, 0, limit), nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *state) Send(msg review.Message) error {
	if !slices.ContainsFunc(s.outbox, func(o message) bool { return o.ID == msg.ID }) {
		s.outbox = append(s.outbox, message{Message: msg})
	}
	return nil
}

func (s *state) Recall(ref string) (seen []review.Message, err error) {
	s.outbox = slices.DeleteFunc(s.outbox, func(o message) bool { return o.Ref == ref && !o.taken })
	for _, o := range s.outbox {
		if o.Ref == ref {
			seen = append(seen, o.Message)
		}
	}
	return seen, nil
}

func (m *memory) TakeMessages(_ context.Context, kind review.MessageKind, now time.Time, limit int) (ms []review.Message, err error) {
	defer m.locked()()
	for i := range m.outbox {
		if o := &m.outbox[i]; o.Kind == kind && !o.sent && !o.From.After(now) && len(ms) < limit {
			o.taken = true
			ms = append(ms, o.Message)
		}
	}
	return ms, nil
}

func (m *memory) Sent(_ context.Context, _ time.Time, ids []string) error {
	defer m.locked()()
	for i := range m.outbox {
		if slices.Contains(ids, m.outbox[i].ID) {
			m.outbox[i].sent = true
		}
	}
	return nil
}

func (m *memory) Backlog(_ context.Context, now time.Time) (n int, oldest time.Time, err error) {
	defer m.locked()()
	for _, o := range m.outbox {
		if !o.sent && !o.From.After(now) {
			if n++; n == 1 || o.From.Before(oldest) {
				oldest = o.From
			}
		}
	}
	return n, oldest, nil
}

func (s *state) Chain(a news.Audit) error {
	if slices.ContainsFunc(s.chain, func(e audit.Entry) bool { return e.ID == a.ID }) {
		return nil
	}
	var prev audit.Entry
	if len(s.chain) > 0 {
		prev = s.chain[len(s.chain)-1]
	}
	s.chain = append(s.chain, audit.Seal(prev, a))
	return nil
}

func (m *memory) Audit(_ context.Context, q review.AuditQuery) (p review.AuditPage, err error) {
	defer m.locked()()
	var es []review.AuditEntry
	for _, e := range slices.Backward(m.chain) {
		if (q.Who == "" || q.Who == e.Who) && (q.Act == "" || q.Act == e.Act || strings.HasPrefix(e.Act, q.Act+".")) && (q.Object == "" || q.Object == e.Object) &&
			(q.From.IsZero() || !e.At.Before(q.From)) && (q.To.IsZero() || e.At.Before(q.To)) {
			es = append(es, review.AuditEntry{Seq: e.Seq, Prev: e.Prev, Hash: e.Hash,
				Audit: news.Audit{ID: e.ID, At: e.At, Role: e.Role, Who: e.Who, Act: e.Act, Object: e.Object, Detail: e.Detail}})
		}
	}
	return review.AuditPage{Entries: page(es, q.Offset, q.Limit), Total: len(es)}, nil
}

func (m *memory) VerifyAudit(context.Context) (int, error) {
	defer m.locked()()
	return audit.Verify(func(yield func(audit.Entry, error) bool) {
		for _, e := range m.chain {
			if !yield(e, nil) {
				return
			}
		}
	})
}

func (m *memory) Precision(context.Context) (ps []review.Precision, err error) {
	defer m.locked()()
	type key struct {
		rule    string
		version int
	}
	by := map[key]*review.Precision{}
	for _, e := range all[review.Entry](m.entries) {
		for _, f := range e.Flags {
			k := key{f.Rule, f.Version}
			p := by[k]
			if p == nil {
				p = &review.Precision{Rule: f.Rule, Version: f.Version}
				by[k] = p
			}
			if !f.Withdrawn {
				p.Flags++
			}
			if e.Decision != nil {
				p.Decided++
				if review.Useful(e.Decision.Choice) {
					p.Useful++
				}
			}
		}
	}
	for _, p := range by {
		if p.Flags+p.Decided > 0 {
			ps = append(ps, *p)
		}
	}
	slices.SortFunc(ps, func(a, b review.Precision) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Version, b.Version))
	})
	return ps, nil
}
