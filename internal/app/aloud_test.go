package app

import (
	"log/slog"
	"strings"
	"testing"

	"langnghe/internal/config"
	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/review"
)

// The desk hears from the reports how long a script is when it is read out,
// and the reports from the desk what a complaint says.
func TestDeskAndReportsKnowEachOther(t *testing.T) {
	cfg := config.Default()
	cfg.Unconfirmed = true
	svc, _ := start(t, Options{Config: cfg, DataDir: t.TempDir(), Roles: []string{"crawler", "indexer", "desk"}, Log: slog.New(slog.DiscardHandler)})
	c := review.Case{Kind: news.Verify, Verdict: review.FalseInfo, Claim: "Phí rác tăng", Citation: &news.Citation{Document: "42/TB-UBND"}, Correction: &review.Correction{Portal: "Không đổi."}}
	for sentences, long := range map[int]bool{1: false, 50: true} {
		c.Correction.Radio = strings.Repeat("Mỗi hộ nộp 1.234.567 đồng. ", sentences)
		if review.RadioSeconds(c.Correction.Radio) > 120 {
			t.Fatal("too long by its words")
		}
		if over := svc.desk.Overlong(&c); over > 0 != long {
			t.Errorf("%d sentences are %d seconds too long", sentences, over)
		}
	}
	for _, role := range []review.Role{review.Office, review.Reviewer} {
		if words, err := svc.reports.Told(t.Context(), "V-2026-0001", reports.Person{Name: "x", Role: string(role)}); err != nil || words != nil {
			t.Errorf("%s, of no case: %q, %v", role, words, err)
		}
	}
}
