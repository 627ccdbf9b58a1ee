// Package vitime reads the dates that Vietnamese sites print and the ones
// that machines write.
//
// It knows "Thứ Sáu, 20/11/2026 08:15 (GMT+7)", "27/07/2025 - 17:30", "ngày
// 05 tháng 3 năm 2026", "3 giờ trước", "hôm qua lúc 14:30", RFC 3339 and the
// many half-right forms of RFC 1123 that feeds carry, with or without
// diacritics, composed or decomposed. A time without a zone is in the zone
// that the caller names, never silently in UTC.
package vitime

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ErrNoDate is returned for text in which no date is found.
var ErrNoDate = errors.New("vitime: no date")

// maxLen is the longest text that is looked at, in bytes. A date is short.
const maxLen = 512

// A Stamp is a moment and how exactly the text gave it.
type Stamp struct {
	Time  time.Time // UTC
	Clock bool      // the text has a time of day; without one, Time is the day's start
	Zone  bool      // the text names its zone
	Rough bool      // relative ("3 giờ trước"): as exact as its unit
}

var (
	isoDate    = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:t| |\b)`)
	compact    = regexp.MustCompile(`\b(\d{4})(\d{2})(\d{2})t(\d{2})(\d{2})(\d{2})?`)
	dayMonth   = regexp.MustCompile(`\b(\d{1,2}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{4}|\d{2})\b`)
	longDate   = regexp.MustCompile(`\b(\d{1,2})\s*(?:thang|thg\.?|/)\s*(\d{1,2})\s*(?:,|nam|/|-)?\s*(\d{4})\b`)
	wordDate   = regexp.MustCompile(`\b(\d{1,2})(?:st|nd|rd|th)?[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?[ -](\d{4}|\d{2})\b`)
	wordDate2  = regexp.MustCompile(`\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b`)
	noYear     = regexp.MustCompile(`\b(\d{1,2})[-/](\d{1,2})\b`)
	clock      = regexp.MustCompile(`(?:\b|t)(\d{1,2}) ?(?::|h|gio|g) ?(\d{1,2})?(?: ?(?::|phut|p) ?(\d{2})?)?(?:[.,]\d+)? ?(am|pm|sa|ch|sang|trua|chieu|toi|dem)?(?:\b|z)`)
	offset     = regexp.MustCompile(`(?:(?:gmt|utc) ?)?([+-]) ?(\d{1,2})(?::?(\d{2}))?\b`)
	namedZone  = regexp.MustCompile(`\b(?:gmt|utc)\b|\d\.?\d*z\b`)
	indochina  = regexp.MustCompile(`\bict\b`)
	ago        = regexp.MustCompile(`\b(\d{1,4}|mot|a|an) (giay|phut|gio|tieng|ngay|tuan|thang|nam|second|minute|hour|day|week|month|year)s? (?:truoc|ago)\b`)
	justNow    = regexp.MustCompile(`\b(?:vua xong|vua moi|moi day|ngay bay gio|just now)\b`)
	dayWord    = regexp.MustCompile(`\b(hom nay|hom qua|hom kia|hom truoc|today|yesterday)\b`)
	months     = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
	units      = map[string]time.Duration{"giay": time.Second, "second": time.Second, "phut": time.Minute, "minute": time.Minute, "gio": time.Hour, "tieng": time.Hour, "hour": time.Hour}
	daysOfUnit = map[string]int{"ngay": 1, "day": 1, "tuan": 7, "week": 7}
)

// Parse reads the date in s. Relative forms and dates without a year count
// back from now; zone is used when s names none.
func Parse(s string, now time.Time, zone *time.Location) (Stamp, error) {
	if len(s) > maxLen {
		s = s[:maxLen]
	}
	if st, ok := machine(s); ok {
		return st, nil
	}
	s = fold(s)
	if st, ok := relative(s, now, zone); ok {
		return st, nil
	}
	y, m, d, rest, ok := date(s, now.In(zone))
	if !ok {
		return Stamp{}, ErrNoDate
	}
	var st Stamp
	h, min, sec, after, ok := timeOfDay(rest)
	st.Clock = ok
	loc := zone
	if ok {
		if z, found := zoneOf(after); found {
			loc, st.Zone = z, true
		}
	}
	st.Time = time.Date(y, m, d, h, min, sec, 0, loc).UTC()
	return st, nil
}

// machine reads the two forms that nearly all feeds and structured data use,
// quickly; any other is left to the patterns.
func machine(s string) (Stamp, bool) {
	if len(s) < 20 || len(s) > 40 {
		return Stamp{}, false
	}
	form := time.RFC3339
	if c := s[0]; c < '0' || c > '9' {
		form = "Mon, 2 Jan 2006 15:04:05 -0700"
	}
	t, err := time.Parse(form, s)
	if err != nil || !valid(t.Year(), t.Month(), t.Day()) {
		return Stamp{}, false
	}
	return Stamp{Time: t.Truncate(time.Second).UTC(), Clock: true, Zone: true}, true
}

// date finds the calendar day and returns what is left of s without it.
func date(s string, now time.Time) (y int, m time.Month, d int, rest string, ok bool) {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if g := compact.FindStringSubmatchIndex(s); g != nil {
		y, m, d := number(s[g[2]:g[3]]), time.Month(number(s[g[4]:g[5]])), number(s[g[6]:g[7]])
		return y, m, d, s[g[8]:g[9]] + ":" + s[g[10]:g[11]] + " " + s[g[1]:], valid(y, m, d)
	}
	if g := isoDate.FindStringSubmatchIndex(s); g != nil {
		y, m, d := number(s[g[2]:g[3]]), time.Month(number(s[g[4]:g[5]])), number(s[g[6]:g[7]])
		return y, m, d, s[:g[0]] + " " + s[g[7]:], valid(y, m, d)
	}
	if g := wordDate.FindStringSubmatchIndex(s); g != nil {
		y, m, d := century(s[g[6]:g[7]]), months[s[g[4]:g[5]]], number(s[g[2]:g[3]])
		return y, m, d, s[:g[0]] + " " + s[g[1]:], valid(y, m, d)
	}
	if g := wordDate2.FindStringSubmatchIndex(s); g != nil {
		y, m, d := number(s[g[6]:g[7]]), months[s[g[2]:g[3]]], number(s[g[4]:g[5]])
		return y, m, d, s[:g[0]] + " " + s[g[1]:], valid(y, m, d)
	}
	for _, form := range []*regexp.Regexp{dayMonth, longDate} {
		g := form.FindStringSubmatchIndex(s)
		if g == nil {
			continue
		}
		y, m, d := century(s[g[6]:g[7]]), time.Month(number(s[g[4]:g[5]])), number(s[g[2]:g[3]])
		// "9/14/2026 6:44:00 PM": only software that counts in AM and PM
		// writes the month first.
		if m > 12 || english.MatchString(s) && d <= 12 {
			m, d = time.Month(d), int(m)
		}
		return y, m, d, s[:g[0]] + " " + s[g[1]:], valid(y, m, d)
	}
	if g := noYear.FindStringSubmatchIndex(s); g != nil {
		m, d := time.Month(number(s[g[4]:g[5]])), number(s[g[2]:g[3]])
		y := now.Year()
		if time.Date(y, m, d, 0, 0, 0, 0, now.Location()).After(now.AddDate(0, 0, 1)) {
			y-- // "31/12" read in January
		}
		return y, m, d, s[:g[0]] + " " + s[g[1]:], valid(y, m, d)
	}
	return 0, 0, 0, "", false
}

var english = regexp.MustCompile(`\d ?[ap]m\b`)

func century(s string) int {
	n, _ := strconv.Atoi(s)
	if len(s) == 2 {
		n += 2000
	}
	return n
}

func valid(y int, m time.Month, d int) bool {
	if y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 {
		return false
	}
	return d <= time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// timeOfDay finds hours, minutes and seconds; rest is the text from the
// clock on, in which a zone may follow.
func timeOfDay(s string) (h, m, sec int, rest string, ok bool) {
	for _, g := range clock.FindAllStringSubmatchIndex(s, -1) {
		part := func(i int) string {
			if g[2*i] < 0 {
				return ""
			}
			return s[g[2*i]:g[2*i+1]]
		}
		h, _ := strconv.Atoi(part(1))
		m, _ := strconv.Atoi(part(2))
		sec, _ := strconv.Atoi(part(3))
		switch half := part(4); half {
		case "pm", "ch", "chieu", "toi", "trua":
			if h < 12 && !(half == "trua" && h > 2) {
				h += 12
			}
		case "am", "sa", "sang", "dem":
			if half == "dem" && h >= 9 && h < 12 {
				h += 12
			} else if h == 12 {
				h = 0
			}
		}
		if h > 23 || m > 59 || sec > 60 {
			continue
		}
		end := g[0]
		for i := 1; i <= 3; i++ {
			if g[2*i+1] > end {
				end = g[2*i+1]
			}
		}
		return h, m, min(sec, 59), s[end:], true
	}
	return 0, 0, 0, "", false
}

// zoneOf finds the zone behind a clock: "+0700", "+07:00", "+07", "GMT+7",
// "Z", "GMT", "ICT".
func zoneOf(s string) (*time.Location, bool) {
	s = strings.TrimLeft(s, "0123456789.,: ") // fractions of a second
	if g := offset.FindStringSubmatch(s); g != nil {
		h, _ := strconv.Atoi(g[2])
		m, _ := strconv.Atoi(g[3])
		if h <= 14 && m < 60 {
			secs := h*3600 + m*60
			if g[1] == "-" {
				secs = -secs
			}
			return time.FixedZone("", secs), true
		}
	}
	switch {
	case strings.HasPrefix(s, "z"), namedZone.MatchString(s):
		return time.UTC, true
	case indochina.MatchString(s):
		return time.FixedZone("", 7*3600), true
	}
	return nil, false
}

func relative(s string, now time.Time, zone *time.Location) (Stamp, bool) {
	if g := ago.FindStringSubmatch(s); g != nil {
		n, err := strconv.Atoi(g[1])
		if err != nil {
			n = 1 // "một", "a", "an"
		}
		var t time.Time
		switch unit := g[2]; {
		case units[unit] > 0:
			t = now.Add(-time.Duration(n) * units[unit])
		case daysOfUnit[unit] > 0:
			t = now.AddDate(0, 0, -n*daysOfUnit[unit])
		case unit == "thang" || unit == "month":
			t = now.AddDate(0, -n, 0)
		default:
			t = now.AddDate(-min(n, 100), 0, 0)
		}
		return Stamp{Time: t.UTC().Truncate(time.Second), Clock: units[g[2]] > 0, Zone: true, Rough: true}, true
	}
	if justNow.MatchString(s) {
		return Stamp{Time: now.UTC().Truncate(time.Second), Clock: true, Zone: true, Rough: true}, true
	}
	g := dayWord.FindStringIndex(s)
	if g == nil {
		return Stamp{}, false
	}
	back := map[string]int{"hom qua": 1, "yesterday": 1, "hom kia": 2, "hom truoc": 2}[s[g[0]:g[1]]]
	d := now.In(zone).AddDate(0, 0, -back)
	h, m, sec, _, ok := timeOfDay(s[:g[0]] + " " + s[g[1]:])
	return Stamp{Time: time.Date(d.Year(), d.Month(), d.Day(), h, m, sec, 0, zone).UTC(), Clock: ok, Zone: true, Rough: !ok}, true
}

// fold lowers s, takes its diacritics away and evens out its spaces, so that
// one pattern reads every way of typing a date.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsSpace(r) || r == '\u200b' || r == '|' || r == '•' || r == '·' || r == '(' || r == ')':
			space = true
			continue
		case r == 'đ' || r == 'Đ':
			r = 'd'
		case r == '–' || r == '—' || r == '−':
			r = '-'
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
