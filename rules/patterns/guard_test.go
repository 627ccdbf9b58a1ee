package patterns

import "testing"

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"Trang dichvucongs.top/vn là giả":                            "Trang dichvucongs[.]top/vn là giả",
		"vào https://vneid-gov.vip/a?b=1 ngay":                       "vào hxxps://vneid-gov[.]vip/a?b=1 ngay",
		"vào HTTP://VNEID-GOV.VIP ngay":                              "vào HXXP://VNEID-GOV[.]VIP ngay",
		"https://bank@vietcombank-otp.top/x":                         "hxxps://bank@vietcombank-otp[.]top/x",
		"Xem https://thaihoa.nghean.gov.vn/tb/42 và agribank.com.vn": "Xem https://thaihoa.nghean.gov.vn/tb/42 và agribank.com.vn",
		"Mức 1.250.000 đồng, số 42/TB-UBND. Hết.":                    "Mức 1.250.000 đồng, số 42/TB-UBND. Hết.",
	} {
		got := Guard(in)
		if got != want || Guard(got) != got {
			t.Errorf("%q is guarded as %q, want %q; again: %q", in, got, want, Guard(got))
		}
	}
}
