package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"langnghe/internal/config"
)

var update = flag.Bool("update", false, "write deploy/langnghe.service anew")

// The shipped unit is the one that setup service writes for the shipped
// example, and systemd finds no mistake in it.
func TestShippedUnit(t *testing.T) {
	const file = "../../deploy/langnghe.service"
	code, out, errs := do(t, "", "setup", "service", "-config", "../../deploy/example.yaml", "-print")
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	if *update {
		if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shipped, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(shipped) != out {
		t.Errorf("deploy/langnghe.service is not what setup service writes; go test ./cmd/langnghe -run TestShippedUnit -update")
	}
}

// verify has systemd read a unit, where there is a systemd.
func verifyUnit(t *testing.T, unit, program string) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("systemd-analyze is not here: the unit is not verified")
		return
	}
	file := filepath.Join(t.TempDir(), "langnghe.service")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(unit, serviceProgram, program)), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "langnghe.service") {
			t.Errorf("systemd: %s", line)
		}
	}
	if err != nil && !strings.Contains(string(out), "langnghe.service") {
		t.Logf("systemd-analyze has trouble of its own: %v\n%s", err, out)
	}
}

// What the wizard has written becomes a service by one command and no edit:
// data, configuration and the password beside it are where the unit looks for
// them, and nowhere else. A second run, of a newer program, changes nothing of
// them.
func TestSetupService(t *testing.T) {
	home, root := t.TempDir(), t.TempDir()
	cfg, data := filepath.Join(home, "config.yaml"), filepath.Join(home, "data")
	stick := filepath.Join(home, "stick")
	if err := os.Mkdir(stick, 0o700); err != nil {
		t.Fatal(err)
	}
	pw := filepath.Join(home, "pw")
	if err := os.WriteFile(pw, []byte("bí mật\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := do(t, "", "setup", "-yes", "-offline", "-config", cfg, "-data", data, "-papers", "none", "-mail", "mail.phuong.example", "-mail-user", "phuong", "-mail-password-file", pw,
		"-recipient", "lan:reviewer:lan@phuong.example", "-account", "lan:reviewer", "-https", "local", "-hosts", "langnghe.phuong.lan", "-backup", filepath.Join(stick, "langnghe")); code != 0 || !strings.Contains(out, "setup service -config "+cfg) {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	raw, err := os.ReadFile(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cfg, append(raw, "rules_dir: quy-tac\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(home, "quy-tac", "lists"), 0o700); err != nil {
		t.Fatal(err)
	}
	install := func() string {
		t.Helper()
		code, out, errs := do(t, "", "setup", "service", "-config", cfg, "-data", data, "-root", root)
		if code != 0 {
			t.Fatalf("exit %d\n%s%s", code, out, errs)
		}
		return out
	}
	install()
	for _, name := range []string{cfg, data, filepath.Join(home, "mail-password"), filepath.Join(home, "quy-tac")} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	for name, mode := range map[string]os.FileMode{serviceConfig: 0o640, "/etc/langnghe/mail-password": 0o640, "/etc/langnghe/quy-tac/lists": 0o700, serviceData: 0o700, serviceData + "/desk.db": 0, serviceData + "/backup.key": 0o600, serviceProgram: 0o755, serviceUnit: 0o644} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
		} else if mode != 0 && info.Mode().Perm() != mode {
			t.Errorf("%s has the mode %v", name, info.Mode())
		}
	}
	raw, err = os.ReadFile(filepath.Join(root, serviceUnit))
	if err != nil {
		t.Fatal(err)
	}
	unit := string(raw)
	for _, want := range []string{"serve -config /etc/langnghe/config.yaml -data /var/lib/langnghe -listen 0.0.0.0:8443\n", "User=langnghe\n", "-" + stick + "/langnghe -/etc/langnghe/quy-tac\n", "CapabilityBoundingSet=\n"} {
		if !strings.Contains(unit, want) {
			t.Errorf("the unit lacks %q:\n%s", want, unit)
		}
	}
	verifyUnit(t, unit, filepath.Join(root, serviceProgram))
	if code, out, errs := do(t, "", "config", "check", filepath.Join(root, serviceConfig)); code != 0 {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if code, out, _ := do(t, "", "user", "-data", filepath.Join(root, serviceData), "list"); code != 0 || !strings.Contains(out, "lan") {
		t.Errorf("exit %d, accounts: %s", code, out)
	}
	install() // a newer program
	if again, err := os.ReadFile(filepath.Join(root, serviceUnit)); err != nil || string(again) != unit {
		t.Errorf("%v, the second unit:\n%s", err, again)
	}
	// Another installation's data is not mixed in.
	if code, _, errs := do(t, "một mật khẩu dài\n", "user", "-data", data, "-role", "admin", "add", "mai"); code != 0 {
		t.Fatal(errs)
	}
	if code, _, errs := do(t, "", "setup", "service", "-config", filepath.Join(root, serviceConfig), "-data", data, "-root", root); code != 1 || !strings.Contains(errs, "both hold data") {
		t.Errorf("exit %d\n%s", code, errs)
	}
}

// What is copied to another disk is what was there: folders in folders, links
// and empty folders with it, and not the socket of a process that is gone.
func TestCopyTree(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "data")
	if err := errors.Join(os.MkdirAll(filepath.Join(from, "index", "2026-11"), 0o700), os.Mkdir(filepath.Join(from, "empty"), 0o700),
		os.WriteFile(filepath.Join(from, "index", "2026-11", "store"), []byte("x"), 0o600), os.Symlink("/etc/langnghe/rules", filepath.Join(from, "rules"))); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(from, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := copyTree(from, to); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(to, "index", "2026-11", "store")); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := os.Readlink(filepath.Join(to, "rules")); err != nil || got != "/etc/langnghe/rules" {
		t.Errorf("the link leads to %q, %v", got, err)
	}
	if !folder(filepath.Join(to, "empty")) {
		t.Error("the empty folder is missing")
	}
	if _, err := os.Lstat(filepath.Join(to, "socket")); err == nil {
		t.Error("the socket was copied")
	}
}

// What systemd could not run, or would run in the clear, is refused by name.
func TestSetupServiceRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) string {
		name := filepath.Join(dir, "config.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, c := range []struct {
		text, want string
		code       int
		more       []string
	}{
		{"backup: {to: /home/lan/backups}\n", "/home/lan/backups", 1, nil},
		{"backup: {to: \"/mnt/my stick\"}\n", "without spaces", 1, nil},
		{fmt.Sprintf("backup: {to: %q}\n", dir), "holds other files", 1, nil},
		{"profile: thai-hoa-2026\n", "in the clear", 2, []string{"-listen", "0.0.0.0:8080"}},
	} {
		code, _, errs := do(t, "", append([]string{"setup", "service", "-print", "-config", file(c.text)}, c.more...)...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%q %q: exit %d\n%s", c.text, c.more, code, errs)
		}
	}
	unit, err := unitFor(config.Config{HTTPS: config.HTTPS{ACME: true}}, listenFor(config.HTTPS{ACME: true}))
	if err != nil || !strings.Contains(unit, "\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n") || !strings.Contains(unit, "-listen :443\n") {
		t.Errorf("%v\n%s", err, unit)
	}
	verifyUnit(t, unit, "/bin/sh")
}

