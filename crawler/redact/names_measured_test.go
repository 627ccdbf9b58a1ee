package redact

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// labelled are the sentences of a file, without its comments.
func labelled(t *testing.T, file string) (out []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// expected is a sentence without its marks, and as it should read afterwards.
func expected(line string) (in, want string) {
	var a, b strings.Builder
	for line != "" {
		before, rest, ok := strings.Cut(line, "⟦")
		a.WriteString(before)
		b.WriteString(before)
		if !ok {
			break
		}
		name, after, _ := strings.Cut(rest, "⟧")
		a.WriteString(name)
		b.WriteString(Name)
		line = after
	}
	return norm.NFC.String(a.String()), norm.NFC.String(b.String())
}

// TestNamesMeasured counts, on invented sentences that the rules were
// mended with, the names of private people that are taken out to the
// letter, and the sentences about nobody private that are changed. The floors
// stand just below what docs/benchmarks.md says.
func TestNamesMeasured(t *testing.T) {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r == 'đ':
				return 'd'
			case r == 'Đ':
				return 'D'
			case r >= 0x300 && r < 0x370:
				return -1
			}
			return r
		}, norm.NFD.String(s))
	}
	forms := []struct {
		name    string
		form    func(string) string
		recall  float64 // at least
		touched int     // at most
	}{
		{"as written", func(s string) string { return s }, .87, 6},
		{"decomposed", norm.NFD.String, .87, 6},
		{"without diacritics", bare, .63, 8},
		{"small letters", strings.ToLower, .43, 2},
		{"small letters without diacritics", func(s string) string { return strings.ToLower(bare(s)) }, .08, 2},
	}
	private, public := labelled(t, "testdata/names/private.txt"), labelled(t, "testdata/names/public.txt")
	if len(public) < 200 {
		t.Fatalf("%d sentences about nobody private", len(public))
	}
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			names, taken, changed := 0, 0, 0
			for _, line := range private {
				in, want := expected(f.form(line))
				n := strings.Count(want, Name)
				names += n
				if got, _ := Names(in); got == want {
					taken += n
				} else {
					t.Log("private:", got)
				}
			}
			for _, line := range public {
				in := norm.NFC.String(f.form(line))
				if got, _ := Names(in); got != in {
					changed++
					t.Log("public: ", got)
				}
			}
			recall := float64(taken) / float64(names)
			t.Logf("%d of %d names taken out to the letter, %.3f; %d of %d other sentences changed", taken, names, recall, changed, len(public))
			if names < 200 || recall < f.recall || changed > f.touched {
				t.Errorf("recall %.3f, want %.2f; %d changed, want at most %d", recall, f.recall, changed, f.touched)
			}
		})
	}
}
