package indexer_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
)

// syllables make random text with the skew of real text: few are frequent.
func syllables(rng *rand.Rand, n int) string {
	onsets := []string{"", "b", "c", "ch", "d", "đ", "g", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x"}
	rhymes := []string{"a", "á", "à", "ả", "an", "án", "ang", "ao", "áo", "ất", "ây", "ấy", "e", "ê", "ền", "i", "ì", "in", "ính", "o", "ô", "ông", "ơ", "ời", "u", "ư", "ước", "ường", "uyển", "y"}
	zipf := rand.NewZipf(rng, 1.1, 3, uint64(len(onsets)*len(rhymes)-1))
	var b strings.Builder
	for i := range n {
		z := int(zipf.Uint64())
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(onsets[z%len(onsets)] + rhymes[z/len(onsets)])
	}
	return b.String()
}

func filled(tb testing.TB, n int) *rig {
	r := newRig(tb)
	rng := rand.New(rand.NewPCG(1, 2))
	for from := 0; from < n; from += 1000 {
		var batch []news.Found
		for i := from; i < min(from+1000, n); i++ {
			size := 80
			if rng.IntN(10) < 3 {
				size = 600
			}
			f := post(fmt.Sprint("i", i), syllables(rng, size), start.Add(-time.Duration(float64(60*24*time.Hour)*(1-float64(i)/float64(n)))))
			f.Keep = true
			batch = append(batch, f)
		}
		r.take(batch...)
	}
	return r
}

func BenchmarkTake(b *testing.B) {
	r := newRig(b)
	rng := rand.New(rand.NewPCG(1, 2))
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		var batch []news.Found
		for range 1000 {
			n++
			batch = append(batch, post(fmt.Sprint("i", n), syllables(rng, 200), start.Add(-time.Duration(n%90000)*time.Minute/2)))
		}
		r.take(batch...)
	}
	size := int64(0)
	filepath.WalkDir(filepath.Join(r.dir, "index"), func(_ string, d fs.DirEntry, err error) error {
		if info, err := d.Info(); err == nil && !d.IsDir() {
			size += info.Size()
		}
		return err
	})
	b.ReportMetric(float64(size)/float64(n), "indexB/item")
}

func BenchmarkSearch(b *testing.B) {
	r := filled(b, 20_000)
	for _, q := range []indexer.Query{
		{Text: "trường"}, {Text: "trường", Newest: true}, {Text: "tráo mước cường"}, {Text: "trao muoc cuong"},
		{Text: `"tráo á"`}, {Text: `tráo AND mước`, Newest: true}, {Text: "tráo", Facets: true}, {Topics: []string{"roads"}, Newest: true},
		{Text: "tráo", From: start.AddDate(0, 0, -7)},
	} {
		b.Run(fmt.Sprintf("%s newest=%v facets=%v week=%v", q.Text, q.Newest, q.Facets, !q.From.IsZero()), func(b *testing.B) {
			for b.Loop() {
				r.search(q)
			}
		})
	}
	b.Run("counts of 30 days by topic", func(b *testing.B) {
		for b.Loop() {
			r.counts(indexer.CountQuery{By: "topic", Bucket: "day", From: start.AddDate(0, 0, -30)})
		}
	})
}
