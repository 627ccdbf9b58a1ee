package reading

import (
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"langnghe/internal/news"
)

// BenchmarkRead reports processor time beside the time that passed, which on
// a busy machine tells more of its other work.
func BenchmarkRead(b *testing.B) {
	r := reader(b)
	posts := loadPosts(b, "testdata/posts.jsonl")
	var all strings.Builder
	for _, p := range posts {
		all.WriteString(p.Text)
	}
	run := func(name string, bytes int, read func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(bytes))
			b.ReportAllocs()
			n, before := 0, processorTime()
			for b.Loop() {
				read()
				n++
			}
			b.ReportMetric(float64(processorTime()-before)/1e3/float64(n)/(float64(bytes)/1e3), "cpu-µs/KB")
		})
	}
	run("posts", all.Len(), func() {
		for i := range posts {
			r.Read(&posts[i].Item, 0)
		}
	})
	it := &news.Item{Kind: news.Article, Title: "Tin trong ngày", Text: all.String()[:20000]}
	run("article", 20000, func() { r.Read(it, 0) })
}

// BenchmarkNew is what a start costs: all of it, and what the weights do.
func BenchmarkNew(b *testing.B) {
	run := func(name string, load func() error) {
		b.Run(name, func(b *testing.B) {
			n, before := 0, processorTime()
			for b.Loop() {
				if err := load(); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(processorTime()-before)/1e6/float64(n), "cpu-ms/op")
		})
	}
	run("all", func() error {
		_, err := New("thai-hoa-2026")
		return err
	})
	r := reader(b)
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		b.Fatal(err)
	}
	run("weights", func() error {
		_, err := loadWeights(data, r.labels, r.lex, &r.named)
		return err
	})
}

// processorTime is what the process has used of the processors so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
