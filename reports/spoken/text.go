package spoken

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// words of abbreviations that stand in official texts. The longer come first.
var words = []struct{ short, long string }{
	{"HĐND và UBND", "Hội đồng nhân dân và Ủy ban nhân dân"}, {"UBMTTQ", "Ủy ban Mặt trận Tổ quốc"}, {"MTTQ", "Mặt trận Tổ quốc"},
	{"UBND", "Ủy ban nhân dân"}, {"HĐND", "Hội đồng nhân dân"}, {"TT. HĐND", "Thường trực Hội đồng nhân dân"}, {"PCT", "Phó Chủ tịch"},
	{"BHYT", "bảo hiểm y tế"}, {"BHXH", "bảo hiểm xã hội"}, {"CCCD", "căn cước công dân"}, {"VNeID", "vi nờ i đi"}, {"TTĐT", "thông tin điện tử"},
	{"VH-XH", "văn hóa, xã hội"}, {"PCCC", "phòng cháy chữa cháy"}, {"PTDS", "phòng thủ dân sự"}, {"ATGT", "an toàn giao thông"},
	{"THCS", "trung học cơ sở"}, {"THPT", "trung học phổ thông"}, {"TP.", "thành phố"}, {"CAP", "Công an phường"}, {"QL", "quốc lộ"},
	{"OTP", "ô tê pê"}, {"SMS", "tin nhắn"}, {"SĐT", "số điện thoại"}, {"v.v.", "vân vân"}, {"vv.", "vân vân"},
}

// types of documents in their numbers: 42/TB-UBND.
var types = map[string]string{
	"TB": "thông báo", "QĐ": "quyết định", "KH": "kế hoạch", "BC": "báo cáo", "CT": "chỉ thị", "NQ": "nghị quyết", "CĐ": "công điện",
	"HD": "hướng dẫn", "NĐ": "nghị định", "TT": "thông tư", "TC": "thông cáo", "PC": "phiếu chuyển", "CTr": "chương trình", "TTr": "tờ trình",
}

var bodies = map[string]string{
	"UBND": "Ủy ban nhân dân", "HĐND": "Hội đồng nhân dân", "CP": "Chính phủ", "TTg": "Thủ tướng Chính phủ", "TTG": "Thủ tướng Chính phủ",
	"QH": "Quốc hội", "UBTVQH": "Ủy ban Thường vụ Quốc hội", "BYT": "Bộ Y tế", "BCA": "Bộ Công an",
}

var units = []struct{ sign, word string }{
	{"km²", "ki lô mét vuông"}, {"km2", "ki lô mét vuông"}, {"m²", "mét vuông"}, {"m2", "mét vuông"}, {"m³", "mét khối"}, {"m3", "mét khối"},
	{"km/h", "ki lô mét một giờ"}, {"km", "ki lô mét"}, {"cm", "xăng ti mét"}, {"mm", "mi li mét"}, {"kg", "ki lô gam"}, {"kWh", "ki lô oát giờ"},
	{"%", "phần trăm"}, {"đồng", "đồng"}, {"đ", "đồng"}, {"₫", "đồng"}, {"VNĐ", "đồng"}, {"°C", "độ C"}, {"m", "mét"}, {"tr", "triệu"}, {"ha", "héc ta"},
}

const digitsForm = `\d+(?:\.\d{3})*(?:,\d+)?`

