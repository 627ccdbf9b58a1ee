// Package reading turns an item into a [news.Reading]: what it says, about
// where, how it is meant. It is a set of pure functions over versioned data
// files: the same item, profile and files give the same reading, on any
// machine, without network. A [Reader] is safe for concurrent use and takes
// time linear in the length of an item.
//
// The words live in data/*.yaml: sets of phrases, rules that combine them and
// profiles of wards. What these find is weighed with all words of a text by
// the fitted weights of data/weights.txt. To teach the service a word, add it there and raise the
// version of the file; the folder can be overridden with [NewFS]. No label
// rests on who wrote an item.
//
// Two promises come before any measure. A resident who complains, asks,
// suggests, praises or jokes never gets a cue above level 1, whatever words
// they use; nor does one who warns of a scam or denies a rumour. And nothing
// here says "false": a cue is words that are typical of a family.
package reading

import (
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"langnghe/internal/news"
)

//go:embed data
var embedded embed.FS

// codeVersion counts changes of meaning of the code in this package.
const codeVersion = 8

// Reader reads items about one ward.
type Reader struct {
	profile *Profile
	mend    *mender
	lex     *lexicon
	cues    *cueBook
	set     setIDs
	labels  *labelIDs
	weights *weights // nil: the rules decide alone
	named   named
	version string
	desks   sync.Pool
}

// desk is what one reading needs; it is reused.
type desk struct {
	view     view
	hits     hits
	heaviest []float32 // of the hits of each set
	begun    []int32   // the cue rules whose first part is there
	taken    []hit     // the hits of those that hold
	found    []found
	subjects []subject
	topics   []float64
	seen     []uint64
	// Of the model.
	features      []feature
	facts         []fact
	sums          []uint64
	scores        []float32
	probabilities []float64
}

// New returns a reader for an embedded profile, with the embedded lexicons.
func New(profile string) (*Reader, error) {
	fsys, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return NewFS(fsys, profile)
}

// NewWard is New for a ward whose neighbourhoods are not those of the profile;
// no names leave them as they are. A name counts as a weak sign of the ward, as
// those of the profile do.
func NewWard(profile string, khoi []string) (*Reader, error) {
	fsys, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return newReader(fsys, profile, khoi)
}

// NewFS is New with the files of fsys: *.yaml and profiles/*.yaml. Errors
// name the file and the line.
func NewFS(fsys fs.FS, profile string) (*Reader, error) { return newReader(fsys, profile, nil) }

func newReader(fsys fs.FS, profile string, khoi []string) (*Reader, error) {
	r := new(Reader)
	p, file, err := loadProfile(fsys, profile)
	if err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	p.rename(khoi)
	r.profile = p
	if r.mend, err = loadMender(fsys); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	raw, versions, err := loadSets(fsys)
	if err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	p.sets(file, raw)
	for _, name := range signSets {
		raw[name] = rawSet{}
	}
	if r.lex, err = compile(raw); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	if r.cues, err = loadCues(fsys, r.lex); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	if err := r.bind(); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	r.labels, r.named = r.cues.labels(), newNamed(r.cues)
	if r.weights, err = loadWeights(fsys, r.labels, r.lex, &r.named); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	fitted := 0
	if r.weights != nil {
		fitted = r.weights.version
	}
	r.version = fmt.Sprintf("reading %d; %s %d; cues %d; mend %d; weights %d; %s",
		codeVersion, p.ID, p.Version, r.cues.Version, r.mend.version, fitted, strings.Join(versions, "; "))
	if len(khoi) > 0 {
		sum := fnv.New32a()
		fmt.Fprintf(sum, "%q", khoi)
		r.version += fmt.Sprintf("; khoi %08x", sum.Sum32())
	}
	r.desks.New = func() any {
		return &desk{hits: make(hits, len(r.lex.names)), heaviest: make([]float32, len(r.lex.names))}
	}
	return r, nil
}

// Profiles lists the embedded profiles.
func Profiles() []string {
	files, err := fs.Glob(embedded, "data/profiles/*.yaml")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "data/profiles/"), ".yaml")
	}
	slices.Sort(files)
	return files
}

