package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	bobusumisu "github.com/BobuSumisu/aho-corasick"
	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	bquery "github.com/blevesearch/bleve/v2/search/query"
	"github.com/coregx/ahocorasick"
	petar "github.com/petar-dambovaliev/aho-corasick"

	sample "langnghe/internal/demo"
	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/query"
)

// The bars of the matcher. They are ratios, so that they hold on any machine.
const (
	overNaive   = 250 // times the rate of evaluating every rule, at 10,000 rules
	overLibrary = 4   // times that of the best multi-pattern library there, the tokens that both need left out
	growTo10k   = 2   // times the cost for ten times the rules
	growTo100k  = 5
	heapAt10k   = 4 << 20
	heapAt100k  = 15 << 20
)

// BenchmarkRules measures the matcher of standing queries beside evaluating
// every rule, a one-document bleve index and three Aho-Corasick libraries, on
// the same rules and texts, and checks that all find the same. A call is one
// whole run: -benchtime 1x. Times are processor time, of one goroutine.
func BenchmarkRules(b *testing.B) {
	posts, articles := benchTexts(b)
	g := newRuleMaker(posts, articles)
	b.Logf("%d posts of %d bytes, %d articles of %d bytes, %d entities, %d topics",
		len(posts), meanLen(posts), len(articles), meanLen(articles), len(g.entities), len(g.topics))
	sameResults(b, g.rules(2000), posts[:min(400, len(posts))])
	d := query.NewDoc(&posts[0])
	tokens := rateOf{post: perText(posts, d.Reset), article: perText(articles, d.Reset)}
	b.Logf("%8s %-22s %12s %12s %10s %9s %8s", "rules", "engine", "posts/s", "articles/s", "heap MB", "build s", "matches")
	row(b, 0, "tokens alone", tokens, 0, 0)
	cost := map[int]time.Duration{}
	all := g.rules(100_000)
	for _, n := range []int{1000, 10_000, 100_000} {
		rs := all[:n]
		ours := measureOurs(b, rs, posts, articles)
		cost[n] = ours.post
		if n == 100_000 {
			if ours.heap > heapAt100k {
				b.Errorf("heap at 100,000 rules is %.1f MB", mb(ours.heap))
			}
			break
		}
		naive := measureNaive(b, rs, posts, articles)
		best := rateOf{}
		for _, lib := range libraries {
			if l := measureLibrary(b, lib, rs, posts, articles); best.post == 0 || l.post < best.post {
				best = l
			}
		}
		measureBleve(b, rs, posts)
		b.Logf("%8d ours is %.0f x naive (articles %.0f x), %.1f x the best library (articles %.1f x)", n,
			ratio(naive.post, ours.post), ratio(naive.article, ours.article), ratio(best.post, ours.post), ratio(best.article, ours.article))
		b.Logf("%8s without the tokens, which both need: %.0f x naive, %.1f x the best library", "",
			ratio(naive.post-tokens.post, ours.post-tokens.post), ratio(best.post-tokens.post, ours.post-tokens.post))
		if n != 10_000 {
			continue
		}
		if r := ratio(naive.post, ours.post); r < overNaive {
			b.Errorf("%.0f x naive, want %d", r, overNaive)
		}
		if r := ratio(best.post-tokens.post, ours.post-tokens.post); r < overLibrary {
			b.Errorf("%.1f x the best library without the tokens, want %d", r, overLibrary)
		}
		if r := ratio(best.post, ours.post); r < overLibrary {
			b.Logf("%8s short of %d x the best library with the tokens, which take %.0f %% of our time", "", overLibrary, 100*ratio(tokens.post, ours.post))
		}
		if ours.heap > heapAt10k {
			b.Errorf("heap at 10,000 rules is %.1f MB", mb(ours.heap))
		}
	}
	small, large := ratio(cost[10_000], cost[1000]), ratio(cost[100_000], cost[10_000])
	b.Logf("ten times the rules cost %.2f x up to 10,000 and %.2f x up to 100,000", small, large)
	if small > growTo10k || large > growTo100k {
		b.Errorf("growth %.2f and %.2f, want at most %d and %d", small, large, growTo10k, growTo100k)
	}
}

