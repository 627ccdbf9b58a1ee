package lint

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"langnghe/reports/docx"
	"langnghe/reports/face"
)

// text is a paragraph's text with single spaces.
func (c *checker) text(i int) string {
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(c.doc.Paras[i].Text(), unicode.IsSpace), " "))
}

var (
	dated    = regexp.MustCompile(`(?i)^(.*),\s*ngày\s*(.*?)\s*tháng\s*(.*?)\s*năm\s*(\d*)`)
	numbered = regexp.MustCompile(`(?i)^số\s*:`)
	// Types such as TTr, CTr and QyĐ have small letters.
	symbolic  = regexp.MustCompile(`^Số: (0[1-9]|[1-9]\d+|\s*)/[A-Za-zĐ]+(-[A-ZĐa-z]+)*-[A-ZĐ]+(-[A-ZĐ]+)*$`)
	letter    = regexp.MustCompile(`^Số: (0[1-9]|[1-9]\d+|\s*)/[A-ZĐ]+-[A-ZĐ]+$`)
	partHead  = regexp.MustCompile(`^[IVX]+\. `)
	authority = regexp.MustCompile(`^(TM|KT|TL|TUQ|Q)(\.?)(\s*)(\p{Lu})`)
	slashed   = regexp.MustCompile(`^(T\s*[./]\s*M|K\s*[./]\s*T|T\s*[./]\s*L|T\s*[./]\s*U\s*[./]\s*Q)(\P{L}|$)`)
	degree    = regexp.MustCompile(`(?i)^(GS|PGS|TSKH|TS|Th\.?S|BS|BSCK\p{L}*|DS|KS|KTS|CN|CKI|CKII|LS|NGƯT|NGND|NSƯT|NSND|thạc sĩ|thạc sỹ|tiến sĩ|tiến sỹ|giáo sư|phó giáo sư|bác sĩ|bác sỹ|kỹ sư|cử nhân|luật sư)(\.|\s)`)
	office    = regexp.MustCompile(`(?i)(chủ tịch|chủ nhiệm|trưởng|phó|giám đốc|chánh|bí thư|hiệu trưởng|cục|chỉ huy|ủy viên|uỷ viên|ủy ban|uỷ ban|hội đồng|thư ký|quản lý|ban )`)
	divided   = regexp.MustCompile(`^(Phần|Chương|Mục) ([IVXLC]+|\d+|thứ \p{L}+)$`)
	misheaded = regexp.MustCompile(`^[IVX]+(\s*[/)\-–:]\s*|\.)\p{Lu}`)
	article   = regexp.MustCompile(`^Điều \d+\p{L}?\.`)
	misitem   = regexp.MustCompile(`^(\d{1,2}[)/]|\p{Ll}[./])\s`)
	appendix  = regexp.MustCompile(`(?i)^phụ lục( [IVX]+| \d+)?$`)
)

