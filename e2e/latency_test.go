package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// An arrival log remembers when a notice about an item first reached a
// reviewer by each channel.
type arrivals struct {
	mu   sync.Mutex
	at   map[string]time.Time // channel and item
	seen map[string]int       // notices by channel and item
}

var noticed = regexp.MustCompile(`inbox/(lat-\d{5})`)

func (a *arrivals) note(channel, text string) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	named := map[string]bool{} // a notice may name its item more than once
	for _, m := range noticed.FindAllStringSubmatch(text, -1) {
		named[m[1]] = true
	}
	for item := range named {
		key := channel + " " + item
		if a.seen[key]++; a.at[key].IsZero() {
			a.at[key] = now
		}
	}
}

func (a *arrivals) len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.at)
}

type mailRoom struct{ log *arrivals }

func (m mailRoom) Mail(string, *smtp.MailOptions) error { return nil }
func (m mailRoom) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (m mailRoom) Reset()                               {}
func (m mailRoom) Logout() error                        { return nil }
func (m mailRoom) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m.log.note("email", strings.ReplaceAll(strings.ReplaceAll(string(data), "=\r\n", ""), "=2F", "/"))
	return nil
}

// words of ordinary posts; what they make is nobody's text.
var chatter = strings.Fields("hôm nay trời mát chợ đông rau xanh cá tươi bà con khối xóm trường lớp con cháu đi học về nhà ăn cơm nước chè vườn cam lúa chín đường làng xe máy quán cà phê họp tổ dân phố văn nghệ bóng chuyền sân đình lễ hội mùa gặt nắng mưa gió sớm chiều tối vui khỏe bạn bè anh em hàng xóm mua bán đổi trả áo quần giày dép điện thoại máy tính sách vở cây cầu bến sông đồi chè rừng keo trâu bò gà vịt")

func post(rng *rand.Rand, n int) string {
	var w []string
	for range n {
		w = append(w, chatter[rng.IntN(len(chatter))])
	}
	return strings.Join(w, " ")
}

// names are made-up words without a meaning, so that urgent posts differ from
// each other and say nothing else.
func names(rng *rand.Rand, n int) string {
	var w []string
	for range n {
		b := []byte{}
		for range 3 {
			b = append(b, "bdgklmnprstv"[rng.IntN(12)], "aeiou"[rng.IntN(5)])
		}
		w = append(w, string(b))
	}
	return strings.Join(w, " ")
}

// TestLatency runs the whole service with partners who send items by signed
// webhook, a hundred a second for a minute, two a second of them a rumour of
// a dam that bursts (level 4), and measures from the moment before an item is
// sent until the mail server and the webhook of a reviewer have the notice.
// Every such item is told of, once by each channel. LANGNGHE_BENCH=1 gives the
// figures of docs/benchmarks.md; without it a few seconds show that it works.
func TestLatency(t *testing.T) {
	const partners = 5
	rate, long, every := 25, 6*time.Second, 50 // items a second, how long, one urgent of so many
	if os.Getenv("LANGNGHE_BENCH") != "" {
		rate, long = 100, time.Minute
	}
	log := &arrivals{at: map[string]time.Time{}, seen: map[string]int{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	post25 := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return mailRoom{log}, nil }))
	post25.Domain = "phuong.example"
	go post25.Serve(l)
	t.Cleanup(func() { post25.Close() })
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if data, err := io.ReadAll(r.Body); err == nil {
			log.note("webhook", string(data))
		}
	}))
	defer hook.Close()

	dir := t.TempDir()
	key := bytes.Repeat([]byte{7}, 32)
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("whsec_"+base64.StdEncoding.EncodeToString(key)), 0o600); err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	var list strings.Builder
	for i := range partners {
		fmt.Fprintf(&list, "    - {id: partner%d, name: Đối tác %d, secret_file: secret}\n", i, i)
	}
	cfg, data := filepath.Join(dir, "langnghe.yaml"), filepath.Join(dir, "data")
	text := fmt.Sprintf(`
receive:
  partners:
%smail: {host: "%s", port: %s, from: "langnghe@phuong.example", tls: none}
unconfirmed_addresses: true
escalation: {off: true}
recipients:
  - {name: lan, role: reviewer, address: lan@phuong.example}
  - {name: he-thong, role: reviewer, channel: webhook, address: "%s", secret: "whsec_%s"}
`, list.String(), host, port, hook.URL, base64.StdEncoding.EncodeToString(key))
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), long+2*time.Minute)
	defer cancel()
	addr := freeAddr(t)
	p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	wh, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		t.Fatal(err)
	}

	var mu sync.Mutex
	sent := map[string]time.Time{} // urgent items
	total := 0
	var senders sync.WaitGroup
	begun := time.Now()
	for k := range partners {
		senders.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(k), 3))
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			time.Sleep(time.Duration(k) * time.Second / partners)
			for round := 0; time.Since(begun) < long; round++ {
				var items []map[string]any
				for i := range rate / partners {
					mu.Lock()
					n := total
					total++
					mu.Unlock()
					it := map[string]any{"id": fmt.Sprintf("lat-%05d", n), "kind": "post", "url": fmt.Sprintf("https://doitac%d.example/bai/%d", k, n), "text": "Thái Hòa: " + post(rng, 25)}
					if (round*(rate/partners)+i)%every == 0 {
						it["text"] = "CẢNH BÁO KHẨN, đập vỡ rồi, bà con phường Thái Hòa chạy gấp! " + names(rng, 40)
						mu.Lock()
						sent[it["id"].(string)] = time.Now()
						mu.Unlock()
					}
					it["published"] = time.Now().UTC().Format(time.RFC3339Nano)
					items = append(items, it)
				}
				if err := deliver(ctx, wh, "http://"+addr+"/hooks/partner/partner"+fmt.Sprint(k), items); err != nil {
					t.Errorf("partner %d: %v", k, err)
					return
				}
				<-tick.C
			}
		})
	}
	senders.Wait()
	took := time.Since(begun)
	for end := time.Now().Add(time.Minute); log.len() < 2*len(sent) && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	}
	p.stop(t)
	if t.Failed() {
		t.Logf("%s", p.out.String())
	}
	for _, channel := range []string{"email", "webhook"} {
		var waits []time.Duration
		for id, at := range sent {
			key := channel + " " + id
			if log.at[key].IsZero() {
				t.Errorf("nobody was told of %s by %s", id, channel)
				continue
			}
			if log.seen[key] != 1 {
				t.Errorf("%s: %d notices", key, log.seen[key])
			}
			waits = append(waits, log.at[key].Sub(at))
		}
		if len(waits) == 0 {
			continue
		}
		slices.Sort(waits)
		at := func(q float64) time.Duration {
			return waits[min(int(q*float64(len(waits))), len(waits)-1)].Round(time.Millisecond)
		}
		t.Logf("%s: %d notices of level 4 among %d items at %.0f a second: p50 %v, p95 %v, p99 %v, longest %v", channel, len(waits), total, float64(total)/took.Seconds(), at(.5), at(.95), at(.99), waits[len(waits)-1].Round(time.Millisecond))
	}
}

// deliver sends items as a partner does.
func deliver(ctx context.Context, wh *standardwebhooks.Webhook, to string, items []map[string]any) error {
	body, err := json.Marshal(map[string]any{"items": items})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	id, now := items[0]["id"].(string), time.Now()
	sig, err := wh.Sign(id, now, body)
	if err != nil {
		return err
	}
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(now.Unix()))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, sig)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || bytes.Contains(answer, []byte(`"refused"`)) {
		return fmt.Errorf("%s: %.300s", res.Status, answer)
	}
	return nil
}
