package trend

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"langnghe/internal/news"
)

// A Post is what a board keeps of an item: when, where, about what, and no
// text.
type Post struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Observed time.Time `json:"observed"`
	Source   string    `json:"source"`
	Voice    string    `json:"voice"`
	Story    string    `json:"story,omitempty"`
	Topics   []string  `json:"topics,omitempty"`
	Places   []string  `json:"places,omitempty"`
	Policies []string  `json:"policies,omitempty"` // rules that it took part in
	Tone     string    `json:"tone,omitempty"`
	Adverse  bool      `json:"adverse,omitempty"`
}

// keep is how long a board remembers.
const keep = 75 * 24 * time.Hour

// A Board follows what is said about the topics, places and stories of one
// ward. What it shows is a function of the set of its posts and of the hour:
// neither their order nor repeats nor a restart in between change it. Its
// methods are safe for concurrent use.
type Board struct {
	opts Options

	working sync.Mutex // held while a view is worked out

	mu    sync.Mutex
	posts map[string]Post
	rev   int
	view  *View
	at    time.Time // hour of view
	seen  int       // rev of view
}

// NewBoard returns an empty board.
func NewBoard(o Options) *Board {
	return &Board{opts: o.withDefaults(), posts: map[string]Post{}}
}

// Add takes a post and reports whether it is new. A post that changed takes
// the place of the old one.
func (b *Board) Add(p Post) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	old, ok := b.posts[p.ID]
	if ok && old.At.Equal(p.At) && old.Tone == p.Tone && old.Adverse == p.Adverse && old.Voice == p.Voice && old.Source == p.Source && old.Story == p.Story && slices.Equal(old.Topics, p.Topics) && slices.Equal(old.Places, p.Places) && slices.Equal(old.Policies, p.Policies) {
		return false
	}
	b.posts[p.ID] = p
	b.rev++
	return true
}

// Remove forgets a post.
func (b *Board) Remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.posts, id)
	b.rev++
}

// Forget lets go of what is older than a board looks back.
func (b *Board) Forget(now time.Time) (before time.Time) {
	before = now.Add(-keep)
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.posts, func(_ string, p Post) bool { return p.At.Before(before) })
	return before
}

// A View is what a board shows at one time.
type View struct {
	At     time.Time `json:"at"`
	Trends []Trend   `json:"trends"` // those with a tier first, then by the last week
}

// Tier is the tier of a series.
func (v *View) Tier(kind, id string) Tier {
	for i := range v.Trends {
		if t := &v.Trends[i]; t.Kind == kind && t.ID == id {
			return Tier(max(0, slices.Index(tierNames[:], t.Tier)))
		}
	}
	return None
}

// A Trend is one series of a board.
type Trend struct {
	Kind   string  `json:"kind"` // all, topic, place, policy, story
	ID     string  `json:"id"`
	Days   []Day   `json:"days"` // oldest first, today last
	Tier   string  `json:"tier,omitempty"`
	Score  float64 `json:"score"`
	Few    bool    `json:"few,omitempty"`  // too little to say anything
	Fall   bool    `json:"fall,omitempty"` // the last days are unusually quiet
	Gap    string  `json:"gap,omitempty"`  // why nothing is said of it: source, exposure
	Window Window  `json:"window"`
	// Ahead are the days to come; Double is how likely the next 24 hours bring
	// twice the usual, Word says so, Hit of Tried is how often that word was
	// right so far.
	Ahead  []Band  `json:"ahead,omitempty"`
	Double float64 `json:"double"`
	Word   string  `json:"word,omitempty"` // low, medium, high
	Hit    int     `json:"hit"`
	Tried  int     `json:"tried"`

	Why   news.Text `json:"why"`
	Doubt news.Text `json:"doubt"`
}

// A Day is a day of a trend.
type Day struct {
	At       time.Time `json:"at"`
	Posts    int       `json:"posts"`
	Voices   int       `json:"voices"`
	Stories  int       `json:"stories"`
	Negative int       `json:"negative"`
	Positive int       `json:"positive"`
	Adverse  int       `json:"adverse"`
	Low      float64   `json:"low"` // usual, 10–90 %
	High     float64   `json:"high"`
	Mark     string    `json:"mark,omitempty"` // a rise opened: posts, voices, stories
}

// A Window is the last 24 hours, or the window in which a rise shows best.
type Window struct {
	From     time.Time `json:"from"`
	Hours    int       `json:"hours"`
	Posts    int       `json:"posts"`
	Voices   int       `json:"voices"`
	Stories  int       `json:"stories"`
	Sources  int       `json:"sources"`
	Negative int       `json:"negative"`
	Low      float64   `json:"low"`
	High     float64   `json:"high"`
	Usual    float64   `json:"usual"` // share of negative posts
	ShareLow float64   `json:"share_low"`
	ShareTop float64   `json:"share_top"`
	Shifted  string    `json:"shifted,omitempty"` // negative, positive, adverse: its share is unusual
	Since    time.Time `json:"since,omitzero"`
	Items    []string  `json:"items,omitempty"` // the three that began it
	Before   int       `json:"before"`          // sources of the time as long before
	OneShare float64   `json:"one_share"`       // part of the loudest source
}

