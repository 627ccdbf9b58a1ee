package reading

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langnghe/internal/news"
)

// post is a labelled item: of testdata/*.jsonl, or of a folder of the same
// form named by LANGNGHE_TEST_DATA.
type post struct {
	news.Item
	Gold gold   `json:"gold"`
	Note string `json:"note"`
}

type gold struct {
	Area     string      `json:"area"`
	Topics   []string    `json:"topics"`
	Tone     string      `json:"tone"`
	Impact   string      `json:"impact"`
	Stance   news.Stance `json:"stance"`
	Rumour   bool        `json:"rumour"`
	Scam     bool        `json:"scam"`
	Families []string    `json:"families"` // accepted
}

func loadPosts(t testing.TB, file string) []post {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []post
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		var p post
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			t.Fatalf("%s:%d: %v", file, n, err)
		}
		out = append(out, p)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// ownPosts are the labelled posts that the lexicons are worked on with.
func ownPosts(t testing.TB) []post {
	t.Helper()
	var out []post
	for _, file := range globPosts(t, "testdata/*.jsonl") {
		out = append(out, loadPosts(t, file)...)
	}
	return out
}

func globPosts(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no posts (%v)", pattern, err)
	}
	return files
}

// measures are the numbers by which reading is judged.
type measures struct {
	posts                       int
	area, topics, tone, stance  float64
	impact                      float64 // accuracy
	protected, protectedFlagged int     // complaint, question, suggestion, praise, satire
	officials, officialsFlagged int     // denials and warnings without a case
	rumours, rumoursFound       int
	scams, scamsFound           int
	wrong                       []string // one line for each post with a wrong label
}

