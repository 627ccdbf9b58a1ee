package patterns

import (
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
	if len(got) != 1 || !got[0].To.Equal(day("2026-11-23")) {
		t.Fatalf("seasons = %+v, want the one after the new price", got)
	}
	if holiday := Seasons(day("2026-08-28"), day("2026-08-28"), nil, nil); len(holiday) == 0 {
		t.Error("nothing to watch before 2 September")
	}
	rd := &news.Reading{Stance: news.Claiming, Cues: []news.Cue{{Family: PremiumNumber, Level: news.Medium}, {Family: "fee_rumour", Level: news.Low}, {Family: "land_rumour", Level: news.Medium}}}
	in, out := Watchful(rd, day("2026-11-20").Add(20*time.Hour), got), Watchful(rd, day("2026-11-24"), got)
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
