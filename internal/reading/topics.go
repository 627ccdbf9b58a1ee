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
	sum  float64
	hits [5]hit // the first of them
	n    int
	cue  *found // of the subject, if there are no hits
}

func (t *subject) because(v *view) []news.Span {
	if t.n == 0 && t.cue != nil {
		return t.cue.spans(v)
	}
	if t.n == 0 {
		return nil
	}
	out := make([]news.Span, t.n)
	for i, x := range t.hits[:t.n] {
		out[i] = v.span(x.start, x.end)
	}
	return out
}

// subjects weighs the topics of s.view, in the order of news.TopicIDs. cues
// add the subject of their family.
func (r *Reader) subjects(s *desk, cues []found) []subject {
	v, h := &s.view, s.hits
	s.subjects = zeroed(s.subjects, len(news.TopicIDs))
	all, seen := s.subjects, s.seen
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
			if t.n < len(t.hits) {
				t.hits[t.n] = x
				t.n++
			}
		}
		for k := range cues {
			if c := &cues[k]; c.topic == id {
				t.sum += float64(c.force)
				t.cue = c
				break
			}
		}
	}
	s.seen = seen
	return all
}

// stands reports whether a subject stands out.
func stands(all []subject) bool {
	return slices.ContainsFunc(all, func(t subject) bool { return t.sum >= topicFloor })
}

// topics are the subjects that stand out.
func topics(v *view, all []subject) []news.Topic {
	var out []news.Topic
	for i, id := range news.TopicIDs {
		if all[i].sum >= topicFloor {
			out = append(out, news.Topic{ID: id, Score: all[i].sum, Because: all[i].because(v)})
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
		t := news.Topic{ID: id, Score: round(min(p, 0.99)), Because: all[i].because(&s.view)}
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
