package rules

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/internal/news"
)

// edited is what the index says of an item that was before and is now.
func edited(before, now news.Indexed) news.Indexed {
	now.Item.Edited = now.Item.Observed.Add(time.Hour)
	now.Before = &before.Item
	return now
}

// Of an edit only what takes part in a match is evaluated again.
func TestEdit(t *testing.T) {
	tests := []struct {
		name, when, before, now string
		old, fires              bool // on the text before; on the edit
		why                     string
	}{
		{"the rest was edited", "vỡ đập", "Nghe nói vỡ đập. Trời mưa.", "Nghe nói vỡ đập. Trời nắng.", true, false, ""},
		{"a sentence was added", "vỡ đập", "Trời mưa.", "Trời mưa. Nghe nói vỡ đập.", false, true, "mới thêm"},
		{"said again, elsewhere", "vỡ đập", "Nghe nói vỡ đập. Trời mưa.", "Nghe nói vỡ đập. Trời mưa. Vỡ đập thật rồi!", true, true, "mới thêm"},
		{"the sentence says something else now", "vỡ đập", "Không vỡ đập. Trời mưa.", "Vỡ đập. Trời mưa.", true, true, "mới thêm"},
		{"only commas and capitals", "vỡ đập", "nghe nói vỡ đập. trời mưa", "Nghe nói: vỡ đập! Trời mưa.", true, false, ""},
		{"only the normal form", "vỡ đập", "Nghe nói vỡ đập.", norm.NFD.String("Nghe nói vỡ đập."), true, false, ""},
		{"old and new words together", "vỡ đập AND chạy đi", "Nghe nói vỡ đập.", "Nghe nói vỡ đập. Bà con chạy đi.", false, true, "mới thêm"},
		{"a new word for a part that held", "vỡ đập AND (chạy đi OR di dời)", "Vỡ đập. Chạy đi.", "Vỡ đập. Chạy đi. Cả khối di dời.", true, true, "mới thêm"},
		{"the denial is gone", "vỡ đập AND NOT đính chính", "Nghe nói vỡ đập. Phường đính chính.", "Nghe nói vỡ đập.", false, true, "cắt bớt"},
		{"the end is gone", "vỡ đập", "Nghe nói vỡ đập. Phường xem lại.", "Nghe nói vỡ đập.", true, false, ""},
		{"the words are gone", "vỡ đập", "Nghe nói vỡ đập. Trời mưa.", "Trời mưa.", true, false, ""},
		{"moved", "vỡ đập", "Trời mưa. Nghe nói vỡ đập.", "Nghe nói vỡ đập. Trời mưa.", true, false, ""},
		{"new in the title", "title:(vỡ đập)", "|Vỡ đập.", "Vỡ đập|Vỡ đập.", false, true, "mới thêm"},
		{"the title stays", "title:(vỡ đập)", "Vỡ đập|Trời mưa.", "Vỡ đập|Trời nắng.", true, false, ""},
		{"a value", "phí NEAR/4 MONEY>=100k", "Phí rác là 30k. Phí nước là 200k.", "Phí rác là 500k. Phí nước là 200k.", true, true, "mới thêm"},
		{"more words than are marked", "vỡ đập", strings.Repeat("Vỡ đập. ", 150), strings.Repeat("Vỡ đập. ", 151), true, true, "mới thêm"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, rec := testEngine(t, map[string]string{"rules/sua-bai.yaml": ruleText("sua-bai", "match", "", tt.when)}, Options{})
			item := func(s string) news.Indexed {
				title, text, has := strings.Cut(s, "|")
				if !has {
					title, text = "", s
				}
				x := post("a", "p1", text, time.Hour)
				x.Item.Title = title
				x.Hash = x.Item.Hash()
				return x
			}
			before := item(tt.before)
			now := edited(before, item(tt.now))
			for _, x := range []news.Indexed{before, now, now} { // the last comes twice
				if err := e.Take(t.Context(), []news.Indexed{x}); err != nil {
					t.Fatal(err)
				}
			}
			want := 0
			if tt.old {
				want++
			}
			if tt.fires {
				want++
			}
			if len(rec.flags) != want {
				t.Fatalf("%d flags, want %d: %+v", len(rec.flags), want, rec.flags)
			}
			for i, f := range rec.flags {
				last := tt.fires && i == want-1
				if f.Edited != last || last != strings.Contains(f.Why.VI, "của bài") && last != strings.Contains(f.Why.VI, "sau khi bị sửa") {
					t.Errorf("flag %d: edited %v, why %q", i, f.Edited, f.Why.VI)
				}
				if last && !strings.Contains(f.Why.VI, tt.why) {
					t.Errorf("why = %q, want %q in it", f.Why.VI, tt.why)
				}
			}
			// What comes of it does not depend on what came first.
			e2, rec2 := testEngine(t, map[string]string{"rules/sua-bai.yaml": ruleText("sua-bai", "match", "", tt.when)}, Options{})
			for _, x := range []news.Indexed{now, before, now} {
				if err := e2.Take(t.Context(), []news.Indexed{x}); err != nil {
					t.Fatal(err)
				}
			}
			ids := func(fs []news.Flag) (out []string) {
				for _, f := range fs {
					out = append(out, f.ID)
				}
				slices.Sort(out)
				return out
			}
			if a, b := ids(rec.flags), ids(rec2.flags); !slices.Equal(a, b) {
				t.Errorf("in the other order: flags %v, want %v", b, a)
			}
		})
	}
}

