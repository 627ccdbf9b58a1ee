// Package lang holds the one normal form of Vietnamese text: tokens with
// their places in the text as given, the exact key and the folded key of
// each. Rules, search and the reading of items all stand on it, so that a
// word that one of them finds is the word that the others find.
//
// The key makes NFC and NFD, upper and lower case, old and new tone placement
// (hoà, hòa), i and y (kỉ, kỷ) and hidden characters equal, and nothing else:
// teencode, repeated letters and look-alike signs are left to the reading.
// The folded key has no diacritics as well. Everything here is a pure
// function, safe for concurrent use, and takes any bytes.
package lang

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// Token is one token of a text.
type Token struct {
	Start, End         int    // byte offsets in the text as given
	RuneStart, RuneEnd int    // the same in code points
	Key, Fold          uint64 // [Hash] of the exact key, of the folded key
	Flags              Flags
}

// Has reports whether the token has all the flags of f.
func (t *Token) Has(f Flags) bool { return t.Flags&f == f }

// Flags say what a token is made of and what stands before it.
type Flags uint8

// The flags of a token.
const (
	Letters   Flags = 1 << iota // only letters and their marks
	Folded                      // the key is its own folded key
	Sentence                    // a sentence ends between the previous token and this one
	Paragraph                   // a paragraph ends there too
	Digits                      // only decimal digits
)

// Tokens appends the tokens of text to dst. It takes time linear in the
// length of text and allocates nothing but room in dst. Bytes that are not
// UTF-8 separate tokens and count as one code point each.
func Tokens(dst []Token, text string) []Token {
	var between gap
	abbreviation := false // the token before is one: its dot ends no sentence
	first := len(dst)
	// more counts the bytes before i that begin no code point, so that i-more
	// is the place in code points.
	for i, more := 0, 0; i < len(text); {
		w, c := 1, chars[text[i]]
		if text[i] >= utf8.RuneSelf {
			_, w, c = next(text, i)
		}
		if c&(letter|digit) == 0 {
			between = between.add(c)
			i, more = i+w, more+w-1
			continue
		}

		// The token is made where it stays: it is large.
		if len(dst) == cap(dst) {
			dst = slices.Grow(dst, 1)
		}
		dst = dst[:len(dst)+1]
		t := &dst[len(dst)-1]
		t.Start, t.RuneStart, t.Flags = i, i-more, 0
		if between > gapSpace && len(dst)-1 > first {
			t.Flags = between.flags(abbreviation)
		}
		between = 0

		word, kinds, end := plainLetters(text, i)
		more += end - i - word.len()
		i = end
		if i < len(text) && (text[i] >= utf8.RuneSelf || word.full()) {
			word, kinds, i, more = word.goOn(text, kinds, i, more)
			if kinds == 0 {
				i, more, abbreviation = t.general(text)
				continue
			}
		}
		t.End, t.RuneEnd = i, i-more
		word = word.spell()
		t.Key, t.Fold = word.hashes()
		if t.Key == t.Fold {
			t.Flags |= Folded
		}
		if kinds&digit == 0 {
			t.Flags |= Letters
		} else if kinds&letter == 0 {
			t.Flags |= Digits
		}
		abbreviation = kinds&(digit|vowelLetter) == 0
	}
	return dst
}

// plainLetters reads the plain letters at i, eight at most. It returns also
// their classes together and the place behind them, where something else may
// stand that goes on with the token. Most time is spent here, so it decodes
// the blocks of the Vietnamese letters itself and calls nothing: it would have
// to keep all that it holds in registers on the stack around each call.
//
//go:noinline
func plainLetters(text string, i int) (l letters, kinds char, end int) {
	var base, marks uint64
	for i < len(text) {
		var c char
		b, w := text[i], 1
		if b < utf8.RuneSelf {
			c = chars[b]
		} else if b-0xC2 < 0xE0-0xC2 && i+1 < len(text) && text[i+1]>>6 == 0b10 {
			c, w = chars[uint(b&0x1F)<<6|uint(text[i+1]&0x3F)], 2
		} else if b == 0xE1 && i+2 < len(text) && text[i+1]>>6 == 0b10 && text[i+2]>>6 == 0b10 {
			c, w = chars[0x1000|uint(text[i+1]&0x3F)<<6|uint(text[i+2]&0x3F)], 3
		}
		if c&plain == 0 || base>>56 != 0 {
			break
		}
		base = base<<8 | uint64(c.base())
		marks = marks<<8 | uint64(c.mark())
		kinds |= c
		i += w
	}
	return letters{base: base, marks: marks}, kinds, i
}

