package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium finds the browser; without one these tests cannot run, and
// .ci/run installs it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium on this machine; on Debian: apt-get install chromium")
	return ""
}

// tab opens a browser with a profile of its own: one person at one desk.
func tab(t *testing.T, width, height int64) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 20*time.Minute)
	t.Cleanup(cancel)
	do(t, ctx, chromedp.EmulateViewport(width, height))
	return ctx
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for a JavaScript condition. A page that is being left while it is
// asked has no answer, and is asked again.
func until(t *testing.T, ctx context.Context, what, js string) {
	t.Helper()
	var last error
	for range 400 {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+js+")"))
		if err == nil && ok {
			return
		}
		if last = err; ctx.Err() != nil {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	if last != nil {
		t.Fatalf("%s: %s: %v", what, js, last)
	}
	t.Fatalf("%s: not within 10s; the page says: %s", what, eval[string](t, ctx, "document.body.innerText.slice(0, 800)"))
}

// signIn signs in with the keyboard alone.
func signIn(t *testing.T, ctx context.Context, url, name string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(url+"/"))
	until(t, ctx, "the sign-in page", "document.activeElement.name === 'name'")
	do(t, ctx, chromedp.KeyEvent(name), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("langnghe-mau"), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, "signed in as "+name, "!document.querySelector('input[type=password]') && document.readyState === 'complete'")
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// shared is the demo that the tests of the browser share: its replay takes
// longer than any of them.
var shared struct {
	url string
	p   *process
}

// demo starts "langnghe demo" for the first who asks and waits until the
// sixty days are replayed; TestMain ends it. When LANGNGHE_DEMO names one
// that already runs, that one is looked at instead, which is quicker for
// whoever changes a page.
func demo(t *testing.T) string {
	t.Helper()
	if url := os.Getenv("LANGNGHE_DEMO"); url != "" {
		return url
	}
	if shared.url != "" {
		return shared.url
	}
	start := time.Now()
	if shared.p == nil {
		shared.p = begin(t, "demo", "-listen", freeAddr(t))
	}
	p := shared.p
	for !address.MatchString(p.out.String()) {
		if time.Since(start) > 30*time.Second {
			t.Fatalf("no address within 30s\n%s", p.out.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
	url := address.FindString(p.out.String())
	if err := up(t.Context(), strings.TrimPrefix(url, "http://")); err != nil {
		t.Fatal(err)
	}
	t.Logf("start → first page: %v", time.Since(start).Round(time.Millisecond))
	for !strings.Contains(p.out.String(), "Đã phát lại") {
		if time.Since(start) > 3*time.Minute {
			t.Fatalf("the replay did not end within 3 minutes\n%s", p.out.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("start → replayed: %v", time.Since(start).Round(10*time.Millisecond))
	shared.url = url
	return url
}

// TestDesk is a morning at the desk: the reviewer clears an item with the
// keyboard alone, the leader sees it in the audit log, the liaison sees
// nothing but hand-offs.
func TestDesk(t *testing.T) {
	url := demo(t)

	ctx := tab(t, 1280, 900)
	signIn(t, ctx, url, "canbo")
	until(t, ctx, "the inbox", "document.querySelectorAll('.stack .entry').length > 3")
	until(t, ctx, "an entry to read", "document.querySelector('.stack .entry.current mark, .stack .entry.current')")
	if marks := eval[int](t, ctx, "document.querySelectorAll('.stack .entry mark').length"); marks == 0 {
		t.Error("no word is marked as the reason of any entry")
	}
	if text := eval[string](t, ctx, "document.querySelector('.stack').innerText"); !strings.Contains(strings.ToLower(text), "gợi ý tự động") {
		t.Error("machine labels do not say that they are suggestions")
	}
	do(t, ctx, chromedp.KeyEvent("j"))
	id := eval[string](t, ctx, "document.querySelector('.stack .entry.current').dataset.id")
	do(t, ctx, chromedp.KeyEvent("s"))
	until(t, ctx, "the entry cleared", fmt.Sprintf("[...document.querySelectorAll('.stack .entry.gone')].some(e => e.dataset.id === %q)", id))
	until(t, ctx, "the undo bar", "!document.querySelector('#undo').hidden")
	do(t, ctx, chromedp.KeyEvent("u"))
	until(t, ctx, "the entry back", fmt.Sprintf("[...document.querySelectorAll('.stack .entry:not(.gone)')].some(e => e.dataset.id === %q)", id))
	do(t, ctx, chromedp.KeyEvent("s"))
	until(t, ctx, "the entry cleared again", fmt.Sprintf("[...document.querySelectorAll('.stack .entry.gone')].some(e => e.dataset.id === %q)", id))

	leader := tab(t, 1280, 900)
	signIn(t, leader, url, "chutich")
	do(t, leader, chromedp.Navigate(url+"/audit?act=flag"))
	until(t, leader, "the audit page", "document.querySelector('main table, main')")
	if text := eval[string](t, leader, "document.querySelector('main').innerText"); !strings.Contains(text, id) || !strings.Contains(text, "canbo") {
		t.Errorf("the leader's audit page does not show the decision on %s:\n%.600s", id, text)
	}

	liaison := tab(t, 360, 740)
	signIn(t, liaison, url, "congan")
	for _, path := range []string{"/inbox", "/search?q=nước", "/inbox/" + id, "/audit"} {
		do(t, liaison, chromedp.Navigate(url+path))
		if status := eval[int](t, liaison, "performance.getEntriesByType('navigation')[0].responseStatus"); status != 403 {
			t.Errorf("the liaison gets status %d for %s, want 403:\n%.300s", status, path, eval[string](t, liaison, "document.body.innerText"))
		}
	}
}
