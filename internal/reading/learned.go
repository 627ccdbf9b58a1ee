package reading

import (
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

// feature is a word or a pair of an item, and where it stands.
type feature struct {
	id         uint64
	x          float32
	start, end int32 // words
	row        int32 // of the weights, if it has one
}

func featureID(kind int, a, b uint64) uint64 {
	return (uint64(kind)+1)*0xBF58476D1CE4E5B9 ^ pairKey(a, b)
}

// weights is the linear model. The weights of a feature for all labels are a
// row. Rows of words are whole numbers, four in each number of 64 bits, so
// that one addition adds four; those of sets and named features, which have
// all kinds of values, are numbers that are multiplied.
type weights struct {
	version int
	table   table // the row of a feature
	width   int   // packed numbers in a row, whole cache lines
	packed  []uint64
	many    int         // so many rows add up without leaving 16 bits
	sets    [][]float32 // the row of each set of the lexicon, nil if it has none
	named   [][]float32 // and of each named feature
}

// labels are what the model scores, by name: stances, topics, tones, families.
type labelIDs struct {
	names []string
	ids   map[string]int
	// where each group begins; stances are at 0.
	topics, tones, families, story int
}

var toneNames = [...]string{"negative", "neutral", "positive", "mixed"}

const iMixed = 3

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
func loadWeights(fsys fs.FS, l *labelIDs, lex *lexicon, n *named) (*weights, error) {
	src, err := fs.ReadFile(fsys, weightsFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", weightsFile, err)
	}
	w := &weights{table: newTable(bytes.Count(src, []byte("\n")) + 1), width: ((len(l.names)+3)/4 + 7) &^ 7}
	row, rows, most := make([]int16, 4*w.width), int32(0), 1
	var errs []error
	number := 0
	for text := range strings.Lines(string(src)) {
		number++
		text = strings.TrimSpace(text)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if v, ok := strings.CutPrefix(text, "version "); ok {
			if w.version, err = strconv.Atoi(v); err != nil || w.version < 1 {
				errs = append(errs, &lexiconError{weightsFile, number, fmt.Sprintf("version is %q, want a number from 1", v)})
			}
			continue
		}
		name, rest, _ := strings.Cut(text, "\t")
		id, err := parseFeature(name)
		if err == nil {
			if _, ok := w.table.get(id); ok {
				err = errors.New("is there twice")
			}
		}
		if err != nil {
			errs = append(errs, &lexiconError{weightsFile, number, fmt.Sprintf("feature %q: %v", name, err)})
			continue
		}
		w.table.put(id, rows)
		rows++
		clear(row)
		for part := range strings.SplitSeq(rest, "\t") {
			if err := l.parseWeights(row, part); err != nil {
				errs = append(errs, &lexiconError{weightsFile, number, err.Error()})
			}
		}
		for i := 0; i < len(row); i += 4 {
			w.packed = append(w.packed, pack(row[i:i+4]))
		}
		for _, x := range row {
			most = max(most, int(x), -int(x))
		}
	}
	if w.version == 0 && len(errs) == 0 {
		errs = append(errs, &lexiconError{weightsFile, 1, "version is missing"})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if rows == 0 {
		return nil, nil
	}
	w.many = max(1, math.MaxInt16/most)
	for _, name := range lex.names {
		w.sets = append(w.sets, w.numbers(featureID(fSet, lang.Hash(name), 0), len(l.names)))
	}
	for _, id := range n.ids {
		w.named = append(w.named, w.numbers(id, len(l.names)))
	}
	return w, nil
}

// pack puts four weights into one number; each borrows from the next if it
// is negative, so that sums of such numbers hold the sums of the weights.
func pack(x []int16) uint64 {
	return uint64(int64(x[0]) + int64(x[1])<<16 + int64(x[2])<<32 + int64(x[3])<<48)
}

// unpack is the weights in one number.
func unpack(sum uint64) (x [4]int16) {
	rest := int64(sum)
	for i := range x {
		x[i] = int16(rest)
		rest = (rest - int64(x[i])) >> 16
	}
	return x
}

// numbers is a row with its hundredths as they are, nil if there is none.
func (w *weights) numbers(id uint64, labels int) []float32 {
	row, ok := w.table.get(id)
	if !ok {
		return nil
	}
	var out []float32
	for _, sum := range w.row(row) {
		for _, x := range unpack(sum) {
			out = append(out, float32(x)/100)
		}
	}
	return out[:labels]
}

func (w *weights) row(i int32) []uint64 {
	return w.packed[int(i)*w.width : (int(i)+1)*w.width]
}

// weight is what row i is worth for a label.
func (w *weights) weight(i int32, label int) float32 {
	return float32(unpack(w.row(i)[label/4])[label%4]) / 100
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

// parseWeights reads the weights of a group into row, in hundredths, nothing
// for 0: "topic=11,,-7,…".
func (l *labelIDs) parseWeights(row []int16, part string) error {
	name, values, _ := strings.Cut(part, "=")
	for _, g := range l.groups() {
		if g.name != name {
			continue
		}
		if n := strings.Count(values, ",") + 1; n != g.to-g.from {
			return fmt.Errorf("%s has %d weights, want %d", name, n, g.to-g.from)
		}
		for i := g.from; i < g.to; i++ {
			var s string
			s, values, _ = strings.Cut(values, ",")
			if s == "" {
				continue
			}
			x, err := strconv.ParseInt(s, 10, 16)
			if err != nil {
				return fmt.Errorf("%s: weight %q is no whole number", name, s)
			}
			row[i] = int16(x)
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

// wordFeatures appends the features of the words of v, of those in known if
// it is not nil.
func (v *view) wordFeatures(out []feature, known *table) []feature {
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
	add := func(id uint64, x float32, start, end int) {
		row, ok := int32(0), true
		if known != nil {
			row, ok = known.get(id)
		}
		if ok {
			out = append(out, feature{id, x, int32(start), int32(end), row})
		}
	}
	for i := range n {
		w := &v.words[i]
		switch {
		case w.number:
			add(featureID(fWord, numberKey, 0), x, i, i+1)
		case w.plain:
			add(featureID(fBare, w.fold, 0), x, i, i+1)
		default:
			add(featureID(fWord, w.key, 0), x, i, i+1)
		}
		if i+1 < n && !v.words[i+1].sentence {
			add(featureID(fPair, key(w), key(&v.words[i+1])), x, i, i+2)
		}
	}
	last := len(v.words) - 1
	add(featureID(fFirst, key(&v.words[0]), 0), 0.7, 0, 1)
	add(featureID(fLast, key(&v.words[last]), 0), 0.7, last, last+1)
	if n > 1 {
		add(featureID(fFirst2, key(&v.words[0]), key(&v.words[1])), 0.7, 0, 2)
		add(featureID(fLast2, key(&v.words[last-1]), key(&v.words[last])), 0.7, last-1, last+1)
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

// named are the features that have names: ids holds all, the rest where each
// group of them begins.
type named struct {
	ids                                          []uint64
	names                                        []string // as in the file
	scores, label, topics, cues, signs, tonality int
	family                                       map[*Family]int
}

var signNames = [...]string{"one", "short", "middle", "long", "accentless", "asks", "question", "exclaims", "shouts", "alarm", "laugh", "wry", "warm",
	"sore", "quotes", "edited", "number", "money", "date", "docno", "phone", "url", "percent", "opens", "told", "denied", "headed_denial", "headed_warning"}

func newNamed(b *cueBook) named {
	n := named{family: map[*Family]int{}}
	add := func(kind int, name string) {
		n.ids = append(n.ids, featureID(kind, lang.Hash(name), 0))
		n.names = append(n.names, featureKinds[kind]+":"+name)
	}
	for _, s := range order {
		add(fRule, "stance."+string(s))
	}
	n.label = len(n.ids)
	for _, s := range order {
		add(fRule, "label."+string(s))
	}
	n.topics = len(n.ids)
	for _, t := range news.TopicIDs {
		add(fRule, "topic."+t)
	}
	n.cues = len(n.ids)
	for i, f := range b.order {
		add(fRule, "cue."+f.ID)
		n.family[f] = i
	}
	n.signs = len(n.ids)
	for _, s := range signNames {
		add(fSign, s)
	}
	n.tonality = len(n.ids)
	for _, s := range []string{"plus", "minus", "balance", "both", "turn"} {
		add(fRule, s)
	}
	return n
}

// fact is a named feature of an item, by its index in named.ids.
type fact struct {
	named int
	x     float32
}

// facts appends what the rules and signs say; sets are apart.
func (r *Reader) facts(out []fact, v *view, u *ruled) []fact {
	add := func(i int, x float64) {
		if x != 0 {
			out = append(out, fact{i, float32(x)})
		}
	}
	f := &r.named
	for i, s := range u.scores {
		add(f.scores+i, max(-1, min(2, s/2)))
	}
	add(f.label+slices.Index(order[:], u.stance.label), 1)
	for i, x := range u.topics {
		add(f.topics+i, min(2, x/1.5))
	}
	for _, c := range u.cues {
		add(f.cues+f.family[c.family], float64(min(c.force, 2))/1.5)
	}
	add(f.tonality, min(2, u.tone.plus/2))
	add(f.tonality+1, min(2, u.tone.minus/2))
	add(f.tonality+2, u.tone.balance())
	both := min(u.tone.good, u.tone.bad)
	add(f.tonality+3, min(2, both))
	if u.tone.turn {
		add(f.tonality+4, min(2, 0.5+both))
	}
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	var kinds struct{ money, date, docno, phone, url, percent float64 }
	for i := range v.values {
		switch v.values[i].Type {
		case money:
			kinds.money = 1
		case date:
			kinds.date = 1
		case docno:
			kinds.docno = 1
		case phone:
			kinds.phone = 1
		case link:
			kinds.url = 1
		case percent:
			kinds.percent = 1
		}
	}
	number := false
	for i := 0; i < min(len(v.words), maxWords) && !number; i++ {
		number = v.words[i].number
	}
	n, s := len(v.words), &v.signs
	for i, x := range [len(signNames)]float64{1, flag(n <= 8), flag(n > 8 && n <= 25), flag(n > 60), flag(v.accentless), flag(u.stance.asks),
		min(2, float64(s.questions)), flag(s.exclamations > 0), flag(s.exclamations > 2), flag(s.alarm > 0), min(2, float64(s.laugh)), min(2, float64(s.wry)),
		min(2, float64(s.warm)), min(2, float64(s.sore)), flag(s.quotes > 1), flag(u.stance.article), flag(number), kinds.money, kinds.date, kinds.docno,
		kinds.phone, kinds.url, kinds.percent, flag(u.stance.opens), flag(v.told() >= toldWords), flag(u.stance.denied), flag(u.stance.headed[iDenial]),
		flag(u.stance.headed[iWarning])} {
		add(f.signs+i, x)
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

// spoken is how likely it is that somebody speaks for himself: complains, asks,
// suggests, praises, jokes, thinks or denies.
func (d *verdict) spoken() float64 {
	p := 0.0
	for i, s := range order {
		if s.Speaks() || s == news.Denial {
			p += d.stance(i)
		}
	}
	return p
}

// weigh scores an item. Those of s.features that have weights are left for
// reasons.
func (r *Reader) weigh(s *desk, u *ruled) verdict {
	w, v := r.weights, &s.view
	n := len(r.labels.names)
	s.scores = zeroed(s.scores, n)
	s.features = v.wordFeatures(s.features[:0], &w.table)
	w.addWords(s, s.features)
	s.facts = r.facts(s.facts[:0], v, u)
	for _, f := range s.facts {
		addRow(s.scores, w.named[f.named], f.x)
	}
	for i, x := range s.heaviest {
		if x > 0 {
			addRow(s.scores, w.sets[i], setValue(s.hits[i]))
		}
	}
	s.probabilities = zeroed(s.probabilities, n)
	d := verdict{r.labels, s.probabilities}
	softmax(d.p[:r.labels.topics], s.scores[:r.labels.topics])
	softmax(d.p[r.labels.tones:r.labels.families], s.scores[r.labels.tones:r.labels.families])
	for _, span := range [][2]int{{r.labels.topics, r.labels.tones}, {r.labels.families, len(d.p)}} {
		for i := span[0]; i < span[1]; i++ {
			d.p[i] = sigmoid(float64(s.scores[i]))
		}
	}
	return d
}

// zeroed is list with n zeros.
func zeroed[T any](list []T, n int) []T {
	list = slices.Grow(list[:0], n)[:n]
	clear(list)
	return list
}

// addWords adds the rows of words to the scores of s. Neighbours of one value
// are added up first.
func (w *weights) addWords(s *desk, words []feature) {
	s.sums = zeroed(s.sums, w.width)
	for len(words) > 0 {
		x, n := words[0].x, 0
		for n < len(words) && n < w.many && words[n].x == x {
			row := w.row(words[n].row)
			sums := s.sums[:len(row)]
			for i, y := range row {
				sums[i] += y
			}
			n++
		}
		words = words[n:]
		for i, sum := range s.sums {
			s.sums[i] = 0
			for k, y := range unpack(sum) {
				if i := 4*i + k; i < len(s.scores) {
					s.scores[i] += float32(float32(y) * x / 100)
				}
			}
		}
	}
}

// addRow adds x times a row; nil is a row of zeros. The product is rounded
// on every machine, also where it could be added without.
func addRow(scores, row []float32, x float32) {
	scores = scores[:len(row)]
	for i, w := range row {
		scores[i] += float32(w * x)
	}
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
		if x := r.weights.weight(f.row, label) * f.x; x > 0.01 {
			all = append(all, reason{hit{f.start, f.end, 1}, x})
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
	groundedTopic = 0.4  // of a family without a rule: how likely its subject must be,
	looseTopic    = 0.15 // if the story is sure and hardly anybody speaks for himself,
	surelyStory   = 0.8
	hardlySpoken  = 0.1
	groundedWords = 1.5  // and what its words must add up to
	likelyStory   = 0.4  // below, nothing is above level 1,
	claimedStory  = 0.4  // of a claim that no rule bears out
	possibleStory = 0.2  // unless it is a claim or a question about one
	maySpeak      = 0.35 // and above, nothing is: perhaps somebody speaks for himself
)

// likeliest is the likeliest stance other than one.
func (d *verdict) likeliest(other int) int {
	best := -1
	for i := range order {
		if i != other && (best < 0 || d.stance(i) > d.stance(best)) {
			best = i
		}
	}
	return best
}

// bears reports whether an item that sounds like a claim has a story to it: a
// rule that held, or words that make one likely. Edited text has one only if
// the rules say so too: papers report.
func (u *ruled) bears(d *verdict) bool {
	if u.stance.article {
		return u.stance.label == news.Claiming
	}
	return d.story() >= claimedStory || slices.ContainsFunc(u.cues, func(c found) bool { return c.family.Kind != booster })
}

// decide lets the model have the last word on the stance, and adds families
// that it takes for likely though no rule held.
//
// It adds none to what is about another place (elsewhere): there its guesses are of news.
func (r *Reader) decide(s *desk, d *verdict, u *ruled, elsewhere bool) {
	best := d.likeliest(-1)
	if order[best] == news.Claiming && !u.bears(d) {
		best = d.likeliest(best)
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
	if elsewhere {
		return
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
	ruledTone = 0.3  // what it adds to a tone that the rules say so, with the model's stance and with theirs
	ourTopic  = 0.75 // how likely a topic of the ward must be for the model to count in full: it knows posts about the ward
	awayTone  = 1.0  // what it adds to the tone of the rules that there is none
	turned    = 0.5  // that a post is of two minds, where it has a "but"
)

// likelyTone is the tone of an item for which the rules have before, with their
// own stance, and label, with the model's. Of what is not about the ward they
// know it better than the model.
func (d *verdict) likelyTone(before, label string, turn bool) string {
	if label == "mixed" || before == "mixed" || turn && d.tone(iMixed) > turned {
		return "mixed"
	}
	subject := 0.0
	for i, id := range news.TopicIDs {
		if id != "education" || d.story() >= possibleStory { // of lessons and teachers people talk everywhere
			subject = max(subject, d.topic(i))
		}
	}
	// The less an item is about the ward's subjects, the more the rules say.
	sure := min(1, subject/ourTopic)
	sure *= sure
	best, top := label, 0.0
	for i, n := range toneNames {
		p := d.tone(i) * sure
		if n == label {
			p += ruledTone * sure
		}
		if n == before {
			p += ruledTone + (1-sure)*awayTone
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
	need := groundedTopic
	if d.story() >= surelyStory && d.spoken() < hardlySpoken {
		need = looseTopic
	}
	subject, words := 0.0, 0.0
	for _, t := range f.topics {
		subject, words = max(subject, d.topic(t)), max(words, u.topics[t])
	}
	if len(f.topics) > 0 && subject < need {
		return false
	}
	if words >= groundedWords {
		return true
	}
	return slices.ContainsFunc(f.own, func(set int) bool { return s.heaviest[set] > 0 })
}
