package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestFreshDebian goes from a bare Debian to the first explained alert with
// the README's words and nothing else: its packages, its clone, its build, its
// wizard, its service. The machine is a Debian 13 of its own, made by
// debootstrap in the folder that LANGNGHE_FRESH_DEBIAN names (2 GB); what it
// shares with the one that runs the test are kernel, network and the
// authorities that it trusts. It needs root, debootstrap and the network.
func TestFreshDebian(t *testing.T) {
	dir := os.Getenv("LANGNGHE_FRESH_DEBIAN")
	if dir == "" {
		t.Skip("LANGNGHE_FRESH_DEBIAN names a folder for a Debian of its own (make bench-fresh)")
	}
	if os.Geteuid() != 0 {
		t.Skip("a machine in a folder needs root")
	}
	if _, err := exec.LookPath("debootstrap"); err != nil {
		t.Skip("apt-get install debootstrap")
	}
	commands := readmeCommands(t)
	root, err := filepath.Abs(filepath.Join(dir, "debian"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root); err == nil {
		t.Fatalf("%s is there already; a fresh machine needs a fresh folder", root)
	}
	host := func(name string, args ...string) string {
		t.Helper()
		out, err := exec.Command(name, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	begun := time.Now()
	host("debootstrap", "--variant=minbase", "trixie", root)
	t.Logf("%6.1f s  a bare Debian is there: %s", time.Since(begun).Seconds(), strings.TrimSpace(host("chroot", root, "cat", "/etc/debian_version")))
	host("mount", "--bind", "/proc", filepath.Join(root, "proc"))
	t.Cleanup(func() { host("umount", "-l", filepath.Join(root, "proc")) })
	for _, name := range []string{"/etc/resolv.conf", "/etc/hosts"} { // what its network tells a machine
		host("cp", "-L", name, filepath.Join(root, name))
	}
	if err := os.Mkdir(filepath.Join(root, "mnt", "usb"), 0o755); err != nil {
		t.Fatal(err)
	}
	host("git", "clone", "-q", "--bare", "--no-local", "..", filepath.Join(root, "srv", "langnghe.git"))

	// From here on, as at its keyboard; the person is root and needs no sudo.
	home := "/root"
	typed := func(in, command string, more ...string) *process {
		t.Helper()
		line := strings.ReplaceAll(strings.Join(append([]string{command}, more...), " "), "sudo ", "")
		p := &process{cmd: exec.Command("chroot", root, "/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C", "DEBIAN_FRONTEND=noninteractive",
			"sh", "-c", "cd "+home+" && "+line)}
		if !strings.Contains(line, "&&") && !strings.Contains(line, "=0 ") {
			p.cmd.Args[len(p.cmd.Args)-1] = "cd " + home + " && exec " + line // a signal must reach it
		}
		return p.run(t, in)
	}
	wait := func(p *process) string {
		t.Helper()
		if err := <-p.end; err != nil {
			t.Fatalf("%s: %v\n%s", p.cmd.Args[len(p.cmd.Args)-1], err, p.out.String())
		}
		return p.out.String()
	}
	begun = time.Now()
	step := func(what string) { t.Helper(); t.Logf("%6.1f s  %s", time.Since(begun).Seconds(), what) }
	wait(typed("", commands[0]))
	step(commands[0])
	host("cp", "-L", "/etc/ssl/certs/ca-certificates.crt", filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"))
	wait(typed("", strings.Replace(commands[1], "ADDRESS", "/srv/langnghe.git", 1)))
	step(commands[1])
	home = "/root/langnghe"
	wait(typed("", commands[2]))
	step(commands[2])
	firstRun(t, begun, commands, "/mnt/usb", typed)

	out := wait(typed("", commands[5]))
	step(commands[5])
	if !strings.Contains(out, "systemctl enable langnghe") {
		t.Errorf("setup service says:\n%s", out)
	}
	unit, err := os.ReadFile(filepath.Join(root, "etc/systemd/system/langnghe.service"))
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindSubmatch(unit)
	if start == nil {
		t.Fatalf("the unit starts nothing:\n%s", unit)
	}
	addr := freeAddr(t) // instead of systemd, which runs on no machine in a folder
	p := &process{cmd: exec.Command("chroot", append([]string{"--userspec=langnghe:langnghe", root}, append(strings.Fields(string(start[1])), "-listen", addr)...)...)}
	p.run(t, "")
	if err := up(t.Context(), addr); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	step("the service runs as its own user, on the data that was moved")
	if out := wait(typed("", fmt.Sprintf("langnghe user -data %s list", "/var/lib/langnghe"))); !strings.Contains(out, "lan") {
		t.Errorf("accounts: %s", out)
	}
	p.stop(t)
	if took := time.Since(begun); took > 15*time.Minute {
		t.Errorf("it took %v, want 15 minutes at most", took)
	}
}
