package web

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/official"
)

// TestComparedWithDocuments: the item, its entry and the case show the claim's
// words beside the clause's, call a contradiction a sign and say why it may be
// wrong; the API answers what `official check` answers.
func TestComparedWithDocuments(t *testing.T) {
	const clause = "Mức thu tiền rác đối với hộ gia đình là 40.000 đồng/hộ/tháng"
	s := newSite(t)
	say := func(text string, change func(*news.Item)) *news.Item {
		for i := range s.desk.entries {
			if it := s.desk.entries[i].Item; s.desk.entries[i].ID == "e-dap" {
				it.Text, it.Reading = text, &news.Reading{Stance: news.Claiming, Area: news.Area{Fit: news.InArea}}
				if change != nil {
					change(it)
				}
				return it
			}
		}
		t.Fatal("no such entry")
		return nil
	}
	const wrong = "Tiền rác hộ gia đình tăng lên 80.000 đồng/hộ/tháng rồi, <b>nộp</b> ở dichvucongs.top"
	for _, c := range []struct {
		name, text, verdict, words string
	}{
		{"contradicts", wrong, "contradicts", "Có dấu hiệu không khớp với văn bản đang có hiệu lực"},
		{"accentless teencode", "tien rac ho gia dinh tang len 80k mot ho mot thang", "contradicts", "Có dấu hiệu không khớp"},
		{"agrees", "Tiền rác hộ gia đình 40.000 đồng/hộ/tháng", "agrees", "Khớp với văn bản đang có hiệu lực"},
		{"nothing says so", "Mai cắt điện cả khối Tân Thành nghe bà con", "not_covered", "chưa thể nói đúng hay sai"},
	} {
		it := say(c.text, nil)
		for _, path := range []string{"/items/i-e-dap", "/inbox/e-dap"} {
			page := s.do("lan", "GET", path, nil).Body.String()
			_, part, ok := strings.Cut(page, `<section class="compared">`)
			part, _, _ = strings.Cut(part, "</section>")
			if !ok || !strings.Contains(part, c.words) {
				t.Errorf("%s: %s: %q", c.name, path, part)
				continue
			}
			if c.verdict == "not_covered" {
				continue
			}
			if !strings.Contains(part, clause) || !strings.Contains(part, "42/TB-UBND") || !strings.Contains(part, "Vì sao có thể sai") || !strings.Contains(part, "Gợi ý tự động") {
				t.Errorf("%s: %s: the clause, its document, the doubt or the machine's mark is missing: %s", c.name, path, part)
			}
			if strings.Contains(part, "<b>nộp") || strings.Contains(part, "dichvucongs.top") {
				t.Errorf("%s: %s shows markup or a live link of the post: %s", c.name, path, part)
			}
			for _, strong := range []string{"sai sự thật", "tin giả", "bịa đặt"} {
				if strings.Contains(strings.ToLower(part), strong) {
					t.Errorf("%s: a machine says %q", c.name, strong)
				}
			}
		}
		var out struct{ Official *official.Finding }
		if err := json.Unmarshal(s.do("lan", "GET", "/api/v1/items/i-e-dap", nil).Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		want := official.Check(s.desk.docs, official.Claim{ID: it.ID, Text: it.Text, At: it.At().Format("2006-01-02")})
		if out.Official == nil || out.Official.Verdict != c.verdict || out.Official.Verdict != want.Verdict || len(out.Official.Because) != len(want.Because) {
			t.Errorf("%s: the API answers %+v, the command %+v", c.name, out.Official, want)
		}
	}
	for name, change := range map[string]func(*news.Item){
		"a denial":           func(it *news.Item) { it.Reading.Stance = news.Denial },
		"a warning":          func(it *news.Item) { it.Reading.Stance = news.Warning },
		"an official paper":  func(it *news.Item) { it.Kind = news.Official },
		"of another place":   func(it *news.Item) { it.Reading.Area.Fit = news.OutOfArea },
		"erased, no text":    func(it *news.Item) { it.Text = "" },
		"a text of one sign": func(it *news.Item) { it.Text = " \n" },
	} {
		say(wrong, change)
		if page := s.do("lan", "GET", "/items/i-e-dap", nil).Body.String(); strings.Contains(page, `class="compared"`) {
			t.Errorf("%s is compared with documents", name)
		}
	}
	page := s.do("lan", "GET", "/cases/V-2026-0040", nil).Body.String()
	if _, part, ok := strings.Cut(page, `<section class="compared">`); !ok || !strings.Contains(part, "Có dấu hiệu không khớp") || !strings.Contains(part, "80.000 đồng") {
		t.Error("the case does not show its claim beside the clause")
	}
	var f official.Finding
	if err := json.Unmarshal(s.do("lan", "GET", "/api/v1/cases/V-2026-0040/official", nil).Body.Bytes(), &f); err != nil || f.Verdict != "contradicts" || f.Document != "42/TB-UBND" || len(f.Because) != 2 {
		t.Errorf("the API says of the case: %+v, %v", f, err)
	}
	say(wrong, nil)
	s.desk.broken = errors.New("disk")
	if w := s.do("lan", "GET", "/items/i-e-dap", nil); w.Code != 200 || strings.Contains(w.Body.String(), `class="compared"`) {
		t.Errorf("without the register the page answers %d", w.Code)
	}
}

// TestCheckText: anybody who reads the register may ask about a sentence.
func TestCheckText(t *testing.T) {
	s := newSite(t)
	page := s.do("lan", "POST", "/documents/check", url.Values{"text": {"Tiền rác hộ gia đình 80.000 đồng/hộ/tháng <script>"}, "at": {"2026-11-20"}}).Body.String()
	if !strings.Contains(page, "Có dấu hiệu không khớp") || !strings.Contains(page, "40.000 đồng/hộ/tháng") || strings.Contains(page, "<script>") && !strings.Contains(page, "&lt;script&gt;") {
		t.Error("the answer is missing, or markup is live")
	}
	for _, bad := range []url.Values{{"text": {" "}}, {"text": {"Tiền rác"}, "at": {"20/11"}}, {"text": {strings.Repeat("ấ", 20_001)}}} {
		if w := s.do("lan", "POST", "/documents/check", bad); w.Code != 422 || !strings.Contains(w.Body.String(), "Cần một câu") {
			t.Errorf("%.40v is answered %d", bad, w.Code)
		}
	}
	if w := s.send("lan", "POST", "/api/v1/documents/check", obj{"text": "Tiền rác", "at": "20/11"}); w.Code != 422 {
		t.Errorf("the API answers a bad day with %d: %s", w.Code, w.Body)
	}
	if len(s.desk.acts) > 0 {
		t.Errorf("a question left %v behind", s.desk.acts)
	}
}
