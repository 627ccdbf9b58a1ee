package app

import (
	"context"
	"strings"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/reports"
)

// asked finds the questions of a span of time, as many as one page holds.
func (b *builder) asked(ctx context.Context, from, to time.Time) ([]news.Item, error) {
	found, err := ask(b, AskSearch)(ctx, indexer.Query{Stances: []string{string(news.Question), string(news.RumourQuery)}, From: from, To: to, Newest: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	out := make([]news.Item, len(found.Hits))
	for i, h := range found.Hits {
		out[i] = h.Item
	}
	return out, nil
}

func topicName(id string) news.Text {
	return news.Text{VI: reports.TopicName(id), EN: strings.ReplaceAll(id, "_", " ")}
}
