package rules

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"langnghe/internal/news"
	"langnghe/internal/query"
)

// maxPreview is how many flags a preview shows.
const maxPreview = 50

// List answers what is in force and which files were refused.
func (e *Engine) List(ctx context.Context) (List, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return List{}, err
	}
	out := List{Errors: slices.Clone(e.problems), Held: slices.Clone(e.set.held), Loaded: e.when, Spent: e.spent(e.set.rules, ""), Budget: e.opts.Budget}
	for _, r := range e.set.rules {
		out.Rules = append(out.Rules, e.info(r))
	}
	return out, nil
}

// Lists returns the named lists in force, for searches that mention one. They
// are to be read only.
func (e *Engine) Lists(ctx context.Context) (query.Lists, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return nil, err
	}
	return e.set.lists, nil
}

func (e *Engine) info(r *Rule) Info {
	c := e.counts[r.ID]
	decided, useful := e.precision(r.ID, nil)
	return Info{
		ID: r.ID, Version: r.Version, Title: r.Title, Type: r.Type, Level: r.Level, Status: r.Status, Owner: r.Owner, Topic: r.Topic,
		When: r.When, Canonical: r.when.Canonical(), Hash: r.hash, References: r.References, FalsePositives: r.FalsePositives,
		Enabled: r.Enabled, Builtin: r.Builtin, File: r.File, Source: r.Source, Flags: c.Flags, LastFlag: c.Last,
		Decided: decided, Useful: useful, Precision: precisionOf(decided, useful), Retire: e.retires(r), Wanted: r.wanted, Versions: e.released(r),
	}
}

// precision counts the decisions on a rule's flags and those that found them
// useful. With items set it counts the decisions on those items, whatever
// rule led to them.
func (e *Engine) precision(rule string, items map[string]bool) (decided, useful int) {
	for _, d := range e.decided {
		if d.Undone || items == nil && d.Rule != rule || items != nil && !items[d.Item] {
			continue
		}
		decided++
		if d.Useful {
			useful++
		}
	}
	return decided, useful
}

// queryProblem is a mistake in a query as a problem.
func queryProblem(e *query.Error) Problem {
	return Problem{Column: e.Column, Code: e.Code, VI: e.VI, EN: e.EN, Fix: e.FixVI, FixEN: e.FixEN}
}

// Check reads a rule file or a query and says what is wrong with it, or how
// it was understood. The tests beside a rule are run.
func (e *Engine) Check(_ context.Context, req CheckRequest) (CheckResult, error) {
	e.mu.Lock()
	set := e.set
	e.mu.Unlock()
	if req.Form != nil {
		req.File = withQuery(req.File, req.Form.Query())
	}
	if req.File == "" {
		return checkQuery(req.Query, set.lists), nil
	}
	r, problems := parseRule("rule", req.File, set.lists, func(id string) bool { return set.find(id) != nil })
	out := CheckResult{File: req.File, Query: r.When, Problems: problems}
	switch {
	case r.when != nil:
		if f, ok := query.FormOf(r.when); ok {
			out.Form = &f
		}
	case req.Form != nil:
		out.Form = req.Form // as it was filled in, to mend it
	}
	if len(problems) > 0 {
		return out, nil
	}
	out.Canonical, out.Hash, out.Problems = r.when.Canonical(), r.hash, r.failures(nil)
	for _, w := range r.when.Warnings() {
		out.Warnings = append(out.Warnings, Problem{Column: w.Column, Code: w.Code, Path: "when", VI: w.VI, EN: w.EN})
	}
	return out, nil
}

func checkQuery(src string, lists query.Lists) CheckResult {
	q, err := query.Parse(src, lists)
	if err != nil {
		return CheckResult{Problems: []Problem{queryProblem(err.(*query.Error))}}
	}
	out := CheckResult{Canonical: q.Canonical(), Hash: q.Hash(), Query: src}
	if f, ok := query.FormOf(q); ok {
		out.Form = &f
	}
	for _, w := range q.Warnings() {
		out.Warnings = append(out.Warnings, Problem{Column: w.Column, Code: w.Code, VI: w.VI, EN: w.EN})
	}
	return out
}

// refused is an [ErrRefused] with the problems that a page can show.
type refused struct{ problems []Problem }

func (r *refused) Error() string {
	p := r.problems[0]
	s := fmt.Sprintf("%v: %s", ErrRefused, p.VI)
	if p.Path != "" {
		s += " (" + p.Path + ")"
	}
	if n := len(r.problems) - 1; n > 0 {
		s += fmt.Sprintf(" (+%d)", n)
	}
	return s
}

func (r *refused) Unwrap() error { return ErrRefused }

// Problems are the mistakes behind an [ErrRefused].
func Problems(err error) []Problem {
	if r, ok := err.(*refused); ok {
		return r.problems
	}
	return nil
}

func refuse(vi, en string) error {
	return &refused{[]Problem{{Code: TestFailed, VI: vi, EN: en}}}
}

