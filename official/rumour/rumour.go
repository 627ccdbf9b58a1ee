// Package rumour keeps the register of known claims and finds them again in
// what people write.
//
// A match is of one of two tiers. Suggested: a person should look whether it
// is the same. Confirmed: the words say so themselves; only along confirmed
// links does a verdict travel. Short claims (under eight words), old ones and
// texts that deny the claim or give another number are never confirmed by the
// machine, whatever they share. All of it is pure; the zero Matcher knows no
// claims.
package rumour

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"time"

	"langnghe/internal/lang"
	"langnghe/internal/news"
)

// A Claim is one entry of the register.
type Claim struct {
	ID      string        `json:"id"`
	Text    string        `json:"text"`
	Verdict string        `json:"verdict,omitempty"` // id of the glossary, as a person or a checker gave it; "" is open
	Says    string        `json:"says,omitempty"`    // what a foreign checker calls it, as written
	Source  string        `json:"source"`            // "own", "claimreview", "vafc", "police"
	By      string        `json:"by,omitempty"`      // who checked it
	URL     string        `json:"url,omitempty"`     // of the check
	Case    string        `json:"case,omitempty"`    // ours
	Cite    news.Citation `json:"cite,omitzero"`
	First   time.Time     `json:"first,omitzero"`   // when it was first seen
	Checked time.Time     `json:"checked,omitzero"` // when the verdict was given
	Answer  time.Time     `json:"answer,omitzero"`  // when the answer was published
	Added   time.Time     `json:"added,omitzero"`
	// Proposed waits for a person: a machine found it in a published check.
	// Refused was, and stays out.
	Proposed bool `json:"proposed,omitempty"`
	Refused  bool `json:"refused,omitempty"`
}

// A Tier says how sure a match is.
type Tier string

// The tiers.
const (
	Suggested Tier = "suggested"
	Confirmed Tier = "confirmed"
)

// A Match is a claim found in a text.
type Match struct {
	Claim  int     // place in the register
	Tier   Tier    // what the words alone allow
	Score  float64 // how much of the claim the text holds, 0 to 1
	Denies bool    // the text says that the claim is not so
	Span   news.Span
}

const (
	minWords = 8                    // fewer are never confirmed
	oldAfter = 180 * 24 * time.Hour // since the check: the same words may be about something new
	most     = 10                   // matches of one text
	maxText  = 20_000               // words looked at
)

// A Matcher finds the claims of a register. It is safe for concurrent use.
type Matcher struct {
	claims []entry
	index  map[uint64][]posting // word that is not light → claims that hold it
	now    func() time.Time
	room   sync.Pool // of *scratch
}

// A posting is a claim that holds a word, and what the word weighs in it.
type posting struct {
	claim  int32
	weight float64
}

type entry struct {
	words []uint64
	kinds int      // how many different ones there are
	total float64  // their weight
	light []weight // those that say little
	pairs []uint64 // words that stand side by side, each pair once
	must  []uint64 // numbers and rare words
	at    time.Time
}

type weight struct {
	key    uint64
	weight float64
}

// pair stands for two words side by side.
func pair(a, b uint64) uint64 { return a*0x9E3779B97F4A7C15 ^ bits.RotateLeft64(b, 31) }

