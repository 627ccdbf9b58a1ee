// Package nfc composes letters as package norm does. Nearly all text is
// composed already, and it sees that at a glance, which norm takes four times
// as long for; every item passes here several times.
package nfc

import "golang.org/x/text/unicode/norm"

// String returns s in NFC.
func String(s string) string {
	if glance(s) {
		return s
	}
	return norm.NFC.String(s)
}

// IsNormal reports whether s is in NFC.
func IsNormal(s string) bool { return glance(s) || norm.NFC.IsNormalString(s) }

// glance reports whether s has nothing but letters and signs that stand for
// themselves in NFC, whatever stands beside them: those below U+0300, those of
// Vietnamese from U+1E00 on, and dashes and quotation marks. Anything else it
// leaves to norm, bytes that are no UTF-8 as well.
func glance(s string) bool {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c < 0x80:
			i++
		case c >= 0xc2 && c <= 0xcb:
			if i+1 >= len(s) || s[i+1]&0xc0 != 0x80 {
				return false
			}
			i += 2
		case c == 0xe1:
			if i+2 >= len(s) || s[i+1] < 0xb8 || s[i+1] > 0xbb || s[i+2]&0xc0 != 0x80 {
				return false
			}
			i += 3
		case c == 0xe2:
			if i+2 >= len(s) || s[i+1] != 0x80 || s[i+2] < 0x90 || s[i+2] > 0xbf {
				return false
			}
			i += 3
		default:
			return false
		}
	}
	return true
}
