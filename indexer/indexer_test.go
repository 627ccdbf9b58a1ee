package indexer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"langnghe/indexer"
	"langnghe/internal/lang"
	"langnghe/internal/news"
	"langnghe/internal/query"
	"langnghe/internal/store"
)

// words reads an item by a few words, so that a test sees at a glance what an
// item is about.
type words struct{}

func (words) Version() string { return "test 1" }

func (words) Read(it *news.Item, prior int) news.Reading {
	text := " " + lang.Key(it.Title) + " " + lang.Key(it.Text) + " "
	has := func(s string) bool { return strings.Contains(text, " "+s+" ") }
	r := news.Reading{Area: news.Area{Fit: news.Ambiguous, Score: prior}, Tone: news.Tone{Label: "neutral"}, Stance: news.Other}
	switch {
	case has("thái hòa"):
		r.Area.Fit = news.InArea
	case has("vũng tàu"):
		r.Area.Fit = news.OutOfArea
	}
	for _, t := range [][2]string{{"nước", "water"}, {"điện", "electricity"}, {"đường", "roads"}} {
		if has(t[0]) {
			r.Topics = append(r.Topics, news.Topic{ID: t[1], Score: 1})
		}
	}
	if has("bức xúc") {
		r.Tone.Label, r.Stance = "negative", news.Complaint
	}
	return r
}

// A rig is an indexer on real files that can be stopped and started.
type rig struct {
	t         testing.TB
	dir       string
	now       time.Time
	store     *store.Indexer
	ix        *indexer.Indexer
	reader    indexer.Reader
	prior     func(string) int
	announced []news.Indexed
	refuse    error // of Announce
	purged    []string
	audits    []news.Audit
	hook      func(string) error
	days      int
	lists     func(context.Context) (query.Lists, error)
}

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, indexer.Zone).UTC()

func newRig(t testing.TB) *rig {
	r := &rig{t: t, dir: t.TempDir(), now: start, reader: words{}}
	r.open()
	t.Cleanup(r.close)
	return r
}

