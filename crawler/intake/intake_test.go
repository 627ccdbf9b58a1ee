package intake

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
)

var (
	hanoi, _ = time.LoadLocation("Asia/Ho_Chi_Minh")
	now      = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
)

func show(rows []Row) []string {
	var out []string
	for _, r := range rows {
		it := r.Item
		s := fmt.Sprintf("%d %s|%s|%s|%s|%s", r.Row, it.Kind, it.Platform, it.Title, it.Text, it.Account)
		if !it.Published.IsZero() {
			s += "|" + it.Published.In(hanoi).Format("2006-01-02T15:04")
		}
		if it.Counts != nil {
			s += fmt.Sprint("|", *it.Counts)
		}
		out = append(out, s)
	}
	return out
}

func TestCSV(t *testing.T) {
	const head = "Tiêu đề;Nội dung;Thời gian;Nền tảng;Người đăng;Lượt thích\n"
	for name, tt := range map[string]struct {
		data string
		want []string
		bad  []string
	}{
		"semicolons": {head + "Cúp nước;Khối 3 mất nước;20/11/2026 08:15;FB;Tên Bịa;1.204\n;\"Dòng một\ndòng hai\";2026-11-20T01:15:00Z;web;;\n",
			[]string{"2 |facebook|Cúp nước|Khối 3 mất nước|Tên Bịa|2026-11-20T08:15|{1204 0 0 0}", "3 |web||Dòng một\ndòng hai||2026-11-20T08:15"}, nil},
		"bad rows": {head + "a;;;;;\nb;chữ;hôm nào đó;;;\nc;chữ;;;;nhiều\nd;được;;;;\n",
			[]string{"5 ||d|được|"}, []string{`2 cột "Nội dung": ô nội dung trống`, `3 cột "Thời gian": không hiểu thời gian "hôm nào đó"`, `4 cột "Lượt thích": "nhiều" không phải số`}},
		"a stray quotation mark": {"text\nmột\nha\"i\nba\n", []string{"2 |||một|", "4 |||ba|"}, []string{"3 dấu ngoặc kép"}},
		"NFD names":              {norm.NFD.String("Nội dung,Tiêu đề\n") + "x,y\n", []string{"2 ||y|x|"}, nil},
		"no diacritics, tab":     {"noi dung\tngay dang\nx\t45981.25\n", []string{"2 |||x||2025-11-20T06:00"}, nil},
		"BOM":                    {"\ufeffid,text\n7,x\n", []string{"2 |||x|"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := Open("f.csv", []byte(tt.data), "")
			if err != nil {
				t.Fatal(err)
			}
			rows, refused := table.Items(Guess(table.Columns), hanoi, now)
			if got := show(rows); !slices.Equal(got, tt.want) {
				t.Errorf("items\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if len(refused) != len(tt.bad) {
				t.Fatalf("refused %v, want %q", refused, tt.bad)
			}
			for i, r := range refused {
				if s := fmt.Sprintf("%d %s", r.Row, r.Reason); !strings.HasPrefix(s, tt.bad[i]) {
					t.Errorf("refused %q, want %q", s, tt.bad[i])
				}
			}
		})
	}
	table, err := Open("f.csv", []byte("a,b\n1,2\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, refused := table.Items(Guess(table.Columns), hanoi, now); len(refused) != 1 || !strings.Contains(refused[0].Reason, "a, b") {
		t.Errorf("no text column: %v", refused)
	}
	if m, err := ParseMapping("text=B,title=1", table.Columns); err != nil || m["text"] != 1 || m["title"] != 0 {
		t.Errorf("mapping %v, %v", m, err)
	}
	for _, bad := range []string{"text", "chu=1", "text=9", "text=c"} {
		if _, err := ParseMapping(bad, table.Columns); err == nil {
			t.Errorf("mapping %q is taken", bad)
		}
	}
}

func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if _, err := f.NewSheet("Phản ánh"); err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if err := f.SetSheetRow("Phản ánh", fmt.Sprintf("A%d", i+2), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestXLSX(t *testing.T) {
	data := workbook(t, []any{"Nội dung", "Ngày gửi", "Loại"}, []any{"Cống tắc ở ngõ 5", time.Date(2026, 11, 20, 8, 15, 0, 0, time.UTC), "Phản ánh"}, []any{nil, nil, "Phản ánh"}, []any{"Đèn đường hỏng", "21/11/2026", ""})
	table, err := Open("phan-anh.xlsx", data, "")
	if err != nil {
		t.Fatal(err)
	}
	if table.Sheet != "Phản ánh" || len(table.Sheets) != 2 {
		t.Errorf("sheet %q of %q", table.Sheet, table.Sheets)
	}
	rows, refused := table.Items(Guess(table.Columns), hanoi, now)
	if want := []string{"3 tip|||Cống tắc ở ngõ 5||2026-11-20T08:15", "5 |||Đèn đường hỏng||2026-11-21T00:00"}; !slices.Equal(show(rows), want) {
		t.Errorf("items %q, want %q", show(rows), want)
	}
	if len(refused) != 1 || refused[0].Row != 4 {
		t.Errorf("refused %v", refused)
	}
	if _, err := Open("x.xlsx", data, "Không có"); err == nil || !strings.Contains(err.Error(), "Phản ánh") {
		t.Errorf("a sheet that is not there: %v", err)
	}
	for name, data := range map[string][]byte{"cut": data[:len(data)/2], "old": {0xd0, 0xcf, 0x11, 0xe0, 0, 0}, "no zip": []byte("PK\x03\x04xx"), "binary": []byte("a\x00b,c\n")} {
		if _, err := Open(map[bool]string{true: "x.csv", false: "x.xlsx"}[name == "binary"], data, ""); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A file that unfolds to gigabytes is refused before it is read.
func TestZipBomb(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 80 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("bomb.xlsx", b.Bytes(), ""); err == nil || !strings.Contains(err.Error(), "unfolds") {
		t.Errorf("%d bytes that unfold to 80 MB: %v", b.Len(), err)
	}
	if _, err := Open("x.csv", make([]byte, MaxBytes+1), ""); err == nil {
		t.Error("a file over the limit is read")
	}
}

func TestJSON(t *testing.T) {
	for data, want := range map[string][2]int{`{"text":"a"}`: {1, 0}, `[{"text":"a"},{"title":"b"},7]`: {1, 2}, `{"items":[{"text":"a"}]}`: {1, 0}, `{"items":[]}`: {0, 0}, `{"title":"x"}`: {0, 1}} {
		rows, refused, err := JSON([]byte(data))
		if err != nil || len(rows) != want[0] || len(refused) != want[1] {
			t.Errorf("%s: %d rows, %v, %v", data, len(rows), refused, err)
		}
	}
	for _, bad := range []string{"", "x", "[1", `{"items":5}`, "[" + strings.Repeat("0,", 1000) + "0]"} {
		if _, _, err := JSON([]byte(bad)); err == nil {
			t.Errorf("%.20q is taken", bad)
		}
	}
	rows, refused := Lines([]byte("\ufeff{\"text\":\"một\"}\n\n{\"text\":\n{\"text\":\"hai\"}"))
	if len(rows) != 2 || rows[1].Row != 4 || len(refused) != 1 || refused[0].Row != 3 {
		t.Errorf("lines: %v, %v", rows, refused)
	}
}

func FuzzTable(f *testing.F) {
	f.Add("f.csv", []byte("text;title\na;b\n"))
	f.Add("f.csv", []byte("\"text\",a\n\"x"))
	f.Add("f.xlsx", workbook(f, []any{"text"}, []any{"x"}))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		table, err := Open(name, data, "")
		if err != nil {
			return
		}
		rows, refused := table.Items(Guess(table.Columns), time.UTC, now)
		if len(table.Rows) != len(table.Lines) || len(rows)+len(refused) > len(table.Rows)+len(table.Broken)+1 {
			t.Errorf("%d rows, %d lines, %d items, %d refused", len(table.Rows), len(table.Lines), len(rows), len(refused))
		}
		for _, r := range rows {
			if strings.TrimSpace(r.Item.Text) == "" || r.Row < 1 {
				t.Errorf("row %+v", r)
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`[{"text":"a"},{"title":"b"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, _, _ := JSON(data)
		more, _ := Lines(data)
		for _, r := range append(rows, more...) {
			if strings.TrimSpace(r.Item.Text) == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
