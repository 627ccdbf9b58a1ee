package reading

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"langnghe/internal/news"
)

const cueFile = "cues.yaml"

// nearby is how many words may stand between the parts of a rule that does
// not say: more than a post has, less than a newspaper's page.
const nearby = 40

// Kinds of cue families.
const (
	rumour  = "rumour"
	scam    = "scam"
	person  = "person"  // a person decides: never above level 1
	danger  = "danger"  // somebody needs help now: no rumour, no scam
	booster = "booster" // raises another family, never a cue of its own
)

// Family is one family of rumours, scams or dangers.
type Family struct {
	ID    string     `yaml:"-"`
	Title news.Text  `yaml:"title"`
	Kind  string     `yaml:"kind"`
	Level news.Level `yaml:"level"`
	Topic string     `yaml:"topic"`
	// Fields are sets of words of its subject that bear it out without a rule.
	Fields []string  `yaml:"fields"`
	Rules  []cueRule `yaml:"rules"`

	own    []int // the sets of cue words that its rules name, and its fields
	topics []int // its topics and those of its rules, as news.TopicIDs
}

// cueRule holds when every element of All has a hit within so many words of
// the first, one of Any is anywhere in the item and none of None is.
// An element names a set, or several with "|" between them; "dam^2" takes only
// its hits of weight 2 and more.
type cueRule struct {
	All    []string `yaml:"all"`
	Any    []string `yaml:"any"`
	None   []string `yaml:"none"`
	Within int      `yaml:"within"` // words, nearby if absent
	Force  float32  `yaml:"force"`  // how sure the rule is, 1 if absent
	Level  int      `yaml:"level"`  // instead of the family's
	Topic  string   `yaml:"topic"`  // instead of the family's

	all       [][]wanted
	any, none []wanted
}

// wanted is a set and the least weight of a hit.
type wanted struct {
	set int
	min float32
}

// takes reports whether x is heavy enough; a weight of 0 says that the words
// mean something else.
func (w wanted) takes(x hit) bool { return x.weight > 0 && x.weight >= w.min }

// found is a rule that held.
type found struct {
	family *Family
	topic  string
	level  news.Level
	force  float32
	hits   []hit
}

func (f *found) spans(v *view) []news.Span {
	var out []news.Span
	hits := slices.Clone(f.hits)
	slices.SortFunc(hits, func(a, b hit) int { return int(a.start - b.start) })
	for _, x := range hits {
		s := v.span(x.start, x.end)
		if n := len(out); n > 0 && out[n-1].In == s.In && s.Start < out[n-1].End {
			continue
		}
		out = append(out, s)
	}
	return out
}

type cueBook struct {
	Version  int                `yaml:"version"`
	Families map[string]*Family `yaml:"families"`
	order    []*Family
	starts   [][]int32 // by set: the rules that it may begin, counted through all families
}

func loadCues(fsys fs.FS, l *lexicon) (*cueBook, error) {
	b := new(cueBook)
	if err := decode(fsys, cueFile, b); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(b.Families)) {
		f := b.Families[id]
		f.ID = id
		switch f.Kind {
		case rumour, scam, person, danger, booster:
		default:
			return nil, fmt.Errorf("%s: families.%s: kind is %q, want rumour, scam, person, danger or booster", cueFile, id, f.Kind)
		}
		if f.Level < news.Informational || f.Level > news.Critical {
			return nil, fmt.Errorf("%s: families.%s: level is %d, want 0 to 4", cueFile, id, f.Level)
		}
		for i := range f.Rules {
			rule := &f.Rules[i]
			if rule.Force == 0 {
				rule.Force = 1
			}
			if rule.Within == 0 {
				rule.Within = nearby
			}
			if rule.Level == 0 {
				rule.Level = int(f.Level)
			}
			if rule.Topic == "" {
				rule.Topic = f.Topic
			}
			at := fmt.Sprintf("%s: families.%s.rules[%d]", cueFile, id, i)
			if len(rule.All) == 0 {
				return nil, fmt.Errorf("%s: all is empty", at)
			}
			for _, e := range rule.All {
				ids, err := l.wanted(strings.Split(e, "|"))
				if err != nil {
					return nil, fmt.Errorf("%s: all: %w", at, err)
				}
				rule.all = append(rule.all, ids)
				for _, w := range ids {
					if strings.HasPrefix(l.names[w.set], "c.") && !slices.Contains(f.own, w.set) {
						f.own = append(f.own, w.set)
					}
				}
			}
			var err error
			if rule.any, err = l.wanted(rule.Any); err != nil {
				return nil, fmt.Errorf("%s: any: %w", at, err)
			}
			if rule.none, err = l.wanted(rule.None); err != nil {
				return nil, fmt.Errorf("%s: none: %w", at, err)
			}
		}
		fields, err := l.wanted(f.Fields)
		if err != nil {
			return nil, fmt.Errorf("%s: families.%s: fields: %w", cueFile, id, err)
		}
		for _, w := range fields {
			f.own = append(f.own, w.set)
		}
		for i, t := range news.TopicIDs {
			if t == f.Topic || slices.ContainsFunc(f.Rules, func(r cueRule) bool { return r.Topic == t }) {
				f.topics = append(f.topics, i)
			}
		}
		b.order = append(b.order, f)
	}
	b.starts = make([][]int32, len(l.names))
	n := int32(0)
	for _, f := range b.order {
		for _, rule := range f.Rules {
			for _, w := range rule.all[0] {
				b.starts[w.set] = append(b.starts[w.set], n)
			}
			n++
		}
	}
	return b, nil
}

