package reading

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"langnghe/internal/lang"
)

// A lexicon file holds a version and named sets of phrases:
//
//	version: 3
//	sets:
//	  dam: [đập, hồ chứa, bờ bao]
//	  dam_break: [vỡ .. $dam, $dam .. vỡ|bể^2]
//
// A phrase is words; ".." stands for up to three words more, "..5" for up to
// five, "<n>" for a number, "a|b_c" for a or b c, "$dam" for any entry of a
// set. "^2" is its weight, 1 if absent. A phrase of one word is found with
// its diacritics only, unless "~" stands before it; one of several words is
// found in text without diacritics too, unless "=" does.

// A lexiconError says where a data file is wrong.
type lexiconError struct {
	file string
	line int
	msg  string
}

func (e *lexiconError) Error() string { return fmt.Sprintf("%s:%d: %s", e.file, e.line, e.msg) }

// rawSet is a set as written.
type rawSet struct {
	file    string
	entries []rawEntry
}

type rawEntry struct {
	line int
	text string
}

// loadSets reads every lexicon file of fsys. It returns the sets and what
// versions they are of.
func loadSets(fsys fs.FS) (map[string]rawSet, []string, error) {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, nil, err
	}
	sets := map[string]rawSet{}
	var versions []string
	var errs []error
	for _, file := range files {
		if file == mendFile || file == cueFile {
			continue
		}
		src, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, nil, err
		}
		version, err := parseSets(file, src, sets)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		versions = append(versions, fmt.Sprintf("%s %d", strings.TrimSuffix(file, path.Ext(file)), version))
	}
	return sets, versions, errors.Join(errs...)
}

func parseSets(file string, src []byte, sets map[string]rawSet) (version int, err error) {
	f, err := parser.ParseBytes(src, 0)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	fail := func(n ast.Node, format string, args ...any) error {
		return &lexiconError{file, line(n), fmt.Sprintf(format, args...)}
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		return 0, &lexiconError{file, 1, "want one document with version and sets"}
	}
	var errs []error
	for _, kv := range mapping(f.Docs[0].Body) {
		switch key := scalar(kv.Key); key {
		case "version":
			if version, err = strconv.Atoi(scalar(kv.Value)); err != nil || version < 1 {
				errs = append(errs, fail(kv.Value, "version is %q, want a number from 1", scalar(kv.Value)))
			}
		case "sets":
			for _, set := range mapping(kv.Value) {
				name := scalar(set.Key)
				if _, ok := sets[name]; ok {
					errs = append(errs, fail(set.Key, "set %s is there twice", name))
				}
				list, ok := set.Value.(*ast.SequenceNode)
				if !ok {
					errs = append(errs, fail(set.Value, "set %s is no list", name))
					continue
				}
				raw := rawSet{file: file}
				for _, n := range list.Values {
					if scalar(n) == "" {
						errs = append(errs, fail(n, "set %s: entry is no text", name))
						continue
					}
					raw.entries = append(raw.entries, rawEntry{line(n), scalar(n)})
				}
				sets[name] = raw
			}
		default:
			errs = append(errs, fail(kv.Key, "unknown key %q, want version or sets", key))
		}
	}
	if version == 0 && len(errs) == 0 {
		errs = append(errs, &lexiconError{file, 1, "version is missing"})
	}
	return version, errors.Join(errs...)
}

func mapping(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func scalar(n ast.Node) string {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return ""
	case *ast.StringNode:
		return n.Value
	default:
		return n.GetToken().Value
	}
}

