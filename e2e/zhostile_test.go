package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	neturl "net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"langnghe/internal/news"
)

// attacks try to run a script, turn the line around, or burst the page, also
// where they end up in an attribute, an address, a template or a document.
var attacks = []string{
	`<script>window.pwned=1</script><img src=x onerror="window.pwned=1">`,
	"\u202e\u2066đảo ngược chữ\u202e \u2067lẫn lộn</div></main><style>*{display:none}</style>",
	strings.Repeat("ă", 10_000),
	strings.Repeat("👨‍👩‍👧‍👦🏳️‍🌈", 200),
	`"><svg/onload=window.pwned=1><a href="javascript:window.pwned=1">bấm</a>{{.}}{{template "content"}}${7*7}`,
	"e" + strings.Repeat("\u0301", 3_000) + " &lt;script&gt;window.pwned=1&lt;/script&gt;",
	`javascript:window.pwned=1 data:text/html,<script>parent.pwned=1</script> <a href=data:text/html;base64,PHNjcmlwdD4=>xem</a>`,
	`]]></script><![CDATA[<script>window.pwned=1</script>]]>--><!--`,
	"' autofocus onfocus='window.pwned=1' x=' `onmouseover=window.pwned=1` \x00<\x00script>window.pwned=1</script>",
	"Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ\u200b\ufeff\u2028=cmd|'/C calc'!A0",
}

// hostile is the n-th such text. Those that are bait as well come into the
// inbox. The end makes each a story of its own.
func hostile(n int) string {
	bait := ""
	if n%25 < len(attacks) {
		bait = fmt.Sprintf("UBND phường Thái Hòa hỗ trợ mỗi hộ 500k, bấm vào link quatang%d.top điền CCCD và mã OTP để nhận tiền. %s. ", n, post(rand.New(rand.NewPCG(8, uint64(n))), 60))
	}
	return fmt.Sprintf("thửđộchại số %d %s%s %x", n, bait, attacks[n%len(attacks)], n*7919)
}

// TestHostile takes a thousand such texts in as a reviewer would, decides
// some, makes cases, claims, rumours, reports and searches of them, and then
// looks at every page that shows them, at both widths: no script runs and no
// page is wider than the screen. Its items stay in the demo, so it runs last.
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
		_ = w.Write([]string{hostile(n), string([]rune("\u202e" + attacks[n%len(attacks)])[:min(40, len([]rune(attacks[n%len(attacks)])))])})
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
	calm(t, ctx, "preview", 360)
	eval[bool](t, ctx, "document.querySelector('form[action^=\"/import/\"]').requestSubmit() || true")
	until(t, ctx, "the import", "location.pathname.startsWith('/import/') && document.readyState === 'complete' && document.querySelector('.done')")
	calm(t, ctx, "import", 360)

	client := browserOf(t, url, "canbo")
	entries := hostileEntries(t, client, url)
	post := func(path string, form neturl.Values) string {
		t.Helper()
		res, err := client.PostForm(url+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		// A name with a null byte is refused with a reason; so is the claim of a
		// case that is an allegation, which has none.
		allegation := res.StatusCode == http.StatusConflict && strings.HasSuffix(path, "/claim")
		if res.StatusCode >= 400 && res.StatusCode != http.StatusUnprocessableEntity && !allegation {
			body, _ := io.ReadAll(res.Body)
			t.Errorf("POST %s: %s %.300s", path, res.Status, body)
		}
		return res.Request.URL.Path
	}
	paths := []string{"/inbox", "/inbox?offset=30", "/inbox?decided=1", "/cases", "/complaints", "/trends", "/rumours", "/radar", "/alerts", "/reports", "/ledgers/answers", "/search?q=thửđộchại&sort=new"}
	for i, id := range entries {
		paths = append(paths, "/inbox/"+id, "/items/"+id)
		attack := attacks[i%len(attacks)]
		short := string([]rune(attack)[:min(180, len([]rune(attack)))])
		post("/inbox/"+id+"/decision", neturl.Values{"choice": {[]string{"scam", "verify", "answer", "danger"}[i%4]}, "note": {short}, "sure": {"1"}})
		if kase := caseOf(t, client, url, id); kase != "" {
			paths = append(paths, "/cases/"+kase)
			if i%4 < 2 {
				post("/cases/"+kase+"/claim", neturl.Values{"title": {short}, "claim": {short}, "indicators": {short}})
				paths = append(paths, "/rumours/"+kase)
			}
		}
	}
	for _, attack := range attacks {
		short := string([]rune(attack)[:min(180, len([]rune(attack)))])
		post("/rumours", neturl.Values{"text": {short}, "source": {"vafc"}, "says": {short}, "url": {"javascript:window.pwned=1"}})
		post("/search/saved", neturl.Values{"name": {string([]rune(short)[:min(60, len([]rune(short)))])}, "query": {"q=thửđộchại"}})
		paths = append(paths, "/search?q="+neturl.QueryEscape(short))
	}
	paths = append(paths, post("/reports", neturl.Values{"kind": {"weekly"}}))
	for _, width := range []int{360, 1280} {
		do(t, ctx, chromedp.EmulateViewport(int64(width), 900))
		for _, path := range paths {
			do(t, ctx, chromedp.Navigate(url+path))
			calm(t, ctx, path, width)
		}
	}
	t.Logf("%d entries decided, %d pages read at both widths", len(entries), len(paths))

	do(t, ctx, chromedp.EmulateViewport(360, 900), chromedp.Navigate(url+"/search?q=thửđộchại&sort=new"))
	pages := 0
	for pages < 60 {
		calm(t, ctx, fmt.Sprintf("page %d of the search", pages+1), 360)
		pages++
		next := eval[string](t, ctx, "document.querySelector('a[rel=next]')?.href || ''")
		if next == "" {
			break
		}
		do(t, ctx, chromedp.Navigate(next))
	}
	t.Logf("%d pages of the search read", pages)
	if pages < 20 {
		t.Errorf("only %d pages of a thousand texts", pages)
	}
	plainWorkbooks(t, client, url)
}

