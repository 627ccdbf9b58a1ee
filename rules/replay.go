package rules

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"langnghe/internal/news"
	"langnghe/internal/query"
)

// epoch is time zero of tests with a time axis.
var epoch = time.Date(2026, 11, 2, 0, 0, 0, 0, ward)

// A timeTest is one case of rules/<id>_test.yaml.
type timeTest struct {
	name  string
	line  int
	until time.Duration
	items []news.Item // in order of arrival
	want  []wantFlag
}

// wantFlag is a flag that a test expects; nil fields are not compared.
type wantFlag struct {
	At    time.Duration
	Group *string
	Count *int
	Of    *int
	State *string
	Late  *bool
	Items []string // nil when not given
}

func (w *wantFlag) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "at %s", formatDuration(w.At))
	if w.Group != nil {
		fmt.Fprintf(&b, " group %q", *w.Group)
	}
	if w.Count != nil {
		fmt.Fprintf(&b, " count %d", *w.Count)
	}
	if w.Of != nil {
		fmt.Fprintf(&b, " of %d", *w.Of)
	}
	if w.State != nil {
		b.WriteString(" " + *w.State)
	}
	if w.Late != nil && *w.Late {
		b.WriteString(" late")
	}
	if w.Items != nil {
		fmt.Fprintf(&b, " items %v", w.Items)
	}
	return b.String()
}

func (w *wantFlag) fits(s *Signal) bool {
	return s.At.Equal(epoch.Add(w.At)) && (w.Group == nil || *w.Group == s.Group) && (w.Count == nil || *w.Count == s.Count) &&
		(w.Of == nil || *w.Of == s.Of) && (w.State == nil || *w.State == s.State) && (w.Late == nil || *w.Late == s.Late) &&
		(w.Items == nil || slices.Equal(w.Items, s.Items))
}

func describe(s *Signal) string {
	w := wantFlag{At: s.At.Sub(epoch), Group: &s.Group, Count: &s.Count, Items: s.Items, Late: &s.Late}
	if s.Of > 0 {
		w.Of = &s.Of
	}
	if s.State != "" {
		w.State = &s.State
	}
	return w.String()
}

// unmarshalTest reads one case; obj is the JSON of its YAML.
func unmarshalTest(obj []byte) (t timeTest, err error) {
	var raw struct {
		Name  string
		Until string
		Items []map[string]any
		Want  json.RawMessage
	}
	if err := json.Unmarshal(obj, &raw); err != nil {
		return t, err
	}
	t.name = raw.Name
	var ok bool
	if t.until, ok = parseDuration(raw.Until); !ok {
		return t, fmt.Errorf("until %q is no time like 1d6h", raw.Until)
	}
	for i, m := range raw.Items {
		var at, seen time.Duration
		for key, d := range map[string]*time.Duration{"at": &at, "observed": &seen} {
			s, given := m[key]
			if !given && key == "observed" {
				*d = -1
				continue
			}
			v, ok := parseDuration(fmt.Sprint(s))
			if !ok {
				return t, fmt.Errorf("items[%d].%s: %v is no time like 1d6h", i, key, s)
			}
			*d = v
			delete(m, key)
		}
		if id, ok := m["id"].(float64); ok {
			m["id"] = strconv.FormatFloat(id, 'f', -1, 64)
		}
		b, err := json.Marshal(m)
		if err != nil {
			return t, err
		}
		var it news.Item
		if err := json.Unmarshal(b, &it); err != nil {
			return t, fmt.Errorf("items[%d]: %w", i, err)
		}
		if seen < 0 {
			seen = at
		}
		it.Published, it.Observed = epoch.Add(at), epoch.Add(seen)
		t.items = append(t.items, it)
	}
	var want []map[string]any
	if err := json.Unmarshal(raw.Want, &want); err != nil {
		return t, fmt.Errorf("want: %w", err)
	}
	for i, m := range want {
		w, err := readWant(m)
		if err != nil {
			return t, fmt.Errorf("want[%d]: %w", i, err)
		}
		t.want = append(t.want, w)
	}
	return t, nil
}

func readWant(m map[string]any) (w wantFlag, err error) {
	number := func(v any) (*int, error) {
		f, ok := v.(float64)
		if !ok || f != math.Trunc(f) {
			return nil, fmt.Errorf("%v is no whole number", v)
		}
		n := int(f)
		return &n, nil
	}
	for k, v := range m {
		switch k {
		case "at":
			var ok bool
			if w.At, ok = parseDuration(fmt.Sprint(v)); !ok {
				return w, fmt.Errorf("at %v is no time like 1d6h", v)
			}
		case "group", "state":
			s := fmt.Sprint(v)
			if k == "group" {
				w.Group = &s
			} else {
				w.State = &s
			}
		case "count":
			w.Count, err = number(v)
		case "of":
			w.Of, err = number(v)
		case "late":
			b, ok := v.(bool)
			if !ok {
				return w, fmt.Errorf("late %v is neither true nor false", v)
			}
			w.Late = &b
		case "items":
			l, ok := v.([]any)
			if !ok {
				return w, fmt.Errorf("items %v is no list", v)
			}
			w.Items = []string{}
			for _, id := range l {
				w.Items = append(w.Items, fmt.Sprint(id))
			}
		default:
			return w, fmt.Errorf("no key %q", k)
		}
		if err != nil {
			return w, err
		}
	}
	return w, nil
}

