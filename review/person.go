package review

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// This file finds what points at a person in a text that is to be about
// content only. A name cannot be told from other words reliably; that none
// may stand there is said where the text is written, and again when anything
// else is refused.

var (
	// handles finds a pseudonym, an @name, a profile.
	handles = regexp.MustCompile(`(?i)\bp:[0-9a-z]{4,}|@[\pL\pN_.]{2,}|profile\.php\S*|/people/\S+|/user/\S+|/u/\S+|/channel/\S+`)
	mails   = regexp.MustCompile(`(?i)[\pL\pN_.+-]+(?:@|\s*(?:\[at\]|\(at\))\s*)[\pL\pN-]+(?:\s*(?:\.|\[\.\]|\(\.\)|\[dot\])\s*[\pL\pN-]+)+`)

	digitRuns = regexp.MustCompile(`\d(?:(?:[\s.\-–—_·•()*|]{0,3}|,)\d)*`)
	money     = regexp.MustCompile(`^[1-9]\d{0,2}(?:[., ]\d{3})+$`)
	currency  = regexp.MustCompile(`(?i)^\s{0,2}(?:đồng|đ\b|đ$|vnđ|vnd|usd|triệu|nghìn|ngàn)`)
	day       = regexp.MustCompile(`^(?:(?:0?[1-9]|[12]\d|3[01])[-.](?:0?[1-9]|1[0-2])[-.](?:19|20)\d\d|(?:19|20)\d\d[-.](?:0[1-9]|1[0-2])[-.](?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d)$`)
)

// longRun is how many digits in a row make a telephone number or an account.
const longRun = 9

func author(text string) string { return strings.TrimSpace(handles.FindString(plain(text))) }

// plain is the text as it looks: wide and raised letters as usual ones,
// nothing invisible between them.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

// personal refuses a text with an e-mail address, a handle, a profile, a
// telephone number or an account.
func personal(text string) error {
	if m := mails.FindString(plain(text)); m != "" {
		return refuse("contact", m)
	}
	if a := author(text); a != "" {
		return refuse("author", a)
	}
	if n := number(plain(text)); n != "" {
		return refuse("contact", n)
	}
	return nil
}

// number returns the first run of nine or more digits that is neither an
// amount of money nor made of dates. What stands between the digits of a
// number that somebody types does not end it; the stroke of a document's
// number does.
func number(text string) string {
	for _, at := range digitRuns.FindAllStringIndex(text, -1) {
		s := text[at[0]:at[1]]
		if countDigits(s) < longRun || money.MatchString(s) && currency.MatchString(text[at[1]:]) || dates(s) {
			continue
		}
		return s
	}
	return ""
}

// dates reports whether a run is made of days and years, with short numbers
// (an hour, a count) beside them.
func dates(s string) bool {
	found := false
	for _, w := range strings.Fields(s) {
		switch {
		case day.MatchString(w):
			found = true
		case len(w) > 2:
			return false
		}
	}
	return found
}
