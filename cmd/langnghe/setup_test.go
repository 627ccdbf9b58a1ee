package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"langnghe/internal/backup"
	"langnghe/internal/config"
	"langnghe/reports"
)

// portal is a ward's site with one feed.
func portal(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, `<html><head><title>Cổng phường</title><link rel="alternate" type="application/rss+xml" title="Tin: &quot;phường&quot; #1" href="/tin.rss"></head><body>Phường</body></html>`)
		case "/tin.rss":
			w.Header().Set("Content-Type", "application/rss+xml")
			fmt.Fprintf(w, `<rss version="2.0"><channel><title>Tin: "phường" #1</title><item><title>Cắt nước</title><link>http://%s/a.html</link><pubDate>Fri, 20 Nov 2026 07:00:00 +0700</pubDate><description>Từ 13 giờ.</description></item></channel></rss>`, r.Host)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

type nobody struct{}

func (nobody) Mail(string, *smtp.MailOptions) error { return nil }
func (nobody) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (nobody) Data(io.Reader) error                 { return nil }
func (nobody) Reset()                               {}
func (nobody) Logout() error                        { return nil }

func mailServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return nobody{}, nil }))
	s.Domain = "phuong.example"
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// A person goes through all of it and types a good deal wrong on the way.
func TestSetup(t *testing.T) {
	dir := t.TempDir()
	cfg, data, stick := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "data"), filepath.Join(dir, "stick")
	site, smtp := portal(t), mailServer(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := closed.Addr().String()
	closed.Close()
	in := strings.Join([]string{
		"9", "1", // ward: no such one, then the first
		"0", "Khối 1, Khối 1", "Kho\u0302\u0301i 1, Khối Tân Sơn", // too few, twice, decomposed
		"phường", "vhxh@phuong.example",
		"ftp://x", site.URL + "/nothing", site.URL, "7", "1", // portal; the second offer is not there
		"", // no further site
		dead, "", "", "", "again",
		smtp, "plain", "none", "không phải thư", "Lắng Nghe <langnghe@phuong.example>", "",
		"can bộ", "canbo", "king", "reviewer", "canbo@", "canbo@phuong.example",
		"chutich", "leader", "chutich@phuong.example",
		"bi.thu", "list", "đảng ủy", "dang-uy", "bithu@phuong.example", "",
		"admin", "", "ngắn", "mot mat khau rat dai", "admin", "lan", "reviewer", "", "",
		"local", "a b", "langnghe.phuong.lan, 192.168.1.10",
		"UBND tỉnh mẫu", "30/11", "11-30", "", "5", "120",
		"Ký", "Người Ký Mẫu, Người Thứ Hai", "113", "0238 000 0231, 02380000232",
		"/nowhere/at/all", stick,
		"k", // no doctor
	}, "\n") + "\n"
	code, out, errs := do(t, in, "setup", "-config", cfg, "-data", data, "-papers", "none", "-internal")
	if code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	c, err := config.Load(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if c.Profile != "thai-hoa-2026" || len(c.Khoi) != 2 || c.Khoi[0] != "Khối 1" || c.Crawler.Contact != "vhxh@phuong.example" {
		t.Errorf("ward %q, khối %q, contact %q", c.Profile, c.Khoi, c.Crawler.Contact)
	}
	if len(c.Sources) != 1 || c.Sources[0].Kind != "feed" || c.Sources[0].URL != site.URL+"/tin.rss" || c.Sources[0].Prior != 3 || c.Sources[0].Items != "official" || c.Sources[0].Name != `Tin: "phường" #1` {
		t.Errorf("sources %+v", c.Sources)
	}
	if c.Mail == nil || c.Mail.From != "Lắng Nghe <langnghe@phuong.example>" || len(c.Recipients) != 3 || c.Recipients[1].Role != "leader" || c.Recipients[2].Unit != "dang-uy" || !slices.Contains(c.Reports.Lists[reports.Weekly], "list/dang-uy") {
		t.Errorf("mail %+v, recipients %+v", c.Mail, c.Recipients)
	}
	if r := c.Reports; r.Addressee != "UBND tỉnh mẫu" || r.Due != "11-30" || len(r.Signers) != 1 || len(r.Signers[0].Authority) != 3 || c.Retention.TextDays != 120 {
		t.Errorf("reports %+v, texts kept for %d days", r, c.Retention.TextDays)
	}
	if r := c.Register; len(r.Offices) != 2 || r.Offices[1].Name != "Người Thứ Hai" || !slices.Equal(r.Hotlines, []string{"02380000231", "02380000232"}) {
		t.Errorf("register %+v", r)
	}
	if !c.HTTPS.Local || len(c.HTTPS.Hosts) != 2 || c.Backup.To != stick {
		t.Errorf("https %+v, backup %+v", c.HTTPS, c.Backup)
	}
	key, err := backup.LoadKey(filepath.Join(data, "backup.key"))
	if err != nil || !strings.Contains(out, key.String()) {
		t.Errorf("the key is not told: %v\n%s", err, out)
	}
	if _, err := backup.Open(stick, key); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"tài khoản admin (admin)", "tài khoản lan (reviewer), mật khẩu: ", "langnghe serve -config " + cfg, "danh sách", "không có vai trò", "ít nhất 10 ký tự"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not said:\n%s", want, out)
		}
	}
	if code, out, errs := do(t, "", "user", "-data", data, "list"); code != 0 || !strings.Contains(out, "admin") || !strings.Contains(out, "lan") {
		t.Errorf("accounts: exit %d\n%s%s", code, out, errs)
	}

	// Again: the file is not replaced unless the person says so.
	before, err := os.ReadFile(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := do(t, "", "setup", "-config", cfg, "-data", data, "-yes", "-offline"); code != 2 || !strings.Contains(errs, "-force") {
		t.Errorf("over an existing file: exit %d\n%s", code, errs)
	}
	other := filepath.Join(dir, "other.yaml")
	if code, out, errs := do(t, "n\n"+other+strings.Repeat("\n", 16)+"n\n", "setup", "-config", cfg, "-data", data, "-papers", "baonghean", "-offline", "-lang", "en"); code != 0 || !strings.Contains(out, "is there already") {
		t.Errorf("another file: exit %d\n%s%s", code, out, errs)
	}
	if after, err := os.ReadFile(cfg); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
	if c, err := config.Load(other); err != nil || len(c.Sources) != 1 || c.Sources[0].ID != "baonghean" || c.Sources[0].Prior != 1 {
		t.Errorf("the other file: %+v, %v", c.Sources, err)
	}
	if code, _, errs := do(t, "", "setup", "-config", cfg, "-data", data, "-yes", "-offline", "-force"); code != 0 {
		t.Errorf("forced: exit %d\n%s", code, errs)
	}
	if old, err := os.ReadFile(cfg + ".old"); err != nil || string(old) != string(before) {
		t.Errorf("the old file is not kept: %v", err)
	}
}

