package lint

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/reports/docx"
	"langnghe/reports/paper"
)

func sample() *paper.Paper {
	long := strings.Repeat("Trong kỳ, các đơn vị đã phối hợp truyền thông những chính sách liên quan trực tiếp đến người dân. ", 4)
	p := &paper.Paper{
		Head: paper.Head{Parent: "UBND tỉnh Nghệ An", Agency: []string{"ỦY BAN NHÂN DÂN", "PHƯỜNG THÁI HÒA"}, Number: 5, Symbol: "BC-UBND", Place: "Thái Hòa",
			Date: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), Type: "BÁO CÁO", Subject: "Kết quả công tác truyền thông chính sách năm 2026",
			To: []string{"Sở Văn hóa, Thể thao và Du lịch tỉnh Nghệ An", "Đảng ủy phường"}, Urgency: "KHẨN", Internal: true},
		Body: []paper.Block{
			paper.P(paper.Basis, "Căn cứ Chỉ thị số 07/CT-TTg ngày 21/3/2023 của Thủ tướng Chính phủ;"),
			paper.P(paper.Basis, "Căn cứ Kế hoạch số 557/KH-UBND ngày 27/7/2023 của Ủy ban nhân dân tỉnh Nghệ An."),
			paper.P(paper.Part, "I. KẾT QUẢ THỰC HIỆN"), paper.P(paper.Clause, "1. Công khai thông tin"),
			paper.P(paper.Text, long), paper.P(paper.Item, long),
			{Chart: &paper.Chart{Title: "Số tin mỗi ngày", Labels: []string{"T2", "T3"}, Values: []int{3, 5}, Level: 4, Legend: "Trung bình", Unit: "Tin"}},
			{Table: &paper.Table{Title: "Số liệu", Widths: []int{3, 1}, Heads: []string{"Nội dung", "Số"}, Rows: [][]paper.Cell{{{{Text: "Tin theo dõi"}}, {{Text: "12"}}}}}},
			paper.P(paper.Text, "Trên đây là báo cáo kết quả công tác truyền thông chính sách năm 2026 của phường, kính báo cáo để Sở tổng hợp./."),
		},
		Foot: paper.Foot{Receivers: []string{"Như trên", "Chủ tịch, các PCT UBND phường"}, Archive: "VT, VHXH",
			Authority: []string{"TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"}, Name: "Trần Văn Mẫu"},
		Appendices: []paper.Appendix{{No: "I", Title: "Danh mục chính sách", Body: []paper.Block{paper.P(paper.Text, "Không có.")}}},
	}
	return p
}

