package official

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/lang"
)

// A SyntaxError reports a mistake in a document file and where it is.
type SyntaxError struct {
	File string
	Line int
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// Code is the stable name of the condition.
func (e *SyntaxError) Code() string { return "bad_document" }

// Permanent implements the bus contract: a bad document stays bad.
func (e *SyntaxError) Permanent() bool { return true }

// maxDocument is the most that a document file may hold, in bytes.
const maxDocument = 4 << 20

// ParseDocument reads a document file: front matter between two lines "---"
// with docno, issuer, date, effective_from, effective_to, supersedes, title
// and url, then the text. Needed are docno, issuer, date, effective_from and
// title; keys that it does not know it passes over. Name is that of the file,
// for messages. The error is a [*SyntaxError].
func ParseDocument(name string, data []byte) (Document, error) {
	var d Document
	fail := func(line int, format string, args ...any) (Document, error) {
		return Document{}, &SyntaxError{name, line, fmt.Sprintf(format, args...)}
	}
	if len(data) > maxDocument {
		return fail(1, "the document has %d bytes, at most %d are read", len(data), maxDocument)
	}
	if !utf8.Valid(data) {
		return fail(1+bytes.Count(data[:invalidAt(data)], []byte("\n")), "not UTF-8; save the file as UTF-8")
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\uFEFF"), "\r\n", "\n")
	lines := strings.Split(text, "\n")
	if strings.TrimSpace(lines[0]) != "---" {
		return fail(1, "the document does not start with a line --- and its front matter")
	}
	fields := map[string]*string{
		"docno": &d.No, "issuer": &d.Issuer, "date": &d.Date, "effective_from": &d.From, "effective_to": &d.To,
		"supersedes": &d.Supersedes, "title": &d.Title, "url": &d.URL,
	}
	seen := map[string]int{}
	end := 0
	for i, line := range lines[1:] {
		n := i + 2
		line = strings.TrimSpace(line)
		if line == "---" {
			end = n
			break
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			return fail(n, "%q is no line of the form key: value", line)
		}
		if seen[key] > 0 {
			return fail(n, "%s stands here and in line %d", key, seen[key])
		}
		seen[key] = n
		if to := fields[key]; to != nil {
			*to = unquote(lang.Normalise(strings.TrimSpace(value)))
		}
	}
	if end == 0 {
		return fail(len(lines), "the front matter has no closing line ---")
	}
	for _, key := range []string{"docno", "issuer", "date", "effective_from", "title"} {
		if *fields[key] == "" {
			return fail(max(seen[key], 1), "%s is missing", key)
		}
	}
	for _, key := range []string{"date", "effective_from", "effective_to"} {
		if v := *fields[key]; v != "" {
			if _, err := time.Parse(time.DateOnly, v); err != nil {
				return fail(seen[key], "%s: %q is no date of the form 2026-12-31", key, v)
			}
		}
	}
	if d.To != "" && d.To < d.From {
		return fail(seen["effective_to"], "effective_to %s is before effective_from %s", d.To, d.From)
	}
	if d.Supersedes == d.No {
		return fail(seen["supersedes"], "the document supersedes itself")
	}
	d.Text = strings.TrimSpace(lang.Normalise(strings.Join(lines[end:], "\n")))
	if d.Text == "" {
		return fail(end, "the document has no text")
	}
	return d, nil
}

func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
