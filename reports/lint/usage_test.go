package lint

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// with adds a part to a document.
func with(t *testing.T, data []byte, name, content string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	w, err := out.Create(name)
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lists are numberings as Word writes them: a dash, Roman numerals, a dot.
const lists = `<w:numbering ` + wordNS + `>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/><w:pPr><w:ind w:left="284" w:hanging="284"/></w:pPr></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/><w:pPr><w:ind w:firstLine="720"/></w:pPr></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="` + "\uf0b7" + `"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num></w:numbering>`

func numbered1(id, depth int) string {
	return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, depth, id)
}

// replaced is the hand-made document with pieces exchanged, all of them there.
func replaced(t *testing.T, pairs ...string) []byte {
	t.Helper()
	body := wordBody()
	for i := 0; i < len(pairs); i += 2 {
		was := body
		if body = strings.Replace(body, pairs[i], pairs[i+1], 1); body == was {
			t.Fatalf("%q is not in the document", pairs[i])
		}
	}
	return with(t, fromWord(t, body, wordStyles, wordTheme, wordHeader), "word/numbering.xml", lists)
}

func sized(n int) string { return fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, n, n) }

// TestNothingIsAccusedWrongly: what the decree allows, and offices do, raises
// nothing.
func TestNothingIsAccusedWrongly(t *testing.T) {
	subject := par("Giua", "", typed("Kết quả công tác truyền thông chính sách năm 2026", "")+drawn(2500))
	title := par("Giua", "", typed("BÁO CÁO", ""))
	basis := par("CanCu", "", typed("Căn cứ Kế hoạch số 557/KH-UBND ngày 27/7/2023 của Ủy ban nhân dân tỉnh Nghệ An.", ""))
	first := par("CanCu", "", typed("Căn cứ Chỉ thị số 07/CT-TTg ngày 21/3/2023 của Thủ tướng Chính phủ;", ""))
	heading := par("Heading1", "", typed("I. KẾT QUẢ THỰC HIỆN", ""))
	to := par("", `<w:jc w:val="center"/>`, typed("Kính gửi: Sở Văn hóa, Thể thao và Du lịch tỉnh Nghệ An.", ""))
	line := func(text string) string { return par("", "", typed("- "+text, sized(22))) }
	long := strings.Repeat("Các đơn vị tiếp tục phối hợp truyền thông những chính sách liên quan trực tiếp đến người dân. ", 2)
	for name, data := range map[string][]byte{
		"a decision": replaced(t, title, par("Giua", "", typed("QUYẾT ĐỊNH", "")), "05/BC-UBND", "05/QĐ-UBND",
			subject, par("Giua", "", typed("Về việc kiện toàn tổ công tác truyền thông chính sách", "")+drawn(2500))+par("Giua", "", typed("CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG THÁI HÒA", "")),
			to, "", line("Như trên;"), line("Như Điều 2;"),
			basis, par("CanCu", "", typed("Căn cứ Kế hoạch số 557/KH-UBND ngày 27/7/2023 của Ủy ban nhân dân tỉnh Nghệ An;", ""))+par("CanCu", "", typed("Theo đề nghị của Trưởng phòng Văn hóa - Xã hội.", "")),
			heading, par("Giua", "", typed("QUYẾT ĐỊNH:", ""))+par("VanBan", "", typed("Điều 1. ", "<w:b/>")+typed(long, ""))),
		"a department below its committee": replaced(t,
			par("Giua", "", typed("ỦY BAN NHÂN DÂN", sized(26)))+par("Giua", "", typed("PHƯỜNG THÁI HÒA", sized(26))+drawn(880)),
			par("Giua", "", typed("ỦY BAN NHÂN DÂN", `<w:b w:val="0"/>`+sized(26)))+par("Giua", "", typed("PHƯỜNG THÁI HÒA", `<w:b w:val="0"/>`+sized(26)))+par("Giua", "", typed("PHÒNG VĂN HÓA - XÃ HỘI", sized(26))+drawn(1350))),
		"lists that Word numbers": replaced(t,
			line("Như trên;"), par("", numbered1(1, 0), typed("Như trên;", sized(22))), line("Chủ tịch, các PCT UBND phường;"), par("", numbered1(1, 0), typed("Chủ tịch, các PCT UBND phường;", sized(22))),
			line("Lưu: VT, VHXH."), par("", numbered1(1, 0), typed("Lưu: VT, VHXH.", sized(22))), heading, par("Heading1", numbered1(2, 0), typed("KẾT QUẢ THỰC HIỆN", ""))),
		"room for the binding": replaced(t, `w:left="1701" w:header="567" w:footer="567" w:gutter="0"`, `w:left="1134" w:header="567" w:footer="567" w:gutter="567"`),
		"boxes to tick": replaced(t, `<w:r><w:lastRenderedPageBreak/></w:r>`,
			`<w:r><w:rPr><w:rFonts w:ascii="MS Gothic" w:hAnsi="MS Gothic"/></w:rPr><w:t>☐</w:t></w:r><w:r><w:lastRenderedPageBreak/></w:r>`),
		"a sentence that rests on something": replaced(t, first+basis, par("VanBan", "", typed("Căn cứ Kế hoạch số 557/KH-UBND ngày 27/7/2023 của Ủy ban nhân dân tỉnh Nghệ An; Ủy ban nhân dân phường báo cáo kết quả như sau:", "")),
			heading, heading+par("VanBan", "", typed("Căn cứ kết quả rà soát, "+long, ""))),
		"a note in brackets": replaced(t, heading, heading+par("VanBan", "", typed("(Số liệu tính đến hết ngày 30 tháng 11 năm 2026)", "<w:i/>"))),
		"points and clauses": replaced(t, heading, heading+par("VanBan", "", typed("2. Kết quả khác", "<w:b/>"))+par("VanBan", "", typed("a) "+long, ""))+par("VanBan", "", typed("24/7 có người trực. "+long, ""))),
		"another deputy":     replaced(t, "KT. CHỦ TỊCH", "KT. TRƯỞNG PHÒNG", "PHÓ CHỦ TỊCH", "PHÓ TRƯỞNG PHÒNG"),
	} {
		for _, f := range findings(t, data) {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// TestMistakesOfOffices plants what offices do get wrong, one at a time.
func TestMistakesOfOffices(t *testing.T) {
	title := par("Giua", "", typed("BÁO CÁO", ""))
	subject := par("Giua", "", typed("Kết quả công tác truyền thông chính sách năm 2026", "")+drawn(2500))
	to := par("", `<w:jc w:val="center"/>`, typed("Kính gửi: Sở Văn hóa, Thể thao và Du lịch tỉnh Nghệ An.", ""))
	above := par("", "", typed("- Như trên;", sized(22)))
	number := par("", `<w:jc w:val="center"/>`, typed("Số: 05/BC-UBND", sized(26)))
	letter := func(symbol string) []string {
		return []string{title + subject, "", number, par("", `<w:jc w:val="center"/>`, typed("Số: 05/"+symbol, sized(26))) + par("", `<w:jc w:val="center"/>`, typed("V/v báo cáo kết quả truyền thông", sized(26)))}
	}
	long := strings.Repeat("Các đơn vị tiếp tục phối hợp truyền thông những chính sách liên quan trực tiếp đến người dân. ", 2)
	heading := par("Heading1", "", typed("I. KẾT QUẢ THỰC HIỆN", ""))
	for i, m := range []struct {
		rule  string
		pairs []string
	}{
		{"number.symbol", letter("CV-UBND")},
		{"number.symbol", letter("BC-UBND")},
		{"to.missing", append(letter("UBND-VHXH"), to, "", above, "")},
		{"number.pattern", []string{"05/BC-UBND", "005/BC-UBND"}},
		{"number.pattern", []string{"05/BC-UBND", "00/BC-UBND"}},
		{"number.missing", []string{"Số: 05", "Số 05"}},
		{"date.pattern", []string{">05 tháng 12", ">31 tháng 11"}},
		{"date.pattern", []string{">05 tháng 12", ">29 tháng 02"}},
		{"to.form", []string{to, par("", `<w:jc w:val="center"/>`, typed("Kính gửi: Sở Văn hóa, Thể thao và Du lịch; Đảng ủy phường.", ""))}},
		{"body.size", []string{"<w:r><w:lastRenderedPageBreak/></w:r>", typed("Nghiêng cả đoạn. "+long, "<w:i/>") + "</w:p>" + `<w:p><w:pPr><w:pStyle w:val="VanBan"/></w:pPr>`}},
		{"heading.form", []string{"I. KẾT QUẢ <", "I/ KẾT QUẢ <"}},
		{"heading.form", []string{heading, par("Heading1", "", typed("I.KẾT QUẢ THỰC HIỆN", ""))}},
		{"heading.form", []string{heading, heading + par("VanBan", "", typed("Chương I", ""))}},
		{"heading.form", []string{heading, heading + par("VanBan", "", typed("Điều 1. "+long, ""))}},
		{"item.form", []string{heading, heading + par("VanBan", "", typed("a. "+long, ""))}},
		{"item.form", []string{heading, heading + par("VanBan", "", typed("1/ "+long, ""))}},
		{"item.form", []string{heading, heading + par("VanBan", numbered1(2, 1), typed(long, ""))}},
		{"receivers.list", []string{above, par("", numbered1(3, 0), typed("Như trên;", sized(22)))}},
		{"signer.name", []string{"Trần Văn Mẫu", "TRẦN VĂN MẪU"}},
		{"signer.prefix", []string{"KT. CHỦ TỊCH", "K/T CHỦ TỊCH"}},
		{"signer.prefix", []string{"TM. ỦY BAN", "T/M ỦY BAN"}},
		{"signer.deputy", []string{par("Giua", "", typed("PHÓ CHỦ TỊCH", "")), ""}},
		{"signer.degree", []string{"Trần Văn Mẫu", "Ths. Trần Văn Mẫu"}},
		{"signer.degree", []string{"Trần Văn Mẫu", "Tiến sĩ Trần Văn Mẫu"}},
		{"signer.degree", []string{"Trần Văn Mẫu", "BSCKII. Trần Văn Mẫu"}},
		{"agency.parent", []string{par("Giua", "", typed("PHƯỜNG THÁI HÒA", sized(26))+drawn(880)), par("Giua", "", typed("PHƯỜNG THÁI HÒA", sized(26))) + par("Giua", "", typed("PHÒNG VĂN HÓA - XÃ HỘI", sized(26))+drawn(1350))}},
		{"page.margins", []string{`w:header="567" w:footer="567" w:gutter="0"`, `w:header="567" w:footer="567" w:gutter="567"`}},
		{"font.name", []string{"<w:r><w:lastRenderedPageBreak/></w:r>", `<w:r><w:rPr><w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/></w:rPr><w:t>Phong </w:t></w:r>`}},
	} {
		fs := findings(t, replaced(t, m.pairs...))
		if !slices.ContainsFunc(fs, func(f Finding) bool { return f.Rule == m.rule }) {
			t.Errorf("%d. %s was not found, only %v", i+1, m.rule, fs)
		}
		if len(fs) > 3 {
			t.Errorf("%d. one mistake gives %d findings: %v", i+1, len(fs), fs)
		}
	}
	for now, rule := range map[string]string{"- 2 -": "page.number", "Trang 2": "page.number"} {
		header := strings.Replace(wordHeader, "<w:t>2</w:t>", "<w:t>"+now+"</w:t>", 1)
		if fs := findings(t, fromWord(t, wordBody(), wordStyles, wordTheme, header)); !slices.ContainsFunc(fs, func(f Finding) bool { return f.Rule == rule }) {
			t.Errorf("%q in the margin: %v", now, fs)
		}
	}
	only := strings.Replace(wordHeader, " PAGE ", " NUMPAGES ", 1)
	if fs := findings(t, fromWord(t, strings.Replace(wordBody(), heading, heading+strings.Repeat(par("VanBan", "", typed(long, "")), 30), 1), wordStyles, wordTheme, only)); !slices.ContainsFunc(fs, func(f Finding) bool { return f.Rule == "page.number_none" }) {
		t.Errorf("how many pages there are is no page number: %v", fs)
	}
	for now, old := range map[string]string{"PHỤ LỤC I": "Phụ lục I", "Phụ lục 1": "Phụ lục I"} {
		fs := findings(t, rewrite(t, written(t, sample()), "word/document.xml", swap(">"+old+"<", ">"+now+"<")))
		if !slices.ContainsFunc(fs, func(f Finding) bool { return f.Rule == "appendix.form" }) {
			t.Errorf("%q: %v", now, fs)
		}
	}
}
