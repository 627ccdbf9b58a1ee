package patterns

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"langnghe/internal/news"
)

// linkLike finds what a person, a browser or a telephone would take for a
// link: scheme and name, not the path.
var linkLike = regexp.MustCompile(`(?i)https?://[^\s/?#<>"]+|(?:[\pL\pN_-]+\.)+\pL{2,}`)

// Doubtful finds the links in a text that must not be opened by mistake, as
// places of bytes. Without every these are names that show signs of imitation
// or have an ending that is bought to be thrown away. With every, which is for
// texts that a scam is in or may be, it is each name that is neither official
// nor known; known may be nil.
func Doubtful(text string, every bool, known func(host string) bool) (out [][]int) {
	// No link has a blank in it, so only words with a point inside or a scheme
	// are looked at: a page of texts has a handful of them.
	for from := 0; from < len(text); {
		end := strings.IndexAny(text[from:], blanks)
		if end < 0 {
			end = len(text) - from
		}
		if word := text[from : from+end]; maybeLink(word) {
			for _, at := range linkLike.FindAllStringIndex(word, -1) {
				if doubtful(word[at[0]:at[1]], every, known) {
					out = append(out, []int{from + at[0], from + at[1]})
				}
			}
		}
		from += end + 1
	}
	return out
}

// blanks are what \s is to the expression.
const blanks = " \n\t\r\f"

// maybeLink reports whether a word may have a link in it; most that end with a
// point have none.
func maybeLink(word string) bool {
	point := strings.IndexByte(word, '.')
	return point >= 0 && point < len(word)-1 || strings.Contains(word, "://")
}

func doubtful(link string, every bool, known func(string) bool) bool {
	_, _, scheme := strings.Cut(link, "://")
	host := clean(strings.TrimRight(link, `.,;:!)]}'”’»…`))
	look := Domain(host)
	switch {
	case look.Suspicious():
		return true
	case host == "" || Official(host) || known != nil && known(host):
		return false
	case scheme && every:
		return true
	}
	end, real := publicsuffix.PublicSuffix(host)
	if !real && !scheme {
		return false // "hôm nay.mai" wants a space and is no name
	}
	if tld := end[strings.LastIndexByte(end, '.')+1:]; slices.Contains(throwaway, tld) {
		return scheme || !words(host, tld)
	} else if !every {
		return false
	} else {
		return !words(host, tld)
	}
}

// words reports whether a name is more likely the end of one sentence and the
// beginning of the next, "xong.Do": two syllables, the second of which is an
// ending of two letters. No syllable has more than seven letters.
func words(host, tld string) bool {
	first, rest, _ := strings.Cut(host, ".")
	return len(tld) == 2 && tld != "vn" && rest == tld && utf8.RuneCountInString(first) < 8 && !strings.ContainsAny(first, "0123456789-_")
}

// Guard is a text in which links that show signs of imitation, or have an
// ending that is bought to be thrown away, are defanged, "hxxps://qua[.]top";
// all others stay as they were written. Guarding a guarded text changes
// nothing.
func Guard(text string) string {
	var b strings.Builder
	last := 0
	for _, at := range Doubtful(text, false, nil) {
		link := text[at[0]:at[1]]
		if scheme, rest, ok := strings.Cut(link, "://"); ok {
			link = strings.NewReplacer("t", "x", "T", "X").Replace(scheme) + "://" + rest
		}
		b.WriteString(text[last:at[0]] + strings.ReplaceAll(link, ".", "[.]"))
		last = at[1]
	}
	return b.String() + text[last:]
}

// scams are the families of cues, of the reading and of this package, that
// lure somebody to a site, a number or an account.
var scams = fields(`free_gift_scam invest_job_scam charity_scam impersonation_police impersonation_utility impersonation_bank impersonation_relative
	impersonation_school impersonation_ward fake_domain premium_number spoofed_number`)

// Scam reports whether a text is or may be about a scam: it has a cue of one,
// whoever says it and however low, or the topic.
func Scam(rd *news.Reading) bool {
	return rd != nil && (slices.ContainsFunc(rd.Cues, func(c news.Cue) bool { return slices.Contains(scams, c.Family) }) ||
		slices.ContainsFunc(rd.Topics, func(t news.Topic) bool { return t.ID == "security_scam" }))
}
