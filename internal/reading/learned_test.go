package reading

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langnghe/internal/news"
)

func writeWeights(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, weightsFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestWeightsErrors: a mistake in the weights names file and line.
func TestWeightsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"word:nước\tstance=1\n":                                "weights.txt:1: stance has 1 weights, want 12",
		"version 2\nnước\ttone=1,2,3,4\n":                      `weights.txt:2: feature "nước"`,
		"version 2\nword:a\ttone=1,x,3,4\n":                    `weights.txt:2: tone: weight "x" is no whole number`,
		"version 2\nword:a\ttone=1,2,3,4\nword:a\ttone=,,,1\n": `weights.txt:3: feature "word:a": is there twice`,
		"version 2\nword:a\tmood=1\n":                          "weights.txt:2: ",
		"version two\n":                                        "weights.txt:1: version",
		"word:a\ttone=1,2,3,4\n":                               "weights.txt:1: version is missing",
	} {
		_, err := NewDir(writeWeights(t, text), "thai-hoa-2026")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestWeightsOverride: an empty file leaves the decision to the rules, and the
// version tells.
func TestWeightsOverride(t *testing.T) {
	r, err := NewDir(writeWeights(t, "version 1\n"), "thai-hoa-2026")
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Version(); !strings.Contains(v, "weights 0") || !strings.Contains(v, "local ") {
		t.Errorf("version %q does not tell of the ward's own weights", v)
	}
	got := r.Read(&news.Item{Kind: news.Post, Text: "Mất nước ba ngày rồi, bao giờ mới có?"}, 0)
	if got.Stance != news.Complaint {
		t.Errorf("the rules alone read a %s", got.Stance)
	}
}

// TestGrounded: where people chat, the model's guesses are no cues, and a
// family that no rule found is never above level 2.
func TestGrounded(t *testing.T) {
	r := reader(t)
	for _, text := range []string{"đắt quá 30k một xiên, ăn hộp xôi còn no hơn", "xem phim này xong tiếc 2 tiếng cuộc đời", "chết cười với bà này",
		"án treo mà, tưởng treo cổ chứ", "hôm nay mất 100gb tải game"} {
		for _, c := range r.Read(&news.Item{Kind: news.Post, Text: text}, 0).Cues {
			if c.Level >= news.Medium {
				t.Errorf("%q has %s of level %d", text, c.Family, c.Level)
			}
		}
	}
}

// TestReasons: a label that rests on no phrase of a lexicon shows words.
func TestReasons(t *testing.T) {
	r := reader(t)
	for _, p := range ownPosts(t) {
		got := r.Read(&p.Item, 0)
		for _, x := range got.Topics {
			if len(x.Because) == 0 && len(strings.Fields(p.Text)) > 3 {
				t.Errorf("%s: topic %s without a reason: %s", p.ID, x.ID, p.Text)
			}
		}
		for _, c := range got.Cues {
			if len(c.Because) == 0 {
				t.Errorf("%s: cue %s without a reason", p.ID, c.Family)
			}
		}
	}
}

// TestPacked: rows added in packed numbers are the sums of their weights, at
// the widest that they may be and beyond what 16 bits hold.
func TestPacked(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int{1, 183, math.MaxInt16} {
		const width, rows = 5, 700
		w := &weights{width: width, many: math.MaxInt16 / most}
		want := make([]float64, 4*width)
		var words []feature
		for i := range rows {
			row := make([]int16, 4*width)
			for k := range row {
				row[k] = int16(rnd.IntN(2*most+1) - most)
				if k == 0 {
					row[k] = int16(-most) // always borrows
				}
				if k == 1 {
					row[k] = int16(most)
				}
				want[k] += float64(row[k]) / 100
			}
			for k := 0; k < len(row); k += 4 {
				w.packed = append(w.packed, pack(row[k:k+4]))
			}
			for k, x := range row {
				if got := w.weight(int32(i), k); got != float32(x)/100 {
					t.Fatalf("weight %d of row %d is %v, want %v", k, i, got, float32(x)/100)
				}
			}
			words = append(words, feature{x: 1, row: int32(i)})
		}
		s := &desk{scores: make([]float32, 4*width-1)} // the last number is not full
		w.addWords(s, words)
		for k, got := range s.scores {
			if math.Abs(float64(got)-want[k]) > 1e-4*max(1, math.Abs(want[k])) {
				t.Errorf("weights to %d: label %d adds up to %v, want %v", most, k, got, want[k])
			}
		}
	}
}

// TestTable: what was put is found, and nothing else is.
func TestTable(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 15, 16, 17, 5000} {
		tab, want := newTable(n), map[uint64]int32{}
		for i := range n {
			k := rnd.Uint64()
			want[k] = int32(i)
			tab.put(k, int32(i))
		}
		for k, at := range want {
			if got, ok := tab.get(k); !ok || got != at {
				t.Fatalf("of %d: key %d is at %d, %v, want %d", n, k, got, ok, at)
			}
		}
		for range 20000 {
			k := rnd.Uint64()
			_, put := want[k]
			if _, ok := tab.get(k); ok != put {
				t.Fatalf("of %d: key %d is found: %v, was put: %v", n, k, ok, put)
			}
		}
	}
	if _, ok := new(table).get(7); ok {
		t.Error("an empty table has a key")
	}
}