func (m *measures) rate(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func (m *measures) String() string {
	return fmt.Sprintf(`%d posts
  area macro-F1      %.3f
  topics micro-F1    %.3f
  tone macro-F1      %.3f
  stance macro-F1    %.3f
  impact accuracy    %.3f
  residents flagged  %d of %d = %.3f
  officials flagged  %d of %d = %.3f
  rumours found      %d of %d = %.3f
  scams found        %d of %d = %.3f`, m.posts, m.area, m.topics, m.tone, m.stance, m.impact,
		m.protectedFlagged, m.protected, m.rate(m.protectedFlagged, m.protected),
		m.officialsFlagged, m.officials, m.rate(m.officialsFlagged, m.officials),
		m.rumoursFound, m.rumours, m.rate(m.rumoursFound, m.rumours),
		m.scamsFound, m.scams, m.rate(m.scamsFound, m.scams))
}

func measure(r *Reader, posts []post) *measures {
	var readings []news.Reading
	for i := range posts {
		readings = append(readings, r.Read(&posts[i].Item, 0))
	}
	return measureReadings(posts, readings)
}

func measureReadings(posts []post, readings []news.Reading) *measures {
	m := &measures{posts: len(posts)}
	area, tone, stance := counts{}, counts{}, counts{}
	var tp, fp, fn, impact int
	for i := range posts {
		p := &posts[i]
		got := readings[i]
		area.add(p.Gold.Area, got.Area.Fit)
		tone.add(p.Gold.Tone, got.Tone.Label)
		stance.add(string(p.Gold.Stance), string(got.Stance))
		if got.Impact == p.Gold.Impact {
			impact++
		}
		var topics []string
		for _, t := range got.Topics {
			topics = append(topics, t.ID)
			if slices.Contains(p.Gold.Topics, t.ID) {
				tp++
			} else {
				fp++
			}
		}
		for _, t := range p.Gold.Topics {
			if !slices.Contains(topics, t) {
				fn++
			}
		}
		flagged, accepted := false, false
		var cues []string
		for _, c := range got.Cues {
			cues = append(cues, fmt.Sprintf("%s:%d", c.Family, c.Level))
			if c.Level >= news.Medium {
				flagged = true
				accepted = accepted || slices.Contains(p.Gold.Families, c.Family)
			}
		}
		note := ""
		switch s := p.Gold.Stance; {
		case s == news.Complaint || s == news.Question || s == news.Suggestion || s == news.Praise || s == news.Satire:
			m.protected++
			if flagged {
				m.protectedFlagged++
				note += " FLAGGED"
			}
		case (s == news.Denial || s == news.Warning) && !p.Gold.Scam && !p.Gold.Rumour:
			m.officials++
			if flagged {
				m.officialsFlagged++
				note += " FLAGGED"
			}
		}
		// Of what has no family nothing can be found.
		if p.Gold.Rumour && len(p.Gold.Families) > 0 {
			m.rumours++
			if accepted {
				m.rumoursFound++
			} else {
				note += " MISSED"
			}
		}
		if p.Gold.Scam && len(p.Gold.Families) > 0 {
			m.scams++
			if accepted {
				m.scamsFound++
			} else {
				note += " MISSED"
			}
		}
		slices.Sort(topics)
		want := slices.Sorted(slices.Values(p.Gold.Topics))
		var diff []string
		say := func(what, got, want string) {
			if got != want {
				diff = append(diff, fmt.Sprintf("%s %s, want %s", what, got, want))
			}
		}
		say("area", got.Area.Fit, p.Gold.Area)
		say("topics", strings.Join(topics, "+"), strings.Join(want, "+"))
		say("tone", got.Tone.Label, p.Gold.Tone)
		say("stance", string(got.Stance), string(p.Gold.Stance))
		say("impact", got.Impact, p.Gold.Impact)
		if len(diff) > 0 || note != "" {
			m.wrong = append(m.wrong, fmt.Sprintf("%s%s %s\n      %s %v (accepted %v)", p.ID, note, p.Title+" | "+p.Text, strings.Join(diff, "; "), cues, p.Gold.Families))
		}
	}
	m.area, m.tone, m.stance = area.macro(), tone.macro(), stance.macro()
	m.topics = float64(2*tp) / float64(max(1, 2*tp+fp+fn))
	m.impact = float64(impact) / float64(max(1, len(posts)))
	return m
}

// counts is a confusion matrix.
type counts map[[2]string]int

func (c counts) add(want, got string) { c[[2]string{want, got}]++ }

// macro is the mean F1 of the labels that the gold has.
func (c counts) macro() float64 {
	labels := map[string]bool{}
	for k := range c {
		labels[k[0]] = true
	}
	sum := 0.0
	for _, l := range slices.Sorted(maps.Keys(labels)) {
		var tp, fp, fn int
		for k, n := range c {
			switch {
			case k[0] == l && k[1] == l:
				tp += n
			case k[0] == l:
				fn += n
			case k[1] == l:
				fp += n
			}
		}
		sum += float64(2*tp) / float64(2*tp+fp+fn)
	}
	return sum / float64(len(labels))
}

// TestEval prints the measures on our own labelled posts, which have floors,
// and on those of LANGNGHE_TEST_DATA, which do not: they are to look at.
func TestEval(t *testing.T) {
	r := reader(t)
	show := func(name string, m *measures) {
		t.Logf("%s: %v", name, m)
		if os.Getenv("LANGNGHE_EVAL") == "all" {
			for _, w := range m.wrong {
				t.Log("    ", w)
			}
		}
	}
	m := measure(r, ownPosts(t))
	show("own", m)
	floor := func(what string, got, want float64) {
		if got < want {
			t.Errorf("own: %s is %.3f, want at least %.3f", what, got, want)
		}
	}
	floor("area macro-F1", m.area, 0.92)
	floor("topics micro-F1", m.topics, 0.85)
	floor("tone macro-F1", m.tone, 0.85)
	floor("stance macro-F1", m.stance, 0.75)
	floor("rumours found", m.rate(m.rumoursFound, m.rumours), 0.85)
	floor("scams found", m.rate(m.scamsFound, m.scams), 0.90)
	if x := m.rate(m.protectedFlagged, m.protected); x > 0.02 {
		t.Errorf("own: %.3f of what residents say is flagged, want at most 0.02", x)
	}
	if x := m.rate(m.officialsFlagged, m.officials); x > 0.03 {
		t.Errorf("own: %.3f of denials and warnings are flagged, want at most 0.03", x)
	}
	// Held back: written apart from the lexicons and never looked at while
	// they are worked on. Its numbers are what to expect of posts to come.
	for _, file := range globPosts(t, "testdata/blind/*.jsonl") {
		t.Logf("held back, %s: %v", filepath.Base(file), measure(r, loadPosts(t, file)))
	}
	if dir := os.Getenv("LANGNGHE_TEST_DATA"); dir != "" {
		show("ward_posts", measure(r, loadPosts(t, filepath.Join(dir, "ward_posts/dev.jsonl"))))
		for _, set := range []string{"uit_vsmec", "uit_vsfc"} {
			c := polarity(t, r, filepath.Join(dir, set, "dev.jsonl"))
			t.Logf("%s: tone macro-F1 %.3f without training %v", set, c.macro(), c)
		}
	}
}

// polarity compares the tone with a set that knows positive, negative and
// other; neutral and mixed count as other.
func polarity(t *testing.T, r *Reader, file string) counts {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	three := func(label string) string {
		if label == "positive" || label == "negative" {
			return label
		}
		return "other"
	}
	c := counts{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var p struct{ Text, Label string }
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		c.add(three(p.Label), three(r.Read(&news.Item{Kind: news.Post, Text: p.Text}, 0).Tone.Label))
	}
	return c
}

func reader(t testing.TB) *Reader {
	t.Helper()
	r, err := New("thai-hoa-2026")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEvalStances reads short posts of which only the stance is known, one
// "stance|text" a line: residents, and those who warn or deny, are never
// flagged, whatever else is wrong.
func TestEvalStances(t *testing.T) {
	src, err := os.ReadFile("testdata/stances.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := reader(t)
	right, all := 0, 0
	for line := range strings.Lines(string(src)) {
		want, text, _ := strings.Cut(strings.TrimSpace(line), "|")
		got := r.Read(&news.Item{Kind: news.Post, Text: text}, 0)
		all++
		if string(got.Stance) == want {
			right++
		}
		flagged := slices.ContainsFunc(got.Cues, func(c news.Cue) bool { return c.Level >= news.Medium })
		switch s := news.Stance(want); {
		case flagged && protected(s):
			t.Errorf("%q is a %s and has %v", text, want, got.Cues)
		case !flagged && (s == news.Claiming || s == news.RumourQuery):
			t.Errorf("%q is a %s without a cue", text, want)
		}
	}
	t.Logf("stance right in %d of %d", right, all)
	if right*10 < all*9 {
		t.Errorf("stance right in %d of %d, want nine of ten", right, all)
	}
}
