package app

import (
	"context"
	"time"

	"langnghe/indexer"
	"langnghe/review"
)

// spread asks the indexer how much was written of a case's stories.
func (b *builder) spread(ctx context.Context, stories []string, from, to time.Time) (review.Spread, error) {
	var out review.Spread
	voices := map[string]bool{}
	for _, story := range stories {
		for offset := 0; ; {
			page, err := ask(b, AskSearch)(ctx, indexer.Query{Story: story, From: from, To: to, Newest: true, Offset: offset, Limit: 200})
			if err != nil {
				return review.Spread{}, err
			}
			for _, h := range page.Hits {
				out.Items++
				voices[h.Item.Voice()] = true
			}
			if offset += len(page.Hits); len(page.Hits) < 200 {
				break
			}
		}
	}
	out.Voices = len(voices)
	return out, nil
}
