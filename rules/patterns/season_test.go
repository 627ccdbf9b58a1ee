package patterns

import (
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
)

func TestSeasons(t *testing.T) {
	day := func(s string) time.Time {
		at, err := time.ParseInLocation(time.DateOnly, s, ward)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	docs := []news.Paper{{No: "40/QĐ-UBND", Title: "Quyết định giá dịch vụ thu gom rác", From: "2026-11-10"}, {No: "9/KH", Title: "Kế hoạch trồng cây", From: "2026-11-10"}}
	got := Seasons(day("2026-11-01"), day("2026-12-20"), nil, docs)
	if len(got) != 1 || !got[0].To.Equal(day("2026-11-24")) {
		t.Fatalf("seasons = %+v, want the one after the new price", got)
	}
	rd := &news.Reading{Stance: news.Claiming, Cues: []news.Cue{{Family: PremiumNumber, Level: news.Medium}, {Family: "fee_rumour", Level: news.Low}, {Family: "land_rumour", Level: news.Medium}}}
	in, out := Watchful(rd, day("2026-11-20").Add(20*time.Hour), got), Watchful(rd, day("2026-11-25"), got)
	if in.Cues[0].Level != news.High || in.Cues[0].BoostedBy[0] != "season" || in.Cues[1].Level != news.Low || in.Cues[2].Level != news.Medium || rd.Cues[0].Level != news.Medium {
		t.Errorf("within: %+v of %+v", in.Cues, rd.Cues)
	}
	if out != rd {
		t.Errorf("after: %+v", out.Cues)
	}
	rd.Stance = news.Complaint
	if Watchful(rd, day("2026-11-20"), got) != rd {
		t.Error("a complaint is watched more closely")
	}
}

// TestSeasonDays: each announcement is watched on its day and the fourteen
// days after it, no sooner and no longer, and each occasion is one season.
func TestSeasonDays(t *testing.T) {
	docs := []news.Paper{
		{No: "40/QĐ-UBND", Title: "Quyết định giá dịch vụ thu gom rác", Date: "2026-10-20", From: "2026-11-10"},
		{No: "41/QĐ-UBND", Title: "Về sáp nhập khối", Date: "2026-04-02", From: "2026-04-02"},
		{No: "9/KH", Title: "Kế hoạch trồng cây", Date: "2026-10-20", From: "2026-11-10"},
		{No: "10/KH", Title: "Phí không ngày"},
	}
	for _, c := range []struct{ what, first string }{
		{"Tết Dương lịch", "2026-01-01"}, {"1/1", "2026-01-01"}, {"Tết Nguyên đán", "2026-02-16"}, {"quyết toán thuế", "2026-03-17"}, {"41/QĐ-UBND", "2026-04-02"},
		{"Hùng Vương", "2026-04-26"}, {"30/4", "2026-04-30"}, {"1/5", "2026-04-30"}, {"tuyển sinh", "2026-06-25"}, {"1/7", "2026-07-01"},
		{"Quốc khánh", "2026-09-01"}, {"khai giảng", "2026-09-05"}, {"Văn bản mới 40/QĐ-UBND", "2026-10-20"}, {"Có hiệu lực: 40/QĐ-UBND", "2026-11-10"},
		{"Tết Nguyên đán", "2027-02-05"}, {"Quốc khánh", "2027-09-02"},
	} {
		first, err := time.ParseInLocation(time.DateOnly, c.first, ward)
		if err != nil {
			t.Fatal(err)
		}
		on := func(d int) (n int) {
			at := first.AddDate(0, 0, d).Add(20 * time.Hour)
			for _, s := range Seasons(at, at, nil, docs) {
				if strings.Contains(strings.ToLower(s.What.VI), strings.ToLower(c.what)) {
					if n++; !s.Holds(at) {
						t.Errorf("%s %s: %+v does not hold on a day for which it is listed", c.what, c.first, s)
					}
				}
			}
			return n
		}
		for d, want := range map[int]int{-8: 0, -1: 0, 0: 1, 1: 1, 7: 1, 14: 1, 15: 0, 30: 0} {
			if n := on(d); n != want {
				t.Errorf("%s: %d seasons %d days after %s, want %d", c.what, n, d, c.first, want)
			}
		}
	}
	if all := Seasons(time.Date(2026, 1, 1, 0, 0, 0, 0, ward), time.Date(2026, 12, 31, 0, 0, 0, 0, ward), nil, docs); slices.ContainsFunc(all, func(s Season) bool {
		return strings.Contains(s.What.VI, "trồng cây") || strings.Contains(s.What.VI, "không ngày")
	}) {
		t.Errorf("a document that draws no scams, or without a day, makes a season: %+v", all)
	}
}
