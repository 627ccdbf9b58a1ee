package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"langnghe/alerts"
	"langnghe/alerts/email"
	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/config"
	"langnghe/internal/demo"
	"langnghe/internal/news"
	"langnghe/review"
)

// A stand is a sample web, a mailbox and the configuration that names both.
type stand struct {
	world *demo.World
	box   *demo.Mailbox
	cfg   config.Config
}

func newStand(t *testing.T) *stand {
	t.Helper()
	world, err := demo.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	world.Clock.Release() // real time; the sixty days are on the pages
	sites, err := world.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	box, err := demo.OpenMailbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	cfg := config.Default()
	cfg.Unconfirmed = true
	cfg.Sources = demoSources(sites)
	for i := range cfg.Sources {
		cfg.Sources[i].Every = 200 * time.Millisecond
	}
	host, port, _ := strings.Cut(box.Addr(), ":")
	p, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Mail = &email.Config{Host: host, Port: p, From: "langnghe@phuong.example", TLS: "none"}
	for _, s := range demo.Staff {
		cfg.Recipients = append(cfg.Recipients, config.Recipient{Recipient: alerts.Recipient{Name: s.Name, Role: s.Role, Channel: "email", Address: s.Name + "@phuong.example", Always: true}})
	}
	return &stand{world, box, cfg}
}

func (s *stand) options(dir string, roles ...string) Options {
	o := Options{Config: s.cfg, DataDir: dir, Roles: roles, Log: slog.New(slog.DiscardHandler)}
	if os.Getenv("LANGNGHE_TEST_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	return o
}

// start runs a process until the test ends or stop is called; stop reports
// how it ended.
func start(t *testing.T, o Options) (svc *Service, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	up, done := make(chan *Service, 1), make(chan error, 1)
	o.Started = func(s *Service) { up <- s }
	go func() { done <- Run(ctx, o) }()
	var once error
	ended := false
	stop = func() error {
		cancel()
		if !ended {
			ended = true
			select {
			case once = <-done:
			case <-time.After(30 * time.Second):
				once = errors.New("did not stop within 30s")
			}
		}
		return once
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("service: %v", err)
		}
	})
	select {
	case svc = <-up:
	case err := <-done:
		ended, once = true, nil
		t.Fatalf("service did not start: %v", err)
	case <-time.After(30 * time.Second):
		t.Fatal("service did not start within 30s")
	}
	if err := svc.answering(ctx, o.Roles); err != nil {
		t.Fatal(err)
	}
	return svc, stop
}

// eventually waits for what to be true and returns how long it took.
func eventually(t *testing.T, limit time.Duration, what string, f func() bool) time.Duration {
	t.Helper()
	begin := time.Now()
	for !f() {
		if time.Since(begin) > limit {
			t.Fatalf("%s: not within %v", what, limit)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begin)
}

var officer = review.User{Name: "canbo", Role: review.Reviewer}

// find returns the inbox entry of the page with the id, if it is there, also
// when it is folded under a similar one.
func find(t *testing.T, d *review.Desk, id string) (review.Entry, bool) {
	t.Helper()
	for off := 0; ; off += 200 {
		page, err := d.Inbox(t.Context(), review.InboxQuery{Offset: off, Limit: 200, By: officer})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			for _, id := range e.Similar {
				folded, err := d.Entry(t.Context(), id, officer)
				if err != nil {
					t.Fatal(err)
				}
				page.Entries = append(page.Entries, folded)
			}
		}
		for _, e := range page.Entries {
			if e.Item != nil && strings.Contains(e.Item.URL, "/"+id+".html") {
				return e, true
			}
		}
		if len(page.Entries) < 200 {
			return review.Entry{}, false
		}
	}
}

const (
	dam       = "CẢNH BÁO KHẨN!!! đập Khe Lau trên thượng nguồn sông Hiếu vỡ rồi, bà con phường Thái Hòa chạy gấp, share mạnh cho mọi người biết"
	complaint = "Khối Đồng Tâm phường mình mất nước ba ngày ni rồi, gọi mãi không ai nghe máy, khi mô mới có nước cho dân nhờ?"
)

