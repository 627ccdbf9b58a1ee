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

// complete refuses a slip that lacks a part.
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
	case SubjectOfficial:
		return Handoff{}, refuse("locked", LockText(LockOfficial))
	}
	urls := p.URLs
	if len(urls) == 0 && c.Kind == news.Scam {
		urls = c.Indicators
	}
	for _, u := range urls {
		u = tidy(u)
		if !ownURL(u, c, entries) {
			return Handoff{}, refuse("url", u)
		}
		if author(u) != "" {
			return Handoff{}, refuse("author", u)
		}
		h.URLs = append(h.URLs, Defang(u))
	}
	for _, t := range h.texts() {
		*t = Defang(*t)
	}
	return h, nil
}

// ownURL reports whether the address is an indicator of the case or that of a
// spreading item; a resident's own post is neither.
func ownURL(u string, c *Case, entries []Entry) bool {
	if slices.Contains(c.Indicators, u) {
		return true
	}
	return slices.ContainsFunc(entries, func(e Entry) bool {
		return e.Item != nil && e.Item.URL == u && !protected(e.stance())
	})
}

// contentOnly refuses a text that names an author or copies what a resident
// wrote.
func contentOnly(text string, entries []Entry) error {
	if a := author(text); a != "" {
		return refuse("author", a)
	}
	said := words(text)
	for _, e := range entries {
		if e.Item == nil {
			continue
		}
		for _, id := range []string{e.Item.Account, e.Item.Thread, e.Item.Parent} {
			if len(id) > 3 && strings.Contains(text, id) {
				return refuse("author", id)
			}
		}
		if protected(e.stance()) {
			if run := copied(said, words(e.Item.Text)); run != "" {
				return refuse("resident_words", run)
			}
		}
	}
	return nil
}

// handles finds what points at a person: a pseudonym, an @name, a profile.
var handles = regexp.MustCompile(`(?i)\bp:[0-9a-z]{4,}|(?:^|[\s(/])@[\pL\pN_.]{2,}|profile\.php\S*|/people/\S+|/user/\S+|/u/\S+|/channel/\S+`)

func author(text string) string { return strings.TrimSpace(handles.FindString(text)) }

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
	for i := 0; i+n <= len(theirs); i++ {
		seen[strings.Join(theirs[i:i+n], " ")] = true
	}
	for i := 0; i+n <= len(said); i++ {
		if s := strings.Join(said[i:i+n], " "); seen[s] {
			return s
		}
	}
	return ""
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
// liaison adds later (received, outcome) is not part of it.
func Seal(h Handoff) string {
	content := map[string]any{
		"version": 1, "case": h.Case, "category": h.Category, "claim": h.Claim, "urls": h.URLs,
		"evidence": h.Evidence, "harm": h.Harm, "request": h.Request, "citation": h.Citation,
		"checklist": h.Checklist, "proposed": h.Proposed, "at": h.At.UTC(),
		"approved": h.Approved, "approved_at": h.ApprovedAt.UTC(), "sent": h.Sent.UTC(),
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

// VerifySeal reports whether the slip is as it was sealed.
func VerifySeal(h Handoff) bool { return h.Seal != "" && h.Seal == Seal(h) }
