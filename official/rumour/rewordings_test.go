package rumour

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The five ways of testdata/rewordings.txt, in order.
var ways = []string{"accentless", "teencode", "half quoted", "question", "denial"}

func readLines(t testing.TB, name string) (out []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}

// TestRewordings measures known claims in the words of others, written by hand,
// in a register that holds 200 more; and that what is true, is asked or is
// complained about on the same topics is never confirmed as one of them.
func TestRewordings(t *testing.T) {
	claims := register()
	var texts [][]string
	first := len(claims)
	for i, l := range readLines(t, "rewordings.txt") {
		f := strings.Split(l, "|")
		if len(f) != 1+len(ways) {
			t.Fatalf("line %d: %d texts", i, len(f))
		}
		claims = append(claims, Claim{ID: fmt.Sprint("r", i), Text: f[0], Source: "own", Checked: now.AddDate(0, -1, 0)})
		texts = append(texts, f[1:])
	}
	m := NewMatcher(claims, clock)
	all, found, confirmed, wrong := 0, 0, 0, 0
	by := map[string]int{}
	for i, fs := range texts {
		for k, text := range fs {
			all++
			hit := false
			for _, x := range m.Match(text) {
				if x.Claim == first+i {
					hit = true
					if ways[k] == "denial" && !x.Denies {
						t.Logf("not seen as a denial: %q", text)
					}
				}
				if x.Tier == Confirmed {
					confirmed++
					if x.Claim != first+i || ways[k] == "denial" {
						wrong++
						t.Logf("wrong: %q is confirmed as %q", text, claims[x.Claim].Text)
					}
				}
			}
			if hit {
				found++
				by[ways[k]]++
			} else {
				t.Logf("missed (%s): %q", ways[k], text)
			}
		}
	}
	suggested := 0
	for _, text := range readLines(t, "others.txt") {
		for _, x := range m.Match(text) {
			if suggested++; x.Tier == Confirmed {
				confirmed++
				wrong++
				t.Errorf("%q is confirmed as %q", text, claims[x.Claim].Text)
			} else {
				t.Logf("%q is suggested as %q", text, claims[x.Claim].Text)
			}
		}
	}
	t.Logf("recall confirmed+suggested %d/%d = %.3f (of %d each: %v); confirmed %d, wrong %d; suggested for other texts %d", found, all, float64(found)/float64(all), len(texts), by, confirmed, wrong, suggested)
	if float64(found) < 0.9*float64(all) || wrong*100 > confirmed || confirmed == 0 {
		t.Errorf("recall %d/%d, confirmed %d of which wrong %d; want .90 and at most 1 %%", found, all, confirmed, wrong)
	}
}
