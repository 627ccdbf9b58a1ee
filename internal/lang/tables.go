package lang

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// class says what a code point does to tokens.
type class uint8

const (
	letter class = 1 << iota
	digit
	mark
	ignorable
	space
	lineBreak
	vowelLetter // its folded key is one of a e i o u y
)

// char is what the fast path knows of a code point. key is 0 when only the
// general path can make its key.
type char struct {
	key   uint16 // lower-case composed letter, or digit
	fold  byte   // ASCII
	class class
}

// chars covers ASCII, all Vietnamese letters and general punctuation.
var chars = makeChars()

func makeChars() (t [0x2070]char) {
	for r := range rune(len(t)) {
		c := char{class: classify(r)}
		if c.class&letter != 0 && unicode.Is(unicode.Latin, r) || r >= '0' && r <= '9' {
			key := appendKey(nil, string(r))
			fold := appendFold(nil, key)
			k, width := utf8.DecodeRune(key)
			if width == len(key) && k <= 0xFFFF && len(fold) == 1 {
				c.key, c.fold = uint16(k), fold[0]
				if isVowel(fold[0]) {
					c.class |= vowelLetter
				}
			}
		}
		t[r] = c
	}
	return t
}

func isVowel(b byte) bool {
	switch b {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// tones are the five tone marks of Vietnamese; shapes the three marks that
// make letters.
var (
	tones  = [...]rune{0x0300, 0x0301, 0x0303, 0x0309, 0x0323}
	shapes = [...]rune{0x0302, 0x0306, 0x031B}
)

const vowels = "aăâeêioôơuưy"

// toned is a lower-case vowel as letter and tone, 1…5 in the order of tones.
type toned struct {
	plain uint16
	tone  uint8
}

// composed holds, for a lower-case letter and one mark behind it, the one
// letter that NFC makes of them; split and joined take tones off and on.
var composed, split, joined = makeMarks()

func makeMarks() (c map[uint32]uint16, s map[uint16]toned, j map[toned]uint16) {
	c, s, j = map[uint32]uint16{}, map[uint16]toned{}, map[toned]uint16{}
	var letters []rune
	for _, v := range vowels {
		letters = append(letters, v)
		j[toned{uint16(v), 0}] = uint16(v)
		s[uint16(v)] = toned{uint16(v), 0}
		for i, tone := range tones {
			r, _ := utf8.DecodeRuneInString(norm.NFC.String(string([]rune{v, tone})))
			letters = append(letters, r)
			j[toned{uint16(v), uint8(i + 1)}] = uint16(r)
			s[uint16(r)] = toned{uint16(v), uint8(i + 1)}
		}
	}
	for _, l := range letters {
		for _, m := range append(tones[:], shapes[:]...) {
			s := norm.NFC.String(string([]rune{l, m}))
			if r, width := utf8.DecodeRuneInString(s); width == len(s) {
				c[uint32(l)<<16|uint32(m)] = uint16(r)
			}
		}
	}
	return c, s, j
}

// compose returns the letter that letter and mark make, or 0 when they make
// none that is Vietnamese.
func compose(letter uint16, m rune) uint16 {
	if m < 0x0300 || m > 0x0323 {
		return 0
	}
	return composed[uint32(letter)<<16|uint32(m)]
}

func splitTone(r uint16) (plain uint16, tone uint8) {
	if r < 0x80 {
		return r, 0
	}
	t, ok := split[r]
	if !ok {
		return r, 0
	}
	return t.plain, t.tone
}

func withTone(plain uint16, tone uint8) uint16 { return joined[toned{plain, tone}] }
