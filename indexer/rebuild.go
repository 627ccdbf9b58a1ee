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

// Renew rebuilds the months that were written with an earlier mapping, each
// beside the live one; searches and new items go on. With nothing to do it
// returns at once. What a stop or a crash leaves, the next start does.
func (ix *Indexer) Renew(ctx context.Context) error {
	for _, m := range ix.engine.Old() {
		if err := ix.rebuild(ctx, m, nil); err != nil {
			return fmt.Errorf("indexer: renew %s: %w", m, err)
		}
		ix.opts.Log.Info("month of the index was rebuilt with this mapping", "month", m, "mapping", MappingVersion)
	}
	return nil
}

func docsOf(items []Stored) []Doc {
	docs := make([]Doc, len(items))
	for i := range items {
		docs[i] = docOf(&items[i])
	}
	return docs
}

// Reindex makes the whole index again from the store, month by month beside
// the live one. Items that were read with another version of the reader are
// read again first, unless their reading came with them. Searches and new
// items go on; nothing is announced. progress may be nil; [Indexer.Status]
// has it too.
func (ix *Indexer) Reindex(ctx context.Context, progress func(done, total int)) error {
	total, _, _, err := ix.opts.Store.Status(ctx)
	if err != nil {
		return fmt.Errorf("indexer: reindex: %w", err)
	}
	months, err := ix.months(ctx)
	if err != nil {
		return fmt.Errorf("indexer: reindex: %w", err)
	}
	defer func() {
		ix.reindexed.Store(0)
		ix.reindexing.Store(0)
	}()
	ix.reindexing.Store(int64(total))
	done, again := 0, 0
	for _, m := range months {
		n, err := ix.reread(ctx, m)
		if err != nil {
			return fmt.Errorf("indexer: reindex: read %s again: %w", m, err)
		}
		again += n
		err = ix.rebuild(ctx, m, func(n int) {
			done = min(done+n, total)
			ix.reindexed.Store(int64(done))
			if progress != nil {
				progress(done, total)
			}
		})
		if err != nil {
			return fmt.Errorf("indexer: reindex: %w", err)
		}
	}
	ix.opts.Log.Info("index was made again", "items", done, "months", len(months), "read_again", again)
	return nil
}

// rereadBatch is how many items are read while new ones wait.
const rereadBatch = 200

// reread brings the readings of a month to the version of the reader. A crash
// leaves some items read again and some not; the next time does the rest. The
// live index keeps the old values until the month is rebuilt.
func (ix *Indexer) reread(ctx context.Context, month string) (n int, err error) {
	from, to, err := monthRange(month)
	if err != nil {
		return 0, err
	}
	for from < to {
		last, k, err := ix.rereadSome(ctx, from, to)
		if err != nil {
			return n, err
		}
		if last == 0 {
			return n, nil
		}
		n, from = n+k, last+1
	}
	return n, nil
}

func (ix *Indexer) rereadSome(ctx context.Context, from, to Key) (last Key, n int, err error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	items, err := ix.opts.Store.Between(ctx, from, to, rereadBatch)
	if err != nil || len(items) == 0 {
		return 0, 0, err
	}
	last = items[len(items)-1].Key
	want := ix.opts.Reader.Version()
	items = slices.DeleteFunc(items, func(s Stored) bool {
		r := s.Item.Reading
		return r != nil && (r.Version == want || r.Version == givenReading)
	})
	for i := range items {
		it := &items[i].Item
		old := it.Reading
		it.Reading = nil
		prior := 0
		if ix.opts.Prior != nil {
			prior = ix.opts.Prior(it.Source)
		}
		ix.read(it, prior)
		if old != nil {
			it.Reading.Story = old.Story // belongs to the text, which is the same
		}
	}
	if len(items) == 0 {
		return last, 0, nil
	}
	return last, len(items), ix.opts.Store.Reread(ctx, items)
}
