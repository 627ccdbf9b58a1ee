package rules

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"langnghe/internal/query"
)

// A ruleSet is what is in force: rules with their lists, filed for matching.
// Its rules do not change; a reload makes another one.
type ruleSet struct {
	rules   []*Rule // by id
	lists   query.Lists
	live    []*Rule // those that are evaluated, filters left out
	filters []*Rule
	match   *query.Set // of live
	mute    *query.Set // of filters
	held    []Problem  // of rules that may not notify yet
}

func newSet(rules []*Rule, lists query.Lists) *ruleSet {
	s := &ruleSet{rules: rules, lists: lists}
	slices.SortFunc(s.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	for _, r := range s.rules {
		switch {
		case !r.live():
		case r.Type == "filter":
			s.filters = append(s.filters, r)
		default:
			s.live = append(s.live, r)
		}
	}
	s.file(nil)
	return s
}

// file files the rules for matching, with a sample of what is said or nil.
// The tables that were there are left as they are for who still reads them.
func (s *ruleSet) file(sample *query.Sample) {
	queries := func(rs []*Rule) (qs []*query.Query) {
		for _, r := range rs {
			qs = append(qs, r.when)
		}
		return qs
	}
	o := query.SetOptions{Sample: sample}
	s.match, s.mute = o.NewSet(queries(s.live)), o.NewSet(queries(s.filters))
}

func (s *ruleSet) find(id string) *Rule {
	i, ok := slices.BinarySearchFunc(s.rules, id, func(r *Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return nil
	}
	return s.rules[i]
}

// A folder is a place of rule files: rules/<id>.yaml and lists/<name>.yaml.
type folder struct {
	fsys    fs.FS
	builtin bool
}

// files reads the YAML files of a folder's sub-folder, tests left out.
func (f folder) files(dir string, tests bool) (map[string]string, error) {
	names, err := fs.Glob(f.fsys, dir+"/*.yaml")
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, n := range names {
		if strings.HasSuffix(n, "_test.yaml") != tests {
			continue
		}
		b, err := fs.ReadFile(f.fsys, n)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("rules: %s: %w", n, err)
		}
		out[n] = string(b)
	}
	return out, nil
}

// load reads every folder. Rules of a later folder replace those of the same
// id before. old gives the version of a rule that is in force when its file
// is refused, by the id that the file's name promises. hold replaces the
// rules that may not notify and says why; nil holds none.
func load(folders []folder, old func(id string) *Rule, hold func([]*Rule) []Problem) (*ruleSet, []Problem, error) {
	lists := query.Lists{}
	var problems []Problem
	type source struct {
		name, text string
		builtin    bool
	}
	var sources []source
	for _, f := range folders {
		ls, err := f.files("lists", false)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range sortedKeys(ls) {
			name, terms, ps := parseList(n, ls[n])
			if want := stem(n); len(ps) == 0 && name != want {
				ps = []Problem{{File: n, Line: 1, Code: BadValue, Path: "name", VI: "Tên danh sách phải là tên tệp: " + want, EN: "the name must be that of the file: " + want}}
			}
			problems = append(problems, ps...)
			if len(ps) == 0 {
				lists[name] = terms
			}
		}
		rs, err := f.files("rules", false)
		if err != nil {
			return nil, nil, err
		}
		for _, n := range sortedKeys(rs) {
			sources = append(sources, source{n, rs[n], f.builtin})
		}
	}
	ids := map[string]bool{}
	for _, s := range sources {
		ids[stem(s.name)] = true
	}
	rules := map[string]*Rule{}
	for _, s := range sources {
		r, ps := parseRule(s.name, s.text, lists, func(id string) bool { return ids[id] })
		r.Builtin = s.builtin
		want := stem(s.name)
		if len(ps) == 0 && r.ID != want {
			ps = append(ps, Problem{File: s.name, Line: r.lineOf("id"), Code: BadValue, Path: "id", VI: "id phải là tên tệp: " + want, EN: "the id must be the name of the file: " + want})
		}
		was := old(want)
		if len(ps) == 0 && was != nil && was.hash != r.hash && r.Version <= was.Version && was.Builtin == r.Builtin && !sameMeaning(was, r, lists) {
			ps = append(ps, Problem{File: s.name, Line: r.lineOf("version"), Code: BadValue, Path: "version",
				VI: fmt.Sprintf("Nghĩa đã đổi: tăng version lên %d", was.Version+1), EN: fmt.Sprintf("the meaning has changed: raise the version to %d", was.Version+1)})
		}
		problems = append(problems, ps...)
		switch {
		case len(ps) == 0:
			rules[r.ID] = r
		case was != nil && rules[want] == nil:
			rules[want] = was
		}
	}
	var all []*Rule
	for _, id := range sortedKeys(rules) {
		all = append(all, rules[id])
	}
	var held []Problem
	if hold != nil {
		held = hold(all)
	}
	s := newSet(all, lists)
	s.held = held
	return s, problems, nil
}

// sameMeaning reports whether a, read again with today's lists, is b: only a
// list has changed, which has a version of its own.
func sameMeaning(a, b *Rule, lists query.Lists) bool {
	again, ps := parseRule(a.File, a.Source, lists, func(string) bool { return true })
	return len(ps) == 0 && again.hash == b.hash
}

// lineOf is the line of a top-level key, for messages.
func (r *Rule) lineOf(key string) int {
	n := 0
	for l := range strings.Lines(r.Source) {
		n++
		if strings.HasPrefix(l, key+":") {
			return n
		}
	}
	return 1
}

func stem(name string) string { return strings.TrimSuffix(path.Base(name), ".yaml") }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// dirFolder is the folder dir on disk; a missing one is empty.
func dirFolder(dir string) folder { return folder{fsys: os.DirFS(dir)} }
