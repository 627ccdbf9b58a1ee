package indexer

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestForgetsInMemory: a month that is made again without an item leaves no
// word of it in what searches keep, although searches asked for it before.
func TestForgetsInMemory(t *testing.T) {
	e, err := OpenBleve(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	engine := e.(*bleveEngine)
	at := firstKey(time.Date(2026, 11, 3, 8, 0, 0, 0, Zone))
	stays := []Doc{}
	for i := range 300 {
		stays = append(stays, Doc{Key: at + Key(i), Title: "Tin", Text: "nước chảy đá mòn", Values: map[string][]string{FieldTopic: {"water"}}})
	}
	gone := Doc{Key: at + 999, Title: "Bímậtxyz", Text: "chuyện bímậtxyz nước", Values: map[string][]string{FieldStory: {"bímậtxyz"}, FieldSource: {"bímậtxyz"}}}
	if err := e.Write(t.Context(), "2026-11", append(slices.Clone(stays), gone), nil); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{FieldText, FieldTitle, FieldTextFold, FieldTitleFold} {
		word := "bímậtxyz"
		if strings.HasSuffix(field, "_fold") {
			word = "bimatxyz"
		}
		where := Clause{Op: Or, Kids: []Clause{{Op: Term, Field: field, Words: []string{word}}, {Op: Term, Field: field, Words: []string{"nước"}}}}
		for _, newest := range []bool{false, true} {
			if a, err := e.Find(t.Context(), []string{"2026-11"}, Ask{Where: where, Newest: newest, Limit: 5, Facets: []string{FieldStory, FieldSource, FieldTopic}}); err != nil || a.Total < 1 {
				t.Fatalf("%s: %+v, %v", field, a, err)
			}
		}
	}
	kept := func() int {
		n := holding(reflect.ValueOf(engine.kept.held), "mậtxyz") + holding(reflect.ValueOf(engine.kept.held), "matxyz")
		for _, p := range engine.parts {
			for _, c := range p.cols {
				for _, m := range []any{c.facets, c.folds, c.lists} {
					n += holding(reflect.ValueOf(m), "mậtxyz") + holding(reflect.ValueOf(m), "matxyz")
				}
			}
		}
		return n
	}
	if kept() < 4 {
		t.Fatalf("the test sees %d words in memory before", kept())
	}
	part, err := e.Rebuild("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	if err := part.Write(t.Context(), stays, nil); err != nil {
		t.Fatal(err)
	}
	if err := part.Swap(); err != nil {
		t.Fatal(err)
	}
	if n := kept(); n != 0 {
		t.Errorf("%d words of what is gone are kept in memory", n)
	}
	if a, err := e.Find(t.Context(), []string{"2026-11"}, Ask{Where: Clause{Op: Term, Field: FieldText, Words: []string{"nước"}}, Limit: 1, Facets: []string{FieldStory}}); err != nil || a.Total != len(stays) || kept() != 0 {
		t.Errorf("afterwards: %+v, %v; %d words are back", a, err, kept())
	}
}

// holding counts the strings of a value that hold a word.
func holding(v reflect.Value, word string) (n int) {
	switch v.Kind() {
	case reflect.String:
		if strings.Contains(v.String(), word) {
			n++
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			n += holding(it.Key(), word) + holding(it.Value(), word)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint32 || v.Type().Elem().Kind() == reflect.Uint8 {
			return 0
		}
		for i := range v.Len() {
			n += holding(v.Index(i), word)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Type.PkgPath() == "" || v.Type().Field(i).Name == "key" {
				n += holding(v.Field(i), word)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() && (v.Type().Elem() == reflect.TypeFor[column]()) {
			n += holding(v.Elem(), word)
		}
	}
	return n
}
