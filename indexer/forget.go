package indexer

import (
	"context"
	"fmt"
	"time"

	"langnghe/internal/news"
)

// Erase removes an item from the store, the index and the stream for good:
// content, earlier contents, signature. It returns when no file holds a word
// of it. What was counted stays counted. The id never comes back, whoever
// delivers it again; erasing an unknown id does just that.
func (ix *Indexer) Erase(ctx context.Context, e news.Erased) error {
	// One at a time: while a month is scrubbed for one item, no other may
	// hope that it was scrubbed for it as well.
	ix.erasing.Lock()
	defer ix.erasing.Unlock()
	if err := ix.erase(ctx, e); err != nil {
		return fmt.Errorf("indexer: erase %s: %w", e.ID, err)
	}
	return nil
}

func (ix *Indexer) erase(ctx context.Context, e news.Erased) error {
	if e.ID == "" {
		return badRequest("erase: no id")
	}
	if err := ix.eraseStored(ctx, e); err != nil {
		return err
	}
	if err := ix.scrub(ctx); err != nil {
		return err
	}
	if ix.opts.Purge != nil {
		if err := ix.opts.Purge(ctx, e.ID); err != nil {
			return fmt.Errorf("purge the stream: %w", err)
		}
	}
	return ix.audit(ctx, news.Audit{
		ID: fmt.Sprintf("indexer/erase/%s/%d", e.ID, e.At.UnixMilli()), At: ix.opts.Now().UTC(),
		Act: "item.erase", Object: e.ID, Detail: e.Reason,
	})
}

func (ix *Indexer) eraseStored(ctx context.Context, e news.Erased) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	key, found, err := ix.opts.Store.Erase(ctx, e.ID, ix.opts.Now().UTC())
	if err != nil {
		return err
	}
	if !found {
		return nil
	}
	ix.behind = true
	if ix.echo != nil && ix.echo.month == key.Month() {
		ix.echo.note(nil, []Key{key})
	}
	if err := ix.step("erased"); err != nil {
		return err
	}
	return ix.catchUp(ctx)
}

// scrub leaves no word of erased items in the index's files: a deleted
// document stays in its segment until that is merged, so the month is made
// again.
func (ix *Indexer) scrub(ctx context.Context) error {
	months, err := ix.opts.Store.Scrubs(ctx)
	if err != nil {
		return err
	}
	for _, m := range months {
		from, to, err := monthRange(m)
		if err != nil {
			return err
		}
		n, err := ix.opts.Store.Count(ctx, from, to)
		if err != nil {
			return err
		}
		if n == 0 {
			err = ix.drop(ctx, m)
		} else {
			err = ix.rebuild(ctx, m, nil)
		}
		if err != nil {
			return err
		}
		if err := ix.opts.Store.Scrubbed(ctx, m); err != nil {
			return err
		}
	}
	return ix.opts.Store.Vacuum(ctx)
}

// drop deletes a month's part if it has no items any more.
func (ix *Indexer) drop(ctx context.Context, month string) error {
	ix.rebuilding.Lock()
	defer ix.rebuilding.Unlock()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	from, to, err := monthRange(month)
	if err != nil {
		return err
	}
	n, err := ix.opts.Store.Count(ctx, from, to)
	if err != nil || n > 0 {
		return err
	}
	return ix.engine.Drop(month)
}

// Tidy makes the months that are over quick to search. Run it now and then.
func (ix *Indexer) Tidy(ctx context.Context) error {
	ix.rebuilding.Lock()
	defer ix.rebuilding.Unlock()
	for _, m := range ix.engine.Months() {
		if m >= ix.opts.Now().Add(-closedFor).In(Zone).Format("2006-01") {
			continue
		}
		if err := ix.engine.Compact(ctx, m); err != nil {
			return fmt.Errorf("indexer: tidy: %w", err)
		}
	}
	return nil
}

// closedFor is how long after its end a month still gets late items enough
// to be left alone.
const closedFor = 48 * time.Hour

// Retain forgets the texts that are older than TextDays, settles the counts
// of their days and drops months of the index that have no items left. Run
// it once a day.
func (ix *Indexer) Retain(ctx context.Context) error {
	now := ix.opts.Now().UTC()
	horizon := DayStart(now.In(Zone).AddDate(0, 0, -ix.opts.TextDays))
	total := 0
	for {
		n, err := ix.expire(ctx, horizon)
		if err != nil {
			return fmt.Errorf("indexer: retain: %w", err)
		}
		if total += n; n < maxBatch {
			break
		}
	}
	for _, m := range ix.engine.Months() {
		if err := ix.drop(ctx, m); err != nil {
			return fmt.Errorf("indexer: retain: %w", err)
		}
	}
	if total == 0 {
		return nil
	}
	if err := ix.opts.Store.Vacuum(ctx); err != nil {
		return fmt.Errorf("indexer: retain: %w", err)
	}
	ix.opts.Log.Info("old texts are gone", "items", total, "before", Day(horizon))
	return ix.audit(ctx, news.Audit{
		ID: fmt.Sprintf("indexer/expire/%s/%d", Day(horizon), now.UnixMilli()), At: now,
		Act: "items.expire", Detail: fmt.Sprintf("%d items before %s", total, Day(horizon)),
	})
}

func (ix *Indexer) expire(ctx context.Context, horizon time.Time) (int, error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	n, err := ix.opts.Store.Expire(ctx, horizon, maxBatch)
	if err != nil {
		return 0, err
	}
	if n < maxBatch && horizon.After(ix.settled) {
		ix.settled = horizon
	}
	if n > 0 {
		ix.behind = true
	}
	return n, ix.catchUp(ctx)
}

func (ix *Indexer) audit(ctx context.Context, a news.Audit) error {
	if ix.opts.Audit == nil {
		return nil
	}
	a.Role, a.Who = "indexer", "system"
	if err := ix.opts.Audit(ctx, a); err != nil {
		return fmt.Errorf("audit %s: %w", a.Act, err)
	}
	return nil
}
