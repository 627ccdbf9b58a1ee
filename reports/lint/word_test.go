package lint

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// This document is made as people make one in Word: letters come from the
// theme, from defaults and from styles upon styles, runs are split where
// somebody stopped typing, the lines under motto and name are drawn, the head
// is a table, the page's number a field in a content control, and the stamp
// stands in a text box.

const (
	wordNS = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"`

	wordStyles = `<w:styles ` + wordNS + `>
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme="minorHAnsi" w:eastAsiaTheme="minorEastAsia" w:hAnsiTheme="minorHAnsi" w:cstheme="minorBidi"/><w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr></w:style>
<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="VanBan"><w:name w:val="Van ban"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="60" w:after="120" w:line="276" w:lineRule="auto"/><w:ind w:firstLine="720"/><w:jc w:val="both"/></w:pPr></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="CanCu"><w:name w:val="Can cu"/><w:basedOn w:val="VanBan"/><w:rPr><w:i/><w:iCs/></w:rPr></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="Giua"><w:name w:val="Giua"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:b/><w:bCs/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="VanBan"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:bCs/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Header"><w:name w:val="header"/><w:basedOn w:val="Normal"/><w:pPr><w:tabs><w:tab w:val="center" w:pos="4680"/></w:tabs></w:pPr></w:style>
<w:style w:type="character" w:customStyle="1" w:styleId="Dam"><w:name w:val="Dam"/><w:rPr><w:b/><w:bCs/></w:rPr></w:style>
<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>
</w:styles>`

	wordTheme = `<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office"><a:themeElements><a:clrScheme name="Office"/><a:fontScheme name="Office"><a:majorFont><a:latin typeface="Calibri Light"/></a:majorFont><a:minorFont><a:latin typeface="Times New Roman"/></a:minorFont></a:fontScheme></a:themeElements></a:theme>`

	wordHeader = `<w:hdr ` + wordNS + `><w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Page Numbers (Top of Page)"/></w:docPartObj></w:sdtPr><w:sdtContent><w:p><w:pPr><w:pStyle w:val="Header"/><w:jc w:val="center"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE   \* MERGEFORMAT </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr><w:noProof/></w:rPr><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:sdtContent></w:sdt></w:hdr>`
)

// drawn is a line of a length in twips, as Word draws one today, with the
// form for older programs beside it.
func drawn(twips int) string {
	pt := float64(twips) / 20
	return fmt.Sprintf(`<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="251659264" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:positionH relativeFrom="column"><wp:posOffset>600000</wp:posOffset></wp:positionH><wp:extent cx="%d" cy="0"/><wp:docPr id="1" name="Straight Connector 1"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvCnPr/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="0"/></a:xfrm><a:prstGeom prst="line"/></wps:spPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:line from="47pt,2pt" to="%.1fpt,2pt" strokeweight=".75pt"/></w:pict></mc:Fallback></mc:AlternateContent></w:r>`, twips*635, twips*635, 47+pt)
}

// typed splits a text into runs as Word does.
func typed(text, rPr string) string {
	words := strings.SplitAfter(text, " ")
	var b strings.Builder
	for i := 0; i < len(words); i += 3 {
		part := strings.Join(words[i:min(i+3, len(words))], "")
		fmt.Fprintf(&b, `<w:proofErr w:type="spellStart"/><w:r w:rsidRPr="00A%05d"><w:rPr>%s</w:rPr><w:t xml:space="preserve">%s</w:t></w:r><w:proofErr w:type="spellEnd"/>`, i, rPr, part)
	}
	return b.String()
}

func par(style, pPr, runs string) string {
	s := ""
	if style != "" {
		s = `<w:pStyle w:val="` + style + `"/>`
	}
	return `<w:p w:rsidR="00B1" w14:paraId="1A2B"><w:pPr>` + s + pPr + `</w:pPr><w:bookmarkStart w:id="0" w:name="_GoBack"/>` + runs + `<w:bookmarkEnd w:id="0"/></w:p>`
}

