package e2e

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"langnghe/indexer"
	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/reading"
	"langnghe/internal/store"
)

// The bars of index and search. Times are of this machine; everything that
// can be is compared with SQLite's FTS5 in the same run.
const (
	indexCost    = 300 * time.Millisecond // of processor time for 1,000 posts
	indexBytes   = 3400                   // a post, on the disk, without the texts
	termMedian   = time.Millisecond
	termSlow     = 10 * time.Millisecond
	newestMedian = time.Millisecond
	countsTime   = 10 * time.Millisecond
	nearSlow     = 60 * time.Millisecond
	busySlow     = 25 * time.Millisecond
	rankedFaster = 5 // times FTS5, frequent words
	listSlower   = 3 // times FTS5 at most, newest first and facets
)

// BenchmarkSearch builds the index with 50,000, 100,000 and 500,000 items of
// resampled text, asks it what people and rules ask, and does the same with
// SQLite FTS5 and, where it is installed, PostgreSQL. A call is one whole
// run: -benchtime 1x. LANGNGHE_BENCH_SIZES names other sizes,
// LANGNGHE_BENCH_DIR another place for up to 8 GB. With LANGNGHE_BENCH_KEEP, a
// folder, our own index of each size is built there once and used again, for
// work on searches; its cost is then not measured again.
func BenchmarkSearch(b *testing.B) {
	sizes := []int{50_000, 100_000, 500_000}
	if v := os.Getenv("LANGNGHE_BENCH_SIZES"); v != "" {
		sizes = nil
		for s := range strings.SplitSeq(v, ",") {
			n, err := strconv.Atoi(s)
			if err != nil || n < 1000 {
				b.Fatalf("LANGNGHE_BENCH_SIZES: %q is not a number of at least 1000", s)
			}
			sizes = append(sizes, n)
		}
	}
	dir, err := os.MkdirTemp(os.Getenv("LANGNGHE_BENCH_DIR"), "bench-search-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another user
		b.Fatal(err)
	}
	posts, articles := benchTexts(b)
	var first time.Duration // cost of the smallest index
	for _, n := range sizes {
		c := newCorpus(posts, articles, n)
		b.Logf("%d items, mean %d bytes, made in %.0f µs each", n, c.mean, c.making.Seconds()/float64(n)*1e6)
		q := newSearches(c)
		place, keep := filepath.Join(dir, "ours"), os.Getenv("LANGNGHE_BENCH_KEEP")
		if keep != "" {
			place = filepath.Join(keep, fmt.Sprint(n))
		}
		ours := benchOurs(b, place, keep != "", c, q)
		if first == 0 {
			first = ours.cost
		}
		if testing.Short() {
			continue // -short measures ours alone
		}
		var fts *searchRow
		for _, driver := range ftsDrivers {
			r := benchFTS5(b, driver, filepath.Join(dir, "fts5"), c, q)
			if fts == nil || r.times["ranked frequent"].median < fts.times["ranked frequent"].median {
				fts = r
			}
		}
		benchPostgres(b, filepath.Join(dir, "postgres"), c, q)
		b.Logf("%d items: ranked frequent %.1f x as fast as FTS5 (%s); newest first takes %.2f x, facets %.2f x its time; index cost %.2f x that of the smallest",
			n, ratio(fts.times["ranked frequent"].median, ours.times["ranked frequent"].median), fts.name,
			ratio(ours.times["newest first"].median, fts.times["newest first"].median), ratio(ours.times["facets"].median, fts.times["facets"].median), ratio(ours.cost, first))
		if ours.cost > indexCost || ours.bytes > indexBytes {
			b.Errorf("%d items: %.3f CPU-s for 1,000, %d bytes an item; want %.2f, %d", n, ours.cost.Seconds(), ours.bytes, indexCost.Seconds(), indexBytes)
		}
		for what, bar := range map[string][2]time.Duration{
			"term": {termMedian, termSlow}, "boolean": {termMedian, termSlow}, "filter": {termMedian, termSlow},
			"newest first": {newestMedian, termSlow}, "30 days' counts": {countsTime, countsTime},
			"phrase": {nearSlow, nearSlow}, "near": {nearSlow, nearSlow}, "while indexing": {busySlow, busySlow},
		} {
			if t := ours.times[what]; t.median > bar[0] || t.slow > bar[1] {
				b.Errorf("%d items: %s takes %v, slowest hundredth %v; want %v, %v", n, what, t.median, t.slow, bar[0], bar[1])
			}
		}
		if r := ratio(fts.times["ranked frequent"].median, ours.times["ranked frequent"].median); r < rankedFaster {
			b.Errorf("%d items: ranked frequent words %.1f x as fast as FTS5, want %d", n, r, rankedFaster)
		}
		for _, what := range []string{"newest first", "facets"} {
			if r := ratio(ours.times[what].median, fts.times[what].median); r > listSlower {
				b.Errorf("%d items: %s takes %.1f x the time of FTS5, want %d", n, what, r, listSlower)
			}
		}
	}
}

