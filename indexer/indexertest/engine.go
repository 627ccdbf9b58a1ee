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

func not(kid indexer.Clause) indexer.Clause {
	return indexer.Clause{Op: indexer.Not, Kids: []indexer.Clause{kid}}
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
	run("several months", testSeveral)
	run("late and removed", testLate)
	run("compact", testCompact)
	run("left out", testNot)
	run("forget", testForget)
	run("ties", testTies)
	run("at once", testAtOnce)
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
	a, err := e.Find(context.Background(), []string{month}, ask)
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
		doc(1, 1, "Vỡ đập Bản Vẽ rồi bà con ơi. Chạy đi", indexer.FieldTitle, "Tin nóng", indexer.FieldTopic, "disaster", indexer.FieldTopic, "water", indexer.FieldArea, "in_area"),
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
		{"folded phrase", indexer.Ask{Where: phrase(indexer.FieldTextFold, "vo", "dap")}, []int{1, 2, 3}},
		{"folded phrase, one word twice", indexer.Ask{Where: phrase(indexer.FieldTextFold, "vo", "vo")}, []int{6}},
		{"folded phrase ends with the sentence", indexer.Ask{Where: phrase(indexer.FieldTextFold, "oi", "chay")}, []int{}},
		{"folded phrase in the other order", indexer.Ask{Where: phrase(indexer.FieldTextFold, "dap", "vo")}, []int{6}},
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
		{"phrase before a sentence end", indexer.Ask{Where: phrase(indexer.FieldText, "con", "ơi")}, []int{1}},
		{"over a comma", indexer.Ask{Where: phrase(indexer.FieldText, "bình", "ủy")}, []int{5}},
		{"not over a sentence end", indexer.Ask{Where: phrase(indexer.FieldText, "ơi", "chạy")}, nil},
		{"phrase is longer than any", indexer.Ask{Where: phrase(indexer.FieldText, "họp", "khối", "5", "khối", "5")}, nil},
		{"not", indexer.Ask{Where: not(term(indexer.FieldTextFold, "vo"))}, []int{4, 5}},
		{"and not", indexer.Ask{Where: both(term(indexer.FieldTextFold, "vo"), not(term(indexer.FieldText, "vỡ")))}, []int{3}},
		{"not a phrase", indexer.Ask{Where: both(term(indexer.FieldText, "vỡ"), not(phrase(indexer.FieldText, "vỡ", "đập")))}, []int{6}},
		{"phrase within a filter", indexer.Ask{Where: phrase(indexer.FieldText, "vỡ", "đập"), Filter: map[string][]string{indexer.FieldArea: {"ambiguous"}}}, []int{2}},
		{"two of a phrase and words", indexer.Ask{Where: either(2, phrase(indexer.FieldText, "vỡ", "đập"), term(indexer.FieldText, "nghe"), term(indexer.FieldText, "bà"))}, []int{1, 2}},
		{"from", indexer.Ask{From: key(4, 0)}, []int{4, 5, 6}},
		{"to", indexer.Ask{To: key(3, 0)}, []int{1, 2}},
		{"between", indexer.Ask{From: key(2, 2), To: key(4, 4)}, []int{2, 3}},
		{"no time", indexer.Ask{From: key(4, 4), To: key(4, 4)}, nil},
		{"keys", indexer.Ask{Keys: []indexer.Key{key(5, 5), key(2, 2), key(9, 9)}}, []int{2, 5}},
		{"no keys", indexer.Ask{Keys: []indexer.Key{}}, nil},
		{"words, filter and time", indexer.Ask{Where: term(indexer.FieldTextFold, "vo"), Filter: map[string][]string{indexer.FieldArea: {"in_area"}}, From: key(2, 0)}, []int{3}},
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
	if a, err := e.Find(context.Background(), []string{"2020-01"}, indexer.Ask{Limit: 10}); err != nil || a.Total != 0 {
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
	f := find(t, e, indexer.Ask{Where: either(0, term(indexer.FieldText, "nước"), term(indexer.FieldText, "sạch")), Keys: []indexer.Key{key(1, 1), key(3, 3)}})
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
	if a, err := e.Find(ctx, []string{"2026-10"}, indexer.Ask{Limit: 10}); err != nil || a.Total != 0 {
		t.Errorf("a dropped month: %+v, %v", a, err)
	}
}

// testSeveral searches months together: the newest from the newest month on,
// the best from wherever they are, by scores that can be compared.
func testSeveral(t *testing.T, e indexer.Engine, _ func() indexer.Engine) {
	ctx := context.Background()
	at := func(month time.Month, n int) indexer.Key {
		return indexer.Key(time.Date(2026, month, 3, 8, 0, 0, 0, indexer.Zone).UnixMilli()<<21) + indexer.Key(n)
	}
	write := func(month time.Month, docs ...indexer.Doc) {
		t.Helper()
		if err := e.Write(ctx, fmt.Sprintf("2026-%02d", month), docs, nil); err != nil {
			t.Fatal(err)
		}
	}
	var old []indexer.Doc
	for i := range 40 {
		old = append(old, indexer.Doc{Key: at(9, i), Text: "nước chảy đá mòn", Values: map[string][]string{indexer.FieldTone: {"neutral"}}})
	}
	write(9, old...)
	write(10, indexer.Doc{Key: at(10, 50), Text: "nước lũ lên nhanh, nước lũ"}, indexer.Doc{Key: at(10, 51), Text: "điện"})
	write(11, indexer.Doc{Key: at(11, 60), Text: "nước"}, indexer.Doc{Key: at(11, 61), Text: "điện nước", Values: map[string][]string{indexer.FieldTone: {"negative"}}})
	months := []string{"2026-11", "2026-10", "2026-09"}
	find := func(ask indexer.Ask) indexer.Answer {
		t.Helper()
		a, err := e.Find(ctx, months, ask)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	water := term(indexer.FieldText, "nước")
	a := find(indexer.Ask{Where: water, Newest: true, Limit: 2})
	if got := numbers(a); !slices.Equal(got, []int{61, 60}) || !a.More || a.Total != 2 {
		t.Errorf("the two newest: %v, total %d, more %v; want 61 60, and no look at older months", got, a.Total, a.More)
	}
	a = find(indexer.Ask{Where: water, Newest: true, Limit: 4})
	if got := numbers(a); !slices.Equal(got, []int{61, 60, 50, 39}) || a.More || a.Total != 43 {
		t.Errorf("the four newest: %v, total %d, more %v; want 61 60 50 39 of 43", got, a.Total, a.More)
	}
	a = find(indexer.Ask{Where: water, Newest: true, Offset: 2, Limit: 2})
	if got := numbers(a); !slices.Equal(got, []int{50, 39}) {
		t.Errorf("the next two: %v, want 50 39", got)
	}
	a = find(indexer.Ask{Where: water, Newest: true, Limit: 1, Facets: []string{indexer.FieldTone}})
	if want := map[string]int{"neutral": 40, "negative": 1}; a.More || a.Total != 43 || !maps.Equal(a.Facets[indexer.FieldTone], want) {
		t.Errorf("facets: %v of %d, more %v; want %v of all 43", a.Facets, a.Total, a.More, want)
	}
	a = find(indexer.Ask{Where: either(0, water, term(indexer.FieldText, "lũ")), Limit: 2})
	if got := numbers(a); a.Total != 43 || len(got) != 2 || got[0] != 50 {
		t.Errorf("by score: %v of %d, want 50 first of 43", got, a.Total)
	}
	// The same text is worth the same in a large and in a small month.
	write(11, indexer.Doc{Key: at(11, 62), Text: "nước chảy đá mòn"})
	a = find(indexer.Ask{Where: water, Limit: 100})
	score := map[int]float64{}
	for _, h := range a.Hits {
		score[int(h.Key&1023)] = h.Score
	}
	if len(score) != 44 || score[62] != score[0] || score[0] == 0 {
		t.Errorf("one text scores %v and %v in two months", score[62], score[0])
	}
	if a, err := e.Find(ctx, []string{"2026-09"}, indexer.Ask{Where: water, Limit: 1}); err != nil || a.Total != 40 {
		t.Errorf("one month alone: %d, %v", a.Total, err)
	}
	docs, all, err := e.Docs(ctx, indexer.FieldText, []string{"nước", "điện", "lửa"})
	if err != nil || all != 45 || !slices.Equal(docs, []int{44, 2, 0}) {
		t.Errorf("Docs: %v of %d, %v; want 44 2 0 of 45", docs, all, err)
	}
	if a, err := e.Find(ctx, nil, indexer.Ask{Where: water, Limit: 1}); err != nil || a.Total != 0 {
		t.Errorf("no month: %d, %v", a.Total, err)
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.Find(done, months, indexer.Ask{Limit: 1}); err == nil {
		t.Error("Find with a cancelled context succeeds")
	}
}

// testLate brings documents out of the order of time, in many writes, and
// removes and replaces some.
func testLate(t *testing.T, e indexer.Engine, reopen func() indexer.Engine) {
	const n = 60
	for i := range n {
		k := i * 17 % n // every number once
		d := doc(1+k/10, k, "tin nước", indexer.FieldTopic, fmt.Sprint("t", k%3))
		if k%2 == 1 {
			d.Text = "tin điện"
		}
		put(t, e, d)
	}
	for k := 0; k < n; k += 6 {
		put(t, e, doc(1+k/10, k, "tin điện", indexer.FieldTopic, "t9"))
	}
	var gone []indexer.Key
	for k := 2; k < n; k += 6 {
		gone = append(gone, key(1+k/10, k))
	}
	if err := e.Write(context.Background(), month, nil, gone); err != nil {
		t.Fatal(err)
	}
	var water []int // newest first
	topics := map[string]int{}
	for k := n - 1; k >= 0; k-- {
		if k%6 == 4 {
			water = append(water, k)
			topics[fmt.Sprint("t", k%3)]++
		}
	}
	check := func(when string) {
		t.Helper()
		ask := indexer.Ask{Where: term(indexer.FieldText, "nước"), Newest: true, Facets: []string{indexer.FieldTopic}}
		a := find(t, e, ask)
		if got := numbers(a); !slices.Equal(got, water) || a.Total != len(water) || !maps.Equal(a.Facets[indexer.FieldTopic], topics) {
			t.Errorf("%s: %v of %d with %v, want %v with %v", when, got, a.Total, a.Facets, water, topics)
		}
		ask.Limit = 3
		if got := numbers(find(t, e, ask)); !slices.Equal(got, water[:3]) {
			t.Errorf("%s: the newest three are %v, want %v", when, got, water[:3])
		}
		ask.Before = find(t, e, ask).Hits[2].Key
		if got := numbers(find(t, e, ask)); !slices.Equal(got, water[3:6]) {
			t.Errorf("%s: the next three are %v, want %v", when, got, water[3:6])
		}
		if a := find(t, e, indexer.Ask{Where: term(indexer.FieldText, "nước")}); a.Total != len(water) || len(a.Hits) != len(water) {
			t.Errorf("%s: %d of %d by score, want %d", when, len(a.Hits), a.Total, len(water))
		}
		if a := find(t, e, indexer.Ask{Where: not(term(indexer.FieldText, "nước"))}); a.Total != n-len(gone)-len(water) {
			t.Errorf("%s: %d without the word, want %d", when, a.Total, n-len(gone)-len(water))
		}
		from, to := key(2, 0), key(4, 0) // numbers 10 to 29
		if a := find(t, e, indexer.Ask{Where: term(indexer.FieldText, "nước"), From: from, To: to}); a.Total != 4 {
			t.Errorf("%s: %d in two days, want 4", when, a.Total)
		}
	}
	check("at once")
	e = reopen()
	check("after a restart")
}

// testCompact makes a month of many batches compact: all answers stay, and it
// can be written to as before.
func testCompact(t *testing.T, e indexer.Engine, reopen func() indexer.Engine) {
	ctx := context.Background()
	want := []int{}
	for i := range 30 {
		text := fmt.Sprintf("tin số %d nước chảy", i)
		if i%3 == 0 {
			text += " đá mòn"
		}
		put(t, e, doc(1+i%20, i, text, indexer.FieldTopic, "water"))
	}
	for i := range 30 {
		if i%3 == 0 && i != 6 {
			want = append(want, i)
		}
	}
	if err := e.Write(ctx, month, nil, []indexer.Key{key(7, 6)}); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		a := find(t, e, indexer.Ask{Where: phrase(indexer.FieldTextFold, "da", "mon"), Facets: []string{indexer.FieldTopic}})
		got := numbers(a)
		slices.Sort(got)
		if !slices.Equal(got, want) || a.Total != len(want) || a.Facets[indexer.FieldTopic]["water"] != len(want) {
			t.Errorf("%s: %v, %+v, want %v", when, got, a, want)
		}
	}
	check("before")
	if err := e.Compact(ctx, "2019-01"); err != nil {
		t.Errorf("a month that is not there: %v", err)
	}
	for range 2 {
		if err := e.Compact(ctx, month); err != nil {
			t.Fatal(err)
		}
		check("compact")
	}
	e = reopen()
	check("opened again")
	put(t, e, doc(9, 40, "đá mòn", indexer.FieldTopic, "water"))
	want = append(want, 40)
	if err := e.Write(ctx, month, nil, []indexer.Key{key(1, 0)}); err != nil {
		t.Fatal(err)
	}
	want = want[1:]
	check("written to")
	if err := e.Compact(ctx, month); err != nil {
		t.Fatal(err)
	}
	check("compact again")
}