// wordBody is a report of a ward in form.
func wordBody() string {
	size := func(n int) string { return fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, n, n) }
	long := strings.Repeat("Trong kỳ, các đơn vị đã phối hợp truyền thông những chính sách liên quan trực tiếp đến người dân. ", 4)
	cell := func(w int, ps ...string) string {
		return fmt.Sprintf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>%s</w:tc>`, w, strings.Join(ps, ""))
	}
	table := func(a, b int, rows ...string) string {
		return fmt.Sprintf(`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblLook w:val="04A0"/></w:tblPr><w:tblGrid><w:gridCol w:w="%d"/><w:gridCol w:w="%d"/></w:tblGrid>%s</w:tbl>`, a+b, a, b, strings.Join(rows, ""))
	}
	tr := func(cells ...string) string { return `<w:tr w:rsidR="00C1">` + strings.Join(cells, "") + `</w:tr>` }
	head := table(3686, 5812,
		tr(cell(3686, par("Giua", "", typed("ỦY BAN NHÂN DÂN", size(26))), par("Giua", "", typed("PHƯỜNG THÁI HÒA", size(26))+drawn(880))),
			cell(5812, par("Giua", "", typed("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size(26))), par("Giua", "", typed("Độc lập - Tự do - Hạnh phúc", size(28))+drawn(3360)))),
		tr(cell(3686, par("", `<w:jc w:val="center"/>`, typed("Số: 05/BC-UBND", size(26)))), cell(5812, par("", `<w:jc w:val="center"/>`, typed("Thái Hòa, ngày 05 tháng 12 năm 2026", `<w:i/>`+size(28))))))
	stamp := par("", "", `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:extent cx="900000" cy="300000"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:ln w="9525"><a:solidFill><a:srgbClr val="FF0000"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent>`+par("Giua", "", typed("KHẨN", `<w:color w:val="FF0000"/>`+size(28)))+`</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>`+par("Giua", "", typed("KHẨN", `<w:color w:val="FF0000"/>`+size(28)))+`</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>`)
	foot := table(4536, 4536, tr(
		cell(4536, par("", "", typed("Nơi nhận:", `<w:b/><w:i/>`+size(24))), par("", "", typed("- Như trên;", size(22))), par("", "", typed("- Chủ tịch, các PCT UBND phường;", size(22))), par("", "", typed("- Lưu: VT, VHXH.", size(22)))),
		cell(4536, par("Giua", "", typed("TM. ỦY BAN NHÂN DÂN", "")), par("Giua", "", typed("KT. CHỦ TỊCH", "")), par("Giua", "", typed("PHÓ CHỦ TỊCH", "")), strings.Repeat(par("Giua", "", ""), 5), par("Giua", "", typed("Trần Văn Mẫu", "")))))
	return head + stamp + par("", "", "") +
		par("Giua", "", typed("BÁO CÁO", "")) + par("Giua", "", typed("Kết quả công tác truyền thông chính sách năm 2026", "")+drawn(2500)) + par("", "", "") +
		par("", `<w:jc w:val="center"/>`, typed("Kính gửi: Sở Văn hóa, Thể thao và Du lịch tỉnh Nghệ An.", "")) + par("", "", "") +
		par("CanCu", "", typed("Căn cứ Chỉ thị số 07/CT-TTg ngày 21/3/2023 của Thủ tướng Chính phủ;", "")) +
		par("CanCu", "", typed("Căn cứ Kế hoạch số 557/KH-UBND ngày 27/7/2023 của Ủy ban nhân dân tỉnh Nghệ An.", "")) +
		par("Heading1", "", typed("I. KẾT QUẢ THỰC HIỆN", "")) +
		par("VanBan", "", `<w:r><w:rPr><w:rStyle w:val="Dam"/></w:rPr><w:t>1. Công khai thông tin</w:t></w:r>`) +
		par("VanBan", "", typed(long, "")) + par("VanBan", "", `<w:r><w:lastRenderedPageBreak/></w:r>`+typed("- "+long, "")) +
		par("VanBan", "", typed("Trên đây là báo cáo kết quả công tác truyền thông chính sách năm 2026 của phường, kính báo cáo để Sở tổng hợp./.", "")) + par("", "", "") + foot + par("", "", "") +
		`<w:sectPr w:rsidR="00D1"><w:headerReference w:type="default" r:id="rId7"/><w:pgSz w:w="11907" w:h="16840" w:code="9"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1701" w:header="567" w:footer="567" w:gutter="0"/><w:cols w:space="720"/><w:titlePg/><w:docGrid w:linePitch="381"/></w:sectPr>`
}

