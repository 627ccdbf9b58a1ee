package patterns

import (
	"regexp"
	"strings"
)

// linkLike finds what a person or a program would take for a link.
var linkLike = regexp.MustCompile(`(?i)(?:https?://)?(?:[^\s/?#<>"@]+@)?(?:[\pL\pN_-]+\.)+\pL{2,}`)

// Guard is a text in which links that show signs of imitation are defanged,
// "hxxps://qua[.]top"; all others stay as they were written. Guarding a
// guarded text changes nothing.
func Guard(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return linkLike.ReplaceAllStringFunc(text, func(s string) string {
		if !Domain(s).Suspicious() {
			return s
		}
		if scheme, rest, ok := strings.Cut(s, "://"); ok {
			s = strings.NewReplacer("t", "x", "T", "X").Replace(scheme) + "://" + rest
		}
		return strings.ReplaceAll(s, ".", "[.]")
	})
}
