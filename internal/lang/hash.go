package lang

import (
	"math/bits"
	"unicode/utf8"
)

const (
	prime1 = 0x9E3779B97F4A7C15
	prime2 = 0xD6E8FEB86659FD93
)

// letters are the last letters of a key, eight at most, a byte each, the last
// one lowest: the letters of the folded key, and the marks that make those of
// the exact key of them. No syllable has more, so that the key of one is
// spelt and hashed without a loop. Longer keys have the hashes of the letters
// in front as well, which are 0 when there are none.
type letters struct {
	base, marks   uint64
	exact, folded uint64
}

// add appends a plain letter.
func (l letters) add(c char) letters {
	if l.full() {
		l = l.shift()
	}
	l.base = l.base<<8 | uint64(c.base())
	l.marks = l.marks<<8 | uint64(c.mark())
	return l
}

// full reports whether there are eight letters.
func (l letters) full() bool { return l.base>>56 != 0 }

// len counts the letters.
func (l letters) len() int { return (bits.Len64(l.base) + 7) / 8 }

// at returns the letter of the key that i others follow. It is not foreign.
func (l letters) at(i int) rune {
	base, mark := uint8(l.base>>(8*i)), uint8(l.marks>>(8*i))
	if mark == 0 {
		return rune(base)
	}
	return rune(vietnamese[int(base-'a')*foreign+int(mark)])
}

// foreign reports whether a letter is not Vietnamese.
func (l letters) foreign() bool {
	for m := l.marks; m != 0; m >>= 8 {
		if uint8(m) >= foreign {
			return true
		}
	}
	return false
}

// shift moves the first four of eight letters into the hashes. Four are
// left for spell.
func (l letters) shift() letters {
	l.exact = mix(l.exact^(l.base>>32|l.marks>>32<<32), prime2)
	l.folded = mix(l.folded^l.base>>32, prime2)
	l.base &= 1<<32 - 1
	l.marks &= 1<<32 - 1
	return l
}

// join returns the mark of the last letter with c, a combining mark, or 0
// when they make no letter that the fast path knows.
func (l letters) join(c char) uint8 {
	i, base, m := int(c.mark())-1, uint8(l.base)-'a', uint8(l.marks)
	if i < 0 || base >= 26 || m >= foreign {
		return 0
	}
	return joins[i][int(base)*foreign+int(m)]
}

// spell brings tone placement and i/y of a syllable into their one form.
func (l letters) spell() letters {
	const (
		oa, oe, uy = 'o'<<8 | 'a', 'o'<<8 | 'e', 'u'<<8 | 'y'
		qu         = 'q'<<8 | 'u'
	)
	switch last := uint16(l.base); {
	case last == oa || last == oe || last == uy && uint8(l.base>>16) != 'q':
		if m := uint16(l.marks); m < shape {
			l.marks += uint64(m) * 0xFF // from the last letter to the one before
		}
	case uint8(last) == 'i' && l.base < 1<<24 && l.marks < shape:
		switch l.base >> 8 {
		case 'h', 'k', 'l', 'm', 's', 't', qu:
			l.base += 'y' - 'i'
		}
	}
	return l
}

// hashes returns the hash of the key and that of the folded key.
func (l letters) hashes() (key, fold uint64) {
	fold = mix(l.folded^l.base, prime2)
	if l.marks == 0 && l.exact == l.folded {
		return fold, fold
	}
	return mix(l.exact^l.base, prime2^l.marks), fold
}

// Hash returns the 64-bit hash of a key. It is the same on every machine and
// in every run, so that it may be stored.
func Hash(key string) uint64 { return hash(key) }

// hash takes the letters that the fast path knows as that does, and the bytes
// of all else as letters without marks.
func hash[T string | []byte](key T) uint64 {
	var l letters
	for i := 0; i < len(key); {
		b := key[i]
		if b >= utf8.RuneSelf {
			r, w := utf8.DecodeRuneInString(string(key[i:min(len(key), i+utf8.UTFMax)]))
			if isKey(r) {
				l = l.add(chars[r])
				i += w
				continue
			}
		}
		if b == 0 {
			b = 0xFF // letters are never 0, and this is no byte of UTF-8
		}
		l = l.add(char(b) << baseShift)
		i++
	}
	h, _ := l.hashes()
	return h
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^prime1, b)
	return hi ^ lo
}