// fromWord packs a document as Word does.
func fromWord(t *testing.T, body, styles, theme, header string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/><Override PartName="/word/theme/theme1.xml" ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document ` + wordNS + ` mc:Ignorable="w14"><w:body>` + body + `</w:body></w:document>`},
		{"word/_rels/document.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId7" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme" Target="theme/theme1.xml"/></Relationships>`},
		{"word/styles.xml", styles}, {"word/theme/theme1.xml", theme}, {"word/header1.xml", header},
	} {
		w, err := z.Create(f[0])
		if err == nil {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHandMadeIsClean: a document in form that people have made raises
// nothing.
func TestHandMadeIsClean(t *testing.T) {
	for _, f := range findings(t, fromWord(t, wordBody(), wordStyles, wordTheme, wordHeader)) {
		t.Errorf("%v", f)
	}
}

// TestHandMadeMistakes plants the mistakes that people make into the
// document, where Word puts them: each must be found under its own rule.
func TestHandMadeMistakes(t *testing.T) {
	n := 0
	try := func(rule, part, old, now string) {
		t.Helper()
		n++
		body, styles, theme, header := wordBody(), wordStyles, wordTheme, wordHeader
		for name, text := range map[string]*string{"body": &body, "styles": &styles, "theme": &theme, "header": &header} {
			if name != part {
				continue
			}
			was := *text
			if *text = strings.Replace(was, old, now, 1); *text == was {
				t.Errorf("%s: the mistake did not take: %q", rule, old)
				return
			}
		}
		fs := findings(t, fromWord(t, body, styles, theme, header))
		for _, f := range fs {
			if f.Rule == rule {
				return
			}
		}
		t.Errorf("%d. %s (%q → %q) was not found, only %v", n, rule, old, now, fs)
	}
	try("page.size", "body", `w:w="11907" w:h="16840"`, `w:w="12240" w:h="15840"`)
	try("page.margins", "body", `w:left="1701" w:header`, `w:left="1134" w:header`)
	try("page.margins", "body", `w:right="1134" w:bottom`, `w:right="1440" w:bottom`)
	try("page.number_first", "body", `<w:titlePg/>`, ``)
	try("page.number", "header", `<w:jc w:val="center"/>`, `<w:jc w:val="right"/>`)
	try("font.name", "theme", `typeface="Times New Roman"`, `typeface="Calibri"`)
	try("font.name", "styles", `<w:style w:type="paragraph" w:customStyle="1" w:styleId="VanBan"><w:name w:val="Van ban"/><w:basedOn w:val="Normal"/>`, `<w:style w:type="paragraph" w:customStyle="1" w:styleId="VanBan"><w:name w:val="Van ban"/><w:basedOn w:val="Normal"/><w:rPr><w:rFonts w:asciiTheme="majorHAnsi" w:hAnsiTheme="majorHAnsi"/></w:rPr>`)
	try("font.color", "styles", `<w:outlineLvl w:val="0"/></w:pPr><w:rPr>`, `<w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:color w:val="2F5496"/>`)
	try("text.nfc", "body", "phối hợp", norm.NFD.String("phối hợp"))
	try("national.missing", "body", "CHỦ NGHĨA", "CHỦ NGHIÃ")
	try("motto.hyphens", "body", `>Độc lập - <`, `>Độc lập – <`)
	try("motto.rule", "body", drawn(3360), drawn(1800))
	try("motto.rule", "body", drawn(3360), ``)
	try("agency.form", "body", `<w:t xml:space="preserve">PHƯỜNG THÁI HÒA`, `<w:t xml:space="preserve">Phường Thái Hòa`)
	try("agency.rule", "body", drawn(880), drawn(2400))
	try("number.pattern", "body", "05/BC-UBND", "5/BC-UBND")
	try("number.symbol", "body", "05/BC-UBND", "05/KH-UBND")
	try("date.pattern", "body", ">05 tháng 12", ">5 tháng 12")
	try("date.form", "body", `<w:rPr><w:i/><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr><w:t xml:space="preserve">Thái Hòa`, `<w:rPr><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr><w:t xml:space="preserve">Thái Hòa`)
	try("title.form", "body", `>BÁO CÁO<`, `>Báo cáo<`)
	try("subject.rule", "body", drawn(2500), drawn(6000))
	try("to.marks", "body", ">An.<", ">An<")
	try("basis.form", "styles", `<w:i/><w:iCs/>`, ``)
	try("basis.marks", "body", ">phủ;<", ">phủ,<")
	try("heading.form", "body", "KẾT QUẢ <", "Kết quả <")
	try("body.size", "styles", `<w:rPr><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr></w:style>`, `<w:rPr><w:sz w:val="24"/></w:rPr></w:style>`)
	try("body.align", "styles", `<w:ind w:firstLine="720"/><w:jc w:val="both"/>`, `<w:ind w:firstLine="720"/>`)
	try("body.indent", "styles", `<w:ind w:firstLine="720"/>`, ``)
	try("body.space", "styles", `w:before="60" w:after="120"`, `w:before="0" w:after="0"`)
	try("body.line", "styles", `w:line="276" w:lineRule="auto"/><w:ind`, `w:line="480" w:lineRule="auto"/><w:ind`)
	try("body.end", "body", "tổng hợp./.", "tổng hợp.")
	try("receivers.form", "body", `<w:b/><w:i/><w:sz w:val="24"/>`, `<w:b/><w:sz w:val="24"/>`)
	try("receivers.marks", "body", `phường;<`, `phường,<`)
	try("receivers.archive", "body", "- Lưu: VT, ", "- Gửi: VT, ")
	try("receivers.above", "body", "- Như trên;", "- Sở Văn hóa;")
	try("signer.prefix", "body", "KT. CHỦ TỊCH", "KT CHỦ TỊCH")
	try("signer.degree", "body", "Trần Văn Mẫu", "ThS. Trần Văn Mẫu")
	try("stamp.form", "body", `<w:color w:val="FF0000"/><w:sz w:val="28"/>`, `<w:b w:val="0"/><w:color w:val="FF0000"/><w:sz w:val="28"/>`)
	if n < 25 {
		t.Errorf("only %d mistakes", n)
	}
}

// TestLibreOfficeIsClean: the same document, saved by LibreOffice as a text
// of its own and from there as .docx, raises nothing; a mistake in it does.
func TestLibreOfficeIsClean(t *testing.T) {
	data, err := os.ReadFile("testdata/libreoffice.docx")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings(t, data) {
		t.Errorf("%v", f)
	}
	for rule, change := range map[string]func(string) string{
		"number.pattern": swap("05/BC-UBND", "5/BC-UBND"), "body.end": swap("tổng hợp./.", "tổng hợp."),
		"page.margins": func(s string) string { return strings.ReplaceAll(s, `w:left="1701"`, `w:left="1134"`) },
	} {
		fs := findings(t, rewrite(t, data, "word/document.xml", change))
		if !slices.ContainsFunc(fs, func(f Finding) bool { return f.Rule == rule }) {
			t.Errorf("%s was not found, only %v", rule, fs)
		}
	}
}
