package indexer

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"langnghe/internal/news"
)

// Item returns one stored item, or [ErrNotFound].
func (ix *Indexer) Item(ctx context.Context, id string) (news.Item, error) {
	s, err := ix.opts.Store.Item(ctx, id)
	if err != nil {
		return news.Item{}, err
	}
	return s.Item, nil
}

const (
	defaultPage = 500
	maxPage     = 1000
	maxPageText = 4 << 20 // bytes of text in one page, for it must fit into one message
)

// Items returns a page of stored items in event order: by time, then id.
func (ix *Indexer) Items(ctx context.Context, q ItemsQuery) (Items, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	var after time.Time
	var id string
	if q.Cursor != "" {
		ms, rest, ok := strings.Cut(q.Cursor, "/")
		n, err := strconv.ParseInt(ms, 10, 64)
		if !ok || err != nil || rest == "" {
			return Items{}, badRequest("items: cursor %q is not one that an answer gave", q.Cursor)
		}
		after, id = time.UnixMilli(n), rest
	}
	stored, err := ix.opts.Store.Range(ctx, q.From, q.To, after, id, limit+1)
	if err != nil {
		return Items{}, fmt.Errorf("indexer: items: %w", err)
	}
	out := Items{Items: []news.Item{}}
	size := 0
	for i := range stored {
		it := stored[i].Item
		size += len(it.Text)
		if n := len(out.Items); n > 0 && (n == limit || size > maxPageText) {
			last := &out.Items[n-1]
			out.Next = strconv.FormatInt(last.At().UnixMilli(), 10) + "/" + last.ID
			break
		}
		out.Items = append(out.Items, it)
	}
	return out, nil
}

// Status says what there is.
func (ix *Indexer) Status(ctx context.Context) (Status, error) {
	n, _, last, err := ix.opts.Store.Status(ctx)
	if err != nil {
		return Status{}, fmt.Errorf("indexer: status: %w", err)
	}
	s := Status{Items: n, Months: ix.engine.Months(), Mapping: MappingVersion, Reading: ix.opts.Reader.Version()}
	s.Damaged = ix.engine.Stale()
	if _, s.Docs, err = ix.engine.Docs(ctx, "", nil); err != nil {
		return Status{}, fmt.Errorf("indexer: status: %w", err)
	}
	s.Reindexed, s.Reindexing = int(ix.reindexed.Load()), int(ix.reindexing.Load())
	if n > 0 {
		s.Newest = last.At()
	}
	return s, nil
}