// NewMatcher prepares a register. Now is the clock by which claims grow old.
func NewMatcher(claims []Claim, now func() time.Time) *Matcher {
	if now == nil {
		now = time.Now
	}
	m := &Matcher{index: map[uint64][]posting{}, now: now}
	m.room.New = func() any { return &scratch{got: make([]float64, len(claims))} }
	seen := map[uint64]int{}
	all := make([][]word, len(claims))
	for i, c := range claims {
		all[i] = split(nil, c.Text)
		once := map[uint64]bool{}
		for _, w := range all[i] {
			if !once[w.key] {
				once[w.key] = true
				seen[w.key]++
			}
		}
	}
	for i, ws := range all {
		e := entry{at: latest(claims[i])}
		once := map[uint64]bool{}
		for j, w := range ws {
			e.words = append(e.words, w.key)
			if j > 0 {
				if p := pair(ws[j-1].key, w.key); !slices.Contains(e.pairs, p) {
					e.pairs = append(e.pairs, p)
				}
			}
			if once[w.key] {
				continue
			}
			once[w.key] = true
			e.kinds++
			g := math.Log(1 + float64(len(claims)+10)/float64(seen[w.key]+1))
			if light[w.key] {
				g *= 0.2
				e.light = append(e.light, weight{w.key, g})
			} else {
				if w.digits || seen[w.key]*10 <= len(claims) {
					e.must = append(e.must, w.key)
				}
				m.index[w.key] = append(m.index[w.key], posting{int32(i), g})
			}
			e.total += g
		}
		m.claims = append(m.claims, e)
	}
	return m
}

func latest(c Claim) time.Time {
	at := c.First
	for _, t := range []time.Time{c.Checked, c.Answer, c.Added} {
		if t.After(at) {
			at = t
		}
	}
	return at
}

// A scratch is room for one text.
type scratch struct {
	words     []word
	in, pairs hashes
	got       []float64 // of each claim: the weight of what the text has of it
	touched   []int32   // the claims that it has anything of
	prev, cur []int
}

// Match returns the claims that a text holds, the surest first.
func (m *Matcher) Match(text string) []Match {
	if len(m.claims) == 0 {
		return nil
	}
	t := m.room.Get().(*scratch)
	defer m.room.Put(t)
	t.words = split(t.words[:0], text)
	ws := t.words
	if len(ws) > maxText {
		ws = ws[:maxText]
	}
	t.in.reset(len(ws))
	for _, w := range ws {
		if !t.in.add(w.key) || light[w.key] {
			continue
		}
		for _, p := range m.index[w.key] {
			if t.got[p.claim] == 0 {
				t.touched = append(t.touched, p.claim)
			}
			t.got[p.claim] += p.weight
		}
	}
	var out []Match
	denies, ready := false, false
	for _, c := range t.touched {
		e, hold := &m.claims[c], t.got[c]
		t.got[c] = 0
		if hold < 0.28*e.total || len(e.words) < 3 {
			continue
		}
		if !ready {
			ready = true
			denies = denied(ws)
			t.pairs.reset(len(ws))
			for i := 1; i < len(ws); i++ {
				t.pairs.add(pair(ws[i-1].key, ws[i].key))
			}
		}
		for _, w := range e.light {
			if t.in.has(w.key) {
				hold += w.weight
			}
		}
		share, together := hold/e.total, 0
		for _, p := range e.pairs {
			if t.pairs.has(p) {
				together++
			}
		}
		order := 0.0
		if len(e.pairs) > 0 {
			order = float64(together) / float64(len(e.pairs))
		}
		from, to, run := e.longest(ws, t)
		half := run >= 5 && float64(run) >= 0.38*float64(len(e.words))
		if !(half || share >= 0.72 && order >= 0.3 || share >= 0.55 && order >= 0.4) {
			continue
		}
		denies := denies || e.negated(ws)
		x := Match{Claim: int(c), Tier: Suggested, Score: (share + order) / 2, Denies: denies,
			Span: news.Span{Start: ws[from].start, End: ws[to-1].end}}
		if len(e.words) >= minWords && e.kinds >= minWords && order >= 0.9 && !denies && e.whole(t) &&
			(e.at.IsZero() || m.now().Sub(e.at) < oldAfter) {
			x.Tier = Confirmed
		}
		out = append(out, x)
	}
	t.touched = t.touched[:0]
	slices.SortFunc(out, func(a, b Match) int {
		switch {
		case a.Tier != b.Tier:
			if a.Tier == Confirmed {
				return -1
			}
			return 1
		case a.Score != b.Score:
			if a.Score > b.Score {
				return -1
			}
			return 1
		}
		return a.Claim - b.Claim
	})
	if len(out) > most {
		out = out[:most]
	}
	if len(out) > 0 {
		rs := []rune(text)
		for i := range out {
			s := &out[i].Span
			s.Text = string(rs[s.Start:s.End])
		}
	}
	return out
}

