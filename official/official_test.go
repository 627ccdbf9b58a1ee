package official_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"langnghe/internal/news"
	"langnghe/official"
)

func market(t testing.TB) []official.Document {
	t.Helper()
	var docs []official.Document
	for _, name := range []string{"03-TB-UBND.md", "21-TB-UBND.md"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		d, err := official.ParseDocument(name, data)
		if err != nil {
			t.Fatal(err)
		}
		d.Facts = official.Extract(d)
		docs = append(docs, d)
	}
	return docs
}

func TestParseDocument(t *testing.T) {
	d := market(t)[1]
	if d.No != "21/TB-UBND" || d.Issuer != "UBND phường Suối Mơ" || d.From != "2026-03-01" || d.To != "" || d.Supersedes != "03/TB-UBND" || d.URL != "https://suoimo.example/21" {
		t.Errorf("document = %+v", d)
	}
	if !strings.HasPrefix(d.Text, "# THÔNG BÁO") || strings.Contains(d.Text, "docno") {
		t.Errorf("text = %q", d.Text)
	}
	if _, err := official.ParseDocument("x.md", []byte("\uFEFF---\r\ndocno: \"1/TB\"\r\nissuer: a\r\ndate: 2026-01-01\r\neffective_from: 2026-01-01\r\ntitle: b\r\nother: c\r\n---\r\ntext\r\n")); err != nil {
		t.Errorf("CRLF, quotes, BOM and an unknown key: %v", err)
	}
}

func TestParseDocumentErrors(t *testing.T) {
	const head = "---\ndocno: 1/TB\nissuer: a\ndate: 2026-01-01\neffective_from: 2026-01-01\ntitle: b\n"
	tests := []struct {
		name, in string
		line     int
		want     string
	}{
		{"no front matter", "# Thông báo\n", 1, "front matter"},
		{"never closed", head + "text\n", 7, "form key: value"},
		{"no end", head, 7, "no closing line"},
		{"no number", strings.Replace(head, "docno: 1/TB\n", "", 1) + "---\nx", 1, "docno is missing"},
		{"empty title", strings.Replace(head, "title: b", "title:", 1) + "---\nx", 6, "title is missing"},
		{"date", strings.Replace(head, "date: 2026-01-01", "date: 1/1/2026", 1) + "---\nx", 4, `"1/1/2026" is no date`},
		{"impossible day", strings.Replace(head, "effective_from: 2026-01-01", "effective_from: 2026-02-30", 1) + "---\nx", 5, "no date"},
		{"ends before it starts", head + "effective_to: 2025-12-31\n---\nx", 7, "is before"},
		{"twice", head + "docno: 2/TB\n---\nx", 7, "stands here and in line 2"},
		{"supersedes itself", head + "supersedes: 1/TB\n---\nx", 7, "supersedes itself"},
		{"no text", head + "---\n\n", 7, "no text"},
		{"not UTF-8", head + "---\nx\xff", 8, "UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := official.ParseDocument("f.md", []byte(tt.in))
			var se *official.SyntaxError
			if !errors.As(err, &se) || se.File != "f.md" || se.Line != tt.line || !strings.Contains(se.Msg, tt.want) {
				t.Errorf("error = %v, want f.md:%d: …%s…", err, tt.line, tt.want)
			}
		})
	}
}

func FuzzParseDocument(f *testing.F) {
	for _, name := range []string{"03-TB-UBND.md", "21-TB-UBND.md"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), "gửi xe máy 5k một lượt")
	}
	f.Add("---\ndocno: 1/TB\nissuer: a\ndate: 2026-01-01\neffective_from: 2026-01-01\ntitle: b\n---\n**1. x**\n- từ 7 đến", "7k9 08/2025/NQ- 10h30 ngày 31/12/2026%")
	f.Fuzz(func(t *testing.T, in, claim string) {
		d, err := official.ParseDocument("f.md", []byte(in))
		if err != nil {
			return // refusing is fine; what is accepted must be sound
		}
		if d.No == "" || d.From == "" || d.Text == "" {
			t.Errorf("accepted without a needed part: %+v", d)
		}
		text := []rune(d.Text)
		seen := map[string]bool{}
		for _, f := range official.Extract(d) {
			if seen[f.ID] {
				t.Errorf("two facts are called %s", f.ID)
			}
			seen[f.ID] = true
			if f.Span.Start < 0 || f.Span.End > len(text) || f.Span.Start >= f.Span.End || string(text[f.Span.Start:f.Span.End]) != f.Span.Text {
				t.Errorf("fact %s: span %+v is not in the text", f.ID, f.Span)
			}
		}
		official.Check([]official.Document{d}, official.Claim{Text: claim, At: d.From})
	})
}

