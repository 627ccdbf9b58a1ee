package official_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langnghe/official"
)

// article is long, full of numbers, and about nothing that the ward regulates.
const article = `Giải chạy bộ vượt đèo năm nay thu hút hơn 2.400 vận động viên, tăng 35% so với năm ngoái. Người lớn tuổi nhất 74 tuổi, nhỏ nhất 9 tuổi.
Ban tổ chức cho biết mỗi người nộp 450.000 đồng để nhận áo, số đeo và huy chương. Đường chạy dài 21 km, thời gian tối đa 4 giờ, đi qua 3 con dốc cao.
Chị quán quân, 31 tuổi, về đích sau 1 giờ 22 phút, nhận 15 triệu đồng tiền thưởng. Chị kể đã tập 6 tháng, mỗi tuần 5 buổi, mỗi buổi chạy 12 km quanh hồ.
Năm ngoái giải chỉ có 1.700 người chạy, trao 40 giải với tổng số tiền 120 triệu đồng. Từ ngày 02/4 ban tổ chức mở cổng nhận tên cho mùa sau, hạn đến hết ngày 30/6.
Khách sạn quanh đèo kín phòng suốt 2 đêm, giá phòng từ 600.000 đồng lên 1,1 triệu đồng một đêm. Quán phở đầu dốc mở cửa từ 3 giờ sáng, bán 700 bát trong một buổi.`

// TestLongText: a long text is compared passage by passage. Its many numbers
// contradict nothing by chance, what one passage says is found with its place,
// and what a passage repeats rightly is not held against another.
func TestLongText(t *testing.T) {
	checker := official.NewChecker(documents(t, filepath.Join("testdata", "world", "*.md")))
	if f := checker.Check(official.Claim{Text: article, At: "2026-07-01"}); f.Verdict != "not_covered" {
		t.Errorf("an article about a race: %s by %s: %v", f.Verdict, f.Document, f.Because)
	}
	for _, c := range []struct{ said, verdict string }{
		{"Giữ xe máy ở phố đi bộ thu 20.000 đồng một lượt.", "contradicts"},
		{"Giữ xe máy ở phố đi bộ thu 5.000 đồng một lượt.", "agrees"},
		{"Giữ xe máy ở phố đi bộ thu 5.000 đồng một lượt. " + strings.ReplaceAll(article, "\n", " ") + " Có người nói giữ xe máy ở phố đi bộ thu 20.000 đồng một lượt.", "agrees"},
	} {
		text := article + "\n" + c.said + "\n" + article
		f := checker.Check(official.Claim{Text: text, At: "2026-07-01"})
		if f.Verdict != c.verdict || f.Document != "52/TB-UBND" {
			t.Errorf("%q within an article: %s by %s: %v", c.said[:40], f.Verdict, f.Document, f.Because)
			continue
		}
		for _, s := range f.Because {
			if s.In == "claim" && string([]rune(text)[s.Start:s.End]) != s.Text {
				t.Errorf("span %d:%d %q is %q", s.Start, s.End, s.Text, string([]rune(text)[s.Start:s.End]))
			}
		}
	}
	if f := checker.Check(official.Claim{Text: strings.Repeat(article+"\n", 200), At: "2026-07-01"}); f.Verdict != "not_covered" {
		t.Errorf("a text of a megabyte: %s", f.Verdict)
	}
}

// TestArticlesAreNotContradicted: real articles about the whole country say
// nothing about the papers of an invented ward.
func TestArticlesAreNotContradicted(t *testing.T) {
	in, err := os.Open(filepath.Join(os.Getenv("LANGNGHE_TEST_DATA"), "vn_news_2016", "articles.jsonl"))
	if err != nil {
		t.Skip("no recorded articles")
	}
	defer in.Close()
	most := 3000
	if testing.Short() {
		most = 300
	}
	checker := official.NewChecker(documents(t, filepath.Join("testdata", "world", "*.md")))
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, 1<<22)
	n, wrong := 0, 0
	for ; n < most && sc.Scan(); n++ {
		var a struct{ Text string }
		if err := json.Unmarshal(sc.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if f := checker.Check(official.Claim{Text: a.Text, At: "2026-10-20"}); f.Verdict == "contradicts" || f.Verdict == "outdated" {
			wrong++
			t.Logf("%s by %s: %v", f.Verdict, f.Document, f.Because)
		}
	}
	t.Logf("%d of %d articles are called false", wrong, n)
	if 1000*wrong > n {
		t.Errorf("%d of %d articles are called false that nothing regulates", wrong, n)
	}
}