// rateOf is the processor time of one text.
type rateOf struct {
	post, article time.Duration
	heap          uint64
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }
func mb(n uint64) float64              { return float64(n) / (1 << 20) }

func perSecond(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%.4g", float64(time.Second)/float64(d))
}

func row(b *testing.B, rules int, name string, r rateOf, build time.Duration, matches float64) {
	b.Logf("%8d %-22s %12s %12s %10.1f %9.3f %8.2f", rules, name, perSecond(r.post), perSecond(r.article), mb(r.heap), build.Seconds(), matches)
}

// cpu is the processor time of this process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// perText runs f over texts until half a second of processor time is used, at
// least once, five times over, and returns the median time of one text.
func perText(texts []news.Item, f func(*news.Item)) time.Duration {
	if len(texts) == 0 {
		return 0
	}
	var runs []time.Duration
	for range 5 {
		runtime.GC()
		n, start := 0, cpu()
		for n == 0 || cpu()-start < 500*time.Millisecond {
			for i := range texts {
				f(&texts[i])
			}
			n += len(texts)
		}
		runs = append(runs, (cpu()-start)/time.Duration(n))
		if runs[0] > 5*time.Millisecond {
			break // so slow that one run says enough
		}
	}
	slices.Sort(runs)
	return runs[len(runs)/2]
}

func parseAll(b *testing.B, rs []benchRule) []*query.Query {
	qs := make([]*query.Query, len(rs))
	for i := range rs {
		q, err := query.Parse(rs[i].src(), nil)
		if err != nil {
			b.Fatalf("%s: %v", rs[i].src(), err)
		}
		qs[i] = q
	}
	return qs
}

// sampleOf tells the set how common words are, as the service learns it.
func sampleOf(posts []news.Item) *query.Sample {
	s := &query.Sample{}
	for i := range posts[:min(1000, len(posts))] {
		s.Add(query.NewDoc(&posts[i]))
	}
	return s
}

func measureOurs(b *testing.B, rs []benchRule, posts, articles []news.Item) rateOf {
	o := query.SetOptions{Sample: sampleOf(posts)}
	qs := parseAll(b, rs)
	runtime.GC()
	start := cpu()
	set := o.NewSet(qs)
	build := cpu() - start
	spans := 0
	why := query.NewDoc(&posts[0])
	explained := rateOf{post: perText(posts, func(it *news.Item) {
		why.Reset(it)
		set.Match(why, func(i int) { spans += len(qs[i].Spans(why)) })
	})}
	parsed := heap()
	runtime.KeepAlive(qs)
	qs = nil
	with := heap()
	d, n, docs := query.NewDoc(&posts[0]), 0, 0
	match := func(it *news.Item) {
		d.Reset(it)
		set.Match(d, func(int) { n++ })
		docs++
	}
	match(&posts[0]) // makes the scratch, which counts
	r := rateOf{heap: 0}
	r.post = perText(posts, match)
	mean := float64(n) / float64(docs)
	r.article = perText(articles, match)
	allocs := testing.AllocsPerRun(200, func() { match(&posts[docs%len(posts)]) })
	used := heap()
	runtime.KeepAlive(set)
	set, match = nil, nil
	r.heap = used - heap()
	row(b, len(rs), "ours", r, build, mean)
	row(b, len(rs), "… with spans", explained, 0, mean)
	b.Logf("%8s %-22s %.2f allocations a post; the parsed rules are %.0f MB beside", "", "", allocs, mb(parsed-with))
	return r
}

