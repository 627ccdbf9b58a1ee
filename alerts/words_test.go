package alerts

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
)

func TestDefang(t *testing.T) {
	tests := []struct{ in, want string }{
		{"xem https://qua-tang.top/a?b=c nhé", "xem hxxps://qua-tang[.]top/a?b=c nhé"},
		{"HTTP://1.2.3.4:8080/x", "HXXP://1[.]2[.]3[.]4:8080/x"},
		{"vào dichvucongs.top ngay", "vào dichvucongs[.]top ngay"},
		{"www.gov.vn-xyz.top", "www[.]gov[.]vn-xyz[.]top"},
		{"nhan@qua-tang.com", "nhan@qua-tang[.]com"},
		{"ftp://tep.example.com/a.apk", "fxp://tep[.]example[.]com/a[.]apk"},
		{"nhanqua.autos, qua-tet.lat hay quà.com", "nhanqua[.]autos, qua-tet[.]lat hay quà[.]com"},
		{"mở 203.0.113.7/tai, ưu đãi bit.ly/3x", "mở 203[.]0[.]113[.]7/tai, ưu đãi bit[.]ly/3x"},
		{"mưa to.Do đó nghỉ.La lớn", "mưa to.Do đó nghỉ.La lớn"},
		{"tải vneid.apk", "tải vneid[.]apk"},
		{"đã defang: hxxps://qua-tang[.]top/a", "đã defang: hxxps://qua-tang[.]top/a"},
		{"hôm nay.mai họp, v.v. TP.HCM, 42/TB-UBND, 1.500.000 đồng", "hôm nay.mai họp, v.v. TP.HCM, 42/TB-UBND, 1.500.000 đồng"},
		{"Đập vỡ! Hoà Hiếu (NFD: Hoà)", "Đập vỡ! Hoà Hiếu (NFD: Hoà)"},
	}
	for _, tt := range tests {
		if got := defang(tt.in); got != tt.want {
			t.Errorf("defang(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzDefang(f *testing.F) {
	f.Add("https://a.b.top/x http://[::1]/ http://http://c.vn")
	f.Add("dichvucong.gov.vn.xn--p1.top\u200b")
	f.Add("hxxps://a[.]b")
	live := regexp.MustCompile(`(?i)\bhttps?://[^\s/?#]`)
	f.Fuzz(func(t *testing.T, s string) {
		got := body(s)
		if live.MatchString(got) {
			t.Errorf("%q still has a link: %q", s, got)
		}
		if again := defang(got); again != got {
			t.Errorf("defang is not stable: %q, then %q", got, again)
		}
		if strings.ContainsAny(line(s, 50), "\r\n\u202e\u200b") || len([]rune(line(s, 50))) > 50 {
			t.Errorf("line(%q) = %q", s, line(s, 50))
		}
	})
}

func TestMessageText(t *testing.T) {
	ward := news.Text{VI: "Phường Thái Hòa", EN: "Thái Hòa ward"}
	a := news.Alert{
		ID: "flagged/1", Kind: "flagged", Level: news.Critical,
		Subject: news.Text{VI: "Dấu hiệu tin đồn\r\nBcc: x@y.vn vỡ đập", EN: "Signs of a rumour: dam"},
		Body:    news.Text{VI: "12 bài trong một giờ, có https://xa-lu.top.\u202e\x00", EN: "12 posts in an hour."},
	}
	more := []news.Alert{{Level: news.High, Subject: news.Text{VI: "Tin thứ hai", EN: "Second"}}}
	subject, text := write(a, more, "vi", "https://desk.example/inbox/1", ward)
	if want := "[Khẩn cấp] Dấu hiệu tin đồn Bcc: x@y[.]vn vỡ đập (+1)"; subject != want {
		t.Errorf("subject = %q, want %q", subject, want)
	}
	want := `Mức: Khẩn cấp – gọi người phụ trách trong 10 phút, ra thông báo trong 60 phút

Việc: Dấu hiệu tin đồn Bcc: x@y[.]vn vỡ đập

Nội dung và lý do:
12 bài trong một giờ, có hxxps://xa-lu[.]top[.]

Cần làm: Mở ngay và gọi người phụ trách. Nếu có người đang gặp nguy hiểm, gọi 113, 114 hoặc 115 trước.

Mở trên Lắng Nghe: https://desk.example/inbox/1

Cùng nhóm, 1 thông báo nữa:
- [Khẩn] Tin thứ hai

-- 
Gợi ý tự động, cần người kiểm tra.
Lắng Nghe · Phường Thái Hòa
`
	if text != want {
		t.Errorf("text =\n%s\nwant\n%s", text, want)
	}
	_, en := write(a, nil, "en", "", ward)
	for _, part := range []string{"Level: Critical", "12 posts in an hour.", "a person must check it", "Thái Hòa ward"} {
		if !strings.Contains(en, part) {
			t.Errorf("English text lacks %q:\n%s", part, en)
		}
	}
	for _, kind := range []string{decided, handoff, withdrawn, heartbeat, probe} {
		a.Kind = kind
		if _, s := write(a, nil, "vi", "", ward); !strings.Contains(s, "Cần làm: ") || strings.Contains(s, "Cần làm: \n") {
			t.Errorf("%s does not say what to do:\n%s", kind, s)
		}
	}
	a.Level = 99
	if s, _ := write(a, nil, "vi", "", news.Text{}); s == "" {
		t.Error("a level out of range gave no subject")
	}
}

func TestHours(t *testing.T) {
	h, err := WorkingHours{Off: []string{"2026-04-27"}}.parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, h.zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for in, want := range map[string]string{
		"2026-03-02 07:00": "2026-03-02 07:00",
		"2026-03-02 17:29": "2026-03-02 17:29",
		"2026-03-02 06:59": "2026-03-02 07:00",
		"2026-03-02 17:30": "2026-03-03 07:00",
		"2026-03-06 23:00": "2026-03-09 07:00", // Friday night
		"2026-03-08 12:00": "2026-03-09 07:00", // Sunday
		"2026-04-24 18:00": "2026-04-28 07:00", // a holiday on Monday
	} {
		if got := h.next(at(in)); !got.Equal(at(want)) {
			t.Errorf("next(%s) = %v, want %s", in, got.In(h.zone), want)
		}
	}
}

func TestReasons(t *testing.T) {
	for _, why := range []string{whyOld, whyBelow, whySilence + ": lan: lý do", whyAck, whyWithdrawn, whyUnseen, whyErased, whyNobody, whyFallback + ": editor"} {
		if r := reason(why); r.VI == why || r.EN == why || r.VI == "" {
			t.Errorf("reason(%q) = %+v, want words", why, r)
		}
	}
	if r := reason("silence: lan: lịch: đợt 2"); r.VI != "đang tắt theo yêu cầu: lan: lịch: đợt 2" {
		t.Errorf("reason with colons = %q", r.VI)
	}
}
