package vitime

import (
	"testing"
	"time"
	_ "time/tzdata"

	"golang.org/x/text/unicode/norm"
)

var (
	hanoi, _ = time.LoadLocation("Asia/Ho_Chi_Minh")
	now      = time.Date(2026, 11, 20, 9, 0, 0, 0, hanoi)
)

func TestParse(t *testing.T) {
	at := func(y int, m time.Month, d, h, min, s int) time.Time { return time.Date(y, m, d, h, min, s, 0, hanoi) }
	tests := []struct {
		in   string
		want time.Time
	}{
		{"Thứ Sáu, 20/11/2026 08:15 (GMT+7)", at(2026, 11, 20, 8, 15, 0)},
		{"Thứ sáu, 6/3/2026 07:06 (GMT+7)", at(2026, 3, 6, 7, 6, 0)},
		{"Thứ bảy, 7/3/2026, 00:05 (GMT+7)", at(2026, 3, 7, 0, 5, 0)},
		{"Thứ Bảy, 07/03/2026 - 08:52", at(2026, 3, 7, 8, 52, 0)},
		{"thu bay, 07/03/2026 - 08:52", at(2026, 3, 7, 8, 52, 0)},
		{"Chủ nhật, 1/2/2026 8h5", at(2026, 2, 1, 8, 5, 0)},
		{"27/07/2025 - 17:30", at(2025, 7, 27, 17, 30, 0)},
		{"23:02 , 06/03/2026", at(2026, 3, 6, 23, 2, 0)},
		{"28-11-2025", at(2025, 11, 28, 0, 0, 0)},
		{"28.11.2025 07:05:09", at(2025, 11, 28, 7, 5, 9)},
		{"ngày 05 tháng 3 năm 2026", at(2026, 3, 5, 0, 0, 0)},
		{"Thái Hòa, ngày 05 tháng 3 năm 2026, 14 giờ 30 phút", at(2026, 3, 5, 14, 30, 0)},
		{"5 tháng 3, 2026", at(2026, 3, 5, 0, 0, 0)},
		{"14h30 ngày 5/3/2026", at(2026, 3, 5, 14, 30, 0)},
		{"Cập nhật lúc 7 giờ tối 5/3/2026", at(2026, 3, 5, 19, 0, 0)},
		{"07/03/2026 08:01 GMT+7", at(2026, 3, 7, 8, 1, 0)},
		{"07/03/2026 08:01 GMT+0700", at(2026, 3, 7, 8, 1, 0)},
		{"3 giờ trước", at(2026, 11, 20, 6, 0, 0)},
		{"3 gio truoc", at(2026, 11, 20, 6, 0, 0)},
		{"Một giờ trước", at(2026, 11, 20, 8, 0, 0)},
		{"45 phút trước", at(2026, 11, 20, 8, 15, 0)},
		{"2 ngày trước", at(2026, 11, 18, 9, 0, 0)},
		{"1 tuần trước", at(2026, 11, 13, 9, 0, 0)},
		{"2 tháng trước", at(2026, 9, 20, 9, 0, 0)},
		{"vừa xong", at(2026, 11, 20, 9, 0, 0)},
		{"hôm qua", at(2026, 11, 19, 0, 0, 0)},
		{"Hôm qua lúc 14:30", at(2026, 11, 19, 14, 30, 0)},
		{"hôm nay 08:15", at(2026, 11, 20, 8, 15, 0)},
		{"20/11 08:15", at(2026, 11, 20, 8, 15, 0)},
		{"31/12 08:15", at(2025, 12, 31, 8, 15, 0)},
		{"2026-03-07T08:52:11.000 +07:00", at(2026, 3, 7, 8, 52, 11)},
		{"2026-03-07T00:01:00", at(2026, 3, 7, 0, 1, 0)},
		{"2026-03-07T00:05:00+07:00", at(2026, 3, 7, 0, 5, 0)},
		{"2026-03-06T17:05:00Z", at(2026, 3, 7, 0, 5, 0)},
		{"2026-03-06T17:05:00.123Z", at(2026, 3, 7, 0, 5, 0)},
		{"2026-03-06 17:05:00 UTC", at(2026, 3, 7, 0, 5, 0)},
		{"2026-03-07", at(2026, 3, 7, 0, 0, 0)},
		{"20260307T080153", at(2026, 3, 7, 8, 1, 0)},
		{"Mon, 14 Sep 2026 14:18:47 +0700", at(2026, 9, 14, 14, 18, 47)},
		{"Mon, 14 Sep 2026 18:48:23 +07:00", at(2026, 9, 14, 18, 48, 23)},
		{"Mon, 14 Sep 2026 19:46:22 +07", at(2026, 9, 14, 19, 46, 22)},
		{"Mon, 14 Sep 26 09:13:00 +0700", at(2026, 9, 14, 9, 13, 0)},
		{"Mon, 14 Sep 2026 09:13:00 GMT+7", at(2026, 9, 14, 9, 13, 0)},
		{"Mon, 14 Sep 2026 02:13:00 GMT", at(2026, 9, 14, 9, 13, 0)},
		{"Mon, 14 Sep 2026 09:13:00 ICT", at(2026, 9, 14, 9, 13, 0)},
		{"Mon, 14 Sep 2026 09:13:00", at(2026, 9, 14, 9, 13, 0)},
		{"Sun, 13 Sep 2026 19:13:00 -0700", at(2026, 9, 14, 9, 13, 0)},
		{"14-Sep-2026 09:13", at(2026, 9, 14, 9, 13, 0)},
		{"September 14, 2026 9:13 AM", at(2026, 9, 14, 9, 13, 0)},
		{"9/14/2026 6:44:00 PM", at(2026, 9, 14, 18, 44, 0)},
		{"3/7/2026 8:01:53 AM", at(2026, 3, 7, 8, 1, 53)},
		{"07/03/2026 8:01 CH", at(2026, 3, 7, 20, 1, 0)},
		{"12:30 SA 07/03/2026", at(2026, 3, 7, 0, 30, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			for _, in := range []string{tt.in, norm.NFD.String(tt.in), "  " + tt.in + "\u00a0"} {
				got, err := Parse(in, now, hanoi)
				if err != nil || !got.Time.Equal(tt.want) {
					t.Errorf("Parse(%q) = %v, %v, want %v", in, got.Time.In(hanoi), err, tt.want)
				}
			}
		})
	}
}

