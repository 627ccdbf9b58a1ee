// Package redact takes out of a text what identifies a person: telephone
// numbers, e-mail addresses, identity numbers, bank accounts, number plates,
// mentions and links of profiles. A word in brackets stays in its place, so
// that a reader still sees what was said.
//
// It errs towards taking out. Short public numbers (113, 1022) and hotlines
// (1800, 1900) stay, since no person is behind them; so do amounts, dates
// and the numbers of documents. Names are a matter of their own: see [Names].
package redact

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"langnghe/crawler/nfc"
)

// What stands in place of what was taken out.
const (
	Phone   = "[số điện thoại]"
	Email   = "[thư điện tử]"
	ID      = "[số giấy tờ]"
	Account = "[số tài khoản]"
	Plate   = "[biển số xe]"
	Mention = "[nhắc tên]"
	Profile = "[trang cá nhân]"
)

var (
	email = regexp.MustCompile(`(?i)[\pL\pN._%+-]+(?:@| @ | ?(?:\(at\)|\[at\]) ?)[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	// Links, also without the scheme where the host is of a platform.
	link       = regexp.MustCompile(`(?i)https?://[^\s<>"\[\]]+|(?:[a-z0-9-]+\.)*(?:(?:facebook|fb|messenger|tiktok|youtube|twitter|x|instagram|threads|linkedin|telegram)\.com|fb\.watch|youtu\.be|threads\.net|(?:fb|m|t|zalo|telegram)\.me|telegram\.dog)/[^\s<>"\[\]]+`)
	mention    = regexp.MustCompile(`(^|[^\pL\pN@._/-])@[\pL\pN_][\pL\pN_.\pM]{1,}`)
	plate      = regexp.MustCompile(`(?i)(^|[^\pL\pN/.-])([1-9]\d ?-? ?(?:[A-Z]\d|[A-Z]{1,2})(?: ?[-. ] ?|)\d{3}(?:\.\d{2}|\d{1,2}))($|[^\pL\pN/-])`)
	vehicle    = regexp.MustCompile(`\b(xe|bks|bs|bien|o to|oto|mo to)\b`)
	passport   = regexp.MustCompile(`(?i)(ho chieu|passport)`)
	passNumber = regexp.MustCompile(`\b[A-Z]\d{7}\b`)
)

// Text returns s in NFC without what identifies people, and the names of
// what was taken out ("phone", "email", …), sorted, each once.
func Text(s string) (string, []string) {
	s = nfc.String(s)
	if !suspicious(s) {
		return s, nil
	}
	var kinds []string
	took := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for range 8 { // what stood behind something may now stand alone
		next := pass(s, took)
		if next == s {
			break
		}
		s = next
	}
	slices.Sort(kinds)
	return s, kinds
}

func pass(s string, took func(string)) string {
	// Each search is made only where what it cannot do without is there.
	if mayLink(s) {
		s = links(s, took)
	}
	if mayMail(s) {
		s = email.ReplaceAllStringFunc(s, func(string) string { took("email"); return Email })
	}
	s = numbers(s, took)
	if mayPlate(s) {
		s = plates(s, took)
	}
	if strings.Contains(s, "@") {
		s = mention.ReplaceAllStringFunc(s, func(m string) string {
			took("mention")
			return m[:strings.IndexByte(m, '@')] + Mention
		})
	}
	return nfc.String(s)
}

// links replaces links that lead to a person. A number in the address of any
// other site is taken out like one in the text.
func links(s string, took func(string)) string {
	var b strings.Builder
	last := 0
	for _, g := range link.FindAllStringIndex(s, -1) {
		start, end := g[0], g[0]+len(strings.TrimRight(s[g[0]:g[1]], ".,;:!?)}'”’»…*"))
		if start > 0 && !strings.HasPrefix(strings.ToLower(s[start:end]), "http") {
			if r, _ := utf8.DecodeLastRuneInString(s[:start]); unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@-._/", r) {
				continue // the end of a longer word
			}
		}
		if !leadsToPerson(s[start:end]) {
			continue
		}
		took("profile")
		b.WriteString(s[last:start])
		b.WriteString(Profile)
		last = end
	}
	b.WriteString(s[last:])
	return b.String()
}

func leadsToPerson(address string) bool {
	if !strings.HasPrefix(strings.ToLower(address), "http") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if ruleOf(site(u)) == nil {
		free := mastodon(u, strings.FieldsFunc(decoded(u), func(r rune) bool { return r == '/' }))
		return free != "" || personal(strings.FieldsFunc(decoded(u), func(r rune) bool { return r == '/' }))
	}
	_, named := Address(address, nil)
	return named
}

