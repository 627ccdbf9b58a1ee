package reading

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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
