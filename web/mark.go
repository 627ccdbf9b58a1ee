package web

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"langnghe/internal/news"
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
func marked(text string, spans []news.Span) []part {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s news.Span) bool { return s.End <= s.Start || s.End <= 0 })
	if len(spans) == 0 {
		if text == "" {
			return nil
		}
		return guarded([]part{{Text: text}})
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
	return guarded(parts)
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
func headline(it *news.Item) string {
	s := strings.TrimSpace(it.Title)
	if s == "" {
		s = strings.Join(strings.Fields(it.Text), " ")
	}
	return guard(shorten(s, 110))
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

// links finds what a person, a browser or a telephone would take for one.
var links = regexp.MustCompile(`(?i)https?://[^\s/?#<>"]+|(?:[\pL\pN_-]+\.)+\pL{2,}`)

// bad finds the links in a text that show signs of imitation, as places of
// bytes: scheme and name, not the path.
func bad(s string) (out [][]int) {
	if !strings.Contains(s, ".") {
		return nil
	}
	for _, at := range links.FindAllStringIndex(s, -1) {
		if suspicious(s[at[0]:at[1]]) {
			out = append(out, at)
		}
	}
	return out
}

// suspicious reports whether an address shows signs of imitation.
func suspicious(link string) bool {
	if _, rest, ok := strings.Cut(link, "://"); ok {
		link = rest
	}
	link, _, _ = strings.Cut(link, "/")
	if i := strings.LastIndexByte(link, '@'); i >= 0 {
		link = link[i+1:] // what stands before it only looks like the name
	}
	host, _, _ := strings.Cut(link, ":")
	return patterns.Domain(strings.TrimRight(host, ".")).Suspicious()
}

// guard is a text of the crawl as pages show it: links that show signs of
// imitation are defanged, the rest stays as people wrote it.
func guard(s string) string {
	p := guarded([]part{{Text: s}})
	return p[0].Text
}

// guarded defangs in marked text; a link may begin in one part and end in
// another.
func guarded(parts []part) []part {
	var all strings.Builder
	for _, p := range parts {
		all.WriteString(p.Text)
	}
	found := bad(all.String())
	if len(found) == 0 {
		return parts
	}
	at := 0
	for i := range parts {
		var b strings.Builder
		for j := range len(parts[i].Text) {
			c := parts[i].Text[j]
			in := slices.IndexFunc(found, func(f []int) bool { return f[0] <= at && at < f[1] })
			switch {
			case in >= 0 && c == '.':
				b.WriteString("[.]")
			case in >= 0 && (c == 't' || c == 'T') && at-found[in][0] < 3 && strings.Contains(all.String()[found[in][0]:found[in][1]], "://"):
				b.WriteByte(c + 4) // http is hxxp, and nothing follows it
			default:
				b.WriteByte(c)
			}
			at++
		}
		parts[i].Text = b.String()
	}
	return parts
}
