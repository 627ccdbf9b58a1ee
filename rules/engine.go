package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/official"
	"langnghe/official/rumour"
	"langnghe/rules/builtin"
	"langnghe/rules/patterns"
	"langnghe/rules/trend"
)

// Options configures an [Engine]. Store is required.
type Options struct {
	Builtin fs.FS  // rules/ and lists/ that come with the program; nil means rules/builtin
	Dir     string // rules/ and lists/ of this place; "" means none
	Store   Store
	// Flagged hands flags on; nil leaves them in the outbox. A flag comes
	// again, under the same id, when its state has changed or after a crash.
	Flagged func(context.Context, []news.Flag) error
	// History yields the items of the last days, oldest first. With it, a
	// rule that is new or changed is also evaluated on what was there before
	// it; flags of that are marked retro. Nil leaves the past alone.
	History func(ctx context.Context, days int) iter.Seq2[news.Item, error]
	// Register is what patterns know of the ward besides the documents of the
	// facts: its numbered parts, who held an office when, its telephone numbers.
	Register patterns.Register
	Calendar *calendar.Calendar // of the ward's holidays; nil is the computed one
	Budget   float64            // false notices a week that all rules together may cost, default 2
	Now      func() time.Time
	Log      *slog.Logger
	Metrics  prometheus.Registerer // nil means none
}

// An Engine evaluates the standing rules. Its methods are safe for concurrent
// use.
type Engine struct {
	opts    Options
	metrics *metrics

	mu        sync.Mutex
	loaded    bool
	set       *ruleSet
	problems  []Problem
	stamp     string    // of the files last loaded
	when      time.Time // they were
	states    map[string]*ruleState
	facts     news.Facts
	watch     *patterns.Watch   // patterns with the documents of facts
	checker   *official.Checker // compares with the facts
	seasons   []patterns.Season // of seasonDay
	seasonDay string
	counts    map[string]Count
	decided   map[string]news.Decided
	versions  map[string][]Version // of each rule, oldest first
	previews  map[string]Previewed // by hash of the rule
	raised    map[string]bool      // flags about items that this process has stored
	doc       query.Doc
	sample    query.Sample // of what is said, for filing rules
	learning  bool         // the sample is being made
	board     *trend.Board
	forgot    time.Time // posts of the board before are gone from the store

	forward, backfill sync.Mutex
}

// ruleState is what one version of a rule remembers.
type ruleState struct {
	first  time.Time
	groups map[string]*group
}

type group struct {
	occs  []*Occurrence // by time and id
	bound bound
	flags map[string]*Signal
}

// ErrRefused is wrapped by the error of [Engine.Save] when the rule may not
// be saved; its text says why.
var ErrRefused = errors.New("rule refused")

// New reads the rule files and returns an engine. Files with mistakes do not
// fail it: they are in [Engine.List], and what they held before stays in
// force.
func New(o Options) (*Engine, error) {
	if o.Store == nil {
		return nil, errors.New("rules: Options.Store is required")
	}
	if o.Builtin == nil {
		o.Builtin = builtin.FS
	}
	e := newEngine(o)
	e.learning = true
	if err := e.Reload(context.Background()); err != nil {
		return nil, err
	}
	return e, nil
}

func newEngine(o Options) *Engine {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Budget == 0 {
		o.Budget = 2
	}
	e := &Engine{opts: o, metrics: newMetrics(o.Metrics), set: newSet(nil, nil), raised: map[string]bool{}}
	e.know(news.Facts{})
	return e
}

// inSeason are the seasons of a day, worked out once for items of one day.
func (e *Engine) inSeason(at time.Time) []patterns.Season {
	if day := at.In(ward).Format(time.DateOnly); day != e.seasonDay {
		e.seasonDay, e.seasons = day, patterns.Seasons(at, at, e.opts.Calendar, e.facts.Documents)
	}
	return e.seasons
}

// know takes a snapshot of facts and documents into use.
func (e *Engine) know(f news.Facts) {
	e.facts = f
	r := e.opts.Register
	r.Papers = slices.Clone(r.Papers)
	for _, d := range f.Documents {
		r.Papers = append(r.Papers, patterns.Paper{No: d.No, Date: d.Date})
	}
	for _, c := range f.Claims {
		r.Claims = append(r.Claims, rumour.Claim{ID: c.ID, Text: c.Text, Checked: c.At})
	}
	r.Now = e.opts.Now
	e.watch, e.seasons, e.seasonDay = patterns.New(r), nil, ""
	e.checker = official.NewChecker(documents(f.Facts))
}

