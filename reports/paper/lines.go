package paper

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"langnghe/reports/face"
)

// A Piece is text in one kind of letters on one line, at X twips from the
// left edge of its paragraph's column.
type Piece struct {
	Run
	X, W float64
}

// A Line is one line of a paragraph.
type Line struct {
	Pieces []Piece
	Last   bool // of its paragraph
}

// token is what stays on one line: a word with the spaces behind it.
type token struct {
	parts         []Run
	width, spaces float64 // without and of the spaces behind
	gaps          int
}

// Lines breaks a paragraph into lines as word processors do: as many words as
// fit, spaces at the end of a line do not count; a word that is wider than a
// line is cut; a justified line that is not the last is stretched at its
// spaces.
func (p *Para) Lines(column int) []Line {
	if p.Rule || len(p.Runs) == 0 {
		return []Line{{Last: true}}
	}
	tokens := split(p.Runs)
	avail := func(first bool) float64 {
		w := float64(column - p.Left - p.Right)
		if first {
			w -= float64(p.First)
		}
		return w
	}
	var out []Line
	for len(tokens) > 0 {
		room, used, n := avail(len(out) == 0), 0.0, 0
		if tokens[0].width > room+0.5 {
			tokens = append(tokens[0].cut(room), tokens[1:]...)
		}
		for n < len(tokens) && (n == 0 || used+tokens[n].width <= room+0.5) {
			used += tokens[n].width + tokens[n].spaces
			n++
		}
		now := tokens[:n]
		tokens = tokens[n:]
		used -= now[n-1].spaces
		start, stretch := float64(p.Left), 0.0
		if len(out) == 0 {
			start += float64(p.First)
		}
		switch p.Align {
		case Centre:
			start += (room - used) / 2
		case Right:
			start += room - used
		case Justify:
			gaps := 0
			for _, t := range now[:n-1] {
				gaps += t.gaps
			}
			if len(tokens) > 0 && gaps > 0 {
				stretch = (room - used) / float64(gaps)
			}
		}
		out = append(out, Line{Pieces: place(now, start, stretch), Last: len(tokens) == 0})
	}
	if len(out) == 0 { // an empty text is a line all the same
		return []Line{{Last: true}}
	}
	return out
}

// cut cuts a token in two: an address behind its scheme, as word processors
// do, any other word where the room ends, behind a letter at least.
func (t token) cut(room float64) []token {
	var head, rest token
	said := ""
	for _, r := range t.parts {
		keep := 0 // bytes of r that stay
		for i, c := range r.Text {
			w := (Run{Text: string(c), Size: r.Size, Bold: r.Bold, Italic: r.Italic}).Width()
			if len(rest.parts) > 0 || head.width+head.spaces+w > room+0.5 && head.width > 0 || strings.HasSuffix(said, "://") {
				break
			}
			head.add(r, string(c))
			said += string(c)
			keep = i + utf8.RuneLen(c)
		}
		if keep < len(r.Text) {
			rest.add(r, r.Text[keep:])
		}
	}
	if len(rest.parts) == 0 {
		return []token{head}
	}
	return []token{head, rest}
}

// place sets words beside each other. A space that is stretched ends a
// piece; other neighbours of one kind are joined.
func place(tokens []token, x, stretch float64) (out []Piece) {
	for i, t := range tokens {
		for _, r := range t.parts {
			text := []rune(r.Text)
			if i == len(tokens)-1 {
				for len(text) > 0 && text[len(text)-1] == ' ' {
					text = text[:len(text)-1]
				}
				r.Text = string(text)
			}
			if r.Text == "" {
				continue
			}
			w := r.Width()
			if n := len(out); n > 0 && stretch == 0 && same(out[n-1].Run, r) {
				out[n-1].Text += r.Text
				out[n-1].W += w
			} else {
				out = append(out, Piece{Run: r, X: x, W: w})
			}
			x += w
			for _, c := range text {
				if c == ' ' {
					x += stretch
				}
			}
		}
	}
	return out
}

func same(a, b Run) bool {
	a.Text, b.Text = "", ""
	return a == b
}

// split cuts runs into tokens at the places where a line may end: behind
// spaces, and behind a hyphen or a dash within a word unless a digit follows.
func split(runs []Run) (out []token) {
	var cur token
	flush := func() {
		if len(cur.parts) > 0 {
			out = append(out, cur)
		}
		cur = token{}
	}
	var prev rune
	for i, r := range runs {
		text := []rune(r.Text)
		from := 0
		for j, c := range text {
			var next rune
			switch {
			case j+1 < len(text):
				next = text[j+1]
			case i+1 < len(runs):
				for _, n := range runs[i+1].Text {
					next = n
					break
				}
			}
			end := false
			switch {
			case c == ' ':
				end = next != ' '
			case c == '-' || c == '–' || c == '—':
				end = prev != 0 && prev != ' ' && next != ' ' && next != 0 && !unicode.IsDigit(next) && !unicode.IsPunct(next)
			}
			if end {
				cur.add(r, string(text[from:j+1]))
				flush()
				from = j + 1
			}
			prev = c
		}
		if from < len(text) {
			cur.add(r, string(text[from:]))
		}
	}
	flush()
	return out
}

// add puts text at the end of the token and measures it.
func (t *token) add(r Run, text string) {
	r.Text = text
	t.parts = append(t.parts, r)
	f, size := face.Get(r.Style()), float64(r.Size)/2
	for _, c := range text {
		w := f.Width(string(c), size) * 20
		if c == ' ' {
			t.spaces += w
			t.gaps++
			continue
		}
		t.width += t.spaces + w // spaces in front of a letter are inside
		t.spaces = 0
	}
}

// Height is how high paragraphs in a column are together.
func Height(ps []Para, column int) int {
	h := 0
	for i := range ps {
		p := &ps[i]
		if i > 0 {
			h += max(p.Before, ps[i-1].After)
		} else {
			h += p.Before
		}
		h += p.Line * len(p.Lines(column))
		if p.Rule {
			h += RuleWeight
		}
		if i == len(ps)-1 {
			h += p.After
		}
	}
	return h
}
