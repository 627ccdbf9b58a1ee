package crawler_test

import (
	"os"
	"testing"

	"langnghe/crawler"
	"langnghe/crawler/feed"
)

func BenchmarkFeedFull(b *testing.B) {
	data, err := os.ReadFile(os.Getenv("LANGNGHE_TEST_DATA") + "/vn_rss/vnexpress_tin-moi-nhat_2017-Apr-19.xml")
	if err != nil {
		b.Skip(err)
	}
	n := 0
	for b.Loop() {
		got, _ := crawler.Parse("feed", "https://bao.example/rss", data, crawler.ParseOptions{})
		n += len(got)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "items/s")
}

func BenchmarkFeedParse(b *testing.B) {
	data, err := os.ReadFile(os.Getenv("LANGNGHE_TEST_DATA") + "/vn_rss/vnexpress_tin-moi-nhat_2017-Apr-19.xml")
	if err != nil {
		b.Skip(err)
	}
	n := 0
	for b.Loop() {
		got, _ := feed.Parse(data, feed.Options{})
		n += len(got.Entries)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "items/s")
}
