package lang

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Key returns the exact keys of the tokens of s, joined by single spaces.
func Key(s string) string {
	var buf [16]Token
	tokens := Tokens(buf[:0], s)
	b := make([]byte, 0, len(s)+8)
	for i, t := range tokens {
		if i > 0 {
			b = append(b, ' ')
		}
		b = AppendKey(b, s[t.Start:t.End])
	}
	return string(b)
}

// Fold returns the folded form of a key: without diacritics, đ written as d.
func Fold(key string) string {
	for i := range len(key) {
		if key[i] >= utf8.RuneSelf {
			return string(appendFold(make([]byte, 0, len(key)), []byte(key)))
		}
	}
	return key
}

// Normalise returns s as the service stores it: valid UTF-8 in NFC, without
// control characters but line feed and tab. Other line ends become line
// feeds; bytes that are no UTF-8 become U+FFFD.
func Normalise(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] >= ' ' && s[i] < 0x7F || s[i] == '\n' || s[i] == '\t'
	}
	if clean {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case LineBreak(r) && unicode.IsControl(r):
			return '\n'
		case unicode.IsControl(r):
			return -1
		}
		return r // RuneError for bytes that are none
	}, s)
	return norm.NFC.String(s)
}

// AppendKey appends the key of token, a token of [Tokens], to dst.
func AppendKey(dst []byte, token string) []byte {
	l, ok := lettersOf(token)
	if !ok {
		return appendKey(dst, token)
	}
	for i := l.len() - 1; i >= 0; i-- {
		dst = utf8.AppendRune(dst, l.at(i))
	}
	return dst
}

// AppendFold appends the folded key of token, a token of [Tokens], to dst.
func AppendFold(dst []byte, token string) []byte {
	l, ok := lettersOf(token)
	if !ok {
		sc := scratches.Get().(*scratch)
		defer scratches.Put(sc)
		sc.key = appendKey(sc.key[:0], token)
		return appendFold(dst, sc.key)
	}
	for i := l.len() - 1; i >= 0; i-- {
		dst = append(dst, uint8(l.base>>(8*i)))
	}
	return dst
}

// lettersOf returns the letters of the key of a token of no more than eight
// Vietnamese letters and digits; it reports false for any other.
func lettersOf(token string) (l letters, ok bool) {
	l, kinds, end := plainLetters(token, 0)
	if end < len(token) {
		l, kinds, end, _ = l.goOn(token, kinds, end, 0)
	}
	if kinds == 0 || end < len(token) || l.exact != 0 || l.foreign() {
		return l, false
	}
	return l.spell(), true
}

// appendKey appends the key of one token to dst, by the definition: without
// ignorables, NFKC, lower case, NFC, one tone placement, y for i.
func appendKey(dst []byte, token string) []byte {
	start := len(dst)
	dst = appendUnspelt(dst, token)
	return spellBytes(dst, start)
}

// appendUnspelt is appendKey up to tone placement and y.
func appendUnspelt(dst []byte, token string) []byte {
	sc := scratches.Get().(*scratch)
	defer scratches.Put(sc)
	sc.a = dropIgnorables(sc.a[:0], token)
	sc.b = norm.NFKC.Append(sc.b[:0], sc.a...)
	sc.a = sc.a[:0]
	for i := 0; i < len(sc.b); {
		r, w := utf8.DecodeRune(sc.b[i:])
		i += w
		// x/text puts U+034F into long runs of marks; the key has none.
		if r != 0x034F {
			sc.a = utf8.AppendRune(sc.a, unicode.ToLower(r))
		}
	}
	sc.b = norm.NFC.Append(sc.b[:0], sc.a...)
	for i := 0; i < len(sc.b); {
		r, w := utf8.DecodeRune(sc.b[i:])
		i += w
		if r != 0x034F {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

func dropIgnorables(dst []byte, s string) []byte {
	for _, r := range s {
		if !Ignorable(r) {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// spellBytes applies spell to the key at dst[start:].
func spellBytes(dst []byte, start int) []byte {
	var l letters
	two := len(dst) // where the last two letters start, all that spell changes
	for i, end := 0, len(dst); i < 4 && end > start; i++ {
		r, w := utf8.DecodeLastRune(dst[start:end])
		end -= w
		if i < 2 {
			two = end
		}
		c := char(0xFF) << baseShift // a letter that spell does not know
		if isKey(r) {
			c = chars[r]
		}
		l.base |= uint64(c.base()) << (8 * i)
		l.marks |= uint64(c.mark()) << (8 * i)
	}
	spelt := l.spell()
	if spelt == l {
		return dst
	}
	dst = dst[:two]
	for i := 1; i >= 0; i-- {
		dst = utf8.AppendRune(dst, spelt.at(i))
	}
	return dst
}

// appendFold appends the folded form of key.
func appendFold(dst, key []byte) []byte {
	sc := scratches.Get().(*scratch)
	defer scratches.Put(sc)
	sc.a = norm.NFD.Append(sc.a[:0], key...)
	for i := 0; i < len(sc.a); {
		r, w := utf8.DecodeRune(sc.a[i:])
		i += w
		switch {
		case r == 'đ':
			dst = append(dst, 'd')
		case !unicode.Is(unicode.Mn, r):
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// scratch is room for the general path.
type scratch struct{ a, b, key, fold []byte }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// slowHash makes the hashes of a token by the general path.
func slowHash(token string) (key, fold uint64, folded, vowel bool) {
	sc := scratches.Get().(*scratch)
	defer scratches.Put(sc)
	sc.key = appendKey(sc.key[:0], token)
	sc.fold = appendFold(sc.fold[:0], sc.key)
	for _, b := range sc.fold {
		vowel = vowel || isVowel(b)
	}
	return hash(sc.key), hash(sc.fold), string(sc.key) == string(sc.fold), vowel
}
