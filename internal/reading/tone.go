package reading

import (
	"slices"

	"langnghe/internal/news"
)

type toneSets struct{ pos, neg, negator, not, flip, strong, weak, contrast, wish, lack int }

// tone is the polarity of a view before the stance is known.
type tone struct {
	plus, minus float64 // sums of weights
	good, bad   float64 // the same before contrast turns them
	turn        bool    // there is a "but"
	lack        float64 // of words that say something is not there or should be
	because     []hit
}

// Reach of negators and the like, in words.
const (
	negationReach  = 3
	wishReach      = 8 // "nên … nhiệt tình hơn" says that somebody is not
	intensityReach = 2
)

func (r *Reader) tone(v *view, h hits) tone {
	var t tone
	s := &r.set.tone
	turn := int32(-1)
	for _, x := range h[s.contrast] {
		turn = max(turn, x.start)
	}
	t.turn = turn >= 0
	weigh := func(x hit, sign float64, other []hit) {
		if covered(other, x) {
			return
		}
		w := float64(x.weight) * sign
		switch {
		case before(v, h[s.flip], x, 1) && sign < 0:
			w = -w * 0.7 // hết ngập, đỡ khổ
		case r.negated(v, h, x):
			w *= -0.6
		case sign > 0 && before(v, h[s.wish], x, wishReach):
			w *= -0.5
		}
		if before(v, h[s.strong], x, intensityReach) || behind(v, h[s.strong], x, 1) {
			w *= 1.4
		}
		if before(v, h[s.weak], x, intensityReach) {
			w *= 0.6
		}
		if w > 0 {
			t.good += w
		} else {
			t.bad -= w
		}
		// What comes after "nhưng" is what the writer means.
		if turn >= 0 && x.start > turn {
			w *= 1.4
		} else if turn >= 0 {
			w *= 0.7
		}
		if w > 0 {
			t.plus += w
		} else {
			t.minus -= w
		}
		if len(t.because) < 8 {
			t.because = append(t.because, x)
		}
	}
	for _, x := range h[s.pos] {
		weigh(x, 1, h[s.neg])
	}
	for _, x := range h[s.neg] {
		weigh(x, -1, h[s.pos])
	}
	for _, x := range h[s.lack] {
		t.lack += float64(x.weight)
	}
	slices.SortFunc(t.because, func(a, b hit) int { return int(a.start - b.start) })
	t.plus += min(2, float64(v.signs.warm)*0.8)
	t.minus += min(2, float64(v.signs.sore)*0.8)
	return t
}

// negated reports whether a word before x turns it round.
func (r *Reader) negated(v *view, h hits, x hit) bool {
	s := &r.set.tone
	return before(v, h[s.negator], x, negationReach) && !before(v, h[s.not], x, negationReach)
}

// covered reports whether a longer hit of list holds x.
func covered(list []hit, x hit) bool {
	for _, y := range list {
		if y.start <= x.start && x.end <= y.end && y.end-y.start > x.end-x.start {
			return true
		}
	}
	return false
}

// before reports whether one of list ends at most reach words before x, in
// the same sentence.
func before(v *view, list []hit, x hit, reach int32) bool {
	for _, y := range list {
		if d := x.start - y.end; d >= 0 && d < reach && sameSentence(v, y.start, x.start) {
			return true
		}
	}
	return false
}

func behind(v *view, list []hit, x hit, reach int32) bool {
	for _, y := range list {
		if d := y.start - x.end; d >= 0 && d < reach && sameSentence(v, x.start, y.start) {
			return true
		}
	}
	return false
}

func sameSentence(v *view, from, to int32) bool {
	for i := from + 1; i <= to; i++ {
		if v.words[i].sentence {
			return false
		}
	}
	return true
}

// balance is the polarity in -1…1.
func (t *tone) balance() float64 {
	if t.plus+t.minus == 0 {
		return 0
	}
	return (t.plus - t.minus) / (t.plus + t.minus + 1)
}

// label decides on the tone: what the stance makes likely, and what the words
// say.
func (t *tone) label(v *view, st *stance) string {
	b := t.balance()
	label := ""
	mixed := t.good >= 1.2 && t.bad >= 1.2 && t.good < 3*t.bad && t.bad < 3*t.good
	switch st.label {
	case news.Complaint:
		label = "negative"
		if !st.topical && v.signs.laugh > 0 {
			label = pick(b+0.3, 0.2, "negative", "neutral", "positive") // grumbling for fun
		}
		if mixed && t.good >= 2 && st.sarcasm == 0 {
			label = "mixed"
		}
	case news.Denial, news.Warning, news.Question, news.Suggestion:
		label = "neutral"
		switch {
		case st.topical || st.label == news.Denial || st.label == news.Warning:
		case st.label == news.Suggestion:
			label = t.plain(v)
		default:
			label = pick(b, 0.5, "negative", "neutral", "positive")
		}
		if st.label == news.Question && t.minus >= 3 && t.plus < 1 {
			label = "negative"
		}
	case news.Praise:
		label = "positive"
		if mixed {
			label = "mixed"
		}
	case news.RumourQuery:
		label = "neutral"
		if st.fear > 0 || t.minus >= 2.5 {
			label = "negative"
		}
	case news.Claiming:
		label = st.mood
	case news.Satire:
		label = pick(b, 0.2, "negative", "neutral", "positive")
	case news.Report:
		if st.incident > 0 {
			label = "negative"
		} else if st.official > 0 {
			label = pick(b, 0.55, "neutral", "neutral", "positive")
		} else {
			label = pick(b, 0.35, "negative", "neutral", "positive")
		}
	case news.Opinion:
		label = pick(b, 0.45, "negative", "neutral", "positive")
	default:
		label = t.plain(v)
	}
	return label
}

// reading is the tone with its score and reasons.
func (t *tone) reading(v *view, label string) news.Tone {
	out := news.Tone{Label: label, Score: round(t.balance())}
	// The score never contradicts the label.
	switch {
	case out.Label == "negative" && out.Score >= 0:
		out.Score = -0.3
	case out.Label == "positive" && out.Score <= 0:
		out.Score = 0.3
	case out.Label == "neutral":
		out.Score = max(-0.2, min(0.2, out.Score))
	}
	for _, x := range t.because {
		out.Because = append(out.Because, v.span(x.start, x.end))
	}
	return out
}

// plain is the tone of words that are not about the ward, or do nothing in
// particular: a smile counts, and so does what is missing.
func (t *tone) plain(v *view) string {
	rest := tone{plus: t.plus + min(1, 0.8*float64(v.signs.laugh)), minus: t.minus}
	if t.plus == 0 {
		rest.minus += min(1, 0.75*t.lack)
	}
	return pick(rest.balance(), 0.2, "negative", "neutral", "positive")
}

func pick(b, edge float64, neg, zero, pos string) string {
	switch {
	case b <= -edge:
		return neg
	case b >= edge:
		return pos
	}
	return zero
}