// A searchRow is what was measured of one engine.
type searchRow struct {
	name  string
	cost  time.Duration // processor time for 1,000 items
	bytes int           // an item, without texts
	times map[string]quantiles
}

// A quantiles is the median and the hundredth-slowest of a kind of search, of
// n of them.
type quantiles struct {
	median, slow time.Duration
	n            int
}

func (r *searchRow) log(b *testing.B, stored int) {
	b.Logf("%-22s %.3f CPU-s/1,000  %5d B/item of index, %5d B of texts and counts", r.name, r.cost.Seconds(), r.bytes, stored)
	for _, what := range searchKinds {
		if t, ok := r.times[what]; ok {
			b.Logf("    %-18s %9.3f ms %9.3f ms  (%d)", what, t.median.Seconds()*1e3, t.slow.Seconds()*1e3, t.n)
		}
	}
}

// searchKinds in the order of the table.
var searchKinds = []string{"term", "term rare", "term mid", "ranked frequent", "words of people", "without diacritics", "boolean", "filter",
	"newest first", "facets", "phrase", "near", "30 days' counts", "while indexing"}

// A corpus makes the same items again whenever it is asked. Nothing of it is
// kept in memory but the pool of texts.
type corpus struct {
	n              int
	posts, sources []string
	articles       []news.Item
	mean           int
	making         time.Duration // processor time to make all of it
}

var (
	benchNow    = time.Date(2026, 11, 20, 9, 0, 0, 0, indexer.Zone)
	benchDays   = 90 // texts are kept so long
	benchTopics = []string{"water", "roads", "disaster", "tax_fee", "school", "health", "land", "security", "waste", "fraud"}
	benchTones  = []string{"negative", "neutral", "neutral", "positive", "mixed"}
	benchStance = []string{"complaint", "question", "opinion", "report", "report", "praise", "rumour_query"}
)

func newCorpus(posts, articles []news.Item, n int) *corpus {
	c := &corpus{n: n, articles: articles}
	for i := range posts {
		c.posts = append(c.posts, posts[i].Text)
	}
	for i := range 60 {
		c.sources = append(c.sources, fmt.Sprint("nguồn-", i))
	}
	start, size := cpu(), 0
	for i := range n {
		it := c.item(i)
		size += len(it.Title) + len(it.Text)
	}
	c.making, c.mean = cpu()-start, size/n
	return c
}

// item makes the i-th item: three in ten are articles, the others posts, each
// put together of neighbouring sentences of real texts. Times rise.
func (c *corpus) item(i int) news.Item {
	rng := rand.New(rand.NewPCG(uint64(i), 2026))
	at := benchNow.AddDate(0, 0, -benchDays+1).Add(time.Duration(float64(benchDays-2) * 24 * float64(time.Hour) * float64(i) / float64(c.n)))
	it := news.Item{ID: fmt.Sprint("bench-", i), Published: at.UTC(), Observed: at.Add(time.Minute).UTC(), Lang: "vi",
		Source: c.sources[int(rng.ExpFloat64()*8)%len(c.sources)], URL: fmt.Sprint("https://vi-du.vn/bai/", i)}
	if rng.IntN(10) < 3 {
		it.Kind, it.Platform = news.Article, "web"
		a := &c.articles[rng.IntN(len(c.articles))]
		it.Title = c.articles[rng.IntN(len(c.articles))].Title
		it.Text = excerpt(rng, a.Text, 1200+rng.IntN(3600))
	} else {
		it.Kind, it.Platform, it.Account = news.Post, "facebook", fmt.Sprint("p:", rng.IntN(20_000))
		if rng.IntN(2) == 0 {
			for size := 60 + rng.IntN(360); len(it.Text) < size; {
				it.Text += c.posts[rng.IntN(len(c.posts))] + "\n"
			}
		} else {
			it.Text = excerpt(rng, c.articles[rng.IntN(len(c.articles))].Text, 150+rng.IntN(270))
		}
	}
	span := func() news.Span { return news.Span{Start: rng.IntN(40), End: 50, Text: "mất nước từ sáng"} }
	r := &news.Reading{Stance: news.Stance(benchStance[rng.IntN(len(benchStance))]), Impact: "neutral", Version: "bench"}
	r.Area.Fit, r.Area.Score, r.Area.Because = []string{news.InArea, news.InArea, "ambiguous"}[rng.IntN(3)], 5, []news.Span{span()}
	r.Tone.Label, r.Tone.Score = benchTones[rng.IntN(len(benchTones))], -.4
	for range rng.IntN(3) {
		r.Topics = append(r.Topics, news.Topic{ID: benchTopics[int(rng.ExpFloat64()*3)%len(benchTopics)], Score: .8, Because: []news.Span{span()}})
	}
	it.Reading = r
	return it
}

