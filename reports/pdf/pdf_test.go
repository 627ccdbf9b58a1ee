package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"langnghe/reports/paper"
)

func para(text string, keep bool) paper.Thing {
	return paper.Thing{Para: &paper.Para{Runs: []paper.Run{{Text: text, Size: 28}}, Align: paper.Justify, First: paper.Indent, After: 120, Line: 360, KeepNext: keep}}
}

func TestWrite(t *testing.T) {
	f := &paper.Flow{Title: "Báo cáo (thử)", Sections: []paper.Section{{Things: []paper.Thing{para("Phường Thái Hòa: nước sạch, điện, đường.", false), {Draw: &paper.Drawing{Chart: &paper.Chart{Labels: []string{"T2"}, Values: []int{3}, Level: 1.5, Legend: "Trung bình"}, Width: 9000, Height: 2000}}}}}}
	f.Sections[0].Things[0].Para.Runs[0].Link = "https://phuong.example/reports/1/figures/f1"
	var b, again bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, f); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same flow is not the same file")
	}
	data := b.String()
	// Each entry of the table points at its object.
	table := data[strings.LastIndex(data, "xref\n"):]
	for i, m := range regexp.MustCompile(`(\d{10}) 00000 n`).FindAllStringSubmatch(table, -1) {
		at, err := strconv.Atoi(m[1])
		if err != nil || !strings.HasPrefix(data[at:], fmt.Sprintf("%d 0 obj", i+1)) {
			t.Errorf("object %d is not at %d", i+1, at)
		}
	}
	if !strings.Contains(data, "/URI (https://phuong.example/reports/1/figures/f1)") || !strings.Contains(data, "/Lang (vi-VN)") {
		t.Error("the link or the language is missing")
	}
	// The map to Unicode knows the letters.
	found := false
	for _, part := range strings.Split(data, "stream\n") {
		z, err := zlib.NewReader(strings.NewReader(part))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(z)
		found = found || err == nil && strings.Contains(string(content), "begincmap") && strings.Contains(string(content), "<01B0>") // ư
	}
	if !found {
		t.Error("no map to Unicode has ư")
	}
	if b.Len() > 60<<10 {
		t.Errorf("%d bytes for a few words", b.Len())
	}
}

// TestPages: text flows on, a heading stays with what follows, a row is whole
// and a table's head is repeated.
func TestPages(t *testing.T) {
	var things []paper.Thing
	for range 39 {
		things = append(things, para("Một dòng.", false))
	}
	things[38] = para("Đề mục", true)
	things = append(things, para("Sau đề mục", false))
	for _, c := range []struct {
		n    int // paragraphs of 24 points on a page of 728.5
		page int
	}{{30, 1}, {31, 2}} {
		if got := Pages(&paper.Flow{Sections: []paper.Section{{Things: things[:c.n]}}}); got != c.page {
			t.Errorf("%d lines take %d pages, want %d", c.n, got, c.page)
		}
	}
	// The heading would be the last line of the page, so it goes on.
	keep := append(append([]paper.Thing{}, things[:29]...), things[38:]...)
	pages := layout(&paper.Flow{Sections: []paper.Section{{Things: keep}}})
	if len(pages) != 2 || !strings.HasPrefix(pages[1].marks[1].(text).Text, "Đề") {
		t.Errorf("%d pages; the heading does not stand on the second", len(pages))
	}
	grid := &paper.Grid{Cols: []int{9000}, Borders: true, Rows: []paper.Row{{Head: true, Height: 400, Cells: []paper.GridCell{{Paras: []paper.Para{{Runs: []paper.Run{{Text: "Cột", Size: 26}}, Line: 320}}}}}}}
	for range 50 {
		grid.Rows = append(grid.Rows, paper.Row{Height: 400, Cells: []paper.GridCell{{Paras: []paper.Para{{Runs: []paper.Run{{Text: "ô", Size: 26}}, Line: 320}}}}})
	}
	heads := 0
	for _, p := range layout(&paper.Flow{Sections: []paper.Section{{Things: []paper.Thing{{Grid: grid}}}}}) {
		for _, m := range p.marks {
			if x, ok := m.(text); ok && x.Text == "Cột" {
				heads++
			}
		}
	}
	if heads != 2 {
		t.Errorf("the head stands %d times on two pages", heads)
	}
}