// locate finds the blocks by what they say.
func (c *checker) locate() {
	n := len(c.doc.Paras)
	for i := range n {
		t := c.text(i)
		if appendix.MatchString(norm.NFC.String(t)) && i > 10 {
			c.end = i
			break
		}
	}
	for i := range c.end {
		t := norm.NFC.String(c.text(i))
		b := bare(t)
		switch {
		case t == "":
		case c.national < 0 && strings.HasPrefix(b, "CONGHOAXAHOI"):
			c.national = i
		case c.motto < 0 && strings.HasPrefix(b, "DOCLAP") && strings.Contains(b, "TUDO") && len(b) < 30:
			c.motto = i
		case c.number < 0 && numbered.MatchString(t) && c.kind < 0 && i < 25:
			c.number = i
		case c.date < 0 && c.kind < 0 && i < 25 && dated.MatchString(t) && len([]rune(t)) < 70:
			c.date = i
		case c.kind < 0 && i < 40 && c.typeOf(t) != "" && (c.doc.Paras[i].Cell == nil || c.doc.Paras[i].Align == "center"):
			c.kind = i
		case c.to < 0 && (strings.HasPrefix(b, "KINHGUI") || strings.HasPrefix(b, "KINHCHUYEN")) && i < 50:
			c.to = i
		case strings.HasPrefix(b, "NOINHAN"):
			c.receivers = i
		}
	}
	// The issuing body: what stands in the left part of the head, before the
	// number, in the national name's table.
	if c.national >= 0 {
		for i := range c.end {
			p := &c.doc.Paras[i]
			if i == c.national || c.text(i) == "" || c.kind >= 0 && i >= c.kind || c.number >= 0 && i >= c.number {
				continue
			}
			if at := c.doc.Paras[c.national].Cell; at != nil && p.Cell != nil && p.Cell.Table == at.Table && p.Cell.Col < at.Col || at == nil && i < c.national {
				c.agency = append(c.agency, i)
			}
		}
	}
	if c.kind >= 0 {
		for i := c.kind + 1; i < c.end && len(c.subject) < 4; i++ {
			p := &c.doc.Paras[i]
			l := c.look(i)
			// A decision names its signer's office between subject and bases.
			if c.text(i) == "" || p.Align != "center" || i == c.to || l.max == 0 || (!l.bold || l.upper) && len(c.subject) > 0 {
				break
			}
			c.subject = append(c.subject, i)
		}
	}
	if c.receivers >= 0 {
		at := c.doc.Paras[c.receivers].Cell
		for i := c.receivers + 1; i < c.end; i++ {
			p := &c.doc.Paras[i]
			if at != nil && (p.Cell == nil || p.Cell.Table != at.Table) {
				break
			}
			if c.text(i) == "" {
				continue
			}
			if at != nil && p.Cell.Col > at.Col {
				c.signers = append(c.signers, i)
			}
			if strings.HasPrefix(bare(c.text(i)), "LUU") && (at == nil || p.Cell.Col == at.Col) {
				c.archive = i
			}
		}
		if at == nil { // without a table: the lines in capitals near the end
			for i := range c.end {
				if authority.MatchString(c.text(i)) && c.look(i).upper {
					c.signers = append(c.signers, i)
				}
			}
		}
	}
}

// typeOf returns the type of document that a line names, or "".
func (c *checker) typeOf(t string) string {
	f := flat(t)
	best := ""
	for name := range symbols {
		if f == name || strings.HasPrefix(f, name+" ") && len([]rune(f)) < 40 && t == strings.ToUpper(t) {
			if len(name) > len(best) {
				best = name
			}
		}
	}
	return best
}

// within reports whether a length in twips is lo to hi millimetres, with half
// a millimetre for rounding.
func within(twips int, lo, hi float64) bool {
	mm := float64(twips) * 25.4 / 1440
	return mm >= lo-0.5 && mm <= hi+0.5
}

func (c *checker) page() {
	for i, s := range c.doc.Sections {
		w, h := s.Width, s.Height
		if i > 0 && w > h {
			w, h = h, w // an appendix with wide tables
		}
		if !within(w, 209, 211) || !within(h, 296, 298) {
			c.bad("page.size", -1, strconv.Itoa(int(math.Round(float64(s.Width)*25.4/1440))), " × ", int(math.Round(float64(s.Height)*25.4/1440)), " mm")
		}
		if i > 0 && s.Width > s.Height {
			continue
		}
		if !within(s.Top, 20, 25) || !within(s.Bottom, 20, 25) || !within(s.Left, 30, 35) || !within(s.Right, 15, 20) {
			mm := func(v int) string { return strconv.FormatFloat(math.Round(float64(v)*254/1440)/10, 'f', -1, 64) }
			c.bad("page.margins", -1, "trên ", mm(s.Top), ", dưới ", mm(s.Bottom), ", trái ", mm(s.Left), ", phải ", mm(s.Right), " mm")
		}
	}
	s := c.doc.Sections[0]
	numbered := s.PageFields["header default"]
	switch {
	case s.PageFields["footer default"] || s.PageFields["footer first"] || s.PageFields["footer even"]:
		c.bad("page.number", -1, "đang ở lề dưới")
	case !numbered && c.long():
		c.bad("page.number_none", -1)
	}
	if numbered {
		for _, p := range s.Headers["default"] {
			if len(p.Runs) == 0 && !numbered {
				continue
			}
			if p.Align != "center" && len(p.Runs) > 0 {
				c.bad("page.number", -1, "không canh giữa")
			}
			if t := strings.TrimSpace(p.Text()); strings.ContainsFunc(t, unicode.IsDigit) && strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsDigit(r) }) {
				c.bad("page.number", -1, "chỉ ghi chữ số, đang là “", shorten(t, 20), "”")
			}
			for _, r := range p.Runs {
				if strings.TrimSpace(r.Text) != "" && (r.Size < 26 || r.Size > 28 || r.Bold || r.Italic) {
					c.bad("page.number", -1, "cỡ ", float64(r.Size)/2)
				}
			}
		}
		if !s.TitlePage || s.PageFields["header first"] {
			c.bad("page.number_first", -1)
		}
	}
}