// excerpt cuts about size bytes out of a text, from a sentence on.
func excerpt(rng *rand.Rand, text string, size int) string {
	if len(text) <= size {
		return text
	}
	from := rng.IntN(len(text) - size)
	if i := strings.Index(text[from:], ". "); i >= 0 && from+i+2+size/2 < len(text) {
		from += i + 2
	}
	for from > 0 && text[from]&0xC0 == 0x80 {
		from--
	}
	to := min(from+size, len(text))
	if i := strings.LastIndexByte(text[from:to], ' '); i > size/2 {
		to = from + i
	}
	return strings.ToValidUTF8(text[from:to], "")
}

// batches calls f with all items, a thousand at a time.
func (c *corpus) batches(b *testing.B, f func([]news.Item) error) {
	b.Helper()
	for from := 0; from < c.n; from += 1000 {
		items := make([]news.Item, min(1000, c.n-from))
		for i := range items {
			items[i] = c.item(from + i)
		}
		if err := f(items); err != nil {
			b.Fatal(err)
		}
	}
}

// searches are what every engine is asked, as keys of the normal form.
type searches struct {
	rare, mid, frequent []string
	words, boolean      [][]string // four words of one text; a b c d e of (a OR b OR c) AND d AND NOT e
	phrases, pairs      [][]string // three neighbours; two words that stand near each other
	weeks               []time.Time
}

const searchesOfAKind = 200

func newSearches(c *corpus) *searches {
	rng := rand.New(rand.NewPCG(7, 2026))
	df := map[string]int{}
	const sample = 5000
	var texts [][]string
	for range sample {
		it := c.item(rng.IntN(c.n))
		keys := strings.Fields(lang.Key(it.Text))
		texts = append(texts, keys)
		for _, k := range slices.Compact(slices.Sorted(slices.Values(keys))) {
			df[k]++
		}
	}
	q := &searches{}
	terms := slices.Sorted(func(yield func(string) bool) {
		for k := range df {
			if !yield(k) {
				return
			}
		}
	})
	for _, k := range terms {
		if strings.Trim(k, "0123456789") == "" {
			continue
		}
		switch share := float64(df[k]) / sample; {
		case share >= .0005 && share <= .005:
			q.rare = append(q.rare, k)
		case share >= .01 && share <= .05:
			q.mid = append(q.mid, k)
		case share > .1:
			q.frequent = append(q.frequent, k)
		}
	}
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	common := slices.Concat(q.mid, q.frequent)
	for range searchesOfAKind {
		q.boolean = append(q.boolean, []string{pick(q.mid), pick(q.mid), pick(q.mid), pick(common), pick(q.mid)})
		for {
			t := texts[rng.IntN(len(texts))]
			if len(t) < 12 {
				continue
			}
			i := rng.IntN(len(t) - 10)
			q.words = append(q.words, []string{t[i], t[i+1], t[i+2], t[i+3]})
			q.phrases = append(q.phrases, t[i+4:i+7])
			q.pairs = append(q.pairs, []string{t[i+7], t[i+9]})
			break
		}
		q.weeks = append(q.weeks, benchNow.AddDate(0, 0, -8-rng.IntN(benchDays-10)))
	}
	return q
}

// terms mixes the bands as a search box meets them.
func (q *searches) term(i int) string {
	switch i % 3 {
	case 0:
		return q.rare[i%len(q.rare)]
	case 1:
		return q.mid[i%len(q.mid)]
	}
	return q.frequent[i%len(q.frequent)]
}

