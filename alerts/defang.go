package alerts

import (
	"regexp"
	"strings"
	"unicode"
)

// schemes are what a mail program follows.
var schemes = regexp.MustCompile(`(?i)(?:http|ftp)s?://`)

// names finds the names of machines: whatever stands after a scheme, and
// names under the domains that scams and portals use. A full stop without a
// space ("hôm nay.mai") is not one.
var names = regexp.MustCompile(`(?i)://[^\s/?#]+|\b(?:[a-z0-9-]+\.)+(?:vn|com|net|org|edu|gov|info|biz|top|cc|vip|xyz|icu|shop|click|life|online|site|store|cfd|sbs|lol|link|ly|gd|me|io|app|apk|pro|club|live|asia|tk|ml|ga|cf|gq|work|fun|space|website|win|bid|dev|tv|us|ru|cn|to|co|page|mobi|name|tech|cloud|world|today|buzz|rest|cyou|bond|mom|quest|support|help|bank|finance|money|loan|gift|promo|sale|bet|casino)\b`)

var harmless = strings.NewReplacer("tt", "xx", "TT", "XX", "tT", "xX", "Tt", "Xx", "ft", "fx", "FT", "FX", "fT", "fX", "Ft", "Fx")

// defang makes the links in s harmless to a careless finger:
// https://qua-tang.top/a becomes hxxps://qua-tang[.]top/a. A defanged text is
// left as it is.
func defang(s string) string {
	return names.ReplaceAllStringFunc(schemes.ReplaceAllStringFunc(s, harmless.Replace), dots)
}

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
