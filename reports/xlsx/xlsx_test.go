package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	err := Write(&b, []Sheet{
		{Name: "Chính sách × kênh", Heads: []string{"Tên", "Số", "Ngày"}, Rows: [][]any{{"=HYPERLINK(\"x\")", 12, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}, {"<b>&", 2.5, nil}}},
		{Name: "chính sách × kênh"}, {Name: "a/b:c[d]*?" + strings.Repeat("é", 40)},
	})
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var sheet string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(data, new(struct{})); err != nil {
			t.Errorf("%s is no XML: %v", f.Name, err)
		}
		if f.Name == "xl/worksheets/sheet1.xml" {
			sheet = string(data)
		}
	}
	for _, want := range []string{`t="inlineStr"><is><t xml:space="preserve">=HYPERLINK(&#34;x&#34;)`, `<v>12</v>`, `<v>46350</v>`, `<v>2.5</v>`, `&lt;b&gt;&amp;`} {
		if !strings.Contains(sheet, want) {
			t.Errorf("the sheet lacks %s:\n%s", want, sheet)
		}
	}
	if strings.Contains(sheet, "<f>") {
		t.Error("a text became a formula")
	}
}

func TestColumn(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := column(i); got != want {
			t.Errorf("column %d = %s, want %s", i, got, want)
		}
	}
}
