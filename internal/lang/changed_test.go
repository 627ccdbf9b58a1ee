package lang

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestChanged(t *testing.T) {
	tests := []struct {
		name, before, after string
		want                []string // the changed parts
	}{
		{"nothing", "Trời mưa. Nước lên.", "Trời mưa. Nước lên.", nil},
		{"a sentence more", "Trời mưa. Nước lên.", "Trời mưa. Vỡ đập rồi! Nước lên.", []string{"Vỡ đập rồi"}},
		{"a number", "Phí là 30k. Nộp tại khối.", "Phí là 500k. Nộp tại khối.", []string{"Phí là 500k"}},
		{"taken out", "Trời mưa. Tin này là sai. Nước lên.", "Trời mưa. Nước lên.", nil},
		{"moved", "Một. Hai. Ba.", "Ba. Một. Hai.", nil},
		{"said twice", "Vỡ đập.", "Vỡ đập. Trời mưa. Vỡ đập.", []string{"Trời mưa. Vỡ đập"}},
		{"neighbours", "A.", "A. Bà con ơi. Chạy đi.", []string{"Bà con ơi. Chạy đi"}},
		{"two places", "Một. Hai.", "Mới một. Một. Mới hai\nHai.", []string{"Mới một", "Mới hai"}},
		{"punctuation, capitals, placement of the tone", "hoà bình, nhé.", "Hòa bình – nhé!", nil},
		{"normal form", norm.NFC.String("Mất nước từ sáng."), norm.NFD.String("Mất nước từ sáng."), nil},
		{"diacritics are words", "Ban bao.", "Bắn bão.", []string{"Bắn bão"}},
		{"from nothing", "", "Mất nước.", []string{"Mất nước"}},
		{"to nothing", "Mất nước.", "", nil},
		{"no words", "…", "!!! 🙂", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			runes := []rune(tt.after)
			for _, r := range Changed(tt.before, tt.after) {
				got = append(got, string(runes[r.Start:r.End]))
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("Changed = %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever the texts, the ranges lie in order inside the new one, and a text
// is not changed against itself.
func TestChangedRanges(t *testing.T) {
	text := rapid.StringMatching(`([a-cắđ ]{0,6}[.!\n ,]){0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "before"), text.Draw(t, "after")
		if got := Changed(b, b); len(got) > 0 {
			t.Fatalf("a text is changed against itself: %v", got)
		}
		last := 0
		for _, r := range Changed(a, b) {
			if r.Start < last || r.End <= r.Start || r.End > utf8.RuneCountInString(b) {
				t.Fatalf("range %v of %d code points behind %d", r, utf8.RuneCountInString(b), last)
			}
			last = r.End
		}
	})
}
