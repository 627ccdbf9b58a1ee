package review

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/news"
)

// This file is the redacted capture of a hand-off: what a public item said,
// when and where, without anything that points at a person. The picture of a
// page would show names and faces; a text can be redacted and compared.

// A Capture is what one public item said. Its hash is part of the slip's
// seal, its text is not, so that the text can go when its time has come and
// the seal still holds.
type Capture struct {
	Entry  string    `json:"entry"`         // inside the desk; no page of the liaison shows it
	URL    string    `json:"url,omitempty"` // defanged
	At     time.Time `json:"at"`            // when it was published, or seen without that
	Seen   time.Time `json:"seen"`          // when the desk got it
	Text   string    `json:"text,omitempty"`
	SHA256 string    `json:"sha256"`        // of Text, in hex
	Gone   time.Time `json:"gone,omitzero"` // since when the text is no longer kept
}

const (
	maxCaptures = 5
	maxCapture  = 4000 // code points of one; more is cut with an ellipsis
)

// whole reports whether the text is the one that was captured, or gone.
func (c *Capture) whole() bool {
	if c.Text == "" {
		return !c.Gone.IsZero()
	}
	return c.SHA256 == textSum(c.Text)
}

func textSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// erase drops the text; where and when stay, and the hash.
func (c *Capture) erase(now time.Time) {
	if c.Text != "" {
		c.Text, c.Gone = "", now
	}
}

// Capturable are those of a case's entries whose words may stand in its slip,
// the earliest first: public items that spread the matter. What a resident
// complains, asks, thinks or tells the ward is none, nor is the story of a
// victim in a scam case, nor what somebody has decided is to be answered or
// counted.
func Capturable(kind CaseKind, entries []Entry) []Entry {
	var out []Entry
	for _, e := range entries {
		if e.capturable(kind) && !quotes(&e, entries) && !residentPlace(e.Item.URL, entries) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int { return a.Item.At().Compare(b.Item.At()) })
	return out
}

func (e *Entry) capturable(kind CaseKind) bool {
	return e.Item != nil && tidy(e.Item.Title+e.Item.Text) != "" && e.spreading(kind)
}

// spreading reports whether an entry is public words that spread the matter,
// by what the machine read and what people decided.
func (e *Entry) spreading(kind CaseKind) bool {
	if e.Subject != "" || e.said() {
		return false
	}
	switch s := e.stance(); s {
	case news.Claiming, news.Other:
		return true
	case news.Report: // in a scam case it is the victims who tell what happened
		return kind != news.Scam
	}
	return false
}

// quotes reports whether the item has words of a resident who wrote before
// it. A resident who repeats what spreads makes it nobody's own.
func quotes(e *Entry, entries []Entry) bool {
	said := words(e.Item.Title + "\n" + e.Item.Text)
	for _, o := range entries {
		if o.Item == nil || !protected(o.stance()) || o.Item.At().After(e.Item.At()) {
			continue
		}
		if copied(said, words(addresses.ReplaceAllString(o.Item.Title+"\n"+o.Item.Text, " "))) != "" {
			return true
		}
	}
	return false
}

// capture takes the captures of a proposal: of the entries that it names, of
// those whose address it carries and, without any, of the earliest that there
// is. A case of residents' voices alone has none.
func capture(c *Case, p Handoff, entries []Entry) (out []Capture, err error) {
	able := Capturable(c.Kind, entries)
	var chosen []Entry
	carried := lines(c, p)
	for _, e := range able {
		if slices.Contains(p.CaptureOf, e.ID) || e.Item.URL != "" && slices.Contains(carried, e.Item.URL) {
			chosen = append(chosen, e)
		}
	}
	for _, id := range p.CaptureOf {
		if !slices.ContainsFunc(able, func(e Entry) bool { return e.ID == id }) {
			return nil, refuse("capture", id)
		}
	}
	if len(chosen) == 0 && len(able) > 0 {
		chosen = able[:1]
	}
	if len(chosen) > maxCaptures {
		return nil, refuse("captures", maxCaptures)
	}
	for _, e := range chosen {
		out = append(out, captureOf(&e, entries))
	}
	return out, nil
}

