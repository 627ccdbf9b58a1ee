package reports_test

import (
	"context"
	"strings"
	"testing"

	"langnghe/reports"
	"langnghe/reports/pdf"
)

// TestQuietWeeks: a week in which little or nothing was said is told as such,
// in sentences that still make sense.
func TestQuietWeeks(t *testing.T) {
	ctx := context.Background()
	for name, cut := range map[string]func(w *world){
		"empty": func(w *world) { w.items, w.cases = nil, nil },
		"quiet": func(w *world) {
			w.cases = nil
			kept := w.items[:0]
			for i, it := range w.items {
				if i%200 == 0 {
					kept = append(kept, it)
				}
			}
			w.items = kept
		},
		"silent after a busy month": func(w *world) {
			kept := w.items[:0]
			for _, it := range w.items {
				if it.day.Before(date("2026-11-13")) {
					kept = append(kept, it)
				}
			}
			w.items = kept
		},
	} {
		w := newWorld(t, 7, 12)
		cut(w)
		for _, k := range []reports.Kind{reports.Weekly, reports.Daily, reports.Annual} {
			r, err := w.desk.Create(ctx, reports.Request{Kind: k}, reviewer)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, k, err)
			}
			text := reports.Plaintext(&r)
			for _, bad := range []string{"NaN", "Inf", "∞", "đạt 0 % ", "đúng hạn 0 %", "(0 %)", "100 phần trăm", "0 trong 0 tuần", "<nil>", "%!", "trung vị 0 giờ", "()", ": ;", ": ."} {
				if strings.Contains(text, bad) {
					t.Errorf("%s, %s says %q", name, k, bad)
				}
			}
			if k == reports.Weekly {
				if n := pdf.Pages(r.Paper.Flow()); n > 2 || len(r.Lines) != 5 {
					t.Errorf("%s: %d pages, %d lines up front", name, n, len(r.Lines))
				}
				for _, want := range []string{"không đại diện cho toàn bộ người dân", "VI. DỰ BÁO TUẦN TỚI", "V. THÔNG TIN TÍCH CỰC"} {
					if !strings.Contains(text, want) {
						t.Errorf("%s lacks %q", name, want)
					}
				}
				if name != "silent after a busy month" && (strings.Contains(text, "soạn đính chính") || strings.Contains(text, "đôn đốc") || !strings.Contains(text, "Chưa có việc cần quyết")) {
					t.Errorf("%s asks people to do what is not there:\n%.700s", name, text)
				}
			}
		}
	}
}
