package indexer_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"langnghe/indexer"
	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/query"
)

var errCrash = errors.New("crash")

// crashAt stops everything at a step, as a killed process does.
func (r *rig) crashAt(step string) {
	r.hook = func(s string) error {
		if s == step {
			return errCrash
		}
		return nil
	}
}

// TestCrash kills the indexer at each step of a batch. The batch comes again,
// for it was not acknowledged, and nothing is lost or counted twice.
func TestCrash(t *testing.T) {
	for _, step := range []string{"store", "stored", "indexed", "announce", "announced"} {
		for _, restart := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s restart=%v", step, restart), func(t *testing.T) {
				r := newRig(t)
				before := post("edit", "Thái Hòa mất điện", start.Add(-48*time.Hour))
				r.take(before)
				edit := before
				edit.Item.Text, edit.Item.Observed = "Thái Hòa mất nước", start
				batch := []news.Found{post("new", "nước", start), edit, post("old", "nước", start.AddDate(0, -1, 0))}
				r.announced = nil
				r.crashAt(step)
				if err := r.ix.Take(t.Context(), batch); !errors.Is(err, errCrash) {
					t.Fatalf("Take = %v", err)
				}
				r.hook = nil
				if restart {
					r.restart()
					if step != "store" {
						// What is stored can be found before anything comes again.
						if got := r.found(indexer.Query{Text: "nước"}); !slices.Equal(got, []string{"edit", "new", "old"}) {
							t.Errorf("after the restart: found %v", got)
						}
						if err := r.ix.Forward(t.Context()); err != nil {
							t.Fatal(err)
						}
						if got := r.announcements(); !slices.Contains(got, "new") || !slices.Contains(got, "edit") || !slices.Contains(got, "old") {
							t.Errorf("Forward announced %v, want all three", got)
						}
					}
				}
				r.take(batch...)
				if got := r.found(indexer.Query{Text: "nước"}); !slices.Equal(got, []string{"edit", "new", "old"}) {
					t.Errorf("found %v", got)
				}
				if got := r.found(indexer.Query{Text: "điện"}); len(got) != 0 {
					t.Errorf("the earlier content is found: %v", got)
				}
				got := r.announcements()
				slices.Sort(got)
				want := []string{"edit", "new", "old"}
				if step == "announced" { // told, and the telling forgotten
					want = []string{"edit", "edit", "new", "new", "old", "old"}
				}
				if !slices.Equal(got, want) {
					t.Errorf("announced %v, want %v", got, want)
				}
				n := 0
				for _, c := range r.counts(indexer.CountQuery{Bucket: "day", By: "topic"}) {
					n += c.Items
				}
				if n != 3 {
					t.Errorf("counted %d, want 3", n)
				}
			})
		}
	}
}

// TestCrashErase kills an erasure at each step; opening again ends it.
func TestCrashErase(t *testing.T) {
	for _, step := range []string{"erased", "swap"} {
		t.Run(step, func(t *testing.T) {
			r := newRig(t)
			r.take(post("a", "bí mật xyzzy", start), post("b", "khác", start))
			r.crashAt(step)
			if err := r.ix.Erase(t.Context(), news.Erased{ID: "a", At: start}); !errors.Is(err, errCrash) {
				t.Fatalf("Erase = %v", err)
			}
			r.hook = nil
			r.restart()
			if got := r.found(indexer.Query{}); !slices.Equal(got, []string{"b"}) {
				t.Errorf("found %v", got)
			}
			if months, err := r.store.Scrubs(t.Context()); err != nil || len(months) != 0 {
				t.Errorf("months to scrub: %v, %v", months, err)
			}
		})
	}
}

// vocabulary is small, so that random queries find something.
var vocabulary = []string{"mất", "mat", "mặt", "nước", "nuoc", "điện", "dien", "vỡ", "vo", "đập", "dap", "hoà", "hòa", "hoa", "kỉ", "kỷ",
	"500k", "bão", "bao", "Thái Hòa", "Vũng Tàu", "bức xúc", "đường"}

