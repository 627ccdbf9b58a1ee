package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// An echo notes what is written to a month while it is being rebuilt.
type echo struct {
	month   string
	touched map[Key]struct{}
}

func (e *echo) note(put []Doc, remove []Key) {
	for i := range put {
		e.touched[put[i].Key] = struct{}{}
	}
	for _, k := range remove {
		e.touched[k] = struct{}{}
	}
}

// rebuild makes a month's part again from the store, beside the live one,
// and swaps. Writers wait only for the swap.
func (ix *Indexer) rebuild(ctx context.Context, month string, progress func(n int)) (err error) {
	ix.rebuilding.Lock()
	defer ix.rebuilding.Unlock()
	from, to, err := monthRange(month)
	if err != nil {
		return err
	}
	part, err := ix.engine.Rebuild(month)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, part.Discard()) }()
	e := &echo{month: month, touched: map[Key]struct{}{}}
	ix.mu.Lock()
	ix.echo = e
	ix.mu.Unlock()
	defer func() {
		ix.mu.Lock()
		ix.echo = nil
		ix.mu.Unlock()
	}()
	for from < to {
		items, err := ix.opts.Store.Between(ctx, from, to, maxBatch)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			break
		}
		if err := part.Write(ctx, docsOf(items), nil); err != nil {
			return err
		}
		if progress != nil {
			progress(len(items))
		}
		from = items[len(items)-1].Key + 1
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if len(e.touched) > 0 {
		var keys, remove []Key
		for k := range e.touched {
			keys = append(keys, k)
		}
		items, err := ix.opts.Store.Items(ctx, keys)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if !slices.ContainsFunc(items, func(s Stored) bool { return s.Key == k }) {
				remove = append(remove, k)
			}
		}
		if err := part.Write(ctx, docsOf(items), remove); err != nil {
			return err
		}
	}
	if err := ix.step("swap"); err != nil {
		return err
	}
	return part.Swap()
}

func docsOf(items []Stored) []Doc {
	docs := make([]Doc, len(items))
	for i := range items {
		docs[i] = docOf(&items[i])
	}
	return docs
}

// Reindex makes the whole index again from the store, month by month beside
// the live one. Searches and new items go on. progress may be nil.
func (ix *Indexer) Reindex(ctx context.Context, progress func(done, total int)) error {
	total, _, _, err := ix.opts.Store.Status(ctx)
	if err != nil {
		return fmt.Errorf("indexer: reindex: %w", err)
	}
	months, err := ix.months(ctx)
	if err != nil {
		return fmt.Errorf("indexer: reindex: %w", err)
	}
	done := 0
	for _, m := range months {
		err := ix.rebuild(ctx, m, func(n int) {
			if done += n; progress != nil {
				progress(min(done, total), total)
			}
		})
		if err != nil {
			return fmt.Errorf("indexer: reindex: %w", err)
		}
	}
	ix.opts.Log.Info("index was made again", "items", done, "months", len(months))
	return nil
}
