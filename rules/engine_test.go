package rules

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"langnghe/internal/news"
)

// ruleText is a rule file of a type with its fields and a query.
func ruleText(id, typ, fields, when string) string {
	return fmt.Sprintf(`id: %s
version: 1
title: {vi: "Quy tắc thử", en: "Test rule"}
type: %s
%slevel: medium
status: test
owner: vh-xh
topic: water
references: ["12/2026/QĐ-UBND"]
falsepositives: ["bài đính chính"]
when: '%s'
tests:
  match: [{text: mất nước, kind: post}, {text: mất nước hoài, kind: post}, {text: lại mất nước, kind: post}]
  no_match: [xin chào, trời đẹp, {text: Chợ bẩn quá, criticism: true}]
`, id, typ, fields, when)
}

func mustRule(t interface{ Fatalf(string, ...any) }, src string) *Rule {
	r, ps := parseRule("rules/x.yaml", src, nil, func(string) bool { return true })
	if len(ps) > 0 {
		t.Fatalf("%+v\n%s", ps, src)
	}
	return r
}

func timedRules(t interface{ Fatalf(string, ...any) }) []*Rule {
	return []*Rule{
		mustRule(t, ruleText("dem", "count", "at_least: 3\nwithin: 1d\nquiet: 12h\n", "mất nước")),
		mustRule(t, ruleText("dem-chu-de", "count", "at_least: 2\nwithin: 6h\nby: topic\n", "mất nước")),
		mustRule(t, ruleText("ti-le", "ratio", "share: stance:complaint\nat_least: 50\nmin: 3\nwithin: 2d\n", "mất nước")),
		mustRule(t, ruleText("trung-loi", "coordination", "at_least: 2\nwithin: 1d\nmin_words: 2\n", "mất nước")),
		mustRule(t, ruleText("lan-luot", "sequence", "steps: [khối, nóng]\nwithin: 2d\n", "mất nước")),
		mustRule(t, ruleText("cung-luc", "together", "steps: [khối, nóng]\nwithin: 1d\n", "mất nước")),
		mustRule(t, ruleText("im-lang", "silence", "for: 1d\nby: source\n", "mất nước")),
		mustRule(t, ruleText("so-moi", "new_term", "terms: DOCNO\nat_least: 2\nwithin: 2d\nabsent: 4d\n", "mất nước")),
		mustRule(t, ruleText("tang", "spike", "by: topic\nsensitivity: high\n", "mất nước")),
	}
}

// drawItems draws items of some days, each seen up to a week after it was
// published.
func drawItems(t *rapid.T, days int) []news.Item {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	var out []news.Item
	for i := range n {
		at := epoch.Add(time.Duration(rapid.IntRange(0, days*24*4).Draw(t, "at")) * 15 * time.Minute)
		late := time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 30, 100, 168, 200}).Draw(t, "late")) * time.Hour
		text := "mất nước" + rapid.SampledFrom([]string{"", " khối 3", " nóng quá", " khối nóng", " theo 12/2026/QĐ-UBND", " theo 15/KH-UBND"}).Draw(t, "text")
		it := news.Item{ID: fmt.Sprint("i", i), Kind: news.Post, Text: text, Published: at, Observed: at.Add(late),
			Account: rapid.SampledFrom([]string{"p1", "p2", "p3", "p4", ""}).Draw(t, "account"), Source: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "source")}
		if rapid.Bool().Draw(t, "read") {
			it.Reading = &news.Reading{Stance: rapid.SampledFrom([]news.Stance{news.Complaint, news.Question}).Draw(t, "stance"), Topics: []news.Topic{{ID: "water"}}}
		}
		out = append(out, it)
	}
	return out
}

func show(flags []Signal) string {
	var out []string
	for i := range flags {
		out = append(out, flags[i].Rule+" "+describe(&flags[i]))
	}
	return strings.Join(out, "\n")
}

