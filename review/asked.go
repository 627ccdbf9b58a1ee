package review

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
)

// An OpenQuestion is a topic that people ask about more than before and that
// no document in force covers: something to publish.
type OpenQuestion struct {
	Topic string
	Now   int         // distinct voices in seven days
	Was   int         // in the seven before
	Items []news.Item // of the seven days, as they came in
}

// fewAsk is how many voices make a question rise; fewer are answered one by
// one.
const fewAsk = 3

// Unanswered finds what rises among the questions of a week: three voices at
// least, and half as many again as in the week before. Items without a topic,
// of another place, or with an answer in the documents do not count. The most
// asked comes first.
func Unanswered(current, before []news.Item, covered func(*news.Item) bool) (out []OpenQuestion) {
	open := func(items []news.Item) map[string][]news.Item {
		m := map[string][]news.Item{}
		for i := range items {
			rd := items[i].Reading
			if rd == nil || len(rd.Topics) == 0 || rd.Area.Fit == news.OutOfArea || covered(&items[i]) {
				continue
			}
			m[rd.Topics[0].ID] = append(m[rd.Topics[0].ID], items[i])
		}
		return m
	}
	was := open(before)
	for topic, items := range open(current) {
		q := OpenQuestion{Topic: topic, Now: askers(items), Was: askers(was[topic]), Items: items}
		if q.Now >= fewAsk && 2*q.Now >= 3*q.Was {
			out = append(out, q)
		}
	}
	slices.SortFunc(out, func(a, b OpenQuestion) int {
		if a.Now != b.Now {
			return b.Now - a.Now
		}
		return strings.Compare(a.Topic, b.Topic)
	})
	return out
}

func askers(items []news.Item) int {
	seen := map[string]bool{}
	for i := range items {
		seen[items[i].Voice()] = true
	}
	return len(seen)
}

// Covers reports for items whether a document in force says something about
// what they ask, as of now. The answer about a text is kept for the day and
// until the register changes: a page asks about hundreds of texts that are
// the same as an hour ago.
func (d *Desk) Covers(ctx context.Context) (func(*news.Item) bool, error) {
	k, version, err := d.compared(ctx)
	if err != nil {
		return nil, fmt.Errorf("review: covers: %w", err)
	}
	at := d.now().Format(time.RFC3339)
	kept := d.covers.of(fmt.Sprint(version, " ", d.now().In(d.Zone).Format(time.DateOnly)))
	return func(it *news.Item) bool {
		text := it.Title + "\n" + it.Text
		return kept.get(text, func() bool {
			_, _, ok := k.Covers(official.Claim{ID: it.ID, Text: text, At: at})
			return ok
		})
	}, nil
}

// maxCovered bounds the answers that are kept, at 33 bytes each.
const maxCovered = 50_000

// covers keeps what [Desk.Covers] found in one state of the register.
type covers struct {
	mu    sync.Mutex
	state string
	set   *coverage
}

// of returns the answers of a state; those of another are forgotten.
func (c *covers) of(state string) *coverage {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set == nil || c.state != state {
		c.state, c.set = state, &coverage{have: map[[sha256.Size]byte]bool{}}
	}
	return c.set
}

type coverage struct {
	mu   sync.Mutex
	have map[[sha256.Size]byte]bool // by hash of the text
}

func (a *coverage) get(text string, ask func() bool) bool {
	key := sha256.Sum256([]byte(text))
	a.mu.Lock()
	ok, known := a.have[key]
	a.mu.Unlock()
	if known {
		return ok
	}
	ok = ask()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.have) >= maxCovered {
		clear(a.have)
	}
	a.have[key] = ok
	return ok
}

// mostOpen is how many open questions a digest names.
const mostOpen = 3

// toPublish are the lines of the reviewers' morning digest about what people
// ask and no document answers. They hold counts and topics, nobody's words. A
// digest goes out without them when the index does not answer.
func (d *Desk) toPublish(ctx context.Context) (lines news.Text) {
	if d.Asked == nil {
		return lines
	}
	now := d.now()
	ask := func(from, to time.Time) (items []news.Item, err error) { return d.Asked(ctx, from, to) }
	current, err := ask(now.AddDate(0, 0, -7), now)
	if err == nil {
		var before []news.Item
		if before, err = ask(now.AddDate(0, 0, -14), now.AddDate(0, 0, -7)); err == nil {
			var covered func(*news.Item) bool
			if covered, err = d.Covers(ctx); err == nil {
				open := Unanswered(current, before, covered)
				for _, q := range open[:min(len(open), mostOpen)] {
					name := news.Text{VI: q.Topic, EN: q.Topic}
					if d.TopicName != nil {
						name = d.TopicName(q.Topic)
					}
					lines.VI += fmt.Sprintf("\nNên công bố thông tin về %s: %d người hỏi trong 7 ngày (tuần trước %d), chưa văn bản nào trả lời.", name.VI, q.Now, q.Was)
					lines.EN += fmt.Sprintf("\nPublish something about %s: %d people asked within 7 days (%d the week before), no document answers.", name.In("en"), q.Now, q.Was)
				}
			}
		}
	}
	if err != nil {
		d.Log.Warn("digest: nothing about open questions", "err", err)
	}
	return lines
}