// load reads the state from the store, at the start and after a commit that
// failed. The caller holds mu.
func (e *Engine) load(ctx context.Context) error {
	if e.loaded {
		return nil
	}
	s, err := e.opts.Store.Load(ctx)
	if err != nil {
		return fmt.Errorf("rules: load: %w", err)
	}
	e.states, e.counts, e.decided = map[string]*ruleState{}, map[string]Count{}, map[string]news.Decided{}
	e.versions, e.previews = map[string][]Version{}, map[string]Previewed{}
	for _, o := range s.Occurrences {
		g := e.state(o.Rule, o.Version).group(o.Group)
		g.occs = append(g.occs, &o)
	}
	for _, st := range e.states {
		for _, g := range st.groups {
			slices.SortFunc(g.occs, compareOccs)
		}
	}
	for _, b := range s.Bounds {
		e.state(b.Rule, b.Version).group(b.Group).bound = bound{b.Before, b.Held}
	}
	for _, st := range s.Starts {
		e.state(st.Rule, st.Version).first = st.First
	}
	for _, f := range s.Signals {
		e.state(f.Rule, f.Version).group(f.Group).flags[f.ID] = &f
	}
	for _, c := range s.Counts {
		e.counts[c.Rule] = c
	}
	for _, d := range s.Decided {
		e.decided[d.ID] = d
	}
	for _, v := range s.Versions {
		e.versions[v.Rule] = append(e.versions[v.Rule], v)
	}
	for _, p := range s.Previews {
		e.previews[p.Hash] = p
	}
	e.know(s.Facts)
	e.board = trend.NewBoard(trend.Options{Factor: DayFactor(e.opts.Calendar)})
	for _, p := range s.Posts {
		e.board.Add(p)
	}
	e.loaded = true
	return nil
}

func compareOccs(a, b *Occurrence) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return strings.Compare(a.Item, b.Item)
}

func (e *Engine) state(id string, version int) *ruleState {
	k := ruleKey(id, version)
	if e.states[k] == nil {
		e.states[k] = &ruleState{groups: map[string]*group{}}
	}
	return e.states[k]
}

func (s *ruleState) group(name string) *group {
	if s.groups[name] == nil {
		s.groups[name] = &group{flags: map[string]*Signal{}}
	}
	return s.groups[name]
}

// commit makes c durable; when that fails, memory is read again from the
// store before it is used.
func (e *Engine) commit(ctx context.Context, c Change) error {
	if err := e.opts.Store.Commit(ctx, c); err != nil {
		e.loaded = false
		return fmt.Errorf("rules: commit: %w", err)
	}
	for f := range c.raised {
		e.metrics.flags.WithLabelValues(f.Type).Inc()
	}
	return nil
}

// raised yields every flag of the change.
func (c *Change) raised(yield func(*news.Flag) bool) {
	for i := range c.Flags {
		if !yield(&c.Flags[i]) {
			return
		}
	}
	for i := range c.Signals {
		if !yield(&c.Signals[i].Flag) {
			return
		}
	}
}

// A touch is a group that something was added to, and from when on.
type touch struct {
	rule  *Rule
	group string
	from  time.Time
}

// A batch is one Take in the making.
type batch struct {
	change  Change
	touched map[string]*touch // by rule and group
}

func (b *batch) touch(r *Rule, name string, from time.Time) {
	k := ruleKey(r.ID, r.Version) + "\x00" + name
	if t := b.touched[k]; t == nil {
		b.touched[k] = &touch{r, name, from}
	} else if from.Before(t.from) {
		t.from = from
	}
}

// Take evaluates items that the index has. It returns when what came of them
// is durable and handed on. Taking an item again changes nothing.
func (e *Engine) Take(ctx context.Context, items []news.Indexed) error {
	start := time.Now()
	if err := e.take(ctx, items); err != nil {
		e.metrics.failed.Inc()
		return err
	}
	e.metrics.items.Add(float64(len(items)))
	e.metrics.duration.Observe(time.Since(start).Seconds())
	return e.Forward(ctx)
}

func (e *Engine) take(ctx context.Context, items []news.Indexed) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return err
	}
	return e.evaluate(ctx, e.set, items)
}

