package news_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"langnghe/internal/news"
)

// The event time is the earlier of the two: nobody observes what is yet to
// be published, and a wrong clock of a site must not move an item forward.
func ExampleItem_At() {
	seen := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	late := news.Item{Published: seen.Add(time.Hour), Observed: seen}
	early := news.Item{Published: seen.Add(-time.Hour), Observed: seen}
	only := news.Item{Observed: seen}
	fmt.Println(late.At().Hour(), early.At().Hour(), only.At().Hour())
	// Output: 8 7 8
}

// Only the words make the content: a new counter or a new time is the same
// item, a changed letter is not, and the title is not glued to the text.
func ExampleItem_Hash() {
	a := news.Item{Title: "Phường vá đường", Text: "Sáng nay"}
	b := news.Item{Title: "Phường vá đường", Text: "Sáng nay", Observed: time.Now(), Counts: &news.Counts{Shares: 9}}
	c := news.Item{Title: "Phường vá", Text: "đườngSáng nay"}
	fmt.Println(a.Hash() == b.Hash(), a.Hash() == c.Hash())
	// Output: true false
}

func TestLevels(t *testing.T) {
	for l := news.Informational; l <= news.Critical; l++ {
		if got, ok := news.ParseLevel(l.String()); !ok || got != l {
			t.Errorf("ParseLevel(%q) = %v, %v", l, got, ok)
		}
	}
	if _, ok := news.ParseLevel("khẩn"); ok {
		t.Error("a label of the pages is no level of a rule file")
	}
	if got := news.Level(9).String(); got != "level(9)" {
		t.Errorf("Level(9) = %q", got)
	}
}

// TestProtected spells out invariant 1: whose voice has no path to the police.
func TestProtected(t *testing.T) {
	for s, want := range map[news.Stance]bool{
		news.Complaint: true, news.Question: true, news.RumourQuery: true, news.Suggestion: true, news.Opinion: true, news.Satire: true,
		news.Praise: false, news.Warning: false, news.Denial: false, news.Report: false, news.Claiming: false, news.Other: false,
	} {
		if s.Protected() != want {
			t.Errorf("%s protected: %v, want %v", s, s.Protected(), want)
		}
	}
}

// TestItemJSON holds the outer form: what is absent is not written, unknown
// fields are ignored.
func TestItemJSON(t *testing.T) {
	var it news.Item
	if err := json.Unmarshal([]byte(`{"id":"a","text":"mất nước","published":"2026-11-20T08:15:00+07:00","author":"ai đó","later":1}`), &it); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(it)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), `{"id":"a","text":"mất nước","published":"2026-11-20T08:15:00+07:00"}`; got != want {
		t.Errorf("item = %s, want %s", got, want)
	}
	if it.Voice() != "source:" || (&news.Item{Account: "p:1", Source: "s"}).Voice() != "p:1" {
		t.Error("a voice is the account, else the source")
	}
	if strings.Contains(string(out), "author") {
		t.Error("an author came through")
	}
}
