//go:build unix

package patterns

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"langnghe/internal/calendar"
	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/official/rumour"
)

// BenchmarkPost is everything that the register, time and official documents
// add to one post that was read: sites, numbers, papers, places, 500 known
// claims, the season, and the comparison with 200 documents.
func BenchmarkPost(b *testing.B) {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var docs []official.Document
	for _, name := range []string{"03-TB-UBND.md", "21-TB-UBND.md"} {
		data, err := os.ReadFile("../../official/testdata/" + name)
		if err != nil {
			b.Fatal(err)
		}
		d, err := official.ParseDocument(name, data)
		if err != nil {
			b.Fatal(err)
		}
		d.Facts = official.Extract(d)
		docs = append(docs, d)
	}
	// A register of some years: the papers of the invented ward again and again,
	// under other numbers.
	files, err := filepath.Glob("../../official/testdata/world/*.md")
	if err != nil || len(files) == 0 {
		b.Fatal("no documents", err)
	}
	for n := 0; len(docs) < 200; n++ {
		data, err := os.ReadFile(files[n%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		d, err := official.ParseDocument(files[n%len(files)], data)
		if err != nil {
			b.Fatal(err)
		}
		d.No, d.Supersedes = fmt.Sprintf("%d/%s", n, d.No), ""
		docs = append(docs, d)
	}
	checker := official.NewChecker(docs)
	w := world()
	var claims []rumour.Claim
	said := []string{
		"đập %s sắp vỡ, nước tràn về hạ du, bà con chạy lên đồi ngay trong đêm", "trường %s cho học sinh nghỉ cả tuần vì có ổ dịch mới phát hiện", "người lạ đi xe bảy chỗ bắt cóc hai cháu nhỏ gần %s",
		"từ tháng sau thu phí vào %s của từng người, kể cả trẻ em và người già", "mỗi hộ ở %s phải nộp hai triệu đồng làm đường điện mới", "đất quanh %s sắp thu hồi hết mà không đền bù cho hộ nào",
		"công an gọi điện yêu cầu dân %s chụp ảnh căn cước gửi qua zalo để đồng bộ", "nước giếng ở %s nhiễm độc do nhà máy xả trộm hóa chất lúc nửa đêm", "giấy tờ cũ của %s hết giá trị sau sáp nhập, ai không làm lại bị khóa giao dịch",
		"nhà nước tặng mỗi người %s năm trăm nghìn nhân ngày chuyển đổi số, bấm nhận ngay",
	}
	for i := range 500 {
		claims = append(claims, rumour.Claim{ID: fmt.Sprint(i), Added: now, Text: fmt.Sprintf(said[i%len(said)], fmt.Sprintf("khu %c%d", 'A'+i%20, i/10%26))})
	}
	w.known = rumour.NewMatcher(claims, func() time.Time { return now })
	seasons := Seasons(now, now, calendar.Default(), nil)
	var items []*news.Item
	for _, text := range []string{
		"Bà con vào dichvucongs.top cập nhật gấp kẻo khóa tài khoản", "Đường khối 3 ngập cả tuần chưa ai sửa, phường xem giúp dân với", "Mời bà con đi họp tối thứ bảy tại nhà văn hóa",
		"Vỡ đập rồi bà con ơi, nước tràn về hạ du, chạy lên đồi ngay, tin ngày 12/03/2024 ở xóm 28", "Theo thông báo 42/TB-UBND ngày 15/11/2026 thì gửi xe máy ở chợ mất 10.000 đồng",
		"Cho em hỏi gửi xe ở chợ giờ bao nhiêu tiền ạ", "Chợ mở cửa lúc 3 giờ sáng từ tuần sau đó mọi người",
	} {
		items = append(items, read(b, text))
	}
	b.ReportAllocs()
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		it := *items[i%len(items)]
		it.Reading = w.Add(&it)
		it.Reading = Watchful(it.Reading, now, seasons)
		checker.Check(official.Claim{ID: it.ID, Text: it.Text, At: "2026-11-20"})
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		b.Fatal(err)
	}
	cpu := time.Duration(after.Utime.Nano() - before.Utime.Nano() + after.Stime.Nano() - before.Stime.Nano())
	b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/post")
}
