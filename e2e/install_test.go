package e2e

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// command calls a command of the DevTools protocol on the page.
func command[P, R any](t *testing.T, ctx context.Context, c cdp.Command[P, R], params P) R {
	t.Helper()
	var out R
	do(t, ctx, func(ctx context.Context, t *chromedp.Target) (_ chromedp.Void, err error) {
		out, err = cdp.Call(ctx, t, c, params)
		return chromedp.Void{}, err
	})
	return out
}

// TestInstallable asks Chromium itself whether the pages can be installed.
func TestInstallable(t *testing.T) {
	desk := strings.Replace(demo(t), "127.0.0.1", "localhost", 1)
	ctx := tab(t, 360, 740)
	signIn(t, ctx, desk, "canbo")
	until(t, ctx, "the service worker", "window.ready || (navigator.serviceWorker.ready.then(() => { window.ready = true }), false)")
	m := command(t, ctx, cdppage.GetAppManifest, cdppage.GetAppManifestParams{})
	for _, e := range m.Errors {
		t.Errorf("manifest: %s", e.Message)
	}
	for _, want := range []string{`"start_url":"/"`, `"display":"standalone"`, `192x192`, `512x512`, `maskable`} {
		if !strings.Contains(strings.ReplaceAll(m.Data, ": ", ":"), want) {
			t.Errorf("the manifest lacks %s: %s", want, m.Data)
		}
	}
	for _, e := range command(t, ctx, cdppage.GetInstallabilityErrors, cdp.Empty{}).InstallabilityErrors {
		t.Errorf("not installable: %s %v", e.ErrorID, e.ErrorArguments)
	}
}

// TestWithoutScript signs in, decides and undoes with scripts switched off.
func TestWithoutScript(t *testing.T) {
	desk := demo(t)
	ctx := tab(t, 360, 740)
	command(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	do(t, ctx, chromedp.Navigate(desk+"/sign-in"))
	until(t, ctx, "the sign-in page", "document.activeElement?.name === 'name'")
	do(t, ctx, chromedp.KeyEvent("canbo"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("langnghe-mau"), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, "the inbox", "document.readyState === 'complete' && document.querySelector('.entry form.decide button[value=stat]')")
	press := func(button string) {
		t.Helper()
		do(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).focus()", button)), chromedp.KeyEvent(kb.Enter))
	}
	press(".entry form.decide button[value=stat]")
	until(t, ctx, "the inbox with the decision", "location.search.startsWith('?last=') && document.readyState === 'complete' && document.querySelector('form[action$=\"/undo\"] button')")
	press("form[action$='/undo'] button")
	until(t, ctx, "undone", "location.search.startsWith('?done=undone') && document.querySelector('[role=status]')")
}

// TestLive measures from when the desk has a new flag to when an open inbox
// says so: a reader of the API looks for it every five milliseconds, and the
// page notes when it changed.
func TestLive(t *testing.T) {
	desk := demo(t)
	ctx := tab(t, 1280, 900)
	signIn(t, ctx, desk, "canbo")
	until(t, ctx, "the inbox", "document.querySelectorAll('.stack .entry').length > 3 && inbox.stream && inbox.stream.readyState === 1")
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`window.told = []; new MutationObserver(() => { const n = document.querySelector('#news'); if (!n.hidden) window.told.push([Date.now(), n.textContent]) }).observe(document.querySelector('#news'), {attributes: true, childList: true, characterData: true, subtree: true})`))
	// Somebody reads the third entry, a little way down, with the focus on one
	// of its buttons: nothing of that may move.
	do(t, ctx, chromedp.KeyEvent("j"), chromedp.KeyEvent("j"))
	reads := eval[string](t, ctx, `(() => { const e = document.querySelector('.entry.current'); document.body.style.minHeight = '3000px'; scrollTo(0, 120); e.querySelector('form.decide button').focus({preventScroll: true}); window.reads = e; window.holds = document.activeElement;
		window.place = () => [Math.round(scrollY), Math.round(e.getBoundingClientRect().top), document.activeElement === window.holds, document.querySelector('.entry.current') === e, e.isConnected].join(); return window.place() })()`)
	if !strings.HasPrefix(reads, "120,") || !strings.HasSuffix(reads, "true,true,true") {
		t.Fatalf("the reader is not in place: %s", reads)
	}
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	res, err := client.PostForm(desk+"/sign-in", url.Values{"name": {"canbo"}, "password": {"langnghe-mau"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	ids := func() map[string]bool {
		res, err := client.Get(desk + "/api/v1/inbox?limit=200")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		out := map[string]bool{}
		for _, part := range strings.Split(string(raw), `{"id":"`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			out[id] = true
		}
		return out
	}
	sounds := strings.Fields("cầu tre bến cũ giếng làng đa chợ phiên tháng đường tàu ga ruộng bậc thang đền thờ núi xưởng mộc vườn cam bưởi nhãn sân phơi lúa ngô khoai sắn mía chè rừng thông suối khe đồi cỏ trâu bò gà vịt ao cá thuyền lưới biển cát gió mây nắng mưa sấm chớp")
	var took []time.Duration
	for n := range 8 {
		var words []string
		for range 60 { // a story of its own
			words = append(words, sounds[rand.IntN(len(sounds))])
		}
		before, told := ids(), eval[int](t, ctx, "window.told.length")
		body := fmt.Sprintf(`{"text":"UBND phường Thái Hòa tặng mỗi hộ %d00k nhân ngày lễ, bà con bấm vào thaihoa-qua%d.top điền số tài khoản và mã OTP để nhận trong hôm nay. %s"}`, n+2, time.Now().UnixNano(), strings.Join(words, " "))
		res, err := client.Post(desk+"/api/v1/import?name=a.jsonl", "application/jsonl", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(res.Body)
		res.Body.Close()
		_, token, _ := strings.Cut(string(raw), `"token":"`)
		token, _, _ = strings.Cut(token, `"`)
		res, err = client.Post(desk+"/api/v1/import/"+token, "application/json", strings.NewReader("{}"))
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("import: %v %v %s", res.Status, err, raw)
		}
		res.Body.Close()
		var stored time.Time
		for begin := time.Now(); stored.IsZero(); time.Sleep(5 * time.Millisecond) {
			at := time.Now() // before it is read: the flag may have been there
			for id := range ids() {
				if !before[id] {
					stored = at
				}
			}
			if time.Since(begin) > 20*time.Second {
				t.Fatal("no flag within 20 s")
			}
		}
		until(t, ctx, "the page says it", fmt.Sprintf("window.told.length > %d", told))
		ms := eval[float64](t, ctx, fmt.Sprintf("window.told[%d][0]", told))
		took = append(took, time.UnixMilli(int64(ms)).Sub(stored))
		if got := eval[string](t, ctx, "window.place()"); got != reads {
			t.Errorf("a new flag moved what is read: scroll, top, focus, entry were %s and are %s", reads, got)
		}
	}
	slices.Sort(took)
	t.Logf("flag stored → shown: %v; median %v, most %v", took, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	if most := took[len(took)-1]; most > time.Second {
		t.Errorf("an open inbox showed a flag after %v, want a second at most", most)
	}
}
