package e2e

import (
	"context"
	"fmt"
	neturl "net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A view is one route as one person sees it.
type view struct {
	route string // as in web/web.go
	who   string // sample account; "" is nobody
	path  string // where it is
	link  string // when it has an id: the link on path that leads to it
}

// pages are all the pages of the product. TestPagesComplete holds the list
// to the routes of the site.
var pages = []view{
	{"GET /sign-in", "", "/sign-in", ""},
	{"GET /report", "", "/report", ""},
	{"GET /confirm", "", "/confirm?token=x", ""},
	{"GET /privacy", "", "/privacy", ""},

	{"GET /inbox", "canbo", "/inbox", ""},
	{"GET /inbox/{id}", "canbo", "/inbox", ".move [data-open]"},
	{"GET /items/{id}", "canbo", "/search?q=mất+nước", "main a[href^='/items/']"},
	{"GET /search", "canbo", "/search?q=mất+nước", ""},
	{"GET /search", "canbo", "/search?q=khôngcóđâu", ""},
	{"GET /cases", "canbo", "/cases", ""},
	{"GET /cases/{id}", "canbo", "/cases", "main a[href^='/cases/']"},
	{"GET /complaints", "canbo", "/complaints", ""},
	{"GET /trends", "canbo", "/trends", ""},
	{"GET /documents", "canbo", "/documents", ""},
	{"GET /rumours", "canbo", "/rumours", ""},
	{"GET /rumours/{id}", "canbo", "/rumours", "main a[href^='/rumours/']"},
	{"GET /radar", "canbo", "/radar", ""},
	{"GET /reports", "canbo", "/reports", ""},
	{"GET /reports/{id}", "canbo", "/reports", "main a[href^='/reports/']:not([href='/reports/form'])"},
	{"GET /reports/form", "canbo", "/reports/form", ""},
	{"GET /ledgers", "canbo", "/ledgers", ""},
	{"GET /ledgers/{ledger}", "canbo", "/ledgers", "main a[href^='/ledgers/']"},
	{"GET /ledgers/{ledger}", "canbo", "/ledgers/policies", ""},
	{"GET /ledgers/answers", "canbo", "/ledgers/answers", ""},
	{"GET /alerts", "canbo", "/alerts", ""},
	{"GET /alerts/muted", "canbo", "/alerts/muted", ""},
	{"GET /rules", "canbo", "/rules", ""},
	{"GET /sources", "canbo", "/sources", ""},
	{"GET /import", "canbo", "/import", ""},
	{"GET /help", "canbo", "/help", ""},
	{"GET /account", "canbo", "/account", ""},
	{"GET /account/second", "canbo", "/account/second", ""},
	{"GET /users", "canbo", "/users", ""}, // not theirs: the page that says so

	{"GET /cases/{id}", "chutich", "/cases", "main a[href^='/cases/']"},
	{"GET /audit", "chutich", "/audit", ""},
	{"GET /privacy/requests", "tuphap", "/privacy/requests", ""},
	{"GET /handoffs", "tuphap", "/handoffs", ""},
	{"GET /handoffs", "congan", "/handoffs", ""},
	{"GET /complaints", "hatang", "/complaints", ""},
	{"GET /board", "khoi", "/board", ""},
	{"GET /cases", "bientap", "/cases", ""},
	{"GET /users", "quantri", "/users", ""},
	{"GET /sources", "quantri", "/sources", ""},
	{"GET /machine", "quantri", "/machine", ""},
}

// notPages are routes that a browser shows nothing of.
var notPages = map[string]string{
	"GET /{$}": "goes to the page on which a role starts", "GET /static/{file}": "a file", "GET /sw.js": "a file",
	"GET /livez": "for machines", "GET /readyz": "for machines", "GET /metrics": "for machines", "GET /events": "a stream",
	"GET /reports/{id}/{format}": "a file", "GET /ledgers/{ledger}/xlsx": "a file", "GET /ledgers/answers/xlsx": "a file",
	"GET /sign-in/oidc": "goes to the provider of the house", "GET /sign-in/oidc/back": "comes from there",
	"GET /setup": "only before the first account; TestSetup",
}

func TestPagesComplete(t *testing.T) {
	text, err := os.ReadFile("../web/web.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range pages {
		known[p.route] = true
	}
	all := regexp.MustCompile(`\{"(GET /[^"]*)"`).FindAllStringSubmatch(string(text), -1)
	if len(all) < 30 {
		t.Fatalf("only %d routes found in web/web.go", len(all))
	}
	for _, m := range all {
		if route := m[1]; !known[route] && notPages[route] == "" && !strings.HasPrefix(route, "GET /api/") {
			t.Errorf("%s is not among the pages that are looked at in e2e/pages_test.go", route)
		}
	}
}

// scheme lets the page be drawn light or dark.
func scheme(t *testing.T, ctx context.Context, value string) {
	t.Helper()
	do(t, ctx, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return chromedp.Void{}, err
	})
}