// values are typed ones, which only texts have.
var values = []string{"500.000đ", "1,5 triệu", "50%", "12/2026/QĐ-UBND", "20/11/2026", "ngày 5 tháng 11", "2026-11-18", "8h", "0912.345", "漢字"}

// named are the lists of random queries.
var named = query.Lists{
	"su_co": {"mất nước", "~mat dien", "=Thái Hòa", "vỡ"},
	"noi":   {"fb-thai-hoa", "Ward"},
	"mot":   {"đập"},
}

func genText(t *rapid.T, label string) string {
	words := rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 12).Draw(t, label)
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(rapid.SampledFrom([]string{" ", " ", " ", " ", ", ", ". ", "\n", " - "}).Draw(t, "gap"))
		}
		b.WriteString(w)
		if rapid.IntRange(0, 9).Draw(t, "valued") == 0 {
			b.WriteString(" " + rapid.SampledFrom(values).Draw(t, "value"))
		}
	}
	s := b.String()
	if rapid.IntRange(0, 5).Draw(t, "accentless") == 0 {
		s = lang.Fold(s)
	}
	if rapid.IntRange(0, 4).Draw(t, "nfd") == 0 {
		s = norm.NFD.String(s)
	}
	return s
}

func genTerm(t *rapid.T) string {
	mark := rapid.SampledFrom([]string{"", "", "", "~", "="}).Draw(t, "mark")
	words := rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 3).Draw(t, "words")
	return mark + `"` + strings.Join(words, " ") + `"`
}