func (r *rig) open() {
	r.t.Helper()
	if err := r.tryOpen(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) tryOpen() (err error) {
	if r.store, err = store.OpenIndexer(context.Background(), filepath.Join(r.dir, "indexer.db")); err != nil {
		return err
	}
	r.ix, err = indexer.Open(indexer.Options{
		Dir: filepath.Join(r.dir, "index"), Store: r.store, Reader: r.reader, Prior: r.prior, TextDays: r.days,
		Announce: func(_ context.Context, items []news.Indexed) error {
			if r.refuse != nil {
				return r.refuse
			}
			r.announced = append(r.announced, items...)
			return nil
		},
		Purge: func(_ context.Context, id string) error { r.purged = append(r.purged, id); return nil },
		Audit: func(_ context.Context, a news.Audit) error { r.audits = append(r.audits, a); return nil },
		Now:   func() time.Time { return r.now },
		Lists: func(ctx context.Context) (query.Lists, error) {
			if r.lists == nil {
				return nil, nil
			}
			return r.lists(ctx)
		},
	})
	if err == nil {
		indexer.Hook(r.ix, func(step string) error {
			if r.hook != nil {
				return r.hook(step)
			}
			return nil
		})
	}
	return err
}

func (r *rig) close() {
	if err := errors.Join(r.ix.Close(), r.store.Close()); err != nil {
		r.t.Error(err)
	}
}

func (r *rig) restart() {
	r.t.Helper()
	r.close()
	r.open()
}

func post(id, text string, at time.Time) news.Found {
	return news.Found{Item: news.Item{ID: id, Kind: news.Post, Source: "fb-thai-hoa", Platform: "facebook", Text: text, Published: at, Observed: at.Add(time.Minute), Account: "p:" + id}}
}

func (r *rig) take(found ...news.Found) {
	r.t.Helper()
	if err := r.ix.Take(context.Background(), found); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) search(q indexer.Query) indexer.Result {
	r.t.Helper()
	res, err := r.ix.Search(context.Background(), q)
	if err != nil {
		r.t.Fatalf("search %+v: %v", q, err)
	}
	return res
}

func ids(res indexer.Result) []string {
	out := []string{}
	for _, h := range res.Hits {
		out = append(out, h.Item.ID)
	}
	return out
}

// found returns the ids in the order of names.
func (r *rig) found(q indexer.Query) []string {
	r.t.Helper()
	out := ids(r.search(q))
	slices.Sort(out)
	return out
}

func (r *rig) announcements() []string {
	out := []string{}
	for _, i := range r.announced {
		out = append(out, i.Item.ID)
	}
	return out
}

func (r *rig) counts(q indexer.CountQuery) []indexer.Count {
	r.t.Helper()
	c, err := r.ix.Counts(context.Background(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Rows
}

func TestSearchWords(t *testing.T) {
	r := newRig(t)
	h := start.Add(-10 * time.Hour)
	r.take(
		post("nfc", "Bà con Thái Hoà bức xúc vì mất nước ba ngày", h),
		post("nfd", norm.NFD.String("Thái Hòa lại mất nước, bức xúc quá"), h.Add(time.Hour)),
		post("plain", "thai hoa mat nuoc may hom nay, hoa ca mat", h.Add(2*time.Hour)),
		post("teen", "mất nc r mn ơi", h.Add(3*time.Hour)),
		post("other", "Uỷ ban phường Thái Hòa họp về kỷ luật giờ giấc", h.Add(4*time.Hour)),
		post("mat", "Đeo mặt nạ, nước da", h.Add(5*time.Hour)),
	)
	titled := post("title", "Toàn văn ở bên trong.", h.Add(6*time.Hour))
	titled.Item.Title = "Vì sao mất nước kéo dài?"
	r.take(titled)
	tests := []struct {
		name string
		q    indexer.Query
		want []string
	}{
		{"strict with diacritics", indexer.Query{Text: "mất nước", Newest: true}, []string{"nfc", "nfd", "title"}},
		{"any word by relevance", indexer.Query{Text: "mất nước"}, []string{"mat", "nfc", "nfd", "teen", "title"}},
		{"typed as NFD", indexer.Query{Text: norm.NFD.String("mất nước"), Newest: true}, []string{"nfc", "nfd", "title"}},
		{"upper case", indexer.Query{Text: "MẤT NƯỚC", Newest: true}, []string{"nfc", "nfd", "title"}},
		{"without diacritics finds both", indexer.Query{Text: "mat nuoc", Newest: true}, []string{"mat", "nfc", "nfd", "plain", "title"}},
		{"old tone placement", indexer.Query{Text: "hoà"}, []string{"nfc", "nfd", "other"}},
		{"i and y", indexer.Query{Text: "kỉ luật", Newest: true}, []string{"other"}},
		{"exact phrase", indexer.Query{Text: `"mất nước"`}, []string{"nfc", "nfd", "title"}},
		{"phrase without diacritics is lenient", indexer.Query{Text: `"mat nuoc"`}, []string{"nfc", "nfd", "plain", "title"}},
		{"strict phrase", indexer.Query{Text: `"mat nuoc"`, Strict: true}, []string{"plain"}},
		{"bare words are a phrase when strict", indexer.Query{Text: `mất nước`, Strict: true}, []string{"nfc", "nfd", "title"}},
		{"and", indexer.Query{Text: `mất nước AND bức xúc`}, []string{"nfc", "nfd"}},
		{"and not", indexer.Query{Text: `mất nước AND NOT bức xúc`}, []string{"title"}},
		{"near", indexer.Query{Text: `mất NEAR/3 ngày`}, []string{"nfc"}},
		{"title alone", indexer.Query{Text: `title:(mất nước)`}, []string{"title"}},
		{"body alone", indexer.Query{Text: `body:(mất nước)`}, []string{"nfc", "nfd"}},
		{"field", indexer.Query{Text: `nước AND topic:water AND tone:negative`}, []string{"nfc", "nfd"}},
		{"field that the index has not", indexer.Query{Text: `nước AND platform:facebook AND NOT da`}, []string{"nfc", "nfd", "title"}},
		{"an alternative that the index has not", indexer.Query{Text: `platform:facebook OR xyzzy`}, []string{"mat", "nfc", "nfd", "other", "plain", "teen", "title"}},
		{"wildcard", indexer.Query{Text: `mất AND nước AND thái*`}, []string{"nfc", "nfd"}},
		{"filters", indexer.Query{Topics: []string{"water"}, Tones: []string{"negative"}}, []string{"nfc", "nfd"}},
		{"filter and words", indexer.Query{Text: "mat nuoc", Areas: []string{news.InArea}}, []string{"nfc", "nfd"}},
		{"stance", indexer.Query{Stances: []string{"complaint"}}, []string{"nfc", "nfd"}},
		{"source and kind", indexer.Query{Sources: []string{"fb-thai-hoa"}, Kinds: []string{"article"}}, []string{}},
		{"from", indexer.Query{From: h.Add(4 * time.Hour)}, []string{"mat", "other", "title"}},
		{"to", indexer.Query{To: h.Add(time.Hour)}, []string{"nfc"}},
		{"from and to and words", indexer.Query{Text: "nước", From: h.Add(time.Hour), To: h.Add(6 * time.Hour)}, []string{"mat", "nfd"}},
		{"from and to and language", indexer.Query{Text: "mất nước OR x y", From: h.Add(time.Hour), To: h.Add(6 * time.Hour)}, []string{"nfd"}},
		{"nothing", indexer.Query{Text: "xyzzy"}, []string{}},
		{"everything", indexer.Query{}, []string{"mat", "nfc", "nfd", "other", "plain", "teen", "title"}},
	}
	for _, tt := range tests {
		res := r.search(tt.q)
		got := ids(res)
		slices.Sort(got)
		if !slices.Equal(got, tt.want) || res.Total != len(tt.want) {
			t.Errorf("%s: %+v: found %v, total %d, want %v", tt.name, tt.q, got, res.Total, tt.want)
		}
	}
	if got := ids(r.search(indexer.Query{Text: "mất nước ba ngày"})); got[0] != "nfc" {
		t.Errorf("by relevance: %v, want nfc first, which has all the words together", got)
	}
	if got := ids(r.search(indexer.Query{Text: "mat nuoc may hom nay"})); got[0] != "plain" {
		t.Errorf("by relevance: %v, want plain first", got)
	}
	if got := ids(r.search(indexer.Query{Newest: true, Limit: 2})); !slices.Equal(got, []string{"title", "mat"}) {
		t.Errorf("newest two: %v", got)
	}
}

func TestBecause(t *testing.T) {
	r := newRig(t)
	f := post("a", norm.NFD.String("😀 Phường Thái Hoà: mất nước! Nước bẩn."), start)
	f.Item.Title = norm.NFD.String("Tin về nước")
	r.take(f)
	text := "😀 Phường Thái Hoà: mất nước! Nước bẩn."
	for _, tt := range []struct {
		q    indexer.Query
		want []string
	}{
		{indexer.Query{Text: "nước"}, []string{"title:nước", "text:nước", "text:Nước"}},
		{indexer.Query{Text: "mất nước"}, []string{"title:nước", "text:mất nước", "text:Nước"}},
		{indexer.Query{Text: "thai hoa"}, []string{"text:Thái Hoà"}},
		{indexer.Query{Text: `"mất nước"`}, []string{"text:mất nước"}},
		{indexer.Query{Text: `"thái hòa" AND bẩn`, Strict: true}, []string{"text:Thái Hoà", "text:bẩn"}},
		{indexer.Query{Topics: []string{"water"}}, nil},
	} {
		res := r.search(tt.q)
		if len(res.Hits) != 1 {
			t.Errorf("%+v: %d hits", tt.q, len(res.Hits))
			continue
		}
		h := res.Hits[0]
		if h.Item.Text != text {
			t.Errorf("stored text is %q, want NFC", h.Item.Text)
		}
		var got []string
		for _, s := range h.Because {
			in := h.Item.Text
			if s.In == "title" {
				in = h.Item.Title
			}
			if part := string([]rune(in)[s.Start:s.End]); part != s.Text {
				t.Errorf("%+v: span %+v is %q in the text", tt.q, s, part)
			}
			got = append(got, s.In+":"+s.Text)
		}
		if !slices.Equal(got, tt.want) || h.Because == nil {
			t.Errorf("%+v: because %q, want %q", tt.q, got, tt.want)
		}
	}
}

func TestFacets(t *testing.T) {
	r := newRig(t)
	r.take(
		post("a", "Thái Hòa mất nước bức xúc", start),
		post("b", "Thái Hòa mất nước, mất điện", start.Add(-40*24*time.Hour)),
		post("c", "nước", start.Add(-time.Hour)),
		post("d", "đường hỏng", start.Add(-time.Hour)),
	)
	want := map[string][]indexer.Facet{
		"topic":  {{Value: "water", Count: 3}, {Value: "electricity", Count: 1}},
		"area":   {{Value: "in_area", Count: 2}, {Value: "ambiguous", Count: 1}},
		"tone":   {{Value: "neutral", Count: 2}, {Value: "negative", Count: 1}},
		"stance": {{Value: "other", Count: 2}, {Value: "complaint", Count: 1}},
		"source": {{Value: "fb-thai-hoa", Count: 3}},
		"kind":   {{Value: "post", Count: 3}},
	}
	for _, q := range []indexer.Query{
		{Text: "nước", Facets: true, Limit: 1}, {Text: "nước", Facets: true, Newest: true, Limit: 1},
		{Text: "nước OR xyzzy", Facets: true, Limit: 1}, {Text: "nước OR xyzzy", Facets: true, Newest: true, Limit: 1},
	} {
		res := r.search(q)
		if diff := cmp.Diff(want, res.Facets); diff != "" || res.Total != 3 || len(res.Hits) != 1 {
			t.Errorf("%+v: total %d, %d hits, facets (-want +got):\n%s", q, res.Total, len(res.Hits), diff)
		}
	}
}

// TestMonths finds across months, newest first, and opens no more than it
// must.
func TestMonths(t *testing.T) {
	r := newRig(t)
	var all []string
	for i := range 80 { // 80 days
		id := fmt.Sprintf("i%02d", i)
		r.take(post(id, fmt.Sprintf("tin số %d về nước", i), start.AddDate(0, 0, -i)))
		all = append(all, id)
	}
	st, err := r.ix.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"2026-11", "2026-10", "2026-09"}; !slices.Equal(st.Months, want) || st.Items != 80 || !st.Newest.Equal(start) || st.Mapping != indexer.MappingVersion {
		t.Errorf("Status() = %+v, want 80 items in %v", st, want)
	}
	for _, text := range []string{"", "nước", "tin AND nước"} {
		var got []string
		for offset := 0; offset < 80; offset += 15 {
			res := r.search(indexer.Query{Text: text, Newest: true, Offset: offset, Limit: 15})
			if offset == 0 && (!res.More || res.Total < 15 || res.Total > 80) {
				t.Errorf("%q: first page has total %d, more %v; want an early stop", text, res.Total, res.More)
			}
			got = append(got, ids(res)...)
		}
		if !slices.Equal(got, all) {
			t.Errorf("%q: newest first in pages: %v", text, got)
		}
		res := r.search(indexer.Query{Text: text, Limit: 200})
		got = ids(res)
		slices.Sort(got)
		if !slices.Equal(got, all) || res.Total != 80 || res.More {
			t.Errorf("%q by relevance: %d hits, total %d, more %v", text, len(got), res.Total, res.More)
		}
		seen := map[string]bool{}
		for offset := 0; offset < 80; offset += 7 {
			for _, id := range ids(r.search(indexer.Query{Text: text, Offset: offset, Limit: 7})) {
				if seen[id] {
					t.Errorf("%q: %s is on two pages", text, id)
				}
				seen[id] = true
			}
		}
		if len(seen) != 80 {
			t.Errorf("%q: pages hold %d items, want 80", text, len(seen))
		}
		// Bounds that cut months, days and hours.
		from, to := start.AddDate(0, 0, -60).Add(time.Second), start.AddDate(0, 0, -20)
		got = ids(r.search(indexer.Query{Text: text, From: from, To: to, Newest: true, Limit: 200}))
		if !slices.Equal(got, all[21:60]) {
			t.Errorf("%q from %v to %v: %v, want i21 … i59", text, from, to, got)
		}
	}
}

func TestBadQueries(t *testing.T) {
	r := newRig(t)
	for _, tt := range []struct {
		q      indexer.Query
		code   string
		column int
	}{
		{indexer.Query{Text: "mất AND"}, "E_OPERAND", 8},
		{indexer.Query{Text: "author:abc"}, "E_AUTHOR", 1},
		{indexer.Query{Text: "(mất"}, "E_BRACKET", 1},
		{indexer.Query{Text: "", Strict: true}, "E_EMPTY", 1},
		{indexer.Query{Text: "!!!", Strict: false}, "E_EMPTY", 1},
		{indexer.Query{Text: "$khong_co AND x", Strict: true}, "E_LIST_UNKNOWN", 1},
	} {
		_, err := r.ix.Search(t.Context(), tt.q)
		var qe *indexer.QueryError
		if !errors.As(err, &qe) || qe.Code() != tt.code || qe.Column() != tt.column || qe.Err.VI == "" {
			t.Errorf("%+v: error %v, want %s at %d", tt.q, err, tt.code, tt.column)
		}
	}
	code := func(err error) string {
		var c interface{ Code() string }
		if errors.As(err, &c) {
			return c.Code()
		}
		return fmt.Sprint(err)
	}
	if _, err := r.ix.Search(t.Context(), indexer.Query{Offset: -1}); code(err) != "bad_request" {
		t.Errorf("offset -1: %v", err)
	}
	if _, err := r.ix.Counts(t.Context(), indexer.CountQuery{By: "account", Bucket: "day"}); code(err) != "bad_request" {
		t.Errorf("by account: %v", err)
	}
	if _, err := r.ix.Counts(t.Context(), indexer.CountQuery{Bucket: "week"}); code(err) != "bad_request" {
		t.Errorf("bucket week: %v", err)
	}
	if _, err := r.ix.Items(t.Context(), indexer.ItemsQuery{Cursor: "x"}); code(err) != "bad_request" {
		t.Errorf("cursor x: %v", err)
	}
	if _, err := r.ix.Item(t.Context(), "none"); code(err) != "not_found" || !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("unknown item: %v", err)
	}
}

// Named lists come from whoever keeps them, and only when a query mentions
// one.
func TestLists(t *testing.T) {
	r := newRig(t)
	r.take(post("a", "nhà mất nước từ sáng", start), post("b", "khối 3 cúp điện", start), post("c", "mat nuoc roi", start))
	asked, down := 0, error(nil)
	r.lists = func(context.Context) (query.Lists, error) {
		asked++
		return query.Lists{"su_co": {"mất nước", "cúp điện"}, "noi": {"fb-thai-hoa"}}, down
	}
	for _, tt := range []struct {
		q    indexer.Query
		want []string
	}{
		{indexer.Query{Text: "$su_co", Strict: true}, []string{"a", "b"}},
		{indexer.Query{Text: "~$su_co", Strict: true}, []string{"a", "b", "c"}},
		{indexer.Query{Text: "$su_co AND NOT khối", Strict: true}, []string{"a"}},
		{indexer.Query{Text: "source:$noi AND $su_co"}, []string{"a", "b"}},
	} {
		if got := r.found(tt.q); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: found %v, want %v", tt.q, got, tt.want)
		}
	}
	before := asked
	r.found(indexer.Query{Text: `"mất nước"`, Strict: true})
	if asked != before || asked == 0 {
		t.Errorf("lists were asked for %d times, then %d", before, asked-before)
	}
	down = errors.New("nobody answers")
	if _, err := r.ix.Search(t.Context(), indexer.Query{Text: "$su_co", Strict: true}); !errors.Is(err, down) || !strings.Contains(err.Error(), "named lists") {
		t.Errorf("without the rules: %v", err)
	}
}

