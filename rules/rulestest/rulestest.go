// Package rulestest says what a [rules.Store] must do, as a test that every
// implementation runs.
package rulestest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/rules"
	"langnghe/rules/trend"
)

var errBroken = errors.New("the stream is away")

var epoch = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

// Run runs the suite. setup makes a place for one store and returns a
// function that opens it, again and again: what was committed must be there.
func Run(t *testing.T, setup func(t *testing.T) (open func() rules.Store)) {
	t.Run("Keep", func(t *testing.T) { keep(t, setup(t)) })
	t.Run("Flags", func(t *testing.T) { flags(t, setup(t)) })
	t.Run("Prune", func(t *testing.T) { prune(t, setup(t)) })
	t.Run("Erase", func(t *testing.T) { erase(t, setup(t)) })
	t.Run("Engine", func(t *testing.T) { engine(t, setup(t)) })
}

func commit(t *testing.T, s rules.Store, c rules.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatalf("Commit = %v", err)
	}
}

func load(t *testing.T, s rules.Store) rules.State {
	t.Helper()
	st, err := s.Load(t.Context())
	if err != nil {
		t.Fatalf("Load = %v", err)
	}
	return st
}

func outbox(t *testing.T, s rules.Store) []rules.Outgoing {
	t.Helper()
	out, err := s.Outbox(t.Context(), 100)
	if err != nil {
		t.Fatalf("Outbox = %v", err)
	}
	return out
}

func occurrence(item string, at time.Duration) rules.Occurrence {
	return rules.Occurrence{Rule: "mat-nuoc", Version: 2, Group: "water", Item: item, At: epoch.Add(at), Observed: epoch.Add(at + time.Minute), Voice: "p:" + item, Source: "nhom", Mark: 3, Muted: "dien-tap"}
}

// keep checks that everything of a change is there when the store is opened
// again.
func keep(t *testing.T, open func() rules.Store) {
	s := open()
	o := occurrence("a", time.Hour)
	d := news.Decided{ID: "d1", Rule: "mat-nuoc", Item: "a", Label: news.Answer, Useful: true, At: epoch}
	f := news.Facts{Version: 3, Facts: []news.Fact{{ID: "12/2026#1.money.1", Value: "30000"}}}
	v := rules.Version{Rule: "mat-nuoc", Version: 2, Hash: "h", Source: "id: mat-nuoc\n", At: epoch}
	commit(t, s, rules.Change{
		Occurrences: []rules.Occurrence{o}, Starts: []rules.Start{{Rule: "mat-nuoc", Version: 2, First: epoch.Add(time.Hour)}},
		Decided: &d, Facts: &f, Versions: []rules.Version{v},
		Prune: []rules.Bound{{Rule: "mat-nuoc", Version: 2, Group: "roads", Before: epoch, Held: epoch.Add(-time.Hour), Keep: epoch}},
	})
	again := o
	again.Voice = "p:other"
	commit(t, s, rules.Change{
		Occurrences: []rules.Occurrence{again},
		Starts:      []rules.Start{{Rule: "mat-nuoc", Version: 2, First: epoch}, {Rule: "mat-nuoc", Version: 2, First: epoch.Add(2 * time.Hour)}},
		Facts:       &news.Facts{Version: 2},
		Versions:    []rules.Version{{Rule: "mat-nuoc", Version: 3, Hash: "h3", At: epoch}},
		Previewed:   &rules.Previewed{Hash: "h", At: epoch, PerWeek: 1.5},
	})
	post := trend.Post{ID: "a", At: epoch, Observed: epoch, Source: "nhom", Voice: "p:1", Topics: []string{"water"}}
	changed, gone := post, post
	changed.Tone, gone.ID, gone.At = "negative", "b", epoch.Add(-time.Hour)
	commit(t, s, rules.Change{Posts: []trend.Post{post, gone}})
	commit(t, s, rules.Change{Posts: []trend.Post{changed}, PostsBefore: epoch})
	preview := rules.Previewed{Hash: "h", At: epoch.Add(time.Hour), PerWeek: 2.5, Decided: 4, Useful: 3}
	commit(t, s, rules.Change{Filled: []rules.Version{{Rule: "mat-nuoc", Version: 2}}, Previewed: &preview})
	st := load(t, open())
	if len(st.Occurrences) != 1 || st.Occurrences[0] != o {
		t.Errorf("Occurrences = %+v, want %+v", st.Occurrences, o)
	}
	if len(st.Starts) != 1 || !st.Starts[0].First.Equal(epoch) {
		t.Errorf("Starts = %+v, want the earliest", st.Starts)
	}
	if len(st.Bounds) != 1 || !st.Bounds[0].Before.Equal(epoch) || !st.Bounds[0].Held.Equal(epoch.Add(-time.Hour)) {
		t.Errorf("Bounds = %+v", st.Bounds)
	}
	if len(st.Decided) != 1 || st.Decided[0] != d {
		t.Errorf("Decided = %+v, want %+v", st.Decided, d)
	}
	if st.Facts.Version != 3 || len(st.Facts.Facts) != 1 {
		t.Errorf("Facts = %+v, want version 3", st.Facts)
	}
	if len(st.Versions) != 2 || st.Versions[0].Source != v.Source || !st.Versions[0].Filled || st.Versions[1].Version != 3 || st.Versions[1].Filled {
		t.Errorf("Versions = %+v, want both, the first one filled", st.Versions)
	}
	if len(st.Posts) != 1 || st.Posts[0].ID != "a" || st.Posts[0].Tone != "negative" || !st.Posts[0].At.Equal(epoch) {
		t.Errorf("Posts = %+v, want the one that is not too old, as it was last", st.Posts)
	}
	if len(st.Previews) != 1 || st.Previews[0] != preview {
		t.Errorf("Previews = %+v, want the later one", st.Previews)
	}
}

