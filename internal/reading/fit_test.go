package reading

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

var (
	fit      = flag.Bool("fit", false, "fit data/weights.txt to the labelled posts")
	crossfit = flag.Bool("crossfit", false, "measure weights on posts that they were not fitted to")
)

// example is a post as the model sees it, and what it should say.
type example struct {
	x      []feature // ids and values; words, rules, signs and sets
	words  int       // so many of x are words
	stance int       // -1 if unknown
	tone   int
	topics []bool
	family []bool // and whether there is one
	weight float64
}

// namer tells the names of features from the words of the posts.
type namer map[uint64]string

func (n namer) learn(text string) {
	for w := range strings.FieldsSeq(lang.Key(text)) {
		n.word(w)
	}
}

func (n namer) word(w string) {
	if w != "" {
		n[lang.Hash(w)] = w
		n[lang.Hash(lang.Fold(w))] = lang.Fold(w)
	}
}

// names returns the names of the features of an item, by id.
func (n namer) names(v *view, out map[uint64]string) {
	key := func(w *word) string {
		if w.number {
			return "<n>"
		}
		return n[w.fold]
	}
	for i := range v.words {
		w := &v.words[i]
		one := func(kind int, s string, k uint64) {
			if s != "" {
				out[featureID(kind, k, 0)] = featureKinds[kind] + ":" + s
			}
		}
		two := func(kind int, a, b *word) {
			if key(a) != "" && key(b) != "" {
				ka, kb := a.fold, b.fold
				if a.number {
					ka = numberKey
				}
				if b.number {
					kb = numberKey
				}
				out[featureID(kind, ka, kb)] = featureKinds[kind] + ":" + key(a) + "_" + key(b)
			}
		}
		if w.number {
			one(fWord, "<n>", numberKey)
			one(fFirst, "<n>", numberKey)
			one(fLast, "<n>", numberKey)
		} else {
			one(fWord, n[w.key], w.key)
			one(fBare, n[w.fold], w.fold)
			one(fFirst, n[w.fold], w.fold)
			one(fLast, n[w.fold], w.fold)
		}
		if i+1 < len(v.words) {
			for _, k := range []int{fPair, fFirst2, fLast2} {
				two(k, w, &v.words[i+1])
			}
		}
	}
}

