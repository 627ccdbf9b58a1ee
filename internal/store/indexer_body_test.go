package store

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"langnghe/internal/news"
)

// fillIn sets every field of v to something that is not its zero value.
func fillIn(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillIn(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 20, 9, 0, 0, 123e6, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fillIn(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fillIn(v.Index(i))
		}
	case reflect.String:
		v.SetString("nước, \"<b>\" {[\\] 漢")
	case reflect.Int, reflect.Int8, reflect.Int64:
		v.SetInt(-3)
	case reflect.Float64:
		v.SetFloat(-1.5e-9)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"a": []any{1.0, "]"}}))
	default:
		panic(v.Kind())
	}
}

// TestBodyWhole decodes an item with every field that there is; a new field
// fails it until parseBody knows the field.
func TestBodyWhole(t *testing.T) {
	var it news.Item
	fillIn(reflect.ValueOf(&it).Elem())
	body, err := json.Marshal(it)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := parseBody(string(body))
	if diff := cmp.Diff(it, got); !ok || diff != "" {
		t.Errorf("parseBody: ok %v, (-want +got):\n%s", ok, diff)
	}
}

// TestBody compares parseBody with encoding/json on random items, and on
// those cut off or changed in one place, where it may only refuse or agree.
func TestBody(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "", "water", "mất nước", `"`, "a&b", "<x>", "\\", "\n", "{", "[\"", "p:1", "https://vi-du.vn/a?b=1&c=2", "🙏", "\u2028"})
	spans := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) news.Span {
		return news.Span{Start: rapid.IntRange(0, 50).Draw(t, "start"), End: rapid.IntRange(-1, 500).Draw(t, "end"), Text: word.Draw(t, "text"), In: word.Draw(t, "in")}
	}), 0, 3)
	at := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.UnixMilli(rapid.Int64Range(0, 2e12).Draw(t, "ms")).UTC()
	})
	rapid.Check(t, func(t *rapid.T) {
		it := news.Item{ID: word.Draw(t, "id"), Kind: news.Kind(word.Draw(t, "kind")), URL: word.Draw(t, "url"), Source: word.Draw(t, "source"), Lang: word.Draw(t, "lang"),
			Published: at.Draw(t, "published"), Observed: at.Draw(t, "observed"), Edited: at.Draw(t, "edited"), Account: word.Draw(t, "account"), Thread: word.Draw(t, "thread"),
			Notes: rapid.SliceOfN(word, 0, 2).Draw(t, "notes")}
		if rapid.Bool().Draw(t, "counted") {
			it.Counts = &news.Counts{Views: rapid.IntRange(0, 3).Draw(t, "views")}
		}
		if rapid.Bool().Draw(t, "read") {
			r := &news.Reading{Stance: news.Stance(word.Draw(t, "stance")), StanceWhy: spans.Draw(t, "why"), Story: word.Draw(t, "story"), Accentless: rapid.Bool().Draw(t, "accentless")}
			r.Area = news.Area{Fit: word.Draw(t, "fit"), Score: rapid.IntRange(-9, 9).Draw(t, "score"), Because: spans.Draw(t, "area")}
			r.Tone = news.Tone{Label: word.Draw(t, "label"), Score: rapid.Float64Range(-1, 1).Draw(t, "tone"), Because: spans.Draw(t, "tones")}
			for range rapid.IntRange(0, 2).Draw(t, "topics") {
				r.Topics = append(r.Topics, news.Topic{ID: word.Draw(t, "topic"), Score: rapid.Float64().Draw(t, "worth"), Because: spans.Draw(t, "because")})
			}
			for range rapid.IntRange(0, 2).Draw(t, "values") {
				r.Values = append(r.Values, news.Value{Type: "money", Text: word.Draw(t, "value"), Value: 500000.0})
			}
			it.Reading = r
		}
		body, err := bodyOf(it)
		if err != nil {
			t.Fatal(err)
		}
		var want news.Item
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		got, ok := parseBody(body)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Fatalf("%s: ok %v, (-want +got):\n%s", body, ok, diff)
		}
		broken := []byte(body)
		place := rapid.IntRange(0, len(body)-1).Draw(t, "place")
		if rapid.Bool().Draw(t, "cut") {
			broken = broken[:place]
		} else {
			broken[place] = rapid.SampledFrom([]byte(`{}[]",:\0e-x `)).Draw(t, "byte")
		}
		var other news.Item
		err = json.Unmarshal(broken, &other)
		if got, ok := parseBody(string(broken)); ok && err == nil && !cmp.Equal(other, got) {
			t.Fatalf("%s: %s", broken, cmp.Diff(other, got))
		}
	})
}
