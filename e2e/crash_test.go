package e2e

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"langnghe/indexer"
	"langnghe/internal/app"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/store"
	"langnghe/review"
)

const kills = 20

// TestKill kills the service at random moments under load and then holds it
// to its promises: no item lost, none evaluated twice in effect, no alert
// sent twice to one recipient.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	page := newPage()
	site := httptest.NewServer(page)
	defer site.Close()
	box := newBox(t)
	cfg := filepath.Join(dir, "langnghe.yaml")
	host, port, err := net.SplitHostPort(box.addr)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`
sources:
  - {id: community, name: Trang mẫu, kind: feed, url: "%s/rss.xml", items: post, platform: forum, prior: 3, full_text: true, internal: true, every: 100ms, pace: 1ms}
mail: {host: "%s", port: %s, from: "langnghe@phuong.example", tls: none}
working_hours: {days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59"}
unconfirmed_addresses: true
recipients:
  - {name: a, role: reviewer, address: a@phuong.example}
  - {name: b, role: reviewer, address: b@phuong.example}
  - {name: c, role: leader, address: c@phuong.example}
`, site.URL, host, port)
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()

	stop := make(chan struct{})
	var load sync.WaitGroup
	load.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				page.add()
			}
		}
	})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range kills {
		addr := freeAddr(t)
		p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
		if i%4 != 3 { // now and then in the middle of starting
			if err := up(ctx, addr); err != nil {
				t.Fatalf("%v\n%s", err, p.out.String())
			}
		}
		time.Sleep(time.Duration(rng.IntN(1500)) * time.Millisecond)
		p.kill()
	}
	close(stop)
	load.Wait()

	// Everything that is under way arrives.
	addr := freeAddr(t)
	p := launch(t, "serve", "-config", cfg, "-data", data, "-listen", addr)
	if err := up(ctx, addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	want := page.len()
	quiet := 0
	for last := -1; quiet < 12; {
		n, mails := count(ctx, t, data), box.len()
		if n >= want && n+mails == last {
			quiet++
		} else {
			quiet = 0
		}
		last = n + mails
		if ctx.Err() != nil {
			t.Fatalf("%d of %d items after all the kills\n%s", n, want, p.out.String())
		}
		time.Sleep(500 * time.Millisecond)
	}
	p.stop(t)

	// No item lost.
	have := map[string]bool{}
	err = app.With(ctx, app.Options{Config: config.Default(), DataDir: data, Roles: []string{"indexer"}, Log: slog.New(slog.DiscardHandler)}, func(ctx context.Context, a bus.Asker) error {
		q := indexer.ItemsQuery{Limit: 500}
		for {
			actx, done := context.WithTimeout(ctx, 20*time.Second)
			items, err := bus.Ask(actx, a, app.AskItems, q)
			done()
			if err != nil {
				return err
			}
			for _, it := range items.Items {
				if have[it.URL] {
					t.Errorf("%s is stored twice", it.URL)
				}
				have[it.URL] = true
			}
			if items.Next == "" {
				return nil
			}
			q.Cursor = items.Next
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range want {
		if url := fmt.Sprintf("%s/bai/%d.html", site.URL, id); !have[url] {
			t.Errorf("%s is lost", url)
		}
	}

	// None evaluated twice in effect: one entry an item, one flag a rule.
	desk, err := store.OpenDesk(ctx, filepath.Join(data, "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	entries := map[string]review.Entry{}
	for off := 0; ; off += 200 {
		page, err := desk.Inbox(ctx, review.InboxQuery{Offset: off, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			rules := map[string]int{}
			for _, f := range e.Flags {
				if rules[f.Rule]++; rules[f.Rule] > 1 && e.Item != nil {
					t.Errorf("entry %s: rule %s fired %d times", e.ID, f.Rule, rules[f.Rule])
				}
			}
			if e.Item != nil {
				if _, twice := entries[e.Item.URL]; twice {
					t.Errorf("%s has two entries", e.Item.URL)
				}
				entries[e.Item.URL] = e
			}
			for _, s := range e.Similar { // folded ones count as well
				se, err := desk.Entry(ctx, s)
				if err != nil {
					t.Fatal(err)
				}
				if se.Item != nil {
					entries[se.Item.URL] = se
				}
			}
		}
		if len(page.Entries) < 200 {
			break
		}
	}
	for id := range want {
		url := fmt.Sprintf("%s/bai/%d.html", site.URL, id)
		if _, flagged := entries[url]; id%5 == 0 && !flagged {
			t.Errorf("%s is a scam and has no entry: %s", url, page.items[id])
		}
	}
	if n, err := desk.VerifyAudit(ctx); err != nil {
		t.Errorf("audit chain after the kills: %v", err)
	} else {
		t.Logf("audit chain of %d entries unbroken", n)
	}

	// No alert sent twice to one recipient: every delivery that the log
	// calls sent arrived under one Message-ID. A kill between the server's
	// "250 OK" and our own record may repeat that one mail under the same
	// Message-ID, which mail servers and readers show once; never more than
	// one mail a kill, and never under another identity.
	log, err := store.OpenAlerts(ctx, filepath.Join(data, "alerts.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	sent, dead, err := deliveries(ctx, log)
	if err != nil {
		t.Fatal(err)
	}
	ids, raw := box.distinct()
	t.Logf("%d items, %d entries, %d deliveries sent, %d mails, %d distinct", want, len(entries), sent, raw, ids)
	if sent < want/5 || dead != 0 {
		t.Errorf("%d deliveries sent, %d dead; the load should have caused some and none should fail", sent, dead)
	}
	if ids != sent {
		t.Errorf("%d distinct mails for %d deliveries", ids, sent)
	}
	if raw-ids > kills {
		t.Errorf("%d mails were repeated by %d kills", raw-ids, kills)
	}
}

// count asks the running service how many items it has.
func count(ctx context.Context, t *testing.T, data string) int {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	st, err := bus.Ask(ctx, bus.Dial(app.SocketPath(data)), app.AskIndex, app.None{})
	if err != nil {
		t.Logf("status: %v", err)
		return -1
	}
	return st.Items
}

// A page is a community page that grows; each fifth post looks like a scam.
type page struct {
	mu    sync.Mutex
	items []string
	at    []time.Time
	rng   *rand.Rand
}

func newPage() *page { return &page{rng: rand.New(rand.NewPCG(7, 7))} }

func (p *page) len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.items)
}

// words make the posts of the load different enough to be stories of their
// own.
var words = strings.Fields("sáng chiều trưa tối hôm qua bữa trước ngoài chợ trong ngõ gần cầu cạnh trường bên sông trên đồi dưới ruộng nhà văn hóa bác hàng xóm cô giáo chú bảo vệ em sinh viên anh thợ xây chị bán rau ông tổ trưởng bà cụ già mấy đứa nhỏ xe đạp xe máy con mèo con chó cây xoài giàn bầu vườn cam mái hiên cổng sắt giếng nước đèn đường loa phát thanh")

func (p *page) add() {
	p.mu.Lock()
	defer p.mu.Unlock()
	some := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(words[p.rng.IntN(len(words))] + " ")
		}
		return b.String()
	}
	text := fmt.Sprintf("Ở phường Thái Hòa %s chuyện thứ %d.", some(14), len(p.items))
	if len(p.items)%5 == 0 { // each one a story of its own, so that each is told
		text = fmt.Sprintf("%s. UBND phường Thái Hòa hỗ trợ mỗi hộ 500k, bấm vào link quatang%d.top điền CCCD và mã OTP để nhận tiền. %s", some(60), len(p.items), some(60))
	}
	p.items, p.at = append(p.items, text), append(p.at, time.Now())
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/rss.xml" {
		http.NotFound(w, r)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Trang mẫu</title><link>http://%s/</link>`, r.Host)
	for i := len(p.items) - 1; i >= 0; i-- {
		link := fmt.Sprintf("http://%s/bai/%d.html", r.Host, i)
		fmt.Fprintf(w, `<item><link>%s</link><guid>%s</guid><pubDate>%s</pubDate><description>bài</description><content:encoded>%s</content:encoded></item>`,
			link, link, p.at[i].Format(time.RFC1123Z), html.EscapeString("<p>"+html.EscapeString(p.items[i])+"</p>"))
	}
	io.WriteString(w, `</channel></rss>`)
}

// A box is an SMTP server that remembers who got what.
type box struct {
	addr string
	mu   sync.Mutex
	got  []string // Message-ID + recipient

	subjects []string // of each mail, decoded
	raw      []letter
}

// A letter is a mail as it came, to one recipient.
type letter struct{ to, text string }

func newBox(t *testing.T) *box {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &box{addr: l.Addr().String()}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{box: b}, nil }))
	srv.Domain = "phuong.example"
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return b
}

func (b *box) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.got)
}

