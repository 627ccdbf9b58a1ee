package rules

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"langnghe/internal/news"
	"langnghe/rules/trend"
)

// Memory is a Store that forgets everything at the end: tests of rules,
// previews and replays run on it.
type Memory struct {
	mu       sync.Mutex
	occs     map[[3]string]Occurrence // rule and version, group, item
	bounds   map[[2]string]Bound
	starts   map[string]Start
	flags    map[string]news.Flag
	signal   map[string]Signal // those that are about a group
	outbox   []Outgoing
	seq      int64
	decided  map[string]news.Decided
	facts    news.Facts
	versions []Version
	previews map[string]Previewed
	posts    map[string]trend.Post
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{occs: map[[3]string]Occurrence{}, bounds: map[[2]string]Bound{}, starts: map[string]Start{},
		flags: map[string]news.Flag{}, signal: map[string]Signal{}, decided: map[string]news.Decided{}, previews: map[string]Previewed{}, posts: map[string]trend.Post{}}
}

func ruleKey(id string, version int) string { return FlagID(id, version) }

// Load implements [Store].
func (m *Memory) Load(context.Context) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := State{
		Occurrences: slices.Collect(maps.Values(m.occs)), Bounds: slices.Collect(maps.Values(m.bounds)), Starts: slices.Collect(maps.Values(m.starts)),
		Decided: slices.Collect(maps.Values(m.decided)), Facts: m.facts, Versions: slices.Clone(m.versions), Previews: slices.Collect(maps.Values(m.previews)), Posts: slices.Collect(maps.Values(m.posts)),
	}
	counts := map[string]Count{}
	for id, f := range m.flags {
		if sig, ok := m.signal[id]; ok {
			sig.Flag = f
			s.Signals = append(s.Signals, sig)
		}
		c := counts[f.Rule]
		c.Rule = f.Rule
		c.Flags++
		if f.At.After(c.Last) {
			c.Last = f.At
		}
		counts[f.Rule] = c
	}
	s.Counts = slices.Collect(maps.Values(counts))
	return s, nil
}

// Commit implements [Store].
func (m *Memory) Commit(_ context.Context, c Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range c.Occurrences {
		k := [3]string{ruleKey(o.Rule, o.Version), o.Group, o.Item}
		if _, ok := m.occs[k]; !ok {
			m.occs[k] = o
		}
	}
	for _, b := range c.Prune {
		k := ruleKey(b.Rule, b.Version)
		m.bounds[[2]string{k, b.Group}] = b
		maps.DeleteFunc(m.occs, func(key [3]string, o Occurrence) bool {
			return key[0] == k && key[1] == b.Group && o.At.Before(b.Keep)
		})
	}
	for _, s := range c.Starts {
		k := ruleKey(s.Rule, s.Version)
		if old, ok := m.starts[k]; !ok || s.First.Before(old.First) {
			m.starts[k] = s
		}
	}
	for _, v := range c.Retire {
		k := ruleKey(v.Rule, v.Version)
		maps.DeleteFunc(m.occs, func(key [3]string, _ Occurrence) bool { return key[0] == k })
		maps.DeleteFunc(m.bounds, func(key [2]string, _ Bound) bool { return key[0] == k })
		delete(m.starts, k)
	}
	for _, f := range c.Flags {
		if _, ok := m.flags[f.ID]; !ok {
			m.flags[f.ID] = f
			m.send(f)
		}
	}
	for _, f := range c.Signals {
		m.flags[f.ID], m.signal[f.ID] = f.Flag, f
		m.send(f.Flag)
	}
	m.outbox = slices.DeleteFunc(m.outbox, func(o Outgoing) bool { return slices.Contains(c.Sent, o.Seq) })
	if c.Decided != nil {
		m.decided[c.Decided.ID] = *c.Decided
	}
	if c.Facts != nil && c.Facts.Version >= m.facts.Version {
		m.facts = *c.Facts
	}
	m.versions = append(m.versions, c.Versions...)
	for _, f := range c.Filled {
		for i := range m.versions {
			if v := &m.versions[i]; v.Rule == f.Rule && v.Version == f.Version {
				v.Filled = true
			}
		}
	}
	if p := c.Previewed; p != nil {
		m.previews[p.Hash] = *p
	}
	for _, p := range c.Posts {
		m.posts[p.ID] = p
	}
	maps.DeleteFunc(m.posts, func(_ string, p trend.Post) bool { return p.At.Before(c.PostsBefore) })
	if c.Erased != "" {
		delete(m.posts, c.Erased)
		m.erase(c.Erased)
	}
	return nil
}

func (m *Memory) send(f news.Flag) {
	m.seq++
	m.outbox = append(m.outbox, Outgoing{m.seq, f})
}

func (m *Memory) erase(id string) {
	maps.DeleteFunc(m.occs, func(key [3]string, _ Occurrence) bool { return key[2] == id })
	for k, f := range m.flags {
		switch {
		case f.Item != nil && f.Item.ID == id:
			delete(m.flags, k)
		case slices.Contains(f.Items, id):
			f.Items = slices.DeleteFunc(slices.Clone(f.Items), func(s string) bool { return s == id })
			m.flags[k] = f
		}
	}
	m.outbox = slices.DeleteFunc(m.outbox, func(o Outgoing) bool { return o.Flag.Item != nil && o.Flag.Item.ID == id })
	for i := range m.outbox {
		f := &m.outbox[i].Flag
		f.Items = slices.DeleteFunc(slices.Clone(f.Items), func(s string) bool { return s == id })
	}
}

// Outbox implements [Store].
func (m *Memory) Outbox(_ context.Context, limit int) ([]Outgoing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.outbox[:min(limit, len(m.outbox))]), nil
}

// Flags are all flags by time, then rule and group.
func (m *Memory) Flags() []Signal {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Signal
	for id, f := range m.flags {
		s := m.signal[id]
		s.Flag = f
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Signal) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Group, b.Group), cmp.Compare(a.ID, b.ID))
	})
	return out
}

var _ Store = (*Memory)(nil)
