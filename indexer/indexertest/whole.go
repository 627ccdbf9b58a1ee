package indexertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"langnghe/indexer"
)

// testNot leaves documents out of what is found, counted and ranked.
func testNot(t *testing.T, e indexer.Engine, _ func() indexer.Engine) {
	put(t, e,
		doc(1, 1, "nước", indexer.FieldTone, "negative"),
		doc(2, 2, "nước", indexer.FieldTone, "negative"),
		doc(3, 3, "nước điện", indexer.FieldTone, "neutral"),
		doc(4, 4, "", indexer.FieldTitle, "", indexer.FieldSource, "Báo Nghệ An / số 1"),
	)
	water := term(indexer.FieldText, "nước")
	for _, newest := range []bool{false, true} {
		a := find(t, e, indexer.Ask{Where: water, Not: []indexer.Key{key(2, 2), key(9, 9)}, Newest: newest, Facets: []string{indexer.FieldTone}})
		got := numbers(a)
		slices.Sort(got)
		if want := map[string]int{"negative": 1, "neutral": 1}; !slices.Equal(got, []int{1, 3}) || a.Total != 2 || !maps.Equal(a.Facets[indexer.FieldTone], want) {
			t.Errorf("without one (newest %v): %v of %d with %v, want 1 3 with %v", newest, got, a.Total, a.Facets, want)
		}
		a = find(t, e, indexer.Ask{Where: water, Keys: []indexer.Key{key(1, 1), key(2, 2)}, Not: []indexer.Key{key(1, 1)}, Newest: newest})
		if got := numbers(a); !slices.Equal(got, []int{2}) {
			t.Errorf("with and without (newest %v): %v, want 2", newest, got)
		}
	}
	// What is left out ranks nothing.
	scores := func(ask indexer.Ask) map[indexer.Key]float64 {
		out := map[indexer.Key]float64{}
		for _, h := range find(t, e, ask).Hits {
			out[h.Key] = h.Score
		}
		return out
	}
	all := scores(indexer.Ask{Where: water})
	if got := scores(indexer.Ask{Where: water, Not: []indexer.Key{key(1, 1)}}); got[key(2, 2)] != all[key(2, 2)] || len(got) != 2 {
		t.Errorf("scores without one: %v, want those of %v", got, all)
	}
	if got := scores(indexer.Ask{Where: both(water, not(term(indexer.FieldText, "điện")))}); got[key(2, 2)] != all[key(2, 2)] || len(got) != 2 {
		t.Errorf("scores with a clause that must not hold: %v, want those of %v", got, all)
	}
	if got := numbers(find(t, e, indexer.Ask{Where: either(0, term(indexer.FieldText, "điện"), not(water)), Newest: true})); !slices.Equal(got, []int{4, 3}) {
		t.Errorf("one word or not the other: %v, want 4 3", got)
	}
	// A document without a word is one, and a value is whatever it says.
	if got := numbers(find(t, e, indexer.Ask{Filter: map[string][]string{indexer.FieldSource: {"Báo Nghệ An / số 1"}}, Newest: true})); !slices.Equal(got, []int{4}) {
		t.Errorf("a value with spaces: %v, want 4", got)
	}
	a := find(t, e, indexer.Ask{Newest: true, Offset: 3, Limit: 5, Facets: []string{indexer.FieldSource}, Filter: map[string][]string{indexer.FieldTone: {"negative", "neutral"}}})
	if len(a.Hits) != 0 || a.Total != 3 || len(a.Facets[indexer.FieldSource]) != 0 {
		t.Errorf("behind the last page: %+v", a)
	}
}

