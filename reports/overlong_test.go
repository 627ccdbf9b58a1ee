package reports_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/reports/spoken"
	"langnghe/review"
)

// TestNothingApprovedIsCut: a text that the desk lets pass is read out whole,
// with its source; one that it does not is never read out in part.
func TestNothingApprovedIsCut(t *testing.T) {
	w := newWorld(t, 7, 2)
	var c *reports.Case
	for i := range w.cases {
		if w.cases[i].Correct != nil {
			c = &w.cases[i]
			break
		}
	}
	ctx := context.Background()
	c.Kind, c.Citation = news.Verify, &news.Citation{Document: "42/TB-UBND"}
	passed, refused, hidden := 0, 0, 0
	for _, say := range []string{"Mỗi hộ nộp 1.000.000 đồng.", "Đập vẫn an toàn, bà con yên tâm."} {
		for n := 1; n < 60; n++ {
			radio := ""
			for i := range n {
				radio += "Khối " + strconv.Itoa(i+1) + ": " + say + " "
			}
			c.Correct.Radio = radio
			over := w.desk.Overlong(*c)
			if over > 0 && review.RadioSeconds(radio) <= spoken.MaxSeconds {
				hidden++ // the length of the text says nothing of it
			}
			for _, level := range []news.Level{news.Low, news.High, news.Critical} {
				c.Level = level
				r, err := w.desk.Preview(ctx, reports.Request{Kind: reports.Radio, Case: c.ID}, editor)
				var e *reports.Error
				switch {
				case err == nil:
					passed++
				case over > 0 && errors.As(err, &e) && e.Kind == "too_long":
					refused++
					continue
				default:
					t.Fatalf("%d sentences, %d seconds too long: %v", n, over, err)
				}
				aloud := strings.Join(r.Script, "\n")
				for _, line := range append(spoken.Sentences(spoken.Words(radio)), "Căn cứ là") {
					if !strings.Contains(aloud, line) {
						t.Fatalf("%d sentences: %q is not read out:\n%s", n, line, aloud)
					}
				}
			}
		}
	}
	if passed < 10 || refused < 10 || hidden == 0 {
		t.Errorf("%d passed, %d refused, %d that looked short enough", passed, refused, hidden)
	}
	long, err := w.desk.Preview(ctx, reports.Request{Kind: reports.Correction, Case: c.ID}, editor)
	if err != nil || !strings.Contains(reports.Plaintext(&long), "Chưa có: lời đọc dài quá mức") {
		t.Errorf("the correction has part of a script (%v)", err)
	}
}