// line is one series on its way through the hours.
type line struct {
	kind, id string
	posts    []Post    // by time
	from     time.Time // when its models begin
	models   [3]*Model
	ep       [3]episode
	i        int
	max      map[int]float64 // by day, of all three measures
	marks    map[int]string
	low, up  map[int]float64
	last     float64
	hour     map[string]bool
	story    map[string]bool
	shares   [3]Share
}

// measures are what a line is counted in.
var measures = [3]string{"posts", "voices", "stories"}

// stale is how old a view may be while posts come in.
const stale = 5 * time.Minute

// View is what the board shows at a time. It is worked out anew when the hour
// is another, and when posts have come since, but not more often than every
// five minutes. Posts can be added meanwhile.
func (b *Board) View(now time.Time) *View {
	if v := b.fresh(now); v != nil {
		return v
	}
	b.working.Lock()
	defer b.working.Unlock()
	if v := b.fresh(now); v != nil { // somebody else worked it out
		return v
	}
	b.mu.Lock()
	posts, rev := slices.Collect(maps.Values(b.posts)), b.rev
	b.mu.Unlock()
	v := b.work(posts, now)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.view, b.at, b.seen = v, now.Truncate(time.Hour), rev
	return v
}

// fresh returns the last view when it will do.
func (b *Board) fresh(now time.Time) *View {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.view == nil || !b.at.Equal(now.Truncate(time.Hour)) || b.seen != b.rev && now.Sub(b.view.At).Abs() >= stale {
		return nil
	}
	return b.view
}

// Tier is the tier of a series by the last view when that is no older than ten
// minutes, for whoever asks is in a hurry; else it is worked out.
func (b *Board) Tier(now time.Time, kind, id string) Tier {
	b.mu.Lock()
	v := b.view
	b.mu.Unlock()
	if v == nil || now.Sub(v.At).Abs() >= 2*stale {
		v = b.View(now)
	}
	return v.Tier(kind, id)
}

func (b *Board) work(posts []Post, now time.Time) *View {
	slices.SortFunc(posts, func(x, y Post) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
	posts = slices.DeleteFunc(posts, func(p Post) bool { return p.At.After(now) || p.At.Before(now.Add(-keep)) })
	v := &View{At: now}
	if len(posts) == 0 {
		return v
	}
	l := posts[0].At.In(b.opts.Zone)
	start := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, b.opts.Zone)
	lines := b.lines(posts, start, now)
	dayOf := func(t time.Time) int { return int(t.Sub(start) / (24 * time.Hour)) }
	today := dayOf(now)
	fresh := freshSources(posts, start)
	ward := make([][3]float64, today+1)
	wardN := make([]float64, today+1)
	for _, p := range posts {
		d := dayOf(p.At)
		wardN[d]++
		for i, is := range kindsOf(p) {
			if is {
				ward[d][i]++
			}
		}
	}
	share := func(i int) float64 { // of the ward over all days
		var k, n float64
		for d := range ward {
			k, n = k+ward[d][i], n+wardN[d]
		}
		return (k + 1) / (n + 4)
	}
	for at := start; !at.After(now); at = at.Add(time.Hour) {
		for _, ln := range lines {
			if !at.Before(ln.from) {
				ln.hours(at, now, dayOf(at), fresh, b.opts.Threshold)
			}
		}
	}
	for _, ln := range lines {
		ln.learnShares(today, dayOf, share)
	}
	var past [][]float64
	for d := 9; d < today-1; d++ {
		var day []float64
		for _, ln := range lines {
			if ln.kind == "topic" {
				day = append(day, ln.max[d])
			}
		}
		past = append(past, day)
	}
	scores := map[string]float64{}
	for _, ln := range lines {
		if ln.kind != "all" {
			scores[ln.kind+"/"+ln.id] = ln.max[today]
		}
	}
	tiers := Tiers(past, scores)
	for _, ln := range lines {
		t := ln.trend(now, start, today, b.opts, tiers[ln.kind+"/"+ln.id], share)
		v.Trends = append(v.Trends, t)
	}
	slices.SortStableFunc(v.Trends, func(x, y Trend) int {
		return cmp.Or(cmp.Compare(rank(y), rank(x)), cmp.Compare(week(y), week(x)), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ID, y.ID))
	})
	return v
}

func rank(t Trend) int {
	switch {
	case t.Kind == "all":
		return 3
	case t.Tier == "alert":
		return 2
	case t.Tier == "watch":
		return 1
	}
	return 0
}

func week(t Trend) (n int) {
	for _, d := range t.Days[max(0, len(t.Days)-7):] {
		n += d.Posts
	}
	return n
}

