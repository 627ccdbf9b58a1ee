// Package indexertest says what every search engine behind the indexer must
// do. An engine that passes can take the place of another.
package indexertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/indexer"
)

const month = "2026-11"

func key(day, n int) indexer.Key {
	at := time.Date(2026, 11, day, 8, 0, 0, 0, indexer.Zone)
	return indexer.Key(at.UnixMilli()<<21) + indexer.Key(n)
}

func doc(day, n int, text string, values ...string) indexer.Doc {
	d := indexer.Doc{Key: key(day, n), Text: text, Values: map[string][]string{indexer.FieldDay: {fmt.Sprintf("2026-11-%02d", day)}}}
	for i := 0; i+1 < len(values); i += 2 {
		if values[i] == indexer.FieldTitle {
			d.Title = values[i+1]
			continue
		}
		d.Values[values[i]] = append(d.Values[values[i]], values[i+1])
	}
	return d
}

func term(field, word string) indexer.Clause {
	return indexer.Clause{Op: indexer.Term, Field: field, Words: []string{word}}
}

func phrase(field string, words ...string) indexer.Clause {
	return indexer.Clause{Op: indexer.Phrase, Field: field, Words: words}
}

func either(min int, kids ...indexer.Clause) indexer.Clause {
	return indexer.Clause{Op: indexer.Or, Min: min, Kids: kids}
}

func both(kids ...indexer.Clause) indexer.Clause { return indexer.Clause{Op: indexer.And, Kids: kids} }

// Engine runs the suite. open opens the engine that keeps its state in dir;
// it is closed and opened again on the same one.
func Engine(t *testing.T, open func(dir string) (indexer.Engine, error)) {
	run := func(name string, f func(t *testing.T, e indexer.Engine, reopen func() indexer.Engine)) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			e, err := open(dir)
			if err != nil {
				t.Fatal(err)
			}
			f(t, e, func() indexer.Engine {
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
				if e, err = open(dir); err != nil {
					t.Fatal(err)
				}
				return e
			})
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	run("find", testFind)
	run("order", testOrder)
	run("facets", testFacets)
	run("write", testWrite)
	run("rebuild", testRebuild)
	run("months", testMonths)
}

