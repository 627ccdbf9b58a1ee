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
	var g gap
	first := len(dst)
	for i, n := 0, 0; i < len(text); {
		var r rune
		w, c := 1, char{}
		if b := text[i]; b < utf8.RuneSelf {
			r, c = rune(b), chars[b]
		} else {
			r, w, c = next(text, i)
		}
		if c.class&(letter|digit) == 0 {
			g.add(r, c.class)
			i, n = i+w, n+1
			continue
		}
		var t Token
		var abbreviation bool
		flags := g.flags()
		t, abbreviation, i, n = token(text, i, n)
		if len(dst) > first {
			t.Flags |= flags
		}
		g = gap{abbreviation: abbreviation}
		dst = append(dst, t)
	}
	return dst
}

// gap collects what stands between two tokens.
type gap struct {
	abbreviation bool // the token before is one: its dot ends no sentence
	dot          bool
	sentence     bool
	paragraph    bool
}

func (g *gap) add(r rune, c class) {
	switch {
	case c&(lineBreak|space) != 0:
		if c&lineBreak != 0 {
			g.sentence, g.paragraph = true, true
		}
		if g.dot && !g.abbreviation {
			g.sentence = true
		}
	case r == '.':
		g.dot = true
	case r == '!', r == '?', r == '…':
		g.sentence = true
	}
}

func (g *gap) flags() Flags {
	switch {
	case g.paragraph:
		return Sentence | Paragraph
	case g.sentence:
		return Sentence
	}
	return 0
}

// maxFast is the longest token, in code points, that the fast path takes.
const maxFast = 48

// token reads the token that starts at byte i, code point n. It returns the
// token, whether it is an abbreviation in the sense of sentence ends, and the
// place behind it (behind its trailing ignorables too).
func token(text string, i, n int) (t Token, abbreviation bool, _, _ int) {
	t.Start, t.RuneStart = i, n
	var key, fold [maxFast]uint16
	k, fast := 0, true
	all := letter | digit // what every base character of the token is
	vowel := false
	for i < len(text) {
		var r rune
		w, c := 1, char{}
		if b := text[i]; b < utf8.RuneSelf {
			r, c = rune(b), chars[b]
		} else {
			r, w, c = next(text, i)
		}
		switch {
		case c.class&(letter|digit) != 0:
			all &= c.class
			switch {
			case !fast:
			case c.key == 0 || k == maxFast:
				fast = false
			default:
				key[k], fold[k] = c.key, uint16(c.fold)
				vowel = vowel || c.class&vowelLetter != 0
				k++
			}
		case c.class&ignorable != 0:
			i, n = i+w, n+1
			continue // part of the token only if it goes on behind
		case c.class&mark != 0:
			if fast {
				if composed := compose(key[k-1], r); composed != 0 {
					key[k-1] = composed
				} else {
					fast = false
				}
			}
		default:
			goto end
		}
		i, n = i+w, n+1
		t.End, t.RuneEnd = i, n
	}
end:
	switch {
	case all&letter != 0:
		t.Flags |= Letters
	case all&digit != 0:
		t.Flags |= Digits
	}
	if !fast {
		var folded bool
		t.Key, t.Fold, folded, vowel = slowHash(text[t.Start:t.End])
		if folded {
			t.Flags |= Folded
		}
		return t, all&letter != 0 && !vowel, i, n
	}
	spell(key[:k], fold[:k])
	t.Fold = hash16(fold[:k])
	if slices.Equal(key[:k], fold[:k]) {
		t.Flags |= Folded
		t.Key = t.Fold
	} else {
		t.Key = hash16(key[:k])
	}
	return t, all&letter != 0 && !vowel, i, n
}

// spell brings tone placement and i/y of a syllable into their one form, in
// the key and, for i/y, in the folded key.
func spell(key, fold []uint16) {
	n := len(key)
	if n < 2 {
		return
	}
	last := key[n-1]
	switch before := key[n-2]; fold[n-1] {
	case 'a', 'e':
		if before == 'o' {
			if plain, tone := splitTone(last); tone != 0 && plain == fold[n-1] {
				key[n-2], key[n-1] = withTone('o', tone), plain
			}
		}
	case 'y':
		if before == 'u' && (n < 3 || key[n-3] != 'q') {
			if _, tone := splitTone(last); tone != 0 {
				key[n-2], key[n-1] = withTone('u', tone), 'y'
			}
		}
	case 'i':
		switch {
		case n == 2 && (before == 'h' || before == 'k' || before == 'l' || before == 'm' || before == 's' || before == 't'),
			n == 3 && key[0] == 'q' && before == 'u':
			if plain, tone := splitTone(last); plain == 'i' {
				key[n-1], fold[n-1] = withTone('y', tone), 'y'
			}
		}
	}
}

// next decodes the code point at byte i. Loops look ASCII up themselves.
func next(text string, i int) (r rune, width int, _ char) {
	r, width = utf8.DecodeRuneInString(text[i:])
	if int(r) < len(chars) {
		return r, width, chars[r]
	}
	return r, width, char{class: classify(r)}
}

// classify is the definition that the table chars is made from.
func classify(r rune) class {
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
		return space | lineBreak
	case Space(r):
		return space
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
