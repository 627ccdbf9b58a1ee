package reports_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"langnghe/internal/news"
	"langnghe/reports"
	"langnghe/reports/pdf"
)

// TestComplaintSlipSaysTheMatter: who opens or prints the slip reads where it
// is and what people said; what is kept, and what is mailed, has no word of
// it, so that nothing outlives an erasure.
func TestComplaintSlipSaysTheMatter(t *testing.T) {
	w := newWorld(t, 7, 2)
	ctx := context.Background()
	var c *reports.Case
	for i := range w.cases {
		if w.cases[i].Kind == news.Answer {
			c = &w.cases[i]
			break
		}
	}
	c.Place = "Khối Đồng Tâm"
	said := "Nước đục ba hôm nay, xem http://xau.top/anh"
	w.desk.Guard = func(s string) string { return strings.ReplaceAll(s, "xau.top", "xau[.]top") }
	w.desk.Told = func(_ context.Context, id string, by reports.Person) ([]string, error) {
		if id != c.ID || said == "" || by.Role == office.Role {
			return nil, nil
		}
		return []string{said, strings.Repeat("Dài lắm. ", 400)}, nil
	}
	kept, err := w.desk.Create(ctx, reports.Request{Kind: reports.Complaint, Case: c.ID}, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	const quoted = "“Nước đục ba hôm nay, xem http://xau[.]top/anh”"
	open := func(by reports.Person) string {
		r, err := w.desk.Open(ctx, kept.ID, by)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := w.desk.WriteDOCX(&b, &r); err != nil {
			t.Fatal(err)
		}
		text := reports.Plaintext(&r)
		if strings.Contains(text, quoted) != strings.Contains(unzipped(t, b.Bytes()), "Nước đục ba hôm nay") {
			t.Error("page and paper differ")
		}
		if p := pdf.Pages(r.Paper.Flow()); p > 2 {
			t.Errorf("%d pages", p)
		}
		if _, diff, err := w.desk.Verify(ctx, &r); err != nil || len(diff) > 0 {
			t.Errorf("differences %v, %v", diff, err)
		}
		return text
	}
	for _, by := range []reports.Person{reviewer, leader, unit} {
		if text := open(by); !strings.Contains(text, quoted) || !strings.Contains(text, "4. Vị trí: Khối Đồng Tâm.") || strings.Contains(text, "xem tại mục") {
			t.Errorf("%s reads\n%s", by.Role, text)
		}
	}
	if text := open(office); strings.Contains(text, "Nước đục") || !strings.Contains(text, "xem tại mục Phản ánh") {
		t.Errorf("the office, which sees no item, reads\n%s", text)
	}
	raw, err := w.store.Reports().Report(ctx, kept.ID)
	if err != nil || strings.Contains(reports.Plaintext(&raw), "Nước đục") {
		t.Errorf("what is kept has words of people (%v)", err)
	}
	said = "" // erased
	if text := open(reviewer); strings.Contains(text, "Nước đục") || !strings.Contains(text, "xem tại mục Phản ánh") {
		t.Errorf("after the erasure\n%s", text)
	}
}
