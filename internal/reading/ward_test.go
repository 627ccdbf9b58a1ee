package reading

import (
	"strings"
	"testing"

	"langnghe/internal/news"
)

// A ward whose neighbourhoods have other names hears of them.
func TestNewWard(t *testing.T) {
	plain, err := New("thai-hoa-2026")
	if err != nil {
		t.Fatal(err)
	}
	own, err := NewWard("thai-hoa-2026", []string{"Khối 1", "Khối Tân Lập"})
	if err != nil {
		t.Fatal(err)
	}
	if k := own.Profile().Khoi; len(k) != 2 || k[1].Name.VI != "Khối Tân Lập" || k[0].Name.EN != "Neighbourhood 1" {
		t.Errorf("khối %+v", k)
	}
	if len(plain.Profile().Khoi) == 2 || own.Version() == plain.Version() {
		t.Error("the profile itself was changed, or the version does not tell")
	}
	for _, text := range []string{"Khối Tân Lập mất nước từ tối qua", "khoi tan lap mat nuoc tu toi qua"} {
		it := news.Item{Text: text}
		with, without := own.Read(&it, 0).Area, plain.Read(&it, 0).Area
		said := ""
		for _, sp := range with.Because {
			said += sp.Text + "|"
		}
		if with.Score <= without.Score || !strings.Contains(strings.ToLower(said), "lap") && !strings.Contains(strings.ToLower(said), "lập") {
			t.Errorf("%q: score %v with the name, %v without, because %s", text, with.Score, without.Score, said)
		}
	}
}

// A neighbourhood that bears the name of a province is no other place.
func TestNeighbourhoodIsNoProvince(t *testing.T) {
	own, err := NewWard("thai-hoa-2026", []string{"Khối Hòa Bình"})
	if err != nil {
		t.Fatal(err)
	}
	for text, ours := range map[string]bool{"Khối Hòa Bình mất điện từ trưa": true, "khoi hoa binh mat dien tu trua": true, "Tỉnh Hòa Bình mất điện từ trưa": false} {
		if a := own.Read(&news.Item{Text: text}, 0).Area; (a.Score > 0) != ours {
			t.Errorf("%q: score %d, %s", text, a.Score, a.Fit)
		}
	}
}
