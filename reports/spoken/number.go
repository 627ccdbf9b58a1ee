// Package spoken turns a written text into one that an announcer reads over
// the loudspeaker: numbers, dates and abbreviations in words, short
// sentences, the fact first.
package spoken

import (
	"strconv"
	"strings"
)

var digits = [...]string{"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}

// Number reads a whole number: 105 is "một trăm linh năm", 21 "hai mươi mốt".
func Number(n int64) string {
	if n < 0 {
		return "âm " + Number(-n)
	}
	if n < 10 {
		return digits[n]
	}
	units := []string{"", " nghìn", " triệu"}
	var parts []string
	rest := n
	for group := 0; rest > 0; group++ {
		if group > 0 && group%3 == 0 { // a thousand million is a tỷ, and so on above it
			parts = append([]string{Number(rest) + strings.Repeat(" tỷ", group/3)}, parts...)
			break
		}
		three := rest % 1000
		rest /= 1000
		if three != 0 {
			parts = append([]string{hundreds(three, rest > 0) + units[group]}, parts...)
		}
	}
	return strings.Join(parts, " ")
}

// hundreds reads up to 999; full says that a larger group stands in front, so
// that its hundreds are read even when there are none.
func hundreds(n int64, full bool) string {
	h, t, u := n/100, n/10%10, n%10
	var s []string
	if h > 0 || full {
		s = append(s, digits[h]+" trăm")
	}
	switch {
	case t == 0 && u > 0 && len(s) > 0:
		s = append(s, "linh")
	case t == 1:
		s = append(s, "mười")
	case t > 1:
		s = append(s, digits[t]+" mươi")
	}
	switch {
	case u == 0:
	case u == 1 && t > 1:
		s = append(s, "mốt")
	case u == 5 && t > 0:
		s = append(s, "lăm")
	default:
		s = append(s, digits[u])
	}
	return strings.Join(s, " ")
}

// Each reads digit by digit, as telephone numbers are.
func Each(s string) string {
	var out []string
	for _, r := range s {
		if r >= '0' && r <= '9' {
			out = append(out, digits[r-'0'])
		}
	}
	return strings.Join(out, " ")
}

// written reads digits with dots between thousands and a comma before
// decimals: "1.250.000", "2,5". A number with a leading 0 or of more than
// fifteen digits is read digit by digit.
func written(s string) string {
	whole, frac, has := strings.Cut(s, ",")
	plain := strings.ReplaceAll(whole, ".", "")
	if len(plain) > 1 && plain[0] == '0' || len(plain) > 15 {
		return strings.TrimSpace(Each(plain) + " " + Each(frac))
	}
	n, err := strconv.ParseInt(plain, 10, 64)
	if err != nil {
		return Each(s)
	}
	out := Number(n)
	if has {
		f, err := strconv.ParseInt(frac, 10, 64)
		switch {
		case err != nil:
			out += " phẩy " + Each(frac)
		case frac[0] == '0' || len(frac) > 2:
			out += " phẩy " + Each(frac)
		default:
			out += " phẩy " + Number(f)
		}
	}
	return out
}
