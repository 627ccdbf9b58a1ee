package e2e

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"langnghe/reports/docx"
	"langnghe/reports/lint"
	"langnghe/reports/paper"
	"langnghe/reports/pdf"
)

// form is a document with every kind of block, over several pages.
func form(chart bool) *paper.Paper {
	long := "Trong kỳ, các đơn vị đã phối hợp truyền thông những chính sách liên quan trực tiếp đến quyền, nghĩa vụ của người dân; nghĩ đến việc giữ gìn, gửi gắm, thuở ấy, ước mơ, mỡ, ngỡ, Ỷ lại, Ỹ, quỵ, khoẻ."
	p := &paper.Paper{
		Head: paper.Head{Agency: []string{"ỦY BAN NHÂN DÂN", "PHƯỜNG THÁI HÒA"}, Number: 5, Symbol: "BC-UBND", Place: "Thái Hòa", Date: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC),
			Type: "BÁO CÁO", Subject: "Kết quả công tác truyền thông chính sách năm 2026", To: []string{"Sở Văn hóa, Thể thao và Du lịch tỉnh Nghệ An"}, Internal: true},
		Foot: paper.Foot{Receivers: []string{"Như trên", "Chủ tịch, các PCT UBND phường"}, Archive: "VT, VHXH", Authority: []string{"TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"}, Name: "Trần Văn Mẫu"},
	}
	p.Body = append(p.Body, paper.P(paper.Part, "I. KẾT QUẢ THỰC HIỆN"), paper.P(paper.Clause, "1. Công khai thông tin"))
	for range 9 {
		p.Body = append(p.Body, paper.P(paper.Text, long+" "+long), paper.P(paper.Item, long))
	}
	if chart {
		p.Body = append(p.Body, paper.Block{Chart: &paper.Chart{Title: "Số tin mỗi ngày", Labels: []string{"T2", "T3", "T4", "T5", "T6"}, Values: []int{3, 5, 9, 2, 4}, Level: 4.5, Legend: "trung bình 4 tuần", Unit: "Tin"}})
	}
	t := &paper.Table{Title: "Chính sách và kênh", Widths: []int{4, 2, 1}, Heads: []string{"Chính sách", "Kênh", "Số"}, Align: []paper.AlignTo{"", "", paper.Right}}
	for i := range 30 {
		t.Rows = append(t.Rows, []paper.Cell{{{Text: "Quy định về mức đóng bảo hiểm y tế hộ gia đình, áp dụng trên địa bàn phường từ năm học mới"}}, {{Text: "Trang TTĐT"}}, {{Text: strconv.Itoa(i)}}})
	}
	p.Body = append(p.Body, paper.Block{Table: t}, paper.P(paper.Text, "Trên đây là báo cáo của phường./."))
	p.Appendices = []paper.Appendix{{No: "I", Title: "Danh mục", Body: []paper.Block{{Table: t}}}}
	return p
}

// A word is where a word stands on its page, in millimetres.
type word struct {
	page    int
	x, base float64
	text    string
}