// bareReader is a reader without weights.
func bareReader(t testing.TB) *Reader {
	t.Helper()
	base, err := fs.Sub(embedded, "data")
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewFS(overlay{fstest.MapFS{weightsFile: &fstest.MapFile{Data: []byte("version 1\n")}}, base}, "thai-hoa-2026")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// look returns the features of an item, and leaves its view in s.
func (r *Reader) lookFor(t testing.TB, it *news.Item) ([]feature, int, *view) {
	s := r.desks.New().(*desk)
	r.mend.look(&s.view, it)
	r.lex.find(&s.view, s.hits)
	r.readValues(&s.view, s.hits)
	for i, list := range s.hits {
		for _, x := range list {
			s.heaviest[i] = max(s.heaviest[i], x.weight)
		}
	}
	u := ruled{cues: r.cues.find(s), tone: r.tone(&s.view, s.hits)}
	subjects := r.subjects(s, u.cues)
	for _, x := range subjects {
		u.topics = append(u.topics, x.sum)
	}
	u.stance, u.scores = r.stance(&s.view, s.hits, it, u.cues, stands(subjects), u.tone)
	out := s.view.wordFeatures(nil, nil)
	words := len(out)
	for _, f := range r.facts(nil, &s.view, &u) {
		out = append(out, feature{id: r.named.ids[f.named], x: f.x})
	}
	for i, list := range s.hits {
		if x := setValue(list); x > 0 && fitsSet(r.lex.names[i]) {
			out = append(out, feature{id: featureID(fSet, lang.Hash(r.lex.names[i]), 0), x: x})
		}
	}
	return out, words, &s.view
}

// fitsSet leaves out the sets of profiles, which differ from ward to ward.
func fitsSet(name string) bool {
	return strings.HasPrefix(name, "c.") || strings.HasPrefix(name, "stance.") || strings.HasPrefix(name, "topic.") ||
		strings.HasPrefix(name, "tone.") || strings.HasPrefix(name, "sign.") || strings.HasPrefix(name, "w.")
}

func (r *Reader) example(t testing.TB, p *post, weight float64) (example, *view) {
	x, words, v := r.lookFor(t, &p.Item)
	e := example{x: x, words: words, stance: slices.Index(order[:], p.Gold.Stance), tone: slices.Index(toneNames[:], p.Gold.Tone), weight: weight}
	for _, id := range news.TopicIDs {
		e.topics = append(e.topics, slices.Contains(p.Gold.Topics, id))
	}
	for _, f := range r.cues.order {
		e.family = append(e.family, slices.Contains(p.Gold.Families, f.ID))
	}
	e.family = append(e.family, p.Gold.Rumour || p.Gold.Scam)
	return e, v
}

// model is weights being fitted: one row of numbers for each feature.
type model struct {
	labels *labelIDs
	w, g   map[uint64][]float64
}

// Of the fitting: models that are averaged, rounds through the posts, pace, and
// what a weight costs. The pace of each weight falls with what it has moved
// (AdaGrad), so that a word of three posts counts as much in them as one of
// three hundred. A mistake about a resident costs residentsWeigh times as much
// as another.
const (
	residentsWeigh = 4
	jokersWeigh    = 2

	fitModels = 4
	fitRounds = 25
	fitRate   = 0.15
	fitCost   = 0.0012
	fitDrop   = 0.2
	fitPrior  = 0.5
)

// inbox is how many of a ward's posts do what, roughly: our own posts are
// short of residents and long on claims.
var inbox = map[news.Stance]float64{news.Complaint: .30, news.Claiming: .12, news.Question: .10, news.Other: .10, news.Praise: .08, news.Opinion: .06,
	news.Report: .06, news.RumourQuery: .06, news.Satire: .06, news.Suggestion: .06, news.Warning: .06, news.Denial: .04}

func (m *model) train(examples []example, seed uint64) {
	rnd := rand.New(rand.NewPCG(4+seed, 2026))
	var x []feature
	counts := stanceWeights(examples)
	n := len(m.labels.names)
	z := make([]float32, n)
	grad := make([]float64, n)
	p := make([]float64, n)
	for range fitRounds {
		for _, i := range rnd.Perm(len(examples)) {
			e := &examples[i]
			x = x[:0]
			for i, f := range e.x {
				if m.w[f.id] != nil && (i >= e.words || rnd.Float64() >= fitDrop) {
					x = append(x, f)
				}
			}
			clear(z)
			for _, f := range x {
				for j, x := range m.w[f.id] {
					z[j] += float32(x) * f.x
				}
			}
			l := m.labels
			softmax(p[:l.topics], z[:l.topics])
			softmax(p[l.tones:l.families], z[l.tones:l.families])
			clear(grad)
			for j := range l.topics {
				if e.stance >= 0 {
					grad[j] = p[j]
					if j == e.stance {
						grad[j]--
					}
					grad[j] *= counts[e.stance]
				}
			}
			for j := range l.families - l.tones {
				if e.tone >= 0 {
					grad[l.tones+j] = p[l.tones+j]
					if j == e.tone {
						grad[l.tones+j]--
					}
				}
			}
			for j, is := range e.topics {
				grad[l.topics+j] = sigmoid(float64(z[l.topics+j]))
				if is {
					grad[l.topics+j]--
				}
			}
			for j, is := range e.family {
				grad[l.families+j] = sigmoid(float64(z[l.families+j]))
				if is {
					grad[l.families+j]--
				}
			}
			for _, f := range x {
				w, g := m.w[f.id], m.g[f.id]
				for j := range w {
					d := grad[j]*float64(f.x)*e.weight + fitCost*w[j]
					if d == 0 {
						continue
					}
					g[j] += d * d
					step := fitRate / math.Sqrt(g[j]+1e-4)
					w[j] -= step * d
				}
			}
		}
	}
}

// stanceWeights is what a mistake about the stance of each post costs, by its
// stance.
func stanceWeights(examples []example) (out [len(order)]float64) {
	all := 0.0
	for i := range examples {
		if e := &examples[i]; e.stance >= 0 {
			out[e.stance] += e.weight
			all += e.weight
		}
	}
	for i, s := range order {
		if out[i] > 0 {
			out[i] = math.Pow(inbox[s]*all/out[i], fitPrior)
		}
	}
	return out
}

// fitted trains a model on posts, each as it is and without diacritics.
// Features of fewer than two posts are left out.
func (r *Reader) fitted(t testing.TB, posts []post) (*model, map[uint64]string) {
	n := namer{}
	n.mended(t)
	var examples []example
	names := map[uint64]string{}
	seen := map[uint64]int{}
	for i := range posts {
		p := posts[i]
		n.learn(p.Title + " " + p.Text)
		once := map[uint64]bool{}
		for form := range 2 {
			weight := 1.0
			if form == 1 {
				bare := p
				bare.Title, bare.Text = fold(p.Title), fold(p.Text)
				if bare.Text == p.Text {
					continue
				}
				p, weight = bare, 0.5
			}
			switch {
			case p.Gold.Scam || p.Gold.Rumour || p.Gold.Stance == news.Warning:
			case p.Gold.Stance == news.Satire: // many of the posts, few of an inbox
				weight *= jokersWeigh
			case protected(p.Gold.Stance):
				weight *= residentsWeigh
			}
			e, v := r.example(t, &p, weight)
			n.names(v, names)
			examples = append(examples, e)
			for _, f := range e.x {
				once[f.id] = true
			}
		}
		for id := range once {
			seen[id]++
		}
	}
	for _, p := range stanceLines(t) {
		if !protected(p.Gold.Stance) {
			continue // nothing is known of what it claims
		}
		e, _ := r.example(t, &p, 0.7)
		e.tone, e.topics, e.family = -1, nil, slices.Repeat([]bool{false}, len(r.cues.order)+1)
		examples = append(examples, e)
	}
	for i, id := range r.named.ids {
		names[id] = r.named.names[i]
	}
	for _, s := range r.lex.names {
		names[featureID(fSet, lang.Hash(s), 0)] = "set:" + s
	}
	m := &model{labels: r.labels, w: map[uint64][]float64{}, g: map[uint64][]float64{}}
	for id, k := range seen {
		if k >= 2 && names[id] != "" {
			m.w[id] = make([]float64, len(r.labels.names))
			m.g[id] = make([]float64, len(r.labels.names))
		}
	}
	// Several fittings that leave out other words, averaged: what one of them
	// learned by chance weighs little.
	sum := map[uint64][]float64{}
	for seed := range fitModels {
		for id, w := range m.w {
			clear(w)
			clear(m.g[id])
		}
		m.train(examples, uint64(seed))
		for id, w := range m.w {
			if sum[id] == nil {
				sum[id] = make([]float64, len(w))
			}
			for j, x := range w {
				sum[id][j] += x / float64(fitModels)
			}
		}
	}
	m.w = sum
	return m, names
}

// mended teaches the names of the words that mending writes.
func (n namer) mended(t testing.TB) {
	src, err := os.ReadFile("data/mend.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for w := range strings.FieldsSeq(lang.Key(string(src))) {
		n.word(w)
	}
}

// fold takes the diacritics away as people type, letter for letter.
func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == 'Đ':
			b.WriteByte('D')
		case r > 0x7f:
			f := lang.Fold(lang.Key(string(r)))
			if f == "" || len(f) > 1 {
				b.WriteRune(r)
			} else {
				b.WriteString(f)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// least is the smallest weight of a topic or a family that is written. Those
// of stances and tones are nearly all written: many small ones decide.
const (
	least    = 0.15
	leastOne = 0.03
)

func (m *model) file(names map[uint64]string, version int) []byte {
	var lines []string
	l := m.labels
	for id, w := range m.w {
		var b strings.Builder
		b.WriteString(names[id])
		for _, g := range l.groups() {
			fmt.Fprintf(&b, "\t%s=", g.name)
			for j := g.from; j < g.to; j++ {
				if j > g.from {
					b.WriteByte(',')
				}
				if x := w[j]; g.one && math.Abs(x) >= leastOne || !g.one && math.Abs(x) >= least {
					fmt.Fprintf(&b, "%d", int(math.Round(x*100)))
				}
			}
		}
		lines = append(lines, b.String())
	}
	slices.Sort(lines)
	var out bytes.Buffer
	fmt.Fprintf(&out, "# What each feature is worth for each label, in hundredths: learned.go.\n# Written by go test ./internal/reading -run TestFit -fit\n# %v\nversion %d\n", m.labels.names, version)
	for _, l := range lines {
		fmt.Fprintln(&out, l)
	}
	return out.Bytes()
}

// with returns a reader like r with the weights of a file.
func (r *Reader) with(t testing.TB, file []byte) *Reader {
	t.Helper()
	c := &Reader{profile: r.profile, mend: r.mend, lex: r.lex, cues: r.cues, set: r.set, labels: r.labels, named: r.named, version: r.version}
	c.desks.New = r.desks.New
	var err error
	if c.weights, err = loadWeights(mapFile{file}, r.labels, r.lex, &r.named); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCrossFit measures weights, fold by fold, on posts that they were not
// fitted to and that the lexicons were not made with: testdata/posts4.jsonl
// and later.
func TestCrossFit(t *testing.T) {
	if !*crossfit {
		t.Skip("without -crossfit")
	}
	r := bareReader(t)
	known := slices.Concat(loadPosts(t, "testdata/posts.jsonl"), loadPosts(t, "testdata/posts2.jsonl"))
	var fresh []post
	for _, f := range globPosts(t, "testdata/posts*.jsonl") {
		if f != "testdata/posts.jsonl" && f != "testdata/posts2.jsonl" {
			fresh = append(fresh, loadPosts(t, f)...)
		}
	}
	const folds = 5
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(fresh), func(i, j int) { fresh[i], fresh[j] = fresh[j], fresh[i] })
	var tested []post
	var got []news.Reading
	for k := range folds {
		train := slices.Clone(known)
		var test []post
		for i, p := range fresh {
			if i%folds == k {
				test = append(test, p)
			} else {
				train = append(train, p)
			}
		}
		m, names := r.fitted(t, train)
		file := m.file(names, 1)
		if k == 0 {
			t.Logf("file of %d bytes", len(file))
		}
		c := r.with(t, file)
		for i := range test {
			got = append(got, c.Read(&test[i].Item, 0))
		}
		tested = append(tested, test...)
	}
	var plain []news.Reading
	for i := range tested {
		plain = append(plain, r.Read(&tested[i].Item, 0))
	}
	t.Logf("rules alone: %v", measureReadings(tested, plain))
	m := measureReadings(tested, got)
	t.Logf("fitted: %v", m)
	if os.Getenv("LANGNGHE_EVAL") == "all" {
		for _, w := range m.wrong {
			t.Log("    ", w)
		}
	}
}

// TestFit writes the weights.
func TestFit(t *testing.T) {
	if !*fit {
		t.Skip("without -fit")
	}
	r := bareReader(t)
	version := 1
	if old, err := New("thai-hoa-2026"); err == nil && old.weights != nil {
		version = old.weights.version + 1
	}
	m, names := r.fitted(t, ownPosts(t))
	file := m.file(names, version)
	if err := os.WriteFile("data/"+weightsFile, file, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d features, %d bytes", bytes.Count(file, []byte("\n"))-3, len(file))
}

// mapFile is a file system of one file, whatever its name.
type mapFile struct{ data []byte }

func (m mapFile) Open(string) (fs.File, error) {
	return fstest.MapFS{weightsFile: &fstest.MapFile{Data: m.data}}.Open(weightsFile)
}

// stanceLines are the posts of testdata/stances.txt.
func stanceLines(t testing.TB) []post {
	src, err := os.ReadFile("testdata/stances.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []post
	for line := range strings.Lines(string(src)) {
		stance, text, _ := strings.Cut(strings.TrimSpace(line), "|")
		out = append(out, post{Item: news.Item{Kind: news.Post, Text: text}, Gold: gold{Stance: news.Stance(stance)}})
	}
	return out
}
