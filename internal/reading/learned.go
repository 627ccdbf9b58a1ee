package reading

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// The lexicons know phrases; people say the same thing in words that no list
// has. So what the rules find is weighed together with the single words and
// pairs of a text by a linear model, whose weights were fitted on the labelled
// posts of testdata (docs/adr/0011-fitted-weights.md) and stand in a data file
// like every lexicon: a feature, and what it is worth for each label.
//
//	version 3
//	pair:khi_nao	stance=-4,0,31,2,-12,0,0,-3,-9,0,-5,0	tone=20,-8,-12,0	topic=,11,,…	cue=…
//
// `go test ./internal/reading -run TestFit -fit` writes it.
const weightsFile = "weights.txt"

// Kinds of features, by the prefix of their names in the file.
const (
	fWord   = iota // word:nước – a word with its diacritics
	fBare          // bare:nuoc – a word of a text written without them
	fPair          // pair:mat_nuoc – two words in a row, folded
	fFirst         // first:cho – the item begins so
	fFirst2        // first2:cho_em
	fLast          // last:khong – the item ends so
	fLast2         // last2:duoc_khong
	fSet           // set:stance.gripe – what the set's hits add up to
	fRule          // rule:stance.complaint – what the rules make of it
	fSign          // sign:laugh
)

var featureKinds = [...]string{"word", "bare", "pair", "first", "first2", "last", "last2", "set", "rule", "sign"}

// feature is one fact about an item. A feature of words has a place.
type feature struct {
	id         uint64
	x          float32
	start, end int32 // words, 0 and 0 if it is not about words
}

func featureID(kind int, a, b uint64) uint64 {
	return (uint64(kind)+1)*0xBF58476D1CE4E5B9 ^ pairKey(a, b)
}

// weights is the linear model.
type weights struct {
	version int
	table   table
	rows    []int32 // row i is cells[rows[i]:rows[i+1]]
	cells   []cell
	sets    []int32 // the row of each set of the lexicon, -1 if it has none
}

type cell struct {
	label uint16
	w     float32
}

// labels are what the model scores, by name: stances, topics, tones, families.
type labelIDs struct {
	names []string
	ids   map[string]int
	// where each group begins; stances are at 0.
	topics, tones, families, story int
}

var toneNames = [...]string{"negative", "neutral", "positive", "mixed"}

func (b *cueBook) labels() *labelIDs {
	l := &labelIDs{ids: map[string]int{}}
	for _, s := range order {
		l.names = append(l.names, "stance."+string(s))
	}
	l.topics = len(l.names)
	for _, t := range news.TopicIDs {
		l.names = append(l.names, "topic."+t)
	}
	l.tones = len(l.names)
	for _, t := range toneNames {
		l.names = append(l.names, "tone."+t)
	}
	l.families = len(l.names)
	for _, f := range b.order {
		l.names = append(l.names, "cue."+f.ID)
	}
	l.story = len(l.names)
	l.names = append(l.names, "story") // a rumour or a scam is behind it
	for i, n := range l.names {
		l.ids[n] = i
	}
	return l
}

// loadWeights reads the weights. A file without weights, which a ward may put
// over ours, leaves the decision to the rules.
func loadWeights(fsys fs.FS, l *labelIDs, lex *lexicon) (*weights, error) {
	src, err := fs.ReadFile(fsys, weightsFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", weightsFile, err)
	}
	w := &weights{}
	ids := map[uint64]int32{}
	var errs []error
	s := bufio.NewScanner(bytes.NewReader(src))
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		text := strings.TrimSpace(s.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if v, ok := strings.CutPrefix(text, "version "); ok {
			if w.version, err = strconv.Atoi(v); err != nil || w.version < 1 {
				errs = append(errs, &lexiconError{weightsFile, n, fmt.Sprintf("version is %q, want a number from 1", v)})
			}
			continue
		}
		name, rest, _ := strings.Cut(text, "\t")
		id, err := parseFeature(name)
		if err == nil {
			if _, ok := ids[id]; ok {
				err = errors.New("is there twice")
			}
		}
		if err != nil {
			errs = append(errs, &lexiconError{weightsFile, n, fmt.Sprintf("feature %q: %v", name, err)})
			continue
		}
		ids[id] = int32(len(w.rows))
		w.rows = append(w.rows, int32(len(w.cells)))
		for part := range strings.SplitSeq(rest, "\t") {
			if err := w.add(l, part); err != nil {
				errs = append(errs, &lexiconError{weightsFile, n, err.Error()})
			}
		}
	}
	if err := s.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", weightsFile, err))
	}
	if w.version == 0 && len(errs) == 0 {
		errs = append(errs, &lexiconError{weightsFile, 1, "version is missing"})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(w.rows) == 0 {
		return nil, nil
	}
	w.rows = append(w.rows, int32(len(w.cells)))
	w.table = newTable(len(ids))
	for id, row := range ids {
		w.table.put(id, row)
	}
	for _, name := range lex.names {
		row, ok := w.table.get(featureID(fSet, lang.Hash(name), 0))
		if !ok {
			row = -1
		}
		w.sets = append(w.sets, row)
	}
	return w, nil
}

