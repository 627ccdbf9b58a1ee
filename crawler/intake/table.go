package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"langnghe/crawler"
	"langnghe/crawler/charset"
)

// A Table is a sheet with a row of names over it.
type Table struct {
	Sheet   string   // of an Excel file
	Sheets  []string // that it has
	Columns []string
	Rows    [][]string
	Lines   []int             // where in the file each row stands, from 1
	Broken  []crawler.Refusal // rows that are no rows
}

// Kind says how a file is read, by its name and its first bytes: "xlsx",
// "csv" or "jsonl".
func Kind(name string, head []byte) string {
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), ext == ".xlsx", ext == ".xlsm":
		return "xlsx"
	case ext == ".csv", ext == ".tsv", ext == ".txt":
		return "csv"
	case ext == ".jsonl", ext == ".ndjson", ext == ".json":
		return "jsonl"
	}
	if h := bytes.TrimLeft(head, " \t\r\n\ufeff"); len(h) == 0 || h[0] == '{' {
		return "jsonl"
	}
	return "csv"
}

// ErrOldExcel is returned for the format of before 2007.
var ErrOldExcel = errors.New("tệp Excel cũ (.xls); hãy lưu lại thành .xlsx hoặc .csv (an old Excel file: save it as .xlsx or .csv)")

// Open reads a table. sheet names the sheet of an Excel file; "" is the first
// one with rows.
func Open(name string, data []byte, sheet string) (*Table, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("tệp lớn hơn %d MB; hãy chia nhỏ (larger than %d MB: split it)", MaxBytes>>20, MaxBytes>>20)
	}
	if bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return nil, ErrOldExcel
	}
	var t *Table
	var err error
	if Kind(name, data) == "xlsx" {
		t, err = openXLSX(data, sheet)
	} else {
		t, err = openCSV(data)
	}
	if err != nil {
		return nil, err
	}
	if len(t.Columns) == 0 {
		return nil, errors.New("tệp không có dòng tên cột (there is no row with the names of the columns)")
	}
	if len(t.Columns) > MaxColumns {
		return nil, fmt.Errorf("%d cột, tối đa %d (too many columns)", len(t.Columns), MaxColumns)
	}
	return t, nil
}

// add takes a row as it stands in the file; the first that holds something
// names the columns.
func (t *Table) add(line int, cells []string) error {
	empty := true
	for i, c := range cells {
		if len(c) > maxCell {
			t.Broken = append(t.Broken, refuse(line, fmt.Sprintf("ô thứ %d quá dài", i+1), "a cell is too long"))
			return nil
		}
		empty = empty && strings.TrimSpace(c) == ""
	}
	switch {
	case empty:
		return nil
	case t.Columns == nil:
		for _, c := range cells {
			t.Columns = append(t.Columns, strings.Join(strings.Fields(c), " "))
		}
		for len(t.Columns) > 0 && t.Columns[len(t.Columns)-1] == "" {
			t.Columns = t.Columns[:len(t.Columns)-1]
		}
		for i, c := range t.Columns {
			if c == "" {
				t.Columns[i] = fmt.Sprintf("cột %d", i+1)
			}
		}
		return nil
	case len(t.Rows) == MaxRows:
		return fmt.Errorf("hơn %d dòng; hãy chia nhỏ tệp (more than %d rows: split the file)", MaxRows, MaxRows)
	}
	t.Rows, t.Lines = append(t.Rows, cells), append(t.Lines, line)
	return nil
}

func openCSV(data []byte) (*Table, error) {
	data = charset.UTF8(data, "")
	if bytes.IndexByte(data[:min(len(data), 4096)], 0) >= 0 {
		return nil, errors.New("tệp không phải văn bản (not a text file)")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = separator(data), -1, false
	t := &Table{}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		var p *csv.ParseError
		if errors.As(err, &p) {
			t.Broken = append(t.Broken, refuse(p.StartLine, fmt.Sprintf("dấu ngoặc kép đặt sai ở cột chữ %d", p.Column), "a quotation mark is out of place"))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("csv: %w", err)
		}
		line, _ := r.FieldPos(0)
		if err := t.add(line, cells); err != nil {
			return nil, err
		}
	}
}

// separator is the mark between the cells: the one that stands most often in
// the first line, outside of quotation marks.
func separator(data []byte) rune {
	count := map[rune]int{}
	quoted := false
	for _, r := range string(data[:min(len(data), 64<<10)]) {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '\n' && !quoted && len(count) > 0:
			return most(count)
		case !quoted && (r == ',' || r == ';' || r == '\t' || r == '|'):
			count[r]++
		}
	}
	return most(count)
}

func most(count map[rune]int) rune {
	best := ','
	for _, r := range []rune{';', '\t', '|'} {
		if count[r] > count[best] {
			best = r
		}
	}
	return best
}

// An Excel file is a zip archive. What it unfolds to is bounded, and none of
// it is written to the disk.
const unfolds = 128 << 20

func openXLSX(data []byte, sheet string) (t *Table, err error) {
	defer func() {
		if p := recover(); p != nil { // a mistake in the library that a file has found
			t, err = nil, fmt.Errorf("tệp Excel hỏng (the Excel file is damaged): %v", p)
		}
	}()
	if err := zipFits(data); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: unfolds, UnzipXMLSizeLimit: unfolds})
	if err != nil {
		return nil, fmt.Errorf("tệp Excel không mở được (the Excel file cannot be opened): %w", err)
	}
	defer f.Close()
	sheets := f.GetSheetList()
	for _, name := range sheets {
		if sheet != "" && name != sheet {
			continue
		}
		t, err := readSheet(f, name)
		if err != nil {
			return nil, err
		}
		if t.Sheets = sheets; len(t.Rows) > 0 || sheet != "" {
			return t, nil
		}
	}
	if sheet != "" {
		return nil, fmt.Errorf("không có trang tính %q; có %s (there is no such sheet)", sheet, strings.Join(sheets, ", "))
	}
	return nil, errors.New("tệp Excel không có dòng nào (the Excel file has no rows)")
}

func readSheet(f *excelize.File, name string) (*Table, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, fmt.Errorf("trang tính %q: %w", name, err)
	}
	defer rows.Close()
	t := &Table{Sheet: name}
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			t.Broken = append(t.Broken, refuse(line, "không đọc được dòng này", err.Error()))
			continue
		}
		if line > 2*MaxRows || len(cells) > 16384 {
			return nil, fmt.Errorf("trang tính %q quá lớn (too large)", name)
		}
		for i, c := range cells {
			if !utf8.ValidString(c) {
				cells[i] = strings.ToValidUTF8(c, "\uFFFD")
			}
		}
		if err := t.add(line, cells); err != nil {
			return nil, err
		}
	}
	if err := rows.Error(); err != nil {
		return nil, fmt.Errorf("trang tính %q: %w", name, err)
	}
	return t, nil
}
