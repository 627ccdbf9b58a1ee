package indexer_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
)

// TestSameInstant stores many items of one millisecond, as imports of dates
// without a time give.
func TestSameInstant(t *testing.T) {
	r := newRig(t)
	const n = 3000
	var batch []news.Found
	for i := range n {
		batch = append(batch, post(fmt.Sprint("i", i), "tin nước", start))
	}
	r.take(batch...)
	r.take(batch...)
	seen := map[string]bool{}
	for offset := 0; offset < n; offset += 200 {
		for _, id := range ids(r.search(indexer.Query{Offset: offset, Limit: 200})) {
			seen[id] = true
		}
	}
	if len(seen) != n || len(r.announced) != n {
		t.Errorf("found %d, announced %d, want %d", len(seen), len(r.announced), n)
	}
}

// TestBusy reads, writes, erases and reindexes at once; run it with -race.
func TestBusy(t *testing.T) {
	r := newRig(t)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	const rounds, size = 6, 20
	var wg sync.WaitGroup
	done := make(chan struct{})
	forever := func(f func() error) {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(2 * time.Millisecond):
				}
				if err := f(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for _, q := range []indexer.Query{{Text: "tin nước"}, {Newest: true}, {Text: "tin AND nước", Facets: true}} {
		forever(func() error { _, err := r.ix.Search(ctx, q); return err })
	}
	forever(func() error {
		_, err := r.ix.Counts(ctx, indexer.CountQuery{Bucket: "day", By: "topic"})
		return err
	})
	forever(func() error { return r.ix.Reindex(ctx, nil) })
	for i := range rounds {
		var batch []news.Found
		for j := range size {
			batch = append(batch, post(fmt.Sprint("i", i, "-", j), "tin nước", start.AddDate(0, 0, -3*j)))
		}
		if err := r.ix.Take(ctx, batch); err != nil {
			t.Fatal(err)
		}
		if err := r.ix.Erase(ctx, news.Erased{ID: batch[i%size].Item.ID, At: start}); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	wg.Wait()
	if res := r.search(indexer.Query{Text: "tin AND nước", Limit: 200, Facets: true}); res.Total != rounds*(size-1) {
		t.Errorf("%d items, want %d", res.Total, rounds*(size-1))
	}
	if res := r.search(indexer.Query{Text: "tin nước", Limit: 200}); res.Total != rounds*(size-1) {
		t.Errorf("%d items, want %d", res.Total, rounds*(size-1))
	}
}