// TestFirstLight is the product in one test: a post on a web site ends as an
// explained entry in the inbox, a notice in a reviewer's mailbox, and after
// a person's decision as an alert to the one who must act.
func TestFirstLight(t *testing.T) {
	s := newStand(t)
	dir := filepath.Join(t.TempDir(), "data")
	lists := filepath.Join(dir, "rules", "lists")
	if err := errors.Join(os.MkdirAll(lists, 0o700), os.WriteFile(filepath.Join(lists, "dap.yaml"),
		[]byte("name: dap\nversion: 1\ntitle: {vi: Tên đập, en: Dams}\nterms: [đập Khe Lau, đập Bản Mồng]\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	svc, _ := start(t, s.options(dir))
	firstLight(t, s, svc, svc.desk)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("data folder %v, %v; want it private", info.Mode(), err)
	}

	// Commands reach the same state through the socket, without the lock.
	err := With(t.Context(), s.options(dir, "indexer"), func(ctx context.Context, a bus.Asker) error {
		if _, ok := a.(*bus.Client); !ok {
			t.Errorf("a command used %T while the service runs, want the socket", a)
		}
		// The second one mentions a list, which the rules have.
		return errors.Join(found1(ctx, a, "Khe Lau"), found1(ctx, a, "$dap AND thượng nguồn"))
	})
	if err != nil {
		t.Error(err)
	}
}

func found1(ctx context.Context, a bus.Asker, text string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	res, err := bus.Ask(ctx, a, AskSearch, indexer.Query{Text: text, Newest: true})
	if err != nil {
		return err
	}
	if res.Total == 0 {
		return fmt.Errorf("search %q found nothing", text)
	}
	return nil
}

// firstLight walks one rumour and one complaint through the service.
func firstLight(t *testing.T, s *stand, svc *Service, d *review.Desk) {
	t.Helper()
	ctx := t.Context()
	// The sixty days that are on the pages come first; then it is a day like
	// any other.
	eventually(t, time.Minute, "what is on the pages in the inbox", func() bool {
		st, err := bus.Ask(ctx, svc.bus, AskIndex, None{})
		return err == nil && st.Items > 100
	})
	if err := svc.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	posted := time.Now()
	s.world.Add(demo.Piece{ID: "zz-dam", Site: "community", By: "u99", Text: dam})
	var e review.Entry
	took := eventually(t, 20*time.Second, "the rumour in the inbox", func() (ok bool) {
		e, ok = find(t, d, "zz-dam")
		return ok
	})
	t.Logf("published → inbox: %v", took)
	if d := e.Received.Sub(e.Item.Observed); d > 5*time.Second && !slowed {
		t.Errorf("in the inbox %v after the crawl that saw it, want within 5s", d)
	}
	if e.Level < news.High || len(e.Flags) == 0 || e.Flags[0].Why.VI == "" || e.Flags[0].Doubt.VI == "" || len(e.Flags[0].Because) == 0 {
		t.Errorf("entry %+v\nwant level 3 or 4 with a reason, a doubt and spans", e)
	}
	if e.Item.Account == "" || strings.Contains(fmt.Sprintf("%+v", *e.Item), "u99") {
		t.Errorf("item %+v; want a pseudonym and no account name", e.Item)
	}
	took = eventually(t, 20*time.Second, "the notice in the reviewer's mailbox", func() bool {
		return len(mails(s.box, "canbo@", "/inbox/"+url.PathEscape(e.ID))) > 0
	})
	t.Logf("inbox → mailbox: %v", took)
	if m := mails(s.box, "canbo@", "/inbox/"+url.PathEscape(e.ID))[0]; m.At.Sub(e.Item.Observed) > 10*time.Second && !slowed {
		t.Errorf("in the mailbox %v after the crawl that saw it, want within 10s", m.At.Sub(e.Item.Observed))
	}

	// The dam-burst story: from the post to the reviewer's phone, with what to
	// do. A phone gets what the mailbox gets, at the same moment.
	m := mails(s.box, "canbo@", "/inbox/"+url.PathEscape(e.ID))[0]
	t.Logf("first post → reviewer, with the playbook: %v", m.At.Sub(posted))
	if m.At.Sub(posted) > time.Minute && !slowed {
		t.Errorf("the notice came %v after the post, want within 60s", m.At.Sub(posted))
	}
	if !strings.Contains(m.Text, "Việc cần làm") {
		t.Errorf("the notice has no playbook: %s", m.Text)
	}

	// The reviewer decides; the leader is told that something waits.
	before := len(mails(s.box, "chutich@", ""))
	if _, err := d.Decide(ctx, review.DecideRequest{Entry: e.ID, Choice: news.Verify, By: officer}); err != nil {
		t.Fatal(err)
	}
	e, err := d.Entry(ctx, e.ID, officer)
	if err != nil || e.Case == "" {
		t.Fatalf("after the decision: %+v, %v; want a case", e, err)
	}
	eventually(t, 20*time.Second, "the decision's alert in the leader's mailbox", func() bool {
		return len(mails(s.box, "chutich@", "")) > before
	})

	// A complaint is answered; nothing of it can go to the police.
	s.world.Add(demo.Piece{ID: "zz-water", Site: "community", By: "u98", Text: complaint})
	eventually(t, 20*time.Second, "the complaint in the inbox", func() (ok bool) {
		e, ok = find(t, d, "zz-water")
		return ok
	})
	if !e.Locked || e.Level > news.Low {
		t.Errorf("complaint: level %v, locked %v; want low and locked", e.Level, e.Locked)
	}
	for _, m := range mails(s.box, "congan@", "") {
		t.Errorf("the police liaison got %q", m.Subject)
	}
	if n, err := d.VerifyAudit(ctx); err != nil || n == 0 {
		t.Errorf("audit chain: %d, %v", n, err)
	}
}

// mails are those to an address that hold the text.
func mails(box *demo.Mailbox, to, text string) []demo.Mail {
	var out []demo.Mail
	for _, m := range box.Messages() {
		if strings.Contains(strings.Join(m.To, " "), to) && strings.Contains(m.Subject+m.Text, text) {
			out = append(out, m)
		}
	}
	return out
}

// TestSplit runs each role in a process of its own against a real NATS
// server, with nothing shared but the server.
func TestSplit(t *testing.T) {
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, MaxPayload: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("nats server not ready")
	}
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })

	s := newStand(t)
	var desk *Service
	var metrics string
	for _, role := range Roles {
		o := s.options(filepath.Join(t.TempDir(), role), role)
		o.NATS = srv.ClientURL()
		if role == "desk" {
			o.Listen = "127.0.0.1:0"
		}
		if role == "rules" {
			o.Config.Metrics = freeAddr(t)
			metrics = "http://" + o.Config.Metrics
		}
		svc, _ := start(t, o)
		if role == "desk" {
			desk = svc
		}
	}
	firstLight(t, s, desk, desk.desk)
	if err := found1(t.Context(), desk.bus, "mất nước"); err != nil {
		t.Error(err)
	}
	// Machines watch each process, also one without pages.
	for path, want := range map[string]string{"/livez": "ok", "/readyz": "ready", "/metrics": "langnghe_bus_handled_total"} {
		resp, err := http.Get(metrics + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("GET %s: %d %.200s, %v", path, resp.StatusCode, body, err)
		}
	}
}