// evaluate evaluates items with the rules of a set, which may be some of
// those in force. The caller holds mu.
func (e *Engine) evaluate(ctx context.Context, set *ruleSet, items []news.Indexed) error {
	b := &batch{touched: map[string]*touch{}}
	for i := range items {
		e.one(b, set, &items[i])
	}
	for _, k := range sortedKeys(b.touched) {
		t := b.touched[k]
		b.change.Signals = append(b.change.Signals, e.settle(t.rule, t.group, t.from, e.opts.Now())...)
	}
	if err := e.commit(ctx, b.change); err != nil {
		return err
	}
	e.count(b.change)
	return nil
}

// count keeps the numbers of the rules page. A flag that is raised again
// after a restart is counted again until the next one; the store has the
// truth.
func (e *Engine) count(c Change) {
	if len(e.raised) > 100_000 {
		clear(e.raised) // the store refuses repeats as well
	}
	for f := range c.raised {
		if f.Withdrawn || e.raised[f.ID] {
			continue
		}
		e.raised[f.ID] = true
		n := e.counts[f.Rule]
		n.Rule = f.Rule
		n.Flags++
		if f.At.After(n.Last) {
			n.Last = f.At
		}
		e.counts[f.Rule] = n
	}
}

// learn is after how many items rules are filed by what is said in them.
const learn = 1000

// one evaluates one item.
func (e *Engine) one(b *batch, set *ruleSet, in *news.Indexed) {
	it := in.Item
	at := it.At()
	if at.IsZero() {
		at = e.opts.Now()
		it.Observed = at
	}
	if p, ok := postOf(&it, at); ok && set == e.set && e.board.Add(p) {
		b.change.Posts = append(b.change.Posts, p)
	}
	it.Reading = e.understand(&it, at)
	d := &e.doc
	d.Reset(&it)
	if e.learning && e.sample.Docs() < learn {
		if e.sample.Add(d); e.sample.Docs() == learn {
			e.set.file(&e.sample)
		}
	}
	var muting []*Rule
	set.mute.Match(d, func(i int) {
		if f := set.filters[i]; !at.Before(f.Created) && at.Before(f.Expires) {
			muting = append(muting, f)
		}
	})
	slices.SortFunc(muting, func(x, y *Rule) int { return strings.Compare(x.ID, y.ID) })
	for _, r := range set.live {
		if r.Type == "new_term" || r.Type == "spike" {
			if s := e.state(r.ID, r.Version); s.first.IsZero() || at.Before(s.first) {
				s.first = at.UTC()
				b.change.Starts = append(b.change.Starts, Start{r.ID, r.Version, s.first})
				for name := range s.groups { // what counts as history has changed
					b.touch(r, name, s.first)
				}
			}
		}
	}
	var was *edit
	if in.Before != nil {
		was = e.edit(in.Before, &it)
	}
	set.match.Match(d, func(i int) {
		r := set.live[i]
		m := matched{rule: r, doc: d, item: &it, at: at.UTC(), hash: in.Hash, retro: in.Retro, muted: mutedBy(muting, r)}
		if m.hash == "" {
			m.hash = it.Hash()
		}
		switch r.Type {
		case "match", "list", "contradicts", "outdated":
			m.spans, m.edit = r.when.Spans(d), was
			if f, ok := m.flag(e.facts.Facts); ok && !e.raised[f.ID] {
				b.change.Flags = append(b.change.Flags, f)
			}
		default:
			e.remember(b, m.occurrences(e.checker))
		}
	})
}

// understand adds to an item's reading what needs a register or the season.
func (e *Engine) understand(it *news.Item, at time.Time) *news.Reading {
	rd := e.watch.Add(it)
	if rd != nil {
		rd = patterns.Watchful(rd, at, e.inSeason(at))
	}
	return rd
}

// mutedBy is the id of the first filter that mutes r.
func mutedBy(filters []*Rule, r *Rule) string {
	for _, f := range filters {
		if slices.Contains(f.Suppress, r.ID) || r.Level < news.Critical && slices.Contains(f.Suppress, "*") {
			return f.ID
		}
	}
	return ""
}

