package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/rules/builtin"
)

// signs opens every sentence of the machine: it never says more.
const (
	signsVI = "Có dấu hiệu: "
	signsEN = "Signs of: "
)

// lowerFirst makes a title the rest of a sentence; abbreviations stay.
func lowerFirst(s string) string {
	r, w := utf8.DecodeRuneInString(s)
	if r2, _ := utf8.DecodeRuneInString(s[w:]); unicode.IsUpper(r2) {
		return s
	}
	return string(unicode.ToLower(r)) + s[w:]
}

// words are the texts of spans, each once, at most five.
func words(spans []news.Span) []string {
	var out []string
	for _, s := range spans {
		if t := strings.Join(strings.Fields(s.Text), " "); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out[:min(len(out), 5)]
}

func quoted(ws []string) string {
	if len(ws) == 0 {
		return ""
	}
	return "“" + strings.Join(ws, "”, “") + "”"
}

// whyMatch says why a rule found an item: the words that it rests on.
func whyMatch(r *Rule, it *news.Item, because []news.Span) news.Text {
	vi, en := signsVI+lowerFirst(r.Title.VI)+".", signsEN+lowerFirst(r.Title.EN)+"."
	if ws := quoted(words(because)); ws != "" {
		vi += " Dựa vào: " + ws + "."
		en += " Because of: " + ws + "."
	}
	if it.Reading == nil {
		return news.Text{VI: vi, EN: en}
	}
	for _, c := range it.Reading.Cues {
		for _, b := range c.BoostedBy {
			switch b {
			case "urgency":
				vi += " Có lời thúc giục."
				en += " It presses for haste."
			case "hearsay":
				vi += " Nguồn là “nghe nói”."
				en += " It rests on hearsay."
			}
		}
		if len(c.BoostedBy) > 0 {
			break
		}
	}
	return news.Text{VI: vi, EN: en}
}

// whyEdited adds that it was an edit that made a rule fire: in what it wrote
// or by what it took away.
func whyEdited(t news.Text, touched bool) news.Text {
	if touched {
		t.VI += " Thấy ở phần mới thêm hoặc mới sửa của bài."
		t.EN += " It stands in what a later edit wrote."
		return t
	}
	t.VI += " Bài khớp sau khi bị sửa hoặc bị cắt bớt."
	t.EN += " It holds since the text was edited or shortened."
	return t
}

// whyAgainst says what the item states and what is in force.
func whyAgainst(r *Rule, said query.Found, facts []news.Fact) news.Text {
	f := facts[0]
	if r.Type == "outdated" {
		return news.Text{
			VI: fmt.Sprintf("Có dấu hiệu nhắc lại mức cũ: bài viết nói “%s”; %s (%s) đã hết hiệu lực %s.", said.Span.Text, f.Document, f.Subject, vnDay(f.To)),
			EN: fmt.Sprintf("Signs of an outdated statement: it says “%s”; %s (%s) ended on %s.", said.Span.Text, f.Document, f.Subject, f.To),
		}
	}
	var vals []string
	for _, f := range facts {
		vals = append(vals, f.Span.Text)
	}
	in := quoted(slices.Compact(vals))
	return news.Text{
		VI: fmt.Sprintf("Có dấu hiệu khác với văn bản đang có hiệu lực: bài viết nói “%s”; %s (%s) ghi %s.", said.Span.Text, f.Document, f.Subject, in),
		EN: fmt.Sprintf("Signs of a contradiction with a document in force: it says “%s”; %s (%s) says %s.", said.Span.Text, f.Document, f.Subject, in),
	}
}

// vnDay writes 2026-11-02 as 02/11/2026.
func vnDay(day string) string {
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		return t.Format("02/01/2006")
	}
	return day
}

// origin is where the evidence of a flag comes from.
type origin struct {
	first   time.Time
	sources int
}

// from finds the origin of the items ids among occs.
func from(ids []string, occs []*Occurrence) (o origin) {
	in := make(map[string]bool, len(ids))
	for _, id := range ids {
		in[id] = true
	}
	sources := map[string]bool{}
	for _, x := range occs {
		if !in[x.Item] {
			continue
		}
		if o.first.IsZero() || x.At.Before(o.first) {
			o.first = x.At
		}
		sources[x.Source] = true
	}
	o.sources = len(sources)
	return o
}