// What is said of the whole text counts only for rules that ask for nothing
// else; a cue counts where its words stand.
func TestEditOfReading(t *testing.T) {
	read := func(x news.Indexed, words ...string) news.Indexed {
		rd := &news.Reading{Stance: news.Claiming, Tone: news.Tone{Label: "negative"}}
		for _, w := range words {
			family, w, isCue := strings.Cut(w, "=")
			if !isCue {
				w = family
			}
			at := strings.Index(x.Item.Text, w)
			if at < 0 {
				t.Fatalf("%q is not in %q", w, x.Item.Text)
			}
			n := len([]rune(x.Item.Text[:at]))
			span := news.Span{Start: n, End: n + len([]rune(w)), Text: w}
			if isCue {
				rd.Cues = append(rd.Cues, news.Cue{Family: family, Level: news.High, Because: []news.Span{span}})
			} else if len(rd.Topics) == 0 {
				rd.Topics = []news.Topic{{ID: "water", Score: 1, Because: []news.Span{span}}}
			} else {
				rd.Topics[0].Because = append(rd.Topics[0].Because, span)
			}
		}
		x.Item.Reading = rd
		return x
	}
	before := read(post("a", "p", "Nhận quà miễn phí ở khối 3. Nước lên.", time.Hour), "free_gift_scam=Nhận quà", "Nước")
	more := read(post("a", "p", "Nhận quà miễn phí ở khối 3. Nước lên. Có nước sạch.", time.Hour), "free_gift_scam=Nhận quà", "Nước", "nước sạch")
	again := read(post("a", "p", "Nhà nước trao. Nước lên. Nhận quà ở khối 5.", time.Hour), "free_gift_scam=Nhận quà", "Nước")
	tests := []struct {
		name, when string
		now        news.Indexed
		flags      int
	}{
		{"a cue where it was", "cue:free_gift_scam", more, 1},
		{"a cue where it was, and a topic more often", "cue:free_gift_scam AND topic:water", more, 1},
		{"a topic more often", "topic:water", more, 2},
		{"a cue elsewhere", "cue:free_gift_scam", again, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, rec := testEngine(t, map[string]string{"rules/sua-bai.yaml": ruleText("sua-bai", "match", "", tt.when)}, Options{})
			if err := e.Take(t.Context(), []news.Indexed{before, edited(before, tt.now)}); err != nil || len(rec.flags) != tt.flags {
				t.Errorf("%d flags, %v, want %d", len(rec.flags), err, tt.flags)
			}
		})
	}
}

