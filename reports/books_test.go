package reports_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"langnghe/reports"
)

// TestEntriesAgree: what the law asks of an entry together is asked for, and
// days that cannot be are refused.
func TestEntriesAgree(t *testing.T) {
	w := newWorld(t, 1, 2)
	ctx := context.Background()
	request := func(more ...string) map[string]string {
		v := map[string]string{"title": "Quy hoạch", "received": "2026-11-02", "days": "5"}
		for i := 0; i < len(more); i += 2 {
			v[more[i]] = more[i+1]
		}
		return v
	}
	draft := map[string]string{"title": "Quy chế chợ", "from": "2026-11-02", "to": "2026-11-30", "unit": unit.Unit}
	d, err := w.desk.Save(ctx, "consultations", "", draft, justice)
	if err != nil {
		t.Fatal(err)
	}
	comment := func(more ...string) map[string]string {
		v := map[string]string{"consultation": d.ID, "text": "Bố trí chỗ để xe", "count": "3", "day": "2026-11-05"}
		for i := 0; i < len(more); i += 2 {
			v[more[i]] = more[i+1]
		}
		return v
	}
	for _, c := range []struct {
		ledger string
		v      map[string]string
		kind   string // "" is taken
	}{
		{"requests", request(), ""},
		{"requests", request("answered", "2026-11-01", "result", "given"), "order"},
		{"requests", request("answered", "2026-11-05"), "empty"},
		{"requests", request("result", "given"), "empty"},
		{"requests", request("answered", "2026-11-05", "result", "refused"), "empty"},
		{"requests", request("answered", "2026-11-05", "result", "refused", "reason", "Bí mật nhà nước, Điều 6"), ""},
		{"requests", request("days", "15"), "empty"},
		{"requests", request("days", "15", "reason", "Phải hỏi đơn vị khác"), ""},
		{"consultations", map[string]string{"title": "x", "from": "2026-11-30", "to": "2026-11-02", "unit": "y"}, "order"},
		{"opinions", comment("result", "accepted"), "empty"},
		{"opinions", comment("answered", "2026-11-01"), "order"},
		{"opinions", comment("result", "accepted", "response", "Đã bổ sung"), ""},
		{"disclosure", map[string]string{"title": "Ngân sách", "unit": "x", "since": "2026-01-01"}, "empty"},
		{"disclosure", map[string]string{"title": "Ngân sách", "unit": "x", "since": "2026-01-01", "url": "Trang TTĐT, mục Ngân sách"}, ""},
	} {
		_, err := w.desk.Save(ctx, c.ledger, "", c.v, justice)
		var refusal *reports.Error
		if c.kind == "" && err != nil || c.kind != "" && (!errors.As(err, &refusal) || refusal.Kind != c.kind) {
			t.Errorf("%s %v: %v, want %q", c.ledger, c.v, err, c.kind)
		}
	}
	// A term of its own holds instead of the common ones.
	r, err := w.desk.Save(ctx, "requests", "", request("term", "2"), justice)
	if err != nil {
		t.Fatal(err)
	}
	if due, _ := w.desk.DeadlineOf(r); due.Due.In(date("2026-01-01").Location()).Format(time.DateOnly) != "2026-11-04" || !due.Late {
		t.Errorf("two working days after Monday 2 November end on %v", due)
	}
}

