package nfc

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Every sign that is passed at a glance is passed by norm, alone and between
// any two letters.
func TestGlance(t *testing.T) {
	passed := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		s := string(r)
		if !utf8.ValidRune(r) || !glance(s) {
			continue
		}
		passed++
		p := norm.NFC.PropertiesString(s)
		if !norm.NFC.IsNormalString(s) || p.CCC() != 0 || !p.BoundaryBefore() {
			t.Errorf("%U is passed and not settled", r)
		}
	}
	if passed < 1000 {
		t.Errorf("only %d signs are passed", passed)
	}
}

func FuzzString(f *testing.F) {
	f.Add("Nước sạch ở xóm 3 – “ổn”")
	f.Add("Tie\u0302\u0301ng Vie\u0323\u0302t")
	f.Add("\xc3")
	f.Add("\xe1\xbb")
	f.Add("a\u0301\u2126")
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := String(s), norm.NFC.String(s); got != want {
			t.Errorf("String(%q) = %q, want %q", s, got, want)
		}
		if got, want := IsNormal(s), norm.NFC.IsNormalString(s); got != want {
			t.Errorf("IsNormal(%q) = %v", s, got)
		}
	})
}