var (
	link     = regexp.MustCompile(`(?i)\bhttps?://\S+|\bwww\.\S+`)
	docNo    = regexp.MustCompile(`(?:(\pL+ )?số )?(\d+)/(?:(\d{4})/)?([\p{Lu}][\p{L}]*)-([\p{Lu}][\p{L}]*)(\d*)`)
	fullDay  = regexp.MustCompile(`(?i)(ngày\s+)?\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b`)
	dayMonth = regexp.MustCompile(`(?i)(ngày\s+)(\d{1,2})[/-](\d{1,2})\b`)
	monthOf  = regexp.MustCompile(`(?i)(tháng\s+)(\d{1,2})[/-](\d{4})\b`)
	clock    = regexp.MustCompile(`(?i)\b(\d{1,2})\s?(?:h|:|giờ)\s?(\d{2})(?:\s?phút)?\b`)
	hour     = regexp.MustCompile(`(?i)\b(\d{1,2})h\b`)
	phone    = regexp.MustCompile(`\b0\d(?:[ .]?\d){7,9}\b|\b1[89]00(?:[ .]?\d){4,6}\b|\b11[3-5]\b|\b111\b`)
	span     = regexp.MustCompile(`\b(` + digitsForm + `)\s?[-–]\s?(` + digitsForm + `)`)
	amount   = regexp.MustCompile(digitsForm)
	month    = regexp.MustCompile(`(?i)\btháng 0?(\d{1,2})\b`)
	year     = regexp.MustCompile(`(?i)\bnăm (\d{4})\b`)
	roman    = regexp.MustCompile(`\b(?i:quý|kỳ|khóa|đợt|cấp) ([IVX]+)\b`)
)