func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// decode reads a strict YAML file into v.
func decode(fsys fs.FS, file string, v any) error {
	src, err := fs.ReadFile(fsys, file)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(src, v, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %s", file, firstLine(yaml.FormatError(err, false, false)))
	}
	return nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// step is one word of a compiled phrase.
type step struct {
	key, fold uint64
	gap       uint8 // words that may stand before it
	number    bool
}

// entry is one compiled phrase.
type entry struct {
	set    int32
	weight float32
	fold   bool // may match words without diacritics
	steps  []step
}

// Limits that keep a mistaken file from eating the machine.
const (
	maxExpansion = 6000
	maxGap       = 12
)

// lexicon is all the sets, compiled.
type lexicon struct {
	ids     map[string]int
	names   []string
	entries []entry
	singles lists // by hash of the first word
	pairs   lists // by hash of the first two
	// The same by folded hash, for entries that may be folded.
	foldSingles, foldPairs lists
}

// index collects what becomes the lists of a lexicon.
type index struct{ singles, pairs, foldSingles, foldPairs map[uint64][]int32 }

func compile(raw map[string]rawSet) (*lexicon, error) {
	l := &lexicon{ids: map[string]int{}}
	in := index{map[uint64][]int32{}, map[uint64][]int32{}, map[uint64][]int32{}, map[uint64][]int32{}}
	for name := range raw {
		l.names = append(l.names, name)
	}
	slices.Sort(l.names)
	for i, name := range l.names {
		l.ids[name] = i
	}
	x := expander{raw: raw, open: map[string]bool{}, words: map[string][]step{}}
	var errs []error
	for id, name := range l.names {
		for _, e := range raw[name].entries {
			if err := l.add(&in, &x, id, e.text); err != nil {
				errs = append(errs, &lexiconError{raw[name].file, e.line, fmt.Sprintf("set %s: %q: %v", name, e.text, err)})
			}
		}
	}
	l.singles, l.pairs = newLists(in.singles, l.entries), newLists(in.pairs, l.entries)
	l.foldSingles, l.foldPairs = newLists(in.foldSingles, l.entries), newLists(in.foldPairs, l.entries)
	return l, errors.Join(errs...)
}

func (l *lexicon) add(in *index, x *expander, set int, text string) error {
	weight := 1.0
	phrase, w, ok := strings.Cut(text, "^")
	if ok {
		var err error
		if weight, err = strconv.ParseFloat(w, 32); err != nil {
			return errors.New("weight is no number")
		}
	}
	never, always := strings.HasPrefix(phrase, "="), strings.HasPrefix(phrase, "~")
	phrase = strings.TrimLeft(phrase, "=~")
	forms, err := x.phrase(strings.Fields(phrase))
	if err != nil {
		return err
	}
	for _, form := range forms {
		steps, err := x.steps(form)
		if err != nil {
			return err
		}
		words := 0
		for _, s := range steps {
			if !s.number {
				words++
			}
		}
		l.insert(in, entry{int32(set), float32(weight), always || !never && words > 1, steps})
	}
	return nil
}

func (l *lexicon) insert(in *index, e entry) {
	id := int32(len(l.entries))
	l.entries = append(l.entries, e)
	put := func(singles, pairs map[uint64][]int32, first, second uint64) {
		if len(e.steps) > 1 && e.steps[1].gap == 0 {
			k := pairKey(first, second)
			pairs[k] = append(pairs[k], id)
			return
		}
		singles[first] = append(singles[first], id)
	}
	first, second := e.steps[0], step{}
	if len(e.steps) > 1 {
		second = e.steps[1]
	}
	put(in.singles, in.pairs, first.key, second.key)
	if e.fold {
		put(in.foldSingles, in.foldPairs, first.fold, second.fold)
	}
}

func pairKey(a, b uint64) uint64 { return a*0x9E3779B97F4A7C15 ^ b }

// numberKey stands for any number in the index.
const numberKey = 0x6E756D626572

func (x *expander) steps(words []string) ([]step, error) {
	out := make([]step, 0, len(words))
	gap := 0
	for _, w := range words {
		if n, ok := strings.CutPrefix(w, ".."); ok {
			gap = 3
			if n != "" {
				var err error
				if gap, err = strconv.Atoi(n); err != nil || gap < 1 || gap > maxGap {
					return nil, fmt.Errorf("gap %q, want a number from 1 to %d", w, maxGap)
				}
			}
			continue
		}
		if w == "<n>" {
			out = append(out, step{numberKey, numberKey, uint8(gap), true})
			gap = 0
			continue
		}
		known, ok := x.words[w]
		if !ok {
			for k := range strings.FieldsSeq(lang.Key(w)) {
				known = append(known, step{key: lang.Hash(k), fold: lang.Hash(lang.Fold(k))})
			}
			if len(known) == 0 {
				return nil, fmt.Errorf("%q holds no letter", w)
			}
			x.words[w] = known
		}
		for _, s := range known {
			s.gap = uint8(gap)
			out = append(out, s)
			gap = 0
		}
	}
	if len(out) == 0 || out[0].gap != 0 || gap != 0 {
		return nil, errors.New("want a word at both ends")
	}
	return out, nil
}

// expander writes out alternatives and references to sets.
type expander struct {
	raw  map[string]rawSet
	open map[string]bool // sets being expanded
	// words are the steps of words that came before: the same ones come often.
	words map[string][]step
}

func (x *expander) phrase(words []string) ([][]string, error) {
	out := [][]string{nil}
	for _, w := range words {
		var alternatives [][]string
		for a := range strings.SplitSeq(w, "|") {
			name, isSet := strings.CutPrefix(a, "$")
			if !isSet {
				alternatives = append(alternatives, strings.Split(a, "_"))
				continue
			}
			set, ok := x.raw[name]
			if !ok {
				return nil, fmt.Errorf("no set is called %s", name)
			}
			if x.open[name] {
				return nil, fmt.Errorf("set %s refers to itself", name)
			}
			x.open[name] = true
			for _, e := range set.entries {
				phrase, _, _ := strings.Cut(strings.TrimLeft(e.text, "=~"), "^")
				forms, err := x.phrase(strings.Fields(phrase))
				if err != nil {
					delete(x.open, name)
					return nil, err
				}
				alternatives = append(alternatives, forms...)
			}
			delete(x.open, name)
		}
		if len(out)*len(alternatives) > maxExpansion {
			return nil, fmt.Errorf("more than %d forms; split it into sets and a rule", maxExpansion)
		}
		var next [][]string
		for _, o := range out {
			for _, a := range alternatives {
				next = append(next, append(slices.Clip(o), a...))
			}
		}
		out = next
	}
	return out, nil
}
