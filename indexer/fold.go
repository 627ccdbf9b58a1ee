package indexer

import (
	"strings"
	"sync"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum"

	"langnghe/internal/lang"
)

// The index has exact keys only. A folded key is found as all exact keys of
// the dictionary that fold to it: "nuoc" is nuoc, nước, nuộc … The fields of
// folded keys are this view of the exact ones, and what they would cost is
// saved.

// exactField returns the field whose keys a field of folded ones folds.
func exactField(name string) (exact string, folded bool) {
	switch name {
	case FieldTitleFold:
		return FieldTitle, true
	case FieldTextFold:
		return FieldText, true
	}
	return name, false
}

// A folder is an automaton that accepts the keys whose folded key is the
// word. A key is folded code point by code point: marks are dropped and the
// rest keeps its order. Its state is the place in the word and up to three
// bytes of a code point that is not complete yet; -1 is the end of hope.
type folder string

var _ segment.Automaton = folder("")

func (f folder) Start() int               { return 0 }
func (f folder) IsMatch(s int) bool       { return s >= 0 && s>>32 == len(f) && s&0xFF_FFFFFF == 0 }
func (f folder) CanMatch(s int) bool      { return s >= 0 }
func (f folder) WillAlwaysMatch(int) bool { return false }

func (f folder) Accept(s int, b byte) int {
	if s < 0 {
		return -1
	}
	at, n := s>>32, s>>24&0xFF
	if n == 0 && b < utf8.RuneSelf {
		if at < len(f) && f[at] == b {
			return (at + 1) << 32
		}
		return -1
	}
	buf := [4]byte{byte(s >> 16), byte(s >> 8), byte(s)}
	buf[n] = b
	n++
	if n < 4 && !utf8.FullRune(buf[:n]) {
		return at<<32 | n<<24 | int(buf[0])<<16 | int(buf[1])<<8 | int(buf[2])
	}
	r, w := utf8.DecodeRune(buf[:n])
	if r == utf8.RuneError || w != n {
		return -1 // no key
	}
	if base := foldRune(r); strings.HasPrefix(string(f[at:]), base) {
		return (at + len(base)) << 32
	}
	return -1
}

// foldRune is the folded form of one code point of a key.
func foldRune(r rune) string {
	if int(r) < len(foldedRunes) {
		return foldTable()[r]
	}
	return lang.Fold(string(r))
}

var (
	foldedRunes [0x2000]string
	foldTable   = sync.OnceValue(func() *[len(foldedRunes)]string {
		for r := range foldedRunes {
			foldedRunes[r] = lang.Fold(string(rune(r)))
		}
		return &foldedRunes
	})
)

// maxFolded bounds how many folded keys a segment remembers.
const maxFolded = 1024

type foldedKey struct{ field, word string }

// folded returns the keys of an exact field that fold to the word.
func (c *columns) folded(d *dict, field, word string) ([]string, error) {
	k := foldedKey{field, word}
	c.mu.Lock()
	keys, ok := c.folds[k]
	c.mu.Unlock()
	if ok {
		return keys, nil
	}
	keys, err := d.folded(word)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.folds == nil || len(c.folds) >= maxFolded {
		c.folds = map[foldedKey][]string{}
	}
	c.folds[k] = keys
	return keys, nil
}

// folded looks the keys up that fold to the word.
func (d *dict) folded(word string) (keys []string, err error) {
	if d.terms != nil {
		for it := d.terms.AutomatonIterator(folder(word), nil, nil); ; {
			entry, err := it.Next()
			if err != nil || entry == nil {
				return keys, err
			}
			keys = append(keys, entry.Term)
		}
	}
	if d.raw.fst == nil {
		return nil, nil
	}
	it, err := d.raw.fst.Search(folder(word), nil, nil)
	for err == nil {
		key, _ := it.Current()
		keys = append(keys, string(key))
		err = it.Next()
	}
	if err != vellum.ErrIteratorDone {
		return nil, err
	}
	return keys, nil
}
