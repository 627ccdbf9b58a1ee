package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"langnghe/official"
	"langnghe/rules/patterns"
)

// TestSeasonsInTheForecast: the page of trends and its API name the occasions
// of scams that hold or come within two weeks, not those of next month.
func TestSeasonsInTheForecast(t *testing.T) {
	s := newSite(t)
	day := func(n int) string { return now.AddDate(0, 0, n).In(zone).Format(time.DateOnly) }
	s.desk.docs = []official.Document{
		{No: "40/QĐ-UBND", Title: "Giá dịch vụ <b>rác</b>", Date: day(-3), From: day(-3)}, {No: "41/QĐ-UBND", Title: "Lệ phí chợ", Date: day(-30), From: day(10)}, {No: "42/QĐ-UBND", Title: "Học phí", Date: day(-60), From: day(30)},
	}
	page := s.do("lan", "GET", "/trends", nil).Body.String()
	_, part, _ := strings.Cut(page, "Hai tuần tới: dịp hay có lừa đảo")
	part, _, _ = strings.Cut(part, "</section>")
	if !strings.Contains(part, "Văn bản mới 40/QĐ-UBND: Giá dịch vụ &lt;b&gt;rác") || !strings.Contains(part, "đang diễn ra") || !strings.Contains(part, "Có hiệu lực: 41/QĐ-UBND") || strings.Contains(part, "42/QĐ-UBND") {
		t.Errorf("the forecast names %q", part)
	}
	var out struct{ Seasons []patterns.Season }
	if err := json.Unmarshal(s.do("lan", "GET", "/api/v1/trends", nil).Body.Bytes(), &out); err != nil || len(out.Seasons) != 2 {
		t.Errorf("the API names %+v, %v", out.Seasons, err)
	}
}
