package e2e

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// hostile are texts that try to run a script, turn the line around, or burst
// the page. The last part makes each a story of its own.
func hostile(n int) string {
	kinds := []string{
		`<script>window.pwned=1</script><img src=x onerror="window.pwned=1">`,
		"\u202e\u2066đảo ngược chữ\u202e \u2067lẫn lộn</div></main><style>*{display:none}</style>",
		strings.Repeat("ă", 10_000),
		strings.Repeat("👨‍👩‍👧‍👦🏳️‍🌈", 200),
		`"><svg/onload=window.pwned=1><a href="javascript:window.pwned=1">bấm</a>{{.}}${7*7}`,
		"e" + strings.Repeat("\u0301", 3_000) + " &lt;script&gt;window.pwned=1&lt;/script&gt;",
	}
	return fmt.Sprintf("thửđộchại số %d %s %x", n, kinds[n%len(kinds)], n*7919)
}

// TestHostile takes a thousand such texts in as a reviewer would, and reads
// them: no script runs and no page is wider than the screen. Its items stay
// in the demo, so it runs last.
func TestHostile(t *testing.T) {
	url := demo(t)
	file := filepath.Join(t.TempDir(), "texts.csv")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	_ = w.Write([]string{"Nội dung", "Tiêu đề"})
	for n := range 1000 {
		_ = w.Write([]string{hostile(n), hostile(n)[:40]})
	}
	w.Flush()
	if err := f.Close(); err != nil || w.Error() != nil {
		t.Fatal(err, w.Error())
	}
	ctx := tab(t, 360, 900)
	signIn(t, ctx, url, "canbo")
	do(t, ctx, chromedp.Navigate(url+"/import"), chromedp.SetUploadFiles("input[type=file]", []string{file}))
	eval[bool](t, ctx, "document.querySelector('input[type=file]').form.requestSubmit() || true")
	until(t, ctx, "the preview", "document.querySelector('form[action^=\"/import/\"] button.main')")
	calm(t, ctx, "preview")
	eval[bool](t, ctx, "document.querySelector('form[action^=\"/import/\"]').requestSubmit() || true")
	until(t, ctx, "the import", "location.pathname.startsWith('/import/') && document.readyState === 'complete' && document.querySelector('.done')")
	calm(t, ctx, "import")
	read := 0
	for range 100 { // until they can be found
		do(t, ctx, chromedp.Navigate(url+"/search?q=thửđộchại&sort=new"))
		if read = eval[int](t, ctx, "document.querySelectorAll('.hits > li, .hits article').length"); read > 0 {
			break
		}
	}
	if read == 0 {
		t.Fatal("none of the texts is found")
	}
	pages := 0
	for pages < 60 {
		calm(t, ctx, fmt.Sprintf("page %d of the search", pages+1))
		pages++
		next := eval[string](t, ctx, "document.querySelector('a[rel=next]')?.href || ''")
		if next == "" {
			break
		}
		do(t, ctx, chromedp.Navigate(next))
	}
	t.Logf("%d pages of the search read", pages)
	item := eval[string](t, ctx, "document.querySelector('main a[href^=\"/items/\"]')?.href || ''")
	if item != "" {
		do(t, ctx, chromedp.Navigate(item))
		calm(t, ctx, "an item")
	}
	do(t, ctx, chromedp.Navigate(url+"/inbox"))
	calm(t, ctx, "the inbox")
}

// calm reports what a hostile text has done to the page.
func calm(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if eval[bool](t, ctx, "!!window.pwned || !!document.querySelector('main script, main style, main svg[onload], main img')") {
		t.Errorf("%s: a text became markup or ran", name)
	}
	if wide := eval[int](t, ctx, "document.documentElement.scrollWidth"); wide > 360 {
		t.Errorf("%s: %d px wide, want 360", name, wide)
	}
	if !eval[bool](t, ctx, "document.querySelector('h1')?.checkVisibility() && document.querySelector('.top')?.checkVisibility()") {
		t.Errorf("%s: the page is gone", name)
	}
}