// Preview says what a rule would have flagged on items, the history of the
// last days (more is taken as background). It changes nothing but that the
// rule counts as previewed.
func (e *Engine) Preview(ctx context.Context, req PreviewRequest, items iter.Seq2[news.Item, error]) (Preview, error) {
	e.mu.Lock()
	if err := e.load(ctx); err != nil {
		e.mu.Unlock()
		return Preview{}, err
	}
	set, facts := e.set, e.facts
	e.mu.Unlock()
	r, problems := parseRule("rule", req.File, set.lists, func(id string) bool { return set.find(id) != nil })
	if len(problems) > 0 {
		return Preview{}, &refused{problems}
	}
	days := req.Days
	if days <= 0 {
		days = 30
	}
	asked := *r                        // as it would be saved
	r.Enabled, r.Status = true, "test" // a preview looks at what would be
	now := e.opts.Now()
	from := now.AddDate(0, 0, -days)
	flags, looked, err := past(ctx, newSet(append([]*Rule{r}, set.filters...), set.lists), facts, items, now, from)
	if err != nil {
		return Preview{}, err
	}
	out := Preview{Hash: r.hash, Items: looked, Total: len(flags), PerWeek: float64(len(flags)) * 7 / float64(days)}
	seen := map[string]bool{}
	for _, s := range flags {
		for _, id := range s.Items {
			seen[id] = true
		}
	}
	slices.Reverse(flags)
	for _, s := range flags[:min(len(flags), maxPreview)] {
		out.Flags = append(out.Flags, s.Flag)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return Preview{}, err
	}
	out.Decided, out.Useful = e.precision("", seen)
	p := Previewed{Hash: r.hash, At: now, PerWeek: out.PerWeek, Decided: out.Decided, Useful: out.Useful}
	if err := e.commit(ctx, Change{Previewed: &p}); err != nil {
		return Preview{}, err
	}
	e.previews[r.hash] = p
	out.Precision = precisionOf(out.Decided, out.Useful)
	out.False, out.Spent, out.Budget = p.wrong(), e.spent(e.set.rules, r.ID), e.opts.Budget
	if out.Refused = e.affordable(&asked, p, e.set.rules); out.Refused == nil && len(e.set.held) > 0 {
		e.stamp = "" // it may be one that waited for this
		return out, e.reload(ctx)
	}
	return out, nil
}

// past evaluates items as if they had been seen when they appeared. It
// returns the flags from a time on, oldest first, and how many items it
// looked at.
func past(ctx context.Context, set *ruleSet, facts news.Facts, items iter.Seq2[news.Item, error], now, from time.Time) ([]Signal, int, error) {
	store := NewMemory()
	e := newEngine(Options{Store: store, Now: func() time.Time { return now }})
	e.set = set
	if err := e.Facts(ctx, facts); err != nil {
		return nil, 0, err
	}
	n := 0
	var batch []news.Indexed
	flush := func() error {
		err := e.take(ctx, batch)
		batch = batch[:0]
		return err
	}
	for it, err := range items {
		if err != nil {
			return nil, n, err
		}
		n++
		it.Observed = it.At()
		if batch = append(batch, news.Indexed{Item: it, Hash: it.Hash()}); len(batch) == 500 {
			if err := flush(); err != nil {
				return nil, n, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, n, err
	}
	if err := e.tick(ctx); err != nil {
		return nil, n, err
	}
	flags := slices.DeleteFunc(store.Flags(), func(s Signal) bool {
		return s.Withdrawn || s.Muted != "" || s.At.Before(from) || s.At.After(now)
	})
	return flags, n, nil
}

// Save puts a rule into the folder and into force. It refuses, with a reason,
// a rule with mistakes or failing tests, one that was not previewed as it is,
// one whose version does not go on, and one that would cost too many false
// notices.
func (e *Engine) Save(ctx context.Context, req SaveRequest) (Info, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.load(ctx); err != nil {
		return Info{}, err
	}
	if e.opts.Dir == "" {
		return Info{}, refuse("Chưa có thư mục quy tắc riêng để lưu", "there is no folder for rules of this place")
	}
	r, problems := parseRule("rule", req.File, e.set.lists, func(id string) bool { return e.set.find(id) != nil })
	if len(problems) == 0 {
		problems = r.failures(nil)
	}
	if len(problems) > 0 {
		return Info{}, &refused{problems}
	}
	if old := e.inForce(r.ID); old != nil && r.Version <= old.Version {
		return Info{}, &refused{[]Problem{{File: "rule", Line: r.lineOf("version"), Code: BadValue, Path: "version",
			VI: fmt.Sprintf("Phiên bản %d đang dùng: ghi version: %d", old.Version, old.Version+1),
			EN: fmt.Sprintf("version %d is in force: write version: %d", old.Version, old.Version+1)}}}
	}
	p, ok := e.previews[r.hash]
	if !ok || req.Hash != r.hash {
		return Info{}, refuse("Phải xem trước đúng nội dung này rồi mới lưu được", "preview exactly this rule before saving it")
	}
	if p := e.affordable(r, p, e.set.rules); p != nil {
		return Info{}, &refused{[]Problem{*p}}
	}
	file := filepath.Join(e.opts.Dir, "rules", r.ID+".yaml")
	if err := writeFile(file, req.File); err != nil {
		return Info{}, fmt.Errorf("rules: save %s: %w", r.ID, err)
	}
	e.stamp = ""
	if err := e.reload(ctx); err != nil {
		return Info{}, err
	}
	e.opts.Log.Info("saved rule", "rule", r.ID, "version", r.Version, "user", req.By)
	now := e.set.find(r.ID)
	if now == nil || now.hash != r.hash {
		return Info{}, refuse("Đã lưu tệp nhưng quy tắc chưa có hiệu lực, xem lỗi trong danh sách", "the file was saved but is not in force; see the errors of the list")
	}
	return e.info(now), nil
}

// writeFile replaces a file at once or not at all.
func writeFile(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone once it was renamed
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
