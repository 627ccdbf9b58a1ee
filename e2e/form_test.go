package e2e

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
	page   int
	x, end float64
	base   float64 // lower edge of its box
	high   float64 // height of its box
	text   string
}

var bbox = regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>`)

// placed reads a PDF with pdftotext. Programs differ in how high they make
// the boxes of letters; where letters really stand, pictures tell.
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
			var v [4]float64
			for i := range v {
				n, err := strconv.ParseFloat(m[i+1], 64)
				if err != nil {
					t.Fatal(err)
				}
				v[i] = n * 25.4 / 72
			}
			out = append(out, word{page, v[0], v[2], v[3], v[3] - v[1], m[5]})
		}
	}
	return out
}

// A sheet is one page, gray, at dpi dots to the inch.
type sheet struct {
	w, h int
	pix  []byte
}

const dpi = 75

func (p *sheet) ink(x, y int) bool {
	return x >= 0 && y >= 0 && x < p.w && y < p.h && p.pix[y*p.w+x] < 160
}

// pictures are the pages of a PDF.
func pictures(t *testing.T, file string) (out []sheet) {
	t.Helper()
	if data, err := exec.Command("pdftoppm", "-gray", "-r", strconv.Itoa(dpi), file, file).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v: %s", err, data)
	}
	files, err := filepath.Glob(file + "-*.pgm")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var p sheet
		var depth int
		if _, err := fmt.Sscanf(string(data[:20]), "P5\n%d %d\n%d", &p.w, &p.h, &depth); err != nil {
			t.Fatal(err)
		}
		p.pix = data[len(data)-p.w*p.h:]
		out = append(out, p)
	}
	return out
}

// A block is what stands on one line without a wide gap, in millimetres.
type block struct {
	page           int
	x1, x2, y1, y2 float64
	text           string
}

// blocks of our print: lines of the text, cells of tables, labels of charts.
func blocks(ws []word) (out []block) {
	for _, w := range ws {
		if n := len(out); n > 0 {
			if b := &out[n-1]; b.page == w.page && math.Abs(b.y2-w.base) < 0.5 && w.x > b.x2-0.5 && w.x-b.x2 < 8 {
				b.x2, b.text = w.end, b.text+" "+w.text
				continue
			}
		}
		out = append(out, block{w.page, w.x, w.end, w.base - w.high, w.base, w.text})
	}
	return out
}

// drift finds where the ink of a block of one picture lies in the other: how
// far off, in millimetres, and how alike the two are there (1 is the same
// ink, and ink beside it counts against a place).
func drift(b block, ours, theirs *sheet) (far, found float64) {
	at := func(mm float64) int { return int(math.Round(mm * dpi / 25.4)) }
	var dots [][2]int
	x1, x2, y1, y2 := at(b.x1-0.2), at(b.x2+0.2), at(b.y1), at(b.y2)
	for y := y1; y <= y2; y++ {
		for x := x1; x <= x2; x++ {
			if ours.ink(x, y) {
				dots = append(dots, [2]int{x, y})
			}
		}
	}
	if len(dots) == 0 {
		return 0, 1
	}
	reach := at(4)
	best := -1.0
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach / 2; dx <= reach/2; dx++ {
			hit, there := 0, 0
			for _, d := range dots {
				if theirs.ink(d[0]+dx, d[1]+dy) {
					hit++
				}
			}
			for y := y1; y <= y2; y++ {
				for x := x1; x <= x2; x++ {
					if theirs.ink(x+dx, y+dy) {
						there++
					}
				}
			}
			n := 2 * float64(hit) / float64(len(dots)+there)
			off := math.Hypot(float64(dx), float64(dy)) * 25.4 / dpi
			if n > best || n == best && off < far {
				best, far = n, off
			}
		}
	}
	return far, best
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
	convert := func(to, file, out string) { office(t, dir, to, out, file) }
	convert("pdf", source, dir)
	theirs := filepath.Join(dir, "form.pdf")
	if words, _ := samePages(t, theirs, ours); words < 1500 {
		t.Errorf("%d words", words)
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

// office converts files with LibreOffice; its profile is in dir.
func office(t *testing.T, dir, to, out string, files ...string) {
	t.Helper()
	cmd := exec.Command("soffice", append([]string{"-env:UserInstallation=file://" + filepath.Join(dir, "office"), "--headless", "--convert-to", to, "--outdir", out}, files...)...)
	if data, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v: %s", err, data)
	}
}

// samePages compares two prints of a document: the same words on the same
// pages at the same places, and the same rows of ink in their pictures.
func samePages(t *testing.T, theirs, ours string) (words, pages int) {
	t.Helper()
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
	if differ > 2+len(x)/200 {
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
	p, q := pictures(t, theirs), pictures(t, ours)
	if len(p) != len(q) || len(p) == 0 {
		t.Fatalf("%d pages and %d", len(p), len(q))
	}
	far, least, lines := 0.0, 1.0, blocks(y)
	for _, b := range lines {
		off, found := drift(b, &q[b.page-1], &p[b.page-1])
		far, least = max(far, off), min(least, found)
		if off > apart || found < 0.5 {
			t.Errorf("page %d: %q stands %.1f mm off its place (%.0f %% alike)", b.page, b.text, off, 100*found)
		}
	}
	t.Logf("%d pages, %d words of which %d differ, %.2f mm sideways; %d blocks in the pictures, %.2f mm off at most, the ink at least %.0f %% alike", len(p), len(x), differ, worst, len(lines), far, 100*least)
	return len(x), len(p)
}
