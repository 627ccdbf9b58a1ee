package review

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
)

// Who an item criticises, as far as it decides where the item may not go.
const (
	SubjectPolice   = "police"   // never to the police
	SubjectOfficial = "official" // an accused official: never to the police, nor to the unit
	SubjectLeader   = "leader"   // an accused chair or secretary: never to those who lead the ward either
)

// fold writes a text in small letters without diacritics, so that a person
// who types none is understood as well.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ' || r == 'Đ':
			b.WriteByte('d')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// words are the folded words of a text.
func words(s string) []string {
	return strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// phrases are folded; each is one or more words.
type phrases [][]string

func phraseList(list ...string) phrases {
	var p phrases
	for _, s := range list {
		p = append(p, strings.Fields(s))
	}
	return p
}

// at returns the places in ws where one of the phrases starts.
func (p phrases) at(ws []string) (places []int) {
	for i := range ws {
		for _, ph := range p {
			if len(ph) <= len(ws)-i && slices.Equal(ph, ws[i:i+len(ph)]) {
				places = append(places, i)
				break
			}
		}
	}
	return places
}

// near reports whether a phrase of p and one of q stand within n words.
func near(ws []string, p, q phrases, n int) bool {
	at := q.at(ws)
	for _, i := range p.at(ws) {
		if slices.ContainsFunc(at, func(j int) bool { return max(i-j, j-i) <= n }) {
			return true
		}
	}
	return false
}

var (
	policeNames = phraseList("cong an", "canh sat", "csgt", "cskv", "ca phuong", "ca xa", "ca tp", "cak", "dan phong", "to an ninh")
	// What residents call the police besides.
	policeWords = append(slices.Clone(policeNames), phraseList(
		"sac phuc", "cs giao thong", "cs khu vuc", "c a phuong", "c an phuong", "con an phuong", "cogn an",
		"may anh giao thong", "may ong giao thong", "may chu giao thong", "anh giao thong", "ong giao thong", "chot giao thong",
		"giao thong chan xe", "giao thong bat xe", "giao thong giu xe", "giao thong thoi phat", "giao thong tuyt",
		"don cong an", "don canh sat", "truc ban don")...)
	// Words that may mean the police: they do so beside a word of blame.
	policeHints = phraseList(
		"ao xanh", "ao vang", "bo vang", "quan phuc", "len don", "ra don", "vao don", "o don", "tren don", "trong don", "ngoai don", "ve don", "don goi",
		"dan don", "tu don", "goi len don", "chan xe", "bat xe", "giu xe", "thu xe", "thoi nong do con", "doi ngu giu gin trat tu")
	// What is no blame by itself and becomes one beside the police.
	takings = phraseList(
		"thu tien", "doi tien", "xin tien", "lam tien", "moi tien", "dut tien", "dua tien", "kep tien", "tien tuoi", "phat vo ly", "phat oan", "phat khong bien lai",
		"khong bien lai", "khong lap bien ban", "tien ca phe", "tien tra nuoc", "boi duong", "uong tien", "chung chi", "phong bi", "biet dieu", "thong cam")
	// What people say when they find fault with the police or an office.
	faultWords = phraseList(
		"danh nguoi", "danh dan", "danh dap", "voi tien", "voi vinh", "an tien", "hoi lo", "nhan tien", "lot tay",
		"mai lo", "bao che", "bao ke", "lam ngo", "tho o", "vo cam", "lam kho", "gay kho", "nhung nhieu", "hach sach",
		"hach dich", "quat", "quat thao", "bat nat", "thai do", "vo trach nhiem", "khong giai quyet", "chang giai quyet",
		"no giai quyet", "khong lam gi", "khong chiu", "cham tre", "lam luat", "an chan", "un dun",
		"dun day", "oan sai", "ep cung", "chay an", "lam quyen", "cua quyen", "tat trach", "keo dai", "im ru")
	officialWords = phraseList(
		"chu tich", "pho chu tich", "bi thu", "can bo", "cong chuc", "lanh dao", "dia chinh", "ke toan", "hieu truong",
		"khoi truong", "truong khoi", "truong ban", "truong phong", "giam doc", "truong cong an", "quan chuc", "sep phuong")
	// Those who lead the ward, by whatever name.
	leaderWords = phraseList(
		"chu tich", "pho chu tich", "bi thu", "lanh dao phuong", "lanh dao uy ban", "lanh dao ubnd", "lanh dao xa", "sep phuong", "sep tong", "ct phuong", "pct phuong")
	// Accusations against a person in office.
	accusations = phraseList(
		"tham nhung", "tham o", "hoi lo", "lai qua", "voi vinh", "voi tien", "phong bi", "lot tay", "chay chot", "an chan",
		"an tien", "nhan tien", "bien thu", "rut ruot", "bo tui", "loi ich nhom", "bao ke", "bao che", "chia chac",
		"khai khong", "lap khong", "lam tien", "an hoi lo", "boi tron")
)

var (
	// Who plays an office, in words before the office that is played.
	playing = phraseList("gia danh", "mao danh", "gia mao", "mao nhan", "mao xung", "tu xung", "xung danh")
	// The same in words that are others without accents.
	playingAccented = phraseList(
		"xưng là", "giả làm", "đóng giả", "kẻ giả", "nick giả", "zalo giả", "facebook giả", "tài khoản giả",
		"giả nick", "giả zalo", "giả facebook", "giả tài khoản", "giả giọng")
	denying = phraseList("khong phai", "dau phai", "chang phai", "khong he", "dau co")
	offices = slices.Concat(officialWords, leaderWords)
	// What may stand between the two.
	between = strings.Fields("la lam minh mot nguoi vi ong ba anh chi dong tan giong cua so zalo nick facebook tai khoan cong an ubnd uy ban va hoac")
)

// longest is how many words the longest phrase has that ws begins with.
func (p phrases) longest(ws []string) (n int) {
	for _, ph := range p {
		if len(ph) > n && len(ph) <= len(ws) && slices.Equal(ph, ws[:len(ph)]) {
			n = len(ph)
		}
	}
	return n
}

// unplayed puts out of the way the offices that somebody else plays: "giả
// danh chủ tịch phường vòi tiền" accuses a fraudster and no chair. Only the
// office that stands behind such words in their sentence is meant; what the
// text says of it elsewhere counts.
func unplayed(text string, ws []string) []string {
	as := accented(text)
	first := map[int]bool{} // words that begin a sentence
	n := 0
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?;:\n…", r) }) {
		first[n] = true
		n += len(words(part))
	}
	out := slices.Clone(ws)
	for i := range ws {
		n := playing.longest(ws[i:])
		if n == 0 && len(as) == len(ws) {
			n = playingAccented.longest(as[i:])
		}
		if n == 0 || len(denying.at(ws[max(0, i-4):i])) > 0 {
			continue
		}
		for j := i + n; j < min(len(ws), i+n+8) && !first[j]; j++ {
			if l := offices.longest(ws[j:]); l > 0 {
				for k := range l {
					out[j+k] = "·"
				}
				j += l - 1
			} else if !slices.Contains(between, ws[j]) {
				break
			}
		}
	}
	return out
}

