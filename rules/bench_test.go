package rules

import (
	"fmt"
	"testing"
	"time"

	"langnghe/internal/news"
)

// BenchmarkPreview is a preview of thirty days and fifty thousand items.
func BenchmarkPreview(b *testing.B) {
	now := epoch.AddDate(0, 0, 30)
	var items []news.Item
	for i := range 50_000 {
		text := fmt.Sprintf("Khối %d hôm nay họp dân, đường ngõ %d còn lầy lội, mong phường sớm sửa cho bà con đi lại đỡ khổ", i%9, i%70)
		if i%500 == 0 {
			text = "lại mất nước rồi phường ơi"
		}
		items = append(items, post(fmt.Sprint(i), fmt.Sprint("p", i%900), text, time.Duration(i)*50*time.Second).Item)
	}
	e := newEngine(Options{Store: NewMemory(), Now: func() time.Time { return now }})
	src := ruleText("dem", "count", "at_least: 3\nwithin: 1d\n", "mất nước OR cúp nước")
	for b.Loop() {
		p, err := e.Preview(b.Context(), PreviewRequest{File: src, Days: 30}, seq(items...))
		if err != nil || p.Items != 50_000 {
			b.Fatal(p, err)
		}
	}
}
