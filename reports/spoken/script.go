package spoken

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The limits of what a loudspeaker says: longer is not heard.
const (
	MaxSeconds = 120
	MaxWords   = 15 // syllables a sentence, the strictest way to count words
	perSecond  = 3  // syllables that a careful announcer reads a second
)

// Priority of a bulletin, Circular 39/2020/TT-BTTTT.
type Priority string

// The priorities.
const (
	Normal    Priority = "normal"
	Raised    Priority = "priority"
	Emergency Priority = "emergency"
)

// A Script is what an announcer reads, sentence by sentence.
type Script struct {
	Priority  Priority
	Sentences []string
	Repeated  bool // the facts are said twice
	// Over is by how many seconds facts, source and advice are too long
	// between opening and sign-off. Then parts of them are left out.
	Over int
}

// Source is what a script is made of. The claim that is going round is never
// read out before the facts, and never alone.
type Source struct {
	Priority Priority
	Station  string // "Đài truyền thanh phường Thái Hòa"
	Fact     string // what is true
	Document string // the number of the document that says so
	Wrong    string // what is going round and is false, in neutral words; empty when nothing false is to be named
	Do       string // what people should do
	Contact  string
	Year     int // days of this year are read without it
}

// Seconds estimates how long a text takes to read.
func Seconds(text string) int { return (len(strings.Fields(text)) + perSecond - 1) / perSecond }

// Seconds is how long the script takes.
func (s Script) Seconds() int { return Seconds(strings.Join(s.Sentences, " ")) }

// Text is the script, a sentence on each line.
func (s Script) Text() string { return strings.Join(s.Sentences, "\n") }

