package rules

import (
	"strings"

	"langnghe/internal/query"
)

// A Form is the query of a rule as boxes to fill in.
type Form = query.Form

// draft is a rule file to begin with: what is missing is named when it is
// checked.
const draft = `id: quy-tac-moi
version: 1
title: {vi: "", en: ""}
type: match
level: medium
status: test
owner: van-phong
topic: general
references: [""]
falsepositives: [""]
when: |
  
tests:
  match: ["", "", ""]
  no_match: ["", "", {text: "", criticism: true}]
`

// withQuery puts a query into the text of a rule file, in place of the one
// that is there. An empty file becomes a draft.
func withQuery(file, q string) string {
	if strings.TrimSpace(file) == "" {
		file = draft
	}
	var b strings.Builder
	state := 0 // 1 in the old query, 2 behind it
	for l := range strings.Lines(file) {
		top := strings.TrimRight(l, "\r\n") != "" && !strings.ContainsAny(l[:1], " \t#-")
		if state == 1 && top {
			state = 2
		}
		switch {
		case state == 0 && strings.HasPrefix(l, "when:"):
			state = 1
			b.WriteString("when: |\n  " + q + "\n")
		case state != 1:
			b.WriteString(l)
		}
	}
	if state == 0 {
		if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
			b.WriteByte('\n')
		}
		b.WriteString("when: |\n  " + q + "\n")
	}
	return b.String()
}
