package indexer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"langnghe/indexer"
	"langnghe/internal/lang"
	"langnghe/internal/news"
)

func TestLike(t *testing.T) {
	const dam = "Hồ chứa Bản Vẽ xả lũ khẩn cấp, nước sông Hiếu dâng cao, người dân ven sông di dời"
	r := newRig(t)
	r.take(
		post("dam", dam, start.AddDate(0, 0, -40)),
		post("copy", dam+".", start.AddDate(0, 0, -40).Add(time.Hour)), // the same story
		post("near", "Mưa lớn, hồ chứa Bản Vẽ phải xả lũ; sông Hiếu lên nhanh, bà con ven bờ lo lắng", start),
		post("nfd", norm.NFD.String("Lũ về, hồ chứa Bản Vẽ xả, sông Hiếu vượt báo động, di dời ba mươi hộ"), start.Add(-time.Hour)),
		post("plain", lang.Fold(lang.Key("Song Hieu dang cao roi, Bản Vẽ xả lũ, ho chua day, nguoi dan di doi")), start.Add(-2*time.Hour)),
		post("school", "Trường mầm non Thái Hòa khai giảng năm học mới, phụ huynh đưa con đến trường", start),
		post("river", "Đi câu ở sông", start),
	)
	for i := range 30 { // what people usually write
		r.take(post(fmt.Sprint("x", i), fmt.Sprintf("người dân phường nói chuyện số %d, nước và điện, đường và chợ, con đến trường", i), start))
	}
	like := func(q indexer.Query) []string { return ids(r.search(q)) }
	if got := like(indexer.Query{Like: "dam"}); !slices.Equal(got, []string{"near", "nfd"}) && !slices.Equal(got, []string{"nfd", "near"}) {
		t.Errorf("like the dam: %v, want near and nfd, and neither itself nor its copy", got)
	}
	if got := like(indexer.Query{Like: "near", Newest: true}); !slices.Equal(got, []string{"nfd", "copy", "dam"}) {
		t.Errorf("like it, newest first: %v, want nfd copy dam", got)
	}
	if got := like(indexer.Query{Like: "plain"}); len(got) != 4 {
		t.Errorf("like one without diacritics: %v, want the four about the dam", got)
	}
	if got := like(indexer.Query{Like: "near", From: start.AddDate(0, 0, -1)}); !slices.Equal(got, []string{"nfd"}) {
		t.Errorf("like it, of the last day: %v, want nfd", got)
	}
	res := r.search(indexer.Query{Like: "dam", Facets: true})
	if len(res.Facets["source"]) != 1 || res.Total != 2 || len(res.Hits[0].Because) == 0 {
		t.Errorf("total %d, facets %v, because %v", res.Total, res.Facets, res.Hits[0].Because)
	}
	if got := like(indexer.Query{Like: "river"}); len(got) != 0 {
		t.Errorf("like three common words: %v, want nothing", got)
	}
	if _, err := r.ix.Search(t.Context(), indexer.Query{Like: "nobody"}); err == nil {
		t.Error("like an item that is not there: no error")
	}
	if _, err := r.ix.Search(t.Context(), indexer.Query{Like: "dam", Text: "x"}); err == nil {
		t.Error("like an item and a text: no error")
	}
}

// A newer reads everything as about roads.
type newer struct{}

func (newer) Version() string { return "test 2" }
func (newer) Read(it *news.Item, prior int) news.Reading {
	r := words{}.Read(it, prior)
	r.Topics = []news.Topic{{ID: "roads", Score: 1}}
	return r
}

// TestReread reindexes with a newer reader: items are read again, with what
// their source is worth, and found and counted by the new values; a reading
// that came with its item stays; nothing is announced.
func TestReread(t *testing.T) {
	r := newRig(t)
	given := post("given", "mất nước", start)
	given.Item.Reading = &news.Reading{Topics: []news.Topic{{ID: "water", Score: 1}}}
	r.take(given)
	for i := range 30 {
		r.take(post(fmt.Sprint("i", i), "mất nước ở khối", start.AddDate(0, 0, -i)))
	}
	announced := len(r.announced)
	story := func() string {
		it, err := r.ix.Item(t.Context(), "i3")
		if err != nil {
			t.Fatal(err)
		}
		return it.Reading.Story
	}
	before := story()
	r.reader, r.prior = newer{}, func(string) int { return 7 }
	r.restart()
	if n := r.search(indexer.Query{Topics: []string{"roads"}}).Total; n != 0 {
		t.Errorf("read again without being asked: %d", n)
	}
	crash := true
	r.hook = func(step string) error {
		if step == "swap" && crash {
			return errCrash
		}
		return nil
	}
	if err := r.ix.Reindex(t.Context(), nil); err == nil {
		t.Fatal("Reindex does not crash")
	}
	crash = false
	r.restart()
	if err := r.ix.Reindex(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for topic, want := range map[string]int{"roads": 30, "water": 1} {
		if n := r.search(indexer.Query{Topics: []string{topic}, Limit: 100}).Total; n != want {
			t.Errorf("%d about %s, want %d", n, topic, want)
		}
		counted := 0
		for _, c := range r.counts(indexer.CountQuery{By: "topic", Bucket: "day", Topic: topic}) {
			counted += c.Items
		}
		if counted != want {
			t.Errorf("%d counted about %s, want %d", counted, topic, want)
		}
	}
	it, err := r.ix.Item(t.Context(), "i3")
	if err != nil || it.Reading.Version != "test 2" || it.Reading.Area.Score != 7 || story() != before {
		t.Errorf("read again: %+v, %v; story was %s", it.Reading, err, before)
	}
	if len(r.announced) != announced {
		t.Errorf("%d announced again", len(r.announced)-announced)
	}
	if st, err := r.ix.Status(t.Context()); err != nil || st.Reading != "test 2" || st.Reindexing != 0 {
		t.Errorf("status %+v, %v", st, err)
	}
}
