package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"langnghe/crawler"
	"langnghe/crawler/crawlertest"
	"langnghe/crawler/websub"
	"langnghe/internal/news"
)

const (
	appSecret = "bi-mat-ung-dung"
	oaSecret  = "bi-mat-oa"
	partnerWH = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
)

// A rig is a real crawler behind a real HTTP server.
type rig struct {
	t    *testing.T
	srv  *httptest.Server
	hub  *websub.Subscriber
	subs subscriptions
	c    *crawler.Crawler
	log  *bytes.Buffer

	mu    sync.Mutex
	now   time.Time
	gone  []news.Erased
	found []news.Item
	fail  error
	off   bool
}

type subscriptions map[string]websub.Subscription

func (m subscriptions) Subscriptions(context.Context) (out []websub.Subscription, err error) {
	for _, s := range m {
		out = append(out, s)
	}
	return out, nil
}
func (m subscriptions) SaveSubscription(_ context.Context, s websub.Subscription) error {
	m[s.Source] = s
	return nil
}
func (m subscriptions) DropSubscription(_ context.Context, s string) error { delete(m, s); return nil }

func newRig(t *testing.T) *rig {
	r := &rig{t: t, subs: subscriptions{}, now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), log: new(bytes.Buffer)}
	fb := crawler.Source{ID: "trang", Kind: "facebook", URL: "https://www.facebook.com/phuong.vidu"}
	fb.Secret, fb.Verify = appSecret, "tu-xac-minh"
	zl := crawler.Source{ID: "oa", Kind: "zalo", URL: "https://zalo.me/1234567890", App: "9876"}
	zl.Secret = oaSecret
	feed := crawler.Source{ID: "bao", Kind: "feed", URL: "https://bao.example/rss", FullText: true}
	sources := []crawler.Source{fb, zl, feed}
	clock := func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.now }
	log := slog.New(slog.NewTextHandler(lockedWriter{r}, nil))
	var err error
	r.c, err = crawler.New(crawler.Options{
		Sources: sources, Store: crawlertest.NewMemory(), Now: clock, Log: log,
		Gone: func(_ context.Context, e news.Erased) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.gone = append(r.gone, e)
			return nil
		},
		Publish: func(_ context.Context, fs []news.Found) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, f := range fs {
				if r.fail == nil {
					r.found = append(r.found, f.Item)
				}
			}
			return r.fail
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.hub, err = websub.New(websub.Options{
		Store: r.subs, Callback: "https://ward.example/hooks/websub/", Sources: []string{"bao"}, Now: clock,
		Post: func(context.Context, string, url.Values) (int, error) { return 202, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Sources: sources, Partners: []Partner{{ID: "so-tin", Secret: partnerWH}}, Deliver: r.c.Deliver, Take: r.c.Fetch, Hub: r.hub, Now: clock, Log: log, PerMinute: 40,
		Off: func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.off }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Run(ctx) }()
	r.srv = httptest.NewServer(s.Handler())
	t.Cleanup(func() { r.srv.Close(); cancel(); <-done })
	return r
}

type lockedWriter struct{ r *rig }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	return w.r.log.Write(p)
}

// logged is what was logged so far.
func (r *rig) logged() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

func (r *rig) send(method, path, body string, headers ...string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.srv.URL+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, strings.TrimSpace(string(data))
}

func (r *rig) texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, it := range r.found {
		out = append(out, string(it.Kind)+" "+it.Text)
	}
	slices.Sort(out)
	return out
}

