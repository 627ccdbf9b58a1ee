package paper

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
)

// A page is text in the making. What stands in a table is put into lines that
// say what they are about: "- Xe máy: 5.000 đồng/lượt".
type page struct {
	out    bytes.Buffer
	tables []*table // those that are open, the inner ones last
	size   int      // bytes written
}

// A table has rows of cells. One that is there for its looks, with another
// table or several paragraphs in a cell, is read cell by cell.
type table struct {
	rows   [][]*bytes.Buffer
	looks  bool
	inCell bool
}

// to is where text goes.
func (p *page) to() *bytes.Buffer {
	if n := len(p.tables); n > 0 && p.tables[n-1].inCell {
		row := p.tables[n-1].rows[len(p.tables[n-1].rows)-1]
		return row[len(row)-1]
	}
	return &p.out
}

func (p *page) write(s string) { p.size += len(s); p.to().WriteString(s) }

// open begins a table; one in a cell of another makes that one there for its
// looks.
func (p *page) open() {
	for _, t := range p.tables {
		t.looks = true
	}
	p.tables = append(p.tables, &table{})
}

func (p *page) row() {
	if n := len(p.tables); n > 0 {
		p.tables[n-1].rows, p.tables[n-1].inCell = append(p.tables[n-1].rows, nil), false
	}
}

func (p *page) cell() {
	if n := len(p.tables); n > 0 {
		t := p.tables[n-1]
		if len(t.rows) == 0 {
			t.rows = append(t.rows, nil)
		}
		t.rows[len(t.rows)-1] = append(t.rows[len(t.rows)-1], &bytes.Buffer{})
		t.inCell = true
	}
}

func (p *page) endCell() {
	if n := len(p.tables); n > 0 {
		p.tables[n-1].inCell = false
	}
}

// close ends the innermost table and writes what it says.
func (p *page) close() {
	n := len(p.tables)
	if n == 0 {
		return
	}
	t := p.tables[n-1]
	p.tables = p.tables[:n-1]
	p.write("\n" + t.text() + "\n")
}

// text is the whole page; tables that were never closed end with it.
func (p *page) text() string {
	for len(p.tables) > 0 {
		p.close()
	}
	return p.out.String()
}

var (
	unitOf = regexp.MustCompile(`(?i)\(\s*(?:đvt|đơn vị(?: tính)?)?\s*:?\s*((?:nghìn |ngàn |triệu )?đồng[^()]*|%)\s*\)`)
	count  = regexp.MustCompile(`(?i)^(?:s?tt|số tt|số thứ tự|#)\.?$`)
	figure = regexp.MustCompile(`^\d[\d.,]*$`)
)

// text puts each value of a table into a line with what it is the value of.
func (t *table) text() string {
	var rows [][]string
	for _, r := range t.rows {
		var cells []string
		some := false
		for _, c := range r {
			var ps []string
			for _, l := range strings.Split(c.String(), "\n") {
				if l = strings.Join(strings.Fields(strings.ReplaceAll(l, "**", "")), " "); l != "" {
					ps = append(ps, l)
				}
			}
			t.looks = t.looks || len(ps) > 1
			some = some || len(ps) > 0
			cells = append(cells, strings.Join(ps, "\n"))
		}
		if some {
			rows = append(rows, cells)
		}
	}
	if t.looks || len(rows) == 0 || len(rows[0]) < 2 {
		var out []string
		for _, r := range t.rows {
			for _, c := range r {
				out = append(out, c.String())
			}
		}
		return strings.Join(out, "\n")
	}
	var head []string
	if plain := func(s string) bool { return strings.IndexFunc(unitOf.ReplaceAllString(s, ""), unicode.IsDigit) < 0 }; len(rows) > 1 {
		named := true
		for _, c := range rows[0] {
			named = named && c != "" && plain(c)
		}
		if named {
			head, rows = rows[0], rows[1:]
		}
	}
	var out []string
	for _, r := range rows {
		first := 0
		if len(r) > 2 && (head != nil && count.MatchString(head[0]) || figure.MatchString(r[0]) && len(r[0]) < 4) {
			first = 1
		}
		subject := strings.TrimRight(r[first], " :.")
		values := r[first+1:]
		if len(head) != len(r) {
			out = append(out, strings.Trim(subject+": "+strings.Join(values, ", "), " :,"))
			continue
		}
		for i, v := range values {
			if v == "" {
				continue
			}
			name := head[first+1+i]
			if m := unitOf.FindStringSubmatch(name); m != nil {
				if name = strings.TrimSpace(unitOf.ReplaceAllString(name, "")); figure.MatchString(v) {
					v += " " + strings.TrimSpace(m[1])
				}
			}
			if len(values) > 1 && name != "" {
				out = append(out, "- "+subject+", "+lower(name)+": "+v)
			} else {
				out = append(out, "- "+subject+": "+v)
			}
		}
	}
	return strings.Join(out, "\n")
}

// lower is a name with a small first letter, where it is no abbreviation.
func lower(s string) string {
	rs := []rune(s)
	if len(rs) > 1 && unicode.IsUpper(rs[1]) {
		return s
	}
	rs[0] = unicode.ToLower(rs[0])
	return string(rs)
}