func written(t *testing.T, p *paper.Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := docx.Write(&b, p.Flow()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func findings(t *testing.T, data []byte) []Finding {
	t.Helper()
	fs, err := File(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestOwnDocumentsAreClean(t *testing.T) {
	plain := sample()
	plain.Head.Parent, plain.Head.Number, plain.Head.NoDay, plain.Foot.Name, plain.Head.Urgency, plain.Head.Internal = "", 0, true, "", "", false
	plain.Head.To, plain.Foot.Receivers = nil, plain.Foot.Receivers[1:]
	one := sample()
	one.Head.To = one.Head.To[:1]
	one.Head.Date = time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	letter := sample()
	letter.Head.Type, letter.Head.Subject, letter.Head.Symbol = "", "báo cáo kết quả truyền thông chính sách", "UBND-VHXH"
	for name, p := range map[string]*paper.Paper{"full": sample(), "blanks": plain, "one addressee": one, "letter": letter} {
		for _, f := range findings(t, written(t, p)) {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// rewrite changes one part of a document.
func rewrite(t *testing.T, data []byte, part string, change func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			now := change(string(body))
			if now == string(body) {
				t.Fatalf("%s: the mistake did not take", part)
			}
			body = []byte(now)
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// near replaces old by now in the paragraph that has the text.
func near(text, old, now string) func(string) string {
	return func(s string) string {
		at := strings.Index(s, ">"+text)
		if at < 0 {
			return s
		}
		from := strings.LastIndex(s[:at], "<w:p>")
		to := at + strings.Index(s[at:], "</w:p>")
		return s[:from] + strings.Replace(s[from:to], old, now, 1) + s[to:]
	}
}

func swap(old, now string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, now, 1) }
}

// TestSeededMistakes plants one mistake at a time into a clean document; each
// must be found, under its own rule.
func TestSeededMistakes(t *testing.T) {
	const doc = "word/document.xml"
	tnr := `w:ascii="Times New Roman" w:hAnsi="Times New Roman"`
	all := []struct {
		rule, part string
		change     func(string) string
	}{
		{"page.size", doc, func(s string) string {
			return strings.ReplaceAll(s, `w:w="11906" w:h="16838"`, `w:w="12240" w:h="15840"`)
		}},
		{"page.margins", doc, func(s string) string { return strings.ReplaceAll(s, `w:left="1701"`, `w:left="1134"`) }},
		{"page.margins", doc, func(s string) string { return strings.ReplaceAll(s, `w:bottom="1134"`, `w:bottom="700"`) }},
		{"page.number_first", doc, func(s string) string { return strings.ReplaceAll(s, `<w:titlePg/>`, ``) }},
		{"page.number", "word/header1.xml", swap(`w:val="center"`, `w:val="right"`)},
		{"page.number", "word/header1.xml", func(s string) string { return strings.ReplaceAll(s, `<w:sz w:val="28"/>`, `<w:sz w:val="20"/>`) }},
		{"font.name", doc, near("Trong kỳ", tnr, `w:ascii="Arial" w:hAnsi="Arial"`)},
		{"font.color", doc, near("Trong kỳ", `w:color w:val="000000"`, `w:color w:val="0000FF"`)},
		{"text.nfc", doc, swap("Trong kỳ", norm.NFD.String("Trong kỳ"))},
		{"national.missing", doc, swap("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIÊT NAM")},
		{"national.form", doc, near("CỘNG HÒA", "<w:b/>", "")},
		{"motto.hyphens", doc, swap("Độc lập - Tự do - Hạnh phúc", "Độc lập-Tự do-Hạnh phúc")},
		{"motto.hyphens", doc, swap("Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh phúc")},
		{"motto.form", doc, near("Độc lập", "<w:b/>", "<w:b/><w:i/>")},
		{"motto.rule", doc, near("Độc lập", "<w:b/>", `<w:b/><w:u w:val="single"/>`)},
		{"motto.rule", doc, func(s string) string { // the second rule of the head is the motto's
			at := strings.Index(s, "Hạnh phúc")
			return s[:at] + strings.Replace(s[at:], `<w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>`, "", 1)
		}},
		{"agency.parent", doc, near("UBND TỈNH NGHỆ AN", "<w:color", "<w:b/><w:color")},
		{"agency.form", doc, near("PHƯỜNG THÁI HÒA", "<w:b/>", "")},
		{"agency.form", doc, swap("PHƯỜNG THÁI HÒA", "Phường Thái Hòa")},
		{"agency.rule", doc, func(s string) string { // as long as the column
			at := strings.Index(s, "PHƯỜNG THÁI HÒA")
			from := at + strings.Index(s[at:], "<w:ind ")
			to := from + strings.Index(s[from:], "/>") + 2
			return s[:from] + s[to:]
		}},
		{"number.pattern", doc, swap("Số: 05/BC-UBND", "Số: 5/BC-UBND")},
		{"number.pattern", doc, swap("Số: 05/BC-UBND", "Số: 05 /BC - UBND")},
		{"number.form", doc, near("Số: 05", `w:sz w:val="26"`, `w:sz w:val="28"`)},
		{"number.symbol", doc, swap("Số: 05/BC-UBND", "Số: 05/KH-UBND")},
		{"date.pattern", doc, swap("Thái Hòa, ngày 05 tháng 12", "Thái Hòa, ngày 5 tháng 12")},
		{"date.pattern", doc, swap("Thái Hòa, ngày 05 tháng 12", "Thái Hòa, ngày 05 tháng 03")},
		{"date.pattern", doc, swap("Thái Hòa, ngày 05 tháng 12", "Thái Hòa, ngày 05 tháng 2")},
		{"date.form", doc, near("Thái Hòa, ngày", "<w:i/>", "")},
		{"title.form", doc, swap(">BÁO CÁO<", ">Báo cáo<")},
		{"title.form", doc, near("BÁO CÁO", `w:sz w:val="28"`, `w:sz w:val="36"`)},
		{"subject.form", doc, near("Kết quả công tác", "<w:b/>", "")},
		{"subject.rule", doc, func(s string) string {
			at := strings.Index(s, "Kết quả công tác")
			return s[:at] + strings.Replace(s[at:], `<w:pBdr>`, `<w:pBdr><w:top w:val="none"/></w:pBdr><w:pBdr>`, 1)
		}},
		{"to.marks", doc, swap("Đảng ủy phường.<", "Đảng ủy phường<")},
		{"basis.form", doc, near("Căn cứ Chỉ thị", "<w:i/>", "")},
		{"basis.marks", doc, swap("Thủ tướng Chính phủ;", "Thủ tướng Chính phủ.")},
		{"heading.form", doc, swap("I. KẾT QUẢ THỰC HIỆN", "I. Kết quả thực hiện")},
		{"body.size", doc, near("Trong kỳ", `w:sz w:val="28"`, `w:sz w:val="24"`)},
		{"body.align", doc, near("Trong kỳ", `<w:jc w:val="both"/>`, "")},
		{"body.indent", doc, near("Trong kỳ", `w:firstLine="720"`, `w:firstLine="0"`)},
		{"body.space", doc, near("Trong kỳ", `w:after="120"`, `w:after="0"`)},
		{"body.line", doc, near("Trong kỳ", `w:line="360" w:lineRule="exact"`, `w:line="480" w:lineRule="auto"`)},
		{"body.end", doc, swap("để Sở tổng hợp./.", "để Sở tổng hợp.")},
		{"receivers.form", doc, near("Nơi nhận:", "<w:i/>", "")},
		{"receivers.form", doc, near("Nơi nhận:", `w:sz w:val="24"`, `w:sz w:val="28"`)},
		{"receivers.list", doc, near("- Chủ tịch, các PCT", `w:sz w:val="22"`, `w:sz w:val="28"`)},
		{"receivers.marks", doc, swap("các PCT UBND phường;", "các PCT UBND phường,")},
		{"receivers.archive", doc, swap("- Lưu: VT, VHXH.", "- Phòng Văn hóa.")},
		{"receivers.above", doc, swap("- Như trên;", "- Sở Văn hóa;")},
		{"signer.form", doc, near("PHÓ CHỦ TỊCH", "<w:b/>", "")},
		{"signer.prefix", doc, swap("KT. CHỦ TỊCH", "KT.CHỦ TỊCH")},
		{"signer.degree", doc, swap("Trần Văn Mẫu", "ThS. Trần Văn Mẫu")},
		{"signer.name", doc, near("Trần Văn Mẫu", "<w:b/>", "<w:i/>")},
		{"stamp.form", doc, near("KHẨN", "<w:b/>", "")},
		{"appendix.ref", doc, swap("(Kèm theo", "(Theo")},
	}
	clean := written(t, sample())
	caught := 0
	for i, m := range all {
		fs := findings(t, rewrite(t, clean, m.part, m.change))
		ok := false
		for _, f := range fs {
			ok = ok || f.Rule == m.rule
		}
		if ok {
			caught++
		} else {
			t.Errorf("mistake %d: %s was not found; found %v", i, m.rule, fs)
		}
		if len(fs) > 3 {
			t.Errorf("mistake %d: one mistake gives %d findings: %v", i, len(fs), fs)
		}
	}
	t.Logf("%d of %d mistakes found", caught, len(all))
}

// TestHostileFiles: what is no document is an error, not a crash.
func TestHostileFiles(t *testing.T) {
	if _, err := File(strings.NewReader("PK"), 2); !errors.Is(err, docx.ErrNotDocument) {
		t.Errorf("two bytes: %v", err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(strings.Repeat("<a>", 5000))); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := File(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
		t.Error("a deep document was read")
	}
}

// FuzzFile: whatever the document says, the checks end without a crash.
func FuzzFile(f *testing.F) {
	f.Add(`<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Số: 5/BC</w:t></w:r></w:p><w:sectPr/></w:body></w:document>`)
	f.Add(`<w:document xmlns:w="w"><w:body><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>`)
	f.Fuzz(func(t *testing.T, body string) {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("word/document.xml")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		_, _ = File(bytes.NewReader(b.Bytes()), int64(b.Len()))
	})
}
