package lang

// A Range is a stretch of a text in code points; End is exclusive.
type Range struct{ Start, End int }

// Changed returns the sentences of after that before does not have, in
// order, neighbours as one range. Sentences are compared by their keys: one
// that moved, or whose punctuation, capitals or normal form is another, has
// not changed; one in which a word or a number is another has, as a whole,
// for it says something else now. A sentence that stands in after more often
// than in before has changed where it comes once too often. What was taken
// out leaves no range.
func Changed(before, after string) []Range {
	left := map[string]int{}
	sentences(before, func(key string, _ Range) { left[key]++ })
	var out []Range
	joined := false // the sentence before this one has changed too
	sentences(after, func(key string, r Range) {
		if left[key] > 0 {
			left[key]--
			joined = false
			return
		}
		if joined {
			out[len(out)-1].End = r.End
		} else {
			out = append(out, r)
		}
		joined = true
	})
	return out
}

// sentences calls f with the key of each sentence of a text and its place,
// from its first token to its last.
func sentences(text string, f func(key string, r Range)) {
	toks := Tokens(nil, text)
	for i := 0; i < len(toks); {
		end := i + 1
		for end < len(toks) && !toks[end].Has(Sentence) {
			end++
		}
		first, last := &toks[i], &toks[end-1]
		f(Key(text[first.Start:last.End]), Range{first.RuneStart, last.RuneEnd})
		i = end
	}
}
