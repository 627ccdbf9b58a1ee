// Package paper is the form of official documents: what stands where on the
// page, in which letters, by Decree 30/2020/NĐ-CP, annexes I and III.
//
// A [Paper] says what a document says. [Paper.Flow] lays it into the form
// once, to the twentieth of a point; packages docx and pdf write what they
// find in the flow, so that both come out alike, page for page.
package paper

import (
	"strconv"
	"strings"
	"time"
)

// A Paper is one document.
type Paper struct {
	Head Head    `json:"head"`
	Body []Block `json:"body"`
	Foot Foot    `json:"foot"`
	// Appendices follow on pages of their own, numbered from 1.
	Appendices []Appendix `json:"appendices,omitempty"`
	// Compact sets the text in 13 points instead of 14.
	Compact bool `json:"compact,omitempty"`
	// Base is the address that links of figures begin with; without it the
	// printed numbers are no links.
	Base string `json:"-"`
}

// Head is what stands above the text.
type Head struct {
	Parent   string    // superior body, often empty
	Agency   []string  // issuing body, a line each, in capitals
	Number   int       // 0 leaves room: the registry gives the number
	Symbol   string    // "BC-UBND"
	Place    string    // "Thái Hòa"
	Date     time.Time // the day of issue; with NoDay only month and year count
	NoDay    bool
	Type     string   // "BÁO CÁO"; empty for a letter, which has a Subject below its number
	Subject  string   // "Kết quả công tác … năm 2026"
	To       []string // Kính gửi
	ToWord   string   // "Kính gửi" unless another is given
	Urgency  string   // "", "KHẨN", "THƯỢNG KHẨN", "HỎA TỐC"
	Internal bool     // LƯU HÀNH NỘI BỘ
}

// Foot is what stands below the text.
type Foot struct {
	Receivers []string // Nơi nhận, a line each, without dash and mark
	Archive   string   // "VT, VHXH"
	Authority []string // "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"
	Name      string   // of who signs; empty leaves room
}

// Style says what a block is.
type Style string

// The styles of blocks.
const (
	Basis   Style = "basis"   // căn cứ, italic
	Part    Style = "part"    // I. TIÊU ĐỀ
	Clause  Style = "clause"  // 1. Khoản có tiêu đề
	Text    Style = "text"    // a paragraph
	Item    Style = "item"    // - a point
	Note    Style = "note"    // small, italic
	Centred Style = "centred" // a bold line in the middle
)

// A Block is a paragraph, a table or a chart.
type Block struct {
	Style Style  `json:"style,omitempty"`
	Spans []Span `json:"spans,omitempty"`
	Table *Table `json:"table,omitempty"`
	Chart *Chart `json:"chart,omitempty"`
}

// A Span is a piece of text. Figure names the number that it is, if it is one.
type Span struct {
	Text   string `json:"text"`
	Figure string `json:"figure,omitempty"`
	Bold   bool   `json:"bold,omitempty"`
	Italic bool   `json:"italic,omitempty"`
}

// A Table has a line of heads and lines of cells. Widths are shares of the
// text's width.
type Table struct {
	ID     string    `json:"id,omitempty"` // of the sheet in XLSX
	Title  string    `json:"title,omitempty"`
	Widths []int     `json:"widths"`
	Heads  []string  `json:"heads"`
	Rows   [][]Cell  `json:"rows"`
	Align  []AlignTo `json:"align,omitempty"` // of each column, default left
	Small  bool      `json:"small,omitempty"` // 11 points
}

// A Cell is a line of spans.
type Cell []Span

// AlignTo is where lines stand.
type AlignTo string

// The alignments.
const (
	Left    AlignTo = "left"
	Centre  AlignTo = "center"
	Right   AlignTo = "right"
	Justify AlignTo = "both"
)

// A Chart shows one value a day or a week as bars, and a level to compare
// with as a line. Its numbers are those of figures as well.
type Chart struct {
	Title  string   `json:"title"`
	Labels []string `json:"labels"` // under the bars
	Values []int    `json:"values"`
	Level  float64  `json:"level,omitempty"` // 0 is none
	// Figures names the numbers: those of the values and, last, of the level.
	Figures []string `json:"figures,omitempty"`
	Legend  string   `json:"legend,omitempty"` // what the level is
	Unit    string   `json:"unit,omitempty"`   // what is counted
}

// An Appendix is a part with pages of its own.
type Appendix struct {
	No    string // "I"; empty when there is only one
	Title string
	Body  []Block
}

// P makes a paragraph of plain text.
func P(s Style, text string) Block { return Block{Style: s, Spans: []Span{{Text: text}}} }

// Plaintext is the text of a block without form.
func (b Block) Plaintext() string {
	var s strings.Builder
	for _, sp := range b.Spans {
		s.WriteString(sp.Text)
	}
	return s.String()
}

// Num writes the number line: "Số: 05/BC-UBND". Numbers below 10 get a 0; a
// number that is still to be given leaves room.
func (h Head) Num() string {
	if h.Number == 0 {
		return "Số:        /" + h.Symbol
	}
	n := strconv.Itoa(h.Number)
	if h.Number < 10 {
		n = "0" + n
	}
	return "Số: " + n + "/" + h.Symbol
}

// Day writes place and date: "Thái Hòa, ngày 05 tháng 12 năm 2026". Days below
// 10 and the months 1 and 2 get a 0.
func (h Head) Day() string {
	day := "      "
	if !h.NoDay {
		day = two(h.Date.Day())
	}
	return h.Place + ", ngày " + day + " tháng " + Month(h.Date.Month()) + " năm " + strconv.Itoa(h.Date.Year())
}

// Month writes a month as documents do: 01, 02, 3 … 12.
func Month(m time.Month) string {
	if m < 3 {
		return "0" + strconv.Itoa(int(m))
	}
	return strconv.Itoa(int(m))
}

// Date writes a day in a running text: "ngày 05 tháng 12 năm 2026".
func Date(t time.Time) string {
	return "ngày " + two(t.Day()) + " tháng " + Month(t.Month()) + " năm " + strconv.Itoa(t.Year())
}

// ShortDate writes a day as 05/12/2026.
func ShortDate(t time.Time) string { return t.Format("02/01/2006") }

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// Capital writes a text with a capital at its beginning.
func Capital(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
