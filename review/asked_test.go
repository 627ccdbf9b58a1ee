package review_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
	"langnghe/official"
	"langnghe/review"
)

// question is what somebody asked about a topic.
func question(id, account, topic, text string) news.Item {
	return news.Item{ID: id, Kind: news.Comment, Source: "nhom", Account: account, Text: text,
		Reading: &news.Reading{Stance: news.Question, Area: news.Area{Fit: news.InArea}, Topics: []news.Topic{{ID: topic}}}}
}

// several are questions of as many people.
func several(topic, text string, n int) (out []news.Item) {
	for i := range n {
		out = append(out, question(fmt.Sprint(topic, i), fmt.Sprint("p", i), topic, text))
	}
	return out
}

// TestUnanswered: distinct voices count, a rise takes three and half as many
// again as before, what a document covers and what is asked elsewhere does not
// count.
func TestUnanswered(t *testing.T) {
	none := func(*news.Item) bool { return false }
	for _, c := range []struct {
		name            string
		current, before []news.Item
		covered         func(*news.Item) bool
		want            string
	}{
		{"nothing", nil, nil, none, ""},
		{"two voices", several("water", "Bao giờ có nước", 2), nil, none, ""},
		{"three voices", several("water", "Bao giờ có nước", 3), nil, none, "water 3 0"},
		{"one voice thrice", []news.Item{question("a", "p", "water", "x"), question("b", "p", "water", "y"), question("c", "p", "water", "z")}, nil, none, ""},
		{"as many as before", several("water", "x", 6), several("water", "x", 6), none, ""},
		{"half as many again", several("water", "x", 6), several("water", "x", 4), none, "water 6 4"},
		{"a little more", several("water", "x", 5), several("water", "x", 4), none, ""},
		{"covered", several("water", "x", 6), nil, func(*news.Item) bool { return true }, ""},
		{"two topics", append(several("water", "x", 3), several("education", "y", 5)...), nil, none, "education 5 0, water 3 0"},
		{"another place", func() []news.Item {
			all := several("water", "x", 4)
			for i := range all {
				all[i].Reading.Area.Fit = news.OutOfArea
			}
			return all
		}(), nil, none, ""},
		{"nothing read", []news.Item{{ID: "a"}, {ID: "b"}, {ID: "c"}}, nil, none, ""},
	} {
		var got []string
		for _, q := range review.Unanswered(c.current, c.before, c.covered) {
			got = append(got, fmt.Sprintf("%s %d %d", q.Topic, q.Now, q.Was))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// TestDigestSaysWhatToPublish: the reviewers' morning digest names what people
// ask and no document in force answers, three topics at most and nobody's
// words; not the afternoon's, not the leader's, not when a document answers;
// without the index it goes out all the same.
func TestDigestSaysWhatToPublish(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.Workday = func(time.Time) bool { return true }
	h.TopicName = func(id string) news.Text { return news.Text{VI: "việc " + id, EN: id} }
	var broken error
	h.Asked = func(_ context.Context, from, to time.Time) ([]news.Item, error) {
		if to.Sub(from) != 7*24*time.Hour {
			t.Errorf("asked for %v", to.Sub(from))
		}
		if to.Before(h.now) {
			return several("water", "x", 2), broken
		}
		all := several("market_trade", "Cho em hỏi gửi xe máy ở chợ mất bao nhiêu tiền ạ", 6)
		for i, topic := range []string{"water", "education", "health", "land"} {
			all = append(all, several(topic, "Chị Bảy hỏi chuyện ni răng rồi", 3+i)...)
		}
		return all, broken
	}
	digest := func(at string) (mine, leader news.Alert) {
		t.Helper()
		local, err := time.ParseInLocation("2006-01-02 15:04", at, h.Zone)
		h.must(err)
		h.now, h.alerts = local, nil
		h.must(h.Pulse(ctx, vitals))
		h.must(h.Forward(ctx))
		for _, a := range h.sent("digest") {
			if slices.Contains(a.To, "leader") {
				leader = a
			} else {
				mine = a
			}
		}
		return mine, leader
	}
	mine, leader := digest("2026-06-05 07:30")
	if !strings.Contains(mine.Body.VI, "Nên công bố thông tin về việc market_trade: 6 người hỏi trong 7 ngày (tuần trước 0)") || strings.Count(mine.Body.VI, "Nên công bố") != 3 || !strings.Contains(mine.Body.EN, "Publish something about land: 6 people asked") ||
		strings.Contains(mine.Body.VI, "Bảy") || strings.Contains(leader.Body.VI, "Nên công bố") {
		t.Errorf("morning: %s\nleader: %s", mine.Body.VI, leader.Body.VI)
	}
	if mine, _ = digest("2026-06-05 16:00"); mine.ID == "" || strings.Contains(mine.Body.VI, "Nên công bố") {
		t.Errorf("afternoon: %s", mine.Body.VI)
	}
	_, err := h.AddDocument(ctx, official.Document{No: "42/TB-UBND", From: "2026-01-05", Title: "Giá gửi xe ở chợ", Text: "**1. Gửi xe**\nGửi xe máy ở chợ: 3.000 đồng/lượt."}, hoa)
	h.must(err)
	if mine, _ = digest("2026-06-06 07:30"); strings.Contains(mine.Body.VI, "market_trade") || strings.Count(mine.Body.VI, "Nên công bố") != 3 {
		t.Errorf("with a document: %s", mine.Body.VI)
	}
	broken = errors.New("no index")
	if mine, _ = digest("2026-06-07 07:30"); mine.ID == "" || strings.Contains(mine.Body.VI, "Nên công bố") {
		t.Errorf("without the index: %+v", mine)
	}
}

// TestCoversForgets: what is remembered about a text holds neither longer
// than the day nor beyond a change of the register.
func TestCoversForgets(t *testing.T) {
	h := newHouse(t)
	ask := func() bool {
		t.Helper()
		covered, err := h.Covers(t.Context())
		h.must(err)
		it := question("a", "p", "market_trade", "Cho em hỏi gửi xe máy ở chợ mất bao nhiêu tiền ạ")
		first := covered(&it)
		if covered(&it) != first {
			t.Error("asked twice, two answers")
		}
		return first
	}
	h.now = time.Date(2026, 6, 5, 12, 0, 0, 0, h.Zone)
	if ask() {
		t.Error("covered by nothing")
	}
	_, err := h.AddDocument(t.Context(), official.Document{No: "42/TB-UBND", From: "2026-06-06", Title: "Giá gửi xe ở chợ", Text: "**1. Gửi xe**\nGửi xe máy ở chợ: 3.000 đồng/lượt."}, hoa)
	h.must(err)
	if ask() {
		t.Error("covered before the document is in force")
	}
	if h.later(12 * time.Hour); !ask() {
		t.Error("not covered on the day on which the document comes into force")
	}
	_, err = h.AddDocument(t.Context(), official.Document{No: "50/TB-UBND", From: "2026-06-06", Supersedes: "42/TB-UBND", Title: "Bãi bỏ giá gửi xe", Text: "Bãi bỏ Thông báo số 42/TB-UBND."}, hoa)
	h.must(err)
	if ask() {
		t.Error("covered by a document that another one replaced")
	}
}