// whole reports whether the text has every word of the claim.
func (e *entry) whole(t *scratch) bool {
	for _, k := range e.words {
		if !t.in.has(k) {
			return false
		}
	}
	return true
}

// negated reports whether there is a "không" more where the text speaks of
// what the claim says, or shortly before, than in the claim. One behind it asks.
func (e *entry) negated(ws []word) bool {
	first, last, left := -1, -1, 0
	for i, w := range ws {
		if !light[w.key] && slices.Contains(e.words, w.key) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	for _, k := range e.words {
		if nots[k] {
			left--
		}
	}
	for i := max(0, first-notBefore); i < last; i++ {
		if nots[ws[i].key] {
			left++
		}
	}
	return left > 0
}

// notBefore is how many words before what it denies a "không" may stand: "Không
// có chuyện là …".
const notBefore = 5

var nots = map[uint64]bool{hash("không"): true, hash("chẳng"): true, hash("hổng"): true}

// longest is the longest run of words of the text that stands in the claim.
func (e *entry) longest(ws []word, t *scratch) (from, to, run int) {
	n := len(e.words) + 1
	t.prev, t.cur = slices.Grow(t.prev[:0], n)[:n], slices.Grow(t.cur[:0], n)[:n]
	prev, cur := t.prev, t.cur
	clear(prev)
	clear(cur)
	for i, w := range ws {
		for j, k := range e.words {
			if w.key != k {
				cur[j+1] = 0
				continue
			}
			cur[j+1] = prev[j] + 1
			if cur[j+1] > run {
				run = cur[j+1]
				from, to = i-run+1, i+1
			}
		}
		prev, cur = cur, prev
	}
	if run == 0 {
		to = min(1, len(ws))
	}
	return from, to, run
}

// Hashes are a set of keys in one block of memory that is used again.
type hashes []uint64

func (h *hashes) reset(n int) {
	size := 1 << bits.Len(uint(2*n))
	*h = slices.Grow((*h)[:0], size)[:size]
	clear(*h)
}

func (h hashes) slot(k uint64) *uint64 {
	k = max(k, 1) // 0 is an empty slot
	for i := k & uint64(len(h)-1); ; i = (i + 1) & uint64(len(h)-1) {
		if h[i] == 0 || h[i] == k {
			return &h[i]
		}
	}
}

func (h hashes) has(k uint64) bool { return *h.slot(k) != 0 }

// add reports whether the key is new.
func (h hashes) add(k uint64) bool {
	s := h.slot(k)
	if *s != 0 {
		return false
	}
	*s = max(k, 1)
	return true
}

// A word is one word of a text in its folded form, teencode written out.
type word struct {
	key        uint64
	start, end int // code points
	digits     bool
}

// split appends the words of a text to out.
func split(out []word, text string) []word {
	var buf [256]lang.Token
	for _, t := range lang.Tokens(buf[:0], text) {
		w := word{t.Fold, t.RuneStart, t.RuneEnd, t.Has(lang.Digits)}
		if long, ok := written[t.Fold]; ok {
			for _, k := range long {
				out = append(out, word{k, w.start, w.end, false})
			}
			continue
		}
		out = append(out, w)
	}
	return out
}

func hash(s string) uint64 { return lang.Hash(lang.Fold(lang.Key(s))) }

// written are the short forms of messages, written out.
var written = func() map[uint64][]uint64 {
	m := map[uint64][]uint64{}
	for short, long := range map[string][]string{
		"ko": {"khong"}, "k": {"khong"}, "kg": {"khong"}, "hok": {"khong"}, "hong": {"khong"}, "kh": {"khong"}, "dc": {"duoc"}, "đc": {"duoc"}, "dk": {"duoc"},
		"ng": {"nguoi"}, "ngta": {"nguoi", "ta"}, "mn": {"moi", "nguoi"}, "mng": {"moi", "nguoi"}, "hs": {"hoc", "sinh"}, "gv": {"giao", "vien"}, "ph": {"phu", "huynh"},
		"ca": {"cong", "an"}, "cax": {"cong", "an", "xa"}, "cap": {"cong", "an", "phuong"}, "bv": {"benh", "vien"}, "tp": {"thanh", "pho"}, "vs": {"voi"}, "trc": {"truoc"}, "nh": {"nhieu"}, "nhìu": {"nhieu"},
		"r": {"roi"}, "rùi": {"roi"}, "h": {"gio"}, "bh": {"bay", "gio"}, "j": {"gi"}, "z": {"vay"}, "v": {"vay"}, "cx": {"cung"}, "ubnd": {"uy", "ban", "nhan", "dan"}, "bhyt": {"bao", "hiem", "y", "te"},
		"cccd": {"can", "cuoc"}, "ck": {"chuyen", "khoan"}, "stk": {"so", "tai", "khoan"}, "sdt": {"so", "dien", "thoai"}, "ae": {"anh", "em"}, "lm": {"lam"}, "wa": {"qua"}, "qa": {"qua"}, "tdp": {"to", "dan", "pho"},
		"tr": {"trieu"}, "mik": {"minh"}, "mk": {"minh"}, "nc": {"nuoc"}, "đt": {"dien", "thoai"}, "bs": {"bac", "si"}, "tyt": {"tram", "y", "te"}, "đg": {"dang"}, "thg": {"thang"}, "ntn": {"nhu", "the", "nao"}, "bik": {"biet"}, "bít": {"biet"},
	} {
		var ks []uint64
		for _, l := range long {
			ks = append(ks, hash(l))
		}
		m[hash(short)] = ks
	}
	delete(m, hash("cap")) // "cấp", "cặp" and many more
	delete(m, hash("ca"))  // "cả", "cá"
	return m
}()

// light words say little about what a claim is about.
var light = func() map[uint64]bool {
	m := map[uint64]bool{}
	for _, s := range []string{"la", "va", "cua", "cho", "co", "o", "tai", "thi", "ma", "nay", "do", "duoc", "bi", "cac", "nhung", "mot", "da", "dang", "se", "vi", "voi", "tu", "den", "ra", "vao", "moi", "nguoi", "roi", "nha", "khong", "nhe", "oi", "a", "anh", "em", "ba", "con"} {
		m[hash(s)] = true
	}
	return m
}()

// denials are words by which a text says that something is not so, by the
// first of them.
var denials = map[uint64][][]uint64{}

func init() {
	for _, p := range [][]string{{"khong", "co", "chuyen"}, {"tin", "gia"}, {"tin", "don", "that", "thiet"}, {"sai", "su", "that"}, {"khong", "dung", "su", "that"}, {"bac", "bo"}, {"dinh", "chinh"}, {"lam", "gi", "co"},
		{"khong", "he", "co"}, {"bia", "dat"}, {"khong", "phai", "dau"}, {"dung", "tin"}, {"xuyen", "tac"}, {"that", "thiet"}, {"khong", "chinh", "xac"}, {"chua", "he", "co"}, {"khong", "dung"}, {"tin", "vit"}, {"noi", "bay"}, {"tam", "bay"}, {"tin", "sai"}, {"la", "bia"}, {"chuyen", "bia"}} {
		var ks []uint64
		for _, s := range p {
			ks = append(ks, hash(s))
		}
		denials[ks[0]] = append(denials[ks[0]], ks)
	}
}

func denied(ws []word) bool {
	for i := range ws {
		for _, d := range denials[ws[i].key] {
			if len(ws)-i < len(d) {
				continue
			}
			ok := true
			for j, k := range d {
				ok = ok && ws[i+j].key == k
			}
			if ok {
				return true
			}
		}
	}
	return false
}