// TestOrder checks that the flags are a function of the set of items: any
// order, duplicates and restarts give the same.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := newSet(timedRules(t), nil)
		items := drawItems(t, 20)
		until := epoch.AddDate(0, 0, 30)
		want, err := replay(context.Background(), set, items, until, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		shuffled := rapid.Permutation(items).Draw(t, "order")
		shuffled = append(shuffled, shuffled[rapid.IntRange(0, len(shuffled)-1).Draw(t, "again")])
		got, err := replay(context.Background(), set, shuffled, until, nil, rapid.Bool().Draw(t, "restart"))
		if err != nil {
			t.Fatal(err)
		}
		if show(got) != show(want) {
			t.Fatalf("in another order:\n%s\nwant:\n%s", show(got), show(want))
		}
	})
}

// TestPrune checks that letting go of what is settled changes nothing: an
// engine that ticks every six hours and restarts now and then raises what
// one raises that keeps everything.
func TestPrune(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := newSet(timedRules(t), nil)
		items := drawItems(t, 60)
		slices.SortStableFunc(items, func(a, b news.Item) int { return a.Observed.Compare(b.Observed) })
		until := epoch.AddDate(0, 0, 80)
		want, err := replay(context.Background(), set, items, until, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		store := NewMemory()
		now := epoch
		start := func() *Engine {
			e := newEngine(Options{Store: store, Now: func() time.Time { return now }})
			e.set = set
			return e
		}
		e := start()
		i, tick, restart := 0, 0, rapid.IntRange(1, 50).Draw(t, "restart")
		for ; !now.After(until); now = now.Add(6 * time.Hour) {
			for ; i < len(items) && !items[i].Observed.After(now); i++ {
				if err := e.Take(context.Background(), []news.Indexed{{Item: items[i]}}); err != nil {
					t.Fatal(err)
				}
			}
			if err := e.Tick(context.Background()); err != nil {
				t.Fatal(err)
			}
			if tick++; tick%restart == 0 {
				e = start()
			}
		}
		got := slices.DeleteFunc(store.Flags(), func(s Signal) bool { return s.Withdrawn || s.At.After(until) })
		if show(got) != show(want) {
			t.Fatalf("with pruning:\n%s\nwant:\n%s", show(got), show(want))
		}
		for _, o := range store.occs {
			if o.Rule == "dem" && o.At.Before(until.AddDate(0, 0, -14)) {
				t.Fatalf("kept %+v", o)
			}
		}
	})
}

// recorder is a place that flags are handed to.
type recorder struct {
	flags []news.Flag
	err   error
}

func (r *recorder) take(_ context.Context, fs []news.Flag) error {
	if r.err == nil {
		r.flags = append(r.flags, fs...)
	}
	return r.err
}

func testEngine(t *testing.T, files map[string]string, o Options) (*Engine, *recorder) {
	t.Helper()
	rec := &recorder{}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	o.Builtin, o.Flagged = fsys, rec.take
	if o.Store == nil {
		o.Store = NewMemory()
	}
	if o.Now == nil {
		o.Now = func() time.Time { return epoch.AddDate(0, 0, 1) }
	}
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e, rec
}

func post(id, account, text string, at time.Duration) news.Indexed {
	it := news.Item{ID: id, Kind: news.Post, Source: "nhom", Account: account, Text: text, Published: epoch.Add(at), Observed: epoch.Add(at)}
	return news.Indexed{Item: it, Hash: it.Hash()}
}