func TestExtract(t *testing.T) {
	got := map[string]news.Fact{}
	for _, f := range market(t)[1].Facts {
		got[f.ID] = f
	}
	tests := []struct{ id, value, unit, words string }{
		{"21/TB-UBND#1.1.money.1", "2000", "đồng/lượt", "2.000 đồng/lượt"},
		{"21/TB-UBND#1.2.money.1", "5000", "đồng/lượt", "5.000 đồng/lượt"},
		{"21/TB-UBND#1.3.money.1", "0", "đồng", "miễn phí"},
		{"21/TB-UBND#2.procedure.1", "5..17.5", "hour of day", "5 giờ đến 17 giờ 30"},
		{"21/TB-UBND#3.procedure.1", "20", "day of month", "20 hằng tháng"},
		{"21/TB-UBND#4.1.percent.1", "40", "%", "40%"},
		{"21/TB-UBND#4.1.eligibility.1", "18..30", "years", "18 đến 30 tuổi"},
		{"21/TB-UBND#4.3.place.1", "trụ sở Ban quản lý chợ", "", "trụ sở Ban quản lý chợ"},
		{"21/TB-UBND#4.3.procedure.1", "2026-03-02..2026-03-15", "days", "02/3 đến ngày 15/3/2026"},
		{"21/TB-UBND#5.docno.1", "03/TB-UBND", "", "03/TB-UBND"},
	}
	for _, tt := range tests {
		f, ok := got[tt.id]
		if !ok || f.Value != tt.value || f.Unit != tt.unit || f.Span.Text != tt.words {
			t.Errorf("%s = %q %q from %q, want %q %q from %q", tt.id, f.Value, f.Unit, f.Span.Text, tt.value, tt.unit, tt.words)
			continue
		}
		if f.Status != "proposed" || f.From != "2026-03-01" || f.Document != "21/TB-UBND" || f.Clause == "" || !strings.Contains(f.Subject, "chợ Suối Mơ") {
			t.Errorf("%s = %+v", tt.id, f)
		}
	}
	if len(got) != len(tests) {
		t.Errorf("%d facts, want %d", len(got), len(tests))
	}
}

var claims = []struct{ text, at, want, document string }{
	// money, in the ways in which people write it
	{"Gửi xe máy ở chợ 5.000 đồng một lượt", "2026-04-01", "agrees", "21/TB-UBND"},
	{"gui xe may trong cho 5k/luot thoi", "2026-04-01", "agrees", "21/TB-UBND"},
	{"gửi xe máy năm nghìn một lượt nha bà con", "2026-04-01", "agrees", "21/TB-UBND"},
	{"Giữ xe máy ở chợ thu 10k một lượt", "2026-04-01", "contradicts", "21/TB-UBND"},
	{"giu xe may thu muoi nghin mot luot", "2026-04-01", "contradicts", "21/TB-UBND"},
	{"Giữ xe máy có 3 nghìn một lượt thôi", "2026-04-01", "outdated", "21/TB-UBND"},
	{"Giữ xe máy có 3 nghìn một lượt thôi", "2025-06-01", "agrees", "03/TB-UBND"},
	{"Giữ xe máy có 3 nghìn một lượt thôi", "2024-06-01", "not_covered", ""},
	{"Người khuyết tật gửi xe lăn vẫn phải đóng tiền", "2026-04-01", "contradicts", "21/TB-UBND"},
	{"Người khuyết tật gửi xe lăn được miễn phí", "2026-04-01", "agrees", "21/TB-UBND"},
	// other subjects are not covered, whatever they cost
	{"Gửi ô tô ở bệnh viện 20 nghìn một lượt", "2026-04-01", "not_covered", ""},
	{"Thuê quầy bán cá ở chợ tháng 2 triệu", "2026-04-01", "not_covered", ""},
	{"Chợ được hỗ trợ 500 triệu để sửa mái", "2026-04-01", "not_covered", ""},
	{"Cá ở chợ này ngon mà rẻ", "2026-04-01", "not_covered", ""},
	// hours, days, ages, shares
	{"Chợ mở cửa tới 17 giờ 30", "2026-04-01", "agrees", "21/TB-UBND"},
	{"Chợ Suối Mơ mở cửa tới 9h tối", "2026-04-01", "contradicts", "21/TB-UBND"},
	{"chợ mở cửa từ 4 giờ 30", "2026-04-01", "outdated", "21/TB-UBND"},
	{"Hộ kinh doanh kê khai doanh thu trước ngày 25 hằng tháng", "2026-04-01", "outdated", "21/TB-UBND"},
	{"ho kinh doanh ke khai doanh thu truoc ngay 20 hang thang", "2026-04-01", "agrees", "21/TB-UBND"},
	{"Thanh niên 25 tuổi bán hàng được giảm 40 phần trăm tiền thuê quầy", "2026-04-01", "agrees", "21/TB-UBND"},
	{"Thanh niên bán hàng được giảm một nửa tiền thuê quầy", "2026-04-01", "contradicts", "21/TB-UBND"},
	// what is allowed, what is over, what is no longer in force
	{"Chợ cho phép mang chó mèo vào khu hàng ăn", "2026-04-01", "contradicts", "21/TB-UBND"},
	{"Cấm mang chó mèo vào khu hàng ăn ở chợ", "2026-04-01", "agrees", "21/TB-UBND"},
	{"Ban quản lý chợ còn nhận đơn xin quầy, ai nộp thì ra", "2026-04-01", "outdated", "21/TB-UBND"},
	{"Theo thông báo số 03 của phường thì vẫn thu như cũ", "2026-04-01", "outdated", "21/TB-UBND"},
	{"Theo Thông báo 03/TB-UBND thì thu ba nghìn", "2026-04-01", "outdated", "21/TB-UBND"},
}

