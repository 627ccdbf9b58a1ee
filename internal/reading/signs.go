package reading

import (
	"strings"
	"unicode/utf8"
)

// signs are what a text shows besides words.
type signs struct {
	exclamations, questions int
	alarm, laugh, wry       int // 🆘, 😂 or :)), 🙃
	warm, sore              int // ❤, 😡
	quotes                  int
}

const (
	alarmSigns = "🆘🚨⚠🔥📢❗‼🔴⛔"
	laughSigns = "😂🤣😆😁😹😅"
	wrySigns   = "🙃😏🤡👏"
	warmSigns  = "🥰😍❤💕💖👍🙏😊😀😃🥹🌹🌸🎉💐🤗😘♥💯"
	soreSigns  = "😡🤬😠😤😭😢😥😞😔😩😫💔👎🤮😣😓😱"
)

func (s *signs) read(text string) {
	faces := false
	for i := 0; i < len(text); {
		b := text[i]
		if b < 0xE2 { // the lead of U+2000; below, only ASCII counts
			i++
			switch b {
			case '!':
				s.exclamations++
			case '?':
				s.questions++
			case '"':
				s.quotes++
			case ':', '=', '<', '^', '_':
				faces = true
			}
			continue
		}
		r, w := utf8.DecodeRuneInString(text[i:])
		i += w
		switch {
		case r == '“' || r == '”':
			s.quotes++
		case strings.ContainsRune(alarmSigns, r):
			s.alarm++
		case strings.ContainsRune(laughSigns, r):
			s.laugh++
		case strings.ContainsRune(wrySigns, r):
			s.wry++
		case strings.ContainsRune(warmSigns, r):
			s.warm++
		case strings.ContainsRune(soreSigns, r):
			s.sore++
		}
	}
	if !faces {
		return
	}
	s.laugh += strings.Count(text, "=))") + strings.Count(text, ":)))") + strings.Count(text, ":v") + strings.Count(text, "=)))")
	s.warm += strings.Count(text, "<3") + strings.Count(text, "^^")
	s.sore += strings.Count(text, ":((") + strings.Count(text, "T_T")
}