// testForget leaves nothing behind of a document that a rebuilt month does
// not have, whatever was asked about it before.
func testForget(t *testing.T, e indexer.Engine, reopen func() indexer.Engine) {
	ctx := context.Background()
	put(t, e, doc(1, 1, "bí mật nước"), doc(2, 2, "nước sạch"))
	secret := []indexer.Clause{term(indexer.FieldText, "mật"), term(indexer.FieldTextFold, "mat"), phrase(indexer.FieldText, "bí", "mật")}
	for _, c := range secret {
		if a := find(t, e, indexer.Ask{Where: c}); a.Total != 1 {
			t.Fatalf("%+v finds %d before", c, a.Total)
		}
	}
	part, err := e.Rebuild(month)
	if err != nil {
		t.Fatal(err)
	}
	if err := part.Write(ctx, []indexer.Doc{doc(2, 2, "nước sạch")}, nil); err != nil {
		t.Fatal(err)
	}
	if err := part.Swap(); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		for _, c := range secret {
			if a := find(t, e, indexer.Ask{Where: c}); a.Total != 0 {
				t.Errorf("%s: %+v finds %v", when, c, a)
			}
		}
		docs, all, err := e.Docs(ctx, indexer.FieldText, []string{"mật", "nước"})
		if err != nil || all != 1 || !slices.Equal(docs, []int{0, 1}) {
			t.Errorf("%s: Docs: %v of %d, %v; want 0 1 of 1", when, docs, all, err)
		}
	}
	check("at once")
	e = reopen()
	check("after a restart")

	// A month that is not there can be built, and what was begun and never
	// ended changes nothing.
	if part, err = e.Rebuild("2026-10"); err != nil {
		t.Fatal(err)
	}
	at := indexer.Key(time.Date(2026, 10, 3, 8, 0, 0, 0, indexer.Zone).UnixMilli() << 21)
	if err := part.Write(ctx, []indexer.Doc{{Key: at, Text: "nước"}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := part.Swap(); err != nil {
		t.Fatal(err)
	}
	if got := e.Months(); !slices.Equal(got, []string{"2026-11", "2026-10"}) {
		t.Errorf("Months() = %v after a month was built", got)
	}
	if part, err = e.Rebuild(month); err != nil {
		t.Fatal(err)
	}
	if err := part.Write(ctx, []indexer.Doc{doc(5, 5, "dở dang")}, nil); err != nil {
		t.Fatal(err)
	}
	e = reopen()
	check2 := find(t, e, indexer.Ask{Newest: true})
	if got := numbers(check2); !slices.Equal(got, []int{2}) || len(e.Stale()) != 0 || len(e.Old()) != 0 {
		t.Errorf("a rebuild that was never ended: %v, stale %v, old %v", got, e.Stale(), e.Old())
	}
	if err := part.Discard(); err != nil {
		t.Errorf("discard what a restart has cleared away: %v", err)
	}
}

// testTies orders equal scores newest first, over months too.
func testTies(t *testing.T, e indexer.Engine, _ func() indexer.Engine) {
	ctx := context.Background()
	var want []indexer.Key
	for m := 12; m >= 10; m-- {
		var docs []indexer.Doc
		for n := 3; n >= 1; n-- {
			k := indexer.Key(time.Date(2026, time.Month(m), n, 8, 0, 0, 0, indexer.Zone).UnixMilli() << 21)
			want = append(want, k)
			docs = append(docs, indexer.Doc{Key: k, Text: "nước chảy"})
		}
		if err := e.Write(ctx, fmt.Sprintf("2026-%02d", m), docs, nil); err != nil {
			t.Fatal(err)
		}
	}
	ask := indexer.Ask{Where: term(indexer.FieldText, "nước"), Limit: 4}
	var got []indexer.Key
	for ; ask.Offset < len(want); ask.Offset += ask.Limit {
		a, err := e.Find(ctx, e.Months(), ask)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, keys(a)...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("equal scores: %v, want newest first %v", got, want)
	}
}

// testAtOnce searches while the one writer writes, compacts and rebuilds: what
// was there all the time is found all the time.
func testAtOnce(t *testing.T, e indexer.Engine, _ func() indexer.Engine) {
	ctx := context.Background()
	var lasting []indexer.Doc
	for i := range 40 {
		lasting = append(lasting, doc(1+i%20, i, "nước chảy đá mòn", indexer.FieldTopic, "water"))
	}
	put(t, e, lasting...)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for i := range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				ask := indexer.Ask{Where: phrase(indexer.FieldText, "đá", "mòn"), Newest: i%2 == 0, Facets: []string{indexer.FieldTopic}, Limit: 100}
				a, err := e.Find(ctx, e.Months(), ask)
				if err != nil || a.Total != len(lasting) || len(a.Hits) != len(lasting) || a.Facets[indexer.FieldTopic]["water"] != len(lasting) {
					t.Errorf("beside the writer: %d of %d, %v, %v", len(a.Hits), a.Total, a.Facets, err)
					return
				}
				if docs, _, err := e.Docs(ctx, indexer.FieldText, []string{"mòn"}); err != nil || docs[0] < len(lasting) {
					t.Errorf("Docs beside the writer: %v, %v", docs, err)
					return
				}
			}
		})
	}
	for round := range 6 {
		put(t, e, doc(25, 100+round, "tin khác", indexer.FieldTopic, "roads"))
		if err := e.Write(ctx, month, nil, []indexer.Key{key(25, 100+round)}); err != nil {
			t.Error(err)
		}
		if err := e.Compact(ctx, month); err != nil {
			t.Error(err)
		}
		part, err := e.Rebuild(month)
		if err != nil {
			t.Fatal(err)
		}
		if err := part.Write(ctx, lasting, nil); err != nil {
			t.Error(err)
		}
		if err := part.Swap(); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}