func genClause(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 26).Draw(t, "kind")
	if depth == 0 && kind > 2 && kind < 17 {
		kind = 0
	}
	sub := func() string { return genClause(t, max(depth-1, 0)) }
	pick := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "pick") }
	// operand is what NEAR, ONEAR and ATLEAST take.
	operand := func() string {
		return pick(genTerm(t), genTerm(t), "$su_co", "~$mot", "("+genTerm(t)+" OR "+genTerm(t)+")", "MONEY", "("+genTerm(t)+" OR $su_co)")
	}
	switch kind {
	case 3:
		return "(" + sub() + " AND " + sub() + ")"
	case 4:
		return "(" + sub() + " OR " + sub() + ")"
	case 5:
		return "(" + sub() + " AND NOT " + genTerm(t) + ")"
	case 6:
		return genTerm(t) + fmt.Sprintf(" NEAR/%d ", rapid.IntRange(0, 4).Draw(t, "near")) + genTerm(t)
	case 7:
		return rapid.SampledFrom([]string{"title:", "body:"}).Draw(t, "scope") + genTerm(t)
	case 8:
		return "SAME(s){" + genTerm(t) + " AND " + genTerm(t) + "}"
	case 9:
		return "2 OF (" + genTerm(t) + ", " + genTerm(t) + ", " + genTerm(t) + ")"
	case 10:
		return rapid.SampledFrom([]string{"topic:water", "area:in_area", "area:(ambiguous OR in_area)", "tone:negative", "kind:post", "source:fb-thai-hoa",
			"platform:facebook", "stance:complaint", "source:Ward"}).Draw(t, "attribute")
	case 11:
		return "SCORE(" + genTerm(t) + ":2, " + genTerm(t) + ":1, " + genTerm(t) + ":-1)>=2"
	case 12:
		return "(" + genTerm(t) + " AND NOT " + sub() + ")"
	case 13:
		return rapid.SampledFrom([]string{"ATLEAST/2 ", "ATLEAST/3 "}).Draw(t, "atleast") + genTerm(t)
	case 14:
		return "(" + sub() + " AND " + rapid.SampledFrom([]string{"MONEY>=100k", "NOT MONEY", "thái*", "NOT đường*", "reactions>=1", "NOT reactions>=1"}).Draw(t, "other") + ")"
	case 15:
		return genTerm(t) + " ONEAR/2 " + genTerm(t)
	case 17:
		return pick("$su_co", "~$su_co", "$mot", "~$mot", "source:$noi")
	case 18:
		return operand() + pick(" NEAR/3 ", " ONEAR/0 ", " NEAR ", " NEAR/10 ") + operand()
	case 19:
		return "ATLEAST/2 " + operand()
	case 20:
		return pick("MONEY", "MONEY>=500k", "MONEY=100k..1tr", "NUM", "NUM<100", "PERCENT>=50", "DATE", "DATE>=2026-11-10", "DOCNO", "DOCNO=12/2026", `DOCNO="12/2026/QĐ-UBND"`)
	case 21:
		return pick("title:", "body:") + "(" + genTerm(t) + pick(" AND ", " OR ", " AND NOT ") + genTerm(t) + ")"
	case 22:
		return fmt.Sprintf("%d OF (%s, $su_co, %s)", rapid.IntRange(1, 4).Draw(t, "of"), genTerm(t), sub())
	case 23:
		return "SCORE(" + genTerm(t) + ":3, (" + genTerm(t) + " AND " + genTerm(t) + "):2, $su_co:1, title:" + genTerm(t) + ":-2)>=" + pick("1", "2", "3", "5")
	case 24:
		return "SAME(" + pick("s", "p") + "){" + operand() + pick(" AND ", " OR ") + genTerm(t) + pick(" NEAR/2 ", " ONEAR/1 ") + genTerm(t) + "}"
	case 25:
		return pick("lang:vi", "lang:en", "site:gov.vn", "site:thaihoa.gov.vn", "url:tin-tuc", "cue:panic", "kind:(article OR post)", "platform:web", "topic:(water OR power)", "stance:(question OR report)")
	case 26:
		return "(" + sub() + " AND " + pick("comments<3", "shares=0", "views>10", "NOT views>10", "nước*", "NOT 2 OF ("+genTerm(t)+", "+genTerm(t)+", vỡ)", "NOT $su_co", "NOT title:"+genTerm(t), "NOT "+genTerm(t)+" NEAR/3 "+genTerm(t)) + ")"
	case 16:
		return "SAME(" + rapid.SampledFrom([]string{"s", "p"}).Draw(t, "section") + "){" + genTerm(t) + " AND NOT " + genTerm(t) + "}"
	}
	return genTerm(t)
}

func genQuery(t *rapid.T) string { return genClause(t, rapid.IntRange(0, 3).Draw(t, "depth")) }