// Words writes everything in words that an announcer could stumble over. The
// result has no digit.
func Words(text string) string {
	s := norm.NFC.String(text)
	s = strings.Map(func(r rune) rune { // digits of other scripts are digits too
		switch {
		case r >= '0' && r <= '9' || !unicode.IsDigit(r):
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return ' '
	}, s)
	s = link.ReplaceAllString(s, "địa chỉ trên trang thông tin điện tử")
	s = docNo.ReplaceAllStringFunc(s, func(m string) string {
		p := docNo.FindStringSubmatch(m)
		kind, from := types[p[4]], bodies[p[5]]
		if from == "" {
			from = bodies[strings.TrimRight(p[5], "0123456789")]
		}
		if kind == "" || from == "" {
			return p[1] + "số " + written(p[2]) + " " + spell(p[4]) + " " + spell(p[5]) + Each(p[6])
		}
		out := "số " + written(strings.TrimLeft(p[2], "0")) + ","
		if p[3] != "" {
			out = "số " + written(strings.TrimLeft(p[2], "0")) + " năm " + written(p[3]) + ","
		}
		if strings.EqualFold(strings.TrimSpace(p[1]), last(kind)) {
			return p[1] + strings.TrimSuffix(out, ",") + " của " + from
		}
		return p[1] + kind + " " + strings.TrimSuffix(out, ",") + " của " + from
	})
	s = phone.ReplaceAllStringFunc(s, Each)
	s = fullDay.ReplaceAllStringFunc(s, func(m string) string {
		p := fullDay.FindStringSubmatch(m)
		if !calendar(p[2], p[3]) {
			return m
		}
		return "ngày " + dayOf(p[2]) + " tháng " + monthName(p[3]) + " năm " + written(p[4])
	})
	s = monthOf.ReplaceAllStringFunc(s, func(m string) string {
		p := monthOf.FindStringSubmatch(m)
		return p[1] + monthName(p[2]) + " năm " + written(p[3])
	})
	s = dayMonth.ReplaceAllStringFunc(s, func(m string) string {
		p := dayMonth.FindStringSubmatch(m)
		if !calendar(p[2], p[3]) {
			return m
		}
		return p[1] + dayOf(p[2]) + " tháng " + monthName(p[3])
	})
	s = month.ReplaceAllStringFunc(s, func(m string) string {
		return m[:len("tháng ")] + monthName(month.FindStringSubmatch(m)[1])
	})
	s = year.ReplaceAllStringFunc(s, func(m string) string { return m[:len("năm ")] + written(year.FindStringSubmatch(m)[1]) })
	s = clock.ReplaceAllStringFunc(s, func(m string) string {
		p := clock.FindStringSubmatch(m)
		out := written(trimZero(p[1])) + " giờ"
		if p[2] != "00" {
			out += " " + written(trimZero(p[2])) + " phút"
		}
		return out
	})
	s = hour.ReplaceAllStringFunc(s, func(m string) string { return written(trimZero(hour.FindStringSubmatch(m)[1])) + " giờ" })
	s = span.ReplaceAllString(s, "$1 đến $2")
	s = measure(s)
	s = roman.ReplaceAllStringFunc(s, func(m string) string {
		p := roman.FindStringSubmatch(m)
		return strings.TrimSuffix(m, p[1]) + Number(romanValue(p[1]))
	})
	s = abbreviations(s)
	s = strings.NewReplacer("&", " và ", "/", " ", "+", " cộng ", "=", " bằng ", "*", " ", "_", " ", "#", " ", "\"", "", "“", "", "”", "").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// last is the word by which a type is known in front of a number.
func last(kind string) string { return strings.Fields(kind)[len(strings.Fields(kind))-1] }

func trimZero(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return "0"
}

func calendar(day, month string) bool {
	d, _ := strconv.Atoi(day)
	m, _ := strconv.Atoi(month)
	return d >= 1 && d <= 31 && m >= 1 && m <= 12
}

// dayOf reads a day of the month: the first ten are "mùng" only in the lunar
// calendar, so not here.
func dayOf(s string) string { return written(trimZero(s)) }

// monthName reads a month: the fourth is "tư", the others are numbers.
func monthName(s string) string {
	if trimZero(s) == "4" {
		return "tư"
	}
	return written(trimZero(s))
}

// measure reads amounts with the unit behind them.
func measure(s string) string {
	var b strings.Builder
	for {
		at := amount.FindStringIndex(s)
		if at == nil {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at[0]])
		if at[0] > 0 && !strings.HasSuffix(s[:at[0]], " ") {
			b.WriteByte(' ')
		}
		b.WriteString(written(s[at[0]:at[1]]))
		s = s[at[1]:]
		rest := strings.TrimPrefix(s, " ")
		found := false
		for _, u := range units {
			if after, ok := strings.CutPrefix(rest, u.sign); ok && !startsWithLetter(after) {
				b.WriteString(" " + u.word)
				s, found = after, true
				break
			}
		}
		if !found && startsWithLetter(s) {
			b.WriteByte(' ')
		}
	}
}

func startsWithLetter(s string) bool {
	for _, r := range s {
		return unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return false
}

func romanValue(s string) int64 {
	value := map[byte]int64{'I': 1, 'V': 5, 'X': 10}
	var n int64
	for i := range len(s) {
		if i+1 < len(s) && value[s[i]] < value[s[i+1]] {
			n -= value[s[i]]
		} else {
			n += value[s[i]]
		}
	}
	return n
}

// abbreviations writes the ones that are known in full, as whole words.
func abbreviations(s string) string {
	for _, w := range words {
		for from := 0; ; {
			i := strings.Index(s[from:], w.short)
			if i < 0 {
				break
			}
			i += from
			before, after := s[:i], s[i+len(w.short):]
			if endsWithLetter(before) || startsWithLetter(after) && !strings.HasSuffix(w.short, ".") {
				from = i + len(w.short)
				continue
			}
			s = before + w.long + after
			from = i + len(w.long)
		}
	}
	return s
}

func endsWithLetter(s string) bool {
	r := []rune(s)
	return len(r) > 0 && (unicode.IsLetter(r[len(r)-1]) || unicode.IsDigit(r[len(r)-1]))
}

// letters are the names of capitals, for what nobody wrote in full.
var letters = map[rune]string{'A': "a", 'B': "bê", 'C': "xê", 'D': "dê", 'Đ': "đê", 'E': "e", 'G': "gờ", 'H': "hát", 'I': "i", 'K': "ca", 'L': "lờ", 'M': "mờ", 'N': "nờ", 'O': "o", 'P': "pê", 'Q': "quy", 'R': "rờ", 'S': "sờ", 'T': "tê", 'U': "u", 'V': "vê", 'X': "ích", 'Y': "i dài"}

func spell(s string) string {
	var out []string
	for _, r := range s {
		if n, ok := letters[unicode.ToUpper(r)]; ok {
			out = append(out, n)
		}
	}
	return strings.Join(out, " ")
}

// Time reads a clock and a day: "chín giờ ba mươi phút ngày …".
func Time(t time.Time) string { return Words(t.Format("15:04 ngày 02/01/2006")) }
