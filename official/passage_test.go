package official

import "testing"

func TestPassage(t *testing.T) {
	d := Document{Text: `# THÔNG BÁO

**Điều 1. Mức thu**
1. Hộ dân: 30.000 đồng/hộ/tháng.
2. Hộ kinh doanh: 80.000 đồng/hộ/tháng.

**Điều 2. Cách nộp**
1. Hạn là ngày 15.
2. Nộp theo một trong hai cách:
a) cho người thu;
b) tại quầy số 4.
3. Được nhận biên lai.

**Điều 3. Chậm nộp**
Không tính lãi.`}
	bold := Document{Text: "**1. Nghỉ**\na) Tết;\nb) lễ.\n\n**2. Đột xuất**\n1. Rét.\n2. Lũ."}
	plain := Document{Text: "Điều 1. Áp dụng toàn phường.\nĐiều 2. Mức thu là 40.000 đồng.\nĐiều 3. Có biên lai."}
	flat := Document{Text: "1. Một.\n2. Hai."}
	for _, tt := range []struct {
		d            Document
		clause, want string
	}{
		{d, "Điều 1", "1. Hộ dân: 30.000 đồng/hộ/tháng.\n2. Hộ kinh doanh: 80.000 đồng/hộ/tháng."},
		{d, "khoản 1 Điều 1", "1. Hộ dân: 30.000 đồng/hộ/tháng."},
		{d, "KHOẢN 3, ĐIỀU 2", "3. Được nhận biên lai."},
		{d, "dieu 2 khoan 2 diem b", "b) tại quầy số 4."},
		{d, "Điều 2, khoản 2, điểm b", "b) tại quầy số 4."},
		{d, "Điều 3", "Không tính lãi."},
		{d, "3", "Không tính lãi."},
		{d, "khoản 3", "3. Được nhận biên lai."},
		{d, "khoản 1", ""}, // of which one?
		{d, "Điều 9", ""},
		{d, "Điều 1, khoản 7", ""},
		{d, "Điều 1, điểm a", ""},
		{d, "", ""},
		{d, "điểm b", ""},
		{d, "tất cả", ""},
		{bold, "mục 2", "1. Rét.\n2. Lũ."},
		{bold, "khoản 2 mục 2", "2. Lũ."},
		{bold, "mục 1, điểm b", "b) lễ."},
		{plain, "Điều 2", "Điều 2. Mức thu là 40.000 đồng."},
		{plain, "khoản 2", "Điều 2. Mức thu là 40.000 đồng."},
		{flat, "2", "2. Hai."},
		{flat, "khoản 1", "1. Một."},
	} {
		if got := tt.d.Passage(tt.clause); got != tt.want {
			t.Errorf("%q says %q, want %q", tt.clause, got, tt.want)
		}
	}
}