func measureNaive(b *testing.B, rs []benchRule, posts, articles []news.Item) rateOf {
	qs := parseAll(b, rs)
	d := query.NewDoc(&posts[0])
	match := func(it *news.Item) {
		d.Reset(it)
		for _, q := range qs {
			q.Holds(d)
		}
	}
	k := max(1, 400_000/len(rs))
	r := rateOf{post: perText(spread(posts, k), match), article: perText(spread(articles, k/8+1), match)}
	row(b, len(rs), "every rule", r, 0, 0)
	return r
}

// spread takes n texts evenly.
func spread(texts []news.Item, n int) []news.Item {
	if n >= len(texts) {
		return texts
	}
	var out []news.Item
	for i := range n {
		out = append(out, texts[i*len(texts)/n])
	}
	return out
}

// A leaf is a phrase of a rule.
type leaf struct {
	words string
	fold  bool
}

// A benchRule is a rule before it is a query: every engine makes its own of it.
type benchRule struct {
	any, with, not []leaf
	near           int // any NEAR/near with, when > 0
}

func (r *benchRule) src() string {
	or := func(ls []leaf) string {
		var out []string
		for _, l := range ls {
			s := `"` + l.words + `"`
			if l.fold {
				s = "~" + s
			}
			out = append(out, s)
		}
		if len(out) == 1 {
			return out[0]
		}
		return "(" + strings.Join(out, " OR ") + ")"
	}
	s := or(r.any)
	switch {
	case r.near > 0:
		return s + fmt.Sprintf(" NEAR/%d ", r.near) + or(r.with)
	case len(r.with) > 0:
		s += " AND " + or(r.with)
	}
	if len(r.not) > 0 {
		s += " AND NOT " + or(r.not)
	}
	return s
}

// A ruleMaker makes rules of the entities and topics of the texts, in the
// proportions of real collections: 40 % alternatives of names, 30 % names
// with topics, 15 % the same with exceptions, 10 % NEAR, 5 % topics alone.
type ruleMaker struct {
	entities, topics []string
	talk             []string // the entities that are talked about, each as often as it is
	rnd              *rand.Rand
}

func newRuleMaker(texts ...[]news.Item) *ruleMaker {
	g := &ruleMaker{rnd: rand.New(rand.NewPCG(6, 2026))}
	names, pairs := map[string]int{}, map[string]int{}
	for _, ts := range texts {
		for i := range ts {
			capitalised(ts[i].Title+"\n"+ts[i].Text, names, pairs)
		}
	}
	for n := range names {
		g.entities = append(g.entities, n)
	}
	slices.Sort(g.entities)
	for _, n := range g.entities {
		for range names[n] {
			g.talk = append(g.talk, n)
		}
	}
	g.rnd.Shuffle(len(g.entities), func(i, j int) { g.entities[i], g.entities[j] = g.entities[j], g.entities[i] })
	g.entities = g.entities[:min(len(g.entities), 10_000)]
	g.entities = append(g.entities, madeUp(g.rnd, 13_600-len(g.entities))...)
	for p, n := range pairs {
		if n >= 5 && n <= 400 {
			g.topics = append(g.topics, p)
		}
	}
	slices.Sort(g.topics)
	g.rnd.Shuffle(len(g.topics), func(i, j int) { g.topics[i], g.topics[j] = g.topics[j], g.topics[i] })
	g.topics = g.topics[:min(len(g.topics), 1500)]
	return g
}

// capitalised counts runs of two to four capitalised words, which are names,
// and pairs of plain words, which are topics.
func capitalised(text string, names, pairs map[string]int) {
	toks := lang.Tokens(nil, text)
	var run []string
	flush := func() {
		if len(run) >= 2 && len(run) <= 4 {
			names[strings.Join(run, " ")]++
		}
		run = run[:0]
	}
	prev := ""
	for i := range toks {
		w := text[toks[i].Start:toks[i].End]
		if toks[i].Has(lang.Sentence) {
			flush()
			prev = ""
		}
		if !toks[i].Has(lang.Letters) {
			flush()
			prev = ""
			continue
		}
		if r := []rune(w); unicode.IsUpper(r[0]) {
			run = append(run, w)
			prev = ""
			continue
		}
		flush()
		if prev != "" && len(prev)+len(w) >= 6 {
			pairs[prev+" "+w]++
		}
		prev = w
	}
	flush()
}

