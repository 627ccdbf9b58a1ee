package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// onPaper are the faults of a page that is printed from a dark screen: what
// is for the screen alone, and ink that paper would not show.
const onPaper = `(() => {
	const light = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? 1 : (.2126 * m[0] + .7152 * m[1] + .0722 * m[2]) / 255 };
	const out = [], s = e => getComputedStyle(e);
	for (const q of ['.top', '.menu', 'form', '.undo', '.banner', 'dialog']) for (const e of document.querySelectorAll(q)) if (e.checkVisibility() && e.offsetHeight) out.push(q + ' is printed');
	if (light(s(document.body).backgroundColor) < .95) out.push('dark paper: ' + s(document.body).backgroundColor);
	for (const e of document.querySelectorAll('main *')) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest('.vh')) continue;
		if (light(s(e).color) > .45) out.push(e.tagName + '.' + e.className + ' is pale: ' + s(e).color);
		for (let p = e; p && p !== document.body; p = p.parentElement) if (light(s(p).backgroundColor) < .8) { out.push(e.tagName + '.' + e.className + ' is on a dark ground: ' + s(p).backgroundColor); break }
	}
	if (document.documentElement.scrollWidth > innerWidth) out.push(document.documentElement.scrollWidth + ' px wide');
	if (!document.querySelector('main').innerText.trim()) out.push('an empty sheet');
	return [...new Set(out)].slice(0, 8);
})()`

// TestPrint prints every page as somebody does whose screen is dark: black on
// white, without what can only be pressed. The pictures of some go where
// LANGNGHE_SCREENSHOTS says.
func TestPrint(t *testing.T) {
	url := demo(t)
	only := regexp.MustCompile(os.Getenv("LANGNGHE_PAGES"))
	ctx := tab(t, 794, 1123) // A4 at 96 dots to the inch
	who := ""
	for _, pg := range pages {
		if pg.who == "" || !only.MatchString(pg.path) {
			continue
		}
		if pg.who != who {
			chromedp.Cancel(ctx)
			ctx, who = tab(t, 794, 1123), pg.who
			signIn(t, ctx, url, who)
			command(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print",
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		}
		if !open(t, ctx, url, pg) {
			continue // TestPages says so
		}
		for _, fault := range eval[[]string](t, ctx, onPaper) {
			t.Errorf("%s as %s, printed: %s", pg.route, pg.who, fault)
		}
		if out := os.Getenv("LANGNGHE_SCREENSHOTS"); out != "" && (pg.route == "GET /cases/{id}" || pg.route == "GET /reports/{id}" || pg.route == "GET /handoffs" && who == "congan") {
			shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(out, "print-"+fileName(pg, 794, "vi")), small(t, shot), 0o644); err != nil {
				t.Fatal(fmt.Errorf("picture: %w", err))
			}
		}
	}
}
