package audit_test

import (
	"errors"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"langnghe/internal/audit"
	"langnghe/internal/news"
)

func chain(n int) []audit.Entry {
	var es []audit.Entry
	var prev audit.Entry
	for i := range n {
		prev = audit.Seal(prev, news.Audit{
			ID: "a" + strconv.Itoa(i), At: time.UnixMilli(1_700_000_000_000 + int64(i)*1000), Role: "desk",
			Who: "Nguyễn Thị Hoa", Act: "flag.decide", Object: "e" + strconv.Itoa(i), Detail: "verify",
		})
		es = append(es, prev)
	}
	return es
}

func seq(es []audit.Entry) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range es {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func broken(t *testing.T, name string, es []audit.Entry, want int) {
	t.Helper()
	_, err := audit.Verify(seq(es))
	var b *audit.BrokenError
	if !errors.As(err, &b) || b.Seq != want {
		t.Errorf("%s: Verify error = %v, want a break at %d", name, err, want)
	}
}

func TestVerify(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100} {
		if got, err := audit.Verify(seq(chain(n))); got != n || err != nil {
			t.Errorf("Verify of %d entries = %d, %v", n, got, err)
		}
	}
}

// Every field of every entry counts; the first wrong one is named.
func TestVerifyFindsEachField(t *testing.T) {
	good := chain(5)
	for i := range good {
		typ := reflect.TypeFor[audit.Entry]()
		for f := range typ.NumField() {
			es := slices.Clone(good)
			switch v := reflect.ValueOf(&es[i]).Elem().Field(f); v.Interface().(type) {
			case string:
				v.SetString(v.String() + "x")
			case int:
				v.SetInt(v.Int() + 7)
			case time.Time:
				v.Set(reflect.ValueOf(es[i].At.Add(time.Millisecond)))
			default:
				t.Fatalf("field %s has a type that the test does not know", typ.Field(f).Name)
			}
			broken(t, typ.Field(f).Name+" of entry "+strconv.Itoa(i+1), es, i+1)
		}
	}
}

func TestVerifyFindsGapsAndInsertions(t *testing.T) {
	good := chain(6)
	broken(t, "removed", slices.Delete(slices.Clone(good), 2, 3), 3)
	broken(t, "first removed", good[1:], 1)
	swapped := slices.Clone(good)
	swapped[3], swapped[4] = swapped[4], swapped[3]
	broken(t, "swapped", swapped, 4)
	broken(t, "twice", slices.Insert(slices.Clone(good), 2, good[1]), 3)

	// Somebody who changes an entry and seals it anew breaks the next link.
	forged := slices.Clone(good)
	forged[2] = audit.Seal(forged[1], news.Audit{ID: "a2", At: good[2].At, Role: "desk", Who: "x", Act: "flag.decide"})
	broken(t, "sealed anew", forged, 4)
}

func TestVerifyPassesErrorsOn(t *testing.T) {
	lost := errors.New("disk is gone")
	n, err := audit.Verify(func(yield func(audit.Entry, error) bool) {
		for _, e := range chain(3) {
			if !yield(e, nil) {
				return
			}
		}
		yield(audit.Entry{}, lost)
	})
	if n != 3 || !errors.Is(err, lost) {
		t.Errorf("Verify = %d, %v, want 3 and %v", n, err, lost)
	}
}

// No two different entries share a hash, however their fields are cut.
func TestEncodingIsOneToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("a:1\n0đ ")), 0, 6, -1)
		draw := func(name string) news.Audit {
			return news.Audit{ID: text.Draw(t, name+" id"), Role: text.Draw(t, name+" role"), Who: text.Draw(t, name+" who"), Act: text.Draw(t, name+" act"), Object: text.Draw(t, name+" object"), Detail: text.Draw(t, name+" detail")}
		}
		a, b := draw("a"), draw("b")
		if same := audit.Seal(audit.Entry{}, a).Hash == audit.Seal(audit.Entry{}, b).Hash; same != (a == b) {
			t.Errorf("hashes equal: %v, entries equal: %v: %+v %+v", same, a == b, a, b)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	es := chain(10_000)
	for b.Loop() {
		if _, err := audit.Verify(seq(es)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(es)), "ns/entry")
}
