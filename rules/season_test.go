package rules

import (
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
)

// TestSeasonRaisesTheFlag: within fourteen days of an announcement a medium
// flag that rests on a cue of the season is a high one and says so; before,
// after, on another cue and for a resident's complaint it is what it was.
func TestSeasonRaisesTheFlag(t *testing.T) {
	announced := epoch.AddDate(0, 0, 20)
	files := map[string]string{}
	for id, when := range map[string]string{"phi": "cue:fee_rumour", "dat": "cue:land_rumour", "loi": "mất nước"} {
		files["rules/"+id+".yaml"] = ruleText(id, "match", "", when)
	}
	for _, c := range []struct {
		name, rule string
		days       int
		stance     news.Stance
		want       news.Level
	}{
		{"before", "phi", -1, news.Claiming, news.Medium}, {"the day", "phi", 0, news.Claiming, news.High}, {"two weeks later", "phi", 14, news.Claiming, news.High},
		{"fifteen days later", "phi", 15, news.Claiming, news.Medium}, {"a complaint", "phi", 3, news.Complaint, news.Medium}, {"a question", "phi", 3, news.Question, news.Medium},
		{"another cue", "dat", 3, news.Claiming, news.Medium}, {"no cue", "loi", 3, news.Claiming, news.Medium},
	} {
		now := epoch
		e, rec := testEngine(t, files, Options{Now: func() time.Time { return now }})
		if err := e.Facts(t.Context(), news.Facts{Version: 1, Documents: []news.Paper{{No: "40/QĐ-UBND", Title: "Quyết định về giá dịch vụ thu gom rác", Date: announced.Format(time.DateOnly), From: announced.Format(time.DateOnly)}}}); err != nil {
			t.Fatal(err)
		}
		in := post("i", "p1", "mất nước", announced.AddDate(0, 0, c.days).Add(3*time.Hour).Sub(epoch))
		now = in.Item.Published
		in.Item.Reading = &news.Reading{Stance: c.stance, Area: news.Area{Fit: news.InArea}, Cues: []news.Cue{{Family: "fee_rumour", Level: news.Medium}, {Family: "land_rumour", Level: news.Medium}}}
		if err := e.Take(t.Context(), []news.Indexed{in}); err != nil {
			t.Fatal(err)
		}
		if err := e.Forward(t.Context()); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range rec.flags {
			if f.Rule != c.rule {
				continue
			}
			found = true
			if f.Level != c.want || (c.want == news.High) != strings.Contains(f.Why.VI, "Đang là dịp hay có lừa đảo") {
				t.Errorf("%s: level %v, want %v: %s", c.name, f.Level, c.want, f.Why.VI)
			}
		}
		if !found {
			t.Errorf("%s: rule %s raised nothing", c.name, c.rule)
		}
	}
}