// flags checks that a flag about an item is kept and sent once, and a signal
// is sent again with each state.
func flags(t *testing.T, open func() rules.Store) {
	s := open()
	f := news.Flag{ID: "f1", Rule: "lua-dao", Version: 1, At: epoch, Item: &news.Item{ID: "a", Text: "chữ"}}
	commit(t, s, rules.Change{Flags: []news.Flag{f}})
	f.Why.VI = "khác"
	commit(t, s, rules.Change{Flags: []news.Flag{f}})
	sig := rules.Signal{Flag: news.Flag{ID: "s1", Rule: "mat-nuoc", Version: 1, At: epoch.Add(time.Hour), Items: []string{"a", "b"}}, State: "raised", Of: 5}
	commit(t, s, rules.Change{Signals: []rules.Signal{sig}})
	sig.Withdrawn = true
	commit(t, s, rules.Change{Signals: []rules.Signal{sig}})
	s = open()
	out := outbox(t, s)
	if len(out) != 3 || out[0].Flag.ID != "f1" || out[0].Flag.Why.VI != "" || out[1].Flag.Withdrawn || !out[2].Flag.Withdrawn {
		t.Fatalf("Outbox = %+v, want the flag once and both states of the signal, in order", out)
	}
	if out[0].Flag.Item == nil || out[0].Flag.Item.Text != "chữ" {
		t.Errorf("the flag lost its item: %+v", out[0].Flag)
	}
	commit(t, s, rules.Change{Sent: []int64{out[0].Seq, out[1].Seq}})
	if out := outbox(t, open()); len(out) != 1 || !out[0].Flag.Withdrawn {
		t.Errorf("Outbox = %+v after two were sent", out)
	}
	st := load(t, s)
	if len(st.Signals) != 1 || !st.Signals[0].Withdrawn || st.Signals[0].State != "raised" || st.Signals[0].Of != 5 {
		t.Errorf("Signals = %+v", st.Signals)
	}
	slices.SortFunc(st.Counts, func(a, b rules.Count) int { return a.Last.Compare(b.Last) })
	if len(st.Counts) != 2 || st.Counts[0].Rule != "lua-dao" || st.Counts[0].Flags != 1 || !st.Counts[1].Last.Equal(sig.At) {
		t.Errorf("Counts = %+v", st.Counts)
	}
}

