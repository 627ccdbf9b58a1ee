package lang

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The naive implementation follows the words of the definition with x/text
// and strings. It is what the fast one is tested against.

type naiveToken struct {
	text       string // as given
	start      int    // in code points
	key, fold  string
	flags      Flags
	abbreviate bool
}

func naiveTokens(text string) []naiveToken {
	var out []naiveToken
	runes := []rune(text)
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Nd, r) }
	valid := validRunes(text)
	for i := 0; i < len(runes); {
		if !valid[i] || Ignorable(runes[i]) || !word(runes[i]) {
			i++
			continue
		}
		end := i
		for j := i; j < len(runes) && valid[j] && (word(runes[j]) || unicode.In(runes[j], unicode.Mn, unicode.Mc) || Ignorable(runes[j])); j++ {
			if !Ignorable(runes[j]) {
				end = j + 1
			}
		}
		t := naiveToken{text: string(runes[i:end]), start: i}
		t.key = naiveKey(t.text)
		t.fold = naiveFold(t.key)
		letters, digits := true, true
		for _, r := range runes[i:end] {
			if word(r) && !Ignorable(r) {
				letters = letters && unicode.IsLetter(r)
				digits = digits && unicode.Is(unicode.Nd, r)
			}
		}
		if letters {
			t.flags |= Letters
		}
		if digits {
			t.flags |= Digits
		}
		if t.key == t.fold {
			t.flags |= Folded
		}
		t.abbreviate = letters && !strings.ContainsAny(t.fold, "aeiouy")
		if n := len(out); n > 0 {
			prev := out[n-1]
			gap := runes[prev.start+len([]rune(prev.text)) : i]
			s, p := naiveEnds(gap, prev.abbreviate)
			if s {
				t.flags |= Sentence
			}
			if p {
				t.flags |= Paragraph
			}
		}
		out = append(out, t)
		i = end
	}
	return out
}

func validRunes(text string) []bool {
	var v []bool
	for i, r := range text {
		v = append(v, r != 0xFFFD || strings.HasPrefix(text[i:], "\uFFFD"))
	}
	return v
}

func naiveEnds(gap []rune, abbreviation bool) (sentence, paragraph bool) {
	for i, r := range gap {
		switch {
		case LineBreak(r):
			paragraph = true
		case r == '!' || r == '?' || r == '…':
			sentence = true
		case r == '.' && !abbreviation:
			for _, s := range gap[i:] {
				sentence = sentence || Space(s)
			}
		}
	}
	return sentence || paragraph, paragraph
}

func naiveKey(token string) string {
	var b strings.Builder
	for _, r := range token {
		if !Ignorable(r) {
			b.WriteRune(r)
		}
	}
	s := norm.NFKC.String(b.String())
	s = strings.Map(func(r rune) rune {
		if r == 0x034F {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	s = strings.ReplaceAll(norm.NFC.String(s), "\u034F", "")
	for i, tone := range []string{"òóỏõọ", "ùúủũụ"} {
		for j, r := range []rune(tone) {
			second := []string{"aàáảãạ", "eèéẻẽẹ", "yỳýỷỹỵ"}
			if i == 0 {
				for _, v := range second[:2] {
					v := []rune(v)
					s = replaceEnd(s, "o"+string(v[j+1]), string(r)+string(v[0]))
				}
			} else if v := []rune(second[2]); !strings.HasSuffix(s, "qu"+string(v[j+1])) {
				s = replaceEnd(s, "u"+string(v[j+1]), string(r)+"y")
			}
		}
	}
	for _, c := range []string{"h", "k", "l", "m", "s", "t", "qu"} {
		for j, r := range []rune("iìíỉĩị") {
			if s == c+string(r) {
				return c + string([]rune("yỳýỷỹỵ")[j])
			}
		}
	}
	return s
}

func replaceEnd(s, old, repl string) string {
	if t, ok := strings.CutSuffix(s, old); ok {
		return t + repl
	}
	return s
}

func naiveFold(key string) string {
	s := norm.NFD.String(key)
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'đ':
			return 'd'
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return r
	}, s)
}
