package e2e

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	neturl "net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// hostile are texts that try to run a script, turn the line around, or burst
// the page. Each is the bait of a swindle, so that a rule flags it, with a
// link, a name and words of its own, so that each is a story of its own.
func hostile(n int) string {
	kinds := []string{
		`<script>window.pwned=1</script><img src=x onerror="window.pwned=1">`,
		"\u202e\u2066đảo ngược chữ\u202e \u2067lẫn lộn</div></main><style>*{display:none}</style>",
		strings.Repeat("ă", 10_000),
		strings.Repeat("👨‍👩‍👧‍👦🏳️‍🌈", 200),
		`"><svg/onload=window.pwned=1><a href="javascript:window.pwned=1">bấm</a>{{.}}${7*7}`,
		"e" + strings.Repeat("\u0301", 3_000) + " &lt;script&gt;window.pwned=1&lt;/script&gt;",
	}
	rng := rand.New(rand.NewPCG(uint64(n), 5))
	kind := kinds[n%len(kinds)]
	return fmt.Sprintf("thửđộchại số %d %s UBND phường Thái Hòa tặng mỗi hộ %d00k, bấm vào qua%x.top điền số tài khoản và mã OTP để nhận. %s %s", n, kind, 2+n%7, n*7919+1, names(rng, 40), kind)
}

// spilled are texts of which a mark that turns the line around reaches beyond
// the text: nothing isolates it from the words of the page beside it.
const spilled = `(() => { const out = [], walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
	for (let n; n = walk.nextNode();) {
		if (!/[\u202a-\u202e\u2066-\u2069]/.test(n.data)) continue;
		let e = n.parentElement, held = false;
		for (; e && e.tagName !== 'MAIN'; e = e.parentElement) {
			const s = getComputedStyle(e);
			if (/isolate|plaintext/.test(s.unicodeBidi) || e.tagName === 'TEXTAREA' || e.tagName === 'OPTION') { held = true; break }
			if (s.display !== 'inline') { held = e.textContent.trim() === n.data.trim(); break }
		}
		if (!held) out.push((n.parentElement.tagName + '.' + n.parentElement.className + ' in ' + (n.parentElement.closest('[class]')?.className || '')) + ': ' + JSON.stringify(n.data.slice(0, 40)));
	}
	return out.slice(0, 5) })()`

