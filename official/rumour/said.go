package rumour

import (
	"regexp"
	"strings"

	"langnghe/internal/lang"
)

// What a headline says before it names what is denied, and after it.
var (
	before = regexp.MustCompile(`(?i)^.*?(?:tin đồn|tin giả|thông tin|tin)\s+(?:(?:về|cho rằng|rằng|sai sự thật|thất thiệt|bịa đặt|lan truyền|việc|là)\s+)*`)
	after  = regexp.MustCompile(`(?i)\s*[,:–-]?\s*(?:(?:là|đều|hoàn toàn|chỉ là)\s+)*(?:không đúng|không chính xác|không có thật|không có cơ sở|sai sự thật|sai$|tin giả|tin đồn|bịa đặt|thất thiệt).*$`)
	quoted = regexp.MustCompile(`[“"«']([^“”"«»']{12,300})[”"»']`)
)

// Said proposes what is said from the headline of a denial or a warning: what
// stands in quotes, or between the words that deny it; else the headline
// itself. A person reads it before it counts.
func Said(title string) string {
	title = strings.Join(strings.Fields(lang.Normalise(title)), " ")
	if m := quoted.FindStringSubmatch(title); m != nil && len(strings.Fields(m[1])) >= minSaid {
		return strings.TrimSpace(m[1])
	}
	s := after.ReplaceAllString(before.ReplaceAllString(title, ""), "")
	s = strings.Trim(s, " .,:;–-“”\"'")
	if len(strings.Fields(s)) < minSaid {
		return title
	}
	return s
}

// minSaid is how many words make a claim and not a scrap of one.
const minSaid = 4