func TestCheck(t *testing.T) {
	checker := official.NewChecker(market(t))
	for _, tt := range claims {
		for form, text := range map[string]string{"NFC": tt.text, "NFD": norm.NFD.String(tt.text)} {
			f := checker.Check(official.Claim{ID: "c", Text: text, At: tt.at})
			if f.Verdict != tt.want || f.Document != tt.document || f.ID != "c" {
				t.Errorf("%q (%s, %s): %s by %q %v, want %s by %q", tt.text, tt.at, form, f.Verdict, f.Document, f.Because, tt.want, tt.document)
				continue
			}
			if tt.want == "not_covered" {
				if len(f.Because) != 0 {
					t.Errorf("%q: not covered, because of %v", tt.text, f.Because)
				}
				continue
			}
			if len(f.Because) != 2 || f.Because[0].In != "claim" || f.Because[1].In != "document" {
				t.Errorf("%q: because %v, want both spans", tt.text, f.Because)
				continue
			}
			rs, s := []rune(text), f.Because[0]
			if string(rs[s.Start:s.End]) != s.Text {
				t.Errorf("%q: span %+v is not in the claim", tt.text, s)
			}
		}
	}
}

// Without a document, before it and in doubt nothing is ever contradicted.
func TestNothingCoversIsNeverFalse(t *testing.T) {
	docs := market(t)
	for _, tt := range claims {
		for name, f := range map[string]official.Finding{
			"no document":     official.Check(nil, official.Claim{Text: tt.text, At: tt.at}),
			"before":          official.Check(docs, official.Claim{Text: tt.text, At: "2020-01-01"}),
			"no date":         official.Check(docs, official.Claim{Text: tt.text, At: "hôm qua"}),
			"another subject": official.Check([]official.Document{{No: "9/TB", From: "2020-01-01", Title: "Lịch tiêm phòng dại", Text: "**1. Lịch**\nTiêm tại trạm thú y lúc 8 giờ ngày 10/4/2026, phí 30.000 đồng/con.\n"}}, official.Claim{Text: tt.text, At: tt.at}),
		} {
			if f.Verdict != "not_covered" || f.Document != "" || f.Because == nil {
				t.Errorf("%q with %s: %+v, want not_covered", tt.text, name, f)
			}
		}
	}
}

