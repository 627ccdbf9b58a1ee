package patterns

import (
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
	"langnghe/internal/reading"
)

func world() *Watch {
	return New(Register{
		Papers: []Paper{{"41/TB-UBND", "2026-10-01"}, {"42/TB-UBND", "2026-10-09"}, {"43/TB-UBND", "2026-11-02"}, {"08/2025/NQ-HĐND", "2025-09-20"}},
		Offices: []Office{
			{Name: "Người Mẫu Một", From: "2020-01-01", To: "2026-05-31"}, {Name: "Người Mẫu Hai", From: "2026-06-01"},
		},
		Places: []string{"Khối 1", "Khối 2", "Khối 3", "Khối 4", "Khối 5", "Khối 6", "Khối 7", "Khối 8", "Khối 9"},
	})
}

var reader = sync.OnceValues(func() (*reading.Reader, error) { return reading.New("thai-hoa-2026") })

func read(t testing.TB, text string) *news.Item {
	t.Helper()
	rd, err := reader()
	if err != nil {
		t.Fatal(err)
	}
	it := &news.Item{ID: "x", Kind: news.Post, Text: text, Published: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	r := rd.Read(it, 3)
	it.Reading = &r
	return it
}

func TestCues(t *testing.T) {
	w := world()
	tests := []struct {
		family string
		level  news.Level // -1: no such cue
		text   string
	}{
		{FakeDomain, news.High, "Bà con phường Thái Hòa vào dichvucongs.top cập nhật gấp kẻo khóa tài khoản"},
		{FakeDomain, news.High, "ba con vao evn-hoantien.click dien thong tin nhan lai tien dien"},
		{FakeDomain, -1, "Nộp hồ sơ tại dichvucong.gov.vn cho nhanh"},
		{PremiumNumber, news.Medium, "Điện lực báo hoàn tiền, gọi ngay 1900292900 để nhận"},
		{PremiumNumber, -1, "Tổng đài điện lực 19006769, mất điện thì gọi ngay"},
		{PremiumNumber, -1, "Đặt bánh gọi ngay 1900292900"},
		{SpoofedNumber, news.High, "18001096: Cảnh sát giao thông thông báo bạn có khoản phạt chưa nộp, vào dichvucongg.top/vn để đóng"},
		{ForgedDocument, news.Medium, "Thông báo số 977/TB-UBND của phường Thái Hòa: tạm dừng các chợ từ mai"},
		{ForgedDocument, news.High, "Theo thông báo 42/TB-UBND ngày 15/11/2026 của phường Thái Hòa thì học sinh nghỉ học hết tuần"},
		{ForgedDocument, -1, "Theo thông báo 42/TB-UBND ngày 9/10/2026 của phường Thái Hòa thì chợ mở lại"},
		{ForgedDocument, -1, "Quyết định 977/QĐ-BTC của Bộ Tài chính, phường Thái Hòa niêm yết"},
		{UnknownPlace, news.Medium, "Phường Thái Hòa: có người bắt cóc trẻ em ở xóm 28, ai có con nhỏ giữ cho kỹ"},
		{UnknownPlace, -1, "Phường Thái Hòa: có người bắt cóc trẻ em ở khối 8, ai có con nhỏ giữ cho kỹ"},
		{OldNews, news.Medium, "Vỡ đập rồi bà con ơi chạy ngay, tin ngày 12/03/2024"},
		{OldNews, -1, "Vỡ đập rồi bà con ơi chạy ngay, tin ngày 19/11/2026"},
	}
	for _, tt := range tests {
		for form, text := range map[string]string{"NFC": tt.text, "NFD": norm.NFD.String(tt.text)} {
			it := read(t, text)
			got := news.Level(-1)
			for _, c := range w.Cues(it) {
				if c.Family != tt.family {
					continue
				}
				got = c.Level
				for _, s := range c.Because {
					if rs := []rune(it.Text); s.In == "" && string(rs[s.Start:s.End]) != s.Text {
						t.Errorf("%q: span %+v is not in the text", tt.text, s)
					}
				}
			}
			if it.Reading.Stance.Protected() && tt.level > 0 {
				t.Logf("%q is read as %s", tt.text, it.Reading.Stance)
				continue
			}
			if got != tt.level && form == "NFC" {
				t.Errorf("%q (%s): %s at level %d, want %d; cues %+v values %+v", tt.text, form, tt.family, got, tt.level, it.Reading.Cues, it.Reading.Values)
			}
		}
	}
}

// A signer who left office, in a text that shows signs of a forged document.
func TestSigner(t *testing.T) {
	w := world()
	for name, want := range map[string]bool{"Người Mẫu Một": true, "Người Mẫu Hai": false, "nguoi mau mot": true} {
		it := &news.Item{Text: "Công văn hỏa tốc, Chủ tịch " + name + " đã ký", Published: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
			Reading: &news.Reading{Stance: news.Claiming, Cues: []news.Cue{{Family: ForgedDocument, Level: 2}}}}
		high := false
		for _, c := range w.Cues(it) {
			if c.Family == ForgedDocument && c.Level == news.High {
				high = true
				if len(c.Because) != 1 || c.Because[0].Text != name || string([]rune(it.Text)[c.Because[0].Start:c.Because[0].End]) != name {
					t.Errorf("signed by %s: because %+v", name, c.Because)
				}
			}
		}
		if high != want {
			t.Errorf("signed by %s: %v, want %v", name, high, want)
		}
	}
}

// Invariant 1: whatever a resident's voice contains, patterns raise nothing
// above a note.
func TestProtectedVoicesStayLow(t *testing.T) {
	w := world()
	for _, stance := range []news.Stance{news.Complaint, news.Question, news.RumourQuery, news.Suggestion, news.Opinion, news.Satire, news.Praise, news.Warning, news.Denial} {
		it := read(t, "18001096 báo phạt, vào dichvucongg.top; thông báo 42/TB-UBND ngày 15/11/2026 phường Thái Hòa, vỡ đập ở xóm 28 ngày 12/03/2024, gọi ngay 1900292900 điện lực")
		it.Reading.Stance = stance
		for _, c := range w.Cues(it) {
			if c.Level > news.Low {
				t.Errorf("%s: %s at level %s", stance, c.Family, c.Level)
			}
		}
		it.Reading.Cues = nil
		before := len(it.Reading.Cues)
		if rd := w.Add(it); rd == it.Reading && len(w.Cues(it)) > 0 || len(it.Reading.Cues) != before {
			t.Errorf("%s: Add changed the item", stance)
		}
	}
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{"https://dichvucongs.top/vn": "hxxps://dichvucongs[.]top/vn", "a[.]top": "a[.]top"} {
		if got := Defang(in); got != want {
			t.Errorf("Defang(%q) = %q, want %q", in, got, want)
		}
	}
	if w := Domain("dichvucongs.top").Why(); !strings.Contains(w.VI, "có dấu hiệu") || !strings.Contains(w.VI, "[.]top") || strings.Contains(w.EN, "s.top") {
		t.Errorf("why = %+v", w)
	}
}

func BenchmarkCues(b *testing.B) {
	w := world()
	var items []*news.Item
	for _, text := range []string{
		"Bà con vào dichvucongs.top cập nhật gấp kẻo khóa tài khoản", "Đường khối 3 ngập cả tuần chưa ai sửa", "Mời bà con đi họp tối thứ bảy tại nhà văn hóa",
		"Vỡ đập rồi bà con ơi chạy ngay, tin ngày 12/03/2024 ở xóm 28", "Theo thông báo 42/TB-UBND ngày 15/11/2026 của phường Thái Hòa thì học sinh nghỉ học",
	} {
		items = append(items, read(b, text))
	}
	for i := 0; b.Loop(); i++ {
		w.Add(items[i%len(items)])
	}
}