// remember adds occurrences to their groups, each item once.
func (e *Engine) remember(b *batch, occs []Occurrence) {
	for _, o := range occs {
		g := e.state(o.Rule, o.Version).group(o.Group)
		if o.At.Before(g.bound.before) && o.Mark&markStale == 0 {
			continue // settled; it came later than anything may
		}
		i, found := slices.BinarySearchFunc(g.occs, &o, compareOccs)
		if found || slices.ContainsFunc(g.occs, func(x *Occurrence) bool { return x.Item == o.Item }) {
			continue
		}
		g.occs = slices.Insert(g.occs, i, &o)
		b.change.Occurrences = append(b.change.Occurrences, o)
		from := o.At
		if r := e.set.find(o.Rule); r != nil {
			if r.Type == "silence" {
				from = o.Observed
			}
			b.touch(r, o.Group, from)
		}
	}
}

// settle computes the flags of a group from a time on and returns those that
// are new, changed or withdrawn.
func (e *Engine) settle(r *Rule, name string, from, until time.Time) (changed []Signal) {
	st := e.state(r.ID, r.Version)
	g := st.group(name)
	out, _ := evaluate(r, g.occs, g.bound, st.first, until)
	holds := map[string]bool{}
	for _, f := range out {
		if f.at.Before(g.bound.before) {
			continue
		}
		flag := signal(r, name, f, g.occs)
		holds[flag.ID] = true
		if f.at.Before(from) {
			continue // cannot have changed
		}
		if old := g.flags[flag.ID]; old != nil {
			if flag.Push = old.Push; sameFlag(old, &flag) {
				continue
			}
		} else {
			flag.Push = e.pushes(r, &flag, until)
		}
		g.flags[flag.ID] = &flag
		changed = append(changed, flag)
	}
	for _, id := range sortedKeys(g.flags) {
		if f := g.flags[id]; !holds[id] && !f.Withdrawn && !f.At.Before(from) && !f.At.Before(g.bound.before) {
			gone := *f
			gone.Withdrawn = true
			g.flags[id] = &gone
			changed = append(changed, gone)
		}
	}
	return changed
}

// overdue returns the silences of a group that have come due and are new.
func (e *Engine) overdue(r *Rule, name string, now time.Time) (raised []Signal) {
	g := e.state(r.ID, r.Version).group(name)
	for _, f := range silences(r, g.occs, now) {
		s := signal(r, name, f, g.occs)
		if old := g.flags[s.ID]; old == nil || !sameFlag(old, &s) {
			g.flags[s.ID] = &s
			raised = append(raised, s)
		}
	}
	return raised
}

func sameFlag(a, b *Signal) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// signal is the flag of a rule over time.
func signal(r *Rule, name string, f fired, occs []*Occurrence) Signal {
	at := f.at.UTC()
	out := Signal{State: f.state, Of: f.of, Flag: news.Flag{
		ID: FlagID(r.ID, r.Version, name, at.Format(time.RFC3339Nano), f.state), Rule: r.ID, Version: r.Version, Type: r.Type, Title: r.Title,
		Level: r.Level, Status: r.Status, Topic: r.Topic, Group: name, At: at, Items: f.ids, Count: f.count,
		Doubt: doubt(r),
	}}
	if r.By == "topic" || !slices.Contains(news.TopicIDs, out.Topic) && slices.Contains(news.TopicIDs, name) {
		out.Topic = name
	}
	if out.Topic == anyTopic {
		out.Topic = ""
	}
	out.Why = whyFired(r, name, out.Topic, f, from(f.ids, occs))
	if f.by != nil {
		out.Muted = f.by.Muted
		out.Retro = f.by.Mark&markRetro != 0
	}
	for _, o := range occs {
		if r.Type != "silence" && o.Observed.Sub(at) > 24*time.Hour && slices.Contains(f.ids, o.Item) {
			out.Late = true
		}
	}
	return out
}

// Tick evaluates what depends on time alone, lets go of what is settled,
// hands on what is still in the outbox and works out what new rules say of
// the past. It is called every minute or so.
func (e *Engine) Tick(ctx context.Context) error {
	// Worked out here, where nobody waits, and not when a flag asks for it.
	if _, err := e.Trends(ctx); err != nil {
		return err
	}
	if err := e.tick(ctx); err != nil {
		return err
	}
	if err := e.Forward(ctx); err != nil {
		return err
	}
	if filled, err := e.fill(ctx); err != nil || !filled {
		return err
	}
	return e.Forward(ctx)
}