// TestSearchIsMatch compares the strict search with the matcher alone, on
// 100,000 random pairs of a query and an item: the index must propose every
// item that matches, and where it decides alone it must decide alike.
func TestSearchIsMatch(t *testing.T) {
	want := 100_000
	if testing.Short() {
		want = 10_000
	}
	r := newRig(t)
	r.lists = func(context.Context) (query.Lists, error) { return named, nil }
	var all []news.Item
	fill := rapid.Custom(func(t *rapid.T) news.Found {
		f := post("", genText(t, "text"), start.Add(-time.Duration(rapid.IntRange(0, 50*24).Draw(t, "hours"))*time.Hour))
		if rapid.Bool().Draw(t, "titled") {
			f.Item.Title = genText(t, "title")
		}
		if rapid.IntRange(0, 3).Draw(t, "ward") == 0 {
			f.Item.Source = "Ward"
		}
		f.Item.Lang = rapid.SampledFrom([]string{"vi", "vi", "en", ""}).Draw(t, "lang")
		f.Item.URL = rapid.SampledFrom([]string{"", "https://thaihoa.gov.vn/tin-tuc/1", "https://www.gov.vn/", "http://vi-du.vn:80/tin-tuc?gov.vn"}).Draw(t, "url")
		f.Item.Kind = rapid.SampledFrom([]news.Kind{news.Post, news.Article}).Draw(t, "kind")
		f.Item.Counts = rapid.SampledFrom([]*news.Counts{nil, {Reactions: 3, Views: 20}, {Comments: 1, Shares: 0}}).Draw(t, "counts")
		f.Keep = true
		return f
	})
	for i := range 200 {
		f := fill.Example(i)
		f.Item.ID = fmt.Sprint("i", i)
		r.take(f)
		it, err := r.ix.Item(t.Context(), f.Item.ID)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, it)
	}
	pairs, matched := 0, 0
	for pairs < want {
		rapid.Check(t, func(t *rapid.T) {
			src := genQuery(t)
			q, err := query.Parse(src, named)
			if err != nil {
				t.Skip(err)
			}
			want := map[string][]news.Span{}
			for i := range all {
				if ok, because := q.Match(query.NewDoc(&all[i])); ok {
					want[all[i].ID] = because
				}
			}
			pairs += len(all)
			matched += len(want)
			newest := rapid.Bool().Draw(t, "newest")
			res, err := r.ix.Search(t.Context(), indexer.Query{Text: src, Strict: true, Newest: newest, Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]news.Span{}
			for _, h := range res.Hits {
				if len(h.Because) == 0 {
					h.Because = nil
				}
				got[h.Item.ID] = h.Because
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b []news.Span) bool { return slices.Equal(a, b) })); diff != "" || res.Total != len(want) || res.More {
				t.Fatalf("%s (newest %v): total %d, want %d; (-match +search):\n%s", src, newest, res.Total, len(want), diff)
			}
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d pairs of a query and an item, %d of them match", pairs, matched)
	if matched == 0 {
		t.Error("no query matched anything")
	}
}

// TestMachine drives the indexer with random items, edits, redeliveries,
// erasures, crashes and restarts and compares what it says with a model.
func TestMachine(t *testing.T) {
	few := "12" // each has its own files
	if testing.Short() {
		few = "3"
	}
	checks := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Set("rapid.checks", few); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("rapid.checks", checks)
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		current := map[string]news.Item{}    // what must be there
		counted := map[string]news.Item{}    // what must be counted
		delivered := map[string]news.Found{} // last contents
		erased := map[string]bool{}
		clock := start.Add(-48 * time.Hour)
		deliver := func(rt *rapid.T, batch []news.Found) {
			step := rapid.SampledFrom([]string{"", "", "", "", "store", "stored", "indexed", "announce", "announced"}).Draw(rt, "crash")
			r.crashAt(step)
			err := r.ix.Take(t.Context(), batch)
			r.hook = nil
			if err != nil {
				if rapid.Bool().Draw(rt, "restart") {
					r.restart()
				}
				r.take(batch...)
			}
			for _, f := range batch {
				if erased[f.Item.ID] {
					continue
				}
				it, err := r.ix.Item(t.Context(), f.Item.ID)
				if err != nil {
					rt.Fatal(err)
				}
				current[f.Item.ID], counted[f.Item.ID] = it, it
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"take": func(rt *rapid.T) {
				var batch []news.Found
				for range rapid.IntRange(1, 4).Draw(rt, "n") {
					clock = clock.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "minutes")) * time.Minute)
					id := fmt.Sprint("i", rapid.IntRange(0, 12).Draw(rt, "id"))
					f := post(id, genText(rt, "text"), start.Add(-time.Duration(rapid.IntRange(0, 200).Draw(rt, "age"))*time.Hour))
					f.Item.Account = rapid.SampledFrom([]string{"p:a", "p:b", "p:c", ""}).Draw(rt, "account")
					f.Item.Observed, f.Keep = clock, true
					if last, ok := delivered[id]; ok {
						f.Item.Published = last.Item.Published
					}
					delivered[id] = f
					batch = append(batch, f)
				}
				deliver(rt, batch)
				for _, f := range batch {
					if it, ok := current[f.Item.ID]; ok && it.Text != norm.NFC.String(delivered[f.Item.ID].Item.Text) {
						rt.Fatalf("%s is %q, want the last content %q", f.Item.ID, it.Text, delivered[f.Item.ID].Item.Text)
					}
				}
			},
			"again": func(rt *rapid.T) {
				for _, id := range slices.Sorted(maps.Keys(delivered)) {
					deliver(rt, []news.Found{delivered[id]})
					break
				}
			},
			"erase": func(rt *rapid.T) {
				id := fmt.Sprint("i", rapid.IntRange(0, 12).Draw(rt, "id"))
				if err := r.ix.Erase(t.Context(), news.Erased{ID: id, At: start}); err != nil {
					rt.Fatal(err)
				}
				erased[id] = true
				delete(current, id)
			},
			"restart": func(*rapid.T) { r.restart() },
			"": func(rt *rapid.T) {
				want := slices.Sorted(maps.Keys(current))
				got := r.found(indexer.Query{Limit: 200})
				if !slices.Equal(got, want) {
					rt.Fatalf("found %v, want %v", got, want)
				}
				q, err := query.Parse(`"mất" OR ~"nuoc dien" OR topic:roads`, nil)
				if err != nil {
					rt.Fatal(err)
				}
				want = want[:0]
				for _, it := range current {
					if q.Holds(query.NewDoc(&it)) {
						want = append(want, it.ID)
					}
				}
				slices.Sort(want)
				if got := r.found(indexer.Query{Text: q.String(), Strict: true, Limit: 200}); !slices.Equal(got, want) {
					rt.Fatalf("%s: found %v, want %v", q, got, want)
				}
				for _, q := range []indexer.CountQuery{{Bucket: "day"}, {Bucket: "hour", By: "topic"}, {Bucket: "day", By: "tone", Area: news.InArea}} {
					if diff := cmp.Diff(naive(counted, q), r.counts(q)); diff != "" {
						rt.Fatalf("counts %+v (-want +got):\n%s", q, diff)
					}
				}
			},
		})
		told := map[string]map[string]bool{} // contents announced
		for _, a := range r.announced {
			id := a.Item.ID
			if a.Before != nil && !told[id][a.Before.Text] {
				rt.Fatalf("%s: nobody was told of %q, which is said to have come before %q", id, a.Before.Text, a.Item.Text)
			}
			if told[id] == nil {
				told[id] = map[string]bool{}
			}
			told[id][a.Item.Text] = true
		}
		for id := range current {
			if !slices.Contains(r.announcements(), id) {
				rt.Fatalf("%s was never announced", id)
			}
		}
	})
}

