package reading

import (
	"cmp"
	"slices"

	"langnghe/internal/news"
)

// Limits of topics: how much evidence one needs, alone and beside the
// strongest, and how many an item may have.
const (
	topicFloor = 1.0
	topicShare = 0.5
	maxTopics  = 3
	// A topic is as sure as its evidence: score/(score+topicHalf).
	topicHalf = 1.5
)

// topics weighs the subjects of v. cues add the subject of their family.
func (r *Reader) topics(v *view, h hits, cues []found) []news.Topic {
	var all []news.Topic
	var seen []uint64
	for i, id := range news.TopicIDs {
		var t news.Topic
		t.ID = id
		sum := 0.0
		seen = seen[:0]
		for _, x := range h[r.set.topics[i]] {
			var k uint64
			for _, w := range v.words[x.start:x.end] {
				k = k*31 + w.fold
			}
			if slices.Contains(seen, k) {
				continue
			}
			seen = append(seen, k)
			sum += float64(x.weight)
			if len(t.Because) < 5 {
				t.Because = append(t.Because, v.span(x.start, x.end))
			}
		}
		for _, c := range cues {
			if c.topic == id {
				sum += float64(c.force)
				if len(t.Because) == 0 {
					t.Because = c.spans(v)
				}
				break
			}
		}
		if sum >= topicFloor {
			t.Score = sum
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b news.Topic) int { return cmp.Compare(b.Score, a.Score) })
	if len(all) > maxTopics {
		all = all[:maxTopics]
	}
	for i := range all {
		if all[i].Score < all[0].Score*topicShare {
			all = all[:i]
			break
		}
	}
	for i := range all {
		all[i].Score = round(all[i].Score / (all[i].Score + topicHalf))
	}
	return all
}

// round keeps two decimals, so that scores read well and compare equal.
func round(x float64) float64 {
	if x < 0 {
		return -round(-x)
	}
	return float64(int(x*100+0.5)) / 100
}
