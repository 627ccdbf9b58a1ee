package official_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"langnghe/official"
)

func documents(t testing.TB, pattern string) (docs []official.Document) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in %s: %v", pattern, err)
	}
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
	return docs
}

// TestWorld measures the comparison on the claims of an invented ward and
// prints the figures of docs/benchmarks.md. The halves were written one after
// the other, before the comparison knew of their documents; the first look at
// b gave .75, at c .80, at d .84 (contradicts 19 of 21), at e .92 (7 of 9), at f
// contradicts 5 of 5 and three of its fifteen uncovered claims called right. It holds what may not get worse: nothing is called
// false that no document regulates.
func TestWorld(t *testing.T) {
	checker := official.NewChecker(documents(t, filepath.Join("testdata", "world", "*.md")))
	data, err := os.ReadFile(filepath.Join("testdata", "world", "claims.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	type pair struct{ gold, got string }
	labels := []string{"agrees", "contradicts", "outdated", "not_covered"}
	for _, set := range []string{"a", "b", "c", "d", "e", "f"} {
		count := map[pair]int{}
		right, all := 0, 0
		for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			f := strings.Split(line, "\t")
			if f[0] != set {
				continue
			}
			got := checker.Check(official.Claim{Text: f[4], At: f[1]})
			count[pair{f[2], got.Verdict}]++
			all++
			if got.Verdict == f[2] && got.Document == f[3] {
				right++
			} else if set == "a" || os.Getenv("LANGNGHE_SHOW") != "" {
				t.Logf("%s %q: %s by %q, want %s by %q: %v", f[1], f[4], got.Verdict, got.Document, f[2], f[3], got.Because)
			}
		}
		macro := 0.0
		for _, l := range labels {
			tp, said, gold := count[pair{l, l}], 0, 0
			for _, o := range labels {
				said += count[pair{o, l}]
				gold += count[pair{l, o}]
			}
			macro += 2 * float64(tp) / float64(max(1, said+gold)) / float64(len(labels))
			t.Logf("%s %-12s precision %d/%d recall %d/%d", set, l, tp, said, tp, gold)
		}
		t.Logf("%s: macro-F1 %.3f, %d of %d with the right document", set, macro, right, all)
		if n := count[pair{"not_covered", "contradicts"}] + count[pair{"not_covered", "outdated"}]; n > 0 {
			t.Errorf("%s: %d claims that nothing regulates are called false", set, n)
		}
		if macro < 0.85 && set != "f" { // which has nothing outdated
			t.Errorf("%s: macro-F1 %.3f, want .85", set, macro)
		}
	}
}

// TestSecondWard measures the comparison on another invented ward: fees, power
// and water that are cut, school, market, land, rubbish, vaccination, traffic;
// accentless, in teencode, dialect and NFD, with questions, complaints, sarcasm
// and old figures among what nothing regulates.
func TestSecondWard(t *testing.T) {
	checker := official.NewChecker(documents(t, filepath.Join("testdata", "second", "*.md")))
	data, err := os.ReadFile(filepath.Join("testdata", "second", "claims.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	type pair struct{ gold, got string }
	labels := []string{"agrees", "contradicts", "outdated", "not_covered"}
	for _, set := range []string{"g", "h", "i"} {
		count := map[pair]int{}
		right, all := 0, 0
		for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			f := strings.Split(line, "\t")
			if f[0] != set {
				continue
			}
			text := f[4]
			if i%5 == 0 {
				text = norm.NFD.String(text) // as some telephones write
			}
			got := checker.Check(official.Claim{Text: text, At: f[1]})
			count[pair{f[2], got.Verdict}]++
			all++
			if got.Verdict == f[2] && got.Document == f[3] {
				right++
			} else if strings.Contains(os.Getenv("LANGNGHE_SHOW"), set) {
				t.Logf("%s %q: %s by %q, want %s by %q: %v", f[1], f[4], got.Verdict, got.Document, f[2], f[3], got.Because)
			}
		}
		macro := 0.0
		for _, l := range labels {
			tp, said, gold := count[pair{l, l}], 0, 0
			for _, o := range labels {
				said += count[pair{o, l}]
				gold += count[pair{l, o}]
			}
			macro += 2 * float64(tp) / float64(max(1, said+gold)) / float64(len(labels))
			t.Logf("%s %-12s precision %d/%d recall %d/%d", set, l, tp, said, tp, gold)
		}
		t.Logf("%s: macro-F1 %.3f, %d of %d with the right document", set, macro, right, all)
		if n := count[pair{"not_covered", "contradicts"}]; n > 1 {
			t.Errorf("%s: %d claims that nothing regulates are called contradicted", set, n)
		}
		if macro < 0.85 && set != "i" { // which has nothing outdated
			t.Errorf("%s: macro-F1 %.3f, want .85", set, macro)
		}
	}
}
