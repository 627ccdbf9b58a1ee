package indexer

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"langnghe/internal/news"
	"langnghe/internal/reading"
)

// storyAge is how long after its last item a copy still joins a story.
// It is as long as texts are kept by default, so that old news that comes
// again is known as what it is.
const storyAge = 90 * 24 * time.Hour

// silent is how long a story rests before a copy of it is that story again.
const silent = 14 * 24 * time.Hour

// stories names the near-duplicates of one text. What it knows is rebuilt
// from the stored signatures, so a restart does not split a story.
type stories struct{ known *reading.Stories }

func loadStories(ctx context.Context, store Store, now time.Time) (*stories, error) {
	s := &stories{reading.NewStories(storyAge)}
	// First those that began a story, then those that keep it alive; a copy
	// may have an earlier event time than what it is a copy of.
	for _, first := range []bool{true, false} {
		err := store.Signatures(ctx, time.Time{}, func(g Signature) error {
			if (g.ID == g.Story) != first {
				return nil
			}
			var sig reading.Signature
			if err := sig.UnmarshalBinary(g.Data); err != nil {
				return fmt.Errorf("signature of %s: %w", g.ID, err)
			}
			s.known.Insert(g.ID, g.Story, sig, g.At)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	s.known.Expire(now.Add(-storyAge))
	return s, nil
}

// assign gives an item its story and signature.
func (s *stories) assign(c *Change) error {
	text := storyText(&c.Item)
	sig := reading.Sign(text)
	data, err := sig.MarshalBinary()
	if err != nil {
		return err
	}
	c.Signature = data
	if r := c.Item.Reading; r.Story == "" {
		var first, last time.Time
		r.Story, first, last = s.known.Join(c.Item.ID, sig, c.Item.At())
		if !last.IsZero() && c.Item.At().Sub(last) >= silent {
			r.Again = first
		}
	} else {
		s.known.Insert(c.Item.ID, r.Story, sig, c.Item.At())
	}
	return nil
}

func storyText(it *news.Item) string { return cmp.Or(it.Text, it.Title) }
