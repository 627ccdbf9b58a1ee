package official

import (
	"regexp"
	"slices"
	"strings"

	"langnghe/internal/lang"
)

var (
	// Names of parts with digits: "Điều 3", "mục 2".
	partName   = regexp.MustCompile(`\b(?:dieu|muc|phan|article|section) (\d+)\b`)
	clauseName = regexp.MustCompile(`\b(?:khoan|clause) (\d+)\b`)
	pointName  = regexp.MustCompile(`\b(?:diem|point) ([a-z])\b`)
	bareName   = regexp.MustCompile(`^(\d+)$`)

	// Lines, folded, that begin a part, a clause and a point.
	partLine   = regexp.MustCompile(`^[#*\s]*(?:dieu|muc|phan) (\d+)\b|^(?:#+\s*\**|\*\*)\s*(\d+)\.`)
	clauseLine = regexp.MustCompile(`^(\d+)\. `)
	pointLine  = regexp.MustCompile(`^([a-z])\) `)
)

// Passage returns what the document says in a clause that a person names:
// "Điều 3", "khoản 2 Điều 3", "mục 2", "2", in any case and accentless too.
// It is empty when there is no such clause, or when there are several.
func (d Document) Passage(clause string) string {
	name := strings.Join(strings.Fields(lang.Fold(strings.ToLower(lang.Normalise(clause)))), " ")
	part, sub, point := first(partName, name), first(clauseName, name), first(pointName, name)
	lines := strings.Split(lang.Normalise(d.Text), "\n")
	if n := first(bareName, name); n != "" {
		if out := section(lines, partLine, n); len(out) == 1 {
			part = n
		} else {
			sub = n
		}
	}
	if part == "" && sub != "" && !hasClauses(lines) {
		part, sub = sub, "" // of a paper without clauses people say "khoản" to its parts
	}
	if part == "" && sub == "" {
		return ""
	}
	at := [][]string{lines}
	for _, step := range []struct {
		line *regexp.Regexp
		name string
	}{{partLine, part}, {clauseLine, sub}, {pointLine, point}} {
		if step.name == "" {
			continue
		}
		if at = section(at[0], step.line, step.name); len(at) != 1 {
			return ""
		}
	}
	out := at[0]
	if sub == "" && len(out) > 1 && strings.TrimSpace(strings.Join(out[1:], "")) != "" {
		out = out[1:] // the heading is the name
	}
	return strings.Trim(strings.TrimSpace(strings.Join(out, "\n")), "#* ")
}

func hasClauses(lines []string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return clauseLine.MatchString(strings.TrimSpace(l)) })
}

func first(re *regexp.Regexp, s string) string {
	if m := re.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// section returns the lines of each part whose beginning has this number;
// it goes to the next beginning, of a higher kind too.
func section(lines []string, begins *regexp.Regexp, name string) (out [][]string) {
	in := false
	for _, line := range lines {
		f := lang.Fold(strings.ToLower(strings.TrimSpace(line)))
		m := begins.FindStringSubmatch(f)
		switch {
		case m != nil:
			if in = strings.Join(m[1:], "") == name; in {
				out = append(out, []string{line})
			}
		case partLine.MatchString(f):
			in = false
		case begins == pointLine && clauseLine.MatchString(f):
			in = false
		case in:
			out[len(out)-1] = append(out[len(out)-1], line)
		}
	}
	return out
}