// hostileEntries waits until several of the texts are in the inbox, those
// that are copies of each other under one, and returns ten at most.
func hostileEntries(t *testing.T, client *http.Client, url string) []string {
	t.Helper()
	found := map[int]string{}
	for range 40 {
		for after := ""; ; {
			var page struct {
				Entries []struct {
					ID   string     `json:"id"`
					Item *news.Item `json:"item"`
				} `json:"entries"`
				Next string `json:"next"`
			}
			get(t, client, url+"/api/v1/inbox?limit=100&after="+neturl.QueryEscape(after), &page)
			for _, e := range page.Entries {
				var n int
				if e.Item == nil {
					continue
				}
				if _, err := fmt.Sscanf(e.Item.Text, "thửđộchại số %d", &n); err == nil {
					found[n] = e.ID
				}
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if len(found) >= len(attacks) {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	if len(found) < 2 { // most are folded under one of them, as copies of one story
		t.Fatalf("%d texts reached the inbox: %v", len(found), found)
	}
	ids := slices.Sorted(maps.Values(found))
	return ids[:min(len(ids), len(attacks))]
}

// caseOf is the case that an entry was put into, or "".
func caseOf(t *testing.T, client *http.Client, url, entry string) string {
	t.Helper()
	var e struct {
		Case string `json:"case"`
	}
	get(t, client, url+"/api/v1/entries/"+entry, &e)
	return e.Case
}

func get(t *testing.T, client *http.Client, url string, to any) {
	t.Helper()
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", url, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(to); err != nil {
		t.Fatal(err)
	}
}

// plainWorkbooks: no cell of a workbook is a formula, whatever was written.
func plainWorkbooks(t *testing.T, client *http.Client, url string) {
	t.Helper()
	for _, path := range []string{"/cases/xlsx", "/complaints/xlsx", "/rumours/xlsx"} {
		res, err := client.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %v", path, res.Status, err)
			continue
		}
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			r.Close()
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, []byte("<f>")) || strings.HasPrefix(f.Name, "xl/worksheets/") && bytes.Contains(text, []byte("<script")) {
				t.Errorf("%s: %s has a formula or markup", path, f.Name)
			}
		}
	}
}

// calm reports what a hostile text has done to the page.
func calm(t *testing.T, ctx context.Context, name string, width int) {
	t.Helper()
	if len(name) > 90 {
		name = strings.ToValidUTF8(name[:90], "") + "…"
	}
	if eval[bool](t, ctx, "!!window.pwned || !!document.querySelector('main script, main style, main svg[onload], main img, main iframe, main [onerror], main [onfocus], main [onmouseover], main a[href^=\"javascript:\" i], main a[href^=\"data:\" i]')") {
		t.Errorf("%s: a text became markup or ran", name)
	}
	if wide := eval[int](t, ctx, "document.documentElement.scrollWidth"); wide > width {
		t.Errorf("%s: %d px wide, want %d", name, wide, width)
	}
	if !eval[bool](t, ctx, "document.querySelector('h1')?.checkVisibility() && document.querySelector('.top')?.checkVisibility()") {
		t.Errorf("%s: the page is gone", name)
	}
}
