// Package crawlertest holds what tests of the crawler and of its stores
// share: the suite that any crawler.Store has to pass, and a store in memory
// that passes it.
package crawlertest

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"sync"
	"time"

	"langnghe/crawler"
)

// Memory is a crawler.Store that forgets when the program ends.
type Memory struct {
	mu     sync.Mutex
	visits map[string]crawler.Visit
	seen   map[string]crawler.Seen
	of     map[string]map[string]bool // ids of each source
	keys   map[int64][]byte
}

var _ crawler.Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{visits: map[string]crawler.Visit{}, seen: map[string]crawler.Seen{}, of: map[string]map[string]bool{}, keys: map[int64][]byte{}}
}

// Visit implements crawler.Store.
func (m *Memory) Visit(_ context.Context, source string) (crawler.Visit, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v := m.visits[source]
	v.Source = source
	return v, nil
}

// SaveVisit implements crawler.Store.
func (m *Memory) SaveVisit(_ context.Context, v crawler.Visit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.visits[v.Source] = v
	return nil
}

// Visits implements crawler.Store.
func (m *Memory) Visits(context.Context) ([]crawler.Visit, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.visits)), nil
}

// Prune implements crawler.Store.
func (m *Memory) Prune(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.seen)
	maps.DeleteFunc(m.seen, func(_ string, s crawler.Seen) bool {
		return !s.Erased && s.Checked.Before(before) && s.At.Before(before)
	})
	return n - len(m.seen), nil
}

// Seen implements crawler.Store.
func (m *Memory) Seen(_ context.Context, ids []string) (map[string]crawler.Seen, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]crawler.Seen{}
	for _, id := range ids {
		if s, ok := m.seen[id]; ok {
			out[id] = s
		}
	}
	return out, nil
}

// MarkSeen implements crawler.Store.
func (m *Memory) MarkSeen(_ context.Context, rows []crawler.Seen) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rows {
		if !m.seen[r.ID].Erased {
			m.seen[r.ID] = r
			if m.of[r.Source] == nil {
				m.of[r.Source] = map[string]bool{}
			}
			m.of[r.Source][r.ID] = true
		}
	}
	return nil
}

// Activity implements crawler.Store.
func (m *Memory) Activity(_ context.Context, source string, from, to time.Time) (crawler.Activity, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var a crawler.Activity
	for id := range m.of[source] {
		s := m.seen[id]
		if s.Source != source || s.Hash == "" || s.At.Before(from) || !s.At.Before(to) {
			continue
		}
		a.Items++
		if a.First.IsZero() || s.At.Before(a.First) {
			a.First = s.At
		}
		if s.At.After(a.Last) {
			a.Last = s.At
		}
	}
	return a, nil
}

// Items implements crawler.Store.
func (m *Memory) Items(_ context.Context, source string, from, to time.Time, most int) ([]crawler.Seen, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []crawler.Seen
	for id := range m.of[source] {
		s := m.seen[id]
		if s.Source == source && s.Hash != "" && !s.At.Before(from) && s.At.Before(to) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b crawler.Seen) int { return b.At.Compare(a.At) })
	return out[:min(len(out), most)], nil
}

// Erase implements crawler.Store.
func (m *Memory) Erase(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen[id] = crawler.Seen{ID: id, Erased: true}
	for k, s := range m.seen {
		if s.Item == id {
			m.seen[k] = crawler.Seen{ID: k, Erased: true}
		}
	}
	return nil
}

// Key implements crawler.Store.
func (m *Memory) Key(_ context.Context, period int64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys[period] == nil {
		m.keys[period] = make([]byte, 32)
		rand.Read(m.keys[period])
	}
	return m.keys[period], nil
}

// DropKeys implements crawler.Store.
func (m *Memory) DropKeys(_ context.Context, before int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for p := range m.keys {
		if p < before {
			delete(m.keys, p)
		}
	}
	return nil
}
