package indexer

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"langnghe/internal/lang"
	"langnghe/internal/lang/vi"
)

// mappingOfVersion2 is the mapping as version 2 stored it in its index.
func mappingOfVersion2(t *testing.T) bleve.Index {
	t.Helper()
	m := bleve.NewIndexMapping()
	doc := bleve.NewDocumentStaticMapping()
	for name, analyzer := range map[string]string{"title": "vi_exact", "text": "vi_exact", "title_fold": "vi_fold", "text_fold": "vi_fold"} {
		f := bleve.NewTextFieldMapping()
		f.Name, f.Analyzer, f.Store, f.IncludeInAll, f.DocValues, f.IncludeTermVectors = name, analyzer, false, false, false, analyzer == "vi_exact"
		doc.AddFieldMappingsAt(name, f)
	}
	for _, name := range []string{"topic", "area", "tone", "stance", "source", "kind", "day", "story"} {
		f := bleve.NewKeywordFieldMapping()
		f.Name, f.Store, f.IncludeInAll, f.DocValues, f.SkipFreqNorm = name, false, false, false, true
		doc.AddFieldMappingsAt(name, f)
	}
	m.DefaultMapping, m.DefaultAnalyzer = doc, "vi_exact"
	m.IndexDynamic, m.StoreDynamic, m.DocValuesDynamic = false, false, false
	ix, err := bleve.NewUsing(filepath.Join(t.TempDir(), "2026-11"), m, scorch.Name, scorch.Name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// TestEarlierMapping opens a month as version 2 wrote it: it is found in at
// once, takes new items, and is rebuilt beside itself while searches go on.
func TestEarlierMapping(t *testing.T) {
	old := mappingOfVersion2(t)
	dir := filepath.Dir(old.Name())
	at := time.Date(2026, 11, 3, 8, 0, 0, 0, Zone)
	texts := []string{"Nhà mất nước từ sáng", "mat nuoc roi ba con oi", "Khối 3 mất điện. Nước vẫn có"}
	batch := index.NewBatch()
	var docs []Doc
	for i, text := range texts {
		d := Doc{Key: firstKey(at) + Key(i), Text: text, Values: map[string][]string{FieldTopic: {"water"}}}
		docs = append(docs, d)
		bd := newDocument(&d, map[string]index.TokenFrequencies{})
		folded, n := vi.Terms(lang.Fold(lang.Key(text)))
		for _, f := range folded {
			f.Locations = nil
		}
		bd.fields = append(bd.fields, field{name: FieldTextFold, options: index.IndexField, terms: folded, length: n})
		batch.Update(bd)
	}
	inner, err := old.Advanced()
	if err != nil {
		t.Fatal(err)
	}
	if err := inner.Batch(batch); err != nil {
		t.Fatal(err)
	}
	if err := old.SetInternal(versionKey, []byte("2")); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	e, err := OpenBleve(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got := e.Old(); !slices.Equal(got, []string{"2026-11"}) || len(e.Stale()) != 0 {
		t.Fatalf("Old() = %v, Stale() = %v", got, e.Stale())
	}
	ctx := context.Background()
	find := func(c Clause) string {
		t.Helper()
		a, err := e.Find(ctx, e.Months(), Ask{Where: c, Newest: true, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var out []int
		for _, h := range a.Hits {
			out = append(out, int(h.Key-firstKey(at)))
		}
		slices.Sort(out)
		return fmt.Sprint(out)
	}
	check := func(when, exact, folded string) {
		t.Helper()
		if got := find(Clause{Op: Phrase, Field: FieldText, Words: []string{"mất", "nước"}}); got != exact {
			t.Errorf("%s: mất nước in %s, want %s", when, got, exact)
		}
		if got := find(Clause{Op: Phrase, Field: FieldTextFold, Words: []string{"mat", "nuoc"}}); got != folded {
			t.Errorf("%s: mat nuoc in %s, want %s", when, got, folded)
		}
	}
	check("as it was", "[0]", "[0 1]")
	more := Doc{Key: firstKey(at) + 3, Text: "Lại mất nước"}
	docs = append(docs, more)
	if err := e.Write(ctx, "2026-11", []Doc{more}, []Key{docs[0].Key}); err != nil {
		t.Fatal(err)
	}
	check("with a new item and without an old one", "[3]", "[1 3]")
	part, err := e.Rebuild("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	if err := part.Write(ctx, docs[1:], nil); err != nil {
		t.Fatal(err)
	}
	check("meanwhile", "[3]", "[1 3]")
	if err := part.Swap(); err != nil {
		t.Fatal(err)
	}
	check("rebuilt", "[3]", "[1 3]")
	if got := e.Old(); len(got) != 0 {
		t.Errorf("Old() = %v after rebuilding", got)
	}
}
