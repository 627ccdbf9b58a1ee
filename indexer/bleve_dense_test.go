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

// TestDense compares what clauses choose and how it is ranked, bit by bit and
// number by number, on segments with removed documents.
func TestDense(t *testing.T) {
	engine, err := OpenBleve(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	rng := rand.New(rand.NewPCG(8, 5))
	words := strings.Fields("nước điện đường rác chợ trường mưa lũ đập tin ngập cúp")
	for i := range 60 {
		words = append(words, fmt.Sprint("từ", i))
	}
	at := firstKey(time.Date(2026, 11, 3, 8, 0, 0, 0, Zone))
	n := 0
	for _, size := range []int{3000, 700} {
		var docs []Doc
		for range size {
			var text []string
			for range 1 + rng.IntN(30) {
				text = append(text, words[int(rng.ExpFloat64()*6)%len(words)])
			}
			d := Doc{Key: at + Key(n), Text: strings.Join(text, " "), Values: map[string][]string{FieldTopic: {[]string{"water", "roads"}[rng.IntN(2)]}}}
			if rng.IntN(3) == 0 {
				d.Title = words[rng.IntN(8)]
			}
			docs = append(docs, d)
			n++
		}
		var gone []Key
		for range n / 40 {
			gone = append(gone, at+Key(rng.IntN(n)))
		}
		if err := engine.Write(t.Context(), "2026-11", docs, gone); err != nil {
			t.Fatal(err)
		}
	}
	var clause func(depth int) Clause
	clause = func(depth int) Clause {
		if depth == 0 || rng.IntN(4) == 0 {
			w := words[int(rng.ExpFloat64()*8)%len(words)]
			return Clause{Op: Or, Kids: []Clause{{Op: Term, Field: FieldTitle, Words: []string{w}}, {Op: Term, Field: FieldText, Words: []string{w}}}}
		}
		c := Clause{Op: []Op{And, Or, And, Or, Or}[rng.IntN(5)]}
		for range 1 + rng.IntN(4) {
			kid := clause(depth - 1)
			if c.Op == And && rng.IntN(4) == 0 {
				kid = Clause{Op: Not, Kids: []Clause{kid}}
			}
			c.Kids = append(c.Kids, kid)
		}
		if c.Op == Or && rng.IntN(4) == 0 {
			c.Min = min(2, len(c.Kids))
		}
		return c
	}
	e := engine.(*bleveEngine)
	chosen, none, bitwise := 0, 0, 0
	for range 1500 {
		ask := Ask{Where: clause(2)}
		switch rng.IntN(4) {
		case 0:
			ask.Filter = map[string][]string{FieldTopic: {"roads"}}
		case 1:
			ask.From = at + Key(rng.IntN(n))
			ask.To = ask.From + Key(rng.IntN(n))
		}
		var fit [2][]*roaring.Bitmap
		var best [2][]Match
		for i := range 2 {
			func() {
				f := finding{e: e, ctx: context.Background()}
				defer f.close()
				views, err := f.open("2026-11")
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range views {
					v.slow = i == 1
					if err := v.choose(&ask); err != nil {
						t.Fatal(err)
					}
					if n, err := v.most(&ask.Where); i == 0 && err == nil && n >= len(v.cols.keys)/crowded {
						bitwise++
					}
					fit[i] = append(fit[i], v.fit)
				}
				if best[i], err = rank(views, &ask.Where, 25); err != nil {
					t.Fatal(err)
				}
			}()
		}
		for i, b := range fit[0] {
			if !b.Equals(fit[1][i]) {
				t.Fatalf("%+v chooses %d of a segment, %d bit by bit", ask, fit[1][i].GetCardinality(), b.GetCardinality())
			}
			if b.IsEmpty() {
				none++
			} else {
				chosen++
			}
		}
		if !slices.Equal(best[0], best[1]) {
			t.Fatalf("%+v ranks\n%v\nbit by bit\n%v", ask, best[1], best[0])
		}
	}
	if chosen < 1000 || none < 10 || bitwise < 1000 {
		t.Errorf("%d segments with answers, %d without, %d evaluated bit by bit: the clauses are not mixed", chosen, none, bitwise)
	}
}