// SubjectOf says whether a text finds fault with the police or accuses an
// official. Impersonation is no criticism: a text with signs of a scam that
// names the police does not count unless a word of blame stands beside them.
func SubjectOf(text string, stance news.Stance, scam bool) string {
	if stance == news.Warning || stance == news.Denial {
		return ""
	}
	ws := words(text)
	real := unplayed(text, ws)
	if near(real, leaderWords, accusations, 15) {
		return SubjectLeader
	}
	if near(real, officialWords, accusations, 15) {
		return SubjectOfficial
	}
	if near(ws, policeWords, faultWords, 10) {
		return SubjectPolice
	}
	if scam {
		return "" // the rest of the words are those of somebody who plays the police
	}
	blames := stance == news.Complaint || stance == news.Satire || stance == news.Opinion
	blame := slices.Concat(faultWords, takings, accusations)
	if blames && len(policeWords.at(ws)) > 0 || near(ws, policeWords, blame, 10) || near(said(text, ws), policeHints, blame, 12) {
		return SubjectPolice
	}
	return ""
}

// said puts the folded words that are something else when their accents are
// looked at out of the way: đơn (a form), đón (to meet) and tin đồn (a
// rumour) are no đồn (a station).
func said(text string, ws []string) []string {
	as := accented(text)
	if len(as) != len(ws) {
		return ws
	}
	out := slices.Clone(ws)
	for i, w := range out {
		switch {
		case w != "don":
		case as[i] != "don" && as[i] != "đồn", i > 0 && slices.Contains([]string{"tin", "loi", "nghe"}, ws[i-1]):
			out[i] = "·"
		}
	}
	return out
}