func TestKeeping(t *testing.T) {
	r := newRig(t)
	out := post("out", "Vũng Tàu kẹt đường", start)
	article := out
	article.Item.ID, article.Item.Kind = "article", news.Article
	kept := out
	kept.Item.ID, kept.Keep = "kept", true
	old := post("old", "chuyện cũ", start.AddDate(0, 0, -91))
	future := post("future", "tin nước", start.Add(48*time.Hour))
	future.Item.Published = time.Time{}
	r.take(out, article, kept, old, future,
		post("", "không có id", start), post("empty", "", start), post("nul", "\x00\x01", start))
	if got, want := r.found(indexer.Query{}), []string{"article", "future", "kept"}; !slices.Equal(got, want) {
		t.Errorf("stored %v, want %v", got, want)
	}
	if it, err := r.ix.Item(t.Context(), "future"); err != nil || !it.Observed.Equal(start) {
		t.Errorf("an item from the future is observed %v, %v, want now", it.Observed, err)
	}
	if it, _ := r.ix.Item(t.Context(), "kept"); it.Reading == nil || it.Reading.Version != "test 1" || it.Reading.Story == "" {
		t.Errorf("reading is %+v", it.Reading)
	}
	read := post("read", "đã đọc", start)
	read.Item.Reading = &news.Reading{Area: news.Area{Fit: news.InArea}, Tone: news.Tone{Label: "mixed"}, Version: "mine"}
	r.take(read)
	if it, _ := r.ix.Item(t.Context(), "read"); it.Reading.Tone.Label != "mixed" || it.Reading.Version != "mine" {
		t.Errorf("an item with a reading was read again: %+v", it.Reading)
	}
}

