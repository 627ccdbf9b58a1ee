package official

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A kind of value. Only values of one kind are compared.
type kind string

const (
	money   kind = "money"   // đồng
	percent kind = "percent" // of a hundred
	age     kind = "age"     // years
	day     kind = "day"     // a date: month*100+day
	monthly kind = "monthly" // a day of every month
	clock   kind = "clock"   // hour of the day, 24 is midnight
	span    kind = "span"    // a time that passes, in hours
	class   kind = "class"   // loại 3
	grade   kind = "grade"   // lớp 8
	docno   kind = "docno"   // number of a document
	weekday kind = "weekday" // 2 is Monday, 8 is Sunday
	label   kind = "label"   // "tổ 6", "đợt 1", "lớp 1": which of several is meant
	bare    kind = "bare"    // a number without unit
)

// counts are kinds of their own: people, persons, times … "count:người".

// A value is one statement of quantity, as an interval: lo equals hi for a
// single one, an open end is infinite.
type value struct {
	kind       kind
	lo, hi     float64
	year       int    // of a date, 0 when it is not said
	num        string // of docno, as written; of a label what is numbered
	from, to   int    // words
	bound      bool   // the claim is about the bound itself: "từ 70 tuổi mới", "trước ngày 20"
	closes     bool   // an hour at which something is said to close
	implied    bool   // no number is written: "miễn trọn", "phải đóng"
	pay        int    // money: 1 people pay, 2 as a fine, -1 people receive, 0 unknown
	per        string // money: "khoa", "m3", "ho thang"
	start, end int    // code points
}

