package rules

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
)

func TestPrecision(t *testing.T) {
	tests := []struct {
		decided, useful  int
		share, low, high float64
	}{
		{0, 0, 0, 0, 1},
		{1, 1, 1, 0.378, 1},
		{10, 5, 0.5, 0.312, 0.688},
		{20, 20, 1, 0.924, 1},
		{100, 30, 0.3, 0.245, 0.362},
	}
	for _, tt := range tests {
		p := precisionOf(tt.decided, tt.useful)
		if math.Abs(p.Share-tt.share)+math.Abs(p.Low-tt.low)+math.Abs(p.High-tt.high) > 0.002 {
			t.Errorf("%d of %d: %+v, want %v, %v to %v", tt.useful, tt.decided, p, tt.share, tt.low, tt.high)
		}
	}
}

// decide makes n decisions on flags of a rule, the first of them useful.
func decide(t *testing.T, e *Engine, rule string, version, n, useful int, at time.Time) {
	t.Helper()
	for i := range n {
		d := news.Decided{ID: fmt.Sprint(rule, version, i), Rule: rule, Version: version, Item: fmt.Sprint(rule, i), Useful: i < useful, At: at}
		if err := e.Decided(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func info(t *testing.T, e *Engine, id string) (Info, List) {
	t.Helper()
	l, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range l.Rules {
		if r.ID == id {
			return r, l
		}
	}
	t.Fatalf("no rule %s in %+v", id, l)
	return Info{}, l
}

// TestRetire checks that a rule which people find useless asks to be retired,
// after enough decisions, and that its next version starts afresh.
func TestRetire(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rules", "mat-nuoc.yaml")
	text := ruleText("mat-nuoc", "match", "", "mất nước")
	if err := writeFile(file, text); err != nil {
		t.Fatal(err)
	}
	e, _ := testEngine(t, nil, Options{Dir: dir})
	decide(t, e, "mat-nuoc", 1, 19, 3, epoch)
	if r, _ := info(t, e, "mat-nuoc"); r.Retire {
		t.Error("asks to be retired after 19 decisions")
	}
	decide(t, e, "mat-nuoc", 1, 20, 3, epoch)
	r, _ := info(t, e, "mat-nuoc")
	if !r.Retire || r.Precision.Share != 0.15 || r.Precision.Low > 0.15 || r.Precision.High < 0.15 {
		t.Errorf("rule = %+v, want one that asks to be retired", r)
	}
	if err := writeFile(file, strings.Replace(text, "version: 1", "version: 2", 1)); err != nil {
		t.Fatal(err)
	}
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, _ = info(t, e, "mat-nuoc")
	if r.Retire || r.Decided != 20 || len(r.Versions) != 1 || r.Versions[0].Version != 1 || r.Versions[0].Source != text {
		t.Errorf("rule = %+v, want a fresh start and the version before", r)
	}
}

func loud(id string) string {
	return strings.NewReplacer("level: medium", "level: high", "status: test", "status: stable").Replace(ruleText(id, "match", "", "mất nước"))
}

// daily are posts of the last days that the loud rules find.
func daily(n int) (out []news.Item) {
	for i := range n {
		out = append(out, post(fmt.Sprint("i", i), "p1", "mất nước", time.Duration(i)*24*time.Hour).Item)
	}
	return out
}

// TestHold checks that a file put into the folder by hand may not notify
// until its preview, that this survives a restart, and that the budget is
// the whole ward's.
func TestHold(t *testing.T) {
	dir := t.TempDir()
	put := func(id, text string) {
		t.Helper()
		if err := writeFile(filepath.Join(dir, "rules", id+".yaml"), text); err != nil {
			t.Fatal(err)
		}
	}
	now := epoch.AddDate(0, 0, 30)
	store := NewMemory()
	o := Options{Dir: dir, Store: store, Now: func() time.Time { return now }}
	put("mot", loud("mot"))
	e, rec := testEngine(t, nil, o)
	r, l := info(t, e, "mot")
	if r.Status != "test" || r.Wanted != "stable" || len(l.Held) != 1 || l.Held[0].Code != NotPreviewed || l.Held[0].Line != 6 {
		t.Errorf("rule = %s (wants %s), held = %+v", r.Status, r.Wanted, l.Held)
	}
	if err := e.Take(t.Context(), []news.Indexed{post("x", "p", "mất nước", 0)}); err != nil || len(rec.flags) != 1 || rec.flags[0].Status != "test" {
		t.Errorf("flags = %+v, %v: a held rule must not notify", rec.flags, err)
	}
	p, err := e.Preview(t.Context(), PreviewRequest{File: loud("mot")}, seq(daily(7)...)) // 1.6 a week, half of them taken to be false
	if err != nil || p.Refused != nil || p.False < 0.7 || p.False > 0.9 {
		t.Fatalf("Preview = %+v, %v", p, err)
	}
	for _, e := range []*Engine{e, func() *Engine { e, _ := testEngine(t, nil, o); return e }()} {
		if r, l := info(t, e, "mot"); r.Status != "stable" || r.Wanted != "" || len(l.Held) > 0 || math.Abs(l.Spent-p.False) > 1e-9 {
			t.Errorf("after the preview: %s, spent %v, held %+v", r.Status, l.Spent, l.Held)
		}
	}
	now = now.Add(time.Hour)
	put("hai", loud("hai"))
	p, err = e.Preview(t.Context(), PreviewRequest{File: loud("hai")}, seq(daily(14)...))
	if err != nil || p.Refused == nil || p.Refused.Code != OverBudget || p.Spent < 0.7 {
		t.Fatalf("Preview = %+v, %v: two rules are above the budget together", p, err)
	}
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, l := info(t, e, "hai"); r.Status != "test" || len(l.Held) != 1 || l.Held[0].Code != OverBudget || !strings.Contains(l.Held[0].VI, "báo động nhầm") {
		t.Errorf("rule = %s, held = %+v", r.Status, l.Held)
	}
	if r, _ := info(t, e, "mot"); r.Status != "stable" {
		t.Error("the rule that came first lost its place")
	}
	// People find what the first one flags useful: there is room.
	decide(t, e, "mot", 1, 8, 8, now)
	e.stamp = ""
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, l := info(t, e, "hai"); r.Status != "stable" {
		t.Errorf("rule = %s, held = %+v, spent %v", r.Status, l.Held, l.Spent)
	}
	bad := strings.Replace(loud("ba-a"), "trời đẹp", "mất nước", 1)
	if _, err := e.Preview(t.Context(), PreviewRequest{File: bad}, seq()); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	put("ba-a", bad)
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, l := info(t, e, "ba-a"); r.Status != "test" || len(l.Held) != 1 || l.Held[0].Path != "tests.no_match[1]" {
		t.Errorf("rule with failing tests = %s, held %+v", r.Status, l.Held)
	}
}

// TestFill checks that a rule which comes later is evaluated on the past,
// marked retro, once, and that a failure is made up for.
func TestFill(t *testing.T) {
	dir := t.TempDir()
	now := epoch.AddDate(0, 0, 10)
	past := daily(5)
	past = append(past, post("just-now", "p", "mất nước", 10*24*time.Hour).Item)
	asked := 0
	var broken error
	o := Options{Dir: dir, Store: NewMemory(), Now: func() time.Time { return now },
		History: func(context.Context, int) iter.Seq2[news.Item, error] {
			asked++
			return func(yield func(news.Item, error) bool) {
				for _, it := range past {
					if !yield(it, broken) {
						return
					}
				}
			}
		}}
	if err := writeFile(filepath.Join(dir, "rules", "cu-a.yaml"), ruleText("cu-a", "match", "", "trời")); err != nil {
		t.Fatal(err)
	}
	e, rec := testEngine(t, nil, o)
	if err := e.Tick(t.Context()); err != nil || asked != 0 {
		t.Fatalf("asked %d times for history, %v: nothing came before the first rules", asked, err)
	}
	if err := writeFile(filepath.Join(dir, "rules", "moi.yaml"), ruleText("moi", "match", "", "mất nước")); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(filepath.Join(dir, "rules", "dem.yaml"), ruleText("dem", "count", "at_least: 2\nwithin: 30d\ndistinct: source\n", "mất nước")); err != nil {
		t.Fatal(err)
	}
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	broken = errors.New("the index is away")
	if err := e.Tick(t.Context()); !errors.Is(err, broken) {
		t.Fatalf("Tick = %v", err)
	}
	broken = nil
	past[4].Source = "trang"
	for range 2 {
		if err := e.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	e, _ = testEngine(t, nil, o) // a restart
	if err := e.Tick(t.Context()); err != nil || asked != 2 {
		t.Errorf("asked %d times for history, want 2, the first in vain; %v", asked, err)
	}
	if len(rec.flags) != 6 {
		t.Errorf("%d flags, want 5 of the past and 1 of the count", len(rec.flags))
	}
	for _, f := range rec.flags {
		if !f.Retro {
			t.Errorf("flag of %s about %v is not marked retro", f.Rule, f.Items)
		}
	}
	if err := e.Take(t.Context(), []news.Indexed{{Item: past[5]}}); err != nil {
		t.Fatal(err)
	}
	for _, f := range e.opts.Store.(*Memory).Flags() {
		if f.Rule == "moi" && f.Items[0] == "just-now" && f.Retro {
			t.Error("an item that was on its way is marked retro")
		}
	}
}