func put(t *testing.T, e indexer.Engine, docs ...indexer.Doc) {
	t.Helper()
	if err := e.Write(context.Background(), month, docs, nil); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, e indexer.Engine, ask indexer.Ask) indexer.Answer {
	t.Helper()
	if ask.Limit == 0 {
		ask.Limit = 100
	}
	a, err := e.Find(context.Background(), month, ask)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func keys(a indexer.Answer) []indexer.Key {
	out := []indexer.Key{}
	for _, h := range a.Hits {
		out = append(out, h.Key)
	}
	return out
}

// numbers are the keys' last digits, as the tests number their documents.
func numbers(a indexer.Answer) []int {
	out := []int{}
	for _, k := range keys(a) {
		out = append(out, int(k&1023))
	}
	return out
}

func testFind(t *testing.T, e indexer.Engine, _ func() indexer.Engine) {
	put(t, e,
		doc(1, 1, "Vỡ đập Bản Vẽ rồi bà con ơi", indexer.FieldTitle, "Tin nóng", indexer.FieldTopic, "disaster", indexer.FieldTopic, "water", indexer.FieldArea, "in_area"),
		doc(2, 2, norm.NFD.String("Nghe đồn vỡ đập"), indexer.FieldTopic, "disaster", indexer.FieldArea, "ambiguous"),
		doc(3, 3, "nghe don vo dap", indexer.FieldArea, "in_area"),
		doc(4, 4, "Họp khối 5", indexer.FieldTitle, "Vỡ đập: không có", indexer.FieldStory, "s1"),
		doc(5, 5, "Hoà bình, uỷ ban", indexer.FieldSource, "ward"),
		doc(6, 6, "đập vỡ, vỡ mãi"),
	)
	tests := []struct {
		name string
		ask  indexer.Ask
		want []int
	}{
		{"all", indexer.Ask{}, []int{1, 2, 3, 4, 5, 6}},
		{"exact term, composed or not", indexer.Ask{Where: term(indexer.FieldText, "vỡ")}, []int{1, 2, 6}},
		{"exact term is strict", indexer.Ask{Where: term(indexer.FieldText, "vo")}, []int{3}},
		{"folded term is lenient", indexer.Ask{Where: term(indexer.FieldTextFold, "vo")}, []int{1, 2, 3, 6}},
		{"title alone", indexer.Ask{Where: term(indexer.FieldTitle, "vỡ")}, []int{4}},
		{"folded title", indexer.Ask{Where: term(indexer.FieldTitleFold, "dap")}, []int{4}},
		{"one tone placement", indexer.Ask{Where: term(indexer.FieldText, "hòa")}, []int{5}},
		{"phrase", indexer.Ask{Where: phrase(indexer.FieldText, "vỡ", "đập")}, []int{1, 2}},
		{"phrase has an order", indexer.Ask{Where: phrase(indexer.FieldText, "đập", "vỡ")}, []int{6}},
		{"phrase over punctuation", indexer.Ask{Where: phrase(indexer.FieldText, "vỡ", "vỡ")}, []int{6}},
		{"and", indexer.Ask{Where: both(term(indexer.FieldText, "vỡ"), term(indexer.FieldText, "nghe"))}, []int{2}},
		{"or", indexer.Ask{Where: either(0, term(indexer.FieldText, "nghe"), term(indexer.FieldText, "khối"))}, []int{2, 3, 4}},
		{"two of three", indexer.Ask{Where: either(2, term(indexer.FieldText, "nghe"), term(indexer.FieldText, "vỡ"), term(indexer.FieldText, "bà"))}, []int{1, 2}},
		{"more than there are", indexer.Ask{Where: either(2, term(indexer.FieldText, "nghe"))}, nil},
		{"or of nothing", indexer.Ask{Where: either(0)}, nil},
		{"and of nothing", indexer.Ask{Where: both()}, []int{1, 2, 3, 4, 5, 6}},
		{"filter", indexer.Ask{Filter: map[string][]string{indexer.FieldTopic: {"disaster"}}}, []int{1, 2}},
		{"filter of several values", indexer.Ask{Filter: map[string][]string{indexer.FieldTopic: {"water", "disaster"}}}, []int{1, 2}},
		{"several filters", indexer.Ask{Filter: map[string][]string{indexer.FieldTopic: {"disaster"}, indexer.FieldArea: {"in_area"}}}, []int{1}},
		{"filter and words", indexer.Ask{Where: term(indexer.FieldTextFold, "vo"), Filter: map[string][]string{indexer.FieldArea: {"in_area"}}}, []int{1, 3}},
		{"filter by story", indexer.Ask{Filter: map[string][]string{indexer.FieldStory: {"s1"}}}, []int{4}},
		{"unknown value", indexer.Ask{Filter: map[string][]string{indexer.FieldSource: {"nobody"}}}, nil},
		{"days", indexer.Ask{Days: []string{"2026-11-02", "2026-11-03"}}, []int{2, 3}},
		{"days and keys", indexer.Ask{Days: []string{"2026-11-02"}, Keys: []indexer.Key{key(5, 5)}}, []int{2, 5}},
		{"no day", indexer.Ask{Days: []string{}}, nil},
		{"unknown keys", indexer.Ask{Keys: []indexer.Key{key(9, 9)}}, nil},
		{"words, filter and days", indexer.Ask{Where: term(indexer.FieldTextFold, "vo"), Filter: map[string][]string{indexer.FieldArea: {"in_area"}}, Days: []string{"2026-11-03"}}, []int{3}},
	}
	for _, tt := range tests {
		for _, newest := range []bool{false, true} {
			tt.ask.Newest = newest
			a := find(t, e, tt.ask)
			got := numbers(a)
			if newest && !slices.IsSortedFunc(keys(a), func(a, b indexer.Key) int { return int(b - a) }) {
				t.Errorf("%s: newest first gave %v", tt.name, got)
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) || a.Total != len(tt.want) {
				t.Errorf("%s (newest %v): found %v, total %d, want %v", tt.name, newest, got, a.Total, tt.want)
			}
		}
	}
	if a, err := e.Find(context.Background(), "2020-01", indexer.Ask{Limit: 10}); err != nil || a.Total != 0 {
		t.Errorf("a month that does not exist: %+v, %v", a, err)
	}
}

func testOrder(t *testing.T, e indexer.Engine, _ func() indexer.Engine) {
	put(t, e,
		doc(1, 1, "nước"),
		doc(2, 2, "nước và nhiều chữ khác trong một bài dài hơn hẳn bài kia"),
		doc(3, 3, "nước sạch"),
		doc(4, 4, "điện"),
		doc(5, 5, "nước"),
	)
	a := find(t, e, indexer.Ask{Where: either(0, term(indexer.FieldText, "nước"), term(indexer.FieldText, "sạch"))})
	if got := numbers(a); len(got) != 4 || got[0] != 3 || got[3] != 2 || got[1] != 5 || got[2] != 1 {
		t.Errorf("by score: %v, want 3 (has both), 5 and 1 (short, newest first), 2 (long)", got)
	}
	for i := 1; i < len(a.Hits); i++ {
		if a.Hits[i].Score > a.Hits[i-1].Score {
			t.Errorf("scores do not fall: %v", a.Hits)
		}
	}
	// A filter does not change scores.
	f := find(t, e, indexer.Ask{Where: either(0, term(indexer.FieldText, "nước"), term(indexer.FieldText, "sạch")), Days: []string{"2026-11-01", "2026-11-03"}})
	if len(f.Hits) != 2 || f.Hits[0].Score != a.Hits[0].Score {
		t.Errorf("with a filter: %v, want the scores of %v", f.Hits, a.Hits)
	}
	boosted := term(indexer.FieldText, "điện")
	boosted.Boost = 100
	if got := numbers(find(t, e, indexer.Ask{Where: either(0, term(indexer.FieldText, "nước"), boosted)})); got[0] != 4 {
		t.Errorf("boosted: %v, want 4 first", got)
	}
	// Pages by offset.
	var got []int
	for offset := 0; offset < 6; offset += 2 {
		p := find(t, e, indexer.Ask{Where: term(indexer.FieldText, "nước"), Offset: offset, Limit: 2})
		if p.Total != 4 {
			t.Errorf("total at offset %d: %d, want 4", offset, p.Total)
		}
		got = append(got, numbers(p)...)
	}
	if len(got) != 4 {
		t.Errorf("pages by offset: %v, want each of four once", got)
	}
	// Pages by key.
	got = nil
	before := indexer.Key(0)
	for {
		p := find(t, e, indexer.Ask{Where: term(indexer.FieldText, "nước"), Newest: true, Before: before, Limit: 3})
		if p.Total != 4 {
			t.Errorf("total before %v: %d, want 4", before, p.Total)
		}
		if len(p.Hits) == 0 {
			break
		}
		got = append(got, numbers(p)...)
		before = p.Hits[len(p.Hits)-1].Key
	}
	if !slices.Equal(got, []int{5, 3, 2, 1}) {
		t.Errorf("pages by key: %v, want 5 3 2 1", got)
	}
}

func testFacets(t *testing.T, e indexer.Engine, _ func() indexer.Engine) {
	put(t, e,
		doc(1, 1, "a1 x", indexer.FieldTopic, "water", indexer.FieldTopic, "roads", indexer.FieldTone, "negative"),
		doc(2, 2, "a1", indexer.FieldTopic, "water", indexer.FieldTone, "positive"),
		doc(3, 3, "x", indexer.FieldTopic, "water"),
	)
	a := find(t, e, indexer.Ask{Where: term(indexer.FieldText, "a1"), Facets: []string{indexer.FieldTopic, indexer.FieldTone}, Limit: 1})
	want := map[string]map[string]int{
		indexer.FieldTopic: {"water": 2, "roads": 1},
		indexer.FieldTone:  {"negative": 1, "positive": 1},
	}
	for f := range want {
		if !maps.Equal(a.Facets[f], want[f]) {
			t.Errorf("facet %s: %v, want %v", f, a.Facets[f], want[f])
		}
	}
}

func testWrite(t *testing.T, e indexer.Engine, reopen func() indexer.Engine) {
	put(t, e, doc(1, 1, "cũ"), doc(2, 2, "cũ"))
	put(t, e, doc(1, 1, "mới"))
	if err := e.Write(context.Background(), month, []indexer.Doc{doc(3, 3, "mới")}, []indexer.Key{key(2, 2), key(9, 9)}); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		if got := numbers(find(t, e, indexer.Ask{Where: term(indexer.FieldText, "cũ")})); len(got) != 0 {
			t.Errorf("%s: replaced and removed documents are found: %v", when, got)
		}
		if got := numbers(find(t, e, indexer.Ask{Where: term(indexer.FieldText, "mới"), Newest: true})); !slices.Equal(got, []int{3, 1}) {
			t.Errorf("%s: found %v, want 3 1", when, got)
		}
	}
	check("at once")
	e = reopen()
	check("after a restart")
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Write(done, month, []indexer.Doc{doc(4, 4, "x")}, nil); err == nil {
		t.Error("Write with a cancelled context succeeds")
	}
}

