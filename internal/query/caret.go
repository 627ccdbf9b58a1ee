package query

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"langnghe/internal/lang"
)

// What a caret needs around it: a mistake at the end of a long query must
// still stand over its caret where lines are broken.
const (
	caretBefore = 44 // columns
	caretAfter  = 28
)

// Caret returns the line of src that holds the mistake, or what stands around
// it when the line is long, and a second line with a caret under it. It is for
// letters of one width: a mark stands over the letter before it and takes no
// room, an emoji takes two columns, a sign that nobody sees is left out and a
// tab or another control character is a space.
func (e *Error) Caret(src string) string {
	var line []cell
	at, col, room := -1, 0, 0
	for _, r := range src {
		col++
		if col == e.Column {
			at = len(line)
		}
		switch {
		case r == '\n':
			if at >= 0 {
				return draw(line, at)
			}
			line = line[:0]
			continue
		case lang.Ignorable(r):
			continue
		case unicode.IsControl(r):
			r = ' '
		}
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me) && len(line) > 0:
			last := &line[len(line)-1]
			last.text += string(r)
			if col == e.Column {
				at = len(line) - 1
			}
			continue
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			room = 2
		default:
			room = 1
		}
		line = append(line, cell{string(r), room})
	}
	if at < 0 {
		at = len(line)
	}
	return draw(line, at)
}

// A cell is a character with its marks and the columns that it takes.
type cell struct {
	text string
	room int
}

func draw(line []cell, at int) string {
	from, to := at, at
	for room := 0; from > 0 && room+line[from-1].room <= caretBefore; from-- {
		room += line[from-1].room
	}
	for room := 0; to < len(line) && room+line[to].room <= caretAfter; to++ {
		room += line[to].room
	}
	if from <= 2 { // not worth a sign that something is left out
		from = 0
	}
	var out strings.Builder
	before := 0
	if from > 0 {
		out.WriteString("… ")
		before = 2
	}
	for i := from; i < to; i++ {
		out.WriteString(line[i].text)
		if i < at {
			before += line[i].room
		}
	}
	if to < len(line) {
		out.WriteString(" …")
	}
	return out.String() + "\n" + strings.Repeat(" ", before) + "^"
}