// A rule that fired for something to answer fires again when an edit makes it
// more than that, also when it only took a softening sentence out.
func TestEditRaises(t *testing.T) {
	const call, asks = "Vỡ đập rồi, chạy đi!", " Mọi người cho em hỏi có đúng không ạ?"
	at := func(text string, level news.Level) news.Indexed {
		x := post("a", "p", text, time.Hour)
		if level == news.Informational {
			return x // nobody knows how it is read
		}
		stance := news.Claiming
		if strings.HasSuffix(text, "?") {
			stance = news.Question
		}
		x.Item.Reading = &news.Reading{Stance: stance, Cues: []news.Cue{{Family: "disaster_rumour", Level: level, Because: []news.Span{{Start: 0, End: 6, Text: "Vỡ đập"}}}}}
		return x
	}
	const unread = news.Informational
	tests := []struct {
		name, when  string
		before, now news.Indexed
		levels      []news.Level
	}{
		{"the question is gone", "cue:disaster_rumour", at(call+asks, news.Low), at(call, news.Critical), []news.Level{news.Low, news.Critical}},
		{"in the decomposed form", "cue:disaster_rumour", at(call+asks, news.Low), at(call+" "+norm.NFD.String("Chạy đi!"), news.Critical), []news.Level{news.Low, news.Critical}},
		{"only the reading is another", "cue:disaster_rumour", at(call+" A.", news.Low), at(call, news.High), []news.Level{news.Low, news.Critical}},
		{"a question was added", "cue:disaster_rumour", at(call, news.Critical), at(call+asks, news.Low), []news.Level{news.Critical}},
		{"as high as before", "cue:disaster_rumour", at(call+" Trời mưa.", news.High), at(call, news.Critical), []news.Level{news.Critical}},
		{"as low as before", "cue:disaster_rumour", at(call+" Trời mưa."+asks, news.Low), at(call+asks, news.Low), []news.Level{news.Low}},
		{"the words alone", "vỡ đập", at(call+asks, news.Low), at(call, news.Critical), []news.Level{news.Critical}},
		{"nobody knows how the old one was read", "vỡ đập OR cue:disaster_rumour", at(call+asks, unread), at(call, news.Critical), []news.Level{news.Critical, news.Critical}},
		{"nor does it matter", "vỡ đập OR cue:disaster_rumour", at(call+" Trời mưa."+asks, unread), at(call+asks, news.Low), []news.Level{news.Critical}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(ruleText("vo-dap", "match", "", tt.when), "level: medium", "level: critical", 1)
			e, rec := testEngine(t, map[string]string{"rules/vo-dap.yaml": text}, Options{})
			now := edited(tt.before, tt.now)
			if err := e.Take(t.Context(), []news.Indexed{tt.before, now, now}); err != nil {
				t.Fatal(err)
			}
			var levels []news.Level
			for i, f := range rec.flags {
				levels = append(levels, f.Level)
				if f.Edited != (i > 0) {
					t.Errorf("flag %d: edited %v", i, f.Edited)
				}
			}
			if !slices.Equal(levels, tt.levels) {
				t.Errorf("levels %v, want %v", levels, tt.levels)
			}
		})
	}
}

// A value that an edit brings is compared although another one was known.
func TestEditContradicts(t *testing.T) {
	e, rec := testEngine(t, map[string]string{"rules/phi.yaml": ruleText("phi", "contradicts", "fact: f1\nvalue: MONEY\nnear: phí rác\n", "phí rác")}, Options{})
	fact := news.Fact{ID: "f1", Document: "1/2026/QĐ-UBND", Type: "money", Value: "30000", Subject: "phí rác", From: "2026-01-01", Status: "confirmed", Span: news.Span{Text: "30.000 đồng"}}
	if err := e.Facts(t.Context(), news.Facts{Version: 1, Facts: []news.Fact{fact}}); err != nil {
		t.Fatal(err)
	}
	one := post("a", "p", "Phí rác 40k ở khối 1.", time.Hour)
	two := edited(one, post("a", "p", "Phí rác 40k ở khối 1. Trời mưa.", time.Hour))
	three := edited(two, post("a", "p", "Phí rác 40k ở khối 1. Trời mưa. Phí rác 500k ở khối 2.", time.Hour))
	if err := e.Take(t.Context(), []news.Indexed{one, two, three}); err != nil {
		t.Fatal(err)
	}
	if len(rec.flags) != 2 || !strings.Contains(rec.flags[1].Why.VI, "500k") || strings.Contains(rec.flags[0].Why.VI, "500k") {
		t.Errorf("flags = %+v, want 40k and then 500k", rec.flags)
	}
}
