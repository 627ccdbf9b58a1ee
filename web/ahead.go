package web

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"langnghe/internal/news"
	"langnghe/rules/trend"
)

// A rise is a trend that somebody should look at, as the page shows it.
type rise struct {
	trend.Trend
	Name   string   // of a place, paper or story; topics have labels
	Search string   // its posts
	First  []string // the three that began it, for those who may read them
}

// A fan is what the days to come may bring: two bands and the middle.
type fan struct {
	Days          []fanDay
	Wide, Narrow  string // paths of the 95 and the 80 % band
	Middle        string
	Low, High     int // tomorrow, 80 %
	Word          string
	Percent       int // that tomorrow brings twice the usual
	Hit, Tried    int
	W, H          int
	Kind, Subject string
}

type fanDay struct {
	At     time.Time `json:"at"`
	Low80  int       `json:"low80"`
	High80 int       `json:"high80"`
	Low95  int       `json:"low95"`
	High95 int       `json:"high95"`
	Middle int       `json:"middle"`
}

// seen makes a rise of a trend.
func seen(t trend.Trend, readable bool) rise {
	from := t.Window.From.In(zone).Format(time.DateOnly)
	r := rise{Trend: t, Name: t.ID, Search: "/search?from=" + from + "&sort=new"}
	switch t.Kind {
	case "topic":
		r.Search += "&topic=" + url.QueryEscape(t.ID)
	case "story":
		r.Search += "&story=" + url.QueryEscape(t.ID)
	default:
		r.Search += "&q=" + url.QueryEscape(`"`+strings.ReplaceAll(t.ID, `"`, "")+`"`)
	}
	if readable {
		r.First = t.Window.Items
	}
	return r
}

// fanOf draws the fan of a trend; nil when there is too little to say.
func fanOf(t trend.Trend, w, h int) *fan {
	if len(t.Ahead) == 0 {
		return nil
	}
	f := &fan{Word: t.Word, Percent: int(t.Double*100 + .5), Hit: t.Hit, Tried: t.Tried, W: w, H: h, Kind: t.Kind, Subject: t.ID}
	top := 4.0
	for _, b := range t.Ahead {
		top = max(top, b.High95)
		f.Days = append(f.Days, fanDay{b.At, int(b.Low80 + .5), int(b.High80 + .5), int(b.Low95 + .5), int(b.High95 + .5), int(b.Expected + .5)})
	}
	f.Low, f.High = f.Days[0].Low80, f.Days[0].High80
	x := func(i int) float64 { return float64(w) * float64(i) / float64(max(1, len(t.Ahead)-1)) }
	y := func(v float64) float64 { return float64(h) * (1 - v/top) }
	band := func(low, high func(trend.Band) float64) string {
		var s strings.Builder
		for i, b := range t.Ahead {
			fmt.Fprintf(&s, "%s%.1f %.1f", []string{"L", "M"}[b2i(i == 0)], x(i), y(high(b)))
		}
		for i := len(t.Ahead) - 1; i >= 0; i-- {
			fmt.Fprintf(&s, "L%.1f %.1f", x(i), y(low(t.Ahead[i])))
		}
		return s.String() + "z"
	}
	f.Wide = band(func(b trend.Band) float64 { return b.Low95 }, func(b trend.Band) float64 { return b.High95 })
	f.Narrow = band(func(b trend.Band) float64 { return b.Low80 }, func(b trend.Band) float64 { return b.High80 })
	var s strings.Builder
	for i, b := range t.Ahead {
		fmt.Fprintf(&s, "%s%.1f %.1f", []string{"L", "M"}[b2i(i == 0)], x(i), y(b.Expected))
	}
	f.Middle = s.String()
	return f
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ahead adds what the board of trends knows to the page: what rises, marks of
// days, fans, and the sentence of each topic.
func (p *trendsPage) ahead(v *trend.View, readable bool) map[string][]time.Time {
	marks := map[string][]time.Time{}
	p.Fans, p.Says = map[string]*fan{}, map[string]news.Text{}
	for _, t := range v.Trends {
		if t.Tier != "" || t.Fall && t.Kind != "all" {
			p.Rising = append(p.Rising, seen(t, readable))
		}
		if t.Kind != "topic" && t.Kind != "all" {
			continue
		}
		p.Fans[t.ID] = fanOf(t, 300, 44)
		if t.Kind == "topic" {
			p.Says[t.ID] = t.Why
			for _, d := range t.Days {
				if d.Mark != "" {
					marks[t.ID] = append(marks[t.ID], d.At)
				}
			}
		}
	}
	return marks
}