// group is labels whose weights stand together.
type group struct {
	name     string
	from, to int
	one      bool // one of them is right
}

func (l *labelIDs) groups() [4]group {
	return [4]group{{"stance", 0, l.topics, true}, {"tone", l.tones, l.families, true}, {"topic", l.topics, l.tones, false}, {"cue", l.families, len(l.names), false}}
}

// add takes the weights of a group, in hundredths, nothing for 0:
// "topic=11,,-7,…".
func (w *weights) add(l *labelIDs, part string) error {
	name, values, _ := strings.Cut(part, "=")
	for _, g := range l.groups() {
		if g.name != name {
			continue
		}
		list := strings.Split(values, ",")
		if len(list) != g.to-g.from {
			return fmt.Errorf("%s has %d weights, want %d", name, len(list), g.to-g.from)
		}
		for i, s := range list {
			if s == "" {
				continue
			}
			x, err := strconv.ParseInt(s, 10, 16)
			if err != nil {
				return fmt.Errorf("%s: weight %q is no whole number", name, s)
			}
			if x != 0 {
				w.cells = append(w.cells, cell{uint16(g.from + i), float32(x) / 100})
			}
		}
		return nil
	}
	return fmt.Errorf("%q: want stance, tone, topic or cue, \"=\" and weights", part)
}

func parseFeature(name string) (uint64, error) {
	kind, rest, ok := strings.Cut(name, ":")
	k := slices.Index(featureKinds[:], kind)
	if !ok || k < 0 || rest == "" {
		return 0, fmt.Errorf("want one of %s, \":\" and a name", strings.Join(featureKinds[:], ", "))
	}
	if k >= fSet {
		return featureID(k, lang.Hash(rest), 0), nil
	}
	a, b, two := strings.Cut(rest, "_")
	if two != (k == fPair || k == fFirst2 || k == fLast2) {
		return 0, errors.New("want one word, or two for pairs")
	}
	h := func(s string) uint64 {
		if s == "<n>" {
			return numberKey
		}
		return lang.Hash(s)
	}
	if !two {
		return featureID(k, h(a), 0), nil
	}
	return featureID(k, h(a), h(b)), nil
}

// maxWords is how much of an item the model reads: the rules read all of it.
const maxWords = 240

// wordFeatures appends the features of the words of v.
func (v *view) wordFeatures(out []feature) []feature {
	n := min(len(v.words), maxWords)
	if n == 0 {
		return out
	}
	// Long items say more with each of few words than with the sum of many.
	x := min(1, 5/float32(math.Sqrt(float64(n))))
	key := func(w *word) uint64 {
		if w.number {
			return numberKey
		}
		return w.fold
	}
	for i := range n {
		w := &v.words[i]
		switch {
		case w.number:
			out = append(out, feature{featureID(fWord, numberKey, 0), x, int32(i), int32(i + 1)})
		case w.plain:
			out = append(out, feature{featureID(fBare, w.fold, 0), x, int32(i), int32(i + 1)})
		default:
			out = append(out, feature{featureID(fWord, w.key, 0), x, int32(i), int32(i + 1)})
		}
		if i+1 < n && !v.words[i+1].sentence {
			out = append(out, feature{featureID(fPair, key(w), key(&v.words[i+1])), x, int32(i), int32(i + 2)})
		}
	}
	out = append(out, feature{featureID(fFirst, key(&v.words[0]), 0), 0.7, 0, 1})
	last := int32(len(v.words))
	out = append(out, feature{featureID(fLast, key(&v.words[last-1]), 0), 0.7, last - 1, last})
	if n > 1 {
		out = append(out, feature{featureID(fFirst2, key(&v.words[0]), key(&v.words[1])), 0.7, 0, 2},
			feature{featureID(fLast2, key(&v.words[last-2]), key(&v.words[last-1])), 0.7, last - 2, last})
	}
	return out
}