// goOn reads the rest of a token behind the letters that plainLetters read:
// more letters, combining marks, ignorables. It returns no kinds when only
// the general path can make the key.
func (l letters) goOn(text string, kinds char, i, more int) (_ letters, _ char, end, endMore int) {
	end, endMore = i, more
	for i < len(text) {
		_, w, c := next(text, i)
		i, more = i+w, more+w-1
		switch {
		case c&ignorable != 0:
			continue // part of the token only if it goes on behind
		case c&plain != 0:
			l = l.add(c)
			kinds |= c
		case c&mark != 0:
			m := l.join(c)
			if m == 0 {
				return l, 0, i, more
			}
			l.marks = l.marks&^0xFF | uint64(m)
		case c&(letter|digit) != 0:
			return l, 0, i, more
		default:
			return l, kinds, end, endMore
		}
		end, endMore = i, more
	}
	return l, kinds, end, endMore
}

// general finishes t, of which only the start is known, whatever it is made
// of: the definition that the loop of [Tokens] is a short cut of. It returns
// the place behind it, as that counts, and whether it is an abbreviation.
func (t *Token) general(text string) (end, endMore int, abbreviation bool) {
	all := letter | digit // what every base character of the token is
	i, more := t.Start, t.Start-t.RuneStart
	for i < len(text) {
		_, w, c := next(text, i)
		if c&(letter|digit|mark|ignorable) == 0 {
			break
		}
		i, more = i+w, more+w-1
		if c&ignorable != 0 {
			continue // part of the token only if it goes on behind
		}
		end, endMore = i, more
		if c&(letter|digit) != 0 {
			all &= c
		}
	}
	t.End, t.RuneEnd = end, end-endMore
	var folded, vowel bool
	t.Key, t.Fold, folded, vowel = slowHash(text[t.Start:end])
	if folded {
		t.Flags |= Folded
	}
	switch {
	case all&letter != 0:
		t.Flags |= Letters
	case all&digit != 0:
		t.Flags |= Digits
	}
	return end, endMore, all&letter != 0 && !vowel
}

// gap is what stands between two tokens.
type gap uint8

const (
	gapSpace gap = 1 << iota
	gapLine
	gapDot
	gapStop
	gapDotSpace // a dot and, later, a space
)

// add returns g with one more character, which separates tokens.
func (g gap) add(c char) gap {
	e := gap(c.base())
	if g&gapDot != 0 && e&gapSpace != 0 {
		g |= gapDotSpace
	}
	return g | e
}

func (g gap) flags(abbreviation bool) Flags {
	switch {
	case g&gapLine != 0:
		return Sentence | Paragraph
	case g&gapStop != 0, g&gapDotSpace != 0 && !abbreviation:
		return Sentence
	}
	return 0
}

// next decodes the code point at byte i.
func next(text string, i int) (r rune, width int, _ char) {
	b := text[i]
	if b < utf8.RuneSelf {
		return rune(b), 1, chars[b]
	}
	if b-0xC2 < 0xE0-0xC2 && i+1 < len(text) && text[i+1]>>6 == 0b10 { // C0 and C1 are in no UTF-8
		u := uint(b&0x1F)<<6 | uint(text[i+1]&0x3F)
		return rune(u), 2, chars[u]
	}
	r, width = utf8.DecodeRuneInString(text[i:])
	if int(r) < len(chars) {
		return r, width, chars[r]
	}
	return r, width, classify(r)
}

// classify is the definition that the table chars is made from.
func classify(r rune) char {
	switch {
	case Ignorable(r):
		return ignorable
	case unicode.IsLetter(r):
		return letter
	case unicode.Is(unicode.Nd, r):
		return digit
	case unicode.In(r, unicode.Mn, unicode.Mc):
		return mark
	case LineBreak(r):
		return char(gapSpace|gapLine) << baseShift
	case Space(r):
		return char(gapSpace) << baseShift
	case r == '.':
		return char(gapDot) << baseShift
	case r == '!', r == '?', r == '…':
		return char(gapStop) << baseShift
	}
	return 0
}

// Space reports whether r is white space for rules and search.
func Space(r rune) bool {
	switch {
	case r >= 0x09 && r <= 0x0D, r == ' ', r == 0x85, r == 0xA0, r == 0x1680,
		r >= 0x2000 && r <= 0x200A, r == 0x2028, r == 0x2029, r == 0x202F, r == 0x205F, r == 0x3000:
		return true
	}
	return false
}

// LineBreak reports whether r ends a paragraph.
func LineBreak(r rune) bool {
	return r >= 0x0A && r <= 0x0D || r == 0x85 || r == 0x2028 || r == 0x2029
}

// Ignorable reports whether r counts as absent: soft hyphens, zero-width and
// direction characters, variation selectors.
func Ignorable(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x034F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x2064, r >= 0x2066 && r <= 0x2069, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF:
		return true
	}
	return false
}
