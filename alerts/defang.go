package alerts

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// schemes are what a mail program follows.
var schemes = regexp.MustCompile(`(?i)(?:http|ftp)s?://`)

// names finds what a program may take for the name of a machine: whatever
// stands after a scheme, words joined by full stops, numbers of four parts.
var names = regexp.MustCompile(`(?i)://[^\s/?#]+|(?:[\pL\pN_-]+\.)+\pL{2,}|\b\d{1,3}(?:\.\d{1,3}){3}\b`)

var harmless = strings.NewReplacer("tt", "xx", "TT", "XX", "tT", "xX", "Tt", "Xx", "ft", "fx", "FT", "FX", "fT", "fX", "Ft", "Fx")

// defang makes the links in s harmless to a careless finger:
// https://qua-tang.top/a becomes hxxps://qua-tang[.]top/a. A defanged text is
// left as it is.
func defang(s string) string {
	return names.ReplaceAllStringFunc(schemes.ReplaceAllStringFunc(s, harmless.Replace), func(name string) string {
		if strings.HasPrefix(name, "://") || isHost(name) {
			return dots(name)
		}
		return name
	})
}

// isHost reports whether a name ends as names in the Internet do. A full
// stop without a space ("hôm nay.mai", "xong.Do") makes none: of endings with
// two letters only "vn" stands behind a word of Vietnamese, which has at most
// seven letters.
func isHost(name string) bool {
	end, _ := publicsuffix.PublicSuffix(strings.ToLower(name))
	tld := end[strings.LastIndexByte(end, '.')+1:]
	if _, icann := publicsuffix.PublicSuffix("x." + tld); !icann {
		return tld == "apk" || strings.Trim(name, "0123456789.") == ""
	}
	first, rest, _ := strings.Cut(name, ".")
	word := len(tld) == 2 && tld != "vn" && strings.EqualFold(rest, tld) && utf8.RuneCountInString(first) < 8 && !strings.ContainsAny(first, "0123456789-_")
	return !word || short[tld]
}

// short are endings of two letters that scams and shorteners use, and no word
// of Vietnamese is.
var short = map[string]bool{"cc": true, "ly": true, "gd": true, "me": true, "io": true, "tk": true, "ml": true, "cf": true, "gq": true, "tv": true, "us": true, "ru": true, "cn": true, "to": true, "co": true, "ga": true}

func dots(host string) string {
	return strings.ReplaceAll(strings.ReplaceAll(host, "[.]", "."), ".", "[.]")
}

// clean drops what could change how a text is shown: control characters,
// invisible ones and those that turn the direction of writing.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// line is s in one line of at most n characters.
func line(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(clean(s)), " "))
	if len(r) > n {
		r = append(r[:n-1], '…')
	}
	return string(r)
}
