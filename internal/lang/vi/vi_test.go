package vi

import (
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/registry"
	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
)

func TestAnalyzers(t *testing.T) {
	cache := registry.NewCache()
	for _, text := range []string{"Phường Thái Hoà: l\u200bừa đảo 500.000đ! Báo ngay. Gọi", norm.NFD.String("Uỷ ban kỉ luật. Khoẻ"), "", "漢字 ﬁ"} {
		for name, want := range map[string]string{Exact: lang.Key(text), Fold: lang.Fold(lang.Key(text))} {
			a, err := cache.AnalyzerNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			position := 0
			tokens := lang.Tokens(nil, text)
			for i, tok := range a.Analyze([]byte(text)) {
				got = append(got, string(tok.Term))
				if position++; tokens[i].Has(lang.Sentence) {
					position++
				}
				if tok.Position != position || tok.Start != 0 || tok.End != 0 {
					t.Errorf("%s(%q): token %d is %v, want position %d", name, text, i, tok, position)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s(%q) = %q, want %q", name, text, got, want)
			}
		}
	}
}

// TestIndex searches a real index: exact finds only the accented text, fold
// finds both.
func TestIndex(t *testing.T) {
	m := bleve.NewIndexMapping()
	doc := bleve.NewDocumentMapping()
	for _, name := range []string{Exact, Fold} {
		f := bleve.NewTextFieldMapping()
		f.Name, f.Analyzer = name, name
		doc.AddFieldMappingsAt("text", f)
	}
	m.DefaultMapping = doc
	ix, err := bleve.NewMemOnly(m)
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	for id, text := range map[string]string{"accents": "Nghe tin VỠ ĐẬP Bản Vẽ", "plain": "nghe tin vo dap ban ve", "nfd": norm.NFD.String("nghe tin vỡ đập")} {
		if err := ix.Index(id, map[string]string{"text": text}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		field string
		terms []string
		want  int
	}{
		{Exact, []string{"vỡ", "đập"}, 2},
		{Fold, []string{"vo", "dap"}, 3},
		{Exact, []string{"vo", "dap"}, 1},
	} {
		res, err := ix.Search(bleve.NewSearchRequest(bleve.NewPhraseQuery(c.terms, c.field)))
		if err != nil {
			t.Fatal(err)
		}
		if int(res.Total) != c.want {
			t.Errorf("phrase %q in %s: %d hits, want %d", c.terms, c.field, res.Total, c.want)
		}
	}
}

func BenchmarkAnalyze(b *testing.B) {
	text := []byte(strings.Repeat("Uỷ ban nhân dân phường Thái Hoà thông báo lịch cắt điện để sửa đường dây. ", 20))
	a, err := registry.NewCache().AnalyzerNamed(Exact)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		a.Analyze(text)
	}
}