// The day of a claim is that of the ward.
func TestDayOfClaim(t *testing.T) {
	docs := market(t)
	for at, want := range map[string]string{
		"2026-03-01":                "21/TB-UBND",
		"2026-02-28T17:30:00Z":      "21/TB-UBND", // 00:30 of 1 March in the ward
		"2026-02-28T23:30:00+07:00": "03/TB-UBND",
	} {
		f := official.Check(docs, official.Claim{Text: "Chợ mở cửa", At: at})
		g := official.Check(docs, official.Claim{Text: "Gửi xe máy ở chợ 5.000 đồng một lượt", At: at})
		if g.Document != want {
			t.Errorf("at %s: %+v %+v, want %s", at, f, g, want)
		}
	}
}

// Documents without text stand for their facts: what rules know.
func TestCheckByFacts(t *testing.T) {
	docs := market(t)
	for i := range docs {
		docs[i].Text = ""
	}
	f := official.Check(docs, official.Claim{Text: "Giữ xe máy ở chợ thu 10k một lượt", At: "2026-04-01"})
	if f.Verdict != "contradicts" || f.Fact != "21/TB-UBND#1.2.money.1" {
		t.Errorf("finding = %+v, want a contradiction of the fact about motorbikes", f)
	}
}

func TestUntil(t *testing.T) {
	d := official.Document{From: "2026-01-01", Facts: []news.Fact{{ID: "a"}, {ID: "b", To: "2026-01-10"}}}
	u := d.Until("2026-02-01")
	if u.To != "2026-01-31" || u.Facts[0].To != "2026-01-31" || u.Facts[1].To != "2026-01-10" || d.Facts[0].To != "" {
		t.Errorf("Until = %+v of %+v", u, d)
	}
	for day, want := range map[string]bool{"2025-12-31": false, "2026-01-01": true, "2026-01-31": true, "2026-02-01": false} {
		if u.InForce(day) != want {
			t.Errorf("in force on %s = %v, want %v", day, !want, want)
		}
	}
	if again := u.Until("2026-03-01"); again.To != u.To {
		t.Errorf("a later successor moves the end to %s", again.To)
	}
}

// Whatever is said, the answer is one of four and its spans are places.
func TestCheckIsSound(t *testing.T) {
	checker := official.NewChecker(market(t))
	parts := []string{"gửi xe", "xe máy", "5k", "5.000 đồng", "một nửa", "trước ngày 20", "hằng tháng", "chợ", "mở cửa", "từ 5 giờ", "đến", "17 giờ 30", "không", "cấm", "chó mèo", "7k9", "31/12", "hai ba", "%", "trở lên", "tuổi", "từ 18", "loại 3", "lớp", "mới", ",", ".", "còn nhận", "miễn", "phải đóng", "nửa đêm", "ba trăm rưỡi", "NQ", "03/TB-UBND"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 14).Draw(t, "parts"), rapid.SampledFrom([]string{" ", "  ", "", "\n"}).Draw(t, "gap"))
		f := checker.Check(official.Claim{Text: text, At: "2026-04-01"})
		switch f.Verdict {
		case "agrees", "contradicts", "outdated":
			if len(f.Because) != 2 || f.Document == "" || f.Because[0].End > utf8.RuneCountInString(text) || f.Because[0].Start >= f.Because[0].End {
				t.Errorf("%q: %+v", text, f)
			}
		case "not_covered":
		default:
			t.Errorf("%q: verdict %q", text, f.Verdict)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	checker := official.NewChecker(market(b))
	for i := 0; b.Loop(); i++ {
		checker.Check(official.Claim{Text: claims[i%len(claims)].text, At: "2026-04-01"})
	}
}

// A question is covered by a clause about the same, whatever it asks.
func TestCovers(t *testing.T) {
	c := official.NewChecker(market(t))
	for text, want := range map[string]bool{
		"Cho em hỏi gửi xe máy ở chợ bao nhiêu tiền ạ?": true, "chợ mở cửa mấy giờ rứa mọi người": true, "gui xe may het bao nhieu": true,
		"Làm hộ chiếu ở mô hè?": false, "Bao giờ sửa đường vào chợ huyện cũ?": false, "": false,
	} {
		if no, clause, got := c.Covers(official.Claim{Text: text, At: "2026-04-01"}); got != want || got && (no == "" || clause == "") {
			t.Errorf("Covers(%q) = %q %q %v, want %v", text, no, clause, got, want)
		}
	}
	if _, _, ok := c.Covers(official.Claim{Text: "gửi xe máy ở chợ", At: "2020-01-01"}); ok {
		t.Error("a document that was not in force covers")
	}
}
