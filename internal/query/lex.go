package query

import (
	"strings"
	"unicode"

	"langnghe/internal/lang"
)

const (
	maxLength  = 2048 // code points of a query
	maxDepth   = 16   // of brackets
	maxClauses = 200  // terms, values and list entries
	maxStars   = 5    // wildcards
)

// A lexeme is one token of a query: a word, a quoted text or a sign.
type lexeme struct {
	kind lexKind
	text string // of a word or a quoted text; else the sign
	col  int    // of its first code point
	end  int    // column behind its last code point
	// star is the column of the * that touches the word, or 0.
	star int
}

type lexKind uint8

const (
	lexEnd lexKind = iota
	lexWord
	lexQuote
	lexSign // ( ) { } ~ = < > <= >= : , $
)

func isQuote(r rune) bool    { return r == '"' || r == '“' || r == '”' }
func isReserved(r rune) bool { return isQuote(r) || strings.ContainsRune("(){}~=<>:,*$", r) }
func isBanned(r rune) bool   { return strings.ContainsRune("&|^;\\[]?!+`", r) }
func isWord(r rune) bool     { return r != 0 && !lang.Space(r) && !isReserved(r) && !isBanned(r) }

// lex does the first three stages: length, characters, brackets. Ignorable
// characters are as if absent; columns count them.
func lex(src string) ([]lexeme, *Error) {
	var rs []rune
	var cols []int
	n, blank := 0, true
	for _, r := range src {
		n++
		if n > maxLength {
			return nil, newError(TooLong, maxLength+1)
		}
		if lang.Ignorable(r) {
			continue
		}
		if r == 0 {
			r = unicode.ReplacementChar // NUL is this lexer's end mark
		}
		rs, cols = append(rs, r), append(cols, n)
		blank = blank && lang.Space(r)
	}
	if blank {
		return nil, newError(Empty, 1)
	}
	cols = append(cols, n+1)
	at := func(i int) rune {
		if i < 0 || i >= len(rs) {
			return 0
		}
		return rs[i]
	}
	var out []lexeme
	for i := 0; i < len(rs); {
		r := rs[i]
		switch {
		case lang.Space(r):
			i++
		case isQuote(r):
			j := i + 1
			for j < len(rs) && !isQuote(rs[j]) {
				j++
			}
			if j == len(rs) {
				return nil, newError(OpenQuote, cols[i])
			}
			for k := i + 1; k < j; k++ {
				if rs[k] == '*' {
					return nil, newError(BadWildcard, cols[k])
				}
			}
			out = append(out, lexeme{kind: lexQuote, text: string(rs[i+1 : j]), col: cols[i], end: cols[j] + 1})
			i = j + 1
		case isBanned(r):
			return nil, newError(BadChar, cols[i])
		case r == '*': // one behind a word was taken with the word
			return nil, newError(BadWildcard, cols[i])
		case isReserved(r):
			w := 1
			if (r == '<' || r == '>') && at(i+1) == '=' {
				w = 2
			}
			out = append(out, lexeme{kind: lexSign, text: string(rs[i : i+w]), col: cols[i], end: cols[i+w-1] + 1})
			i += w
		default:
			if r == '-' && !(len(out) > 0 && out[len(out)-1].text == ":" && out[len(out)-1].kind == lexSign && unicode.IsDigit(at(i+1))) {
				return nil, newError(BadChar, cols[i])
			}
			j := i + 1
			for isWord(at(j)) {
				j++
			}
			l := lexeme{kind: lexWord, text: string(rs[i:j]), col: cols[i], end: cols[j-1] + 1}
			if at(j) == '*' {
				if isWord(at(j + 1)) {
					return nil, newError(BadWildcard, cols[j])
				}
				l.star = cols[j]
				l.end = cols[j] + 1
				j++
			}
			out = append(out, l)
			i = j
		}
	}
	out = append(out, lexeme{kind: lexEnd, col: n + 1, end: n + 1})
	return out, brackets(out)
}

// brackets checks that brackets fit and are not nested too deep.
func brackets(ls []lexeme) *Error {
	var open []lexeme
	for _, l := range ls {
		if l.kind != lexSign {
			continue
		}
		switch l.text {
		case "(", "{":
			if len(open) == maxDepth {
				return newError(TooDeep, l.col)
			}
			open = append(open, l)
		case ")", "}":
			if len(open) == 0 || (open[len(open)-1].text == "(") != (l.text == ")") {
				return newError(BadBracket, l.col)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return newError(BadBracket, open[0].col)
	}
	return nil
}
