package vi

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
)

// naive lists the keys of a text in the order of their positions, which are
// one apart, two where a sentence ends.
func naive(text string) (keys []string, positions []int) {
	position := 0
	for _, t := range lang.Tokens(nil, text) {
		if position++; t.Has(lang.Sentence) {
			position++
		}
		keys = append(keys, lang.Key(text[t.Start:t.End]))
		positions = append(positions, position)
	}
	return keys, positions
}

func check(t *testing.T, text string) {
	t.Helper()
	keys, positions := naive(text)
	want := map[string][]int{}
	for i, k := range keys {
		want[k] = append(want[k], positions[i])
	}
	terms, n := Terms(text)
	if n != len(keys) {
		t.Errorf("%q: %d tokens, want %d", text, n, len(keys))
	}
	got := map[string][]int{}
	for k, f := range terms {
		if string(f.Term) != k || f.Frequency() != len(f.Locations) {
			t.Errorf("%q: %q is called %q, %d times with %d places", text, k, f.Term, f.Frequency(), len(f.Locations))
		}
		for _, l := range f.Locations {
			if l.Start != 0 || l.End != 0 || l.Field != "" || l.ArrayPositions != nil {
				t.Errorf("%q: %q has more than a position: %+v", text, k, l)
			}
			got[k] = append(got[k], l.Position)
		}
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q:\n got %v\nwant %v", text, got, want)
	}
}

func TestTerms(t *testing.T) {
	for _, text := range []string{"", "...", "Phường Thái Hoà: l\u200bừa đảo 500.000đ! Báo ngay. Gọi gọi GỌI", norm.NFD.String("Uỷ ban kỉ luật. Khoẻ khỏe khoẻ"),
		"漢字 ﬁ", strings.Repeat("a. ", 5000), strings.Repeat("nước chảy ", 300) + "hết"} {
		check(t, text)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	parts := []string{"nước", "NƯỚC", norm.NFD.String("nước"), "nuoc", "kỉ", "kỷ", "hoà", "hòa", "12", "𝐥ừa", "ừ\u200b", ". ", "! ", "\n", " ", ", ", "\xff", "漢"}
	for range 2000 {
		var b strings.Builder
		for range rng.IntN(40) {
			b.WriteString(parts[rng.IntN(len(parts))])
			if rng.IntN(3) > 0 {
				b.WriteByte(' ')
			}
		}
		check(t, b.String())
	}
}

// A text longer than the places that all texts share has its own.
func TestLongText(t *testing.T) {
	check(t, strings.Repeat("a b ", maxPlaces/2))
	check(t, "a b")
}

func BenchmarkTerms(b *testing.B) {
	text := strings.Repeat("Uỷ ban nhân dân phường Thái Hoà thông báo lịch cắt điện để sửa đường dây. ", 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Terms(text)
	}
}