// ruled is what the rules made of an item.
type ruled struct {
	cues   []found
	topics []float64 // sums, as news.TopicIDs
	tone   tone
	stance stance
	scores scores
}

// named are the features that have names, made once.
type named struct {
	scores, label [len(order)]uint64
	topics        []uint64
	cues          map[string]uint64
	signs         [len(signNames)]uint64
	tones         [3]uint64
}

var signNames = [...]string{"one", "short", "middle", "long", "accentless", "asks", "question", "exclaims", "shouts", "alarm", "laugh", "wry", "warm",
	"sore", "quotes", "edited", "number", "money", "date", "docno", "phone", "url", "percent", "opens", "told", "denied", "headed_denial", "headed_warning"}

func newNamed(b *cueBook) named {
	id := func(kind int, name string) uint64 { return featureID(kind, lang.Hash(name), 0) }
	n := named{cues: map[string]uint64{}}
	for i, s := range order {
		n.scores[i] = id(fRule, "stance."+string(s))
		n.label[i] = id(fRule, "label."+string(s))
	}
	for _, t := range news.TopicIDs {
		n.topics = append(n.topics, id(fRule, "topic."+t))
	}
	for _, f := range b.order {
		n.cues[f.ID] = id(fRule, "cue."+f.ID)
	}
	for i, s := range signNames {
		n.signs[i] = id(fSign, s)
	}
	n.tones = [3]uint64{id(fRule, "plus"), id(fRule, "minus"), id(fRule, "balance")}
	return n
}

// ruleFeatures appends what the rules and signs say; sets are apart.
func (r *Reader) ruleFeatures(out []feature, v *view, u *ruled) []feature {
	add := func(id uint64, x float64) {
		if x != 0 {
			out = append(out, feature{id: id, x: float32(x)})
		}
	}
	f := &r.named
	for i, s := range u.scores {
		add(f.scores[i], max(-1, min(2, s/2)))
	}
	add(f.label[slices.Index(order[:], u.stance.label)], 1)
	for i, x := range u.topics {
		add(f.topics[i], min(2, x/1.5))
	}
	for _, c := range u.cues {
		add(f.cues[c.family.ID], float64(min(c.force, 2))/1.5)
	}
	add(f.tones[0], min(2, u.tone.plus/2))
	add(f.tones[1], min(2, u.tone.minus/2))
	add(f.tones[2], u.tone.balance())
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	var kinds [5]float64
	for _, x := range v.values {
		if i := slices.Index([]string{"money", "date", "docno", "phone", "url"}, x.Type); i >= 0 {
			kinds[i] = 1
		}
	}
	percent := slices.ContainsFunc(v.values, func(x news.Value) bool { return x.Type == "percent" })
	number := slices.ContainsFunc(v.words[:min(len(v.words), maxWords)], func(w word) bool { return w.number })
	n, s := len(v.words), &v.signs
	for i, x := range [len(signNames)]float64{1, flag(n <= 8), flag(n > 8 && n <= 25), flag(n > 60), flag(v.accentless), flag(u.stance.asks),
		min(2, float64(s.questions)), flag(s.exclamations > 0), flag(s.exclamations > 2), flag(s.alarm > 0), min(2, float64(s.laugh)), min(2, float64(s.wry)),
		min(2, float64(s.warm)), min(2, float64(s.sore)), flag(s.quotes > 1), flag(u.stance.article), flag(number), kinds[0], kinds[1], kinds[2], kinds[3],
		kinds[4], flag(percent), flag(u.stance.opens), flag(v.told() >= toldWords), flag(u.stance.denied), flag(u.stance.headed[iDenial]), flag(u.stance.headed[iWarning])} {
		add(f.signs[i], x)
	}
	return out
}

