// Package paper reads official documents out of the files in which they
// come: Markdown, text, HTML, DOCX, and PDF with text in it. It recognises
// number, issuer, date, title, force and what is superseded, for a person to
// correct; nothing of it counts before somebody has said so.
//
// Files are foreign: each format has its limits, a broken file is an error
// that says what to do instead, and a scan without text is refused.
package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ledongthuc/pdf"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"langnghe/internal/lang"
	"langnghe/official"
)

const (
	MaxFile  = 8 << 20 // bytes of a file
	maxText  = 1 << 20 // bytes of the text in it
	maxInner = 32 << 20
	maxPages = 200
	patience = 20 * time.Second // for a PDF
)

// An Error is why a file was not read; it says what to do instead.
type Error struct{ VI, EN string }

func (e *Error) Error() string { return e.EN }

// Errors that callers test for.
var (
	ErrSize   = &Error{"Tệp lớn hơn 8 MB. Hãy dán phần nội dung vào ô bên dưới.", "the file is larger than 8 MB; paste its text instead"}
	ErrFormat = &Error{"Chỉ đọc được .md, .txt, .html, .docx và .pdf có chữ.", "only .md, .txt, .html, .docx and .pdf with text are read"}
	ErrEmpty  = &Error{"Không thấy chữ trong tệp; có thể là bản chụp. Hãy dán nội dung vào ô bên dưới.", "there is no text in the file, it may be a scan; paste its text instead"}
	ErrBroken = &Error{"Tệp bị hỏng hoặc bị khóa. Hãy lưu lại rồi thử tiếp, hoặc dán nội dung.", "the file is damaged or locked; save it again, or paste its text"}
)

// Read reads a file; name says its format, unless its first bytes do.
// Documents with front matter are taken as they are.
func Read(name string, data []byte) (official.Document, error) {
	if len(data) > MaxFile {
		return official.Document{}, ErrSize
	}
	ext := strings.ToLower(path.Ext(name))
	var text string
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")):
		text, err = readPDF(data)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		text, err = readDOCX(data)
	case ext == ".pdf" || ext == ".docx":
		return official.Document{}, ErrBroken
	case ext == ".html" || ext == ".htm" || bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(data[:min(len(data), 200)])), []byte("<!doctype html")):
		text, err = readHTML(data)
	case ext == ".md" || ext == ".txt" || ext == ".markdown" || ext == "":
		if d, err := official.ParseDocument(name, data); err == nil {
			return d, nil
		}
		if !utf8.Valid(data) {
			return official.Document{}, ErrBroken
		}
		text = string(bytes.TrimPrefix(data, []byte("\uFEFF")))
	default:
		return official.Document{}, ErrFormat
	}
	if err != nil {
		return official.Document{}, err
	}
	text = tidy(text)
	if strings.IndexFunc(text, unicode.IsLetter) < 0 {
		return official.Document{}, ErrEmpty
	}
	return Recognise(text), nil
}

// tidy makes lines of it: spaces joined, at most one empty line in a row.
func tidy(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	s = lang.Normalise(s)
	var out []string
	for _, l := range strings.Split(s, "\n") {
		l = strings.Join(strings.FieldsFunc(l, func(r rune) bool { return unicode.IsSpace(r) || r == '\u00a0' || unicode.IsControl(r) }), " ")
		if l == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, l)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// readDOCX reads the paragraphs of a Word file. What the archive says of
// sizes is not believed.
func readDOCX(data []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", ErrBroken
	}
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == "word/document.xml" })
	if i < 0 {
		return "", ErrFormat
	}
	in, err := z.File[i].Open()
	if err != nil {
		return "", ErrBroken
	}
	defer in.Close()
	d := xml.NewDecoder(io.LimitReader(in, maxInner))
	d.Strict = true
	d.Entity = map[string]string{}
	var b page
	inText, bold, deep := false, false, 0
	start := 0
	for b.size < maxText {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.text(), nil
		}
		if err != nil {
			if b.size > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
				return b.text(), nil
			}
			return "", ErrBroken
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if deep++; deep > 200 {
				return "", ErrBroken
			}
			switch t.Name.Local {
			case "tbl":
				b.open()
			case "tr":
				b.row()
			case "tc":
				b.cell()
			case "p":
				start, bold = b.to().Len(), false
			case "t":
				inText = true
			case "b":
				bold = true
			case "tab":
				b.write(" ")
			case "br", "cr":
				b.write("\n")
			}
		case xml.EndElement:
			deep--
			switch t.Name.Local {
			case "t":
				inText = false
			case "p":
				// A short paragraph in bold is a heading.
				to := b.to()
				if s := string(to.Bytes()[min(start, to.Len()):]); bold && strings.TrimSpace(s) != "" && len([]rune(s)) < 120 && !strings.Contains(s, "\n") {
					to.Truncate(min(start, to.Len()))
					b.write("**" + strings.TrimSpace(s) + "**")
				}
				b.write("\n")
			case "tc":
				b.endCell()
			case "tbl":
				b.close()
			}
		case xml.CharData:
			if inText {
				b.write(string(t))
			}
		}
	}
	return b.text(), nil
}

