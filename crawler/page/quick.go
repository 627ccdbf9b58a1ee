package page

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// quick is tokens for mark-up that is written the ordinary way: elements that
// everybody uses, with attributes of plain values, and text. What is a little
// out of the ordinary it leaves to tokens.
func quick(fragment string) (text string, ok bool) {
	var parts []string
	var b strings.Builder
	flush := func() {
		if text := tidy(b.String()); text != "" {
			parts = append(parts, text)
		}
		b.Reset()
	}
	for len(fragment) > 0 {
		at := strings.IndexByte(fragment, '<')
		if at < 0 {
			at = len(fragment)
		}
		if at > 0 {
			write(&b, fragment[:at])
			fragment = fragment[at:]
			continue
		}
		name, end, rest, ok := tag(fragment)
		if !ok {
			return "", false
		}
		fragment = rest
		switch name {
		case atom.A, atom.B, atom.I, atom.U, atom.Em, atom.Strong, atom.Span, atom.Img, atom.Font, atom.Small, atom.Sub, atom.Sup:
		case atom.Br:
			if end { // </br> is no end of anything
				continue
			}
			if strings.HasSuffix(strings.TrimRight(b.String(), " "), "\n") {
				flush()
			} else {
				b.WriteByte('\n')
			}
		case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.Figure, atom.Figcaption, atom.Blockquote, atom.Hr:
			flush()
		default:
			return "", false
		}
	}
	flush()
	return strings.Join(parts, "\n\n"), true
}

// write appends text between tags, its references resolved and on one line.
func write(b *strings.Builder, text string) {
	if strings.IndexByte(text, '&') >= 0 {
		text = html.UnescapeString(text)
	}
	b.WriteString(oneLine.Replace(text))
}

// tag reads the tag at the head of s: its name, whether it is an end tag, and
// what comes behind it.
func tag(s string) (name atom.Atom, end bool, rest string, ok bool) {
	i := 1
	if i < len(s) && s[i] == '/' {
		end = true
		i++
	}
	start := i
	for i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= '1' && s[i] <= '6' && i > start) {
		i++
	}
	if name = atom.Lookup([]byte(s[start:i])); name == 0 {
		return 0, false, "", false
	}
	for {
		j := i
		for i < len(s) && (s[i] == ' ' || s[i] == '\n') {
			i++
		}
		switch {
		case i == len(s):
			return 0, false, "", false
		case s[i] == '>':
			return name, end, s[i+1:], true
		case s[i] == '/' && i+1 < len(s) && s[i+1] == '>':
			return name, end, s[i+2:], true
		case i == j || end:
			return 0, false, "", false
		}
		key := i
		for i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] == '-') {
			i++
		}
		switch s[key:i] {
		case "", "hidden", "aria-hidden", "style":
			return 0, false, "", false
		}
		if i == len(s) || s[i] != '=' {
			return 0, false, "", false
		}
		i++
		if i < len(s) && (s[i] == '"' || s[i] == '\'') {
			n := strings.IndexByte(s[i+1:], s[i])
			if n < 0 {
				return 0, false, "", false
			}
			i += n + 2
			continue
		}
		value := i
		for i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z' || s[i] >= '0' && s[i] <= '9' || strings.IndexByte("-_.%#", s[i]) >= 0) {
			i++
		}
		if i == value {
			return 0, false, "", false
		}
	}
}
