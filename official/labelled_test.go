package official_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"langnghe/official"
)

// TestLabelledClaims measures the comparison on the labelled claims of the test data.
func TestLabelledClaims(t *testing.T) {
	root := os.Getenv("LANGNGHE_TEST_DATA")
	if root == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	files, err := filepath.Glob(filepath.Join(root, "official_facts", "documents", "*.md"))
	if err != nil || len(files) == 0 {
		t.Skipf("no documents in %s: %v", root, err)
	}
	var docs []official.Document
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := official.ParseDocument(filepath.Base(file), data)
		if err != nil {
			t.Fatal(err)
		}
		d.Facts = official.Extract(d)
		docs = append(docs, d)
	}
	in, err := os.Open(filepath.Join(root, "official_facts", "claims.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	checker := official.NewChecker(docs)
	type pair struct{ gold, got string }
	count := map[pair]int{}
	document, documents := 0, 0
	for sc := bufio.NewScanner(in); sc.Scan(); {
		var c struct {
			official.Claim
			Gold     string
			Document string
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		f := checker.Check(c.Claim)
		count[pair{c.Gold, f.Verdict}]++
		if c.Gold != f.Verdict {
			t.Logf("%s: %s, want %s: %s %+v", c.ID, f.Verdict, c.Gold, f.Document, f.Because)
		}
		if c.Document != "" && f.Verdict == c.Gold {
			documents++
			if f.Document == c.Document {
				document++
			} else {
				t.Logf("%s: document %s, want %s", c.ID, f.Document, c.Document)
			}
		}
	}
	labels := []string{"agrees", "contradicts", "outdated", "not_covered"}
	macro := 0.0
	precision := map[string]float64{}
	for _, l := range labels {
		tp, fp, fn := count[pair{l, l}], 0, 0
		for _, o := range labels {
			if o != l {
				fp += count[pair{o, l}]
				fn += count[pair{l, o}]
			}
		}
		f1 := 2 * float64(tp) / float64(max(1, 2*tp+fp+fn))
		precision[l] = float64(tp) / float64(max(1, tp+fp))
		macro += f1 / float64(len(labels))
		t.Logf("%-12s P %.3f R %.3f F1 %.3f", l, precision[l], float64(tp)/float64(max(1, tp+fn)), f1)
	}
	t.Logf("macro-F1 %.3f, document right in %d of %d", macro, document, documents)
	if macro < 0.85 || precision["contradicts"] < 0.95 || precision["outdated"] < 0.92 {
		t.Errorf("macro-F1 %.3f, precision of contradicts %.3f, of outdated %.3f; want at least .85, .95, .92", macro, precision["contradicts"], precision["outdated"])
	}
	if n := count[pair{"not_covered", "contradicts"}]; n > 0 {
		t.Errorf("%d claims that no document covers are called contradicted", n)
	}
}
