package review

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A correction always has its three lengths: portal, post and loudspeaker.
// What nobody wrote is cut from the portal text, whole sentences from its
// beginning, and marked as cut, so that whoever approves it sees that no
// person has written it and may send it back.

const (
	postLength   = 500 // code points that a post of a social network shows without a click
	radioSeconds = 60  // of a cut script: opening, source, advice and sign-off come with it
)

// lengths cuts what is missing.
func (k *Correction) lengths() {
	if k.Post == "" {
		k.Post = upTo(k.Portal, func(s string) bool { return utf8.RuneCountInString(s) <= postLength })
		k.Cut = append(k.Cut, "post")
	}
	if k.Radio == "" {
		k.Radio = upTo(k.Portal, func(s string) bool { return RadioSeconds(s) <= radioSeconds })
		k.Cut = append(k.Cut, "radio")
	}
}

// aloud refuses a script that, read with all that belongs to it, takes longer
// than the loudspeaker may speak. One that a machine cut is cut further first.
func (d *Desk) aloud(c *Case) error {
	k := c.Correction
	for {
		over := RadioSeconds(k.Radio) - maxRadio
		if d.Overlong != nil {
			over = max(over, d.Overlong(c))
		}
		if over <= 0 {
			return nil
		}
		shorter := ""
		if slices.Contains(k.Cut, "radio") {
			parts := sentences(k.Radio)
			shorter = strings.Join(parts[:max(len(parts)-1, 0)], " ")
		}
		if shorter == "" {
			return refuse("too_long_aloud", over)
		}
		k.Radio = shorter
	}
}

// upTo returns as many whole sentences of a text as fit, but the first in any
// case.
func upTo(text string, fits func(string) bool) string {
	out := ""
	for i, s := range sentences(text) {
		longer := strings.TrimSpace(out + " " + s)
		if i > 0 && !fits(longer) {
			break
		}
		out = longer
	}
	return out
}

// sentences splits a text behind full stops, question and exclamation marks
// that a space follows, and at the ends of lines. A full stop behind a number
// or a single capital letter ends none: "1. Về phí", "TP. Vinh".
func sentences(text string) (out []string) {
	for line := range strings.Lines(text) {
		var now []string
		for _, w := range strings.Fields(line) {
			now = append(now, w)
			bare := strings.TrimRight(w, ".!?…")
			if bare == w || strings.HasSuffix(w, ".") && (strings.Trim(bare, "0123456789") == "" || utf8.RuneCountInString(bare) <= 2 && strings.ToUpper(bare) == bare) {
				continue
			}
			out, now = append(out, strings.Join(now, " ")), nil
		}
		if len(now) > 0 {
			out = append(out, strings.Join(now, " "))
		}
	}
	return out
}