func testRebuild(t *testing.T, e indexer.Engine, reopen func() indexer.Engine) {
	ctx := context.Background()
	put(t, e, doc(1, 1, "cũ"), doc(2, 2, "cũ"))
	part, err := e.Rebuild(month)
	if err != nil {
		t.Fatal(err)
	}
	if err := part.Write(ctx, []indexer.Doc{doc(2, 2, "mới"), doc(3, 3, "mới")}, nil); err != nil {
		t.Fatal(err)
	}
	if err := part.Write(ctx, nil, []indexer.Key{key(3, 3)}); err != nil {
		t.Fatal(err)
	}
	if got := numbers(find(t, e, indexer.Ask{Newest: true})); !slices.Equal(got, []int{2, 1}) {
		t.Errorf("before the swap: %v, want the live part 2 1", got)
	}
	if err := part.Swap(); err != nil {
		t.Fatal(err)
	}
	if err := part.Discard(); err != nil {
		t.Errorf("discard after swap: %v", err)
	}
	check := func(when string) {
		t.Helper()
		if got := numbers(find(t, e, indexer.Ask{Where: term(indexer.FieldText, "mới")})); !slices.Equal(got, []int{2}) {
			t.Errorf("%s: %v, want 2", when, got)
		}
		if a := find(t, e, indexer.Ask{}); a.Total != 1 {
			t.Errorf("%s: %d documents, want 1", when, a.Total)
		}
	}
	check("after the swap")
	e = reopen()
	check("after a restart")

	if part, err = e.Rebuild(month); err != nil {
		t.Fatal(err)
	}
	if err := part.Write(ctx, []indexer.Doc{doc(5, 5, "bỏ")}, nil); err != nil {
		t.Fatal(err)
	}
	if err := part.Discard(); err != nil {
		t.Fatal(err)
	}
	check("after a discard")
}

