package indexer

import (
	"testing"

	"github.com/blevesearch/vellum"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"langnghe/internal/lang"
)

// foldAlphabet has what keys are made of and what could go wrong: marks alone
// and in any order, marks that stay, letters of other scripts, code points
// beyond the table.
var foldAlphabet = []rune("adeouy dđăâêôơưàạậếộừỹñç012漢가각가й\u0301\u0323\u0302\u0327\u0345\u302E\u302F\u20D0\u0E31\u093F\U0001D165\U0001D16D\U00011301ΐέאִ")

// TestFolder compares the automaton with the definition on any key.
func TestFolder(t *testing.T) {
	hits := 0
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom(foldAlphabet), 1, 8).Draw(t, "text"))
		if rapid.Bool().Draw(t, "nfd") {
			text = norm.NFD.String(text)
		}
		for _, tok := range lang.Tokens(nil, text) {
			key := lang.Key(text[tok.Start:tok.End])
			fold := lang.Fold(key)
			other := rapid.SampledFrom([]string{fold, key, fold + "a", fold[:len(fold)-1], "a"}).Draw(t, "other")
			for _, word := range []string{fold, other} {
				hits++
				if got, want := vellum.AutomatonContains(folder(word), []byte(key)), word == fold; got != want {
					t.Fatalf("folder %q accepts %q (%+q): %v, want %v", word, key, key, got, want)
				}
			}
		}
	})
	if hits == 0 {
		t.Error("nothing was compared")
	}
}