// accented are the words of a text in small letters with their accents, one
// for each of words.
func accented(s string) []string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1 // no letter has room for it
		}
		return unicode.ToLower(r)
	}, norm.NFC.String(s))
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// inOffice reports whether a subject is an accused person in office.
func inOffice(subject string) bool { return subject == SubjectOfficial || subject == SubjectLeader }

// KeptFromLeader reports whether the whole case is kept from those who lead the
// ward. A case of residents' complaints is as soon as one accuses them. One
// about what spreads, or about a danger, is only while nothing else is in it,
// or its claim is the accusation: else anybody could take it out of the hands
// of those who must act, by adding a word about the chair.
func (c *Case) KeptFromLeader() bool {
	accuses := func(v Voice) bool { return v.Subject == SubjectLeader }
	if c.Kind == news.Answer {
		return slices.ContainsFunc(c.Voices, accuses)
	}
	if SubjectOf(c.Title+"\n"+c.Claim, news.Claiming, c.Kind == news.Scam) == SubjectLeader {
		return true
	}
	return len(c.Voices) > 0 && !slices.ContainsFunc(c.Voices, func(v Voice) bool { return !accuses(v) })
}

// withoutAccusers takes the entries that accuse those who lead the ward, and
// what shows that there are any, out of a case that they do see.
func (c *Case) withoutAccusers() {
	hidden := map[string]bool{}
	for _, v := range c.Voices {
		hidden[v.Entry] = v.Subject == SubjectLeader
	}
	all := len(c.Voices)
	c.Entries = slices.DeleteFunc(slices.Clone(c.Entries), func(id string) bool { return hidden[id] })
	c.Voices = slices.DeleteFunc(slices.Clone(c.Voices), func(v Voice) bool { return hidden[v.Entry] })
	if len(c.Voices) == all {
		return
	}
	c.Timeline = slices.DeleteFunc(slices.Clone(c.Timeline), func(e Event) bool { return hidden[e.Text] })
	if why, locked := Lock(c); locked {
		c.LockWhy = why
	} else if c.Locked {
		c.LockWhy = LockNone
	}
	if h := c.Handoff; h != nil && h.Vetoed == "system" {
		k := *h
		k.VetoWhy = LockText(LockNone).VI
		c.Handoff = &k
		for i, e := range c.Timeline {
			if e.Act == "handoff.stop" {
				c.Timeline[i].Text = k.VetoWhy
			}
		}
	}
}

// mayStandIn refuses the justice officer what is the leader's, unless the case
// is kept from those who lead the ward: then it is theirs.
func (c *Case) mayStandIn(by User, a Action) error {
	if by.Role == Justice && !c.KeptFromLeader() {
		return refuse("forbidden", string(by.Role), string(a))
	}
	return nil
}

// pastLeader takes a notice past those who lead the ward: to the justice
// officer in their place, and to them by no escalation or fallback either.
func pastLeader(a news.Alert, about bool) news.Alert {
	if !about {
		return a
	}
	a.Not = []string{string(Leader)}
	a.To = slices.DeleteFunc(slices.Clone(a.To), func(r string) bool { return r == string(Leader) })
	if !slices.Contains(a.To, string(Justice)) {
		a.To = append(a.To, string(Justice))
	}
	return a
}

// subject says who the item of an entry criticises.
func subject(e *Entry) string {
	it := e.Item
	if it == nil {
		return ""
	}
	var stance news.Stance
	if it.Reading != nil {
		stance = it.Reading.Stance
	}
	text, scam := it.Title+"\n"+it.Text, scamCue(it.Reading)
	ws := unplayed(text, words(text))
	if s := SubjectOf(text, stance, scam); s != "" {
		return s
	}
	// A scammer promises money as well: there an office must be named.
	if accuses(e) && stance != news.Warning && stance != news.Denial && (!scam || len(officialWords.at(ws)) > 0) {
		if len(leaderWords.at(ws)) > 0 {
			return SubjectLeader
		}
		return SubjectOfficial
	}
	return ""
}

// denunciations is the rule whose flags are accusations, whatever words
// they rest on.
const denunciations = "to-cao-tham-nhung"

// accuses reports whether the rules or the reading saw an accusation of
// corruption.
func accuses(e *Entry) bool {
	if slices.ContainsFunc(e.Flags, func(f news.Flag) bool { return f.Rule == denunciations && !f.Withdrawn }) {
		return true
	}
	r := e.Item.Reading
	return r != nil && (slices.ContainsFunc(r.Topics, func(t news.Topic) bool { return t.ID == "corruption" && t.Score >= 0.5 }) ||
		slices.ContainsFunc(r.Cues, func(c news.Cue) bool { return strings.HasPrefix(c.Family, "corruption") }))
}

