package store

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/review"
)

// The cases that an entry may join are the newest open claims and scams of
// its topic, found by an index and not by reading every case.
func TestJoinable(t *testing.T) {
	ctx := t.Context()
	store := openDesk(t, filepath.Join(t.TempDir(), "desk.db"))
	clock := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	desk, err := review.New(review.Options{Store: store, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	var want []string // of water, newest first
	for i := range 16 {
		clock = clock.Add(time.Minute)
		id, topic, choice := fmt.Sprintf("i%02d", i), "water", news.Verify
		switch i % 4 {
		case 1:
			topic = "roads"
		case 2:
			choice = news.Answer
		case 3:
			choice = news.Scam
		}
		f := news.Flag{ID: "f-" + id, Rule: "r", Version: 1, Level: news.Medium, Status: "stable", Topic: topic, At: clock,
			Item: &news.Item{ID: id, Text: "nghe nói " + id, Published: clock, Observed: clock, Reading: &news.Reading{Stance: news.Claiming, Story: id}}}
		if err := desk.Take(ctx, []news.Flag{f}); err != nil {
			t.Fatal(err)
		}
		e, err := desk.Decide(ctx, review.DecideRequest{Entry: id, Choice: choice, By: chief})
		if err != nil {
			t.Fatal(err)
		}
		if topic == "water" && choice != news.Answer {
			want = append([]string{e.Case}, want...)
		}
	}
	if err := desk.CloseCase(ctx, want[0], "không có gì", chief); err != nil {
		t.Fatal(err)
	}
	got, err := desk.Joinable(ctx, []string{"water", "water", "", "roads", "health"}, chief)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(cs []review.Case) (out []string) {
		for _, c := range cs {
			out = append(out, c.ID)
		}
		return out
	}
	if have := ids(got["water"]); strings.Join(have, " ") != strings.Join(want[1:6], " ") || len(got["roads"]) != 4 || len(got["health"]) != 0 || len(got[""]) != 0 {
		t.Errorf("water %q of %q, roads %d", have, want, len(got["roads"]))
	}
	if _, err := desk.Joinable(ctx, []string{"water"}, review.User{Name: "c", Role: review.Liaison}); err == nil {
		t.Error("the police are told of cases")
	}
	var plan strings.Builder
	rows, err := store.read.QueryContext(ctx, "EXPLAIN QUERY PLAN "+deskJoinable, "water", 5)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c int
		var detail string
		if err := rows.Scan(&a, &b, &c, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(detail + "\n")
	}
	if p := plan.String(); !strings.Contains(p, "case_joinable") || strings.Contains(p, "TEMP B-TREE") {
		t.Errorf("the plan:\n%s", p)
	}
}