// long reports whether the document surely needs a second page.
func (c *checker) long() bool {
	lines := 0
	for i := range c.end {
		lines += 1 + len([]rune(c.text(i)))/85
	}
	return lines > 60
}

// letters checks every letter of the document.
func (c *checker) letters() {
	check := func(at int, r docx.Seg) {
		if strings.TrimSpace(r.Text) == "" {
			return
		}
		// Boxes to tick, arrows and the like come from fonts of signs.
		if !strings.EqualFold(r.Font, "Times New Roman") && strings.ContainsFunc(r.Text, func(x rune) bool { return unicode.IsLetter(x) || unicode.IsDigit(x) }) {
			name := r.Font
			if name == "" {
				name = "mặc định"
			}
			c.bad("font.name", at, name)
		}
		if col := strings.ToLower(r.Color); col != "" && col != "auto" && col != "000000" {
			if at < 0 || !c.stamp(at) { // stamps of urgency are red
				c.bad("font.color", at, col)
			}
		}
		if !norm.NFC.IsNormalString(r.Text) {
			c.bad("text.nfc", at)
		}
	}
	for i := range c.doc.Paras {
		for _, r := range c.doc.Paras[i].Runs {
			check(i, r)
		}
		if !norm.NFC.IsNormalString(c.doc.Paras[i].Text()) {
			c.bad("text.nfc", i)
		}
	}
	for _, s := range c.doc.Sections {
		for _, ps := range s.Headers {
			for _, p := range ps {
				for _, r := range p.Runs {
					check(-1, r)
				}
			}
		}
	}
}

var stamps = []string{"HỎA TỐC", "THƯỢNG KHẨN", "KHẨN", "LƯU HÀNH NỘI BỘ", "MẬT", "TỐI MẬT", "TUYỆT MẬT"}

func (c *checker) stamp(i int) bool {
	t := flat(c.text(i))
	for _, s := range stamps {
		if t == s {
			return true
		}
	}
	return false
}

func (c *checker) header() {
	if c.national < 0 || flat(c.text(c.national)) != "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" {
		c.bad("national.missing", c.national)
	}
	if c.national >= 0 {
		l := c.look(c.national)
		if !l.upper || !l.bold || !l.upright || !l.sized(12, 13) || c.doc.Paras[c.national].Align != "center" {
			c.bad("national.form", c.national)
		}
	}
	switch {
	case c.motto < 0:
		c.bad("motto.missing", -1)
	default:
		t, l := norm.NFC.String(c.text(c.motto)), c.look(c.motto)
		if bare(t) != "DOCLAPTUDOHANHPHUC" {
			c.bad("motto.missing", c.motto)
		} else if strings.ToUpper(t) != "ĐỘC LẬP - TỰ DO - HẠNH PHÚC" {
			c.bad("motto.hyphens", c.motto)
		} else if t != "Độc lập - Tự do - Hạnh phúc" {
			c.bad("motto.form", c.motto)
		}
		if !l.bold || !l.upright || !l.sized(13, 14) || c.doc.Paras[c.motto].Align != "center" {
			c.bad("motto.form", c.motto)
		}
		switch length := c.rule(c.motto); {
		case l.underline:
			c.bad("motto.rule", c.motto, "đang dùng gạch chân")
		case length == 0:
			c.bad("motto.rule", c.motto, "chưa có đường kẻ")
		case math.Abs(length/c.width(c.motto)-1) > 0.06:
			c.bad("motto.rule", c.motto, "dài ", percent(length, c.width(c.motto)), " dòng chữ")
		}
	}
	if c.national >= 0 {
		c.agencies()
	}
	c.numberLine()
	c.dateLine()
	for i := range min(c.end, 40) {
		if c.stamp(i) && (c.kind < 0 || i < c.kind) {
			if l := c.look(i); !l.upper || !l.bold || !l.upright || !l.sized(13, 14) || !c.doc.Paras[i].Boxed {
				c.bad("stamp.form", i)
			}
		}
	}
}

