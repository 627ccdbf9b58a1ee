package crawler_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"langnghe/crawler"
)

// A board is a server whose documents can be changed.
type board struct {
	*httptest.Server
	mu   sync.Mutex
	docs map[string]string
}

func newBoard(t *testing.T) *board {
	b := &board{docs: map[string]string{}}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		doc, ok := b.docs[r.URL.Path]
		b.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
		fmt.Fprint(w, doc)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *board) set(path string, entries ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.docs[path] = `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>Bảng tin</title>` + strings.Join(entries, "") + `</feed>`
}

func entryOf(id, link, text string) string {
	return fmt.Sprintf(`<entry><id>%s</id><title>%s</title><link href="%s"/><updated>2026-11-20T08:00:00+07:00</updated><content>%s</content></entry>`, id, text, link, text)
}

func deletedEntry(ref, link string) string {
	if link != "" {
		link = `<link href="` + link + `"/>`
	}
	return fmt.Sprintf(`<at:deleted-entry ref="%s" when="2026-11-20T08:30:00+07:00">%s</at:deleted-entry>`, ref, link)
}

// A countingStore knows which rows were written.
type countingStore struct {
	crawler.Store
	mu   sync.Mutex
	rows map[string]bool
}

func (c *countingStore) MarkSeen(ctx context.Context, rows []crawler.Seen) error {
	c.mu.Lock()
	for _, r := range rows {
		c.rows[r.ID] = true
	}
	c.mu.Unlock()
	return c.Store.MarkSeen(ctx, rows)
}

func (c *countingStore) Erase(ctx context.Context, id string) error {
	c.mu.Lock()
	c.rows[id] = true
	c.mu.Unlock()
	return c.Store.Erase(ctx, id)
}

// TestGoneElsewhere: a feed that says of other sources' pages that they are
// gone, before or after they were seen, changes nothing for them.
func TestGoneElsewhere(t *testing.T) {
	blog, police := newBoard(t), newBoard(t)
	other := strings.Replace(police.URL, "127.0.0.1", "localhost", 1) // another site
	b, p := internal("blog", "feed", blog.URL+"/feed"), internal("cong-an", "feed", other+"/feed")
	b.FullText, p.FullText = true, true
	r := newRig(t, b, p)
	rows := &countingStore{Store: r.store, rows: map[string]bool{}}
	r.store = rows
	r.open()
	blog.set("/feed", deletedEntry("x", other+"/canh-bao-1"), deletedEntry("@ai-do", ""), deletedEntry("y", other+"/canh-bao-2"))
	police.set("/feed", entryOf("a", "/canh-bao-0", "Tin của hôm qua."))
	if got := r.round(0); len(got) != 1 {
		t.Fatalf("found %+v\n%s", got, r.log)
	}
	if len(rows.rows) != 1 {
		t.Errorf("%d rows, want one, of the item", len(rows.rows))
	}
	blog.set("/feed", deletedEntry("x", other+"/canh-bao-0"), deletedEntry("x", other+"/canh-bao-1"))
	police.set("/feed", entryOf("a", "/canh-bao-0", "Tin của hôm qua."), entryOf("b", "/canh-bao-1", "Công an cảnh báo tin giả về nước sạch."), entryOf("c", "/canh-bao-2", "Công an cảnh báo lừa đảo."))
	if got := r.round(20 * time.Minute); len(got) != 2 || len(r.gone) != 0 {
		t.Errorf("found %+v, erased %+v, want both warnings and nothing erased\n%s", got, r.gone, r.log)
	}
}

// TestGoneFirst: what a source says of its own is believed before it was seen
// as well, for that source, and is forgotten with the rest.
func TestGoneFirst(t *testing.T) {
	site := newBoard(t)
	a, b := internal("a", "feed", site.URL+"/a"), internal("b", "feed", site.URL+"/b")
	a.FullText, b.FullText = true, true
	r := newRig(t, a, b)
	mine := entryOf("n1", "/bai/1", "Bài của chính trang này, đã xóa.")
	site.set("/a", deletedEntry("n1", "/bai/1"))
	site.set("/b")
	r.round(0)
	site.set("/a", mine, entryOf("n2", "/bai/2", "Bài thứ hai còn nguyên."))
	if got := r.round(20 * time.Minute); len(got) != 1 || got[0].Item.Text != "Bài thứ hai còn nguyên." {
		t.Fatalf("found %+v\n%s", got, r.log)
	}
	site.set("/b", mine) // a neighbour on the site has it
	if got := r.round(20 * time.Minute); len(got) != 1 || got[0].Item.Source != "b" {
		t.Fatalf("found %+v, want b's\n%s", got, r.log)
	}
	site.set("/a", deletedEntry("n1", "/bai/1"), deletedEntry("n2", "/bai/2"), deletedEntry("n2", "/bai/2"))
	if r.round(20 * time.Minute); len(r.gone) != 1 {
		t.Errorf("erased %+v, want a's second alone\n%s", r.gone, r.log)
	}
	site.set("/a", mine, entryOf("n2", "/bai/2", "Bài thứ hai còn nguyên."))
	if got := r.round(20 * time.Minute); len(got) != 0 {
		t.Errorf("found %+v, want nothing back", got)
	}
}

// TestGoneBounded lists 500 made-up deletions in each of many visits.
func TestGoneBounded(t *testing.T) {
	const most = 200 // a day
	site := newBoard(t)
	r := newRig(t, internal("a", "feed", site.URL+"/a"))
	rows := &countingStore{Store: r.store, rows: map[string]bool{}}
	r.store = rows
	r.open()
	visits := 0
	round := func(after time.Duration) {
		var gone []string
		for i := range 500 {
			gone = append(gone, deletedEntry(fmt.Sprintf("n%d-%d", visits, i), fmt.Sprintf("/%d/%d", visits, i)))
		}
		visits++
		site.set("/a", gone...)
		r.round(after)
	}
	for range 5 {
		round(2 * time.Hour)
	}
	if len(rows.rows) != most {
		t.Errorf("%d rows after a day, want %d", len(rows.rows), most)
	}
	round(24 * time.Hour)
	if len(rows.rows) != 2*most {
		t.Errorf("%d rows after two days, want %d", len(rows.rows), 2*most)
	}
	n, err := rows.Prune(t.Context(), r.now.Add(time.Hour))
	if err != nil || n != 2*most {
		t.Errorf("pruned %d, %v, want all", n, err)
	}
}