// TestUnitsAndTheirBooks: a unit answers the comments on its own draft and on
// no other, and a neighbourhood says which policy it has told people of,
// though it does not see the ledger of policies.
func TestUnitsAndTheirBooks(t *testing.T) {
	w := newWorld(t, 1, 2)
	w.fill()
	ctx := context.Background()
	other := reports.Person{Name: "vanhoa", Role: "unit", Unit: "Phòng Văn hóa - Xã hội"}
	khoi := reports.Person{Name: "khoi3", Role: "khoi", Unit: "Khối 3"}
	mine, err := w.desk.Entries(ctx, "opinions", unit)
	if err != nil || len(mine) != 2 {
		t.Fatalf("the drafting unit sees %d comments of 2: %v", len(mine), err)
	}
	if theirs, err := w.desk.Entries(ctx, "opinions", other); err != nil || len(theirs) != 0 {
		t.Errorf("another unit sees %d comments, %v", len(theirs), err)
	}
	v := mine[0].Values()
	answer := map[string]string{"consultation": v["consultation"], "article": v["article"], "text": v["text"], "count": v["count"], "day": v["day"], "result": "explained", "response": "Tên chợ do tỉnh đặt", "answered": "2026-02-10"}
	if _, err := w.desk.Save(ctx, "opinions", mine[0].ID, answer, unit); err != nil {
		t.Errorf("the drafting unit cannot answer: %v", err)
	}
	for name, err := range map[string]error{
		"answers":  func() error { _, err := w.desk.Save(ctx, "opinions", mine[0].ID, answer, other); return err }(),
		"comments": func() error { _, err := w.desk.Save(ctx, "opinions", "", answer, other); return err }(),
		"removes":  w.desk.Remove(ctx, mine[1].ID, other),
	} {
		if err == nil {
			t.Errorf("another unit %s", name)
		}
	}
	titles, err := w.desk.Names(ctx, "policies", khoi)
	if err != nil || len(titles) != 3 {
		t.Fatalf("a khối is offered %v, %v", titles, err)
	}
	for id, title := range titles {
		if !strings.Contains(title, "Bảng giá đất") {
			continue
		}
		before, err := w.desk.Coverage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.Save(ctx, "publications", "", map[string]string{"policy": id, "title": "Họp khối", "channel": "meeting", "day": "2026-11-10", "evidence": "Biên bản họp khối 10/11"}, khoi); err != nil {
			t.Fatal(err)
		}
		after, err := w.desk.Coverage(ctx)
		if err != nil || after.Covered != before.Covered+1 {
			t.Errorf("what a khối did covers nothing: %d, then %d", before.Covered, after.Covered)
		}
		for _, r := range after.Rows {
			if r.ID == id && (len(r.Evidence[5]) != 1 || r.Evidence[5][0].What != "Biên bản họp khối 10/11") {
				t.Errorf("evidence %+v", r.Evidence)
			}
		}
	}
	if _, err := w.desk.Names(ctx, "tasks", reports.Person{Name: "a", Role: "admin"}); err == nil {
		t.Error("the administrator reads titles of a ledger")
	}
	if _, err := w.desk.Names(ctx, "policies", police); err == nil {
		t.Error("the police liaison reads titles of a ledger")
	}
}

// TestNobodyIsRemindedOfWhatIsDone: once the annual report is approved, its
// deadline is nobody's worry; a report of another year changes nothing.
func TestNobodyIsRemindedOfWhatIsDone(t *testing.T) {
	for _, c := range []struct {
		year int
		want int
	}{{2026, 2}, {2025, 4}} {
		w := newWorld(t, 3, 1)
		ctx := context.Background()
		n := 0
		for w.now = date("2026-11-01").Add(8 * time.Hour); w.now.Before(date("2026-12-20")); w.now = w.now.AddDate(0, 0, 1) {
			if w.now.Equal(date("2026-12-01").Add(8 * time.Hour)) {
				r, err := w.desk.Create(ctx, reports.Request{Kind: reports.Annual, Year: c.year}, reviewer)
				if err == nil {
					err = w.desk.Approve(ctx, r.ID, leader)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := w.desk.Tick(ctx); err != nil {
				t.Fatal(err)
			}
		}
		ms, err := w.store.TakeMessages(ctx, "alert", w.now, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			if strings.HasPrefix(m.ID, "alert/report-due/") {
				n++
			}
		}
		if n != c.want {
			t.Errorf("%d reminders with the report of %d approved on 1 December, want %d", n, c.year, c.want)
		}
	}
}
