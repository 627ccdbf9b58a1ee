package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/official/rumour"
	"langnghe/review"
)

// What people may still edit is as they wrote it; everything else is shown.
var edited = regexp.MustCompile(`(?s)<textarea.*?</textarea>|value="[^"]*"`)

// On no page does a link with signs of imitation stand as it was written, nor
// is one clickable; other links stay as they are.
func TestSuspiciousLinksAreDefanged(t *testing.T) {
	const link, plain = "https://dichvucongg.top/nhan-qua", "https://baonghean.vn/tin"
	s := newSite(t)
	d := s.desk
	dam := 0
	for i := range d.entries {
		if it := d.entries[i].Item; d.entries[i].ID == "e-dap" {
			dam++
			it.Title, it.Text, it.URL = "Nhận quà "+link, "Bấm "+link+" hay dichvucongg.top nhé, đọc "+plain, link
			d.entries[i].Flags[0].Because = []news.Span{{Start: 4, End: 20, Text: link[:16]}}
		}
	}
	if dam != 1 {
		t.Fatal("there is no entry to look at")
	}
	for i := range d.cases {
		d.cases[i].Title, d.cases[i].Claim = "Vào "+link, "Bấm "+link
	}
	// These names imitate nobody; only what they are in, or their ending, says
	// what they are.
	scams := []string{"hoantien-dien.top", "nhanqua-tet2026.top", "hotro-nguoidan.click", "hoantien-dien.com"}
	raw := "https://" + strings.Join(scams, " hay ")
	asks := "Trang " + raw + " có thật không?"
	for i := range 4 {
		e := d.entries[1]
		it := *e.Item
		it.ID, it.Title, it.Text = "i-scam"+strconv.Itoa(i), asks, asks
		it.Account = "v" + strconv.Itoa(i)
		it.Reading = &news.Reading{Area: news.Area{Fit: news.InArea}, Stance: news.Question, Topics: []news.Topic{{ID: "security_scam", Score: 1}}, Cues: []news.Cue{{Family: "impersonation_utility", Level: news.Low, Because: []news.Span{{End: 5, Text: scams[3]}}}}}
		e.ID, e.Item, e.Suggest = "e-scam"+strconv.Itoa(i), &it, news.Answer
		e.Flags = []news.Flag{{ID: "f1", Because: []news.Span{{Start: 0, End: 5, Text: scams[3]}}}, {ID: "f2", Why: news.Text{VI: scams[0], EN: scams[0]}}}
		d.entries = append(d.entries, e)
	}
	for i := range d.cases {
		if k := d.cases[i].Correction; k != nil {
			k.Portal, k.Post, k.Radio, k.URL = link+" giả", "giả: "+link, "giả: "+scams[0], raw
		}
		if d.cases[i].Kind == news.Scam {
			d.cases[i].Claim, d.cases[i].Title = asks, asks
			if k := d.cases[i].Correction; k != nil {
				k.Portal, k.Post, k.Radio = asks, asks, asks
			}
		}
		if d.cases[i].Kind == news.Answer {
			d.cases[i].Reply, d.cases[i].Topic = asks, "security_scam"
		}
	}
	d.rumours[0].Text, d.rumours[0].Says, d.rumours[0].URL = "Bấm "+link, "Sai: "+link, link
	d.proposed[0].Text, d.proposed[0].Says, d.proposed[0].URL = "Bấm "+link, "Sai: "+link, link
	d.known = map[string][]review.Known{"i-e-dap": {{Claim: d.rumours[0], Tier: rumour.Confirmed}}}
	scamPages := []string{"/inbox/e-scam1", "/items/i-scam1", "/radar", "/cases/V-2026-0041", "/cases/V-2026-0030", "/cases/V-2026-0038"}
	shown := 0
	for _, path := range []string{"/inbox", "/inbox/e-dap", "/cases", "/cases/V-2026-0040", "/rumours", "/rumours/K-1", "/items/i-e-dap", "/search?q=qu%C3%A0", "/trends", "/inbox/e-scam1", "/items/i-scam1", "/radar", "/cases/V-2026-0041", "/cases/V-2026-0030", "/cases/V-2026-0038"} {
		w := s.do("lan", "GET", path, nil)
		if w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
		page := edited.ReplaceAllString(w.Body.String(), "")
		if i := strings.Index(page, "dichvucongg.top"); i >= 0 {
			t.Errorf("%s shows the link: …%s…", path, page[max(0, i-120):min(len(page), i+40)])
		}
		if i := strings.Index(page, `href="https://hoantien`); i >= 0 {
			t.Errorf("%s can be followed to a scam", path)
		}
		for _, host := range scams {
			if i := strings.Index(page, host); i >= 0 {
				t.Errorf("%s shows %s: …%s…", path, host, page[max(0, i-120):min(len(page), i+40)])
			}
			if want := strings.ReplaceAll(host, ".", "[.]"); slices.Contains(scamPages, path) && !strings.Contains(page, want) {
				t.Errorf("%s does not speak of %s: the test looks at nothing", path, want)
			}
		}
		if strings.Contains(page, "dichvucongg[.]top") {
			shown++
		}
		if path == "/inbox/e-dap" && !strings.Contains(page, plain) {
			t.Errorf("%s: an ordinary link was changed", path)
		}
	}
	if shown < 6 {
		t.Errorf("the link is on %d pages, want it on six at least: the test looks at nothing", shown)
	}
}

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"nay.mai":                          "nay.mai",
		"vào dichvucong.gov.vn":            "vào dichvucong.gov.vn",
		"https://dichvucongg.top/a.b":      "hxxps://dichvucongg[.]top/a.b",
		"HTTP://dichvucongg.top":           "HXXP://dichvucongg[.]top",
		"http://bank.vn@dichvucongg.top/x": "hxxp://bank[.]vn@dichvucongg[.]top/x",
		"http://203.0.113.7/tai.apk":       "hxxp://203[.]0[.]113[.]7/tai.apk",
		"hoàn tiền ở hoantien-dien.top/nhan": "hoàn tiền ở hoantien-dien[.]top/nhan",
		"xem baonghean.vn, xong.Ga":          "xem baonghean.vn, xong.Ga",
		"chinhphu.gov.vn-xyz.top và báo.vn":  "chinhphu[.]gov[.]vn-xyz[.]top và báo.vn",
	} {
		if got := guard(in); got != want {
			t.Errorf("guard(%q) = %q, want %q", in, got, want)
		}
		if got := guard(guard(in)); got != want {
			t.Errorf("twice: %q, want %q", got, want)
		}
	}
}

// The words that a search found in a title mark nothing in the text.
func TestRumourMarks(t *testing.T) {
	s := newSite(t)
	for i := range s.desk.entries {
		if it := s.desk.entries[i].Item; s.desk.entries[i].ID == "e-dap" {
			it.Title, it.Text = "Đập vỡ rồi", "Bà con khối 3 chạy ngay lên đồi đi"
			s.desk.entries[i].Flags[0].Because = []news.Span{{In: "title", Start: 0, End: 6, Text: "Đập vỡ"}, {In: "text", Start: 7, End: 13, Text: "khối 3"}}
		}
	}
	page := s.do("lan", "GET", "/rumours/K-1", nil).Body.String()
	if !strings.Contains(page, "Bà con <mark>khối 3</mark> chạy ngay") {
		i := strings.Index(page, "chạy ngay")
		t.Errorf("the marks of the title are in the text: …%s…", page[max(0, i-200):min(len(page), i+40)])
	}
}