func percent(a, b float64) string { return strconv.Itoa(int(math.Round(100*a/max(b, 1)))) + " %" }

// isParent reports whether a line of the head is a body of its own above the
// next line: a name with its place, such as UBND TỈNH NGHỆ AN.
func isParent(t string) bool {
	f := flat(t)
	if f == "ỦY BAN NHÂN DÂN" || f == "HỘI ĐỒNG NHÂN DÂN" || f == "UBND" || f == "HĐND" {
		return false
	}
	for _, p := range []string{"ỦY BAN NHÂN DÂN ", "UBND ", "HỘI ĐỒNG NHÂN DÂN ", "SỞ ", "BỘ ", "TỈNH ", "THỊ XÃ ", "HUYỆN ", "THÀNH PHỐ ", "CÔNG AN "} {
		if strings.HasPrefix(f, p) {
			return true
		}
	}
	return false
}

// isUnit reports whether a line of the head is a body below those before it,
// such as PHÒNG VĂN HÓA - XÃ HỘI below ỦY BAN NHÂN DÂN / PHƯỜNG THÁI HÒA.
func isUnit(t string) bool {
	f := flat(t)
	for _, p := range []string{"PHÒNG ", "SỞ ", "BAN ", "VĂN PHÒNG", "TRUNG TÂM ", "TRẠM ", "TRƯỜNG ", "CHI CỤC ", "CỤC ", "CÔNG AN ", "ĐÀI ", "ĐỘI ", "TỔ "} {
		if strings.HasPrefix(f, p) {
			return true
		}
	}
	return false
}

func (c *checker) agencies() {
	if len(c.agency) == 0 {
		c.bad("agency.missing", -1)
		return
	}
	below := 0 // where the issuing body begins, when it is named below another
	for n, i := range c.agency {
		if n > 0 && isUnit(c.text(i)) {
			below = n
		}
	}
	for n, i := range c.agency {
		l := c.look(i)
		if n < below || n < len(c.agency)-1 && isParent(c.text(i)) {
			if !l.upper || !l.regular || !l.upright || !l.sized(12, 13) {
				c.bad("agency.parent", i)
			}
			continue
		}
		if !l.upper || !l.bold || !l.upright || !l.sized(12, 13) || c.doc.Paras[i].Align != "center" {
			c.bad("agency.form", i)
		}
	}
	at := c.agency[len(c.agency)-1]
	c.shortRule("agency.rule", at, c.width(at))
}

// shortRule wants a rule of a third to a half of a text's length.
func (c *checker) shortRule(rule string, at int, text float64) {
	length := c.rule(at)
	switch {
	case length == 0:
		c.bad(rule, at, "chưa có đường kẻ")
	case length < text*0.31 || length > text*0.52:
		c.bad(rule, at, "dài ", percent(length, text), " dòng chữ")
	}
}

