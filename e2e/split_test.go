package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"langnghe/internal/app"
	"langnghe/internal/bus"
)

func natsServer(t *testing.T) *server.Server {
	t.Helper()
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, MaxPayload: 8 << 20, SyncAlways: true})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("nats server not ready")
	}
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	return srv
}

// TestSplitProcesses runs one process of the released binary for each role
// against a real NATS server. A role that dies holds nothing up for ever: what
// came meanwhile is taken up when it is back.
func TestSplitProcesses(t *testing.T) {
	srv := natsServer(t)

	page := newPage()
	page.add() // the first one is a scam; a source that lists nothing would be a notice of its own
	site := httptest.NewServer(page)
	defer site.Close()
	box := newBox(t)
	host, port, err := net.SplitHostPort(box.addr)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cfg := filepath.Join(dir, "langnghe.yaml")
	if err := os.WriteFile(cfg, fmt.Appendf(nil, `
sources:
  - {id: community, name: Trang mẫu, kind: feed, url: "%s/rss.xml", items: post, platform: forum, prior: 3, full_text: true, internal: true, every: 100ms, pace: 1ms}
mail: {host: "%s", port: %s, from: "langnghe@phuong.example", tls: none}
unconfirmed_addresses: true
recipients:
  - {name: a, role: reviewer, address: a@phuong.example}
working_hours: {days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59"}
`, site.URL, host, port), 0o600); err != nil {
		t.Fatal(err)
	}
	desk := freeAddr(t)
	role := func(name string) *process {
		args := []string{"serve", "-config", cfg, "-data", filepath.Join(dir, name), "-roles", name, "-nats", srv.ClientURL(), "-listen", freeAddr(t)}
		if name == "desk" {
			args[len(args)-1] = desk
		}
		return launch(t, args...)
	}
	procs := map[string]*process{}
	for _, name := range app.Roles {
		procs[name] = role(name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := up(ctx, desk); err != nil {
		t.Fatalf("%v\n%s", err, procs["desk"].out.String())
	}
	// Digests and reminders of due dates come as well, when it is their time.
	urgent := func() int { return box.about("[Khẩn") }
	mails := func(n int) {
		t.Helper()
		for urgent() < n {
			if ctx.Err() != nil {
				for name, p := range procs {
					t.Logf("%s:\n%s", name, p.out.String())
				}
				t.Fatalf("%d urgent mails, want %d: %q", urgent(), n, box.all())
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	mails(1)
	// A second crawler shares the visits with the first, which keeps their
	// state: a keeper that dies is missed for three minutes, too long to wait
	// for here.
	second := launch(t, "serve", "-config", cfg, "-data", filepath.Join(dir, "crawler2"), "-roles", "crawler", "-nats", srv.ClientURL())

	procs["rules"].kill()
	for range 6 { // among them another scam
		page.add()
	}
	time.Sleep(2 * time.Second) // crawled and indexed while nobody judges
	if urgent() != 1 {
		t.Errorf("%d urgent mails without the rules role: %q", urgent(), box.all())
	}
	procs["rules"] = role("rules")
	mails(2)

	second.kill() // what it had in hand, the first one gets
	for range 6 {
		page.add()
	}
	mails(3)

	search := launch(t, "search", "-data", filepath.Join(dir, "indexer"), "-json", "mã OTP")
	if err := <-search.end; err != nil || strings.Count(search.out.String(), `"id":`) == 0 {
		t.Errorf("search: %v\n%s", err, search.out.String())
	}
	for _, name := range app.Roles {
		procs[name].stop(t)
	}
}

// TestSplitBackup: a split service is backed up while it runs and items flow,
// all roles at one instant, each into a place of its own under the same name.
// With a role missing it is refused, by name; with none running, each folder
// is backed up by itself. What was kept while it ran is restored on an empty
// machine with an empty stream, and everything is there. A command on the
// folder of a role that is down starts that role there and no other.
func TestSplitBackup(t *testing.T) {
	page := newPage()
	for range 40 {
		page.add()
	}
	site := httptest.NewServer(page)
	defer site.Close()
	dir := t.TempDir()
	cfg := filepath.Join(dir, "langnghe.yaml")
	if err := os.WriteFile(cfg, fmt.Appendf(nil, `
sources:
  - {id: community, name: Trang mẫu, kind: feed, url: "%s/rss.xml", items: post, platform: forum, prior: 3, full_text: true, internal: true, every: 100ms, pace: 1ms}
`, site.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	role := func(base, url, name, desk string) *process {
		return launch(t, "serve", "-config", cfg, "-data", filepath.Join(base, name), "-roles", name, "-nats", url, "-listen", desk)
	}
	begin := func(base, url string) map[string]*process {
		t.Helper()
		out, desk := map[string]*process{}, freeAddr(t)
		for _, name := range app.Roles {
			out[name] = role(base, url, name, desk)
		}
		if err := up(ctx, desk); err != nil {
			t.Fatalf("%v\n%s", err, out["desk"].out.String())
		}
		return out
	}
	say := func(want error, args ...string) string {
		t.Helper()
		p := launch(t, args...)
		if err := <-p.end; (err == nil) != (want == nil) {
			t.Fatalf("%q: %v\n%s", args, err, p.out.String())
		}
		return p.out.String()
	}
	data, stick, fresh := filepath.Join(dir, "data"), filepath.Join(dir, "stick"), filepath.Join(dir, "fresh")
	if err := os.Mkdir(stick, 0o700); err != nil {
		t.Fatal(err)
	}
	url := natsServer(t).ClientURL()
	procs := begin(data, url)
	indexer := filepath.Join(data, "indexer")
	eventually(t, ctx, "the items", func() bool { return count(ctx, t, indexer) >= 40 }, procs["indexer"])
	w := &ward{t: t, ctx: ctx, data: filepath.Join(data, "desk")}
	w.hire("hoa")
	for _, name := range app.Roles {
		say(nil, "backup", "init", "-data", filepath.Join(data, name), "-to", stick)
	}
	stop := w.load(page, 50*time.Millisecond)
	time.Sleep(time.Second)
	had := ids(ctx, t, indexer)
	out := say(nil, "backup", "-config", cfg, "-data", filepath.Join(data, "rules"), "-to", stick)
	if !strings.Contains(out, "each role in its own place: ") {
		t.Errorf("a backup of running roles: %s", out)
	}
	stop()
	round, _, _ := strings.Cut(out, ":")
	procs["rules"].kill()
	out = say(errors.New("refused"), "backup", "-config", cfg, "-data", filepath.Join(data, "alerts"), "-to", stick)
	if !strings.Contains(out, "not running: rules") {
		t.Errorf("a backup without the rules: %s", out)
	}
	procs["rules"] = role(data, url, "rules", freeAddr(t))
	eventually(t, ctx, "the rules are back", func() bool {
		_, err := bus.Ask(ctx, bus.Dial(app.SocketPath(filepath.Join(data, "rules"))), app.AskRules, app.None{})
		return err == nil
	}, procs["rules"])
	for _, p := range procs {
		p.stop(t)
	}
	for _, name := range app.Roles {
		say(nil, "backup", "-config", cfg, "-data", filepath.Join(data, name), "-to", stick)
		files, err := filepath.Glob(filepath.Join(data, name, "*.db"))
		if err != nil || len(files) != 1 || filepath.Base(files[0]) != name+".db" {
			t.Errorf("the folder of %s holds %v, %v", name, files, err)
		}
		if out := say(nil, "backup", "list", "-data", filepath.Join(data, name), "-to", stick); strings.Count(out, "\n") != 2 || !strings.Contains(out, round) {
			t.Errorf("%s keeps, want %s and one more:\n%s", name, round, out)
		}
	}
	for _, name := range app.Roles {
		out := say(nil, "restore", "-from", filepath.Join(stick, name), "-at", round, "-key", filepath.Join(data, name, "backup.key"), "-data", filepath.Join(fresh, name))
		if !strings.Contains(out, name+".db") || !strings.Contains(out, "-at "+round) {
			t.Errorf("restore of %s: %s", name, out)
		}
		if files, err := filepath.Glob(filepath.Join(fresh, name, "*.db")); err != nil || len(files) != 1 {
			t.Errorf("the restored folder of %s holds %v, %v", name, files, err)
		}
	}
	for range 10 {
		page.add()
	}
	procs = begin(fresh, natsServer(t).ClientURL())
	indexer = filepath.Join(fresh, "indexer")
	eventually(t, ctx, "what was there and what has come", func() bool { return count(ctx, t, indexer) >= page.len() }, procs["indexer"])
	if n := count(ctx, t, indexer); n != page.len() {
		t.Errorf("%d items of %d", n, page.len())
	}
	have := ids(ctx, t, indexer)
	for id := range had {
		if !have[id] {
			t.Errorf("item %s is lost", id)
		}
	}
	if out := say(nil, "user", "-data", filepath.Join(fresh, "rules"), "list"); !strings.Contains(out, "hoa") { // any folder reaches all roles
		t.Errorf("accounts: %s", out)
	}
	if out := say(nil, "audit", "-data", filepath.Join(fresh, "desk"), "verify"); out == "" {
		t.Error("the audit log says nothing")
	}
	for _, p := range procs {
		p.stop(t)
	}
}
