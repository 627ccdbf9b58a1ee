package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/internal/store"
	"langnghe/official"
	"langnghe/reports"
	"langnghe/review"
)

// TestReportOutlivesWhatFollows: a report is kept; then complaints are
// assigned anew and answered, a claim gets another verdict and a correction,
// a decision is put in the place of another, an item is erased. Every number
// of the report is still right.
func TestReportOutlivesWhatFollows(t *testing.T) {
	ctx := t.Context()
	s, err := store.OpenDesk(ctx, filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 11, 9, 2, 0, 0, 0, time.UTC) // a Monday
	clock := func() time.Time { return now }
	quiet := slog.New(slog.DiscardHandler)
	d, err := review.New(review.Options{Store: s, Log: quiet, Now: clock,
		Due: func(context.Context, []news.Alert) error { return nil }, Decided: func(context.Context, []news.Decided) error { return nil },
		Unit: func(topic string) string { return map[string]string{"water": "Đội Cấp nước"}[topic] }})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = d.AddDocument(ctx, official.Document{No: "42/TB-UBND", From: "2026-01-01", Text: "Điều 1. Đập an toàn."}, review.User{})
	must(err)
	reviewer, leader, justice, unit, editor := review.User{Name: "hoa", Role: review.Reviewer}, review.User{Name: "minh", Role: review.Leader}, review.User{Name: "lan", Role: review.Justice}, review.User{Name: "tu", Role: review.Unit, Unit: "Đội Cấp nước"}, review.User{Name: "thu", Role: review.Editor}
	open := func(id, topic, place string, stance news.Stance, choice news.Choice) string {
		it := news.Item{ID: id, Kind: news.Post, Source: "cong-dong", Text: "Bài " + id + " nói về chuyện " + topic + " " + place, Published: now, Observed: now,
			Reading: &news.Reading{Area: news.Area{Fit: news.InArea}, Topics: []news.Topic{{ID: topic, Score: 1}}, Stance: stance}}
		must(d.Take(ctx, []news.Flag{{ID: "r-" + id, Rule: "r", Item: &it, Level: news.High, Topic: topic, At: now, Title: news.Text{VI: "Cờ", EN: "Flag"}}}))
		e, err := d.Decide(ctx, review.DecideRequest{Entry: id, Choice: choice, By: reviewer})
		must(err)
		return e.Case
	}
	water := open("a", "water", "", news.Complaint, news.Answer)
	roads := open("b", "roads", "", news.Complaint, news.Answer)
	wrong := open("c", "water", "", news.Complaint, news.Answer)
	rumour := open("d", "disaster", "", news.Claiming, news.Verify)
	scam := open("e", "security_scam", "", news.Claiming, news.Scam)
	must(d.Assign(ctx, roads, "Phòng Kinh tế", time.Time{}, reviewer))
	must(d.SetClaim(ctx, rumour, "Tin về đập", "Có người nói đập đã vỡ", nil, reviewer))
	must(d.SetVerdict(ctx, rumour, review.FalseInfo, news.Citation{Document: "42/TB-UBND"}, reviewer))
	must(d.DraftCorrection(ctx, rumour, "Đập an toàn.", "", "", reviewer))

	now = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	r, err := reports.New(reports.Options{Store: s.Reports(), Log: quiet, Now: clock, House: reports.House{Ward: "Phường Thái Hòa"},
		Cases: func(ctx context.Context, known time.Time) ([]reports.Case, error) { return reportCases(ctx, d, known) }})
	must(err)
	by := reports.Person{Name: "hoa", Role: "reviewer"}
	var ids []string
	figures := map[string]float64{}
	for _, q := range []reports.Request{{Kind: reports.Weekly}, {Kind: reports.Daily}, {Kind: reports.Annual}, {Kind: reports.Urgent, Case: rumour}} {
		rep, err := r.Create(ctx, q, by)
		must(err)
		ids = append(ids, rep.ID)
		for _, f := range rep.Figures {
			if f.Query.By == "" && f.Query.Topic == "" {
				figures[f.Query.What] = max(figures[f.Query.What], f.Value)
			}
		}
	}
	for what, want := range map[string]float64{"complaints.received": 3, "complaints.overdue": 3, "corrections.waiting": 1, "rumours.opened": 2, "corrections.out": 0} {
		if figures[what] != want {
			t.Errorf("%s = %v before anything follows, want %v", what, figures[what], want)
		}
	}

	now = now.Add(time.Hour)
	must(d.Assign(ctx, water, "Phòng Kinh tế", now.AddDate(0, 0, 9), reviewer))
	must(d.Assign(ctx, roads, "Đội Cấp nước", time.Time{}, reviewer))
	must(d.Reply(ctx, roads, "Đã sửa.", unit))
	must(d.CloseCase(ctx, roads, "xong", reviewer))
	must(d.SetCaseLevel(ctx, scam, news.Low, reviewer))
	_, err = d.Reclassify(ctx, review.DecideRequest{Entry: "c", Choice: news.Stat, Note: "đọc lại", By: reviewer})
	must(err)
	_, err = d.Reclassify(ctx, review.DecideRequest{Entry: "e", Choice: news.Verify, Note: "không phải lừa đảo", By: reviewer})
	must(err)
	must(d.SetVerdict(ctx, rumour, review.OutOfContext, news.Citation{Document: "42/TB-UBND"}, reviewer))
	must(d.DraftCorrection(ctx, rumour, "Đập an toàn, ảnh cũ.", "", "", reviewer))
	must(d.ApproveCorrection(ctx, rumour, leader))
	now = now.Add(time.Hour)
	must(d.PublishCorrection(ctx, rumour, "https://thaihoa.example/dap", editor))
	must(d.EraseItem(ctx, "a", "yêu cầu của người đăng", justice))
	now = now.AddDate(0, 1, 0)

	numbers := 0
	for _, id := range ids {
		rep, err := s.Reports().Report(ctx, id)
		must(err)
		n, diff, err := r.Verify(ctx, &rep)
		must(err)
		numbers += n
		for _, x := range diff {
			t.Errorf("%s %s (%s): in the report %s, now %s", id, x.Figure, r.Describe(x.Query).EN, x.Said, x.Now)
		}
	}
	t.Logf("%d numbers", numbers)
	// What is counted now is another world.
	for what, want := range map[string]float64{"complaints.received": 2, "complaints.answered": 1, "corrections.out": 1, "rumours.opened": 2, "warnings.raised": 4} {
		got, err := r.Evaluate(ctx, reports.Query{What: what, From: now.AddDate(0, -3, 0), To: now})
		if must(err); got != want {
			t.Errorf("%s is %v a month later, want %v", what, got, want)
		}
	}
	// The case that a decision was taken out of is none any more.
	if _, err := r.Preview(ctx, reports.Request{Kind: reports.Complaint, Case: wrong}, by); err == nil {
		t.Error("a slip of a case without entries")
	}
	var refused *reports.Error
	if _, err := r.Preview(ctx, reports.Request{Kind: reports.Urgent, Case: wrong}, by); !errors.As(err, &refused) {
		t.Errorf("an urgent note of it: %v", err)
	}
}
