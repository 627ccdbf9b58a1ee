package pdf

import (
	"math"
	"strings"
	"testing"
	"time"

	"langnghe/reports/paper"
)

// TestBlocksOfTheDecree measures where the blocks of Decree 30/2020/NĐ-CP,
// annex I, stand on the paper, in millimetres: margins, columns, rules, the
// line of number and date, receivers and signature, the page's number.
func TestBlocksOfTheDecree(t *testing.T) {
	long := strings.Repeat("Trong kỳ, các đơn vị đã phối hợp truyền thông những chính sách liên quan trực tiếp đến người dân. ", 12)
	for _, parent := range []string{"", "UBND tỉnh Nghệ An"} {
		p := paper.Paper{
			Head: paper.Head{Parent: parent, Agency: []string{"ỦY BAN NHÂN DÂN", "PHƯỜNG THÁI HÒA"}, Number: 5, Symbol: "BC-UBND", Place: "Thái Hòa", Date: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC),
				Type: "BÁO CÁO", Subject: "Kết quả công tác truyền thông", To: []string{"Sở Văn hóa, Thể thao và Du lịch"}},
			Foot: paper.Foot{Receivers: []string{"Như trên"}, Archive: "VT, VHXH", Authority: []string{"TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"}, Name: "Trần Văn Mẫu"},
		}
		for range 3 {
			p.Body = append(p.Body, paper.P(paper.Text, long))
		}
		pages := layout(p.Flow())
		if len(pages) != 2 {
			t.Fatalf("%d pages", len(pages))
		}
		mm := func(twips float64) float64 { return twips * 25.4 / 1440 }
		find := func(page int, begin string) text {
			for _, m := range pages[page].marks {
				if x, ok := m.(text); ok && strings.HasPrefix(x.Text, begin) {
					return x
				}
			}
			t.Fatalf("page %d has no %q", page+1, begin)
			return text{}
		}
		centre := func(x text) float64 { return mm(x.x + x.Width()/2) }
		near := func(what string, got, want, most float64) {
			t.Helper()
			if math.Abs(got-want) > most {
				t.Errorf("parent %q: %s: %.2f mm, want %.2f", parent, what, got, want)
			}
		}
		rule := func(below text) (from, to float64) { // the first stroke under a text
			best := math.Inf(1)
			for _, m := range pages[0].marks {
				if s, ok := m.(stroke); ok && s.y1 > below.y && s.y1-below.y < best && s.x1 < below.x+below.Width() && s.x2 > below.x {
					best, from, to = s.y1-below.y, mm(s.x1), mm(s.x2)
				}
			}
			if mm(best) > 4 {
				t.Errorf("the rule under %q is %.1f mm below it", below.Text, mm(best))
			}
			return from, to
		}
		national, motto, number, day := find(0, "CỘNG HÒA"), find(0, "Độc lập"), find(0, "Số: 05"), find(0, "Thái Hòa, ngày")
		agency, title, subject := find(0, "PHƯỜNG"), find(0, "BÁO CÁO"), find(0, "Kết quả")
		// Letters begin within the margins; the first line is the page's top.
		near("top of the national name", mm(national.y)-0.9*13*25.4/72, 20, 1.5)
		for i, page := range pages {
			for _, m := range page.marks {
				x, ok := m.(text)
				if !ok || strings.Trim(x.Text, "0123456789") == "" {
					continue
				}
				if mm(x.x) < 30-0.1 || mm(x.x+x.Width()) > 190+0.1 || mm(x.y) < 20 || mm(x.y) > 277+0.1 {
					t.Errorf("page %d: %q stands at %.1f to %.1f, %.1f mm", i+1, x.Text, mm(x.x), mm(x.x+x.Width()), mm(x.y))
				}
			}
		}
		// The right column: one centre for name, motto and date.
		near("centre of the motto", centre(motto), centre(national), 0.2)
		near("centre of the date", centre(day), centre(national), 0.2)
		near("the right column's centre", centre(national), 30+63+97.0/2, 2)
		near("the left column's centre", centre(agency), 30+63.0/2, 2)
		near("centre of the number", centre(number), centre(agency), 0.2)
		near("number and date on one line", mm(number.y), mm(day.y), 0.01)
		// Rules: as long as the motto; a third to a half of the others.
		from, to := rule(motto)
		near("rule under the motto", to-from, mm(motto.Width()), 0.2)
		near("its centre", (from+to)/2, centre(motto), 0.2)
		for _, x := range []text{agency, subject} {
			from, to := rule(x)
			if share := (to - from) / mm(x.Width()); share < 1.0/3-0.01 || share > 0.51 {
				t.Errorf("the rule under %q is %.0f %% of it", x.Text, 100*share)
			}
			near("centre of the rule under "+x.Text, (from+to)/2, centre(x), 0.2)
		}
		near("centre of the type", centre(title), 110, 0.2)
		near("centre of the subject", centre(subject), 110, 0.2)
		if parent != "" {
			if up := find(0, "UBND TỈNH"); up.Bold || mm(up.y) >= mm(agency.y) || math.Abs(centre(up)-centre(agency)) > 0.2 {
				t.Errorf("the superior body stands at %.1f, %.1f mm, bold %v", centre(up), mm(up.y), up.Bold)
			}
		}
		// The text: first lines 12.7 mm in.
		near("first line", mm(find(0, "Trong").x), 30+12.7, 0.1)
		// The foot: receivers left, level with the authority; room to sign.
		receivers, authority, last, name := find(1, "Nơi nhận"), find(1, "TM."), find(1, "PHÓ"), find(1, "Trần")
		near("left edge of the receivers", mm(receivers.x), 30, 0.1)
		near("receivers and authority on one line", mm(receivers.y), mm(authority.y), 0.3)
		near("centre of the name", centre(name), centre(authority), 0.2)
		if centre(authority) < 110 {
			t.Errorf("the signature stands at %.1f mm, left of the middle", centre(authority))
		}
		if room := mm(name.y - last.y); room < 25 || room > 45 {
			t.Errorf("%.1f mm to sign and seal", room)
		}
		// The number of the second page: in the middle of the top margin; the
		// first page has none.
		numbers := 0
		for _, m := range pages[1].marks {
			if x, ok := m.(text); ok && x.Text == "2" {
				numbers++
				near("centre of the page's number", centre(x), 110, 0.2)
				if y := mm(x.y); y < 10 || y > 20 || x.Size < 26 || x.Size > 28 {
					t.Errorf("the page's number stands at %.1f mm, %d half points", y, x.Size)
				}
			}
		}
		for _, m := range pages[0].marks {
			if x, ok := m.(text); ok && x.Text == "1" {
				t.Error("the first page shows its number")
			}
		}
		if numbers != 1 {
			t.Errorf("the second page has %d numbers", numbers)
		}
	}
}
