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
	policeWords = phraseList("cong an", "canh sat", "csgt", "cskv", "ca phuong", "ca xa", "ca tp", "cak", "dan phong", "to an ninh")
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
	// Accusations against a person in office.
	accusations = phraseList(
		"tham nhung", "tham o", "hoi lo", "lai qua", "voi vinh", "voi tien", "phong bi", "lot tay", "chay chot", "an chan",
		"an tien", "nhan tien", "bien thu", "rut ruot", "bo tui", "loi ich nhom", "bao ke", "bao che", "chia chac",
		"khai khong", "lap khong", "lam tien", "an hoi lo", "boi tron")
)

// SubjectOf says whether a text finds fault with the police or accuses an
// official. Impersonation is no criticism: a text with signs of a scam that
// names the police does not count unless a word of blame stands beside them.
func SubjectOf(text string, stance news.Stance, scam bool) string {
	if stance == news.Warning || stance == news.Denial {
		return ""
	}
	ws := words(text)
	if near(ws, officialWords, accusations, 15) {
		return SubjectOfficial
	}
	named := len(policeWords.at(ws)) > 0
	blames := stance == news.Complaint || stance == news.Satire || stance == news.Opinion
	if named && (near(ws, policeWords, faultWords, 10) || blames && !scam) {
		return SubjectPolice
	}
	return ""
}

// subject says who the item criticises.
func subject(it *news.Item) string {
	if it == nil {
		return ""
	}
	var stance news.Stance
	if r := it.Reading; r != nil {
		stance = r.Stance
		accused := slices.ContainsFunc(r.Topics, func(t news.Topic) bool { return t.ID == "corruption" && t.Score >= 0.5 })
		if accused && len(officialWords.at(words(it.Title+"\n"+it.Text))) > 0 && stance != news.Warning && stance != news.Denial {
			return SubjectOfficial
		}
	}
	return SubjectOf(it.Title+"\n"+it.Text, stance, scamCue(it.Reading))
}

// policeUnit reports whether a unit's name is that of the police.
func policeUnit(unit string) bool {
	ws := words(strings.NewReplacer("-", " ", "_", " ").Replace(unit))
	return len(policeWords.at(ws)) > 0 || slices.Contains(ws, "police") || slices.Equal(ws, []string{"ca"})
}

// scamCue reports whether the machine saw signs of a scam.
func scamCue(r *news.Reading) bool {
	return r != nil && slices.ContainsFunc(r.Cues, func(c news.Cue) bool { return c.Level >= news.Medium && scamFamily(c.Family) })
}

func scamFamily(f string) bool {
	return strings.HasSuffix(f, "_scam") || strings.HasPrefix(f, "impersonation") || f == "fake_domain"
}

// indicators are the addresses in an item that a scam case keeps; official
// ones are none.
func indicators(it *news.Item) (out []string) {
	if it == nil {
		return nil
	}
	add := func(s string) {
		s = strings.TrimRight(strings.TrimSpace(s), ".,;:!?)")
		h := hostOf(s)
		if s == "" || h == "" || stateHost(h) || slices.Contains(out, s) {
			return
		}
		out = append(out, s)
	}
	if it.Reading != nil {
		for _, v := range it.Reading.Values {
			if v.Type == "url" {
				add(v.Text)
			}
		}
	}
	if len(out) == 0 {
		for _, w := range strings.Fields(it.Text) {
			w = strings.Trim(w, `"'“”‘’()[]<>,;`)
			if strings.Contains(w, "://") || host.MatchString(w) && !strings.Contains(w, "@") {
				add(w)
			}
		}
	}
	return out
}

// stateHost reports whether a host belongs to the state; the ending counts,
// not that the name stands somewhere in it.
func stateHost(h string) bool {
	for _, s := range []string{"gov.vn", "chinhphu.vn", "dcs.vn", "quochoi.vn", "evn.com.vn", "npc.com.vn"} {
		if h == s || strings.HasSuffix(h, "."+s) {
			return true
		}
	}
	return false
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
