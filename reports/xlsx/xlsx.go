// Package xlsx writes tables as an Excel workbook (ISO/IEC 29500,
// transitional): one sheet for each table, numbers as numbers, the line of
// heads kept in sight.
package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Sheet is one table. A cell is a string, an int, a float64 or a time; a
// text is never a formula, whatever it begins with.
type Sheet struct {
	Name  string
	Heads []string
	Rows  [][]any
}

const (
	decl = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	main = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	rels = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
)

// Write writes the workbook. The same sheets are the same file.
func Write(w io.Writer, sheets []Sheet) error {
	if len(sheets) == 0 {
		sheets = []Sheet{{Name: "Trang 1"}}
	}
	var types, book, links strings.Builder
	parts := map[string]string{}
	seen := map[string]bool{}
	for i, s := range sheets {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		fmt.Fprintf(&book, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, escape(sheetName(s.Name, n, seen)), n, n)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, rels, n)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", n)] = s.xml()
	}
	order := []struct{ name, content string }{
		{"[Content_Types].xml", decl + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", decl + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rels + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", decl + `<workbook xmlns="` + main + `" xmlns:r="` + rels + `"><sheets>` + book.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", decl + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + links.String() + `<Relationship Id="rIdStyles" Type="` + rels + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", decl + `<styleSheet xmlns="` + main + `"><fonts count="2"><font><sz val="12"/><name val="Times New Roman"/></font><font><b/><sz val="12"/><name val="Times New Roman"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf fontId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf fontId="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="14" fontId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" horizontal="left"/></xf></cellXfs></styleSheet>`},
	}
	for i := range sheets {
		name := fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)
		order = append(order, struct{ name, content string }{name, parts[name]})
	}
	z := zip.NewWriter(w)
	for _, p := range order {
		e, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = io.WriteString(e, p.content)
		}
		if err != nil {
			return fmt.Errorf("xlsx: %s: %w", p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return nil
}

// sheetName makes a name that Excel takes: at most 31 letters, none of its
// signs, none twice.
func sheetName(s string, n int, seen map[string]bool) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return ' '
		}
		return r
	}, s))
	r := []rune(s)
	if len(r) > 28 {
		r = r[:28]
	}
	if s = string(r); s == "" || seen[strings.ToLower(s)] {
		s = strings.TrimSpace(s + " " + strconv.Itoa(n))
	}
	seen[strings.ToLower(s)] = true
	return s
}

func (s Sheet) xml() string {
	var b strings.Builder
	b.WriteString(decl + `<worksheet xmlns="` + main + `"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	for i, h := range s.Heads {
		wide := utf8.RuneCountInString(h) + 2
		for _, r := range s.Rows {
			if i < len(r) {
				if t, ok := r[i].(string); ok {
					wide = max(wide, utf8.RuneCountInString(t))
				}
			}
		}
		fmt.Fprintf(&b, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, min(max(wide, 8), 60))
	}
	if len(s.Heads) == 0 {
		b.WriteString(`<col min="1" max="1" width="20" customWidth="1"/>`)
	}
	b.WriteString(`</cols><sheetData>`)
	row := func(n int, cells []any, style int) {
		fmt.Fprintf(&b, `<row r="%d">`, n)
		for i, c := range cells {
			cell(&b, column(i)+strconv.Itoa(n), c, style)
		}
		b.WriteString(`</row>`)
	}
	heads := make([]any, len(s.Heads))
	for i, h := range s.Heads {
		heads[i] = h
	}
	row(1, heads, 1)
	for i, r := range s.Rows {
		row(i+2, r, 0)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

func cell(b *strings.Builder, at string, v any, style int) {
	switch v := v.(type) {
	case nil:
	case int:
		fmt.Fprintf(b, `<c r="%s" s="%d"><v>%d</v></c>`, at, style, v)
	case float64:
		fmt.Fprintf(b, `<c r="%s" s="%d"><v>%s</v></c>`, at, style, strconv.FormatFloat(v, 'f', -1, 64))
	case time.Time:
		if v.IsZero() {
			return
		}
		// Days since 30 December 1899, as Excel counts them.
		day := time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, time.UTC)
		fmt.Fprintf(b, `<c r="%s" s="2"><v>%d</v></c>`, at, int(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours()/24))
	default:
		t := fmt.Sprint(v)
		if len(t) > 32000 {
			t = string([]rune(t)[:8000]) + "…"
		}
		fmt.Fprintf(b, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, at, style, escape(t))
	}
}

// column names a column: A … Z, AA …
func column(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
