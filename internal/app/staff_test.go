package app

import (
	"testing"
	"time"

	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/official"
)

// What the sample officers cite stands in the sample papers, so that beside
// each claim there are the words of the clause.
func TestDossiersCiteClauses(t *testing.T) {
	world, err := demo.New(time.Date(2026, 11, 24, 12, 0, 0, 0, demo.Zone))
	if err != nil {
		t.Fatal(err)
	}
	papers, err := world.Papers()
	if err != nil {
		t.Fatal(err)
	}
	says := map[string]official.Document{}
	for _, p := range papers {
		d, err := official.ParseDocument(p.Name, p.Data)
		if err != nil {
			t.Fatal(err)
		}
		says[d.No] = d
	}
	for story, x := range dossiers {
		cites := []news.Citation{x.cite}
		if x.handoff != nil {
			cites = append(cites, x.handoff.Citation)
		}
		for _, c := range cites {
			if text := says[c.Document].Passage(c.Clause); text == "" || c.Text != "" && c.Text != text {
				t.Errorf("%s cites %q of %s, which says %q", story, c.Clause, c.Document, text)
			}
		}
	}
}
