package rumour

import (
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestSaid(t *testing.T) {
	for title, want := range map[string]string{
		"Bác bỏ tin đồn vỡ đập Khe Son":                                  "vỡ đập Khe Son",
		"Thông tin trường Suối Mơ cho nghỉ học cả tuần là sai sự thật":   "trường Suối Mơ cho nghỉ học cả tuần",
		"Công an phường: không có chuyện bắt cóc trẻ em ở chợ":           "Công an phường: không có chuyện bắt cóc trẻ em ở chợ",
		"Cảnh báo thủ đoạn giả danh cán bộ thuế để cài ứng dụng":         "Cảnh báo thủ đoạn giả danh cán bộ thuế để cài ứng dụng",
		"Sự thật về câu “mỗi hộ phải nộp hai triệu đồng làm đường điện”": "mỗi hộ phải nộp hai triệu đồng làm đường điện",
		"Tin giả": "Tin giả",
		"":        "",
		"Tin đồn về việc đổi tiền cũ trước Tết không đúng sự thật, NHNN nói": "đổi tiền cũ trước Tết",
	} {
		for _, in := range []string{title, norm.NFD.String(title)} {
			if got := Said(in); got != want {
				t.Errorf("Said(%q) = %q, want %q", in, got, want)
			}
		}
	}
}
