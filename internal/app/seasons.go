package app

import (
	"context"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/rules/patterns"
)

// watched is how a report calls what a season of scams asks to watch.
var watched = map[string]string{
	"free_gift_scam": "quà, tiền giả", patterns.FakeDomain: "trang web nhái", "impersonation_utility": "giả điện, nước, ngân hàng", "charity_scam": "từ thiện giả",
	"impersonation_police": "giả công an", "fee_rumour": "tin đồn về phí, thuế", "merger_rumour": "tin đồn sáp nhập, đổi giấy tờ", patterns.SpoofedNumber: "tin nhắn mạo danh",
	patterns.PremiumNumber: "số gọi mất tiền", "school_rumour": "tin đồn về trường học", "impersonation_relative": "giả người thân, thầy cô",
}

// scamSeasons are the announcements that scams may follow in the days from, to:
// the calendar of the forecast, for the weekly report.
func (b *builder) scamSeasons(ctx context.Context, d *review.Desk, from, to time.Time) (out []reports.Season, err error) {
	docs, err := d.Documents(ctx)
	if err != nil {
		return nil, err
	}
	var papers []news.Paper
	for _, x := range docs {
		papers = append(papers, news.Paper{No: x.No, Title: x.Title, Date: x.Date, From: x.From})
	}
	for _, s := range patterns.Seasons(from, to.Add(-time.Nanosecond), b.days, papers) {
		r := reports.Season{From: s.From, To: s.To, What: s.What.VI}
		for _, f := range s.Families {
			if n := watched[f]; n != "" {
				r.Watch = append(r.Watch, n)
			}
		}
		out = append(out, r)
	}
	return out, nil
}