// all are the subjects of the mails, in their order.
func (b *box) all() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.subjects)
}

// about counts the mails whose subject begins with prefix.
func (b *box) about(prefix string) (n int) {
	for _, s := range b.all() {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

// distinct counts the mails by Message-ID and recipient, and all of them.
func (b *box) distinct() (ids, raw int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := map[string]bool{}
	for _, m := range b.got {
		seen[m] = true
	}
	return len(seen), len(b.got)
}

type session struct {
	box *box
	to  []string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}
func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	id := m.Header.Get("Message-Id")
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.subjects = append(s.box.subjects, subject)
	for _, to := range s.to {
		s.box.got = append(s.box.got, id+" "+to)
		s.box.raw = append(s.box.raw, letter{to, string(data)})
	}
	return nil
}

// deliveries counts what the delivery log calls sent, and what it gave up.
// Several notices may go out in one message; it is counted once.
func deliveries(ctx context.Context, log *store.Alerts) (sent, dead int, err error) {
	rows, err := log.Deliveries(ctx, "", 0, 100_000)
	if err != nil {
		return 0, 0, err
	}
	messages := map[string]bool{}
	for _, d := range rows {
		switch d.State {
		case "sent":
			messages[d.Message+" "+d.Recipient] = true
		case "dead":
			dead++
		}
	}
	return len(messages), dead, nil
}