var digitWords = map[string]float64{
	"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}

var foldedDigits = map[string]float64{
	"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}

// spell joins numbers in words into one word with its value: "hai mươi",
// "tám chục", "ba trăm rưỡi". In a text without diacritics one word alone is
// a number only before a unit.
func spell(ws []word) []word {
	accentless := len(ws) > 0 && ws[0].plain
	digit := func(w word) (float64, bool) {
		if v, ok := digitWords[w.exact]; ok && w.exact != "không" {
			return v, true
		}
		if accentless {
			v, ok := foldedDigits[w.fold]
			return v, ok
		}
		return 0, false
	}
	is := func(i int, exact, fold string) bool {
		return i < len(ws) && (ws[i].exact == exact || accentless && ws[i].fold == fold)
	}
	next := func(i int) bool { return i < len(ws) && !ws[i].cut }
	var out []word
	for i := 0; i < len(ws); {
		v, n := 0.0, 0
		if d, ok := digit(ws[i]); ok {
			v, n = d, 1
			switch {
			case next(i+1) && (is(i+1, "mươi", "muoi") || is(i+1, "chục", "chuc")):
				v, n = d*10, 2
			case next(i+1) && is(i+1, "trăm", "tram"):
				v, n = d*100, 2
				if is(i+n, "rưỡi", "ruoi") {
					v, n = v+50, n+1
				} else if i+n < len(ws) && !ws[i+n].cut {
					if d, ok := digit(ws[i+n]); ok {
						if is(i+n+1, "mươi", "muoi") || is(i+n+1, "chục", "chuc") {
							v, n = v+d*10, n+2
						} else {
							v, n = v+d*10, n+1 // ba trăm hai is 320
						}
					}
				}
			}
			if n == 2 && v < 100 && i+n < len(ws) && !ws[i+n].cut {
				if d, ok := digit(ws[i+n]); ok { // hai mươi lăm
					v, n = v+d, n+1
				}
			}
		} else if is(i, "mười", "muoi") {
			v, n = 10, 1
			if i+1 < len(ws) && !ws[i+1].cut {
				if d, ok := digit(ws[i+1]); ok {
					v, n = v+d, 2
				}
			}
		}
		if n == 1 && !countable(ws, i) {
			n = 0 // "một", "năm", "ba" and, without diacritics, many more mean other things
		}
		if n == 0 {
			out = append(out, ws[i])
			i++
			continue
		}
		w := ws[i]
		w.num, w.isNum, w.spelled = v, true, true
		w.end = ws[i+n-1].end
		out = append(out, w)
		i += n
	}
	return out
}

// countable reports whether a single numeral at i counts something: a unit
// or the rest of a number stands behind it, or a word for days before it.
func countable(ws []word, i int) bool {
	if i > 0 && !ws[i].cut {
		switch ws[i-1].fold {
		case "mung", "mong", "ngay", "thang", "lop", "loai":
			return ws[i-1].fold != "ngay" && ws[i-1].fold != "lop" || ws[i].exact != "một" && !ws[i].plain
		}
	}
	if i+1 == len(ws) || ws[i+1].cut {
		return false
	}
	f := ws[i+1].fold
	if units[f] != "" || scales[f] > 0 || f == "phan" {
		return !loose[f]
	}
	// "hai ba suất"
	_, digit := foldedDigits[f]
	return digit && i+2 < len(ws) && units[ws[i+2].fold] != "" && !ws[i+2].cut && ws[i].fold != "mot"
}

// units name the kind of a count; those of time and age are kinds of their
// own.
var units = map[string]string{
	"tuoi": "age", "gio": "hour", "h": "hour", "tieng": "hour", "phut": "minute", "ngay": "day", "tuan": "week", "thang": "month", "nam": "year",
	"lan": "lan", "nguoi": "nguoi", "em": "nguoi", "buoi": "buoi", "met": "met", "m": "met", "mam": "mam", "cai": "cai", "chiec": "cai",
	"khoi": "m3", "m3": "m3", "suat": "muc", "muc": "muc", "lop": "lophoc", "chuyen": "chuyen", "ky": "ky", "diem": "diem", "quay": "quay",
	"xe": "xe", "ban": "ban", "kg": "kg", "lit": "lit", "cay": "cay", "bo": "bo", "giao": "nguoi",
	"tre": "nguoi", "chau": "nguoi", "be": "nguoi", "ho": "ho", "con": "con", "tan": "tan", "loai": "loai", "cuon": "cuon", "quyen": "cuon", "lieu": "lieu", "mui": "mui", "km": "km", "m2": "m2", "trang": "trang",
}

// loose units stand behind "ba" and "năm" where these are no numbers: "ba
// con", "ba em".
var loose = set("ba bo em con be chau tre ho tan mui")

// people are the first words of two that count people.
var people2 = map[string]string{"hoc": "sinh", "cong": "dan", "nhan": "khau"}

var scales = map[string]float64{"k": 1e3, "nghin": 1e3, "ngan": 1e3, "trieu": 1e6, "tr": 1e6, "cu": 1e6, "ty": 1e9, "ti": 1e9}

// things are counted in thousands and millions as well.
var things = set("met nguoi em lan cay kg lit ban xe")

var (
	payWords     = set("dong nop thu tra mua phi mat ton gia le ve thue")
	fineWords    = set("phat")
	receiveWords = set("huong bu do bot giam duoc")
	shortNumber  = regexp.MustCompile(`^(\d{1,5})/((?:19|20)\d\d)$`) // "nghị quyết 14/2023"
	dayPattern   = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})(?:/(\d{4}))?$`)
)

// values finds the values of a text whose words were joined by spell.
func values(ws []word) (vs []value) {
	num := func(i int) bool { return i >= 0 && i < len(ws) && ws[i].isNum }
	fold := func(i int) string {
		if i >= 0 && i < len(ws) {
			return ws[i].fold
		}
		return ""
	}
	// before looks for one of the words shortly before i in the same phrase.
	before := func(i, n int, in map[string]bool) bool {
		for j := i - 1; j >= 0 && j >= i-n; j-- {
			if in[ws[j].fold] && !(ws[j].fold == "nhat" && j > 0 && ws[j-1].fold == "chu") {
				return true
			}
			if ws[j+1].cut && j+1 < i {
				return false
			}
		}
		return false
	}
	add := func(v value) {
		v.start, v.end = ws[v.from].start, ws[v.to-1].end
		vs = append(vs, v)
	}
	for i := 0; i < len(ws); i++ {
		w := ws[i]
		if !strings.Contains(w.fold, "/") {
			// no date, no number
		} else if m := dayPattern.FindStringSubmatch(w.fold); m != nil {
			d, _ := strconv.Atoi(m[1])
			mo, _ := strconv.Atoi(m[2])
			y, _ := strconv.Atoi(m[3])
			if d >= 1 && d <= 31 && mo >= 1 && mo <= 12 {
				add(value{kind: day, lo: date(mo, d), hi: date(mo, d), year: y, from: i, to: i + 1})
			}
			continue
		} else if m := shortNumber.FindStringSubmatch(w.fold); m != nil && docKind(ws, i) != "" {
			x, _ := strconv.Atoi(m[1])
			add(value{kind: docno, lo: float64(x), hi: float64(x), num: w.fold, from: i, to: i + 1})
			continue
		}
		if w.doc {
			n, _, _ := strings.Cut(w.exact, "/")
			x, _ := strconv.Atoi(n)
			add(value{kind: docno, lo: float64(x), hi: float64(x), num: w.exact, from: i, to: i + 1})
			continue
		}
		if !w.isNum {
			switch {
			case w.exact == "nửa" && (fold(i+1) == "dem") || w.fold == "nua" && fold(i+1) == "dem":
				add(value{kind: clock, lo: 24, hi: 24, from: i, to: i + 2})
				i++
			case w.fold == "nua" && scales[fold(i+1)] > 0 && !ws[i+1].cut: // "nửa triệu"
				x := scales[fold(i+1)] / 2
				v := value{kind: money, lo: x, hi: x, from: i, to: i + 2, pay: role(ws, i)}
				if f := fold(v.to); f == "dong" || f == "d" {
					v.to++
				}
				v.per, v.to = perWord(ws, v.to)
				add(v)
				i = v.to - 1
			case w.fold == "nua" && (fold(i-1) == "mot" || w.exact == "nửa" && !numUnit(fold(i+1))):
				f := i
				if fold(i-1) == "mot" {
					f--
				}
				add(value{kind: percent, lo: 50, hi: 50, from: f, to: i + 1})
			case (w.exact == "chủ" || w.plain && w.fold == "chu") && fold(i+1) == "nhat":
				add(value{kind: weekday, lo: 8, hi: 8, from: i, to: i + 2})
				i++
			case (w.exact == "thứ" || w.plain && w.fold == "thu") && i+1 < len(ws) && weekdayOf(ws[i+1]) > 0 && !ws[i+1].cut:
				d := weekdayOf(ws[i+1])
				add(value{kind: weekday, lo: d, hi: d, from: i, to: i + 2})
				i++
			case labelWords[w.fold] != "" && i+1 < len(ws) && !ws[i+1].cut && (num(i+1) || fold(i+1) == "dan" && fold(i+2) == "pho" && num(i+3)):
				n := i + 1
				if !num(n) {
					n = i + 3
				}
				v := value{kind: label, num: labelWords[w.fold], lo: ws[n].num, hi: ws[n].num, from: i, to: n + 1}
				if f := fold(n + 1); (f == "den" || f == "toi") && num(n+2) && !ws[n+1].cut && dayPattern.FindString(ws[n+2].fold) == "" {
					v.hi, v.to = ws[n+2].num, n+3
				}
				if v.lo >= 1 && v.lo <= 99 && (v.to >= len(ws) || ws[v.to].cut || units[fold(v.to)] == "" && scales[fold(v.to)] == 0) {
					add(v)
					i = v.to - 1
				}
			case w.fold == "met" && fold(i+1) == "ruoi":
				add(value{kind: "count:met", lo: 1.5, hi: 1.5, from: i, to: i + 2})
				i++
			case (w.fold == "loai" || w.fold == "lop") && num(i+1) && ws[i+1].num <= 12 && fold(i+2) != "mam" && ws[i+1].num == math.Trunc(ws[i+1].num):
				k := class
				if w.fold == "lop" {
					k = grade
				}
				v := value{kind: k, lo: ws[i+1].num, hi: ws[i+1].num, from: i, to: i + 2}
				if fold(i+2) == "tro" && fold(i+3) == "len" {
					v.hi, v.to = math.Inf(1), i+4
				}
				v.bound = fold(i-1) == "het" || before(i, 3, fromMust)
				if k == grade && !v.bound && v.hi == v.lo {
					v.kind, v.num = label, "lop"
				}
				add(v)
				i++
			case w.fold == "thang" && num(i+1) && ws[i+1].num <= 12 && ws[i+1].num >= 1 && (fold(i-1) == "het" || fold(i-1) == "cuoi"):
				mo := int(ws[i+1].num)
				d := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[mo-1]
				add(value{kind: day, lo: date(mo, d), hi: date(mo, d), bound: true, from: i - 1, to: i + 2})
				i++
			}
			continue
		}
		if w.spelled && w.num == 1 && i+1 < len(ws) && !ws[i+1].cut && rate[ws[i+1].fold] {
			continue // "một năm" says how often, not how much
		}
		// A number: what follows says what it is.
		v := value{kind: bare, lo: w.num, hi: w.num, from: i, to: i + 1}
		next := fold(i + 1)
		joined := i+1 < len(ws) && !ws[i+1].cut
		switch {
		case joined && next == "phan" && fold(i+2) == "tram":
			v.kind, v.to = percent, i+3
		case joined && next == "phan" && num(i+2) && ws[i+2].num > 0:
			v.kind, v.lo, v.to = percent, 100*w.num/ws[i+2].num, i+3
			v.hi = v.lo
		case joined && next == "phan" && (ws[min(i+2, len(ws)-1)].fold == "tu"):
			v.kind, v.lo, v.hi, v.to = percent, 25*w.num, 25*w.num, i+3
		case next == "%":
			v.kind, v.to = percent, i+2
		case joined && (next == "dong" || next == "d" && w.num >= 100 || next == "vnd"): // "3D" is no price
			v.kind, v.to = money, i+2
		case joined && scales[next] > 0:
			s := scales[next]
			v.kind, v.lo, v.to = money, w.num*s, i+2
			if num(i+2) && !ws[i+2].gap && ws[i+2].num < 10 { // 7k9
				v.lo, v.to = v.lo+ws[i+2].num*s/10, i+3
			} else if fold(i+2) == "ruoi" {
				v.lo, v.to = v.lo+s/2, i+3
			}
			// "1 triệu 2 một tháng"; but "1 triệu 2 tháng" is two months.
			if n := v.to; s >= 1e6 && v.to == i+2 && num(n) && !ws[n].cut && ws[n].num >= 1 && ws[n].num <= 9 && ws[n].num == math.Trunc(ws[n].num) &&
				(n+1 >= len(ws) || ws[n+1].cut || ws[n+1].isNum || !numUnit(fold(n+1)) && units[fold(n+1)] == "" && !rate[fold(n+1)]) {
				v.lo, v.to = v.lo+ws[n].num*s/10, n+1
			}
			switch f := fold(v.to); {
			case f == "dong" || f == "d":
				v.to++
			case things[f]:
				v.kind, v.to = kind("count:"+units[f]), v.to+1
			}
			v.hi = v.lo
		case w.spelled && w.num >= 100 && w.num < 1000 && joined && next == "mot":
			v.kind, v.lo, v.hi = money, w.num*1e3, w.num*1e3 // "ba trăm rưỡi một khóa"
		case joined && next == "tuoi":
			v.kind, v.to = age, i+2
		case joined && (next == "gio" || next == "h" || next == "tieng"):
			v = hour(ws, i, v, before)
		case joined && next == "thang" && fold(i+2) == "tuoi":
			v.kind, v.lo, v.hi, v.to = age, w.num/12, w.num/12, i+3
		case joined && next == "km" && fold(i+2) == "h":
			v.kind, v.to = "count:kmh", i+3
		case joined && next == "thang" && (fold(i+2) == "den" || fold(i+2) == "toi") && num(i+3):
			v.kind, v.to = "count:thang", i+2 // "18 tháng đến 36 tháng"
		case joined && people2[next] != "" && fold(i+2) == people2[next]:
			v.kind, v.to = "count:nguoi", i+3
		case joined && people2[next] != "":
			// "2 học phần": it counts something else
		case joined && next == "phut":
			v.kind, v.lo, v.hi, v.to = span, w.num/60, w.num/60, i+2
		case fold(i-1) == "ngay" || fold(i-1) == "mung" || fold(i-1) == "mong":
			v = dated(ws, i, v)
		case joined && (next == "met" || next == "m") && fold(i+2) == "vuong":
			v.kind, v.to = "count:m2", i+3
		case joined && next == "ngay":
			v.kind, v.lo, v.hi, v.to = span, w.num*24, w.num*24, i+2
			if fold(i+2) == "lam" && fold(i+3) == "viec" {
				v.to = i + 4
			}
		case joined && next == "tuan":
			v.kind, v.lo, v.hi, v.to = span, w.num*24*7, w.num*24*7, i+2
		case fold(i-1) == "nam" && w.num >= 1900:
			continue // a year
		case joined && next == "nam" && docEnds[fold(i-1)] && num(i+2) && ws[i+2].num >= 1900:
			// "Quyết định 33 năm 2025"
		case joined && next == "nam":
			v.kind, v.to = "count:nam", i+2
		case joined && next == "thang":
			if num(i+2) && !ws[i+2].spelled && units[fold(i+3)] == "" { // "3 tháng 12"
				v = dated(ws, i, v)
			} else {
				v.kind, v.to = "count:thang", i+2
			}
		case joined && units[next] != "":
			v.kind, v.to = kind("count:"+units[next]), i+2
		}
		v.to = min(v.to, len(ws))
		if v.kind == bare && (w.num >= 1900 && w.num <= 2100 || strings.Contains(w.fold, "/")) {
			continue
		}
		if v.kind == bare && docEnds[fold(i-1)] && docKind(ws, i) != "" {
			v.kind, v.num = docno, strings.TrimLeft(w.fold, "0")
		}
		if v.kind == money {
			v.pay = role(ws, i)
			v.per, v.to = perWord(ws, v.to)
		}
		if fold(v.to) == "tro" && fold(v.to+1) == "len" {
			v.hi, v.to, v.bound = math.Inf(1), v.to+2, true
		}
		v.bound = v.bound || before(i, 2, bounds) && (fold(v.to) == "moi" || fold(i-1) == "truoc" || fold(i-2) == "truoc") || fold(v.to) == "moi" && before(i, 3, fromTo)
		i = max(i, v.to-1)
		add(v)
	}
	for i := range vs {
		if f := vs[i].to; vs[i].kind == day && f < len(ws) && ws[f].fold == "moi" {
			vs[i].bound = true
		}
	}
	return ranges(ws, vs)
}

var rate = set("nam thang ngay tuan nguoi ho xe con em khoi chiec cai met kg")

// docEnds are the last words of the names of documents.
var docEnds = set("so quyet bao hoach dinh van thi tu")

// labelWords number what there are several of.
var labelWords = map[string]string{"to": "to", "khoi": "to", "xom": "to", "thon": "to", "dot": "dot", "ca": "ca", "tuyen": "tuyen"}

// weekdayOf reads what stands behind "thứ".
func weekdayOf(w word) float64 {
	if w.isNum && w.num >= 2 && w.num <= 7 && w.num == math.Trunc(w.num) {
		return w.num
	}
	switch w.exact {
	case "hai":
		return 2
	case "ba":
		return 3
	case "tư":
		return 4
	case "năm":
		return 5
	case "sáu":
		return 6
	case "bảy", "bẩy":
		return 7
	}
	if w.plain {
		return map[string]float64{"hai": 2, "ba": 3, "tu": 4, "nam": 5, "sau": 6, "bay": 7}[w.fold]
	}
	return 0
}

func numUnit(s string) bool { return scales[s] > 0 || units[s] != "" }

func date(month, d int) float64 { return float64(month*100 + d) }

var docKinds = anyOf("nghị quyết,thông báo,kế hoạch,quyết định,công văn,chỉ thị,nghị định,thông tư")

// docKind says which kind of document is named shortly before place i.
func docKind(ws []word, i int) string {
	from := max(0, i-4)
	for _, p := range docKinds.list {
		for j := from; j < i; j++ {
			if matches(ws[j:i], p) {
				return strings.Join(p.plain, " ")
			}
		}
	}
	return ""
}

// hour reads "22 giờ", "10h đêm", "11 giờ 30", "12 giờ" as time of the day or
// as a span.
func hour(ws []word, i int, v value, before func(int, int, map[string]bool) bool) value {
	fold := func(i int) string {
		if i < len(ws) {
			return ws[i].fold
		}
		return ""
	}
	h := v.lo
	v.to = i + 2
	half := 0.0
	if v.to < len(ws) && ws[v.to].isNum && !ws[v.to].cut && ws[v.to].num < 60 && fold(v.to+1) != "ngay" {
		half = ws[v.to].num / 60
		v.to++
		if fold(v.to) == "phut" {
			v.to++
		}
	} else if fold(v.to) == "ruoi" {
		half = 0.5
		v.to++
	}
	part := ""
	if v.to < len(ws) && !ws[v.to].cut {
		part = fold(v.to)
	}
	pm := part == "toi" || part == "dem" || part == "chieu"
	am := part == "sang" || part == "trua"
	if pm || am {
		v.to++
	}
	isSpan := fold(i+1) == "tieng" || part == "lan" || h == 24 && !pm || !pm && !am && half == 0 && (before(i, 2, spanWords) || h < 13 && before(i, 2, afterWords))
	if isSpan {
		v.kind, v.lo, v.hi = span, h, h
		return v
	}
	switch {
	case pm && h == 0:
		h = 24
	case pm && h <= 12:
		h += 12
	}
	v.kind, v.lo, v.hi = clock, h+half, h+half
	return v
}

var (
	fromMust   = set("tu phai")
	bounds     = set("tu truoc den toi tren duoi du")
	fromTo     = set("tu toi den tren duoi du")
	afterWords = set("sau")
)

var spanWords = set("trong qua nhat thieu da mat cham")

// dated reads "ngày 15 hằng tháng", "mùng 2 tháng 12", "ngày 20".
func dated(ws []word, i int, v value) value {
	fold := func(i int) string {
		if i < len(ws) {
			return ws[i].fold
		}
		return ""
	}
	d := v.lo
	// a month further on, over other days: "mùng 2 với mùng 3 tháng 12"
	for j := i + 1; j < len(ws) && j <= i+5; j++ {
		if ws[j].fold == "thang" && j+1 < len(ws) && ws[j+1].isNum && ws[j+1].num <= 12 && d <= 31 {
			v.kind, v.lo, v.hi = day, date(int(ws[j+1].num), int(d)), date(int(ws[j+1].num), int(d))
			if j == i+1 {
				v.to = j + 2
			}
			return v
		}
	}
	if d >= 1 && d <= 31 && d == math.Trunc(d) {
		v.kind = monthly
		if f := fold(i + 1); (f == "hang" || f == "moi") && fold(i+2) == "thang" {
			v.to = i + 3
		}
		v.bound = i >= 2 && ws[i-2].fold == "truoc"
	}
	return v
}

// role says what an amount before word i is: 1 for what people pay, 2 for a
// fine, -1 for what they receive, 0 when it is not said. The nearest word
// that tells decides; a fine stands further away.
func role(ws []word, i int) int {
	near := 0
	for j := i - 1; j >= 0 && j >= i-7; j-- {
		if ws[j+1].cut && j+1 < i {
			break
		}
		f := ws[j].fold
		switch {
		case fineWords[f]:
			return 2
		case near != 0 || j < i-5:
		case f == "phi" && j > 0 && ws[j-1].fold == "chi":
		case f == "dong" && ws[j].exact == "đồng": // the unit
		case payWords[f]:
			near = 1
		case receives(ws, j, i):
			near = -1
		}
	}
	return near
}

// receives reports whether word j says that people get the amount at i. Many
// such words are part of others: "xác nhận", "cấp lại", "trở lại", "tăng".
func receives(ws []word, j, i int) bool {
	f, prev, next := ws[j].fold, "", ""
	if j > 0 {
		prev = ws[j-1].fold
	}
	if j+1 < len(ws) {
		next = ws[j+1].fold
	}
	switch f {
	case "tro":
		return prev == "ho" || next == "cap" || next == "giup"
	case "cap":
		return prev == "tro" || prev == "phu"
	case "nhan":
		return prev != "xac" && prev != "chung" && prev != "tiep" && prev != "cong" && prev != "ca"
	case "tang":
		return ws[j].exact == "tặng" || prev == "qua" || prev == "duoc"
	case "thuong":
		return ws[j].exact == "thưởng"
	case "cho":
		return j == i-1 && ws[j].exact != "chợ"
	}
	return receiveWords[f]
}

// perWord is what an amount is for, "đồng/khóa" or "một khóa", and the word
// behind it.
func perWord(ws []word, i int) (per string, to int) {
	to = i
	var all []string
	for j := i; j < len(ws) && j < i+4; j++ {
		w := ws[j]
		if w.cut && len(all) == 0 || w.isNum && w.num != 1 {
			break
		}
		if w.fold == "mot" || w.fold == "moi" || w.isNum {
			if j > i && !ws[j-1].cut && j+1 < len(ws) && perWords[ws[j+1].fold] == "" {
				break
			}
			continue
		}
		name := perWords[w.fold]
		if name == "" || w.cut {
			break
		}
		all, to = append(all, name), j+1
	}
	return strings.Join(all, " "), to
}

// perWords are what an amount may be for, by how people call it.
var perWords = map[string]string{
	"m3": "m3", "khoi": "m3", "khoa": "khoa", "ngay": "ngay", "buoi": "buoi", "ho": "ho", "nha": "ho", "thang": "thang", "nam": "nam", "nguoi": "nguoi",
	"luot": "luot", "xe": "xe", "con": "con", "the": "the", "mui": "mui", "quay": "quay", "lan": "lan", "quy": "quy", "gio": "gio", "dem": "dem", "m2": "m2",
	"kg": "kg", "suat": "suat", "ve": "ve", "ban": "ban", "trang": "trang", "tan": "tan", "chau": "nguoi", "em": "nguoi", "ky": "ky", "cai": "cai", "chiec": "cai", "phong": "phong", "cuon": "cuon", "quyen": "cuon",
}

// samePer reports whether two amounts may be for the same: one says no less
// than the other.
func samePer(a, b string) bool {
	within := func(a, b string) bool {
		for _, f := range strings.Fields(a) {
			if !slices.Contains(strings.Fields(b), f) {
				return false
			}
		}
		return true
	}
	return within(a, b) || within(b, a)
}

var below = anyOf("dưới")

// ranges joins "từ 7 đến 14 tuổi" and its like into one interval.
func ranges(ws []word, vs []value) []value {
	var out []value
	for i := 0; i < len(vs); i++ {
		v := vs[i]
		if i+1 < len(vs) && vs[i+1].from >= v.to {
			n := vs[i+1]
			gap := ws[v.to:n.from]
			joined := len(gap) > 0 && len(gap) <= 4 && (gap[0].fold == "den" || gap[0].fold == "toi") && !gap[0].cut
			alike := v.kind == n.kind || v.kind == bare || v.kind == monthly && n.kind == day || v.kind == "count:thang" && n.kind == age
			if joined && alike && v.lo == v.hi {
				open := has(gap, below)
				switch {
				case v.kind == bare && n.kind == money:
					for v.lo > 0 && v.lo*1000 <= n.lo { // "300 tới 500 nghìn"
						v.lo *= 1000
					}
				case v.kind == "count:thang" && n.kind == age:
					v.lo /= 12
				}
				r := value{kind: n.kind, lo: v.lo, hi: n.hi, year: n.year, num: v.num, from: v.from, to: n.to, bound: true, pay: n.pay, per: n.per}
				if open {
					r.hi -= 0.001
				}
				r.start, r.end = v.start, n.end
				out = append(out, r)
				i++
				continue
			}
		}
		out = append(out, v)
	}
	return out
}

// within reports whether a number lies between the ends of what a document
// says, as many do by chance.
func (v value) within(doc value) bool {
	return v.kind != money && v.lo == v.hi && doc.lo != doc.hi && v.lo > doc.lo && v.lo < doc.hi
}

// same reports whether what a claim says is what a document says.
func (v value) same(doc value) bool {
	const eps = 0.002
	near := func(a, b float64) bool {
		return a == b || !math.IsInf(a, 0) && !math.IsInf(b, 0) && math.Abs(a-b) <= eps*math.Max(1, math.Abs(b))
	}
	switch {
	case v.kind == docno:
		return v.lo == doc.lo
	case v.kind == "count:thang" && doc.kind == age:
		v.kind, v.lo, v.hi = age, v.lo/12, v.hi/12
		return v.same(doc)
	case v.kind == money && v.implied && v.lo > 0: // "phải đóng", no amount
		return doc.lo > 0
	case doc.lo == doc.hi && v.lo == v.hi:
		return near(v.lo, doc.lo)
	case v.lo != v.hi && doc.lo != doc.hi:
		return near(v.lo, doc.lo) && near(v.hi, doc.hi)
	case v.lo != v.hi:
		return near(v.lo, doc.lo) || near(v.hi, doc.hi)
	case v.kind == clock || v.bound:
		return near(v.lo, doc.lo) || near(v.lo, doc.hi)
	}
	return v.lo >= doc.lo-eps && v.lo <= doc.hi+eps
}
