package crawler

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPlain: the quick look of plain never lets anything through that the
// long way would change.
func TestPlain(t *testing.T) {
	parts := rapid.SampledFrom([]string{"a", "Hoà", "ế", "e\u0301", "\u0301", " ", "\n", "\t", "\u00a0", "\u3000", "\u202e", "\u200c", "\u00ad", "\ufeff", "\ufffd", "\x00", "\x7f", "\x85", "\xff", "“", "…", "😀", "\u2028", "한", "ﬁ"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(parts, 0, 8).Draw(t, "s"), "")
		if long := plain("\x00" + s); isPlain(s) && long != s { // what is dropped sends it the long way
			t.Fatalf("plain(%q) is %q the long way", s, long)
		}
		if once := plain(s); plain(once) != once {
			t.Fatalf("plain(%q) = %q, and again %q", s, once, plain(once))
		}
	})
}