// policeUnit reports whether a unit's name is that of the police. It is the
// one place that knows: the police get no answer by themselves, and none that
// is about them.
func policeUnit(unit string) bool {
	ws := words(strings.NewReplacer("-", " ", "_", " ").Replace(unit))
	return len(policeNames.at(ws)) > 0 || slices.Contains(ws, "police") || slices.Equal(ws, []string{"ca"})
}

// boards are how the names of neighbourhoods and of their boards begin.
var boards = phraseList("khoi", "ban can su", "ban dieu hanh", "truong khoi", "to dan pho", "to truong", "khu pho", "thon", "xom", "ap", "ban nhan dan")

// board reports whether a unit is a neighbourhood or its board.
func (d *Desk) board(unit string) bool {
	return slices.Contains(boards.at(words(unit)), 0) || d.Khoi(unit)
}

// theirs reports whether somebody in office whom an entry accuses may be one
// of the unit: it is responsible for the topic, the entry names it, or it is
// a neighbourhood. Those are few people, who work with every officer of the
// ward; and who heads which of them is not known here.
func (d *Desk) theirs(unit, topic string, entries ...Entry) bool {
	if unit == "" {
		return false
	}
	if same(unit, d.Unit(topic)) || d.board(unit) {
		return true
	}
	return slices.ContainsFunc(entries, func(e Entry) bool {
		return inOffice(e.Subject) && (same(unit, d.Unit(e.Topic)) || e.Item != nil && names(e.Item.Title+"\n"+e.Item.Text, unit))
	})
}

// names reports whether a text names a unit: by its whole name, or as people
// shorten it, up to the first comma, dash, "và" or name of the ward.
func names(text, unit string) bool {
	ws, whole := words(text), words(unit)
	short := strings.FieldsFunc(unit, func(r rune) bool { return strings.ContainsRune(",;&/(–—-", r) })
	var head []string
	if len(short) > 0 {
		head = words(short[0])
	}
	for i, w := range head {
		if i >= 2 && slices.Contains([]string{"va", "phuong", "xa", "thi"}, w) {
			head = head[:i]
			break
		}
	}
	if len(head) < 2 {
		head = whole
	}
	return len(head) > 0 && len(phrases{head, whole}.at(ws)) > 0
}

// scamCue reports whether the machine saw signs of a scam.
func scamCue(r *news.Reading) bool {
	return r != nil && slices.ContainsFunc(r.Cues, func(c news.Cue) bool { return c.Level >= news.Medium && scamFamily(c.Family) })
}

func scamFamily(f string) bool {
	return strings.HasSuffix(f, "_scam") || strings.HasPrefix(f, "impersonation") || f == "fake_domain"
}

// suggest is what the machine would choose.
func suggest(e *Entry) news.Choice {
	contradicted := slices.ContainsFunc(e.Flags, func(f news.Flag) bool {
		return !f.Withdrawn && (f.Type == "contradicts" || f.Type == "outdated")
	})
	if e.Item == nil || e.Item.Reading == nil {
		if e.Item == nil {
			return news.Stat // a trend is looked at, its items are decided
		}
		return news.Verify
	}
	r := e.Item.Reading
	has := func(f func(string) bool, l news.Level) bool {
		return slices.ContainsFunc(r.Cues, func(c news.Cue) bool { return c.Level >= l && f(c.Family) })
	}
	switch {
	case r.Area.Fit == news.OutOfArea:
		return news.Out
	case r.Stance == news.Warning || r.Stance == news.Denial:
		return news.Stat
	case has(func(f string) bool {
		return strings.Contains(f, "emergency") && !scamFamily(f) || f == "self_harm" || f == "person_in_danger"
	}, news.Low):
		return news.Emergency
	case scamCue(r):
		return news.Scam
	case r.Stance == news.Complaint || r.Stance == news.Question || r.Stance == news.RumourQuery || r.Stance == news.Suggestion:
		return news.Answer
	case r.Stance.Protected():
		return news.Stat
	case contradicted || has(func(f string) bool {
		return strings.HasSuffix(f, "_rumour") || f == "forged_document" || f == "recycled_media"
	}, news.Medium):
		return news.Verify
	case has(func(f string) bool { return f == "incitement" }, news.Low):
		return news.Danger
	}
	return news.Stat
}
