package rules

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"langnghe/internal/news"
	"langnghe/internal/query"
)

// ErrProblems says that a command found mistakes and has written them.
var ErrProblems = errors.New("there are problems")

// Print writes a problem as one line and, when the file's text is known, an
// excerpt: file:line: CODE path: message.
func (p *Problem) Print(w io.Writer, src, lang string) {
	msg := p.VI
	if lang == "en" {
		msg = p.EN
	}
	path := p.Path
	if path != "" {
		path += ": "
	}
	fmt.Fprintf(w, "%s:%d: %s %s%s\n", p.File, p.Line, p.Code, path, msg)
	lines := strings.Split(src, "\n")
	if src == "" || p.Line < 1 || p.Line > len(lines) {
		return
	}
	fmt.Fprintf(w, "%6d | %s\n", p.Line, strings.TrimRight(lines[p.Line-1], "\r"))
}

// openDir reads the folder dir, which has rules/ and lists/.
func openDir(dir string) (*ruleSet, []Problem, folder, error) {
	f := dirFolder(dir)
	if _, err := os.Stat(filepath.Join(dir, "rules")); err != nil {
		return nil, nil, f, fmt.Errorf("%s has no folder rules: %w", dir, err)
	}
	set, problems, err := load([]folder{f}, func(string) *Rule { return nil }, nil)
	return set, problems, f, err
}

// print writes problems with excerpts.
func printProblems(w io.Writer, dir string, ps []Problem, lang string) {
	for _, p := range ps {
		src, _ := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p.File))) // without it there is no excerpt
		p.File = filepath.Join(dir, filepath.FromSlash(p.File))
		p.Print(w, string(src), lang)
	}
}

// CheckDir validates the rules and lists of a folder. It writes what is wrong
// to w and returns [ErrProblems] when something is.
func CheckDir(dir string, w io.Writer, lang string) error {
	set, problems, _, err := openDir(dir)
	if err != nil {
		return err
	}
	printProblems(w, dir, problems, lang)
	if len(problems) > 0 {
		return ErrProblems
	}
	fmt.Fprintf(w, "ok: %d rules, %d lists\n", len(set.rules), len(set.lists))
	return nil
}

// TestOptions configures [TestDir].
type TestOptions struct {
	Read  func(*news.Item) *news.Reading // of samples without a reading; nil leaves them without
	Facts []news.Fact                    // confirmed ones
	Lang  string                         // vi or en
}

// TestDir runs the tests beside the rules of a folder: samples and tests with
// a time axis, each of the latter in four orders of arrival. It writes the
// failures to w and returns [ErrProblems] when there are some.
func TestDir(ctx context.Context, dir string, w io.Writer, o TestOptions) error {
	set, problems, f, err := openDir(dir)
	if err != nil {
		return err
	}
	ran := 0
	for _, r := range set.rules {
		ran += len(r.Tests.Match) + len(r.Tests.NoMatch)
		problems = append(problems, r.failures(o.Read)...)
	}
	files, err := f.files("rules", true)
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(files) {
		n, ps := timeFile(ctx, set, name, files[name], o)
		ran += n
		problems = append(problems, ps...)
	}
	printProblems(w, dir, problems, o.Lang)
	if len(problems) > 0 {
		return ErrProblems
	}
	fmt.Fprintf(w, "ok: %d rules, %d tests\n", len(set.rules), ran)
	return nil
}

func timeFile(ctx context.Context, set *ruleSet, name, src string, o TestOptions) (ran int, problems []Problem) {
	id, tests, problems := parseTimeTests(name, src)
	if len(problems) > 0 {
		return 0, problems
	}
	r := set.find(id)
	if r == nil {
		return 0, []Problem{{File: name, Line: 1, Code: BadRef, Path: "rule", VI: "Không có quy tắc “" + id + "”", EN: fmt.Sprintf("there is no rule %q", id)}}
	}
	one := newSet(append([]*Rule{r}, set.filters...), set.lists)
	for _, t := range tests {
		ran++
		for i := range t.items {
			if o.Read != nil && t.items[i].Reading == nil {
				t.items[i].Reading = o.Read(&t.items[i])
			}
		}
		if err := t.run(ctx, one, o.Facts); err != nil {
			problems = append(problems, Problem{File: name, Line: t.line, Code: TestFailed, Path: t.name, VI: err.Error(), EN: err.Error()})
		}
	}
	return ran, problems
}

