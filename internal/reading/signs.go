package reading

import "strings"

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
	for _, r := range text {
		switch {
		case r < 0x80:
			switch {
			case r == '!':
				s.exclamations++
			case r == '?':
				s.questions++
			case r == '"':
				s.quotes++
			case r == ':' || r == '=' || r == '<' || r == '^' || r == '_':
				faces = true
			}
		case r == '“' || r == '”':
			s.quotes++
		case r >= 0x2000:
			switch {
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
	}
	if !faces {
		return
	}
	s.laugh += strings.Count(text, "=))") + strings.Count(text, ":)))") + strings.Count(text, ":v") + strings.Count(text, "=)))")
	s.warm += strings.Count(text, "<3") + strings.Count(text, "^^")
	s.sore += strings.Count(text, ":((") + strings.Count(text, "T_T")
}