// Everything by flags, nothing asked; and input that ends in the middle
// leaves nothing behind.
func TestSetupByFlags(t *testing.T) {
	dir := t.TempDir()
	cfg, data := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "data")
	site, smtp := portal(t), mailServer(t)
	if code, _, errs := do(t, "1\n9\n", "setup", "-config", cfg, "-data", data, "-offline"); code != 1 || !strings.Contains(errs, "input ended") {
		t.Errorf("input that ends: exit %d\n%s", code, errs)
	}
	if _, err := os.Stat(cfg); err == nil {
		t.Error("an interrupted setup wrote the file")
	}
	secret := file(t, "secret", "bí mật\n")
	args := []string{
		"setup", "-yes", "-lang", "en", "-config", cfg, "-data", data, "-internal", "-profile", "long-son-2024", "-khoi", "12", "-papers", "none", "-portal", site.URL,
		"-site", site.URL, "-mail", smtp, "-mail-from", "langnghe@phuong.example", "-recipient", "canbo:reviewer:canbo@phuong.example",
		"-recipient", "bi.thu:list/dang-uy:bithu@phuong.example", "-recipient", "nuoc:unit/Đội Cấp nước:nuoc@phuong.example",
		"-account", "lan:reviewer", "-account", "nuoc:unit:Đội Cấp nước", "-backup", filepath.Join(dir, "stick"),
	}
	code, out, errs := do(t, "", args...)
	if code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	c, err := config.Load(cfg)
	if err != nil || c.Profile != "long-son-2024" || len(c.Khoi) != 12 || len(c.Sources) != 2 || c.Sources[0].ID == c.Sources[1].ID || len(c.Recipients) != 3 {
		t.Errorf("%+v, %v", c, err)
	}
	if got, want := c.Reports.Lists[reports.Weekly], append(reports.ListOf(reports.Weekly), "list/dang-uy"); !slices.Equal(got, want) || c.Recipients[1].Unit != "dang-uy" || c.Recipients[2].Unit != "Đội Cấp nước" {
		t.Errorf("the weekly summary goes to %q, want %q; recipients %+v", got, want, c.Recipients)
	}
	for _, bad := range [][]string{
		{"-mail", "mail.phuong.example:99999"}, {"-recipient", "a:king:a@b.example"}, {"-recipient", "a:list:a@b.example", "-mail", "mail.phuong.example"}, {"-recipient", "a:list/:a@b.example", "-mail", "mail.phuong.example"}, {"-recipient", "a:leader/x:a@b.example", "-mail", "mail.phuong.example"}, {"-account", "a:unit"}, {"-account", "a b:reviewer"}, {"-papers", "nope"}, {"-profile", "x"}, {"-khoi", "999"},
		{"-https", "acme", "-hosts", "10.0.0.1"}, {"-https", "files", "-cert", "/no/such"}, {"-backup", "/no/such/place"}, {"-portal", "ftp://x"}, {"-report-due", "02-29"}, {"-text-days", "1"}, {"-officials", "x1"}, {"-hotlines", "12"}, {"-signer", ","}, {"-lang", "fr"}, {"more"},
	} {
		args := append([]string{"setup", "-yes", "-offline", "-config", filepath.Join(dir, "bad.yaml"), "-data", data}, bad...)
		if code, _, errs := do(t, "", args...); code != 2 {
			t.Errorf("%q: exit %d\n%s", bad, code, errs)
		}
		if _, err := os.Stat(filepath.Join(dir, "bad.yaml")); err == nil {
			t.Fatalf("%q was written", bad)
		}
	}
	// The password goes into a file of its own.
	if code, _, errs := do(t, "", "setup", "-yes", "-offline", "-config", cfg, "-force", "-data", data, "-mail", "mail.phuong.example", "-mail-user", "lan", "-mail-password-file", secret); code != 0 {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	c, err = config.Load(cfg)
	text, rerr := os.ReadFile(cfg)
	if err != nil || rerr != nil || c.Mail.Password != "bí mật" || strings.Contains(string(text), "bí mật") {
		t.Errorf("mail %+v, %v, %v\n%s", c.Mail, err, rerr, text)
	}
}

