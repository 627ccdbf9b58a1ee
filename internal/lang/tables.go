package lang

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// char is what the loops know of a code point: its class in the upper half,
// and in the lower half the base and the mark of [letters]. Together they take
// one load.
type char uint32

const (
	letter char = 1 << (16 + iota)
	digit
	mark
	ignorable
	vowelLetter // its base is one of a e i o u y
	plain       // a letter or digit of ASCII base, which the fast path can take

	baseShift = 8
)

// base is the letter of the folded key. Of what stands between tokens it is
// what that does to a gap.
func (c char) base() uint8 { return uint8(c >> baseShift) }

// mark sets the letter of the key off from its base: 0 when they are the
// same, the place in tones for a tone, that in shapes times shape for a
// shape, their sum for both (the places from 1), stroke for đ. Letters from
// foreign on are not Vietnamese. Of a combining mark it is the place in
// combining, from 1.
func (c char) mark() uint8 { return uint8(c) }

const (
	shape   = 8
	stroke  = 4 * shape
	foreign = 5 * shape
)

// chars covers ASCII, all Vietnamese letters and general punctuation; keys
// has the letters of the keys of the plain ones.
var chars, keys = makeChars()

func makeChars() (t [0x2070]char, keys [0x2070]uint16) {
	others := [0x80]uint8{} // how many foreign marks a base has
	marks := map[rune]uint8{}
	for r := range rune(len(t)) {
		t[r] = classify(r)
		if i := slices.Index(combining[:], r); i >= 0 {
			t[r] |= char(i + 1)
		}
		if !unicode.Is(unicode.Latin, r) && (r < '0' || r > '9') {
			continue
		}
		key := appendUnspelt(nil, string(r))
		fold := appendFold(nil, key)
		k, width := utf8.DecodeRune(key)
		if t[r]&(letter|digit) == 0 || width != len(key) || k > 0xFFFF || len(fold) != 1 {
			continue
		}
		if _, ok := marks[k]; !ok {
			marks[k] = markOf(k)
			if marks[k] >= foreign {
				marks[k] += others[fold[0]]
				others[fold[0]]++
			}
		}
		keys[r] = uint16(k)
		t[r] |= plain | char(fold[0])<<baseShift | char(marks[k])
		if isVowel(fold[0]) {
			t[r] |= vowelLetter
		}
	}
	return t, keys
}

// markOf returns the mark of a letter of a key, or foreign.
func markOf(key rune) (m uint8) {
	if key == 'đ' {
		return stroke
	}
	for i, r := range []rune(norm.NFD.String(string(key))) {
		tone, form := slices.Index(tones[:], r), slices.Index(shapes[:], r)
		switch {
		case i == 0:
		case tone >= 0 && m%shape == 0:
			m += uint8(tone + 1)
		case form >= 0 && m < shape:
			m += uint8(form+1) * shape
		default:
			return foreign
		}
	}
	return m
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

	combining = [len(tones) + len(shapes)]rune(slices.Concat(tones[:], shapes[:]))
)

// isKey reports whether r is a plain letter as keys have it.
func isKey(r rune) bool { return int(r) < len(keys) && keys[r] == uint16(r) && r != 0 }

// joins holds, for a combining mark, a base letter and its mark, the mark of
// the one letter that NFC makes of them, and 0 when it makes none.
var joins = makeJoins()

func makeJoins() (t [len(combining)][26 * foreign]uint8) {
	for _, key := range keys {
		c := chars[key]
		if c&plain == 0 || c&letter == 0 || c.mark() >= foreign {
			continue
		}
		for i, m := range combining {
			s := norm.NFC.String(string([]rune{rune(key), m}))
			if r, width := utf8.DecodeRuneInString(s); width == len(s) && isKey(r) {
				t[i][int(c.base()-'a')*foreign+int(c.mark())] = chars[r].mark()
			}
		}
	}
	return t
}

// vietnamese are the letters of keys that are not foreign, by base and mark.
var vietnamese = makeVietnamese()

func makeVietnamese() (t [26 * foreign]uint16) {
	for _, key := range keys {
		if c := chars[key]; c&plain != 0 && c&letter != 0 && c.mark() < foreign {
			t[int(c.base()-'a')*foreign+int(c.mark())] = key
		}
	}
	return t
}