// whyFired says why a rule over time fired: about what, how many, against
// what is usual, from where and since when.
func whyFired(r *Rule, group, topic string, f fired, o origin) news.Text {
	vi, en := signsVI+lowerFirst(r.Title.VI)+".", signsEN+lowerFirst(r.Title.EN)+"."
	topicVI, topicEN := whichTopic(r, topic)
	vi, en = vi+topicVI, en+topicEN
	at := f.at.In(ward)
	within := formatDuration(r.Within)
	switch {
	case f.why != nil:
		w := f.why
		within, usual, withinEN, usualEN := "24 giờ", "thường ngày", "24 hours", "usually %s a day"
		if w.window > 24*time.Hour {
			within, usual = durationVI(w.window), "thường"
			withinEN, usualEN = formatDuration(w.window), "usually %s in that time"
		}
		vi += fmt.Sprintf(" %d bài trong %s, %s %s, bắt đầu tăng từ %s, %d nguồn, %d người hoặc nguồn khác nhau.",
			w.items, within, usual, between(w.low, w.high), sinceVI(w.since.In(ward), at), w.sources, f.count)
		en += fmt.Sprintf(" %d items in %s, %s, rising since %s, %d sources, %d different voices.",
			w.items, withinEN, fmt.Sprintf(usualEN, between(w.low, w.high)), w.since.In(ward).Format("15:04 on 2 Jan"), w.sources, f.count)
	case r.Type == "silence" && f.state == "raised":
		vi += fmt.Sprintf(" Không có mục nào trong %s.", durationVI(r.For))
		en += fmt.Sprintf(" Nothing for %s.", formatDuration(r.For))
	case r.Type == "silence":
		vi = "Đã có lại: " + lowerFirst(r.Title.VI) + "."
		en = "It is back: " + lowerFirst(r.Title.EN) + "."
	case r.Type == "ratio":
		vi += fmt.Sprintf(" %d trong %d người nói (%d %%) trong %s.", f.count, f.of, f.count*100/f.of, durationVI(r.Within))
		en += fmt.Sprintf(" %d of %d voices (%d %%) within %s.", f.count, f.of, f.count*100/f.of, within)
	case r.Type == "new_term":
		vi += fmt.Sprintf(" Từ mới “%s” xuất hiện từ %d người.", group, f.count)
		en += fmt.Sprintf(" The new term “%s” came from %d voices.", group, f.count)
	case r.Type == "sequence" || r.Type == "together":
		vi += fmt.Sprintf(" %d dấu hiệu xuất hiện cùng nhau trong %s.", f.count, durationVI(r.Within))
		en += fmt.Sprintf(" %d signs came together within %s.", f.count, within)
	case r.Type == "coordination":
		vi += fmt.Sprintf(" %d nơi đăng cùng một nội dung trong %s.", f.count, durationVI(r.Within))
		en += fmt.Sprintf(" %d voices posted one story within %s.", f.count, within)
	default:
		vi += fmt.Sprintf(" %d người hoặc nguồn khác nhau nói đến trong %s: %d bài từ %d nguồn, bài đầu lúc %s.",
			f.count, durationVI(r.Within), len(f.ids), o.sources, sinceVI(o.first.In(ward), at))
		en += fmt.Sprintf(" %d different voices within %s: %d items from %d sources, the first at %s.",
			f.count, within, len(f.ids), o.sources, o.first.In(ward).Format("15:04 on 2 Jan"))
	}
	if r.Type == "gap" {
		vi += " Chưa có văn bản chính thức nào nói đến việc này."
		en += " No official document covers it yet."
	}
	return news.Text{VI: vi, EN: en}
}

// between writes a range of whole numbers.
func between(low, high float64) string {
	if fmt.Sprintf("%.0f", low) == fmt.Sprintf("%.0f", high) {
		return fmt.Sprintf("%.0f", low)
	}
	return fmt.Sprintf("%.0f–%.0f", low, high)
}

// sinceVI writes a time as people say it on the day of now.
func sinceVI(t, now time.Time) string {
	s := fmt.Sprintf("%d giờ", t.Hour())
	switch {
	case t.YearDay() == now.YearDay() && t.Year() == now.Year():
		return s
	case t.AddDate(0, 0, 1).YearDay() == now.YearDay():
		return s + " hôm qua"
	}
	return s + " ngày " + t.Format("02/01")
}

// durationVI writes a duration in Vietnamese.
func durationVI(d time.Duration) string {
	var out []string
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "ngày"}, {time.Hour, "giờ"}, {time.Minute, "phút"}} {
		if n := d / u.unit; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.unit
		}
	}
	return strings.Join(out, " ")
}

// doubt says why the rule may be wrong, from its known false positives.
func doubt(r *Rule) news.Text {
	en := make([]string, len(r.FalsePositives))
	for i, s := range r.FalsePositives {
		en[i] = builtin.English(s) // rules of the ward keep their own words
	}
	t := news.Text{VI: "Có thể nhầm với: " + strings.Join(r.FalsePositives, "; ") + ".", EN: "May be mistaken for: " + strings.Join(en, "; ") + "."}
	if r.Type == "spike" {
		t.VI += " Ngày lễ, một nguồn đăng lại nhiều lần hoặc nguồn mới kết nối cũng làm số bài tăng."
		t.EN += " A holiday, one source that reposts or a newly connected source raises the count too."
	}
	return t
}