var blocks = map[atom.Atom]bool{atom.P: true, atom.Div: true, atom.Br: true, atom.Li: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.Ul: true, atom.Ol: true, atom.Section: true, atom.Article: true}

var skipped = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Nav: true, atom.Header: true, atom.Footer: true, atom.Noscript: true, atom.Template: true, atom.Svg: true, atom.Form: true, atom.Iframe: true, atom.Head: true}

func readHTML(data []byte) (string, error) {
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(maxText)
	var b page
	skip := 0
	for b.size < maxText {
		switch z.Next() {
		case html.ErrorToken:
			return b.text(), nil
		case html.TextToken:
			if skip == 0 {
				b.write(strings.ReplaceAll(html.UnescapeString(string(z.Raw())), "\n", " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if skipped[t.DataAtom] && t.Type == html.StartTagToken {
				skip++
			}
			mark(&b, t.DataAtom, true, skip == 0)
		case html.EndTagToken:
			t := z.Token()
			if skipped[t.DataAtom] && skip > 0 {
				skip--
			}
			mark(&b, t.DataAtom, false, skip == 0)
		}
	}
	return b.text(), nil
}

func mark(b *page, a atom.Atom, opens, shown bool) {
	if !shown {
		return
	}
	switch {
	case a == atom.Table && opens:
		if len(b.tables) > maxNested {
			return
		}
		b.open()
	case a == atom.Table:
		b.close()
	case a == atom.Tr && opens:
		b.row()
	case (a == atom.Td || a == atom.Th) && opens:
		b.cell()
	case a == atom.Td || a == atom.Th:
		b.endCell()
	case blocks[a]:
		b.write("\n")
	}
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4:
		b.write("**")
		if !opens {
			b.write("\n")
		}
	case atom.Li:
		if opens {
			b.write("- ")
		}
	}
}

// maxNested is how many tables may lie in one another.
const maxNested = 50

// readPDF reads the lines of a PDF. The library may fail on foreign files in
// every way there is, so it works aside, for a while.
func readPDF(data []byte) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- answer{"", ErrBroken}
			}
		}()
		text, err := linesOf(data)
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-time.After(patience):
		return "", ErrBroken
	}
}

func linesOf(data []byte) (string, error) {
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", ErrBroken
	}
	var b strings.Builder
	for n := 1; n <= min(r.NumPage(), maxPages) && b.Len() < maxText; n++ {
		p := r.Page(n)
		if p.V.IsNull() {
			continue
		}
		text, err := p.GetPlainText(nil)
		if err != nil {
			return "", ErrBroken
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return joined(b.String()), nil
}

// joined puts lines together again that the width of the page has cut.
func joined(s string) string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		l = strings.TrimSpace(l)
		r, _ := utf8.DecodeRuneInString(l)
		if n := len(out); n > 0 && unicode.IsLower(r) && !clauseLetter(l) && out[n-1] != "" && !strings.ContainsAny(out[n-1][len(out[n-1])-1:], ".;:") {
			out[n-1] += " " + l
			continue
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

// clauseLetter reports whether a line is an item: "a) …".
func clauseLetter(l string) bool {
	return len(l) > 2 && strings.ContainsRune(string([]rune(l)[1:2]), ')')
}
