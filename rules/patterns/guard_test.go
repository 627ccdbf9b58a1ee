package patterns

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"langnghe/internal/news"
)

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"Trang dichvucongs.top/vn là giả":                            "Trang dichvucongs[.]top/vn là giả",
		"vào https://vneid-gov.vip/a?b=1 ngay":                       "vào hxxps://vneid-gov[.]vip/a?b=1 ngay",
		"vào HTTP://VNEID-GOV.VIP ngay":                              "vào HXXP://VNEID-GOV[.]VIP ngay",
		"https://bank@vietcombank-otp.top/x":                         "hxxps://bank@vietcombank-otp[.]top/x",
		"Xem https://thaihoa.nghean.gov.vn/tb/42 và agribank.com.vn": "Xem https://thaihoa.nghean.gov.vn/tb/42 và agribank.com.vn",
		"vào hoantien-dien.top, hotro-nguoidan.click nhé":            "vào hoantien-dien[.]top, hotro-nguoidan[.]click nhé",
		"Mức 1.250.000 đồng, số 42/TB-UBND. Hết.":                    "Mức 1.250.000 đồng, số 42/TB-UBND. Hết.",
	} {
		got := Guard(in)
		if got != want || Guard(got) != got {
			t.Errorf("%q is guarded as %q, want %q; again: %q", in, got, want, Guard(got))
		}
	}
}

// In a text with a scam in it every name goes that nobody knows; what is
// official or watched stays, and so do sentences without a space between them.
func TestDoubtful(t *testing.T) {
	known := func(host string) bool { return host == "baonghean.vn" }
	for in, want := range map[string][]string{
		"vào hotro-nguoidan.com nhận":                     {"hotro-nguoidan.com"},
		"vào https://qua.ai. Xong":                        {"https://qua.ai."},
		"đọc https://baonghean.vn/tin, dichvucong.gov.vn": nil,
		"đã xong.Do vậy nhận ngay.Mai tính, TP.HCM v.v.":  nil,
		"qua123.me hay nhan.qua.so":                       {"qua123.me", "nhan.qua.so"},
	} {
		var got []string
		for _, at := range Doubtful(in, true, known) {
			got = append(got, in[at[0]:at[1]])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if Scam(nil) || Scam(&news.Reading{Cues: []news.Cue{{Family: "old_news"}}}) || !Scam(&news.Reading{Cues: []news.Cue{{Family: "impersonation_bank"}}}) || !Scam(&news.Reading{Topics: []news.Topic{{ID: "security_scam"}}}) {
		t.Error("what a scam is")
	}
}

// TestDoubtfulByWords: looking at words finds what looking at the whole text
// would.
func TestDoubtfulByWords(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"https://", "hxxps://", "HTTP://a", "qua-tang.top", ".", "..", "vneid.gov.vn.xyz", "xong.Do", "a.b", "đường.vn", "[.]", " ", "\n", "\u00a0", "\t", "\v", "\f", "/x?y#z", "<", "\"", "1.000", "e\u0301.top", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "text"), "")
		every := rapid.Bool().Draw(t, "every")
		var want [][]int
		for _, at := range linkLike.FindAllStringIndex(text, -1) {
			if doubtful(text[at[0]:at[1]], every, nil) {
				want = append(want, at)
			}
		}
		if got := Doubtful(text, every, nil); !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	})
}
