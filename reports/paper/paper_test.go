package paper

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNumAndDay(t *testing.T) {
	for _, c := range []struct {
		head     Head
		num, day string
	}{
		{Head{Number: 5, Symbol: "BC-UBND", Place: "Thái Hòa", Date: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC)}, "Số: 05/BC-UBND", "Thái Hòa, ngày 05 tháng 12 năm 2026"},
		{Head{Number: 112, Symbol: "KH-UBND", Place: "Thái Hòa", Date: time.Date(2026, 2, 9, 0, 0, 0, 0, time.UTC)}, "Số: 112/KH-UBND", "Thái Hòa, ngày 09 tháng 02 năm 2026"},
		{Head{Symbol: "TTr-UBND", Place: "Thái Hòa", Date: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), NoDay: true}, "Số:        /TTr-UBND", "Thái Hòa, ngày        tháng 3 năm 2026"},
	} {
		if c.head.Num() != c.num || c.head.Day() != c.day {
			t.Errorf("%q, %q; want %q, %q", c.head.Num(), c.head.Day(), c.num, c.day)
		}
	}
}

// TestLines: words stay whole, no line is wider than the column, nothing is
// lost, and a justified line ends at the right edge.
func TestLines(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat("Kế hoạch số 16/KH-UBND về truyền thông chính sách – phần VH-XH (100 %); ", 12))
	p := Para{Runs: []Run{{Text: text[:100], Size: 28}, {Text: text[100:], Size: 28, Bold: true}}, Align: Justify, First: Indent, Line: 360}
	lines := p.Lines(TextWidth)
	var all strings.Builder
	for i, l := range lines {
		end := 0.0
		for _, piece := range l.Pieces {
			all.WriteString(piece.Text)
			end = piece.X + piece.Width()
		}
		all.WriteString(" ")
		if end > TextWidth+1 {
			t.Errorf("line %d ends at %.0f of %d", i, end, TextWidth)
		}
		if !l.Last && end < TextWidth-1 {
			t.Errorf("line %d is not justified: it ends at %.0f of %d", i, end, TextWidth)
		}
	}
	squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	if squeeze(all.String()) != squeeze(text) {
		t.Errorf("lines say %q", all.String())
	}
	if len(lines) < 10 {
		t.Errorf("%d lines", len(lines))
	}
}

// TestLongWord: a word that is wider than the column is cut, and nothing of
// it is lost or leaves the column.
func TestLongWord(t *testing.T) {
	for _, word := range []string{strings.Repeat("x", 500), "https://phuong.example/hoi-dap-ve-phi-ve-sinh/" + strings.Repeat("ư", 90)} {
		half := 20 // of ASCII
		p := Para{Runs: []Run{{Text: "Xem "}, {Text: word[:half], Size: 28}, {Text: word[half:] + " a", Size: 28, Bold: true}}, Line: 360}
		lines := p.Lines(3000)
		all := ""
		for i, l := range lines {
			for _, piece := range l.Pieces {
				all += piece.Text
				if end := piece.X + piece.Width(); end > 3001 {
					t.Errorf("line %d ends at %.0f of 3000", i, end)
				}
			}
		}
		if strings.ReplaceAll(all, " ", "") != "Xem"+word+"a" || len(lines) < 4 {
			t.Errorf("%d lines say %q", len(lines), all)
		}
	}
	// Behind a hyphen a line may end, within a date not.
	p := Para{Runs: []Run{{Text: "40/TB-UBND 05/12/2026", Size: 28}}, Line: 360}
	var got []string
	for _, l := range p.Lines(1300) {
		got = append(got, l.Pieces[0].Text)
	}
	if strings.Join(got, "|") != "40/TB-|UBND|05/12/2026" {
		t.Errorf("lines %q", got)
	}
	if n := len((&Para{Runs: []Run{{Size: 28}}, Line: 360}).Lines(1300)); n != 1 {
		t.Errorf("an empty text has %d lines", n)
	}
}

func TestHeadRules(t *testing.T) {
	p := Paper{Head: Head{Agency: []string{"ỦY BAN NHÂN DÂN", "PHƯỜNG THÁI HÒA"}, Symbol: "BC-UBND", Place: "Thái Hòa", Date: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), Type: "BÁO CÁO", Subject: "Kết quả"},
		Foot: Foot{Archive: "VT", Authority: []string{"CHỦ TỊCH"}}}
	g := p.Flow().Sections[0].Things[0].Grid
	motto := g.Rows[0].Cells[1].Paras[1]
	rule := g.Rows[0].Cells[1].Paras[2]
	got, want := g.Cols[1]-rule.Left-rule.Right, motto.Runs[0].Width()
	if !rule.Rule || float64(got) < want-2 || float64(got) > want+2 {
		t.Errorf("the rule under the motto is %d twips long, its text %.0f", got, want)
	}
}

// TestTitlesBreakWell: a signer's title that does not fit breaks into lines of
// about one length, never at a dash.
func TestTitlesBreakWell(t *testing.T) {
	for text, want := range map[string][]string{
		"CHỦ TỊCH":                                     {"CHỦ TỊCH"},
		"TRƯỞNG PHÒNG VĂN HÓA - XÃ HỘI":                {"TRƯỞNG PHÒNG", "VĂN HÓA - XÃ HỘI"},
		"TRƯỞNG PHÒNG KINH TẾ, HẠ TẦNG VÀ ĐÔ THỊ":      {"TRƯỞNG PHÒNG KINH TẾ,", "HẠ TẦNG VÀ ĐÔ THỊ"},
		"MỘTTỪRẤTDÀIKHÔNGCÓKHOẢNGTRẮNGNÀOCẢTRONGCẢTÊN": {"MỘTTỪRẤTDÀIKHÔNGCÓKHOẢNGTRẮNGNÀOCẢTRONGCẢTÊN"},
	} {
		if got := balanced(text, 26, 4536); !slices.Equal(got, want) {
			t.Errorf("%q breaks into %q, want %q", text, got, want)
		}
	}
}
