package rules

import (
	"fmt"
	"slices"
	"time"

	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/official"
)

// matched is an item that a rule's query has selected.
type matched struct {
	rule  *Rule
	doc   *query.Doc
	item  *news.Item
	at    time.Time
	hash  string
	spans []news.Span
	retro bool
	muted string
	edit  *edit // of an item that was announced before, else nil
}

// anyTopic is the topic of rules about whatever topic the item has.
const anyTopic = "general"

// flag is the flag of a rule about one item, if it fires. Of an edit it
// fires only if the edit takes part in it or makes it more serious.
func (m *matched) flag(facts []news.Fact) (news.Flag, bool) {
	f, ok := m.whole(facts)
	if !ok || m.edit == nil {
		return f, ok
	}
	touched := m.touched(&f)
	if !touched {
		if level, fired := m.before(facts); fired && f.Level <= level {
			return f, false
		}
	}
	f.Edited = true
	f.Why = whyEdited(f.Why, touched)
	return f, true
}

// whole is the flag of a rule about all of an item's text, if it fires.
func (m *matched) whole(facts []news.Fact) (news.Flag, bool) {
	r, it := m.rule, m.item
	f := news.Flag{
		ID: FlagID(r.ID, r.Version, it.ID, m.hash), Rule: r.ID, Version: r.Version, Type: r.Type, Title: r.Title, Level: r.Level,
		Status: r.Status, Topic: r.Topic, At: m.at, Item: it, Items: []string{it.ID}, Because: m.spans,
		Doubt: doubt(r), Retro: m.retro, Muted: m.muted, Late: it.Observed.Sub(m.at) > 24*time.Hour,
	}
	if !slices.Contains(news.TopicIDs, f.Topic) && it.Reading != nil && len(it.Reading.Topics) > 0 {
		f.Topic = it.Reading.Topics[0].ID
	}
	if f.Topic == anyTopic {
		f.Topic = ""
	}
	switch r.Type {
	case "list":
		listed := r.list.Holds(m.doc)
		known := it.Source
		if r.Field == "site" {
			known = it.URL
		}
		if known == "" || listed == (r.Allow != "") {
			return f, false
		}
	case "contradicts", "outdated":
		cite, said := against(r, m.doc, m.at, facts, m.edit.parts())
		if len(cite) == 0 {
			return f, false
		}
		f.Because = append(slices.Clone(said.Near), said.Span)
		f.Citation = citation(cite[0])
		f.Why = whyAgainst(r, said, cite)
		// Who complains of a fee and gives another figure than the document is
		// answered, not accused.
		if it.Reading != nil && it.Reading.Stance.Speaks() {
			f.Level = min(f.Level, news.Low)
		}
		return f, true
	}
	f.Level = min(f.Level, m.atMost())
	inSeason := m.inSeason()
	if inSeason && f.Level == news.Medium {
		f.Level = news.High
	}
	f.Because = append(f.Because, m.evidence("cue", "topic", "stance", "tone")...)
	f.Why = whyMatch(r, it, f.Because)
	if inSeason {
		f.Why.VI += " Đang là dịp hay có lừa đảo."
		f.Why.EN += " It is a season of scams."
	}
	return f, true
}

// atMost is how serious a flag may be that rests on cues: where the reading
// holds all of them for no more than something to answer, since a resident may
// be speaking for himself, a rule does not make more of them. A call for help
// is one, whoever calls.
func (m *matched) atMost() news.Level {
	most := news.Level(0)
	for _, a := range m.rule.when.Attrs(m.doc) {
		if a.Name != "cue" || m.item.Reading == nil {
			continue
		}
		for _, c := range m.item.Reading.Cues {
			if c.Family != a.Value {
				continue
			}
			if c.Family == personInDanger {
				return news.Critical
			}
			most = max(most, c.Level)
		}
	}
	if most == news.Low {
		return news.Low
	}
	return news.Critical
}

// inSeason reports whether the flag rests on a cue that the season asks to
// watch more closely.
func (m *matched) inSeason() bool {
	if m.item.Reading == nil || m.item.Reading.Stance.Protected() {
		return false
	}
	return slices.ContainsFunc(m.rule.when.Attrs(m.doc), func(a query.Attr) bool {
		return a.Name == "cue" && slices.ContainsFunc(m.item.Reading.Cues, func(c news.Cue) bool {
			return c.Family == a.Value && slices.Contains(c.BoostedBy, "season")
		})
	})
}

// personInDanger is the cue of the emergency's own path.
const personInDanger = "person_in_danger"

// evidence are the spans of the reading behind the attributes of these names
// that matched.
func (m *matched) evidence(names ...string) (out []news.Span) {
	rd := m.item.Reading
	if rd == nil {
		return nil
	}
	add := func(spans []news.Span) {
		for _, s := range spans {
			if !slices.Contains(out, s) && !slices.Contains(m.spans, s) {
				out = append(out, s)
			}
		}
	}
	for _, a := range m.rule.when.Attrs(m.doc) {
		if !slices.Contains(names, a.Name) {
			continue
		}
		switch a.Name {
		case "cue":
			for _, c := range rd.Cues {
				if c.Family == a.Value {
					add(c.Because)
				}
			}
		case "topic":
			for _, t := range rd.Topics {
				if t.ID == a.Value {
					add(t.Because)
				}
			}
		case "stance":
			add(rd.StanceWhy)
		case "tone":
			add(rd.Tone.Because)
		}
	}
	return out
}

// occurrences are what a rule over time keeps of the item.
func (m *matched) occurrences(known *official.Checker) (out []Occurrence) {
	r, it := m.rule, m.item
	o := Occurrence{Rule: r.ID, Version: r.Version, Item: it.ID, At: m.at, Observed: it.Observed.UTC(), Voice: it.Voice(), Source: it.Source, Muted: m.muted}
	if o.Observed.IsZero() {
		o.Observed = m.at
	}
	switch {
	case r.Type == "silence":
		o.At = o.Observed // an old post, seen now, shows that its source lives
	case o.Observed.Sub(m.at) > lateness:
		o.Mark |= markStale
	}
	if m.retro {
		o.Mark |= markRetro
	}
	names := groups(r.By, it)
	switch r.Type {
	case "ratio":
		if r.share.Holds(m.doc) {
			o.Mark |= markShare
		}
	case "gap":
		if uncovered(it, m.at, known) {
			o.Mark |= markOpen
		}
	case "sequence", "together":
		steps := Mark(0)
		for i, q := range r.steps {
			if q.Holds(m.doc) {
				steps |= 1 << i
			}
		}
		if steps == 0 {
			return nil
		}
		o.Mark |= steps
	case "coordination":
		if m.doc.Tokens() < r.MinWords {
			return nil
		}
		names = groups("story", it)
		if len(names) == 0 {
			names = []string{fmt.Sprintf("text:%016x", m.doc.Story())}
		}
	case "new_term":
		names = m.terms()
	}
	for _, g := range names {
		o.Group = g
		out = append(out, o)
	}
	return out
}

// terms are the terms of a new_term rule that the item holds.
func (m *matched) terms() (out []string) {
	if m.rule.Terms == "DOCNO" {
		out = m.doc.DocNumbers()
		slices.Sort(out)
		return slices.Compact(out)
	}
	for i, q := range m.rule.terms {
		if q.Holds(m.doc) {
			out = append(out, m.rule.termNames[i])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
