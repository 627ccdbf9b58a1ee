package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/reports/paper"
)

// A Part is something that a number counts: a day of items, a case, an entry
// of a ledger, a span or another number.
type Part struct {
	Label  news.Text `json:"label"`
	Value  float64   `json:"value"`
	Text   string    `json:"text"` // the value as it is written
	Case   string    `json:"case,omitempty"`
	Ledger string    `json:"ledger,omitempty"` // and Entry: what stands in the books
	Entry  string    `json:"entry,omitempty"`
	Query  *Query    `json:"query,omitempty"` // of a part that is a number itself
}

// Behind is what a number is made of.
type Behind struct {
	// How the parts make the number: sum, mean (their sum divided by how many
	// there are), percent (the first in hundredths of the second), median.
	How   string  `json:"how" enum:"sum mean percent median"`
	Parts []Part  `json:"parts"`
	Makes float64 `json:"makes"` // the number, computed from them
}

// makes computes the number that the parts make.
func (b *Behind) makes() float64 {
	total := 0.0
	var all []float64
	for _, p := range b.Parts {
		total += p.Value
		all = append(all, p.Value)
	}
	switch {
	case b.How == "median":
		return median(all)
	case len(b.Parts) == 0:
		return 0
	case b.How == "mean":
		return total / float64(len(b.Parts))
	case b.How == "percent":
		if b.Parts[1].Value == 0 {
			return 0
		}
		return 100 * b.Parts[0].Value / b.Parts[1].Value
	}
	return total
}

// Behind lists what a number of a report counts, as it was known when the
// report was written. Those who lead the ward see cases by the day on which
// they were opened, and not one by one: among them may be what is kept from
// them.
func (d *Desk) Behind(ctx context.Context, r *Report, figure string, by Person) (Behind, error) {
	f, ok := r.Figure(figure)
	if !ok {
		return Behind{}, ErrNotFound
	}
	c, _, err := d.recount(ctx, r)
	if err != nil {
		return Behind{}, err
	}
	b, err := c.parts(f.Query)
	if err != nil {
		return Behind{}, fmt.Errorf("%s %s: %w", r.ID, figure, err)
	}
	b.Makes = b.makes()
	if by.Role == "leader" && b.How == "sum" {
		b.Parts = byDay(b.Parts)
	}
	if by.Role == "leader" {
		cs, err := c.allCases()
		if err != nil {
			return Behind{}, err
		}
		for i := range b.Parts {
			p := &b.Parts[i]
			if j := slices.IndexFunc(cs, func(k Case) bool { return k.ID == p.Case }); j >= 0 && cs[j].Kept {
				p.Case, p.Label = "", news.Text{VI: "một vụ việc", EN: "a case"}
			}
		}
	}
	return b, nil
}

// parts takes a query apart.
func (c *counter) parts(q Query) (b Behind, err error) {
	b.How = "sum"
	zone := c.d.Days.Zone()
	of := func(q Query) error {
		v, err := c.value(q)
		if err != nil {
			return err
		}
		b.Parts = append(b.Parts, Part{Label: c.d.Describe(q), Value: v, Text: Number(v), Query: &q})
		return nil
	}
	switch q.What {
	case "items":
		for day := q.From.In(zone); day.Before(q.To); day = day.AddDate(0, 0, 1) {
			one := q
			one.From, one.To = day.UTC(), day.AddDate(0, 0, 1).UTC()
			if one.To.After(q.To) {
				one.To = q.To
			}
			v, err := c.value(one)
			if err != nil {
				return b, err
			}
			if v != 0 {
				date := paper.ShortDate(day)
				b.Parts = append(b.Parts, Part{Label: news.Text{VI: date, EN: date}, Value: v, Text: Number(v), Query: &one})
			}
		}
		return b, nil
	case "mean":
		b.How = "mean"
		for i := 1; i <= q.N; i++ {
			if err := of(q.Of.back(i, zone)); err != nil {
				return b, err
			}
		}
		return b, nil
	case "percent":
		b.How = "percent"
		if err := of(*q.Of); err != nil {
			return b, err
		}
		return b, of(*q.Per)
	case "forecast.hits", "forecast.weeks":
		for i := range q.N {
			week := q
			week.N = 1
			week = week.back(i, zone)
			if err := of(week); err != nil {
				return b, err
			}
		}
		b.Parts = slices.DeleteFunc(b.Parts, func(p Part) bool { return p.Value == 0 })
		return b, nil
	case "hours.correction":
		b.How = "median"
		cs, err := c.allCases()
		for i := range cs {
			if h, ok := cs[i].hours(q.From, q.To); ok {
				b.Parts = append(b.Parts, cs[i].part(h))
			}
		}
		return b, err
	}
	if m, ok := measures[q.What]; ok {
		cs, err := c.allCases()
		for i := range cs {
			if m(&cs[i], q.From, q.To) && q.fits(&cs[i]) {
				b.Parts = append(b.Parts, cs[i].part(1))
			}
		}
		return b, err
	}
	if m, ok := caseSums[q.What]; ok {
		cs, err := c.allCases()
		for i := range cs {
			if n := cs[i].effects(q, m); n > 0 {
				b.Parts = append(b.Parts, cs[i].part(float64(n)))
			}
		}
		return b, err
	}
	if m, ok := ledgerMeasures[q.What]; ok {
		b.Parts, err = m(c, q)
		return b, err
	}
	return b, fmt.Errorf("reports: there is no measure %q", q.What)
}

// part is a case as a page lists it: nothing that a resident wrote.
func (c *Case) part(v float64) Part {
	day := paper.ShortDate(c.Opened.In(calendar.Zone))
	label := news.Text{VI: c.ID + " · " + TopicName(c.Topic) + " · mở " + day, EN: c.ID + " · " + TopicName(c.Topic) + " · opened " + day}
	if c.Unit != "" {
		label.VI, label.EN = label.VI+" · "+c.Unit, label.EN+" · "+c.Unit
	}
	return Part{Label: label, Value: v, Text: Number(v), Case: c.ID}
}

// entryPart is an entry of a ledger with what it counts.
func entryPart(v view, n float64) Part {
	name := cmp.Or(v.v["title"], clip(v.v["text"], 100), v.ID)
	return Part{Label: news.Text{VI: name, EN: name}, Value: n, Text: Number(n), Ledger: v.Ledger, Entry: v.ID}
}

// byDay puts cases together by the day on which they were opened.
func byDay(parts []Part) (out []Part) {
	for _, p := range parts {
		if p.Case == "" {
			out = append(out, p)
			continue
		}
		_, day, _ := strings.Cut(p.Label.VI, " · mở ")
		day, _, _ = strings.Cut(day, " · ")
		label := news.Text{VI: "mở " + day, EN: "opened " + day}
		if i := slices.IndexFunc(out, func(o Part) bool { return o.Label == label }); i >= 0 {
			out[i].Value += p.Value
			out[i].Text = Number(out[i].Value)
			continue
		}
		out = append(out, Part{Label: label, Value: p.Value, Text: p.Text})
	}
	return out
}

// total adds parts up.
func total(parts []Part, err error) (float64, error) {
	sum := 0.0
	for _, p := range parts {
		sum += p.Value
	}
	return sum, err
}