func captureOf(e *Entry, entries []Entry) Capture {
	text := e.Item.Text
	if t := tidy(e.Item.Title); t != "" {
		text = t + "\n" + text
	}
	c := Capture{Entry: e.ID, At: e.Item.At(), Seen: e.Item.Observed, Text: masked(text, entries)}
	if c.Seen.IsZero() {
		c.Seen = e.Received
	}
	if utf8.RuneCountInString(c.Text) > maxCapture {
		c.Text = string([]rune(c.Text)[:maxCapture]) + "…"
	}
	c.SHA256 = textSum(c.Text)
	if u := e.Item.URL; u != "" && author(unescape(u)) == "" {
		c.URL = Defang(u)
	}
	return c
}

var (
	// titled finds a name behind a form of address: "bà Nguyễn Thị A".
	titled = regexp.MustCompile(`(?:^|[^\pL])((?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Tt]hầy|[Ee]m|[Cc]háu|[Mm]ợ|[Dd]ì|[Cc]ậu)\s+)(\p{Lu}[\pL.]*(?:\s+\p{Lu}[\pL.]*){0,4})`)
	// middled finds a full name by the middle word that only people have.
	middled = regexp.MustCompile(`\p{Lu}\p{Ll}+\s+(?:Thị|Văn)(?:\s+\p{Lu}[\pL.]*){1,3}`)
	mail    = regexp.MustCompile(`[\pL\pN_.+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	// social are the hosts on which a path is somebody.
	social = regexp.MustCompile(`(?i)(\b(?:[a-z0-9-]+\.)*(?:facebook\.com|fb\.com|fb\.me|instagram\.com|threads\.net|tiktok\.com|youtube\.com|youtu\.be|twitter\.com|x\.com|t\.me|zalo\.me|linkedin\.com))/[^\s"'<>)]+`)
)

// masked is a text as it looks, without what points at a person: mail
// addresses, accounts, telephone numbers, names that a form of address or a
// middle name gives away, places of social networks, addresses of residents'
// items. Links cannot be clicked.
func masked(s string, entries []Entry) string {
	s = plain(refang(tidy(s)))
	for _, u := range addressesIn(s) {
		if residentPlace(u, entries) {
			s = strings.ReplaceAll(s, u, "[liên kết]")
		}
	}
	s = middled.ReplaceAllString(s, "[tên người]")
	s = titled.ReplaceAllStringFunc(s, func(m string) string {
		at := titled.FindStringSubmatchIndex(m)
		return m[:at[4]] + "[tên người]"
	})
	s = social.ReplaceAllString(s, "$1/[…]")
	s = mail.ReplaceAllString(s, "[thư điện tử]") // as it is usually written, before every way to write it
	s = mails.ReplaceAllString(s, "[thư điện tử]")
	s = handles.ReplaceAllString(s, "[tài khoản]")
	for n := number(s); n != ""; n = number(s) {
		s = strings.ReplaceAll(s, n, "[số]")
	}
	for _, e := range entries {
		if e.Item == nil {
			continue
		}
		for _, id := range []string{e.Item.Account, e.Item.Thread, e.Item.Parent} {
			if len(id) > 3 {
				s = strings.ReplaceAll(s, id, "[tài khoản]")
			}
		}
	}
	return Defang(s)
}

// standing refuses captures that no longer may stand in the slip: the entry
// has left the case or is not what it was taken for. A text that is gone, as
// when who wrote it deletes the post, stops nothing: the seal rests on its
// hash.
func standing(kind CaseKind, captures []Capture, entries []Entry) error {
	able := Capturable(kind, entries)
	for _, c := range captures {
		from := able
		if !c.Gone.IsZero() {
			from = wordless(kind, entries)
		}
		if c.Text == "" && c.Gone.IsZero() || !slices.ContainsFunc(from, func(e Entry) bool { return e.ID == c.Entry }) {
			return refuse("capture", c.Entry)
		}
	}
	return nil
}

// wordless are the entries that may stand in a slip by all that is known of
// them without their words.
func wordless(kind CaseKind, entries []Entry) (out []Entry) {
	for _, e := range entries {
		if e.Item != nil && e.spreading(kind) {
			out = append(out, e)
		}
	}
	return out
}