// rule measures the line under a paragraph: its own bottom border, a border of
// the empty paragraph that follows, or a line drawn in either.
func (c *checker) rule(i int) float64 {
	p := &c.doc.Paras[i]
	inner := func(q *docx.Par) float64 {
		w := c.doc.Sections[0].Width - c.doc.Sections[0].Left - c.doc.Sections[0].Right
		if q.Cell != nil {
			w = q.Cell.Width
		}
		return float64(w - q.Left - q.Right)
	}
	for _, r := range p.Rules {
		return float64(r)
	}
	if p.Bottom {
		return inner(p)
	}
	for j := i + 1; j < len(c.doc.Paras) && j <= i+2; j++ {
		q := &c.doc.Paras[j]
		if q.Cell != p.Cell && (q.Cell == nil || p.Cell == nil || *q.Cell != *p.Cell) {
			break
		}
		for _, r := range q.Rules {
			return float64(r)
		}
		if q.Top || q.Bottom {
			return inner(q)
		}
		if t := strings.TrimSpace(q.Text()); t != "" {
			if strings.Trim(t, "_-–—─━") == "" { // typed lines are measured as letters
				return c.width(j)
			}
			break
		}
	}
	return 0
}

// width is how wide a paragraph's text is on one line, in twips.
func (c *checker) width(i int) float64 {
	w := 0.0
	for _, r := range c.doc.Paras[i].Runs {
		w += face.Get(face.StyleOf(r.Bold, r.Italic)).Width(r.Text, float64(r.Size)/2) * 20
	}
	return w
}

func (c *checker) numberLine() {
	if c.number < 0 {
		c.bad("number.missing", -1)
		return
	}
	t := norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(c.doc.Paras[c.number].Text(), "\u00a0", " ")))
	t = strings.ReplaceAll(t, "\u2011", "-")
	// Blanks for the number may be of any length; dots are for printed forms.
	probe := regexp.MustCompile(`^Số:\s*[.…]*\s*/`).ReplaceAllString(t, "Số: /")
	if !symbolic.MatchString(probe) && !letter.MatchString(probe) {
		c.bad("number.pattern", c.number)
	}
	l := c.look(c.number)
	if !l.regular || !l.upright || !l.sized(13, 13) || c.doc.Paras[c.number].Align != "center" {
		c.bad("number.form", c.number)
	}
	_, symbol, _ := strings.Cut(t, "/")
	got, _, _ := strings.Cut(strings.TrimSpace(symbol), "-")
	if c.kind >= 0 {
		if want := symbols[c.typeOf(c.text(c.kind))]; want != "" && got != want {
			c.bad("number.symbol", c.number, "cần ", want)
		}
	} else if got == "CV" || slices.Contains(slices.Collect(maps.Values(symbols)), got) {
		c.bad("number.symbol", c.number, "công văn ghi cơ quan rồi đơn vị soạn, như UBND-VHXH")
	}
}

func (c *checker) dateLine() {
	if c.date < 0 {
		c.bad("date.missing", -1)
		return
	}
	m := dated.FindStringSubmatch(norm.NFC.String(c.text(c.date)))
	day, month := strings.Trim(m[2], ".… "), strings.Trim(m[3], ".… ")
	ok := len(m[4]) == 4 && !strings.HasSuffix(c.text(c.date), ".")
	if day != "" {
		n, err := strconv.Atoi(day)
		ok = ok && err == nil && n >= 1 && n <= 31 && len(day) == 2
	}
	if month != "" {
		n, err := strconv.Atoi(month)
		ok = ok && err == nil && n >= 1 && n <= 12 && (n < 3 && len(month) == 2 || n >= 3 && month == strconv.Itoa(n))
	}
	if day != "" && month != "" && ok { // 31/11 and 29/02/2026 are no days
		_, err := time.Parse("2/1/2006", strings.TrimLeft(day, "0")+"/"+strings.TrimLeft(month, "0")+"/"+m[4])
		ok = err == nil
	}
	if place := strings.TrimSpace(m[1]); place == "" || !unicode.IsUpper([]rune(place)[0]) {
		ok = false
	}
	if !ok {
		c.bad("date.pattern", c.date)
	}
	l := c.look(c.date)
	if !l.italic || !l.regular || !l.sized(13, 14) || c.doc.Paras[c.date].Align != "center" {
		c.bad("date.form", c.date)
	}
	if c.number >= 0 {
		a, b := c.doc.Paras[c.number].Cell, c.doc.Paras[c.date].Cell
		if a == nil && b == nil {
			if c.number != c.date {
				c.bad("date.line", c.date)
			}
		} else if a == nil || b == nil || a.Table != b.Table || a.Row != b.Row {
			c.bad("date.line", c.date)
		}
	}
}