func (l *lexicon) wanted(names []string) ([]wanted, error) {
	var out []wanted
	for _, n := range names {
		name, least, ok := strings.Cut(n, "^")
		w := wanted{}
		if ok {
			x, err := strconv.ParseFloat(least, 32)
			if err != nil {
				return nil, fmt.Errorf("%q: weight is no number", n)
			}
			w.min = float32(x)
		}
		if w.set, ok = l.ids[name]; !ok {
			return nil, fmt.Errorf("no set is called %q", name)
		}
		out = append(out, w)
	}
	return out, nil
}

// find returns the strongest rule of each family that holds, boosters last.
func (b *cueBook) find(s *desk) []found {
	s.begun, s.taken = s.begun[:0], s.taken[:0]
	for set, x := range s.heaviest {
		if x > 0 {
			s.begun = append(s.begun, b.starts[set]...)
		}
	}
	if len(s.begun) == 0 {
		return nil
	}
	slices.Sort(s.begun)
	s.begun = slices.Compact(s.begun)
	out := s.found[:0]
	begun, first := s.begun, 0 // the number of a family's first rule
	for _, f := range b.order {
		held := false
		var best found
		for len(begun) > 0 && int(begun[0]) < first+len(f.Rules) {
			rule := &f.Rules[int(begun[0])-first]
			begun = begun[1:]
			if held && (rule.Force < best.force || rule.Force == best.force && news.Level(rule.Level) <= best.level) {
				continue
			}
			if hits, ok := rule.holds(s); ok {
				held, best = true, found{f, rule.Topic, news.Level(rule.Level), rule.Force, hits}
			}
		}
		if held {
			out = append(out, best)
		}
		first += len(f.Rules)
	}
	s.found = out
	return out
}

// holds reports whether the rule does, and by which hits, which are of s.taken.
func (c *cueRule) holds(s *desk) ([]hit, bool) {
	h, heaviest := s.hits, s.heaviest
	has := func(list []wanted) bool {
		for _, w := range list {
			if x := heaviest[w.set]; x > 0 && x >= w.min {
				return true
			}
		}
		return false
	}
	for _, alternatives := range c.all {
		if !has(alternatives) {
			return nil, false
		}
	}
	if len(c.any) > 0 && !has(c.any) || has(c.none) {
		return nil, false
	}
	// Anchor on each hit of the first element and take, of the others, the
	// nearest one that shares no word with those taken.
	for _, w := range c.all[0] {
		for _, a := range h[w.set] {
			if !w.takes(a) {
				continue
			}
			if from := len(s.taken); c.around(s, a) {
				return slices.Clip(s.taken[from:]), true
			} else {
				s.taken = s.taken[:from]
			}
		}
	}
	return nil, false
}

// around adds to s.taken the hits with which the rule holds around a. It
// reports whether it does.
func (c *cueRule) around(s *desk, a hit) bool {
	h, from := s.hits, len(s.taken)
	s.taken = append(s.taken, a)
	for _, alternatives := range c.all[1:] {
		best, distance := hit{}, int32(-1)
		for _, w := range alternatives {
			for _, x := range h[w.set] {
				d := max(x.start-a.end, a.start-x.end, 0)
				if !w.takes(x) || d > int32(c.Within) || overlaps(s.taken[from:], x) {
					continue
				}
				if distance < 0 || d < distance {
					best, distance = x, d
				}
			}
		}
		if distance < 0 {
			return false
		}
		s.taken = append(s.taken, best)
	}
	return true
}

func overlaps(taken []hit, x hit) bool {
	for _, t := range taken {
		if t.start < x.end && x.start < t.end {
			return true
		}
	}
	return false
}
