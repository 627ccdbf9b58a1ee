package web

import (
	"slices"
	"strings"
	"unicode/utf8"

	"langnghe/internal/news"
	"langnghe/review"
	"langnghe/rules/patterns"
)

// A part is a piece of a text: words that made the program say something, or
// the words between them. Templates print both as plain text.
type part struct {
	Text string
	Mark bool
}

// marked splits text at the spans, which count code points. Spans that
// overlap become one; what lies outside of the text is cut off, because a
// span is a hint from another program and the text is the fact.
func marked(text string, spans []news.Span) []part { return care{}.marked(text, spans) }

// marked is that with care for the links.
func (c care) marked(text string, spans []news.Span) []part {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s news.Span) bool { return s.End <= s.Start || s.End <= 0 })
	if len(spans) == 0 {
		if text == "" {
			return nil
		}
		return c.guarded([]part{{Text: text}})
	}
	slices.SortFunc(spans, func(a, b news.Span) int { return a.Start - b.Start })
	runes := []rune(text)
	var parts []part
	add := func(from, to int, mark bool) {
		if from < to {
			parts = append(parts, part{string(runes[from:to]), mark})
		}
	}
	at := 0
	for i := 0; i < len(spans); {
		start, end := max(spans[i].Start, 0), spans[i].End
		for i++; i < len(spans) && spans[i].Start <= end; i++ {
			end = max(end, spans[i].End)
		}
		start, end = min(start, len(runes)), min(end, len(runes))
		add(at, start, false)
		add(start, end, true)
		at = max(at, end)
	}
	add(at, len(runes), false)
	return c.guarded(parts)
}

// spansIn returns the spans of one field: "title", "claim", "document", or
// "text", which may also be unnamed.
func spansIn(spans []news.Span, field string) []news.Span {
	var out []news.Span
	for _, s := range spans {
		if s.In == field || field == "text" && s.In == "" {
			out = append(out, s)
		}
	}
	return out
}

// clip shortens marked text to about limit code points. It keeps the first
// mark in view: when that lies beyond the limit, the cut starts shortly
// before it.
func clip(parts []part, limit int) (short []part, cut bool) {
	total, first := 0, -1
	for _, p := range parts {
		if p.Mark && first < 0 {
			first = total
		}
		total += utf8.RuneCountInString(p.Text)
	}
	if total <= limit+limit/5 {
		return parts, false
	}
	from := 0
	if first > limit*3/4 {
		from = first - limit/4
	}
	to := from + limit
	at := 0
	for _, p := range parts {
		runes := []rune(p.Text)
		lo, hi := max(from-at, 0), min(to-at, len(runes))
		at += len(runes)
		if lo < hi {
			short = append(short, part{string(runes[lo:hi]), p.Mark})
		}
	}
	if from > 0 && len(short) > 0 {
		short[0].Text = "… " + strings.TrimLeft(short[0].Text, " \n")
	}
	if to < total && len(short) > 0 {
		// End at a word, where there is one.
		if last := &short[len(short)-1]; !last.Mark {
			if i := strings.LastIndexAny(last.Text, " \n"); i >= 0 && len(last.Text)-i < 40 {
				last.Text = last.Text[:i]
			}
		}
		short = append(short, part{Text: " …"})
	}
	return short, true
}

// headline is the title of an item, or the beginning of its text.
func (s *server) headline(it *news.Item) string { return s.careOf(it).headline(it) }

func (c care) headline(it *news.Item) string {
	s := strings.TrimSpace(it.Title)
	if s == "" {
		s = strings.Join(strings.Fields(it.Text), " ")
	}
	return c.guard(shorten(s, 110))
}

// shorten cuts a string at a space near n code points.
func shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	cut := string(runes[:n])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)*2/3 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:") + "…"
}

// defang makes a link or a domain impossible to click or to follow by
// mistake: hxxps://vidu[.]com.
func defang(s string) string {
	s = strings.NewReplacer("[.]", ".", "hxxp", "http").Replace(s)
	return strings.NewReplacer("http", "hxxp", ".", "[.]").Replace(s)
}

// A care is how a text is shown. The zero value leaves links alone that show
// no sign of imitation.
type care struct {
	every bool                   // a scam is in it, or may be: only names that are known are left
	known func(host string) bool // names of the sources that are watched
}

// careOf is how the texts of an item are shown.
func (s *server) careOf(it *news.Item) care {
	return care{patterns.Scam(it.Reading), s.watched}
}

// careFor is how the texts of a case are shown.
func (s *server) careFor(c *review.Case) care {
	return care{c.Kind == news.Scam || c.Topic == "security_scam" || len(c.Indicators) > 0, s.watched}
}

// guard is a text of the crawl as pages show it: links that show signs of
// imitation are defanged, the rest stays as people wrote it.
func guard(s string) string { return care{}.guard(s) }

// guard is a text as pages show it.
func (c care) guard(s string) string {
	p := c.guarded([]part{{Text: s}})
	return p[0].Text
}

// guarded defangs links in marked text; a link may begin in one part and end in
// another.
func (c care) guarded(parts []part) []part {
	var all strings.Builder
	for _, p := range parts {
		all.WriteString(p.Text)
	}
	found := patterns.Doubtful(all.String(), c.every, c.known)
	if len(found) == 0 {
		return parts
	}
	at := 0
	for i := range parts {
		var b strings.Builder
		for j := range len(parts[i].Text) {
			x := parts[i].Text[j]
			in := slices.IndexFunc(found, func(f []int) bool { return f[0] <= at && at < f[1] })
			switch {
			case in >= 0 && x == '.':
				b.WriteString("[.]")
			case in >= 0 && (x == 't' || x == 'T') && at-found[in][0] < 3 && strings.Contains(all.String()[found[in][0]:found[in][1]], "://"):
				b.WriteByte(x + 4) // http is hxxp, and nothing follows it
			default:
				b.WriteByte(x)
			}
			at++
		}
		parts[i].Text = b.String()
	}
	return parts
}