func TestAnnouncements(t *testing.T) {
	r := newRig(t)
	b, a := post("b", "nước", start.Add(-time.Hour)), post("a", "nước", start.Add(-2*time.Hour))
	same := post("0", "điện", start.Add(-time.Hour))
	r.take(b, a, same, b)
	if got := r.announcements(); !slices.Equal(got, []string{"a", "0", "b"}) {
		t.Errorf("announced %v, want a 0 b: by time, then id", got)
	}
	if i := r.announced[0]; i.Hash == "" || i.Hash != i.Item.Hash() || i.Item.Reading == nil || i.Retro {
		t.Errorf("announced %+v", i)
	}
	r.take(b)
	r.take(a, same)
	r.restart()
	r.take(b)
	if len(r.announced) != 3 {
		t.Errorf("redelivery is announced: %v", r.announcements())
	}
	r.announced = nil
	r.refuse = errors.New("the stream is away")
	c := post("c", "đường", start)
	if err := r.ix.Take(t.Context(), []news.Found{c}); !errors.Is(err, r.refuse) {
		t.Errorf("Take = %v, want the stream's error", err)
	}
	if got := r.found(indexer.Query{Text: "đường"}); len(got) != 1 {
		t.Errorf("not found although stored: %v", got)
	}
	r.refuse = nil
	r.take(c)
	r.take(c)
	if got := r.announcements(); !slices.Equal(got, []string{"c"}) {
		t.Errorf("announced %v, want c once", got)
	}
}