func (c *checker) title() {
	about := -1 // of a letter
	for i := range min(c.end, 30) {
		if strings.HasPrefix(bare(c.text(i)), "VV") && strings.HasPrefix(strings.ToUpper(c.text(i)), "V/V") {
			about = i
		}
	}
	switch {
	case c.kind < 0 && about < 0:
		c.bad("title.missing", -1)
	case c.kind < 0:
		l := c.look(about)
		if !l.regular || !l.upright || !l.sized(12, 13) || l.upper {
			c.bad("subject.form", about)
		}
		if c.to < 0 {
			c.bad("to.missing", -1)
		}
	default:
		l := c.look(c.kind)
		if !l.upper || !l.bold || !l.upright || !l.sized(13, 14) || c.doc.Paras[c.kind].Align != "center" {
			c.bad("title.form", c.kind)
		}
		if len(c.subject) == 0 {
			c.bad("subject.form", c.kind, "chưa có trích yếu canh giữa ngay dưới tên loại")
			break
		}
		width := 0.0
		for _, i := range c.subject {
			l := c.look(i)
			if l.upper || !l.bold || !l.upright || !l.sized(13, 14) {
				c.bad("subject.form", i)
			}
			width = max(width, min(c.width(i), float64(c.doc.Sections[0].Width-c.doc.Sections[0].Left-c.doc.Sections[0].Right-c.doc.Paras[i].Left-c.doc.Paras[i].Right)))
		}
		c.shortRule("subject.rule", c.subject[len(c.subject)-1], width)
	}
	if c.to >= 0 {
		c.addressees()
	}
}

func (c *checker) addressees() {
	l := c.look(c.to)
	if !l.regular || !l.upright || !l.sized(13, 14) {
		c.bad("to.form", c.to)
	}
	if t := c.text(c.to); !strings.HasSuffix(t, ":") {
		if !strings.HasSuffix(t, ".") {
			c.bad("to.marks", c.to)
		}
		if strings.Contains(t, ";") { // several on one line
			c.bad("to.form", c.to)
		}
		return
	}
	var list []int
	for i := c.to + 1; i < c.end && strings.HasPrefix(c.text(i), "-"); i++ {
		list = append(list, i)
	}
	for n, i := range list {
		want := ";"
		if n == len(list)-1 {
			want = "."
		}
		if !strings.HasSuffix(c.text(i), want) {
			c.bad("to.marks", i)
		}
		if l := c.look(i); !l.regular || !l.upright || !l.sized(13, 14) {
			c.bad("to.form", i)
		}
	}
}

// first is the first paragraph of the text.
func (c *checker) first() int {
	first := max(c.national, c.motto, c.number, c.date, c.kind, c.to) + 1
	for _, i := range c.subject {
		first = max(first, i+1)
	}
	if c.to >= 0 {
		for i := c.to + 1; i < c.end && strings.HasPrefix(c.text(i), "-"); i++ {
			first = i + 1
		}
	}
	return first
}

// until is behind the last paragraph of the text.
func (c *checker) until() int {
	until := c.end
	if c.receivers >= 0 {
		until = c.receivers
	}
	for _, i := range c.signers {
		until = min(until, i)
	}
	return until
}

