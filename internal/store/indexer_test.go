package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
)

// The indexer's own tests run on this store; here is what they cannot see.

func openTestIndexer(t *testing.T, dir string) *Indexer {
	t.Helper()
	x, err := OpenIndexer(context.Background(), filepath.Join(dir, "indexer.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func testChange(id string, key indexer.Key) *indexer.Change {
	it := news.Item{ID: id, Kind: news.Post, Text: "chữ", Observed: key.At(), Reading: &news.Reading{Story: "s"}}
	return &indexer.Change{Stored: indexer.Stored{Key: key, Item: it, Hash: it.Hash(), Seen: it.Observed}, Signature: []byte{1}}
}

func TestIndexerKeys(t *testing.T) {
	ctx := t.Context()
	x := openTestIndexer(t, t.TempDir())
	key := indexer.Key(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).UnixMilli() << 21)
	a, b, c := testChange("a", key), testChange("b", key), testChange("c", key)
	if err := x.Write(ctx, []*indexer.Change{a, b}, nil); err != nil {
		t.Fatal(err)
	}
	if err := x.Write(ctx, []*indexer.Change{c}, nil); err != nil {
		t.Fatal(err)
	}
	if a.Key != key || b.Key != key+1 || c.Key != key+2 {
		t.Errorf("keys %v %v %v, want one behind the other from %v", a.Key, b.Key, c.Key, key)
	}
	// A key that the index must lose is not lost once it is taken again.
	if _, found, err := x.Erase(ctx, "b", key.At()); err != nil || !found {
		t.Fatalf("Erase = %v, %v", found, err)
	}
	d := testChange("d", key)
	if err := x.Write(ctx, []*indexer.Change{d}, nil); err != nil {
		t.Fatal(err)
	}
	if d.Key != b.Key {
		t.Errorf("key %v, want the free one %v", d.Key, b.Key)
	}
	if _, gone, err := x.Unindexed(ctx, 10); err != nil || len(gone) != 0 {
		t.Errorf("gone %v, %v: the key is in use", gone, err)
	}
	var signed []string
	err := x.Signatures(ctx, time.Time{}, func(s indexer.Signature) error {
		signed = append(signed, s.ID)
		return nil
	})
	if err != nil || len(signed) != 3 {
		t.Errorf("signatures of %v, %v, want a c d", signed, err)
	}
}

// TestIndexerWhole checks that a batch is stored whole or not at all.
func TestIndexerWhole(t *testing.T) {
	ctx := t.Context()
	x := openTestIndexer(t, t.TempDir())
	key := indexer.Key(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).UnixMilli() << 21)
	bad := testChange("b", key)
	bad.Item.Reading.Topics = []news.Topic{{ID: "water", Score: nan()}} // JSON has no such number
	if err := x.Write(ctx, []*indexer.Change{testChange("a", key), bad}, nil); err == nil {
		t.Fatal("Write succeeds")
	}
	if _, err := x.Item(ctx, "a"); !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("half of a batch was stored: %v", err)
	}
	if tallies, err := x.Tallies(ctx, indexer.Daily, time.Time{}, key.At().AddDate(0, 0, 1)); err != nil || len(tallies) != 0 {
		t.Errorf("half of a batch was counted: %v, %v", tallies, err)
	}
}

func nan() float64 {
	var zero float64
	return zero / zero
}
