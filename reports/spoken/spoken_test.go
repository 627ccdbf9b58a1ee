package spoken

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{
		0: "không", 5: "năm", 10: "mười", 11: "mười một", 15: "mười lăm", 20: "hai mươi", 21: "hai mươi mốt", 24: "hai mươi bốn", 25: "hai mươi lăm",
		100: "một trăm", 101: "một trăm linh một", 105: "một trăm linh năm", 110: "một trăm mười", 115: "một trăm mười lăm", 1000: "một nghìn",
		1001: "một nghìn không trăm linh một", 2026: "hai nghìn không trăm hai mươi sáu", 10500: "mười nghìn năm trăm", 1000000: "một triệu",
		1250000: "một triệu hai trăm năm mươi nghìn", 3000000000: "ba tỷ", 1005000000: "một tỷ không trăm linh năm triệu", -7: "âm bảy",
	} {
		if got := Number(n); got != want {
			t.Errorf("%d = %q, want %q", n, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"Phí là 1.250.000 đồng":                 "Phí là một triệu hai trăm năm mươi nghìn đồng",
		"tăng 2,5%":                             "tăng hai phẩy năm phần trăm",
		"từ ngày 05/12/2026":                    "từ ngày năm tháng mười hai năm hai nghìn không trăm hai mươi sáu",
		"lúc 7h30 ngày 2/4":                     "lúc bảy giờ ba mươi phút ngày hai tháng tư",
		"lúc 18:00":                             "lúc mười tám giờ",
		"gọi 113 hoặc 0238 3881 234":            "gọi một một ba hoặc không hai ba tám ba tám tám một hai ba bốn",
		"Thông báo số 42/TB-UBND":               "Thông báo số bốn mươi hai của Ủy ban nhân dân",
		"Nghị định số 30/2020/NĐ-CP":            "Nghị định số ba mươi năm hai nghìn không trăm hai mươi của Chính phủ",
		"UBND phường họp 3-5 ngày, BHYT":        "Ủy ban nhân dân phường họp ba đến năm ngày, bảo hiểm y tế",
		"mưa 120mm, cao 3m":                     "mưa một trăm hai mươi mi li mét, cao ba mét",
		"xem https://thaihoa.example/tin?id=12": "xem địa chỉ trên trang thông tin điện tử",
		"quý IV, tháng 4/2026":                  "quý bốn, tháng tư năm hai nghìn không trăm hai mươi sáu",
		"200k/người":                            "hai trăm k người",
	} {
		if got := Words(in); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
		if got := Words(norm.NFD.String(in)); got != want {
			t.Errorf("NFD of %q\n got %q\nwant %q", in, got, want)
		}
	}
}

// TestScriptHolds: whatever the text, the script keeps its limits, has no
// digit, and says the fact before the claim.
func TestScriptHolds(t *testing.T) {
	word := rapid.SampledFrom([]string{"nước", "sạch,", "phường", "12", "1.000.000 đồng", "ngày 5/11/2026", "UBND", "và", "42/TB-UBND.", "7h30", "đập", "an", "toàn", "0912345678", "7 %", "٣", "１２", "½", "x2"})
	text := func(t *rapid.T, name string) string {
		return strings.Join(rapid.SliceOfN(word, 1, 120).Draw(t, name), " ")
	}
	rapid.Check(t, func(t *rapid.T) {
		src := Source{Priority: rapid.SampledFrom([]Priority{Normal, Raised, Emergency}).Draw(t, "priority"), Station: "Đài truyền thanh phường Thái Hòa",
			Fact: text(t, "fact"), Document: "42/TB-UBND", Wrong: text(t, "wrong"), Do: text(t, "do"), Contact: text(t, "contact")}
		if len(Sentences(Words(src.Fact))) == 0 {
			return // nothing that can be read out
		}
		s := Make(src)
		if n := s.Seconds(); n > MaxSeconds {
			t.Fatalf("%d seconds: %s", n, s.Text())
		}
		for _, line := range s.Sentences {
			if n := len(strings.Fields(line)); n > MaxWords || n == 0 {
				t.Fatalf("%d words: %q", n, line)
			}
			if strings.ContainsFunc(line, unicode.IsDigit) {
				t.Fatalf("a digit: %q", line)
			}
		}
		wrong := strings.Index(s.Text(), "không đúng")
		fact := strings.Index(s.Text(), Sentences(Words(src.Fact))[0])
		if fact < 0 || wrong >= 0 && wrong < fact {
			t.Fatalf("the fact does not come first: %s", s.Text())
		}
		// The claim is whole and between its warnings, or nowhere.
		claim := strings.Join(Sentences(Words(src.Wrong)), "\n")
		block := "Nội dung sau đây là không đúng.\n" + claim + "\nNội dung vừa nêu là không đúng."
		if wrong >= 0 && (claim == "" || !strings.Contains(s.Text(), block) || strings.Count(s.Text(), "không đúng") != 2) {
			t.Fatalf("a warning without its claim: %s", s.Text())
		}
	})
}

func TestScript(t *testing.T) {
	s := Make(Source{Priority: Emergency, Station: "Đài truyền thanh phường Thái Hòa", Fact: "Đập Bản Mồng an toàn tính đến 18:00 ngày 24/11/2026.",
		Document: "Thông báo số 42/TB-UBND", Wrong: "Đập đã vỡ", Do: "Bà con không chia sẻ tin chưa kiểm chứng. Nghe thông báo tiếp theo của phường.", Contact: "UBND phường, số 0238 3881 234", Year: 2026})
	want := `Thông báo khẩn cấp.
Đây là Đài truyền thanh phường Thái Hòa.
Đập Bản Mồng an toàn.
Tính đến mười tám giờ ngày hai mươi bốn tháng mười một.
Căn cứ là Thông báo số bốn mươi hai của Ủy ban nhân dân.
Nội dung sau đây là không đúng.
Đập đã vỡ.
Nội dung vừa nêu là không đúng.
Bà con không chia sẻ tin chưa kiểm chứng.`
	if !strings.HasPrefix(s.Text(), want) || !s.Repeated {
		t.Errorf("script:\n%s\nwant it to begin like\n%s", s.Text(), want)
	}
}

// TestTooLong: of a script that is too long the claim goes together with its
// warnings, the source together with its number.
func TestTooLong(t *testing.T) {
	src := Source{Station: "Đài truyền thanh phường Thái Hòa", Document: "Thông báo số 42/TB-UBND", Wrong: "Đập đã vỡ, nước tràn về khối, bà con phải chạy ngay trong đêm. Điện sẽ bị cắt ba ngày.",
		Do: "Bà con ở yên trong nhà. Nghe thông báo tiếp theo của phường."}
	for words := 1; words < 420; words++ {
		src.Fact = strings.Repeat("Đập vẫn an toàn nhé. ", words/5) + strings.Repeat("an ", words%5)
		text := Make(src).Text()
		if n := strings.Count(text, "không đúng"); n != 0 && n != 2 || n == 2 != strings.Contains(text, "Điện sẽ bị cắt ba ngày.") || n == 2 != strings.Contains(text, "Đập đã vỡ") {
			t.Fatalf("%d words of facts: the claim and its warnings are torn apart:\n%s", words, text)
		}
		if strings.Contains(text, "Căn cứ là") != strings.Contains(text, "Thông báo số bốn mươi hai của Ủy ban nhân dân.") {
			t.Fatalf("%d words of facts: half a source:\n%s", words, text)
		}
	}
}
