package patterns

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"langnghe/internal/news"
)

// TestComplaints measures how many complaints reach a family of rumours or
// scams at level 2 or more, with the reading and the patterns together: ward
// posts by their label, real comments by the stance that the reading gives.
func TestComplaints(t *testing.T) {
	root := os.Getenv("LANGNGHE_TEST_DATA")
	if root == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	rd, err := reader()
	if err != nil {
		t.Fatal(err)
	}
	w := world()
	for name, pattern := range map[string]string{"ward posts": "ward_posts/*.jsonl", "real comments": "fb_yt_comments_2025/*.jsonl"} {
		files, _ := filepath.Glob(filepath.Join(root, pattern))
		all, complaints, reached, any := 0, 0, 0, 0
		var took time.Duration
		for _, file := range files {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			sc := bufio.NewScanner(f)
			sc.Buffer(nil, 1<<20)
			for sc.Scan() {
				var row struct {
					Text string
					Gold struct{ Stance string }
				}
				if json.Unmarshal(sc.Bytes(), &row) != nil || row.Text == "" {
					continue
				}
				all++
				it := &news.Item{ID: "x", Kind: news.Comment, Text: row.Text, Published: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
				r := rd.Read(it, 1)
				it.Reading = &r
				start := time.Now()
				got := w.Add(it)
				took += time.Since(start)
				high := false
				for _, c := range got.Cues {
					high = high || c.Level >= news.Medium && c.Family != "urgency" && c.Family != "hearsay" && c.Family != "incitement"
				}
				if high {
					any++
					if name == "real comments" { // read by a person: docs/benchmarks.md says how many were complaints
						t.Logf("sample: stance %s: %.160q", r.Stance, row.Text)
					}
				}
				if row.Gold.Stance == "complaint" || row.Gold.Stance == "" && r.Stance == news.Complaint {
					complaints++
					if high {
						reached++
						t.Logf("%s: %.120q %+v", name, row.Text, got.Cues)
					}
				}
			}
			f.Close()
		}
		if all == 0 {
			continue
		}
		t.Logf("%s: %d of %d complaints reach a family at level 2 or more (%d of all %d texts); patterns take %v a text", name, reached, complaints, any, all, took/time.Duration(all))
		if reached*50 > complaints {
			t.Errorf("%s: %d of %d complaints, want at most 2 %%", name, reached, complaints)
		}
	}
}