func hex256(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

func comment(at time.Time, n int, text string) string {
	return fmt.Sprintf(`{"object":"page","entry":[{"id":"111","time":%d,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","post_id":"111_222","comment_id":"222_%d","parent_id":"111_222","message":%q,"created_time":%d,"from":{"id":"42","name":"Người Bịa"}}}]}]}`, at.Unix(), n, text, at.Unix())
}

// What a Page's visitors or the Page take back is erased, by its own id and
// of its own source alone; it does not come again, even if the report was first.
func TestFacebookRemoved(t *testing.T) {
	r := newRig(t)
	sign := func(b string) []string { return []string{"X-Hub-Signature-256", "sha256=" + hex256(appSecret, b)} }
	post := func(verb string, n int) {
		t.Helper()
		body := strings.Replace(comment(r.now, n, "Khối tôi mất nước."), `"verb":"add"`, `"verb":"`+verb+`"`, 1)
		if code, said := r.send("POST", "/hooks/facebook/trang", body, sign(body)...); code != 200 {
			t.Fatalf("%d %s", code, said)
		}
	}
	settle := func(want int) {
		t.Helper()
		for range 300 {
			r.mu.Lock()
			n := len(r.gone)
			r.mu.Unlock()
			if n == want {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.gone) != want {
			t.Fatalf("erasures %+v, want %d\n%s", r.gone, want, r.log)
		}
	}
	post("add", 1)
	post("remove", 1)
	settle(1)
	if len(r.found) != 1 || r.gone[0].ID != r.found[0].ID || !strings.Contains(r.gone[0].Reason, "deleted at its source") {
		t.Errorf("erased %+v of %+v", r.gone, r.found)
	}
	post("remove", 1) // comes again
	post("hide", 2)
	post("remove", 3) // before it was added
	post("add", 3)
	post("add", 1)
	post("add", 4)
	for range 300 {
		if len(r.texts()) > 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	settle(1)
	if got := r.texts(); len(got) != 2 {
		t.Errorf("found %q, want the first and the fourth", got)
	}
}

func TestFacebook(t *testing.T) {
	r := newRig(t)
	if code, body := r.send("GET", "/hooks/facebook/trang?hub.mode=subscribe&hub.verify_token=tu-xac-minh&hub.challenge=11580", ""); code != 200 || body != "11580" {
		t.Errorf("challenge: %d %q", code, body)
	}
	for _, q := range []string{"hub.mode=subscribe&hub.verify_token=sai&hub.challenge=1", "hub.mode=subscribe&hub.challenge=1", "hub.verify_token=tu-xac-minh&hub.challenge=1"} {
		if code, body := r.send("GET", "/hooks/facebook/trang?"+q, ""); code != 401 || strings.Contains(body, "tu-xac") {
			t.Errorf("challenge %s: %d %q", q, code, body)
		}
	}
	body := comment(r.now, 1, "Mất nước, gọi 0912 345 678 giúp")
	sign := func(b string) []string { return []string{"X-Hub-Signature-256", "sha256=" + hex256(appSecret, b)} }
	for range 2 { // repeated, taken once
		if code, said := r.send("POST", "/hooks/facebook/trang", body, sign(body)...); code != 200 {
			t.Fatalf("signed: %d %s", code, said)
		}
	}
	if got := r.texts(); !slices.Equal(got, []string{"comment Mất nước, gọi [số điện thoại] giúp"}) {
		t.Errorf("taken %q", got)
	}
	if it := r.found[0]; it.Account == "" || strings.Contains(fmt.Sprintf("%+v", it), "Người Bịa") || it.URL != "https://www.facebook.com/posts/222?comment_id=1" {
		t.Errorf("item %+v", it)
	}
	for name, h := range map[string][]string{"none": nil, "wrong": {"X-Hub-Signature-256", "sha256=" + hex256("khac", body)}, "sha1": {"X-Hub-Signature", "sha1=00"}, "of another body": sign(body + " ")} {
		if code, _ := r.send("POST", "/hooks/facebook/trang", body, h...); code != 401 {
			t.Errorf("signature %s: %d", name, code)
		}
	}
	old := comment(r.now.Add(-72*time.Hour), 2, "cũ")
	if code, _ := r.send("POST", "/hooks/facebook/trang", old, sign(old)...); code != 400 {
		t.Errorf("three days old: %d", code)
	}
	if code, _ := r.send("POST", "/hooks/facebook/khac", body, sign(body)...); code != 404 {
		t.Errorf("another page: %d", code)
	}
	big := strings.Repeat("x", mostBytes+1)
	if code, _ := r.send("POST", "/hooks/facebook/trang", big, sign(big)...); code != 413 {
		t.Errorf("too large: %d", code)
	}
	// What cannot be stored is not acknowledged and comes again.
	r.mu.Lock()
	r.fail = errors.New("stream away")
	r.mu.Unlock()
	next := comment(r.now, 3, "lần sau")
	if code, said := r.send("POST", "/hooks/facebook/trang", next, sign(next)...); code != 503 || strings.Contains(said, "stream") {
		t.Errorf("not stored: %d %q", code, said)
	}
	r.mu.Lock()
	r.fail = nil
	r.mu.Unlock()
	if code, _ := r.send("POST", "/hooks/facebook/trang", next, sign(next)...); code != 200 || len(r.texts()) != 2 {
		t.Errorf("again: %d %q", code, r.texts())
	}
	if log := r.logged(); strings.Contains(log, appSecret) || strings.Contains(log, "lần sau") {
		t.Errorf("the log says too much:\n%s", log)
	}
}

func zaloSign(body, stamp string) string {
	sum := sha256.Sum256([]byte("9876" + body + stamp + oaSecret))
	return "mac=" + hex.EncodeToString(sum[:])
}

func TestZalo(t *testing.T) {
	r := newRig(t)
	message := func(at time.Time, id, text string) (string, string) {
		stamp := strconv.FormatInt(at.UnixMilli(), 10)
		body := fmt.Sprintf(`{"app_id":"9876","sender":{"id":"55512345"},"recipient":{"id":"1234567890"},"event_name":"user_send_text","message":{"text":%q,"msg_id":%q},"timestamp":%q}`, text, id, stamp)
		return body, zaloSign(body, stamp)
	}
	body, mac := message(r.now, "m1", "Cống tắc ở ngõ 5")
	for _, h := range []string{mac, strings.TrimPrefix(mac, "mac=")} {
		if code, said := r.send("POST", "/hooks/zalo/oa", body, "X-ZEvent-Signature", h); code != 200 {
			t.Fatalf("signed: %d %s", code, said)
		}
	}
	if got := r.texts(); !slices.Equal(got, []string{"tip Cống tắc ở ngõ 5"}) || r.found[0].Account != "" || r.found[0].Platform != "zalo" {
		t.Errorf("taken %q %+v", got, r.found)
	}
	for name, h := range map[string]string{"none": "", "wrong": "mac=00", "of another app": zaloSign(body+" ", "1")} {
		if code, _ := r.send("POST", "/hooks/zalo/oa", body, "X-ZEvent-Signature", h); code != 401 {
			t.Errorf("signature %s: %d", name, code)
		}
	}
	old, mac := message(r.now.Add(-50*time.Hour), "m2", "cũ")
	if code, _ := r.send("POST", "/hooks/zalo/oa", old, "X-ZEvent-Signature", mac); code != 400 {
		t.Errorf("old: %d", code)
	}
	if sources, err := r.c.Sources(t.Context()); err != nil || sources[1].State != "ok" || sources[1].Total != 1 {
		t.Errorf("state %+v, %v", sources[1], err)
	}
}

func TestWebSub(t *testing.T) {
	r := newRig(t)
	if err := r.hub.Offered(t.Context(), "bao", "https://hub.example/", "https://bao.example/rss"); err != nil {
		t.Fatal(err)
	}
	sub := r.subs["bao"]
	path := "/hooks/websub/" + sub.Token
	if code, body := r.send("GET", path+"?hub.mode=subscribe&hub.topic=https%3A%2F%2Fbao.example%2Frss&hub.challenge=%3Cb%3Ex&hub.lease_seconds=3600", ""); code != 200 || body != "<b>x" {
		t.Errorf("verification: %d %q", code, body)
	}
	if code, _ := r.send("GET", path+"?hub.mode=subscribe&hub.topic=https%3A%2F%2Fxau.example&hub.challenge=x", ""); code != 404 {
		t.Errorf("another topic: %d", code)
	}
	feed := `<rss version="2.0"><channel><title>Báo</title><item><title>Tin đẩy tới</title><link>https://bao.example/1.html</link><description>Nội dung của bài được đẩy tới ngay khi đăng.</description><pubDate>Fri, 20 Nov 2026 08:00:00 +0700</pubDate></item></channel></rss>`
	if code, _ := r.send("POST", path, feed, "X-Hub-Signature", "sha256=00"); code != 202 {
		t.Errorf("unsigned: %d", code)
	}
	if code, _ := r.send("POST", path, feed, "X-Hub-Signature", "sha256="+hex256(sub.Secret, feed), "Content-Type", "application/rss+xml"); code != 202 {
		t.Errorf("signed: %d", code)
	}
	for range 200 {
		if len(r.texts()) > 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if got := r.texts(); !slices.Equal(got, []string{"article Nội dung của bài được đẩy tới ngay khi đăng."}) {
		t.Errorf("taken %q\n%s", got, r.log)
	}
	if code, _ := r.send("POST", "/hooks/websub/KHONGCO", feed, "X-Hub-Signature", "sha256=00"); code != 410 {
		t.Errorf("no such subscription: %d", code)
	}
	if strings.Contains(r.logged(), sub.Token) || strings.Contains(r.logged(), sub.Secret) {
		t.Error("the log holds a token or a secret")
	}
}

func TestPartner(t *testing.T) {
	r := newRig(t)
	wh, err := standardwebhooks.NewWebhook(partnerWH)
	if err != nil {
		t.Fatal(err)
	}
	post := func(id string, at time.Time, body string) (int, crawler.FetchResult) {
		sig, err := wh.Sign(id, at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		code, said := r.send("POST", "/hooks/partner/so-tin", body, "webhook-id", id, "webhook-timestamp", strconv.FormatInt(at.Unix(), 10), "webhook-signature", sig)
		var res crawler.FetchResult
		if code == 200 || code == 422 {
			if err := json.Unmarshal([]byte(said), &res); err != nil {
				t.Errorf("answer %q: %v", said, err)
			}
		}
		return code, res
	}
	body := `{"items":[{"text":"Tổng đài: dân báo cây đổ, số 0987 654 321","kind":"tip"},{"title":"không có chữ"},{"text":"x","platform":"orkut"}]}`
	code, res := post("msg_1", r.now, body)
	if code != 200 || len(res.Taken) != 1 || len(res.Refused) != 2 || res.Refused[0].Row != 2 || res.Refused[1].Row != 3 {
		t.Errorf("taken: %d %+v", code, res)
	}
	if got := r.texts(); !slices.Equal(got, []string{"tip Tổng đài: dân báo cây đổ, số [số điện thoại]"}) || r.found[0].Source != "so-tin" {
		t.Errorf("found %q", got)
	}
	if code, res := post("msg_1", r.now, body); code != 200 || len(res.Taken) != 0 || len(r.texts()) != 1 {
		t.Errorf("replayed: %d %+v", code, res)
	}
	if code, _ := post("msg_2", r.now.Add(-6*time.Minute), body); code != 400 {
		t.Errorf("old: %d", code)
	}
	if code, _ := post("msg_3", r.now.Add(6*time.Minute), body); code != 400 {
		t.Errorf("of the future: %d", code)
	}
	if code, res := post("msg_4", r.now, `{"title":"chỉ có tựa"}`); code != 422 || len(res.Refused) != 1 {
		t.Errorf("all refused: %d %+v", code, res)
	}
	if code, _ := r.send("POST", "/hooks/partner/so-tin", body, "webhook-id", "a", "webhook-timestamp", strconv.FormatInt(r.now.Unix(), 10), "webhook-signature", "v1,AAAA"); code != 401 {
		t.Errorf("wrong signature: %d", code)
	}
	if code, _ := r.send("POST", "/hooks/partner/ai-do", body); code != 404 {
		t.Errorf("nobody: %d", code)
	}
}

// One sender cannot keep the others out, and guessing has an end.
// While the service is switched off nothing that is sent gets in, and every
// sender is told to come back; what is sent again then is taken.
func TestOff(t *testing.T) {
	r := newRig(t)
	set := func(off bool) { r.mu.Lock(); r.off = off; r.mu.Unlock() }
	body := comment(r.now, 1, "Khối tôi mất nước.")
	sign := []string{"X-Hub-Signature-256", "sha256=" + hex256(appSecret, body)}
	set(true)
	for _, path := range []string{"/hooks/facebook/trang", "/hooks/zalo/oa", "/hooks/websub/x", "/hooks/partner/so-tin"} {
		req, err := http.NewRequest("POST", r.srv.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(sign[0], sign[1])
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d, try again after %q", path, res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
	if len(r.texts()) != 0 {
		t.Errorf("taken while it was off: %q", r.texts())
	}
	if code, said := r.send("GET", "/hooks/facebook/trang?hub.mode=subscribe&hub.verify_token=tu-xac-minh&hub.challenge=7", ""); code != 200 || said != "7" {
		t.Errorf("the address is not confirmed while it is off: %d %s", code, said)
	}
	set(false)
	if code, said := r.send("POST", "/hooks/facebook/trang", body, sign...); code != 200 || len(r.texts()) != 1 {
		t.Errorf("sent again: %d %s, %q", code, said, r.texts())
	}
}

func TestRates(t *testing.T) {
	r := newRig(t)
	limited := 0
	for range 50 {
		if code, _ := r.send("GET", "/hooks/facebook/trang?hub.mode=subscribe&hub.verify_token=tu-xac-minh&hub.challenge=1", ""); code == 429 {
			limited++
		}
	}
	if limited != 10 {
		t.Errorf("%d of 50 refused, want 10", limited)
	}
	if code, _ := r.send("POST", "/hooks/zalo/oa", "{}"); code != 401 {
		t.Errorf("another sender: %d", code)
	}
	for i := range 70 {
		r.send("POST", fmt.Sprintf("/hooks/facebook/x%d", i), "{}")
	}
	if code, _ := r.send("POST", "/hooks/facebook/x", "{}"); code != 429 {
		t.Errorf("guessing goes on: %d", code)
	}
}

func TestNew(t *testing.T) {
	deliver := func(context.Context, string, string, []byte) (int, error) { return 0, nil }
	take := func(context.Context, crawler.FetchRequest) (crawler.FetchResult, error) {
		return crawler.FetchResult{}, nil
	}
	if _, err := New(Options{}); err == nil {
		t.Error("nothing is required")
	}
	for _, secret := range []crawler.Secret{"", "whsec_", "whsec_AAAA", "abc", "whsec_!!"} {
		if _, err := New(Options{Deliver: deliver, Take: take, Partners: []Partner{{ID: "a", Secret: secret}}}); err == nil {
			t.Errorf("secret %q is taken", string(secret))
		}
	}
}

func FuzzHooks(f *testing.F) {
	f.Add("/hooks/facebook/trang", `{"object":"page","entry":[{"changes":[]}]}`)
	f.Add("/hooks/zalo/oa", `{"timestamp":"1"}`)
	src := crawler.Source{ID: "trang", Kind: "facebook"}
	src.Secret = appSecret
	oa := crawler.Source{ID: "oa", Kind: "zalo", App: "9876"}
	oa.Secret = oaSecret
	s, err := New(Options{
		Sources: []crawler.Source{src, oa}, PerMinute: 1 << 30, Partners: []Partner{{ID: "so-tin", Secret: partnerWH}},
		Deliver: func(context.Context, string, string, []byte) (int, error) { return 0, nil },
		Take: func(context.Context, crawler.FetchRequest) (crawler.FetchResult, error) {
			return crawler.FetchResult{}, nil
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	h := s.Handler()
	f.Fuzz(func(t *testing.T, path, body string) {
		u, err := url.Parse("http://x" + path)
		if err != nil || u.Host != "x" {
			return
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.URL = u
		r.Header.Set("X-Hub-Signature-256", "sha256="+hex256(appSecret, body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == 500 || w.Code == 503 {
			t.Errorf("%s %q: %d %s", path, body, w.Code, w.Body)
		}
	})
}
