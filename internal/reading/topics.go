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

// subject is what the lexicons and cues say of one topic.
type subject struct {
	sum     float64
	because []news.Span
}

// subjects weighs the topics of v, in the order of news.TopicIDs. cues add
// the subject of their family.
func (r *Reader) subjects(v *view, h hits, cues []found) []subject {
	all := make([]subject, len(news.TopicIDs))
	var seen []uint64
	for i, id := range news.TopicIDs {
		t := &all[i]
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
			t.sum += float64(x.weight)
			if len(t.because) < 5 {
				t.because = append(t.because, v.span(x.start, x.end))
			}
		}
		for _, c := range cues {
			if c.topic == id {
				t.sum += float64(c.force)
				if len(t.because) == 0 {
					t.because = c.spans(v)
				}
				break
			}
		}
	}
	return all
}

// topics are the subjects that stand out.
func topics(all []subject) []news.Topic {
	var out []news.Topic
	for i, id := range news.TopicIDs {
		if all[i].sum >= topicFloor {
			out = append(out, news.Topic{ID: id, Score: all[i].sum, Because: all[i].because})
		}
	}
	out = strongest(out)
	for i := range out {
		if out[i].Score < out[0].Score*topicShare {
			out = out[:i]
			break
		}
	}
	for i := range out {
		out[i].Score = round(out[i].Score / (out[i].Score + topicHalf))
	}
	return out
}

func strongest(all []news.Topic) []news.Topic {
	slices.SortStableFunc(all, func(a, b news.Topic) int { return cmp.Compare(b.Score, a.Score) })
	return all[:min(len(all), maxTopics)]
}

// Thresholds of the fitted topics.
const (
	topicLikely = 0.45
	topicAlone  = 0.12 // when no other is likely
	ruledTopic  = 0.15 // what it adds that the lexicons have it
)

// likelyTopics are the subjects that the model takes an item to have.
func (r *Reader) likelyTopics(s *desk, d *verdict, all []subject) []news.Topic {
	var out []news.Topic
	best := 0
	for i := range news.TopicIDs {
		if d.topic(i) > d.topic(best) {
			best = i
		}
	}
	for i, id := range news.TopicIDs {
		p := d.topic(i)
		if all[i].sum >= topicFloor {
			p += ruledTopic
		}
		if p < topicLikely && (i != best || p < topicAlone) {
			continue
		}
		t := news.Topic{ID: id, Score: round(min(p, 0.99)), Because: all[i].because}
		if len(t.Because) == 0 {
			for _, x := range r.reasons(s, r.labels.topics+i, 3) {
				t.Because = append(t.Because, s.view.span(x.start, x.end))
			}
		}
		out = append(out, t)
	}
	return strongest(out)
}

// round keeps two decimals, so that scores read well and compare equal.
func round(x float64) float64 {
	if x < 0 {
		return -round(-x)
	}
	return float64(int(x*100+0.5)) / 100
}
