package paper

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langnghe/official"
)

func lines(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "thong-bao.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// docx writes a Word file with the paragraphs, the kind of document in bold.
func docx(t testing.TB, paragraphs []string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, `<?xml version="1.0"?><w:document xmlns:w="x"><w:body>`)
	for _, p := range paragraphs {
		bold := ""
		if p == "THÔNG BÁO" {
			bold = "<w:rPr><w:b/></w:rPr>"
		}
		half := len([]rune(p)) / 2 // Word cuts runs wherever it likes
		fmt.Fprintf(w, `<w:p><w:r>%s<w:t>%s</w:t></w:r><w:r><w:t>%s</w:t></w:r></w:p>`, bold, html.EscapeString(string([]rune(p)[:half])), html.EscapeString(string([]rune(p)[half:])))
	}
	fmt.Fprint(w, `</w:body></w:document>`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	ls := lines(t)
	page := "<!doctype html><html><head><title>x</title><script>var a='Số: 1/XX-YY'</script></head><body><nav>Trang chủ</nav><p>" + strings.Join(ls, "</p><p>") + "</p><footer>Bản quyền</footer></body></html>"
	pdf, err := os.ReadFile(filepath.Join("testdata", "thong-bao.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"a.txt": []byte(strings.Join(ls, "\n")), "a.html": []byte(page), "a.docx": docx(t, ls), "a.pdf": pdf} {
		d, err := Read(name, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.No != "73/TB-UBND" || d.Date != "2026-10-12" || d.From != "2026-11-01" || d.Supersedes != "21/TB-UBND" ||
			!strings.Contains(strings.ToUpper(d.Issuer), "PHƯỜNG SUỐI MƠ") || !strings.HasPrefix(d.Title, "Thông báo Về việc thu tiền thuê sạp chợ") {
			t.Errorf("%s: no %q date %q from %q supersedes %q issuer %q title %q", name, d.No, d.Date, d.From, d.Supersedes, d.Issuer, d.Title)
		}
		got := map[string]bool{}
		for _, f := range official.Extract(d) {
			got[f.Type+" "+f.Value] = true
		}
		for _, want := range []string{"money 450000", "percent 30", "procedure 5..18"} {
			if !got[want] {
				t.Errorf("%s: no fact %q in %v\n%s", name, want, got, d.Text)
			}
		}
		if strings.Contains(d.Text, "Trang chủ") || strings.Contains(d.Text, "var a") {
			t.Errorf("%s: the frame of the page is in the text", name)
		}
	}
}

// wordTable writes a table of a Word file.
func wordTable(rows ...[]string) string {
	var b strings.Builder
	b.WriteString("<w:tbl>")
	for _, r := range rows {
		b.WriteString("<w:tr>")
		for _, c := range r {
			b.WriteString("<w:tc>")
			for _, p := range strings.Split(c, "\n") {
				b.WriteString("<w:p><w:r><w:t>" + html.EscapeString(p) + "</w:t></w:r></w:p>")
			}
			b.WriteString("</w:tc>")
		}
		b.WriteString("</w:tr>")
	}
	b.WriteString("</w:tbl>")
	return b.String()
}

// Fees stand in tables, and so does the head of most papers: a value keeps
// what it is the value of, with the unit that stands in the heading.
func TestTables(t *testing.T) {
	fees := [][]string{{"STT", "Loại xe", "Ban ngày (đồng/lượt)", "Qua đêm (đồng/lượt)"}, {"1", "Xe máy", "4.000", "9.000"}, {"2", "Ô tô", "20.000", "45.000"}}
	head := [][]string{{"ỦY BAN NHÂN DÂN\nPHƯỜNG SUỐI MƠ\nSố: 73/TB-UBND", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập – Tự do – Hạnh phúc\nSuối Mơ, ngày 12 tháng 10 năm 2026"}}
	body := []string{"THÔNG BÁO", "Về việc thu tiền gửi xe ở chợ", "1. Mức thu gửi xe ở chợ như sau:"}
	var word bytes.Buffer
	z := zip.NewWriter(&word)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, `<w:document xmlns:w="x"><w:body>`+wordTable(head...))
	for _, p := range body {
		fmt.Fprintf(w, `<w:p><w:r><w:t>%s</w:t></w:r></w:p>`, p)
	}
	fmt.Fprint(w, wordTable(fees...)+`</w:body></w:document>`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	web := func(rows [][]string) string {
		s := "<table>"
		for _, r := range rows {
			s += "<tr>"
			for _, c := range r {
				s += "<td>" + strings.ReplaceAll(c, "\n", "<br>") + "</td>"
			}
			s += "</tr>"
		}
		return s + "</table>"
	}
	site := "<!doctype html><table><tr><td>" + web(head) + "<p>" + strings.Join(body, "</p><p>") + "</p>" + web(fees) + "</td></tr></table>" // as old portals are laid out
	for name, data := range map[string][]byte{"a.docx": word.Bytes(), "a.html": []byte(site), "open.html": []byte(strings.TrimSuffix(site, "</td></tr></table></td></tr></table>"))} {
		d, err := Read(name, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.No != "73/TB-UBND" || d.Date != "2026-10-12" || !strings.Contains(d.Issuer, "PHƯỜNG SUỐI MƠ") || strings.Contains(d.Issuer, "Số") {
			t.Errorf("%s: no %q date %q issuer %q", name, d.No, d.Date, d.Issuer)
		}
		if !strings.Contains(d.Text, "- Xe máy, qua đêm: 9.000 đồng/lượt") {
			t.Errorf("%s: the table reads\n%s", name, d.Text)
		}
		d.From = "2026-10-12"
		for text, want := range map[string]string{"gửi xe máy ở chợ qua đêm 9 nghìn một lượt": "agrees", "gửi ô tô ở chợ ban ngày 50 nghìn một lượt": "contradicts"} {
			if got := official.Check([]official.Document{d}, official.Claim{Text: text, At: "2026-11-01"}); got.Verdict != want {
				t.Errorf("%s: %q is %s, want %s: %v", name, text, got.Verdict, want, got.Because)
			}
		}
	}
}

// bomb is a Word file that grows beyond all limits.
func bomb(t testing.TB) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("word/document.xml")
	fmt.Fprint(w, `<w:document xmlns:w="x"><w:p><w:r><w:t>`)
	block := bytes.Repeat([]byte("a "), 1<<19)
	for range 64 {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		data []byte
		want error
	}{
		"big.txt": {make([]byte, MaxFile+1), ErrSize}, "a.exe": {[]byte("MZ"), ErrFormat}, "a.pdf": {[]byte("%PDF-1.7 nothing"), ErrBroken}, "b.pdf": {[]byte("x"), ErrBroken},
		"a.docx": {[]byte("PK\x03\x04broken"), ErrBroken}, "empty.txt": {[]byte(" \n123"), ErrEmpty}, "latin.txt": {[]byte("x\xff"), ErrBroken}, "a.html": {[]byte("<html><script>a</script></html>"), ErrEmpty},
	} {
		if _, err := Read(name, tt.data); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if d, err := Read("bomb.docx", bomb(t)); err == nil && len(d.Text) > maxText {
		t.Errorf("a bomb gave %d bytes", len(d.Text))
	}
	entity := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><w:document xmlns:w="x"><w:p><w:t>&a;</w:t></w:p></w:document>`
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("word/document.xml")
	fmt.Fprint(w, entity)
	_ = z.Close()
	if _, err := Read("e.docx", b.Bytes()); !errors.Is(err, ErrBroken) {
		t.Errorf("an entity of the file's own: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.docx", docx(f, lines(f)))
	f.Add("a.html", []byte("<p>Số: 1/TB-UBND</p>"))
	f.Add("a.txt", []byte("Số: 1/TB-UBND ngày 31 tháng 2 năm 2026 có hiệu lực từ ngày 99/99/2026"))
	f.Add("a.pdf", []byte("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		d, err := Read(name, data)
		if err == nil && (strings.TrimSpace(d.Text) == "" || len(d.Text) > 5<<20) {
			t.Errorf("accepted %d bytes of text", len(d.Text))
		}
	})
}