func TestMatchFlag(t *testing.T) {
	e, rec := testEngine(t, map[string]string{"rules/mat-nuoc.yaml": ruleText("mat-nuoc", "match", "", "mất nước")}, Options{})
	for range 2 { // the second time changes nothing
		if err := e.Take(t.Context(), []news.Indexed{post("a", "p1", "Khối 3 mất nước rồi", time.Hour), post("b", "p2", "trời đẹp", time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(rec.flags) != 1 {
		t.Fatalf("flags = %+v, want one", rec.flags)
	}
	f := rec.flags[0]
	if f.Item.ID != "a" || f.Version != 1 || len(f.Because) != 1 || f.Because[0].Text != "mất nước" || f.ID != FlagID("mat-nuoc", 1, "a", f.Item.Hash()) {
		t.Errorf("flag = %+v", f)
	}
	if f.Why.VI != "Có dấu hiệu: quy tắc thử. Dựa vào: “mất nước”." || !strings.Contains(f.Doubt.VI, "bài đính chính") {
		t.Errorf("why = %q, doubt = %q", f.Why.VI, f.Doubt.VI)
	}
	changed := post("a", "p1", "Khối 3 mất nước rồi, sửa xong", time.Hour)
	if err := e.Take(t.Context(), []news.Indexed{changed}); err != nil || len(rec.flags) != 2 {
		t.Errorf("%d flags, %v: another content of the item is judged again", len(rec.flags), err)
	}
}

// TestCautious checks that a rule makes no more of a cue than the reading does
// where it holds it for something to answer, and that a call for help is one.
func TestCautious(t *testing.T) {
	for _, c := range []struct {
		cue         string
		level, want news.Level
	}{{"disaster_rumour", 4, news.Critical}, {"disaster_rumour", 2, news.Critical}, {"disaster_rumour", 1, news.Low}, {"person_in_danger", 1, news.Critical}} {
		src := strings.Replace(ruleText("dau-hieu", "match", "", "cue:"+c.cue+" OR mất nước"), "level: medium", "level: critical", 1)
		e, rec := testEngine(t, map[string]string{"rules/dau-hieu.yaml": src}, Options{})
		in := post("a", "p1", "sợ nước về cuốn trôi nhà", time.Hour)
		in.Item.Reading = &news.Reading{Cues: []news.Cue{{Family: c.cue, Level: c.level}}}
		if err := e.Take(t.Context(), []news.Indexed{in}); err != nil || len(rec.flags) != 1 {
			t.Fatalf("%+v, %v; want one flag", rec.flags, err)
		}
		if got := rec.flags[0].Level; got != c.want {
			t.Errorf("%s of level %d: the flag's level is %d, want %d", c.cue, c.level, got, c.want)
		}
	}
}

// TestWithdrawn checks that a flag which no longer holds is marked and sent
// as withdrawn, and that one that was not handed on is handed on later.
func TestWithdrawn(t *testing.T) {
	e, rec := testEngine(t, map[string]string{"rules/im-lang.yaml": ruleText("im-lang", "silence", "for: 6h\n", "mất nước")}, Options{})
	take := func(in ...news.Indexed) error { return e.Take(t.Context(), in) }
	rec.err = errors.New("the stream is away")
	if err := take(post("a", "p1", "mất nước", 0)); err == nil {
		t.Error("Take hid that flags could not be handed on")
	}
	rec.err = nil
	if err := e.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(rec.flags) != 1 || rec.flags[0].Withdrawn {
		t.Fatalf("flags = %+v, want one silence", rec.flags)
	}
	if err := take(post("b", "p2", "mất nước", 3*time.Hour)); err != nil { // it was not silent after all
		t.Fatal(err)
	}
	var states []string
	for _, f := range rec.flags[1:] {
		states = append(states, fmt.Sprint(f.At.Sub(epoch), f.Withdrawn))
	}
	slices.Sort(states)
	if want := []string{"6h0m0s true", "9h0m0s false"}; !slices.Equal(states, want) {
		t.Errorf("after a late item: %v, want %v", states, want)
	}
}

func TestFilter(t *testing.T) {
	filter := strings.Replace(ruleText("dien-tap", "filter", "suppress: [\"*\"]\nreason: Diễn tập\ncreated: 2026-11-01\nexpires: 2026-11-02\n", "mất nước"), "when: 'mất nước'", "when: 'mất nước AND diễn tập'", 1)
	filter = strings.Replace(filter, "match: [{text: mất nước, kind: post}, {text: mất nước hoài, kind: post}, {text: lại mất nước, kind: post}]", "match: [diễn tập mất nước, mất nước diễn tập, mất nước (diễn tập)]", 1)
	e, rec := testEngine(t, map[string]string{"rules/mat-nuoc.yaml": ruleText("mat-nuoc", "match", "", "mất nước"), "rules/dien-tap.yaml": filter}, Options{})
	if l, _ := e.List(t.Context()); len(l.Errors) > 0 {
		t.Fatalf("%+v", l.Errors)
	}
	err := e.Take(t.Context(), []news.Indexed{post("a", "p1", "diễn tập mất nước", time.Hour), post("b", "p1", "mất nước", time.Hour), post("c", "p1", "diễn tập mất nước", 25*time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range rec.flags {
		got[f.Item.ID] = f.Muted
	}
	if fmt.Sprint(got) != "map[a:dien-tap b: c:]" {
		t.Errorf("muted = %v, want a only: the filter ends with its day", got)
	}
}

func TestContradicts(t *testing.T) {
	text := ruleText("phi", "contradicts", "fact: \"phí vệ sinh\"\nvalue: money\nnear: '~\"phí vệ sinh\" OR tiền rác'\n", "phí OR phi OR tiền rác")
	text = strings.Replace(text, "[{text: mất nước, kind: post}, {text: mất nước hoài, kind: post}, {text: lại mất nước, kind: post}]", "[phí 1, phí 2, phí 3]", 1)
	old := strings.Replace(strings.Replace(text, "id: phi\n", "id: phi-cu\n", 1), "contradicts", "outdated", 1)
	e, rec := testEngine(t, map[string]string{"rules/phi.yaml": text, "rules/phi-cu.yaml": old}, Options{})
	if l, _ := e.List(t.Context()); len(l.Errors) > 0 {
		t.Fatalf("%+v", l.Errors)
	}
	facts := news.Facts{Version: 2, Facts: []news.Fact{
		{ID: "12/2024/QĐ-UBND#1.money.1", Document: "12/2024/QĐ-UBND", Type: "money", Value: "20000", Subject: "Mức thu phí vệ sinh hộ gia đình", From: "2024-01-01", To: "2026-10-31", Span: news.Span{Text: "20.000 đồng"}, Status: "confirmed"},
		{ID: "42/2026/QĐ-UBND#1.money.1", Document: "42/2026/QĐ-UBND", Type: "money", Value: "30000", Subject: "Mức thu phí vệ sinh hộ gia đình", From: "2026-11-01", Span: news.Span{Text: "30.000 đồng"}, Status: "confirmed", Clause: "30.000 đồng/hộ/tháng"},
		{ID: "x#1.money.1", Document: "x", Type: "money", Value: "500000", Subject: "phí vệ sinh", From: "2026-11-01", Status: "proposed"},
	}}
	if err := e.Facts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	if err := e.Facts(t.Context(), news.Facts{Version: 1}); err != nil { // an older snapshot
		t.Fatal(err)
	}
	tests := map[string]string{
		"Nghe nói phí vệ sinh lên 500k một hộ":       "phi",
		"phi ve sinh nam tram nghin":                 "phi",
		"phi ve sinh 500 nghin mot ho":               "phi",
		"Phí vệ sinh 30k một tháng":                  "",
		"Phí vệ sinh vẫn 20.000đ như cũ":             "phi phi-cu",
		"Phí vệ sinh 30 nghìn chứ không phải 500k":   "",
		"Phí gửi xe 500k":                            "",
		"tiền rác nhà em 90k, không ai đưa biên lai": "phi",
	}
	for text, want := range tests {
		rec.flags = nil
		if err := e.Take(t.Context(), []news.Indexed{post(text, "p1", text, time.Hour)}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range rec.flags {
			got = append(got, f.Rule)
			if f.Citation == nil || f.Citation.Document == "" || len(f.Because) < 2 || !strings.HasPrefix(f.Why.VI, "Có dấu hiệu") {
				t.Errorf("%q: flag %+v lacks a citation or spans", text, f)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%q: flags of %v, want %q", text, got, want)
		}
	}
	// Who complains or asks and gives another figure is answered, not accused.
	for _, st := range []news.Stance{news.Claiming, news.RumourQuery, news.Report, news.Complaint, news.Question, news.Suggestion, news.Opinion, news.Satire, news.Praise} {
		rec.flags = nil
		in := post("stance-"+string(st), "p1", "phí vệ sinh 500k một hộ", time.Hour)
		in.Item.Reading = &news.Reading{Stance: st}
		if err := e.Take(t.Context(), []news.Indexed{in}); err != nil || len(rec.flags) != 1 {
			t.Fatalf("%s: %+v, %v; want one flag", st, rec.flags, err)
		}
		want := news.Low
		if st == news.Claiming || st == news.RumourQuery || st == news.Report {
			want = news.Medium
		}
		if got := rec.flags[0].Level; got != want {
			t.Errorf("%s: level %d, want %d", st, got, want)
		}
	}
}

func TestSpikeWhy(t *testing.T) {
	e, rec := testEngine(t, map[string]string{"rules/tang.yaml": ruleText("tang", "spike", "by: topic\n", "mất nước")}, Options{Now: func() time.Time { return epoch.AddDate(0, 0, 31) }})
	var in []news.Indexed
	add := func(at time.Duration, account string) {
		x := post(fmt.Sprint("i", len(in)), account, "mất nước", at)
		x.Item.Source = "nhom" + account
		x.Item.Reading = &news.Reading{Topics: []news.Topic{{ID: "water"}}}
		in = append(in, x)
	}
	for day := range 30 {
		for k := range 2 + day%2 {
			add(time.Duration(day)*24*time.Hour+time.Duration(8+5*k)*time.Hour, fmt.Sprint("p", k))
		}
	}
	for k := range 14 {
		add(30*24*time.Hour+7*time.Hour+time.Duration(k)*20*time.Minute, fmt.Sprint("q", k%9))
	}
	if err := e.Take(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if len(rec.flags) != 1 || !rec.flags[0].Signal() || rec.flags[0].Topic != "water" {
		t.Fatalf("flags = %+v, want one signal about water", rec.flags)
	}
	why := rec.flags[0].Why.VI
	for _, part := range []string{"Có dấu hiệu", "bài trong 24 giờ, thường ngày", "bắt đầu tăng từ 7 giờ", "nguồn", "8 người hoặc nguồn"} {
		if !strings.Contains(why, part) {
			t.Errorf("why = %q lacks %q", why, part)
		}
	}
}

// TestPushes: whether a topic rises is a matter of its posts, and every rise is
// flagged; people are told of no more than three a day, and of one that was
// slight when it has grown.
func TestPushes(t *testing.T) {
	topics := news.TopicIDs[:6]
	now := epoch.AddDate(0, 0, 30).Add(17 * time.Hour)
	e, rec := testEngine(t, map[string]string{"rules/tang.yaml": ruleText("tang", "spike", "by: topic\nsensitivity: high\n", "mất nước")}, Options{Now: func() time.Time { return now }})
	n := 0
	add := func(topic string, at time.Duration, account string) news.Indexed {
		n++
		x := post(fmt.Sprint("i", n), account, "mất nước", at)
		x.Item.Source = fmt.Sprint("nhom", n%3)
		x.Item.Reading = &news.Reading{Topics: []news.Topic{{ID: topic}}}
		return x
	}
	take := func(in []news.Indexed) {
		t.Helper()
		if err := e.Take(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	var in []news.Indexed
	for day := range 30 {
		for k := range 8 + day%2 {
			for _, topic := range topics {
				in = append(in, add(topic, time.Duration(day)*24*time.Hour+time.Duration(8+1*k)*time.Hour, fmt.Sprint("p", k)))
			}
		}
	}
	rise := func(topic string, from, to int) (in []news.Indexed) {
		for k := from; k < to; k++ {
			in = append(in, add(topic, 30*24*time.Hour+8*time.Hour+time.Duration(k)*20*time.Minute, fmt.Sprint("q", k)))
		}
		return in
	}
	pushed := func() map[string]bool {
		out := map[string]bool{}
		for _, f := range rec.flags {
			if f.Push {
				out[f.Topic] = true
			}
		}
		return out
	}
	take(append(in, rise(topics[0], 0, 9)...))
	if len(rec.flags) == 0 || len(pushed()) != 0 {
		t.Fatalf("%d flags, pushed %v; want a slight rise, told to nobody", len(rec.flags), pushed())
	}
	take(rise(topics[0], 9, 24))
	now = now.Add(10 * time.Minute)
	for range 3 { // again and again changes nothing
		if err := e.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := pushed(); len(got) != 1 || !got[topics[0]] {
		t.Fatalf("pushed %v, want the rise that has grown", got)
	}
	told := 0
	for _, f := range rec.flags {
		if f.Push {
			told++
		}
	}
	if told > 2 {
		t.Errorf("one rise went out %d times", told)
	}
	for _, topic := range topics[1:] {
		take(rise(topic, 0, 24))
	}
	now = now.Add(10 * time.Minute)
	if err := e.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	flagged := map[string]bool{}
	for _, f := range rec.flags {
		flagged[f.Topic] = true
	}
	if got := pushed(); len(flagged) != len(topics) || len(got) > 3 || len(got) < 1 {
		t.Errorf("%d topics flagged and %v pushed, want all flagged and three pushed at most", len(flagged), got)
	}
}

func TestRetro(t *testing.T) {
	e, rec := testEngine(t, map[string]string{"rules/a1b.yaml": ruleText("a1b", "match", "", "mất nước"), "rules/dem.yaml": ruleText("dem", "count", "at_least: 2\nwithin: 1d\n", "mất nước")}, Options{})
	x, y := post("a", "p1", "mất nước", 0), post("b", "p2", "mất nước", time.Hour)
	x.Retro, y.Retro = true, true
	if err := e.Take(t.Context(), []news.Indexed{x, y}); err != nil {
		t.Fatal(err)
	}
	if len(rec.flags) != 3 {
		t.Fatalf("%d flags, want 3", len(rec.flags))
	}
	for _, f := range rec.flags {
		if !f.Retro {
			t.Errorf("flag of %s is not marked retro", f.Rule)
		}
	}
}

// TestReload checks that a bad file is refused with every mistake and its
// line while the old version and the other rules stay in force, also after a
// restart.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	write := func(id, text string) {
		t.Helper()
		if err := writeFile(filepath.Join(dir, "rules", id+".yaml"), text); err != nil {
			t.Fatal(err)
		}
	}
	write("mat-nuoc", ruleText("mat-nuoc", "match", "", "mất nước"))
	store := NewMemory()
	e, rec := testEngine(t, nil, Options{Dir: dir, Store: store})
	bad := strings.Replace(strings.Replace(ruleText("mat-nuoc", "match", "", "mất AND nước OR điện"), "level: medium", "level: urgent", 1), "version: 1", "version: 2", 1)
	write("mat-nuoc", bad)
	write("khac", ruleText("khac", "match", "", "trời"))
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(e *Engine) {
		t.Helper()
		l, err := e.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range l.Errors {
			got = append(got, fmt.Sprintf("%s:%d %s %s", p.File, p.Line, p.Code, p.Path))
		}
		if want := "[rules/mat-nuoc.yaml:5 R_VALUE level rules/mat-nuoc.yaml:11 R_QUERY when]"; fmt.Sprint(got) != want {
			t.Errorf("errors = %v, want %s", got, want)
		}
		var ids []string
		for _, r := range l.Rules {
			ids = append(ids, fmt.Sprint(r.ID, " ", r.Version))
		}
		if fmt.Sprint(ids) != "[khac 1 mat-nuoc 1]" {
			t.Errorf("in force: %v", ids)
		}
	}
	check(e)
	if err := e.Take(t.Context(), []news.Indexed{post("a", "p", "mất nước", 0)}); err != nil || len(rec.flags) != 1 {
		t.Errorf("%d flags, %v: the old version must still find it", len(rec.flags), err)
	}
	again, _ := testEngine(t, nil, Options{Dir: dir, Store: store})
	check(again)

	// A change of meaning under the same version is refused too.
	write("mat-nuoc", ruleText("mat-nuoc", "match", "", "mất điện"))
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, _ := e.List(t.Context())
	if len(l.Errors) != 1 || l.Errors[0].Path != "version" {
		t.Errorf("errors = %+v, want one about the version", l.Errors)
	}
	write("mat-nuoc", strings.Replace(ruleText("mat-nuoc", "match", "", "mất điện"), "version: 1", "version: 2", 1))
	if err := os.Remove(filepath.Join(dir, "rules", "khac.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := e.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l, _ := e.List(t.Context()); len(l.Errors) != 0 || len(l.Rules) != 1 || l.Rules[0].Version != 2 {
		t.Errorf("list = %+v", l)
	}
}

func seq(items ...news.Item) iter.Seq2[news.Item, error] {
	return func(yield func(news.Item, error) bool) {
		for _, it := range items {
			if !yield(it, nil) {
				return
			}
		}
	}
}

// TestSave checks the way of a rule into force: mistakes, a preview of
// exactly this rule, the version, the budget.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	now := epoch.AddDate(0, 0, 30)
	e, rec := testEngine(t, nil, Options{Dir: dir, Now: func() time.Time { return now }})
	text := ruleText("mat-nuoc", "match", "", "mất nước")
	var items []news.Item
	for i := range 28 {
		items = append(items, post(fmt.Sprint("i", i), "p1", "mất nước", time.Duration(i)*24*time.Hour).Item)
	}
	if _, err := e.Save(t.Context(), SaveRequest{File: text, Hash: "?"}); !errors.Is(err, ErrRefused) {
		t.Errorf("Save without a preview = %v", err)
	}
	p, err := e.Preview(t.Context(), PreviewRequest{File: text, Days: 30}, seq(items...))
	if err != nil || p.Total != 28 || p.Items != 28 || len(p.Flags) != 28 || p.Flags[0].Item.ID != "i27" || p.PerWeek < 6.5 || p.PerWeek > 6.6 {
		t.Fatalf("Preview = %+v, %v", p, err)
	}
	if len(rec.flags) > 0 {
		t.Error("a preview raised flags")
	}
	info, err := e.Save(t.Context(), SaveRequest{File: text, Hash: p.Hash, By: "mai"})
	if err != nil || info.ID != "mat-nuoc" {
		t.Fatalf("Save = %+v, %v", info, err)
	}
	if _, err := e.Save(t.Context(), SaveRequest{File: text, Hash: p.Hash}); !errors.Is(err, ErrRefused) || Problems(err)[0].Path != "version" {
		t.Errorf("Save of the same version = %v", err)
	}
	if err := e.Take(t.Context(), []news.Indexed{post("x", "p", "mất nước", 0)}); err != nil || len(rec.flags) != 1 {
		t.Errorf("the saved rule raised %d flags, %v", len(rec.flags), err)
	}

	loud := strings.NewReplacer("version: 1", "version: 2", "level: medium", "level: high", "status: test", "status: stable").Replace(text)
	p, err = e.Preview(t.Context(), PreviewRequest{File: loud, Days: 30}, seq(items...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Save(t.Context(), SaveRequest{File: loud, Hash: p.Hash}); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "báo động nhầm") {
		t.Errorf("Save of a noisy rule = %v", err)
	}
	for i := range 28 { // people found all of them useful
		d := news.Decided{ID: fmt.Sprint("d", i), Rule: "mat-nuoc", Version: 1, Item: fmt.Sprint("i", i), Label: news.Answer, Useful: true}
		if err := e.Decided(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	p, err = e.Preview(t.Context(), PreviewRequest{File: loud, Days: 30}, seq(items...))
	if err != nil || p.Decided != 28 || p.Useful != 28 {
		t.Fatalf("Preview = %+v, %v", p, err)
	}
	if _, err := e.Save(t.Context(), SaveRequest{File: loud, Hash: p.Hash}); err != nil {
		t.Errorf("Save of a precise rule = %v", err)
	}
	l, _ := e.List(t.Context())
	if len(l.Rules) != 1 || l.Rules[0].Version != 2 || l.Rules[0].Decided != 28 || l.Rules[0].Level != news.High {
		t.Errorf("list = %+v", l.Rules)
	}
	bad := strings.Replace(text, "trời đẹp", "mất nước", 1)
	if r, err := e.Check(t.Context(), CheckRequest{File: bad}); err != nil || len(r.Problems) != 1 || r.Problems[0].Path != "tests.no_match[1]" {
		t.Errorf("Check = %+v, %v", r, err)
	}
	if r, err := e.Check(t.Context(), CheckRequest{Query: "mất AND nước OR điện"}); err != nil || len(r.Problems) != 1 || r.Problems[0].Column != 14 {
		t.Errorf("Check of a query = %+v, %v", r, err)
	}
}

func TestErase(t *testing.T) {
	store := NewMemory()
	e, _ := testEngine(t, map[string]string{"rules/dem.yaml": ruleText("dem", "count", "at_least: 2\nwithin: 1d\n", "mất nước")}, Options{Store: store})
	if err := e.Take(t.Context(), []news.Indexed{post("a", "p1", "mất nước", 0), post("b", "p2", "mất nước", time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := e.Erase(t.Context(), news.Erased{ID: "a"}); err != nil {
		t.Fatal(err)
	}
	fs := store.Flags()
	if len(fs) != 1 || !slices.Equal(fs[0].Items, []string{"b"}) || len(store.occs) != 1 {
		t.Errorf("after erasure: %+v, %d occurrences", fs, len(store.occs))
	}
}

func TestList(t *testing.T) {
	text := strings.Replace(ruleText("nguon-la", "list", "field: site\ndeny: $xau\n", "kind:post"), "[xin chào, trời đẹp,", "[{text: a, kind: tip}, {text: b, kind: tip},", 1)
	lists := "name: xau\nversion: 1\ntitle: Trang xấu\nterms: [abc.top]\n"
	e, rec := testEngine(t, map[string]string{"rules/nguon-la.yaml": text, "lists/xau.yaml": lists}, Options{})
	if l, _ := e.List(t.Context()); len(l.Errors) > 0 {
		t.Fatalf("%+v", l.Errors)
	}
	x, y, z := post("a", "", "x", 0), post("b", "", "x", 0), post("c", "", "x", 0)
	x.Item.URL, y.Item.URL = "https://nop.abc.top/1", "https://baonghean.vn/1"
	if err := e.Take(t.Context(), []news.Indexed{x, y, z}); err != nil {
		t.Fatal(err)
	}
	if len(rec.flags) != 1 || rec.flags[0].Item.ID != "a" {
		t.Errorf("flags = %+v, want the one of the bad site", rec.flags)
	}
}

// TestCountWhy checks that the flag of a rule about any topic carries the
// topic and says how many, from where and since when.
func TestCountWhy(t *testing.T) {
	text := strings.Replace(ruleText("dem", "count", "at_least: 2\nwithin: 1d\nby: topic\n", "mất nước"), "topic: water\n", "topic: general\n", 1)
	e, rec := testEngine(t, map[string]string{"rules/dem.yaml": text}, Options{})
	a, b := post("a", "p1", "mất nước", 8*time.Hour), post("b", "p2", "mat nuoc, mất nước", 9*time.Hour)
	a.Item.Reading = &news.Reading{Topics: []news.Topic{{ID: "water"}}}
	b.Item.Reading, b.Item.Source = a.Item.Reading, "trang"
	if err := e.Take(t.Context(), []news.Indexed{a, b}); err != nil {
		t.Fatal(err)
	}
	if len(rec.flags) != 1 || rec.flags[0].Topic != "water" {
		t.Fatalf("flags = %+v, want one about water", rec.flags)
	}
	want := "Có dấu hiệu: quy tắc thử. Chủ đề: nước sinh hoạt. 2 người hoặc nguồn khác nhau nói đến trong 1 ngày: 2 bài từ 2 nguồn, bài đầu lúc 8 giờ."
	if why := rec.flags[0].Why.VI; why != want {
		t.Errorf("why = %q, want %q", why, want)
	}
	for _, id := range news.TopicIDs {
		if topicNames[id].VI == "" || topicNames[id].EN == "" {
			t.Errorf("topic %s has no name", id)
		}
	}
}