// ReadLists reads a file of named lists, JSON or YAML: name → entries.
func ReadLists(file string) (query.Lists, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var l query.Lists
	if err := yaml.UnmarshalWithOptions(b, &l, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return l, nil
}

// CheckQuery writes what `rules check -query` prints: the canonical form, or
// the mistake and [ErrProblems].
func CheckQuery(src string, lists query.Lists, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	q, err := query.Parse(src, lists)
	if err != nil {
		e := err.(*query.Error)
		out := struct {
			Error  string `json:"error"`
			Column int    `json:"column"`
			VI     string `json:"vi"`
			EN     string `json:"en"`
			Fix    string `json:"fix"`
		}{e.Code, e.Column, e.VI, e.EN, e.FixVI}
		return errors.Join(enc.Encode(out), ErrProblems)
	}
	warnings := []string{}
	for _, x := range q.Warnings() {
		warnings = append(warnings, x.Code)
	}
	return enc.Encode(struct {
		Canonical string   `json:"canonical"`
		Hash      string   `json:"hash"`
		Warnings  []string `json:"warnings"`
	}{q.Canonical(), q.Hash(), warnings})
}

// MatchOptions configures [MatchItems]: a query or the folder of rules.
type MatchOptions struct {
	Query string
	Lists query.Lists // beside Query
	Dir   string
	Facts []news.Fact                    // confirmed ones, for rules that compare
	Read  func(*news.Item) *news.Reading // of items without a reading; nil leaves them without
	ID    func(*news.Item) string        // of items without an id; nil means by content
	Warn  io.Writer                      // refused rule files; nil means nowhere
	Lang  string
}

// MatchItems reads items, one JSON object a line, and writes one line a
// match: {"id","rule","because"}. Rules over time are replayed over all of
// the input, up to the latest time at which an item was observed, and write
// {"rule","at","group","items","count","of","state","late"} a flag. A bad
// query is returned as a [query.Error]; a bad line as an error that names it.
func MatchItems(ctx context.Context, in io.Reader, w io.Writer, o MatchOptions) error {
	set, err := o.set()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	timed := newSet(slices.DeleteFunc(slices.Clone(set.live), func(r *Rule) bool { return single(r) }), set.lists)
	store := NewMemory()
	var now time.Time
	e := newEngine(Options{Store: store, Now: func() time.Time { return now }})
	e.set = timed
	lines := bufio.NewReaderSize(in, 1<<16)
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := readLine(lines)
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if len(line) > 0 {
			it, ierr := o.item(line)
			if ierr != nil {
				return fmt.Errorf("line %d: %w", n, ierr)
			}
			if werr := o.write(enc, set, it); werr != nil {
				return werr
			}
			if it.Observed.After(now) {
				now = it.Observed
			}
			if it.At().After(now) {
				now = it.At()
			}
			if len(timed.live) > 0 {
				if err := e.take(ctx, []news.Indexed{{Item: *it, Hash: it.Hash()}}); err != nil {
					return err
				}
			}
		}
		if err == io.EOF {
			break
		}
	}
	if len(timed.live) > 0 {
		if err := e.tick(ctx); err != nil {
			return err
		}
		for _, s := range store.Flags() {
			if s.Withdrawn || s.At.After(now) {
				continue
			}
			if err := enc.Encode(flagLine{s.Rule, s.At.Format(time.RFC3339), s.Group, s.Items, s.Count, s.Of, s.State, s.Late}); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// flagLine is what a rule over time writes.
type flagLine struct {
	Rule  string   `json:"rule"`
	At    string   `json:"at"`
	Group string   `json:"group"`
	Items []string `json:"items"`
	Count int      `json:"count,omitempty"`
	Of    int      `json:"of,omitempty"`
	State string   `json:"state,omitempty"`
	Late  bool     `json:"late,omitempty"`
}

// single reports whether a rule judges one item at a time.
func single(r *Rule) bool {
	switch r.Type {
	case "match", "list", "contradicts", "outdated":
		return true
	}
	return false
}

// set is what the options ask to match.
func (o *MatchOptions) set() (*ruleSet, error) {
	if o.Dir == "" {
		q, err := query.Parse(o.Query, o.Lists)
		if err != nil {
			return nil, err
		}
		return newSet([]*Rule{{ID: "query", Type: "match", Enabled: true, when: q}}, o.Lists), nil
	}
	set, problems, _, err := openDir(o.Dir)
	if err == nil && o.Warn != nil {
		printProblems(o.Warn, o.Dir, problems, o.Lang)
	}
	return set, err
}

// item reads one line.
func (o *MatchOptions) item(line []byte) (*news.Item, error) {
	var it struct {
		news.Item
		Text *string `json:"text"`
	}
	if err := json.Unmarshal(line, &it); err != nil {
		return nil, err
	}
	if it.Text == nil {
		return nil, errors.New(`the item has no "text"`)
	}
	it.Item.Text = *it.Text
	if it.ID == "" {
		if it.ID = "c:" + it.Item.Hash(); o.ID != nil {
			it.ID = o.ID(&it.Item)
		}
	}
	if it.Reading == nil && o.Read != nil {
		it.Reading = o.Read(&it.Item)
	}
	return &it.Item, nil
}

// write writes the matches of one item.
func (o *MatchOptions) write(enc *json.Encoder, set *ruleSet, it *news.Item) error {
	d := query.NewDoc(it)
	type matchLine struct {
		ID      string      `json:"id"`
		Rule    string      `json:"rule"`
		Because []news.Span `json:"because"`
	}
	var lines []matchLine
	set.match.Match(d, func(i int) {
		r := set.live[i]
		if !single(r) {
			return
		}
		spans := r.when.Spans(d)
		if r.Type != "match" {
			m := matched{rule: r, doc: d, item: it, at: it.At(), hash: it.Hash(), spans: spans}
			f, ok := m.flag(o.Facts)
			if !ok {
				return
			}
			spans = f.Because
		}
		if spans == nil {
			spans = []news.Span{}
		}
		lines = append(lines, matchLine{it.ID, r.ID, spans})
	})
	slices.SortFunc(lines, func(a, b matchLine) int { return strings.Compare(a.Rule, b.Rule) })
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// readLine reads one line without its end, however long.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadBytes('\n')
	return []byte(strings.TrimSpace(string(line))), err
}
