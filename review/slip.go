package review

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"langnghe/internal/news"
)

// This file is the hand-off slip: what it must have, what it must not have,
// and its seal.

// fits says which categories a case of a kind may lead to.
var fits = map[CaseKind][]Category{
	news.Verify: {PublicSafety},
	news.Scam:   {FraudOrScam, Impersonation},
	news.Danger: {Incitement},
}

// CategoriesFor lists what a case of the kind may be handed on as; none for
// most kinds.
func CategoriesFor(k CaseKind) []Category { return slices.Clone(fits[k]) }

// complete refuses a slip that lacks a part; what the case must have reached
// by then is for [Case.answered].
func (h *Handoff) complete(kind CaseKind) error {
	switch {
	case !slices.Contains(fits[kind], h.Category):
		return refuse("category", string(h.Category))
	case h.Claim == "":
		return refuse("no_claim")
	case h.Evidence == "":
		return refuse("no_evidence")
	case h.Request == "":
		return refuse("empty", missing["request"])
	case h.Citation.Document == "":
		return refuse("no_citation")
	case h.Category == Incitement && !h.Checklist.complete():
		return refuse("no_checklist")
	case h.Category == PublicSafety && h.Harm == "":
		return refuse("no_harm")
	}
	return nil
}

func (l *Checklist) complete() bool {
	return l != nil && !slices.ContainsFunc(l.parts(), func(p *string) bool { return tidy(*p) == "" })
}

func (l *Checklist) parts() []*string {
	return []*string{&l.Context, &l.Speaker, &l.Intent, &l.Content, &l.Extent, &l.Likelihood}
}

// texts are the free texts of the slip, written by a person.
func (h *Handoff) texts() []*string {
	t := []*string{&h.Claim, &h.Evidence, &h.Harm, &h.Request}
	if h.Checklist != nil {
		t = append(t, h.Checklist.parts()...)
	}
	return t
}

// maxClause is how many code points the number of a clause may have; the
// field is no place for a text.
const maxClause = 40

// slip builds the hand-off of a case from a proposal: content only, defanged.
// The entries are those of the case, with their items.
func slip(c *Case, p Handoff, entries []Entry) (Handoff, error) {
	h := Handoff{
		Category: p.Category, Claim: tidy(c.Claim), Evidence: tidy(p.Evidence), Harm: tidy(p.Harm),
		Request: tidy(p.Request), Citation: p.Citation,
	}
	if p.Category == Incitement && p.Checklist != nil {
		l := *p.Checklist
		h.Checklist = &l
		for _, t := range l.parts() {
			*t = tidy(*t)
		}
	}
	for _, t := range h.texts() {
		if err := contentOnly(*t, entries); err != nil {
			return Handoff{}, err
		}
	}
	switch SubjectOf(h.Claim+"\n"+h.Evidence, news.Claiming, c.Kind == news.Scam) {
	case SubjectPolice:
		return Handoff{}, refuse("locked", LockText(LockPolice))
	case SubjectOfficial, SubjectLeader:
		return Handoff{}, refuse("locked", LockText(LockOfficial))
	}
	// The rest of the citation is out of the register.
	if err := contentOnly(h.Citation.Clause, entries); err != nil {
		return Handoff{}, err
	}
	if utf8.RuneCountInString(h.Citation.Clause) > maxClause || len(addressesIn(h.Citation.Clause)) > 0 {
		return Handoff{}, refuse("clause", h.Citation.Clause)
	}
	for _, u := range lines(c, p) {
		if err := line(u, c, entries); err != nil {
			return Handoff{}, err
		}
		h.URLs = append(h.URLs, shown(u))
	}
	for _, t := range h.texts() {
		*t = Defang(*t)
	}
	var err error
	h.Captures, err = capture(c, p, entries)
	return h, err
}

// lines are the addresses and numbers of a proposal; without any in a scam
// case, all its indicators.
func lines(c *Case, p Handoff) (out []string) {
	from := p.URLs
	if len(from) == 0 && c.Kind == news.Scam {
		from = c.Indicators
	}
	for _, u := range from {
		if u = tidy(refang(u)); u != "" {
			out = append(out, u)
		}
	}
	return out
}

// line refuses an address or number that the slip may not carry. What leads
// to a resident's item is refused first, whatever else it is; the rest must
// be the address of a spreading item or, in a scam case, an indicator.
func line(u string, c *Case, entries []Entry) error {
	if residentPlace(u, entries) {
		return refuse("url", u)
	}
	if spreads(u, entries) {
		if a := author(u); a != "" {
			return refuse("author", a)
		}
		return voices(unescape(u), entries) // the number of a post is no telephone number
	}
	if c.Kind != news.Scam || !slices.Contains(c.Indicators, u) {
		return refuse("url", u)
	}
	return checkIndicator(u, entries)
}

// spreads reports whether the address is that of an item that is nobody's
// protected voice.
func spreads(u string, entries []Entry) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool {
		return e.Item != nil && e.Item.URL == u && !protected(e.stance())
	})
}

// contentOnly refuses a text that points at a person or copies what a
// resident wrote.
func contentOnly(text string, entries []Entry) error {
	if err := personal(text); err != nil {
		return err
	}
	return voices(text, entries)
}

