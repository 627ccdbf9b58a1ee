package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestSetup is the first minute of an installation in the browser: the first
// account is made at the machine, once, and signs in.
func TestSetup(t *testing.T) {
	addr := freeAddr(t)
	dir := t.TempDir()
	cfg := filepath.Join(dir, "langnghe.yaml")
	if err := os.WriteFile(cfg, []byte("sources: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "serve", "-config", cfg, "-data", filepath.Join(dir, "data"), "-listen", addr)
	wait, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := up(wait, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	url := "http://" + addr
	axe := axeCore(t)
	ctx := tab(t, 360, 740)
	do(t, ctx, chromedp.Navigate(url+"/"))
	until(t, ctx, "the page for the first account", "location.pathname === '/setup' && document.readyState === 'complete' && document.activeElement.name === 'name'")
	for _, lang := range []string{"en", "vi"} {
		do(t, ctx, chromedp.Evaluate[chromedp.Void]("document.cookie = 'langnghe_lang="+lang+"; path=/'"), chromedp.Navigate(url+"/setup"))
		until(t, ctx, lang, "document.readyState === 'complete' && document.activeElement.name === 'name'")
		look(t, ctx, "GET /setup, "+lang, lang, 360)
		if axe != "" {
			for _, v := range violations(t, ctx, axe) {
				t.Errorf("GET /setup, %s: %s", lang, v)
			}
		}
	}
	do(t, ctx, chromedp.KeyEvent("quantri"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("mot cau du dai"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("mot cau du dai"), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, "signed in", "location.pathname === '/users' && document.readyState === 'complete'")
	if text := eval[string](t, ctx, "document.querySelector('main').innerText"); !strings.Contains(text, "quantri") {
		t.Errorf("the page of users does not have the first one:\n%.500s", text)
	}
	do(t, ctx, chromedp.Navigate(url+"/setup"))
	if status := eval[int](t, ctx, "performance.getEntriesByType('navigation')[0].responseStatus"); status != 404 {
		t.Errorf("a second first account: status %d, want 404", status)
	}
}