func TestEdits(t *testing.T) {
	first := post("e", "Tin đồn vỡ đập", start.Add(-3*time.Hour))
	second := first
	second.Item.Text, second.Item.Observed = "Đính chính: không vỡ, mất nước", start.Add(-2*time.Hour)
	third := first
	third.Item.Text, third.Item.Observed = "Bài đã gỡ", start.Add(-time.Hour)
	check := func(t *testing.T, r *rig) {
		t.Helper()
		it, err := r.ix.Item(t.Context(), "e")
		if err != nil || it.Text != third.Item.Text || !it.Observed.Equal(first.Item.Observed) {
			t.Errorf("item is %q of %v, %v", it.Text, it.Observed, err)
		}
		if got := r.found(indexer.Query{Text: "vỡ OR nước"}); len(got) != 0 {
			t.Errorf("earlier words are found: %v", got)
		}
		if got := r.found(indexer.Query{Text: "gỡ"}); len(got) != 1 {
			t.Errorf("the words are not found: %v", got)
		}
		if got := r.counts(indexer.CountQuery{Bucket: "day"}); len(got) != 1 || got[0].Items != 1 {
			t.Errorf("counts %v, want one item", got)
		}
		if got := r.counts(indexer.CountQuery{Bucket: "day", By: "topic"}); len(got) != 0 {
			t.Errorf("counts by topic %v, want none", got)
		}
		k, err := r.store.Known(t.Context(), []string{"e"})
		if err != nil || len(k["e"].Hashes) != 2 {
			t.Errorf("versions %v, %v, want two", k["e"].Hashes, err)
		}
	}
	for i, order := range [][]news.Found{
		{first, second, third}, {third, second, first}, {second, third, first, second}, {first, first, third, second, third},
	} {
		t.Run(fmt.Sprint("one by one ", i), func(t *testing.T) {
			r := newRig(t)
			for _, f := range order {
				r.take(f)
			}
			check(t, r)
		})
		t.Run(fmt.Sprint("batch ", i), func(t *testing.T) {
			r := newRig(t)
			r.take(order...)
			check(t, r)
		})
	}
	t.Run("back again", func(t *testing.T) {
		r := newRig(t)
		again := first
		again.Item.Observed = start
		r.take(first)
		r.take(second)
		r.take(again)
		if got := r.found(indexer.Query{Text: "vỡ đập", Newest: true}); len(got) != 1 {
			t.Errorf("the content that came back is not found: %v", got)
		}
		if got := r.announcements(); len(got) != 3 {
			t.Errorf("announced %v, want each change", got)
		}
	})
	t.Run("time moves", func(t *testing.T) {
		r := newRig(t)
		late, early := first, first
		late.Item.Published, late.Item.Observed = time.Time{}, start
		early.Item.Text, early.Item.Published, early.Item.Observed = "Bản đầu", time.Time{}, start.AddDate(0, -1, 0)
		r.take(late)
		r.take(early)
		it, err := r.ix.Item(t.Context(), "e")
		if err != nil || !it.At().Equal(early.Item.Observed) || it.Text != first.Item.Text {
			t.Errorf("item %q at %v, %v", it.Text, it.At(), err)
		}
		if res := r.search(indexer.Query{}); res.Total != 1 {
			t.Errorf("%d documents, want 1", res.Total)
		}
		if got := r.counts(indexer.CountQuery{Bucket: "day"}); len(got) != 1 || !got[0].At.Equal(indexer.DayStart(early.Item.Observed)) {
			t.Errorf("counts %v", got)
		}
	})
}

// Crawlers leave Observed as it was and say when an edit was seen.
func TestEditsOfOneObservation(t *testing.T) {
	first := post("e", "Tin đồn vỡ đập", start.Add(-3*time.Hour))
	first.Item.Observed = start.Add(-3 * time.Hour)
	second, back := first, first
	second.Item.Text, second.Item.Edited = "Đính chính: không vỡ, mất nước", start.Add(-2*time.Hour)
	back.Item.Edited = start.Add(-time.Hour)
	for i, order := range [][]news.Found{{first, second, back}, {back, second, first}, {second, first, back, second}} {
		r := newRig(t)
		for _, f := range order {
			r.take(f)
		}
		it, err := r.ix.Item(t.Context(), "e")
		if err != nil || it.Text != first.Item.Text || !it.Observed.Equal(first.Item.Observed) || !it.Edited.Equal(back.Item.Edited) {
			t.Errorf("order %d: item is %q, edited %v, %v", i, it.Text, it.Edited, err)
		}
	}
}