// voices refuses a text that names an account of the entries, leads to a
// resident's item, or copies its title or text, also in an address.
func voices(text string, entries []Entry) error {
	text = plain(refang(text))
	for _, u := range addressesIn(text) {
		if residentPlace(u, entries) {
			return refuse("url", u)
		}
	}
	said := words(unescape(text))
	for _, e := range entries {
		if e.Item == nil {
			continue
		}
		for _, id := range []string{e.Item.Account, e.Item.Thread, e.Item.Parent} {
			if len(id) > 3 && strings.Contains(text, id) {
				return refuse("author", id)
			}
		}
		if !protected(e.stance()) {
			continue
		}
		if at := words(e.Item.URL); len(at) > 3 && slices.Contains(runs(said, len(at)-1), strings.Join(at[1:], " ")) {
			return refuse("url", e.Item.URL) // the same address, written with other marks
		}
		for _, theirs := range []string{e.Item.Title, e.Item.Text, e.Item.Title + "\n" + e.Item.Text} {
			// The scammer's address in a victim's post is not the victim's.
			if run := copied(said, words(addresses.ReplaceAllString(theirs, " "))); run != "" {
				return refuse("resident_words", run)
			}
		}
	}
	return nil
}

// addresses finds web addresses in a running text.
var addresses = regexp.MustCompile(`(?i)\bh(?:tt|xx)ps?://\S+|` + host.String() + `(?:/\S*)?`)

// addressesIn lists what may be an address in a text.
func addressesIn(text string) (out []string) {
	text = plain(refang(text))
	for _, u := range slices.Concat(addresses.FindAllString(text, -1), strings.Fields(text)) {
		u = strings.Trim(u, `"'“”‘’()[]<>.,;:!?…`)
		if _, ok := addressOf(u); ok && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// clean looks once more at a slip that is on its way: an entry may have
// joined the case since, or its text may have changed.
func (h *Handoff) clean(kind CaseKind, entries []Entry) error {
	if err := standing(kind, h.Captures, entries); err != nil {
		return err
	}
	for _, t := range h.texts() {
		if err := voices(*t, entries); err != nil {
			return err
		}
	}
	for _, u := range h.URLs {
		if residentPlace(u, entries) {
			return refuse("url", u)
		}
		if err := voices(unescape(u), entries); err != nil {
			return err
		}
	}
	return nil
}

// run is how many words in a row make a copy.
const run = 8

// copied returns words of the resident's text that stand in said as they
// are: eight in a row, or all of a shorter text of at least four.
func copied(said, theirs []string) string {
	n := min(run, len(theirs))
	if n < 4 || len(said) < n {
		return ""
	}
	seen := map[string]bool{}
	for _, s := range runs(theirs, n) {
		seen[s] = true
	}
	for _, s := range runs(said, n) {
		if seen[s] {
			return s
		}
	}
	return ""
}

// runs are all n words in a row.
func runs(ws []string, n int) (out []string) {
	for i := 0; i+n <= len(ws); i++ {
		out = append(out, strings.Join(ws[i:i+n], " "))
	}
	return out
}

var (
	scheme = regexp.MustCompile(`(?i)\bhttp(s?)://`)
	// A host is told from an abbreviation ("TP.HCM", "v.v.") by its ending or
	// by standing behind a scheme.
	host = regexp.MustCompile(`(?i)(?:\bhxxps?://[^\s/?#"'<>]+)|\b(?:[a-z0-9-]+\.)+(?:vn|com|net|org|info|biz|top|cc|vip|xyz|icu|shop|click|life|online|site|store|cfd|sbs|lol|link|app|dev|me|io|ly|gd|gl|co|asia|live|club|fun|pro|work|website|space|tk|ml|ga|cf|gq|apk)\b`)
)

// Defang makes addresses in a text unclickable: hxxps://dichvucongs[.]top/a.
// What is defanged already stays as it is.
func Defang(s string) string {
	s = scheme.ReplaceAllString(s, "hxxp$1://")
	return host.ReplaceAllStringFunc(s, func(h string) string {
		return strings.ReplaceAll(strings.ReplaceAll(h, "[.]", "."), ".", "[.]")
	})
}

// hostOf returns the host of an address, with or without a scheme.
func hostOf(s string) string {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// Seal is the SHA-256, in hex, of the content of a hand-off as canonical
// JSON: keys sorted, no space, nothing escaped that need not be. What the
// liaison adds later (received, outcome) is not part of it. Captures stand in
// it by their hash.
func Seal(h Handoff) string {
	content := map[string]any{
		"version": 1, "case": h.Case, "category": h.Category, "claim": h.Claim, "urls": h.URLs,
		"evidence": h.Evidence, "harm": h.Harm, "request": h.Request, "citation": h.Citation,
		"checklist": h.Checklist, "proposed": h.Proposed, "at": h.At.UTC(),
		"approved": h.Approved, "approved_at": h.ApprovedAt.UTC(), "sent": h.Sent.UTC(),
	}
	if len(h.Captures) > 0 {
		captures := []any{}
		for _, c := range h.Captures {
			captures = append(captures, map[string]any{"url": c.URL, "at": c.At.UTC(), "seen": c.Seen.UTC(), "sha256": c.SHA256})
		}
		content["version"], content["captures"] = 2, captures
	}
	sum := sha256.Sum256(canonical(content))
	return hex.EncodeToString(sum[:])
}

// canonical encodes v with the keys of every object sorted.
func canonical(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and times only
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		panic(err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain); err != nil { // maps are written with sorted keys
		panic(err)
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// VerifySeal reports whether the slip is as it was sealed, the texts of its
// captures included as long as they are kept.
func VerifySeal(h Handoff) bool {
	return h.Seal != "" && h.Seal == Seal(h) && !slices.ContainsFunc(h.Captures, func(c Capture) bool { return !c.whole() })
}
