package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"langnghe/internal/news"
	"langnghe/rules"
	"langnghe/rules/rulestest"
)

func TestRules(t *testing.T) {
	rulestest.Run(t, func(t *testing.T) func() rules.Store {
		file := filepath.Join(t.TempDir(), "rules.db")
		return func() rules.Store {
			s, err := OpenRules(t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		}
	})
}

const keyedRule = `id: KEY
version: 1
title: {vi: "Nhiều người nói một chuyện", en: "Many voices, one story"}
type: TYPE
by: story
within: 6h
level: medium
status: test
owner: vh-xh
topic: general
references: ["1/2026/QĐ-UBND"]
falsepositives: ["họp dân"]
when: nước
tests:
  match: [nước, nước sông, mất nước]
  no_match: [trời, đất, {text: Chợ bẩn quá, criticism: true}]
`

// TestRulesRestart checks that with ten thousand keys, each with a window
// that a restart cuts in the middle, a count, a ratio and a sequence raise
// the flags that one run without restarts raises.
func TestRulesRestart(t *testing.T) {
	const keys = 10_000
	rule := func(id, typ, fields string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.NewReplacer("KEY", id, "TYPE", typ+"\n"+fields).Replace(keyedRule))}
	}
	files := fstest.MapFS{
		"rules/dem.yaml":      rule("dem", "count", "at_least: 3"),
		"rules/ti-le.yaml":    rule("ti-le", "ratio", "share: bẩn\nat_least: 60\nmin: 3"),
		"rules/lan-luot.yaml": rule("lan-luot", "sequence", "steps: [một, hai, ba]"),
	}
	epoch := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	steps := []string{"nước bẩn một", "nước bẩn hai", "nước ba"}
	var phases [3][]news.Indexed
	for step := range phases {
		for k := range keys {
			at := epoch.Add(time.Duration(step)*2*time.Hour + time.Duration(k)*100*time.Millisecond)
			it := news.Item{ID: fmt.Sprint(k, "-", step), Kind: news.Post, Source: "nhom", Account: fmt.Sprint("p", step), Text: steps[step],
				Published: at, Observed: at, Reading: &news.Reading{Story: fmt.Sprint("s", k)}}
			phases[step] = append(phases[step], news.Indexed{Item: it, Hash: "h"})
		}
	}
	now := epoch.Add(12 * time.Hour)
	run := func(open func() rules.Store) []string {
		e := (*rules.Engine)(nil)
		for _, phase := range phases {
			var err error
			if e, err = rules.New(rules.Options{Builtin: files, Store: open(), Now: func() time.Time { return now }}); err != nil {
				t.Fatal(err)
			}
			for batch := range slices.Chunk(phase, 2000) {
				if err := e.Take(t.Context(), batch); err != nil {
					t.Fatal(err)
				}
			}
		}
		st, err := open().Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range st.Signals {
			out = append(out, fmt.Sprint(s.ID, s.Rule, s.Group, s.At.UTC(), s.Items, s.Count, s.Of, s.Withdrawn))
		}
		slices.Sort(out)
		return out
	}
	memory := rules.NewMemory()
	want := run(func() rules.Store { return memory })
	file := filepath.Join(t.TempDir(), "rules.db")
	var last *Rules
	got := run(func() rules.Store { // closed in the middle of every window
		if last != nil {
			last.Close()
		}
		var err error
		if last, err = OpenRules(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		return last
	})
	last.Close()
	if len(want) != 3*keys {
		t.Fatalf("%d flags, want %d", len(want), 3*keys)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d flags with restarts, %d without, or others", len(got), len(want))
	}
}