func (e *Engine) tick(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return err
	}
	now := e.opts.Now()
	var c Change
	for _, r := range e.set.live {
		st := e.states[ruleKey(r.ID, r.Version)]
		if st == nil {
			continue
		}
		for _, name := range sortedKeys(st.groups) {
			switch r.Type {
			case "silence":
				c.Signals = append(c.Signals, e.overdue(r, name, now)...)
			case "spike":
				c.Signals = append(c.Signals, e.grown(r, name, now)...)
			}
			if b, ok := e.prune(r, name, now); ok {
				c.Prune = append(c.Prune, b)
			}
		}
	}
	if before := e.board.Forget(now); before.Sub(e.forgot) >= 24*time.Hour {
		e.forgot, c.PostsBefore = before, before
	}
	if len(c.Signals)+len(c.Prune) == 0 && c.PostsBefore.IsZero() {
		return nil
	}
	if err := e.commit(ctx, c); err != nil {
		return err
	}
	e.count(c)
	return nil
}

// prune lets go of the occurrences of a group that can take part in nothing
// any more: what is older than the latest an item may come, and the window.
// It waits until a good part can go.
func (e *Engine) prune(r *Rule, name string, now time.Time) (Bound, bool) {
	st := e.state(r.ID, r.Version)
	g := st.group(name)
	before := now.Add(-lateness)
	keep := before.Add(-r.Within)
	switch r.Type {
	case "new_term":
		keep = keep.Add(-r.Absent)
	case "spike":
		keep = now.Add(-history)
	case "silence":
		keep = before.Add(-r.For)
	}
	slack := max(now.Sub(keep)/4, 24*time.Hour)
	if len(g.occs) == 0 || !g.occs[0].At.Before(keep.Add(-slack)) {
		return Bound{}, false
	}
	n := 0
	for n < len(g.occs) && g.occs[n].At.Before(keep) {
		n++
	}
	if r.Type == "silence" && n == len(g.occs) {
		n-- // the last one says when it went silent
		keep = g.occs[n].At
	}
	nb := bound{before, g.bound.held}
	if r.Type == "new_term" {
		nb.held = g.occs[n-1].At
	} else {
		_, held := evaluate(r, g.occs, g.bound, st.first, now)
		for _, t := range held {
			if t.Before(before) {
				nb.held = t
			}
		}
	}
	if r.Type == "silence" {
		nb = bound{}
	}
	g.bound = nb
	g.occs = slices.Clone(g.occs[n:])
	maps.DeleteFunc(g.flags, func(_ string, f *Signal) bool { return f.At.Before(keep) })
	return Bound{r.ID, r.Version, name, nb.before, nb.held, keep}, true
}

// Forward hands on the flags that are in the outbox, oldest first.
func (e *Engine) Forward(ctx context.Context) error {
	if e.opts.Flagged == nil {
		return nil
	}
	e.forward.Lock()
	defer e.forward.Unlock()
	for {
		out, err := e.opts.Store.Outbox(ctx, 200)
		if err != nil {
			return fmt.Errorf("rules: outbox: %w", err)
		}
		if len(out) == 0 {
			return nil
		}
		var flags []news.Flag
		var seqs []int64
		for _, o := range out {
			flags, seqs = append(flags, o.Flag), append(seqs, o.Seq)
		}
		if err := e.opts.Flagged(ctx, flags); err != nil {
			return fmt.Errorf("rules: hand on flags: %w", err)
		}
		if err := e.opts.Store.Commit(ctx, Change{Sent: seqs}); err != nil {
			return fmt.Errorf("rules: outbox: %w", err)
		}
	}
}

// Decided takes a person's decision: rules learn their precision from it.
func (e *Engine) Decided(ctx context.Context, d news.Decided) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return err
	}
	if err := e.commit(ctx, Change{Decided: &d}); err != nil {
		return err
	}
	e.decided[d.ID] = d
	return nil
}

// Facts takes a snapshot of the confirmed official facts; an older one than
// the last is ignored.
func (e *Engine) Facts(ctx context.Context, f news.Facts) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return err
	}
	if f.Version < e.facts.Version {
		return nil
	}
	if err := e.commit(ctx, Change{Facts: &f}); err != nil {
		return err
	}
	e.know(f)
	return nil
}

// Erase forgets what is kept of an item. Flags that rested on it and others
// stay, without its id.
func (e *Engine) Erase(ctx context.Context, x news.Erased) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.opts.Store.Commit(ctx, Change{Erased: x.ID}); err != nil {
		return fmt.Errorf("rules: erase: %w", err)
	}
	e.loaded = false
	return nil
}