func (c *checker) body() {
	var basis []int
	opening := true // bases stand before everything else
	end, prev := -1, -1
	for i := c.first(); i < c.until(); i++ {
		p, t := &c.doc.Paras[i], norm.NFC.String(c.text(i))
		if t == "" {
			prev = -1 // an empty line is space enough
			continue
		}
		if p.Cell != nil || p.Box || c.stamp(i) {
			prev = -1
			continue
		}
		end = i
		l := c.look(i)
		switch {
		case opening && isBasis(t, len(basis) > 0):
			basis = append(basis, i)
			if !l.italic || !l.sized(13, 14) {
				c.bad("basis.form", i)
			}
		case partHead.MatchString(t) && (l.bold || l.upper || len([]rune(t)) < 60):
			if !l.bold || !l.upright || !l.upper || !l.sized(13, 14) {
				c.bad("heading.form", i)
			}
		case misheaded.MatchString(t) && l.bold && l.upper, divided.MatchString(t) && (!l.bold || !l.upright || p.Align != "center"), article.MatchString(t) && !c.begins(i).Bold:
			c.bad("heading.form", i)
		default:
			if misitem.MatchString(t) {
				c.bad("item.form", i)
			}
			// Words in brackets and notes at the end are set apart by it.
			if !l.sized(13, 14) || l.italic && !strings.HasPrefix(t, "(") && !strings.HasPrefix(t, "Ghi chú") {
				c.bad("body.size", i)
			}
		}
		if p.Align != "center" && (len(basis) == 0 || basis[len(basis)-1] != i) {
			opening = false
		}
		if p.Align != "center" {
			if p.Align != "both" && c.spansLines(i) {
				c.bad("body.align", i)
			}
			if !within(p.First, 10, 12.7) && c.spansLines(i) {
				c.bad("body.indent", i)
			}
		}
		if prev >= 0 && c.doc.Paras[prev].Align != "center" && p.Align != "center" && max(c.doc.Paras[prev].After, p.Before) < 118 {
			c.bad("body.space", i)
		}
		size := float64(max(l.max, 1)) / 2
		switch p.LineRule {
		case "auto":
			if p.Line < 236 || p.Line > 364 {
				c.bad("body.line", i)
			}
		default: // single spacing of the face is 1.15 of its size
			if h := float64(p.Line) / 20; p.LineRule == "exact" && h < size*1.1 || h > size*1.15*1.52 {
				c.bad("body.line", i)
			}
		}
		prev = i
	}
	for n, i := range basis {
		want := ";"
		if n == len(basis)-1 {
			want = "."
		}
		if !strings.HasSuffix(c.text(i), want) {
			c.bad("basis.marks", i)
		}
	}
	if end >= 0 && !strings.HasSuffix(c.text(end), "./.") {
		c.bad("body.end", end)
	}
	c.appendices()
}

// isBasis reports whether a paragraph is a legal basis: Căn cứ …, or after
// one, at whose proposal the document is. One that goes on to what is done
// ("… như sau:") is a sentence of the text.
func isBasis(t string, follows bool) bool {
	if strings.HasSuffix(t, ":") {
		return false
	}
	return strings.HasPrefix(t, "Căn cứ ") || follows && (strings.HasPrefix(t, "Theo đề nghị ") || strings.HasPrefix(t, "Xét đề nghị "))
}

// begins is the first visible piece of a paragraph.
func (c *checker) begins(i int) docx.Seg {
	for _, r := range c.doc.Paras[i].Runs {
		if strings.TrimSpace(r.Text) != "" {
			return r
		}
	}
	return docx.Seg{}
}

// spansLines reports whether a paragraph is long enough for its form to show.
func (c *checker) spansLines(i int) bool { return len([]rune(c.text(i))) > 90 }

func (c *checker) appendices() {
	for i := c.end; i < len(c.doc.Paras); i++ {
		if !appendix.MatchString(norm.NFC.String(c.text(i))) {
			continue
		}
		t := norm.NFC.String(c.text(i))
		if l := c.look(i); !l.bold || c.doc.Paras[i].Align != "center" || !l.sized(14, 14) || l.upper || strings.ContainsFunc(t, unicode.IsDigit) {
			c.bad("appendix.form", i)
		}
		if i+1 < len(c.doc.Paras) {
			if l := c.look(i + 1); !l.bold || !l.upper || c.doc.Paras[i+1].Align != "center" || !l.sized(13, 14) {
				c.bad("appendix.form", i+1)
			}
		}
		ref := -1
		for j := i + 2; j < len(c.doc.Paras) && j < i+5; j++ {
			if strings.HasPrefix(bare(c.text(j)), "KEMTHEO") {
				ref = j
			}
		}
		if ref < 0 || !c.look(ref).italic {
			c.bad("appendix.ref", i)
		}
	}
}