func TestParseSays(t *testing.T) {
	tests := []struct {
		in                 string
		clock, zone, rough bool
	}{
		{"20/11/2026", false, false, false},
		{"20/11/2026 08:15", true, false, false},
		{"20/11/2026 08:15 GMT+7", true, true, false},
		{"3 giờ trước", true, true, true},
		{"3 ngày trước", false, true, true},
	}
	for _, tt := range tests {
		got, err := Parse(tt.in, now, hanoi)
		if err != nil || got.Clock != tt.clock || got.Zone != tt.zone || got.Rough != tt.rough {
			t.Errorf("Parse(%q) = %+v, %v, want clock %v zone %v rough %v", tt.in, got, err, tt.clock, tt.zone, tt.rough)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, in := range []string{"", "hôm", "45/13/2026", "30/02/2026", "giá 15.000.000 đồng", "2026", "Thứ Sáu", "số 42/TB-UBND", "0912.345.678"} {
		if got, err := Parse(in, now, hanoi); err == nil {
			t.Errorf("Parse(%q) = %v, want ErrNoDate", in, got.Time)
		}
	}
}

// What is accepted is a real moment that reads back the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"Thứ Sáu, 20/11/2026 08:15 (GMT+7)", "3 giờ trước", "9999 năm trước", "9/14/2026 6:44:00 PM", "20260307T080153Z", "99/99 99:99", "2026-03-07T08:52:11.000 +07:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		st, err := Parse(s, now, hanoi)
		if err != nil {
			return
		}
		again, err := Parse(st.Time.Format(time.RFC3339), now, hanoi)
		if err != nil || !again.Time.Equal(st.Time) {
			t.Errorf("Parse(%q) = %v reads back as %v, %v", s, st.Time, again.Time, err)
		}
	})
}