// Reload reads the rule files again when one of them has changed.
func (e *Engine) Reload(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.reload(ctx)
}

func (e *Engine) reload(ctx context.Context) error {
	stamp := e.fingerprint()
	if stamp == e.stamp && e.stamp != "" {
		return nil
	}
	if err := e.load(ctx); err != nil {
		return err
	}
	folders := []folder{{e.opts.Builtin, true}}
	if e.opts.Dir != "" {
		folders = append(folders, dirFolder(e.opts.Dir))
	}
	set, problems, err := load(folders, e.inForce, e.hold)
	if err != nil {
		return err
	}
	if e.sample.Docs() >= learn {
		set.file(&e.sample)
	}
	c := e.changes(set)
	if len(c.Versions)+len(c.Retire) > 0 {
		if err := e.commit(ctx, c); err != nil {
			return err
		}
		for _, v := range c.Retire {
			delete(e.states, ruleKey(v.Rule, v.Version))
		}
		for _, v := range c.Versions {
			e.versions[v.Rule] = append(e.versions[v.Rule], v)
		}
	}
	day := DayFactor(e.opts.Calendar)
	for _, r := range set.live {
		r.day = day
	}
	e.set, e.problems, e.stamp, e.when = set, problems, stamp, e.opts.Now()
	e.metrics.rules.Set(float64(len(set.live)))
	e.metrics.refused.Set(float64(len(problems)))
	for file, ps := range byFile(problems) {
		e.opts.Log.Warn("refuse rule file", "file", file, "line", ps[0].Line, "code", ps[0].Code, "path", ps[0].Path, "err", ps[0].EN, "more", len(ps)-1)
	}
	return nil
}

// byFile groups problems by their file, in order.
func byFile(problems []Problem) iter.Seq2[string, []Problem] {
	return func(yield func(string, []Problem) bool) {
		for len(problems) > 0 {
			n := 1
			for n < len(problems) && problems[n].File == problems[0].File {
				n++
			}
			if !yield(problems[0].File, problems[:n]) {
				return
			}
			problems = problems[n:]
		}
	}
}

// inForce is the rule that is in force now or, at the start, was before.
func (e *Engine) inForce(id string) *Rule {
	if r := e.set.find(id); r != nil {
		return r
	}
	v, ok := e.current(id)
	if !ok {
		return nil
	}
	r, ps := parseRule("rules/"+id+".yaml", v.Source, e.set.lists, func(string) bool { return true })
	if len(ps) > 0 {
		return nil // it needs a list that is not there yet
	}
	return r
}

// current is the version of a rule that came into force last.
func (e *Engine) current(id string) (Version, bool) {
	vs := e.versions[id]
	if len(vs) == 0 {
		return Version{}, false
	}
	return vs[len(vs)-1], true
}

// changes are the versions that set brings into force and those that end.
func (e *Engine) changes(set *ruleSet) (c Change) {
	first := len(e.versions) == 0 // nothing came before the rules
	for _, r := range set.rules {
		old, ok := e.current(r.ID)
		if ok && old.Version == r.Version && old.Hash == r.hash && old.Source == r.Source {
			continue
		}
		c.Versions = append(c.Versions, Version{r.ID, r.Version, r.hash, r.Source, e.opts.Now(), first || ok && old.Version == r.Version && old.Filled})
		if ok && old.Version != r.Version {
			c.Retire = append(c.Retire, Version{Rule: old.Rule, Version: old.Version})
		}
	}
	for _, id := range sortedKeys(e.versions) { // rules whose file is gone
		v, _ := e.current(id)
		if set.find(id) == nil && e.states[ruleKey(id, v.Version)] != nil {
			c.Retire = append(c.Retire, Version{Rule: id, Version: v.Version})
		}
	}
	return c
}

// fingerprint changes when a file of Dir does.
func (e *Engine) fingerprint() string {
	var b strings.Builder
	b.WriteString("builtin\n")
	if e.opts.Dir == "" {
		return b.String()
	}
	for _, sub := range []string{"rules", "lists"} {
		files, err := os.ReadDir(filepath.Join(e.opts.Dir, sub))
		if err != nil {
			continue // a missing folder has no rules
		}
		for _, f := range files {
			if info, err := f.Info(); err == nil {
				fmt.Fprintf(&b, "%s/%s %d %d\n", sub, f.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}