// TestHostile takes a thousand such texts in as a reviewer would and reads
// them everywhere: in the preview, the search, the inbox, an entry, a case,
// the pages of figures, a report and the mails. No script runs, nothing is
// wider than a phone, nothing turns the words beside it around. Its items
// stay in the demo, so it runs last.
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
		_ = w.Write([]string{hostile(n), string([]rune(hostile(n))[:60])})
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

	// follow reads a list page by page and counts what it shows of the texts.
	follow := func(name, path, part string, most int) (pages, shown int) {
		t.Helper()
		for next := url + path; next != "" && pages < most; pages++ {
			do(t, ctx, chromedp.Navigate(next))
			until(t, ctx, name, "document.readyState === 'complete' && document.querySelector('main')")
			calm(t, ctx, fmt.Sprintf("%s, page %d", name, pages+1))
			shown += eval[int](t, ctx, fmt.Sprintf("[...document.querySelectorAll(%q)].filter(e => e.textContent.includes('thửđộchại')).length", part))
			next = eval[string](t, ctx, "document.querySelector('a[rel=next]')?.href || ''")
		}
		return pages, shown
	}
	for begun := time.Now(); ; time.Sleep(500 * time.Millisecond) { // until the rules have seen them
		do(t, ctx, chromedp.Navigate(url+"/inbox?level=3&offset=600"))
		if eval[int](t, ctx, "document.querySelectorAll('.stack .entry').length") > 0 {
			break
		}
		if time.Since(begun) > 2*time.Minute {
			t.Fatal("fewer than 600 of the texts came to the inbox")
		}
	}
	pages, shown := follow("the search", "/search?q=thửđộchại&sort=new", ".hits > li, .hits article", 25)
	if pages < 20 || shown < 300 {
		t.Errorf("%d texts on %d pages of the search", shown, pages)
	}
	item := eval[string](t, ctx, "document.querySelector('main a[href^=\"/items/\"]')?.href || ''")
	inboxPages, inInbox := follow("the inbox", "/inbox?level=3", ".stack .entry", 20)
	if inboxPages < 20 || inInbox < 500 {
		t.Errorf("%d texts on %d pages of the inbox", inInbox, inboxPages)
	}
	entries := eval[[]string](t, ctx, "[...document.querySelectorAll('.stack .entry')].filter(e => e.textContent.includes('thửđộchại')).map(e => e.dataset.id)")
	if item == "" || len(entries) < 6 {
		t.Fatalf("item %q, %d entries", item, len(entries))
	}
	do(t, ctx, chromedp.Navigate(item))
	calm(t, ctx, "an item")
	officer := signedIn(t, url, "canbo")
	for i, id := range entries[:6] { // one of each kind
		do(t, ctx, chromedp.Navigate(url+"/inbox/"+id))
		calm(t, ctx, fmt.Sprintf("entry %d", i))
		officer.post("/inbox/"+id+"/decision", neturl.Values{"choice": {[]string{"scam", "verify", "answer"}[i%3]}})
		do(t, ctx, chromedp.Navigate(url+"/inbox/"+id))
		calm(t, ctx, fmt.Sprintf("entry %d, decided", i))
		found := eval[string](t, ctx, "document.querySelector('main a[href^=\"/cases/\"]')?.href || ''")
		if found == "" {
			t.Errorf("entry %d leads to no case", i)
			continue
		}
		do(t, ctx, chromedp.Navigate(found))
		calm(t, ctx, fmt.Sprintf("case %d", i))
		if name := found[strings.LastIndexByte(found, '/')+1:]; i%3 < 2 {
			officer.post("/cases/"+name+"/claim", neturl.Values{"title": {string([]rune(hostile(i))[:80])}, "claim": {string([]rune(hostile(i))[:900])}, "indicators": {"qua1.top\n<script>window.pwned=1</script>"}})
			do(t, ctx, chromedp.Navigate(found))
			calm(t, ctx, fmt.Sprintf("case %d with its claim", i))
		}
	}
	for _, path := range []string{"/cases", "/complaints", "/inbox?decided=1", "/trends", "/radar", "/rumours", "/reports", "/ledgers/answers", "/alerts", "/alerts/muted", "/documents"} {
		do(t, ctx, chromedp.Navigate(url+path))
		calm(t, ctx, path)
	}
	_, page := officer.post("/reports", neturl.Values{"kind": {"weekly"}})
	if !strings.Contains(page, "<h1") {
		t.Error("no weekly report was written")
	}
	follow("the reports", "/reports", "main li", 1)
	if to := eval[string](t, ctx, "document.querySelector('main a[href^=\"/reports/\"]')?.href || ''"); to != "" {
		do(t, ctx, chromedp.Navigate(to))
		calm(t, ctx, "a report")
	}
	if shared.p != nil { // the mails, where the demo says
		if m := regexp.MustCompile(`mailbox: (http://\S+)`).FindStringSubmatch(shared.p.out.String()); m != nil {
			do(t, ctx, chromedp.Navigate(m[1]))
			if eval[bool](t, ctx, "!!window.pwned || !!document.querySelector('script, img, svg')") {
				t.Error("the mailbox: a text became markup or ran")
			}
			if n := eval[int](t, ctx, "document.body.textContent.split('qua').length"); n < 2 {
				t.Error("no mail tells of the texts")
			}
		}
	}
	t.Logf("%d texts read on %d pages of the search, %d on %d pages of the inbox", shown, pages, inInbox, inboxPages)
}

// calm reports what a hostile text has done to the page.
func calm(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if eval[bool](t, ctx, "!!window.pwned || !!document.querySelector('main script, main style, main svg[onload], main img, main a[href^=\"javascript\"]')") {
		t.Errorf("%s: a text became markup or ran", name)
	}
	if wide := eval[int](t, ctx, "document.documentElement.scrollWidth"); wide > 360 {
		t.Errorf("%s: %d px wide, want 360", name, wide)
	}
	for _, text := range eval[[]string](t, ctx, spilled) {
		t.Errorf("%s: turns its line around: %s", name, text)
	}
	if !eval[bool](t, ctx, "document.querySelector('h1')?.checkVisibility() && document.querySelector('.top')?.checkVisibility()") {
		t.Errorf("%s: the page is gone", name)
	}
}
