package indexer

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// soon fails the test when f takes longer than damaged bytes are worth.
func soon(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("reading a few damaged bytes does not end")
	}
}

func numbers(ns ...uint64) (out []byte) {
	for _, n := range ns {
		out = binary.AppendUvarint(out, n)
	}
	return out
}

// TestRawCounts gives counts that the file has no bytes for: they cost no
// more than the bytes there are.
func TestRawCounts(t *testing.T) {
	const huge = math.MaxUint64
	// One document, one chunk; what it has is 5 numbers: field, place, from,
	// to, and how many places in arrays.
	place := numbers(0, 7, 0, 3, 0)
	for name, c := range map[string]struct {
		data []byte
		want bool // a place
	}{
		"whole":                {append(numbers(1, 6, 5), place...), true},
		"places in arrays":     {append(numbers(1, 15, 14), numbers(0, 7, 0, 3, huge)...), false},
		"bytes of a document":  {append(numbers(1, 6, huge), place...), false},
		"wraps round":          {append(numbers(1, 16, huge-14), place...), false},
		"chunks":               {append(numbers(40), bytes.Repeat([]byte{1}, 100)...), false},
		"chunks of no bytes":   {numbers(huge), false},
		"ends that go back":    {append(numbers(2, 9, 6, 5), place...), false},
		"an end beyond":        {append(numbers(1, huge, 5), place...), false},
		"nothing":              {nil, false},
		"a number without end": {bytes.Repeat([]byte{0xFF}, 30), false},
	} {
		l := &rawList{data: c.data, docs: roaring.BitmapOf(0), chunk: 1, chunks: 2}
		soon(t, func() {
			p, err := newRawPlaces(l)
			var got []uint64
			if err == nil {
				got, err = p.at(nil, 0)
			}
			if c.want != (err == nil && len(got) == 1 && got[0] == 7) || !c.want && !errors.Is(err, errRaw) {
				t.Errorf("%s: %v, %v", name, got, err)
			}
			if err := l.each(func(int, uint64, uint64) {}); err != nil && !errors.Is(err, errRaw) {
				t.Errorf("%s: each: %v", name, err)
			}
		})
	}
}

// TestRawTable allows a table as many chunks as the list can have, whatever
// the size of the file.
func TestRawTable(t *testing.T) {
	data := append(numbers(1000), make([]byte, 1<<20)...)
	l := &rawList{data: data, chunk: 1024, chunks: 2}
	if _, ends, err := l.table(0); !errors.Is(err, errRaw) {
		t.Errorf("%d chunks, %v, want errRaw", len(ends), err)
	}
	l.chunks = 1000
	if _, ends, err := l.table(0); err != nil || len(ends) != 1000 {
		t.Errorf("%d chunks, %v, want 1000", len(ends), err)
	}
}

// A damaged segment has other bytes.
type damagedSegment struct {
	rawSegment
	data []byte
}

func (d damagedSegment) Data() []byte { return d.data }

// TestRawDamaged reads a segment with one or a few wrong bytes in its lists:
// it ends, with or without an error, and does not panic.
func TestRawDamaged(t *testing.T) {
	engine, err := OpenBleve(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	e := engine.(*bleveEngine)
	at := firstKey(time.Date(2026, 11, 3, 8, 0, 0, 0, Zone))
	for round := range 3 {
		var docs []Doc
		for i := range 300 {
			docs = append(docs, Doc{Key: at + Key(round*1000+i), Text: fmt.Sprintf("mất nước nuoc nước từ%d %d", i%7, i)})
		}
		if err := e.Write(t.Context(), "2026-11", docs, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := engine.Close(); err != nil { // what was in memory is on the disk then
		t.Fatal(err)
	}
	if engine, err = OpenBleve(e.dir); err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	f := finding{e: engine.(*bleveEngine), ctx: context.Background()}
	defer f.close()
	views, err := f.open("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	var seg rawSegment
	for _, v := range views {
		if r := rawOf(v.seg); r != nil && (seg == nil || r.NumDocs() > seg.NumDocs()) {
			seg = r
		}
	}
	if seg == nil {
		t.Fatal("no segment on the disk")
	}
	d, err := newRawDict(seg, FieldText)
	if err != nil || d.fst == nil {
		t.Fatal(d, err)
	}
	r, err := d.fst.Reader()
	if err != nil {
		t.Fatal(err)
	}
	good := seg.Data()
	rng := rand.New(rand.NewPCG(1, 2))
	read, refused := 0, 0
	for _, word := range []string{"nước", "từ3", "17"} {
		l, ok, err := d.list(r, word)
		if err != nil || !ok {
			t.Fatal(word, ok, err)
		}
		if l.one {
			continue
		}
		from, end := min(l.freqs, l.loc), uint64(0)
		for _, table := range []uint64{l.freqs, l.loc} {
			start, ends, err := l.table(table)
			if err != nil {
				t.Fatal(word, err)
			}
			end = max(end, start+ends[len(ends)-1])
		}
		end += 40 + l.docs.GetSerializedSizeInBytes() // where the list itself is
		data := bytes.Clone(good)
		for range 3000 {
			copy(data[from:end], good[from:end])
			for range 1 + rng.IntN(3) {
				where := from + rng.Uint64N(end-from)
				if rng.IntN(2) == 0 {
					where = l.loc + rng.Uint64N(30)
				}
				data[where] = byte(rng.UintN(256))
				for k := where; rng.IntN(3) == 0 && k < end-10; { // a number as large as can be
					copy(data[k:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
					break
				}
			}
			soon(t, func() {
				bad := rawDict{seg: damagedSegment{seg, data}, fst: d.fst}
				l, _, err := bad.list(r, word)
				if err == nil {
					err = errors.Join(l.each(func(int, uint64, uint64) {}), func() error {
						p, err := newRawPlaces(&l)
						for docs := l.docs.Iterator(); err == nil && docs.HasNext(); {
							var got []uint64
							got, err = p.at(nil, docs.Next())
							if len(got) > len(data) {
								t.Errorf("%d places of %d bytes", len(got), len(data))
							}
						}
						return err
					}())
				}
				if read++; err != nil {
					refused++
				}
			})
		}
	}
	if read == 0 || refused == 0 || refused == read {
		t.Errorf("%d damaged lists read, %d refused: want some of both", read, refused)
	}
	t.Logf("%d damaged lists read, %d refused", read, refused)
}