// Make writes the script: opening, facts, source, the correction, what to
// do, the facts again when there is time, sign-off.
func Make(src Source) Script {
	out := Script{Priority: src.Priority}
	for _, t := range []*string{&src.Fact, &src.Wrong, &src.Do} {
		*t = thisYear(*t, src.Year)
	}
	station := Words(or(src.Station, "Đài truyền thanh phường"))
	greet := "Đây là " + station + "."
	switch src.Priority {
	case Emergency:
		greet = "Thông báo khẩn cấp. " + greet
	case Raised:
		greet = "Thông báo quan trọng. " + greet
	}
	head := Sentences(greet)
	fact := Sentences(Words(src.Fact))
	var source, wrong []string
	if src.Document != "" {
		source = Sentences("Căn cứ là " + Words(src.Document) + ".")
	}
	if claim := Sentences(Words(src.Wrong)); len(claim) > 0 {
		// Between two warnings: who hears what comes next must not take it for
		// what is untrue.
		wrong = append(append([]string{"Nội dung sau đây là không đúng."}, claim...), "Nội dung vừa nêu là không đúng.")
	}
	do := Sentences(Words(src.Do))
	if src.Contact != "" {
		do = append(do, Sentences("Cần hỏi thêm, xin liên hệ "+Words(src.Contact)+".")...)
	}
	end := Sentences(station + " xin cảm ơn bà con đã lắng nghe.")
	seconds := func(parts ...[]string) int {
		n := 0
		for _, p := range parts {
			n += len(strings.Fields(strings.Join(p, " ")))
		}
		return (n + perSecond - 1) / perSecond
	}
	out.Over = max(0, seconds(head, fact, source, do, end)-MaxSeconds)
	// Too long: first what may be read elsewhere goes, then the end of the
	// facts. The claim goes with its warnings and the source as one: half of
	// either says something else.
	for seconds(head, fact, source, wrong, do, end) > MaxSeconds {
		switch {
		case len(wrong) > 0:
			wrong = nil
		case len(source) > 0:
			source = nil
		case len(fact) > 1:
			fact = fact[:len(fact)-1]
		case len(do) > 1:
			do = do[:len(do)-1]
		default:
			head, end = nil, nil
			if len(do) > 0 {
				do = nil
			} else {
				out.Sentences = fact
				return out
			}
		}
	}
	out.Sentences = slices.Concat(head, fact, source, wrong, do)
	again := append([]string{"Xin nhắc lại."}, fact...)
	if seconds(out.Sentences, again, do, end) <= MaxSeconds {
		again = append(again, do...)
	}
	if seconds(out.Sentences, again, end) <= MaxSeconds {
		out.Sentences, out.Repeated = append(out.Sentences, again...), true
	}
	out.Sentences = append(out.Sentences, end...)
	return out
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// thisYear leaves out the year of days in it: 24/11/2026 is 24/11.
func thisYear(text string, year int) string {
	if year == 0 {
		return text
	}
	y := strconv.Itoa(year)
	text = regexp.MustCompile(`\b(?:ngày )?(\d{1,2})[/-](\d{1,2})[/-]`+y+`\b`).ReplaceAllString(text, "ngày $1/$2")
	return regexp.MustCompile(`(?i)(ngày \d{1,2} tháng \d{1,2}) năm `+y+`\b`).ReplaceAllString(text, "$1")
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

var (
	// joints are words in front of which a long sentence may be cut.
	joints = set("và nhưng để vì nếu khi nên rồi hoặc tính theo tại từ trong trước sau do ngày lúc căn nhằm mà thì")
	// Behind these no sentence ends.
	open = set("tính của và là có ngày tháng năm số từ đến tại cho với các những theo trước sau lúc trong về đã đang sẽ không chưa được bị do để")
	// numerals stay together: a number that is cut is another number.
	numerals = set("không một hai ba bốn tư năm sáu bảy tám chín mười mươi trăm nghìn triệu tỷ linh mốt lăm phẩy âm giờ phút ngày tháng phần đồng")
)

// Sentences cuts a text into sentences of at most [MaxWords] syllables: at
// full stops first, then at commas, then before a joining word.
func Sentences(text string) (out []string) {
	text = strings.NewReplacer(";", ".", "\n", ". ", "…", ".", "•", ".").Replace(text)
	for _, s := range stops(text) {
		out = append(out, cut(strings.Fields(s))...)
	}
	return out
}

// stops splits at the ends of sentences.
func stops(text string) (out []string) {
	start := 0
	rs := []rune(text)
	for i, r := range rs {
		if (r == '.' || r == '!' || r == '?') && (i+1 == len(rs) || unicode.IsSpace(rs[i+1])) {
			if s := strings.TrimSpace(string(rs[start : i+1])); strings.Trim(s, ".!? ") != "" {
				out = append(out, s)
			}
			start = i + 1
		}
	}
	if s := strings.TrimSpace(string(rs[start:])); s != "" {
		out = append(out, s+".")
	}
	return out
}

func cut(ws []string) (out []string) {
	for len(ws) > MaxWords {
		at := 0
		for i := MaxWords; i >= 3; i-- { // a sentence of at least three syllables
			if strings.HasSuffix(ws[i-1], ",") || strings.HasSuffix(ws[i-1], ":") {
				at = i
				break
			}
		}
		plain := func(i int) string { return strings.ToLower(strings.Trim(ws[i], ",.:;!?")) }
		for _, may := range []func(i int) bool{
			func(i int) bool { return joints[plain(i)] && !open[plain(i-1)] && !numerals[plain(i-1)] },
			func(i int) bool { return joints[plain(i)] && !open[plain(i-1)] },
			func(i int) bool { return !open[plain(i-1)] && !(numerals[plain(i-1)] && numerals[plain(i)]) },
		} {
			for i := MaxWords; i >= 3 && at == 0; i-- {
				if may(i) {
					at = i
				}
			}
		}
		if at == 0 {
			at = MaxWords
		}
		out = append(out, sentence(ws[:at]))
		ws = ws[at:]
	}
	if len(ws) > 0 {
		out = append(out, sentence(ws))
	}
	return out
}

// sentence gives words a capital and a full stop.
func sentence(ws []string) string {
	s := strings.TrimRight(strings.Join(ws, " "), ",: ")
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	r[0] = unicode.ToUpper(r[0])
	s = string(r)
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "!") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	return s
}
