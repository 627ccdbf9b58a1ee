package paper

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/official"
)

var (
	numberLine = regexp.MustCompile(`(?i)\bSố\s*[:.]?\s*(\d{1,5}(?:\s*/\s*\d{4})?\s*/\s*[\pL]{1,6}(?:\s*-\s*[\pL&]{1,12}){0,3})`)
	anyNumber  = regexp.MustCompile(`\b\d{1,5}(?:/\d{4})?/[A-ZĐ]{2,5}(?:-[\pL]{2,8}){0,2}`)
	longDate   = regexp.MustCompile(`(?i)ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})`)
	shortDate  = regexp.MustCompile(`(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})`)
	inForce    = regexp.MustCompile(`(?i)có\s+hiệu\s+lực\s+(?:thi\s+hành\s+)?(?:kể\s+)?từ\s+(?:ngày\s+)?(ký|ban\s+hành|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4})`)
	until      = regexp.MustCompile(`(?i)(?:hết\s+hiệu\s+lực\s+(?:từ\s+|kể\s+từ\s+)?|có\s+hiệu\s+lực\s+đến\s+(?:hết\s+)?|thực\s+hiện\s+đến\s+(?:hết\s+)?)ngày\s+(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4})`)
	replaces   = regexp.MustCompile(`(?i)(?:thay\s+thế|bãi\s+bỏ)\s+(?:toàn\s+bộ\s+)?(?:nghị\s+quyết|quyết\s+định|thông\s+báo|kế\s+hoạch|công\s+văn|chỉ\s+thị)?\s*(?:số\s*)?[:.]?\s*(\d{1,5}(?:/\d{4})?/[\pL]{2,5}(?:-[\pL]{2,8}){0,2})`)
	kindLine   = regexp.MustCompile(`^(?:NGHỊ QUYẾT|QUYẾT ĐỊNH|THÔNG BÁO|KẾ HOẠCH|CHỈ THỊ|CÔNG VĂN|HƯỚNG DẪN|BÁO CÁO|TỜ TRÌNH|CÔNG ĐIỆN|GIẤY MỜI|QUY ĐỊNH)$`)
	bodyLine   = regexp.MustCompile(`(?i)^(?:ủy ban nhân dân|uỷ ban nhân dân|hội đồng nhân dân|ubnd|hđnd|sở|phòng|công an|trạm|trung tâm|điện lực|xí nghiệp|công ty|ban|bộ|chủ tịch|bảo hiểm xã hội)\b`)
	stateLine  = regexp.MustCompile(`(?i)^(?:cộng hòa|cộng hoà|độc lập)`)
)

// Recognise finds what a document says about itself in its first lines and
// its closing clauses. What it does not find stays empty.
func Recognise(text string) official.Document {
	d := official.Document{Text: text}
	lines := strings.Split(text, "\n")
	head := strings.Join(lines[:min(len(lines), 30)], "\n")
	if m := numberLine.FindStringSubmatch(head); m != nil {
		d.No = strings.Join(strings.Fields(m[1]), "")
	} else if m := anyNumber.FindString(head); m != "" {
		d.No = m
	}
	if m := longDate.FindStringSubmatch(head); m != nil {
		d.Date = date(m[3], m[2], m[1])
	}
	d.Issuer = issuer(lines)
	d.Title = title(lines)
	d.From = d.Date
	if m := inForce.FindStringSubmatch(text); m != nil {
		if at := dateIn(m[1]); at != "" {
			d.From = at
		}
	}
	if m := until.FindStringSubmatch(text); m != nil {
		if at := dateIn(m[1]); at != "" && at >= d.From {
			d.To = at
		}
	}
	if m := replaces.FindStringSubmatch(text); m != nil && !strings.EqualFold(m[1], d.No) {
		d.Supersedes = m[1]
	}
	return d
}

// issuer is whose name stands at the top: one line, or two where the second
// says which one of many.
func issuer(lines []string) string {
	var out []string
	for _, l := range lines[:min(len(lines), 12)] {
		l = strings.Trim(l, "*# ")
		for _, cut := range []string{"CỘNG HÒA", "CỘNG HOÀ", "Độc lập", "ĐỘC LẬP"} {
			if i := strings.Index(l, cut); i >= 0 {
				l = strings.TrimSpace(l[:i]) // two columns in one line
			}
		}
		switch {
		case l == "" || stateLine.MatchString(l):
			continue
		case len(out) == 0 && bodyLine.MatchString(l) && utf8.RuneCountInString(l) < 90 && !strings.ContainsAny(l, ".;"):
			out = append(out, l)
			continue
		case len(out) == 1 && upper(l) && utf8.RuneCountInString(l) < 50 && !numberLine.MatchString(l) && !kindLine.MatchString(l):
			out = append(out, l)
		}
		if len(out) > 0 {
			break
		}
	}
	return strings.Join(out, " ")
}

func upper(s string) bool { return strings.ToUpper(s) == s && strings.ToLower(s) != s }

// title is the kind of document with what it is about: the lines below the
// kind, or "V/v".
func title(lines []string) string {
	for i, l := range lines[:min(len(lines), 40)] {
		plain := strings.Trim(l, "*# ")
		if kindLine.MatchString(strings.ToUpper(plain)) && upper(plain) {
			out := []string{capital(plain)}
			for _, next := range lines[i+1 : min(len(lines), i+5)] {
				next = strings.Trim(next, "*# ")
				if next == "" {
					if len(out) > 1 {
						break
					}
					continue
				}
				if len(out) > 1 && (strings.HasPrefix(next, "Căn cứ") || strings.HasPrefix(next, "Điều") || utf8.RuneCountInString(next) > 200 || next[0] >= '0' && next[0] <= '9') {
					break
				}
				if strings.HasPrefix(next, "Căn cứ") || stateLine.MatchString(next) {
					break
				}
				out = append(out, next)
				if len(out) == 3 {
					break
				}
			}
			return clip(strings.Join(out, " "))
		}
		if lower := strings.ToLower(plain); strings.HasPrefix(lower, "v/v") || strings.HasPrefix(lower, "về việc") {
			return clip(plain)
		}
	}
	for _, l := range lines {
		if l = strings.Trim(l, "*# "); l != "" && !stateLine.MatchString(l) && !bodyLine.MatchString(l) && !numberLine.MatchString(l) && !longDate.MatchString(l) {
			return clip(l)
		}
	}
	return ""
}

func capital(s string) string {
	rs := []rune(strings.ToLower(s))
	return strings.ToUpper(string(rs[:1])) + string(rs[1:])
}

func clip(s string) string {
	if rs := []rune(s); len(rs) > 300 {
		return string(rs[:300])
	}
	return s
}

func dateIn(s string) string {
	if m := longDate.FindStringSubmatch("ngày " + s); m != nil {
		return date(m[3], m[2], m[1])
	}
	if m := shortDate.FindStringSubmatch(s); m != nil {
		return date(m[3], m[2], m[1])
	}
	return ""
}

// date is 2006-01-02, or "" for a day that does not exist.
func date(y, m, d string) string {
	yy, _ := strconv.Atoi(y)
	mm, _ := strconv.Atoi(m)
	dd, _ := strconv.Atoi(d)
	s := fmt.Sprintf("%04d-%02d-%02d", yy, mm, dd)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}
