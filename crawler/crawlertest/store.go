package crawlertest

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"langnghe/crawler"
	"langnghe/internal/news"
)

// TestStore holds a store against what the crawler relies on. open returns
// the same store each time, reopened if it is on a disk.
func TestStore(t *testing.T, open func(t *testing.T) crawler.Store) {
	ctx := t.Context()
	day := time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)

	t.Run("visits", func(t *testing.T) {
		s := open(t)
		v, err := s.Visit(ctx, "new")
		if err != nil || v != (crawler.Visit{Source: "new"}) {
			t.Fatalf("Visit of an unknown source = %+v, %v", v, err)
		}
		want := crawler.Visit{
			Source: "a", State: "silent", Since: day, Why: news.Text{VI: "Không có mục mới", EN: "Nothing new"},
			LastFetch: day.Add(time.Hour), LastItem: day, Next: day.Add(2 * time.Hour), Recheck: day.Add(3 * time.Hour),
			Total: 12, Failures: 3, Rate: 7.25, Listed: 40, Found: "feed https://a.example/rss", URL: "https://a.example/rss", ETag: `W/"x"`, LastModified: "Fri, 20 Nov 2026 01:02:03 GMT",
			Unread: crawler.Unread{Pages: 3, Since: day, State: "blocked", Why: news.Text{VI: "không đọc được", EN: "not read"}},
		}
		for range 2 { // saving again changes nothing
			if err := s.SaveVisit(ctx, want); err != nil {
				t.Fatal(err)
			}
		}
		got, err := open(t).Visit(ctx, "a")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Visit after reopening: %v\n%s", err, diff)
		}
		want.State, want.ETag, want.Recheck = "ok", "", time.Time{}
		if err := s.SaveVisit(ctx, want); err != nil {
			t.Fatal(err)
		}
		if got, err = s.Visit(ctx, "a"); err != nil || got != want {
			t.Errorf("Visit = %+v, %v, want %+v", got, err, want)
		}
		if err := s.SaveVisit(ctx, crawler.Visit{Source: "b", State: "new"}); err != nil {
			t.Fatal(err)
		}
		all, err := open(t).Visits(ctx)
		slices.SortFunc(all, func(a, b crawler.Visit) int { return strings.Compare(a.Source, b.Source) })
		if diff := cmp.Diff([]crawler.Visit{want, {Source: "b", State: "new"}}, all); err != nil || diff != "" {
			t.Errorf("Visits: %v\n%s", err, diff)
		}
	})

	t.Run("seen", func(t *testing.T) {
		s := open(t)
		rows := []crawler.Seen{
			{ID: "i1", Source: "a", Hash: "h1", Mark: "m", At: day, First: day.Add(time.Minute), Checked: day.Add(time.Hour), Tries: 2, ETag: "e", LastModified: "l"},
			{ID: "p1", Source: "a", Item: "i1", Mark: "m", Checked: day},
		}
		if err := s.MarkSeen(ctx, rows); err != nil {
			t.Fatal(err)
		}
		ids := []string{"i1", "p1", "none"}
		for range 1500 { // more than one statement may carry
			ids = append(ids, "x")
		}
		got, err := open(t).Seen(ctx, ids)
		want := map[string]crawler.Seen{"i1": rows[0], "p1": rows[1]}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Seen after reopening: %v\n%s", err, diff)
		}
		rows[0].Hash = "h2"
		if err := s.MarkSeen(ctx, rows[:1]); err != nil {
			t.Fatal(err)
		}
		if got, err = s.Seen(ctx, []string{"i1"}); err != nil || got["i1"].Hash != "h2" {
			t.Errorf("Seen = %+v, %v, want hash h2", got, err)
		}
		if got, err = s.Seen(ctx, nil); err != nil || len(got) != 0 {
			t.Errorf("Seen of nothing = %v, %v", got, err)
		}
	})

	t.Run("activity", func(t *testing.T) {
		s := open(t)
		for i, at := range []time.Time{day, day.Add(time.Hour), day.Add(48 * time.Hour)} {
			if err := s.MarkSeen(ctx, []crawler.Seen{{ID: string(rune('a' + i)), Source: "act", Hash: "h", At: at}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.MarkSeen(ctx, []crawler.Seen{{ID: "page", Source: "act", At: day}, {ID: "other", Source: "b", Hash: "h", At: day}}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Activity(ctx, "act", day, day.Add(48*time.Hour))
		if want := (crawler.Activity{Items: 2, First: day, Last: day.Add(time.Hour)}); err != nil || got != want {
			t.Errorf("Activity = %+v, %v, want %+v: the end is not in it, pages are no items", got, err, want)
		}
		if got, err = s.Activity(ctx, "act", day.Add(-time.Hour), day); err != nil || got != (crawler.Activity{}) {
			t.Errorf("Activity of a quiet hour = %+v, %v", got, err)
		}
		rows, err := s.Items(ctx, "act", day, day.Add(48*time.Hour), 10)
		if err != nil || len(rows) != 2 || rows[0].ID != "b" || rows[1].ID != "a" || !rows[1].At.Equal(day) {
			t.Errorf("Items = %+v, %v, want b and a", rows, err)
		}
		if rows, err = s.Items(ctx, "act", day, day.Add(72*time.Hour), 1); err != nil || len(rows) != 1 || rows[0].ID != "c" {
			t.Errorf("Items, one at most = %+v, %v, want c", rows, err)
		}
	})

	t.Run("erase", func(t *testing.T) {
		s := open(t)
		err := s.MarkSeen(ctx, []crawler.Seen{{ID: "gone", Source: "e", Hash: "h", Mark: "m", At: day, ETag: "e"}, {ID: "link", Source: "e", Item: "gone", Mark: "m"}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Erase(ctx, "gone"); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Erase(ctx, "never seen"); err != nil {
			t.Fatal(err)
		}
		if err := s.MarkSeen(ctx, []crawler.Seen{{ID: "gone", Source: "e", Hash: "again"}, {ID: "link", Source: "e", Item: "gone", Mark: "again"}}); err != nil {
			t.Fatal(err)
		}
		got, err := open(t).Seen(ctx, []string{"gone", "link", "never seen"})
		want := map[string]crawler.Seen{"gone": {ID: "gone", Erased: true}, "link": {ID: "link", Erased: true}, "never seen": {ID: "never seen", Erased: true}}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Seen of erased rows: %v\n%s", err, diff)
		}
		if a, err := s.Activity(ctx, "e", day, day.Add(time.Hour)); err != nil || a.Items != 0 {
			t.Errorf("Activity counts an erased item: %+v, %v", a, err)
		}
	})

	t.Run("prune", func(t *testing.T) {
		s := open(t)
		old, late := day.Add(-100*24*time.Hour), day.Add(time.Hour)
		err := s.MarkSeen(ctx, []crawler.Seen{
			{ID: "old item", Source: "p", Hash: "h", At: old, First: old, Checked: old},
			{ID: "old page", Source: "p", Mark: "m", Checked: old},
			{ID: "still listed", Source: "p", Hash: "h", At: old, Checked: late},
			{ID: "counts", Source: "p", Hash: "h", At: late, Checked: old},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Erase(ctx, "erased long ago"); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Prune(ctx, day); err != nil || n < 2 {
			t.Errorf("Prune = %d, %v, want the two old ones", n, err)
		}
		got, err := open(t).Seen(ctx, []string{"old item", "old page", "still listed", "counts", "erased long ago"})
		if err != nil || len(got) != 3 || !got["erased long ago"].Erased || got["counts"].ID == "" || got["still listed"].ID == "" {
			t.Errorf("after Prune: %+v, %v", got, err)
		}
	})

	t.Run("keys", func(t *testing.T) {
		s := open(t)
		keys := make([][]byte, 8)
		var wg sync.WaitGroup
		for i := range keys {
			wg.Go(func() {
				k, err := s.Key(ctx, 7)
				if err != nil {
					t.Error(err)
				}
				keys[i] = k
			})
		}
		wg.Wait()
		for _, k := range keys {
			if len(k) < 32 || !bytes.Equal(k, keys[0]) {
				t.Fatalf("keys made at once differ or are short: %x and %x", keys[0], k)
			}
		}
		eight, err := s.Key(ctx, 8)
		if err != nil || bytes.Equal(eight, keys[0]) {
			t.Fatalf("two periods share a key, or %v", err)
		}
		if k, err := open(t).Key(ctx, 7); err != nil || !bytes.Equal(k, keys[0]) {
			t.Errorf("the key is another after reopening, or %v", err)
		}
		if err := s.DropKeys(ctx, 8); err != nil {
			t.Fatal(err)
		}
		if k, err := s.Key(ctx, 7); err != nil || bytes.Equal(k, keys[0]) {
			t.Errorf("the destroyed key is back, or %v", err)
		}
		if k, err := s.Key(ctx, 8); err != nil || !bytes.Equal(k, eight) {
			t.Errorf("the current key was destroyed, or %v", err)
		}
	})
}