func (c *checker) foot() {
	if c.receivers < 0 {
		c.bad("receivers.absent", -1)
	} else {
		l := c.look(c.receivers)
		if !l.bold || !l.italic || !l.sized(12, 12) || c.text(c.receivers) != "Nơi nhận:" {
			c.bad("receivers.form", c.receivers)
		}
		c.list()
	}
	if len(c.signers) == 0 {
		c.bad("signer.missing", -1)
		return
	}
	if i := c.unnamed(); i >= 0 {
		c.bad("signer.name", i)
	}
	for n, i := range c.signers {
		l, t := c.look(i), norm.NFC.String(c.text(i))
		if strings.HasPrefix(t, "(") {
			continue // a blank for the name
		}
		if n > 0 && !l.upper {
			if !l.bold || !l.upright || !l.sized(13, 14) || degree.MatchString(t) {
				rule := "signer.name"
				if degree.MatchString(t) {
					rule = "signer.degree"
				}
				c.bad(rule, i)
			}
			continue
		}
		if !l.upper || !l.bold || !l.upright || !l.sized(13, 14) || c.doc.Paras[i].Align != "center" {
			c.bad("signer.form", i)
		}
		if m := authority.FindStringSubmatch(t); m != nil && strings.HasPrefix(t, m[1]) && (m[2] != "." || m[3] != " ") && (m[2] == "." || m[3] == " ") {
			c.bad("signer.prefix", i)
		}
		if slashed.MatchString(t) {
			c.bad("signer.prefix", i)
		}
		if strings.HasPrefix(t, "KT. ") && (n+1 == len(c.signers) || !strings.HasPrefix(bare(c.text(c.signers[n+1])), "PHO")) {
			c.bad("signer.deputy", i)
		}
	}
}

// unnamed finds a name in capitals under the room for the signature, or -1.
func (c *checker) unnamed() int {
	if len(c.signers) < 2 {
		return -1
	}
	i := c.signers[len(c.signers)-1]
	room := c.doc.Paras[i].Before > 600 // twips
	for j := i - 1; j > c.signers[len(c.signers)-2]; j-- {
		room = room || c.text(j) == ""
	}
	t := c.text(i)
	if words := len(strings.Fields(t)); !room || words < 2 || words > 6 || !c.look(i).upper || office.MatchString(norm.NFC.String(t)) || authority.MatchString(t) || strings.HasPrefix(t, "(") {
		return -1
	}
	return i
}

func (c *checker) list() {
	at := c.doc.Paras[c.receivers].Cell
	var list []int
	for i := c.receivers + 1; i < c.end; i++ {
		p := &c.doc.Paras[i]
		if at != nil && (p.Cell == nil || *p.Cell != *at) {
			break
		}
		t := c.text(i)
		if t == "" {
			continue
		}
		if at == nil && !strings.HasPrefix(t, "-") {
			break
		}
		list = append(list, i)
	}
	for n, i := range list {
		t, l := c.text(i), c.look(i)
		if !strings.HasPrefix(t, "-") || !l.regular || !l.upright || !l.sized(11, 11) {
			c.bad("receivers.list", i)
		}
		want := ";"
		if n == len(list)-1 {
			want = "."
		}
		if !strings.HasSuffix(t, want) {
			c.bad("receivers.marks", i)
		}
	}
	if len(list) == 0 || !strings.HasPrefix(bare(c.text(list[len(list)-1])), "LUUVT") || !strings.Contains(c.text(list[len(list)-1]), "Lưu: ") {
		where := c.receivers
		if len(list) > 0 {
			where = list[len(list)-1]
		}
		c.bad("receivers.archive", where)
	}
	if len(list) > 0 {
		above := bare(c.text(list[0])) == "NHUTREN"
		if c.to >= 0 && !above || c.to < 0 && above {
			c.bad("receivers.above", list[0])
		}
	}
}
