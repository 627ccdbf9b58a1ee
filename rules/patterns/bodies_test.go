package patterns

import (
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// TestImpostors: somebody speaks in the name of a bank, a power company, a
// school, the police or the ward and gives a way that is not theirs.
func TestImpostors(t *testing.T) {
	w := New(Register{Bodies: []Body{{ID: "htx-dien", Kind: "power", Names: []string{"Hợp tác xã điện Nghĩa Hòa"}, Domains: []string{"htxdiennghiahoa.example"}, Phones: []string{"02383000111"}}}})
	tests := []struct {
		family string
		level  news.Level // -1: none of the families
		text   string
	}{
		{ImpersonatesBank, news.High, "Vietcombank thông báo: tài khoản của bạn bị khóa, đăng nhập vietcombank-xacthuc.top để mở khóa trong hôm nay"},
		{ImpersonatesBank, news.High, "agribank tri an khach hang, dang nhap agribank-quatang.click nhan qua lien tay ba con phuong minh oi"},
		{ImpersonatesBank, news.Medium, "Nhân viên BIDV hỗ trợ nâng hạn mức thẻ, chỉ cần đọc mã OTP, liên hệ [số điện thoại]"},
		{ImpersonatesUtility, news.Medium, "Điện lực báo nhà mình còn nợ tiền điện tháng 9, chuyển vào [số tài khoản] trước 17 giờ không thì cắt"},
		{ImpersonatesUtility, news.High, "Hợp tác xã điện Nghĩa Hòa mời bà con quét mã hoàn tiền tại evn-hoantien.click"},
		{ImpersonatesSchool, news.Medium, "Cô giáo chủ nhiệm nhắn: cháu đang cấp cứu, phụ huynh chuyển khoản gấp vào [số tài khoản]"},
		{ImpersonatesPolice, news.High, "Công an phường yêu cầu cài app cập nhật VNeID tại dinhdanh-muc2.example/app"},
		{ImpersonatesWard, news.Medium, "Cán bộ phường hướng dẫn nhận tiền hỗ trợ dịp lễ, khai tại hotro-nguoidan.example ngay nhé"},

		// What is really theirs, what is ordinary.
		{"", -1, "Agribank: đăng nhập agribank.com.vn để đổi mật khẩu, không đọc mã OTP cho ai"},
		{"", -1, "Điện lực nhắc thanh toán ngay qua cskh.npc.com.vn hoặc gọi 19006769"},
		{"", -1, "Hợp tác xã điện Nghĩa Hòa hoàn tiền cho các hộ, xem htxdiennghiahoa.example hoặc gọi 02383000111"},
		{"", -1, "Nhà trường mời phụ huynh đăng ký bán trú tại https://forms.gle/abc123"},
		{"", -1, "Nhà trường thu học phí tháng 10, đóng học phí vào [số tài khoản] của trường"},
		{"", -1, "Bán bánh nhà làm, thanh toán qua Vietcombank hoặc tiền mặt, xem banhnha.example"},
		{"", -1, "Công an phường làm căn cước cho học sinh sáng thứ Bảy, hỏi thêm [số điện thoại]"},
		{"", -1, "UBND phường mời bà con góp ý quy chế chợ tại thaihoa.nghean.gov.vn"},
		{"", -1, "Trường THPT Thái Hòa thông báo lịch thi, xem thptthaihoa.edu.vn, đăng nhập bằng mã học sinh"},
	}
	families := []string{ImpersonatesBank, ImpersonatesUtility, ImpersonatesSchool, ImpersonatesPolice, ImpersonatesWard}
	for _, tt := range tests {
		for form, text := range map[string]string{"NFC": tt.text, "NFD": norm.NFD.String(tt.text), "accentless": plain(tt.text)} {
			it := read(t, text)
			it.Reading.Cues = nil             // the register alone
			it.Reading.Stance = news.Claiming // whatever the reading took it for
			got := map[string]news.Level{}
			for _, c := range w.Cues(it) {
				for _, f := range families {
					if c.Family == f {
						got[f] = c.Level
					}
				}
				for _, s := range c.Because {
					if rs := []rune(it.Text); s.In == "" && string(rs[s.Start:s.End]) != s.Text {
						t.Errorf("%q: span %+v is not in the text", text, s)
					}
				}
			}
			if tt.level < 0 && len(got) > 0 || tt.level >= 0 && got[tt.family] != tt.level {
				t.Errorf("%s, %q: found %v, want %s at level %d", form, tt.text, got, tt.family, tt.level)
			}
			// A victim who complains raises nothing.
			it.Reading.Stance = news.Complaint
			for _, c := range w.Cues(it) {
				if c.Level > news.Low {
					t.Errorf("%q as a complaint: %s at level %d", tt.text, c.Family, c.Level)
				}
			}
		}
	}
}

// plain is a text typed without diacritics; what redaction left stays.
func plain(s string) string {
	out := ""
	for _, r := range s {
		if f := lang.Fold(string(r)); f != "" && r > 0x7f {
			out += f
			continue
		}
		out += string(r)
	}
	return restore(out)
}

func restore(s string) string {
	for _, p := range []string{takenAccount, takenPhone} {
		s = replaceFold(s, p)
	}
	return s
}

func replaceFold(s, p string) string {
	f := ""
	for _, r := range p {
		if r > 0x7f {
			f += lang.Fold(string(r))
			continue
		}
		f += string(r)
	}
	for i := 0; i+len(f) <= len(s); i++ {
		if s[i:i+len(f)] == f {
			return s[:i] + p + s[i+len(f):]
		}
	}
	return s
}

func TestBodies(t *testing.T) {
	all, err := Bodies(nil)
	if err != nil || len(all) < 15 {
		t.Fatal(len(all), err)
	}
	kinds := map[string]bool{}
	for _, b := range all {
		if err := b.check(); err != nil {
			t.Error(err)
		}
		kinds[b.Kind] = true
		for _, d := range b.Domains {
			if Domain(d).Suspicious() {
				t.Errorf("%s: %s is called an imitation", b.ID, d)
			}
		}
	}
	if len(kinds) != 5 {
		t.Errorf("kinds %v", kinds)
	}
	own, err := Bodies([]Body{{ID: "bidv", Kind: "bank", Names: []string{"BIDV"}, Domains: []string{"bidv.example"}}})
	if err != nil || len(own) != len(all) {
		t.Error(len(own), err)
	}
	for _, bad := range []Body{{}, {ID: "x", Kind: "shop", Names: []string{"x"}}, {ID: "x", Kind: "bank", Names: []string{"x"}, Domains: []string{"https://x.vn/"}}, {ID: "x", Kind: "bank", Names: []string{"x"}, Phones: []string{"1900 1"}}} {
		if _, err := Bodies([]Body{bad}); err == nil {
			t.Errorf("taken: %+v", bad)
		}
	}
}

// TestOldAgain: a story that was silent and comes again, and a link to an
// article of another year.
func TestOldAgain(t *testing.T) {
	w := New(Register{})
	for _, tt := range []struct {
		text  string
		again time.Time
		want  bool
	}{
		{"Vỡ đập rồi bà con ơi chạy ngay", time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), true},
		{"Vỡ đập rồi bà con ơi chạy ngay", time.Time{}, false},
		{"Vỡ đập rồi bà con ơi, xem https://baomoi.example/2023/10/vo-dap-123.html", time.Time{}, true},
		{"Vỡ đập rồi bà con ơi, xem https://tin.example/vo-dap-20240912101500.htm", time.Time{}, true},
		{"Vỡ đập rồi bà con ơi, xem https://tin.example/vo-dap-20261119101500.htm", time.Time{}, false},
		{"Vỡ đập rồi bà con ơi, xem https://nghean.gov.vn/2023/10/vo-dap.html", time.Time{}, false},
		{"Chợ họp lại từ sáng mai", time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), false},
	} {
		it := read(t, tt.text)
		it.Reading.Again = tt.again
		got := false
		for _, c := range w.Cues(it) {
			got = got || c.Family == OldNews && c.Level == news.Medium
		}
		if got != tt.want {
			t.Errorf("%q, first seen %v: old news %v, want %v", tt.text, tt.again, got, tt.want)
		}
	}
}
