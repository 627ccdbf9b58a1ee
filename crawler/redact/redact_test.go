package redact

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestText(t *testing.T) {
	tests := []struct{ in, want string }{
		// telephones
		{"Gọi em 0912345678 nhé", "Gọi em [số điện thoại] nhé"},
		{"Liên hệ 0912.345.678 hoặc 038-1234-567.", "Liên hệ [số điện thoại] hoặc [số điện thoại]."},
		{"zalo 0 9 1 2 3 4 5 6 7 8", "zalo [số điện thoại]"},
		{"+84 912 345 678", "[số điện thoại]"},
		{"84912345678 ạ", "[số điện thoại] ạ"},
		{"+84 (0) 912 345 678", "[số điện thoại]"},
		{"máy bàn (0238) 3881 234", "máy bàn [số điện thoại]"},
		{"máy bàn 0238.3881.234", "máy bàn [số điện thoại]"},
		{"số cũ 01672345678", "số cũ [số điện thoại]"},
		{"số lạ +375 29 123 45 67 gọi tới", "số lạ [số điện thoại] gọi tới"},
		{"lh O912345678", "lh [số điện thoại]"},
		{"０９１２３４５６７８", "[số điện thoại]"},
		{"0912\u200b345\u200b678", "[số điện thoại]"},
		{"0912345678 0987654321", "[số điện thoại] [số điện thoại]"},
		{"0912345678 - 0987654321", "[số điện thoại] - [số điện thoại]"},
		{"goi so 0912 345 678 gap chi Hoa", "goi so [số điện thoại] gap chi Hoa"},
		// numbers of nobody
		{"gọi 113, 114, 115, 1022 hay 1900 1234", "gọi 113, 114, 115, 1022 hay 1900 1234"},
		{"hotline 19001234", "hotline 19001234"},
		{"giá 15.000.000 đồng, 1.234.567.890 đ", "giá 15.000.000 đồng, 1.234.567.890 đ"},
		{"từ 08-12-2025 10 giờ đến 09.12.2025", "từ 08-12-2025 10 giờ đến 09.12.2025"},
		{"Quyết định 42/2026/QĐ-UBND, công văn số 0123/UBND", "Quyết định 42/2026/QĐ-UBND, công văn số 0123/UBND"},
		{"năm 2025 2026 có 100 200 300 hộ", "năm 2025 2026 có 100 200 300 hộ"},
		{"chuyển khoản 500000 đồng vào quỹ", "chuyển khoản 500000 đồng vào quỹ"},
		{"https://example.vn/tin-0912345678.html", "https://example.vn/tin-[số điện thoại].html"},
		{"https://example.vn/bai/20261120091500", "https://example.vn/bai/20261120091500"},
		{"hạn 20/11/2026 08:15", "hạn 20/11/2026 08:15"},
		// e-mail
		{"gửi về hoa.nguyen+1@gmail.com nha", "gửi về [thư điện tử] nha"},
		{"hoa (at) gmail.com", "[thư điện tử]"},
		// identity papers
		{"CCCD 040091012345", "CCCD [số giấy tờ]"},
		{"số 040 091 012 345 của tôi", "số [số giấy tờ] của tôi"},
		{"CMND: 186123456", "CMND: [số giấy tờ]"},
		{"chung minh nhan dan so 186 123 456", "chung minh nhan dan so [số giấy tờ]"},
		{"hộ chiếu C1234567", "hộ chiếu [số giấy tờ]"},
		{"mã đơn 186123456", "mã đơn 186123456"},
		// accounts
		{"STK 19036789012345 Techcombank", "STK [số tài khoản] Techcombank"},
		{"số tài khoản: 0101 2345 6789 Vietcombank", "số tài khoản: [số tài khoản] Vietcombank"},
		{"so tai khoan 123456789", "so tai khoan [số tài khoản]"},
		{"chuyển vào tài khoản 711A12345 thì", "chuyển vào tài khoản 711A12345 thì"},
		{"tài khoản còn 50.000.000 đồng", "tài khoản còn 50.000.000 đồng"},
		{"ck về stk 0912345678 MB", "ck về stk [số tài khoản] MB"},
		{"STK 19036789012345 ngân hàng VCB", "STK [số tài khoản] ngân hàng VCB"},
		{"stk 19036789012345 ngan hang vcb", "stk [số tài khoản] ngan hang vcb"},
		{"STK 19036789012345 Họ tên Hoa", "STK [số tài khoản] Họ tên Hoa"},
		{"STK 19036789012345 Đông Á", "STK [số tài khoản] Đông Á"},
		{"stk 0101234567 Hà Nội", "stk [số tài khoản] Hà Nội"},
		{"số tk 0123 4567 8901 Agribank", "số tk [số tài khoản] Agribank"},
		{"so tk 0123 4567 8901 agribank", "so tk [số tài khoản] agribank"},
		{"số tài khoản là: 1903.6789.0123.45", "số tài khoản là: [số tài khoản]"},
		{"chuyển vào 19036789012345", "chuyển vào [số tài khoản]"},
		{"chuyen tien ve 19036789012345 nguoi nhan hoa", "chuyen tien ve [số tài khoản] nguoi nhan hoa"},
		{"CMND 186123456 hộ khẩu Nghệ An", "CMND [số giấy tờ] hộ khẩu Nghệ An"},
		{"chuyển khoản 12345678 đồng, tài khoản còn 1500000000 đồng", "chuyển khoản 12345678 đồng, tài khoản còn 1500000000 đồng"},
		{"chuyển vào tài khoản 25 nghìn", "chuyển vào tài khoản 25 nghìn"},
		{"ngân hàng cho vay 500000000 ngàn", "ngân hàng cho vay 500000000 ngàn"},
		{"0\u202e912345678", "[số điện thoại]"},
		{"0️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "[số điện thoại]"},
		{"𝟎𝟗𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "[số điện thoại]"},
		// plates
		{"xe 37A-123.45 đậu lấn đường", "xe [biển số xe] đậu lấn đường"},
		{"xe máy 37B1-234.56, 37-B1 234.56", "xe máy [biển số xe], [biển số xe]"},
		{"bs 37a12345", "bs [biển số xe]"},
		{"xe 37LD 1234", "xe [biển số xe]"},
		{"cốc trà tranh 80k 2019, máy 40LH5000", "cốc trà tranh 80k 2019, máy 40LH5000"},
		{"bien so 49M6-3255 va 49V1- 7459", "bien so [biển số xe] va [biển số xe]"},
		{"tổ 12A, căn 15B 12", "tổ 12A, căn 15B 12"},
		{"thông báo 37-TB/TU", "thông báo 37-TB/TU"},
		// mentions and profiles
		{"@nguyenvana ơi", "[nhắc tên] ơi"},
		{"hỏi @Hoa.Nguyễn nhé", "hỏi [nhắc tên] nhé"},
		{"https://www.facebook.com/nguyen.van.a.37 đăng", "[trang cá nhân] đăng"},
		{"facebook.com/profile.php?id=1000123", "[trang cá nhân]"},
		{"https://www.facebook.com/groups/thaihoa", "https://www.facebook.com/groups/thaihoa"},
		{"zalo.me/0912345678", "[trang cá nhân]"},
		{"tiktok.com/@abc", "[trang cá nhân]"},
		{"xem (https://www.facebook.com/bimat.nguyen/posts/123).", "xem ([trang cá nhân])."},
		{"facebook.com/groups/thaihoa/user/100012345 nói", "[trang cá nhân] nói"},
		{"youtube.com/@bimat, x.com/bimat, linkedin.com/in/bimat", "[trang cá nhân], [trang cá nhân], [trang cá nhân]"},
		{"https://mastodon.example/@bimat/112345678901234567", "[trang cá nhân]"},
		{"https://a.example/u/bimat.1/", "[trang cá nhân]"},
		{"https://youtu.be/dQw4w9WgXcQ?si=abc và netflix.com/abc", "https://youtu.be/dQw4w9WgXcQ?si=abc và netflix.com/abc"},
		{"https://m.facebook.com/groups/thaihoa/posts/12", "https://m.facebook.com/groups/thaihoa/posts/12"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			for _, in := range []string{tt.in, norm.NFD.String(tt.in)} {
				got, kinds := Text(in)
				if got != tt.want {
					t.Errorf("Text(%q) = %q, want %q", in, got, tt.want)
				}
				if (len(kinds) > 0) != (got != tt.in) {
					t.Errorf("Text(%q) took %v from %q", in, kinds, got)
				}
			}
		})
	}
}

var mobile = regexp.MustCompile(`(?:^|[^\d\pL/=&.+])0[35789]\d{8}(?:$|[^\d\pL/.\-() _*])`)

// Whatever is typed: the result is UTF-8 in NFC, redacting it again changes
// nothing, and no plain mobile number stands in it.
func FuzzText(f *testing.F) {
	for _, s := range []string{"Gọi 0912345678", "CCCD 040091012345", "stk 19036789012345", "37A-123.45", "@abc.xyz a@b.vn", "+84 (0) 912 345 678", "08-12-2025 10", "O912 345 678", "(0238) 3881 234"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		once, _ := Text(s)
		twice, _ := Text(once)
		if once != twice {
			t.Errorf("Text(%q) = %q, and again %q", s, once, twice)
		}
		if !norm.NFC.IsNormalString(once) {
			t.Errorf("Text(%q) = %q is not NFC", s, once)
		}
		if mobile.MatchString(once) && !strings.ContainsAny(once, "-.–") {
			t.Errorf("Text(%q) = %q holds a mobile number", s, once)
		}
	})
}
