package rules

import (
	"slices"

	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/query"
)

// An edit is what an item said before and which parts of what it says now
// are new. A rule that fired on the old text fires again only if a new part
// takes part: what a person has decided about the rest does not come back. A
// rule that did not fire on the old text, or fired for something less serious,
// fires as on any item, for instance because an edit took the denial away, or
// the question that made a doubt of a call to run.
type edit struct {
	was   *query.Doc
	item  *news.Item // as it was
	fresh []news.Span
}

// edit compares an item with what it said before. The item is as the rules
// see it, with its reading understood.
func (e *Engine) edit(before, it *news.Item) *edit {
	was := *before
	at := was.At()
	if at.IsZero() {
		at = it.At()
	}
	was.Reading = e.understand(&was, at)
	x := &edit{was: query.NewDoc(&was), item: &was}
	for _, f := range []struct{ in, before, now string }{{"title", was.Title, it.Title}, {"", was.Text, it.Text}} {
		for _, r := range lang.Changed(f.before, f.now) {
			x.fresh = append(x.fresh, news.Span{Start: r.Start, End: r.End, In: f.in})
		}
	}
	return x
}

// parts are the new parts; nil for an item that is new as a whole.
func (x *edit) parts() []news.Span {
	if x == nil {
		return nil
	}
	return x.fresh
}

// touched reports whether a new part of the text takes part in a flag: holds
// words that the rule asks for, or that a cue rests on. What is said of the
// text as a whole (topic, tone, stance) rests on words everywhere, so it
// counts only for rules that ask for nothing else.
func (m *matched) touched(f *news.Flag) bool {
	fresh := m.edit.fresh
	within := func(spans []news.Span) bool {
		return slices.ContainsFunc(spans, func(s news.Span) bool { return slices.ContainsFunc(fresh, s.Overlaps) })
	}
	switch {
	case m.rule.Type == "contradicts" || m.rule.Type == "outdated":
		return within(f.Because)
	case m.rule.when.Touches(m.doc, fresh):
		return true
	}
	cues := m.evidence("cue")
	if len(m.spans)+len(cues) > 0 {
		return within(cues)
	}
	return within(m.evidence("topic", "stance", "tone"))
}

// before is how high the rule flags what the item said before, if it fires on
// that. How high a flag goes that rests on cues depends on the reading; where
// nobody knows how the old text was read, it is taken to have gone low.
func (m *matched) before(facts []news.Fact) (news.Level, bool) {
	if !m.rule.when.Holds(m.edit.was) {
		return 0, false
	}
	old := *m
	old.doc, old.item, old.edit = m.edit.was, m.edit.item, nil
	f, fires := old.whole(facts)
	if old.item.Reading == nil && len(m.evidence("cue")) > 0 {
		f.Level = min(f.Level, news.Low)
	}
	return f.Level, fires
}
