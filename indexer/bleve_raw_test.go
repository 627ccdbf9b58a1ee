package indexer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// TestRaw compares what is read raw with what bleve's iterators say: for each
// term of each field of segments fresh, merged and with removed documents the
// documents, the weights and the positions, for folded keys as well.
func TestRaw(t *testing.T) {
	dir := t.TempDir()
	engine, err := OpenBleve(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { engine.Close() }()
	e := engine.(*bleveEngine)
	rng := rand.New(rand.NewPCG(3, 4))
	syllables := strings.Fields("nước nuoc nược mất mat mặt điện dien bão bao báo đường duong 500 a ạ quá qua vỡ vo đập dap")
	for i := range 300 {
		syllables = append(syllables, fmt.Sprint("từ", i))
	}
	at := firstKey(time.Date(2026, 11, 3, 8, 0, 0, 0, Zone))
	n, topics, gaps := 0, []string{"water", "roads"}, []string{" ", " ", " ", ". ", ", "}
	batch := func(size int) (docs []Doc) {
		for range size {
			var b strings.Builder
			for range 1 + rng.IntN(60) {
				b.WriteString(syllables[int(rng.ExpFloat64()*40)%len(syllables)])
				b.WriteString(gaps[rng.IntN(5)])
			}
			d := Doc{Key: at + Key(n), Text: b.String(), Values: map[string][]string{FieldTopic: topics[:1+rng.IntN(2)], FieldSource: {fmt.Sprint("s", rng.IntN(3))}, FieldStory: {fmt.Sprint(n)}}}
			if rng.IntN(3) == 0 {
				d.Title = "Tin " + syllables[rng.IntN(len(syllables))]
			}
			docs = append(docs, d)
			n++
		}
		return docs
	}
	compared, removed, merged, folded := 0, 0, 0, 0
	compare := func() {
		t.Helper()
		f := finding{e: e, ctx: context.Background()}
		defer f.close()
		raws, err := f.open("2026-11")
		if err != nil {
			t.Fatal(err)
		}
		slows, err := f.open("2026-11")
		if err != nil {
			t.Fatal(err)
		}
		for i, raw := range raws {
			slow := slows[i]
			slow.slow = true
			if slow.cols != raw.cols {
				t.Fatal("the segments changed between two looks")
			}
			if rawOf(raw.seg) == nil {
				continue // in memory
			}
			if raw.dead != nil {
				removed++
			}
			if len(raw.cols.keys) > 500 {
				merged++
			}
			for _, field := range []string{FieldText, FieldTextFold, FieldTitle, FieldTitleFold, FieldTopic, FieldSource, FieldStory, FieldStance} {
				words := slices.Concat(syllables, []string{"water", "roads", "s1", "7", "none", "tin", "漢"})
				for _, w := range words {
					a, err := raw.posting(field, w)
					if err != nil {
						t.Fatal(err)
					}
					b, err := slow.posting(field, w)
					if err != nil {
						t.Fatal(err)
					}
					if !a.bits.Equals(b.bits) || a.n != b.n || a.n > 0 && (len(a.raws) == 0 || len(b.lists) == 0) {
						t.Fatalf("%s %s: raw %v, bleve %v", field, w, a.bits, b.bits)
					}
					if a.n == 0 {
						continue
					}
					if len(a.raws) > 1 {
						folded++
					}
					wa, err := a.weights(30, len(raw.cols.keys))
					if err != nil {
						t.Fatal(field, w, err)
					}
					wb, err := b.weights(30, len(raw.cols.keys))
					if err != nil {
						t.Fatal(field, w, err)
					}
					// Raw ones may have removed documents as well.
					have := map[uint32]float32{}
					for i, doc := range wa.docs {
						have[doc] = wa.share[i]
					}
					for i, doc := range wb.docs {
						if have[doc] != wb.share[i] {
							t.Fatalf("%s %s: document %d has weight %v, bleve says %v", field, w, doc, have[doc], wb.share[i])
						}
					}
					if len(wb.docs) != a.n || !slices.IsSorted(wa.docs) {
						t.Fatalf("%s %s: %d weights of %d documents", field, w, len(wb.docs), a.n)
					}
					compared++
					if !strings.HasPrefix(field, FieldText) && !strings.HasPrefix(field, FieldTitle) {
						continue
					}
					some := roaring.New() // not all, so that some are skipped
					for it := a.bits.Iterator(); it.HasNext(); {
						if doc := it.Next(); rng.IntN(3) > 0 {
							some.Add(doc)
						}
					}
					var ra, rb placesReader
					if err := ra.start(a, some); err != nil {
						t.Fatal(err)
					}
					if err := rb.start(b, some); err != nil {
						t.Fatal(err)
					}
					for it := some.Iterator(); it.HasNext(); {
						doc := it.Next()
						pa, err := ra.at(doc)
						if err != nil {
							t.Fatalf("%s %s: document %d: %v", field, w, doc, err)
						}
						pb, err := rb.at(doc)
						if err != nil || len(pb) == 0 || !slices.Equal(pa, pb) {
							t.Fatalf("%s %s: document %d has it at %v, bleve says %v, %v", field, w, doc, pa, pb, err)
						}
					}
				}
			}
		}
	}
	for round := range 14 {
		docs := batch([]int{40, 1200, 3}[round%3])
		var gone []Key
		for range n / 50 {
			gone = append(gone, at+Key(rng.IntN(n)))
		}
		if err := e.Write(t.Context(), "2026-11", docs, gone); err != nil {
			t.Fatal(err)
		}
		if round%4 == 3 {
			compare()
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if engine, err = OpenBleve(dir); err != nil {
		t.Fatal(err)
	}
	e = engine.(*bleveEngine)
	compare()
	if compared == 0 || removed == 0 || merged == 0 || folded == 0 {
		t.Errorf("%d terms compared, %d segments with removed documents, %d large ones, %d folded keys of several", compared, removed, merged, folded)
	}
	t.Logf("%d terms compared, %d segments with removed documents, %d large ones, %d folded keys of several", compared, removed, merged, folded)
}
