package web

import (
	"regexp"
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
	d.rumours[0].Text, d.rumours[0].Says, d.rumours[0].URL = "Bấm "+link, "Sai: "+link, link
	d.proposed[0].Text, d.proposed[0].Says, d.proposed[0].URL = "Bấm "+link, "Sai: "+link, link
	d.known = map[string][]review.Known{"i-e-dap": {{Claim: d.rumours[0], Tier: rumour.Confirmed}}}
	shown := 0
	for _, path := range []string{"/inbox", "/inbox/e-dap", "/cases", "/cases/V-2026-0040", "/rumours", "/rumours/K-1", "/items/i-e-dap", "/search?q=qu%C3%A0", "/trends"} {
		w := s.do("lan", "GET", path, nil)
		if w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
		page := edited.ReplaceAllString(w.Body.String(), "")
		if i := strings.Index(page, "dichvucongg.top"); i >= 0 {
			t.Errorf("%s shows the link: …%s…", path, page[max(0, i-120):min(len(page), i+40)])
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
		"":                                  "",
		"nay.mai":                           "nay.mai",
		"vào dichvucong.gov.vn":             "vào dichvucong.gov.vn",
		"https://dichvucongg.top/a.b":       "hxxps://dichvucongg[.]top/a.b",
		"HTTP://dichvucongg.top":            "HXXP://dichvucongg[.]top",
		"http://bank.vn@dichvucongg.top/x":  "hxxp://bank[.]vn@dichvucongg[.]top/x",
		"http://203.0.113.7/tai.apk":        "hxxp://203[.]0[.]113[.]7/tai.apk",
		"chinhphu.gov.vn-xyz.top và báo.vn": "chinhphu[.]gov[.]vn-xyz[.]top và báo.vn",
	} {
		if got := guard(in); got != want {
			t.Errorf("guard(%q) = %q, want %q", in, got, want)
		}
		if got := guard(guard(in)); got != want {
			t.Errorf("twice: %q, want %q", got, want)
		}
	}
}
