package docx

import (
	"bytes"
	"testing"

	"langnghe/reports/paper"
)

// TestRoundTrip: what is written is what is read.
func TestRoundTrip(t *testing.T) {
	f := &paper.Flow{Title: "Thử", Sections: []paper.Section{{Things: []paper.Thing{
		{Para: &paper.Para{Runs: []paper.Run{{Text: "Nước <sạch> & điện\x01", Size: 28}, {Text: " đậm", Size: 26, Bold: true, Italic: true, Link: "https://a.example/?a=1&b=2"}}, Align: paper.Justify, First: 720, After: 120, Line: 360}},
		{Grid: &paper.Grid{Cols: []int{3000, 6000}, Borders: true, Rows: []paper.Row{{Cells: []paper.GridCell{{Paras: []paper.Para{{Runs: []paper.Run{{Text: "ô", Size: 22}}, Line: 260}}}, {}}}}}},
	}}}}
	var b, again bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, f); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same flow is not the same file")
	}
	d, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	p := d.Paras[0]
	if p.Text() != "Nước <sạch> & điện đậm" || p.Align != "both" || p.First != 720 || p.After != 120 || p.Line != 360 || p.LineRule != "exact" {
		t.Errorf("paragraph = %+v", p)
	}
	if r := p.Runs[1]; !r.Bold || !r.Italic || r.Size != 26 || r.Font != Font {
		t.Errorf("run = %+v", r)
	}
	if c := d.Paras[1].Cell; c == nil || c.Width != 3000-2*paper.CellSide || !d.Paras[1].Boxed {
		t.Errorf("cell = %+v", d.Paras[1])
	}
	if s := d.Sections[0]; s.Width != paper.PageWidth || s.Left != paper.MarginLeft || !s.TitlePage || !s.PageFields["header default"] || s.PageFields["header first"] {
		t.Errorf("section = %+v", s)
	}
}
