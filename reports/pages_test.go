package reports_test

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"langnghe/reports"
	"langnghe/reports/pdf"
)

// TestWeeklyNotesFit: whatever people write, a weekly summary has at most two
// pages or is refused with what to shorten and by how much; done so, it fits.
func TestWeeklyNotesFit(t *testing.T) {
	w := newWorld(t, 11, 12)
	w.fill()
	ctx := context.Background()
	kept, err := w.desk.Create(ctx, reports.Request{Kind: reports.Weekly}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	text := func(sentence string, letters int) string {
		return strings.TrimSpace(string([]rune(strings.Repeat(sentence, letters))[:letters]))
	}
	refused, fitted := 0, 0
	for _, c := range []struct{ good, proposals string }{
		{text("Bà con tự dọn mương. ", 6000), text("Giao các đơn vị trả lời. ", 6000)},
		{text("Bà con tự dọn mương. ", 2001), ""},
		{text("Bà con tự dọn mương. ", 2000), text("Giao các đơn vị trả lời. ", 2000)},
		{text("Một việc.\n", 2000), ""},
		{text("Một việc.\n", 1000), text("Một việc.\n", 1100)},
		{"", text("Giao các đơn vị trả lời. ", 400)},
		{"Khối Đồng Tâm tự góp công sửa đường.", "Giao đơn vị trả lời."},
	} {
		notes := map[string]string{"good": c.good, "proposals": c.proposals}
		err := w.desk.Rewrite(ctx, kept.ID, notes, reviewer)
		now, readErr := w.store.Reports().Report(ctx, kept.ID)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if p := pdf.Pages(now.Paper.Flow()); p > 2 {
			t.Fatalf("%d and %d letters: %d pages", len([]rune(c.good)), len([]rune(c.proposals)), p)
		}
		if err == nil {
			fitted++
			if now.Notes["good"] != c.good || now.Notes["proposals"] != c.proposals {
				t.Errorf("the notes were not kept whole")
			}
			continue
		}
		refused++
		var e *reports.Error
		if !errors.As(err, &e) || e.Kind != "long" || !strings.Contains(e.Text.VI, "gương tốt") && !strings.Contains(e.Text.VI, "Đề xuất") {
			t.Fatalf("refused with %v", err)
		}
		less := regexp.MustCompile(`phần “([^”]+)” (\d+) chữ`).FindAllStringSubmatch(e.Text.VI, -1)
		if !strings.Contains(e.Text.VI, "hãy bớt ít nhất: ") {
			continue // one section alone is longer than it may be
		}
		for _, l := range less {
			at := map[bool]string{true: "good", false: "proposals"}[strings.Contains(l[1], "gương tốt")]
			n, _ := strconv.Atoi(l[2])
			rs := []rune(notes[at])
			if n <= 0 || n > len(rs) {
				t.Fatalf("%d letters less of %d: %v", n, len(rs), err)
			}
			notes[at] = string(rs[:len(rs)-n])
		}
		if err := w.desk.Rewrite(ctx, kept.ID, notes, reviewer); err != nil || len(less) == 0 {
			t.Errorf("shortened as it was asked (%v): %v", less, err)
		}
	}
	if refused < 4 || fitted < 1 {
		t.Errorf("%d refused, %d taken", refused, fitted)
	}
}
