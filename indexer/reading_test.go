package indexer_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"langnghe/indexer"
	"langnghe/internal/news"
	"langnghe/internal/reading"
	"langnghe/internal/store"
)

// TestReading runs on the reader that the service runs on.
func TestReading(t *testing.T) {
	reader, err := reading.New("thai-hoa-2026")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	st, err := store.OpenIndexer(t.Context(), filepath.Join(dir, "indexer.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ix, err := indexer.Open(indexer.Options{
		Dir: filepath.Join(dir, "index"), Store: st, Reader: reader, Now: func() time.Time { return start },
		Announce: func(context.Context, []news.Indexed) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	err = ix.Take(t.Context(), []news.Found{
		post("here", "Khối Tân Thành phường Thái Hòa mất nước ba ngày nay rồi, bức xúc quá, bao giờ mới có nước?", start.Add(-time.Hour)),
		{Item: post("there", "Kẹt xe ở Vũng Tàu, thành phố Hồ Chí Minh, đường vào trung tâm đông nghẹt", start).Item},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []indexer.Query{
		{Topics: []string{"water"}, Areas: []string{news.InArea}},
		{Text: "mat nuoc thai hoa"},
		{Text: "topic:water AND area:in_area"},
		{},
	} {
		res, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(res); !slices.Equal(got, []string{"here"}) {
			t.Errorf("%+v: found %v, want the post about the ward", q, got)
		}
	}
	if it, err := ix.Item(t.Context(), "here"); err != nil || it.Reading.Version != reader.Version() {
		t.Errorf("reading %+v, %v", it.Reading, err)
	}
}