// timeEach runs f n times and returns the spread of its processor time, of
// this thread alone, so that neighbours on the machine do not count.
func timeEach(b *testing.B, n int, f func(i int) error) quantiles {
	b.Helper()
	return timed(b, n, kindTime, threadTime, f)
}

// timeWall is timeEach on the clock, for what runs in another process.
func timeWall(b *testing.B, n int, f func(i int) error) quantiles {
	b.Helper()
	start := time.Now()
	return timed(b, n, kindTime, func() time.Duration { return time.Since(start) }, f)
}

// A kind of search that is slow is asked less often, so that the whole run
// ends in minutes: after kindTime there are leastSearches at least.
const (
	kindTime      = 4 * time.Second
	leastSearches = 20
)

func timed(b *testing.B, n int, limit time.Duration, clock func() time.Duration, f func(i int) error) quantiles {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begun := time.Now()
	for i := range min(n, 10) { // what is read once is not what is asked for
		if err := f(i); err != nil {
			b.Fatal(err)
		}
		if time.Since(begun) > limit/3 {
			break
		}
	}
	begun = time.Now()
	times := make([]time.Duration, 0, n)
	for i := range n {
		start := clock()
		if err := f(i); err != nil {
			b.Fatal(err)
		}
		times = append(times, clock()-start)
		if len(times) >= leastSearches && time.Since(begun) > limit {
			break
		}
	}
	slices.Sort(times)
	return quantiles{times[len(times)/2], times[len(times)*99/100], len(times)}
}

func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// settle waits until nothing works in the background any more.
func settle() {
	for quiet := 0; quiet < 5; {
		before := cpu()
		time.Sleep(200 * time.Millisecond)
		if cpu()-before < 10*time.Millisecond {
			quiet++
		} else {
			quiet = 0
		}
	}
}