// setValue is the feature of a set: what its hits add up to.
func setValue(list []hit) float32 {
	x := float32(0)
	for _, h := range list {
		x += max(0, h.weight)
	}
	return min(x, 4) / 2
}

// verdict is what the model makes of an item: probabilities of stances and
// tones that add up to 1, and one for each topic and each family.
type verdict struct {
	labels *labelIDs
	p      []float64
}

func (d *verdict) stance(i int) float64 { return d.p[i] }
func (d *verdict) topic(i int) float64  { return d.p[d.labels.topics+i] }
func (d *verdict) tone(i int) float64   { return d.p[d.labels.tones+i] }
func (d *verdict) family(i int) float64 { return d.p[d.labels.families+i] }

// story is how likely it is that a rumour or a scam is behind the item, told,
// asked about, or warned of by one whom it met.
func (d *verdict) story() float64 { return d.p[d.labels.story] }

// weigh scores an item. s.features are left for reasons.
func (r *Reader) weigh(s *desk, u *ruled) verdict {
	w, v := r.weights, &s.view
	s.scores = append(s.scores[:0], make([]float32, len(r.labels.names))...)
	s.features = v.wordFeatures(s.features[:0])
	words := len(s.features)
	s.features = r.ruleFeatures(s.features, v, u)
	addRow := func(row int32, x float32) {
		for _, c := range w.cells[w.rows[row]:w.rows[row+1]] {
			s.scores[c.label] += c.w * x
		}
	}
	for _, f := range s.features {
		if row, ok := w.table.get(f.id); ok {
			addRow(row, f.x)
		}
	}
	s.features = s.features[:words]
	for i, list := range s.hits {
		if len(list) > 0 && w.sets[i] >= 0 {
			addRow(w.sets[i], setValue(list))
		}
	}
	d := verdict{r.labels, append(s.probabilities[:0], make([]float64, len(s.scores))...)}
	s.probabilities = d.p
	softmax(d.p[:r.labels.topics], s.scores[:r.labels.topics])
	softmax(d.p[r.labels.tones:r.labels.families], s.scores[r.labels.tones:r.labels.families])
	for _, span := range [][2]int{{r.labels.topics, r.labels.tones}, {r.labels.families, len(d.p)}} {
		for i := span[0]; i < span[1]; i++ {
			d.p[i] = sigmoid(float64(s.scores[i]))
		}
	}
	return d
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softmax(p []float64, z []float32) {
	top, sum := slices.Max(z), 0.0
	for i, x := range z {
		p[i] = math.Exp(float64(x - top))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}

// reasons returns the words that speak most for a label.
func (r *Reader) reasons(s *desk, label int, most int) []hit {
	if r.weights == nil {
		return nil
	}
	type reason struct {
		hit
		score float32
	}
	var all []reason
	for _, f := range s.features {
		row, ok := r.weights.table.get(f.id)
		if !ok {
			continue
		}
		for _, c := range r.weights.cells[r.weights.rows[row]:r.weights.rows[row+1]] {
			if int(c.label) == label && c.w*f.x > 0.01 {
				all = append(all, reason{hit{f.start, f.end, 1}, c.w * f.x})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b reason) int { return cmp.Compare(b.score, a.score) })
	var out []hit
	for _, x := range all {
		if len(out) == most {
			break
		}
		if v := &s.view; v.words[x.start].field == v.words[x.end-1].field && !overlaps(out, x.hit) {
			out = append(out, x.hit)
		}
	}
	slices.SortFunc(out, func(a, b hit) int { return int(a.start - b.start) })
	return out
}

// Thresholds of the model's decisions.
const (
	likelyFamily  = 0.4 // a family without a rule that held
	likeliest     = 0.1 // the same with what its topic adds, when the stance says that there must be one
	topicAdds     = 0.3
	groundedTopic = 0.4 // of a family without a rule: how likely its subject must be,
	groundedWords = 1.5 // and what its words must add up to
	likelyStory   = 0.4 // below, nothing is above level 1,
	possibleStory = 0.2 // unless it is a claim or a question about one
)

// decide lets the model have the last word on the stance, and adds families
// that it takes for likely though no rule held.
func (r *Reader) decide(s *desk, d *verdict, u *ruled) {
	best := 0
	for i := range order {
		if d.stance(i) > d.stance(best) {
			best = i
		}
	}
	label := order[best]
	if u.stance.danger > 0 && u.stance.label == news.Report {
		label = news.Report // a call for help, however it sounds
	}
	if label != u.stance.label {
		u.stance.label = label
		u.stance.hits = u.stance.hits[:0]
		for _, i := range supports[label] {
			u.stance.hits = append(u.stance.hits, s.hits[r.set.stances[i]]...)
		}
	}
	if len(u.stance.hits) == 0 {
		u.stance.hits = append(u.stance.hits, r.reasons(s, best, 4)...)
	}
	first := r.likeliestFamily(d, label)
	for i, f := range r.cues.order {
		p := d.family(i)
		if p < likelyFamily && i != first || f.Kind == booster || f.Kind == danger || !r.grounded(s, d, u, f, label) ||
			slices.ContainsFunc(u.cues, func(c found) bool { return c.family == f }) {
			continue
		}
		hits := r.reasons(s, r.labels.families+i, 4)
		if len(hits) == 0 {
			hits = r.reasons(s, r.labels.story, 4)
		}
		if len(hits) > 0 {
			u.cues = append(u.cues, found{f, f.Topic, min(f.Level, news.Medium), float32(p), hits})
		}
	}
}

// Of the tone.
const (
	ruledTone  = 0.3 // how much surer the model must be of another than the rules'
	surelyFlat = 0.6 // that somebody asks, suggests, warns or denies
	ourTopic   = 0.5 // what the model knows: posts about the ward
	surelyTone = 0.8
)

// likelyTone is the tone of an item for which the rules have label. Of whom
// the rules took to complain, to praise or to talk, before the model, they
// know it better, unless the model is sure that he does something flat; of what
// is not about the ward they know it anyway.
func (d *verdict) likelyTone(before, label string, ruled news.Stance) string {
	if label == "mixed" || before == "mixed" {
		return "mixed"
	}
	subject, sure := 0.0, 0.0
	for i, id := range news.TopicIDs {
		if id != "education" || d.story() >= possibleStory { // of lessons and teachers people talk everywhere
			subject = max(subject, d.topic(i))
		}
	}
	for i := range toneNames {
		sure = max(sure, d.tone(i))
	}
	flat := d.stance(iQuestion) + d.stance(iSuggestion) + d.stance(iWarning) + d.stance(iDenial)
	told := ruled == news.Complaint || ruled == news.Praise || ruled == news.Other
	if subject < ourTopic || told && flat < surelyFlat && sure < surelyTone {
		return before
	}
	best, top := label, 0.0
	for i, n := range toneNames {
		p := d.tone(i)
		if n == label {
			p += ruledTone
		}
		if p > top {
			best, top = n, p
		}
	}
	return best
}

// likeliestFamily is the family that an item has if its stance is right: who
// claims or asks whether a story is true has one.
func (r *Reader) likeliestFamily(d *verdict, label news.Stance) int {
	if d.story() < likelyStory && (d.story() < possibleStory || label != news.Claiming && label != news.RumourQuery) {
		return -1
	}
	first, top := -1, likeliest
	for i, f := range r.cues.order {
		if f.Kind != rumour && f.Kind != scam {
			continue
		}
		p := d.family(i)
		for _, t := range f.topics {
			p += topicAdds * d.topic(t)
		}
		if p > top {
			first, top = i, p
		}
	}
	return first
}

// grounded reports whether the lexicons bear out a family that no rule of it
// found: the item does something with a story, it is about the family's
// subject, and words of that subject or of the family are in it. People who chat or curse
// use words that the model has never seen, and it guesses.
func (r *Reader) grounded(s *desk, d *verdict, u *ruled, f *Family, label news.Stance) bool {
	if label != news.Claiming && label != news.RumourQuery && label != news.Report && label != news.Warning || d.story() < likelyStory {
		return false
	}
	subject, words := 0.0, 0.0
	for _, t := range f.topics {
		subject, words = max(subject, d.topic(t)), max(words, u.topics[t])
	}
	if len(f.topics) > 0 && subject < groundedTopic {
		return false
	}
	if words >= groundedWords {
		return true
	}
	return slices.ContainsFunc(f.own, func(set int) bool { return s.heaviest[set] > 0 })
}