// TestClaimNeedsStory: what merely sounds like a claim is what it is next
// likeliest to be; papers report, whatever they report of.
func TestClaimNeedsStory(t *testing.T) {
	r := reader(t)
	at := func(story float64) *verdict {
		d := &verdict{r.labels, make([]float64, len(r.labels.names))}
		d.p[iClaiming], d.p[iComplaint], d.p[r.labels.story] = 0.6, 0.4, story
		return d
	}
	hit := []found{{family: r.cues.Families["disaster_rumour"]}}
	booster := []found{{family: r.cues.Families["urgency"]}}
	for _, c := range []struct {
		what string
		u    ruled
		d    *verdict
		want bool
	}{
		{"no rule, no story", ruled{}, at(0.1), false},
		{"a booster alone", ruled{cues: booster}, at(0.1), false},
		{"a story", ruled{}, at(0.9), true},
		{"a rule", ruled{cues: hit}, at(0.1), true},
		{"a paper on a story", ruled{cues: hit, stance: stance{article: true, label: news.Report}}, at(0.9), false},
		{"a page whose rules say so", ruled{stance: stance{article: true, label: news.Claiming}}, at(0.1), true},
	} {
		if got := c.u.bears(c.d); got != c.want {
			t.Errorf("%s: bears %v", c.what, got)
		}
	}
	if d := at(0); d.likeliest(-1) != iClaiming || d.likeliest(iClaiming) != iComplaint {
		t.Error("the next likeliest is not next")
	}
}

// TestLikelyTone: of what is about the ward the model decides, pulled by the
// rules; two minds need a "but".
func TestLikelyTone(t *testing.T) {
	r := reader(t)
	v := func(topic float64, tones ...float64) *verdict {
		d := &verdict{r.labels, make([]float64, len(r.labels.names))}
		d.p[r.labels.topics] = topic
		copy(d.p[r.labels.tones:], tones)
		return d
	}
	for _, c := range []struct {
		d             *verdict
		before, label string
		turn          bool
		want          string
	}{
		{v(0.9, 0.95, 0.05, 0, 0), "neutral", "neutral", false, "negative"},
		{v(0.9, 0.7, 0.3, 0, 0), "neutral", "neutral", false, "neutral"},
		{v(0.1, 0.95, 0.05, 0, 0), "neutral", "negative", false, "neutral"}, // not about the ward
		{v(0.9, 0.2, 0.05, 0.05, 0.7), "negative", "negative", true, "mixed"},
		{v(0.9, 0.2, 0.05, 0.05, 0.7), "negative", "negative", false, "negative"},
	} {
		if got := c.d.likelyTone(c.before, c.label, c.turn); got != c.want {
			t.Errorf("%v before %s, label %s, turn %v: %s, want %s", c.d.p[r.labels.tones:r.labels.families], c.before, c.label, c.turn, got, c.want)
		}
	}
}

// TestFields: the sets of fields.yaml are features alone but where families
// name them, and words of a family's field bear it out.
func TestFields(t *testing.T) {
	r := reader(t)
	for _, f := range r.cues.order {
		for _, name := range f.Fields {
			if id, ok := r.lex.ids[name]; !ok || !strings.HasPrefix(name, "w.") {
				t.Errorf("%s: %s is no field", f.ID, name)
			} else if !slices.Contains(f.own, id) {
				t.Errorf("%s is not borne out by %s", f.ID, name)
			}
		}
	}
	s := r.desks.New().(*desk)
	r.mend.look(&s.view, &news.Item{Text: "bác tài mới về kể, họ rỉ tai nhau rứa"})
	r.lex.find(&s.view, s.hits)
	for _, name := range []string{"w.says", "w.whisper"} {
		if len(s.hits[r.lex.ids[name]]) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}

// TestElsewhereIsNews: of what is about another place no family is guessed,
// and the country that a paper writes of is another place, not a word that is
// spelled like it.
func TestElsewhereIsNews(t *testing.T) {
	r := reader(t)
	for _, text := range []string{
		"Hàn Quốc ghi nhận thêm 60 ca cúm nặng, 9 người đã tử vong, giới chức đề nghị người già tiêm nhắc lại.",
	} {
		got := r.Read(&news.Item{Kind: news.Post, Text: text}, 0)
		if got.Area.Fit != news.OutOfArea {
			t.Errorf("%q is %s", text, got.Area.Fit)
		}
		for _, c := range got.Cues {
			if c.Level >= news.Medium {
				t.Errorf("%q has %s at level %d", text, c.Family, c.Level)
			}
		}
	}
	for _, text := range []string{"mong co nuoc de nau com", "dong 20 trieu tien cho ma chua xong", "nước đục ngầu cả tuần"} {
		if got := r.Read(&news.Item{Kind: news.Post, Text: text}, 0).Area.Fit; got != news.Ambiguous {
			t.Errorf("%q is %s", text, got)
		}
	}
}
