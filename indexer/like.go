package indexer

import (
	"cmp"
	"context"
	"math"
	"slices"

	"langnghe/internal/lang"
)

const (
	// likeWords is how many of an item's words stand for it, likeLeast how many
	// of them another item must have; one word alone says nothing.
	likeWords = 16
	likeLeast = 4
	// likeText bounds how much of a text is looked at, in tokens: what an
	// article is about stands at its head.
	likeText = 400
)

// compileLike makes the search for items like another: those that have several
// of the words that set it apart. Copies of it are one story with it and are
// left out.
func (s *searching) compileLike(ctx context.Context) error {
	st, err := s.ix.opts.Store.Item(ctx, s.q.Like)
	if err != nil {
		return err
	}
	if s.plain, err = s.ix.likeness(ctx, st.Item.Title+"\n"+st.Item.Text); err != nil {
		return err
	}
	about := s.plain.clause()
	about.Min = max(2, min(likeLeast, len(s.plain.words)))
	where := Clause{Op: And, Kids: []Clause{about}}
	if r := st.Item.Reading; r != nil && r.Story != "" {
		where.Kids = append(where.Kids, Clause{Op: Not, Kids: []Clause{{Op: Term, Field: FieldStory, Words: []string{r.Story}}}})
	}
	s.ask.Where = where
	return nil
}

// likeness picks the words of a text that say most about it: those that it
// has often and others have seldom. A word that nothing else has finds
// nothing.
func (ix *Indexer) likeness(ctx context.Context, text string) (*plain, error) {
	tokens := lang.Tokens(nil, text)
	tokens = tokens[:min(len(tokens), likeText)]
	accents := 0
	for i := range tokens {
		if !tokens[i].Has(lang.Folded) {
			accents++
		}
	}
	field, lenient := FieldText, accents*10 <= len(tokens) // as the language tells accentless texts
	if lenient {
		field = FieldTextFold
	}
	at, often := map[string]int{}, []int{}
	var words []word
	for _, t := range tokens {
		if !t.Has(lang.Letters) || t.RuneEnd-t.RuneStart < 2 {
			continue
		}
		key := lang.Key(text[t.Start:t.End])
		i, ok := at[key]
		if !ok {
			i = len(words)
			at[key] = i
			words = append(words, word{key: key, fold: lang.Fold(key), hash: t.Key, fhash: t.Fold, lenient: lenient})
			often = append(often, 0)
		}
		often[i]++
	}
	terms := make([]string, len(words))
	for i := range words {
		terms[i] = words[i].key
		if lenient {
			terms[i] = words[i].fold
		}
	}
	docs, all, err := ix.engine.Docs(ctx, field, terms)
	if err != nil {
		return nil, err
	}
	type scored struct {
		word
		worth float64
	}
	var best []scored
	for i, w := range words {
		if docs[i] < 2 {
			continue
		}
		tf := float64(often[i])
		best = append(best, scored{w, tf / (tf + 1) * math.Log(float64(all)/float64(docs[i]))})
	}
	slices.SortStableFunc(best, func(a, b scored) int { return cmp.Compare(b.worth, a.worth) })
	p := new(plain)
	for _, w := range best[:min(likeWords, len(best))] {
		p.words = append(p.words, w.word)
	}
	return p, nil
}
