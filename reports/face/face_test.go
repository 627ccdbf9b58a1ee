package face

import (
	"strings"
	"testing"
)

// TestVietnamese makes sure that every letter of the language, and the signs
// that documents use, is in every cut.
func TestVietnamese(t *testing.T) {
	const letters = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
	for s := Regular; s <= BoldItalic; s++ {
		f := Get(s)
		for _, r := range letters + strings.ToUpper(letters) + "0123456789 .,;:!?/-–—“”‘’…%()[]+=≈×₫▲▼□■•§°&@#*_\u00a0\u2011" {
			if g, ok := f.Glyph(r); !ok || g == 0 {
				t.Errorf("%v has no %q", s, r)
			}
		}
	}
}

// TestWidth holds the widths to those of Times New Roman: 0.5 em for digits,
// 0.25 em for a space.
func TestWidth(t *testing.T) {
	if w := Get(Regular).Width("0123456789", 10); w != 50 {
		t.Errorf("ten digits at 10 points are %v points wide, want 50", w)
	}
	if w := Get(Bold).Width("    ", 14); w != 14 {
		t.Errorf("four spaces at 14 points are %v points wide, want 14", w)
	}
}

func TestSubset(t *testing.T) {
	f := Get(Regular)
	used := map[uint16]bool{}
	for _, r := range "Phường Thái Hòa" {
		g, _ := f.Glyph(r)
		used[g] = true
	}
	data := f.Subset(used)
	if len(data) > 60<<10 {
		t.Errorf("a few letters take %d bytes", len(data))
	}
	small := map[string]int{}
	for i := range u16(data, 4) {
		at := 12 + 16*i
		small[string(data[at:at+4])] = u32(data, at+12)
	}
	if small["glyf"] == 0 || small["loca"] == 0 || small["head"] != len(f.tables["head"]) {
		t.Errorf("tables = %v", small)
	}
}