// madeUp makes names of people, places and offices that nobody has.
func madeUp(rnd *rand.Rand, n int) (out []string) {
	family := strings.Fields("Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý Cao Thái Tạ Võ Mai Trương Lương Đinh Hà Chu")
	middle := strings.Fields("Văn Thị Hữu Đức Minh Ngọc Quang Xuân Thanh Công Bá Đình Khắc Sỹ Thế Hồng Thu Kim")
	given := strings.Fields("An Bình Châu Dũng Đạt Giang Hải Hiếu Hoa Hùng Hương Khánh Lan Linh Long Mạnh Nam Nga Nghĩa Oanh Phúc Quân Quý Sơn Tâm Thắng Thảo Thịnh Thủy Tiến Toàn Trang Trung Tuấn Tùng Uyên Vinh Yến Hòa Lợi Cường Diệp")
	place := []string{"phường", "xã", "đường", "chợ", "khối", "cầu", "trường tiểu học", "trường trung học", "bệnh viện", "công ty", "hợp tác xã", "nhà văn hóa", "trạm y tế"}
	seen := map[string]bool{}
	for len(out) < n {
		s := family[rnd.IntN(len(family))] + " " + middle[rnd.IntN(len(middle))] + " " + given[rnd.IntN(len(given))]
		if rnd.IntN(3) == 0 {
			s = place[rnd.IntN(len(place))] + " " + given[rnd.IntN(len(given))] + " " + given[rnd.IntN(len(given))]
		}
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func (g *ruleMaker) leaves(from []string, lo, hi int) (out []leaf) {
	for range lo + g.rnd.IntN(hi-lo+1) {
		w := from[g.rnd.IntN(len(from))]
		if &from[0] == &g.entities[0] && g.rnd.IntN(10) == 0 && len(g.talk) > 0 {
			w = g.talk[g.rnd.IntN(len(g.talk))] // rules are about what people talk about
		}
		l := leaf{strings.ToLower(w), g.rnd.IntN(10) < 3}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func (g *ruleMaker) rules(n int) (out []benchRule) {
	for range n {
		var r benchRule
		switch p := g.rnd.IntN(100); {
		case p < 40:
			r.any = g.leaves(g.entities, 2, 5)
		case p < 70:
			r.any, r.with = g.leaves(g.entities, 1, 4), g.leaves(g.topics, 1, 4)
		case p < 85:
			r.any, r.with, r.not = g.leaves(g.entities, 1, 3), g.leaves(g.topics, 1, 3), g.leaves(g.topics, 1, 2)
		case p < 95:
			r.any, r.with, r.near = g.leaves(g.entities, 1, 3), g.leaves(g.topics, 1, 3), 5+g.rnd.IntN(6)
		default:
			r.any, r.with = g.leaves(g.topics, 1, 2), g.leaves(g.topics, 1, 2)
		}
		out = append(out, r)
	}
	return out
}

// benchTexts are the collection that LANGNGHE_TEST_DATA names or, without
// it, the sample content.
func benchTexts(b *testing.B) (posts, articles []news.Item) {
	if dir := os.Getenv("LANGNGHE_TEST_DATA"); dir != "" {
		posts = readTexts(b, filepath.Join(dir, "fb_yt_comments_2025", "dev.jsonl"), 4000)
		articles = readTexts(b, filepath.Join(dir, "vn_news_2016", "articles.jsonl"), 3000)
		return posts, articles
	}
	w, err := sample.New(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	ps := w.Pieces()
	for i := range ps {
		posts = append(posts, news.Item{ID: ps[i].ID, Text: ps[i].Title + "\n" + ps[i].Text})
	}
	for i := 0; i+8 <= len(ps); i += 8 { // no article of the sample is as long as those of papers
		var text []string
		for _, p := range ps[i : i+8] {
			text = append(text, p.Text)
		}
		articles = append(articles, news.Item{ID: ps[i].ID, Title: ps[i].Title, Text: strings.Join(text, "\n")})
	}
	return posts, articles
}

func readTexts(b *testing.B, file string, most int) (out []news.Item) {
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() && len(out) < most {
		var x struct {
			ID, Title, Text string
			Thread          string `json:"thread_title"`
		}
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			b.Fatal(err)
		}
		it := news.Item{ID: x.ID, Title: x.Title, Text: x.Text}
		if x.Thread != "" { // a comment says little without the post that it is under
			it.Text = x.Thread[:min(len(x.Thread), 400)] + "\n" + x.Text
		}
		// Measures of other engines are of posts of 0.4 and articles of 3 KB.
		it.Text = strings.ToValidUTF8(it.Text[:min(len(it.Text), 4000)], "")
		out = append(out, it)
	}
	return out
}

func meanLen(texts []news.Item) int {
	sum := 0
	for i := range texts {
		sum += len(texts[i].Text)
	}
	return sum / max(1, len(texts))
}

// A library finds the patterns in a text, overlapping ones too.
type library struct {
	name  string
	build func(patterns []string) func(text []byte, found func(pattern, start int))
}

var libraries = []library{
	{"coregx/ahocorasick", func(ps []string) func([]byte, func(int, int)) {
		a, err := ahocorasick.NewBuilder().AddStrings(ps).Build()
		if err != nil {
			panic(err)
		}
		return func(text []byte, found func(int, int)) {
			for _, m := range a.FindAllOverlapping(text) {
				found(m.PatternID, m.Start)
			}
		}
	}},
	{"BobuSumisu/aho-corasick", func(ps []string) func([]byte, func(int, int)) {
		t := bobusumisu.NewTrieBuilder().AddStrings(ps).Build()
		return func(text []byte, found func(int, int)) {
			t.Walk(text, func(end, n, p int64) bool { found(int(p), int(end-n+1)); return true })
		}
	}},
	{"petar-dambovaliev", func(ps []string) func([]byte, func(int, int)) {
		nb := petar.NewAhoCorasickBuilder(petar.Opts{MatchKind: petar.StandardMatch})
		a := nb.BuildByte(toBytes(ps))
		return func(text []byte, found func(int, int)) {
			it := a.IterOverlappingByte(text)
			for m := it.Next(); m != nil; m = it.Next() {
				found(m.Pattern(), m.Start())
			}
		}
	}},
}

func toBytes(ss []string) (out [][]byte) {
	for _, s := range ss {
		out = append(out, []byte(s))
	}
	return out
}

// libMatcher evaluates rules on what a library finds: the same two steps as
// ours, with the library in place of the phrase table.
type libMatcher struct {
	find    [2]func([]byte, func(int, int)) // exact, folded
	base    [2]int
	rules   []libRule
	under   [][]int // rules by pattern
	lens    []int   // tokens of patterns
	seen    []uint32
	tried   []uint32
	at      [][]int
	epoch   uint32
	text    [2][]byte
	tokenAt [2][]int
	toks    []lang.Token
	cands   []int
}

type libRule struct {
	any, with, not []int
	near           int
}

func newLib(l library, rs []benchRule) *libMatcher {
	m := &libMatcher{}
	ids := [2]map[string]int{{}, {}}
	var patterns [2][]string
	key := func(x leaf) (int, string) {
		out := ""
		for _, t := range lang.Tokens(nil, x.words) {
			k := lang.Key(x.words[t.Start:t.End])
			if x.fold {
				k = lang.Fold(k)
			}
			out += " " + k
		}
		if x.fold {
			return 1, out + " "
		}
		return 0, out + " "
	}
	for _, r := range rs {
		for _, ls := range [][]leaf{r.any, r.with, r.not} {
			for _, x := range ls {
				f, k := key(x)
				if _, ok := ids[f][k]; !ok {
					ids[f][k] = len(patterns[f])
					patterns[f] = append(patterns[f], k)
				}
			}
		}
	}
	m.base = [2]int{0, len(patterns[0])}
	n := len(patterns[0]) + len(patterns[1])
	m.under, m.seen, m.at, m.tried = make([][]int, n), make([]uint32, n), make([][]int, n), make([]uint32, len(rs))
	for f := range patterns {
		for _, p := range patterns[f] {
			m.lens = append(m.lens, len(strings.Fields(p)))
		}
		m.find[f] = l.build(patterns[f])
	}
	for i, r := range rs {
		out := libRule{near: r.near}
		for k, ls := range [][]leaf{r.any, r.with, r.not} {
			for _, x := range ls {
				f, s := key(x)
				id := m.base[f] + ids[f][s]
				switch k {
				case 0:
					out.any = append(out.any, id)
					m.under[id] = append(m.under[id], i)
				case 1:
					out.with = append(out.with, id)
				default:
					out.not = append(out.not, id)
				}
			}
		}
		m.rules = append(m.rules, out)
	}
	return m
}

// write makes the two normalised texts. A sentence end stands between words.
func (m *libMatcher) write(text string) {
	m.toks = lang.Tokens(m.toks[:0], text)
	for f := range m.text {
		m.text[f], m.tokenAt[f] = append(m.text[f][:0], ' '), append(m.tokenAt[f][:0], 0)
	}
	for i := range m.toks {
		t := &m.toks[i]
		w := text[t.Start:t.End]
		for f := range m.text {
			if t.Has(lang.Sentence) {
				m.text[f] = append(m.text[f], "| "...)
			}
			from := len(m.text[f]) - 1
			if f == 0 {
				m.text[f] = lang.AppendKey(m.text[f], w)
			} else {
				m.text[f] = lang.AppendFold(m.text[f], w)
			}
			m.text[f] = append(m.text[f], ' ')
			for len(m.tokenAt[f]) < len(m.text[f]) {
				m.tokenAt[f] = append(m.tokenAt[f], i)
			}
			m.tokenAt[f][from] = i
		}
	}
}

func (m *libMatcher) match(it *news.Item, f func(int)) {
	m.epoch++
	m.cands = m.cands[:0]
	for _, s := range []string{it.Title, it.Text} {
		if s == "" {
			continue
		}
		m.write(s)
		for k := range m.find {
			m.find[k](m.text[k], func(p, start int) {
				p += m.base[k]
				if m.seen[p] != m.epoch {
					m.seen[p], m.at[p] = m.epoch, m.at[p][:0]
					for _, r := range m.under[p] {
						if m.tried[r] != m.epoch {
							m.tried[r] = m.epoch
							m.cands = append(m.cands, r)
						}
					}
				}
				at := m.tokenAt[k][start]
				if s == it.Title && it.Title != "" {
					at -= 1 << 20 // far from the text
				}
				m.at[p] = append(m.at[p], at)
			})
		}
	}
	for _, r := range m.cands {
		if m.holds(&m.rules[r]) {
			f(r)
		}
	}
}

func (m *libMatcher) some(ids []int) bool {
	return slices.ContainsFunc(ids, func(p int) bool { return m.seen[p] == m.epoch })
}

func (m *libMatcher) holds(r *libRule) bool {
	if r.near > 0 {
		for _, x := range r.any {
			for _, y := range r.with {
				if m.seen[x] == m.epoch && m.seen[y] == m.epoch && m.close(x, y, r.near) {
					return true
				}
			}
		}
		return false
	}
	return (len(r.with) == 0 || m.some(r.with)) && !m.some(r.not)
}

func (m *libMatcher) close(x, y, n int) bool {
	for _, a := range m.at[x] {
		for _, c := range m.at[y] {
			if g := c - a - m.lens[x]; g >= 0 && g <= n {
				return true
			}
			if g := a - c - m.lens[y]; g >= 0 && g <= n {
				return true
			}
		}
	}
	return false
}

func measureLibrary(b *testing.B, l library, rs []benchRule, posts, articles []news.Item) rateOf {
	before, start := heap(), cpu()
	m := newLib(l, rs)
	build := cpu() - start
	r := rateOf{heap: heap() - before}
	n, docs := 0, 0
	match := func(it *news.Item) { m.match(it, func(int) { n++ }); docs++ }
	r.post = perText(posts, match)
	mean := float64(n) / float64(docs)
	r.article = perText(articles, match)
	row(b, len(rs), l.name, r, build, mean)
	return r
}

// measureBleve indexes each post alone in memory and searches it with every
// rule.
func measureBleve(b *testing.B, rs []benchRule, posts []news.Item) {
	mapping := bleve.NewIndexMapping()
	if err := mapping.AddCustomAnalyzer("plain", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		b.Fatal(err)
	}
	mapping.DefaultAnalyzer = "plain"
	leafQuery := func(x leaf) bquery.Query {
		field, words := "key", strings.Fields(lang.Normalise(x.words))
		if x.fold {
			field, words = "fold", strings.Fields(lang.Fold(lang.Normalise(x.words)))
		}
		return bquery.NewPhraseQuery(words, field)
	}
	or := func(ls []leaf) bquery.Query {
		var qs []bquery.Query
		for _, x := range ls {
			qs = append(qs, leafQuery(x))
		}
		return bquery.NewDisjunctionQuery(qs)
	}
	var reqs []*bleve.SearchRequest
	for _, r := range rs { // NEAR as AND, which is cheaper
		must, not := []bquery.Query{or(r.any)}, []bquery.Query(nil)
		if len(r.with) > 0 {
			must = append(must, or(r.with))
		}
		if len(r.not) > 0 {
			not = append(not, or(r.not))
		}
		req := bleve.NewSearchRequest(bquery.NewBooleanQuery(must, nil, not))
		req.Size = 0
		reqs = append(reqs, req)
	}
	n, docs := uint64(0), 0
	r := rateOf{post: perText(spread(posts, max(1, 3000/len(rs))), func(it *news.Item) {
		idx, err := bleve.NewMemOnly(mapping)
		if err != nil {
			b.Fatal(err)
		}
		key := lang.Normalise(it.Text)
		if err := idx.Index("1", map[string]string{"key": key, "fold": lang.Fold(key)}); err != nil {
			b.Fatal(err)
		}
		for _, req := range reqs {
			res, err := idx.Search(req)
			if err != nil {
				b.Fatal(err)
			}
			n += res.Total
		}
		if err := idx.Close(); err != nil {
			b.Fatal(err)
		}
		docs++
	})}
	row(b, len(rs), "bleve, one document", r, 0, float64(n)/float64(docs))
}

// sameResults checks that the set and the libraries find what every rule
// alone finds.
func sameResults(b *testing.B, rs []benchRule, posts []news.Item) {
	qs := parseAll(b, rs)
	set := query.SetOptions{Sample: sampleOf(posts)}.NewSet(qs)
	var libs []*libMatcher
	for _, l := range libraries {
		libs = append(libs, newLib(l, rs))
	}
	differ, matches := 0, 0
	for i := range posts {
		d := query.NewDoc(&posts[i])
		var want []int
		for k, q := range qs {
			if q.Holds(d) {
				want = append(want, k)
			}
		}
		matches += len(want)
		compare := func(name string, match func(func(int))) {
			var got []int
			match(func(k int) { got = append(got, k) })
			slices.Sort(got)
			if !slices.Equal(got, want) {
				differ++
				b.Errorf("post %s: %s finds %v, every rule alone %v", posts[i].ID, name, got, want)
			}
		}
		compare("ours", func(f func(int)) { set.Match(d, f) })
		for k, m := range libs {
			compare(libraries[k].name, func(f func(int)) { m.match(&posts[i], f) })
		}
	}
	b.Logf("result sets on %d posts x %d rules: %d differ, %d matches", len(posts), len(rs), differ, matches)
}
