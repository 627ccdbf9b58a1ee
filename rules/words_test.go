package rules

import (
	"strings"
	"testing"
	"unicode"
)

// The machine never says more than "có dấu hiệu", and every flag says why it
// may be wrong, in both languages.
func TestWordsOfFlags(t *testing.T) {
	set, problems, _, err := openDir("builtin")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	accusing := []string{"là tin giả", "tin giả", "sai sự thật", "lừa đảo này", "vi phạm", "xử phạt", "fake news", "is false", "is a lie", "guilty"}
	seen := 0
	for _, r := range set.rules {
		if r.Type == "filter" {
			continue
		}
		seen++
		d := doubt(r)
		if len(r.FalsePositives) == 0 || !strings.HasPrefix(d.VI, "Có thể nhầm với: ") || !strings.HasPrefix(d.EN, "May be mistaken for: ") {
			t.Errorf("%s does not say why it may be wrong: %+v", r.ID, d)
		}
		for _, c := range d.EN {
			if unicode.IsLetter(c) && c > unicode.MaxASCII {
				t.Errorf("%s says in English why it may be wrong: %s", r.ID, d.EN)
				break
			}
		}
		for _, s := range r.FalsePositives {
			if strings.Contains(d.EN, s) {
				t.Errorf("%s: %q is not in English", r.ID, s)
			}
		}
		for _, sample := range r.Tests.Match {
			it := sample.Item
			why := whyMatch(r, &it, nil)
			if r.Type == "match" && (!strings.HasPrefix(why.VI, "Có dấu hiệu: ") || !strings.HasPrefix(why.EN, "Signs of: ")) {
				t.Errorf("%s says %+v", r.ID, why)
			}
			for _, bad := range accusing {
				if strings.Contains(strings.ToLower(why.VI+" "+why.EN+" "+r.Title.VI+" "+r.Title.EN), bad) {
					t.Errorf("%s says %q: %+v", r.ID, bad, why)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d rules looked at", seen)
	}

}
