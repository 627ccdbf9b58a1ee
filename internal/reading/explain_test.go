package reading

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langnghe/internal/news"
)

func TestExplain(t *testing.T) {
	r := reader(t)
	it := &news.Item{ID: "7", Text: "Nghe nói mai mỗi hộ ở phường Thái Hòa phải đóng phí 500k, có thật không ạ?"}
	read := r.Read(it, 0)
	for lang, want := range map[string][]string{
		"vi": {"── 7", "thuộc địa bàn", "“phường Thái Hòa”", "thuế, phí, đóng góp", "hỏi tin có thật không", "Tin đồn thuế, phí, trợ cấp, mức 2 + Nguồn ẩn danh", "tiền 500000 ← “500k”", "người duyệt quyết định"},
		"en": {"Area       ours", "asks whether a story is true", "Fee, tax or benefit rumour, level 2 + Hearsay", "money 500000", "a person decides"},
	} {
		var b strings.Builder
		if err := r.Explain(&b, it, &read, lang); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: no %q in\n%s", lang, w, b.String())
			}
		}
	}
}

// TestLabels: every label that a reading may have is explained in words.
func TestLabels(t *testing.T) {
	ids := []string{"area.in_area", "area.ambiguous", "area.out_of_area"}
	for _, id := range news.TopicIDs {
		ids = append(ids, "topic."+id)
	}
	for _, s := range order {
		ids = append(ids, "stance."+string(s))
	}
	for _, v := range []string{money, date, docno, percent, phone, link, address} {
		ids = append(ids, "value."+v)
	}
	for _, id := range ids {
		if l := captions[id]; l.VI == "" || l.EN == "" {
			t.Errorf("%s has no label in both languages", id)
		}
	}
}

func TestNewDir(t *testing.T) {
	const ward = "thai-hoa-2026"
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain, err := NewDir(dir, ward)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Version() != reader(t).Version() {
		t.Errorf("an empty folder changes the version: %s", plain.Version())
	}
	people, err := os.ReadFile("data/people.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write("people.yaml", strings.Replace(string(people), "w.kin: [", "w.kin: [cố nội, ", 1))
	tone, err := os.ReadFile("data/tone.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write("tone.yaml", strings.Replace(string(tone), "tone.positive: [", "tone.positive: [bá cháy bọ chét^3, ", 1))
	r, err := NewDir(dir, ward)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.Version(), "; local ") {
		t.Errorf("version %q does not tell of local files", r.Version())
	}
	it := &news.Item{Text: "Bữa nay bá cháy bọ chét"}
	if got, was := r.Read(it, 0).Tone.Label, plain.Read(it, 0).Tone.Label; got != "positive" || was == "positive" {
		t.Errorf("the word of the folder reads as %s, without it as %s", got, was)
	}
	write("tone.yaml", "version: 1\nsets:\n  tone.positive: tốt\n")
	if _, err := NewDir(dir, ward); err == nil || !strings.Contains(err.Error(), "tone.yaml:3") {
		t.Errorf("a broken file: %v, want its name and line", err)
	}
	if _, err := NewDir(filepath.Join(dir, "nowhere"), ward); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("no such folder: %v", err)
	}
}
