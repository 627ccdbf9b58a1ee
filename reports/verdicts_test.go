package reports_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/reports"
)

// TestVerdictsInPublic: whatever the kind of a case and its verdict, nothing
// that leaves for the public calls a claim untrue that was not found so.
func TestVerdictsInPublic(t *testing.T) {
	const untrue = "không đúng"
	verdicts := map[string]bool{ // whether something may be said in public
		"confirmed": true, "false_info": true, "fake": true, "out_of_context": true, "outdated": true,
		"unverified": false, "suspected": false, "inconclusive": false, "": false, "another": false,
	}
	w := newWorld(t, 7, 2)
	var c *reports.Case
	for i := range w.cases {
		if w.cases[i].Correct != nil {
			c = &w.cases[i]
			break
		}
	}
	c.Title, c.Claim = "Nước cấp buổi sáng", "Có người nói nước bị cắt"
	for _, kind := range []news.Choice{news.Verify, news.Scam, news.Answer, news.Danger, news.Emergency} {
		for verdict, may := range verdicts {
			c.Kind, c.Verdict = kind, verdict
			may := may && (kind == news.Verify || kind == news.Scam)
			said := may && kind == news.Verify && (verdict == "false_info" || verdict == "fake")
			for _, k := range []reports.Kind{reports.Radio, reports.Correction, reports.Notice} {
				r, err := w.desk.Preview(context.Background(), reports.Request{Kind: k, Case: c.ID}, editor)
				var refused *reports.Error
				if !may {
					if !errors.As(err, &refused) {
						t.Errorf("%s, %s, verdict %q: it was written (%v)", k, kind, verdict, err)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s, %s, verdict %q: %v", k, kind, verdict, err)
					continue
				}
				text := reports.Plaintext(&r)
				aloud := strings.Join(r.Script, "\n")
				if k == reports.Radio && (strings.Contains(aloud, untrue) != said || strings.Contains(aloud, c.Claim) != said) {
					t.Errorf("%s, verdict %q: the loudspeaker says\n%s", kind, verdict, aloud)
				}
				if strings.Contains(text, untrue) != (said && k != reports.Notice) {
					t.Errorf("%s, %s, verdict %q:\n%s", k, kind, verdict, text)
				}
				if kind == news.Scam && strings.Contains(text, "Kết luận:") {
					t.Errorf("%s of a scam has a verdict that reads as if there were none:\n%s", k, text)
				}
			}
		}
	}
}