var bbox = regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>`)

// placed reads a PDF with pdftotext. The line that letters stand on is found
// in the picture of the page, for programs differ in the boxes they write.
func placed(t *testing.T, file string) (out []word) {
	t.Helper()
	html := file + ".html"
	if data, err := exec.Command("pdftotext", "-bbox", file, html).CombinedOutput(); err != nil {
		t.Fatalf("pdftotext: %v: %s", err, data)
	}
	data, err := os.ReadFile(html)
	if err != nil {
		t.Fatal(err)
	}
	page := 0
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, "<page ") {
			page++
		}
		if m := bbox.FindStringSubmatch(line); m != nil {
			x, _ := strconv.ParseFloat(m[1], 64)
			y, _ := strconv.ParseFloat(m[4], 64)
			out = append(out, word{page, x * 25.4 / 72, y * 25.4 / 72, m[5]})
		}
	}
	return out
}

// bands are the runs of rows with ink in the picture of each page, in
// millimetres from its top.
func bands(t *testing.T, file string) (pages [][]float64) {
	t.Helper()
	const dpi = 100
	if data, err := exec.Command("pdftoppm", "-gray", "-r", strconv.Itoa(dpi), file, file).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v: %s", err, data)
	}
	files, err := filepath.Glob(file + "-*.pgm")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var w, h, depth int
		if _, err := fmt.Sscanf(string(data[:20]), "P5\n%d %d\n%d", &w, &h, &depth); err != nil {
			t.Fatal(err)
		}
		pix := data[len(data)-w*h:]
		var starts []float64
		was := false
		for y := range h {
			ink := 0
			for _, v := range pix[y*w : (y+1)*w] {
				if v < 128 {
					ink++
				}
			}
			if ink > 8 && !was {
				starts = append(starts, float64(y)*25.4/dpi)
			}
			was = ink > 8
		}
		pages = append(pages, starts)
	}
	return pages
}

// TestForm converts a DOCX with LibreOffice and compares it with our own PDF,
// page by page: the same words on the same pages at the same places, and the
// same rows of ink in their pictures. What LibreOffice has rewritten as DOCX
// is still in form.
func TestForm(t *testing.T) {
	t.Run("text and tables", func(t *testing.T) { compare(t, false) })
	t.Run("with a chart", func(t *testing.T) { compare(t, true) })
}

// apart is how far a block may stand off its place, in millimetres.
const apart = 2

func compare(t *testing.T, chart bool) {
	for _, tool := range []string{"soffice", "pdftotext", "pdftoppm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here", tool)
		}
	}
	dir := t.TempDir()
	flow := form(chart).Flow()
	var a, b bytes.Buffer
	if err := docx.Write(&a, flow); err != nil {
		t.Fatal(err)
	}
	if err := pdf.Write(&b, flow); err != nil {
		t.Fatal(err)
	}
	source, ours := filepath.Join(dir, "form.docx"), filepath.Join(dir, "ours.pdf")
	for name, data := range map[string][]byte{source: a.Bytes(), ours: b.Bytes()} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	convert := func(to, file, out string) {
		t.Helper()
		cmd := exec.Command("soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "office"), "--headless", "--convert-to", to, "--outdir", out, file)
		if data, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("soffice: %v: %s", err, data)
		}
	}
	convert("pdf", source, dir)
	theirs := filepath.Join(dir, "form.pdf")
	x, y := placed(t, theirs), placed(t, ours)
	count := func(ws []word) map[string]int {
		m := map[string]int{}
		for _, w := range ws {
			m[fmt.Sprint(w.page, " ", w.text)]++
		}
		return m
	}
	// A word is on the same page, but for the one or two that a program cuts
	// in pieces where a line breaks at a hyphen.
	cx, cy, differ := count(x), count(y), 0
	for k, n := range cx {
		if cy[k] != n {
			differ++
		}
	}
	if len(x) < 1500 || differ > 8 {
		t.Errorf("%d words, %d differ from page to page", len(x), differ)
	}
	worst := 0.0
	j := 0
	for _, w := range x { // in order
		for k := j; k < min(j+12, len(y)); k++ {
			if y[k].text == w.text && y[k].page == w.page {
				if d := math.Abs(y[k].x - w.x); d < 5 {
					worst = max(worst, d)
				}
				j = k + 1
				break
			}
		}
	}
	if worst > apart {
		t.Errorf("a word stands %.1f mm beside its place", worst)
	}
	p, q := bands(t, theirs), bands(t, ours)
	if len(p) != len(q) || len(p) < 4 {
		t.Fatalf("%d pages and %d", len(p), len(q))
	}
	far, lines := 0.0, 0
	for i := range p {
		for _, pair := range [][2][]float64{{p[i], q[i]}, {q[i], p[i]}} {
			for _, at := range pair[0] { // each row of ink has one of the other's beside it
				near := math.Inf(1)
				for _, o := range pair[1] {
					near = min(near, math.Abs(o-at))
				}
				far, lines = max(far, near), lines+1
			}
		}
	}
	t.Logf("%d pages, %d words of which %d differ, %d rows of ink: %.2f mm sideways, %.2f mm up or down at most", len(p), len(x), differ, lines, worst, far)
	if far > apart {
		t.Errorf("a row of ink stands %.1f mm off its place", far)
	}
	// A round trip through another format, and the form still holds.
	convert("odt", source, dir)
	convert("docx", filepath.Join(dir, "form.odt"), filepath.Join(dir, "again"))
	data, err := os.ReadFile(filepath.Join(dir, "again", "form.docx"))
	if err != nil {
		t.Fatal(err)
	}
	fs, err := lint.File(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		t.Errorf("after LibreOffice: %v", f)
	}
}
