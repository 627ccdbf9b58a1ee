package rules

import (
	"slices"
	"strings"
	"time"

	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/official"
)

// factType is the type of facts that a rule's value is compared with.
var factType = map[string]string{"MONEY": "money", "PERCENT": "percent", "DATE": "date", "DOCNO": "docno", "NUM": "number"}

// about are the confirmed facts that rule r is about: those of the subject
// of the fact that it names, by id or by the subject itself.
func about(r *Rule, facts []news.Fact) (out []news.Fact) {
	subject := r.Fact
	for _, f := range facts {
		if f.ID == r.Fact {
			subject = f.Subject
		}
	}
	want := " " + lang.Fold(lang.Key(subject)) + " "
	for _, f := range facts {
		has := " " + lang.Fold(lang.Key(f.Subject)) + " "
		if f.Status == "confirmed" && (f.Type == factType[r.Value] || r.Value == "NUM") && strings.Contains(has, want) && len(want) > 2 {
			out = append(out, f)
		}
	}
	return out
}

// against compares what d says with the facts of rule r. It returns the facts
// to cite and the value said, or none. Values in the fresh parts of a text
// that was known before go first.
func against(r *Rule, d *query.Doc, at time.Time, facts []news.Fact, fresh []news.Span) (cite []news.Fact, said query.Found) {
	found := r.near.NearValues(d)
	if len(found) == 0 {
		return nil, said
	}
	if len(fresh) > 0 {
		old := func(v query.Found) int {
			switch {
			case slices.ContainsFunc(fresh, v.Span.Overlaps):
				return 0
			case slices.ContainsFunc(v.Near, func(s news.Span) bool { return slices.ContainsFunc(fresh, s.Overlaps) }):
				return 1
			}
			return 2
		}
		slices.SortStableFunc(found, func(a, b query.Found) int { return old(a) - old(b) })
	}
	day := at.In(ward).Format(time.DateOnly)
	var current, old []news.Fact
	for _, f := range about(r, facts) {
		switch {
		case f.From != "" && f.From > day:
		case f.To != "" && f.To < day:
			old = append(old, f)
		default:
			current = append(current, f)
		}
	}
	says := func(fs []news.Fact) (news.Fact, query.Found, bool) {
		for _, v := range found {
			for _, f := range fs {
				if v.Is(f.Value) {
					return f, v, true
				}
			}
		}
		return news.Fact{}, query.Found{}, false
	}
	_, _, agrees := says(current)
	switch r.Type {
	case "contradicts":
		if agrees || len(current) == 0 {
			return nil, said
		}
		return rates(current), found[0]
	default: // outdated
		if f, v, ok := says(old); ok && !agrees {
			return []news.Fact{f}, v
		}
		return nil, said
	}
}

// rates leaves out what costs nothing, unless nothing else is left: a person
// wants to see the price.
func rates(facts []news.Fact) []news.Fact {
	out := slices.DeleteFunc(slices.Clone(facts), func(f news.Fact) bool { return f.Value == "0" })
	if len(out) == 0 {
		return facts
	}
	return out[:min(len(out), 4)]
}

// citation points at the clause of f.
func citation(f news.Fact) *news.Citation {
	return &news.Citation{Document: f.Document, Clause: f.ID, Text: f.Clause, URL: f.URL, From: f.From, To: f.To}
}

// documents are those that confirmed facts come from, with nothing but them.
func documents(facts []news.Fact) (docs []official.Document) {
	for _, f := range facts {
		if f.Status != "confirmed" {
			continue
		}
		i := slices.IndexFunc(docs, func(d official.Document) bool { return d.No == f.Document })
		if i < 0 {
			i = len(docs)
			docs = append(docs, official.Document{No: f.Document, From: f.From, To: f.To, URL: f.URL})
		}
		docs[i].Facts = append(docs[i].Facts, f)
	}
	return docs
}

// uncovered reports whether no confirmed fact says anything about it.
func uncovered(it *news.Item, at time.Time, c *official.Checker) bool {
	claim := official.Claim{ID: it.ID, Text: it.Title + "\n" + it.Text, At: at.Format(time.RFC3339)}
	return c.Check(claim).Verdict == "not_covered"
}
