package app

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/reports"
)

// benchSays are what the posts of the benchmark say; a number makes each one
// its own.
var benchSays = []string{
	"Khối %d mất nước ba hôm rồi mà chưa thấy ai trả lời, bà con khổ quá",
	"Đường vào khối %d lầy lội, xe máy ngã suốt, đề nghị phường sửa sớm",
	"Cho em hỏi làm lại thẻ bảo hiểm y tế ở bộ phận một cửa phường Thái Hòa hết %d ngày phải không ạ",
	"Cảm ơn phường Thái Hòa đã lắp %d bóng đèn đường, tối đi sáng hẳn",
	"Nghe nói thu phí rác tăng %d nghìn một hộ, có thật không bà con",
	"Điện ở chợ Hiếu chập chờn %d lần một ngày, tủ lạnh hỏng hết",
	"Phường Thái Hòa trồng thêm %d cây xanh dọc quốc lộ 48",
	"Nhà trường thông báo nghỉ học %d buổi vì mưa lớn, phụ huynh phường Thái Hòa lưu ý",
}

// benchItems is how many items the summary is written from, over twelve
// weeks: everything that it compares.
const benchItems = 100_000

// BenchmarkWeeklySummary writes the weekly summary from 100,000 items that
// went through the service as every item does: published, read, stored,
// indexed. It takes minutes to fill; -benchtime 20x.
func BenchmarkWeeklySummary(b *testing.B) {
	if os.Getenv("LANGNGHE_BENCH") == "" {
		b.Skip("takes minutes: make bench-reports")
	}
	cfg := config.Default()
	cfg.Unconfirmed = true
	ctx, cancel := context.WithCancel(b.Context())
	up, done := make(chan *Service, 1), make(chan error, 1)
	go func() {
		done <- Run(ctx, Options{Config: cfg, DataDir: b.TempDir(), Roles: []string{"crawler", "indexer", "desk"}, Log: slog.New(slog.DiscardHandler), Started: func(s *Service) { up <- s }})
	}()
	svc := <-up
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Now()
	for i := 0; i < benchItems; {
		var batch []news.Found
		for len(batch) < 1000 {
			day := at.AddDate(0, 0, -1-r.IntN(83)).Add(time.Duration(r.IntN(24*60)) * time.Minute)
			batch = append(batch, news.Found{Item: news.Item{ID: fmt.Sprintf("b%06d", i), Kind: news.Post, Source: fmt.Sprintf("nguon-%d", i%12), Platform: "web",
				Text: fmt.Sprintf(benchSays[r.IntN(len(benchSays))], 1+r.IntN(90)), Published: day, Observed: day}, Prior: 3, Keep: true})
			i++
		}
		if err := bus.PublishAll(ctx, svc.bus, found, batch); err != nil {
			b.Fatal(err)
		}
	}
	week := reports.Query{What: "items", From: at.AddDate(0, 0, -84), To: at.AddDate(0, 0, 1)}
	for was, since := -1.0, time.Now(); ; time.Sleep(time.Second) {
		n, err := svc.reports.Evaluate(ctx, week)
		if err != nil {
			b.Fatal(err)
		}
		if n == benchItems {
			break
		}
		if n != was {
			was, since = n, time.Now()
		} else if time.Since(since) > time.Minute {
			b.Fatalf("%v of %d items arrived", n, benchItems)
		}
	}
	b.Logf("%d items taken in %v", benchItems, time.Since(begin).Round(time.Second))
	var slowest time.Duration
	numbers := 0
	for b.Loop() {
		begin := time.Now()
		rep, err := svc.reports.Write(ctx, reports.Request{Kind: reports.Weekly, At: at})
		if err != nil {
			b.Fatal(err)
		}
		slowest, numbers = max(slowest, time.Since(begin)), len(rep.Figures)
	}
	b.ReportMetric(float64(slowest.Milliseconds()), "ms-slowest")
	b.ReportMetric(float64(numbers), "numbers")
}