// -listen beyond this machine is refused without HTTPS, however it is put.
func TestReachable(t *testing.T) {
	on := config.HTTPS{Local: true, Hosts: []string{"a.lan"}}
	for _, c := range []struct {
		listen string
		cfg    config.Config
		ok     bool
	}{
		{"127.0.0.1:8080", config.Config{}, true}, {"localhost:80", config.Config{}, true}, {"[::1]:8080", config.Config{}, true},
		{"0.0.0.0:8080", config.Config{}, false}, {":8080", config.Config{}, false}, {"[::]:8080", config.Config{}, false}, {"192.168.1.10:8080", config.Config{}, false}, {"langnghe.lan:8080", config.Config{}, false},
		{"0.0.0.0:8443", config.Config{HTTPS: on}, true}, {":8080", config.Config{BaseURL: "https://a.example"}, true}, {":8080", config.Config{BaseURL: "http://a.example"}, false},
		{":8080", config.Config{PlainHTTP: true}, true},
	} {
		if err := reachable(c.cfg, c.listen); (err == nil) != c.ok {
			t.Errorf("%s %+v: %v", c.listen, c.cfg.HTTPS, err)
		}
	}
	for _, cmd := range []string{"serve", "demo"} {
		if code, _, errs := do(t, "", cmd, "-data", t.TempDir(), "-listen", "0.0.0.0:0"); code != 2 || !strings.Contains(errs, "in the clear") {
			t.Errorf("%s beyond this machine: exit %d\n%s", cmd, code, errs)
		}
	}
}
