package lang

import (
	"math/bits"
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
	var key, fold [maxFast]uint16
	n, ok := fastKey(token, &key, &fold)
	if !ok {
		return appendKey(dst, token)
	}
	for _, u := range key[:n] {
		dst = utf8.AppendRune(dst, rune(u))
	}
	return dst
}

// AppendFold appends the folded key of token, a token of [Tokens], to dst.
func AppendFold(dst []byte, token string) []byte {
	var key, fold [maxFast]uint16
	n, ok := fastKey(token, &key, &fold)
	if !ok {
		sc := scratches.Get().(*scratch)
		defer scratches.Put(sc)
		sc.key = appendKey(sc.key[:0], token)
		return appendFold(dst, sc.key)
	}
	for _, u := range fold[:n] {
		dst = append(dst, byte(u))
	}
	return dst
}

// fastKey makes both keys of a token of the letters in chars; it reports
// false for any other.
func fastKey(token string, key, fold *[maxFast]uint16) (n int, ok bool) {
	for i := 0; i < len(token); {
		r, w, c := next(token, i)
		i += w
		switch {
		case c.class&ignorable != 0:
		case c.key != 0 && n < maxFast:
			key[n], fold[n] = c.key, uint16(c.fold)
			n++
		case c.class&mark != 0 && n > 0 && compose(key[n-1], r) != 0:
			key[n-1] = compose(key[n-1], r)
		default:
			return 0, false
		}
	}
	spell(key[:n], fold[:n])
	return n, true
}

// appendKey appends the key of one token to dst, by the definition: without
// ignorables, NFKC, lower case, NFC, one tone placement, y for i.
func appendKey(dst []byte, token string) []byte {
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
	start := len(dst)
	for i := 0; i < len(sc.b); {
		r, w := utf8.DecodeRune(sc.b[i:])
		i += w
		if r != 0x034F {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return spellBytes(dst, start)
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
	var key, fold [3]uint16
	whole := 0 // how many of the last code points are the whole key
	rest := dst[start:]
	n := 0
	for n < 3 && len(rest) > 0 {
		r, w := utf8.DecodeLastRune(rest)
		if r > 0xFFFF {
			r = 0 // no letter that spell knows
		}
		plain, _ := splitTone(uint16(r))
		key[2-n], fold[2-n] = uint16(r), plain
		rest = rest[:len(rest)-w]
		n++
		if len(rest) == 0 {
			whole = n
		}
	}
	if n < 2 {
		return dst
	}
	before := key
	if whole == 0 && fold[2] == 'i' {
		return dst // i/y is for whole tokens of two or three letters
	}
	spell(key[3-n:], fold[3-n:])
	if key == before {
		return dst
	}
	dst = dst[:start+len(rest)]
	for _, r := range key[3-n:] {
		dst = utf8.AppendRune(dst, rune(r))
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
	return hashBytes(sc.key), hashBytes(sc.fold), string(sc.key) == string(sc.fold), vowel
}

// Hash returns the 64-bit hash of a key. It is the same on every machine and
// in every run, so that it may be stored. It hashes UTF-16 units, four at a
// time.
func Hash(key string) uint64 {
	var h hasher
	for _, r := range key {
		h.add(r)
	}
	return h.sum()
}

func hashBytes(key []byte) uint64 {
	var h hasher
	for i := 0; i < len(key); {
		r, w := utf8.DecodeRune(key[i:])
		i += w
		h.add(r)
	}
	return h.sum()
}

const (
	prime1 = 0x9E3779B97F4A7C15
	prime2 = 0xD6E8FEB86659FD93
	prime3 = 0xA0761D6478BD642F
)

type hasher struct {
	h, w uint64
	n    int
}

func (h *hasher) add(r rune) {
	if r > 0xFFFF {
		r -= 0x10000
		h.unit(0xD800 + uint16(r>>10))
		r = 0xDC00 + r&0x3FF
	}
	h.unit(uint16(r))
}

func (h *hasher) unit(u uint16) {
	h.w |= uint64(u) << (16 * (h.n & 3))
	if h.n++; h.n&3 == 0 {
		h.h, h.w = mix(h.h^h.w, prime2), 0
	}
}

func (h *hasher) sum() uint64 {
	if h.n&3 != 0 {
		h.h = mix(h.h^h.w, prime2)
	}
	return mix(h.h^uint64(h.n)*prime1, prime3)
}

// hash16 is the same hash over units that are at hand.
func hash16(u []uint16) uint64 {
	var h uint64
	n := len(u)
	for ; len(u) >= 4; u = u[4:] {
		h = mix(h^(uint64(u[0])|uint64(u[1])<<16|uint64(u[2])<<32|uint64(u[3])<<48), prime2)
	}
	if len(u) > 0 {
		var w uint64
		for i, x := range u {
			w |= uint64(x) << (16 * i)
		}
		h = mix(h^w, prime2)
	}
	return mix(h^uint64(n)*prime1, prime3)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^prime1, b)
	return hi ^ lo
}
