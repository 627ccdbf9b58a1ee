package rules

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"langnghe/internal/news"
)

// Below floor, with enough decisions to judge, a rule asks to be retired.
const (
	floor       = 0.3
	floorAfter  = 20
	noticeWeeks = 4 // over how long the cost of a rule is measured
)

// precisionOf is the share of useful among decided with its 80 % interval
// (Wilson), which is honest for small numbers.
func precisionOf(decided, useful int) Precision {
	if decided == 0 {
		return Precision{High: 1}
	}
	const z = 1.2815515655446004
	n := float64(decided)
	p := float64(useful) / n
	centre, spread := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Precision{Share: p, Low: max(0, (centre-spread)/(1+z*z/n)), High: min(1, (centre+spread)/(1+z*z/n))}
}

// retires reports whether the decisions of a rule's version say that it
// should be mended or ended.
func (e *Engine) retires(r *Rule) bool {
	decided, useful := 0, 0
	for _, d := range e.decided {
		if d.Rule == r.ID && d.Version == r.Version && !d.Undone {
			decided++
			if d.Useful {
				useful++
			}
		}
	}
	return decided >= floorAfter && precisionOf(decided, useful).Low < floor
}

// notifying reports whether a rule's flags lead to a notice at once.
func notifying(r *Rule) bool {
	return r.live() && r.Status == "stable" && r.Level >= news.High && r.Type != "filter"
}

// wrong is how many false alerts a week to expect after a preview. What
// decisions say of the previewed items is the estimate; where they say
// nothing, half are taken to be false.
func (p *Previewed) wrong() float64 {
	return p.PerWeek * float64(p.Decided-p.Useful+1) / float64(p.Decided+2)
}

// spent is how many false notices a week the rules that notify cost, one left
// out: what people found false in the last weeks or, of a rule on which
// nobody has decided, what its preview said.
func (e *Engine) spent(rules []*Rule, without string) (sum float64) {
	since := e.opts.Now().AddDate(0, 0, -7*noticeWeeks)
	decided, wrong := map[string]bool{}, map[string]int{}
	for _, d := range e.decided {
		if d.Undone || d.At.Before(since) {
			continue
		}
		decided[d.Rule] = true
		if !d.Useful {
			wrong[d.Rule]++
		}
	}
	for _, r := range rules {
		if !notifying(r) || r.ID == without {
			continue
		}
		if p, ok := e.previews[r.hash]; ok && !decided[r.ID] {
			sum += p.wrong()
		}
		sum += float64(wrong[r.ID]) / noticeWeeks
	}
	return sum
}

// affordable holds a rule that would notify at once against the budget of
// false notices of the whole ward.
func (e *Engine) affordable(r *Rule, p Previewed, rules []*Rule) *Problem {
	if !notifying(r) {
		return nil
	}
	wrong, spent := p.wrong(), e.spent(rules, r.ID)
	if wrong+spent <= e.opts.Budget {
		return nil
	}
	return &Problem{File: r.File, Line: r.lineOf("status"), Code: OverBudget, Path: "status",
		VI:  fmt.Sprintf("Quy tắc sẽ gây khoảng %.1f báo động nhầm mỗi tuần, các quy tắc khác đang gây %.1f; cả phường chỉ chịu %.0f", wrong, spent, e.opts.Budget),
		EN:  fmt.Sprintf("the rule would cost about %.1f false notices a week, the others cost %.1f; the whole ward bears %.0f", wrong, spent, e.opts.Budget),
		Fix: "thu hẹp câu lệnh, hạ mức hoặc để trạng thái test", FixEN: "narrow the query, lower the level or keep the status test"}
}

// hold puts rules that ask for status stable and may not notify into status
// test and says why. The budget goes to who came first.
func (e *Engine) hold(rules []*Rule) (problems []Problem) {
	var ask []int
	accepted := make([]*Rule, 0, len(rules))
	for i, r := range rules {
		if r.wanted != "" { // it was held and is judged again
			again := *r
			again.Status, again.wanted = r.wanted, ""
			rules[i], r = &again, &again
		}
		if r.Status == "stable" && !r.Builtin {
			ask = append(ask, i)
		} else {
			accepted = append(accepted, r)
		}
	}
	since := func(r *Rule) time.Time {
		if v, ok := e.current(r.ID); ok && v.Hash == r.hash {
			return v.At
		}
		return e.opts.Now()
	}
	slices.SortStableFunc(ask, func(i, j int) int {
		return cmp.Or(later(e.accepted(rules[i]), e.accepted(rules[j])), since(rules[i]).Compare(since(rules[j])))
	})
	for _, i := range ask {
		r := rules[i]
		p := e.unfit(r, accepted)
		if p == nil {
			accepted = append(accepted, r)
			continue
		}
		trial := *r
		trial.Status, trial.wanted = "test", r.Status
		rules[i], problems = &trial, append(problems, *p)
	}
	return problems
}

