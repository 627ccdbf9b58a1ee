package official

import (
	"slices"
	"unicode/utf8"

	"langnghe/internal/news"
)

const (
	// longText is from how many words on a text says more than one thing:
	// posts are shorter, articles longer.
	longText = 90
	// passageWords is how much of a long text is compared at once, sentences
	// that are longer apart.
	passageWords = 45
	// mostPassages bounds the work on one text: an article has fewer, and what
	// is longer than a law is compared by its beginning.
	mostPassages = 60
)

// passages are the parts of a text that are compared each by itself, as
// ranges of code points: all of a short one, else whole sentences.
func passages(text string) (out [][2]int) {
	if utf8.RuneCountInString(text) < 3*longText {
		return nil // there is no room for so many words
	}
	ws := words(text)
	if len(ws) < longText {
		return nil
	}
	from := 0
	for i := 1; i <= len(ws) && len(out) < mostPassages; i++ {
		if i < len(ws) && !ws[i].ends {
			continue
		}
		// A sentence ends before i. It joins those before while there is room.
		next := i
		for next < len(ws) && (next == i || !ws[next].ends) {
			next++
		}
		if i == len(ws) || next-from > passageWords {
			out = append(out, [2]int{ws[from].start, ws[i-1].end})
			from = i
		}
	}
	return out
}

// checkLong compares the passages of a text. What contradicts goes before what
// is outdated, and that before what agrees, but a statement that one passage
// repeats is not held against another.
func (c *Checker) checkLong(claim Claim, ps [][2]int) Finding {
	best := Finding{ID: claim.ID, Verdict: "not_covered", Because: []news.Span{}}
	rs := []rune(claim.Text)
	var found []Finding
	for _, p := range ps {
		f := c.check(Claim{ID: claim.ID, Text: string(rs[p[0]:p[1]]), At: claim.At}, true)
		if f.Verdict == "not_covered" {
			continue
		}
		for i := range f.Because {
			if f.Because[i].In == "claim" {
				f.Because[i].Start += p[0]
				f.Because[i].End += p[0]
			}
		}
		found = append(found, f)
	}
	rank := map[string]int{"not_covered": 0, "agrees": 1, "outdated": 2, "contradicts": 3}
	for _, f := range found {
		repeated := f.Verdict == "contradicts" && slices.ContainsFunc(found, func(o Finding) bool {
			return o.Verdict == "agrees" && o.Document == f.Document && slices.ContainsFunc(o.Because, func(s news.Span) bool { return s.In == "document" && slices.Contains(f.Because, s) })
		})
		if !repeated && rank[f.Verdict] > rank[best.Verdict] {
			best = f
		}
	}
	return best
}