const (
	// A story, a place or a paper is followed when it has been told of so often.
	lineFew = 4
	// A story is followed until so long after it was told last, and from so
	// long before it was told first: that nobody told it then is all there is to
	// learn.
	storyAfter  = 8 * 24 * time.Hour
	storyBefore = 21 * 24 * time.Hour
)

// lines sorts posts into series.
func (b *Board) lines(posts []Post, start, now time.Time) []*line {
	by := map[[2]string]*line{}
	pool := NewPool()
	add := func(kind, id string, p Post) {
		if id == "" && kind != "all" {
			return
		}
		k := [2]string{kind, id}
		if by[k] == nil {
			by[k] = &line{kind: kind, id: id, max: map[int]float64{}, marks: map[int]string{}, low: map[int]float64{}, up: map[int]float64{}}
		}
		if ln := by[k]; len(ln.posts) == 0 || ln.posts[len(ln.posts)-1].ID != p.ID {
			ln.posts = append(ln.posts, p)
		}
	}
	for _, p := range posts {
		add("all", "", p)
		for _, id := range p.Topics {
			add("topic", id, p)
		}
		for _, id := range p.Places {
			add("place", id, p)
		}
		for _, id := range p.Policies {
			add("policy", id, p)
		}
		add("story", p.Story, p)
	}
	var out []*line
	for _, k := range slices.SortedFunc(maps.Keys(by), func(x, y [2]string) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) }) {
		ln := by[k]
		ln.from = start
		model := follower // the same posts again, by another name, say nothing more of the ward
		switch ln.kind {
		case "all", "topic":
			model = newModel
		case "story":
			if ln.posts[len(ln.posts)-1].At.Before(now.Add(-storyAfter)) {
				continue
			}
			if days := int(ln.posts[0].At.Add(-storyBefore).Sub(start) / (24 * time.Hour)); days > 0 {
				ln.from = start.AddDate(0, 0, days)
			}
			fallthrough
		default:
			if len(ln.posts) < lineFew {
				continue
			}
		}
		for i := range ln.models {
			ln.models[i] = model(ln.from, b.opts, pool)
		}
		out = append(out, ln)
	}
	return out
}

// freshSources are until when the posts of a source that was connected later
// than the others do not count: a week.
func freshSources(posts []Post, start time.Time) map[string]time.Time {
	first := map[string]time.Time{}
	for _, p := range posts {
		seen := p.Observed
		if seen.IsZero() || seen.Before(p.At) {
			seen = p.At
		}
		if t, ok := first[p.Source]; !ok || seen.Before(t) {
			first[p.Source] = seen
		}
	}
	out := map[string]time.Time{}
	for s, t := range first {
		if t.Sub(start) > 9*24*time.Hour {
			out[s] = t.Add(7 * 24 * time.Hour)
		}
	}
	return out
}

// hours takes the posts of one hour.
func (ln *line) hours(at, now time.Time, day int, fresh map[string]time.Time, threshold float64) {
	for _, m := range ln.models {
		m.Advance(at)
	}
	end := at.Add(time.Hour)
	hit := false
	for ; ln.i < len(ln.posts) && ln.posts[ln.i].At.Before(end); ln.i++ {
		p := ln.posts[ln.i]
		if p.At.Before(fresh[p.Source]) && ln.kind != "story" {
			continue // a new source is more to hear, not more said
		}
		if !hit {
			hit, ln.hour, ln.story = true, map[string]bool{}, map[string]bool{}
		}
		ln.models[0].Add(1)
		if !ln.hour[p.Voice] {
			ln.hour[p.Voice] = true
			ln.models[1].Add(1)
		}
		if s := cmp.Or(p.Story, p.ID); !ln.story[s] {
			ln.story[s] = true
			ln.models[2].Add(1)
		}
	}
	if at.Add(time.Hour).After(now) || (at.Sub(ln.models[0].start)+time.Hour)%(24*time.Hour) == 0 {
		ln.low[day], ln.up[day] = ln.models[0].Usual(24 * time.Hour)
	}
	if !hit || !ln.models[0].Ready() {
		return
	}
	for i, m := range ln.models {
		s, _ := m.Score()
		ln.max[day] = max(ln.max[day], s)
		if s >= threshold && ln.ep[i].opens(at, s) && ln.marks[day] == "" {
			ln.marks[day] = measures[i]
		}
		if i == 0 {
			ln.last = s
		}
	}
}

func kindsOf(p Post) [3]bool { return [3]bool{p.Tone == "negative", p.Tone == "positive", p.Adverse} }

var kindNames = [3]string{"negative", "positive", "adverse"}

func (ln *line) learnShares(today int, dayOf func(time.Time) int, ward func(int) float64) {
	n := make([]float64, today+1)
	k := make([][3]float64, today+1)
	for _, p := range ln.posts {
		d := dayOf(p.At)
		n[d]++
		for i, is := range kindsOf(p) {
			if is {
				k[d][i]++
			}
		}
	}
	for i := range ln.shares {
		for d := range today {
			ln.shares[i].Close(k[d][i], n[d], ward(i))
		}
	}
}