// naive counts by the definition.
func naive(items map[string]news.Item, q indexer.CountQuery) []indexer.Count {
	type row struct {
		at  time.Time
		key string
	}
	voices, stories, n := map[row]map[string]bool{}, map[row]map[string]bool{}, map[row]int{}
	for _, it := range items {
		r := it.Reading
		if q.Area == "" && r.Area.Fit == news.OutOfArea || q.Area != "" && r.Area.Fit != q.Area {
			continue
		}
		keys := []string{""}
		switch q.By {
		case "topic":
			keys = nil
			for _, t := range r.Topics {
				keys = append(keys, t.ID)
			}
		case "tone":
			keys = []string{r.Tone.Label}
		}
		at := indexer.DayStart(it.At())
		if q.Bucket == "hour" {
			at = it.At().UTC().Truncate(time.Hour)
		}
		for _, k := range keys {
			w := row{at, k}
			if voices[w] == nil {
				voices[w], stories[w] = map[string]bool{}, map[string]bool{}
			}
			voices[w][it.Voice()], stories[w][r.Story] = true, true
			n[w]++
		}
	}
	out := []indexer.Count{}
	for w := range n {
		out = append(out, indexer.Count{Key: w.key, At: w.at, Items: n[w], Voices: len(voices[w]), Stories: len(stories[w])})
	}
	slices.SortFunc(out, func(a, b indexer.Count) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	return out
}