// clipped are the texts that a reader cannot see whole, although nothing
// says that they are cut on purpose: wider than a box that hides the rest.
const clipped = `[...document.querySelectorAll('main *')].filter(e => {
	const s = getComputedStyle(e);
	return e.checkVisibility() && e.clientWidth > 1 && (s.overflowX === 'hidden' || s.overflowX === 'clip') && s.textOverflow !== 'ellipsis' &&
		e.scrollWidth > e.clientWidth + 1 && !e.closest('.vh, svg, table');
}).map(e => e.tagName + '.' + e.className + ': ' + e.innerText.slice(0, 60))`

// TestPages opens every page at two widths, in both languages, light and
// dark. No page may be wider than the screen, cut a text off, name a word
// that the locales lack, ask another host for anything, or break a rule of
// axe-core. The pictures, few in colours, go to the folder that
// LANGNGHE_SCREENSHOTS names: both widths in Vietnamese, the wide one in
// English too. LANGNGHE_PAGES, an expression for paths, looks at some only.
func TestPages(t *testing.T) {
	url := demo(t)
	axe := axeCore(t)
	out := os.Getenv("LANGNGHE_SCREENSHOTS")
	signedIn(t, url, "canbo").post("/reports", neturl.Values{"kind": {"weekly"}}) // one to look at, whatever the day
	for _, width := range []int64{1280, 360} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			lookAtAll(t, url, axe, out, width)
		})
	}
}