// A command on the folder of a role that is down meets the others at the
// server that the role was started with.
func TestRemember(t *testing.T) {
	dir := t.TempDir()
	for _, url := range []string{"nats://127.0.0.1:1", ""} {
		if err := remember(dir, url); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, serverFile))
		if url == "" && !errors.Is(err, os.ErrNotExist) || url != "" && strings.TrimSpace(string(got)) != url {
			t.Errorf("remembered %q, %v; want %q", got, err, url)
		}
	}
	if err := remember(dir, "nats://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		return With(t.Context(), Options{Config: config.Default(), DataDir: dir, Roles: []string{"indexer"}}, func(context.Context, bus.Asker) error { return nil })
	}
	if err := os.WriteFile(filepath.Join(dir, "rules.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err == nil || !strings.Contains(err.Error(), "holds none of the data") {
		t.Errorf("With started a role on another one's folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "indexer.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := ask()
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("With used another stream: %v", err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestErase follows an erasure into every role.
func TestErase(t *testing.T) {
	s := newStand(t)
	dir := t.TempDir()
	svc, stop := start(t, s.options(dir))
	const secret = "kể chuyện riêng của nhà tôi ở ngõ mười hai phường Thái Hòa"
	s.world.Add(demo.Piece{ID: "zz-private", Site: "community", By: "u97", Text: complaint + " " + secret})
	var e review.Entry
	eventually(t, 20*time.Second, "the post in the inbox", func() (ok bool) {
		e, ok = find(t, svc.desk, "zz-private")
		return ok
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := bus.Ask(ctx, svc.bus, AskErase, news.Erased{ID: e.Item.ID, Reason: "yêu cầu của người đăng", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the item gone from the index", func() bool {
		_, err := bus.Ask(ctx, svc.bus, AskItem, e.Item.ID)
		return err != nil
	})
	time.Sleep(time.Second) // the crawler sees it again on its page, and must not bring it back
	if _, err := bus.Ask(ctx, svc.bus, AskItem, e.Item.ID); err == nil {
		t.Error("the erased item came back")
	}
	if err := svc.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Type()&os.ModeSocket != 0 {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(data), secret) {
			t.Errorf("%s still holds the text", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRefusals(t *testing.T) {
	s := newStand(t)
	dir := t.TempDir()
	if err := Run(t.Context(), Options{Config: s.cfg, DataDir: dir, Roles: []string{"kitchen"}}); err == nil || !strings.Contains(err.Error(), `"kitchen"`) {
		t.Errorf("unknown role: %v", err)
	}
	t.Setenv("COLLY_IGNORE_ROBOTSTXT", "true")
	if err := Run(t.Context(), s.options(dir)); err == nil || !strings.Contains(err.Error(), "COLLY_IGNORE_ROBOTSTXT") {
		t.Errorf("colly's environment: %v", err)
	}
	os.Unsetenv("COLLY_IGNORE_ROBOTSTXT")
	start(t, s.options(dir))
	if err := Run(t.Context(), s.options(dir)); !errors.Is(err, ErrLocked) {
		t.Errorf("second process on one folder: %v, want ErrLocked", err)
	}
}