func sizeOf(b *testing.B, path string) (n int) {
	b.Helper()
	err := filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += int(info.Size())
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

type benchReader struct{}

func (benchReader) Read(*news.Item, int) news.Reading { return news.Reading{} }
func (benchReader) Version() string                   { return "bench" }

func benchOurs(b *testing.B, dir string, keep bool, c *corpus, q *searches) *searchRow {
	ctx := b.Context()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	if !keep {
		defer os.RemoveAll(dir)
	}
	st, err := store.OpenIndexer(ctx, filepath.Join(dir, "indexer.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	ix, err := indexer.Open(indexer.Options{
		Dir: filepath.Join(dir, "index"), Store: st, Reader: benchReader{}, TextDays: benchDays,
		Announce: func(context.Context, []news.Indexed) error { return nil },
		Now:      func() time.Time { return benchNow.UTC() },
	})
	if err != nil {
		b.Fatal(err)
	}
	defer ix.Close()
	settle()
	start := cpu()
	take := func(items []news.Item) error {
		found := make([]news.Found, len(items))
		for i := range items {
			found[i] = news.Found{Item: items[i], Keep: true}
		}
		return ix.Take(ctx, found)
	}
	r := &searchRow{name: "langnghe", times: map[string]quantiles{}}
	if state, err := ix.Status(ctx); err != nil {
		b.Fatal(err)
	} else if state.Items < c.n {
		c.batches(b, take)
		settle()
		if err := ix.Tidy(ctx); err != nil { // as the service does every few hours
			b.Fatal(err)
		}
		settle()
		whole := (cpu() - start - c.making) * 1000 / time.Duration(c.n)
		copies := storyCost(c)
		r.cost = whole - copies
		b.Logf("%-22s %.3f CPU-s/1,000 with near-duplicates, which are read and not indexed: %.3f", r.name, whole.Seconds(), copies.Seconds())
		if err := st.Vacuum(ctx); err != nil {
			b.Fatal(err)
		}
	}
	if err := ix.Tidy(ctx); err != nil { // what is kept from before may not be
		b.Fatal(err)
	}
	r.bytes = sizeOf(b, filepath.Join(dir, "index")) / c.n
	stored := sizeOf(b, filepath.Join(dir, "indexer.db")) / c.n

	ask := func(q indexer.Query) error {
		_, err := ix.Search(ctx, q)
		return err
	}
	quoted := func(words []string) string { return `"` + strings.Join(words, " ") + `"` }
	boolean := func(i int) indexer.Query {
		w := q.boolean[i%len(q.boolean)]
		return indexer.Query{Strict: true, Text: fmt.Sprintf(`("%s" OR "%s" OR "%s") AND "%s" AND NOT "%s"`, w[0], w[1], w[2], w[3], w[4])}
	}
	kinds := map[string]func(i int) error{
		"term":            func(i int) error { return ask(indexer.Query{Text: q.term(i)}) },
		"term rare":       func(i int) error { return ask(indexer.Query{Text: q.rare[i%len(q.rare)]}) },
		"term mid":        func(i int) error { return ask(indexer.Query{Text: q.mid[i%len(q.mid)]}) },
		"ranked frequent": func(i int) error { return ask(indexer.Query{Text: q.frequent[i%len(q.frequent)]}) },
		"words of people": func(i int) error { return ask(indexer.Query{Text: strings.Join(q.words[i], " ")}) },
		"without diacritics": func(i int) error {
			return ask(indexer.Query{Text: lang.Fold(strings.Join(q.words[i], " "))})
		},
		"boolean": func(i int) error { return ask(boolean(i)) },
		"filter": func(i int) error {
			return ask(indexer.Query{Text: q.mid[i%len(q.mid)], Topics: benchTopics[i%4 : i%4+1], Areas: []string{news.InArea}, From: q.weeks[i], To: q.weeks[i].AddDate(0, 0, 7)})
		},
		"newest first": func(i int) error { return ask(indexer.Query{Text: q.mid[i%len(q.mid)], Newest: true}) },
		"facets":       func(i int) error { return ask(indexer.Query{Text: q.mid[i%len(q.mid)], Facets: true}) },
		"phrase":       func(i int) error { return ask(indexer.Query{Text: quoted(q.phrases[i]), Strict: true}) },
		"near": func(i int) error {
			return ask(indexer.Query{Text: fmt.Sprintf(`"%s" NEAR/5 "%s"`, q.pairs[i][0], q.pairs[i][1]), Strict: true})
		},
	}
	for what, f := range kinds {
		r.times[what] = timeEach(b, searchesOfAKind, f)
	}
	r.times["30 days' counts"] = timeEach(b, 50, func(i int) error {
		from := q.weeks[i].AddDate(0, 0, -23)
		for _, by := range []string{"topic", "tone"} {
			if _, err := ix.Counts(ctx, indexer.CountQuery{By: by, Bucket: indexer.Daily, From: from, To: from.AddDate(0, 0, 30)}); err != nil {
				return err
			}
		}
		return nil
	})
	state, err := ix.Status(ctx)
	if err != nil {
		b.Fatal(err)
	}
	r.times["while indexing"] = benchBusy(b, c, state.Items, take, func(i int) error {
		switch i % 4 {
		case 0:
			return ask(indexer.Query{Text: q.term(i / 4)})
		case 1:
			return ask(boolean(i))
		case 2:
			return ask(indexer.Query{Text: q.mid[i%len(q.mid)], Newest: true})
		}
		return ask(indexer.Query{Text: strings.Join(q.words[i%len(q.words)], " ")})
	})
	r.log(b, stored)
	return r
}

// storyCost is the processor time of 1,000 items that finding near-duplicates
// takes, which the indexer does on the way.
func storyCost(c *corpus) time.Duration {
	known := reading.NewStories(30 * 24 * time.Hour)
	items := make([]news.Item, min(c.n, 20_000))
	for i := range items {
		items[i] = c.item(i)
	}
	start := cpu()
	for i := range items {
		known.Add(items[i].ID, items[i].Text, items[i].At())
	}
	return (cpu() - start) * 1000 / time.Duration(len(items))
}

// benchBusy asks 75 times a second while 500 items a second come in, in
// batches of 200 ms as the service takes them.
func benchBusy(b *testing.B, c *corpus, from int, take func([]news.Item) error, f func(i int) error) quantiles {
	b.Helper()
	done := make(chan error)
	stop := make(chan struct{})
	go func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for n := from; ; n += 100 {
			select {
			case <-stop:
				done <- nil
				return
			case <-tick.C:
			}
			items := make([]news.Item, 100)
			for i := range items {
				items[i] = c.item(n + i)
				items[i].Published = benchNow.Add(-time.Duration(i) * time.Second).UTC()
				items[i].Observed = items[i].Published
			}
			if err := take(items); err != nil {
				done <- err
				return
			}
		}
	}()
	slow := timed(b, 1000, time.Minute, threadTime, func(i int) error {
		time.Sleep(13 * time.Millisecond)
		return f(i)
	})
	close(stop)
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	return slow
}
