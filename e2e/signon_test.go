package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"langnghe/web/oidc/oidctest"
)

// TestSignOn signs a person in with an account elsewhere, in a real browser
// and the real program: the button, the way to the provider and back, the
// session. A provider that is down when the service starts stops nobody.
func TestSignOn(t *testing.T) {
	addr := freeAddr(t)
	p := oidctest.New("http://"+addr+"/sign-in/oidc/back", map[string]any{"sub": "7f3a", "preferred_username": "lan.nt"})
	defer p.Close()
	p.Down(true)
	dir := t.TempDir()
	cfg, data := filepath.Join(dir, "langnghe.yaml"), filepath.Join(dir, "data")
	text := fmt.Sprintf("base_url: http://%s\noidc: {issuer: %q, client_id: %s, client_secret: %q, name: tài khoản của tỉnh, accounts: {7f3a: lan}}\n", addr, p.URL, oidctest.ClientID, oidctest.Secret)
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	add := exec.Command(binary(t), "user", "-data", data, "-role", "reviewer", "add", "lan")
	add.Stdin = strings.NewReader("mật khẩu dài\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("user add: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	serve := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, serve.out.String())
	}
	out := os.Getenv("LANGNGHE_SCREENSHOTS")
	for _, width := range []int64{1280, 360} {
		tab := tab(t, width, 900)
		const button = "document.querySelector('a.button[href^=\"/sign-in/oidc\"]')"
		do(t, tab, chromedp.Navigate("http://"+addr+"/sources"))
		until(t, tab, "the button", button)
		if wide := eval[int](t, tab, "document.documentElement.scrollWidth"); int64(wide) > width {
			t.Errorf("the page is %d px wide", wide)
		}
		if out != "" {
			picture(t, tab, filepath.Join(out, fmt.Sprintf("sign-on-%d.png", width)), width)
		}
		p.Down(true)
		if width == 1280 { // never found yet
			do(t, tab, chromedp.Evaluate[chromedp.Void](button+".click()"))
			until(t, tab, "the page that says so", "document.querySelector('.problem') && document.querySelector('input[name=password]')")
			if out != "" {
				picture(t, tab, filepath.Join(out, "sign-on-down.png"), width)
			}
		}
		p.Down(false)
		do(t, tab, chromedp.Navigate("http://"+addr+"/sources"))
		until(t, tab, "the button", button)
		do(t, tab, chromedp.Evaluate[chromedp.Void](button+".click()"))
		until(t, tab, "the page that was asked for", "location.pathname === '/sources' && document.querySelector('main')")
		if problem := eval[string](t, tab, "document.querySelector('.problem')?.innerText || ''"); problem != "" {
			t.Errorf("problem: %s", problem)
		}
	}
	serve.stop(t)
	if strings.Contains(serve.out.String(), oidctest.Secret) {
		t.Error("the secret stands in the log")
	}
	log := exec.Command(binary(t), "audit", "-data", data, "list")
	said, err := log.CombinedOutput()
	if err != nil || strings.Count(string(said), "user.sign_in") != 2 || !strings.Contains(string(said), "oidc") {
		t.Errorf("audit list: %v\n%s", err, said)
	}
}
