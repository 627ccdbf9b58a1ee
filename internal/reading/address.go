package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"langnghe/internal/lang"
)

// Parts of an address: those that a number follows, and those that a name
// does.
var (
	keyNumbered = keys("ngõ", "ngách", "hẻm", "kiệt", "khối", "tổ", "xóm", "thôn", "ngo", "khoi", "xom", "nhà", "nha")
	keyNamed    = keys("đường", "phố", "khối", "xóm", "thôn", "phường", "xã")
	keyNumber   = keys("số", "so")
	keyHouse    = keys("nhà", "nha")
	keyPupils   = keys("học", "hoc", "lớp", "lop")
)

// pupilReach is how many words before a "khối" tell of a school.
const pupilReach = 3

// maxName is how many words a name in an address may have.
const maxName = 4

// address reads "số 12 ngõ 5 đường Lý Thường Kiệt, khối Tân Sơn": one or more
// parts, from the small one to the large one. Its value is the key of its
// words.
func (v *view) address(i int) (string, any, int) {
	for j := max(0, i-pupilReach); j < i; j++ {
		if keyPupils[v.words[j].raw] != 0 {
			return "", nil, 0 // "học sinh khối 5", "lớp 1a2, khối 3"
		}
	}
	n := 0
	for i+n < len(v.words) && n < 16 {
		if n > 0 {
			if g := strings.TrimSpace(v.gap(i + n - 1)); g != "" && g != "," || v.words[i+n].field != v.words[i].field {
				break
			}
		}
		m := v.addressPart(i + n)
		if m == 0 {
			break
		}
		n += m
	}
	if n == 0 {
		return "", nil, 0
	}
	var b strings.Builder
	for j := range n {
		if j > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(lang.Key(v.surface(i + j)))
	}
	return address, b.String(), n
}

// addressPart is how many words one part of an address takes, 0 if there is
// none at word i.
func (v *view) addressPart(i int) int {
	w := v.words[i].raw
	if keyNumber[w] != 0 {
		j := i + 1
		if j < len(v.words) && keyHouse[v.words[j].raw] != 0 {
			j++
		}
		if j >= len(v.words) || !v.words[j].number || v.gap(j) == "/" {
			return 0
		}
		// "số 12" alone is any number.
		if j == i+1 && (j+1 >= len(v.words) || keyNumbered[v.words[j+1].raw] == 0 && keyNamed[v.words[j+1].raw] == 0) {
			return 0
		}
		return j - i + 1
	}
	if i+1 >= len(v.words) || v.gap(i) != " " {
		return 0
	}
	if next := &v.words[i+1]; keyNumbered[w] != 0 && keyHouse[w] == 0 && next.number {
		if s := v.surface(i + 1); len(s) <= 3 && digits(s) {
			return 2
		}
		return 0
	}
	if keyNamed[w] == 0 {
		return 0
	}
	n := 0
	for n < maxName && i+1+n < len(v.words) && v.gap(i+n) == " " && v.capital(i+1+n) {
		n++
	}
	if n < 2 {
		return 0
	}
	return n + 1
}

// capital reports whether a word is written as a name is.
func (v *view) capital(i int) bool {
	s := v.surface(i)
	r, w := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r) && len(s) > w && s[w:] == strings.ToLower(s[w:])
}
