// Package vi registers the analyzers of the search index: "vi_exact" emits
// the exact keys of [lang], "vi_fold" the folded ones; a field that needs both
// is indexed twice. Tokens take one position each and a sentence end one more,
// so that neighbours in the index are neighbours in one sentence, as the
// language's phrases are. Byte offsets are left out: what is shown is found by
// the matcher in the stored text, and they would be an eighth of the index.
// Queries are given keys and are never folded here: which field they ask
// decides.
//
// Import it for its side effect before opening an index.
package vi

import (
	"unsafe"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/registry"

	"langnghe/internal/lang"
)

// Names of the analyzers.
const (
	Exact = "vi_exact"
	Fold  = "vi_fold"
)

func init() {
	for name, a := range map[string]analyzer{Exact: {}, Fold: {fold: true}} {
		err := registry.RegisterAnalyzer(name, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) { return a, nil })
		if err != nil {
			panic(err) // the name is taken: a mistake in the program
		}
	}
}

type analyzer struct{ fold bool }

// Analyze implements analysis.Analyzer in one pass over the text.
func (a analyzer) Analyze(input []byte) analysis.TokenStream {
	if len(input) == 0 {
		return nil
	}
	text := unsafe.String(&input[0], len(input)) // bleve does not change input while we read it
	var buf [256]lang.Token
	tokens := lang.Tokens(buf[:0], text)
	out := make([]analysis.Token, len(tokens))
	stream := make(analysis.TokenStream, len(tokens))
	terms := make([]byte, 0, len(input))
	ends := 0
	for i, t := range tokens {
		if t.Has(lang.Sentence) {
			ends++
		}
		start := len(terms)
		if a.fold {
			terms = lang.AppendFold(terms, text[t.Start:t.End])
		} else {
			terms = lang.AppendKey(terms, text[t.Start:t.End])
		}
		kind := analysis.AlphaNumeric
		if t.Has(lang.Digits) {
			kind = analysis.Numeric
		}
		out[i] = analysis.Token{Term: terms[start:len(terms):len(terms)], Position: i + 1 + ends, Type: kind}
		stream[i] = &out[i]
	}
	return stream
}
