package e2e

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestThirty decides thirty entries with the keyboard alone, one key for each
// and two for the grave ones, without a reload of the page.
func TestThirty(t *testing.T) {
	url := demo(t)
	ctx := tab(t, 1280, 900)
	signIn(t, ctx, url, "canbo")
	until(t, ctx, "the inbox", "document.querySelectorAll('.stack .entry').length > 3")
	do(t, ctx, chromedp.Evaluate[chromedp.Void]("window.stays = true"))
	begin, keys := time.Now(), 0
	for n := range 30 {
		until(t, ctx, "an entry", "!inbox.busy && document.querySelector('.stack .entry.current:not(.gone)')")
		id := eval[string](t, ctx, "document.querySelector('.stack .entry.current').dataset.id")
		key := []string{"s", "t", "n"}[n%3] // statistics, to be answered, elsewhere
		do(t, ctx, chromedp.KeyEvent(key))
		keys++
		until(t, ctx, "decided "+id, fmt.Sprintf("inbox.done.at(-1) === %q && !inbox.busy", id))
	}
	took := time.Since(begin)
	if !eval[bool](t, ctx, "window.stays === true") {
		t.Error("the page was loaded again")
	}
	if done := eval[int](t, ctx, "new Set(inbox.done).size"); done != 30 {
		t.Errorf("%d entries decided, want 30", done)
	}
	t.Logf("30 entries, %d keys, %v", keys, took.Round(time.Millisecond))
	if took > time.Minute {
		t.Errorf("30 entries took %v, want a minute at most", took)
	}
}

// TestFirstLoad adds up what a browser without a cache gets for the inbox,
// compressed as it is sent.
func TestFirstLoad(t *testing.T) {
	desk := demo(t)
	ctx := tab(t, 1280, 900)
	signIn(t, ctx, desk, "canbo")
	parts := append([]string{desk + "/inbox"}, eval[[]string](t, ctx, "[...document.querySelectorAll('link[href], script[src]')].map(e => e.href || e.src)")...)
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	res, err := client.PostForm(desk+"/sign-in", url.Values{"name": {"canbo"}, "password": {"langnghe-mau"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	total := 0
	for _, part := range parts {
		if !strings.HasPrefix(part, desk+"/") {
			t.Errorf("the page asks another host: %s", part)
			continue
		}
		n := transferred(t, client, part)
		t.Logf("%7d bytes %s", n, strings.TrimPrefix(part, desk))
		total += n
	}
	t.Logf("%7d bytes in all", total)
	if total > 60<<10 {
		t.Errorf("the first page takes %d bytes, want at most %d", total, 60<<10)
	}
}

// transferred is how many bytes of a body come over the wire to a browser
// that takes gzip; what the server does not compress counts as it is.
func transferred(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var n counter
	body := io.TeeReader(res.Body, &n)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", url, res.Status)
	}
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		body = io.TeeReader(z, io.Discard)
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		t.Fatal(err)
	}
	return int(n)
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