// prune checks that old occurrences go and that a retired version leaves
// nothing but its flags.
func prune(t *testing.T, open func() rules.Store) {
	s := open()
	commit(t, s, rules.Change{Occurrences: []rules.Occurrence{occurrence("a", 0), occurrence("b", time.Hour), occurrence("c", 2*time.Hour)}})
	commit(t, s, rules.Change{Prune: []rules.Bound{{Rule: "mat-nuoc", Version: 2, Group: "water", Before: epoch.Add(90 * time.Minute), Keep: epoch.Add(time.Hour)}}})
	if st := load(t, s); len(st.Occurrences) != 2 || len(st.Bounds) != 1 {
		t.Errorf("after prune: %+v", st)
	}
	commit(t, s, rules.Change{Signals: []rules.Signal{{Flag: news.Flag{ID: "s", Rule: "mat-nuoc", Version: 2, At: epoch}}}, Starts: []rules.Start{{Rule: "mat-nuoc", Version: 2, First: epoch}}})
	commit(t, s, rules.Change{Retire: []rules.Version{{Rule: "mat-nuoc", Version: 2}}})
	if st := load(t, s); len(st.Occurrences)+len(st.Bounds)+len(st.Starts) != 0 || len(st.Signals) != 1 {
		t.Errorf("after retirement: %+v", st)
	}
}

// erase checks that nothing of an item stays.
func erase(t *testing.T, open func() rules.Store) {
	s := open()
	commit(t, s, rules.Change{
		Occurrences: []rules.Occurrence{occurrence("a", 0), occurrence("ab", 0)},
		Flags: []news.Flag{
			{ID: "f1", Rule: "r", At: epoch, Item: &news.Item{ID: "a", Text: "riêng"}, Items: []string{"a"}},
			{ID: "f2", Rule: "r", At: epoch, Item: &news.Item{ID: "ab", Text: "khác"}, Items: []string{"ab"}},
		},
		Signals: []rules.Signal{{Flag: news.Flag{ID: "s1", Rule: "r", At: epoch, Items: []string{"a", "ab"}}, State: "raised"}},
	})
	commit(t, s, rules.Change{Erased: "a"})
	st := load(t, open())
	if len(st.Occurrences) != 1 || st.Occurrences[0].Item != "ab" {
		t.Errorf("Occurrences = %+v", st.Occurrences)
	}
	if len(st.Signals) != 1 || !slices.Equal(st.Signals[0].Items, []string{"ab"}) || st.Signals[0].State != "raised" {
		t.Errorf("Signals = %+v", st.Signals)
	}
	out := outbox(t, s)
	if len(out) != 2 || out[0].Flag.ID != "f2" || !slices.Equal(out[1].Flag.Items, []string{"ab"}) {
		t.Errorf("Outbox = %+v", out)
	}
}

// engine checks that a built-in rule flags an item once, through restarts
// and a hand-over that fails.
func engine(t *testing.T, open func() rules.Store) {
	ctx := t.Context()
	var got []news.Flag
	broken := true
	start := func() *rules.Engine {
		e, err := rules.New(rules.Options{Store: open(), Now: func() time.Time { return epoch.Add(time.Hour) },
			Flagged: func(_ context.Context, fs []news.Flag) error {
				if broken {
					return errBroken
				}
				got = append(got, fs...)
				return nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	it := news.Item{ID: "a", Kind: news.Post, Source: "nhom", Text: "Đập vỡ rồi bà con ơi", Published: epoch, Observed: epoch, Account: "p:1",
		Reading: &news.Reading{Area: news.Area{Fit: news.InArea}, Stance: news.Claiming, Cues: []news.Cue{{Family: "disaster_rumour", Level: 4, Because: []news.Span{{Start: 0, End: 6, Text: "Đập vỡ", In: "text"}}}}}}
	in := []news.Indexed{{Item: it, Hash: it.Hash()}}
	if err := start().Take(ctx, in); err == nil {
		t.Error("Take hid that flags could not be handed on")
	}
	broken = false
	for range 3 {
		e := start()
		if err := e.Forward(ctx); err != nil {
			t.Fatal(err)
		}
		if err := e.Take(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 1 || got[0].Item == nil || got[0].Level != news.Critical || got[0].Because[0].Text != "Đập vỡ" {
		t.Fatalf("flags = %+v, want one critical flag", got)
	}
}