func lookAtAll(t *testing.T, url, axe, out string, width int64) {
	only := regexp.MustCompile(os.Getenv("LANGNGHE_PAGES"))
	{
		tabs := map[string]context.Context{}
		for _, pg := range pages {
			if !only.MatchString(pg.path) {
				continue
			}
			ctx := tabs[pg.who]
			if ctx == nil {
				ctx = tab(t, width, 900)
				if pg.who != "" {
					signIn(t, ctx, url, pg.who)
				} else {
					do(t, ctx, chromedp.Navigate(url+"/sign-in"))
				}
				tabs[pg.who] = ctx
			}
			for _, lang := range []string{"vi", "en"} {
				name := fmt.Sprintf("%s as %q, %d px, %s", pg.route, pg.who, width, lang)
				do(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.cookie = 'langnghe_lang=%s; path=/'", lang)))
				if !open(t, ctx, url, pg) {
					t.Errorf("%s: %s has no link %s", name, pg.path, pg.link)
					continue
				}
				look(t, ctx, name, lang, width)
				inspect := func(state string) {
					if axe == "" {
						return
					}
					for _, s := range []string{"light", "dark"} {
						scheme(t, ctx, s)
						for _, v := range violations(t, ctx, axe) {
							t.Errorf("%s, %s%s: %s", name, s, state, v)
						}
					}
					scheme(t, ctx, "light")
				}
				inspect("")
				if out != "" && (lang == "vi" || width == 1280) {
					picture(t, ctx, filepath.Join(out, fileName(pg, width, lang)), width)
				}
				// What is folded away holds to the same rules.
				if eval[int](t, ctx, "[...document.querySelectorAll('details:not([open])')].map(d => d.open = true).length") > 0 {
					look(t, ctx, name+", unfolded", lang, width)
					inspect(", unfolded")
				}
				for i := range eval[int](t, ctx, "document.querySelectorAll('dialog').length") {
					dialog := fmt.Sprintf("document.querySelectorAll('dialog')[%d]", i)
					eval[bool](t, ctx, dialog+".showModal() || true")
					look(t, ctx, fmt.Sprintf("%s, dialog %d", name, i), lang, width)
					inspect(fmt.Sprintf(", dialog %d", i))
					eval[bool](t, ctx, dialog+".close() || true")
				}
			}
		}
		for _, ctx := range tabs {
			chromedp.Cancel(ctx)
		}
	}
}

// open goes to the page; false when there is no link to it.
func open(t *testing.T, ctx context.Context, url string, pg view) bool {
	t.Helper()
	do(t, ctx, chromedp.Navigate(url+pg.path))
	until(t, ctx, pg.path, "document.readyState === 'complete' && document.querySelector('main')")
	if pg.link == "" {
		return true
	}
	to := eval[string](t, ctx, fmt.Sprintf("document.querySelector(%q)?.href || ''", pg.link))
	if to == "" {
		return false
	}
	do(t, ctx, chromedp.Navigate(to))
	until(t, ctx, to, "document.readyState === 'complete' && document.querySelector('main')")
	return true
}

// look is what holds of every page in either language.
func look(t *testing.T, ctx context.Context, name, lang string, width int64) {
	t.Helper()
	if got := eval[string](t, ctx, "document.documentElement.lang"); got != lang {
		t.Errorf("%s: the page is in %q", name, got)
	}
	if wide := eval[int](t, ctx, "document.documentElement.scrollWidth"); int64(wide) > width {
		t.Errorf("%s: %d px wide", name, wide)
	}
	for _, text := range eval[[]string](t, ctx, clipped) {
		t.Errorf("%s: cut off: %s", name, text)
	}
	if hosts := eval[[]string](t, ctx, "performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))"); len(hosts) > 0 {
		t.Errorf("%s: asked %v", name, hosts)
	}
	// A word without a translation is printed as its key; the audit log shows
	// the names of acts on purpose.
	if keys := eval[[]string](t, ctx, `document.body.innerText.match(/(^|\s)(nav|problem|inbox|case|label|role|report|ledger|rumour|radar|trend|alert|rule|source|import|board|help|account|user|audit|handoff|search|item|document)\.[a-z_]+(\.[a-z_]+)*(?=\s|$)/g) || []`); len(keys) > 0 && !strings.HasPrefix(name, "GET /audit") {
		t.Errorf("%s: words missing: %q", name, keys)
	}
}

// tallest is how much of a long page its picture shows, in pixels.
const tallest = 2400

// picture shows the whole page, or the first part of a very long one.
func picture(t *testing.T, ctx context.Context, file string, width int64) {
	t.Helper()
	high := eval[int](t, ctx, "document.documentElement.scrollHeight")
	do(t, ctx, chromedp.EmulateViewport(width, int64(min(max(high, 900), tallest))))
	defer do(t, ctx, chromedp.EmulateViewport(width, 900))
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, small(t, shot), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fileName names the picture of a page.
func fileName(pg view, width int64, lang string) string {
	at := strings.NewReplacer("GET /", "", "/", "-", "{", "", "}", "").Replace(pg.route)
	if pg.link == "" {
		at = strings.ReplaceAll(at, "-ledger", strings.ReplaceAll(strings.TrimPrefix(pg.path, "/ledgers"), "/", "-")) // one of several
	}
	if _, query, ok := strings.Cut(pg.path, "?q=khôngcó"); ok && query != "" {
		at += "-empty"
	}
	if pg.who != "" {
		at += "-" + pg.who
	}
	return fmt.Sprintf("%s-%d-%s.png", at, width, lang)
}

// axeCore reads the script of axe-core from the file that LANGNGHE_AXE names;
// .ci/run fetches it. It is run by the browser of the tests and is no part of
// the product. Without it the pages are looked at all the same.
func axeCore(t *testing.T) string {
	t.Helper()
	file := os.Getenv("LANGNGHE_AXE")
	if file == "" {
		t.Run("axe-core", func(t *testing.T) {
			t.Skip("LANGNGHE_AXE names no axe.min.js (npm pack axe-core; .ci/run does it)")
		})
		return ""
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// violations runs axe-core on the page as it is drawn now, without
// the short fading of the entry that is read ([scheme]).
func violations(t *testing.T, ctx context.Context, axe string) []string {
	t.Helper()
	if !eval[bool](t, ctx, "!!window.axe") {
		do(t, ctx, chromedp.Evaluate[chromedp.Void](axe))
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.flatMap(v =>
		v.nodes.slice(0, 3).map(n => v.id + ' (' + v.impact + '): ' + n.target.join(' ') + ': ' + n.html.slice(0, 160) + ' – ' + n.failureSummary.split('\n').slice(1).join(' ').slice(0, 200))))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("axe: %v", err)
	}
	return found
}
