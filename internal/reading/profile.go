package reading

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"langnghe/internal/news"
)

// A Profile names the ward that is listened to: its places, its units, who
// answers for which topic. It is data with dates of validity.
type Profile struct {
	ID       string            `yaml:"id"`
	Version  int               `yaml:"version"`
	From     string            `yaml:"from"` // 2006-01-02
	To       string            `yaml:"to"`   // 2006-01-02, empty while in force
	Ward     news.Text         `yaml:"ward"`
	Province news.Text         `yaml:"province"`
	Parent   news.Text         `yaml:"parent"` // whom the ward reports to
	Units    []Unit            `yaml:"units"`
	Khoi     []Unit            `yaml:"khoi"`   // neighbourhoods
	Topics   map[string]string `yaml:"topics"` // topic id to the id of the unit that answers
	Places   Places            `yaml:"places"`
}

// Unit is a part of the ward's administration, or a neighbourhood.
type Unit struct {
	ID   string    `yaml:"id"`
	Name news.Text `yaml:"name"`
}

// Places says what makes an item about this ward. Entries are lexicon
// phrases; a weight "^4" alone puts an item in the area.
type Places struct {
	Names     []string      `yaml:"names"`
	Cues      []string      `yaml:"cues"`      // weak, at most three points together
	Elsewhere []string      `yaml:"elsewhere"` // other places
	Friends   []FalseFriend `yaml:"false_friends"`
}

// A FalseFriend is another place of the same name: its words beside the name
// say that the name is not ours.
type FalseFriend struct {
	Of   string   `yaml:"of"` // the name, as a phrase
	Cues []string `yaml:"cues"`
}

// Unit returns the name of the unit that answers for topic, and false when
// none is named.
func (p *Profile) Unit(topic string) (Unit, bool) {
	id, ok := p.Topics[topic]
	if !ok {
		return Unit{}, false
	}
	i := slices.IndexFunc(p.Units, func(u Unit) bool { return u.ID == id })
	if i < 0 {
		return Unit{}, false
	}
	return p.Units[i], true
}

// rename gives the ward other neighbourhoods.
func (p *Profile) rename(khoi []string) {
	if len(khoi) == 0 {
		return
	}
	p.Khoi = nil
	for i, name := range khoi {
		en := name
		if n, ok := strings.CutPrefix(name, "Khối "); ok {
			en = "Neighbourhood " + n
		}
		p.Khoi = append(p.Khoi, Unit{ID: fmt.Sprintf("khoi-%d", i+1), Name: news.Text{VI: name, EN: en}})
		if cue := strings.ToLower(name); !slices.Contains(p.Places.Cues, cue) {
			p.Places.Cues = append(p.Places.Cues, cue)
		}
	}
}

func loadProfile(fsys fs.FS, id string) (*Profile, string, error) {
	file := "profiles/" + id + ".yaml"
	p := new(Profile)
	if err := decode(fsys, file, p); err != nil {
		return nil, file, fmt.Errorf("profile %q: %w", id, err)
	}
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s", file, fmt.Sprintf(format, args...))
	}
	if p.ID != id {
		return nil, file, fail("id is %q, want %q like the file name", p.ID, id)
	}
	for _, d := range []string{p.From, p.To} {
		if _, err := time.Parse(time.DateOnly, d); err != nil && d != "" {
			return nil, file, fail("date %q, want YYYY-MM-DD", d)
		}
	}
	if p.Version < 1 || p.Ward.VI == "" || p.Ward.EN == "" || p.From == "" {
		return nil, file, fail("version, from and the two names of the ward are required")
	}
	for topic, unit := range p.Topics {
		if !slices.Contains(news.TopicIDs, topic) {
			return nil, file, fail("topics: no topic is called %q", topic)
		}
		if !slices.ContainsFunc(p.Units, func(u Unit) bool { return u.ID == unit }) {
			return nil, file, fail("topics: %s: no unit is called %q", topic, unit)
		}
	}
	return p, file, nil
}

// Sets that the profile adds to the lexicon.
const (
	setNames     = "area.names"
	setCues      = "area.cues"
	setElsewhere = "area.elsewhere"
	setDialect   = "area.dialect" // of a lexicon file
)

func friendSets(i int) (of, cues string) {
	return fmt.Sprintf("area.friend%d.of", i), fmt.Sprintf("area.friend%d.cues", i)
}

// sets adds the phrases of p to raw.
func (p *Profile) sets(file string, raw map[string]rawSet) {
	add := func(name string, phrases []string) {
		s := rawSet{file: file}
		for _, e := range phrases {
			s.entries = append(s.entries, rawEntry{text: strings.TrimSpace(e)})
		}
		raw[name] = s
	}
	add(setNames, p.Places.Names)
	add(setCues, p.Places.Cues)
	add(setElsewhere, p.Places.Elsewhere)
	for i, f := range p.Places.Friends {
		of, cues := friendSets(i)
		add(of, []string{f.Of})
		add(cues, f.Cues)
	}
}
