package reading

import (
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