// accepted reports whether r notifies already.
func (e *Engine) accepted(r *Rule) bool {
	now := e.set.find(r.ID)
	return now != nil && now.hash == r.hash && now.Status == "stable"
}

// later orders what has been accepted before what has not.
func later(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// unfit says why a rule that asks for status stable may not have it beside
// others.
func (e *Engine) unfit(r *Rule, others []*Rule) *Problem {
	p, ok := e.previews[r.hash]
	if !ok {
		return &Problem{File: r.File, Line: r.lineOf("status"), Code: NotPreviewed, Path: "status",
			VI: "Giữ ở trạng thái test: chưa ai chạy thử đúng nội dung này", EN: "held in status test: nobody has previewed exactly this rule",
			Fix: "mở quy tắc trên trang Quy tắc và chạy thử", FixEN: "open the rule on the page Rules and try it"}
	}
	if fs := r.failures(nil); len(fs) > 0 {
		f := fs[0]
		f.VI, f.EN = "Giữ ở trạng thái test: "+f.VI, "held in status test: "+f.EN
		return &f
	}
	return e.affordable(r, p, others)
}

// released are the versions of a rule that were in force before this one,
// newest first.
func (e *Engine) released(r *Rule) (out []Released) {
	for _, v := range e.versions[r.ID] {
		if v.Version != r.Version {
			out = append(out, Released{v.Version, v.Hash, v.At, v.Source})
		}
	}
	slices.Reverse(out)
	return out
}

// fillDays is how far back a new or changed rule is evaluated, and fillGap
// how long before it came into force that ends: what is younger may still be
// on its way to the engine and must be able to notify.
const (
	fillDays = 30
	fillGap  = time.Hour
)

// fill evaluates the past with rules that are new or have changed, and
// reports whether there were any.
func (e *Engine) fill(ctx context.Context) (bool, error) {
	if e.opts.History == nil {
		return false, nil
	}
	e.backfill.Lock()
	defer e.backfill.Unlock()
	e.mu.Lock()
	err := e.load(ctx)
	var rules []*Rule
	var versions []Version
	var until time.Time
	for _, r := range e.set.live {
		if v, ok := e.current(r.ID); ok && !v.Filled && v.Version == r.Version {
			rules, versions = append(rules, r), append(versions, v)
			if until.IsZero() || v.At.Before(until) {
				until = v.At
			}
		}
	}
	set := e.set
	e.mu.Unlock()
	if err != nil || len(rules) == 0 {
		return false, err
	}
	part := newSet(append(rules, set.filters...), set.lists)
	until = until.Add(-fillGap)
	var batch []news.Indexed
	flush := func() error {
		e.mu.Lock()
		defer e.mu.Unlock()
		if err := e.load(ctx); err != nil {
			return err
		}
		err := e.evaluate(ctx, part, batch)
		batch = batch[:0]
		return err
	}
	for it, err := range e.opts.History(ctx, fillDays) {
		if err != nil {
			return false, fmt.Errorf("rules: evaluate the past: %w", err)
		}
		if it.Observed.After(until) {
			continue
		}
		if batch = append(batch, news.Indexed{Item: it, Hash: it.Hash(), Retro: true}); len(batch) == 500 {
			if err := flush(); err != nil {
				return false, err
			}
		}
	}
	if err := flush(); err != nil {
		return false, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.commit(ctx, Change{Filled: versions}); err != nil {
		return false, err
	}
	for _, v := range versions {
		for i := range e.versions[v.Rule] {
			if x := &e.versions[v.Rule][i]; x.Version == v.Version {
				x.Filled = true
			}
		}
		e.opts.Log.Info("evaluated the past", "rule", v.Rule, "version", v.Version)
	}
	return true, nil
}