// plates replaces number plates. Without a dash or dot a plate looks like a
// model number or a price ("80k 2019"), so a word about vehicles has to stand
// before it.
func plates(s string, took func(string)) string {
	var b strings.Builder
	last := 0
	for _, g := range plate.FindAllStringSubmatchIndex(s, -1) {
		start, end := g[4], g[5]
		before := fold(s[max(last, start-40):start])
		if !strings.ContainsAny(s[start:end], "-.") && !vehicle.MatchString(before) {
			continue
		}
		took("plate")
		b.WriteString(s[last:start])
		b.WriteString(Plate)
		last = end
	}
	b.WriteString(s[last:])
	return b.String()
}

// suspicious is a quick look that clears most texts.
func suspicious(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '@':
			return true
		case r >= 0x660 && (r < 0x1e00 || r > 0x1eff) && unicode.Is(unicode.Nd, r): // U+0660 is the first beyond ASCII
			digits++
		default:
			continue
		}
		if digits >= 6 {
			return true
		}
	}
	return mayMail(s) || mayLink(s)
}

// mayMail reports whether there may be an address of electronic mail in s.
func mayMail(s string) bool {
	if strings.IndexByte(s, '@') >= 0 {
		return true
	}
	for i := strings.IndexAny(s, "(["); i >= 0 && i+4 <= len(s); {
		if strings.EqualFold(s[i+1:i+3], "at") {
			return true
		}
		next := strings.IndexAny(s[i+1:], "([")
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return false
}

// mayLink reports whether there may be a link in s, also one without scheme.
func mayLink(s string) bool {
	for i := 0; ; i++ {
		n := strings.IndexByte(s[i:], '/')
		if n < 0 {
			return false
		}
		i += n
		if i > 0 && s[i-1] == ':' {
			return true
		}
		before := s[max(0, i-6):i]
		switch strings.ToLower(before[strings.LastIndexByte(before, '.')+1:]) {
		case "com", "me", "watch", "be", "net", "dog":
			return true
		}
	}
}

// mayPlate reports whether there may be a number plate in s: two digits, a
// letter, and three digits in a row soon after.
func mayPlate(s string) bool {
	number := func(i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '9' }
	for i := 0; i+6 < len(s); i++ {
		if !number(i) || !number(i+1) {
			continue
		}
		j := i + 2
		for j < len(s) && (s[j] == ' ' || s[j] == '-') {
			j++
		}
		if j == len(s) || s[j] < 'A' {
			continue
		}
		for k := j + 1; k < j+9; k++ {
			if number(k) && number(k+1) && number(k+2) {
				return true
			}
		}
	}
	return false
}

// A group is digits without anything between them.
type group struct {
	start, end int // in runes of the text
	digits     string
	plus       bool // "+" before it
	joined     bool // one separator only stands between it and the group before
	sep        rune // that separator
}

// numbers replaces telephone, identity and account numbers.
func numbers(s string, took func(string)) string {
	rs := []rune(s)
	groups := split(rs)
	var b strings.Builder
	last := 0
	for i := 0; i < len(groups); {
		kind, n := classify(rs, groups[i:])
		if n == 0 {
			i++
			continue
		}
		g, end := groups[i], groups[i+n-1].end
		start := g.start
		if g.plus {
			start--
		}
		if start > last && rs[start-1] == '(' && strings.ContainsRune(string(rs[start:end]), ')') {
			start-- // "(0238) 3881 234"
		}
		for end < len(rs) && (rs[end] == '\ufe0f' || rs[end] == '\u20e3') {
			end++ // the rest of a digit that is drawn as a keycap
		}
		took(kind)
		b.WriteString(string(rs[last:start]))
		b.WriteString(map[string]string{"phone": Phone, "id": ID, "account": Account}[kind])
		last = end
		i += n
	}
	b.WriteString(string(rs[last:]))
	s = b.String()
	letter := func(g group) bool {
		return len(g.digits) >= 7 && g.start > 0 && rs[g.start-1] >= 'A' && rs[g.start-1] <= 'Z'
	}
	if slices.ContainsFunc(groups, letter) && passport.MatchString(fold(s)) {
		s = passNumber.ReplaceAllStringFunc(s, func(string) string { took("id"); return ID })
	}
	return s
}

// digit reads a decimal digit of any script. The letter o where people type
// it for a zero is the business of split.
func digit(r rune) (byte, bool) {
	if r >= '0' && r <= '9' {
		return byte(r), true
	}
	if r < unicode.MaxLatin1 || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	// The digits of a script follow one another, and so may whole sets.
	before := rune(0)
	for unicode.Is(unicode.Nd, r-before-1) {
		before++
	}
	return byte(before%10) + '0', true
}

func separator(r rune) bool {
	switch r {
	case ' ', '\u00a0', '.', '-', '–', '(', ')', '_', '*', '\u2009', '\u202f':
		return true
	}
	return invisible(r)
}

// invisible is what stands between digits and is not seen: format characters,
// the selectors and the keycap of digits that are drawn as pictures.
func invisible(r rune) bool {
	return r >= 0x80 && (unicode.Is(unicode.Cf, r) || r >= '\ufe00' && r <= '\ufe0f' || r == '\u20e3' || r == '\u034f')
}

func split(rs []rune) []group {
	var out []group
	for i := 0; i < len(rs); {
		start := i
		var d []byte
		// "O912 345 678": the letter for the leading zero.
		if (rs[i] == 'o' || rs[i] == 'O') && i+9 < len(rs) && boundary(rs, i) && digits(rs[i+1:min(len(rs), i+4)]) == 3 {
			d = append(d, '0')
			i++
		}
		for i < len(rs) {
			if c, ok := digit(rs[i]); ok {
				d = append(d, c)
			} else if !invisible(rs[i]) || len(d) == 0 {
				break
			}
			i++
		}
		if len(d) == 0 {
			i = start + 1
			continue
		}
		end := i
		for end > start && invisible(rs[end-1]) {
			end--
		}
		g := group{start: start, end: end, digits: string(d), plus: start > 0 && rs[start-1] == '+'}
		if n := len(out); n > 0 && !g.plus {
			gap := rs[out[n-1].end:start]
			if len(gap) <= 2 && len(gap) > 0 && all(gap, separator) && (len(gap) == 1 || strings.ContainsAny(string(gap), "()")) {
				g.joined, g.sep = true, gap[0]
			}
		}
		out = append(out, g)
	}
	return out
}

func all(rs []rune, f func(rune) bool) bool {
	return !slices.ContainsFunc(rs, func(r rune) bool { return !f(r) })
}

func digits(rs []rune) int {
	n := 0
	for _, r := range rs {
		if _, ok := digit(r); ok {
			n++
		}
	}
	return n
}

// boundary reports whether no letter or digit stands before i.
func boundary(rs []rune, i int) bool {
	return i == 0 || !unicode.IsLetter(rs[i-1]) && !unicode.IsDigit(rs[i-1])
}

var (
	accountWords = regexp.MustCompile(`\b(stk|so tk|s tk|tk|tai khoan|account|acc|so the|ngan hang|chuyen khoan|(?:chuyen|gui|nap)(?: tien)? (?:vao|den|toi|cho|qua|ve)|chuyen tien|thu huong|ck|vietcombank|vcb|agribank|bidv|techcombank|tcb|mbbank|mb bank|mb|acb|tpbank|vpbank|sacombank|vietinbank|shb|hdbank|vib|msb|ocb|momo|zalopay|viettelpay)\b`)
	strongWords  = regexp.MustCompile(`\b(stk|so tk|so tai khoan|account)\b[^.;\n]{0,20}$`)
	nextWords    = regexp.MustCompile(`\b(stk|so tk|s tk|so tai khoan|account)\b[\s:.=-]*(?:(?:so|la|so la)\b[\s:.=-]*)?$`)
	idWords      = regexp.MustCompile(`\b(cccd|cmnd|cmt|cmtnd|can cuoc|chung minh|dinh danh|giay to tuy than|bhxh|so bao hiem|ma so bao hiem|so ho so)\b`)
	phoneWords   = regexp.MustCompile(`\b(sdt|so dien thoai|dien thoai|dt|tel|phone|zalo|hotline|lien he|lh|goi|alo|call|sms)\b`)
	// Units, and those of them that begin other things as well: ngân hàng,
	// Đông Á, Họ tên, Hà, người nhận.
	moneyAfter = regexp.MustCompile(`^\s*(?:(dong|vnd|trieu|nghin|usd|m2)\b|%|(?:d|tr|ty|ti|ngan|k|ha|nguoi|ho)\b)`)
	bankAfter  = regexp.MustCompile(`^\s*(?:ngan hang|dong a|ha noi|ho ten|ho va ten|nguoi nhan)\b`)
	thousands  = regexp.MustCompile(`^\d{1,3}([.]\d{3})+$`)
	dateLike   = regexp.MustCompile(`^([0-3]?\d[-.][01]?\d[-.](19|20)\d{2}|(19|20)\d{2}[-.]\d{2}[-.]\d{2})`)
)

// classify says what the number at the head of gs is and how many groups it
// takes; 0 groups when it identifies nobody.
func classify(rs []rune, gs []group) (kind string, n int) {
	g := gs[0]
	if g.start > 0 && !g.plus && !boundary(rs, g.start) {
		return "", 0 // inside a word or code
	}
	if g.start > 0 && strings.ContainsRune("/=&", rs[g.start-1]) {
		return "", 0 // part of an address or of a document number
	}
	run := 1
	for run < len(gs) && gs[run].joined {
		run++
	}
	total := 0
	for _, x := range gs[:run] {
		total += len(x.digits)
	}
	if total < 6 {
		return "", 0 // no number of anybody is shorter
	}
	whole := string(rs[g.start:gs[run-1].end])
	after := fold(string(rs[gs[run-1].end:min(len(rs), gs[run-1].end+24)]))
	if dateLike.MatchString(whole) || strings.HasPrefix(after, "/") {
		return "", 0
	}
	money := amount(whole, join(gs[:run]), after)
	before := fold(string(rs[max(0, g.start-48):g.start]))
	strong := strongWords.MatchString(before) && !phoneWords.MatchString(tail(before, 16))
	if n := length(gs[:run], 12, 12); n > 0 && citizen(join(gs[:n])) && !strong {
		return "id", n
	}
	if n := phone(gs[:run]); n > 0 {
		// Ten digits behind "stk" are an account that looks like a number.
		if strong {
			return "account", n
		}
		return "phone", n
	}
	// Right behind "stk" a number is an account, whatever comes next.
	if nextWords.MatchString(before) {
		if n := length(gs[:run], 6, 19); n > 0 {
			return "account", n
		}
	}
	if money {
		return "", 0
	}
	if idWords.MatchString(tail(before, 40)) {
		if n := length(gs[:run], 9, 12); n > 0 {
			return "id", n
		}
	}
	if accountWords.MatchString(before) || accountWords.MatchString(after) {
		if n := length(gs[:run], 8, 19); n > 0 {
			return "account", n
		}
		if n := length(gs[:run], 6, 7); n > 0 && strongWords.MatchString(before) {
			return "account", n
		}
	}
	if phoneWords.MatchString(tail(before, 16)) {
		if n := length(gs[:run], 8, 11); n > 0 && !strings.HasPrefix(g.digits, "1800") && !strings.HasPrefix(g.digits, "1900") {
			return "phone", n
		}
	}
	return "", 0
}

// amount reports whether a number counts something: whole is the number as
// written, d its digits, after the folded words behind it.
func amount(whole, d, after string) bool {
	if d[0] == '0' {
		return false
	}
	if thousands.MatchString(whole) {
		return true
	}
	m := moneyAfter.FindStringSubmatch(after)
	if m == nil || bankAfter.MatchString(after) {
		return false
	}
	// Long numbers that count are round, or have a unit that is nothing else.
	return len(d) < 8 || strings.HasSuffix(d, "000") || m[1] != "" && len(d) < 13
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// length finds how many groups from the head make a number of lo to hi
// digits, the longest first.
func length(gs []group, lo, hi int) int {
	best, total := 0, 0
	for i, g := range gs {
		if total += len(g.digits); total > hi {
			break
		}
		if total >= lo {
			best = i + 1
		}
	}
	return best
}

func join(gs []group) string {
	var b strings.Builder
	for _, g := range gs {
		b.WriteString(g.digits)
	}
	return b.String()
}

// citizen reports whether twelve digits are built like a citizen's number:
// province 001–096, century and sex 0–3 for people born up to 2099, year.
func citizen(d string) bool {
	return len(d) == 12 && d[0] == '0' && d[:3] > "000" && d[:3] <= "096" && d[3] <= '3'
}

// phone reports how many groups at the head are a telephone number.
func phone(gs []group) int {
	d, plus := "", gs[0].plus
	for i, g := range gs {
		d += g.digits
		next := ""
		if i+1 < len(gs) {
			next = gs[i+1].digits
		}
		national := ""
		switch {
		case plus && strings.HasPrefix(d, "84"):
			national = d[2:]
		case strings.HasPrefix(d, "0084"):
			national = d[4:]
		case strings.HasPrefix(d, "84") && len(d) >= 11:
			national = d[2:]
		case !plus && strings.HasPrefix(d, "0"):
			national = d[1:]
		case plus && len(d) >= 8 && len(d) <= 15 && (next == "" || len(d)+len(next) > 15):
			return i + 1 // another country
		}
		national = strings.TrimPrefix(national, "0") // "+84 (0) 912 …"
		if subscriber(national) {
			return i + 1
		}
	}
	return 0
}

// subscriber checks the digits after the zero against the national plan.
func subscriber(d string) bool {
	if len(d) < 9 || len(d) > 10 {
		return false
	}
	switch d[0] {
	case '3', '5', '7', '8', '9':
		return len(d) == 9
	case '2':
		return len(d) == 10
	case '1': // eleven-digit mobiles, until 2018
		return len(d) == 10 && strings.IndexByte("2689", d[1]) >= 0
	}
	return false
}

// fold lowers s and takes its diacritics away, so that context words match
// however they are typed.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ' || r == 'Đ':
			return 'd'
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}