// A setup that ends early has made nothing; one that fails at its last step
// says what there is, and the next one goes on with it.
func TestSetupThatFails(t *testing.T) {
	dir := t.TempDir()
	cfg, data, stick := filepath.Join(dir, "etc", "config.yaml"), filepath.Join(dir, "data"), filepath.Join(dir, "stick")
	there := func(paths ...string) (out []string) {
		for _, p := range paths {
			if _, err := os.Lstat(p); err == nil {
				out = append(out, p)
			}
		}
		return out
	}
	// Every question is answered but the one whether there are more accounts.
	args := []string{"setup", "-lang", "en", "-offline", "-config", cfg, "-data", data, "-profile", "thai-hoa-2026", "-khoi", "3", "-contact", "", "-portal", "none", "-papers", "none", "-mail", "none", "-https", "none",
		"-report-to", "x", "-report-due", "12-10", "-signer", "CHỦ TỊCH", "-officials", "", "-hotlines", "none", "-text-days", "90", "-site", "none.example", "-account", "lan:reviewer"}
	if code, _, errs := do(t, stick, args...); code != 0 { // without a line's end, as a terminal that is closed
		t.Fatalf("the last answer without its line's end: exit %d\n%s", code, errs)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := do(t, "/no/such/place\n", args...); code != 1 || !strings.Contains(errs, "nothing was written") {
		t.Errorf("input that ends: exit %d\n%s", code, errs)
	}
	if left := there(cfg, data, stick, filepath.Dir(cfg)); len(left) > 0 {
		t.Errorf("an interrupted setup left %q", left)
	}

	// The configuration cannot be given its name: something is in the way.
	blocked := filepath.Join(cfg+".old", "full")
	if err := os.MkdirAll(blocked, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cfg, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	all := append(args, "-yes", "-force", "-backup", stick)
	code, first, errs := do(t, "", all...)
	if code != 1 || !strings.Contains(errs, stick) || !strings.Contains(first, "Write it down") {
		t.Fatalf("a configuration that cannot be written: exit %d\n%s%s", code, first, errs)
	}
	if left := there(cfg + ".new"); len(left) > 0 {
		t.Errorf("it left %q", left)
	}
	key, err := backup.LoadKey(filepath.Join(data, "backup.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(cfg + ".old"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second of these finds everything there
		if code, out, errs := do(t, "", all...); code != 0 {
			t.Fatalf("again: exit %d\n%s%s", code, out, errs)
		}
	}
	if _, err := backup.Open(stick, key); err != nil {
		t.Errorf("the key of the first time: %v", err)
	}
	if c, err := config.Load(cfg); err != nil || c.Backup.To != stick {
		t.Errorf("%+v, %v", c.Backup, err)
	}
	code, out, _ := do(t, "", all...)
	if code != 0 || !strings.Contains(out, "the account lan is there already") || strings.Contains(out, key.String()) {
		t.Errorf("once more: exit %d\n%s", code, out)
	}

	// The place of another installation is not taken, and no key is made for it.
	other := filepath.Join(dir, "other")
	if code, _, errs := do(t, "", append(args, "-yes", "-force", "-backup", stick, "-data", other, "-config", filepath.Join(dir, "other.yaml"))...); code != 2 || !strings.Contains(errs, "another installation") {
		t.Errorf("the place of another: exit %d\n%s", code, errs)
	}
	if left := there(other); len(left) > 0 {
		t.Errorf("it made %q", left)
	}
}