// Version names the code, the profile and every data file by their versions.
func (r *Reader) Version() string { return r.version }

// Profile returns the ward's profile. It must not be changed.
func (r *Reader) Profile() Profile { return *r.profile }

// Families returns the cue families, by id.
func (r *Reader) Families() []Family {
	var out []Family
	for _, f := range r.cues.order {
		out = append(out, *f)
	}
	return out
}

// Read reads an item. prior is how local its source is known to be, in points
// of the area score. Spans count the code points of the item as given.
func (r *Reader) Read(it *news.Item, prior int) news.Reading {
	s := r.desks.Get().(*desk)
	defer r.desks.Put(s)
	for i := range s.hits {
		s.hits[i] = s.hits[i][:0]
	}
	v, h := &s.view, s.hits
	r.mend.look(v, it)
	r.lex.find(v, h)
	r.readValues(v, h)
	out := news.Reading{Version: r.version, Accentless: v.accentless}
	out.Area = r.area(v, h, prior)
	for i, list := range h {
		s.heaviest[i] = 0
		for _, x := range list {
			s.heaviest[i] = max(s.heaviest[i], x.weight)
		}
	}
	u := ruled{cues: r.cues.find(s), topics: s.topics[:0]}
	u.tone = r.tone(v, h)
	subjects := r.subjects(s, u.cues)
	for _, x := range subjects {
		u.topics = append(u.topics, x.sum)
	}
	s.topics = u.topics
	u.stance, u.scores = r.stance(v, h, it, u.cues, stands(subjects), u.tone)
	label := u.tone.label(v, &u.stance)
	if r.weights == nil {
		out.Topics = topics(v, subjects)
		out.Cues = r.gate(v, u.stance, u.cues, 1, 0)
	} else {
		d := r.weigh(s, &u)
		out.Topics = r.likelyTopics(s, &d, subjects)
		before := label
		r.decide(s, &d, &u, out.Area.Fit == news.OutOfArea)
		out.Cues = r.gate(v, u.stance, u.cues, d.story(), d.spoken())
		label = d.likelyTone(before, u.tone.label(v, &u.stance), u.tone.turn)
	}
	out.Stance, out.StanceWhy = u.stance.label, u.stance.because(v)
	out.Tone = u.tone.reading(v, label)
	out.Impact = impact(out)
	out.Values = slices.Clone(v.values)
	return out
}

// setIDs are the sets that the code asks for by name.
type setIDs struct {
	names, cues, elsewhere, dialect int
	friends                         [][2]int
	topics                          []int // as news.TopicIDs
	stances                         [len(stanceSets)]int
	tone                            toneSets
}

// bind looks up every set the code needs, so that a file that lacks one is an
// error when it is loaded and not when it is used.
func (r *Reader) bind() error {
	var errs []error
	id := func(name string) int {
		i, ok := r.lex.ids[name]
		if !ok {
			errs = append(errs, fmt.Errorf("lexicon: set %s is missing", name))
		}
		return i
	}
	r.set = setIDs{names: id(setNames), cues: id(setCues), elsewhere: id(setElsewhere), dialect: id(setDialect)}
	for i := range r.profile.Places.Friends {
		of, cues := friendSets(i)
		r.set.friends = append(r.set.friends, [2]int{id(of), id(cues)})
	}
	for _, t := range news.TopicIDs {
		r.set.topics = append(r.set.topics, id("topic."+t))
	}
	for i, s := range stanceSets {
		r.set.stances[i] = id("stance." + s)
	}
	r.set.tone = toneSets{pos: id("tone.positive"), neg: id("tone.negative"), negator: id("tone.negator"), not: id("tone.no_negator"),
		flip: id("tone.flip"), strong: id("tone.intensifier"), weak: id("tone.damper"), contrast: id("tone.contrast"), wish: id("tone.wish"), lack: id("tone.lack")}
	for _, f := range r.cues.order {
		if f.Topic != "" && !slices.Contains(news.TopicIDs, f.Topic) {
			errs = append(errs, fmt.Errorf("%s: families.%s: no topic is called %q", cueFile, f.ID, f.Topic))
		}
	}
	return errors.Join(errs...)
}