// An announcement says what the item said when it was last announced,
// whatever failed or crashed in between.
func TestBefore(t *testing.T) {
	said := func(n int, text string) news.Found {
		f := post("e", text, start.Add(-5*time.Hour))
		f.Item.Observed = start.Add(-5 * time.Hour)
		if n > 0 {
			f.Item.Edited = start.Add(time.Duration(n-5) * time.Hour)
		}
		return f
	}
	one, two, three := said(0, "Thái Hòa mất điện"), said(1, "Thái Hòa mất điện, mất nước"), said(2, "Thái Hòa có điện lại")
	check := func(t *testing.T, r *rig, now, was string) {
		t.Helper()
		got := r.announced[len(r.announced)-1]
		before := ""
		if got.Before != nil {
			before = got.Before.Text
			if got.Before.ID != "e" || got.Before.Reading == nil || got.Before.Reading.Area.Fit != news.InArea {
				t.Errorf("before = %+v", got.Before)
			}
		}
		if got.Item.Text != now || before != was {
			t.Errorf("announced %q, before it %q; want %q, %q", got.Item.Text, before, now, was)
		}
	}
	t.Run("edited", func(t *testing.T) {
		r := newRig(t)
		r.take(one)
		check(t, r, one.Item.Text, "")
		r.take(two)
		check(t, r, two.Item.Text, one.Item.Text)
		r.restart()
		r.take(three)
		check(t, r, three.Item.Text, two.Item.Text)
	})
	t.Run("nobody heard of the content between", func(t *testing.T) {
		r := newRig(t)
		r.take(one)
		r.refuse = errors.New("the stream is away")
		if err := r.ix.Take(t.Context(), []news.Found{two}); !errors.Is(err, r.refuse) {
			t.Fatal(err)
		}
		if err := r.ix.Take(t.Context(), []news.Found{three}); !errors.Is(err, r.refuse) {
			t.Fatal(err)
		}
		r.refuse = nil
		r.restart()
		if err := r.ix.Forward(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(t, r, three.Item.Text, one.Item.Text)
	})
	t.Run("nobody heard of it at all", func(t *testing.T) {
		r := newRig(t)
		r.take(one, two)
		check(t, r, two.Item.Text, "")
		r.take(three)
		check(t, r, three.Item.Text, two.Item.Text)
	})
	t.Run("the time moves with it", func(t *testing.T) {
		r := newRig(t)
		r.take(one)
		moved := two
		moved.Item.Published = start.Add(-30 * time.Hour)
		r.refuse = errors.New("the stream is away")
		if err := r.ix.Take(t.Context(), []news.Found{moved}); !errors.Is(err, r.refuse) {
			t.Fatal(err)
		}
		r.refuse = nil
		r.take(moved)
		check(t, r, two.Item.Text, one.Item.Text)
	})
	t.Run("too much to carry", func(t *testing.T) {
		r := newRig(t)
		long := said(0, strings.Repeat("Thái Hòa mất điện. ", 60_000))
		r.take(long)
		r.take(two)
		check(t, r, two.Item.Text, "")
	})
}

func TestItems(t *testing.T) {
	r := newRig(t)
	for i := range 25 {
		id := fmt.Sprintf("i%02d", 24-i)
		at := start.Add(time.Duration(i/3)*time.Hour).AddDate(0, 0, -2) // three at a time
		r.take(post(id, "chữ", at))
	}
	read := func(q indexer.ItemsQuery) (got []string) {
		for {
			page, err := r.ix.Items(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range page.Items {
				got = append(got, fmt.Sprint(it.At().Unix(), it.ID))
			}
			if page.Next == "" {
				return got
			}
			q.Cursor = page.Next
		}
	}
	all := read(indexer.ItemsQuery{})
	if len(all) != 25 || !slices.IsSorted(all) {
		t.Errorf("items %v, want 25 by time and id", all)
	}
	for _, limit := range []int{1, 4, 24, 25, 26} {
		if got := read(indexer.ItemsQuery{Limit: limit}); !slices.Equal(got, all) {
			t.Errorf("pages of %d: %v", limit, got)
		}
	}
	from, to := start.AddDate(0, 0, -2).Add(time.Hour), start.AddDate(0, 0, -2).Add(3*time.Hour)
	if got := read(indexer.ItemsQuery{From: from, To: to, Limit: 2}); !slices.Equal(got, all[3:9]) {
		t.Errorf("from %v to %v: %v, want %v", from, to, got, all[3:9])
	}
}

func TestCounts(t *testing.T) {
	r := newRig(t)
	day := time.Date(2026, 11, 18, 0, 0, 0, 0, indexer.Zone)
	at := func(hour int) time.Time { return day.Add(time.Duration(hour) * time.Hour).UTC() }
	add := func(id, account, text string, when time.Time) {
		f := post(id, text, when)
		f.Item.Account = account
		f.Keep = true
		r.take(f)
	}
	add("1", "p:a", "Thái Hòa mất nước, bức xúc", at(0))
	add("2", "p:a", "Thái Hòa mất nước nữa", at(1))
	add("3", "p:b", "mất nước và mất điện", at(1).Add(30*time.Minute))
	add("4", "", "mất điện", at(23))
	add("5", "p:c", "Vũng Tàu mất nước", at(2))
	add("6", "p:a", "Thái Hòa mất nước lại bức xúc", at(24))
	n := func(key string, at time.Time, items, voices, stories int) indexer.Count {
		return indexer.Count{Key: key, At: at, Items: items, Voices: voices, Stories: stories}
	}
	tests := []struct {
		name string
		q    indexer.CountQuery
		want []indexer.Count
	}{
		{"days", indexer.CountQuery{Bucket: "day"}, []indexer.Count{n("", at(0), 4, 3, 4), n("", at(24), 1, 1, 1)}},
		{"one day", indexer.CountQuery{Bucket: "day", From: at(0), To: at(24)}, []indexer.Count{n("", at(0), 4, 3, 4)}},
		{"hours", indexer.CountQuery{Bucket: "hour", From: at(0), To: at(23)}, []indexer.Count{n("", at(0), 1, 1, 1), n("", at(1), 2, 2, 2)}},
		{"by topic", indexer.CountQuery{Bucket: "day", By: "topic", To: at(24)}, []indexer.Count{n("electricity", at(0), 2, 2, 2), n("water", at(0), 3, 2, 3)}},
		{"by topic, narrowed", indexer.CountQuery{Bucket: "day", By: "topic", Topic: "water", To: at(24)}, []indexer.Count{n("water", at(0), 3, 2, 3)}},
		{"narrowed to a topic", indexer.CountQuery{Bucket: "day", Topic: "electricity"}, []indexer.Count{n("", at(0), 2, 2, 2)}},
		{"by area", indexer.CountQuery{Bucket: "day", By: "area", To: at(24)}, []indexer.Count{n("ambiguous", at(0), 2, 2, 2), n("in_area", at(0), 2, 1, 2)}},
		{"by area, outside", indexer.CountQuery{Bucket: "day", By: "area", Area: "out_of_area"}, []indexer.Count{n("out_of_area", at(0), 1, 1, 1)}},
		{"in area", indexer.CountQuery{Bucket: "day", Area: "in_area", To: at(24)}, []indexer.Count{n("", at(0), 2, 1, 2)}},
		{"by tone", indexer.CountQuery{Bucket: "day", By: "tone", Topic: "water"}, []indexer.Count{n("negative", at(0), 1, 1, 1), n("neutral", at(0), 2, 2, 2), n("negative", at(24), 1, 1, 1)}},
		{"by stance", indexer.CountQuery{Bucket: "day", By: "stance", Area: "in_area", To: at(24)}, []indexer.Count{n("complaint", at(0), 1, 1, 1), n("other", at(0), 1, 1, 1)}},
		{"by source", indexer.CountQuery{Bucket: "day", By: "source", To: at(24)}, []indexer.Count{n("fb-thai-hoa", at(0), 4, 3, 4)}},
		{"unknown topic", indexer.CountQuery{Bucket: "day", Topic: "health"}, []indexer.Count{}},
	}
	check := func(when string) {
		t.Helper()
		for _, tt := range tests {
			if diff := cmp.Diff(tt.want, r.counts(tt.q)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", when, tt.name, diff)
			}
		}
	}
	check("at once")
	r.restart()
	check("after a restart")
}

func TestErase(t *testing.T) {
	r := newRig(t)
	const secret = "Nguyenvanxyzzy"
	f := post("gone", "Ông "+secret+" ở khối 5 mất nước", start)
	before := f
	before.Item.Text, before.Item.Observed = "Bà Tranthiquux ở khối 6", start.Add(-time.Hour)
	r.take(before, post("stays", "Thái Hòa mất nước", start))
	r.take(f)
	var fill []news.Found
	for i := range 50 {
		fill = append(fill, post(fmt.Sprint("f", i), "tin khác", start))
	}
	r.take(fill...)
	traces := func() (found []string) {
		err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, w := range []string{secret, "Tranthiquux", `"gone"`} {
				if bytes.Contains(bytes.ToLower(data), []byte(strings.ToLower(w))) {
					found = append(found, filepath.Base(path)+": "+w)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if len(traces()) < 3 {
		t.Fatalf("the test sees no traces before: %v", traces())
	}
	days := r.counts(indexer.CountQuery{Bucket: "day"})
	// The first try crashes in the middle; the event comes again.
	r.hook = func(step string) error {
		if step == "swap" {
			return errors.New("crash")
		}
		return nil
	}
	e := news.Erased{ID: "gone", Reason: "requested", At: start}
	if err := r.ix.Erase(t.Context(), e); err == nil {
		t.Error("Erase hides a crash")
	}
	r.hook = nil
	if err := r.ix.Erase(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got := traces(); len(got) > 0 {
		t.Errorf("traces remain: %v", got)
	}
	if len(r.audits) != 1 || r.audits[0].Object != "gone" || r.audits[0].Act != "item.erase" || !slices.Equal(r.purged, []string{"gone"}) {
		t.Errorf("audits %+v, purged %v", r.audits, r.purged)
	}
	check := func() {
		t.Helper()
		if _, err := r.ix.Item(t.Context(), "gone"); !errors.Is(err, indexer.ErrNotFound) {
			t.Errorf("Item: %v", err)
		}
		if got := r.found(indexer.Query{Text: secret}); len(got) != 0 {
			t.Errorf("found %v", got)
		}
		if got := r.found(indexer.Query{Text: "nước"}); !slices.Equal(got, []string{"stays"}) {
			t.Errorf("found %v, want what stays", got)
		}
		if diff := cmp.Diff(days, r.counts(indexer.CountQuery{Bucket: "day"})); diff != "" {
			t.Errorf("counts change: %s", diff)
		}
	}
	check()
	r.take(f, before)
	check()
	r.restart()
	r.take(f)
	check()
	// Counts stay through a recount of the day.
	more := post("more", "Thái Hòa", start)
	more.Item.Account = f.Item.Account
	r.take(more)
	if got := r.counts(indexer.CountQuery{Bucket: "day"}); got[0].Items != days[0].Items+1 || got[0].Voices != days[0].Voices {
		t.Errorf("counts %+v, want one item more than %+v and no voice", got, days)
	}
	// An id that is not here yet never comes.
	if err := r.ix.Erase(t.Context(), news.Erased{ID: "later", At: start}); err != nil {
		t.Fatal(err)
	}
	r.take(post("later", "đến sau", start))
	if _, err := r.ix.Item(t.Context(), "later"); !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("an erased id came: %v", err)
	}
}

func TestRetain(t *testing.T) {
	r := newRig(t)
	for i := range 60 {
		r.take(post(fmt.Sprintf("i%02d", i), "tin nước", start.AddDate(0, 0, -i)))
	}
	hours := indexer.CountQuery{Bucket: "hour", By: "topic", To: start.AddDate(0, 0, 1)}
	days := indexer.CountQuery{Bucket: "day", By: "topic", To: start.AddDate(0, 0, 1)}
	want := r.counts(days)
	if len(want) != 60 || len(r.counts(hours)) != 60 {
		t.Fatalf("counts before: %d days", len(want))
	}
	r.now = start.AddDate(0, 0, 60)
	r.restart()
	if err := r.ix.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	res := r.search(indexer.Query{Limit: 100})
	if res.Total != 31 { // today and 30 days before it
		t.Errorf("%d items are left, want 31", res.Total)
	}
	st, err := r.ix.Status(t.Context())
	if err != nil || !slices.Equal(st.Months, []string{"2026-11", "2026-10"}) {
		t.Errorf("months %v, %v: September expired whole", st.Months, err)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "index", "2026-09")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("files of September remain: %v", err)
	}
	if diff := cmp.Diff(want, r.counts(days)); diff != "" {
		t.Errorf("daily counts change (-want +got):\n%s", diff)
	}
	if got := len(r.counts(hours)); got != 31 {
		t.Errorf("%d hourly counts are left, want 31", got)
	}
	if len(r.audits) != 1 || r.audits[0].Act != "items.expire" {
		t.Errorf("audits %+v", r.audits)
	}
	// What expired does not come back, not even with longer keeping.
	r.days = 365
	r.restart()
	r.take(post("i59", "tin nước", start.AddDate(0, 0, -59)))
	if diff := cmp.Diff(want, r.counts(days)); diff != "" {
		t.Errorf("a late item changes settled counts (-want +got):\n%s", diff)
	}
	if err := r.ix.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(r.audits) != 1 {
		t.Errorf("audits %+v: nothing expired", r.audits)
	}
}

func TestReindex(t *testing.T) {
	r := newRig(t)
	var all []news.Found
	for i := range 60 {
		all = append(all, post(fmt.Sprintf("i%02d", i), "tin nước", start.AddDate(0, 0, -i)))
	}
	r.take(all...)
	var last, total int
	swapped := false
	r.hook = func(step string) error {
		if step == "swap" && !swapped {
			swapped = true
		}
		return nil
	}
	err := r.ix.Reindex(t.Context(), func(done, of int) {
		if done <= last {
			t.Errorf("progress goes from %d to %d", last, done)
		}
		if last == 0 { // while the first month is being rebuilt
			edit := post("i00", "sửa rồi", start)
			edit.Item.Observed = start
			if err := r.ix.Take(t.Context(), []news.Found{edit, post("new", "tin nước", start)}); err != nil {
				t.Error(err)
			}
		}
		last, total = done, of
	})
	if err != nil || total != 60 || last < 60 || !swapped {
		t.Errorf("Reindex: %v, progress %d of %d", err, last, total)
	}
	check := func(when string) {
		t.Helper()
		if res := r.search(indexer.Query{Text: "nước OR x"}); res.Total != 60 {
			t.Errorf("%s: %d found, want 60", when, res.Total)
		}
		if got := r.found(indexer.Query{Text: "sửa"}); len(got) != 1 {
			t.Errorf("%s: the edit is not found", when)
		}
		if res := r.search(indexer.Query{Limit: 100}); res.Total != 61 {
			t.Errorf("%s: %d documents, want 61", when, res.Total)
		}
	}
	check("after")

	// Another mapping, a lost month and a strange one: Open mends all three.
	r.close()
	index := filepath.Join(r.dir, "index")
	if err := indexer.SetMapping(index, "2026-11", "0"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(index, "2026-10")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(index, "2020-01"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.open()
	check("after mending")
	if st, _ := r.ix.Status(t.Context()); !slices.Equal(st.Months, []string{"2026-11", "2026-10", "2026-09"}) {
		t.Errorf("months %v", st.Months)
	}

	if err := r.ix.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("tidied")

	// An earlier mapping that can be read is renewed beside itself.
	r.close()
	for _, m := range []string{"2026-11", "2026-09"} {
		if err := indexer.SetMapping(index, m, "2"); err != nil {
			t.Fatal(err)
		}
	}
	r.open()
	check("with an earlier mapping")
	if got := indexer.EngineOf(r.ix).Old(); !slices.Equal(got, []string{"2026-11", "2026-09"}) {
		t.Errorf("Old() = %v", got)
	}
	if err := r.ix.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("renewed")
	r.restart()
	check("renewed and opened again")
	if got := indexer.EngineOf(r.ix).Old(); len(got) != 0 {
		t.Errorf("Old() = %v after Renew", got)
	}
}

// TestStories groups copies of a text, also over a restart, and counts them
// as one story.
func TestStories(t *testing.T) {
	r := newRig(t)
	const rumour = "Nghe nói tối nay thủy điện xả lũ vỡ đập, bà con phường Thái Hòa khẩn trương di dời lên đồi cao ngay trong đêm"
	r.take(post("first", rumour, start.Add(-5*time.Hour)))
	r.take(post("copy", "CHIA SẺ GẤP!!! "+rumour+" 🙏🙏", start.Add(-4*time.Hour)),
		post("plain", "nghe noi toi nay thuy dien xa lu vo dap, ba con phuong thai hoa khan truong di doi len doi cao ngay trong dem", start.Add(-3*time.Hour)),
		post("else", "Chợ Hiếu hôm nay đông người mua rau củ quả tươi, giá rẻ hơn tuần trước một chút", start.Add(-2*time.Hour)))
	r.restart()
	r.take(post("late", norm.NFD.String(rumour), start.Add(-time.Hour)))
	if got, want := r.found(indexer.Query{Story: "first"}), []string{"copy", "first", "late", "plain"}; !slices.Equal(got, want) {
		t.Errorf("story holds %v, want %v", got, want)
	}
	got := r.counts(indexer.CountQuery{Bucket: "day"})
	if len(got) != 1 || got[0].Items != 5 || got[0].Stories != 2 {
		t.Errorf("counts %+v, want 5 items in 2 stories", got)
	}
	outside := post("outside", "Vũng Tàu hôm nay mưa rất to, bà con đi làm nhớ mang áo mưa và đi chậm cho an toàn", start)
	r.take(outside)
	copied := outside
	copied.Item.ID, copied.Keep = "kept", true
	r.take(copied)
	if it, err := r.ix.Item(t.Context(), "kept"); err != nil || it.Reading.Story != "kept" {
		t.Errorf("an item that was not stored names a story: %+v, %v", it.Reading, err)
	}
}