func testMonths(t *testing.T, e indexer.Engine, reopen func() indexer.Engine) {
	ctx := context.Background()
	for _, m := range []string{"2026-10", "2026-12", "2026-11"} {
		if err := e.Write(ctx, m, []indexer.Doc{doc(1, 1, "chữ")}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := e.Months(); !slices.Equal(got, []string{"2026-12", "2026-11", "2026-10"}) {
		t.Errorf("Months() = %v, want newest first", got)
	}
	for _, m := range []string{"2026-10", "2026-10", "2019-01"} {
		if err := e.Drop(m); err != nil {
			t.Errorf("Drop(%s): %v", m, err)
		}
	}
	if err := e.Write(ctx, "2019-01", nil, []indexer.Key{1}); err != nil {
		t.Errorf("removing from a month that does not exist: %v", err)
	}
	for _, m := range []string{"", "../x", "2026-1", "2026-11/x"} {
		if err := e.Write(ctx, m, []indexer.Doc{doc(1, 1, "x")}, nil); err == nil {
			t.Errorf("Write accepts month %q", m)
		}
	}
	e = reopen()
	if got := e.Months(); !slices.Equal(got, []string{"2026-12", "2026-11"}) {
		t.Errorf("after a restart Months() = %v", got)
	}
	if got := e.Stale(); len(got) != 0 {
		t.Errorf("Stale() = %v, want none", got)
	}
	if a, err := e.Find(ctx, "2026-10", indexer.Ask{Limit: 10}); err != nil || a.Total != 0 {
		t.Errorf("a dropped month: %+v, %v", a, err)
	}
}
