package reports_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/reports"
)

// fiveLines are how the lines up front must read: a number, how it stands
// beside the four weeks before, and who must act.
var fiveLines = regexp.MustCompile(`\d[\d.]* (tin|vụ việc|phản ánh|đính chính).*(▲ cao hơn hẳn|▼ thấp hơn hẳn|≈ gần bằng|ít dữ liệu, so với) trung bình 4 tuần \(\d[\d.,]*\); (.+) (tiếp tục theo dõi|trả lời|theo dõi|xác minh|duyệt|đôn đốc|nắm tình hình)`)

// TestFiveLines reads the five lines of every week of a year: busy ones, the
// first ones of a service, weeks in which nothing was said, and weeks with a
// case that is kept from the leader, who reads them.
func TestFiveLines(t *testing.T) {
	w := newWorld(t, 21, 12)
	ctx := context.Background()
	kept := w.items[:0]
	for _, it := range w.items { // six weeks of silence
		if !it.day.Before(date("2026-06-01")) && it.day.Before(date("2026-07-13")) {
			continue
		}
		kept = append(kept, it)
	}
	w.items = kept
	var all []reports.Case
	for _, c := range w.cases {
		if c.Opened.Before(date("2026-05-25")) || !c.Opened.Before(date("2026-07-13")) {
			all = append(all, c)
		}
	}
	// Nobody but those who lead may be late with this one.
	const secret = "Đơn vị bị nêu tên"
	for range 40 {
		all = append(all, reports.Case{ID: "V-2026-9999", Kind: news.Answer, Topic: "land", Unit: secret, Opened: date("2026-02-02"), Due: date("2026-02-09"), Kept: true})
	}
	w.cases = all
	acts := []string{w.desk.House.Culture, "Văn phòng HĐND và UBND phường", "Chủ tịch UBND phường", unit.Unit, "Đơn vị cấp nước"}
	lines, first, rises := 0, 0, 0
	for day := date("2026-01-05"); day.Before(date("2026-11-20")); day = day.AddDate(0, 0, 7) {
		w.now = day.Add(15 * time.Hour)
		r, err := w.desk.Preview(ctx, reports.Request{Kind: reports.Weekly}, reviewer)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Lines) != 5 {
			t.Fatalf("%v: %d lines", day, len(r.Lines))
		}
		for i, l := range r.Lines {
			lines++
			text := ""
			for _, s := range l.Spans {
				text += s.Text
			}
			if !fiveLines.MatchString(text) || !slices.Contains(acts, l.Who) || !strings.Contains(text, "; "+l.Who+" ") {
				t.Errorf("%s, line %d: %q, for %q", day.Format(time.DateOnly), i+1, text, l.Who)
			}
			if f, ok := r.Figure(l.Figure); !ok || !strings.Contains(text, f.Text) {
				t.Errorf("%s, line %d: the number leads nowhere: %q", day.Format(time.DateOnly), i+1, text)
			}
			if strings.ContainsAny(text, "▲▼") {
				rises++
			}
		}
		all := reports.Plaintext(&r)
		// Until four weeks were listened to, nothing rises or falls.
		if day.Before(date("2026-02-01")) {
			first++
			for _, b := range r.Paper.Body {
				if text := b.Plaintext(); strings.ContainsAny(text, "▲▼") && !strings.HasPrefix(text, "Ghi chú") {
					t.Errorf("%s: %q, with nothing to compare", day.Format(time.DateOnly), text)
				}
			}
			if !strings.Contains(all, "chưa so sánh được") {
				t.Errorf("%s does not say that there is nothing to compare", day.Format(time.DateOnly))
			}
		}
		if strings.Contains(all, secret) || strings.Contains(all, "V-2026-9999") {
			t.Errorf("%s names what is kept from its reader", day.Format(time.DateOnly))
		}
	}
	if lines != 5*46 || first < 4 || rises < 10 {
		t.Errorf("%d lines, %d first weeks, %d with a direction", lines, first, rises)
	}
	t.Logf("%d of %d lines have number, comparison and who must act", lines, lines)
}