// An ordering is a way in which items may arrive.
type ordering struct {
	name    string
	arrange func([]news.Item) []news.Item
	restart bool
}

// orderings are the four ways in which a test runs: all must give the same.
var orderings = []ordering{
	{"as listed", func(in []news.Item) []news.Item { return in }, false},
	{"sorted by time", func(in []news.Item) []news.Item {
		out := slices.Clone(in)
		slices.SortStableFunc(out, func(a, b news.Item) int { return a.At().Compare(b.At()) })
		return out
	}, false},
	{"reversed with a duplicate", func(in []news.Item) []news.Item {
		out := slices.Clone(in)
		slices.Reverse(out)
		if len(out) > 0 {
			out = append(out, out[0])
		}
		return out
	}, false},
	{"with a restart after every item", func(in []news.Item) []news.Item { return in }, true},
}

// replay takes items one by one into a fresh engine and returns the flags
// that hold up to a time.
func replay(ctx context.Context, set *ruleSet, items []news.Item, until time.Time, facts []news.Fact, restart bool) ([]Signal, error) {
	store := NewMemory()
	now := epoch
	start := func() *Engine {
		e := newEngine(Options{Store: store, Now: func() time.Time { return now }})
		e.set = set
		return e
	}
	e := start()
	if err := e.Facts(ctx, news.Facts{Facts: facts}); err != nil {
		return nil, err
	}
	for _, it := range items {
		if err := e.Take(ctx, []news.Indexed{{Item: it, Hash: it.Hash()}}); err != nil {
			return nil, err
		}
		if restart {
			e = start()
		}
	}
	now = until
	if err := e.Tick(ctx); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(store.Flags(), func(s Signal) bool { return s.Withdrawn || s.At.After(until) }), nil
}

// run runs the case in every ordering and returns what went wrong.
func (t *timeTest) run(ctx context.Context, set *ruleSet, facts []news.Fact) error {
	for _, o := range orderings {
		got, err := replay(ctx, set, o.arrange(t.items), epoch.Add(t.until), facts, o.restart)
		if err != nil {
			return err
		}
		rest := slices.Clone(got)
		for i := range t.want {
			j := slices.IndexFunc(rest, func(s Signal) bool { return t.want[i].fits(&s) })
			if j < 0 {
				return fmt.Errorf("%s: no flag %s; got %s", o.name, &t.want[i], describeAll(got))
			}
			rest = slices.Delete(rest, j, j+1)
		}
		if len(rest) > 0 {
			return fmt.Errorf("%s: %d flags more than wanted; got %s", o.name, len(rest), describeAll(got))
		}
	}
	return nil
}

func describeAll(got []Signal) string {
	if len(got) == 0 {
		return "none"
	}
	var out []string
	for i := range got {
		out = append(out, describe(&got[i]))
	}
	return strings.Join(out, "; ")
}

// parseTimeTests reads rules/<id>_test.yaml.
func parseTimeTests(file, src string) (rule string, tests []timeTest, problems []Problem) {
	p := &fileParser{file: file}
	if !p.open(src, []string{"rule", "tests"}, "Tệp phải có rule và tests", "the file must have rule and tests") {
		return "", nil, p.problems
	}
	rule = p.str("rule")
	if rule == "" && len(p.problems) == 0 {
		p.missing(1, "rule")
	}
	seq, ok := p.keys["tests"].node.(*ast.SequenceNode)
	if !ok {
		p.missing(1, "tests")
		return rule, nil, p.problems
	}
	for i, n := range seq.Values {
		path := fmt.Sprintf("tests[%d]", i)
		var v any
		err := yaml.NodeToValue(n, &v)
		var obj []byte
		if err == nil {
			obj, err = json.Marshal(v)
		}
		var t timeTest
		if err == nil {
			t, err = unmarshalTest(obj)
		}
		if err != nil {
			p.bad(line(n), path, "“"+path+"” không đọc được: "+err.Error(), fmt.Sprintf("%q cannot be read: %v", path, err))
			continue
		}
		t.line = line(n)
		tests = append(tests, t)
	}
	return rule, tests, p.problems
}

// failures runs the samples beside a rule.
func (r *Rule) failures(read func(*news.Item) *news.Reading) (out []Problem) {
	check := func(name string, samples []Sample, want bool) {
		for i, s := range samples {
			it := s.Item
			if it.Reading == nil && read != nil {
				it.Reading = read(&it)
			}
			if r.when.Holds(query.NewDoc(&it)) == want {
				continue
			}
			p := Problem{File: r.File, Line: s.Line, Code: TestFailed, Path: fmt.Sprintf("tests.%s[%d]", name, i),
				VI: "Ví dụ phải khớp mà không khớp", EN: "the sample must match and does not"}
			if !want {
				p.VI, p.EN = "Ví dụ không được khớp mà khớp", "the sample must not match and does"
			}
			out = append(out, p)
		}
	}
	check("match", r.Tests.Match, true)
	check("no_match", r.Tests.NoMatch, false)
	return out
}
