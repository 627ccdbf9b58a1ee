package reading

import (
	"strings"
	"testing"

	"langnghe/internal/news"
)

func BenchmarkRead(b *testing.B) {
	r := reader(b)
	posts := loadPosts(b, "testdata/posts.jsonl")
	var all strings.Builder
	for _, p := range posts {
		all.WriteString(p.Text)
	}
	b.Run("posts", func(b *testing.B) {
		b.SetBytes(int64(all.Len()))
		b.ReportAllocs()
		for b.Loop() {
			for i := range posts {
				r.Read(&posts[i].Item, 0)
			}
		}
	})
	b.Run("article", func(b *testing.B) {
		it := &news.Item{Kind: news.Article, Title: "Tin trong ngày", Text: all.String()[:20000]}
		b.SetBytes(20000)
		for b.Loop() {
			r.Read(it, 0)
		}
	})
}
